package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"kanzei"
	"kanzei/duty"
	"kanzei/entries"
)

type rateCmd struct {
	In      string `arg:"" optional:"" help:"File of entries, .csv or .parquet; - is CSV from stdin."`
	Out     string `short:"o" placeholder:"FILE" help:"File to write, .csv or .parquet; - is CSV to stdout."`
	Known   string `placeholder:"DAY" help:"Law as known at the end of this day, for rows whose column known is empty (default: latest)."`
	Group   bool   `help:"Bring the rows of an entry together first, sorting on disk."`
	Rejects string `placeholder:"FILE" help:"File for rows that cannot be rated (default: OUT.rejects.csv)."`
	Facts   bool   `help:"List the facts that the column flags can declare, and the columns read."`
	JSON    bool   `name:"json" help:"Print --facts, or the counts, as JSON."`
}

func (c *rateCmd) Run(e *env) error {
	engine, err := e.engine()
	if err != nil {
		return err
	}
	if c.Facts {
		return facts(e, engine, c.JSON)
	}
	job, err := fileJob(e, engine, c.In, c.Out, c.Known)
	if err != nil {
		return err
	}
	job.Group = c.Group
	rejects := c.Rejects
	if rejects == "" && c.Out != "-" {
		rejects = c.Out + ".rejects.csv"
	}
	progress := newProgress(e.err)
	job.Progress = progress.show
	rows, rejected, err := job.Rate(c.Out, e.out, rejects)
	progress.end()
	if err != nil {
		return err
	}
	if c.JSON && c.Out != "-" {
		return printJSON(e.out, struct {
			Rows     int64 `json:"rows"`
			Rejected int64 `json:"rejected"`
		}{rows, rejected})
	}
	fmt.Fprintf(e.err, "%d rows rated, %d rejected%s\n", rows, rejected, where(rejected, rejects))
	return nil
}

func where(rejected int64, file string) string {
	switch {
	case rejected == 0:
		return ""
	case file == "":
		return ": name a file with --rejects to see why"
	}
	return ": see " + file
}

// fileJob checks the files of a command.
func fileJob(e *env, engine *duty.Engine, in, out, known string) (*entries.Job, error) {
	switch {
	case in == "":
		return nil, &kanzei.Problem{Code: "args", Msg: "no file of entries is named", Hint: "kanzei rate entries.csv -o rated.csv"}
	case out == "":
		return nil, &kanzei.Problem{Code: "args", Msg: "no file to write is named", Hint: "add -o rated.csv, or -o - for stdout"}
	}
	if in != "-" && out != "-" {
		a, errA := os.Stat(in)
		b, errB := os.Stat(out)
		if in == out || errA == nil && errB == nil && os.SameFile(a, b) {
			return nil, &kanzei.Problem{Code: "args", Msg: fmt.Sprintf("%s is read and written", in), Hint: "write to another file"}
		}
	}
	job := &entries.Job{Engine: engine, In: in, Stdin: os.Stdin}
	if known != "" && known != "latest" {
		var err error
		if job.Known, err = kanzei.ParseDay(known); err != nil {
			return nil, at("--known", err)
		}
	}
	return job, nil
}

// facts lists the flags and columns that a file of entries can carry.
func facts(e *env, engine *duty.Engine, json bool) error {
	list := engine.Facts()
	if json {
		return printJSON(e.out, struct {
			Facts   []duty.Fact      `json:"facts"`
			Columns []entries.Column `json:"columns"`
		}{list, entries.Columns})
	}
	fmt.Fprintln(e.out, "Facts for the column flags, separated by semicolons. A fact marked * is needed:\nwhile neither it nor not-FACT is declared, the duty is a range.")
	for _, f := range list {
		mark := " "
		if f.Needed {
			mark = "*"
		}
		fmt.Fprintf(e.out, "\n%s %-26s %s\n", mark, f.Flag, strings.Join(f.Programs, ", "))
		for i, a := range f.Asked {
			if i == 6 && len(f.Asked) > 7 {
				fmt.Fprintf(e.out, "    and %d more\n", len(f.Asked)-i)
				break
			}
			wrap(e.out, "    ", a, 80)
		}
	}
	fmt.Fprintln(e.out, "\nColumns read; others are passed through:")
	for _, c := range entries.Columns {
		mark := " "
		if c.Required {
			mark = "*"
		}
		wrap(e.out, fmt.Sprintf("%s %-19s ", mark, c.Name), c.Doc, 80)
	}
	return nil
}

// A progress shows how far a long command is, on a terminal and after a second.
type progress struct {
	w     io.Writer
	start time.Time
	last  time.Time
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if s, err := f.Stat(); err == nil && s.Mode()&os.ModeCharDevice != 0 {
			p.w = w
		}
	}
	return p
}

func (p *progress) show(rows int64, share float64) {
	now := time.Now()
	if p.w == nil || now.Sub(p.start) < time.Second || now.Sub(p.last) < 200*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	s := now.Sub(p.start).Seconds()
	of := ""
	if share >= 0 {
		of = fmt.Sprintf(", %.0f%%", 100*share)
	}
	fmt.Fprintf(p.w, "\r%d rows%s, %.0f a second \x1b[K", rows, of, float64(rows)/s)
}

func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
