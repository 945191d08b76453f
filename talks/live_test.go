package talks

import (
	"math"
	"slices"
	"testing"
)

// Any choice on the table is worth what it is worth alone on the menu, a draft
// written of it is read again and has the same worth, and red lines it crosses
// are named.
func TestTable(t *testing.T) {
	d := open(t, nil)
	table, err := d.Table(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Menu.Asks) < 4 || len(table.Found.Frontier) == 0 {
		t.Fatalf("%d asks, %d on the frontier", len(table.Menu.Asks), len(table.Found.Frontier))
	}
	for i, a := range table.Menu.Asks {
		c, err := table.Choose(t.Context(), []string{a.ID}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if w := table.Singles[i]; math.Abs(c.GainAskerMUSD-w.GainAskerMUSD) > 1e-3 || math.Abs(c.GainGiverMUSD-w.GainGiverMUSD) > 1e-3 {
			t.Errorf("%s: %g, %g chosen; %g, %g alone", a.ID, c.GainAskerMUSD, c.GainGiverMUSD, w.GainAskerMUSD, w.GainGiverMUSD)
		}
	}
	ids := []string{"cars-and-parts", table.Menu.Asks[len(table.Menu.Asks)-1].ID}
	c, err := table.Choose(t.Context(), ids, []string{"cars>=27%", "revenue>=-90bn"})
	if err != nil {
		t.Fatal(err)
	}
	// Without its own duty a car pays the country rate: 26.5 % in all.
	if !slices.Contains(c.Crossed, "cars>=27%") || slices.Contains(c.Crossed, "revenue>=-90bn") {
		t.Errorf("crossed: %q", c.Crossed)
	}
	text, err := table.WriteDraft(c)
	if err != nil {
		t.Fatal(err)
	}
	x, err := ReadDraft("package.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := x.Check(d.Study); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	p, err := d.Price(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if p.Worth == nil || math.Abs(p.Worth.GainAskerMUSD-c.GainAskerMUSD) > 0.01*math.Abs(c.GainAskerMUSD) {
		t.Errorf("the draft is worth %+v, the choice %g", p.Worth, c.GainAskerMUSD)
	}
	if _, err := table.Choose(t.Context(), []string{"moon"}, nil); err == nil {
		t.Error("an ask that is not on the table is granted")
	}
}
