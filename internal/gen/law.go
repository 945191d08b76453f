package main

import (
	"os"
	"path/filepath"

	"kanzei/ledger"
)

// compileLaw compiles the instruments below law/ into the edition the program
// embeds. It reads the repository only, not the sources.
func compileLaw(string) (map[string][]byte, error) {
	root, err := repoRoot()
	if err != nil {
		return nil, err
	}
	l, err := ledger.Read(os.DirFS(filepath.Join(root, "law")))
	if err != nil {
		return nil, err
	}
	if err := l.Check(); err != nil {
		return nil, err
	}
	data, err := l.Encode()
	return map[string][]byte{"law/edition.bin.zst": data}, err
}
