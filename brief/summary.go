package brief

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// Heads of the summary's paragraphs on trade.
const (
	headTrade = "Imports"
	headCost  = "Cost"
	headNext  = "Next"
)

// summary writes the first page: what is traded, a paragraph a program, what
// comes, what it costs. Every word of it is computed from the document.
func (b *builder) summary() {
	d := b.doc
	add := func(head, text string) {
		if text != "" {
			d.Summary = append(d.Summary, Paragraph{Head: head, Text: text})
		}
	}
	if x := d.Exposure; x != nil {
		var parts []string
		for _, h := range x.Headings[:min(3, len(x.Headings))] {
			parts = append(parts, fmt.Sprintf("%s (%s) %s", lower(tradeWords(h.Name)), h.HTS, usd(h.ValueUSD)))
		}
		add(headTrade, fmt.Sprintf("US imports from %s in %d: %s; the largest headings are %s.", d.Country.Name, x.Year, usd(x.ValueUSD), join(parts)))
	}
	var minor []string
	for i := range d.Regime {
		if p := &d.Regime[i]; rank(&p.Measures[0]) < 10 && b.minor(p) {
			minor = append(minor, lower(plain(p.Title)))
		}
	}
	for i := range d.Regime {
		if rank(&d.Regime[i].Measures[0]) < 2 && !b.minor(&d.Regime[i]) {
			add(named(d.Regime[i].Title, d.Regime[i].Authority), b.programWords(&d.Regime[i]))
		}
	}
	var coming []*Program
	for i := range d.Regime {
		if r := rank(&d.Regime[i].Measures[0]); r >= 2 && r < 10 && !b.minor(&d.Regime[i]) {
			coming = append(coming, &d.Regime[i])
		}
	}
	slices.SortStableFunc(coming, func(x, y *Program) int { return cmp.Compare(x.Measures[0].Since, y.Measures[0].Since) })
	for _, p := range coming {
		add(named(p.Title, p.Authority), b.programWords(p))
	}
	for _, name := range b.orderedPrograms() {
		add(sentence(plain(b.programTitle(name, d.On.Open()))), b.orderedOf(name))
	}
	if len(minor) > 0 {
		add("Others", "Each on less than 0.5 % of imports, see the measures: "+join(minor)+".")
	}
	if len(d.Regime) == 0 {
		add("Measures", "No additional duty on goods of "+d.Country.Name+" is held for this day, and none is coming.")
	}
	add(headNext, b.nextWords())
	if d.Exposure != nil {
		add(headCost, costWords(d.Exposure)+b.unclaimed()+b.notCounted())
	}
}

// tradeWords cuts the text of a heading where it begins to qualify.
func tradeWords(s string) string {
	for _, stop := range []string{";", ",", " (", " principally", " and other", " of headings", " of heading", ":"} {
		if i := strings.Index(s, stop); i >= 6 {
			s = s[:i]
		}
	}
	return s
}

// group is measures of one program that stand alike.
type group struct {
	First    *Measure
	Headings []string
	bases    []string
	codes    ledger.Set
}

// groups joins measures that need no claim and stand alike.
func groups(p *Program) []group {
	var out []group
	for i := range p.Measures {
		m := &p.Measures[i]
		if m.Claim {
			continue
		}
		n := slices.IndexFunc(out, func(g group) bool { return alike(g.First, m) })
		if n < 0 {
			out = append(out, group{m, []string{m.Heading}, []string{m.Levied}, m.codes})
			continue
		}
		out[n].Headings = append(out[n].Headings, m.Heading)
		out[n].codes = out[n].codes.Union(m.codes)
		if !slices.Contains(out[n].bases, m.Levied) {
			out[n].bases = append(out[n].bases, m.Levied)
		}
	}
	return out
}

func alike(a, b *Measure) bool {
	return a.Rate == b.Rate && a.Status == b.Status && a.Since == b.Since && a.Until == b.Until && a.Then == b.Then && (a.Displaced == nil) == (b.Displaced == nil) && (a.Displaced == nil || a.Displaced.At == b.Displaced.At) && (a.Void == nil) == (b.Void == nil)
}

// programWords says how a program stands: what is in force since when, what is
// suspended until when, what comes, and whose goods pay nothing.
func (b *builder) programWords(p *Program) string {
	if p.Excused != nil {
		return fmt.Sprintf("Not due on goods of %s: %s (%s).", b.doc.Country.Name, p.Excused.Title, p.Excused.Heading)
	}
	var out []string
	levied := 0
	var codes ledger.Set
	stems := map[string]bool{}
	for _, g := range groups(p) {
		m := g.First
		s := fmt.Sprintf("%s (%s)", plainRate(m.Rate), headingWords(g.Headings))
		if !slices.ContainsFunc(g.Headings, func(h string) bool { return !stems[stem(h)] }) && (m.Status == string(ledger.InForce) || m.Status == Coming && len(m.Meanwhile) == 0) {
			s += " on further goods"
		}
		for _, h := range g.Headings {
			stems[stem(h)] = true
		}
		if !slices.Contains(g.bases, baseWords(kanzei.BaseValue)) {
			s += " on the " + join(g.bases)
		}
		if d := m.Displaced; d != nil && d.Already {
			if d.At > m.Since && m.Status == string(ledger.InForce) {
				out = append(out, fmt.Sprintf("%s has given way on all these goods to %s since %s.", s, headingWords(d.By), dayWords(d.At.Day())))
			}
			continue
		}
		levied++
		codes = codes.Union(g.codes)
		switch m.Status {
		case string(ledger.InForce):
			s += " in force since " + dayWords(m.Since.Day())
			s += b.onward(m)
		case string(ledger.Suspended):
			s += " suspended since " + momentWords(m.Since)
			if m.Until != 0 {
				s += " until " + momentWords(m.Until)
				switch m.Then {
				case "resumes":
					s += ", then back without any further act" + b.instead(m)
				case "ends":
					s += ", then ended"
				}
			}
			s += extensions(m)
			if f := inForceBefore(m); f != "" {
				s += "; it was in force " + f
			}
		case Coming:
			s += " from " + dayWords(m.Since.Day()) + b.onward(m) + b.instead(m)
			if len(m.Meanwhile) > 0 && !slices.Equal(m.Meanwhile, m.InPlaceOf) {
				s += fmt.Sprintf("; until then these goods pay the %s%s", b.rateOf(m.Meanwhile), b.doubt(m))
			}
		default:
			s += " ordered, awaiting implementation"
		}
		if m.Void != nil {
			s += "; " + m.Void.Words()
		}
		out = append(out, stop(sentence(s)))
	}
	if len(out) == 0 {
		return ""
	}
	if s := scopeWords(codes); len(codes) > 0 && strings.HasPrefix(s, "goods of chapter") {
		out = append(out, "It reaches "+s+".")
	}
	if s := b.orderedOf(p.Name); s != "" {
		out = append(out, s)
	}
	out = append(out, b.replaced(p.Name)...)
	if n := b.notOn(p, levied); n != "" {
		out = append(out, n)
	}
	return strings.Join(out, " ")
}

// orderedOf says what orders that await their notice will do to a program, and
// orderedPrograms names those of which nothing stands in the law yet.
func (b *builder) orderedOf(program string) string {
	by := map[string][]string{}
	var orders []string
	for i := range b.doc.Outlook {
		e := &b.doc.Outlook[i]
		if e.What != Awaiting || e.Program != program || !e.Levies || e.Claim {
			continue
		}
		who := e.Order + " on " + dayWords(e.Public)
		if by[who] == nil {
			orders = append(orders, who)
		}
		by[who] = append(by[who], e.orderedDeed()+e.orderedFrom())
	}
	var out []string
	for _, who := range orders {
		out = append(out, fmt.Sprintf("Ordered by %s, in effect with a notice that is not public yet: %s.", who, join(by[who])))
	}
	return strings.Join(out, " ")
}

func (b *builder) orderedPrograms() []string {
	var out []string
	for i := range b.doc.Outlook {
		e := &b.doc.Outlook[i]
		if e.What != Awaiting || !e.Levies || e.Claim || slices.Contains(out, e.Program) {
			continue
		}
		if !slices.ContainsFunc(b.doc.Regime, func(p Program) bool { return p.Name == e.Program }) {
			out = append(out, e.Program)
		}
	}
	return out
}

// unclaimed names the exceptions for goods that claim a special program, which
// the cost counts as not claimed.
func (b *builder) unclaimed() string {
	var headings, programs, by []string
	for i := range b.doc.Regime {
		first := len(headings)
		for _, x := range b.doc.Regime[i].OnClaim {
			for _, c := range x.Claims {
				set, ok := strings.CutPrefix(c, "spi in ")
				if !ok || slices.Contains(headings, x.Heading) {
					continue
				}
				headings = append(headings, x.Heading)
				for p := range strings.SplitSeq(set, ", ") {
					if !slices.Contains(programs, p) {
						programs = append(programs, p)
					}
				}
			}
		}
		if first < len(headings) {
			by = append(by, fmt.Sprintf("from %s by %s", lower(plain(b.doc.Regime[i].Title)), headingWords(headings[first:])))
		}
	}
	if len(headings) == 0 {
		return ""
	}
	s := fmt.Sprintf(" Claims are not counted: goods that qualify for the special program %s and claim it are excused %s, so the duty collected is less.", strings.Join(programs, " or "), join(by))
	if slices.Contains(programs, "S") {
		s += fmt.Sprintf(" kanzei panel average --origin %s --assume applied counts the share of trade that claimed the USMCA.", b.doc.Country.ISO2)
	}
	return s
}

// notCounted names the orders that the cost leaves out because their notice is
// awaited.
func (b *builder) notCounted() string {
	var orders []string
	for i := range b.doc.Outlook {
		if e := &b.doc.Outlook[i]; e.What == Awaiting && e.Levies && !e.Claim && !slices.Contains(orders, e.Order) {
			orders = append(orders, e.Order)
		}
	}
	if len(orders) == 0 {
		return ""
	}
	return " Not counted: what " + join(orders) + " orders, until its notice is public."
}

// replaced tells, with hindsight, which duties of a program on the country's
// goods were put into the law and later taken out of it back to their first
// day.
func (b *builder) replaced(program string) []string {
	if !b.doc.Hindsight {
		return nil
	}
	var out []string
	for _, in := range b.engine.Ledger.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != kanzei.ActTerminate || a.Public > b.req.Known || a.From.Day() >= a.Public || a.From <= b.req.On.Open() {
				continue
			}
			for _, h := range a.Targets {
				was := b.engine.Book(a.Public-1).Standing(h, a.From)
				if was.Status != ledger.InForce || was.Program != program || was.By.Act.From < a.From || !b.book.Origins(&was.Provision, a.From)(b.req.Country) {
					continue
				}
				var heirs []string
				rate := ""
				for _, d := range in.Acts {
					if p := d.Provision; d.Kind == kanzei.ActImpose && p.Program == program && d.From == a.From && d.Table == nil && b.book.Origins(p, a.From)(b.req.Country) {
						heirs, rate = append(heirs, d.Targets...), plainRate(rateWords(p.Rate))
					}
				}
				s := fmt.Sprintf("First %s (%s) by %s from %s", plainRate(rateWords(was.Rate)), h, was.By.Instrument.ID, dayWords(a.From.Day()))
				if rateWords(was.Rate) == "+"+plainRate(rateWords(was.Rate)) {
					s += ", on top of column 1"
				}
				s += fmt.Sprintf("; %s of %s replaced it back to that day", in.ID, dayWords(a.Public))
				if len(heirs) > 0 {
					s += fmt.Sprintf(" by %s (%s)", rate, headingWords(heirs))
				}
				if a.Implemented > a.Public {
					s += ", in the schedule since the notice of " + dayWords(a.Implemented)
				}
				out = append(out, stop(s))
			}
		}
	}
	return out
}

// minor reports whether a program is on less than half a percent of imports on
// every day measured.
func (b *builder) minor(p *Program) bool {
	x := b.doc.Exposure
	if x == nil || p.Excused != nil || b.orderedOf(p.Name) != "" || p.Measures[0].Since > x.States[len(x.States)-1].On.Open() {
		return false
	}
	for i := range x.Programs {
		if x.Programs[i].Key != p.Name {
			continue
		}
		for _, c := range x.Programs[i].Cells {
			if c.HitUSD*200 >= x.ValueUSD {
				return false
			}
		}
	}
	return true
}

// onward says what the law known makes of a measure after this standing: the
// rates that follow and the day it ends.
func (b *builder) onward(m *Measure) string {
	var out string
	rate := m.Rate
	for _, s := range m.Stretches {
		if s.From < m.Since || s.Status == string(ledger.InForce) && s.Rate == rate {
			continue
		}
		switch {
		case s.Status == string(ledger.InForce):
			out += fmt.Sprintf(", %s from %s", plainRate(s.Rate), dayWords(s.From.Day()))
			rate = s.Rate
		case s.Status == string(ledger.Suspended):
			out += ", suspended from " + dayWords(s.From.Day())
		case rate != "":
			out += ", until " + dayWords(s.From.Day())
			rate = ""
		}
	}
	if n := len(m.Stretches); rate != "" && n > 0 && m.Stretches[n-1].Until != kanzei.Forever {
		out += ", until " + dayWords(m.Stretches[n-1].Until.Day())
	}
	return out
}

// instead names what a measure takes the place of.
func (b *builder) instead(m *Measure) string {
	if len(m.InPlaceOf) == 0 {
		return ""
	}
	return " in place of the " + b.rateOf(m.InPlaceOf)
}

// extensions says how a suspension came to last so long: "first until 9 July
// 2025, extended by …".
func extensions(m *Measure) string {
	var out []string
	for i, s := range m.Stretches {
		if s.Status != string(ledger.Suspended) || s.From < m.Since || s.Until > m.Until {
			continue
		}
		if s.Until == m.Until && len(out) == 0 {
			return ""
		}
		words := fmt.Sprintf("by %s until %s", s.By, dayWords(s.Until.Day()))
		if len(out) == 0 {
			words = fmt.Sprintf("first by %s until %s", s.By, dayWords(s.Until.Day()))
		} else if i > 0 {
			words = "extended " + words
		}
		out = append(out, words)
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}

// inForceBefore says when a suspended measure was in force, if it ever was, and
// at which rate where that was another.
func inForceBefore(m *Measure) string {
	for _, s := range m.Stretches {
		if s.Status == string(ledger.InForce) && s.Until == m.Since {
			days := int(s.Until-s.From) / (24 * 60)
			words := fmt.Sprintf("%d days, from %s", days, dayWords(s.From.Day()))
			if days == 1 {
				words = "one day, from " + dayWords(s.From.Day())
			}
			if s.Rate != m.Rate {
				words = "at " + plainRate(s.Rate) + " " + words
			}
			return words
		}
	}
	return ""
}

// doubt points to the caveat that the register has on what goods pay until a
// measure begins.
func (b *builder) doubt(m *Measure) string {
	for _, g := range b.engine.Ledger.Coverage.Gaps {
		if g.Until == m.Since && slices.ContainsFunc(m.Meanwhile, func(h string) bool { return ledger.Names(g.Program, h, b.programOf(h)) }) {
			return " (with a doubt: see what this folder does not know)"
		}
	}
	return ""
}

func (b *builder) programOf(heading string) string {
	for i := range b.doc.Regime {
		for _, m := range b.doc.Regime[i].Measures {
			if m.Heading == heading {
				return b.doc.Regime[i].Name
			}
		}
	}
	return ""
}

// rateOf names headings with their rates: "10 % of 9903.01.25".
func (b *builder) rateOf(hs []string) string {
	by := map[string][]string{}
	var rates []string
	for _, h := range hs {
		for i := range b.doc.Regime {
			for _, m := range b.doc.Regime[i].Measures {
				if m.Heading == h {
					if by[m.Rate] == nil {
						rates = append(rates, m.Rate)
					}
					by[m.Rate] = append(by[m.Rate], h)
				}
			}
		}
	}
	var out []string
	for _, r := range rates {
		out = append(out, plainRate(r)+" of "+headingWords(by[r]))
	}
	return join(out)
}

// notOn says whose goods pay nothing under a program, of which so many rates
// are levied or to come.
func (b *builder) notOn(p *Program, levied int) string {
	var out, names []string
	by := map[string][]string{} // titles by authority
	then := b.book.At(max(b.req.On.Open(), p.Measures[0].Since))
	for i := range b.doc.Regime {
		q := &b.doc.Regime[i]
		if q.Name == p.Name || !slices.ContainsFunc(p.NotOn, func(ref string) bool { return ledger.Names(ref, "", q.Name) }) {
			continue
		}
		if slices.ContainsFunc(then.Provisions, func(x *ledger.Placed) bool {
			return x.Program == q.Name && x.Effect == kanzei.Levies && x.Status == ledger.InForce && x.Origin(b.req.Country) && !claimed(&x.Provision)
		}) {
			if by[q.Authority] == nil {
				names = append(names, q.Authority)
			}
			by[q.Authority] = append(by[q.Authority], lower(plain(q.Title)))
		}
	}
	if len(names) > 0 {
		out = append(out, "Nothing is due on the value that other duties cover: "+authorities(names, by)+".")
	}
	var except []string
	for _, x := range p.Exempt {
		if x.Codes > 0 {
			except = append(except, fmt.Sprintf("%s (%s)", x.Title, x.Heading))
		}
	}
	if n := len(except); n > 3 {
		except = append(except[:3], fmt.Sprintf("%d more exceptions", n-3))
	}
	if len(except) > 0 {
		exempt := "Exempt: "
		if levied == 2 {
			exempt = "Exempt from both: "
		}
		out = append(out, exempt+join(except)+".")
	}
	return strings.Join(out, " ")
}

// authorities lists titles by the authority they rest on.
func authorities(names []string, by map[string][]string) string {
	var out []string
	for _, n := range names {
		titles := by[n]
		if len(titles) > 4 {
			titles = append(titles[:3:3], fmt.Sprintf("%d more", len(titles)-3))
		}
		out = append(out, n+" on "+join(titles))
	}
	return strings.Join(out, "; ")
}

// lower writes a title inside a sentence.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// nextWords names the next days on which duties change by themselves.
func (b *builder) nextWords() string {
	var out []string
	var last kanzei.Day
	days := 0
	for i := range b.doc.Outlook {
		e := &b.doc.Outlook[i]
		if !e.Levies || e.Claim || e.What == Awaiting {
			continue
		}
		if d := e.At.Day(); d != last {
			if days == 3 {
				break
			}
			days++
			out = append(out, "On "+dayWords(e.At.Day())+" "+e.Sentence())
			last = d
			continue
		}
		out[len(out)-1] += "; " + e.Sentence()
	}
	for i := range out {
		out[i] = stop(out[i])
	}
	return b.orderedNext(out)
}

// orderedNext puts what is ordered and awaits its notice before the days that
// are set.
func (b *builder) orderedNext(out []string) string {
	by := map[string][]string{}
	var orders []string
	public := map[string]kanzei.Day{}
	for i := range b.doc.Outlook {
		e := &b.doc.Outlook[i]
		if e.What != Awaiting || !e.Levies || e.Claim || e.kind() == kanzei.ActTerminate {
			continue
		}
		if by[e.Order] == nil {
			orders = append(orders, e.Order)
		}
		public[e.Order] = e.Public
		by[e.Order] = append(by[e.Order], lower(e.Title)+" "+e.orderedDeed()+e.orderedFrom())
	}
	for _, o := range slices.Backward(orders) {
		out = slices.Insert(out, 0, fmt.Sprintf("%s of %s orders: %s; it takes effect with a notice that is not public yet.", o, dayWords(public[o]), join(by[o])))
	}
	if len(out) == 0 {
		return "The law known names no further change of duty on these goods."
	}
	return strings.Join(out, " ")
}

// costWords says what the law of each day takes in a year.
func costWords(x *Exposure) string {
	var out []string
	for i, s := range x.States {
		t := &s.Totals
		text := fmt.Sprintf("%s: %s USD a year on top of column 1, %s of all imports", stateWords(x.States, i), amounts(t.AdditionalMinUSD, t.AdditionalMaxUSD), pcts(t.AdditionalMinPct, t.AdditionalMaxPct))
		if t.Range() {
			text += fmt.Sprintf(" (%s: %s)", x.Assumption, amounts(s.AssumedMin, s.AssumedMax))
		}
		if s.Name == "before" {
			text += fmt.Sprintf("; an upper bound: no quota and no exclusion is claimed (duty of all kinds that customs calculated on the imports of %d: %s)", x.Year, usd(x.ObservedDutyUSD))
		}
		out = append(out, text)
	}
	return "Static duty on the imports of " + fmt.Sprint(x.Year) + ". " + strings.Join(out, ". ") + "."
}

// stateWords names a state by its day.
func stateWords(states []State, i int) string {
	s := &states[i]
	switch s.Name {
	case "before":
		return "Law of " + dayWords(s.On)
	case "now":
		return "On " + dayWords(s.On)
	}
	return "From " + dayWords(s.On)
}

// short cuts words at n bytes or at the first semicolon.
func short(s string, n int) string {
	if i := strings.IndexAny(s, ";("); i > 8 {
		s = strings.TrimSpace(s[:i])
	}
	if len(s) <= n {
		return s
	}
	s = s[:n]
	if i := strings.LastIndexByte(s, ' '); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRight(strings.ToValidUTF8(s, ""), " ,:;") + "…"
}
