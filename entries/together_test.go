package entries_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"kanzei/duty"
	"kanzei/entries"
	"kanzei/internal/sample"
)

// TestConcurrent: many workers write what one writes, byte for byte, whatever
// GOMAXPROCS and whoever found out first. Run with the race detector.
func TestConcurrent(t *testing.T) {
	n := 6000
	if testing.Short() {
		n = 2000
	}
	for _, ext := range []string{".csv", ".parquet"} {
		dir := t.TempDir()
		in := filepath.Join(dir, "in"+ext)
		draw(t, in, n, 7, 0.01)
		fresh, err := duty.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		var rows, rejects []byte
		for _, procs := range []int{8, 2, 1} { // eight begin with nothing found out
			before := runtime.GOMAXPROCS(procs)
			j := entries.Job{Engine: fresh, In: in, Batch: 300}
			out := filepath.Join(dir, "out"+ext)
			good, bad, err := j.Rate(out, nil, out+".rejects.csv")
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			if good == 0 || bad == 0 || good+bad != int64(n) {
				t.Fatalf("%d rows rated, %d rejected of %d", good, bad, n)
			}
			a, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(out + ".rejects.csv")
			if err != nil {
				t.Fatal(err)
			}
			if rows == nil {
				rows, rejects = a, b
			}
			if !bytes.Equal(a, rows) || !bytes.Equal(b, rejects) {
				t.Errorf("%s: %d workers write other bytes than eight", ext, procs)
			}
		}
	}
}

// TestHostile: of a file full of broken records every good one is rated and
// every bad one is rejected with a reason, in order.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv")
	f, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	held, err := sample.Hostile(f, 3, 4<<20, 100)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	j := entries.Job{Engine: engine(), In: in, Batch: 1000}
	good, bad, err := j.Rate(out, nil, out+".rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	if good != held.Good || bad != held.Bad || good < 1000 || bad < 100 {
		t.Fatalf("%d rated, %d rejected; the file holds %+v", good, bad, held)
	}
	g, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r := csv.NewReader(g)
	r.LazyQuotes = true // a quote within a cell is passed through as it stands
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	status := -1
	for i, name := range head {
		if name == "status" {
			status = i
		}
	}
	for n := int64(0); ; n++ {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			if n != good {
				t.Errorf("%d rows written of %d", n, good)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(rec[0], "x") || rec[status] == "" {
			t.Fatalf("row %q", rec)
		}
	}
	b, err := os.ReadFile(out + ".rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	reasons := []string{"not closed", "closing quote", "UTF-8", "longer than", "cells", "has the character", "more than ten digits", "not an amount", "not a date"}
	seen := map[string]bool{}
	for _, rec := range records(t, b)[1:] {
		if rec[2] == "" || len(rec[2]) > 400 {
			t.Errorf("reason %q", rec[2])
		}
		for _, part := range reasons {
			if strings.Contains(rec[2], part) {
				seen[part] = true
			}
		}
	}
	for _, part := range reasons {
		if !seen[part] {
			t.Errorf("no reject says %q", part)
		}
	}
}
