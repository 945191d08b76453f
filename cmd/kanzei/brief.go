package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/brief"
	"kanzei/impact"
)

// about is what brief, regime and exposure are asked with: a country and the
// two clocks. What was known on the day is the default.
type about struct {
	Country string `arg:"" help:"Country of origin, ISO 3166 (JP or JPN)."`
	clocks  `embed:""`
	JSON    bool `name:"json" help:"Print the document as JSON."`
	Width   int  `placeholder:"N" help:"Columns to write for (default: those of the terminal, else 80)."`
}

// build computes the document.
func (a *about) build(e *env, req brief.Request) (*brief.Document, error) {
	d, err := e.desk().Folder(api.RegimeRequest{Country: a.Country, On: a.on().String(), Known: a.Known}, req)
	return d, onFlags(err)
}

// style is how to write on w: in colour on a terminal unless NO_COLOR is set,
// as wide as asked, as COLUMNS says, or as the terminal is.
func (a *about) style(w io.Writer) brief.Style {
	s := brief.Style{Width: a.Width}
	f, ok := w.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	s.Colour = ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if s.Width == 0 {
		s.Width, _ = strconv.Atoi(os.Getenv("COLUMNS"))
	}
	if s.Width <= 0 && ok {
		s.Width = terminalWidth(f)
	}
	return s
}

type briefCmd struct {
	about  `embed:""`
	HTML   string `name:"html" placeholder:"FILE" help:"Write one self-contained page to FILE."`
	Assume string `placeholder:"SET" default:"bea-content" help:"Assumption set shown beside ranges."`
	Top    int    `placeholder:"N" default:"15" help:"Products listed."`
	Impact bool   `help:"Say what the measures and their lapse do to the economy: a few hundred equilibria, some seconds."`
	Sweep  string `placeholder:"FILE" help:"The same from the summary that kanzei sweep --json printed of a sweep of the day."`
}

func (c *briefCmd) Run(e *env) error {
	if c.Top < 1 {
		return badTop(c.Top)
	}
	req := brief.Request{Assume: c.Assume, Top: c.Top}
	var err error
	if req.Sweep, err = c.equilibria(e); err != nil {
		return err
	}
	d, err := c.build(e, req)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writeFile(c.HTML, d.HTML); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return printJSON(e.out, d)
	case c.HTML != "":
		_, err = fmt.Fprintf(e.err, "wrote %s\n", c.HTML)
		return err
	}
	return d.Text(e.out, c.style(e.out))
}

// equilibria are those of the day: read, solved, or nil where none are asked for.
func (c *briefCmd) equilibria(e *env) (*impact.Spread, error) {
	switch {
	case c.Sweep != "" && c.Impact:
		return nil, &kanzei.Problem{Code: "brief.sweep", Where: "--sweep", Msg: "both --impact and --sweep are given", Hint: "--sweep reads what --impact would work out"}
	case c.Sweep != "":
		s := &impact.Spread{}
		if err := readSpread(c.Sweep, s, func() bool { return len(s.Scenarios) > 0 }); err != nil {
			return nil, err
		}
		if law, err := e.lawHash(); err != nil || law != s.Law {
			return nil, cmp.Or(err, error(&kanzei.Problem{Code: "brief.sweep", Where: c.Sweep, Msg: "was swept with another edition of the law", Hint: "sweep again with this program"}))
		}
		return s, nil
	case !c.Impact:
		return nil, nil
	}
	on := c.on()
	known, err := c.known(on)
	if err != nil {
		return nil, at("--known", err)
	}
	study, err := newStudy(e, "icio2022")
	if err != nil {
		return nil, err
	}
	told := &stages{w: e.err, name: "world economy", begun: time.Now()}
	study.Progress = told.tell
	b := &impact.Batch{Scenarios: []string{"today", "lapse against today"}, Clocks: []impact.Clock{{On: on, Known: known}}, Draws: 64, Seed: 1}
	if on < kanzei.DayOf(2025, 1, 1) {
		b.Base = []string{"none"} // the law of January 2025 is not before it
	}
	if b.Closures, err = closures("all"); err != nil {
		return nil, err
	}
	if err := study.Prepare(b); err != nil {
		return nil, err
	}
	ctx, stop := interrupted()
	defer stop()
	s, err := b.Spread(ctx)
	if err == nil {
		s.Law, err = e.lawHash()
	}
	return s, err
}

func badTop(n int) error {
	return &kanzei.Problem{Code: "top", Where: "--top", Msg: fmt.Sprintf("%d products cannot be listed", n), Hint: "give 1 or more"}
}

// writeFile writes a file whole or not at all: beside it first, then in its
// place.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		var why *os.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return &kanzei.Problem{Code: "file.write", Where: path, Msg: "cannot write there: " + err.Error(), Hint: "name a file in a folder that exists and can be written"}
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	if err = write(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
