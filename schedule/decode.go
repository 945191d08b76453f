package schedule

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"kanzei"
)

// The compiled edition is two zstd streams written by internal/gen. rates.bin
// is read by Load; texts.bin when a designation is asked for. Integers are
// unsigned varints, strings a length and bytes.
//
//	rates: magic, provenance, n edition names, strings, n unit lists (count,
//	  string ids), n tuples (general, special, column 2, additional duties:
//	  string ids), n codes (HTS minus the one before), and a code: n runs
//	  (first edition minus end of the run before, length·2 + restored, unit
//	  list id, tuple id + 1)
//	texts: strings, n nodes (parent id + 1, string id), and a code: n runs
//	  (first edition minus end of the run before, length, node id);
//	  n relations (old HTS, new HTS, day, source string id)
const magic = "kanzei schedule 1"

//go:embed rates.bin.zst
var ratesFile []byte

//go:embed texts.bin.zst
var textsFile []byte

// A run is a row that stays the same from one edition until another.
type run struct {
	from, to uint16 // editions, half open
	restored bool   // missing in print
	units    uint16
	tuple    uint16 // 0: the row prints no rate
}

type textRun struct {
	from, to uint16
	node     int32
}

// A tuple is the rate columns of a row, as string ids.
type tuple struct{ general, special, column2, additional uint32 }

// A node is a designation and the superior designation it stands under.
type node struct {
	parent int32 // -1 at a heading
	text   uint32
}

// A relation is an entry of a change record: trade of one number goes to another.
type relation struct {
	old, new kanzei.HTS
	day      kanzei.Day
	source   uint32
}

type texts struct {
	strings   []string
	nodes     []node
	index     []uint32 // code → first run; one more than codes
	runs      []textRun
	relations []relation          // by day
	renamed   map[kanzei.HTS]bool // the codes that relations name
	search    searchIndex
	once      sync.Once // search
}

type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of items that take at least one byte each.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *reader) string() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

// strings reads a table of strings that share one allocation.
func (r *reader) strings() []string {
	out := make([]string, r.count())
	lens := make([]int, len(out))
	total := 0
	for i := range out {
		lens[i] = int(r.uint())
		total += lens[i]
	}
	if r.bad || total < 0 || total > len(r.b) {
		r.bad = true
		return nil
	}
	all := string(r.b[:total])
	r.b = r.b[total:]
	for i, n := range lens {
		out[i], all = all[:n], all[n:]
	}
	return out
}

func inflate(file []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(file, nil)
}

var errDamaged = errors.New("schedule: the compiled edition is damaged; run go run ./internal/gen schedule")

func decodeRates(file []byte) (*Schedule, error) {
	raw, err := inflate(file)
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	r := &reader{b: raw}
	if r.string() != magic {
		return nil, errDamaged
	}
	s := &Schedule{provenance: r.string()}
	if n := r.count(); n != len(table) {
		return nil, errDamaged
	}
	for _, e := range table {
		if r.string() != e.Name {
			return nil, errDamaged
		}
	}
	s.strings = r.strings()
	s.units = make([][]string, r.count())
	for i := range s.units {
		list := make([]string, r.count())
		for j := range list {
			list[j] = s.str(r.uint())
		}
		s.units[i] = list
	}
	s.tuples = make([]tuple, r.count())
	for i := range s.tuples {
		s.tuples[i] = tuple{uint32(r.uint()), uint32(r.uint()), uint32(r.uint()), uint32(r.uint())}
	}
	s.codes = make([]kanzei.HTS, r.count())
	s.index = make([]uint32, len(s.codes)+1)
	var h kanzei.HTS
	for i := range s.codes {
		h += kanzei.HTS(r.uint())
		s.codes[i] = h
	}
	s.runs = make([]run, 0, 2*len(s.codes))
	for i := range s.codes {
		at := uint64(0)
		for range r.count() {
			at += r.uint()
			n := r.uint()
			u := run{from: uint16(at), to: uint16(at + n/2), restored: n&1 == 1, units: uint16(r.uint()), tuple: uint16(r.uint())}
			at += n / 2
			if at > uint64(len(table)) || int(u.units) >= len(s.units) || int(u.tuple) > len(s.tuples) {
				return nil, errDamaged
			}
			s.runs = append(s.runs, u)
		}
		s.index[i+1] = uint32(len(s.runs))
	}
	for _, t := range s.tuples {
		if max(t.general, t.special, t.column2, t.additional) >= uint32(len(s.strings)) {
			return nil, errDamaged
		}
	}
	if r.bad || len(r.b) != 0 {
		return nil, errDamaged
	}
	s.rates = make([]atomic.Pointer[kanzei.Rate], len(s.strings))
	s.specials = make([]atomic.Pointer[[]Special], len(s.strings))
	return s, nil
}

func (s *Schedule) str(i uint64) string {
	if i < uint64(len(s.strings)) {
		return s.strings[i]
	}
	return ""
}

func decodeTexts(file []byte, codes int) (*texts, error) {
	raw, err := inflate(file)
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	r := &reader{b: raw}
	t := &texts{strings: r.strings()}
	t.nodes = make([]node, r.count())
	for i := range t.nodes {
		n := node{int32(r.uint()) - 1, uint32(r.uint())}
		if n.parent >= int32(i) || n.text >= uint32(len(t.strings)) {
			return nil, errDamaged
		}
		t.nodes[i] = n
	}
	t.index = make([]uint32, codes+1)
	for i := range codes {
		at := uint64(0)
		for range r.count() {
			at += r.uint()
			n := r.uint()
			u := textRun{uint16(at), uint16(at + n), int32(r.uint())}
			at += n
			if int(u.node) >= len(t.nodes) {
				return nil, errDamaged
			}
			t.runs = append(t.runs, u)
		}
		t.index[i+1] = uint32(len(t.runs))
	}
	t.relations = make([]relation, r.count())
	t.renamed = make(map[kanzei.HTS]bool, 2*len(t.relations))
	for i := range t.relations {
		x := relation{kanzei.HTS(r.uint()), kanzei.HTS(r.uint()), kanzei.Day(r.uint()), uint32(r.uint())}
		if x.source >= uint32(len(t.strings)) {
			return nil, errDamaged
		}
		t.relations[i] = x
		t.renamed[x.old], t.renamed[x.new] = true, true
	}
	if r.bad || len(r.b) != 0 {
		return nil, errDamaged
	}
	return t, nil
}
