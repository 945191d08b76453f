package talks

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

// A Question opens a desk.
type Question struct {
	Asker, Giver string // ISO 3166 codes; the giver is the United States
	On           kanzei.Day
	Known        kanzei.Day      // zero: everything held
	Closures     []model.Closure // the first leads, the others give ranges; nil: fixed
	Draws        int             // of trade elasticities; 0: no ranges
	Seed         uint64
}

// A Desk holds what all answers share, every point it has solved among them: it
// is opened for a question and dropped. It may be used by several goroutines.
type Desk struct {
	Study    *impact.Study
	Question Question
	Asker    int           // economy of the world
	Giver    int           // economy of the world
	Origin   kanzei.Origin // of the asker's goods
	World    *model.World  // the restated base year
	Today    *impact.Law   // the law of the day
	WalkAway *impact.Law   // the law when the last pause known has run out
	Draws    []*model.World

	// Progress, when set, is told how many solves of how many are done.
	Progress func(done, of int)
	// Stage, when set, is told what a report works on next.
	Stage func(name string)

	seed  maphash.Seed
	mu    sync.Mutex
	known map[pointKey]*pending
	near  map[nearKey]*nearby
}

// A pointKey names an equilibrium by what it follows from.
type pointKey struct {
	law     uint64
	closure model.Closure
	draw    int
}

type pending struct {
	once  sync.Once
	point *Point
	err   error
}

type nearKey struct {
	closure model.Closure
	draw    int
}

// A nearby result starts the solves of a closure and draw.
type nearby struct {
	once sync.Once
	res  *model.Result
	err  error
}

// Central is the draw that is none: the world's own elasticities.
const Central = -1

// Open prepares a desk: it rates the two laws and solves for the law of the
// day. Bad input is a *kanzei.Problem.
func Open(ctx context.Context, s *impact.Study, q Question) (*Desk, error) {
	if len(q.Closures) == 0 {
		q.Closures = []model.Closure{model.Fixed}
	}
	d := &Desk{Study: s, Question: q, seed: maphash.MakeSeed(), known: map[pointKey]*pending{}, near: map[nearKey]*nearby{}, Progress: s.Progress}
	var err error
	if d.Asker, err = s.Economy(q.Asker); err != nil {
		return nil, atFlag("ASKER", err)
	}
	if d.Giver, err = s.Economy(q.Giver); err != nil {
		return nil, atFlag("GIVER", err)
	}
	us, err := s.Economy("USA")
	if err != nil {
		return nil, err
	}
	if d.Giver != us {
		return nil, &kanzei.Problem{Code: "talks.giver", Where: "GIVER", Msg: "the ledger is law of the United States; talks about the tariffs of " + s.World.Economies[d.Giver].Name + " are not held", Hint: "name the country that asks first and US second: kanzei talks JP US"}
	}
	if d.Asker == us {
		return nil, &kanzei.Problem{Code: "talks.asker", Where: "ASKER", Msg: "the United States cannot ask itself", Hint: "name the country that asks, such as JP"}
	}
	if d.Origin, err = kanzei.ParseOrigin(s.World.Economies[d.Asker].ISO3); err != nil {
		return nil, &kanzei.Problem{Code: "talks.asker", Where: "ASKER", Msg: s.World.Economies[d.Asker].Name + " is no country of origin", Hint: "name one country, such as JP"}
	}
	if d.World, err = s.Base(); err != nil {
		return nil, err
	}
	if q.Draws > 0 {
		thetas, err := d.World.Draws(q.Draws, q.Seed)
		if err != nil {
			return nil, &kanzei.Problem{Code: "talks.draws", Where: "--draws", Msg: err.Error(), Hint: "ask with --draws 0"}
		}
		for _, t := range thetas {
			w, err := d.World.WithTheta(t)
			if err != nil {
				return nil, err
			}
			d.Draws = append(d.Draws, w)
		}
	}
	if d.Today, err = s.Law([]string{"today"}, q.On, q.Known); err != nil {
		return nil, err
	}
	if d.WalkAway, err = s.Law([]string{"lapse"}, q.On, q.Known); err != nil {
		return nil, err
	}
	_, err = d.Solve(ctx, d.Today)
	return d, err
}

// A Point is an equilibrium under a law. Hats are ratios to the base year;
// [N] by economy, rows (sector, economy) as in package model. Differences
// between points of one closure and draw are what a law is worth.
type Point struct {
	Closure model.Closure
	Draw    int // Central, or a place in Desk.Draws

	RealIncome   []float64 // [N] hat
	Income       []float64 // [N] million USD
	Exports      []float64 // [N] million USD, before duty
	Imports      []float64 // [N] million USD, before duty
	Revenue      []float64 // [N] tariff revenue, million USD
	TermsOfTrade []float64 // [N] hat
	Price        []float64 // [N] hat, consumer prices
	Volume       []float64 // rows: output volume, hat
	Employment   []float64 // rows: hat
	Bilateral    []float64 // [J] exports of the asker to the giver before duty, million USD
	Residual     float64
	Iterations   int
}

// Solve finds the equilibrium under a law with the leading closure and the
// world's own elasticities. Laws with equal tariffs share a point.
func (d *Desk) Solve(ctx context.Context, l *impact.Law) (*Point, error) {
	t, err := d.Study.Tariffs(l)
	if err != nil {
		return nil, err
	}
	return d.SolveTariffs(ctx, t, d.Question.Closures[0], Central)
}

// SolveTariffs is Solve for tariff powers, in cells, under any closure and
// draw. An equilibrium that is not found is a *kanzei.Problem that names the
// residual.
func (d *Desk) SolveTariffs(ctx context.Context, tariff []float64, c model.Closure, draw int) (*Point, error) {
	k := pointKey{d.hash(tariff), c, draw}
	d.mu.Lock()
	p := d.known[k]
	if p == nil {
		p = &pending{}
		d.known[k] = p
	}
	d.mu.Unlock()
	p.once.Do(func() {
		var r *model.Result
		if r, p.err = d.Equilibrium(ctx, tariff, c, draw); p.err == nil {
			p.point = d.point(r, c, draw)
		}
	})
	if p.err != nil && ctx.Err() == nil && (errors.Is(p.err, context.Canceled) || errors.Is(p.err, context.DeadlineExceeded)) {
		// Another caller gave up; this one has not.
		d.mu.Lock()
		if d.known[k] == p {
			delete(d.known, k)
		}
		d.mu.Unlock()
		return d.SolveTariffs(ctx, tariff, c, draw)
	}
	return p.point, p.err
}

// Equilibrium is the whole result under tariff powers. It is not remembered.
func (d *Desk) Equilibrium(ctx context.Context, tariff []float64, c model.Closure, draw int) (*model.Result, error) {
	n, err := d.nearby(ctx, c, draw)
	if err != nil {
		return nil, err
	}
	return d.equilibrium(ctx, tariff, c, draw, n)
}

// stage tells what is worked on.
func (d *Desk) stage(name string) {
	if d.Stage != nil {
		d.Stage(name)
	}
}

// WorldOf returns the world of a draw; Central for the world's own elasticities.
func (d *Desk) WorldOf(draw int) *model.World {
	if draw < 0 {
		return d.World
	}
	return d.Draws[draw]
}

// pointOf solves another world, such as one with other elasticities, under the
// leading closure. It is not remembered.
func (d *Desk) pointOf(ctx context.Context, w *model.World, tariff []float64) (*Point, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := d.Question.Closures[0]
	near, err := d.nearby(ctx, c, Central)
	if err != nil {
		return nil, err
	}
	r, err := w.Solve(model.Shock{Tariff: tariff}, model.Options{Closure: c, Start: near})
	if err != nil {
		return nil, unsolved(err, Central)
	}
	return d.point(r, c, Central), nil
}

func (d *Desk) equilibrium(ctx context.Context, tariff []float64, c model.Closure, draw int, start *model.Result) (*model.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := d.WorldOf(draw).Solve(model.Shock{Tariff: tariff}, model.Options{Closure: c, Start: start})
	if err != nil {
		return nil, unsolved(err, draw)
	}
	return r, nil
}

// nearby is the equilibrium of today's law, from which others start.
func (d *Desk) nearby(ctx context.Context, c model.Closure, draw int) (*model.Result, error) {
	k := nearKey{c, draw}
	d.mu.Lock()
	n := d.near[k]
	if n == nil {
		n = &nearby{}
		d.near[k] = n
	}
	d.mu.Unlock()
	n.once.Do(func() {
		var t []float64
		if t, n.err = d.Study.Tariffs(d.Today); n.err == nil {
			// Shared by all callers, so no caller's context ends it.
			n.res, n.err = d.equilibrium(context.WithoutCancel(ctx), t, c, draw, nil)
		}
	})
	return n.res, n.err
}

// Result is the whole equilibrium of today's law under a closure and draw.
func (d *Desk) Result(ctx context.Context, c model.Closure, draw int) (*model.Result, error) {
	return d.nearby(ctx, c, draw)
}

func (d *Desk) point(r *model.Result, c model.Closure, draw int) *Point {
	w := r.Base
	p := &Point{Closure: c, Draw: draw, RealIncome: r.RealIncome, Income: make([]float64, w.N), Exports: r.Exports, Imports: r.Imports,
		Revenue: r.Revenue, TermsOfTrade: r.TermsOfTrade, Price: r.Price, Volume: slices.Clone(r.Volume), Employment: slices.Clone(r.Employment),
		Bilateral: make([]float64, w.J), Residual: r.Report.Residual, Iterations: r.Report.Iterations}
	for n := range p.Income {
		p.Income[n] = w.Income[n] * r.Income[n]
	}
	flows, tariff := r.Flows(), r.Tariff()
	for j := range p.Bilateral {
		c := w.Cell(j, d.Giver, d.Asker)
		p.Bilateral[j] = flows[c] / tariff[c]
	}
	return p
}

// hash names a table of tariffs. Equal tables have equal names.
func (d *Desk) hash(x []float64) uint64 {
	var h maphash.Hash
	h.SetSeed(d.seed)
	for _, v := range x {
		maphash.WriteComparable(&h, v)
	}
	return h.Sum64()
}

// Gain is the change of real income of economy n from one point to another, in
// percent and in million USD of the base year.
func Gain(from, to *Point, n int) (pct, musd float64) {
	if from == to || from.RealIncome[n] == to.RealIncome[n] {
		return 0, 0
	}
	pct = 100 * (to.RealIncome[n]/from.RealIncome[n] - 1)
	return pct, pct / 100 * from.Income[n]
}

// Each runs work for 0 ≤ i < n on all processors and returns the first error by
// place. It tells Progress.
func (d *Desk) Each(ctx context.Context, n int, work func(i int) error) error {
	errs := make([]error, n)
	var next, done atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = kanzei.Caught(func() error { return work(i) })
				}
				k := int(done.Add(1))
				if d.Progress != nil {
					mu.Lock()
					d.Progress(k, n)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// unsolved names the residual of an equilibrium that was not found.
func unsolved(err error, draw int) error {
	var nf *model.NotFound
	if !errors.As(err, &nf) {
		return err
	}
	at := ""
	if draw >= 0 {
		at = fmt.Sprintf(", elasticity draw %d", draw+1)
	}
	return &kanzei.Problem{Code: "talks.unsolved",
		Msg:  fmt.Sprintf("no equilibrium under closure %v%s: residual %.2g after %d iterations", nf.Closure, at, nf.Report.Residual, nf.Report.Iterations),
		Hint: "no figures are given; try another closure, or a smaller change"}
}

// atFlag says which argument a problem is about.
func atFlag(where string, err error) error {
	var p *kanzei.Problem
	if errors.As(err, &p) {
		q := *p
		q.Where = where
		return &q
	}
	return err
}
