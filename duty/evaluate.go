package duty

import (
	"cmp"
	"slices"

	"kanzei"
	"kanzei/schedule"
)

// facts are an entry with every needed fact settled, one corner of a range.
type facts struct {
	entry *kanzei.Entry
	base  *baseDuty

	steel, aluminum, copper kanzei.Fraction
	uses                    []string // uses that hold: flags of "use" conditions
	inside                  []uint16 // provisions that cover the code where the code given is too short to tell
	unsure                  bool     // the code is too short to tell
}

// A baseDuty is the column 1 or 2 duty on an entry.
type baseDuty struct {
	rate   kanzei.Rate
	column string           // "column 1 general", "column 1 special (JP)", "column 2"
	amount kanzei.Unrounded // without the parts levied by quantity while a quantity is missing
	value  kanzei.Money
}

// against compares the ad valorem equivalent with f: -1, 0 or 1.
func (b *baseDuty) against(f kanzei.Fraction) int {
	if b.value == 0 {
		return cmp.Compare(b.rate.AdValorem, f)
	}
	return b.amount.Minus(b.value.By(f)).Sign()
}

// why a provision that bears on the goods does not apply.
type why uint8

const (
	applies why = iota
	notClaimed
	conditionFails
	yielded
	noContent
	notUsed
	nothingCovered
)

// A part is what becomes of one provision for one entry.
type part struct {
	prov   int
	why    why
	cond   int             // index of the condition that fails
	by     int             // provision yielded to
	share  kanzei.Fraction // of the customs value, levied on or excused
	base   kanzei.Money
	amount kanzei.Money // rounded to the cent
}

// evaluate fills parts with what becomes of each provision that bears on the
// entry, in the table's order. It returns the sum of the duties, the base duty
// included, and false when a rate cannot be computed from the facts.
func (t *Table) evaluate(f *facts, bearing []uint16, parts []part) (_ []part, total kanzei.Money, ok bool) {
	e := f.entry
	origin := originIndex[e.Origin]
	ok = true
	mfn := kanzei.One
	parts = parts[:0]
	for _, id := range bearing {
		p := &t.provs[id]
		if !p.from(origin) {
			continue
		}
		if f.unsure && !slices.Contains(f.inside, id) {
			continue
		}
		x := part{prov: int(id), by: -1}
		x.share = f.share(p.base)
		x.why, x.cond = t.meets(p, f)
		if x.why == applies && p.declares {
			x.share = t.covered(p, parts)
			if x.share == 0 {
				x.why = nothingCovered
			}
		} else if x.why == applies {
			if x.share == 0 && e.Value != 0 {
				x.why = noContent
			} else if p.Effect == kanzei.Levies {
				t.reduce(&x, p, parts)
			}
		}
		if x.why == applies {
			x.base = e.Value.Times(x.share)
			if p.Effect == kanzei.Levies {
				amount, known := f.amount(p, x)
				if !known {
					ok = false
				}
				x.amount = amount
				total += x.amount
			}
			if !p.declares {
				for _, r := range p.InLieuOf {
					if r == "mfn" {
						mfn = max(0, mfn-x.share)
					}
				}
			}
		}
		parts = append(parts, x)
	}
	total += f.base.on(mfn)
	return parts, total, ok
}

// on returns the base duty on a share of the value, rounded to the cent.
func (b *baseDuty) on(share kanzei.Fraction) kanzei.Money { return b.amount.Cents(share) }

// share returns the part of the customs value that a base stands for.
func (f *facts) share(b kanzei.Base) kanzei.Fraction {
	switch b {
	case kanzei.BaseSteel:
		return f.steel
	case kanzei.BaseAluminum:
		return f.aluminum
	case kanzei.BaseCopper:
		return f.copper
	case kanzei.BaseUS:
		return f.entry.USContent.Fraction
	case kanzei.BaseNonUS:
		return kanzei.One - f.entry.USContent.Fraction
	}
	return kanzei.One
}

// reduce takes from a duty the part of the value which those it yields to
// levy on or excuse.
func (t *Table) reduce(x *part, p *prov, parts []part) {
	for i := range parts {
		y := &parts[i]
		if y.why != applies || !t.yields(x.prov, y.prov) {
			continue
		}
		q := &t.provs[y.prov]
		if q.declares {
			continue
		}
		switch {
		case y.share >= kanzei.One, q.base == p.base && !p.full:
			x.share = 0
		case p.full:
			x.share = max(0, x.share-y.share)
		}
		if x.share == 0 {
			x.why, x.by = yielded, i
			return
		}
		x.by = i
	}
}

// covered returns the share of the value that the duties named by a
// declaration cover.
func (t *Table) covered(p *prov, parts []part) kanzei.Fraction {
	var sum kanzei.Fraction
	for i := range parts {
		y := &parts[i]
		if y.why != applies || t.provs[y.prov].Effect != kanzei.Levies || t.provs[y.prov].declares {
			continue
		}
		for _, c := range p.When {
			if c.Fact == "covered-by" && namedBy(c.Set, &t.provs[y.prov].Provision) {
				sum += y.share
				break
			}
		}
	}
	return min(sum, kanzei.One)
}

// amount returns the duty of a provision that applies, rounded to the cent.
func (f *facts) amount(p *prov, x part) (kanzei.Money, bool) {
	r := &p.Rate.Rate
	switch p.Rate.Mode {
	case kanzei.NoDuty:
		return 0, true
	case kanzei.AllIn:
		due := f.entry.Value.By(r.AdValorem).Minus(f.base.amount)
		return max(0, due.Cents(x.share)), true
	case kanzei.MinPrice:
		price, ok := r.Duty(0, f.quantity)
		if !ok {
			return 0, false
		}
		return max(0, price.Minus(f.entry.Value.By(kanzei.One)).Cents(kanzei.One)), true
	case kanzei.ByText:
		return 0, false
	}
	if len(r.Specific) == 0 { // without the closure that would allocate
		return f.entry.Value.By(r.AdValorem).Cents(x.share), true
	}
	due, ok := r.Duty(f.entry.Value, f.quantity)
	return due.Cents(x.share), ok
}

// quantity returns the declared number of units, in 1e-4 units.
func (f *facts) quantity(unit string) (int64, bool) { return quantity(f.entry, unit) }

func quantity(e *kanzei.Entry, unit string) (int64, bool) {
	if e.Quantity != 0 {
		if q, ok := schedule.Convert(e.Quantity, e.Unit, unit); ok {
			return q, true
		}
	}
	if e.Quantity2 != 0 {
		return schedule.Convert(e.Quantity2, e.Unit2, unit)
	}
	return 0, false
}

// meets holds the conditions of a provision against the facts.
func (t *Table) meets(p *prov, f *facts) (why, int) {
	for i := range p.When {
		c := &p.When[i]
		if holds(c, f) != c.Not {
			continue
		}
		switch c.Fact {
		case "entered", "column-1", "value":
			return conditionFails, i
		case "use":
			return notUsed, i
		}
		return notClaimed, i
	}
	return applies, 0
}

// holds reports whether the fact of a condition is declared or computed so.
func holds(c *kanzei.Condition, f *facts) bool {
	e := f.entry
	switch c.Fact {
	case "claim":
		return e.Flag(c.Value)
	case "use":
		return slices.Contains(f.uses, c.Value)
	case "loaded":
		return e.Loaded != 0 && (e.Loaded < c.Time) == (c.Op == "before")
	case "exported":
		return e.Exported != 0 && (e.Exported.Open() < c.Time) == (c.Op == "before")
	case "ftz-admitted":
		return e.FTZDate != 0 && (e.FTZDate.Open() < c.Time) == (c.Op == "before")
	case "entered":
		return (e.Date.Open() < c.Time) == (c.Op == "before")
	case "column-1":
		s := f.base.against(c.Share)
		return compare(c.Op, s >= 0, s <= 0)
	case "us-content":
		return e.USContent.Known && compareShare(c, e.USContent.Fraction)
	case "metal-weight":
		return e.MetalWeight.Known && compareShare(c, e.MetalWeight.Fraction)
	case "steel":
		return e.Steel.Known && compareShare(c, e.Steel.Fraction)
	case "aluminum":
		return e.Aluminum.Known && compareShare(c, e.Aluminum.Fraction)
	case "copper":
		return e.Copper.Known && compareShare(c, e.Copper.Fraction)
	case "value":
		return compare(c.Op, e.Value >= c.Amount, e.Value <= c.Amount)
	case "spi":
		return e.SPI != "" && slices.Contains(c.Set, e.SPI)
	case "melt-pour":
		return e.MeltPour != 0 && slices.Contains(c.Set, e.MeltPour.String())
	case "smelt-cast":
		return e.SmeltCast != 0 && slices.Contains(c.Set, e.SmeltCast.String())
	case "covered-by":
		return true
	}
	return false
}

// compare decides an order from x >= y and x <= y.
func compare(op string, atLeast, atMost bool) bool {
	switch op {
	case ">=":
		return atLeast
	case "<":
		return !atLeast
	case "<=":
		return atMost
	case ">":
		return !atMost
	}
	return false
}

func compareShare(c *kanzei.Condition, x kanzei.Fraction) bool {
	return compare(c.Op, x >= c.Share, x <= c.Share)
}
