package api

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"kanzei"
	"kanzei/brief"
	"kanzei/duty"
	"kanzei/entries"
	"kanzei/impact"
	"kanzei/schedule"
	"kanzei/talks"
)

// An Operation is a question that can be asked: what it takes, what it gives,
// and where it stands on the wire.
type Operation struct {
	Name    string // unique, such as "duty"
	Method  string
	Path    string // of net/http.ServeMux
	Tool    string // its name among the tools of the Model Context Protocol; "" for none
	Summary string // one line
	Doc     string // units, defaults, limits

	Request reflect.Type // a struct
	Answers []reflect.Type

	// Long operations run for more than a moment: their answers are kept, and
	// they tell how far they are where Progress is set.
	Long     bool
	Progress bool

	Examples []Example

	settle func(*Desk, any) error
	answer func(context.Context, *Desk, any, func(done, of int)) (any, error)
}

// An Example is a request that is documented, and asked by the tests.
type Example struct {
	Name  string
	Query string // path and query, for GET
	Body  string // JSON, for POST
}

// New returns an empty request of the operation.
func (o *Operation) New() any { return reflect.New(o.Request).Interface() }

// settler fills in what a request leaves out and would be another question on
// another day.
type settler[T any] interface {
	*T
	settle(*Desk) error
}

// operation ties a request type to an operation.
func operation[T any, Q settler[T]](o Operation, answer func(context.Context, *Desk, Q, func(done, of int)) (any, error), answers ...any) *Operation {
	o.Request = reflect.TypeFor[T]()
	for _, a := range answers {
		o.Answers = append(o.Answers, reflect.TypeOf(a))
	}
	o.settle = func(d *Desk, q any) error { return q.(Q).settle(d) }
	o.answer = func(ctx context.Context, d *Desk, q any, progress func(done, of int)) (any, error) {
		return answer(ctx, d, q.(Q), progress)
	}
	return &o
}

func (*FactsRequest) settle(*Desk) error      { return nil }
func (*CoverageRequest) settle(*Desk) error   { return nil }
func (*LawRequest) settle(*Desk) error        { return nil }
func (*InstrumentRequest) settle(*Desk) error { return nil }
func (*DiffRequest) settle(*Desk) error       { return nil }

// Facts are what entries can carry beyond their goods.
type Facts struct {
	Facts   []duty.Fact      `json:"facts"`
	Columns []entries.Column `json:"columns"`
}

const clocksDoc = " on is the day of entry, known the day of the knowledge: only what was public by its end counts."

// Operations returns the questions that can be asked, always in one order.
func Operations() []*Operation { return operations }

// OperationNamed returns an operation, or nil.
func OperationNamed(name string) *Operation {
	for _, o := range operations {
		if o.Name == name {
			return o
		}
	}
	return nil
}

var operations = []*Operation{
	operation(Operation{Name: "duty", Method: "GET", Path: "/api/v1/duty", Tool: "duty", Summary: "What one entry owes, and why.",
		Doc: "Amounts are US dollars as decimal text, rates percent of the customs value. Lines that do not apply say why. Amounts are null while no single figure is known; questions name the facts that would change or narrow the answer." + clocksDoc + " Everything held is known unless known says otherwise.",
		Examples: []Example{{Name: "a passenger car from Japan in April 2025", Query: "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15"},
			{Name: "a steel article whose content is not declared: a range", Query: "/api/v1/duty?hts=7326.90.86.88&from=JP&value=10000&on=2025-07-01"}}},
		func(_ context.Context, d *Desk, q *DutyRequest, _ func(int, int)) (any, error) { return q.answer(d) }, kanzei.Assessment{}),
	operation(Operation{Name: "entry", Method: "POST", Path: "/api/v1/duty", Summary: "What one entry owes; the entry by the columns of a file of entries.",
		Doc:      "The same answer as GET. The entry of an answer can be posted again.",
		Examples: []Example{{Name: "a blanket from Japan, twice amended", Body: `{"hts": "6307.90.98.70", "origin": "JP", "entry_date": "2025-08-20", "value_usd": 10000}`}}},
		func(_ context.Context, d *Desk, q *Entry, _ func(int, int)) (any, error) { return q.answer(d) }, kanzei.Assessment{}),
	operation(Operation{Name: "facts", Method: "GET", Path: "/api/v1/facts", Summary: "The facts that measures ask for, and the columns of a file of entries.",
		Examples: []Example{{Name: "all", Query: "/api/v1/facts"}}},
		func(_ context.Context, d *Desk, _ *FactsRequest, _ func(int, int)) (any, error) {
			e, err := d.engine()
			if err != nil {
				return nil, err
			}
			return Facts{e.Facts(), entries.Columns}, nil
		}, Facts{}),
	operation(Operation{Name: "brief", Method: "GET", Path: "/api/v1/brief/{country}", Tool: "brief", Summary: "The folder for the negotiator: what a country faces, what comes by itself, what it costs, the law behind it.",
		Doc: "Values are whole US dollars of 2024 imports; exposure is static." + clocksDoc + " What was known on the day is the default.", Long: true,
		Examples: []Example{{Name: "Japan on 15 April 2025", Query: "/api/v1/brief/JP?on=2025-04-15"}}},
		func(ctx context.Context, d *Desk, q *BriefRequest, _ func(int, int)) (any, error) {
			return d.gated(ctx, func() (any, error) { return q.answer(d, 15) })
		}, brief.Document{}),
	operation(Operation{Name: "regime", Method: "GET", Path: "/api/v1/regime/{country}", Tool: "regime", Summary: "What is in force against a country's goods, what is suspended, what comes next and when.",
		Doc: "The folder of brief without the exposure." + clocksDoc + " What was known on the day is the default.", Long: true,
		Examples: []Example{{Name: "Japan on 15 April 2025", Query: "/api/v1/regime/JP?on=2025-04-15"}}},
		func(ctx context.Context, d *Desk, q *RegimeRequest, _ func(int, int)) (any, error) {
			return d.gated(ctx, func() (any, error) { return q.answer(d) })
		}, brief.Document{}),
	operation(Operation{Name: "outlook", Method: "GET", Path: "/api/v1/outlook/{country}", Tool: "outlook", Summary: "What the law known says will happen to a country's goods without a further act, and when.",
		Doc: "Moments are US Eastern." + clocksDoc + " What was known on the day is the default.", Long: true,
		Examples: []Example{{Name: "Japan on 15 April 2025", Query: "/api/v1/outlook/JP?on=2025-04-15"}}},
		func(ctx context.Context, d *Desk, q *OutlookRequest, _ func(int, int)) (any, error) {
			return d.gated(ctx, func() (any, error) { return q.answer(d) })
		}, Outlook{}),
	operation(Operation{Name: "exposure", Method: "GET", Path: "/api/v1/exposure/{country}", Tool: "exposure", Summary: "What is hit and what it costs, by measure, chapter and product.",
		Doc: "Values are whole US dollars of 2024 imports, rates percent; exposure is static: imports of 2024 at the rates of the day." + clocksDoc + " What was known on the day is the default.", Long: true,
		Examples: []Example{{Name: "Japan on 15 April 2025", Query: "/api/v1/exposure/JP?on=2025-04-15"}}},
		func(ctx context.Context, d *Desk, q *BriefRequest, _ func(int, int)) (any, error) {
			return d.gated(ctx, func() (any, error) { return q.answer(d, 20) })
		}, brief.Document{}),
	operation(Operation{Name: "impact", Method: "POST", Path: "/api/v1/impact", Tool: "impact", Summary: "What a scenario does to every economy: real income, trade, prices, revenue, with ranges.",
		Doc: "Changes are percent, values million US dollars of the base year of the world. lo and hi are 90 percent ranges over draws of the trade elasticities. An equilibrium that is not found is an error that names the residual. Asked with Accept: text/event-stream, the answer comes as events: progress, then result or problem.", Long: true, Progress: true,
		Examples: []Example{{Name: "the pause of April 2025 lapses", Body: `{"scenario": ["lapse"], "on": "2025-04-15", "closure": "fixed", "draws": 0, "economies": ["JP", "US"]}`}}},
		func(ctx context.Context, d *Desk, q *ImpactRequest, progress func(int, int)) (any, error) {
			return q.answer(ctx, d, progress)
		}, impact.Report{}, impact.Case{}),
	operation(Operation{Name: "talks", Method: "POST", Path: "/api/v1/talks", Tool: "talks", Summary: "The folder for talks: what each ask is worth to both sides, packages, waiting, retaliation, coalitions.",
		Doc: "Gains are changes of real income, percent and million US dollars of the base year of the world, in a static model at full adjustment. A folder is minutes of work: leave out parts with without, and ask with Accept: text/event-stream, which gives events: progress (it begins anew with each stage), then result or problem.", Long: true, Progress: true,
		Examples: []Example{{Name: "Japan while only metals were hit, asks and packages alone", Body: `{"asker": "JP", "on": "2025-03-20", "closure": "fixed", "draws": 0, "offers": 0, "lines": -1, "without": ["clock", "retaliation", "coalitions", "tornado"]}`}}},
		func(ctx context.Context, d *Desk, q *TalksRequest, progress func(int, int)) (any, error) {
			return q.answer(ctx, d, progress)
		}, talks.Report{}),
	operation(Operation{Name: "search", Method: "GET", Path: "/api/v1/search", Tool: "search_hts", Summary: "Find the line of the schedule by words or digits.",
		Examples: []Example{{Name: "passenger cars", Query: "/api/v1/search?q=passenger+car+2000+cc&on=2025-04-15&n=5"}}},
		func(_ context.Context, d *Desk, q *SearchRequest, _ func(int, int)) (any, error) { return q.answer(d) }, []schedule.Hit{}),
	operation(Operation{Name: "law", Method: "GET", Path: "/api/v1/law", Summary: "The instruments of the ledger.",
		Examples: []Example{{Name: "public by 9 April 2025", Query: "/api/v1/law?known=2025-04-09"}}},
		func(_ context.Context, d *Desk, q *LawRequest, _ func(int, int)) (any, error) { return q.answer(d) }, []Instrument{}),
	operation(Operation{Name: "instrument", Method: "GET", Path: "/api/v1/law/{instrument}", Summary: "An instrument with its acts and the words they rest on.",
		Examples: []Example{{Name: "the pause of April 2025", Query: "/api/v1/law/EO%2014266"}}},
		func(_ context.Context, d *Desk, q *InstrumentRequest, _ func(int, int)) (any, error) {
			return q.answer(d)
		}, Instrument{}),
	operation(Operation{Name: "diff", Method: "GET", Path: "/api/v1/law/diff", Tool: "law_diff", Summary: "What differs between two days of entry or two days of knowledge, and the acts that make it so.",
		Examples: []Example{{Name: "the first day of the pause, for Japan", Query: "/api/v1/law/diff?on=2025-04-09&to=2025-04-10&from=JP"}}},
		func(_ context.Context, d *Desk, q *DiffRequest, _ func(int, int)) (any, error) { return q.answer(d) }, Diff{}),
	operation(Operation{Name: "coverage", Method: "GET", Path: "/api/v1/coverage", Summary: "What the law held covers, what it does not, and what it was checked against.",
		Examples: []Example{{Name: "the register", Query: "/api/v1/coverage"}}},
		func(_ context.Context, d *Desk, _ *CoverageRequest, _ func(int, int)) (any, error) {
			e, err := d.engine()
			if err != nil {
				return nil, err
			}
			return CoverageOf(e.Ledger), nil
		}, Coverage{}),
}

// gated answers a few folders at a time.
func (d *Desk) gated(ctx context.Context, answer func() (any, error)) (any, error) {
	leave, err := d.folders.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return answer()
}

// A Question is a request that a desk can answer.
type Question struct {
	// Key is the whole question: program, edition, operation and request with
	// all defaults filled in. Equal keys have equal answers.
	Key string

	desk    *Desk
	op      *Operation
	request any
}

// Ask prepares a question: it fills in the defaults of the request.
func (d *Desk) Ask(op *Operation, request any) (*Question, error) {
	if err := op.settle(d, request); err != nil {
		return nil, err
	}
	edition, err := d.edition()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	return &Question{Key: strings.Join([]string{d.opt.Version, edition, op.Name, string(text)}, "\n"), desk: d, op: op, request: request}, nil
}

// Answer returns the answer as JSON, the same bytes as the command line prints
// with --json. Progress, which may be nil, is called while a long question is
// worked on. The bytes are shared; do not change them.
func (q *Question) Answer(ctx context.Context, progress func(done, of int)) ([]byte, error) {
	if q.op.Long {
		a, err := q.long(ctx, progress)
		return a.json, err
	}
	v, err := q.op.answer(ctx, q.desk, q.request, progress)
	if err != nil {
		return nil, err
	}
	return marshal(v)
}

// AnswerInWords returns the answer as JSON and as text for a reader, with its
// sources and caveats.
func (q *Question) AnswerInWords(ctx context.Context, progress func(done, of int)) (body []byte, text string, err error) {
	var a answer
	if q.op.Long {
		a, err = q.long(ctx, progress)
	} else {
		a, err = q.both(ctx, progress)
	}
	return a.json, a.text, err
}

// An answer is kept as it is sent.
type answer struct {
	json []byte
	text string
}

func (a answer) bytes() int64 { return int64(len(a.json) + len(a.text)) }

func (q *Question) long(ctx context.Context, progress func(done, of int)) (answer, error) {
	return q.desk.flights.do(ctx, q.Key, progress, q.both)
}

func (q *Question) both(ctx context.Context, progress func(done, of int)) (a answer, err error) {
	v, err := q.op.answer(ctx, q.desk, q.request, progress)
	if err != nil {
		return a, err
	}
	var b strings.Builder
	if err := words(&b, q.op.Name, v); err != nil {
		return a, err
	}
	a.text = b.String()
	a.json, err = marshal(v)
	return a, err
}
