package ledger

import (
	"slices"

	"kanzei"
)

// What of a difference in reach: the provision itself stands as it did, and the
// goods on which it is levied are more, or fewer, since others yield, or no longer.
const (
	TakesPlace = "takes the place"
	GivesWay   = "gives way"
)

// reaches returns the duties on goods of an origin that stand alike at both
// points and are levied on more or fewer goods, since a provision that they
// yield to is among those that differ.
func reaches(a, b Point, o kanzei.Origin, differ []Difference) []Difference {
	if len(differ) == 0 || o == 0 {
		return nil
	}
	by := map[string][]Ref{}
	for i := range differ {
		by[differ[i].Heading] = differ[i].By
	}
	x, y := a.Book.At(a.At), b.Book.At(b.At)
	before := map[string]*Placed{}
	for _, p := range x.Provisions {
		before[p.Heading] = p
	}
	var out []Difference
	for _, p := range y.Provisions {
		q := before[p.Heading]
		if by[p.Heading] != nil || q == nil || !x.levied(q, o) || !y.levied(p, o) {
			continue
		}
		was, over := x.left(q, o)
		is, under := y.left(p, o)
		for _, c := range []struct {
			what   string
			goods  Set
			others []string // that took the goods before, or take them now
		}{{TakesPlace, is.Minus(was), over}, {GivesWay, was.Minus(is), under}} {
			d := Difference{Heading: p.Heading, Program: p.Program, Title: p.Title, What: c.what, Before: sideOf(&q.Standing), After: sideOf(&p.Standing)}
			for _, h := range c.others {
				if by[h] == nil {
					continue
				}
				z := before[h]
				if c.what == GivesWay {
					z = y.placed(h)
				}
				if _, ok := z.Codes.Intersects(c.goods); !ok {
					continue
				}
				d.Others = append(d.Others, h)
				for _, r := range by[h] {
					if !slices.Contains(d.By, r) {
						d.By = append(d.By, r)
					}
				}
			}
			if len(d.Others) == 0 {
				continue
			}
			if d.Added = c.goods; c.what == GivesWay {
				d.Added, d.Struck = nil, c.goods
			}
			out = append(out, d)
		}
	}
	return out
}

func (s *State) placed(heading string) *Placed {
	i := slices.IndexFunc(s.Provisions, func(p *Placed) bool { return p.Heading == heading })
	return s.Provisions[i]
}

// levied reports whether a duty is in force on goods of an origin for which
// nothing is declared.
func (s *State) levied(p *Placed, o kanzei.Origin) bool {
	return p.Effect == kanzei.Levies && s.covers(p, o)
}

// covers reports whether a provision bears on goods of an origin, whatever is
// declared of them.
func (s *State) covers(p *Placed, o kanzei.Origin) bool {
	return p.Status == InForce && p.Origin(o) && !slices.ContainsFunc(p.When, func(c kanzei.Condition) bool {
		switch {
		case c.Fact == "entered":
			return ((s.Moment < c.Time) == (c.Op == "before")) == c.Not
		case c.Fact == "covered-by":
			return true
		}
		return !c.Not || KindOf(c) != Claim
	})
}

// left returns the codes on which a duty is levied, and the headings that take
// the others: those that it yields to on the full value of the goods.
func (s *State) left(p *Placed, o kanzei.Origin) (left Set, by []string) {
	left = p.Codes
	for _, q := range s.Provisions {
		if q.Base != kanzei.BaseValue || !s.covers(q, o) || !s.Yields(&p.Provision, &q.Provision) {
			continue
		}
		if _, ok := q.Codes.Intersects(p.Codes); ok {
			left = left.Minus(q.Codes)
			by = append(by, q.Heading)
		}
	}
	return left, by
}
