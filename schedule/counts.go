package schedule

import "kanzei"

// Editions returns the calendar of editions with the counts of the compiled
// edition. The counts are of rows as printed.
func Editions() []Edition {
	out := Calendar()
	s, err := Load()
	if err != nil {
		return out
	}
	for i, h := range s.codes {
		if h.Chapter() > 97 {
			continue
		}
		for k := s.index[i]; k < s.index[i+1]; k++ {
			r := &s.runs[k]
			kind := kanzei.RateNone // prints no general rate
			if r.tuple != 0 {
				kind = s.rate(s.tuples[r.tuple-1].general).Kind
			}
			for e := r.from; e < r.to; e++ {
				out[e].count(h, r, kind)
			}
		}
	}
	return out
}

func (e *Edition) count(h kanzei.HTS, r *run, kind kanzei.RateKind) {
	if r.restored {
		e.Restored++
		return
	}
	if h.Digits() == 10 {
		e.Ten++
	}
	if kind == kanzei.RateNone {
		return
	}
	e.Rated++
	e.Kinds[kind]++
	if h.Digits() == 8 {
		e.Rated8++
	} else {
		e.Rated10++
	}
}
