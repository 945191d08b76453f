package trade

import (
	"cmp"
	_ "embed"
	"slices"
	"sync"

	"kanzei"
	"kanzei/trade/edition"
)

//go:embed us-exports-2024.weights
var exportsFile []byte

// Exports are what the United States sent to partners in 2024, free alongside
// ship, as weights for tariffs of other importers: by chapter to all, by
// subheading of the Harmonized System where figures are held (parts of what
// goes to Canada and China).
type Exports struct {
	source   Source
	partners []edition.Exports
}

// LoadExports opens the exports embedded in the program; every call returns the
// same.
func LoadExports() (*Exports, error) { return loadExports() }

var loadExports = sync.OnceValues(func() (*Exports, error) {
	src, list, err := edition.OpenExports(exportsFile)
	if err != nil {
		return nil, err
	}
	return &Exports{src, list}, nil
})

// Source returns where the exports come from.
func (e *Exports) Source() Source { return e.source }

func (e *Exports) to(o kanzei.Origin) *edition.Exports {
	i, ok := slices.BinarySearchFunc(e.partners, o, func(p edition.Exports, o kanzei.Origin) int { return cmp.Compare(p.Origin, o) })
	if !ok {
		return nil
	}
	return &e.partners[i]
}

// Chapters returns exports to a partner by chapter, in US dollars.
func (e *Exports) Chapters(to kanzei.Origin) (usd [100]float64) {
	if p := e.to(to); p != nil {
		for _, x := range p.Chapters {
			usd[x.Code] = 1000 * float64(x.Thousand)
		}
	}
	return usd
}

// Subheading returns exports of six digits to a partner, in US dollars, and
// whether a figure is held.
func (e *Exports) Subheading(to kanzei.Origin, six int) (usd float64, ok bool) {
	p := e.to(to)
	if p == nil {
		return 0, false
	}
	i, ok := slices.BinarySearchFunc(p.Subheadings, six, func(x edition.ExportSum, six int) int { return x.Code - six })
	if !ok {
		return 0, false
	}
	return 1000 * float64(p.Subheadings[i].Thousand), true
}
