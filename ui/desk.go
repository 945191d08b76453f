package ui

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/brief"
)

// A desk is the first page: what a country faces.
type desk struct {
	Query      url.Values
	Country    string
	On, Known  string // as asked; Known may be empty or "latest"
	Begins     kanzei.Day
	Horizon    kanzei.Day
	OnDay      int // days since 1970, for the slider
	KnownDay   int
	First      int
	Last       int
	Steps      []step // next days on which something changes
	Doc        *brief.Document
	Folder     template.HTML
	AsKnownOn  bool
	WithExpose bool
}

// A step is a day to go to.
type step struct{ Day, What string }

func (s *site) front(w http.ResponseWriter, r *http.Request) { s.deskPage(w, r, "") }

// deskPart is the folder alone, for the sliders: regime and outlook, without
// what takes longer.
func (s *site) deskPart(w http.ResponseWriter, r *http.Request) { s.deskPage(w, r, "folder") }

func (s *site) deskPage(w http.ResponseWriter, r *http.Request, part string) {
	q := r.URL.Query()
	d := desk{Query: q, Country: cmp.Or(q.Get("country"), "JP"), On: q.Get("on"), Known: q.Get("known"), WithExpose: part == "" || q.Get("exposure") != ""}
	p := page{Title: "Desk", Here: "/"}
	doc, err := s.desk.Brief(r.Context(), api.BriefRequest{RegimeRequest: api.RegimeRequest{Country: d.Country, On: d.On, Known: d.Known}}, d.WithExpose)
	status := http.StatusOK
	if engine, err := s.desk.Engine(); err == nil {
		d.Begins, d.Horizon = engine.Ledger.Coverage.Begins, engine.Ledger.Coverage.Horizon
	}
	if err != nil {
		p.Error, status = problem(err)
	} else {
		d.Doc, d.On, d.Country = doc, doc.On.String(), doc.Country.ISO2
		d.AsKnownOn = doc.Known == doc.On
		p.Title = doc.Country.Name + " on " + doc.On.String()
		var b strings.Builder
		if err := doc.Main(&b); err != nil {
			p.Error, status = problem(err)
		}
		d.Folder = template.HTML(b.String())
		d.First, d.Last = int(d.Begins), int(max(d.Horizon, doc.On))
		d.OnDay, d.KnownDay = int(doc.On), int(doc.Known)
		for _, e := range doc.Outlook {
			day := e.At.Day().String()
			if e.Levies && e.At != 0 && (len(d.Steps) == 0 || d.Steps[len(d.Steps)-1].Day != day) && len(d.Steps) < 6 {
				d.Steps = append(d.Steps, step{day, e.Title})
			}
		}
	}
	p.Data = &d
	if part != "" {
		s.part(w, status, "desk", part, p)
		return
	}
	s.write(w, status, "desk", p)
}
