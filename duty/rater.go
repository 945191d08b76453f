package duty

import (
	mathbits "math/bits"
	"slices"
	"strings"

	"kanzei"
)

// A Rater assesses many entry lines, one after another: the answers of
// [Engine.Assess] in figures and short texts, a hundred times faster. Goods
// that the law treats alike share a template, which the code behind Assess
// fills once; what remains for a line is its arithmetic, see template.go.
//
// A Rater is for one goroutine; make one for each. The raters of an engine share
// what they find out, see common.go.
type Rater struct {
	Detail bool // fill Outcome.Programs

	engine *Engine
	frames map[kanzei.Day][]*frame // by day of knowledge, then by day of entry from Start
	laws   map[*Table]*lawTable
	gapsAt map[int]*gapSet
	bounds []kanzei.Moment // at which the gaps change

	known kanzei.Day // that of days
	days  []*frame   // frames[known]

	placed  []*treatment // of common, as far as this rater has looked
	codes   map[kanzei.HTS]*Code
	byCode  []*Code           // the codes by number
	fresh   []*Code           // codes without a number yet
	spi     [][]string        // by origin
	noted   []*notes          // of sayings
	plain   map[string]uint32 // see classes.go
	plainOf map[string]*treatment

	texts    []string
	byText   map[string]Text
	bySeries map[string]Text
	byRemark map[remark]Text
	noHarbor Text
	spiFact  Text

	// of the lines at hand, see group
	first, after []int32
	met          []uint32
	counts       []int32
	fetched      int // so that Fetch is not left out

	// of the line at hand
	work    workspace
	one     [1]Line
	here    *Line
	entry   *kanzei.Entry
	amount  func(unit string) (int64, bool)
	series  []Text
	remarks []remark
	key     []byte
	totals  []kanzei.Money
	scratch kanzei.Assessment

	own, other, alternative baseDuty
	contents, declared      facts
	claimed                 kanzei.Entry
}

// A Text is an index into [Rater.Texts]; zero is the empty text.
type Text uint32

// An Amount is a sum of money that may be unknown.
type Amount struct {
	USD   kanzei.Money
	Known bool
}

func amountOf(m *kanzei.Money) Amount {
	if m == nil {
		return Amount{}
	}
	return Amount{*m, true}
}

// An Outcome is the answer for one entry line. Amounts mean what they mean in
// [kanzei.Assessment].
type Outcome struct {
	Status              kanzei.Status
	Duty, Min, Max      Amount
	Base                Amount // column 1 or 2, within Duty
	Assessed, Legal     Amount
	Refundable          Amount
	Amended, Voided     kanzei.Money // Refundable by cause: retroactive amendment, judgment
	Fees                kanzei.Fees  // MPF on the first line of an entry
	Headings, Questions Text         // numbers of chapter 99 by reported line; names of facts
	Caveats             Text
	Programs            []ProgramDuty // where Detail is asked for
}

// A ProgramDuty is what one program takes, as known on the day of entry and as
// legally due.
type ProgramDuty struct {
	Program         string
	Assessed, Legal kanzei.Money
}

// A Whole is an entry of several lines: fees have a minimum and a maximum an
// entry.
type Whole struct {
	Value kanzei.Money // of all its lines
	Fee   kanzei.Money // processing fees of its lines, see LineFee
	First int32        // Row of the line that pays the fee of the entry
}

// Separators of texts made of parts.
const (
	lineSeparator   = ";"   // between reported lines, and between questions
	caveatSeparator = " | " // between caveats
)

// NewRater returns a rater of the engine's law.
func (e *Engine) NewRater() *Rater {
	r := &Rater{engine: e,
		frames: map[kanzei.Day][]*frame{}, laws: map[*Table]*lawTable{}, gapsAt: map[int]*gapSet{}, codes: map[kanzei.HTS]*Code{},
		byText: map[string]Text{"": 0}, bySeries: map[string]Text{}, byRemark: map[remark]Text{}, texts: []string{""}}
	r.noHarbor, r.spiFact = r.text(noHarborFee), r.text("spi")
	r.amount = func(u string) (int64, bool) {
		r.here.units()
		return quantity(r.entry, u)
	}
	all := kanzei.Origins()
	r.spi = make([][]string, len(all))
	for o, i := range originIndex {
		r.spi[i] = spiOf[o.String()]
	}
	r.bounds = slices.Clone(e.bounds(0))
	for _, g := range e.Ledger.Coverage.Gaps {
		r.bounds = append(r.bounds, g.From, g.Until)
	}
	slices.Sort(r.bounds)
	r.bounds = slices.Compact(r.bounds)
	return r
}

func (e *Engine) bounds(known kanzei.Day) []kanzei.Moment {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.book(known).bounds
}

// Texts returns the texts that outcomes name. It grows; what it holds stays.
func (r *Rater) Texts() []string { return r.texts }

// Also returns a series of caveats with one more.
func (r *Rater) Also(caveats Text, s string) Text {
	r.series = append(r.series[:0], caveats, r.text(s))
	if caveats == 0 {
		r.series = r.series[1:]
	}
	return r.join(caveatSeparator)
}

// Text returns the index of a text.
func (r *Rater) Text(s string) Text { return r.text(s) }

// ShareOf returns m as a share of the value, rounded to 1e-8; zero where there
// is no value.
func ShareOf(m, value kanzei.Money) kanzei.Fraction { return shareOf(m, value) }

func (r *Rater) text(s string) Text {
	t, ok := r.byText[s]
	if !ok {
		t = Text(len(r.texts))
		r.texts = append(r.texts, s)
		r.byText[s] = t
	}
	return t
}

// join interns the texts of r.series joined by a separator.
func (r *Rater) join(separator string) Text {
	switch len(r.series) {
	case 0:
		return 0
	case 1:
		return r.series[0]
	}
	r.key = append(r.key[:0], separator[0])
	for _, t := range r.series {
		r.key = append(r.key, byte(t), byte(t>>8), byte(t>>16), byte(t>>24))
	}
	if t, ok := r.bySeries[string(r.key)]; ok {
		return t
	}
	var parts []string
	for _, t := range r.series {
		parts = append(parts, r.texts[t])
	}
	t := r.text(strings.Join(parts, separator))
	r.bySeries[string(r.key)] = t
	return t
}

// add appends a text to r.series unless it is there.
func (r *Rater) add(t Text) {
	if t != 0 && !slices.Contains(r.series, t) {
		r.series = append(r.series, t)
	}
}

// Rate answers for one line as known at the end of a day; the zero Day means
// everything held. Whole is nil for an entry of one line; the line's row is
// zero. Entries that make no sense are a *kanzei.Problem.
func (r *Rater) Rate(entry *kanzei.Entry, known kanzei.Day, whole *Whole, out *Outcome) error {
	if len(r.codes) > maxCodes {
		r.codes, r.byCode, r.fresh = map[kanzei.HTS]*Code{}, nil, nil
	}
	r.one[0] = Line{Entry: entry, Known: known, Whole: whole}
	r.Admit(&r.one[0])
	r.Place(r.one[:])
	if err := r.one[0].Err; err != nil {
		return err
	}
	return r.Answer(&r.one[0], out)
}

// Answer is Rate for a line that has been placed. The units of quantities are
// filled in where none are given and they matter.
func (r *Rater) Answer(l *Line, out *Outcome) error {
	r.here, r.entry = l, l.Entry
	*out = Outcome{Programs: out.Programs[:0]}
	if l.has&(zoned|returned) == 0 && r.quick(l, out) {
		return nil
	}
	return r.slow(l, out)
}

// base fills b with the duty of column 1 or 2, but for its rate, which it
// returns.
func (r *Rater) base(t *Table, line *lineInfo, spi string, b *baseDuty) (rate *kanzei.Rate, ok bool) {
	rate = &line.General
	switch {
	case t.column2.has(int(r.here.origin)):
		rate = &line.Column2
	case spi != "":
		if s := special(line.Special, spi); s != nil {
			rate = &s.Rate
		}
	}
	return rate, r.duty(rate, b)
}

// duty fills b with the duty at a rate, but for the rate.
func (r *Rater) duty(rate *kanzei.Rate, b *baseDuty) (ok bool) {
	b.value = r.entry.Value
	b.rate.AdValorem = rate.AdValorem
	switch {
	case rate.Kind == kanzei.AdValorem, rate.Kind == kanzei.Free:
		b.amount = r.entry.Value.By(rate.AdValorem)
		return true
	}
	b.amount, ok = rate.Duty(r.entry.Value, r.amount)
	if !ok { // the least it can be
		b.amount = r.entry.Value.By(rate.AdValorem)
	}
	return ok
}

// fees fills the fees and appends their caveats to r.series.
func (r *Rater) fees(l *Line, out *Outcome) {
	if r.entry.FTZStatus == domestic {
		return
	}
	f := l.frame
	if l.pays() {
		fee, held := l.processingFee()
		out.Fees.MPF, out.Fees.NoMPF = fee, !held
		if !held {
			r.add(f.noFee)
		}
	}
	fee, known := harborFee(r.entry)
	out.Fees.HMF, out.Fees.NoHMF = fee, !known
	if !known {
		r.add(r.noHarbor)
	}
}

// gaps puts into r.series the caveats that every answer of the day and the
// goods carries.
func (r *Rater) gaps(p *Line) (unsupported bool) {
	f := p.frame
	r.series = r.series[:0]
	r.add(f.horizon)
	for bits := p.gaps; bits != 0; bits &= bits - 1 {
		g := &f.gaps.gaps[mathbits.TrailingZeros64(bits)]
		r.series = append(r.series, g.say)
		unsupported = unsupported || g.unsupported
	}
	for i := 64; i < len(f.gaps.gaps); i++ {
		if g := &f.gaps.gaps[i]; g.origin(r.entry.Origin) && g.codes.Touches(r.entry.HTS) {
			r.series = append(r.series, g.say)
			unsupported = unsupported || g.unsupported
		}
	}
	return unsupported
}

// open returns the computation of the line at hand before a table.
func (r *Rater) open(l *lawTable, p *Line, known kanzei.Day, view View) (*computation, error) {
	if r.entry.FTZStatus != "" || r.entry.Full != 0 { // of a treatment what is said of goods returned is forgotten
		return r.engine.open(r.entry, known, view)
	}
	t := r.treatment(l, p.Code, originAt(r.entry.Origin))
	if t == nil {
		return r.engine.open(r.entry, known, view)
	}
	c := &computation{engine: r.engine, table: t.Table, entry: r.entry, line: p.line.Line, bearing: t.bearing}
	_, c.baseOK = r.base(t.Table, p.line, r.entry.SPI, &c.base)
	c.base.rate, c.base.column = baseRate(t.Table, r.entry, &c.line)
	return c, nil
}

// slow answers as Assess does, without the lines that explain.
func (r *Rater) slow(p *Line, out *Outcome) error {
	p.units()
	f := p.frame
	c, err := r.open(f.laws[asKnown], p, f.known, Collected)
	if err != nil {
		return err
	}
	c.brief, c.work = true, &r.work
	s := c.span()
	out.Status = s.status
	out.Min, out.Max = amountOf(s.min), amountOf(s.max)
	unsupported := r.gaps(p)
	if s.missing != "" {
		r.series = append(r.series, r.text(s.missing))
		unsupported = unsupported || s.status == kanzei.Unsupported
	}
	r.fees(p, out)
	a := &r.scratch
	a.Caveats = a.Caveats[:0]
	c.caveats(s.corner, a)
	if err := c.remarks(a, func() (*computation, error) { return r.then(p) }); err != nil {
		return err
	}
	for _, t := range a.Caveats {
		r.add(r.text(t))
	}
	caveats := slices.Clone(r.series)
	r.series = r.series[:0]
	for _, q := range c.questions(s) {
		r.add(r.text(q.Fact))
	}
	out.Questions = r.join(lineSeparator)
	out.Headings = r.text(headings(c, s.corner))
	r.series = caveats
	defer func() { out.Caveats = r.join(caveatSeparator) }()
	switch {
	case c.banned(s.corner):
		out.Status, out.Min, out.Max = kanzei.Banned, Amount{}, Amount{}
		return nil
	case unsupported:
		out.Status, out.Min, out.Max = kanzei.Unsupported, Amount{}, Amount{}
		return nil
	case s.status == kanzei.Range:
		return nil
	}
	out.Duty = amountOf(s.min)
	out.Base = Amount{c.base.on(c.mfn(s.corner)), true}
	at := func(l *lawTable, known kanzei.Day, view View, what string) (Amount, error) {
		c, err := r.open(l, p, known, view)
		if err != nil {
			return Amount{}, err
		}
		c.work = &r.work
		s := c.span()
		if s.status != kanzei.Exact {
			r.series = append(r.series, r.text(what))
			return Amount{}, nil
		}
		r.detail(c, s.corner, view, out)
		return amountOf(s.min), nil
	}
	if f.laws[asThen] == nil {
		r.detail(c, s.corner, Collected, out)
	}
	return r.statuses(f, out, func(law int, view View, what string) (Amount, error) {
		known := f.known
		if law == asThen {
			known = f.on
		}
		return at(f.laws[law], known, view, what)
	})
}

// statuses fills what was assessed, what is legally due, and the difference, as
// Engine.statuses does.
func (r *Rater) statuses(f *frame, out *Outcome, at func(law int, view View, what string) (Amount, error)) error {
	out.Assessed = out.Duty
	var err error
	switch {
	case r.entry.AssessedKnown:
		out.Assessed = Amount{r.entry.Assessed, true}
		if r.Detail && f.laws[asThen] != nil {
			if _, err = at(asThen, Collected, ""); err != nil {
				return err
			}
			r.series = slices.DeleteFunc(r.series, func(t Text) bool { return t == 0 })
		}
	case f.laws[asThen] != nil:
		if out.Assessed, err = at(asThen, Collected, notOneThen); err != nil {
			return err
		}
	}
	if out.Legal, err = at(asDue, Legal, notOneLegal); err != nil || !out.Assessed.Known || !out.Legal.Known {
		return err
	}
	out.Refundable = Amount{max(0, out.Assessed.USD-out.Legal.USD), true}
	out.Amended = min(out.Refundable.USD, max(0, out.Assessed.USD-out.Duty.USD))
	out.Voided = out.Refundable.USD - out.Amended
	return nil
}

// headings joins the numbers of chapter 99 of the reported lines.
func headings(c *computation, k *corner) string {
	var lines []string
	for _, l := range c.filing(k) {
		lines = append(lines, strings.Join(l.Numbers[:len(l.Numbers)-1], " "))
	}
	return strings.Join(lines, lineSeparator)
}

// detail adds what each program takes in a corner.
func (r *Rater) detail(c *computation, k *corner, view View, out *Outcome) {
	if !r.Detail {
		return
	}
	r.program(out, "mfn", view, c.base.on(c.mfn(k)))
	for i := range k.parts {
		if x := &k.parts[i]; x.why == applies && x.amount != 0 {
			r.program(out, c.table.provs[x.prov].Program, view, x.amount)
		}
	}
}

func (r *Rater) program(out *Outcome, name string, view View, m kanzei.Money) {
	i := slices.IndexFunc(out.Programs, func(p ProgramDuty) bool { return p.Program == name })
	if i < 0 {
		i = len(out.Programs)
		out.Programs = append(out.Programs, ProgramDuty{Program: name})
	}
	if view == Legal {
		out.Programs[i].Legal += m
	} else {
		out.Programs[i].Assessed += m
	}
}
