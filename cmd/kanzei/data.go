package main

import (
	"fmt"
	"strings"

	"kanzei"
)

type dataCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// dataAnswer is what the program embeds and where it comes from.
type dataAnswer struct {
	Law      string    `json:"law"`     // horizon and hash of the acts held
	Begins   string    `json:"begins"`  // first day covered
	Horizon  string    `json:"horizon"` // last day on which all sources were read
	Editions []edition `json:"editions"`
	Rebuild  string    `json:"rebuild"`
}

// An edition is a row of the table in DATA.md.
type edition struct {
	Edition string `json:"edition"`
	File    string `json:"file"`
	What    string `json:"what"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
	Step    string `json:"step"` // of internal/gen
}

const rebuild = "go run ./internal/gen STEP, in the source tree with the agencies' files beside it; -check compares without writing"

func (c *dataCmd) Run(e *env) error {
	engine, err := e.engine()
	if err != nil {
		return err
	}
	a := dataAnswer{Begins: engine.Ledger.Coverage.Begins.String(), Horizon: engine.Ledger.Coverage.Horizon.String(), Editions: editions(kanzei.Editions), Rebuild: rebuild}
	if a.Law, err = e.desk().Edition(); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, a)
	}
	fmt.Fprintf(e.out, "law %s: covered from %s, all sources read to %s\n", a.Law, a.Begins, a.Horizon)
	for _, x := range a.Editions {
		fmt.Fprintf(e.out, "\n%s\n  holds    %s\n  from     %s\n  licence  %s\n  file     %s\n  step     %s\n", x.Edition, x.What, x.Source, x.Licence, x.File, x.Step)
	}
	_, err = fmt.Fprintf(e.out, "\nrebuild: %s\n", a.Rebuild)
	return err
}

// editions reads the first table of a text, below its head.
func editions(text string) []edition {
	var out []edition
	for line := range strings.Lines(text) {
		row, ok := strings.CutPrefix(strings.TrimSpace(line), "|")
		if !ok {
			if len(out) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.TrimSuffix(row, "|"), "|")
		for i := range cells {
			cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "`", "")
		}
		if len(cells) != 6 || cells[0] == "edition" || strings.Trim(cells[0], "-") == "" {
			continue
		}
		out = append(out, edition{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]})
	}
	return out
}
