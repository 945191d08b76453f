package solve

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A System is a square system of equations f(x) = 0.
type System interface {
	// Eval computes f at x and returns its residual norm.
	Eval(x, f []float64) (residual float64)
	// Product computes out = J v with the Jacobian at the last Eval.
	Product(v, out []float64)
}

// A DenseSystem also gives its whole Jacobian.
type DenseSystem interface {
	// Eval computes f at x and returns its residual norm.
	Eval(x, f []float64) (residual float64)
	// Jacobian fills jac, row-major len(x) by len(x), at the last Eval.
	Jacobian(jac []float64)
}

// NewtonOptions steer [Newton] and [NewtonDense].
type NewtonOptions struct {
	Tol     float64 // default 1e-10
	MaxIter int     // default 30
	MaxStep float64 // largest change of a component in a step; default 2
	Linear  LinearOptions
}

func (o *NewtonOptions) defaults() {
	if o.Tol == 0 {
		o.Tol = 1e-10
	}
	if o.MaxIter == 0 {
		o.MaxIter = 30
	}
	if o.MaxStep == 0 {
		o.MaxStep = 2
	}
}

// Newton solves f(x) = 0 by inexact Newton steps: GMRES on the Jacobian
// products with the forcing term of Eisenstat and Walker (choice 2), then
// halving of the step while the residual does not fall. x is the start and
// receives the result.
func Newton(sys System, x []float64, o NewtonOptions) Report {
	o.defaults()
	eta := 0.1
	var last float64
	return newton(x, o, sys.Eval, func(f, d []float64, res float64, rep *Report) bool {
		if last > 0 {
			q := res / last
			eta = math.Min(0.1, math.Max(0.9*q*q, 1e-6))
		}
		last = res
		lo := o.Linear
		// No more accuracy than the last step needs.
		lo.Tol = math.Max(eta, 0.1*o.Tol/res)
		lo.FromZero = true
		for i := range d {
			d[i] = 0
		}
		lr := GMRES(sys.Product, f, d, lo)
		rep.Products += lr.Products
		return lr.Status != Bad
	})
}

// NewtonDense solves f(x) = 0 by Newton steps with the dense Jacobian and LU
// factors. A singular Jacobian ends it as [Bad].
func NewtonDense(sys DenseSystem, x []float64, o NewtonOptions) Report {
	o.defaults()
	n := len(x)
	jac := make([]float64, n*n)
	var lu mat.LU
	return newton(x, o, sys.Eval, func(f, d []float64, _ float64, rep *Report) bool {
		sys.Jacobian(jac)
		rep.Products += n
		lu.Factorize(mat.NewDense(n, n, jac))
		err := lu.SolveVecTo(mat.NewVecDense(n, d), false, mat.NewVecDense(n, f))
		if _, ok := err.(mat.Condition); ok && !math.IsInf(float64(err.(mat.Condition)), 1) {
			err = nil // badly conditioned, but solved; the residual decides
		}
		return err == nil
	})
}

// newton is the outer loop; direction writes d with J d = f.
func newton(x []float64, o NewtonOptions, eval func(x, f []float64) float64,
	direction func(f, d []float64, res float64, rep *Report) bool) Report {
	n := len(x)
	f, d, try := make([]float64, n), make([]float64, n), make([]float64, n)
	var rep Report
	res := eval(x, f)
	rep.Evals++
	rep.Path = append(rep.Path, res)
	rep.Residual = res
	if math.IsNaN(res) || math.IsInf(res, 0) {
		rep.Status = Bad
		return rep
	}
	for {
		if res <= o.Tol {
			rep.Status = Converged
			return rep
		}
		if rep.Iterations >= o.MaxIter {
			rep.Status = MaxIter
			return rep
		}
		if !direction(f, d, res, &rep) {
			rep.Status = Bad
			return rep
		}
		rep.Iterations++
		step := 1.0
		if m := MaxAbs(d); m > o.MaxStep {
			step = o.MaxStep / m
		}
		ok := false
		for half := 0; half < 12; half++ {
			for i := range try {
				try[i] = x[i] - step*d[i]
			}
			r := eval(try, f)
			rep.Evals++
			if r < (1-1e-4*step)*res {
				res, ok = r, true
				break
			}
			step /= 2
		}
		rep.Path = append(rep.Path, res)
		if !ok {
			eval(x, f)
			rep.Evals++
			rep.Status = Stalled
			return rep
		}
		copy(x, try)
		rep.Residual = res
	}
}
