// Package lawtest runs sentences that test the law, such as
//
//	on 2025-04-15 known 2025-04-15
//	entry 8703.23.01.40 from JP value 30000
//	  duty 27.5% because mfn 2.5%, s232.autos 25%
//	  not ieepa.reciprocal because s232.autos
//	outlook JP ieepa.reciprocal: 10% now, 24% from 2025-07-09
//
// The language is described in law/README.md. The runner is exported so that
// people can hold their own rulings and filed entries against the law.
package lawtest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

// A Result counts the sentences run.
type Result struct {
	Sentences int
	Failures  []error // each names file:line, what was expected, what came
}

// Run runs the sentences of a file.
func Run(e *duty.Engine, file, text string) Result {
	r := &runner{engine: e, file: file}
	for i, line := range strings.Split(text, "\n") {
		r.line = i + 1
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		if err := r.run(strings.Join(strings.Fields(line), " "), indented); err != nil {
			r.res.Failures = append(r.res.Failures, fmt.Errorf("%s:%d: %w", file, r.line, err))
		}
	}
	return r.res
}

type runner struct {
	engine *duty.Engine
	file   string
	line   int
	on     kanzei.Day
	known  kanzei.Day
	last   *kanzei.Assessment
	failed error // of the last entry
	res    Result
}

func (r *runner) run(s string, indented bool) error {
	if indented {
		r.res.Sentences++
		if r.failed != nil {
			return nil // reported at the entry
		}
		if r.last == nil {
			return errors.New("no entry stands before this line")
		}
		return r.expect(s)
	}
	r.last, r.failed = nil, nil
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "on":
		return r.clocks(rest)
	case "entry":
		entry, err := ParseEntry(rest)
		if err == nil {
			entry.Date = r.on
			r.last, err = r.engine.Assess(entry, r.known)
		}
		r.failed = err
		return err
	case "outlook":
		r.res.Sentences++
		return r.outlook(rest)
	case "error":
		r.res.Sentences++
		return r.refused(rest)
	}
	return fmt.Errorf("a sentence begins with on, entry, outlook or error, not %q", word)
}

func (r *runner) clocks(s string) error {
	on, known, _ := strings.Cut(s, " known ")
	d, err := kanzei.ParseDay(on)
	if err != nil {
		return err
	}
	r.on, r.known = d, 0
	if known != "" && known != "latest" {
		if r.known, err = kanzei.ParseDay(known); err != nil {
			return err
		}
	}
	return nil
}

var entryForm = regexp.MustCompile(`^(\S+) from (\S+)(?: value (\S+))?(?: with (.+))?$`)

// ParseEntry reads "8703.23.01.40 from JP value 30000 with loaded 2025-04-04,
// steel 80%, claim civil-aircraft, spi JP".
func ParseEntry(s string) (kanzei.Entry, error) {
	var e kanzei.Entry
	m := entryForm.FindStringSubmatch(s)
	if m == nil {
		return e, errors.New("write: entry 8703.23.01.40 from JP value 30000 with …")
	}
	var err error
	if e.HTS, err = kanzei.ParseHTS(m[1]); err != nil {
		return e, err
	}
	if e.Origin, err = kanzei.ParseOrigin(m[2]); err != nil {
		return e, err
	}
	e.Value = 10_000 * kanzei.Dollar
	if m[3] != "" {
		if e.Value, err = kanzei.ParseMoney(m[3]); err != nil {
			return e, err
		}
	}
	for _, f := range strings.Split(m[4], ",") {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		if err := fact(&e, f); err != nil {
			return e, err
		}
	}
	return e, nil
}

func fact(e *kanzei.Entry, f string) (err error) {
	name, value, _ := strings.Cut(f, " ")
	share := func(s *kanzei.Share) error { return s.UnmarshalText([]byte(value)) }
	switch name {
	case "loaded":
		e.Loaded, err = kanzei.ParseMoment(value)
	case "exported":
		e.Exported, err = kanzei.ParseDay(value)
	case "ftz":
		status, day, dated := strings.Cut(value, " ")
		if e.FTZStatus = status; dated {
			e.FTZDate, err = kanzei.ParseDay(day)
		}
	case "steel":
		err = share(&e.Steel)
	case "aluminum":
		err = share(&e.Aluminum)
	case "copper":
		err = share(&e.Copper)
	case "us-content":
		err = share(&e.USContent)
	case "metal-weight":
		err = share(&e.MetalWeight)
	case "spi":
		e.SPI = value
	case "ch98":
		e.Ch98 = value
	case "claim", "flag", "use":
		e.Flags = append(e.Flags, value)
	case "melt-pour":
		e.MeltPour, err = kanzei.ParseOrigin(value)
	case "smelt-cast":
		e.SmeltCast, err = kanzei.ParseOrigin(value)
	case "mode":
		_, err = fmt.Sscan(value, &e.Mode)
	case "assessed":
		e.AssessedKnown = true
		e.Assessed, err = kanzei.ParseMoney(strings.TrimPrefix(value, "$"))
	case "quantity":
		number, unit, _ := strings.Cut(value, " ")
		var m kanzei.Money
		m, err = kanzei.ParseMoney(number)
		if e.Quantity == 0 {
			e.Quantity, e.Unit = int64(m), unit
		} else {
			e.Quantity2, e.Unit2 = int64(m), unit
		}
	default:
		return fmt.Errorf("unknown fact %q", name)
	}
	return err
}

// expect holds one indented line against the last entry.
func (r *runner) expect(s string) error {
	word, rest, _ := strings.Cut(s, " ")
	a := r.last
	switch word {
	case "not":
		return r.not(rest)
	case "headings":
		var got []string
		for _, l := range a.Lines {
			if l.Applies && strings.HasPrefix(l.Heading, "99") {
				got = append(got, l.Heading)
			}
		}
		want := strings.Fields(rest)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			return fmt.Errorf("headings are %s, not %s", strings.Join(got, " "), strings.Join(want, " "))
		}
		return nil
	case "filed":
		var got []string
		for _, f := range a.Filing {
			got = append(got, strings.Join(f.Numbers, " "))
		}
		if g := strings.Join(got, "; "); g != rest {
			return fmt.Errorf("filed as %s, not %s", g, rest)
		}
		return nil
	case "status":
		if string(a.Status) != rest {
			return fmt.Errorf("status is %s, not %s (%s)", a.Status, rest, strings.Join(a.Caveats, "; "))
		}
		return nil
	case "caveat":
		want := strings.Trim(rest, `"`)
		for _, c := range a.Caveats {
			if strings.Contains(strings.ToLower(c), strings.ToLower(want)) {
				return nil
			}
		}
		return fmt.Errorf("no caveat says %q; they say %q", want, a.Caveats)
	case "range":
		lo, hi, ok := strings.Cut(rest, "..")
		if !ok || a.DutyMin == nil {
			return fmt.Errorf("%s, no range %s", a.Status, rest)
		}
		if err := amount("lowest duty", a.DutyMin, lo, a.Entry.Value); err != nil {
			return err
		}
		if hi == "" {
			if a.DutyMax != nil {
				return fmt.Errorf("the range ends at %s, not open", *a.DutyMax)
			}
			return nil
		}
		return amount("highest duty", a.DutyMax, hi, a.Entry.Value)
	}
	amounts, because, explained := strings.Cut(s, " because ")
	for _, part := range strings.Split(amounts, ", ") {
		name, want, _ := strings.Cut(strings.TrimSpace(part), " ")
		var got *kanzei.Money
		switch name {
		case "duty":
			got = a.Duty
		case "assessed":
			got = a.Assessed
		case "legal":
			got = a.Legal
		case "refundable":
			got = a.Refundable
		case "mpf":
			got = &a.Fees.MPF
		case "hmf":
			got = &a.Fees.HMF
		default:
			return fmt.Errorf("nothing to expect is called %q", name)
		}
		if err := amount(name, got, want, a.Entry.Value); err != nil {
			return fmt.Errorf("%w (%s)", err, explain(a))
		}
	}
	if explained {
		return r.because(because)
	}
	return nil
}

func explain(a *kanzei.Assessment) string {
	out := []string{string(a.Status)}
	for _, l := range a.Lines {
		if l.Applies {
			out = append(out, fmt.Sprintf("%s %s %s = %s", l.Program, l.Heading, l.Rate, l.Amount))
		}
	}
	return strings.Join(append(out, a.Caveats...), "; ")
}

// amount compares with "27.5%" of the value or "$1,234.00".
func amount(name string, got *kanzei.Money, want string, value kanzei.Money) error {
	if got == nil {
		return fmt.Errorf("%s is not a single figure", name)
	}
	if dollars, ok := strings.CutPrefix(want, "$"); ok {
		m, err := kanzei.ParseMoney(strings.ReplaceAll(dollars, ",", ""))
		if err != nil {
			return err
		}
		if m != *got {
			return fmt.Errorf("%s is $%s, not $%s", name, *got, m)
		}
		return nil
	}
	f, err := kanzei.ParsePercent(want)
	if err != nil {
		return err
	}
	if value.By(f).Cents(kanzei.One) != *got {
		return fmt.Errorf("%s is %s%%, not %s", name, share(*got, value), want)
	}
	return nil
}

func share(m, value kanzei.Money) kanzei.Fraction {
	if value == 0 {
		return 0
	}
	return kanzei.Fraction(kanzei.MulDiv(int64(m), int64(kanzei.One), int64(value)))
}

// because holds the programs that levy something against the sentence.
func (r *runner) because(s string) error {
	a := r.last
	got := map[string]kanzei.Money{}
	for _, l := range a.Lines {
		if l.Applies && l.Amount != 0 {
			got[l.Program] += l.Amount
		}
	}
	want := map[string]bool{}
	for _, part := range strings.Split(s, ", ") {
		name, x, _ := strings.Cut(strings.TrimSpace(part), " ")
		want[name] = true
		m := got[name]
		if err := amount(name, &m, x, a.Entry.Value); err != nil {
			return fmt.Errorf("%w (%s)", err, explain(a))
		}
	}
	for name, m := range got {
		if !want[name] {
			return fmt.Errorf("%s levies %s%% too", name, share(m, a.Entry.Value))
		}
	}
	return nil
}

func (r *runner) not(s string) error {
	name, because, _ := strings.Cut(s, " because ")
	because = strings.TrimSpace(because)
	name = strings.TrimSpace(name)
	found := because == ""
	var said []string
	for _, l := range r.last.Lines {
		if l.Program != name && l.Heading != name {
			continue
		}
		if l.Applies && l.Amount != 0 {
			return fmt.Errorf("%s applies: %s levies %s", name, l.Heading, l.Amount)
		}
		said = append(said, l.Because)
		found = found || strings.Contains(strings.ToLower(l.Because), strings.ToLower(because))
	}
	if !found {
		return fmt.Errorf("no reason why %s does not apply mentions %q; they say %q", name, because, said)
	}
	return nil
}

// outlook: "JP ieepa.reciprocal: 10% now, 24% from 2025-07-09".
func (r *runner) outlook(s string) error {
	head, body, ok := strings.Cut(s, ":")
	who, program, ok2 := strings.Cut(head, " ")
	if !ok || !ok2 {
		return errors.New("write: outlook JP ieepa.reciprocal: 10% now, 24% from 2025-07-09")
	}
	o, err := kanzei.ParseOrigin(who)
	if err != nil {
		return err
	}
	b := r.engine.Book(r.known)
	for _, part := range strings.Split(body, ",") {
		f := strings.Fields(part)
		var at kanzei.Moment
		switch {
		case len(f) == 2 && f[0] == "ends":
			if at, err = kanzei.ParseMoment(f[1]); err != nil {
				return err
			}
			f = []string{"nothing"}
		case len(f) >= 2 && f[len(f)-1] == "now":
			at, f = r.on.Open(), f[:len(f)-1]
		case len(f) >= 3 && f[len(f)-2] == "from":
			if at, err = kanzei.ParseMoment(f[len(f)-1]); err != nil {
				return err
			}
			f = f[:len(f)-2]
		default:
			return fmt.Errorf("%q is not RATE now, RATE from DAY or ends DAY", strings.TrimSpace(part))
		}
		want := strings.Join(f, " ")
		got := Rates(b, program, o, at)
		if !slices.Contains(got, want) && !slices.Contains(got, "+"+want) && !(want == "nothing" && len(got) == 0) {
			return fmt.Errorf("%s of %s at %s is %s, not %s", program, o, at, strings.Join(got, " or "), want)
		}
	}
	return nil
}

// Rates returns the rates of a program's duties in force for goods of the
// origin at the moment, without those that yield to others of the program.
func Rates(b *ledger.Book, program string, o kanzei.Origin, at kanzei.Moment) []string {
	s := b.At(at)
	var live []*ledger.Placed
	for _, p := range s.Provisions {
		if p.Status == ledger.InForce && p.Program == program && p.Effect == kanzei.Levies && p.Origin(o) && !slices.ContainsFunc(p.When, claimed) {
			live = append(live, p)
		}
	}
	var out []string
	for _, p := range live {
		if slices.ContainsFunc(live, func(q *ledger.Placed) bool { return s.Yields(&p.Provision, &q.Provision) }) {
			continue
		}
		if !slices.Contains(out, p.Rate.Rate.Text) {
			out = append(out, p.Rate.Rate.Text)
		}
	}
	return out
}

// claimed reports whether a condition holds only when something is declared.
func claimed(c kanzei.Condition) bool { return !c.Not && ledger.KindOf(c) == ledger.Claim }

// refused: "hts.unknown: entry 0000.00.00.00 from JP value 1".
func (r *runner) refused(s string) error {
	code, rest, ok := strings.Cut(s, ":")
	rest, ok2 := strings.CutPrefix(strings.TrimSpace(rest), "entry ")
	if !ok || !ok2 {
		return errors.New("write: error hts.unknown: entry 0000.00.00.00 from JP value 1")
	}
	entry, err := ParseEntry(rest)
	if err == nil {
		entry.Date = r.on
		_, err = r.engine.Assess(entry, r.known)
	}
	var p *kanzei.Problem
	if !errors.As(err, &p) || p.Code != code {
		return fmt.Errorf("the error is %v, not %s", err, code)
	}
	return nil
}
