package model

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// randomWorld draws a closed economy: positive shares, output from the
// accounts, tariffs up to 40 percent on goods, deficits that sum to zero.
func randomWorld(t *rapid.T) *World {
	N, J := rapid.IntRange(2, 6).Draw(t, "N"), rapid.IntRange(1, 4).Draw(t, "J")
	unit := rapid.Float64Range(0.05, 1)
	w := &World{Name: "random", N: N, J: J, Flow: make([]float64, N*N*J), Tariff: ones(N * N * J),
		VA: ones(N * J), IO: make([]float64, N*J*J), Theta: make([]float64, J)}
	for n := 0; n < N; n++ {
		w.Economies = append(w.Economies, Economy{ISO3: fmt.Sprintf("E%02d", n), ISO2: fmt.Sprintf("E%d", n)})
	}
	for j := 0; j < J; j++ {
		w.Sectors = append(w.Sectors, Sector{Code: fmt.Sprintf("S%d", j), Goods: j == 0 || j < J-1})
		w.Theta[j] = rapid.Float64Range(1, 9).Draw(t, "theta")
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				c := w.Cell(j, n, i)
				w.Flow[c] = 100 * unit.Draw(t, "flow")
				if i == n {
					w.Flow[c] *= 30
				} else if w.Sectors[j].Goods {
					w.Tariff[c] += rapid.Float64Range(0, 0.4).Draw(t, "rate")
				}
			}
			for k := 0; k < J; k++ {
				a := 0.3 / float64(J) * unit.Draw(t, "io")
				w.IO[(k*J+j)*N+n] = a
				w.VA[j*N+n] -= a
			}
		}
	}
	if err := w.prepare(); err != nil {
		t.Skip(err) // deficits beyond income
	}
	if len(w.Adjusted.Cells) > 0 {
		c, err := w.Closed()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return w
}

func randomShock(t *rapid.T, w *World) []float64 {
	return w.WithTariff(func(i, n, j int, base float64) (float64, bool) {
		return 1 + rapid.Float64Range(0, 0.6).Draw(t, "new rate"), true
	})
}

func must(t *rapid.T, w *World, s Shock, o Options) *Result {
	if o.Tol == 0 {
		o.Tol = 1e-12
	}
	r, err := w.Solve(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *rapid.T, what string, got, want, tol float64) {
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Fatalf("%s: %.14g, want %.14g", what, got, want)
	}
}

var closures = []Closure{Fixed, Balanced, Proportional}

// TestIdentities checks MODEL 10 on random economies.
func TestIdentities(t *testing.T) {
	t.Run("no shock changes nothing", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		for _, c := range closures {
			r := must(t, w, Shock{}, Options{Closure: c})
			for n := 0; n < w.N; n++ {
				near(t, "wage", r.Wage[n], 1, 1e-10)
				near(t, "welfare", r.Welfare[n], 1, 1e-10)
				near(t, "revenue", r.Revenue[n], r.Base.Revenue[n], 1e-10)
			}
		}
	}))
	t.Run("markets clear in levels", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		kappa := rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "kappa")
		for _, c := range closures {
			r := must(t, w, Shock{Tariff: randomShock(t, w)}, Options{Closure: c, Kappa: kappa})
			slowCheck(t, r)
		}
	}))
	t.Run("inputs, scale economies and elastic labour together", rapid.MakeCheck(func(t *rapid.T) {
		w, err := randomWorld(t).WithScaleShare(rapid.Float64Range(0, 0.5).Draw(t, "scale"), rapid.Bool().Draw(t, "services"))
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Closure: rapid.SampledFrom(closures).Draw(t, "closure"), Kappa: rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "kappa"), Tol: 1e-12}
		for _, v := range must(t, w, Shock{}, o).Welfare {
			near(t, "no shock", v, 1, 1e-9)
		}
		tar := randomShock(t, w)
		r := must(t, w, Shock{Tariff: tar}, o)
		slowCheck(t, r)
		n := rapid.IntRange(0, w.N-1).Draw(t, "n")
		g, err := r.Gradient(n)
		if err != nil {
			t.Fatal(err)
		}
		c := rapid.IntRange(0, len(tar)-1).Draw(t, "cell")
		at := func(h float64) float64 {
			x := append([]float64(nil), tar...)
			x[c] *= math.Exp(h)
			return math.Log(must(t, w, Shock{Tariff: x}, o).Welfare[n])
		}
		const h = 2e-3
		near(t, "derivative", (8*(at(h)-at(-h))-(at(2*h)-at(-2*h)))/(12*h), g.Tariff[c], 1e-6)
	}))
	t.Run("units do not matter", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		tar := randomShock(t, w)
		v := w.clone()
		v.Flow = make([]float64, len(w.Flow))
		for c := range v.Flow {
			v.Flow[c] = 37.5 * w.Flow[c]
		}
		v.Alpha = nil
		if err := v.prepare(); err != nil {
			t.Fatal(err)
		}
		a, b := must(t, w, Shock{Tariff: tar}, Options{}), must(t, v, Shock{Tariff: tar}, Options{})
		for n := range a.Welfare {
			near(t, "welfare", b.Welfare[n], a.Welfare[n], 1e-9)
		}
	}))
	t.Run("relabelling permutes", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		tar := randomShock(t, w)
		perm := rapid.Permutation(seq(w.N)).Draw(t, "perm") // old to new
		v := w.clone()
		v.Flow, v.Tariff, v.Alpha = make([]float64, len(w.Flow)), make([]float64, len(w.Flow)), nil
		v.VA, v.IO = make([]float64, len(w.VA)), make([]float64, len(w.IO))
		tv := make([]float64, len(tar))
		for j := 0; j < w.J; j++ {
			for n := 0; n < w.N; n++ {
				v.VA[v.Row(j, perm[n])] = w.VA[w.Row(j, n)]
				for k := 0; k < w.J; k++ {
					v.IO[(k*w.J+j)*w.N+perm[n]] = w.IO[(k*w.J+j)*w.N+n]
				}
				for i := 0; i < w.N; i++ {
					to, from := w.Cell(j, perm[n], perm[i]), w.Cell(j, n, i)
					v.Flow[to], v.Tariff[to], tv[to] = w.Flow[from], w.Tariff[from], tar[from]
				}
			}
		}
		if err := v.prepare(); err != nil {
			t.Fatal(err)
		}
		a, b := must(t, w, Shock{Tariff: tar}, Options{}), must(t, v, Shock{Tariff: tv}, Options{})
		for n := range a.Welfare {
			near(t, "welfare", b.Welfare[perm[n]], a.Welfare[n], 1e-9)
		}
	}))
	t.Run("Lerner symmetry", rapid.MakeCheck(func(t *rapid.T) {
		w, err := randomWorld(t).Balanced()
		if err != nil {
			t.Fatal(err)
		}
		// Economy 0 taxes all imports by s and pays for a subsidy of its exports
		// by s: nothing real changes, its wage rises by s. The model has import
		// duties only, so the subsidy is one of the buyers (power 1/s) and a
		// transfer gives them the money.
		s := rapid.Float64Range(1.05, 1.5).Draw(t, "s")
		free := w.clone()
		free.Tariff, free.Alpha = ones(len(w.Tariff)), nil
		if err := free.prepare(); err != nil {
			t.Fatal(err)
		}
		b, err := free.Closed()
		if err != nil {
			t.Fatal(err)
		}
		if b, err = b.Balanced(); err != nil {
			t.Fatal(err)
		}
		tar := ones(len(w.Tariff))
		for j := 0; j < w.J; j++ {
			for i := 1; i < w.N; i++ {
				tar[w.Cell(j, 0, i)] = s
				tar[w.Cell(j, i, 0)] = 1 / s
			}
		}
		gap := make([]float64, w.N)
		unit := sum(b.WL0) / (sum(b.WL0) + (s-1)*b.WL0[0]) // the numeraire is world value added
		for j := 0; j < w.J; j++ {
			for i := 1; i < w.N; i++ {
				v := (s - 1) * unit * b.Flow[b.Cell(j, i, 0)]
				gap[i] += v
				gap[0] -= v
			}
		}
		r := must(t, b, Shock{Tariff: tar, Deficit: gap}, Options{})
		for k := range r.Volume {
			near(t, "volume", r.Volume[k], 1, 1e-8)
		}
	}))
	t.Run("merging identical economies", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		v := splitLast(t, w)
		tar := randomShock(t, w)
		tv := ones(len(v.Flow))
		for j := 0; j < w.J; j++ {
			for n := 0; n < v.N; n++ {
				for i := 0; i < v.N; i++ {
					tv[v.Cell(j, n, i)] = tar[w.Cell(j, min(n, w.N-1), min(i, w.N-1))]
				}
			}
		}
		a, b := must(t, w, Shock{Tariff: tar}, Options{}), must(t, v, Shock{Tariff: tv}, Options{})
		for n := range b.Welfare {
			near(t, "welfare", b.Welfare[n], a.Welfare[min(n, w.N-1)], 1e-9)
		}
	}))
	t.Run("adjoint is the derivative", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		o := Options{Closure: rapid.SampledFrom(closures).Draw(t, "closure"), Kappa: rapid.SampledFrom([]float64{0, 0.7}).Draw(t, "kappa"), Tol: 1e-13}
		tar := randomShock(t, w)
		n := rapid.IntRange(0, w.N-1).Draw(t, "n")
		r := must(t, w, Shock{Tariff: tar}, o)
		g, err := r.Gradient(n)
		if err != nil {
			t.Fatal(err)
		}
		// Along a random direction in ln T.
		dir := make([]float64, len(tar))
		want := 0.0
		for c := range dir {
			dir[c] = rapid.Float64Range(-1, 1).Draw(t, "dir")
			want += dir[c] * g.Tariff[c]
		}
		at := func(h float64) float64 {
			x := make([]float64, len(tar))
			for c := range x {
				x[c] = tar[c] * math.Exp(h*dir[c])
			}
			return math.Log(must(t, w, Shock{Tariff: x}, o).Welfare[n])
		}
		const h = 2e-3
		got := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		near(t, "derivative", got, want, 2e-7)
	}))
	t.Run("linear parts integrate to the exact welfare", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		b, err := w.Balanced()
		if err != nil {
			t.Fatal(err)
		}
		tar := randomShock(t, w)
		exact := must(t, b, Shock{Tariff: tar}, Options{})
		const steps = 64
		total := make([]float64, w.N)
		for s, at := 1, b; s <= steps; s++ {
			x := make([]float64, len(tar))
			for c := range x {
				x[c] = w.Tariff[c] * math.Pow(tar[c]/w.Tariff[c], float64(s)/steps)
			}
			r := must(t, at, Shock{Tariff: x}, Options{})
			d := r.Decompose()
			for n := range total {
				tot, vot := d.Total(n)
				total[n] += tot + vot
			}
			at = r.Rebase()
		}
		for n := range total { // an Euler sum: error falls with the step
			near(t, "integral", total[n], math.Log(exact.Welfare[n]), 2e-2)
		}
	}))
	t.Run("same bits every time", rapid.MakeCheck(func(t *rapid.T) {
		w := randomWorld(t)
		tar := randomShock(t, w)
		a, b := must(t, w, Shock{Tariff: tar}, Options{}), must(t, w, Shock{Tariff: tar}, Options{})
		for n := range a.Welfare {
			if math.Float64bits(a.Welfare[n]) != math.Float64bits(b.Welfare[n]) {
				t.Fatal("two solves differ")
			}
		}
	}))
	t.Run("gains from trade formula", rapid.MakeCheck(func(t *rapid.T) {
		// Autarky without links: W = prod_j pi_nn,j^(alpha_j/theta_j), duties
		// and deficits gone.
		w, err := randomWorld(t).WithoutLinks()
		if err != nil {
			t.Fatal(err)
		}
		w.Tariff, w.Alpha = ones(len(w.Tariff)), nil
		if err := w.prepare(); err != nil {
			t.Fatal(err)
		}
		b, err := w.Balanced()
		if err != nil {
			t.Fatal(err)
		}
		cost := ones(len(w.Flow))
		for j := 0; j < w.J; j++ {
			for n := 0; n < w.N; n++ {
				for i := 0; i < w.N; i++ {
					if i != n {
						cost[w.Cell(j, n, i)] = 1e10
					}
				}
			}
		}
		r := must(t, b, Shock{Cost: cost}, Options{Tol: 1e-9})
		for n := 0; n < w.N; n++ {
			want := 1.0
			for j := 0; j < w.J; j++ {
				want *= math.Pow(b.pi[b.Cell(j, n, n)], b.Alpha[j*w.N+n]/w.Theta[j])
			}
			near(t, "autarky", r.Welfare[n], want, 1e-6)
		}
	}))
}

// splitLast makes two halves of the last economy.
func splitLast(t *rapid.T, w *World) *World {
	v := &World{Name: "split", Economies: append(append([]Economy(nil), w.Economies...), Economy{ISO3: "XXX"}), Sectors: w.Sectors, N: w.N + 1, J: w.J, Theta: w.Theta}
	N := v.N
	v.Flow, v.Tariff = make([]float64, N*N*v.J), ones(N*N*v.J)
	v.VA, v.IO = make([]float64, N*v.J), make([]float64, N*v.J*v.J)
	at := func(n int) int { return min(n, w.N-1) }
	half := func(n int) float64 {
		if n >= w.N-1 {
			return 0.5
		}
		return 1
	}
	for j := 0; j < v.J; j++ {
		for n := 0; n < N; n++ {
			v.VA[v.Row(j, n)] = w.VA[w.Row(j, at(n))]
			for k := 0; k < v.J; k++ {
				v.IO[(k*v.J+j)*N+n] = w.IO[(k*w.J+j)*w.N+at(n)]
			}
			for i := 0; i < N; i++ {
				from := w.Cell(j, at(n), at(i))
				v.Flow[v.Cell(j, n, i)] = w.Flow[from] * half(n) * half(i)
				v.Tariff[v.Cell(j, n, i)] = w.Tariff[from]
			}
		}
	}
	if err := v.prepare(); err != nil {
		t.Fatal(err)
	}
	return v
}

// slowCheck verifies the equations of a result in levels, the long way: it
// shares nothing with the engine but the answer.
func slowCheck(t *rapid.T, r *Result) {
	w := r.Base
	N, J := w.N, w.J
	flow, tar := r.Flows(), r.Tariff()
	y, spend := make([]float64, N*J), make([]float64, N*J)
	world, worldBase := 0.0, 0.0
	wl := make([]float64, N)
	for n := range wl {
		wl[n] = w.WL0[n] * r.Wage[n] * r.Labour[n]
		world += wl[n]
		worldBase += w.WL0[n]
		near(t, "labour supply", r.Labour[n], math.Pow(r.Wage[n]/r.Price[n], r.Options.Kappa), 1e-9)
	}
	near(t, "numeraire", world, worldBase, 1e-9)
	deficits, rev := make([]float64, N), make([]float64, N)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			den := 0.0
			for i := 0; i < N; i++ {
				c := w.Cell(j, n, i)
				cost := math.Pow(r.Wage[i], w.VA[j*N+i])
				for k := 0; k < J; k++ {
					cost *= math.Pow(r.SectorPrice[k*N+i], w.IO[(k*J+j)*N+i])
				}
				if w.Psi != nil {
					cost *= math.Pow(r.Employment[j*N+i], -w.Psi[j])
				}
				den += w.Flow[c] / w.X0[j*N+n] * math.Pow(cost*tar[c]/w.Tariff[c], -w.Theta[j])
				near(t, "cost (10)", r.Cost[j*N+i], cost, 1e-9)
				y[j*N+i] += flow[c] / tar[c]
				spend[j*N+n] += flow[c]
				rev[n] += flow[c] * (1 - 1/tar[c])
				deficits[n] += flow[c] / tar[c]
				deficits[i] -= flow[c] / tar[c]
			}
			near(t, "price (11)", r.SectorPrice[j*N+n], math.Pow(den, -1/w.Theta[j]), 1e-9)
		}
	}
	total := 0.0
	for n := 0; n < N; n++ {
		near(t, "deficit (14)", deficits[n], r.Deficit[n], 1e-7)
		total += r.Deficit[n]
		income := wl[n] + rev[n] + deficits[n]
		near(t, "income", r.Income[n]*w.Income[n], income, 1e-8)
		ld := 0.0
		for j := 0; j < J; j++ {
			ld += w.VA[j*N+n] * y[j*N+n]
			x := w.Alpha[j*N+n] * income
			for k := 0; k < J; k++ {
				x += w.IO[(j*J+k)*N+n] * y[k*N+n]
			}
			near(t, "spending (13)", spend[j*N+n], x, 1e-8)
			near(t, "output", r.Output[j*N+n]*w.Y0[j*N+n], y[j*N+n], 1e-8)
		}
		near(t, "labour", ld, wl[n], 1e-8)
	}
	near(t, "sum of deficits", total, 0, 1e-7)
}
