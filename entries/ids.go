package entries

import (
	"bytes"
	"hash/maphash"
)

// An idSet holds the entry ids seen, to find one that comes again. Ids of a
// text and up to nine digits at the end, as entry numbers are, cost a bit each
// where they are dense; others eight bytes of a 64-bit hash, so that one in
// many millions may be taken for another.
type idSet struct {
	seed     maphash.Seed
	prefixes map[string]uint32
	pages    map[uint64]*page
	last     *page
	lastKey  uint64
	hashes   map[uint64]struct{}
}

// A page is a set of 2^16 numbers: a few, or bits.
type page struct {
	few  []uint16
	bits *[1 << 10]uint64
}

func newIDSet() *idSet {
	return &idSet{seed: maphash.MakeSeed(), prefixes: map[string]uint32{}, pages: map[uint64]*page{}, hashes: map[uint64]struct{}{}}
}

// add reports whether the id is new.
func (s *idSet) add(id []byte) bool {
	n, digits := uint64(0), 0
	for scale := uint64(1); digits < 9 && digits < len(id); digits++ {
		c := id[len(id)-1-digits]
		if c < '0' || c > '9' {
			break
		}
		n += uint64(c-'0') * scale
		scale *= 10
	}
	prefix := id[:len(id)-digits]
	if digits == 0 || len(prefix) > 16 {
		return s.hash(id)
	}
	p, ok := s.prefixes[string(prefix)]
	if !ok {
		if len(s.prefixes) >= 1<<12 {
			return s.hash(id)
		}
		p = uint32(len(s.prefixes))
		s.prefixes[string(prefix)] = p
	}
	key := uint64(p)<<36 | uint64(digits)<<32 | n>>16
	if s.last == nil || s.lastKey != key {
		g := s.pages[key]
		if g == nil {
			g = &page{}
			s.pages[key] = g
		}
		s.last, s.lastKey = g, key
	}
	return s.last.add(uint16(n))
}

func (s *idSet) hash(id []byte) bool {
	h := maphash.Bytes(s.seed, id)
	if _, ok := s.hashes[h]; ok {
		return false
	}
	s.hashes[h] = struct{}{}
	return true
}

func (p *page) add(n uint16) bool {
	if p.bits != nil {
		w, b := n>>6, uint64(1)<<(n&63)
		fresh := p.bits[w]&b == 0
		p.bits[w] |= b
		return fresh
	}
	for _, x := range p.few {
		if x == n {
			return false
		}
	}
	if p.few = append(p.few, n); len(p.few) > 256 {
		p.bits = new([1 << 10]uint64)
		for _, x := range p.few {
			p.bits[x>>6] |= 1 << (x & 63)
		}
		p.few = nil
	}
	return true
}

// A succession follows the entries of a file in order.
type succession struct {
	seen *idSet
	last []byte // id of the entry that ended the batch before
	more bool   // and it goes on
}

// next marks the runs of ids that came before, not adjacent, and what is left of
// a run that is too long to be held. Ids are those of the runs of a batch, empty
// for rows without one.
func (s *succession) next(ids [][]byte, more bool, mark func(run int, why string)) {
	for i, id := range ids {
		switch {
		case len(id) == 0:
		case i == 0 && s.more && bytes.Equal(id, s.last):
			mark(i, tooMany)
		case !s.seen.add(id):
			mark(i, notAdjacent)
		}
	}
	s.more = more
	s.last = s.last[:0]
	if len(ids) > 0 {
		s.last = append(s.last, ids[len(ids)-1]...)
	}
}

const (
	notAdjacent = "the entry came before: its rows are not adjacent (bring them together, or use --group)"
	tooMany     = "the entry has too many rows to be held together"
)
