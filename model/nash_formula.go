package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// A formulaEngine evaluates the world without input-output links and with
// balanced trade (Lashkaripour 2021, equations 6 and 7), and the formula for
// each player's optimal tariff (Proposition 1), at u = (ln ŵ [N], ln(1+t) of
// the players). Shares are those of the data: hats compose, so that the
// balanced base and the war are both reached from there.
type formulaEngine struct {
	w       *World
	players []int
	seat    []int // [N] place among players, -1 for others
	o       NashOptions

	k, m [][]float64 // rows over foreign exporters (home 0): K, and K/T for those whose tariffs stay
	home []float64   // rows: lambda_nn, the home share

	e, tp, s, f     []float64 // rows: ŵ^-eps; T'^-eps; sum K e; share of spending that is not duty
	c1, c2          []float64 // rows: multipliers of sales and of squared shares
	sales, square   []float64 // rows of exporters
	wl, inc, power  []float64 // [N]
	labour, exports []float64 // [N] labour demand; foreign sales
	elast, delta    []float64 // [N]; rows
	pace            []float64 // [N] step of the wage map
	next            []float64 // [N] formula tariffs, powers
	fw, fx          []float64
	wlTotal0        float64
}

func newFormulaEngine(w *World, players []int, o NashOptions) *formulaEngine {
	N, R := w.N, w.N*w.J
	g := &formulaEngine{w: w, players: players, o: o, wlTotal0: sum(w.WL0),
		k: make([][]float64, R), m: make([][]float64, R), seat: make([]int, N)}
	rows := make([]float64, 10*R)
	cut := func() []float64 { v := rows[:R:R]; rows = rows[R:]; return v }
	g.e, g.tp, g.s, g.f, g.c1, g.c2, g.sales, g.square, g.home, g.delta = cut(), cut(), cut(), cut(), cut(), cut(), cut(), cut(), cut(), cut()
	ns := make([]float64, 10*N)
	cutN := func() []float64 { v := ns[:N:N]; ns = ns[N:]; return v }
	g.wl, g.inc, g.power, g.labour, g.exports, g.elast, g.pace, g.next, g.fw = cutN(), cutN(), cutN(), cutN(), cutN(), cutN(), cutN(), cutN(), cutN()
	g.fx = make([]float64, len(players))
	for n := range g.seat {
		g.seat[n] = -1
	}
	for p, n := range players {
		g.seat[n] = p
	}
	cells := make([]float64, N*R)
	for r := range g.k {
		j, n := r/N, r%N
		lo := r * N
		k := cells[lo : lo+N : lo+N]
		copy(k, w.pi[lo:lo+N])
		g.home[r] = k[n]
		k[n] = 0
		g.k[r] = k
		if g.seat[n] < 0 {
			g.m[r] = append([]float64(nil), w.net[lo:lo+N]...)
			g.m[r][n] = 0
			continue
		}
		// A player's own tariff is one for all: K = lambda T^eps.
		eps := w.Theta[j]
		last, power := 1.0, 1.0
		for i, t := range w.Tariff[lo : lo+N] {
			if t != 1 && k[i] != 0 {
				if t != last {
					last, power = t, math.Exp(eps*math.Log(t))
				}
				k[i] *= power
			}
		}
	}
	return g
}

// eval computes the residuals of labour markets and of the formula, and the
// larger of their sizes.
func (g *formulaEngine) eval(u []float64) float64 {
	w := g.w
	N, J := w.N, w.J
	wage, x := u[:N], u[N:]
	total := 0.0
	for n := range g.wl {
		g.wl[n] = w.WL0[n] * math.Exp(wage[n])
		total += g.wl[n]
		g.power[n] = 1
		if p := g.seat[n]; p >= 0 {
			g.power[n] = math.Exp(x[p])
		}
		g.labour[n], g.exports[n], g.elast[n] = 0, 0, 0
		g.inc[n] = 1 // less the share of income that is duty
	}
	// Price indices, and income (7): Y' = w'L' / (1 - duty share).
	for j := 0; j < J; j++ {
		eps := w.Theta[j]
		e := g.e[j*N : j*N+N]
		for n := range e {
			e[n] = math.Exp(-eps * wage[n])
		}
		for n := 0; n < N; n++ {
			r := j*N + n
			own := g.home[r] * e[n]
			var away, net float64
			if p := g.seat[n]; p >= 0 {
				g.tp[r] = math.Exp(-eps * x[p])
				away = g.tp[r] * dot1(g.k[r], e)
				net = away / g.power[n]
			} else {
				away, net = dot2(g.k[r], g.m[r], e)
			}
			g.s[r], g.f[r] = own+away, 1
			if own+away > 0 {
				g.f[r] = (own + net) / (own + away)
				g.inc[n] -= w.Alpha[r] * (1 - g.f[r])
			}
		}
	}
	for n, a := range g.inc {
		g.inc[n] = g.wl[n] / a
	}
	if len(g.players) > 0 && !g.o.DropDelta {
		g.deltas()
	}
	// Sales (6), and for the formula the sales weighted by shares.
	for j := 0; j < J; j++ {
		e := g.e[j*N : j*N+N]
		sales, square := g.sales[j*N:j*N+N], g.square[j*N:j*N+N]
		for n := range sales {
			sales[n], square[n] = 0, 0
		}
		for n := 0; n < N; n++ {
			r := j*N + n
			if g.s[r] == 0 {
				continue
			}
			q := w.Alpha[r] * g.inc[n] / g.s[r]
			g.labour[n] += q * g.home[r] * e[n]
			if g.seat[n] >= 0 {
				c1 := q * g.tp[r] / g.power[n]
				c2 := c1 * g.tp[r] / g.s[r] * (1 - g.delta[r])
				salesAndSquares(g.k[r], c1, c2, sales, square)
			} else if len(g.players) > 0 {
				salesAndProducts(g.k[r], g.m[r], q, q/g.s[r]*(1-g.delta[r]), sales, square)
			} else {
				axpy1(sales, g.m[r], q)
			}
		}
		eps := w.Theta[j]
		for n := range sales {
			v := sales[n] * e[n]
			g.exports[n] += v
			// sum_k eps_k sum_n X_ink [1 - (1-delta_nk) lambda'_ink]
			g.elast[n] += eps * (v - square[n]*e[n]*e[n])
		}
	}
	scale := math.Log(total / g.wlTotal0)
	worst := 0.0
	for n := range g.fw {
		g.labour[n] += g.exports[n]
		g.fw[n] = math.Log(g.labour[n]/g.wl[n]) - scale
		worst = maxAbs(worst, g.fw[n])
	}
	for p, n := range g.players {
		g.next[n] = 1 + 1/math.Max(g.elast[n]/g.exports[n], g.o.Floor)
		g.fx[p] = math.Log(g.next[n]) - x[p]
		worst = maxAbs(worst, g.fx[p])
	}
	return worst
}

// maxAbs is the larger of m and |v|; NaN stays.
func maxAbs(m, v float64) float64 {
	if a := math.Abs(v); a > m || a != a {
		return a
	}
	return m
}

// deltas sets delta_nk = t_n lambda'_nnk e_nk / (1 + t_n sum_k lambda'_nnk e_nk)
// by row; for an economy whose tariffs stay, t_n is their mean over its
// imports.
func (g *formulaEngine) deltas() {
	w := g.w
	N, J := w.N, w.J
	for n := 0; n < N; n++ {
		homeShare, duty := 0.0, 0.0
		for j := 0; j < J; j++ {
			r := j*N + n
			g.delta[r] = 0
			if g.s[r] > 0 {
				g.delta[r] = g.home[r] * g.e[r] / g.s[r] * w.Alpha[r]
				homeShare += g.delta[r]
				duty += w.Alpha[r] * (1 - g.f[r])
			}
		}
		t := g.power[n] - 1
		if g.seat[n] < 0 { // duty = (1-homeShare) t/(1+t)
			t = 0
			if away := 1 - homeShare; away > duty {
				t = duty / (away - duty)
			}
		}
		for j := 0; j < J; j++ {
			g.delta[j*N+n] *= t / (1 + t*homeShare)
		}
	}
}

// salesAndSquares adds c1*k to a and c2*k*k to b.
func salesAndSquares(k []float64, c1, c2 float64, a, b []float64) {
	a, b = a[:len(k)], b[:len(k)]
	for i, v := range k {
		a[i] += c1 * v
		b[i] += c2 * v * v
	}
}

// salesAndProducts adds c1*m to a and c2*k*m to b.
func salesAndProducts(k, m []float64, c1, c2 float64, a, b []float64) {
	a, b, m = a[:len(k)], b[:len(k)], m[:len(k)]
	for i, v := range k {
		a[i] += c1 * m[i]
		b[i] += c2 * v * m[i]
	}
}

// step is the fixed-point map: wages move by excess labour demand over its own
// elasticity, tariffs go to the formula.
func (g *formulaEngine) step(u, next []float64) float64 {
	res := g.eval(u)
	N := g.w.N
	for n := range g.fw {
		next[n] = u[n] + g.fw[n]/g.pace[n]
	}
	for p := range g.fx {
		next[N+p] = u[N+p] + g.fx[p]
	}
	return res
}

// setPace takes 1 plus the elasticity of an economy's sales with respect to
// its wage at base shares, less what its own income gives back.
func (g *formulaEngine) setPace() {
	w := g.w
	N := w.N
	for n := range g.pace {
		g.pace[n] = 0
	}
	for j := 0; j < w.J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			net, pi := w.net[r*N:r*N+N], w.pi[r*N:r*N+N]
			c := w.X0[r] * w.Theta[j]
			for i, v := range net {
				g.pace[i] += c * v * (1 - pi[i])
			}
			g.pace[n] -= w.X0[r] * net[n]
		}
	}
	for n, v := range g.pace {
		g.pace[n] = math.Max(0.5, 1+v/w.WL0[n])
	}
}

// outcome gives hats against the data, [N]; welfare is Ŷ/P̂.
func (g *formulaEngine) outcome(u []float64) (wage, price, income, welfare []float64) {
	w := g.w
	wage, price, income, welfare = make([]float64, w.N), make([]float64, w.N), make([]float64, w.N), make([]float64, w.N)
	for n := range wage {
		wage[n] = math.Exp(u[n])
		p := 0.0
		for j := 0; j < w.J; j++ {
			if r := j*w.N + n; g.s[r] > 0 {
				p -= w.Alpha[r] / w.Theta[j] * math.Log(g.s[r])
			}
		}
		price[n], income[n] = math.Exp(p), g.inc[n]/w.Income[n]
		welfare[n] = income[n] / price[n]
	}
	return wage, price, income, welfare
}

// nashFormula solves the balanced base and the war.
func (w *World) nashFormula(players []int, o NashOptions) (*NashResult, error) {
	if w.HasLinks() {
		return nil, &LinksError{w.Name}
	}
	if w.Psi != nil {
		return nil, fmt.Errorf("the formula for optimal tariffs has constant returns, and world %s has scale economies; use the method gradient", w.Name)
	}
	if o.Solve.Kappa != 0 {
		return nil, fmt.Errorf("the formula for optimal tariffs has given labour; use the method gradient")
	}
	if !(o.Floor >= 0) {
		return nil, fmt.Errorf("floor %g of the elasticity is negative", o.Floor)
	}
	if o.Solve.Tol == 0 {
		o.Solve.Tol = 1e-12 // cheap, and rates amplify the residual
	}
	ao := solve.AndersonOptions{Tol: o.Solve.Tol, MaxIter: o.Solve.MaxIter, Memory: 8, MaxStep: 0.7}
	if ao.MaxIter == 0 {
		ao.MaxIter = 2000
	}
	base := newFormulaEngine(w, nil, o)
	base.setPace()
	u := make([]float64, w.N+len(players))
	r := &NashResult{World: w.Name, Method: Formula, Players: players, Rate: make([]float64, w.N)}
	r.BaseReport = solve.Anderson(base.step, u[:w.N], ao)
	if r.BaseReport.Status != solve.Converged {
		return nil, &NotFound{World: w.Name, Closure: Balanced, Report: r.BaseReport}
	}
	wage0, price0, income0, welfare0 := base.outcome(u)
	g := newFormulaEngine(w, players, o)
	g.pace = base.pace
	for p, n := range players {
		if base.exports[n] == 0 {
			return nil, fmt.Errorf("economy %s exports nothing: no tariff of its moves its terms of trade", w.Economies[n].ISO3)
		}
		u[w.N+p] = math.Log(1.3)
	}
	r.Report = solve.Anderson(g.step, u, ao)
	if r.Report.Status != solve.Converged {
		return nil, &NotFound{World: w.Name + ", tariff war", Closure: Balanced, Report: r.Report}
	}
	r.Wage, r.Price, r.Income, r.Welfare = g.outcome(u)
	for n := range r.Wage {
		r.Wage[n] /= wage0[n]
		r.Price[n] /= price0[n]
		r.Income[n] /= income0[n]
		r.Welfare[n] /= welfare0[n]
	}
	r.Tariff = append([]float64(nil), w.Tariff...)
	for _, n := range players {
		r.Rate[n] = g.power[n] - 1
		for j := 0; j < w.J; j++ {
			row := r.Tariff[w.Cell(j, n, 0) : w.Cell(j, n, 0)+w.N]
			for i := range row {
				if i != n {
					row[i] = g.power[n]
				}
			}
		}
	}
	return r, nil
}
