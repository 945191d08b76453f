package main

import (
	"fmt"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/schedule"
)

type searchCmd struct {
	Query []string `arg:"" help:"Words of the goods, or the beginning of a code."`
	On    day      `placeholder:"DAY" help:"Day of the schedule (default: today)."`
	N     int      `short:"n" default:"15" help:"Number of lines."`
	JSON  bool     `name:"json" help:"Print as JSON."`
}

func (c *searchCmd) Run(e *env) error {
	on := (&clocks{On: c.On}).on()
	query := strings.Join(c.Query, " ")
	hits, err := e.desk().Search(&api.SearchRequest{Q: query, On: on.String(), N: c.N})
	if err != nil {
		return onFlags(err)
	}
	if c.JSON {
		return printJSON(e.out, hits)
	}
	if len(hits) == 0 {
		return &kanzei.Problem{Code: "search.none", Msg: fmt.Sprintf("no line of the schedule of %s answers %q", on, query), Hint: "try fewer or other words, or the first digits of a code"}
	}
	s, err := schedule.Load()
	if err != nil {
		return err
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
