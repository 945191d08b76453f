package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The edition of preference shares in the tree is what the sources give.
func TestPanelEdition(t *testing.T) {
	root, err := repoRoot()
	if err != nil {
		t.Fatal(err)
	}
	sources := filepath.Join(root, "..", "shared", "sources")
	if _, err := os.Stat(filepath.Join(sources, "law", "usmca")); err != nil {
		t.Skip("the raw sources are not beside the repository: editions not compared")
	}
	files, err := panelShares(sources)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the sources give; run go run ./internal/gen panel", path)
		}
	}
}
