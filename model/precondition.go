package model

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// A homeInverse inverts the home part of the price and output equations,
// economy by economy: most inputs are bought at home, so that what is left to
// iterate on is trade. It depends on base shares only, not on elasticities or
// the shock.
//
//	prices:  (I - diag(pi_nn,j) Γ_n') dp = r,   outputs: (I - diag(pi_nn,j/T) Γ_n) dY = r
type homeInverse struct {
	once sync.Once
	p, y []float64 // inputs layout: [j, k, n]
	err  error
}

// home returns the inverse, computed at the first call.
func (w *World) home() (*homeInverse, error) {
	h := w.inverse
	h.once.Do(func() {
		N, J := w.N, w.J
		h.p, h.y = make([]float64, N*J*J), make([]float64, N*J*J)
		a, b := mat.NewDense(J, J, nil), mat.NewDense(J, J, nil)
		var inv mat.Dense
		store := func(n int, m *mat.Dense, out []float64) {
			if err := inv.Inverse(m); err != nil {
				if c, ok := err.(mat.Condition); !ok || float64(c) > 1e14 {
					h.err = fmt.Errorf("input coefficients of %s leave no value added: %w", w.Economies[n].ISO3, err)
				}
			}
			for j := 0; j < J; j++ {
				for k := 0; k < J; k++ {
					out[(j*J+k)*N+n] = inv.At(j, k)
				}
			}
		}
		for n := 0; n < N; n++ {
			for j := 0; j < J; j++ {
				pi, net := w.pi[w.Cell(j, n, n)], w.net[w.Cell(j, n, n)]
				for k := 0; k < J; k++ {
					av, bv := -pi*w.IO[(k*J+j)*N+n], -net*w.IO[(j*J+k)*N+n]
					if j == k {
						av++
						bv++
					}
					a.Set(j, k, av)
					b.Set(j, k, bv)
				}
			}
			store(n, a, h.p)
			store(n, b, h.y)
		}
	})
	return h, h.err
}

// A block inverts, economy by economy, the linearised equations of prices,
// outputs and the wage together, foreign costs and demand given, at base
// shares: prices follow own costs, sales follow costs with -theta, inputs and
// income, the wage clears labour.
type block struct {
	elas []float64 // rows: theta*(Y - sum_m M pi): sales lost per log cost
	p, y []float64 // rows: d ln P, dY per d ln w
	step []float64 // [N] 1 / (own elasticity of excess labour supply)
	y0   []float64 // rows: output where it was linearised
	inv  []float64 // rows: 1/y0, 0 where there is no output
	wl   []float64 // [N] value added there
}

// newBlock linearises at expenditures x and outputs y, rows.
func (g *engine) newBlock(x, y []float64) {
	w := g.w
	N, J := w.N, w.J
	R := N * J
	b := &block{elas: make([]float64, R), p: make([]float64, R), y: make([]float64, R), step: make([]float64, N),
		y0: y, inv: make([]float64, R), wl: make([]float64, N)}
	for r, v := range y {
		b.wl[r%N] += w.VA[r] * v
		if v > 0 {
			b.inv[r] = 1 / v
		}
	}
	for j := 0; j < J; j++ {
		lost := b.elas[j*N : j*N+N]
		for n := 0; n < N; n++ {
			r := j*N + n
			x, pi, net := x[r], w.pi[r*N:r*N+N], w.net[r*N:r*N+N]
			for i := range lost {
				lost[i] -= x * net[i] * pi[i]
			}
		}
		for n := range lost {
			lost[n] = w.Theta[j] * (lost[n] + y[j*N+n])
		}
	}
	t := make([]float64, R)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			t[j*N+n] = w.pi[w.Cell(j, n, n)] * w.VA[j*N+n]
		}
	}
	rowSums(N, J, g.home.p, t, b.p)
	w.costs(b.p, t)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			t[r] = -b.elas[r]*(t[r]+w.VA[r]) + w.net[r*N+n]*w.Alpha[r]*b.wl[n]
		}
	}
	rowSums(N, J, g.home.y, t, b.y)
	for n := range b.step {
		e := 1.0
		for j := 0; j < J; j++ {
			e -= w.VA[j*N+n] * b.y[j*N+n] / b.wl[n]
		}
		b.step[n] = 1 / e
	}
	g.block = b
}

// precondition is the fixed-point map u + B F(u), B the block inverse.
func (g *engine) precondition(u, out []float64) float64 {
	if g.fu == nil {
		g.fu = make([]float64, len(u))
	}
	res := g.eval(u, g.fu)
	g.blockApply(g.fu, out)
	for i, v := range u {
		out[i] += v
	}
	return res
}

// blockApply computes out = B f.
func (g *engine) blockApply(f, out []float64) {
	w, b := g.w, g.block
	N, J := w.N, w.J
	fp, fy, fw := g.split(f)
	op, oy, ow := g.split(out)
	dc := g.t2
	rowSums(N, J, g.home.p, fp, op)
	w.costs(op, dc)
	for r := range dc {
		dc[r] = b.y0[r]*fy[r] - b.elas[r]*dc[r]
	}
	rowSums(N, J, g.home.y, dc, oy)
	copy(ow, fw)
	for j := 0; j < J; j++ {
		for n := range ow {
			r := j*N + n
			ow[n] += w.VA[r] * (oy[r] - b.y0[r]*fy[r]) / b.wl[n]
		}
	}
	for n := range ow {
		ow[n] *= b.step[n]
	}
	for j := 0; j < J; j++ {
		for n := range ow {
			r := j*N + n
			op[r] += b.p[r] * ow[n]
			oy[r] = (oy[r] + b.y[r]*ow[n]) * b.inv[r]
		}
	}
}

// blockTranspose computes out = B' v, the preconditioner of adjoint solves.
func (g *engine) blockTranspose(v, out []float64) {
	w, b := g.w, g.block
	N, J := w.N, w.J
	ap, ay, aw := g.split(v)
	op, oy, ow := g.split(out)
	for n := range ow {
		s := aw[n]
		for j := 0; j < J; j++ {
			r := j*N + n
			s += b.p[r]*ap[r] + b.y[r]*b.inv[r]*ay[r]
		}
		ow[n] = b.step[n] * s
	}
	dy, q := g.t1, g.t2
	for j := 0; j < J; j++ {
		for n := range ow {
			r := j*N + n
			s := w.VA[r] * ow[n] / b.wl[n]
			dy[r] = b.inv[r]*ay[r] + s
			oy[r] = -b.y0[r] * s
		}
	}
	columnSums(N, J, g.home.y, dy, q)
	for r := range q {
		oy[r] += b.y0[r] * q[r]
		q[r] *= -b.elas[r]
	}
	w.inputs(q, dy)
	for r := range dy {
		dy[r] += ap[r]
	}
	columnSums(N, J, g.home.p, dy, op)
}
