package panel

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/schedule"
)

// Build computes the panel of the days from one to another, both included,
// under the law as known today.
func Build(e *duty.Engine, from, to kanzei.Day, a Assumptions) (*Panel, error) {
	return BuildKnown(e, from, to, 0, a)
}

// BuildKnown is Build under the law as known at the end of a day; the zero Day
// means everything held. Days beyond the horizon are answered from the law known
// then, with its own clocks run on.
func BuildKnown(e *duty.Engine, from, to, known kanzei.Day, a Assumptions) (*Panel, error) {
	cover := e.Ledger.Coverage
	switch {
	case to < from:
		return nil, &kanzei.Problem{Code: "panel.days", Msg: fmt.Sprintf("the last day %s is before the first, %s", to, from)}
	case from < cover.Begins || from < schedule.Start:
		return nil, &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("%s is before the coverage begins", from), Hint: fmt.Sprintf("ask for %s or later", max(cover.Begins, schedule.Start))}
	}
	b := &builder{Panel: &Panel{From: from, Until: to + 1, Known: known, Horizon: cover.Horizon, Assumptions: a, origins: kanzei.Origins(), originAt: map[kanzei.Origin]int{}},
		engine: e, known: known, rater: e.NewRater(),
		rates: map[string]uint32{"": 0}, rateOf: []kanzei.Rate{{}}, bases: map[base]uint32{}, contents: map[content]uint32{}, contentOf: []content{{}},
		rowAt: map[string]uint32{}, kindAt: map[kindKey]uint32{}, goodsAt: map[goodsKey]uint32{}, treatments: map[duty.Treatment]uint32{}}
	if known == 0 || known > cover.Horizon {
		b.Known = cover.Horizon
	}
	for i, o := range b.origins {
		b.originAt[o] = i
	}
	b.prefers = make([]int, len(b.origins))
	if p := a.Preference; p != nil {
		for i, o := range p.Origins {
			b.prefers[b.originAt[o]] = i + 1
		}
	}
	b.gaps()
	cuts := b.cuts()
	warm := b.warm(cuts)
	err := b.schedule()
	warm.Wait()
	if err != nil {
		return nil, err
	}
	b.preference()
	if err := b.stretch(cuts); err != nil {
		return nil, err
	}
	b.fill()
	b.settle()
	return b.Panel, nil
}

type builder struct {
	*Panel
	engine *duty.Engine
	known  kanzei.Day
	rater  *duty.Rater

	rates     map[string]uint32 // text → rate
	rateOf    []kanzei.Rate
	bases     map[base]uint32
	baseOf    []base
	based     [][]uint32 // edition - first → code → base + 1
	first     int        // edition
	contents  map[content]uint32
	contentOf []content
	contained []uint32 // code → content

	register []*ledger.Gap
	gapped   []*gap
	rowAt    map[string]uint32
	kindAt   map[kindKey]uint32
	goodsAt  map[goodsKey]uint32
	traits   [][]traits // by row and class

	treatments map[duty.Treatment]uint32
}

// A base is the rates of a line.
type base struct {
	general, column2 uint32
	special          uint32 // under the preference; 0 where the line lists none
	spi              uint8  // place in Preference.SPI
}

type content struct {
	steel, aluminum, copper kanzei.Fraction
	known                   bool
}

// traits of a treatment that decide what its cells hang on.
type traits struct{ column2, content, claims, dated bool }

type kindKey struct {
	row, base, content, gap uint32
	dated                   kanzei.Day
}

// goods are what a cell answers for.
type goods struct {
	treatment duty.Treatment
	rate      *kanzei.Rate
	content   content
	spi       string
	on        kanzei.Day
	gap       *gap
}

type goodsKey struct {
	treatment duty.Treatment
	rate      uint32
	content   uint32
	spi       uint8 // place in Preference.SPI + 1
	dated     uint64
	gap       *gap
}

// schedule reads the codes and base rates of all editions that answer.
func (b *builder) schedule() error {
	b.first = schedule.EditionAt(b.From)
	calendar := schedule.Calendar()
	last := schedule.EditionAt(b.Until - 1)
	for e := b.first; e <= last; e++ {
		b.codes = append(b.codes, b.lines(max(b.From, calendar[e].From))...)
		slices.Sort(b.codes)
		b.codes = slices.Compact(b.codes)
	}
	b.contained = make([]uint32, len(b.codes))
	b.contents[content{}] = 0
	for e := b.first; e <= last; e++ {
		on := max(b.From, calendar[e].From)
		list := make([]uint32, len(b.codes))
		i := 0
		for _, h := range b.lines(on) {
			for b.codes[i] != h {
				i++
			}
			line, err := b.engine.Schedule.Line(h, on)
			if err != nil {
				return err
			}
			x := base{general: b.rate(&line.General), column2: b.rate(&line.Column2)}
			if p := b.Assumptions.Preference; p != nil {
				for j, spi := range p.SPI {
					if k := slices.IndexFunc(line.Special, func(s schedule.Special) bool { return slices.Contains(s.Programs, spi) }); k >= 0 {
						x.special, x.spi = b.rate(&line.Special[k].Rate), uint8(j)
						break
					}
				}
			}
			id, ok := b.bases[x]
			if !ok {
				b.baseOf = append(b.baseOf, x)
				id = uint32(len(b.baseOf))
				b.bases[x] = id
			}
			list[i] = id
		}
		b.based = append(b.based, list)
	}
	if b.Assumptions.Content != nil {
		for i, h := range b.codes {
			var c content
			c.steel, c.aluminum, c.copper, c.known = b.Assumptions.Content(h)
			id, ok := b.contents[c]
			if !ok {
				id = uint32(len(b.contentOf))
				b.contentOf = append(b.contentOf, c)
				b.contents[c] = id
			}
			b.contained[i] = id
		}
	}
	return nil
}

// lines returns the ten-digit numbers of a day, and the lines of eight digits
// that have none, such as those of watches.
func (b *builder) lines(on kanzei.Day) []kanzei.HTS {
	codes := make([]kanzei.HTS, 0, 21_000)
	for h := range b.engine.Schedule.Codes(on) {
		if h.Chapter() <= 97 {
			codes = append(codes, h)
		}
	}
	var short []kanzei.HTS
	i := 0
	for l := range b.engine.Schedule.Under(0, on) {
		if l.HTS.Digits() != 8 || l.HTS.Chapter() > 97 {
			continue
		}
		lo, hi := l.HTS.Range()
		for i < len(codes) && codes[i].Ten() < lo {
			i++
		}
		if i == len(codes) || codes[i].Ten() >= hi {
			short = append(short, l.HTS)
		}
	}
	codes = append(codes, short...)
	slices.Sort(codes)
	return codes
}

func (b *builder) rate(r *kanzei.Rate) uint32 {
	id, ok := b.rates[r.Text]
	if !ok {
		id = uint32(len(b.rateOf))
		b.rateOf = append(b.rateOf, *r)
		b.rates[r.Text] = id
	}
	return id
}

// gaps reads the gaps of the register that leave goods without an answer.
func (b *builder) gaps() {
	for i := range b.engine.Ledger.Coverage.Gaps {
		g := &b.engine.Ledger.Coverage.Gaps[i]
		if g.Unsupported && g.From < b.Until.Open() && g.Until > b.From.Open() {
			b.register = append(b.register, g)
		}
	}
}

// preference reads the shares of every code and period.
func (b *builder) preference() {
	p := b.Assumptions.Preference
	if p == nil {
		return
	}
	b.shares = [][][]kanzei.Fraction{make([][]kanzei.Fraction, len(p.Origins))}
	for _, period := range p.Periods {
		by := make([][]kanzei.Fraction, len(p.Origins))
		for i, o := range p.Origins {
			by[i] = make([]kanzei.Fraction, len(b.codes))
			for c, h := range b.codes {
				by[i][c] = period.Share(h, o)
			}
		}
		b.shares = append(b.shares, by)
	}
}

// firstDay is the first day on which a moment has come.
func firstDay(m kanzei.Moment) kanzei.Day {
	d := m.Day()
	if d.Open() < m {
		d++
	}
	return d
}

// cuts returns the days on which a stretch begins.
func (b *builder) cuts() []kanzei.Day {
	days := []kanzei.Day{b.From}
	add := func(d kanzei.Day) {
		if d > b.From && d < b.Until {
			days = append(days, d)
		}
	}
	book := b.engine.Book(b.known)
	for _, m := range book.Bounds() {
		add(firstDay(m))
	}
	for _, d := range b.entered() {
		add(d)
	}
	for _, e := range schedule.Calendar() {
		add(e.From)
	}
	for _, g := range b.register {
		add(firstDay(g.From))
		if g.Until != kanzei.Forever {
			add(firstDay(g.Until))
		}
	}
	if p := b.Assumptions.Preference; p != nil {
		for i := range p.Periods {
			add(p.Periods[i].From)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// entered returns the days on which a condition on the day of entry turns.
func (b *builder) entered() []kanzei.Day {
	var days []kanzei.Day
	for _, in := range b.engine.Ledger.Instruments {
		for i := range in.Acts {
			if p := in.Acts[i].Provision; p != nil {
				for _, c := range p.When {
					if c.Fact == "entered" {
						days = append(days, firstDay(c.Time))
					}
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// stretch finds the kind of every code in every stretch.
func (b *builder) stretch(cuts []kanzei.Day) error {
	entered := b.entered()
	book := b.engine.Book(0)
	var last duty.Classes
	var rowOf []uint32
	var product []int32 // code → class of products
	var dated []bool    // by row: conditions on the day of entry
	for i, on := range cuts {
		s := stretch{from: on, until: b.Until, edition: schedule.EditionAt(on)}
		if i+1 < len(cuts) {
			s.until = cuts[i+1]
		}
		if p := b.Assumptions.Preference; p != nil {
			for j := range p.Periods {
				if p.Periods[j].From <= on {
					s.period = j + 1
				}
			}
		}
		classes, err := b.rater.Classes(on, b.known)
		if err != nil {
			return err
		}
		if classes != last {
			last = classes
			rowOf = make([]uint32, classes.Products())
			product = make([]int32, len(b.codes))
			for c, h := range b.codes {
				product[c] = int32(classes.Product(h))
			}
			for k := range rowOf {
				rowOf[k] = 1<<32 - 1
			}
		}
		var turned kanzei.Day
		for _, d := range entered {
			if d <= on {
				turned = d
			}
		}
		gaps := b.gapsOn(book, on)
		list := make([]uint32, len(b.codes))
		based := b.based[s.edition-b.first]
		for c, h := range b.codes {
			if based[c] == 0 || product[c] < 0 {
				continue
			}
			if rowOf[product[c]] == 1<<32-1 {
				rowOf[product[c]] = b.row(classes, int(product[c]))
				for len(dated) < len(b.rows) {
					dated = append(dated, slices.ContainsFunc(b.traits[len(dated)], func(is traits) bool { return is.dated }))
				}
			}
			k := kindKey{row: rowOf[product[c]], base: based[c] - 1, content: b.contained[c]}
			if dated[k.row] {
				k.dated = turned
			}
			var g *gap
			if len(gaps) > 0 {
				g, k.gap = b.gapOf(gaps, h)
			}
			id, ok := b.kindAt[k]
			if !ok {
				id = b.kind(&k, on, g)
				b.kindAt[k] = id
			}
			list[c] = id + 1
		}
		b.stretches = append(b.stretches, s)
		b.kindOf = append(b.kindOf, list)
	}
	return nil
}

// warm compiles the law of all stretches on all processors while the schedule is
// read; the rater, which is for one goroutine, then finds it done.
func (b *builder) warm(cuts []kanzei.Day) *sync.WaitGroup {
	work := make(chan kanzei.Day, len(cuts))
	for _, d := range cuts {
		work <- d
	}
	close(work)
	wg := &sync.WaitGroup{}
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for d := range work {
				if t, err := b.engine.Table(d, b.known, duty.Collected); err == nil {
					t.Index()
				}
			}
		})
	}
	return wg
}

// A gapOn is a gap on a day.
type gapOn struct {
	codes ledger.Set
	gap   *gap
	id    uint32
}

func (b *builder) gapsOn(book *ledger.Book, on kanzei.Day) (out []gapOn) {
	at := on.Open()
	for _, g := range b.register {
		if at < g.From || at >= g.Until {
			continue
		}
		p := kanzei.Provision{Products: g.Products, Origins: g.Origins}
		who := book.Origins(&p, at)
		x := &gap{program: g.Program, origins: make([]bool, len(b.origins))}
		for j, o := range b.origins {
			x.origins[j] = who(o)
		}
		x, id := b.gap(x)
		out = append(out, gapOn{book.Products(&p, at), x, id})
	}
	return out
}

// gap returns the one gap that is the same, and its number from one.
func (b *builder) gap(x *gap) (*gap, uint32) {
	i := slices.IndexFunc(b.gapped, func(g *gap) bool { return g.program == x.program && slices.Equal(g.origins, x.origins) })
	if i < 0 {
		i = len(b.gapped)
		b.gapped = append(b.gapped, x)
	}
	return b.gapped[i], uint32(i + 1)
}

// gapOf returns the gap of a code: for origins that several concern, the
// program of the first.
func (b *builder) gapOf(gaps []gapOn, h kanzei.HTS) (*gap, uint32) {
	var g *gap
	var id uint32
	for i := range gaps {
		switch {
		case !gaps[i].codes.Contains(h):
		case g == nil:
			g, id = gaps[i].gap, gaps[i].id
		default:
			both := &gap{program: g.program, origins: slices.Clone(g.origins)}
			for j, in := range gaps[i].gap.origins {
				both.origins[j] = both.origins[j] || in
			}
			g, id = b.gap(both)
		}
	}
	return g, id
}

// row returns the row of a class of products.
func (b *builder) row(c duty.Classes, product int) uint32 {
	of := map[int]uint16{} // class of origins of the law → class of the row
	at := map[duty.Treatment]uint16{}
	r := row{class: make([]uint16, len(b.origins))}
	for i := range b.origins {
		o := c.Origin(i)
		k, ok := of[o]
		if !ok {
			t := c.Treatment(product, o)
			if k, ok = at[t]; !ok {
				k = uint16(len(r.treatments))
				at[t] = k
				r.treatments = append(r.treatments, t)
			}
			of[o] = k
		}
		r.class[i] = k
	}
	var key []byte
	for _, k := range r.class {
		key = binary.LittleEndian.AppendUint16(key, k)
	}
	for _, t := range r.treatments {
		id, ok := b.treatments[t]
		if !ok {
			id = uint32(len(b.treatments))
			b.treatments[t] = id
		}
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	id, ok := b.rowAt[string(key)]
	if !ok {
		id = uint32(len(b.rows))
		b.rows = append(b.rows, r)
		is := make([]traits, len(r.treatments))
		for i, t := range r.treatments {
			is[i] = traits{t.Column2(), t.Content(), t.Claims(), t.OnEntry()}
		}
		b.traits = append(b.traits, is)
		b.rowAt[string(key)] = id
	}
	return id
}

// kind names the goods of a kind; what they pay is computed later.
func (b *builder) kind(k *kindKey, on kanzei.Day, g *gap) uint32 {
	r, is := &b.rows[k.row], b.traits[k.row]
	x := kind{row: k.row, goods: make([]uint32, len(r.treatments))}
	lines := &b.baseOf[k.base]
	for i, t := range r.treatments {
		x.goods[i] = b.name(t, is[i], lines, k.content, on, false, nil)
	}
	if g != nil {
		x.gap, x.gapped = g, make([]uint32, len(r.treatments))
		for i, t := range r.treatments {
			x.gapped[i] = b.name(t, is[i], lines, k.content, on, false, g)
		}
	}
	if p := b.Assumptions.Preference; p != nil {
		x.claimed = make([]uint32, len(p.Origins))
		for i, o := range p.Origins {
			class := r.class[b.originAt[o]]
			x.claimed[i] = b.name(r.treatments[class], is[class], lines, k.content, on, true, nil)
		}
	}
	b.kinds = append(b.kinds, x)
	return uint32(len(b.kinds) - 1)
}

// name returns the number of goods.
func (b *builder) name(t duty.Treatment, is traits, lines *base, content uint32, on kanzei.Day, claimed bool, g *gap) uint32 {
	k := goodsKey{treatment: t, rate: lines.general, gap: g}
	if is.dated {
		k.dated = t.Dated(on)
	}
	switch {
	case is.column2:
		k.rate = lines.column2
	case claimed && lines.special != 0:
		k.rate = lines.special
	}
	if is.content {
		k.content = content
	}
	if claimed && is.claims {
		k.spi = lines.spi + 1
	}
	id, ok := b.goodsAt[k]
	if !ok {
		id = uint32(len(b.goods))
		x := goods{treatment: t, rate: &b.rateOf[k.rate], content: b.contentOf[k.content], on: on, gap: g}
		if k.spi != 0 {
			x.spi = b.Assumptions.Preference.SPI[k.spi-1]
		}
		b.goods = append(b.goods, x)
		b.goodsAt[k] = id
	}
	return id
}

// ask computes a cell.
func (g *goods) ask(observed *kanzei.Fraction) Cell {
	x := duty.Goods{On: g.on, Rate: *g.rate, SPI: g.spi, Observed: observed}
	if c := g.content; c.known {
		x.Steel, x.Aluminum, x.Copper = kanzei.ShareOf(c.steel), kanzei.ShareOf(c.aluminum), kanzei.ShareOf(c.copper)
	}
	c := Cell{Burden: g.treatment.Burden(&x), BaseText: g.rate.Text}
	if g.gap != nil && c.Status != kanzei.Banned {
		c.Status = kanzei.Unsupported
		c.Total.Open = true
		if g.gap.program == "" {
			return c
		}
		i, ok := slices.BinarySearchFunc(c.Programs, g.gap.program, func(p duty.ProgramExtent, name string) int { return cmp.Compare(p.Program, name) })
		if !ok {
			c.Programs = slices.Insert(c.Programs, i, duty.ProgramExtent{Program: g.gap.program})
		}
		c.Programs[i].Open = true
	}
	return c
}

// fill computes all cells, on all processors.
func (b *builder) fill() {
	b.cells = make([]Cell, len(b.goods))
	const piece = 256
	next := make(chan int, len(b.goods)/piece+1)
	for i := 0; i < len(b.goods); i += piece {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				for j := i; j < min(i+piece, len(b.goods)); j++ {
					b.cells[j] = b.goods[j].ask(nil)
				}
			}
		})
	}
	wg.Wait()
}

// settle makes cells that say the same one, and finds the programs that take
// something.
func (b *builder) settle() {
	seen := map[string]bool{}
	at := map[string]uint32{}
	b.same = make([]uint32, len(b.cells))
	var key []byte
	var kept []Cell
	for i := range b.cells {
		c := &b.cells[i]
		key = append(append(append(key[:0], c.Status...), 0), c.BaseText...)
		extent := func(x duty.Extent) {
			key = binary.LittleEndian.AppendUint64(key, uint64(x.Min))
			key = binary.LittleEndian.AppendUint64(key, uint64(x.Max))
			key = strconv.AppendBool(key, x.Open)
		}
		extent(c.Base)
		extent(c.Total)
		for _, x := range c.Programs {
			seen[x.Program] = true
			key = append(append(key, 0), x.Program...)
			extent(x.Extent)
		}
		id, ok := at[string(key)]
		if !ok {
			id = uint32(len(kept))
			at[string(key)] = id
			kept = append(kept, *c)
		}
		b.same[i] = id
	}
	b.cells = slices.Clip(kept)
	for name := range seen {
		b.programs = append(b.programs, name)
	}
	slices.Sort(b.programs)
}
