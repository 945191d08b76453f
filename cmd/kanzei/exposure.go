package main

import "kanzei/brief"

type exposureCmd struct {
	about  `embed:""`
	Assume string `placeholder:"SET" default:"bea-content" help:"Assumption set shown beside ranges."`
	Top    int    `placeholder:"N" default:"20" help:"Products listed."`
}

func (c *exposureCmd) Run(e *env) error {
	if c.Top < 1 {
		return badTop(c.Top)
	}
	d, err := c.build(e, brief.Request{Assume: c.Assume, Top: c.Top})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, d)
	}
	return d.ExposureText(e.out, c.style(e.out))
}
