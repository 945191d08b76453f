package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// findings explains a corner line by line: what applies, the duties that yield
// or are suspended, then what was not claimed.
func (c *computation) findings(k *corner) []kanzei.Finding {
	mfn := c.mfn(k)
	var yes, no, unclaimed []kanzei.Finding
	for i := range k.parts {
		x := &k.parts[i]
		p := &c.table.provs[x.prov]
		f := kanzei.Finding{Heading: p.Heading, Program: p.Program, Rate: p.Rate.Rate.Text, Instrument: p.By.String(), Citation: p.By.Citation()}
		if x.why == applies {
			f.Applies, f.Base, f.Amount = true, x.base.Round(), x.amount
			f.Because = c.because(k, x, p)
			if h := c.reports(p); h != p.Heading {
				f.Because += "; reported under " + h
			}
			yes = append(yes, f)
			continue
		}
		if x.why == notClaimed && c.farOff(k, x, p) {
			continue
		}
		var ok bool
		if f.Because, ok = c.whyNot(k, x, p); ok {
			if x.why == yielded {
				no = append(no, f)
			} else {
				unclaimed = append(unclaimed, f)
			}
		}
	}
	for _, p := range c.table.state.Provisions {
		if p.Status != ledger.Suspended || !p.Origin(c.entry.Origin) || !p.Codes.Touches(c.entry.HTS) {
			continue
		}
		if slices.ContainsFunc(p.When, func(w kanzei.Condition) bool {
			return ledger.KindOf(w) == ledger.Computed && holds(&w, &k.facts) == w.Not
		}) {
			continue
		}
		because := fmt.Sprintf("suspended by %s", p.Changed)
		if u := p.Changed.Act.Until; u != kanzei.Forever {
			because += fmt.Sprintf(" until %s", u)
		}
		no = append(no, kanzei.Finding{Heading: p.Heading, Program: p.Program, Rate: p.Rate.Rate.Text, Because: because, Instrument: p.Changed.String(), Citation: p.Changed.Citation()})
	}
	base := kanzei.Finding{Heading: c.line.Rated.String(), Program: "mfn", Rate: c.base.rate.String(), Base: c.entry.Value.Times(mfn).Round(), Applies: mfn > 0,
		Because: c.base.column, Instrument: "Harmonized Tariff Schedule of the United States", Citation: "USITC, " + c.line.Edition}
	switch {
	case base.Applies && !c.baseOK:
		base.Because += "; not computed, a quantity is not declared"
		if c.base.rate.Kind == kanzei.RateByText {
			base.Because = c.base.column + "; a rule of text, not computed"
		}
	case base.Applies:
		base.Amount = c.base.on(mfn)
	default:
		base.Because = "another provision is in lieu of it"
	}
	return slices.Concat([]kanzei.Finding{base}, yes, no, unclaimed)
}

// farOff reports whether a claim not made is not worth a word: a duty on all
// products for those who declare it, an exception that would excuse nothing, or
// one of chapter 98 or US content under a provision that frees a part of the value.
func (c *computation) farOff(k *corner, x *part, p *prov) bool {
	if p.When[x.cond].Not {
		return false
	}
	if w := p.When[x.cond]; c.entry.Full != 0 && (w.Value == claimsChapter98 || w.Fact == "us-content") {
		return true
	}
	if p.Effect == kanzei.Levies {
		return slices.ContainsFunc(p.Products, func(i kanzei.ProductItem) bool { return i.All })
	}
	return !slices.ContainsFunc(k.parts, func(y part) bool {
		due := y.why == applies && y.amount > 0 || y.why == noContent || y.why == notUsed
		return due && c.table.yields(y.prov, x.prov)
	}) && !slices.Contains(p.InLieuOf, "mfn")
}

func (c *computation) because(k *corner, x *part, p *prov) string {
	s := p.Title
	switch {
	case p.declares:
		return s
	case p.Effect == kanzei.Excuses && x.share < kanzei.One:
		s += fmt.Sprintf("; excuses %s%% of the value", x.share)
	case p.Effect == kanzei.Excuses:
	case p.base != kanzei.BaseValue:
		s += fmt.Sprintf("; on the %s content, %s%% of the value", p.base, x.share)
		if p.base == kanzei.BaseNonUS {
			s = strings.Replace(s, "non-us content", "non-US content", 1)
		}
	case x.share < kanzei.One && x.by >= 0:
		q := &c.table.provs[k.parts[x.by].prov]
		s += fmt.Sprintf("; on the %s%% of the value that %s (%s) leaves", x.share, q.Program, q.Heading)
	}
	if v := k.facts.value(p); v != c.entry.Value && p.Effect == kanzei.Levies {
		s += fmt.Sprintf("; under %s on the full value, $%s", c.entry.Ch98, v)
	}
	if p.Rate.Mode == kanzei.AllIn {
		if x.amount > 0 {
			s += fmt.Sprintf("; fills %s (%s) up to %s%%", c.base.column, c.base.rate, p.Rate.Rate.AdValorem)
		} else {
			s += fmt.Sprintf("; %s (%s) is not below %s%%", c.base.column, c.base.rate, p.Rate.Rate.AdValorem)
		}
	}
	return s
}

// whyNot says why a provision that bears on the goods does not apply; ok is
// false where saying so would only be noise.
func (c *computation) whyNot(k *corner, x *part, p *prov) (string, bool) {
	switch x.why {
	case notClaimed:
		w := p.When[x.cond]
		if w.Not {
			return fmt.Sprintf("%s: %s is declared", p.Title, strings.TrimPrefix(w.Text, "not ")), true
		}
		return fmt.Sprintf("%s: not claimed (%s)", p.Title, w.Text), true
	case notUsed:
		return fmt.Sprintf("%s: not declared to be %s", p.Title, strings.ReplaceAll(p.When[x.cond].Value, "-", " ")), true
	case noContent:
		return fmt.Sprintf("%s: the goods have no %s content", p.Title, p.base), true
	case yielded:
		q := &c.table.provs[k.parts[x.by].prov]
		if q.Effect == kanzei.Excuses {
			return fmt.Sprintf("excused by %s (%s): %s", q.Heading, q.Program, q.Title), true
		}
		return fmt.Sprintf("goods under %s (%s) are excluded", q.Program, q.Heading), true
	}
	return "", false
}

// caveats adds the caveats of the provisions that decide the answer.
func (c *computation) caveats(k *corner, a *kanzei.Assessment) {
	add := func(s string) {
		if s != "" && !slices.Contains(a.Caveats, s) {
			a.Caveats = append(a.Caveats, s)
		}
	}
	for i := range k.parts {
		if x := &k.parts[i]; x.why == applies {
			p := &c.table.provs[x.prov]
			add(p.Caveat)
			if c.entry.Full != 0 && p.Effect == kanzei.Levies {
				if r, ok := p.returned(c.entry); ok {
					add(r.Caveat)
				}
			}
			if v := p.Void; v.Instrument != nil && p.Effect == kanzei.Levies {
				add(v.Act.Note)
				add(v.Instrument.Note)
			}
		}
	}
	c.zoneCaveats(k, add)
	if c.line.AdditionalDuties != "" {
		add(additionalDuties + c.line.AdditionalDuties)
	}
	if r := c.base.rate; r.Kind == kanzei.RateByText && !c.baseOK {
		add(ruleOfText(&r))
	}
}

func ruleOfText(r *kanzei.Rate) string {
	return fmt.Sprintf("the base rate is a rule of text: %q", r.Text)
}

// questions offers the facts that narrow a range, and the claims not made that
// would change the duty.
func (c *computation) questions(s *span) []kanzei.Question {
	out := c.asked(s)
	if s.corner != nil && s.corner.ok && c.baseOK && c.entry.SPI == "" {
		out = append(out, c.preferences(s)...)
	}
	return out
}

// asked offers all but the special rates of the line.
func (c *computation) asked(s *span) []kanzei.Question {
	var out []kanzei.Question
	for i := range s.needs {
		n := &s.needs[i]
		q := kanzei.Question{Fact: n.fact, DutyIf: map[string]kanzei.Money{}}
		if !c.brief {
			q.Ask = c.ask(n)
		}
		highest := map[string]kanzei.Money{}
		for i := range s.corners {
			k := &s.corners[i]
			if !k.ok || !c.baseOK {
				continue
			}
			says := k.says(n)
			if old, seen := q.DutyIf[says]; !seen || k.total < old {
				q.DutyIf[says] = k.total
			}
			highest[says] = max(highest[says], k.total)
		}
		switch {
		case !same(q.DutyIf):
			out = append(out, q)
		case !same(highest): // it matters only together with another answer
			q.DutyIf = highest
			out = append(out, q)
		}
	}
	if !c.baseOK || s.max == nil {
		for _, u := range c.missingUnits(s) {
			out = append(out, kanzei.Question{Fact: "quantity", Ask: fmt.Sprintf("how many %s?", u), DutyIf: map[string]kanzei.Money{}})
		}
	}
	if s.corner == nil || !s.corner.ok || !c.baseOK {
		return out
	}
	w := c.room()
	e, f := &w.entry, &w.facts
	w.seen = w.seen[:0]
	for i := range s.corner.parts {
		x := &s.corner.parts[i]
		p := &c.table.provs[x.prov]
		when, exclusion := p.When, false
		switch {
		case x.why == notClaimed && !p.When[x.cond].Not:
		case x.why == applies && p.Effect == kanzei.Levies:
			if when = excluding(p.When); len(when) == 0 {
				continue
			}
			exclusion = true
		default:
			continue
		}
		*e = *c.entry
		w.flags = append(w.flags[:0], e.Flags...)
		e.Flags = w.flags
		fact := claim(e, when)
		w.flags = e.Flags
		if fact == "" || slices.Contains(w.seen, fact) || c.entry.Full != 0 && (fact == claimsChapter98 || e.USContent.Known) {
			continue // of the dutiable part the US content is off already
		}
		w.seen = append(w.seen, fact)
		*f = s.corner.facts
		f.entry, f.base = e, &c.base
		if e.SPI != c.entry.SPI {
			base := baseDuty{value: c.base.value}
			base.rate, base.column = baseRate(c.table, e, &c.line)
			base.amount, _ = base.rate.Duty(e.Value, f.quantity)
			f.base = &base
		}
		var total kanzei.Money
		var ok bool
		w.claimed, total, ok = c.table.evaluate(f, s.corner.bearing, w.claimed)
		if !ok || total >= s.corner.total { // nobody claims what costs more
			continue
		}
		if c.brief {
			out = append(out, kanzei.Question{Fact: fact})
			continue
		}
		ask := p.Title + "?"
		if exclusion {
			ask = fmt.Sprintf("%s (out of %s)?", when[0].Text, p.Heading)
		}
		out = append(out, kanzei.Question{Fact: fact, Ask: ask, DutyIf: map[string]kanzei.Money{"yes": total, "no": s.corner.total}})
	}
	return out
}

// preferences offers the special rates of the line that goods of the origin
// may claim.
func (c *computation) preferences(s *span) []kanzei.Question {
	var out []kanzei.Question
	for _, sp := range c.line.Special {
		for _, code := range sp.Programs {
			if !slices.Contains(spiOf[c.entry.Origin.String()], code) {
				continue
			}
			e := *c.entry
			e.SPI = code
			base := baseDuty{rate: sp.Rate, value: e.Value}
			var known bool
			if base.amount, known = sp.Rate.Duty(e.Value, func(u string) (int64, bool) { return quantity(&e, u) }); !known {
				continue
			}
			f := s.corner.facts
			f.entry, f.base = &e, &base
			if _, total, ok := c.table.evaluate(&f, s.corner.bearing, nil); ok && total != s.corner.total {
				out = append(out, kanzei.Question{Fact: "spi", Ask: fmt.Sprintf("is the special program %s claimed, and do the goods qualify?", code), DutyIf: map[string]kanzei.Money{code: total, "none": s.corner.total}})
			}
		}
	}
	return out
}

// spiOf lists the special program indicators open to goods of one country
// alone (HTS general note 3(c)(i)).
var spiOf = map[string][]string{
	"JP": {"JP"}, "KR": {"KR"}, "AU": {"AU"}, "SG": {"SG"}, "CL": {"CL"}, "IL": {"IL"}, "JO": {"JO"},
	"BH": {"BH"}, "MA": {"MA"}, "OM": {"OM"}, "PE": {"PE"}, "CO": {"CO"}, "PA": {"PA"}, "CA": {"S", "S+"}, "MX": {"S", "S+"},
}

// excluding returns the claims that would take goods out of a duty: what its
// conditions negate, stated plainly.
func excluding(when []kanzei.Condition) []kanzei.Condition {
	var out []kanzei.Condition
	for _, w := range when {
		if w.Not && ledger.KindOf(w) == ledger.Claim {
			w.Not, w.Text = false, strings.TrimPrefix(w.Text, "not ")
			out = append(out, w)
		}
	}
	return out
}

// claim makes every claim of the conditions in the entry, whose flags must be its
// own, and returns the facts.
func claim(e *kanzei.Entry, when []kanzei.Condition) (facts string) {
	for i := range when {
		w := &when[i]
		if w.Not || ledger.KindOf(*w) != ledger.Claim {
			continue
		}
		switch w.Fact {
		case "claim":
			e.Flags = append(e.Flags, w.Value)
			facts = also(facts, w.Value)
			continue
		case "loaded":
			e.Loaded = within(w)
		case "exported":
			e.Exported = within(w).Day()
		case "ftz-admitted":
			e.FTZDate = within(w).Day()
		case "us-content":
			e.USContent = satisfying(w)
		case "metal-weight":
			e.MetalWeight = satisfying(w)
		case "steel":
			e.Steel = satisfying(w)
		case "aluminum":
			e.Aluminum = satisfying(w)
		case "copper":
			e.Copper = satisfying(w)
		case "spi":
			e.SPI = w.Set[0]
		case "melt-pour":
			e.MeltPour, _ = kanzei.ParseOrigin(w.Set[0])
		case "smelt-cast":
			e.SmeltCast, _ = kanzei.ParseOrigin(w.Set[0])
		default:
			return ""
		}
		facts = also(facts, w.Text)
	}
	return facts
}

func also(facts, fact string) string {
	if facts == "" {
		return fact
	}
	return facts + " and " + fact
}

func within(w *kanzei.Condition) kanzei.Moment {
	if w.Op == "before" {
		return w.Time - 24*60
	}
	return w.Time + 24*60
}

func satisfying(w *kanzei.Condition) kanzei.Share {
	switch w.Op {
	case "<":
		return kanzei.ShareOf(max(0, w.Share-1))
	case ">":
		return kanzei.ShareOf(w.Share + 1)
	}
	return kanzei.ShareOf(w.Share)
}

func same(m map[string]kanzei.Money) bool {
	first, set := kanzei.Money(0), false
	for _, v := range m {
		if set && v != first {
			return false
		}
		first, set = v, true
	}
	return true
}

func namedBy(refs []string, p *kanzei.Provision) bool {
	for _, r := range refs {
		if ledger.Names(r, p.Heading, p.Program) {
			return true
		}
	}
	return false
}
