package brief

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/trade"
)

// A builder fills one document.
type builder struct {
	req    Request
	engine *duty.Engine
	book   *ledger.Book
	doc    *Document

	lines     []span // how every duty that reaches the country stands over time
	programBy []LawRef
	displaced map[string]kanzei.Moment // headings that give way to others on all the country's goods
	bySource  map[string]int
}

// order puts the programs that take most first; those that take nothing in
// any state measured follow by name, what is coming last.
func (b *builder) order() {
	weight := map[string]int64{}
	if x := b.doc.Exposure; x != nil {
		for i := range x.Programs {
			weight[x.Programs[i].Key] = most(&x.Programs[i])
		}
	}
	slices.SortStableFunc(b.doc.Regime, func(x, y Program) int {
		return cmp.Or(cmp.Compare(excused(&x), excused(&y)),
			cmp.Compare(rank(&x.Measures[0]), rank(&y.Measures[0])),
			cmp.Compare(weight[y.Name], weight[x.Name]),
			cmp.Compare(breadth(&x), breadth(&y)),
			cmp.Compare(x.Measures[0].Since, y.Measures[0].Since),
			cmp.Compare(x.Name, y.Name))
	})
}

// excused puts a program that excuses all the country's goods last.
func excused(p *Program) int {
	if p.Excused != nil {
		return 1
	}
	return 0
}

// breadth is less for a program that reaches all products.
func breadth(p *Program) int {
	if p.Measures[0].Scope.Codes == 0 {
		return 0
	}
	return 1
}

func (b *builder) caveat(kind, about, text string) {
	for _, c := range b.doc.Caveats {
		if c.Text == text {
			return
		}
	}
	b.doc.Caveats = append(b.doc.Caveats, Caveat{Kind: kind, About: about, Text: text})
}

// caveats collects what the folder does not know: gaps of the register that
// touch the country from the day on, caveats of provisions, what programs do
// not model, and the limits of the exposure.
func (b *builder) caveats() {
	on := b.req.On.Open()
	last := on
	if x := b.doc.Exposure; x != nil {
		last = x.States[len(x.States)-1].On.Open()
	}
	cov := b.engine.Ledger.Coverage
	if b.doc.KnownOnlyTo != 0 {
		b.caveat(LawCaveat, "law", fmt.Sprintf("Known only to %s: the sources were read to that day. What follows unrolls the law known then; acts after it are not in this folder.", dayWords(b.doc.KnownOnlyTo)))
	}
	for i := range cov.Gaps {
		g := &cov.Gaps[i]
		if g.Until <= on || g.From > last {
			continue
		}
		if b.req.Known < cov.Horizon && !b.knownGap(g, last) {
			continue
		}
		p := kanzei.Provision{Products: g.Products, Origins: g.Origins}
		if !b.book.Origins(&p, on)(b.req.Country) {
			continue
		}
		say := sentence(g.Say)
		if g.Unsupported {
			say += noDuty
		}
		b.caveat(GapCaveat, g.Program, say)
	}
	for i := range b.doc.Regime {
		p := &b.doc.Regime[i]
		for _, m := range p.Measures {
			if m.Caveat != "" && !m.Claim {
				b.caveat(LawCaveat, p.Name, sentence(m.Caveat))
			}
		}
		for _, c := range cov.Programs {
			if c.Program == p.Name {
				for _, n := range c.NotModelled {
					b.caveat(NotModelled, p.Name, sentence(n))
				}
			}
		}
	}
	if x := b.doc.Exposure; x != nil {
		b.tradeCaveats(x)
	}
}

// knownGap reports whether a gap is about law known: its program is declared,
// and it has begun or leaves goods without a duty.
func (b *builder) knownGap(g *ledger.Gap, last kanzei.Moment) bool {
	if g.From.Day() > b.req.Known && !g.Unsupported {
		return false
	}
	if strings.Contains(g.Program, "*") || g.Program == "" || g.Unsupported {
		return true
	}
	_, _, ok := b.book.Program(g.Program, max(last, b.req.Known.Open()))
	return ok
}

func (b *builder) tradeCaveats(x *Exposure) {
	b.caveat(TradeCaveat, "trade", fmt.Sprintf("Static: the imports of %d at the rates of the day. Trade does not respond, and no exception is claimed that an importer must claim.", x.Year))
	now := 0
	for i, s := range x.States {
		if s.Name == "now" {
			now = i
		}
	}
	if s := &x.States[now]; s.Totals.Range() {
		b.caveat(TradeCaveat, "trade", fmt.Sprintf("Ranges: on %s of imports the duty hangs on facts that statistics do not hold, such as the metal content. Beside them stands the assumption set %s, which is no law and no count.", usd(s.Answers.RangeUSD), x.Assumption))
	}
	if s := &x.States[now]; s.Answers.UnsupportedUSD > 0 {
		b.caveat(TradeCaveat, "trade", fmt.Sprintf("On %s of imports no duty could be computed; none is counted.", usd(s.Answers.UnsupportedUSD)))
	}
	for _, n := range x.Notes {
		b.caveat(TradeCaveat, "trade", "Not computed: "+n)
	}
	b.caveat(TradeCaveat, "trade", carriedWords(x, &x.Coverage[now]))
	if x.States[now].ObservedUSD > 0 {
		b.caveat(TradeCaveat, "trade", fmt.Sprintf("Rates by quantity are measured: on %s of imports the base duty is the duty of %d over the value.", usd(x.States[now].ObservedUSD), x.Year))
	}
}

// cite numbers the sources in the order in which the document names them.
func (b *builder) cite() {
	d := b.doc
	number := func(l *LawRef) {
		l.Ref = b.source(l)
	}
	for i := range d.Regime {
		p := &d.Regime[i]
		for j := range p.Measures {
			for k := range p.Measures[j].Law {
				number(&p.Measures[j].Law[k])
				p.Refs = addRef(p.Refs, p.Measures[j].Law[k].Ref)
			}
		}
		for _, r := range b.programBy {
			if r.headings[0] == p.Name {
				number(&r)
				p.Refs = addRef(p.Refs, r.Ref)
			}
		}
		if p.Excused != nil {
			for k := range p.Excused.Law {
				number(&p.Excused.Law[k])
				p.Refs = addRef(p.Refs, p.Excused.Law[k].Ref)
			}
		}
		for _, xs := range [][]Exemption{p.Exempt, p.OnClaim} {
			for j := range xs {
				for k := range xs[j].Law {
					number(&xs[j].Law[k])
				}
			}
		}
	}
	for i := range d.Outlook {
		for k := range d.Outlook[i].Law {
			number(&d.Outlook[i].Law[k])
		}
	}
	for i := range d.Later {
		p := &d.Later[i]
		for k := range p.Does {
			if p.Does[k].act != nil {
				l := b.law(strings.SplitN(p.Does[k].What, ",", 2)[0], ledger.Ref{Instrument: p.in, Act: p.Does[k].act}, "")
				l.headings = p.Does[k].Headings
				p.Ref = b.source(&l)
			}
		}
	}
	for i := range d.Summary {
		for _, p := range d.Regime {
			if d.Summary[i].Head == named(p.Title, p.Authority) {
				d.Summary[i].Refs = p.Refs
			}
		}
	}
	if x := d.Exposure; x != nil {
		sources := []trade.Source{x.Source}
		if a, err := trade.AssumptionNamed(x.Assumption); err == nil {
			sources = append(sources, a.Source)
		}
		for _, s := range sources {
			d.Sources = append(d.Sources, Source{Ref: len(d.Sources) + 1, Kind: "data", Name: s.Name, Title: s.Publication, Authority: s.Agency, Citation: s.Period, URL: s.Via, Note: s.Licence})
			x.Refs = append(x.Refs, len(d.Sources))
		}
		for i := range d.Summary {
			if d.Summary[i].Head == headCost || d.Summary[i].Head == headTrade {
				d.Summary[i].Refs = x.Refs
			}
		}
	}
	if w := d.Welfare; w != nil {
		d.Sources = append(d.Sources, Source{Ref: len(d.Sources) + 1, Kind: "data", Name: w.World, Title: "The world economy", Note: w.source})
		w.Refs = append(w.Refs, len(d.Sources))
	}
}

func addRef(refs []int, n int) []int {
	if slices.Contains(refs, n) {
		return refs
	}
	return append(refs, n)
}

// source returns the number of an instrument and adds the quote to it.
func (b *builder) source(l *LawRef) int {
	in := l.ref.Instrument
	n := b.bySource[in.ID]
	if n == 0 {
		s := Source{Ref: len(b.doc.Sources) + 1, Kind: "instrument", Name: in.ID, Title: in.Title, Authority: in.Authority, Public: in.Public, Citation: in.Citation, URL: in.Source, Note: in.Note}
		b.doc.Sources = append(b.doc.Sources, s)
		n = s.Ref
		b.bySource[in.ID] = n
	}
	s := &b.doc.Sources[n-1]
	a := l.ref.Act
	k := slices.IndexFunc(s.Quotes, func(q Quote) bool { return q.Cite == a.Cite && q.Text == a.Quote })
	if k < 0 {
		s.Quotes = append(s.Quotes, Quote{Cite: a.Cite, Act: l.Says, Text: a.Quote, Note: a.Note})
		k = len(s.Quotes) - 1
	}
	q := &s.Quotes[k]
	for _, h := range l.headings {
		if h != "" && !slices.Contains(q.Headings, h) {
			q.Headings = append(q.Headings, h)
		}
	}
	return n
}
