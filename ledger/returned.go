package ledger

import (
	"slices"

	"kanzei"
)

// Returned returns the acts in effect at a moment that say what goods returned
// under chapter 98 pay under a heading of a program, in the order in which they
// became known.
func (b *Book) Returned(heading, program string, m kanzei.Moment) []Ref {
	var out []Ref
	for _, y := range b.returned {
		if y.covers(m) && targets(y.ref.Act, heading, program) {
			out = append(out, y.ref)
		}
	}
	return out
}

// ReturnedUnder returns what the last of the acts that name a provision of
// chapter 98 says; ok is false where none does.
func ReturnedUnder(acts []Ref, provision kanzei.HTS) (r Ref, ok bool) {
	for _, r := range slices.Backward(acts) {
		if slices.ContainsFunc(r.Act.Returned.Under, func(h kanzei.HTS) bool { return h.Contains(provision) }) {
			return r, true
		}
	}
	return r, false
}
