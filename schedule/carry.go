package schedule

import (
	"sort"

	"kanzei"
)

// A Successor is a number that stands on one day for a number of another day.
type Successor struct {
	HTS kanzei.HTS `json:"hts"`
	How string     `json:"how"` // "same number", "transferred …", "same 8-digit line", "same 6-digit subheading"
}

// A Change is one entry of a change record: trade of Old is reported under New
// from Day on.
type Change struct {
	Old, New kanzei.HTS
	Day      kanzei.Day
	Source   string
}

// Changes returns the recorded transfers of statistical numbers that name the
// code, or a number under it, by day. Records are held from July 2025; older
// changes show only in the editions.
func (s *Schedule) Changes(h kanzei.HTS) []Change {
	var out []Change
	t := s.texts()
	for _, r := range t.relations {
		if h.Contains(r.old) || h.Contains(r.new) {
			out = append(out, Change{r.old, r.new, r.day, t.strings[r.source]})
		}
	}
	return out
}

// Carry names the ten-digit numbers that on day to stand for the number h of
// day from: by recorded transfers; else the same number; else the numbers that
// are new under its 8-digit line, or all of them; else those under its 6-digit
// subheading; else none. Carrying backward inverts the transfers. A code of
// fewer than ten digits is carried as the numbers under it. Nothing says how
// to split a value among several successors.
func (s *Schedule) Carry(h kanzei.HTS, from, to kanzei.Day) []Successor {
	a, errA := edition(from)
	b, errB := edition(to)
	if errA != nil || errB != nil {
		return nil
	}
	moved := s.transfers(h, from, to, 0)
	var out []Successor
	for _, c := range moved {
		if s.row(c.HTS, b) != nil {
			out = append(out, c)
		}
	}
	if len(out) > 0 {
		sort.Slice(out, func(i, j int) bool { return out[i].HTS < out[j].HTS })
		return out
	}
	if s.row(h, b) != nil && h.Digits() == 10 {
		return []Successor{{h, "same number"}}
	}
	for _, level := range []struct {
		digits int
		how    string
	}{{8, "same 8-digit line"}, {6, "same 6-digit subheading"}} {
		var fresh, all []Successor
		s.under(h.Parent(level.digits), b, func(i int, _ *run) bool {
			if c := s.codes[i]; c.Digits() == 10 {
				all = append(all, Successor{c, level.how})
				if s.at(i, a) == nil {
					fresh = append(fresh, Successor{c, level.how})
				}
			}
			return true
		})
		if len(fresh) > 0 && h.Digits() == 10 {
			return fresh
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// transfers follows the change records from one day to another. It returns nil
// when no record between the days names h.
func (s *Schedule) transfers(h kanzei.HTS, from, to kanzei.Day, depth int) []Successor {
	t := s.texts()
	if !t.renamed[h] {
		return nil
	}
	var day kanzei.Day
	var next []Successor
	forward := from <= to
	for _, r := range t.relations { // by day
		a, b := r.old, r.new
		in := r.day > from && r.day <= to
		if !forward {
			a, b = r.new, r.old
			in = r.day <= from && r.day > to
		}
		if !in || a != h {
			continue
		}
		if day == 0 || !forward && r.day > day {
			day, next = r.day, nil
		}
		if r.day == day {
			next = append(next, Successor{b, "transferred " + r.day.String() + ", " + t.strings[r.source]})
		}
	}
	if depth == 6 || next == nil {
		return next
	}
	rest := day
	if !forward {
		rest = day - 1
	}
	seen := map[kanzei.HTS]bool{}
	var out []Successor
	for _, n := range next {
		further := s.transfers(n.HTS, rest, to, depth+1)
		if further == nil {
			further = []Successor{n}
		}
		for _, f := range further {
			if !seen[f.HTS] {
				seen[f.HTS] = true
				out = append(out, f)
			}
		}
	}
	return out
}
