package impact

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"kanzei"
	"kanzei/duty"
	"kanzei/model"
	"kanzei/panel"
	"kanzei/trade"
)

// A Study joins the law, the trade it falls on and a world economy. It answers
// many at once, and remembers what it has rated.
type Study struct {
	Duty  *duty.Engine
	Flows *trade.Flows
	World *model.World // as loaded

	// ReadFile reads the files that scenarios name; os.ReadFile by default.
	ReadFile func(name string) ([]byte, error)
	// Progress, when set, is told how many solves of how many are done.
	Progress func(done, of int)

	TotalUSD float64 // US imports of 2024
	Unmapped Unmapped

	us          int
	neutral     kanzei.Origin
	assumptions panel.Assumptions
	codes       []kanzei.HTS // of 2024, ascending
	average     []float64    // code → duty calculated in 2024 over value, all partners
	all         []line       // of all partners held by line together
	sources     []*source

	mu         sync.Mutex // one law is rated at a time
	folding    sync.Mutex
	engines    map[string]*duty.Engine
	panelled   sync.Mutex
	treatments map[string]*treatment
	carried    map[kanzei.Day][][]kanzei.HTS
	tallied    sync.Mutex
	done       map[tallyKey]*tally
	stands     map[kanzei.Origin]*source

	mixed sync.Once
	mix   [100][]float64 // of chapterMix

	restated sync.Once
	base     *model.World
	baseErr  error
}

// NewStudy prepares a study: it composes the trade of every partner. A world
// without the United States, or whose sectors no code can be carried to, is a
// *kanzei.Problem.
func NewStudy(e *duty.Engine, f *trade.Flows, w *model.World) (*Study, error) {
	s := &Study{Duty: e, Flows: f, World: w, ReadFile: os.ReadFile, neutral: kanzei.MustOrigin("PG"),
		engines: map[string]*duty.Engine{}, treatments: map[string]*treatment{}, carried: map[kanzei.Day][][]kanzei.HTS{}, done: map[tallyKey]*tally{}, stands: map[kanzei.Origin]*source{}}
	var err error
	if s.us, err = w.Economy("USA"); err != nil {
		return nil, &kanzei.Problem{Code: "impact.world", Msg: "world " + w.Name + " has no United States", Hint: "use icio2022"}
	}
	if s.assumptions, err = trade.PanelAssumptions("applied"); err != nil {
		return nil, err
	}
	return s, s.compose()
}

// Base is the world with the tariffs of the United States restated: column 1 as
// paid plus the additional duties of the law of the world's own year. Spending
// shares are those of the world; incomes and flows follow from an equilibrium.
func (s *Study) Base() (*model.World, error) {
	s.restated.Do(func() { s.base, s.baseErr = s.restate() })
	return s.base, s.baseErr
}

func (s *Study) restate() (*model.World, error) {
	w := s.World
	on := kanzei.DayOf(w.Year, 7, 1)
	l := &Law{Name: "base year", rest: part{on: on}}
	if on < s.Duty.Ledger.Coverage.Begins { // before the duties of 2018
		l.rest.none = true
	}
	r, err := s.Rates(l)
	if err != nil {
		return nil, err
	}
	tariff := s.powers(w.Tariff, r)
	cost := make([]float64, len(tariff))
	for c := range cost {
		cost[c] = w.Tariff[c] / tariff[c]
	}
	res, err := w.Solve(model.Shock{Tariff: tariff, Cost: cost}, model.Options{Tol: 1e-12})
	if err != nil {
		return nil, fmt.Errorf("restating the tariffs of the base year: %w", err)
	}
	return res.Rebase(), nil
}

// powers puts rates into the cells of the United States.
func (s *Study) powers(tariff []float64, r *Rates) []float64 {
	w := s.World
	out := slices.Clone(tariff)
	for j := range w.Sectors {
		if !w.Sectors[j].Goods {
			continue
		}
		for n := range w.Economies {
			if n != s.us {
				c := r.At(j, n)
				out[w.Cell(j, s.us, n)] = 1 + c.Base + c.Additional
			}
		}
	}
	return out
}

// Tariffs returns the tariff powers of a law in the cells of Base.
func (s *Study) Tariffs(l *Law) ([]float64, error) {
	b, err := s.Base()
	if err != nil {
		return nil, err
	}
	r, err := s.Rates(l)
	if err != nil {
		return nil, err
	}
	out := s.powers(b.Tariff, r)
	if l.changes != nil {
		out = l.changes(out)
	}
	return out, nil
}

// Forget lets go of what was rated but the law of the year of the flows, which
// every rating asks for. Of many laws that are rated once, what is remembered
// would grow without end.
func (s *Study) Forget() {
	keep := reference.key()
	s.panelled.Lock()
	maps.DeleteFunc(s.treatments, func(k string, _ *treatment) bool { return k != keep })
	maps.DeleteFunc(s.carried, func(d kanzei.Day, _ [][]kanzei.HTS) bool { return d != reference.on })
	s.panelled.Unlock()
	s.tallied.Lock()
	clear(s.done)
	s.tallied.Unlock()
	s.folding.Lock()
	clear(s.engines)
	s.folding.Unlock()
}
