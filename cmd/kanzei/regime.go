package main

import "kanzei/brief"

type regimeCmd struct {
	about `embed:""`
}

func (c *regimeCmd) Run(e *env) error {
	d, err := c.build(e, brief.Request{NoExposure: true})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, d)
	}
	return d.RegimeText(e.out, c.style(e.out))
}
