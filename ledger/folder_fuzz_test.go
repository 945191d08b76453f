package ledger_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"kanzei/ledger"
)

// FuzzFolder: a folder of law as a user gives it with --law, an instrument, a
// list and a coverage register, is read and holds together with other law, or
// is refused; never a crash.
func FuzzFolder(f *testing.F) {
	coverage, _ := os.ReadFile("testdata/law/us/coverage.yaml")
	files, _ := filepath.Glob("testdata/law/us/*/*.yaml")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(data, []byte("# a list\n7208\n7206.10..7216.50\n"), coverage)
		}
	}
	f.Add([]byte("instrument: X\ntitle: t\nkind: draft\npublic: 2026-01-01\nsource: s\nacts:\n  - add: list:x\n    file: lists/x.txt\n    from: 2026-01-02\n    quote: q\n"), []byte("87\r\n\n8703..8701\n"), []byte("begins: 2025-01-01\n"))
	base, err := ledger.Read(os.DirFS("testdata/law"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, instrument, list, coverage []byte) {
		for _, dir := range []fstest.MapFS{
			{"order.yaml": {Data: instrument}, "lists/x.txt": {Data: list}, "coverage.yaml": {Data: coverage}},
			{"us/2026/order.yaml": {Data: instrument}, "us/lists/x.txt": {Data: list}, "us/coverage.yaml": {Data: coverage}},
		} {
			l, err := ledger.Read(dir)
			if err != nil {
				for _, p := range problems(err) {
					if p.Msg == "" {
						t.Fatalf("%q is no problem a person can act on", err)
					}
				}
				continue
			}
			sum := base.Add(l.Instruments...)
			if sum.Check() != nil {
				continue
			}
			b := sum.AsKnown(0)
			for _, m := range b.Bounds() {
				b.At(m)
			}
			b.Outlook(0, 1)
		}
	})
}
