package solve

import (
	"math"
	"testing"
)

// TestBoundedRosenbrock: Rosenbrock's function in 20 variables, free and with
// an upper bound that binds.
func TestBoundedRosenbrock(t *testing.T) {
	f := func(x, g []float64) float64 {
		v := 0.0
		for i := range g {
			g[i] = 0
		}
		for i := 0; i+1 < len(x); i++ {
			a, b := x[i+1]-x[i]*x[i], 1-x[i]
			v += 100*a*a + b*b
			g[i] -= 400*x[i]*a + 2*b
			g[i+1] += 200 * a
		}
		return v
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		hi   float64
	}{{"free", inf}, {"bound", 0.5}} {
		x, lo, hi := make([]float64, 20), make([]float64, 20), make([]float64, 20)
		for i := range x {
			x[i], lo[i], hi[i] = -1.2, -inf, c.hi
		}
		v, rep := Bounded(f, x, lo, hi, BoundedOptions{Tol: 1e-9, MaxIter: 1000})
		t.Logf("%s: %.3g, %v after %d iterations, %d evaluations, projected gradient %.1e", c.name, v, rep.Status, rep.Iterations, rep.Evals, rep.Residual)
		if rep.Status != Converged {
			t.Errorf("%s: %v", c.name, rep.Err())
		}
		for i, xi := range x {
			if c.hi == inf && math.Abs(xi-1) > 1e-7 {
				t.Errorf("x[%d] = %g, want 1", i, xi)
			}
			if xi > c.hi {
				t.Errorf("x[%d] = %g over the bound", i, xi)
			}
		}
	}
}

// A quadratic with bounds has a minimum that can be computed term by term.
func TestBoundedSeparable(t *testing.T) {
	n := 50
	x, lo, hi := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range lo {
		lo[i], hi[i] = -0.3, 0.4
	}
	at := func(i int) float64 { return math.Sin(float64(i)) }
	_, rep := Bounded(func(x, g []float64) float64 {
		v := 0.0
		for i := range x {
			k, d := 1+float64(i), x[i]-at(i)
			v += 0.5 * k * d * d
			g[i] = k * d
		}
		return v
	}, x, lo, hi, BoundedOptions{})
	if rep.Status != Converged {
		t.Fatal(rep.Err())
	}
	for i := range x {
		if want := math.Min(0.4, math.Max(-0.3, at(i))); math.Abs(x[i]-want) > 1e-8 {
			t.Errorf("x[%d] = %g, want %g", i, x[i], want)
		}
	}
}

func TestBoundedBadStart(t *testing.T) {
	x := []float64{1}
	_, rep := Bounded(func(_, g []float64) float64 { g[0] = 1; return math.NaN() }, x, []float64{0}, []float64{2}, BoundedOptions{})
	if rep.Status != Bad {
		t.Errorf("status %v", rep.Status)
	}
	if _, rep := Bounded(nil, x, nil, nil, BoundedOptions{}); rep.Status != Bad {
		t.Errorf("shapes: status %v", rep.Status)
	}
}
