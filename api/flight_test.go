package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestFlights: one question is worked out once, for all who ask it meanwhile
// and after; each is told of the progress.
func TestFlights(t *testing.T) {
	f := &flights{}
	f.cache.limit = 1 << 20
	var worked atomic.Int64
	begin := make(chan struct{})
	work := func(_ context.Context, progress func(done, of int)) (answer, error) {
		worked.Add(1)
		progress(1, 3)
		<-begin
		progress(2, 3)
		return answer{json: []byte("42")}, nil
	}
	var wg sync.WaitGroup
	var told atomic.Int64
	for range 8 {
		wg.Go(func() {
			once := sync.Once{}
			a, err := f.do(context.Background(), "q", func(done, of int) {
				if of != 3 {
					t.Errorf("%d of %d", done, of)
				}
				once.Do(func() { told.Add(1) })
			}, work)
			if err != nil || string(a.json) != "42" {
				t.Error(a, err)
			}
		})
	}
	for told.Load() < 8 {
		time.Sleep(time.Millisecond)
	}
	close(begin)
	wg.Wait()
	a, err := f.do(context.Background(), "q", nil, work)
	if err != nil || string(a.json) != "42" || worked.Load() != 1 {
		t.Errorf("%s %v, worked out %d times", a.json, err, worked.Load())
	}
	if f.hits != 1 || f.misses != 1 {
		t.Errorf("%d hits, %d misses", f.hits, f.misses)
	}
}

// TestFlightsLeave: who leaves does not wait; when all have left the work is
// told to end, and who comes later begins anew. Errors are not kept.
func TestFlightsLeave(t *testing.T) {
	f := &flights{}
	f.cache.limit = 1 << 20
	ended := make(chan struct{})
	ctx, leave := context.WithCancel(context.Background())
	begun := make(chan struct{})
	left := make(chan error)
	go func() {
		_, err := f.do(ctx, "q", nil, func(ctx context.Context, _ func(done, of int)) (answer, error) {
			close(begun)
			<-ctx.Done()
			close(ended)
			return answer{}, ctx.Err()
		})
		left <- err
	}()
	<-begun
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
	for range 2 {
		if _, err := f.do(context.Background(), "q", nil, func(context.Context, func(done, of int)) (answer, error) {
			return answer{}, errors.New("again")
		}); err == nil || err.Error() != "again" {
			t.Error(err)
		}
	}
	if _, err := f.do(context.Background(), "q", nil, func(context.Context, func(done, of int)) (answer, error) { panic("boom") }); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("a panic of the work: %v", err)
	}
	if len(f.open) > 0 {
		t.Errorf("%d flights are open", len(f.open))
	}
}

// TestCache: the answers last used are kept, within the limit.
func TestCache(t *testing.T) {
	c := cache{limit: 1000}
	for i := range 100 {
		c.put(fmt.Sprint(i), answer{json: make([]byte, 98)})
		c.get("0")
		if c.size > c.limit {
			t.Fatalf("%d bytes are kept", c.size)
		}
	}
	if _, ok := c.get("0"); !ok {
		t.Error("the answer used most is gone")
	}
	if _, ok := c.get("50"); ok {
		t.Error("an old answer is kept")
	}
	if _, ok := c.get("99"); !ok {
		t.Error("the last answer is gone")
	}
	if c.put("large", answer{json: make([]byte, 300)}); c.by["large"] != nil {
		t.Error("one answer may take more than a quarter")
	}
	if len(c.by) != c.order.Len() {
		t.Errorf("%d and %d", len(c.by), c.order.Len())
	}
}

// TestGate: a few go through, a bounded number wait, the rest are told.
func TestGate(t *testing.T) {
	g := newGate(1, 1)
	leave, err := g.enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() {
		l, err := g.enter(context.Background())
		if err == nil {
			l()
		}
		second <- err
	}()
	for len(g.waiting) < 2 {
		time.Sleep(time.Millisecond)
	}
	_, err = g.enter(context.Background())
	if list := Problems(err); len(list) != 1 || list[0].Code != "busy" {
		t.Errorf("a third may wait: %v", err)
	}
	leave()
	if err := <-second; err != nil {
		t.Error(err)
	}
	if len(g.in)+len(g.waiting) > 0 {
		t.Error("the gate is not empty")
	}
	leave, _ = g.enter(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.enter(ctx); !errors.Is(err, context.Canceled) || len(g.waiting) != 1 {
		t.Errorf("who left still waits: %v", err)
	}
	leave()
}
