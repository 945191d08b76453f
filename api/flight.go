package api

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"kanzei"
)

// A gate lets a few through at a time and a bounded number wait.
type gate struct {
	in      chan struct{} // one element each that is through
	waiting chan struct{} // one element each that waits or is through
}

func newGate(through, waiting int) gate {
	return gate{make(chan struct{}, through), make(chan struct{}, through+waiting)}
}

// enter waits for its turn; leave is to be called after.
func (g gate) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.waiting <- struct{}{}:
	default:
		return nil, &kanzei.Problem{Code: "busy", Msg: fmt.Sprintf("%d questions of this kind wait already", cap(g.waiting)-cap(g.in)), Hint: "ask again in a minute"}
	}
	select {
	case g.in <- struct{}{}:
		return func() { <-g.in; <-g.waiting }, nil
	case <-ctx.Done():
		<-g.waiting
		return nil, ctx.Err()
	}
}

// flights answer each question once for all who ask it at the same time, and
// keep the answers.
type flights struct {
	mu    sync.Mutex
	open  map[string]*flight
	cache cache

	hits, misses int64
}

// A flight is a question being answered.
type flight struct {
	done     chan struct{} // closed when answer and err are set
	answer   answer
	err      error
	cancel   context.CancelFunc
	watchers int
	told     map[*watcher]bool
	at, of   int
}

// A watcher is told how far an answer is; only the latest word is kept.
type watcher struct{ news chan [2]int }

// do answers the question of a key. The work goes on for others when one who
// asked leaves; when nobody is left its context ends, which takes it out of
// the queue. Progress is called by the goroutine of the caller.
func (f *flights) do(ctx context.Context, key string, progress func(done, of int), work func(context.Context, func(done, of int)) (answer, error)) (answer, error) {
	f.mu.Lock()
	if b, ok := f.cache.get(key); ok {
		f.hits++
		f.mu.Unlock()
		return b, nil
	}
	x := f.open[key]
	if x == nil {
		if f.open == nil {
			f.open = map[string]*flight{}
		}
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		x = &flight{done: make(chan struct{}), cancel: cancel, told: map[*watcher]bool{}}
		f.open[key] = x
		f.misses++
		go f.run(own, x, key, work)
	}
	x.watchers++
	w := &watcher{make(chan [2]int, 1)}
	if progress != nil {
		x.told[w] = true
		if x.of > 0 {
			w.news <- [2]int{x.at, x.of}
		}
	}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(x.told, w)
		if x.watchers--; x.watchers == 0 {
			x.cancel()
			// Who comes now must not join a flight that was given up.
			if f.open[key] == x {
				delete(f.open, key)
			}
		}
	}()
	for {
		select {
		case n := <-w.news:
			progress(n[0], n[1])
		case <-x.done:
			return x.answer, x.err
		case <-ctx.Done():
			return answer{}, ctx.Err()
		}
	}
}

func (f *flights) run(ctx context.Context, x *flight, key string, work func(context.Context, func(done, of int)) (answer, error)) {
	defer x.cancel()
	defer close(x.done)
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.open[key] == x {
			delete(f.open, key)
		}
		if x.err == nil {
			f.cache.put(key, x.answer)
		}
	}()
	progress := func(done, of int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		x.at, x.of = done, of
		for w := range x.told {
			select {
			case <-w.news:
			default:
			}
			w.news <- [2]int{done, of}
		}
	}
	x.err = kanzei.Caught(func() (err error) {
		x.answer, err = work(ctx, progress)
		return err
	})
}

// A cache keeps the answers last used, up to a number of bytes.
type cache struct {
	limit, size int64
	order       list.List // of *kept, the latest first
	by          map[string]*list.Element
}

type kept struct {
	key string
	answer
}

func (k *kept) cost() int64 { return int64(len(k.key)) + k.bytes() }

func (c *cache) get(key string) (answer, bool) {
	e := c.by[key]
	if e == nil {
		return answer{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept).answer, true
}

func (c *cache) put(key string, a answer) {
	cost := (&kept{key, a}).cost()
	if cost > c.limit/4 || c.by[key] != nil {
		return
	}
	if c.by == nil {
		c.by = map[string]*list.Element{}
	}
	c.by[key] = c.order.PushFront(&kept{key, a})
	for c.size += cost; c.size > c.limit; {
		e := c.order.Back()
		k := c.order.Remove(e).(*kept)
		delete(c.by, k.key)
		c.size -= k.cost()
	}
}

// Stats are what a desk is at.
type Stats struct {
	Running, Waiting int64 // solves
	KeptBytes        int64 // of answers
	Hits, Misses     int64 // long questions answered from memory, and worked out
}

// Stats returns what the desk is at.
func (d *Desk) Stats() Stats {
	s := Stats{Running: int64(len(d.solves.in))}
	s.Waiting = max(0, int64(len(d.solves.waiting))-s.Running)
	d.flights.mu.Lock()
	defer d.flights.mu.Unlock()
	s.KeptBytes, s.Hits, s.Misses = d.flights.cache.size, d.flights.hits, d.flights.misses
	return s
}
