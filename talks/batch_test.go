package talks

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"kanzei/impact"
	"kanzei/model"
)

// TestBatch: items in any order give the same bytes, and what a batch says of the
// asks is what the report of the same draws says.
func TestBatch(t *testing.T) {
	const draws = 8
	d := open(t, func(q *Question) { q.Closures, q.Draws = []model.Closure{model.Fixed, model.Balanced}, draws })
	x, err := OpenDraft("jp-2025-09")
	if err != nil {
		t.Fatal(err)
	}
	pack := []string{"cars-and-parts", "steel", "offer:C20"}
	b, err := d.Batch(context.Background(), BatchOptions{Offers: 3, Packages: [][]string{pack}, Deals: []*Draft{x}, Draws: draws, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if b.Items() != 2*(draws+1) {
		t.Fatalf("%d items", b.Items())
	}
	results := make([][]byte, b.Items())
	for i := range results { // from the last
		k := len(results) - 1 - i
		if results[k], err = b.Solve(context.Background(), k); err != nil {
			t.Fatal(err)
		}
	}
	again, err := b.Solve(context.Background(), 3)
	if err != nil || !bytes.Equal(again, results[3]) {
		t.Errorf("item 3 gives other bytes when it is solved again (%v)", err)
	}
	sp := b.Spreader()
	for i, r := range results {
		f, err := b.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		sp.Add(i, f)
	}
	if _, err := b.Read(results[0][1:]); err == nil {
		t.Error("a result cut short is read")
	}

	var text strings.Builder
	if err := sp.Out.Text(&text); err != nil {
		t.Fatal(err)
	}
	if name := strings.Join(pack, ", "); !strings.Contains(text.String(), "  "+name+"\n") {
		t.Errorf("the text does not name %s whole", name)
	}

	// What the same draws give one by one.
	own := &Report{Closures: []string{"fixed"}, WalkAway: &Worth{ID: "walk-away", Against: "today"}}
	for _, k := range []struct {
		law *impact.Law
		as  string
		to  *[]*Worth
	}{{d.Today, "today", &own.Asks}, {d.WalkAway, "walk-away", &own.Ahead}} {
		g, err := d.Ground(k.as, k.law)
		if err != nil {
			t.Fatal(err)
		}
		if *k.to, err = g.Worth(context.Background(), g.Measures()); err != nil {
			t.Fatal(err)
		}
		Rank(*k.to)
	}
	own.Orders = Orders(own.Asks)
	swept := &Report{Closures: own.Closures, WalkAway: own.WalkAway, Priced: []*Priced{{Worth: &Worth{ID: "other", Against: "today"}}}}
	for _, k := range []struct{ from, to *[]*Worth }{{&own.Asks, &swept.Asks}, {&own.Ahead, &swept.Ahead}} {
		for _, w := range *k.from {
			c := *w
			c.Range, c.Asker.Range, c.Giver.Range = Range{}, Range{}, Range{}
			*k.to = append(*k.to, &c)
		}
	}
	had, not := swept.take(&sp.Out)
	if had != 1+len(own.Asks)+len(own.Ahead) || not != 1 {
		t.Errorf("%d ranges were in the sweep and %d not", had, not)
	}
	list := func(r *Report) []*Worth { return slices.Concat(r.Asks, r.Ahead) }
	near := func(a, b *float64) bool { return a != nil && b != nil && math.Abs(*a-*b) < 3e-6 }
	for i, w := range list(own) {
		v := list(swept)[i]
		if w.ID != v.ID || w.GainAskerPct != v.GainAskerPct {
			t.Fatalf("%s and %s", w.ID, v.ID)
		}
		for _, r := range [][2]Range{{w.Range, v.Range}, {w.Asker.Range, v.Asker.Range}, {w.Giver.Range, v.Giver.Range}} {
			if !near(r[0].Lo, r[1].Lo) || !near(r[0].Hi, r[1].Hi) || !near(r[0].Settled, r[1].Settled) {
				t.Errorf("%s: own draws and sweep give other ranges", w.ID)
			}
		}
	}
	if !slices.Equal(own.Orders, swept.Orders) {
		t.Errorf("orders %v, in the sweep %v", own.Orders, swept.Orders)
	}
	if err := sp.Out.Fits(d, "law"); err == nil {
		t.Error("a sweep of other law fits")
	}
	sp.Out.Law = "law"
	if err := sp.Out.Fits(d, "law"); err != nil {
		t.Error(err)
	}
}
