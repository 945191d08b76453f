package entries

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/table"
)

// A Refund is a file of entries held against what is legally due.
type Refund struct {
	Job
	Out     string // file of rows to write, "-" for stdout, none when empty
	Stdout  io.Writer
	Rejects string // file of rejected rows, none when empty
	Cape    string // folder for upload files, none when empty

	// Interest is simple interest a year, percent of the refund; nil for none.
	// To is the day up to which it runs.
	Interest *kanzei.Fraction
	To       kanzei.Day
}

// A Sum is an amount of refunds under a name.
type Sum struct {
	Name       string       `json:"name"`
	Rows       int64        `json:"rows"`
	Refundable kanzei.Money `json:"refundable_usd"`
	Interest   kanzei.Money `json:"interest_usd"`
}

// A RefundReport is what a file of entries has assessed, owes, and gets back.
type RefundReport struct {
	Known       kanzei.Day       `json:"known"`
	Rows        int64            `json:"rows"`
	Rejected    int64            `json:"rejected"`
	Entries     int64            `json:"entries_with_refund"` // entry ids, and rows without one
	Assessed    kanzei.Money     `json:"assessed_usd"`        // of the rows that have one figure
	Legal       kanzei.Money     `json:"legal_usd"`
	Refundable  kanzei.Money     `json:"refundable_usd"`
	Interest    kanzei.Money     `json:"interest_usd"`
	Causes      []Sum            `json:"by_cause"`
	Programs    []Sum            `json:"by_program"`
	Liquidation []Sum            `json:"by_liquidation_status"`
	Open        map[string]int64 `json:"rows_without_one_figure"` // by status
	Cape        *CapeReport      `json:"cape,omitempty"`
	Assumptions []string         `json:"assumptions"`
}

// A CapeReport is the upload files written.
type CapeReport struct {
	Files   []string `json:"files"` // entries unliquidated, or liquidated no longer ago than 80 days
	Later   []string `json:"files_liquidated_longer_ago"`
	Entries int64    `json:"entries"`
	After   int64    `json:"entries_liquidated_longer_ago"`
	Invalid int64    `json:"entry_numbers_invalid"`
	Without int64    `json:"rows_without_entry_number"`

	// Replaced lists the entries left out of the upload files although a duty
	// that a judgment voids was assessed: the duty that takes its place is as
	// much, or more.
	Replaced     []string `json:"files_voided_duty_replaced"`
	ReplacedRows int64    `json:"rows_voided_duty_replaced"`
}

// CapeRows is the greatest number of entries that CAPE, the refund portal of US
// Customs, takes in a file; CapeDays how long after liquidation its first phase
// takes an entry (CSMS 68340863).
const (
	CapeRows = 9999
	CapeDays = 80
)

// Causes of refunds, and the program of a difference that no program explains.
const (
	causeAmended  = "retroactive amendment"
	causeJudgment = "judgment"
	notByLaw      = "declared otherwise than the law held gives"
)

var refundFields = []table.Field{
	{Name: "status", Kind: table.String, Required: true},
	{Name: "paid_usd", Kind: table.Decimal, Scale: 2}, // assessed_usd where declared, else as known on the day of entry
	{Name: "legal_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refundable_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refund_amended_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refund_judgment_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refund_other_usd", Kind: table.Decimal, Scale: 2}, // declared otherwise than the law held gives
	{Name: "interest_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refund_programs", Kind: table.String, Required: true},
	{Name: "caveats", Kind: table.String, Required: true},
}

// A tally sums the rows of a batch.
type tally struct {
	block                                 any
	rows, entries, without                int64
	assessed, legal, refundable, interest kanzei.Money
	causes, programs, liquidation         map[string]*Sum
	open                                  map[string]int64
	cape                                  []claim
	replaced                              []string // entry ids of rows whose voided duty another replaces
	replacedRows                          int64
	rejects                               []table.Reject
}

// A claim is an entry with a refund by judgment.
type claim struct {
	number string
	later  bool
}

func list(m ...kanzei.Money) []kanzei.Money { return m }

func newTally() *tally {
	return &tally{causes: map[string]*Sum{}, programs: map[string]*Sum{}, liquidation: map[string]*Sum{}, open: map[string]int64{}}
}

func add(to map[string]*Sum, name string, refund, interest kanzei.Money) {
	s := to[name]
	if s == nil {
		s = &Sum{Name: name}
		to[name] = s
	}
	s.Rows++
	s.Refundable += refund
	s.Interest += interest
}

// refunding is the sink of a refund.
type refunding struct {
	*Refund
	rows    *writing // nil without an output
	rejects *table.Rejects
	total   *tally
	invalid int64
	voided  map[string]bool // programs with a duty that a judgment voids
}

// Run holds the file against the law and writes what is asked for.
func (f *Refund) Run() (*RefundReport, error) {
	f.Detail = true
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	s := &refunding{Refund: f, rejects: &table.Rejects{Name: f.Rejects}, total: newTally(), voided: annulled(f.Engine, f.Known)}
	defer s.rejects.Abort()
	if f.Out != "" {
		w, err := table.Create(f.Out, f.Stdout, r, refundFields)
		if err != nil {
			return nil, err
		}
		defer w.Abort()
		s.rows = &writing{out: w, rejects: s.rejects, fields: refundFields, fill: f.fill}
	}
	rows, err := f.Job.Run(r, s)
	if err != nil {
		return nil, err
	}
	rep := s.report(rows)
	if f.Cape != "" {
		if rep.Cape, err = s.cape(); err != nil {
			return nil, err
		}
	}
	if err := s.rejects.Close(); err != nil {
		return nil, err
	}
	rep.Rejected = s.rejects.N - s.invalid
	if s.rows != nil {
		return rep, s.rows.out.Close()
	}
	return rep, nil
}

// causes splits the refund of a row by cause. Where the duty assessed is
// declared, what it exceeds the duty as known on the day of entry by rests on
// neither an amendment nor a judgment.
func causes(o *duty.Outcome, declared bool) (amended, voided, other kanzei.Money) {
	if !declared || o.Refundable.USD == 0 {
		return o.Amended, o.Voided, 0
	}
	var then kanzei.Money
	for _, p := range o.Programs {
		then += p.Assessed
	}
	explained := min(o.Refundable.USD, max(0, then-o.Legal.USD))
	amended = min(explained, max(0, then-o.Duty.USD))
	return amended, explained - amended, o.Refundable.USD - explained
}

// interest is simple interest on a refund from the day of deposit.
func (f *Refund) interest(refund kanzei.Money, deposited kanzei.Day) kanzei.Money {
	if f.Interest == nil || refund <= 0 || deposited >= f.To {
		return 0
	}
	share := kanzei.Fraction(kanzei.MulDiv(int64(*f.Interest), int64(f.To-deposited), 365))
	return refund.By(share).Cents(kanzei.One)
}

// daysOf returns the days in a column, by cell.
func daysOf(r *Rated, name string) []kanzei.Day {
	days := make([]kanzei.Day, r.batch.Rows)
	var m memo[kanzei.Day]
	each(&reading{fault: make([]*fault, len(days))}, &m, r.Column(name), name, len(days), parseDay, dayOfNumber, func(i int, v kanzei.Day) { days[i] = v })
	return days
}

// deposited returns the day interest runs from, by row.
func deposited(r *Rated) func(i int) kanzei.Day {
	days := daysOf(r, "payment_date")
	return func(i int) kanzei.Day { return cmp.Or(days[r.Cell(i)], r.Entries[i].Date) }
}

// fill fills the columns of refundFields.
func (f *Refund) fill(a *adder, r *Rated) {
	from := deposited(r)
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		a.say(0, i, r.Rater.Text(string(o.Status)))
		a.amount(1, i, o.Assessed)
		a.amount(2, i, o.Legal)
		a.amount(3, i, o.Refundable)
		for k, m := range list(causes(o, r.Entries[i].AssessedKnown)) {
			a.amount(4+k, i, duty.Amount{USD: m, Known: o.Refundable.Known})
		}
		a.amount(7, i, duty.Amount{USD: f.interest(o.Refundable.USD, from(i)), Known: o.Refundable.Known && f.Interest != nil})
		var names []string
		if o.Refundable.USD > 0 {
			for _, p := range o.Programs {
				if p.Assessed > p.Legal {
					names = append(names, p.Program)
				}
			}
		}
		a.say(8, i, r.Rater.Text(strings.Join(names, ";")))
		a.say(9, i, o.Caveats)
	}
}

// annulled returns the programs of which a judgment, known at the end of a day,
// voids a duty.
func annulled(e *duty.Engine, known kanzei.Day) map[string]bool {
	b, out := e.Book(known), map[string]bool{}
	for _, in := range e.Ledger.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != kanzei.ActAnnul || known != 0 && a.Public > known {
				continue
			}
			for _, h := range b.Headings() {
				if p := b.ProgramOf(h); slices.ContainsFunc(a.Targets, func(t string) bool { return ledger.Names(t, h, p) }) {
					out[p] = true
				}
			}
		}
	}
	return out
}

// takesPlace reports whether a voided duty was assessed on a row and is not due.
func (s *refunding) takesPlace(o *duty.Outcome) bool {
	for _, p := range o.Programs {
		if p.Assessed > p.Legal && s.voided[p.Program] {
			return true
		}
	}
	return false
}

// A counting is the hand of a refunding.
type counting struct {
	*refunding
	rows  *adder // nil without an output
	tally *tally
	last  string // entry id of the last row with a refund; a batch never cuts an entry
}

func (s *refunding) Hand() Hand {
	c := &counting{refunding: s, tally: newTally()}
	if s.rows != nil {
		c.rows = s.rows.adder()
	}
	return c
}

func (s *counting) Finish(b *table.Batch) (any, error) {
	t := s.tally
	s.tally, s.last = newTally(), ""
	if s.rows == nil {
		return t, nil
	}
	var err error
	t.block, err = s.rows.Finish(b)
	return t, err
}

// Take adds up some rows.
func (s *counting) Take(r *Rated) error {
	t := s.tally
	if s.rows != nil {
		if err := s.rows.Take(r); err != nil {
			return err
		}
	}
	from := deposited(r)
	entry, status, when := r.Column("entry_id"), r.Column("liquidation_status"), daysOf(r, "liquidation_date")
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		t.rows++
		if !o.Refundable.Known {
			t.open[cmp.Or(map[bool]string{true: string(o.Status)}[o.Status != kanzei.Exact], "as known then or legally due")]++
			continue
		}
		t.assessed += o.Assessed.USD
		t.legal += o.Legal.USD
		refund := o.Refundable.USD
		id := ""
		if entry != nil {
			id = strings.TrimSpace(string(entry.AppendText(nil, r.Cell(i))))
		}
		if _, voided, _ := causes(o, r.Entries[i].AssessedKnown); s.Cape != "" && voided == 0 && s.takesPlace(o) {
			t.replacedRows++
			if n := len(t.replaced); id != "" && (n == 0 || t.replaced[n-1] != id) {
				t.replaced = append(t.replaced, id)
			}
		}
		if refund == 0 {
			continue
		}
		interest := s.interest(refund, from(i))
		t.refundable += refund
		t.interest += interest
		parts := list(causes(o, r.Entries[i].AssessedKnown))
		voided := parts[1]
		for k, name := range []string{causeAmended, causeJudgment, notByLaw} {
			if parts[k] != 0 {
				add(t.causes, name, parts[k], s.interest(parts[k], from(i)))
			}
		}
		rest := refund
		for _, p := range o.Programs {
			if d := p.Assessed - p.Legal; d != 0 {
				add(t.programs, p.Program, d, 0)
				rest -= d
			}
		}
		if rest != 0 {
			add(t.programs, notByLaw, rest, 0)
		}
		how := "not given"
		if status != nil {
			if text := strings.ToLower(strings.TrimSpace(string(status.AppendText(nil, r.Cell(i))))); text != "" {
				how = text
			}
		}
		add(t.liquidation, how, refund, interest)
		if id == "" {
			t.entries++
			if voided > 0 {
				t.without++
			}
			continue
		}
		if id != s.last {
			t.entries++
			s.last = id
		} else if len(t.cape) > 0 && t.cape[len(t.cape)-1].number == id {
			continue
		}
		if voided > 0 {
			liquidated := when[r.Cell(i)]
			later := how == "liquidated" || liquidated != 0
			if liquidated != 0 && s.To-liquidated <= CapeDays {
				later = false
			}
			t.cape = append(t.cape, claim{id, later})
			if _, err := EntryNumber(id); err != nil {
				t.rejects = append(t.rejects, table.Reject{Row: r.Number(i), Field: "entry_id", Reason: plain(err), ID: id})
			}
		}
	}
	return nil
}

func (s *refunding) Done(result any, rejects []table.Reject) error {
	t, _ := result.(*tally)
	if t == nil {
		return s.rejects.Add(rejects)
	}
	if s.Cape != "" {
		rejects = append(rejects, t.rejects...)
		s.invalid += int64(len(t.rejects))
	}
	if s.rows != nil {
		if err := s.rows.Done(t.block, rejects); err != nil {
			return err
		}
	} else if err := s.rejects.Add(rejects); err != nil {
		return err
	}
	a := s.total
	a.rows += t.rows
	a.entries += t.entries
	a.without += t.without
	a.assessed += t.assessed
	a.legal += t.legal
	a.refundable += t.refundable
	a.interest += t.interest
	for _, x := range []struct{ to, from map[string]*Sum }{{a.causes, t.causes}, {a.programs, t.programs}, {a.liquidation, t.liquidation}} {
		for name, sum := range x.from {
			add(x.to, name, sum.Refundable, sum.Interest)
			x.to[name].Rows += sum.Rows - 1
		}
	}
	for name, n := range t.open {
		a.open[name] += n
	}
	if s.Cape != "" {
		a.cape = append(a.cape, t.cape...)
		a.replaced = append(a.replaced, t.replaced...)
		a.replacedRows += t.replacedRows
	}
	return nil
}

func (s *refunding) report(rows int64) *RefundReport {
	t := s.total
	known := s.Engine.Ledger.Coverage.Horizon
	if s.Known != 0 {
		known = min(known, s.Known)
	}
	r := &RefundReport{Known: known, Rows: rows, Entries: t.entries, Assessed: t.assessed, Legal: t.legal, Refundable: t.refundable, Interest: t.interest,
		Causes: sums(t.causes), Programs: sums(t.programs), Liquidation: sums(t.liquidation), Open: t.open}
	r.Assumptions = []string{
		"assessed: the column assessed_usd, and where it is empty the duty as known on the day of entry",
		"rows without one figure are in no sum",
	}
	if s.Interest != nil {
		r.Assumptions = append(r.Assumptions, fmt.Sprintf("interest: simple, %s%% a year of 365 days, from payment_date (entry_date where it is empty) to %s; 19 U.S.C. 1505(c) gives interest from the deposit, the quarterly rates of the Internal Revenue Service are not held", s.Interest, s.To))
	}
	return r
}

func sums(m map[string]*Sum) []Sum {
	out := []Sum{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, *m[name])
	}
	slices.SortStableFunc(out, func(a, b Sum) int { return cmp.Compare(b.Refundable, a.Refundable) })
	return out
}

// cape writes the upload files.
func (s *refunding) cape() (*CapeReport, error) {
	c := &CapeReport{Files: []string{}, Later: []string{}, Invalid: s.invalid, Without: s.total.without}
	var now, later []string
	for _, x := range s.total.cape {
		n, err := EntryNumber(x.number)
		if err != nil {
			continue
		}
		if x.later {
			later = append(later, n)
		} else {
			now = append(now, n)
		}
	}
	c.Entries, c.After = int64(len(now)), int64(len(later))
	var err error
	if c.Files, err = s.uploads("cape", now); err == nil {
		c.Later, err = s.uploads("cape-liquidated", later)
	}
	c.ReplacedRows = s.total.replacedRows
	if err == nil {
		c.Replaced, err = s.uploads("no-refund", s.noRefund())
	}
	return c, err
}

// noRefund returns the numbers of entries of which a voided duty is replaced and
// no line has a refund by judgment.
func (s *refunding) noRefund() []string {
	claimed := map[string]bool{}
	if len(s.total.replaced) > 0 {
		for _, x := range s.total.cape {
			claimed[x.number] = true
		}
	}
	var out []string
	for _, id := range s.total.replaced {
		if n, err := EntryNumber(id); err == nil && !claimed[id] {
			out = append(out, n)
		}
	}
	return out
}

func (s *refunding) uploads(name string, numbers []string) ([]string, error) {
	files := []string{}
	for part := range slices.Chunk(numbers, CapeRows) {
		file := filepath.Join(s.Cape, fmt.Sprintf("%s-%03d.csv", name, len(files)+1))
		f, err := table.CreateFile(file)
		if err != nil {
			return nil, err
		}
		if _, err = io.WriteString(f, "Entry Number\n"+strings.Join(part, "\n")+"\n"); err == nil {
			err = f.Close()
		}
		if err != nil {
			f.Abort()
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
