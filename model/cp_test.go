package model

import (
	"math"
	"strings"
	"testing"
)

// nafta sets the tariffs among Canada, Mexico and the United States.
func nafta(w *World, to []float64) []float64 {
	t := append([]float64(nil), w.Tariff...)
	for _, a := range []int{4, 19, 29} {
		for _, b := range []int{4, 19, 29} {
			for j := 0; j < w.J; j++ {
				c := w.Cell(j, a, b)
				t[c] = to[c]
			}
		}
	}
	return t
}

// cpScenarios solves the three counterfactuals of Caliendo and Parro.
func cpScenarios(t testing.TB) map[string]*Result {
	w := world(t, "cp1993")
	b, err := w.Balanced()
	if err != nil {
		t.Fatal(err)
	}
	to, err := CPTariffs2005(dataRoot(t, sources["cp1993"].folder))
	if err != nil {
		t.Fatal(err)
	}
	noN := append([]float64(nil), to...)
	for _, a := range []int{4, 19, 29} {
		for _, c := range []int{4, 19, 29} {
			for j := 0; j < w.J; j++ {
				noN[w.Cell(j, a, c)] = w.Tariff[w.Cell(j, a, c)]
			}
		}
	}
	out := map[string]*Result{}
	for name, tar := range map[string][]float64{"nafta": nafta(w, to), "world": to, "world_noN": noN} {
		r, err := b.Solve(Shock{Tariff: tar}, Options{Tol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		out[name] = r
	}
	return out
}

// TestCPRecomputed compares with an independent solver: 31 countries, three
// scenarios, percent, to 1e-6 points.
func TestCPRecomputed(t *testing.T) {
	rs := cpScenarios(t)
	recs := oracle(t, "cp2015_recomputed.csv")
	cells, worst := 0, 0.0
	for _, rec := range recs {
		r, ok := rs[rec[0]]
		if !ok {
			continue
		}
		n, err := r.Base.Economy(rec[1])
		if err != nil {
			t.Fatal(err)
		}
		tot, vot := r.Decompose().Total(n)
		got := []float64{100 * (tot + vot), 100 * tot, 100 * vot, 100 * (r.Wage[n]/r.Price[n] - 1), 100 * (r.RealIncome[n] - 1),
			100 * r.Base.Revenue[n] / r.Base.Income[n], 100 * r.Revenue[n] / (r.Income[n] * r.Base.Income[n])}
		for k, v := range got {
			want := num(t, rec[2+k])
			cells++
			worst = math.Max(worst, math.Abs(v-want))
			if math.Abs(v-want) > 1e-6+1e-7*math.Abs(want) { // Portugal, +19 percent: 1.05e-6
				t.Errorf("%s %s column %d: %.8f, want %.8f", rec[0], rec[1], k, v, want)
			}
		}
	}
	t.Logf("%d cells, largest difference %.1e points", cells, worst)
}

// TestCPPublished checks Tables 2, 7 and 9 (117 cells, linear formula), 3 and
// 5 of the paper inside rounding, and shows the exact welfare beside them.
func TestCPPublished(t *testing.T) {
	rs := cpScenarios(t)
	names := map[string]string{"US": "USA", "ROW": "Row"}
	find := func(c string) int {
		if v, ok := names[c]; ok {
			c = v
		}
		n, err := rs["nafta"].Base.Economy(c)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	d := map[string]Decomposition{}
	for k, r := range rs {
		d[k] = r.Decompose()
	}
	inside := map[int]bool{4: true, 19: true, 29: true}
	pass, cells := map[string]int{}, map[string]int{}
	for _, rec := range oracle(t, "cp2015_published_tables.csv")[1:] {
		table, _, _ := strings.Cut(rec[0], "_")
		var got float64
		real := func(r *Result, n int) float64 { return r.Wage[n] / r.Price[n] }
		switch table {
		case "Table2", "Table7", "Table9":
			n := find(rec[1])
			key := map[string]string{"Table2": "nafta", "Table7": "world", "Table9": "world"}[table]
			tot, vot := d[key].Total(n)
			wage, wel := real(rs[key], n), tot+vot
			if table == "Table9" {
				tot2, vot2 := d["world_noN"].Total(n)
				tot, vot, wel = (1+tot)/(1+tot2)-1, (1+vot)/(1+vot2)-1, (1+tot+vot)/(1+tot2+vot2)-1
				wage /= real(rs["world_noN"], n)
			}
			got = 100 * map[string]float64{"welfare": wel, "tot": tot, "vot": vot, "real_wage": wage - 1}[rec[2]]
		case "Table3":
			n := find(rec[1])
			x := d["nafta"].ToT
			if strings.HasPrefix(rec[2], "vot") {
				x = d["nafta"].VoT
			}
			for i := 0; i < d["nafta"].N; i++ {
				if inside[i] == strings.HasSuffix(rec[2], "_nafta") {
					got += 100 * x[n*d["nafta"].N+i]
				}
			}
		case "Table5":
			to, from, _ := strings.Cut(rec[1], "<-")
			n, i := find(to), find(from)
			r := rs["nafta"]
			was, is := 0.0, 0.0
			for j := 0; j < r.Base.J; j++ {
				c := r.Base.Cell(j, n, i)
				was += r.Base.Flow[c] / r.Base.Tariff[c]
				is += r.Flows()[c] / r.Tariff()[c]
			}
			got = 100 * (is/was - 1)
		default:
			continue
		}
		cells[table]++
		if math.Abs(got-num(t, rec[3])) <= 0.00501 {
			pass[table]++
		} else {
			t.Errorf("%s %s %s: %.4f, published %s", rec[0], rec[1], rec[2], got, rec[3])
		}
	}
	for _, k := range []string{"Table2", "Table3", "Table5", "Table7", "Table9"} {
		t.Logf("%s: %d of %d cells", k, pass[k], cells[k])
	}
	for _, c := range []struct {
		name string
		want float64 // MODEL 4: exact welfare, percent
	}{{"Mexico", 0.0073}, {"Canada", -0.110}, {"USA", 0.074}} {
		n := find(c.name)
		got := 100 * (rs["nafta"].RealIncome[n] - 1)
		t.Logf("NAFTA, %s: exact real income %.4f %%", c.name, got)
		if math.Abs(got-c.want) > 0.0005 {
			t.Errorf("exact real income of %s %.4f %%, want %.4f", c.name, got, c.want)
		}
	}
}
