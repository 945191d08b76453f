package impact

import (
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

// A solution is the equilibria of several laws from one base year.
type solution struct {
	closures []model.Closure
	results  [][]*model.Result // closure, law
	// income is real income, hats by closure, law, draw and economy.
	income [][][][]float64
}

// solve finds the equilibrium of each tariff table under each closure, at the
// elasticities of the world and at each draw. Equal tables share a result. An
// equilibrium that is not found is a *kanzei.Problem that names the residual.
func (s *Study) solve(laws [][]float64, closures []model.Closure, draws int, seed uint64) (*solution, error) {
	base, err := s.Base()
	if err != nil {
		return nil, err
	}
	return solve(base, laws, model.Options{}, closures, draws, seed, s.Progress)
}

func solve(base *model.World, laws [][]float64, opt model.Options, closures []model.Closure, draws int, seed uint64, progress func(done, of int)) (*solution, error) {
	same := make([]int, len(laws)) // law → first equal one
	for i := range laws {
		same[i] = i
		for k := range i {
			if slices.Equal(laws[i], laws[k]) {
				same[i] = k
				break
			}
		}
	}
	var err error
	var thetas [][]float64
	if draws > 0 {
		if thetas, err = base.Draws(draws, seed); err != nil {
			return nil, &kanzei.Problem{Code: "impact.draws", Where: "--draws", Msg: err.Error(), Hint: "ask with --draws 0"}
		}
	}
	sol := &solution{closures: closures, results: make([][]*model.Result, len(closures)), income: make([][][][]float64, len(closures))}
	for c := range closures {
		sol.results[c] = make([]*model.Result, len(laws))
		sol.income[c] = make([][][]float64, len(laws))
		for i := range laws {
			sol.income[c][i] = make([][]float64, draws)
		}
	}
	type job struct{ c, draw int } // draw -1: the world's own elasticities
	var jobs []job
	for c := range closures {
		for d := -1; d < draws; d++ {
			jobs = append(jobs, job{c, d})
		}
	}
	work := func(j job) error {
		w, err := base, error(nil)
		if j.draw >= 0 {
			if w, err = base.WithTheta(thetas[j.draw]); err != nil {
				return err
			}
		}
		var near *model.Result
		all := make([]*model.Result, len(laws))
		for i := range laws {
			if same[i] < i {
				all[i] = all[same[i]]
			} else {
				o := opt
				o.Closure, o.Start = closures[j.c], near
				r, err := w.Solve(model.Shock{Tariff: laws[i]}, o)
				if err != nil {
					return unsolved(err, j.draw)
				}
				all[i], near = r, r
			}
			if j.draw < 0 {
				sol.results[j.c][i] = all[i]
			} else {
				sol.income[j.c][i][j.draw] = all[i].RealIncome
			}
		}
		return nil
	}
	errs := make([]error, len(jobs))
	var done atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wg.Go(func() {
			for k := range next {
				errs[k] = work(jobs[k])
				if n := int(done.Add(1)); progress != nil {
					mu.Lock()
					progress(n, len(jobs))
					mu.Unlock()
				}
			}
		})
	}
	for k := range jobs {
		next <- k
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return sol, nil
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

// change is the change of real income of economy n from law b to law i, in
// percent, with its 90 percent range over the draws; NaN without draws.
func (sol *solution) change(c, b, i, n int) (pct, lo, hi float64) {
	r := sol.results[c]
	pct = percent(r[i].RealIncome[n], r[b].RealIncome[n])
	draws := sol.income[c][i]
	if len(draws) == 0 {
		return pct, math.NaN(), math.NaN()
	}
	v := make([]float64, len(draws))
	for d := range draws {
		v[d] = percent(draws[d][n], sol.income[c][b][d][n])
	}
	slices.Sort(v)
	return pct, quantile(v, 0.05), quantile(v, 0.95)
}

func percent(now, before float64) float64 {
	if now == before {
		return 0
	}
	return 100 * (now/before - 1)
}

// quantile interpolates between the sorted values.
func quantile(v []float64, q float64) float64 {
	x := q * float64(len(v)-1)
	i := int(x)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (x-float64(i))*(v[i+1]-v[i])
}
