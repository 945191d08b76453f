package talks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kanzei"
)

// A plan is what options ask for, read before anything long begins.
type plan struct {
	sets     [][]*RedLine
	weights  map[int]float64
	packages [][]*Ask
	drafts   []*Draft
}

func (d *Desk) plan(g *Ground, o *Options) (*plan, error) {
	p := &plan{weights: map[int]float64{}}
	sets, given := o.RedLines, true
	if sets == nil {
		sets, given = [][]string{nil, DefaultRedLines}, false
	}
sets:
	for _, set := range sets {
		list := []*RedLine{}
		for _, text := range set {
			l, err := g.RedLine(text)
			if err != nil {
				if given {
					return nil, err
				}
				continue sets // the example does not fit this case
			}
			list = append(list, l)
		}
		p.sets = append(p.sets, list)
	}
	for _, code := range slices.Sorted(maps.Keys(o.Weights)) {
		j, err := d.World.Sector(code)
		if err != nil {
			return nil, &kanzei.Problem{Code: "talks.weight", Where: "--weight", Msg: err.Error(), Hint: "write C24A=0.5"}
		}
		p.weights[j] = o.Weights[code]
	}
	for _, ids := range o.Packages {
		var asks []*Ask
		for _, id := range ids {
			a, err := g.find(id)
			if err != nil {
				return nil, err
			}
			asks = append(asks, a)
		}
		p.packages = append(p.packages, asks)
	}
	for _, name := range o.Deals {
		x, err := OpenDraft(name)
		if err != nil {
			return nil, err
		}
		if err := x.Check(d.Study); err != nil {
			return nil, err
		}
		if err := d.ours(x); err != nil {
			return nil, err
		}
		p.drafts = append(p.drafts, x)
	}
	if _, err := scopeKey(cmp.Or(o.By, "sector")); err != nil {
		return nil, atFlag("--by", err)
	}
	return p, nil
}

// find reads the ID of an ask that is not on the table: a program, a sector, a
// chapter, a line, or an offer.
func (g *Ground) find(id string) (*Ask, error) {
	for _, a := range append(g.Measures(), g.Offers()...) {
		if a.ID == id {
			return a, nil
		}
	}
	if slices.Contains(g.Programs(), id) {
		return &Ask{ID: id, What: "no " + g.title(id), Kind: "program", relief: Relief{id: ""}}, nil
	}
	if _, lines, err := g.scope(id); err == nil && len(lines) > 0 {
		a := &Ask{ID: id, What: "no additional duties on " + id, Kind: "goods", relief: Relief{}, lines: make([]bool, len(g.Lines))}
		for _, p := range g.Programs() {
			a.relief[p] = ""
		}
		for _, i := range lines {
			a.lines[i] = true
		}
		return a, nil
	}
	var ids []string
	for _, a := range append(g.Measures(), g.Offers()...) {
		ids = append(ids, a.ID)
	}
	return nil, &kanzei.Problem{Code: "talks.ask", Where: "--package", Msg: fmt.Sprintf("no ask or offer %q", id), Hint: "name measures, programs, sectors, chapters (ch87), codes or offers, such as " + strings.Join(ids, ", ")}
}
