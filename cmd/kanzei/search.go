package main

import (
	"fmt"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

type searchCmd struct {
	Query []string `arg:"" help:"Words of the goods, or the beginning of a code."`
	On    day      `placeholder:"DAY" help:"Day of the schedule (default: today)."`
	N     int      `short:"n" default:"15" help:"Number of lines."`
	JSON  bool     `name:"json" help:"Print as JSON."`
}

func (c *searchCmd) Run(e *env) error {
	s, err := schedule.Load()
	if err != nil {
		return err
	}
	on := (&clocks{On: c.On}).on()
	if on < schedule.Start {
		return &kanzei.Problem{Code: "date.coverage", Where: "--on", Msg: fmt.Sprintf("%s is before the coverage begins", on), Hint: fmt.Sprintf("ask for %s or later", schedule.Start)}
	}
	query := strings.Join(c.Query, " ")
	hits := s.Search(query, on, c.N)
	if c.JSON {
		return printJSON(e.out, hits)
	}
	if len(hits) == 0 {
		return &kanzei.Problem{Code: "search.none", Msg: fmt.Sprintf("no line of the schedule of %s answers %q", on, query), Hint: "try fewer or other words, or the first digits of a code"}
	}
	for _, h := range hits {
		rate := ""
		if l, err := s.Line(h.HTS, on); err == nil {
			rate = l.General.String()
		}
		fmt.Fprintf(e.out, "%-14s %-16s %s\n", h.HTS, clip(rate, 16), h.Name)
	}
	return nil
}
