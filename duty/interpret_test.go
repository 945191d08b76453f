package duty_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// The interpreter is the readable oracle of the compiled tables. It is written
// from law/README.md alone and shares nothing with the fast path but the parsed
// instruments and the base rates of the schedule: it walks the acts for every
// question, compares codes as strings of digits, and computes in fractions. Slow
// and obvious; where it and the engine differ, one of them contradicts the README.
type interpreter struct {
	law      *ledger.Ledger
	schedule *schedule.Schedule
	laws     map[clocks]*law // asked before
}

type clocks struct {
	at  kanzei.Moment
	day kanzei.Day
}

// A ruling is the interpreter's answer for an entry with every fact declared.
type ruling struct {
	base    kanzei.Money // the column 1 or 2 duty levied
	duties  map[string]kanzei.Money
	excuses map[string]bool // exceptions that excuse a part of the value
	total   kanzei.Money
	unknown string // why no duty can be computed; "" when it can
}

type known struct {
	in    *kanzei.Instrument
	act   *kanzei.Act
	from  kanzei.Day
	place int
}

// acts returns the acts known at the end of the day in the order in which they
// became public; one that needs a notice counts from the notice.
func (o *interpreter) acts(day kanzei.Day) []known {
	var out []known
	for _, in := range o.law.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			from := a.Public
			if a.Implemented > from {
				from = a.Implemented
			}
			if day == 0 || from <= day {
				out = append(out, known{in, a, from, len(out)})
			}
		}
	}
	slices.SortFunc(out, func(a, b known) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.in.Public, b.in.Public), cmp.Compare(a.in.File, b.in.File), cmp.Compare(a.place, b.place))
	})
	return out
}

// law is what the acts make of the law at a moment.
type law struct {
	acts       []known
	at         kanzei.Moment
	provisions []*provision
	programs   map[string]*kanzei.Program
}

type provision struct {
	kanzei.Provision
	home   *law // by whose lists and groups it is read
	levied bool // in force: not suspended, not terminated
	void   bool
	dead   bool
}

func inEffect(a *kanzei.Act, at kanzei.Moment) bool { return a.From <= at && at < a.Until }

func (o *interpreter) lawAt(at kanzei.Moment, day kanzei.Day) *law {
	if l := o.laws[clocks{at, day}]; l != nil {
		return l
	}
	l := &law{acts: o.acts(day), at: at, programs: map[string]*kanzei.Program{}}
	standing := map[string]*provision{}
	family := map[string]string{} // the program each heading was put under
	var order []string
	for _, k := range l.acts {
		a := k.act
		switch a.Kind {
		case kanzei.ActImpose, kanzei.ActExempt:
			for i, h := range a.Targets {
				if _, seen := family[h]; !seen {
					order = append(order, h)
				}
				family[h] = a.Provision.Program
				if !inEffect(a, at) {
					continue
				}
				p := &provision{Provision: *a.Provision, levied: true}
				p.Heading = h
				if a.Table != nil {
					p.Rate, p.Origins = a.Table[i].Rate, a.Table[i].Origins
				}
				if old := standing[h]; old != nil {
					p.void = old.void
				}
				standing[h] = p
			}
			continue
		case kanzei.ActProgram:
			if inEffect(a, at) {
				l.programs[a.Program.Name] = a.Program
			}
			continue
		}
		if !inEffect(a, at) {
			continue
		}
		for _, h := range order {
			p := standing[h]
			if p == nil || !slices.ContainsFunc(a.Targets, func(t string) bool { return refersTo(t, h, family[h]) }) {
				continue
			}
			switch a.Kind {
			case kanzei.ActSuspend:
				p.levied = false
			case kanzei.ActResume:
				p.levied = !p.dead
			case kanzei.ActTerminate:
				p.levied, p.dead = false, true
			case kanzei.ActAnnul:
				p.void = true
			case kanzei.ActAmend:
				for _, f := range a.Fields {
					switch f {
					case "program":
						p.Program = a.Provision.Program
					case "rate":
						p.Rate = a.Provision.Rate
					case "base":
						p.Base = a.Provision.Base
					case "products":
						p.Products = a.Provision.Products
					case "except":
						p.Except = a.Provision.Except
					case "origins":
						p.Origins = a.Provision.Origins
					case "except-origins":
						p.ExceptOrigins = a.Provision.ExceptOrigins
					case "when":
						p.When = a.Provision.When
					case "yields-to":
						p.YieldsTo = a.Provision.YieldsTo
					case "in-lieu-of":
						p.InLieuOf = a.Provision.InLieuOf
					}
				}
			}
		}
	}
	for _, h := range order {
		if p := standing[h]; p != nil && p.levied {
			p.home = l
			l.provisions = append(l.provisions, p)
		}
	}
	if o.laws == nil {
		o.laws = map[clocks]*law{}
	}
	o.laws[clocks{at, day}] = l
	return l
}

// refersTo reads a target: a heading, a range of headings, a program, a family.
func refersTo(ref, heading, program string) bool {
	ref = strings.TrimPrefix(ref, "program:")
	if strings.Contains(ref, "..") {
		ends := strings.SplitN(ref, "..", 2)
		return len(heading) == len(ends[0]) && ends[0] <= heading && heading <= ends[1]
	}
	if strings.HasSuffix(ref, ".*") {
		return strings.HasPrefix(program, strings.TrimSuffix(ref, "*"))
	}
	return ref == heading || ref == program
}

// listed reports whether a ten-digit code is on a list.
func (l *law) listed(list, code string) bool {
	on := false
	for _, k := range l.acts {
		a := k.act
		if (a.Kind == kanzei.ActAdd || a.Kind == kanzei.ActStrike) && a.Targets[0] == "list:"+list && inEffect(a, l.at) && l.anyItem(a.Codes, code) {
			on = a.Kind == kanzei.ActAdd
		}
	}
	return on
}

func (l *law) anyItem(items []kanzei.ProductItem, code string) bool {
	for _, it := range items {
		switch {
		case it.All:
			return true
		case it.List != "":
			if l.listed(it.List, code) {
				return true
			}
		case it.Hi != 0:
			lo, hi := it.Lo.Compact(), it.Hi.Compact()
			if lo <= code && (code <= hi || strings.HasPrefix(code, hi)) {
				return true
			}
		case strings.HasPrefix(code, it.Lo.Compact()):
			return true
		}
	}
	return false
}

func (l *law) member(group string, o kanzei.Origin) bool {
	in := false
	for _, k := range l.acts {
		a := k.act
		if (a.Kind == kanzei.ActAdd || a.Kind == kanzei.ActStrike) && a.Targets[0] == "group:"+group && inEffect(a, l.at) && slices.Contains(a.Members, o) {
			in = a.Kind == kanzei.ActAdd
		}
	}
	return in
}

func (l *law) anyOrigin(items []kanzei.OriginItem, o kanzei.Origin) bool {
	for _, it := range items {
		if it.All || it.Origin == o || it.Group != "" && l.member(it.Group, o) {
			return true
		}
	}
	return false
}

// assess applies the law of the entry's day as known on a day. The legal view
// leaves out what a judgment annuls.
func (o *interpreter) assess(e *kanzei.Entry, day kanzei.Day, legal bool) (ruling, error) {
	r := ruling{duties: map[string]kanzei.Money{}, excuses: map[string]bool{}}
	line, err := o.schedule.Line(e.HTS, rated(e))
	if err != nil {
		return r, err
	}
	full := e.Value
	if strings.HasPrefix(e.Ch98, "9802.00.") { // a part of the value is free
		rest := *e
		rest.Value = kanzei.Money(int64(full) * int64(kanzei.One-e.USContent.Fraction) / int64(kanzei.One)) // exact for whole percents
		rest.USContent = kanzei.Share{}
		e = &rest
	}
	l := o.lawAt(e.Date.At(0, 1), day)
	if e.FTZStatus == "P" {
		l = o.privileged(e, l, o.lawAt(e.FTZDate.At(0, 1), day))
	}
	rate := line.General
	if l.member("column-2", e.Origin) {
		rate = line.Column2
	} else if e.SPI != "" {
		for _, s := range line.Special {
			if slices.Contains(s.Programs, e.SPI) {
				rate = s.Rate
				break
			}
		}
	}
	base, baseKnown := exactly(rate, dollars(e.Value), e)
	if !baseKnown {
		base = new(big.Rat).Mul(dollars(e.Value), whole(rate.AdValorem))
	}
	needBase := func() {
		if !baseKnown {
			r.unknown = "base rate " + rate.Text
		}
	}

	// Which provisions reach the goods.
	code := fmt.Sprintf("%010d", e.HTS.Ten())
	var live []*provision
	for _, p := range l.provisions {
		if legal && p.void || !p.home.anyItem(p.Products, code) || p.home.anyItem(p.Except, code) ||
			!p.home.anyOrigin(p.Origins, e.Origin) || p.home.anyOrigin(p.ExceptOrigins, e.Origin) {
			continue
		}
		if slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return holds(c, e, base) == c.Not }) {
			continue
		}
		if slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return c.Fact == "covered-by" }) {
			continue // declared on the form only: excuses nothing by itself
		}
		live = append(live, p)
	}

	// What each covers, in parts of the value.
	covers := map[*provision]parts{}
	var cover func(p *provision) parts
	cover = func(p *provision) parts {
		if c, ok := covers[p]; ok {
			return c
		}
		c := parts{}
		for _, part := range partsOf(p.Base) {
			c[part] = true
		}
		for _, q := range live {
			if p != q && l.yields(p, q) {
				for part := range cover(q) {
					delete(c, part)
				}
			}
		}
		covers[p] = c
		return c
	}
	left := parts{}
	for _, part := range partsOf(kanzei.BaseValue) {
		left[part] = true
	}
	for _, p := range live {
		share := cover(p).share(e)
		if share.Sign() == 0 {
			continue
		}
		if slices.Contains(p.InLieuOf, "mfn") {
			for part := range cover(p) {
				delete(left, part)
			}
		}
		if p.Effect == kanzei.Excuses {
			r.excuses[p.Heading] = true
			continue
		}
		value := e.Value
		if p.home.onFullValue(p, e.Ch98) {
			value = full
		}
		due, ok := new(big.Rat), false
		switch p.Rate.Mode {
		case kanzei.Additional:
			if due, ok = exactly(p.Rate.Rate, dollars(value), e); !ok {
				r.unknown = "rate of " + p.Heading
				due = new(big.Rat)
			}
			due = new(big.Rat).Mul(due, share)
		case kanzei.AllIn:
			needBase()
			due.Mul(dollars(value), whole(p.Rate.Rate.AdValorem))
			due.Sub(due, base)
			due.Mul(due, share)
		case kanzei.MinPrice:
			if due, ok = exactly(p.Rate.Rate, new(big.Rat), e); !ok {
				r.unknown = "quantity for " + p.Heading
				due = new(big.Rat)
			}
			due = new(big.Rat).Sub(due, dollars(value))
		case kanzei.ByText:
			r.unknown = "rate of " + p.Heading
		case kanzei.Prohibited:
			r.unknown = "a duty on goods that may not be entered: " + p.Heading
		}
		if due.Sign() < 0 {
			due = new(big.Rat)
		}
		r.duties[p.Heading] = cents(due)
		r.total += cents(due)
	}
	if left.share(e).Sign() > 0 {
		needBase()
	}
	r.base = cents(new(big.Rat).Mul(base, left.share(e)))
	r.total += r.base
	return r, nil
}

// rated is the day whose column 1 or 2 the goods pay.
func rated(e *kanzei.Entry) kanzei.Day {
	if e.FTZStatus == "P" {
		return e.FTZDate
	}
	return e.Date
}

// privileged is the law for goods in privileged foreign status: that of the day
// of admission, but under the headings for which an act of the day of entry says
// that they pay the rates of that day.
func (o *interpreter) privileged(e *kanzei.Entry, entry, admission *law) *law {
	code := fmt.Sprintf("%010d", e.HTS.Ten())
	ofEntry := func(heading, program string) bool {
		pays := kanzei.NoZoneDay
		for _, k := range entry.acts {
			a := k.act
			if a.Kind != kanzei.ActZone || !inEffect(a, entry.at) || a.Zone.Pays == "" ||
				a.Zone.AdmittedBefore != 0 && e.FTZDate.At(0, 1) >= a.Zone.AdmittedBefore ||
				len(a.Codes) > 0 && !entry.anyItem(a.Codes, code) || len(a.Origins) > 0 && !entry.anyOrigin(a.Origins, e.Origin) {
				continue
			}
			if slices.ContainsFunc(a.Targets, func(t string) bool { return refersTo(t, heading, program) }) {
				pays = a.Zone.Pays
			}
		}
		return pays == kanzei.EntryRates
	}
	l := &law{acts: admission.acts, at: admission.at, programs: map[string]*kanzei.Program{}}
	for n, p := range admission.programs {
		l.programs[n] = p
	}
	for n, p := range entry.programs {
		if l.programs[n] == nil || ofEntry("", n) {
			l.programs[n] = p
		}
	}
	for _, p := range admission.provisions {
		if !ofEntry(p.Heading, p.Program) {
			l.provisions = append(l.provisions, p)
		}
	}
	for _, p := range entry.provisions {
		if ofEntry(p.Heading, p.Program) {
			l.provisions = append(l.provisions, p)
		}
	}
	return l
}

// yields reports whether p levies nothing on the value that q covers.
func (l *law) yields(p, q *provision) bool {
	if p.Effect == kanzei.Excuses {
		return false
	}
	names := func(refs []string, x *provision) bool {
		return slices.ContainsFunc(refs, func(r string) bool { return refersTo(r, x.Heading, x.Program) })
	}
	if names(q.InLieuOf, p) {
		return true
	}
	if q.Effect == kanzei.Excuses {
		return q.Program == p.Program // an exception excuses the duties of its program, and nothing else
	}
	if names(p.YieldsTo, q) {
		return true
	}
	if p.Program == q.Program {
		return false // a program does not stand in its own way
	}
	if pp := l.programs[p.Program]; pp != nil && names(pp.YieldsTo, q) {
		return true
	}
	qp := l.programs[q.Program]
	return qp != nil && names(qp.InLieuOf, p)
}

// onFullValue reports whether the last act that speaks of goods returned under
// a provision of chapter 98 has the duty levied on their full value.
func (l *law) onFullValue(p *provision, ch98 string) bool {
	full := false
	for _, k := range l.acts {
		a := k.act
		if a.Kind != kanzei.ActReturned || !inEffect(a, l.at) || !slices.ContainsFunc(a.Targets, func(t string) bool { return refersTo(t, p.Heading, p.Program) }) {
			continue
		}
		if slices.ContainsFunc(a.Returned.Under, func(h kanzei.HTS) bool { return h.String() == ch98 }) {
			full = a.Returned.FullValue
		}
	}
	return full
}

// parts are parts of the customs value. The metal contents are disjoint by the
// rule that they sum to no more than the value; the US content is taken as
// disjoint from them, since nothing says how they overlap.
type parts map[string]bool

func partsOf(b kanzei.Base) []string {
	switch b {
	case kanzei.BaseSteel, kanzei.BaseAluminum, kanzei.BaseCopper, kanzei.BaseUS:
		return []string{string(b)}
	case kanzei.BaseNonUS:
		return []string{"steel", "aluminum", "copper", "rest"}
	}
	return []string{"steel", "aluminum", "copper", "us", "rest"}
}

func (s parts) share(e *kanzei.Entry) *big.Rat {
	of := map[string]kanzei.Fraction{"steel": e.Steel.Fraction, "aluminum": e.Aluminum.Fraction, "copper": e.Copper.Fraction, "us": e.USContent.Fraction}
	sum := kanzei.Fraction(0)
	if s["rest"] {
		sum = kanzei.One
		for part, f := range of {
			if !s[part] {
				sum -= f
			}
		}
	} else {
		for part := range s {
			sum += of[part]
		}
	}
	return whole(min(max(sum, 0), kanzei.One))
}

// holds reports whether the fact of a condition is computed or declared so.
func holds(c kanzei.Condition, e *kanzei.Entry, base *big.Rat) bool {
	order := func(sign int) bool {
		return map[string]bool{"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[c.Op]
	}
	time := func(m kanzei.Moment) bool {
		return m != 0 && (c.Op == "before" && m < c.Time || c.Op == "from" && m >= c.Time)
	}
	share := func(s kanzei.Share) bool { return s.Known && order(cmp.Compare(s.Fraction, c.Share)) }
	day := func(d kanzei.Day) kanzei.Moment {
		if d == 0 {
			return 0
		}
		return d.At(0, 1)
	}
	switch c.Fact {
	case "claim", "use":
		return slices.Contains(e.Flags, c.Value)
	case "entered":
		return time(day(e.Date))
	case "loaded":
		return time(e.Loaded)
	case "exported":
		return time(day(e.Exported))
	case "ftz-admitted":
		return time(day(e.FTZDate))
	case "column-1":
		return order(new(big.Rat).Quo(base, dollars(e.Value)).Cmp(whole(c.Share)))
	case "value":
		return order(cmp.Compare(e.Value, c.Amount))
	case "us-content":
		return share(e.USContent)
	case "metal-weight":
		return share(e.MetalWeight)
	case "steel":
		return share(e.Steel)
	case "aluminum":
		return share(e.Aluminum)
	case "copper":
		return share(e.Copper)
	case "spi":
		return e.SPI != "" && slices.Contains(c.Set, e.SPI)
	case "melt-pour":
		return slices.Contains(c.Set, e.MeltPour.String())
	case "smelt-cast":
		return slices.Contains(c.Set, e.SmeltCast.String())
	case "covered-by":
		return !c.Not
	}
	panic("the interpreter does not know the fact " + c.Fact)
}

// exactly returns what a rate takes of a value and the quantities declared.
func exactly(r kanzei.Rate, value *big.Rat, e *kanzei.Entry) (*big.Rat, bool) {
	if r.Kind == kanzei.RateNone || r.Kind == kanzei.RateByText {
		return nil, false
	}
	sum := new(big.Rat).Mul(value, whole(r.AdValorem))
	for _, t := range r.Specific {
		q := int64(0)
		switch {
		case e.Quantity != 0 && e.Unit == t.Unit:
			q = e.Quantity
		case e.Quantity2 != 0 && e.Unit2 == t.Unit:
			q = e.Quantity2
		default:
			return nil, false
		}
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(q, 10_000), big.NewRat(t.Amount, 100_000_000)))
	}
	return sum, true
}

func whole(f kanzei.Fraction) *big.Rat { return big.NewRat(int64(f), 100_000_000) }

func dollars(m kanzei.Money) *big.Rat { return big.NewRat(int64(m), 10_000) }

// cents rounds dollars, zero or more, half up to the cent.
func cents(x *big.Rat) kanzei.Money {
	y := new(big.Rat).Mul(x, big.NewRat(100, 1))
	y.Add(y, big.NewRat(1, 2))
	n := new(big.Int).Quo(y.Num(), y.Denom())
	return kanzei.Money(n.Int64()) * kanzei.Cent
}
