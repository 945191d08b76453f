package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// A Gravity is the one-sector world without tariffs in which the effects of a
// trade agreement estimated by a gravity equation are put into general
// equilibrium (Anderson and Yotov 2016; Baier, Yotov and Zylkin 2019).
type Gravity struct {
	Economies []Economy
	N         int
	Trade     []float64 // [importer*N+exporter], home sales included; any unit
	Theta     float64   // trade elasticity
}

// A GravityResult gives hats, [N]; the numeraire is world output.
type GravityResult struct {
	Wage, Price, RealWage, Welfare []float64
	Trade                          []float64 // new flows, [importer*N+exporter]
	Report                         solve.Report
}

// Solve finds the equilibrium when the partial effect of a policy on trade is
// exp(beta), beta [importer*N+exporter]:
//
//	pi'_in = pi_in exp(beta_in) ŵ_i^-theta / sum_l ...,   Y_i ŵ_i = sum_n pi'_in E'_n
//
// Deficits are kept in value, E' = Y ŵ + D, or, if multiplicative, expenditure
// is a fixed multiple of output, E' = (Y + D) ŵ; world expenditure and output
// then differ, and the second equation holds up to that factor.
func (m *Gravity) Solve(beta []float64, multiplicative bool) (*GravityResult, error) {
	N := m.N
	if len(m.Trade) != N*N || len(beta) != N*N || len(m.Economies) != N {
		return nil, fmt.Errorf("%d flows and %d effects for %d economies squared", len(m.Trade), len(beta), N)
	}
	if !(m.Theta > 0) {
		return nil, fmt.Errorf("trade elasticity %g must be above 0", m.Theta)
	}
	spend, output, k := make([]float64, N), make([]float64, N), make([]float64, N*N)
	for n := 0; n < N; n++ {
		for i := 0; i < N; i++ {
			c := n*N + i
			v := m.Trade[c]
			if !(v >= 0) || math.IsInf(v, 0) || math.IsNaN(beta[c]) || math.IsInf(beta[c], 0) {
				return nil, fmt.Errorf("flow %g with effect %g of %s > %s", v, beta[c], m.Economies[i].ISO3, m.Economies[n].ISO3)
			}
			spend[n] += v
			output[i] += v
			k[c] = v * math.Exp(beta[c])
		}
	}
	for n := 0; n < N; n++ {
		if output[n] == 0 || spend[n] == 0 {
			return nil, fmt.Errorf("%s sells or buys nothing", m.Economies[n].ISO3)
		}
		for i := 0; i < N; i++ {
			k[n*N+i] /= spend[n]
		}
	}
	e, den, wage, newSpend, sales := make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N)
	world := sum(output)
	eval := func(u []float64) {
		total := 0.0
		for n, v := range u {
			total += output[n] * math.Exp(v)
		}
		for n, v := range u {
			wage[n] = math.Exp(v) * world / total
			e[n] = math.Exp(-m.Theta * math.Log(wage[n]))
			newSpend[n] = output[n]*wage[n] + spend[n] - output[n]
			if multiplicative {
				newSpend[n] = spend[n] * wage[n]
			}
			sales[n] = 0
		}
		for n := range den {
			row := k[n*N : n*N+N]
			den[n] = dot1(row, e)
			axpy1(sales, row, newSpend[n]/den[n])
		}
		for n := range sales {
			sales[n] *= e[n]
		}
	}
	u := make([]float64, N)
	rep := solve.Anderson(func(u, next []float64) float64 {
		eval(u)
		factor, worst := sum(newSpend)/world, 0.0
		for n := range next {
			r := math.Log(sales[n] / (output[n] * wage[n] * factor))
			worst = maxAbs(worst, r)
			next[n] = u[n] + r/(1+m.Theta)
		}
		return worst
	}, u, solve.AndersonOptions{Tol: 1e-12, MaxStep: 0.5})
	if rep.Status != solve.Converged {
		return nil, &NotFound{World: "gravity", Report: rep}
	}
	eval(u)
	r := &GravityResult{Wage: append([]float64(nil), wage...), Price: make([]float64, N), RealWage: make([]float64, N),
		Welfare: make([]float64, N), Trade: make([]float64, N*N), Report: rep}
	for n := range u {
		r.Price[n] = math.Exp(-math.Log(den[n]) / m.Theta)
		r.RealWage[n] = wage[n] / r.Price[n]
		r.Welfare[n] = newSpend[n] / spend[n] / r.Price[n]
		for i := range u {
			r.Trade[n*N+i] = k[n*N+i] * e[i] / den[n] * newSpend[n]
		}
	}
	return r, nil
}

// readGravity reads exporter, importer, trade and a flag from a square table.
func readGravity(path, flag string) (*Gravity, []bool, error) {
	t, err := readTable(path, "exporter", "importer", "trade", flag)
	if err != nil {
		return nil, nil, err
	}
	type cell struct {
		from, to string
		v        float64
		on       bool
	}
	var cells []cell
	at := map[string]int{}
	var iso []string
	for {
		ok, err := t.next()
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			break
		}
		c := cell{from: t.str("exporter"), to: t.str("importer"), on: t.str(flag) == "1"}
		if c.v, err = t.num("trade"); err != nil {
			return nil, nil, err
		}
		if _, ok := at[c.from]; !ok {
			at[c.from] = len(iso)
			iso = append(iso, c.from)
		}
		cells = append(cells, c)
	}
	N := len(iso)
	if len(cells) != N*N {
		return nil, nil, fmt.Errorf("%s: %d flows for %d economies squared", path, len(cells), N)
	}
	m := &Gravity{Economies: economies(iso), N: N, Trade: make([]float64, N*N), Theta: 4}
	on := make([]bool, N*N)
	for _, c := range cells {
		n, ok := at[c.to]
		if !ok {
			return nil, nil, fmt.Errorf("%s: importer %s does not export", path, c.to)
		}
		m.Trade[n*N+at[c.from]], on[n*N+at[c.from]] = c.v, c.on
	}
	return m, on, nil
}

// euEnlargement is the example of the package ge_gravity: trade of 2000, the
// thirteen economies that joined the European Union by 2013, and the partial
// effect .224 of membership on trade with members, old and new.
func euEnlargement(path string) (*Gravity, []float64, error) {
	m, member, err := readGravity(path, "eu_enlargement")
	if err != nil {
		return nil, nil, err
	}
	N := m.N
	inside, joins := make([]bool, N), make([]bool, N)
	for n := range inside {
		for i := 0; i < N; i++ {
			inside[n] = inside[n] || member[n*N+i]
		}
		switch m.Economies[n].ISO3 {
		case "BGR", "CYP", "CZE", "EST", "HRV", "HUN", "LTU", "LVA", "MLT", "POL", "ROU", "SVK", "SVN":
			joins[n] = true
		}
	}
	beta := make([]float64, N*N)
	for n := 0; n < N; n++ {
		for i := 0; i < N; i++ {
			if i != n && (joins[n] || joins[i]) && (joins[n] || inside[n]) && (joins[i] || inside[i]) {
				beta[n*N+i] = 0.224
			}
		}
	}
	return m, beta, nil
}
