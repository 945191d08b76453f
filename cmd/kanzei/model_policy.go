package main

import (
	"fmt"

	"kanzei"
	"kanzei/model"
)

// modelPolicyCmd gives optimal unilateral policies with profits or scale
// economies.
type modelPolicyCmd struct {
	Best      string   `default:"first" placeholder:"NAME" help:"first: production subsidies, export taxes, import tariffs; second: export taxes and import tariffs; third: import tariffs; industrial: subsidies alone; cooperative: everybody subsidises, nobody taxes trade."`
	FreeEntry bool     `help:"Free entry: scale economies instead of profits (not with second and third)."`
	Players   []string `placeholder:"CC" help:"Whose policies (default: everybody's, one at a time)."`
	JSON      bool     `name:"json" help:"Print JSON."`
	research
}

type policyRow struct {
	ISO2       string       `json:"iso2"`
	ISO3       string       `json:"iso3"`
	Name       string       `json:"name"`
	GainPct    float64      `json:"gain_pct"`
	Residual   float64      `json:"residual"`
	Iterations int          `json:"iterations"`
	Sectors    []policyRate `json:"sectors"`
}

// A policyRate has rates in percent; the export tax is the mean over buyers.
type policyRate struct {
	Sector  string  `json:"sector"`
	Subsidy float64 `json:"subsidy_pct"`
	Export  float64 `json:"export_tax_pct"`
	Import  float64 `json:"import_tariff_pct"`
}

func (c *modelPolicyCmd) Run(e *env) error {
	bad := func(flag, msg, hint string) error {
		return &kanzei.Problem{Code: "model.policy", Where: flag, Msg: msg, Hint: hint}
	}
	kind, ok := map[string]model.Policy{"first": model.FirstBest, "second": model.SecondBest, "third": -1, "industrial": model.Industrial, "cooperative": model.Cooperative}[c.Best]
	if !ok {
		return bad("--best", fmt.Sprintf("no policy %q", c.Best), "give first, second, third, industrial or cooperative")
	}
	if c.FreeEntry && (kind == model.SecondBest || kind < 0) {
		return bad("--free-entry", "under free entry no formula gives the second or third best", "give --best first, industrial or cooperative")
	}
	m, err := model.LoadLL2023(c.sources())
	var scale []float64
	if c.FreeEntry {
		m, scale, err = model.LoadLL2023FreeEntry(c.sources())
	}
	if err != nil {
		return missing(err)
	}
	var who []int
	for _, code := range c.Players {
		n, err := m.Region(code)
		if err != nil {
			return bad("--players", err.Error(), "")
		}
		who = append(who, n)
	}
	if who == nil {
		for n := range m.Regions {
			who = append(who, n)
		}
	}
	rows := []policyRow{}
	for _, j := range who {
		x := m.Regions[j]
		row := policyRow{ISO2: x.ISO2, ISO3: x.ISO3, Name: x.Name}
		if kind < 0 {
			war, err := m.FormulaTariff(j, nil)
			if err != nil {
				return err
			}
			row.GainPct, row.Residual, row.Iterations = pct(war.Welfare[j]), war.Report.Residual, war.Play.Iterations
			for s, sec := range m.Sectors {
				row.Sectors = append(row.Sectors, policyRate{Sector: sec.Code, Import: pct(war.Tariff[m.Cell(s, j, (j+1)%m.N)])})
			}
		} else {
			r, err := m.UnilateralPolicy(j, kind, scale)
			if err != nil {
				return err
			}
			row.GainPct, row.Residual, row.Iterations = pct(r.Welfare[j]), r.Report.Residual, r.Report.Iterations
			for s, sec := range m.Sectors {
				mean := 0.0
				for n := 0; n < m.N; n++ {
					if n != j {
						mean += pct(r.Export[s*m.N+n]) / float64(m.N-1)
					}
				}
				row.Sectors = append(row.Sectors, policyRate{sec.Code, pct(r.Subsidy[s]), mean, pct(r.Import[s])})
			}
		}
		rows = append(rows, row)
	}
	if c.JSON {
		return printJSON(e.out, rows)
	}
	others := ", the others' policies as they are"
	if kind == model.Cooperative {
		others = ", by all"
	}
	fmt.Fprintf(e.out, "Policy %s in world ll2023%s, percent\n\n", c.Best, others)
	fmt.Fprintf(e.out, "  %-28s %9s %9s\n", "", "gain", "residual")
	for _, r := range rows {
		fmt.Fprintf(e.out, "  %-28s %9.3f %9.0e\n", clip(r.Name, 28), r.GainPct, r.Residual)
		if len(rows) > 1 {
			continue
		}
		fmt.Fprintf(e.out, "\n  %-28s %9s %9s %9s\n", "sector", "subsidy", "export", "import")
		for _, s := range r.Sectors {
			fmt.Fprintf(e.out, "  %-28s %9.2f %9.2f %9.2f\n", s.Sector, s.Subsidy, s.Export, s.Import)
		}
	}
	return nil
}
