package table

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// TestNumberDictionary: a column of numbers with a dictionary is written like
// one without, to either format.
func TestNumberDictionary(t *testing.T) {
	fields := []Field{{Name: "rate", Kind: Decimal, Scale: 8}, {Name: "day", Kind: Date, Required: true}}
	column := func(f *Field, dict []int64, codes []uint32, null []bool) Column {
		var c Column
		c.Reset(f)
		c.Dict, c.Ints, c.Codes, c.Null = true, dict, codes, null
		return c
	}
	want := "1|0.275|2025-04-03, 2||2025-04-09, 3|0|2025-04-03, 4|0.275|2025-04-03"
	for _, name := range []string{"x.parquet", "x.csv"} {
		path := filepath.Join(t.TempDir(), name)
		w, err := Create(path, io.Discard, nil, fields)
		if err != nil {
			t.Fatal(err)
		}
		k, err := w.Encode(&Batch{Rows: 4}, []Column{
			column(&fields[0], []int64{99, 27_500_000, 0}, []uint32{1, 0, 2, 1}, []bool{false, true, false, false}),
			column(&fields[1], []int64{20181, 20187}, []uint32{0, 1, 0, 0}, nil),
		})
		if err == nil {
			err = w.Append(k)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		out, bad := rows(t, r)
		r.Close()
		var lines []string
		for _, row := range out {
			lines = append(lines, strings.Join(row, "|"))
		}
		if got := strings.Join(lines, ", "); got != want || len(bad) > 0 {
			t.Errorf("%s: %s, want %s %v", name, got, want, bad)
		}
	}
}

// TestTexts: texts that count up, that repeat and that are all different are
// written each in its way, in one column, and read as they were, by the library
// too.
func TestTexts(t *testing.T) {
	fields := []Field{{Name: "text", Kind: String}}
	name := filepath.Join(t.TempDir(), "x.parquet")
	w, err := Create(name, io.Discard, nil, fields)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	kinds := []struct {
		rows int
		text func(i int) string
		want format.Encoding
	}{
		{6000, func(i int) string { return fmt.Sprintf("R%09d", 900_000+i) }, format.DeltaByteArray},
		{6000, func(i int) string { return fmt.Sprint("kind ", rng.IntN(1000)) }, format.RLEDictionary},
		{6000, func(int) string { return fmt.Sprint(rng.Uint64()) }, format.Plain},
		{100, func(i int) string { return fmt.Sprintf("S%09d", i) }, format.RLEDictionary},
		{6000, func(i int) string { return "2025-04-0" + string('1'+rune(i/1000)) }, format.RLEDictionary},
		{6000, func(i int) string { return strings.Repeat("x", i%4096) }, format.DeltaByteArray},
	}
	var want []string
	for _, k := range kinds {
		var c Column
		c.Reset(&fields[0])
		for i := range k.rows {
			x := k.text(i)
			null := i%10 == 3
			if null {
				x = ""
			}
			c.Text.Add([]byte(x))
			c.Null = append(c.Null, null)
			want = append(want, x)
		}
		b, err := w.Encode(&Batch{Rows: k.rows}, []Column{c})
		if err == nil {
			err = w.Append(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, s.Size())
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range file.Metadata().RowGroups {
		if got := g.Columns[0].MetaData.Encoding; got[len(got)-1] != kinds[i].want && got[0] != kinds[i].want {
			t.Errorf("block %d is written as %v, want %v", i, got, kinds[i].want)
		}
	}
	back, err := parquet.ReadFile[struct {
		Text *string `parquet:"text,optional"`
	}](name)
	if err != nil || len(back) != len(want) {
		t.Fatalf("the library reads %d rows, want %d: %v", len(back), len(want), err)
	}
	r, err := Open(name, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out, _ := rows(t, r)
	if len(out) != len(want) {
		t.Fatalf("%d rows, want %d", len(out), len(want))
	}
	for i, x := range want {
		null := x == "" && back[i].Text == nil
		if out[i][1] != x || !null && (back[i].Text == nil || *back[i].Text != x) {
			t.Fatalf("row %d is %q, want %q", i, out[i][1], x)
		}
	}
}
