package trade_test

import (
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/panel"
	"kanzei/trade"
)

// TestAverage holds averages of a panel against the exposure, which rates every
// line on its own.
func TestAverage(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	flows, err := trade.Load()
	if err != nil {
		t.Fatal(err)
	}
	on := kanzei.DayOf(2025, 9, 20)
	p, err := panel.Build(e, on-10, on+10, panel.Statutory)
	if err != nil {
		t.Fatal(err)
	}
	reference := func() trade.Rater { return trade.ReferenceLaw(e) }
	for _, code := range []string{"JP", "CN", "EU"} {
		var origin, rated kanzei.Origin
		partner, err := flows.EuropeanUnion()
		if rated = kanzei.MustOrigin("DE"); code != "EU" {
			origin = kanzei.MustOrigin(code)
			rated = origin
			partner, err = flows.Partner(origin)
		}
		if err != nil {
			t.Fatal(err)
		}
		a, err := flows.Average(p, e.Schedule, reference, trade.By{Origin: true, Program: true, Day: true}, origin)
		if err != nil {
			t.Fatal(err)
		}
		ref := trade.ReferenceLaw(e)
		x, err := trade.Measure(partner, []trade.State{{Name: "now", On: on, Rater: &trade.EngineRater{Engine: e, On: on, Reference: ref}}},
			trade.Options{Carry: trade.Carrier(e.Schedule), RateAs: rated, Reference: ref})
		if err != nil {
			t.Fatal(err)
		}
		s := &x.States[0]
		days, found := map[kanzei.Day]bool{}, 0
		for _, r := range a.Rows {
			days[r.Day] = true
			if r.Day != on {
				continue
			}
			want := [2]int64{s.BaseUSD + s.AdditionalMinUSD, s.BaseUSD + s.AdditionalMaxUSD}
			switch r.Program {
			case "total":
			case "mfn":
				want = [2]int64{s.BaseUSD, s.BaseUSD}
			default:
				q := s.Program(r.Program)
				want = [2]int64{q.MinUSD, q.MaxUSD}
			}
			found++
			if r.Origin != code {
				t.Errorf("origin %s", r.Origin)
			}
			for i, got := range []kanzei.Fraction{r.Min, r.Max} {
				// Exposure rounds every line to the dollar.
				usd := kanzei.MulDiv(r.Rated, int64(got), int64(kanzei.One))
				d := usd - want[i]
				if r.Program != "total" && i == 1 { // exposure sums headings that exclude each other
					d = max(d, 0)
				}
				if d < -20_000 || d > 20_000 {
					t.Errorf("%s %s: %d dollars, exposure has %d", code, r.Program, usd, want[i])
				}
			}
		}
		if len(days) != 21 || found < 4 {
			t.Errorf("%s: %d days, %d rows on %s", code, len(days), found, on)
		}
	}
	// A month is the mean of its days.
	m, err := flows.Average(p, e.Schedule, reference, trade.By{Month: true}, kanzei.MustOrigin("JP"))
	if err != nil || len(m.Rows) != 1 || m.Rows[0].Month != "2025-09" || m.Rows[0].Min <= 0 {
		t.Errorf("%+v %v", m, err)
	}
	if _, err := flows.Average(p, e.Schedule, reference, trade.By{Month: true, Day: true}); err == nil {
		t.Error("day and month at once")
	}
}
