package model

import (
	"fmt"

	"kanzei/solve"
)

// A Grad is the derivative of an economy's log welfare.
type Grad struct {
	Economy int
	// Tariff is d ln W / d ln T', in cells: divide by T' for the derivative
	// with respect to the rate. A cell of a flow that is zero is zero.
	Tariff []float64
	Report solve.Report // of the adjoint solve
}

// Gradient returns the derivative of the log welfare of economy n with respect
// to every bilateral tariff of every sector, at the result, by one solve with
// the transposed Jacobian. Under [Balanced] the base is held fixed.
func (r *Result) Gradient(n int) (Grad, error) {
	weight := make([]float64, r.Base.N)
	if n < 0 || n >= len(weight) {
		return Grad{}, fmt.Errorf("economy %d of %d", n, len(weight))
	}
	weight[n] = 1
	g, err := r.GradientOf(weight)
	g.Economy = n
	return g, err
}

// GradientOf is Gradient for the sum over economies of weight * ln welfare,
// weight [N].
func (r *Result) GradientOf(weight []float64) (Grad, error) {
	r.mu.Lock() // the engine has one set of work arrays
	defer r.mu.Unlock()
	g := r.g
	w := g.w
	N := w.N
	size := g.size()
	if len(weight) != N {
		return Grad{}, fmt.Errorf("%d weights for %d economies", len(weight), N)
	}
	// Seeds: W = d I/P + (1-d) wL/P in base units, so that
	// d ln W = [d (I/P) dlnI + (1-d) (wL/P) dlnwL] / W - dlnP.
	income, wageBill := make([]float64, N), make([]float64, N)
	b := make([]float64, size)
	zero := make([]float64, size)
	var direct adjointState
	for n, a := range weight {
		if a == 0 {
			continue
		}
		d := labourWeight(w, g.kappa, n)
		income[n] = a * d * r.RealIncome[n] / r.Welfare[n] / g.inc[n]
		wageBill[n] = a * (1 - d) * (g.wl[n] / w.WL0[n] / r.Price[n]) / r.Welfare[n] / g.wl[n]
	}
	g.transpose(zero, b, seed{income, wageBill}, &direct)
	bp, _, _ := g.split(b)
	for n, a := range weight {
		for j := 0; j < w.J; j++ {
			bp[j*N+n] -= a * w.Alpha[j*N+n]
		}
	}
	// F_u' lambda = W_u, then dW/dT = W_T - lambda' F_T.
	lambda := make([]float64, size)
	rep := solve.GMRES(func(v, out []float64) { g.transpose(v, out, seed{}, nil) },
		b, lambda, solve.LinearOptions{Tol: 1e-9, Restart: 100, FromZero: true, Precond: g.blockTranspose})
	out := Grad{Economy: -1, Report: rep}
	if rep.Status != solve.Converged && rep.Residual > 1e-7 {
		return out, fmt.Errorf("adjoint of world %s: %w", w.Name, rep.Err())
	}
	var st adjointState
	g.transpose(lambda, zero, seed{}, &st)
	out.Tariff = make([]float64, N*N*w.J)
	g.tariffGradient(&direct, 1, out.Tariff)
	g.tariffGradient(&st, -1, out.Tariff)
	return out, nil
}
