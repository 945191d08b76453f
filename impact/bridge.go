package impact

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"kanzei"
	"kanzei/trade"
)

// A line is imports of one code of the schedule of 2024 from one origin.
type line struct {
	code   int // place in Study.codes
	sector int // of the world; -1 where none makes the goods
	value  float64
	duty   float64 // calculated in 2024
}

// A source is an origin with the lines that stand for its trade.
type source struct {
	origin  kanzei.Origin
	economy int
	lines   []line

	once sync.Once
	paid []paid
	err  error
}

// Unmapped is trade that reaches no sector, in US dollars.
type Unmapped struct {
	SpecialUSD  float64 `json:"special_usd"`  // chapters 98 and 99
	ServicesUSD float64 `json:"services_usd"` // goods that no goods sector makes: art, electricity
	ChapterUSD  float64 `json:"chapter_usd"`  // chapters of a partner that no line stands for
	EconomyUSD  float64 `json:"economy_usd"`  // partners that the world has no account of
}

// Total is the sum.
func (u Unmapped) Total() float64 { return u.SpecialUSD + u.ServicesUSD + u.ChapterUSD + u.EconomyUSD }

// assumptions of the bridge, printed with every report.
var bridgeAssumptions = []string{
	"weights: US imports for consumption of 2024 at customs value; trade does not respond within a cell",
	"union-composition: a member of the European Union sends, chapter by chapter, what the Union does",
	"chapter-composition: a partner held by chapter only sends, chapter by chapter, what all partners held by line do",
	"cell-composition: where an economy sends nothing of a sector in 2024, what all partners send stands for it",
	"applied: metal content of bea-content; of the trade of Canada and Mexico the share that claimed USMCA; no other claim",
	"middle: where a duty hangs on facts not known, the middle of its bounds",
	"paid-2024: column 1 as paid in 2024; where a program of 2024 stands with all its exceptions, the part of its duty that quotas and exclusions left in 2024",
	"base-year: the world restated with the additional duties of its own year, spending shares kept",
}

// compose collects the lines of every partner, and what reaches no sector.
func (s *Study) compose() error {
	rs, err := runs()
	if err != nil {
		return err
	}
	at, err := sectorsOf(s.World)
	if err != nil {
		return err
	}
	economy := map[kanzei.Origin]int{}
	rest := -1
	for n, e := range s.World.Economies {
		if e.ISO3 == "ROW" {
			rest = n
		} else if o, err := kanzei.ParseOrigin(e.ISO3); err == nil {
			economy[o] = n
		}
	}
	place := func(h kanzei.HTS) int {
		if j, ok := at[sectorName(rs, h)]; ok {
			return j
		}
		return -1
	}
	// add turns lines of a partner into those of the study.
	add := func(o kanzei.Origin, all []line) {
		n, ok := economy[o]
		if !ok {
			n = rest
		}
		src := &source{origin: o, economy: n}
		for _, l := range all {
			s.TotalUSD += l.value
			if n < 0 {
				s.Unmapped.EconomyUSD += l.value
				continue
			}
			switch {
			case s.codes[l.code].Chapter() >= 98:
				s.Unmapped.SpecialUSD += l.value
				continue
			case l.sector < 0:
				s.Unmapped.ServicesUSD += l.value
				continue
			}
			src.lines = append(src.lines, l)
		}
		if n >= 0 {
			s.sources = append(s.sources, src)
		}
	}
	cut := func(p trade.Partner) []line {
		out := make([]line, len(p.Lines))
		for i, l := range p.Lines {
			k, ok := slices.BinarySearch(s.codes, l.HTS)
			if !ok {
				panic("impact: a line of a partner is not among those of all: " + l.HTS.String())
			}
			out[i] = line{k, place(l.HTS), float64(l.ValueUSD), float64(l.DutyUSD)}
		}
		return out
	}
	sum, err := s.Flows.World()
	if err != nil {
		return err
	}
	union, err := s.Flows.EuropeanUnion()
	if err != nil {
		return err
	}
	var partners []trade.Partner
	for _, p := range s.Flows.Partners() {
		if p.Lines > 0 {
			lines, err := s.Flows.Partner(p.Origin)
			if err != nil {
				return err
			}
			partners = append(partners, lines)
		}
	}
	for _, p := range append(slices.Clone(partners), sum, union) {
		for _, l := range p.Lines {
			s.codes = append(s.codes, l.HTS)
		}
	}
	slices.Sort(s.codes)
	s.codes = slices.Compact(s.codes)
	s.all = cut(sum)
	s.average = make([]float64, len(s.codes))
	for _, l := range s.all {
		if l.value > 0 {
			s.average[l.code] = l.duty / l.value
		}
	}
	all, eu := s.byChapter(s.all), s.byChapter(cut(union))
	for _, p := range partners {
		add(p.Origin, cut(p))
	}
	for _, p := range s.Flows.Partners() {
		if p.Lines > 0 {
			continue
		}
		model := &all
		if trade.EUMember(p.Origin) {
			model = &eu
		}
		full, err := s.Flows.Summary(p.Origin)
		if err != nil {
			return err
		}
		var lines []line
		for _, c := range full.Chapters {
			total := 0.0
			for _, l := range model[c.Chapter] {
				total += l.value
			}
			if total == 0 {
				s.TotalUSD += float64(c.ValueUSD)
				s.Unmapped.ChapterUSD += float64(c.ValueUSD)
				continue
			}
			for _, l := range model[c.Chapter] {
				f := l.value / total
				lines = append(lines, line{l.code, l.sector, float64(c.ValueUSD) * f, float64(c.DutyUSD) * f})
			}
		}
		add(p.Origin, lines)
	}
	slices.SortFunc(s.sources, func(a, b *source) int { return cmp.Compare(a.origin, b.origin) })
	return nil
}

func (s *Study) byChapter(lines []line) (out [100][]line) {
	for _, l := range lines {
		c := s.codes[l.code].Chapter()
		out[c] = append(out[c], l)
	}
	return out
}

// A Cell is a sector of an economy's exports to the United States under a law.
type Cell struct {
	ValueUSD       float64 // of the lines that stand for it; zero where another composition does
	Base           float64 // column 1 as paid, share of value
	Additional     float64 // what the law adds
	Low, High      float64 // bounds of Additional where it hangs on facts not known
	Spread         float64 // standard deviation of Additional over the value within the cell
	RangeUSD       float64 // value on which Additional hangs on facts not known
	UnsupportedUSD float64 // value on which no duty could be computed; none is counted
}

// Rates are the cells of a law, by sector and economy: [j*N+n].
type Rates struct {
	N, J     int
	Cells    []Cell
	Programs map[kanzei.Origin]map[string]float64 // additional duty by program, USD, middle of bounds
}

// At returns the cell of sector j and economy n.
func (r *Rates) At(j, n int) *Cell { return &r.Cells[j*r.N+n] }

// Rates rates every line of trade under a law. What an origin pays under a part
// of the law is computed once.
func (s *Study) Rates(l *Law) (*Rates, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rates(l)
}

func (s *Study) rates(l *Law) (*Rates, error) {
	w := s.World
	r := &Rates{N: w.N, J: w.J, Cells: make([]Cell, w.N*w.J), Programs: map[kanzei.Origin]map[string]float64{}}
	total := make([]sums, w.N*w.J)
	tallies, err := s.tallies(l)
	if err != nil {
		return nil, err
	}
	for i := range s.sources {
		src, t := s.sources[i], tallies[i]
		r.Programs[src.origin] = t.programs
		for j := range t.sectors {
			total[j*w.N+src.economy].add(&t.sectors[j])
		}
	}
	// Cells without trade take what all partners send.
	for n := range w.Economies {
		if n == s.us {
			continue
		}
		var stand []sums
		for j := range w.Sectors {
			c := &total[j*w.N+n]
			if c.value > 0 || !w.Sectors[j].Goods {
				continue
			}
			if stand == nil {
				if stand, err = s.stand(l, n); err != nil {
					return nil, err
				}
			}
			*c = stand[j]
			c.value = -c.value // stands for another's
		}
	}
	for i := range total {
		c, v := &total[i], math.Abs(total[i].value)
		if v == 0 {
			continue
		}
		x := &r.Cells[i]
		x.Base, x.Additional, x.Low, x.High = c.base/v, c.mid/v, c.low/v, c.high/v
		x.Spread = math.Sqrt(max(0, c.square/v-x.Additional*x.Additional))
		if c.value > 0 {
			x.ValueUSD, x.RangeUSD, x.UnsupportedUSD = v, c.open, c.unsupported
		}
	}
	return r, nil
}

// stand is what all partners send, rated as goods of an economy.
func (s *Study) stand(l *Law, n int) ([]sums, error) {
	o, err := kanzei.ParseOrigin(s.World.Economies[n].ISO3)
	if err != nil {
		o = s.neutral // the rest of the world: an origin under the general rules
	}
	s.tallied.Lock()
	src := s.stands[o]
	if src == nil {
		src = &source{origin: o, economy: n, lines: s.goods()}
		s.stands[o] = src
	}
	s.tallied.Unlock()
	t, err := s.tally(src, l.of(o))
	if err != nil {
		return nil, err
	}
	return t.sectors, nil
}

// goods are the lines of all partners that reach a sector.
func (s *Study) goods() []line {
	return slices.DeleteFunc(slices.Clone(s.all), func(l line) bool { return l.sector < 0 || s.codes[l.code].Chapter() >= 98 })
}

// A Line is imports of a code of the schedule of 2024 that stand in a cell. Its
// share of the cell is ValueUSD over that of [Rates.At].
type Line struct {
	HTS      kanzei.HTS
	Sector   int // of the world
	Economy  int
	ValueUSD float64
}

// Lines returns the lines that stand for the trade of an origin, ascending by
// code within how they were composed; none for an origin without trade.
func (s *Study) Lines(o kanzei.Origin) []Line {
	i, ok := slices.BinarySearchFunc(s.sources, o, func(src *source, o kanzei.Origin) int { return cmp.Compare(src.origin, o) })
	if !ok {
		return nil
	}
	src := s.sources[i]
	out := make([]Line, len(src.lines))
	for k, l := range src.lines {
		out[k] = Line{s.codes[l.code], l.sector, src.economy, l.value}
	}
	return out
}
