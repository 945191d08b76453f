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
		notes:  "transfers a fixed share of world GDP unless the row says balanced; averages weighted by expenditure (Table 4 by GDP, the non-US welfare of Table 10 unweighted); rows that need ITPD data are left out",
		run:    func(r *Reproduction, _ shared) error { return r.libDay() },
	}
}

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
	for k, to := range []*[]float64{&out.Welfare, &out.Deficit, &out.ExportsGDP, &out.ImportsGDP, &out.Employment, &out.Prices} {
		x, y := r.columns()[k], b.columns()[k]
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
	// The authors' list of members, one-based.
	for _, k := range []int{10, 13, 17, 45, 47, 50, 56, 57, 59, 61, 71, 78, 80, 83, 88, 107, 108, 109, 119, 133, 144, 145, 149, 164, 165} {
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
