package talks

import (
	"context"
	"fmt"
	"slices"

	"kanzei"
	"kanzei/model"
	"kanzei/trade"
)

// WarOptions steer [Desk.Retaliation]. The zero value stands for the defaults
// named.
type WarOptions struct {
	Rate    float64 // points of the uniform retaliation tried, a share; default 0.15
	MaxRate float64 // largest duty in a search, a share; default 1
}

// A Retaliation is what duties on the giver's goods do to both sides, and
// whether the claim holds that they do not benefit the asker. All changes are
// against the law of the day.
type Retaliation struct {
	Closure   string         `json:"closure"`
	Draws     int            `json:"draws"`
	RatePct   float64        `json:"rate_pct"`
	Moves     []Move         `json:"moves"`
	Claims    []Claim        `json:"claims"`
	Published []PublishedWar `json:"published,omitempty"`
	Why       string         `json:"why_they_differ,omitempty"`

	Status     string   `json:"status"`
	Residual   float64  `json:"residual"`
	Iterations int      `json:"iterations"`
	Notes      []string `json:"notes"`
}

// A Move is one thing that the sides can do.
type Move struct {
	ID            string   `json:"id"`
	What          string   `json:"what"`
	AskerRatePct  float64  `json:"asker_rate_pct"` // average duty of the asker on the giver's goods, base-year imports
	GiverRatePct  float64  `json:"giver_rate_pct"` // and of the giver on the asker's
	AskerAddPct   *float64 `json:"asker_add_pct"`  // points of a uniform move
	GiverAddPct   *float64 `json:"giver_add_pct"`
	GainAskerPct  float64  `json:"gain_asker_pct"`
	GainGiverPct  float64  `json:"gain_giver_pct"`
	GainAskerMUSD float64  `json:"gain_asker_musd"`
	GainGiverMUSD float64  `json:"gain_giver_musd"`
	Lo            *float64 `json:"lo"` // of gain_asker_pct, the same duties under the draws
	Hi            *float64 `json:"hi"`
	GiverLo       *float64 `json:"giver_lo"`
	GiverHi       *float64 `json:"giver_hi"`

	Rates  []SectorDuty `json:"rates,omitempty"` // of a move by sector
	Rounds int          `json:"rounds,omitempty"`
	Solves int          `json:"solves,omitempty"` // of the search
	// Slope is the largest scaled derivative of ln real income left to whoever
	// chose: the first-order condition of a search.
	Slope float64 `json:"slope,omitempty"`
}

// A SectorDuty is what each side levies on the other's goods of a sector.
type SectorDuty struct {
	Sector       string  `json:"sector"`
	AskerRatePct float64 `json:"asker_rate_pct"`
	GiverRatePct float64 `json:"giver_rate_pct"`
}

// A Claim is tested under a closure and all draws.
type Claim struct {
	ID         string   `json:"id"`
	Says       string   `json:"says"`
	Closure    string   `json:"closure"`
	Holds      bool     `json:"holds"`       // at the world's own elasticities
	TrueIn     *float64 `json:"true_in"`     // share of draws; null without draws
	CentralPct float64  `json:"central_pct"` // the figure the claim is about, percent of the asker's real income
	Lo         *float64 `json:"lo"`
	Hi         *float64 `json:"hi"`
}

// PublishedWar is a finding of others beside ours.
type PublishedWar struct {
	Source string `json:"source"`
	Finds  string `json:"finds"`
	Here   string `json:"here"`
	Agrees bool   `json:"agrees"`
}

func (o *WarOptions) check() error {
	if o.Rate == 0 {
		o.Rate = 0.15
	}
	if o.MaxRate == 0 {
		o.MaxRate = 1
	}
	if !(o.Rate > 0 && o.Rate <= 10) || !(o.MaxRate > 0 && o.MaxRate <= 10) {
		return &kanzei.Problem{Code: "talks.war", Where: "--retaliation", Msg: fmt.Sprintf("a duty of %g, at most %g", o.Rate, o.MaxRate), Hint: "write 0.15 for 15 percent, at most 10"}
	}
	return nil
}

// A war is the tables that moves are made of.
type war struct {
	d           *Desk
	today, none []float64 // cells: the law of the day, and no additional duty
	o           WarOptions
}

func (d *Desk) war(o WarOptions) (*war, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	w := &war{d: d, o: o}
	var err error
	if w.today, err = d.Study.Tariffs(d.Today); err != nil {
		return nil, err
	}
	l, err := d.Study.Law([]string{"none"}, d.Question.On, d.Question.Known)
	if err != nil {
		return nil, err
	}
	w.none, err = d.Study.Tariffs(l)
	return w, err
}

// cells are the asker's duty on the giver's goods and the giver's on the
// asker's, goods sector by goods sector.
func (w *war) cells(visit func(asker, giver int)) {
	for j, s := range w.d.World.Sectors {
		if s.Goods {
			visit(w.d.World.Cell(j, w.d.Asker, w.d.Giver), w.d.World.Cell(j, w.d.Giver, w.d.Asker))
		}
	}
}

// mirrored adds to the asker's duties, sector by sector, the points that the
// giver's measures add to its own.
func (w *war) mirrored() []float64 {
	t := slices.Clone(w.today)
	w.cells(func(a, g int) { t[a] += max(0, w.today[g]-w.none[g]) })
	return t
}

// added adds the same points to every duty of the asker on the giver's goods.
func (w *war) added(points float64) []float64 {
	t := slices.Clone(w.today)
	w.cells(func(a, _ int) { t[a] += points })
	return t
}

// answered lets the giver add the points that the asker added.
func (w *war) answered(t []float64) []float64 {
	out := slices.Clone(t)
	w.cells(func(a, g int) { out[g] += t[a] - w.today[a] })
	return out
}

// opened takes all duties of the asker on the giver's goods away.
func (w *war) opened() []float64 {
	t := slices.Clone(w.today)
	w.cells(func(a, _ int) { t[a] = 1 })
	return t
}

// claimed are the moves that claims are about.
var claimed = []string{"mirror", "mirror-answered", "uniform", "uniform-answered", "opening", "best-uniform", "war-uniform"}

// A searched move has its tables found.
type searched struct {
	move   Move
	tariff []float64
}

// Retaliation computes moves, best responses and the war of both, and tests the
// claim. An optimum or equilibrium that is not found is a *kanzei.Problem.
func (d *Desk) Retaliation(ctx context.Context, o WarOptions) (*Retaliation, error) {
	w, err := d.war(o)
	if err != nil {
		return nil, err
	}
	asker, giver := d.World.Economies[d.Asker].Name, d.World.Economies[d.Giver].Name
	rate := fmt.Sprintf("%.4g", 100*w.o.Rate)
	points := func(x float64) *float64 { x = tidy(100 * x); return &x }
	mirror, uniform := w.mirrored(), w.added(w.o.Rate)
	all := []searched{
		{Move{ID: "mirror", What: "mirrored: " + asker + " adds what the measures of the day add to its own goods, sector by sector"}, mirror},
		{Move{ID: "mirror-answered", What: "mirrored, and " + giver + " adds the same points again"}, w.answered(mirror)},
		{Move{ID: "uniform", What: asker + " adds " + rate + " points on all goods", AskerAddPct: points(w.o.Rate)}, uniform},
		{Move{ID: "uniform-answered", What: asker + " adds " + rate + " points, and " + giver + " the same", AskerAddPct: points(w.o.Rate)}, w.answered(uniform)},
		{Move{ID: "opening", What: asker + " takes all duties off the goods of " + giver + ", alone"}, w.opened()},
		{Move{ID: "truce", What: "no measures on goods of " + asker + ", and no retaliation"}, d.onlyOurs(w.today, w.none)},
	}
	// The longest searches first.
	found := make([]searched, 6)
	searches := []func() (searched, error){
		func() (searched, error) { return w.nash(ctx, true) },
		func() (searched, error) { return w.best(ctx, d.Asker, true) },
		func() (searched, error) { return w.best(ctx, d.Giver, true) },
		func() (searched, error) { return w.nash(ctx, false) },
		func() (searched, error) { return w.best(ctx, d.Asker, false) },
		func() (searched, error) { return w.best(ctx, d.Giver, false) },
	}
	if err := d.Each(ctx, len(searches), func(i int) (err error) { found[i], err = searches[i](); return }); err != nil {
		return nil, err
	}
	for _, i := range []int{4, 1, 5, 2, 3, 0} {
		all = append(all, found[i])
	}
	// What claims are about is solved under every closure and draw.
	wide, narrow := [][]float64{w.today}, [][]float64{w.today}
	at := map[string]int{}
	for _, m := range all {
		if slices.Contains(claimed, m.move.ID) {
			at[m.move.ID] = len(wide)
			wide = append(wide, m.tariff)
		} else {
			at[m.move.ID] = len(narrow)
			narrow = append(narrow, m.tariff)
		}
	}
	t, err := d.tabulate(ctx, d.views(true), wide...)
	if err != nil {
		return nil, err
	}
	few, err := d.tabulate(ctx, d.views(false), narrow...)
	if err != nil {
		return nil, err
	}
	lead := d.Question.Closures[0]
	r := &Retaliation{Closure: lead.String(), Draws: len(d.Draws), RatePct: tidy(100 * w.o.Rate), Status: "converged", Residual: max(t.residual, few.residual), Iterations: max(t.iterations, few.iterations)}
	u := d.duel(view{lead, Central}, w.today)
	for _, m := range all {
		x, k, t := m.move, at[m.move.ID], t
		if !slices.Contains(claimed, x.ID) {
			t = few
		}
		ours, theirs := func(v int) float64 { return t.pct(v, k, d.Asker) }, func(v int) float64 { return t.pct(v, k, d.Giver) }
		x.GainAskerPct, x.GainGiverPct = tidy(ours(0)), tidy(theirs(0))
		x.GainAskerMUSD, x.GainGiverMUSD = tidy(t.musd(0, k, d.Asker)), tidy(t.musd(0, k, d.Giver))
		x.Lo, x.Hi = t.span(lead, ours)
		x.GiverLo, x.GiverHi = t.span(lead, theirs)
		for _, side := range []struct {
			n, i int
			to   *float64
		}{{d.Asker, d.Giver, &x.AskerRatePct}, {d.Giver, d.Asker, &x.GiverRatePct}} {
			a, err := u.average(side.n, side.i, m.tariff)
			if err != nil {
				return nil, fmt.Errorf("%s and %s: %w", asker, giver, err)
			}
			*side.to = tidy(100 * a)
		}
		r.Moves = append(r.Moves, x)
	}
	if r.Claims, err = d.claims(ctx, t, at); err != nil {
		return nil, err
	}
	if d.World.Economies[d.Asker].ISO3 == "JPN" {
		r.Published, r.Why = w.published(r)
	}
	answered := "answered: that the other side answers point for point is an assumption"
	if k := d.Question.Known; k == 0 || k >= kanzei.DayOf(2025, 4, 2) {
		answered += "; section 4(b) of EO 14257 lets the President increase its duties should a partner retaliate"
	}
	r.Notes = []string{
		"changes are against the law of the day; duties fall on each other's goods alone and everyone else's stand",
		"best: what maximises the chooser's own real income while the other side stands still; war: each is at its best against the other's",
		fmt.Sprintf("searched duties are found at the world's own elasticities under closure %s and held under the draws; rates lie between 0 and %.4g percent, uniform points are not negative and stand on column 1 for %s and on the duties of the day for %s", lead, 100*w.o.MaxRate, giver, asker),
		answered,
		"war is a point at which neither side has a better duty; the law of the day may lie above it, and punishing at one's own cost is not in it",
		"static model without profits, idle capacity or trust; revenue goes to the economy that raises it",
	}
	if o, err := kanzei.ParseOrigin(d.World.Economies[d.Asker].ISO2); err == nil && trade.EUMember(o) {
		r.Notes = append(r.Notes, "duties of "+asker+" are set by the European Union for all its members; what stands here is what they would do if it could set them alone")
	}
	return r, nil
}

// best searches for the best duties of one side.
func (w *war) best(ctx context.Context, player int, bySector bool) (searched, error) {
	d := w.d
	u := d.duel(view{d.Question.Closures[0], Central}, w.today)
	s := w.side(u, player, bySector)
	rep, err := u.best(ctx, u.alone(player), s.levers, s.points, duelTol)
	if err != nil {
		return searched{}, err
	}
	who, id := d.World.Economies[player].Name, "best-"
	if player == d.Giver {
		id = "giver-best-"
	}
	m := Move{ID: id + "uniform", What: "best uniform duty of " + who, Solves: u.solves, Slope: rep.Residual}
	if bySector {
		m.ID, m.What, m.Rates = id+"sector", "best duties of "+who+" by sector", w.rates(u.tariff)
	} else if x := tidy(100 * s.points[0]); player == d.Asker {
		m.AskerAddPct = &x
	} else {
		m.GiverAddPct = &x
	}
	return searched{m, u.tariff}, nil
}

// nash searches for the war of both.
func (w *war) nash(ctx context.Context, bySector bool) (searched, error) {
	d := w.d
	u := d.duel(view{d.Question.Closures[0], Central}, w.today)
	a, g := w.side(u, d.Asker, bySector), w.side(u, d.Giver, bySector)
	rounds, slope, err := u.nash(ctx, a, g)
	if err != nil {
		return searched{}, err
	}
	m := Move{ID: "war-uniform", What: "war: both at their best uniform duty", Rounds: rounds, Solves: u.solves, Slope: slope}
	if bySector {
		m.ID, m.What, m.Rates = "war-sector", "war: both at their best duties by sector", w.rates(u.tariff)
	} else {
		x, y := tidy(100*a.points[0]), tidy(100*g.points[0])
		m.AskerAddPct, m.GiverAddPct = &x, &y
	}
	return searched{m, u.tariff}, nil
}

// side is a player with levers on the other's goods, at zero points on column
// 1 for the giver and on the duties of the day for the asker.
func (w *war) side(u *duel, player int, bySector bool) *side {
	other, base := w.d.Giver, w.today
	if player == w.d.Giver {
		other, base = w.d.Asker, w.none
	}
	s := &side{player: player, levers: u.levers(player, other, base, bySector, 0, w.o.MaxRate)}
	s.points = make([]float64, len(s.levers))
	return s
}

func (w *war) rates(t []float64) []SectorDuty {
	var out []SectorDuty
	for j, s := range w.d.World.Sectors {
		if s.Goods {
			out = append(out, SectorDuty{s.Code, tidy(100 * (t[w.d.World.Cell(j, w.d.Asker, w.d.Giver)] - 1)), tidy(100 * (t[w.d.World.Cell(j, w.d.Giver, w.d.Asker)] - 1))})
		}
	}
	return out
}

// claims tests what is said of retaliation under every closure and draw.
func (d *Desk) claims(ctx context.Context, t *tabled, at map[string]int) ([]Claim, error) {
	// The derivative of real income with respect to a first point on all goods.
	first := make([]float64, len(t.views))
	today, err := d.Study.Tariffs(d.Today)
	if err != nil {
		return nil, err
	}
	err = d.Each(ctx, len(first), func(v int) error {
		r, err := d.nearby(ctx, t.views[v].closure, t.views[v].draw)
		if err != nil {
			return err
		}
		u := d.duel(t.views[v], today)
		u.last = r
		s, err := u.slopes(u.alone(d.Asker), u.levers(d.Asker, d.Giver, today, false, 0, 1))
		if err != nil {
			return err
		}
		first[v] = s[0] // percent of income for a point of duty
		return nil
	})
	if err != nil {
		return nil, err
	}
	asker, giver := d.World.Economies[d.Asker].Name, d.World.Economies[d.Giver].Name
	pct := func(id string) func(v int) float64 { return func(v int) float64 { return t.pct(v, at[id], d.Asker) } }
	best := func(v int) float64 { return max(pct("best-uniform")(v), pct("uniform")(v), 0) }
	tests := []struct {
		id, says string
		figure   func(v int) float64
		holds    func(x float64) bool
	}{
		{"first-point", "a first point of duty on all goods of " + giver + " does not benefit " + asker, func(v int) float64 { return first[v] }, notAbove},
		{"uniform", "the uniform retaliation tried does not benefit " + asker + " if " + giver + " stands still", pct("uniform"), notAbove},
		{"mirror", "mirrored retaliation does not benefit " + asker + " if " + giver + " stands still", pct("mirror"), notAbove},
		{"uniform-answered", "the uniform retaliation tried does not benefit " + asker + " if " + giver + " answers point for point", pct("uniform-answered"), notAbove},
		{"mirror-answered", "mirrored retaliation does not benefit " + asker + " if " + giver + " answers point for point", pct("mirror-answered"), notAbove},
		{"war-uniform", "the war of best uniform duties leaves " + asker + " no better off than the law of the day", pct("war-uniform"), notAbove},
		{"opening", "taking all duties off the goods of " + giver + " benefits " + asker, pct("opening"), func(x float64) bool { return x > 0 }},
		{"opening-or-duty", "taking them off benefits " + asker + " more than the uniform duties tried do", func(v int) float64 { return pct("opening")(v) - best(v) }, func(x float64) bool { return x > 0 }},
	}
	var out []Claim
	for _, c := range tests {
		for _, cl := range d.Question.Closures {
			x := c.figure(t.central(cl))
			one := Claim{ID: c.id, Says: c.says, Closure: cl.String(), Holds: c.holds(x), CentralPct: tidy(x)}
			one.Lo, one.Hi = t.span(cl, c.figure)
			one.TrueIn = t.share(cl, func(v int) bool { return c.holds(c.figure(v)) })
			out = append(out, one)
		}
	}
	return out, nil
}

func notAbove(x float64) bool { return x <= 0 }

// share is the part of the draws of a closure in which something holds; nil
// without draws.
func (t *tabled) share(c model.Closure, holds func(v int) bool) *float64 {
	n, all := 0.0, 0.0
	for v, w := range t.views {
		if w.closure == c && w.draw != Central {
			all++
			if holds(v) {
				n++
			}
		}
	}
	if all == 0 {
		return nil
	}
	x := tidy(n / all)
	return &x
}

// hosoe is known by its abstract alone.
const hosoe = "N. Hosoe, Efficacy of Japan's Policy Options against Trump's Tariffs, GRIPS Discussion Paper 25-03, May 2025 (abstract, ideas.repec.org/p/ngi/dpaper/25-3.html)"

// published holds the findings for Japan of the abstract against ours.
func (w *war) published(r *Retaliation) ([]PublishedWar, string) {
	get := func(id string) Move {
		return r.Moves[slices.IndexFunc(r.Moves, func(m Move) bool { return m.ID == id })]
	}
	best, open, tried := get("best-uniform"), get("opening"), get("uniform")
	out := []PublishedWar{
		{Finds: "retaliatory tariffs of about 15 percent are best for Japan, with revenue returned to households, and gain it only marginally",
			Here:   fmt.Sprintf("the best uniform addition is %.1f points and gains %+.4f percent; %.4g points gain %+.4f", *best.AskerAddPct, best.GainAskerPct, r.RatePct, tried.GainAskerPct),
			Agrees: best.GainAskerPct > 0 && best.GainAskerPct < 0.1 && *best.AskerAddPct >= 10 && *best.AskerAddPct <= 20},
		{Finds: "taking its duties off goods of the United States, even alone, benefits Japan greatly, more than retaliation",
			Here:   fmt.Sprintf("taking them off changes Japan's real income by %+.4f percent, the best uniform addition by %+.4f", open.GainAskerPct, best.GainAskerPct),
			Agrees: open.GainAskerPct > max(0, best.GainAskerPct)},
		{Finds: "Japan's retaliation inflicts only small losses on the United States",
			Here:   fmt.Sprintf("%.4g points cost the United States %+.4f percent", r.RatePct, tried.GainGiverPct),
			Agrees: tried.GainGiverPct < 0 && tried.GainGiverPct > -0.1},
	}
	for i := range out {
		out[i].Source = hosoe
	}
	why := "The abstract states no equations, elasticities, closure, base year or rates, so none is matched, and the tariffs it answers are those announced in early 2025, not the law of one day. "
	if *best.AskerAddPct > 0 {
		why += fmt.Sprintf("Here Japan's duties on goods of the United States average %.1f percent and the best uniform duty lies %.1f points above them, so taking them off leads away from it: "+
			"what Japan gains in its terms of trade from a duty outweighs what so low a duty distorts. A great gain from opening needs duties that distort more. ", get("truce").AskerRatePct, *best.AskerAddPct)
	}
	why += "An average over a sector hides distortion where high duties stand on few goods, as on food in Japan; and one trade elasticity a sector for all partners sends demand to other suppliers at once, which makes duties on one partner's goods alone worth little to either side."
	return out, why
}
