package edition

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"kanzei"
)

const flowsFormat = "flows"

// A Line is one code of ten digits: customs value and calculated duty in US
// dollars.
type Line struct {
	HTS      kanzei.HTS `json:"hts"`
	ValueUSD int64      `json:"value_usd"`
	DutyUSD  int64      `json:"duty_usd"`
}

// A Chapter is the sum over one chapter, in US dollars.
type Chapter struct {
	Chapter  int   `json:"chapter"`
	ValueUSD int64 `json:"value_usd"`
	DutyUSD  int64 `json:"duty_usd"`
}

// A Partner is one Census partner code. Lines is the number of its lines; a
// partner published by chapter only has none.
type Partner struct {
	Census   int // US Census Schedule C; 3 is the European Union
	Origin   kanzei.Origin
	Name     string
	ValueUSD int64
	DutyUSD  int64
	Lines    int
}

// Flows is an open file of flows. Its methods may be called at the same time.
type Flows struct {
	Source   Source
	Partners []Partner // ascending by census code

	codes    func() ([]kanzei.HTS, error)
	chapters func() ([][]Chapter, error)
	frames   [][]byte // by partner; nil without lines
}

// EncodeFlows writes a file. Partners ascend by census code; lines[i] ascend
// by code and chapters[i] by chapter; both sum to the partner's totals where
// there are any.
func EncodeFlows(src Source, partners []Partner, chapters [][]Chapter, lines [][]Line) ([]byte, error) {
	seen := map[kanzei.HTS]bool{}
	for i, p := range partners {
		if i > 0 && partners[i-1].Census >= p.Census {
			return nil, fmt.Errorf("partner %d out of order", p.Census)
		}
		for _, l := range lines[i] {
			seen[l.HTS] = true
		}
	}
	codes := make([]kanzei.HTS, 0, len(seen))
	for h := range seen {
		codes = append(codes, h)
	}
	slices.Sort(codes)
	at := make(map[kanzei.HTS]int, len(codes))
	for i, h := range codes {
		at[h] = i
	}

	out, err := begin(flowsFormat, src)
	if err != nil {
		return nil, err
	}
	index := binary.AppendUvarint(nil, uint64(len(partners)))
	for i, p := range partners {
		index = binary.AppendUvarint(index, uint64(p.Census))
		index = binary.AppendUvarint(index, uint64(p.Origin))
		index = appendText(index, p.Name)
		index = binary.AppendUvarint(index, uint64(p.ValueUSD))
		index = binary.AppendUvarint(index, uint64(p.DutyUSD))
		index = binary.AppendUvarint(index, uint64(len(lines[i])))
	}
	table, err := appendCodes(nil, codes)
	if err != nil {
		return nil, err
	}
	var sums []byte
	for i := range partners {
		sums = binary.AppendUvarint(sums, uint64(len(chapters[i])))
		for _, c := range chapters[i] {
			sums = binary.AppendUvarint(sums, uint64(c.Chapter))
			sums = binary.AppendUvarint(sums, uint64(c.ValueUSD))
			sums = binary.AppendUvarint(sums, uint64(c.DutyUSD))
		}
	}
	for _, raw := range [][]byte{index, table, sums} {
		if out, err = appendFrame(out, raw); err != nil {
			return nil, err
		}
	}
	for i := range partners {
		if len(lines[i]) == 0 {
			continue
		}
		raw, err := encodeLines(lines[i], at)
		if err != nil {
			return nil, fmt.Errorf("partner %d: %w", partners[i].Census, err)
		}
		if out, err = appendFrame(out, raw); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// encodeLines writes three columns, since like compresses with like: gaps in
// the table of codes, values, duties.
func encodeLines(lines []Line, at map[kanzei.HTS]int) ([]byte, error) {
	var raw []byte
	last := -1
	for _, l := range lines {
		i := at[l.HTS]
		if i <= last || l.ValueUSD < 0 || l.DutyUSD < 0 {
			return nil, fmt.Errorf("line %s is out of order or negative", l.HTS)
		}
		raw = binary.AppendUvarint(raw, uint64(i-last-1))
		last = i
	}
	for _, l := range lines {
		raw = binary.AppendUvarint(raw, uint64(l.ValueUSD))
	}
	for _, l := range lines {
		raw = binary.AppendUvarint(raw, uint64(l.DutyUSD))
	}
	return raw, nil
}

// OpenFlows reads the index of a file. Lines and chapters are read on demand;
// data must not change afterwards.
func OpenFlows(data []byte) (*Flows, error) {
	src, rest, err := open(flowsFormat, data)
	if err != nil {
		return nil, err
	}
	var head [3][]byte
	for i := range head {
		var ok bool
		if head[i], rest, ok = cutFrame(rest); !ok {
			return nil, corrupt(flowsFormat, "it ends early")
		}
	}
	raw, err := inflate(head[0])
	if err != nil {
		return nil, corrupt(flowsFormat, err.Error())
	}
	f := &Flows{Source: src}
	r := reader{b: raw}
	f.Partners = make([]Partner, r.count())
	f.frames = make([][]byte, len(f.Partners))
	for i := range f.Partners {
		f.Partners[i] = Partner{
			Census: int(r.uint()), Origin: kanzei.Origin(r.uint()), Name: r.text(),
			ValueUSD: r.usd(), DutyUSD: r.usd(), Lines: int(r.uint()),
		}
		if f.Partners[i].Lines == 0 {
			continue
		}
		var ok bool
		if f.frames[i], rest, ok = cutFrame(rest); !ok {
			return nil, corrupt(flowsFormat, "it ends early")
		}
	}
	if r.bad || len(r.b) > 0 || len(rest) > 0 {
		return nil, corrupt(flowsFormat, "its index does not fit")
	}
	f.codes = sync.OnceValues(func() ([]kanzei.HTS, error) { return decodeCodes(head[1]) })
	f.chapters = sync.OnceValues(func() ([][]Chapter, error) { return decodeChapters(head[2], len(f.Partners)) })
	return f, nil
}

func decodeCodes(frame []byte) ([]kanzei.HTS, error) {
	raw, err := inflate(frame)
	if err != nil {
		return nil, corrupt(flowsFormat, err.Error())
	}
	r := reader{b: raw}
	codes := r.codes()
	if r.bad {
		return nil, corrupt(flowsFormat, "its codes do not fit")
	}
	return codes, nil
}

func decodeChapters(frame []byte, n int) ([][]Chapter, error) {
	raw, err := inflate(frame)
	if err != nil {
		return nil, corrupt(flowsFormat, err.Error())
	}
	r := reader{b: raw}
	all := make([][]Chapter, n)
	for i := range all {
		all[i] = make([]Chapter, r.count())
		for j := range all[i] {
			all[i][j] = Chapter{int(r.uint()), r.usd(), r.usd()}
		}
	}
	if r.bad || len(r.b) > 0 {
		return nil, corrupt(flowsFormat, "its chapters do not fit")
	}
	return all, nil
}

// Codes returns every code that some partner has, ascending. The slice is
// shared; do not change it.
func (f *Flows) Codes() ([]kanzei.HTS, error) { return f.codes() }

// Chapters returns the sums by chapter of Partners[i], ascending. The slice is
// shared; do not change it.
func (f *Flows) Chapters(i int) ([]Chapter, error) {
	all, err := f.chapters()
	if err != nil {
		return nil, err
	}
	return all[i], nil
}

// Lines returns the lines of Partners[i], ascending by code, in a slice of the
// caller's own.
func (f *Flows) Lines(i int) ([]Line, error) {
	if f.frames[i] == nil {
		return nil, nil
	}
	codes, err := f.codes()
	if err != nil {
		return nil, err
	}
	raw, err := inflate(f.frames[i])
	if err != nil {
		return nil, corrupt(flowsFormat, err.Error())
	}
	n := f.Partners[i].Lines
	if n > len(raw)/3 {
		return nil, corrupt(flowsFormat, "a partner has fewer lines than its index says")
	}
	lines := make([]Line, n)
	r := reader{b: raw}
	at := uint64(0)
	for j := range lines {
		if at += r.uint(); at >= uint64(len(codes)) {
			return nil, corrupt(flowsFormat, "a line has no code")
		}
		lines[j].HTS = codes[at]
		at++
	}
	for j := range lines {
		lines[j].ValueUSD = r.usd()
	}
	for j := range lines {
		lines[j].DutyUSD = r.usd()
	}
	if r.bad || len(r.b) > 0 {
		return nil, corrupt(flowsFormat, "the lines of a partner do not fit")
	}
	return lines, nil
}
