package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kanzei"
	"kanzei/read"
)

type readCmd struct {
	File     string `arg:"" help:"Text, Markdown or simple HTML; - for standard input."`
	clocks   `embed:""`
	JSON     bool   `name:"json" help:"Print as JSON, with the words each statement rests on and their place in the text."`
	Scaffold bool   `help:"Write an official text as an instrument file for review."`
	Out      string `short:"o" placeholder:"FILE" help:"Where the scaffold goes (default: standard output)."`
}

func (c *readCmd) text() ([]byte, error) {
	var b []byte
	var err error
	if c.File == "-" {
		b, err = io.ReadAll(io.LimitReader(os.Stdin, read.MaxBytes+1))
	} else {
		b, err = os.ReadFile(c.File)
	}
	switch {
	case err != nil:
		if info, err := os.Stat(c.File); err == nil && info.IsDir() {
			return nil, &kanzei.Problem{Code: "file", Msg: fmt.Sprintf("%s is a folder", c.File), Hint: "name one file of plain text, or - for standard input"}
		}
		return nil, &kanzei.Problem{Code: "file", Msg: fmt.Sprintf("cannot read %s", c.File), Hint: "name a file of plain text, or - for standard input"}
	case bytes.HasPrefix(b, []byte("%PDF")):
		return nil, &kanzei.Problem{Code: "read.pdf", Where: c.File, Msg: "a PDF is not read", Hint: "give its text, for example by pdftotext -layout"}
	case bytes.IndexByte(b[:min(len(b), 4096)], 0) >= 0:
		return nil, &kanzei.Problem{Code: "read.binary", Where: c.File, Msg: "not a text", Hint: "give plain text, Markdown or simple HTML"}
	}
	return b, nil
}

func (c *readCmd) Run(e *env) error {
	text, err := c.text()
	if err != nil {
		return err
	}
	l, err := e.ledger()
	if err != nil {
		return err
	}
	r := read.New(l)
	d := r.Read(c.File, text)
	if d.Date == 0 && c.On.Day != 0 {
		d = r.ReadOn(c.File, text, c.On.Day)
		d.DatedBy = "--on"
	}
	if c.Scaffold {
		return c.scaffold(e, r, d)
	}
	on := d.Date
	if c.On.Day != 0 {
		on = c.On.Day
	}
	known, err := c.known(on)
	if err != nil {
		return at("--known", err)
	}
	findings, err := r.Judge(d, on, known)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, struct {
			*read.Document
			On       kanzei.Day     `json:"on"`
			Known    string         `json:"known"`
			Findings []read.Finding `json:"findings"`
			Unread   []string       `json:"unread"`
		}{d, on, knownText(known), findings, unread(d)})
	}
	c.print(e.out, d, findings, on, known)
	return nil
}

func knownText(known kanzei.Day) string {
	if known == 0 {
		return "latest"
	}
	return known.String()
}

func unread(d *read.Document) []string {
	out := []string{}
	for _, n := range d.Unread {
		out = append(out, d.Sentences[n].Text)
	}
	return out
}

func (c *readCmd) scaffold(e *env, r *read.Reader, d *read.Document) error {
	b, err := r.Scaffold(d)
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = e.out.Write(b)
		return err
	}
	if _, err := os.Stat(c.Out); err == nil {
		return &kanzei.Problem{Code: "file.exists", Where: c.Out, Msg: "exists; a scaffold does not overwrite what may have been reviewed", Hint: "name another file with -o, or remove this one"}
	}
	_ = os.MkdirAll(filepath.Dir(c.Out), 0o755) // where that fails, so does the next line
	if err := writeFile(c.Out, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.err, "wrote %s; complete what it marks, then: kanzei law check DIR\n", c.Out)
	return err
}

var marks = map[string]string{read.Agrees: "=", read.Differs: "≠", read.Announced: "»", read.NotInLedger: "·"}

// print writes the text's statements in its order, each with the law.
func (c *readCmd) print(w io.Writer, d *read.Document, list []read.Finding, on, known kanzei.Day) {
	wide := min(width(), 80)
	title := d.Title
	if title == "" {
		title = d.Name[strings.LastIndexByte(d.Name, '/')+1:]
	}
	wrap(w, "", title, wide)
	wrap(w, "", fmt.Sprintf("%s of %s (by %s); law on %s as known %s", strings.ReplaceAll(d.Kind, "-", " "), d.Date, d.DatedBy, on, knownText(known)), wide)
	for _, s := range d.Remarks {
		hang(w, "! ", s, wide)
	}
	tally := map[string]int{}
	last := read.Span{Start: -1}
	var tracks []read.Finding
	seen := map[string]bool{} // agreements spoken of before
	for _, f := range list {
		tally[f.Verdict]++
		switch f.Kind {
		case read.Request, read.Talks, read.Deal, read.Retaliation:
			if f.Verdict == read.NotInLedger {
				tracks = append(tracks, f)
				continue
			}
		}
		if f.Span != last {
			fmt.Fprintln(w)
			cite := ""
			if f.Cite != "" {
				cite = f.Cite + "  "
			}
			hang(w, cite, "“"+clip(f.Words, 400)+"”", wide)
			last = f.Span
		}
		head := f.Verdict
		if s := describe(&f); s != "" {
			head += ": " + s
		}
		hang(w, "  "+marks[f.Verdict]+" ", head, wide)
		if f.Kind == read.Deal {
			if key := head + f.Why; seen[key] {
				fmt.Fprintln(w, "      as above")
				continue
			} else {
				seen[key] = true
			}
		}
		hang(w, "      ", f.Why, wide)
		for _, b := range f.Law {
			status := b.Status
			if b.From != 0 {
				status += " " + b.From.String()
			}
			if b.Until != 0 {
				status += " until " + b.Until.String()
			}
			hang(w, "      ", strings.Join(fields(b.Heading, b.Program, b.Rate, status), "  "), wide)
			hang(w, "        ", strings.Join(fields(b.Instrument, printed(b.Citation, b.Instrument)), "; "), wide)
			if f.Verdict != read.Agrees && b.Quote != "" {
				hang(w, "        ", "“"+clip(b.Quote, 240)+"”", wide)
			}
		}
		if f.More > 0 {
			fmt.Fprintf(w, "      and %d more\n", f.More)
		}
	}
	if len(tracks) > 0 {
		fmt.Fprintln(w, "\nnot in the ledger: tracks without a measure")
		for _, f := range tracks {
			not := ""
			if f.Negated {
				not = "no "
			}
			g := f
			g.From, g.Until = 0, 0
			what := strings.Join(fields(not+f.Kind, describe(&g), f.When), "  ")
			hang(w, "  · ", what+"  “"+clip(f.Words, 120)+"”", wide)
		}
	}
	if len(d.Unread) > 0 {
		fmt.Fprintf(w, "\n%d sentences speak of duties and state no measure that was read\n", len(d.Unread))
		for k, s := range unread(d) {
			if k == 5 {
				fmt.Fprintf(w, "  … (--json has all)\n")
				break
			}
			hang(w, "  ? ", clip(s, 140), wide)
		}
	}
	fmt.Fprintf(w, "\n%d statements: %d agree, %d differ, %d announced, %d not in the ledger\n", len(list), tally[read.Agrees], tally[read.Differs], tally[read.Announced], tally[read.NotInLedger])
}

// printed is a citation for the terminal: addresses are left to --json.
func printed(citation, instrument string) string {
	var keep []string
	for _, part := range strings.Split(citation, ", ") {
		if !strings.HasPrefix(part, "http") && part != instrument {
			keep = append(keep, part)
		}
	}
	return strings.Join(keep, ", ")
}

func fields(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// describe says in a few words what a statement is of.
func describe(f *read.Finding) string {
	var places []string
	for _, o := range f.Origins {
		if len(places) == 4 && len(f.Origins) > 5 {
			places = append(places, fmt.Sprintf("and %d more", len(f.Origins)-4))
			break
		}
		places = append(places, o.Name())
	}
	if f.Group != "" {
		places = append(places, f.Group)
	}
	place := strings.Join(places, ", ")
	if f.Assumed != "" {
		place += " (assumed)"
	}
	rate := f.Rate
	if f.OldRate != "" && rate != "" {
		rate = f.OldRate + " to " + rate
	}
	span := ""
	if f.From != 0 {
		span = "from " + f.From.String()
	}
	if f.Until != 0 {
		span += " until " + f.Until.String()
	}
	if f.Days != 0 {
		span += fmt.Sprintf(" %d days", f.Days)
	}
	return strings.Join(fields(rate, f.Claim, f.Product, strings.Join(f.Headings, ", "), place, strings.TrimSpace(span)), ", ")
}
