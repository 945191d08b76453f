package duty

import (
	"encoding/binary"
	"slices"
	"strings"

	"kanzei"
)

// A treatment is a list of provisions that bear on goods, with how they yield
// to each other: tables, codes and origins of the same treatment share what is
// found out about it. Its table holds these provisions alone.
type treatment struct {
	*Table
	id        uint64
	bearing   []uint16
	simple    bool                // all rates are ad valorem, so that lines differ in value alone
	conds     []*kanzei.Condition // each once
	computed  []int               // of conds: those that hold or not without a fact declared
	column1   []int               // of conds: those on the column 1 rate
	uses      []string            // values of "use" conditions
	templates map[templateKey]*template
	last      *template
}

// treatment returns what bears on goods of a ten-digit code and an origin.
func (r *Rater) treatment(l *lawTable, code *codeInfo, origin int) *treatment {
	if l.rows == nil {
		if l.asked++; l.asked <= indexAfter {
			provs, _ := l.look(code.hts)
			return r.intern(l, provs, origin)
		}
		l.classify()
	}
	if code.stretch < 0 {
		code.stretch = l.atlas.find(code.hts.Ten())
	}
	return r.classed(l, l.Table.ids[code.stretch], l.class[origin])
}

// classed returns what bears on goods of a list of provisions and a class of
// origins of a classified table.
func (r *Rater) classed(l *lawTable, list, class uint16) *treatment {
	row := l.rows[list]
	if row == nil {
		row = make([]*treatment, l.classes)
		l.rows[list] = row
	}
	if row[class] == nil {
		row[class] = r.intern(l, l.lists[list], slices.Index(l.class, class))
	}
	return row[class]
}

// intern returns the treatment of goods of an origin on which these provisions
// bear.
func (r *Rater) intern(l *lawTable, provs []uint16, origin int) *treatment {
	var ids []uint16
	for _, id := range provs {
		if l.provs[id].from(origin) {
			ids = append(ids, id)
		}
	}
	key := []byte{0}
	if l.column2.has(origin) {
		key[0] = 1
	}
	for i, id := range ids {
		key = binary.LittleEndian.AppendUint32(key, l.ids[id])
		var bits byte
		for j := range i {
			if l.yields(int(id), int(ids[j])) {
				bits |= 1 << (j & 7)
			}
			if j&7 == 7 || j == i-1 {
				key = append(key, bits)
				bits = 0
			}
		}
	}
	t := r.treatments[string(key)]
	if t == nil {
		t = newTreatment(l, ids, key[0] == 1)
		t.id = uint64(len(r.treatments))
		r.treatments[string(key)] = t
	}
	return t
}

func newTreatment(l *lawTable, ids []uint16, column2 bool) *treatment {
	n := len(ids)
	m := &Table{state: l.state, atlas: l.atlas, provs: make([]prov, n), words: (n + 63) / 64}
	if column2 {
		m.column2 = everyOrigin
	}
	m.yield = make([]uint64, n*m.words)
	t := &treatment{Table: m, simple: true, templates: map[templateKey]*template{}}
	at := map[string]int{}
	for i, id := range ids {
		m.provs[i] = l.provs[id]
		p := &m.provs[i]
		p.origins = everyOrigin
		for j := range i {
			if l.yields(int(id), int(ids[j])) {
				m.yield[i*m.words+j>>6] |= 1 << (j & 63)
			}
		}
		t.bearing = append(t.bearing, uint16(i))
		switch p.Rate.Mode {
		case kanzei.Additional, kanzei.AllIn:
			t.simple = t.simple && len(p.Rate.Rate.Specific) == 0
		case kanzei.NoDuty:
		default:
			t.simple = t.simple && p.Effect == kanzei.Excuses
		}
		for j := range p.When {
			c := &p.When[j]
			key := c.Fact + " " + c.Op + " " + c.Value
			if _, ok := at[key]; ok || c.Fact == "covered-by" {
				continue
			}
			at[key] = len(t.conds)
			switch c.Fact {
			case "column-1":
				t.column1 = append(t.column1, len(t.conds))
				t.computed = append(t.computed, len(t.conds))
			case "entered", "value":
				t.computed = append(t.computed, len(t.conds))
			case "use":
				t.uses = append(t.uses, c.Value)
			}
			t.conds = append(t.conds, c)
		}
	}
	t.simple = t.simple && len(t.conds) <= 64 && len(t.uses) <= 32
	return t
}

// A templateKey is all that the answer for goods of a treatment rests on, but
// for the value and the base rate: which conditions hold, and the shares of the
// value declared.
type templateKey struct {
	holds                 uint64 // of conds
	steel, aluminum, copp kanzei.Fraction
	us                    kanzei.Fraction
	denied                uint32 // of uses: declared not to hold
	known                 uint8  // which contents are declared
	era                   uint8
	spi                   string
	span                  bool // the duty alone, without questions and numbers
}

// A template is the answer for all lines of one key, but for amounts: the code
// behind Assess has answered for one line, and every evaluation that it made
// was kept as a plan. Another line has the same answer as long as its totals
// under these plans lie in the same order, for the code decides by comparing
// totals.
type template struct {
	key     templateKey
	plans   []plan
	order   []uint16 // plans by their totals
	equal   []bool   // the total is that of the plan before
	corners int      // plans[:corners] are the corners of the range
	lowest  int

	status    kanzei.Status
	headings  Text
	questions []Text
	caveats   []Text
	spi       []preference
	usable    bool
}

// A plan is one evaluation: the sum it stands for.
type plan struct {
	terms   []term
	mfn     kanzei.Fraction // share of the value on which the base duty is levied
	claimed bool            // the base duty is that under the SPI
	spi     string
	holds   uint64 // where claimed: which conditions on column 1 hold
}

// A term is one duty: a rate on a share of the value, or what the base duty
// leaves of it.
type term struct {
	rate, share kanzei.Fraction
	allIn       bool
	program     uint16
}

// A preference is the plan of the lowest corner under an SPI, for one outcome of
// the conditions on column 1.
type preference struct {
	spi   string
	holds uint64
	plan  plan
}

func (p *plan) total(value kanzei.Money, base *baseDuty) kanzei.Money {
	sum := base.amount.Cents(p.mfn)
	for i := range p.terms {
		sum += p.terms[i].on(value, base)
	}
	return sum
}

func (x *term) on(value kanzei.Money, base *baseDuty) kanzei.Money {
	due := value.By(x.rate)
	if x.allIn {
		return max(0, due.Minus(base.amount).Cents(x.share))
	}
	return due.Cents(x.share)
}

// plan keeps an evaluation.
func (r *Rater) plan(t *Table, f *facts, parts []part, mfn kanzei.Fraction) plan {
	p := plan{mfn: mfn}
	for i := range parts {
		x := &parts[i]
		q := &t.provs[x.prov]
		if x.why != applies || q.Effect != kanzei.Levies || q.Rate.Mode == kanzei.NoDuty {
			continue
		}
		id, ok := r.programs[q.Program]
		if !ok {
			id = uint16(len(r.names))
			r.programs[q.Program] = id
			r.names = append(r.names, q.Program)
		}
		p.terms = append(p.terms, term{q.Rate.Rate.AdValorem, x.share, q.Rate.Mode == kanzei.AllIn, id})
	}
	return p
}

// plain reports whether no fact is declared that a condition could ask for.
func plain(e *kanzei.Entry) bool {
	return len(e.Flags) == 0 && e.SPI == "" && e.Loaded == 0 && e.Exported == 0 && e.FTZDate == 0 && e.MeltPour == 0 && e.SmeltCast == 0 &&
		!e.USContent.Known && !e.Steel.Known && !e.Aluminum.Known && !e.Copper.Known && !e.MetalWeight.Known
}

// find returns the template for the line at hand, filling it when it is new.
func (r *Rater) find(t *treatment, line *lineInfo, b *baseDuty, f *frame, span bool) *template {
	e := r.entry
	k := templateKey{era: f.era, spi: e.SPI, span: span}
	x := facts{entry: e, base: b}
	if plain(e) {
		for _, i := range t.computed {
			if holds(t.conds[i], &x) {
				k.holds |= 1 << i
			}
		}
	} else {
		r.uses = r.uses[:0]
		for _, flag := range e.Flags {
			if !strings.HasPrefix(flag, "not-") {
				r.uses = append(r.uses, flag)
			}
		}
		x.uses = r.uses
		for i, c := range t.conds {
			if holds(c, &x) {
				k.holds |= 1 << i
			}
		}
		for i, u := range t.uses {
			if denies(e.Flags, u) {
				k.denied |= 1 << i
			}
		}
		k.steel, k.aluminum, k.copp, k.us = e.Steel.Fraction, e.Aluminum.Fraction, e.Copper.Fraction, e.USContent.Fraction
		for i, s := range [...]bool{e.Steel.Known, e.Aluminum.Known, e.Copper.Known, e.USContent.Known} {
			if s {
				k.known |= 1 << i
			}
		}
	}
	if t.last != nil && t.last.key == k {
		return t.last
	}
	m := t.templates[k]
	if m == nil {
		if r.filled++; r.filled > maxTemplates {
			for _, t := range r.treatments {
				clear(t.templates)
				t.last = nil
			}
			r.filled = 1
		}
		m = r.fill(t, line, b, k)
		t.templates[k] = m
	}
	t.last = m
	return m
}

// denies reports whether the flag not-use is declared.
func denies(flags []string, use string) bool {
	for _, f := range flags {
		if len(f) == len(use)+4 && f[:4] == "not-" && f[4:] == use {
			return true
		}
	}
	return false
}

// fill lets the code behind Assess answer for the line at hand and keeps what
// it evaluated.
func (r *Rater) fill(t *treatment, line *lineInfo, b *baseDuty, k templateKey) *template {
	m := &template{key: k, usable: true}
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: true}
	var totals []kanzei.Money
	t.traced = func(f *facts, parts []part, mfn kanzei.Fraction, total kanzei.Money, ok bool) {
		p := r.plan(t.Table, f, parts, mfn)
		if f.entry.SPI != r.entry.SPI {
			p.claimed, p.spi = true, f.entry.SPI
			p.holds = t.holdsColumn1(f.base)
		}
		if !ok || p.total(f.entry.Value, f.base) != total {
			m.usable = false
		}
		m.plans = append(m.plans, p)
		totals = append(totals, total)
	}
	defer func() { t.traced = nil }()
	s := c.span()
	m.status, m.corners = s.status, len(s.corners)
	m.lowest = -1
	for i := range s.corners {
		if &s.corners[i] == s.corner {
			m.lowest = i
		}
	}
	if m.corners != len(m.plans) || m.lowest < 0 || s.min == nil || s.max == nil || s.missing != "" || *s.min != totals[m.lowest] || *s.max != slices.Max(totals) || c.banned(s.corner) {
		m.usable = false
	}
	if !k.span {
		for _, q := range c.asked(s) {
			m.questions = append(m.questions, r.text(q.Fact))
		}
		m.headings = r.headings(c, s.corner)
		var a kanzei.Assessment
		c.line.AdditionalDuties = "" // said of the line, not of the treatment
		c.caveats(s.corner, &a)
		for _, x := range a.Caveats {
			m.caveats = append(m.caveats, r.text(x))
		}
	}
	for i := range totals {
		m.order = append(m.order, uint16(i))
	}
	slices.SortStableFunc(m.order, func(a, b uint16) int { return int(totals[a] - totals[b]) })
	m.equal = make([]bool, len(m.order))
	for i := 1; i < len(m.order); i++ {
		m.equal[i] = totals[m.order[i]] == totals[m.order[i-1]]
	}
	return m
}

// holdsColumn1 tells which conditions on column 1 hold for a base duty.
func (t *treatment) holdsColumn1(b *baseDuty) (bits uint64) {
	x := facts{base: b}
	for _, i := range t.column1 {
		if holds(t.conds[i], &x) {
			bits |= 1 << i
		}
	}
	return bits
}

// totals fills r.totals with the totals of the line at hand. It reports false
// where the template does not answer for the line.
func (r *Rater) sums(t *treatment, m *template, line *lineInfo, b *baseDuty) bool {
	r.totals = r.totals[:0]
	value := r.entry.Value
	for i := range m.plans {
		p := &m.plans[i]
		if !p.claimed {
			r.totals = append(r.totals, p.total(value, b))
			continue
		}
		var alt baseDuty
		if !r.base(t.Table, line, p.spi, &alt) || t.holdsColumn1(&alt) != p.holds {
			return false
		}
		r.totals = append(r.totals, p.total(value, &alt))
	}
	for i := 1; i < len(m.order); i++ {
		a, b := r.totals[m.order[i-1]], r.totals[m.order[i]]
		if m.equal[i] && a != b || !m.equal[i] && a >= b {
			return false
		}
	}
	return true
}

// quick answers from templates. It reports false where only the long way
// answers.
func (r *Rater) quick(f *frame, code *codeInfo, line *lineInfo, whole *Whole, out *Outcome) bool {
	e := r.entry
	if code.short || e.Value == 0 {
		return false
	}
	origin := int(r.origins[e.Origin]) - 1
	t := r.treatment(f.now, code, origin)
	if !t.simple {
		return false
	}
	var b baseDuty
	if !r.base(t.Table, line, e.SPI, &b) {
		return false
	}
	m := r.find(t, line, &b, f, false)
	if !m.usable || !r.sums(t, m, line, &b) {
		return false
	}
	lowest := r.totals[m.lowest]
	highest := lowest
	if m.corners > 1 {
		highest = slices.Max(r.totals[:m.corners])
	}
	// Preferences are questions that hang on the line of the schedule.
	r.series = append(r.series[:0], m.questions...)
	if e.SPI == "" && len(r.spi[origin]) > 0 && !r.preferences(t, m, line, &b, origin, lowest) {
		return false
	}
	out.Questions = r.join(lineSeparator)
	out.Headings = m.headings
	out.Status, out.Min, out.Max = m.status, Amount{lowest, true}, Amount{highest, true}
	unsupported := r.gaps(f)
	r.fees(f, whole, out)
	for _, x := range m.caveats {
		r.add(x)
	}
	r.add(line.additional)
	switch {
	case unsupported:
		out.Status, out.Min, out.Max = kanzei.Unsupported, Amount{}, Amount{}
	case m.status == kanzei.Exact:
		out.Duty = out.Min
		out.Base = Amount{b.amount.Cents(m.plans[m.lowest].mfn), true}
		if f.then == nil {
			r.take(&m.plans[m.lowest], &b, Collected, out)
		}
		ok := true
		r.statuses(f, out, func(l *lawTable, view View, what string) (Amount, error) {
			u := r.treatment(l, code, origin)
			if u == t {
				if view == Collected || f.then == nil || r.Detail {
					r.take(&m.plans[m.lowest], &b, view, out)
				}
				return out.Duty, nil
			}
			var b baseDuty
			if ok = ok && u.simple && r.base(u.Table, line, e.SPI, &b); !ok {
				return Amount{}, nil
			}
			n := r.find(u, line, &b, f, true)
			if ok = n.usable && r.sums(u, n, line, &b); !ok {
				return Amount{}, nil
			}
			if n.status != kanzei.Exact {
				r.series = append(r.series, r.text(what))
				return Amount{}, nil
			}
			r.take(&n.plans[n.lowest], &b, view, out)
			return Amount{r.totals[n.lowest], true}, nil
		})
		if !ok {
			*out = Outcome{Programs: out.Programs[:0]}
			return false
		}
	}
	out.Caveats = r.join(caveatSeparator)
	return true
}

// take adds what each program takes under a plan.
func (r *Rater) take(p *plan, b *baseDuty, view View, out *Outcome) {
	if !r.Detail {
		return
	}
	r.program(out, "mfn", view, b.amount.Cents(p.mfn))
	for i := range p.terms {
		if m := p.terms[i].on(r.entry.Value, b); m != 0 {
			r.program(out, r.names[p.terms[i].program], view, m)
		}
	}
}

// preferences appends the question for special rates of the line.
func (r *Rater) preferences(t *treatment, m *template, line *lineInfo, b *baseDuty, origin int, lowest kanzei.Money) bool {
	for i := range line.Special {
		sp := &line.Special[i]
		for _, code := range sp.Programs {
			if !slices.Contains(r.spi[origin], code) {
				continue
			}
			var alt baseDuty
			if !r.duty(&sp.Rate, &alt) {
				continue
			}
			bits := t.holdsColumn1(&alt)
			k := slices.IndexFunc(m.spi, func(p preference) bool { return p.spi == code && p.holds == bits })
			if k < 0 {
				k = len(m.spi)
				m.spi = append(m.spi, preference{code, bits, r.underSPI(t, m, line, b, &alt, code)})
			}
			if m.spi[k].plan.total(r.entry.Value, &alt) != lowest {
				r.add(r.text("spi"))
			}
		}
	}
	return true
}

// underSPI evaluates the lowest corner of a template under an SPI.
func (r *Rater) underSPI(t *treatment, m *template, line *lineInfo, b, alt *baseDuty, code string) plan {
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: true}
	s := c.span()
	e := *r.entry
	e.SPI = code
	f := s.corners[m.lowest].facts
	f.entry, f.base = &e, alt
	var p plan
	t.traced = func(f *facts, parts []part, mfn kanzei.Fraction, _ kanzei.Money, _ bool) {
		p = r.plan(t.Table, f, parts, mfn)
	}
	t.evaluate(&f, t.bearing, nil)
	t.traced = nil
	return p
}
