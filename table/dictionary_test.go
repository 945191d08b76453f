package table

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
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
