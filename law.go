package kanzei

// An Instrument is a legal text that changes the law: an executive order, a
// proclamation, a notice, a judgment.
type Instrument struct {
	ID        string // "EO 14257", "PP 10908"; unique
	Title     string
	Kind      string // executive-order, proclamation, memorandum, notice, judgment, statute
	Authority string // IEEPA, section 232, …
	Signed    Day
	Public    Day // first official release: knowledge counts from here
	Published Day // in the Federal Register; zero when not known
	Citation  string
	Source    string // where the text quoted was read
	Note      string // a remark on the text itself, for example that it is not held
	File      string // the file it was read from, for messages
	Acts      []Act
}

// An ActKind is what an act does.
type ActKind string

const (
	ActProgram   ActKind = "program"   // declares a program or restates its stacking
	ActImpose    ActKind = "impose"    // puts a provision into the law
	ActExempt    ActKind = "exempt"    // puts an exception to a program into the law
	ActAmend     ActKind = "amend"     // restates fields of a provision
	ActSuspend   ActKind = "suspend"   // takes a provision out for a time
	ActResume    ActKind = "resume"    // ends a suspension early
	ActTerminate ActKind = "terminate" // takes a provision out for good
	ActAnnul     ActKind = "annul"     // declares a provision void, also for the past
	ActAdd       ActKind = "add"       // adds products to a list, or origins to a group
	ActStrike    ActKind = "strike"    // strikes products from a list, or origins from a group
	ActNote      ActKind = "note"      // states a fact for the outlook or a caveat; changes no duty
	ActZone      ActKind = "zone"      // says what goods from a foreign-trade zone in privileged foreign status pay
	ActReturned  ActKind = "returned"  // says what goods pay that return under a provision of chapter 98 that frees a part of their value
)

// An Act is one change an instrument makes, with its own moment of effect,
// which may lie before or after signature.
type Act struct {
	Kind        ActKind
	Targets     []string // headings, programs, a list "@name" or a group "&name"
	From, Until Moment   // in effect in [From, Until); Until is Forever when open
	Public      Day      // when the act became known; the instrument's day unless stated
	Implemented Day      // when the notice that puts the act into force became public; zero when the act needs none
	Quote       string   // words of the instrument that say so
	Note        string   // a remark for readers: a conflict resolved, a gap
	Cite        string   // where in the instrument, for example "sec. 2"
	Line        int      // line in the instrument's file

	Program   *Program      // ActProgram
	Provision *Provision    // ActImpose, ActExempt: the provision; ActAmend: the fields restated
	Table     []TableRow    // ActImpose: one provision a row, alike but for these fields
	Fields    []string      // ActAmend: names of the fields restated
	Codes     []ProductItem // ActAdd, ActStrike on a list
	Members   []Origin      // ActAdd, ActStrike on a group
	Origins   []OriginItem  // ActNote, ActZone: whom it concerns; everyone when empty
	Zone      *Zone         // ActZone; Codes are the products, all when empty
	Returned  *Returned     // ActReturned
}

// A Returned is what an act says of goods entered under provisions of chapter
// 98 that free a part of their value.
type Returned struct {
	Under     []HTS
	FullValue bool   // levied on the full value all the same
	Caveat    string // printed with every answer that rests on the act
}

// A Zone is what an act says of goods that leave a foreign-trade zone in
// privileged foreign status (19 CFR 146.41).
type Zone struct {
	Pays           ZoneDay
	AdmittedBefore Moment // of goods admitted before; zero: of all
	Reports        string // heading reported instead of the targets
}

// String says it in words.
func (z *Zone) String() string {
	s := "goods in privileged foreign status"
	if z.AdmittedBefore != 0 {
		s += ", admitted before " + z.AdmittedBefore.String()
	}
	if z.Pays != NoZoneDay {
		s += ", pay the rates of the day of " + string(z.Pays)
	}
	if z.Reports != "" {
		s += ", report " + z.Reports
	}
	if z.Pays == NoZoneDay && z.Reports == "" {
		s += " only; no day named for the rates"
	}
	return s
}

// String says it in words.
func (r *Returned) String() string {
	s := "goods returned under"
	for i, h := range r.Under {
		if i > 0 {
			s += ","
		}
		s += " " + h.String()
	}
	if r.FullValue {
		s += " pay on the full value"
	}
	if r.Caveat != "" {
		s += ": " + r.Caveat
	}
	return s
}

// A ZoneDay is the day whose rates goods in privileged foreign status pay.
type ZoneDay string

const (
	NoZoneDay      ZoneDay = ""          // the text names no day
	AdmissionRates ZoneDay = "admission" // the rates in force on the day of admission to the zone
	EntryRates     ZoneDay = "entry"     // those in force on the day of entry for consumption
)

// A TableRow is one heading of an annex of country rates.
type TableRow struct {
	Heading string
	Title   string // the program's title is used when empty
	Rate    LawRate
	Origins []OriginItem
}

// A Program is a family of provisions under one authority, for example
// s232.autos. The part of its name before the dot is its family.
type Program struct {
	Name      string
	Title     string
	Authority string
	YieldsTo  []string // programs or headings: no duty on the value they cover
	InLieuOf  []string // programs or headings that yield to this one
	Adds      []string // programs of the same family that may apply beside this one
}

// Effect says whether a provision levies or excuses.
type Effect uint8

const (
	Levies  Effect = iota // a duty
	Excuses               // an exception: the duties of its program yield to it
)

// A Provision is one heading of chapter 99, or one rate an order states
// without a heading.
type Provision struct {
	Heading       string // "9903.01.25"; unique in the ledger
	Program       string
	Title         string // short, in the words of the heading
	Effect        Effect
	Rate          LawRate
	Base          Base
	Products      []ProductItem // any of them; "all" is an item
	Except        []ProductItem // but none of these
	Origins       []OriginItem  // any of them
	ExceptOrigins []OriginItem
	When          []Condition // all of them
	YieldsTo      []string    // headings or programs
	InLieuOf      []string    // headings or programs that yield to this provision where it applies; "mfn" for column 1
	Caveat        string      // printed with every answer that rests on the provision
}

// RateMode says how a provision's rate meets the column 1 or 2 duty.
type RateMode uint8

const (
	Additional RateMode = iota // "+25%": on top of the schedule's duty
	AllIn                      // "15% all-in": schedule duty and this one together reach the rate
	NoDuty                     // "none": nothing is added
	MinPrice                   // "minimum $21.00/kg": the duty fills the gap between price and minimum
	ByText                     // a rate no number can hold
	Prohibited                 // "prohibited": the goods may not be entered
)

// A LawRate is the rate of a provision.
type LawRate struct {
	Mode RateMode
	Rate Rate
}

// A Base is the part of the customs value a provision is levied on.
type Base string

const (
	BaseValue    Base = ""         // the full customs value
	BaseSteel    Base = "steel"    // the value of the steel content
	BaseAluminum Base = "aluminum" // the value of the aluminum content
	BaseCopper   Base = "copper"   // the value of the copper content
	BaseNonUS    Base = "non-us"   // the value less the US content
	BaseUS       Base = "us"       // the US content; of exceptions
)

// A ProductItem is one element of a product scope: every product, a list, a
// code with all codes under it, or a range of codes.
type ProductItem struct {
	All    bool
	List   string // name without "@"
	Lo, Hi HTS    // Lo alone when Hi is zero; both ends included
}

// An OriginItem is one element of an origin scope.
type OriginItem struct {
	All    bool
	Group  string // name without "&"
	Origin Origin
}

// A Condition narrows a provision to entries for which a fact holds.
type Condition struct {
	Text   string   // as written
	Not    bool     // the condition holds when the fact does not
	Fact   string   // "claim", "use", "loaded", "entered", "column-1", …
	Op     string   // "is", "<", "<=", ">", ">=", "in", "before", "from"
	Value  string   // the operand as written
	Share  Fraction // the operand of shares and rates
	Time   Moment   // the operand of moments
	Amount Money    // the operand of "value"
	Set    []string // the operand of "in"
}
