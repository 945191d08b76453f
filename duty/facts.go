package duty

import (
	"cmp"
	"slices"

	"kanzei"
)

// A Fact is a flag that provisions ask for.
type Fact struct {
	Flag     string   `json:"flag"`
	Needed   bool     `json:"needed"` // without it, or not- before it, no duty can be computed
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
					f.Needed = f.Needed || c.Fact == "use"
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

// Asks reports whether some provision asks for the fact that a flag declares.
func (e *Engine) Asks(flag string) bool {
	facts := e.Facts()
	if len(flag) > 4 && flag[:4] == "not-" {
		if i, ok := slices.BinarySearchFunc(facts, flag[4:], func(f Fact, s string) int { return cmp.Compare(f.Flag, s) }); ok {
			return facts[i].Needed
		}
	}
	_, ok := slices.BinarySearchFunc(facts, flag, func(f Fact, s string) int { return cmp.Compare(f.Flag, s) })
	return ok
}
