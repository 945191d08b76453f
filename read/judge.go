package read

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// Verdicts of a statement held against the ledger.
const (
	Agrees      = "agrees"
	Differs     = "differs"
	Announced   = "announced, not yet in force"
	NotInLedger = "not in the ledger"
)

// A Basis is a provision of the ledger that a verdict rests on, as it stands
// on the day.
type Basis struct {
	Heading    string        `json:"heading"`
	Program    string        `json:"program,omitempty"`
	Rate       string        `json:"rate,omitempty"`
	Status     string        `json:"status"`
	From       kanzei.Moment `json:"from,omitempty"`  // begins, where it lies ahead
	Until      kanzei.Moment `json:"until,omitempty"` // of a suspension or a duty that ends by itself
	Instrument string        `json:"instrument"`
	Citation   string        `json:"citation,omitempty"`
	Quote      string        `json:"quote,omitempty"`
	Where      string        `json:"where,omitempty"` // file and line of the act
}

// A Finding is a statement beside the law.
type Finding struct {
	Statement
	Verdict string  `json:"verdict"`
	Why     string  `json:"why"`
	Law     []Basis `json:"law,omitempty"`
	More    int     `json:"more,omitempty"` // further provisions that bear it out
}

// Judge sets beside each statement what the ledger says on the day, as known on
// the other day; the zero Day of known is everything held. The zero Day of on
// is the day of the document, and an error when it has none.
func (r *Reader) Judge(d *Document, on, known kanzei.Day) ([]Finding, error) {
	if on == 0 {
		on = d.Date
	}
	if on == 0 {
		return nil, &kanzei.Problem{Code: "read.date", Where: d.Name, Msg: "the text states no date, so no law can be set beside it", Hint: "say --on 2025-04-15"}
	}
	if c := r.ledger.Coverage; c != nil && c.Begins != 0 && on < c.Begins {
		return nil, &kanzei.Problem{Code: "date.coverage", Where: d.Name, Msg: fmt.Sprintf("the law held begins on %s, before that %s cannot be answered", c.Begins, on), Hint: "say another day with --on"}
	}
	b := r.ledger.AsKnown(known)
	j := &judge{r: r, b: b, on: on, at: on.Open(), bounds: b.Bounds(), cache: map[string][]candidate{}, onClaim: map[string]bool{}}
	for _, ch := range b.Outlook(0, j.at) {
		if ch.What == "awaiting implementation" {
			j.awaiting = append(j.awaiting, ch)
		}
	}
	if d.Official {
		for _, in := range r.ledger.Instruments {
			if d.Number != "" && in.ID == d.Number || d.Source != "" && strings.TrimSuffix(in.Source, "/") == strings.TrimSuffix(d.Source, "/") {
				j.self = append(j.self, j.programsOf([]string{in.ID})...)
			}
		}
	}
	out := make([]Finding, 0, len(d.Statements))
	for i := range d.Statements {
		f := Finding{Statement: d.Statements[i]}
		j.judge(&f)
		out = append(out, f)
	}
	return out, nil
}

type judge struct {
	r        *Reader
	b        *ledger.Book
	on       kanzei.Day
	at       kanzei.Moment
	bounds   []kanzei.Moment
	self     []string // programs of the instrument read, when the ledger has it
	awaiting []ledger.Change
	cache    map[string][]candidate
	onClaim  map[string]bool // programs whose duties all wait for a claim
	state    *ledger.State   // of the moment last asked for
}

// A candidate is a provision that a statement may mean.
type candidate struct {
	s     ledger.Standing
	from  kanzei.Moment // later moment at which it comes into force; zero when it is now
	until kanzei.Moment
	own   bool // names the origin, not all
}

func (f *candidate) basis() Basis {
	status := string(f.s.Status)
	ref := f.s.By
	if f.s.Status != ledger.InForce {
		ref = f.s.Changed
	}
	q := ""
	if ref.Act != nil {
		q = ref.Act.Quote
	}
	rate := f.s.Rate.Rate.Text
	if f.s.Effect == kanzei.Excuses {
		rate = "exception"
	}
	b := Basis{Heading: f.s.Heading, Program: f.s.Program, Rate: rate, Status: status, Until: f.until, Instrument: ref.String(), Citation: ref.Citation(), Quote: q, Where: ref.Where()}
	if f.from != 0 {
		b.Status, b.From = "begins", f.from
	}
	return b
}

// provisions returns what a statement may mean: for headings named, these; for
// programs, theirs; else all that reach the origin.
func (j *judge) provisions(st *Statement, o kanzei.Origin, at kanzei.Moment) []candidate {
	key := fmt.Sprint(st.Headings, st.Programs, st.instr, o, at, st.Kind == Exemption, st.Claim == OnHold, st.Claim == Ends, st.hasRate)
	if v, ok := j.cache[key]; ok {
		return v
	}
	programs := st.Programs
	if len(st.Headings) == 0 && len(programs) == 0 && st.Claim == Ends {
		programs = j.programsOf(st.instr)
	}
	var out []candidate
	for _, h := range j.b.Headings() {
		p := j.b.ProgramOf(h)
		named := len(st.Headings) == 0 && len(programs) == 0
		for _, t := range st.Headings {
			base, _, _ := strings.Cut(h, "/")
			named = named || ledger.Names(t, base, "")
		}
		if len(st.Headings) == 0 {
			for _, t := range programs {
				named = named || ledger.Names(t, h, p)
			}
		}
		if !named {
			continue
		}
		s := j.b.Standing(h, at)
		f := candidate{s: s}
		if s.Status == ledger.Absent || s.Status == ledger.Terminated && len(st.Headings) == 0 {
			// what comes later by what is known
			for _, m := range j.bounds {
				if m > at {
					if x := j.b.Standing(h, m); x.Status == ledger.InForce {
						f.s, f.from = x, m
						break
					}
				}
			}
			if f.s.Status == ledger.Absent {
				continue
			}
		}
		if o != 0 && !j.b.Origins(&f.s.Provision, max(at, f.from))(o) {
			continue
		}
		if (f.s.Effect == kanzei.Excuses) != (st.Kind == Exemption) && len(st.Headings) == 0 {
			continue
		}
		if len(st.Headings) == 0 && st.Kind != Exemption && claimed(&f.s) && !(slices.Contains(programs, p) && j.claimsOnly(p)) {
			continue // paid by those only who declare a fact the text does not speak of
		}
		if st.hasRate && o != 0 && len(st.Headings) == 0 && len(programs) == 0 && st.Kind != Exemption && f.s.Effect == kanzei.Levies && ofAll(f.s.Origins) && !allGoods(f.s.Products) {
			continue // a duty on some goods of every country is not what the country's goods pay
		}
		f.own = !ofAll(f.s.Origins)
		switch {
		case f.s.Status == ledger.Suspended:
			f.until = j.resumes(h, at)
		case f.s.By.Act != nil && f.s.By.Act.Until != kanzei.Forever && f.s.By.Act.Kind != kanzei.ActAmend:
			f.until = f.s.By.Act.Until
		}
		out = append(out, f)
	}
	if o == 0 && len(st.Headings) == 0 && st.Claim != OnHold && slices.ContainsFunc(out, func(c candidate) bool { return !c.own && c.from == 0 && c.s.Status == ledger.InForce }) {
		// no country named: what is levied on all, not what one country pays
		out = slices.DeleteFunc(out, func(c candidate) bool { return c.own })
	}
	slices.SortStableFunc(out, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(len(x.s.When), len(y.s.When)), cmp.Compare(strings.Count(x.s.Heading, "/"), strings.Count(y.s.Heading, "/")))
	})
	j.cache[key] = out
	return out
}

func ofAll(origins []kanzei.OriginItem) bool {
	return slices.ContainsFunc(origins, func(it kanzei.OriginItem) bool { return it.All })
}

func allGoods(products []kanzei.ProductItem) bool {
	return len(products) == 0 || slices.ContainsFunc(products, func(it kanzei.ProductItem) bool { return it.All })
}

// claimed reports whether a provision applies only where a fact is declared.
func claimed(s *ledger.Standing) bool {
	return slices.ContainsFunc(s.When, func(c kanzei.Condition) bool { return !c.Not && ledger.KindOf(c) == ledger.Claim })
}

// claimsOnly reports whether all duties of a program wait for a claim, so that a
// text that speaks of the program speaks of these.
func (j *judge) claimsOnly(program string) bool {
	only, seen := j.onClaim[program]
	if !seen {
		for _, h := range j.b.Headings() {
			if j.b.ProgramOf(h) != program {
				continue
			}
			for _, m := range append([]kanzei.Moment{j.at}, j.bounds...) {
				if s := j.b.Standing(h, m); m >= j.at && s.Status == ledger.InForce && s.Effect == kanzei.Levies {
					if only = claimed(&s); !only {
						j.onClaim[program] = false
						return false
					}
				}
			}
		}
		j.onClaim[program] = only
	}
	return only
}

// resumes returns the moment at which a suspended heading changes its status
// by itself; zero when it does not.
func (j *judge) resumes(h string, at kanzei.Moment) kanzei.Moment {
	for _, m := range j.bounds {
		if m > at && j.b.Standing(h, m).Status != ledger.Suspended {
			return m
		}
	}
	return 0
}

// programsOf names the programs that instruments put into the ledger.
func (j *judge) programsOf(ids []string) []string {
	var out []string
	for _, id := range ids {
		in := j.r.ledger.Instrument(id)
		if in == nil {
			continue
		}
		for i := range in.Acts {
			if a := &in.Acts[i]; a.Kind == kanzei.ActImpose && !slices.Contains(out, a.Provision.Program) {
				out = append(out, a.Provision.Program)
			}
		}
	}
	return out
}

func (f *Finding) say(verdict, format string, args ...any) {
	f.Verdict, f.Why = verdict, fmt.Sprintf(format, args...)
}

func (f *Finding) lean(list ...candidate) {
	for i := range list {
		if len(f.Law) == 3 {
			f.More += len(list) - i
			return
		}
		f.Law = append(f.Law, list[i].basis())
	}
}

func (j *judge) judge(f *Finding) {
	st := &f.Statement
	switch st.Kind {
	case Request:
		f.say(NotInLedger, "a request; it changes no duty")
		return
	case Talks:
		f.say(NotInLedger, "talks%s; they change no duty", with(st))
		return
	case Retaliation:
		what := "the ledger holds no measure against the United States"
		if st.Negated {
			f.say(NotInLedger, "%s, and the text says there is none; the ledger is of US law", what)
		} else {
			f.say(NotInLedger, "%s; it is of US law", what)
		}
		return
	case Deal:
		j.deal(f)
		return
	case Judgment:
		j.ruled(f)
		return
	case Scope:
		j.scope(f)
		return
	}
	if st.unheld != "" {
		// a duty on all goods of the country reaches these unless excepted
		if st.hasRate && len(st.Origins) == 1 {
			j.one(f, st.Origins[0])
			if f.Verdict == Agrees {
				f.Why += fmt.Sprintf("; whether it reaches “%s” was not looked up", st.unheld)
				return
			}
		}
		f.Law, f.More = nil, 0
		f.say(NotInLedger, "the ledger has no program for “%s”", st.unheld)
		return
	}
	if st.Operative && len(st.Headings)+len(st.Programs) == 0 {
		// what an order says of no heading or goods is of the programs of the
		// instruments it names, else of its own
		st.Programs = j.programsOf(st.instr)
		if len(st.Programs) == 0 {
			st.Programs = slices.Clone(j.self)
		}
		if len(st.Programs) == 0 {
			f.say(NotInLedger, "the text names neither a heading nor goods that the ledger knows")
			return
		}
	}
	origins := st.Origins
	if st.Group != "" {
		if m := j.r.words.members[st.Group]; len(m) > 0 {
			origins = append(slices.Clone(origins), m[0])
		}
	}
	if len(origins) == 0 {
		j.one(f, 0)
		return
	}
	// each country for itself; the least favourable verdict stands for all
	rank := map[string]int{Agrees: 0, Announced: 1, Differs: 2, NotInLedger: 3}
	var worst *Finding
	for _, o := range origins {
		g := Finding{Statement: *st}
		j.one(&g, o)
		if worst == nil || rank[g.Verdict] > rank[worst.Verdict] {
			if worst != nil || len(origins) > 1 && rank[g.Verdict] > 0 {
				g.Why = o.Name() + ": " + g.Why
			}
			worst = &g
		}
	}
	f.Verdict, f.Why, f.Law, f.More = worst.Verdict, worst.Why, worst.Law, worst.More
}

func (j *judge) one(f *Finding, o kanzei.Origin) {
	st := &f.Statement
	at := j.at
	if st.Claim != InForce && st.From != 0 {
		at = max(st.From, 1)
	}
	list := j.provisions(st, o, at)
	st.dollars = st.amount && slices.ContainsFunc(list, func(x candidate) bool { return x.s.Rate.Rate.Kind == kanzei.Specific })
	pick := func(status ledger.Status, rated bool) (out []candidate) {
		for _, x := range list {
			ahead := x.from != 0
			if (status == "ahead") != ahead || !ahead && x.s.Status != status {
				continue
			}
			if rated && (st.hasRate || st.dollars) && !sameRate(&x.s, st) {
				continue
			}
			out = append(out, x)
		}
		if !rated || st.hasRate {
			slices.SortStableFunc(out, func(x, y candidate) int { // provisions of the country before those of all
				if x.own != y.own && o != 0 && len(st.Programs) == 0 {
					if x.own {
						return -1
					}
					return 1
				}
				return 0
			})
		}
		return out
	}
	on := "on " + j.on.String()
	if at != j.at {
		on = "from " + at.String()
	}
	switch st.Claim {
	case OnHold:
		j.hold(f, pick(ledger.Suspended, true), pick(ledger.InForce, true))
		return
	case Ends:
		over, live := pick(ledger.Terminated, true), pick(ledger.InForce, true)
		recent := slices.DeleteFunc(slices.Clone(over), func(x candidate) bool {
			a := x.s.Changed.Act
			return a == nil || a.From < at-60*24*60 || o != 0 && !x.own
		})
		ahead := slices.DeleteFunc(slices.Clone(live), func(x candidate) bool { return x.until == 0 })
		switch {
		case len(list) == 0:
			f.say(NotInLedger, "no provision of the ledger answers to it")
		case len(recent) > 0 && st.hasRate:
			f.say(Agrees, "no longer in force %s", on)
			f.lean(recent...)
		case len(live) == 0:
			f.say(Agrees, "no longer in force %s", on)
			f.lean(append(over, pick(ledger.Suspended, true)...)...)
		case len(ahead) > 0 && len(ahead) == len(live):
			f.say(Agrees, "ends by itself at %s", ahead[0].until)
			f.lean(ahead...)
		default:
			f.say(Differs, "still in force %s", on)
			f.lean(live...)
		}
		return
	case Exempts:
		live := pick(ledger.InForce, false)
		switch {
		case len(st.duties) > 0 && len(st.Headings) == 0:
			j.excused(f, at)
		case len(live) > 0:
			f.say(Agrees, "the law has such an exception %s", on)
			f.lean(live...)
		case len(pick("ahead", false)) > 0:
			f.say(Announced, "the exception begins later")
			f.lean(pick("ahead", false)...)
		default:
			f.say(NotInLedger, "no exception of the ledger answers to it")
		}
		return
	case Changes:
		if len(st.Headings) > 0 {
			j.changed(f, list)
			return
		}
		if st.factor > 0 {
			j.multiplied(f, pick(ledger.InForce, false))
			return
		}
	}
	if st.Claim == Changes || st.Claim == InForce || st.Claim == Begins {
		if j.summed(f, pick, o) {
			return
		}
	}
	j.levied(f, pick, list, on, at)
}

// later finds the rate of a statement among what the provisions have later, by
// what is known.
func (j *judge) later(list []candidate, st *Statement) []candidate {
	if !st.hasRate && !st.dollars || st.From != 0 {
		return nil
	}
	var out []candidate
	for _, x := range list {
		for _, m := range j.bounds {
			if m <= j.at {
				continue
			}
			if s := j.b.Standing(x.s.Heading, m); s.Status == ledger.InForce && sameRate(&s, st) {
				out = append(out, candidate{s: s, from: m, own: x.own})
				break
			}
		}
	}
	return out
}

// perMoney is the 1e-8 dollars of a kanzei.PerUnit in the unit of kanzei.Money.
const perMoney = 100_000_000 / kanzei.Dollar

func sameRate(s *ledger.Standing, st *Statement) bool {
	r := s.Rate
	if st.dollars {
		usd, err := kanzei.ParseMoney(strings.TrimPrefix(st.Rate, "$"))
		return err == nil && r.Rate.Kind == kanzei.Specific && len(r.Rate.Specific) == 1 && r.Rate.Specific[0].Amount == int64(usd)*int64(perMoney)
	}
	return r.Mode != kanzei.ByText && r.Rate.Kind != kanzei.Specific && r.Rate.AdValorem == st.rate
}

// levied judges "X % on … in force" and "X % on … from a day".
func (j *judge) levied(f *Finding, pick func(ledger.Status, bool) []candidate, list []candidate, on string, at kanzei.Moment) {
	st := &f.Statement
	live, held, ahead, over := pick(ledger.InForce, true), pick(ledger.Suspended, true), pick("ahead", true), pick(ledger.Terminated, true)
	words := "in force"
	for _, m := range st.Rests {
		if m.Kind == Verb {
			words = m.Text
		}
	}
	switch {
	case st.Negated && len(live) == 0:
		f.say(Agrees, "no such duty is in force %s", on)
	case st.Negated && st.partial:
		f.say(NotInLedger, "the text says so of some goods; which was not read")
	case st.Negated:
		f.say(Differs, "in force %s", on)
		f.lean(live...)
	case len(live) > 0:
		f.say(Agrees, "in force %s", on)
		f.Why += voided(live[0])
		if st.amount && !st.dollars {
			f.Why += "; dollars are not compared"
		}
		if st.Claim == Begins && st.From == 0 && live[0].s.Changed.Act != nil {
			f.Why = "in force since " + live[0].s.Changed.Act.From.Day().String() + voided(live[0])
		}
		if st.Until != 0 && live[0].until != 0 && live[0].until.Day() != st.Until.Day() {
			f.say(Differs, "the law ends it at %s, the text at %s", live[0].until, st.Until)
		}
		if st.vague || strings.HasSuffix(strings.Join(st.Programs, " "), "*") {
			live = onePerProgram(live)
			if len(live) > 1 {
				f.Why += fmt.Sprintf(", under %d programs", len(live))
			}
		}
		f.lean(live...)
	case len(ahead) > 0 && (st.Claim == InForce):
		f.say(Announced, "the text says “%s”; by the law known it begins at %s", words, ahead[0].from)
		f.lean(ahead...)
	case len(ahead) > 0 && st.From == 0:
		f.say(Agrees, "begins at %s", ahead[0].from)
		f.lean(ahead...)
	case len(ahead) > 0:
		f.say(Differs, "the law begins it at %s, the text at %s", ahead[0].from, st.From)
		f.lean(ahead...)
	case len(held) > 0 && st.Claim == InForce:
		f.say(Differs, "suspended%s", until(held[0].until))
		f.lean(held...)
	case len(held) > 0:
		f.say(Agrees, "in the law, suspended%s", until(held[0].until))
		f.lean(held...)
	case len(j.waiting(st)) > 0:
		w := j.waiting(st)
		f.say(Announced, "ordered by %s, awaiting the notice that puts it into force", w[0].By.Instrument.ID)
		for _, c := range w[:min(3, len(w))] {
			f.Law = append(f.Law, Basis{Heading: c.Heading, Program: c.Program, Rate: c.After, Status: "awaiting implementation", From: c.At, Instrument: c.By.String(), Citation: c.By.Citation(), Quote: c.By.Act.Quote, Where: c.By.Where()})
		}
	default:
		if refs := j.notes(st); len(refs) > 0 {
			f.say(Announced, "the ledger has it as announced, not as law")
			f.Law = append(f.Law, refs...)
			return
		}
		var other []candidate
		for _, x := range list {
			if x.from == 0 && x.s.Status == ledger.InForce && x.s.Effect == kanzei.Levies && (x.own || len(st.Programs) > 0 || len(st.Headings) > 0) {
				other = append(other, x)
			}
		}
		if next := j.later(other, st); len(next) > 0 {
			if st.Claim == InForce {
				f.say(Announced, "the text says “%s”; by the law known it begins at %s, and %s until then", words, next[0].from, other[0].s.Rate.Rate.Text)
			} else {
				f.say(Agrees, "begins at %s", next[0].from)
			}
			f.lean(next...)
			return
		}
		if len(other) > 0 && (st.hasRate || st.dollars) && st.Claim == Begins && st.From == 0 {
			f.say(Announced, "of what is to come, without a day; the law in force %s has %s", on, other[0].s.Rate.Rate.Text)
			f.lean(other...)
			return
		}
		if len(other) > 0 && (st.hasRate || st.dollars) {
			f.say(Differs, "the law in force %s has %s", on, other[0].s.Rate.Rate.Text)
			if x := other[0].s.Rate; x.Mode == kanzei.Additional && x.Rate.AdValorem < st.rate {
				f.Why += " on top of column 1"
			}
			f.lean(other...)
			return
		}
		if len(over) > 0 {
			f.say(Differs, "ended; no longer in force %s", on)
			f.lean(over...)
			return
		}
		f.say(NotInLedger, "no provision of the ledger answers to it")
	}
}
