package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"kanzei"
	"kanzei/impact"
	"kanzei/talks"
	"kanzei/trade"
)

type talksCmd struct {
	Folder talksFolderCmd `cmd:"" default:"withargs" help:"The folder for talks: what each ask is worth, packages, waiting, retaliation, coalitions."`
	Deals  talksDealsCmd  `cmd:"" help:"The shipped drafts: deals of 2025 as announced."`
	Check  talksCheckCmd  `cmd:"" help:"Hold a draft agreement against the law."`
	Price  talksPriceCmd  `cmd:"" help:"What a draft agreement is worth to both sides."`
	Score  talksScoreCmd  `cmd:"" help:"Hold drafts against what became law, line by line."`
}

// talksDesk are the flags of every command that opens a desk.
type talksDesk struct {
	clocks  `embed:""`
	Closure string `default:"all" placeholder:"NAME" help:"Trade balances: fixed, balanced, proportional, or all (fixed first, the others beside it)."`
	World   string `default:"icio2022" placeholder:"NAME" help:"World economy; see kanzei model worlds."`
	Draws   int    `default:"16" placeholder:"N" help:"Draws of the trade elasticities for ranges; 0 for none."`
	Seed    uint64 `default:"1" placeholder:"N" help:"Seed of the draws."`
	JSON    bool   `name:"json" help:"Print JSON."`
	HTML    string `name:"html" placeholder:"FILE" help:"Write one self-contained page to FILE."`
	Width   int    `placeholder:"N" help:"Columns to write for (default: those of the terminal, else 80)."`
}

type talksFolderCmd struct {
	Asker     string `arg:"" help:"Country that asks, ISO 3166 (JP or JPN)."`
	Giver     string `arg:"" optional:"" default:"US" help:"Country that gives: US."`
	talksDesk `embed:""`

	RedLine  []string           `sep:"none" placeholder:"SET" help:"Red lines that packages keep to, several with ';' between: \"cars>=10%; rice stays; revenue>=-5bn; imports:C29<=20%; require:steel\". Given again: another set, searched beside the first."`
	Weight   map[string]float64 `placeholder:"C24A=0.5" help:"Dollars of real income that a dollar of value added in a sector counts for with the giver."`
	Power    float64            `default:"0.5" placeholder:"P" help:"Bargaining power of the asker in Nash bargaining, between 0 and 1."`
	Offers   int                `default:"3" placeholder:"N" help:"Offers on the table: tariffs of the asker on goods of the giver, sectors with the largest revenue first."`
	By       string             `placeholder:"sector|chapter" help:"Put goods on the table one by one in place of measures."`
	Most     int                `default:"40" placeholder:"N" help:"Asks of that kind."`
	Package  []string           `sep:"none" placeholder:"IDS|FILE" help:"Price asks and offers together, by their names with commas between, or a draft agreement (.yaml)."`
	Deal     []string           `placeholder:"NAME" help:"Price a shipped draft in the same terms; kanzei talks deals lists them."`
	Lines    int                `default:"10" placeholder:"N" help:"Lines re-solved exactly; -1 for none."`
	Without  []string           `placeholder:"PART" help:"Leave out clock, retaliation, coalitions, tornado."`
	Bloc     []string           `sep:"none" placeholder:"NAME" help:"Blocs to judge (default: those held that the asker is in)."`
	Discount float64            `placeholder:"R" help:"Discount of later days in the clock, share a year."`
	Improve  float64            `placeholder:"G" help:"Growth of the offer a week in the clock, share of what the deal is worth a year."`
	Until    string             `placeholder:"DAY" help:"First day that the clock does not count (default: 365 days after --on)."`
	Extend   int                `default:"90" placeholder:"DAYS" help:"Days by which the clock prolongs the pause; 90 as in EO 14266."`
	Retroact string             `name:"retroactive" placeholder:"DAY" help:"Day from which a deal takes effect, for refunds (default: --on)."`
	Retaliat float64            `name:"retaliation" default:"0.15" placeholder:"RATE" help:"Points of the uniform retaliation tried, alone and by blocs."`
	Count    int                `name:"enumerate" default:"8" placeholder:"N" help:"Blocs of up to this many players have every group tried, at most 12; larger ones are sampled."`
	Sweep    string             `placeholder:"FILE" help:"Summary that kanzei sweep --json printed of a sweep of talks: its ranges take the place of those of --draws."`
	Orders   int                `default:"6" placeholder:"N" help:"Pairs of orders of joining sampled for larger blocs."`
}

// open opens a desk, telling how far long work is.
func (c *talksDesk) open(e *env, ctx context.Context, asker, giver string) (*talks.Desk, error) {
	on := c.on()
	known, err := c.known(on)
	if err != nil {
		return nil, at("--known", err)
	}
	cl, err := closures(c.Closure)
	if err != nil {
		return nil, err
	}
	if c.Draws < 0 || c.Draws > 10_000 {
		return nil, &kanzei.Problem{Code: "talks.draws", Where: "--draws", Msg: fmt.Sprintf("%d draws", c.Draws), Hint: "give 0 to 10000"}
	}
	s, err := newStudy(e, c.World)
	if err != nil {
		return nil, err
	}
	told := &stages{w: e.err, name: "law of the day", begun: time.Now()}
	s.Progress = told.tell
	d, err := talks.Open(ctx, s, talks.Question{Asker: asker, Giver: giver, On: on, Known: known, Closures: cl, Draws: c.Draws, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	told.name = "worth"
	d.Stage = func(name string) { told.name = name }
	return d, nil
}

// stages tells every second of long work which part of it is how far.
type stages struct {
	w           io.Writer
	name        string
	begun, last time.Time
}

func (s *stages) tell(done, of int) {
	if now := time.Now(); of > 1 && now.Sub(s.begun) > time.Second && now.Sub(s.last) > time.Second {
		s.last = now
		fmt.Fprintf(s.w, "kanzei: %s: %d of %d equilibria\n", s.name, done, of)
	}
}

// newStudy joins the law, the trade and a world.
func newStudy(e *env, world string) (*impact.Study, error) {
	engine, err := e.engine()
	if err != nil {
		return nil, err
	}
	flows, err := trade.Load()
	if err != nil {
		return nil, err
	}
	w, err := loadWorld(world)
	if err != nil {
		return nil, err
	}
	return impact.NewStudy(engine, flows, w)
}

// interrupted ends work at the first interrupt.
func interrupted() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt)
}

func (c *talksFolderCmd) Run(e *env) error {
	if !(c.Power > 0 && c.Power < 1) {
		return &kanzei.Problem{Code: "talks.power", Where: "--power", Msg: fmt.Sprintf("a power of %g", c.Power), Hint: "give a number between 0 and 1; 0.5 is equal power"}
	}
	var swept *talks.Spread
	if c.Sweep != "" {
		swept = &talks.Spread{}
		if err := readSpread(c.Sweep, swept, func() bool { return len(swept.Stakes) > 0 }); err != nil {
			return err
		}
	}
	ctx, stop := interrupted()
	defer stop()
	d, err := c.open(e, ctx, c.Asker, c.Giver)
	if err != nil {
		return err
	}
	o := talks.Options{Weights: c.Weight, Power: c.Power, Offers: c.Offers, By: c.By, Most: c.Most, Deals: c.Deal, Lines: c.Lines, Without: c.Without, Blocs: c.Bloc}
	o.Clock.Discount, o.Clock.Improve, o.Clock.Extend = c.Discount, c.Improve, c.Extend
	o.War.Rate, o.Coalitions.Rate = c.Retaliat, c.Retaliat
	o.Coalitions.Enumerate, o.Coalitions.Pairs = c.Count, c.Orders
	for _, x := range []struct {
		flag, text string
		to         *kanzei.Day
	}{{"--until", c.Until, &o.Clock.Until}, {"--retroactive", c.Retroact, &o.Clock.Retroactive}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = kanzei.ParseDay(x.text); err != nil {
			return at(x.flag, err)
		}
	}
	if swept != nil {
		law, err := e.lawHash()
		if err != nil {
			return err
		}
		if err := swept.Fits(d, law); err != nil {
			return err
		}
		o.Sweep = swept
	}
	for _, set := range c.RedLine {
		o.RedLines = append(o.RedLines, split(set, ";"))
	}
	for _, p := range c.Package {
		if strings.HasSuffix(p, ".yaml") || strings.HasSuffix(p, ".yml") {
			o.Deals = append(o.Deals, p)
			continue
		}
		o.Packages = append(o.Packages, split(p, ","))
	}
	r, err := d.Report(ctx, o)
	if err != nil {
		return err
	}
	return c.write(e, r)
}

// split cuts a list and drops blanks.
func split(s, sep string) []string {
	out := []string{}
	for _, x := range strings.Split(s, sep) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// page is what talks write.
type page interface {
	Text(io.Writer, impact.Style) error
	HTML(io.Writer) error
}

func (c *talksDesk) write(e *env, r page) error {
	if c.HTML != "" {
		if err := writeFile(c.HTML, r.HTML); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return printJSON(e.out, r)
	case c.HTML != "":
		_, err := fmt.Fprintf(e.err, "wrote %s\n", c.HTML)
		return err
	}
	style := (&about{Width: c.Width}).style(e.out)
	return r.Text(e.out, impact.Style{Width: style.Width, Colour: style.Colour})
}

type talksDealsCmd struct {
	Show string `arg:"" optional:"" placeholder:"NAME" help:"Print one, as a beginning for a draft of your own."`
}

func (c *talksDealsCmd) Run(e *env) error {
	if c.Show != "" {
		text, err := talks.DealText(c.Show)
		if err != nil {
			return err
		}
		_, err = e.out.Write(text)
		return err
	}
	for _, name := range talks.Deals() {
		d, err := talks.OpenDraft(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%-12s %s: %s\n", name, d.Terms.Title, d.Instrument.Title)
	}
	return nil
}

type talksCheckCmd struct {
	Draft []string `arg:"" placeholder:"FILE|NAME" help:"Draft agreements: an instrument in the language of law/README.md, then, after a line of three dashes, the terms of the other side."`
	World string   `default:"icio2022" placeholder:"NAME" help:"World economy; see kanzei model worlds."`
}

func (c *talksCheckCmd) Run(e *env) error {
	s, err := newStudy(e, c.World)
	if err != nil {
		return err
	}
	for _, name := range c.Draft {
		d, err := talks.OpenDraft(name)
		if err != nil {
			return err
		}
		if err := d.Check(s); err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%s: %s: %d acts, %d tariffs, %d purchases; no conflict with the law\n", name, d.Instrument.ID, len(d.Instrument.Acts), len(d.Terms.Tariffs), len(d.Terms.Purchases))
	}
	return nil
}

type talksPriceCmd struct {
	Draft     string `arg:"" placeholder:"FILE|NAME" help:"A draft agreement; kanzei talks deals lists those shipped."`
	Asker     string `placeholder:"CC" help:"Country that asks (default: the first origin of the terms)."`
	talksDesk `embed:""`
}

func (c *talksPriceCmd) Run(e *env) error {
	x, err := talks.OpenDraft(c.Draft)
	if err != nil {
		return err
	}
	if c.Asker == "" {
		if len(x.Terms.Origins) == 0 {
			return &kanzei.Problem{Code: "talks.asker", Where: "--asker", Msg: "the terms name no origins, so who asks is not known", Hint: "give --asker JP"}
		}
		c.Asker = x.Terms.Origins[0]
	}
	if c.HTML != "" {
		return &kanzei.Problem{Code: "talks.html", Where: "--html", Msg: "a priced draft has no page of its own", Hint: "kanzei talks " + c.Asker + " US --deal " + c.Draft + " --html FILE"}
	}
	ctx, stop := interrupted()
	defer stop()
	d, err := c.open(e, ctx, c.Asker, "US")
	if err != nil {
		return err
	}
	if err := x.Check(d.Study); err != nil {
		return err
	}
	p, err := d.Price(ctx, x)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, p)
	}
	style := (&about{Width: c.Width}).style(e.out)
	return p.Text(e.out, impact.Style{Width: style.Width, Colour: style.Colour})
}

type talksScoreCmd struct {
	Draft []string `arg:"" optional:"" placeholder:"FILE|NAME" help:"Drafts (default: all that are shipped)."`
	World string   `default:"icio2022" placeholder:"NAME" help:"World economy; see kanzei model worlds."`
	JSON  bool     `name:"json" help:"Print JSON."`
	Width int      `placeholder:"N" help:"Columns to write for."`
}

func (c *talksScoreCmd) Run(e *env) error {
	s, err := newStudy(e, c.World)
	if err != nil {
		return err
	}
	if len(c.Draft) == 0 {
		c.Draft = talks.Deals()
	}
	var out talks.Scores
	for _, name := range c.Draft {
		d, err := talks.OpenDraft(name)
		if err != nil {
			return err
		}
		list, err := talks.Score(s, d)
		if err != nil {
			return err
		}
		out.Scores = append(out.Scores, list...)
	}
	if c.JSON {
		return printJSON(e.out, out)
	}
	style := (&about{Width: c.Width}).style(e.out)
	return out.Text(e.out, impact.Style{Width: style.Width, Colour: style.Colour})
}
