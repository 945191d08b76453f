package model

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"kanzei/solve"
)

// An ossaEngine solves the equations of Ossa (2014) at y = (ln ŵ, ln Ê). With
// s_ijs the share of i in what j spends on sector s,
//
//	s_ijs = gamma_ijs (ŵ_i T̂_ijs)^(1-sigma_s) / sum_k ...
//	f_ijs = s_ijs mu_js E'_j / T'_ijs            trade net of duty
//
// the equations are
//
//	w'L_i = sum_s (1 - profit_s) sum_j f_ijs      labour gets what profits leave; profit_s = 1/sigma_s
//	sum_is f_jis = sum_is f_ijs                  balanced trade
//
// the second less the numeraire, since the sum over j of both sides is one.
type ossaEngine struct {
	m          *Ossa
	tariff, k  []float64 // cells: T', and gamma T̂^(1-sigma)
	s, f       []float64 // cells
	p, sales   []float64 // rows of exporters: ŵ^(1-sigma), sum_j f
	den        []float64 // rows of importers: P̂^(1-sigma)
	labour     []float64 // [N]
	out, in    []float64 // [N] sales, imports with home purchases
	spend, inc []float64 // [N] E', w'L'
	total      float64
	y          []float64 // last equilibrium
	report     solve.Report
	solves     int
	phi        []float64
	jac        []float64
}

func newOssaEngine(m *Ossa) *ossaEngine {
	C, R, N := len(m.Trade), m.N*m.S, m.N
	return &ossaEngine{m: m, tariff: make([]float64, C), k: make([]float64, C), s: make([]float64, C), f: make([]float64, C),
		p: make([]float64, R), sales: make([]float64, R), den: make([]float64, R),
		labour: make([]float64, N), out: make([]float64, N), in: make([]float64, N), spend: make([]float64, N), inc: make([]float64, N),
		y: make([]float64, 2*N), phi: make([]float64, N), jac: make([]float64, 4*N*N)}
}

// setTariff updates the kernel where tariffs changed.
func (g *ossaEngine) setTariff(t []float64) {
	for c, v := range t {
		if v == g.tariff[c] {
			continue
		}
		g.tariff[c] = v
		if k := g.m.kernel[c]; k != 0 {
			g.k[c] = k * math.Exp((1-g.m.Sigma[c/g.m.N/g.m.N])*math.Log(v))
		}
	}
}

// Eval is the residual of solve.DenseSystem.
func (g *ossaEngine) Eval(y, res []float64) float64 {
	m := g.m
	N := m.N
	g.total = 0
	base := 0.0
	for n := range g.inc {
		g.inc[n] = m.wl[n] * math.Exp(y[n])
		g.spend[n] = m.expend[n] * math.Exp(y[N+n])
		g.total += g.inc[n]
		base += m.wl[n]
		g.labour[n], g.out[n], g.in[n] = 0, 0, 0
	}
	for s, sigma := range m.Sigma {
		p, sales := g.p[s*N:s*N+N], g.sales[s*N:s*N+N]
		for i := range p {
			p[i] = math.Exp((1 - sigma) * y[i])
			sales[i] = 0
		}
		for j := 0; j < N; j++ {
			r := s*N + j
			k, sh, f, t := g.k[r*N:r*N+N], g.s[r*N:r*N+N], g.f[r*N:r*N+N], g.tariff[r*N:r*N+N]
			den := 0.0
			for i, v := range k {
				sh[i] = v * p[i]
				den += sh[i]
			}
			g.den[r] = den
			x := m.mu[r] * g.spend[j]
			for i := range sh {
				sh[i] /= den
				f[i] = sh[i] * x / t[i]
				sales[i] += f[i]
				g.in[j] += f[i]
			}
		}
		for i, v := range sales {
			g.out[i] += v
			g.labour[i] += (1 - m.Profit[s]) * v
		}
	}
	worst, scale := 0.0, math.Log(g.total/base)
	for n := 0; n < N; n++ {
		res[n] = math.Log(g.labour[n] / g.inc[n])
		res[N+n] = math.Log(g.out[n]/g.in[n]) + scale
		worst = maxAbs(maxAbs(worst, res[n]), res[N+n])
	}
	return worst
}

// Jacobian is of Eval: d ln f_ijs = (1-sigma)(d ln w_i - sum_k s_kjs d ln w_k)
// + d ln E_j.
func (g *ossaEngine) Jacobian(jac []float64) {
	m := g.m
	N, D := m.N, 2*m.N
	for c := range jac {
		jac[c] = 0
	}
	for s, sigma := range m.Sigma {
		share := 1 - m.Profit[s]
		for j := 0; j < N; j++ {
			r := (s*N + j) * N
			f, sh := g.f[r:r+N], g.s[r:r+N]
			bought := sum(f)
			in := jac[(N+j)*D : (N+j)*D+D]
			for i, v := range f {
				a := (sigma - 1) * v
				lab, out := jac[i*D:i*D+D], jac[(N+i)*D:(N+i)*D+D]
				al, ao := share*a/g.labour[i], a/g.out[i]
				for k, q := range sh {
					lab[k] += al * q
					out[k] += ao * q
				}
				lab[i] -= al
				out[i] -= ao
				lab[N+j] += share * v / g.labour[i]
				out[N+j] += v / g.out[i]
				in[i] -= ((1-sigma)*v + (sigma-1)*sh[i]*bought) / g.in[j]
			}
		}
	}
	for n := 0; n < N; n++ {
		jac[n*D+n]--
		jac[(N+n)*D+N+n]--
		for k := 0; k < N; k++ {
			jac[(N+n)*D+k] += g.inc[k] / g.total
		}
	}
}

// government writes ln of the weighted real income of each region less that of
// the base: G_j = sum_s lambda_js (sales_js + labour share_js R_j) / P_j.
func (g *ossaEngine) government(lnG []float64) {
	m := g.m
	N := m.N
	for n := range lnG {
		a, b := g.weighted(n)
		lnG[n] = math.Log(a+b*(g.spend[n]-g.in[n])/g.labour[n]) - m.lnGov0[n]
		for s, sigma := range m.Sigma {
			lnG[n] -= m.mu[s*N+n] * math.Log(g.den[s*N+n]) / (1 - sigma)
		}
	}
}

// weighted sums lambda times sales, and lambda times labour income, of n.
func (g *ossaEngine) weighted(n int) (sales, labour float64) {
	for s, profit := range g.m.Profit {
		r := s*g.m.N + n
		v := g.m.Weight[r] * g.sales[r]
		sales += v
		labour += v * (1 - profit)
	}
	return sales, labour
}

// arena.

func (g *ossaEngine) shape() (n, j int) { return g.m.N, g.m.S }

func (g *ossaEngine) base() []float64 { return g.m.Tariff }

func (g *ossaEngine) tolerance() float64 { return 1e-7 }

func (g *ossaEngine) counted() (int, solve.Report) { return g.solves, g.report }

func (g *ossaEngine) eval(tariff, lnG []float64) error {
	g.setTariff(tariff)
	y := append([]float64(nil), g.y...)
	g.report = solve.NewtonDense(g, y, solve.NewtonOptions{Tol: 1e-12, MaxIter: 60, MaxStep: 1})
	g.solves++
	if g.report.Status == solve.Stalled && g.report.Residual <= 1e-11 {
		g.report.Status = solve.Converged // rounding: below the tolerance asked of any solve
	}
	if g.report.Status != solve.Converged {
		return &NotFound{World: "ossa2005", Closure: Balanced, Report: g.report}
	}
	copy(g.y, y)
	g.government(lnG)
	return nil
}

// curvature of a cell: import share times sigma (MODEL 7.2).
func (g *ossaEngine) curvature(c int) float64 {
	m := g.m
	j := c / m.N % m.N
	return m.Trade[c] * m.Tariff[c] / m.expend[j] * m.Sigma[c/m.N/m.N]
}

// slope computes, for the importers given, the derivative of sum_n weight_n
// ln G_n with respect to ln T', cells, at the last equilibrium:
//
//	d ln f_kjs / d ln T'_ijs = -sigma 1{k=i} + (sigma-1) s_ijs
func (g *ossaEngine) slope(weight []float64, importers []int, grad []float64) error {
	m := g.m
	N, D := m.N, 2*m.N
	// Multipliers of ln f in the objective: of sales by exporter and sector,
	// and of imports.
	bySales := make([]float64, N*m.S)
	byImports, seed := make([]float64, N), make([]float64, D)
	for n, w := range weight {
		if w == 0 {
			continue
		}
		a, b := g.weighted(n)
		r := g.spend[n] - g.in[n]
		q := w / (a + b*r/g.labour[n])
		for s, profit := range m.Profit {
			l, share := m.Weight[s*N+n], 1-profit
			bySales[s*N+n] = q * (l + l*share*r/g.labour[n] - share*b*r/g.labour[n]/g.labour[n])
		}
		byImports[n] = -q * b / g.labour[n]
		seed[N+n] = q * b / g.labour[n] * g.spend[n]
	}
	for s, sigma := range m.Sigma {
		for j := 0; j < N; j++ {
			r := s*N + j
			f, sh := g.f[r*N:r*N+N], g.s[r*N:r*N+N]
			total := 0.0
			for i, v := range f {
				phi := v * (bySales[s*N+i] + byImports[j])
				seed[i] += (1 - sigma) * phi
				total += phi
			}
			// The price index of j moves with wages by shares.
			c := (1-sigma)*total + weight[j]*m.mu[r]
			for k, q := range sh {
				seed[k] -= c * q
			}
			seed[N+j] += total
		}
	}
	g.Jacobian(g.jac)
	var lu mat.LU
	lu.Factorize(mat.NewDense(D, D, g.jac))
	lambda := mat.NewVecDense(D, nil)
	if err := lu.SolveVecTo(lambda, true, mat.NewVecDense(D, seed)); err != nil {
		if c, ok := err.(mat.Condition); !ok || math.IsInf(float64(c), 1) {
			return err
		}
	}
	l := lambda.RawVector().Data
	for _, j := range importers {
		for s, sigma := range m.Sigma {
			r := s*N + j
			f, sh, out := g.f[r*N:r*N+N], g.s[r*N:r*N+N], grad[r*N:r*N+N]
			total := 0.0
			for i, v := range f {
				g.phi[i] = v * (bySales[s*N+i] + byImports[j] -
					l[i]*(1-m.Profit[s])/g.labour[i] - l[N+i]/g.out[i] + l[N+j]/g.in[j])
				total += g.phi[i]
			}
			c := (sigma-1)*total - weight[j]*m.mu[r]
			for i := range out {
				out[i] = c*sh[i] - sigma*g.phi[i]
			}
		}
	}
	return nil
}

func (g *ossaEngine) result(lnG []float64) *OssaResult {
	m := g.m
	N := m.N
	r := &OssaResult{Report: g.report}
	r.Wage, r.Income, r.Price, r.Welfare, r.Government = make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N)
	for n := range r.Wage {
		r.Wage[n], r.Income[n] = math.Exp(g.y[n]), math.Exp(g.y[N+n])
		p := 0.0
		for s, sigma := range m.Sigma {
			p += m.mu[s*N+n] * math.Log(g.den[s*N+n]) / (1 - sigma)
		}
		r.Price[n] = math.Exp(p)
		r.Welfare[n] = r.Income[n] / r.Price[n]
		r.Government[n] = math.Exp(lnG[n])
	}
	return r
}
