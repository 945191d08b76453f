package ledger_test

import (
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

const zoneLaw = `instrument: Z 1
title: t
kind: proclamation
authority: a
public: 2025-01-01
citation: c
source: s
acts:
  - program: one.x
    title: One
    from: 2025-03-01
    quote: "q"
  - impose: 9990.01.01
    program: one.x
    title: t
    rate: +10%
    from: 2025-03-01
    quote: "q"
  - amend: 9990.01.01
    rate: +20%
    from: 2025-06-01
    quote: "q"
  - zone: program:one.x
    from: 2025-03-01 00:01
    quote: "must be admitted"
  - zone: 9990.01.01
    pays: entry
    admitted-before: 2025-03-01 00:01
    reports: 9990.01.02
    origins: [JP, KR]
    codes: [8703]
    from: 2025-03-01 00:01
    quote: "likewise"
`

// TestZones: which acts speak of which goods, what they say, and the law joined
// of two days.
func TestZones(t *testing.T) {
	in, err := ledger.Parse("z.yaml", []byte(zoneLaw), nil)
	if err != nil {
		t.Fatal(err)
	}
	l := (&ledger.Ledger{Coverage: &ledger.Coverage{}}).Add(in)
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	b := l.AsKnown(0)
	at := func(s string) kanzei.Moment {
		m, err := kanzei.ParseMoment(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		hts, origin, entry, admitted string
		pays                         kanzei.ZoneDay
		reports, rate                string
		demanded                     bool
	}{
		{"8703.23.01.40", "JP", "2025-02-20", "2025-02-01", "", "", "", false},
		{"8703.23.01.40", "JP", "2025-03-01 00:01", "2025-02-28", kanzei.EntryRates, "9990.01.02", "+10%", true},
		{"8703.23.01.40", "JP", "2025-07-01", "2025-02-28", kanzei.EntryRates, "9990.01.02", "+20%", true},
		{"8703.23.01.40", "JP", "2025-07-01", "2025-03-01 00:01", "", "", "+10%", true},
		{"8703.23.01.40", "DE", "2025-07-01", "2025-02-28", "", "", "", true},
		{"8704.23.01.00", "JP", "2025-07-01", "2025-02-28", "", "", "", true},
		{"8704.23.01.00", "JP", "2025-07-01", "2025-06-30", "", "", "+20%", true},
	} {
		o := kanzei.MustOrigin(c.origin)
		acts := b.Zones(kanzei.MustHTS(c.hts), o, at(c.entry), at(c.admitted))
		_, demanded := ledger.Privileged(acts, "9990.01.01", "one.x")
		pays, reports := ledger.ZoneDay(acts, "9990.01.01", "one.x"), ledger.ZoneReports(acts, "9990.01.01", "one.x")
		rate := ""
		for _, p := range ledger.Admitted(b.At(at(c.entry)), b.At(at(c.admitted)), acts, o).Provisions {
			rate += p.Rate.Rate.Text
		}
		if pays != c.pays || reports != c.reports || demanded != c.demanded || rate != c.rate {
			t.Errorf("%+v: pays %q, reports %q, demanded %v, rate %q", c, pays, reports, demanded, rate)
		}
	}
}

func TestZoneProblems(t *testing.T) {
	for _, c := range [][3]string{
		{"pays: entry", "pays: later", `"later" is no day`},
		{"admitted-before: 2025-03-01 00:01", "admitted-since: 2025-03-01", "admitted-since"},
		{"zone: 9990.01.01", "zone: []", "names no heading"},
	} {
		if _, err := ledger.Parse("z.yaml", []byte(strings.Replace(zoneLaw, c[0], c[1], 1)), nil); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", c[1], err)
		}
	}
	in, err := ledger.Parse("z.yaml", []byte(strings.Replace(zoneLaw, "zone: 9990.01.01", "zone: 9990.01.09", 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&ledger.Ledger{Coverage: &ledger.Coverage{}}).Add(in).Check(); err == nil || !strings.Contains(err.Error(), "unknown heading 9990.01.09") {
		t.Errorf("%v", err)
	}
}
