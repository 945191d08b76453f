package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/server"
)

// desk answers for all tests; what it loads is loaded once.
var desk = sync.OnceValue(func() *api.Desk {
	return api.New(api.Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }, MaxDraws: 4})
})

// A running is a server on a port of its own.
type running struct {
	url  string
	stop context.CancelFunc
	done chan error // what Serve returned
	log  *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func start(t testing.TB, o server.Options, drain time.Duration) *running {
	t.Helper()
	r := &running{done: make(chan error, 1), log: &syncBuffer{}}
	if o.Desk == nil {
		o.Desk = desk()
	}
	o.Log = slog.New(slog.NewTextHandler(r.log, nil))
	h, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Load(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.done <- server.Serve(ctx, l, h, drain) }()
	t.Cleanup(func() {
		stop()
		select {
		case <-r.done:
		case <-time.After(20 * time.Second):
			t.Error("the server did not stop")
		}
	})
	return r
}

// loopback is how the command starts it.
func loopback(t testing.TB) *running {
	return start(t, server.Options{Loopback: true}, time.Second)
}

// An answer is what came back.
type answer struct {
	*http.Response
	body []byte
}

func ask(t testing.TB, method, url, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, b}
}

const car = "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15"

func TestBadInput(t *testing.T) {
	r := loopback(t)
	entry := func(more string) string {
		return `{"hts": "8703.23.01.40", "origin": "JP", "value_usd": 30000` + more + `}`
	}
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code, where              string
		says                     string // in detail or hint
	}{
		{"letter in a code", "GET", "/api/v1/duty?hts=8703.23.01.4x&from=JP&value=1", "", nil, 422, "hts.syntax", "hts", "'x'"},
		{"unknown code", "GET", "/api/v1/duty?hts=0000.00.00.00&from=JP&value=1", "", nil, 422, "hts.unknown", "hts", "not in the schedule"},
		{"no country", "GET", "/api/v1/duty?hts=8703.23.01.40&value=1", "", nil, 400, "request.missing", "from", "a country"},
		{"not a country", "GET", "/api/v1/duty?hts=8703.23.01.40&from=EU&value=1", "", nil, 422, "origin.unknown", "from", "name the member"},
		{"negative value", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=-5", "", nil, 422, "value.negative", "value", "negative"},
		{"value in words", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=much", "", nil, 422, "", "value", ""},
		{"not a date", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&on=2025-02-30", "", nil, 422, "", "on", "is not a date"},
		{"before coverage", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&on=2017-01-01", "", nil, 422, "date.coverage", "", "2018-01-01 or later"},
		{"share over 100", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&steel=101", "", nil, 422, "share.range", "steel", "0 and 100"},
		{"fact nobody asks for", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&flag=civil-aircarft", "", nil, 422, "flag.unknown", "flag", "did you mean civil-aircraft"},
		{"misspelt parameter", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&konwn=latest", "", nil, 400, "request.field", "konwn", "did you mean known?"},
		{"name of the other form", "GET", "/api/v1/duty?hts=8703.23.01.40&origin=JP&value=1", "", nil, 400, "request.field", "origin", "here it is from"},
		{"twice", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&from=DE&value=1", "", nil, 400, "request.twice", "from", "once"},
		{"bad escape", "GET", "/api/v1/duty?hts=%zz", "", nil, 400, "request.query", "", "escape"},
		{"mode in words", "GET", "/api/v1/duty?hts=8703.23.01.40&from=JP&value=1&mode=ship", "", nil, 400, "request.value", "mode", "whole number"},
		{"not JSON", "POST", "/api/v1/duty", "{", nil, 400, "request.json", "", "object"},
		{"a list", "POST", "/api/v1/duty", "[1]", nil, 400, "request.json", "", "one object"},
		{"two objects", "POST", "/api/v1/duty", entry("") + entry(""), nil, 400, "request.json", "", "one object"},
		{"empty", "POST", "/api/v1/duty", " ", nil, 400, "request.json", "", "empty"},
		{"unknown member", "POST", "/api/v1/duty", entry(`, "steel": 3`), nil, 400, "request.field", "steel", "here it is steel_pct"},
		{"member of another kind", "POST", "/api/v1/duty", entry(`, "spi": 3`), nil, 400, "request.value", "spi", "a text"},
		{"number of another kind", "POST", "/api/v1/duty", `{"hts": "8703.23.01.40", "origin": "JP", "value_usd": {}}`, nil, 400, "request.value", "value_usd", "a number"},
		{"exponent", "POST", "/api/v1/duty", `{"hts": "8703.23.01.40", "origin": "JP", "value_usd": 3e4}`, nil, 422, "", "value_usd", ""},
		{"flags that exclude each other", "POST", "/api/v1/duty", entry(`, "flags": ["auto-part", "not-auto-part"]`), nil, 422, "flag.both", "flags", "one of them"},
		{"not said to be JSON", "POST", "/api/v1/duty", entry(""), []string{"Content-Type", "text/plain"}, 415, "request.type", "", "application/json"},
		{"too long", "POST", "/api/v1/duty", entry(`, "spi": "` + strings.Repeat("x", 1<<20) + `"`), nil, 413, "request.large", "", "1048576 bytes"},
		{"the United States", "GET", "/api/v1/brief/US", "", nil, 422, "origin.us", "", ""},
		{"brief of nowhere", "GET", "/api/v1/brief/XX", "", nil, 422, "origin.unknown", "country", ""},
		{"regime without a country", "GET", "/api/v1/regime", "", nil, 400, "request.missing", "country", "such as JP"},
		{"country twice", "GET", "/api/v1/regime/JP?country=DE", "", nil, 400, "request.twice", "country", "once"},
		{"known in words", "GET", "/api/v1/regime/JP?known=yesterday", "", nil, 422, "", "known", ""},
		{"assumption nobody made", "GET", "/api/v1/exposure/JP?assume=mine", "", nil, 422, "", "", ""},
		{"negative top", "GET", "/api/v1/brief/JP?top=-1", "", nil, 422, "top", "top", "1 or more"},
		{"search for nothing", "GET", "/api/v1/search", "", nil, 400, "request.missing", "q", "words"},
		{"too many hits", "GET", "/api/v1/search?q=car&n=100000", "", nil, 422, "search.n", "n", "1 to 1000"},
		{"nothing to compare", "GET", "/api/v1/law/diff", "", nil, 422, "args", "", "two days"},
		{"no such instrument", "GET", "/api/v1/law/EO%2099999", "", nil, 404, "law.unknown", "instrument", "/api/v1/law"},
		{"no such closure", "POST", "/api/v1/impact", `{"closure": "open"}`, nil, 422, "impact.closure", "closure", "balanced"},
		{"no such world", "POST", "/api/v1/impact", `{"world": "mars", "draws": 0}`, nil, 422, "model.world", "world", "icio2022"},
		{"too many draws", "POST", "/api/v1/impact", `{"draws": 500}`, nil, 422, "impact.draws", "draws", "0 to 4"},
		{"no such scenario", "POST", "/api/v1/impact", `{"scenario": ["laspe"], "draws": 0}`, nil, 422, "", "", ""},
		{"a file of this machine", "POST", "/api/v1/impact", `{"scenario": ["/etc/kanzei.yaml"], "draws": 0}`, nil, 422, "impact.file", "scenario", "files"},
		{"a draft that is none", "POST", "/api/v1/impact", `{"scenario": ["a.yaml"], "files": {"a.yaml": "nonsense: 1"}, "draws": 0}`, nil, 422, "", "", ""},
		{"talks with nobody", "POST", "/api/v1/talks", `{}`, nil, 400, "request.missing", "asker", "such as JP"},
		{"a deal of this machine", "POST", "/api/v1/talks", `{"asker": "JP", "draws": 0, "deals": ["/etc/passwd"]}`, nil, 422, "talks.deals", "deals", "jp-2025-09"},
		{"power of one", "POST", "/api/v1/talks", `{"asker": "JP", "draws": 0, "power": 1}`, nil, 422, "talks.power", "power", "between 0 and 1"},
		{"talks of nowhere", "POST", "/api/v1/talks", `{"asker": "XX", "draws": 0}`, nil, 422, "", "", ""},
		{"lines said to be JSON", "POST", "/api/v1/rate", "{}", nil, 415, "request.type", "", "application/x-ndjson"},
		{"stream known in words", "POST", "/api/v1/rate?known=now", "{}", []string{"Content-Type", "application/x-ndjson"}, 422, "", "", ""},
		{"no such path", "GET", "/api/v1/tariff", "", nil, 404, "request.path", "/api/v1/tariff", "/docs"},
		{"no such page", "GET", "/nothing", "", nil, 404, "request.path", "/nothing", "/docs"},
		{"wrong method", "DELETE", "/api/v1/brief/JP", "", nil, 405, "request.method", "", "use GET"},
		{"wrong method of two", "PUT", "/api/v1/duty", "", nil, 405, "request.method", "", "GET, POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ask(t, c.method, r.url+c.path, c.body, c.header...)
			var p server.Problem
			if err := json.Unmarshal(a.body, &p); err != nil {
				t.Fatalf("%d %s: %v", a.StatusCode, a.body, err)
			}
			if kind := a.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("sent as %s", kind)
			}
			if a.StatusCode != c.status || p.Status != c.status {
				t.Errorf("status %d, in the body %d, want %d: %s", a.StatusCode, p.Status, c.status, a.body)
			}
			if p.Code == "" || p.Detail == "" || p.Hint == "" {
				t.Errorf("no code, detail or hint: %s", a.body)
			}
			if c.code != "" && p.Code != c.code {
				t.Errorf("code %s, want %s: %s", p.Code, c.code, a.body)
			}
			if c.where != "" && p.Where != c.where {
				t.Errorf("where %q, want %q: %s", p.Where, c.where, a.body)
			}
			if !strings.Contains(p.Detail+" "+p.Hint, c.says) {
				t.Errorf("does not say %q: %s", c.says, a.body)
			}
			if a.Header.Get("ETag") != "" || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("a problem may be kept: %v", a.Header)
			}
		})
	}
}

// TestTags: an answer that has not changed is not sent again.
func TestTags(t *testing.T) {
	r := loopback(t)
	for _, path := range []string{car, "/api/v1/regime/JP?on=2025-04-15", "/api/v1/search?q=car", "/api/v1/coverage", "/openapi.json", "/docs", "/docs/style.css"} {
		first := ask(t, "GET", r.url+path, "")
		tag := first.Header.Get("ETag")
		if first.StatusCode != 200 || tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("%s: %d, tag %q, %q", path, first.StatusCode, tag, first.Header.Get("Cache-Control"))
		}
		for _, sent := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			again := ask(t, "GET", r.url+path, "", "If-None-Match", sent)
			if again.StatusCode != 304 || len(again.body) > 0 || again.Header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d, %d bytes, tag %q", path, sent, again.StatusCode, len(again.body), again.Header.Get("ETag"))
			}
		}
		if other := ask(t, "GET", r.url+path, "", "If-None-Match", `"other"`); other.StatusCode != 200 || !bytes.Equal(other.body, first.body) {
			t.Errorf("%s with another tag: %d", path, other.StatusCode)
		}
		if head := ask(t, "HEAD", r.url+path, ""); head.StatusCode != 200 || len(head.body) > 0 || head.Header.Get("ETag") != tag {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.StatusCode, len(head.body))
		}
	}
	tag := func(r *running, path string) string { return ask(t, "GET", r.url+path, "").Header.Get("ETag") }
	// The day left out is today's, so the same question; another value, clock or
	// program is another.
	if tag(r, car) != tag(r, strings.TrimSuffix(car, "&on=2025-04-15")) {
		t.Error("the day of today is another question than the same day by name")
	}
	for _, more := range []string{"&known=2025-04-15", "&flag=civil-aircraft", "&assessed=1"} {
		if tag(r, car) == tag(r, car+more) {
			t.Errorf("%s does not change the tag", more)
		}
	}
	other := start(t, server.Options{Loopback: true, Desk: api.New(api.Options{Version: "other"})}, time.Second)
	if tag(r, car) == tag(other, car) {
		t.Error("another program has the same tag")
	}
}

func TestHosts(t *testing.T) {
	r := loopback(t)
	port := r.url[strings.LastIndexByte(r.url, ':'):]
	for host, want := range map[string]int{"localhost" + port: 200, "LOCALHOST": 200, "127.0.0.1": 200, "[::1]" + port: 200, "[::1]": 200, "desk.localhost": 200, "localhost.": 200,
		"evil.example": 403, "evil.example" + port: 403, "localhost.evil.example": 403, "10.0.0.1": 403, "127.0.0.1.evil.example": 403} {
		if a := ask(t, "GET", r.url+"/healthz", "", "Host", host); a.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, a.StatusCode, want)
		}
	}
	named := start(t, server.Options{Hosts: []string{"tariff.example"}}, time.Second)
	for host, want := range map[string]int{"tariff.example": 200, "Tariff.Example:80": 200, "other.example": 403, "127.0.0.1": 403} {
		if a := ask(t, "GET", named.url+"/healthz", "", "Host", host); a.StatusCode != want {
			t.Errorf("named, %s: %d, want %d", host, a.StatusCode, want)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin"} {
		if got := ask(t, "GET", r.url+car, "").Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if csp := ask(t, "GET", r.url+"/docs", "").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestToken(t *testing.T) {
	r := start(t, server.Options{Loopback: true, Token: "correct-horse-battery"}, time.Second)
	for _, c := range []struct {
		path, sent string
		want       int
	}{
		{car, "", 401}, {car, "Bearer wrong", 401}, {car, "Bearer correct-horse-battery-staple", 401}, {car, "Basic correct-horse-battery", 401}, {car, "correct-horse-battery", 401},
		{car, "Bearer correct-horse-battery", 200}, {car, "bearer correct-horse-battery", 200},
		{"/docs", "", 401}, {"/metrics", "", 401}, {"/openapi.json", "", 401}, {"/nothing", "", 401}, {"/api/v1/rate", "", 401},
		{"/healthz", "", 200}, {"/readyz", "", 200},
		{"/docs", basic("anyone", "correct-horse-battery"), 200}, {"/docs", basic("", "correct-horse-battery"), 200}, {car, basic("me", "correct-horse-battery"), 200},
		{"/docs", basic("correct-horse-battery", ""), 401}, {"/docs", basic("me", "wrong"), 401}, {"/docs", "Basic !", 401},
	} {
		header := []string{}
		if c.sent != "" {
			header = []string{"Authorization", c.sent}
		}
		a := ask(t, "GET", r.url+c.path, "", header...)
		if a.StatusCode != c.want || c.want == 401 && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s with %q: %d, want %d", c.path, c.sent, a.StatusCode, c.want)
		}
		// A browser asks who it is only for what people look at.
		asks := slices.ContainsFunc(a.Header.Values("WWW-Authenticate"), func(s string) bool { return strings.HasPrefix(s, "Basic ") })
		if want := c.want == 401 && slices.Contains([]string{"/docs", "/nothing"}, c.path); asks != want {
			t.Errorf("%s with %q: asks a browser for a password: %v", c.path, c.sent, asks)
		}
	}
	if strings.Contains(r.log.String(), "horse") {
		t.Error("the log holds the token")
	}
}

func TestCORS(t *testing.T) {
	const site = "https://desk.example"
	entry := `{"hts": "8703.23.01.40", "origin": "JP", "value_usd": 30000}`
	preflight := []string{"Origin", site, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}
	off := loopback(t)
	if a := ask(t, "GET", off.url+car, "", "Origin", site); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page elsewhere may read")
	}
	if a := ask(t, "OPTIONS", off.url+"/api/v1/duty", "", preflight...); a.StatusCode == 204 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight is answered: %d", a.StatusCode)
	}
	if a := ask(t, "POST", off.url+"/api/v1/duty", entry, "Origin", site, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
		t.Errorf("a page elsewhere may post: %d", a.StatusCode)
	}
	if a := ask(t, "POST", off.url+"/api/v1/duty", entry, "Origin", off.url, "Sec-Fetch-Site", "same-origin"); a.StatusCode != 200 {
		t.Errorf("its own page may not post: %d", a.StatusCode)
	}
	on := start(t, server.Options{Loopback: true, Origins: []string{site}}, time.Second)
	if a := ask(t, "OPTIONS", on.url+"/api/v1/duty", "", preflight...); a.StatusCode != 204 || a.Header.Get("Access-Control-Allow-Origin") != site || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", a.StatusCode, a.Header)
	}
	if a := ask(t, "POST", on.url+"/api/v1/duty", entry, "Origin", site, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 200 || a.Header.Get("Access-Control-Allow-Origin") != site || a.Header.Get("Vary") != "Origin" {
		t.Errorf("post: %d %v", a.StatusCode, a.Header)
	}
	if a := ask(t, "GET", on.url+car, "", "Origin", "https://other.example"); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another page may read")
	}
	for _, bad := range []string{"desk.example", "https://desk.example/path"} {
		if _, err := server.New(server.Options{Desk: desk(), Origins: []string{bad}}); len(api.Problems(err)) != 1 {
			t.Errorf("origin %q: %v", bad, err)
		}
	}
}

func TestRateLimit(t *testing.T) {
	r := start(t, server.Options{Loopback: true, Rate: 5}, time.Second)
	refused := 0
	for range 40 {
		a := ask(t, "GET", r.url+"/api/v1/facts", "")
		if a.StatusCode == 429 {
			refused++
			if a.Header.Get("Retry-After") == "" {
				t.Error("429 says not when to come again")
			}
		}
	}
	if refused == 0 {
		t.Error("40 requests at once pass a limit of 5 a second")
	}
	if a := ask(t, "GET", r.url+"/healthz", ""); a.StatusCode != 200 {
		t.Errorf("health is limited: %d", a.StatusCode)
	}
}

// TestQuiet: the log says what was asked for, and nothing of the entry.
func TestQuiet(t *testing.T) {
	r := loopback(t)
	ask(t, "GET", r.url+"/api/v1/duty?hts=8703.23.01.40&from=JP&value=30123&on=2025-04-15", "")
	ask(t, "GET", r.url+"/api/v1/regime/DE?on=2025-04-15", "")
	ask(t, "POST", r.url+"/api/v1/duty", `{"hts": "8703.23.01.40", "origin": "JP", "value_usd": 30123}`)
	ask(t, "GET", r.url+"/secret-path", "")
	deadline := time.Now().Add(5 * time.Second)
	for strings.Count(r.log.String(), "msg=request") < 4 && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	log := r.log.String()
	for _, secret := range []string{"8703", "30123", "JP", "DE", "secret"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, want := range []string{"method=GET", "route=/api/v1/duty", "route=/api/v1/regime/{country}", "status=200", "status=404"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %s:\n%s", want, log)
		}
	}
}

func TestMetrics(t *testing.T) {
	r := loopback(t)
	for range 3 {
		ask(t, "GET", r.url+car, "")
	}
	ask(t, "GET", r.url+"/api/v1/duty", "")
	want := []string{`kanzei_http_requests_total{route="/api/v1/duty",code="200"} 3`, `kanzei_http_requests_total{route="/api/v1/duty",code="400"} 1`,
		`kanzei_http_request_duration_seconds_count{route="/api/v1/duty"} 4`, "kanzei_ready 1", `kanzei_build_info{version="test"} 1`, "go_goroutines"}
	var text string
	deadline := time.Now().Add(5 * time.Second)
	for { // a request is counted after its answer is sent
		a := ask(t, "GET", r.url+"/metrics", "")
		text = string(a.body)
		missing := false
		for _, w := range want {
			missing = missing || !strings.Contains(text, w)
		}
		if !missing || time.Now().After(deadline) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %s", w)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestReady: not ready before the law is loaded.
func TestReady(t *testing.T) {
	h, err := server.New(server.Options{Desk: api.New(api.Options{}), Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l, h, time.Second) }()
	url := "http://" + l.Addr().String()
	if a := ask(t, "GET", url+"/healthz", ""); a.StatusCode != 200 {
		t.Errorf("healthz: %d", a.StatusCode)
	}
	if a := ask(t, "GET", url+"/readyz", ""); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("readyz before the law is loaded: %d", a.StatusCode)
	}
	if err := h.Load(); err != nil {
		t.Fatal(err)
	}
	if a := ask(t, "GET", url+"/readyz", ""); a.StatusCode != 200 {
		t.Errorf("readyz: %d", a.StatusCode)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// TestPages: what others mount stands behind the same checks.
func TestPages(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "page %s", r.URL.Path) })
	boom := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })
	r := start(t, server.Options{Loopback: true, Pages: page, MCP: boom}, time.Second)
	for path, want := range map[string]string{"/": "page /", "/duty": "page /duty", "/brief/JP": "page /brief/JP"} {
		if a := ask(t, "GET", r.url+path, ""); string(a.body) != want {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := ask(t, "GET", r.url+"/api/v1/nothing", ""); a.StatusCode != 404 || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a path of the API is a page: %d", a.StatusCode)
	}
	if a := ask(t, "GET", r.url+"/", "", "Host", "evil.example"); a.StatusCode != 403 {
		t.Errorf("a page for another name: %d", a.StatusCode)
	}
	a := ask(t, "POST", r.url+"/mcp", "{}")
	if a.StatusCode != 500 || strings.Contains(string(a.body), "boom") {
		t.Errorf("a panic: %d %s", a.StatusCode, a.body)
	}
	if !strings.Contains(r.log.String(), "boom") {
		t.Error("the log does not hold the panic")
	}
}
