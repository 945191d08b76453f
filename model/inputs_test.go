package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomUse is a table and the purchases and outputs that it explains.
func randomUse(rng *rand.Rand, J int) (t useTable, x, y []float64) {
	t, x, y = newUse(J), make([]float64, J), make([]float64, J)
	for j := range y {
		y[j] = math.Exp(2 * rng.NormFloat64())
		t.va[j] = 1
		for k := 0; k < J; k++ {
			if rng.IntN(4) > 0 {
				t.io[k*J+j] = rng.Float64() / float64(J)
			}
			t.va[j] -= t.io[k*J+j]
		}
	}
	for k := range x {
		f := math.Exp(rng.NormFloat64())
		x[k] = f + dot1(t.io[k*J:k*J+J], y)
		t.final[k] = f / x[k]
	}
	return t, x, y
}

// TestFit: a table that fits stays; another one then adds up, keeps its zeros
// and its total, and is nearer to its donor than the truth is.
func TestFit(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	const J = 12
	for trial := 0; trial < 20; trial++ {
		d, x, y := randomUse(rng, J)
		same, _, _, err := d.fit(x, y, 0)
		if err != nil {
			t.Fatal(err)
		}
		for c := range d.io {
			if math.Abs(same.io[c]-d.io[c]) > 1e-12 {
				t.Fatalf("a table that fits moved: %g to %g", d.io[c], same.io[c])
			}
		}
		truth, x, y := randomUse(rng, J)
		va := dot1(truth.va, y)
		for _, total := range []float64{0, va + 0.6*(sum(y)-va)} { // fewer inputs always fit
			f, _, res, err := d.fit(x, y, total)
			if err != nil {
				t.Fatal(err)
			}
			if got := dot1(f.va, y); total > 0 && math.Abs(got/total-1) > 1e-10 {
				t.Errorf("value added %g, asked for %g", got, total)
			}
			for k := range x {
				used := f.final[k]*x[k] + dot1(f.io[k*J:k*J+J], y)
				if math.Abs(used/x[k]-1) > 1e-9 || f.final[k] <= 0 || f.va[k] <= 0 {
					t.Errorf("sector %d: bought %g, used %g, final share %g, value added %g (residual %g)", k, x[k], used, f.final[k], f.va[k], res)
				}
				for j := range y {
					if (d.io[k*J+j] == 0) != (f.io[k*J+j] == 0) || f.io[k*J+j] < 0 {
						t.Errorf("cell %d > %d: %g became %g", k, j, d.io[k*J+j], f.io[k*J+j])
					}
				}
			}
		}
	}
	// What no donor explains is refused, and value added that leaves nothing.
	d, x, y := randomUse(rng, J)
	for j := 0; j < J; j++ {
		d.io[3*J+j] = 0
	}
	d.final[3] = 0
	if _, _, _, err := d.fit(x, y, 0); err == nil {
		t.Error("a sector that is bought and has no use was accepted")
	}
	d, x, y = randomUse(rng, J)
	if _, _, _, err := d.fit(x, y, 0.9*(sum(y)-sum(x))); sum(y) > sum(x) && err == nil {
		t.Error("value added that leaves no final demand was accepted")
	}
}

// capped is the method that fit replaces: coefficients as they are, rows cut
// so that final demand is at least 2 percent of purchases.
func capped(d useTable, x, y []float64) (t useTable, rows int) {
	J := len(x)
	t = newUse(J)
	copy(t.io, d.io)
	for k := range x {
		row := t.io[k*J : k*J+J]
		if used := dot1(row, y); used > 0.98*x[k] {
			rows++
			for j := range row {
				row[j] *= 0.98 * x[k] / used
			}
		}
	}
	for j := range y {
		t.va[j] = 1
		for k := range x {
			t.va[j] -= t.io[k*J+j]
		}
	}
	return t, rows
}

// TestBorrowedTables leaves out the tables of 2014 one by one and estimates
// them: the fit of similar economies must beat the capped table of the rest of
// the world, and fitting must beat capping for the same donors.
func TestBorrowedTables(t *testing.T) {
	icio := load(t, "icio2022-source")
	d, err := donorWorld(loadWIOD2014, dataRoot(t, "wiod2014_44x50_cp")+"/wiod2014_44x50_cp", icio.Sectors, func(d *World, code string) (int, error) {
		if c, ok := wiodOf[code]; ok {
			code = c
		}
		return d.Sector(code)
	})
	if err != nil {
		t.Fatal(err)
	}
	w := d.w
	rest, err := w.Economy("ROW")
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for n := range w.Economies {
		if n != rest {
			all = append(all, n)
		}
	}
	J := w.J
	var restCapped, nearCapped, nearFit float64 // mean of sum |error| / sum of inputs
	rows := 0
	for _, n := range all {
		x, y, truth := w.purchases(n), w.outputs(n), w.uses(n)
		var others []int
		for _, m := range all {
			if m != n {
				others = append(others, m)
			}
		}
		tables := []useTable{w.uses(rest)}
		for _, m := range w.nearest(n, others)[:nearestDonors] {
			tables = append(tables, w.uses(m))
		}
		miss := func(u useTable) float64 {
			a, b := 0.0, 0.0
			for c, v := range truth.io {
				a += math.Abs(u.io[c]-v) * y[c%J]
				b += v * y[c%J]
			}
			return a / b / float64(len(all))
		}
		donor := meanUse(tables)
		fitted, _, _, err := donor.fit(x, y, 0)
		if err != nil {
			t.Fatal(w.Economies[n].ISO3, err)
		}
		old, r := capped(tables[0], x, y)
		rows += r
		same, _ := capped(donor, x, y)
		restCapped, nearCapped, nearFit = restCapped+miss(old), nearCapped+miss(same), nearFit+miss(fitted)
	}
	t.Logf("mean error of input coefficients, share of inputs: rest of the world capped %.3f (%d rows), similar economies capped %.3f, fitted %.3f", restCapped, rows, nearCapped, nearFit)
	if nearFit > 0.75*restCapped || nearFit > 0.96*nearCapped {
		t.Error("the fit is no better than capping")
	}
}

// TestInputs checks the estimated coefficients of 2022: every market closes,
// nothing is negative, no row is cut, and value added is near published GDP.
func TestInputs(t *testing.T) {
	w := load(t, "icio2022")
	if w.Inputs == nil || len(w.Inputs.Fits) != w.N {
		t.Fatal("no report on the inputs")
	}
	cut := 0
	for r, va := range w.VA {
		j, n := r/w.N, r%w.N
		if w.Y0[r] > 0 && va <= 0 {
			t.Errorf("value added share %g of %s:%s", va, w.Economies[n].ISO3, w.Sectors[j].Code)
		}
		if w.X0[r] > 0 && math.Abs(w.Alpha[r]*w.Income[n]/w.X0[r]-0.02) < 1e-6 {
			cut++
		}
	}
	if cut > 5 { // by chance
		t.Errorf("%d rows have a final share of just 2 percent", cut)
	}
	a, b := 0.0, 0.0
	for n, f := range w.Inputs.Fits {
		if math.Abs(w.WL0[n]/f.ValueAdded-1) > 1e-4 || f.Residual > 1e-12 {
			t.Errorf("%s: value added %g, report says %g; residual %g", f.ISO3, w.WL0[n], f.ValueAdded, f.Residual)
		}
		if f.GDP2023 > 0 {
			ratio := f.ValueAdded / f.GDP2023 / w.Inputs.RatioGDP
			if ratio < 0.7 || ratio > 1.4 {
				t.Errorf("%s: value added is %.2f of what GDP of 2023 suggests", f.ISO3, ratio)
			}
			a, b = a+f.ValueAdded, b+f.GDP2023
		}
	}
	t.Logf("value added %.1f tn, GDP of 2023 %.1f tn; %d cells moved by %.1f of %.1f tn in all", a/1e6, b/1e6, w.Adjusted.Changed, w.Adjusted.AbsMUSD/1e6, w.Adjusted.OfMUSD/1e6)
}

// TestSameInputs holds the embedded coefficients against a new estimate.
func TestSameInputs(t *testing.T) {
	w, e := world(t, "icio2022-source"), load(t, "icio2022-source")
	for c, v := range w.IO {
		if v != e.IO[c] {
			t.Fatalf("coefficient %d is %g, embedded %g: rebuild the edition", c, v, e.IO[c])
		}
	}
}
