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
	tasks := make(chan *task)
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
	lines      []duty.Line  // of the rows that read well
	rows       []int32      // line → row
	starts     []int32      // runs of rows of one entry; one more than ids
	ids        [][]byte     // their entries
	whole      []int32      // row → index of wholes, -1 for an entry of one line
	wholes     []duty.Whole // entries of several lines
	firsts     []int32      // their first rows
	order      []int32      // lines by law
	laws       []int32
	unknown    map[string]bool // flags no provision asks for
}

func (k *worker) work(t *task) (x result) {
	b := t.batch
	defer b.Free()
	b.Split()
	r := &k.reading
	r.read(k.binding, b, k.job.Known, k.rater)
	k.runs(k.binding.column(b, "entry_id"), b.Rows)
	<-t.before
	// The ids of rows that do not read well count too: their entry is there.
	k.succession.next(k.ids, b.More, func(run int, why string) {
		for i := k.starts[run]; i < k.starts[run+1]; i++ {
			r.reject(int(i), "entry_id", errors.New(why))
		}
	})
	close(t.checked)
	k.group()
	k.place()
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

// runs finds the runs of rows of one entry. Rows without an entry are a run each.
func (k *worker) runs(c *table.Column, rows int) {
	k.starts, k.ids = k.starts[:0], k.ids[:0]
	key := func(i int) []byte {
		switch {
		case c == nil:
			return nil
		case c.Kind == table.String:
			return bytes.TrimSpace(c.Bytes(i))
		}
		return c.AppendText(nil, i)
	}
	var last []byte
	for i := range rows {
		id := key(i)
		if len(id) == 0 || !bytes.Equal(id, last) {
			k.starts, k.ids = append(k.starts, int32(i)), append(k.ids, id)
		}
		last = id
	}
	k.starts = append(k.starts, int32(rows))
}

// group numbers the entries of several rows.
func (k *worker) group() {
	k.whole, k.wholes, k.firsts = resize(k.whole, len(k.reading.entries)), k.wholes[:0], k.firsts[:0]
	for j := range k.ids {
		at := int32(-1)
		if k.starts[j+1]-k.starts[j] > 1 {
			at = int32(len(k.wholes))
			k.wholes = append(k.wholes, duty.Whole{})
			k.firsts = append(k.firsts, -1)
		}
		for i := k.starts[j]; i < k.starts[j+1]; i++ {
			k.whole[i] = at
		}
	}
}

// place finds the law and the schedule of the rows that read well, and what
// their entries sum to.
func (k *worker) place() {
	r := &k.reading
	k.lines, k.rows = k.lines[:0], k.rows[:0]
	for i := range r.entries {
		if r.fault[i] == nil {
			k.lines = append(k.lines, duty.Line{Entry: &r.entries[i], Code: r.codes[i], Known: r.known[i]})
			k.rows = append(k.rows, int32(i))
		}
	}
	k.rater.Place(k.lines)
	n := 0
	for j := range k.lines {
		i := k.rows[j]
		if err := k.lines[j].Err; err != nil {
			r.reject(int(i), fieldOf(err), err)
			continue
		}
		if at := k.whole[i]; at >= 0 {
			if k.firsts[at] < 0 {
				k.firsts[at] = i
			}
			k.wholes[at].Value += r.entries[i].Value
			k.wholes[at].Fee += duty.LineFee(r.entries[i].Value)
		}
		if n != j {
			k.lines[n], k.rows[n] = k.lines[j], i
		}
		n++
	}
	k.lines, k.rows = k.lines[:n], k.rows[:n]
}

// rate rates the lines law by law, for what bears on one is then at hand for
// the next.
func (k *worker) rate() {
	k.laws = k.laws[:0]
	for j := range k.lines {
		law := k.lines[j].Law()
		for law+1 >= len(k.laws) {
			k.laws = append(k.laws, 0)
		}
		k.laws[law+1]++
	}
	for i := 1; i < len(k.laws); i++ {
		k.laws[i] += k.laws[i-1]
	}
	k.order = resize(k.order, len(k.lines))
	for j := range k.lines {
		at := &k.laws[k.lines[j].Law()]
		k.order[*at] = int32(j)
		*at++
	}
	r := &k.reading
	k.outcomes = resize(k.outcomes, len(r.entries))
	for order := range slices.Chunk(k.order, 1024) {
		k.rater.Treat(k.lines, order)
		for _, j := range order {
			i := k.rows[j]
			e, o := &r.entries[i], &k.outcomes[i]
			var whole *duty.Whole
			if at := k.whole[i]; at >= 0 {
				whole = &k.wholes[at]
				whole.First = i == k.firsts[at]
			}
			if err := k.rater.Answer(&k.lines[j], whole, o); err != nil {
				r.reject(int(i), fieldOf(err), err)
				continue
			}
			if len(e.Flags) > 0 {
				k.flags(e, o)
			}
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
