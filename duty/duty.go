// Package duty assesses entries: what is owed, why, what nearly applied and
// why it does not, what is not known, and what could be refunded.
//
// An [Engine] joins the law (package ledger) with the schedule of base rates
// (package schedule). Law compiles to a [Table] for a moment and a day of
// knowledge; assessing an entry is a look-up in the table, a handful of
// comparisons, and exact integer arithmetic.
package duty

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// An Engine assesses entries. It is safe for concurrent use.
type Engine struct {
	Ledger   *ledger.Ledger
	Schedule *schedule.Schedule

	atlas  func() *atlas
	turns  func() []kanzei.Day
	common *common // of raters

	// Books and laws are made by whoever asks first. Table makes them without
	// mu, so that others go on with other laws.
	mu     sync.Mutex
	books  map[kanzei.Day]func() *book // by the last turn of knowledge
	laws   map[lawKey]*compiled
	stamps map[string]*compiled // laws by the acts in effect

	admissions map[zoneKey]*Table // of goods in privileged foreign status

	factsOnce sync.Once
	facts     []Fact
}

type book struct {
	*ledger.Book
	bounds []kanzei.Moment
}

type lawKey struct {
	book  *book
	epoch int
}

// A compiled law gives its table in each view, which is made once.
type compiled [2]func() (*Table, error)

// New returns an engine over a ledger and a schedule.
func New(l *ledger.Ledger, s *schedule.Schedule) *Engine {
	return &Engine{Ledger: l, Schedule: s, atlas: sync.OnceValue(func() *atlas { return newAtlas(l) }),
		turns: sync.OnceValue(l.Turns), books: map[kanzei.Day]func() *book{}, laws: map[lawKey]*compiled{}, stamps: map[string]*compiled{}, common: newCommon(), admissions: map[zoneKey]*Table{}}
}

// Embedded returns an engine over the editions built into the program.
func Embedded() (*Engine, error) {
	l, err := ledger.Embedded()
	if err != nil {
		return nil, err
	}
	s, err := schedule.Load()
	if err != nil {
		return nil, err
	}
	return New(l, s), nil
}

// Book returns the law as known at the end of the day; the zero Day means
// everything held.
func (e *Engine) Book(known kanzei.Day) *ledger.Book {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.book(known).Book
}

func (e *Engine) book(known kanzei.Day) *book { return e.bookOnce(known)() }

// bookOnce returns what makes the book of a day, once; e.mu is held.
func (e *Engine) bookOnce(known kanzei.Day) func() *book {
	if known != 0 {
		known = e.turn(known)
	}
	b := e.books[known]
	if b == nil {
		b = sync.OnceValue(func() *book {
			k := e.Ledger.AsKnown(known)
			return &book{k, k.Bounds()}
		})
		e.books[known] = b
	}
	return b
}

// turn returns the first of the days that know the same as a day.
func (e *Engine) turn(known kanzei.Day) kanzei.Day {
	turns := e.turns()
	i, found := slices.BinarySearch(turns, known)
	switch {
	case found:
		return known
	case i == 0:
		return 1
	}
	return turns[i-1]
}

// Table returns the law of the day as known at the end of a day, compiled.
func (e *Engine) Table(on, known kanzei.Day, view View) (*Table, error) {
	e.mu.Lock()
	once := e.bookOnce(known)
	e.mu.Unlock()
	b := once()
	epoch, found := slices.BinarySearch(b.bounds, on.Open())
	if found {
		epoch++
	}
	e.mu.Lock()
	c := e.compiled(b, epoch, on.Open())
	e.mu.Unlock()
	return c[view]()
}

// table is Table for a stretch of a book; e.mu is held.
func (e *Engine) table(b *book, epoch int, m kanzei.Moment, view View) (*Table, error) {
	return e.compiled(b, epoch, m)[view]()
}

// compiled returns the law of a stretch of a book; e.mu is held. Books that
// differ by acts not in effect then share it, and so do the views where no
// judgment is.
func (e *Engine) compiled(b *book, epoch int, m kanzei.Moment) *compiled {
	key := lawKey{b, epoch}
	if c := e.laws[key]; c != nil {
		return c
	}
	stamp := b.Stamp(m)
	c := e.stamps[stamp]
	if c == nil {
		state := sync.OnceValue(func() *ledger.State { return b.At(m) })
		collected := sync.OnceValues(func() (*Table, error) { return compile(state(), Collected, e.atlas) })
		legal := sync.OnceValues(func() (*Table, error) {
			if t, err := collected(); err == nil && !t.voids {
				return t, nil
			}
			return compile(state(), Legal, e.atlas)
		})
		c = &compiled{Collected: collected, Legal: legal}
		e.stamps[stamp] = c
	}
	e.laws[key] = c
	return c
}

// Assess answers for one entry as known at the end of a day; the zero Day
// means everything held. Entries that make no sense are a *kanzei.Problem.
func (e *Engine) Assess(entry kanzei.Entry, known kanzei.Day) (*kanzei.Assessment, error) {
	declared := entry
	if err := e.check(&entry); err != nil {
		return nil, err
	}
	if known != 0 && known < e.Ledger.Coverage.Begins {
		return nil, &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("the law as known on %s is before the coverage begins", known), Hint: fmt.Sprintf("ask for %s or later", e.Ledger.Coverage.Begins)}
	}
	a := &kanzei.Assessment{Entry: entry, On: entry.Date, Known: known, Questions: []kanzei.Question{}, Caveats: []string{}}
	if entry.Ch98 != "" { // shown as declared, computed on what chapter 98 makes of it
		defer func() { a.Entry = declared }()
	}
	horizon := e.Ledger.Coverage.Horizon
	if known == 0 || known > horizon {
		a.Known = horizon
	}
	if entry.Date > horizon {
		a.KnownOnlyTo = horizon
		a.Caveats = append(a.Caveats, fmt.Sprintf(afterHorizon, horizon))
	}
	c, err := e.open(&entry, known, Collected)
	if err != nil {
		return nil, err
	}
	r := c.span()
	a.Status = r.status
	a.DutyMin, a.DutyMax = r.min, r.max
	unsupported := e.gaps(a)
	if r.missing != "" {
		a.Caveats = append(a.Caveats, r.missing)
		if r.status == kanzei.Unsupported {
			unsupported = true
		}
	}
	a.Lines = c.findings(r.corner)
	a.Filing = c.filing(r.corner)
	a.Fees = fees(&entry, a)
	c.caveats(r.corner, a)
	if err := c.remarks(a, func() (*computation, error) {
		if known != 0 && known <= entry.Date {
			return nil, nil
		}
		return e.open(&entry, entry.Date, Collected)
	}); err != nil {
		return nil, err
	}
	a.Questions = append(a.Questions, c.questions(r)...)
	switch {
	case c.banned(r.corner):
		a.Status, a.DutyMin, a.DutyMax = kanzei.Banned, nil, nil
		return a, nil
	case unsupported:
		a.Status, a.DutyMin, a.DutyMax = kanzei.Unsupported, nil, nil
		return a, nil
	case r.status == kanzei.Range:
		return a, nil
	}
	a.Duty = r.min
	rate := shareOf(*r.min, declared.Value)
	a.Rate = &rate
	return a, e.statuses(a, &entry, known)
}

// Caveats that Assess and Rater share.
const (
	afterHorizon     = "known only to %s: the sources were read to that day"
	notOneThen       = "the duty as known on the day of entry is not one figure without further facts"
	notOneLegal      = "the duty legally due is not one figure without further facts"
	additionalDuties = "the schedule notes additional duties on this line: "
)

// banned reports whether the goods may not be entered.
func (c *computation) banned(k *corner) bool {
	return slices.ContainsFunc(k.parts, func(x part) bool {
		return x.why == applies && c.table.provs[x.prov].Rate.Mode == kanzei.Prohibited
	})
}

// statuses fills what was assessed, what is legally due, and the difference.
func (e *Engine) statuses(a *kanzei.Assessment, entry *kanzei.Entry, known kanzei.Day) error {
	// The duty may be one figure although, as known then or after a judgment,
	// a fact not declared would have been needed.
	at := func(known kanzei.Day, view View, what string) (*kanzei.Money, error) {
		c, err := e.open(entry, known, view)
		if err != nil {
			return nil, err
		}
		r := c.span()
		if r.status != kanzei.Exact {
			a.Caveats = append(a.Caveats, what)
			return nil, nil
		}
		return r.min, nil
	}
	a.Assessed = a.Duty
	var err error
	if entry.AssessedKnown {
		a.Assessed = &entry.Assessed
	} else if known == 0 || known > entry.Date {
		if a.Assessed, err = at(entry.Date, Collected, notOneThen); err != nil {
			return err
		}
	}
	if a.Legal, err = at(known, Legal, notOneLegal); err != nil || a.Assessed == nil || a.Legal == nil {
		return err
	}
	assessed := *a.Assessed
	refundable := max(0, assessed-*a.Legal)
	a.Refundable = &refundable
	if refundable == 0 {
		return nil
	}
	amended := min(refundable, max(0, assessed-*a.Duty))
	if amended > 0 {
		a.Refunds = append(a.Refunds, kanzei.Refund{Cause: "retroactive amendment", Amount: amended, Rests: e.amendedBy(entry, known)})
	}
	if rest := refundable - amended; rest > 0 {
		a.Refunds = append(a.Refunds, kanzei.Refund{Cause: "judgment", Amount: rest, Rests: e.voidedBy(entry, known)})
	}
	return nil
}

// amendedBy names the instruments, public after the entry, that changed what
// bears on it.
func (e *Engine) amendedBy(entry *kanzei.Entry, known kanzei.Day) string {
	now, err := e.open(entry, known, Collected)
	if err != nil {
		return ""
	}
	then, err := e.open(entry, entry.Date, Collected)
	if err != nil {
		return ""
	}
	var ids []string
	for _, id := range now.bearing {
		p := &now.table.provs[id]
		if p.from(originIndex[entry.Origin]) && p.By.Act.Public > entry.Date && !slices.Contains(ids, p.By.String()) {
			ids = append(ids, p.By.String())
		}
	}
	for _, id := range now.bearing { // how its program stands to others
		p := &now.table.provs[id]
		q, by := now.table.state.Program(p.Program)
		if !p.from(originIndex[entry.Origin]) || by.Act == nil || by.Act.Public <= entry.Date || slices.Contains(ids, by.String()) {
			continue
		}
		if was, _ := then.table.state.Program(p.Program); !slices.Equal(was.YieldsTo, q.YieldsTo) || !slices.Equal(was.InLieuOf, q.InLieuOf) {
			ids = append(ids, by.String())
		}
	}
	for _, id := range then.bearing {
		p := &then.table.provs[id]
		if !p.from(originIndex[entry.Origin]) {
			continue
		}
		at := entry.Date
		if z := then.zone; z != nil && entry.FTZStatus == privilegedForeign && ledger.ZoneDay(z.acts, p.Heading, p.Program) != kanzei.EntryRates {
			at = entry.FTZDate
		}
		s := e.Book(known).Standing(p.Heading, at.Open())
		if s.Changed.Act != nil && s.Changed.Act.Public > entry.Date && !slices.Contains(ids, s.Changed.String()) {
			ids = append(ids, s.Changed.String())
		}
	}
	return join(ids)
}

func (e *Engine) voidedBy(entry *kanzei.Entry, known kanzei.Day) string {
	c, err := e.open(entry, known, Collected)
	if err != nil {
		return ""
	}
	var ids []string
	for _, id := range c.bearing {
		p := &c.table.provs[id]
		if p.Void.Instrument != nil && p.from(originIndex[entry.Origin]) && !slices.Contains(ids, p.Void.String()) {
			ids = append(ids, p.Void.String())
		}
	}
	return join(ids)
}

func join(ids []string) string {
	s := ""
	for i, id := range ids {
		if i > 0 {
			s += ", "
		}
		s += id
	}
	return s
}

// check refuses entries that make no sense.
func (e *Engine) check(entry *kanzei.Entry) error {
	switch {
	case entry.Value < 0:
		return &kanzei.Problem{Code: "value.negative", Msg: fmt.Sprintf("customs value %s is negative", entry.Value), Hint: "give the value in US dollars, zero or more"}
	case entry.Value > 1_000_000_000_000*kanzei.Dollar/10:
		return &kanzei.Problem{Code: "value.large", Msg: fmt.Sprintf("customs value %s is beyond 100 billion dollars", entry.Value), Hint: "an entry line is worth less"}
	case entry.Origin == 0:
		return &kanzei.Problem{Code: "origin.missing", Msg: "no country of origin", Hint: "add --from JP"}
	case entry.Date == 0:
		return &kanzei.Problem{Code: "date.missing", Msg: "no day of entry"}
	case entry.Date < e.Ledger.Coverage.Begins:
		return &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("%s is before the coverage begins", entry.Date), Hint: fmt.Sprintf("ask for %s or later", e.Ledger.Coverage.Begins)}
	}
	if originAt(entry.Origin) < 0 {
		return &kanzei.Problem{Code: "origin.unknown", Msg: fmt.Sprintf("%q is not a country of origin", entry.Origin), Hint: "use an ISO 3166 code such as JP"}
	}
	if entry.Quantity < 0 || entry.Quantity2 < 0 {
		return &kanzei.Problem{Code: "quantity.negative", Msg: "a quantity is negative", Hint: "give quantities of zero or more"}
	}
	var sum kanzei.Fraction
	for i, s := range [...]*kanzei.Share{&entry.Steel, &entry.Aluminum, &entry.Copper, &entry.USContent, &entry.MetalWeight} {
		if s.Fraction < 0 || s.Fraction > kanzei.One {
			return &kanzei.Problem{Code: "share.range", Msg: fmt.Sprintf("a share of %s%% is not between 0 and 100 percent", s.Fraction)}
		}
		if s.Known && i < 3 {
			sum += s.Fraction
		}
	}
	if sum > kanzei.One {
		return &kanzei.Problem{Code: "share.sum", Msg: fmt.Sprintf("the metal contents sum to %s%% of the customs value", sum), Hint: "contents are disjoint parts of the value"}
	}
	if entry.AssessedKnown && entry.Assessed < 0 {
		return &kanzei.Problem{Code: "value.negative", Msg: fmt.Sprintf("assessed duty %s is negative", entry.Assessed)}
	}
	switch entry.Mode {
	case 0, 10, 11, 12, 20, 21, 30, 31, 32, 33, 34, 40, 41, 50, 60, 70:
	default:
		return &kanzei.Problem{Code: "mode.unknown", Msg: fmt.Sprintf("%d is not a mode of transport", entry.Mode), Hint: "use a Census code: 10, 11 vessel; 20, 21 rail; 30, 31 truck; 40, 41 air; 50 mail"}
	}
	for _, u := range [...]string{entry.Unit, entry.Unit2} {
		if u != "" && u != postalItem && !schedule.KnownUnit(u) {
			return &kanzei.Problem{Code: "quantity.unit", Msg: fmt.Sprintf("%q is not a unit of quantity", u), Hint: "write a unit of the schedule, such as kg, liter, no., m2"}
		}
	}
	if entry.SPI != "" && !schedule.KnownProgram(entry.SPI) {
		return &kanzei.Problem{Code: "spi.unknown", Msg: fmt.Sprintf("%q is not a special program", entry.SPI), Hint: "use the indicator of general note 3(c), such as S for the USMCA, JP, KR, A+"}
	}
	if len(entry.Flags) > 1 {
		if err := e.together(entry.Flags); err != nil {
			return err
		}
	}
	if err := e.zoneFacts(entry); err != nil {
		return err
	}
	return chapter98(entry)
}

// gaps adds the sentences of the register that bear on the entry. It reports
// whether one of them leaves the entry unsupported.
func (e *Engine) gaps(a *kanzei.Assessment) bool {
	unsupported := false
	at := a.Entry.Date.Open()
	b := e.Book(0)
	for i := range e.Ledger.Coverage.Gaps {
		g := &e.Ledger.Coverage.Gaps[i]
		if at < g.From || at >= g.Until {
			continue
		}
		p := kanzei.Provision{Products: g.Products, Origins: g.Origins}
		if !b.Origins(&p, at)(a.Entry.Origin) || !b.Products(&p, at).Touches(a.Entry.HTS) {
			continue
		}
		a.Caveats = append(a.Caveats, g.Say)
		unsupported = unsupported || g.Unsupported
	}
	return unsupported
}

// A computation is one entry before one table.
type computation struct {
	engine  *Engine
	table   *Table
	entry   *kanzei.Entry
	line    schedule.Line
	base    baseDuty
	baseOK  bool // the base duty can be computed from the facts
	bearing []uint16
	zone    *zoneLaw    // of goods from a foreign-trade zone
	kinds   []kind      // where the code is too short to tell which provisions bear on the goods
	apart   [][2]string // uses of which goods have one at most
	brief   bool        // of questions the facts alone are wanted
	work    *workspace  // to work in, nil for memory of its own
}

// A kind is goods under a code of fewer than ten digits on which the same
// provisions bear.
type kind struct {
	numbers []kanzei.HTS // of the schedule; none where it has no ten-digit ones
	bearing []uint16
}

func (k *kind) String() string {
	switch n := len(k.numbers); {
	case n == 0:
		return "other"
	case n > 3:
		return fmt.Sprintf("%s, %s, %d more", k.numbers[0], k.numbers[1], n-2)
	}
	var s []string
	for _, h := range k.numbers {
		s = append(s, h.String())
	}
	return strings.Join(s, ", ")
}

func (e *Engine) open(entry *kanzei.Entry, known kanzei.Day, view View) (*computation, error) {
	t, err := e.Table(entry.Date, known, view)
	if err != nil {
		return nil, err
	}
	var zone *zoneLaw
	if entry.FTZStatus != "" {
		zone = &zoneLaw{e.zones(entry, known), t}
		if entry.FTZStatus == privilegedForeign {
			if t, err = e.admitted(entry, known, zone.acts, view); err != nil {
				return nil, err
			}
		}
	}
	line, err := e.rated(entry)
	if err != nil {
		return nil, err
	}
	if entry.Quantity != 0 && entry.Unit == "" && len(line.Units) > 0 {
		entry.Unit = line.Units[0]
	}
	if entry.Quantity2 != 0 && entry.Unit2 == "" && len(line.Units) > 1 {
		entry.Unit2 = line.Units[1]
	}
	c := &computation{engine: e, table: t, entry: entry, line: line, zone: zone}
	c.base.value = entry.Value
	if entry.FTZStatus == domestic {
		c.base.rate, c.base.column, c.baseOK = kanzei.Rate{Kind: kanzei.Free, Text: "Free"}, domesticColumn, true
		return c, nil
	}
	var whole bool
	if c.bearing, whole = t.bearing(entry.HTS); !whole {
		c.kinds = t.kinds(entry.HTS, e.Schedule.CodesUnder(entry.HTS, entry.Date))
		if len(c.kinds) == 1 {
			c.bearing, c.kinds = c.kinds[0].bearing, nil
		}
	}
	c.base.rate, c.base.column = baseRate(t, entry, &line)
	c.base.amount, c.baseOK = c.base.rate.Duty(entry.Value, func(u string) (int64, bool) { return quantity(entry, u) })
	if !c.baseOK { // the least it can be
		c.base.amount = entry.Value.By(c.base.rate.AdValorem)
	}
	return c, nil
}

// baseRate picks the column of the schedule.
func baseRate(t *Table, entry *kanzei.Entry, line *schedule.Line) (kanzei.Rate, string) {
	if t.column2.has(originIndex[entry.Origin]) {
		return line.Column2, "column 2"
	}
	if entry.SPI != "" {
		for _, s := range line.Special {
			if slices.Contains(s.Programs, entry.SPI) {
				return s.Rate, "column 1 special (" + entry.SPI + ")"
			}
		}
	}
	return line.General, "column 1 general"
}

// shareOf returns m as a share of the value, rounded to 1e-8.
func shareOf(m, value kanzei.Money) kanzei.Fraction {
	if value == 0 {
		return 0
	}
	return kanzei.Fraction(kanzei.MulDiv(int64(m), int64(kanzei.One), int64(value)))
}
