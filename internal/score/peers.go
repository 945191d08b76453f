package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

// A peerRow is a rate of the peer and ours for the same goods, as shares of
// customs value.
type peerRow struct {
	row        map[string]string
	entry      kanzei.Entry
	components map[string]kanzei.Fraction
	theirs     kanzei.Fraction // total
	ours       duty.Shares     // as amended, everything held
	then       duty.Shares     // as known on the day
	err        error
}

// taken are facts that the peer takes for granted of every article on a list; of
// two that exclude each other the first that a list asks for.
var taken = []string{"auto-part", "truck-part", "kitchen-cabinet", "steel-stamping", "aluminum-stamping", "patented-pharma", "quartz", "uas-article", "not-thermal-imaging", "semiconductor-article"}

func uses(e *duty.Engine, entry *kanzei.Entry) []string {
	b := e.Book(0)
	at := entry.Date.Open()
	state := b.At(at)
	asked := func(flag string) bool {
		return slices.ContainsFunc(state.Provisions, func(p *ledger.Placed) bool {
			return p.Status == ledger.InForce && slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return c.Fact == "use" && c.Value == flag }) &&
				p.Origin(entry.Origin) && b.Products(&p.Provision, at).Contains(entry.HTS)
		})
	}
	out := slices.Clone(taken)
	for _, pair := range [][2]string{{"uas-article", "auto-part"}, {"auto-part", "truck-part"}, {"steel-stamping", "aluminum-stamping"}} {
		drop := pair[1]
		if !slices.Contains(out, pair[0]) || !asked(pair[0]) {
			drop = pair[0]
		}
		out = slices.DeleteFunc(out, func(f string) bool { return f == drop })
	}
	return out
}

func readPeer(e *duty.Engine, row map[string]string) (*peerRow, error) {
	p := &peerRow{row: row, components: map[string]kanzei.Fraction{}}
	var err error
	if row["expected_total_rate"] != "" {
		if p.theirs, err = fraction(row["expected_total_rate"]); err != nil {
			return nil, err
		}
	}
	for _, part := range strings.Split(row["expected_components"], ";") {
		name, v, ok := strings.Cut(part, "=")
		if !ok || name == "headings" {
			continue
		}
		if p.components[name], err = fraction(v); err != nil {
			return nil, err
		}
	}
	if p.entry.Date, err = kanzei.ParseDay(row["date"]); err != nil {
		return nil, err
	}
	code, ave := row["hts10"], (*kanzei.Fraction)(nil)
	if f, ok := p.components["mfn_ave"]; ok && code == "" {
		code, ave = "0402.10.10.00", &f // some goods under a specific rate
	}
	if p.entry.HTS, err = kanzei.ParseHTS(code); err != nil {
		p.err = err
		return p, nil
	}
	if p.entry.Origin, err = kanzei.ParseOrigin(row["country_iso2"]); err != nil {
		return nil, err
	}
	p.entry.HTS = valid(e, p.entry.HTS, p.entry.Date)
	p.entry.Flags = uses(e, &p.entry)
	if strings.Contains(row["notes"], "UK-metal") {
		p.entry.Flags = append(p.entry.Flags, "uk-metal")
	}
	if strings.Contains(row["notes"], "metal content 100%") {
		contents(e, &p.entry)
	}
	if p.ours, err = e.Shares(p.entry, 0, ave); err != nil {
		p.err = err
		return p, nil
	}
	p.then, p.err = e.Shares(p.entry, p.entry.Date, ave)
	return p, nil
}

// contents declares that an article is all metal: of the metal whose duty its
// provisions levy by content, the metal of its chapter first.
func contents(e *duty.Engine, entry *kanzei.Entry) {
	all, none := kanzei.ShareOf(kanzei.One), kanzei.ShareOf(0)
	steel, aluminum, copper := false, false, false
	s := e.Book(0).At(entry.Date.Open())
	for _, p := range s.Provisions {
		if p.Effect != kanzei.Levies || !e.Book(0).Products(&p.Provision, entry.Date.Open()).Contains(entry.HTS) {
			continue
		}
		switch p.Program {
		case "s232.steel":
			steel = true
		case "s232.aluminum":
			aluminum = true
		case "s232.copper":
			copper = true
		}
	}
	switch ch := entry.HTS.Chapter(); {
	case ch == 72 || ch == 73:
		aluminum, copper = false, false
		steel = true
	case ch == 76:
		steel, copper = false, false
		aluminum = true
	case ch == 74:
		steel, aluminum = false, false
		copper = true
	}
	entry.Steel, entry.Aluminum, entry.Copper = none, none, none
	switch {
	case steel:
		entry.Steel = all
	case aluminum:
		entry.Aluminum = all
	case copper:
		entry.Copper = all
	}
}

// fraction reads a share such as "0.265".
func fraction(s string) (kanzei.Fraction, error) {
	m, err := kanzei.ParsePercent(s)
	return m * 100, err
}

func near(a, b kanzei.Fraction) bool {
	d := a - b
	return d < 20_000 && d > -20_000 // 0.02 points: the peer rounds
}

// A cause explains a gap. Whose is "theirs" when the text contradicts the peer,
// "facts" when the two assume different facts, "ours" for an error of ours.
type cause struct {
	name, whose, text string
	holds             func(x *peerCase) bool
}

type peerCase struct {
	*peerRow
	engine *duty.Engine
	named  ledger.Set // products of exceptions for a named article
}

// causes are tried in order; the first that holds names the gap. Each holds only
// when it accounts for the whole difference.
var causes = []cause{
	{"base by quantity counted as 0", "theirs",
		"column 1 is specific or compound (general rate as printed in the schedule); the additional duties agree",
		func(x *peerCase) bool {
			return !x.ours.BaseKnown && x.ours.Min == x.ours.Max && near(x.ours.Min, x.theirs-x.components["mfn"])
		}},
	{"named article of an exception (\"Ex\")", "theirs",
		"PP 11012 Annex I, EO 14360 Annex: \"Ex\" lines free only the goods described (acai preparations of 2106.90.99, religious articles of 1905.90 and 1404.90.90, …); other goods of the subheading pay",
		func(x *peerCase) bool {
			return x.entry.Date >= farmExemption && x.spared() && x.named.Contains(x.entry.HTS)
		}},
	{"farm exemption before its day", "theirs",
		"EO 14360 of 2025-11-14 exempts from 2025-11-13 12:01 a.m.; EO 14257 Annex II of 2025-04-02 has no such line",
		func(x *peerCase) bool {
			return x.entry.Date < farmExemption && x.spared() && x.named.Contains(x.entry.HTS)
		}},
	{"exception of ten digits taken at eight", "theirs",
		"PP 11012 Annex I lists a statistical number (8505.11.0070, sintered neodymium-iron-boron magnets), not its subheading",
		func(x *peerCase) bool { return x.spared() && x.siblingFree() }},
	{"code beyond the lists of note 16", "theirs",
		"US note 16(c) as of PP 11021 (HTS 2026 Revision 6) lists other numbers, often of ten digits (8207.30.6062 and .6095, not 8207.30; 8480.79.9010, 8309.90.0080, 8418.99.8005 …); some of the peer's stand only in descriptions of the annex (\"parts of subheading 8516.50\", \"headings 8430.41 or 8430.49\")",
		func(x *peerCase) bool {
			return x.annex() != 0 && x.levy("s232.metals") == 0 && !x.onMetalLists()
		}},
	{"UK rate of derivative articles", "theirs",
		"HTS 9903.82.05: derivative articles of the United Kingdom \"as provided for in subdivisions (c)(vi)-(vii)\", which list 8427.20.80 and 8215.91.60: +15%, with UK metal, which the row claims",
		func(x *peerCase) bool {
			return x.row["country_iso2"] == "GB" && x.levyOf("9903.82.05") == kanzei.Percent(15) && near(x.theirs, x.ours.Base+kanzei.Percent(25))
		}},
	{"derivatives of note 16(n) and 19(k) not held by the peer", "theirs",
		"US note 16(n) lists 8431.49.90, 8431.49.10, 9406.90.01 from 2025-03-12 and 8451.29.00 from 2025-06-23 (90 FR 25208): the steel content pays 50%, so the duty is a range until it is declared",
		func(x *peerCase) bool {
			return x.ours.Status == kanzei.Range && near(x.ours.Base+x.ours.Min, x.theirs) && (x.ranges("s232.steel") || x.ranges("s232.aluminum"))
		}},
	{"15% on softwood of a partner", "theirs",
		"HTS 9903.76.21 to .24: \"Wood products … as provided for in subdivisions (d) and (f) of U.S. note 37\", upholstered products and cabinets; softwood is subdivision (b), heading 9903.76.01, +10%",
		func(x *peerCase) bool {
			return x.levyOf("9903.76.01") == kanzei.Percent(10) && near(x.theirs, kanzei.Percent(15))
		}},
	{"agreement rate waits for a confirmation", "theirs",
		"HTS 9903.94.51 asks no claim: \"Passenger vehicles and light trucks that are products of the European Union\"",
		func(x *peerCase) bool { return strings.Contains(x.row["notes"], "not confirmed by importer") }},
	{"section 122 on goods under section 232", "facts",
		"HTS 9903.03.06, note 2(aa)(v): no surcharge on articles of steel; a mill product pays 50% on its full value, whatever is declared",
		func(x *peerCase) bool { return strings.Contains(x.row["notes"], "content not declared") }},
	{"no country rates on 2025-04-09", "theirs",
		"EO 14257 sec. 3(a): country rates from 2025-04-09 12:01 a.m.; EO 14266 suspends them from 2025-04-10 12:01 a.m.",
		func(x *peerCase) bool {
			return x.entry.Date == kanzei.DayOf(2025, 4, 9) && near(x.theirs, x.ours.Base+x.ours.Min-x.levy("ieepa.reciprocal")+kanzei.Percent(10))
		}},
	{"floor of Korea before its day", "theirs",
		"HTS 9903.02.79/.80 (FR notice of 2025-12-04): from 2025-11-14; before, 9903.02.56 adds 15%",
		func(x *peerCase) bool {
			return x.row["country_iso2"] == "KR" && x.entry.Date >= kanzei.DayOf(2025, 8, 7) && x.entry.Date < kanzei.DayOf(2025, 11, 14) && near(x.theirs, max(x.ours.Base, kanzei.Percent(15)))
		}},
	{"heading 9903.41.10 on all", "theirs",
		"HTS 9903.41.10 is a retaliatory duty of 40% on footwear of Japan alone",
		func(x *peerCase) bool {
			return x.entry.HTS.Chapter() == 64 && near(x.theirs-kanzei.Percent(40), x.ours.Base+x.ours.Min)
		}},
	{"as known on the day", "facts",
		"a text published later reaches back; as known on the day of entry our rate is the peer's",
		func(x *peerCase) bool {
			return x.then.Status == kanzei.Exact && near(x.then.Base+x.then.Min, x.theirs)
		}},
	{"day of the HTS revision", "theirs",
		"LAW.md items 8, 10-14: the peer dates law by HTS revisions, 4 to 36 days from the legal day",
		func(x *peerCase) bool { return x.nearbyDay() }},
	{"metal content", "facts",
		"the duty is on content, not on value (US notes 16, 19, 36 before 2026-04-06); the peer's share lies within our range",
		func(x *peerCase) bool {
			return x.ours.Status == kanzei.Range && x.theirs >= x.ours.Base+x.ours.Min && x.theirs <= x.ours.Base+x.ours.Max
		}},
}

var farmExemption = kanzei.DayOf(2025, 11, 13)

// levy sums what a program takes; levyOf what a heading takes.
func (x *peerCase) levy(program string) (f kanzei.Fraction) {
	for _, l := range x.ours.Levies {
		if l.Program == program {
			f += l.Max
		}
	}
	return f
}

func (x *peerCase) levyOf(heading string) (f kanzei.Fraction) {
	for _, l := range x.ours.Levies {
		if headingMatches(heading, l.Heading) {
			f += l.Max
		}
	}
	return f
}

func (x *peerCase) ranges(program string) bool {
	return slices.ContainsFunc(x.ours.Levies, func(l duty.Levy) bool { return l.Program == program && l.Min != l.Max })
}

// annex is what the peer levies under the metal annexes of 2026.
func (x *peerCase) annex() (f kanzei.Fraction) {
	for name, v := range x.components {
		if strings.HasPrefix(name, "s232_annex") {
			f += v
		}
	}
	return f
}

// spared reports whether the peer's rate is ours without the general duties on
// all goods (reciprocal, India's, section 122).
func (x *peerCase) spared() bool {
	general := x.levy("ieepa.reciprocal") + x.levy("ieepa.india") + x.levy("s122.surcharge")
	return general != 0 && x.ours.Status == kanzei.Exact && near(x.theirs, x.ours.Base+x.ours.Min-general)
}

// siblingFree reports whether another number of the same eight digits is free of
// the surcharge.
func (x *peerCase) siblingFree() bool {
	for c := range x.engine.Schedule.Codes(x.entry.Date) {
		if c.Parent(8) != x.entry.HTS.Parent(8) || c == x.entry.HTS {
			continue
		}
		entry := x.entry
		entry.HTS = c
		if s, err := x.engine.Shares(entry, 0, nil); err == nil && s.Status == kanzei.Exact && s.Min == 0 {
			return true
		}
	}
	return false
}

// onMetalLists reports whether the number is a product of a metal duty.
func (x *peerCase) onMetalLists() bool {
	b, at := x.engine.Book(0), x.entry.Date.Open()
	for _, p := range b.At(at).Provisions {
		if p.Program == "s232.metals" && p.Effect == kanzei.Levies && b.Products(&p.Provision, at).Contains(x.entry.HTS) {
			return true
		}
	}
	return false
}

// nearbyDay reports whether our rate of a day within 36 days is the peer's.
func (x *peerCase) nearbyDay() bool {
	for d := kanzei.Day(1); d <= 36; d++ {
		for _, day := range []kanzei.Day{x.entry.Date + d, x.entry.Date - d} {
			entry := x.entry
			entry.Date = day
			if s, err := x.engine.Shares(entry, 0, nil); err == nil && s.Status == kanzei.Exact && near(s.Base+s.Min, x.theirs) {
				return true
			}
		}
	}
	return false
}

// namedArticles are the products of which only named articles are excepted.
func namedArticles(e *duty.Engine) ledger.Set {
	var set ledger.Set
	b := e.Book(0)
	for _, day := range []kanzei.Day{kanzei.DayOf(2025, 12, 1), kanzei.DayOf(2026, 3, 1), kanzei.DayOf(2026, 8, 1)} {
		for _, p := range b.At(day.Open()).Provisions {
			if slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return c.Value == "named-article" }) {
				set = set.Union(b.Products(&p.Provision, day.Open()))
			}
		}
	}
	return set
}

func peers(e *duty.Engine, o *options) error {
	rows, err := readTable(filepath.Join(o.oracle, "peer_rates.csv"))
	if err != nil {
		return err
	}
	named := namedArticles(e)
	count := map[string]int{}
	agree, open := 0, 0
	for _, row := range rows {
		if o.jp && row["country_iso2"] != "JP" {
			continue
		}
		p, err := readPeer(e, row)
		if err != nil {
			return err
		}
		name, whose := "", ""
		switch {
		case p.err != nil:
			name = "open"
		case p.agrees():
			agree++
			continue
		default:
			x := &peerCase{p, e, named}
			name = "open"
			for _, c := range causes {
				if c.holds(x) {
					name, whose = c.name, c.whose
					break
				}
			}
		}
		count[name]++
		if name == "open" {
			open++
		}
		if name == "open" || o.all || o.show != "" && strings.HasPrefix(name, o.show) {
			fmt.Printf("%s: %s\n", cmp.Or(whose, "open"), p)
		}
	}
	total := agree
	for _, n := range count {
		total += n
	}
	fmt.Printf("%5d of %d rates agree\n", agree, total)
	ours := 0
	for _, c := range causes {
		if n := count[c.name]; n > 0 {
			fmt.Printf("%5d %-7s %s\n              %s\n", n, c.whose, c.name, c.text)
			if c.whose == "ours" {
				ours += n
			}
		}
	}
	fmt.Printf("%5d our error\n%5d open\n", ours, open)
	if ours+open > 0 {
		return fmt.Errorf("%d gaps are our error, %d are open", ours, open)
	}
	return nil
}

// agrees holds the totals together; where a row states no total, its components;
// where it states headings, those.
func (p *peerRow) agrees() bool {
	if p.row["expected_total_rate"] == "" {
		for name, v := range p.components {
			var sum kanzei.Fraction
			for _, l := range p.ours.Levies {
				if subjectMatches(programsOf(name), &kanzei.Finding{Program: l.Program, Heading: l.Heading}) {
					sum += l.Min
				}
			}
			if !near(sum, v) {
				return false
			}
		}
		return len(p.components) > 0
	}
	if p.ours.Status != kanzei.Exact || !p.ours.BaseKnown {
		return false
	}
	return near(p.ours.Base+p.ours.Min, p.theirs)
}

func (p *peerRow) String() string {
	s := fmt.Sprintf("%s from %s on %s: theirs %s%% (%s)", p.row["hts10"], p.row["country_iso2"], p.row["date"], p.theirs, p.row["expected_components"])
	if p.err != nil {
		return s + "; " + p.err.Error()
	}
	lo, hi := p.ours.Base+p.ours.Min, p.ours.Base+p.ours.Max
	s += fmt.Sprintf("; ours %s%%", lo)
	if lo != hi {
		s += fmt.Sprintf(" to %s%%", hi)
	}
	s += fmt.Sprintf(" (%s: mfn %s", p.ours.Status, p.ours.Base)
	if !p.ours.BaseKnown {
		s += " + by quantity"
	}
	for _, l := range p.ours.Levies {
		if l.Max > 0 {
			s += fmt.Sprintf(", %s %s", l.Heading, l.Max)
		}
	}
	return s + ")"
}
