package talks

import (
	"context"
	"math"
	"slices"

	"kanzei/impact"
	"kanzei/model"
)

// A Range is where a figure lies over draws of the trade elasticities and over
// closures.
type Range struct {
	Lo *float64 `json:"lo"` // 5th percentile of the draws; null without draws
	Hi *float64 `json:"hi"` // 95th
	// Settled is the most by which the two ends differ from those over the first
	// half of the draws; null with fewer than 8 draws.
	Settled *float64 `json:"settled_points"`
}

// A Side is what something does to one economy.
type Side struct {
	ISO2        string  `json:"iso2"`
	GainPct     float64 `json:"gain_pct"` // real income, percent
	Range               // of GainPct
	GainMUSD    float64 `json:"gain_musd"` // a year, USD of the base year
	ExportsMUSD float64 `json:"exports_musd"`
	RevenueMUSD float64 `json:"tariff_revenue_musd"`
	OutputPct   float64 `json:"output_pct"` // volume of the sectors touched
	LabourPct   float64 `json:"labour_pct"` // labour that moves into the sectors touched, percent of all labour

	draws []float64 // GainPct by draw
}

// A ClosureGain is the gain of both sides under another closure.
type ClosureGain struct {
	Closure       string  `json:"closure"`
	GainAskerPct  float64 `json:"gain_asker_pct"`
	GainGiverPct  float64 `json:"gain_giver_pct"`
	GainAskerMUSD float64 `json:"gain_asker_musd"`
	GainGiverMUSD float64 `json:"gain_giver_musd"`
	Residual      float64 `json:"residual"`
}

// A Third is what something does to an economy that is not at the table.
type Third struct {
	ISO2     string  `json:"iso2"`
	Name     string  `json:"name"`
	GainPct  float64 `json:"gain_pct"`
	GainMUSD float64 `json:"gain_musd"`
}

// A Worth is what an ask, an offer or a package is worth, each against a
// ground, from equilibria re-solved exactly.
type Worth struct {
	ID            string        `json:"id"`
	What          string        `json:"what"`
	Kind          string        `json:"kind"`
	Against       string        `json:"against"` // the ground
	StaticUSD     float64       `json:"static_usd"`
	Saved         *Saved        `json:"static_bounds,omitempty"` // of an ask that hangs on facts not known
	GainAskerPct  float64       `json:"gain_asker_pct"`
	GainGiverPct  float64       `json:"gain_giver_pct"`
	GainAskerMUSD float64       `json:"gain_asker_musd"`
	GainGiverMUSD float64       `json:"gain_giver_musd"`
	Range                       // of GainAskerPct
	Asker         Side          `json:"asker"`
	Giver         Side          `json:"giver"`
	Closures      []ClosureGain `json:"closures,omitempty"`
	Thirds        []Third       `json:"thirds,omitempty"` // largest gains and losses in dollars
	OthersMUSD    float64       `json:"others_musd"`      // sum over all not at the table
	Residual      float64       `json:"residual"`
	Iterations    int           `json:"iterations"`

	ask    *Ask
	tariff []float64
}

// PerUnit is what the asker gains for each dollar it costs the giver, or, for
// an offer, what the giver gains for each dollar it costs the asker; +Inf where
// it costs nothing.
func (w *Worth) PerUnit() float64 {
	get, cost := w.GainAskerMUSD, -w.GainGiverMUSD
	if w.ask != nil && w.ask.Offer {
		get, cost = w.GainGiverMUSD, -w.GainAskerMUSD
	}
	if cost <= 0 {
		return math.Inf(1)
	}
	return get / cost
}

// Worth values asks one by one against a ground.
func (g *Ground) Worth(ctx context.Context, asks []*Ask) ([]*Worth, error) {
	tables := make([][]float64, len(asks))
	out := make([]*Worth, len(asks))
	for i, a := range asks {
		t, err := g.Tariffs([]*Ask{a})
		if err != nil {
			return nil, err
		}
		s, err := g.Static([]*Ask{a})
		if err != nil {
			return nil, err
		}
		tables[i] = t
		out[i] = &Worth{ID: a.ID, What: a.What, Kind: a.Kind, StaticUSD: math.Round(s), ask: a}
		if out[i].Saved, err = g.saved(a); err != nil {
			return nil, err
		}
	}
	return out, g.Value(ctx, out, tables)
}

// Value fills worths with what tariff tables are worth against the ground: the
// leading closure at every draw, the other closures at the world's own
// elasticities.
func (g *Ground) Value(ctx context.Context, out []*Worth, tables [][]float64) error {
	d := g.desk
	lead := d.Question.Closures[0]
	type job struct {
		i, draw int
		c       model.Closure
	}
	var jobs []job
	for i := range out {
		for draw := Central; draw < len(d.Draws); draw++ {
			jobs = append(jobs, job{i, draw, lead})
		}
		for _, c := range d.Question.Closures[1:] {
			jobs = append(jobs, job{i, Central, c})
		}
		out[i].Asker.draws, out[i].Giver.draws = make([]float64, len(d.Draws)), make([]float64, len(d.Draws))
		out[i].Closures = make([]ClosureGain, len(d.Question.Closures)-1)
	}
	if err := d.Each(ctx, len(jobs), func(k int) error {
		j := jobs[k]
		from, err := g.Point(ctx, j.c, j.draw)
		if err != nil {
			return err
		}
		to, err := d.SolveTariffs(ctx, tables[j.i], j.c, j.draw)
		if err != nil {
			return err
		}
		w := out[j.i]
		switch {
		case j.draw >= 0:
			w.Asker.draws[j.draw], _ = Gain(from, to, d.Asker)
			w.Giver.draws[j.draw], _ = Gain(from, to, d.Giver)
		case j.c != lead:
			x := &w.Closures[slices.Index(d.Question.Closures, j.c)-1]
			x.Closure, x.Residual = j.c.String(), to.Residual
			x.GainAskerPct, x.GainAskerMUSD = tidy2(Gain(from, to, d.Asker))
			x.GainGiverPct, x.GainGiverMUSD = tidy2(Gain(from, to, d.Giver))
		default:
			g.fill(w, tables[j.i], from, to)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, w := range out {
		w.Asker.Range, w.Giver.Range = rangeOf(w.Asker.draws), rangeOf(w.Giver.draws)
		w.Range = w.Asker.Range
	}
	return nil
}

// fill takes the central figures from two points.
func (g *Ground) fill(x *Worth, tariff []float64, from, to *Point) {
	d := g.desk
	w := d.World
	x.Against, x.tariff, x.Residual, x.Iterations = g.Name, tariff, to.Residual, to.Iterations
	touched := make([]bool, w.J) // sectors whose tariffs between the two change
	for j := range touched {
		a, b := w.Cell(j, d.Giver, d.Asker), w.Cell(j, d.Asker, d.Giver)
		touched[j] = tariff[a] != g.Tariff[a] || tariff[b] != g.Tariff[b]
	}
	side := func(n int, s *Side) {
		s.ISO2 = w.Economies[n].ISO2
		s.GainPct, s.GainMUSD = tidy2(Gain(from, to, n))
		s.ExportsMUSD, s.RevenueMUSD = tidy(to.Exports[n]-from.Exports[n]), tidy(to.Revenue[n]-from.Revenue[n])
		was, is, labour := 0.0, 0.0, 0.0
		for j := range touched {
			if r := w.Row(j, n); touched[j] {
				was += w.Y0[r] * from.Volume[r]
				is += w.Y0[r] * to.Volume[r]
				labour += w.VA[r] * w.Y0[r] * (to.Employment[r] - from.Employment[r])
			}
		}
		if was > 0 {
			s.OutputPct = tidy(100 * (is/was - 1))
		}
		s.LabourPct = tidy(100 * labour / w.WL0[n])
	}
	side(d.Asker, &x.Asker)
	side(d.Giver, &x.Giver)
	x.GainAskerPct, x.GainAskerMUSD = x.Asker.GainPct, x.Asker.GainMUSD
	x.GainGiverPct, x.GainGiverMUSD = x.Giver.GainPct, x.Giver.GainMUSD
	var all []Third
	for n, e := range w.Economies {
		if n == d.Asker || n == d.Giver {
			continue
		}
		t := Third{ISO2: e.ISO2, Name: e.Name}
		t.GainPct, t.GainMUSD = tidy2(Gain(from, to, n))
		x.OthersMUSD += t.GainMUSD
		all = append(all, t)
	}
	x.OthersMUSD = tidy(x.OthersMUSD)
	slices.SortStableFunc(all, func(a, b Third) int {
		switch {
		case math.Abs(a.GainMUSD) > math.Abs(b.GainMUSD):
			return -1
		case math.Abs(a.GainMUSD) < math.Abs(b.GainMUSD):
			return 1
		}
		return 0
	})
	x.Thirds = all[:min(4, len(all))]
}

// An Order says how often, over the draws, one ask is worth more to the asker
// than the next.
type Order struct {
	Above string  `json:"above"`
	Below string  `json:"below"`
	Share float64 `json:"share"` // of the draws, 0 to 1
}

// Orders compares neighbours in a ranking, draw by draw. Nil without draws.
func Orders(ranked []*Worth) []Order {
	var out []Order
	for i := 0; i+1 < len(ranked); i++ {
		a, b := ranked[i], ranked[i+1]
		if len(a.Asker.draws) == 0 || len(a.Asker.draws) != len(b.Asker.draws) {
			return nil
		}
		n := 0
		for k := range a.Asker.draws {
			if a.Asker.draws[k] > b.Asker.draws[k] {
				n++
			}
		}
		out = append(out, Order{a.ID, b.ID, float64(n) / float64(len(a.Asker.draws))})
	}
	return out
}

// Rank sorts by what an ask is worth to the asker, most first.
func Rank(all []*Worth) {
	slices.SortStableFunc(all, func(a, b *Worth) int {
		switch {
		case a.GainAskerMUSD > b.GainAskerMUSD:
			return -1
		case a.GainAskerMUSD < b.GainAskerMUSD:
			return 1
		}
		return 0
	})
}

// rangeOf is the range of draws; of nulls without draws.
func rangeOf(draws []float64) Range {
	f := impact.NewSpreadFigure(0, draws)
	return Range{f.Lo, f.Hi, f.Settled}
}

// tidy rounds to a millionth, so that the last bits of a solve do not show.
func tidy(x float64) float64 {
	r := math.Round(x*1e6) / 1e6
	if r == 0 {
		return 0
	}
	return r
}

func tidy2(a, b float64) (float64, float64) { return tidy(a), tidy(b) }
