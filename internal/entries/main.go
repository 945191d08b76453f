// Entries writes a file of entries drawn at random, for tests and measurements,
// and measures how fast such a file is rated:
//
//	go run ./internal/entries -n 10000000 -o f.parquet
//	go run ./internal/entries -compare f.parquet
//	go run ./internal/entries -hostile 1000 -o f.csv    megabytes of records, a tenth of them broken
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"kanzei/duty"
	"kanzei/internal/sample"
	"kanzei/table"
)

func main() {
	n := flag.Int("n", 1_000_000, "rows")
	out := flag.String("o", "", "file to write, .csv or .parquet; needed but with -compare")
	seed := flag.Uint64("seed", 1, "the same seed gives the same file")
	bad := flag.Float64("bad", 0, "share of rows with a code that does not exist")
	shuffle := flag.Bool("shuffle", false, "days at random, not in order")
	hostile := flag.Int64("hostile", 0, "megabytes of a CSV file with broken records")
	against := flag.String("compare", "", "file of entries to rate and merely to read and write, measured")
	through := flag.String("way", "", "go through a file one way, for -compare")
	rated := flag.String("rated", "", "with -way: the file as rated before")
	profile := flag.String("profile", "", "with -way: file for a profile of the processor time")
	flag.Parse()
	total := *n
	if *shuffle {
		total = 0
	}
	var err error
	switch {
	case *out == "" && *against == "":
		err = errors.New("no file to write is named: add -o FILE")
	case *hostile > 0:
		err = broken(*hostile, *out, *seed)
	case *against != "":
		err = compare(*against)
	case *through != "":
		err = one(*through, flag.Arg(0), *rated, *out, *profile)
	default:
		err = write(*n, *out, *seed, total, *bad)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "entries:", err)
		os.Exit(1)
	}
}

// broken writes a file with broken records and prints what it holds.
func broken(megabytes int64, out string, seed uint64) error {
	f, err := table.CreateFile(out)
	if err != nil {
		return err
	}
	defer f.Abort()
	t, err := sample.Hostile(f, seed, megabytes<<20, 2000)
	if err != nil {
		return err
	}
	fmt.Printf("%d bytes, %d records to be rated, %d to be rejected\n", t.Bytes, t.Good, t.Bad)
	return f.Close()
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
