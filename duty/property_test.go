package duty_test

import (
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/duty"
)

// forget leaves out some of the facts without which no duty can be computed.
func (r *source) forget(e kanzei.Entry) kanzei.Entry {
	for _, s := range []*kanzei.Share{&e.Steel, &e.Aluminum, &e.Copper} {
		if r.IntN(2) == 0 {
			*s = kanzei.Share{}
		}
	}
	e.Flags = slices.DeleteFunc(slices.Clone(e.Flags), func(f string) bool {
		f = strings.TrimPrefix(f, "not-")
		// A flag that some provision also takes as a claim is false there until
		// declared, and no range speaks of it.
		return slices.Contains(r.uses, f) && !slices.Contains(r.claims, f) && r.IntN(2) == 0
	})
	if r.IntN(6) == 0 {
		e.Quantity, e.Quantity2 = 0, 0
	}
	if r.IntN(3) == 0 {
		if short := e.HTS.Parent(8); short != e.HTS {
			if _, err := r.schedule.Line(short, e.Date); err == nil {
				e.HTS = short
			}
		}
	}
	return e
}

// TestRangeHoldsEveryAnswer: whatever the facts left out turn out to be, the
// duty lies in the range that was given without them.
func TestRangeHoldsEveryAnswer(t *testing.T) {
	for _, named := range laws(t) {
		t.Run(named.name, func(t *testing.T) {
			l, s := withoutGaps(named.Ledger), schedules(t)
			engine := duty.New(l, s)
			src := newSource(seed()+1, l, s)
			var on, known kanzei.Day
			ranges, wide, open, failed := 0, 0, 0, 0
			for i := range named.entries {
				if i%40 == 0 {
					on = src.day()
					known = src.knowledge(on)
				}
				full := src.entry(on)
				exact, err := engine.Assess(full, known)
				if err != nil {
					t.Fatal(err)
				}
				part := src.forget(full)
				a, err := engine.Assess(part, known)
				if err != nil {
					t.Fatalf("%s: %v", show(&part, known), err)
				}
				if exact.Duty == nil {
					continue
				}
				if *exact.DutyMin != *exact.Duty || *exact.DutyMax != *exact.Duty {
					t.Fatalf("%s: duty %s but range %s..%s", show(&full, known), exact.Duty, exact.DutyMin, exact.DutyMax)
				}
				if a.Status == kanzei.Unsupported {
					if a.Duty != nil || a.DutyMin != nil || len(a.Caveats) == 0 {
						t.Fatalf("%s: unsupported with a figure, or without a reason", show(&part, known))
					}
					continue
				}
				// Each line is rounded to the cent, so a duty between two corners can
				// exceed both by half a cent a line.
				slack := kanzei.Money(len(exact.Lines)) * kanzei.Cent
				if *exact.Duty < *a.DutyMin-slack || a.DutyMax != nil && *exact.Duty > *a.DutyMax+slack {
					failed++
					t.Errorf("%s\nis %s..%s, but with\n%s\nit is %s", show(&part, known), a.DutyMin, a.DutyMax, show(&full, known), exact.Duty)
					if failed > 3 {
						t.FailNow()
					}
				}
				switch {
				case a.Status == kanzei.Exact:
					continue
				case a.Duty != nil || len(a.Questions) == 0:
					t.Fatalf("%s: a range with one figure, or without a question", show(&part, known))
				case a.DutyMax == nil:
					open++
				default:
					wide++
				}
				ranges++
			}
			t.Logf("%d ranges, %d of them open", ranges, open)
			if wide < 5 || open < 5 {
				t.Errorf("only %d closed and %d open ranges in %d entries", wide, open, named.entries)
			}
		})
	}
}
