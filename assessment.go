package kanzei

// A Status says how sure an answer is.
type Status string

const (
	Exact       Status = "exact"       // every fact needed was declared
	Range       Status = "range"       // a fact without which no duty can be computed is missing
	Unsupported Status = "unsupported" // the law held does not cover the entry
	Banned      Status = "prohibited"  // the goods may not be entered
)

// A Finding is one line of an assessment: a provision that applies, or one
// that came close and why it does not.
type Finding struct {
	Heading    string `json:"heading"`
	Program    string `json:"program"`
	Rate       string `json:"rate"`
	Base       Money  `json:"base_usd"`
	Amount     Money  `json:"amount_usd"`
	Applies    bool   `json:"applies"`
	Because    string `json:"because"`
	Instrument string `json:"instrument,omitempty"`
	Citation   string `json:"citation,omitempty"`
}

// A Question asks for a fact that would change or narrow the answer. DutyIf
// holds the duty for the answers tried.
type Question struct {
	Fact   string           `json:"fact"`
	Ask    string           `json:"ask"`
	DutyIf map[string]Money `json:"duty_if"`
}

// A FiledLine is one reported line: a part of the value and the numbers it is
// reported under, in filing order.
type FiledLine struct {
	Value   Money    `json:"value_usd"`
	Numbers []string `json:"numbers"`
}

// Fees are the user fees of an entry. A fee that does not apply is zero; one
// that is not known is null in JSON.
type Fees struct {
	MPF   Money `json:"mpf_usd"`
	HMF   Money `json:"hmf_usd"`
	NoMPF bool  `json:"-"` // not known: the flat amount of the year is not held
	NoHMF bool  `json:"-"` // not known: the mode of transport is not declared
}

// MarshalJSON writes null for what is not known.
func (f Fees) MarshalJSON() ([]byte, error) {
	amount := func(m Money, unknown bool) string {
		if unknown {
			return "null"
		}
		return `"` + m.String() + `"`
	}
	return []byte(`{"mpf_usd":` + amount(f.MPF, f.NoMPF) + `,"hmf_usd":` + amount(f.HMF, f.NoHMF) + `}`), nil
}

// A Refund is a part of the refundable amount and its cause.
type Refund struct {
	Cause  string `json:"cause"` // "retroactive amendment", "judgment"
	Amount Money  `json:"amount_usd"`
	Rests  string `json:"instrument,omitempty"`
}

// An Assessment is the answer for one entry. Amounts are null while no single
// figure is known: in a range, and where the law held does not cover the entry.
type Assessment struct {
	Entry       Entry       `json:"entry"`
	On          Day         `json:"on"`
	Known       Day         `json:"known"`
	KnownOnlyTo Day         `json:"known_only_to,omitzero"` // the horizon of the edition, when On lies after it
	Status      Status      `json:"status"`
	Duty        *Money      `json:"duty_usd"` // collected, under the instruments known
	Rate        *Fraction   `json:"rate_pct"` // Duty as a share of the customs value
	DutyMin     *Money      `json:"duty_min_usd"`
	DutyMax     *Money      `json:"duty_max_usd"` // null in a range without upper end
	Lines       []Finding   `json:"lines"`
	Fees        Fees        `json:"fees"`
	Filing      []FiledLine `json:"filing"`
	Assessed    *Money      `json:"assessed_usd"` // as declared, else as known on the day of entry
	Legal       *Money      `json:"legal_usd"`    // after repeals and judgments known
	Refundable  *Money      `json:"refundable_usd"`
	Refunds     []Refund    `json:"refunds,omitempty"`
	Questions   []Question  `json:"questions"`
	Caveats     []string    `json:"caveats"`
}
