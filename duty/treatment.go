package duty

import (
	"encoding/binary"
	"slices"

	"kanzei"
)

// A treatment is a list of provisions that bear on goods, with how they yield
// to each other: tables, codes and origins of the same treatment share what is
// found out about it. Its table holds these provisions alone.
type treatment struct {
	*Table
	place     uint32 // in Rater.treated
	bearing   []uint16
	simple    bool                // all rates are ad valorem, so that lines differ in value alone
	conds     []*kanzei.Condition // each once
	computed  []int               // of conds: those that hold or not without a fact declared
	column1   []int               // of conds: those on the column 1 rate
	uses      []string            // values of "use" conditions
	bases     area                // the contents that some are levied on, or excuse
	usClaims  []kanzei.Fraction   // US contents that claims would declare
	templates templates
}

// treatment returns what bears on goods of a code and an origin, nil where the
// code is too short to tell.
func (r *Rater) treatment(l *lawTable, code *Code, origin int) *treatment {
	if l.rows == nil {
		if l.asked++; l.asked <= indexAfter {
			provs, whole := l.look(code.hts)
			if !whole {
				return nil
			}
			return r.intern(l, provs, origin)
		}
		l.classify()
	}
	if code.stretch < 0 {
		lo, hi := code.hts.Range()
		code.stretch = int32(l.atlas.find(lo))
		code.last = int32(l.atlas.find(hi - 1))
	}
	for i := code.stretch; i < code.last; i++ {
		if l.Table.ids[i] != l.Table.ids[i+1] {
			return nil
		}
	}
	return r.classed(l, l.Table.ids[code.stretch], l.class[origin])
}

// classed returns what bears on goods of a list of provisions and a class of
// origins of a classified table.
func (r *Rater) classed(l *lawTable, list, class uint16) *treatment {
	at := &l.rows[int(list)*l.classes+int(class)]
	if *at == 0 {
		*at = r.intern(l, l.lists[list], slices.Index(l.class, class)).place
	}
	return r.treated[*at]
}

// intern returns the treatment of goods of an origin on which these provisions
// bear.
func (r *Rater) intern(l *lawTable, provs []uint16, origin int) *treatment {
	var ids []uint16
	for _, id := range provs {
		if l.provs[id].from(origin) {
			ids = append(ids, id)
		}
	}
	key := []byte{0}
	if l.column2.has(origin) {
		key[0] = 1
	}
	for i, id := range ids {
		key = binary.LittleEndian.AppendUint32(key, l.ids[id])
		var bits byte
		for j := range i {
			if l.yields(int(id), int(ids[j])) {
				bits |= 1 << (j & 7)
			}
			if j&7 == 7 || j == i-1 {
				key = append(key, bits)
				bits = 0
			}
		}
	}
	t := r.treatments[string(key)]
	if t == nil {
		t = newTreatment(l, ids, key[0] == 1)
		t.place = uint32(len(r.treated))
		r.treated = append(r.treated, t)
		r.treatments[string(key)] = t
	}
	return t
}

func newTreatment(l *lawTable, ids []uint16, column2 bool) *treatment {
	n := len(ids)
	m := &Table{state: l.state, atlas: l.atlas, provs: make([]prov, n), words: (n + 63) / 64}
	if column2 {
		m.column2 = everyOrigin
	}
	m.yield = make([]uint64, n*m.words)
	t := &treatment{Table: m, simple: true}
	at := map[string]int{}
	for i, id := range ids {
		m.provs[i] = l.provs[id]
		p := &m.provs[i]
		p.origins = everyOrigin
		for j := range i {
			if l.yields(int(id), int(ids[j])) {
				m.yield[i*m.words+j>>6] |= 1 << (j & 63)
			}
		}
		t.bearing = append(t.bearing, uint16(i))
		switch p.Rate.Mode {
		case kanzei.Additional, kanzei.AllIn:
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
			key := c.Fact + " " + c.Op + " " + c.Value
			if _, ok := at[key]; ok || c.Fact == "covered-by" {
				continue
			}
			at[key] = len(t.conds)
			switch c.Fact {
			case "column-1":
				t.column1 = append(t.column1, len(t.conds))
				t.computed = append(t.computed, len(t.conds))
			case "entered", "value":
				t.computed = append(t.computed, len(t.conds))
			case "use":
				t.uses = append(t.uses, c.Value)
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
