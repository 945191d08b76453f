package talks

import (
	"math"
	"slices"
)

// A form is a function of sets of n asks: what each adds alone, and what each
// two add beside that. It is zero on the empty set.
type form struct {
	a []float64 // [n]
	b []float64 // n*n, symmetric, zero diagonal
}

func newForm(n int) *form { return &form{make([]float64, n), make([]float64, n*n)} }

// at is the value of a set.
func (f *form) at(set []bool) float64 {
	n, v := len(f.a), 0.0
	for i, in := range set {
		if !in {
			continue
		}
		v += f.a[i]
		for j := i + 1; j < n; j++ {
			if set[j] {
				v += f.b[i*n+j]
			}
		}
	}
	return v
}

// add adds weight * g.
func (f *form) add(weight float64, g *form) {
	if weight == 0 {
		return
	}
	for i, v := range g.a {
		f.a[i] += weight * v
	}
	for i, v := range g.b {
		f.b[i] += weight * v
	}
}

// A demand is a constraint f(S) >= floor.
type demand struct {
	name  string
	f     *form
	floor float64
}

func (c *demand) holds(set []bool) bool {
	return c.f.at(set) >= c.floor-1e-9*(1+math.Abs(c.floor))
}

// A score makes one number of the gains of asker and giver. It is concave and
// does not fall when a gain rises.
type score struct {
	value func(a, b float64) float64 // -Inf where it has none
	// above gives a plane that the score is nowhere above, near it at (a, b).
	above func(a, b float64) (wa, wb, c float64)
	// ideal is set where every l*a/ideal[0] + (1-l)*b/ideal[1] is such a plane.
	ideal []float64
}

// weighted is wa*a + wb*b.
func weighted(wa, wb float64) score {
	return score{value: func(a, b float64) float64 { return wa*a + wb*b }, above: func(a, b float64) (float64, float64, float64) { return wa, wb, 0 }}
}

// nashScore is power*ln a + (1-power)*ln b; the plane is its tangent.
func nashScore(power float64) score {
	v := func(a, b float64) float64 {
		if a <= 0 || b <= 0 {
			return math.Inf(-1)
		}
		return power*math.Log(a) + (1-power)*math.Log(b)
	}
	return score{value: v, above: func(a, b float64) (float64, float64, float64) {
		a, b = math.Max(a, 1), math.Max(b, 1)
		return power / a, (1 - power) / b, v(a, b) - 1
	}}
}

// kalaiScore is the smaller of a/ia and b/ib; no mean of the two is below it.
func kalaiScore(ia, ib float64) score {
	return score{value: func(a, b float64) float64 { return math.Min(a/ia, b/ib) }, above: func(a, b float64) (float64, float64, float64) { return 0.5 / ia, 0.5 / ib, 0 }, ideal: []float64{ia, ib}}
}

// A problem asks for the set of asks with the best score that meets all demands.
type problem struct {
	n        int
	gain     [2]*form
	demands  []demand
	excludes func(i, j int) bool   // asks that cannot be granted together
	allowed  func(set []bool) bool // monotone: what it refuses of a set it refuses of every larger one; nil: all
	score    score
	fixed    []int8  // 1 must be in, -1 must be out; nil: none
	gap      float64 // stop when proven within this share of the best; 0: exact
	nodes    int     // most nodes; 0: two million
}

// A found is the answer to a problem.
type found struct {
	set   []bool // nil: no set meets the demands, which is proven if closed
	value float64
	bound float64 // no set has a higher score
	// closed says that the search ended by itself, not by its limit of nodes.
	closed bool
	nodes  int
}

type search struct {
	p        *problem
	n        int
	bounds   []*bounder // gain a, gain b, mixed, demands
	mixed    int
	mu       []float64 // multiples of the demands in the mix
	wa, wb   float64   // and of the gains
	depth    int
	mixRef   float64 // score <= mixRef + bound of the mix
	state    []int8  // 0 open, 1 closed and differing, -1 closed and not
	from     []bool  // the set that differences are from
	set      []bool  // the asks closed and in
	order    []int
	best     found
	limit    int
	excluded [][]int
}

// solve answers a problem by depth-first branch and bound.
func (p *problem) solve() found {
	s := &search{p: p, n: p.n, state: make([]int8, p.n), set: make([]bool, p.n), limit: p.nodes}
	if s.limit == 0 {
		s.limit = 2_000_000
	}
	s.best = found{value: math.Inf(-1), bound: math.Inf(-1), closed: true}
	s.excluded = make([][]int, p.n)
	for i := range p.n {
		for j := range p.n {
			if i != j && p.excludes != nil && p.excludes(i, j) {
				s.excluded[i] = append(s.excluded[i], j)
			}
		}
	}
	s.climb()
	s.prepare()
	for i, f := range p.fixed {
		if f != 0 {
			s.put(i, (f > 0) != s.from[i])
		}
	}
	if !s.feasible(s.set) {
		return s.best
	}
	if p.allowed == nil || p.allowed(s.set) {
		s.branch()
	}
	if s.best.set != nil {
		s.best.bound = math.Max(s.best.bound, s.best.value)
	}
	return s.best
}

// offer records a set if it is feasible and better.
func (s *search) offer(set []bool) bool {
	v := s.p.score.value(s.p.gain[0].at(set), s.p.gain[1].at(set))
	if !(v > s.best.value) {
		return false
	}
	for k := range s.p.demands {
		if !s.p.demands[k].holds(set) {
			return false
		}
	}
	if !s.feasible(set) {
		return false
	}
	s.best.set, s.best.value = slices.Clone(set), v
	return true
}

func (s *search) feasible(set []bool) bool {
	for i, in := range set {
		if s.p.fixed != nil && s.p.fixed[i] != 0 && in != (s.p.fixed[i] > 0) {
			return false
		}
		if !in {
			continue
		}
		for _, j := range s.excluded[i] {
			if set[j] {
				return false
			}
		}
	}
	return s.p.allowed == nil || s.p.allowed(set)
}

// climb finds a good set to begin with: from several starts, the best change
// of one ask or exchange of two until none helps.
func (s *search) climb() {
	n := s.n
	// A merit that also counts what demands are short of leads into the
	// feasible sets.
	short := func(set []bool) float64 {
		v := 0.0
		for k := range s.p.demands {
			if c := &s.p.demands[k]; !c.holds(set) {
				v += c.floor - c.f.at(set)
			}
		}
		return v
	}
	better := func(set []bool, v, miss float64) (float64, float64, bool) {
		if !s.feasible(set) {
			return 0, 0, false
		}
		m := short(set)
		x := s.p.score.value(s.p.gain[0].at(set), s.p.gain[1].at(set))
		return x, m, m < miss-1e-12 || m <= miss+1e-12 && x > v+1e-12*math.Abs(v) || m <= miss && math.IsInf(v, -1) && !math.IsInf(x, -1)
	}
	start := func() []bool {
		set := make([]bool, n)
		for i, f := range s.p.fixed {
			set[i] = f > 0
		}
		return set
	}
	free := func(i int) bool { return s.p.fixed == nil || s.p.fixed[i] == 0 }
	starts := [][]bool{start()}
	for _, w := range [][2]float64{{1, 0}, {0, 1}, {0.5, 0.5}} {
		set := start()
		for i := range set {
			if !free(i) {
				continue
			}
			set[i] = w[0]*s.p.gain[0].a[i]+w[1]*s.p.gain[1].a[i] > 0
			if set[i] && !s.feasible(set) {
				set[i] = false
			}
		}
		starts = append(starts, set)
	}
	// From all that helps the giver and one of what helps the asker most.
	large := make([]int, n)
	for i := range large {
		large[i] = i
	}
	slices.SortStableFunc(large, func(i, j int) int { return compareDown(s.p.gain[0].a[i], s.p.gain[0].a[j]) })
	for _, k := range large[:min(6, n)] {
		set := start()
		for i := range set {
			if free(i) {
				set[i] = i == k || s.p.gain[1].a[i] > 0
				if set[i] && i != k && slices.Contains(s.excluded[k], i) {
					set[i] = false
				}
			}
		}
		starts = append(starts, set)
	}
	for _, set := range starts {
		if !s.feasible(set) {
			continue
		}
		v, miss := s.p.score.value(s.p.gain[0].at(set), s.p.gain[1].at(set)), short(set)
		s.offer(set)
		for range 10 * n {
			bi, bj, bv, bm := -1, -1, v, miss
			try := func(i, j int) {
				if x, m, ok := better(set, bv, bm); ok {
					bi, bj, bv, bm = i, j, x, m
				}
			}
			for i := range n {
				if free(i) {
					set[i] = !set[i]
					try(i, -1)
					set[i] = !set[i]
				}
			}
			for i := 0; i < n && bi < 0; i++ { // exchanges only where no single change helps
				for j := range i {
					if set[j] != set[i] && free(i) && free(j) {
						set[i], set[j] = set[j], set[i]
						try(i, j)
						set[i], set[j] = set[j], set[i]
					}
				}
			}
			if bi < 0 {
				break
			}
			set[bi] = !set[bi]
			if bj >= 0 {
				set[bj] = !set[bj]
			}
			v, miss = bv, bm
			s.offer(set)
		}
	}
}

// prepare sets the bounds: each gain, a mix of them with all demands, and each
// demand.
func (s *search) prepare() {
	n, p := s.n, s.p
	s.from = make([]bool, n)
	if s.best.set != nil {
		copy(s.from, s.best.set)
	}
	s.bounds = []*bounder{s.newBounder(p.gain[0], 0), s.newBounder(p.gain[1], 0)}
	a, b := s.bounds[0].ub(s.state), s.bounds[1].ub(s.state)
	if s.best.set != nil {
		a, b = p.gain[0].at(s.best.set), p.gain[1].at(s.best.set)
	}
	s.wa, s.wb, s.mixRef = p.score.above(a, b)
	s.mu = make([]float64, len(p.demands))
	s.mixed = len(s.bounds)
	s.bounds = append(s.bounds, nil)
	s.bounds[s.mixed] = s.mix(100)
	for k := range p.demands {
		s.bounds = append(s.bounds, s.newBounder(p.demands[k].f, p.demands[k].floor))
	}
	// Asks that weigh most are closed first: what is left is then nearly
	// divisible, and the bound tight.
	s.order = make([]int, n)
	for i := range s.order {
		s.order[i] = i
	}
	weight := func(i int) float64 {
		v := math.Abs(s.wa*p.gain[0].a[i]) + math.Abs(s.wb*p.gain[1].a[i])
		for k := range p.demands {
			v += math.Abs(s.mu[k] * p.demands[k].f.a[i])
		}
		return v
	}
	slices.SortStableFunc(s.order, func(i, j int) int { return compareDown(weight(i), weight(j)) })
}

// mix returns the bound of the score's plane plus multiples of the slack of all
// demands, with the multiples that make it least at the node: a Lagrangian
// bound, by subgradient steps of Polyak from the multiples at hand.
func (s *search) mix(steps int) *bounder {
	p := s.p
	var best *bounder
	least, target := math.Inf(1), s.best.value-s.mixRef
	bestMu, bestW := slices.Clone(s.mu), [2]float64{s.wa, s.wb}
	pace := 1.0
	for range steps {
		f, shift := newForm(s.n), 0.0
		f.add(s.wa, p.gain[0])
		f.add(s.wb, p.gain[1])
		for k := range p.demands {
			f.add(s.mu[k], p.demands[k].f)
			shift += s.mu[k] * p.demands[k].floor
		}
		b := s.newBounder(f, shift)
		ub := b.ub(s.state)
		if ub < least {
			least, best, bestMu, bestW = ub, b, slices.Clone(s.mu), [2]float64{s.wa, s.wb}
		} else {
			pace *= 0.9
		}
		if len(p.demands) == 0 && p.score.ideal == nil {
			break
		}
		// The set at which the bound is taken shows how the multiples move.
		set := make([]bool, s.n)
		for i, st := range s.state {
			differs := st > 0
			if st == 0 {
				differs = b.d[i]+b.p[i] > 0
			}
			set[i] = s.from[i] != differs
		}
		size := 0.0
		g := make([]float64, len(p.demands))
		for k := range g {
			g[k] = p.demands[k].f.at(set) - p.demands[k].floor
			size += g[k] * g[k]
		}
		tilt := 0.0
		if p.score.ideal != nil {
			tilt = p.gain[0].at(set)/p.score.ideal[0] - p.gain[1].at(set)/p.score.ideal[1]
			size += tilt * tilt
		}
		gap := ub - target
		if math.IsInf(gap, 0) {
			gap = math.Abs(ub)
		}
		if size == 0 || gap <= 0 {
			break
		}
		step := pace * gap / size
		for k := range g {
			s.mu[k] = math.Max(0, s.mu[k]-step*g[k])
		}
		if p.score.ideal != nil {
			l := math.Min(1, math.Max(0, s.wa*p.score.ideal[0]-step*tilt))
			s.wa, s.wb = l/p.score.ideal[0], (1-l)/p.score.ideal[1]
		}
	}
	s.mu, s.wa, s.wb = bestMu, bestW[0], bestW[1]
	return best
}

// put closes an ask, as differing or not.
func (s *search) put(i int, differs bool) {
	s.state[i] = -1
	if differs {
		s.state[i] = 1
	}
	s.set[i] = differs != s.from[i]
	for _, b := range s.bounds {
		b.put(i, differs)
	}
}

// back opens it again.
func (s *search) back(i int, differs bool) {
	n := s.n
	for _, b := range s.bounds {
		for j := range b.p {
			b.p[j] += b.q[j*n+i]
		}
		if differs {
			for j, v := range b.b[i*n : i*n+n] {
				b.d[j] -= v
			}
			b.in -= b.d[i]
		}
	}
	s.state[i], s.set[i] = 0, false
}

// bound is an upper bound of the score below the node; -Inf where a demand
// cannot be met.
func (s *search) bound() float64 {
	for k := range s.p.demands {
		if c := &s.p.demands[k]; s.bounds[s.mixed+1+k].ub(s.state) < -2e-9*(1+math.Abs(c.floor)) {
			return math.Inf(-1)
		}
	}
	v := s.p.score.value(s.bounds[0].ub(s.state), s.bounds[1].ub(s.state))
	return math.Min(v, s.mixRef+s.bounds[s.mixed].ub(s.state))
}

func (s *search) branch() {
	s.best.nodes++
	ub := s.bound()
	if math.IsInf(ub, -1) {
		return
	}
	slack := s.p.gap*math.Abs(s.best.value) + 1e-12*math.Abs(s.best.value)
	if s.best.set != nil && ub <= s.best.value+slack {
		s.best.bound = math.Max(s.best.bound, ub)
		return
	}
	if s.depth <= 14 && s.depth%2 == 0 {
		// Near the root the multiples are worth finding anew.
		old, mu, wa, wb := s.bounds[s.mixed], slices.Clone(s.mu), s.wa, s.wb
		s.bounds[s.mixed] = s.mix(12)
		defer func() { s.bounds[s.mixed], s.mu, s.wa, s.wb = old, mu, wa, wb }()
		if ub = s.bound(); s.best.set != nil && ub <= s.best.value+slack {
			s.best.bound = math.Max(s.best.bound, ub)
			return
		}
	}
	if s.best.nodes > s.limit {
		s.best.closed = false
		s.best.bound = math.Max(s.best.bound, ub)
		return
	}
	next := -1
	for _, i := range s.order {
		if s.state[i] == 0 {
			next = i
			break
		}
	}
	if next < 0 {
		s.offer(s.set)
		return
	}
	for _, differs := range [2]bool{false, true} {
		in := differs != s.from[next]
		if in && slices.ContainsFunc(s.excluded[next], func(j int) bool { return s.set[j] }) {
			continue
		}
		s.put(next, differs)
		if !in || s.p.allowed == nil || s.p.allowed(s.set) {
			s.depth++
			s.branch()
			s.depth--
		}
		s.back(next, differs)
	}
}
