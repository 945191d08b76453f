package duty

import (
	"slices"

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
	m := &template{id: r.engine.common.number(), key: *k, usable: true, byArea: k.fills != 0}
	traced := t.apart()
	c := &computation{engine: r.engine, table: traced, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: k.open == 0}
	var totals []kanzei.Money
	traced.traced = func(f *facts, parts []part, mfn area, total kanzei.Money, ok bool) {
		p := r.plan(t.Table, f, parts, mfn, &m.terms)
		if f.entry.SPI != r.entry.SPI {
			p.claimed, p.spi = true, f.entry.SPI
			p.holds = t.holdsColumn1(f.base)
		}
		m.plans = append(m.plans, p)
		totals = append(totals, total)
		known := !m.byArea || p.usGiven || slices.Contains(t.usClaims, p.us)
		if !ok || !known || r.total(m, &p, m.terms[p.first:], f.base) != total {
			m.usable = false
		}
	}
	s := c.span()
	m.status, m.corners, m.lowest = s.status, len(s.corners), -1
	for i := range s.corners {
		if &s.corners[i] == s.corner {
			m.lowest = i
		}
	}
	m.noMin, m.noMax = s.min == nil, s.max == nil
	if m.corners != len(m.plans) || m.lowest < 0 || (s.missing != "") != m.noMin || m.noMin && k.open != 2 || m.noMax && k.open == 0 ||
		!m.noMin && *s.min != totals[m.lowest] || !m.noMax && *s.max != slices.Max(totals) || c.banned(s.corner) {
		m.usable = false
		return m
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
	for i := range m.corners {
		m.order = append(m.order, cornerAt{corner: uint16(i)})
	}
	slices.SortStableFunc(m.order, func(a, b cornerAt) int { return int(totals[a.corner] - totals[b.corner]) })
	for i := 1; i < len(m.order); i++ {
		m.order[i].equal = totals[m.order[i].corner] == totals[m.order[i-1].corner]
	}
	for _, total := range totals[m.corners:] {
		m.saves = append(m.saves, total < totals[m.lowest])
	}
	for i := m.corners; i < len(m.plans); i++ {
		least, plain := m.saving(&m.plans[i], &m.plans[m.lowest])
		if plain && m.saves[i-m.corners] == (least > 0) {
			m.enough = max(m.enough, least)
		} else {
			m.tries = append(m.tries, uint16(i))
		}
	}
	return m
}

// saving compares the terms of a claim with those of the lowest corner. Where
// they tell how the totals compare, plain is true, and least is the value from
// which the claim saves something, zero where it never does.
func (m *template) saving(p, low *plan) (least kanzei.Money, plain bool) {
	if m.byArea || p.claimed || p.mfnShare != low.mfnShare {
		return 0, false
	}
	same := func(x, y *term) bool { return x.rate == y.rate && x.share == y.share && x.allIn == y.allIn }
	mine, others := m.terms[p.first:][:p.n], slices.Clone(m.terms[low.first:][:low.n])
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
		*terms = append(*terms, term{q.Rate.Rate.AdValorem, x.share, x.area, q.Rate.Mode == kanzei.AllIn, id})
		p.n++
	}
	return p
}

// total returns the sum that a plan stands for, its terms being those given.
func (r *Rater) total(m *template, p *plan, terms []term, base *baseDuty) kanzei.Money {
	value := r.entry.Value
	terms = terms[:p.n]
	if !m.byArea {
		sum := base.amount.Cents(p.mfnShare)
		for i := range terms {
			sum += terms[i].on(value, base, terms[i].share)
		}
		return sum
	}
	f := r.shares(p)
	sum := base.amount.Cents(f.share(p.mfn))
	for i := range terms {
		sum += terms[i].on(value, base, f.share(terms[i].area))
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

func (x *term) on(value kanzei.Money, base *baseDuty, share kanzei.Fraction) kanzei.Money {
	due := value.By(x.rate)
	if x.allIn {
		return max(0, due.Minus(base.amount).Cents(share))
	}
	return due.Cents(share)
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
	r.totals = r.totals[:0]
	for i := range m.corners {
		p := &m.plans[i]
		r.totals = append(r.totals, r.total(m, p, m.terms[p.first:], b))
	}
	if r.entry.Value >= m.enough {
		for _, i := range m.tries {
			if !r.saves(t, m, line, b, int(i)) {
				return false
			}
		}
	} else {
		for i := m.corners; i < len(m.plans); i++ {
			if !r.saves(t, m, line, b, i) {
				return false
			}
		}
	}
	for i := 1; i < len(m.order); i++ {
		a, b := r.totals[m.order[i-1].corner], r.totals[m.order[i].corner]
		if m.order[i].equal && a != b || !m.order[i].equal && a >= b {
			return false
		}
	}
	return true
}

// saves reports whether a claim saves something where the template says so.
func (r *Rater) saves(t *treatment, m *template, line *lineInfo, b *baseDuty, i int) bool {
	p := &m.plans[i]
	if p.claimed {
		b = &r.alternative
		if _, ok := r.base(t.Table, line, p.spi, b); !ok || t.holdsColumn1(b) != p.holds {
			return false
		}
	}
	return (r.total(m, p, m.terms[p.first:], b) < r.totals[m.lowest]) == m.saves[i-m.corners]
}
