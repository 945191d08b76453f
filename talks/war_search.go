package talks

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/model"
	"kanzei/solve"
)

// A lever is a duty that one player sets: points added to the powers of some
// cells. On one cell it is the rate itself, down to zero.
type lever struct {
	cells  []int
	base   []float64 // powers to which the points are added
	lo, hi float64   // of the points, shares
	scale  float64   // unit of the search
}

// A duel is a search for the best duties of one player, or of two in turn,
// while everyone else's stand.
type duel struct {
	d      *Desk
	w      *model.World
	view   view
	tariff []float64 // cells; the search changes the levers' cells
	last   *model.Result
	solves int
}

const (
	duelTol  = 1e-6  // largest scaled derivative of ln real income left
	solveTol = 1e-12 // searches resolve small differences
)

func (d *Desk) duel(v view, tariff []float64) *duel {
	return &duel{d: d, w: d.WorldOf(v.draw), view: v, tariff: slices.Clone(tariff)}
}

// levers are the duties of an importer on an exporter's goods: one number of
// points on top of base for all, or a rate for each sector. Points are at least
// floor; rates are at least zero. Both are at most most.
func (u *duel) levers(importer, exporter int, base []float64, bySector bool, floor, most float64) []lever {
	w := u.w
	var out []lever
	for j := range w.Sectors {
		c := w.Cell(j, importer, exporter)
		if !w.Sectors[j].Goods || w.Flow[c] == 0 {
			continue
		}
		size := w.Flow[c] / w.Income[importer] * (1 + w.Theta[j])
		if bySector || out == nil {
			out = append(out, lever{lo: floor, hi: most})
			if bySector {
				out[len(out)-1].lo, out[len(out)-1].hi = 1-base[c], most-(base[c]-1)
			}
		}
		l := &out[len(out)-1]
		l.cells, l.base, l.scale = append(l.cells, c), append(l.base, base[c]), l.scale+size
	}
	for k := range out {
		out[k].scale = math.Sqrt(out[k].scale)
	}
	return out
}

// eval finds the equilibrium at the tariffs at hand.
func (u *duel) eval(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	start := u.last
	if start == nil {
		var err error
		if start, err = u.d.nearby(ctx, u.view.closure, u.view.draw); err != nil {
			return err
		}
	}
	// The result keeps its tariffs: it gets its own.
	r, err := u.w.Solve(model.Shock{Tariff: slices.Clone(u.tariff)}, model.Options{Closure: u.view.closure, Tol: solveTol, Start: start})
	u.solves++
	if err != nil {
		return unsolved(err, u.view.draw)
	}
	u.last = r
	return nil
}

// slopes are the derivatives of the sum of weight times ln real income, weight
// [N], with respect to the points of each lever, at the last evaluation.
func (u *duel) slopes(weight []float64, levers []lever) ([]float64, error) {
	g, err := u.last.GradientOf(weight)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(levers))
	for k, l := range levers {
		for _, c := range l.cells {
			out[k] += g.Tariff[c] / u.tariff[c]
		}
	}
	return out, nil
}

func (u *duel) set(levers []lever, x []float64) {
	for k, l := range levers {
		for i, c := range l.cells {
			u.tariff[c] = l.base[i] + x[k]
		}
	}
}

// alone is the weight of one player.
func (u *duel) alone(player int) []float64 {
	w := make([]float64, u.w.N)
	w[player] = 1
	return w
}

// best maximises the sum of weight times ln real income over levers from the
// points x, which receives the result.
func (u *duel) best(ctx context.Context, weight []float64, levers []lever, x []float64, tol float64) (solve.Report, error) {
	n := len(levers)
	z, lo, hi, reach := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for k, l := range levers {
		z[k], lo[k], hi[k], reach[k] = x[k]*l.scale, l.lo*l.scale, l.hi*l.scale, 0.2*l.scale
	}
	var failed error
	at := make([]float64, n)
	points := func(z []float64) {
		for k, l := range levers {
			at[k] = z[k] / l.scale
		}
		u.set(levers, at)
	}
	_, rep := solve.Bounded(func(z, grad []float64) float64 {
		points(z)
		if failed = u.eval(ctx); failed != nil {
			return math.NaN()
		}
		var s []float64
		if s, failed = u.slopes(weight, levers); failed != nil {
			return math.NaN()
		}
		for k, l := range levers {
			grad[k] = -s[k] / l.scale
		}
		sum := 0.0
		for n, a := range weight {
			sum -= a * math.Log(u.last.RealIncome[n])
		}
		return sum
	}, z, lo, hi, solve.BoundedOptions{Tol: tol, MaxIter: 500, Memory: 20, Reach: reach})
	points(z)
	copy(x, at)
	if rep.Status != solve.Converged && !(rep.Status == solve.Stalled && rep.Residual <= 10*max(tol, duelTol)) {
		if failed != nil {
			return rep, failed
		}
		return rep, noOptimum(u.w, weight, rep)
	}
	return rep, nil
}

// noOptimum says whose best duties were not found.
func noOptimum(w *model.World, weight []float64, rep solve.Report) error {
	var who []string
	for n, a := range weight {
		if a != 0 {
			who = append(who, w.Economies[n].Name)
		}
	}
	return &kanzei.Problem{Code: "talks.war",
		Msg:  fmt.Sprintf("no best duties found for %s: %v after %d steps at slope %.2g", strings.Join(who, ", "), rep.Status, rep.Iterations, rep.Residual),
		Hint: "no figures are given; try another closure, or a lower largest rate"}
}

// A side is a player with its levers and where they stand.
type side struct {
	player int
	levers []lever
	points []float64
}

// nash lets two sides answer each other in turn until no duty moves by more than
// a hundred-thousandth. It returns the rounds taken and the largest scaled
// derivative left to either.
func (u *duel) nash(ctx context.Context, a, b *side) (rounds int, slope float64, err error) {
	tol := 1e-3
	u.set(a.levers, a.points)
	u.set(b.levers, b.points)
	for {
		rounds++
		moved := 0.0
		for _, s := range []*side{a, b} {
			before := slices.Clone(s.points)
			if _, err := u.best(ctx, u.alone(s.player), s.levers, s.points, tol); err != nil {
				return rounds, 0, err
			}
			for k := range before {
				moved = max(moved, math.Abs(s.points[k]-before[k]))
			}
		}
		if tol <= duelTol && moved <= 1e-5 {
			break
		}
		if rounds == 40 {
			return rounds, 0, &kanzei.Problem{Code: "talks.war", Msg: fmt.Sprintf("answers do not settle: after %d rounds duties still move by %.2g", rounds, moved), Hint: "no figures are given; try another closure"}
		}
		tol = max(duelTol, min(0.1*tol, 0.01*moved*moved))
	}
	if err := u.eval(ctx); err != nil {
		return rounds, 0, err
	}
	for _, s := range []*side{a, b} {
		left, err := u.left(s)
		if err != nil {
			return rounds, 0, err
		}
		slope = max(slope, left)
	}
	return rounds, slope, nil
}

// left is the largest scaled derivative that the bounds leave to a side at the
// last evaluation.
func (u *duel) left(s *side) (float64, error) {
	g, err := u.slopes(u.alone(s.player), s.levers)
	if err != nil {
		return 0, err
	}
	most := 0.0
	for k, l := range s.levers {
		if s.points[k] <= l.lo+1e-12 && g[k] < 0 || s.points[k] >= l.hi-1e-12 && g[k] > 0 {
			continue
		}
		most = max(most, math.Abs(g[k])/l.scale)
	}
	return most, nil
}

var errNoTrade = errors.New("nothing is traded")

// average is the average of a duty over base-year imports before duty.
func (u *duel) average(importer, exporter int, tariff []float64) (float64, error) {
	num, den := 0.0, 0.0
	for j := range u.w.Sectors {
		if c := u.w.Cell(j, importer, exporter); u.w.Sectors[j].Goods {
			v := u.w.Flow[c] / u.w.Tariff[c]
			num += v * (tariff[c] - 1)
			den += v
		}
	}
	if den == 0 {
		return 0, errNoTrade
	}
	return num / den, nil
}
