package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// A Place is where an entry line stands: the law and the schedule of its day.
type Place struct {
	frame *frame
	code  *Code
	line  *lineInfo
}

// Law numbers the law of the place among those its rater has met: lines rated
// one after another under one law are rated faster.
func (p *Place) Law() int { return p.frame.now.seq }

// A frame is what all entries of a day have in common, as known on a day.
type frame struct {
	on               kanzei.Day
	now, then, legal *lawTable // then is nil where the law known now is that of the day of entry
	gaps             *gapSet
	known            kanzei.Day
	horizon          Text // the caveat of a day after the horizon
	edition          int
	era              uint8 // of the order of filing
	fee              int   // fiscal year of the processing fee
	noFee            Text  // the caveat where the fee of informal entries is not held
}

// A lawTable is a table with what this rater has made of it.
type lawTable struct {
	*Table
	seq     int
	ids     []uint32 // provision → its number among all provisions met
	class   []uint16 // origin → class of origins that the same provisions bear on
	classes int
	asked   int
	rows    []uint32 // list × classes + class → its treatment in Rater.treated, 0 until asked for; nil until the table is asked often
	members []int    // class → an origin
	plain   []uint32 // provision → what it does to plain goods, see classes.go
}

// frame returns the frame of a day.
func (r *Rater) frame(on, known kanzei.Day) (*frame, error) {
	i := int(on - schedule.Start)
	if i < 0 {
		_, err := r.engine.Schedule.Line(0, on)
		return nil, err
	}
	if known != r.known || r.days == nil {
		r.known, r.days = known, r.frames[known]
	}
	days := r.days
	if i < len(days) && days[i] != nil {
		return days[i], nil
	}
	f := &frame{on: on, known: known, edition: schedule.EditionAt(on), era: uint8(filingEra(on)), fee: feeYear(on)}
	f.noFee = r.text(noInformalFee(f.fee))
	if horizon := r.engine.Ledger.Coverage.Horizon; on > horizon {
		f.horizon = r.text(fmt.Sprintf(afterHorizon, horizon))
	}
	var err error
	if f.now, err = r.law(on, known, Collected); err != nil {
		return nil, err
	}
	if f.legal, err = r.law(on, known, Legal); err != nil {
		return nil, err
	}
	if known == 0 || known > on {
		if f.then, err = r.law(on, on, Collected); err != nil {
			return nil, err
		}
	}
	f.gaps = r.gapsOn(on.Open())
	if i >= len(days) {
		days = append(days, make([]*frame, i+1-len(days))...)
		r.frames[known], r.days = days, days
	}
	days[i] = f
	return f, nil
}

func (r *Rater) law(on, known kanzei.Day, view View) (*lawTable, error) {
	t, err := r.engine.Table(on, known, view)
	if err != nil {
		return nil, err
	}
	if l := r.laws[t]; l != nil {
		return l, nil
	}
	l := &lawTable{Table: t, seq: len(r.laws), ids: make([]uint32, len(t.provs))}
	for i := range t.provs {
		key := t.provs[i].describe()
		id, ok := r.provisions[key]
		if !ok {
			id = uint32(len(r.provisions))
			r.provisions[key] = id
		}
		l.ids[i] = id
	}
	r.laws[t] = l
	return l, nil
}

// classify builds the index of the table and finds the origins that the same
// provisions bear on.
func (l *lawTable) classify() {
	t := l.Table
	t.index()
	l.class = make([]uint16, len(originIndex))
	classes := map[string]uint16{}
	bits := make([]byte, (len(t.provs)+8)/8)
	for o := range l.class {
		clear(bits)
		for i := range t.provs {
			if t.provs[i].from(o) {
				bits[i>>3] |= 1 << (i & 7)
			}
		}
		if t.column2.has(o) {
			bits[len(t.provs)>>3] |= 1 << (len(t.provs) & 7)
		}
		c, ok := classes[string(bits)]
		if !ok {
			c = uint16(len(classes))
			classes[string(bits)] = c
		}
		l.class[o] = c
	}
	l.classes = len(classes)
	l.rows = make([]uint32, len(t.lists)*l.classes)
}

// describe writes all of a provision that an answer may rest on, but for codes,
// origins and its act.
func (p *prov) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %q %d %v %q", p.Heading, p.Program, p.Title, p.Effect, p.Rate, p.base)
	fmt.Fprintf(&b, " %v %q %q %q %p %p", p.When, p.YieldsTo, p.InLieuOf, p.Caveat, p.Void.Instrument, p.Void.Act)
	return b.String()
}

// A gapSet is the gaps of the register at a moment, cut like an atlas: stretch
// i is touched by the gaps of the bits of masks[i].
type gapSet struct {
	gaps    []gapAt
	cuts    atlas
	masks   []uint64
	origins []uint64 // origin → the gaps that concern it

	unsupported uint64 // the gaps that leave goods without a figure
}

type gapAt struct {
	codes       ledger.Set
	origin      func(kanzei.Origin) bool
	say         Text
	unsupported bool
}

func (r *Rater) gapsOn(at kanzei.Moment) *gapSet {
	epoch, found := slices.BinarySearch(r.bounds, at)
	if found {
		epoch++
	}
	if g := r.gapsAt[epoch]; g != nil {
		return g
	}
	g := &gapSet{cuts: atlas{[]uint64{0}}, origins: make([]uint64, len(allOrigins))}
	b := r.engine.Book(0)
	for i := range r.engine.Ledger.Coverage.Gaps {
		c := &r.engine.Ledger.Coverage.Gaps[i]
		if at < c.From || at >= c.Until {
			continue
		}
		p := kanzei.Provision{Products: c.Products, Origins: c.Origins}
		x := gapAt{b.Products(&p, at), b.Origins(&p, at), r.text(c.Say), c.Unsupported}
		for _, v := range x.codes {
			g.cuts.cuts = append(g.cuts.cuts, v.Lo, v.Hi)
		}
		for o, origin := range allOrigins {
			if x.origin(origin) && len(g.gaps) < 64 {
				g.origins[o] |= 1 << len(g.gaps)
			}
		}
		if x.unsupported && len(g.gaps) < 64 {
			g.unsupported |= 1 << len(g.gaps)
		}
		g.gaps = append(g.gaps, x)
	}
	slices.Sort(g.cuts.cuts)
	g.cuts.cuts = slices.Compact(g.cuts.cuts)
	g.masks = make([]uint64, len(g.cuts.cuts))
	for i := range min(len(g.gaps), 64) {
		at := 0
		for _, v := range g.gaps[i].codes {
			for at = g.cuts.seek(at, v.Lo); g.cuts.cuts[at] < v.Hi; at++ {
				g.masks[at] |= 1 << i
				if at+1 == len(g.masks) {
					break
				}
			}
		}
	}
	r.gapsAt[epoch] = g
	return g
}

// on returns the gaps that concern goods, one bit each.
func (g *gapSet) on(h kanzei.HTS, origin int) uint64 {
	mine := g.origins[origin]
	if mine == 0 {
		return 0
	}
	lo, hi := h.Range()
	at := g.cuts.find(lo)
	mask := g.masks[at]
	for at++; at < len(g.masks) && g.cuts.cuts[at] < hi; at++ {
		mask |= g.masks[at]
	}
	return mask & mine
}

// A Code is what a rater knows of a code of the schedule.
type Code struct {
	hts     kanzei.HTS
	stretch int32 // of the atlas, -1 until asked for
	last    int32 // the last stretch of a code of fewer than ten digits
	infos   []*lineInfo
	at      [maxEditions]uint8 // edition of the schedule → index of infos, plus one
}

// maxEditions bounds the editions that a code remembers its line for.
const maxEditions = 160

type lineKey struct {
	hts, rated kanzei.HTS
	general    string
	column2    string
	additional string
	special    *schedule.Special
	units      *string
}

// A lineInfo is a line of the schedule, the same for the editions that say the
// same.
type lineInfo struct {
	schedule.Line
	additional Text // the caveat
}

// Code returns what the rater knows of a code.
func (r *Rater) Code(h kanzei.HTS) *Code {
	c := r.codes[h]
	if c == nil {
		c = &Code{hts: h, stretch: -1}
		if len(r.codes) > maxCodes {
			clear(r.codes)
		}
		r.codes[h] = c
	}
	return c
}

// maxCodes bounds the codes held.
const maxCodes = 1 << 17

func (r *Rater) line(c *Code, f *frame) (*lineInfo, error) {
	if f.edition < maxEditions {
		if i := c.at[f.edition]; i != 0 {
			return c.infos[i-1], nil
		}
	}
	line, err := r.engine.Schedule.Line(c.hts, f.on)
	if err != nil {
		return nil, err
	}
	k := lineKey{c.hts, line.Rated, line.General.Text, line.Column2.Text, line.AdditionalDuties, nil, nil}
	if len(line.Special) > 0 {
		k.special = &line.Special[0]
	}
	if len(line.Units) > 0 {
		k.units = &line.Units[0]
	}
	l := r.lines[k]
	if l == nil {
		l = &lineInfo{Line: line}
		if line.AdditionalDuties != "" {
			l.additional = r.text(additionalDuties + line.AdditionalDuties)
		}
		if len(r.lines) > maxCodes {
			clear(r.lines)
		}
		r.lines[k] = l
	}
	i := slices.Index(c.infos, l)
	if i < 0 && len(c.infos) < 255 {
		i = len(c.infos)
		c.infos = append(c.infos, l)
	}
	if f.edition < maxEditions && i >= 0 {
		c.at[f.edition] = uint8(i + 1)
	}
	return l, nil
}

// Place finds where a line stands, as known at the end of a day; the zero Day
// means everything held. Entries that make no sense are a *kanzei.Problem. The
// units of quantities are filled in where none are given. Code is that of the
// entry's code, or nil.
func (r *Rater) Place(entry *kanzei.Entry, code *Code, known kanzei.Day) (p Place, err error) {
	if err = r.engine.check(entry); err != nil {
		return p, err
	}
	if known != 0 {
		known = r.engine.turn(known)
	}
	if p.frame, err = r.frame(entry.Date, known); err != nil {
		return p, err
	}
	if p.code = code; code == nil {
		p.code = r.Code(entry.HTS)
	}
	if p.line, err = r.line(p.code, p.frame); err != nil {
		return p, err
	}
	if entry.Quantity != 0 && entry.Unit == "" && len(p.line.Units) > 0 {
		entry.Unit = p.line.Units[0]
	}
	if entry.Quantity2 != 0 && entry.Unit2 == "" && len(p.line.Units) > 1 {
		entry.Unit2 = p.line.Units[1]
	}
	return p, nil
}
