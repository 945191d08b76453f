package mcp_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"kanzei"
	"kanzei/api"
	"kanzei/mcp"
)

var desk = sync.OnceValue(func() *api.Desk {
	return api.New(api.Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }})
})

// connect returns a client of a server of its own, in memory.
func connect(t *testing.T, o *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	s, err := mcp.New(desk(), nil)
	if err != nil {
		t.Fatal(err)
	}
	here, there := sdk.NewInMemoryTransports()
	ctx := context.Background()
	if _, err := s.Connect(ctx, there, nil); err != nil {
		t.Fatal(err)
	}
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, o).Connect(ctx, here, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func call(t *testing.T, c *sdk.ClientSession, tool string, arguments any) (text string, structured json.RawMessage, failed bool) {
	t.Helper()
	r, err := c.CallTool(context.Background(), &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	if len(r.Content) != 1 {
		t.Fatalf("%s: %d pieces of content", tool, len(r.Content))
	}
	structured, err = json.Marshal(r.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	return r.Content[0].(*sdk.TextContent).Text, structured, r.IsError
}

type arguments = map[string]any

// calls are one call of each tool, with what its text must say.
var calls = map[string]struct {
	with arguments
	says []string
}{
	"duty":       {arguments{"hts": "6307.90.98.70", "from": "JP", "value": 10000, "on": "2025-08-20"}, []string{"duty 1500.00 USD", "refundable 1500.00", "EO 14345", "EO 14257", "caveat: "}},
	"search_hts": {arguments{"q": "passenger car 2000 cc", "on": "2025-04-15", "n": 3}, []string{"8703."}},
	"regime":     {arguments{"country": "JP", "on": "2025-04-15"}, []string{"9 Jul", "EO 14266", "sec. "}},
	"outlook":    {arguments{"country": "JP", "on": "2025-04-15"}, []string{"2025-07-09", "ieepa.reciprocal", "[EO 14266"}},
	"exposure":   {arguments{"country": "JP", "on": "2025-04-15", "top": 3}, []string{"Japan", "2024"}},
	"brief":      {arguments{"country": "JP", "on": "2025-04-15", "top": 3}, []string{"Japan", "EO 14266"}},
	"law_diff":   {arguments{"on": "2025-04-09", "to": "2025-04-10", "from": "JP"}, []string{"9903.01.53", "is suspended", "[EO 14266, public 2025-04-09"}},
	"impact":     {arguments{"scenario": []string{"lapse"}, "on": "2025-04-15", "closure": "fixed", "draws": 0, "economies": []string{"JP"}}, []string{"Japan"}},
	"talks":      {arguments{"asker": "JP", "on": "2025-03-20", "closure": "fixed", "draws": 0, "offers": 0, "lines": -1, "without": []string{"clock", "retaliation", "coalitions", "tornado"}}, []string{"Japan", "s232.steel"}},
}

// answers calls a tool: its words say what they must, and its object is of the
// schema that it announces.
func answers(t *testing.T, c *sdk.ClientSession, tool *sdk.Tool, with arguments, says []string) {
	t.Helper()
	text, structured, failed := call(t, c, tool.Name, with)
	if failed {
		t.Fatalf("%s: %s", tool.Name, text)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			t.Errorf("%s does not say %q:\n%s", tool.Name, s, text)
		}
	}
	b, err := json.Marshal(tool.OutputSchema)
	if err != nil {
		t.Fatal(err)
	}
	var out jsonschema.Schema
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	resolved, err := out.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(structured, &v); err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(v); err != nil {
		t.Errorf("%s: the answer is not of the schema: %v", tool.Name, err)
	}
}

// all lists the tools and calls every one.
func all(t *testing.T, c *sdk.ClientSession) {
	t.Helper()
	list, err := c.ListTools(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != len(calls) {
		t.Errorf("%d tools, %d are called", len(list.Tools), len(calls))
	}
	for _, tool := range list.Tools {
		answers(t, c, tool, calls[tool.Name].with, calls[tool.Name].says)
	}
}

// TestTools: each tool says what it takes and gives, in units, and gives both
// text and the object of the API.
func TestTools(t *testing.T) {
	told := make(chan *sdk.ProgressNotificationParams, 64)
	c := connect(t, &sdk.ClientOptions{ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) { told <- r.Params }})
	list, err := c.ListTools(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
		t.Run(tool.Name, func(t *testing.T) {
			if tool.Description == "" || tool.Annotations == nil || !tool.Annotations.ReadOnlyHint {
				t.Errorf("description %q, annotations %+v", tool.Description, tool.Annotations)
			}
			b, err := json.Marshal(tool.InputSchema)
			if err != nil {
				t.Fatal(err)
			}
			var in jsonschema.Schema
			if err := json.Unmarshal(b, &in); err != nil {
				t.Fatal(err)
			}
			for n, p := range in.Properties {
				if p.Description == "" {
					t.Errorf("field %s is not described", n)
				}
			}
			x, ok := calls[tool.Name]
			if !ok {
				t.Fatal("the tool is not tested")
			}
			answers(t, c, tool, x.with, x.says)
		})
	}
	for want := range calls {
		if !slices.Contains(names, want) {
			t.Errorf("no tool %s", want)
		}
	}
	// The structured answer is the object of the API.
	_, structured, _ := call(t, c, "duty", calls["duty"].with)
	q, err := desk().Ask(api.OperationNamed("duty"), &api.DutyRequest{HTS: "6307.90.98.70", From: "JP", Value: "10000", Clocks: api.Clocks{On: "2025-08-20"}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := q.Answer(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(structured, &a) != nil || json.Unmarshal(body, &b) != nil {
		t.Fatal("not JSON")
	}
	x, _ := json.Marshal(a)
	if y, _ := json.Marshal(b); string(x) != string(y) {
		t.Errorf("the tool gives\n%s\nthe API\n%s", x, y)
	}
	// A long tool tells how far it is.
	p := &sdk.CallToolParams{Name: "impact", Arguments: arguments{"scenario": []string{"lapse"}, "on": "2025-04-15", "closure": "balanced", "draws": 2, "economies": []string{"JP"}}}
	p.SetProgressToken("here")
	if r, err := c.CallTool(context.Background(), p); err != nil || r.IsError {
		t.Fatal(err, r)
	}
	select {
	case n := <-told:
		if n.Total == 0 || n.ProgressToken != "here" {
			t.Errorf("%+v", n)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing was told of the progress")
	}
}

// TestBadArguments: the model reads what is wrong and what to do.
func TestBadArguments(t *testing.T) {
	c := connect(t, nil)
	for _, x := range []struct {
		tool string
		with arguments
		says []string
	}{
		{"duty", arguments{"hts": "8703.23.01.4x", "from": "JP", "value": 1}, []string{"hts: ", "'x'", "[hts.syntax]", "hint: "}},
		{"duty", arguments{"hts": "8703.23.01.40", "from": "JP", "value": 1, "steel_pct": 3}, []string{"steel_pct", "hint: here it is steel"}},
		{"duty", arguments{"hts": "8703.23.01.40", "from": "JP"}, []string{"value: it is missing", "hint: "}},
		{"duty", arguments{"hts": 8703, "from": "JP", "value": 1}, []string{"hts: ", "a text"}},
		{"brief", arguments{"country": "US"}, []string{"hint: "}},
		{"impact", arguments{"scenario": []string{"/etc/passwd.csv"}}, []string{"impact.file", "files"}},
		{"law_diff", nil, []string{"nothing to compare"}},
	} {
		text, _, failed := call(t, c, x.tool, x.with)
		if !failed {
			t.Errorf("%s %v is answered", x.tool, x.with)
		}
		for _, s := range x.says {
			if !strings.Contains(text, s) {
				t.Errorf("%s %v does not say %q: %s", x.tool, x.with, s, text)
			}
		}
	}
}

func TestResources(t *testing.T) {
	c := connect(t, nil)
	ctx := context.Background()
	read := func(uri string) string {
		r, err := c.ReadResource(ctx, &sdk.ReadResourceParams{URI: uri})
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		return r.Contents[0].Text
	}
	for uri, says := range map[string]string{"kanzei://law": `"instrument": "EO 14266"`, "kanzei://coverage": `"gaps": [`, "kanzei://law/EO%2014266": `"quote": `} {
		if text := read(uri); !strings.Contains(text, says) || !json.Valid([]byte(text)) {
			t.Errorf("%s does not hold %s", uri, says)
		}
	}
	if _, err := c.ReadResource(ctx, &sdk.ReadResourceParams{URI: "kanzei://law/EO%2099999"}); err == nil {
		t.Error("an instrument that is not held can be read")
	}
	list, err := c.ListResourceTemplates(ctx, nil)
	if err != nil || len(list.ResourceTemplates) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

// TestHTTP: the same over streamable HTTP.
func TestHTTP(t *testing.T) {
	s, err := mcp.New(desk(), nil)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(mcp.Handler(s, nil))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, &sdk.StreamableClientTransport{Endpoint: srv.URL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	all(t, c)
}

// TestStdio: the same from the real program over its standard input and output.
func TestStdio(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build the program with")
	}
	program := filepath.Join(t.TempDir(), "kanzei")
	build := exec.Command(tool, "build", "-o", program, "kanzei/cmd/kanzei")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.Command(program, "mcp")
	cmd.Stderr = &stderr
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, &sdk.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err, stderr.String())
	}
	all(t, c)
	if err := c.Close(); err != nil {
		t.Errorf("leaving: %v", err)
	}
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 0 || stderr.Len() > 0 {
		t.Errorf("the program ended with %v and said %q", cmd.ProcessState, stderr.String())
	}
}
