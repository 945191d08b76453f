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
	area   area            // the parts of the value levied on or excused
	share  kanzei.Fraction // of the customs value, levied on or excused
	base   kanzei.Money
	amount kanzei.Money // rounded to the cent
}

// evaluate fills parts with what becomes of each provision that bears on the
// entry, in the table's order. It returns the sum of the duties, the base duty
// included, and false when a rate cannot be computed from the facts.
func (t *Table) evaluate(f *facts, bearing []uint16, parts []part) (_ []part, total kanzei.Money, ok bool) {
	e := f.entry
	origin := max(0, originAt(e.Origin)) // goods of a treatment have no origin; its provisions reach all
	ok = true
	mfn := everything
	parts = parts[:0]
	for _, id := range bearing {
		p := &t.provs[id]
		if !p.from(origin) {
			continue
		}
		parts = append(parts, part{prov: int(id), by: -1, area: areaOf(p.base)})
		before := parts[:len(parts)-1]
		x := &parts[len(before)]
		x.share = f.share(x.area)
		x.why, x.cond = t.meets(p, f)
		if x.why == applies && p.declares {
			x.area = t.covered(p, before)
			x.share = f.share(x.area)
			if x.share == 0 {
				x.why = nothingCovered
			}
		} else if x.why == applies {
			if x.share == 0 && e.Value != 0 {
				x.why = noContent
			} else if p.Effect == kanzei.Levies {
				t.reduce(x, f, before)
			}
		}
		if x.why == applies {
			x.base = f.value(p).Times(x.share)
			if p.Effect == kanzei.Levies {
				amount, known := f.amount(p, x.share)
				ok = ok && known
				x.amount = amount
				total += x.amount
			}
			if !p.declares {
				for _, r := range p.InLieuOf {
					if r == "mfn" {
						mfn &^= x.area
					}
				}
			}
		}
	}
	total += f.base.on(f.share(mfn))
	if t.traced != nil {
		t.traced(f, parts, mfn, total, ok)
	}
	return parts, total, ok
}

// on returns the base duty on a share of the value, rounded to the cent.
func (b *baseDuty) on(share kanzei.Fraction) kanzei.Money { return b.amount.Cents(share) }

// An area is a set of parts of the customs value. Two duties on the same
// content cover it once, so what a duty yields to is a union of areas and not
// a sum of shares. The contents are disjoint; so, for want of a rule, are the
// US content and the metals.
type area uint8

const (
	inSteel area = 1 << iota
	inAluminum
	inCopper
	inUS
	inRest
	everything = inSteel | inAluminum | inCopper | inUS | inRest
)

// areaOf returns the parts of the value that a base stands for.
func areaOf(b kanzei.Base) area {
	switch b {
	case kanzei.BaseSteel:
		return inSteel
	case kanzei.BaseAluminum:
		return inAluminum
	case kanzei.BaseCopper:
		return inCopper
	case kanzei.BaseUS:
		return inUS
	case kanzei.BaseNonUS:
		return everything &^ inUS
	}
	return everything
}

// share returns the share of the customs value that an area has.
func (f *facts) share(a area) kanzei.Fraction {
	if a&inRest != 0 {
		return max(0, kanzei.One-f.contents(everything&^a))
	}
	return min(f.contents(a), kanzei.One)
}

func (f *facts) contents(a area) kanzei.Fraction {
	var sum kanzei.Fraction
	if a&inSteel != 0 {
		sum += f.steel
	}
	if a&inAluminum != 0 {
		sum += f.aluminum
	}
	if a&inCopper != 0 {
		sum += f.copper
	}
	if a&inUS != 0 {
		sum += f.entry.USContent.Fraction
	}
	return sum
}

// reduce takes from a duty the part of the value which those it yields to
// levy on or excuse.
func (t *Table) reduce(x *part, f *facts, parts []part) {
	for i := range parts {
		y := &parts[i]
		if y.why != applies || !t.yields(x.prov, y.prov) {
			continue
		}
		if t.provs[y.prov].declares || x.area&y.area == 0 {
			continue
		}
		x.by = i
		x.area &^= y.area
		if x.share = f.share(x.area); x.share == 0 {
			x.why = yielded
			return
		}
	}
}

// covered returns the parts of the value that a declaration is reported on:
// those that the duties it names cover, or, negated, those that they leave.
func (t *Table) covered(p *prov, parts []part) area {
	var covered, left area
	for i := range parts {
		y := &parts[i]
		q := &t.provs[y.prov]
		if y.why != applies && y.why != noContent || q.Effect != kanzei.Levies || q.declares {
			continue
		}
		for j := range p.When {
			c := &p.When[j]
			if c.Fact != "covered-by" || !namedBy(c.Set, &q.Provision) {
				continue
			}
			if c.Not {
				left = everything
			}
			if y.why == applies {
				covered |= y.area
			}
			break
		}
	}
	if left != 0 {
		return left &^ covered
	}
	return covered
}

// amount returns the duty of a provision on a share of the value, rounded to the
// cent.
func (f *facts) amount(p *prov, share kanzei.Fraction) (kanzei.Money, bool) {
	r, value := &p.Rate.Rate, f.value(p)
	switch p.Rate.Mode {
	case kanzei.NoDuty, kanzei.Prohibited:
		return 0, true
	case kanzei.AllIn:
		due := value.By(r.AdValorem).Minus(f.base.amount)
		return max(0, due.Cents(share)), true
	case kanzei.MinPrice:
		price, ok := r.Duty(0, f.quantity)
		if !ok {
			return 0, false
		}
		return max(0, price.Minus(value.By(kanzei.One)).Cents(kanzei.One)), true
	case kanzei.ByText:
		return 0, false
	}
	if len(r.Specific) == 0 { // without the closure that would allocate
		return value.By(r.AdValorem).Cents(share), true
	}
	due, ok := r.Duty(value, f.quantity)
	return due.Cents(share), ok
}

// quantity returns the declared number of units, in 1e-4 units.
func (f *facts) quantity(unit string) (int64, bool) { return quantity(f.entry, unit) }

const postalItem = "postal item" // the unit of duties on the international post

func quantity(e *kanzei.Entry, unit string) (int64, bool) {
	if e.Quantity != 0 {
		if q, ok := schedule.Convert(e.Quantity, e.Unit, unit); ok {
			return q, true
		}
	}
	if e.Quantity2 != 0 {
		if q, ok := schedule.Convert(e.Quantity2, e.Unit2, unit); ok {
			return q, true
		}
	}
	if unit == postalItem {
		return 10_000, true // an entry of goods sent by post is one item unless a number is declared
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
		return !c.Not // what it covers is seen later
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
