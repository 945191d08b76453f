package impact

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// A Spread is what a batch says: each figure with its range over the draws, and
// how settled the range is.
type Spread struct {
	World     string      `json:"world"`
	Base      []string    `json:"base"`
	Draws     int         `json:"draws"`
	Seed      uint64      `json:"seed"`
	Scenarios []SpreadRow `json:"scenarios"`
}

// A SpreadRow is a scenario on a day under a closure.
type SpreadRow struct {
	On        string          `json:"on"`
	Known     string          `json:"known"` // "latest": everything held
	Scenario  string          `json:"scenario"`
	Closure   string          `json:"closure"`
	Economies []SpreadEconomy `json:"economies"`
	// Settled are the points by which the ends of the range of real income over
	// the first half of the draws differ from those over all: the most of any
	// economy, and its ISO code. Null without draws.
	Settled   *float64 `json:"settled_points"`
	SettledOf string   `json:"settled_of,omitempty"`
}

// A SpreadEconomy is one economy's; figures are those of Figures.
type SpreadEconomy struct {
	ISO2    string                  `json:"iso2"`
	ISO3    string                  `json:"iso3"`
	Name    string                  `json:"name"`
	Figures map[string]SpreadFigure `json:"figures"`
}

// A SpreadFigure is a figure at the world's own elasticities, and the 5th, 50th
// and 95th percentiles over the draws; null without draws.
type SpreadFigure struct {
	Value  float64  `json:"value"`
	Lo     *float64 `json:"lo"`
	Median *float64 `json:"median"`
	Hi     *float64 `json:"hi"`
}

// A Spreader takes the items of a batch in their order.
type Spreader struct {
	Out   Spread
	batch *Batch
	held  [][][][]float64 // draw, scenario, economy, figure; of one clock and closure
}

// Spreader returns one for the batch.
func (b *Batch) Spreader() *Spreader {
	return &Spreader{Out: Spread{World: b.study.World.Name, Base: b.Base, Draws: b.Draws, Seed: b.Seed}, batch: b}
}

// Add takes the next item.
func (s *Spreader) Add(item int, figures [][][]float64) {
	at, closure, draw := s.batch.Item(item)
	s.held = append(s.held, figures)
	if draw < s.batch.Draws {
		return
	}
	economies := s.batch.study.World.Economies
	for i, name := range s.batch.Scenarios {
		row := SpreadRow{On: at.On.String(), Known: at.known(), Scenario: name, Closure: closure.String()}
		for n, e := range economies {
			x := SpreadEconomy{ISO2: e.ISO2, ISO3: e.ISO3, Name: e.Name, Figures: map[string]SpreadFigure{}}
			for f, figure := range Figures {
				v := SpreadFigure{Value: s.held[0][i][n][f]}
				if draws := s.held[1:]; len(draws) > 0 {
					lo, median, hi := s.between(draws, i, n, f)
					v.Lo, v.Median, v.Hi = &lo, &median, &hi
					if f == 0 {
						halfLo, _, halfHi := s.between(draws[:(len(draws)+1)/2], i, n, f)
						if d := math.Max(math.Abs(halfLo-lo), math.Abs(halfHi-hi)); row.Settled == nil || d > *row.Settled {
							row.Settled, row.SettledOf = &d, e.ISO3
						}
					}
				}
				x.Figures[figure] = v
			}
			row.Economies = append(row.Economies, x)
		}
		if row.Settled != nil {
			*row.Settled = tidy(*row.Settled)
		}
		s.Out.Scenarios = append(s.Out.Scenarios, row)
	}
	s.held = s.held[:0]
}

func (s *Spreader) between(draws [][][][]float64, scenario, economy, figure int) (lo, median, hi float64) {
	v := make([]float64, len(draws))
	for d := range draws {
		v[d] = draws[d][scenario][economy][figure]
	}
	slices.Sort(v)
	return tidy(quantile(v, 0.05)), tidy(quantile(v, 0.5)), tidy(quantile(v, 0.95))
}

func (c Clock) known() string {
	if c.Known == 0 {
		return "latest"
	}
	return c.Known.String()
}

// Text writes real income, all economies where there are few days, else those
// named first; the largest changes first.
func (s *Spread) Text(w io.Writer, first ...string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	days := map[string]bool{}
	for i := range s.Scenarios {
		days[s.Scenarios[i].On+s.Scenarios[i].Known] = true
	}
	fmt.Fprintf(w, "Change of real income in percent, world %s; 90 %% ranges over %d draws of the elasticities (seed %d).\n", s.World, s.Draws, s.Seed)
	for i := range s.Scenarios {
		r := &s.Scenarios[i]
		if len(days) == 1 {
			fmt.Fprintf(t, "\n%s against %s, on %s as known %s, closure %s\n", r.Scenario, s.Base[0], r.On, r.Known, r.Closure)
			if r.Settled != nil {
				fmt.Fprintf(t, "half the draws move no end of a range by more than %.4f points (%s)\n", *r.Settled, r.SettledOf)
			}
		}
		list := slices.Clone(r.Economies)
		slices.SortStableFunc(list, func(a, b SpreadEconomy) int {
			x, y := a.Figures[Figures[0]].Value, b.Figures[Figures[0]].Value
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		for _, e := range list {
			v := e.Figures[Figures[0]]
			switch {
			case len(days) == 1:
				fmt.Fprintf(t, "%s\t%s\t%+.3f\t%s\t\n", e.ISO3, e.Name, v.Value, span(v.Lo, v.Hi))
			case slices.Contains(first, e.ISO3):
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%+.3f\t%s\t\n", r.On, r.Known, r.Scenario, r.Closure, e.ISO3, v.Value, span(v.Lo, v.Hi))
			}
		}
	}
	return t.Flush()
}
