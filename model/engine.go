package model

import (
	"math"

	"kanzei/solve"
)

// An engine evaluates the equations of one world under one shock.
//
// The unknowns are u = (ln P̂ rows, ln Ŷ rows, ln ŵ [N]): sector prices,
// sector outputs, wages. Expenditure and income are linear given these and
// are solved out. The residuals F(u) have the same shape:
//
//	ln of the price index (11) less ln P̂
//	ln of sales over all buyers (13) less ln Ŷ
//	ln of labour demand over w'L' (14), less the numeraire sum w'L' = sum wL
type engine struct {
	w       *World
	kappa   float64
	closure Closure
	tariff  []float64   // cells T'
	k, m    [][]float64 // rows over exporters: K = pi*(T'/T d̂)^-theta, and K/T'
	free    []bool      // row has no duty: K and K/T' are one
	deficit []float64   // [N]
	ratio   []float64   // [N] deficit / WL0

	home  *homeInverse
	block *block

	wlTotal0 float64

	// At the last evaluation:
	e, s, f, acc     []float64 // rows: c^-theta; sum K e; sum K e/T' over s; sum M q
	y, z, x, q, yNew []float64 // rows: Y', inputs, X', X'/s, sales
	wl, inc, ld      []float64 // [N]: w'L', I', labour demand
	slack            []float64 // [N] 1 - sum alpha(1-F)
	wlTotal, dbar    float64

	// Scratch of the linear products.
	t1, t2, t3, t4, t5, t6 []float64
	n1, n2                 []float64
	yInv                   []float64 // rows: 1/Y0, 0 where there is no output
	invTheta               []float64
	fu                     []float64 // F(u) of the last fixed-point step
	u0                     []float64 // where a solve starts
}

// newEngine precomputes the kernels; only rows that differ from the base get
// memory and powers of their own.
func (w *World) newEngine(s Shock, o Options) (g *engine, err error) {
	N, J := w.N, w.J
	R := N * J
	g = &engine{w: w, kappa: o.Kappa, closure: o.Closure, tariff: w.Tariff, deficit: w.Deficit,
		k: make([][]float64, R), m: make([][]float64, R), free: make([]bool, R), wlTotal0: sum(w.WL0)}
	if s.Tariff != nil {
		g.tariff = s.Tariff
	}
	if s.Deficit != nil {
		g.deficit = s.Deficit
	}
	for r := range g.k {
		lo, hi := r*N, r*N+N
		g.k[r], g.m[r], g.free[r] = w.pi[lo:hi], w.net[lo:hi], w.dutyFree[r]
		changed := false
		if s.Tariff != nil {
			for c := lo; c < hi && !changed; c++ {
				changed = s.Tariff[c] != w.Tariff[c]
			}
		}
		if s.Cost != nil {
			for c := lo; c < hi && !changed; c++ {
				changed = s.Cost[c] != 1
			}
		}
		if !changed {
			continue
		}
		k, m := make([]float64, N), make([]float64, N)
		theta, free := w.Theta[r/N], true
		for i := range k {
			c := lo + i
			k[i] = w.pi[c]
			hat := g.tariff[c] / w.Tariff[c]
			if s.Cost != nil {
				hat *= s.Cost[c]
			}
			if hat != 1 && k[i] != 0 {
				k[i] *= math.Exp(-theta * math.Log(hat))
			}
			m[i] = k[i] / g.tariff[c]
			free = free && g.tariff[c] == 1
		}
		g.k[r], g.m[r], g.free[r] = k, m, free
	}
	rows := make([]float64, 16*R)
	cut := func() []float64 { v := rows[:R:R]; rows = rows[R:]; return v }
	g.e, g.s, g.f, g.acc, g.y, g.z, g.x, g.q, g.yNew = cut(), cut(), cut(), cut(), cut(), cut(), cut(), cut(), cut()
	g.t1, g.t2, g.t3, g.t4, g.t5, g.t6, g.yInv = cut(), cut(), cut(), cut(), cut(), cut(), cut()
	ns := make([]float64, 7*N)
	cutN := func() []float64 { v := ns[:N:N]; ns = ns[N:]; return v }
	g.wl, g.inc, g.ld, g.slack, g.n1, g.n2, g.ratio = cutN(), cutN(), cutN(), cutN(), cutN(), cutN(), cutN()
	for n := range g.ratio {
		g.ratio[n] = g.deficit[n] / w.WL0[n]
	}
	g.invTheta = make([]float64, J)
	for j, t := range w.Theta {
		g.invTheta[j] = 1 / t
	}
	for r, y := range w.Y0 {
		if y > 0 {
			g.yInv[r] = 1 / y
		}
	}
	if g.home, err = w.home(); err != nil {
		return nil, err
	}
	g.u0 = make([]float64, g.size())
	x, y := w.X0, w.Y0
	if w.open {
		x, y = g.settle()
	}
	g.newBlock(x, y)
	return g, nil
}

// settle finds outputs that fit demand at base prices and wages, by the plain
// map in logs, for a base whose accounts do not close: some outputs may be off
// by many orders of magnitude. It sets u0 and returns the expenditures and
// outputs there.
func (g *engine) settle() (x, y []float64) {
	f := make([]float64, g.size())
	_, y0, _ := g.split(g.u0)
	_, fy, _ := g.split(f)
	for step := 0; step < 200; step++ {
		g.eval(g.u0, f)
		if solve.MaxAbs(fy) < 1e-6 {
			break
		}
		for r := range y0 {
			y0[r] += fy[r]
		}
	}
	return append([]float64(nil), g.x...), append([]float64(nil), g.yNew...)
}

func (g *engine) size() int { return 2*g.w.N*g.w.J + g.w.N }

func (g *engine) split(u []float64) (p, y, w []float64) {
	R := g.w.N * g.w.J
	return u[:R], u[R : 2*R], u[2*R:]
}

// eval computes the residuals f at u and returns the largest.
func (g *engine) eval(u, f []float64) float64 {
	w := g.w
	N, J := w.N, w.J
	p, y, wage := g.split(u)
	fp, fy, fw := g.split(f)

	// Unit costs (10), with scale economies c/L̂^psi, L̂ = Ŷ/ŵ.
	lnc := g.t1
	w.costs(p, lnc)
	for j := 0; j < J; j++ {
		theta := w.Theta[j]
		psi := 0.0
		if w.Psi != nil {
			psi = w.Psi[j]
		}
		for n := 0; n < N; n++ {
			r := j*N + n
			c := lnc[r] + w.VA[r]*wage[n]
			if psi != 0 {
				c -= psi * (y[r] - wage[n])
			}
			g.e[r] = math.Exp(-theta * c)
			g.y[r] = 0
			if w.Y0[r] > 0 {
				g.y[r] = w.Y0[r] * math.Exp(y[r])
			}
		}
	}
	// Price indices (11) and the share of spending that is not duty.
	for j := 0; j < J; j++ {
		ej := g.e[j*N : j*N+N]
		for n := 0; n < N; n++ {
			r := j*N + n
			var s, m float64
			if g.free[r] {
				s = dot1(g.k[r], ej)
				m = s
			} else {
				s, m = dot2(g.k[r], g.m[r], ej)
			}
			g.s[r] = s
			if s > 0 {
				g.f[r] = m / s
				fp[r] = -math.Log(s)*g.invTheta[j] - p[r]
			} else { // nothing is bought
				g.f[r] = 1
				fp[r] = -p[r]
			}
		}
	}
	// Income and expenditure (13), linear once shares are known.
	w.inputs(g.y, g.z)
	g.wageBills(p, wage)
	for n := 0; n < N; n++ {
		b, a := g.wl[n]+g.deficitOf(n), 1.0
		for j := 0; j < J; j++ {
			r := j*N + n
			b += (1 - g.f[r]) * g.z[r]
			a -= (1 - g.f[r]) * w.Alpha[r]
		}
		g.inc[n], g.slack[n] = b/a, a
	}
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			g.x[r] = g.z[r] + w.Alpha[r]*g.inc[n]
			g.q[r] = 0
			if g.s[r] > 0 {
				g.q[r] = g.x[r] / g.s[r]
			}
		}
	}
	// Sales to all buyers, then labour demand (14).
	for n := range g.ld {
		g.ld[n] = 0
	}
	for j := 0; j < J; j++ {
		acc := g.acc[j*N : j*N+N]
		g.gather(j, acc, g.m, g.q)
		for n := 0; n < N; n++ {
			r := j*N + n
			g.yNew[r] = g.e[r] * acc[n]
			fy[r] = 0
			if w.Y0[r] > 0 {
				fy[r] = math.Log(g.yNew[r]*g.yInv[r]) - y[r]
			}
			g.ld[n] += w.VA[r] * g.yNew[r]
		}
	}
	scale := math.Log(g.wlTotal / g.wlTotal0)
	for n := range fw {
		fw[n] = math.Log(g.ld[n]/g.wl[n]) - scale
	}
	return solve.MaxAbs(f)
}

// gather sets acc[i] = sum_n m[row(j,n)][i] * q[row(j,n)].
func (g *engine) gather(j int, acc []float64, m [][]float64, q []float64) {
	N := g.w.N
	for i := range acc {
		acc[i] = 0
	}
	r, end := j*N, j*N+N
	for ; r+4 <= end; r += 4 {
		axpy4(acc, m[r], m[r+1], m[r+2], m[r+3], q[r], q[r+1], q[r+2], q[r+3])
	}
	for ; r < end; r++ {
		axpy1(acc, m[r], q[r])
	}
}

// wageBills sets w'L', its total and the mean deficit ratio.
func (g *engine) wageBills(p, wage []float64) {
	w := g.w
	g.wlTotal, g.dbar = 0, 0
	for n := range g.wl {
		l := wage[n]
		if g.kappa != 0 { // L̂ = (ŵ/P̂)^kappa
			real := wage[n]
			for j := 0; j < w.J; j++ {
				real -= w.Alpha[j*w.N+n] * p[j*w.N+n]
			}
			l += g.kappa * real
		}
		g.wl[n] = w.WL0[n] * math.Exp(l)
		g.wlTotal += g.wl[n]
		g.dbar += g.ratio[n] * g.wl[n]
	}
	g.dbar /= g.wlTotal
}

// deficitOf is D'_n under the closure.
func (g *engine) deficitOf(n int) float64 {
	if g.closure == Proportional {
		return (g.ratio[n] - g.dbar) * g.wl[n]
	}
	return g.deficit[n] * g.wlTotal / g.wlTotal0
}
