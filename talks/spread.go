package talks

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

// A Spread is what a batch says: the worth of each stake to both sides under
// every closure, with ranges over the draws and how settled they are.
type Spread struct {
	Asker  Party        `json:"asker"`
	Giver  Party        `json:"giver"`
	On     string       `json:"on"`
	Known  string       `json:"known"` // "latest": everything held
	World  string       `json:"world"`
	Law    string       `json:"law"` // content hash of the ledger
	Draws  int          `json:"draws"`
	Seed   uint64       `json:"seed"`
	Stakes []StakeWorth `json:"stakes"`
	// Orders compare neighbours among the measures of a ground, ranked by what
	// they are worth to the asker.
	Orders []StakeOrder `json:"orders,omitempty"`
}

// A StakeWorth is a stake with what it is worth under each closure.
type StakeWorth struct {
	Stake
	Closures []StakeClosure `json:"closures"` // the first leads
}

// A StakeClosure is the worth of a stake under a closure. Figures are those of
// StakeFigures. The shares are of the draws; null without draws.
type StakeClosure struct {
	Closure    string                         `json:"closure"`
	Figures    map[string]impact.SpreadFigure `json:"figures"`
	AskerGains *float64                       `json:"asker_gains_share"`
	GiverGains *float64                       `json:"giver_gains_share"`
	BothGain   *float64                       `json:"both_gain_share"`
}

// A StakeOrder is an Order under a closure, among asks against a ground.
type StakeOrder struct {
	Closure string `json:"closure"`
	Against string `json:"against"`
	Order
}

// A Spreader takes the items of a batch in their order.
type Spreader struct {
	Out     Spread
	batch   *Batch
	columns [][]float64 // stake, figure → by draw; of one closure
}

// Spreader returns one for the batch.
func (b *Batch) Spreader() *Spreader {
	d := b.desk
	s := &Spreader{batch: b, columns: make([][]float64, len(b.Stakes)*len(StakeFigures)),
		Out: Spread{Asker: d.party(d.Asker), Giver: d.party(d.Giver), On: d.Question.On.String(), Known: knownWord(d.Question.Known), World: d.World.Name, Draws: b.Draws, Seed: b.Seed}}
	for _, x := range b.Stakes {
		s.Out.Stakes = append(s.Out.Stakes, StakeWorth{Stake: x})
	}
	return s
}

func knownWord(known kanzei.Day) string {
	if known == 0 {
		return "latest"
	}
	return known.String()
}

// Add takes the next item.
func (s *Spreader) Add(item int, figures []float64) {
	closure, draw := s.batch.Item(item)
	for i, v := range figures {
		if draw == 0 {
			s.columns[i] = slices.Grow(s.columns[i][:0], s.batch.Draws+1)
		}
		s.columns[i] = append(s.columns[i], v)
	}
	if draw == s.batch.Draws {
		s.sum(closure)
	}
}

// sum sums a closure up.
func (s *Spreader) sum(closure model.Closure) {
	F := len(StakeFigures)
	for i := range s.Out.Stakes {
		c := StakeClosure{Closure: closure.String(), Figures: map[string]impact.SpreadFigure{}}
		for f, name := range StakeFigures {
			v := s.columns[i*F+f]
			c.Figures[name] = impact.NewSpreadFigure(v[0], v[1:])
		}
		if n := s.batch.Draws; n > 0 {
			a, g := s.columns[i*F][1:], s.columns[i*F+2][1:]
			c.AskerGains = share(n, func(k int) bool { return a[k] > 0 })
			c.GiverGains = share(n, func(k int) bool { return g[k] > 0 })
			c.BothGain = share(n, func(k int) bool { return a[k] > 0 && g[k] > 0 })
		}
		s.Out.Stakes[i].Closures = append(s.Out.Stakes[i].Closures, c)
	}
	if s.batch.Draws == 0 {
		return
	}
	for _, ground := range []string{"today", "walk-away"} {
		var ranked []int
		for i := range s.Out.Stakes {
			if x := &s.Out.Stakes[i]; x.Against == ground && (x.Kind == "measure" || x.Kind == "level") {
				ranked = append(ranked, i)
			}
		}
		slices.SortStableFunc(ranked, func(a, b int) int { return compareDown(s.columns[a*F+1][0], s.columns[b*F+1][0]) })
		for k := range max(0, len(ranked)-1) {
			a, b := s.columns[ranked[k]*F][1:], s.columns[ranked[k+1]*F][1:]
			o := Order{s.Out.Stakes[ranked[k]].ID, s.Out.Stakes[ranked[k+1]].ID, *share(len(a), func(d int) bool { return a[d] > b[d] })}
			s.Out.Orders = append(s.Out.Orders, StakeOrder{closure.String(), ground, o})
		}
	}
}

// share is that of n draws for which something holds.
func share(n int, holds func(k int) bool) *float64 {
	m := 0
	for k := range n {
		if holds(k) {
			m++
		}
	}
	v := float64(m) / float64(n)
	return &v
}

// Text writes what each side gains, closure by closure.
func (s *Spread) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s asks, %s gives; on %s as known %s, world %s.\n", s.Asker.Name, s.Giver.Name, s.On, s.Known, s.World)
	fmt.Fprintf(&b, "Gains of real income a year, million USD")
	steady := len(s.Stakes) > 0 && len(s.Stakes[0].Closures) > 0 && s.Stakes[0].Closures[0].Figures["gain_asker_musd"].Settled != nil
	if s.Draws > 0 {
		fmt.Fprintf(&b, "; 90 %% ranges over %d draws of the\nelasticities (seed %d). Both: share of the draws in which both gain", s.Draws, s.Seed)
	}
	if steady {
		b.WriteString(". Settled:\nmillion USD by which half of the draws move the ends of a range")
	}
	b.WriteString(".\n")
	for i := range s.Stakes {
		if x := &s.Stakes[i]; x.Kind == "law" {
			fmt.Fprintf(&b, "%s: %s.\n", x.ID, x.What)
		}
	}
	if len(s.Stakes) == 0 {
		_, err := io.WriteString(w, b.String())
		return err
	}
	line := func(format string, args ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
	}
	settledWord := ""
	if steady {
		settledWord = "settled"
	}
	for k, c := range s.Stakes[0].Closures {
		for _, ground := range []string{"today", "walk-away"} {
			var list []*StakeWorth
			for i := range s.Stakes {
				if s.Stakes[i].Against == ground {
					list = append(list, &s.Stakes[i])
				}
			}
			gain := func(x *StakeWorth) float64 { return x.Closures[k].Figures["gain_asker_musd"].Value }
			slices.SortStableFunc(list, func(a, b *StakeWorth) int { return compareDown(gain(a), gain(b)) })
			line("\nAgainst %s, closure %s", ground, c.Closure)
			line("  %-22s %9s %19s %8s %9s %6s", "", s.Asker.ISO2, word(s.Draws, "range of "+s.Asker.ISO2), settledWord, s.Giver.ISO2, word(s.Draws, "both"))
			for _, x := range list {
				y := x.Closures[k]
				a, g := y.Figures["gain_asker_musd"], y.Figures["gain_giver_musd"]
				name := x.ID
				if len(name) > 22 {
					line("  %s", name) // whole: packages often begin alike
					name = ""
				}
				line("  %-22s %9s %9s %9s %8s %9s %6s", name, change(a.Value), orBlank(a.Lo), orBlank(a.Hi), steps(a.Settled), change(g.Value), shareText(y.BothGain))
				if g.Lo != nil {
					line("%80s", fmt.Sprintf("%s: %s to %s", s.Giver.ISO2, change(*g.Lo), change(*g.Hi)))
				}
			}
			for _, o := range s.Orders {
				if o.Closure == c.Closure && o.Against == ground {
					line("  %s is worth more than %s in %.0f %% of the draws.", o.Above, o.Below, 100*o.Share)
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func word(draws int, w string) string {
	if draws == 0 {
		return ""
	}
	return w
}

func orBlank(x *float64) string {
	if x == nil {
		return ""
	}
	return change(*x)
}

// steps writes a distance, which has no sign.
func steps(x *float64) string {
	if x == nil {
		return ""
	}
	return strings.TrimPrefix(change(*x), "+")
}

func shareText(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100**x)
}

// Fits returns nil where the spread is of this desk under a law, by its content
// hash; else a *kanzei.Problem.
func (s *Spread) Fits(d *Desk, law string) error {
	q := &d.Question
	for _, x := range []struct{ what, has, want string }{
		{"the asker", s.Asker.ISO3, d.party(d.Asker).ISO3}, {"the giver", s.Giver.ISO3, d.party(d.Giver).ISO3}, {"the day", s.On, q.On.String()},
		{"the day of knowledge", s.Known, knownWord(q.Known)}, {"the world", s.World, d.World.Name}, {"the law", s.Law, law},
	} {
		if x.has != x.want {
			return &kanzei.Problem{Code: "talks.sweep", Where: "--sweep", Msg: fmt.Sprintf("%s of the sweep is %.12s, here it is %.12s", x.what, x.has, x.want), Hint: "sweep again, or ask what the sweep asked"}
		}
	}
	return nil
}

// find is a stake under a closure; nil where the sweep has it not.
func (s *Spread) find(against, closure string, is func(x *Stake) bool) *StakeClosure {
	for i := range s.Stakes {
		x := &s.Stakes[i]
		if x.Against == against && is(&x.Stake) {
			for k := range x.Closures {
				if x.Closures[k].Closure == closure {
					return &x.Closures[k]
				}
			}
		}
	}
	return nil
}

// take puts the ranges of a sweep in the place of the report's own, wherever it
// has the same under the leading closure, and returns how many it had and how
// many not.
func (r *Report) take(s *Spread) (had, not int) {
	take := func(c *StakeClosure, asker, giver *Range) {
		if c == nil {
			not++
			return
		}
		had++
		for f, to := range map[string]*Range{"gain_asker_pct": asker, "gain_giver_pct": giver} {
			x := c.Figures[f]
			*to = Range{x.Lo, x.Hi, x.Settled}
		}
	}
	lead := r.Closures[0]
	worths := slices.Concat([]*Worth{r.WalkAway}, r.Asks, r.Ahead, r.Offers)
	for _, p := range r.Priced {
		worths = append(worths, p.Worth)
		if p.Today != nil {
			worths = append(worths, p.Today)
		}
	}
	for _, w := range worths {
		take(s.find(w.Against, lead, func(x *Stake) bool { return x.ID == w.ID }), &w.Asker.Range, &w.Giver.Range)
		w.Range = w.Asker.Range
	}
	packages := slices.Clone(r.Packages)
	for _, set := range r.Sets {
		packages = slices.Concat(packages, set.Named, set.Frontier)
	}
	for _, p := range packages {
		take(s.find("walk-away", lead, func(x *Stake) bool { return x.Kind == "package" && sameActs(x.Acts, p.Acts) }), &p.Range, &p.GiverRange)
	}
	r.Orders = nil
	for _, o := range s.Orders {
		if o.Closure == lead && o.Against == "today" {
			r.Orders = append(r.Orders, o.Order)
		}
	}
	return had, not
}

// sameActs reports whether two packages grant the same, in whatever order.
func sameActs(a, b []Act) bool {
	ids := func(list []Act) (out []string) {
		for _, x := range list {
			out = append(out, x.ID)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(ids(a), ids(b))
}

// unsettled is the range of an ask of the asker's that half of the draws move
// most, and by how many points.
func (r *Report) unsettled() (id string, points float64, ok bool) {
	list := slices.Concat([]*Worth{r.WalkAway}, r.Asks, r.Ahead, r.Offers)
	list = slices.DeleteFunc(list, func(w *Worth) bool { return w.Asker.Settled == nil })
	if len(list) == 0 {
		return "", 0, false
	}
	w := slices.MaxFunc(list, func(a, b *Worth) int { return cmp.Compare(math.Abs(*a.Asker.Settled), math.Abs(*b.Asker.Settled)) })
	return w.ID, *w.Asker.Settled, true
}
