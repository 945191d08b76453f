package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
)

// A span is the answer over all values of the facts that are needed and not
// declared. A duty is linear in each content share, so its extremes lie at the
// corners, where each share is 0 or all that is left. US content breaks
// the line once, where it and the metals fill the value: one corner more.
type span struct {
	status   kanzei.Status
	min, max *kanzei.Money // max is nil without upper end
	corner   *corner       // the corner of the lowest duty that has every fact, for the lines shown
	needs    []need
	corners  []corner
	missing  string
}

// A workspace is memory for computations one after another: a span holds until
// the next.
type workspace struct {
	corners []corner
	parts   []part // of the corners
	claimed []part
	entry   kanzei.Entry
	flags   []string
	facts   facts
	seen    []string
}

// A corner is one settling of the needed facts.
type corner struct {
	facts   facts
	bearing []uint16
	parts   []part
	total   kanzei.Money
	ok      bool
	goods   *kind // where the code is too short to tell which
}

// says returns the answer to a need that the corner stands for.
func (k *corner) says(n *need) string {
	switch n.fact {
	case "hts":
		return k.goods.String()
	case "steel_pct":
		return k.facts.steel.String()
	case "aluminum_pct":
		return k.facts.aluminum.String()
	case "copper_pct":
		return k.facts.copper.String()
	}
	if slices.Contains(k.facts.uses, n.fact) {
		return n.answers[1]
	}
	return n.answers[0]
}

// A need is a fact without which no duty can be computed.
type need struct {
	fact    string // field or flag
	answers []string
}

// ask puts a need as a question.
func (c *computation) ask(n *need) string {
	switch {
	case n.fact == "hts":
		return fmt.Sprintf("which ten-digit number under %s is it?", c.entry.HTS)
	case n.content():
		return fmt.Sprintf("what percent of the customs value is the %s content?", strings.TrimSuffix(n.fact, "_pct"))
	}
	return fmt.Sprintf("is it %s? declare the flag %s or not-%s", strings.ReplaceAll(n.fact, "-", " "), n.fact, n.fact)
}

// content reports whether the need is a content share.
func (n *need) content() bool { return n.answers[0] == "0" }

// needs finds the facts that provisions bearing on the goods need.
func (c *computation) needs() []need {
	var out []need
	c.findApart()
	add := func(n need) {
		for _, m := range out {
			if m.fact == n.fact {
				return
			}
		}
		out = append(out, n)
	}
	origin := originIndex[c.entry.Origin]
	for _, id := range c.bearing {
		p := &c.table.provs[id]
		if !p.from(origin) {
			continue
		}
		content := func(fact string, s kanzei.Share) {
			if !s.Known {
				n := need{fact, []string{"0", "100"}}
				if c.entry.USContent.Fraction > 0 {
					n.answers = append(n.answers, "all but the US content")
				}
				add(n)
			}
		}
		switch p.base {
		case kanzei.BaseSteel:
			content("steel_pct", c.entry.Steel)
		case kanzei.BaseAluminum:
			content("aluminum_pct", c.entry.Aluminum)
		case kanzei.BaseCopper:
			content("copper_pct", c.entry.Copper)
		}
		if !p.use {
			continue
		}
		for i := range p.When {
			w := &p.When[i]
			if w.Fact == "use" && !c.entry.Flag(w.Value) && !c.entry.Flag("not-"+w.Value) && !c.other(w.Value) {
				add(need{w.Value, []string{"no", "yes"}})
			}
		}
	}
	return out
}

// ofOrigin returns the provisions that bear on goods of the origin.
func (c *computation) ofOrigin(bearing []uint16) []uint16 {
	origin := originIndex[c.entry.Origin]
	if !slices.ContainsFunc(bearing, func(id uint16) bool { return !c.table.provs[id].from(origin) }) {
		return bearing
	}
	out := make([]uint16, 0, 16)
	for _, id := range bearing {
		if c.table.provs[id].from(origin) {
			out = append(out, id)
		}
	}
	return out
}

// findApart collects the uses of which goods have one at most, where both bear
// on the goods.
func (c *computation) findApart() {
	c.apart = c.apart[:0]
	origin := originIndex[c.entry.Origin]
	bears := func(use string) bool {
		return slices.ContainsFunc(c.bearing, func(id uint16) bool {
			p := &c.table.provs[id]
			return p.use && p.from(origin) && p.uses(use)
		})
	}
	for _, id := range c.bearing {
		p := &c.table.provs[id]
		if !p.use || !p.from(origin) {
			continue
		}
		for i := range p.When {
			w := &p.When[i]
			if w.Fact != "use" || len(w.Set) == 0 || !bears(w.Set[0]) {
				continue
			}
			if pair := [2]string{w.Value, w.Set[0]}; !slices.Contains(c.apart, pair) {
				c.apart = append(c.apart, pair)
			}
		}
	}
}

// uses reports whether a provision has a condition on a use.
func (p *prov) uses(use string) bool {
	for i := range p.When {
		if w := &p.When[i]; w.Fact == "use" && w.Value == use {
			return true
		}
	}
	return false
}

// other reports whether a use is declared that excludes another.
func (c *computation) other(use string) bool {
	return slices.ContainsFunc(c.apart, func(a [2]string) bool {
		return a[0] == use && c.entry.Flag(a[1]) || a[1] == use && c.entry.Flag(a[0])
	})
}

// maxNeeds bounds the corners tried; no entry of the law held needs more.
const maxNeeds = 7

// room returns memory to work in.
func (c *computation) room() *workspace {
	if c.work == nil {
		c.work = &workspace{}
	}
	return c.work
}

func (c *computation) span() *span {
	s := &span{status: kanzei.Exact}
	needs := c.needs()
	if len(needs) > maxNeeds {
		needs = needs[:maxNeeds]
	}
	settlings := 1
	for _, n := range needs {
		settlings *= len(n.answers)
	}
	kinds := c.kinds
	if kinds == nil {
		kinds = []kind{{bearing: c.bearing}}
	} else {
		s.needs = append(s.needs, need{fact: "hts"})
	}
	s.needs = append(s.needs, needs...)
	w := c.room()
	s.corners, w.parts = slices.Grow(w.corners[:0], settlings*len(kinds)), w.parts[:0]
	for g := range kinds {
		bearing := c.ofOrigin(kinds[g].bearing)
		for i := range settlings {
			n := len(s.corners)
			k := &s.corners[:n+1][n]
			*k = corner{facts: facts{uses: k.facts.uses[:0]}, bearing: bearing, goods: &kinds[g]}
			if !c.settle(k, needs, i) {
				continue
			}
			from := len(w.parts)
			w.parts = slices.Grow(w.parts, len(bearing))
			k.parts, k.total, k.ok = c.table.evaluate(&k.facts, bearing, w.parts[from:from:cap(w.parts)])
			w.parts = w.parts[:from+len(k.parts)]
			s.corners = s.corners[:n+1]
		}
	}
	w.corners = s.corners
	lowest, highest := kanzei.Money(1<<62), kanzei.Money(-1)
	baseOK := true
	unbounded := false
	for i := range s.corners {
		k := &s.corners[i]
		if !c.baseOK && c.mfn(k) > 0 {
			baseOK, unbounded = false, true
		}
		if k.total < lowest {
			lowest, s.corner = k.total, k
		}
		highest = max(highest, k.total)
		unbounded = unbounded || !k.ok
	}
	s.min, s.max = &lowest, &highest
	switch {
	case unbounded:
		s.status, s.max = kanzei.Range, nil
		if baseOK {
			s.missing, s.status, s.min = c.unknownRate(s), kanzei.Unsupported, nil
			if c.needsQuantity(s) {
				s.missing, s.status, s.min = "", kanzei.Range, &lowest
			}
			break
		}
		if k := c.base.rate.Kind; k == kanzei.RateByText || k == kanzei.RateNone {
			s.missing = noFigure(c.line.Rated, &c.base.rate)
			s.status, s.min = kanzei.Unsupported, nil
		}
	case lowest != highest:
		s.status = kanzei.Range
	}
	return s
}

func noFigure(rated kanzei.HTS, r *kanzei.Rate) string {
	return fmt.Sprintf("the base rate of %s is a rule of text, not a figure: %q", rated, r.Text)
}

// settle fixes the needs of a corner from the digits of i, one a need. It
// reports false for a corner that cannot be: contents that sum to more than the
// value, two uses of which goods have one at most.
func (c *computation) settle(k *corner, needs []need, i int) bool {
	f := &k.facts
	f.entry, f.base = c.entry, &c.base
	f.steel, f.aluminum, f.copper = c.entry.Steel.Fraction, c.entry.Aluminum.Fraction, c.entry.Copper.Fraction
	for _, flag := range c.entry.Flags {
		if !strings.HasPrefix(flag, "not-") {
			f.uses = append(f.uses, flag)
		}
	}
	left := kanzei.One - f.steel - f.aluminum - f.copper
	for j := range needs {
		n := &needs[j]
		digit := i % len(n.answers)
		i /= len(n.answers)
		if n.content() {
			share := kanzei.Fraction(0)
			if digit > 0 {
				if share = left; digit == 2 {
					share -= c.entry.USContent.Fraction
				}
				if share <= 0 {
					return false
				}
				left = 0
			}
			switch n.fact {
			case "steel_pct":
				f.steel = share
			case "aluminum_pct":
				f.aluminum = share
			case "copper_pct":
				f.copper = share
			}
			continue
		}
		if digit == 1 {
			f.uses = append(f.uses, n.fact)
		}
	}
	for _, a := range c.apart {
		if slices.Contains(f.uses, a[0]) && slices.Contains(f.uses, a[1]) {
			return false
		}
	}
	return true
}

// mfn returns the share of the value on which the base duty is levied.
func (c *computation) mfn(k *corner) kanzei.Fraction {
	left := everything
	for i := range k.parts {
		p := &c.table.provs[k.parts[i].prov]
		if k.parts[i].why == applies && !p.declares && slices.Contains(p.InLieuOf, "mfn") {
			left &^= k.parts[i].area
		}
	}
	return k.facts.share(left)
}

func (c *computation) unknownRate(s *span) string {
	for _, k := range s.corners {
		for _, x := range k.parts {
			if p := &c.table.provs[x.prov]; x.why == applies && p.Rate.Mode == kanzei.ByText {
				return fmt.Sprintf("the rate of %s is a rule of text: %q", p.Heading, p.Rate.Rate.Text)
			}
		}
	}
	return "a rate cannot be computed from the facts declared"
}

// needsQuantity reports whether only a quantity is missing.
func (c *computation) needsQuantity(s *span) bool {
	for _, k := range s.corners {
		for _, x := range k.parts {
			if x.why == applies && c.table.provs[x.prov].Rate.Mode == kanzei.ByText {
				return false
			}
		}
	}
	return true
}

// missingUnits returns the units whose quantity is needed and not declared.
func (c *computation) missingUnits(s *span) []string {
	var out []string
	add := func(r *kanzei.Rate) {
		for _, t := range r.Specific {
			if _, ok := quantity(c.entry, t.Unit); !ok && !slices.Contains(out, t.Unit) {
				out = append(out, t.Unit)
			}
		}
	}
	add(&c.base.rate)
	for _, k := range s.corners {
		for _, x := range k.parts {
			if x.why == applies {
				add(&c.table.provs[x.prov].Rate.Rate)
			}
		}
	}
	return out
}
