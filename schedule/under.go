package schedule

import (
	"fmt"
	"iter"
	"strings"

	"kanzei"
)

// Under yields the rated lines under a code of any length, in the order of the
// schedule. The zero code means the whole schedule; chapters 98 and 99 are
// part of it. Before Start it yields nothing.
func (s *Schedule) Under(prefix kanzei.HTS, on kanzei.Day) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		e, err := edition(on)
		if err != nil {
			return
		}
		s.under(prefix, e, func(i int, r *run) bool {
			if r.tuple == 0 {
				return true
			}
			h := s.codes[i]
			units := s.units[r.units]
			if len(units) == 0 && h.Digits() == 8 {
				units = s.commonUnits(h, e)
			}
			return yield(s.build(h, h, units, r, e))
		})
	}
}

// under calls f for the rows under prefix in edition e until it returns false.
func (s *Schedule) under(prefix kanzei.HTS, e int, f func(i int, r *run) bool) {
	i, hi := 0, uint64(1e10)
	if prefix != 0 {
		var lo uint64
		lo, hi = prefix.Range()
		i, _ = s.find(kanzei.HTSFromTen(lo, 2))
	}
	for ; i < len(s.codes) && s.codes[i].Ten() < hi; i++ {
		if prefix != 0 && s.codes[i] < prefix {
			continue
		}
		if r := s.at(i, e); r != nil && !f(i, r) {
			return
		}
	}
}

// Codes yields the ten-digit numbers valid on the day, those of unbroken lines
// (ending in 00) included. A line of chapters 98 and 99 that the schedule
// prints at eight digits without a breakout has no ten-digit number.
func (s *Schedule) Codes(on kanzei.Day) iter.Seq[kanzei.HTS] { return s.CodesUnder(0, on) }

// CodesUnder yields the ten-digit numbers of Codes under a code of any length.
func (s *Schedule) CodesUnder(prefix kanzei.HTS, on kanzei.Day) iter.Seq[kanzei.HTS] {
	return func(yield func(kanzei.HTS) bool) {
		e, err := edition(on)
		if err != nil {
			return
		}
		s.under(prefix, e, func(i int, _ *run) bool {
			return s.codes[i].Digits() != 10 || yield(s.codes[i])
		})
	}
}

// sample lists up to n codes of at least 8 digits under h in edition e:
// the rated lines, or the ten-digit numbers.
func (s *Schedule) sample(h kanzei.HTS, e, n int, ten bool) string {
	var out []string
	more := 0
	s.under(h, e, func(i int, r *run) bool {
		c := s.codes[i]
		if ten && c.Digits() != 10 || !ten && r.tuple == 0 {
			return true
		}
		if len(out) < n {
			out = append(out, c.String())
		} else {
			more++
		}
		return true
	})
	if more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

func (s *Schedule) short(h kanzei.HTS, e int) error {
	p := &kanzei.Problem{Code: "hts.short", Msg: fmt.Sprintf("%s has %d digits; a rate of duty stands on 8 or 10", h, h.Digits())}
	if list := s.sample(h, e, 8, false); list != "" {
		p.Hint = "lines under it: " + list
		return p
	}
	return &kanzei.Problem{Code: "hts.unknown", Msg: fmt.Sprintf("no line of the schedule begins with %s", h), Hint: s.near(h, e)}
}

func (s *Schedule) unknown(h kanzei.HTS, e int, on kanzei.Day) error {
	if span := s.span(h); span != "" {
		return &kanzei.Problem{Code: "hts.not-on-day", Msg: fmt.Sprintf("%s is not in the schedule on %s; it is %s", h, on, span), Hint: s.near(h, e)}
	}
	return &kanzei.Problem{Code: "hts.unknown", Msg: fmt.Sprintf("%s is not in the schedule", h), Hint: s.near(h, e)}
}

// near names codes of edition e close to h.
func (s *Schedule) near(h kanzei.HTS, e int) string {
	if h.Digits() == 10 {
		if list := s.sample(h.Parent(8), e, 8, true); list != "" {
			return "under " + h.Parent(8).String() + ": " + list
		}
	}
	for _, n := range []int{6, 4, 2} {
		if h.Digits() <= n {
			continue
		}
		if list := s.sample(h.Parent(n), e, 8, false); list != "" {
			return "under " + h.Parent(n).String() + ": " + list
		}
	}
	return "search by words to find the line"
}

// span says on which days a code is in the schedule: "valid 2018-01-01 to
// 2022-01-26"; "" when never.
func (s *Schedule) span(h kanzei.HTS) string {
	i, ok := s.find(h)
	if !ok && (h.Digits() != 8 || i == len(s.codes) || !h.Contains(s.codes[i])) {
		return ""
	}
	var parts []string
	for k := s.index[i]; k < s.index[i+1]; {
		from, to := s.runs[k].from, s.runs[k].to
		for k++; k < s.index[i+1] && s.runs[k].from == to; k++ {
			to = s.runs[k].to
		}
		if int(to) == len(table) {
			parts = append(parts, "from "+table[from].From.String())
		} else {
			parts = append(parts, table[from].From.String()+" to "+(table[to].From-1).String())
		}
	}
	return "valid " + strings.Join(parts, " and ")
}
