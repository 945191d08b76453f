package law_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"kanzei/duty"
	"kanzei/law"
	"kanzei/lawtest"
	"kanzei/ledger"
)

func tree(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Read(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Instruments) < 50 {
		t.Fatalf("only %d instruments", len(l.Instruments))
	}
	return l
}

// TestTree: the instruments agree with one another.
func TestTree(t *testing.T) {
	if err := tree(t).Check(); err != nil {
		t.Error(err)
	}
}

// TestEdition: the program embeds the law that people read in this folder.
func TestEdition(t *testing.T) {
	data, err := tree(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, law.Edition) {
		t.Error("edition.bin.zst is not compiled from this folder; run: go run ./internal/gen law")
	}
}

// TestSentences runs the sentences that test the law against the edition.
func TestSentences(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	sentences := 0
	err = fs.WalkDir(law.Tests, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".test") {
			return err
		}
		text, err := fs.ReadFile(law.Tests, path)
		if err != nil {
			return err
		}
		r := lawtest.Run(e, "law/"+path, string(text))
		sentences += r.Sentences
		for _, f := range r.Failures {
			t.Error(f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sentences == 0 {
		t.Error("no sentence was run")
	}
}
