package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kanzei/api"
)

// example holds a block of Go against the example it names. It returns the
// body of the example where the block is another, and only to update it.
func example(t *testing.T, where string, b block) []string {
	t.Helper()
	pkg, name, ok := strings.Cut(b.attrs["example"], ".")
	if !ok {
		t.Errorf("%s: a go block needs example=PACKAGE.Name", where)
		return nil
	}
	file := filepath.Join("..", filepath.FromSlash(pkg), "example_test.go")
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != name {
			continue
		}
		body := string(source[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset])
		lines := strings.Split(strings.Trim(body, "\n"), "\n")
		for i, l := range lines {
			lines[i] = strings.TrimPrefix(l, "\t")
		}
		if slices.Equal(lines, b.lines) {
			return nil
		}
		if !*update {
			t.Errorf("%s: is not the body of %s in %s (go test ./docs -update writes it)", where, name, file)
		}
		return lines
	}
	t.Errorf("%s: no %s in %s", where, name, file)
	return nil
}

// TestGenerated holds the parts of pages that are written from the operations
// of the API against them. Such a part stands between the comments
// "<!-- NAME: written by go test ./docs -update -->" and "<!-- end -->".
func TestGenerated(t *testing.T) {
	for _, g := range []struct {
		file, name string
		write      func() ([]string, error)
	}{{"http.md", "operations", operations}, {"mcp.md", "tools", tools}} {
		b, err := os.ReadFile(g.file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b), "\n")
		from := slices.Index(lines, "<!-- "+g.name+": written by go test ./docs -update -->")
		if from < 0 {
			t.Fatalf("%s: no part %s", g.file, g.name)
		}
		n := slices.Index(lines[from:], "<!-- end -->")
		if n < 0 {
			t.Fatalf("%s: %s has no end", g.file, g.name)
		}
		want, err := g.write()
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(lines[from+1:from+n], want) {
			continue
		}
		if !*update {
			t.Errorf("%s: %s is not what the program has (go test ./docs -update writes it)", g.file, g.name)
			continue
		}
		lines = slices.Replace(lines, from+1, from+n, want...)
		if err := os.WriteFile(g.file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// operations lists the questions of the API with their fields.
func operations() ([]string, error) {
	out := []string{"", "| question | | fields |", "|---|---|---|"}
	for _, op := range api.Operations() {
		f, err := fields(op.Request)
		if err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("| `%s %s` | %s | %s |", op.Method, op.Path, cell(op.Summary), f))
	}
	return append(out, ""), nil
}

// tools lists the tools of the Model Context Protocol with what they ask.
func tools() ([]string, error) {
	out := []string{"", "| tool | | question |", "|---|---|---|"}
	for _, op := range api.Operations() {
		if op.Tool != "" {
			out = append(out, fmt.Sprintf("| `%s` | %s | `%s %s` |", op.Tool, cell(op.Summary), op.Method, op.Path))
		}
	}
	return append(out, ""), nil
}

// fields names those of a request; required ones are set in bold.
func fields(request reflect.Type) (string, error) {
	s, err := api.SchemaOf(request)
	if err != nil {
		return "", err
	}
	var names []string
	for _, name := range s.PropertyOrder {
		if _, ok := s.Properties[name]; !ok {
			continue
		}
		n := "`" + name + "`"
		if slices.Contains(s.Required, name) {
			n = "**" + n + "**"
		}
		names = append(names, n)
	}
	if len(names) != len(s.Properties) {
		return "", fmt.Errorf("%v: %d of %d fields are in order", request, len(names), len(s.Properties))
	}
	return strings.Join(names, ", "), nil
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
