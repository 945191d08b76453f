package server

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"

	"kanzei/api"
)

//go:embed docs.html
var docsText string

//go:embed docs.css
var docsStyle []byte

var docsPage = template.Must(template.New("docs").Parse(docsText))

// A docsOperation is an operation as the page shows it.
type docsOperation struct {
	Name, Method, Path, Summary, Doc string
	Fields                           []docsField
	Answers                          []docsAnswer
	Examples                         []docsExample
}

type docsAnswer struct {
	Name   string
	Fields []docsField
}

type docsField struct {
	Name, Type, Doc string
	Required        bool
	Depth           int
}

type docsExample struct{ Name, Command string }

// page writes the documentation once.
var page = sync.OnceValues(func() ([]byte, error) {
	var ops []docsOperation
	for _, op := range api.Operations() {
		s, err := api.SchemaOf(op.Request)
		if err != nil {
			return nil, err
		}
		d := docsOperation{Name: op.Name, Method: op.Method, Path: op.Path, Summary: op.Summary, Doc: op.Doc, Fields: rows(s, 0, 0)}
		for _, t := range op.Answers {
			list := ""
			if t.Kind() == reflect.Slice {
				list, t = "list of ", t.Elem()
			}
			s, err := api.SchemaOf(t)
			if err != nil {
				return nil, err
			}
			d.Answers = append(d.Answers, docsAnswer{list + name(t), rows(s, 0, 4)})
		}
		for _, e := range op.Examples {
			command := "curl 'http://127.0.0.1:8080" + e.Query + "'"
			if e.Body != "" {
				command = "curl http://127.0.0.1:8080" + op.Path + " -H 'Content-Type: application/json' \\\n  -d '" + e.Body + "'"
			}
			d.Examples = append(d.Examples, docsExample{e.Name, command})
		}
		ops = append(ops, d)
	}
	reject, err := api.SchemaOf(reflect.TypeFor[api.Reject]())
	if err != nil {
		return nil, err
	}
	ops = append(ops, docsOperation{Name: "rate", Method: "POST", Path: ratePath, Summary: rateSummary, Doc: rateDoc,
		Answers:  []docsAnswer{{"Reject", rows(reject, 0, 4)}},
		Examples: []docsExample{{"two entries", "printf '%s\\n' '" + strings.Join(strings.Split(strings.TrimSpace(rateExample), "\n"), "' \\\n  '") + "' |\n  curl http://127.0.0.1:8080" + ratePath + " -H 'Content-Type: " + streamTypes[0] + "' --data-binary @-"}}})
	problem, err := api.SchemaOf(reflect.TypeFor[Problem]())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = docsPage.Execute(&b, struct {
		About      string
		Operations []docsOperation
		Problem    []docsField
	}{about, ops, rows(problem, 0, 1)})
	return b.Bytes(), err
})

// rows lists the members of a schema, those of members below them.
func rows(s *jsonschema.Schema, depth, deepest int) []docsField {
	var out []docsField
	for _, n := range s.PropertyOrder {
		p := s.Properties[n]
		out = append(out, docsField{n, kind(p), p.Description, slices.Contains(s.Required, n), depth})
		if depth >= deepest {
			continue
		}
		below := p
		if p.Items != nil {
			below = p.Items
		} else if p.Properties == nil && p.AdditionalProperties != nil {
			below = p.AdditionalProperties
		}
		if below.Properties != nil {
			out = append(out, rows(below, depth+1, deepest)...)
		}
	}
	return out
}

// kind names the kind of a value.
func kind(s *jsonschema.Schema) string {
	types := s.Types
	if s.Type != "" {
		types = []string{s.Type}
	}
	var out []string
	for _, x := range s.AnyOf {
		out = append(out, kind(x))
	}
	for _, t := range types {
		switch {
		case t == "null":
		case t == "array" && s.Items != nil:
			out = append(out, "list of "+kind(s.Items))
		case t == "object" && s.Properties == nil && s.AdditionalProperties != nil:
			out = append(out, "map to "+kind(s.AdditionalProperties))
		default:
			out = append(out, t)
		}
	}
	text := strings.Join(out, " or ")
	if slices.Contains(types, "null") && !slices.Contains(types, "array") {
		text += " or null"
	}
	if len(s.Enum) > 0 {
		var words []string
		for _, e := range s.Enum {
			if w, ok := e.(string); ok {
				words = append(words, w)
			}
		}
		text = strings.Join(words, " | ")
	}
	return text
}

func (s *server) docs(w http.ResponseWriter, r *http.Request) {
	b, err := page()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.fixed(w, r, "text/html; charset=utf-8", b)
}

func (s *server) style(w http.ResponseWriter, r *http.Request) {
	s.fixed(w, r, "text/css; charset=utf-8", docsStyle)
}
