package duty_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

// madeUp is an engine over the made-up law of ledger/testdata/law. The figures
// of the tests below follow from that law and from the schedule (USITC, HTS 2025
// and 2026: 7318.15.20 bolts free, 8703.23.01 cars 2.5 %, 7208.10.15 free,
// 2204.21.50 wine 6.3¢/liter, 1006.30.90 rice 1.4¢/kg, 8708.29.51 free for JP
// under no program but 2.5 % in general).
func madeUp(t testing.TB) *duty.Engine {
	t.Helper()
	return duty.New(laws(t)[0].Ledger, schedules(t))
}

func day(t testing.TB, s string) kanzei.Day {
	t.Helper()
	d, err := kanzei.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func usd(t testing.TB, s string) kanzei.Money {
	t.Helper()
	m, err := kanzei.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func entry(t testing.TB, on, hts, origin, value string) kanzei.Entry {
	t.Helper()
	return kanzei.Entry{HTS: kanzei.MustHTS(hts), Origin: kanzei.MustOrigin(origin), Date: day(t, on), Value: usd(t, value)}
}

// money prints an amount that may be unknown.
func money(m *kanzei.Money) string {
	if m == nil {
		return "none"
	}
	return m.String()
}

func TestStatuses(t *testing.T) {
	engine := madeUp(t)
	declared := func(e kanzei.Entry, m string) kanzei.Entry {
		e.Assessed, e.AssessedKnown = usd(t, m), true
		return e
	}
	textile := "6109.10.00.12" // T-shirts of cotton, 16.5 % (HTS 2025)
	tests := []struct {
		name                                string
		entry                               kanzei.Entry
		known                               string
		duty, assessed, legal, refund, says string
	}{
		{"nothing changed", entry(t, "2025-03-05", textile, "VN", "1000"), "2025-03-05", "265.00", "265.00", "265.00", "0.00", ""},
		{"a judgment not yet known", entry(t, "2025-03-05", textile, "VN", "1000"), "2026-02-19", "265.00", "265.00", "265.00", "0.00", ""},
		{"a judgment", entry(t, "2025-03-05", textile, "VN", "1000"), "2026-02-20", "265.00", "265.00", "165.00", "100.00", "judgment 100.00 F 7"},
		// 16.5 % is at least 15 %: nothing is added from 7 August; until the order
		// of 4 September was known, 24 % was.
		{"an amendment that reaches back", entry(t, "2025-08-20", textile, "JP", "1000"), "2025-09-04", "165.00", "405.00", "165.00", "240.00", "retroactive amendment 240.00 F 5"},
		{"both", entry(t, "2025-08-20", "8517.13.00.00", "JP", "1000"), "", "150.00", "240.00", "0.00", "240.00", "retroactive amendment 90.00 F 5; judgment 150.00 F 7"},
		{"an amendment after the day asked about", entry(t, "2025-08-20", textile, "JP", "1000"), "2025-09-03", "405.00", "405.00", "405.00", "0.00", ""},
		{"as declared", declared(entry(t, "2025-03-05", textile, "VN", "1000"), "300"), "", "265.00", "300.00", "165.00", "135.00", "retroactive amendment 35.00 ; judgment 100.00 F 7"},
		{"declared less than owed", declared(entry(t, "2025-03-05", textile, "VN", "1000"), "100"), "", "265.00", "100.00", "165.00", "0.00", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var known kanzei.Day
			if tt.known != "" {
				known = day(t, tt.known)
			}
			a, err := engine.Assess(tt.entry, known)
			if err != nil {
				t.Fatal(err)
			}
			var says []string
			var sum kanzei.Money
			for _, r := range a.Refunds {
				says = append(says, fmt.Sprintf("%s %s %s", r.Cause, r.Amount, r.Rests))
				sum += r.Amount
			}
			got := []string{money(a.Duty), money(a.Assessed), money(a.Legal), money(a.Refundable), strings.Join(says, "; ")}
			if want := []string{tt.duty, tt.assessed, tt.legal, tt.refund, tt.says}; !slices.Equal(got, want) {
				t.Errorf("duty, assessed, legal, refundable, causes:\n got %q\nwant %q", got, want)
			}
			if a.Refundable != nil && sum != *a.Refundable {
				t.Errorf("the causes sum to %s of %s", sum, a.Refundable)
			}
		})
	}
}

// A fact may be needed only under the law as it was known, or only after a
// judgment. Then no figure may be made up.
func TestStatusWithoutFigure(t *testing.T) {
	law := `
instrument: G 1
title: A levy on steel content
kind: notice
public: 2025-04-01
source: made up
acts:
  - program: g.steel
    title: Steel
    from: 2025-04-01
    quote: "steel"
  - impose: 9991.01.01
    program: g.steel
    title: steel content
    rate: +25%
    base: steel content
    products: "8517.13.00"
    from: 2025-04-01
    quote: "steel"
`
	later := `
instrument: G 2
title: Not on telephones, from the beginning
kind: notice
public: 2025-05-01
source: made up
acts:
  - amend: 9991.01.01
    products: "7208"
    from: 2025-04-01
    quote: "never"
`
	l := &ledger.Ledger{Coverage: &ledger.Coverage{Begins: kanzei.DayOf(2025, 1, 1), Horizon: kanzei.DayOf(2025, 12, 31)}}
	for file, text := range map[string]string{"1.yaml": law, "2.yaml": later} {
		in, err := ledger.Parse(file, []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		l = l.Add(in)
	}
	a, err := duty.New(l, schedules(t)).Assess(entry(t, "2025-04-15", "8517.13.00.00", "JP", "1000"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if money(a.Duty) != "0.00" || money(a.Assessed) != "none" || money(a.Legal) != "0.00" || money(a.Refundable) != "none" {
		t.Errorf("duty %s, assessed %s, legal %s, refundable %s", money(a.Duty), money(a.Assessed), money(a.Legal), money(a.Refundable))
	}
	if !slices.ContainsFunc(a.Caveats, func(c string) bool { return strings.Contains(c, "day of entry is not one figure") }) {
		t.Errorf("no caveat says why: %q", a.Caveats)
	}
}

func TestExceptionLeavesOtherProgramsAlone(t *testing.T) {
	e := entry(t, "2025-06-02", "8703.23.01.40", "AU", "10000")
	e.Flags = []string{"vintage-car"} // excused from car.autos, not from the baseline or the levy
	a, err := madeUp(t).Assess(e, day(t, "2025-06-02"))
	if err != nil {
		t.Fatal(err)
	}
	// 2.5 % + 10 % + 3 %, the last of which yields only to what car.autos levies on.
	if money(a.Duty) != "1550.00" {
		t.Errorf("duty is %s, not 1550.00: %+v", money(a.Duty), a.Lines)
	}
}

// Three figures by quantity: HTS 2025, 2204.21.50 (6.3¢/liter) and 1006.30.90
// (1.4¢/kg); the made-up law adds 5¢/liter + 4.125 % and a minimum of $0.75/kg.
func TestQuantities(t *testing.T) {
	engine := madeUp(t)
	wine := entry(t, "2026-03-02", "2204.21.50.40", "FR", "1000")
	a, err := engine.Assess(wine, 0)
	if err != nil {
		t.Fatal(err)
	}
	if a.Status != kanzei.Range || a.DutyMax != nil || a.Duty != nil {
		t.Errorf("without a quantity wine is %s, %s to %s", a.Status, money(a.DutyMin), money(a.DutyMax))
	}
	if !slices.ContainsFunc(a.Questions, func(q kanzei.Question) bool { return q.Fact == "quantity" }) {
		t.Errorf("nothing asks for the quantity: %+v", a.Questions)
	}
	wine.Quantity, wine.Unit = 500*10_000, "liter"
	if a, err = engine.Assess(wine, 0); err != nil {
		t.Fatal(err)
	}
	if money(a.Duty) != "97.75" { // 31.50 + 25 + 41.25; the baseline ended on 24 February 2026
		t.Errorf("wine owes %s, not 97.75", money(a.Duty))
	}
	rice := entry(t, "2026-03-02", "1006.30.90.75", "TH", "500")
	rice.Quantity, rice.Unit = 1000*10_000, "kg"
	if a, err = engine.Assess(rice, 0); err != nil {
		t.Fatal(err)
	}
	if money(a.Duty) != "264.00" { // 14 + (750 - 500)
		t.Errorf("rice owes %s, not 264.00", money(a.Duty))
	}
	rice.Value = usd(t, "900")
	if a, err = engine.Assess(rice, 0); err != nil {
		t.Fatal(err)
	}
	if money(a.Duty) != "14.00" {
		t.Errorf("rice dearer than the minimum owes %s, not 14.00", money(a.Duty))
	}
	toys := entry(t, "2026-03-02", "9503.00.00.71", "VN", "500")
	if a, err = engine.Assess(toys, 0); err != nil {
		t.Fatal(err)
	}
	if a.Status != kanzei.Unsupported || a.Duty != nil || a.DutyMin != nil {
		t.Errorf("a rate of words gives %s, %s", a.Status, money(a.DutyMin))
	}
}

// A code of eight digits of which the law names some numbers is a range over
// the kinds of goods under it, not a guess.
func TestShortCode(t *testing.T) {
	engine := madeUp(t)
	e := entry(t, "2025-12-10", "7318.15.20", "AU", "1000")
	e.Steel = kanzei.ShareOf(kanzei.One)
	a, err := engine.Assess(e, 0)
	if err != nil {
		t.Fatal(err)
	}
	// 7318.15.20.61 left the list in November: it pays the baseline, the others 25 %.
	if a.Status != kanzei.Range || money(a.DutyMin) != "100.00" || money(a.DutyMax) != "250.00" {
		t.Fatalf("%s %s to %s", a.Status, money(a.DutyMin), money(a.DutyMax))
	}
	i := slices.IndexFunc(a.Questions, func(q kanzei.Question) bool { return q.Fact == "hts" })
	if i < 0 || a.Questions[i].DutyIf["7318.15.20.61"] != usd(t, "100") {
		t.Errorf("nothing asks which number it is: %+v", a.Questions)
	}
	e.HTS = kanzei.MustHTS("7318.15.20.55")
	if a, err = engine.Assess(e, 0); err != nil || money(a.Duty) != "250.00" {
		t.Errorf("7318.15.20.55 owes %s, %v", money(a.Duty), err)
	}
}

func TestFilingSumsToValue(t *testing.T) {
	for _, named := range laws(t) {
		l, s := withoutGaps(named.Ledger), schedules(t)
		engine := duty.New(l, s)
		src := newSource(seed()+2, l, s)
		split := 0
		var on kanzei.Day
		for i := range 1500 {
			if i%20 == 0 {
				on = src.day()
			}
			e := src.entry(on)
			if i%5 == 0 { // overlapping parts must not file more than there is
				e.USContent = kanzei.ShareOf(src.share(kanzei.One))
			}
			a, err := engine.Assess(e, 0)
			if err != nil {
				t.Fatal(err)
			}
			var sum kanzei.Money
			for _, f := range a.Filing {
				if f.Value < 0 {
					t.Fatalf("%s: a line of %s", show(&e, 0), f.Value)
				}
				sum += f.Value
				if len(f.Numbers) == 0 || f.Numbers[len(f.Numbers)-1] != e.HTS.String() {
					t.Fatalf("%s: %q does not end with the number of the goods", show(&e, 0), f.Numbers)
				}
			}
			whole := e.Value
			if e.Ch98 != "" { // the dutiable part
				whole = kanzei.Money(kanzei.MulDiv(int64(whole), int64(kanzei.One-e.USContent.Fraction), int64(kanzei.One)))
			}
			if sum != whole {
				t.Fatalf("%s: filed %s of %s in %+v", show(&e, 0), sum, whole, a.Filing)
			}
			if len(a.Filing) > 1 {
				split++
			}
		}
		if split == 0 {
			t.Errorf("%s: no entry is split", named.name)
		}
	}
}

// Limits of the merchandise processing fee: CBP notices for fiscal years 2025
// (CSMS 61572319: 32.71 to 634.62 dollars) and 2026 (33.58 to 651.50), rate
// 0.3464 % (19 CFR 24.23(b)(1)(i)); harbor maintenance 0.125 % (19 CFR 24.24).
func TestFees(t *testing.T) {
	engine := madeUp(t)
	tests := []struct {
		on, value string
		mode      int
		mpf, hmf  string
	}{
		{"2025-09-30", "5000", 11, "32.71", "6.25"},        // 17.32 is below the minimum
		{"2025-10-01", "5000", 11, "33.58", "6.25"},        // the next fiscal year
		{"2025-09-30", "100000", 11, "346.40", "125.00"},   // neither
		{"2025-09-30", "1000000", 10, "634.62", "1250.00"}, // above the maximum
		{"2025-10-01", "1000000", 40, "651.50", "0.00"},    // no harbor by air
		{"2025-09-30", "12345.67", 11, "42.77", "15.43"},   // 42.7654… and 15.4320…
		{"2025-09-30", "8003.98", 11, "32.71", "10.00"},    // 10.004975: rounded once, not 10.0050 and then 10.01
	}
	for _, tt := range tests {
		e := entry(t, tt.on, "8517.13.00.00", "JP", tt.value)
		e.Mode = tt.mode
		a, err := engine.Assess(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		if a.Fees.MPF.String() != tt.mpf || a.Fees.HMF.String() != tt.hmf {
			t.Errorf("%s %s by %d: fees %s and %s, want %s and %s", tt.on, tt.value, tt.mode, a.Fees.MPF, a.Fees.HMF, tt.mpf, tt.hmf)
		}
	}
}

func TestGaps(t *testing.T) {
	engine := madeUp(t)
	for _, tt := range []struct {
		on, hts, origin string
		status          kanzei.Status
		caveat          bool
	}{
		{"2025-05-31", "7208.10.15.00", "BR", kanzei.Exact, false},
		{"2025-06-01", "7208.10.15.00", "BR", kanzei.Unsupported, true},
		{"2025-06-30", "7208.10.15.00", "BR", kanzei.Unsupported, true},
		{"2025-07-01", "7208.10.15.00", "BR", kanzei.Exact, false},
		{"2025-06-01", "7208.10.15.00", "AR", kanzei.Exact, false},
		{"2025-06-01", "8517.13.00.00", "BR", kanzei.Exact, false},
		{"2026-01-05", "8517.13.00.00", "GB", kanzei.Exact, true}, // a caveat without an end
	} {
		e := entry(t, tt.on, tt.hts, tt.origin, "1000")
		e.Steel = kanzei.ShareOf(kanzei.Percent(90))
		a, err := engine.Assess(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		says := slices.ContainsFunc(a.Caveats, func(c string) bool {
			return strings.Contains(c, "not in this fixture") || strings.Contains(c, "a remark on goods")
		})
		if a.Status != tt.status || says != tt.caveat || (a.Duty == nil) != (tt.status == kanzei.Unsupported) {
			t.Errorf("%s %s %s: %s, duty %s, caveats %q", tt.on, tt.hts, tt.origin, a.Status, money(a.Duty), a.Caveats)
		}
	}
}

// Beyond the horizon the law known is unrolled, and the answer says so.
func TestHorizon(t *testing.T) {
	engine := madeUp(t)
	for on, want := range map[string]string{"2026-12-31": "", "2027-01-01": "2026-12-31"} {
		a, err := engine.Assess(entry(t, on, "8517.13.00.00", "JP", "1000"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if a.KnownOnlyTo.String() != want || a.Known.String() != "2026-12-31" {
			t.Errorf("on %s: known %s, only to %q", on, a.Known, a.KnownOnlyTo)
		}
	}
}

func TestBadEntries(t *testing.T) {
	engine := madeUp(t)
	good := entry(t, "2025-04-15", "8517.13.00.00", "JP", "1000")
	with := func(f func(*kanzei.Entry)) kanzei.Entry {
		e := good
		f(&e)
		return e
	}
	half := kanzei.ShareOf(kanzei.Percent(51))
	for code, e := range map[string]kanzei.Entry{
		"value.negative":    with(func(e *kanzei.Entry) { e.Value = -kanzei.Cent }),
		"value.large":       with(func(e *kanzei.Entry) { e.Value = 200_000_000_000 * kanzei.Dollar }),
		"origin.missing":    with(func(e *kanzei.Entry) { e.Origin = 0 }),
		"origin.unknown":    with(func(e *kanzei.Entry) { e.Origin = 'Z'<<8 | 'Z' }),
		"date.missing":      with(func(e *kanzei.Entry) { e.Date = 0 }),
		"date.coverage":     with(func(e *kanzei.Entry) { e.Date = day(t, "2024-12-31") }),
		"hts.short":         with(func(e *kanzei.Entry) { e.HTS = kanzei.MustHTS("8517") }),
		"hts.unknown":       with(func(e *kanzei.Entry) { e.HTS = kanzei.MustHTS("0000.00.00.00") }),
		"share.sum":         with(func(e *kanzei.Entry) { e.Steel, e.Aluminum = half, half }),
		"share.range":       with(func(e *kanzei.Entry) { e.USContent = kanzei.ShareOf(kanzei.One + 1) }),
		"quantity.negative": with(func(e *kanzei.Entry) { e.Quantity = -1 }),
	} {
		a, err := engine.Assess(e, 0)
		var p *kanzei.Problem
		if a != nil || !errors.As(err, &p) || p.Code != code || p.Msg == "" {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := engine.Assess(good, 0); err != nil {
		t.Errorf("the good entry: %v", err)
	}
	if _, err := engine.Assess(kanzei.Entry{Date: good.Date, Origin: good.Origin}, 0); err == nil {
		t.Error("an entry without a code is assessed")
	}
	zero := with(func(e *kanzei.Entry) { e.Value = 0 })
	if a, err := engine.Assess(zero, 0); err != nil || money(a.Duty) != "0.00" {
		t.Errorf("goods worth nothing owe %s, %v", money(a.Duty), err)
	}
}

// An engine answers many at once. Without its locks this dies of concurrent
// writes to a map.
func TestConcurrentUse(t *testing.T) {
	engine := madeUp(t)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			src := newSource(uint64(w), engine.Ledger, engine.Schedule)
			for range 40 {
				on := src.day()
				e := src.entry(on)
				if _, err := engine.Assess(e, src.knowledge(on)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
