package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kanzei/mcp"
	"kanzei/server"
	"kanzei/ui"
)

// tools is the Model Context Protocol as the command mounts it.
func tools(t *testing.T) http.Handler {
	t.Helper()
	s, err := mcp.New(desk(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return mcp.Handler(s, nil)
}

// others ask while a client behaves badly, and each must get the answer it
// would get on a quiet day.
func others(t *testing.T, r *running, want []byte) {
	t.Helper()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				res, err := http.Get(r.url + car)
				if err != nil {
					t.Errorf("another client: %v", err)
					return
				}
				b, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != 200 || !bytes.Equal(b, want) {
					t.Errorf("another client: %d %v %.200s", res.StatusCode, err, b)
					return
				}
			}
		})
	}
	wg.Wait()
}

// dial sends text as it stands and keeps the connection.
func dial(t *testing.T, r *running, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	// A server that has refused already may have closed.
	_, _ = io.WriteString(c, text)
	return c
}

// reply reads one answer from a connection; nil where it was closed without.
func reply(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Error("the connection is still held after half a minute")
	}
	if err != nil {
		return nil
	}
	res.Body.Close()
	return res
}

const post = "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"

// TestHostile: clients that are slow, huge, malformed or gone harm nobody else,
// and are let go.
func TestHostile(t *testing.T) {
	for _, c := range []struct {
		name   string
		attack func(t *testing.T, r *running) (after func())
	}{
		{"slow header", func(t *testing.T, r *running) func() {
			var held []net.Conn
			for range 100 {
				held = append(held, dial(t, r, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A"))
			}
			return func() {
				for _, c := range held {
					if res := reply(t, c); res != nil && res.StatusCode != http.StatusRequestTimeout && res.StatusCode != 400 {
						t.Errorf("half a header is answered with %s", res.Status)
					}
				}
			}
		}},
		{"slow body", func(t *testing.T, r *running) func() {
			var held []net.Conn
			for range 100 {
				held = append(held, dial(t, r, fmt.Sprintf(post, "/api/v1/duty", "application/json")+"Content-Length: 900\r\n\r\n{\"hts\": "))
			}
			return func() {
				for _, c := range held {
					if res := reply(t, c); res != nil && res.StatusCode != 400 {
						t.Errorf("half a body is answered with %s", res.Status)
					}
				}
			}
		}},
		{"slow line of a stream", func(t *testing.T, r *running) func() {
			var held []net.Conn
			for range 8 {
				c := dial(t, r, fmt.Sprintf(post, "/api/v1/rate", "application/x-ndjson")+"Transfer-Encoding: chunked\r\n\r\n")
				held = append(held, c)
				go func() { // a byte now and then, never a line
					for {
						if _, err := io.WriteString(c, "1\r\n \r\n"); err != nil {
							return
						}
						time.Sleep(20 * time.Millisecond)
					}
				}()
			}
			return func() {
				for _, c := range held {
					if res := reply(t, c); res != nil && res.StatusCode != 400 {
						t.Errorf("a line that never ends is answered with %s", res.Status)
					}
				}
			}
		}},
		{"slow reader of a stream", func(t *testing.T, r *running) func() {
			var done sync.WaitGroup
			for range 4 {
				c := dial(t, r, fmt.Sprintf(post, "/api/v1/rate", "application/x-ndjson")+"Transfer-Encoding: chunked\r\n\r\n")
				lines := strings.Repeat(entryLine(1), 400)
				chunk := fmt.Sprintf("%x\r\n%s\r\n", len(lines), lines)
				done.Go(func() { // and never reads: the server stops reading, then lets go
					for {
						if _, err := io.WriteString(c, chunk); err != nil {
							return
						}
					}
				})
			}
			return done.Wait
		}},
		{"huge body", func(t *testing.T, r *running) func() {
			var done sync.WaitGroup
			for range 4 {
				done.Go(func() {
					res, err := http.Post(r.url+"/api/v1/duty", "application/json", io.LimitReader(endless(' '), 256<<20))
					if err != nil {
						return // closed while it was being sent
					}
					defer res.Body.Close()
					if res.StatusCode != 413 {
						t.Errorf("a body of 256 MiB is answered with %s", res.Status)
					}
				})
			}
			return done.Wait
		}},
		{"malformed JSON", func(t *testing.T, r *running) func() {
			var done sync.WaitGroup
			for _, body := range []string{strings.Repeat("[", 1<<20), strings.Repeat(`{"hts":`, 1<<17), `{"hts": "` + strings.Repeat(`\ud800`, 1<<15), "\xff\xfe{}", `{"value_usd": 1` + strings.Repeat("0", 1<<19) + "}",
				`{"draws": 1e400}`, `{"files": {"a": ` + strings.Repeat(`{"a":`, 1<<16)} {
				for path, kind := range map[string]string{"/api/v1/duty": "application/json", "/api/v1/impact": "application/json", "/mcp": "application/json", "/api/v1/rate": "application/x-ndjson"} {
					done.Go(func() {
						res, err := http.Post(r.url+path, kind, strings.NewReader(body))
						if err != nil {
							t.Error(err)
							return
						}
						defer res.Body.Close()
						b, _ := io.ReadAll(res.Body)
						if path == "/api/v1/rate" {
							if res.StatusCode != 200 || !bytes.HasPrefix(b, []byte(`{"reject":`)) {
								t.Errorf("a line %.20q: %s %.200s", body, res.Status, b)
							}
						} else if res.StatusCode < 400 || res.StatusCode >= 500 {
							t.Errorf("%s of %.20q: %s %.200s", path, body, res.Status, b)
						}
					})
				}
			}
			return done.Wait
		}},
		{"header flood", func(t *testing.T, r *running) func() {
			var done sync.WaitGroup
			for range 16 {
				done.Go(func() {
					res := reply(t, dial(t, r, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"+strings.Repeat("X-A: b\r\n", 1<<15)+"\r\n"))
					if res != nil && res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
						t.Errorf("32768 headers are answered with %s", res.Status)
					}
				})
			}
			return done.Wait
		}},
		{"requests cancelled", func(t *testing.T, r *running) func() {
			var done sync.WaitGroup
			for i := range 48 {
				done.Go(func() {
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+i)*time.Millisecond)
					defer cancel()
					path, body := "/api/v1/impact", fmt.Sprintf(`{"on": "2025-04-15", "draws": 4, "seed": %d}`, 100+i)
					if i%3 == 0 {
						path, body = "/api/v1/talks", fmt.Sprintf(`{"asker": "JP", "on": "2025-04-15", "draws": 4, "seed": %d}`, 100+i)
					}
					req, err := http.NewRequestWithContext(ctx, "POST", r.url+path, strings.NewReader(body))
					if err != nil {
						t.Error(err)
						return
					}
					req.Header.Set("Content-Type", "application/json")
					if i%2 == 0 {
						req.Header.Set("Accept", "text/event-stream")
					}
					if res, err := http.DefaultClient.Do(req); err == nil {
						_, _ = io.Copy(io.Discard, res.Body)
						res.Body.Close()
					}
				})
			}
			return func() {
				done.Wait()
				// What nobody waits for is given up.
				deadline := time.Now().Add(2 * time.Minute)
				for desk().Stats().Running+desk().Stats().Waiting > 0 {
					if time.Now().After(deadline) {
						t.Fatalf("%+v: work goes on for nobody", desk().Stats())
					}
					time.Sleep(10 * time.Millisecond)
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, server.Options{Loopback: true, Receive: 2 * time.Second, Idle: 2 * time.Second, MCP: tools(t)}, time.Second)
			want := ask(t, "GET", r.url+car, "")
			http.DefaultClient.CloseIdleConnections()
			before := runtime.NumGoroutine()
			after := c.attack(t, r)
			others(t, r, want.body)
			after()
			others(t, r, want.body)
			// Nothing of it is left behind.
			http.DefaultClient.CloseIdleConnections()
			deadline := time.Now().Add(20 * time.Second)
			for runtime.NumGoroutine() > before+4 && time.Now().Before(deadline) {
				http.DefaultClient.CloseIdleConnections()
				time.Sleep(20 * time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > before+4 {
				b := make([]byte, 1<<20)
				t.Errorf("%d goroutines before, %d after:\n%s", before, n, b[:runtime.Stack(b, true)])
			}
			if strings.Contains(r.log.String(), "panic") && !strings.Contains(c.name, "panic") {
				t.Errorf("the program failed:\n%s", r.log)
			}
		})
	}
}

// TestPaths: no path leads out of what is served, to another site, or to a
// fault.
func TestPaths(t *testing.T) {
	pages, err := ui.New(desk())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pages.Close() })
	r := start(t, server.Options{Loopback: true, Pages: pages, MCP: tools(t)}, time.Second)
	for _, path := range []string{
		"//evil.example/", "//evil.example/%2e%2e", "/\\evil.example/", "/%5cevil.example/", "/.//evil.example/", "/..//evil.example/", "/docs//", "//docs",
		"/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../../go.mod", "/static/..%2f..%2fgo.mod", "/static/%2e%2e/ui.go", "/static/..%5c..%5cui.go", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/",
		"/docs/../../server.go", "/docs/%2e%2e%2fserver.go", "/api/v1/../../etc/passwd", "/api/v1/law/..%2f..%2f..%2fetc%2fpasswd", "/api/v1/law/%2e%2e", "/api/v1/law/%00", "/api/v1/law/EO%2014266%00", "/api/v1/law/EO%2014266%2f",
		"/api/v1/brief/%00", "/api/v1/brief/%ff", "/api/v1/brief/JP%2f..", "/api/v1/brief/JP%00", "/api/v1/brief/", "/api/v1//brief/JP", "/api/v1/duty/", "/api/v1/duty%00", "/api/v1/duty;a=b", "/%00", "/%", "/%zz", "/?%zz=1", "*", "",
		"/" + strings.Repeat("a/", 12000), "/" + strings.Repeat("%2e%2e%2f", 3000), "http://evil.example/", "http://evil.example/healthz",
	} {
		c := dial(t, r, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		b, err := io.ReadAll(c)
		if err != nil {
			t.Errorf("%.60q: %v", path, err)
			continue
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
		if err != nil {
			t.Errorf("%.60q: %v", path, err)
			continue
		}
		res.Body.Close()
		if res.StatusCode >= 500 || bytes.Contains(b, []byte("root:")) || bytes.Contains(b, []byte("package ui")) || bytes.Contains(b, []byte("module kanzei")) {
			t.Errorf("%.60q: %.400s", path, b)
		}
		if to := res.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") || strings.Contains(to, "://") {
			t.Errorf("%.60q leads to %q", path, to)
		}
		if strings.HasPrefix(path, "http://evil") && res.StatusCode != 403 && res.StatusCode != 400 {
			t.Errorf("%.60q, another site, is answered with %s", path, res.Status)
		}
		if strings.Contains(path, "passwd") && res.StatusCode == 200 {
			t.Errorf("%.60q is answered: %.400s", path, b)
		}
	}
	if strings.Contains(r.log.String(), "panic") {
		t.Errorf("the program failed:\n%s", r.log)
	}
}
