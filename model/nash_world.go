package model

import (
	"math"

	"kanzei/solve"
)

// A worldArena plays tariffs in a World by its general solver and its adjoint.
type worldArena struct {
	w      *World
	o      Options
	last   *Result
	solves int
}

func (w *World) newArena(o Options) *worldArena {
	if o.Tol == 0 {
		o.Tol = 1e-12 // searches resolve small differences of welfare
	}
	o.Start = nil
	return &worldArena{w: w, o: o}
}

func (a *worldArena) shape() (n, j int)  { return a.w.N, a.w.J }
func (a *worldArena) base() []float64    { return a.w.Tariff }
func (a *worldArena) tolerance() float64 { return 1e-6 }

func (a *worldArena) counted() (int, solve.Report) {
	if a.last == nil {
		return a.solves, solve.Report{}
	}
	return a.solves, a.last.Report
}

func (a *worldArena) eval(tariff, lnG []float64) error {
	o := a.o
	o.Start = a.last
	a.solves++
	// The result keeps its tariffs: it gets its own.
	r, err := a.w.Solve(Shock{Tariff: append([]float64(nil), tariff...)}, o)
	if err != nil && a.last != nil { // a far start may do harm
		o.Start = nil
		r, err = a.w.Solve(Shock{Tariff: append([]float64(nil), tariff...)}, o)
	}
	if err != nil {
		return err
	}
	a.last = r
	for n, v := range r.Welfare {
		lnG[n] = math.Log(v)
	}
	return nil
}

func (a *worldArena) slope(weight []float64, importers []int, grad []float64) error {
	g, err := a.last.GradientOf(weight)
	if err != nil {
		return err
	}
	N := a.w.N
	for _, n := range importers {
		for j := 0; j < a.w.J; j++ {
			lo := a.w.Cell(j, n, 0)
			copy(grad[lo:lo+N], g.Tariff[lo:lo+N])
		}
	}
	return nil
}

func (a *worldArena) curvature(c int) float64 {
	w := a.w
	return w.Flow[c] / w.Income[c/w.N%w.N] * (1 + w.Theta[c/w.N/w.N])
}

// newGame of a World taxes goods, and services if asked.
func (w *World) newGame(o NashOptions) *game {
	g := newGame(w.newArena(o.Solve), o)
	g.taxable = func(j int) bool { return o.Services || w.Sectors[j].Goods }
	return g
}

// open sets the players' rates on what they can tax to 1/theta, at most 50
// percent: where the search starts.
func (g *game) open(w *World, players []int, tariff []float64) {
	for _, n := range players {
		for j := 0; j < w.J; j++ {
			if !g.taxable(j) {
				continue
			}
			for i := 0; i < w.N; i++ {
				if i != n {
					tariff[w.Cell(j, n, i)] = 1 + math.Min(math.Min(0.5, 1/w.Theta[j]), g.o.MaxRate)
				}
			}
		}
	}
}

// OptimalTariff finds the tariffs that are best for economy n while the others
// keep theirs (others in cells; nil: those of the base).
func (w *World) OptimalTariff(n int, others []float64, o NashOptions) (*NashResult, error) {
	if others == nil {
		others = w.Tariff
	}
	players, err := w.players([]int{n})
	if err != nil {
		return nil, err
	}
	if err := w.checkShock(Shock{Tariff: others}, o.Solve); err != nil {
		return nil, err
	}
	return w.playNash(players, append([]float64(nil), others...), o)
}

func (w *World) nashGradient(players []int, o NashOptions) (*NashResult, error) {
	return w.playNash(players, append([]float64(nil), w.Tariff...), o)
}

func (w *World) playNash(players []int, tariff []float64, o NashOptions) (*NashResult, error) {
	g := w.newGame(o)
	g.open(w, players, tariff)
	p, err := g.nash(players, tariff)
	if err != nil {
		return nil, err
	}
	return w.playResult(g, players, tariff, p)
}

// playResult solves once more at the tariffs reached and reports.
func (w *World) playResult(g *game, players []int, tariff []float64, p Play) (*NashResult, error) {
	a := g.a.(*worldArena)
	o := a.o
	o.Start = a.last
	res, err := w.Solve(Shock{Tariff: tariff}, o)
	if err != nil {
		return nil, err
	}
	r := &NashResult{World: w.Name, Method: Gradient, Players: players, Rate: make([]float64, w.N), Tariff: tariff,
		Welfare: res.Welfare, Wage: res.Wage, Price: res.Price, Income: res.Income, Report: res.Report,
		Rounds: p.Rounds, Solves: p.Solves + 1, Slope: p.Slope}
	for _, n := range players {
		var rates []float64
		for _, l := range g.levers(n, g.o.Instrument) {
			rates = append(rates, tariff[l.cells[0]]-1)
		}
		r.Rate[n] = median(rates)
	}
	return r, nil
}
