package talks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// An Act is a part of a package.
type Act struct {
	ID   string `json:"id"`
	What string `json:"what"`
}

// A Package is a set of asks and offers with what it is worth, re-solved.
type Package struct {
	Name          string  `json:"name"`
	Acts          []Act   `json:"acts"`
	GainAskerPct  float64 `json:"gain_asker_pct"`
	GainGiverPct  float64 `json:"gain_giver_pct"`
	GainAskerMUSD float64 `json:"gain_asker_musd"`
	GainGiverMUSD float64 `json:"gain_giver_musd"`
	Range                 // of GainAskerPct
	GiverRange    Range   `json:"giver_range"`
	RevenueMUSD   float64 `json:"giver_revenue_musd"`
	StaticUSD     float64 `json:"static_usd"`
	// SumMUSD is what its parts are worth to the asker one by one, and
	// InteractionMUSD what they are worth beside that together.
	SumMUSD         float64 `json:"sum_of_parts_musd"`
	InteractionMUSD float64 `json:"interaction_musd"`
	// OptimalWithin is the proven share by which the objective of any other set
	// of the same menu can be larger: of the equilibria themselves where every
	// choice is solved, else of the surrogate. Null where it is not proven.
	OptimalWithin *float64      `json:"optimal_within"`
	Of            string        `json:"optimal_of,omitempty"` // what the bound is a bound of
	SurrogateMUSD *float64      `json:"surrogate_error_musd,omitempty"`
	Crosses       string        `json:"crosses,omitempty"` // a need met on the surrogate and missed once re-solved
	Closures      []ClosureGain `json:"closures,omitempty"`
	Residual      float64       `json:"residual"`

	set   uint64
	worth *Worth
}

// A Relaxed need says what the best package gains when one constraint is
// dropped.
type Relaxed struct {
	Need      string  `json:"need"`
	AskerMUSD float64 `json:"asker_musd"` // change of the asker's best gain
	GiverMUSD float64 `json:"giver_musd"` // change of the giver's, in that package
}

// Packages are the answer to what could be agreed under rules.
type Packages struct {
	Rules    []string `json:"rules"`
	Against  string   `json:"against"` // both gains are measured from here: the walk-away
	Choices  int      `json:"choices"` // asks and offers on the table
	Solves   int      `json:"solves"`
	Exact    bool     `json:"exact"` // every choice was solved
	Bound    string   `json:"bound"` // in words
	Residual float64  `json:"residual"`

	Named    []*Package `json:"packages"`
	Frontier []*Package `json:"frontier"`
	Zone     Zone       `json:"zone"`
	Relax    []Relaxed  `json:"relax,omitempty"`
	// Blocking is set when nothing can be agreed: constraints that no package
	// meets together, though it meets any of them without the others.
	Blocking  []string   `json:"blocking,omitempty"`
	Surrogate *Surrogate `json:"surrogate,omitempty"`
}

// A Zone is the zone of possible agreement: packages from which both gain over
// the walk-away.
type Zone struct {
	Empty        bool    `json:"empty"`
	AskerMost    float64 `json:"asker_most_musd"` // the asker's best with the giver not worse off
	GiverMost    float64 `json:"giver_most_musd"`
	PowerAsker   float64 `json:"power_asker"`
	ReservationA float64 `json:"reservation_asker_musd"` // zero: gains are over the walk-away
	ReservationG float64 `json:"reservation_giver_musd"`
}

// A Surrogate says how far sums of singles and pairs are from re-solved
// choices, in million USD of the asker's and giver's gains.
type Surrogate struct {
	Checked   int     `json:"checked"`
	MeanMUSD  float64 `json:"mean_error_musd"`
	WorstMUSD float64 `json:"worst_error_musd"`
	WorstPct  float64 `json:"worst_error_pct"` // of the gain, where that is above a hundred million
}

// A goal is a named way to choose.
type goal struct {
	name  string
	score score
	needs []*need
}

// Packages finds the best packages under rules, the frontier between the two
// sides, and what stands in the way.
func (m *Menu) Packages(ctx context.Context, r Rules) (*Packages, error) {
	if r.Power == 0 {
		r.Power = 0.5
	}
	if r.Gap == 0 && !m.Exact {
		r.Gap = 0.002
	}
	d := m.Ground.desk
	needs, err := m.needs(&r)
	if err != nil {
		return nil, err
	}
	giver := m.giverWeights(&r)
	out := &Packages{Against: m.Ground.Name, Choices: m.n, Exact: m.Exact, Zone: Zone{PowerAsker: r.Power}}
	for _, x := range r.RedLines {
		out.Rules = append(out.Rules, x.Text)
	}
	for _, j := range slices.Sorted(maps.Keys(r.Weights)) {
		out.Rules = append(out.Rules, fmt.Sprintf("a dollar of value added in %s counts %g for %s", d.World.Sectors[j].Code, r.Weights[j], d.World.Economies[d.Giver].Name))
	}
	out.Bound = "every choice is an equilibrium of its own, so the best is the best"
	if !m.Exact {
		out.Bound = "the bound is one on the surrogate: sums of exact singles and pairs. No set of the menu scores more on it by that share; what packages are worth is re-solved, and the error of the surrogate stands beside it"
	}
	mostA := m.best(needs, giver, weighted(1, 0), &r)
	if !mostA.ok {
		out.Zone.Empty = true
		out.Named, out.Frontier = []*Package{}, []*Package{}
		out.Blocking = m.blocking(needs, giver, &r)
		out.Solves, out.Residual = m.solves, m.residual
		return out, nil
	}
	mostB := m.best(needs, giver, weighted(0, 1), &r)
	qa, qb := m.bringsOf(mostA.set), m.bringsOf(mostB.set)
	out.Zone.AskerMost, out.Zone.GiverMost = tidy(qa[ofAsker]), tidy(dot(giver, qb))
	out.Zone.Empty = qa[ofAsker] <= 1e-6 && dot(giver, qb) <= 1e-6
	if out.Zone.Empty {
		out.Blocking = m.blocking(append(slices.Clone(needs), &need{name: "somebody gains", weights: add(map[int]float64{ofAsker: 1}, giver), floor: 1}), giver, &r)
	}

	if out.Zone.Empty { // what stands in the way is the answer
		out.Named, out.Frontier = []*Package{}, []*Package{}
		out.Relax = m.relax(needs, giver, mostA, &r)
		out.Solves, out.Residual = m.solves, m.residual
		return out, nil
	}
	goals := []goal{
		{"best for " + d.World.Economies[d.Asker].Name, weighted(1, 1e-6), needs},
		{"best for " + d.World.Economies[d.Giver].Name, weighted(1e-6, 1), needs},
		{"most for both together", weighted(1, 1), needs},
	}
	if qa[ofAsker] > 1e-6 && dot(giver, qb) > 1e-6 {
		goals = append(goals,
			goal{fmt.Sprintf("Nash bargaining, power of %s %g", d.World.Economies[d.Asker].Name, r.Power), nashScore(r.Power), needs},
			goal{"Kalai-Smorodinsky", kalaiScore(qa[ofAsker], dot(giver, qb)), needs})
	}
	for _, x := range goals {
		p, err := m.settle(ctx, x, giver, &r)
		if err != nil {
			return nil, err
		}
		if p != nil {
			out.Named = append(out.Named, p)
		}
	}
	if out.Frontier, err = m.frontier(ctx, needs, giver, qa, qb, &r); err != nil {
		return nil, err
	}
	if err := m.price(ctx, append(slices.Clone(out.Named), out.Frontier...)); err != nil {
		return nil, err
	}
	out.Frontier = undominated(out.Frontier)
	out.Relax = m.relax(needs, giver, mostA, &r)
	if !m.Exact {
		// The zone in re-solved figures where they hold.
		if a, b := out.Named[0], out.Named[1]; a.Crosses == "" && b.Crosses == "" && len(r.Weights) == 0 {
			out.Zone.AskerMost, out.Zone.GiverMost = a.GainAskerMUSD, b.GainGiverMUSD
		}
		if out.Surrogate, err = m.surrogateError(ctx, append(slices.Clone(out.Named), out.Frontier...)); err != nil {
			return nil, err
		}
	}
	out.Solves, out.Residual = m.solves, m.residual
	return out, nil
}

func add(a, b map[int]float64) map[int]float64 {
	out := maps.Clone(a)
	for k, v := range b {
		out[k] += v
	}
	return out
}

// settle finds the best package for a goal. Where the surrogate chose one that
// misses a need once re-solved, the need is raised by what is missed, a few
// times; one that still misses says so.
func (m *Menu) settle(ctx context.Context, x goal, giver map[int]float64, r *Rules) (*Package, error) {
	needs := x.needs
	var last *Package
	for range 4 {
		c := m.best(needs, giver, x.score, r)
		if !c.ok {
			break
		}
		p := m.pack(x.name, c)
		last = p
		if m.Exact {
			return p, nil
		}
		q, err := m.solveAll(ctx, []uint64{c.set})
		if err != nil {
			return nil, err
		}
		missed := m.meets(x.needs, c.set, q[c.set])
		if missed == nil {
			return p, nil
		}
		p.Crosses = missed.name
		if missed.weights == nil {
			break
		}
		tight := *missed
		tight.floor += 1.05 * (m.valueOf(missed, c.set) - dot(missed.weights, q[c.set]))
		needs = append(slices.Clone(x.needs), &tight)
	}
	return last, nil
}

func (m *Menu) valueOf(x *need, set uint64) float64 { return dot(x.weights, m.bringsOf(set)) }

func (m *Menu) pack(name string, c choice) *Package {
	p := &Package{Name: name, set: c.set, Acts: []Act{}, Of: "surrogate"}
	if m.Exact {
		p.Of = "equilibria"
	}
	for _, a := range m.chosen(c.set) {
		p.Acts = append(p.Acts, Act{a.ID, a.What})
	}
	if c.closed || !math.IsInf(c.bound, 0) {
		within := 0.0
		if c.value != 0 {
			within = max(0, (c.bound-c.value)/math.Abs(c.value))
		}
		within = tidy(within)
		p.OptimalWithin = &within
	}
	return p
}

// frontier gives the asker's best for rising gains of the giver.
func (m *Menu) frontier(ctx context.Context, needs []*need, giver map[int]float64, qa, qb []float64, r *Rules) ([]*Package, error) {
	const steps = 9
	lo, hi := dot(giver, qa), dot(giver, qb)
	seen := map[uint64]bool{}
	found := make([]choice, steps)
	if err := m.Ground.desk.Each(ctx, steps, func(k int) error {
		floor := lo + (hi-lo)*float64(k)/(steps-1)
		own := make([]*need, len(needs)) // rates remember on their own
		for i, x := range needs {
			c := *x
			c.memo = map[uint64]bool{}
			own[i] = &c
		}
		own = append(own, &need{name: "level", weights: giver, floor: floor - 1e-6*(1+math.Abs(floor))})
		found[k] = m.best(own, giver, weighted(1, 1e-6), r)
		return nil
	}); err != nil {
		return nil, err
	}
	var out []*Package
	var sets []uint64
	for _, c := range found {
		if c.ok && !seen[c.set] {
			seen[c.set] = true
			out, sets = append(out, m.pack("", c)), append(sets, c.set)
		}
	}
	if m.Exact {
		return out, nil
	}
	// What meets the needs on the surrogate alone is left out later.
	q, err := m.solveAll(ctx, sets)
	if err != nil {
		return nil, err
	}
	for _, p := range out {
		if missed := m.meets(needs, p.set, q[p.set]); missed != nil {
			p.Crosses = missed.name
		}
	}
	return out, nil
}

// undominated leaves out packages than which another is better for both.
func undominated(all []*Package) []*Package {
	out := []*Package{}
	for _, p := range all {
		if p.Crosses != "" || slices.ContainsFunc(all, func(q *Package) bool {
			return q != p && q.GainAskerMUSD >= p.GainAskerMUSD && q.GainGiverMUSD >= p.GainGiverMUSD && (q.GainAskerMUSD > p.GainAskerMUSD || q.GainGiverMUSD > p.GainGiverMUSD)
		}) {
			continue
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b *Package) int { return cmp.Compare(b.GainAskerMUSD, a.GainAskerMUSD) })
	return out
}

// price re-solves packages with ranges, and their parts.
func (m *Menu) price(ctx context.Context, all []*Package) error {
	g := m.Ground
	byset := map[uint64]*Worth{}
	var worths []*Worth
	var tables [][]float64
	for _, p := range all {
		if byset[p.set] != nil {
			continue
		}
		t, err := g.Tariffs(m.chosen(p.set))
		if err != nil {
			return err
		}
		s, err := g.Static(m.chosen(p.set))
		if err != nil {
			return err
		}
		w := &Worth{StaticUSD: math.Round(s)}
		byset[p.set] = w
		worths, tables = append(worths, w), append(tables, t)
	}
	if err := g.Value(ctx, worths, tables); err != nil {
		return err
	}
	for _, p := range all {
		w := byset[p.set]
		p.worth = w
		p.GainAskerPct, p.GainGiverPct, p.GainAskerMUSD, p.GainGiverMUSD = w.GainAskerPct, w.GainGiverPct, w.GainAskerMUSD, w.GainGiverMUSD
		p.Range, p.GiverRange, p.RevenueMUSD, p.StaticUSD, p.Closures, p.Residual = w.Asker.Range, w.Giver.Range, w.Giver.RevenueMUSD, w.StaticUSD, w.Closures, w.Residual
		sum := 0.0
		for i := range m.n {
			if p.set>>i&1 == 1 {
				sum += m.bringsOf(1 << i)[ofAsker]
			}
		}
		p.SumMUSD, p.InteractionMUSD = tidy(sum), tidy(p.GainAskerMUSD-sum)
		if !m.Exact {
			q := m.bringsOf(p.set)
			e := tidy(math.Max(math.Abs(q[ofAsker]-p.GainAskerMUSD), math.Abs(q[ofGiver]-p.GainGiverMUSD)))
			p.SurrogateMUSD = &e
		}
	}
	return nil
}

// relax drops each need in turn.
func (m *Menu) relax(needs []*need, giver map[int]float64, best choice, r *Rules) []Relaxed {
	var out []Relaxed
	was := m.bringsOf(best.set)
	for i, x := range needs {
		rest := append(slices.Clone(needs[:i]), needs[i+1:]...)
		c := m.best(rest, giver, weighted(1, 0), r)
		if !c.ok || c.set == best.set {
			continue
		}
		q := m.bringsOf(c.set)
		if v := q[ofAsker] - was[ofAsker]; v > 1e-6 {
			out = append(out, Relaxed{x.name, tidy(v), tidy(dot(giver, q) - dot(giver, was))})
		}
	}
	slices.SortStableFunc(out, func(a, b Relaxed) int { return cmp.Compare(b.AskerMUSD, a.AskerMUSD) })
	return out
}

// blocking finds constraints that cannot be met together though they can
// without any one of them, by leaving out what is not needed for the conflict.
func (m *Menu) blocking(needs []*need, giver map[int]float64, r *Rules) []string {
	core := slices.Clone(needs)
	for i := 0; i < len(core); {
		rest := append(slices.Clone(core[:i]), core[i+1:]...)
		if m.best(rest, giver, weighted(1, 0), r).ok {
			i++
		} else {
			core = rest
		}
	}
	var out []string
	for _, x := range core {
		out = append(out, x.name)
	}
	return slices.Compact(out)
}

// surrogateError compares the surrogate with re-solved choices: the packages
// and a sample drawn by the seed.
func (m *Menu) surrogateError(ctx context.Context, packs []*Package) (*Surrogate, error) {
	sets := m.sample(12, m.Ground.desk.Question.Seed)
	for _, p := range packs {
		sets = append(sets, p.set)
	}
	slices.Sort(sets)
	sets = slices.Compact(sets)
	q, err := m.solveAll(ctx, sets)
	if err != nil {
		return nil, err
	}
	s := &Surrogate{Checked: len(sets)}
	for _, set := range sets {
		guess := m.bringsOf(set)
		for k := range ofRevenue {
			e := math.Abs(guess[k] - q[set][k])
			s.MeanMUSD += e / float64(2*len(sets))
			s.WorstMUSD = math.Max(s.WorstMUSD, e)
			if v := math.Abs(q[set][k]); v > 100 {
				s.WorstPct = math.Max(s.WorstPct, 100*e/v)
			}
		}
	}
	s.MeanMUSD, s.WorstMUSD, s.WorstPct = tidy(s.MeanMUSD), tidy(s.WorstMUSD), tidy(s.WorstPct)
	return s, nil
}

// ids of a package's acts.
func (p *Package) ids() string {
	var out []string
	for _, a := range p.Acts {
		out = append(out, a.ID)
	}
	return strings.Join(out, ", ")
}
