package brief

import (
	"cmp"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// A Program is a family of measures under one authority that bears on the
// country's goods now or later.
type Program struct {
	Name      string      `json:"program"`
	Title     string      `json:"title"`
	Authority string      `json:"authority"`
	Measures  []Measure   `json:"measures"`
	NotOn     []string    `json:"not_on,omitempty"`  // programs whose goods pay nothing here, as far as they levy
	Excused   *Exemption  `json:"excused,omitempty"` // an exception of all the country's goods, without a claim
	Exempt    []Exemption `json:"exempt,omitempty"`  // other exceptions that need no claim
	OnClaim   []Exemption `json:"on_claim,omitempty"`
	Note      string      `json:"note,omitempty"` // of the act that states how it stacks
	Refs      []int       `json:"refs,omitempty"`
}

// A Measure is one heading as it stands for the country's goods.
type Measure struct {
	Heading    string        `json:"heading"`
	Title      string        `json:"title"`
	Rate       string        `json:"rate"`
	Levied     string        `json:"levied_on"` // "customs value", "value of the steel content", …
	Status     string        `json:"status"`    // "in force", "suspended", "coming", "awaiting implementation"
	Since      kanzei.Moment `json:"since"`     // of the status; for what is coming, its day
	Until      kanzei.Moment `json:"until,omitzero"`
	Then       string        `json:"then,omitempty"` // what follows Until without further act: "resumes", "ends"
	Scope      Scope         `json:"scope"`
	Claim      bool          `json:"on_claim"` // levied only when the importer claims it
	Void       *Void         `json:"void,omitempty"`
	Meanwhile  []string      `json:"meanwhile,omitempty"`   // headings the same goods pay until then
	InPlaceOf  []string      `json:"in_place_of,omitempty"` // headings of the program that give way to it when it begins or resumes
	Displaced  *Displaced    `json:"gives_way,omitempty"`
	Caveat     string        `json:"caveat,omitempty"`
	Stretches  []Stretch     `json:"stretches"`
	Law        []LawRef      `json:"law"`
	Conditions []string      `json:"conditions,omitempty"`

	codes ledger.Set
	when  []kanzei.Condition
}

// Displaced says from when other headings take the place of a measure on all
// the country's goods, although it stays in the law.
type Displaced struct {
	At      kanzei.Moment `json:"at"`
	By      []string      `json:"by"`
	Already bool          `json:"already"` // on the day, or since the measure began
}

// A Void is the judgment that holds a measure void, also for the past.
type Void struct {
	Instrument string        `json:"instrument"`
	Public     kanzei.Day    `json:"public"`
	From       kanzei.Moment `json:"from"`
}

// A Scope says in words what a measure reaches.
type Scope struct {
	Products string `json:"products"`
	Codes    int    `json:"codes,omitempty"` // codes or ranges listed; 0 is all products
	Origins  string `json:"origins"`
}

// An Exemption is an exception to a program.
type Exemption struct {
	Heading string        `json:"heading"`
	Title   string        `json:"title"`
	Since   kanzei.Moment `json:"since"`
	Codes   int           `json:"codes,omitempty"`
	Claims  []string      `json:"claims,omitempty"`
	Law     []LawRef      `json:"law"`
}

// A Stretch is a time in which a measure stands the same way.
type Stretch struct {
	From   kanzei.Moment `json:"from"`
	Until  kanzei.Moment `json:"until"`
	Status string        `json:"status"`
	Rate   string        `json:"rate"`
	By     string        `json:"instrument"`
	Public kanzei.Day    `json:"public"`
}

// A LawRef is the act behind a statement.
type LawRef struct {
	Says       string `json:"says"` // "imposed", "suspended", "ended", "restated"
	Instrument string `json:"instrument"`
	Citation   string `json:"citation,omitempty"`
	Quote      string `json:"quote"`
	Ref        int    `json:"ref"`

	ref      ledger.Ref
	headings []string
}

// Statuses of a measure beyond those of the ledger.
const (
	Coming   = "coming"
	Awaiting = "awaiting implementation"
)

// regime finds every duty that bears on the country's goods on the day, or
// that the law known says will.
func (b *builder) regime() {
	on := b.req.On.Open()
	bounds := b.book.Bounds()
	now := b.book.At(on)
	programs := map[string]*Program{}
	for _, h := range b.book.Headings() {
		line := b.stretches(h, bounds)
		if len(line) == 0 {
			continue
		}
		b.lines = append(b.lines, line...)
		m, last, ok := b.measure(h, line, on)
		if !ok {
			continue
		}
		name := last.Program
		p := programs[name]
		if p == nil {
			p = b.program(name, max(on, m.Since))
			programs[name] = p
		}
		p.Measures = append(p.Measures, m)
	}
	for _, p := range programs {
		p.sort()
		b.exemptions(p, now)
		b.doc.Regime = append(b.doc.Regime, *p)
	}
	slices.SortFunc(b.doc.Regime, func(x, y Program) int { return cmp.Compare(x.Name, y.Name) })
	b.meanwhile(now)
	for i := range b.doc.Regime {
		displace(&b.doc.Regime[i], on)
		b.doc.Regime[i].sort()
	}
	b.paid()
}

// sort puts what is in force first, then what is suspended, awaited, coming,
// displaced, and last what applies on claim only.
func (p *Program) sort() {
	slices.SortStableFunc(p.Measures, func(x, y Measure) int {
		return cmp.Or(cmp.Compare(rank(&x), rank(&y)), cmp.Compare(x.Since, y.Since), cmp.Compare(x.Heading, y.Heading))
	})
}

func rank(m *Measure) int {
	r := slices.Index([]string{string(ledger.InForce), string(ledger.Suspended), Awaiting, Coming}, m.Status)
	if m.Displaced != nil && m.Displaced.Already {
		r += 5
	}
	if m.Claim {
		r += 10
	}
	return r
}

// span is a stretch with the standing it comes from.
type span struct {
	Stretch
	heading string
	st      ledger.Standing
}

// stretches returns how a heading that levies on the country's goods stands
// over time; nil when it never does.
func (b *builder) stretches(h string, bounds []kanzei.Moment) []span {
	var out []span
	for i, m := range bounds {
		st := b.book.Standing(h, m)
		if st.Effect != kanzei.Levies && st.Status != ledger.Absent {
			return nil
		}
		until := kanzei.Forever
		if i+1 < len(bounds) {
			until = bounds[i+1]
		}
		if st.Status == ledger.Absent || !b.book.Origins(&st.Provision, m)(b.req.Country) {
			continue
		}
		s := span{Stretch{m, until, string(st.Status), rateWords(st.Rate), st.Changed.String(), st.Changed.Act.Public}, h, st}
		if n := len(out); n > 0 && out[n-1].Until == m && out[n-1].Status == s.Status && out[n-1].Rate == s.Rate && out[n-1].st.Changed == st.Changed {
			out[n-1].Until = until
			continue
		}
		out = append(out, s)
	}
	return out
}

// measure describes a heading at the moment from its stretches. It reports
// false for one that has ended or that never levies.
func (b *builder) measure(h string, line []span, on kanzei.Moment) (Measure, *ledger.Standing, bool) {
	at := -1
	for i, s := range line {
		if s.Status == string(ledger.Terminated) {
			continue
		}
		if s.From <= on && on < s.Until || s.From > on {
			at = i
			break
		}
	}
	if at < 0 {
		return Measure{}, nil, false
	}
	s := line[at]
	st := s.st
	m := Measure{Heading: h, Title: st.Title, Rate: s.Rate, Levied: baseWords(st.Base), Status: s.Status, Since: s.From, Caveat: st.Caveat}
	// Stretches that differ only in the act behind them are one standing.
	last := at
	for last+1 < len(line) && line[last+1].From == line[last].Until && line[last+1].Status == s.Status && line[last+1].Rate == s.Rate {
		last++
	}
	for first := at; first > 0 && line[first-1].Until == line[first].From && line[first-1].Status == s.Status && line[first-1].Rate == s.Rate; first-- {
		m.Since = line[first-1].From
	}
	if s.From > on {
		m.Status, m.Since = Coming, s.From
		if s.Status != string(ledger.InForce) {
			return Measure{}, nil, false
		}
	}
	if u := line[last].Until; u != kanzei.Forever {
		m.Until = u
		m.Then = "ends"
		if last+1 < len(line) && line[last+1].From == u {
			switch next := line[last+1]; {
			case next.Status == string(ledger.InForce) && s.Status == string(ledger.Suspended):
				m.Then = "resumes"
			case next.Status == string(ledger.InForce):
				m.Then = next.Rate
			case next.Status == string(ledger.Suspended):
				m.Then = "is suspended"
			}
		}
	}
	when := max(on, m.Since)
	m.codes, m.when = b.book.Products(&st.Provision, when), st.When
	m.Scope = b.scope(&st.Provision, m.codes)
	for _, c := range st.When {
		if c.Fact == "covered-by" {
			return Measure{}, nil, false
		}
		if ledger.KindOf(c) == ledger.Claim && !c.Not {
			m.Claim = true
		}
		m.Conditions = append(m.Conditions, c.Text)
	}
	if st.Void.Instrument != nil {
		m.Void = &Void{st.Void.String(), st.Void.Act.Public, st.Void.Act.From}
	}
	for _, x := range line {
		m.Stretches = append(m.Stretches, x.Stretch)
	}
	m.Law = append(m.Law, b.law("imposed", st.By, h))
	if st.By.Act.Kind == kanzei.ActAmend {
		m.Law[0].Says = "restated"
	}
	if st.Changed != st.By {
		m.Law = append(m.Law, b.law(string(st.Status), st.Changed, h))
	}
	for i := at + 1; i <= min(last+1, len(line)-1); i++ {
		if c := line[i].st.Changed; c != st.By && c != st.Changed && line[i].Status != string(ledger.InForce) {
			says := line[i].Status
			if i <= last {
				says = "extended"
			}
			m.Law = append(m.Law, b.law(says, c, h))
		}
	}
	if st.Void.Instrument != nil {
		m.Law = append(m.Law, b.law("held void", st.Void, h))
	}
	return m, &st, true
}

func (b *builder) law(says string, r ledger.Ref, heading string) LawRef {
	return LawRef{Says: says, Instrument: r.String(), Citation: r.Citation(), Quote: r.Act.Quote, ref: r, headings: []string{heading}}
}

// program describes a program at the moment, or when it is first declared.
func (b *builder) program(name string, m kanzei.Moment) *Program {
	p, by, ok := b.book.Program(name, m)
	out := &Program{Name: name, Title: p.Title, Authority: p.Authority}
	if !ok {
		out.Title = name
		return out
	}
	if by.Act.Note != "" {
		out.Note = by.Act.Note
	}
	out.NotOn = p.YieldsTo
	b.programBy = append(b.programBy, b.law("how "+name+" stacks", by, name))
	return out
}

// exemptions lists the exceptions of a program that bear on the country, in
// the law of the day or, for a program that is coming, of its first day.
func (b *builder) exemptions(p *Program, now *ledger.State) {
	s := now
	if first := p.Measures[0].Since; first > now.Moment {
		s = b.book.At(first)
	}
	for _, q := range s.Provisions {
		if q.Effect != kanzei.Excuses || q.Status != ledger.InForce || !q.Origin(b.req.Country) {
			continue
		}
		if q.Program != p.Name && !slices.Contains(q.InLieuOf, p.Name) {
			continue
		}
		x := Exemption{Heading: q.Heading, Title: q.Title, Since: q.By.Act.From, Law: []LawRef{b.law("excepted", q.By, q.Heading)}}
		claim, declares := false, false
		for _, c := range q.When {
			claim = claim || ledger.KindOf(c) != ledger.Computed
			declares = declares || c.Fact == "covered-by"
			x.Claims = append(x.Claims, c.Text)
		}
		if !all(q.Codes) {
			x.Codes = len(q.Codes)
		}
		switch {
		case declares:
		case len(q.When) == 0 && q.Base == kanzei.BaseValue && all(q.Codes):
			p.Excused = &x
		case claim:
			p.OnClaim = append(p.OnClaim, x)
		default:
			p.Exempt = append(p.Exempt, x)
		}
	}
}

func claimed(p *kanzei.Provision) bool {
	return slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return ledger.KindOf(c) == ledger.Claim && !c.Not })
}

func all(s ledger.Set) bool { return len(s) == 1 && s[0].Lo == 0 && s[0].Hi >= 10_000_000_000 }

// scope says in words which goods and origins a provision reaches.
func (b *builder) scope(p *kanzei.Provision, codes ledger.Set) Scope {
	s := Scope{Products: scopeWords(codes), Origins: "all countries"}
	if !all(codes) {
		s.Codes = len(codes)
	}
	var names []string
	for _, it := range p.Origins {
		switch {
		case it.All:
			names = nil
		case it.Group != "":
			names = append(names, "group "+it.Group)
		default:
			names = append(names, it.Origin.Name())
		}
	}
	if len(names) > 0 {
		s.Origins = join(names)
	}
	if len(p.ExceptOrigins) > 0 {
		s.Origins += " with exceptions"
	}
	return s
}

func join(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
