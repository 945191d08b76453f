package api

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"

	"kanzei"
)

// texts are the schemas of the types that are written as text.
var texts = map[reflect.Type]*jsonschema.Schema{
	reflect.TypeFor[kanzei.Money]():    {Type: "string", Pattern: `^-?[0-9]+\.[0-9]{2,4}$`, Description: "US dollars as decimal text"},
	reflect.TypeFor[kanzei.Fraction](): {Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)?$`, Description: "percent as decimal text"},
	reflect.TypeFor[kanzei.Share]():    {Type: "string", Description: "percent as decimal text"},
	reflect.TypeFor[kanzei.Day]():      {Type: "string", Description: "a day in US Eastern time, as 2025-04-15; empty for none"},
	reflect.TypeFor[kanzei.Moment]():   {Type: "string", Description: "a minute of US Eastern time, as 2025-04-05 00:01; empty or forever where there is no bound"},
	reflect.TypeFor[kanzei.HTS]():      {Type: "string", Description: "code of the Harmonized Tariff Schedule, with dots"},
	reflect.TypeFor[kanzei.Origin]():   {Type: "string", Description: "country, ISO 3166 alpha-2; Kosovo is XK"},
	reflect.TypeFor[kanzei.Status]():   {Type: "string", Enum: []any{"exact", "range", "unsupported", "prohibited"}},
	reflect.TypeFor[kanzei.Fees]():     {Type: "object", Properties: map[string]*jsonschema.Schema{"mpf_usd": fee(), "hmf_usd": fee()}, PropertyOrder: []string{"mpf_usd", "hmf_usd"}, Required: []string{"mpf_usd", "hmf_usd"}},
	reflect.TypeFor[Decimal]():         {AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}}},
	reflect.TypeFor[Words]():           {AnyOf: []*jsonschema.Schema{{Type: "array", Items: &jsonschema.Schema{Type: "string"}}, {Type: "string"}}},
}

func fee() *jsonschema.Schema {
	return &jsonschema.Schema{Types: []string{"null", "string"}, Description: "US dollars as decimal text, null when not known"}
}

// units are the endings of names that say what a figure is in.
var units = []struct{ ending, unit string }{
	{"_musd", "million US dollars"}, {"_usd", "US dollars"}, {"_pct", "percent"},
}

var schemas sync.Map // reflect.Type → *jsonschema.Schema

// SchemaOf returns the JSON Schema (2020-12) of a request or an answer. It is
// shared; do not change it.
func SchemaOf(t reflect.Type) (*jsonschema.Schema, error) {
	if s, ok := schemas.Load(t); ok {
		return s.(*jsonschema.Schema), nil
	}
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: texts})
	if err != nil {
		return nil, fmt.Errorf("schema of %v: %w", t, err)
	}
	request := strings.HasSuffix(t.Name(), "Request") || t == reflect.TypeFor[Entry]()
	describe(s, request)
	schemas.Store(t, s)
	return s, nil
}

// describe states the units that names say, and lets answers grow: only
// requests refuse what they do not know.
func describe(s *jsonschema.Schema, request bool) {
	if s == nil {
		return
	}
	for name, p := range s.Properties {
		if (name == "quantity" || name == "quantity2") && p.Type == "integer" { // see kanzei.Entry.MarshalJSON
			p.Type, p.Description = "string", "number of units as decimal text"
		}
		if p.Description == "" {
			for _, u := range units {
				if strings.HasSuffix(name, u.ending) {
					p.Description = u.unit
					break
				}
			}
		}
		describe(p, request)
	}
	if s.Properties != nil && !request {
		s.AdditionalProperties = nil
	} else if s.Properties == nil {
		describe(s.AdditionalProperties, request)
	}
	describe(s.Items, request)
}
