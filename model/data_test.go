package model

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// dataRoot finds the shared research files, or skips with a line that says so.
func dataRoot(t testing.TB, folder string) string {
	t.Helper()
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = "../../shared"
	}
	root = filepath.Join(root, "sources/model")
	if _, err := os.Stat(filepath.Join(root, folder)); err != nil {
		t.Skipf("research files absent: %s (set KANZEI_SHARED)", filepath.Join(root, folder))
	}
	return root
}

// oracle reads an oracle table, or skips.
func oracle(t testing.TB, file string) [][]string {
	t.Helper()
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = "../../shared"
	}
	path := filepath.Join(root, "oracle/model", file)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("oracle absent: %s (set KANZEI_SHARED)", path)
	}
	return readCSV(t, path)
}

func readCSV(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	r.Comment = '#'
	recs, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return recs
}

var cached sync.Map

// load returns an embedded world.
func load(t testing.TB, name string) *World {
	t.Helper()
	w, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// world loads a source world once per test binary.
func world(t testing.TB, name string) *World {
	t.Helper()
	if w, ok := cached.Load(name); ok {
		return w.(*World)
	}
	w, err := LoadDir(dataRoot(t, sources[name].folder), name)
	if err != nil {
		t.Fatal(err)
	}
	cached.Store(name, w)
	return w
}

func num(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatalf("oracle: %v", err)
	}
	return v
}
