package duty

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"

	"kanzei"
)

// A treatment is a list of provisions that bear on goods, with how they yield
// to each other: tables, codes and origins of the same treatment share what is
// found out about it. Its table holds these provisions alone.
type treatment struct {
	*Table
	place     uint32 // in common.treated
	bearing   []uint16
	simple    bool                // all rates can be computed, see countable, so that lines differ in value alone
	conds     []*kanzei.Condition // each once
	asks      declarations        // facts that conditions ask for
	asking    [declarables]uint64 // fact → the conditions that ask for it, where simple
	column1   []int               // of conds: those on the column 1 rate
	uses      []string            // values of "use" conditions
	bases     area                // the contents that some are levied on, or excuse
	usClaims  []kanzei.Fraction   // US contents that claims would declare
	spiClaims []string            // special programs that claims would make

	mu        sync.Mutex
	templates atomic.Pointer[templateTable]
}

// A declarable is a fact of entries without which some conditions do not hold.
type declarable uint8

const (
	nothing declarable = iota // conditions that hold or not without a fact declared
	someFlags
	loading
	export
	zone
	someSPI
	melt
	smelt
	usContent
	steelContent
	aluminumContent
	copperContent
	metalWeight
	declarables // how many there are
)

// declarations are the facts that an entry declares, one bit each; that of
// nothing is set.
type declarations uint16

func declarationsOf(e *kanzei.Entry) declarations {
	d := declarations(1)
	put := func(f declarable, x bool) {
		if x {
			d |= 1 << f
		}
	}
	put(someFlags, len(e.Flags) > 0)
	put(loading, e.Loaded != 0)
	put(export, e.Exported != 0)
	put(zone, e.FTZDate != 0)
	put(someSPI, e.SPI != "")
	put(melt, e.MeltPour != 0)
	put(smelt, e.SmeltCast != 0)
	put(usContent, e.USContent.Known)
	put(steelContent, e.Steel.Known)
	put(aluminumContent, e.Aluminum.Known)
	put(copperContent, e.Copper.Known)
	put(metalWeight, e.MetalWeight.Known)
	return d
}

func (d declarations) of(f declarable) bool { return d>>f&1 != 0 }

// asked returns the fact that a condition asks for.
func asked(c *kanzei.Condition) declarable {
	switch c.Fact {
	case "claim", "use":
		return someFlags
	case "loaded":
		return loading
	case "exported":
		return export
	case "ftz-admitted":
		return zone
	case "spi":
		return someSPI
	case "melt-pour":
		return melt
	case "smelt-cast":
		return smelt
	case "us-content":
		return usContent
	case "steel":
		return steelContent
	case "aluminum":
		return aluminumContent
	case "copper":
		return copperContent
	case "metal-weight":
		return metalWeight
	}
	return nothing
}

// treatment returns what bears on goods of a code and an origin, nil where the
// code is too short to tell.
func (r *Rater) treatment(l *lawTable, code *Code, origin int) *treatment {
	if !l.ready.Load() {
		if l.asked.Add(1) <= indexAfter {
			provs, whole := l.look(code.hts)
			if !whole {
				return nil
			}
			provs = slices.DeleteFunc(provs, func(id uint16) bool { return !l.provs[id].from(origin) })
			return r.intern(l, provs, l.column2.has(origin))
		}
		l.classify()
	}
	code.on(l.atlas)
	for i := code.stretch; i < code.last; i++ {
		// What bears on part of the code may concern other origins alone.
		if a, b := l.Table.ids[i], l.Table.ids[i+1]; a != b && r.classed(l, a, l.class[origin]) != r.classed(l, b, l.class[origin]) {
			return nil
		}
	}
	return r.classed(l, l.Table.ids[code.stretch], l.class[origin])
}

// classed returns what bears on goods of a list of provisions and a class of
// origins of a classified table.
func (r *Rater) classed(l *lawTable, list, class uint16) *treatment {
	at := &l.rows[int(list)*l.classes+int(class)]
	if n := atomic.LoadUint32(at); n != 0 {
		return r.treatedAt(n)
	}
	bits := l.reach[class]
	has := func(id int) bool { return bits[id>>6]&(1<<(id&63)) != 0 }
	ids := make([]uint16, 0, 64)
	for _, id := range l.lists[list] {
		if has(int(id)) {
			ids = append(ids, id)
		}
	}
	t := r.intern(l, ids, has(len(l.provs)))
	atomic.StoreUint32(at, t.place)
	return t
}

// treatedAt returns the treatment of a place.
func (r *Rater) treatedAt(n uint32) *treatment {
	if int(n) >= len(r.placed) {
		r.placed = r.engine.common.placed()
	}
	return r.placed[n]
}

// intern returns the treatment of goods on which these provisions alone bear.
func (r *Rater) intern(l *lawTable, ids []uint16, column2 bool) *treatment {
	r.key = l.describe(r.key[:0], ids, l.ids, column2)
	return r.engine.common.treatment(r.key, func() *treatment { return newTreatment(l, ids, column2) })
}

// describe appends to key all that tells provisions from others, given the
// numbers of all: their own, and after each to which of those before it yields.
func (l *lawTable) describe(key []byte, ids []uint16, numbers []uint32, column2 bool) []byte {
	const end = 1<<16 - 1
	key = append(key, 0)
	if column2 {
		key[0] = 1
	}
	for i, id := range ids {
		key = binary.LittleEndian.AppendUint32(key, numbers[id])
		row := l.yield[int(id)*l.words:][:l.words]
		if slices.Max(row) != 0 {
			for j, other := range ids[:i] {
				if row[other>>6]&(1<<(other&63)) != 0 {
					key = binary.LittleEndian.AppendUint16(key, uint16(j))
				}
			}
		}
		key = binary.LittleEndian.AppendUint16(key, end)
	}
	return key
}

func newTreatment(l *lawTable, ids []uint16, column2 bool) *treatment {
	n := len(ids)
	m := &Table{state: l.state, atlas: l.atlas, provs: make([]prov, n), words: (n + 63) / 64}
	if column2 {
		m.column2 = everyOrigin
	}
	m.yield = make([]uint64, n*m.words)
	t := &treatment{Table: m, simple: true, bearing: make([]uint16, n)}
	for i, id := range ids {
		m.provs[i] = l.provs[id]
		p := &m.provs[i]
		p.origins, p.program = everyOrigin, l.programs[id]
		for j := range i {
			if l.yields(int(id), int(ids[j])) {
				m.yield[i*m.words+j>>6] |= 1 << (j & 63)
			}
		}
		t.bearing[i] = uint16(i)
		switch p.Rate.Mode {
		case kanzei.Additional:
			t.simple = t.simple && countable(&p.Rate.Rate)
		case kanzei.AllIn:
			t.simple = t.simple && len(p.Rate.Rate.Specific) == 0
		case kanzei.NoDuty:
		default:
			t.simple = t.simple && p.Effect == kanzei.Excuses
		}
		switch p.base {
		case kanzei.BaseValue:
		case kanzei.BaseNonUS:
			t.bases |= inUS
		default:
			t.bases |= areaOf(p.base)
		}
		for j := range p.When {
			c := &p.When[j]
			if c.Fact == "covered-by" || slices.ContainsFunc(t.conds, func(d *kanzei.Condition) bool {
				return c.Value == d.Value && c.Fact == d.Fact && c.Op == d.Op && (c.Fact != "use" || slices.Equal(c.Set, d.Set)) // a use excludes others
			}) {
				continue
			}
			t.asks |= 1 << asked(c)
			t.asking[asked(c)] |= 1 << (len(t.conds) & 63)
			switch c.Fact {
			case "column-1":
				t.column1 = append(t.column1, len(t.conds))
			case "use":
				if !slices.Contains(t.uses, c.Value) {
					t.uses = append(t.uses, c.Value)
				}
			case "spi":
				if len(c.Set) > 0 && !slices.Contains(t.spiClaims, c.Set[0]) {
					t.spiClaims = append(t.spiClaims, c.Set[0])
				}
			case "us-content":
				if us := satisfying(c).Fraction; !slices.Contains(t.usClaims, us) {
					t.usClaims = append(t.usClaims, us)
				}
			}
			t.conds = append(t.conds, c)
		}
	}
	t.simple = t.simple && len(t.conds) <= 64 && len(t.uses) <= 32
	return t
}
