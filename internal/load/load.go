package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kanzei"
)

type load struct {
	addr       string
	clients, n int
	seed       uint64
}

// A result is what the clients saw.
type result struct {
	took          time.Duration
	times         []time.Duration // ascending
	errors        int
	first         error
	before, after float64 // resident memory of the server, bytes
}

func (r *result) at(share float64) time.Duration {
	return r.times[min(len(r.times)-1, int(share*float64(len(r.times))))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

var (
	goods   = []string{"8703.23.01.40", "6307.90.98.70", "7326.90.86.88", "2402.10.80.30", "8542.31.00.45", "7601.10.60.90", "0901.11.00.15", "8471.30.01.00", "9403.60.80.93", "6110.20.20.79"}
	origins = []string{"JP", "DE", "CN", "MX", "CA", "IN", "BR", "VN", "KR", "GB"}
)

// question is a random duty of 2025 or 2026.
func question(rnd *rand.Rand) string {
	q := url.Values{"hts": {goods[rnd.IntN(len(goods))]}, "from": {origins[rnd.IntN(len(origins))]}, "value": {strconv.Itoa(1 + rnd.IntN(1_000_000))},
		"on": {(kanzei.DayOf(2025, 1, 1) + kanzei.Day(rnd.IntN(600))).String()}}
	if rnd.IntN(2) == 0 {
		q.Set("steel", strconv.Itoa(rnd.IntN(101)))
	}
	return "/api/v1/duty?" + q.Encode()
}

func (l load) run() (*result, error) {
	r := &result{}
	var err error
	if r.before, err = l.memory(); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var asked atomic.Int64
	begun := time.Now()
	for i := range l.clients {
		wg.Go(func() {
			c := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
			defer c.CloseIdleConnections()
			rnd := rand.New(rand.NewPCG(l.seed, uint64(i)))
			var times []time.Duration
			for asked.Add(1) <= int64(l.n) {
				at := time.Now()
				err := l.ask(c, question(rnd))
				times = append(times, time.Since(at))
				if err != nil {
					mu.Lock()
					if r.errors++; r.first == nil {
						r.first = err
					}
					mu.Unlock()
				}
			}
			mu.Lock()
			r.times = append(r.times, times...)
			mu.Unlock()
		})
	}
	wg.Wait()
	r.took = time.Since(begun)
	slices.Sort(r.times)
	r.after, err = l.memory()
	return r, err
}

// ask fails on what is no duty.
func (l load) ask(c *http.Client, path string) error {
	res, err := c.Get("http://" + l.addr + path)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var a struct {
		Status string            `json:"status"`
		Lines  []json.RawMessage `json:"lines"`
	}
	if err := json.Unmarshal(b, &a); err != nil || res.StatusCode != 200 || len(a.Lines) == 0 || a.Status == "" {
		return fmt.Errorf("%s: %s %.300s", path, res.Status, b)
	}
	return nil
}

// memory is what the server says it holds.
func (l load) memory() (float64, error) {
	res, err := http.Get("http://" + l.addr + "/metrics")
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	s := bufio.NewScanner(res.Body)
	for s.Scan() {
		if v, ok := strings.CutPrefix(s.Text(), "process_resident_memory_bytes "); ok {
			return strconv.ParseFloat(v, 64)
		}
	}
	return 0, fmt.Errorf("%s: the metrics hold no process_resident_memory_bytes", l.addr)
}
