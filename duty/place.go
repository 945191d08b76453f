package duty

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// A Line is an entry line on its way through a rater.
type Line struct {
	Entry *kanzei.Entry
	Code  *Code      // of the entry's code, or nil
	Known kanzei.Day // the day of knowledge; zero: everything held
	Row   int32      // of the caller
	Whole *Whole     // the entry of which it is a line, nil where it is the only one
	Err   error      // from Admit and Place: a *kanzei.Problem where the entry makes no sense

	origin   int32 // place in allOrigins
	stretch  int32 // of the atlas, -1 where the code lies on several
	declares declarations
	has      holding
	frame    *frame
	rates    *frame // of the day whose column 1 or 2 is paid
	line     *lineInfo
	under    [3]*treatment // by law of the frame, nil until asked for
	gaps     uint64        // of those of the frame, those that concern the goods
}

// pays reports whether the processing fee of the entry is shown with the line.
func (l *Line) pays() bool { return l.Whole == nil || l.Whole.First == l.Row }

// processingFee is that of the entry of the line; held is false where it is not
// known.
func (l *Line) processingFee() (fee kanzei.Money, held bool) {
	if w := l.Whole; w != nil {
		return processingFee(l.frame.fee, w.Value, w.Fee)
	}
	return processingFee(l.frame.fee, l.Entry.Value, LineFee(l.Entry.Value))
}

// A holding tells what an entry holds, so that it is not looked at again.
type holding uint8

const (
	remarkable holding = 1 << iota // something on which remarks are made
	zoned                          // a status in a foreign-trade zone
	unitless                       // a quantity without a unit
	returned                       // a value that is the dutiable part
)

func holdingOf(e *kanzei.Entry) (h holding) {
	if e.SPI != "" || len(e.Flags) > 0 || e.Origin == unitedStates || e.Origin == puertoRico {
		h |= remarkable
	}
	if e.FTZStatus != "" {
		h |= zoned
	}
	if e.Full != 0 {
		h |= returned
	}
	if e.Quantity != 0 && e.Unit == "" || e.Quantity2 != 0 && e.Unit2 == "" {
		h |= unitless
	}
	return h
}

// The laws of a frame.
const (
	asKnown = iota // what is collected, as known on the day of knowledge
	asThen         // what was collected, as known on the day of entry
	asDue          // what is legally due
)

// A frame is what all entries of a day have in common, as known on a day.
type frame struct {
	on      kanzei.Day
	laws    [3]*lawTable // asThen is nil where the law known now is that of the day of entry
	gaps    *gapSet
	known   kanzei.Day
	horizon Text // the caveat of a day after the horizon
	edition int
	era     uint8 // of the order of filing
	fee     int   // fiscal year of the processing fee
	noFee   Text  // the caveat where the fee of informal entries is not held
}

// A lawTable is a law with what this rater alone has made of it.
type lawTable struct {
	*law
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
	if f.laws[asKnown], err = r.law(on, known, Collected); err != nil {
		return nil, err
	}
	if f.laws[asDue], err = r.law(on, known, Legal); err != nil {
		return nil, err
	}
	if known == 0 || known > on {
		if f.laws[asThen], err = r.law(on, on, Collected); err != nil {
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
	l := r.laws[t]
	if l == nil {
		l = &lawTable{law: r.engine.common.law(t)}
		r.laws[t] = l
	}
	return l, nil
}

// allGoods reports whether a provision covers every product.
func (p *prov) allGoods() bool {
	return slices.ContainsFunc(p.Products, func(i kanzei.ProductItem) bool { return i.All })
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
func (g *gapSet) on(c *Code, origin int) uint64 {
	mine := g.origins[origin]
	if mine == 0 {
		return 0
	}
	if c.gaps != g {
		c.gaps, c.touched = g, g.touch(c.hts)
	}
	return c.touched & mine
}

// touch returns the gaps that concern a code, whatever the origin.
func (g *gapSet) touch(h kanzei.HTS) uint64 {
	lo, hi := h.Range()
	at := g.cuts.find(lo)
	mask := g.masks[at]
	for at++; at < len(g.masks) && g.cuts.cuts[at] < hi; at++ {
		mask |= g.masks[at]
	}
	return mask
}

// A Code is what a rater knows of a code of the schedule.
type Code struct {
	hts     kanzei.HTS
	number  int32 // among the codes of the rater
	stretch int32 // of the atlas, -1 until asked for
	last    int32 // the last stretch of a code of fewer than ten digits
	gaps    *gapSet
	touched uint64 // the gaps of gaps that concern the code
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
type lineInfo struct{ schedule.Line }

// Code returns what the rater knows of a code.
func (r *Rater) Code(h kanzei.HTS) *Code {
	c := r.codes[h]
	if c == nil {
		c = &Code{hts: h, stretch: -1}
		r.codes[h] = c
		r.fresh = append(r.fresh, c)
	}
	return c
}

// on returns the stretch of the atlas that the code lies on, -1 for several.
func (c *Code) on(a *atlas) int32 {
	if c.stretch < 0 {
		lo, hi := c.hts.Range()
		c.stretch, c.last = int32(a.find(lo)), int32(a.find(hi-1))
	}
	if c.stretch != c.last {
		return -1
	}
	return c.stretch
}

// What a rater may hold. The law has some thousands of texts and the schedule
// some ten thousands of codes, but entries can declare facts that no provision
// asks for and codes that do not exist.
const (
	maxTexts = 1 << 17
	maxCodes = 1 << 17
)

// Full reports whether a rater holds more than it should: a new one is to be
// made before the next batch.
func (r *Rater) Full() bool { return len(r.texts) > maxTexts || len(r.codes) > maxCodes }

// rank numbers the codes held in the order of the schedule, in which the law
// keeps what bears on them.
func (r *Rater) rank() {
	if len(r.fresh) == 0 {
		return
	}
	order := func(a, b *Code) int { return cmp.Compare(a.hts, b.hts) }
	slices.SortFunc(r.fresh, order)
	old := r.byCode
	r.byCode = slices.Grow(old, len(r.fresh))[:len(old)+len(r.fresh)]
	for at := len(r.byCode); len(r.fresh) > 0; {
		from := &r.fresh
		if len(old) > 0 && order(old[len(old)-1], r.fresh[len(r.fresh)-1]) > 0 {
			from = &old
		}
		at--
		last := len(*from) - 1
		r.byCode[at] = (*from)[last]
		*from = (*from)[:last]
	}
	for i, c := range r.byCode {
		c.number = int32(i)
	}
}

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
	l := r.engine.common.line(k, func() *lineInfo { return &lineInfo{line} })
	i := slices.Index(c.infos, l)
	if i < 0 && len(c.infos) < 255 {
		i = len(c.infos)
		c.infos = append(c.infos, l)
	}
	if i >= 0 {
		from, to := r.engine.Schedule.Steady(c.hts, f.edition)
		for e := from; e < min(to, maxEditions); e++ {
			c.at[e] = uint8(i + 1)
		}
	}
	return l, nil
}

// ByCode returns for each code its place in the order of the schedule, in the
// slice given, and their number. Nil codes have no place.
func (r *Rater) ByCode(codes []*Code, places []int32) (_ []int32, n int) {
	r.rank()
	r.counts = slices.Grow(r.counts[:0], len(r.byCode)+1)[:len(r.byCode)+1]
	clear(r.counts)
	for _, c := range codes {
		if c == nil {
			continue
		}
		r.counts[c.number+1]++
		n++
	}
	for i := 1; i < len(r.counts); i++ {
		r.counts[i] += r.counts[i-1]
	}
	for i, c := range codes {
		if c != nil {
			places[i] = r.counts[c.number]
			r.counts[c.number]++
		}
	}
	return places, n
}

// Admit looks whether an entry makes sense and finds the law of its day.
func (r *Rater) Admit(l *Line) {
	e := l.Entry
	code := e.HTS
	if l.Err = r.engine.check(e); l.Err != nil {
		return
	}
	known := l.Known
	if known != 0 {
		known = r.engine.turn(known)
	}
	if l.frame, l.Err = r.frame(e.Date, known); l.Err != nil {
		return
	}
	if l.Code == nil || e.HTS != code { // as chapter 98 has it
		l.Code = r.Code(e.HTS)
	}
	l.origin, l.declares, l.has = int32(originAt(e.Origin)), declarationsOf(e), holdingOf(e)
	if l.rates = l.frame; e.FTZStatus == privilegedForeign {
		l.rates, l.Err = r.frame(e.FTZDate, known)
	}
}

// Place finds the lines of the schedule. It is quicker where lines of the same
// code follow one another.
func (r *Rater) Place(lines []Line) {
	atlas := r.engine.atlas()
	for i := range lines {
		l := &lines[i]
		if l.Err != nil {
			continue
		}
		if l.line, l.Err = r.line(l.Code, l.rates); l.Err == nil {
			l.gaps = l.frame.gaps.on(l.Code, int(l.origin))
			l.stretch = l.Code.on(atlas)
		}
	}
}

// units fills in the units of quantities where none are given.
func (l *Line) units() {
	if l.has&unitless == 0 {
		return
	}
	l.has &^= unitless
	e := l.Entry
	if e.Quantity != 0 && e.Unit == "" && len(l.line.Units) > 0 {
		e.Unit = l.line.Units[0]
	}
	if e.Quantity2 != 0 && e.Unit2 == "" && len(l.line.Units) > 1 {
		e.Unit2 = l.line.Units[1]
	}
}

// Treat finds what bears on lines that have been placed. It returns them in an
// order, kept in the slice given, in which those that the law treats alike
// follow one another.
func (r *Rater) Treat(lines []Line, order []int32) []int32 {
	for rest := lines; len(rest) > 0; {
		n := min(len(rest), ahead)
		for law := range rest[0].under {
			r.treat(rest[:n], law)
		}
		rest = rest[n:]
	}
	return r.group(lines, order[:0])
}

// ahead is how many lines a step is taken for before the next step: what they
// need is then fetched for many at a time.
const ahead = 128

// treat finds what bears on lines under one of the laws of their frames, unless
// it is the law known.
func (r *Rater) treat(here []Line, which int) {
	var at [ahead]uint32
	for i := range here {
		l := &here[i]
		law := l.frame.laws[which]
		switch {
		case law == nil || which != asKnown && law == l.frame.laws[asKnown]:
		case l.stretch < 0 || !law.ready.Load():
			l.under[which] = r.treatment(law, l.Code, int(l.origin))
		default:
			list, class := law.Table.ids[l.stretch], law.class[l.origin]
			if at[i] = atomic.LoadUint32(&law.rows[int(list)*law.classes+int(class)]); at[i] == 0 {
				l.under[which] = r.classed(law, list, class)
			}
		}
	}
	for i := range here {
		if at[i] != 0 {
			here[i].under[which] = r.treatedAt(at[i])
		}
	}
}

// Fetch reads a little of all that the answers for some of the lines need: what
// is far away comes while the next is asked for.
func (r *Rater) Fetch(lines []Line, order []int32) {
	n := 0
	for _, j := range order {
		l := &lines[j]
		e := l.Entry
		n += int(e.Value) + len(e.Flags) + int(l.gaps)
		if l.Whole != nil {
			n += int(l.Whole.First)
		}
	}
	for _, j := range order {
		l := &lines[j]
		n += len(l.line.Units) + int(l.line.General.AdValorem) + len(l.line.Special) + len(l.line.AdditionalDuties)
		if t := l.under[asThen]; t != nil && t.templates.Load() != nil {
			n++
		}
	}
	r.fetched = n
}

// group returns the lines in order of their treatments, treatments as they come.
func (r *Rater) group(lines []Line, order []int32) []int32 {
	if cap(r.after) < len(lines) {
		r.after = make([]int32, len(lines))
	}
	after := r.after[:len(lines)] // line → the next of its treatment, plus one
	met := r.met[:0]
	for j := len(lines) - 1; j >= 0; j-- {
		place := uint32(0) // no treatment
		if t := lines[j].under[asKnown]; t != nil {
			place = t.place
		}
		for int(place) >= len(r.first) {
			r.first = append(r.first, 0)
		}
		if r.first[place] == 0 {
			met = append(met, place)
		}
		after[j] = r.first[place]
		r.first[place] = int32(j + 1)
	}
	for _, place := range met {
		for j := r.first[place]; j != 0; j = after[j-1] {
			order = append(order, j-1)
		}
		r.first[place] = 0
	}
	r.met = met
	return order
}
