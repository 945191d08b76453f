package talks

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"kanzei/impact"
)

// The first page says in words what the report computes: in text, on the page
// and in JSON.
func TestInShort(t *testing.T) {
	d := open(t, nil)
	r, err := d.Report(context.Background(), Options{Lines: 2, Offers: 1, Without: []string{"clock", "retaliation", "coalitions", "tornado"}, RedLines: [][]string{nil, {"asker>=100bn"}}})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(r.InShort, "\n")
	for _, want := range []string{
		"the law of 9 July 2025 stands: against today " + r.Asker.gains(r.WalkAway.GainAskerMUSD),
		plainly(r.Asks[0].What) + "\": " + r.Asker.gains(r.Asks[0].GainAskerMUSD),
		"With no red lines the best package for Japan is",
		r.Giver.gains(r.Sets[0].Named[0].GainGiverMUSD),
		"With the red lines asker>=100bn nothing can be agreed",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if len(r.InShort) > 10 {
		t.Errorf("%d sentences", len(r.InShort))
	}
	for _, word := range []string{"offer:", "the asker", "the giver", " US "} {
		if strings.Contains(all, word) {
			t.Errorf("%q is said:\n%s", word, all)
		}
	}
	var text, page bytes.Buffer
	if err := r.Text(&text, impact.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(text.String()), " ")
	if i := strings.Index(flat, "IN SHORT "); i < 0 || i > strings.Index(flat, "IF NOBODY ACTS") || !strings.Contains(flat, r.InShort[0]) {
		t.Error("the text does not begin with what is in short")
	}
	if !strings.Contains(page.String(), "<h2>In short</h2><ul><li>"+r.InShort[0]) {
		t.Error("the page does not begin with what is in short")
	}
	b, err := json.Marshal(r)
	if err != nil || !bytes.Contains(b, []byte(`"in_short":["If nobody acts`)) {
		t.Errorf("JSON: %v", err)
	}
	if !strings.Contains(flat, "A line's ask takes off all additional duties on it") {
		t.Error("the table of lines does not say what it takes off")
	}
	if !strings.Contains(flat, "hangs on facts not known: saves") {
		t.Error("asks priced at the middle of bounds are not marked")
	}
}

// What an ask saves lies within its bounds, which are those of the facts: a
// part for a car pays 25 % and one that is not 24 %, so freeing parts saves at
// most the difference.
func TestSavedBounds(t *testing.T) {
	today, g := lands(t)
	for _, ground := range []*Ground{today, g} {
		for _, a := range ground.Measures() {
			s, err := ground.saved(a)
			if err != nil {
				t.Fatal(err)
			}
			static, err := ground.Static([]*Ask{a})
			if err != nil {
				t.Fatal(err)
			}
			if s == nil {
				continue
			}
			if !(s.LowUSD < s.HighUSD) || static < s.LowUSD-1e3 || static > s.HighUSD+1e3 || s.SharePct <= 0 || s.SharePct > 100 {
				t.Errorf("%s, %s: saves %.0f, bounds %+v", ground.Name, a.ID, static, *s)
			}
		}
	}
	i := slices.IndexFunc(g.Lines, func(l impact.Line) bool { return l.HTS.String() == "8708.40.11.10" })
	a := g.Measures()[slices.IndexFunc(g.Measures(), func(a *Ask) bool { return a.ID == "cars-and-parts" })]
	free, err := g.under(a.relief)
	if err != nil {
		t.Fatal(err)
	}
	was, err := g.takenUnder(nil)
	if err != nil {
		t.Fatal(err)
	}
	is, err := g.takenUnder(a.relief)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := lineSaves(g.Rates[i], free[i], was[i], is[i]); math.Abs(low) > 1e-9 || math.Abs(high-0.01) > 1e-9 {
		t.Errorf("freeing gear boxes saves %g to %g, want 0 to 0.01", low, high)
	}
}

// The steps of the path are named by titles, never by names of the files.
func TestPathTitles(t *testing.T) {
	d := open(t, nil)
	path, err := d.path(d.Question.On, d.Question.On+365)
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, s := range path {
		all += strings.Join(s.what, "\n") + "\n"
	}
	for _, want := range []string{"Parts of passenger vehicles and light trucks (section 232) adds products", "Reciprocal tariff resumes (33 headings)"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	for _, word := range []string{"list:", "s232.", "ieepa.", "s301."} {
		if strings.Contains(all, word) {
			t.Errorf("%q is named:\n%s", word, all)
		}
	}
}
