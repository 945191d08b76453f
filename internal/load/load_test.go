package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"kanzei/api"
	"kanzei/server"
)

// TestLoad: no client of many gets an error, and an error would be told.
func TestLoad(t *testing.T) {
	h, err := server.New(server.Options{Desk: api.New(api.Options{Version: "test"}), Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	defer s.Close()
	l := load{addr: strings.TrimPrefix(s.URL, "http://"), clients: 50, n: 1000, seed: 1}
	var out strings.Builder
	if err := run(l, &out); err != nil || !strings.Contains(out.String(), "; 0 errors;") {
		t.Errorf("%v %s", err, out.String())
	}
	few, err := server.New(server.Options{Desk: api.New(api.Options{Version: "test"}), Loopback: true, Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	limited := httptest.NewServer(few)
	defer limited.Close()
	l.addr, l.n = strings.TrimPrefix(limited.URL, "http://"), 50
	if err := run(l, &out); err == nil {
		t.Error("requests that were refused are no errors")
	}
}
