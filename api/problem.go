package api

import (
	"errors"
	"strings"

	"kanzei"
)

// at says in which field of a request a problem lies, unless it says so itself.
func at(where string, err error) error {
	var p *kanzei.Problem
	if where != "" && errors.As(err, &p) && p.Where == "" {
		q := *p
		q.Where = where
		return &q
	}
	return err
}

// Problems returns the problems joined in an error, nil for an error that is
// no problem: a fault of the program, not of the request.
func Problems(err error) []*kanzei.Problem {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var out []*kanzei.Problem
		for _, e := range joined.Unwrap() {
			list := Problems(e)
			if list == nil {
				return nil
			}
			out = append(out, list...)
		}
		return out
	}
	var p *kanzei.Problem
	if errors.As(err, &p) {
		q := *p
		q.Where = strings.TrimPrefix(q.Where, "--")
		return []*kanzei.Problem{&q}
	}
	return nil
}
