package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// Classes are the products and origins that the law of a day treats alike: a
// class of products is a list of provisions that bear on them, a class of
// origins is those that the same provisions reach. A product and an origin have
// a [Treatment], which days, products and origins share where the same
// provisions meet.
type Classes struct {
	rater *Rater
	law   *lawTable
}

// Classes returns the classes of the law of a day as known at the end of a day.
// What is collected counts: repeals are heeded, judgments that annul are not.
// Days between two changes of the law have the same classes.
func (r *Rater) Classes(on, known kanzei.Day) (Classes, error) {
	l, err := r.law(on, known, Collected)
	if err != nil {
		return Classes{}, err
	}
	l.classify()
	return Classes{r, l}, nil
}

// Products returns the number of classes of products.
func (c Classes) Products() int { return len(c.law.lists) }

// Product returns the class of a code, -1 for one of fewer than ten digits on
// parts of which different provisions bear.
func (c Classes) Product(h kanzei.HTS) int {
	lo, hi := h.Range()
	i := c.law.atlas.find(lo)
	id := c.law.Table.ids[i]
	for i++; i < len(c.law.Table.ids) && c.law.atlas.cuts[i] < hi; i++ {
		if c.law.Table.ids[i] != id {
			return -1
		}
	}
	return int(id)
}

// Origin returns the class of the origin at this place of [kanzei.Origins].
func (c Classes) Origin(i int) int { return int(c.law.class[i]) }

// Treatment returns what bears on goods of a class of products and a class of
// origins.
func (c Classes) Treatment(product, origin int) Treatment {
	l := c.law
	if l.plain == nil {
		l.plain = c.rater.plainly(l)
	}
	o := l.member(origin)
	var ids []uint16
	for _, id := range l.lists[product] {
		if l.plain[id] != 0 && l.provs[id].from(o) {
			ids = append(ids, id)
		}
	}
	return Treatment{c.rater.engine, c.rater.plainTreatment(l, ids, l.column2.has(o))}
}

// member returns an origin of a class.
func (l *lawTable) member(class int) int {
	if l.members == nil {
		l.members = make([]int, l.classes)
		for o := len(l.class) - 1; o >= 0; o-- {
			l.members[l.class[o]] = o
		}
	}
	return l.members[class]
}

// plainly numbers the provisions of a table by what they do to goods of which
// nothing is claimed but a special program and nothing is declared but the
// content of metals; zero for those that then do nothing.
func (r *Rater) plainly(l *lawTable) []uint32 {
	if r.plain == nil {
		r.plain = map[string]uint32{}
		r.plainOf = map[string]*treatment{}
	}
	out := make([]uint32, len(l.provs))
	none := facts{entry: &kanzei.Entry{Value: nominal}}
	for i := range l.provs {
		p := &l.provs[i]
		if p.declares {
			continue
		}
		dead := false
		var when []string
		for j := range p.When {
			switch c := &p.When[j]; c.Fact {
			case "column-1", "entered", "use", "spi", "steel", "aluminum", "copper":
				when = append(when, c.Text)
			default:
				dead = dead || holds(c, &none) == c.Not
			}
		}
		if dead {
			continue
		}
		rate := p.Rate
		if rate.Mode != kanzei.ByText {
			rate.Rate.Text = ""
		}
		key := fmt.Sprintf("%q %d %v %q %q %v", p.Program, p.Effect, rate, p.base, when, slices.Contains(p.InLieuOf, "mfn"))
		id, ok := r.plain[key]
		if !ok {
			id = uint32(len(r.plain) + 1)
			r.plain[key] = id
		}
		out[i] = id
	}
	return out
}

// plainTreatment returns the treatment of goods on which these provisions bear,
// less those that do nothing: exceptions to which none of the others yields.
func (r *Rater) plainTreatment(l *lawTable, ids []uint16, column2 bool) *treatment {
	for i := len(ids) - 1; i >= 0; i-- {
		p := &l.provs[ids[i]]
		if p.Effect == kanzei.Levies && p.Rate.Mode != kanzei.NoDuty || slices.Contains(p.InLieuOf, "mfn") {
			continue
		}
		if !slices.ContainsFunc(ids[i+1:], func(q uint16) bool { return l.yields(int(q), int(ids[i])) }) {
			ids = slices.Delete(ids, i, i+1)
		}
	}
	r.key = l.describe(r.key[:0], ids, l.plain, column2)
	t := r.plainOf[string(r.key)]
	if t == nil {
		t = newTreatment(l, ids, column2)
		r.plainOf[string(r.key)] = t
	}
	return t
}

// A Treatment is a list of provisions that bear on goods, with how they yield
// to each other, so far as they do anything to goods of which no more is known
// than [Goods] say. Treatments of one rater are equal where they do the same. A
// treatment answers many at once.
type Treatment struct {
	engine *Engine
	t      *treatment
}

// Index finds which provisions bear on which codes, which asking would do
// later; it may be called ahead by any goroutine.
func (t *Table) Index() { t.index() }

// Column2 reports whether the goods pay column 2.
func (t Treatment) Column2() bool { return t.t.column2.has(0) }

// Dated returns which of the treatment's conditions on the day of entry hold,
// one bit each: days of the same bits are treated alike.
func (t Treatment) Dated(on kanzei.Day) (bits uint64) {
	f := facts{entry: &kanzei.Entry{Date: on}}
	for i, c := range t.t.conds {
		if c.Fact == "entered" && holds(c, &f) {
			bits |= 1 << (i & 63)
		}
	}
	return bits
}

// OnEntry reports whether conditions of the treatment are on the day of entry.
func (t Treatment) OnEntry() bool {
	return slices.ContainsFunc(t.t.conds, func(c *kanzei.Condition) bool { return c.Fact == "entered" })
}

// Content reports whether an answer rests on the content of metals.
func (t Treatment) Content() bool {
	for i := range t.t.provs {
		switch t.t.provs[i].base {
		case kanzei.BaseSteel, kanzei.BaseAluminum, kanzei.BaseCopper:
			return true
		}
	}
	return slices.ContainsFunc(t.t.conds, func(c *kanzei.Condition) bool {
		return c.Fact == "steel" || c.Fact == "aluminum" || c.Fact == "copper"
	})
}

// Claims reports whether an answer rests on a special program by more than the
// base rate.
func (t Treatment) Claims() bool {
	return slices.ContainsFunc(t.t.conds, func(c *kanzei.Condition) bool { return c.Fact == "spi" })
}

// Goods are what a treatment is asked about. Other facts are not declared.
type Goods struct {
	On                      kanzei.Day  // of entry
	Rate                    kanzei.Rate // of column 1 or 2
	Steel, Aluminum, Copper kanzei.Share
	SPI                     string // special program claimed

	// Observed, when not nil, is an ad valorem equivalent for a rate that is
	// levied by quantity or is a rule of text.
	Observed *kanzei.Fraction
}

// An Extent is a share of the customs value that may be known to lie between
// bounds only. Open has no upper bound.
type Extent struct {
	Min, Max kanzei.Fraction
	Open     bool
}

// Exact returns the share where it is one figure.
func (x Extent) Exact() (f kanzei.Fraction, ok bool) { return x.Min, x.Min == x.Max && !x.Open }

// A ProgramExtent is what the duties of one program take.
type ProgramExtent struct {
	Program string
	Extent
}

// A Burden is what goods pay in shares of their customs value, by program.
// Where a fact is not declared, or the base rate is levied by quantity, parts
// and sum lie between bounds.
type Burden struct {
	Status   kanzei.Status
	Base     Extent          // column 1 or 2, so far as it is levied
	Programs []ProgramExtent // by name; programs that levy nothing in any case left out
	Total    Extent
}

// Burden returns what goods of the treatment pay. Shares are exact to 1e-8,
// each duty rounded half up.
func (t Treatment) Burden(g *Goods) Burden {
	entry := kanzei.Entry{Date: g.On, Value: nominal, Steel: g.Steel, Aluminum: g.Aluminum, Copper: g.Copper, SPI: g.SPI}
	c := &computation{engine: t.engine, table: t.t.Table, entry: &entry, bearing: t.t.bearing, line: schedule.Line{General: g.Rate}}
	c.base.rate, c.base.value, c.base.column = g.Rate, nominal, "column 1 general"
	text := g.Rate.Kind == kanzei.RateByText || g.Rate.Kind == kanzei.RateNone
	open := text || len(g.Rate.Specific) > 0
	points := []kanzei.Fraction{g.Rate.AdValorem}
	switch {
	case open && g.Observed != nil && g.Rate.Kind != kanzei.RateNone:
		points[0], open, text = *g.Observed, false, false
	case open:
		points = t.t.points(g.Rate.AdValorem)
	}
	c.baseOK = true
	b := tally{Burden: Burden{Status: kanzei.Exact}, open: open, text: text, first: true}
	for _, p := range points {
		c.base.amount = nominal.By(p)
		s := c.span()
		if c.banned(s.corner) {
			b.Status = kanzei.Banned
		}
		for i := range s.corners {
			b.add(c, &s.corners[i])
		}
	}
	if _, one := b.Total.Exact(); b.Status == kanzei.Exact && !one {
		b.Status = kanzei.Range
	}
	b.Programs = slices.DeleteFunc(b.Programs, func(x ProgramExtent) bool { return x.Max == 0 && !x.Open })
	slices.SortFunc(b.Programs, func(x, y ProgramExtent) int { return strings.Compare(x.Program, y.Program) })
	return b.Burden
}

// points are base rates, from the least on, between which every duty of the
// treatment is linear in the base rate: all-in rates and conditions on column 1
// break the line. The last lies beyond all.
func (t *treatment) points(least kanzei.Fraction) []kanzei.Fraction {
	out := []kanzei.Fraction{least}
	add := func(f kanzei.Fraction) {
		for _, x := range []kanzei.Fraction{f - 1, f, f + 1} {
			if x > least {
				out = append(out, x)
			}
		}
	}
	for i := range t.provs {
		if p := &t.provs[i]; p.Rate.Mode == kanzei.AllIn {
			add(p.Rate.Rate.AdValorem)
		}
	}
	for _, i := range t.column1 {
		add(t.conds[i].Share)
	}
	if len(out) > 1 {
		out = append(out, max(slices.Max(out), 10*kanzei.One))
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return out
}

// A tally takes corners into a burden.
type tally struct {
	Burden
	open, text, first bool
	here              []kanzei.Fraction // by program, of one corner
}

func (b *tally) add(c *computation, k *corner) {
	clear(b.here)
	var total kanzei.Fraction
	for i := range k.parts {
		x := &k.parts[i]
		p := &c.table.provs[x.prov]
		if x.why != applies || p.Effect != kanzei.Levies || p.declares {
			continue
		}
		j := slices.IndexFunc(b.Programs, func(e ProgramExtent) bool { return e.Program == p.Program })
		if j < 0 {
			j = len(b.Programs)
			b.Programs = append(b.Programs, ProgramExtent{Program: p.Program})
			b.here = append(b.here, 0)
			if b.first {
				b.Programs[j].Min = most
			}
		}
		f := shareOf(x.amount, nominal)
		b.here[j] += f
		total += f
		switch {
		case p.Rate.Mode == kanzei.ByText:
			b.Status = kanzei.Unsupported
			b.Programs[j].Open, b.Total.Open = true, true
		case p.Rate.Mode == kanzei.MinPrice, p.Rate.Mode == kanzei.Additional && len(p.Rate.Rate.Specific) > 0:
			b.Programs[j].Open, b.Total.Open = true, true
		}
	}
	for i := range b.Programs {
		b.Programs[i].include(b.here[i])
	}
	if b.first {
		b.Base.Min, b.Total.Min, b.first = most, most, false
	}
	levied := c.mfn(k)
	base := c.base.on(levied)
	b.Total.include(total + shareOf(base, nominal))
	if b.open && levied > 0 {
		base = nominal.By(c.base.rate.AdValorem).Cents(levied) // the least it can be
		b.Base.Open, b.Total.Open = true, true
		if b.text && b.Status == kanzei.Exact {
			b.Status = kanzei.Unsupported
		}
	}
	b.Base.include(shareOf(base, nominal))
}

// most is more than any share.
const most = kanzei.Fraction(1 << 62)

func (x *Extent) include(f kanzei.Fraction) { x.Min, x.Max = min(x.Min, f), max(x.Max, f) }
