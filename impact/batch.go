package impact

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"kanzei"
	"kanzei/model"
)

// A Batch is many equilibria from one base year: scenarios against a base law,
// on days, under closures, at draws of the elasticities. Its items are numbered,
// draws fastest, then closures, then clocks; what an item gives depends on its
// number alone, so items may be solved in any order and anywhere.
type Batch struct {
	Base      []string // as in Question; nil: the law of 1 January 2025
	Scenarios []string
	Clocks    []Clock
	Closures  []model.Closure
	Draws     int // draw 0 is the world's own elasticities
	Seed      uint64

	study  *Study
	thetas [][]float64
	mu     sync.Mutex
	tables map[Clock]*batchTables
}

// A Clock is a day and the day of the knowledge; zero for everything held.
type Clock struct {
	On, Known kanzei.Day
}

// batchTables are the tariffs of the base law and of the scenarios on a day.
type batchTables struct {
	once    sync.Once
	tariffs [][]float64
	err     error
}

// Figures are those that an item holds of each law and economy, in this order.
var Figures = []string{"real_income_pct", "exports_pct", "imports_pct", "terms_of_trade_pct", "prices_pct", "tariff_revenue_musd"}

// Prepare readies a batch: it draws the elasticities, and reads the scenarios of
// the first day so that what cannot be read is refused at once.
func (s *Study) Prepare(b *Batch) error {
	b.study, b.tables = s, map[Clock]*batchTables{}
	if len(b.Scenarios) == 0 || len(b.Clocks) == 0 || len(b.Closures) == 0 {
		return &kanzei.Problem{Code: "sweep.empty", Msg: "no scenario, day or closure", Hint: "name at least one of each"}
	}
	if b.Base == nil {
		b.Base = []string{"before"}
	}
	base, err := s.Base()
	if err != nil {
		return err
	}
	if b.Draws > 0 {
		if b.thetas, err = base.Draws(b.Draws, b.Seed); err != nil {
			return &kanzei.Problem{Code: "impact.draws", Where: "draws", Msg: err.Error(), Hint: "sweep with draws: 0"}
		}
	}
	for _, name := range append([][]string{b.Base}, one(b.Scenarios)...) {
		if _, err := s.Law(name, b.Clocks[0].On, b.Clocks[0].Known); err != nil {
			return err
		}
	}
	return nil
}

func one(names []string) (out [][]string) {
	for _, n := range names {
		out = append(out, []string{n})
	}
	return out
}

// Items is the number of items.
func (b *Batch) Items() int { return len(b.Clocks) * len(b.Closures) * (b.Draws + 1) }

// Item says what an item is. Draw 0 is the world's own elasticities.
func (b *Batch) Item(item int) (at Clock, closure model.Closure, draw int) {
	per := b.Draws + 1
	return b.Clocks[item/per/len(b.Closures)], b.Closures[item/per%len(b.Closures)], item % per
}

// at returns the tariffs of a day, which are found once.
func (b *Batch) at(c Clock) ([][]float64, error) {
	b.mu.Lock()
	t := b.tables[c]
	if t == nil {
		t = &batchTables{}
		b.tables[c] = t
	}
	b.mu.Unlock()
	t.once.Do(func() {
		for _, names := range append([][]string{b.Base}, one(b.Scenarios)...) {
			l, err := b.study.Law(names, c.On, c.Known)
			if err == nil {
				var tariff []float64
				if tariff, err = b.study.Tariffs(l); err == nil {
					t.tariffs = append(t.tariffs, tariff)
					continue
				}
			}
			t.err = fmt.Errorf("on %s: %w", c.On, err)
			return
		}
	})
	return t.tariffs, t.err
}

// Solve finds the equilibria of an item and returns its figures: for each
// scenario and economy those of Figures, as changes from the base law.
func (b *Batch) Solve(item int) ([]byte, error) {
	at, closure, draw := b.Item(item)
	tariffs, err := b.at(at)
	if err != nil {
		return nil, err
	}
	w, err := b.study.Base()
	if err != nil {
		return nil, err
	}
	if draw > 0 {
		if w, err = w.WithTheta(b.thetas[draw-1]); err != nil {
			return nil, err
		}
	}
	var base *model.Result
	out := make([]byte, 0, 8*len(b.Scenarios)*w.N*len(Figures))
	for i, tariff := range tariffs {
		r := base
		if i == 0 || !slices.Equal(tariff, tariffs[0]) {
			if r, err = w.Solve(model.Shock{Tariff: tariff}, model.Options{Closure: closure, Start: base}); err != nil {
				return nil, unsolved(err, draw-1)
			}
		}
		if i == 0 {
			base = r
			continue
		}
		for n := range w.N {
			for _, x := range [...]float64{percent(r.RealIncome[n], base.RealIncome[n]), percent(r.Exports[n], base.Exports[n]), percent(r.Imports[n], base.Imports[n]),
				percent(r.TermsOfTrade[n], base.TermsOfTrade[n]), percent(r.Price[n], base.Price[n]), r.Revenue[n]} {
				out = binary.LittleEndian.AppendUint64(out, math.Float64bits(tidy(x)))
			}
		}
	}
	return out, nil
}

// Read returns the figures of an item: [scenario][economy][figure].
func (b *Batch) Read(result []byte) ([][][]float64, error) {
	N, F := len(b.study.World.Economies), len(Figures)
	if len(result) != 8*len(b.Scenarios)*N*F {
		return nil, fmt.Errorf("impact: a result of %d bytes, want %d", len(result), 8*len(b.Scenarios)*N*F)
	}
	all := make([]float64, len(result)/8)
	for i := range all {
		all[i] = math.Float64frombits(binary.LittleEndian.Uint64(result[8*i:]))
	}
	out := make([][][]float64, len(b.Scenarios))
	for s := range out {
		out[s] = make([][]float64, N)
		for n := range out[s] {
			at := (s*N + n) * F
			out[s][n] = all[at : at+F]
		}
	}
	return out, nil
}

// Economies are those of the world, in the order of the figures.
func (b *Batch) Economies() []model.Economy { return b.study.World.Economies }
