package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A usage is what a process took: seconds of processor time and bytes of memory
// at its largest.
type usage struct{ cpu, memory float64 }

func run(dir, program string, args ...string) (usage, error) {
	c := exec.Command(program, args...)
	c.Dir = dir
	text, err := c.CombinedOutput()
	if err != nil {
		return usage{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, text)
	}
	return usage{(c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds(), peak(c.ProcessState)}, nil
}

// A sized measurement is work of so many units.
type sized struct {
	units            float64
	run, merge       usage
	in, shard, table float64 // bytes of all
}

// slopes are what a unit costs between a small and a large measurement; what
// the small one took beyond its units is the start.
func slopes(a, b sized) (c cost) {
	d := b.units - a.units
	c.cpu = (b.run.cpu - a.run.cpu) / d
	c.start = a.run.cpu - c.cpu*a.units
	c.memory = b.run.memory
	c.in, c.shard, c.table = b.in/b.units, b.shard/b.units, (b.table-a.table)/d
	c.merge = (b.merge.cpu - a.merge.cpu) / d
	c.held = max(0, (b.merge.memory-a.merge.memory)/d)
	return c
}

func measure(program, out string, draws, lines int) error {
	program, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	all, err := read(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir, err := os.MkdirTemp("", "capacity")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all.set("day", time.Now().UTC().Format("2006-01-02"), "", "")
	all.set("machine", machine(), "", "")
	all.set("cores", strconv.Itoa(runtime.NumCPU()), "", "")

	var s [2]sized
	for i, n := range []int{draws / 2, draws} {
		if s[i], err = scenarios(dir, program, n); err != nil {
			return err
		}
	}
	all.keep("scenario", slopes(s[0], s[1]), fmt.Sprintf("one process on %d cores; sweeps of %.0f and %.0f scenarios", runtime.NumCPU(), s[0].units, s[1].units))
	for i, n := range []int{lines / 8, lines} {
		if s[i], err = entries(dir, program, n); err != nil {
			return err
		}
	}
	all.keep("line", slopes(s[0], s[1]), fmt.Sprintf("one process on %d cores; files of %.0f and %.0f lines; nothing to put together", runtime.NumCPU(), s[0].units, s[1].units))
	if all.text("price") == "" {
		all.set("price", "0.05", "USD a core-hour", "a parameter, no quotation: put your own into the file")
	}
	return all.write(out)
}

func (all *rows) keep(kind string, c cost, from string) {
	for _, f := range []struct {
		name, unit string
		value      float64
	}{{"cpu", "s a unit", c.cpu}, {"start", "s a process", c.start}, {"memory", "bytes a process", c.memory}, {"in", "bytes a unit", c.in}, {"shard", "bytes a unit", c.shard},
		{"table", "bytes a unit", c.table}, {"merge", "s a unit", c.merge}, {"held", "bytes a unit", c.held}} {
		all.set(kind+"_"+f.name, strconv.FormatFloat(f.value, 'g', 4, 64), f.unit, from)
	}
}

// scenarios sweeps one law at n draws, one a unit.
func scenarios(dir, program string, n int) (s sized, err error) {
	file, plan, table := fmt.Sprintf("s%d.yaml", n), fmt.Sprintf("s%d", n), fmt.Sprintf("s%d.parquet", n)
	if err := os.WriteFile(filepath.Join(dir, file), fmt.Appendf(nil, "sweep: impact\non: 2025-04-15\nscenarios: lapse\ndraws: %d\n", n-1), 0o644); err != nil {
		return s, err
	}
	if _, err := run(dir, program, "sweep", "plan", file, "-o", plan, "--shards", "1"); err != nil {
		return s, err
	}
	s.units = float64(n)
	if s.run, err = run(dir, program, "sweep", "run", plan); err != nil {
		return s, err
	}
	if s.merge, err = run(dir, program, "sweep", "merge", plan, "-o", table); err != nil {
		return s, err
	}
	if s.shard, err = size(dir, plan, "shard-00001-of-00001"); err != nil {
		return s, err
	}
	s.table, err = size(dir, table)
	return s, err
}

// entries rates a file of n lines, one a unit. Answers are the shards: they are
// put together by lying in one folder.
func entries(dir, program string, n int) (s sized, err error) {
	in, out := fmt.Sprintf("e%d.parquet", n), fmt.Sprintf("r%d.parquet", n)
	where, err := os.Getwd()
	if err != nil {
		return s, err
	}
	if _, err := run(where, "go", "run", "./internal/entries", "-n", strconv.Itoa(n), "-o", filepath.Join(dir, in)); err != nil {
		return s, err
	}
	s.units = float64(n)
	if s.run, err = run(dir, program, "rate", in, "-o", out); err != nil {
		return s, err
	}
	if s.in, err = size(dir, in); err != nil {
		return s, err
	}
	s.shard, err = size(dir, out)
	s.table = 0 // the answers are the table
	return s, err
}

func size(path ...string) (float64, error) {
	info, err := os.Stat(filepath.Join(path...))
	if err != nil {
		return 0, err
	}
	return float64(info.Size()), nil
}

// machine names processor, memory and compiler.
func machine() string {
	field := func(file, name string) string {
		b, _ := os.ReadFile(file)
		for l := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == name {
				return strings.TrimSpace(v)
			}
		}
		return "unknown"
	}
	memory := field("/proc/meminfo", "MemTotal")
	if kb, err := strconv.Atoi(strings.TrimSuffix(memory, " kB")); err == nil {
		memory = fmt.Sprintf("%d GB", (kb+500_000)/1_000_000)
	}
	return fmt.Sprintf("%d cores of %s, %s, %s", runtime.NumCPU(), field("/proc/cpuinfo", "model name"), memory, runtime.Version())
}
