package duty_test

import (
	"testing"

	"kanzei"
	"kanzei/duty"
)

// TestDecide: bags of Japan in August 2025 paid MFN and 15 %; the order of
// September made it 15 % in all, and the judgment of 2026 MFN alone.
func TestDecide(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	entry := kanzei.Entry{HTS: kanzei.MustHTS("6307.90.98.70"), Origin: kanzei.MustOrigin("JP"), Date: kanzei.DayOf(2025, 8, 20), Value: 10_000 * kanzei.Dollar}
	for _, c := range []struct {
		now         kanzei.Day
		duty, legal string
		by          []string
	}{
		{kanzei.DayOf(2025, 8, 31), "2200.00", "2200.00", nil},
		{kanzei.DayOf(2025, 9, 30), "1500.00", "1500.00", []string{"EO 14345"}},
		{0, "1500.00", "700.00", []string{"EO 14345", "Learning Resources v. Trump"}},
	} {
		d, err := e.Decide(entry, entry.Date, c.now)
		if err != nil {
			t.Fatal(err)
		}
		var by []string
		for _, r := range d.By {
			if n := len(by); n == 0 || by[n-1] != r.String() {
				by = append(by, r.String())
			}
		}
		if d.Then.Duty.String() != "2200.00" || d.Now.Duty.String() != c.duty || d.Now.Legal.String() != c.legal || d.Differs() != (c.by != nil) {
			t.Errorf("as known %s: %s, then %s, legally %s", c.now, d.Then.Duty, d.Now.Duty, d.Now.Legal)
		}
		seen := map[string]bool{}
		for _, x := range by {
			seen[x] = true
		}
		for _, x := range c.by {
			if !seen[x] {
				t.Errorf("as known %s: by %v, without %s", c.now, by, x)
			}
		}
		if len(seen) != len(c.by) {
			t.Errorf("as known %s: by %v, want %v", c.now, by, c.by)
		}
	}
}
