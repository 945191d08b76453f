package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/model"
)

// modelLibDayCmd runs the one-sector model of Ignatenko and others (2025): its
// cases and any other combination of its parts.
type modelLibDayCmd struct {
	Tariff      string  `default:"announced" placeholder:"NAME|X|FILE" help:"Tariffs of the United States: announced (2 April 2025), optimal, optimal-gdp (its formula over GDP, as the paper's case 7), best (the uniform rate found by search), zero, a uniform rate such as 0.1, or a table with exporter, importer, rate of any economies (* for all)."`
	Retaliation string  `default:"none" placeholder:"NAME|X" help:"Tariffs of the others on the United States: none, reciprocal (its rate on each), optimal (all as one), optimal-base (1/((1+eps) phi - 1)), or a uniform rate."`
	By          string  `placeholder:"CC,..." help:"Only these are hit by --tariff; the others pay --floor."`
	Floor       float64 `default:"0.1" placeholder:"X" help:"With --by: the rate on all others."`
	Eps         float64 `default:"4" placeholder:"X" help:"Trade elasticity."`
	Kappa       float64 `default:"0.5" placeholder:"X" help:"Elasticity of labour supply."`
	Scale       float64 `default:"0.67" placeholder:"X" help:"Scale economies: psi is this over the trade elasticity of 4 (over --eps with --scale-eps)."`
	ScaleEps    bool    `help:"Let psi follow --eps."`
	PassThrough float64 `default:"1" placeholder:"X" help:"Pass-through of tariffs to firms' prices."`
	NoSelling   bool    `help:"No labour paid at the destination and full pass-through (Eaton-Kortum-Krugman)."`
	Rebate      string  `default:"income-tax" placeholder:"NAME" help:"Where revenue goes: income-tax (cuts it) or lump-sum."`
	Transfers   string  `default:"world" placeholder:"NAME" help:"Trade deficits: world (a fixed share of world GDP), balanced (trade with the United States balanced), or zero."`
	Roundabout  float64 `default:"1" placeholder:"X" help:"Share of labour in costs; 0.49 in the paper's variant with intermediate goods."`
	JSON        bool    `name:"json" help:"Print JSON."`
	CSV         bool    `name:"csv" help:"Print CSV."`
}

// A libDayRow is the outcome of one economy.
type libDayRow struct {
	ISO2       string  `json:"iso2"`
	ISO3       string  `json:"iso3"`
	Name       string  `json:"name"`
	Welfare    float64 `json:"welfare_pct"`
	Deficit    float64 `json:"deficit_pct"`
	Exports    float64 `json:"exports_gdp_pct"`
	Imports    float64 `json:"imports_gdp_pct"`
	Employment float64 `json:"employment_pct"`
	Prices     float64 `json:"prices_pct"`
	Revenue    float64 `json:"revenue_of_expenditure_pct"`
}

type libDayAnswer struct {
	World      string      `json:"world"`
	Tariff     string      `json:"tariff"`
	Retaliate  string      `json:"retaliation"`
	USRate     *float64    `json:"us_optimal_rate_pct,omitempty"`
	Status     string      `json:"status"`
	Residual   float64     `json:"residual"`
	Iterations int         `json:"iterations"`
	Economies  []libDayRow `json:"economies"`
}

func (c *modelLibDayCmd) Run(e *env) error {
	bad := func(flag, msg, hint string) error {
		return &kanzei.Problem{Code: "model.libday", Where: flag, Msg: msg, Hint: hint}
	}
	o := model.LibDayOptions{Eps: c.Eps, Kappa: c.Kappa, PassThrough: c.PassThrough, NoSelling: c.NoSelling, Beta: c.Roundabout, Scale: c.Scale}
	if !c.ScaleEps {
		o.PsiEps = 4
	}
	switch c.Rebate {
	case "income-tax":
	case "lump-sum":
		o.LumpSum = true
	default:
		return bad("--rebate", fmt.Sprintf("no rebate %q", c.Rebate), "give income-tax or lump-sum")
	}
	switch c.Transfers {
	case "world", "balanced", "zero":
	default:
		return bad("--transfers", fmt.Sprintf("no transfers %q", c.Transfers), "give world, balanced or zero")
	}
	base, err := model.LoadLibDay()
	if err != nil {
		return err
	}
	m, err := base.With(o)
	if err != nil {
		return bad("flags", err.Error(), "see kanzei model libday --help")
	}
	out := libDayAnswer{World: "libday2023", Tariff: c.Tariff, Retaliate: c.Retaliation, Status: "converged"}
	rates := m.Rates()
	N := m.N
	own := rates[m.US*N : m.US*N+N]
	set := func(v float64) {
		for i := range own {
			if i != m.US {
				own[i] = v
			}
		}
	}
	switch c.Tariff {
	case "announced":
		copy(own, m.Announced)
	case "zero":
	case "optimal", "optimal-gdp":
		over := m.Spend
		if c.Tariff == "optimal-gdp" {
			over = m.GDP
		}
		v := m.OptimalTariff(m.US, over)
		set(v)
		v *= 100
		out.USRate = &v
	case "best":
	default:
		if v, ok := number(c.Tariff); ok {
			set(v)
		} else if err := m.ReadRates(c.Tariff, openRows, rates); err != nil {
			return bad("--tariff", why(err), "the names are announced, optimal, optimal-gdp, zero; the columns of a table exporter, importer, rate")
		}
	}
	if c.By != "" {
		hit := make([]bool, N)
		for _, code := range strings.Split(c.By, ",") {
			ns, err := m.Members(code)
			if err != nil {
				return bad("--by", err.Error(), "give ISO 3166 codes, or EU")
			}
			for _, n := range ns {
				hit[n] = true
			}
		}
		for i := range own {
			if !hit[i] && i != m.US {
				own[i] = c.Floor
			}
		}
	}
	answer := func(rate func(n int) float64) {
		for n := 0; n < N; n++ {
			if n != m.US {
				rates[n*N+m.US] = rate(n)
			}
		}
	}
	switch c.Retaliation {
	case "none":
	case "reciprocal":
		answer(func(n int) float64 { return own[n] })
	case "optimal":
		best := m.OptimalRetaliation()
		answer(func(n int) float64 { return best[n] })
	case "optimal-base":
		answer(func(n int) float64 { return 1 / ((1+m.Eps)*m.Phi[m.US] - 1) })
	default:
		v, ok := number(c.Retaliation)
		if !ok {
			return bad("--retaliation", fmt.Sprintf("no retaliation %q", c.Retaliation), "give none, reciprocal, optimal, optimal-base or a rate such as 0.1")
		}
		answer(func(int) float64 { return v })
	}
	if c.Tariff == "best" {
		v, err := m.BestUniform(c.Transfers, func(r []float64) {
			for n := 0; n < N; n++ {
				if n != m.US {
					if r[n*N+m.US] = rates[n*N+m.US]; c.Retaliation == "reciprocal" {
						r[n*N+m.US] = r[m.US*N+n]
					}
				}
			}
		})
		if err != nil {
			return err
		}
		set(v)
		if c.Retaliation == "reciprocal" {
			answer(func(int) float64 { return v })
		}
		v *= 100
		out.USRate = &v
	}
	r, err := m.SolveTransfers(rates, c.Transfers)
	if err != nil {
		return err
	}
	out.Residual, out.Iterations = r.Report.Residual, r.Report.Iterations
	for n, x := range m.Economies {
		out.Economies = append(out.Economies, libDayRow{x.ISO2, x.ISO3, x.Name, r.Welfare[n], r.Deficit[n], r.ExportsGDP[n], r.ImportsGDP[n], r.Employment[n], r.Prices[n], 100 * r.RevenueShare[n]})
	}
	switch {
	case c.JSON:
		return printJSON(e.out, out)
	case c.CSV:
		return out.csv(e.out)
	}
	fmt.Fprintf(e.out, "Tariffs of the United States: %s; retaliation: %s", c.Tariff, c.Retaliation)
	if out.USRate != nil {
		fmt.Fprintf(e.out, "; rate %.2f %%", *out.USRate)
	}
	fmt.Fprintf(e.out, "\n  residual %.0e after %d iterations\n\n", out.Residual, out.Iterations)
	fmt.Fprintf(e.out, "  %-28s %9s %9s %9s %9s %9s %9s\n", "percent", "welfare", "deficit", "exp./GDP", "imp./GDP", "employ.", "prices")
	for _, x := range out.Economies {
		fmt.Fprintf(e.out, "  %-28s %9.3f %9.2f %9.2f %9.2f %9.3f %9.2f\n", clip(x.Name, 28), x.Welfare, x.Deficit, x.Exports, x.Imports, x.Employment, x.Prices)
	}
	return nil
}

func (a *libDayAnswer) csv(w io.Writer) error {
	rows := [][]string{{"iso2", "iso3", "name", "welfare_pct", "deficit_pct", "exports_gdp_pct", "imports_gdp_pct", "employment_pct", "prices_pct", "revenue_of_expenditure_pct"}}
	for _, x := range a.Economies {
		row := []string{x.ISO2, x.ISO3, x.Name}
		for _, v := range []float64{x.Welfare, x.Deficit, x.Exports, x.Imports, x.Employment, x.Prices, x.Revenue} {
			row = append(row, strconv.FormatFloat(v, 'g', -1, 64))
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}
