package entries_test

import (
	"os"
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
	s, err := sample.New(e, seed)
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

// BenchmarkRate is one row of a file of KANZEI_ROWS rows (default 200,000), or
// of the file KANZEI_FILE.
func BenchmarkRate(b *testing.B) {
	e, err := duty.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	for _, ext := range []string{".parquet", ".csv"} {
		b.Run(ext[1:], func(b *testing.B) {
			in := os.Getenv("KANZEI_FILE")
			if in == "" {
				in = filepath.Join(b.TempDir(), "in"+ext)
				draw(b, in, 200_000, 1, 0)
			}
			out := filepath.Join(b.TempDir(), "out"+ext)
			var rows int64
			b.ResetTimer()
			for b.Loop() {
				j := &entries.Job{Engine: e, In: in}
				n, _, err := j.Rate(out, nil, "")
				if err != nil {
					b.Fatal(err)
				}
				rows += n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}
