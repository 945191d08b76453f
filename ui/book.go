package ui

import (
	"cmp"
	"html/template"
	"net/http"
	"sync"

	"kanzei"
	"kanzei/docs"
)

// A chapter is a page of the book with those beside it.
type chapter struct {
	Name, Title    string
	Text           template.HTML
	Before, Behind *chapter
}

// chapters are the pages of the book, written once.
var chapters = sync.OnceValues(func() ([]*chapter, error) {
	pages, err := docs.Pages()
	if err != nil {
		return nil, err
	}
	var list []*chapter
	for _, p := range pages {
		text, err := p.HTML()
		if err != nil {
			return nil, err
		}
		c := &chapter{Name: p.Name, Title: p.Title, Text: template.HTML(text)} // of the program's own pages, raw HTML left out
		if n := len(list); n > 0 {
			c.Before, list[n-1].Behind = list[n-1], c
		}
		list = append(list, c)
	}
	return list, nil
})

// book shows a page of the book, the first where none is named.
func (s *site) book(w http.ResponseWriter, r *http.Request) {
	name := cmp.Or(r.PathValue("page"), docs.Index)
	p := page{Title: "The book", Here: docs.Path}
	list, err := chapters()
	if err != nil {
		panic(err) // a page that does not begin with a heading; the tests refuse it
	}
	for _, c := range list {
		if c.Name == name {
			p.Title, p.Data = c.Title, c
			s.write(w, http.StatusOK, "book", p)
			return
		}
	}
	p.Error = &kanzei.Problem{Msg: "the book has no page " + name, Hint: "its pages are listed at " + docs.Path}
	s.write(w, http.StatusNotFound, "book", p)
}
