package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"kanzei/api"
)

// object is a JSON object whose members are written by name.
type object = map[string]any

// An outline is what the document and the pages are made of.
type outline struct {
	schemas object
	err     error
}

// name is how a type is called among the components.
func name(t reflect.Type) string {
	n := t.Name()
	if pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]; pkg != "api" && pkg != "kanzei" && pkg != "server" {
		n = strings.ToUpper(pkg[:1]) + pkg[1:] + n
	}
	return n
}

// ref returns a reference to the schema of a type, which it adds.
func (o *outline) ref(t reflect.Type) object {
	if t.Kind() == reflect.Slice {
		return object{"type": "array", "items": o.ref(t.Elem())}
	}
	n := name(t)
	if _, ok := o.schemas[n]; !ok {
		s, err := api.SchemaOf(t)
		if err != nil {
			o.err = err
		}
		o.schemas[n] = s
	}
	return object{"$ref": "#/components/schemas/" + n}
}

// document writes the OpenAPI 3.1 document from the operations and their types.
func document(version string) ([]byte, error) {
	o := &outline{schemas: object{}}
	paths := map[string]object{}
	add := func(path, method string, v object) {
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path][strings.ToLower(method)] = v
	}
	problem := object{"description": "what is wrong, where, and what to do", "content": object{"application/problem+json": object{"schema": o.ref(reflect.TypeFor[Problem]())}}}
	for _, op := range api.Operations() {
		content := object{}
		var answers []object
		for _, t := range op.Answers {
			answers = append(answers, o.ref(t))
		}
		var schema any = answers[0]
		if len(answers) > 1 {
			schema = object{"anyOf": answers}
		}
		content["application/json"] = object{"schema": schema}
		ok := object{"description": "the answer, the same bytes as the command line prints with --json", "content": content}
		if op.Progress {
			content["text/event-stream"] = object{"schema": object{"type": "string", "description": "events: progress {done, of}, then result or problem"}}
		}
		v := object{"operationId": op.Name, "summary": op.Summary, "description": op.Doc, "responses": object{"200": ok, "default": problem}}
		request, err := api.SchemaOf(op.Request)
		if err != nil {
			return nil, err
		}
		if op.Method == "GET" {
			ok["headers"] = object{"ETag": object{"schema": object{"type": "string"}, "description": "hash of the program, the edition of the law, and the request"}}
			v["responses"].(object)["304"] = object{"description": "the answer is the one whose ETag was sent in If-None-Match"}
			v["parameters"] = parameters(op, request)
		} else {
			examples := object{}
			for i, e := range op.Examples {
				examples[fmt.Sprintf("example%d", i+1)] = object{"summary": e.Name, "value": json.RawMessage(e.Body)}
			}
			v["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": o.ref(op.Request), "examples": examples}}}
		}
		add(op.Path, op.Method, v)
	}
	rateRequest, err := api.SchemaOf(reflect.TypeFor[api.RateRequest]())
	if err != nil {
		return nil, err
	}
	line := object{"type": "string", "description": "lines of JSON objects"}
	o.ref(reflect.TypeFor[api.Reject]())
	add(ratePath, "POST", object{"operationId": "rate", "summary": rateSummary, "description": rateDoc,
		"parameters":  []object{{"name": "known", "in": "query", "description": rateRequest.Properties["known"].Description, "schema": object{"type": "string"}}},
		"requestBody": object{"required": true, "content": object{streamTypes[0]: object{"schema": line, "examples": object{"example1": object{"summary": "two entries", "value": rateExample}}}}},
		"responses":   object{"200": object{"description": "one line for each line, in order: the entry with its answer, or a Reject", "content": object{streamTypes[0]: object{"schema": line}}}, "default": problem}})
	text := func(kind, what string) object {
		return object{"200": object{"description": what, "content": object{kind: object{"schema": object{"type": "string"}}}}}
	}
	status := object{"200": object{"description": "the status", "content": object{"application/json": object{"schema": object{"type": "object", "properties": object{"status": object{"type": "string"}}, "required": []string{"status"}}}}}, "default": problem}
	add("/healthz", "GET", object{"operationId": "health", "summary": "Whether the program runs.", "security": []object{}, "responses": status})
	add("/readyz", "GET", object{"operationId": "ready", "summary": "Whether the law is loaded and requests are taken.", "security": []object{}, "responses": status})
	add("/metrics", "GET", object{"operationId": "metrics", "summary": "Figures of the program, in the form of Prometheus.", "responses": text("text/plain", "the figures")})
	if o.err != nil {
		return nil, o.err
	}
	doc := object{
		"openapi":    "3.1.0",
		"info":       object{"title": "kanzei", "version": version, "summary": "Tariff law, duty, exposure, outlook and impact.", "description": about, "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers":    []object{{"url": "/"}},
		"security":   []object{{}, {"token": []string{}}},
		"paths":      paths,
		"components": object{"schemas": o.schemas, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "where the server was started with a token"}}},
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(doc)
	return b.Bytes(), err
}

const (
	about = "Answers are functions of the program's version, the edition of the law and the whole request. " +
		"Every question takes two days: on, the day of entry, and known, the day of the knowledge. Days and moments are US Eastern. " +
		"Amounts named _usd are US dollars, _musd million US dollars, _pct percent. Amounts of duty are decimal text, never floating point. " +
		"Answers cite the instruments they rest on and carry the caveats of the coverage register. This is not legal advice."
	rateSummary = "Rate a stream of entries, a JSON object a line."
	rateDoc     = "Members are the columns of a file of entries (/api/v1/facts lists them); others are passed through. Each line is answered by one line, in order: the object with the answer added (status, duty_usd, rate_pct, …, null while no single figure is known), or {\"reject\": {row, id, field, reason}}. " +
		"Lines of one entry_id are adjacent and answered when the entry is whole. A line has at most 256 KiB, an entry 16384 lines; a stream has no end that it must keep. The server reads no faster than it is read."
	rateExample = `{"id": 1, "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 30000}` + "\n" +
		`{"id": 2, "hts": "6307.90.98.70", "origin": "JP", "entry_date": "2025-08-20", "value_usd": "10000.00"}` + "\n"
)

// parameters lists the fields of a request as parameters.
func parameters(op *api.Operation, s *jsonschema.Schema) []object {
	given := url.Values{}
	if len(op.Examples) > 0 {
		if u, err := url.Parse(op.Examples[0].Query); err == nil {
			given = u.Query()
			// What stands in the path.
			have := strings.Split(u.Path, "/")
			for i, part := range strings.Split(op.Path, "/") {
				if n, ok := strings.CutPrefix(part, "{"); ok && i < len(have) {
					given.Set(strings.TrimSuffix(n, "}"), have[i])
				}
			}
		}
	}
	out := []object{}
	for _, n := range s.PropertyOrder {
		p := s.Properties[n]
		in := "query"
		if strings.Contains(op.Path, "{"+n+"}") {
			in = "path"
		}
		schema := object{"type": "string"}
		switch {
		case p.Items != nil, len(p.AnyOf) > 0 && p.AnyOf[0].Items != nil:
			schema = object{"type": "array", "items": object{"type": "string"}}
		case p.Type != "":
			schema = object{"type": p.Type}
		}
		v := object{"name": n, "in": in, "description": p.Description, "schema": schema}
		if in == "path" || slices.Contains(s.Required, n) {
			v["required"] = true
		}
		if x := given.Get(n); x != "" {
			v["example"] = x
			if schema["type"] == "integer" {
				v["example"] = json.Number(x)
			}
		}
		out = append(out, v)
	}
	return out
}

func (s *server) openapi(w http.ResponseWriter, r *http.Request) {
	s.fixed(w, r, "application/json", s.document)
}

// fixed sends what does not change while the program runs.
func (s *server) fixed(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	tag := tagOf(string(body))
	fresh(w, tag)
	if matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.send(w, http.StatusOK, kind, body)
}
