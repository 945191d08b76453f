package talks

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"kanzei"
	"kanzei/model"
)

// Every shipped draft fits the law, quotes its text, and names who, when and on
// which days.
func TestShippedDrafts(t *testing.T) {
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	if len(Deals()) < 6 {
		t.Fatalf("only %v are shipped", Deals())
	}
	for _, name := range Deals() {
		d, err := OpenDraft(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Check(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d.Instrument.Source == "" || d.Terms.Announced == "" || len(d.Terms.Days) == 0 || len(d.Terms.Origins) == 0 {
			t.Errorf("%s: source, announced, days or origins are missing", name)
		}
		for _, a := range d.Instrument.Acts {
			if a.Quote == "" || a.Quote == "hypothetical" {
				t.Errorf("%s: line %d quotes nothing", name, a.Line)
			}
		}
	}
}

// The draft of July 2025 read 15 % on top of column 1, and so did the first
// order (EO 14326, heading 9903.02.30); the order of September put column 1 in,
// back to 7 August (EO 14345 sec. 2). Cars it does not mention; they came to
// 15 % on 16 September.
func TestScoreJapan(t *testing.T) {
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenDraft("jp-2025-07")
	if err != nil {
		t.Fatal(err)
	}
	d.Terms.Days = d.Terms.Days[:2]
	list, err := Score(s, d)
	if err != nil {
		t.Fatal(err)
	}
	then, later, cars := list[0], list[1], list[2]
	if then.On != "2025-08-07" || then.Hindsight || then.AgreePct < 99 {
		t.Errorf("as known on 7 August: %+v", then)
	}
	if !later.Hindsight || later.AgreePct > 90 || !(later.LawPct < later.DraftPct) || later.Programs[0].Program != "ieepa.reciprocal" {
		t.Errorf("with hindsight: %+v", later)
	}
	if cars.On != "2025-09-16" || cars.Programs[0].Program != "s232.autos" || math.Abs(cars.Programs[0].DraftPct-25) > 0.1 || math.Abs(cars.Programs[0].LawPct-12.5) > 0.1 {
		t.Errorf("cars on 16 September: %+v", cars.Programs[0])
	}
}

// Purchases are brought about: imports rise by what is stated, no more.
func TestPurchases(t *testing.T) {
	today, _ := lands(t)
	d := today.desk
	ctx := context.Background()
	list := []TermPurchase{{Sectors: []string{"A01", "C20"}, MUSD: 3000, Quote: "q"}, {Sectors: []string{"B06"}, MUSD: 1000, Quote: "q"}}
	tariff, err := d.purchases(ctx, today.Tariff, list)
	if err != nil {
		t.Fatal(err)
	}
	flow := func(table []float64, codes ...string) (v float64) {
		r, err := d.Equilibrium(ctx, table, model.Fixed, Central)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			j, err := d.World.Sector(code)
			if err != nil {
				t.Fatal(err)
			}
			c := d.World.Cell(j, d.Asker, d.Giver)
			v += r.Flows()[c] / r.Tariff()[c]
		}
		return v
	}
	for _, p := range list {
		if more := flow(tariff, p.Sectors...) - flow(today.Tariff, p.Sectors...); math.Abs(more/p.MUSD-1) > 1e-4 {
			t.Errorf("%v: %g million more, %g stated", p.Sectors, more, p.MUSD)
		}
	}
	for c := range tariff {
		if tariff[c] > today.Tariff[c] {
			t.Fatal("a purchase raises a tariff")
		}
	}
}

// A draft that changes nothing is worth nothing; one that takes all measures
// off is worth what the asks are together.
func TestPriceDraft(t *testing.T) {
	_, ahead := lands(t)
	d := ahead.desk
	ctx := context.Background()
	idle, err := ReadDraft("idle.yaml", []byte("instrument: \"draft: idle\"\ntitle: Nothing\nkind: draft\npublic: 2025-04-16\nsource: hypothetical\nacts:\n  - note: nothing\n    quote: \"hypothetical\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Price(ctx, idle)
	if err != nil {
		t.Fatal(err)
	}
	if p.Worth.GainAskerMUSD != 0 || p.Today.GainGiverMUSD != 0 || p.Worth.StaticUSD != 0 {
		t.Errorf("nothing is worth %+v", p.Worth)
	}
	free, err := ReadDraft("free.yaml", []byte("instrument: \"draft: free\"\ntitle: No reciprocal tariff\nkind: draft\npublic: 2025-04-16\nsource: hypothetical\nacts:\n  - exempt: draft.free\n    program: ieepa.reciprocal\n    title: Products of Japan\n    origins: [JP]\n    from: 2025-06-01 00:01\n    quote: \"hypothetical\"\n---\nagreement: Free\norigins: [JP]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err = d.Price(ctx, free); err != nil {
		t.Fatal(err)
	}
	w, err := ahead.Worth(ctx, []*Ask{{ID: "reciprocal", relief: Relief{"ieepa.reciprocal": ""}}})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(p.Worth.GainAskerMUSD-w[0].GainAskerMUSD) > 1e-3 || math.Abs(p.Worth.StaticUSD/w[0].StaticUSD-1) > 1e-6 {
		t.Errorf("as a draft %g, as an ask %g", p.Worth.GainAskerMUSD, w[0].GainAskerMUSD)
	}
	if len(p.Notes) == 0 || !strings.Contains(strings.Join(p.Notes, " "), "begin later") {
		t.Errorf("an act of June is judged without a word: %v", p.Notes)
	}
}

func TestDraftRefuses(t *testing.T) {
	const head = "instrument: \"draft: x\"\ntitle: X\nkind: draft\npublic: 2025-04-16\nsource: hypothetical\nacts:\n  - note: nothing\n    quote: \"hypothetical\"\n---\n"
	for _, text := range []string{
		"acts: 3\n",
		head + "agreement: [\n",
		head + "price: low\n",
		head + "origins: [QQ]\n",
		head + "announced: tomorrow\n",
		head + "tariffs:\n  - sector: A01\n    rate: 0%\n",
		head + "purchases:\n  - sectors: [A01]\n    musd-a-year: -3\n    quote: q\n",
	} {
		_, err := ReadDraft("x.yaml", []byte(text))
		var p *kanzei.Problem
		if err == nil || !errors.As(err, &p) || p.Where == "" || p.Hint == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}
