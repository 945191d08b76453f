package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/gonum/stat/samplemv"
)

// SetNames returns the names of the elasticity sets, sorted.
func (w *World) SetNames() []string {
	names := make([]string, 0, len(w.Sets))
	for n := range w.Sets {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// SetSpread is how far the published sets lie apart, by sector.
type SetSpread struct {
	Median []float64 // [J] median of the sets
	// SE is the standard deviation of ln theta across the sets, [J]. No source
	// gives a standard error for each estimate; this is the disagreement
	// between studies and stands in for one.
	SE []float64
}

// Spread compares the elasticity sets, leaving out uniform sets (U4), which
// are conventions and not estimates.
func (w *World) Spread() (SetSpread, error) {
	var use [][]float64
	for _, name := range w.SetNames() {
		s := w.Sets[name]
		flat := true
		for _, v := range s {
			flat = flat && v == s[0]
		}
		if !flat && name != MedianSet {
			use = append(use, s)
		}
	}
	if len(use) < 2 {
		return SetSpread{}, fmt.Errorf("world %s has %d elasticity sets that differ by sector; a spread needs 2", w.Name, len(use))
	}
	out := SetSpread{Median: make([]float64, w.J), SE: make([]float64, w.J)}
	col := make([]float64, len(use))
	for j := range out.Median {
		mean := 0.0
		for k, s := range use {
			col[k] = s[j]
			mean += math.Log(s[j])
		}
		mean /= float64(len(use))
		v := 0.0
		for _, x := range col {
			d := math.Log(x) - mean
			v += d * d
		}
		out.SE[j] = math.Sqrt(v / float64(len(use)-1))
		sort.Float64s(col)
		m := len(col) / 2
		out.Median[j] = col[m]
		if len(col)%2 == 0 {
			out.Median[j] = math.Sqrt(col[m-1] * col[m])
		}
	}
	return out, nil
}

// MedianSet is the name of the median of the published sets.
const MedianSet = "median"

// Draws returns count elasticity vectors, [J] each, for ranges: ln theta is
// normal around ln Theta with the standard deviation of the sets, half of its
// variance common to all sectors, each part cut at two standard deviations, and
// kept in [0.5, 30]. The draws are quasi-random: a Halton sequence with Owen's
// scrambling, the common part in its first dimension. The same seed gives the
// same draws, and fewer draws are the first of more.
func (w *World) Draws(count int, seed uint64) ([][]float64, error) {
	sp, err := w.Spread()
	if err != nil {
		return nil, err
	}
	if count <= 0 {
		return nil, nil
	}
	u := mat.NewDense(count, w.J+1, nil)
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(w.J+1, nil), Src: rand.NewPCG(seed, 0x6b616e7a6569)}.Sample(u)
	out := make([][]float64, count)
	for d := range out {
		out[d] = make([]float64, w.J)
		common := cutNormal(u.At(d, 0))
		for j := range out[d] {
			z := math.Sqrt(0.5)*common + math.Sqrt(0.5)*cutNormal(u.At(d, j+1))
			v := w.Theta[j] * math.Exp(sp.SE[j]*z)
			out[d][j] = math.Min(30, math.Max(0.5, v))
		}
	}
	return out, nil
}

// cutNormal is the quantile u of the normal distribution cut at two standard
// deviations.
func cutNormal(u float64) float64 {
	tail := distuv.UnitNormal.CDF(-2)
	return distuv.UnitNormal.Quantile(tail + u*(1-2*tail))
}
