// Package panel holds the rate of every line of the schedule for every origin
// on every day: rates by program under a named set of assumptions.
//
//	p, err := panel.Build(engine, from, to, panel.Statutory)
//	c, err := p.Cell(kanzei.MustHTS("8703.23.01.40"), kanzei.MustOrigin("JP"), on)
//
// What the law treats alike is computed once. Products on which the same
// provisions bear and that have the same base rate are one kind; origins that
// the same provisions reach have one [duty.Treatment]; days between changes of
// the law, the schedule and the assumptions are one stretch, and a kind is the
// same in two stretches when the provisions are, whatever else changed. From
// these classes any [Cell] is read by a few look-ups.
//
// Rates are shares of the customs value, exact to 1e-8. Goods are of a value
// above the thresholds that law sets for small ones. What is collected counts:
// repeals are heeded, judgments that annul are not. Chapters 98 and 99 are left
// out: their duty hangs on the provision claimed. A line that the schedule prints
// without a ten-digit number, such as those of watches, stands under its eight
// digits.
package panel

import (
	"fmt"
	"slices"
	"sort"

	"kanzei"
	"kanzei/duty"
)

// A Panel is read-only and answers many at once.
type Panel struct {
	From, Until kanzei.Day // the days [From, Until)
	Known       kanzei.Day // the day of knowledge; the horizon where everything held counts
	Horizon     kanzei.Day // the last day on which the sources of the law were read
	Assumptions Assumptions

	codes     []kanzei.HTS // of any day, ascending
	origins   []kanzei.Origin
	originAt  map[kanzei.Origin]int
	stretches []stretch
	kindOf    [][]uint32 // stretch → code → kind + 1; 0 where the schedule has no such code
	kinds     []kind
	rows      []row
	goods     []goods  // what cells of kinds answer for
	same      []uint32 // goods → cell; goods that pay the same have one
	cells     []Cell
	prefers   []int // origin → place among the preferred origins + 1
	shares    [][][]kanzei.Fraction
	programs  []string
}

// A stretch is days of the same law, schedule and assumptions.
type stretch struct {
	from, until kanzei.Day
	edition     int // of the schedule
	period      int // of preference shares
}

// A row is the treatments that goods of a class of products have by origin.
type row struct {
	class      []uint16 // origin → place in treatments
	treatments []duty.Treatment
}

// A kind is products of one row and one base rate.
type kind struct {
	row     uint32
	goods   []uint32 // by class of the row
	claimed []uint32 // by preferred origin, under the preference; nil without
	gap     *gap     // law that is not held; nil mostly
	gapped  []uint32 // by class of the row, where the gap is
}

// A gap is law known to exist and not held, for some origins.
type gap struct {
	program string
	origins []bool
}

// A Cell is what goods pay. A share that hangs on a fact nobody declares, or on
// a rate levied by quantity, lies between bounds and is no figure.
type Cell struct {
	duty.Burden
	BaseText string // the rate of column 1 or 2, as printed
}

// Program returns what a program takes, zero when nothing.
func (c *Cell) Program(name string) duty.Extent {
	for i := range c.Programs {
		if c.Programs[i].Program == name {
			return c.Programs[i].Extent
		}
	}
	return duty.Extent{}
}

// Codes returns the codes of the panel, ascending.
func (p *Panel) Codes() []kanzei.HTS { return p.codes }

// Origins returns the origins, by code.
func (p *Panel) Origins() []kanzei.Origin { return p.origins }

// Programs returns the programs that levy something in some cell, by name.
func (p *Panel) Programs() []string { return p.programs }

// Days returns the first days of the stretches, ascending.
func (p *Panel) Days() []kanzei.Day {
	out := make([]kanzei.Day, len(p.stretches))
	for i := range p.stretches {
		out[i] = p.stretches[i].from
	}
	return out
}

// Size says how little was computed.
type Size struct {
	Codes, Origins, Stretches int
	Rows, Kinds               int // classes of products, and with their base rates
	Treatments                int
	Goods                     int // for which a burden was computed
	Cells                     int // of them that differ
}

// Size returns the numbers of classes.
func (p *Panel) Size() Size {
	seen := map[duty.Treatment]bool{}
	for i := range p.rows {
		for _, t := range p.rows[i].treatments {
			seen[t] = true
		}
	}
	return Size{len(p.codes), len(p.origins), len(p.stretches), len(p.rows), len(p.kinds), len(seen), len(p.goods), len(p.cells)}
}

// Cell returns the cell of a code and an origin on a day. Problems:
// "panel.day", "panel.code" (not in the schedule of the day), "origin.unknown".
func (p *Panel) Cell(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) (Cell, error) {
	k, s, c, at, err := p.find(h, o, on)
	if err != nil {
		return Cell{}, err
	}
	r := p.at(k, s, c, at)
	return p.cell(&r), nil
}

// Observed is Cell with an ad valorem equivalent in place of a base rate that
// is levied by quantity or is a rule of text.
func (p *Panel) Observed(h kanzei.HTS, o kanzei.Origin, on kanzei.Day, equivalent kanzei.Fraction) (Cell, error) {
	k, s, c, at, err := p.find(h, o, on)
	if err != nil {
		return Cell{}, err
	}
	r := p.at(k, s, c, at)
	ask := func(id uint32) Cell {
		g := &p.goods[id]
		if len(g.rate.Specific) == 0 && g.rate.Kind != kanzei.RateByText {
			return p.cells[p.same[id]]
		}
		return g.ask(&equivalent)
	}
	plain := ask(r.goods)
	if r.share == 0 {
		return plain, nil
	}
	claimed := ask(r.claimed)
	return blend(&plain, &claimed, r.share), nil
}

func (p *Panel) find(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) (k *kind, s, c, at int, err error) {
	at, ok := p.originAt[o]
	if !ok {
		return nil, 0, 0, 0, &kanzei.Problem{Code: "origin.unknown", Msg: fmt.Sprintf("%q is not a country of origin", o), Hint: "use an ISO 3166 code such as JP"}
	}
	if on < p.From || on >= p.Until {
		return nil, 0, 0, 0, &kanzei.Problem{Code: "panel.day", Msg: fmt.Sprintf("%s is not in the panel, which is from %s to %s", on, p.From, p.Until-1)}
	}
	s = sort.Search(len(p.stretches), func(i int) bool { return p.stretches[i].from > on }) - 1
	c, ok = slices.BinarySearch(p.codes, h)
	if !ok || p.kindOf[s][c] == 0 {
		return nil, 0, 0, 0, &kanzei.Problem{Code: "panel.code", Msg: fmt.Sprintf("%s is no number of the schedule on %s", h, on), Hint: "name a ten-digit number of chapters 1 to 97"}
	}
	return &p.kinds[p.kindOf[s][c]-1], s, c, at, nil
}

// A reading names the goods that an answer is made of.
type reading struct {
	goods, claimed uint32
	share          kanzei.Fraction // of trade under the preference
}

// at reads the goods of a kind and the origin at a place, in stretch s for code c.
func (p *Panel) at(k *kind, s, c, at int) reading {
	class := p.rows[k.row].class[at]
	if k.gap != nil && k.gap.origins[at] {
		return reading{goods: k.gapped[class]}
	}
	r := reading{goods: k.goods[class]}
	if k.claimed != nil && p.prefers[at] > 0 {
		i := p.prefers[at] - 1
		f := p.shares[p.stretches[s].period][i]
		switch {
		case f == nil || f[c] == 0 || p.same[k.claimed[i]] == p.same[r.goods]:
		case f[c] == kanzei.One:
			r.goods = k.claimed[i]
		default:
			r.claimed, r.share = k.claimed[i], f[c]
		}
	}
	return r
}

func (p *Panel) cell(r *reading) Cell {
	if r.share == 0 {
		return p.cells[p.same[r.goods]]
	}
	return blend(&p.cells[p.same[r.goods]], &p.cells[p.same[r.claimed]], r.share)
}

// blend is what goods pay on average of which a share claims a preference.
func blend(plain, claimed *Cell, share kanzei.Fraction) Cell {
	mix := func(a, b duty.Extent) duty.Extent {
		of := func(a, b kanzei.Fraction) kanzei.Fraction {
			return kanzei.Fraction(kanzei.MulDiv(int64(a), int64(kanzei.One-share), int64(kanzei.One)) + kanzei.MulDiv(int64(b), int64(share), int64(kanzei.One)))
		}
		return duty.Extent{Min: of(a.Min, b.Min), Max: of(a.Max, b.Max), Open: a.Open || b.Open}
	}
	c := Cell{BaseText: plain.BaseText}
	c.Status = plain.Status
	if c.Status == kanzei.Exact {
		c.Status = claimed.Status
	}
	c.Base = mix(plain.Base, claimed.Base)
	for i, j := 0, 0; i < len(plain.Programs) || j < len(claimed.Programs); {
		var x duty.ProgramExtent
		switch {
		case j == len(claimed.Programs) || i < len(plain.Programs) && plain.Programs[i].Program < claimed.Programs[j].Program:
			x = plain.Programs[i]
			x.Extent = mix(x.Extent, duty.Extent{})
			i++
		case i == len(plain.Programs) || plain.Programs[i].Program > claimed.Programs[j].Program:
			x = claimed.Programs[j]
			x.Extent = mix(duty.Extent{}, x.Extent)
			j++
		default:
			x = plain.Programs[i]
			x.Extent = mix(x.Extent, claimed.Programs[j].Extent)
			i, j = i+1, j+1
		}
		c.Programs = append(c.Programs, x)
	}
	c.Total = mix(plain.Total, claimed.Total)
	sum, exact := c.Base.Exact()
	for i := range c.Programs {
		f, one := c.Programs[i].Exact()
		sum, exact = sum+f, exact && one
	}
	if exact { // the parts sum to the whole
		c.Total = duty.Extent{Min: sum, Max: sum, Open: c.Total.Open}
	}
	return c
}
