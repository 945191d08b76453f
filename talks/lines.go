package talks

import (
	"cmp"
	"context"
	"math"
	"slices"

	"kanzei/model"
)

// A LineAsk is what freeing one line of the schedule from all additional duties
// is worth, to first order: share of the line in its cell, times the change of
// its rate, times the derivative of real income with respect to the tariff of
// the cell. Exact figures, from an equilibrium of its own, are given for the
// leading lines.
type LineAsk struct {
	ID            string   `json:"id"` // ten digits
	What          string   `json:"what"`
	Sector        string   `json:"sector"`
	ValueUSD      float64  `json:"value_usd"`
	RatePct       float64  `json:"rate_pct"` // additional duty
	StaticUSD     float64  `json:"static_usd"`
	GainAskerMUSD float64  `json:"gain_asker_musd"` // first order
	GainGiverMUSD float64  `json:"gain_giver_musd"`
	ExactAsker    *float64 `json:"exact_asker_musd"` // null where not re-solved
	ExactGiver    *float64 `json:"exact_giver_musd"`
	place         int
}

// Lines are all lines of the asker's trade, ranked.
type Lines struct {
	Against  string    `json:"against"`
	Count    int       `json:"count"` // lines that pay something
	Resolved int       `json:"resolved"`
	ErrorPct float64   `json:"linear_error_pct"` // largest error of the linear worth among those re-solved, percent of the exact
	Inverted int       `json:"inverted"`         // neighbours among them whose order is not that of the exact worth
	Adjoint  float64   `json:"adjoint_residual"`
	Leading  []LineAsk `json:"leading"`
}

// gradients are the derivatives of ln real income of both sides at the ground.
func (g *Ground) gradients(ctx context.Context) (asker, giver model.Grad, err error) {
	d := g.desk
	r, err := d.Equilibrium(ctx, g.Tariff, d.Question.Closures[0], Central)
	if err != nil {
		return
	}
	if asker, err = r.Gradient(d.Asker); err != nil {
		return
	}
	giver, err = r.Gradient(d.Giver)
	return
}

// Linear ranks every line of the asker's trade by its first-order worth, all at
// once from two adjoint solves.
func (g *Ground) Linear(ctx context.Context) ([]LineAsk, float64, error) {
	d := g.desk
	w := d.World
	from, err := g.Point(ctx, d.Question.Closures[0], Central)
	if err != nil {
		return nil, 0, err
	}
	ga, gg, err := g.gradients(ctx)
	if err != nil {
		return nil, 0, err
	}
	value := make([]float64, w.J)
	for i := range g.Lines {
		value[g.Lines[i].Sector] += g.Lines[i].ValueUSD
	}
	var out []LineAsk
	for i := range g.Lines {
		l, rate := &g.Lines[i], g.Rates[i].Additional()
		if rate <= 0 || l.ValueUSD <= 0 {
			continue
		}
		c := w.Cell(l.Sector, d.Giver, d.Asker)
		lower := -l.ValueUSD / value[l.Sector] * rate / g.Tariff[c] // d ln T
		out = append(out, LineAsk{ID: l.HTS.String(), Sector: w.Sectors[l.Sector].Code, ValueUSD: l.ValueUSD, RatePct: tidy(100 * rate), StaticUSD: math.Round(l.ValueUSD * rate),
			GainAskerMUSD: ga.Tariff[c] * lower * from.Income[d.Asker], GainGiverMUSD: gg.Tariff[c] * lower * from.Income[d.Giver], place: i})
	}
	slices.SortFunc(out, func(a, b LineAsk) int {
		return cmp.Or(cmp.Compare(b.GainAskerMUSD, a.GainAskerMUSD), cmp.Compare(a.ID, b.ID))
	})
	return out, math.Max(ga.Report.Residual, gg.Report.Residual), nil
}

// TopLines ranks all lines and re-solves the leading ones exactly, which
// measures the error of the linear ranking.
func (g *Ground) TopLines(ctx context.Context, leading int) (*Lines, error) {
	d := g.desk
	all, residual, err := g.Linear(ctx)
	if err != nil {
		return nil, err
	}
	n := min(leading, len(all))
	out := &Lines{Against: g.Name, Count: len(all), Resolved: n, Adjoint: residual, Leading: slices.Clone(all[:n])}
	from, err := g.Point(ctx, d.Question.Closures[0], Central)
	if err != nil {
		return nil, err
	}
	value := make([]float64, d.World.J)
	for i := range g.Lines {
		value[g.Lines[i].Sector] += g.Lines[i].ValueUSD
	}
	if err := d.Each(ctx, n, func(i int) error {
		x := &out.Leading[i]
		l := &g.Lines[x.place]
		t := slices.Clone(g.Tariff)
		t[d.World.Cell(l.Sector, d.Giver, d.Asker)] -= l.ValueUSD / value[l.Sector] * g.Rates[x.place].Additional()
		to, err := d.SolveTariffs(ctx, t, d.Question.Closures[0], Central)
		if err != nil {
			return err
		}
		_, a := Gain(from, to, d.Asker)
		_, b := Gain(from, to, d.Giver)
		x.ExactAsker, x.ExactGiver = &a, &b
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range out.Leading {
		x := &out.Leading[i]
		if *x.ExactAsker != 0 {
			out.ErrorPct = math.Max(out.ErrorPct, 100*math.Abs(x.GainAskerMUSD / *x.ExactAsker - 1))
		}
		if i > 0 && *x.ExactAsker > *out.Leading[i-1].ExactAsker {
			out.Inverted++
		}
		x.GainAskerMUSD, x.GainGiverMUSD = tidy(x.GainAskerMUSD), tidy(x.GainGiverMUSD)
	}
	for i := range out.Leading {
		*out.Leading[i].ExactAsker, *out.Leading[i].ExactGiver = tidy2(*out.Leading[i].ExactAsker, *out.Leading[i].ExactGiver)
	}
	out.ErrorPct = tidy(out.ErrorPct)
	return out, nil
}
