package model

import (
	"fmt"
	"math"
	"strings"
)

func init() {
	for _, c := range []struct{ data, world, set string }{
		{"wiod2014", "WIOD2014", "IS"}, {"wiod2014", "WIOD2014", "U4"}, {"icio2022", "ICIO2022", "IS"}, {"icio2022", "ICIO2022", "U4"},
	} {
		name := map[string]string{"WIOD2014": "nash-wiod2014-", "ICIO2022": "nash-icio2022-"}[c.world] + map[string]string{"IS": "is", "U4": "u4"}[c.set]
		reproducers[name] = reproducer{
			title:  fmt.Sprintf("Nash tariffs by formula, %s, elasticities %s", c.world, c.set),
			source: "system of the public code of Lashkaripour (2021), Journal of International Economics 131 (tariffwar); figures of an independent solver",
			unit:   "percent",
			notes:  "deficits balanced first at old tariffs; term delta dropped and elasticity floored at 1 as in that code; tariffs on services too",
			run: func(r *Reproduction, s shared) error {
				w, err := LoadTariffWar(s.sources(), c.data)
				if err != nil {
					return err
				}
				if w, err = w.WithSet(c.set); err != nil {
					return err
				}
				return r.formula(w, s, "nash_tariffwar_"+c.world+"_"+c.set+".csv", NashOptions{DropDelta: true, Floor: 1}, 1e-7, 1e-7)
			},
		}
	}
	reproducers["lashkaripour2021-table2"] = reproducer{
		title: "Lashkaripour (2021), Table 2: Nash tariffs and real GDP, baseline model", unit: "percent", soft: true,
		source: "Lashkaripour (2021), Journal of International Economics 131, Table 2, baseline columns",
		notes:  "in-sample elasticities with services at 10, no floor, term delta kept; the public tariffs (Teti) are not those of the paper (TRAINS), so rates differ by 0.4 points at the median and up to 9.5",
		run: func(r *Reproduction, s shared) error {
			w, err := LoadTariffWar(s.sources(), "wiod2014")
			if err != nil {
				return err
			}
			eps := append([]float64(nil), w.Sets["IS"]...)
			eps[len(eps)-1] = 10
			if w, err = w.WithTheta(eps); err != nil {
				return err
			}
			return r.formula(w, s, "lashkaripour2021_table2_published.csv", NashOptions{}, 1, 0.15)
		},
	}
	reproducers["lashkaripour2021-table2-profits"] = reproducer{
		title: "Lashkaripour (2021), Table 2: Nash tariffs and real GDP with markups", unit: "percent", soft: true,
		source: "Lashkaripour (2021), Journal of International Economics 131, Table 2, columns with distortions",
		notes:  "the paper's markups and elasticities are not in its public files: here those of Lashkaripour and Lugovskyy (2023), 44 x 16, with its formula and every economy at war; the tariff is the plain mean over goods sectors. Rates are lower than published in most economies",
		run:    reproduceProfitWar,
	}
	ossaSource := "Ossa (2014), American Economic Review 104; figures of an independent solver on its data"
	reproducers["ossa2014-own-tariff"] = reproducer{
		title: "Ossa (2014): own welfare of each region as it raises its tariffs by 0 to 10 percent", unit: "ratio to base welfare",
		source: "output of the authors' code, psztorc/TRICE",
		notes:  "tariff powers multiplied; trade balanced",
		run:    reproduceOwnTariff,
	}
	for name, lobby := range map[string]bool{"ossa2014-bas": false, "ossa2014-pol": true} {
		title := "Ossa (2014): unilateral optimal and Nash tariffs without lobbying"
		notes := "the figures have one rate on less than a thousand dollars of trade of the United States (wheat, 973 percent) and of India far from its optimum: those two medians, unilateral and Nash, are one place off"
		if lobby {
			title, notes = "Ossa (2014): unilateral optimal and Nash tariffs with lobbying weights", "rates bounded by 1000 percent"
		}
		reproducers[name] = reproducer{title: title, source: ossaSource, unit: "percent", notes: notes,
			run: func(r *Reproduction, s shared) error { return r.ossa(s, lobby) }}
	}
	reproducers["ossa2014-levels"] = reproducer{
		title: "Ossa (2014): mean over regions of the median optimal and Nash tariffs, and of the government's welfare", unit: "percent",
		source: "abstract: 62, 63, -2.9 and talks +0.5; independent solver: 62.2, 62.2, -2.82, 0.475 with lobbying, 58.9, 58.0, -2.40 without (MODEL 7.2)",
		run:    reproduceOssaLevels,
	}
	reproducers["ossa2014-talks"] = reproducer{
		title: "Ossa (2014): efficient talks from factual tariffs with lobbying weights", source: ossaSource, unit: "percent",
		notes: "every government's gain; common gain as a smooth minimum with sharpness 20000, so that gains spread by 0.01 points; rates not below zero",
		run:   reproduceOssaTalks,
	}
	reproducers["ll2023-table4-third-best"] = reproducer{
		title: "Lashkaripour and Lugovskyy (2023), Table 4: gains from import tariffs alone, restricted entry", unit: "percent",
		source: "authors' output, American Economic Review 113, Table 4, third best",
		notes:  "their formula; the numerical optimum with a rate for each partner is higher",
		run:    reproduceThirdBest,
	}
	for _, c := range []struct {
		name, title, notes string
		column             int
		policy             Policy
		free, soft         bool
	}{
		{"ll2023-table4-first-best", "subsidies, export taxes and import tariffs, restricted entry", "their formulas, foreign incomes held", 1, FirstBest, false, false},
		{"ll2023-table4-second-best", "export taxes and import tariffs, restricted entry", "their formulas, foreign incomes held", 2, SecondBest, false, false},
		{"ll2023-table4-first-best-free-entry", "subsidies, export taxes and import tariffs, free entry", "their formulas, all tariffs to zero; the authors stop their solver after 50 iterations, so that some of their figures are not solutions: every computed one has a residual below 1e-10", 4, FirstBest, true, true},
	} {
		reproducers[c.name] = reproducer{title: "Lashkaripour and Lugovskyy (2023), Table 4: gains from " + c.title, unit: "percent", soft: c.soft,
			source: "authors' output, American Economic Review 113, Table 4", notes: c.notes,
			run: func(r *Reproduction, s shared) error { return r.llPolicy(s, c.column, c.policy, c.free) }}
	}
	reproducers["cr2014-gains"] = reproducer{
		title: "Costinot and Rodriguez-Clare (2014): gains from trade, WIOD 2008", unit: "percent", soft: true,
		source: "Handbook of International Economics 4, Table 4.1, as cited in Lashkaripour's lectures (five economies), and an independent solver",
		notes:  "elasticities of Caliendo and Parro, 5 for services; the figures differ in the treatment of inventories, which decides small economies (Luxembourg, Latvia, Malta); the published ones of China come from an older vintage of the data",
		run:    reproduceGains,
	}
	reproducers["ge-gravity-eu"] = reproducer{
		title: "Effects of the enlargement of the European Union on welfare, 2000", unit: "ratio to base welfare",
		source: "results that come with the package ge_gravity (Baier, Yotov and Zylkin 2019)",
		notes:  "partial effect .224, elasticity 4; deficits kept in value (w_eu) or expenditure a multiple of output (w_mult)",
		run:    reproduceGravity,
	}
}

// formula fills a table of country, rate, welfare.
func (r *Reproduction) formula(w *World, s shared, file string, o NashOptions, tolRate, tolWelfare float64) error {
	n, err := w.Nash(o)
	if err != nil {
		return err
	}
	r.solved(n.Report, n.BaseReport)
	recs, _, err := s.figures(file)
	if err != nil {
		return err
	}
	want := byName(recs)
	for k, e := range w.Economies {
		rec := want[e.ISO3]
		if recs != nil && rec == nil { // the paper leaves out the rest of the world
			continue
		}
		if err := r.add(e.ISO3, "nash tariff", 100*n.Rate[k], field(rec, 1), tolRate); err != nil {
			return err
		}
		if err := r.add(e.ISO3, "welfare", 100*(n.Welfare[k]-1), field(rec, 2), tolWelfare); err != nil {
			return err
		}
	}
	return nil
}

func reproduceProfitWar(r *Reproduction, s shared) error {
	m, err := LoadLL2023(s.sources())
	if err != nil {
		return err
	}
	recs, _, err := s.figures("lashkaripour2021_table2_published.csv")
	if err != nil {
		return err
	}
	war, err := m.NashFormula(nil)
	if err != nil {
		return err
	}
	r.solved(war.Report)
	want := byName(recs)
	for j, e := range m.Regions {
		rec := want[e.ISO3]
		if recs != nil && rec == nil {
			continue
		}
		rate, goods := 0.0, 0.0
		for k, sector := range m.Sectors {
			if sector.Goods {
				rate += war.Tariff[m.Cell(k, j, (j+1)%m.N)] - 1
				goods++
			}
		}
		if err := r.add(e.ISO3, "nash tariff", 100*rate/goods, field(rec, 3), 5); err != nil {
			return err
		}
		if err := r.add(e.ISO3, "welfare", 100*(war.Welfare[j]-1), field(rec, 4), 0.5); err != nil {
			return err
		}
	}
	return nil
}

func loadOssaWeights(s shared, lobby bool) (*Ossa, error) {
	m, err := LoadOssa(s.sources())
	if err == nil && lobby {
		m, err = m.WithWeights(nil)
	}
	return m, err
}

func reproduceOwnTariff(r *Reproduction, s shared) error {
	m, err := loadOssaWeights(s, false)
	if err != nil {
		return err
	}
	recs, _, err := s.figures("trice_OssaTable_0_10.csv")
	if err != nil {
		return err
	}
	want := map[string]string{}
	for _, rec := range recs {
		want[rec[0]+rec[1]] = rec[3]
	}
	for step := 0; step <= 10; step++ {
		shock := float64(step) / 100
		for j, e := range m.Regions {
			t := append([]float64(nil), m.Tariff...)
			for sec := 0; sec < m.S; sec++ {
				for i := 0; i < m.N; i++ {
					if i != j {
						t[m.Cell(sec, j, i)] *= 1 + shock
					}
				}
			}
			res, err := m.Solve(t)
			if err != nil {
				return err
			}
			r.solved(res.Report)
			if err := r.add(e.Name, fmt.Sprintf("+%d %%", step), res.Welfare[j], want[fmt.Sprint(shock)+e.Name], 1e-6); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reproduction) ossa(s shared, lobby bool) error {
	m, err := loadOssaWeights(s, lobby)
	if err != nil {
		return err
	}
	recs, _, err := s.figures(map[bool]string{false: "ossa2014_recomputed_bas.csv", true: "ossa2014_recomputed_pol.csv"}[lobby])
	if err != nil {
		return err
	}
	want := map[string][]string{}
	for _, rec := range recs {
		want[rec[0]+rec[1]] = rec
	}
	nash, err := m.Nash(NashOptions{})
	if err != nil {
		return err
	}
	for _, kind := range []string{"opt", "nash"} {
		for j, e := range m.Regions {
			war := nash
			if kind == "opt" {
				if war, err = m.OptimalTariff(j, nil, NashOptions{}); err != nil {
					return err
				}
			}
			r.solved(war.Report)
			rec := want[kind+e.Name]
			label := map[string]string{"opt": "optimal ", "nash": "Nash "}[kind]
			if err := r.add(e.Name, label+"median tariff", 100*war.Median(j), field(rec, 2), 0.05); err != nil {
				return err
			}
			if err := r.add(e.Name, label+"government welfare", 100*(war.Government[j]-1), field(rec, 4), 0.001); err != nil {
				return err
			}
		}
	}
	return nil
}

func reproduceOssaLevels(r *Reproduction, s shared) error {
	for _, c := range []struct {
		lobby                      bool
		row, optimal, nash, losses string
	}{{true, "with lobbying weights", "62.2", "62.2", "-2.82"}, {false, "without", "58.9", "58.0", "-2.40"}} {
		m, err := loadOssaWeights(s, c.lobby)
		if err != nil {
			return err
		}
		nash, err := m.Nash(NashOptions{})
		if err != nil {
			return err
		}
		r.solved(nash.Report)
		var opt, med, gov float64
		for j := range m.Regions {
			o, err := m.OptimalTariff(j, nil, NashOptions{})
			if err != nil {
				return err
			}
			opt += 100 * o.Median(j) / float64(m.N)
			med += 100 * nash.Median(j) / float64(m.N)
			gov += 100 * (nash.Government[j] - 1) / float64(m.N)
		}
		for _, v := range []struct {
			column    string
			got       float64
			want      string
			tolerance float64
		}{{"optimal tariff", opt, c.optimal, 0.055}, {"Nash tariff", med, c.nash, 0.055}, {"Nash government welfare", gov, c.losses, 0.0055}} {
			if err := r.add(c.row, v.column, v.got, v.want, v.tolerance); err != nil {
				return err
			}
		}
	}
	return nil
}

func reproduceOssaTalks(r *Reproduction, s shared) error {
	m, err := loadOssaWeights(s, true)
	if err != nil {
		return err
	}
	t, err := m.Talks(TalksOptions{})
	if err != nil {
		return err
	}
	r.solved(t.Play.Report)
	least := math.Inf(1)
	for n, e := range m.Regions {
		least = math.Min(least, t.Gain[n])
		if err := r.add(e.Name, "gain", 100*t.Gain[n], "", 0); err != nil {
			return err
		}
	}
	// The independent solver's figure (MODEL 7.3, oracle/model/README).
	return r.add("least gain", "gain", 100*least, "0.475", 0.01)
}

func reproduceThirdBest(r *Reproduction, s shared) error {
	m, err := LoadLL2023(s.sources())
	if err != nil {
		return err
	}
	recs, _, err := s.figures("lashkaripour_lugovskyy2023_table4_gains_pct.csv")
	if err != nil {
		return err
	}
	want := byName(recs)
	for j, e := range m.Regions {
		if e.ISO3 == "ROW" {
			continue
		}
		res, err := m.FormulaTariff(j, nil)
		if err != nil {
			return err
		}
		r.solved(res.Report)
		if err := r.add(e.ISO3, "third best", 100*(res.Welfare[j]-1), field(want[e.ISO3], 3), 0.01); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reproduction) llPolicy(s shared, column int, p Policy, free bool) error {
	m, err := LoadLL2023(s.sources())
	var scale []float64
	if free {
		m, scale, err = LoadLL2023FreeEntry(s.sources())
	}
	if err != nil {
		return err
	}
	recs, _, err := s.figures("lashkaripour_lugovskyy2023_table4_gains_pct.csv")
	if err != nil {
		return err
	}
	want := byName(recs)
	for j, e := range m.Regions {
		if e.ISO3 == "ROW" {
			continue
		}
		res, err := m.UnilateralPolicy(j, p, scale)
		if err != nil {
			return err
		}
		r.solved(res.Report)
		if err := r.add(e.ISO3, "gain", 100*(res.Welfare[j]-1), field(want[e.ISO3], column), 0.01); err != nil {
			return err
		}
	}
	return nil
}

func reproduceGravity(r *Reproduction, s shared) error {
	m, beta, err := euEnlargement(s.oracle("ge_gravity_trade2000.csv"))
	if err != nil {
		return err
	}
	recs, _, err := s.figures("ge_gravity_eu_enlargement_welfare.csv")
	if err != nil {
		return err
	}
	want := map[string][]string{}
	for _, rec := range recs {
		if field(rec, 1) == "2000" {
			want[rec[0]] = rec
		}
	}
	for k, column := range []string{"w_eu", "w_mult"} {
		res, err := m.Solve(beta, k == 1)
		if err != nil {
			return err
		}
		r.solved(res.Report)
		for n, e := range m.Economies {
			if err := r.add(e.ISO3, column, res.Welfare[n], field(want[e.ISO3], 2+k), 1e-4); err != nil {
				return err
			}
		}
	}
	return nil
}

func reproduceGains(r *Reproduction, s shared) error {
	g, err := gainsFromTrade(s.sources())
	if err != nil {
		return err
	}
	recs, _, err := s.figures("cr2014_gains_from_trade.csv")
	if err != nil {
		return err
	}
	want := byName(recs)
	for n, e := range g.Economies {
		code := e.ISO3
		switch code {
		case "ROU":
			code = "ROM"
		case "ROW":
			code = "RoW"
		}
		rec := want[code]
		for _, c := range []struct {
			column    string
			got       float64
			want      string
			tolerance float64
		}{
			{"one sector, published", g.OneSector[n], field(rec, 4), 0.2},
			{"inputs, published", g.WithInputs[n], field(rec, 5), 1.5},
			{"one sector", g.OneSector[n], field(rec, 1), 0.2},
			{"sectors", g.ManySectors[n], field(rec, 2), 1.5},
			{"inputs", g.WithInputs[n], field(rec, 3), 1.5},
		} {
			if c.want == "" && strings.HasSuffix(c.column, "published") { // published for five economies
				continue
			}
			if err := r.add(code, c.column, c.got, c.want, c.tolerance); err != nil {
				return err
			}
		}
	}
	return nil
}
