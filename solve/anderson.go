package solve

import (
	"math"
	"slices"
)

// A Map computes a fixed-point map g at x and returns the residual of the
// underlying equations at x, in a norm the caller chooses (relative, by
// convention). It must not keep x or g.
type Map func(x, g []float64) (residual float64)

// AndersonOptions steer [Anderson]. The zero value asks for the defaults.
type AndersonOptions struct {
	Tol     float64 // accept at or below this residual; default 1e-10
	MaxIter int     // default 500
	Memory  int     // differences kept; default 8; negative: plain iteration
	// Weight, if not nil, scales the components of the least-squares problem
	// (not of the residual). len(Weight) == len(x).
	Weight []float64
	// MaxStep bounds the largest change of a component in one accelerated
	// step; a larger one is scaled back. Default 1 (unknowns are logs).
	MaxStep float64
	// Past, if not nil, is what an iteration on a nearby map learned. It starts
	// this one and is left with what this one learned.
	Past *Past
}

// A Past holds the last differences of an iteration. The zero value holds none.
type Past struct{ h *history }

// Clone returns a copy; of nil, an empty one.
func (p *Past) Clone() *Past {
	if p == nil || p.h == nil {
		return &Past{}
	}
	c := *p.h
	c.df, c.dg = make([][]float64, c.m), make([][]float64, c.m)
	for k := range c.df {
		c.df[k], c.dg[k] = slices.Clone(p.h.df[k]), slices.Clone(p.h.dg[k])
	}
	c.gram = slices.Clone(c.gram)
	c.rhs, c.chol, c.gam, c.wf, c.live = make([]float64, c.m), make([]float64, c.m*c.m), make([]float64, c.m), slices.Clone(c.wf), nil
	return &Past{&c}
}

// Anderson iterates x ← g(x) with Anderson mixing of type II (Walker and Ni
// 2011, SIAM J. Numer. Anal. 49): the next point is the combination of the
// last maps whose step g(x)-x is smallest in the least-squares sense. x is
// the start and receives the result.
//
// Safeguards: a step that is not finite or multiplies the residual by 1e3
// sends the iteration back to the best point with an empty history and plain
// half steps for a while; a residual that does not fall by a tenth over
// 10·Memory+50 evaluations is reported as [Stalled].
func Anderson(g Map, x []float64, o AndersonOptions) Report {
	n := len(x)
	if o.Tol == 0 {
		o.Tol = 1e-10
	}
	if o.MaxIter == 0 {
		o.MaxIter = 500
	}
	if o.Memory == 0 {
		o.Memory = 8
	}
	if o.Memory < 0 {
		o.Memory = 0
	}
	if o.MaxStep == 0 {
		o.MaxStep = 1
	}
	rep := Report{Residual: math.Inf(1), Path: make([]float64, 0, 64)}
	if n == 0 {
		rep.Status, rep.Residual = Converged, 0
		return rep
	}
	var h *history
	if o.Past != nil {
		h = o.Past.h
	}
	if h == nil || h.n != n || h.m != o.Memory || h.weight != nil || o.Weight != nil {
		h = newHistory(n, o.Memory, o.Weight)
	}
	h.primed = false
	if o.Past != nil {
		o.Past.h = h
	}
	gx, f := make([]float64, n), make([]float64, n)
	fOld, gOld := make([]float64, n), make([]float64, n)
	best := make([]float64, n)
	copy(best, x)
	bestRes, markRes, markAt := math.Inf(1), math.Inf(1), 0
	damp, calm := 1.0, 0 // plain half steps left after a restart
	for {
		res := g(x, gx)
		rep.Evals++
		rep.Path = append(rep.Path, res)
		finite := !math.IsNaN(res) && !math.IsInf(res, 0)
		if finite && res <= o.Tol {
			rep.Status, rep.Residual = Converged, res
			return rep
		}
		if res < bestRes {
			bestRes = res
			copy(best, x)
		}
		if !finite && math.IsInf(bestRes, 1) {
			rep.Status, rep.Residual = Bad, res
			return rep
		}
		if bestRes < 0.9*markRes {
			markRes, markAt = bestRes, rep.Evals
		}
		stop := Unfinished
		switch {
		case rep.Iterations >= o.MaxIter:
			stop = MaxIter
		case rep.Evals-markAt > 10*o.Memory+50:
			stop = Stalled
		case rep.Restarts > 12:
			stop = Diverged
		}
		if stop != Unfinished {
			copy(x, best)
			rep.Status, rep.Residual = stop, bestRes
			return rep
		}
		rep.Iterations++
		if !finite || res > 1e3*bestRes {
			// Go back to the best point; be careful from there.
			rep.Restarts++
			h.reset()
			copy(x, best)
			damp, calm = damp/2, 5
			g(x, gx)
			rep.Evals++
			for i := range x {
				x[i] += damp * (gx[i] - x[i])
			}
			continue
		}
		for i := range f {
			f[i] = gx[i] - x[i]
		}
		if calm > 0 {
			calm--
			for i := range x {
				x[i] += damp * f[i]
			}
			if calm == 0 {
				damp = math.Max(damp, 0.25)
			}
			continue
		}
		if o.Memory > 0 && h.primed {
			h.push(f, fOld, gx, gOld)
		}
		h.primed = true
		copy(fOld, f)
		copy(gOld, gx)
		h.mix(f, gx) // gx becomes the accelerated point
		step := 0.0
		for i := range x {
			if d := math.Abs(gx[i] - x[i]); d > step || d != d {
				step = d
			}
		}
		if step > o.MaxStep {
			s := o.MaxStep / step
			for i := range x {
				x[i] += s * (gx[i] - x[i])
			}
		} else {
			copy(x, gx)
		}
	}
}

// A history keeps the last differences of steps f and maps g as a ring, with
// the Gram matrix of the (weighted) differences of f kept up to date.
type history struct {
	n, m, len, next int
	primed          bool
	df, dg          [][]float64
	gram            []float64 // m*m
	weight          []float64
	wf              []float64
	rhs, chol, gam  []float64
	live            []int
}

func newHistory(n, m int, weight []float64) *history {
	h := &history{n: n, m: m, weight: weight, gram: make([]float64, m*m),
		rhs: make([]float64, m), chol: make([]float64, m*m), gam: make([]float64, m)}
	h.df, h.dg = make([][]float64, m), make([][]float64, m)
	if weight != nil {
		h.wf = make([]float64, n)
	}
	return h
}

func (h *history) reset() { h.len, h.next, h.primed = 0, 0, false }

func (h *history) push(f, fOld, g, gOld []float64) {
	c := h.next
	h.next = (h.next + 1) % h.m
	if h.df[c] == nil {
		h.df[c], h.dg[c] = make([]float64, h.n), make([]float64, h.n)
	}
	df, dg := h.df[c], h.dg[c]
	if h.weight == nil {
		for i := range df {
			df[i] = f[i] - fOld[i]
			dg[i] = g[i] - gOld[i]
		}
	} else {
		for i := range df {
			df[i] = h.weight[i] * (f[i] - fOld[i])
			dg[i] = g[i] - gOld[i]
		}
	}
	if h.len < h.m {
		h.len++
	}
	for k := 0; k < h.len; k++ {
		v := dot(df, h.df[k])
		h.gram[c*h.m+k], h.gram[k*h.m+c] = v, v
	}
}

// mix replaces g by g - dG*gamma, gamma minimising |f - dF*gamma|.
func (h *history) mix(f, g []float64) {
	if h.len == 0 {
		return
	}
	wf := f
	if h.weight != nil {
		wf = h.wf
		for i := range wf {
			wf[i] = h.weight[i] * f[i]
		}
	}
	// Newest first, so that a column that depends on newer ones is dropped.
	h.live = h.live[:0]
	for a := 0; a < h.len; a++ {
		h.live = append(h.live, (h.next-1-a+2*h.m)%h.m)
	}
	for _, k := range h.live {
		h.rhs[k] = dot(h.df[k], wf)
	}
	h.leastSquares()
	for a, k := range h.live {
		if h.gam[a] != 0 {
			axpy(-h.gam[a], h.dg[k], g)
		}
	}
}

// leastSquares solves the normal equations by Cholesky in the order of live;
// a column whose pivot is below 1e-13 of its square norm is left out.
func (h *history) leastSquares() {
	m, kept := h.m, h.live[:0]
	for _, k := range h.live {
		r := len(kept)
		row := h.chol[r*m : r*m+r+1]
		piv := h.gram[k*m+k]
		for b := 0; b < r; b++ {
			v := h.gram[k*m+kept[b]]
			for c := 0; c < b; c++ {
				v -= row[c] * h.chol[b*m+c]
			}
			row[b] = v / h.chol[b*m+b]
			piv -= row[b] * row[b]
		}
		if !(piv > 1e-13*h.gram[k*m+k]) {
			continue
		}
		row[r] = math.Sqrt(piv)
		kept = append(kept, k)
	}
	h.live = kept
	r := len(kept)
	for a := 0; a < r; a++ {
		v := h.rhs[kept[a]]
		for b := 0; b < a; b++ {
			v -= h.chol[a*m+b] * h.gam[b]
		}
		h.gam[a] = v / h.chol[a*m+a]
	}
	for a := r - 1; a >= 0; a-- {
		v := h.gam[a]
		for b := a + 1; b < r; b++ {
			v -= h.chol[b*m+a] * h.gam[b]
		}
		h.gam[a] = v / h.chol[a*m+a]
	}
}
