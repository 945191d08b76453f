package schedule

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kanzei"
)

func mustLoad(t testing.TB) *Schedule {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.TextError(); err != nil {
		t.Fatal(err)
	}
	return s
}

func on(s string) kanzei.Day {
	d, err := kanzei.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Rates are those of the HTS edition named, read in the source files.
func TestLine(t *testing.T) {
	s := mustLoad(t)
	for _, c := range []struct{ code, day, rated, general, column2, units, edition string }{
		{"8703.23.01.40", "2025-04-15", "8703.23.01", "2.5%", "10%", "no.", "2025_rev_10"},
		{"8703.23.01", "2025-04-15", "8703.23.01", "2.5%", "10%", "no.", "2025_rev_10"},
		{"8704.31.01.20", "2025-04-15", "8704.31.01", "25%", "25%", "no.", "2025_rev_10"},
		{"0101.30.00", "2025-01-01", "0101.30.00.00", "6.8%", "15%", "no.", "2025_basic"},
		{"0101.30.00.00", "2018-01-01", "0101.30.00.00", "6.8%", "15%", "no.", "2018_rev_8_1@2018-01-01"},
		{"0305.59.00", "2022-02-01", "0305.59.00.01", "Free", "2.8¢/kg", "kg", "2022_rev_3"}, // suffix 01, no 00
		{"8704.42.00.20", "2024-03-01", "8704.42.00", "25%", "25%", "no.", "2024_basic"},     // the annual database says 4%
		{"8708.22.00.00", "2024-03-01", "8708.22.00.00", "2.5%", "25%", "no. m2", "2024_basic"},
		{"9027.90.20.00", "2019-06-30", "9027.90.20.00", "0.5%", "40%", "", "2019_rev_7"}, // ITA stage of 2019-07-01
		{"9027.90.20.00", "2019-07-01", "9027.90.20.00", "Free", "40%", "", "2019_rev_15"},
		{"9613.90.80.00", "2020-07-31", "9613.90.80.00", "8%", "110%", "", "2020_rev_10@2020-07-01"},
		{"9613.90.80.00", "2020-08-01", "9613.90.80.00", "5%", "110%", "", "2020_rev_10@2020-08-01"},
		{"9613.90.80.00", "2021-07-31", "9613.90.80.00", "5%", "110%", "", "2021_rev_10@2021-07-01"},
		{"9613.90.80.00", "2021-08-01", "9613.90.80.00", "4%", "110%", "", "2021_rev_10"},
		{"4420.19.00.00", "2025-01-15", "4420.19.00.00", "3.2%", "33 1/3%", "no.", "2025_basic"}, // lost in print
		{"0709.70.00.10", "2026-02-01", "0709.70.00", "20%", "50%", "kg", "2026_rev_2"},
		{"8708.29.51.50", "2026-07-01", "8708.29.51", "2.5%", "25%", "no.", "2026_rev_11"}, // from the change record
		{"8703.23.01.40", "2027-01-01", "8703.23.01", "2.5%", "10%", "no.", "2026_rev_11"},
	} {
		l, err := s.Line(kanzei.MustHTS(c.code), on(c.day))
		if err != nil {
			t.Errorf("%s on %s: %v", c.code, c.day, err)
			continue
		}
		if l.Rated.String() != c.rated || l.General.Text != c.general || l.Column2.Text != c.column2 || l.Edition != c.edition {
			t.Errorf("%s on %s: rated %s %q, column 2 %q, %s", c.code, c.day, l.Rated, l.General.Text, l.Column2.Text, l.Edition)
		}
		if u := strings.Join(l.Units, " "); c.units != "" && u != c.units {
			t.Errorf("%s on %s: units %q, want %q", c.code, c.day, u, c.units)
		}
	}
}

func TestSpecialPrograms(t *testing.T) {
	s := mustLoad(t)
	for _, c := range []struct{ code, day, program, rate string }{
		{"8460.90.40", "2020-01-01", "JP", "1.4%"}, // US-Japan agreement, first stage
		{"8460.90.40", "2019-12-31", "JP", ""},
		{"8703.23.01", "2025-04-15", "KR", "Free"},
		{"8703.23.01", "2025-04-15", "S", "Free"},
		{"8703.23.01", "2020-06-30", "S", ""},
		{"8703.23.01", "2020-07-01", "S", "Free"}, // USMCA
		{"0201.10.50", "2025-12-31", "KR", "1.7%"},
		{"0201.10.50", "2026-01-01", "KR", "Free"}, // last stage
		{"0811.90.80", "2022-01-05", "AU", "Free"}, // stage of 2022; the database still prints 2021's
		{"0811.90.80", "2021-12-31", "AU", "0.6%"},
	} {
		l, err := s.Line(kanzei.MustHTS(c.code), on(c.day))
		if err != nil {
			t.Errorf("%s on %s: %v", c.code, c.day, err)
			continue
		}
		got := ""
		for _, sp := range l.Special {
			for _, p := range sp.Programs {
				if p == c.program {
					got = sp.Rate.Text
				}
			}
		}
		if got != c.rate {
			t.Errorf("%s on %s, %s: %q, want %q", c.code, c.day, c.program, got, c.rate)
		}
	}
}

// TestKnown: what the schedule prints is known, and what nobody writes is not.
func TestKnown(t *testing.T) {
	s := mustLoad(t)
	for day := range 9 {
		on := kanzei.DayOf(2018+day, 7, 2)
		for h := range s.CodesUnder(0, on) {
			l, err := s.Line(h, on)
			if err != nil {
				continue
			}
			for _, sp := range l.Special {
				for _, p := range sp.Programs {
					if !KnownProgram(p) && p != "GH" { // a misprint of 2018 to 2021 for BH
						t.Errorf("%s on %s: program %q", h, on, p)
					}
				}
			}
			for _, r := range []kanzei.Rate{l.General, l.Column2} {
				for _, x := range r.Specific {
					if !KnownUnit(x.Unit) {
						t.Errorf("%s on %s: unit %q", h, on, x.Unit)
					}
				}
			}
			for _, u := range l.Units {
				if u != "" && !KnownUnit(u) {
					t.Errorf("%s on %s: unit %q", h, on, u)
				}
			}
		}
	}
	for _, x := range []string{"ZZ", "s", "JPN", "A++"} {
		if KnownProgram(x) {
			t.Errorf("%q is a program", x)
		}
	}
	for _, x := range []string{"parsecs", "hl", "dollars"} {
		if KnownUnit(x) {
			t.Errorf("%q is a unit", x)
		}
	}
}

func TestLineProblems(t *testing.T) {
	s := mustLoad(t)
	for _, c := range []struct{ code, day, problem, mention string }{
		{"8703.23.01.40", "2017-12-31", "date.coverage", "2018-01-01"},
		{"8703", "2025-04-15", "hts.short", "8703.23.01"},
		{"87", "2025-04-15", "hts.short", "8701"},
		{"77", "2025-04-15", "hts.unknown", ""},
		{"8703.23.01.99", "2025-04-15", "hts.unknown", "8703.23.01.40"},
		{"1234.56.78", "2025-04-15", "hts.unknown", "1201"},
		{"8517.12.00.50", "2025-04-15", "hts.not-on-day", "2022-01-26"},
		{"8517.12.00", "2025-04-15", "hts.not-on-day", "2022-01-26"},
		{"8708.29.51.60", "2026-07-01", "hts.not-on-day", "8708.29.51.50"},
		{"0709.70.00.00", "2026-02-01", "hts.not-on-day", "0709.70.00.10"},
	} {
		_, err := s.Line(kanzei.MustHTS(c.code), on(c.day))
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != c.problem || !strings.Contains(err.Error(), c.mention) {
			t.Errorf("%s on %s: %v, want %s that mentions %q", c.code, c.day, err, c.problem, c.mention)
		}
	}
}

// Every line Under yields is what Line gives, and every number of Codes has a
// line; on a day of every edition.
func TestUnderAndCodes(t *testing.T) {
	s := mustLoad(t)
	for i, e := range table {
		if testing.Short() && i%8 != 0 {
			continue
		}
		n := 0
		for l := range s.Under(0, e.From) {
			m, err := s.Line(l.HTS, e.From)
			if err != nil || m.Rated != l.Rated || m.General.Text != l.General.Text || m.Edition != e.Name {
				t.Fatalf("%s in %s: %v", l.HTS, e.Name, err)
			}
			n++
		}
		ten := 0
		for h := range s.Codes(e.From) {
			l, err := s.Line(h, e.From)
			if err != nil || h.Chapter() < 98 && l.General.Kind == kanzei.RateNone {
				t.Fatalf("%s in %s: %v", h, e.Name, err)
			}
			if d := s.Describe(h, e.From); len(d) == 0 {
				t.Fatalf("%s in %s: designation %q", h, e.Name, d)
			}
			ten++
		}
		if n < 11000 || ten < 18600 {
			t.Errorf("%s: %d lines, %d numbers", e.Name, n, ten)
		}
	}
	for l := range s.Under(kanzei.MustHTS("8703"), on("2025-04-15")) {
		if l.HTS.Parent(4) != kanzei.MustHTS("8703") {
			t.Errorf("%s under 8703", l.HTS)
		}
	}
}

// slowLine answers from the editions row by row, without the search in codes.
func slowLine(s *Schedule, h kanzei.HTS, e int) (general string, ok bool) {
	rate := map[kanzei.HTS]string{}
	exists := map[kanzei.HTS]bool{}
	for i, c := range s.codes {
		if c.Parent(8) != h.Parent(8) {
			continue
		}
		for _, r := range s.runs[s.index[i]:s.index[i+1]] {
			if int(r.from) <= e && e < int(r.to) {
				exists[c] = true
				if r.tuple != 0 {
					rate[c] = s.strings[s.tuples[r.tuple-1].general]
				}
			}
		}
	}
	if h.Digits() == 10 {
		if !exists[h] {
			return "", false
		}
		if g, ok := rate[h]; ok {
			return g, true
		}
		return rate[h.Parent(8)], true
	}
	if exists[h] {
		return rate[h], true
	}
	for c, g := range rate {
		if h.Contains(c) {
			return g, true
		}
	}
	return "", false
}

func TestLineAgainstSlow(t *testing.T) {
	s := mustLoad(t)
	rapid.Check(t, func(t *rapid.T) {
		h := s.codes[rapid.IntRange(0, len(s.codes)-1).Draw(t, "code")]
		if h.Digits() < 8 {
			return
		}
		if rapid.Bool().Draw(t, "eight") {
			h = h.Parent(8)
		}
		e := rapid.IntRange(0, len(table)-1).Draw(t, "edition")
		want, ok := slowLine(s, h, e)
		l, err := s.Line(h, table[e].From)
		if (err == nil) != ok || CleanRate(want) != l.General.Text {
			t.Fatalf("%s in %s: %q %v, want %q %v", h, table[e].Name, l.General.Text, err, want, ok)
		}
	})
}

// TestSteady: all editions of a steady stretch say the same of a code.
func TestSteady(t *testing.T) {
	s := mustLoad(t)
	longest := 0
	rapid.Check(t, func(t *rapid.T) {
		h := s.codes[rapid.IntRange(0, len(s.codes)-1).Draw(t, "code")]
		if h.Digits() < 8 {
			return
		}
		if rapid.Bool().Draw(t, "eight") {
			h = h.Parent(8)
		}
		e := rapid.IntRange(0, len(table)-1).Draw(t, "edition")
		want, ok := s.line(h, e)
		from, to := s.Steady(h, e)
		if e < from || e >= to {
			t.Fatalf("%s: edition %d is not in [%d, %d)", h, e, from, to)
		}
		longest = max(longest, to-from)
		for i := from; i < to; i++ {
			l, held := s.line(h, i)
			if l.Edition = want.Edition; held != ok || !reflect.DeepEqual(l, want) {
				t.Fatalf("%s: %+v in edition %d, %+v in %d", h, l, i, want, e)
			}
		}
	})
	if longest < 10 {
		t.Errorf("the longest stretch is of %d editions", longest)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("8703.23.01.40", "2025-04-15")
	f.Add("87", "2018-01-01")
	f.Add("9903.01.25", "2026-01-01")
	s := mustLoad(f)
	f.Fuzz(func(t *testing.T, code, day string) {
		h, err := kanzei.ParseHTS(code)
		d, err2 := kanzei.ParseDay(day)
		if err != nil || err2 != nil {
			return
		}
		l, err := s.Line(h, d)
		var p *kanzei.Problem
		if err != nil && (!errors.As(err, &p) || p.Code == "" || p.Hint == "") {
			t.Errorf("%s on %s: %v without code or hint", code, day, err)
		}
		if err == nil && (l.Rated.Parent(8) != h.Parent(8) || len(s.Describe(h, d)) == 0) {
			t.Errorf("%s on %s: rated by %s", code, day, l.Rated)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := decodeRates(ratesFile); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	s := mustLoad(b)
	h, d := kanzei.MustHTS("8703.23.01.40"), on("2025-04-15")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Line(h, d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s := mustLoad(b)
	for b.Loop() {
		s.Search("lithium-ion battery", on("2025-04-15"), 10)
	}
}
