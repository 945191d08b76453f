package solve

import "math"

// An Objective computes a function to be made small at x, and its gradient.
// It returns NaN or +Inf where the function is not defined; the search then
// shortens its step. It must not keep x or grad.
type Objective func(x, grad []float64) float64

// BoundedOptions steer [Bounded]. The zero value asks for the defaults.
type BoundedOptions struct {
	Tol     float64 // accept at or below this projected gradient; default 1e-8
	MaxIter int     // default 500
	Memory  int     // pairs kept; default 12
	MaxStep float64 // largest change of a component in the first step; default 1
	// Reach, if not nil, bounds the change of each component in one step. It
	// keeps variables that hardly matter from running to where f is flat.
	Reach []float64
}

// Bounded looks for a local minimum of f with lo <= x <= hi by projected
// limited-memory BFGS: the variables held by a bound are set aside, the
// two-loop recursion of Nocedal (1980) over the others gives the direction,
// and steps are cut back along the projected path (Bertsekas 1982, SIAM J.
// Control Optim. 20). Scale x so that second derivatives are alike: the method
// needs it.
//
// len(lo) = len(hi) = len(x); infinities are allowed; x is the start, is moved
// inside the bounds, and receives the result. Report.Residual is the largest
// component of the projected gradient, x - P(x - grad), the first-order
// condition. Its status is [Converged] on that alone; [Stalled] says that no
// step along the last direction made f smaller.
func Bounded(f Objective, x, lo, hi []float64, o BoundedOptions) (value float64, rep Report) {
	n := len(x)
	if o.Tol == 0 {
		o.Tol = 1e-8
	}
	if o.MaxIter == 0 {
		o.MaxIter = 500
	}
	if o.Memory == 0 {
		o.Memory = 12
	}
	if o.MaxStep == 0 {
		o.MaxStep = 1
	}
	if len(lo) != n || len(hi) != n || o.Reach != nil && len(o.Reach) != n {
		rep.Status = Bad
		return math.NaN(), rep
	}
	project := func(x []float64) {
		for i, v := range x {
			x[i] = math.Min(math.Max(v, lo[i]), hi[i])
		}
	}
	project(x)
	work := make([]float64, 5*n)
	cut := func() []float64 { v := work[:n:n]; work = work[n:]; return v }
	g, gTry, try, d, step := cut(), cut(), cut(), cut(), cut()
	free := make([]bool, n)
	h := newPairs(n, o.Memory)
	value = f(x, g)
	rep.Evals++
	if math.IsNaN(value) || math.IsInf(value, 0) {
		rep.Status, rep.Residual = Bad, math.NaN()
		return value, rep
	}
	for {
		// First-order condition, and the variables that a bound holds.
		rep.Residual = 0
		for i, v := range g {
			p := math.Min(math.Max(x[i]-v, lo[i]), hi[i])
			rep.Residual = math.Max(rep.Residual, math.Abs(x[i]-p))
			free[i] = !(x[i] <= lo[i] && v > 0 || x[i] >= hi[i] && v < 0)
		}
		rep.Path = append(rep.Path, rep.Residual)
		switch {
		case rep.Residual <= o.Tol:
			rep.Status = Converged
			return value, rep
		case rep.Iterations >= o.MaxIter:
			rep.Status = MaxIter
			return value, rep
		}
		rep.Iterations++
		h.direction(g, free, d)
		if !(dot(d, g) < 0) {
			h.reset()
			h.direction(g, free, d)
		}
		ok := false
		for {
			t := 1.0
			if h.len == 0 {
				if m := MaxAbs(d); m > o.MaxStep {
					t = o.MaxStep / m
				}
			}
			for cuts := 0; cuts < 30; cuts++ {
				moved := 0.0
				for i := range try {
					try[i] = x[i] + t*d[i]
				}
				project(try)
				for i, r := range o.Reach {
					try[i] = math.Min(math.Max(try[i], x[i]-r), x[i]+r)
				}
				for i := range try {
					step[i] = try[i] - x[i]
					moved += g[i] * step[i]
				}
				if !(moved < 0) { // cut to the box, the direction leads up
					t *= 0.1
					continue
				}
				v := f(try, gTry)
				rep.Evals++
				// Near the end f no longer resolves the step: there the
				// slope at the new point decides (Hager and Zhang 2005).
				small := math.Abs(v-value) <= 1e-13*math.Max(1, math.Abs(value))
				if v <= value+1e-4*moved || small && dot(gTry, step) <= -0.5*moved && dot(gTry, step) >= moved {
					value, ok = v, true
					break
				}
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t *= 0.25
					continue
				}
				// Minimum of the parabola through both values and the slope.
				q := -0.5 * moved * t / (v - value - moved)
				t = math.Min(0.5*t, math.Max(0.1*t, q))
			}
			if ok || h.len == 0 {
				break
			}
			h.reset() // once more, down the gradient
			rep.Restarts++
			h.direction(g, free, d)
		}
		if !ok {
			rep.Status = Stalled
			return value, rep
		}
		for i := range gTry {
			d[i] = gTry[i] - g[i]
		}
		h.push(step, d)
		copy(x, try)
		copy(g, gTry)
	}
}

// pairs keeps the last steps s and changes of gradient y.
type pairs struct {
	m, len, next int
	s, y         [][]float64
	a            []float64
}

func newPairs(n, m int) *pairs {
	h := &pairs{m: m, s: make([][]float64, m), y: make([][]float64, m), a: make([]float64, m)}
	for k := range h.s {
		h.s[k], h.y[k] = make([]float64, n), make([]float64, n)
	}
	return h
}

func (h *pairs) reset() { h.len, h.next = 0, 0 }

func (h *pairs) push(s, y []float64) {
	if !(dot(s, y) > 1e-10*norm(s)*norm(y)) {
		return
	}
	copy(h.s[h.next], s)
	copy(h.y[h.next], y)
	h.next = (h.next + 1) % h.m
	h.len = min(h.len+1, h.m)
}

// direction sets d = -H g on the free variables, zero elsewhere.
func (h *pairs) direction(g []float64, free []bool, d []float64) {
	for i, v := range g {
		d[i] = 0
		if free[i] {
			d[i] = -v
		}
	}
	inner := func(a, b []float64) float64 {
		t := 0.0
		for i, ok := range free {
			if ok {
				t += a[i] * b[i]
			}
		}
		return t
	}
	gamma := 0.0
	for b := 1; b <= h.len; b++ {
		k := (h.next - b + h.m) % h.m
		sy := inner(h.s[k], h.y[k])
		h.a[k] = math.NaN()
		if !(sy > 0) {
			continue // a pair without curvature among the free variables
		}
		if gamma == 0 {
			gamma = sy / inner(h.y[k], h.y[k])
		}
		h.a[k] = inner(h.s[k], d) / sy
		axpy(-h.a[k], h.y[k], d)
	}
	if gamma > 0 {
		for i := range d {
			d[i] *= gamma
		}
	}
	for b := h.len; b >= 1; b-- {
		k := (h.next - b + h.m) % h.m
		if math.IsNaN(h.a[k]) {
			continue
		}
		axpy(h.a[k]-inner(h.y[k], d)/inner(h.s[k], h.y[k]), h.s[k], d)
	}
	for i, ok := range free {
		if !ok {
			d[i] = 0
		}
	}
}
