package solve

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// contraction is x = cos(A x) + b with a small A: one fixed point.
func contraction(t *rapid.T) (n int, a, b []float64) {
	n = rapid.IntRange(1, 30).Draw(t, "n")
	a, b = make([]float64, n*n), make([]float64, n)
	for i := range a {
		a[i] = rapid.Float64Range(-1, 1).Draw(t, "a") * 0.9 / float64(n)
	}
	for i := range b {
		b[i] = rapid.Float64Range(-2, 2).Draw(t, "b")
	}
	return n, a, b
}

// cosine is that problem as a Map, a System and a DenseSystem.
type cosine struct {
	n    int
	a, b []float64
	z    []float64 // A x
}

func (c *cosine) Eval(x, f []float64) float64 {
	for i := range f {
		c.z[i] = dot(c.a[i*c.n:(i+1)*c.n], x)
		f[i] = x[i] - math.Cos(c.z[i]) - c.b[i]
	}
	return MaxAbs(f)
}

func (c *cosine) Product(v, out []float64) {
	for i := range out {
		out[i] = v[i] + math.Sin(c.z[i])*dot(c.a[i*c.n:(i+1)*c.n], v)
	}
}

func (c *cosine) Jacobian(jac []float64) {
	for i := 0; i < c.n; i++ {
		for j := 0; j < c.n; j++ {
			jac[i*c.n+j] = math.Sin(c.z[i]) * c.a[i*c.n+j]
		}
		jac[i*c.n+i]++
	}
}

func (c *cosine) fixedPoint(x, g []float64) float64 {
	r := c.Eval(x, g)
	for i := range g {
		g[i] = x[i] - g[i]
	}
	return r
}

// TestMethodsAgree: Anderson, both Newtons and plain iteration find the same
// point, and Anderson needs no more evaluations than the plain map.
func TestMethodsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, a, b := contraction(t)
		p := &cosine{n, a, b, make([]float64, n)}
		var xs [4][]float64
		var rs [4]Report
		for k := range xs {
			xs[k] = make([]float64, n)
		}
		rs[0] = Anderson(p.fixedPoint, xs[0], AndersonOptions{Tol: 1e-12})
		rs[1] = Anderson(p.fixedPoint, xs[1], AndersonOptions{Tol: 1e-12, Memory: -1, MaxIter: 2000})
		rs[2] = Newton(p, xs[2], NewtonOptions{Tol: 1e-12})
		rs[3] = NewtonDense(p, xs[3], NewtonOptions{Tol: 1e-12})
		f := make([]float64, n)
		for k, r := range rs {
			if r.Err() != nil {
				t.Fatalf("method %d: %v", k, r.Err())
			}
			if res := p.Eval(xs[k], f); res > 1e-12 || res != r.Residual {
				t.Fatalf("method %d returns a point with residual %g, reports %g", k, res, r.Residual)
			}
			for i := range f {
				if math.Abs(xs[k][i]-xs[0][i]) > 1e-10 {
					t.Fatalf("method %d differs at %d", k, i)
				}
			}
		}
		if rs[0].Evals > rs[1].Evals+5 {
			t.Fatalf("Anderson %d evaluations, plain %d", rs[0].Evals, rs[1].Evals)
		}
	})
}

// TestGMRES compares with gonum's LU on well-conditioned random systems.
func TestGMRES(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		a, b := mat.NewDense(n, n, nil), make([]float64, n)
		for i := 0; i < n; i++ {
			for j := 0; j < n; j++ {
				a.Set(i, j, rapid.Float64Range(-1, 1).Draw(t, "a")/math.Sqrt(float64(n)))
			}
			a.Set(i, i, a.At(i, i)+2.5)
			b[i] = rapid.Float64Range(-1, 1).Draw(t, "b")
		}
		diag := func(v, out []float64) { // any nonsingular preconditioner
			for i := range v {
				out[i] = v[i] / (1 + float64(i%3))
			}
		}
		var want mat.VecDense
		if err := want.SolveVec(a, mat.NewVecDense(n, b)); err != nil {
			t.Skip("badly conditioned")
		}
		mul := func(v, out []float64) { mat.NewVecDense(n, out).MulVec(a, mat.NewVecDense(n, v)) }
		for _, o := range []LinearOptions{{Tol: 1e-12}, {Tol: 1e-12, Precond: diag}, {Tol: 1e-12, Restart: 12}} {
			x := make([]float64, n)
			r := GMRES(mul, b, x, o)
			if r.Err() != nil && MaxAbs(b) > 0 && o.Restart == 0 {
				t.Fatal(r.Err())
			}
			for i := range x {
				if r.Status == Converged && math.Abs(x[i]-want.AtVec(i)) > 1e-9 {
					t.Fatalf("x[%d] = %g, want %g", i, x[i], want.AtVec(i))
				}
			}
		}
	})
}

// TestKnownRoots solves textbook systems (Moré, Garbow and Hillstrom 1981,
// problems 1 and 26 variants) whose roots are known.
func TestKnownRoots(t *testing.T) {
	x := []float64{-1.2, 1}
	r := NewtonDense(rosenbrock{&[2]float64{}}, x, NewtonOptions{MaxStep: 100})
	if r.Err() != nil || math.Abs(x[0]-1) > 1e-8 || math.Abs(x[1]-1) > 1e-8 {
		t.Errorf("Rosenbrock: %v at %v", r.Err(), x)
	}
}

// rosenbrock is f = (10(x2 - x1²), 1 - x1), root (1, 1).
type rosenbrock struct{ x *[2]float64 }

func (p rosenbrock) Eval(x, f []float64) float64 {
	p.x[0], p.x[1] = x[0], x[1]
	f[0], f[1] = 10*(x[1]-x[0]*x[0]), 1-x[0]
	return MaxAbs(f)
}

func (p rosenbrock) Jacobian(j []float64) { copy(j, []float64{-20 * p.x[0], 10, -1, 0}) }

// TestFailures: each bad problem ends with its Status and an *Error, and the
// best point seen is returned.
func TestFailures(t *testing.T) {
	nan := func(x, g []float64) float64 { return math.NaN() }
	if r := Anderson(nan, make([]float64, 2), AndersonOptions{}); r.Status != Bad {
		t.Errorf("NaN: %v", r.Status)
	}
	// exp(x)+1 has no zero: the residual cannot fall below 1.
	none := func(x, g []float64) float64 { g[0] = x[0] - (math.Exp(x[0]) + 1); return math.Exp(x[0]) + 1 }
	r := Anderson(none, []float64{0}, AndersonOptions{MaxIter: 300})
	var e *Error
	if r.Status == Converged || !errors.As(r.Err(), &e) || e.Report.Residual < 1 {
		t.Errorf("no root: %v, residual %g", r.Status, r.Residual)
	}
	slow := func(x, g []float64) float64 { g[0] = 0.999 * x[0]; return math.Abs(x[0]) }
	if r := Anderson(slow, []float64{1}, AndersonOptions{MaxIter: 5, Memory: -1}); r.Status != MaxIter || r.Iterations != 5 {
		t.Errorf("slow: %v after %d", r.Status, r.Iterations)
	}
	if r := NewtonDense(flat{}, []float64{1}, NewtonOptions{}); r.Status != Bad {
		t.Errorf("singular: %v", r.Status)
	}
	if r := Anderson(slow, nil, AndersonOptions{}); r.Status != Converged {
		t.Errorf("empty: %v", r.Status)
	}
}

type flat struct{}

func (flat) Eval(x, f []float64) float64 { f[0] = 1; return 1 }
func (flat) Jacobian(j []float64)        { j[0] = 0 }
