package impact_test

import (
	"errors"
	"strings"
	"testing"

	"kanzei"
)

// FuzzTariffs: tariffs of other importers as CSV are read, or refused with the
// line that is wrong.
func FuzzTariffs(f *testing.F) {
	f.Add("exporter,importer,sector,rate\nUS,JP,*,25%\nUS,CN,C29,0.25\n")
	f.Add("exporter,importer,sector,add,share\nUS,JP,8703,10%,0.5\nUS,EU27,87,0.1,\n*,*,*,0\n")
	f.Add("exporter,importer,sector,rate\n\"US,JP\n")
	f.Add("\xef\xbb\xbfexporter;importer\n")
	f.Add("")
	s := open(f)
	l, err := s.Law([]string{"today"}, on, on)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := s.Base(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := s.WithTariffs(l, "t.csv", []byte(text))
		if err == nil {
			return
		}
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Msg == "" || !strings.HasPrefix(p.Where, "t.csv") {
			t.Fatalf("%q is no problem a person can act on", err)
		}
	})
}

// FuzzDraft: a draft of the user is a scenario, or refused with its place.
func FuzzDraft(f *testing.F) {
	f.Add("instrument: Draft\ntitle: A draft\nkind: draft\npublic: 2025-04-14\nsource: test\nacts:\n  - suspend: program:s232.autos\n    from: 2025-04-20 00:01\n    quote: \"words\"\n")
	f.Add("instrument: Draft\ntitle: T\nkind: draft\npublic: 2025-04-14\nsource: x\nacts:\n  - amend: 9903.94.01\n    rate: 15% all-in\n    from: 2025-05-01\n    quote: q\n")
	f.Add("acts: &a [*a]\n")
	s := open(f)
	f.Fuzz(func(t *testing.T, text string) {
		s.ReadFile = func(string) ([]byte, error) { return []byte(text), nil }
		_, err := s.Law([]string{"draft.yaml"}, on, on)
		if err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
