package model

import (
	"fmt"
	"math"
	"path/filepath"

	"kanzei/solve"
)

// A LibDay is the one-sector model of Ignatenko, Lashkaripour, Macedoni and
// Simonovska (2025), "Making America Great Again? The Economic Impacts of
// Liberation Day Tariffs", Journal of International Economics 157: elastic
// labour, scale economies, a share of sales paid to labour of the destination,
// incomplete pass-through of tariffs, and optionally roundabout production.
// Values are in thousand USD. Matrices are importer by exporter: [n*N+i].
type LibDay struct {
	Economies []Economy
	N, US     int

	Spend    []float64 // [N] E, expenditure
	GDP      []float64 // [N] Y, labour income
	Transfer []float64 // [N] a fixed share of world GDP
	Flow     []float64 // X_in, base year without duties
	Nu       []float64 // [N] share of sales in n paid to labour of n
	Phi      []float64 // [N] pass-through of tariffs to consumer prices
	Eps      float64   // trade elasticity
	Kappa    float64   // labour supply elasticity
	Psi      float64   // scale elasticity
	Beta     float64   // share of labour in costs, 1 without roundabout
	LumpSum  bool      // rebate revenue lump-sum instead of cutting income tax

	// LastAbsorbs admits transfers that do not sum to zero: the labour market
	// of the last economy takes the gap, as it does in the authors' code, which
	// drops that market for the numeraire. Their Table 10 needs it: balancing
	// every bilateral trade with the United States leaves a gap of 573 billion
	// USD with Zimbabwe. Without it such transfers are an error.
	LastAbsorbs bool

	Announced []float64 // [N] rates announced on 2 April 2025, at least 10 percent

	lam []float64
}

// libDayData is the raw material of the calibration.
type libDayData struct {
	economies   []Economy
	trade       []float64 // exporter by importer, thousand USD, zero diagonal
	gdp, tariff []float64 // USD; rates as announced
}

// LoadLibDay returns the embedded calibration: BACI trade and WDI GDP of 2023,
// eps 4, kappa 0.5, psi 0.67/eps, baseline pass-through.
func LoadLibDay() (*LibDay, error) {
	h, arrays, err := decodeEdition(libday2023Edition)
	if err != nil {
		return nil, err
	}
	return calibrateLibDay(libDayData{h.Economies, arrays["trade"], arrays["gdp"], arrays["tariff"]})
}

// LibDayEdition compiles the folder libday2023_194 to an edition.
func LibDayEdition(root string) ([]byte, error) {
	d, err := readLibDay(filepath.Join(root, "libday2023_194"))
	if err != nil {
		return nil, err
	}
	h := head{Name: "libday2023", Year: 2023, Economies: d.economies,
		Source: "CEPII BACI (Gaulier and Zignago 2010; Etalab 2.0), 2023; World Bank WDI GDP (CC BY 4.0); rates announced by the President on 2 April 2025; compiled by Ignatenko, Lashkaripour, Macedoni and Simonovska (2025)"}
	h.Arrays = []arrayHead{{"trade", len(d.trade), 8}, {"gdp", len(d.gdp), 8}, {"tariff", len(d.tariff), 8}}
	return encodeEdition(h, d.trade, d.gdp, d.tariff)
}

func readLibDay(dir string) (libDayData, error) {
	var d libDayData
	iso, err := column(dir, "country_labels.csv", "iso3")
	if err != nil {
		return d, err
	}
	names, err := column(dir, "country_labels.csv", "CountryName")
	if err != nil {
		return d, err
	}
	d.economies = economies(iso)
	for n := range names {
		d.economies[n].Name = names[n]
	}
	N := len(iso)
	for file, col := range map[string]string{"gdp.csv": "gdp", "tariffs.csv": "applied_tariff"} {
		t, err := readTable(filepath.Join(dir, file), col)
		if err != nil {
			return d, err
		}
		var x []float64
		for {
			ok, err := t.next()
			if err != nil {
				return d, err
			}
			if !ok {
				break
			}
			v, err := t.num(col)
			if err != nil {
				return d, err
			}
			x = append(x, v)
		}
		if len(x) != N {
			return d, fmt.Errorf("%s: %d lines for %d economies", file, len(x), N)
		}
		if col == "gdp" {
			d.gdp = x
		} else {
			d.tariff = x
		}
	}
	t, err := readTable(filepath.Join(dir, "trade_cepii.csv"), "export_ij1")
	if err != nil {
		return d, err
	}
	for {
		ok, err := t.next()
		if err != nil {
			return d, err
		}
		if !ok {
			break
		}
		for j := 1; j <= N; j++ {
			v := 0.0
			if col := fmt.Sprintf("export_ij%d", j); t.str(col) != "" {
				if v, err = t.num(col); err != nil {
					return d, err
				}
			}
			d.trade = append(d.trade, v)
		}
	}
	if len(d.trade) != N*N {
		return d, fmt.Errorf("trade_cepii.csv: %d cells for %d economies", len(d.trade), N)
	}
	return d, nil
}

// calibrateLibDay fills the accounts in the order of the authors' code.
func calibrateLibDay(d libDayData) (*LibDay, error) {
	N := len(d.economies)
	m := &LibDay{Economies: d.economies, N: N, US: -1, Eps: 4, Kappa: 0.5, Beta: 1,
		Flow: make([]float64, N*N), Nu: make([]float64, N), Phi: make([]float64, N), Announced: make([]float64, N)}
	m.Psi = 0.67 / m.Eps
	gdp := make([]float64, N)
	for n, e := range d.economies {
		if e.ISO3 == "USA" {
			m.US = n
		}
		gdp[n] = d.gdp[n] / 1000
	}
	if m.US < 0 {
		return nil, fmt.Errorf("no USA among the %d economies", N)
	}
	for i := 0; i < N; i++ {
		for n := 0; n < N; n++ {
			m.Flow[n*N+i] = d.trade[i*N+n]
		}
		m.Announced[i] = math.Max(0.1, d.tariff[i])
	}
	m.Announced[m.US] = 0
	nuRest, nuUS := m.solveNu(gdp)
	for n := range m.Nu {
		m.Nu[n] = nuRest
	}
	m.Nu[m.US] = nuUS
	// Home sales: what expenditure leaves after imports.
	home := make([]float64, N)
	for n := range home {
		imports, exports := 0.0, 0.0
		for i := 0; i < N; i++ {
			imports += m.Flow[n*N+i]
			exports += (1 - m.Nu[i]) * m.Flow[i*N+n]
		}
		home[n] = math.Max(0, gdp[n]+(1-m.Nu[n])*(imports-exports)-imports)
	}
	for n := range home {
		m.Flow[n*N+n] = home[n]
	}
	m.accounts()
	m.SetPassThrough(1)
	return m, nil
}

// solveNu finds the shares of sales paid at the destination from the targets
// for selling costs, 26 percent in the United States and 12 percent elsewhere.
func (m *LibDay) solveNu(gdp []float64) (rest, us float64) {
	N := m.N
	var x [2][2]float64 // exporter, importer; 0 rest, 1 US
	var y [2]float64
	side := func(n int) int {
		if n == m.US {
			return 1
		}
		return 0
	}
	for n := 0; n < N; n++ {
		y[side(n)] += gdp[n]
		for i := 0; i < N; i++ {
			x[side(i)][side(n)] += m.Flow[n*N+i]
		}
	}
	nu := [2]float64{0.1, 0.24}
	for step := 0; step < 500; step++ {
		var e [2]float64
		for a := range e {
			e[a] = y[a] + (1-nu[a])*(x[0][a]+x[1][a]-(1-nu[0])*x[a][0]-(1-nu[1])*x[a][1])
		}
		r0 := (e[0] - x[1][0]) / (e[0] - x[1][0] + x[0][1])
		r1 := (e[1] - x[0][1]) / (e[1] - x[0][1] + x[1][0])
		nu[0] = (0.12 - (1-r0)*nu[1]) / r0
		nu[1] = (0.26 - (1-r1)*nu[0]) / r1
	}
	return nu[0], nu[1]
}

// accounts derives expenditure, GDP, transfers and shares from Flow.
func (m *LibDay) accounts() {
	N := m.N
	m.Spend, m.GDP, m.Transfer, m.lam = make([]float64, N), make([]float64, N), make([]float64, N), make([]float64, N*N)
	sales := make([]float64, N)
	for n := 0; n < N; n++ {
		row := m.Flow[n*N : n*N+N]
		m.Spend[n] = sum(row)
		for i, v := range row {
			sales[i] += (1 - m.Nu[n]) * v
			m.lam[n*N+i] = v / m.Spend[n]
		}
	}
	for n := range sales {
		m.GDP[n] = m.Beta*sales[n] + m.Nu[n]*m.Spend[n]
		m.Transfer[n] = m.Spend[n] - m.GDP[n] - (1-m.Beta)*sales[n]
	}
}

// SetPassThrough sets phi = share + phi~ with phi~ = (1+th)/((1-nu) th) - 1/th
// - 1, th = eps/0.67: 1 is the baseline, 0.25 incomplete pass-through.
func (m *LibDay) SetPassThrough(share float64) {
	const eps = 4.0 // phi~ is calibrated at the baseline elasticity
	th := eps / 0.67
	for n, nu := range m.Nu {
		m.Phi[n] = share + (1+th)/((1-nu)*th) - 1/th - 1
	}
}

// copy is deep in what the variants change.
func (m *LibDay) copy() *LibDay {
	c := *m
	c.Nu, c.Phi = append([]float64(nil), m.Nu...), append([]float64(nil), m.Phi...)
	c.Flow = append([]float64(nil), m.Flow...)
	return &c
}

// EatonKortum returns the variant with phi = 1 and nu = 0.
func (m *LibDay) EatonKortum() *LibDay {
	c := m.copy()
	for n := range c.Nu {
		c.Nu[n], c.Phi[n] = 0, 1
	}
	c.accounts()
	return c
}

// Roundabout returns the variant in which output needs output: labour is the
// share beta of costs, and home sales are scaled up by 1/beta.
func (m *LibDay) Roundabout(beta float64) *LibDay {
	c := m.copy()
	for n := 0; n < c.N; n++ {
		c.Flow[n*c.N+n] /= beta
	}
	c.Beta = beta
	c.accounts()
	return c
}

// OptimalTariff is Proposition 2 for economy i: 1/((1 + E_i) phi_i - 1) with
// E_i = eps * export-weighted (1 - lambda_in) at base shares; over is the
// denominator's total, Spend or GDP (the authors use both).
func (m *LibDay) OptimalTariff(i int, over []float64) float64 {
	N := m.N
	s := 0.0
	for n := 0; n < N; n++ {
		if n != i {
			s += m.Flow[n*N+i] * (1 - m.Nu[n]) * (1 - m.lam[n*N+i])
		}
	}
	e := m.Eps * s / ((1 - m.Nu[i]) * (over[i] - m.Flow[i*N+i]))
	return 1 / ((1+e)*m.Phi[i] - 1)
}

// OptimalRetaliation gives the rates [N] of the rest of the world acting as
// one against the United States, by the same formula on two regions.
func (m *LibDay) OptimalRetaliation() []float64 {
	N := m.N
	home, out, spendUS, gdp := 0.0, 0.0, 0.0, 0.0
	for n := 0; n < N; n++ {
		if n != m.US {
			gdp += m.GDP[n]
		}
		for i := 0; i < N; i++ {
			v := m.Flow[n*N+i]
			switch {
			case n == m.US:
				spendUS += v
				if i != m.US {
					out += v
				}
			case i != m.US:
				home += v
			}
		}
	}
	rest := 0
	if m.US == 0 {
		rest = 1
	}
	delta := out * (1 - m.Nu[m.US]) * (1 - out/spendUS) / ((1 - m.Nu[rest]) * (gdp - home))
	rate := make([]float64, N)
	for n := range rate {
		if n != m.US {
			rate[n] = 1 / ((1+delta*m.Eps)*m.Phi[n] - 1)
		}
	}
	return rate
}

// A LibDayResult gives each economy's outcome, [N], in percent unless said.
type LibDayResult struct {
	Welfare, Deficit, ExportsGDP, ImportsGDP, Employment, Prices []float64
	RevenueShare                                                 []float64 // of base expenditure, a share
	Report                                                       solve.Report
}

// Rates returns a matrix of rates, [importer*N+exporter], all zero.
func (m *LibDay) Rates() []float64 { return make([]float64, m.N*m.N) }

// Solve finds the equilibrium under new rates [importer*N+exporter] from a
// base without duties; transfer replaces Transfer if not nil.
func (m *LibDay) Solve(rates, transfer []float64) (*LibDayResult, error) {
	if len(rates) != m.N*m.N {
		return nil, fmt.Errorf("%d rates for %d economies squared", len(rates), m.N)
	}
	for c, v := range rates {
		if !(v > -1) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("rate %g of %s > %s", v, m.Economies[c%m.N].ISO3, m.Economies[c/m.N].ISO3)
		}
	}
	if transfer == nil {
		transfer = m.Transfer
	}
	gap := sum(transfer)
	if math.Abs(gap) > 1e-9*sum(m.GDP) && (!m.LastAbsorbs || m.Beta != 1) {
		return nil, fmt.Errorf("transfers sum to %.6g thousand USD, must sum to 0", gap)
	}
	g := newLibDayEngine(m, rates, transfer)
	if m.LastAbsorbs {
		g.gap = gap
	}
	u := make([]float64, 3*m.N)
	rep := solve.Anderson(g.precondition, u, solve.AndersonOptions{Tol: 1e-11, Memory: 10, MaxIter: 2000})
	if rep.Status != solve.Converged {
		return nil, &NotFound{World: "libday2023", Report: rep}
	}
	g.u = u
	return g.result(rep), nil
}
