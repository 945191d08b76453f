package impact

import (
	"cmp"
	"context"
	"math"
	"slices"

	"kanzei"
	"kanzei/model"
	"kanzei/trade"
)

// A Question asks what a scenario does against a base law.
type Question struct {
	Base     []string // scenarios folded into the base law; nil: the law of the day, or none for a scenario that is itself the law of a day
	Scenario []string
	On       kanzei.Day
	Known    kanzei.Day // zero: everything held
	Closures []model.Closure
	Draws    int // of elasticities; 0: no ranges
	Seed     uint64

	Economies []string // listed, ISO codes; nil: all
	Sectors   bool     // list sectors
	Focus     string   // economy shown first, with the United States; JP by default

	Context context.Context // when it ends no further solve is begun; nil: never
}

// A Report is the answer. Percentages are changes from the base law to the
// scenario; values are million US dollars of the base year, world value added
// as numeraire.
type Report struct {
	Base       string    `json:"base"`
	Scenario   string    `json:"scenario"`
	On         string    `json:"on"`
	Known      string    `json:"known"`
	World      string    `json:"world"`
	Closure    string    `json:"closure"`
	Status     string    `json:"status"`
	Residual   float64   `json:"residual"`
	Iterations int       `json:"iterations"`
	Draws      int       `json:"draws"`
	Seed       uint64    `json:"seed"`
	Focus      []string  `json:"focus"`                 // economies shown first, ISO alpha-3
	Named      bool      `json:"-"`                     // the economies listed were asked for
	Settling   *Settling `json:"range_check,omitempty"` // of the ranges of real income
	Economies  []Economy `json:"economies"`

	Others []Other   `json:"other_closures,omitempty"`
	Laws   []LawNote `json:"laws"`
	Bridge Bridge    `json:"bridge"`
	Notes  []string  `json:"notes"`
}

// An Economy is what happens to one.
type Economy struct {
	ISO2            string   `json:"iso2"`
	ISO3            string   `json:"iso3"`
	Name            string   `json:"name"`
	RealIncomePct   float64  `json:"real_income_pct"`
	Lo              *float64 `json:"lo"` // 90 percent range over elasticity draws; null without draws
	Hi              *float64 `json:"hi"`
	RealIncomeMUSD  float64  `json:"real_income_musd"`
	ExportsPct      float64  `json:"exports_pct"`
	ImportsPct      float64  `json:"imports_pct"`
	TermsOfTradePct float64  `json:"terms_of_trade_pct"`
	PricesPct       float64  `json:"prices_pct"`
	RevenueMUSD     float64  `json:"tariff_revenue_musd"`
	RevenueBaseMUSD float64  `json:"tariff_revenue_base_musd"`
	USRateBasePct   *float64 `json:"us_rate_base_pct,omitempty"` // duty of the United States on its goods, average of 2024 imports
	USRatePct       *float64 `json:"us_rate_pct,omitempty"`
	Ranges          *Ranges  `json:"ranges,omitempty"`
	Sectors         []Sector `json:"sectors,omitempty"`
}

// Ranges are the 90 percent ranges of an economy's figures over the draws.
type Ranges struct {
	RealIncomeMUSD  Range `json:"real_income_musd"`
	ExportsPct      Range `json:"exports_pct"`
	ImportsPct      Range `json:"imports_pct"`
	TermsOfTradePct Range `json:"terms_of_trade_pct"`
	PricesPct       Range `json:"prices_pct"`
	RevenueMUSD     Range `json:"tariff_revenue_musd"`
	RevenueBaseMUSD Range `json:"tariff_revenue_base_musd"`
}

// SectorRanges are those of a sector's figures.
type SectorRanges struct {
	OutputPct      Range  `json:"output_pct"`
	EmploymentPct  Range  `json:"employment_pct"`
	PricePct       Range  `json:"price_pct"`
	ExportsToUSPct *Range `json:"exports_to_us_pct,omitempty"`
	ExportsToUS    *Range `json:"exports_to_us_musd,omitempty"`
}

// A Sector is what happens to a sector of an economy.
type Sector struct {
	Code           string   `json:"code"`
	Name           string   `json:"name"`
	OutputPct      float64  `json:"output_pct"` // volume
	EmploymentPct  float64  `json:"employment_pct"`
	PricePct       float64  `json:"price_pct"` // what buyers in the economy pay
	USRateBasePct  *float64 `json:"us_rate_base_pct,omitempty"`
	USRatePct      *float64 `json:"us_rate_pct,omitempty"`
	ExportsToUSPct *float64 `json:"exports_to_us_pct,omitempty"` // before duty
	ExportsToUS    *float64 `json:"exports_to_us_musd,omitempty"`

	Ranges *SectorRanges `json:"ranges,omitempty"`
}

// Other is real income under another closure.
type Other struct {
	Closure    string       `json:"closure"`
	Status     string       `json:"status"`
	Residual   float64      `json:"residual"`
	Iterations int          `json:"iterations"`
	Economies  []OtherValue `json:"economies"`
}

// OtherValue is one economy's.
type OtherValue struct {
	ISO2          string   `json:"iso2"`
	ISO3          string   `json:"iso3"`
	RealIncomePct float64  `json:"real_income_pct"`
	Lo            *float64 `json:"lo"`
	Hi            *float64 `json:"hi"`
}

// LawNote says what a law is.
type LawNote struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Notes []string `json:"notes,omitempty"`
}

// Bridge says how the law was carried to the model, and what was lost.
type Bridge struct {
	Year           int         `json:"year"`
	ValueUSD       float64     `json:"value_usd"` // all imports
	MappedUSD      float64     `json:"mapped_usd"`
	Unmapped       Unmapped    `json:"unmapped"`
	RangeUSD       float64     `json:"range_usd"`       // duty hangs on facts not known
	UnsupportedUSD float64     `json:"unsupported_usd"` // no duty could be computed, none is counted
	RateBasePct    float64     `json:"rate_base_pct"`   // average of all mapped imports
	RatePct        float64     `json:"rate_pct"`
	RateLowPct     float64     `json:"rate_low_pct"`
	RateHighPct    float64     `json:"rate_high_pct"`
	SpreadPct      float64     `json:"spread_pct"` // standard deviation of rates within cells, value-weighted, points
	Widest         []LossyCell `json:"widest"`     // cells in which most is lost
	Assumptions    []string    `json:"assumptions"`
}

// A LossyCell has lines of very different rates.
type LossyCell struct {
	ISO3      string  `json:"iso3"`
	Sector    string  `json:"sector"`
	ValueUSD  float64 `json:"value_usd"`
	RatePct   float64 `json:"rate_pct"`
	SpreadPct float64 `json:"spread_pct"`
}

// defaultBase is the base law of a scenario asked for without one.
func defaultBase(scenario []string) []string {
	if len(scenario) == 1 {
		switch scenario[0] {
		case "today", "before", "liberation-day":
			return []string{"none"}
		}
	}
	return []string{"today"}
}

// Ask answers a question.
func (s *Study) Ask(q Question) (*Report, error) {
	if len(q.Closures) == 0 {
		q.Closures = []model.Closure{model.Fixed}
	}
	if len(q.Scenario) == 0 {
		return nil, &kanzei.Problem{Code: "impact.scenario", Where: "--scenario", Msg: "no scenario is named", Hint: "the scenarios are " + scenarioNames()}
	}
	if q.Base == nil {
		q.Base = defaultBase(q.Scenario)
	}
	list, err := s.pick(q.Economies)
	if err != nil {
		return nil, err
	}
	if _, err := s.focus(&q); err != nil {
		return nil, err
	}
	before, err := s.Law(q.Base, q.On, q.Known)
	if err != nil {
		return nil, err
	}
	after, err := s.Law(q.Scenario, q.On, q.Known)
	if err != nil {
		return nil, err
	}
	laws := []*Law{before, after}
	tables, rates, err := s.tables(q.Context, laws)
	if err != nil {
		return nil, err
	}
	sol, err := s.solve(tables, &q)
	if err != nil {
		return nil, err
	}
	return s.report(&q, sol, laws, rates, 0, 1, list), nil
}

// tables rates laws into tariff tables.
func (s *Study) tables(ctx context.Context, laws []*Law) ([][]float64, []*Rates, error) {
	tables, rates := make([][]float64, len(laws)), make([]*Rates, len(laws))
	for i, l := range laws {
		err := ended(ctx)
		if err != nil {
			return nil, nil, err
		}
		if rates[i], err = s.Rates(l); err != nil {
			return nil, nil, err
		}
		if tables[i], err = s.Tariffs(l); err != nil {
			return nil, nil, err
		}
	}
	return tables, rates, nil
}

// pick finds economies by code; all when none is named.
func (s *Study) pick(codes []string) ([]int, error) {
	var out []int
	if len(codes) == 0 {
		for n := range s.World.Economies {
			out = append(out, n)
		}
		return out, nil
	}
	for _, c := range codes {
		n, err := s.Economy(c)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// focus are the economies shown first.
func (s *Study) focus(q *Question) ([]string, error) {
	n, err := s.Economy(cmp.Or(q.Focus, "JP"))
	if err != nil && q.Focus == "" {
		n, err = s.us, nil // a world without Japan
	}
	if err != nil {
		return nil, err
	}
	out := []string{s.World.Economies[n].ISO3}
	if n != s.us {
		out = append(out, "USA")
	}
	return out, nil
}

// Economy finds an economy of the world by code or name.
func (s *Study) Economy(code string) (int, error) {
	n, err := s.World.Economy(code)
	if err != nil {
		if _, bad := kanzei.ParseOrigin(code); bad != nil {
			return 0, bad
		}
		return 0, &kanzei.Problem{Code: "impact.economy", Where: "--economies", Msg: err.Error(), Hint: "use ISO 3166 codes such as JP or JPN; ROW is the rest of the world"}
	}
	return n, nil
}

// report fills the answer for laws b and i of a solution.
func (s *Study) report(q *Question, sol *solution, laws []*Law, rates []*Rates, b, i int, list []int) *Report {
	w := s.World
	rb, ri := sol.results[0][b], sol.results[0][i]
	focus, _ := s.focus(q) // checked before
	known := q.Known
	if h := s.Duty.Ledger.Coverage.Horizon; known == 0 || known > h {
		known = h
	}
	rep := &Report{Base: laws[b].Name, Scenario: laws[i].Name, On: q.On.String(), Known: known.String(), World: w.Name,
		Closure: sol.closures[0].String(), Status: "converged", Draws: q.Draws, Seed: q.Seed, Focus: focus, Named: len(q.Economies) > 0,
		Residual: max(rb.Report.Residual, ri.Report.Residual), Iterations: ri.Report.Iterations,
		Notes: []string{
			"real income is what income buys: its change is the equivalent variation in percent of income, exact, not first order",
			"comparative statics at full adjustment of prices and trade; labour is given and moves between sectors; no dynamics, no capacity idle",
			"tariffs of other economies stay unless the scenario states them; revenue goes to the economy that raises it",
		}}
	if kanzei.DayOf(w.Year, 7, 1) < s.Duty.Ledger.Coverage.Begins {
		rep.Notes = append(rep.Notes, "the world names no year of the law held: in its base year the United States levies column 1 as paid in 2024 and nothing else")
	}
	if h := s.Duty.Ledger.Coverage.Horizon; laws[b].rest.on > h || laws[i].rest.on > h {
		rep.Notes = append(rep.Notes, "known only to "+h.String()+": later days are the law known then, with its own clocks run on")
	}
	for _, l := range []*Law{laws[b], laws[i]} {
		rep.Laws = append(rep.Laws, LawNote{l.Name, l.Title, l.Notes})
	}
	for _, n := range list {
		rep.Economies = append(rep.Economies, s.economy(q, sol, rates, b, i, n))
	}
	rep.Settling = sol.settling(0, b, i, list)
	for c := 1; c < len(sol.closures); c++ {
		r := sol.results[c]
		o := Other{Closure: sol.closures[c].String(), Status: "converged", Residual: max(r[b].Report.Residual, r[i].Report.Residual), Iterations: r[i].Report.Iterations}
		for _, n := range list {
			o.Economies = append(o.Economies, sol.other(c, b, i, n))
		}
		rep.Others = append(rep.Others, o)
	}
	rep.Bridge = s.bridge(rates[b], rates[i])
	return rep
}

// other is the real income of economy n under closure c.
func (sol *solution) other(c, b, i, n int) OtherValue {
	rb, ri := sol.results[c][b], sol.results[c][i]
	e := rb.Base.Economies[n]
	o := OtherValue{ISO2: e.ISO2, ISO3: e.ISO3, RealIncomePct: tidy(percent(ri.RealIncome[n], rb.RealIncome[n]))}
	o.Lo, o.Hi = ends(sol.spread(c, b, i, func(b, i *figures) float64 { return percent(i.income[n], b.income[n]) }))
	return o
}

func ends(r *Range) (lo, hi *float64) {
	if r == nil {
		return nil, nil
	}
	return &r[0], &r[1]
}

// economy fills what any two equilibria from one base year say of economy n.
func economy(sol *solution, b, i, n int, sectors bool) Economy {
	rb, ri := sol.results[0][b], sol.results[0][i]
	w := rb.Base
	o := sol.other(0, b, i, n)
	e := Economy{ISO2: o.ISO2, ISO3: o.ISO3, Name: w.Economies[n].Name,
		RealIncomePct: o.RealIncomePct, Lo: o.Lo, Hi: o.Hi,
		RealIncomeMUSD: tidy((ri.RealIncome[n]/rb.RealIncome[n] - 1) * w.Income[n] * rb.Income[n]),
		ExportsPct:     tidy(percent(ri.Exports[n], rb.Exports[n])), ImportsPct: tidy(percent(ri.Imports[n], rb.Imports[n])),
		TermsOfTradePct: tidy(percent(ri.TermsOfTrade[n], rb.TermsOfTrade[n])), PricesPct: tidy(percent(ri.Price[n], rb.Price[n])),
		RevenueMUSD: tidy(ri.Revenue[n]), RevenueBaseMUSD: tidy(rb.Revenue[n])}
	drawn := len(sol.draws[0][i]) > 0
	over := func(f func(b, i *figures) float64) Range { return *sol.spread(0, b, i, f) }
	if drawn {
		e.Ranges = &Ranges{
			RealIncomeMUSD:  over(func(b, i *figures) float64 { return (i.income[n]/b.income[n] - 1) * b.nominal[n] }),
			ExportsPct:      over(func(b, i *figures) float64 { return percent(i.exports[n], b.exports[n]) }),
			ImportsPct:      over(func(b, i *figures) float64 { return percent(i.imports[n], b.imports[n]) }),
			TermsOfTradePct: over(func(b, i *figures) float64 { return percent(i.terms[n], b.terms[n]) }),
			PricesPct:       over(func(b, i *figures) float64 { return percent(i.prices[n], b.prices[n]) }),
			RevenueMUSD:     over(func(_, i *figures) float64 { return i.revenue[n] }),
			RevenueBaseMUSD: over(func(b, _ *figures) float64 { return b.revenue[n] }),
		}
	}
	if !sectors {
		return e
	}
	for j, sec := range w.Sectors {
		r := w.Row(j, n)
		x := Sector{Code: sec.Code, Name: sec.Name, OutputPct: tidy(percent(ri.Volume[r], rb.Volume[r])),
			EmploymentPct: tidy(percent(ri.Employment[r], rb.Employment[r])), PricePct: tidy(percent(ri.SectorPrice[r], rb.SectorPrice[r]))}
		if drawn {
			x.Ranges = &SectorRanges{
				OutputPct:     over(func(b, i *figures) float64 { return percent(i.volume[r], b.volume[r]) }),
				EmploymentPct: over(func(b, i *figures) float64 { return percent(i.jobs[r], b.jobs[r]) }),
				PricePct:      over(func(b, i *figures) float64 { return percent(i.sectorPrices[r], b.sectorPrices[r]) }),
			}
		}
		e.Sectors = append(e.Sectors, x)
	}
	return e
}

// economy adds what the United States levies on the economy's goods.
func (s *Study) economy(q *Question, sol *solution, rates []*Rates, b, i, n int) Economy {
	e := economy(sol, b, i, n, q.Sectors)
	if n == s.us {
		return e
	}
	w := s.World
	value, before, after := 0.0, 0.0, 0.0
	for j := range w.Sectors {
		cb, ci := rates[b].At(j, n), rates[i].At(j, n)
		value += cb.ValueUSD
		before += cb.ValueUSD * 100 * (cb.Base + cb.Additional)
		after += cb.ValueUSD * 100 * (ci.Base + ci.Additional)
	}
	if value > 0 {
		e.USRateBasePct, e.USRatePct = bound(before/value), bound(after/value)
	}
	if !q.Sectors {
		return e
	}
	rb, ri := sol.results[0][b], sol.results[0][i]
	fb, fi := rb.Flows(), ri.Flows()
	tb, ti := rb.Tariff(), ri.Tariff()
	for j := range w.Sectors {
		x, c := &e.Sectors[j], w.Cell(j, s.us, n)
		cb, ci := rates[b].At(j, n), rates[i].At(j, n)
		x.USRateBasePct, x.USRatePct = bound(100*(cb.Base+cb.Additional)), bound(100*(ci.Base+ci.Additional))
		was, is := fb[c]/tb[c], fi[c]/ti[c]
		x.ExportsToUS = bound(is)
		if was > 0 {
			x.ExportsToUSPct = bound(percent(is, was))
		}
		if x.Ranges != nil {
			r := w.Row(j, n)
			x.Ranges.ExportsToUS = sol.spread(0, b, i, func(_, i *figures) float64 { return i.toUS[r] })
			if was > 0 {
				x.Ranges.ExportsToUSPct = sol.spread(0, b, i, func(b, i *figures) float64 { return percent(i.toUS[r], b.toUS[r]) })
			}
		}
	}
	return e
}

// bridge says what was carried and what was lost.
func (s *Study) bridge(before, after *Rates) Bridge {
	b := Bridge{Year: trade.Year, ValueUSD: math.Round(s.TotalUSD), MappedUSD: math.Round(s.TotalUSD - s.Unmapped.Total()), Unmapped: s.Unmapped, Assumptions: bridgeAssumptions}
	for _, x := range []*float64{&b.Unmapped.SpecialUSD, &b.Unmapped.ServicesUSD, &b.Unmapped.ChapterUSD, &b.Unmapped.EconomyUSD} {
		*x = math.Round(*x)
	}
	value := 0.0
	b.Widest = []LossyCell{}
	for i := range after.Cells {
		c, o := &after.Cells[i], &before.Cells[i]
		value += c.ValueUSD
		b.RangeUSD += c.RangeUSD
		b.UnsupportedUSD += c.UnsupportedUSD
		b.RateBasePct += c.ValueUSD * (o.Base + o.Additional)
		b.RatePct += c.ValueUSD * (c.Base + c.Additional)
		b.RateLowPct += c.ValueUSD * (c.Base + c.Low)
		b.RateHighPct += c.ValueUSD * (c.Base + c.High)
		b.SpreadPct += c.ValueUSD * c.Spread
		if c.ValueUSD*c.Spread > 0 {
			b.Widest = append(b.Widest, LossyCell{s.World.Economies[i%after.N].ISO3, s.World.Sectors[i/after.N].Code, math.Round(c.ValueUSD), tidy(100 * (c.Base + c.Additional)), tidy(100 * c.Spread)})
		}
	}
	for _, x := range []*float64{&b.RateBasePct, &b.RatePct, &b.RateLowPct, &b.RateHighPct, &b.SpreadPct} {
		*x = tidy(100 * *x / value)
	}
	b.RangeUSD, b.UnsupportedUSD = math.Round(b.RangeUSD), math.Round(b.UnsupportedUSD)
	slices.SortStableFunc(b.Widest, func(x, y LossyCell) int { return cmp.Compare(y.ValueUSD*y.SpreadPct, x.ValueUSD*x.SpreadPct) })
	b.Widest = b.Widest[:min(10, len(b.Widest))]
	return b
}

// tidy rounds to a millionth, so that the last bits of a solve do not show.
func tidy(x float64) float64 {
	r := math.Round(x*1e6) / 1e6
	if r == 0 {
		return 0
	}
	return r
}

func bound(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	x = tidy(x)
	return &x
}
