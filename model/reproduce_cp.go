package model

import (
	"fmt"
	"strings"
)

func init() {
	source := "Caliendo and Parro (2015), Review of Economic Studies 82"
	for _, t := range []struct{ name, table, title string }{
		{"cp2015-table2", "Table2", "welfare effects of NAFTA's tariff reductions"},
		{"cp2015-table3", "Table3", "bilateral welfare effects of NAFTA's tariff reductions"},
		{"cp2015-table5", "Table5", "growth of imports from NAFTA's tariff reductions"},
		{"cp2015-table7", "Table7", "welfare effects of the world's tariff reductions"},
		{"cp2015-table9", "Table9", "welfare effects of NAFTA given the world's tariff reductions"},
	} {
		reproducers[t.name] = reproducer{title: "Caliendo and Parro (2015), Table " + t.table[5:] + ": " + t.title, source: source + ", Table " + t.table[5:], unit: "percent",
			notes: "deficits balanced first; welfare, terms and volume of trade by their first-order formula at the discrete change (the exact welfare of Mexico is 0.0073 percent, not 1.31: see cp2015-exact)",
			run:   func(r *Reproduction, s shared) error { return r.cpPublished(s, t.table) }}
	}
	reproducers["cp2015-table11"] = reproducer{title: "Caliendo and Parro (2015), Table 11: NAFTA's tariff reductions in simpler models", source: source + ", Table 11", unit: "percent", soft: true,
		notes: "how the paper builds the simpler models is not in its files; here: no materials is all output value added; no I-O keeps only inputs from a sector to itself; one sector has tariffs averaged over trade and an elasticity of 5. Imports of the benchmark match; the simpler models come near for Canada and the United States",
		run:   func(r *Reproduction, s shared) error { return r.cpModels(s) }}
	reproducers["cp2015-deficits"] = reproducer{title: "NAFTA's tariff reductions with trade deficits kept", source: "test of the R package cp2015 on the data of Caliendo and Parro (2015)", unit: "percent",
		notes: "deficits a fixed share of world value added; first-order welfare", run: (*Reproduction).cpDeficits}
	reproducers["cp2015-exact"] = reproducer{title: "NAFTA and the world's tariff reductions: first-order and exact effects, 31 economies", unit: "percent",
		source: "independent solver on the data of Caliendo and Parro (2015)", notes: "deficits balanced first; welfare_exact is the change of real income", run: reproduceCPExact}
}

// The economies of cp1993 in NAFTA: Canada, Mexico, United States.
var naftaMembers = []int{4, 19, 29}

// cpRuns solves the three counterfactuals.
func cpRuns(r *Reproduction, s shared) (map[string]*Result, error) {
	w, err := LoadDir(s.sources(), "cp1993")
	if err != nil {
		return nil, err
	}
	b, err := w.Balanced()
	if err != nil {
		return nil, err
	}
	to, err := CPTariffs2005(s.sources())
	if err != nil {
		return nil, err
	}
	nafta, noNafta := append([]float64(nil), w.Tariff...), append([]float64(nil), to...)
	for _, n := range naftaMembers {
		for _, i := range naftaMembers {
			for j := 0; j < w.J; j++ {
				c := w.Cell(j, n, i)
				nafta[c], noNafta[c] = to[c], w.Tariff[c]
			}
		}
	}
	out := map[string]*Result{}
	for name, t := range map[string][]float64{"nafta": nafta, "world": to, "world_noN": noNafta} {
		if out[name], err = b.Solve(Shock{Tariff: t}, Options{Tol: 1e-11}); err != nil {
			return nil, err
		}
		r.solved(out[name].Report)
	}
	return out, nil
}

// cpEconomy finds an economy by the names of the published tables.
func cpEconomy(w *World, name string) (int, error) {
	switch name {
	case "US":
		name = "USA"
	case "ROW":
		name = "Row"
	}
	return w.Economy(name)
}

func (r *Reproduction) cpPublished(s shared, table string) error {
	runs, err := cpRuns(r, s)
	if err != nil {
		return err
	}
	recs, ok, err := s.figures("cp2015_published_tables.csv")
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("the published figures are not there: %s", s.oracle("cp2015_published_tables.csv"))
	}
	d := map[string]Decomposition{}
	for k, res := range runs {
		d[k] = res.Decompose()
	}
	real := func(run string, n int) float64 { return runs[run].Wage[n] / runs[run].Price[n] }
	inside := map[int]bool{}
	for _, n := range naftaMembers {
		inside[n] = true
	}
	base := runs["nafta"].Base
	for _, rec := range recs {
		if name, _, _ := strings.Cut(rec[0], "_"); name != table {
			continue
		}
		var got float64
		switch table {
		case "Table2", "Table7", "Table9":
			n, err := cpEconomy(base, rec[1])
			if err != nil {
				return err
			}
			run := "world"
			if table == "Table2" {
				run = "nafta"
			}
			tot, vot := d[run].Total(n)
			wage, welfare := real(run, n), tot+vot
			if table == "Table9" {
				t0, v0 := d["world_noN"].Total(n)
				tot, vot, welfare = (1+tot)/(1+t0)-1, (1+vot)/(1+v0)-1, (1+tot+vot)/(1+t0+v0)-1
				wage /= real("world_noN", n)
			}
			got = 100 * map[string]float64{"welfare": welfare, "tot": tot, "vot": vot, "real_wage": wage - 1}[rec[2]]
		case "Table3":
			n, err := cpEconomy(base, rec[1])
			if err != nil {
				return err
			}
			x := d["nafta"].ToT
			if strings.HasPrefix(rec[2], "vot") {
				x = d["nafta"].VoT
			}
			for i := 0; i < base.N; i++ {
				if inside[i] == strings.HasSuffix(rec[2], "_nafta") {
					got += 100 * x[n*base.N+i]
				}
			}
		case "Table5":
			to, from, _ := strings.Cut(rec[1], "<-")
			n, err := cpEconomy(base, to)
			if err != nil {
				return err
			}
			i, err := cpEconomy(base, from)
			if err != nil {
				return err
			}
			res, was, is := runs["nafta"], 0.0, 0.0
			for j := 0; j < base.J; j++ {
				c := base.Cell(j, n, i)
				was += base.Flow[c] / base.Tariff[c]
				is += res.Flows()[c] / res.Tariff()[c]
			}
			got = 100 * (is/was - 1)
		}
		// Two decimals are published.
		if err := r.add(rec[1], rec[2], got, rec[3], 0.00501); err != nil {
			return err
		}
	}
	return nil
}

// cpDeficits solves NAFTA with the deficits of 1993.
func (r *Reproduction) cpDeficits(s shared) error {
	w, err := LoadDir(s.sources(), "cp1993")
	if err != nil {
		return err
	}
	to, err := CPTariffs2005(s.sources())
	if err != nil {
		return err
	}
	recs, _, err := s.figures("cp2015_published_tables.csv")
	if err != nil {
		return err
	}
	t := append([]float64(nil), w.Tariff...)
	for _, n := range naftaMembers {
		for _, i := range naftaMembers {
			for j := 0; j < w.J; j++ {
				t[w.Cell(j, n, i)] = to[w.Cell(j, n, i)]
			}
		}
	}
	res, err := w.Solve(Shock{Tariff: t}, Options{})
	if err != nil {
		return err
	}
	r.solved(res.Report)
	d := res.Decompose()
	for _, rec := range recs {
		if strings.HasPrefix(rec[0], "with_deficits") {
			n, err := cpEconomy(w, rec[1])
			if err != nil {
				return err
			}
			tot, vot := d.Total(n)
			if err := r.add(rec[1], rec[2], 100*(tot+vot), rec[3], 0.00501); err != nil {
				return err
			}
		}
	}
	return nil
}

// OwnInputs returns the variant in which a sector uses inputs of its own
// sector only.
func (w *World) OwnInputs() (*World, error) {
	c := w.clone()
	c.Name += " with inputs of the own sector only"
	c.IO, c.VA, c.Alpha, c.Adjusted = make([]float64, len(w.IO)), ones(len(w.VA)), nil, Adjustment{}
	for j := 0; j < w.J; j++ {
		for n := 0; n < w.N; n++ {
			k := (j*w.J+j)*w.N + n
			c.IO[k] = w.IO[k]
			c.VA[j*w.N+n] -= w.IO[k]
		}
	}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	return c.Closed()
}

// cpModels compares the model with simpler ones, as Table 11 does.
func (r *Reproduction) cpModels(s shared) error {
	w, err := LoadDir(s.sources(), "cp1993")
	if err != nil {
		return err
	}
	to, err := CPTariffs2005(s.sources())
	if err != nil {
		return err
	}
	recs, _, err := s.figures("cp2015_published_tables.csv")
	if err != nil {
		return err
	}
	want := map[string]string{}
	for _, rec := range recs {
		if rec[0] == "Table11_models" {
			want[rec[1]+" "+rec[2]] = rec[3]
		}
	}
	flat, err := w.WithoutLinks()
	if err != nil {
		return err
	}
	own, err := w.OwnInputs()
	if err != nil {
		return err
	}
	one, err := w.Aggregate(w.Economies, seq(w.N), []Sector{{"ALL", "All", true}}, make([]int, w.J))
	if err != nil {
		return err
	}
	if one, err = one.WithTheta([]float64{5}); err != nil {
		return err
	}
	for _, m := range []struct {
		name string
		w    *World
	}{{"one_sector", one}, {"no_materials", flat}, {"no_IO", own}, {"benchmark", w}} {
		b, err := m.w.Balanced()
		if err != nil {
			return err
		}
		t := append([]float64(nil), b.Tariff...)
		for _, n := range naftaMembers {
			for _, i := range naftaMembers {
				was, is := make([]float64, b.J), make([]float64, b.J)
				for j := 0; j < w.J; j++ {
					c := w.Cell(j, n, i)
					was[j%b.J] += w.Flow[c] / w.Tariff[c]
					is[j%b.J] += w.Flow[c] / w.Tariff[c] * to[c]
				}
				for j := range was {
					if c := b.Cell(j, n, i); b.J == w.J {
						t[c] = to[w.Cell(j, n, i)]
					} else if was[j] > 0 && i != n {
						t[c] = is[j] / was[j]
					}
				}
			}
		}
		res, err := b.Solve(Shock{Tariff: t}, Options{})
		if err != nil {
			return err
		}
		r.solved(res.Report)
		d := res.Decompose()
		for _, name := range []string{"Mexico", "Canada", "US"} {
			n, err := cpEconomy(w, name)
			if err != nil {
				return err
			}
			was, is := 0.0, 0.0
			for _, i := range naftaMembers {
				for j := 0; j < b.J && i != n; j++ {
					c := b.Cell(j, n, i)
					was += b.Flow[c] / b.Tariff[c]
					is += res.Flows()[c] / t[c]
				}
			}
			tot, vot := d.Total(n)
			if m.name != "benchmark" { // that welfare is in Table 2
				if err := r.add(name, "welfare_"+m.name, 100*(tot+vot), want[name+" welfare_"+m.name], 0.00501); err != nil {
					return err
				}
			}
			if err := r.add(name, "imports_"+m.name, 100*(is/was-1), want[name+" imports_"+m.name], 0.00501); err != nil {
				return err
			}
		}
	}
	return nil
}

func reproduceCPExact(r *Reproduction, s shared) error {
	runs, err := cpRuns(r, s)
	if err != nil {
		return err
	}
	recs, _, err := s.figures("cp2015_recomputed.csv")
	if err != nil {
		return err
	}
	want := map[string][]string{}
	for _, rec := range recs {
		if len(rec) > 2 {
			if n, err := cpEconomy(runs["nafta"].Base, rec[1]); err == nil {
				want[fmt.Sprint(rec[0], n)] = rec
			}
		}
	}
	columns := []string{"welfare_linear", "tot", "vot", "real_wage", "welfare_exact", "revenue_share_before", "revenue_share_after"}
	for _, run := range []string{"nafta", "world", "world_noN"} {
		res := runs[run]
		d := res.Decompose()
		for n, e := range res.Base.Economies {
			tot, vot := d.Total(n)
			rec := want[fmt.Sprint(run, n)]
			for k, v := range []float64{tot + vot, tot, vot, res.Wage[n]/res.Price[n] - 1, res.RealIncome[n] - 1,
				res.Base.Revenue[n] / res.Base.Income[n], res.Revenue[n] / (res.Income[n] * res.Base.Income[n])} {
				// The largest effect (Portugal, 19 percent) has 1.05e-6.
				if err := r.add(e.Name, run+" "+columns[k], 100*v, field(rec, 2+k), 2e-6); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
