package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestKernels: the vector code gives the bits of the plain code at every
// length.
func TestKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fill := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	same := func(what string, n int, a, b []float64) {
		for i := range a {
			if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
				t.Fatalf("%s, length %d: element %d is %v and %v", what, n, i, a[i], b[i])
			}
		}
	}
	for n := 0; n < 100; n++ {
		v := make([][]float64, 9)
		for k := range v {
			v[k] = fill(n)
		}
		s, f := dot2(v[0], v[1], v[2])
		s2, f2 := dot2Go(v[0], v[1], v[2])
		same("dot2", n, []float64{s, f}, []float64{s2, f2})
		z, z2 := append([]float64(nil), v[0]...), append([]float64(nil), v[0]...)
		mulAdd4(z, v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8])
		mulAdd4Go(z2, v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8])
		same("mulAdd4", n, z, z2)
		axpy4(z, v[1], v[2], v[3], v[4], 0.3, -1.7, 2.2, 0.01)
		axpy4Go(z2, v[1], v[2], v[3], v[4], 0.3, -1.7, 2.2, 0.01)
		same("axpy4", n, z, z2)
	}
}
