package duty_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/duty"
)

// TestChapter98 holds the words of US note 52(a) and note 2(v)(i): goods of
// chapter 98 pay no additional duty; of repairs, processing and assembly
// abroad, the part of the value that is not US pays.
func TestChapter98(t *testing.T) {
	engine, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	entry := func(hts, origin, on, ch98, us string) kanzei.Entry {
		e := kanzei.Entry{HTS: kanzei.MustHTS(hts), Origin: kanzei.MustOrigin(origin), Value: 10_000 * kanzei.Dollar, Ch98: ch98}
		e.Date, _ = kanzei.ParseDay(on)
		if err := e.USContent.UnmarshalText([]byte(us)); err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, c := range []struct {
		name string
		e    kanzei.Entry
		want kanzei.Money
	}{
		{"the line is the claim", entry("9801.00.10", "JP", "2025-08-20", "", ""), 0},
		{"claimed beside the line", entry("6307.90.98.70", "JP", "2025-08-20", "9801.00.10", ""), 0},
		// 9802.00.80: 7 % and the floor of 15 % on 6,000 of 10,000.
		{"US components", entry("6307.90.98.70", "JP", "2025-08-20", "9802.00.80", "40"), 900 * kanzei.Dollar},
		// 9802.00.50: repairs of 2,000, as oracle row KL-050: 50 % of section 301 and 12.5 %.
		{"repairs", entry("8541.43.00.80", "CN", "2026-08-28", "9802.00.50", "80"), 1250 * kanzei.Dollar},
	} {
		a, err := engine.Assess(c.e, 0)
		if err != nil || a.Duty == nil {
			t.Errorf("%s: %v, %+v", c.name, err, a)
			continue
		}
		if *a.Duty != c.want {
			t.Errorf("%s: duty %s, not %s", c.name, a.Duty, c.want)
		}
		if a.Entry.Value != c.e.Value {
			t.Errorf("%s: the entry is shown with %s", c.name, a.Entry.Value)
		}
	}
	flagged := entry("6307.90.98.70", "JP", "2025-08-20", "9802.00.80", "40")
	flagged.Flags = []string{"chapter-98"}
	for code, e := range map[string]kanzei.Entry{
		"ch98.content": entry("6307.90.98.70", "JP", "2025-08-20", "9802.00.80", ""),
		"ch98.flag":    flagged,
		"ch98.syntax":  entry("6307.90.98.70", "JP", "2025-08-20", "8703", ""),
	} {
		var p *kanzei.Problem
		if _, err := engine.Assess(e, 0); !errors.As(err, &p) || p.Code != code {
			t.Errorf("%v, not %s", err, code)
		}
	}
}

// Under a provision that frees a part of the value the rate is a share of the
// whole. Of metal processed abroad the section 232 duty is on the full value (US
// note 16(i), 9802.00.60), in a batch as alone.
func TestChapter98Part(t *testing.T) {
	engine, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	e := kanzei.Entry{HTS: kanzei.MustHTS("7208.51.00.30"), Origin: kanzei.MustOrigin("MX"), Value: 10_000 * kanzei.Dollar,
		Ch98: "9802.00.60", USContent: kanzei.ShareOf(kanzei.Percent(40)), Steel: kanzei.ShareOf(kanzei.Percent(100))}
	e.Date, _ = kanzei.ParseDay("2025-07-01")
	a, err := engine.Assess(e, 0)
	if err != nil || a.Duty == nil {
		t.Fatal(a, err)
	}
	if *a.Duty != 5000*kanzei.Dollar || *a.Rate != kanzei.Percent(50) || a.Entry.Value != e.Value {
		t.Errorf("duty %s, rate %s of %s", *a.Duty, *a.Rate, a.Entry.Value)
	}
	if !slices.ContainsFunc(a.Lines, func(f kanzei.Finding) bool {
		return f.Heading == "9903.81.87" && f.Base == e.Value && strings.Contains(f.Because, "full value")
	}) {
		t.Errorf("no word of the full value: %+v", a.Lines)
	}
	x := e
	var out duty.Outcome
	if err := engine.NewRater().Rate(&x, 0, nil, &out); err != nil || out.Duty.USD != *a.Duty || x.Full != e.Value {
		t.Errorf("in a batch duty %s of %s, %v", out.Duty.USD, x.Full, err)
	}
	e.Ch98 = "9802.00.80"
	if a, err = engine.Assess(e, 0); err != nil || *a.Duty != 3000*kanzei.Dollar {
		t.Error(a.Duty, err)
	}
	// A text that does not speak of goods returned is said to be silent: US note 18.
	e.HTS, e.Origin, e.Ch98 = kanzei.MustHTS("8541.43.00.10"), kanzei.MustOrigin("VN"), "9802.00.50"
	e.Date = kanzei.DayOf(2025, 2, 7)
	silent := func(s string) bool { return strings.Contains(s, "US note 18 does not speak of goods returned") }
	if a, err = engine.Assess(e, 0); err != nil || *a.Duty != 840*kanzei.Dollar || !slices.ContainsFunc(a.Caveats, silent) {
		t.Error(a.Duty, a.Caveats, err)
	}
}
