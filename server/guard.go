package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kanzei"
)

// wrap puts the checks that every request passes before a handler.
func (s *server) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		rec := &recorder{ResponseWriter: w}
		s.metrics.flying.Add(1)
		defer func() {
			s.metrics.flying.Add(-1)
			fault := recover()
			if fault != nil && fault != http.ErrAbortHandler {
				s.Log.Error("panic", "route", r.Pattern, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.fail(rec, r, fmt.Errorf("panic: %v", fault))
					fault = nil
				} else {
					fault = http.ErrAbortHandler
				}
			}
			route := r.Pattern
			if route == "" {
				route = "refused"
			}
			took := time.Since(begun)
			s.metrics.count(route, rec, took)
			// What was asked stays out of the log: it is the entry of someone.
			s.Log.Info("request", "method", r.Method, "route", route, "status", rec.code(), "bytes", rec.bytes, "ms", float64(took.Microseconds())/1000)
			if fault != nil {
				panic(fault)
			}
		}()
		if r.ContentLength != 0 {
			r.Body = arrive(rec, r.Body, s.Receive)
		}
		if !s.guard(rec, r) {
			return
		}
		next.ServeHTTP(rec, r)
	})
}

// arriving is the body of a request, which must have come after a while, also
// where no handler reads it: the connection is not held for who never sends
// what was announced. A handler may give it longer.
type arriving struct {
	io.ReadCloser
	rc *http.ResponseController
}

func arrive(w http.ResponseWriter, body io.ReadCloser, within time.Duration) *arriving {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(within))
	return &arriving{body, rc}
}

func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err == io.EOF {
		_ = a.rc.SetReadDeadline(time.Time{}) // from here on reading only finds out whether the client is there
	}
	return n, err
}

const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets what every answer says and refuses what may not ask.
func (s *server) guard(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if len(s.Origins) == 0 {
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	if !s.answers(r.Host) {
		s.fail(w, r, &kanzei.Problem{Code: "host.unknown", Where: "Host", Msg: "this server does not answer to that name", Hint: "ask localhost or 127.0.0.1, or start it with --host NAME"})
		return false
	}
	if s.cors(w, r) {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	if err := s.cross.Check(r); err != nil {
		s.fail(w, r, &kanzei.Problem{Code: "origin.refused", Where: "Origin", Msg: "a page of another site may not ask", Hint: "allow the site with --cors ORIGIN"})
		return false
	}
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
		return true
	}
	if !s.limits.allow(r.RemoteAddr) {
		s.fail(w, r, &kanzei.Problem{Code: "rate.limit", Msg: "too many requests", Hint: "wait a second; many entries go to " + ratePath + " as one stream"})
		return false
	}
	if !s.authorized(r) {
		s.fail(w, r, &kanzei.Problem{Code: "auth.token", Where: "Authorization", Msg: "the token is missing or wrong", Hint: "send Authorization: Bearer TOKEN; a browser asks for it as the password, with any user name"})
		return false
	}
	return true
}

// answers reports whether the server goes by a name. A page elsewhere whose
// name has been pointed at this machine asks by that name.
func (s *server) answers(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return true
	}
	if !s.Loopback {
		return len(s.Hosts) == 0
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a.IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// cors answers for pages of other sites; true when the request only asked
// whether it may.
func (s *server) cors(w http.ResponseWriter, r *http.Request) (preflight bool) {
	origin := r.Header.Get("Origin")
	if origin == "" || len(s.Origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	switch {
	case slices.Contains(s.Origins, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.Contains(s.Origins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
	default:
		return false
	}
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After, Mcp-Session-Id")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, Mcp-Session-Id, Mcp-Protocol-Version, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "600")
	return true
}

// limits are the rates of the clients seen lately.
type limits struct {
	rate  rate.Limit
	burst int
	mu    sync.Mutex
	by    map[netip.Prefix]*rate.Limiter
}

// maxClients bounds the clients remembered.
const maxClients = 1 << 13

func newLimits(perSecond float64) *limits {
	return &limits{rate: rate.Limit(perSecond), burst: max(1, int(2*perSecond)), by: map[netip.Prefix]*rate.Limiter{}}
}

func (l *limits) allow(remote string) bool {
	if l.rate <= 0 {
		return true
	}
	var client netip.Prefix
	if a, err := netip.ParseAddrPort(remote); err == nil {
		bits := 32
		if a.Addr().Unmap().Is6() {
			bits = 64 // what one subscriber has
		}
		client, _ = a.Addr().Unmap().WithZone("").Prefix(bits)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.by[client]
	if x == nil {
		if len(l.by) >= maxClients {
			for k, v := range l.by {
				if v.Tokens() >= float64(l.burst) {
					delete(l.by, k)
				}
			}
			if len(l.by) >= maxClients {
				clear(l.by)
			}
		}
		x = rate.NewLimiter(l.rate, l.burst)
		l.by[client] = x
	}
	return x.Allow()
}

// A recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush lets handlers that look for an http.Flusher send what they have.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap gives http.ResponseController its way.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
