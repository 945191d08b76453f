package kanzei_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// layers are the one-way imports of the design, as the packages of this module
// that each package may import. A package not named here may import nothing of
// the module, so that a new one is placed on purpose. "cmd → server, mcp → api →
// brief → talks → impact → model, trade; trade → panel → duty → ledger, schedule
// → kanzei; model → solve; read → ledger, schedule; lawtest → duty; ledger → law
// (data)": an arrow also allows what lies behind it.
var layers = []struct{ pkg, imports string }{
	{"", ""}, // the vocabulary
	{"law", ""},
	{"docs", ""}, // the book
	{"solve", ""},
	{"table", "."},
	{"sweep", ". solve"}, // takes its work as a function
	{"schedule", "."},
	{"ledger", ". law"},
	{"duty", ". ledger schedule"},
	{"entries", ". duty ledger schedule table"},
	{"lawtest", ". duty ledger schedule"},
	{"read", ". ledger schedule"},
	{"panel", ". duty ledger schedule"},
	{"trade", ". panel duty ledger schedule"},
	{"model", ". solve internal/mat"},
	{"impact", ". internal/svg model solve trade panel duty ledger schedule"},
	{"talks", ". impact internal/svg model solve trade panel duty ledger schedule"},
	{"brief", ". talks impact model solve trade panel duty ledger schedule read"},
	{"api", ". entries brief talks impact model solve trade panel duty ledger schedule read sweep table lawtest law"},
	{"server", ". api ui"},
	{"mcp", ". api"},
	{"ui", ". docs api entries brief impact talks model trade schedule duty ledger internal/svg"},
}

// free may import every package: commands, where things are wired together.
var free = []string{"cmd", "internal"}

// thirdParty names who may import a library. One not named is nobody's.
var thirdParty = map[string]string{
	"go.yaml.in/yaml/v4":               "ledger talks cmd",
	"github.com/alecthomas/kong":       "cmd",
	"github.com/klauspost/compress":    "ledger schedule trade panel model table internal/gen", // where editions are read and written
	"github.com/parquet-go/parquet-go": "table entries internal/entries",
	"github.com/xuri/excelize/v2":      "table",
	"gonum.org/v1/gonum":               "solve model",

	"github.com/VictoriaMetrics/metrics":         "server",
	"github.com/google/jsonschema-go":            "api server mcp", // one schema of a type for OpenAPI and tools
	"github.com/modelcontextprotocol/go-sdk/mcp": "mcp",
	"github.com/yuin/goldmark":                   "docs",
	"golang.org/x/time/rate":                     "server",
}

// inTests may be imported by any test.
var inTests = []string{"pgregory.net/rapid", "github.com/rogpeppe/go-internal", "github.com/google/go-cmp"}

// offWay are imports that the design does not foresee and that stand until they
// are moved. One more fails the test, and so does one of these that is gone.
var offWay = []string{}

func TestImports(t *testing.T) {
	var found []string
	packages := 0
	walk(t, func(file, pkg, imported string) {
		if reason := refused(pkg, imported, strings.HasSuffix(file, "_test.go")); reason != "" {
			found = append(found, pkg+" → "+imported)
			if !slices.Contains(offWay, pkg+" → "+imported) {
				t.Errorf("%s imports %s: %s", file, imported, reason)
			}
		}
		packages++
	})
	for _, off := range offWay {
		if !slices.Contains(found, off) {
			t.Errorf("%s is gone; strike it from the list", off)
		}
	}
	if packages < 100 {
		t.Errorf("only %d imports were read", packages)
	}
}

// walk visits every import of every Go file of the module.
func walk(t *testing.T, visit func(file, pkg, imported string)) {
	t.Helper()
	fset := token.NewFileSet()
	err := fs.WalkDir(os.DirFS("."), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != "." {
			if _, err := os.Stat(path.Join(p, "go.mod")); err == nil { // a module of its own
				return fs.SkipDir
			}
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(p)
		if pkg == "." {
			pkg = ""
		}
		for _, spec := range f.Imports {
			visit(p, pkg, strings.Trim(spec.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// within reports whether a package is one of those named, or below it.
func within(pkg string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return pkg == n || strings.HasPrefix(pkg, n+"/") })
}

// refused says why a package may not import another; "" when it may.
func refused(pkg, imported string, test bool) string {
	root, _, _ := strings.Cut(imported, "/")
	switch {
	case imported == "kanzei" || root == "kanzei":
		target := strings.TrimPrefix(strings.TrimPrefix(imported, "kanzei"), "/")
		if within(target, "cmd", "internal/gen", "internal/score", "internal/entries") && !within(pkg, free...) && !test {
			return "nothing imports a command"
		}
		if target == "table" && !within(pkg, "api", "cmd", "entries", "internal", "table") {
			return "table is imported by api, cmd, entries and internal only"
		}
		// Tests hold the layers below against those above; data lies below its package.
		if test || within(pkg, free...) || target == pkg || target != "" && within(target, pkg) && pkg != "" || pkg != "" && within(pkg, target) && target != "" {
			return ""
		}
		for _, l := range layers {
			if l.pkg != pkg && !(l.pkg != "" && within(pkg, l.pkg)) {
				continue
			}
			if target == "" && strings.Contains(" "+l.imports+" ", " . ") {
				return ""
			}
			if target != "" && within(target, strings.Fields(l.imports)...) {
				return ""
			}
			return "imports go one way, see DESIGN"
		}
		return "the package has no place in the layers"
	case strings.Contains(root, "."):
		if test && slices.ContainsFunc(inTests, func(m string) bool { return within(imported, m) }) {
			return ""
		}
		for m, who := range thirdParty {
			if within(imported, m) {
				if within(pkg, strings.Fields(who)...) {
					return ""
				}
				return m + " is for " + who
			}
		}
		return "the library is nobody's; name who may import it"
	}
	return ""
}

// TestRefused: the rules refuse what they should, so that TestImports can fail.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		pkg, imported string
		test, ok      bool
	}{
		{"", "fmt", false, true},
		{"", "kanzei/ledger", false, false},
		{"", "kanzei/ledger", true, true},
		{"", "github.com/klauspost/compress/zstd", false, false},
		{"", "pgregory.net/rapid", true, true},
		{"", "pgregory.net/rapid", false, false},
		{"ledger", "kanzei", false, true},
		{"ledger", "kanzei/law", false, true},
		{"ledger", "kanzei/duty", false, false},
		{"ledger", "go.yaml.in/yaml/v4", false, true},
		{"duty", "go.yaml.in/yaml/v4", false, false},
		{"duty", "kanzei/model", false, false},
		{"duty", "kanzei/schedule", false, true},
		{"schedule", "kanzei/ledger", false, false},
		{"model", "kanzei/solve", false, true},
		{"model", "kanzei", false, true},
		{"model", "kanzei/duty", false, false},
		{"solve", "kanzei", false, false},
		{"trade", "kanzei/trade/edition", false, true},
		{"trade/edition", "kanzei", false, true},
		{"trade/edition", "kanzei/brief", false, false},
		{"trade", "kanzei/table", false, false},
		{"api", "kanzei/table", false, true},
		{"cmd/kanzei", "github.com/alecthomas/kong", false, true},
		{"api", "github.com/alecthomas/kong", false, false},
		{"cmd/kanzei", "kanzei/brief", false, true},
		{"brief", "kanzei/cmd/kanzei", false, false},
		{"newcomer", "kanzei", false, false},
		{"cmd/kanzei", "example.com/unheard", false, false},
	} {
		if reason := refused(tt.pkg, tt.imported, tt.test); (reason == "") != tt.ok {
			t.Errorf("%q imports %q (test %v): refused %q", tt.pkg, tt.imported, tt.test, reason)
		}
	}
}
