package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"kanzei"
	"kanzei/api"
)

const ratePath = "/api/v1/rate"

// streamTypes are the names of lines of JSON; the first is answered.
var streamTypes = []string{"application/x-ndjson", "application/ndjson", "application/jsonl"}

// rate rates a stream of entries while it comes. The client is read no faster
// than it reads.
func (s *server) rate(w http.ResponseWriter, r *http.Request) {
	q := &api.RateRequest{}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil {
		err = api.DecodeQuery(values, q)
	}
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && !slices.Contains(streamTypes, t) {
		err = &kanzei.Problem{Code: "request.type", Msg: "the request is not said to be lines of JSON", Hint: "send one JSON object a line with Content-Type: " + streamTypes[0]}
	}
	if err == nil && q.Known != "" && q.Known != "latest" {
		_, err = kanzei.ParseDay(q.Known)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	rc := http.NewResponseController(w)
	_ = rc.EnableFullDuplex() // HTTP/2 is so anyway
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	in := &steady{body: r.Body, rc: rc, idle: s.Idle}
	out := &started{ResponseWriter: w, rc: rc, idle: s.Idle}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", streamTypes[0])
	_, _, err = s.Desk.Rate(ctx, q, in, out, func(rows, rejected int) error {
		s.metrics.rated.Add(rows)
		s.metrics.reject.Add(rejected)
		return rc.Flush()
	}, func() {
		cancel()
		_ = rc.SetReadDeadline(time.Unix(1, 0)) // wakes a read that waits
	})
	switch {
	case err == nil && !out.begun:
		s.send(w, http.StatusOK, streamTypes[0], nil) // no line came
	case err == nil:
	case !out.begun:
		s.fail(w, r, in.problem(err))
	default:
		// Lines were sent: the last one says why there are no more, and the
		// connection breaks, so that nobody takes the part for the whole.
		_, _ = out.Write(encoded(struct {
			Problem Problem `json:"problem"`
		}{s.problemOf(r, in.problem(err))}))
		_ = rc.Flush()
		panic(http.ErrAbortHandler)
	}
}

// steady is a body of lines, each of which must not take longer than idle to
// come, however small the pieces.
type steady struct {
	body   io.Reader
	rc     *http.ResponseController
	idle   time.Duration
	within bool // a line
	err    error
}

func (s *steady) Read(p []byte) (int, error) {
	if !s.within {
		_ = s.rc.SetReadDeadline(time.Now().Add(s.idle))
	}
	n, err := s.body.Read(p)
	s.within = n > 0 && bytes.IndexByte(p[:n], '\n') < 0
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// problem says that the stream broke, where it did.
func (s *steady) problem(err error) error {
	if s.err == nil {
		return err
	}
	return &kanzei.Problem{Code: "request.body", Msg: "the stream of entries broke", Hint: fmt.Sprintf("send a line at least every %v, and end the stream", s.idle)}
}

// started knows whether something was written. A write must not stand still
// for longer than idle.
type started struct {
	http.ResponseWriter
	rc    *http.ResponseController
	idle  time.Duration
	begun bool
}

func (s *started) Write(b []byte) (int, error) {
	if len(b) > 0 {
		s.begun = true
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(s.idle))
	return s.ResponseWriter.Write(b)
}

// events answers as server-sent events: progress, then result or problem. The
// data of result are the bytes that would be the answer otherwise.
func (s *server) events(w http.ResponseWriter, r *http.Request, q *api.Question) {
	type news struct {
		event string
		data  []byte
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	ch := make(chan news)
	tell := func(n news) {
		select {
		case ch <- n:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(ch)
		body, err := q.Answer(ctx, func(done, of int) {
			tell(news{"progress", encoded(map[string]int{"done": done, "of": of})})
		})
		if err != nil {
			tell(news{"problem", encoded(s.problemOf(r, err))})
			return
		}
		tell(news{"result", body})
	}()
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass events on as they come
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(10 * time.Second)
	defer beat.Stop()
	var b bytes.Buffer
	for {
		b.Reset()
		select {
		case n, open := <-ch:
			if !open {
				return
			}
			fmt.Fprintf(&b, "event: %s\n", n.event)
			for line := range bytes.SplitSeq(bytes.TrimSuffix(n.data, []byte("\n")), []byte("\n")) {
				fmt.Fprintf(&b, "data: %s\n", line)
			}
			b.WriteByte('\n')
		case <-beat.C:
			b.WriteString(": still at it\n\n")
		}
		_ = rc.SetWriteDeadline(time.Now().Add(30 * time.Second))
		if _, err := w.Write(b.Bytes()); err != nil {
			return
		}
		if err := rc.Flush(); err != nil {
			return
		}
	}
}
