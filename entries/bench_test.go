package entries_test

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/parquet-go/parquet-go"

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

// row is a drawn row as the Parquet library reads it into a struct.
type row struct {
	ID                string  `parquet:"id"`
	EntryID           string  `parquet:"entry_id,dict"`
	HTS               string  `parquet:"hts,dict"`
	Origin            string  `parquet:"origin,dict"`
	EntryDate         int32   `parquet:"entry_date,date"`
	Value             int64   `parquet:"value_usd,decimal(2:18)"`
	Quantity          *int64  `parquet:"quantity,optional,decimal(2:18)"`
	Unit              *string `parquet:"unit,optional,dict"`
	Loaded            *int32  `parquet:"loaded_date,optional,date"`
	Exported          *int32  `parquet:"export_date,optional,date"`
	Mode              *int64  `parquet:"mode,optional"`
	SPI               *string `parquet:"spi,optional,dict"`
	USContent         *int64  `parquet:"us_content_pct,optional,decimal(2:18)"`
	Steel             *int64  `parquet:"steel_pct,optional,decimal(2:18)"`
	Aluminum          *int64  `parquet:"aluminum_pct,optional,decimal(2:18)"`
	Copper            *int64  `parquet:"copper_pct,optional,decimal(2:18)"`
	MetalWeight       *int64  `parquet:"metal_weight_pct,optional,decimal(2:18)"`
	MeltPour          *string `parquet:"melt_pour_country,optional,dict"`
	SmeltCast         *string `parquet:"smelt_cast_country,optional,dict"`
	Flags             *string `parquet:"flags,optional,dict"`
	LiquidationStatus *string `parquet:"liquidation_status,optional,dict"`
	PaymentDate       *int32  `parquet:"payment_date,optional,date"`
	Assessed          *int64  `parquet:"assessed_usd,optional,decimal(2:18)"`
	Importer          *string `parquet:"importer,optional,dict"`
}

// libraryParquet reads and writes a file with the Parquet library, row by row
// as its users do.
func libraryParquet(b *testing.B, in, out string) (rows int64) {
	f, err := os.Open(in)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	g, err := os.Create(out)
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	buffered := bufio.NewWriterSize(g, 1<<20)
	r := parquet.NewGenericReader[row](f)
	w := parquet.NewGenericWriter[row](buffered, parquet.Compression(&parquet.Snappy))
	buf := make([]row, 4096)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				b.Fatal(err)
			}
			if rows += int64(n); rows%(1<<16) == 0 {
				if err := w.Flush(); err != nil {
					b.Fatal(err)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), buffered.Flush()); err != nil {
		b.Fatal(err)
	}
	return rows
}

// libraryCSV does the same with encoding/csv.
func libraryCSV(b *testing.B, in, out string) (rows int64) {
	f, err := os.Open(in)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	g, err := os.Create(out)
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	r, w := csv.NewReader(bufio.NewReaderSize(f, 1<<20)), csv.NewWriter(bufio.NewWriterSize(g, 1<<20))
	r.ReuseRecord = true
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(rec); err != nil {
			b.Fatal(err)
		}
		rows++
	}
	w.Flush()
	return rows - 1
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

func cpu() int64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r.Utime.Nano() + r.Stime.Nano()
}

// BenchmarkFile rates a file and merely reads and writes it, by the library and
// by package table, in one run. The file is drawn (200,000 rows), or that of
// the variable KANZEI_FILE.
func BenchmarkFile(b *testing.B) {
	e, err := duty.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	for _, ext := range []string{".parquet", ".csv"} {
		in := os.Getenv("KANZEI_FILE")
		if in == "" {
			in = filepath.Join(b.TempDir(), "in"+ext)
			draw(b, in, 200_000, 1, 0)
		}
		if filepath.Ext(in) != ext {
			continue
		}
		library := libraryParquet
		if ext == ".csv" {
			library = libraryCSV
		}
		for _, way := range []struct {
			name string
			run  func(b *testing.B, in, out string) int64
		}{
			{"library", library},
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
				used := cpu()
				for b.Loop() {
					rows += way.run(b, in, out)
				}
				b.ReportMetric(float64(cpu()-used)/float64(rows), "cpu-ns/row")
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
