package trade

import (
	"cmp"
	"fmt"
	"slices"

	"kanzei"
)

// Measure computes the exposure of a partner under each state of the law.
//
// Every line of the partner is carried to the edition of the state's day and
// rated; lines of chapters 98 and 99 and lines without a successor are counted
// and not rated. An error of a rater ends the measurement and names the line;
// law that is not held is an Unsupported outcome, not an error.
func Measure(p Partner, states []State, opt Options) (*Exposure, error) {
	if opt.Digits == 0 {
		opt.Digits = 8
	}
	if opt.Top == 0 {
		opt.Top = 20
	}
	switch opt.Digits {
	case 4, 6, 8, 10:
	default:
		return nil, &kanzei.Problem{Code: "trade.digits", Msg: fmt.Sprintf("products have no %d digits", opt.Digits), Hint: "use 4, 6, 8 or 10"}
	}
	origin := cmp.Or(opt.RateAs, p.Origin)
	if origin == 0 {
		return nil, &kanzei.Problem{Code: "trade.origin", Msg: p.Name + " is not a country of origin", Hint: "say which member's rates to use, such as DE"}
	}
	e := &Exposure{
		Origin: p.Origin, Name: p.Name, RatedAs: origin, Year: Year, Digits: opt.Digits,
		ValueUSD: p.TotalUSD, ObservedDutyUSD: p.DutyUSD,
		Assumptions: []string{"static: imports of 2024, no response of trade to the duty"},
		States:      make([]Result, len(states)),
	}
	var value int64
	for _, l := range p.Lines {
		if l.ValueUSD < 0 || l.DutyUSD < 0 {
			return nil, &kanzei.Problem{Code: "trade.value", Msg: fmt.Sprintf("line %s has a negative amount", l.HTS)}
		}
		value += l.ValueUSD
	}
	if value != p.TotalUSD {
		return nil, &kanzei.Problem{Code: "trade.value", Msg: fmt.Sprintf("the lines of %s sum to %d dollars, its total is %d", p.Name, value, p.TotalUSD)}
	}
	products := make([][]ProductRow, len(states))
	used := assumed{}
	for i, s := range states {
		t := tally{state: s, opt: &opt, origin: origin, programs: map[string]*program{}, notes: map[string]int64{}, used: &used}
		if opt.Sector != nil {
			t.sectors = map[string]*Amounts{}
		}
		for _, l := range p.Lines {
			if err := t.line(l); err != nil {
				return nil, fmt.Errorf("state %q, line %s: %w", s.Name, l.HTS, err)
			}
		}
		e.States[i], products[i] = t.result(), t.products
	}
	e.Assumptions = append(e.Assumptions, used.list(&opt)...)
	pickProducts(e.States, products, opt.Top)
	return e, nil
}

// assumed records which assumptions some line needed.
type assumed struct{ split, observed, content bool }

func (u assumed) list(opt *Options) (names []string) {
	if u.split {
		names = append(names, "equal-split: value of a code of 2024 with several successors is split equally among them")
	}
	if u.observed && opt.Reference == nil {
		names = append(names, "observed-2024: base duty of rates that are not ad valorem is the calculated duty of 2024 over customs value, additional duties of 2024 included")
	}
	if u.observed && opt.Reference != nil {
		names = append(names, "observed-2024: base duty of rates that are not ad valorem is the calculated duty of 2024 over customs value, less the additional duties of the law of 2024")
	}
	if u.content {
		names = append(names, opt.Assumption.Name+": metal content by code, see its source")
	}
	return names
}

// A tally sums the lines of a partner under one state.
type tally struct {
	state  State
	opt    *Options
	origin kanzei.Origin

	r        Result
	programs map[string]*program
	chapters [100]Amounts
	sectors  map[string]*Amounts
	products []ProductRow // ascending, since lines are
	notes    map[string]int64
	used     *assumed
	piece    int // counts the pieces rated, to count value once
}

type program struct {
	ProgramRow
	last     int // the piece counted last in HitUSD
	headings map[string]*heading
}

type heading struct {
	HeadingRow
	last int
}

// line carries and rates one line.
func (t *tally) line(l Line) error {
	c := &t.r.Coverage
	c.TotalUSD += l.ValueUSD
	c.Lines++
	sum := Amounts{ValueUSD: l.ValueUSD}
	if ch := l.HTS.Chapter(); ch >= 98 {
		c.SpecialUSD += l.ValueUSD
		c.SpecialLines++
	} else {
		codes := []kanzei.HTS{l.HTS}
		if t.opt.Carry != nil {
			codes = t.opt.Carry(l.HTS, t.state.On)
			if len(codes) > 1 {
				codes = slices.Compact(slices.Sorted(slices.Values(codes)))
			}
		}
		switch len(codes) {
		case 0:
			c.UnmappedUSD += l.ValueUSD
			c.UnmappedLines++
		case 1:
			c.MappedUSD += l.ValueUSD
			c.MappedLines++
		default:
			c.SplitUSD += l.ValueUSD
			c.SplitLines++
			t.used.split = true
		}
		for i, h := range codes {
			// Equal parts of a whole number of dollars: the first take the rest.
			n := int64(len(codes))
			v := l.ValueUSD / n
			if int64(i) < l.ValueUSD%n {
				v++
			}
			a, err := t.rate(l, h, v)
			if err != nil {
				return err
			}
			a.ValueUSD = 0 // the line's own is counted above
			sum.add(a)
		}
	}
	t.r.add(sum)
	t.chapters[l.HTS.Chapter()].add(sum)
	if t.sectors != nil {
		name := t.opt.Sector(l.HTS)
		if t.sectors[name] == nil {
			t.sectors[name] = &Amounts{}
		}
		t.sectors[name].add(sum)
	}
	product := l.HTS.Parent(t.opt.Digits)
	if n := len(t.products); n == 0 || t.products[n-1].HTS != product {
		t.products = append(t.products, ProductRow{HTS: product})
	}
	t.products[len(t.products)-1].add(sum)
	return nil
}

// rate asks for v dollars of line l under code h of the day.
func (t *tally) rate(l Line, h kanzei.HTS, v int64) (a Amounts, err error) {
	g := Goods{HTS: h, Origin: t.origin, Line: l}
	if t.opt.Assumption != nil {
		g.Content, g.ContentKnown = t.opt.Assumption.Content(h)
		t.used.content = t.used.content || g.ContentKnown
	}
	o, err := t.state.Rater.Rate(g)
	if err != nil {
		return a, err
	}
	if err := o.check(); err != nil {
		return a, err
	}
	if o.Note != "" {
		t.notes[o.Note] += v
	}
	switch o.Status {
	case kanzei.Unsupported:
		t.r.Answers.UnsupportedUSD += v
		return a, nil
	case kanzei.Range:
		t.r.Answers.RangeUSD += v
	default:
		t.r.Answers.ExactUSD += v
	}
	if o.BaseObserved {
		t.used.observed = true
		t.r.BaseObservedUSD += v
		duty, err := t.observed(l)
		if err != nil {
			return a, err
		}
		if l.ValueUSD > 0 {
			a.BaseUSD = kanzei.MulDiv(duty, v, l.ValueUSD)
		}
	} else {
		a.BaseUSD = share(v, o.Base)
	}

	t.piece++
	var lo, hi kanzei.Fraction
	for _, p := range o.Parts {
		if p.Max == 0 {
			continue
		}
		minUSD, maxUSD := share(v, p.Min), share(v, p.Max)
		t.part(p, v, minUSD, maxUSD)
		lo += p.Min
		hi += p.Max
		a.AdditionalMinUSD += minUSD
		a.AdditionalMaxUSD += maxUSD
	}
	if o.AddMin != 0 || o.AddMax != 0 {
		// Where the bounds are the sums, keep the sums of rounded parts, so that
		// programs add up to the dollar.
		if o.AddMin != lo {
			a.AdditionalMinUSD = share(v, o.AddMin)
		}
		if o.AddMax != hi {
			a.AdditionalMaxUSD = share(v, o.AddMax)
		}
		a.AdditionalMaxUSD = max(a.AdditionalMaxUSD, a.AdditionalMinUSD)
		hi = o.AddMax
	}
	if hi > 0 {
		a.HitUSD = v
	}
	return a, nil
}

func share(v int64, f kanzei.Fraction) int64 { return kanzei.MulDiv(v, int64(f), int64(kanzei.One)) }

// part counts one additional duty under its program and heading.
func (t *tally) part(p Part, v, minUSD, maxUSD int64) {
	row := t.programs[p.Program]
	if row == nil {
		row = &program{headings: map[string]*heading{}}
		row.Program = p.Program
		t.programs[p.Program] = row
	}
	if row.last != t.piece {
		row.last = t.piece
		row.HitUSD += v
	}
	row.MinUSD += minUSD
	row.MaxUSD += maxUSD
	h := row.headings[p.Heading]
	if h == nil {
		h = &heading{}
		h.Heading = p.Heading
		row.headings[p.Heading] = h
	}
	if h.last != t.piece {
		h.last = t.piece
		h.HitUSD += v
	}
	h.MinUSD += minUSD
	h.MaxUSD += maxUSD
}

// observed returns the base duty of a line in 2024.
func (t *tally) observed(l Line) (int64, error) { return baseOf(l, t.origin, t.opt.Reference) }

// baseOf returns the base duty of a line in 2024: calculated duty, less the
// additional duties of the reference law (the middle, where it has a range).
func baseOf(l Line, origin kanzei.Origin, reference Rater) (int64, error) {
	if l.DutyUSD == 0 || reference == nil {
		return l.DutyUSD, nil
	}
	o, err := reference.Rate(Goods{HTS: l.HTS, Origin: origin})
	if err != nil {
		return 0, fmt.Errorf("reference law: %w", err)
	}
	if err := o.check(); err != nil {
		return 0, fmt.Errorf("reference law: %w", err)
	}
	lo, hi := o.AddMin, o.AddMax
	if lo == 0 && hi == 0 {
		for _, p := range o.Parts {
			lo += p.Min
			hi += p.Max
		}
	}
	return max(0, l.DutyUSD-share(l.ValueUSD, (lo+hi)/2)), nil
}

// check rejects an outcome that would make totals disagree with their parts.
func (o *Outcome) check() error {
	bad := func(what string) error {
		return &kanzei.Problem{Code: "trade.rater", Msg: "the rater's outcome has " + what}
	}
	if o.Base < 0 {
		return bad("a negative base")
	}
	var lo, hi kanzei.Fraction
	for _, p := range o.Parts {
		if p.Min < 0 || p.Max < p.Min {
			return bad("a part of " + p.Program + " whose bounds are negative or crossed")
		}
		lo += p.Min
		hi += p.Max
	}
	if o.AddMin == 0 && o.AddMax == 0 {
		return nil
	}
	slack := kanzei.Fraction(len(o.Parts)) // each part may be rounded
	if o.AddMin < 0 || o.AddMax < o.AddMin {
		return bad("additional duties whose bounds are negative or crossed")
	}
	if o.AddMin < lo-slack || o.AddMax > hi+slack {
		return bad("additional duties beyond the sum of their parts")
	}
	return nil
}
