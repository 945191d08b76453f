package talks

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"kanzei"
)

// Places in what a package brings. The bilateral imports and the value added of
// the giver follow, by sector.
const (
	ofAsker   = iota // gain, million USD
	ofGiver          // gain, million USD
	ofRevenue        // change of the giver's tariff revenue, million USD
	ofSectors
)

// A Menu is what can be granted, asks and offers, with what every choice of
// them brings. Up to exactAsks every choice is an equilibrium of its own.
// Beyond, singles and pairs are, and larger choices are their sum: a surrogate,
// whose error is measured on choices re-solved.
type Menu struct {
	Ground *Ground
	Asks   []*Ask
	Exact  bool // every choice is solved

	n        int
	ban      []bool               // n*n: cannot be granted together
	table    map[uint64][]float64 // exact only
	forms    []*form              // surrogate only
	solves   int
	residual float64
}

const exactAsks = 10

// NewMenu values the choices. Progress is told of the solves.
func (g *Ground) NewMenu(ctx context.Context, asks []*Ask) (*Menu, error) {
	return g.newMenu(ctx, asks, exactAsks)
}

func (g *Ground) newMenu(ctx context.Context, asks []*Ask, exact int) (*Menu, error) {
	n := len(asks)
	if n == 0 {
		return nil, &kanzei.Problem{Code: "talks.nothing", Msg: "nothing is on the table: no additional duty bears on goods of " + g.desk.Origin.Name() + " on " + g.Law.On().String(), Hint: "ask about another day"}
	}
	if n > 64 {
		return nil, &kanzei.Problem{Code: "talks.asks", Msg: fmt.Sprintf("%d asks and offers", n), Hint: "put at most 64 on the table"}
	}
	m := &Menu{Ground: g, Asks: asks, n: n, ban: make([]bool, n*n), Exact: n <= exact}
	for i, a := range asks {
		for j, b := range asks {
			if i != j && (slices.Contains(a.excludes, b.ID) || slices.Contains(b.excludes, a.ID)) {
				m.ban[i*n+j] = true
			}
		}
	}
	var sets []uint64
	if m.Exact {
		for s := range uint64(1) << n {
			if m.granted(s) {
				sets = append(sets, s)
			}
		}
	} else {
		sets = append(sets, 0)
		for i := range n {
			sets = append(sets, 1<<i)
			for j := range i {
				if !m.ban[i*n+j] {
					sets = append(sets, 1<<i|1<<j)
				}
			}
		}
	}
	table, err := m.solveAll(ctx, sets)
	if err != nil {
		return nil, err
	}
	if m.Exact {
		m.table = table
		return m, nil
	}
	m.forms = make([]*form, len(table[0]))
	for k := range m.forms {
		f := newForm(n)
		for i := range n {
			f.a[i] = table[1<<i][k]
		}
		for i := range n {
			for j := range i {
				if q, ok := table[1<<i|1<<j]; ok {
					v := q[k] - f.a[i] - f.a[j]
					f.b[i*n+j], f.b[j*n+i] = v, v
				}
			}
		}
		m.forms[k] = f
	}
	return m, nil
}

// granted reports whether a set has no two asks that exclude each other.
func (m *Menu) granted(set uint64) bool {
	for i := range m.n {
		for j := range i {
			if set>>i&1 == 1 && set>>j&1 == 1 && m.ban[i*m.n+j] {
				return false
			}
		}
	}
	return true
}

func (m *Menu) chosen(set uint64) []*Ask {
	var out []*Ask
	for i, a := range m.Asks {
		if set>>i&1 == 1 {
			out = append(out, a)
		}
	}
	return out
}

// solveAll finds what sets bring, each from its own equilibrium.
func (m *Menu) solveAll(ctx context.Context, sets []uint64) (map[uint64][]float64, error) {
	g := m.Ground
	d := g.desk
	lead := d.Question.Closures[0]
	from, err := g.Point(ctx, lead, Central)
	if err != nil {
		return nil, err
	}
	got := make([][]float64, len(sets))
	worst := make([]float64, len(sets))
	if err := d.Each(ctx, len(sets), func(i int) error {
		t, err := g.Tariffs(m.chosen(sets[i]))
		if err != nil {
			return err
		}
		to := from
		if sets[i] != 0 {
			if to, err = d.SolveTariffs(ctx, t, lead, Central); err != nil {
				return err
			}
		}
		got[i], worst[i] = d.brings(from, to), to.Residual
		return nil
	}); err != nil {
		return nil, err
	}
	out := map[uint64][]float64{}
	for i, s := range sets {
		out[s] = got[i]
		m.residual = math.Max(m.residual, worst[i])
	}
	m.solves += len(sets)
	return out, nil
}

// brings is the difference between two points in the places above.
func (d *Desk) brings(from, to *Point) []float64 {
	w := d.World
	q := make([]float64, ofSectors+2*w.J)
	_, q[ofAsker] = Gain(from, to, d.Asker)
	_, q[ofGiver] = Gain(from, to, d.Giver)
	q[ofRevenue] = to.Revenue[d.Giver] - from.Revenue[d.Giver]
	for j := range w.J {
		if from.Bilateral[j] > 0 && to.Bilateral[j] > 0 {
			q[ofSectors+j] = math.Log(to.Bilateral[j] / from.Bilateral[j])
		}
		r := w.Row(j, d.Giver)
		q[ofSectors+w.J+j] = w.VA[r] * w.Y0[r] * (to.Volume[r] - from.Volume[r])
	}
	return q
}

// bringsOf is what the menu says a set brings.
func (m *Menu) bringsOf(set uint64) []float64 {
	if m.Exact {
		return m.table[set]
	}
	in := m.bools(set)
	q := make([]float64, len(m.forms))
	for k, f := range m.forms {
		q[k] = f.at(in)
	}
	return q
}

func (m *Menu) bools(set uint64) []bool {
	in := make([]bool, m.n)
	for i := range in {
		in[i] = set>>i&1 == 1
	}
	return in
}

func maskOf(in []bool) uint64 {
	s := uint64(0)
	for i, v := range in {
		if v {
			s |= 1 << i
		}
	}
	return s
}

// Rules are what packages must keep to, and how the sides weigh.
type Rules struct {
	RedLines []*RedLine
	Weights  map[int]float64 // by sector: dollars of the giver's real income that a dollar of its value added there counts for
	Power    float64         // bargaining power of the asker, above 0 and below 1
	Nodes    int             // most nodes of a search; 0: two million
	Gap      float64         // proven share of the best at which a search ends
}

// A need is a constraint with a name: weights on what a package brings, at
// least floor; or a set of asks that must be in or out; or a rate.
type need struct {
	name    string
	weights map[int]float64
	floor   float64
	in, out []int
	rate    *RedLine
	memo    map[uint64]bool
	touch   uint64 // asks that move the rate
}

// needs turns rules into constraints.
func (m *Menu) needs(r *Rules) ([]*need, error) {
	d := m.Ground.desk
	asker, giver := d.World.Economies[d.Asker].Name, d.World.Economies[d.Giver].Name
	out := []*need{
		{name: asker + " is not worse off", weights: map[int]float64{ofAsker: 1}},
		{name: giver + " is not worse off", weights: m.giverWeights(r)},
	}
	find := func(id string) (int, error) {
		i := slices.IndexFunc(m.Asks, func(a *Ask) bool { return a.ID == id })
		if i < 0 {
			var ids []string
			for _, a := range m.Asks {
				ids = append(ids, a.ID)
			}
			return 0, &kanzei.Problem{Code: "talks.red-line", Where: "--red-line", Msg: fmt.Sprintf("no ask %q is on the table", id), Hint: fmt.Sprint("on the table: ", ids)}
		}
		return i, nil
	}
	for _, l := range r.RedLines {
		x := &need{name: l.Text}
		switch l.kind {
		case "require", "without":
			i, err := find(l.scope)
			if err != nil {
				return nil, err
			}
			if l.kind == "require" {
				x.in = []int{i}
			} else {
				x.out = []int{i}
			}
		case "stays":
			for i, a := range m.Asks {
				if a.Offer && (a.sector < 0 || slices.Contains(l.sectors, a.sector)) {
					x.out = append(x.out, i)
				}
			}
		case "revenue":
			x.weights, x.floor = map[int]float64{ofRevenue: 1}, l.amount
		case "asker":
			x.weights, x.floor = map[int]float64{ofAsker: 1}, l.amount
		case "giver":
			x.weights, x.floor = m.giverWeights(r), l.amount
		case "imports":
			for _, j := range l.sectors {
				out = append(out, &need{name: l.Text, weights: map[int]float64{ofSectors + j: -1}, floor: -math.Log(1 + l.amount)})
			}
			continue
		case "rate":
			x.rate, x.memo = l, map[uint64]bool{}
			now, err := m.Ground.average(l.lines, nil)
			if err != nil {
				return nil, err
			}
			for i, a := range m.Asks {
				if a.Offer {
					continue
				}
				// An ask moves the rate alone, or once all others are granted.
				one, err := m.Ground.average(l.lines, []*Ask{a})
				if err != nil {
					return nil, err
				}
				if one != now || a.lines == nil || slices.ContainsFunc(l.lines, func(k int) bool { return a.lines[k] }) {
					x.touch |= 1 << i
				}
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// giverWeights make the objective of the giver.
func (m *Menu) giverWeights(r *Rules) map[int]float64 {
	w := map[int]float64{ofGiver: 1}
	for j, v := range r.Weights {
		w[ofSectors+m.Ground.desk.World.J+j] = v
	}
	return w
}

// keeps reports whether a rate stays where it must.
func (m *Menu) keeps(x *need, set uint64) bool {
	s := set & x.touch
	ok, known := x.memo[s]
	if !known {
		v, err := m.Ground.average(x.rate.lines, m.chosen(s))
		ok = err == nil && v >= x.rate.amount-1e-9
		x.memo[s] = ok
	}
	return ok
}

func dot(weights map[int]float64, q []float64) float64 {
	v := 0.0
	for _, k := range slices.Sorted(maps.Keys(weights)) {
		v += weights[k] * q[k]
	}
	return v
}

// meets names the first need that a set, which brings q, does not meet.
func (m *Menu) meets(needs []*need, set uint64, q []float64) *need {
	for _, x := range needs {
		switch {
		case x.weights != nil:
			if dot(x.weights, q) < x.floor-1e-6*(1+math.Abs(x.floor)) {
				return x
			}
		case x.rate != nil:
			if !m.keeps(x, set) {
				return x
			}
		}
		for _, i := range x.in {
			if set>>i&1 == 0 {
				return x
			}
		}
		for _, i := range x.out {
			if set>>i&1 == 1 {
				return x
			}
		}
	}
	return nil
}

// A choice is the best set under a score.
type choice struct {
	set    uint64
	ok     bool    // false: none meets the needs
	value  float64 // of the score
	bound  float64 // on the score of all sets: exact, or of the surrogate
	closed bool    // the bound is proven to within the gap
	nodes  int
}

// best finds the set with the best score among those that meet the needs.
func (m *Menu) best(needs []*need, giver map[int]float64, s score, r *Rules) choice {
	if m.Exact {
		c := choice{value: math.Inf(-1), closed: true}
		for set := range uint64(1) << m.n {
			q, ok := m.table[set]
			if !ok || m.meets(needs, set, q) != nil {
				continue
			}
			if v := s.value(q[ofAsker], dot(giver, q)); v > c.value {
				c.set, c.ok, c.value = set, true, v
			}
			c.nodes++
		}
		c.bound = c.value
		return c
	}
	p := problem{n: m.n, gain: [2]*form{m.forms[ofAsker], m.combine(giver)}, score: s, fixed: make([]int8, m.n), gap: r.Gap, nodes: r.Nodes,
		excludes: func(i, j int) bool { return m.ban[i*m.n+j] }}
	var rates []*need
	for _, x := range needs {
		if x.weights != nil {
			p.demands = append(p.demands, demand{x.name, m.combine(x.weights), x.floor})
		}
		if x.rate != nil {
			rates = append(rates, x)
		}
		for _, i := range x.in {
			if p.fixed[i] < 0 {
				return choice{closed: true}
			}
			p.fixed[i] = 1
		}
		for _, i := range x.out {
			if p.fixed[i] > 0 {
				return choice{closed: true}
			}
			p.fixed[i] = -1
		}
	}
	p.allowed = func(in []bool) bool {
		set := maskOf(in)
		return !slices.ContainsFunc(rates, func(x *need) bool { return !m.keeps(x, set) })
	}
	f := p.solve()
	return choice{maskOf(f.set), f.set != nil, f.value, f.bound, f.closed, f.nodes}
}

func (m *Menu) combine(weights map[int]float64) *form {
	f := newForm(m.n)
	for _, k := range slices.Sorted(maps.Keys(weights)) {
		f.add(weights[k], m.forms[k])
	}
	return f
}

// sample draws sets that can be granted, for the error of the surrogate.
func (m *Menu) sample(count int, seed uint64) []uint64 {
	rng := rand.New(rand.NewPCG(seed, 0x74616c6b73))
	var out []uint64
	for len(out) < count {
		s := uint64(0)
		p := rng.Float64()
		for i := range m.n {
			if rng.Float64() < p && m.granted(s|1<<i) {
				s |= 1 << i
			}
		}
		out = append(out, s)
	}
	return out
}
