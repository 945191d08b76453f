package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

type modelCmd struct {
	Worlds modelWorldsCmd `cmd:"" help:"The world economies held."`
	Solve  modelSolveCmd  `cmd:"" help:"The equilibrium under tariffs of one's own."`
	Nash   modelNashCmd   `cmd:"" help:"A tariff war, or the optimal tariff of one player."`
	Talks  modelTalksCmd  `cmd:"" help:"Tariffs that all players gain from, over a threat point."`

	Reproduce modelReproduceCmd `cmd:"" help:"Published tables computed again, cell by cell."`
}

type modelWorldsCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// A worldRow describes one world.
type worldRow struct {
	Name       string           `json:"name"`
	Default    bool             `json:"default"`
	Year       int              `json:"year"`
	Economies  int              `json:"economies"`
	Sectors    int              `json:"sectors"`
	Source     string           `json:"source"`
	Sets       []string         `json:"elasticity_sets"`
	Notes      []string         `json:"notes"`
	Adjusted   model.Adjustment `json:"adjusted"`
	EconomyIDs []string         `json:"economy_codes"`
	SectorIDs  []string         `json:"sector_codes"`
}

func (c *modelWorldsCmd) Run(e *env) error {
	rows := []worldRow{}
	for _, name := range model.Names() {
		w, err := model.Load(name)
		if err != nil {
			return err
		}
		r := worldRow{Name: name, Default: name == model.DefaultWorld, Year: w.Year, Economies: w.N, Sectors: w.J, Source: w.Source, Sets: w.SetNames(), Notes: w.Notes, Adjusted: w.Adjusted}
		r.Adjusted.Cells = nil // a thousand rows; the sum says it
		for _, x := range w.Economies {
			r.EconomyIDs = append(r.EconomyIDs, x.ISO3)
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
	}
	return nil
}

type modelSolveCmd struct {
	World        string  `default:"icio2022" placeholder:"NAME|DIR" help:"A world held, or a folder of user data (sectors, flows, tariffs, io as CSV)."`
	Repair       bool    `help:"Repair user data that cannot be an economy, and say what changed."`
	Tariffs      string  `required:"" placeholder:"FILE" help:"New tariffs, CSV: exporter, importer, sector and rate (0.25 is 25 percent) or add; * stands for all."`
	Closure      string  `default:"fixed" placeholder:"NAME" help:"Trade balances: fixed, balanced, proportional, or all."`
	Elasticities string  `placeholder:"SET" help:"A named set of trade elasticities instead of the world's own."`
	Kappa        float64 `placeholder:"X" help:"Elasticity of labour supply; 0 for given labour."`
	Draws        int     `default:"0" placeholder:"N" help:"Draws of the elasticities for ranges."`
	Seed         uint64  `default:"1" placeholder:"N" help:"Seed of the draws."`
	Sectors      bool    `help:"List sectors."`
	JSON         bool    `name:"json" help:"Print JSON."`
	CSV          bool    `name:"csv" help:"Print CSV."`
}

func (c *modelSolveCmd) Run(e *env) error {
	w, err := c.world()
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
	if q.Tariff, err = w.ReadTariffs(c.Tariffs); err != nil {
		return &kanzei.Problem{Code: "model.tariffs", Where: "--tariffs", Msg: why(err), Hint: "the columns are exporter, importer, sector, and rate (0.25 is 25 percent) or add"}
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

// world loads a world held, or reads user data.
func (c *modelSolveCmd) world() (w *model.World, err error) {
	if info, no := os.Stat(c.World); no == nil && info.IsDir() {
		if w, err = model.ReadWorld(c.World, c.Repair); err != nil {
			return nil, &kanzei.Problem{Code: "model.data", Where: "--world", Msg: why(err), Hint: "repair the cells named, or add --repair"}
		}
	} else if w, err = loadWorld(c.World); err != nil {
		return nil, err
	}
	if c.Elasticities == "" {
		return w, nil
	}
	w, err = w.WithSet(c.Elasticities)
	if err != nil {
		return nil, &kanzei.Problem{Code: "model.elasticities", Where: "--elasticities", Msg: err.Error(), Hint: "see kanzei model worlds --json"}
	}
	return w, nil
}

// why shortens errors of files to what went wrong.
func why(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}
