package talks

import (
	"math"
	"slices"
)

// A bounder keeps an upper bound of a form over all sets that agree with the
// asks closed so far. Sets are told by how they differ from the set that the
// climb found, so that at the root nearly every difference is a loss: the bound
// is the value of what is closed, and for every open difference the larger of
// zero and what it adds with its part of each gain beside open others. How two
// share a gain is free; sharing where it least raises the bound makes it tight.
type bounder struct {
	f     *form
	shift float64
	in    float64
	b     []float64 // n*n: what two differences add beside each alone
	d     []float64 // what a difference adds to what is closed
	q     []float64 // n*n: the part that i takes of its gain beside j
	p     []float64 // sum of these over open others
}

func (s *search) newBounder(f *form, shift float64) *bounder {
	n := s.n
	b := &bounder{f: f, shift: shift, in: f.at(s.from), b: make([]float64, n*n), d: make([]float64, n), q: make([]float64, n*n), p: make([]float64, n)}
	sign := func(i int) float64 {
		if s.from[i] {
			return -1
		}
		return 1
	}
	for i := range n {
		b.d[i] = f.a[i]
		for j := range n {
			if s.from[j] {
				b.d[i] += f.b[i*n+j]
			}
			b.b[i*n+j] = sign(i) * sign(j) * f.b[i*n+j]
			// Two that exclude each other are never both in.
			if j != i && !(!s.from[i] && !s.from[j] && slices.Contains(s.excluded[i], j)) {
				b.q[i*n+j] = 0.5 * math.Max(0, b.b[i*n+j])
				b.p[i] += b.q[i*n+j]
			} else {
				b.b[i*n+j] = math.Min(0, b.b[i*n+j])
			}
		}
		b.d[i] *= sign(i)
	}
	for i, st := range s.state {
		if st != 0 {
			b.put(i, st > 0)
		}
	}
	b.share(s.state, 3)
	return b
}

// share moves the parts of gains to where they do not raise the bound: to an
// ask that would lose by itself, up to its loss.
func (b *bounder) share(state []int8, sweeps int) {
	n := len(b.d)
	for range sweeps {
		for i := range n {
			if state[i] != 0 {
				continue
			}
			for j := range i {
				v := b.b[i*n+j]
				if v <= 0 || state[j] != 0 {
					continue
				}
				b.p[i] -= b.q[i*n+j]
				b.p[j] -= b.q[j*n+i]
				roomI, roomJ := math.Max(0, -b.d[i]-b.p[i]), math.Max(0, -b.d[j]-b.p[j])
				x := v / 2
				if room := roomI + roomJ; room > 0 {
					x = v * roomI / room
					if v <= room { // no need to raise either
						x = math.Max(v-roomJ, math.Min(roomI, x))
					}
				}
				b.q[i*n+j], b.q[j*n+i] = x, v-x
				b.p[i] += x
				b.p[j] += v - x
			}
		}
	}
}

// ub is the upper bound of the form at the node.
func (b *bounder) ub(state []int8) float64 {
	v := b.in - b.shift
	for i, st := range state {
		if st == 0 {
			if x := b.d[i] + b.p[i]; x > 0 {
				v += x
			}
		}
	}
	return v
}

func (b *bounder) put(i int, differs bool) {
	n := len(b.d)
	if differs {
		b.in += b.d[i]
		for j, v := range b.b[i*n : i*n+n] {
			b.d[j] += v
		}
	}
	for j := range b.p {
		b.p[j] -= b.q[j*n+i]
	}
}
