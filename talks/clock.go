package talks

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/impact"
	"kanzei/ledger"
)

// A Deal is an agreement that could be signed on any day.
type Deal struct {
	Name string
	// Tariffs are the tariff powers, in cells, when the deal is laid over the
	// law of a day on the path without agreement.
	Tariffs func(ctx context.Context, d *Desk, path *impact.Law) ([]float64, error)
}

// ScenarioDeal is a deal written as scenarios of package impact, such as
// remove:all:JP, folded over the law of the day.
func ScenarioDeal(name string, scenario ...string) Deal {
	return Deal{Name: name, Tariffs: func(_ context.Context, d *Desk, path *impact.Law) ([]float64, error) {
		l, err := d.Study.Law(append([]string{"law:" + path.On().String()}, scenario...), d.Question.On, d.Question.Known)
		if err != nil {
			return nil, err
		}
		return d.Study.Tariffs(l)
	}}
}

// DraftDeal is a draft agreement with its terms, laid over the law of the day.
func DraftDeal(x *Draft) Deal {
	return Deal{Name: x.Name, Tariffs: func(ctx context.Context, d *Desk, path *impact.Law) ([]float64, error) {
		in, _ := at(x.Instrument, path.On())
		_, t, err := d.laid(ctx, path, x, in)
		return t, err
	}}
}

// relief is the deal of all asks granted: no additional duty on the asker's
// goods, whatever stands.
func (d *Desk) relief() Deal {
	name := "all measures on goods of " + d.World.Economies[d.Asker].Name + " removed"
	return Deal{Name: name, Tariffs: func(_ context.Context, d *Desk, path *impact.Law) ([]float64, error) {
		none, err := d.Study.Law([]string{"none"}, path.On(), d.Question.Known)
		if err != nil {
			return nil, err
		}
		now, err := d.Study.Tariffs(path)
		if err != nil {
			return nil, err
		}
		free, err := d.Study.Tariffs(none)
		if err != nil {
			return nil, err
		}
		return d.onlyOurs(now, free), nil
	}}
}

// ClockOptions steer [Desk.Clock]. None of the figures is an estimate: they are
// the question. The zero value stands for the defaults named.
type ClockOptions struct {
	Deals       []Deal     // the first leads; nil: all measures on the asker's goods removed
	Until       kanzei.Day // the first day not counted; default 365 days after On
	Discount    float64    // of later days, share a year; default 0
	Improve     float64    // growth of the offer a week, share of what the deal is worth a year; default 0
	Extend      int        // days by which the pause is prolonged; default 90, the length of the pause of EO 14266
	Retroactive kanzei.Day // a deal takes effect from this day; default On
}

// A Clock is what time is worth: the path of the law if nobody acts, and the
// value of deals signed on its days. The model is static: the gain of a day is
// the gain of a year at full adjustment over 365.
type Clock struct {
	On          kanzei.Day `json:"on"`
	Until       kanzei.Day `json:"until"`
	DiscountPct float64    `json:"discount_pct_per_year"`
	ImprovePct  float64    `json:"improve_pct_per_week"`
	Retroactive kanzei.Day `json:"retroactive_to"`
	Closure     string     `json:"closure"`
	Draws       int        `json:"draws"`

	Path      []PathStep  `json:"path"`
	Deals     []DealClock `json:"deals"`
	Extension *Extension  `json:"extension"`

	Status     string   `json:"status"`
	Residual   float64  `json:"residual"`
	Iterations int      `json:"iterations"`
	Notes      []string `json:"notes"`
}

// Days are the dates of the leading deal.
func (c *Clock) Days() []ClockDay { return c.Deals[0].Days }

// A PathStep is a day on which the law changes by itself, and real income a
// year from then on against the law of the day asked about.
type PathStep struct {
	Date      kanzei.Day `json:"date"`
	What      []string   `json:"what"`
	AskerMUSD float64    `json:"asker_musd"`
	AskerLo   *float64   `json:"asker_lo"`
	AskerHi   *float64   `json:"asker_hi"`
	GiverMUSD float64    `json:"giver_musd"`
	GiverLo   *float64   `json:"giver_lo"`
	GiverHi   *float64   `json:"giver_hi"`
}

// A DealClock is a deal on the days of the path.
type DealClock struct {
	Deal     string         `json:"deal"`
	Days     []ClockDay     `json:"clock"`
	Haste    Haste          `json:"haste"`
	Closures []ClockClosure `json:"closures"`
}

// A ClockDay is a day on which a deal could be signed. Values are sums from
// that day to the end, discounted to the day asked about, million USD.
type ClockDay struct {
	Date                kanzei.Day `json:"date"`
	CostPerDayMUSD      float64    `json:"cost_per_day_musd"` // to the asker of one more day without the deal
	Lo                  *float64   `json:"lo"`
	Hi                  *float64   `json:"hi"`
	CostPerDayGiverMUSD float64    `json:"cost_per_day_giver_musd"` // negative: delay pays the giver
	GiverLo             *float64   `json:"giver_lo"`
	GiverHi             *float64   `json:"giver_hi"`
	ValueMUSD           float64    `json:"value_asker_musd"`
	ValueGiverMUSD      float64    `json:"value_giver_musd"`
	// ImprovePct is by how much a deal signed that day must be better than
	// today's, and ImprovePctWeek the same a week, for waiting to cost the asker
	// nothing; null where no improvement helps.
	ImprovePct     *float64 `json:"break_even_pct"`
	ImprovePctWeek *float64 `json:"break_even_pct_per_week"`
	// RefundMUSD is what importers get back if the deal signed that day takes
	// effect from Clock.Retroactive: trade of 2024 times the difference of rates.
	RefundMUSD       float64 `json:"refund_musd"`
	RefundPerDayMUSD float64 `json:"refund_per_day_musd"`
}

// Haste says when waiting pays the asker.
type Haste struct {
	MakesWaste    bool       `json:"haste_makes_waste"` // at the growth of the offer asked about
	BestDate      kanzei.Day `json:"best_date"`         // to sign, at that growth
	BestMUSD      float64    `json:"best_value_musd"`
	NowMUSD       float64    `json:"now_value_musd"`
	BreakEvenPct  *float64   `json:"break_even_pct_per_week"` // growth above which some waiting pays; null: the deal is worth nothing now
	BreakEvenDate kanzei.Day `json:"break_even_date"`         // the day to sign at that growth
	Says          string     `json:"says"`
}

// A ClockClosure is the first day under another closure.
type ClockClosure struct {
	Closure             string   `json:"closure"`
	CostPerDayMUSD      float64  `json:"cost_per_day_musd"`
	CostPerDayGiverMUSD float64  `json:"cost_per_day_giver_musd"`
	ValueMUSD           float64  `json:"value_asker_musd"`
	ValueGiverMUSD      float64  `json:"value_giver_musd"`
	BreakEvenPct        *float64 `json:"break_even_pct_per_week"`
}

// An Extension prolongs the pause from the day it runs out.
type Extension struct {
	From kanzei.Day    `json:"from"`
	Days int           `json:"days"`
	All  ExtensionGain `json:"all"`   // for every origin
	Ours ExtensionGain `json:"asker"` // for the asker's goods alone; the others' pause runs out
}

// An ExtensionGain is what keeping the pause is worth against the lapse.
type ExtensionGain struct {
	PerDayMUSD      float64  `json:"per_day_musd"`
	Lo              *float64 `json:"lo"`
	Hi              *float64 `json:"hi"`
	PerDayGiverMUSD float64  `json:"per_day_giver_musd"`
	GiverLo         *float64 `json:"giver_lo"`
	GiverHi         *float64 `json:"giver_hi"`
	MUSD            float64  `json:"musd"` // of all days, discounted
	GiverMUSD       float64  `json:"giver_musd"`
}

const yearDays = 365

func (o *ClockOptions) check(d *Desk) error {
	on := d.Question.On
	if o.Until == 0 {
		o.Until = on + yearDays
	}
	if o.Retroactive == 0 {
		o.Retroactive = on
	}
	if o.Extend == 0 {
		o.Extend = 90
	}
	bad := func(where, msg, hint string) error {
		return &kanzei.Problem{Code: "talks.clock", Where: where, Msg: msg, Hint: hint}
	}
	switch {
	case o.Until <= on || o.Until > on+20*yearDays:
		return bad("--until", fmt.Sprintf("the days counted end on %s", o.Until), fmt.Sprintf("a day after %s, at most 20 years", on))
	case !(o.Discount >= 0 && o.Discount < 1):
		return bad("--discount", fmt.Sprintf("a rate of %g a year", o.Discount), "write 0.03 for 3 percent a year")
	case !(math.Abs(o.Improve) < 10):
		return bad("--improve", fmt.Sprintf("an offer that grows by %g a week", o.Improve), "write 0.01 for 1 percent a week")
	case o.Extend < 0:
		return bad("--extend", fmt.Sprintf("an extension by %d days", o.Extend), "name the days")
	case o.Retroactive > on:
		return bad("--retroactive", fmt.Sprintf("%s is after %s", o.Retroactive, on), "a retroactive start is the day asked about or earlier")
	case o.Retroactive < d.Study.Duty.Ledger.Coverage.Begins:
		return bad("--retroactive", fmt.Sprintf("%s is before the coverage begins", o.Retroactive), "name a later day")
	}
	if len(o.Deals) == 0 {
		o.Deals = []Deal{d.relief()}
	}
	return nil
}

// A stretch of days under one law.
type stretch struct {
	from, until kanzei.Day
	law         *impact.Law
	what        []string
}

// path cuts the days from one to another where the law known changes by itself.
func (d *Desk) path(from, until kanzei.Day) ([]stretch, error) {
	book := d.Study.Duty.Book(d.Question.Known)
	on := d.Question.On
	named := d.changeName(book)
	days := map[kanzei.Day]map[string]int{from: nil, on: nil}
	for _, c := range book.Outlook(0, from.Open()) {
		switch c.What {
		case "note", "announced", "awaiting implementation":
			continue // no moment at which rates move
		}
		day := c.At.Day()
		if day.Open() < c.At {
			day++
		}
		if day <= from || day >= until {
			continue
		}
		if days[day] == nil {
			days[day] = map[string]int{}
		}
		days[day][named(&c)]++
	}
	var out []stretch
	var order []kanzei.Day
	for day := range days {
		order = append(order, day)
	}
	slices.Sort(order)
	for i, day := range order {
		l, err := d.Study.Law([]string{"law:" + day.String()}, on, d.Question.Known)
		if err != nil {
			return nil, err
		}
		s := stretch{from: day, until: until, law: l}
		if i+1 < len(order) {
			s.until = order[i+1]
		}
		for what, n := range days[day] {
			if n > 1 {
				kind := "headings"
				if strings.HasSuffix(what, " products") {
					kind = "lists"
				}
				what = fmt.Sprintf("%s (%d %s)", what, n, kind)
			}
			s.what = append(s.what, what)
		}
		slices.Sort(s.what)
		out = append(out, s)
	}
	return out, nil
}

// changeName says a change in the titles of programs; a change of a list of
// products says what the list is used by.
func (d *Desk) changeName(book *ledger.Book) func(c *ledger.Change) string {
	title := func(program string, at kanzei.Moment) string {
		if p, _, ok := book.Program(program, at); ok && p.Title != "" {
			return p.Title
		}
		return ""
	}
	return func(c *ledger.Change) string {
		list, ok := strings.CutPrefix(c.Heading, "list:")
		if !ok {
			name := title(c.Program, c.At)
			if name == "" {
				name = cmp.Or(c.Title, c.Program, c.Heading)
			}
			return name + " " + c.What
		}
		var users []string
		for _, h := range book.Headings() {
			st := book.Standing(h, c.At)
			if !levies(&st) || !slices.ContainsFunc(st.Products, func(x kanzei.ProductItem) bool { return x.List == list }) {
				continue
			}
			if name := cmp.Or(title(st.Program, c.At), st.Title); name != "" && !slices.Contains(users, name) {
				users = append(users, name)
			}
		}
		slices.Sort(users)
		what := strings.TrimSuffix(c.What, "products")
		if len(users) == 0 {
			return "a list of products of " + cmp.Or(c.By.Instrument.Title, c.Heading) + ": " + what + "products"
		}
		return strings.Join(users, " and ") + " " + what + "products"
	}
}

// discounted sums a flow a day over days, each weighed by its distance from
// the origin: sum over t of flow(t) (1+r)^(-(t-origin)/365).
func discounted(origin, from, until kanzei.Day, rate float64, flow func(kanzei.Day) float64) float64 {
	sum := 0.0
	for t := from; t < until; t++ {
		sum += flow(t) * math.Pow(1+rate, -float64(t-origin)/yearDays)
	}
	return sum
}

// Clock values time for both sides. Bad options are a *kanzei.Problem.
func (d *Desk) Clock(ctx context.Context, o ClockOptions) (*Clock, error) {
	if err := o.check(d); err != nil {
		return nil, err
	}
	on := d.Question.On
	path, err := d.path(min(o.Retroactive, on), o.Until)
	if err != nil {
		return nil, err
	}
	now := slices.IndexFunc(path, func(s stretch) bool { return s.from == on })
	// Tables: today; the path; each deal over the path.
	var tables [][]float64
	add := func(t []float64, err error) error {
		tables = append(tables, t)
		return err
	}
	if err := add(d.Study.Tariffs(d.Today)); err != nil {
		return nil, err
	}
	for _, s := range path {
		if err := add(d.Study.Tariffs(s.law)); err != nil {
			return nil, err
		}
	}
	for _, deal := range o.Deals {
		for _, s := range path {
			t, err := deal.Tariffs(ctx, d, s.law)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", deal.Name, s.from, err)
			}
			add(t, nil)
		}
	}
	lapse := len(tables)
	paused := slices.ContainsFunc(d.Study.Duty.Book(d.Question.Known).Outlook(0, on.Open()), resumes)
	if paused {
		if err := add(d.Study.Tariffs(d.WalkAway)); err != nil {
			return nil, err
		}
		l, err := d.Study.Law([]string{"pause"}, on, d.Question.Known)
		if err != nil {
			return nil, err
		}
		if err := add(d.Study.Tariffs(l)); err != nil {
			return nil, err
		}
		add(d.onlyOurs(tables[lapse], tables[lapse+1]), nil)
	}
	// What was before the day asked about has no equilibrium to find.
	solve := slices.Clone(tables)
	for i := range path[:now] {
		for k := range len(o.Deals) + 1 {
			solve[1+k*len(path)+i] = tables[0]
		}
	}
	t, err := d.tabulate(ctx, d.views(false), solve...)
	if err != nil {
		return nil, err
	}
	q := d.Question
	c := &Clock{On: on, Until: o.Until, DiscountPct: tidy(100 * o.Discount), ImprovePct: tidy(100 * o.Improve), Retroactive: o.Retroactive,
		Closure: q.Closures[0].String(), Draws: len(d.Draws), Status: "converged", Residual: t.residual, Iterations: t.iterations}
	lead := q.Closures[0]
	for i := now; i < len(path); i++ {
		p := PathStep{Date: path[i].from, What: append([]string{}, path[i].what...)}
		asker, giver := func(v int) float64 { return t.musd(v, 1+i, d.Asker) }, func(v int) float64 { return t.musd(v, 1+i, d.Giver) }
		p.AskerMUSD, p.GiverMUSD = tidy(asker(0)), tidy(giver(0))
		p.AskerLo, p.AskerHi = t.span(lead, asker)
		p.GiverLo, p.GiverHi = t.span(lead, giver)
		c.Path = append(c.Path, p)
	}
	r, err := d.Study.Rates(d.Today)
	if err != nil {
		return nil, err
	}
	for k, deal := range o.Deals {
		v := &valuation{d: d, o: &o, t: t, path: path, now: now, first: 1 + (1+k)*len(path)}
		dc := DealClock{Deal: deal.Name}
		for i := now; i < len(path); i++ {
			dc.Days = append(dc.Days, v.day(path[i].from, i, tables, r))
		}
		dc.Haste = v.haste(0)
		for _, cl := range q.Closures[1:] {
			at := t.central(cl)
			h := v.haste(at)
			dc.Closures = append(dc.Closures, ClockClosure{Closure: cl.String(), CostPerDayMUSD: tidy(v.flow(at, now, d.Asker)), CostPerDayGiverMUSD: tidy(v.flow(at, now, d.Giver)),
				ValueMUSD: tidy(v.value(at, on, d.Asker)), ValueGiverMUSD: tidy(v.value(at, on, d.Giver)), BreakEvenPct: h.BreakEvenPct})
		}
		c.Deals = append(c.Deals, dc)
	}
	if paused {
		from := d.WalkAway.On()
		gain := func(k int) ExtensionGain {
			per := func(n int) func(v int) float64 {
				return func(v int) float64 { return (t.musd(v, k, n) - t.musd(v, lapse, n)) / yearDays }
			}
			g := ExtensionGain{PerDayMUSD: tidy(per(d.Asker)(0)), PerDayGiverMUSD: tidy(per(d.Giver)(0))}
			g.Lo, g.Hi = t.span(lead, per(d.Asker))
			g.GiverLo, g.GiverHi = t.span(lead, per(d.Giver))
			days := discounted(on, from, from+kanzei.Day(o.Extend), o.Discount, func(kanzei.Day) float64 { return 1 })
			g.MUSD, g.GiverMUSD = tidy(per(d.Asker)(0)*days), tidy(per(d.Giver)(0)*days)
			return g
		}
		c.Extension = &Extension{From: from, Days: o.Extend, All: gain(lapse + 1), Ours: gain(lapse + 2)}
	}
	c.Notes = []string{
		"static: a day is worth a year's change of real income at full adjustment over 365; nobody acts in advance of a day known",
		fmt.Sprintf("values are sums from the day of signature to %s, discounted at %.4g percent a year to %s", o.Until-1, 100*o.Discount, on),
		"a deal takes effect on the day it is signed; the path of the law of all other origins goes on beside it",
		"break-even: how much better, in percent of the yearly gain, the offer must be for waiting to cost the asker nothing; it hangs on the days counted",
		"refunds: imports of 2024 a day times the difference of rates where the deal is lower, to the importers of record; trade does not respond; no interest; who bore the duty is not settled by who is refunded",
	}
	if !paused {
		c.Notes = append(c.Notes, "no pause known runs out after "+on.String()+": there is nothing to extend")
	}
	return c, nil
}

func resumes(c ledger.Change) bool { return c.What == "resumes" }

// onlyOurs is one table with the duties on the asker's goods of another.
func (d *Desk) onlyOurs(table, ours []float64) []float64 {
	out := slices.Clone(table)
	for j := range d.World.Sectors {
		c := d.World.Cell(j, d.Giver, d.Asker)
		out[c] = ours[c]
	}
	return out
}

// A valuation reads the worth of a deal off the tables.
type valuation struct {
	d     *Desk
	o     *ClockOptions
	t     *tabled
	path  []stretch
	now   int // the stretch of the day asked about
	first int // table of the deal over the first stretch
}

// flow is what the deal adds to the path in stretch i, million USD a day.
func (v *valuation) flow(view, i, n int) float64 {
	return (v.t.musd(view, v.first+i, n) - v.t.musd(view, 1+i, n)) / yearDays
}

// at is the stretch of a day.
func (v *valuation) at(day kanzei.Day) int {
	i, ok := slices.BinarySearchFunc(v.path, day, func(s stretch, day kanzei.Day) int { return int(s.from) - int(day) })
	if !ok {
		i--
	}
	return i
}

// value is the worth of the deal of today signed on a day.
func (v *valuation) value(view int, day kanzei.Day, n int) float64 {
	return v.values(view, n)[day-v.d.Question.On]
}

// values are those of every day from the day asked about to the end, the end
// included.
func (v *valuation) values(view, n int) []float64 {
	on, until := v.d.Question.On, v.o.Until
	out := make([]float64, until-on+1)
	flows := make([]float64, len(v.path))
	for i := v.now; i < len(v.path); i++ {
		flows[i] = v.flow(view, i, n)
	}
	for t := until - 1; t >= on; t-- {
		out[t-on] = out[t-on+1] + flows[v.at(t)]*math.Pow(1+v.o.Discount, -float64(t-on)/yearDays)
	}
	return out
}

// day fills a row.
func (v *valuation) day(date kanzei.Day, i int, tables [][]float64, r *impact.Rates) ClockDay {
	d, on := v.d, v.d.Question.On
	lead := d.Question.Closures[0]
	asker, giver := func(w int) float64 { return v.flow(w, i, d.Asker) }, func(w int) float64 { return v.flow(w, i, d.Giver) }
	x := ClockDay{Date: date, CostPerDayMUSD: tidy(asker(0)), CostPerDayGiverMUSD: tidy(giver(0))}
	x.Lo, x.Hi = v.t.span(lead, asker)
	x.GiverLo, x.GiverHi = v.t.span(lead, giver)
	worth := v.values(0, d.Asker)
	x.ValueMUSD, x.ValueGiverMUSD = tidy(worth[date-on]), tidy(v.value(0, date, d.Giver))
	if date > on && worth[0] > 0 && worth[date-on] > 0 {
		need := 100 * (worth[0]/worth[date-on] - 1)
		week := need / float64(date-on) * 7
		need, week = tidy(need), tidy(week)
		x.ImprovePct, x.ImprovePctWeek = &need, &week
	}
	perDay := func(i int) float64 {
		sum := 0.0
		for j := range d.World.Sectors {
			c := d.World.Cell(j, d.Giver, d.Asker)
			sum += r.At(j, d.Asker).ValueUSD * max(0, tables[1+i][c]-tables[v.first+i][c])
		}
		return sum / 1e6 / yearDays
	}
	x.RefundPerDayMUSD = tidy(perDay(i))
	for k, s := range v.path {
		if last := min(date, s.until); last > s.from {
			x.RefundMUSD += float64(last-s.from) * perDay(k)
		}
	}
	x.RefundMUSD = tidy(x.RefundMUSD)
	return x
}

// haste finds the best day to sign.
func (v *valuation) haste(view int) Haste {
	on := v.d.Question.On
	worth := v.values(view, v.d.Asker)
	h := Haste{BestDate: on, BestMUSD: worth[0], NowMUSD: worth[0]}
	for t, x := range worth {
		weeks := float64(t) / 7
		if y := x * (1 + v.o.Improve*weeks); y > h.BestMUSD {
			h.BestDate, h.BestMUSD = on+kanzei.Day(t), y
		}
		if t > 0 && worth[0] > 0 && x > 0 {
			if need := 100 * (worth[0]/x - 1) / weeks; h.BreakEvenPct == nil || need < *h.BreakEvenPct {
				h.BreakEvenPct, h.BreakEvenDate = &need, on+kanzei.Day(t)
			}
		}
	}
	h.MakesWaste = h.BestDate > on
	if h.BreakEvenPct != nil {
		b := tidy(*h.BreakEvenPct)
		h.BreakEvenPct = &b
	}
	h.BestMUSD, h.NowMUSD = tidy(h.BestMUSD), tidy(h.NowMUSD)
	var s strings.Builder
	switch {
	case h.NowMUSD <= 0 && h.BestMUSD <= 0:
		s.WriteString("the deal is worth nothing to the asker on any day: haste gains nothing")
	case h.NowMUSD <= 0:
		fmt.Fprintf(&s, "the deal is worth nothing to the asker if signed now, and most if signed on %s", h.BestDate)
	case h.BreakEvenPct == nil:
		s.WriteString("no later day is worth anything: sign now")
	case *h.BreakEvenPct <= 0:
		fmt.Fprintf(&s, "the same deal is worth more when signed later, most on %s", h.BestDate)
	default:
		fmt.Fprintf(&s, "waiting pays only if the offer grows by more than %.2f percent of itself a week", *h.BreakEvenPct)
	}
	if v.o.Improve != 0 && h.NowMUSD > 0 && h.BreakEvenPct != nil && *h.BreakEvenPct > 0 {
		fmt.Fprintf(&s, "; at %.4g percent a week the best day to sign is %s", 100*v.o.Improve, h.BestDate)
	}
	h.Says = s.String()
	return h
}
