package kanzei_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kanzei"
)

func TestParseDay(t *testing.T) {
	d, err := kanzei.ParseDay("2025-04-15")
	if err != nil || d != kanzei.DayOf(2025, 4, 15) || d.String() != "2025-04-15" {
		t.Fatalf("%v, %v", d, err)
	}
	if y, m, dd := d.Date(); y != 2025 || m != 4 || dd != 15 {
		t.Errorf("date is %d %d %d", y, m, dd)
	}
	if d.Format("2 January 2006") != "15 April 2025" || d.IsZero() || kanzei.Day(0).String() != "" {
		t.Error("formats")
	}
	// 1970-01-01 is how "no day" is stored, and beyond 2999 the moments of a day
	// would leave their 32 bits.
	for _, s := range []string{"", "2025-4-15", "2025-02-29", "2025-13-01", "15.4.2025", "1969-12-31", "1970-01-01", "3000-01-01", "9999-12-31", "2025-04-15 ", "2025-04-15 00:01"} {
		_, err := kanzei.ParseDay(s)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != "date.syntax" || p.Hint == "" {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestParseMoment(t *testing.T) {
	d := kanzei.DayOf(2025, 4, 5)
	for s, want := range map[string]kanzei.Moment{
		"2025-04-05":       d.At(0, 1), // a bare date is 12:01 a.m.
		"2025-04-05 00:01": d.Open(),
		"2025-04-05 00:00": d.At(0, 0),
		"2025-04-05 23:59": d.At(23, 59),
	} {
		m, err := kanzei.ParseMoment(s)
		if err != nil || m != want || m.Day() != d {
			t.Errorf("%q is %v, %v", s, m, err)
		}
	}
	for _, s := range []string{"", "2025-04-05 24:00", "2025-04-05T00:01", "1970-01-01", "1970-01-01 00:00", "9999-01-01 00:00", "9999-01-01", "forever"} {
		m, err := kanzei.ParseMoment(s)
		var p *kanzei.Problem
		if !errors.As(err, &p) || m != 0 {
			t.Errorf("%q: %v, %v", s, m, err)
		}
	}
	if kanzei.Forever.String() != "forever" || kanzei.Moment(0).String() != "" {
		t.Error("the bounds have no names")
	}
	if last := kanzei.DayOf(2999, 12, 31); last.Open() <= 0 || last.Open() >= kanzei.Forever || kanzei.Forever.Day() <= last {
		t.Error("the last day does not fit")
	}
}

// The day of a moment in time is the Eastern one, in summer and in winter.
func TestDayFromTime(t *testing.T) {
	if _, err := time.LoadLocation("America/New_York"); err != nil {
		t.Skip("no time zones here; the program falls back to UTC-5")
	}
	for s, want := range map[string]string{
		"2025-07-09T03:59:00Z":      "2025-07-08", // 23:59 EDT
		"2025-07-09T04:00:00Z":      "2025-07-09",
		"2025-01-09T04:59:00Z":      "2025-01-08", // 23:59 EST
		"2025-01-09T05:00:00Z":      "2025-01-09",
		"2025-04-15T09:00:00+09:00": "2025-04-14", // Tokyo
	} {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := kanzei.DayFromTime(at).String(); got != want {
			t.Errorf("%s is %s, want %s", s, got, want)
		}
	}
}

func TestDayRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := kanzei.Day(rapid.Int32Range(int32(kanzei.DayOf(1971, 1, 1)), int32(kanzei.DayOf(2999, 12, 31))).Draw(t, "day"))
		if back, err := kanzei.ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%d formats as %s, which reads as %d, %v", d, d, back, err)
		}
		if y, m, dd := d.Date(); kanzei.DayOf(y, m, dd) != d {
			t.Fatalf("%d is %d-%d-%d", d, y, m, dd)
		}
		if tomorrow := d + 1; tomorrow.At(0, 0)-d.At(0, 0) != 24*60 || tomorrow.String() <= d.String() {
			t.Fatalf("%s, then %s", d, tomorrow)
		}
		m := d.At(rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
		text, err := json.Marshal(map[string]any{"day": d, "moment": m})
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			Day    kanzei.Day
			Moment kanzei.Moment
		}
		if err := json.Unmarshal(text, &back); err != nil || back.Day != d || back.Moment != m || m.Day() != d {
			t.Fatalf("%s reads as %+v, %v", text, back, err)
		}
	})
	for _, m := range []kanzei.Moment{0, kanzei.Forever} {
		text, _ := m.MarshalText()
		back := kanzei.Moment(77)
		if err := back.UnmarshalText(text); err != nil || back != m {
			t.Errorf("%q reads as %d, %v", text, back, err)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2025-04-15", "2025-04-15 00:01", "1970-01-01", "9999-12-31", "0000-00-00", "2025-04-15 24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := kanzei.ParseDay(s); err == nil && (d <= 0 || d.String() != s || d.Open() <= 0) {
			t.Fatalf("%q reads as day %d, %s", s, d, d)
		}
		m, err := kanzei.ParseMoment(s)
		if err != nil {
			return
		}
		back, err := kanzei.ParseMoment(m.String())
		if err != nil || back != m || m <= 0 || m == kanzei.Forever {
			t.Fatalf("%q reads as %d, which is %s and reads as %d, %v", s, m, m, back, err)
		}
	})
}
