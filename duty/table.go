package duty

import (
	"fmt"
	"slices"
	"sort"

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

	// The codes fall into stretches with the same provisions: stretch i is
	// [cuts[i], cuts[i+1]) and bears on provs spans[i].
	cuts  []uint64
	spans [][]uint16
}

// A prov is one provision of a table.
type prov struct {
	*ledger.Placed
	origins  [32]uint64 // bit set over originIndex
	base     kanzei.Base
	declares bool // reported on the form only
	full     bool // levied on or excuses the full value
}

var originIndex = func() map[kanzei.Origin]int {
	m := map[kanzei.Origin]int{}
	for i, o := range kanzei.Origins() {
		m[o] = i
	}
	return m
}()

func (p *prov) from(o int) bool { return p.origins[o>>6]&(1<<(o&63)) != 0 }

// Compile builds the table of the law at a moment. Provisions suspended or, in
// the legal view, annulled are left out.
func Compile(s *ledger.State, view View) (*Table, error) {
	var live []*ledger.Placed
	for _, p := range s.Provisions {
		if p.Status != ledger.InForce || view == Legal && p.Void.Instrument != nil || len(p.Codes) == 0 {
			continue
		}
		live = append(live, p)
	}
	order, circle := s.Order(live)
	if circle != nil {
		return nil, &kanzei.Problem{Code: "law.circle", Where: circle[0].By.Where(), Msg: fmt.Sprintf("%s yields to itself on %s", circle[0].Heading, s.Moment), Hint: "run kanzei law check"}
	}
	t := &Table{state: s, provs: make([]prov, len(order)), words: (len(order) + 63) / 64}
	t.yield = make([]uint64, len(order)*t.words)
	for i, p := range order {
		q := &t.provs[i]
		q.Placed, q.base, q.full = p, p.Base, p.Base == kanzei.BaseValue
		for _, c := range p.When {
			q.declares = q.declares || c.Fact == "covered-by"
		}
		for o, k := range originIndex {
			if p.Origin(o) {
				q.origins[k>>6] |= 1 << (k & 63)
			}
		}
		for j := range i {
			if s.Yields(&p.Provision, &order[j].Provision) {
				t.yield[i*t.words+j>>6] |= 1 << (j & 63)
			}
		}
	}
	t.cut()
	return t, nil
}

func (t *Table) yields(p, q int) bool { return t.yield[p*t.words+q>>6]&(1<<(q&63)) != 0 }

// cut finds the stretches of codes on which the same provisions bear.
func (t *Table) cut() {
	type edge struct {
		at   uint64
		prov int
		in   bool
	}
	var edges []edge
	var always []uint16
	for i := range t.provs {
		if c := t.provs[i].Codes; len(c) == 1 && c[0].Lo == 0 && c[0].Hi >= 10_000_000_000 {
			always = append(always, uint16(i))
			continue
		}
		for _, v := range t.provs[i].Codes {
			edges = append(edges, edge{v.Lo, i, true}, edge{v.Hi, i, false})
		}
	}
	sort.Slice(edges, func(a, b int) bool { return edges[a].at < edges[b].at })
	open := map[int]bool{}
	span := func() []uint16 {
		s := slices.Clone(always)
		for p := range open {
			s = append(s, uint16(p))
		}
		slices.Sort(s)
		return s
	}
	t.cuts, t.spans = []uint64{0}, [][]uint16{always}
	for i := 0; i < len(edges); {
		at := edges[i].at
		for ; i < len(edges) && edges[i].at == at; i++ {
			if edges[i].in {
				open[edges[i].prov] = true
			} else {
				delete(open, edges[i].prov)
			}
		}
		t.cuts = append(t.cuts, at)
		t.spans = append(t.spans, span())
	}
}

// bearing returns the provisions whose products include the whole code, in
// order. For a code of fewer than ten digits that a provision covers in part,
// whole is false.
func (t *Table) bearing(h kanzei.HTS) (provs []uint16, whole bool) {
	lo, hi := h.Range()
	i := sort.Search(len(t.cuts), func(i int) bool { return t.cuts[i] > lo }) - 1
	if i+1 >= len(t.cuts) || t.cuts[i+1] >= hi {
		return t.spans[i], true
	}
	// The code spans several stretches: provisions in any of them bear on it.
	var all []uint16
	whole = true
	for ; i < len(t.cuts) && t.cuts[i] < hi; i++ {
		if all != nil && !slices.Equal(all, t.spans[i]) {
			whole = false
		}
		all = append(all, t.spans[i]...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if whole {
		return all, true
	}
	return all, false
}
