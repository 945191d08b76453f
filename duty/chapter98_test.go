package duty_test

import (
	"errors"
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
	for code, e := range map[string]kanzei.Entry{
		"ch98.content": entry("6307.90.98.70", "JP", "2025-08-20", "9802.00.80", ""),
		"ch98.syntax":  entry("6307.90.98.70", "JP", "2025-08-20", "8703", ""),
	} {
		var p *kanzei.Problem
		if _, err := engine.Assess(e, 0); !errors.As(err, &p) || p.Code != code {
			t.Errorf("%v, not %s", err, code)
		}
	}
}
