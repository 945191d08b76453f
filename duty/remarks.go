package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// A remark is a caveat on what is declared and does not do what it seems to.
type remark struct {
	what   remarkKind
	name   string // the special program, or the flag
	origin kanzei.Origin
}

type remarkKind uint8

const (
	otherPartner   remarkKind = iota // the special program is that of other countries
	noSpecial                        // the line has no special rate for the program
	underColumn2                     // column 2 is charged
	notUsedAtAll                     // nothing asks for the flag
	ofUnitedStates                   // the goods are of the United States
	ofPuertoRico                     // the goods come from within the customs territory
)

func (r remark) String() string {
	switch r.what {
	case otherPartner:
		return fmt.Sprintf("%s is the special program of %s; the origin is %s: the claim is taken as declared, since the origin under a trade agreement and that for other duties can differ; hold both against the rules of origin",
			r.name, strings.Join(partnersOf[r.name], ", "), r.origin)
	case noSpecial:
		return fmt.Sprintf("the claim of %s has no effect on column 1: the line has no special rate for %s, and column 1 general is charged; exceptions that ask for %s are decided on the claim as declared", r.name, r.name, r.name)
	case underColumn2:
		return fmt.Sprintf("the claim of %s has no effect on the base rate: column 2 is charged", r.name)
	case ofPuertoRico:
		return "Puerto Rico is in the customs territory of the United States (general note 2): goods from there are not imported and need no entry; the duty is that of any other entry"
	case ofUnitedStates:
		return "the origin is the United States: American goods returned may be claimed under chapter 98 (9801.00.10); the duty is that of any other entry"
	}
	return fmt.Sprintf("not used: %s; no measure on this line asks for it", r.name)
}

// partnersOf lists the countries of the special programs of spiOf.
var partnersOf = func() map[string][]string {
	of := map[string][]string{}
	for country, codes := range spiOf {
		for _, c := range codes {
			of[c] = append(of[c], country)
		}
	}
	for _, countries := range of {
		slices.Sort(countries)
	}
	return of
}()

var (
	unitedStates = kanzei.MustOrigin("US")
	puertoRico   = kanzei.MustOrigin("PR")
)

// appendRemarks appends what is to be said of the origin and of the special
// program of an entry.
func appendRemarks(out []remark, e *kanzei.Entry, line *schedule.Line, column2 bool) []remark {
	if e.Origin == unitedStates && e.HTS.Chapter() != 98 && e.Ch98 == "" {
		out = append(out, remark{what: ofUnitedStates})
	}
	if e.Origin == puertoRico {
		out = append(out, remark{what: ofPuertoRico})
	}
	if e.SPI == "" {
		return out
	}
	if p := partnersOf[e.SPI]; p != nil && !slices.Contains(spiOf[e.Origin.String()], e.SPI) {
		out = append(out, remark{otherPartner, e.SPI, e.Origin})
	}
	switch {
	case column2:
		out = append(out, remark{what: underColumn2, name: e.SPI})
	case line.General.Kind != kanzei.Free && special(line.Special, e.SPI) == nil:
		out = append(out, remark{what: noSpecial, name: e.SPI})
	}
	return out
}

// asksFor reports whether a condition asks for the fact that a flag declares.
func asksFor(c *kanzei.Condition, flag string) bool {
	switch c.Fact {
	case "claim":
		return c.Value == flag
	case "use":
		flag = strings.TrimPrefix(flag, "not-")
		return c.Value == flag || slices.Contains(c.Set, flag)
	}
	return false
}

// declares reports whether a flag was declared, and not put into the entry by
// what it says of chapter 98.
func declares(e *kanzei.Entry, flag string) bool {
	return flag != dutiablePart && (flag != claimsChapter98 || e.Ch98 == "" && e.HTS.Chapter() != 98)
}

// asksFor reports whether a provision that bears on the goods asks for the fact
// that a flag declares.
func (c *computation) asksFor(flag string) bool {
	at := originAt(c.entry.Origin)
	in := func(ids []uint16) bool {
		return slices.ContainsFunc(ids, func(id uint16) bool {
			p := &c.table.provs[id]
			return p.from(at) && slices.ContainsFunc(p.When, func(w kanzei.Condition) bool { return asksFor(&w, flag) })
		})
	}
	return in(c.bearing) || slices.ContainsFunc(c.kinds, func(k kind) bool { return in(k.bearing) })
}

// remarks adds the remarks on an entry. Then returns the computation by the law
// known on the day of entry, nil where there is no other; it may ask for facts
// that the law known now does not.
func (c *computation) remarks(a *kanzei.Assessment, then func() (*computation, error)) error {
	if c.entry.FTZStatus == domestic {
		return nil
	}
	list := appendRemarks(nil, c.entry, &c.line, c.table.column2.has(originAt(c.entry.Origin)))
	for _, flag := range c.entry.Flags {
		if !declares(c.entry, flag) || c.asksFor(flag) {
			continue
		}
		t, err := then()
		if err != nil {
			return err
		}
		if t == nil || !t.asksFor(flag) {
			list = append(list, remark{what: notUsedAtAll, name: flag})
		}
	}
	for _, r := range list {
		if s := r.String(); !slices.Contains(a.Caveats, s) {
			a.Caveats = append(a.Caveats, s)
		}
	}
	return nil
}

// asksFor reports whether a provision of the treatment asks for the fact that a
// flag declares.
func (t *treatment) asksFor(flag string) bool {
	return t.asks.of(someFlags) && slices.ContainsFunc(t.conds, func(c *kanzei.Condition) bool { return asksFor(c, flag) })
}

// then returns the computation of the line at hand by the law known on the day
// of entry, nil where it is the law known.
func (r *Rater) then(p *Line) (*computation, error) {
	l := p.frame.laws[asThen]
	if l == nil {
		return nil, nil
	}
	return r.open(l, p, p.frame.on, Collected)
}

// remarked appends the texts of the remarks on the line at hand to r.series. It
// reports false where only the long way tells.
func (r *Rater) remarked(p *Line, t *treatment) bool {
	e := r.entry
	r.remarks = appendRemarks(r.remarks[:0], e, &p.line.Line, t.column2.has(originAt(e.Origin)))
	for _, flag := range e.Flags {
		if !declares(e, flag) || t.asksFor(flag) {
			continue
		}
		if p.frame.laws[asThen] != nil {
			u := r.treated(p, asThen)
			if u == nil {
				return false
			}
			if u.asksFor(flag) {
				continue
			}
		}
		r.remarks = append(r.remarks, remark{what: notUsedAtAll, name: flag})
	}
	for _, x := range r.remarks {
		s, ok := r.byRemark[x]
		if !ok {
			s = r.text(x.String())
			r.byRemark[x] = s
		}
		r.add(s)
	}
	return true
}
