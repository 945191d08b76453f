// Capacity says what large work costs, from what small work was measured to cost:
//
//	go run ./internal/capacity -measure -kanzei bin/kanzei -o docs/capacity.csv    a few minutes on a quiet machine
//	go run ./internal/capacity docs/capacity.csv                                   the table
//
// Every figure of the table follows from the rows of the file by arithmetic.
package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	measuring := flag.Bool("measure", false, "measure, and write the rows to -o")
	program := flag.String("kanzei", "bin/kanzei", "with -measure: the program")
	out := flag.String("o", "", "with -measure: file to write; rows of it that are not measured stay")
	draws := flag.Int("draws", 1600, "with -measure: draws of the larger sweep")
	lines := flag.Int("lines", 4_000_000, "with -measure: rows of the larger file of entries")
	flag.Parse()
	var err error
	switch {
	case *measuring && *out == "":
		err = errors.New("no file to write is named: add -o FILE")
	case *measuring:
		err = measure(*program, *out, *draws, *lines)
	case flag.NArg() != 1:
		err = errors.New("name the file of measurements: go run ./internal/capacity docs/capacity.csv")
	default:
		err = show(flag.Arg(0), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "capacity:", err)
		os.Exit(1)
	}
}

// A row of the file is a figure with its unit and where it comes from.
type row struct {
	name, value, unit, from string
}

// rows are those of a file in their order.
type rows []row

func read(name string) (rows, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var out rows
	for i, r := range all {
		if len(r) != 4 {
			return nil, fmt.Errorf("%s:%d: %d columns, want name, value, unit, from", name, i+1, len(r))
		}
		if i > 0 {
			out = append(out, row{r[0], r[1], r[2], r[3]})
		}
	}
	return out, nil
}

func (all rows) text(name string) string {
	for _, r := range all {
		if r.name == name {
			return r.value
		}
	}
	return ""
}

// set changes a row or adds it.
func (all *rows) set(name, value, unit, from string) {
	for i := range *all {
		if r := &(*all)[i]; r.name == name {
			*r = row{name, value, unit, from}
			return
		}
	}
	*all = append(*all, row{name, value, unit, from})
}

func (all rows) write(name string) error {
	f, err := os.CreateTemp(filepath.Dir(name), "capacity-*.part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := csv.NewWriter(f)
	w.Write([]string{"name", "value", "unit", "from"})
	for _, r := range all {
		w.Write([]string{r.name, r.value, r.unit, r.from})
	}
	w.Flush()
	if err := errors.Join(w.Error(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// A cost is what a unit of work costs.
type cost struct {
	cpu, start       float64 // seconds of processor time: a unit; a process before its first
	memory           float64 // bytes a process
	in, shard, table float64 // bytes a unit: read, in shards, in the table
	merge, held      float64 // seconds and bytes a unit when shards are put together
}

func (all rows) cost(kind string) (c cost, err error) {
	for _, f := range []struct {
		name string
		to   *float64
	}{{"cpu", &c.cpu}, {"start", &c.start}, {"memory", &c.memory}, {"in", &c.in}, {"shard", &c.shard}, {"table", &c.table}, {"merge", &c.merge}, {"held", &c.held}} {
		if *f.to, err = all.number(kind + "_" + f.name); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (all rows) number(name string) (float64, error) {
	x, err := strconv.ParseFloat(all.text(name), 64)
	if err != nil {
		return 0, fmt.Errorf("row %s: %q is no number", name, all.text(name))
	}
	return x, nil
}

// show prints the table.
func show(name string, to io.Writer) error {
	all, err := read(name)
	if err != nil {
		return err
	}
	price, err := all.number("price")
	if err != nil {
		return err
	}
	here, err := all.number("cores")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "measured %s on %s\n", all.text("day"), all.text("machine"))
	for _, job := range []struct {
		title, kind, unit string
		units             float64
	}{
		{"1,000,000 scenarios", "scenario", "scenario: a law against a base, one closure, one draw; two equilibria of 81 economies", 1e6},
		{"10,000,000,000 entry lines", "line", "line: one row of a Parquet file, rated", 1e10},
	} {
		c, err := all.cost(job.kind)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s\n  one %s\n", job.title, job.unit)
		fmt.Fprintf(w, "  %-34s %16s %16s\n", "", fmt.Sprintf("%.0f cores here", here), "1,000 cores")
		line := func(what string, of func(cores float64) string) {
			fmt.Fprintf(w, "  %-34s %16s %16s\n", what, of(here), of(1000))
		}
		// One process on a machine of few cores, one a core on the cluster.
		processes := func(cores float64) float64 {
			if cores == here {
				return 1
			}
			return cores
		}
		work := func(cores float64) float64 { return c.cpu*job.units + c.start*processes(cores) }
		hours := func(cores float64) float64 { return work(cores) / 3600 }
		line("core-hours", func(n float64) string { return amount(hours(n)) })
		line("all cores at work for", func(n float64) string { return lasting(work(n) / n) })
		line("of it, starting processes", func(n float64) string { return amount(100*c.start*processes(n)/work(n)) + " %" })
		line("dollars", func(n float64) string { return amount(hours(n) * price) })
		line("memory of all processes, GB", func(n float64) string { return amount(c.memory * processes(n) / 1e9) })
		line("read, GB", func(float64) string { return amount(c.in * job.units / 1e9) })
		line("written, GB", func(float64) string { return amount(c.shard * job.units / 1e9) })
		line("read and written, MB a second", func(n float64) string { return amount((c.in + c.shard) * job.units / 1e6 / (work(n) / n)) })
		if c.table > 0 { // answers about lines are put together by lying in one folder
			line("put together, by one core, in", func(float64) string { return lasting(c.merge * job.units) })
			line("put together: memory, GB", func(float64) string { return amount(c.held * job.units / 1e9) })
			line("the table, GB", func(float64) string { return amount(c.table * job.units / 1e9) })
		}
	}
	fmt.Fprintf(w, "\ndollars at %s a core-hour: %s\n", all.text("price"), strings.ReplaceAll(source(all, "price"), "; ", ";\n"))
	return w.Flush()
}

func source(all rows, name string) string {
	for _, r := range all {
		if r.name == name {
			return r.from
		}
	}
	return ""
}

// lasting writes seconds as people say them.
func lasting(s float64) string {
	switch {
	case s >= 2*3600:
		return amount(s/3600) + " h"
	case s >= 120:
		return amount(s/60) + " min"
	}
	return amount(s) + " s"
}

// amount writes three figures.
func amount(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x >= 1000:
		return group(strconv.FormatFloat(x, 'f', 0, 64))
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case x >= 0.01:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

func group(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
