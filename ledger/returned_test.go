package ledger_test

import (
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

const returnedLaw = `instrument: R 1
title: t
kind: proclamation
public: 2025-01-01
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
  - returned: program:one.x
    under: 9802.00.60
    levied-on: full value
    from: 2025-04-01
    quote: "the full value"
  - returned: 9990.01.01
    under: 9802.00.40, 9802.00.50
    caveat: open
    from: 2025-03-01
    quote: "q"
`

// TestReturned: which acts speak of goods returned, on which days, what the
// last of them says, and that a change of it is a difference.
func TestReturned(t *testing.T) {
	in, err := ledger.Parse("r.yaml", []byte(returnedLaw), nil)
	if err != nil {
		t.Fatal(err)
	}
	l := (&ledger.Ledger{Coverage: &ledger.Coverage{}}).Add(in)
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	b := l.AsKnown(0)
	march, april := kanzei.DayOf(2025, 3, 15).Open(), kanzei.DayOf(2025, 4, 1).Open()
	under := func(m kanzei.Moment, provision string) string {
		p := b.At(m).Provisions[0]
		r, ok := ledger.ReturnedUnder(p.Returned, kanzei.MustHTS(provision))
		switch {
		case !ok:
			return "silent"
		case r.Act.Returned.FullValue:
			return "full"
		}
		return r.Act.Returned.Caveat
	}
	for _, c := range []struct {
		at         kanzei.Moment
		code, want string
	}{
		{march, "9802.00.60", "silent"},
		{april, "9802.00.60", "full"},
		{april, "9802.00.60.10", "full"},
		{april, "9802.00.50", "open"},
		{april, "9802.00.80", "silent"},
	} {
		if got := under(c.at, c.code); got != c.want {
			t.Errorf("%s on %s: %s, not %s", c.code, c.at, got, c.want)
		}
	}
	d := ledger.Diff(ledger.Point{Book: b, At: march}, ledger.Point{Book: b, At: april}, 0)
	if len(d) != 1 || d[0].What != "changes" || strings.Join(d[0].Changes, ",") != "goods returned" {
		t.Errorf("differences %+v", d)
	}
}

func TestReturnedBad(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"under: 9802.00.60\n", "under: 7208.51.00\n", `"7208.51.00" is not a provision of chapter 98`},
		{"    under: 9802.00.60\n", "", "the act names no provision of chapter 98"},
		{"levied-on: full value", "levied-on: half", `"half" is not what the duties are levied on`},
		{"    levied-on: full value\n", "", "the act says nothing of the goods"},
	} {
		_, err := ledger.Parse("r.yaml", []byte(strings.Replace(returnedLaw, c.from, c.to, 1)), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.want, err)
		}
	}
}
