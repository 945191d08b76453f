package talks

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// brute tries every set.
func (p *problem) brute() found {
	best := found{value: math.Inf(-1), closed: true}
	set := make([]bool, p.n)
all:
	for m := range 1 << p.n {
		for i := range set {
			set[i] = m>>i&1 == 1
			if p.fixed != nil && p.fixed[i] != 0 && set[i] != (p.fixed[i] > 0) {
				continue all
			}
		}
		for i := range set {
			for j := range i {
				if set[i] && set[j] && p.excludes != nil && p.excludes(i, j) {
					continue all
				}
			}
		}
		if p.allowed != nil && !p.allowed(set) {
			continue
		}
		for k := range p.demands {
			if !p.demands[k].holds(set) {
				continue all
			}
		}
		if v := p.score.value(p.gain[0].at(set), p.gain[1].at(set)); v > best.value {
			best.value, best.set = v, append([]bool(nil), set...)
		}
	}
	return best
}

func drawForm(t *rapid.T, n int, name string) *form {
	f := newForm(n)
	for i := range n {
		f.a[i] = float64(rapid.IntRange(-1000, 1000).Draw(t, name))
		for j := range i {
			if rapid.IntRange(0, 2).Draw(t, name) == 0 {
				v := float64(rapid.IntRange(-400, 400).Draw(t, name))
				f.b[i*n+j], f.b[j*n+i] = v, v
			}
		}
	}
	return f
}

// Branch and bound finds what trying every set finds, up to fifteen asks, with
// demands, exclusions and a monotone red line, for every score.
func TestSearchIsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 15).Draw(t, "n")
		p := problem{n: n, gain: [2]*form{drawForm(t, n, "asker"), drawForm(t, n, "giver")}}
		for range rapid.IntRange(0, 3).Draw(t, "demands") {
			p.demands = append(p.demands, demand{"", drawForm(t, n, "demand"), float64(rapid.IntRange(-2000, 1000).Draw(t, "floor"))})
		}
		x, y := rapid.IntRange(0, n-1).Draw(t, "x"), rapid.IntRange(0, n-1).Draw(t, "y")
		p.excludes = func(i, j int) bool { return i != j && (i == x && j == y || i == y && j == x) }
		most := rapid.IntRange(1, n).Draw(t, "most")
		p.allowed = func(set []bool) bool {
			k := 0
			for _, in := range set {
				if in {
					k++
				}
			}
			return k <= most
		}
		if rapid.Bool().Draw(t, "fix") {
			p.fixed = make([]int8, n)
			p.fixed[rapid.IntRange(0, n-1).Draw(t, "in")] = 1
			p.fixed[rapid.IntRange(0, n-1).Draw(t, "out")] = -1
		}
		for name, s := range map[string]score{"asker": weighted(1, 0), "both": weighted(0.3, 0.7), "nash": nashScore(0.5), "nash 0.8": nashScore(0.8), "kalai": kalaiScore(1500, 700)} {
			p.score = s
			got, want := p.solve(), p.brute()
			if (got.set == nil) != (want.set == nil) {
				t.Fatalf("%s: found %v, brute force %v", name, got, want)
			}
			if want.set == nil {
				continue
			}
			if d := math.Abs(got.value - want.value); d > 1e-9*(1+math.Abs(want.value)) {
				t.Fatalf("%s: %v, brute force %v", name, got, want)
			}
			if got.bound < want.value-1e-9*(1+math.Abs(want.value)) || !got.closed {
				t.Fatalf("%s: bound %g below the best %g", name, got.bound, want.value)
			}
		}
	})
}

// With a gap or a limit of nodes the bound still holds.
func TestSearchBoundHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 14).Draw(t, "n")
		p := problem{n: n, gain: [2]*form{drawForm(t, n, "asker"), drawForm(t, n, "giver")}, score: weighted(1, 0)}
		p.demands = []demand{{"", p.gain[1], 0}}
		want := p.brute()
		p.gap, p.nodes = rapid.Float64Range(0, 0.2).Draw(t, "gap"), rapid.IntRange(1, 200).Draw(t, "nodes")
		if got := p.solve(); got.bound < want.value-1e-6 {
			t.Fatalf("bound %g, best %g", got.bound, want.value)
		}
	})
}
