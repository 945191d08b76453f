package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"kanzei"
	"kanzei/duty"
	"kanzei/entries"
)

type refundCmd struct {
	In      string `arg:"" help:"File of entries, .csv or .parquet; - is CSV from stdin. Columns as of kanzei rate."`
	Out     string `short:"o" placeholder:"FILE" help:"File of rows to write, .csv or .parquet; - is CSV to stdout."`
	Known   string `placeholder:"DAY" help:"Law as known at the end of this day (default: latest)."`
	Cape    string `placeholder:"DIR" help:"Folder for upload files to the refund portal of US Customs: one column, Entry Number, 9,999 rows a file."`
	Rate    string `aliases:"interest" placeholder:"PCT" help:"Interest to assume, simple, percent a year; none when left out."`
	To      day    `placeholder:"DAY" help:"Day up to which interest runs and liquidation is reckoned (default: today)."`
	Group   bool   `help:"Bring the rows of an entry together first, sorting on disk."`
	Rejects string `placeholder:"FILE" help:"File for rows that cannot be used (default: OUT.rejects.csv, or DIR/rejects.csv)."`
	JSON    bool   `name:"json" help:"Print the report as JSON."`
}

func (c *refundCmd) Run(e *env) error {
	engine, err := duty.Embedded()
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = "-" // nothing is written; for the checks
	}
	job, err := fileJob(e, engine, c.In, out, c.Known)
	if err != nil {
		return err
	}
	job.Group = c.Group
	f := &entries.Refund{Job: *job, Out: c.Out, Stdout: e.out, Rejects: c.Rejects, Cape: c.Cape, To: c.To.Day}
	if f.To == 0 {
		f.To = kanzei.DayFromTime(time.Now())
	}
	if c.Rate != "" {
		rate, err := kanzei.ParsePercent(c.Rate)
		if err == nil && (rate < 0 || rate > kanzei.One) {
			err = &kanzei.Problem{Code: "args", Msg: fmt.Sprintf("%s%% a year is no rate of interest", rate), Hint: "write it as 7"}
		}
		if err != nil {
			return at("--rate", err)
		}
		f.Interest = &rate
	}
	if c.Cape != "" {
		if err := os.MkdirAll(c.Cape, 0o755); err != nil {
			return &kanzei.Problem{Code: "file", Where: c.Cape, Msg: "is no folder and cannot be made one"}
		}
	}
	switch {
	case f.Rejects != "" || c.Out == "-":
	case c.Out != "":
		f.Rejects = c.Out + ".rejects.csv"
	case c.Cape != "":
		f.Rejects = strings.TrimSuffix(c.Cape, "/") + "/rejects.csv"
	}
	progress := newProgress(e.err)
	f.Progress = progress.show
	r, err := f.Run()
	progress.end()
	if err != nil {
		return err
	}
	switch {
	case c.Out == "-":
		fmt.Fprintf(e.err, "%d rows, %d rejected%s; refundable %s USD\n", r.Rows, r.Rejected, where(r.Rejected, f.Rejects), r.Refundable)
	case c.JSON:
		return printJSON(e.out, r)
	default:
		c.print(e, r, f.Rejects)
	}
	return nil
}

func (c *refundCmd) print(e *env, r *entries.RefundReport, rejects string) {
	w := e.out
	fmt.Fprintf(w, "%d rows, law as known %s; %d rejected%s\n\n", r.Rows, r.Known, r.Rejected, where(r.Rejected, rejects))
	fmt.Fprintf(w, "%-40s %18s\n", "", "USD")
	fmt.Fprintf(w, "%-40s %18s\n", "assessed", r.Assessed)
	fmt.Fprintf(w, "%-40s %18s\n", "legally due", r.Legal)
	fmt.Fprintf(w, "%-40s %18s   %d entries\n", "refundable", r.Refundable, r.Entries)
	if c.Rate != "" {
		fmt.Fprintf(w, "%-40s %18s\n", "interest on it", r.Interest)
	}
	for _, part := range []struct {
		title string
		sums  []entries.Sum
	}{{"by cause", r.Causes}, {"by program", r.Programs}, {"by liquidation status", r.Liquidation}} {
		if len(part.sums) == 0 {
			continue
		}
		fmt.Fprintf(w, "\nrefundable %s\n", part.title)
		for _, s := range part.sums {
			fmt.Fprintf(w, "  %-38s %18s   %d rows\n", clip(s.Name, 38), s.Refundable, s.Rows)
		}
	}
	if len(r.Open) > 0 {
		fmt.Fprintln(w, "\nrows without one figure, in no sum")
		for _, status := range sortedKeys(r.Open) {
			fmt.Fprintf(w, "  %-38s %18d\n", status, r.Open[status])
		}
	}
	if x := r.Cape; x != nil {
		fmt.Fprintf(w, "\nupload files for refunds by judgment: %d entries in %d files", x.Entries, len(x.Files))
		if x.After > 0 {
			fmt.Fprintf(w, "; %d entries liquidated more than %d days ago, or on a day not given, in %d files apart", x.After, entries.CapeDays, len(x.Later))
		}
		fmt.Fprintln(w)
		for _, name := range append(x.Files, x.Later...) {
			fmt.Fprintf(w, "  %s\n", name)
		}
		if x.Invalid > 0 {
			fmt.Fprintf(w, "  %d entries have no valid entry number: see %s\n", x.Invalid, rejects)
		}
		if x.Without > 0 {
			fmt.Fprintf(w, "  %d rows have no entry_id\n", x.Without)
		}
		if x.ReplacedRows > 0 {
			fmt.Fprintf(w, "  no refund on %d rows that paid a duty held void: the duty that takes its place is as much; not for upload, listed for review:\n", x.ReplacedRows)
			for _, name := range x.Replaced {
				fmt.Fprintf(w, "    %s\n", name)
			}
		}
	}
	fmt.Fprintln(w)
	for _, a := range r.Assumptions {
		wrap(w, "assumed: ", a, 80)
	}
}
