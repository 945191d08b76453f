package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"kanzei"
	"kanzei/panel"
	"kanzei/table"
	"kanzei/trade"
)

type panelCmd struct {
	Write   panelWrite   `cmd:"" default:"withargs" help:"Write the rows of the panel to a file."`
	Average panelAverage `cmd:"" help:"Average rates, weighted by the imports of 2024."`
}

// panelDays are the options that all panels take.
type panelDays struct {
	From   day      `placeholder:"DAY" help:"First day (default: 2018-01-01)."`
	To     day      `placeholder:"DAY" help:"Last day (default: the last day on which the sources were read)."`
	Known  string   `placeholder:"DAY" help:"Law as known at the end of this day (default: latest)."`
	Origin []string `placeholder:"CC" help:"Origins (default: all), such as JP,DE."`
	Assume string   `placeholder:"NAME" default:"statutory" help:"Assumption set: statutory (nothing is assumed or claimed) or applied (metal content of bea-content, USMCA claims)."`
}

// build computes the panel asked for.
func (c *panelDays) build(e *env) (*panel.Panel, []kanzei.Origin, error) {
	a, err := trade.PanelAssumptions(c.Assume)
	if err != nil {
		return nil, nil, at("--assume", err)
	}
	var origins []kanzei.Origin
	for _, s := range c.Origin {
		o, err := kanzei.ParseOrigin(s)
		if err != nil {
			return nil, nil, at("--origin", err)
		}
		if !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	var known kanzei.Day
	if c.Known != "" && c.Known != "latest" {
		if known, err = kanzei.ParseDay(c.Known); err != nil {
			return nil, nil, at("--known", err)
		}
	}
	engine, err := e.engine()
	if err != nil {
		return nil, nil, err
	}
	from, to := c.From.Day, c.To.Day
	if from == 0 {
		from = engine.Ledger.Coverage.Begins
	}
	if to == 0 {
		to = max(from, engine.Ledger.Coverage.Horizon)
	}
	start := time.Now()
	p, err := panel.BuildKnown(engine, from, to, known, a)
	if err == nil && time.Since(start) > time.Second {
		z := p.Size()
		fmt.Fprintf(e.err, "%d codes, %d origins, %d stretches of days: %d treatments, %d cells in %.1f s\n", z.Codes, z.Origins, z.Stretches, z.Treatments, z.Goods, time.Since(start).Seconds())
	}
	return p, origins, err
}

type panelWrite struct {
	Out       string `short:"o" placeholder:"FILE" default:"-" help:"File to write, .parquet or .csv; - is CSV to stdout."`
	panelDays `embed:""`
	Program   []string `placeholder:"NAME" help:"Programs to give columns (default: all), such as s232.autos."`
}

func (c *panelWrite) Run(e *env) error {
	if _, err := table.FormatOf(c.Out); err != nil {
		return at("-o", err)
	}
	p, origins, err := c.build(e)
	if err != nil {
		return err
	}
	programs := p.Programs()
	if len(c.Program) > 0 {
		for _, name := range c.Program {
			if !slices.Contains(programs, name) {
				return &kanzei.Problem{Code: "panel.program", Where: "--program", Msg: fmt.Sprintf("no program %s takes anything on these days", name), Hint: "there are " + strings.Join(programs, ", ")}
			}
		}
		programs = c.Program
	}
	start := time.Now()
	rows, err := writePanel(e, c.Out, p, origins, programs)
	if err != nil {
		return err
	}
	size := ""
	if info, err := os.Stat(c.Out); c.Out != "-" && err == nil {
		size = fmt.Sprintf(", %d bytes", info.Size())
	}
	fmt.Fprintf(e.err, "%d rows%s in %.1f s\n", rows, size, time.Since(start).Seconds())
	return nil
}

// Columns of a panel before and after those of programs. Rates are shares of the
// customs value: 0.025 is 2.5 %.
var (
	panelBefore = []table.Field{
		{Name: "hts10", Kind: table.String, Required: true},
		{Name: "origin", Kind: table.String, Required: true},
		{Name: "from", Kind: table.Date, Required: true},
		{Name: "until", Kind: table.Date, Required: true}, // exclusive
		{Name: "status", Kind: table.String, Required: true},
		{Name: "base_rate", Kind: table.Decimal, Scale: 8}, // column 1 or 2, so far as it is levied
		{Name: "base_text", Kind: table.String, Required: true},
	}
	panelAfter = []table.Field{
		{Name: "total_rate", Kind: table.Decimal, Scale: 8},
		{Name: "edition", Kind: table.String, Required: true},
		{Name: "known", Kind: table.Date, Required: true},
		{Name: "assumptions", Kind: table.String, Required: true},
		{Name: "total_min", Kind: table.Decimal, Scale: 8},
		{Name: "total_max", Kind: table.Decimal, Scale: 8}, // null without upper bound
	}
)

// writePanel writes rows on all processors, in order.
func writePanel(e *env, out string, p *panel.Panel, origins []kanzei.Origin, programs []string) (rows int64, err error) {
	fields := slices.Clone(panelBefore)
	for _, name := range programs {
		fields = append(fields, table.Field{Name: name, Kind: table.Decimal, Scale: 8})
	}
	fields = append(fields, panelAfter...)
	w, err := table.Create(out, e.out, nil, fields)
	if err != nil {
		return 0, err
	}
	defer w.Abort()
	type block struct {
		rows int64
		data *table.Block
		err  error
	}
	type task struct {
		first, last int // codes
		done        chan block
	}
	// About a quarter of a million rows a block: each code has some rows an origin.
	n := len(origins)
	if n == 0 {
		n = len(p.Origins())
	}
	chunk := max(1, 50_000/n)
	workers := runtime.GOMAXPROCS(0)
	tasks, order := make(chan task, workers), make(chan task, workers)
	stop := make(chan struct{})
	for range workers {
		go func() {
			f := newPanelFiller(p, fields, origins, programs)
			for t := range tasks {
				select {
				case <-stop:
					t.done <- block{}
					continue
				default:
				}
				b := f.fill(t.first, t.last)
				data, err := w.Encode(b, f.columns)
				t.done <- block{int64(b.Rows), data, err}
			}
		}()
	}
	go func() {
		defer close(tasks)
		defer close(order)
		for i := 0; i < len(p.Codes()); i += chunk {
			t := task{i, min(i+chunk, len(p.Codes())), make(chan block, 1)}
			tasks <- t
			order <- t
		}
	}()
	progress := newProgress(e.err)
	defer progress.end()
	for t := range order {
		b := <-t.done
		if err != nil {
			continue
		}
		if err = b.err; err == nil {
			err = w.Append(b.data)
		}
		if err != nil {
			close(stop)
			continue
		}
		rows += b.rows
		progress.show(rows, float64(t.last)/float64(len(p.Codes())))
	}
	if err != nil {
		return 0, err
	}
	return rows, w.Close()
}

// A panelFiller turns rows into columns with dictionaries.
type panelFiller struct {
	panel    *panel.Panel
	origins  []kanzei.Origin
	programs []string
	columns  []table.Column
	numbers  []map[int64]uint32 // by column
	texts    []map[string]uint32
	shared   [][]uint32 // by shared cell, once asked: codes + 1 of the columns that hang on the cell, 0 null
	own      []uint32
}

func newPanelFiller(p *panel.Panel, fields []table.Field, origins []kanzei.Origin, programs []string) *panelFiller {
	f := &panelFiller{panel: p, origins: origins, programs: programs, columns: make([]table.Column, len(fields)),
		numbers: make([]map[int64]uint32, len(fields)), texts: make([]map[string]uint32, len(fields)), shared: make([][]uint32, p.Cells()+1)}
	for i := range fields {
		f.columns[i].Reset(&fields[i])
		f.columns[i].Dict = true
		f.numbers[i], f.texts[i] = map[int64]uint32{}, map[string]uint32{}
	}
	return f
}

func (f *panelFiller) number(column int, x int64) uint32 {
	id, ok := f.numbers[column][x]
	if !ok {
		c := &f.columns[column]
		id = uint32(len(c.Ints))
		c.Ints = append(c.Ints, x)
		f.numbers[column][x] = id
	}
	return id
}

func (f *panelFiller) text(column int, s string) uint32 {
	id, ok := f.texts[column][s]
	if !ok {
		c := &f.columns[column]
		id = uint32(c.Text.Len())
		c.Text.Add([]byte(s))
		f.texts[column][s] = id
	}
	return id
}

// cell returns codes + 1 for the columns from status on, 0 for null.
func (f *panelFiller) cell(c *panel.Cell, to []uint32) []uint32 {
	share := func(x kanzei.Fraction, ok bool) {
		if column := 4 + len(to); ok {
			to = append(to, f.number(column, int64(x))+1)
		} else {
			to = append(to, 0)
		}
	}
	to = append(to, f.text(4, string(c.Status))+1)
	share(c.Base.Exact())
	to = append(to, f.text(6, c.BaseText)+1)
	for _, name := range f.programs {
		share(c.Program(name).Exact())
	}
	total, exact := c.Total.Exact()
	exact = exact && c.Status == kanzei.Exact
	share(total, exact)
	after := 4 + len(to)
	to = append(to, f.text(after, f.panel.Horizon.String())+1, f.number(after+1, int64(f.panel.Known))+1, f.text(after+2, f.panel.Assumptions.Name)+1)
	some := c.Status == kanzei.Exact || c.Status == kanzei.Range
	share(c.Total.Min, some)
	share(c.Total.Max, some && !c.Total.Open)
	return to
}

// fill puts the rows of codes into the columns.
func (f *panelFiller) fill(first, last int) *table.Batch {
	for i := range f.columns {
		f.columns[i].Codes, f.columns[i].Null = f.columns[i].Codes[:0], f.columns[i].Null[:0]
	}
	// The codes of the schedule do not come back: their dictionary is of the block.
	clear(f.texts[0])
	f.columns[0].Text = table.Strings{}
	b := &table.Batch{}
	for i := first; i < last; i++ {
		hts := f.text(0, f.panel.Codes()[i].Compact())
		for r := range f.panel.RowsOf(i, f.origins...) {
			b.Rows++
			var cell []uint32
			if r.Shared == 0 {
				f.own = f.cell(r.Cell, f.own[:0])
				cell = f.own
			} else if cell = f.shared[r.Shared]; cell == nil {
				cell = f.cell(r.Cell, nil)
				f.shared[r.Shared] = cell
			}
			f.put(0, hts+1)
			f.put(1, f.text(1, r.Origin.String())+1)
			f.put(2, f.number(2, int64(r.From))+1)
			f.put(3, f.number(3, int64(r.Until))+1)
			for j, x := range cell {
				f.put(4+j, x)
			}
		}
	}
	for i := range f.columns {
		c := &f.columns[i]
		if len(c.Null) > 0 {
			c.Null = append(c.Null, make([]bool, b.Rows-len(c.Null))...)
		} else {
			c.Null = nil
		}
	}
	return b
}

// put appends a code; marks of null begin with the first null.
func (f *panelFiller) put(column int, code uint32) {
	c := &f.columns[column]
	n := len(c.Codes)
	if code != 0 {
		c.Codes = append(c.Codes, code-1)
		return
	}
	c.Codes = append(c.Codes, 0)
	if missing := n - len(c.Null); missing > 0 {
		c.Null = append(c.Null, make([]bool, missing)...)
	}
	c.Null = append(c.Null, true)
}
