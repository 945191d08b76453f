package talks

import (
	"context"
	"slices"

	"kanzei/model"
)

// A view is a closure and a draw of elasticities under which laws are compared.
type view struct {
	closure model.Closure
	draw    int
}

// views are the leading closure with its draws, then the other closures; with
// their draws too if all is set. The first is the central one.
func (d *Desk) views(all bool) []view {
	var out []view
	for k, c := range d.Question.Closures {
		out = append(out, view{c, Central})
		if k > 0 && !all {
			continue
		}
		for i := range d.Draws {
			out = append(out, view{c, i})
		}
	}
	return out
}

// A tabled comparison holds real incomes under several tables of tariffs, all
// compared with the first.
type tabled struct {
	views      []view
	real       [][][]float64 // view, table: [N] hats
	income     [][]float64   // view: [N] million USD under the first table
	residual   float64       // largest
	iterations int           // most
}

// tabulate solves for every table under every view. Equal tables are solved once.
func (d *Desk) tabulate(ctx context.Context, views []view, tables ...[]float64) (*tabled, error) {
	t := &tabled{views: views, real: make([][][]float64, len(views)), income: make([][]float64, len(views))}
	first := make([]int, len(tables))
	seen := map[uint64]int{}
	type job struct{ v, k int }
	var jobs []job
	for k := range tables {
		h := d.hash(tables[k])
		at, ok := seen[h]
		if !ok {
			at, seen[h] = k, k
		}
		first[k] = at
	}
	for v := range views {
		t.real[v] = make([][]float64, len(tables))
		for k := range tables {
			if first[k] == k {
				jobs = append(jobs, job{v, k})
			}
		}
	}
	reports := make([]struct {
		residual   float64
		iterations int
	}, len(jobs))
	err := d.Each(ctx, len(jobs), func(i int) error {
		j := jobs[i]
		w := views[j.v]
		r, err := d.Equilibrium(ctx, tables[j.k], w.closure, w.draw)
		if err != nil {
			return err
		}
		// The rest of the result is let go.
		t.real[j.v][j.k] = slices.Clone(r.RealIncome)
		if j.k == 0 {
			t.income[j.v] = make([]float64, len(r.Income))
			for n, hat := range r.Income {
				t.income[j.v][n] = hat * r.Base.Income[n]
			}
		}
		reports[i].residual, reports[i].iterations = r.Report.Residual, r.Report.Iterations
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		t.residual, t.iterations = max(t.residual, r.residual), max(t.iterations, r.iterations)
	}
	for v := range views {
		for k := range tables {
			t.real[v][k] = t.real[v][first[k]]
		}
	}
	return t, nil
}

// pct is the change of real income of economy n from the first table to table
// k under view v, percent.
func (t *tabled) pct(v, k, n int) float64 {
	if t.real[v][k][n] == t.real[v][0][n] {
		return 0
	}
	return 100 * (t.real[v][k][n]/t.real[v][0][n] - 1)
}

// musd is pct in million USD a year of the base year.
func (t *tabled) musd(v, k, n int) float64 { return t.pct(v, k, n) / 100 * t.income[v][n] }

// span is the 5th to 95th percentile of a figure over the draws of a closure;
// nil without draws.
func (t *tabled) span(c model.Closure, figure func(v int) float64) (lo, hi *float64) {
	var x []float64
	for v, w := range t.views {
		if w.closure == c && w.draw != Central {
			x = append(x, figure(v))
		}
	}
	r := rangeOf(x)
	return r.Lo, r.Hi
}

// central is the place of the view of a closure at the world's own elasticities.
func (t *tabled) central(c model.Closure) int {
	return slices.Index(t.views, view{c, Central})
}
