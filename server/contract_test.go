package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"kanzei/api"
)

// openapi is the document so far as the tests read it.
type openapi struct {
	OpenAPI string `json:"openapi"`
	Info    struct {
		Title   string `json:"title"`
		Version string `json:"version"`
	} `json:"info"`
	Paths      map[string]map[string]openapiOperation `json:"paths"`
	Components struct {
		Schemas map[string]json.RawMessage `json:"schemas"`
	} `json:"components"`
}

type openapiOperation struct {
	ID         string `json:"operationId"`
	Summary    string `json:"summary"`
	Parameters []struct {
		Name     string          `json:"name"`
		In       string          `json:"in"`
		Required bool            `json:"required"`
		Schema   json.RawMessage `json:"schema"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]openapiContent `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string                    `json:"description"`
		Content     map[string]openapiContent `json:"content"`
	} `json:"responses"`
}

type openapiContent struct {
	Schema   json.RawMessage `json:"schema"`
	Examples map[string]struct {
		Value json.RawMessage `json:"value"`
	} `json:"examples"`
}

// validator compiles a schema of the document, its references replaced by what
// they name.
func (d *openapi) validator(t *testing.T, schema json.RawMessage) *jsonschema.Resolved {
	t.Helper()
	text := string(schema)
	for ref := regexp.MustCompile(`\{\s*"\$ref":\s*"#/components/schemas/(\w+)"\s*\}`); ref.MatchString(text); {
		text = ref.ReplaceAllStringFunc(text, func(s string) string {
			name := ref.FindStringSubmatch(s)[1]
			if d.Components.Schemas[name] == nil {
				t.Fatalf("a reference to no schema: %s", name)
			}
			return string(d.Components.Schemas[name])
		})
	}
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func document(t *testing.T, r *running) *openapi {
	t.Helper()
	d := &openapi{}
	if err := json.Unmarshal(ask(t, "GET", r.url+"/openapi.json", "").body, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDocument: the document is whole and says what is served.
func TestDocument(t *testing.T) {
	r := loopback(t)
	d := document(t, r)
	if d.OpenAPI != "3.1.0" || d.Info.Title == "" || d.Info.Version != "test" {
		t.Errorf("%s %+v", d.OpenAPI, d.Info)
	}
	for name, s := range d.Components.Schemas {
		d.validator(t, s)
		if !regexp.MustCompile(`^[A-Z]\w+$`).MatchString(name) {
			t.Errorf("schema %q", name)
		}
	}
	// Nothing of OpenAPI may be null.
	var tree any
	if err := json.Unmarshal(ask(t, "GET", r.url+"/openapi.json", "").body, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case nil:
			t.Errorf("%s is null", path)
		case map[string]any:
			for k, x := range v {
				walk(path+"/"+k, x)
			}
		case []any:
			for _, x := range v {
				walk(path+"/-", x)
			}
		}
	}
	walk("", tree)
	ids := map[string]bool{}
	for path, methods := range d.Paths {
		var inPath []string
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			inPath = append(inPath, m[1])
		}
		for method, op := range methods {
			if op.ID == "" || ids[op.ID] || op.Summary == "" {
				t.Errorf("%s %s: operation %q, summary %q", method, path, op.ID, op.Summary)
			}
			ids[op.ID] = true
			seen := map[string]bool{}
			for _, p := range op.Parameters {
				if seen[p.Name] || p.In != "query" && p.In != "path" || (p.In == "path") != slices.Contains(inPath, p.Name) || p.In == "path" && !p.Required {
					t.Errorf("%s %s: parameter %+v", method, path, p)
				}
				seen[p.Name] = true
				d.validator(t, p.Schema)
			}
			for _, n := range inPath {
				if !seen[n] {
					t.Errorf("%s %s: no parameter %s", method, path, n)
				}
			}
			for _, x := range op.Responses {
				if x.Description == "" {
					t.Errorf("%s %s: a response without a description", method, path)
				}
				for _, c := range x.Content {
					d.validator(t, c.Schema)
				}
			}
			// It is served: another method is refused, so the path is known.
			at := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "JP")
			if a := ask(t, "PATCH", r.url+at, ""); a.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(a.Header.Get("Allow"), strings.ToUpper(method)) {
				t.Errorf("%s %s is documented and not served: %d, Allow %q", method, path, a.StatusCode, a.Header.Get("Allow"))
			}
		}
	}
	for _, op := range api.Operations() {
		if !ids[op.Name] {
			t.Errorf("%s is not documented", op.Name)
		}
	}
}

// TestExamples asks every documented example and holds request and answer
// against the schemas of the document.
func TestExamples(t *testing.T) {
	r := loopback(t)
	d := document(t, r)
	check := func(t *testing.T, what string, schema json.RawMessage, body []byte) {
		t.Helper()
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if err := d.validator(t, schema).Validate(v); err != nil {
			t.Errorf("%s is not what the document says: %v", what, err)
		}
	}
	asked := 0
	for _, op := range api.Operations() {
		doc := d.Paths[op.Path][strings.ToLower(op.Method)]
		if len(op.Examples) == 0 {
			t.Errorf("%s has no example", op.Name)
		}
		for _, e := range op.Examples {
			t.Run(op.Name+" "+e.Name, func(t *testing.T) {
				var a answer
				if op.Method == "GET" {
					a = ask(t, "GET", r.url+e.Query, "")
					u, err := url.Parse(e.Query)
					if err != nil {
						t.Fatal(err)
					}
					for n := range u.Query() {
						if !slices.ContainsFunc(doc.Parameters, func(p struct {
							Name     string          `json:"name"`
							In       string          `json:"in"`
							Required bool            `json:"required"`
							Schema   json.RawMessage `json:"schema"`
						}) bool {
							return p.Name == n
						}) {
							t.Errorf("parameter %s is not documented", n)
						}
					}
				} else {
					check(t, "the example", doc.RequestBody.Content["application/json"].Schema, []byte(e.Body))
					a = ask(t, "POST", r.url+op.Path, e.Body)
				}
				if a.StatusCode != 200 {
					t.Fatalf("%d %s", a.StatusCode, a.body)
				}
				check(t, "the answer", doc.Responses["200"].Content["application/json"].Schema, a.body)
			})
			asked++
		}
	}
	for name, x := range d.Paths["/api/v1/rate"]["post"].RequestBody.Content["application/x-ndjson"].Examples {
		var text string
		if err := json.Unmarshal(x.Value, &text); err != nil {
			t.Fatal(err)
		}
		a := ask(t, "POST", r.url+"/api/v1/rate", text, "Content-Type", "application/x-ndjson")
		out := lines(t, a.body)
		if len(out) != strings.Count(text, "\n") || len(out) == 0 {
			t.Errorf("%s: %s", name, a.body)
		}
		for _, o := range out {
			if o.Duty == nil {
				t.Errorf("%s: %+v", name, o)
			}
		}
		asked++
	}
	if asked < len(api.Operations())+1 {
		t.Errorf("only %d examples were asked", asked)
	}
	problem := ask(t, "GET", r.url+"/api/v1/duty", "")
	check(t, "a problem", d.Paths["/api/v1/duty"]["get"].Responses["default"].Content["application/problem+json"].Schema, problem.body)
}

// TestRoundTrip: the entry of an answer, posted, gives the same answer.
func TestRoundTrip(t *testing.T) {
	r := loopback(t)
	for _, q := range []string{car, "/api/v1/duty?hts=2402.10.80.30&from=DO&value=1000&on=2025-08-20&quantity=100&known=2025-09-30",
		"/api/v1/duty?hts=7326.90.86.88&from=JP&value=10000&on=2025-07-01&steel=40&loaded=2025-06-20&mode=11"} {
		first := ask(t, "GET", r.url+q, "")
		var a struct {
			Entry json.RawMessage `json:"entry"`
			Known string          `json:"known"`
		}
		if err := json.Unmarshal(first.body, &a); err != nil {
			t.Fatal(err)
		}
		entry := strings.TrimSuffix(strings.TrimSpace(string(a.Entry)), "}") + `, "known": "` + a.Known + `"}`
		again := ask(t, "POST", r.url+"/api/v1/duty", entry)
		if string(again.body) != string(first.body) {
			t.Errorf("%s:\n%s\nposted again:\n%s", q, first.body, again.body)
		}
	}
}

// TestDocs: the page names every operation and takes nothing from elsewhere.
func TestDocs(t *testing.T) {
	r := loopback(t)
	page := string(ask(t, "GET", r.url+"/docs", "").body)
	for _, op := range api.Operations() {
		if !strings.Contains(page, `<section id="`+op.Name+`">`) {
			t.Errorf("%s is not on the page", op.Name)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			t.Errorf("the page loads %s", m[1])
		}
	}
	if a := ask(t, "GET", r.url+"/", ""); a.StatusCode != http.StatusFound || a.Header.Get("Location") != "/docs" {
		t.Errorf("/: %d to %s", a.StatusCode, a.Header.Get("Location"))
	}
}
