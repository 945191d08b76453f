package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/impact"
	"kanzei/model"
	"kanzei/trade"
)

type impactCmd struct {
	Country   string   `arg:"" optional:"" help:"Country listed first, ISO 3166 (JP or JPN)."`
	Scenario  []string `placeholder:"NAME|FILE" help:"What is asked: a name, a draft instrument (.yaml) or tariffs of other importers (.csv); several are folded in order. Default: today."`
	Base      []string `placeholder:"NAME|FILE" help:"What it is compared with (default: today; none for the law of a day)."`
	clocks    `embed:""`
	Closure   string   `default:"all" placeholder:"NAME" help:"Trade balances: fixed, balanced, proportional, or all (fixed first, the others beside it)."`
	World     string   `default:"icio2022" placeholder:"NAME|DIR" help:"World economy held (see kanzei model worlds), or a folder of user data (sectors, flows, tariffs, io; CSV or Parquet)."`
	Repair    bool     `help:"Repair user data that cannot be an economy, and say what changed."`
	Draws     int      `default:"64" placeholder:"N" help:"Quasi-random draws of the trade elasticities for ranges; 0 for none."`
	Seed      uint64   `default:"1" placeholder:"N" help:"Seed of the draws."`
	Economies []string `placeholder:"CC" help:"Economies listed, such as JP,US (default: all in files, the most affected in text)."`
	Sectors   bool     `help:"List sectors."`
	Founding  bool     `help:"The founding case: today's measures, the lapse of the pause, removals on the country, the deal of September 2025."`
	Case      string   `placeholder:"NAME" help:"A case by name: founding."`
	JSON      bool     `name:"json" help:"Print JSON."`
	CSV       bool     `name:"csv" help:"Print CSV."`
	HTML      string   `name:"html" placeholder:"FILE" help:"Write one self-contained page to FILE."`
	Width     int      `placeholder:"N" help:"Columns to write for (default: those of the terminal, else 80)."`
}

// closures reads one closure, or all of them.
func closures(name string) ([]model.Closure, error) {
	c, err := api.Closures(name)
	return c, onFlags(err)
}

// loadWorld returns an embedded world.
func loadWorld(name string) (*model.World, error) {
	w, err := model.Load(name)
	if err != nil {
		return nil, &kanzei.Problem{Code: "model.world", Where: "--world", Msg: fmt.Sprintf("no world %q", name), Hint: "the worlds are " + strings.Join(model.Names(), ", ")}
	}
	return w, nil
}

// study prepares what answers.
func (c *impactCmd) study(e *env) (*impact.Study, error) {
	engine, err := e.engine()
	if err != nil {
		return nil, err
	}
	flows, err := trade.Load()
	if err != nil {
		return nil, err
	}
	w, err := (&worldChoice{World: c.World, Repair: c.Repair}).load(e.err)
	if err != nil {
		return nil, err
	}
	s, err := impact.NewStudy(engine, flows, w)
	if err != nil {
		return nil, err
	}
	s.Progress = solving(e.err)
	return s, nil
}

// solving tells how far long work is, once a second after the first.
func solving(w io.Writer) func(done, of int) {
	begun := time.Now()
	last := begun
	return func(done, of int) {
		if now := time.Now(); of > 1 && now.Sub(begun) > time.Second && now.Sub(last) > time.Second {
			last = now
			fmt.Fprintf(w, "kanzei: %d of %d equilibria\n", done, of)
		}
	}
}

func (c *impactCmd) Run(e *env) error {
	on := c.on()
	known, err := c.known(on)
	if err != nil {
		return at("--known", err)
	}
	cl, err := closures(c.Closure)
	if err != nil {
		return err
	}
	if c.Draws < 0 || c.Draws > 10_000 {
		return &kanzei.Problem{Code: "impact.draws", Where: "--draws", Msg: fmt.Sprintf("%d draws", c.Draws), Hint: "give 0 to 10000"}
	}
	if c.Case != "" && c.Case != "founding" {
		return &kanzei.Problem{Code: "impact.case", Where: "--case", Msg: fmt.Sprintf("no case %q", c.Case), Hint: "the cases are founding"}
	}
	s, err := c.study(e)
	if err != nil {
		return err
	}
	style := (&about{Width: c.Width}).style(e.out)
	look := impact.Style{Width: style.Width, Colour: style.Colour, First: []string{"JPN", "USA"}}
	if c.Country != "" {
		n, err := s.Economy(c.Country)
		if err != nil {
			return at("COUNTRY", err)
		}
		look.First = []string{s.World.Economies[n].ISO3}
		if look.First[0] != "USA" {
			look.First = append(look.First, "USA")
		}
	}
	q := impact.Question{Scenario: c.Scenario, Base: c.Base, On: on, Known: known, Closures: cl, Draws: c.Draws, Seed: c.Seed, Economies: c.Economies,
		Sectors: c.Sectors || c.HTML != "", Focus: c.Country}
	if len(c.Economies) > 0 {
		look.First, look.Top = nil, len(s.World.Economies)
	}
	if c.Founding || c.Case != "" {
		if len(c.Scenario)+len(c.Base) > 0 {
			return &kanzei.Problem{Code: "impact.case", Where: "--founding", Msg: "the founding case has its own scenarios and bases", Hint: "leave out --scenario and --base"}
		}
		d, err := s.Founding(cmp.Or(c.Country, "JP"), q)
		if err != nil {
			return err
		}
		return c.write(e, d, look)
	}
	if len(q.Scenario) == 0 {
		q.Scenario = []string{"today"}
	}
	r, err := s.Ask(q)
	if err != nil {
		return err
	}
	return c.write(e, r, look)
}

// answer is a report or a case.
type answer interface {
	Text(io.Writer, impact.Style) error
	HTML(io.Writer) error
	CSV(io.Writer) error
}

func (c *impactCmd) write(e *env, a answer, look impact.Style) error {
	if c.HTML != "" {
		if err := writeFile(c.HTML, a.HTML); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return printJSON(e.out, a)
	case c.CSV:
		return a.CSV(e.out)
	case c.HTML != "":
		_, err := fmt.Fprintf(e.err, "wrote %s\n", c.HTML)
		return err
	}
	return a.Text(e.out, look)
}
