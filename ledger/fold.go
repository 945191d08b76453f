package ledger

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"kanzei"
)

// A Status is the standing of a provision at a moment.
type Status string

const (
	Absent     Status = "absent"     // not in the law
	InForce    Status = "in force"   // levied
	Suspended  Status = "suspended"  // out of force for a time
	Terminated Status = "terminated" // out of force for good
)

// A Standing is a provision as it stands at a moment.
type Standing struct {
	kanzei.Provision
	Status  Status
	By      Ref // the act that states the provision, or last restated it
	Changed Ref // the act that decides its status; By unless suspended or terminated
	Void    Ref // the judgment that annuls it; zero when none
}

// A layer is one act laid over a heading, program, list or group.
type layer struct {
	ref Ref
	row int // of a table; -1 when none
}

func (y layer) covers(m kanzei.Moment) bool { return m >= y.ref.Act.From && m < y.ref.Act.Until }

// A Book is the law as known on a day: for each heading, program, list and
// group, the acts that bear on it, in the order they became known.
type Book struct {
	Ledger *Ledger
	Known  kanzei.Day

	headings  []string // sorted
	layers    map[string][]layer
	programs  map[string][]layer
	lists     map[string][]layer
	groups    map[string][]layer
	notes     []Ref
	zones     []Ref
	returned  []layer
	programOf map[string]string
	awaiting  []Ref // acts ordered whose notice is not public yet
	acts      []numbered
}

// A numbered act is known, in the order of the fold, with its place in the
// ledger.
type numbered struct {
	Ref
	place uint32
}

// AsKnown returns the law as known at the end of the day. The zero Day means
// everything held.
func (l *Ledger) AsKnown(known kanzei.Day) *Book {
	b := &Book{Ledger: l, Known: known,
		layers: map[string][]layer{}, programs: map[string][]layer{},
		lists: map[string][]layer{}, groups: map[string][]layer{}}
	place := uint32(0)
	for _, in := range l.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			r := Ref{in, a}
			if place++; known == 0 || knownFrom(a) <= known {
				b.acts = append(b.acts, numbered{r, place})
			} else if a.Public <= known {
				b.awaiting = append(b.awaiting, r)
			}
		}
	}
	slices.SortStableFunc(b.acts, func(x, y numbered) int { return cmp.Compare(knownFrom(x.Act), knownFrom(y.Act)) })
	programOf := map[string]string{}
	b.programOf = programOf
	programs := map[string]bool{} // of headings, at any time
	for _, n := range b.acts {
		r := n.Ref
		switch a := r.Act; a.Kind {
		case kanzei.ActProgram:
			b.programs[a.Program.Name] = append(b.programs[a.Program.Name], layer{r, -1})
		case kanzei.ActAdd, kanzei.ActStrike:
			kind, name, _ := strings.Cut(a.Targets[0], ":")
			if kind == "group" {
				b.groups[name] = append(b.groups[name], layer{r, -1})
			} else {
				b.lists[name] = append(b.lists[name], layer{r, -1})
			}
		case kanzei.ActNote:
			b.notes = append(b.notes, r)
		case kanzei.ActZone:
			b.zones = append(b.zones, r)
		case kanzei.ActReturned:
			b.returned = append(b.returned, layer{r, -1})
		case kanzei.ActImpose, kanzei.ActExempt:
			for i, h := range a.Targets {
				row := -1
				if a.Table != nil {
					row = i
				}
				b.layers[h] = append(b.layers[h], layer{r, row})
				programOf[h] = a.Provision.Program
				programs[a.Provision.Program] = true
			}
		default:
			for _, t := range a.Targets {
				if b.layers[t] != nil && !programs[t] && !many(t) {
					b.layers[t] = append(b.layers[t], layer{r, -1})
					continue
				}
				for h := range b.layers {
					if Names(t, h, programOf[h]) {
						b.layers[h] = append(b.layers[h], layer{r, -1})
					}
				}
			}
		}
	}
	for h := range b.layers {
		b.headings = append(b.headings, h)
	}
	slices.Sort(b.headings)
	return b
}

// Stamp names the law at a moment by the acts in effect: where two books of one
// ledger have the same stamp, the law is the same.
func (b *Book) Stamp(m kanzei.Moment) string {
	out := make([]byte, 0, 4*len(b.acts))
	for _, a := range b.acts {
		if a.Act.Kind != kanzei.ActNote && a.Act.Kind != kanzei.ActZone && m >= a.Act.From && m < a.Act.Until {
			out = binary.LittleEndian.AppendUint32(out, a.place)
		}
	}
	return string(out)
}

// Turns returns the days on which knowledge of the law changes, sorted: what is
// known stays the same from one to the next.
func (l *Ledger) Turns() []kanzei.Day {
	var out []kanzei.Day
	for _, in := range l.Instruments {
		for i := range in.Acts {
			out = append(out, in.Acts[i].Public, knownFrom(&in.Acts[i]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Names reports whether a reference names a heading of a program: the heading
// itself, a range of headings, a program or a family of programs with a star;
// "program:" before a program is allowed.
func Names(ref, heading, program string) bool {
	if ref == heading {
		return true
	}
	ref = strings.TrimPrefix(ref, "program:")
	if lo, hi, ok := strings.Cut(ref, ".."); ok {
		return len(lo) == len(heading) && heading >= lo && heading <= hi
	}
	if family, ok := strings.CutSuffix(ref, "*"); ok {
		return isProgram(program) && strings.HasPrefix(program, family)
	}
	return program != "" && ref == program
}

// many reports whether a reference is a range or a family.
func many(ref string) bool { return strings.Contains(ref, "..") || strings.HasSuffix(ref, "*") }

// ProgramOf returns the program a heading was put under, "" when unknown.
func (b *Book) ProgramOf(heading string) string { return b.programOf[heading] }

// Headings returns all headings known, sorted.
func (b *Book) Headings() []string { return b.headings }

// Standing returns the heading as it stands at the moment.
func (b *Book) Standing(heading string, m kanzei.Moment) Standing {
	var s Standing
	s.Status = Absent
	for _, y := range b.layers[heading] {
		if !y.covers(m) {
			continue
		}
		a := y.ref.Act
		switch a.Kind {
		case kanzei.ActImpose, kanzei.ActExempt:
			s = Standing{Provision: *a.Provision, Status: InForce, By: y.ref, Changed: y.ref, Void: s.Void}
			s.Heading = heading
			if y.row >= 0 {
				row := a.Table[y.row]
				s.Rate, s.Origins = row.Rate, row.Origins
				if row.Title != "" {
					s.Title = row.Title
				}
			}
		case kanzei.ActAmend:
			if s.Status != Absent {
				restate(&s.Provision, a.Provision, a.Fields)
				s.By = y.ref
				if s.Status == InForce {
					s.Changed = y.ref
				}
			}
		case kanzei.ActSuspend:
			if s.Status == InForce {
				s.Status, s.Changed = Suspended, y.ref
			}
		case kanzei.ActResume:
			if s.Status == Suspended {
				s.Status, s.Changed = InForce, y.ref
			}
		case kanzei.ActTerminate:
			if s.Status != Absent {
				s.Status, s.Changed = Terminated, y.ref
			}
		case kanzei.ActAnnul:
			s.Void = y.ref
		}
	}
	return s
}

func restate(p, by *kanzei.Provision, fields []string) {
	for _, f := range fields {
		switch f {
		case "program":
			p.Program = by.Program
		case "title":
			p.Title = by.Title
		case "rate":
			p.Rate = by.Rate
		case "base":
			p.Base = by.Base
		case "products":
			p.Products = by.Products
		case "except":
			p.Except = by.Except
		case "origins":
			p.Origins = by.Origins
		case "except-origins":
			p.ExceptOrigins = by.ExceptOrigins
		case "when":
			p.When = by.When
		case "yields-to":
			p.YieldsTo = by.YieldsTo
		case "in-lieu-of":
			p.InLieuOf = by.InLieuOf
		case "caveat":
			p.Caveat = by.Caveat
		}
	}
}

// Program returns the program as it stands at the moment; ok is false before
// it is declared.
func (b *Book) Program(name string, m kanzei.Moment) (p kanzei.Program, by Ref, ok bool) {
	for _, y := range b.programs[name] {
		if !y.covers(m) {
			continue
		}
		title, authority := p.Title, p.Authority
		p, by, ok = *y.ref.Act.Program, y.ref, true
		if p.Title == "" {
			p.Title = title
		}
		if p.Authority == "" {
			p.Authority = authority
		}
	}
	return p, by, ok
}

// Programs returns the names of all programs known, sorted.
func (b *Book) Programs() []string {
	var names []string
	for n := range b.programs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Group returns the members of a group at the moment, sorted.
func (b *Book) Group(name string, m kanzei.Moment) []kanzei.Origin {
	in := map[kanzei.Origin]bool{}
	for _, y := range b.groups[name] {
		if y.covers(m) {
			for _, o := range y.ref.Act.Members {
				in[o] = y.ref.Act.Kind == kanzei.ActAdd
			}
		}
	}
	var out []kanzei.Origin
	for o, ok := range in {
		if ok {
			out = append(out, o)
		}
	}
	slices.Sort(out)
	return out
}

// List returns the products of a list at the moment.
func (b *Book) List(name string, m kanzei.Moment) Set {
	d := &b.Ledger.made
	var s Set
	for _, y := range b.lists[name] {
		if !y.covers(m) {
			continue
		}
		codes := d.of(y.ref.Act.Codes)
		if y.ref.Act.Kind == kanzei.ActAdd {
			s = d.union(s, codes)
		} else {
			s = d.minus(s, codes)
		}
	}
	return s
}

// Products returns the product scope of a provision at the moment.
func (b *Book) Products(p *kanzei.Provision, m kanzei.Moment) Set {
	d := &b.Ledger.made
	resolve := func(items []kanzei.ProductItem) Set {
		var s Set
		for _, it := range items {
			if it.List != "" {
				s = d.union(s, b.List(it.List, m))
			}
		}
		return d.union(s, d.of(items))
	}
	return d.minus(resolve(p.Products), resolve(p.Except))
}

// Origins reports which origins a provision is levied on at the moment.
func (b *Book) Origins(p *kanzei.Provision, m kanzei.Moment) func(kanzei.Origin) bool {
	resolve := func(items []kanzei.OriginItem) (all bool, set []kanzei.Origin) {
		for _, it := range items {
			switch {
			case it.All:
				all = true
			case it.Group != "":
				set = append(set, b.Group(it.Group, m)...)
			default:
				set = append(set, it.Origin)
			}
		}
		return all, set
	}
	all, in := resolve(p.Origins)
	noneAll, out := resolve(p.ExceptOrigins)
	return func(o kanzei.Origin) bool {
		return (all || slices.Contains(in, o)) && !noneAll && !slices.Contains(out, o)
	}
}

// bounds returns the moments at which any of the layers begins or ends.
func bounds(layers []layer, into map[kanzei.Moment]bool) {
	for _, y := range layers {
		into[y.ref.Act.From] = true
		if y.ref.Act.Until != kanzei.Forever {
			into[y.ref.Act.Until] = true
		}
	}
}

// Bounds returns every moment at which the law known changes, sorted.
func (b *Book) Bounds() []kanzei.Moment {
	at := map[kanzei.Moment]bool{}
	for _, m := range []map[string][]layer{b.layers, b.programs, b.lists, b.groups} {
		for _, y := range m {
			bounds(y, at)
		}
	}
	bounds(b.returned, at)
	out := make([]kanzei.Moment, 0, len(at))
	for m := range at {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}
