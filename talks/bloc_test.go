package talks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

// TestBlocsHeld: every member is an economy of the default world or the union,
// named once, and every agreement in force says since when for at least two.
func TestBlocsHeld(t *testing.T) {
	d := open(t, nil)
	all, err := Blocs()
	if err != nil {
		t.Fatal(err)
	}
	size := map[string]int{}
	for _, b := range all {
		members, absent, err := d.players(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(absent) > 0 || b.Title == "" || b.Source == "" {
			t.Errorf("%s: absent %v, title %q, source %q", b.Name, absent, b.Title, b.Source)
		}
		dated := 0
		for _, m := range b.Members {
			if m.Since != 0 {
				dated++
			}
		}
		if (b.Kind == "in force") != (dated >= 2) {
			t.Errorf("%s is %s and has %d dates", b.Name, b.Kind, dated)
		}
		size[b.Name] = len(members)
	}
	for name, want := range map[string]int{"china-japan-korea": 3, "cptpp": 12, "rcep": 15, "japan-eu": 2} {
		if size[name] != want {
			t.Errorf("%s has %d players, want %d", name, size[name], want)
		}
	}
	if n := len(d.union()); n != 27 {
		t.Errorf("%d economies of the European Union", n)
	}
}

func TestBlocsRefused(t *testing.T) {
	d := open(t, nil)
	for _, names := range [][]string{{"nafta"}, {"JP,US"}, {"JP,JP"}, {"JP,DE"}, {"JP,QQ"}, {"JP,"}} {
		var p *kanzei.Problem
		if _, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: names}); !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("%v: %v", names, err)
		}
	}
	for _, o := range []CoalitionOptions{{Enumerate: 13}, {Pairs: 1}, {Rate: math.NaN()}} {
		var p *kanzei.Problem
		if _, err := d.Coalitions(context.Background(), o); !errors.As(err, &p) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestBlocOfOne changes nothing.
func TestBlocOfOne(t *testing.T) {
	d := open(t, nil)
	c, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: []string{"JP"}})
	if err != nil {
		t.Fatal(err)
	}
	x := c[0]
	v := x.Values[0]
	if v.GainMUSD != 0 || v.LeaveMUSD != 0 || v.ShapleyMUSD != 0 || x.GiverMUSD != 0 || x.OthersMUSD != 0 || x.WalkAway.AskerMUSD != 0 || x.Retaliation != nil || !x.Stability.Internal {
		t.Errorf("a bloc of one: %+v", x)
	}
}

// TestDraft: the file that a bloc is written as gives the same tariffs.
func TestDraft(t *testing.T) {
	d := open(t, nil)
	b, err := FindBloc("China-Japan-Korea")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := d.WriteDraft(&file, b); err != nil {
		t.Fatal(err)
	}
	s, err := impact.NewStudy(d.Study.Duty, d.Study.Flows, d.Study.World)
	if err != nil {
		t.Fatal(err)
	}
	s.ReadFile = func(string) ([]byte, error) { return file.Bytes(), nil }
	l, err := s.Law([]string{"today", "bloc.csv"}, d.Question.On, d.Question.Known)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Tariffs(l)
	if err != nil {
		t.Fatal(err)
	}
	today, err := d.Study.Tariffs(d.Today)
	if err != nil {
		t.Fatal(err)
	}
	members, _, err := d.players(b)
	if err != nil {
		t.Fatal(err)
	}
	want := d.united(today, members)
	if !slices.Equal(got, want) {
		t.Error("the draft's tariffs are not the bloc's")
	}
	changed := 0
	for c := range want {
		if want[c] != today[c] {
			changed++
		}
	}
	// Six pairs of importer and exporter, 27 goods sectors, some free already.
	if changed == 0 || changed > 6*27 {
		t.Errorf("%d cells change", changed)
	}
}

func TestCoalition(t *testing.T) {
	ctx := context.Background()
	d := open(t, func(q *Question) { q.Closures, q.Draws = []model.Closure{model.Fixed, model.Balanced}, 3 })
	list, err := d.Coalitions(ctx, CoalitionOptions{Blocs: []string{"china-japan-korea"}})
	if err != nil {
		t.Fatal(err)
	}
	c := list[0]
	if c.ShapleyMethod != "exact" || c.Sets != 8 || !c.Stability.Enumerated {
		t.Errorf("three players: %s, %d sets", c.ShapleyMethod, c.Sets)
	}
	total, shapley := 0.0, 0.0
	for _, v := range c.Values {
		total += v.GainMUSD
		shapley += v.ShapleyMUSD
		if v.Lo == nil || *v.Lo > *v.Hi {
			t.Errorf("%s has no range", v.Code)
		}
	}
	if math.Abs(total-c.TotalMUSD) > 1e-4 || math.Abs(shapley-c.TotalMUSD) > 1e-4 {
		t.Errorf("gains sum to %g, Shapley values to %g, the bloc is worth %g", total, shapley, c.TotalMUSD)
	}
	// Leaving: solved again from scratch, Japan outside, the other two together.
	today, err := d.Study.Tariffs(d.Today)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := d.SolveTariffs(ctx, d.united(today, []player{{economies: []int{economy(t, d, "CN")}}, {economies: []int{economy(t, d, "KR")}}}), model.Fixed, Central)
	if err != nil {
		t.Fatal(err)
	}
	now, err := d.Solve(ctx, d.Today)
	if err != nil {
		t.Fatal(err)
	}
	_, outside := Gain(now, pair, d.Asker)
	jp := c.Values[slices.IndexFunc(c.Values, func(v MemberValue) bool { return v.Code == "JP" })]
	if got := outside - jp.GainMUSD; math.Abs(got-jp.LeaveMUSD) > 0.01 {
		t.Errorf("Japan gains %g by leaving, reported %g", got, jp.LeaveMUSD)
	}
	for _, v := range c.Values {
		if leaves := slices.Contains(c.Stability.Leavers, v.Code); leaves != (v.LeaveMUSD > 1) && math.Abs(v.LeaveMUSD) > 1 {
			t.Errorf("%s gains %g by leaving, listed %v", v.Code, v.LeaveMUSD, leaves)
		}
	}
	// A deal's surplus moves by what the reservation values move.
	w := c.WalkAway
	if math.Abs(w.SurplusAsker-w.InsteadAsker-w.AskerMUSD) > 1e-3 || math.Abs(w.SurplusGiver-w.InsteadGiver-w.GiverMUSD) > 1e-3 {
		t.Errorf("walking away into the bloc: %+v", w)
	}
	// The surplus compares two laws that differ in the deal alone: that of the
	// walk-away for all partners, with the deal and without. Solved again.
	relieved, err := d.relief().Tariffs(ctx, d, d.WalkAway)
	if err != nil {
		t.Fatal(err)
	}
	deal, err := d.SolveTariffs(ctx, relieved, model.Fixed, Central)
	if err != nil {
		t.Fatal(err)
	}
	lapse, err := d.Solve(ctx, d.WalkAway)
	if err != nil {
		t.Fatal(err)
	}
	for n, got := range map[int]float64{d.Asker: w.SurplusAsker, d.Giver: w.SurplusGiver} {
		_, with := Gain(now, deal, n)
		_, without := Gain(now, lapse, n)
		if math.Abs(with-without-got) > 0.05 {
			t.Errorf("%s: the deal over walking away is worth %g, reported %g", d.World.Economies[n], with-without, got)
		}
	}
	// The best joint duty is no worse for the members than that tried.
	j := c.Retaliation
	tried := 0.0
	for i, m := range j.Members {
		e := []int{economy(t, d, c.Values[i].Code)}
		tried += m.JointPct / 100 * now.Income[e[0]]
	}
	if j.BestMUSD < tried-1 || j.BestSlope > 10*duelTol {
		t.Errorf("best joint retaliation brings %g, that tried %g, slope %g", j.BestMUSD, tried, j.BestSlope)
	}
	if j.GiverJoint >= j.GiverAlone {
		t.Errorf("joint retaliation costs the giver %g, alone %g", j.GiverJoint, j.GiverAlone)
	}
	var text bytes.Buffer
	if err := WriteCoalitions(&text, impact.Style{Width: 80}, list); err != nil {
		t.Fatal(err)
	}
	narrow(t, text.String(), "china-japan-korea", "would gain by leaving", "Joint Media Statement", "Walking away is worth")
	if b, err := json.Marshal(c); err != nil || !strings.Contains(string(b), `"since":""`) {
		t.Errorf("%v: %s", err, b)
	}
}

// TestSampledBloc: Shapley values sampled are those enumerated within their
// errors, for a bloc of four.
func TestSampledBloc(t *testing.T) {
	d := open(t, nil)
	exact, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: []string{"japan-singapore-uk-eu"}})
	if err != nil {
		t.Fatal(err)
	}
	sampled, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: []string{"japan-singapore-uk-eu"}, Enumerate: 2, Pairs: 40})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range sampled[0].Values {
		want := exact[0].Values[i].ShapleyMUSD
		if v.ShapleyError == nil || math.Abs(v.ShapleyMUSD-want) > 6**v.ShapleyError+0.01 {
			t.Errorf("%s: sampled %g ± %v, exact %g", v.Code, v.ShapleyMUSD, v.ShapleyError, want)
		}
	}
	if sampled[0].Stability.Enumerated || !exact[0].Stability.Enumerated {
		t.Error("which was enumerated is not said")
	}
}

func economy(t *testing.T, d *Desk, code string) int {
	t.Helper()
	n, err := d.World.Economy(code)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// BenchmarkCoalition judges a bloc of three, with its eight sets and every
// outsider.
func BenchmarkCoalition(b *testing.B) {
	d := open(b, nil)
	for b.Loop() {
		if _, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: []string{"china-japan-korea"}}); err != nil {
			b.Fatal(err)
		}
	}
}
