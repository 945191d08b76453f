package impact

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/model"
)

// A Case is many scenarios side by side, from one base year: what a country
// and all others have from today's measures, from the lapse of a pause, from
// removals, from a deal.
type Case struct {
	Name    string `json:"case"`
	Country struct {
		ISO2 string `json:"iso2"`
		ISO3 string `json:"iso3"`
		Name string `json:"name"`
	} `json:"country"`
	On        string      `json:"on"`
	Known     string      `json:"known"`
	World     string      `json:"world"`
	Draws     int         `json:"draws"`
	Seed      uint64      `json:"seed"`
	Settling  *Settling   `json:"range_check,omitempty"` // of real income, today's measures
	Closures  []string    `json:"closures"`
	Rows      []CaseRow   `json:"rows"`
	Published []Published `json:"published,omitempty"`
	Why       string      `json:"why_they_differ,omitempty"`
	Bridge    Bridge      `json:"bridge"`
	Notes     []string    `json:"notes"`
}

// A CaseRow is one scenario against one base under every closure.
type CaseRow struct {
	Letter   string       `json:"letter"`
	Label    string       `json:"label"`
	Base     string       `json:"base"`
	Scenario string       `json:"scenario"`
	Title    string       `json:"title"`
	Notes    []string     `json:"notes,omitempty"`
	Results  []CaseResult `json:"results"`

	rank int
}

// A CaseResult is a row under a closure.
type CaseResult struct {
	Closure    string    `json:"closure"`
	Status     string    `json:"status"`
	Residual   float64   `json:"residual"`
	Iterations int       `json:"iterations"`
	Economies  []Economy `json:"economies"`
}

// Founding answers the founding case for a country: (a) the measures of the
// day against the law before them, (b) the lapse of the pause, (c) removal of
// each program on the country and of all, (d) the deal of September 2025.
func (s *Study) Founding(country string, q Question) (*Case, error) {
	if len(q.Closures) == 0 {
		q.Closures = []model.Closure{model.Fixed, model.Balanced, model.Proportional}
	}
	n, err := s.Economy(country)
	if err != nil {
		return nil, err
	}
	if n == s.us {
		return nil, &kanzei.Problem{Code: "origin.us", Msg: "the United States levies these duties and does not pay them", Hint: "name the partner, such as JP"}
	}
	e := s.World.Economies[n]
	o, err := kanzei.ParseOrigin(e.ISO3)
	if err != nil {
		return nil, err
	}
	list, err := s.pick(q.Economies)
	if err != nil {
		return nil, err
	}
	laws, err := s.founding(o, q.On, q.Known)
	if err != nil {
		return nil, err
	}
	var all []*Law
	at := map[string]int{}
	for _, l := range laws {
		at[l.key] = len(all)
		all = append(all, l.law)
	}
	tables, rates, err := s.tables(q.Context, all)
	if err != nil {
		return nil, err
	}
	sol, err := s.solve(tables, &q)
	if err != nil {
		return nil, err
	}
	c := &Case{Name: "founding", On: q.On.String(), World: s.World.Name, Draws: q.Draws, Seed: q.Seed}
	c.Country.ISO2, c.Country.ISO3, c.Country.Name = e.ISO2, e.ISO3, o.Name()
	for i, l := range laws {
		for _, r := range l.rows {
			b := at[r.base]
			rep := s.report(&q, sol, all, rates, b, i, list)
			row := CaseRow{Letter: r.letter, Label: r.label, Base: all[b].Name, Scenario: all[i].Name, Title: all[i].Title, Notes: all[i].Notes, rank: r.rank}
			row.Results = append(row.Results, CaseResult{rep.Closure, rep.Status, rep.Residual, rep.Iterations, rep.Economies})
			for k := 1; k < len(q.Closures); k++ {
				one := &solution{sol.closures[k : k+1], sol.results[k : k+1], sol.draws[k : k+1]}
				x := s.report(&q, one, all, rates, b, i, list)
				row.Results = append(row.Results, CaseResult{x.Closure, x.Status, x.Residual, x.Iterations, x.Economies})
			}
			c.Rows = append(c.Rows, row)
			c.Known, c.Notes = rep.Known, rep.Notes
			if l.key == "today" {
				c.Bridge, c.Settling = rep.Bridge, rep.Settling
			}
		}
	}
	slices.SortStableFunc(c.Rows, func(a, b CaseRow) int { return cmp.Compare(a.rank, b.rank) })
	for _, k := range q.Closures {
		c.Closures = append(c.Closures, k.String())
	}
	if e.ISO3 == "JPN" && q.On >= kanzei.DayOf(2025, 4, 5) && q.On < dealDay {
		c.Published, c.Why = published, why
	}
	return c, nil
}

// dealDay is when the duties of the agreement with Japan took effect. Before it
// the deal is a scenario, and the measures are those of the published estimates.
var dealDay = kanzei.DayOf(2025, 9, 16)

type foundingLaw struct {
	key  string
	law  *Law
	rows []foundingRow
}

type foundingRow struct {
	rank                int // rows are in this order
	letter, label, base string
}

// founding are the laws of the case and what each is compared with.
func (s *Study) founding(o kanzei.Origin, on, known kanzei.Day) ([]foundingLaw, error) {
	var out []foundingLaw
	add := func(name string, rows ...foundingRow) error {
		l, err := s.Law([]string{name}, on, known)
		if err == nil {
			out = append(out, foundingLaw{name, l, rows})
		}
		return err
	}
	before := "before"
	if on < kanzei.DayOf(2025, 1, 1) {
		before = "none"
	}
	if err := add(before); err != nil {
		return nil, err
	}
	if err := add("today", foundingRow{1, "a", "today's measures", before}); err != nil {
		return nil, err
	}
	if err := add("lapse", foundingRow{2, "b", "lapse of the pause", "today"}, foundingRow{3, "a+b", "today and lapse", before}); err != nil {
		return nil, err
	}
	if b := &out[len(out)-1]; b.law.expired { // not the pause alone
		b.rows[0].label, b.rows[1].label = "nobody acts", "today, nobody acts"
	}
	r, err := s.Rates(out[1].law)
	if err != nil {
		return nil, err
	}
	levied := maps.Clone(r.Programs[o])
	taken := 0.0
	for _, v := range levied {
		taken += v
	}
	maps.DeleteFunc(levied, func(_ string, v float64) bool { return v < taken/10_000 })
	programs := slices.SortedFunc(maps.Keys(levied), func(a, b string) int {
		return cmp.Or(cmp.Compare(levied[b], levied[a]), cmp.Compare(a, b))
	})
	for i, p := range programs {
		if err := add("remove:"+p+":"+o.String(), foundingRow{100 + i, "c", "no " + p, "today"}); err != nil {
			return nil, err
		}
	}
	if len(programs) > 0 {
		if err := add("remove:all:"+o.String(), foundingRow{500, "c", "none of them", "today"}); err != nil {
			return nil, err
		}
	}
	if o == kanzei.MustOrigin("JP") && on < dealDay {
		if err := add("deal-2025-09", foundingRow{1000, "d", "deal of Sept 2025", "today"}, foundingRow{1001, "a+d", "today and deal", before}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// value returns the row's figure for an economy under a closure.
func (r *CaseRow) value(k int, iso3 string) *Economy {
	i := slices.IndexFunc(r.Results[k].Economies, func(e Economy) bool { return e.ISO3 == iso3 })
	if i < 0 {
		return nil
	}
	return &r.Results[k].Economies[i]
}

// Text writes the case.
func (c *Case) Text(w io.Writer, s Style) error {
	p := newPage(s)
	p.line("%s", p.bold("Impact on "+c.Country.Name+", the United States and all others"))
	p.line("On %s, as known at the end of %s. World %s.", c.On, c.Known, c.World)
	p.wrap("", "", "Change of real income in percent: what income buys, at full adjustment of prices and trade.")
	for _, iso := range []string{c.Country.ISO3, "USA"} {
		c.tableOf(p, iso)
	}
	for k, name := range c.Closures {
		if k == 0 {
			p.line("")
		}
		p.wrap("  ", "  ", fmt.Sprintf("Closure %s: %s.", name, closureWords[name]))
	}
	for _, l := range drawn(c.Draws, c.Seed, c.Settling) {
		p.wrap("  ", "  ", l)
	}
	c.tableOthers(p)
	if len(c.Published) > 0 {
		p.section("Published estimates for Japan, percent")
		for _, x := range c.Published {
			p.wrap("  ", "    ", fmt.Sprintf("%s (%s): %s. %s. Scenario: %s. Closure: %s. Beside: %s. Source: %s.", x.House, x.Date, x.Figure, x.Of, x.Scenario, x.Closure, x.Beside, x.Source))
		}
		p.wrap("  ", "  ", "Why they differ: "+c.Why)
	}
	r := Report{Bridge: c.Bridge}
	r.carried(p)
	p.section("Read with care")
	seen := map[string]bool{}
	for i := range c.Rows {
		for _, n := range c.Rows[i].Notes {
			if !seen[n] {
				seen[n] = true
				p.wrap("  ", "  ", n+".")
			}
		}
	}
	for _, n := range append(slices.Clone(c.Notes), c.Bridge.Assumptions...) {
		p.wrap("  ", "  ", n+".")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// tableOf writes all rows for one economy, closures as columns.
func (c *Case) tableOf(p *page, iso3 string) {
	if c.Rows[0].value(0, iso3) == nil {
		return
	}
	p.section(c.Rows[0].value(0, iso3).Name)
	head := fmt.Sprintf("  %-26s", "")
	for _, k := range c.Closures {
		head += fmt.Sprintf(" %16s", k)
	}
	p.line("%s", head)
	for i := range c.Rows {
		r := &c.Rows[i]
		line, under := fmt.Sprintf("  %-26s", clip(rowLabel(r), 26)), fmt.Sprintf("  %-26s", "")
		for k := range c.Closures {
			e := r.value(k, iso3)
			line += fmt.Sprintf(" %16s", signed(e.RealIncomePct))
			under += fmt.Sprintf(" %16s", span(e.Lo, e.Hi))
		}
		p.line("%s", line)
		if c.Draws > 0 {
			p.line("%s", under)
		}
	}
}

func rowLabel(r *CaseRow) string { return fmt.Sprintf("%-4s%s", r.Letter, r.Label) }

// tableOthers writes the main rows for every economy under the first closure.
func (c *Case) tableOthers(p *page) {
	var rows []*CaseRow
	for i := range c.Rows {
		switch r := &c.Rows[i]; r.Letter {
		case "a", "b", "a+b", "d":
			rows = append(rows, r)
		case "c":
			if strings.HasPrefix(r.Scenario, "remove:all:") {
				rows = append(rows, r)
			}
		}
	}
	p.section("All economies, closure " + c.Closures[0] + ", percent")
	const least = 20 // of a name
	wide := p.width-2-11*(len(rows)+1) >= least
	name := p.width - 2 - 11*len(rows)
	if wide {
		name -= 11
	}
	heads := map[string]string{"a": "a today", "b": "b lapse", "a+b": "a and b", "c": "c none", "d": "d deal"}
	head := fmt.Sprintf("  %-*s", name, "")
	for _, r := range rows {
		head += fmt.Sprintf(" %10s", heads[r.Letter])
	}
	if wide {
		head += fmt.Sprintf(" %10s", "most, bn $")
	}
	p.line("%s", head)
	order := slices.Clone(rows[0].Results[0].Economies)
	most := func(e Economy) float64 { // the largest gain or loss, million USD
		x := 0.0
		for _, r := range rows {
			if v := r.value(0, e.ISO3).RealIncomeMUSD; math.Abs(v) > math.Abs(x) {
				x = v
			}
		}
		return x
	}
	slices.SortStableFunc(order, func(a, b Economy) int { return cmp.Compare(math.Abs(most(b)), math.Abs(most(a))) })
	for _, e := range order {
		line := fmt.Sprintf("  %-*s", name, clip(e.Name, name))
		for _, r := range rows {
			line += fmt.Sprintf(" %10s", signed(r.value(0, e.ISO3).RealIncomePct))
		}
		if wide {
			line += fmt.Sprintf(" %10s", signedBn(most(e)))
		}
		p.line("%s", line)
	}
	note := "In the order of the largest gain or loss of these in dollars a year"
	if wide {
		note += ", the last column"
	} else {
		note += fmt.Sprintf("; --width %d shows it", 2+11*(len(rows)+1)+least)
	}
	p.wrap("  ", "  ", note+". Other closures and ranges: --json or --csv.")
}

// CSV writes one row a scenario, closure and economy.
func (c *Case) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write(append([]string{"row", "label", "base", "scenario", "closure", "iso2", "iso3", "name", "real_income_pct", "lo", "hi", "real_income_musd", "exports_pct", "imports_pct",
		"terms_of_trade_pct", "prices_pct", "tariff_revenue_musd", "us_rate_base_pct", "us_rate_pct"}, rangeColumns...))
	for i := range c.Rows {
		r := &c.Rows[i]
		for k := range r.Results {
			for _, e := range r.Results[k].Economies {
				out.Write(append([]string{r.Letter, r.Label, r.Base, r.Scenario, r.Results[k].Closure, e.ISO2, e.ISO3, e.Name, num(e.RealIncomePct), numAt(e.Lo), numAt(e.Hi), num(e.RealIncomeMUSD),
					num(e.ExportsPct), num(e.ImportsPct), num(e.TermsOfTradePct), num(e.PricesPct), num(e.RevenueMUSD), numAt(e.USRateBasePct), numAt(e.USRatePct)}, e.rangeFields()...))
			}
		}
	}
	out.Flush()
	return out.Error()
}
