package duty_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/panel"
	"kanzei/trade"
)

// TestPanelAgainstInterpreter holds random cells of the panel of 2018-2026
// against the interpreter, on a million dollars, of which a cent is 1e-8. Where
// a fact is missing, facts are drawn, and the ruling lies in the cell's bounds.
// PANEL_CELLS sets the number of cells.
func TestPanelAgainstInterpreter(t *testing.T) {
	cells := 3000
	if n, err := strconv.Atoi(os.Getenv("PANEL_CELLS")); err == nil {
		cells = n
	} else if testing.Short() {
		cells = 300
	}
	held := laws(t)[1]
	l := withoutGaps(held.Ledger)
	engine := duty.New(l, schedules(t))
	applied, err := trade.PanelAssumptions("applied")
	if err != nil {
		t.Fatal(err)
	}
	applied.Preference = nil // of goods that claim nothing
	for _, a := range []panel.Assumptions{panel.Statutory, applied} {
		t.Run(a.Name, func(t *testing.T) {
			p, err := panel.Build(engine, kanzei.DayOf(2018, 1, 1), kanzei.DayOf(2026, 9, 28), a)
			if err != nil {
				t.Fatal(err)
			}
			x := &panelCheck{T: t, panel: p, engine: engine, rand: rand.New(rand.NewPCG(uint64(cells), 7)), oracle: &interpreter{law: l, schedule: engine.Schedule}, assume: a}
			x.run(cells / 2)
			t.Logf("%d cells: %d exact, %d ranges, %d without an answer", x.exact+x.ranges+x.without, x.exact, x.ranges, x.without)
			if x.ranges < cells/200 || x.exact < cells/4 {
				t.Error("too few cells of a kind were met")
			}
		})
	}
}

type panelCheck struct {
	*testing.T
	panel                  *panel.Panel
	engine                 *duty.Engine
	rand                   *rand.Rand
	oracle                 *interpreter
	assume                 panel.Assumptions
	exact, ranges, without int
}

func (x *panelCheck) run(cells int) {
	p := x.panel
	days := p.Days()
	for done := 0; done < cells; {
		// Several cells a day and a code: reading the law takes the time. Most
		// of the law is of 2025 and 2026; half the days are those on which it
		// changes.
		on := p.From + kanzei.Day(x.rand.IntN(int(p.Until-p.From)))
		switch x.rand.IntN(4) {
		case 0:
			on = kanzei.DayOf(2025, 1, 1) + kanzei.Day(x.rand.IntN(635))
		case 1, 2:
			on = days[x.rand.IntN(len(days))]
		}
		for range 60 {
			h := p.Codes()[x.rand.IntN(len(p.Codes()))]
			if _, err := p.Cell(h, p.Origins()[0], on); err != nil {
				continue
			}
			for range 5 {
				x.cell(h, p.Origins()[x.rand.IntN(len(p.Origins()))], on)
				done++
				if x.Failed() {
					return
				}
			}
		}
		if len(x.oracle.laws) > 20 {
			x.oracle.laws = nil
		}
	}
}

func (x *panelCheck) cell(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) {
	c, err := x.panel.Cell(h, o, on)
	if err != nil {
		x.Fatal(err)
	}
	entry := kanzei.Entry{HTS: h, Origin: o, Date: on, Value: 1_000_000 * kanzei.Dollar}
	if x.assume.Content != nil {
		if steel, aluminum, copper, ok := x.assume.Content(h); ok {
			entry.Steel, entry.Aluminum, entry.Copper = kanzei.ShareOf(steel), kanzei.ShareOf(aluminum), kanzei.ShareOf(copper)
		}
	}
	if c.Status == kanzei.Unsupported || c.Status == kanzei.Banned {
		r, err := x.oracle.assess(&entry, 0, false)
		if err != nil || r.unknown == "" {
			x.Errorf("%s from %s on %s is %s; the interpreter has %s (%v)", h, o, on, c.Status, r.total, err)
		}
		x.without++
		return
	}
	if c.Status == kanzei.Range {
		x.facts(&entry, h, on)
	}
	r, err := x.oracle.assess(&entry, 0, false)
	if err != nil {
		x.Fatal(err)
	}
	if r.unknown != "" {
		if _, one := c.Total.Exact(); one {
			x.Errorf("%s from %s on %s: %+v, the interpreter: %s", h, o, on, c, r.unknown)
		}
		return
	}
	// Facts drawn split a duty in parts, each rounded.
	slack := kanzei.Fraction(0)
	if c.Status == kanzei.Range {
		slack = kanzei.Fraction(len(r.duties) + 1)
	}
	in := func(e duty.Extent, m kanzei.Money) bool {
		f := kanzei.Fraction(m / kanzei.Cent)
		return f >= e.Min-slack && (f <= e.Max+slack || e.Open)
	}
	sums := map[string]kanzei.Money{}
	for heading, m := range r.duties {
		sums[x.engine.Book(0).Standing(heading, on.Open()).Program] += m
	}
	bad := !in(c.Base, r.base) || !in(c.Total, r.total)
	for _, e := range c.Programs {
		bad = bad || !in(e.Extent, sums[e.Program])
		delete(sums, e.Program)
	}
	for _, m := range sums {
		bad = bad || m != 0
	}
	if bad {
		x.Errorf("%s from %s on %s: %+v, the interpreter %+v of %+v", h, o, on, c, r, entry)
	}
	if c.Status == kanzei.Exact {
		x.exact++
	} else {
		x.ranges++
	}
}

// facts draws the facts that a range may hang on.
func (x *panelCheck) facts(e *kanzei.Entry, h kanzei.HTS, on kanzei.Day) {
	left := kanzei.One
	for _, s := range []*kanzei.Share{&e.Steel, &e.Aluminum, &e.Copper} {
		left -= s.Fraction
	}
	for _, s := range []*kanzei.Share{&e.Steel, &e.Aluminum, &e.Copper} {
		if !s.Known {
			part := kanzei.Fraction(x.rand.Int64N(int64(left) + 1))
			switch x.rand.IntN(4) {
			case 0:
				part = left
			case 1:
				part = 0
			}
			*s = kanzei.ShareOf(part)
			left -= part
		}
	}
	for _, f := range x.engine.Facts() {
		if !f.Needed {
			continue
		}
		if x.rand.IntN(2) == 0 && !slices.ContainsFunc(f.Not, e.Flag) {
			e.Flags = append(e.Flags, f.Flag)
		} else {
			e.Flags = append(e.Flags, "not-"+f.Flag)
		}
	}
	line, err := x.engine.Schedule.Line(h, on)
	if err != nil {
		x.Fatal(err)
	}
	rate := line.General
	if x.column2(e.Origin, on) {
		rate = line.Column2
	}
	for i, t := range rate.Specific {
		q := 1 + x.rand.Int64N(int64(e.Value)*10)
		if i == 0 {
			e.Quantity, e.Unit = q, t.Unit
		} else {
			e.Quantity2, e.Unit2 = q, t.Unit
		}
	}
}

func (x *panelCheck) column2(o kanzei.Origin, on kanzei.Day) bool {
	for _, m := range x.engine.Book(0).Group("column-2", on.Open()) {
		if m == o {
			return true
		}
	}
	return false
}
