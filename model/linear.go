package model

// The linearised equations at the last evaluation of an engine: products with
// the Jacobian of F, with its transpose, and the derivative with respect to
// every tariff. Each costs about one evaluation, and nothing of size N²J is
// stored.

// product computes out = F_u v.
func (g *engine) product(v, out []float64) {
	w := g.w
	N, J := w.N, w.J
	dp, dy, dw := g.split(v)
	op, oy, ow := g.split(out)
	de, ds, dz, dx := g.t1, g.t2, g.t3, g.t4
	// d ln c, then d c^-theta.
	w.costs(dp, de)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			c := de[r] + w.VA[r]*dw[n]
			if w.Psi != nil {
				c -= w.Psi[j] * (dy[r] - dw[n])
			}
			de[r] = -w.Theta[j] * g.e[r] * c
			g.t5[r] = g.y[r] * dy[r]
		}
	}
	w.inputs(g.t5, dz)
	// Wage bills and deficits.
	total, mean := 0.0, 0.0
	dwl, di := g.n1, g.n2
	for n := range dwl {
		l := (1 + g.kappa) * dw[n]
		if g.kappa != 0 {
			for j := 0; j < J; j++ {
				l -= g.kappa * w.Alpha[j*N+n] * dp[j*N+n]
			}
		}
		dwl[n] = g.wl[n] * l
		total += dwl[n]
		mean += (g.ratio[n] - g.dbar) * dwl[n]
	}
	mean /= g.wlTotal
	for n := range di {
		di[n] = dwl[n]
		if g.closure == Proportional {
			di[n] += (g.ratio[n]-g.dbar)*dwl[n] - g.wl[n]*mean
		} else {
			di[n] += g.deficit[n] * total / g.wlTotal0
		}
	}
	for j := 0; j < J; j++ {
		ej := de[j*N : j*N+N]
		for n := 0; n < N; n++ {
			r := j*N + n
			s := g.s[r]
			if s == 0 {
				op[r], ds[r] = -dp[r], 0
				di[n] += (1 - g.f[r]) * dz[r]
				continue
			}
			var a, b float64
			if g.free[r] {
				a = dot1(g.k[r], ej)
				b = a
			} else {
				a, b = dot2(g.k[r], g.m[r], ej)
			}
			a /= s
			ds[r] = a // d ln s
			op[r] = -a*g.invTheta[j] - dp[r]
			dF := b/s - g.f[r]*a
			di[n] += (1-g.f[r])*dz[r] - dF*g.x[r]
		}
	}
	for n := range di {
		di[n] /= g.slack[n]
		ow[n] = 0
	}
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			dx[r] = 0
			if g.s[r] > 0 { // d q
				dx[r] = (dz[r]+w.Alpha[r]*di[n])/g.s[r] - g.q[r]*ds[r]
			}
		}
		acc := g.t6[j*N : j*N+N]
		g.gather(j, acc, g.m, dx)
		for n := 0; n < N; n++ {
			r := j*N + n
			d := de[r]*g.acc[r] + g.e[r]*acc[n]
			ow[n] += w.VA[r] * d
			oy[r] = -dy[r]
			if g.yNew[r] > 0 {
				oy[r] += d / g.yNew[r]
			}
		}
	}
	for n := range ow {
		ow[n] = ow[n]/g.ld[n] - dwl[n]/g.wl[n] - total/g.wlTotal
	}
}

// A seed is the derivative of a function of the outcome with respect to
// incomes and wage bills, [N] each; nil is zero.
type seed struct{ income, wageBill []float64 }

// An adjointState keeps what tariffGradient needs of a transposed product.
type adjointState struct{ sBar, mBar, yBar []float64 }

// transpose computes out = F_u' v + (seed) by the reverse of product. If keep
// is not nil it receives the row multipliers for tariffGradient.
func (g *engine) transpose(v, out []float64, sd seed, keep *adjointState) {
	w := g.w
	N, J := w.N, w.J
	lp, ly, lw := g.split(v)
	op, oy, ow := g.split(out)
	yBar, sBar, mBar, xBar := g.t1, g.t2, g.t3, g.t4
	wlBar, iBar := g.n1, g.n2
	lwSum := sum(lw)
	for n := range wlBar {
		wlBar[n] = -lw[n]/g.wl[n] - lwSum/g.wlTotal
		if sd.wageBill != nil {
			wlBar[n] += sd.wageBill[n]
		}
		iBar[n] = 0
		if sd.income != nil {
			iBar[n] = sd.income[n]
		}
	}
	// Sales.
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			yBar[r] = w.VA[r] * lw[n] / g.ld[n]
			if g.yNew[r] > 0 {
				yBar[r] += ly[r] / g.yNew[r]
			}
			g.t5[r] = g.e[r] * yBar[r]
		}
		eY := g.t5[j*N : j*N+N]
		for n := 0; n < N; n++ {
			r := j*N + n
			sBar[r], xBar[r] = 0, 0
			if g.s[r] > 0 {
				qBar := dot1(g.m[r], eY)
				xBar[r] = qBar / g.s[r]
				sBar[r] = -qBar*g.q[r]/g.s[r] - lp[r]*g.invTheta[j]/g.s[r]
			}
			iBar[n] += w.Alpha[r] * xBar[r]
		}
	}
	// Income and expenditure; xBar becomes the multiplier of inputs z.
	total, mean := 0.0, 0.0
	for n := range iBar {
		iBar[n] /= g.slack[n]
		if g.closure == Proportional {
			mean += iBar[n] * g.wl[n]
		} else {
			total += iBar[n] * g.deficit[n]
		}
	}
	for n := range iBar {
		wlBar[n] += iBar[n]
		if g.closure == Proportional {
			wlBar[n] += (iBar[n] - mean/g.wlTotal) * (g.ratio[n] - g.dbar)
		} else {
			wlBar[n] += total / g.wlTotal0
		}
		ow[n] = (1 + g.kappa) * g.wl[n] * wlBar[n]
	}
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			xBar[r] += (1 - g.f[r]) * iBar[n]
			mBar[r] = 0
			if g.s[r] > 0 {
				fBar := -g.x[r] * iBar[n]
				mBar[r] = fBar / g.s[r]
				sBar[r] -= g.f[r] * fBar / g.s[r]
			}
		}
	}
	w.costs(xBar, oy)
	for r := range oy {
		oy[r] = g.y[r]*oy[r] - ly[r]
	}
	// Unit costs.
	cBar := g.t6
	for j := 0; j < J; j++ {
		acc := cBar[j*N : j*N+N]
		g.gatherBoth(j, acc, sBar, mBar)
		for n := 0; n < N; n++ {
			r := j*N + n
			cBar[r] = -w.Theta[j] * g.e[r] * (acc[n] + yBar[r]*g.acc[r])
			ow[n] += w.VA[r] * cBar[r]
			if w.Psi != nil {
				ow[n] += w.Psi[j] * cBar[r]
				oy[r] -= w.Psi[j] * cBar[r]
			}
		}
	}
	w.inputs(cBar, op)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := j*N + n
			op[r] -= lp[r] + g.kappa*w.Alpha[r]*g.wl[n]*wlBar[n]
		}
	}
	if keep != nil {
		keep.sBar = append([]float64(nil), sBar...)
		keep.mBar = append([]float64(nil), mBar...)
		keep.yBar = append([]float64(nil), yBar...)
	}
}

// gatherBoth sets acc[i] = sum_n K*s + M*m over the rows of sector j.
func (g *engine) gatherBoth(j int, acc, s, m []float64) {
	N := g.w.N
	for i := range acc {
		acc[i] = 0
	}
	for r := j * N; r < j*N+N; r++ {
		if g.free[r] {
			axpy1(acc, g.k[r], s[r]+m[r])
			continue
		}
		kr, mr, a, b := g.k[r][:len(acc)], g.m[r][:len(acc)], s[r], m[r]
		for i := range acc {
			acc[i] += kr[i]*a + mr[i]*b
		}
	}
}

// tariffGradient adds sign * (derivative with respect to ln T') of the
// functional whose multipliers are in st, to grad, in cells: a tariff moves
// only its own row, K by -theta and K/T' by -(1+theta).
func (g *engine) tariffGradient(st *adjointState, sign float64, grad []float64) {
	w := g.w
	N := w.N
	for j := 0; j < w.J; j++ {
		theta := w.Theta[j]
		e := g.e[j*N : j*N+N]
		yb := st.yBar[j*N : j*N+N]
		for n := 0; n < N; n++ {
			r := j*N + n
			kr, mr, out := g.k[r], g.m[r], grad[r*N:r*N+N]
			a, b, q := -sign*theta*st.sBar[r], -sign*(1+theta)*st.mBar[r], -sign*(1+theta)*g.q[r]
			for i := range out {
				out[i] += e[i] * (kr[i]*a + mr[i]*(b+q*yb[i]))
			}
		}
	}
}
