package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"kanzei"
)

// TestRateIsDuty holds the stream against the answers for one entry, on random
// entries.
func TestRateIsDuty(t *testing.T) {
	d := New(Options{Version: "test"})
	rnd := rand.New(rand.NewPCG(1, 2))
	codes := []string{"8703.23.01.40", "6307.90.98.70", "7326.90.86.88", "2402.10.80.30", "8542.31.00.01", "7601.10.60.90", "0901.11.00.15", "8471.30.01.00"}
	origins := []string{"JP", "DE", "CN", "MX", "CA", "IN", "BR", "VN"}
	var in bytes.Buffer
	var want []*kanzei.Assessment // nil where the entry is refused
	refused := 0
	for i := range 600 {
		day := kanzei.DayOf(2025, 1, 1) + kanzei.Day(rnd.IntN(600))
		e := map[string]any{"id": fmt.Sprint(i), "hts": codes[rnd.IntN(len(codes))], "origin": origins[rnd.IntN(len(origins))], "entry_date": day.String(), "value_usd": 1 + rnd.IntN(1_000_000)}
		if rnd.IntN(2) == 0 {
			e["steel_pct"] = fmt.Sprint(rnd.IntN(101))
		}
		if rnd.IntN(3) == 0 {
			e["mode"] = 11
		}
		if rnd.IntN(4) == 0 {
			e["known"] = day.String()
		}
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
		q := &Entry{}
		if err := DecodeJSON(bytes.NewReader(line), q); err != nil {
			t.Fatal(err)
		}
		a, err := q.answer(d)
		if err != nil && Problems(err) == nil {
			t.Fatal(string(line), err)
		}
		if err != nil {
			refused++
		}
		want = append(want, a)
	}
	var out bytes.Buffer
	rows, rejected, err := d.Rate(context.Background(), &RateRequest{}, &in, &out, func(int, int) error { return nil }, func() {})
	if err != nil || rows != int64(600-refused) || rejected != int64(refused) || refused == 0 || refused > 200 {
		t.Fatal(rows, rejected, refused, err)
	}
	i := 0
	for line := range bytes.Lines(out.Bytes()) {
		var got struct {
			ID     string        `json:"id"`
			Status string        `json:"status"`
			Duty   *kanzei.Money `json:"duty_usd"`
			Min    *kanzei.Money `json:"duty_min_usd"`
			Max    *kanzei.Money `json:"duty_max_usd"`
			Legal  *kanzei.Money `json:"legal_usd"`
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(string(line), err)
		}
		a := want[i]
		if i++; a == nil {
			if !bytes.Contains(line, fmt.Appendf(nil, `{"reject":{"row":%d,"id":"%d",`, i, i-1)) {
				t.Errorf("line %d is refused and answered by %s", i, line)
			}
			continue
		}
		same := func(x, y *kanzei.Money) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
		if got.ID != fmt.Sprint(i-1) || got.Status != string(a.Status) || !same(got.Duty, a.Duty) || !same(got.Min, a.DutyMin) || !same(got.Max, a.DutyMax) || !same(got.Legal, a.Legal) {
			t.Errorf("%s\nthe answer for the entry: %s %v %v %v %v", line, a.Status, a.Duty, a.DutyMin, a.DutyMax, a.Legal)
		}
	}
	if i != 600 {
		t.Errorf("%d lines", i)
	}
}

// TestRateEntries: the lines of one entry are rated together however they come.
func TestRateEntries(t *testing.T) {
	d := New(Options{Version: "test"})
	var text strings.Builder
	n := 0
	for entry := range 40 {
		for range 1 + entry*7%300 {
			n++
			fmt.Fprintf(&text, `{"id": %d, "entry_id": "E%d", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 100}`+"\n", n, entry)
		}
	}
	var whole string
	for _, chunk := range []int{1 << 20, 1000, 97} {
		var out bytes.Buffer
		rows, rejected, err := d.Rate(context.Background(), &RateRequest{}, &chunked{text.String(), chunk}, &out, func(int, int) error { return nil }, func() {})
		if err != nil || rejected != 0 || rows != int64(n) {
			t.Fatal(chunk, rows, rejected, err)
		}
		if whole == "" {
			whole = out.String()
		} else if out.String() != whole {
			t.Errorf("in chunks of %d bytes the answer is another", chunk)
		}
	}
	// A minimum fee of an entry stands on its first line alone.
	if got := strings.Count(whole, `"mpf_usd":"0.00"`); got != n-40 {
		t.Errorf("%d of %d lines bear no fee, want %d", got, n, n-40)
	}
}

// chunked comes a few bytes at a time.
type chunked struct {
	text string
	size int
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.size)], c.text)
	c.text = c.text[n:]
	return n, nil
}

// TestRateStops: work ends when nobody takes the answers.
func TestRateStops(t *testing.T) {
	d := New(Options{Version: "test"})
	in, out := io.Pipe()
	go func() {
		for {
			if _, err := io.WriteString(out, `{"id": 1, "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 100}`+"\n"); err != nil {
				return
			}
		}
	}()
	calls := 0
	_, _, err := d.Rate(context.Background(), &RateRequest{}, in, io.Discard, func(int, int) error {
		if calls++; calls == 3 {
			return io.ErrClosedPipe
		}
		return nil
	}, func() { in.Close() })
	if err != io.ErrClosedPipe || calls != 3 {
		t.Errorf("%v after %d groups", err, calls)
	}
}

// FuzzRate: whatever comes, each line that is not empty is answered by one line
// of JSON.
func FuzzRate(f *testing.F) {
	d := New(Options{Version: "test"})
	f.Add(`{"id": 1, "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 100}`)
	f.Add("{}\n\n [1]\r\n{\"status\": {}, \"hts\": 8703230140}\n\xff\n{\"entry_id\": \"a\"}\n{\"entry_id\": \"a\"}")
	f.Add(`{"hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "value_usd": 1e3, "flags": ["a", "b"], "duty_usd": 1}`)
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		rows, rejected, err := d.Rate(context.Background(), &RateRequest{}, strings.NewReader(in), &out, func(int, int) error { return nil }, func() {})
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for line := range strings.SplitSeq(strings.TrimPrefix(in, "\xef\xbb\xbf"), "\n") {
			if len(bytes.TrimSpace([]byte(line))) > 0 {
				want++
			}
		}
		got := 0
		for line := range bytes.Lines(out.Bytes()) {
			if got++; !json.Valid(line) {
				t.Errorf("not JSON: %q", line)
			}
		}
		if got != want || int64(got) != rows+rejected {
			t.Errorf("%d lines answer %d: %d rated, %d rejected", got, want, rows, rejected)
		}
	})
}
