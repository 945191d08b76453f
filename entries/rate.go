package entries

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei"
	"kanzei/duty"
	"kanzei/table"
)

// A Job is a file to be rated.
type Job struct {
	Engine *duty.Engine
	In     string // .csv, .parquet, or - for stdin
	Stdin  io.Reader
	Known  kanzei.Day // law as known at the end of this day, for rows that name none; zero: everything held
	Group  bool       // bring the rows of an entry together first, on disk
	Detail bool       // by program and cause

	// Progress, when not nil, is called now and then with the rows done and the
	// share of the whole, negative when not known.
	Progress func(rows int64, share float64)
}

// Rated are the rows of a batch that could be used, with their answers.
type Rated struct {
	Batch    *table.Batch
	Entries  []kanzei.Entry
	Outcomes []duty.Outcome // by row, as Entries
	Rater    *duty.Rater
	binding  *binding
}

// Column returns an input column by name, nil when the file has none.
func (r *Rated) Column(name string) *table.Column { return r.binding.column(r.Batch, name) }

// A Sink takes rated batches: Work by many goroutines at once, each with its
// own worker number, Done in the order of the file.
type Sink interface {
	Work(worker int, r *Rated) (any, error)
	Done(result any, rejects []table.Reject) error
}

type task struct {
	batch   *table.Batch
	before  <-chan struct{} // closed when the batch before has checked its ids
	checked chan struct{}
	done    chan result
}

type result struct {
	value   any
	rejects []table.Reject
	rows    int
	err     error
}

// Open opens the file of a job and finds its columns.
func (j *Job) Open() (table.Reader, error) {
	r, err := table.Open(j.In, j.Stdin, table.Options{Key: "entry_id"})
	if err != nil {
		return nil, err
	}
	if err := required(j.In, r.Fields()); err != nil {
		r.Close()
		return nil, err
	}
	if j.Group && table.Index(r.Fields(), "entry_id") >= 0 {
		g, err := table.Group(r, "entry_id")
		if err != nil {
			r.Close()
			return nil, err
		}
		return g, nil
	}
	return r, nil
}

// Run rates all rows of an open file.
func (j *Job) Run(r table.Reader, sink Sink) (rows int64, err error) {
	b := bind(r.Fields())
	workers := runtime.GOMAXPROCS(0)
	tasks := make(chan *task, workers)
	order := make(chan *task, workers+1)
	var stopped atomic.Bool
	succession := &succession{seen: newIDSet()}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rater := j.Engine.NewRater()
			rater.Detail = j.Detail
			k := &worker{job: j, number: w, binding: &b, rater: rater, sink: sink, succession: succession}
			for t := range tasks {
				if stopped.Load() {
					<-t.before
					close(t.checked)
					t.done <- result{}
					continue
				}
				t.done <- k.work(t)
			}
		})
	}
	var failed error
	go func() {
		defer close(order)
		defer close(tasks)
		before := make(chan struct{})
		close(before)
		for !stopped.Load() {
			batch, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			t := &task{batch: batch, before: before, checked: make(chan struct{}), done: make(chan result, 1)}
			if err != nil {
				t.done <- result{err: err}
				order <- t
				return
			}
			before = t.checked
			order <- t
			tasks <- t
		}
	}()
	for t := range order {
		x := <-t.done
		if failed != nil {
			continue
		}
		if failed = x.err; failed == nil {
			rows += int64(x.rows)
			failed = sink.Done(x.value, x.rejects)
		}
		if failed != nil {
			stopped.Store(true)
			continue
		}
		if j.Progress != nil {
			share, ok := r.Progress()
			if !ok {
				share = -1
			}
			j.Progress(rows, share)
		}
	}
	wg.Wait()
	return rows, failed
}

// A worker rates batches.
type worker struct {
	job        *Job
	number     int
	binding    *binding
	rater      *duty.Rater
	sink       Sink
	succession *succession
	reading    reading
	keep       []bool
	outcomes   []duty.Outcome
	places     []duty.Place
	whole      []int32      // row → index of wholes, -1 for an entry of one line
	wholes     []duty.Whole // entries of several lines
	firsts     []int32      // their first rows
	order      []int32      // rows by law
	laws       []int32
	unknown    map[string]bool // flags no provision asks for
}

func (k *worker) work(t *task) (x result) {
	b := t.batch
	defer b.Free()
	b.Split()
	r := &k.reading
	r.read(k.binding, b, k.job.Known, k.rater)
	entryID := k.binding.column(b, "entry_id")
	key := func(i int) []byte {
		if entryID.Kind == table.String {
			return entryID.Bytes(i)
		}
		return entryID.AppendText(nil, i)
	}
	<-t.before
	if entryID != nil {
		// The ids of unread rows count too: their entry is there.
		k.succession.next(b.Rows, key, b.More, func(i int, why string) {
			r.reject(i, "entry_id", errors.New(why))
		})
	}
	close(t.checked)

	k.place(b.Rows, func(i int) []byte {
		if entryID == nil {
			return nil
		}
		return key(i)
	})
	k.rate()
	x.rejects = slices.Clone(b.Bad)
	if r.faults > 0 {
		x.rejects = append(x.rejects, k.drop(b)...)
	}
	x.rows = b.Rows
	if b.Rows > 0 || len(x.rejects) > 0 {
		x.value, x.err = k.sink.Work(k.number, &Rated{Batch: b, Entries: r.entries[:b.Rows], Outcomes: k.outcomes[:b.Rows], Rater: k.rater, binding: k.binding})
	}
	return x
}

// place finds where the rows stand and what their entries sum to.
func (k *worker) place(rows int, entry func(i int) []byte) {
	r := &k.reading
	k.outcomes, k.places, k.whole = resize(k.outcomes, rows), resize(k.places, rows), resize(k.whole, rows)
	k.wholes, k.firsts = k.wholes[:0], k.firsts[:0]
	for i := 0; i < rows; {
		n := i + 1
		if id := entry(i); len(id) > 0 {
			for n < rows && bytes.Equal(entry(n), id) {
				n++
			}
		}
		at := int32(-1)
		if n-i > 1 {
			at = int32(len(k.wholes))
			k.wholes = append(k.wholes, duty.Whole{})
			k.firsts = append(k.firsts, -1)
		}
		for ; i < n; i++ {
			k.whole[i] = at
			if r.fault[i] != nil {
				continue
			}
			var err error
			if k.places[i], err = k.rater.Place(&r.entries[i], r.codes[i], r.known[i]); err != nil {
				r.reject(i, fieldOf(err), err)
				continue
			}
			if at >= 0 {
				if k.firsts[at] < 0 {
					k.firsts[at] = int32(i)
				}
				k.wholes[at].Value += r.entries[i].Value
				k.wholes[at].Fee += duty.LineFee(r.entries[i].Value)
			}
		}
	}
}

// rate rates the rows that have a place, law by law, for what bears on one line
// is then at hand for the next.
func (k *worker) rate() {
	r := &k.reading
	k.laws = k.laws[:0]
	for i := range k.places {
		if r.fault[i] != nil {
			continue
		}
		law := k.places[i].Law()
		for law+1 >= len(k.laws) {
			k.laws = append(k.laws, 0)
		}
		k.laws[law+1]++
	}
	for i := 1; i < len(k.laws); i++ {
		k.laws[i] += k.laws[i-1]
	}
	k.order = resize(k.order, len(k.places))
	rows := int32(0)
	for i := range k.places {
		if r.fault[i] == nil {
			at := &k.laws[k.places[i].Law()]
			k.order[*at] = int32(i)
			*at++
			rows++
		}
	}
	for _, i := range k.order[:rows] {
		e, o := &r.entries[i], &k.outcomes[i]
		var whole *duty.Whole
		if at := k.whole[i]; at >= 0 {
			w := k.wholes[at]
			w.First = i == k.firsts[at]
			whole = &w
		}
		if err := k.rater.Answer(e, &k.places[i], whole, o); err != nil {
			r.reject(int(i), fieldOf(err), err)
			continue
		}
		if len(e.Flags) > 0 {
			k.flags(e, o)
		}
	}
}

// flags adds a caveat for facts that no provision asks for.
func (k *worker) flags(e *kanzei.Entry, o *duty.Outcome) {
	if k.unknown == nil {
		k.unknown = map[string]bool{}
	}
	for _, f := range e.Flags {
		unknown, ok := k.unknown[f]
		if !ok {
			unknown = !k.job.Engine.Asks(f)
			k.unknown[f] = unknown
		}
		if unknown {
			o.Caveats = k.rater.Also(o.Caveats, "no provision held asks for the fact "+f+": it changes nothing")
		}
	}
}

// drop takes the rows with faults out of the batch.
func (k *worker) drop(b *table.Batch) []table.Reject {
	r := &k.reading
	ids := k.binding.column(b, "id")
	k.keep = resize(k.keep, b.Rows)
	var out []table.Reject
	n := 0
	for i := range b.Rows {
		f := r.fault[i]
		k.keep[i] = f == nil
		if f != nil {
			out = append(out, table.Reject{Row: b.Number[i], Field: f.field, Reason: f.reason, ID: string(ids.AppendText(nil, i))})
			continue
		}
		r.entries[n] = r.entries[i]
		k.outcomes[n], k.outcomes[i] = k.outcomes[i], k.outcomes[n]
		n++
	}
	b.Keep(k.keep)
	return out
}

// fieldOf names the column that a problem of the engine lies in.
func fieldOf(err error) string {
	var p *kanzei.Problem
	if !errors.As(err, &p) {
		return ""
	}
	switch p.Code {
	case "value.negative", "value.large":
		return "value_usd"
	case "date.coverage", "date.missing":
		return "entry_date"
	case "origin.missing", "origin.unknown":
		return "origin"
	case "quantity.negative":
		return "quantity"
	case "share.range", "share.sum":
		return "steel_pct"
	}
	return "hts"
}
