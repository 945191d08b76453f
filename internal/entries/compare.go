package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/parquet-go/parquet-go"

	"kanzei/duty"
	"kanzei/entries"
	"kanzei/table"
)

// A way of going through a file of entries: in is read, out written. Rated is
// in as rated before, whose first rows stand for the answers where a way does
// not rate.
type way struct {
	name, what string
	run        func(in, rated, out string) (rows int64, err error)
}

var ways = []way{
	{"rate", "kanzei rate", rate},
	{"table", "read and write alone, by package table, all cores", throughTable},
	{"library", "read and write alone, by the library's rows, one core", throughLibrary},
}

// compare goes through a file each way and prints what it took. Each way is a
// process of its own, for processor time and peak memory are a process's.
func compare(in string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(in), "compare")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rated := filepath.Join(dir, "rated"+filepath.Ext(in))
	fmt.Printf("%s, %d cores\n%-8s %10s %8s %8s %10s %10s %9s\n", in, runtime.GOMAXPROCS(0), "", "rows", "wall s", "cpu s", "rows/s", "rows/cpu s", "peak MB")
	var wall, cpu []float64
	for _, w := range ways {
		out := rated
		if w.name != "rate" {
			out = filepath.Join(dir, "copy"+filepath.Ext(in))
		}
		c := exec.Command(self, "-way", w.name, "-rated", rated, "-o", out, in)
		c.Stderr = os.Stderr
		text, err := c.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		var rows int64
		var seconds float64
		if _, err := fmt.Sscan(string(text), &rows, &seconds); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		used := (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
		peak := c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10 // kilobytes on Linux
		wall, cpu = append(wall, seconds), append(cpu, used)
		fmt.Printf("%-8s %10d %8.1f %8.1f %10.0f %10.0f %9d   %s\n", w.name, rows, seconds, used, float64(rows)/seconds, float64(rows)/used, peak, w.what)
	}
	for i, w := range ways[1:] {
		fmt.Printf("rate takes %.2f of the time and %.2f of the processor time of %s\n", wall[0]/wall[i+1], cpu[0]/cpu[i+1], w.name)
	}
	return nil
}

// one goes through a file in this process and prints rows and seconds.
func one(name, in, rated, out, profile string) error {
	for _, w := range ways {
		if w.name != name {
			continue
		}
		if profile != "" {
			f, err := os.Create(profile)
			if err != nil {
				return err
			}
			defer f.Close()
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		start := time.Now()
		rows, err := w.run(in, rated, out)
		if err == nil {
			fmt.Println(rows, time.Since(start).Seconds())
		}
		return err
	}
	return fmt.Errorf("no way is called %q", name)
}

func rate(in, _, out string) (int64, error) {
	engine, err := duty.Embedded()
	if err != nil {
		return 0, err
	}
	j := &entries.Job{Engine: engine, In: in}
	rows, _, err := j.Rate(out, nil, "")
	return rows, err
}

// throughTable reads and writes as rating does, answers being those of the
// first batch of the rated file over again.
func throughTable(in, rated, out string) (rows int64, err error) {
	answers, err := answersOf(rated)
	if err != nil {
		return 0, err
	}
	r, err := table.Open(in, nil, table.Options{Key: "entry_id"})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := table.Create(out, nil, r, entries.Answers)
	if err != nil {
		return 0, err
	}
	defer w.Abort()
	type piece struct {
		*table.Block
		error
	}
	order := make(chan chan piece, runtime.GOMAXPROCS(0))
	var broken error
	go func() {
		defer close(order)
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if broken = err; err != nil {
				return
			}
			done := make(chan piece, 1)
			order <- done
			rows += int64(b.Rows)
			go func() {
				defer b.Free()
				b.Split()
				k, err := w.Encode(b, answers(b.Rows))
				done <- piece{k, err}
			}()
		}
	}()
	for done := range order {
		p := <-done
		if p.error != nil {
			return 0, p.error
		}
		if err := w.Append(p.Block); err != nil {
			return 0, err
		}
	}
	if broken != nil {
		return 0, broken
	}
	return rows, w.Close()
}

// answersOf reads the columns of entries.Answers of the first rows of a rated
// file, and returns them as often as so many rows need.
func answersOf(rated string) (func(rows int) []table.Column, error) {
	r, err := table.Open(rated, nil, table.Options{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := r.Next()
	if err != nil {
		return nil, err
	}
	b.Split()
	first := make([]table.Column, len(entries.Answers))
	for i, f := range entries.Answers {
		at := table.Index(r.Fields(), f.Name)
		if at < 0 {
			return nil, fmt.Errorf("%s has no column %s", rated, f.Name)
		}
		first[i] = b.Columns[at]
	}
	return func(rows int) []table.Column {
		out := make([]table.Column, len(first))
		for i := range out {
			out[i] = repeat(&first[i], rows)
		}
		return out
	}, nil
}

// repeat returns a column whose cells are those of c over and over.
func repeat(c *table.Column, rows int) table.Column {
	out := *c
	out.Null, out.Codes, out.Ints = over(c.Null, rows), over(c.Codes, rows), over(c.Ints, rows)
	if !c.Dict {
		out.Text.Start, out.Text.End = over(c.Text.Start, rows), over(c.Text.End, rows)
	}
	return out
}

func over[T any](s []T, n int) []T {
	if len(s) == 0 {
		return s
	}
	out := make([]T, 0, n)
	for len(out) < n {
		out = append(out, s[:min(len(s), n-len(out))]...)
	}
	return out
}

// row is a drawn row as the Parquet library reads it into a struct.
type row struct {
	ID                string  `parquet:"id"`
	EntryID           string  `parquet:"entry_id,dict"`
	HTS               string  `parquet:"hts,dict"`
	Origin            string  `parquet:"origin,dict"`
	EntryDate         int32   `parquet:"entry_date,date"`
	Value             int64   `parquet:"value_usd,decimal(2:18)"`
	Quantity          *int64  `parquet:"quantity,optional,decimal(2:18)"`
	Unit              *string `parquet:"unit,optional,dict"`
	Loaded            *int32  `parquet:"loaded_date,optional,date"`
	Exported          *int32  `parquet:"export_date,optional,date"`
	Mode              *int64  `parquet:"mode,optional"`
	SPI               *string `parquet:"spi,optional,dict"`
	USContent         *int64  `parquet:"us_content_pct,optional,decimal(2:18)"`
	Steel             *int64  `parquet:"steel_pct,optional,decimal(2:18)"`
	Aluminum          *int64  `parquet:"aluminum_pct,optional,decimal(2:18)"`
	Copper            *int64  `parquet:"copper_pct,optional,decimal(2:18)"`
	MetalWeight       *int64  `parquet:"metal_weight_pct,optional,decimal(2:18)"`
	MeltPour          *string `parquet:"melt_pour_country,optional,dict"`
	SmeltCast         *string `parquet:"smelt_cast_country,optional,dict"`
	Flags             *string `parquet:"flags,optional,dict"`
	LiquidationStatus *string `parquet:"liquidation_status,optional,dict"`
	PaymentDate       *int32  `parquet:"payment_date,optional,date"`
	Assessed          *int64  `parquet:"assessed_usd,optional,decimal(2:18)"`
	Importer          *string `parquet:"importer,optional,dict"`
}

// answer is what rating adds to a row.
type answer struct {
	Status     string `parquet:"status,dict"`
	Duty       *int64 `parquet:"duty_usd,optional,decimal(2:18)"`
	Rate       *int64 `parquet:"rate_pct,optional,decimal(6:18)"`
	Base       *int64 `parquet:"base_rate_pct,optional,decimal(6:18)"`
	Additional *int64 `parquet:"additional_rate_pct,optional,decimal(6:18)"`
	Min        *int64 `parquet:"duty_min_usd,optional,decimal(2:18)"`
	Max        *int64 `parquet:"duty_max_usd,optional,decimal(2:18)"`
	Headings   string `parquet:"headings,dict"`
	MPF        *int64 `parquet:"mpf_usd,optional,decimal(2:18)"`
	HMF        *int64 `parquet:"hmf_usd,optional,decimal(2:18)"`
	Legal      *int64 `parquet:"legal_usd,optional,decimal(2:18)"`
	Refundable *int64 `parquet:"refundable_usd,optional,decimal(2:18)"`
	Questions  string `parquet:"questions,dict"`
	Caveats    string `parquet:"caveats,dict"`
}

type ratedRow struct {
	row
	answer
}

// throughLibrary reads and writes as the users of the library do: Parquet row
// by row, CSV record by record.
func throughLibrary(in, rated, out string) (rows int64, err error) {
	read, write := libraryParquet, "parquet"
	if !strings.HasSuffix(in, "."+write) {
		read = libraryCSV
	}
	return read(in, rated, out)
}

func libraryParquet(in, rated, out string) (rows int64, err error) {
	const kept = 1 << 16
	answers := make([]answer, kept)
	a, err := os.Open(rated)
	if err != nil {
		return 0, err
	}
	defer a.Close()
	n, err := parquet.NewGenericReader[answer](a).Read(answers)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	answers = answers[:n]
	f, err := os.Open(in)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	g, err := os.Create(out)
	if err != nil {
		return 0, err
	}
	defer g.Close()
	buffered := bufio.NewWriterSize(g, 1<<20)
	r := parquet.NewGenericReader[row](f)
	w := parquet.NewGenericWriter[ratedRow](buffered, parquet.Compression(&parquet.Snappy))
	buf, both := make([]row, 4096), make([]ratedRow, 4096)
	for {
		n, err := r.Read(buf)
		for i := range n {
			both[i] = ratedRow{buf[i], answers[(int(rows)+i)%len(answers)]}
		}
		if n > 0 {
			if _, err := w.Write(both[:n]); err != nil {
				return 0, err
			}
			if before := rows; before>>16 != (before+int64(n))>>16 {
				if err := w.Flush(); err != nil {
					return 0, err
				}
			}
			rows += int64(n)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	return rows, errors.Join(w.Close(), buffered.Flush())
}

func libraryCSV(in, rated, out string) (rows int64, err error) {
	a, err := os.Open(rated)
	if err != nil {
		return 0, err
	}
	defer a.Close()
	f, err := os.Open(in)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	g, err := os.Create(out)
	if err != nil {
		return 0, err
	}
	defer g.Close()
	r, w := csv.NewReader(bufio.NewReaderSize(f, 1<<20)), csv.NewWriter(bufio.NewWriterSize(g, 1<<20))
	r.ReuseRecord = true
	answers, err := tails(csv.NewReader(a))
	if err != nil {
		return 0, err
	}
	for ; ; rows++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		tail := answers[0] // the names
		if rows > 0 {
			tail = answers[1+int(rows)%(len(answers)-1)]
		}
		if err := w.Write(append(record, tail...)); err != nil {
			return 0, err
		}
	}
	w.Flush()
	return rows - 1, w.Error()
}

// tails reads the last cells, those of the answers, of the first records.
func tails(r *csv.Reader) (out [][]string, err error) {
	for len(out) < 1<<16 {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, record[len(record)-len(entries.Answers):])
	}
	if len(out) < 2 {
		return nil, errors.New("no row was rated")
	}
	return out, nil
}
