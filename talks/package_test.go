package talks

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The founding menu: every choice solved. Nobody is worse off in a package,
// nothing better was missed, parts and interaction make the whole.
func TestFoundingPackages(t *testing.T) {
	_, g := lands(t)
	ctx := context.Background()
	asks := append(g.Measures(), g.Offers()[:2]...)
	m, err := g.NewMenu(ctx, asks)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Exact || m.solves != 96 { // 2^7, less those with both forms of the reciprocal tariff
		t.Fatalf("exact %v, %d solves", m.Exact, m.solves)
	}
	lines := func(texts ...string) (r Rules) {
		for _, s := range texts {
			l, err := g.RedLine(s)
			if err != nil {
				t.Fatal(err)
			}
			r.RedLines = append(r.RedLines, l)
		}
		return r
	}
	free, err := m.Packages(ctx, lines())
	if err != nil {
		t.Fatal(err)
	}
	bound, err := m.Packages(ctx, lines("cars>=15%", "rice stays"))
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []*Packages{free, bound} {
		for _, p := range append(slices.Clone(out.Named), out.Frontier...) {
			if p.GainAskerMUSD < -1e-6 || p.GainGiverMUSD < -1e-6 {
				t.Errorf("%s leaves somebody worse off: %g, %g", p.Name, p.GainAskerMUSD, p.GainGiverMUSD)
			}
			if d := p.SumMUSD + p.InteractionMUSD - p.GainAskerMUSD; math.Abs(d) > 1e-5 {
				t.Errorf("%s: parts and interaction are %g off the whole", p.Name, d)
			}
			if p.OptimalWithin == nil || *p.OptimalWithin != 0 {
				t.Errorf("%s is not proven best", p.Name)
			}
		}
		if out.Named[0].GainAskerMUSD < out.Frontier[0].GainAskerMUSD {
			t.Error("the frontier has something better for the asker")
		}
	}
	if free.Zone.AskerMost < bound.Zone.AskerMost {
		t.Errorf("red lines help: %g, %g", free.Zone.AskerMost, bound.Zone.AskerMost)
	}
	if slices.ContainsFunc(bound.Named[0].Acts, func(a Act) bool {
		return a.ID == "cars-and-parts" && slices.ContainsFunc(bound.Named[0].Acts, func(b Act) bool { return b.ID == "reciprocal-paused" })
	}) {
		t.Error("cars fall below 15 percent")
	}
	// What cannot be agreed is answered with what stands in the way.
	none, err := m.Packages(ctx, lines("asker>=100bn", "revenue>=-30bn"))
	if err != nil {
		t.Fatal(err)
	}
	if !none.Zone.Empty || len(none.Blocking) != 1 || none.Blocking[0] != "asker>=100bn" || len(none.Named) != 0 {
		t.Errorf("blocking: %v", none.Blocking)
	}
	both, err := m.Packages(ctx, lines("require:cars-and-parts", "cars>=27%"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"require:cars-and-parts", "cars>=27%"}; !slices.Equal(both.Blocking, want) {
		t.Errorf("blocking: %v, want %v", both.Blocking, want)
	}
}

// A surrogate of the founding menu finds a package near the best of all, and
// says how far it is off.
func TestSurrogate(t *testing.T) {
	_, g := lands(t)
	ctx := context.Background()
	s, err := g.Scoped("sector", g.Programs(), 5)
	if err != nil {
		t.Fatal(err)
	}
	m, err := g.newMenu(ctx, append(s, g.Offers()[:2]...), 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Packages(ctx, Rules{})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]uint64, 1<<7)
	for i := range all {
		all[i] = uint64(i)
	}
	table, err := m.solveAll(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	best := 0.0
	for _, q := range table {
		if q[ofAsker] >= 0 && q[ofGiver] >= 0 {
			best = math.Max(best, q[ofAsker])
		}
	}
	got := p.Named[0]
	if got.Crosses == "" && got.GainAskerMUSD > best+1e-3 {
		t.Errorf("%g is better than the best of all, %g", got.GainAskerMUSD, best)
	}
	if got.GainAskerMUSD < 0.9*best {
		t.Errorf("the surrogate finds %g, the best is %g", got.GainAskerMUSD, best)
	}
	if p.Surrogate == nil || p.Surrogate.Checked < 10 || got.OptimalWithin == nil || *got.OptimalWithin > 0.01 {
		t.Errorf("surrogate %+v, within %v", p.Surrogate, got.OptimalWithin)
	}
}

// tableMenu is a menu whose choices are a form, solved or as a surrogate.
func tableMenu(gain [2]*form, exact bool) *Menu {
	n := len(gain[0].a)
	m := &Menu{n: n, ban: make([]bool, n*n), Exact: exact, forms: []*form{gain[0], gain[1], newForm(n)}}
	if exact {
		m.table = map[uint64][]float64{}
		for s := range uint64(1) << n {
			in := m.bools(s)
			m.table[s] = []float64{gain[0].at(in), gain[1].at(in), 0}
		}
	}
	return m
}

// Exchanging the sides, and their power, exchanges nothing else: Nash and
// Kalai-Smorodinsky points are symmetric. Solved choices and branch and bound
// agree.
func TestBargainingSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "n")
		gain := [2]*form{drawForm(t, n, "asker"), drawForm(t, n, "giver")}
		swapped := [2]*form{gain[1], gain[0]}
		power := rapid.Float64Range(0.1, 0.9).Draw(t, "power")
		giver := map[int]float64{ofGiver: 1}
		needs := []*need{{name: "a", weights: map[int]float64{ofAsker: 1}}, {name: "b", weights: giver}}
		r := &Rules{}
		for _, k := range []struct{ here, there score }{{nashScore(power), nashScore(1 - power)}, {kalaiScore(900, 300), kalaiScore(300, 900)}} {
			a := tableMenu(gain, true).best(needs, giver, k.here, r)
			b := tableMenu(swapped, true).best(needs, giver, k.there, r)
			c := tableMenu(gain, false).best(needs, giver, k.here, r)
			if a.ok != b.ok || a.ok != c.ok {
				t.Fatalf("found %v, exchanged %v, by branch and bound %v", a, b, c)
			}
			if a.ok && !math.IsInf(a.value, -1) && (math.Abs(a.value-b.value) > 1e-9*(1+math.Abs(a.value)) || math.Abs(a.value-c.value) > 1e-9*(1+math.Abs(a.value))) {
				t.Fatalf("value %g, exchanged %g, by branch and bound %g", a.value, b.value, c.value)
			}
		}
	})
}

// Blocking constraints cannot be met together, and can without any one.
func TestBlockingIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		m := tableMenu([2]*form{drawForm(t, n, "asker"), drawForm(t, n, "giver")}, true)
		var needs []*need
		for i := range rapid.IntRange(1, 6).Draw(t, "needs") {
			needs = append(needs, &need{name: string(rune('a' + i)), weights: map[int]float64{rapid.IntRange(0, 1).Draw(t, "of"): float64(rapid.IntRange(-1, 1).Draw(t, "sign"))}, floor: float64(rapid.IntRange(-2000, 2000).Draw(t, "floor"))})
		}
		giver, r := map[int]float64{ofGiver: 1}, &Rules{}
		feasible := func(list []*need) bool { return m.best(list, giver, weighted(1, 0), r).ok }
		if feasible(needs) {
			t.Skip("all can be met")
		}
		names := m.blocking(needs, giver, r)
		var core []*need
		for _, x := range needs {
			if slices.Contains(names, x.name) {
				core = append(core, x)
			}
		}
		if feasible(core) {
			t.Fatalf("%v can be met together", names)
		}
		for i := range core {
			if !feasible(append(slices.Clone(core[:i]), core[i+1:]...)) {
				t.Fatalf("%v cannot be met without %s", names, core[i].name)
			}
		}
	})
}

func TestRedLineRefuses(t *testing.T) {
	_, g := lands(t)
	for _, text := range []string{"", "cars", "cars>=ten", "cars>=90%", "zz>=10%", "revenue>=lots", "imports:C29", "imports:C29<=x%", "K64>=1%", "elves stays"} {
		if l, err := g.RedLine(text); err == nil {
			t.Errorf("%q reads as %+v", text, l)
		}
	}
	for _, text := range []string{"cars>=10%", "8703 >= 12.5%", "rice stays", "C29 stays", "ch87>=5%", "revenue>=-5bn", "revenue>=-300m", "imports:C29<=20%", "asker>=1bn", "giver>=0", "require:x"} {
		if _, err := g.RedLine(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
