package model

// Inner loops in plain Go; kernel_amd64.s has the same sums in the same order
// with vector instructions. Sums run in a fixed order, so that the same input gives the
// same bits on every run.

// dot2Go returns sum_i k[i]*e[i] and sum_i m[i]*e[i].
func dot2Go(k, m, e []float64) (s, f float64) {
	k, m = k[:len(e)], m[:len(e)]
	var s0, s1, s2, s3, f0, f1, f2, f3 float64
	i := 0
	for ; i+4 <= len(e); i += 4 {
		e0, e1, e2, e3 := e[i], e[i+1], e[i+2], e[i+3]
		s0 += k[i] * e0
		s1 += k[i+1] * e1
		s2 += k[i+2] * e2
		s3 += k[i+3] * e3
		f0 += m[i] * e0
		f1 += m[i+1] * e1
		f2 += m[i+2] * e2
		f3 += m[i+3] * e3
	}
	for ; i < len(e); i++ {
		s0 += k[i] * e[i]
		f0 += m[i] * e[i]
	}
	return (s0 + s1) + (s2 + s3), (f0 + f1) + (f2 + f3)
}

// dot1 returns sum_i k[i]*e[i].
func dot1(k, e []float64) float64 {
	k = k[:len(e)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(e); i += 4 {
		s0 += k[i] * e[i]
		s1 += k[i+1] * e[i+1]
		s2 += k[i+2] * e[i+2]
		s3 += k[i+3] * e[i+3]
	}
	for ; i < len(e); i++ {
		s0 += k[i] * e[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// axpy4Go adds q0*m0 + q1*m1 + q2*m2 + q3*m3 to acc.
func axpy4Go(acc, m0, m1, m2, m3 []float64, q0, q1, q2, q3 float64) {
	m0, m1, m2, m3 = m0[:len(acc)], m1[:len(acc)], m2[:len(acc)], m3[:len(acc)]
	for i := range acc {
		acc[i] += (m0[i]*q0 + m1[i]*q1) + (m2[i]*q2 + m3[i]*q3)
	}
}

// axpy1 adds q*m to acc.
func axpy1(acc, m []float64, q float64) {
	m = m[:len(acc)]
	for i := range acc {
		acc[i] += m[i] * q
	}
}

// mulAdd4Go adds four element-wise products to z.
func mulAdd4Go(z, a0, a1, a2, a3, y0, y1, y2, y3 []float64) {
	n := len(z)
	a0, a1, a2, a3 = a0[:n], a1[:n], a2[:n], a3[:n]
	y0, y1, y2, y3 = y0[:n], y1[:n], y2[:n], y3[:n]
	for i := range z {
		z[i] += (a0[i]*y0[i] + a1[i]*y1[i]) + (a2[i]*y2[i] + a3[i]*y3[i])
	}
}

// mulAdd1 adds an element-wise product to z.
func mulAdd1(z, a, y []float64) {
	n := len(z)
	a, y = a[:n], y[:n]
	for i := range z {
		z[i] += a[i] * y[i]
	}
}
