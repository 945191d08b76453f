package impact

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
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
	Scenarios []string // "lapse", against Base; "lapse against today"; "lapse+remove:s232.autos:JP against lapse"
	Clocks    []Clock
	Closures  []model.Closure
	Draws     int // draw 0 is the world's own elasticities
	Seed      uint64

	study  *Study
	laws   [][]string  // what is solved: the base first
	titles []SpreadLaw // of the laws that are the same on every day
	pairs  [][2]int    // scenario → its law and the one it is held against
	thetas [][]float64

	rating sync.Mutex // one day is rated at a time
	mu     sync.Mutex
	tables map[Clock]*batchTables
	recent []Clock // of tables, the last used last
}

// A Clock is a day and the day of the knowledge; zero for everything held.
type Clock struct {
	On, Known kanzei.Day
}

// batchTables are the tariffs of the laws on a day.
type batchTables struct {
	once    sync.Once
	tariffs [][]float64
	err     error
}

// recentDays are the days whose tariffs are kept: items are solved about in their
// order, so that more are not needed.
const recentDays = 4

// Figures are those that an item holds of each scenario and economy, in this
// order: changes from what the scenario is held against, and tariff revenue.
var Figures = []string{"real_income_pct", "real_income_musd", "exports_pct", "imports_pct", "terms_of_trade_pct", "prices_pct", "tariff_revenue_musd"}

// Prepare readies a batch: it draws the elasticities, and reads the scenarios of
// every day so that what cannot be asked is refused at once. It rates and
// solves nothing.
func (s *Study) Prepare(b *Batch) error {
	b.study, b.tables = s, map[Clock]*batchTables{}
	if len(b.Scenarios) == 0 || len(b.Clocks) == 0 || len(b.Closures) == 0 {
		what := "closure"
		switch {
		case len(b.Scenarios) == 0:
			what = "scenario"
		case len(b.Clocks) == 0:
			what = "day"
		}
		return &kanzei.Problem{Code: "sweep.empty", Msg: "asks for no " + what, Hint: "name at least one scenario, day and closure"}
	}
	if b.Base == nil {
		b.Base = []string{"before"}
	}
	if b.Draws > 0 {
		var err error
		if b.thetas, err = s.World.Draws(b.Draws, b.Seed); err != nil { // Base has the same elasticities
			return &kanzei.Problem{Code: "impact.draws", Where: "draws", Msg: err.Error(), Hint: "sweep with draws: 0"}
		}
	}
	b.laws, b.pairs, b.titles = [][]string{b.Base}, nil, nil
	for _, name := range b.Scenarios {
		name, against, held := strings.Cut(name, " against ")
		pair := [2]int{b.law(name), 0}
		if held {
			pair[1] = b.law(against)
		}
		if slices.Contains(b.pairs, pair) {
			b.pairs = append(b.pairs, pair)
			name, against := b.Sides(len(b.pairs) - 1)
			return &kanzei.Problem{Code: "sweep.twice", Where: "scenarios", Msg: fmt.Sprintf("%s against %s is asked twice", name, against), Hint: "ask it once"}
		}
		b.pairs = append(b.pairs, pair)
	}
	for k, c := range b.Clocks {
		for i, names := range b.laws {
			l, err := s.Law(names, c.On, c.Known)
			if err != nil {
				return placed(fmt.Sprintf("%s on %s", strings.Join(names, "+"), c.On), err)
			}
			switch x := (SpreadLaw{strings.Join(names, "+"), l.Title}); {
			case k == 0:
				b.titles = append(b.titles, x)
			case b.titles[i] != x:
				b.titles[i] = SpreadLaw{} // of each day its own
			}
		}
	}
	b.titles = slices.DeleteFunc(b.titles, func(x SpreadLaw) bool { return x.Name == "" })
	return nil
}

// law is the place of a law, which is added where it is new.
func (b *Batch) law(name string) int {
	names := strings.Split(name, "+")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
	}
	for i, l := range b.laws {
		if slices.Equal(l, names) {
			return i
		}
	}
	b.laws = append(b.laws, names)
	return len(b.laws) - 1
}

// Sides are what a scenario is and what it is held against.
func (b *Batch) Sides(scenario int) (name, against string) {
	p := b.pairs[scenario]
	return strings.Join(b.laws[p[0]], "+"), strings.Join(b.laws[p[1]], "+")
}

// Files are the drafts and tables of tariffs that scenarios name, each once.
func Files(scenarios ...string) []string {
	var out []string
	for _, s := range scenarios {
		for name := range strings.SplitSeq(strings.ReplaceAll(s, " against ", "+"), "+") {
			switch filepath.Ext(strings.ToLower(name)) {
			case ".yaml", ".yml", ".csv":
				out = append(out, strings.TrimSpace(name))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Items is the number of items.
func (b *Batch) Items() int { return len(b.Clocks) * len(b.Closures) * (b.Draws + 1) }

// Item says what an item is. Draw 0 is the world's own elasticities.
func (b *Batch) Item(item int) (at Clock, closure model.Closure, draw int) {
	per := b.Draws + 1
	return b.Clocks[item/per/len(b.Closures)], b.Closures[item/per%len(b.Closures)], item % per
}

// at returns the tariffs of a day, which are found once, or again where the day
// was left long ago.
func (b *Batch) at(c Clock) ([][]float64, error) {
	b.mu.Lock()
	t := b.tables[c]
	if t == nil {
		t = &batchTables{}
		b.tables[c] = t
	}
	b.recent = append(slices.DeleteFunc(b.recent, func(x Clock) bool { return x == c }), c)
	if len(b.recent) > recentDays {
		delete(b.tables, b.recent[0])
		b.recent = slices.Delete(b.recent, 0, 1)
	}
	b.mu.Unlock()
	t.once.Do(func() {
		b.rating.Lock()
		defer b.rating.Unlock()
		for _, names := range b.laws {
			l, err := b.study.Law(names, c.On, c.Known)
			if err == nil {
				var tariff []float64
				if tariff, err = b.study.Tariffs(l); err == nil {
					t.tariffs = append(t.tariffs, tariff)
					continue
				}
			}
			t.err = err
			return
		}
		b.study.Forget()
	})
	return t.tariffs, t.err
}

// Solve finds the equilibria of an item and returns its figures: for each
// scenario and economy those of Figures. A problem says at which item.
func (b *Batch) Solve(item int) ([]byte, error) {
	out, err := b.solve(item)
	if err != nil {
		at, closure, draw := b.Item(item)
		return nil, placed(fmt.Sprintf("item %d (on %s as known %s, closure %s, draw %d)", item, at.On, at.known(), closure, draw), err)
	}
	return out, nil
}

// placed says where a problem arose.
func placed(where string, err error) error {
	var p *kanzei.Problem
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", where, err)
	}
	q := *p
	if q.Where != "" && !strings.HasPrefix(q.Where, "--") { // a batch has no flags
		where += ": " + q.Where
	}
	q.Where = where
	return &q
}

func (b *Batch) solve(item int) ([]byte, error) {
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
	results := make([]*model.Result, len(tariffs))
	for i, tariff := range tariffs {
		if k := slices.IndexFunc(tariffs[:i], func(t []float64) bool { return slices.Equal(t, tariff) }); k >= 0 {
			results[i] = results[k]
			continue
		}
		if results[i], err = w.Solve(model.Shock{Tariff: tariff}, model.Options{Closure: closure, Start: results[0]}); err != nil {
			return nil, unsolved(err, draw-1)
		}
	}
	out := make([]byte, 0, 8*len(b.pairs)*w.N*len(Figures))
	for _, p := range b.pairs {
		r, base := results[p[0]], results[p[1]]
		for n := range w.N {
			income := percent(r.RealIncome[n], base.RealIncome[n])
			for _, x := range [...]float64{income, income / 100 * w.Income[n] * base.Income[n], percent(r.Exports[n], base.Exports[n]), percent(r.Imports[n], base.Imports[n]),
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
