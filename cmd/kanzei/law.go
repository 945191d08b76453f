package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/duty"
	"kanzei/law"
	"kanzei/lawtest"
	"kanzei/ledger"
	"kanzei/schedule"
)

type lawCmd struct {
	Show     lawShow     `cmd:"" help:"Show instruments, a heading's history, or a program."`
	Check    lawCheck    `cmd:"" help:"Read instruments and hold them against each other."`
	Test     lawTest     `cmd:"" help:"Run the sentences that test the law."`
	Diff     lawDiff     `cmd:"" help:"What differs between two days of entry or two days of knowledge; which decisions would differ now."`
	Coverage lawCoverage `cmd:"" help:"What the law held covers, and what it does not."`
}

type lawCheck struct {
	Dir string `arg:"" optional:"" help:"Folder of law, such as law/, or of instruments to add; the same as --law."`
}

func (c *lawCheck) Run(e *env) error {
	l, err := readLaw(cmp.Or(c.Dir, e.folder))
	if err != nil {
		return err
	}
	if err := l.Check(); err != nil {
		return err
	}
	acts := 0
	for _, in := range l.Instruments {
		acts += len(in.Acts)
	}
	fmt.Fprintf(e.out, "%d instruments, %d acts: no error\n", len(l.Instruments), acts)
	return nil
}

type lawTest struct {
	Files []string `arg:"" optional:"" help:"Files of sentences; those of the law when left out."`
}

func (c *lawTest) Run(e *env) error {
	l, err := e.ledger()
	if err != nil {
		return err
	}
	s, err := schedule.Load()
	if err != nil {
		return err
	}
	engine := duty.New(l, s)
	files := map[string]string{}
	read := func(fsys fs.FS, prefix string) error {
		return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".test") {
				return err
			}
			b, err := fs.ReadFile(fsys, p)
			files[filepath.Join(prefix, p)] = string(b)
			return err
		})
	}
	switch {
	case len(c.Files) > 0:
		for _, f := range c.Files {
			b, err := os.ReadFile(f)
			if err != nil {
				return &kanzei.Problem{Code: "file", Msg: fmt.Sprintf("cannot read %s", f)}
			}
			files[f] = string(b)
		}
	case e.folder != "":
		err = read(os.DirFS(e.folder), e.folder)
	default:
		err = read(law.Tests, "law")
	}
	if err != nil {
		return err
	}
	sentences, failed := 0, 0
	for _, name := range sortedKeys(files) {
		r := lawtest.Run(engine, name, files[name])
		sentences += r.Sentences
		failed += len(r.Failures)
		for _, f := range r.Failures {
			fmt.Fprintln(e.err, f)
		}
	}
	fmt.Fprintf(e.out, "%d sentences, %d failed\n", sentences, failed)
	if failed > 0 {
		return errors.New("the law does not say what the sentences say")
	}
	return nil
}

type lawCoverage struct {
	JSON bool `name:"json" help:"Print as JSON."`
}

func (c *lawCoverage) Run(e *env) error {
	l, err := e.ledger()
	if err != nil {
		return err
	}
	cov := l.Coverage
	if c.JSON {
		return printJSON(e.out, api.CoverageOf(l))
	}
	fmt.Fprintf(e.out, "covered from %s; sources read to %s\n", cov.Begins, cov.Horizon)
	for _, list := range [][]ledger.Covered{cov.Programs, cov.Editions} {
		for _, p := range list {
			fmt.Fprintf(e.out, "\n%s: %s\n", p.Program, p.Covers)
			if p.Checked != "" {
				wrap(e.out, "  checked: ", p.Checked, 80)
			}
			for _, n := range p.NotModelled {
				wrap(e.out, "  not modelled: ", n, 80)
			}
		}
	}
	fmt.Fprintln(e.out, "\ngaps (each is printed with the answers it touches):")
	for _, g := range cov.Gaps {
		mark := "caveat"
		if g.Unsupported {
			mark = "no duty given"
		}
		until := ""
		if g.Until != kanzei.Forever {
			until = " to " + g.Until.Day().String()
		}
		wrap(e.out, fmt.Sprintf("  %s (%s%s, %s): ", g.ID, g.From.Day(), until, mark), g.Say, 80)
	}
	return nil
}

type lawShow struct {
	What  string `arg:"" optional:"" help:"An instrument (\"EO 14257\"), a heading (9903.01.25), a program (s232.autos) or list:NAME; all instruments when left out."`
	Known string `placeholder:"DAY" help:"As known at the end of this day."`
}

func (c *lawShow) Run(e *env) error {
	l, err := e.ledger()
	if err != nil {
		return err
	}
	var known kanzei.Day
	if c.Known != "" && c.Known != "latest" {
		if known, err = kanzei.ParseDay(c.Known); err != nil {
			return at("--known", err)
		}
	}
	b := l.AsKnown(known)
	if c.What == "" {
		for _, in := range l.Instruments {
			if known == 0 || in.Public <= known {
				fmt.Fprintf(e.out, "%s  %-28s %s\n", in.Public, in.ID, in.Title)
			}
		}
		return nil
	}
	if in := l.Instrument(c.What); in != nil {
		showInstrument(e, in)
		return nil
	}
	shown := false
	for _, h := range b.Headings() {
		if ledger.Names(c.What, h, b.ProgramOf(h)) {
			showHeading(e, b, h)
			shown = true
		}
	}
	if name, ok := strings.CutPrefix(c.What, "list:"); ok {
		for _, v := range b.List(name, kanzei.DayOf(2099, 1, 1).Open()) {
			fmt.Fprintf(e.out, "%010d..%010d\n", v.Lo, v.Hi-1)
			shown = true
		}
	}
	if !shown {
		return &kanzei.Problem{Code: "law.unknown", Msg: fmt.Sprintf("the law held names no %q", c.What), Hint: "kanzei law show lists the instruments"}
	}
	return nil
}

func showInstrument(e *env, in *kanzei.Instrument) {
	fmt.Fprintf(e.out, "%s  %s\n%s, %s; signed %s, public %s", in.ID, in.Title, in.Kind, in.Authority, in.Signed, in.Public)
	if in.Citation != "" {
		fmt.Fprintf(e.out, "; %s", in.Citation)
	}
	fmt.Fprintf(e.out, "\n%s\n", in.Source)
	for i := range in.Acts {
		a := &in.Acts[i]
		until := ""
		if a.Until != kanzei.Forever {
			until = " until " + a.Until.String()
		}
		what := strings.Join(a.Targets, ", ")
		if len(a.Targets) > 4 {
			what = fmt.Sprintf("%s … %s (%d headings)", a.Targets[0], a.Targets[len(a.Targets)-1], len(a.Targets))
		}
		fmt.Fprintf(e.out, "\n%s %s from %s%s\n", a.Kind, what, a.From, until)
		if p := a.Provision; p != nil && p.Rate.Rate.Text != "" {
			fmt.Fprintf(e.out, "  %s: %s\n", p.Rate.Rate.Text, p.Title)
		}
		if a.Zone != nil {
			wrap(e.out, "  ", a.Zone.String(), 80)
		}
		if a.Returned != nil {
			wrap(e.out, "  ", a.Returned.String(), 80)
		}
		wrap(e.out, "  “", a.Quote+"”", 80)
		if a.Note != "" {
			wrap(e.out, "  note: ", a.Note, 80)
		}
	}
}

func showHeading(e *env, b *ledger.Book, h string) {
	fmt.Fprintln(e.out, h)
	var last string
	for _, m := range b.Bounds() {
		s := b.Standing(h, m)
		line := fmt.Sprintf("%-11s %-16s %s", s.Status, s.Rate.Rate.Text, s.Changed)
		if s.Status == ledger.Absent {
			line = "absent"
		}
		if line == last || last == "" && s.Status == ledger.Absent {
			continue
		}
		last = line
		fmt.Fprintf(e.out, "  from %s  %s\n", m, line)
	}
	if s := b.Standing(h, b.Bounds()[len(b.Bounds())-1]); s.Title != "" {
		wrap(e.out, "  ", s.Title, 80)
	}
}
