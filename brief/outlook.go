package brief

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// An Event is a change that the law known says will happen without a further
// act, or an act ordered that awaits its notice, or an announcement.
type Event struct {
	At       kanzei.Moment `json:"at,omitzero"`
	Program  string        `json:"program,omitempty"`
	Title    string        `json:"title,omitempty"` // of the program, or of the heading when it stands alone
	What     string        `json:"what"`            // "begins", "resumes", "ends", "changes", "is suspended", "exception begins", "exception ends", "restated", "products", "awaiting implementation", "held void", "note", "announced" (without a day)
	Headings []string      `json:"headings,omitempty"`
	Before   string        `json:"rate_before,omitempty"`
	After    string        `json:"rate_after,omitempty"`
	InPlace  []string      `json:"in_place_of,omitempty"` // headings that yield to it
	Note     string        `json:"note,omitempty"`
	Levies   bool          `json:"changes_duty"` // a duty begins, ends, resumes, is suspended or changes its rate
	Claim    bool          `json:"on_claim,omitempty"`
	Public   kanzei.Day    `json:"public"` // when the act behind it became known
	Later    bool          `json:"public_after_on,omitempty"`
	Extends  bool          `json:"extends,omitempty"`    // the heading was in force on other goods
	Order    string        `json:"ordered_by,omitempty"` // the instrument whose notice is awaited
	Law      []LawRef      `json:"law"`

	by ledger.Ref
}

// outlook groups what the law known says will happen to the country's goods.
func (b *builder) outlook() {
	on := b.req.On.Open()
	var out []Event
	states := map[kanzei.Moment]*ledger.State{}
	for _, c := range b.book.Outlook(b.req.Country, on) {
		e := Event{At: c.At, Program: c.Program, Title: c.Title, What: c.What, Before: spaced(c.Before), After: spaced(c.After), Note: c.Note, by: c.By, Public: c.By.Act.Public}
		e.Later = e.Public > b.req.On
		heading := c.Heading
		switch {
		case c.What == "note", c.What == Announced:
			e.Title = c.By.Instrument.Title
			if !b.noteConcerns(c.By) {
				continue
			}
		case strings.HasPrefix(heading, "list:"):
			e.What = "products"
			e.Title = c.What
			e.Note = ""
			if c.By.Act.Implemented > b.req.Known {
				continue // a list of an act that awaits its notice
			}
		case c.What == Awaiting:
			if !b.ordered(&e, c) {
				continue
			}
		default:
			st := b.book.Standing(heading, c.At)
			if st.Status == ledger.Absent {
				st = b.book.Standing(heading, c.At-1)
			}
			e.Claim = claimed(&st.Provision)
			e.Title = plain(b.programTitle(c.Program, c.At))
			if st.Effect == kanzei.Excuses {
				switch c.What {
				case "begins", "resumes":
					e.What = "exception begins"
				case "ends", "is suspended":
					e.What = "exception ends"
				default:
					e.What = "restated"
				}
			} else if c.What == "changes" && e.Before == e.After {
				e.What = "restated"
			}
			e.Levies = st.Effect == kanzei.Levies && e.What != "restated"
			if e.Levies && !e.Claim && (e.What == "begins" || e.What == "resumes") {
				if states[c.At] == nil {
					states[c.At] = b.book.At(c.At)
				}
				if states[c.At-1] == nil {
					states[c.At-1] = b.book.At(c.At - 1)
				}
				e.InPlace = b.standing(yielding(states[c.At], heading, b.req.Country), c.At)
				b.split(&e, heading, states[c.At-1], states[c.At])
			}
		}
		if n := slices.IndexFunc(out, func(x Event) bool {
			return x.At == e.At && x.Program == e.Program && x.What == e.What && x.Before == e.Before && x.After == e.After && x.by.Instrument == e.by.Instrument && x.Claim == e.Claim && x.Extends == e.Extends && ((e.What != "note" && e.What != Announced) || x.Note == e.Note)
		}); n >= 0 {
			x := &out[n]
			if heading != "" {
				x.Headings = append(x.Headings, heading)
			}
			for _, h := range e.InPlace {
				if !slices.Contains(x.InPlace, h) {
					x.InPlace = append(x.InPlace, h)
				}
			}
			if e.What == "products" && x.Title != e.Title {
				x.Title = "changes lists of products"
			}
			if !slices.ContainsFunc(x.Law, func(l LawRef) bool { return l.ref == c.By }) {
				x.Law = append(x.Law, b.law(e.What, c.By, heading))
			}
			continue
		}
		if heading != "" {
			e.Headings = []string{heading}
		}
		e.Law = []LawRef{b.law(e.What, c.By, heading)}
		out = append(out, e)
	}
	out = append(out, b.judgments()...)
	// A list filled by the act that imposes the duty on it is no news.
	out = slices.DeleteFunc(out, func(e Event) bool {
		return e.What == "products" && slices.ContainsFunc(out, func(x Event) bool {
			return x.At == e.At && x.by.Instrument == e.by.Instrument && (x.Levies || strings.HasPrefix(x.What, "exception"))
		})
	})
	slices.SortStableFunc(out, func(x, y Event) int {
		return cmp.Or(cmp.Compare(undated(&x), undated(&y)), cmp.Compare(x.At.Day(), y.At.Day()), cmp.Compare(weight(&x), weight(&y)), cmp.Compare(x.Program, y.Program))
	})
	b.doc.Outlook = out
}

// judgments returns the judgments made public after the day that hold void
// what the country's goods pay or paid.
func (b *builder) judgments() []Event {
	var out []Event
	for _, in := range b.engine.Ledger.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != kanzei.ActAnnul || a.Public <= b.req.On || a.Public > b.req.Known {
				continue
			}
			r := ledger.Ref{Instrument: in, Act: a}
			by := map[string][]string{}
			for _, s := range b.lines {
				if slices.ContainsFunc(a.Targets, func(t string) bool { return ledger.Names(t, s.heading, s.st.Program) }) && !slices.Contains(by[s.st.Program], s.heading) && !claimed(&s.st.Provision) {
					by[s.st.Program] = append(by[s.st.Program], s.heading)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(by)) {
				e := Event{At: a.Public.Open(), Program: name, Title: plain(b.programTitle(name, a.Public.Open())), What: HeldVoid, Headings: by[name], Public: a.Public, Later: true, by: r}
				e.Note = fmt.Sprintf("held void by %s, back to %s", in.ID, dayWords(a.From.Day()))
				e.Law = []LawRef{b.law(HeldVoid, r, "")}
				e.Law[0].headings = by[name]
				out = append(out, e)
			}
		}
	}
	return out
}

// HeldVoid is what a judgment does: no duty was owed, whatever was collected.
const HeldVoid = "held void"

// Announced is what an instrument announces, or remarks, without a day.
const Announced = "announced"

func undated(e *Event) int {
	if e.At == 0 {
		return 1
	}
	return 0
}

// weight puts what changes duty first within a day: what ends, then what
// comes.
func weight(e *Event) int {
	switch {
	case e.What == HeldVoid:
		return 0
	case e.What == Awaiting && !e.Levies:
		return 3
	case e.What == Awaiting:
		return 2
	case e.Levies && !e.Claim && (e.What == "ends" || e.What == "is suspended"):
		return 0
	case e.Levies && !e.Claim:
		return 1
	case e.What == "products":
		return 2
	case e.Levies:
		return 4
	case strings.HasPrefix(e.What, "exception"):
		return 5
	case e.What == "restated":
		return 6
	}
	return 7
}

// noteConcerns reports whether a note bears on the country: one without
// targets, or with a target that reaches its goods.
func (b *builder) noteConcerns(r ledger.Ref) bool {
	if len(r.Act.Targets) == 0 {
		return true
	}
	for _, s := range b.lines {
		if slices.ContainsFunc(r.Act.Targets, func(t string) bool { return ledger.Names(t, s.heading, s.st.Program) }) {
			return true
		}
	}
	return false
}

// yielding returns the headings in force that give way to the heading.
func yielding(s *ledger.State, heading string, o kanzei.Origin) []string {
	k := slices.IndexFunc(s.Provisions, func(p *ledger.Placed) bool { return p.Heading == heading })
	if k < 0 {
		return nil
	}
	var out []string
	for _, q := range s.Provisions {
		if q.Effect == kanzei.Levies && q.Status == ledger.InForce && q.Origin(o) && !claimed(&q.Provision) && s.Yields(&q.Provision, &s.Provisions[k].Provision) {
			if _, ok := q.Codes.Intersects(s.Provisions[k].Codes); ok {
				out = append(out, q.Heading)
			}
		}
	}
	return out
}

func (b *builder) programTitle(name string, m kanzei.Moment) string {
	if p, _, ok := b.book.Program(name, m); ok {
		return p.Title
	}
	return name
}

// spaced writes "25 %" for "25%".
func spaced(s string) string { return strings.ReplaceAll(s, "%", " %") }

// Sentence says the event in words, without its date.
func (e Event) Sentence() string {
	hs := ""
	if len(e.Headings) > 0 {
		hs = " (" + headingWords(e.Headings) + ")"
	}
	switch e.What {
	case "resumes":
		return fmt.Sprintf("%s: %s%s is back%s; no further act is needed", e.Title, plainRate(e.After), hs, inPlace(e.InPlace))
	case "begins":
		if e.Extends {
			return fmt.Sprintf("%s: %s%s reaches further goods%s", e.Title, plainRate(e.After), hs, inPlace(e.InPlace))
		}
		return fmt.Sprintf("%s: %s%s begins%s", e.Title, plainRate(e.After), hs, inPlace(e.InPlace))
	case "ends":
		return fmt.Sprintf("%s: %s%s ends", e.Title, plainRate(e.Before), hs)
	case "is suspended":
		return fmt.Sprintf("%s: %s%s is suspended", e.Title, plainRate(e.Before), hs)
	case "changes":
		return fmt.Sprintf("%s: %s becomes %s%s", e.Title, plainRate(e.Before), plainRate(e.After), hs)
	case "exception begins", "exception ends":
		return fmt.Sprintf("%s: %s%s", e.Title, e.What, hs)
	case "restated":
		return fmt.Sprintf("%s: terms restated%s, same rate", e.Title, hs)
	case "products":
		var lists []string
		for _, h := range e.Headings {
			lists = append(lists, strings.TrimPrefix(h, "list:"))
		}
		slices.Sort(lists)
		return fmt.Sprintf("%s (%s)", sentence(e.Title), strings.Join(slices.Compact(lists), ", "))
	case HeldVoid:
		return e.Title + hs + ": " + e.Note + "; collection ends only by an act of its own"
	case Awaiting:
		return e.Title + ": " + e.orderedWords()
	}
	return e.Note
}

// orderedWords says what an order that awaits its notice will do.
func (e *Event) orderedWords() string {
	s := e.orderedDeed() + ", ordered by " + e.Order + " on " + dayWords(e.Public) + e.orderedFrom()
	if e.At == 0 {
		return s + ", in effect from the day of a notice that is not public yet"
	}
	return s + "; it takes effect with a notice that is not public yet"
}

// orderedFrom says from when, if the order says so.
func (e *Event) orderedFrom() string {
	switch {
	case e.At == 0:
		return ""
	case e.At.Day() < e.Public:
		return ", retroactive to " + dayWords(e.At.Day())
	}
	return ", from " + dayWords(e.At.Day())
}

func (e *Event) orderedDeed() string {
	hs := headingWords(e.Headings)
	switch e.kind() {
	case kanzei.ActImpose:
		return plainRate(e.After) + " (" + hs + ")"
	case kanzei.ActExempt:
		return "exception (" + hs + ")"
	case kanzei.ActTerminate:
		if e.Before != "" {
			return "end of the " + plainRate(e.Before) + " (" + hs + ")"
		}
		return "end of " + hs
	case kanzei.ActSuspend:
		return "suspension of " + hs
	case kanzei.ActAmend:
		if e.After != "" {
			return plainRate(e.After) + " (" + hs + ")"
		}
		return "other terms (" + hs + ")"
	}
	return "change (" + hs + ")"
}

func (e *Event) kind() kanzei.ActKind { return e.by.Act.Kind }

// ordered fills the event of an act that awaits its notice. It reports false
// for what is no news by itself: lists, programs, and acts that do not bear on
// the country.
func (b *builder) ordered(e *Event, c ledger.Change) bool {
	a := c.By.Act
	switch a.Kind {
	case kanzei.ActAdd, kanzei.ActStrike, kanzei.ActProgram, kanzei.ActNote:
		return false
	}
	e.Note, e.Order = "", c.By.Instrument.ID
	on := b.req.On.Open()
	st := b.book.Standing(c.Heading, on)
	if a.Kind != kanzei.ActImpose && a.Kind != kanzei.ActExempt && st.Status != ledger.Absent {
		if !b.book.Origins(&st.Provision, on)(b.req.Country) {
			return false
		}
		if st.Effect == kanzei.Levies {
			e.Before = spaced(st.Rate.Rate.Text)
		}
		e.Claim = claimed(&st.Provision)
	}
	if a.Provision != nil && len(a.Provision.When) > 0 {
		e.Claim = claimed(a.Provision)
	}
	if a.Kind == kanzei.ActAmend && !slices.Contains(a.Fields, "rate") {
		if st.Status == ledger.Absent {
			return false // terms that the notice gives to what it puts into the schedule
		}
		e.After = ""
	}
	if e.Program == "" {
		e.Program = st.Program
	}
	if e.Program == "" { // an act on what the same order puts into the law
		for i := range c.By.Instrument.Acts {
			if x := &c.By.Instrument.Acts[i]; x.Provision != nil && slices.Contains(x.Targets, c.Heading) && x.Provision.Program != "" {
				e.Program = x.Provision.Program
			}
		}
	}
	if p, _, ok := b.book.Program(e.Program, max(on, c.At)); ok {
		e.Title = plain(p.Title)
	} else if e.Title == "" {
		e.Title = e.Program
	}
	switch a.Kind {
	case kanzei.ActImpose, kanzei.ActTerminate, kanzei.ActSuspend, kanzei.ActResume:
		e.Levies = a.Kind == kanzei.ActImpose || e.Before != ""
	case kanzei.ActAmend:
		e.Levies = e.After != ""
	}
	return true
}

// stem is the heading that is filed: the part before the stroke.
func stem(heading string) string {
	h, _, _ := strings.Cut(heading, "/")
	return h
}

// split corrects the beginning of one part of a heading that was in force
// before: on goods that the program reached already it is a change of rate or
// of terms, on others the heading reaches further goods.
func (b *builder) split(e *Event, heading string, eve, then *ledger.State) {
	k := slices.IndexFunc(then.Provisions, func(p *ledger.Placed) bool { return p.Heading == heading })
	if k < 0 {
		return
	}
	new := then.Provisions[k]
	left := new.Codes
	rate := ""
	for _, q := range eve.Provisions {
		if q.Program != new.Program || q.Effect != kanzei.Levies || q.Status != ledger.InForce || !q.Origin(b.req.Country) || claimed(&q.Provision) {
			continue
		}
		left = left.Minus(q.Codes)
		if stem(q.Heading) == stem(heading) {
			rate = q.Rate.Rate.Text
		}
	}
	if len(left) == 0 {
		// The program reached these goods already: nothing of another program ends.
		e.InPlace = slices.DeleteFunc(e.InPlace, func(h string) bool {
			return b.book.Standing(h, then.Moment).Program != new.Program
		})
	}
	switch {
	case rate == "" || e.What != "begins":
	case len(left) > 0:
		e.Extends = true
	default:
		e.What, e.Before = "changes", spaced(rate)
		e.InPlace = nil
		if e.Before == e.After {
			e.What, e.Levies = "restated", false
		}
	}
}

func inPlace(hs []string) string {
	if len(hs) == 0 {
		return ""
	}
	return " in place of " + headingWords(hs)
}

// A Public is an instrument made public after the day of the folder, with what
// it does to the country's goods.
type Public struct {
	Public     kanzei.Day `json:"public"`
	Instrument string     `json:"instrument"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind"`
	Does       []Deed     `json:"does"`
	Ref        int        `json:"ref"`

	in *kanzei.Instrument
}

// A Deed is one thing an instrument does.
type Deed struct {
	What        string        `json:"what"`
	Headings    []string      `json:"headings,omitempty"`
	From        kanzei.Moment `json:"from"`
	Until       kanzei.Moment `json:"until,omitzero"`
	Retroactive bool          `json:"retroactive,omitempty"` // in effect before it was public
	Implemented kanzei.Day    `json:"implemented,omitzero"`
	Note        bool          `json:"note,omitempty"` // a remark or an announcement: What is its words
	Quote       string        `json:"quote,omitempty"`

	act  *kanzei.Act
	list string
}

// later lists the instruments made public after the day, up to the day of the
// knowledge, that bear on duties on the country's goods.
func (b *builder) later() {
	for _, in := range b.engine.Ledger.Instruments {
		p := Public{Public: in.Public, Instrument: in.ID, Title: in.Title, Kind: in.Kind, in: in}
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Public <= b.req.On || a.Public > b.req.Known {
				continue
			}
			p.Public = max(p.Public, a.Public)
			for _, d := range b.deeds(a) {
				n := slices.IndexFunc(p.Does, func(x Deed) bool { return x.What == d.What && x.From == d.From && x.Until == d.Until })
				if n >= 0 {
					p.Does[n].Headings = append(p.Does[n].Headings, d.Headings...)
					slices.Sort(p.Does[n].Headings)
					p.Does[n].Headings = slices.Compact(p.Does[n].Headings)
					continue
				}
				p.Does = append(p.Does, d)
			}
		}
		// A list filled for the duty imposed on it is no deed of its own.
		imposed := map[kanzei.Moment]bool{}
		for _, d := range p.Does {
			if strings.HasPrefix(d.What, "imposes ") {
				imposed[d.From] = true
			}
		}
		p.Does = slices.DeleteFunc(p.Does, func(d Deed) bool { return d.list != "" && imposed[d.From] })
		if len(p.Does) > 0 {
			b.doc.Later = append(b.doc.Later, p)
		}
	}
	slices.SortStableFunc(b.doc.Later, func(x, y Public) int { return cmp.Compare(x.Public, y.Public) })
}

// deeds says what an act does to duties on the country's goods.
func (b *builder) deeds(a *kanzei.Act) []Deed {
	deed := func(what string, hs ...string) Deed {
		d := Deed{What: what, Headings: hs, From: a.From, Implemented: a.Implemented, Quote: a.Quote, act: a, Retroactive: a.From.Day() < a.Public}
		if a.Until != kanzei.Forever {
			d.Until = a.Until
		}
		return d
	}
	reaches := func(p *kanzei.Provision, items []kanzei.OriginItem) bool {
		q := *p
		if items != nil {
			q.Origins = items
		}
		return !claimed(&q) && b.book.Origins(&q, a.From)(b.req.Country)
	}
	var out []Deed
	switch a.Kind {
	case kanzei.ActImpose:
		for i, h := range a.Targets {
			rate, origins := a.Provision.Rate, []kanzei.OriginItem(nil)
			if a.Table != nil {
				rate, origins = a.Table[i].Rate, a.Table[i].Origins
			}
			if reaches(a.Provision, origins) {
				out = append(out, deed("imposes "+rateWords(rate)+", "+lower(plain(b.programTitle(a.Provision.Program, a.From))), h))
			}
		}
	case kanzei.ActExempt:
		if reaches(a.Provision, nil) && !slices.ContainsFunc(a.Provision.When, func(c kanzei.Condition) bool { return c.Fact == "covered-by" }) {
			out = append(out, deed("excepts goods from "+lower(plain(b.programTitle(a.Provision.Program, a.From))), a.Targets...))
		}
	case kanzei.ActSuspend, kanzei.ActResume, kanzei.ActTerminate, kanzei.ActAnnul, kanzei.ActAmend:
		var hs []string
		for _, s := range b.lines {
			if !claimed(&s.st.Provision) && !slices.Contains(hs, s.heading) && slices.ContainsFunc(a.Targets, func(t string) bool { return ledger.Names(t, s.heading, s.st.Program) }) {
				hs = append(hs, s.heading)
			}
		}
		if len(hs) == 0 {
			return nil
		}
		what := map[kanzei.ActKind]string{kanzei.ActSuspend: "suspends", kanzei.ActResume: "resumes", kanzei.ActTerminate: "ends", kanzei.ActAnnul: "holds void", kanzei.ActAmend: "restates"}[a.Kind]
		if a.Kind == kanzei.ActAmend && slices.Contains(a.Fields, "rate") {
			what = "sets to " + rateWords(a.Provision.Rate)
		}
		out = append(out, deed(what, hs...))
	case kanzei.ActAdd, kanzei.ActStrike:
		kind, name, _ := strings.Cut(a.Targets[0], ":")
		if kind != "list" || !b.listed(name) {
			return nil
		}
		what := "adds products to lists"
		if a.Kind == kanzei.ActStrike {
			what = "strikes products from lists"
		}
		d := deed(what, name)
		d.list = name
		out = append(out, d)
	case kanzei.ActNote:
		if b.noteConcerns(ledger.Ref{Act: a}) && a.Note != "" {
			d := deed(sentence(a.Note))
			d.Note = true
			out = append(out, d)
		}
	}
	return out
}

// listed reports whether a duty on the country's goods uses the list.
func (b *builder) listed(name string) bool {
	for _, s := range b.lines {
		for _, it := range append(slices.Clone(s.st.Products), s.st.Except...) {
			if it.List == name {
				return true
			}
		}
	}
	return false
}
