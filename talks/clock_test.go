package talks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"

	"pgregory.net/rapid"
)

// steady values a deal that adds the same flow on every day.
func steady(days int, perYear, discount, improve float64) *valuation {
	on := kanzei.DayOf(2025, 4, 16)
	d := &Desk{Question: Question{On: on, Closures: []model.Closure{model.Fixed}}, Asker: 0, Giver: 1}
	until := on + kanzei.Day(days)
	t := &tabled{views: []view{{model.Fixed, Central}}, income: [][]float64{{100, 100}},
		real: [][][]float64{{{1, 1}, {1, 1}, {1 + perYear/100, 1 - perYear/100}}}}
	return &valuation{d: d, o: &ClockOptions{Until: until, Discount: discount, Improve: improve}, t: t, path: []stretch{{from: on, until: until}}, first: 2}
}

// TestSteadyPath: on a path that stays as it is, a deal that gains something is
// worth less every day it comes later, by the day's gain.
func TestSteadyPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(2, 2000).Draw(t, "days")
		gain := rapid.Float64Range(0.1, 1000).Draw(t, "gain")
		rate := rapid.Float64Range(0, 0.3).Draw(t, "discount")
		v := steady(days, gain, rate, 0)
		worth := v.values(0, 0)
		if len(worth) != days+1 || worth[days] != 0 {
			t.Fatalf("%d values, the last %g", len(worth), worth[len(worth)-1])
		}
		giver := v.values(0, 1)
		for k := range days {
			lost := worth[k] - worth[k+1]
			want := gain / 365 * math.Pow(1+rate, -float64(k)/365)
			if !(lost > 0) || math.Abs(lost-want) > 1e-9*gain {
				t.Fatalf("day %d costs %g, want %g", k, lost, want)
			}
			if math.Abs(giver[k]+worth[k]) > 1e-9*gain*float64(days) {
				t.Fatalf("day %d: the sides do not mirror each other", k)
			}
		}
		if want := discounted(v.d.Question.On, v.d.Question.On, v.o.Until, rate, func(kanzei.Day) float64 { return gain / 365 }); math.Abs(worth[0]-want) > 1e-9*want {
			t.Fatalf("worth %g, summed forwards %g", worth[0], want)
		}
	})
}

// TestBreakEven: without discounting, a deal of H days must grow by 7/(H-1) a
// week of itself for one day's wait to cost nothing; below that haste is right,
// above it wastes.
func TestBreakEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(10, 1500).Draw(t, "days")
		h := steady(days, 50, 0, 0).haste(0)
		want := 100 * 7 / float64(days-1)
		if h.BreakEvenPct == nil || math.Abs(*h.BreakEvenPct-want) > 1e-5 || h.MakesWaste {
			t.Fatalf("%d days: break-even %v, want %g", days, h.BreakEvenPct, want)
		}
		if h := steady(days, 50, 0, 0.99*want/100).haste(0); h.MakesWaste {
			t.Fatalf("below break-even the best day is %s", h.BestDate)
		}
		if h := steady(days, 50, 0, 1.1*want/100).haste(0); !h.MakesWaste || h.BestMUSD < h.NowMUSD {
			t.Fatalf("above break-even the best day is %s", h.BestDate)
		}
	})
	if h := steady(100, -5, 0, 0).haste(0); h.BreakEvenPct != nil || !strings.Contains(h.Says, "worth nothing") {
		t.Errorf("a deal that costs: %s", h.Says)
	}
}

// nothing is a deal that changes nothing.
var nothing = Deal{Name: "nothing", Tariffs: func(_ context.Context, d *Desk, path *impact.Law) ([]float64, error) { return d.Study.Tariffs(path) }}

func TestClock(t *testing.T) {
	ctx := context.Background()
	d := open(t, func(q *Question) { q.Closures, q.Draws = []model.Closure{model.Fixed, model.Balanced}, 2 })
	relief := d.relief()
	c, err := d.Clock(ctx, ClockOptions{Deals: []Deal{relief, nothing}, Until: kanzei.DayOf(2025, 8, 1), Retroactive: kanzei.DayOf(2025, 4, 5)})
	if err != nil {
		t.Fatal(err)
	}
	step := func(day kanzei.Day) int {
		i := slices.IndexFunc(c.Path, func(p PathStep) bool { return p.Date == day })
		if i < 0 {
			t.Fatalf("the law does not change on %s: %v", day, c.Path)
		}
		return i
	}
	// Proclamation 10908: parts from 3 May; EO 14266: the country rates are
	// suspended until 9 July.
	parts, lapse := step(kanzei.DayOf(2025, 5, 3)), step(kanzei.DayOf(2025, 7, 9))
	if !strings.Contains(strings.Join(c.Path[parts].What, ";"), "(section 232) begins") || !strings.Contains(strings.Join(c.Path[lapse].What, ";"), "Reciprocal tariff resumes") {
		t.Errorf("path: %v, %v", c.Path[parts].What, c.Path[lapse].What)
	}
	if first := c.Path[0]; first.AskerMUSD != 0 || first.GiverMUSD != 0 || first.Date != c.On {
		t.Errorf("the day asked about differs from itself: %+v", first)
	}
	// The path is what impact finds for the law of that day.
	w, err := d.Solve(ctx, d.WalkAway)
	if err != nil {
		t.Fatal(err)
	}
	now, err := d.Solve(ctx, d.Today)
	if err != nil {
		t.Fatal(err)
	}
	if _, want := Gain(now, w, d.Asker); math.Abs(c.Path[lapse].AskerMUSD-want) > 1e-3 {
		t.Errorf("after the lapse %g, the walk-away law gives %g", c.Path[lapse].AskerMUSD, want)
	}
	// Days cost what their values differ by.
	for _, x := range c.Deals {
		for i := range x.Days[1:] {
			a, b := x.Days[i], x.Days[i+1]
			days := float64(b.Date - a.Date)
			if got := a.ValueMUSD - b.ValueMUSD; math.Abs(got-days*a.CostPerDayMUSD) > 1e-3 {
				t.Errorf("%s, %s to %s: value falls by %g, days cost %g", x.Deal, a.Date, b.Date, got, days*a.CostPerDayMUSD)
			}
			if got := b.RefundMUSD - a.RefundMUSD; math.Abs(got-days*a.RefundPerDayMUSD) > 1e-3 {
				t.Errorf("%s, %s to %s: refund grows by %g, days bring %g", x.Deal, a.Date, b.Date, got, days*a.RefundPerDayMUSD)
			}
		}
	}
	for _, x := range c.Deals[1].Days {
		if x.CostPerDayMUSD != 0 || x.ValueGiverMUSD != 0 || x.RefundMUSD != 0 || x.ImprovePct != nil {
			t.Errorf("a deal that changes nothing: %+v", x)
		}
	}
	days := c.Days()
	if !(days[0].CostPerDayMUSD > 0) || days[lapse].CostPerDayMUSD <= days[0].CostPerDayMUSD {
		t.Errorf("relief is worth %g a day and %g after the lapse", days[0].CostPerDayMUSD, days[lapse].CostPerDayMUSD)
	}
	// The baseline began on 5 April, so refunds reach back eleven days.
	if days[0].RefundMUSD <= 0 || days[0].RefundMUSD > 11.01*days[0].RefundPerDayMUSD*3 {
		t.Errorf("refunds on the first day: %+v", days[0])
	}
	// Keeping the pause for ever is what the extension values by day.
	if e := c.Extension; e == nil || e.From != kanzei.DayOf(2025, 7, 9) || math.Abs(e.All.PerDayMUSD*90-e.All.MUSD) > 1e-3 || !(e.Ours.PerDayMUSD > 0) {
		t.Errorf("extension: %+v", e)
	}
	// A better offer by more than the break-even makes haste wasteful.
	even := *c.Deals[0].Haste.BreakEvenPct / 100
	for _, k := range []struct {
		improve float64
		waste   bool
	}{{0.9 * even, false}, {1.3 * even, true}} {
		x, err := d.Clock(ctx, ClockOptions{Deals: []Deal{relief}, Until: kanzei.DayOf(2025, 8, 1), Improve: k.improve})
		if err != nil {
			t.Fatal(err)
		}
		if x.Deals[0].Haste.MakesWaste != k.waste {
			t.Errorf("an offer that grows by %g a week: %s", k.improve, x.Deals[0].Haste.Says)
		}
	}
	text := &bytes.Buffer{}
	if err := c.Text(text, impact.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	narrow(t, text.String(), "2025-07-09", "Prolonging the pause", "waiting pays only", "Closure balanced", "static")
	if _, err := json.Marshal(c); err != nil {
		t.Error(err)
	}
}

// narrow checks that text keeps to its width and says what it must.
func narrow(t *testing.T, text string, says ...string) {
	t.Helper()
	for _, line := range strings.Split(text, "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
	flat := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, s := range says {
		if !strings.Contains(flat, strings.ToLower(s)) {
			t.Errorf("the text does not say %q", s)
		}
	}
}

// TestDeals: relief is the removal of everything, and a draft laid over the path
// is, on the first day, what it is priced at.
func TestDeals(t *testing.T) {
	ctx := context.Background()
	d := open(t, nil)
	free, err := d.relief().Tariffs(ctx, d, d.Today)
	if err != nil {
		t.Fatal(err)
	}
	removed, err := ScenarioDeal("", "remove:all:JP").Tariffs(ctx, d, d.Today)
	if err != nil {
		t.Fatal(err)
	}
	for c := range free {
		if math.Abs(free[c]-removed[c]) > 1e-12 {
			t.Fatalf("cell %d: relief %g, removal %g", c, free[c], removed[c])
		}
	}
	x, err := OpenDraft("jp-2025-09")
	if err != nil {
		t.Fatal(err)
	}
	priced, err := d.Price(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Clock(ctx, ClockOptions{Deals: []Deal{DraftDeal(x)}, Until: d.Question.On + 5})
	if err != nil {
		t.Fatal(err)
	}
	day := c.Days()[0]
	if got, want := day.CostPerDayMUSD*365, priced.Today.GainAskerMUSD; math.Abs(got-want) > 1e-2 {
		t.Errorf("a year of the draft is worth %g on the clock, priced at %g", got, want)
	}
	if got, want := day.CostPerDayGiverMUSD*365, priced.Today.GainGiverMUSD; math.Abs(got-want) > 1e-2 {
		t.Errorf("to the giver %g on the clock, priced at %g", got, want)
	}
}

func TestClockRefuses(t *testing.T) {
	d := open(t, nil)
	for _, o := range []ClockOptions{
		{Until: d.Question.On},
		{Until: d.Question.On + 30*365},
		{Discount: -0.1},
		{Discount: math.NaN()},
		{Improve: math.Inf(1)},
		{Extend: -1},
		{Retroactive: d.Question.On + 1},
		{Retroactive: kanzei.DayOf(2010, 1, 1)},
		{Deals: []Deal{ScenarioDeal("none such", "remove:no.such:JP")}},
	} {
		var p *kanzei.Problem
		if _, err := d.Clock(context.Background(), o); !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestNoPause: before any pause there is none to extend, and the answer says so.
func TestNoPause(t *testing.T) {
	d := open(t, func(q *Question) { q.On, q.Known = kanzei.DayOf(2025, 4, 8), kanzei.DayOf(2025, 4, 8) })
	c, err := d.Clock(context.Background(), ClockOptions{Until: kanzei.DayOf(2025, 4, 20)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Extension != nil || !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "no pause known") }) {
		t.Errorf("an extension of no pause: %+v", c.Extension)
	}
}
