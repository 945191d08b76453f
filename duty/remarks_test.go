package duty_test

import (
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/duty"
)

// TestRemarks: what is declared and does nothing, or may not be meant, is said,
// by Assess and by the Rater, and of no other entry.
func TestRemarks(t *testing.T) {
	engine, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	rater := engine.NewRater()
	all := []string{"is the special program of", "has no effect on column 1", "has no effect on the base rate", "not used: ", "the origin is the United States", "Puerto Rico is in the customs territory"}
	for _, tt := range []struct {
		hts, origin, on, spi, flags string
		want                        []string
	}{
		{"6109.10.00.12", "JP", "2025-09-01", "S", "", []string{"S is the special program of CA, MX; the origin is JP"}},
		{"8703.23.01.40", "JP", "2025-04-15", "KR", "", []string{"KR is the special program of KR; the origin is JP"}},
		{"6109.10.00.12", "MX", "2025-09-01", "S", "", nil},
		{"0804.40.00.20", "MX", "2025-05-01", "S+", "", []string{"the claim of S+ has no effect on column 1"}},
		{"0804.40.00.20", "MX", "2025-05-01", "S", "", nil},
		{"7208.10.15.00", "CA", "2025-03-20", "S", "", nil}, // free: the claim is for the exceptions
		{"8703.23.01.40", "RU", "2025-04-15", "S", "", []string{"S is the special program of CA, MX; the origin is RU", "column 2 is charged"}},
		{"8703.23.01.40", "JP", "2025-04-15", "", "patented-pharma", []string{"not used: patented-pharma"}},
		{"8703.23.01.40", "JP", "2025-04-15", "", "vintage-vehicle-no-such", []string{"not used: vintage-vehicle-no-such"}},
		{"6109.10.00.12", "JP", "2025-05-01", "", "donation", nil},
		{"8703.23.01.40", "US", "2025-04-15", "", "", []string{"the origin is the United States"}},
		{"8703.23.01.40", "PR", "2025-04-15", "", "", []string{"Puerto Rico is in the customs territory"}},
		{"8703.23.01.40", "JP", "2025-04-15", "", "", nil},
	} {
		on, err := kanzei.ParseDay(tt.on)
		if err != nil {
			t.Fatal(err)
		}
		e := kanzei.Entry{HTS: kanzei.MustHTS(tt.hts), Origin: kanzei.MustOrigin(tt.origin), Date: on, Value: 10_000 * kanzei.Dollar, Quantity: 4000_0000, SPI: tt.spi}
		if tt.flags != "" {
			e.Flags = strings.Split(tt.flags, ";")
		}
		a, err := engine.Assess(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time from the template
			var o duty.Outcome
			x := e
			if err := rater.Rate(&x, 0, nil, &o); err != nil {
				t.Fatal(err)
			}
			for who, list := range map[string][]string{"Assess": a.Caveats, "Rater": strings.Split(rater.Texts()[o.Caveats], " | ")} {
				var got []string
				for _, c := range list {
					if slices.ContainsFunc(all, func(s string) bool { return strings.Contains(c, s) }) {
						got = append(got, c)
					}
				}
				if !slices.EqualFunc(got, tt.want, strings.Contains) {
					t.Errorf("%s: %s from %s, %q %q: %q, want %q", who, tt.hts, tt.origin, tt.spi, tt.flags, got, tt.want)
				}
			}
		}
	}
}

// TestAmendedByProgram: EO 14289 restated how the programs stand to each other,
// back to 4 March 2025, and no heading: the refund names it.
func TestAmendedByProgram(t *testing.T) {
	engine, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	e := kanzei.Entry{HTS: kanzei.MustHTS("7208.10.15.00"), Origin: kanzei.MustOrigin("CA"), Date: kanzei.DayOf(2025, 3, 20), Value: 10_000 * kanzei.Dollar}
	a, err := engine.Assess(e, 0)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(a.Refunds, func(r kanzei.Refund) bool { return r.Cause == "retroactive amendment" })
	if i < 0 || a.Refunds[i].Amount != 2500*kanzei.Dollar || !strings.Contains(a.Refunds[i].Rests, "EO 14289") {
		t.Errorf("refunds %+v", a.Refunds)
	}
	e.Date = kanzei.DayOf(2025, 5, 1) // public by then: nothing was amended
	if a, err = engine.Assess(e, 0); err != nil || slices.ContainsFunc(a.Refunds, func(r kanzei.Refund) bool { return r.Cause == "retroactive amendment" }) {
		t.Errorf("refunds %+v, %v", a.Refunds, err)
	}
}
