package impact

import (
	"math"
	"slices"
	"testing"
)

// TestQuantile: with ten draws of a uniform distribution at their median places,
// (i-1/3)/(n+1/3), the quantile of type 8 gives back its argument; beyond the
// last draw it is that draw.
func TestQuantile(t *testing.T) {
	v := make([]float64, 10)
	for i := range v {
		v[i] = (float64(i+1) - 1.0/3) / (10 + 1.0/3)
	}
	for _, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
		if got := quantile(v, q); math.Abs(got-q) > 1e-12 {
			t.Errorf("quantile %g is %g", q, got)
		}
	}
	if a, b := quantile(v, 0), quantile(v, 1); a != v[0] || b != v[9] {
		t.Errorf("ends %g and %g", a, b)
	}
	if quantile([]float64{3}, 0.05) != 3 || quantile([]float64{3}, 0.95) != 3 {
		t.Error("one draw")
	}
}

// TestSettling: the ranges of half the draws are those of the first half.
func TestSettling(t *testing.T) {
	const n = 16
	sol := &solution{draws: [][][]*figures{make([][]*figures, 2)}}
	for d := range n {
		sol.draws[0][0] = append(sol.draws[0][0], &figures{income: []float64{1}})
		sol.draws[0][1] = append(sol.draws[0][1], &figures{income: []float64{1 + float64(d)/100}})
	}
	s := sol.settling(0, 0, 1, []int{0})
	if s == nil || s.Half != 8 {
		t.Fatalf("%+v", s)
	}
	all := make([]float64, n)
	for d := range all {
		all[d] = float64(d)
	}
	wide := quantile(all, 0.95) - quantile(all, 0.05)
	moved := []float64{(quantile(all, 0.05) - quantile(all[:8], 0.05)) / wide, (quantile(all, 0.95) - quantile(all[:8], 0.95)) / wide}
	for i := range moved {
		moved[i] = math.Abs(moved[i])
	}
	slices.Sort(moved)
	if want := quantile(moved, 0.5); math.Abs(s.Median-want) > 0.001 {
		t.Errorf("median shift %g, want %g", s.Median, want)
	}
}
