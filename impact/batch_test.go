package impact_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

// TestBatch: an item gives the same bytes whenever it is solved, and what a batch
// says is what a question with the same draws is answered.
func TestBatch(t *testing.T) {
	const draws = 8
	s := open(t)
	b := &impact.Batch{Scenarios: []string{"today", "lapse against today", "lapse+remove:s232.autos:JP against lapse", "before"},
		Clocks: []impact.Clock{{On: on, Known: on}}, Closures: []model.Closure{model.Fixed}, Draws: draws, Seed: 1}
	if err := s.Prepare(b); err != nil {
		t.Fatal(err)
	}
	sp, err := b.Spread(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if name, against := b.Sides(2); name != "lapse+remove:s232.autos:JP" || against != "lapse" {
		t.Errorf("%s against %s", name, against)
	}
	first, err := b.Solve(3)
	if err != nil {
		t.Fatal(err)
	}
	s.Forget() // what was rated is rated again
	again := &impact.Batch{Scenarios: b.Scenarios, Clocks: b.Clocks, Closures: b.Closures, Draws: draws, Seed: 1}
	if err := s.Prepare(again); err != nil {
		t.Fatal(err)
	}
	second, err := again.Solve(3)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("item 3 gives other bytes when all is rated again (%v)", err)
	}
	if _, err := b.Read(first[1:]); err == nil {
		t.Error("a result cut short is read")
	}
	for row, q := range []impact.Question{
		{Base: []string{"before"}, Scenario: []string{"today"}},
		{Base: []string{"today"}, Scenario: []string{"lapse"}},
		{Base: []string{"lapse"}, Scenario: []string{"lapse", "remove:s232.autos:JP"}},
	} {
		q.On, q.Known, q.Draws, q.Seed, q.Closures = on, on, draws, 1, []model.Closure{model.Fixed}
		r, err := s.Ask(q)
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, a, b, tol float64) {
			if !(math.Abs(a-b) <= tol) {
				t.Errorf("row %d: %s: %g in the batch, %g in the report", row, what, a, b)
			}
		}
		for _, e := range r.Economies {
			x := sp.Scenarios[row].Economy(e.ISO3)
			y := x.Figures["real_income_pct"]
			near(e.ISO3, y.Value, e.RealIncomePct, 3e-6)
			near(e.ISO3+" lo", *y.Lo, *e.Lo, 3e-6)
			near(e.ISO3+" hi", *y.Hi, *e.Hi, 3e-6)
			near(e.ISO3+" million USD", x.Figures["real_income_musd"].Value, e.RealIncomeMUSD, 0.5)
			near(e.ISO3+" exports", x.Figures["exports_pct"].Value, e.ExportsPct, 1e-5)
		}
	}
	// Ranks are a permutation, in the order of losses; what changes nothing loses nobody.
	seen := map[int]bool{}
	last := math.Inf(-1)
	for i, e := range sp.Scenarios[0].Economies {
		v := e.Figures["real_income_pct"].Value
		if e.Rank != i+1 || seen[e.Rank] || v < last || *e.RankLo > *e.RankHi || *e.RankLo < 1 || *e.RankHi > len(sp.Scenarios[0].Economies) {
			t.Errorf("%s has rank %d (%d to %d) with %g", e.ISO3, e.Rank, *e.RankLo, *e.RankHi, v)
		}
		seen[e.Rank], last = true, v
	}
	if r := sp.Scenarios[3]; r.Lose != 0 || *r.Settled != 0 {
		t.Errorf("the base against itself: %d lose, settled %g", r.Lose, *r.Settled)
	}
	var text strings.Builder
	if err := sp.Text(&text, "JPN"); err != nil {
		t.Fatal(err)
	}
	if want := "lapse: the law of 9 July 2025, when the last pause has run out.\n"; !strings.Contains(text.String(), want) {
		t.Errorf("the text does not say %q", want)
	}
	for i := range sp.Scenarios {
		r := &sp.Scenarios[i]
		if !strings.Contains(text.String(), r.Scenario+" against "+r.Against+", on 2025-04-15") {
			t.Errorf("the text has no table of %s against %s", r.Scenario, r.Against)
		}
	}

	// A name that means another law on another day is not explained.
	days := &impact.Batch{Base: []string{"none"}, Scenarios: []string{"today"}, Clocks: []impact.Clock{{On: on, Known: on}, {On: on + 1, Known: on + 1}}, Closures: b.Closures}
	if err := s.Prepare(days); err != nil {
		t.Fatal(err)
	}
	if laws := days.Spreader().Out.Laws; len(laws) != 1 || laws[0].Name != "none" {
		t.Errorf("explained on two days: %v", laws)
	}

	bad := &impact.Batch{Scenarios: []string{"today against peace"}, Clocks: b.Clocks, Closures: b.Closures}
	var p *kanzei.Problem
	if err := s.Prepare(bad); !errors.As(err, &p) || !strings.Contains(p.Msg, "peace") {
		t.Errorf("a scenario that is none: %v", err)
	}
}

func TestSpreadFigure(t *testing.T) {
	var draws []float64
	for i := range 101 {
		draws = append(draws, float64((i*37)%101)) // 0 to 100, mixed
	}
	f := impact.NewSpreadFigure(7, draws)
	if f.Value != 7 || math.Abs(*f.Lo-5) > 1 || *f.Median != 50 || math.Abs(*f.Hi-95) > 1 || !(*f.Settled > 0 && *f.Settled < 10) || draws[1] != 37 {
		t.Errorf("%g %g %g %g", *f.Lo, *f.Median, *f.Hi, *f.Settled)
	}
	if f := impact.NewSpreadFigure(7, draws[:7]); f.Settled != nil || f.Lo == nil {
		t.Error("seven draws tell how settled they are")
	}
	if f := impact.NewSpreadFigure(7, nil); f.Lo != nil {
		t.Error("a range without draws")
	}
}

func TestFiles(t *testing.T) {
	got := impact.Files("today", "lapse+a.yaml against b.csv", "a.yaml", "remove:x.y:JP")
	if len(got) != 2 || got[0] != "a.yaml" || got[1] != "b.csv" {
		t.Error(got)
	}
}
