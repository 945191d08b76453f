package trade

import (
	"slices"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/schedule"
)

func mustEngine(t testing.TB) *duty.Engine {
	t.Helper()
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// What goods of Japan pay on 15 April 2025 as known then: PP 10908, EO 14257,
// PP 10895 and 10896.
func TestEngineRater(t *testing.T) {
	day := kanzei.DayOf(2025, 4, 15)
	r := &EngineRater{Engine: mustEngine(t), On: day, Known: day}
	ten := kanzei.Percent(10)
	twentyfive := kanzei.Percent(25)
	for _, c := range []struct {
		code     string
		content  *Content
		line     Line
		base     kanzei.Fraction
		observed bool
		min, max kanzei.Fraction
		programs []string
	}{
		{code: "8703.23.01.40", base: kanzei.Percent(5) / 2, min: twentyfive, max: twentyfive, programs: []string{"s232.autos"}},
		{code: "8429.52.10.10", min: ten, max: ten, programs: []string{"ieepa.reciprocal"}},
		{code: "8542.31.00.15"}, // Annex II
		// A derivative outside chapter 76 pays on its aluminum content: unknown, then assumed.
		{code: "8418.99.80.60", min: ten, max: twentyfive, programs: []string{"ieepa.reciprocal", "s232.aluminum"}},
		{code: "8418.99.80.60", content: &Content{Aluminum: kanzei.Percent(20)}, min: kanzei.Percent(8) + kanzei.Percent(5), max: kanzei.Percent(8) + kanzei.Percent(5), programs: []string{"ieepa.reciprocal", "s232.aluminum"}},
		// By quantity: what was paid in the year of the flows stands for the base.
		{code: "2009.90.20.00", line: Line{ValueUSD: 1000, DutyUSD: 70}, base: kanzei.Percent(7), observed: true, min: ten, max: ten, programs: []string{"ieepa.reciprocal"}},
	} {
		g := Goods{HTS: kanzei.MustHTS(c.code), Origin: kanzei.MustOrigin("JP"), Line: c.line}
		if c.content != nil {
			g.Content, g.ContentKnown = *c.content, true
		}
		o, err := r.Rate(g)
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		var programs []string
		for _, p := range o.Parts {
			programs = append(programs, p.Program)
		}
		if o.Base != c.base || o.BaseObserved != c.observed || o.AddMin != c.min || o.AddMax != c.max || !slices.Equal(programs, c.programs) {
			t.Errorf("%s: base %s (observed %v), %s to %s by %v", c.code, o.Base, o.BaseObserved, o.AddMin, o.AddMax, programs)
		}
		if err := o.check(); err != nil {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}

// An all-in rate counts the base duty observed: 15 % less what was paid.
func TestEngineRaterAllIn(t *testing.T) {
	r := &EngineRater{Engine: mustEngine(t), On: kanzei.DayOf(2025, 10, 1)}
	g := Goods{HTS: kanzei.MustHTS("2009.90.20.00"), Origin: kanzei.MustOrigin("JP"), Line: Line{ValueUSD: 1000, DutyUSD: 70}}
	o, err := r.Rate(g)
	if err != nil || o.AddMin != kanzei.Percent(8) || o.AddMax != kanzei.Percent(8) {
		t.Errorf("%s to %s, %v; want 8", o.AddMin, o.AddMax, err)
	}
}

// Every line of Japan outside chapters 98 and 99 reaches the schedule of the
// day, and a number that still stands reaches itself.
func TestCarrier(t *testing.T) {
	s, err := schedule.Load()
	if err != nil {
		t.Fatal(err)
	}
	carry := Carrier(s)
	for _, day := range []kanzei.Day{kanzei.DayOf(2025, 4, 15), kanzei.DayOf(2026, 9, 1)} {
		var lost int64
		for _, l := range mustPartner(t, "JP").Lines {
			if l.HTS.Chapter() >= 98 {
				continue
			}
			codes := carry(l.HTS, day)
			if len(codes) == 0 {
				lost += l.ValueUSD
			}
			for _, h := range codes {
				if _, err := s.Line(h, day); err != nil {
					t.Errorf("%s: %v", l.HTS, err)
				}
			}
		}
		if lost > 1_000_000 {
			t.Errorf("%d dollars have no successor on %s", lost, day)
		}
	}
	car := kanzei.MustHTS("8703.23.01.40")
	if got := carry(car, kanzei.DayOf(2025, 4, 15)); !slices.Equal(got, []kanzei.HTS{car}) {
		t.Errorf("%v", got)
	}
	if got := carry(kanzei.MustHTS("9102.11.25.10"), kanzei.DayOf(2025, 4, 15)); !slices.Equal(got, []kanzei.HTS{kanzei.MustHTS("9102.11.25")}) {
		t.Errorf("the movement of a watch is carried to %v", got)
	}
}
