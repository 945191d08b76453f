package talks

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/trade"
)

// Options say what a report holds.
type Options struct {
	// RedLines are sets of red lines, one package search each. Nil: none, and
	// what DefaultRedLines says where it holds.
	RedLines [][]string
	Weights  map[string]float64 // by sector code: see Rules
	Power    float64            // bargaining power of the asker; 0: one half
	Offers   int                // offers on the table, largest revenue first; default 3
	By       string             // what is put on the table beside measures: "", sector, chapter
	Most     int                // asks of that kind, default 40
	Packages [][]string         // asks and offers to price together, by ID
	Deals    []string           // shipped drafts or files to price in the same terms
	Lines    int                // leading lines re-solved; default 10, negative: none
	Without  []string           // parts left out: clock, retaliation, coalitions, tornado
	Blocs    []string           // see CoalitionOptions
	Sweep    *Spread            // whose ranges take the place of those of Question.Draws, where it has them
	// Clock has, if it names no deals, all measures removed and then Deals.
	Clock      ClockOptions
	War        WarOptions
	Coalitions CoalitionOptions // its Blocs are those above
}

// DefaultRedLines are those of the question that the command answers when
// nothing is said: an example, not a statement of anybody's position.
var DefaultRedLines = []string{"cars>=10%", "rice stays"}

// A Report is a folder for talks.
type Report struct {
	Asker    Party    `json:"asker"`
	Giver    Party    `json:"giver"`
	On       string   `json:"on"`
	Known    string   `json:"known"`
	World    string   `json:"world"`
	Closures []string `json:"closures"` // the first leads
	Draws    int      `json:"draws"`
	Seed     uint64   `json:"seed"`
	Status   string   `json:"status"`
	Residual float64  `json:"residual"` // largest of all equilibria reported
	InShort  []string `json:"in_short"` // the answer in at most ten sentences

	Overlap  []Overlap   `json:"overlap"`
	WalkAway *Worth      `json:"walk_away"` // nobody acts, against today
	WalkDay  string      `json:"walk_away_day"`
	Asks     []*Worth    `json:"asks"` // against today
	Orders   []Order     `json:"orders,omitempty"`
	Ahead    []*Worth    `json:"asks_at_walk_away"` // the same when the last pause has run out
	Offers   []*Worth    `json:"offers"`            // at the walk-away
	Cheapest []Cheap     `json:"concessions"`       // gain of the other side for each dollar of cost
	Lines    *Lines      `json:"lines,omitempty"`
	Packages []*Package  `json:"packages"`
	Sets     []*Packages `json:"red_line_sets"`
	Priced   []*Priced   `json:"priced,omitempty"`
	Tornado  []Swing     `json:"tornado,omitempty"`

	Clock       []ClockDay   `json:"clock"`
	ClockDetail *Clock       `json:"clock_detail,omitempty"`
	Retaliation *Retaliation `json:"retaliation,omitempty"`
	Coalitions  []Coalition  `json:"coalitions"`
	Sweep       *Taken       `json:"sweep,omitempty"` // where ranges come from
	Notes       []string     `json:"notes"`
}

// Taken says what ranges come from a sweep.
type Taken struct {
	Draws int    `json:"draws"`
	Seed  uint64 `json:"seed"`
	Had   int    `json:"had"`     // gains whose ranges are of the sweep
	Not   int    `json:"not_had"` // packages and drafts that it has not, whose ranges are of this report's own draws
}

// A Party is an economy at the table.
type Party struct {
	ISO2 string `json:"iso2"`
	ISO3 string `json:"iso3"`
	Name string `json:"name"`
}

// A Cheap concession costs one side little for what it brings the other.
type Cheap struct {
	ID      string   `json:"id"`
	By      string   `json:"by"`       // who concedes
	PerUnit *float64 `json:"per_unit"` // gain of the other side for a dollar of cost; null where it costs nothing
	Gain    float64  `json:"other_gains_musd"`
	Cost    float64  `json:"cost_musd"` // negative: the side that concedes gains too
}

// An Overlap says what a good pays, program by program, on the day and at the
// walk-away: which measures yield to which.
type Overlap struct {
	HTS      string             `json:"hts"`
	ValueUSD float64            `json:"value_usd"` // imports of 2024
	What     string             `json:"what"`
	Today    map[string]float64 `json:"today_pct"` // by program, percent of value
	Ahead    map[string]float64 `json:"walk_away_pct"`
}

// Report answers everything at once.
func (d *Desk) Report(ctx context.Context, o Options) (*Report, error) {
	if err := d.sound(&o); err != nil {
		return nil, err
	}
	q := &d.Question
	known := q.Known
	if h := d.Study.Duty.Ledger.Coverage.Horizon; known == 0 || known > h {
		known = h
	}
	r := &Report{Asker: d.party(d.Asker), Giver: d.party(d.Giver), On: q.On.String(), Known: known.String(), World: d.World.Name, Draws: len(d.Draws), Seed: q.Seed, Status: "converged",
		Asks: []*Worth{}, Ahead: []*Worth{}, Offers: []*Worth{}, Cheapest: []Cheap{}, Packages: []*Package{}, Clock: []ClockDay{}, Coalitions: []Coalition{}}
	for _, c := range q.Closures {
		r.Closures = append(r.Closures, c.String())
	}
	today, err := d.Ground("today", d.Today)
	if err != nil {
		return nil, err
	}
	ahead, err := d.Ground("walk-away", d.WalkAway)
	if err != nil {
		return nil, err
	}
	plan, err := d.plan(ahead, &o)
	if err != nil {
		return nil, err
	}
	r.WalkDay = d.WalkAway.On().String()
	if r.Overlap, err = d.overlap(today, ahead); err != nil {
		return nil, err
	}
	// The walk-away, as what it changes of today.
	d.stage("walk-away")
	r.WalkAway = &Worth{ID: "walk-away", What: d.WalkAway.Title, Kind: "law"}
	saved := 0.0
	for i := range today.Lines {
		saved += today.Lines[i].ValueUSD * (today.Rates[i].Additional() - ahead.Rates[i].Additional())
	}
	r.WalkAway.StaticUSD = math.Round(saved)
	if err := today.Value(ctx, []*Worth{r.WalkAway}, [][]float64{ahead.Tariff}); err != nil {
		return nil, err
	}
	d.stage("asks today")
	if r.Asks, err = today.Worth(ctx, today.Measures()); err != nil {
		return nil, err
	}
	Rank(r.Asks)
	r.Orders = Orders(r.Asks)
	measures := ahead.Measures()
	d.stage("asks at the walk-away")
	if r.Ahead, err = ahead.Worth(ctx, measures); err != nil {
		return nil, err
	}
	Rank(r.Ahead)
	offers := ahead.Offers()
	offers = offers[:min(orDefault(o.Offers, 3), len(offers))]
	d.stage("offers")
	if r.Offers, err = ahead.Worth(ctx, offers); err != nil {
		return nil, err
	}
	r.Cheapest = d.cheapest(append(slices.Clone(r.Ahead), r.Offers...))
	if o.Lines >= 0 {
		d.stage("lines")
		if r.Lines, err = today.TopLines(ctx, orDefault(o.Lines, 10)); err != nil {
			return nil, err
		}
		d.nameLines(r.Lines)
	}
	d.stage("packages")
	if err := d.packages(ctx, r, ahead, measures, offers, &o, plan); err != nil {
		return nil, err
	}
	for _, x := range plan.drafts {
		d.stage("deal " + x.Name)
		p, err := d.Price(ctx, x)
		if err != nil {
			return nil, err
		}
		r.Priced = append(r.Priced, p)
	}
	if len(r.Packages) > 0 && !slices.Contains(o.Without, "tornado") {
		d.stage("tornado")
		if r.Tornado, err = ahead.Tornado(ctx, r.Packages[0].worth.tariff); err != nil {
			return nil, err
		}
	}
	if err := d.others(ctx, r, &o); err != nil {
		return nil, err
	}
	if s := o.Sweep; s != nil {
		had, not := r.take(s)
		r.Sweep = &Taken{s.Draws, s.Seed, had, not}
	}
	r.note(d)
	r.InShort = r.short()
	return r, nil
}

// packages searches the menu under each set of red lines.
func (d *Desk) packages(ctx context.Context, r *Report, ahead *Ground, measures, offers []*Ask, o *Options, plan *plan) error {
	table := append(slices.Clone(measures), offers...)
	if o.By != "" {
		scoped, err := ahead.Scoped(o.By, ahead.Programs(), orDefault(o.Most, 40))
		if err != nil {
			return err
		}
		// Goods by goods takes the place of measures, which overlap them all.
		table = append(scoped, offers...)
	}
	if len(table) == 0 {
		return nil
	}
	m, err := ahead.NewMenu(ctx, table)
	if err != nil {
		return err
	}
	for i, set := range plan.sets {
		p, err := m.Packages(ctx, Rules{RedLines: set, Weights: plan.weights, Power: o.Power})
		if err != nil {
			return err
		}
		r.Sets = append(r.Sets, p)
		for _, x := range p.Named {
			c := *x
			if len(plan.sets) > 1 {
				c.Name = fmt.Sprintf("%s, red lines %d", x.Name, i+1)
			}
			r.Packages = append(r.Packages, &c)
		}
	}
	for i, asks := range plan.packages {
		p, err := ahead.priceTogether(ctx, strings.Join(o.Packages[i], ", "), asks)
		if err != nil {
			return err
		}
		r.Priced = append(r.Priced, p)
	}
	return nil
}

func orDefault(n, d int) int {
	if n == 0 {
		return d
	}
	return n
}

func (d *Desk) party(n int) Party {
	e := d.World.Economies[n]
	return Party{e.ISO2, e.ISO3, e.Name}
}

// others fills in the clock, the war and the blocs.
func (d *Desk) others(ctx context.Context, r *Report, o *Options) (err error) {
	if !slices.Contains(o.Without, "clock") {
		d.stage("clock")
		if o.Clock.Deals == nil {
			o.Clock.Deals = []Deal{d.relief()}
			for _, name := range o.Deals {
				x, err := OpenDraft(name)
				if err != nil {
					return err
				}
				o.Clock.Deals = append(o.Clock.Deals, DraftDeal(x))
			}
		}
		if r.ClockDetail, err = d.Clock(ctx, o.Clock); err != nil {
			return err
		}
		r.Clock = r.ClockDetail.Days()
	}
	if !slices.Contains(o.Without, "retaliation") {
		d.stage("retaliation")
		if r.Retaliation, err = d.Retaliation(ctx, o.War); err != nil {
			return err
		}
	}
	if !slices.Contains(o.Without, "coalitions") {
		d.stage("coalitions")
		o.Coalitions.Blocs = o.Blocs
		if r.Coalitions, err = d.Coalitions(ctx, o.Coalitions); err != nil {
			return err
		}
	}
	return nil
}

// cheapest orders concessions by what a dollar of their cost brings the other
// side. What costs the side that concedes nothing comes first, the larger gain
// before the smaller.
func (d *Desk) cheapest(all []*Worth) []Cheap {
	out := []Cheap{}
	for _, w := range all {
		c := Cheap{ID: w.ID, By: d.World.Economies[d.Giver].ISO2, Gain: w.GainAskerMUSD, Cost: -w.GainGiverMUSD}
		if w.ask.Offer {
			c.By, c.Gain, c.Cost = d.World.Economies[d.Asker].ISO2, w.GainGiverMUSD, -w.GainAskerMUSD
		}
		if c.Cost > 0 {
			v := tidy(c.Gain / c.Cost)
			c.PerUnit = &v
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Cheap) int {
		switch {
		case a.PerUnit == nil && b.PerUnit == nil:
			return compareDown(a.Gain, b.Gain)
		case a.PerUnit == nil:
			return -1
		case b.PerUnit == nil:
			return 1
		}
		return compareDown(*a.PerUnit, *b.PerUnit)
	})
	return out
}

func compareDown(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// overlap shows, for the largest line that each program burdens at the
// walk-away, what all programs take of it.
func (d *Desk) overlap(today, ahead *Ground) ([]Overlap, error) {
	now, err := d.Study.LinePrograms(d.Today, d.Origin)
	if err != nil {
		return nil, err
	}
	then, err := d.Study.LinePrograms(d.WalkAway, d.Origin)
	if err != nil {
		return nil, err
	}
	out := []Overlap{}
	seen := map[int]bool{}
	for _, p := range ahead.Programs() {
		best := -1
		for i := range ahead.Lines {
			if then[i][p] > 0 && (best < 0 || ahead.Lines[i].ValueUSD > ahead.Lines[best].ValueUSD) {
				best = i
			}
		}
		if best < 0 || seen[best] {
			continue
		}
		seen[best] = true
		h := today.Lines[best].HTS
		out = append(out, Overlap{HTS: h.String(), ValueUSD: today.Lines[best].ValueUSD, What: d.describe(h), Today: percentages(now[best]), Ahead: percentages(then[best])})
	}
	return out, nil
}

func percentages(m map[string]float64) map[string]float64 {
	out := map[string]float64{}
	for k, v := range m {
		if v > 0 {
			out[k] = tidy(100 * v)
		}
	}
	return out
}

// describe is the designation of a line in the schedule of the day.
func (d *Desk) describe(h kanzei.HTS) string { return d.Study.Duty.Schedule.Name(h, d.Question.On) }

func (d *Desk) nameLines(l *Lines) {
	for i := range l.Leading {
		l.Leading[i].What = d.describe(d.Study.Lines(d.Origin)[l.Leading[i].place].HTS)
	}
}

// note says how figures are to be read.
func (r *Report) note(d *Desk) {
	r.Notes = []string{
		"gains are changes of real income a year, equivalent variation, at full adjustment in a static model; labour is given and moves between sectors",
		"asks are judged against today's law and against the walk-away: the law when the last pause known has run out and nobody acted. Packages are judged against the walk-away, for all partners",
		"a duty that gave way to one that is granted applies in its place",
		fmt.Sprintf("static: duty saved at the trade of %d", trade.Year),
		"labour: no count of persons is held; labour that moves is in percent of all labour at base-year wages",
		"offers: tariffs of the asker on goods of the giver by sector, averages of the world's base year",
	}
	if r.Draws > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("lo and hi: 5th and 95th percentile of %d draws of the trade elasticities (seed %d) under closure %s; other closures stand beside", r.Draws, r.Seed, r.Closures[0]))
	}
	if s := r.Sweep; s != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("of asks, offers and packages %d ranges are those of a sweep of %d draws (seed %d), %d are not in it", s.Had, s.Draws, s.Seed, s.Not))
	}
	if id, points, ok := r.unsettled(); ok {
		r.Notes = append(r.Notes, fmt.Sprintf("half of the draws move the ends of no ask's range by more than %.4f points of real income (%s)", points, id))
	}
	r.Notes = append(r.Notes, d.WalkAway.Notes...)
	if h := d.Study.Duty.Ledger.Coverage.Horizon; d.WalkAway.On() > h || d.Today.On() > h {
		r.Notes = append(r.Notes, "known only to "+h.String())
	}
	worst := r.WalkAway.Residual
	for _, list := range [][]*Worth{r.Asks, r.Ahead, r.Offers} {
		for _, w := range list {
			worst = math.Max(worst, w.Residual)
		}
	}
	for _, s := range r.Sets {
		worst = math.Max(worst, s.Residual)
	}
	r.Residual = worst
}

// priceTogether values asks granted together, and their parts.
func (g *Ground) priceTogether(ctx context.Context, name string, asks []*Ask) (*Priced, error) {
	t, err := g.Tariffs(asks)
	if err != nil {
		return nil, err
	}
	s, err := g.Static(asks)
	if err != nil {
		return nil, err
	}
	w := &Worth{ID: name, What: name, Kind: "package", StaticUSD: math.Round(s)}
	if err := g.Value(ctx, []*Worth{w}, [][]float64{t}); err != nil {
		return nil, err
	}
	parts, err := g.Worth(ctx, asks)
	if err != nil {
		return nil, err
	}
	p := &Priced{Name: name, Worth: w, Parts: parts}
	for _, x := range parts {
		p.Acts = append(p.Acts, Act{x.ID, x.What})
		p.SumMUSD += x.GainAskerMUSD
	}
	p.SumMUSD, p.InteractionMUSD = tidy(p.SumMUSD), tidy(w.GainAskerMUSD-p.SumMUSD)
	return p, nil
}

// A Priced proposal is a package by ID or a draft, with what it is worth.
type Priced struct {
	Name            string   `json:"name"`
	Title           string   `json:"title,omitempty"`
	Acts            []Act    `json:"acts"`
	Worth           *Worth   `json:"worth"`
	Today           *Worth   `json:"worth_today,omitempty"` // of a draft, also against today's law
	Parts           []*Worth `json:"parts,omitempty"`       // alone
	SumMUSD         float64  `json:"sum_of_parts_musd"`
	InteractionMUSD float64  `json:"interaction_musd"`
	Notes           []string `json:"notes,omitempty"`
}
