package impact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei"
	"kanzei/model"
)

// drawTol is how far the equations of a draw may be from holding, relative.
// The equilibria at the world's own elasticities are solved to the tolerance of
// package model.
const drawTol = 1e-9

// A solution is the equilibria of several laws from one base year.
type solution struct {
	closures []model.Closure
	results  [][]*model.Result // closure, law
	// draws are the figures by closure, law, draw; the same draw has the same
	// elasticities under every closure and law.
	draws [][][]*figures
}

// figures are what is kept of the equilibrium of a draw.
type figures struct {
	income, terms, prices              []float64 // [N], over the base year
	nominal, exports, imports, revenue []float64 // [N], million USD
	volume, jobs, sectorPrices         []float64 // rows, where sectors are asked for
	toUS                               []float64 // rows, exports to the United States, million USD, likewise
}

// A keep says what figures are kept of draws.
type keep struct {
	sectors bool
	us      int // -1: no exports to the United States
}

func (k keep) of(r *model.Result) *figures {
	f := &figures{income: r.RealIncome, exports: r.Exports, imports: r.Imports, terms: r.TermsOfTrade, prices: r.Price, revenue: r.Revenue}
	f.nominal = make([]float64, len(r.Income))
	for n, v := range r.Income {
		f.nominal[n] = v * r.Base.Income[n]
	}
	if !k.sectors {
		return f
	}
	f.volume, f.jobs, f.sectorPrices = r.Volume, r.Employment, r.SectorPrice
	if k.us >= 0 {
		w := r.Base
		flows, tariff := r.Flows(), r.Tariff()
		f.toUS = make([]float64, w.J*w.N)
		for j := range w.Sectors {
			for n := range w.Economies {
				c := w.Cell(j, k.us, n)
				f.toUS[w.Row(j, n)] = flows[c] / tariff[c]
			}
		}
	}
	return f
}

// A task is laws to solve and how.
type task struct {
	base     *model.World
	laws     [][]float64 // tariff powers in cells
	options  model.Options
	closures []model.Closure
	draws    int
	seed     uint64
	keep     keep
	progress func(done, of int)
	ctx      context.Context
}

// solve finds the equilibrium of each tariff table under each closure, at the
// elasticities of the world and at each draw. An equilibrium that is not found
// is a *kanzei.Problem that names the residual.
func (s *Study) solve(laws [][]float64, q *Question) (*solution, error) {
	base, err := s.Base()
	if err != nil {
		return nil, err
	}
	return solve(task{base: base, laws: laws, closures: q.Closures, draws: q.Draws, seed: q.Seed, keep: keep{q.Sectors, s.us}, progress: s.Progress, ctx: q.Context})
}

// solve works in two rounds: first the world's own elasticities, then the draws,
// each of which starts from the nearest law solved before at the same draw,
// moved by what lies between the two laws in the first round.
func solve(t task) (*solution, error) {
	same := equal(t.laws)
	var thetas [][]float64
	if t.draws > 0 {
		var err error
		if thetas, err = t.base.Draws(t.draws, t.seed); err != nil {
			return nil, &kanzei.Problem{Code: "impact.draws", Where: "--draws", Msg: err.Error(), Hint: "ask with --draws 0"}
		}
	}
	sol := &solution{closures: t.closures, results: make([][]*model.Result, len(t.closures)), draws: make([][][]*figures, len(t.closures))}
	nearest := make([][]int, len(t.closures)) // closure, law → law solved before; -1: none
	var done atomic.Int64
	var mu sync.Mutex
	of := len(t.closures) * (1 + t.draws)
	tell := func() {
		n := int(done.Add(1))
		if t.progress != nil {
			mu.Lock()
			t.progress(n, of)
			mu.Unlock()
		}
	}
	err := each(t.ctx, len(t.closures), func(c int) error {
		all := make([]*model.Result, len(t.laws))
		nearest[c] = make([]int, len(t.laws))
		var near *model.Result
		for i := range t.laws {
			if same[i] < i {
				all[i] = all[same[i]]
				continue
			}
			o := t.options
			o.Closure, o.Start = t.closures[c], near
			r, err := t.base.Solve(model.Shock{Tariff: t.laws[i]}, o)
			if err != nil {
				return unsolved(err, -1)
			}
			all[i], near = r, r
			nearest[c][i] = -1
			for k := range i {
				if b := nearest[c][i]; same[k] == k && (b < 0 || r.Distance(all[k]) < r.Distance(all[b])) {
					nearest[c][i] = k
				}
			}
		}
		sol.results[c], sol.draws[c] = all, make([][]*figures, len(t.laws))
		for i := range t.laws {
			sol.draws[c][i] = make([]*figures, t.draws)
		}
		tell()
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(t.ctx, len(t.closures)*t.draws, func(job int) error {
		c, d := job/t.draws, job%t.draws
		w, err := t.base.WithTheta(thetas[d])
		if err != nil {
			return err
		}
		all := make([]*model.Result, len(t.laws))
		for i := range t.laws {
			if k := same[i]; k < i {
				sol.draws[c][i][d] = sol.draws[c][k][d]
				continue
			}
			o := t.options
			o.Closure, o.Start, o.Tol = t.closures[c], sol.results[c][i], drawTol
			if k := nearest[c][i]; k >= 0 {
				o.Start, o.Ahead = all[k], [2]*model.Result{sol.results[c][k], sol.results[c][i]}
			}
			if all[i], err = w.Solve(model.Shock{Tariff: t.laws[i]}, o); err != nil {
				return unsolved(err, d)
			}
			sol.draws[c][i][d] = t.keep.of(all[i])
		}
		tell()
		return nil
	})
	return sol, err
}

// equal finds for every law the first with the same tariffs.
func equal(laws [][]float64) []int {
	same := make([]int, len(laws))
	for i := range laws {
		same[i] = i
		for k := range i {
			if slices.Equal(laws[i], laws[k]) {
				same[i] = k
				break
			}
		}
	}
	return same
}

// each does n jobs, several at once, and returns the first error by number. No
// job is begun after the context, which may be nil, has ended.
func each(ctx context.Context, n int, work func(i int) error) error {
	errs := make([]error, n)
	var failed atomic.Bool
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[i] = kanzei.Caught(func() error {
					if err := ended(ctx); err != nil {
						return err
					}
					return work(i)
				})
				if errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ended is the error of a context that has ended.
func ended(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	return ctx.Err()
}

// unsolved names the residual of an equilibrium that was not found.
func unsolved(err error, draw int) error {
	var nf *model.NotFound
	if !errors.As(err, &nf) {
		return err
	}
	at := ""
	if draw >= 0 {
		at = fmt.Sprintf(", elasticity draw %d", draw+1)
	}
	return &kanzei.Problem{Code: "impact.unsolved",
		Msg:  fmt.Sprintf("no equilibrium under closure %v%s: residual %.2g after %d iterations", nf.Closure, at, nf.Report.Residual, nf.Report.Iterations),
		Hint: "no figures are given; try another closure, or a smaller change"}
}

func percent(now, before float64) float64 {
	if now == before {
		return 0
	}
	return 100 * (now/before - 1)
}

// A Range is the 5th and the 95th percentile over draws.
type Range [2]float64

// spread is the range of a figure over the draws of two laws; nil without
// draws.
func (sol *solution) spread(c, b, i int, f func(b, i *figures) float64) *Range {
	before, after := sol.draws[c][b], sol.draws[c][i]
	if len(after) == 0 {
		return nil
	}
	v := make([]float64, len(after))
	for d := range v {
		v[d] = f(before[d], after[d])
		if math.IsNaN(v[d]) {
			return nil
		}
	}
	slices.Sort(v)
	return &Range{tidy(quantile(v, 0.05)), tidy(quantile(v, 0.95))}
}

// quantile interpolates between the sorted values so that its median over
// samples is that of the distribution, about (Hyndman and Fan 1996, type 8).
func quantile(v []float64, q float64) float64 {
	n := float64(len(v))
	x := min(max((n+1.0/3)*q-2.0/3, 0), n-1)
	i := int(x)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (x-float64(i))*(v[i+1]-v[i])
}

// A Settling says how far the ends of ranges of real income move when half of
// the draws are left out: shares of the width of the range, over economies.
type Settling struct {
	Half      int     `json:"half"`
	Median    float64 `json:"median_shift"`
	NineInTen float64 `json:"p90_shift"`
}

// settling compares the ranges of the first half of the draws with those of
// all, for economies whose range is wider than a ten-thousandth of a percent.
func (sol *solution) settling(c, b, i int, list []int) *Settling {
	of := len(sol.draws[c][i])
	half := of / 2
	if half < 4 {
		return nil
	}
	part := &solution{draws: [][][]*figures{{sol.draws[c][b][:half], sol.draws[c][i][:half]}}}
	var moved []float64
	for _, n := range list {
		f := func(b, i *figures) float64 { return percent(i.income[n], b.income[n]) }
		x, y := sol.spread(c, b, i, f), part.spread(0, 0, 1, f)
		if wide := x[1] - x[0]; wide > 1e-4 {
			moved = append(moved, math.Abs(x[0]-y[0])/wide, math.Abs(x[1]-y[1])/wide)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	slices.Sort(moved)
	return &Settling{half, math.Round(1000*quantile(moved, 0.5)) / 1000, math.Round(1000*quantile(moved, 0.9)) / 1000}
}
