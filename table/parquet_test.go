package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// all is a row of every type that is read, as the library writes it.
type all struct {
	Text     string    `parquet:"text,dict"`
	Plain    string    `parquet:"plain"`
	Maybe    *string   `parquet:"maybe,optional,dict,zstd"`
	Small    int32     `parquet:"small,delta"`
	Big      *int64    `parquet:"big,optional"`
	Unsigned uint32    `parquet:"unsigned"`
	Float    float32   `parquet:"float"`
	Double   *float64  `parquet:"double,optional,dict"`
	Yes      bool      `parquet:"yes"`
	Date     int32     `parquet:"date,date"`
	Money    int64     `parquet:"money,decimal(2:18)"`
	Cents    *int32    `parquet:"cents,optional,decimal(2:9)"`
	Fixed    [16]byte  `parquet:"fixed,decimal(4:38)"`
	At       time.Time `parquet:"at,timestamp(microsecond)"`
}

func some(r *rand.Rand) all {
	maybe := func(s string) *string {
		if r.IntN(3) == 0 {
			return nil
		}
		return &s
	}
	a := all{Text: fmt.Sprint("t", r.IntN(50)), Plain: fmt.Sprint("p,\"", r.Uint64()), Maybe: maybe(fmt.Sprint("m", r.IntN(5))),
		Small: r.Int32() - 1<<30, Unsigned: r.Uint32(), Float: float32(r.IntN(1000)) / 8, Yes: r.IntN(2) == 0, Date: 17000 + int32(r.IntN(4000)),
		Money: r.Int64N(1e12) - 5e11, At: time.UnixMicro(1.7e15 + r.Int64N(1e14)).UTC()}
	if r.IntN(2) == 0 {
		b, d, c := r.Int64()-1<<62, float64(r.IntN(1000))/4, int32(r.IntN(2000)-1000)
		a.Big, a.Double, a.Cents = &b, &d, &c
	}
	v := r.Int64N(1e12) - 5e11
	for i := range a.Fixed {
		if v < 0 {
			a.Fixed[i] = 0xff
		}
	}
	for i := range 8 {
		a.Fixed[8+i] = byte(uint64(v) >> (56 - 8*i))
	}
	return a
}

func (a *all) cells() string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	big, double, cents := "", "", ""
	if a.Big != nil {
		big, double, cents = fmt.Sprint(*a.Big), strings.TrimSuffix(fmt.Sprint(*a.Double), ".0"), string(appendDecimal(nil, int64(*a.Cents), 2))
	}
	var fixed int64
	for _, b := range a.Fixed[8:] {
		fixed = fixed<<8 | int64(b)
	}
	return strings.Join([]string{a.Text, a.Plain, text(a.Maybe), fmt.Sprint(a.Small), big, fmt.Sprint(int64(int32(a.Unsigned))), fmt.Sprint(a.Float), double, fmt.Sprint(a.Yes),
		time.Unix(int64(a.Date)*86400, 0).UTC().Format(time.DateOnly), string(appendDecimal(nil, a.Money, 2)), cents, string(appendDecimal(nil, fixed, 4)), a.At.Format(time.DateTime)}, "|")
}

// TestParquet: what the library writes is read, written again, and read by the
// library as it was, whatever the type, the nulls, the encoding and the row
// groups.
func TestParquet(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 3000} {
		r := rand.New(rand.NewPCG(uint64(n), 3))
		var want []all
		for range n {
			want = append(want, some(r))
		}
		in, out := filepath.Join(t.TempDir(), "in.parquet"), filepath.Join(t.TempDir(), "out.parquet")
		f, err := os.Create(in)
		if err != nil {
			t.Fatal(err)
		}
		w := parquet.NewGenericWriter[all](f, parquet.PageBufferSize(4000), parquet.MaxRowsPerRowGroup(700), parquet.Compression(&parquet.Gzip))
		if _, err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
		for _, name := range []string{in, out} {
			reader, err := Open(name, nil, Options{Rows: 450})
			if n == 0 && name == out {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got, _ := rows(t, reader)
			if len(got) != n {
				t.Fatalf("%s: %d rows, want %d", name, len(got), n)
			}
			for i := range got {
				if g, x := strings.Join(got[i][1:], "|"), want[i].cells(); g != x {
					t.Fatalf("%s: row %d\n is  %s\nwant %s", name, i, g, x)
				}
			}
			reader.Close()
			convert(t, in, out)
		}
		// The library reads decimals of 16 bytes as 64 bits: compare the others.
		back, err := parquet.ReadFile[struct {
			Text     string    `parquet:"text"`
			Plain    string    `parquet:"plain"`
			Maybe    *string   `parquet:"maybe,optional"`
			Small    int32     `parquet:"small,delta"`
			Big      *int64    `parquet:"big,optional"`
			Unsigned uint32    `parquet:"unsigned"`
			Double   *float64  `parquet:"double,optional"`
			Money    int64     `parquet:"money"`
			Fixed    int64     `parquet:"fixed"`
			At       time.Time `parquet:"at,timestamp(microsecond)"`
		}](out)
		if err != nil || len(back) != n {
			t.Fatalf("the library reads %d rows, want %d: %v", len(back), n, err)
		}
		for i, b := range back {
			a := want[i]
			if b.Text != a.Text || b.Plain != a.Plain || (b.Maybe == nil) != (a.Maybe == nil) || b.Small != a.Small || b.Unsigned != a.Unsigned || b.Money != a.Money || !b.At.Equal(a.At) ||
				(b.Big == nil) != (a.Big == nil) || b.Big != nil && (*b.Big != *a.Big || *b.Double != *a.Double) {
				t.Fatalf("row %d is %+v, want %+v", i, b, a)
			}
		}
	}
}

func TestParquetTypes(t *testing.T) {
	type nested struct {
		List []string `parquet:"list"`
	}
	name := filepath.Join(t.TempDir(), "x.parquet")
	if err := parquet.WriteFile(name, []nested{{[]string{"a"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(name, nil, Options{}); err == nil || !strings.Contains(err.Error(), `"list" is nested`) {
		t.Errorf("a list: %v", err)
	}
}

// FuzzParquet: a broken file is an error, never a crash.
func FuzzParquet(f *testing.F) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[all](&b, parquet.MaxRowsPerRowGroup(7))
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		w.Write([]all{some(r)})
	}
	w.Close()
	f.Add(b.Bytes(), 0, byte(0))
	f.Fuzz(func(t *testing.T, file []byte, at int, with byte) {
		if at >= 0 && at < len(file) {
			file = bytes.Clone(file)
			file[at] ^= with
		}
		name := filepath.Join(t.TempDir(), "x.parquet")
		if err := os.WriteFile(name, file, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := Open(name, nil, Options{Rows: 9, Key: "text"})
		if err != nil {
			return
		}
		defer r.Close()
		for range 100 {
			b, err := r.Next()
			if err != nil {
				return
			}
			for i := range b.Rows {
				for c := range b.Columns {
					b.Columns[c].AppendText(nil, i)
				}
			}
			b.Free()
		}
	})
}

// TestKey: the column by which rows are kept together is read like the others,
// with nulls, a dictionary or none, and batches that end within row groups.
func TestKey(t *testing.T) {
	type row struct {
		ID    string  `parquet:"id"`
		Plain *string `parquet:"plain,optional"`
		Dict  *string `parquet:"dict,optional,dict"`
	}
	var want []row
	for i := range 30_000 {
		r := row{ID: fmt.Sprint("R", 100_000+i)}
		if i%5 != 0 {
			key := fmt.Sprint("E", i/40)
			if i > 15_000 {
				key = fmt.Sprint("few", i/40%7)
			}
			r.Plain, r.Dict = &key, &key
		}
		want = append(want, r)
	}
	name := filepath.Join(t.TempDir(), "x.parquet")
	if err := parquet.WriteFile(name, want, parquet.MaxRowsPerRowGroup(7000)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"plain", "dict"} {
		r, err := Open(name, nil, Options{Rows: 1000, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.Rows {
				w := want[at]
				for c, x := range []*string{&w.ID, w.Plain, w.Dict} {
					if col := &b.Columns[c]; col.IsNull(i) != (x == nil) || x != nil && string(col.Bytes(i)) != *x {
						t.Fatalf("by %s, row %d, column %d: %q", key, at, c, col.Bytes(i))
					}
				}
				at++
			}
			b.Free()
		}
		if at != len(want) {
			t.Errorf("by %s: %d rows", key, at)
		}
		r.Close()
	}
}
