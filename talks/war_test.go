package talks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"

	"pgregory.net/rapid"
)

// twins draws a world of Japan, the United States and Germany in which the
// first two are mirror images.
func twins(t *rapid.T, dir string) *model.World {
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	value := func(lo, hi float64, name string) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
	write("sectors.csv", fmt.Sprintf("sector,name,goods,theta\ng1,one,1,%g\ng2,two,1,%g\nsv,services,0,4\n", value(2, 9, "theta1"), value(2, 9, "theta2")))
	flows, tariffs := "exporter,importer,sector,value_musd\n", "exporter,importer,sector,rate\n"
	for _, s := range []string{"g1", "g2", "sv"} {
		home, third := value(500, 1000, "home"), value(500, 2000, "third")
		bilateral, to, from := value(20, 200, "bilateral"), value(20, 150, "to"), value(20, 150, "from")
		for _, r := range []struct {
			from, to string
			v        float64
		}{{"JPN", "JPN", home}, {"USA", "USA", home}, {"DEU", "DEU", third}, {"JPN", "USA", bilateral}, {"USA", "JPN", bilateral},
			{"JPN", "DEU", to}, {"USA", "DEU", to}, {"DEU", "JPN", from}, {"DEU", "USA", from}} {
			flows += fmt.Sprintf("%s,%s,%s,%g\n", r.from, r.to, s, r.v)
			if r.from != r.to && s != "sv" {
				tariffs += fmt.Sprintf("%s,%s,%s,0.02\n", r.from, r.to, s)
			}
		}
	}
	write("flows.csv", flows)
	write("tariffs.csv", tariffs)
	w, err := model.ReadWorld(dir, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fight sets up a duel in a world without a study.
func fight(t *rapid.T, w *model.World) *duel {
	d := &Desk{World: w, Question: Question{Closures: []model.Closure{model.Fixed}}}
	u := d.duel(view{model.Fixed, Central}, w.Tariff)
	r, err := w.Solve(model.Shock{}, model.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u.last = r
	return u
}

// TestMirroredWar: twins fight alike, both lose against their common start, and
// no duty on a grid is better for either against the other's.
func TestMirroredWar(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		w := twins(t, dir)
		jp, _ := w.Economy("JPN")
		us, _ := w.Economy("USA")
		for _, bySector := range []bool{false, true} {
			u := fight(t, w)
			side := func(n, other int) *side {
				s := &side{player: n, levers: u.levers(n, other, w.Tariff, bySector, 0, 2)}
				s.points = make([]float64, len(s.levers))
				return s
			}
			a, b := side(jp, us), side(us, jp)
			rounds, slope, err := u.nash(ctx, a, b)
			if err != nil {
				t.Fatal(err)
			}
			for k := range a.points {
				if math.Abs(a.points[k]-b.points[k]) > 1e-4 {
					t.Fatalf("twins add %v and %v", a.points, b.points)
				}
			}
			if slope > 10*duelTol || rounds < 2 {
				t.Fatalf("slope %g after %d rounds", slope, rounds)
			}
			at := u.last.RealIncome
			if math.Abs(at[jp]-at[us]) > 1e-6 || at[jp] > 1+1e-9 {
				t.Fatalf("twins end with %g and %g", at[jp], at[us])
			}
			best := at[jp]
			for k := range a.points {
				for _, step := range []float64{-0.1, -0.03, -0.01, 0.01, 0.03, 0.1, 0.3} {
					x := slices.Clone(a.points)
					x[k] = max(a.levers[k].lo, x[k]+step)
					u.set(a.levers, x)
					if err := u.eval(ctx); err != nil {
						t.Fatal(err)
					}
					if got := u.last.RealIncome[jp]; got > best+1e-8 {
						t.Fatalf("lever %d at %g gives %.9f, the answer %.9f", k, x[k], got, best)
					}
				}
			}
		}
	})
}

// TestSlopes: derivatives are those of finite differences, in the 81 economies.
func TestSlopes(t *testing.T) {
	ctx := context.Background()
	d := open(t, nil)
	w, err := d.war(WarOptions{})
	if err != nil {
		t.Fatal(err)
	}
	u := d.duel(view{model.Fixed, Central}, w.mirrored())
	for _, bySector := range []bool{false, true} {
		base := slices.Clone(u.tariff)
		levers := u.levers(d.Asker, d.Giver, base, bySector, 0, 1)
		at := func(k int, x float64) float64 {
			p := make([]float64, len(levers))
			p[k] = x
			u.set(levers, p)
			if err := u.eval(ctx); err != nil {
				t.Fatal(err)
			}
			return math.Log(u.last.RealIncome[d.Asker])
		}
		at(0, 0)
		s, err := u.slopes(u.alone(d.Asker), levers)
		if err != nil {
			t.Fatal(err)
		}
		for k := 0; k < len(levers); k += 5 {
			const h = 1e-3
			want := (at(k, h) - at(k, -h)) / (2 * h)
			if math.Abs(s[k]-want) > 1e-3*math.Abs(want)+1e-8 {
				t.Errorf("lever %d: slope %g, difference %g", k, s[k], want)
			}
		}
		at(0, 0)
	}
}

func TestRetaliation(t *testing.T) {
	ctx := context.Background()
	d := open(t, func(q *Question) { q.Closures, q.Draws = []model.Closure{model.Fixed, model.Balanced}, 4 })
	r, err := d.Retaliation(ctx, WarOptions{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(id string) Move {
		i := slices.IndexFunc(r.Moves, func(m Move) bool { return m.ID == id })
		if i < 0 {
			t.Fatalf("no move %s", id)
		}
		return r.Moves[i]
	}
	w, err := d.war(WarOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// A grid of uniform additions has nothing better than the best one.
	now, err := d.Solve(ctx, d.Today)
	if err != nil {
		t.Fatal(err)
	}
	best := get("best-uniform")
	for _, x := range []float64{0, 0.02, 0.05, *best.AskerAddPct/100 - 0.01, *best.AskerAddPct/100 + 0.01, 0.08, 0.15, 0.3} {
		p, err := d.SolveTariffs(ctx, w.added(x), model.Fixed, Central)
		if err != nil {
			t.Fatal(err)
		}
		if pct, _ := Gain(now, p, d.Asker); pct > best.GainAskerPct+1e-6 {
			t.Errorf("%g points gain %g, the best %g", 100*x, pct, best.GainAskerPct)
		}
	}
	if best.GainAskerPct < max(0, get("uniform").GainAskerPct) || get("best-sector").GainAskerPct < best.GainAskerPct-1e-6 {
		t.Errorf("best uniform %g, by sector %g", best.GainAskerPct, get("best-sector").GainAskerPct)
	}
	for _, m := range r.Moves {
		if m.Slope > 10*duelTol {
			t.Errorf("%s stops at slope %g", m.ID, m.Slope)
		}
		if m.Lo == nil || *m.Lo > *m.Hi {
			t.Errorf("%s has no range", m.ID)
		}
	}
	// Mirroring adds, on Japan's side, what the measures add on the other.
	w.cells(func(a, g int) {
		if got, want := w.mirrored()[a]-w.today[a], w.today[g]-w.none[g]; math.Abs(got-want) > 1e-12 {
			t.Errorf("mirrored by %g, the measures add %g", got, want)
		}
	})
	// An answer costs the asker more than standing still does.
	if get("uniform-answered").GainAskerPct >= get("uniform").GainAskerPct || get("mirror-answered").GainAskerPct >= get("mirror").GainAskerPct {
		t.Error("the giver's answer helps the asker")
	}
	// War at a grid: neither side has a better uniform duty.
	war := get("war-uniform")
	u := d.duel(view{model.Fixed, Central}, w.today)
	a, g := w.side(u, d.Asker, false), w.side(u, d.Giver, false)
	at := func(x, y float64) (ours, theirs float64) {
		u.set(a.levers, []float64{x})
		u.set(g.levers, []float64{y})
		p, err := d.SolveTariffs(ctx, slices.Clone(u.tariff), model.Fixed, Central)
		if err != nil {
			t.Fatal(err)
		}
		ours, _ = Gain(now, p, d.Asker)
		theirs, _ = Gain(now, p, d.Giver)
		return ours, theirs
	}
	x, y := *war.AskerAddPct/100, *war.GiverAddPct/100
	ours, theirs := at(x, y)
	if math.Abs(ours-war.GainAskerPct) > 1e-5 || math.Abs(theirs-war.GainGiverPct) > 1e-5 {
		t.Errorf("the war gives %g and %g, reported %g and %g", ours, theirs, war.GainAskerPct, war.GainGiverPct)
	}
	for _, step := range []float64{-0.05, -0.02, 0.02, 0.05, 0.2} {
		if v, _ := at(x+step, y); v > ours+1e-6 {
			t.Errorf("the asker does better at %g: %g against %g", x+step, v, ours)
		}
		if _, v := at(x, y+step); v > theirs+1e-6 {
			t.Errorf("the giver does better at %g: %g against %g", y+step, v, theirs)
		}
	}
	// Claims are about the figures shown.
	for _, c := range r.Claims {
		if c.TrueIn == nil || *c.TrueIn < 0 || *c.TrueIn > 1 {
			t.Errorf("claim %s: true in %v", c.ID, c.TrueIn)
		}
		if c.ID == "uniform" && c.Closure == "fixed" && (c.CentralPct != get("uniform").GainAskerPct || c.Holds != (c.CentralPct <= 0)) {
			t.Errorf("claim %+v of move %+v", c, get("uniform"))
		}
	}
	if len(r.Claims) != 8*2 || len(r.Published) != 3 || r.Why == "" {
		t.Errorf("%d claims, %d findings", len(r.Claims), len(r.Published))
	}
	text := &bytes.Buffer{}
	if err := r.Text(text, impact.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	narrow(t, text.String(), "GRIPS Discussion Paper 25-03", "in how many draws", "war-sector", "section 4(b) of EO 14257")
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// TestSameBytes: desks opened anew give the same answers, to the byte.
func TestSameBytes(t *testing.T) {
	var first []byte
	for range 2 {
		d := open(t, func(q *Question) { q.Draws = 1 })
		r, err := d.Retaliation(context.Background(), WarOptions{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.Coalitions(context.Background(), CoalitionOptions{Blocs: []string{"china-japan-korea"}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{r, c})
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, b) {
			t.Error("the same question has two answers")
		}
		first = b
	}
}

func TestRetaliationRefuses(t *testing.T) {
	d := open(t, nil)
	for _, o := range []WarOptions{{Rate: -1}, {Rate: math.NaN()}, {MaxRate: 100}} {
		var p *kanzei.Problem
		if _, err := d.Retaliation(context.Background(), o); !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("%+v: %v", o, err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := d.Retaliation(ctx, WarOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled war: %v", err)
	}
}

// BenchmarkBestResponse searches the 27 sector duties of one side.
func BenchmarkBestResponse(b *testing.B) {
	d := open(b, nil)
	w, err := d.war(WarOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := w.best(context.Background(), d.Asker, true); err != nil {
			b.Fatal(err)
		}
	}
}
