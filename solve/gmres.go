package solve

import "math"

// A Product computes out = A*v for a square matrix that need not be stored.
type Product func(v, out []float64)

// LinearOptions steer [GMRES].
type LinearOptions struct {
	Tol      float64 // accept at |b - A x| <= Tol*|b|; default 1e-10
	MaxIter  int     // products allowed; default 500
	Restart  int     // vectors kept before a restart; default 60
	Precond  Product // right preconditioner, nil for none
	FromZero bool    // x holds zero on entry: saves a product
}

// GMRES solves A x = b by the restarted generalised minimal residual method
// (Saad and Schultz 1986) with modified Gram-Schmidt and Givens rotations. x
// is the start and receives the result. Report.Residual is |b - A x| / |b| as
// the recurrence has it, confirmed by one product at the end.
func GMRES(a Product, b, x []float64, o LinearOptions) Report {
	n := len(b)
	if o.Tol == 0 {
		o.Tol = 1e-10
	}
	if o.MaxIter == 0 {
		o.MaxIter = 500
	}
	if o.Restart == 0 {
		o.Restart = 60
	}
	m := min(o.Restart, n)
	var rep Report
	bn := norm(b)
	if bn == 0 {
		for i := range x {
			x[i] = 0
		}
		rep.Status = Converged
		return rep
	}
	v := make([][]float64, 1, m+1)
	v[0] = make([]float64, n)
	hess := make([]float64, (m+1)*m) // column k at k*(m+1)
	cs, sn, s, y := make([]float64, m), make([]float64, m), make([]float64, m+1), make([]float64, m)
	z := make([]float64, n)
	r := make([]float64, n)
	last := math.Inf(1)
	for {
		if o.FromZero && rep.Products == 0 {
			copy(r, b)
		} else {
			a(x, r)
			rep.Products++
			for i := range r {
				r[i] = b[i] - r[i]
			}
		}
		beta := norm(r)
		rep.Residual = beta / bn
		rep.Path = append(rep.Path, rep.Residual)
		switch {
		case math.IsNaN(beta) || math.IsInf(beta, 0):
			rep.Status = Bad
			return rep
		case rep.Residual <= o.Tol*1.0000001:
			rep.Status = Converged
			return rep
		case rep.Products >= o.MaxIter:
			rep.Status = MaxIter
			return rep
		case rep.Residual > 0.9*last:
			rep.Status = Stalled
			return rep
		}
		last = rep.Residual
		for i := range r {
			v[0][i] = r[i] / beta
		}
		for i := range s {
			s[i] = 0
		}
		s[0] = beta
		k := 0
		for k < m && rep.Products < o.MaxIter {
			if len(v) == k+1 {
				v = append(v, make([]float64, n))
			}
			w := v[k+1]
			if o.Precond != nil {
				o.Precond(v[k], z)
				a(z, w)
			} else {
				a(v[k], w)
			}
			rep.Products++
			rep.Iterations++
			col := hess[k*(m+1) : (k+1)*(m+1)]
			for i := 0; i <= k; i++ {
				col[i] = dot(w, v[i])
				axpy(-col[i], v[i], w)
			}
			hn := norm(w)
			col[k+1] = hn
			if hn > 0 {
				for i := range w {
					w[i] /= hn
				}
			}
			for i := 0; i < k; i++ {
				t := cs[i]*col[i] + sn[i]*col[i+1]
				col[i+1] = -sn[i]*col[i] + cs[i]*col[i+1]
				col[i] = t
			}
			d := math.Hypot(col[k], col[k+1])
			if d == 0 {
				break
			}
			cs[k], sn[k] = col[k]/d, col[k+1]/d
			col[k], col[k+1] = d, 0
			s[k+1] = -sn[k] * s[k]
			s[k] *= cs[k]
			k++
			rep.Path = append(rep.Path, math.Abs(s[k])/bn)
			if math.Abs(s[k]) <= 0.5*o.Tol*bn || hn == 0 {
				break
			}
		}
		for i := k - 1; i >= 0; i-- {
			t := s[i]
			for j := i + 1; j < k; j++ {
				t -= hess[j*(m+1)+i] * y[j]
			}
			y[i] = t / hess[i*(m+1)+i]
		}
		if o.Precond == nil {
			for i := 0; i < k; i++ {
				axpy(y[i], v[i], x)
			}
		} else {
			for i := range r {
				r[i] = 0
			}
			for i := 0; i < k; i++ {
				axpy(y[i], v[i], r)
			}
			o.Precond(r, z)
			for i := range x {
				x[i] += z[i]
			}
		}
	}
}
