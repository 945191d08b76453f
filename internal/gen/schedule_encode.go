package main

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"

	"github.com/klauspost/compress/zstd"

	"kanzei"
	"kanzei/schedule"
)

// tables intern the strings, unit lists, rate tuples and designations of the
// compiled schedule in the order they are first met.
type tables struct {
	strings  []string
	stringID map[string]int
	units    [][]string
	unitID   map[string]int
	tuples   [][4]string
	tupleID  map[[4]string]int
	texts    []string
	textID   map[string]int
	nodes    []nodeKey
	nodeID   map[nodeKey]int
}

type nodeKey struct{ parent, text int }

func newTables() *tables {
	t := &tables{stringID: map[string]int{}, unitID: map[string]int{}, tupleID: map[[4]string]int{}, textID: map[string]int{}, nodeID: map[nodeKey]int{}}
	t.str("")
	t.unitList(nil)
	return t
}

func intern[K comparable](ids map[K]int, k K, add func()) int {
	id, ok := ids[k]
	if !ok {
		id = len(ids)
		ids[k] = id
		add()
	}
	return id
}

func (t *tables) str(s string) int {
	return intern(t.stringID, s, func() { t.strings = append(t.strings, s) })
}

func (t *tables) unitList(u []string) int {
	return intern(t.unitID, strings.Join(u, "|"), func() { t.units = append(t.units, u) })
}

// tuple returns the position of four rate texts, plus one.
func (t *tables) tuple(general, special, other, additional string) int {
	k := [4]string{general, special, other, additional}
	return 1 + intern(t.tupleID, k, func() { t.tuples = append(t.tuples, k) })
}

func (t *tables) tupleText(id int) [4]string { return t.tuples[id-1] }

func (t *tables) path(p []pathElem) int {
	n := -1
	for _, e := range p {
		text := intern(t.textID, e.text, func() { t.texts = append(t.texts, e.text) })
		k := nodeKey{n, text}
		n = intern(t.nodeID, k, func() { t.nodes = append(t.nodes, k) })
	}
	return n
}

type writer struct{ b []byte }

func (w *writer) uint(v int)      { w.b = binary.AppendUvarint(w.b, uint64(v)) }
func (w *writer) string(s string) { w.uint(len(s)); w.b = append(w.b, s...) }

func (w *writer) strings(list []string) {
	w.uint(len(list))
	for _, s := range list {
		w.uint(len(s))
	}
	for _, s := range list {
		w.b = append(w.b, s...)
	}
}

// encode writes the two streams package schedule reads; only what a state uses
// is written.
func (b *scheduleBuild) encode(states []*htsState, relations []transfer) (map[string][]byte, error) {
	known := map[kanzei.HTS]bool{}
	for _, s := range states {
		for h := range s.rows {
			known[h] = true
		}
	}
	codes := make([]kanzei.HTS, 0, len(known))
	for h := range known {
		codes = append(codes, h)
	}
	sort.Slice(codes, func(i, j int) bool { return codes[i] < codes[j] })

	final := newTables() // positions in order of code, without what no state uses
	nodeMap := map[int]int{}
	var node func(int) int
	node = func(n int) int {
		if n < 0 {
			return -1
		}
		if m, ok := nodeMap[n]; ok {
			return m
		}
		k := b.tab.nodes[n]
		parent := node(k.parent)
		s := b.tab.texts[k.text]
		key := nodeKey{parent, intern(final.textID, s, func() { final.texts = append(final.texts, s) })}
		m := intern(final.nodeID, key, func() { final.nodes = append(final.nodes, key) })
		nodeMap[n] = m
		return m
	}
	var runs, textRuns writer
	for _, h := range codes {
		b.encodeRuns(&runs, h, states, func(r rowIDs) [3]int {
			t := 0
			if r.tuple != 0 {
				x := b.tab.tupleText(r.tuple)
				for _, s := range x {
					final.str(s)
				}
				t = final.tuple(x[0], x[1], x[2], x[3])
			}
			lost := 0
			if r.restored {
				lost = 1
			}
			return [3]int{lost, final.unitList(b.tab.units[r.units]), t}
		}, 3)
		b.encodeRuns(&textRuns, h, states, func(r rowIDs) [3]int { return [3]int{0, node(r.node), 0} }, 1)
	}
	if len(final.units) > 1<<16-1 || len(final.tuples) > 1<<16-2 {
		return nil, fmt.Errorf("%d unit lists, %d tuples do not fit 16 bits", len(final.units), len(final.tuples))
	}
	for _, u := range final.units {
		for _, s := range u {
			final.str(s)
		}
	}
	var w writer
	w.string("kanzei schedule 1")
	w.string(provenance)
	cal := schedule.Calendar()
	w.uint(len(cal))
	for _, e := range cal {
		w.string(e.Name)
	}
	w.strings(final.strings)
	w.uint(len(final.units))
	for _, u := range final.units {
		w.uint(len(u))
		for _, s := range u {
			w.uint(final.str(s))
		}
	}
	w.uint(len(final.tuples))
	for _, t := range final.tuples {
		for _, s := range t {
			w.uint(final.str(s))
		}
	}
	w.uint(len(codes))
	prev := kanzei.HTS(0)
	for _, h := range codes {
		w.uint(int(h - prev))
		prev = h
	}
	w.b = append(w.b, runs.b...)

	var t writer
	sources := map[string]int{}
	for _, r := range relations {
		sources[r.source] = intern(final.textID, r.source, func() { final.texts = append(final.texts, r.source) })
	}
	t.strings(final.texts)
	t.uint(len(final.nodes))
	for _, n := range final.nodes {
		t.uint(n.parent + 1)
		t.uint(n.text)
	}
	t.b = append(t.b, textRuns.b...)
	t.uint(len(relations))
	for _, r := range relations {
		t.uint(int(r.old))
		t.uint(int(r.new))
		t.uint(int(r.day))
		t.uint(sources[r.source])
	}
	fmt.Fprintf(b.log, "schedule: %d codes, %d strings, %d tuples, %d unit lists, %d texts, %d nodes, %d transfers; %d and %d bytes plain\n",
		len(codes), len(final.strings), len(final.tuples), len(final.units), len(final.texts), len(final.nodes), len(relations), len(w.b), len(t.b))
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"schedule/rates.bin.zst": z.EncodeAll(w.b, nil), "schedule/texts.bin.zst": z.EncodeAll(t.b, nil)}, nil
}

// encodeRuns writes the runs of a code: how many, and for each the distance
// from the run before and its length, then n of the values. The first value is
// written as the low bit of the length when n is 3.
func (b *scheduleBuild) encodeRuns(w *writer, h kanzei.HTS, states []*htsState, value func(rowIDs) [3]int, n int) {
	type run struct {
		from, to int
		v        [3]int
	}
	var runs []run
	for e, s := range states {
		r, ok := s.rows[h]
		if !ok {
			continue
		}
		v := value(r)
		if k := len(runs) - 1; k >= 0 && runs[k].to == e && runs[k].v == v {
			runs[k].to++
		} else {
			runs = append(runs, run{e, e + 1, v})
		}
	}
	w.uint(len(runs))
	at := 0
	for _, r := range runs {
		w.uint(r.from - at)
		at = r.to
		if n == 3 {
			w.uint((r.to-r.from)<<1 | r.v[0])
			w.uint(r.v[1])
			w.uint(r.v[2])
		} else {
			w.uint(r.to - r.from)
			w.uint(r.v[1])
		}
	}
}
