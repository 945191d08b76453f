package duty

import (
	"slices"

	"kanzei"
	"kanzei/schedule"
)

// quick answers from templates. It reports false where only the long way
// answers.
func (r *Rater) quick(p *Line, out *Outcome) bool {
	e, f, line := r.entry, p.frame, p.line
	if e.Value == 0 {
		return false
	}
	origin := int(p.origin)
	t := r.treated(p, asKnown)
	if t == nil || !t.simple {
		return false
	}
	b := &r.own
	rate, known := r.base(t.Table, line, e.SPI, b)
	m := r.find(t, p, rate, known, b, false)
	if m == nil {
		return false
	}
	lowest := r.totals[m.lowest]
	highest := r.totals[m.order[len(m.order)-1].corner]
	// Preferences are a question that hangs on the line of the schedule.
	spi := 0
	if known && e.SPI == "" && len(r.spi[origin]) > 0 && len(line.Special) > 0 && r.prefers(t, m, line, rate, b, origin, lowest) {
		spi = 1
	}
	n := r.notes(m.saying)
	out.Questions, out.Headings = n.asked[spi], n.headings
	out.Status = m.status
	if !m.noMin {
		out.Min = Amount{lowest, true}
	}
	if !m.noMax {
		out.Max = Amount{highest, true}
	}
	gaps := p.gaps
	var text *kanzei.Rate // a base rate that is no figure
	if !known && m.key.open == 2 {
		text = rate
	}
	unsupported := r.caveats(p, m, n, gaps, text, out) || m.noMin
	ok := true
	more := false // caveats that are not of the template
	if p.has&remarkable != 0 {
		r.series = append(r.series[:0], out.Caveats)
		if !r.remarked(p, t) {
			*out = Outcome{Programs: out.Programs[:0]}
			return false
		}
		more = len(r.series) > 1
	}
	switch {
	case unsupported:
		out.Status, out.Min, out.Max = kanzei.Unsupported, Amount{}, Amount{}
	case m.status == kanzei.Exact:
		out.Duty = out.Min
		low := &m.plans[m.lowest]
		out.Base = Amount{b.amount.Cents(r.levied(m, low)), true}
		if f.laws[asThen] == nil {
			r.take(m, low, b, Collected, out)
		}
		r.statuses(f, out, func(law int, view View, what string) (Amount, error) {
			u := t
			if f.laws[law] != f.laws[asKnown] {
				u = r.treated(p, law)
			}
			if u == t {
				r.take(m, low, b, view, out)
				return out.Duty, nil
			}
			if ok = ok && u != nil && u.simple; !ok {
				return Amount{}, nil
			}
			rate, known, other := rate, known, b
			if u.column2 != t.column2 {
				other = &r.other
				rate, known = r.base(u.Table, line, e.SPI, other)
			}
			n := r.find(u, p, rate, known, other, true)
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

// treated returns what bears on a line that has been placed, under one of the
// laws of its frame; nil where the code is too short to tell.
func (r *Rater) treated(p *Line, law int) *treatment {
	if t := p.under[law]; t != nil {
		return t
	}
	l := p.frame.laws[law]
	if t := p.under[asKnown]; t != nil && l == p.frame.laws[asKnown] {
		return t
	}
	return r.treatment(l, p.Code, int(p.origin))
}

// caveats fills the fees and the caveats, but for those of the statuses.
func (r *Rater) caveats(p *Line, m *template, n *notes, gaps uint64, text *kanzei.Rate, out *Outcome) (unsupported bool) {
	f := p.frame
	var before *said
	if len(f.gaps.gaps) <= 64 && text == nil {
		x, way := said{fresh: true, horizon: f.horizon, additional: p.line.AdditionalDuties, gaps: gaps, set: f.gaps}, 0
		if p.pays() {
			var held bool
			if out.Fees.MPF, held = p.processingFee(); !held {
				out.Fees.NoMPF = true
				x.fee = f.noFee
				way |= 1
			}
		}
		var known bool
		if out.Fees.HMF, known = harborFee(r.entry); !known {
			out.Fees.NoHMF = true
			x.harbor = r.noHarbor
			way |= 2
		}
		before = &n.said[way]
		if x.text = before.text; x == *before {
			out.Caveats = x.text
			return gaps&f.gaps.unsupported != 0
		}
		*before = x
	}
	unsupported = r.gaps(p)
	if m.noMin {
		r.series = append(r.series, r.text(noFigure(p.line.Rated, text)))
	}
	r.fees(p, out)
	for _, x := range n.caveats {
		r.add(x)
	}
	if p.line.AdditionalDuties != "" {
		r.add(r.text(additionalDuties + p.line.AdditionalDuties))
	}
	if text != nil && text.Kind == kanzei.RateByText {
		r.add(r.text(ruleOfText(text)))
	}
	out.Caveats = r.join(caveatSeparator)
	if before != nil {
		before.text = out.Caveats
	}
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
	for i := range m.terms[p.first:][:p.n] {
		x := &m.terms[int(p.first)+i]
		share := x.share
		if m.byArea {
			share = r.shares(p).share(x.area)
		}
		if due := r.due(x, b, share); due != 0 {
			r.program(out, r.engine.common.programName(x.program), view, due)
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
			if p := r.underSPI(t, m, line, rate, b, &sp.Rate, alt, code); r.total(m.formula, &p.plan, p.terms, alt) != lowest {
				return true
			}
		}
	}
	return false
}

// underSPI returns the lowest corner of a template under an SPI.
func (r *Rater) underSPI(t *treatment, m *template, line *lineInfo, rate *kanzei.Rate, b *baseDuty, altRate *kanzei.Rate, alt *baseDuty, code string) *preference {
	bits := t.holdsColumn1(alt)
	if held := m.spi.Load(); held != nil {
		for _, p := range *held {
			if p.holds == bits && p.spi == code {
				return p
			}
		}
	}
	r.here.units()
	traced := t.apart()
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: line.Line, bearing: t.bearing, base: *b, baseOK: true, work: &r.work}
	c.base.rate = *rate
	s := c.span()
	e := *r.entry
	e.SPI = code
	f := s.corners[m.lowest].facts
	under := *alt
	under.rate = *altRate
	f.entry, f.base = &e, &under
	p := &preference{spi: code, holds: bits}
	traced.traced = func(f *facts, parts []part, mfn area, _ kanzei.Money, _ bool) {
		p.plan = r.plan(t.Table, f, parts, mfn, &p.terms)
	}
	traced.evaluate(&f, t.bearing, nil)
	t.prefer(m, p)
	return p
}

// apart returns the table of the treatment for one goroutine to trace.
func (t *treatment) apart() *Table {
	return &Table{state: t.state, provs: t.provs, yield: t.yield, words: t.words, column2: t.column2}
}

func special(list []schedule.Special, spi string) *schedule.Special {
	for i := range list {
		if slices.Contains(list[i].Programs, spi) {
			return &list[i]
		}
	}
	return nil
}
