package impact

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

// A part is law for some origins: the ledger with drafts added, on a day as
// known on a day.
type part struct {
	none      bool // no additional duty at all
	drafts    []*kanzei.Instrument
	on, known kanzei.Day // known is zero for everything held
}

// key names a part among all of a study.
func (p *part) key() string {
	if p.none {
		return "none"
	}
	k := fmt.Sprintf("%s/%s", p.on, p.known)
	for _, d := range p.drafts {
		k += fmt.Sprintf("/%p", d)
	}
	return k
}

// A Law is what a scenario makes of the law: for every origin the law of a day
// as known on a day, drafts included, and tariffs of other importers.
type Law struct {
	Name  string
	Title string   // a phrase: "the law of 15 April 2025"
	Notes []string // what was assumed to make it so

	expired bool // duties end by themselves on the way to the day of a lapse

	rest    part
	own     map[kanzei.Origin]part
	changes func(base []float64) []float64 // of the tariffs of other importers, in cells; nil: none
}

// of returns the part for an origin.
func (l *Law) of(o kanzei.Origin) *part {
	if p, ok := l.own[o]; ok {
		return &p
	}
	return &l.rest
}

// On returns the day of the law of most origins.
func (l *Law) On() kanzei.Day { return l.rest.on }

// each changes the parts that hold for some origins, or for all when none is
// named.
func (l *Law) each(origins []kanzei.Origin, change func(p *part) error) error {
	if len(origins) == 0 {
		for o, p := range l.own {
			if err := change(&p); err != nil {
				return err
			}
			l.own[o] = p
		}
		return change(&l.rest)
	}
	for _, o := range origins {
		p := *l.of(o)
		if err := change(&p); err != nil {
			return err
		}
		l.own[o] = p
	}
	return nil
}

// clone copies what steps change.
func (l *Law) clone() *Law {
	c := *l
	c.Notes = slices.Clone(l.Notes)
	c.own = maps.Clone(l.own)
	return &c
}

// Names are the scenarios by name, with what they mean.
var Names = []struct{ Name, Means string }{
	{"none", "no additional duty at all: column 1 as paid in 2024"},
	{"before", "the law of 1 January 2025"},
	{"today", "the law of the day asked about"},
	{"law:DAY", "the law of another day, as known on the day of knowledge"},
	{"lapse", "nobody acts: the law on the day when the last pause known has run out"},
	{"pause", "the same day with everything suspended kept suspended"},
	{"liberation-day", "the law of 9 April 2025, as known then"},
	{"deal-2025-09", "for goods of Japan the law of 16 September 2025, as known latest"},
	{"remove:PROGRAM", "a program taken out, or all: remove:s232.autos, remove:all"},
	{"remove:PROGRAM:CC", "the same for goods of one origin: remove:s232.autos:JP"},
	{"FILE.yaml", "a draft instrument in the language of law/README.md, folded into the law"},
	{"FILE.csv", "tariffs of other importers: exporter, importer, sector or HS goods, rate (0.25 is 25 percent)"},
}

func scenarioNames() string {
	var s []string
	for _, n := range Names {
		s = append(s, n.Name)
	}
	return strings.Join(s, ", ")
}

// start is the law of the day asked about.
func (s *Study) start(on, known kanzei.Day) *Law {
	return &Law{Name: "today", Title: "the law of " + words(on), rest: part{on: on, known: known}, own: map[kanzei.Origin]part{}}
}

// Law folds scenarios, one after another, into the law of a day as known at
// the end of a day (zero: everything held). Files are read by Study.ReadFile.
func (s *Study) Law(names []string, on, known kanzei.Day) (*Law, error) {
	c := s.Duty.Ledger.Coverage
	if on < c.Begins {
		return nil, &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("%s is before the coverage begins", on), Hint: fmt.Sprintf("ask for %s or later", c.Begins)}
	}
	l := s.start(on, known)
	for i, name := range names {
		next := l.clone()
		if err := s.step(next, strings.TrimSpace(name)); err != nil {
			return nil, err
		}
		if i > 0 {
			next.Name, next.Title = l.Name+"+"+next.Name, l.Title+", then "+next.Title
		}
		l = next
	}
	return l, nil
}

// step applies one scenario.
func (s *Study) step(l *Law, name string) error {
	verb, rest, _ := strings.Cut(name, ":")
	on, known := l.rest.on, l.rest.known
	set := func(title string, p part) error {
		p.drafts = l.rest.drafts
		l.Name, l.Title, l.rest, l.own = name, title, p, map[kanzei.Origin]part{}
		return nil
	}
	switch verb {
	case "none":
		return set("no additional duty", part{none: true, on: on, known: known})
	case "today":
		return set("the law of "+words(on), part{on: on, known: known})
	case "before":
		return set("the law of 1 January 2025", part{on: kanzei.DayOf(2025, 1, 1), known: known})
	case "law":
		day, err := kanzei.ParseDay(rest)
		if err != nil {
			return err
		}
		return set("the law of "+words(day), part{on: day, known: known})
	case "liberation-day":
		day := kanzei.DayOf(2025, 4, 9)
		return set("the law of 9 April 2025 as known then", part{on: day, known: day})
	case "lapse", "pause":
		return s.lapse(l, verb)
	case "deal-2025-09":
		l.Name, l.Title = name, "for goods of Japan the law of 16 September 2025"
		l.Notes = append(l.Notes, "deal-2025-09: all law on goods of Japan of that day as known latest, so also the duties on metals of June and August 2025, which the deal leaves; investment and purchases of the deal are no tariff and left out")
		return l.each([]kanzei.Origin{kanzei.MustOrigin("JP")}, func(p *part) error {
			p.on, p.known = kanzei.DayOf(2025, 9, 16), 0
			return nil
		})
	case "remove":
		return s.remove(l, name, rest)
	}
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".csv"):
		return s.partnerFile(l, name)
	case strings.HasSuffix(lower, ".yaml"), strings.HasSuffix(lower, ".yml"):
		return s.draftFile(l, name)
	}
	return &kanzei.Problem{Code: "impact.scenario", Where: "--scenario", Msg: fmt.Sprintf("no scenario %q", name), Hint: "the scenarios are " + scenarioNames()}
}

// lapse moves the law to the day when the last suspension known runs out;
// pause does too and keeps what is suspended then out of force.
func (s *Study) lapse(l *Law, verb string) error {
	if l.rest.none {
		return &kanzei.Problem{Code: "impact.scenario", Where: "--scenario", Msg: verb + " after none has nothing that could run out", Hint: "name " + verb + " alone"}
	}
	e, err := s.engine(&l.rest)
	if err != nil {
		return err
	}
	b := e.Book(l.rest.known)
	from := l.rest.on.Open()
	ends := map[kanzei.Moment][]string{}
	last := from
	levies := func(c *ledger.Change) bool {
		at := c.At
		if c.What == "ends" {
			at--
		}
		st := b.Standing(c.Heading, at)
		return st.Status == ledger.InForce && st.Effect == kanzei.Levies
	}
	outlook := b.Outlook(0, from)
	for _, c := range outlook {
		if c.What != "resumes" {
			continue
		}
		ends[c.At] = append(ends[c.At], c.Heading)
		last = max(last, c.At)
	}
	day := l.rest.on
	if last > from {
		if day = last.Day(); day.Open() < last {
			day++
		}
	}
	l.Name = verb
	if len(ends) == 0 {
		l.Title = "the law of " + words(day) + ": no pause is running"
		note := verb + ": the law known holds no suspension that runs out after " + words(l.rest.on)
		for i := range outlook {
			if c := &outlook[i]; c.At > from && levies(c) {
				note += fmt.Sprintf("; the duty of %s (%s) %s by itself on %s, ask for law:%s", c.Heading, c.Program, c.What, words(c.At.Day()), c.At.Day()+1)
				break
			}
		}
		l.Notes = append(l.Notes, note)
		return nil
	}
	l.Title = fmt.Sprintf("the law of %s, when the last pause has run out", words(day))
	n := 0
	for _, h := range ends {
		n += len(h)
	}
	l.Notes = append(l.Notes, fmt.Sprintf("%s: back in force by themselves up to %s: %s", verb, words(day), plural(n, "heading")))
	for _, what := range []struct{ is, say string }{{"begins", "begin"}, {"ends", "end"}, {"changes", "change"}} {
		var on []string
		for k := range outlook {
			if c := &outlook[k]; c.What == what.is && c.At > from && c.At <= last && levies(c) {
				if x := fmt.Sprintf("%s on %s", c.Program, words(c.At.Day())); !slices.Contains(on, x) {
					on = append(on, x)
				}
			}
		}
		if len(on) > 0 {
			l.expired = l.expired || what.is == "ends"
			l.Notes = append(l.Notes, fmt.Sprintf("%s: by the clocks of the law known duties also %s: %s", verb, what.say, strings.Join(on, ", ")))
		}
	}
	var drafts []*kanzei.Instrument
	if verb == "pause" {
		l.Title = fmt.Sprintf("the law of %s with all pauses prolonged", words(day))
		d := s.instrument("pauses prolonged", l.rest.known)
		for _, at := range slices.Sorted(maps.Keys(ends)) {
			d.Acts = append(d.Acts, kanzei.Act{Kind: kanzei.ActSuspend, Targets: ends[at], From: at, Until: kanzei.Forever, Public: d.Public, Quote: "hypothetical"})
		}
		drafts = append(drafts, d)
	}
	return l.each(nil, func(p *part) error {
		p.on = day
		p.drafts = append(slices.Clone(p.drafts), drafts...)
		return nil
	})
}

// instrument begins a draft that is known when the law asked about is.
func (s *Study) instrument(title string, known kanzei.Day) *kanzei.Instrument {
	if known == 0 {
		known = s.Duty.Ledger.Coverage.Horizon
	}
	return &kanzei.Instrument{ID: "draft: " + title, Title: title, Kind: "draft", Signed: known, Public: known, File: "~draft"}
}

// remove takes a program, or all, out of the law, for one origin or for all.
func (s *Study) remove(l *Law, name, what string) error {
	program, code, one := strings.Cut(what, ":")
	var origins []kanzei.Origin
	if one {
		o, err := kanzei.ParseOrigin(code)
		if err != nil {
			return err
		}
		origins = []kanzei.Origin{o}
	}
	if program == "" {
		return &kanzei.Problem{Code: "impact.scenario", Where: "--scenario", Msg: "remove names no program", Hint: "write remove:s232.autos, remove:s232.autos:JP or remove:all:JP"}
	}
	found := false
	err := l.each(origins, func(p *part) error {
		if p.none {
			return nil
		}
		e, err := s.engine(p)
		if err != nil {
			return err
		}
		b, at := e.Book(p.known), p.on.Open()
		d := s.instrument("without "+what, p.known)
		for _, h := range b.Headings() {
			st := b.Standing(h, at)
			if st.Status != ledger.InForce || st.Effect != kanzei.Levies || program != "all" && !ledger.Names(program, h, st.Program) {
				continue
			}
			if one && !b.Origins(&st.Provision, at)(origins[0]) {
				continue
			}
			found = true
			a := kanzei.Act{Kind: kanzei.ActTerminate, Targets: []string{h}, From: at, Until: kanzei.Forever, Public: d.Public, Quote: "hypothetical"}
			if one {
				a.Kind, a.Fields = kanzei.ActAmend, []string{"except-origins"}
				a.Provision = &kanzei.Provision{ExceptOrigins: append(slices.Clone(st.ExceptOrigins), kanzei.OriginItem{Origin: origins[0]})}
			}
			d.Acts = append(d.Acts, a)
		}
		if len(d.Acts) > 0 {
			p.drafts = append(slices.Clone(p.drafts), d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !found {
		hint := "in force that day: " + strings.Join(s.programsInForce(&l.rest, origins), ", ")
		return &kanzei.Problem{Code: "impact.program", Where: "--scenario", Msg: fmt.Sprintf("no duty of program %q is in force on %s", program, words(l.rest.on)), Hint: hint}
	}
	l.Name = name
	l.Title = "without " + program
	if program == "all" {
		l.Title = "without any additional duty"
	}
	if one {
		l.Title += " on goods of " + origins[0].Name()
	}
	if program != "all" {
		l.Notes = append(l.Notes, "remove: a duty that gave way to the one removed applies in its place")
	}
	return nil
}

// programsInForce names the programs that levy something on some origins.
func (s *Study) programsInForce(p *part, origins []kanzei.Origin) []string {
	e, err := s.engine(p)
	if err != nil || p.none {
		return nil
	}
	b, at := e.Book(p.known), p.on.Open()
	in := map[string]bool{}
	for _, h := range b.Headings() {
		st := b.Standing(h, at)
		if st.Status == ledger.InForce && st.Effect == kanzei.Levies && (len(origins) == 0 || b.Origins(&st.Provision, at)(origins[0])) {
			in[st.Program] = true
		}
	}
	return slices.Sorted(maps.Keys(in))
}

// draftFile folds an instrument file into the law.
func (s *Study) draftFile(l *Law, name string) error {
	data, err := s.ReadFile(name)
	if err != nil {
		return &kanzei.Problem{Code: "impact.file", Where: name, Msg: "cannot read the draft: " + err.Error(), Hint: "name a file of the language of law/README.md"}
	}
	in, err := ledger.Parse(name, data, func(string) ([]byte, error) { return nil, fmt.Errorf("a draft has its codes in the file itself") })
	if err != nil {
		return err
	}
	if in.Kind != "draft" {
		l.Notes = append(l.Notes, fmt.Sprintf("%s is of kind %s and folded as a draft", name, in.Kind))
	}
	known := l.rest.known
	if known == 0 {
		known = s.Duty.Ledger.Coverage.Horizon
	}
	on := l.rest.on.Open()
	late := 0
	in.Public = min(cmp.Or(in.Public, known), known)
	for i := range in.Acts {
		a := &in.Acts[i]
		a.Public, a.Implemented = min(cmp.Or(a.Public, known), known), 0
		if a.From > on && a.Kind != kanzei.ActNote {
			a.From, late = on, late+1
		}
	}
	if late > 0 {
		l.Notes = append(l.Notes, fmt.Sprintf("%s: %s that begin later are taken as in effect on %s", name, plural(late, "act"), words(l.rest.on)))
	}
	l.Name, l.Title = name, cmp.Or(in.Title, in.ID)
	if err := l.each(nil, func(p *part) error {
		p.drafts = append(slices.Clone(p.drafts), in)
		return nil
	}); err != nil {
		return err
	}
	return s.Duty.Ledger.Add(l.rest.drafts...).Check()
}

// partnerFile states tariffs of other importers.
func (s *Study) partnerFile(l *Law, name string) error {
	data, err := s.ReadFile(name)
	if err != nil {
		return &kanzei.Problem{Code: "impact.file", Where: name, Msg: "cannot read the tariffs: " + err.Error(), Hint: "name a CSV file with the columns exporter, importer, sector, rate"}
	}
	return s.partnerTariffs(l, name, data)
}

func (s *Study) partnerTariffs(l *Law, name string, data []byte) error {
	cells, notes, err := s.partnerCells(name, data)
	if err != nil {
		return err
	}
	l.Name, l.Title = name, "tariffs of other importers in "+plural(len(cells), "cell")
	l.Notes = append(l.Notes, notes...)
	before := l.changes
	l.changes = func(base []float64) []float64 {
		if before != nil {
			base = before(base)
		}
		out := slices.Clone(base)
		for _, c := range cells {
			out[c.cell] = c.power
		}
		return out
	}
	return nil
}

// engine returns the engine on the law of a part.
func (s *Study) engine(p *part) (*duty.Engine, error) {
	if len(p.drafts) == 0 {
		return s.Duty, nil
	}
	s.folding.Lock()
	defer s.folding.Unlock()
	k := (&part{drafts: p.drafts}).key()
	if e := s.engines[k]; e != nil {
		return e, nil
	}
	e := duty.New(s.Duty.Ledger.Add(p.drafts...), s.Duty.Schedule)
	s.engines[k] = e
	return e, nil
}
