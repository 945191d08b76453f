package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving runs kanzei serve with arguments; stop ends it as the system does and
// returns its exit code.
func serving(t *testing.T, args ...string) (url string, stop func() int) {
	t.Helper()
	said, stderr := io.Pipe()
	code := make(chan int, 1)
	go func() {
		n := run(append([]string{"serve", "--addr", "127.0.0.1:0", "--log", "none"}, args...), io.Discard, stderr)
		stderr.Close()
		code <- n
	}()
	out := bufio.NewReader(said)
	first, err := out.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "kanzei: listening on ")
	if err != nil || !ok {
		t.Fatalf("%q %v", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	ended := false
	stop = func() int {
		ended = true
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case n := <-code:
			return n
		case <-time.After(time.Minute):
			t.Fatal("the server did not stop")
			return -1
		}
	}
	t.Cleanup(func() {
		if !ended {
			stop()
		}
	})
	return url, stop
}

func fetch(t *testing.T, method, url, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b
}

// TestServeIsCommandLine: the server answers with the very bytes that the
// command line prints with --json.
func TestServeIsCommandLine(t *testing.T) {
	url, stop := serving(t)
	for _, c := range []struct{ command, method, path, body string }{
		{"duty 8703.23.01.40 --from JP --value 30000 --on 2025-04-15", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15", ""},
		{"duty 8703.23.01.40 --from JP --value 30000", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000", ""},
		{"duty 7326.90.86.88 --from JPN --value 10000 --on 2025-07-01 --known 2025-07-01 --steel 40 --mode 11 --flag civil-aircraft", "GET", "/api/v1/duty?hts=7326.90.86.88&from=JPN&value=10000&on=2025-07-01&known=2025-07-01&steel=40&mode=11&flag=civil-aircraft", ""},
		{"duty 6307.90.98.70 --from JP --value 10000 --on 2025-08-20 --assessed 2200", "POST", "/api/v1/duty", `{"hts": "6307.90.98.70", "origin": "JP", "value_usd": 10000, "entry_date": "2025-08-20", "assessed_usd": "2200"}`},
		{"regime JP --on 2025-04-15", "GET", "/api/v1/regime/JP?on=2025-04-15", ""},
		{"regime DE --on 2025-08-20 --known latest", "GET", "/api/v1/regime?country=DE&on=2025-08-20&known=latest", ""},
		{"brief JP --on 2025-04-15 --top 4", "GET", "/api/v1/brief/JP?on=2025-04-15&top=4", ""},
		{"exposure JP --on 2025-04-15", "GET", "/api/v1/exposure/JP?on=2025-04-15", ""},
		{"search passenger car 2000 cc --on 2025-04-15 -n 7", "GET", "/api/v1/search?q=passenger+car+2000+cc&on=2025-04-15&n=7", ""},
		{"law coverage", "GET", "/api/v1/coverage", ""},
		{"law diff --on 2025-04-09 --to 2025-04-10 --from JP", "GET", "/api/v1/law/diff?on=2025-04-09&to=2025-04-10&from=JP", ""},
		{"law diff --known 2025-08-15 --to-known 2025-09-30 --from JP", "GET", "/api/v1/law/diff?known=2025-08-15&to_known=2025-09-30&from=JP", ""},
		{"rate --facts", "GET", "/api/v1/facts", ""},
		{"impact JP --on 2025-04-15 --scenario lapse --closure fixed --draws 2 --economies JP,US --sectors", "POST", "/api/v1/impact",
			`{"country": "JP", "on": "2025-04-15", "scenario": ["lapse"], "closure": "fixed", "draws": 2, "economies": ["JP", "US"], "sectors": true}`},
		{"talks JP --on 2025-03-20 --closure fixed --draws 0 --offers 0 --lines -1 --without clock,retaliation,coalitions,tornado", "POST", "/api/v1/talks",
			`{"asker": "JP", "on": "2025-03-20", "closure": "fixed", "draws": 0, "offers": 0, "lines": -1, "without": ["clock", "retaliation", "coalitions", "tornado"]}`},
	} {
		var want, stderr bytes.Buffer
		if code := run(append(strings.Fields(c.command), "--json"), &want, &stderr); code != 0 {
			t.Errorf("%s: %s", c.command, stderr.String())
			continue
		}
		status, got := fetch(t, c.method, url+c.path, c.body)
		if status != 200 || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("kanzei %s prints %d bytes, %s %s answers %d with %d bytes: %s", c.command, want.Len(), c.method, c.path, status, len(got), firstDifference(want.Bytes(), got))
		}
	}
	// And a mistake has the same words and the same hint.
	var stderr bytes.Buffer
	run(strings.Fields("duty 8703.23.01.40 --from EU --value 1"), io.Discard, &stderr)
	_, body := fetch(t, "GET", url+"/api/v1/duty?hts=8703.23.01.40&from=EU&value=1", "")
	for line := range strings.Lines(stderr.String()) {
		line = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "kanzei: --from: "), "hint: ")
		if !bytes.Contains(body, []byte(strings.ReplaceAll(line, `"`, `\"`))) {
			t.Errorf("%q is not in %s", line, body)
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("stopped with %d", code)
	}
}

func firstDifference(a, b []byte) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	part := func(s []byte) string { return string(s[max(0, i-80):min(len(s), i+80)]) }
	return fmt.Sprintf("\n…%s…\n…%s…", part(a), part(b))
}

// TestServeTools: tools and pages are mounted in the same server.
func TestServeTools(t *testing.T) {
	url, _ := serving(t)
	req, err := http.NewRequest("POST", url+"/mcp", strings.NewReader(`{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || !bytes.Contains(b, []byte(`"search_hts"`)) {
		t.Errorf("%d %s %v", res.StatusCode, b, err)
	}
	if status, b := fetch(t, "GET", url+"/", ""); status != 200 || !bytes.Contains(b, []byte("<html")) {
		t.Errorf("%d %s", status, b)
	}
}
