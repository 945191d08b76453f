package impact

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"

	"kanzei/model"
)

// A Tariffed is a question of tariffs alone, with no law in it: a world and
// new tariff powers in cells.
type Tariffed struct {
	World    *model.World
	Tariff   []float64
	Name     string // of the scenario
	Options  model.Options
	Closures []model.Closure
	Draws    int
	Seed     uint64
	Sectors  bool
	Progress func(done, of int)
}

// Solved is the answer to [Tariffed]: changes from the world's base year.
type Solved struct {
	Base       string    `json:"base"`
	Scenario   string    `json:"scenario"`
	World      string    `json:"world"`
	Closure    string    `json:"closure"`
	Kappa      float64   `json:"kappa"`
	Status     string    `json:"status"`
	Residual   float64   `json:"residual"`
	Iterations int       `json:"iterations"`
	Draws      int       `json:"draws"`
	Seed       uint64    `json:"seed"`
	Economies  []Economy `json:"economies"`
	Others     []Other   `json:"other_closures,omitempty"`
	Notes      []string  `json:"notes"`
}

// Solve finds the equilibrium under new tariffs. An equilibrium that is not
// found is a *kanzei.Problem that names the residual.
func Solve(q Tariffed) (*Solved, error) {
	if len(q.Closures) == 0 {
		q.Closures = []model.Closure{model.Fixed}
	}
	sol, err := solve(task{base: q.World, laws: [][]float64{q.World.Tariff, q.Tariff}, options: q.Options, closures: q.Closures, draws: q.Draws, seed: q.Seed, keep: keep{q.Sectors, -1}, progress: q.Progress})
	if err != nil {
		return nil, err
	}
	r := sol.results[0][1]
	out := &Solved{Base: "base year", Scenario: q.Name, World: q.World.Name, Closure: q.Closures[0].String(), Kappa: q.Options.Kappa, Status: "converged",
		Residual: max(r.Report.Residual, sol.results[0][0].Report.Residual), Iterations: r.Report.Iterations, Draws: q.Draws, Seed: q.Seed, Notes: append([]string{}, q.World.Notes...)}
	for n := range q.World.Economies {
		out.Economies = append(out.Economies, economy(sol, 0, 1, n, q.Sectors))
	}
	for c := 1; c < len(q.Closures); c++ {
		x := sol.results[c][1]
		o := Other{Closure: q.Closures[c].String(), Status: "converged", Residual: x.Report.Residual, Iterations: x.Report.Iterations}
		for n := range q.World.Economies {
			o.Economies = append(o.Economies, sol.other(c, 0, 1, n))
		}
		out.Others = append(out.Others, o)
	}
	return out, nil
}

// Text writes the answer.
func (a *Solved) Text(w io.Writer, s Style) error {
	p := newPage(s)
	p.line("%s", p.bold("World "+a.World+" under "+a.Scenario))
	p.wrap("", "  ", fmt.Sprintf("Closure %s: %s; residual %.0e after %d iterations.", a.Closure, closureWords[a.Closure], a.Residual, a.Iterations))
	for _, o := range a.Others {
		p.wrap("", "  ", fmt.Sprintf("Closure %s: %s; residual %.0e after %d iterations; its income in percent is in the last columns.", o.Closure, closureWords[o.Closure], o.Residual, o.Iterations))
	}
	p.line("")
	ranges := func(string) string { return "" }
	if a.Draws > 0 {
		ranges = func(s string) string { return fmt.Sprintf(" %17s", s) }
	}
	name := max(12, p.width-38-len(ranges(""))-13*len(a.Others))
	others := ""
	for _, o := range a.Others {
		others += fmt.Sprintf(" %12s", o.Closure)
	}
	p.line("  %-*s %7s%s %8s %9s %9s%s", name, "", "income", ranges("90 % range"), "bn USD", "exports", "imports", others)
	order := slices.Clone(a.Economies)
	slices.SortStableFunc(order, func(x, y Economy) int { return cmp.Compare(math.Abs(y.RealIncomeMUSD), math.Abs(x.RealIncomeMUSD)) })
	for _, e := range order {
		others = ""
		for i := range a.Others {
			others += fmt.Sprintf(" %12s", signed(a.Others[i].other(e.ISO3).RealIncomePct))
		}
		p.line("  %-*s %7s%s %8s %9s %9s%s", name, clip(e.Name, name), signed(e.RealIncomePct), ranges(span(e.Lo, e.Hi)), signedBn(e.RealIncomeMUSD), signed(e.ExportsPct), signed(e.ImportsPct), others)
	}
	for _, n := range a.Notes {
		p.wrap("  ", "  ", n)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// CSV writes one row an economy; under the other closures, its real income alone.
func (a *Solved) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write([]string{"world", "scenario", "closure", "iso2", "iso3", "name", "real_income_pct", "lo", "hi", "real_income_musd", "exports_pct", "imports_pct", "terms_of_trade_pct", "prices_pct", "tariff_revenue_musd", "tariff_revenue_base_musd"})
	for i := range a.Economies {
		e := &a.Economies[i]
		c.Write([]string{a.World, a.Scenario, a.Closure, e.ISO2, e.ISO3, e.Name, num(e.RealIncomePct), numAt(e.Lo), numAt(e.Hi), num(e.RealIncomeMUSD), num(e.ExportsPct), num(e.ImportsPct), num(e.TermsOfTradePct), num(e.PricesPct), num(e.RevenueMUSD), num(e.RevenueBaseMUSD)})
	}
	for i := range a.Others {
		o := &a.Others[i]
		for j := range o.Economies {
			v := &o.Economies[j]
			c.Write([]string{a.World, a.Scenario, o.Closure, v.ISO2, v.ISO3, a.Economies[j].Name, num(v.RealIncomePct), numAt(v.Lo), numAt(v.Hi), "", "", "", "", "", "", ""})
		}
	}
	c.Flush()
	return c.Error()
}
