package mcp

import (
	"context"
	"log/slog"
	"net/url"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"kanzei/api"
)

const (
	lawURI      = "kanzei://law"
	coverageURI = "kanzei://coverage"
)

// resources adds the instruments of the law and the register of coverage.
func resources(s *sdk.Server, d *api.Desk, log *slog.Logger) {
	read := func(of func(uri string) (operation string, request any)) sdk.ResourceHandler {
		return watched(log, read(d, of))
	}
	s.AddResource(&sdk.Resource{URI: lawURI, Name: "law", Title: "The instruments of the ledger", MIMEType: "application/json",
		Description: "Every instrument with its day, citation and source, by the day it became public."},
		read(func(string) (string, any) { return "law", &api.LawRequest{} }))
	s.AddResource(&sdk.Resource{URI: coverageURI, Name: "coverage", Title: "The register of coverage", MIMEType: "application/json",
		Description: "What the law held covers, what it does not, and what it was checked against."},
		read(func(string) (string, any) { return "coverage", &api.CoverageRequest{} }))
	s.AddResourceTemplate(&sdk.ResourceTemplate{URITemplate: lawURI + "/{instrument}", Name: "instrument", Title: "An instrument with its acts", MIMEType: "application/json",
		Description: "An instrument, such as kanzei://law/EO%2014266, with its acts and the words they rest on."},
		read(func(uri string) (string, any) {
			id, err := url.PathUnescape(strings.TrimPrefix(uri, lawURI+"/"))
			if err != nil {
				id = uri
			}
			return "instrument", &api.InstrumentRequest{Instrument: id}
		}))
}

// read answers a resource by the operation that holds it.
func read(d *api.Desk, of func(uri string) (operation string, request any)) sdk.ResourceHandler {
	return func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
		operation, request := of(r.Params.URI)
		q, err := d.Ask(api.OperationNamed(operation), request)
		if err != nil {
			return nil, err
		}
		body, err := q.Answer(ctx, nil)
		if list := api.Problems(err); len(list) > 0 && list[0].Code == "law.unknown" {
			return nil, sdk.ResourceNotFoundError(r.Params.URI)
		}
		if err != nil {
			return nil, err
		}
		return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "application/json", Text: string(body)}}}, nil
	}
}
