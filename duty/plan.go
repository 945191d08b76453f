package duty

import (
	"encoding/binary"
	"slices"
	"strings"

	"kanzei"
)

// A plan is one evaluation: the sum it stands for, as a run of terms.
type plan struct {
	first, n uint16
	mfn      area // parts of the value on which the base duty is levied
	claimed  bool // the base duty is that under the SPI
	usGiven  bool // the US content is that of the line
	spi      string
	us       kanzei.Fraction // else
	mfnShare kanzei.Fraction // where shares are not taken from the line
	holds    uint64          // where claimed: which conditions on column 1 hold
}

// A term is one duty: a rate on a part of the value, or what the base duty
// leaves of it.
type term struct {
	rate, share kanzei.Fraction
	area        area
	allIn       bool
	program     uint16
	counted     *kanzei.Rate // where the rate is by number of units, or nil
}

type cornerAt struct {
	corner uint16
	equal  bool // its total is that of the corner before
}

// A preference is the lowest corner under an SPI, for one outcome of the
// conditions on column 1.
type preference struct {
	spi   string
	holds uint64
	plan  plan
	terms []term
}

// fill lets the code behind Assess answer for the line at hand and keeps what
// it evaluated.
func (r *Rater) fill(t *treatment, line *lineInfo, b *baseDuty, k *templateKey) *template {
	m := &template{key: *k, formula: &formula{byArea: k.fills != 0, lowest: -1}, saying: &saying{}, claims: &claims{}}
	f, asked := m.formula, m.claims
	traced := t.apart()
	c := &computation{engine: r.engine, table: traced, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: k.open == 0}
	plans, terms, fine := &f.plans, &f.terms, true
	var totals []kanzei.Money
	traced.traced = func(x *facts, parts []part, mfn area, total kanzei.Money, ok bool) {
		p := r.plan(t.Table, x, parts, mfn, terms)
		if x.entry.SPI != r.entry.SPI {
			p.claimed, p.spi = true, x.entry.SPI
			p.holds = t.holdsColumn1(x.base)
		}
		*plans = append(*plans, p)
		totals = append(totals, total)
		known := !f.byArea || p.usGiven || slices.Contains(t.usClaims, p.us)
		if !ok || !known || r.total(f, &p, (*terms)[p.first:], x.base) != total {
			fine = false
		}
	}
	s := c.span()
	corners := len(s.corners)
	plans, terms = &asked.plans, &asked.terms
	f.status = s.status
	for i := range s.corners {
		if &s.corners[i] == s.corner {
			f.lowest = i
		}
	}
	f.noMin, f.noMax = s.min == nil, s.max == nil
	if corners != len(f.plans) || f.lowest < 0 || (s.missing != "") != f.noMin || f.noMin && k.open != 2 || f.noMax && k.open == 0 ||
		!f.noMin && *s.min != totals[f.lowest] || !f.noMax && *s.max != slices.Max(totals) || c.banned(s.corner) {
		return r.engine.common.template(m)
	}
	if !k.span {
		for _, q := range c.asked(s) {
			m.questions = append(m.questions, q.Fact)
		}
		m.headings = headings(c, s.corner)
		var a kanzei.Assessment
		c.line.AdditionalDuties, c.baseOK = "", true // said of the line, not of the treatment
		c.caveats(s.corner, &a)
		m.caveats = a.Caveats
	}
	for i := range f.plans {
		f.order = append(f.order, cornerAt{corner: uint16(i)})
	}
	slices.SortStableFunc(f.order, func(a, b cornerAt) int { return int(totals[a.corner] - totals[b.corner]) })
	for i := 1; i < len(f.order); i++ {
		f.order[i].equal = totals[f.order[i].corner] == totals[f.order[i-1].corner]
	}
	for i := range asked.plans {
		saves := totals[corners+i] < totals[f.lowest]
		asked.saves = append(asked.saves, saves)
		least, plain := m.saving(&asked.plans[i], &f.plans[f.lowest])
		if plain && saves == (least > 0) {
			m.enough = max(m.enough, least)
		} else {
			asked.tries = append(asked.tries, uint16(i))
		}
	}
	m.usable = fine
	for _, x := range []*[]term{&f.terms, &asked.terms} {
		*x = slices.Clone(*x) // without the room left for more
	}
	f.plans, asked.plans = slices.Clone(f.plans), slices.Clone(asked.plans)
	return r.engine.common.template(m)
}

// saving compares the terms of a claim with those of the lowest corner. Where
// they tell how the totals compare, plain is true, and least is the value from
// which the claim saves something, zero where it never does.
func (m *template) saving(p, low *plan) (least kanzei.Money, plain bool) {
	if m.byArea || p.claimed || p.mfnShare != low.mfnShare {
		return 0, false
	}
	same := func(x, y *term) bool {
		return x.rate == y.rate && x.share == y.share && x.allIn == y.allIn && x.counted == y.counted
	}
	mine, others := m.claims.terms[p.first:][:p.n], slices.Clone(m.terms[low.first:][:low.n])
	more := false
	for i := range mine {
		if j := slices.IndexFunc(others, func(y term) bool { return same(&mine[i], &y) }); j >= 0 {
			others = slices.Delete(others, j, j+1)
		} else {
			more = true
		}
	}
	switch {
	case len(others) == 0:
		return 0, true // the same duties, or more
	case more:
		return 0, false
	}
	for i := range others {
		if x := &others[i]; !x.allIn && x.rate > 0 && x.share > 0 {
			// Half a cent, 5e17 of 1e-20 dollar, is one when rounded.
			at := kanzei.Money(500_000_000_000_000_000/int64(x.rate)/int64(x.share)) + 2
			if least == 0 || at < least {
				least = at
			}
		}
	}
	return least, least > 0
}

// plan keeps an evaluation, its terms appended to those given.
func (r *Rater) plan(t *Table, f *facts, parts []part, mfn area, terms *[]term) plan {
	p := plan{first: uint16(len(*terms)), mfn: mfn, mfnShare: f.share(mfn), us: f.entry.USContent.Fraction, usGiven: f.entry.USContent == r.entry.USContent}
	for i := range parts {
		x := &parts[i]
		q := &t.provs[x.prov]
		if x.why != applies || q.Effect != kanzei.Levies || q.Rate.Mode == kanzei.NoDuty {
			continue
		}
		id, ok := r.programs[q.Program]
		if !ok {
			id = r.engine.common.program(q.Program)
			r.programs[q.Program] = id
		}
		y := term{rate: q.Rate.Rate.AdValorem, share: x.share, area: x.area, allIn: q.Rate.Mode == kanzei.AllIn, program: id}
		if len(q.Rate.Rate.Specific) > 0 {
			y.counted = &q.Rate.Rate
		}
		*terms = append(*terms, y)
		p.n++
	}
	return p
}

// total returns the sum that a plan stands for, its terms being those given.
func (r *Rater) total(f *formula, p *plan, terms []term, base *baseDuty) kanzei.Money {
	terms = terms[:p.n]
	if !f.byArea {
		sum := base.amount.Cents(p.mfnShare)
		for i := range terms {
			sum += r.due(&terms[i], base, terms[i].share)
		}
		return sum
	}
	x := r.shares(p)
	sum := base.amount.Cents(x.share(p.mfn))
	for i := range terms {
		sum += r.due(&terms[i], base, x.share(terms[i].area))
	}
	return sum
}

// shares are the contents of the line under a plan.
func (r *Rater) shares(p *plan) *facts {
	e := r.entry
	f := &r.contents
	f.entry, f.steel, f.aluminum, f.copper = e, e.Steel.Fraction, e.Aluminum.Fraction, e.Copper.Fraction
	if !p.usGiven {
		f.entry = &r.claimed
		r.claimed.USContent = kanzei.ShareOf(p.us)
	}
	return f
}

// due returns the duty of a term on a share of the value.
func (r *Rater) due(x *term, base *baseDuty, share kanzei.Fraction) kanzei.Money {
	if x.counted != nil {
		due, _ := x.counted.Duty(r.entry.Value, r.amount)
		return due.Cents(share)
	}
	due := r.entry.Value.By(x.rate)
	if x.allIn {
		return max(0, due.Minus(base.amount).Cents(share))
	}
	return due.Cents(share)
}

// countable reports whether the duty at a rate can always be computed: it is by
// value, or by postal items, of which there is one where no number is declared.
func countable(r *kanzei.Rate) bool {
	for _, s := range r.Specific {
		if s.Unit != postalItem {
			return false
		}
	}
	return true
}

// holdsColumn1 tells which conditions on column 1 hold for a base duty.
func (t *treatment) holdsColumn1(b *baseDuty) (bits uint64) {
	if len(t.column1) == 0 {
		return 0
	}
	x := facts{base: b}
	for _, i := range t.column1 {
		if holds(t.conds[i], &x) {
			bits |= 1 << i
		}
	}
	return bits
}

// sums fills r.totals with the totals of the line at hand. It reports false
// where the template does not answer for the line.
func (r *Rater) sums(t *treatment, m *template, line *lineInfo, b *baseDuty) bool {
	f := m.formula
	r.totals = r.totals[:0]
	for i := range f.plans {
		p := &f.plans[i]
		r.totals = append(r.totals, r.total(f, p, f.terms[p.first:], b))
	}
	if r.entry.Value >= m.enough {
		if m.claims != nil {
			for _, i := range m.claims.tries {
				if !r.saves(t, m, line, b, int(i)) {
					return false
				}
			}
		}
	} else {
		for i := range m.claims.plans {
			if !r.saves(t, m, line, b, i) {
				return false
			}
		}
	}
	for i := 1; i < len(f.order); i++ {
		a, b := r.totals[f.order[i-1].corner], r.totals[f.order[i].corner]
		if f.order[i].equal && a != b || !f.order[i].equal && a >= b {
			return false
		}
	}
	return true
}

// saves reports whether claim i saves something where the template says so.
func (r *Rater) saves(t *treatment, m *template, line *lineInfo, b *baseDuty, i int) bool {
	p := &m.claims.plans[i]
	if p.claimed {
		b = &r.alternative
		if _, ok := r.base(t.Table, line, p.spi, b); !ok || t.holdsColumn1(b) != p.holds {
			return false
		}
	}
	return (r.total(m.formula, p, m.claims.terms[p.first:], b) < r.totals[m.lowest]) == m.claims.saves[i]
}

// A description is all of a formula, or of claims, in bytes.
type description []byte

func (d *description) put(x ...int64) {
	for _, v := range x {
		*d = binary.AppendVarint(*d, v)
	}
}

func (d *description) flag(x ...bool) {
	for _, v := range x {
		if v {
			*d = append(*d, 1)
		} else {
			*d = append(*d, 0)
		}
	}
}

func (d *description) say(s string) { *d = append(append(*d, s...), 0) }

func (d *description) plans(plans []plan, terms []term) {
	d.put(int64(len(plans)), int64(len(terms)))
	for i := range plans {
		p := &plans[i]
		d.put(int64(p.first), int64(p.n), int64(p.mfn), int64(p.us), int64(p.mfnShare), int64(p.holds))
		d.flag(p.claimed, p.usGiven)
		d.say(p.spi)
	}
	for i := range terms {
		x := &terms[i]
		d.put(int64(x.rate), int64(x.share), int64(x.area), int64(x.program))
		d.flag(x.allIn, x.counted != nil)
		if x.counted != nil {
			for _, u := range x.counted.Specific {
				d.put(int64(u.Amount))
				d.say(u.Unit)
			}
			d.put(0)
		}
	}
}

func (f *formula) describe() string {
	var d description
	d.say(string(f.status))
	d.put(int64(f.lowest))
	d.flag(f.byArea, f.noMin, f.noMax)
	d.plans(f.plans, f.terms)
	for _, x := range f.order {
		d.put(int64(x.corner))
		d.flag(x.equal)
	}
	return string(d)
}

func (c *claims) describe() string {
	var d description
	d.plans(c.plans, c.terms)
	d.flag(c.saves...)
	for _, x := range c.tries {
		d.put(int64(x))
	}
	return string(d)
}

func (s *saying) describe() string {
	return strings.Join(slices.Concat([]string{s.headings}, s.questions, []string{""}, s.caveats), "\x00")
}
