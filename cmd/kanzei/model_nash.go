package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"kanzei"
	"kanzei/model"
)

// players are what a war and talks are asked with.
type players struct {
	worldChoice
	Players    []string `placeholder:"CC" help:"Who plays, such as US,CN,JP (default: everybody). One player: its optimal tariff."`
	Instrument string   `placeholder:"NAME" help:"What a player sets: uniform, partner, sector, or partner-sector (default: uniform; partner-sector in ossa2005)."`
	Services   bool     `help:"Tariffs on services too."`
	MaxRate    float64  `default:"10" placeholder:"X" help:"Largest rate, a share: 10 is 1000 percent."`
	Subsidies  bool     `help:"Let rates go below zero, down to -50 percent."`
	Lobby      bool     `help:"Weigh sectors as governments do (ossa2005 only)."`
	JSON       bool     `name:"json" help:"Print JSON."`
}

type modelNashCmd struct {
	Method    string  `default:"formula" placeholder:"NAME" help:"formula: one rate each, by sufficient statistics; gradient: best responses in turn, any world and instrument."`
	Closure   string  `default:"balanced" placeholder:"NAME" help:"Trade balances under gradient: fixed, balanced, proportional. The formula balances."`
	DropDelta bool    `help:"Formula: leave out the effect through foreign tariff revenue."`
	Floor     float64 `placeholder:"X" help:"Formula: least elasticity in the denominator; 1 caps rates at 100 percent."`
	players
}

type modelTalksCmd struct {
	Threat  string `default:"base" placeholder:"NAME" help:"If talks fail: base (tariffs of the base year), nash (the war), or free (no tariffs)."`
	Bargain bool   `help:"Nash bargaining instead of the largest common gain."`
	Closure string `default:"balanced" placeholder:"NAME" help:"Trade balances: fixed, balanced, proportional."`
	players
}

// A playedEconomy is one line of the answer.
type playedEconomy struct {
	ISO2       string  `json:"iso2"`
	ISO3       string  `json:"iso3"`
	Name       string  `json:"name"`
	Player     bool    `json:"player"`
	TariffPct  float64 `json:"tariff_pct"` // median of its rates; 0 for others
	WelfarePct float64 `json:"welfare_pct"`
	ThreatPct  float64 `json:"threat_welfare_pct,omitempty"` // talks
	GainPct    float64 `json:"gain_pct,omitempty"`           // talks, over the threat
	WagePct    float64 `json:"wage_pct"`
}

// A playedRate is one tariff of a player.
type playedRate struct {
	Importer string  `json:"importer"`
	Exporter string  `json:"exporter,omitempty"`
	Sector   string  `json:"sector,omitempty"`
	RatePct  float64 `json:"rate_pct"`
}

type played struct {
	World        string          `json:"world"`
	Elasticities string          `json:"elasticities,omitempty"`
	What         string          `json:"what"` // nash, optimal, talks
	Method       string          `json:"method"`
	Instrument   string          `json:"instrument"`
	Closure      string          `json:"closure"`
	Lobby        bool            `json:"lobby,omitempty"`
	Threat       string          `json:"threat,omitempty"`
	Status       string          `json:"status"`
	Residual     float64         `json:"residual"`   // of the equilibrium, relative
	Iterations   int             `json:"iterations"` // of the equilibrium
	Rounds       int             `json:"rounds,omitempty"`
	Equilibria   int             `json:"equilibria,omitempty"`
	Slope        float64         `json:"slope,omitempty"` // first-order gain left to any player, scaled
	Seconds      float64         `json:"seconds"`
	Economies    []playedEconomy `json:"economies"`
	Rates        []playedRate    `json:"rates,omitempty"`
}

func (c *modelNashCmd) Run(e *env) error {
	method, err := model.ParseNashMethod(c.Method)
	if err != nil {
		return &kanzei.Problem{Code: "nash.method", Where: "--method", Msg: fmt.Sprintf("no method %q", c.Method), Hint: "the methods are formula and gradient"}
	}
	if c.World == "" {
		c.World = model.DefaultWorld
		if method == model.Formula {
			c.World = "icio2022-nolinks"
		}
	}
	begun := time.Now()
	if c.profits() {
		return c.ossa(e, func(m *model.Ossa, o model.NashOptions) (*played, error) {
			play := func() (*model.OssaWar, error) { return m.Nash(o) }
			if c.World == "ll2023" && method == model.Formula {
				play = func() (*model.OssaWar, error) { return m.NashFormula(o.Players) }
			}
			war, err := play()
			if err != nil {
				return nil, err
			}
			out := c.ossaAnswer(m, war.Tariff, o)
			if c.World == "ll2023" {
				out.Method = method.String()
			}
			out.What = whatOf(o.Players)
			out.solved(war.Play)
			for n := range out.Economies {
				x := &out.Economies[n]
				x.WelfarePct, x.WagePct = pct(war.Government[n]), pct(war.Wage[n])
			}
			return out, nil
		}, begun)
	}
	if method == model.Formula && (c.Kappa != 0 || c.Scale != "") {
		return &kanzei.Problem{Code: "nash.formula", Where: "--method", Msg: "the formula holds with given labour and constant returns", Hint: "use --method gradient with --kappa and --scale"}
	}
	w, err := c.load(e.err)
	if err != nil {
		return err
	}
	o, err := c.options(w)
	if err != nil {
		return err
	}
	o.Method, o.DropDelta, o.Floor = method, c.DropDelta, c.Floor
	if o.Solve.Closure, err = oneClosure(c.Closure); err != nil {
		return err
	}
	o.Progress = playing(e.err)
	r, err := w.Nash(o)
	var links *model.LinksError
	if errors.As(err, &links) {
		return &kanzei.Problem{Code: "nash.links", Where: "--world", Msg: "the formula holds without input-output links, and world " + c.World + " has them", Hint: "use --method gradient, or add --no-links"}
	}
	if err != nil {
		return err
	}
	out := c.answer(w, r.Tariff, o)
	out.What, out.Method, out.Closure = whatOf(o.Players), method.String(), o.Solve.Closure.String()
	if method == model.Formula {
		out.Instrument, out.Closure, out.Rates = "uniform", "balanced", nil
	}
	out.Residual, out.Iterations, out.Rounds, out.Equilibria, out.Slope = r.Report.Residual, r.Report.Iterations, r.Rounds, r.Solves, r.Slope
	for n := range out.Economies {
		x := &out.Economies[n]
		x.TariffPct, x.WelfarePct, x.WagePct = 100*r.Rate[n], pct(r.Welfare[n]), pct(r.Wage[n])
	}
	return c.print(e.out, out, begun)
}

func (c *modelTalksCmd) Run(e *env) error {
	if c.World == "" {
		c.World = model.DefaultWorld
	}
	if c.Threat != "base" && c.Threat != "nash" && c.Threat != "free" {
		return &kanzei.Problem{Code: "talks.threat", Where: "--threat", Msg: fmt.Sprintf("no threat point %q", c.Threat), Hint: "the threat points are base, nash and free"}
	}
	begun := time.Now()
	free := func(t []float64) []float64 {
		out := make([]float64, len(t))
		for i := range out {
			out[i] = 1
		}
		return out
	}
	fill := func(out *played, t *model.Talks) *played {
		out.What, out.Threat = "talks", c.Threat
		out.solved(t.Play)
		for n := range out.Economies {
			x := &out.Economies[n]
			x.WelfarePct, x.ThreatPct, x.GainPct = pct(t.Welfare[n]), pct(t.Threat[n]), 100*t.Gain[n]
		}
		return out
	}
	options := func(o model.NashOptions) model.TalksOptions {
		return model.TalksOptions{Players: o.Players, Instrument: o.Instrument, Services: o.Services, Subsidies: o.Subsidies, MaxRate: o.MaxRate, Bargain: c.Bargain, Solve: o.Solve}
	}
	if c.profits() {
		return c.ossa(e, func(m *model.Ossa, o model.NashOptions) (*played, error) {
			to := options(o)
			switch c.Threat {
			case "nash":
				war, err := m.Nash(o)
				if err != nil {
					return nil, err
				}
				to.Threat = war.Tariff
			case "free":
				to.Threat = free(m.Tariff)
			}
			t, err := m.Talks(to)
			if err != nil {
				return nil, err
			}
			return fill(c.ossaAnswer(m, t.Tariff, o), t), nil
		}, begun)
	}
	w, err := c.load(e.err)
	if err != nil {
		return err
	}
	o, err := c.options(w)
	if err != nil {
		return err
	}
	if o.Solve.Closure, err = oneClosure(c.Closure); err != nil {
		return err
	}
	o.Method, o.Progress = model.Gradient, playing(e.err)
	to := options(o)
	switch c.Threat {
	case "nash":
		war, err := w.Nash(o)
		if err != nil {
			return err
		}
		to.Threat = war.Tariff
	case "free":
		to.Threat = free(w.Tariff)
	}
	t, err := w.Talks(to)
	if err != nil {
		return err
	}
	out := fill(c.answer(w, t.Tariff, o), t)
	out.Method, out.Closure = "gradient", o.Solve.Closure.String()
	return c.print(e.out, out, begun)
}

// pct is the change of a hat in percent; rounding errors are none.
func pct(hat float64) float64 {
	if v := 100 * (hat - 1); math.Abs(v) > 1e-11 {
		return v
	}
	return 0
}

func whatOf(players []int) string {
	if len(players) == 1 {
		return "optimal"
	}
	return "nash"
}

func (p *played) solved(play model.Play) {
	p.Residual, p.Iterations, p.Rounds, p.Equilibria, p.Slope = play.Report.Residual, play.Report.Iterations, play.Rounds, play.Solves, play.Slope
}

func oneClosure(name string) (model.Closure, error) {
	cs, err := closures(name)
	if err == nil && len(cs) != 1 {
		err = &kanzei.Problem{Code: "impact.closure", Where: "--closure", Msg: "a game is played under one closure", Hint: "the closures are fixed, balanced, proportional"}
	}
	if err != nil {
		return 0, err
	}
	return cs[0], nil
}

// playing reports rounds that take long.
func playing(w io.Writer) func(round, done, of int) {
	last := time.Now()
	return func(round, done, of int) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(w, "kanzei: round %d, %d of %d players\n", round, done, of)
		}
	}
}

// options for a world.
func (c *players) options(w *model.World) (model.NashOptions, error) {
	o, err := c.instrument(model.Uniform)
	if err != nil {
		return o, err
	}
	if c.Lobby {
		return o, &kanzei.Problem{Code: "nash.lobby", Where: "--lobby", Msg: "world " + c.World + " has no lobbying weights", Hint: "ossa2005 has them"}
	}
	for _, code := range c.Players {
		n, err := w.Economy(code)
		if err != nil {
			return o, &kanzei.Problem{Code: "nash.player", Where: "--players", Msg: err.Error()}
		}
		o.Players = append(o.Players, n)
	}
	return o, nil
}

func (c *players) instrument(otherwise model.Instrument) (model.NashOptions, error) {
	o := model.NashOptions{Instrument: otherwise, Services: c.Services, MaxRate: c.MaxRate, Subsidies: c.Subsidies, Solve: model.Options{Kappa: c.Kappa}}
	if !(c.MaxRate > 0) {
		return o, &kanzei.Problem{Code: "nash.max", Where: "--max-rate", Msg: fmt.Sprintf("the largest rate is %g", c.MaxRate), Hint: "give a share above 0: 1 is 100 percent"}
	}
	if c.Instrument == "" {
		return o, nil
	}
	i, err := model.ParseInstrument(c.Instrument)
	if err != nil {
		return o, &kanzei.Problem{Code: "nash.instrument", Where: "--instrument", Msg: fmt.Sprintf("no instrument %q", c.Instrument), Hint: "the instruments are uniform, partner, sector, partner-sector"}
	}
	o.Instrument = i
	return o, nil
}

// profits says that the world has profits.
func (c *players) profits() bool { return c.World == "ossa2005" || c.World == "ll2023" }

// ossa loads a world with profits and plays it.
func (c *players) ossa(e *env, play func(*model.Ossa, model.NashOptions) (*played, error), begun time.Time) error {
	if c.Elasticities != "" {
		return &kanzei.Problem{Code: "model.elasticities", Where: "--elasticities", Msg: "world " + c.World + " has one set of elasticities"}
	}
	if c.Merge != "" || c.NoLinks || c.OneSector || c.Scale != "" || c.Kappa != 0 {
		return &kanzei.Problem{Code: "model.variant", Where: "--world", Msg: "world " + c.World + " has no such variant", Hint: "leave out --merge, --no-links, --one-sector, --scale and --kappa"}
	}
	read := model.LoadOssa
	if c.World == "ll2023" {
		read = model.LoadLL2023
	}
	m, err := read(c.sources())
	if err != nil {
		return missing(err)
	}
	if c.Lobby {
		if m, err = m.WithWeights(nil); err != nil {
			return err
		}
	}
	o, err := c.instrument(model.ByPartnerAndSector)
	if err != nil {
		return err
	}
	for _, code := range c.Players {
		n, err := m.Region(code)
		if err != nil {
			return &kanzei.Problem{Code: "nash.player", Where: "--players", Msg: err.Error()}
		}
		o.Players = append(o.Players, n)
	}
	out, err := play(m, o)
	if err != nil {
		return err
	}
	return c.print(e.out, out, begun)
}

// a table of rates from tariff powers in cells (sector, importer, exporter).
func ratesOf(economies []model.Economy, sectors []model.Sector, tariff []float64, o model.NashOptions, goodsOnly bool) (rows []playedRate, isPlayer []bool) {
	N := len(economies)
	isPlayer = make([]bool, N)
	for _, n := range o.Players {
		isPlayer[n] = true
	}
	if o.Players == nil {
		for n := range isPlayer {
			isPlayer[n] = true
		}
	}
	if o.Instrument == model.Uniform {
		return nil, isPlayer
	}
	for n := range economies {
		if !isPlayer[n] {
			continue
		}
		partners := map[int]bool{}
		for j, s := range sectors {
			if goodsOnly && !s.Goods {
				continue
			}
			for i := range economies {
				if i == n || o.Instrument == model.ByPartner && partners[i] {
					continue
				}
				partners[i] = true
				row := playedRate{Importer: economies[n].ISO3, RatePct: pct(tariff[(j*N+n)*N+i])}
				if o.Instrument != model.BySector {
					row.Exporter = economies[i].ISO3
				}
				if o.Instrument != model.ByPartner {
					row.Sector = s.Code
				}
				rows = append(rows, row)
				if o.Instrument == model.BySector {
					break
				}
			}
		}
	}
	return rows, isPlayer
}

func (c *players) answer(w *model.World, tariff []float64, o model.NashOptions) *played {
	out := &played{World: w.Name, Elasticities: c.Elasticities, Method: "gradient", Instrument: o.Instrument.String(), Status: "converged"}
	var isPlayer []bool
	out.Rates, isPlayer = ratesOf(w.Economies, w.Sectors, tariff, o, !o.Services)
	for n, x := range w.Economies {
		out.Economies = append(out.Economies, playedEconomy{ISO2: x.ISO2, ISO3: x.ISO3, Name: x.Name, Player: isPlayer[n]})
	}
	return out
}

func (c *players) ossaAnswer(m *model.Ossa, tariff []float64, o model.NashOptions) *played {
	out := &played{World: c.World, Method: "gradient", Instrument: o.Instrument.String(), Closure: "balanced", Lobby: c.Lobby, Status: "converged"}
	var isPlayer []bool
	out.Rates, isPlayer = ratesOf(m.Regions, m.Sectors, tariff, o, false)
	war := model.OssaWar{Tariff: tariff, OssaResult: &model.OssaResult{Wage: make([]float64, m.N)}}
	for n, x := range m.Regions {
		e := playedEconomy{ISO2: x.ISO2, ISO3: x.ISO3, Name: x.Name, Player: isPlayer[n]}
		if isPlayer[n] {
			e.TariffPct = 100 * war.Median(n)
		}
		out.Economies = append(out.Economies, e)
	}
	return out
}

func (c *players) print(w io.Writer, p *played, begun time.Time) error {
	p.Seconds = time.Since(begun).Seconds()
	if c.JSON {
		return printJSON(w, p)
	}
	title := map[string]string{"nash": "Tariff war", "optimal": "Optimal tariff", "talks": "Talks"}[p.What]
	fmt.Fprintf(w, "%s in world %s, by %s, instrument %s, closure %s\n", title, p.World, p.Method, p.Instrument, p.Closure)
	fmt.Fprintf(w, "  residual %.0e", p.Residual)
	if p.Equilibria == 0 {
		fmt.Fprintf(w, " after %d iterations", p.Iterations)
	} else {
		fmt.Fprintf(w, "; %d rounds, %d equilibria, first-order gain left %.0e", p.Rounds, p.Equilibria, p.Slope)
	}
	fmt.Fprintf(w, "\n\n")
	if p.What == "talks" {
		fmt.Fprintf(w, "  %-30s %10s %10s %10s\n", "percent; threat point: "+p.Threat, "welfare", "threat", "gain")
		for _, e := range p.Economies {
			fmt.Fprintf(w, "  %-30s %10.3f %10.3f %10.3f\n", clip(e.Name, 30), e.WelfarePct, e.ThreatPct, e.GainPct)
		}
		return nil
	}
	fmt.Fprintf(w, "  %-30s %10s %10s %10s\n", "percent", "tariff", "welfare", "wage")
	for _, e := range p.Economies {
		tariff := ""
		if e.Player {
			tariff = fmt.Sprintf("%.2f", e.TariffPct)
		}
		fmt.Fprintf(w, "  %-30s %10s %10.3f %10.3f\n", clip(e.Name, 30), tariff, e.WelfarePct, e.WagePct)
	}
	return nil
}
