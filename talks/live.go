package talks

import (
	"context"
	"slices"

	"kanzei"
)

// A Table is the choices of a negotiator laid out: asks and offers at the
// walk-away, each valued alone, with the frontier of what they bring together.
// It answers any choice of them at once.
type Table struct {
	Menu    *Menu
	Singles []*Worth // of Menu.Asks, in their order
	Found   *Packages

	desk *Desk
}

// Table lays out the measures as they stand at the walk-away and the asker's
// largest offers, at most exactAsks in all, so that every choice is an
// equilibrium of its own.
func (d *Desk) Table(ctx context.Context, offers int) (*Table, error) {
	g, err := d.Ground("walk-away", d.WalkAway)
	if err != nil {
		return nil, err
	}
	asks := g.Measures()
	own := g.Offers()
	asks = append(asks[:min(len(asks), exactAsks-min(offers, len(own)))], own[:min(offers, len(own))]...)
	t := &Table{desk: d}
	if t.Menu, err = g.NewMenu(ctx, asks); err != nil {
		return nil, err
	}
	if t.Singles, err = g.Worth(ctx, asks); err != nil {
		return nil, err
	}
	t.Found, err = t.Menu.Packages(ctx, Rules{})
	return t, err
}

// A Chosen package is what a choice is worth, and what it does to others.
type Chosen struct {
	*Package
	Thirds     []Third
	OthersMUSD float64
	Crossed    []string // red lines that it crosses, and sides that it leaves worse off
}

// Choose prices asks and offers granted together, by ID, and names the red
// lines that they cross. What is unknown or cannot be granted together is a
// *kanzei.Problem.
func (t *Table) Choose(ctx context.Context, ids, redLines []string) (*Chosen, error) {
	m := t.Menu
	set := uint64(0)
	for _, id := range ids {
		i := slices.IndexFunc(m.Asks, func(a *Ask) bool { return a.ID == id })
		if i < 0 {
			return nil, &kanzei.Problem{Code: "talks.ask", Where: "grant", Msg: "no ask " + id + " is on the table", Hint: "the table lists what is"}
		}
		set |= 1 << i
	}
	if !m.granted(set) {
		return nil, &kanzei.Problem{Code: "talks.ask", Where: "grant", Msg: "two of these cannot be granted together", Hint: "a rate cannot both go and stay paused: leave one out"}
	}
	rules := Rules{}
	for _, text := range redLines {
		l, err := m.Ground.RedLine(text)
		if err != nil {
			return nil, err
		}
		rules.RedLines = append(rules.RedLines, l)
	}
	needs, err := m.needs(&rules)
	if err != nil {
		return nil, err
	}
	p := m.pack("chosen", choice{set: set, ok: true})
	p.OptimalWithin = nil
	if err := m.price(ctx, []*Package{p}); err != nil {
		return nil, err
	}
	out := &Chosen{Package: p, Thirds: p.worth.Thirds, OthersMUSD: p.worth.OthersMUSD}
	for _, x := range needs {
		if m.meets([]*need{x}, set, m.bringsOf(set)) != nil {
			out.Crossed = append(out.Crossed, x.name)
		}
	}
	return out, nil
}

// Desk is the desk of the table.
func (t *Table) Desk() *Desk { return t.desk }
