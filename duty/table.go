package duty

import (
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei"
	"kanzei/ledger"
)

// A View says which law is applied to the past.
type View uint8

const (
	Collected View = iota // what is collected: heeds repeals, not judgments that annul
	Legal                 // what is legally due: heeds both
)

// A Table is the law of one moment compiled for assessment: which provisions
// bear on a code, in an order in which each comes after all it yields to.
// It is read-only and safe for concurrent use.
type Table struct {
	state *ledger.State
	provs []prov
	yield []uint64 // provs × words bit matrix: row p has bit q when p yields to q
	words int

	column2 originSet                                                           // origins that pay column 2
	voids   bool                                                                // some provisions are annulled, and are here all the same
	traced  func(f *facts, parts []part, mfn area, total kanzei.Money, ok bool) // told of each evaluation, where a Rater asks

	// The atlas cuts the codes into stretches on which the same provisions
	// bear: stretch i bears on lists[ids[i]]. The index is built once the
	// table has been asked often enough to pay for it.
	source  func() *atlas
	once    sync.Once
	indexed atomic.Bool
	asked   atomic.Int32
	atlas   *atlas
	ids     []uint16
	lists   [][]uint16
}

// indexAfter is the number of questions a table answers by looking through
// all provisions before it builds its index.
const indexAfter = 32

// An atlas cuts the space of ten-digit codes at every bound that a product
// scope of the ledger names, at any time, so that one search serves every
// table.
type atlas struct {
	cuts []uint64 // stretch i is [cuts[i], cuts[i+1])
}

func newAtlas(l *ledger.Ledger) *atlas {
	a := &atlas{cuts: []uint64{0}}
	add := func(items []kanzei.ProductItem) {
		for _, it := range items {
			if it.Lo == 0 {
				continue
			}
			lo, hi := it.Lo.Range()
			if it.Hi != 0 {
				_, hi = it.Hi.Range()
			}
			a.cuts = append(a.cuts, lo, hi)
		}
	}
	for _, in := range l.Instruments {
		for i := range in.Acts {
			add(in.Acts[i].Codes)
			if p := in.Acts[i].Provision; p != nil {
				add(p.Products)
				add(p.Except)
			}
		}
	}
	slices.Sort(a.cuts)
	a.cuts = slices.Compact(a.cuts)
	return a
}

// find returns the stretch that holds the ten-digit code.
func (a *atlas) find(code uint64) int {
	lo, hi := 0, len(a.cuts)
	for lo < hi {
		if m := int(uint(lo+hi) >> 1); a.cuts[m] <= code {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo - 1
}

// seek is find for a code that lies in stretch from or behind it.
func (a *atlas) seek(from int, code uint64) int {
	step := 1
	for from+step < len(a.cuts) && a.cuts[from+step] <= code {
		from += step
		step *= 2
	}
	lo, hi := from, min(from+step, len(a.cuts))
	for hi-lo > 1 {
		if m := int(uint(lo+hi) >> 1); a.cuts[m] <= code {
			lo = m
		} else {
			hi = m
		}
	}
	return lo
}

// An originSet is a set of origins as bits over originIndex.
type originSet [5]uint64

// A prov is one provision of a table.
type prov struct {
	*ledger.Placed
	origins  originSet
	base     kanzei.Base
	declares bool   // reported on the form only
	use      bool   // rests on a use of the goods
	full     bool   // levied on or excuses the full value
	program  uint16 // number of the program, of a treatment
}

var allOrigins = kanzei.Origins()

var originIndex = func() map[kanzei.Origin]int {
	m := map[kanzei.Origin]int{}
	for i, o := range allOrigins {
		m[o] = i
	}
	return m
}()

// originPlaces is originIndex, plus one, without a look-up by hash.
var originPlaces = func() *[1 << 16]uint16 {
	var at [1 << 16]uint16
	for o, i := range originIndex {
		at[o] = uint16(i + 1)
	}
	return &at
}()

// originAt returns the place of an origin in allOrigins, -1 for what is none.
func originAt(o kanzei.Origin) int { return int(originPlaces[o]) - 1 }

var everyOrigin = originSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func (s *originSet) add(o int)      { s[o>>6] |= 1 << (o & 63) }
func (s *originSet) has(o int) bool { return s[o>>6]&(1<<(o&63)) != 0 }

func (p *prov) from(o int) bool { return p.origins.has(o) }

// Compile builds the table of the law at a moment. Provisions suspended or, in
// the legal view, annulled are left out.
func Compile(s *ledger.State, view View) (*Table, error) {
	return compile(s, view, func() *atlas { return newAtlas(s.Book.Ledger) })
}

func compile(s *ledger.State, view View, a func() *atlas) (*Table, error) {
	var live []*ledger.Placed
	for _, p := range s.Provisions {
		if p.Status != ledger.InForce || view == Legal && p.Void.Instrument != nil || len(p.Codes) == 0 {
			continue
		}
		live = append(live, p)
	}
	stack := s.Stack(live)
	order, circle := stack.Order()
	if circle != nil {
		return nil, &kanzei.Problem{Code: "law.circle", Where: circle[0].By.Where(), Msg: fmt.Sprintf("%s yields to itself on %s", circle[0].Heading, s.Moment), Hint: "run kanzei law check"}
	}
	t := &Table{state: s, source: a, provs: make([]prov, len(order)), words: (len(order) + 63) / 64}
	for _, o := range s.Book.Group("column-2", s.Moment) {
		t.column2.add(originIndex[o])
	}
	t.yield = make([]uint64, len(order)*t.words)
	for i, o := range order {
		p, q := live[o], &t.provs[i]
		q.Placed, q.base, q.full = p, p.Base, p.Base == kanzei.BaseValue
		for j := range p.When {
			c := &p.When[j]
			q.declares = q.declares || c.Fact == "covered-by"
			q.use = q.use || c.Fact == "use"
		}
		q.origins = origins(p)
		t.voids = t.voids || p.Void.Instrument != nil
		for j := range i {
			if stack.Yields(o, order[j]) {
				t.yield[i*t.words+j>>6] |= 1 << (j & 63)
			}
		}
	}
	return t, nil
}

// origins returns the origins of a provision as bits over originIndex.
func origins(p *ledger.Placed) (set originSet) {
	if len(p.Origins) == 1 && p.Origins[0].All && len(p.ExceptOrigins) == 0 {
		return everyOrigin
	}
	for k, o := range allOrigins {
		if p.Origin(o) {
			set.add(k)
		}
	}
	return set
}

func (t *Table) yields(p, q int) bool { return t.yield[p*t.words+q>>6]&(1<<(q&63)) != 0 }

// index finds the provisions that bear on each stretch of the atlas.
func (t *Table) index() {
	t.once.Do(func() {
		t.atlas = t.source()
		t.cut()
		t.indexed.Store(true)
	})
}

// An edge is where a provision begins or ends to bear on codes.
type edge struct {
	at   uint32
	prov uint16
}

// A cutting is the memory that cut works in.
type cutting struct {
	edges         []edge
	begins, place []uint32
	sorted        []uint16
}

var cuttings = sync.Pool{New: func() any { return &cutting{} }}

func (t *Table) cut() {
	k := cuttings.Get().(*cutting)
	defer cuttings.Put(k)
	edges := k.edges[:0]
	for i := range t.provs {
		at := 0
		for _, v := range t.provs[i].Codes {
			at = t.atlas.seek(at, v.Lo)
			edges = append(edges, edge{uint32(at), uint16(i)})
			if at = t.atlas.seek(at, v.Hi); t.atlas.cuts[at] == v.Hi {
				edges = append(edges, edge{uint32(at), uint16(i)})
			}
		}
	}
	t.ids = make([]uint16, len(t.atlas.cuts))
	k.edges = edges
	k.begins = slices.Grow(k.begins[:0], len(t.ids)+1)[:len(t.ids)+1] // edges sorted by counting
	begins := k.begins
	clear(begins)
	for _, e := range edges {
		begins[e.at+1]++
	}
	for i := 1; i < len(begins); i++ {
		begins[i] += begins[i-1]
	}
	k.sorted = slices.Grow(k.sorted[:0], len(edges))[:len(edges)]
	k.place = append(k.place[:0], begins...)
	sorted, place := k.sorted, k.place
	for _, e := range edges {
		sorted[place[e.at]] = e.prov
		place[e.at]++
	}
	open := make([]byte, (len(t.provs)+7)/8)
	seen := map[string]uint16{}
	for i := range t.ids {
		here := sorted[begins[i]:begins[i+1]]
		for _, p := range here {
			open[p>>3] ^= 1 << (p & 7)
		}
		if len(here) == 0 && i > 0 {
			t.ids[i] = t.ids[i-1]
			continue
		}
		id, ok := seen[string(open)]
		if !ok {
			id = uint16(len(t.lists))
			seen[string(open)] = id
			var list []uint16
			for p := range t.provs {
				if open[p>>3]&(1<<(p&7)) != 0 {
					list = append(list, uint16(p))
				}
			}
			t.lists = append(t.lists, list)
		}
		t.ids[i] = id
	}
}

// bearing returns the provisions whose products include the code, in order.
// For a code of fewer than ten digits, whole is false where some of them cover
// it in part only.
func (t *Table) bearing(h kanzei.HTS) (provs []uint16, whole bool) {
	if !t.indexed.Load() {
		if t.asked.Add(1) <= indexAfter {
			return t.look(h)
		}
		t.index()
	}
	lo, hi := h.Range()
	i := t.atlas.find(lo)
	first := t.ids[i]
	whole = true
	for j := i + 1; j < len(t.ids) && t.atlas.cuts[j] < hi; j++ {
		whole = whole && t.ids[j] == first
	}
	if whole {
		return t.lists[first], true
	}
	var all []uint16
	for j := i; j < len(t.ids) && t.atlas.cuts[j] < hi; j++ {
		all = append(all, t.lists[t.ids[j]]...)
	}
	slices.Sort(all)
	return slices.Compact(all), false
}

// look is bearing without the index.
func (t *Table) look(h kanzei.HTS) (provs []uint16, whole bool) {
	whole = true
	for i := range t.provs {
		if !t.provs[i].Codes.Touches(h) {
			continue
		}
		provs = append(provs, uint16(i))
		whole = whole && t.provs[i].Codes.Contains(h)
	}
	return provs, whole
}

// kinds returns the goods under a code that the provisions tell apart: the
// ten-digit numbers by what bears on them, or, where the schedule has none,
// what bears on the stretches of the code.
func (t *Table) kinds(h kanzei.HTS, numbers iter.Seq[kanzei.HTS]) []kind {
	t.index()
	var out []kind
	at := map[uint16]int{}
	add := func(id uint16) *kind {
		if _, ok := at[id]; !ok {
			at[id] = len(out)
			out = append(out, kind{bearing: t.lists[id]})
		}
		return &out[at[id]]
	}
	for n := range numbers {
		k := add(t.ids[t.atlas.find(n.Ten())])
		k.numbers = append(k.numbers, n)
	}
	if len(out) > 0 {
		return out
	}
	lo, hi := h.Range()
	for j := t.atlas.find(lo); j < len(t.ids) && t.atlas.cuts[j] < hi; j++ {
		add(t.ids[j])
	}
	return out
}
