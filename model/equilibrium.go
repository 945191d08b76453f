package model

import (
	"fmt"
	"math"
	"sync"

	"kanzei/solve"
)

// A NotFound error says that no equilibrium was found; it carries the residual
// path and no numbers of the economy.
type NotFound struct {
	World   string
	Closure Closure
	Report  solve.Report
}

func (e *NotFound) Error() string {
	p := e.Report.Path
	if len(p) > 6 {
		p = p[len(p)-6:]
	}
	return fmt.Sprintf("no equilibrium of world %s under closure %v: %v after %d iterations at residual %.2g (last residuals %.1g)",
		e.World, e.Closure, e.Report.Status, e.Report.Iterations, e.Report.Residual, p)
}

// Solve finds the equilibrium under a shock. Under [Balanced] the base of the
// result is [World.Balanced], not w. The error is a *[NotFound] if there is a
// well-formed problem without a solution found.
func (w *World) Solve(s Shock, o Options) (*Result, error) {
	if err := w.checkShock(s, o); err != nil {
		return nil, err
	}
	if o.Tol == 0 {
		o.Tol = 1e-10
	}
	if o.MaxIter == 0 {
		o.MaxIter = 1000
	}
	if o.Closure == Balanced {
		b, err := w.Balanced()
		if err != nil {
			return nil, err
		}
		w, o.Closure = b, Fixed
		s.Deficit = nil
		r, err := w.solve(s, o)
		if err != nil {
			if nf, ok := err.(*NotFound); ok {
				nf.Closure = Balanced
			}
			return nil, err
		}
		r.Options.Closure = Balanced
		return r, nil
	}
	return w.solve(s, o)
}

func (w *World) solve(s Shock, o Options) (*Result, error) {
	g, err := w.newEngine(s, o)
	if err != nil {
		return nil, err
	}
	u := append([]float64(nil), g.u0...)
	if o.Start != nil && len(o.Start.u) == len(u) {
		copy(u, o.Start.u)
		if a, b := o.Ahead[0], o.Ahead[1]; a != nil && b != nil && len(a.u) == len(u) && len(b.u) == len(u) {
			for i := range u {
				u[i] += b.u[i] - a.u[i]
			}
		}
	}
	past := &solve.Past{}
	if o.Start != nil {
		past = o.Start.past.Clone()
	}
	rep := solve.Anderson(g.precondition, u, solve.AndersonOptions{Tol: o.Tol, MaxIter: o.MaxIter, Memory: 8, Past: past})
	if rep.Status != solve.Converged {
		// Newton from the best point, with exact products.
		nr := solve.Newton(newtonSystem{g}, u, solve.NewtonOptions{Tol: o.Tol, Linear: solve.LinearOptions{Precond: g.blockApply}})
		nr.Path = append(rep.Path, nr.Path...)
		nr.Evals += rep.Evals
		nr.Iterations += rep.Iterations
		if nr.Status != solve.Converged {
			return nil, &NotFound{World: w.Name, Closure: o.Closure, Report: nr}
		}
		rep = nr
	}
	o.Start, o.Ahead = nil, [2]*Result{}
	r := newResult(g, s, o, u, rep)
	r.past = past
	return r, nil
}

// newtonSystem shows an engine to solve.Newton.
type newtonSystem struct{ g *engine }

func (s newtonSystem) Eval(x, f []float64) float64 { return s.g.eval(x, f) }
func (s newtonSystem) Product(v, out []float64)    { s.g.product(v, out) }

// A Result is an equilibrium. Hats are new over base; [N] by economy, rows by
// sector and economy (see the package doc for layouts).
type Result struct {
	Base    *World // the base year compared with (the balanced one under Balanced)
	Shock   Shock
	Options Options
	Report  solve.Report

	Wage       []float64 // [N] ŵ; the numeraire is world value added
	Price      []float64 // [N] consumer price index P̂ = prod_j P̂_nj^alpha_nj
	Income     []float64 // [N] Î
	RealIncome []float64 // [N] Î / P̂
	Welfare    []float64 // [N] real income, net of the cost of labour if it is elastic
	Labour     []float64 // [N] L̂, employment
	Revenue    []float64 // [N] tariff revenue, million USD (base: Base.Revenue)
	Deficit    []float64 // [N] imports less exports, million USD

	Exports0, Exports []float64 // [N] million USD, net of duty, base and new
	Imports0, Imports []float64 // [N] million USD, net of duty, base and new
	TermsOfTrade      []float64 // [N] export over import prices before duty, hat, base-year weights

	SectorPrice []float64 // rows: P̂_nj
	Cost        []float64 // rows: ĉ_nj, producer price
	Output      []float64 // rows: Ŷ_nj, value; 1 where there is none
	Volume      []float64 // rows: Ŷ_nj / ĉ_nj
	Employment  []float64 // rows: L̂_nj

	g     *engine
	u     []float64
	past  *solve.Past
	flows []float64
	once  sync.Once
	mu    sync.Mutex
}

func newResult(g *engine, s Shock, o Options, u []float64, rep solve.Report) *Result {
	w := g.w
	N, J := w.N, w.J
	R := N * J
	p, y, wage := g.split(u)
	r := &Result{Base: w, Shock: s, Options: o, Report: rep, g: g, u: u}
	ns := make([]float64, 13*N)
	cutN := func() []float64 { v := ns[:N:N]; ns = ns[N:]; return v }
	r.Wage, r.Price, r.Income, r.RealIncome, r.Welfare = cutN(), cutN(), cutN(), cutN(), cutN()
	r.Labour, r.Revenue, r.Deficit, r.TermsOfTrade = cutN(), cutN(), cutN(), cutN()
	r.Exports0, r.Exports, r.Imports0, r.Imports = cutN(), cutN(), cutN(), cutN()
	rs := make([]float64, 5*R)
	cut := func() []float64 { v := rs[:R:R]; rs = rs[R:]; return v }
	r.SectorPrice, r.Cost, r.Output, r.Volume, r.Employment = cut(), cut(), cut(), cut(), cut()

	for n := 0; n < N; n++ {
		r.Wage[n] = math.Exp(wage[n])
		lnP := 0.0
		for j := 0; j < J; j++ {
			lnP += w.Alpha[j*N+n] * p[j*N+n]
		}
		r.Price[n] = math.Exp(lnP)
		r.Income[n] = g.inc[n] / w.Income[n]
		r.RealIncome[n] = r.Income[n] / r.Price[n]
		wl := g.wl[n] / w.WL0[n]
		r.Labour[n] = wl / r.Wage[n]
		r.Deficit[n] = g.deficitOf(n)
		d := labourWeight(w, g.kappa, n)
		r.Welfare[n] = d*r.RealIncome[n] + (1-d)*wl/r.Price[n]
	}
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			k := j*N + n
			r.SectorPrice[k] = math.Exp(p[k])
			r.Cost[k] = math.Exp(-math.Log(g.e[k]) / w.Theta[j])
			r.Output[k] = 1
			if w.Y0[k] > 0 {
				r.Output[k] = math.Exp(y[k])
			}
			r.Volume[k] = r.Output[k] / r.Cost[k]
			r.Employment[k] = r.Output[k] / r.Wage[n]
			spend := g.x[k] * g.f[k]
			own := 0.0
			if g.s[k] > 0 {
				own = g.q[k] * g.m[k][n] * g.e[k]
			}
			own0 := w.X0[k] * w.net[k*N+n]
			base := 0.0
			if w.X0[k] > 0 {
				base = w.X0[k] * sum(w.net[k*N:k*N+N])
			}
			r.Revenue[n] += g.x[k] - spend
			r.Imports[n] += spend - own
			r.Exports[n] += g.yNew[k] - own
			r.Imports0[n] += base - own0
			r.Exports0[n] += w.Y0[k] - own0
		}
	}
	r.termsOfTrade()
	return r
}

// labourWeight is delta of MODEL 2 with a lump-sum rebate: the weight of real
// income in welfare when labour is elastic, 1 when it is fixed.
func labourWeight(w *World, kappa float64, n int) float64 {
	return w.Income[n] / (w.Income[n] - kappa*w.WL0[n]/(1+kappa))
}

// termsOfTrade weighs log producer prices by base exports and imports.
func (r *Result) termsOfTrade() {
	w := r.Base
	N := w.N
	lnc := make([]float64, N)
	num := make([]float64, 2*N)
	x, m := num[:N], num[N:]
	for j := 0; j < w.J; j++ {
		for i := range lnc {
			lnc[i] = math.Log(r.Cost[j*N+i])
		}
		for n := 0; n < N; n++ {
			k := j*N + n
			own := w.X0[k] * w.net[k*N+n] * lnc[n]
			m[n] += w.X0[k]*dot1(w.net[k*N:k*N+N], lnc) - own
			x[n] += w.Y0[k]*lnc[n] - own
		}
	}
	for n := range x {
		r.TermsOfTrade[n] = 1
		if r.Exports0[n] > 0 && r.Imports0[n] > 0 {
			r.TermsOfTrade[n] = math.Exp(x[n]/r.Exports0[n] - m[n]/r.Imports0[n])
		}
	}
}

// Distance is the largest difference between the unknowns of two results of
// worlds of one shape, in logs; infinite for worlds of other shapes.
func (r *Result) Distance(o *Result) float64 {
	if len(r.u) != len(o.u) {
		return math.Inf(1)
	}
	most := 0.0
	for i, v := range r.u {
		most = max(most, math.Abs(v-o.u[i]))
	}
	return most
}

// Flows returns the new flows X'_nij in cells, buyer's value, million USD. The
// slice is shared; do not change it.
func (r *Result) Flows() []float64 {
	r.once.Do(func() {
		g := r.g
		N := g.w.N
		r.flows = make([]float64, N*N*g.w.J)
		for row := range g.k {
			e := g.e[row/N*N : row/N*N+N]
			out, k, q := r.flows[row*N:row*N+N], g.k[row], g.q[row]
			for i := range out {
				out[i] = k[i] * e[i] * q
			}
		}
	})
	return r.flows
}

// Tariff returns the tariff powers of the result, in cells. Shared.
func (r *Result) Tariff() []float64 { return r.g.tariff }

// Rebase makes the result the base year of a new World.
func (r *Result) Rebase() *World {
	c := r.Base.clone()
	c.Flow, c.Tariff = r.Flows(), r.Tariff()
	if err := c.prepare(); err != nil {
		// A solved equilibrium has the shapes and incomes of its base.
		panic("model: rebase: " + err.Error())
	}
	return c
}

// A Decomposition splits the first-order welfare change by partner:
// [n*N+i] is the part of economy n that comes from trade with i, as a share
// of its base income.
type Decomposition struct {
	N        int
	ToT, VoT []float64
}

// Decompose gives the linear terms-of-trade and volume-of-trade effects of CP
// equation (20) at the discrete change, as their tables report them:
//
//	ToT_n = 1/I_n sum_ij E_nij (ĉ_nj - 1) - M_nij (ĉ_ij - 1)
//	VoT_n = 1/I_n sum_ij t_nij M_nij (M̂_nij - ĉ_ij)
//
// with E and M base exports and imports net of duty and t base rates. They are
// a first-order approximation; Welfare is exact. Large cuts of tariffs that
// paid for much of income make them differ by more than their size.
func (r *Result) Decompose() Decomposition {
	w := r.Base
	N := w.N
	d := Decomposition{N: N, ToT: make([]float64, N*N), VoT: make([]float64, N*N)}
	flows, tariff := r.Flows(), r.Tariff()
	for j := 0; j < w.J; j++ {
		c := r.Cost[j*N : j*N+N]
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				if i == n {
					continue
				}
				k := w.Cell(j, n, i)
				m := w.Flow[k] / w.Tariff[k]
				if m == 0 {
					continue
				}
				p := m * (c[i] - 1)
				d.ToT[n*N+i] -= p
				d.ToT[i*N+n] += p
				d.VoT[n*N+i] += (w.Tariff[k] - 1) * (flows[k]/tariff[k] - m*c[i])
			}
		}
	}
	for n := 0; n < N; n++ {
		for i := 0; i < N; i++ {
			d.ToT[n*N+i] /= w.Income[n]
			d.VoT[n*N+i] /= w.Income[n]
		}
	}
	return d
}

// Total returns the sums over partners of economy n.
func (d Decomposition) Total(n int) (tot, vot float64) {
	return sum(d.ToT[n*d.N : (n+1)*d.N]), sum(d.VoT[n*d.N : (n+1)*d.N])
}
