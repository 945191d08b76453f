package model

var hasAVX = cpuHasAVX()

func cpuHasAVX() bool

// The assembly works on the first n &^ 3 elements.

//go:noescape
func mulAdd4AVX(z, a0, a1, a2, a3, y0, y1, y2, y3 *float64, n int)

//go:noescape
func axpy4AVX(acc, m0, m1, m2, m3 *float64, q0, q1, q2, q3 float64, n int)

//go:noescape
func dot2AVX(k, m, e *float64, n int, out *[8]float64)

// dot2 returns sum_i k[i]*e[i] and sum_i m[i]*e[i].
func dot2(k, m, e []float64) (s, f float64) {
	if !hasAVX || len(e) < 4 {
		return dot2Go(k, m, e)
	}
	k, m = k[:len(e)], m[:len(e)]
	var o [8]float64
	dot2AVX(&k[0], &m[0], &e[0], len(e), &o)
	for i := len(e) &^ 3; i < len(e); i++ {
		o[0] += k[i] * e[i]
		o[4] += m[i] * e[i]
	}
	return (o[0] + o[1]) + (o[2] + o[3]), (o[4] + o[5]) + (o[6] + o[7])
}

// axpy4 adds q0*m0 + q1*m1 + q2*m2 + q3*m3 to acc.
func axpy4(acc, m0, m1, m2, m3 []float64, q0, q1, q2, q3 float64) {
	if !hasAVX || len(acc) < 4 {
		axpy4Go(acc, m0, m1, m2, m3, q0, q1, q2, q3)
		return
	}
	n := len(acc)
	m0, m1, m2, m3 = m0[:n], m1[:n], m2[:n], m3[:n]
	axpy4AVX(&acc[0], &m0[0], &m1[0], &m2[0], &m3[0], q0, q1, q2, q3, n)
	for i := n &^ 3; i < n; i++ {
		acc[i] += (m0[i]*q0 + m1[i]*q1) + (m2[i]*q2 + m3[i]*q3)
	}
}

// mulAdd4 adds four element-wise products to z.
func mulAdd4(z, a0, a1, a2, a3, y0, y1, y2, y3 []float64) {
	n := len(z)
	if !hasAVX || n < 4 {
		mulAdd4Go(z, a0, a1, a2, a3, y0, y1, y2, y3)
		return
	}
	a0, a1, a2, a3 = a0[:n], a1[:n], a2[:n], a3[:n]
	y0, y1, y2, y3 = y0[:n], y1[:n], y2[:n], y3[:n]
	mulAdd4AVX(&z[0], &a0[0], &a1[0], &a2[0], &a3[0], &y0[0], &y1[0], &y2[0], &y3[0], n)
	for i := n &^ 3; i < n; i++ {
		z[i] += (a0[i]*y0[i] + a1[i]*y1[i]) + (a2[i]*y2[i] + a3[i]*y3[i])
	}
}
