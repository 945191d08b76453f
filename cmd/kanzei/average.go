package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/trade"
)

type panelAverage struct {
	panelDays `embed:""`
	By        []string `placeholder:"DIM" default:"origin,month" help:"origin, program, sector (section of the nomenclature), day or month; all days together without one."`
	JSON      bool     `name:"json" help:"Print as JSON."`
	CSV       bool     `name:"csv" help:"Print as CSV."`
}

func (c *panelAverage) Run(e *env) error {
	var by trade.By
	for _, dim := range c.By {
		switch dim {
		case "origin":
			by.Origin = true
		case "program":
			by.Program = true
		case "sector":
			by.Sector = true
		case "day":
			by.Day = true
		case "month":
			by.Month = true
		default:
			return &kanzei.Problem{Code: "args", Where: "--by", Msg: fmt.Sprintf("%q is nothing to tell averages apart by", dim), Hint: "name some of origin, program, sector, and day or month"}
		}
	}
	if by.Day && by.Month {
		return &kanzei.Problem{Code: "args", Where: "--by", Msg: "day and month exclude each other", Hint: "name one of them"}
	}
	// The European Union has lines as a whole only.
	eu := slices.Contains(c.Origin, "EU")
	c.Origin = slices.DeleteFunc(c.Origin, func(s string) bool { return s == "EU" })
	p, origins, err := c.build(e)
	if err != nil {
		return err
	}
	if eu {
		origins = append(origins, 0)
	}
	flows, err := trade.Load()
	if err != nil {
		return err
	}
	engine, err := e.engine()
	if err != nil {
		return err
	}
	a, err := flows.Average(p, engine.Schedule, func() trade.Rater { return trade.ReferenceLaw(engine) }, by, origins...)
	if err != nil {
		return at("--origin", err)
	}
	switch {
	case c.JSON:
		return printJSON(e.out, a)
	case c.CSV:
		return averageCSV(e.out, by, a)
	}
	fmt.Fprintf(e.out, "%s to %s, law as known %s, %s rates in percent, weighted by the imports of %d\n\n", a.From, a.Until-1, a.Known, a.Assumptions, a.Year)
	for i := range a.Rows {
		r := &a.Rows[i]
		rate := r.Min.String()
		if r.Rate == nil {
			rate += " to " + r.Max.String()
		}
		var key []string
		for _, s := range averageKey(by, r) {
			key = append(key, fmt.Sprintf("%-10s", s))
		}
		fmt.Fprintf(e.out, "%s  %16s\n", strings.Join(key, " "), rate)
	}
	for _, n := range a.Notes {
		wrap(e.out, "! ", n, width())
	}
	return nil
}

// averageKey returns the cells that name a row.
func averageKey(by trade.By, r *trade.Average) []string {
	var key []string
	add := func(yes bool, s string) {
		if yes {
			key = append(key, s)
		}
	}
	add(by.Day, r.Day.String())
	add(by.Month, r.Month)
	add(by.Origin, r.Origin)
	add(by.Program, r.Program)
	add(by.Sector, r.Sector)
	return key
}

func averageCSV(w io.Writer, by trade.By, a *trade.Averages) error {
	out := csv.NewWriter(w)
	var head []string
	for _, x := range []struct {
		yes  bool
		name string
	}{{by.Day, "day"}, {by.Month, "month"}, {by.Origin, "origin"}, {by.Program, "program"}, {by.Sector, "sector"}} {
		if x.yes {
			head = append(head, x.name)
		}
	}
	if err := out.Write(append(head, "rated_usd", "rate_pct", "rate_min_pct", "rate_max_pct")); err != nil {
		return err
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		rate := ""
		if r.Rate != nil {
			rate = r.Rate.String()
		}
		if err := out.Write(append(averageKey(by, r), strconv.FormatInt(r.Rated, 10), rate, r.Min.String(), r.Max.String())); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
