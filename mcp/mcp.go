// Package mcp offers the questions of package api as tools of the Model Context
// Protocol, and the law they rest on as resources. A tool takes the request of
// an operation and gives its answer twice: as text with citations and caveats,
// and as the structured object that --json prints.
package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"kanzei"
	"kanzei/api"
)

const instructions = `kanzei answers from US tariff law since 2018, held as a ledger of dated, sourced acts.
Every question takes two days: "on", the day of entry, and "known", the day of the knowledge. Days are US Eastern.
Amounts named _usd are US dollars, _musd million US dollars, _pct percent.
Quote the citations and pass on the caveats: what the sources do not settle is said there. A range names the questions that would close it; do not guess the facts. This is not legal advice.
Codes of goods come from search_hts. Instruments are resources: kanzei://law lists them, kanzei://law/{instrument} has one, kanzei://coverage says what is not held.`

// New returns a server of the tools and resources that a desk answers.
func New(d *api.Desk, log *slog.Logger) (*sdk.Server, error) {
	s := sdk.NewServer(&sdk.Implementation{Name: "kanzei", Title: "Tariff law, duty, exposure and outlook", Version: d.Version()}, &sdk.ServerOptions{Instructions: instructions, Logger: log})
	for _, op := range api.Operations() {
		if op.Tool == "" {
			continue
		}
		t, err := tool(op)
		if err != nil {
			return nil, err
		}
		s.AddTool(t, watched(log, call(d, op)))
	}
	resources(s, d, log)
	return s, nil
}

// Handler serves over streamable HTTP, without sessions: every request is
// whole in itself.
func Handler(s *sdk.Server, log *slog.Logger) http.Handler {
	return sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s }, &sdk.StreamableHTTPOptions{
		Stateless: true, Logger: log, MaxRequestBodyBytes: 1 << 20,
		// Which names are answered is decided by the server it is mounted in.
		DisableLocalhostProtection: true,
	})
}

// Stdio serves over standard input and output until the client leaves.
func Stdio(ctx context.Context, s *sdk.Server) error {
	err := s.Run(ctx, &sdk.StdioTransport{})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// wrapped reports whether an answer is a list, which structured content cannot
// be: it stands in a member named items.
func wrapped(op *api.Operation) bool {
	return len(op.Answers) == 1 && op.Answers[0].Kind().String() == "slice"
}

func tool(op *api.Operation) (*sdk.Tool, error) {
	in, err := api.SchemaOf(op.Request)
	if err != nil {
		return nil, err
	}
	var out []*jsonschema.Schema
	for _, t := range op.Answers {
		s, err := api.SchemaOf(t)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	answer := out[0]
	switch {
	case wrapped(op):
		answer = &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{"items": out[0]}, Required: []string{"items"}}
	case len(out) > 1:
		answer = &jsonschema.Schema{Type: "object", AnyOf: out}
	}
	closed, destructive := false, false
	return &sdk.Tool{Name: op.Tool, Title: strings.TrimSuffix(op.Summary, "."), Description: strings.TrimSpace(op.Summary + " " + op.Doc), InputSchema: in, OutputSchema: answer,
		Annotations: &sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &closed, DestructiveHint: &destructive}}, nil
}

// watched answers though the program fails: the library calls from a goroutine
// of its own, where a panic would end the process. The fault is logged.
func watched[Q, A any](log *slog.Logger, answer func(context.Context, Q) (A, error)) func(context.Context, Q) (A, error) {
	return func(ctx context.Context, q Q) (a A, err error) {
		err = kanzei.Caught(func() (err error) { a, err = answer(ctx, q); return err })
		var f *kanzei.Fault
		if errors.As(err, &f) {
			if log != nil {
				log.Error("fault", "error", err, "stack", string(f.Stack))
			}
			err = errors.New("the program failed; this is a fault of the program, not of the request")
		}
		return a, err
	}
}

// call answers a tool.
func call(d *api.Desk, op *api.Operation) sdk.ToolHandler {
	return func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		request := op.New()
		arguments := r.Params.Arguments
		if len(bytes.TrimSpace(arguments)) == 0 {
			arguments = []byte("{}")
		}
		if err := api.DecodeJSON(bytes.NewReader(arguments), request); err != nil {
			return refuse(err)
		}
		q, err := d.Ask(op, request)
		if err != nil {
			return refuse(err)
		}
		var progress func(done, of int)
		if token := r.Params.GetProgressToken(); token != nil && op.Progress {
			progress = func(done, of int) {
				_ = r.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{ProgressToken: token, Progress: float64(done), Total: float64(of), Message: "equilibria"})
			}
		}
		body, text, err := q.AnswerInWords(ctx, progress)
		if err != nil {
			return refuse(err)
		}
		var structured any = json.RawMessage(body)
		if wrapped(op) {
			structured = map[string]any{"items": json.RawMessage(body)}
		}
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: text}}, StructuredContent: structured}, nil
	}
}

// refuse says what is wrong with a request and what to do, to the model and
// not as a fault of the protocol. Faults of the program stay errors.
func refuse(err error) (*sdk.CallToolResult, error) {
	list := api.Problems(err)
	if list == nil {
		return nil, err
	}
	var b strings.Builder
	for _, p := range list {
		if p.Where != "" {
			fmt.Fprintf(&b, "%s: ", p.Where)
		}
		fmt.Fprintf(&b, "%s [%s]", p.Msg, p.Code)
		if p.Hint != "" {
			fmt.Fprintf(&b, "\nhint: %s", p.Hint)
		}
		b.WriteByte('\n')
	}
	return &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: strings.TrimSpace(b.String())}}}, nil
}
