package mcp

import (
	"context"
	"encoding/json"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"kanzei"
	"kanzei/api"
)

// FuzzArguments: whatever a model sends to a tool is answered, or refused in
// words; nothing is a fault. Tools that take more than a moment are left out,
// their arguments are read by the same code.
func FuzzArguments(f *testing.F) {
	d := api.New(api.Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }})
	var tools []sdk.ToolHandler
	for _, op := range api.Operations() {
		if op.Tool != "" && !op.Long {
			tools = append(tools, call(d, op))
		}
	}
	f.Add(byte(0), []byte(`{"hts": "8703.23.01.40", "from": "JP", "value": 30000, "on": "2025-04-15", "flag": ["civil-aircraft"]}`))
	f.Add(byte(0), []byte(`{"hts": 8703, "from": null, "value": true, "steel_pct": 3}`))
	f.Add(byte(1), []byte(`{"q": "passenger car", "n": 3}`))
	f.Add(byte(2), []byte(`{"on": "2025-04-09", "to": "2025-04-10", "from": "JP"}`))
	f.Add(byte(2), []byte(" \n"))
	f.Add(byte(0), []byte("[\"\xff\x00\"]"))
	f.Fuzz(func(t *testing.T, at byte, arguments []byte) {
		r, err := tools[int(at)%len(tools)](context.Background(), &sdk.CallToolRequest{Params: &sdk.CallToolParamsRaw{Arguments: arguments}})
		if err != nil {
			t.Fatalf("a fault: %v", err)
		}
		if len(r.Content) != 1 || r.Content[0].(*sdk.TextContent).Text == "" {
			t.Fatalf("no words: %+v", r)
		}
		if b, err := json.Marshal(r.StructuredContent); err != nil || !r.IsError && string(b) == "null" {
			t.Fatalf("no object: %s %v", b, err)
		}
	})
}
