package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The editions in the tree are what the sources give.
func TestTradeEditions(t *testing.T) {
	root, err := repoRoot()
	if err != nil {
		t.Fatal(err)
	}
	sources := filepath.Join(root, "..", "shared", "sources")
	if _, err := os.Stat(filepath.Join(sources, "trade")); err != nil {
		t.Skip("the raw sources are not beside the repository: editions not compared")
	}
	files, err := trade(sources)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the sources give; run go run ./internal/gen trade", path)
		}
	}
}
