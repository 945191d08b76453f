package ledger

import (
	"math/bits"
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
	Codes    Set
	Origin   func(kanzei.Origin) bool
	Returned []Ref // acts in effect that say what goods returned under chapter 98 pay
}

// At returns the law at the moment, terminated and absent provisions left out.
func (b *Book) At(m kanzei.Moment) *State {
	s := &State{Book: b, Moment: m, programs: map[string]kanzei.Program{}, programBy: map[string]Ref{}}
	for _, h := range b.headings {
		st := b.Standing(h, m)
		if st.Status != InForce && st.Status != Suspended {
			continue
		}
		s.Provisions = append(s.Provisions, &Placed{st, b.Products(&st.Provision, m), b.Origins(&st.Provision, m), b.Returned(h, st.Program, m)})
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
	if named(q.InLieuOf, p) {
		return true
	}
	if q.Effect == kanzei.Excuses { // its own program's duties, and nothing else; a declaration excuses nothing
		return p.Program == q.Program && !declares(q)
	}
	if named(p.YieldsTo, q) {
		return true
	}
	if p.Program == q.Program {
		return false
	}
	return named(s.programs[p.Program].YieldsTo, q) || named(s.programs[q.Program].InLieuOf, p)
}

// declares reports whether a provision is declared on the form only.
func declares(p *kanzei.Provision) bool {
	return slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return c.Fact == "covered-by" })
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

// A Stack is provisions of one moment with all yielding among them resolved:
// Yields for every pair at once.
type Stack struct {
	ps    []*Placed
	words int
	yield []uint64 // bit matrix: row i has bit j when ps[i] yields to ps[j]
	after []uint64 // the same, with what ps[i] is reported on
}

// Stack resolves the yielding among the provisions.
func (s *State) Stack(ps []*Placed) *Stack {
	k := &Stack{ps: ps, words: (len(ps) + 63) / 64}
	k.yield = make([]uint64, len(ps)*k.words)
	k.after = make([]uint64, len(ps)*k.words)
	heading := map[string]int{}
	program := map[string][]int{}
	for i, p := range ps {
		heading[p.Heading] = i
		program[p.Program] = append(program[p.Program], i)
	}
	// each calls f for every provision that the references name.
	each := func(refs []string, f func(int)) {
		for _, r := range refs {
			if j, ok := heading[r]; ok {
				f(j)
				continue
			}
			if !many(r) {
				for _, j := range program[strings.TrimPrefix(r, "program:")] {
					f(j)
				}
				continue
			}
			for j, q := range ps {
				if Names(r, q.Heading, q.Program) {
					f(j)
				}
			}
		}
	}
	levies := func(i int) bool { return ps[i].Effect == kanzei.Levies }
	set := func(m []uint64, i, j int) {
		if i != j {
			m[i*k.words+j>>6] |= 1 << (j & 63)
		}
	}
	for i, p := range ps {
		each(p.InLieuOf, func(j int) {
			if levies(j) {
				set(k.yield, j, i)
			}
		})
		for _, c := range p.When {
			if c.Fact == "covered-by" {
				each(c.Set, func(j int) { set(k.after, i, j) })
			}
		}
		if !levies(i) {
			for _, j := range program[p.Program] {
				if levies(j) && !declares(&p.Provision) {
					set(k.yield, j, i)
				}
			}
			continue
		}
		each(p.YieldsTo, func(j int) {
			if levies(j) {
				set(k.yield, i, j)
			}
		})
		each(s.programs[p.Program].YieldsTo, func(j int) {
			if levies(j) && ps[j].Program != p.Program {
				set(k.yield, i, j)
			}
		})
		each(s.programs[p.Program].InLieuOf, func(j int) {
			if levies(j) && ps[j].Program != p.Program {
				set(k.yield, j, i)
			}
		})
	}
	for i := range k.after {
		k.after[i] |= k.yield[i]
	}
	return k
}

// Yields reports whether provision i levies nothing on the value that
// provision j covers or excuses.
func (k *Stack) Yields(i, j int) bool { return k.yield[i*k.words+j>>6]&(1<<(j&63)) != 0 }

// Order returns the provisions so that each comes after all it yields to or is
// reported on, or a circle of provisions that yield to each other.
func (k *Stack) Order() (order []int, circle []*Placed) {
	const (
		white = iota
		grey
		black
	)
	colour := make([]byte, len(k.ps))
	var stack []int
	var visit func(i int) bool
	visit = func(i int) bool {
		colour[i] = grey
		stack = append(stack, i)
		for w, word := range k.after[i*k.words : (i+1)*k.words] {
			for ; word != 0; word &= word - 1 {
				j := w<<6 + bits.TrailingZeros64(word)
				switch colour[j] {
				case white:
					if !visit(j) {
						return false
					}
				case grey:
					for _, m := range stack[slices.Index(stack, j):] {
						circle = append(circle, k.ps[m])
					}
					return false
				}
			}
		}
		colour[i] = black
		stack = stack[:len(stack)-1]
		order = append(order, i)
		return true
	}
	for i := range k.ps {
		if colour[i] == white && !visit(i) {
			return nil, circle
		}
	}
	return order, nil
}
