package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
)

// A span is the answer over all values of the facts that are needed and not
// declared. A duty is linear in each content share, so its extremes lie at the
// corners, where each share is 0 or all that is left.
type span struct {
	status   kanzei.Status
	min, max *kanzei.Money // max is nil without upper end
	corner   *corner       // the corner of the lowest duty that has every fact, for the lines shown
	needs    []need
	corners  []corner
	missing  string
}

// A corner is one settling of the needed facts.
type corner struct {
	facts facts
	parts []part
	total kanzei.Money
	ok    bool
	says  map[string]string // need → answer
}

// A need is a fact without which no duty can be computed.
type need struct {
	fact    string // field or flag
	ask     string
	answers []string
}

// needs finds the facts that provisions bearing on the goods need.
func (c *computation) needs() []need {
	var out []need
	add := func(n need) {
		for _, m := range out {
			if m.fact == n.fact {
				return
			}
		}
		out = append(out, n)
	}
	origin := originIndex[c.entry.Origin]
	if !c.whole {
		add(need{"hts", fmt.Sprintf("which ten-digit number under %s is it?", c.entry.HTS), []string{"listed", "not listed"}})
	}
	for _, id := range c.bearing {
		p := &c.table.provs[id]
		if !p.from(origin) {
			continue
		}
		content := func(fact, metal string, s kanzei.Share) {
			if !s.Known {
				add(need{fact, fmt.Sprintf("what percent of the customs value is the %s content?", metal), []string{"0", "100"}})
			}
		}
		switch p.base {
		case kanzei.BaseSteel:
			content("steel_pct", "steel", c.entry.Steel)
		case kanzei.BaseAluminum:
			content("aluminum_pct", "aluminum", c.entry.Aluminum)
		case kanzei.BaseCopper:
			content("copper_pct", "copper", c.entry.Copper)
		}
		for _, w := range p.When {
			if w.Fact == "use" && !c.entry.Flag(w.Value) && !c.entry.Flag("not-"+w.Value) {
				add(need{w.Value, fmt.Sprintf("is it %s? declare the flag %s or not-%s", strings.ReplaceAll(w.Value, "-", " "), w.Value, w.Value), []string{"yes", "no"}})
			}
		}
	}
	return out
}

// maxNeeds bounds the corners tried; no entry of the law held needs more.
const maxNeeds = 7

func (c *computation) span() *span {
	s := &span{status: kanzei.Exact, needs: c.needs()}
	if len(s.needs) > maxNeeds {
		s.needs = s.needs[:maxNeeds]
	}
	for i := range 1 << len(s.needs) {
		k := corner{says: map[string]string{}}
		if !c.settle(&k, s.needs, i) {
			continue
		}
		k.parts, k.total, k.ok = c.table.evaluate(&k.facts, c.bearing, nil)
		s.corners = append(s.corners, k)
	}
	lowest, highest := kanzei.Money(1<<62), kanzei.Money(-1)
	baseOK := true
	unbounded := false
	for i := range s.corners {
		k := &s.corners[i]
		if !c.baseOK && c.mfn(k.parts) > 0 {
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
			s.missing = fmt.Sprintf("the base rate of %s is a rule of text, not a figure: %q", c.line.Rated, c.base.rate.Text)
			s.status, s.min = kanzei.Unsupported, nil
		}
	case lowest != highest:
		s.status = kanzei.Range
	}
	return s
}

// settle fixes the needs of a corner from the bits of i. It reports false for
// a corner that cannot be: contents that sum to more than the value.
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
	for b, n := range needs {
		high := i>>b&1 == 1
		answer := n.answers[0]
		if n.answers[0] == "0" {
			if high {
				if left <= 0 {
					return false
				}
				answer = left.String()
				switch n.fact {
				case "steel_pct":
					f.steel = left
				case "aluminum_pct":
					f.aluminum = left
				case "copper_pct":
					f.copper = left
				}
				left = 0
			}
			k.says[n.fact] = answer
			continue
		}
		switch {
		case n.fact == "hts":
			f.unsure = true
			// Listed: every provision that touches the code; not listed: those
			// that hold all of it.
			for _, id := range c.bearing {
				if high || c.table.provs[id].Codes.Contains(c.entry.HTS) {
					f.inside = append(f.inside, id)
				}
			}
		case high:
			f.uses = append(f.uses, n.fact)
		}
		if !high && n.fact != "hts" {
			answer = n.answers[1]
		} else if n.fact == "hts" && !high {
			answer = "not listed"
		}
		k.says[n.fact] = answer
	}
	return true
}

// mfn returns the share of the value on which the base duty is levied.
func (c *computation) mfn(parts []part) kanzei.Fraction {
	share := kanzei.One
	for i := range parts {
		p := &c.table.provs[parts[i].prov]
		if parts[i].why == applies && !p.declares && slices.Contains(p.InLieuOf, "mfn") {
			share = max(0, share-parts[i].share)
		}
	}
	return share
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
