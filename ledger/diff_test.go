package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

func held(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func find(list []ledger.Difference, heading string) *ledger.Difference {
	i := slices.IndexFunc(list, func(d ledger.Difference) bool { return d.Heading == heading })
	if i < 0 {
		return &ledger.Difference{}
	}
	return &list[i]
}

func names(refs []ledger.Ref) string {
	var out []string
	for _, r := range refs {
		if !slices.Contains(out, r.String()) {
			out = append(out, r.String())
		}
	}
	return strings.Join(out, ", ")
}

// The pause of April 2025, seen from the day it was ordered: two days of entry
// under one knowledge.
func TestDiffDays(t *testing.T) {
	l := held(t)
	b := l.AsKnown(kanzei.DayOf(2025, 4, 15))
	at := func(y, m, d int) ledger.Point { return ledger.Point{Book: b, At: kanzei.DayOf(y, m, d).Open()} }
	jp := kanzei.MustOrigin("JP")
	d := find(ledger.Diff(at(2025, 4, 9), at(2025, 4, 10), jp), "9903.01.53")
	if d.What != "is suspended" || d.Before.Rate != "+24%" || d.After.Status != ledger.Suspended || names(d.By) != "EO 14266" {
		t.Errorf("the pause: %+v", d)
	}
	// It runs out by the act that set it.
	d = find(ledger.Diff(at(2025, 7, 8), at(2025, 7, 9), jp), "9903.01.53")
	if d.What != "resumes" || names(d.By) != "EO 14266" {
		t.Errorf("its end: %+v", d)
	}
	if list := ledger.Diff(at(2025, 4, 15), at(2025, 4, 15), 0); len(list) != 0 {
		t.Errorf("a day differs from itself: %+v", list)
	}
	for _, d := range ledger.Diff(at(2025, 4, 2), at(2025, 4, 9), jp) {
		if d.Heading == "9903.01.01" {
			t.Errorf("a duty on Canada is shown for Japan: %+v", d)
		}
		if len(d.By) == 0 {
			t.Errorf("%s differs by no act", d.Heading)
		}
	}
}

// What the executive order on the agreement with Japan, and the notice that put it
// into force on 16 September, changed for entries that lay before: knowledge of two
// days.
func TestDiffKnown(t *testing.T) {
	l := held(t)
	a, b := l.AsKnown(kanzei.DayOf(2025, 8, 15)), l.AsKnown(kanzei.DayOf(2025, 9, 30))
	list := ledger.DiffKnown(a, b, l.Coverage.Begins.Open(), kanzei.Forever, kanzei.MustOrigin("JP"))
	gone, floor := find(list, "9903.02.30"), find(list, "9903.02.73")
	retroactive := kanzei.DayOf(2025, 8, 7).Open()
	if gone.What != "ends" || gone.From != retroactive || gone.Before.Rate != "+15%" || names(gone.By) != "EO 14345" {
		t.Errorf("+15%%: %+v", gone)
	}
	if floor.What != "begins" || floor.From != retroactive || floor.After.Rate != "15% all-in" {
		t.Errorf("15%% all-in: %+v", floor)
	}
	if d := find(list, "9903.01.32"); d.What != "changes" || !slices.Contains(d.Changes, "products") || len(d.Added) == 0 {
		t.Errorf("Annex II: %+v", d)
	}
	for i, d := range list {
		if d.From >= d.Until || i > 0 && list[i-1].Heading == d.Heading && list[i-1].Until > d.From {
			t.Errorf("%s from %s to %s, after %+v", d.Heading, d.From, d.Until, list[max(0, i-1)])
		}
	}
	// A judgment annuls what stays collected for the days before.
	all := ledger.DiffKnown(b, l.AsKnown(0), l.Coverage.Begins.Open(), kanzei.Forever, kanzei.MustOrigin("JP"))
	if d := find(all, "9903.01.25"); d.What == "" || !strings.Contains(names(d.By), "Learning Resources") {
		t.Errorf("the judgment: %+v", d)
	}
}

// The duty of ten percent gives way to that of 24 percent for a day, and takes
// its place when that is suspended; the other provisions of the day do neither.
func TestDiffReach(t *testing.T) {
	b := held(t).AsKnown(kanzei.DayOf(2025, 4, 15))
	at := func(y, m, d int) ledger.Point { return ledger.Point{Book: b, At: kanzei.DayOf(y, m, d).Open()} }
	tool := kanzei.MustHTS("8205.40.00.00")
	for _, tt := range []struct {
		from, to ledger.Point
		origin   string
		what     string
	}{
		{at(2025, 4, 8), at(2025, 4, 9), "JP", ledger.GivesWay},
		{at(2025, 4, 9), at(2025, 4, 10), "JP", ledger.TakesPlace},
		{at(2025, 4, 9), at(2025, 4, 10), "GB", ""}, // has no rate of its own
	} {
		d := find(ledger.Diff(tt.from, tt.to, kanzei.MustOrigin(tt.origin)), "9903.01.25")
		if d.What != tt.what {
			t.Errorf("%s: %q, want %q", tt.origin, d.What, tt.what)
		}
		if tt.what == "" {
			continue
		}
		goods := d.Added.Union(d.Struck)
		if !slices.Equal(d.Others, []string{"9903.01.53"}) || !goods.Contains(tool) {
			t.Errorf("%s: %+v", tt.what, d.Others)
		}
		if tt.what == ledger.TakesPlace && names(d.By) != "EO 14266" {
			t.Errorf("by %s", names(d.By))
		}
	}
}
