package model

import (
	"errors"
	"math"
	"testing"
)

// flat is the world of the formula with the elasticities of a set: without
// input-output links, tariffs on services as in the source.
func flat(t testing.TB, name, set string) *World {
	t.Helper()
	w := world(t, name)
	if w.HasLinks() {
		c, err := w.WithoutLinks()
		if err != nil {
			t.Fatal(err)
		}
		w = c
	}
	w, err := w.WithSet(set)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// tariffwar are the choices of Lashkaripour's public code.
var tariffwar = NashOptions{DropDelta: true, Floor: 1}

// TestNashFormula solves the system of Lashkaripour (2021) on the data of his
// public code and compares with an independent solver.
func TestNashFormula(t *testing.T) {
	for _, c := range []struct{ world, set, file string }{
		{"wiod2014", "IS", "nash_tariffwar_WIOD2014_IS.csv"},
		{"wiod2014", "U4", "nash_tariffwar_WIOD2014_U4.csv"},
		{"icio2022", "IS", "nash_tariffwar_ICIO2022_IS.csv"},
		{"icio2022", "U4", "nash_tariffwar_ICIO2022_U4.csv"},
	} {
		t.Run(c.file, func(t *testing.T) {
			w, err := LoadTariffWar(dataRoot(t, "wiod_44x16"), c.world)
			if err != nil {
				t.Fatal(err)
			}
			if w, err = w.WithSet(c.set); err != nil {
				t.Fatal(err)
			}
			r, err := w.Nash(tariffwar)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("base %d evaluations to %.1e, war %d evaluations to %.1e", r.BaseReport.Evals, r.BaseReport.Residual, r.Report.Evals, r.Report.Residual)
			worst, cells := 0.0, 0
			for _, rec := range oracle(t, c.file)[1:] {
				n, err := w.Economy(rec[0])
				if err != nil {
					t.Fatal(err)
				}
				for k, got := range []float64{100 * r.Rate[n], 100 * (r.Welfare[n] - 1)} {
					d := math.Abs(got - num(t, rec[1+k]))
					worst = math.Max(worst, d)
					cells++
					if d > 1e-7 {
						t.Errorf("%s column %d: %.8f, want %s", rec[0], k, got, rec[1+k])
					}
				}
			}
			t.Logf("%d cells, largest difference %.1e percent", cells, worst)
		})
	}
}

// TestNashFormulaIsEquilibrium puts the tariffs of the war into the general
// solver: same welfare.
func TestNashFormulaIsEquilibrium(t *testing.T) {
	w := flat(t, "wiod2014-16", "IS")
	r, err := w.Nash(NashOptions{Players: []int{0, 7, 43}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Solve(Shock{Tariff: r.Tariff}, Options{Closure: Balanced, Tol: 1e-11})
	if err != nil {
		t.Fatal(err)
	}
	for n := range r.Welfare {
		if d := math.Abs(r.Welfare[n] - s.Welfare[n]); d > 1e-9 {
			t.Errorf("%s: welfare %.10f, general solver %.10f", w.Economies[n].ISO3, r.Welfare[n], s.Welfare[n])
		}
	}
	for n, v := range r.Rate {
		if (v != 0) != (n == 0 || n == 7 || n == 43) {
			t.Errorf("%s has rate %g", w.Economies[n].ISO3, v)
		}
	}
}

// TestNashGradientMeetsFormula: without links the formula is close to the
// numerical optimum of one rate. It leaves out what a large economy does to
// relative wages abroad: the United States is 2.2 percent of its rate off.
func TestNashGradientMeetsFormula(t *testing.T) {
	w := flat(t, "wiod2014-16", "U4")
	for _, p := range [][]int{{42}, {7}, {24}, {0, 42}} { // USA, CHN, JPN, AUS and USA
		f, err := w.Nash(NashOptions{Players: p})
		if err != nil {
			t.Fatal(err)
		}
		g, err := w.Nash(NashOptions{Method: Gradient, Instrument: Uniform, Services: true, Players: p, Solve: Options{Closure: Balanced}})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p {
			t.Logf("%v %s: formula %.3f %%, welfare %.5f; optimum %.3f %%, welfare %.5f (%d equilibria, slope left %.1e, residual %.1e)", p, w.Economies[n].ISO3,
				100*f.Rate[n], 100*(f.Welfare[n]-1), 100*g.Rate[n], 100*(g.Welfare[n]-1), g.Solves, g.Slope, g.Report.Residual)
			if math.Abs(f.Rate[n]-g.Rate[n]) > 0.025*f.Rate[n] {
				t.Errorf("%s: formula %.4f, optimum %.4f", w.Economies[n].ISO3, f.Rate[n], g.Rate[n])
			}
			if len(p) == 1 && g.Welfare[n] < f.Welfare[n]-1e-12 {
				t.Errorf("%s: the optimum %.9f is below the formula's %.9f", w.Economies[n].ISO3, g.Welfare[n], f.Welfare[n])
			}
		}
	}
}

// TestNashLinks plays the United States against China in the world with
// input-output links, and lets them talk.
func TestNashLinks(t *testing.T) {
	w, err := Load(DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	us, _ := w.Economy("US")
	cn, _ := w.Economy("CN")
	for _, by := range []Instrument{Uniform, BySector, ByPartner} {
		o := NashOptions{Method: Gradient, Players: []int{us, cn}, Instrument: by}
		r, err := w.Nash(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v: US %.2f %% welfare %.4f, China %.2f %% welfare %.4f; %d rounds, %d equilibria, slope left %.1e, residual %.1e", by,
			100*r.Rate[us], 100*(r.Welfare[us]-1), 100*r.Rate[cn], 100*(r.Welfare[cn]-1), r.Rounds, r.Solves, r.Slope, r.Report.Residual)
		if r.Rate[us] <= 0 || r.Rate[cn] <= 0 || r.Report.Residual > 1e-10 {
			t.Errorf("%v: no war", by)
		}
	}
}

// TestNashSmallEconomy: the optimal tariff of an economy that buys and sells
// almost nothing of the world's goes to 1/eps (MODEL 10), by both methods.
func TestNashSmallEconomy(t *testing.T) {
	size := []float64{1e6, 2e6, 1}
	w := &World{Name: "small", Sectors: []Sector{{Code: "ALL", Goods: true}}, Theta: []float64{5}, Tariff: ones(9), VA: ones(3), IO: make([]float64, 3), Flow: make([]float64, 9)}
	for n, a := range size {
		w.Economies = append(w.Economies, Economy{ISO3: string(rune('A' + n))})
		for i, b := range size {
			w.Flow[n*3+i] = a * b / 3e6 // gravity without borders: trade is balanced
		}
	}
	if err := w.prepare(); err != nil {
		t.Fatal(err)
	}
	for _, o := range []NashOptions{{Players: []int{2}}, {Players: []int{2}, Method: Gradient, Instrument: Uniform}} {
		r, err := w.Nash(o)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.Rate[2]-0.2) > 2e-5 {
			t.Errorf("%v: rate %.6f, want 0.2", o.Method, r.Rate[2])
		}
	}
}

// TestNashRelabel: renaming economies permutes the tariffs.
func TestNashRelabel(t *testing.T) {
	w := flat(t, "wiod2014-16", "IS")
	p := make([]int, w.N)
	for n := range p {
		p[n] = (n*17 + 5) % w.N
	}
	v := w.clone()
	v.Economies = make([]Economy, w.N)
	v.Flow, v.Tariff, v.Alpha = make([]float64, len(w.Flow)), make([]float64, len(w.Flow)), nil
	for n := range p {
		v.Economies[p[n]] = w.Economies[n]
		for i := range p {
			for j := 0; j < w.J; j++ {
				v.Flow[w.Cell(j, p[n], p[i])], v.Tariff[w.Cell(j, p[n], p[i])] = w.Flow[w.Cell(j, n, i)], w.Tariff[w.Cell(j, n, i)]
			}
		}
	}
	if err := v.prepare(); err != nil {
		t.Fatal(err)
	}
	a, err := w.Nash(NashOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := v.Nash(NashOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range p {
		if math.Abs(a.Rate[n]-b.Rate[p[n]]) > 1e-9 || math.Abs(a.Welfare[n]-b.Welfare[p[n]]) > 1e-9 {
			t.Errorf("%s: %.10f, renamed %.10f", w.Economies[n].ISO3, a.Rate[n], b.Rate[p[n]])
		}
	}
}

func TestNashRefuses(t *testing.T) {
	w := flat(t, "wiod2014-16", "IS")
	for _, p := range [][]int{{}, {-1}, {44}, {3, 3}} {
		if _, err := w.Nash(NashOptions{Players: p}); err == nil {
			t.Errorf("players %v accepted", p)
		}
	}
	icio, err := Load("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	var links *LinksError
	if _, err := icio.Nash(NashOptions{}); !errors.As(err, &links) {
		t.Errorf("formula with links: %v", err)
	}
	var lost *NotFound
	if _, err := w.Nash(NashOptions{Solve: Options{MaxIter: 3}}); !errors.As(err, &lost) || len(lost.Report.Path) == 0 {
		t.Errorf("three iterations: %v", err)
	}
}

func benchmarkNash(b *testing.B, name, set string) {
	w := flat(b, name, set)
	var r *NashResult
	var err error
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if r, err = w.Nash(tariffwar); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(r.Report.Residual, "residual")
	b.ReportMetric(float64(r.BaseReport.Evals), "base-evals")
	b.ReportMetric(float64(r.Report.Evals), "evals")
}

func BenchmarkNashFormulaICIO81(b *testing.B)   { benchmarkNash(b, "icio2022-source", "IS") }
func BenchmarkNashFormulaICIO81U4(b *testing.B) { benchmarkNash(b, "icio2022-source", "U4") }
func BenchmarkNashFormulaWIOD44(b *testing.B)   { benchmarkNash(b, "wiod2014-16", "IS") }
