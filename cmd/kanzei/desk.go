package main

import (
	"errors"
	"strings"

	"kanzei"
	"kanzei/api"
)

// desk answers a command from the law it is given.
func (e *env) desk() *api.Desk { return api.New(api.Options{Engine: e.engine}) }

// onFlags names the flag where a problem names a field of a request; what is
// no flag, but an argument, needs no name.
func onFlags(err error) error {
	var p *kanzei.Problem
	if !errors.As(err, &p) || p.Where == "" || strings.ContainsAny(p.Where, "-.:/") {
		return err
	}
	q := *p
	switch q.Where {
	case "hts", "country", "q":
		q.Where = ""
	default:
		q.Where = "--" + strings.ReplaceAll(q.Where, "_", "-")
	}
	return &q
}
