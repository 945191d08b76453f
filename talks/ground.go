package talks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/impact"
	"kanzei/ledger"
	"kanzei/model"
)

// A Ground is a law from which asks are judged, with what the asker's goods pay
// under it, line by line.
type Ground struct {
	Name   string // "today" or "walk-away"
	Law    *impact.Law
	Tariff []float64 // cells, powers
	Lines  []impact.Line
	Rates  []impact.LineRate // of Lines
	Taken  map[string]float64

	desk  *Desk
	mu    sync.Mutex
	rates map[string][]impact.LineRate // by relief
	taken map[string][][]impact.ProgramBound
}

// Ground rates the asker's goods under a law.
func (d *Desk) Ground(name string, l *impact.Law) (*Ground, error) {
	g := &Ground{Name: name, Law: l, Lines: d.Study.Lines(d.Origin), desk: d, rates: map[string][]impact.LineRate{}, taken: map[string][][]impact.ProgramBound{}}
	if len(g.Lines) == 0 {
		return nil, &kanzei.Problem{Code: "talks.trade", Where: "ASKER", Msg: "no imports of 2024 from " + d.Origin.Name() + " are held", Hint: "kanzei exposure lists the partners held"}
	}
	var err error
	if g.Tariff, err = d.Study.Tariffs(l); err != nil {
		return nil, err
	}
	r, err := d.Study.Rates(l)
	if err != nil {
		return nil, err
	}
	g.Taken = r.Programs[d.Origin]
	g.Rates, err = g.under(nil)
	return g, err
}

// Point is the equilibrium of the ground under a closure and draw.
func (g *Ground) Point(ctx context.Context, c model.Closure, draw int) (*Point, error) {
	return g.desk.SolveTariffs(ctx, g.Tariff, c, draw)
}

// Programs are those that take something from the asker's goods, most first;
// what is under a ten-thousandth of all is left out.
func (g *Ground) Programs() []string {
	all := 0.0
	for _, v := range g.Taken {
		all += v
	}
	var out []string
	for _, p := range slices.Sorted(maps.Keys(g.Taken)) {
		if v := g.Taken[p]; v > 0 && v >= all/10_000 {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		switch {
		case g.Taken[a] > g.Taken[b]:
			return -1
		case g.Taken[a] < g.Taken[b]:
			return 1
		}
		return 0
	})
	return out
}

// A Relief says what becomes of programs for goods of the asker: "" is removed,
// "paused" has no heading that was suspended on the day asked about, anything
// else is a rate in the language of the law, such as "15% all-in".
type Relief map[string]string

// Paused keeps suspended what is suspended on the day asked about.
const Paused = "paused"

func (r Relief) key() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(r)) {
		b.WriteString(p + "=" + r[p] + ";")
	}
	return b.String()
}

// meet adds the terms of another relief; the more generous of two stands.
func (r Relief) meet(other Relief) Relief {
	out := maps.Clone(r)
	if out == nil {
		out = Relief{}
	}
	for p, v := range other {
		if was, ok := out[p]; !ok || v == "" || was != "" && v < was {
			out[p] = v
		}
	}
	return out
}

// under returns what the lines pay when a relief holds for all products.
func (g *Ground) under(r Relief) ([]impact.LineRate, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := r.key()
	if x, ok := g.rates[k]; ok {
		return x, nil
	}
	l, err := g.relieved(r)
	if err != nil {
		return nil, err
	}
	x, err := g.desk.Study.LineRates(l, g.desk.Origin)
	if err == nil {
		g.rates[k] = x
	}
	return x, err
}

// relieved is the law of the ground with a relief for all products.
func (g *Ground) relieved(r Relief) (*impact.Law, error) {
	if len(r) == 0 {
		return g.Law, nil
	}
	in, err := g.Instrument("relief", r, nil)
	if err != nil {
		return nil, err
	}
	return g.desk.Study.With(g.Law, []kanzei.Origin{g.desk.Origin}, in)
}

// takenUnder is what each program takes of each line under a relief.
func (g *Ground) takenUnder(r Relief) ([][]impact.ProgramBound, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := r.key()
	if x, ok := g.taken[k]; ok {
		return x, nil
	}
	l, err := g.relieved(r)
	if err != nil {
		return nil, err
	}
	x, err := g.desk.Study.LineBounds(l, g.desk.Origin)
	if err == nil {
		g.taken[k] = x
	}
	return x, err
}

// Instrument writes a relief as a draft instrument for the asker's goods of
// some products, all when products is nil.
func (g *Ground) Instrument(title string, r Relief, products []kanzei.HTS) (*kanzei.Instrument, error) {
	d := g.desk
	known := g.Law.Known()
	if known == 0 {
		known = d.Study.Duty.Ledger.Coverage.Horizon
	}
	from := g.Law.On().Open()
	in := &kanzei.Instrument{ID: "draft: " + title, Title: title, Kind: "draft", Signed: known, Public: known, File: "~talks"}
	act := func(a kanzei.Act) {
		a.From, a.Until, a.Public, a.Quote = from, kanzei.Forever, known, "hypothetical"
		in.Acts = append(in.Acts, a)
	}
	items := []kanzei.ProductItem{{All: true}}
	if products != nil {
		items = nil
		for _, h := range products {
			items = append(items, kanzei.ProductItem{Lo: h})
		}
	}
	ours := []kanzei.OriginItem{{Origin: d.Origin}}
	book := d.Study.Duty.Ledger.AsKnown(g.Law.Known())
	for _, p := range slices.Sorted(maps.Keys(r)) {
		if r[p] == "" {
			h := "draft." + title + "." + p
			act(kanzei.Act{Kind: kanzei.ActExempt, Targets: []string{h}, Provision: &kanzei.Provision{
				Heading: h, Program: p, Title: title, Effect: kanzei.Excuses, Rate: kanzei.LawRate{Mode: kanzei.NoDuty}, Products: items, Origins: ours}})
			continue
		}
		var rate kanzei.LawRate
		if r[p] != Paused {
			var err error
			if rate, err = ledger.ParseLawRate(r[p]); err != nil {
				return nil, err
			}
		}
		n := 0
		for _, h := range book.Headings() {
			st := book.Standing(h, from)
			if st.Status != ledger.InForce || st.Effect != kanzei.Levies || st.Program != p || !book.Origins(&st.Provision, from)(d.Origin) {
				continue
			}
			if r[p] == Paused && book.Standing(h, d.Question.On.Open()).Status == ledger.InForce {
				continue
			}
			n++
			if products != nil {
				return nil, fmt.Errorf("a level for part of a program is not written")
			}
			act(kanzei.Act{Kind: kanzei.ActAmend, Targets: []string{h}, Fields: []string{"except-origins"},
				Provision: &kanzei.Provision{ExceptOrigins: append(slices.Clone(st.ExceptOrigins), ours...)}})
			if r[p] == Paused {
				continue
			}
			c := st.Provision
			c.Heading, c.Rate, c.Origins, c.ExceptOrigins = h+"/draft", rate, ours, nil
			act(kanzei.Act{Kind: kanzei.ActImpose, Targets: []string{c.Heading}, Provision: &c})
		}
		if n == 0 {
			return nil, &kanzei.Problem{Code: "talks.program", Msg: fmt.Sprintf("no duty of program %q is in force on %s for goods of %s", p, g.Law.On(), d.Origin.Name()), Hint: "in force: " + strings.Join(g.Programs(), ", ")}
		}
	}
	return in, nil
}

const suspended = ledger.Suspended

// levies reports whether a provision is in force and a duty.
func levies(st *ledger.Standing) bool {
	return st.Status == ledger.InForce && st.Effect == kanzei.Levies
}
