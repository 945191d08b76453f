// Package schedule holds the Harmonized Tariff Schedule of the United States
// by edition since 2018: official designations, units of quantity, column 1
// general and special rates, column 2 rates.
//
// A question names a code and a day. Load is cheap; designations are decoded
// when first asked for. Rates come as exact parts, see [ParseRate]; what a
// number cannot hold keeps its words.
//
//	s, err := schedule.Load()
//	line, err := s.Line(kanzei.MustHTS("8703.23.01"), on)
package schedule

import (
	"sort"
	"sync"
	"sync/atomic"

	"kanzei"
)

// A Schedule is the compiled edition, read-only and safe for concurrent use.
type Schedule struct {
	provenance string
	strings    []string
	units      [][]string
	tuples     []tuple
	codes      []kanzei.HTS
	index      []uint32 // code → first run; one more than codes
	runs       []run

	rates    []atomic.Pointer[kanzei.Rate] // by string id, parsed when asked
	specials []atomic.Pointer[[]Special]

	textOnce sync.Once
	text     *texts
	textErr  error
}

// A Line is what the schedule says of a code on a day. Its slices are shared:
// do not change them.
type Line struct {
	HTS              kanzei.HTS  `json:"hts"`   // the code asked
	Rated            kanzei.HTS  `json:"rated"` // the code of 8 or 10 digits whose row states the rate
	Units            []string    `json:"units"` // units of quantity to report, named by Unit; of the ten-digit number where it is known
	General          kanzei.Rate `json:"general"`
	Column2          kanzei.Rate `json:"column2"`
	Special          []Special   `json:"special"`
	Edition          string      `json:"edition"`                     // name of the edition that answers
	AdditionalDuties string      `json:"additional_duties,omitempty"` // as printed: safeguard duties of chapter 99 on agricultural lines
}

var load = sync.OnceValues(func() (*Schedule, error) { return decodeRates(ratesFile) })

// Load returns the embedded schedule; every call returns the same one.
func Load() (*Schedule, error) { return load() }

// Provenance says who published what this edition was compiled from, when, and
// why it may be copied. It is empty if the edition cannot be loaded.
func Provenance() string {
	s, err := Load()
	if err != nil {
		return ""
	}
	return s.provenance
}

// edition returns the index of the edition that answers on the day.
func edition(on kanzei.Day) (int, error) {
	if on < Start {
		return 0, &kanzei.Problem{Code: "date.coverage", Msg: "the schedule held begins on " + Start.String() + ", before that " + on.String() + " cannot be answered",
			Hint: "ask for " + Start.String() + " or later"}
	}
	return sort.Search(len(table), func(i int) bool { return table[i].From > on }) - 1, nil
}

// EditionAt returns which edition of [Calendar] answers on the day, the first
// for days before Start.
func EditionAt(on kanzei.Day) int {
	e, _ := edition(on)
	return e
}

// find returns the position of the code, or where it would be.
func (s *Schedule) find(h kanzei.HTS) (int, bool) {
	lo, hi := 0, len(s.codes)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if s.codes[m] < h {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < len(s.codes) && s.codes[lo] == h
}

// at returns the run of the code at position i in edition e, or nil.
func (s *Schedule) at(i, e int) *run {
	for k := s.index[i]; k < s.index[i+1]; k++ {
		if r := &s.runs[k]; int(r.from) <= e && e < int(r.to) {
			return r
		}
	}
	return nil
}

// row returns the run of a code in edition e, or nil.
func (s *Schedule) row(h kanzei.HTS, e int) *run {
	if i, ok := s.find(h); ok {
		return s.at(i, e)
	}
	return nil
}

// Line returns the line that governs the code, of 8 or 10 digits, on the day.
// Problems: "date.coverage" before Start, "hts.short" for fewer than 8 digits,
// "hts.unknown" for a code no edition has, "hts.not-on-day" for a code other
// editions have. The hint names codes that exist.
func (s *Schedule) Line(h kanzei.HTS, on kanzei.Day) (Line, error) {
	e, err := edition(on)
	if err != nil {
		return Line{}, err
	}
	if h.Digits() < 8 {
		return Line{}, s.short(h, e)
	}
	if l, ok := s.line(h, e); ok {
		return l, nil
	}
	return Line{}, s.unknown(h, e, on)
}

func (s *Schedule) line(h kanzei.HTS, e int) (Line, bool) {
	h8 := h.Parent(8)
	own := s.row(h, e)
	rated, from := own, h
	if h.Digits() == 10 {
		if own == nil {
			return Line{}, false
		}
		if own.tuple == 0 {
			if up := s.row(h8, e); up != nil && up.tuple != 0 {
				rated, from = up, h8
			}
		}
	} else if own == nil {
		if i := s.only(h, e); i >= 0 { // a line printed at ten digits only
			own = s.at(i, e)
			rated, from = own, s.codes[i]
		}
	}
	if own == nil {
		return Line{}, false
	}
	units := s.units[own.units]
	if len(units) == 0 && h.Digits() == 8 {
		units = s.commonUnits(h, e)
	}
	return s.build(h, from, units, rated, e), true
}

// Steady returns editions [from, to) around edition e for which Line answers the
// same for the code, but for the name of the edition. There may be more.
func (s *Schedule) Steady(h kanzei.HTS, e int) (from, to int) {
	own := s.row(h, e)
	if own == nil || h.Digits() != 10 && len(s.units[own.units]) == 0 {
		return e, e + 1
	}
	from, to = int(own.from), int(own.to)
	if h.Digits() == 10 && own.tuple == 0 {
		up := s.row(h.Parent(8), e)
		if up == nil {
			return e, e + 1
		}
		from, to = max(from, int(up.from)), min(to, int(up.to))
	}
	return from, to
}

// only returns the position of the ten-digit row that states the rate of an
// eight-digit line without a row of its own, -1 when there is none.
func (s *Schedule) only(h8 kanzei.HTS, e int) int {
	_, hi := h8.Range()
	for i, _ := s.find(h8); i < len(s.codes) && s.codes[i].Ten() < hi; i++ {
		if r := s.at(i, e); r != nil && r.tuple != 0 {
			return i
		}
	}
	return -1
}

func (s *Schedule) build(h, from kanzei.HTS, units []string, rated *run, e int) Line {
	l := Line{HTS: h, Rated: from, Units: units, Edition: table[e].Name}
	if rated.tuple != 0 {
		t := s.tuples[rated.tuple-1]
		l.General = *s.rate(t.general)
		l.Column2 = *s.rate(t.column2)
		l.Special = *s.special(t.special)
		l.AdditionalDuties = s.strings[t.additional]
	}
	return l
}

// commonUnits returns the units of the ten-digit numbers under an eight-digit
// line when all report the same.
func (s *Schedule) commonUnits(h8 kanzei.HTS, e int) []string {
	var units []string
	first := true
	_, hi := h8.Range()
	for i, _ := s.find(h8); i < len(s.codes) && s.codes[i].Ten() < hi; i++ {
		if s.codes[i].Digits() != 10 {
			continue
		}
		r := s.at(i, e)
		if r == nil {
			continue
		}
		if u := s.units[r.units]; first {
			units, first = u, false
		} else if !equal(u, units) {
			return nil
		}
	}
	return units
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (s *Schedule) rate(id uint32) *kanzei.Rate {
	if r := s.rates[id].Load(); r != nil {
		return r
	}
	r := ParseRate(s.strings[id])
	s.rates[id].Store(&r)
	return &r
}

func (s *Schedule) special(id uint32) *[]Special {
	if r := s.specials[id].Load(); r != nil {
		return r
	}
	r := ParseSpecial(s.strings[id])
	s.specials[id].Store(&r)
	return &r
}
