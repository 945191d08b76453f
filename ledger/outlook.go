package ledger

import (
	"cmp"
	"slices"

	"kanzei"
)

// A Change is something the law known says will happen, or an act ordered that
// awaits its notice.
type Change struct {
	At      kanzei.Moment // when; for an act that awaits its notice the moment it states, zero when that is the day of the notice
	Heading string
	Program string
	Title   string
	What    string // "begins", "resumes", "is suspended", "ends", "changes", "awaiting implementation", "note", "announced" (At is zero)
	Before  string // rate before, "" when none
	After   string // rate after, "" when none
	By      Ref    // the act that makes it so
	Note    string
}

// Outlook returns what the law known says will change for goods of the origin
// after the moment, in the order of its days. The zero Origin means every
// origin. A pause that runs out appears here without any further act.
func (b *Book) Outlook(o kanzei.Origin, after kanzei.Moment) []Change {
	var out []Change
	for _, h := range b.headings {
		at := map[kanzei.Moment]bool{}
		bounds(b.layers[h], at)
		var moments []kanzei.Moment
		for m := range at {
			if m > after {
				moments = append(moments, m)
			}
		}
		slices.Sort(moments)
		before := b.Standing(h, after)
		prev := after
		for _, m := range moments {
			now := b.Standing(h, m)
			if b.concerns(&before, prev, o) || b.concerns(&now, m, o) {
				if c, ok := change(&before, &now); ok {
					c.At, c.Heading = m, h
					out = append(out, c)
				}
			}
			before, prev = now, m
		}
	}
	for name, layers := range b.lists {
		for _, y := range layers {
			a := y.ref.Act
			if a.From > after {
				what := "adds products"
				if a.Kind == kanzei.ActStrike {
					what = "strikes products"
				}
				if b.listConcerns(name, a.From, o) {
					out = append(out, Change{At: a.From, Heading: "list:" + name, What: what, By: y.ref})
				}
			}
		}
	}
	for _, r := range b.awaiting {
		if p := r.Act.Provision; p != nil && o != 0 && r.Act.Table == nil && len(p.Origins) > 0 && !b.Origins(p, r.Act.From)(o) {
			continue
		}
		for _, t := range r.Act.Targets {
			c := Change{At: r.Act.From, Heading: t, What: "awaiting implementation", By: r, Note: r.Act.Note}
			if c.At.Day() == r.Act.Implemented { // nobody knows the day of the notice yet
				c.At = 0
			}
			if r.Act.Provision != nil {
				c.Program, c.Title, c.After = r.Act.Provision.Program, r.Act.Provision.Title, r.Act.Provision.Rate.Rate.Text
			}
			out = append(out, c)
		}
	}
	for _, r := range b.notes {
		if o != 0 && len(r.Act.Origins) > 0 && !b.Origins(&kanzei.Provision{Origins: r.Act.Origins}, after)(o) {
			continue
		}
		switch a := r.Act; {
		case a.From > after:
			out = append(out, Change{At: a.From, What: "note", By: r, Note: a.Note})
		case a.From == 0 && a.Until > after: // announced, without a day
			out = append(out, Change{What: "announced", By: r, Note: a.Note})
		}
	}
	slices.SortStableFunc(out, func(x, y Change) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Heading, y.Heading), cmp.Compare(x.What, y.What))
	})
	return out
}

func (b *Book) concerns(s *Standing, m kanzei.Moment, o kanzei.Origin) bool {
	return s.Status != Absent && (o == 0 || b.Origins(&s.Provision, m)(o))
}

// listConcerns reports whether a provision alive at the moment that reaches
// the origin uses the list.
func (b *Book) listConcerns(name string, m kanzei.Moment, o kanzei.Origin) bool {
	for _, h := range b.headings {
		s := b.Standing(h, m)
		if s.Status != InForce || !b.concerns(&s, m, o) {
			continue
		}
		for _, it := range append(slices.Clone(s.Products), s.Except...) {
			if it.List == name {
				return true
			}
		}
	}
	return false
}

// change names the difference between two standings of a heading.
func change(before, now *Standing) (Change, bool) {
	live := func(s *Standing) bool { return s.Status == InForce }
	c := Change{Program: now.Program, Title: now.Title, By: now.Changed}
	if now.Status == Absent {
		c.Program, c.Title, c.By = before.Program, before.Title, before.By
	}
	if live(before) {
		c.Before = before.Rate.Rate.Text
	}
	if live(now) {
		c.After = now.Rate.Rate.Text
	}
	switch {
	case !live(before) && live(now) && before.Status == Suspended:
		c.What = "resumes"
		c.By = before.Changed // the act that set the end of the pause
	case !live(before) && live(now):
		c.What = "begins"
	case live(before) && now.Status == Suspended:
		c.What = "is suspended"
	case live(before) && !live(now):
		c.What = "ends"
	case live(before) && live(now) && (c.Before != c.After || before.By != now.By):
		c.What = "changes"
		c.By = now.By
	default:
		return c, false
	}
	return c, true
}
