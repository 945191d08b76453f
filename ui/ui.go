// Package ui is the pages of kanzei serve: HTML written on the server, readable
// without a script; small modules make parts of them live. Nothing is fetched
// from elsewhere. Every page is a link to itself: what is asked stands in its
// address.
package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/brief"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

// policy lets a page load what this server serves, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// A site answers pages from a desk.
type site struct {
	desk *api.Desk
	mux  *http.ServeMux
	tmpl map[string]*template.Template

	files  files
	tables tables
}

// A page is what the frame around every page shows.
type page struct {
	Title string
	Here  string // path of the part of the site
	Clock string // both clocks, in words; empty where a page has none
	Error *kanzei.Problem
	Data  any
}

// parts are those of the site, as the frame lists them.
var parts = []struct{ Path, Name string }{
	{"/", "Desk"}, {"/duty", "Duty"}, {"/exposure", "Exposure"}, {"/talks", "Talks"}, {"/ledger", "Ledger"}, {"/entries", "Entries"}, {"/sources", "Sources"}, {"/book", "Book"},
}

// A Handler answers pages.
type Handler struct {
	http.Handler
	s *site
}

// Close discards the files of entries that were sent.
func (h *Handler) Close() {
	h.s.files.mu.Lock()
	var ids []string
	for id := range h.s.files.jobs {
		ids = append(ids, id)
	}
	h.s.files.mu.Unlock()
	for _, id := range ids {
		h.s.files.discard(id)
	}
}

// New returns the handler of the pages.
func New(d *api.Desk) (*Handler, error) {
	s := &site{desk: d, mux: http.NewServeMux(), tmpl: map[string]*template.Template{}}
	frame, err := template.New("frame").Funcs(funcs).ParseFS(templates, "templates/frame.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t, err := frame.Clone()
		if err == nil {
			t, err = t.ParseFS(templates, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.tmpl[strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = t
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, err
	}
	serve := http.FileServerFS(files)
	s.mux.Handle("GET /static/", http.StripPrefix("/static/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		if r.URL.Path == "brief.css" {
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			w.Write([]byte(brief.CSS))
			return
		}
		serve.ServeHTTP(w, r)
	})))
	s.mux.HandleFunc("GET /{$}", s.front)
	s.mux.HandleFunc("GET /desk/part", s.deskPart)
	s.mux.HandleFunc("GET /duty", s.duty)
	s.mux.HandleFunc("GET /duty/part", s.dutyPart)
	s.mux.HandleFunc("GET /duty/lines", s.dutyLines)
	s.mux.HandleFunc("GET /exposure", show(s, "exposure", "Exposure", "/exposure", s.exposure))
	s.mux.HandleFunc("GET /exposure.csv", s.exposureCSV)
	s.mux.HandleFunc("GET /talks", s.talks)
	s.mux.HandleFunc("GET /talks/part", s.talksPart)
	s.mux.HandleFunc("GET /talks/draft.yaml", s.talksDraft)
	s.mux.HandleFunc("GET /entries", s.entries)
	s.mux.HandleFunc("POST /entries", s.send)
	s.mux.HandleFunc("GET /entries/file", s.file)
	s.mux.HandleFunc("GET /entries/rated", s.fetch(false))
	s.mux.HandleFunc("GET /entries/rejects", s.fetch(true))
	s.mux.HandleFunc("POST /entries/discard", s.discardFile)
	s.mux.HandleFunc("GET /ledger", show(s, "ledger", "The ledger", "/ledger", s.ledger))
	s.mux.HandleFunc("GET /ledger/instrument", show(s, "instrument", "An instrument", "/ledger", s.instrument))
	s.mux.HandleFunc("GET /ledger/heading", show(s, "heading", "A heading", "/ledger", s.heading))
	s.mux.HandleFunc("GET /ledger/diff", show(s, "diff", "Two days compared", "/ledger", s.diff))
	s.mux.HandleFunc("GET /ledger/coverage", show(s, "coverage", "Coverage and gaps", "/ledger", s.coverage))
	s.mux.HandleFunc("GET /sources", show(s, "sources", "Sources", "/sources", s.sources))
	s.mux.HandleFunc("GET /book", s.book)
	s.mux.HandleFunc("GET /book/{page}", s.book)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.write(w, http.StatusNotFound, "error", page{Title: "Nothing here", Error: &kanzei.Problem{Msg: "nothing is served at " + r.URL.Path, Hint: "the parts of the site are named above"}})
	})
	return &Handler{s.mux, s}, nil
}

var funcs = template.FuncMap{
	"parts":   func() any { return parts },
	"origins": origins,
	"join":    strings.Join,
	"split":   strings.Fields,
	"amount":  amountWords,
	"ends":    func(m kanzei.Moment) bool { return m != 0 && m != kanzei.Forever },
	"musd":    musd,
	"span":    span,
	"query":   with,
}

// with is the query with some fields changed; an empty value strikes one.
func with(q url.Values, pairs ...string) template.URL {
	out := url.Values{}
	for k, v := range q {
		out[k] = slices.Clone(v)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return template.URL(out.Encode()) // escaped field by field
}

// A choice is an entry of a list.
type choice struct{ Value, Name string }

// origins are all countries but the one that levies, by name.
var origins = func() func() []choice {
	var list []choice
	for _, o := range kanzei.Origins() {
		if o != kanzei.MustOrigin("US") {
			list = append(list, choice{o.String(), o.Name()})
		}
	}
	slices.SortFunc(list, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
	return func() []choice { return list }
}()

// write writes a page whole, or the reason why not.
func (s *site) write(w http.ResponseWriter, status int, name string, p page) {
	s.execute(w, status, name, "frame", p)
}

// part writes a part of a page, for the script that replaces it.
func (s *site) part(w http.ResponseWriter, status int, name, part string, p page) {
	s.execute(w, status, name, part, p)
}

func (s *site) execute(w http.ResponseWriter, status int, name, part string, p page) {
	var b bytes.Buffer
	if err := s.tmpl[name].ExecuteTemplate(&b, part, p); err != nil {
		panic(fmt.Errorf("page %s: %w", name, err)) // the server answers and logs it
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// problem is what a page says of an error, with the status of its answer.
func problem(err error) (*kanzei.Problem, int) {
	if list := api.Problems(err); len(list) > 0 {
		return list[0], http.StatusUnprocessableEntity
	}
	var p *kanzei.Problem
	if errors.As(err, &p) {
		return p, http.StatusUnprocessableEntity
	}
	return &kanzei.Problem{Msg: "the program failed", Hint: "this is a fault of the program, not of the question"}, http.StatusInternalServerError
}
