package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"kanzei"
)

// A Decimal is a number as written, in text or as a JSON number; it never
// passes through floating point.
type Decimal string

// UnmarshalJSON reads a text or a number.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(d))
	}
	if len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9') {
		*d = Decimal(b)
		return nil
	}
	return &json.UnmarshalTypeError{Value: kindOf(b), Type: reflect.TypeFor[Decimal]()}
}

// Words is a list of texts: a JSON array, or one text with semicolons between.
type Words []string

// UnmarshalJSON reads a list of texts, or one text.
func (l *Words) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = nil
		for w := range strings.SplitSeq(s, ";") {
			if w = strings.TrimSpace(w); w != "" {
				*l = append(*l, w)
			}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}

func kindOf(b []byte) string {
	switch {
	case len(b) == 0:
		return "nothing"
	case b[0] == '{':
		return "object"
	case b[0] == '[':
		return "array"
	case b[0] == 't', b[0] == 'f':
		return "bool"
	}
	return "value"
}

// fields are the names by which a request is asked, with their places.
func fields(t reflect.Type) ([]string, map[string]reflect.StructField) {
	var names []string
	by := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "-" || name == "" {
			continue
		}
		names = append(names, name)
		by[name] = f
	}
	return names, by
}

// aliases are names of the same thing in the other form of a question.
var aliases = map[string]string{"from": "origin", "origin": "from", "value": "value_usd", "value_usd": "value", "on": "entry_date", "entry_date": "on",
	"country": "from", "flags": "flag", "flag": "flags", "steel": "steel_pct", "steel_pct": "steel", "aluminum_pct": "aluminum", "copper_pct": "copper", "aluminum": "aluminum_pct", "copper": "copper_pct", "aluminium": "aluminum", "aluminium_pct": "aluminum_pct",
	"query": "q", "scenarios": "scenario"}

func unknownField(name string, names []string) error {
	hint := "the fields are " + strings.Join(names, ", ")
	if a := aliases[name]; a != "" && slices.Contains(names, a) {
		hint = "here it is " + a
	} else if n := kanzei.Nearest(name, names); n != "" {
		hint = "did you mean " + n + "?"
	}
	return &kanzei.Problem{Code: "request.field", Where: name, Msg: fmt.Sprintf("no field %q", name), Hint: hint}
}

// DecodeQuery reads the parameters of an address into a request. A list may be
// given by repeating its name, or with commas between.
func DecodeQuery(values url.Values, request any) error {
	v := reflect.ValueOf(request).Elem()
	names, by := fields(v.Type())
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for k := range values {
			if !yield(k) {
				return
			}
		}
	}) {
		f, ok := by[name]
		if !ok {
			return unknownField(name, names)
		}
		field, list := v.FieldByIndex(f.Index), values[name]
		if field.Kind() != reflect.Slice && len(list) > 1 {
			return &kanzei.Problem{Code: "request.twice", Where: name, Msg: fmt.Sprintf("%s is given %d times", name, len(list)), Hint: "give it once"}
		}
		bad := func(want string) error {
			return &kanzei.Problem{Code: "request.value", Where: name, Msg: fmt.Sprintf("%q is not %s", list[0], want), Hint: "give " + want}
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(list[0])
		case reflect.Int:
			n, err := strconv.Atoi(list[0])
			if err != nil {
				return bad("a whole number")
			}
			field.SetInt(int64(n))
		case reflect.Uint64:
			n, err := strconv.ParseUint(list[0], 10, 64)
			if err != nil {
				return bad("a whole number, 0 or more")
			}
			field.SetUint(n)
		case reflect.Bool:
			b, err := strconv.ParseBool(list[0])
			if list[0] == "" {
				b, err = true, nil
			}
			if err != nil {
				return bad("true or false")
			}
			field.SetBool(b)
		case reflect.Pointer:
			n, err := strconv.Atoi(list[0])
			if err != nil {
				return bad("a whole number")
			}
			field.Set(reflect.ValueOf(&n))
		case reflect.Slice:
			var out []string
			for _, s := range list {
				for w := range strings.SplitSeq(s, ",") {
					if w = strings.TrimSpace(w); w != "" {
						out = append(out, w)
					}
				}
			}
			field.Set(reflect.ValueOf(out).Convert(field.Type()))
		default:
			return &kanzei.Problem{Code: "request.body", Where: name, Msg: name + " cannot stand in an address", Hint: "post the request as JSON"}
		}
	}
	return nil
}

// DecodeJSON reads a JSON object into a request. An unknown field, a value of
// another kind, and anything after the object are problems.
func DecodeJSON(r io.Reader, request any) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	err := dec.Decode(request)
	if err == nil {
		var rest [1]byte
		if n, _ := io.MultiReader(dec.Buffered(), r).Read(rest[:]); n > 0 && len(bytes.TrimSpace(rest[:])) > 0 {
			return &kanzei.Problem{Code: "request.json", Msg: "text follows the JSON object", Hint: "send one object"}
		}
		return nil
	}
	var p *kanzei.Problem
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &wrong):
		if wrong.Field == "" && wrong.Type.Kind() == reflect.Struct {
			return &kanzei.Problem{Code: "request.json", Msg: "the request is a JSON " + wrong.Value, Hint: "send one object, such as {\"hts\": \"8703.23.01.40\"}"}
		}
		want := map[reflect.Kind]string{reflect.String: "a text", reflect.Int: "a whole number", reflect.Uint64: "a whole number, 0 or more", reflect.Bool: "true or false", reflect.Slice: "a list of texts", reflect.Map: "an object of texts"}[wrong.Type.Kind()]
		if wrong.Type == reflect.TypeFor[Decimal]() {
			want = "a number, or a text with one"
		}
		return &kanzei.Problem{Code: "request.value", Where: wrong.Field, Msg: fmt.Sprintf("a JSON %s stands where %s is expected", wrong.Value, want), Hint: "give " + want}
	case errors.As(err, &syntax):
		return &kanzei.Problem{Code: "request.json", Msg: fmt.Sprintf("not JSON at byte %d: %s", syntax.Offset, strings.TrimPrefix(syntax.Error(), "json: ")), Hint: "send one object, such as {\"hts\": \"8703.23.01.40\"}"}
	case errors.Is(err, io.EOF):
		return &kanzei.Problem{Code: "request.json", Msg: "the request is empty", Hint: "send one JSON object"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &kanzei.Problem{Code: "request.json", Msg: "the JSON object is cut short", Hint: "send the whole object"}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		if s, err := strconv.Unquote(name); err == nil {
			name = s
		}
		names, _ := fields(reflect.TypeOf(request).Elem())
		return unknownField(name, names)
	}
	return err
}
