package duty_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
)

// answer is what a Rater says of an entry, read off the answer of Assess.
func answer(a *kanzei.Assessment) string {
	var lines, facts []string
	for _, l := range a.Filing {
		lines = append(lines, strings.Join(l.Numbers[:len(l.Numbers)-1], " "))
	}
	for _, q := range a.Questions {
		if !slices.Contains(facts, q.Fact) {
			facts = append(facts, q.Fact)
		}
	}
	var caveats []string
	for _, c := range a.Caveats {
		if !slices.Contains(caveats, c) {
			caveats = append(caveats, c)
		}
	}
	amended, voided := kanzei.Money(0), kanzei.Money(0)
	for _, r := range a.Refunds {
		if r.Cause == "judgment" {
			voided = r.Amount
		} else {
			amended = r.Amount
		}
	}
	base := "none"
	if a.Duty != nil {
		base = "0.00"
		for _, l := range a.Lines {
			if l.Program == "mfn" && l.Applies {
				base = l.Amount.String()
			}
		}
	}
	return fmt.Sprintf("%s duty %s (%s to %s) base %s assessed %s legal %s refundable %s (%s, %s) fees %s %s\nheadings %s\nquestions %s\ncaveats %s",
		a.Status, money(a.Duty), money(a.DutyMin), money(a.DutyMax), base, money(a.Assessed), money(a.Legal), money(a.Refundable), amended, voided,
		a.Fees.MPF, a.Fees.HMF, strings.Join(lines, ";"), strings.Join(facts, ";"), strings.Join(caveats, " | "))
}

func sum(a duty.Amount) string {
	if !a.Known {
		return "none"
	}
	return a.USD.String()
}

func outcome(r *duty.Rater, o *duty.Outcome) string {
	t := r.Texts()
	return fmt.Sprintf("%s duty %s (%s to %s) base %s assessed %s legal %s refundable %s (%s, %s) fees %s %s\nheadings %s\nquestions %s\ncaveats %s",
		o.Status, sum(o.Duty), sum(o.Min), sum(o.Max), sum(o.Base), sum(o.Assessed), sum(o.Legal), sum(o.Refundable), o.Amended, o.Voided,
		o.Fees.MPF, o.Fees.HMF, t[o.Headings], t[o.Questions], t[o.Caveats])
}

// bare leaves out the facts that files seldom carry.
func bare(e kanzei.Entry) kanzei.Entry {
	return kanzei.Entry{HTS: e.HTS, Origin: e.Origin, Date: e.Date, Value: e.Value, Quantity: e.Quantity, Unit: e.Unit, Quantity2: e.Quantity2, Unit2: e.Unit2}
}

// TestRater: the fast way answers as Assess does, whatever the value, also
// where a template is used again.
func TestRater(t *testing.T) {
	for _, named := range laws(t) {
		t.Run(named.name, func(t *testing.T) {
			l, s := named.Ledger, schedules(t)
			engine := duty.New(l, s)
			rater := engine.NewRater()
			src := newSource(seed()+2, l, s)
			failed := 0
			var on, asOf kanzei.Day
			for i := range named.entries / 2 {
				if i%20 == 0 {
					on = src.day()
					asOf = 0
					if src.IntN(3) == 0 {
						asOf = src.knowledge(on)
					}
				}
				e := src.entry(on)
				switch i % 3 {
				case 0:
					e = src.forget(e)
				case 1:
					e = bare(e)
				}
				if src.IntN(3) == 0 {
					e.Mode = []int{10, 40}[src.IntN(2)]
				}
				values := []kanzei.Money{e.Value, kanzei.Money(src.Int64N(int64(50_000_000 * kanzei.Dollar))), kanzei.Money(src.Int64N(20_0000)), 0}
				for _, v := range values {
					e.Value = v
					rater.Detail = src.IntN(2) == 0
					want, err := engine.Assess(e, asOf)
					if err != nil {
						t.Fatal(err)
					}
					x := e
					var got duty.Outcome
					if err := rater.Rate(&x, asOf, nil, &got); err != nil {
						t.Fatalf("%s: %v", show(&e, asOf), err)
					}
					if w, g := answer(want), outcome(rater, &got); w != g {
						failed++
						t.Errorf("%s\nAssess: %s\nRater:  %s", show(&e, asOf), w, g)
						if failed > 3 {
							t.FailNow()
						}
					}
					if rater.Detail && got.Refundable.Known {
						var assessed, legal kanzei.Money
						for _, p := range got.Programs {
							assessed += p.Assessed
							legal += p.Legal
						}
						if legal != got.Legal.USD || !e.AssessedKnown && assessed != got.Assessed.USD {
							t.Fatalf("%s\nprograms sum to %s and %s: %+v\nRater:  %s", show(&e, asOf), assessed, legal, got.Programs, outcome(rater, &got))
						}
					}
				}
			}
		})
	}
}

// TestRatersTogether: raters share what they find out; many at once answer as
// one does. Run with the race detector.
func TestRatersTogether(t *testing.T) {
	named := laws(t)[1]
	l, s := named.Ledger, schedules(t)
	src := newSource(seed()+3, l, s)
	var lines []kanzei.Entry
	n := 1500
	if testing.Short() {
		n = 300
	}
	for range n {
		lines = append(lines, src.forget(src.entry(src.day())), bare(src.entry(src.day())))
	}
	alone := duty.New(l, s).NewRater()
	want := make([]string, len(lines))
	for i := range lines {
		var o duty.Outcome
		x := lines[i]
		if err := alone.Rate(&x, 0, nil, &o); err != nil {
			t.Fatal(err)
		}
		want[i] = outcome(alone, &o)
	}
	together := duty.New(l, s)
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			r := together.NewRater()
			for n := range lines {
				i := (n + k*7) % len(lines)
				var o duty.Outcome
				x := lines[i]
				if err := r.Rate(&x, 0, nil, &o); err != nil {
					t.Error(err)
				} else if got := outcome(r, &o); got != want[i] {
					t.Errorf("%s\nalone:    %s\ntogether: %s", show(&x, 0), want[i], got)
					return
				}
			}
		})
	}
	wg.Wait()
}

// quick draws lines as files hold them under the law held, and returns those that
// a rater which met them before answers without allocating: all but those that
// only the long way answers, such as a duty by quantity.
func quick(t testing.TB, n int) (*duty.Rater, []kanzei.Entry) {
	l, s := laws(t)[1].Ledger, schedules(t)
	src := newSource(seed()+4, l, s)
	r := duty.New(l, s).NewRater()
	var lines []kanzei.Entry
	var out duty.Outcome
	var x kanzei.Entry
	for range n {
		e := bare(src.entry(kanzei.DayOf(2025, 8, 20)))
		e.Value = 30_000 * kanzei.Dollar
		// AllocsPerRun begins with a run that is not counted.
		if testing.AllocsPerRun(3, func() {
			x = e
			if err := r.Rate(&x, 0, nil, &out); err != nil {
				t.Fatal(err)
			}
		}) == 0 {
			lines = append(lines, e)
		}
	}
	return r, lines
}

// TestRaterDoesNotAllocate: most goods met before cost no memory.
func TestRaterDoesNotAllocate(t *testing.T) {
	if _, lines := quick(t, 200); len(lines) < 150 {
		t.Errorf("%d lines of 200 are answered without allocating", len(lines))
	}
}

// BenchmarkRater is one line of a file, its goods met before.
func BenchmarkRater(b *testing.B) {
	r, lines := quick(b, 1000)
	var out duty.Outcome
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := r.Rate(&lines[i%len(lines)], 0, nil, &out); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
