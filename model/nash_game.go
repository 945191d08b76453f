package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// An arena is a model of the world in which tariffs can be played: welfare at
// given tariffs and its derivatives. Cells are laid out as in [World].
type arena interface {
	shape() (n, j int)
	base() []float64 // tariff powers of the base year, cells
	// eval finds the equilibrium and writes ln welfare of each economy, [N].
	eval(tariff, lnG []float64) error
	// slope writes d sum_n weight_n ln welfare_n / d ln T' at the last eval,
	// for the cells of the importers given.
	slope(weight []float64, importers []int, grad []float64) error
	// curvature is about the second derivative of an importer's ln welfare
	// with respect to ln T' of a cell: import share times elasticity.
	curvature(cell int) float64
	tolerance() float64 // of scaled first-order conditions
	counted() (solves int, last solve.Report)
}

// A Play counts the work of a war or of talks.
type Play struct {
	Rounds     int
	Solves     int          // equilibria computed
	Iterations int          // quasi-Newton steps
	Moved      float64      // largest change of a rate in the last round
	Slope      float64      // largest projected derivative left, scaled
	Report     solve.Report // of the last equilibrium
}

// A NoBestResponse error says whose optimum was not found; it carries the
// report of the search.
type NoBestResponse struct {
	Player int // index of the economy; -1 for talks
	Round  int
	Report solve.Report
	Moved  float64 // change of rates in the last round, if rounds ran out
}

func (e *NoBestResponse) Error() string {
	if e.Report.Status == solve.Converged {
		return fmt.Sprintf("answers do not settle: after %d rounds rates still move by %.2g", e.Round, e.Moved)
	}
	who := fmt.Sprintf("player %d", e.Player)
	if e.Player < 0 {
		who = "the talks"
	}
	return fmt.Sprintf("no optimum found for %s in round %d: %v after %d steps at projected gradient %.2g",
		who, e.Round, e.Report.Status, e.Report.Iterations, e.Report.Residual)
}

// A lever is a rate that a player sets on one or more cells.
type lever struct {
	cells []int
	scale float64
}

// A game plays an arena with the choices of NashOptions.
type game struct {
	a       arena
	o       NashOptions
	taxable func(j int) bool
	lo, hi  float64 // of ln T'
}

func newGame(a arena, o NashOptions) *game {
	if o.MaxRate == 0 {
		o.MaxRate = 10
	}
	if o.Rounds == 0 {
		o.Rounds = 30
	}
	if o.RateTol == 0 {
		o.RateTol = 1e-5
	}
	g := &game{a: a, o: o, taxable: func(int) bool { return true }, hi: math.Log(1 + o.MaxRate)}
	if o.Subsidies {
		g.lo = -math.Log(2)
	}
	return g
}

// levers of economy n under an instrument.
func (g *game) levers(n int, by Instrument) []lever {
	N, J := g.a.shape()
	index := map[int]int{}
	var out []lever
	for j := 0; j < J; j++ {
		if !g.taxable(j) {
			continue
		}
		for i := 0; i < N; i++ {
			if i == n {
				continue
			}
			c := (j*N+n)*N + i
			key := map[Instrument]int{Uniform: 0, ByPartner: i, BySector: j, ByPartnerAndSector: c}[by]
			k, ok := index[key]
			if !ok {
				k = len(out)
				index[key] = k
				out = append(out, lever{})
			}
			out[k].cells = append(out[k].cells, c)
			out[k].scale += g.a.curvature(c)
		}
	}
	for k := range out {
		if s := out[k].scale; s > 0 {
			out[k].scale = math.Sqrt(s)
		} else {
			out[k].scale = 1 // nothing is traded: the derivative is zero
		}
	}
	return out
}

// A search is one optimisation over levers: of sum_n weight_n ln welfare_n, or
// of what objective makes of ln welfare.
type search struct {
	g         *game
	levers    []lever
	importers []int
	tariff    []float64
	objective func(lnG, weight []float64) float64 // sets the weights
	lnG, w    []float64
	grad      []float64
	err       error
}

func (g *game) newSearch(levers []lever, importers []int, tariff []float64, objective func(lnG, weight []float64) float64) *search {
	N, _ := g.a.shape()
	return &search{g: g, levers: levers, importers: importers, tariff: tariff, objective: objective,
		lnG: make([]float64, N), w: make([]float64, N), grad: make([]float64, len(tariff))}
}

func (s *search) set(z []float64) {
	for k, l := range s.levers {
		t := math.Exp(z[k] / l.scale)
		for _, c := range l.cells {
			s.tariff[c] = t
		}
	}
}

func (s *search) eval(z, grad []float64) float64 {
	s.set(z)
	if s.err = s.g.a.eval(s.tariff, s.lnG); s.err != nil {
		return math.NaN()
	}
	v := s.objective(s.lnG, s.w)
	if s.err = s.g.a.slope(s.w, s.importers, s.grad); s.err != nil {
		return math.NaN()
	}
	for k, l := range s.levers {
		d := 0.0
		for _, c := range l.cells {
			d += s.grad[c]
		}
		grad[k] = -d / l.scale
	}
	return -v
}

// run maximises from the tariffs at hand, which it changes.
func (s *search) run(tol float64, maxIter int) solve.Report {
	n := len(s.levers)
	z, lo, hi, reach := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for k, l := range s.levers {
		// Levers over several cells start from the mean of ln T'.
		for _, c := range l.cells {
			z[k] += math.Log(s.tariff[c]) / float64(len(l.cells))
		}
		z[k] *= l.scale
		lo[k], hi[k], reach[k] = s.g.lo*l.scale, s.g.hi*l.scale, 0.3*l.scale
	}
	_, rep := solve.Bounded(s.eval, z, lo, hi, solve.BoundedOptions{Tol: tol, MaxIter: maxIter, Memory: 20, Reach: reach})
	s.set(z)
	return rep
}

// alone is the objective of one player.
func alone(n int) func(lnG, weight []float64) float64 {
	return func(lnG, weight []float64) float64 {
		weight[n] = 1
		return lnG[n]
	}
}

// nash plays answers in turn (Gauss-Seidel) until no rate moves by more than
// RateTol; tariff is the start and receives the result. With one player and
// one round it is that player's optimum.
func (g *game) nash(players []int, tariff []float64) (Play, error) {
	var p Play
	searches := make([]*search, len(players))
	for k, n := range players {
		searches[k] = g.newSearch(g.levers(n, g.o.Instrument), []int{n}, tariff, alone(n))
	}
	// Early rounds need no more accuracy than the others' next move.
	tol, single := 1e-3, len(players) == 1
	if single {
		tol = g.a.tolerance()
	}
	before := make([]float64, len(tariff))
	for {
		p.Rounds++
		copy(before, tariff)
		for k, s := range searches {
			rep := s.run(tol, 1000)
			p.Iterations += rep.Iterations
			if rep.Status != solve.Converged && !(rep.Status == solve.Stalled && rep.Residual <= 10*g.a.tolerance()) {
				if s.err != nil {
					return p, s.err
				}
				return p, &NoBestResponse{Player: players[k], Round: p.Rounds, Report: rep}
			}
			if g.o.Progress != nil {
				g.o.Progress(p.Rounds, k+1, len(players))
			}
		}
		p.Moved = 0
		for c, t := range tariff {
			p.Moved = math.Max(p.Moved, math.Abs(t-before[c]))
		}
		tight := tol <= g.a.tolerance()
		if single || tight && p.Moved <= g.o.RateTol {
			break
		}
		if p.Rounds >= g.o.Rounds {
			return p, &NoBestResponse{Round: p.Rounds, Moved: p.Moved, Report: solve.Report{Status: solve.Converged}}
		}
		tol = math.Max(g.a.tolerance(), math.Min(0.1*tol, 0.01*p.Moved*p.Moved))
	}
	return p, g.close(&p, searches)
}

// close measures what first-order gain is left to each at the joint point.
func (g *game) close(p *Play, searches []*search) error {
	for _, s := range searches {
		if err := g.a.eval(s.tariff, s.lnG); err != nil {
			return err
		}
		s.objective(s.lnG, s.w)
		if err := g.a.slope(s.w, s.importers, s.grad); err != nil {
			return err
		}
		for _, l := range s.levers {
			d, x := 0.0, math.Log(s.tariff[l.cells[0]])
			for _, c := range l.cells {
				d += s.grad[c]
			}
			if x <= g.lo+1e-12 && d < 0 || x >= g.hi-1e-12 && d > 0 {
				continue
			}
			p.Slope = math.Max(p.Slope, math.Abs(d)/l.scale)
		}
	}
	p.Solves, p.Report = g.a.counted()
	return nil
}
