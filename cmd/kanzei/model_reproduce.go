package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"kanzei"
	"kanzei/model"
)

type modelReproduceCmd struct {
	Table []string `arg:"" optional:"" help:"Tables; all if none is named."`
	research
	List    bool `help:"List the tables."`
	Summary bool `help:"One line a table."`
	Cells   bool `help:"Print every cell, not only the misses."`
	JSON    bool `name:"json" help:"Print JSON."`
}

func (c *modelReproduceCmd) Run(e *env) error {
	names := model.ReproductionNames()
	if c.List {
		if c.JSON {
			type row struct {
				Name  string `json:"name"`
				Title string `json:"title"`
			}
			rows := []row{}
			for _, n := range names {
				rows = append(rows, row{n, model.ReproductionTitle(n)})
			}
			return printJSON(e.out, rows)
		}
		for _, n := range names {
			hang(e.out, fmt.Sprintf("%-26s", n), model.ReproductionTitle(n), width())
		}
		return nil
	}
	for _, n := range c.Table {
		if !slices.Contains(names, n) {
			return &kanzei.Problem{Code: "model.table", Where: "TABLE", Msg: fmt.Sprintf("no table %q", n), Hint: "list them with kanzei model reproduce --list"}
		}
	}
	all := len(c.Table) == 0
	if !all {
		names = c.Table
	}
	done := []*model.Reproduction{}
	for _, n := range names {
		r, err := model.Reproduce(n, c.Shared)
		var none *model.NoData
		if errors.As(err, &none) {
			if all { // the others need none
				fmt.Fprintf(e.err, "kanzei: left out: %v\n", err)
				continue
			}
			return noResearch(none.Path)
		}
		if err != nil {
			return err
		}
		done = append(done, r)
		if !c.JSON {
			c.print(e.out, r)
		}
	}
	if !c.JSON {
		return nil
	}
	if len(c.Table) == 1 {
		return printJSON(e.out, done[0])
	}
	return printJSON(e.out, done)
}

// noResearch says which file is missing and where to point.
func noResearch(path string) error {
	return &kanzei.Problem{Code: "model.research", Where: path, Msg: "no such research file", Hint: "name the folder that has sources/model with --shared or KANZEI_SHARED"}
}

func (c *modelReproduceCmd) print(w io.Writer, r *model.Reproduction) {
	if c.Summary {
		soft := ""
		if r.Soft {
			soft = "  other data"
		}
		fmt.Fprintf(w, "%-36s %5d of %5d cells, largest difference %8.2g, residual %.0e%s\n", r.Name, r.Passed, r.Compared, r.Worst, r.Residual, soft)
		return
	}
	verdict := "nothing to compare with"
	if r.Compared > 0 {
		verdict = fmt.Sprintf("%d of %d cells inside the tolerance, largest difference %.2g", r.Passed, r.Compared, r.Worst)
		if r.Soft {
			verdict += " (soft: other data)"
		}
	}
	fmt.Fprintf(w, "%s\n", r.Name)
	wrap(w, "  ", r.Title, width())
	fmt.Fprintf(w, "  %s; residual %.0e\n", verdict, r.Residual)
	if r.Notes != "" {
		wrap(w, "  ", r.Notes, width())
	}
	for _, cell := range r.Cells {
		switch {
		case cell.Published != nil && (c.Cells || !cell.OK):
			mark := ""
			if !cell.OK {
				mark = "  outside " + fmt.Sprint(cell.Tolerance)
			}
			fmt.Fprintf(w, "    %-34s %-26s %14.6g  published %.6g%s\n", clip(cell.Row, 34), clip(cell.Column, 26), cell.Computed, *cell.Published, mark)
		case cell.Published == nil && c.Cells:
			fmt.Fprintf(w, "    %-34s %-26s %14.6g\n", clip(cell.Row, 34), clip(cell.Column, 26), cell.Computed)
		}
	}
}
