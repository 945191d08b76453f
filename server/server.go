// Package server puts the questions of package api on the network: a JSON API
// with its OpenAPI document and pages that explain it, streams of entries,
// events of long solves, metrics and health.
//
// [New] returns a handler; [Serve] runs it until it is told to stop, and lets
// what is under way finish. Pages and the Model Context Protocol are handlers
// of other packages, mounted here behind the same checks.
//
// Answers are functions of the program's version, the edition of the law and
// the whole request; the ETag of an answer is a hash of these. Errors are
// application/problem+json with the codes and hints of the command line.
package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"kanzei"
	"kanzei/api"
)

// Options of a server.
type Options struct {
	Desk *api.Desk // what answers

	// Pages answers every path that nothing else does, from "/" on; the
	// documentation of the API takes its place when nil. It may set a
	// Content-Security-Policy of its own.
	Pages http.Handler
	MCP   http.Handler // the Model Context Protocol at /mcp; none when nil

	Loopback bool          // only local names are answered: no page elsewhere can pose as this server
	Hosts    []string      // names answered beside these; without Loopback, none named answers all
	Origins  []string      // of browsers that may ask from other sites; "*" is any; none when empty
	Token    string        // asked for, as bearer token or, by browsers, as password of any user; "" for none
	Rate     float64       // requests a second that a client may make; 0 for no limit
	MaxBody  int64         // bytes of a request that is not a stream; 1 MiB when zero
	Receive  time.Duration // how long a request that is not a stream may take to come; 30 seconds when zero
	Idle     time.Duration // how long a line of a stream may take to come, or what answers it to be taken; 2 minutes when zero

	Log *slog.Logger // requests, without what they ask; none when nil
}

type server struct {
	Options
	mux      *http.ServeMux
	metrics  *metricSet
	limits   *limits
	cross    *http.CrossOriginProtection
	token    [sha256.Size]byte
	draining atomic.Bool
	loaded   atomic.Bool
	document []byte // the OpenAPI document
}

// A Handler answers requests.
type Handler struct {
	http.Handler
	s *server
}

// New returns the handler of all that is served.
func New(o Options) (*Handler, error) {
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Receive == 0 {
		o.Receive = 30 * time.Second
	}
	if o.Idle == 0 {
		o.Idle = 2 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o, mux: http.NewServeMux(), limits: newLimits(o.Rate), token: sha256.Sum256([]byte(o.Token)), cross: http.NewCrossOriginProtection()}
	for _, origin := range o.Origins {
		if origin == "*" {
			s.cross.AddInsecureBypassPattern("/")
			continue
		}
		if err := s.cross.AddTrustedOrigin(origin); err != nil {
			return nil, &kanzei.Problem{Code: "serve.origin", Where: "--cors", Msg: "not an origin: " + origin, Hint: "write it as https://example.org"}
		}
	}
	s.metrics = newMetrics(s)
	var err error
	if s.document, err = document(o.Desk.Version()); err != nil {
		return nil, err
	}
	s.routes()
	return &Handler{s.wrap(s.mux), s}, nil
}

// Load loads what answers need and then says that the server is ready.
func (h *Handler) Load() error {
	if err := h.s.Desk.Load(); err != nil {
		return err
	}
	h.s.loaded.Store(true)
	return nil
}

// methods are the handlers of a path.
type methods map[string]http.HandlerFunc

func (s *server) routes() {
	paths := map[string]methods{}
	handle := func(method, path string, h http.HandlerFunc) {
		if paths[path] == nil {
			paths[path] = methods{}
		}
		paths[path][method] = h
	}
	for _, op := range api.Operations() {
		handle(op.Method, op.Path, s.ask(op))
		if short, ok := strings.CutSuffix(op.Path, "/{country}"); ok {
			handle(op.Method, short, s.ask(op)) // ?country=
		}
	}
	handle("POST", ratePath, s.rate)
	handle("GET", "/healthz", s.health)
	handle("GET", "/readyz", s.ready)
	handle("GET", "/metrics", s.metrics.serve)
	handle("GET", "/openapi.json", s.openapi)
	handle("GET", "/docs", s.docs)
	handle("GET", "/docs/style.css", s.style)
	for path, m := range paths {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			h := m[r.Method]
			if h == nil && r.Method == http.MethodHead {
				h = m[http.MethodGet]
			}
			if h != nil {
				h(w, r)
				return
			}
			list := strings.Join(slices.Sorted(maps.Keys(m)), ", ")
			w.Header().Set("Allow", list)
			s.fail(w, r, &kanzei.Problem{Code: "request.method", Msg: r.Method + " is not answered here", Hint: "use " + list})
		})
	}
	nowhere := func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &kanzei.Problem{Code: "request.path", Where: r.URL.Path, Msg: "nothing is served there", Hint: "/docs lists what is"})
	}
	s.mux.HandleFunc("/api/", nowhere)
	if s.MCP != nil {
		s.mux.HandleFunc("/mcp", func(w http.ResponseWriter, r *http.Request) {
			// A tool may solve for minutes before the last word is written.
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(15 * time.Minute))
			s.MCP.ServeHTTP(w, r)
		})
	}
	if s.Pages != nil {
		s.mux.Handle("/", s.Pages)
		return
	}
	s.mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/docs", http.StatusFound) })
	s.mux.HandleFunc("/", nowhere)
}

// ask answers an operation.
func (s *server) ask(op *api.Operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		request := op.New()
		var err error
		if op.Method == "GET" {
			err = query(r, op, request)
		} else {
			err = s.body(w, r, request)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		q, err := s.Desk.Ask(op, request)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if op.Progress && accepts(r, "text/event-stream") {
			s.events(w, r, q)
			return
		}
		tag := tagOf(q.Key)
		if op.Method == "GET" && matches(r, tag) {
			fresh(w, tag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body, err := q.Answer(r.Context(), nil)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if op.Method == "GET" {
			fresh(w, tag)
		} else {
			w.Header().Set("Cache-Control", "no-store")
		}
		s.send(w, http.StatusOK, "application/json", body)
	}
}

// query reads the parameters of the address and of its path.
func query(r *http.Request, op *api.Operation, request any) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return &kanzei.Problem{Code: "request.query", Msg: "the address cannot be read: " + err.Error(), Hint: "escape its parameters, as in q=passenger+car"}
	}
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			if v := r.PathValue(name); v != "" {
				values[name] = append(values[name], v)
			}
		}
	}
	return api.DecodeQuery(values, request)
}

// body reads a request of bounded length.
func (s *server) body(w http.ResponseWriter, r *http.Request, request any) error {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return &kanzei.Problem{Code: "request.type", Msg: "the request is not said to be JSON", Hint: "send it with Content-Type: application/json"}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(s.MaxBody)
	case err != nil:
		return &kanzei.Problem{Code: "request.body", Msg: "the request was not received whole", Hint: "send it again"}
	}
	return api.DecodeJSON(strings.NewReader(string(b)), request)
}

func (s *server) send(w http.ResponseWriter, status int, kind string, body []byte) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// tagOf is the entity tag of what a key stands for.
func tagOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}

// fresh lets an answer be kept, and asked after before each use: another
// program or another day may answer otherwise.
func fresh(w http.ResponseWriter, tag string) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
}

func matches(r *http.Request, tag string) bool {
	for _, list := range r.Header.Values("If-None-Match") {
		for t := range strings.SplitSeq(list, ",") {
			if t = strings.TrimSpace(t); t == tag || t == "W/"+tag || t == "*" {
				return true
			}
		}
	}
	return false
}

// accepts reports whether a kind is named in Accept.
func accepts(r *http.Request, kind string) bool {
	for _, list := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(list, ",") {
			if t, _, _ := mime.ParseMediaType(part); t == kind {
				return true
			}
		}
	}
	return false
}

func (s *server) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.send(w, http.StatusOK, "application/json", []byte("{\"status\":\"ok\"}\n"))
}

// ready is false until the law is loaded and while the server drains.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case s.draining.Load():
		s.fail(w, r, &kanzei.Problem{Code: "busy.draining", Msg: "the server is about to stop", Hint: "ask another one"})
	case !s.loaded.Load():
		s.fail(w, r, &kanzei.Problem{Code: "busy.loading", Msg: "the law is not loaded yet", Hint: "ask again in a second"})
	default:
		s.send(w, http.StatusOK, "application/json", []byte("{\"status\":\"ready\"}\n"))
	}
}

// authorized compares in constant time. Programs send the token as a bearer
// token, browsers as the password of any user.
func (s *server) authorized(r *http.Request) bool {
	if s.Token == "" {
		return true
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given = strings.TrimSpace(given)
	if _, password, ok := r.BasicAuth(); ok {
		given = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	sum := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}

// forBrowsers reports whether people look at a path, and not programs alone.
func forBrowsers(path string) bool {
	return !strings.HasPrefix(path, "/api/") && !slices.Contains([]string{"/mcp", "/metrics", "/openapi.json"}, path)
}
