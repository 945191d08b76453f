package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kanzei/server"
)

// stream posts lines and returns the answer with its body open.
func stream(t *testing.T, url string, body io.Reader) *http.Response {
	t.Helper()
	res, err := http.Post(url+"/api/v1/rate", "application/x-ndjson", body)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// A rated is an answered line.
type rated struct {
	ID     json.RawMessage `json:"id"`
	Status string          `json:"status"`
	Duty   *string         `json:"duty_usd"`
	MPF    string          `json:"mpf_usd"`
	Note   string          `json:"note"`
	Reject *struct {
		Row    int64  `json:"row"`
		ID     string `json:"id"`
		Field  string `json:"field"`
		Reason string `json:"reason"`
	} `json:"reject"`
}

func lines(t *testing.T, b []byte) []rated {
	t.Helper()
	var out []rated
	for line := range bytes.Lines(b) {
		var r rated
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, r)
	}
	return out
}

// TestStream: every line is answered by one line, in order.
func TestStream(t *testing.T) {
	r := loopback(t)
	in := strings.Join([]string{
		`{"id": 1, "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 30000, "note": "kept <as> it is"}`,
		``,
		`{"id": "2", "hts": "8703.23.01.4x", "origin": "JP", "entry_date": "2025-04-15", "value_usd": "1"}`,
		`nonsense`,
		`{"id": "4", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15"}`,
		`{"id": "5", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": {"usd": 1}}`,
		`{"id": "6", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 100, "status": "mine", "duty_usd": 7}`,
		`{"id": "7", "entry_id": "A", "hts": "8703.23.01.40", "origin": "DE", "entry_date": "2025-04-15", "value_usd": 200000}`,
		`{"id": "8", "entry_id": "A", "hts": "8703.23.01.40", "origin": "DE", "entry_date": "2025-04-15", "value_usd": 200000}`,
		`{"id": "9", "entry_id": "B", "hts": "8703.23.01.40", "origin": "DE", "entry_date": "2025-04-15", "value_usd": 1000}`,
		`{"id": "10", "entry_id": "A", "hts": "8703.23.01.40", "origin": "DE", "entry_date": "2025-04-15", "value_usd": 1000}`,
		`{"id": "11", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 100, "flags": ["civil-aircraft"], "spi": null}`,
	}, "\n")
	res := stream(t, r.url, strings.NewReader("\xef\xbb\xbf"+in))
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%d %v %v", res.StatusCode, res.Header, err)
	}
	out := lines(t, b)
	if len(out) != 11 {
		t.Fatalf("%d lines answer 11:\n%s", len(out), b)
	}
	for i, want := range []struct{ id, duty, field string }{
		{id: "1", duty: "8250.00"}, {id: "2", field: "hts"}, {field: ""}, {id: "4", field: "value_usd"}, {id: "5", field: "value_usd"}, {id: "6", duty: "27.50"},
		{id: "7", duty: "55000.00"}, {id: "8", duty: "55000.00"}, {id: "9", duty: "275.00"}, {id: "10", field: "entry_id"}, {id: "11", duty: "27.50"},
	} {
		o := out[i]
		if want.duty != "" {
			if o.Reject != nil || strings.Trim(string(o.ID), `"`) != want.id || o.Status != "exact" || o.Duty == nil || *o.Duty != want.duty {
				t.Errorf("line %d: %+v, want duty %s of %s", i+1, o, want.duty, want.id)
			}
			continue
		}
		if o.Reject == nil || o.Reject.Row != int64(i+1) || o.Reject.Field != want.field || o.Reject.Reason == "" || o.Reject.ID != want.id && i != 4 {
			t.Errorf("line %d: %+v, want a reject of %s", i+1, o.Reject, want.field)
		}
	}
	if out[0].Note != "kept <as> it is" {
		t.Errorf("a member of one's own: %q", out[0].Note)
	}
	if n := bytes.Count(b, []byte(`"status":`)); n != 6 {
		t.Errorf("status stands %d times in 6 answers", n)
	}
	// The fee of an entry of two lines reaches its maximum once, on the first line.
	if out[6].MPF == "0.00" || out[7].MPF != "0.00" {
		t.Errorf("fees of one entry: %s and %s", out[6].MPF, out[7].MPF)
	}
}

// TestStreamEmpty: nothing in, nothing out.
func TestStreamEmpty(t *testing.T) {
	r := loopback(t)
	res := stream(t, r.url, strings.NewReader("\n\n"))
	if b, err := io.ReadAll(res.Body); err != nil || len(b) > 0 || res.StatusCode != 200 {
		t.Errorf("%d %q %v", res.StatusCode, b, err)
	}
}

// TestStreamLong: a line without end is refused without being held.
func TestStreamLong(t *testing.T) {
	r := loopback(t)
	body := io.MultiReader(strings.NewReader(`{"id": "`), io.LimitReader(endless('x'), 8<<20), strings.NewReader("\"}\n"), strings.NewReader(entryLine(2)))
	b, err := io.ReadAll(stream(t, r.url, body).Body)
	if err != nil {
		t.Fatal(err)
	}
	if out := lines(t, b); len(out) != 2 || out[0].Reject == nil || !strings.Contains(out[0].Reject.Reason, "262144") || out[1].Duty == nil {
		t.Errorf("%s", b)
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func entryLine(id int) string {
	return fmt.Sprintf(`{"id": %d, "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 30000}`+"\n", id)
}

// TestStreamLive: a line is answered before the next is sent.
func TestStreamLive(t *testing.T) {
	r := loopback(t)
	in, out := io.Pipe()
	var res *http.Response
	got := make(chan error, 1)
	go func() {
		var err error
		res, err = http.Post(r.url+"/api/v1/rate", "application/x-ndjson", in)
		got <- err
	}()
	var answers *bufio.Reader
	for i := range 3 {
		if _, err := io.WriteString(out, entryLine(i)); err != nil {
			t.Fatal(err)
		}
		if answers == nil {
			if err := <-got; err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			answers = bufio.NewReader(res.Body)
		}
		line, err := answers.ReadString('\n')
		if err != nil || !strings.Contains(line, fmt.Sprintf(`"id": %d,`, i)) || !strings.Contains(line, `"duty_usd":"8250.00"`) {
			t.Fatalf("%q %v", line, err)
		}
	}
	out.Close()
	if rest, err := io.ReadAll(answers); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
}

// TestBackPressure: who does not read is not read.
func TestBackPressure(t *testing.T) {
	r := loopback(t)
	var sent atomic.Int64
	const limit = 256 << 20
	body := &counted{line: entryLine(1), sent: &sent, limit: limit}
	res := stream(t, r.url, body)
	// The answers are not read: what is sent comes to rest far below the limit.
	last, still := int64(-1), 0
	for deadline := time.Now().Add(60 * time.Second); still < 10 && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if n := sent.Load(); n == last {
			still++
		} else {
			last, still = n, 0
		}
	}
	if still < 10 || last >= limit/2 {
		t.Errorf("%d bytes were taken from a client that does not read", last)
	}
	res.Body.Close()
}

// counted sends a line again and again.
type counted struct {
	line  string
	rest  string
	sent  *atomic.Int64
	limit int64
}

func (c *counted) Read(p []byte) (int, error) {
	if c.sent.Load() >= c.limit {
		return 0, io.EOF
	}
	if c.rest == "" {
		c.rest = c.line
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	c.sent.Add(int64(n))
	return n, nil
}

// TestStreamBreaks: a stream that stands still is ended, and the answer says so
// and does not end as if it were whole.
func TestStreamBreaks(t *testing.T) {
	r := start(t, server.Options{Loopback: true, Idle: 300 * time.Millisecond}, time.Second)
	in, out := io.Pipe()
	defer out.Close()
	go func() { _, _ = io.WriteString(out, entryLine(1)) }()
	res := stream(t, r.url, in)
	b, err := io.ReadAll(res.Body)
	if err == nil {
		t.Error("the answer ends as if it were whole")
	}
	if !bytes.Contains(b, []byte(`"duty_usd":"8250.00"`)) || !bytes.Contains(b, []byte(`"problem":`)) || !bytes.Contains(b, []byte("request.body")) {
		t.Errorf("%s", b)
	}
}

// TestStopWhileStreaming: a stream under way ends well when its client ends it
// in time; one that goes on is cut off, visibly.
func TestStopWhileStreaming(t *testing.T) {
	for _, ends := range []bool{true, false} {
		r := start(t, server.Options{Loopback: true}, 1500*time.Millisecond)
		in, out := io.Pipe()
		go func() { _, _ = io.WriteString(out, entryLine(1)) }()
		res := stream(t, r.url, in)
		answers := bufio.NewReader(res.Body)
		if _, err := answers.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		r.stop()
		// No new connection is taken.
		refused := false
		for deadline := time.Now().Add(5 * time.Second); !refused && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			if refused = err != nil; !refused {
				c.Close()
			}
		}
		if !refused {
			t.Error("a server that stops takes connections")
		}
		if ends {
			if _, err := io.WriteString(out, entryLine(2)); err != nil {
				t.Fatal(err)
			}
			out.Close()
			rest, err := io.ReadAll(answers)
			if err != nil || !strings.Contains(string(rest), `"id": 2,`) {
				t.Errorf("the stream under way did not end well: %q %v", rest, err)
			}
			if err := <-r.done; err != nil {
				t.Errorf("stopping: %v", err)
			}
		} else {
			if _, err := io.ReadAll(answers); err == nil {
				t.Error("a stream that was cut off ends as if it were whole")
			}
			out.Close()
			if err := <-r.done; err == nil {
				t.Error("a stream was cut off and nothing says so")
			}
		}
		r.done <- nil // for the end of the test
	}
}

// TestEvents: a solve tells how far it is, and then gives the very answer.
func TestEvents(t *testing.T) {
	r := loopback(t)
	const q = `{"scenario": ["lapse"], "on": "2025-04-15", "closure": "fixed", "draws": 3, "economies": ["JP"]}`
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", r.url+"/api/v1/impact", strings.NewReader(q))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("sent as %s", kind)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	var result []string
	for event := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n\n") {
		name, data := "", []string{}
		for line := range strings.SplitSeq(event, "\n") {
			if v, ok := strings.CutPrefix(line, "event: "); ok {
				name = v
			}
			if v, ok := strings.CutPrefix(line, "data: "); ok {
				data = append(data, v)
			}
		}
		seen[name]++
		if name == "result" {
			result = data
		}
	}
	if seen["progress"] == 0 || seen["result"] != 1 || seen["problem"] != 0 {
		t.Fatalf("events %v", seen)
	}
	plain := ask(t, "POST", r.url+"/api/v1/impact", q)
	if got := strings.Join(result, "\n") + "\n"; got != string(plain.body) {
		t.Error("the result of the events is another than the answer")
	}
	if again := string(ask(t, "GET", r.url+"/metrics", "").body); !strings.Contains(again, "kanzei_answers_from_memory") {
		t.Error("no count of answers from memory")
	}
	bad := ask(t, "POST", r.url+"/api/v1/impact", `{"closure": "open"}`, "Accept", "text/event-stream")
	if !strings.Contains(string(bad.body), "event: problem\ndata: {") || !strings.Contains(string(bad.body), "impact.closure") {
		t.Errorf("%s", bad.body)
	}
}
