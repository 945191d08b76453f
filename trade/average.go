package trade

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/panel"
	"kanzei/schedule"
)

// By says what average rates are told apart by. Day and Month exclude each
// other; without one the average is over all days of the panel.
type By struct {
	Origin, Program, Sector, Day, Month bool
}

// An Average is the average rate of a group: duty over the customs value rated,
// both by the imports of the year of the flows. Where facts that nobody assumes
// decide, it lies between bounds.
type Average struct {
	Day     kanzei.Day       `json:"day,omitzero"`
	Month   string           `json:"month,omitempty"`
	Origin  string           `json:"origin,omitempty"` // EU is the European Union, which has lines as a whole only
	Sector  string           `json:"sector,omitempty"` // section of the nomenclature
	Program string           `json:"program,omitempty"`
	Rated   int64            `json:"rated_usd"` // customs value of the lines rated
	Rate    *kanzei.Fraction `json:"rate_pct"`  // null where the bounds differ
	Min     kanzei.Fraction  `json:"rate_min_pct"`
	Max     kanzei.Fraction  `json:"rate_max_pct"`
}

// Averages are the average rates of a panel.
type Averages struct {
	From        kanzei.Day `json:"from"`
	Until       kanzei.Day `json:"until"` // exclusive
	Known       kanzei.Day `json:"known"`
	Horizon     kanzei.Day `json:"horizon"`
	Assumptions string     `json:"assumptions"`
	Year        int        `json:"year"`
	Source      Source     `json:"source"`
	Notes       []string   `json:"notes"`
	// Customs value of the origins averaged, and what of it is not rated on the last day.
	ValueUSD    int64     `json:"value_usd"`
	SpecialUSD  int64     `json:"chapters_98_99_usd"`
	UnmappedUSD int64     `json:"unmapped_usd"`
	NoAnswerUSD int64     `json:"unsupported_usd"`
	Rows        []Average `json:"rows"`
}

// sections are the sections of the Harmonized System by their last chapter.
var sections = []struct {
	last int
	name string
}{
	{5, "I live animals and animal products"}, {14, "II vegetable products"}, {15, "III fats and oils"}, {24, "IV prepared foodstuffs, beverages, tobacco"},
	{27, "V mineral products"}, {38, "VI chemicals"}, {40, "VII plastics and rubber"}, {43, "VIII hides, leather, furs"}, {46, "IX wood"}, {49, "X pulp, paper, print"},
	{63, "XI textiles"}, {67, "XII footwear, headgear"}, {70, "XIII stone, ceramics, glass"}, {71, "XIV pearls, precious stones and metals"}, {83, "XV base metals"},
	{85, "XVI machinery and electrical equipment"}, {89, "XVII vehicles, aircraft, vessels"}, {92, "XVIII instruments, clocks"}, {93, "XIX arms"}, {96, "XX miscellaneous manufactures"}, {97, "XXI works of art"},
}

func section(h kanzei.HTS) int {
	return slices.IndexFunc(sections, func(s struct {
		last int
		name string
	}) bool {
		return h.Chapter() <= s.last
	})
}

// Average averages the rates of a panel over the imports of the flows: over all
// partners of which lines are held, or those named; zero is the European Union.
// Codes are carried from the year of the flows to each day, see [Carrier]. Where
// the base rate is levied by quantity, what was collected in the year of the
// flows stands for it, less the additional duties of the reference law.
func (f *Flows) Average(p *panel.Panel, s *schedule.Schedule, reference func() Rater, by By, origins ...kanzei.Origin) (*Averages, error) {
	if by.Day && by.Month {
		return nil, &kanzei.Problem{Code: "trade.by", Msg: "day and month exclude each other"}
	}
	partners, err := f.averaged(origins)
	if err != nil {
		return nil, err
	}
	g := &averager{panel: p, by: by, days: append(p.Days(), p.Until), at: map[kanzei.Day]int{}, code: map[kanzei.HTS]int{}, programs: append([]string{"total", "mfn"}, p.Programs()...)}
	for i, d := range g.days {
		g.at[d] = i
	}
	for i, h := range p.Codes() {
		g.code[h] = i
	}
	g.carry(s, partners)
	tallies := make([]*tallied, len(partners))
	errs := make([]error, len(partners))
	next := make(chan int, len(partners))
	for i := range partners {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				tallies[i], errs[i] = g.partner(&partners[i], reference())
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return g.result(f, partners, tallies), nil
}

func (f *Flows) averaged(origins []kanzei.Origin) ([]Partner, error) {
	var out []Partner
	add := func(p Partner, err error) error {
		if err == nil {
			out = append(out, p)
		}
		return err
	}
	if len(origins) > 0 {
		for _, o := range origins {
			var err error
			if o == 0 {
				err = add(f.EuropeanUnion())
			} else {
				err = add(f.Partner(o))
			}
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if f.eu >= 0 {
		if err := add(f.EuropeanUnion()); err != nil {
			return nil, err
		}
	}
	for _, s := range f.Partners() {
		if s.Lines > 0 && !(f.eu >= 0 && EUMember(s.Origin)) {
			if err := add(f.Partner(s.Origin)); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(out, func(a, b Partner) int { return cmp.Compare(partnerCode(&a), partnerCode(&b)) })
	return out, nil
}

func partnerCode(p *Partner) string {
	if p.Origin == 0 {
		return "EU"
	}
	return p.Origin.String()
}

// An averager averages; days are the first days of stretches, and the end.
type averager struct {
	panel    *panel.Panel
	by       By
	days     []kanzei.Day
	at       map[kanzei.Day]int
	code     map[kanzei.HTS]int
	programs []string // "total" and "mfn" first
	editions []int    // stretch → place in carried
	carried  []map[kanzei.HTS][]kanzei.HTS
}

// carry carries the codes of all partners to the editions of the days.
func (g *averager) carry(s *schedule.Schedule, partners []Partner) {
	codes := map[kanzei.HTS]bool{}
	for i := range partners {
		for _, l := range partners[i].Lines {
			if l.HTS.Chapter() < 98 {
				codes[l.HTS] = true
			}
		}
	}
	last := -1
	var on []kanzei.Day
	for _, d := range g.days[:len(g.days)-1] {
		if e := schedule.EditionAt(d); e != last {
			last = e
			on = append(on, d)
		}
		g.editions = append(g.editions, len(on)-1)
	}
	g.carried = make([]map[kanzei.HTS][]kanzei.HTS, len(on))
	s.Changes(0) // decode the designations once, before sharing
	carry := Carrier(s)
	var wg sync.WaitGroup
	next := make(chan int, len(on))
	for i := range on {
		next <- i
	}
	close(next)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				m := make(map[kanzei.HTS][]kanzei.HTS, len(codes))
				for h := range codes {
					to := carry(h, on[i])
					if len(to) > 1 {
						to = slices.Compact(slices.Sorted(slices.Values(to)))
					}
					m[h] = to
				}
				g.carried[i] = m
			}
		})
	}
	wg.Wait()
}

// tallied are the sums of a partner: how they change from one stretch to the
// next, by section and program, in 1e-4 US dollars. The sums of section i and
// program j are at (i·programs + j).
type tallied struct {
	rated                       [][]int64 // section → stretch
	min, max                    [][]int64 // section and program → stretch
	special, unmapped, noAnswer []int64   // stretch
}

func (g *averager) partner(p *Partner, reference Rater) (*tallied, error) {
	n := len(g.days)
	lists := func(k int) [][]int64 {
		out := make([][]int64, k)
		for i := range out {
			out[i] = make([]int64, n)
		}
		return out
	}
	groups := len(sections) * len(g.programs)
	t := &tallied{rated: lists(len(sections)), min: lists(groups), max: lists(groups), special: make([]int64, n), unmapped: make([]int64, n), noAnswer: make([]int64, n)}
	origin := cmp.Or(p.Origin, kanzei.MustOrigin("DE"))
	program := map[string]int{}
	for i, name := range g.programs {
		program[name] = i
	}
	add := func(list []int64, from, to int, v int64) {
		list[from] += v
		list[to] -= v
	}
	for _, l := range p.Lines {
		v := l.ValueUSD * int64(kanzei.Dollar)
		if l.HTS.Chapter() >= 98 {
			add(t.special, 0, n-1, v)
			continue
		}
		sector := section(l.HTS)
		for from := 0; from < n-1; {
			codes := g.carried[g.editions[from]][l.HTS]
			to := from + 1
			for to < n-1 && (g.editions[to] == g.editions[to-1] || slices.Equal(g.carried[g.editions[to]][l.HTS], codes)) {
				to++
			}
			rated := int64(0)
			for i, h := range codes {
				at, ok := g.code[h]
				if !ok {
					continue
				}
				part := v / int64(len(codes))
				if int64(i) < v%int64(len(codes)) {
					part++
				}
				rated += part
				first, end := g.days[from], g.days[to]
				for r := range g.panel.RowsOf(at, origin) {
					a, b := max(r.From, first), min(r.Until, end)
					if a >= b {
						continue
					}
					lo, hi := g.at[a], g.at[b]
					c := *r.Cell
					if c.Base.Open && l.ValueUSD > 0 {
						usd, err := baseOf(l, origin, reference)
						if err != nil {
							return nil, err
						}
						if c, err = g.panel.Observed(h, origin, a, average(usd, l.ValueUSD)); err != nil {
							return nil, err
						}
					}
					if c.Status == kanzei.Unsupported || c.Status == kanzei.Banned {
						add(t.noAnswer, lo, hi, part)
						continue
					}
					add(t.rated[sector], lo, hi, part)
					put := func(j int, least, most kanzei.Fraction) {
						k := sector*len(g.programs) + j
						add(t.min[k], lo, hi, shareOfMoney(part, least))
						add(t.max[k], lo, hi, shareOfMoney(part, most))
					}
					put(0, c.Total.Min, c.Total.Max)
					put(1, c.Base.Min, c.Base.Max)
					for _, x := range c.Programs {
						put(program[x.Program], x.Min, x.Max)
					}
				}
			}
			if rated < v {
				add(t.unmapped, from, to, v-rated)
			}
			from = to
		}
	}
	for _, lists := range [][][]int64{t.rated, t.min, t.max, {t.special, t.unmapped, t.noAnswer}} {
		for _, x := range lists {
			for i := 1; i < n; i++ {
				x[i] += x[i-1]
			}
		}
	}
	return t, nil
}

func shareOfMoney(v int64, f kanzei.Fraction) int64 {
	return kanzei.MulDiv(v, int64(f), int64(kanzei.One))
}

// A group is what an average is of.
type group struct {
	origin  string
	sector  int // 1 and up; 0 all
	program int // place in programs
}

// result sums the tallies into groups and periods.
func (g *averager) result(f *Flows, partners []Partner, tallies []*tallied) *Averages {
	p := g.panel
	out := &Averages{From: p.From, Until: p.Until, Known: p.Known, Horizon: p.Horizon, Assumptions: p.Assumptions.Name, Year: Year, Source: f.Source()}
	type sums struct{ rated, min, max []int64 }
	groups := map[group]*sums{}
	n := len(g.days) - 1
	for i, t := range tallies {
		out.ValueUSD += partners[i].TotalUSD
		out.SpecialUSD += t.special[n-1] / int64(kanzei.Dollar)
		out.UnmappedUSD += t.unmapped[n-1] / int64(kanzei.Dollar)
		out.NoAnswerUSD += t.noAnswer[n-1] / int64(kanzei.Dollar)
		for s := range sections {
			for j := range g.programs {
				if j > 0 && !g.by.Program {
					continue
				}
				k := group{program: j}
				if g.by.Origin {
					k.origin = partnerCode(&partners[i])
				}
				if g.by.Sector {
					k.sector = s + 1
				}
				x := groups[k]
				if x == nil {
					x = &sums{make([]int64, n), make([]int64, n), make([]int64, n)}
					groups[k] = x
				}
				for d := range n {
					x.rated[d] += t.rated[s][d]
					x.min[d] += t.min[s*len(g.programs)+j][d]
					x.max[d] += t.max[s*len(g.programs)+j][d]
				}
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(strings.Compare(a.origin, b.origin), cmp.Compare(a.sector, b.sector), cmp.Compare(a.program, b.program))
	})
	// The periods: their stretches, with the days of each.
	type piece struct{ stretch, days int64 }
	type period struct {
		day    kanzei.Day
		month  string
		pieces []piece
	}
	var periods []period
	for s := range n {
		for d := g.days[s]; d < g.days[s+1]; d++ {
			last := len(periods) - 1
			switch month := d.Format("2006-01"); {
			case g.by.Day:
				periods = append(periods, period{d, "", []piece{{int64(s), 1}}})
				continue
			case last < 0 || g.by.Month && periods[last].month != month:
				if !g.by.Month {
					month = ""
				}
				periods = append(periods, period{0, month, []piece{{int64(s), 1}}})
				continue
			}
			x := &periods[last]
			if k := len(x.pieces) - 1; x.pieces[k].stretch == int64(s) {
				x.pieces[k].days++
			} else {
				x.pieces = append(x.pieces, piece{int64(s), 1})
			}
		}
	}
	for i := range periods {
		for _, k := range keys {
			x := groups[k]
			var rated, lo, hi, days int64
			for _, q := range periods[i].pieces { // in dollars where many days would not fit
				unit := int64(1)
				if !g.by.Day {
					unit = int64(kanzei.Dollar)
				}
				rated += x.rated[q.stretch] / unit * q.days
				lo += x.min[q.stretch] / unit * q.days
				hi += x.max[q.stretch] / unit * q.days
				days += q.days
			}
			if rated == 0 || k.program > 1 && hi == 0 {
				continue
			}
			a := Average{Day: periods[i].day, Month: periods[i].month, Origin: k.origin, Rated: rated / days}
			if g.by.Day {
				a.Rated /= int64(kanzei.Dollar)
			}
			if k.sector > 0 {
				a.Sector = sections[k.sector-1].name
			}
			if g.by.Program {
				a.Program = g.programs[k.program]
			}
			a.Min = kanzei.Fraction(kanzei.MulDiv(lo, int64(kanzei.One), rated))
			a.Max = kanzei.Fraction(kanzei.MulDiv(hi, int64(kanzei.One), rated))
			if a.Min == a.Max {
				a.Rate = &a.Min
			}
			out.Rows = append(out.Rows, a)
		}
	}
	out.Notes = []string{
		fmt.Sprintf("static: imports of %d, no response of trade to the duty; codes are carried to each day, a code with several successors in equal parts", Year),
		"rates by quantity: the duty of the year of the flows over its value, less additional duties, stands for the base rate",
		"value of chapters 98 and 99, without a successor, or without an answer is neither in the duty nor in the value",
		"the European Union is rated as Germany; partners of which only sums by chapter are held are left out",
	}
	return out
}
