package trade

import "kanzei"

// Goods are what a Rater is asked about: goods of an origin under a code of
// the schedule of the day. Content is zero and ContentKnown false unless an
// assumption set speaks; the answer may then be a range.
type Goods struct {
	HTS          kanzei.HTS
	Origin       kanzei.Origin
	Content      Content
	ContentKnown bool
	Line         Line // of the year of the flows, that the goods were carried from
}

// A Rater says what goods pay under one state of the law, as shares of full
// customs value.
type Rater interface {
	Rate(g Goods) (Outcome, error)
}

// A RaterFunc is a function used as a Rater.
type RaterFunc func(g Goods) (Outcome, error)

// Rate calls f.
func (f RaterFunc) Rate(g Goods) (Outcome, error) { return f(g) }

// An Outcome is what goods pay. All fractions are of full customs value.
type Outcome struct {
	Base kanzei.Fraction // column 1 or 2, ad valorem

	// BaseObserved asks that Base be measured instead: calculated duty of 2024
	// over customs value of 2024, less the additional duties of 2024 where
	// Options.Reference gives them. Set it when the rate is specific or
	// compound, or when preferences claimed should count.
	BaseObserved bool

	Parts []Part // additional duties; those of no duty may be left out

	// AddMin and AddMax bound all additional duties together. They differ from
	// the sums of Parts when parts exclude one another, as duties on content
	// and on the rest do. Both zero means the sums of Parts.
	AddMin, AddMax kanzei.Fraction

	Status kanzei.Status // Exact when empty; an Unsupported outcome counts no duty
	Note   string        // a caveat; values are summed by note
}

// A Part is the additional duty under one heading.
type Part struct {
	Program  string
	Heading  string // may be empty
	Min, Max kanzei.Fraction
}

// A State is the law to measure: its name ("before", "now", "next"), the two
// clocks and the rater that knows it.
type State struct {
	Name  string
	On    kanzei.Day
	Known kanzei.Day
	Rater Rater
}

// Options of Measure. The zero Options are usable.
type Options struct {
	// Carry returns the codes in the edition of a day that succeed a code of
	// 2024, itself when it still stands, none when it has no successor. Value
	// is split equally among several. Nil carries every code to itself.
	Carry func(h kanzei.HTS, to kanzei.Day) []kanzei.HTS

	Assumption *Assumption             // metal content; nil leaves it unknown
	RateAs     kanzei.Origin           // the origin to ask for, when the partner is none (European Union)
	Reference  Rater                   // the law of 2024, see Outcome.BaseObserved
	Sector     func(kanzei.HTS) string // groups codes of 2024; nil leaves Sectors empty
	Digits     int                     // of products: 4, 6, 8 or 10; 0 is 8
	Top        int                     // number of products listed; 0 is 20, negative all
}

// Exposure is what the imports of 2024 from a partner would pay under each
// state of the law. It is static: trade does not respond.
type Exposure struct {
	Origin          kanzei.Origin `json:"origin"`
	Name            string        `json:"name"`
	RatedAs         kanzei.Origin `json:"rated_as"`
	Year            int           `json:"year"`
	ValueUSD        int64         `json:"value_usd"`         // imports for consumption, customs value
	ObservedDutyUSD int64         `json:"observed_duty_usd"` // calculated duty of the year
	Assumptions     []string      `json:"assumptions"`       // named, in plain words
	Digits          int           `json:"product_digits"`
	States          []Result      `json:"states"`
}

// A Result is the exposure under one state of the law.
type Result struct {
	State    string     `json:"state"`
	On       kanzei.Day `json:"on"`
	Known    kanzei.Day `json:"known"`
	Coverage Coverage   `json:"coverage"`
	Answers  Answers    `json:"answers"`
	Amounts             // of all trade

	BaseObservedUSD int64 `json:"base_observed_value_usd"` // value whose base duty was measured on 2024

	Programs []ProgramRow `json:"programs"` // by falling duty
	Chapters []ChapterRow `json:"chapters"` // of 2024, ascending; chapters 98 and 99 carry value and no duty
	Sectors  []SectorRow  `json:"sectors,omitempty"`
	Products []ProductRow `json:"products"` // the same in every state, by falling duty in the state that takes most
	Others   Amounts      `json:"other_products"`
	Notes    []NoteRow    `json:"notes,omitempty"`
}

// Coverage says what became of the codes of 2024 on the way to the edition of
// the day. The four values sum to the total exactly.
type Coverage struct {
	TotalUSD    int64 `json:"total_usd"`
	MappedUSD   int64 `json:"mapped_usd"`         // one successor, or the code itself
	SplitUSD    int64 `json:"split_usd"`          // several successors, split equally by assumption
	UnmappedUSD int64 `json:"unmapped_usd"`       // none; not rated
	SpecialUSD  int64 `json:"chapters_98_99_usd"` // duty hangs on the provision claimed; not rated

	Lines         int `json:"lines"`
	MappedLines   int `json:"mapped_lines"`
	SplitLines    int `json:"split_lines"`
	UnmappedLines int `json:"unmapped_lines"`
	SpecialLines  int `json:"chapters_98_99_lines"`
}

// Answers divides the value mapped and split by how sure the rater was.
type Answers struct {
	ExactUSD       int64 `json:"exact_usd"`
	RangeUSD       int64 `json:"range_usd"`
	UnsupportedUSD int64 `json:"unsupported_usd"` // no duty is counted
}

// Amounts are value and static annual duty in US dollars, and average rates in
// percent of value. Duty is rounded to the dollar by line, so that sums over
// rows are exact.
type Amounts struct {
	ValueUSD         int64 `json:"value_usd"`
	HitUSD           int64 `json:"hit_usd"` // value on which some additional duty is, or may be, levied
	BaseUSD          int64 `json:"base_duty_usd"`
	AdditionalMinUSD int64 `json:"additional_min_usd"`
	AdditionalMaxUSD int64 `json:"additional_max_usd"`

	BasePct          kanzei.Fraction `json:"base_pct"`
	AdditionalMinPct kanzei.Fraction `json:"additional_min_pct"` // on all value
	AdditionalMaxPct kanzei.Fraction `json:"additional_max_pct"`
	HitMinPct        kanzei.Fraction `json:"additional_on_hit_min_pct"` // on value hit
	HitMaxPct        kanzei.Fraction `json:"additional_on_hit_max_pct"`
	TotalMinPct      kanzei.Fraction `json:"total_min_pct"` // base and additional on all value
	TotalMaxPct      kanzei.Fraction `json:"total_max_pct"`
}

// A ProgramRow is the additional duty of one program. Where programs exclude
// one another the rows do not sum to the total: each bound is the program's
// own. Without ranges they do.
type ProgramRow struct {
	Program  string          `json:"program"`
	HitUSD   int64           `json:"hit_usd"`
	MinUSD   int64           `json:"duty_min_usd"`
	MaxUSD   int64           `json:"duty_max_usd"`
	MinPct   kanzei.Fraction `json:"rate_min_pct"` // average on all trade
	MaxPct   kanzei.Fraction `json:"rate_max_pct"`
	HitMin   kanzei.Fraction `json:"rate_on_hit_min_pct"`
	HitMax   kanzei.Fraction `json:"rate_on_hit_max_pct"`
	Headings []HeadingRow    `json:"headings"` // by falling duty
}

// A HeadingRow is the additional duty under one heading.
type HeadingRow struct {
	Heading string `json:"heading"`
	HitUSD  int64  `json:"hit_usd"`
	MinUSD  int64  `json:"duty_min_usd"`
	MaxUSD  int64  `json:"duty_max_usd"`
}

// A ChapterRow, SectorRow and ProductRow are amounts by code of 2024.
type (
	ChapterRow struct {
		Chapter int `json:"chapter"`
		Amounts
	}
	SectorRow struct {
		Sector string `json:"sector"`
		Amounts
	}
	ProductRow struct {
		HTS kanzei.HTS `json:"hts"`
		Amounts
	}
)

// A NoteRow is a caveat of the rater and the value it concerns.
type NoteRow struct {
	Note     string `json:"note"`
	ValueUSD int64  `json:"value_usd"`
}

// pctStep rounds average rates to 0.0001 percent.
const pctStep = 100

// average returns duty over value, zero on no value.
func average(duty, value int64) kanzei.Fraction {
	if value <= 0 {
		return 0
	}
	return kanzei.Fraction(kanzei.MulDiv(duty, int64(kanzei.One)/pctStep, value) * pctStep)
}

// finish fills the average rates.
func (a *Amounts) finish() {
	a.BasePct = average(a.BaseUSD, a.ValueUSD)
	a.AdditionalMinPct = average(a.AdditionalMinUSD, a.ValueUSD)
	a.AdditionalMaxPct = average(a.AdditionalMaxUSD, a.ValueUSD)
	a.HitMinPct = average(a.AdditionalMinUSD, a.HitUSD)
	a.HitMaxPct = average(a.AdditionalMaxUSD, a.HitUSD)
	a.TotalMinPct = average(a.BaseUSD+a.AdditionalMinUSD, a.ValueUSD)
	a.TotalMaxPct = average(a.BaseUSD+a.AdditionalMaxUSD, a.ValueUSD)
}

func (a *Amounts) add(b Amounts) {
	a.ValueUSD += b.ValueUSD
	a.HitUSD += b.HitUSD
	a.BaseUSD += b.BaseUSD
	a.AdditionalMinUSD += b.AdditionalMinUSD
	a.AdditionalMaxUSD += b.AdditionalMaxUSD
}
