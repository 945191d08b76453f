// Package read finds what a text says about tariff measures, and holds it
// against the ledger. The text is a news report, an order, a proclamation, a
// notice of the Federal Register or an annex, as plain text, Markdown or simple
// HTML, in English, or the text of a PDF as pdftotext -layout gives it.
// Everything is rules and word lists: the same text and ledger give the same
// answer, no network and no model is asked, and the time is linear in the length
// of the text.
//
//	r := read.New(l)                              // l: the ledger that lends its words and the law
//	doc := r.Read("report.txt", text)             // sentences, mentions, statements
//	findings, err := r.Judge(doc, on, known)      // each statement beside the law
//	draft, err := r.Scaffold(doc)                 // an official text as a file for review
//
// # What is found
//
// A [Mention] is a rate, heading, tariff code, country, product, date, duration,
// legal instrument or verb that stands in the text. A [Statement] is put
// together from the mentions of one clause: "a 25% tariff on cars, auto parts
// and steel … kept in place" makes three, one a product. Every statement keeps
// the sentence and the byte offsets, in the text as given, of the words it rests
// on.
//
// # Confidence
//
// High: rate or heading, and the verb that says what happens to it, stand in
// one clause, and the rate touches the word duty or tariff. Medium: the rate is
// tied to a duty by the clause only, or the country, day or product was taken
// from the sentence around. Low: country or product is taken from the document
// ([Statement.Assumed] says what), the text is vague ("key exports"), or the
// clause is a plan or a threat. Nothing below low is made a statement: a
// sentence that speaks of duties and yields none is kept in [Document.Unread].
package read

import (
	"kanzei"
	"kanzei/ledger"
)

// A Span is a stretch of the text as given, in bytes, [Start, End).
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Kinds of mentions.
const (
	Rate       = "rate"       // 24%, 25 percent, zero percent
	Amount     = "amount"     // a specific duty: 25 dollars
	Heading    = "heading"    // chapter 99: 9903.01.25, or a range of them
	Code       = "code"       // any other tariff code: 8703.23.01
	Country    = "country"    // name, demonym or group; Value is ISO alpha-2 or EU
	Product    = "product"    // goods or a kind of duty; Value names programs
	Date       = "date"       // a day; Value is 2025-04-10
	Duration   = "duration"   // 90 days
	Instrument = "instrument" // Executive Order 14257
	Verb       = "verb"       // what happens: suspend, impose, amend, …
)

// A Mention is a word or phrase of the text that the reader knows.
type Mention struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Role  string `json:"role,omitempty"` // rates: new, old, threshold, share; dates: from, until, before, at; headings: target, reference; countries: actor, except
	Text  string `json:"text"`
	Span
}

// Kinds of statements.
const (
	Duty        = "duty"        // a duty, with or without its rate
	Pause       = "pause"       // a suspension spoken of as such
	Exemption   = "exemption"   // goods or countries that do not pay
	Scope       = "scope"       // products put on or struck from a list
	Request     = "request"     // someone asks for a change
	Talks       = "talks"       // negotiations, meetings, calls
	Deal        = "deal"        // an agreement
	Judgment    = "judgment"    // a court's decision on duties
	Retaliation = "retaliation" // a measure, or none, of another country against the United States
)

// What a statement claims of a measure.
const (
	InForce = "in force"
	OnHold  = "on hold"
	Begins  = "begins" // will apply, or applies from a day named
	Changes = "changes"
	Ends    = "ends"
	Exempts = "exempts"
)

// Confidence of a statement; the rules stand in the documentation of the package.
const (
	High   = "high"
	Medium = "medium"
	Low    = "low"
)

// A Statement is one thing the text says of one measure.
type Statement struct {
	Kind       string          `json:"kind"`
	Claim      string          `json:"claim,omitempty"`
	Rate       string          `json:"rate,omitempty"`     // "24%"; "15% all-in" where a sum with the column 1 duty is meant
	OldRate    string          `json:"old_rate,omitempty"` // rate that is replaced
	Product    string          `json:"product,omitempty"`  // the words for the goods or the kind of duty
	Programs   []string        `json:"programs,omitempty"` // what the words mean in the ledger
	Headings   []string        `json:"headings,omitempty"` // as ranges: 9903.01.43..9903.01.62
	Origins    []kanzei.Origin `json:"origins,omitempty"`  // parties, where the statement is not of a duty
	Group      string          `json:"group,omitempty"`    // EU
	Except     []kanzei.Origin `json:"except,omitempty"`   // countries named as left out
	From       kanzei.Moment   `json:"from,omitempty"`
	Until      kanzei.Moment   `json:"until,omitempty"`
	Days       int             `json:"days,omitempty"` // length of a pause
	When       string          `json:"when,omitempty"` // of an event: 2025-04-14, or 2025-04-07..2025-04-13
	Negated    bool            `json:"negated,omitempty"`
	Operative  bool            `json:"operative,omitempty"` // stands in the part of an official text that makes law
	Cite       string          `json:"cite,omitempty"`      // section or clause
	Confidence string          `json:"confidence"`
	Assumed    string          `json:"assumed,omitempty"` // what was taken from the document, in words
	Words      string          `json:"words"`             // the clause, without markup
	Span       Span            `json:"span"`              // of the clause
	Rests      []Mention       `json:"rests"`             // the mentions it is made of
	Sentence   int             `json:"sentence"`          // index into Document.Sentences

	rate     kanzei.Fraction
	hasRate  bool
	unheld   string // goods named for which the ledger has no program
	vague    bool
	inherit  bool // From was taken from the words around
	codes    []string
	amount   bool     // Rate is dollars
	dollars  bool     // and the provisions that may be meant are in dollars
	ahead    bool     // "will …"
	partial  bool     // of some goods, which the words do not tell
	title    string   // description of the articles of a heading
	onTop    bool     // the rate is on top of column 1, say the words of its heading
	factor   int      // in halves: 4 doubled, 1 halved
	duties   []string // of an exception: headings whose duty is excused
	instr    []string
	daysFrom bool // Until was counted from From
}

// A Sentence is one sentence or list item, without markup.
type Sentence struct {
	Text      string `json:"text"`
	Span      Span   `json:"span"`
	Cite      string `json:"cite,omitempty"`
	Operative bool   `json:"operative,omitempty"`
}

// A Document is a text read.
type Document struct {
	Name       string        `json:"name"`
	Title      string        `json:"title,omitempty"`
	Source     string        `json:"source,omitempty"`
	Kind       string        `json:"kind"`     // executive-order, proclamation, memorandum, notice, report
	Official   bool          `json:"official"` // a text that makes law
	Date       kanzei.Day    `json:"date"`     // zero when none was found
	DatedBy    string        `json:"dated_by,omitempty"`
	Signed     kanzei.Day    `json:"signed,omitempty"`
	Number     string        `json:"number,omitempty"` // of an order, when printed
	Subject    kanzei.Origin `json:"subject,omitempty"`
	Sentences  []Sentence    `json:"-"`
	Mentions   []Mention     `json:"-"`
	Statements []Statement   `json:"-"` // Judge returns them with the law
	Unread     []int         `json:"-"` // sentences that speak of duties, no statement could be made of
	Remarks    []string      `json:"remarks,omitempty"`
}

// A Reader reads texts with the words and the law of one ledger. It is safe
// for concurrent use by readers of different documents.
type Reader struct {
	ledger *ledger.Ledger
	words  *lexicon
}

// New returns a reader; the ledger lends the titles of its programs to the
// lexicon.
func New(l *ledger.Ledger) *Reader {
	return &Reader{ledger: l, words: newLexicon(l)}
}
