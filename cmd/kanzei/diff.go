package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/duty"
	"kanzei/entries"
	"kanzei/ledger"
	"kanzei/table"
)

type lawDiff struct {
	Entries string `arg:"" optional:"" help:"File of entries, .csv or .parquet: which decisions made then would differ now."`
	On      day    `placeholder:"DAY" help:"Day of entry to compare with --to; with two days of knowledge, the one day of entry looked at (default: every day)."`
	To      day    `placeholder:"DAY" help:"Second day of entry."`
	Known   string `placeholder:"DAY" help:"Law as known at the end of this day; with --to-known, then. For a file of entries the default is the day of each entry."`
	ToKnown string `placeholder:"DAY" help:"Law as known at the end of this day, now (default with --known and no --to: latest)."`
	From    string `placeholder:"CC" help:"Country of origin (default: all)."`
	Out     string `short:"o" placeholder:"FILE" default:"-" help:"For a file of entries: CSV file to write; - is stdout."`
	Rejects string `placeholder:"FILE" help:"For a file of entries: file for rows that cannot be assessed."`
	JSON    bool   `name:"json" help:"Print as JSON."`
}

func (c *lawDiff) Run(e *env) error {
	known, err := knownDay("--known", c.Known)
	if err != nil {
		return err
	}
	toKnown, err := knownDay("--to-known", c.ToKnown)
	if err != nil {
		return err
	}
	var origin kanzei.Origin
	if c.From != "" {
		if origin, err = kanzei.ParseOrigin(c.From); err != nil {
			return at("--from", err)
		}
	}
	if c.Entries != "" {
		if c.On.Day != 0 || c.To.Day != 0 {
			return &kanzei.Problem{Code: "args", Msg: "the days of entry are those of the file", Hint: "name days of knowledge: --known DAY --to-known DAY"}
		}
		return c.decisions(e, known, toKnown, origin)
	}
	l, err := e.ledger()
	if err != nil {
		return err
	}
	d, err := api.Compare(l, &api.DiffRequest{On: c.On.String(), To: c.To.String(), Known: c.Known, ToKnown: c.ToKnown, From: c.From})
	if err != nil {
		return onFlags(err)
	}
	if c.JSON {
		return printJSON(e.out, d)
	}
	printDiff(e.out, d)
	return nil
}

func knownDay(flag, s string) (kanzei.Day, error) {
	if s == "" || s == "latest" {
		return 0, nil
	}
	d, err := kanzei.ParseDay(s)
	return d, at(flag, err)
}

func printDiff(w io.Writer, d *api.Diff) {
	whom := "all origins"
	if d.Origin != 0 {
		whom = d.Origin.Name()
	}
	known, to := d.Known, d.ToKnown
	switch {
	case d.To != 0 && known == to:
		fmt.Fprintf(w, "entered %s and %s, law as known %s, %s\n", d.On, d.To, known, whom)
	case d.To != 0:
		fmt.Fprintf(w, "entered %s, law as known %s, and entered %s, law as known %s; %s\n", d.On, known, d.To, to, whom)
	case d.On != 0:
		fmt.Fprintf(w, "entered %s, law as known %s and %s, %s\n", d.On, known, to, whom)
	default:
		fmt.Fprintf(w, "entered on any day, law as known %s and %s, %s\n", known, to, whom)
	}
	if len(d.Found) == 0 {
		fmt.Fprintln(w, "no difference")
	}
	for i := range d.Found {
		x := &d.Found[i]
		when := ""
		if x.From != 0 {
			when = fmt.Sprintf("%s to %s", x.From.Day(), untilDay(x.Until))
		}
		rate := strings.TrimPrefix(side(x.Before)+" → "+side(x.After), "absent → ")
		if (x.What == "changes" || len(x.Others) > 0) && x.Before.Rate == x.After.Rate {
			rate = x.After.Rate
		}
		fmt.Fprintf(w, "\n%s\n", strings.Join(strings.Fields(fmt.Sprintf("%s %s %s: %s  %s", when, x.Heading, x.Program, x.What, rate)), " "))
		wrap(w, "  ", x.Title, width())
		if len(x.Others) > 0 {
			wrap(w, "  "+map[string]string{ledger.TakesPlace: "of: ", ledger.GivesWay: "to: "}[x.What], strings.Join(x.Others, ", "), width())
		}
		if x.What == "changes" {
			wrap(w, "  changes: ", strings.Join(x.Changes, ", "), width())
		}
		for _, l := range []struct {
			name string
			list []string
		}{{"products added", api.Ranges(x.Added)}, {"products struck", api.Ranges(x.Struck)}, {"origins added", codesOf(x.Joined)}, {"origins struck", codesOf(x.Left)}} {
			if n := len(l.list); n > 12 {
				wrap(w, "  "+l.name+": ", fmt.Sprintf("%s and %d more", strings.Join(l.list[:10], ", "), n-10), width())
			} else if n > 0 {
				wrap(w, "  "+l.name+": ", strings.Join(l.list, ", "), width())
			}
		}
		for _, b := range instruments(x.By) {
			hang(w, "  by ", b, width())
		}
	}
}

// instruments names each instrument once, with the places in it.
func instruments(refs []ledger.Ref) []string {
	var out []string
	for i, r := range refs {
		if slices.ContainsFunc(refs[:i], func(p ledger.Ref) bool { return p.Instrument == r.Instrument }) {
			continue
		}
		var places []string
		for _, p := range refs[i:] {
			if p.Instrument == r.Instrument && p.Act.Cite != "" && !slices.Contains(places, p.Act.Cite) {
				places = append(places, p.Act.Cite)
			}
		}
		s := fmt.Sprintf("%s, public %s; %s", r, r.Act.Public, cmp.Or(r.Instrument.Citation, r.Instrument.Source))
		if len(places) > 0 {
			s += ": " + strings.Join(places, "; ")
		}
		out = append(out, s)
	}
	return out
}

func untilDay(m kanzei.Moment) string {
	if m == kanzei.Forever {
		return "further notice"
	}
	return m.Day().String()
}

func side(s ledger.Side) string {
	switch {
	case s.Status == ledger.Absent:
		return "absent"
	case s.Status == ledger.InForce:
		return cmp.Or(s.Rate, "in force")
	}
	return cmp.Or(s.Rate, "in the law") + " (" + string(s.Status) + ")"
}

func codesOf(list []kanzei.Origin) []string {
	var out []string
	for _, o := range list {
		out = append(out, o.String())
	}
	return out
}

// decisions compares the decisions on the entries of a file.
func (c *lawDiff) decisions(e *env, known, toKnown kanzei.Day, origin kanzei.Origin) error {
	engine, err := e.engine()
	if err != nil {
		return err
	}
	job := &entries.Job{Engine: engine, In: c.Entries, Stdin: os.Stdin, Known: toKnown}
	r, err := job.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if f, err := table.FormatOf(c.Out); err != nil {
		return at("-o", err)
	} else if f != "csv" {
		return &kanzei.Problem{Code: "args", Where: "-o", Msg: "decisions are written as CSV", Hint: "name the file .csv"}
	}
	s := &decisions{engine: engine, then: known, atEntry: c.Known == "", now: toKnown, origin: origin}
	s.rejects.Name = c.Rejects
	defer s.rejects.Abort()
	var out *decisionsFile
	if !c.JSON {
		if out, err = createDecisions(c.Out, e.out); err != nil {
			return err
		}
		defer out.abort()
		s.write = out.write
	}
	progress := newProgress(e.err)
	job.Progress = progress.show
	rows, err := job.Run(r, s)
	progress.end()
	if err == nil {
		err = s.rejects.Close()
	}
	if err == nil && out != nil {
		err = out.close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.err, "%d rows, %d would be decided otherwise, %d rejected%s\n", rows, s.n, s.rejects.N, where(s.rejects.N, c.Rejects))
	if !c.JSON {
		return nil
	}
	return printJSON(e.out, struct {
		Rows      int64      `json:"rows"`
		Rejected  int64      `json:"rejected"`
		Decisions []decision `json:"decisions"`
	}{rows, s.rejects.N, s.found})
}

// A decision is an entry decided otherwise.
type decision struct {
	ID      string        `json:"id"`
	HTS     kanzei.HTS    `json:"hts"`
	Origin  kanzei.Origin `json:"origin"`
	Date    kanzei.Day    `json:"entry_date"`
	Value   kanzei.Money  `json:"value_usd"`
	Then    decided       `json:"then"`
	Now     decided       `json:"now"`
	Because []api.By      `json:"by"`
}

type decided struct {
	Known  kanzei.Day    `json:"known"`
	Status kanzei.Status `json:"status"`
	Duty   *kanzei.Money `json:"duty_usd"`
	Min    *kanzei.Money `json:"duty_min_usd"`
	Max    *kanzei.Money `json:"duty_max_usd"`
	Legal  *kanzei.Money `json:"legal_usd"`
}

func decidedOf(a *kanzei.Assessment) decided {
	return decided{a.Known, a.Status, a.Duty, a.DutyMin, a.DutyMax, a.Legal}
}

// decisions takes rated batches and keeps what is decided otherwise.
type decisions struct {
	engine    *duty.Engine
	then, now kanzei.Day
	atEntry   bool // then is the day of each entry
	origin    kanzei.Origin
	rejects   table.Rejects
	write     func(*decision) error // nil: they are kept
	found     []decision
	n         int64
}

func (s *decisions) Hand() entries.Hand { return &deciding{decisions: s} }

// A deciding is the hand of decisions.
type deciding struct {
	*decisions
	out []decision
}

// Take rates rows twice, and looks closer where they differ.
func (s *deciding) Take(r *entries.Rated) error {
	ids := r.Column("id")
	var a, b duty.Outcome
	for i := range r.Entries {
		x := &r.Entries[i]
		if s.origin != 0 && x.Origin != s.origin {
			continue
		}
		then := s.then
		if s.atEntry {
			then = x.Date
		}
		if err := r.Rater.Rate(x, then, nil, &a); err != nil {
			return err
		}
		if err := r.Rater.Rate(x, s.now, nil, &b); err != nil {
			return err
		}
		if a.Status == b.Status && a.Duty == b.Duty && a.Min == b.Min && a.Max == b.Max && a.Legal == b.Legal {
			continue
		}
		d, err := s.engine.Decide(*x, then, s.now)
		if err != nil {
			return err
		}
		if d.Differs() {
			s.out = append(s.out, decision{string(ids.AppendText(nil, r.Cell(i))), x.HTS, x.Origin, x.Date, cmp.Or(x.Full, x.Value), decidedOf(d.Then), decidedOf(d.Now), api.ActsBy(d.By)})
		}
	}
	return nil
}

func (s *deciding) Finish(*table.Batch) (any, error) {
	out := s.out
	s.out = nil
	return out, nil
}

func (s *decisions) Done(result any, rejects []table.Reject) error {
	found, _ := result.([]decision)
	s.n += int64(len(found))
	if s.write == nil {
		s.found = append(s.found, found...)
	} else {
		for i := range found {
			if err := s.write(&found[i]); err != nil {
				return err
			}
		}
	}
	return s.rejects.Add(rejects)
}

// A decisionsFile is a CSV file that appears when it is whole.
type decisionsFile struct {
	name string
	file *os.File // nil: stdout
	csv  *csv.Writer
}

func createDecisions(name string, stdout io.Writer) (*decisionsFile, error) {
	o := &decisionsFile{name: name, csv: csv.NewWriter(stdout)}
	if name != "-" {
		f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.part")
		if err != nil {
			return nil, &kanzei.Problem{Code: "file", Where: name, Msg: "cannot be written: " + err.Error()}
		}
		o.file, o.csv = f, csv.NewWriter(f)
	}
	return o, o.csv.Write([]string{"id", "hts", "origin", "entry_date", "value_usd", "known_then", "status_then", "duty_then_usd", "duty_then_max_usd", "legal_then_usd",
		"known_now", "status_now", "duty_now_usd", "duty_now_max_usd", "legal_now_usd", "instruments"})
}

func (o *decisionsFile) write(d *decision) error {
	row := []string{d.ID, d.HTS.String(), d.Origin.String(), d.Date.String(), d.Value.String()}
	for _, x := range []*decided{&d.Then, &d.Now} {
		low, high := x.Duty, x.Duty
		if x.Status == kanzei.Range {
			low, high = x.Min, x.Max
		}
		row = append(row, x.Known.String(), string(x.Status), amountText(low), amountText(high), amountText(x.Legal))
	}
	var by []string
	for _, b := range d.Because {
		if !slices.Contains(by, b.Instrument) {
			by = append(by, b.Instrument)
		}
	}
	return o.csv.Write(append(row, strings.Join(by, "; ")))
}

func (o *decisionsFile) close() error {
	o.csv.Flush()
	err := o.csv.Error()
	if o.file == nil || err != nil {
		return err
	}
	if err = o.file.Chmod(0o644); err == nil {
		err = o.file.Close()
	}
	if err == nil {
		err = os.Rename(o.file.Name(), o.name)
	}
	if err == nil {
		o.file = nil
	}
	return err
}

// abort leaves nothing behind; it does nothing after close.
func (o *decisionsFile) abort() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}

func amountText(m *kanzei.Money) string {
	if m == nil {
		return ""
	}
	return m.String()
}
