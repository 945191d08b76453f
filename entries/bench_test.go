package entries_test

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"kanzei/duty"
	"kanzei/entries"
	"kanzei/internal/sample"
	"kanzei/table"
)

// draw writes a file of entries.
func draw(t testing.TB, name string, n int, seed uint64, bad float64) {
	t.Helper()
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sample.New(e, seed, n)
	if err != nil {
		t.Fatal(err)
	}
	w, err := table.Create(name, nil, nil, sample.Fields)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	var b table.Batch
	for ; n > 0; n -= 1 << 14 {
		s.Fill(&b, min(n, 1<<14), bad)
		k, err := w.Encode(&table.Batch{Rows: b.Rows}, b.Columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// copyTable reads and writes a file with package table on one goroutine.
func copyTable(b *testing.B, in, out string) (rows int64) {
	r, err := table.Open(in, nil, table.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	w, err := table.Create(out, nil, r, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	for {
		t, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		t.Split()
		k, err := w.Encode(t, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Append(k); err != nil {
			b.Fatal(err)
		}
		rows += int64(t.Rows)
		t.Free()
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return rows
}

// BenchmarkFile rates a file of 200,000 rows and merely reads and writes it by
// package table. "go run ./internal/entries -compare" measures larger files, and
// the library beside them.
func BenchmarkFile(b *testing.B) {
	e := engine()
	for _, ext := range []string{".parquet", ".csv"} {
		in := filepath.Join(b.TempDir(), "in"+ext)
		draw(b, in, 200_000, 1, 0)
		for _, way := range []struct {
			name string
			run  func(b *testing.B, in, out string) int64
		}{
			{"table", copyTable},
			{"rate", func(b *testing.B, in, out string) int64 {
				j := &entries.Job{Engine: e, In: in}
				rows, _, err := j.Rate(out, nil, "")
				if err != nil {
					b.Fatal(err)
				}
				return rows
			}},
		} {
			b.Run(ext[1:]+"/"+way.name, func(b *testing.B) {
				out := filepath.Join(b.TempDir(), "out"+ext)
				var rows int64
				for b.Loop() {
					rows += way.run(b, in, out)
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
