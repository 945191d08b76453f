package ledger

import (
	"slices"
	"strings"

	"kanzei"
)

// A State is the law at one moment as known on one day: every provision that
// is in the law then, with its scope resolved.
type State struct {
	Book       *Book
	Moment     kanzei.Moment
	Provisions []*Placed // sorted by heading
	programs   map[string]kanzei.Program
	programBy  map[string]Ref
}

// A Placed is a standing provision with its scope resolved to codes and
// origins.
type Placed struct {
	Standing
	Codes  Set
	Origin func(kanzei.Origin) bool
}

// At returns the law at the moment, terminated and absent provisions left out.
func (b *Book) At(m kanzei.Moment) *State {
	s := &State{Book: b, Moment: m, programs: map[string]kanzei.Program{}, programBy: map[string]Ref{}}
	for _, h := range b.headings {
		st := b.Standing(h, m)
		if st.Status != InForce && st.Status != Suspended {
			continue
		}
		s.Provisions = append(s.Provisions, &Placed{st, b.Products(&st.Provision, m), b.Origins(&st.Provision, m)})
	}
	for n := range b.programs {
		if p, by, ok := b.Program(n, m); ok {
			s.programs[n], s.programBy[n] = p, by
		}
	}
	return s
}

// Program returns the program at the state's moment.
func (s *State) Program(name string) (kanzei.Program, Ref) {
	return s.programs[name], s.programBy[name]
}

// Yields reports whether p levies nothing on the value that q covers or
// excuses.
func (s *State) Yields(p, q *kanzei.Provision) bool {
	if p.Heading == q.Heading || p.Effect == kanzei.Excuses && q.Effect == kanzei.Levies {
		return false
	}
	if p.Effect == kanzei.Excuses {
		return false
	}
	if named(q.InLieuOf, p) || named(p.YieldsTo, q) {
		return true
	}
	if q.Effect == kanzei.Excuses {
		return p.Program == q.Program
	}
	if p.Program == q.Program {
		return false
	}
	return named(s.programs[p.Program].YieldsTo, q) || named(s.programs[q.Program].InLieuOf, p)
}

// declares reports whether p is reported on what q covers.
func declares(p, q *kanzei.Provision) bool {
	for _, c := range p.When {
		if c.Fact == "covered-by" && named(c.Set, q) {
			return true
		}
	}
	return false
}

func named(refs []string, p *kanzei.Provision) bool {
	for _, r := range refs {
		if Names(r, p.Heading, p.Program) {
			return true
		}
	}
	return false
}

func family(program string) string {
	f, _, _ := strings.Cut(program, ".")
	return f
}

// adds reports whether the programs declare that they may apply side by side.
func (s *State) adds(p, q string) bool {
	says := func(a, b string) bool {
		for _, r := range s.programs[a].Adds {
			if Names(r, "", b) {
				return true
			}
		}
		return false
	}
	return says(p, q) || says(q, p)
}

// Order returns the duties and exceptions in force so that each comes after
// all it yields to or is reported on. A circle is returned as an error that names its members.
func (s *State) Order(ps []*Placed) ([]*Placed, []*Placed) {
	const (
		white = iota
		grey
		black
	)
	colour := map[*Placed]int{}
	var out, stack, circle []*Placed
	var visit func(p *Placed) bool
	visit = func(p *Placed) bool {
		colour[p] = grey
		stack = append(stack, p)
		for _, q := range ps {
			if !s.Yields(&p.Provision, &q.Provision) && !declares(&p.Provision, &q.Provision) {
				continue
			}
			switch colour[q] {
			case white:
				if !visit(q) {
					return false
				}
			case grey:
				circle = slices.Clone(stack[slices.Index(stack, q):])
				return false
			}
		}
		colour[p] = black
		stack = stack[:len(stack)-1]
		out = append(out, p)
		return true
	}
	for _, p := range ps {
		if colour[p] == white && !visit(p) {
			return nil, circle
		}
	}
	return out, nil
}
