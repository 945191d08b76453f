package brief

import (
	"cmp"
	"errors"
	"runtime"
	"slices"
	"sync"

	"kanzei"
	"kanzei/ledger"
	"kanzei/trade"
)

// An Exposure is the static annual duty on the imports of a year under the law
// of several days.
type Exposure struct {
	Name     string  `json:"name"`
	Year     int     `json:"year"`
	ValueUSD int64   `json:"value_usd"`
	States   []State `json:"states"`

	// ObservedDutyUSD is the duty of all kinds that customs calculated on the
	// imports of the year, with quotas and exclusions as claimed then.
	ObservedDutyUSD int64 `json:"observed_duty_usd"`

	Programs    []Row      `json:"programs"` // by falling duty in the state that takes most
	Chapters    []Row      `json:"chapters"` // the same, the first ten and the sum of the others
	Products    []Row      `json:"products"`
	Headings    []Weight   `json:"headings"` // 2024 imports by heading of four digits, the largest
	Coverage    []Carried  `json:"coverage"`
	Assumption  string     `json:"assumption"` // name of the set beside the ranges
	Assumptions []string   `json:"assumptions"`
	Notes       []string   `json:"notes,omitempty"`
	Source      DataSource `json:"source"`
	Refs        []int      `json:"refs"`
}

// A State is the law of a day and what it takes of all imports.
type State struct {
	Name        string          `json:"name"` // "before", "now", "next", "later"
	On          kanzei.Day      `json:"on"`
	Totals      trade.Amounts   `json:"totals"`
	AssumedUSD  int64           `json:"additional_assumed_usd"` // one figure, or the middle of what stays open
	AssumedPct  kanzei.Fraction `json:"additional_assumed_pct"`
	AssumedMin  int64           `json:"additional_assumed_min_usd"`
	AssumedMax  int64           `json:"additional_assumed_max_usd"`
	Answers     trade.Answers   `json:"answers"`
	ObservedUSD int64           `json:"base_observed_value_usd"`
}

// A Row is additional duty by program, chapter or product, in every state.
type Row struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	ValueUSD int64  `json:"value_usd"`
	Cells    []Cell `json:"states"`
}

// A Cell is one row in one state.
type Cell struct {
	HitUSD     int64           `json:"hit_usd"`
	MinUSD     int64           `json:"duty_min_usd"`
	MaxUSD     int64           `json:"duty_max_usd"`
	MinPct     kanzei.Fraction `json:"rate_min_pct"` // on all value of the row
	MaxPct     kanzei.Fraction `json:"rate_max_pct"`
	AssumedMin int64           `json:"assumed_min_usd"`
	AssumedMax int64           `json:"assumed_max_usd"`
}

// A Weight is what is traded under a heading.
type Weight struct {
	HTS      kanzei.HTS `json:"hts"`
	Name     string     `json:"name"`
	ValueUSD int64      `json:"value_usd"`
}

// Carried says how the codes of the year were carried to the day of a state.
type Carried struct {
	State string     `json:"state"`
	On    kanzei.Day `json:"on"`
	trade.Coverage
}

// A DataSource names an edition of data.
type DataSource = trade.Source

// Numbers of coming days that are measured: ahead, and with hindsight.
const (
	stepsAhead = 2
	stepsPast  = 4
)

// A day is a day of law to measure.
type day struct {
	name string
	on   kanzei.Day
}

// days picks the days to measure: before, the day itself, and days after which
// the outlook has other duties. Of these it prefers the next, those on which a
// duty on all products changes, and with hindsight the law last known.
func (b *builder) days() []day {
	var steps []kanzei.Day
	broad := map[kanzei.Day]bool{}
	for _, e := range b.doc.Outlook {
		d := e.At.Day()
		if e.At > d.Open() {
			d++
		}
		if !e.Levies || e.Claim || e.What == Awaiting {
			continue
		}
		if !slices.Contains(steps, d) {
			steps = append(steps, d)
		}
		for _, h := range e.Headings {
			for _, m := range []kanzei.Moment{e.At, e.At - 1} {
				if st := b.book.Standing(h, m); st.Status == ledger.InForce && len(st.When) == 0 || st.Status == ledger.InForce && all(b.book.Products(&st.Provision, m)) {
					broad[d] = broad[d] || all(b.book.Products(&st.Provision, m))
				}
			}
		}
	}
	picked := map[kanzei.Day]bool{}
	n := stepsAhead
	past := steps
	if b.doc.Hindsight {
		n = stepsPast
		if i := slices.IndexFunc(steps, func(d kanzei.Day) bool { return d > b.req.Known }); i >= 0 {
			past = steps[:i]
		}
		if len(past) > 0 {
			picked[past[len(past)-1]] = true
		}
	} else if len(steps) > 0 {
		picked[steps[0]] = true
	}
	for _, only := range []bool{true, false} {
		for _, d := range past {
			if len(picked) < n && (broad[d] || !only) {
				picked[d] = true
			}
		}
	}
	var out []day
	if b.req.Before < b.req.On {
		out = append(out, day{"before", b.req.Before})
	}
	out = append(out, day{"now", b.req.On})
	name := "next"
	for _, d := range steps {
		if picked[d] {
			out = append(out, day{name, d})
			name = "later"
		}
	}
	return out
}

func (b *builder) exposure(flows *trade.Flows) error {
	partner, err := flows.Partner(b.req.Country)
	if err != nil {
		var p *kanzei.Problem
		if errors.As(err, &p) && p.Code == "trade.partner" {
			b.caveat(TradeCaveat, "trade", sentence(p.Msg)+"; the folder has no exposure.")
			return nil
		}
		return err
	}
	assume, err := trade.AssumptionNamed(b.req.Assume)
	if err != nil {
		return err
	}
	days := b.days()
	carry := trade.Carrier(b.engine.Schedule)
	states := make([]trade.State, len(days))
	assumed := make([]trade.State, len(days))
	carried := make([][][]kanzei.HTS, len(days)) // by line
	reference := b.reference()
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))
	errs := make([]error, len(days))
	b.engine.Schedule.Changes(0) // decode the designations once, before sharing
	for i, d := range days {
		if _, err := b.engine.Table(d.on, b.req.Known, 0); err != nil {
			return err
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = kanzei.Caught(func() error {
				r := &trade.EngineRater{Engine: b.engine, On: d.on, Known: b.req.Known, Reference: reference}
				plain, set := newMemo(r, len(partner.Lines)), newMemo(r, len(partner.Lines))
				carried[i] = make([][]kanzei.HTS, len(partner.Lines))
				for j, l := range partner.Lines {
					if l.HTS.Chapter() >= 98 {
						continue
					}
					carried[i][j] = carry(l.HTS, d.on)
					slices.Sort(carried[i][j])
					for _, h := range carried[i][j] {
						g := trade.Goods{HTS: h, Origin: b.req.Country, Line: l}
						o, err := plain.fill(g)
						if err != nil {
							return err
						}
						if o.Status == kanzei.Range {
							g.Content, g.ContentKnown = assume.Content(h)
						}
						if !g.ContentKnown {
							set.put(g, o)
						} else if _, err := set.fill(g); err != nil {
							return err
						}
					}
				}
				states[i] = trade.State{Name: d.name, On: d.on, Known: b.req.Known, Rater: plain}
				assumed[i] = trade.State{Name: d.name, On: d.on, Known: b.req.Known, Rater: set}
				return nil
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	at := make(map[kanzei.HTS]int, len(partner.Lines))
	for j, l := range partner.Lines {
		at[l.HTS] = j
	}
	opt := trade.Options{Top: -1, Digits: 8, Reference: reference,
		Carry: func(h kanzei.HTS, to kanzei.Day) []kanzei.HTS {
			i := slices.IndexFunc(days, func(d day) bool { return d.on == to })
			return carried[i][at[h]]
		}}
	var with *trade.Exposure
	var withErr error
	wg.Go(func() {
		o := opt
		o.Assumption = assume
		withErr = kanzei.Caught(func() (err error) { with, err = trade.Measure(partner, assumed, o); return err })
	})
	ranges, err := trade.Measure(partner, states, opt)
	wg.Wait()
	if err = errors.Join(err, withErr); err != nil {
		return err
	}
	b.fillExposure(partner, ranges, with, assume, flows.Source())
	return nil
}

// reference is the law of the year of the flows. It may be asked from several
// goroutines, and remembers.
func (b *builder) reference() trade.Rater {
	r := &trade.EngineRater{Engine: b.engine, On: kanzei.DayOf(trade.Year, 7, 1)}
	var mu sync.Mutex
	seen := map[kanzei.HTS]trade.Outcome{}
	return trade.RaterFunc(func(g trade.Goods) (trade.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		if o, ok := seen[g.HTS]; ok {
			return o, nil
		}
		o, err := r.Rate(g)
		var p *kanzei.Problem
		if errors.As(err, &p) { // a number of the other half of the year
			o, err = trade.Outcome{}, nil
		}
		seen[g.HTS] = o
		return o, err
	})
}

// A memo remembers outcomes in the order of the goods, so that states can be
// rated side by side and summed afterwards in that order.
type memo struct {
	rater trade.Rater
	goods []kanzei.HTS
	rated []trade.Outcome
	next  int
}

func newMemo(r trade.Rater, n int) *memo {
	return &memo{rater: r, goods: make([]kanzei.HTS, 0, n), rated: make([]trade.Outcome, 0, n)}
}

func (m *memo) put(g trade.Goods, o trade.Outcome) {
	m.goods, m.rated = append(m.goods, g.HTS), append(m.rated, o)
}

func (m *memo) fill(g trade.Goods) (trade.Outcome, error) {
	o, err := m.rater.Rate(g)
	if err == nil {
		m.put(g, o)
	}
	return o, err
}

func (m *memo) Rate(g trade.Goods) (trade.Outcome, error) {
	if m.next < len(m.goods) && m.goods[m.next] == g.HTS {
		m.next++
		return m.rated[m.next-1], nil
	}
	return m.rater.Rate(g)
}

// fillExposure turns measurements into rows.
func (b *builder) fillExposure(p trade.Partner, ranges, with *trade.Exposure, assume *trade.Assumption, src trade.Source) {
	x := &Exposure{Name: ranges.Name, Year: ranges.Year, ValueUSD: ranges.ValueUSD, Assumption: assume.Name, Assumptions: with.Assumptions, Source: src}
	for i := range ranges.States {
		r, w := &ranges.States[i], &with.States[i]
		mid := (w.AdditionalMinUSD + w.AdditionalMaxUSD) / 2
		x.States = append(x.States, State{Name: r.State, On: r.On, Totals: r.Amounts,
			AssumedUSD: mid, AssumedPct: share(mid, r.ValueUSD), AssumedMin: w.AdditionalMinUSD, AssumedMax: w.AdditionalMaxUSD,
			Answers: r.Answers, ObservedUSD: r.BaseObservedUSD})
		x.Coverage = append(x.Coverage, Carried{r.State, r.On, r.Coverage})
		for _, n := range r.Notes {
			s := n.Note + " (" + usd(n.ValueUSD) + " on " + r.On.String() + ")"
			if n.ValueUSD > 0 && r.State == "now" && len(x.Notes) < 5 {
				x.Notes = append(x.Notes, s)
			}
		}
	}
	x.Programs = b.programRows(ranges, with)
	x.Chapters = chapterRows(ranges, with)
	x.Products = productRows(ranges, with, b.req.Top)
	for i := range x.Chapters {
		x.Chapters[i].Name = b.chapterName(x.Chapters[i].Key)
	}
	for i := range x.Products {
		x.Products[i].Name = b.productName(kanzei.MustHTS(x.Products[i].Key))
	}
	x.Headings = b.weights(p)
	for _, l := range p.Lines {
		x.ObservedDutyUSD += l.DutyUSD
	}
	b.doc.Exposure = x
}

func share(part, whole int64) kanzei.Fraction {
	if whole == 0 {
		return 0
	}
	return kanzei.Fraction(kanzei.MulDiv(part, int64(kanzei.One), whole))
}

func (b *builder) programRows(ranges, with *trade.Exposure) []Row {
	rows := map[string]*Row{}
	for i := range ranges.States {
		for _, p := range ranges.States[i].Programs {
			r := rows[p.Program]
			if r == nil {
				r = &Row{Key: p.Program, Name: b.programTitle(p.Program, ranges.States[i].On.Open()), Cells: make([]Cell, len(ranges.States))}
				rows[p.Program] = r
			}
			w := with.States[i].Program(p.Program)
			r.ValueUSD = max(r.ValueUSD, p.HitUSD)
			r.Cells[i] = Cell{p.HitUSD, p.MinUSD, p.MaxUSD, p.MinPct, p.MaxPct, w.MinUSD, w.MaxUSD}
		}
	}
	return sorted(rows)
}

func most(r *Row) int64 {
	var m int64
	for _, c := range r.Cells {
		m = max(m, c.MaxUSD)
	}
	return m
}

func sorted(rows map[string]*Row) []Row {
	out := make([]Row, 0, len(rows))
	for _, r := range rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(x, y Row) int { return cmp.Or(cmp.Compare(most(&y), most(&x)), cmp.Compare(x.Key, y.Key)) })
	return out
}
