package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// FormulaTariff finds the import tariffs of region j, one rate for each
// sector, by the sufficient-statistics formula of Lashkaripour and Lugovskyy
// (2023), third best under restricted entry (their Theorem 1 with foreign
// incomes held), solved with the equilibrium:
//
//	1+t_k = (1+tau) (1 + eps_k lambda_jjk) / (1 + M_k eps_k lambda_jjk)
//	1/tau = sum_k eps_k sum_{n≠j} chi_jnk (1 - lambda_jnk)
//
// with eps = sigma-1, chi the shares of export sales, and M_k the mean markup
// of j over that of sector k. It is close to, and never better than, the
// optimum of [Ossa.OptimalTariff]. The others keep their tariffs (cells; nil:
// base year).
func (m *Ossa) FormulaTariff(j int, others []float64) (*OssaWar, error) {
	if j < 0 || j >= m.N {
		return nil, fmt.Errorf("region %d of %d", j, m.N)
	}
	if others == nil {
		others = m.Tariff
	}
	if len(others) != len(m.Tariff) {
		return nil, fmt.Errorf("%d tariff powers for %d cells", len(others), len(m.Tariff))
	}
	g := newOssaEngine(m)
	t := append([]float64(nil), others...)
	N := m.N
	lnG, x := make([]float64, N), make([]float64, m.S)
	for s, sigma := range m.Sigma {
		x[s] = math.Log(sigma/(sigma-1)) / 2
	}
	set := func(x []float64) {
		for s, v := range x {
			for i := 0; i < N; i++ {
				if i != j {
					t[m.Cell(s, j, i)] = math.Exp(v)
				}
			}
		}
	}
	var failed error
	rep := solve.Anderson(func(x, next []float64) float64 {
		set(x)
		if failed = g.eval(t, lnG); failed != nil {
			return math.NaN()
		}
		elast, exports := 0.0, 0.0
		for s, sigma := range m.Sigma {
			for n := 0; n < N; n++ {
				if n != j {
					f, share := g.f[m.Cell(s, n, j)], g.s[m.Cell(s, n, j)]
					elast += f * (sigma - 1) * (1 - share)
					exports += f
				}
			}
		}
		markup := g.out[j] / g.labour[j] // one plus profits over wages
		worst := 0.0
		for s, sigma := range m.Sigma {
			home := (sigma - 1) * g.s[m.Cell(s, j, j)]
			next[s] = math.Log((1 + exports/elast) * (1 + home) / (1 + markup*(1-m.Profit[s])*home))
			worst = maxAbs(worst, next[s]-x[s])
		}
		return worst
	}, x, solve.AndersonOptions{Tol: 1e-10, MaxIter: 200, MaxStep: 0.5})
	if rep.Status != solve.Converged {
		if failed != nil {
			return nil, failed
		}
		return nil, &NoBestResponse{Player: j, Round: 1, Report: rep}
	}
	set(x)
	res, err := m.Solve(t)
	if err != nil {
		return nil, err
	}
	return &OssaWar{Players: []int{j}, Tariff: t, OssaResult: res,
		Play: Play{Rounds: 1, Solves: g.solves, Iterations: rep.Iterations, Slope: rep.Residual, Report: res.Report}}, nil
}
