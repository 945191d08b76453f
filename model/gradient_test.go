package model

import (
	"math"
	"testing"
)

// TestGradient compares the adjoint with central differences of whole solves
// on the 44 x 50 world, the 81 x 28 world and variants.
func TestGradient(t *testing.T) {
	w := load(t, "icio2022")
	psi := w.clone()
	psi.Psi = make([]float64, w.J)
	for j := range psi.Psi {
		psi.Psi[j] = 0.1 / w.Theta[j]
	}
	for _, c := range []struct {
		name string
		w    *World
		o    Options
	}{
		{"wiod2014", load(t, "wiod2014"), Options{}},
		{"icio2022", w, Options{}},
		{"proportional", w, Options{Closure: Proportional}},
		{"balanced", w, Options{Closure: Balanced}},
		{"elastic labour", w, Options{Kappa: 0.5}},
		{"scale economies", psi, Options{}},
	} {
		c.o.Tol = 1e-13
		tariff := usPlus(c.w, 0.1)
		at := func(cell int, dln float64) float64 {
			tt := append([]float64(nil), tariff...)
			tt[cell] *= math.Exp(dln)
			r, err := c.w.Solve(Shock{Tariff: tt}, c.o)
			if err != nil {
				t.Fatal(c.name, err)
			}
			n, _ := c.w.Economy("JP")
			return math.Log(r.Welfare[n])
		}
		r, err := c.w.Solve(Shock{Tariff: tariff}, c.o)
		if err != nil {
			t.Fatal(c.name, err)
		}
		jp, _ := c.w.Economy("JP")
		us, _ := c.w.Economy("US")
		ca, _ := c.w.Economy("CA")
		g, err := r.Gradient(jp)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range []int{c.w.Cell(17, us, jp), c.w.Cell(20, jp, us), c.w.Cell(9, ca, us), c.w.Cell(2, jp, ca)} {
			const h = 1e-3
			want := (8*(at(cell, h)-at(cell, -h)) - (at(cell, 2*h) - at(cell, -2*h))) / (12 * h)
			if d := math.Abs(g.Tariff[cell] - want); d > 1e-9+1e-5*math.Abs(want) {
				t.Errorf("%s %s: adjoint %.10g, differences %.10g", c.name, c.w.cellName(cell), g.Tariff[cell], want)
			}
		}
		t.Logf("%s: solve %d evaluations, adjoint %d products at %.1e", c.name, r.Report.Evals, g.Report.Products, g.Report.Residual)
	}
}
