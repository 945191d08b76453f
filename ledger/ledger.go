// Package ledger reads instruments of law, checks them, and folds them into
// the law in force at a moment as it was known on a day.
//
//	l, err := ledger.Embedded()
//	b := l.AsKnown(kanzei.DayOf(2025, 4, 15))   // what was public by the end of that day
//	s := b.At(kanzei.DayOf(2025, 4, 15).Open()) // what was in force then
//	next := b.Outlook(…)                        // what changes by itself
//
// The fold knows no special cases: acts are laid over each other in the order
// in which they became public, and the topmost act in effect decides. See
// law/README.md for the language.
package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"kanzei"
)

// A Ledger is a list of instruments with the register of what they cover.
type Ledger struct {
	Instruments []*kanzei.Instrument // by the day they became public
	Coverage    *Coverage
	made        made
}

// A Ref names an act of an instrument.
type Ref struct {
	Instrument *kanzei.Instrument
	Act        *kanzei.Act
}

func (r Ref) String() string {
	if r.Instrument == nil {
		return ""
	}
	return r.Instrument.ID
}

// Citation returns the citation of the instrument and the place in it.
func (r Ref) Citation() string {
	if r.Instrument == nil {
		return ""
	}
	c := r.Instrument.Citation
	if c == "" {
		c = r.Instrument.Source
	}
	if r.Act != nil && r.Act.Cite != "" {
		c += ", " + r.Act.Cite
	}
	return c
}

// Where returns file:line of the act.
func (r Ref) Where() string {
	if r.Instrument == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", r.Instrument.File, r.Act.Line)
}

// Read reads all instruments of a tree of law: files <year>/*.yaml below
// every jurisdiction, lists/, coverage.yaml. All errors found are returned,
// joined.
func Read(fsys fs.FS) (*Ledger, error) {
	l := &Ledger{Coverage: &Coverage{}}
	var errs []error
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		if path.Base(p) == "coverage.yaml" || path.Base(path.Dir(p)) == "coverage.d" {
			c, err := ParseCoverage(p, data)
			if err != nil {
				errs = append(errs, err)
			} else {
				l.Coverage.merge(c)
			}
			return nil
		}
		jurisdiction := path.Dir(path.Dir(p))
		in, err := Parse(p, data, func(name string) ([]byte, error) {
			return fs.ReadFile(fsys, path.Join(jurisdiction, name))
		})
		if err != nil {
			errs = append(errs, err)
		} else {
			l.Instruments = append(l.Instruments, in)
		}
		return nil
	})
	if err != nil {
		errs = append(errs, err)
	}
	l.sort()
	return l, errors.Join(errs...)
}

// Add adds instruments, for example drafts, and returns a new ledger.
func (l *Ledger) Add(ins ...*kanzei.Instrument) *Ledger {
	n := &Ledger{Instruments: append(slices.Clone(l.Instruments), ins...), Coverage: l.Coverage}
	n.sort()
	return n
}

func (l *Ledger) sort() {
	slices.SortStableFunc(l.Instruments, func(a, b *kanzei.Instrument) int {
		return cmp.Or(cmp.Compare(a.Public, b.Public), cmp.Compare(a.File, b.File), cmp.Compare(a.ID, b.ID))
	})
}

// Instrument returns the instrument with the given name, or nil.
func (l *Ledger) Instrument(id string) *kanzei.Instrument {
	for _, in := range l.Instruments {
		if in.ID == id {
			return in
		}
	}
	return nil
}

// knownFrom is the day from which an act bears on the fold.
func knownFrom(a *kanzei.Act) kanzei.Day { return max(a.Public, a.Implemented) }
