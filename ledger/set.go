package ledger

import (
	"slices"
	"sort"
	"sync"

	"kanzei"
)

// A Set is a set of ten-digit codes as sorted, disjoint, half-open intervals.
type Set []Interval

// An Interval is the half-open range [Lo, Hi) of ten-digit codes.
type Interval struct{ Lo, Hi uint64 }

const allCodes = 10_000_000_000

// made keeps the sets of a ledger by what they were made of: most provisions
// cover the same goods in most laws. A set does not change, nor do items of an
// instrument, so where they lie says what they are.
type made struct {
	mu   sync.Mutex
	sets map[makings]Set
}

const maxMade = 1 << 14

type makings struct {
	minus bool // else a union
	items *kanzei.ProductItem
	s, t  *Interval
	n, m  int
}

func (d *made) set(k makings, of func() Set) Set {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.sets[k]
	if !ok {
		s = of()
		if d.sets == nil || len(d.sets) >= maxMade {
			d.sets = map[makings]Set{}
		}
		d.sets[k] = s
	}
	return s
}

// of is setOf.
func (d *made) of(items []kanzei.ProductItem) Set {
	if len(items) == 0 {
		return nil
	}
	return d.set(makings{items: &items[0], n: len(items)}, func() Set { return setOf(items) })
}

func (d *made) union(s, t Set) Set {
	if len(s) == 0 || len(t) == 0 {
		return s.Union(t)
	}
	return d.set(makings{s: &s[0], t: &t[0], n: len(s), m: len(t)}, func() Set { return s.Union(t) })
}

func (d *made) minus(s, t Set) Set {
	if len(s) == 0 || len(t) == 0 {
		return s
	}
	return d.set(makings{minus: true, s: &s[0], t: &t[0], n: len(s), m: len(t)}, func() Set { return s.Minus(t) })
}

// setOf returns the set of plain items (not lists).
func setOf(items []kanzei.ProductItem) Set {
	s := make(Set, 0, len(items))
	for _, it := range items {
		switch {
		case it.All:
			return Set{{0, allCodes}}
		case it.Lo == 0:
		case it.Hi != 0:
			lo, _ := it.Lo.Range()
			_, hi := it.Hi.Range()
			s = append(s, Interval{lo, hi})
		default:
			lo, hi := it.Lo.Range()
			s = append(s, Interval{lo, hi})
		}
	}
	return s.normal()
}

func (s Set) normal() Set {
	slices.SortFunc(s, func(a, b Interval) int {
		switch {
		case a.Lo < b.Lo:
			return -1
		case a.Lo > b.Lo:
			return 1
		}
		return 0
	})
	out := s[:0]
	for _, v := range s {
		if n := len(out); n > 0 && v.Lo <= out[n-1].Hi {
			out[n-1].Hi = max(out[n-1].Hi, v.Hi)
		} else {
			out = append(out, v)
		}
	}
	return out
}

// Contains reports whether every ten-digit code under h is in the set. A code
// of fewer digits whose parts differ is not contained; see Touches.
func (s Set) Contains(h kanzei.HTS) bool {
	lo, hi := h.Range()
	i := sort.Search(len(s), func(i int) bool { return s[i].Hi > lo })
	return i < len(s) && s[i].Lo <= lo && s[i].Hi >= hi
}

// Touches reports whether any ten-digit code under h is in the set.
func (s Set) Touches(h kanzei.HTS) bool {
	lo, hi := h.Range()
	i := sort.Search(len(s), func(i int) bool { return s[i].Hi > lo })
	return i < len(s) && s[i].Lo < hi
}

// Union returns the codes in s or t.
func (s Set) Union(t Set) Set {
	if len(s) == 0 {
		return t
	}
	if len(t) == 0 {
		return s
	}
	out := make(Set, 0, len(s)+len(t))
	for len(s) > 0 || len(t) > 0 {
		var v Interval
		if len(t) == 0 || len(s) > 0 && s[0].Lo <= t[0].Lo {
			v, s = s[0], s[1:]
		} else {
			v, t = t[0], t[1:]
		}
		if n := len(out); n > 0 && v.Lo <= out[n-1].Hi {
			out[n-1].Hi = max(out[n-1].Hi, v.Hi)
		} else {
			out = append(out, v)
		}
	}
	return out
}

// Minus returns the codes in s and not in t.
func (s Set) Minus(t Set) Set {
	var out Set
	j := 0
	for _, v := range s {
		for j < len(t) && t[j].Hi <= v.Lo {
			j++
		}
		lo := v.Lo
		for k := j; k < len(t) && t[k].Lo < v.Hi; k++ {
			if t[k].Lo > lo {
				out = append(out, Interval{lo, t[k].Lo})
			}
			lo = max(lo, t[k].Hi)
		}
		if lo < v.Hi {
			out = append(out, Interval{lo, v.Hi})
		}
	}
	return out
}

// Intersects returns a code in both sets; ok is false when there is none.
func (s Set) Intersects(t Set) (code uint64, ok bool) {
	for i, j := 0, 0; i < len(s) && j < len(t); {
		lo, hi := max(s[i].Lo, t[j].Lo), min(s[i].Hi, t[j].Hi)
		if lo < hi {
			return lo, true
		}
		if s[i].Hi < t[j].Hi {
			i++
		} else {
			j++
		}
	}
	return 0, false
}
