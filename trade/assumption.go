package trade

import (
	_ "embed"
	"slices"
	"sync"

	"kanzei"
	"kanzei/trade/edition"
)

//go:embed bea-content.shares
var sharesFile []byte

// A Content is the assumed part of an article's customs value that is the
// value of each metal.
type Content = edition.Content

// An Assumption is a named set of answers to facts that an importer would
// declare and statistics do not hold. It is not law.
type Assumption struct {
	Name   string
	Source Source

	shares func() (*edition.Shares, error)
}

// Assumptions returns the sets the package embeds, by name. Without a set,
// duties that hang on content are ranges.
//
// "bea-content" has the value of steel, aluminum and copper in an article as
// the input-output accounts of its industry have it, 242 industries for 20,481
// codes. Articles of one industry are all alike, and inputs of metal include
// what becomes scrap; read it as an order of magnitude.
func Assumptions() []Assumption {
	s, err := beaShares()
	if err != nil {
		return nil // the embedded file is part of the program; a test reads it
	}
	return []Assumption{{Name: s.Source.Name, Source: s.Source, shares: beaShares}}
}

var beaShares = sync.OnceValues(func() (*edition.Shares, error) { return edition.DecodeShares(sharesFile) })

// AssumptionNamed returns the set of that name; an unknown name is a Problem
// with code "trade.assumption".
func AssumptionNamed(name string) (*Assumption, error) {
	var names string
	for _, a := range Assumptions() {
		if a.Name == name {
			return &a, nil
		}
		names += " " + a.Name
	}
	return nil, &kanzei.Problem{Code: "trade.assumption", Msg: "no assumption set " + name, Hint: "the sets are" + names}
}

// Content returns the assumed content of an article. A code the set does not
// have takes the content of the codes under its first eight, then six digits,
// when they all agree. It reports false when nothing is assumed; the content
// is then unknown.
func (a *Assumption) Content(h kanzei.HTS) (Content, bool) {
	s, err := a.shares()
	if err != nil {
		return Content{}, false
	}
	for _, digits := range []int{10, 8, 6} {
		if h.Digits() < digits {
			continue
		}
		if c, ok := agreed(s, h.Parent(digits)); ok {
			return c, true
		}
	}
	return Content{}, false
}

// agreed returns the content all codes under h have, if they have one.
func agreed(s *edition.Shares, h kanzei.HTS) (Content, bool) {
	lo, hi := h.Range()
	i, _ := slices.BinarySearchFunc(s.Codes, lo, func(c kanzei.HTS, lo uint64) int {
		if c.Ten() < lo {
			return -1
		}
		return 1
	})
	if i == len(s.Codes) || s.Codes[i].Ten() >= hi {
		return Content{}, false
	}
	first := s.Contents[i]
	for ; i < len(s.Codes) && s.Codes[i].Ten() < hi; i++ {
		if s.Contents[i] != first {
			return Content{}, false
		}
	}
	return first, true
}
