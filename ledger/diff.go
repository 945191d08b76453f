package ledger

import (
	"cmp"
	"maps"
	"slices"

	"kanzei"
)

// A Point is where the law is read: as known on a day, at a moment.
type Point struct {
	Book *Book
	At   kanzei.Moment
}

// A Difference is a provision, or the stacking of a program, that stands
// otherwise at two points.
type Difference struct {
	Heading     string        // "program:NAME" for the stacking of a program
	Program     string        //
	Title       string        //
	What        string        // "begins", "resumes", "is suspended", "ends", "changes", "is annulled", "is annulled no more", "takes the place", "gives way"
	Changes     []string      // of "changes": rate, products, origins, conditions, stacking, …
	From, Until kanzei.Moment // of entry, where it differs; zero when the points are two moments
	Before      Side
	After       Side
	By          []Ref // the acts that make the difference: new ones, or one that ran out
	Added       Set   // products, of "changes"
	Struck      Set   //
	Joined      []kanzei.Origin
	Left        []kanzei.Origin
	Others      []string // headings, of "takes the place" and "gives way"
}

// A Side is how a provision stands at one of the points.
type Side struct {
	Status Status
	Rate   string // "" when absent
	By     Ref    // the act that states it, or took it out
}

// Diff returns what differs between two points for goods of an origin, by
// heading; the zero Origin means every origin. Of one origin it adds the duties
// that stand alike and are levied on other goods, since others yield or do not.
func Diff(a, b Point, o kanzei.Origin) []Difference {
	var out []Difference
	for _, h := range bothHeadings(a.Book, b.Book) {
		if d, ok := differ(a, b, h, o); ok {
			out = append(out, d)
		}
	}
	for _, name := range bothPrograms(a.Book, b.Book) {
		if d, ok := restacked(a, b, name, o); ok {
			out = append(out, d)
		}
	}
	return append(out, reaches(a, b, o, out)...)
}

// DiffKnown returns what differs between the law as known on two days, for
// entries at any moment from one to another, by heading and moment.
func DiffKnown(a, b *Book, from, until kanzei.Moment, o kanzei.Origin) []Difference {
	at := []kanzei.Moment{from}
	for _, m := range append(a.Bounds(), b.Bounds()...) {
		if m > from && m < until {
			at = append(at, m)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	var out []Difference
	sweep := func(differ func(a, b Point) (Difference, bool)) {
		open := false
		for i, m := range at {
			d, ok := differ(Point{a, m}, Point{b, m})
			d.From, d.Until = m, until
			if i+1 < len(at) {
				d.Until = at[i+1]
			}
			if last := len(out) - 1; ok && open && out[last].like(&d) {
				out[last].Until = d.Until
				continue
			}
			if open = ok; ok {
				out = append(out, d)
			}
		}
	}
	for _, h := range bothHeadings(a, b) {
		sweep(func(x, y Point) (Difference, bool) { return differ(x, y, h, o) })
	}
	for _, name := range bothPrograms(a, b) {
		sweep(func(x, y Point) (Difference, bool) { return restacked(x, y, name, o) })
	}
	return out
}

// like reports whether two differences of a heading say the same, acts of one
// instrument taken together.
func (d *Difference) like(x *Difference) bool {
	by := func(refs []Ref) map[*kanzei.Instrument]bool {
		m := map[*kanzei.Instrument]bool{}
		for _, r := range refs {
			m[r.Instrument] = true
		}
		return m
	}
	side := func(p, q Side) bool { return p.Status == q.Status && p.Rate == q.Rate }
	return d.What == x.What && slices.Equal(d.Changes, x.Changes) && side(d.Before, x.Before) && side(d.After, x.After) &&
		maps.Equal(by(d.By), by(x.By)) && slices.Equal(d.Added, x.Added) && slices.Equal(d.Struck, x.Struck) &&
		slices.Equal(d.Joined, x.Joined) && slices.Equal(d.Left, x.Left)
}

func bothHeadings(a, b *Book) []string {
	all := slices.Concat(a.headings, b.headings)
	slices.Sort(all)
	return slices.Compact(all)
}

func bothPrograms(a, b *Book) []string {
	all := slices.Concat(a.Programs(), b.Programs())
	slices.Sort(all)
	return slices.Compact(all)
}

// Bearing returns the acts that make a heading stand as it does at a moment: on
// the heading itself and on the lists and groups that it names, in the order in
// which they became known.
func (b *Book) Bearing(heading string, m kanzei.Moment) []Ref {
	var out []Ref
	take := func(layers []layer) {
		for _, y := range layers {
			if y.covers(m) {
				out = append(out, y.ref)
			}
		}
	}
	take(b.layers[heading])
	if len(out) == 0 {
		return nil
	}
	out = append(out, b.Returned(heading, b.programOf[heading], m)...)
	s := b.Standing(heading, m)
	for _, items := range [][]kanzei.ProductItem{s.Products, s.Except} {
		for _, it := range items {
			if it.List != "" {
				take(b.lists[it.List])
			}
		}
	}
	for _, items := range [][]kanzei.OriginItem{s.Origins, s.ExceptOrigins} {
		for _, it := range items {
			if it.Group != "" {
				take(b.groups[it.Group])
			}
		}
	}
	return out
}

// Stacking returns the acts that state a program at a moment.
func (b *Book) Stacking(program string, m kanzei.Moment) []Ref {
	var out []Ref
	for _, y := range b.programs[program] {
		if y.covers(m) {
			out = append(out, y.ref)
		}
	}
	return out
}

// inEffect reports whether an act is known and in effect at the point.
func (p Point) inEffect(r Ref) bool {
	return (p.Book.Known == 0 || knownFrom(r.Act) <= p.Book.Known) && layer{ref: r}.covers(p.At)
}

// fresh returns the acts in effect at b and not at a, of y; where there are
// none, those of x that ran out.
func fresh(a, b Point, x, y []Ref) []Ref {
	only := func(list []Ref, p Point) (out []Ref) {
		for _, r := range list {
			if !p.inEffect(r) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
		return out
	}
	if out := only(y, a); out != nil {
		return out
	}
	return only(x, b)
}

// New returns the acts that bear on a heading, or state its program, at one
// point and not at another: what made a difference between them. Where there
// are none, an act ran out, and those of the other point are returned.
func New(a, b Point, heading string) []Ref {
	program := cmp.Or(b.Book.ProgramOf(heading), a.Book.ProgramOf(heading))
	x := append(a.Book.Bearing(heading, a.At), a.Book.Stacking(program, a.At)...)
	y := append(b.Book.Bearing(heading, b.At), b.Book.Stacking(program, b.At)...)
	return fresh(a, b, x, y)
}

func differ(a, b Point, h string, o kanzei.Origin) (d Difference, ok bool) {
	x, y := a.Book.Bearing(h, a.At), b.Book.Bearing(h, b.At)
	if slices.Equal(x, y) {
		return d, false
	}
	before, after := a.Book.Standing(h, a.At), b.Book.Standing(h, b.At)
	if !a.Book.concerns(&before, a.At, o) && !b.Book.concerns(&after, b.At, o) {
		return d, false
	}
	stated := &after
	if after.Status == Absent {
		stated = &before
	}
	d = Difference{Heading: h, Program: stated.Program, Title: stated.Title, Before: sideOf(&before), After: sideOf(&after), By: fresh(a, b, x, y)}
	out := func(s Status) bool { return s == Absent || s == Terminated }
	switch was, is := before.Status, after.Status; {
	case was == Suspended && is == InForce:
		d.What = "resumes"
	case out(was) && is == InForce:
		d.What = "begins"
	case out(was) && is == Suspended:
		d.What = "begins, suspended"
	case was == InForce && is == Suspended:
		d.What = "is suspended"
	case !out(was) && out(is):
		d.What = "ends"
	case out(was) && out(is):
		return d, false
	default:
		if (before.Void.Act == nil) != (after.Void.Act == nil) {
			d.What = "is annulled"
			if after.Void.Act == nil {
				d.What = "is annulled no more"
			}
		}
		if d.changes(a, b, &before, &after, o); d.What == "" && len(d.Changes) > 0 {
			d.What = "changes"
		}
		return d, d.What != ""
	}
	return d, true
}

func sideOf(s *Standing) Side {
	if s.Status == Absent {
		return Side{Status: Absent}
	}
	by := s.By
	if s.Status != InForce {
		by = s.Changed
	}
	return Side{s.Status, s.Rate.Rate.Text, by}
}

// changes names the fields that differ.
func (d *Difference) changes(a, b Point, before, after *Standing, o kanzei.Origin) {
	add := func(name string, differs bool) {
		if differs {
			d.Changes = append(d.Changes, name)
		}
	}
	add("program", before.Program != after.Program)
	add("rate", before.Rate.Mode != after.Rate.Mode || before.Rate.Rate.Text != after.Rate.Rate.Text)
	add("base", before.Base != after.Base)
	x, y := a.Book.Products(&before.Provision, a.At), b.Book.Products(&after.Provision, b.At)
	d.Added, d.Struck = y.Minus(x), x.Minus(y)
	add("products", len(d.Added)+len(d.Struck) > 0)
	from, to := a.Book.Origins(&before.Provision, a.At), b.Book.Origins(&after.Provision, b.At)
	for _, c := range kanzei.Origins() {
		if o != 0 && c != o {
			continue
		}
		switch was, is := from(c), to(c); {
		case !was && is:
			d.Joined = append(d.Joined, c)
		case was && !is:
			d.Left = append(d.Left, c)
		}
	}
	add("origins", len(d.Joined)+len(d.Left) > 0)
	add("conditions", !slices.EqualFunc(before.When, after.When, func(p, q kanzei.Condition) bool { return p.Text == q.Text }))
	add("goods returned", !slices.Equal(a.Book.Returned(d.Heading, before.Program, a.At), b.Book.Returned(d.Heading, after.Program, b.At)))
	add("stacking", !slices.Equal(before.YieldsTo, after.YieldsTo) || !slices.Equal(before.InLieuOf, after.InLieuOf))
}

// restacked compares how a program stands to others.
func restacked(a, b Point, name string, o kanzei.Origin) (d Difference, ok bool) {
	x, y := a.Book.Stacking(name, a.At), b.Book.Stacking(name, b.At)
	if slices.Equal(x, y) || len(x) == 0 || len(y) == 0 {
		return d, false
	}
	before, byA, _ := a.Book.Program(name, a.At)
	after, byB, _ := b.Book.Program(name, b.At)
	if slices.Equal(before.YieldsTo, after.YieldsTo) && slices.Equal(before.InLieuOf, after.InLieuOf) && slices.Equal(before.Adds, after.Adds) {
		return d, false
	}
	if o != 0 && !slices.ContainsFunc(b.Book.headings, func(h string) bool {
		if b.Book.programOf[h] != name {
			return false
		}
		s := b.Book.Standing(h, b.At)
		return b.Book.concerns(&s, b.At, o)
	}) {
		return d, false
	}
	d = Difference{Heading: "program:" + name, Program: name, Title: after.Title, What: "changes", Changes: []string{"stacking"},
		Before: Side{Status: InForce, By: byA}, After: Side{Status: InForce, By: byB}, By: fresh(a, b, x, y)}
	return d, true
}
