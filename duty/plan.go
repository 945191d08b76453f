package duty

import (
	"encoding/binary"
	"slices"
	"sync"

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

// A draft is the memory that fill works in.
type draft struct {
	computation computation
	workspace   workspace
	formula     formula
	claims      claims
	saying      saying
	totals      []kanzei.Money
	said        kanzei.Assessment
	written     description // of formula, claims and saying
}

var drafts = sync.Pool{New: func() any { return &draft{} }}

// fill lets the code behind Assess answer for the line at hand and keeps what
// it evaluated.
func (r *Rater) fill(t *treatment, line *lineInfo, b *baseDuty, k *templateKey) *template {
	d := drafts.Get().(*draft)
	defer drafts.Put(d)
	f, asked, words := &d.formula, &d.claims, &d.saying
	*f = formula{byArea: k.fills != 0, lowest: -1, plans: f.plans[:0], terms: f.terms[:0], order: f.order[:0]}
	*asked = claims{asked.plans[:0], asked.terms[:0], asked.saves[:0], asked.tries[:0]}
	*words = saying{questions: words.questions[:0]}
	m := &template{key: *k, formula: f, claims: asked, saying: words}
	traced := t.apart()
	d.computation = computation{engine: r.engine, table: traced, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: k.open == 0, brief: true, work: &d.workspace}
	c := &d.computation
	plans, terms, fine := &f.plans, &f.terms, true
	totals := d.totals[:0]
	defer func() { d.totals = totals }()
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
		return r.engine.common.template(m, d)
	}
	if !k.span {
		for _, q := range c.asked(s) {
			words.questions = append(words.questions, q.Fact)
		}
		words.headings = headings(c, s.corner)
		d.said.Caveats = d.said.Caveats[:0]
		c.line.AdditionalDuties, c.baseOK = "", true // said of the line, not of the treatment
		c.caveats(s.corner, &d.said)
		words.caveats = d.said.Caveats
	}
	for i := range f.plans {
		f.order = append(f.order, cornerAt{corner: uint16(i)})
	}
	slices.SortStableFunc(f.order, func(a, b cornerAt) int { return int(totals[a.corner] - totals[b.corner]) })
	for i := 1; i < len(f.order); i++ {
		f.order[i].equal = totals[f.order[i].corner] == totals[f.order[i-1].corner]
	}
	low := &f.plans[f.lowest]
	all := asked.plans
	asked.plans, asked.terms = all[:0], asked.terms[:0]
	for i, p := range all { // those kept move to the front
		mine := asked.terms[p.first : p.first+p.n : p.first+p.n]
		saves := totals[corners+i] < totals[f.lowest]
		least, plain := m.saving(&p, mine, low)
		if plain = plain && saves == (least > 0); plain && !saves || asked.has(&p, mine) {
			continue
		}
		if plain {
			m.enough = max(m.enough, least)
		} else {
			asked.tries = append(asked.tries, uint16(len(asked.plans)))
		}
		p.first = uint16(len(asked.terms))
		asked.terms = append(asked.terms, mine...)
		asked.plans = append(asked.plans, p)
		asked.saves = append(asked.saves, saves)
	}
	m.usable = fine
	return r.engine.common.template(m, d)
}

// has reports whether a claim is kept under which the total is always that under
// another.
func (c *claims) has(p *plan, terms []term) bool {
	for i := range c.plans {
		q := c.plans[i]
		q.first = p.first
		if q == *p && slices.EqualFunc(c.terms[c.plans[i].first:][:p.n], terms, func(x, y term) bool {
			x.program = y.program
			return x == y
		}) {
			return true
		}
	}
	return false
}

// saving compares the terms of a claim with those of the lowest corner. Where
// they tell how the totals compare, plain is true, and least is the value from
// which the claim saves something, zero where it never does.
func (m *template) saving(p *plan, terms []term, low *plan) (least kanzei.Money, plain bool) {
	switch {
	case p.claimed, !m.byArea && p.mfnShare != low.mfnShare, m.byArea && (p.mfn != low.mfn || p.usGiven != low.usGiven || p.us != low.us):
		return 0, false
	}
	var room [2][8]term
	more, less := append(room[0][:0], terms...), append(room[1][:0], m.terms[low.first:][:low.n]...)
	alike := func(x, y *term) bool {
		return x.allIn == y.allIn && x.counted == y.counted && (m.byArea && x.area == y.area || !m.byArea && x.share == y.share)
	}
	more = slices.DeleteFunc(more, func(x term) bool {
		j := slices.IndexFunc(less, func(y term) bool { return x.rate == y.rate && alike(&x, &y) })
		if j >= 0 {
			less = slices.Delete(less, j, j+1)
		}
		return j >= 0
	})
	// covered reports whether each of a has one of b that is no lower, and what
	// of b is left then.
	covered := func(a, b []term) (left []term, ok bool) {
		b = slices.Clone(b)
		for i := range a {
			x := &a[i]
			j := slices.IndexFunc(b, func(y term) bool { return y.rate >= x.rate && !y.allIn && y.counted == nil && alike(x, &y) })
			if j < 0 {
				return nil, false
			}
			y := b[j]
			y.rate -= x.rate
			left, b = append(left, y), slices.Delete(b, j, j+1)
		}
		return append(left, b...), true
	}
	if _, ok := covered(less, more); ok {
		return 0, true // the same duties, or more
	}
	left, ok := covered(more, less)
	if m.byArea || !ok {
		return 0, false
	}
	for i := range left {
		if x := &left[i]; !x.allIn && x.rate > 0 && x.share > 0 {
			// A cent, 1e18 of 1e-20 dollar, remains one when both sides are rounded.
			at := kanzei.Money(1_000_000_000_000_000_000/int64(x.rate)/int64(x.share)) + 2
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
		y := term{rate: q.Rate.Rate.AdValorem, share: x.share, area: x.area, allIn: q.Rate.Mode == kanzei.AllIn, program: q.program}
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

// A description is all of a formula, claims or a saying in bytes.
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

func (d *description) say(x ...string) {
	for _, s := range x {
		d.put(int64(len(s)))
		*d = append(*d, s...)
	}
}

// list is say for strings of any number.
func (d *description) list(x []string) {
	d.put(int64(len(x)))
	d.say(x...)
}

func (d *description) units(x []kanzei.PerUnit) {
	d.put(int64(len(x)))
	for i := range x {
		d.put(int64(x[i].Amount))
		d.say(x[i].Unit)
	}
}

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
			d.units(x.counted.Specific)
		}
	}
}

// provision writes all of a provision that an answer may rest on, but for codes,
// origins and its act.
func (d *description) provision(p *prov) {
	d.say(p.Heading, p.Program, p.Title, string(p.base), p.Rate.Rate.Text, p.Caveat)
	d.put(int64(p.Effect), int64(p.Rate.Mode), int64(p.Rate.Rate.Kind), int64(p.Rate.Rate.AdValorem))
	d.units(p.Rate.Rate.Specific)
	d.put(int64(len(p.When)))
	for i := range p.When {
		c := &p.When[i]
		d.say(c.Text, c.Fact, c.Op, c.Value)
		d.flag(c.Not)
		d.put(int64(c.Share), int64(c.Time), int64(c.Amount))
		d.list(c.Set)
	}
	d.list(p.YieldsTo)
	d.list(p.InLieuOf)
	d.flag(p.allGoods(), p.Void.Instrument != nil)
	if v := p.Void; v.Instrument != nil { // said of answers that rest on it
		d.say(v.Act.Note, v.Instrument.Note)
	}
}

func (d *description) formula(f *formula) {
	d.say(string(f.status))
	d.put(int64(f.lowest))
	d.flag(f.byArea, f.noMin, f.noMax)
	d.plans(f.plans, f.terms)
	for _, x := range f.order {
		d.put(int64(x.corner))
		d.flag(x.equal)
	}
}

func (d *description) claims(c *claims) {
	d.plans(c.plans, c.terms)
	d.flag(c.saves...)
	for _, x := range c.tries {
		d.put(int64(x))
	}
}

func (d *description) saying(s *saying) {
	d.say(s.headings)
	d.list(s.questions)
	d.list(s.caveats)
}

// The copies have no room left for more.

func (f *formula) clone() *formula {
	x := *f
	x.plans, x.terms, x.order = slices.Clone(f.plans), slices.Clone(f.terms), slices.Clone(f.order)
	return &x
}

func (c *claims) clone() *claims {
	return &claims{slices.Clone(c.plans), slices.Clone(c.terms), slices.Clone(c.saves), slices.Clone(c.tries)}
}

func (s *saying) clone() *saying {
	return &saying{s.id, s.headings, slices.Clone(s.questions), slices.Clone(s.caveats)}
}
