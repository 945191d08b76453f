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
	x := make([]float64, m.S)
	for s, sigma := range m.Sigma {
		x[s] = math.Log(sigma/(sigma-1)) / 2
	}
	g, t := newOssaEngine(m), append([]float64(nil), others...)
	rep, err := g.formula(j, t, x)
	if err != nil {
		return nil, err
	}
	res, err := m.Solve(t)
	if err != nil {
		return nil, err
	}
	return &OssaWar{Players: []int{j}, Tariff: t, OssaResult: res,
		Play: Play{Rounds: 1, Solves: g.solves, Iterations: rep.Iterations, Slope: rep.Residual, Report: res.Report}}, nil
}

// formula finds the tariffs of FormulaTariff from x, [S] ln powers, which it
// leaves there and in t.
func (g *ossaEngine) formula(j int, t, x []float64) (solve.Report, error) {
	m := g.m
	N := m.N
	lnG := make([]float64, N)
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
			return rep, failed
		}
		return rep, &NoBestResponse{Player: j, Round: 1, Report: rep}
	}
	set(x)
	return rep, nil
}

// NashFormula solves the war in which every player (nil: all) sets the tariffs
// of [Ossa.FormulaTariff]: answers in turn, in rounds until no power moves by
// more than 1e-6, relatively.
func (m *Ossa) NashFormula(players []int) (*OssaWar, error) {
	if players == nil {
		players = seq(m.N)
	}
	const rounds = 50
	t := append([]float64(nil), m.Tariff...)
	own := make([]float64, m.S*len(players))
	for p := range players {
		for s, sigma := range m.Sigma {
			own[p*m.S+s] = math.Log(sigma/(sigma-1)) / 2
		}
	}
	g, play := newOssaEngine(m), Play{}
	for play.Rounds = 1; play.Rounds <= rounds; play.Rounds++ {
		move := 0.0
		for p, j := range players {
			x := own[p*m.S : p*m.S+m.S]
			was := append([]float64(nil), x...)
			if _, err := g.formula(j, t, x); err != nil {
				return nil, err
			}
			for s := range x {
				move = maxAbs(move, x[s]-was[s])
			}
		}
		if play.Slope = move; move <= 1e-6 {
			break
		}
	}
	if play.Rounds > rounds {
		return nil, fmt.Errorf("the tariff war by formula did not settle in %d rounds: rates still move by %.2g", rounds, play.Slope)
	}
	res, err := m.Solve(t)
	if err != nil {
		return nil, err
	}
	play.Report, play.Solves = res.Report, g.solves
	return &OssaWar{Players: players, Tariff: t, OssaResult: res, Play: play}, nil
}
