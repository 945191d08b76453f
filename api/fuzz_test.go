package api

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"kanzei"
)

// fuzzDesk answers where no day is named as on one day.
func fuzzDesk() *Desk {
	return New(Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }, MaxDraws: 4})
}

// answered asks a question that was read: the answer is JSON, or problems that
// say what to do. Questions that take more than a moment are only prepared.
func answered(t *testing.T, d *Desk, op *Operation, request any) {
	t.Helper()
	q, err := d.Ask(op, request)
	if err != nil {
		told(t, err)
		return
	}
	if !json.Valid([]byte(q.Key[strings.LastIndexByte(q.Key, '\n')+1:])) {
		t.Fatalf("the key is not one line of JSON: %q", q.Key)
	}
	switch request := request.(type) {
	case *ImpactRequest:
		_, err = request.question(d)
	case *TalksRequest:
		_, _, err = request.question(d)
	}
	if err != nil {
		told(t, err)
	}
	if op.Long {
		return
	}
	switch body, err := q.Answer(context.Background(), nil); {
	case err != nil:
		told(t, err)
	case !json.Valid(body):
		t.Fatalf("%s answers what is not JSON: %.200q", op.Name, body)
	}
}

// told fails on an error that is no problem of the request.
func told(t *testing.T, err error) {
	t.Helper()
	list := Problems(err)
	if len(list) == 0 {
		t.Fatalf("no problem, but a fault: %v", err)
	}
	for _, p := range list {
		if p.Code == "" || p.Msg == "" || strings.ContainsAny(p.Msg, "\n\x00") {
			t.Fatalf("a problem without a code or a clear line: %+q", *p)
		}
	}
}

// FuzzQuery: the parameters of an address, whatever they are, are a question
// that is answered, or problems.
func FuzzQuery(f *testing.F) {
	d := fuzzDesk()
	for i, op := range Operations() {
		for _, e := range op.Examples {
			if u, err := url.Parse(e.Query); err == nil && e.Query != "" {
				f.Add(byte(i), u.RawQuery)
			}
		}
	}
	f.Add(byte(0), "hts=8703.23.01.40&from=JP&value=1e3&flag=a,b&flag=,&mode=99999999999999999999")
	f.Add(byte(0), "hts=\x00&from=%ff&value=-0&on=9999-12-31&steel=100.00000000001")
	f.Add(byte(9), "q=%00%ff&n=-1")
	f.Fuzz(func(t *testing.T, at byte, text string) {
		values, err := url.ParseQuery(text)
		if err != nil {
			return // refused before it comes here
		}
		op := operations[int(at)%len(operations)]
		request := op.New()
		if err := DecodeQuery(values, request); err != nil {
			told(t, err)
			return
		}
		answered(t, d, op, request)
	})
}

// FuzzJSON: the same of a request as JSON, such as an entry.
func FuzzJSON(f *testing.F) {
	d := fuzzDesk()
	for i, op := range Operations() {
		for _, e := range op.Examples {
			if e.Body != "" {
				f.Add(byte(i), e.Body)
			}
		}
	}
	f.Add(byte(1), `{"hts": "8703230140", "origin": "JPN", "value_usd": "1e3", "flags": "a;b", "mode": 1.5, "quantity": null}`)
	f.Add(byte(1), `{"hts": "2402.10.80.30", "origin": "DO", "entry_date": "2025-08-20", "value_usd": 1000, "quantity": 100, "unit": "kg", "spi": "P+", "assessed_usd": "12"}`)
	f.Add(byte(1), `{"HTS": "x", "hts": 1, "hts": {"a": [`)
	f.Add(byte(7), `{"files": {"a.yaml": 1}, "draws": -1}`)
	f.Fuzz(func(t *testing.T, at byte, text string) {
		op := operations[int(at)%len(operations)]
		request := op.New()
		if err := DecodeJSON(strings.NewReader(text), request); err != nil {
			told(t, err)
			return
		}
		answered(t, d, op, request)
	})
}
