package model

import (
	"math"

	"kanzei/solve"
)

// A libDayEngine evaluates the equations of a LibDay. The unknowns are
// u = (ln ŵ, ln L̂, ln P̂), [N] each; expenditure is linear given these.
type libDayEngine struct {
	m        *LibDay
	k, net   [][]float64 // importer rows: lam T^(-eps phi), and that over T
	duty     []bool      // the row has a duty
	transfer []float64
	inv      []float64 // [9N] inverse of each economy's own block

	e, s, f, q, acc            []float64 // [N]
	spend, wly, revenue, sales []float64 // [N]
	world, world0              float64
	fu, u                      []float64
	gap                        float64 // sum of transfers: see LibDay.LastAbsorbs
}

func newLibDayEngine(m *LibDay, rates, transfer []float64) *libDayEngine {
	N := m.N
	g := &libDayEngine{m: m, transfer: transfer, k: make([][]float64, N), net: make([][]float64, N), duty: make([]bool, N), world0: sum(m.GDP)}
	for n := 0; n < N; n++ {
		row, t := m.lam[n*N:n*N+N], rates[n*N:n*N+N]
		for _, v := range t {
			g.duty[n] = g.duty[n] || v != 0
		}
		if !g.duty[n] {
			g.k[n], g.net[n] = row, row
			continue
		}
		k, net := make([]float64, N), make([]float64, N)
		for i, v := range row {
			if t[i] != 0 {
				v *= math.Exp(-m.Eps * m.Phi[n] * math.Log1p(t[i]))
			}
			k[i], net[i] = v, v/(1+t[i])
		}
		g.k[n], g.net[n] = k, net
	}
	buf := make([]float64, 21*N)
	cut := func(k int) []float64 { v := buf[: k*N : k*N]; buf = buf[k*N:]; return v }
	g.e, g.s, g.f, g.q, g.acc = cut(1), cut(1), cut(1), cut(1), cut(1)
	g.spend, g.wly, g.revenue, g.sales = cut(1), cut(1), cut(1), cut(1)
	g.inv, g.fu = cut(9), cut(3)
	g.blocks()
	return g
}

// blocks inverts the 3 by 3 linearisation of each economy's own equations at
// the base, foreign prices and demand given.
func (g *libDayEngine) blocks() {
	m := g.m
	N := m.N
	own := make([]float64, N) // sum_n share of sales_in * lam_in
	tot := make([]float64, N)
	for n := 0; n < N; n++ {
		for i := 0; i < N; i++ {
			v := (1 - m.Nu[n]) * m.Flow[n*N+i]
			own[i] += v * m.lam[n*N+i]
			tot[i] += v
		}
	}
	for n := 0; n < N; n++ {
		lam := m.lam[n*N+n]
		dc := [3]float64{m.Beta - m.Psi*(1-m.Beta), -m.Psi, (1 - m.Beta) * (1 + m.Psi)}
		share := m.GDP[n] / m.Beta / (m.GDP[n]/m.Beta + m.Transfer[n])
		sw := m.Beta * tot[n] / m.GDP[n]
		home := 0.0
		if tot[n] > 0 {
			home = (1 - m.Nu[n]) * m.Flow[n*N+n] / tot[n]
			own[n] /= tot[n]
		}
		var a [3][3]float64 // minus d residual / d (w, L, P)
		for x := 0; x < 3; x++ {
			dwl, dw := 0.0, 0.0
			if x < 2 {
				dwl = 1
			}
			if x == 0 {
				dw = 1
			}
			de := share * dwl
			dld := sw*(-m.Eps*dc[x]*(1-own[n])+home*de) + (1-sw)*de
			a[0][x] = dwl - dld
			a[1][x] = -m.Kappa * dw
			a[2][x] = -((1-m.Phi[n])*(de-dw) + lam*dc[x])
		}
		a[1][1]++
		a[1][2] += m.Kappa
		a[2][2]++
		invert3(&a, g.inv[9*n:9*n+9])
	}
}

// invert3 writes the inverse of a, row-major.
func invert3(a *[3][3]float64, out []float64) {
	c := func(i, j int) float64 {
		r, s := (i+1)%3, (i+2)%3
		p, q := (j+1)%3, (j+2)%3
		return a[r][p]*a[s][q] - a[r][q]*a[s][p]
	}
	det := a[0][0]*c(0, 0) + a[0][1]*c(0, 1) + a[0][2]*c(0, 2)
	for i := 0; i < 3; i++ {
		for j := 0; j < 3; j++ {
			out[i*3+j] = c(j, i) / det
		}
	}
}

// eval computes the residuals (labour market, labour supply, price) at u.
func (g *libDayEngine) eval(u, f []float64) float64 {
	m := g.m
	N := m.N
	w, l, p := u[:N], u[N:2*N], u[2*N:]
	g.world = 0
	for n := range w {
		// c = w^b P^(1-b) / ((w/P)^(1-b) L)^psi
		c := m.Beta*w[n] + (1-m.Beta)*p[n] - m.Psi*((1-m.Beta)*(w[n]-p[n])+l[n])
		g.e[n] = math.Exp(-m.Eps * c)
		g.wly[n] = m.GDP[n] * math.Exp(w[n]+l[n])
		g.world += g.wly[n]
		g.acc[n] = 0
	}
	scale := math.Log(g.world / g.world0)
	for n := 0; n < N; n++ {
		s, net := 0.0, 0.0
		if g.duty[n] {
			s, net = dot2(g.k[n], g.net[n], g.e)
		} else {
			s = dot1(g.k[n], g.e)
			net = s
		}
		g.s[n], g.f[n] = s, net/s
		// Budget with the sales of materials solved out.
		g.spend[n] = (g.wly[n]/m.Beta + g.transfer[n]*g.world/g.world0) / (g.f[n] * (1 + m.Nu[n]*(1-m.Beta)/m.Beta))
		g.revenue[n] = g.spend[n] * (1 - g.f[n])
		tau := 0.0
		if !m.LumpSum {
			tau = -math.Log(1 - g.revenue[n]/g.wly[n])
		}
		f[N+n] = m.Kappa*(tau+w[n]-p[n]) - l[n]
		f[2*N+n] = (1-m.Phi[n])*(math.Log(g.spend[n]/m.Spend[n])-w[n]) - math.Log(s)/m.Eps - p[n]
		g.q[n] = (1 - m.Nu[n]) * g.spend[n] / s
	}
	n := 0
	for ; n+4 <= N; n += 4 {
		axpy4(g.acc, g.net[n], g.net[n+1], g.net[n+2], g.net[n+3], g.q[n], g.q[n+1], g.q[n+2], g.q[n+3])
	}
	for ; n < N; n++ {
		axpy1(g.acc, g.net[n], g.q[n])
	}
	for n := range w {
		g.sales[n] = g.e[n] * g.acc[n] // net of what is paid at the destination
		pay := g.wly[n]
		if n == N-1 {
			pay += g.gap * g.world / g.world0
		}
		f[n] = math.Log((m.Beta*g.sales[n]+m.Nu[n]*g.spend[n]*g.f[n])/pay) - scale
	}
	return solve.MaxAbs(f)
}

// precondition is the fixed-point map u + B F(u).
func (g *libDayEngine) precondition(u, out []float64) float64 {
	res := g.eval(u, g.fu)
	N := g.m.N
	f := g.fu
	for n := 0; n < N; n++ {
		b := g.inv[9*n : 9*n+9]
		x, y, z := f[n], f[N+n], f[2*N+n]
		out[n] = u[n] + b[0]*x + b[1]*y + b[2]*z
		out[N+n] = u[N+n] + b[3]*x + b[4]*y + b[5]*z
		out[2*N+n] = u[2*N+n] + b[6]*x + b[7]*y + b[8]*z
	}
	return res
}

// result reports as the authors do, with their numeraire: mean (P̂-1)E = 0
// without roundabout, mean (ŵ-1)Y = 0 with it.
func (g *libDayEngine) result(rep solve.Report) *LibDayResult {
	m := g.m
	N := m.N
	out := make([]float64, 7*N)
	cut := func() []float64 { v := out[:N:N]; out = out[N:]; return v }
	r := &LibDayResult{Report: rep, Welfare: cut(), Deficit: cut(), ExportsGDP: cut(), ImportsGDP: cut(), Employment: cut(), Prices: cut(), RevenueShare: cut()}
	ex, ex0, im, im0 := make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N)
	for n := 0; n < N; n++ {
		q := g.spend[n] / g.s[n]
		for i := 0; i < N; i++ {
			if i == n {
				continue
			}
			v := g.net[n][i] * g.e[i] * q
			ex[i] += v
			im[n] += v
			ex0[i] += m.Flow[n*N+i]
			im0[n] += m.Flow[n*N+i]
		}
	}
	num, den := 0.0, 0.0
	price, wage, labour := make([]float64, N), make([]float64, N), make([]float64, N)
	for n := 0; n < N; n++ {
		wage[n], labour[n], price[n] = math.Exp(g.u[n]), math.Exp(g.u[N+n]), math.Exp(g.u[2*N+n])
		if m.Beta == 1 {
			num, den = num+m.Spend[n], den+price[n]*m.Spend[n]
		} else {
			num, den = num+m.GDP[n], den+wage[n]*m.GDP[n]
		}
	}
	scale := num / den
	for n := 0; n < N; n++ {
		tau := 0.0
		if !m.LumpSum {
			tau = g.revenue[n] / g.wly[n]
		}
		// Consumption: all spending but materials.
		e0 := m.GDP[n] + m.Transfer[n]
		e1 := g.revenue[n] + g.wly[n] + g.transfer[n]*g.world/g.world0
		d := e0 / (e0 - m.Kappa*(1-tau)*m.GDP[n]/(1+m.Kappa))
		r.Welfare[n] = 100 * (d*e1/e0/price[n] + (1-d)*wage[n]*labour[n]/price[n] - 1)
		d0, d1 := im0[n]-ex0[n], scale*(im[n]-ex[n])
		r.Deficit[n] = 100 * (d1 - d0) / math.Abs(d0)
		r.ExportsGDP[n] = 100 * (ex[n]/g.wly[n]/(ex0[n]/m.GDP[n]) - 1)
		r.ImportsGDP[n] = 100 * (im[n]/g.wly[n]/(im0[n]/m.GDP[n]) - 1)
		r.Employment[n] = 100 * (labour[n] - 1)
		r.Prices[n] = 100 * (scale*price[n] - 1)
		r.RevenueShare[n] = scale * g.revenue[n] / m.Spend[n]
	}
	return r
}
