package main

import (
	"os"
	"path/filepath"

	"kanzei"
	"kanzei/impact"
	"kanzei/table"
	"kanzei/talks"
)

// A telling is how a sweep tells of its results beside the file of them all.
type telling struct {
	json  bool
	table string // file of the summary; none when empty
}

// tell tells of a summary: as a table, if one is asked for, and as JSON or text.
func (how telling) tell(e *env, summary any, table func(name string) error, text func() error) error {
	if how.table != "" {
		if err := table(how.table); err != nil {
			return err
		}
	}
	if how.json {
		return printJSON(e.out, summary)
	}
	return text()
}

// writable refuses what could not be written, before long work.
func writable(kind, out string, how telling) error {
	bad := func(where, msg, hint string) error {
		return &kanzei.Problem{Code: "sweep.out", Where: where, Msg: msg, Hint: hint}
	}
	files := []string{out}
	if how.table != "" {
		files = append(files, how.table)
	}
	switch _, err := os.Lstat(out); {
	case kind == "entries" && how.table != "":
		return bad("--table", "files of entries have no summary", "the answers are the table")
	case kind == "entries" && how.json:
		return bad("--json", "files of entries have no summary", "the answers are the table")
	case kind == "entries" && err == nil:
		return bad(out, "is there already", "name a folder to make")
	case how.table != "" && filepath.Clean(how.table) == filepath.Clean(out):
		return bad("--table", out+" holds the results themselves", "name another file for the summary")
	}
	for _, name := range files {
		if name == "-" {
			return bad(name, "a sweep needs a file of its own", "name it .csv or .parquet; the summary goes to standard output")
		}
		if kind != "entries" {
			if _, err := table.FormatOf(name); err != nil {
				return err
			}
		}
		dir := filepath.Dir(filepath.Clean(name))
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return bad(name, "there is no folder "+dir, "make it, or name another file")
		}
	}
	return nil
}

// A flatRow is a row of a summary: words, then numbers, which may be null.
type flatRow struct {
	words   []string
	numbers []*float64
}

// writeFlat writes a summary as a table.
func writeFlat(e *env, out string, words, numbers []string, rows []flatRow) error {
	var fields []table.Field
	columns := make([]table.Column, len(words)+len(numbers))
	for _, name := range words {
		fields = append(fields, table.Field{Name: name, Kind: table.String, Required: true})
	}
	for i, name := range numbers {
		fields = append(fields, table.Field{Name: name, Kind: table.Float})
		columns[len(words)+i].Kind = table.Float
	}
	t, err := table.Create(out, e.out, nil, fields)
	if err != nil {
		return err
	}
	defer t.Abort()
	for _, r := range rows {
		for i, w := range r.words {
			columns[i].Text.Add([]byte(w))
		}
		for i, x := range r.numbers {
			c := &columns[len(words)+i]
			c.Null = append(c.Null, x == nil)
			v := 0.0
			if x != nil {
				v = *x
			}
			c.Floats = append(c.Floats, v)
		}
	}
	b, err := t.Encode(&table.Batch{Rows: len(rows)}, columns)
	if err != nil {
		return err
	}
	if err := t.Append(b); err != nil {
		return err
	}
	return t.Close()
}

// spreadNames are the columns of figures, and spreadNumbers what stands in them.
func spreadNames(figures []string) (out []string) {
	for _, f := range figures {
		out = append(out, f, f+"_lo", f+"_hi", f+"_settled")
	}
	return out
}

func spreadNumbers(figures []string, of map[string]impact.SpreadFigure) (out []*float64) {
	for _, f := range figures {
		x := of[f]
		out = append(out, &x.Value, x.Lo, x.Hi, x.Settled)
	}
	return out
}

// writeLeague writes the league tables, a row for each economy of each.
func writeLeague(e *env, out string, s *impact.Spread) error {
	number := func(n *int) *float64 {
		if n == nil {
			return nil
		}
		v := float64(*n)
		return &v
	}
	var rows []flatRow
	for i := range s.Scenarios {
		r := &s.Scenarios[i]
		for k := range r.Economies {
			x := &r.Economies[k]
			rows = append(rows, flatRow{[]string{r.On, r.Known, r.Scenario, r.Against, r.Closure, x.ISO3, x.Name},
				append([]*float64{number(&x.Rank), number(x.RankLo), number(x.RankHi)}, spreadNumbers(impact.Figures, x.Figures)...)})
		}
	}
	return writeFlat(e, out, []string{"on", "known", "scenario", "against", "closure", "iso3", "name"}, append([]string{"rank", "rank_lo", "rank_hi"}, spreadNames(impact.Figures)...), rows)
}

// writeStakes writes what is on the table, a row for each stake and closure.
func writeStakes(e *env, out string, s *talks.Spread) error {
	var rows []flatRow
	for i := range s.Stakes {
		x := &s.Stakes[i]
		for _, c := range x.Closures {
			rows = append(rows, flatRow{[]string{s.On, s.Known, s.Asker.ISO3, s.Giver.ISO3, x.Against, c.Closure, x.Kind, x.ID, x.What},
				append(spreadNumbers(talks.StakeFigures, c.Figures), c.AskerGains, c.GiverGains, c.BothGain)})
		}
	}
	return writeFlat(e, out, []string{"on", "known", "asker", "giver", "against", "closure", "kind", "id", "what"}, append(spreadNames(talks.StakeFigures), "asker_gains_share", "giver_gains_share", "both_gain_share"), rows)
}
