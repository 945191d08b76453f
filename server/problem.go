package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"kanzei"
	"kanzei/api"
)

// Problem is an error as it is sent, RFC 9457 with the code, place and hint of
// the command line.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status" jsonschema:"of HTTP"`
	Said
	Others []Said `json:"others,omitempty" jsonschema:"further problems of the same request"`
}

// Said is what a problem says.
type Said struct {
	Detail string `json:"detail" jsonschema:"what is wrong"`
	Code   string `json:"code" jsonschema:"stable name of the problem, such as hts.unknown"`
	Where  string `json:"where,omitempty" jsonschema:"field, or file and line"`
	Hint   string `json:"hint,omitempty" jsonschema:"what to do"`
}

// statuses of the problems that are not about the content of a request.
var statuses = map[string]int{
	"request.json": 400, "request.field": 400, "request.value": 400, "request.twice": 400, "request.body": 400, "request.query": 400, "request.missing": 400,
	"auth.token": 401, "host.unknown": 403, "origin.refused": 403, "request.path": 404, "law.unknown": 404, "request.method": 405,
	"request.large": 413, "request.type": 415, "rate.limit": 429, "internal": 500, "busy": 503, "busy.draining": 503, "busy.loading": 503,
}

func tooLarge(limit int64) error {
	return &kanzei.Problem{Code: "request.large", Msg: fmt.Sprintf("the request is longer than %d bytes", limit), Hint: "send less, or entries line by line to " + ratePath}
}

func wire(p *kanzei.Problem) Problem {
	status, ok := statuses[p.Code]
	if !ok {
		status = http.StatusUnprocessableEntity
	}
	return Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Said: Said{p.Msg, p.Code, p.Where, p.Hint}}
}

// problemOf returns an error as it is sent. A fault of the program is logged
// and not told.
func (s *server) problemOf(r *http.Request, err error) Problem {
	list := api.Problems(err)
	if len(list) == 0 {
		if !errors.Is(err, context.Canceled) {
			stack := ""
			if f := (*kanzei.Fault)(nil); errors.As(err, &f) {
				stack = string(f.Stack)
			}
			s.Log.Error("fault", "route", r.Pattern, "error", err, "stack", stack)
		}
		return wire(&kanzei.Problem{Code: "internal", Msg: "the program failed", Hint: "this is a fault of the program, not of the request; its log has the reason"})
	}
	p := wire(list[0])
	for _, x := range list[1:] {
		p.Others = append(p.Others, wire(x).Said)
	}
	return p
}

// fail answers with a problem.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(r, err)
	h := w.Header()
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="kanzei"`)
		if forBrowsers(r.URL.Path) {
			h.Add("WWW-Authenticate", `Basic realm="kanzei", charset="UTF-8"`) // a browser asks for the password
		}
	case http.StatusTooManyRequests:
		h.Set("Retry-After", "1")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "30")
	}
	h.Del("ETag")
	h.Set("Cache-Control", "no-store")
	s.send(w, p.Status, "application/problem+json", encoded(p))
}

func encoded(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // plain data
	}
	return []byte(b.String())
}
