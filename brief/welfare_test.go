package brief

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/impact"
	"kanzei/model"
	"kanzei/trade"
)

// TestWelfare: the folder shows the figures of the country in a sweep of its day,
// and refuses another.
func TestWelfare(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	f, err := trade.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := model.Load("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	s, err := impact.NewStudy(e, f, w)
	if err != nil {
		t.Fatal(err)
	}
	b := &impact.Batch{Scenarios: []string{"today", "lapse against today"}, Clocks: []impact.Clock{{On: april, Known: april}}, Closures: []model.Closure{model.Fixed, model.Balanced}, Draws: 8, Seed: 1}
	if err := s.Prepare(b); err != nil {
		t.Fatal(err)
	}
	sp, err := b.Spread(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	d, err := Build(e, f, Request{Country: japan, On: april, Sweep: sp})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Welfare.Rows) != 4 || d.Welfare.Economies != 81 || len(d.Welfare.Refs) != 1 {
		t.Fatalf("%+v", d.Welfare)
	}
	for i, want := range []struct{ asked, closure string }{{"today against before", "fixed"}, {"today against before", "balanced"}, {"lapse against today", "fixed"}, {"lapse against today", "balanced"}} {
		r := &d.Welfare.Rows[i]
		if r.Asked() != want.asked || r.Closure != want.closure || d.Welfare.First(i) != (i%2 == 0) {
			t.Errorf("row %d: %s, %s", i, r.Asked(), r.Closure)
		}
		if x := r.RealIncome; !(*x.Lo <= x.Value && x.Value <= *x.Hi) || x.Settled == nil {
			t.Errorf("%s: %g within %g to %g", r.Asked(), x.Value, *x.Lo, *x.Hi)
		}
	}
	var text, page strings.Builder
	if err := d.Text(&text, Style{}); err != nil {
		t.Fatal(err)
	}
	if err := d.HTML(&page); err != nil {
		t.Fatal(err)
	}
	cells := d.Welfare.Rows[2].Cells()
	for _, x := range []struct{ what, in string }{{"WHAT IT DOES TO THE ECONOMY", text.String()}, {cells[0], text.String()}, {`id="welfare"`, page.String()}, {">" + cells[1] + "<", strings.ReplaceAll(page.String(), "&#43;", "+")}} {
		if !strings.Contains(x.in, x.what) {
			t.Errorf("%q is not shown", x.what)
		}
	}
	for _, l := range strings.Split(text.String(), "\n") {
		if len([]rune(l)) > 80 {
			t.Errorf("wider than 80: %s", l)
		}
	}
	var p *kanzei.Problem
	if _, err := Build(e, f, Request{Country: japan, On: april + 1, Sweep: sp}); !errors.As(err, &p) || p.Code != "brief.sweep" {
		t.Errorf("a sweep of another day: %v", err)
	}
	if d := build(t, Request{Country: japan, On: april}); d.Welfare != nil {
		t.Error("figures without a sweep")
	}
}
