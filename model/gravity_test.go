package model

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// oraclePath finds an oracle file, or skips.
func oraclePath(t testing.TB, file string) string {
	t.Helper()
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = "../../shared"
	}
	path := filepath.Join(root, "oracle/model", file)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("oracle absent: %s (set KANZEI_SHARED)", path)
	}
	return path
}

// TestGravityEnlargement against the results that come with the package
// ge_gravity, both treatments of deficits.
func TestGravityEnlargement(t *testing.T) {
	m, beta, err := euEnlargement(oraclePath(t, "ge_gravity_trade2000.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var res [2]*GravityResult
	for k := range res {
		if res[k], err = m.Solve(beta, k == 1); err != nil {
			t.Fatal(err)
		}
		t.Logf("multiplicative %v: %d evaluations, residual %.1e", k == 1, res[k].Report.Evals, res[k].Report.Residual)
	}
	at := map[string]int{}
	for n, e := range m.Economies {
		at[e.ISO3] = n
	}
	cells, worst := 0, 0.0
	for _, rec := range oracle(t, "ge_gravity_eu_enlargement_welfare.csv")[1:] {
		if rec[1] != "2000" {
			continue
		}
		for k := range res {
			d := math.Abs(res[k].Welfare[at[rec[0]]] - num(t, rec[2+k]))
			worst = math.Max(worst, d)
			cells++
			if d > 1e-4 {
				t.Errorf("%s case %d: %.8f, want %s", rec[0], k, res[k].Welfare[at[rec[0]]], rec[2+k])
			}
		}
	}
	t.Logf("%d cells, largest difference %.1e", cells, worst)
}

// TestGravityIsWorld: with deficits kept, the gravity model is a World of one
// sector whose trade costs change by exp(-beta/theta).
func TestGravityIsWorld(t *testing.T) {
	m, beta, err := euEnlargement(oraclePath(t, "ge_gravity_trade2000.csv"))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Name: "gravity", Economies: m.Economies, Sectors: []Sector{{Code: "ALL", Goods: true}}, Flow: m.Trade,
		Tariff: ones(m.N * m.N), VA: ones(m.N), IO: make([]float64, m.N), Theta: []float64{m.Theta}}
	if err := w.prepare(); err != nil {
		t.Fatal(err)
	}
	cost := make([]float64, len(beta))
	for c, b := range beta {
		cost[c] = math.Exp(-b / m.Theta)
	}
	a, err := w.Solve(Shock{Cost: cost}, Options{Tol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Solve(beta, false)
	if err != nil {
		t.Fatal(err)
	}
	for n := range a.Welfare {
		if math.Abs(a.Welfare[n]-b.Welfare[n]) > 1e-10 {
			t.Errorf("%s: %.12f, general solver %.12f", m.Economies[n].ISO3, b.Welfare[n], a.Welfare[n])
		}
	}
}
