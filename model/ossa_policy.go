package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// A Policy is what one region may set in [Ossa.UnilateralPolicy].
type Policy int

const (
	// FirstBest sets production subsidies, export taxes and import tariffs.
	FirstBest Policy = iota
	// SecondBest sets export taxes and import tariffs.
	SecondBest
	// Industrial sets production subsidies alone: those of the first best.
	Industrial
	// Cooperative is what all regions would agree on if they could pay each
	// other: all set these subsidies and no trade taxes.
	Cooperative
)

// A PolicyResult is an optimal unilateral policy of one region.
type PolicyResult struct {
	Subsidy []float64 // [S] powers: producers get that times the price
	Export  []float64 // rows (sector, buyer): powers of export taxes
	Import  []float64 // [S] powers of import tariffs
	Welfare []float64 // [N] hats of real income
	Report  solve.Report
}

// UnilateralPolicy solves the equilibrium in which region j follows the
// formulas of Lashkaripour and Lugovskyy (2023), Theorems 1 and 2, foreign
// incomes and scale held: with eps = sigma-1, lambda the share of j in what n
// spends on k, and M_k the mean markup of j over that of sector k,
//
//	first best:   1+s_k = 1+mu_k, 1+x_nk = 1 + 1/(eps_k (1-lambda_jnk)), t = 0
//	second best:  1+x_nk = M_k (1 + 1/(eps_k (1-lambda_jnk))),
//	              1+t_k = (1 + eps_k lambda_jjk) / (1 + M_k eps_k lambda_jjk)
//
// With scale nil, entry is restricted and profits are earned. Scale [S] is the
// scale elasticity of each sector under free entry: there are no profits, unit
// costs fall with the sector's employment to that power, subsidies are those of
// scale, and under the first best all tariffs, foreign ones too, go to zero, as
// in the authors' figures.
func (m *Ossa) UnilateralPolicy(j int, p Policy, scale []float64) (*PolicyResult, error) {
	N, S := m.N, m.S
	switch {
	case j < 0 || j >= N:
		return nil, fmt.Errorf("region %d of %d", j, N)
	case scale != nil && p == SecondBest:
		return nil, fmt.Errorf("under free entry no formula gives the second best")
	case scale != nil && len(scale) != S:
		return nil, fmt.Errorf("%d scale elasticities for %d sectors", len(scale), S)
	}
	profit := m.Profit
	tariff := m.Tariff
	if scale != nil {
		profit = make([]float64, S)
	}
	if p == Cooperative || p == FirstBest && scale != nil {
		tariff = ones(len(m.Tariff))
	}
	out := &PolicyResult{Subsidy: ones(S), Export: make([]float64, N*S), Import: ones(S), Welfare: make([]float64, N)}
	subsidises := func(i int) bool { return p == Cooperative || i == j && p != SecondBest }
	taxes := p == FirstBest || p == SecondBest // region j sets trade taxes
	receipts0 := make([]float64, N*S)
	kernel := make([]float64, len(m.Trade)) // spending shares times the change of tariffs to the power -eps
	labour0 := make([]float64, N)
	for s := 0; s < S; s++ {
		if p != SecondBest {
			if out.Subsidy[s] = 1 / (1 - m.Profit[s]); scale != nil {
				out.Subsidy[s] = 1 + scale[s]
			}
		}
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				c := m.Cell(s, n, i)
				receipts0[s*N+i] += m.Trade[c]
				labour0[i] += (1 - profit[s]) * m.Trade[c]
				if x := m.mu[s*N+n] * m.expend[n]; x > 0 {
					kernel[c] = m.Trade[c] * m.Tariff[c] / x
					change := tariff[c] / m.Tariff[c]
					if taxes && n == j && i != j {
						change = 1 / m.Tariff[c] // its own tariff is an unknown
					}
					if change != 1 {
						kernel[c] *= math.Pow(change, 1-m.Sigma[s])
					}
				}
			}
		}
	}
	// Unknowns: ln ŵ, ln Ê [N]; ln export powers, ln L̂ of sectors [rows]; ln
	// import powers [S].
	R := N * S
	u := make([]float64, 2*N+2*R+S)
	labour, income, share, receipts, cost, lnP, home := make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, S)
	step := func(u, next []float64) float64 {
		w, e, x, l, t := u[:N], u[N:2*N], u[2*N:2*N+R], u[2*N+R:2*N+2*R], u[2*N+2*R:]
		for n := range labour {
			labour[n], income[n] = 0, 0
		}
		sales := 0.0
		for n := range lnP {
			lnP[n] = 0
		}
		for s := 0; s < S; s++ {
			eps := m.Sigma[s] - 1
			for i := range receipts {
				receipts[i] = 0
			}
			for i := range cost {
				price := w[i]
				if scale != nil {
					price -= scale[s] * l[s*N+i]
				}
				if subsidises(i) {
					price -= math.Log(out.Subsidy[s])
				}
				cost[i] = math.Exp(-eps * price)
			}
			own, ownEps := math.Exp(t[s]), math.Exp(-eps*t[s])
			for n := 0; n < N; n++ {
				power := func(i int) float64 {
					if taxes && n == j && i != j {
						return own
					}
					return tariff[m.Cell(s, n, i)]
				}
				den := 0.0
				for i := range share {
					share[i] = kernel[m.Cell(s, n, i)] * cost[i]
					switch {
					case !taxes:
					case n == j && i != j:
						share[i] *= ownEps
					case i == j && n != j:
						share[i] *= math.Exp(-eps * x[s*N+n])
					}
					den += share[i]
				}
				if den == 0 {
					continue
				}
				spend := m.mu[s*N+n] * m.expend[n] * math.Exp(e[n])
				for i := range share {
					share[i] /= den
					v := share[i] * spend
					net := v / power(i)
					got := net
					if subsidises(i) {
						got *= out.Subsidy[s]
					}
					if i == j {
						if n != j {
							got /= math.Exp(x[s*N+n])
						}
						sales += got
					}
					receipts[i] += got
					labour[i] += got * (1 - profit[s])
					income[i] += net // receipts, export tax less subsidy
					income[n] += v - net
				}
				lnP[n] -= m.mu[s*N+n] * math.Log(den) / eps
				if n == j {
					home[s] = share[j]
				}
				if next[2*N+s*N+n] = 0; taxes && n != j {
					next[2*N+s*N+n] = math.Log1p(1 / (eps * (1 - share[j])))
				}
			}
			for i := range receipts {
				k := s*N + i
				next[2*N+R+k] = 0
				if scale != nil && receipts0[k] > 0 {
					next[2*N+R+k] = l[k] + 0.5*(math.Log(receipts[i]/receipts0[k])-w[i]-l[k])
				}
			}
		}
		markup := sales / labour[j]
		for s := 0; s < S; s++ {
			next[2*N+2*R+s] = 0
			if p != SecondBest {
				continue
			}
			rel, own := markup*(1-profit[s]), (m.Sigma[s]-1)*home[s]
			next[2*N+2*R+s] = math.Log((1 + own) / (1 + rel*own))
			for n := 0; n < N; n++ {
				if n != j {
					next[2*N+s*N+n] += math.Log(rel)
				}
			}
		}
		before, after := sum(labour0), 0.0
		for n, v := range labour0 {
			after += v * math.Exp(w[n])
		}
		worst := 0.0
		for n := range labour {
			fw := math.Log(labour[n] / labour0[n] * before / after)
			fe := math.Log(income[n] / m.expend[n] * before / after)
			next[n], next[N+n] = w[n]+0.3*(fw-w[n]), e[n]+0.7*(fe-e[n])
			worst = maxAbs(maxAbs(worst, fw-w[n]), fe-e[n])
		}
		for k := 2 * N; k < len(u); k++ {
			worst = maxAbs(worst, next[k]-u[k])
		}
		for n := range lnP {
			out.Welfare[n] = math.Exp(e[n] - lnP[n])
		}
		return worst
	}
	out.Report = solve.Anderson(step, u, solve.AndersonOptions{Tol: 1e-10, Memory: 12, MaxIter: 3000, MaxStep: 0.3})
	if out.Report.Status != solve.Converged {
		return nil, &NotFound{World: "with the policy of " + m.Regions[j].ISO3, Closure: Balanced, Report: out.Report}
	}
	step(u, make([]float64, len(u)))
	for k, v := range u[2*N : 2*N+R] {
		out.Export[k] = math.Exp(v)
	}
	for s, v := range u[2*N+2*R:] {
		out.Import[s] = math.Exp(v)
	}
	return out, nil
}

// LoadLL2023FreeEntry reads the base year under free entry and its scale
// elasticities, [S]; see [LoadLL2023].
func LoadLL2023FreeEntry(root string) (*Ossa, []float64, error) {
	m, err := loadLL2023(root, "Tab4_Data_FE.mat")
	if err != nil {
		return nil, nil, err
	}
	scale := make([]float64, m.S)
	for s, p := range m.Profit {
		scale[s] = 1/(1-p) - 1
		m.Profit[s] = 0
	}
	return m, scale, m.prepare()
}
