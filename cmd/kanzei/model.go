package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

type modelCmd struct {
	Worlds modelWorldsCmd `cmd:"" help:"The world economies held."`
	Solve  modelSolveCmd  `cmd:"" help:"The equilibrium under tariffs of one's own."`
	Nash   modelNashCmd   `cmd:"" help:"A tariff war, or the optimal tariff of one player."`
	Talks  modelTalksCmd  `cmd:"" help:"Tariffs that all players gain from, over a threat point."`

	LibDay modelLibDayCmd `cmd:"" name:"libday" help:"The one-sector model of 194 economies behind the published Liberation Day tables, in any variant."`

	Policy modelPolicyCmd `cmd:"" help:"The optimal unilateral policy of an economy with profits or scale economies (world ll2023)."`

	Reproduce modelReproduceCmd `cmd:"" help:"Published tables computed again, cell by cell."`
}

type modelWorldsCmd struct {
	World []string `arg:"" optional:"" help:"Worlds to describe in full; with none, all that are held, and the names of those built from research files."`
	research
	Export string `placeholder:"DIR" help:"Write the tables of one world as CSV into a new folder, to change and to read again with --world DIR."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// export writes the tables of a world into a folder that must not exist.
func (c *modelWorldsCmd) export(e *env) error {
	if len(c.World) != 1 {
		return &kanzei.Problem{Code: "model.export", Where: "--export", Msg: fmt.Sprintf("%d worlds named", len(c.World)), Hint: "name one: kanzei model worlds icio2022 --export DIR"}
	}
	choice := worldChoice{World: c.World[0], research: c.research}
	w, err := choice.load(e.err)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Export); err == nil {
		return &kanzei.Problem{Code: "model.export", Where: c.Export, Msg: "is there already", Hint: "name a new folder"}
	}
	part, err := os.MkdirTemp(filepath.Dir(c.Export), "."+filepath.Base(c.Export)+".*")
	if err == nil {
		defer os.RemoveAll(part)
		err = os.Chmod(part, 0o755)
	}
	for _, name := range model.UserTables {
		if err == nil {
			err = writeFile(filepath.Join(part, name+".csv"), func(f io.Writer) error { return w.WriteTable(name, f) })
		}
	}
	if err == nil {
		err = os.Rename(part, c.Export)
	}
	if err != nil {
		return &kanzei.Problem{Code: "model.export", Where: c.Export, Msg: why(err)}
	}
	fmt.Fprintf(e.err, "kanzei: wrote %s: sectors, flows, tariffs, io\n", c.Export)
	return nil
}

// A worldRow describes one world.
type worldRow struct {
	Name          string             `json:"name"`
	Default       bool               `json:"default"`
	Year          int                `json:"year"`
	Economies     int                `json:"economies"`
	Sectors       int                `json:"sectors"`
	Source        string             `json:"source"`
	Sets          []string           `json:"elasticity_sets"`
	Theta         []float64          `json:"elasticities"`
	SE            []float64          `json:"elasticities_se_ln"` // standard deviation of ln elasticity across published sets
	Notes         []string           `json:"notes"`
	Adjusted      model.Adjustment   `json:"adjusted"`
	Inputs        *model.InputReport `json:"inputs,omitempty"`
	ValueAdded    float64            `json:"value_added_musd"`
	EconomyIDs    []string           `json:"economy_codes"`
	SectorIDs     []string           `json:"sector_codes"`
	EconomyTotals []economyTotals    `json:"totals,omitempty"`
}

// economyTotals are base-year accounts of one economy, million USD.
type economyTotals struct {
	ISO3       string  `json:"iso3"`
	ValueAdded float64 `json:"value_added"`
	Exports    float64 `json:"exports"`
	Imports    float64 `json:"imports"`
	Revenue    float64 `json:"tariff_revenue"`
}

// games are worlds with models of their own.
var games = []struct{ name, about, use string }{
	{"ossa2005", "7 x 33, 2005, profits, Ossa (2014)", "kanzei model nash, talks"},
	{"ll2023", "44 x 16, 2014, profits, Lashkaripour and Lugovskyy (2023)", "kanzei model nash, talks"},
	{"tariffwar-icio2022", "81 x 28, 2022, without links, as in the public code of Lashkaripour (2021)", "kanzei model nash"},
	{"tariffwar-wiod2014", "44 x 16, 2014, the same", "kanzei model nash"},
	{"libday2023", "194 x 1, 2023, Ignatenko and others (2025); held", "kanzei model libday"},
}

func (c *modelWorldsCmd) Run(e *env) error {
	if c.Export != "" {
		return c.export(e)
	}
	names := c.World
	if len(names) == 0 {
		names = model.Names()
	}
	rows := []worldRow{}
	for _, name := range names {
		choice := worldChoice{World: name, research: c.research}
		w, err := choice.load(e.err)
		if err != nil {
			return err
		}
		r := worldRow{Name: name, Default: name == model.DefaultWorld, Year: w.Year, Economies: w.N, Sectors: w.J, Source: w.Source, Sets: w.SetNames(), Theta: w.Theta, Notes: w.Notes, Adjusted: w.Adjusted, Inputs: w.Inputs}
		if sp, err := w.Spread(); err == nil {
			r.SE = sp.SE
		}
		r.Adjusted.Cells = nil // kanzei model solve --changes writes them
		for n, x := range w.Economies {
			r.EconomyIDs = append(r.EconomyIDs, x.ISO3)
			t := economyTotals{ISO3: x.ISO3, ValueAdded: w.WL0[n], Revenue: w.Revenue[n]}
			for j := 0; j < w.J; j++ {
				for i := 0; i < w.N; i++ {
					if i != n {
						t.Imports += w.Flow[w.Cell(j, n, i)] / w.Tariff[w.Cell(j, n, i)]
						t.Exports += w.Flow[w.Cell(j, i, n)] / w.Tariff[w.Cell(j, i, n)]
					}
				}
			}
			r.ValueAdded += t.ValueAdded
			if len(c.World) > 0 {
				r.EconomyTotals = append(r.EconomyTotals, t)
			}
		}
		for _, x := range w.Sectors {
			r.SectorIDs = append(r.SectorIDs, x.Code)
		}
		rows = append(rows, r)
	}
	if c.JSON {
		return printJSON(e.out, rows)
	}
	for i, r := range rows {
		if i > 0 {
			fmt.Fprintln(e.out)
		}
		fmt.Fprintf(e.out, "%s: %d economies, %d sectors, %d\n", r.Name, r.Economies, r.Sectors, r.Year)
		wrap(e.out, "  ", r.Source, 80)
		for _, n := range append(r.Notes, r.Adjusted.Notes...) {
			wrap(e.out, "  ", n, 80)
		}
		if len(c.World) > 0 {
			r.print(e.out)
		}
	}
	if len(c.World) > 0 {
		return nil
	}
	fmt.Fprintf(e.out, "\nBuilt from research files (--shared DIR, now %s):\n", c.sources())
	for _, name := range model.SourceNames() {
		if !slices.Contains(model.Names(), name) {
			hang(e.out, fmt.Sprintf("  %-20s", name), model.SourceAbout(name), width())
		}
	}
	fmt.Fprintf(e.out, "\nWith models of their own:\n")
	for _, g := range games {
		hang(e.out, fmt.Sprintf("  %-20s", g.name), g.about+": "+g.use, width())
	}
	return nil
}

// print lists elasticities, totals and how inputs were estimated.
func (r *worldRow) print(w io.Writer) {
	fmt.Fprintf(w, "\n  value added %.0f million USD; %d cells changed in calibration, by %.6g of %.6g million USD\n", r.ValueAdded, r.Adjusted.Changed, r.Adjusted.AbsMUSD, r.Adjusted.OfMUSD)
	fmt.Fprintf(w, "\n  %-20s %12s %16s\n", "sector", "elasticity", "sd ln, of sets")
	for j, code := range r.SectorIDs {
		se := ""
		if r.SE != nil {
			se = fmt.Sprintf("%.2f", r.SE[j])
		}
		fmt.Fprintf(w, "  %-20s %12.3f %16s\n", clip(code, 20), r.Theta[j], se)
	}
	fmt.Fprintf(w, "\n  million USD %16s %12s %12s %12s", "value added", "exports", "imports", "duties")
	if r.Inputs != nil {
		fmt.Fprintf(w, " %12s %6s  %s", "GDP 2023", "moved", "input coefficients from")
	}
	fmt.Fprintln(w)
	for n, t := range r.EconomyTotals {
		fmt.Fprintf(w, "  %-11s %16.0f %12.0f %12.0f %12.0f", t.ISO3, t.ValueAdded, t.Exports, t.Imports, t.Revenue)
		if r.Inputs != nil {
			f := r.Inputs.Fits[n]
			fmt.Fprintf(w, " %12.0f %6.2f  %s", f.GDP2023, f.Moved, f.Donors)
		}
		fmt.Fprintln(w)
	}
}

type modelSolveCmd struct {
	worldChoice
	Tariffs string `required:"" placeholder:"FILE" help:"New tariffs, CSV or Parquet: exporter, importer, sector and rate (0.25 is 25 percent) or add; * stands for all."`
	Closure string `default:"fixed" placeholder:"NAME" help:"Trade balances: fixed, balanced, proportional, or all."`
	Draws   int    `default:"0" placeholder:"N" help:"Draws of the elasticities for ranges."`
	Seed    uint64 `default:"1" placeholder:"N" help:"Seed of the draws."`
	Sectors bool   `help:"List sectors."`
	Linear  bool   `help:"List the first-order terms-of-trade and volume-of-trade effects of Caliendo and Parro (2015) beside the exact change, one closure."`
	JSON    bool   `name:"json" help:"Print JSON."`
	CSV     bool   `name:"csv" help:"Print CSV."`
}

func (c *modelSolveCmd) Run(e *env) error {
	if c.World == "" {
		c.World = model.DefaultWorld
	}
	w, err := c.load(e.err)
	if err != nil {
		return err
	}
	q := impact.Tariffed{World: w, Name: filepath.Base(c.Tariffs), Draws: c.Draws, Seed: c.Seed, Sectors: c.Sectors, Options: model.Options{Kappa: c.Kappa}}
	if q.Closures, err = closures(c.Closure); err != nil {
		return err
	}
	if c.Draws < 0 || c.Draws > 10_000 {
		return &kanzei.Problem{Code: "impact.draws", Where: "--draws", Msg: fmt.Sprintf("%d draws", c.Draws), Hint: "give 0 to 10000"}
	}
	if q.Tariff, err = w.ReadTariffs(c.Tariffs, openRows, func(s string) { fmt.Fprintf(e.err, "kanzei: %s\n", s) }); err != nil {
		return &kanzei.Problem{Code: "model.tariffs", Where: "--tariffs", Msg: why(err), Hint: "the columns are exporter, importer, sector, and rate (0.25 is 25 percent) or add"}
	}
	if c.Linear {
		if len(q.Closures) != 1 {
			return &kanzei.Problem{Code: "impact.closure", Where: "--closure", Msg: "first-order effects are listed under one closure", Hint: "the closures are fixed, balanced, proportional"}
		}
		return c.linear(e, w, q)
	}
	q.Progress = solving(e.err)
	r, err := impact.Solve(q)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		return printJSON(e.out, r)
	case c.CSV:
		return r.CSV(e.out)
	}
	s := (&about{}).style(e.out)
	return r.Text(e.out, impact.Style{Width: s.Width, Colour: s.Colour})
}

// A linearRow splits the first-order welfare effect of one economy, percent.
type linearRow struct {
	ISO3     string  `json:"iso3"`
	Name     string  `json:"name"`
	Terms    float64 `json:"terms_of_trade_pct"`
	Volume   float64 `json:"volume_of_trade_pct"`
	Linear   float64 `json:"first_order_pct"`
	RealWage float64 `json:"real_wage_pct"`
	Exact    float64 `json:"real_income_pct"`
}

func (c *modelSolveCmd) linear(e *env, w *model.World, q impact.Tariffed) error {
	o := q.Options
	o.Closure = q.Closures[0]
	r, err := w.Solve(model.Shock{Tariff: q.Tariff}, o)
	if err != nil {
		return err
	}
	d := r.Decompose()
	rows := []linearRow{}
	for n, x := range w.Economies {
		tot, vot := d.Total(n)
		rows = append(rows, linearRow{x.ISO3, x.Name, 100 * tot, 100 * vot, 100 * (tot + vot), 100 * (r.Wage[n]/r.Price[n] - 1), 100 * (r.RealIncome[n] - 1)})
	}
	if c.JSON {
		return printJSON(e.out, rows)
	}
	if c.CSV {
		out := csv.NewWriter(e.out)
		out.Write([]string{"iso3", "name", "terms_of_trade_pct", "volume_of_trade_pct", "first_order_pct", "real_wage_pct", "real_income_pct"})
		for _, x := range rows {
			rec := []string{x.ISO3, x.Name}
			for _, v := range []float64{x.Terms, x.Volume, x.Linear, x.RealWage, x.Exact} {
				rec = append(rec, strconv.FormatFloat(v, 'g', -1, 64))
			}
			out.Write(rec)
		}
		out.Flush()
		return out.Error()
	}
	fmt.Fprintf(e.out, "World %s under %s, closure %s; residual %.0e\n\n", w.Name, q.Name, o.Closure, r.Report.Residual)
	fmt.Fprintf(e.out, "  %-28s %9s %9s %12s %10s %9s\n", "percent", "terms", "volume", "first order", "real wage", "exact")
	for _, x := range rows {
		fmt.Fprintf(e.out, "  %-28s %9.3f %9.3f %12.3f %10.3f %9.3f\n", clip(x.Name, 28), x.Terms, x.Volume, x.Linear, x.RealWage, x.Exact)
	}
	return nil
}

// why shortens errors of files to what went wrong.
func why(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}
