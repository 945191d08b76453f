package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// rows reads a whole table as text.
func rows(t testing.TB, r Reader) (out [][]string, bad []Reject) {
	t.Helper()
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, bad
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Split()
		for i := range b.Rows {
			row := []string{fmt.Sprint(b.Number[i])}
			for c := range b.Columns {
				row = append(row, string(b.Columns[c].AppendText(nil, i)))
			}
			out = append(out, row)
		}
		bad = append(bad, b.Bad...)
		b.Free()
	}
}

func file(t testing.TB, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", maxRecord+10)
	for _, c := range []struct {
		name, text string
		want       []string // cells joined by |, with the row number
		bad        []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", []string{"1|1|2", "2|3|4"}, nil},
		{"BOM, CRLF, empty lines, no end", "\xef\xbb\xbfa,b\r\n1,2\r\n\r\n \n3,4", []string{"1|1|2", "2|3|4"}, nil},
		{"semicolons", "a;b\n1;\"x;y\"\n", []string{"1|1|x;y"}, nil},
		{"quotes", "a,b\n\"1\",\"say \"\"hi\"\"\"\n\"two\nlines\",\n\"\",\"\"\"\"\n", []string{`1|1|say "hi"`, "2|two\nlines|", `3||"`}, nil},
		{"quote inside a plain cell", "a,b\n12\" pipe,2\n", []string{`1|12" pipe|2`}, nil},
		{"text after a quote", "a,b\n\"1\"x,2\n3,4\n", []string{"2|3|4"}, []string{"1 text follows a closing quote"}},
		{"open quote", "a,b\n\"1,2\n3,4\n5,6\n", []string{"2|3|4", "3|5|6"}, []string{"1 a quote is not closed"}},
		{"open quote closed by a later one", "a,b\n\"1,2\n3,\"4\"\n5,6\n", []string{"2|3|4", "3|5|6"}, []string{"1 text follows a closing quote"}},
		{"open quote that swallows a line", "a,b\n1,\"2\n3,4\",5\n6,7\n", []string{"3|6|7"}, []string{"1 a quote is not closed", "2 the line has 3 cells, the first line of the file 2"}},
		{"cells", "a,b\n1\n1,2,3\n4,5\n", []string{"3|4|5"}, []string{"1 the line has 1 cells, the first line of the file 2", "2 the line has 3 cells, the first line of the file 2"}},
		{"not UTF-8", "a,b\n1,caf\xe9\n3,4\n", []string{"2|3|4"}, []string{"1 the line is not UTF-8"}},
		{"too long", "a,b\n1," + long + "\n3,4\n", []string{"2|3|4"}, []string{"1 the line is longer than 1048576 bytes"}},
		{"one column", "a\n1\n2\n", []string{"1|1", "2|2"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, chunk := range []int{1, 3, 1 << 20} {
				r, err := Open("-", &slow{[]byte(c.text), chunk}, Options{Rows: 2})
				if err != nil {
					t.Fatal(err)
				}
				got, bad := rows(t, r)
				var lines, why []string
				for _, row := range got {
					lines = append(lines, strings.Join(row, "|"))
				}
				for _, b := range bad {
					why = append(why, fmt.Sprintf("%d %s", b.Row, b.Reason))
				}
				if !slices.Equal(lines, c.want) || !slices.Equal(why, c.bad) {
					t.Errorf("chunks of %d: got %q, rejects %q; want %q, %q", chunk, lines, why, c.want, c.bad)
				}
				if chunk == 1 && len(c.text) > 1000 {
					break
				}
			}
		})
	}
}

// slow hands out a few bytes at a time.
type slow struct {
	b []byte
	n int
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(s.n, len(p))], s.b)
	s.b = s.b[n:]
	if len(s.b) > 1000 && s.n < 1000 { // long texts quickly
		s.n = 1 << 16
	}
	return n, nil
}

func TestHeader(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "empty",
		"\n\n":             "empty",
		"\xff\xfea\x00":    "UTF-16",
		"PAR1....":         "Parquet",
		"PK\x03\x04":       "spreadsheet",
		"a,a\n1,2\n":       "two columns",
		"a,\n1,2\n":        "no name",
		"\"a\n":            "not closed",
		"caf\xe9,b\n1,2\n": "not UTF-8",
	} {
		if _, err := Open("-", strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for name, want := range map[string]string{"x.xls": "unknown extension", "x": "no extension", "none.csv": "no such file", "none.parquet": "no such file"} {
		if _, err := Open(name, nil, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Open(file(t, "x.parquet", "PAR1 not really PAR1"), nil, Options{}); err == nil {
		t.Error("a broken Parquet file opens")
	}
}

// Rows of one key stay in one batch.
func TestRuns(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,entry\n")
	rng := rand.New(rand.NewPCG(1, 2))
	want := []string{}
	for i := 0; i < 5000; {
		for range 1 + rng.IntN(40) {
			fmt.Fprintf(&b, "%d,E%d\n", len(want), i)
			want = append(want, fmt.Sprint("E", i))
		}
		i++
	}
	text := file(t, "x.csv", b.String())
	parquet := filepath.Join(t.TempDir(), "x.parquet")
	convert(t, text, parquet)
	for _, name := range []string{text, parquet} {
		r, err := Open(name, nil, Options{Rows: 100, Key: "entry"})
		if err != nil {
			t.Fatal(err)
		}
		n, last := 0, ""
		for {
			b, err := r.Next()
			if err != nil {
				break
			}
			b.Split()
			if b.Rows > 0 && string(b.Columns[1].Bytes(0)) == last {
				t.Fatalf("%s: entry %s is cut", name, last)
			}
			for i := range b.Rows {
				if last = string(b.Columns[1].Bytes(i)); last != want[n] || b.Number[i] != int64(n+1) {
					t.Fatalf("%s: row %d is %s, numbered %d, want %s", name, n, last, b.Number[i], want[n])
				}
				n++
			}
			b.Free()
		}
		if n != len(want) {
			t.Fatalf("%s: %d rows, want %d", name, n, len(want))
		}
		r.Close()
	}
}

// convert copies a table.
func convert(t testing.TB, from, to string) {
	t.Helper()
	r, err := Open(from, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w, err := Create(to, nil, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Split()
		k, err := w.Encode(b, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(k); err != nil {
			t.Fatal(err)
		}
		b.Free()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNumbersAsText(t *testing.T) {
	for _, c := range []struct {
		v     int64
		scale int
		want  string
	}{{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {12345, 2, "123.45"}, {300000000, 4, "30000.00"}, {15, 4, "0.0015"},
		{27500000, 6, "27.5"}, {25000000, 6, "25"}, {1, 6, "0.000001"}, {-1 << 63, 0, "-9223372036854775808"}, {-1 << 63, 18, "-9.223372036854775808"}} {
		if got := string(appendDecimal(nil, c.v, c.scale)); got != c.want {
			t.Errorf("%d at scale %d: %s, want %s", c.v, c.scale, got, c.want)
		}
	}
	for d := int64(-200000); d < 200000; d += 37 {
		want := time.Unix(d*86400, 0).UTC().Format(time.DateOnly)
		if got := string(appendDate(nil, d)); got != want {
			t.Fatalf("day %d: %s, want %s", d, got, want)
		}
	}
	at := time.Date(2025, 4, 5, 0, 1, 7, 0, time.UTC)
	if got := string(appendTime(nil, at.UnixMicro(), 6)); got != "2025-04-05 00:01:07" {
		t.Error(got)
	}
}

func TestNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	in := file(t, "x.csv", "a\n1\n")
	for _, name := range []string{"y.csv", "y.parquet"} {
		r, err := Open(in, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		w, err := Create(filepath.Join(dir, name), nil, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		left, _ := os.ReadDir(dir)
		if len(left) != 0 {
			t.Errorf("%s: %v is there before it is whole", name, left)
		}
		w.Abort()
		r.Close()
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\n\"1\"\"\",2\r\n\"x\ny\",\"\n", "a\n\"", "a,b\n\"1\"x,2\n", "\xef\xbb\xbfa;b\n\xff;\n", "a,b\n1,\"\n2,\"\n"} {
		f.Add([]byte(s), 7)
	}
	f.Fuzz(func(t *testing.T, text []byte, chunk int) {
		if chunk <= 0 || len(text) > 1<<16 {
			return
		}
		var out [2][][]string
		for k, n := range []int{chunk, 1 << 20} {
			r, err := Open("-", &slow{slices.Clone(text), n}, Options{Rows: 1 + k*100, Key: "a"})
			if err != nil {
				return
			}
			var bad []Reject
			out[k], bad = rows(t, r)
			for _, row := range out[k] {
				if len(row) != len(r.Fields())+1 {
					t.Fatalf("row %q has the wrong width", row)
				}
			}
			seen := map[string]bool{}
			for _, row := range out[k] {
				seen[row[0]] = true
			}
			for _, b := range bad {
				if seen[fmt.Sprint(b.Row)] {
					t.Fatalf("row %d is read and rejected", b.Row)
				}
				seen[fmt.Sprint(b.Row)] = true
			}
		}
		if fmt.Sprint(out[0]) != fmt.Sprint(out[1]) {
			t.Fatalf("how the bytes arrive changes what is read:\n%q\n%q", out[0], out[1])
		}
		// What is written reads back the same.
		var w bytes.Buffer
		for _, row := range out[1] {
			for i, cell := range row[1:] {
				if i > 0 {
					w.WriteByte(',')
				}
				w.Write(appendCell(nil, []byte(cell), ','))
			}
			w.WriteByte('\n')
		}
	})
}
