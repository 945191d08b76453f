package talks

import (
	"errors"
	"math"
	"testing"

	"kanzei"

	"pgregory.net/rapid"
)

// game draws the worths of n players.
func drawGame(t *rapid.T, n int) []float64 {
	v := rapid.SliceOfN(rapid.Float64Range(-100, 100), 1<<n, 1<<n).Draw(t, "worth")
	v[0] = 0
	return v
}

// byOrders is the Shapley value by its definition: the mean gain over all orders.
func byOrders(v []float64, n int) []float64 {
	phi := make([]float64, n)
	count := 0.0
	var visit func(order []int, s Set)
	visit = func(order []int, s Set) {
		if len(order) == n {
			count++
			at := Set(0)
			for _, i := range order {
				phi[i] += v[at|1<<i] - v[at]
				at |= 1 << i
			}
			return
		}
		for i := range n {
			if !s.has(i) {
				visit(append(order, i), s|1<<i)
			}
		}
	}
	visit(nil, 0)
	for i := range phi {
		phi[i] /= count
	}
	return phi
}

func TestShapleyIsTheMeanOverOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		v := drawGame(t, n)
		got, err := Shapley(v)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range byOrders(v, n) {
			if math.Abs(got[i]-want) > 1e-9 {
				t.Fatalf("player %d gets %g, the orders give %g", i, got[i], want)
			}
		}
	})
}

func TestShapleyAxioms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "n")
		v, w := drawGame(t, n), drawGame(t, n)
		phi := shapley(t, v)
		sum := 0.0
		for _, x := range phi {
			sum += x
		}
		if math.Abs(sum-v[len(v)-1]) > 1e-9 {
			t.Fatalf("not efficient: %g of %g is given", sum, v[len(v)-1])
		}
		// Linear: the value of a sum of games is the sum of the values.
		both := make([]float64, len(v))
		for s := range v {
			both[s] = v[s] + w[s]
		}
		other := shapley(t, w)
		for i, x := range shapley(t, both) {
			if math.Abs(x-phi[i]-other[i]) > 1e-9 {
				t.Fatalf("not linear for player %d", i)
			}
		}
		// Null: player 0 adds nothing anywhere.
		null := make([]float64, len(v))
		for s := range v {
			null[s] = v[Set(s)&^1]
		}
		if x := shapley(t, null)[0]; math.Abs(x) > 1e-9 {
			t.Fatalf("a null player gets %g", x)
		}
		// Symmetric: players 0 and 1 change places.
		swap := func(s Set) Set {
			out := s &^ 3
			if s.has(0) {
				out |= 2
			}
			if s.has(1) {
				out |= 1
			}
			return out
		}
		alike := make([]float64, len(v))
		for s := range v {
			alike[s] = v[s] + v[swap(Set(s))]
		}
		if x := shapley(t, alike); math.Abs(x[0]-x[1]) > 1e-9 {
			t.Fatalf("symmetric players get %g and %g", x[0], x[1])
		}
	})
}

func shapley(t interface{ Fatal(...any) }, v []float64) []float64 {
	phi, err := Shapley(v)
	if err != nil {
		t.Fatal(err)
	}
	return phi
}

func TestSampledShapley(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "n")
		v := drawGame(t, n)
		seed := rapid.Uint64().Draw(t, "seed")
		asked := map[Set]bool{}
		phi, se, err := SampledShapley(n, 400, seed, func(s Set) (float64, error) { asked[s] = true; return v[s], nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sampledSets(n, 400, seed) {
			if !asked[s] {
				t.Fatalf("set %b is listed and not asked for", s)
			}
			delete(asked, s)
		}
		if len(asked) > 0 {
			t.Fatalf("%d sets are asked for and not listed", len(asked))
		}
		sum := 0.0
		for i, x := range shapley(t, v) {
			sum += phi[i]
			// Six standard errors: the chance of a miss is 2e-9 for each.
			if math.Abs(phi[i]-x) > 6*se[i]+1e-9 {
				t.Fatalf("player %d: %g ± %g, exact %g", i, phi[i], se[i], x)
			}
		}
		if math.Abs(sum-v[len(v)-1]) > 1e-9 {
			t.Fatalf("the samples give %g of %g", sum, v[len(v)-1])
		}
	})
}

// TestObjection: the glove game with one left glove and two right ones has all
// in its core go to the left glove (Shapley and Shubik 1969).
func TestObjection(t *testing.T) {
	v := []float64{0, 0, 0, 1, 0, 1, 0, 1}
	phi := shapley(t, v)
	if math.Abs(phi[0]-2.0/3) > 1e-12 || math.Abs(phi[1]-1.0/6) > 1e-12 {
		t.Fatalf("Shapley value %v, want 2/3, 1/6, 1/6", phi)
	}
	if _, x, _ := Objection(v, []float64{1, 0, 0}); x > 0 {
		t.Errorf("the core is objected to by %g", x)
	}
	if s, x, _ := Objection(v, phi); x < 1.0/6-1e-12 || !s.has(0) || s.Len() != 2 {
		t.Errorf("set %b objects by %g, want a pair with the left glove by 1/6", s, x)
	}
}

func TestGamesThatAreNone(t *testing.T) {
	for _, v := range [][]float64{nil, {0, 1, 2}, {1, 2}, make([]float64, 1<<13)} {
		var p *kanzei.Problem
		if _, err := Shapley(v); !errors.As(err, &p) {
			t.Errorf("%d worths: %v", len(v), err)
		}
	}
	if _, _, err := SampledShapley(40, 10, 1, nil); err == nil {
		t.Error("40 players are sampled")
	}
	if _, _, err := SampledShapley(3, 3, 1, func(Set) (float64, error) { return 0, errors.New("unsolved") }); err == nil {
		t.Error("an unsolved set passes")
	}
}

func BenchmarkShapley12(b *testing.B) {
	v := make([]float64, 1<<12)
	for s := range v {
		v[s] = float64(Set(s).Len() * Set(s).Len())
	}
	for b.Loop() {
		if _, err := Shapley(v); err != nil {
			b.Fatal(err)
		}
	}
}
