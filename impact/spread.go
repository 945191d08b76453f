package impact

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei/model"
)

// A Spread is what a batch says: each figure with its range over the draws, and
// how settled the range is.
type Spread struct {
	World     string      `json:"world"`
	Source    string      `json:"source"` // of the world's data
	Law       string      `json:"law"`    // content hash of the ledger
	Base      []string    `json:"base"`
	Laws      []SpreadLaw `json:"laws,omitempty"` // what those names mean that mean the same on every day
	Draws     int         `json:"draws"`
	Seed      uint64      `json:"seed"`
	Scenarios []SpreadRow `json:"scenarios"`
}

// A SpreadLaw is a law that is solved.
type SpreadLaw struct {
	Name  string `json:"name"`  // "lapse"
	Title string `json:"title"` // "the law of 9 July 2025, when the last pause has run out"
}

// A SpreadRow is a scenario on a day under a closure.
type SpreadRow struct {
	On       string `json:"on"`
	Known    string `json:"known"` // "latest": everything held
	Scenario string `json:"scenario"`
	Against  string `json:"against"`
	Closure  string `json:"closure"`
	// Lose are the economies whose real income falls, and LoseSurely those of
	// them with which it does in 95 percent of the draws or more; null without
	// draws.
	Lose       int             `json:"lose"`
	LoseSurely *int            `json:"lose_surely"`
	Economies  []SpreadEconomy `json:"economies"` // by rank
	// Settled is the most of any economy's settled_points of real income, and its
	// ISO code. Null as there.
	Settled   *float64 `json:"settled_points"`
	SettledOf string   `json:"settled_of,omitempty"`
}

// A SpreadEconomy is one economy's; figures are those of Figures. Rank 1 loses
// most of its real income.
type SpreadEconomy struct {
	ISO2    string                  `json:"iso2"`
	ISO3    string                  `json:"iso3"`
	Name    string                  `json:"name"`
	Rank    int                     `json:"rank"`
	RankLo  *int                    `json:"rank_lo"` // 5th percentile over the draws; null without draws
	RankHi  *int                    `json:"rank_hi"` // 95th
	Figures map[string]SpreadFigure `json:"figures"`
}

// A SpreadFigure is a figure at the world's own elasticities, and the 5th, 50th
// and 95th percentiles over the draws; null without draws. Settled is the most
// by which the two ends differ from those over the first half of the draws, in
// the unit of the figure; null with fewer than 8 draws.
type SpreadFigure struct {
	Value   float64  `json:"value"`
	Lo      *float64 `json:"lo"`
	Median  *float64 `json:"median"`
	Hi      *float64 `json:"hi"`
	Settled *float64 `json:"settled_points"`
}

// NewSpreadFigure sums draws up, which it leaves as they are.
func NewSpreadFigure(value float64, draws []float64) SpreadFigure {
	f := SpreadFigure{Value: tidy(value)}
	if len(draws) == 0 {
		return f
	}
	v := slices.Sorted(slices.Values(draws))
	lo, median, hi := tidy(quantile(v, 0.05)), tidy(quantile(v, 0.5)), tidy(quantile(v, 0.95))
	f.Lo, f.Median, f.Hi = &lo, &median, &hi
	if half := len(draws) / 2; half >= 4 {
		v := slices.Sorted(slices.Values(draws[:half]))
		d := tidy(math.Max(math.Abs(quantile(v, 0.05)-lo), math.Abs(quantile(v, 0.95)-hi)))
		f.Settled = &d
	}
	return f
}

// Words are a figure in percent, its range, and how settled that is; the last two
// are blank without draws.
func (f *SpreadFigure) Words() (string, string, string) {
	return fixed(f.Value), span(f.Lo, f.Hi), settled(f.Settled)
}

// Billions is a figure in million US dollars, told in billions.
func (f *SpreadFigure) Billions() string { return signedBn(f.Value) }

// A Spreader takes the items of a batch in their order.
type Spreader struct {
	Out     Spread
	batch   *Batch
	columns [][]float64 // scenario, economy, figure → by draw; of one clock and closure
}

// Spreader returns one for the batch.
func (b *Batch) Spreader() *Spreader {
	s := &Spreader{Out: Spread{World: b.study.World.Name, Source: b.study.World.Source, Base: b.Base, Laws: b.titles, Draws: b.Draws, Seed: b.Seed}, batch: b}
	s.columns = make([][]float64, len(b.Scenarios)*len(b.study.World.Economies)*len(Figures))
	return s
}

// Add takes the next item.
func (s *Spreader) Add(item int, figures [][][]float64) {
	at, closure, draw := s.batch.Item(item)
	if draw == 0 {
		for i := range s.columns {
			s.columns[i] = slices.Grow(s.columns[i][:0], s.batch.Draws+1)
		}
	}
	i := 0
	for _, economies := range figures {
		for _, values := range economies {
			for _, v := range values {
				s.columns[i] = append(s.columns[i], v)
				i++
			}
		}
	}
	if draw == s.batch.Draws {
		for k := range s.batch.Scenarios {
			s.Out.Scenarios = append(s.Out.Scenarios, s.row(at, closure, k))
		}
	}
}

// Spread solves the whole batch here, several items at once, and sums it up.
func (b *Batch) Spread(ctx context.Context) (*Spread, error) {
	results := make([][]byte, b.Items())
	var done atomic.Int64
	var mu sync.Mutex
	if err := each(ctx, len(results), func(i int) (err error) {
		results[i], err = b.Solve(i)
		if n := int(done.Add(1)); b.study.Progress != nil {
			mu.Lock()
			b.study.Progress(n, len(results))
			mu.Unlock()
		}
		return err
	}); err != nil {
		return nil, err
	}
	s := b.Spreader()
	for i, r := range results {
		figures, err := b.Read(r)
		if err != nil {
			return nil, err
		}
		s.Add(i, figures)
	}
	return &s.Out, nil
}

// row sums a scenario up.
func (s *Spreader) row(at Clock, closure model.Closure, scenario int) SpreadRow {
	economies := s.batch.study.World.Economies
	row := SpreadRow{On: at.On.String(), Known: at.known(), Closure: closure.String(), Economies: make([]SpreadEconomy, len(economies))}
	row.Scenario, row.Against = s.batch.Sides(scenario)
	column := func(n, f int) []float64 { return s.columns[(scenario*len(economies)+n)*len(Figures)+f] }
	each(context.Background(), len(economies), func(n int) error { // which fails never
		e := &economies[n]
		x := SpreadEconomy{ISO2: e.ISO2, ISO3: e.ISO3, Name: e.Name, Figures: map[string]SpreadFigure{}}
		for f, name := range Figures {
			v := column(n, f)
			x.Figures[name] = NewSpreadFigure(v[0], v[1:])
		}
		row.Economies[n] = x
		return nil
	})
	surely := 0
	ranks := make([][]float64, len(economies)) // economy → by draw, the first without
	order := make([]int, len(economies))
	for n := range economies {
		order[n] = n
	}
	for d := range s.batch.Draws + 1 {
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(column(a, 0)[d], column(b, 0)[d]), cmp.Compare(a, b))
		})
		for i, n := range order {
			ranks[n] = append(ranks[n], float64(i+1))
		}
	}
	for n := range row.Economies {
		x := &row.Economies[n]
		x.Rank = int(ranks[n][0])
		v := column(n, 0)
		if v[0] < 0 {
			row.Lose++
		}
		if draws := v[1:]; len(draws) > 0 {
			lo, hi := rankRange(ranks[n][1:])
			x.RankLo, x.RankHi = &lo, &hi
			losing := 0
			for _, y := range draws {
				if y < 0 {
					losing++
				}
			}
			if v[0] < 0 && 20*losing >= 19*len(draws) {
				surely++
			}
		}
		if d := x.Figures[Figures[0]].Settled; d != nil && (row.Settled == nil || *d > *row.Settled) {
			row.Settled, row.SettledOf = d, x.ISO3
		}
	}
	if s.batch.Draws > 0 {
		row.LoseSurely = &surely
	}
	slices.SortStableFunc(row.Economies, func(a, b SpreadEconomy) int { return cmp.Compare(a.Rank, b.Rank) })
	return row
}

func rankRange(ranks []float64) (lo, hi int) {
	slices.Sort(ranks)
	return int(math.Round(quantile(ranks, 0.05))), int(math.Round(quantile(ranks, 0.95)))
}

func (c Clock) known() string {
	if c.Known == 0 {
		return "latest"
	}
	return c.Known.String()
}

// Economy returns an economy of the row by its ISO code of two or three letters;
// nil where it has none.
func (r *SpreadRow) Economy(iso string) *SpreadEconomy {
	i := slices.IndexFunc(r.Economies, func(e SpreadEconomy) bool { return e.ISO2 == iso || e.ISO3 == iso })
	if i < 0 {
		return nil
	}
	return &r.Economies[i]
}
