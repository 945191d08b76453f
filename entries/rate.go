package entries

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
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
	Batch  int        // rows a batch, about; 65536 when zero

	// Progress, when not nil, is called now and then with the rows done and the
	// share of the whole, negative when not known.
	Progress func(rows int64, share float64)
}

// Rated are the rows of a batch that could be used, with their answers. They are
// valid until the next.
type Rated struct {
	Entries  []kanzei.Entry
	Outcomes []duty.Outcome // by row, as Entries
	Rater    *duty.Rater

	batch   *table.Batch
	places  []int32 // rows of batch
	binding *binding
}

// Column returns an input column by name, nil when the file has none; row i of
// Entries stands in its cell Cell(i).
func (r *Rated) Column(name string) *table.Column { return r.binding.column(r.batch, name) }

// Cell returns the cell of row i in the columns of the file.
func (r *Rated) Cell(i int) int { return int(r.places[i]) }

// Number returns the number of row i in the file.
func (r *Rated) Number(i int) int64 { return r.batch.Number[r.places[i]] }

// A Sink is what becomes of the rows rated.
type Sink interface {
	// Hand returns what takes the rows that one worker rates.
	Hand() Hand
	// Done is given what hands return, in the order of the file.
	Done(result any, rejects []table.Reject) error
}

// A Hand takes the rows of a batch that could be used, then the batch without
// the others.
type Hand interface {
	Take(*Rated) error
	Finish(*table.Batch) (any, error)
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
	r, err := table.Open(j.In, j.Stdin, table.Options{Key: "entry_id", Rows: j.Batch})
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
	for range workers {
		k := &worker{job: j, binding: &b, hand: sink.Hand(), succession: succession, refused: map[int]string{}}
		k.begin()
		wg.Go(func() {
			for t := range tasks {
				if stopped.Load() {
					<-t.before
					close(t.checked)
					t.done <- result{}
					continue
				}
				t.done <- k.try(t)
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
			var batch *table.Batch
			err := kanzei.Caught(func() (err error) { batch, err = r.Next(); return err })
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
	binding    *binding
	rater      *duty.Rater
	hand       Hand
	succession *succession
	reading    reading

	// of the batch
	starts   []int32        // runs of rows of one entry; one more than ids
	ids      [][]byte       // their entries
	refused  map[int]string // runs whose entry came before
	keep     []bool         // by row
	rejects  []table.Reject
	outcomes []duty.Outcome
	lines    []duty.Line     // of the rows that read well, in the order of the schedule
	whole    []int32         // row → index of wholes, -1 for an entry of one line
	wholes   []duty.Whole    // entries of several lines
	order    []int32         // lines by treatment
	places   []int32         // row → line; then the rows that could be used
	unknown  map[string]bool // flags no provision asks for
}

// begin gives the worker a rater.
func (k *worker) begin() {
	k.rater = k.job.Engine.NewRater()
	k.rater.Detail = k.job.Detail
	k.unknown = map[string]bool{}
}

// try works; a fault of the program is the error of the batch, and the batch
// after it is not left waiting.
func (k *worker) try(t *task) (x result) {
	if err := kanzei.Caught(func() error { x = k.work(t); return nil }); err != nil {
		x = result{err: err}
		<-t.before
		select {
		case <-t.checked:
		default:
			close(t.checked)
		}
	}
	return x
}

func (k *worker) work(t *task) (x result) {
	b := t.batch
	defer b.Free()
	if k.rater.Full() {
		k.begin()
	}
	b.Split()
	k.runs(k.binding.column(b, "entry_id"), b.Rows)
	clear(k.refused)
	<-t.before
	// The ids of rows that do not read well count too: their entry is there.
	k.succession.next(k.ids, b.More, func(run int, why string) { k.refused[run] = why })
	close(t.checked)
	k.keep = resize(k.keep, b.Rows)
	k.rejects = slices.Clone(b.Bad)
	bad := len(k.rejects)
	if x.err = k.rate(b); x.err != nil {
		return x
	}
	if len(k.rejects) > bad {
		b.Keep(k.keep)
	}
	x.rejects, x.rows = k.rejects, b.Rows
	if b.Rows > 0 || len(x.rejects) > 0 {
		x.value, x.err = k.hand.Finish(b)
	}
	return x
}

// rate rates the rows of a batch.
func (k *worker) rate(b *table.Batch) error {
	r := &k.reading
	r.read(k.binding, b, k.job.Known, k.rater)
	for run, why := range k.refused {
		for i := k.starts[run]; i < k.starts[run+1]; i++ {
			r.reject(int(i), "entry_id", errors.New(why))
		}
	}
	k.group()
	k.place()
	k.answer()
	n := k.drop(b)
	return k.hand.Take(&Rated{Entries: r.entries[:n], Outcomes: k.outcomes[:n], Rater: k.rater, batch: b, places: k.places[:n], binding: k.binding})
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
	k.whole, k.wholes = k.whole[:0], k.wholes[:0]
	for j := range k.ids {
		at, n := int32(-1), k.starts[j+1]-k.starts[j]
		if n > 1 {
			at = int32(len(k.wholes))
			k.wholes = append(k.wholes, duty.Whole{First: -1})
		}
		for range n {
			k.whole = append(k.whole, at)
		}
	}
}

// place finds the law and the schedule of the rows that read well, and what
// their entries sum to.
func (k *worker) place() {
	r := &k.reading
	for i, f := range r.fault {
		if f != nil {
			r.codes[i] = nil
		}
	}
	var n int
	k.places, n = k.rater.ByCode(r.codes, resize(k.places, len(r.codes)))
	k.lines = resize(k.lines, n)
	for i, code := range r.codes {
		if code != nil {
			l := &k.lines[k.places[i]]
			*l = duty.Line{Entry: &r.entries[i], Code: code, Known: r.known[i], Row: int32(i)}
			if at := k.whole[i]; at >= 0 {
				l.Whole = &k.wholes[at]
			}
			k.rater.Admit(l)
		}
	}
	k.rater.Place(k.lines)
	n = 0
	for j := range k.lines {
		l := &k.lines[j]
		if l.Err != nil {
			r.reject(int(l.Row), fieldOf(l.Err), l.Err)
			continue
		}
		if n != j {
			k.lines[n] = *l
		}
		n++
	}
	k.lines = k.lines[:n]
	for i, at := range k.whole {
		if at < 0 || r.fault[i] != nil {
			continue
		}
		w, value := &k.wholes[at], r.entries[i].Value
		if w.First < 0 {
			w.First = int32(i)
		}
		w.Value += value
		w.Fee += duty.LineFee(value)
	}
}

// answer rates the lines, those that the law treats alike one after another:
// what bears on one is then at hand for the next.
func (k *worker) answer() {
	r := &k.reading
	k.outcomes = resize(k.outcomes, len(r.entries))
	k.order = k.rater.Treat(k.lines, k.order)
	for rest := k.order; len(rest) > 0; {
		here := rest[:min(len(rest), 64)]
		rest = rest[len(here):]
		k.rater.Fetch(k.lines, here)
		for _, j := range here {
			o := &k.outcomes[k.lines[j].Row]
			o.Duty.Known, o.Caveats = false, 0 // fetched, too
		}
		for _, j := range here {
			k.line(j)
		}
	}
}

// line answers for one line.
func (k *worker) line(j int32) {
	r := &k.reading
	i := k.lines[j].Row
	e, o := &r.entries[i], &k.outcomes[i]
	if err := k.rater.Answer(&k.lines[j], o); err != nil {
		r.reject(int(i), fieldOf(err), err)
	} else if len(e.Flags) > 0 {
		k.flags(e, o)
	}
}

// flags adds a caveat for facts that no provision asks for.
func (k *worker) flags(e *kanzei.Entry, o *duty.Outcome) {
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

// drop takes the rows with faults out of the batch and returns the number of
// those left.
func (k *worker) drop(b *table.Batch) (n int) {
	r := &k.reading
	k.places = resize(k.places, len(r.entries))
	for i := range r.entries {
		f := r.fault[i]
		if k.keep[i] = f == nil; f != nil {
			id := k.binding.column(b, "id").AppendText(nil, i)
			k.rejects = append(k.rejects, table.Reject{Row: b.Number[i], Field: f.field, Reason: f.reason, ID: cut(string(id), 200)})
			continue
		}
		if n != i {
			r.entries[n] = r.entries[i]
			k.outcomes[n], k.outcomes[i] = k.outcomes[i], k.outcomes[n]
		}
		k.places[n] = int32(i)
		n++
	}
	return n
}

// fieldOf names the column that a problem of the engine lies in.
func fieldOf(err error) string {
	var p *kanzei.Problem
	if !errors.As(err, &p) {
		return ""
	}
	if strings.HasPrefix(p.Where, "ftz_") {
		return p.Where
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
