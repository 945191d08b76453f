package sample

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// A Tally is what a hostile file holds.
type Tally struct {
	Good, Bad int64 // records to be rated, and to be rejected
	Bytes     int64
}

// HostileHeader is the first line of a hostile file.
const HostileHeader = "id,entry_id,hts,origin,entry_date,value_usd,importer"

// Hostile writes a CSV file of entries of at least so many bytes, a tenth of
// whose records are broken in the ways that files are: quotes, encodings, NUL
// bytes, lines and cells too long, numbers too large, columns too many or too
// few. A record that is to be rejected has an id that begins with x, where it has
// one. Long is how seldom a record is longer than a megabyte, one in so many bad
// ones.
//
// Every quote that opens a cell is followed by a letter, so that no broken quote
// is closed by a later record and takes good ones with it.
func Hostile(to io.Writer, seed uint64, size int64, long int) (Tally, error) {
	w := bufio.NewWriterSize(to, 1<<20)
	rng := rand.New(rand.NewPCG(seed, 0x686f7374))
	var t Tally
	put := func(s string) {
		t.Bytes += int64(len(s))
		w.WriteString(s)
	}
	codes := []string{"8703.23.01.40", "8703230140", "7208.51.00.30", "6307909870", "8471.30.01.00", "0901.11.00.25"}
	origins := []string{"JP", "CN", "de", "VNM", "CA", "KR"}
	importers := []string{"plain", `"Smith, ""J"" and Sons"`, "5\" pipe", "caf\u00e9", "two\x00nul", `"two` + "\n" + `lines"`, "", "\ufeffmark"}
	pick := func(s []string) string { return s[rng.IntN(len(s))] }
	put("\ufeff" + HostileHeader + "\n")
	for t.Bytes < size {
		id := t.Good + t.Bad
		hts, origin, value, importer := pick(codes), pick(origins), fmt.Sprintf("%d.%02d", rng.IntN(1e6), rng.IntN(100)), pick(importers)
		date := fmt.Sprintf("2025-%02d-%02d", 1+rng.IntN(12), 1+rng.IntN(28))
		if rng.IntN(10) != 0 {
			end := "\n"
			switch rng.IntN(40) {
			case 0:
				end = "\r\n"
			case 1:
				end = "\n\n  \n\r\n" // empty lines are no records
			case 2:
				importer = strings.Repeat("long ", 1+rng.IntN(4000))
			}
			put(fmt.Sprintf("%d,,%s,%s,%s,%s,%s%s", id, hts, origin, date, value, importer, end))
			t.Good++
			continue
		}
		t.Bad++
		good := fmt.Sprintf("x%d,,%s,%s,%s,%s,", id, hts, origin, date, value)
		if long > 0 && rng.IntN(long) == 0 {
			put(good + strings.Repeat("longer ", 200_000) + "\n")
			continue
		}
		switch rng.IntN(16) {
		case 0:
			put(good + "\"open\n")
		case 1:
			put(good + "\"closed\" too soon\n")
		case 2:
			put(fmt.Sprintf("\"x%d,,%s,%s,%s,%s,a\n", id, hts, origin, date, value))
		case 3: // a line of UTF-16
			var b strings.Builder
			for _, c := range good {
				b.WriteByte(0)
				b.WriteRune(c)
			}
			put("\xfe\xff" + b.String() + "\n")
		case 4: // Latin-1
			put(good + "caf\xe9\n")
		case 5:
			put(fmt.Sprintf("x%d,,%s,%s,%s,%s\x00,a\n", id, hts, origin, date, value))
		case 6:
			put(fmt.Sprintf("x%d,,\ufeff%s,%s,%s,%s,a\n", id, hts, origin, date, value))
		case 7:
			put(fmt.Sprintf("x%d,,%s,%s,%s,%s,a\n", id, strings.Repeat("8", 1+rng.IntN(100_000)*2+11), origin, date, value))
		case 8:
			put(fmt.Sprintf("x%d,,%s,%s,%s,%s,a\n", id, hts, origin, date, strings.Repeat("9", 16+rng.IntN(400))))
		case 9:
			put(fmt.Sprintf("x%d,,%s,%s,%s,1e999,a\n", id, hts, origin, date))
		case 10:
			put(fmt.Sprintf("x%d,,%s,%s\n", id, hts, origin))
		case 11:
			put(good + strings.Repeat("a,", 1+rng.IntN(5000)) + "\n")
		case 12:
			put(fmt.Sprintf("x%d,,87..03,%s,%s,%s,a\n", id, origin, date, value))
		case 13:
			put(fmt.Sprintf("x%d,,%s,%s,2025-02-30,%s,a\n", id, hts, origin, value))
		case 14:
			put(fmt.Sprintf("x%d,,%s,\xff\xff\xff,%s,%s,a\n", id, hts, date, value))
		default: // bytes at random
			b := make([]byte, 1+rng.IntN(200))
			for i := range b {
				if b[i] = byte(rng.IntN(256)); b[i] == '\n' || b[i] == '"' {
					b[i] = 0xff
				}
			}
			put("x" + string(b) + "\xff\n")
		}
	}
	put(fmt.Sprintf("x%d,,8703230140,JP,2025-04-15,1,\"open to the end", t.Good+t.Bad))
	t.Bad++
	return t, w.Flush()
}
