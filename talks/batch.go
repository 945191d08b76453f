package talks

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/model"
)

// A Batch is what everything on the table is worth to both sides at many draws
// of the elasticities under every closure of the desk's question. Its items are
// numbered, draws fastest; what an item gives depends on its number alone.
type Batch struct {
	Draws  int // draw 0 is the world's own elasticities
	Seed   uint64
	Stakes []Stake

	desk    *Desk
	tariffs [2][]float64 // today, walk-away
	thetas  [][]float64
}

// A Stake is an ask, an offer, a package or a draft judged from a ground.
type Stake struct {
	ID      string `json:"id"`
	What    string `json:"what"`
	Kind    string `json:"kind"`
	Against string `json:"against"`        // "today" or "walk-away"
	Acts    []Act  `json:"acts,omitempty"` // of a package

	ground int // place in Batch.tariffs
	tariff []float64
}

// BatchOptions say what is on the table beside the measures.
type BatchOptions struct {
	Offers   int        // leading offers; none for 0
	Packages [][]string // asks and offers granted together at the walk-away, by ID
	Deals    []*Draft   // priced from both grounds
	Draws    int
	Seed     uint64
}

// StakeFigures are those that an item holds of each stake, in this order.
var StakeFigures = []string{"gain_asker_pct", "gain_asker_musd", "gain_giver_pct", "gain_giver_musd", "giver_revenue_musd", "others_musd"}

// Batch lays the table. Bad input is a *kanzei.Problem.
func (d *Desk) Batch(ctx context.Context, o BatchOptions) (*Batch, error) {
	b := &Batch{Draws: o.Draws, Seed: o.Seed, desk: d}
	if o.Offers < 0 {
		return nil, badOffers("offers", o.Offers, 0)
	}
	if o.Draws > 0 {
		var err error
		if b.thetas, err = d.World.Draws(o.Draws, o.Seed); err != nil {
			return nil, &kanzei.Problem{Code: "talks.draws", Where: "draws", Msg: err.Error(), Hint: "sweep with draws: 0"}
		}
	}
	today, err := d.Ground("today", d.Today)
	if err != nil {
		return nil, err
	}
	ahead, err := d.Ground("walk-away", d.WalkAway)
	if err != nil {
		return nil, err
	}
	grounds := []*Ground{today, ahead}
	b.tariffs = [2][]float64{today.Tariff, ahead.Tariff}
	b.Stakes = []Stake{{ID: "walk-away", What: d.WalkAway.Title, Kind: "law", Against: "today", tariff: ahead.Tariff}}
	add := func(ground int, id, what, kind string, acts []Act, asks []*Ask) error {
		t, err := grounds[ground].Tariffs(asks)
		d.Study.Forget() // the law of each ask is rated once
		if err == nil {
			b.Stakes = append(b.Stakes, Stake{ID: id, What: what, Kind: kind, Against: grounds[ground].Name, Acts: acts, ground: ground, tariff: t})
		}
		return err
	}
	twice := func(field string, ground int, id string, acts []Act) error {
		if !slices.ContainsFunc(b.Stakes, func(x Stake) bool {
			return x.Against == grounds[ground].Name && (x.ID == id || len(acts) > 0 && sameActs(x.Acts, acts))
		}) {
			return nil
		}
		return &kanzei.Problem{Code: "talks.twice", Where: field, Msg: id + " is on the table already", Hint: "name it once; a package is a list of its own, as in packages: [[cars-and-parts, steel]]"}
	}
	offers := ahead.Offers()
	for k, asks := range [][]*Ask{today.Measures(), append(ahead.Measures(), offers[:min(o.Offers, len(offers))]...)} {
		for _, a := range asks {
			if err := add(k, a.ID, a.What, a.Kind, nil, []*Ask{a}); err != nil {
				return nil, err
			}
		}
	}
	for _, ids := range o.Packages {
		var asks []*Ask
		var acts []Act
		for _, id := range ids {
			a, err := ahead.find(id)
			if err != nil {
				return nil, atFlag("packages", err)
			}
			asks, acts = append(asks, a), append(acts, Act{a.ID, a.What})
		}
		name := strings.Join(ids, ", ")
		if err := twice("packages", 1, name, acts); err != nil {
			return nil, err
		}
		if err := add(1, name, name, "package", acts, asks); err != nil {
			return nil, err
		}
	}
	for _, x := range o.Deals {
		if err := twice("deals", 0, x.Name, nil); err != nil {
			return nil, err
		}
		if err := x.Check(d.Study); err != nil {
			return nil, err
		}
		if err := d.ours(x); err != nil {
			return nil, err
		}
		for k, g := range grounds {
			in, _ := at(x.Instrument, g.Law.On())
			_, t, err := d.laid(ctx, g.Law, x, in)
			if err != nil {
				return nil, err
			}
			d.Study.Forget()
			b.Stakes = append(b.Stakes, Stake{ID: x.Name, What: cmp.Or(x.Terms.Title, x.Instrument.Title), Kind: "draft", Against: g.Name, ground: k, tariff: t})
		}
	}
	return b, nil
}

func badOffers(where string, n, least int) error {
	return &kanzei.Problem{Code: "talks.offers", Where: where, Msg: fmt.Sprintf("%d offers", n), Hint: fmt.Sprintf("give %d or more", least)}
}

// Closures are those of the desk's question; the first leads.
func (b *Batch) Closures() []model.Closure { return b.desk.Question.Closures }

// Items is the number of items.
func (b *Batch) Items() int { return len(b.Closures()) * (b.Draws + 1) }

// Item says what an item is.
func (b *Batch) Item(item int) (closure model.Closure, draw int) {
	return b.Closures()[item/(b.Draws+1)], item % (b.Draws + 1)
}

// Solve finds the equilibria of an item and returns its figures: for each stake
// those of StakeFigures. A problem says at which item.
func (b *Batch) Solve(ctx context.Context, item int) ([]byte, error) {
	out, err := b.solve(ctx, item)
	if err != nil {
		closure, draw := b.Item(item)
		var p *kanzei.Problem
		if where := fmt.Sprintf("item %d (closure %s, draw %d)", item, closure, draw); errors.As(err, &p) {
			err = atFlag(where, err)
		} else {
			err = fmt.Errorf("%s: %w", where, err)
		}
		return nil, err
	}
	return out, nil
}

func (b *Batch) solve(ctx context.Context, item int) ([]byte, error) {
	closure, draw := b.Item(item)
	d, w := b.desk, b.desk.World
	if draw > 0 {
		var err error
		if w, err = w.WithTheta(b.thetas[draw-1]); err != nil {
			return nil, err
		}
	}
	solve := func(tariff []float64, start *model.Result) (*model.Result, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := w.Solve(model.Shock{Tariff: tariff}, model.Options{Closure: closure, Start: start})
		if err != nil {
			return nil, unsolved(err, draw-1)
		}
		return r, nil
	}
	var results [2]*model.Result
	var grounds [2]*Point
	for k, t := range b.tariffs {
		if k > 0 && slices.Equal(t, b.tariffs[0]) {
			results[k], grounds[k] = results[0], grounds[0]
			continue
		}
		var err error
		if results[k], err = solve(t, results[0]); err != nil {
			return nil, err
		}
		grounds[k] = d.point(results[k], closure, draw-1)
	}
	out := make([]byte, 0, 8*len(b.Stakes)*len(StakeFigures))
	for i := range b.Stakes {
		s := &b.Stakes[i]
		from := grounds[s.ground]
		var to *Point
		if k := slices.IndexFunc(b.tariffs[:], func(t []float64) bool { return slices.Equal(t, s.tariff) }); k >= 0 {
			to = grounds[k]
		} else {
			r, err := solve(s.tariff, results[s.ground])
			if err != nil {
				return nil, err
			}
			to = d.point(r, closure, draw-1)
		}
		others := 0.0
		for n := range w.N {
			if n != d.Asker && n != d.Giver {
				_, v := Gain(from, to, n)
				others += v
			}
		}
		askerPct, asker := Gain(from, to, d.Asker)
		giverPct, giver := Gain(from, to, d.Giver)
		for _, v := range [...]float64{askerPct, asker, giverPct, giver, to.Revenue[d.Giver] - from.Revenue[d.Giver], others} {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(tidy(v)))
		}
	}
	return out, nil
}

// Read returns the figures of an item, stake by stake.
func (b *Batch) Read(result []byte) ([]float64, error) {
	if n := 8 * len(b.Stakes) * len(StakeFigures); len(result) != n {
		return nil, fmt.Errorf("talks: a result of %d bytes, want %d", len(result), n)
	}
	all := make([]float64, len(result)/8)
	for i := range all {
		all[i] = math.Float64frombits(binary.LittleEndian.Uint64(result[8*i:]))
	}
	return all, nil
}
