// Package sample draws files of entries for tests and measurements: goods and
// origins as in the imports of 2024, days of 2018 to 2026, entries of one to
// six lines, and the facts that files carry now and then. The same seed gives
// the same file. Nothing in it is a real entry.
package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"kanzei"
	"kanzei/duty"
	"kanzei/entries"
	"kanzei/schedule"
	"kanzei/table"
	"kanzei/trade"
)

// Fields are the columns drawn.
var Fields = []table.Field{
	{Name: "id", Required: true},
	{Name: "entry_id", Required: true},
	{Name: "hts", Required: true},
	{Name: "origin", Required: true},
	{Name: "entry_date", Kind: table.Date, Required: true},
	{Name: "value_usd", Kind: table.Decimal, Scale: 2, Required: true},
	{Name: "quantity", Kind: table.Decimal, Scale: 2},
	{Name: "unit"},
	{Name: "loaded_date", Kind: table.Date},
	{Name: "export_date", Kind: table.Date},
	{Name: "mode", Kind: table.Int},
	{Name: "spi"},
	{Name: "us_content_pct", Kind: table.Decimal, Scale: 2},
	{Name: "steel_pct", Kind: table.Decimal, Scale: 2},
	{Name: "aluminum_pct", Kind: table.Decimal, Scale: 2},
	{Name: "copper_pct", Kind: table.Decimal, Scale: 2},
	{Name: "metal_weight_pct", Kind: table.Decimal, Scale: 2},
	{Name: "melt_pour_country"},
	{Name: "smelt_cast_country"},
	{Name: "flags"},
	{Name: "liquidation_status"},
	{Name: "payment_date", Kind: table.Date},
	{Name: "assessed_usd", Kind: table.Decimal, Scale: 2},
	{Name: "importer"},
}

// A Source draws rows.
type Source struct {
	rng      *rand.Rand
	schedule *schedule.Schedule
	flags    []string
	excludes map[string][]string // flag → flags of which goods do not have both
	pairs    []pair
	sums     []float64
	carried  map[carryKey]kanzei.HTS
	opened   int // entries
	rows     int
	total    int // rows to come in the order of their days; 0: days at random
	left     int // lines of the entry at hand
	entry    header
	last     pair
}

type pair struct {
	origin kanzei.Origin
	hts    kanzei.HTS
}

type carryKey struct {
	hts     kanzei.HTS
	edition int
}

// A header is what the lines of an entry share.
type header struct {
	id       string
	date     kanzei.Day
	mode     int
	origin   kanzei.Origin
	importer string
}

// First and Last bound the days drawn.
var First, Last = kanzei.DayOf(2018, 1, 2), kanzei.DayOf(2026, 9, 28)

// New returns a source over the engine's law and the embedded imports. The rows
// of a file of so many come about in the order of their days, as files do that
// are kept up day by day; with a total of zero days come at random.
func New(e *duty.Engine, seed uint64, total int) (*Source, error) {
	flows, err := trade.Load()
	if err != nil {
		return nil, err
	}
	s := &Source{total: total, rng: rand.New(rand.NewPCG(seed, 0x6b616e7a6569)), schedule: e.Schedule, carried: map[carryKey]kanzei.HTS{}, excludes: map[string][]string{}}
	for _, f := range e.Facts() {
		s.flags = append(s.flags, f.Flag)
		s.excludes[f.Flag] = f.Not
		if f.Needed {
			s.flags = append(s.flags, "not-"+f.Flag)
		}
	}
	sum := 0.0
	for _, o := range kanzei.Origins() {
		p, err := flows.Partner(o)
		if err != nil || len(p.Lines) == 0 {
			continue // no imports
		}
		for _, l := range p.Lines {
			if l.ValueUSD <= 0 {
				continue
			}
			sum += math.Pow(float64(l.ValueUSD), 0.6) // small flows come in small shipments
			s.pairs = append(s.pairs, pair{o, l.HTS})
			s.sums = append(s.sums, sum)
		}
	}
	// Origins without imports are drawn too, on goods of others.
	some := len(s.pairs)
	for _, o := range kanzei.Origins() {
		for range 20 {
			sum += s.sums[some-1] / 400000
			s.pairs = append(s.pairs, pair{o, s.pairs[s.rng.IntN(some)].hts})
			s.sums = append(s.sums, sum)
		}
	}
	return s, nil
}

func (s *Source) chance(p float64) bool { return s.rng.Float64() < p }

// EntryNumber returns the n-th entry number of a filer.
func EntryNumber(filer string, n int) string {
	d := fmt.Sprintf("%s%07d", filer, n%10_000_000)
	return d + string(entries.CheckDigit(d))
}

func (s *Source) open() {
	r := s.rng
	s.opened++
	filers := []string{"ABC", "9K1", "X07", "M42", "231"}
	half := kanzei.DayOf(2025, 1, 1) // seven rows in ten are of 2025 and 2026
	x := r.Float64()
	if s.total > 0 {
		x = float64(s.rows)/float64(s.total) + 0.004*r.NormFloat64()
	}
	var h header
	if x = min(max(x, 0), 0.999999); x < 0.3 {
		h.date = First + kanzei.Day(x/0.3*float64(half-First))
	} else {
		h.date = half + kanzei.Day((x-0.3)/0.7*float64(Last-half+1))
	}
	h.id = EntryNumber(filers[s.opened%len(filers)], s.opened/len(filers)+1)
	h.importer = fmt.Sprintf("IMP-%05d", int(20000*math.Pow(r.Float64(), 3)))
	p := s.pair()
	h.origin = p.origin
	switch h.origin {
	case kanzei.MustOrigin("CA"), kanzei.MustOrigin("MX"):
		h.mode = []int{30, 30, 30, 31, 21, 11, 40}[r.IntN(7)]
	default:
		h.mode = []int{11, 11, 11, 10, 40, 40, 41, 50}[r.IntN(8)]
	}
	s.entry, s.last = h, p
	s.left = 1
	for s.left < 6 && s.chance(0.55) {
		s.left++
	}
}

func (s *Source) pair() pair {
	x := s.rng.Float64() * s.sums[len(s.sums)-1]
	return s.pairs[sort.SearchFloat64s(s.sums, x)]
}

// on returns the number of the day that stands for a number of 2024.
func (s *Source) on(h kanzei.HTS, day kanzei.Day) kanzei.HTS {
	k := carryKey{h, schedule.EditionAt(day)}
	c, ok := s.carried[k]
	if !ok {
		from := kanzei.DayOf(2024, 12, 31)
		if _, err := s.schedule.Line(h, from); err != nil {
			from = kanzei.DayOf(2024, 1, 1)
		}
		if next := s.schedule.Carry(h, from, day); len(next) > 0 {
			c = next[int(h.Ten())%len(next)].HTS
		}
		s.carried[k] = c
	}
	return c
}

// Fill replaces a batch by the next n rows, with the share bad of rows that
// cannot be read.
func (s *Source) Fill(b *table.Batch, n int, bad float64) {
	if b.Columns == nil {
		b.Columns = make([]table.Column, len(Fields))
	}
	for i := range b.Columns {
		b.Columns[i].Reset(&Fields[i])
	}
	b.Rows, b.Number = n, b.Number[:0]
	for range n {
		s.row(b, bad)
		b.Number = append(b.Number, int64(s.rows))
	}
}

func (s *Source) row(b *table.Batch, bad float64) {
	r := s.rng
	var h kanzei.HTS
	for h == 0 {
		if s.left == 0 {
			s.open()
		}
		p := s.last
		if s.left > 1 && s.chance(0.7) {
			for range 8 {
				if p = s.pair(); p.origin == s.entry.origin {
					break
				}
			}
		}
		s.left--
		s.last = p
		h = s.on(p.hts, s.entry.date)
	}
	s.rows++
	origin := s.last.origin
	c := b.Columns
	k := 0
	text := func(t string) { c[k].Text.Add([]byte(t)); k++ }
	number := func(v int64, known bool) {
		if Fields[k].Required {
			c[k].Ints = append(c[k].Ints, v)
		} else {
			c[k].Ints = append(c[k].Ints, v)
			c[k].Null = append(c[k].Null, !known)
		}
		k++
	}
	wrong := s.chance(bad)
	text(fmt.Sprintf("R%09d", s.rows))
	text(s.entry.id)
	code := h.Compact()
	switch {
	case wrong:
		code = "0000.00.00.00"
	case s.chance(0.02):
		code = h.Parent(8).String()
	case s.chance(0.5):
		code = h.String()
	}
	text(code)
	if s.chance(0.02) {
		text(origin.ISO3())
	} else {
		text(origin.String())
	}
	number(int64(s.entry.date), true)
	dollars := math.Exp(9+1.6*r.NormFloat64()) + 1
	cents := int64(min(dollars, 5e7)) * 100
	if s.chance(0.2) {
		cents += int64(r.IntN(100))
	}
	number(cents, true)
	line, err := s.schedule.Line(h, s.entry.date)
	specific := err == nil && (line.General.Kind == kanzei.Specific || line.General.Kind == kanzei.Compound)
	quantity := s.chance(0.5) || specific && s.chance(0.9)
	number((1+int64(math.Exp(5+1.5*r.NormFloat64())))*100, quantity)
	if quantity && err == nil && len(line.Units) > 0 && s.chance(0.3) {
		text(line.Units[0])
	} else {
		text("")
	}
	number(int64(s.entry.date)-int64(5+r.IntN(40)), s.chance(0.1))
	number(int64(s.entry.date)-int64(5+r.IntN(45)), s.chance(0.4))
	number(int64(s.entry.mode), s.chance(0.97))
	text(s.program(origin, &line))
	chapter := h.Chapter()
	metal := slices.Contains([]int{72, 73, 74, 76, 84, 85, 87, 94}, chapter)
	declared := metal && s.chance(0.15)
	number(int64(r.IntN(60))*100, s.chance(0.01))
	steel := int64(r.IntN(101))
	aluminum := int64(r.IntN(int(101 - steel)))
	number(steel*100, declared)
	number(aluminum*100, declared && s.chance(0.8))
	number(int64(r.IntN(int(101-steel-aluminum)))*100, declared && s.chance(0.5))
	number(int64(r.IntN(101))*100, metal && s.entry.date >= kanzei.DayOf(2026, 4, 1) && s.chance(0.3))
	some := []string{"US", "US", "JP", "KR", "CA", "CN", "DE"}
	text(map[bool]string{true: some[r.IntN(len(some))]}[(chapter == 72 || chapter == 73) && s.chance(0.2)])
	text(map[bool]string{true: some[r.IntN(len(some))]}[chapter == 76 && s.chance(0.2)])
	flags := ""
	if s.chance(0.04) && len(s.flags) > 0 {
		flags = s.flags[r.IntN(len(s.flags))]
		if s.chance(0.2) {
			if more := s.flags[r.IntN(len(s.flags))]; s.together(flags, more) {
				flags += ";" + more
			}
		}
	}
	text(flags)
	status := "unliquidated"
	if s.entry.date < kanzei.DayOf(2025, 10, 1) {
		status = "liquidated"
	}
	text(status)
	number(int64(s.entry.date)+10, true)
	number(cents/10, s.chance(0.02))
	text(s.entry.importer)
}

// together reports whether goods can have both flags.
func (s *Source) together(a, b string) bool {
	return a != "not-"+b && b != "not-"+a && !slices.Contains(s.excludes[a], b) && !slices.Contains(s.excludes[b], a)
}

// program draws a special program that the origin may claim on the line.
func (s *Source) program(o kanzei.Origin, line *schedule.Line) string {
	want := o.String()
	p := 0.5
	if want == "CA" || want == "MX" {
		want = "S"
		p = 0.45
	}
	if !s.chance(p) {
		return ""
	}
	for _, sp := range line.Special {
		if slices.Contains(sp.Programs, want) {
			return want
		}
	}
	return ""
}
