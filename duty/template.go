package duty

import (
	"slices"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// A template is the answer for all lines of one treatment and one key, but for
// amounts: the code behind Assess has answered for one line, and every
// evaluation that it made was kept as a plan. Another line has the same answer
// as long as comparing its totals under these plans ends the same way: those of
// the corners of the range among themselves, those of claims not made with the
// lowest.
type template struct {
	key     templateKey
	usable  bool
	status  kanzei.Status
	lowest  int  // corner
	corners int  // plans[:corners] are the corners of the range, the others claims
	byArea  bool // shares are taken from the contents of the line

	plans []plan
	terms []term
	order []cornerAt
	saves []bool // by claim: the total is less than the lowest

	headings  Text
	questions []Text
	asked     [2]Text // questions in one text, without and with that for a special program
	caveats   []Text
	spi       []preference
	next      *template // of the same key

	// the caveats of the line before, most often those of the next
	said  said
	saidT Text
}

// A templateKey is all that the answer for goods of a treatment rests on, but
// for the value and the base rate: which conditions hold, and of the contents
// declared either the shares or, where every content that matters is declared,
// which of them fill the value or nothing.
type templateKey struct {
	holds                       uint64 // of treatment.conds
	steel, aluminum, copper, us kanzei.Fraction
	fills                       uint64 // see filling
	fillsClaimed                uint64 // the same with the US content of a claim
	denied                      uint32 // of treatment.uses: declared not to hold
	spi                         uint16
	era                         uint8 // of the order of filing
	steelKnown, aluminumKnown   bool
	copperKnown, usKnown        bool
	span                        bool // the duty alone, without questions and numbers
}

func (k *templateKey) hash() uint64 {
	const m = 0x9e3779b97f4a7c15
	h := k.holds
	h = (h ^ uint64(k.denied)<<32 ^ uint64(k.spi)<<16 ^ uint64(k.era)) * m
	h = (h ^ h>>29 ^ uint64(k.steel) ^ uint64(k.aluminum)<<27 ^ k.fills) * m
	h = (h ^ h>>31 ^ uint64(k.copper) ^ uint64(k.us)<<27 ^ k.fillsClaimed) * m
	if k.span {
		h++
	}
	for i, b := range [...]bool{k.steelKnown, k.aluminumKnown, k.copperKnown, k.usKnown} {
		if b {
			h += 2 << i
		}
	}
	return (h ^ h>>32) * m
}

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

// said is what the caveats of a line rest on.
type said struct {
	horizon, fee, harbor, additional Text
	gaps                             uint64
	set                              *gapSet
}

// templates is a hash table.
type templates struct {
	slots []slot
	n     int
}

type slot struct {
	hash uint64
	t    *template
}

func (s *templates) find(k *templateKey, hash uint64) *template {
	if len(s.slots) == 0 {
		return nil
	}
	mask := uint64(len(s.slots) - 1)
	for i := hash & mask; s.slots[i].t != nil; i = (i + 1) & mask {
		if x := &s.slots[i]; x.hash == hash && x.t.key == *k {
			return x.t
		}
	}
	return nil
}

// put makes t the first template of its key.
func (s *templates) put(t *template, hash uint64) {
	if 4*s.n >= 3*len(s.slots) {
		old := s.slots
		s.slots, s.n = make([]slot, max(4, 2*len(old))), 0
		for _, x := range old {
			if x.t != nil {
				s.put(x.t, x.hash)
			}
		}
	}
	mask := uint64(len(s.slots) - 1)
	i := hash & mask
	for ; s.slots[i].t != nil; i = (i + 1) & mask {
		if x := &s.slots[i]; x.hash == hash && x.t.key == t.key {
			t.next = x.t
			x.t = t
			return
		}
	}
	s.slots[i] = slot{hash, t}
	s.n++
}

const (
	maxTemplates = 1 << 18 // held by a rater; then it begins anew
	maxVariants  = 6       // of one key: base rates below and above an all-in rate, values so small that duties round to nothing
)

// plain reports whether no fact is declared that a condition could ask for.
func plain(e *kanzei.Entry) bool {
	return len(e.Flags) == 0 && e.SPI == "" && e.Loaded == 0 && e.Exported == 0 && e.FTZDate == 0 && e.MeltPour == 0 && e.SmeltCast == 0 &&
		!e.USContent.Known && !e.Steel.Known && !e.Aluminum.Known && !e.Copper.Known && !e.MetalWeight.Known
}

// filling tells of each set of contents whether it is nothing of the value (the
// low bits) and whether it is all of it or more (the high ones).
func filling(steel, aluminum, copper, us kanzei.Fraction) (bits uint64) {
	shares := [...]kanzei.Fraction{steel, aluminum, copper, us}
	var sums [16]kanzei.Fraction
	for set := 1; set < 16; set++ {
		low := set & -set
		sums[set] = sums[set&^low] + shares[[...]int{1: 0, 2: 1, 4: 2, 8: 3}[low]]
		if sums[set] == 0 {
			bits |= 1 << set
		}
		if sums[set] >= kanzei.One {
			bits |= 1 << (32 + set)
		}
	}
	return bits
}

// find returns the template that answers for the line at hand, filling one
// where there is none, and leaves its totals in r.totals. It is nil where only
// the long way answers.
func (r *Rater) find(t *treatment, line *lineInfo, rate *kanzei.Rate, b *baseDuty, f *frame, span bool) *template {
	e := r.entry
	k := templateKey{era: f.era, span: span}
	x := facts{entry: e, base: b}
	if plain(e) {
		for _, i := range t.computed {
			if holds(t.conds[i], &x) {
				k.holds |= 1 << i
			}
		}
	} else {
		r.facts(t, &k, &x)
	}
	hash := k.hash()
	n := 0
	for m := t.templates.find(&k, hash); m != nil; m = m.next {
		if n++; m.usable && r.sums(t, m, line, b) {
			return m
		}
	}
	if n == maxVariants {
		return nil
	}
	if r.filled++; r.filled > maxTemplates {
		for _, t := range r.treatments {
			t.templates = templates{}
		}
		r.filled = 1
	}
	whole := *b
	whole.rate = *rate
	m := r.fill(t, line, &whole, &k)
	t.templates.put(m, hash)
	if !m.usable || !r.sums(t, m, line, b) {
		return nil
	}
	return m
}

// facts puts what is declared into the key.
func (r *Rater) facts(t *treatment, k *templateKey, x *facts) {
	e := r.entry
	if e.SPI != "" {
		id, ok := r.spis[e.SPI]
		if !ok && len(r.spis) < 1<<15 {
			id = uint16(len(r.spis))
			r.spis[e.SPI] = id
		}
		k.spi = id
	}
	r.uses = r.uses[:0]
	for _, flag := range e.Flags {
		if !strings.HasPrefix(flag, "not-") {
			r.uses = append(r.uses, flag)
		}
	}
	x.uses = r.uses
	for i, c := range t.conds {
		if holds(c, x) {
			k.holds |= 1 << i
		}
	}
	if len(e.Flags) > 0 {
		for i, u := range t.uses {
			if denies(e.Flags, u) {
				k.denied |= 1 << i
			}
		}
	}
	if t.bases == 0 { // all are levied on the full value
		return
	}
	of := func(a area, s kanzei.Share) kanzei.Fraction {
		if t.bases&a == 0 {
			return 0
		}
		return s.Fraction
	}
	k.steelKnown, k.aluminumKnown = t.bases&inSteel != 0 && e.Steel.Known, t.bases&inAluminum != 0 && e.Aluminum.Known
	k.copperKnown, k.usKnown = t.bases&inCopper != 0 && e.Copper.Known, t.bases&inUS != 0 && e.USContent.Known
	if t.declared(e) && len(t.usClaims) < 2 {
		steel, aluminum, copper := of(inSteel, e.Steel), of(inAluminum, e.Aluminum), of(inCopper, e.Copper)
		k.fills = filling(steel, aluminum, copper, of(inUS, e.USContent)) | 1
		if len(t.usClaims) == 1 && t.bases&inUS != 0 {
			k.fillsClaimed = filling(steel, aluminum, copper, t.usClaims[0])
		}
		return
	}
	k.steel, k.aluminum, k.copper, k.us = e.Steel.Fraction, e.Aluminum.Fraction, e.Copper.Fraction, e.USContent.Fraction
}

// declared reports whether the content of every metal that a provision is
// levied on is declared.
func (t *treatment) declared(e *kanzei.Entry) bool {
	return (e.Steel.Known || t.bases&inSteel == 0) && (e.Aluminum.Known || t.bases&inAluminum == 0) && (e.Copper.Known || t.bases&inCopper == 0)
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
func (r *Rater) fill(t *treatment, line *lineInfo, b *baseDuty, k *templateKey) *template {
	m := &template{key: *k, usable: true, byArea: k.fills != 0}
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: true}
	var totals []kanzei.Money
	t.traced = func(f *facts, parts []part, mfn area, total kanzei.Money, ok bool) {
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
	defer func() { t.traced = nil }()
	s := c.span()
	m.status, m.corners, m.lowest = s.status, len(s.corners), -1
	for i := range s.corners {
		if &s.corners[i] == s.corner {
			m.lowest = i
		}
	}
	if m.corners != len(m.plans) || m.lowest < 0 || s.min == nil || s.max == nil || s.missing != "" ||
		*s.min != totals[m.lowest] || *s.max != slices.Max(totals) || c.banned(s.corner) {
		m.usable = false
		return m
	}
	if !k.span {
		for _, q := range c.asked(s) {
			m.questions = append(m.questions, r.text(q.Fact))
		}
		r.series = r.series[:0]
		for _, q := range m.questions {
			r.add(q)
		}
		m.asked[0] = r.join(lineSeparator)
		r.add(r.spiFact)
		m.asked[1] = r.join(lineSeparator)
		m.headings = r.headings(c, s.corner)
		var a kanzei.Assessment
		c.line.AdditionalDuties = "" // said of the line, not of the treatment
		c.caveats(s.corner, &a)
		for _, x := range a.Caveats {
			m.caveats = append(m.caveats, r.text(x))
		}
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
	m.said.horizon = ^Text(0)
	return m
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
			id = uint16(len(r.names))
			r.programs[q.Program] = id
			r.names = append(r.names, q.Program)
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
	for i := range m.plans {
		p := &m.plans[i]
		base := b
		if p.claimed {
			base = &r.alternative
			if _, ok := r.base(t.Table, line, p.spi, base); !ok || t.holdsColumn1(base) != p.holds {
				return false
			}
		}
		total := r.total(m, p, m.terms[p.first:], base)
		if i >= m.corners && (total < r.totals[m.lowest]) != m.saves[i-m.corners] {
			return false
		}
		r.totals = append(r.totals, total)
	}
	for i := 1; i < len(m.order); i++ {
		a, b := r.totals[m.order[i-1].corner], r.totals[m.order[i].corner]
		if m.order[i].equal && a != b || !m.order[i].equal && a >= b {
			return false
		}
	}
	return true
}

// quick answers from templates. It reports false where only the long way
// answers.
func (r *Rater) quick(p *Place, whole *Whole, out *Outcome) bool {
	e, f, line := r.entry, p.frame, p.line
	if e.Value == 0 {
		return false
	}
	origin := int(r.origins[e.Origin]) - 1
	t := r.treatment(f.now, p.code, origin)
	if t == nil || !t.simple {
		return false
	}
	b := &r.own
	rate, ok := r.base(t.Table, line, e.SPI, b)
	if !ok {
		return false
	}
	m := r.find(t, line, rate, b, f, false)
	if m == nil {
		return false
	}
	lowest := r.totals[m.lowest]
	highest := r.totals[m.order[len(m.order)-1].corner]
	// Preferences are a question that hangs on the line of the schedule.
	spi := 0
	if e.SPI == "" && len(r.spi[origin]) > 0 && len(line.Special) > 0 && r.prefers(t, m, line, rate, b, origin, lowest) {
		spi = 1
	}
	out.Questions, out.Headings = m.asked[spi], m.headings
	out.Status, out.Min, out.Max = m.status, Amount{lowest, true}, Amount{highest, true}
	gaps := f.gaps.on(e.HTS, origin)
	unsupported := r.caveats(p, m, gaps, whole, out)
	more := false // caveats of the statuses
	switch {
	case unsupported:
		out.Status, out.Min, out.Max = kanzei.Unsupported, Amount{}, Amount{}
	case m.status == kanzei.Exact:
		out.Duty = out.Min
		low := &m.plans[m.lowest]
		out.Base = Amount{b.amount.Cents(r.levied(m, low)), true}
		if f.then == nil {
			r.take(m, low, b, Collected, out)
		}
		r.statuses(f, out, func(l *lawTable, view View, what string) (Amount, error) {
			u := t
			if l != f.now {
				u = r.treatment(l, p.code, origin)
			}
			if u == t {
				r.take(m, low, b, view, out)
				return out.Duty, nil
			}
			other := &r.other
			if ok = ok && u != nil && u.simple; !ok {
				return Amount{}, nil
			}
			rate, known := r.base(u.Table, line, e.SPI, other)
			if ok = known; !ok {
				return Amount{}, nil
			}
			n := r.find(u, line, rate, other, f, true)
			if ok = n != nil; !ok {
				return Amount{}, nil
			}
			if n.status != kanzei.Exact {
				if !more {
					r.series = append(r.series[:0], out.Caveats)
					more = true
				}
				r.series = append(r.series, r.text(what))
				return Amount{}, nil
			}
			r.take(n, &n.plans[n.lowest], other, view, out)
			return Amount{r.totals[n.lowest], true}, nil
		})
		if !ok {
			*out = Outcome{Programs: out.Programs[:0]}
			return false
		}
	}
	if more {
		r.series = slices.DeleteFunc(r.series, func(t Text) bool { return t == 0 })
		out.Caveats = r.join(caveatSeparator)
	}
	return true
}

// caveats fills the fees and the caveats, but for those of the statuses.
func (r *Rater) caveats(p *Place, m *template, gaps uint64, whole *Whole, out *Outcome) (unsupported bool) {
	f := p.frame
	if len(f.gaps.gaps) <= 64 {
		x := said{horizon: f.horizon, additional: p.line.additional, gaps: gaps, set: f.gaps}
		if whole == nil || whole.First {
			w := Whole{Value: r.entry.Value, Fee: LineFee(r.entry.Value)}
			if whole != nil {
				w = *whole
			}
			var held bool
			if out.Fees.MPF, held = processingFee(f.fee, w.Value, w.Fee); !held {
				x.fee = f.noFee
			}
		}
		var known bool
		if out.Fees.HMF, known = harborFee(r.entry); !known {
			x.harbor = r.noHarbor
		}
		if x == m.said {
			out.Caveats = m.saidT
			return gaps&f.gaps.unsupported != 0
		}
		m.said = x
	}
	unsupported = r.gaps(f)
	r.fees(f, whole, out)
	for _, x := range m.caveats {
		r.add(x)
	}
	r.add(p.line.additional)
	out.Caveats = r.join(caveatSeparator)
	m.saidT = out.Caveats
	return unsupported
}

// levied returns the share of the value on which a plan levies the base duty.
func (r *Rater) levied(m *template, p *plan) kanzei.Fraction {
	if m.byArea {
		return r.shares(p).share(p.mfn)
	}
	return p.mfnShare
}

// take adds what each program takes under a plan.
func (r *Rater) take(m *template, p *plan, b *baseDuty, view View, out *Outcome) {
	if !r.Detail {
		return
	}
	r.program(out, "mfn", view, b.amount.Cents(r.levied(m, p)))
	for _, x := range m.terms[p.first:][:p.n] {
		share := x.share
		if m.byArea {
			share = r.shares(p).share(x.area)
		}
		if due := x.on(r.entry.Value, b, share); due != 0 {
			r.program(out, r.names[x.program], view, due)
		}
	}
}

// prefers reports whether a special rate of the line, open to goods of the
// origin alone, would change the duty.
func (r *Rater) prefers(t *treatment, m *template, line *lineInfo, rate *kanzei.Rate, b *baseDuty, origin int, lowest kanzei.Money) bool {
	for i := range line.Special {
		sp := &line.Special[i]
		for _, code := range sp.Programs {
			if !slices.Contains(r.spi[origin], code) {
				continue
			}
			alt := &r.alternative
			if !r.duty(&sp.Rate, alt) {
				continue
			}
			if p := r.underSPI(t, m, line, rate, b, &sp.Rate, alt, code); r.total(m, &p.plan, p.terms, alt) != lowest {
				return true
			}
		}
	}
	return false
}

// underSPI returns the lowest corner of a template under an SPI.
func (r *Rater) underSPI(t *treatment, m *template, line *lineInfo, rate *kanzei.Rate, b *baseDuty, altRate *kanzei.Rate, alt *baseDuty, code string) *preference {
	bits := t.holdsColumn1(alt)
	for i := range m.spi {
		if p := &m.spi[i]; p.holds == bits && p.spi == code {
			return p
		}
	}
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: true}
	c.base.rate = *rate
	s := c.span()
	e := *r.entry
	e.SPI = code
	f := s.corners[m.lowest].facts
	under := *alt
	under.rate = *altRate
	f.entry, f.base = &e, &under
	p := preference{spi: code, holds: bits}
	t.traced = func(f *facts, parts []part, mfn area, _ kanzei.Money, _ bool) {
		p.plan = r.plan(t.Table, f, parts, mfn, &p.terms)
	}
	t.evaluate(&f, t.bearing, nil)
	t.traced = nil
	m.spi = append(m.spi, p)
	return &m.spi[len(m.spi)-1]
}

func special(list []schedule.Special, spi string) *schedule.Special {
	for i := range list {
		if slices.Contains(list[i].Programs, spi) {
			return &list[i]
		}
	}
	return nil
}
