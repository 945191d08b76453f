package duty

import (
	"cmp"
	"slices"

	"kanzei"
)

// A Levy is what one provision takes of goods, as a range of shares of their
// customs value: the range is wide where it hangs on facts not declared.
type Levy struct {
	Program, Heading string
	Min, Max         kanzei.Fraction
}

// Shares is what goods pay in shares of their customs value. Additional
// duties together lie between Min and Max, which may be narrower than the sums
// over Levies, since some exclude each other.
type Shares struct {
	Status    kanzei.Status
	Base      kanzei.Fraction // column 1 or 2, when BaseKnown
	BaseKnown bool            // false for specific and compound rates without quantities
	Levies    []Levy          // by program and heading; duties of zero included
	Min, Max  kanzei.Fraction
	Note      string // why no duty could be computed
}

// nominal is the value on which shares are computed: large enough that
// rounding to the cent does not show.
const nominal = 1_000_000 * kanzei.Dollar

// Shares returns what goods pay on the entry's day as known at the end of a
// day. The entry's value and quantities are ignored. Observed, when not nil, is
// an ad valorem equivalent to use where the base rate is levied by quantity or
// is a rule of text.
func (e *Engine) Shares(entry kanzei.Entry, known kanzei.Day, observed *kanzei.Fraction) (Shares, error) {
	entry.Value = nominal
	entry.Quantity, entry.Quantity2 = 0, 0
	if err := e.check(&entry); err != nil {
		return Shares{}, err
	}
	c, err := e.open(&entry, known, Collected)
	if err != nil {
		return Shares{}, err
	}
	if !c.baseOK && observed != nil && c.base.rate.Kind != kanzei.RateNone {
		c.base.amount, c.baseOK = nominal.By(*observed), true
	}
	out := Shares{BaseKnown: c.baseOK}
	if c.baseOK {
		out.Base = shareOf(c.base.on(kanzei.One), nominal)
	}
	s := c.span()
	out.Status = s.status
	if s.missing != "" {
		out.Note = s.missing
	}
	type key struct{ program, heading string }
	levies := map[key]*Levy{}
	first := true
	for i := range s.corners {
		k := &s.corners[i]
		here := map[key]kanzei.Fraction{}
		var sum kanzei.Fraction
		for j := range k.parts {
			x := &k.parts[j]
			p := &c.table.provs[x.prov]
			if x.why == applies && p.Effect == kanzei.Levies && !p.declares {
				f := shareOf(x.amount, nominal)
				here[key{p.Program, p.Heading}] += f
				sum += f
			}
		}
		for q, f := range here {
			l := levies[q]
			if l == nil {
				l = &Levy{q.program, q.heading, f, f}
				if !first {
					l.Min = 0
				}
				levies[q] = l
			}
			l.Min, l.Max = min(l.Min, f), max(l.Max, f)
		}
		for q, l := range levies {
			if _, ok := here[q]; !ok {
				l.Min = 0
			}
		}
		if first {
			out.Min, out.Max = sum, sum
		}
		out.Min, out.Max = min(out.Min, sum), max(out.Max, sum)
		first = false
	}
	for _, l := range levies {
		out.Levies = append(out.Levies, *l)
	}
	slices.SortFunc(out.Levies, func(a, b Levy) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Heading, b.Heading))
	})
	// The range speaks of the additional duties; a base by quantity is told apart.
	if !c.baseOK && (c.base.rate.Kind == kanzei.Specific || c.base.rate.Kind == kanzei.Compound) {
		out.Status = kanzei.Exact
		if out.Min != out.Max {
			out.Status = kanzei.Range
		}
		out.Note = ""
	}
	return out, nil
}
