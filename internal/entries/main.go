// Entries writes a file of entries drawn at random, for tests and measurements:
//
//	go run ./internal/entries -n 10000000 -o f.parquet
package main

import (
	"flag"
	"fmt"
	"os"

	"kanzei/duty"
	"kanzei/internal/sample"
	"kanzei/table"
)

func main() {
	n := flag.Int("n", 1_000_000, "rows")
	out := flag.String("o", "entries.parquet", "file to write, .csv or .parquet")
	seed := flag.Uint64("seed", 1, "the same seed gives the same file")
	bad := flag.Float64("bad", 0, "share of rows with a code that does not exist")
	shuffle := flag.Bool("shuffle", false, "days at random, not in order")
	flag.Parse()
	total := *n
	if *shuffle {
		total = 0
	}
	if err := write(*n, *out, *seed, total, *bad); err != nil {
		fmt.Fprintln(os.Stderr, "entries:", err)
		os.Exit(1)
	}
}

func write(n int, out string, seed uint64, total int, bad float64) error {
	e, err := duty.Embedded()
	if err != nil {
		return err
	}
	s, err := sample.New(e, seed, total)
	if err != nil {
		return err
	}
	w, err := table.Create(out, os.Stdout, nil, sample.Fields)
	if err != nil {
		return err
	}
	defer w.Abort()
	var b table.Batch
	for n > 0 {
		k := min(n, 1<<16)
		s.Fill(&b, k, bad)
		block, err := w.Encode(&table.Batch{Rows: b.Rows}, b.Columns)
		if err != nil {
			return err
		}
		if err := w.Append(block); err != nil {
			return err
		}
		n -= k
	}
	return w.Close()
}
