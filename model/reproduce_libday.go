package model

import (
	_ "embed" // the published figures
	"encoding/csv"
	"math"
	"strings"
)

// The figures of the published tables are carried with the project; see the
// head of the file for their source.
//
//go:embed testdata/libday_published.csv
var libDayPublished string

func init() {
	reproducers["liberation-day"] = reproducer{
		title:  "Liberation Day tariffs: Tables 1, 2, 4, 8, 9 and 10, one sector and roundabout",
		source: "Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), Journal of International Economics 157",
		unit:   "percent",
		notes:  "transfers a fixed share of world GDP unless the row says balanced; averages weighted by expenditure (Table 4 by GDP, the non-US welfare of Table 10 unweighted); rows that need ITPD data are left out, and those of Table 4 with an optimal tariff: the authors find it by a constrained optimiser (2.15 percent for the United States); the uniform rate that is best here, 17.9 percent, gives 2.28",
		run:    func(r *Reproduction, _ shared) error { return r.libDay() },
	}
}

func init() {
	reproducers["liberation-day-by-country"] = reproducer{
		title:  "Liberation Day tariffs: every economy in every case of Tables 1, 2, 4, 8, 9 and 10",
		source: "authors' output_map.csv and output_map_retal.csv, Ignatenko, Lashkaripour, Macedoni and Simonovska (2025)",
		unit:   "percent; tariff revenue as a share of expenditure",
		notes:  "published by economy for the announced tariffs without retaliation and with optimal retaliation; figures of more than 100 are compared relatively",
		run:    reproduceLibDayMap,
	}
}

// reproduceLibDayMap lists all outcomes; the authors publish two cases.
func reproduceLibDayMap(r *Reproduction, s shared) error {
	m, err := LoadLibDay()
	if err != nil {
		return err
	}
	cn, err := m.Members("CN")
	if err != nil {
		return err
	}
	europe := map[int]bool{}
	for _, n := range libDayEurope {
		europe[n-1] = true
	}
	cases, err := solveLibDayCases(m, cn[0], europe)
	if err != nil {
		return err
	}
	files := map[string]string{"Table_1 Case 1": "liberation_day_authors_output_map_case1.csv", "Table_2 (3)": "liberation_day_authors_output_map_case5_optimal_retaliation.csv"}
	names := []string{"welfare", "deficit", "exports/GDP", "imports/GDP", "employment", "prices", "revenue"}
	for _, c := range cases {
		r.solved(c.res.Report)
		key := c.table + " " + c.panel
		var recs [][]string
		if f, ok := files[key]; ok {
			if recs, _, err = s.figures(f); err != nil {
				return err
			}
		}
		for n, e := range m.Economies {
			for k, x := range append(c.res.columns(), c.res.RevenueShare) {
				want, tol := "", 1e-6*math.Max(1, math.Abs(x[n])/100)
				if n+1 < len(recs) && recs[n+1][0] == e.ISO3 {
					want = field(recs[n+1], 1+k)
				}
				if math.IsNaN(x[n]) || math.IsInf(x[n], 0) {
					continue // an economy that traded nothing
				}
				if err := r.add(e.ISO3, strings.ReplaceAll(key, "_", " ")+", "+names[k], x[n], want, tol); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// libDayEurope are the authors' members of the European Union, one-based.
var libDayEurope = []int{10, 13, 17, 45, 47, 50, 56, 57, 59, 61, 71, 78, 80, 83, 88, 107, 108, 109, 119, 133, 144, 145, 149, 164, 165}

// A libDayCase is a panel of the published tables.
type libDayCase struct {
	table, panel string
	m            *LibDay
	res          *LibDayResult
}

// solveLibDayCases solves every panel, in a fixed order.
func solveLibDayCases(m *LibDay, china int, europe map[int]bool) ([]libDayCase, error) {
	N := m.N
	half, high, lump, absorb := m.copy(), m.copy(), m.copy(), m.copy()
	half.SetPassThrough(0.25)
	high.Eps = 8
	lump.LumpSum = true
	absorb.LastAbsorbs = true
	ek, round := m.EatonKortum(), m.Roundabout(0.49)
	retaliate := m.OptimalRetaliation()
	ustr := func() []float64 {
		r := m.Rates()
		copy(r[m.US*N:], m.Announced)
		return r
	}
	uniform := func(rate float64) []float64 {
		r := m.Rates()
		for i := 0; i < N; i++ {
			if i != m.US {
				r[m.US*N+i] = rate
			}
		}
		return r
	}
	answered := func(r []float64, rate func(n int) float64) []float64 {
		for n := 0; n < N; n++ {
			if n != m.US {
				r[n*N+m.US] = rate(n)
			}
		}
		return r
	}
	reciprocal := func(n int) float64 { return m.Announced[n] }
	optimal := func(n int) float64 { return retaliate[n] }
	// A war of 10 percent with others and the announced rate with some.
	war := func(rate func(n int) (float64, bool)) []float64 {
		r := uniform(0.1)
		for n := 0; n < N; n++ {
			if v, ok := rate(n); ok {
				r[m.US*N+n] = v
			}
		}
		return answered(r, func(n int) float64 { return r[m.US*N+n] })
	}
	// Table 10: trade with the United States balanced, before and after.
	flat := append([]float64(nil), m.Transfer...)
	for n := range flat {
		flat[n] -= m.Flow[n*N+m.US] - m.Flow[m.US*N+n]
	}
	flat[m.US] = 0
	var out []libDayCase
	var failed error
	run := func(table, panel string, v *LibDay, rates, transfer []float64) *LibDayResult {
		if failed != nil {
			return nil
		}
		var res *LibDayResult
		res, failed = v.Solve(rates, transfer)
		if table != "" {
			out = append(out, libDayCase{table, panel, v, res})
		}
		return res
	}
	run("Table_1", "Case 1", m, ustr(), nil)
	run("Table_1", "Case 2", lump, ustr(), nil)
	run("Table_1", "Case 3", m, uniform(m.OptimalTariff(m.US, m.Spend)), nil)
	run("Table_9", "Baseline", m, ustr(), nil)
	run("Table_9", "Alternative 2", half, ustr(), nil)
	run("Table_9", "Alternative 3", high, ustr(), nil)
	run("Table_9", "Alternative 4", ek, ustr(), nil)
	run("Table_2", "(1)", m, answered(ustr(), reciprocal), nil)
	run("Table_2", "(3)", m, answered(ustr(), optimal), nil)
	run("Table_2", "(4)", m, answered(uniform(m.OptimalTariff(m.US, m.GDP)), optimal), nil)
	run("Table_8", "Case 1", m, war(func(n int) (float64, bool) { return m.Announced[n], n == china || europe[n] }), nil)
	run("Table_8", "Case 2", m, war(func(n int) (float64, bool) { return m.Announced[n], n == china }), nil)
	run("Table_8", "Case 3", m, war(func(n int) (float64, bool) { return 1.08, n == china }), nil)
	run("Table_4", "(1) USTR", round, ustr(), nil)
	run("Table_4", "(1) reciprocal", round, answered(ustr(), reciprocal), nil)
	run("Table_10", "(1)", ek, ustr(), nil)
	run("Table_10", "(3)", ek, answered(ustr(), func(int) float64 { return 1 / ek.Eps }), nil)
	base := run("", "", absorb, m.Rates(), flat)
	before := run("", "", absorb, ustr(), flat)
	after := run("", "", absorb, answered(ustr(), func(int) float64 { return 1 / ((1+m.Eps)*m.Phi[m.US] - 1) }), flat)
	if failed != nil {
		return nil, failed
	}
	out = append(out, libDayCase{"Table_10", "(2)", m, before.minus(base)}, libDayCase{"Table_10", "(4)", m, after.minus(base)})
	return out, nil
}

// columns are those of the published tables.
func (r *LibDayResult) columns() [][]float64 {
	return [][]float64{r.Welfare, r.Deficit, r.ExportsGDP, r.ImportsGDP, r.Employment, r.Prices}
}

// minus subtracts column by column.
func (r *LibDayResult) minus(b *LibDayResult) *LibDayResult {
	out := &LibDayResult{Report: r.Report}
	for k, to := range []*[]float64{&out.Welfare, &out.Deficit, &out.ExportsGDP, &out.ImportsGDP, &out.Employment, &out.Prices, &out.RevenueShare} {
		x, y := append(r.columns(), r.RevenueShare)[k], append(b.columns(), b.RevenueShare)[k]
		*to = make([]float64, len(x))
		for n := range x {
			(*to)[n] = x[n] - y[n]
		}
	}
	return out
}

func (r *Reproduction) libDay() error {
	m, err := LoadLibDay()
	if err != nil {
		return err
	}
	_, raw, err := decodeEdition(libday2023Edition)
	if err != nil {
		return err
	}
	china, europe := -1, map[int]bool{}
	for n, e := range m.Economies {
		if e.ISO3 == "CHN" {
			china = n
		}
	}
	for _, k := range libDayEurope {
		europe[k-1] = true
	}
	cases, err := solveLibDayCases(m, china, europe)
	if err != nil {
		return err
	}
	names := []string{"welfare", "deficit", "exports/GDP", "imports/GDP", "employment", "prices"}
	rd := csv.NewReader(strings.NewReader(libDayPublished))
	rd.Comment, rd.FieldsPerRecord = '#', -1
	recs, err := rd.ReadAll()
	if err != nil {
		return err
	}
	for _, rec := range recs {
		for _, c := range cases {
			if c.table != rec[0] || !strings.HasPrefix(rec[1], c.panel) {
				continue
			}
			r.solved(c.res.Report)
			for k, x := range c.res.columns() {
				if field(rec, 3+k) == "" {
					continue
				}
				weight := m.Spend
				if c.table == "Table_4" {
					weight = raw["gdp"]
				}
				if k == 0 && c.table == "Table_10" && strings.HasPrefix(rec[2], "non-US") {
					weight = ones(m.N)
					if c.panel == "(4)" { // their code prints the welfare of (3) here
						for _, o := range cases {
							if o.table == "Table_10" && o.panel == "(3)" {
								x = o.res.Welfare
							}
						}
					}
				}
				a, b := 0.0, 0.0
				for n, v := range x {
					in := n != m.US
					switch rec[2] {
					case "USA":
						in = n == m.US
					case "CHN":
						in = n == china
					case "EU":
						in = europe[n]
					case "RoW":
						in = n != m.US && n != china && !europe[n]
					}
					if in {
						a += weight[n] * v
						b += weight[n]
					}
				}
				tol := 0.0501 // one decimal
				if k == 0 || k == 4 {
					tol = 0.00501
				}
				if math.IsNaN(a / b) {
					continue
				}
				panel, _, _ := strings.Cut(rec[1], ":")
				if err := r.add(strings.ReplaceAll(rec[0], "_", " ")+" "+panel+", "+rec[2], names[k], a/b, rec[3+k], tol); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
