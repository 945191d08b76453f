//go:build !amd64

package model

func dot2(k, m, e []float64) (s, f float64) { return dot2Go(k, m, e) }

func axpy4(acc, m0, m1, m2, m3 []float64, q0, q1, q2, q3 float64) {
	axpy4Go(acc, m0, m1, m2, m3, q0, q1, q2, q3)
}

func mulAdd4(z, a0, a1, a2, a3, y0, y1, y2, y3 []float64) {
	mulAdd4Go(z, a0, a1, a2, a3, y0, y1, y2, y3)
}
