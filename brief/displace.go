package brief

import (
	"maps"
	"slices"

	"kanzei"
	"kanzei/ledger"
)

// meanwhile says what the goods of a coming measure pay until it begins, and
// what a measure takes the place of when it begins.
func (b *builder) meanwhile(now *ledger.State) {
	states := map[kanzei.Moment]*ledger.State{now.Moment: now}
	at := func(m kanzei.Moment) *ledger.State {
		if states[m] == nil {
			states[m] = b.book.At(m)
		}
		return states[m]
	}
	for i := range b.doc.Regime {
		for j := range b.doc.Regime[i].Measures {
			m := &b.doc.Regime[i].Measures[j]
			if m.Claim {
				continue
			}
			begins := m.Since
			switch {
			case m.Status == Coming:
			case m.Status == string(ledger.Suspended) && m.Then == "resumes":
				begins = m.Until
			case m.Status == string(ledger.InForce):
				m.InPlaceOf = b.sameProgram(yielding(now, m.Heading, b.req.Country), b.doc.Regime[i].Name, now.Moment)
				continue
			default:
				continue
			}
			then, eve := at(begins), at(begins-1)
			k := slices.IndexFunc(then.Provisions, func(p *ledger.Placed) bool { return p.Heading == m.Heading })
			if k < 0 {
				continue
			}
			new := then.Provisions[k]
			m.InPlaceOf = b.sameProgram(yielding(then, m.Heading, b.req.Country), new.Program, begins)
			paid, left := b.covered(eve, new, m.codes)
			if len(left) == 0 && slices.ContainsFunc(paid, func(h string) bool { return stem(h) == stem(m.Heading) }) {
				m.Meanwhile = paid
				continue
			}
			paid = []string{}
			for _, q := range eve.Provisions {
				if q.Effect != kanzei.Levies || q.Status != ledger.InForce || !q.Origin(b.req.Country) || claimed(&q.Provision) {
					continue
				}
				if !then.Yields(&q.Provision, &new.Provision) {
					// The program may learn to yield only then.
					n := slices.IndexFunc(then.Provisions, func(p *ledger.Placed) bool { return p.Heading == q.Heading })
					if n < 0 || !then.Yields(&then.Provisions[n].Provision, &new.Provision) {
						continue
					}
				}
				codes := left
				if q.Program == new.Program {
					codes = m.codes
				}
				if _, ok := q.Codes.Intersects(codes); ok {
					paid = append(paid, q.Heading)
				}
			}
			// Say it only when the goods pay the same from now until then.
			same := !slices.ContainsFunc(paid, func(h string) bool {
				return !slices.ContainsFunc(now.Provisions, func(p *ledger.Placed) bool {
					return p.Heading == h && p.Status == ledger.InForce && p.Rate.Rate.Text == rateIn(eve, h)
				})
			})
			if same {
				m.Meanwhile = paid
			}
		}
	}
}

// covered returns the headings of a measure's program that are in force on its
// goods in a state, and the codes that none of them reaches.
func (b *builder) covered(s *ledger.State, m *ledger.Placed, codes ledger.Set) (paid []string, left ledger.Set) {
	left = codes
	for _, q := range s.Provisions {
		if q.Program != m.Program || q.Heading == m.Heading || q.Effect != kanzei.Levies || q.Status != ledger.InForce || !q.Origin(b.req.Country) || claimed(&q.Provision) {
			continue
		}
		if _, ok := q.Codes.Intersects(codes); ok {
			paid = append(paid, q.Heading)
			left = left.Minus(q.Codes)
		}
	}
	return paid, left
}

// sameProgram keeps the headings of a program.
func (b *builder) sameProgram(hs []string, program string, m kanzei.Moment) []string {
	return slices.DeleteFunc(hs, func(h string) bool { return b.book.Standing(h, m).Program != program })
}

// paid takes out of what goods pay meanwhile the headings that have given way
// to others.
func (b *builder) paid() {
	b.displaced = map[string]kanzei.Moment{}
	for _, p := range b.doc.Regime {
		for _, m := range p.Measures {
			if m.Displaced != nil {
				b.displaced[m.Heading] = m.Displaced.At
			}
		}
	}
	for i := range b.doc.Regime {
		for j := range b.doc.Regime[i].Measures {
			m := &b.doc.Regime[i].Measures[j]
			m.Meanwhile = b.standing(m.Meanwhile, b.req.On.Open())
		}
	}
}

// standing keeps the headings that have not given way before the moment, nor
// belong to a program that excuses all the country's goods.
func (b *builder) standing(hs []string, m kanzei.Moment) []string {
	return slices.DeleteFunc(hs, func(h string) bool {
		at, ok := b.displaced[h]
		if ok && at < m {
			return true
		}
		name := b.programOf(h)
		return slices.ContainsFunc(b.doc.Regime, func(p Program) bool { return p.Name == name && p.Excused != nil })
	})
}

func rateIn(s *ledger.State, heading string) string {
	for _, p := range s.Provisions {
		if p.Heading == heading {
			return p.Rate.Rate.Text
		}
	}
	return ""
}

// displace finds from when measures of the same program that begin or resume
// leave nothing to another: each of its codes goes to one of them, under
// conditions that hold unless an importer claims otherwise, or to a pair whose
// conditions cannot both fail.
func displace(p *Program, on kanzei.Moment) {
	begins := func(n *Measure) kanzei.Moment {
		if n.Status == string(ledger.Suspended) && n.Then == "resumes" {
			return n.Until
		}
		return n.Since
	}
	for i := range p.Measures {
		m := &p.Measures[i]
		if m.Status != string(ledger.InForce) && m.Status != Coming {
			continue
		}
		at := map[kanzei.Moment][]*Measure{}
		for j := range p.Measures {
			if n := &p.Measures[j]; slices.Contains(n.InPlaceOf, m.Heading) && begins(n) >= m.Since && !n.Claim {
				at[begins(n)] = append(at[begins(n)], n)
			}
		}
		for _, when := range slices.Sorted(maps.Keys(at)) {
			left := m.codes
			var by []string
			for k, n := range at[when] {
				rest := further(n, m)
				pair := len(rest) == 0 || slices.ContainsFunc(at[when][k+1:], func(o *Measure) bool {
					other := further(o, m)
					return len(rest) == 1 && len(other) == 1 && complement(rest[0], other[0]) && len(n.codes.Minus(o.codes)) == 0
				})
				if pair {
					left = left.Minus(n.codes)
				}
				by = append(by, n.Heading)
			}
			if len(left) == 0 {
				m.Displaced = &Displaced{when, by, when <= max(on, m.Since)}
				break
			}
		}
	}
}

// further returns the conditions of n that narrow it more than m: not those m
// has too, and not those that hold unless an importer claims otherwise.
func further(n, m *Measure) []kanzei.Condition {
	var out []kanzei.Condition
	for _, c := range n.when {
		if ledger.KindOf(c) == ledger.Claim && c.Not || slices.ContainsFunc(m.when, func(x kanzei.Condition) bool { return x.Text == c.Text }) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// complement reports whether one of two comparisons always holds.
func complement(a, b kanzei.Condition) bool {
	return a.Fact == b.Fact && a.Value == b.Value && !a.Not && !b.Not &&
		(a.Op == "<" && b.Op == ">=" || a.Op == ">=" && b.Op == "<")
}
