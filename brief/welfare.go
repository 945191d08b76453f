package brief

import (
	"fmt"

	"kanzei"
	"kanzei/impact"
)

// Welfare is what scenarios do to the real income of the country, from a sweep
// of equilibria.
type Welfare struct {
	World     string       `json:"world"`
	Economies int          `json:"economies"`
	Draws     int          `json:"draws"`
	Seed      uint64       `json:"seed"`
	Rows      []WelfareRow `json:"rows"`
	Refs      []int        `json:"refs,omitempty"`

	source string
}

// A WelfareRow is a scenario held against another under a closure. Rank 1 loses
// most of all economies.
type WelfareRow struct {
	Scenario   string              `json:"scenario"`
	Against    string              `json:"against"`
	Closure    string              `json:"closure"`
	RealIncome impact.SpreadFigure `json:"real_income_pct"`
	MUSD       impact.SpreadFigure `json:"real_income_musd"`
	Rank       int                 `json:"rank"`
	RankLo     *int                `json:"rank_lo"`
	RankHi     *int                `json:"rank_hi"`
}

// welfare takes the country's figures out of the sweep. A sweep of another day
// or world without the country is a *kanzei.Problem.
func (b *builder) welfare(s *impact.Spread) error {
	d := b.doc
	w := &Welfare{World: s.World, Draws: s.Draws, Seed: s.Seed, source: s.Source}
	other := ""
	for i := range s.Scenarios {
		r := &s.Scenarios[i]
		known := min(r.Known, d.Horizon.String()) // "latest" sorts behind every day
		if r.On != d.On.String() || known != d.Known.String() {
			other = fmt.Sprintf("on %s as known %s", r.On, r.Known)
			continue
		}
		e := r.Economy(d.Country.ISO3)
		if e == nil {
			return &kanzei.Problem{Code: "brief.sweep", Where: "--sweep", Msg: fmt.Sprintf("world %s has no account of %s", s.World, d.Country.Name), Hint: "ask without it, or sweep a world that has"}
		}
		w.Economies = len(r.Economies)
		w.Rows = append(w.Rows, WelfareRow{Scenario: r.Scenario, Against: r.Against, Closure: r.Closure,
			RealIncome: e.Figures["real_income_pct"], MUSD: e.Figures["real_income_musd"], Rank: e.Rank, RankLo: e.RankLo, RankHi: e.RankHi})
	}
	if len(w.Rows) == 0 {
		return &kanzei.Problem{Code: "brief.sweep", Where: "--sweep", Msg: "the sweep is of the law " + other + ", the brief of that on " + d.On.String() + " as known " + d.Known.String(), Hint: "sweep that day, or ask with --impact"}
	}
	w.sorted()
	d.Welfare = w
	b.caveat(ModelCaveat, "world economy", "Real income is at full adjustment in a static model of the world economy: not next year's growth, no investment, no unemployment. Ranges are over the trade elasticities alone; closures say what happens to trade balances.")
	return nil
}

// Asked names the comparison of a row, whatever the closure.
func (r *WelfareRow) Asked() string { return r.Scenario + " against " + r.Against }

// First reports whether the row is the first of its comparison.
func (w *Welfare) First(i int) bool { return i == 0 || w.Rows[i].Asked() != w.Rows[i-1].Asked() }

// sorted puts the closures of a comparison together.
func (w *Welfare) sorted() {
	var rows []WelfareRow
	done := map[string]bool{}
	for i := range w.Rows {
		asked := w.Rows[i].Asked()
		if done[asked] {
			continue
		}
		done[asked] = true
		for _, r := range w.Rows {
			if r.Asked() == asked {
				rows = append(rows, r)
			}
		}
	}
	w.Rows = rows
}

// Says is the sentence above the rows.
func (w *Welfare) Says(country string) string {
	s := fmt.Sprintf("Real income of %s in the world economy %s, percent and billion US dollars a year.", country, w.World)
	if w.Draws > 0 {
		s += fmt.Sprintf(" 90 %% ranges over %d draws of the trade elasticities; settled: points by which half of the draws move the ends of the range.", w.Draws)
	}
	return s + fmt.Sprintf(" Rank 1 of %d economies loses most.", w.Economies)
}

// Cells are the words of a row: percent, range, billions, settled, rank.
func (r *WelfareRow) Cells() []string {
	value, within, settled := r.RealIncome.Words()
	out := []string{value, within, r.MUSD.Billions(), settled, fmt.Sprint(r.Rank)}
	if r.RankLo != nil && r.RankHi != nil {
		out[4] += fmt.Sprintf(" (%d to %d)", *r.RankLo, *r.RankHi)
	}
	return out
}

// welfare writes the rows.
func (p *page) welfare(d *Document) {
	w := d.Welfare
	if w == nil {
		return
	}
	p.section("What it does to the economy")
	p.wrap(2, 2, w.Says(d.Country.Name)+p.dim(refs(w.Refs)))
	p.line(p.bold(fmt.Sprintf("  %-14s %8s  %-18s %8s %8s  %s", "", "percent", word(w.Draws, "90 % range"), "bn USD", word(w.Draws, "settled"), "rank")))
	for i := range w.Rows {
		if w.First(i) {
			p.line("  " + w.Rows[i].Asked())
		}
		c := w.Rows[i].Cells()
		p.line(fmt.Sprintf("    %-12s %8s  %-18s %8s %8s  %s", w.Rows[i].Closure, c[0], c[1], c[2], c[3], c[4]))
	}
}

func word(draws int, s string) string {
	if draws == 0 {
		return ""
	}
	return s
}
