package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kanzei"
	"kanzei/sweep"
)

type sweepCmd struct {
	All    sweepAll    `cmd:"" default:"withargs" help:"Plan, run on this machine and merge; goes on where an earlier run was cut off."`
	Plan   sweepPlan   `cmd:"" help:"Cut a sweep into shards."`
	Run    sweepRun    `cmd:"" help:"Run one shard, or all that are not whole."`
	Merge  sweepMerge  `cmd:"" help:"Check the shards of one work and put their results together."`
	Status sweepStatus `cmd:"" help:"How far each shard is."`
	Submit sweepSubmit `cmd:"" help:"Run the shards on Slurm, or write a Job for Kubernetes."`
}

// A swept is a kind of work: what a sweep file asks, ready to run.
type swept interface {
	kind() string
	identity() (sweep.Identity, error)
	do() sweep.Do
	workers() int // items at a time; 0: one a processor
	// write writes the whole of the results to a file and tells of it.
	write(e *env, files *sweep.Files, out string, how telling) error
}

// interruptible is done when the user or the machine asks the program to end.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

type sweepAll struct {
	File   string `arg:"" help:"Sweep file, YAML."`
	Out    string `short:"o" required:"" placeholder:"FILE" help:"File to write, .parquet or .csv; for entries, a folder."`
	Shards int    `placeholder:"N" default:"1" help:"Shards."`
	JSON   bool   `name:"json" help:"Print the summary as JSON."`
	Table  string `placeholder:"FILE" help:"Write the summary as a table too, .csv or .parquet."`
}

func (c *sweepAll) Run(e *env) error {
	w, err := readSweep(e, c.File)
	if err != nil {
		return err
	}
	how := telling{c.JSON, c.Table}
	if err := writable(w.kind(), c.Out, how); err != nil {
		return err
	}
	dir := filepath.Clean(c.Out) + ".sweep"
	m, err := planned(w, c.File, dir, c.Shards)
	if p, ok := err.(*kanzei.Problem); ok && p.Code == "sweep.planned" {
		p.Hint = "ask as that run did, name another output, or delete " + dir
	}
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	if err := m.RunAll(ctx, w.do(), sweep.Options{Workers: w.workers(), Progress: sweeping(e.err)}); err != nil {
		return cutOff(err, dir)
	}
	files, err := sweep.Gather(dir)
	if err != nil {
		return err
	}
	if err := w.write(e, files, c.Out, how); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// cutOff says that what was done is kept.
func cutOff(err error, dir string) error {
	if errors.Is(err, context.Canceled) {
		return &kanzei.Problem{Code: "sweep.stopped", Where: dir, Msg: "stopped; what was done is kept", Hint: "the same command goes on from there"}
	}
	return err
}

type sweepPlan struct {
	File   string `arg:"" help:"Sweep file, YAML."`
	Out    string `short:"o" required:"" placeholder:"DIR" help:"Folder to make."`
	Shards int    `required:"" placeholder:"N" help:"Shards."`
}

func (c *sweepPlan) Run(e *env) error {
	w, err := readSweep(e, c.File)
	if err != nil {
		return err
	}
	m, err := planned(w, c.File, c.Out, c.Shards)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.err, "%s in %s, work %.12s\n", counted(m.Items, "item"), counted(m.Shards, "shard"), m.Work)
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// planned writes the manifest, and beside it what the sweep file names, so that
// the folder can be carried to another machine.
func planned(w swept, file, dir string, shards int) (*sweep.Manifest, error) {
	id, err := w.identity()
	if err != nil {
		return nil, err
	}
	m, err := sweep.Plan(dir, id, shards)
	if err != nil {
		return nil, err
	}
	return m, carry(filepath.Dir(file), m)
}

type sweepRun struct {
	Dir   string `arg:"" help:"Folder of kanzei sweep plan."`
	Shard string `placeholder:"I/N" help:"The shard, counted from 1 (default: all that are not whole)."`
	Index *int   `placeholder:"I" help:"The shard, counted from 0, as Kubernetes does."`
}

func (c *sweepRun) Run(e *env) error {
	m, err := sweep.Open(c.Dir)
	if err != nil {
		return err
	}
	shard, err := c.shard(m)
	if err != nil {
		return err
	}
	w, err := openSweep(e, m)
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	o := sweep.Options{Workers: w.workers(), Progress: sweeping(e.err)}
	if shard == 0 {
		err = m.RunAll(ctx, w.do(), o)
	} else {
		err = m.Run(ctx, shard, w.do(), o)
	}
	return cutOff(err, c.Dir)
}

// shard is the shard named, 0 for all.
func (c *sweepRun) shard(m *sweep.Manifest) (int, error) {
	bad := func(where, msg string) error {
		return &kanzei.Problem{Code: "sweep.shard", Where: where, Msg: msg, Hint: fmt.Sprintf("give --shard 1/%d to %d/%d, or --index 0 to %d", m.Shards, m.Shards, m.Shards, m.Shards-1)}
	}
	switch {
	case c.Index != nil && c.Shard != "":
		return 0, bad("--index", "both --shard and --index are given")
	case c.Index != nil && (*c.Index < 0 || *c.Index >= m.Shards):
		return 0, bad("--index", fmt.Sprintf("%d names no shard of %d", *c.Index, m.Shards))
	case c.Index != nil:
		return *c.Index + 1, nil
	case c.Shard == "":
		return 0, nil
	}
	i, n, ok := strings.Cut(c.Shard, "/")
	shard, err := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	switch {
	case !ok || err != nil || err2 != nil || shard < 1:
		return 0, bad("--shard", fmt.Sprintf("%q names no shard", c.Shard))
	case of != m.Shards:
		return 0, bad("--shard", fmt.Sprintf("%s is planned in %d shards, not %d", c.Dir, m.Shards, of))
	}
	return shard, nil
}

type sweepMerge struct {
	In   []string `arg:"" name:"in" help:"Folders of kanzei sweep plan, and files merged from parts."`
	Out  string   `short:"o" required:"" placeholder:"FILE" help:"File to write: .parquet or .csv of the whole (for entries, a folder), .shard of whatever is there."`
	JSON bool     `name:"json" help:"Print the summary as JSON."`

	Table string `placeholder:"FILE" help:"Write the summary as a table too, .csv or .parquet."`
}

func (c *sweepMerge) Run(e *env) error {
	files, err := sweep.Gather(c.In...)
	if err != nil {
		return err
	}
	if filepath.Ext(c.Out) == ".shard" {
		return files.Write(c.Out)
	}
	if err := files.Whole(); err != nil {
		return err
	}
	how := telling{c.JSON, c.Table}
	if err := writable(files.Manifest.Kind, c.Out, how); err != nil {
		return err
	}
	w, err := openSweep(e, files.Manifest)
	if err != nil {
		return err
	}
	return w.write(e, files, c.Out, how)
}

type sweepStatus struct {
	Dir  string `arg:"" help:"Folder of kanzei sweep plan."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (c *sweepStatus) Run(e *env) error {
	m, err := sweep.Open(c.Dir)
	if err != nil {
		return err
	}
	states, err := m.Status()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, states)
	}
	done := 0
	for _, s := range states {
		done += s.Done
		if !s.Whole {
			fmt.Fprintf(e.out, "shard %d/%d: %d of %d items\n", s.Shard, m.Shards, s.Done, s.Of)
		}
	}
	fmt.Fprintf(e.out, "%d of %d items done, work %.12s (%s)\n", done, m.Items, m.Work, m.Kind)
	return nil
}

// openSweep readies the work of a manifest. A program, edition or input that is
// not the one it was planned with is a *kanzei.Problem.
func openSweep(e *env, m *sweep.Manifest) (swept, error) {
	w, err := workOf(e, m.Kind, m.Spec, m.Dir())
	if err != nil {
		return nil, err
	}
	id, err := w.identity()
	if err != nil {
		return nil, err
	}
	if id.Hash() == m.Work {
		return w, nil
	}
	what := "another question than this program reads from it"
	for i, in := range m.Inputs {
		if i < len(id.Inputs) && id.Inputs[i] != in {
			what = "another " + in.Name
			break
		}
	}
	if id.Program != m.Program {
		what = "another build of this program"
	}
	return nil, &kanzei.Problem{Code: "sweep.stale", Where: m.Dir(), Msg: "was planned with " + what, Hint: "use what it was planned with, or plan again into a new folder"}
}

// sweeping shows a line of progress on a terminal, and elsewhere a line every
// ten seconds.
func sweeping(w io.Writer) func(done, found, of int) {
	begun := time.Now()
	last := begun
	terminal := newProgress(w).w != nil
	return func(done, found, of int) {
		now := time.Now()
		every := 10 * time.Second
		if terminal {
			every = 200 * time.Millisecond
		}
		if now.Sub(last) < every && (done < of || !terminal || now.Sub(begun) < time.Second) || done == found {
			return
		}
		last = now
		rate := float64(done-found) / now.Sub(begun).Seconds()
		left := time.Duration(float64(of-done) / rate * float64(time.Second)).Round(time.Second)
		const width = 24
		bar := strings.Repeat("#", width*done/of) + strings.Repeat(".", width-width*done/of)
		line := fmt.Sprintf("[%s] %d of %d, %.1f a second, %s left", bar, done, of, rate, left)
		switch {
		case !terminal:
			fmt.Fprintf(w, "kanzei: %d of %d done, %.1f a second, %s left\n", done, of, rate, left)
		case done == of:
			fmt.Fprint(w, "\r\x1b[K")
		default:
			fmt.Fprintf(w, "\r%s\x1b[K", line)
		}
	}
}

// workOf reads a spec. Files that it names are read from the folder.
func workOf(e *env, kind string, spec json.RawMessage, dir string) (swept, error) {
	switch kind {
	case "impact":
		return newImpactSweep(e, spec, dir)
	case "talks":
		return newTalksSweep(e, spec, dir)
	case "entries":
		return newEntriesSweep(e, spec)
	}
	return nil, &kanzei.Problem{Code: "sweep.kind", Where: dir, Msg: fmt.Sprintf("no kind of sweep %q", kind), Hint: "the kinds are impact, talks and entries"}
}
