package duty

import (
	"cmp"
	"fmt"
	"slices"

	"kanzei"
)

// A Fact is a flag that provisions ask for.
type Fact struct {
	Flag     string   `json:"flag"`
	Needed   bool     `json:"needed"`        // without it, or not- before it, no duty can be computed
	Not      []string `json:"not,omitempty"` // flags that it excludes
	Programs []string `json:"programs"`
	Asked    []string `json:"asked_by"` // titles of the provisions, with their headings
}

// Facts returns the flags that provisions of the ledger ask for, at any time.
func (e *Engine) Facts() []Fact {
	e.factsOnce.Do(func() {
		by := map[string]*Fact{}
		for _, in := range e.Ledger.Instruments {
			for i := range in.Acts {
				p := in.Acts[i].Provision
				if p == nil {
					continue
				}
				for _, c := range p.When {
					if c.Fact != "claim" && c.Fact != "use" {
						continue
					}
					f := by[c.Value]
					if f == nil {
						f = &Fact{Flag: c.Value}
						by[c.Value] = f
					}
					if c.Fact == "use" {
						f.Needed = true
						for _, x := range c.Set {
							if !slices.Contains(f.Not, x) {
								f.Not = append(f.Not, x)
							}
						}
					}
					e.asks(f, &in.Acts[i])
				}
			}
		}
		for _, f := range by {
			slices.Sort(f.Programs)
			e.facts = append(e.facts, *f)
		}
		slices.SortFunc(e.facts, func(a, b Fact) int { return cmp.Compare(a.Flag, b.Flag) })
	})
	return e.facts
}

// asks adds the provision that an act puts into the law, or restates.
func (e *Engine) asks(f *Fact, a *kanzei.Act) {
	p := a.Provision
	program, title := p.Program, p.Title
	if (program == "" || title == "") && len(a.Targets) > 0 { // an amendment
		b := e.Book(0)
		s := b.Standing(a.Targets[0], max(a.From, 1))
		program, title = cmp.Or(program, s.Program, b.ProgramOf(a.Targets[0])), cmp.Or(title, s.Title)
	}
	if program != "" && !slices.Contains(f.Programs, program) {
		f.Programs = append(f.Programs, program)
	}
	heading := ""
	if len(a.Targets) > 0 {
		heading = a.Targets[0]
	}
	if what := heading + " " + title; !slices.Contains(f.Asked, what) {
		f.Asked = append(f.Asked, what)
	}
}

// fact returns what is known of a flag, nil when no provision asks for it.
func (e *Engine) fact(flag string) *Fact {
	facts := e.Facts()
	i, ok := slices.BinarySearchFunc(facts, flag, func(f Fact, s string) int { return cmp.Compare(f.Flag, s) })
	if !ok {
		return nil
	}
	return &facts[i]
}

// Asks reports whether some provision asks for the fact that a flag declares.
func (e *Engine) Asks(flag string) bool {
	if len(flag) > 4 && flag[:4] == "not-" {
		if f := e.fact(flag[4:]); f != nil {
			return f.Needed
		}
	}
	return e.fact(flag) != nil
}

// Unasked returns the problem with a flag that no provision asks for, nil when
// one does.
func (e *Engine) Unasked(flag string) error {
	if e.Asks(flag) {
		return nil
	}
	var names []string
	for _, f := range e.Facts() {
		names = append(names, f.Flag)
		if f.Needed {
			names = append(names, "not-"+f.Flag)
		}
	}
	hint := "kanzei rate --facts lists the facts that measures ask for"
	if n := kanzei.Nearest(flag, names); n != "" {
		hint = "did you mean " + n + "? " + hint
	}
	return &kanzei.Problem{Code: "flag.unknown", Msg: fmt.Sprintf("no measure asks for %q", flag), Hint: hint}
}

// together refuses flags that contradict each other.
func (e *Engine) together(flags []string) error {
	for i, a := range flags {
		for _, b := range flags[i+1:] {
			not := len(a) == len(b)+4 && a[:4] == "not-" && a[4:] == b || len(b) == len(a)+4 && b[:4] == "not-" && b[4:] == a
			if f := e.fact(a); !not && f != nil {
				not = slices.Contains(f.Not, b)
			}
			if f := e.fact(b); !not && f != nil {
				not = slices.Contains(f.Not, a)
			}
			if not {
				return &kanzei.Problem{Code: "flag.both", Msg: fmt.Sprintf("%s and %s are both declared", a, b), Hint: "declare one of them"}
			}
		}
	}
	return nil
}
