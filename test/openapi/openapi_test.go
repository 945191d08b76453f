// Package openapi holds the OpenAPI document of the server against public
// software: a validator of documents, requests and answers, and a generator of
// clients, whose client is compiled and asks the server. It is a module of its
// own, so that the program depends on neither.
package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// serve runs the program that KANZEI names, as make test-openapi does.
func serve(t *testing.T) (url string) {
	t.Helper()
	program := os.Getenv("KANZEI")
	if program == "" {
		t.Skip("KANZEI names no program; run make test-openapi")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	cmd := exec.Command(program, "serve", "--addr", at, "--log", "none")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	url = "http://" + at
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(url + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				return url
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the server is not ready after a minute")
		}
	}
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%s: %s %v %.300s", url, res.Status, err, b)
	}
	return b
}

// TestDocument: a public validator finds the document in order, and real
// requests and answers as the document says, and would not find others so.
func TestDocument(t *testing.T) {
	url := serve(t)
	doc, err := libopenapi.NewDocument(get(t, url+"/openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, list := v.ValidateDocument(); !ok {
		for _, e := range list {
			t.Errorf("%s: %s %v", e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
	asked := 0
	for _, c := range []struct {
		method, path, body string
		ok                 bool // as the document says
	}{
		{"GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15", "", true},
		{"GET", "/api/v1/duty?hts=7326.90.86.88&from=JP&value=10000&on=2025-07-01&mode=11", "", true},
		{"GET", "/api/v1/duty?from=JP&value=30000", "", false},
		{"GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&mode=ship", "", false},
		{"POST", "/api/v1/duty", `{"hts": "6307.90.98.70", "origin": "JP", "entry_date": "2025-08-20", "value_usd": 10000, "flags": ["civil-aircraft"]}`, true},
		{"POST", "/api/v1/duty", `{"hts": "6307.90.98.70", "origin": "JP", "value_usd": {"usd": 1}}`, false},
		{"GET", "/api/v1/regime/JP?on=2025-04-15", "", true},
		{"GET", "/api/v1/outlook/JP?on=2025-04-15", "", true},
		{"GET", "/api/v1/exposure/JP?on=2025-04-15&top=3", "", true},
		{"GET", "/api/v1/search?q=passenger+car&n=3", "", true},
		{"GET", "/api/v1/law?known=2025-04-09", "", true},
		{"GET", "/api/v1/law/diff?on=2025-04-09&to=2025-04-10&from=JP", "", true},
		{"GET", "/api/v1/law/EO%2014266", "", true},
		{"GET", "/api/v1/coverage", "", true},
		{"GET", "/api/v1/facts", "", true},
		{"GET", "/healthz", "", true},
	} {
		request := func() *http.Request {
			req, err := http.NewRequest(c.method, url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			return req
		}
		ok, list := v.ValidateHttpRequest(request())
		if ok != c.ok {
			t.Errorf("request %s %s: as the document says: %v, want %v", c.method, c.path, ok, c.ok)
			for _, e := range list {
				t.Errorf("  %s: %s", e.Message, e.Reason)
			}
		}
		res, err := http.DefaultClient.Do(request())
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]bool{true: res.StatusCode == 200, false: res.StatusCode >= 400}[c.ok]; !want {
			t.Errorf("%s %s: %s", c.method, c.path, res.Status)
		}
		if ok, list := v.ValidateHttpResponse(request(), res); !ok {
			t.Errorf("answer of %s %s, %s, is not what the document says", c.method, c.path, res.Status)
			for _, e := range list {
				t.Errorf("  %s: %s %v", e.Message, e.Reason, e.SchemaValidationErrors)
			}
		}
		res.Body.Close()
		asked++
	}
	t.Logf("%d requests and answers held against the document", asked)
}

// asks is a program that asks with the client as it was generated.
const asks = `package main

import (
	"context"
	"fmt"
	"os"

	"kanzei/test/openapi/%s/client"
)

func main() {
	c, err := client.NewClientWithResponses(os.Args[1])
	if err != nil {
		panic(err)
	}
	on := "2025-04-15"
	r, err := c.DutyWithResponse(context.Background(), &client.DutyParams{Hts: "8703.23.01.40", From: "JP", Value: "30000", On: &on})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.StatusCode(), r.JSON200.Status, *r.JSON200.DutyUsd)
	r, err = c.DutyWithResponse(context.Background(), &client.DutyParams{Hts: "8703.23.01.4x", From: "JP", Value: "1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.StatusCode(), r.ApplicationproblemJSONDefault.Code)
}
`

// TestClient: a client made by a public generator compiles, and its answer on
// duty is the server's.
func TestClient(t *testing.T) {
	url := serve(t)
	// Below this folder, so that the versions pinned in go.mod are those compiled.
	dir, err := os.MkdirTemp(".", "generated-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	run := func(name string, arg ...string) string {
		t.Helper()
		var out, stderr bytes.Buffer
		cmd := exec.Command(name, arg...)
		cmd.Stdout, cmd.Stderr = &out, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(arg, " "), err, stderr.String())
		}
		return out.String()
	}
	document := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(document, get(t, url+"/openapi.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "client"), 0o755); err != nil {
		t.Fatal(err)
	}
	run("go", "tool", "oapi-codegen", "-generate", "types,client", "-package", "client", "-o", filepath.Join(dir, "client", "client.go"), document)
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte(strings.Replace(asks, "%s", filepath.Base(dir), 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	got := run("go", "run", main, url)
	var want struct {
		Status string `json:"status"`
		Duty   string `json:"duty_usd"`
	}
	if err := json.Unmarshal(get(t, url+"/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15"), &want); err != nil || want.Duty == "" {
		t.Fatal(want, err)
	}
	if got != "200 "+want.Status+" "+want.Duty+"\n422 hts.syntax\n" {
		t.Errorf("the client says %q, the server %+v", got, want)
	}
}
