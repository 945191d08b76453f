package kanzei

import (
	"fmt"
	"strings"
)

// A RateKind says what a rate of duty is made of.
type RateKind uint8

const (
	RateNone   RateKind = iota // the schedule states no rate
	Free                       // free of duty
	AdValorem                  // a share of customs value
	Specific                   // an amount a unit of quantity
	Compound                   // both
	RateByText                 // a rule the text states and no number can hold
)

func (k RateKind) String() string {
	return [...]string{"none", "free", "ad valorem", "specific", "compound", "by text"}[k]
}

// A PerUnit is one specific component: Amount of 1e-8 US dollars a Unit.
type PerUnit struct {
	Amount int64  `json:"amount"` // 1e-8 US dollars
	Unit   string `json:"unit"`   // as the schedule writes it, lower case: "kg", "liter", "doz.", "pf. liter"
}

// A Rate is one rate of duty as the schedule or an order states it.
// The zero Rate states none.
type Rate struct {
	Kind      RateKind  `json:"kind"`
	AdValorem Fraction  `json:"ad_valorem,omitempty"`
	Specific  []PerUnit `json:"specific,omitempty"`
	Text      string    `json:"text"` // the words of the source
}

// String returns the words of the source, or a plain rendering.
func (r Rate) String() string {
	if r.Text != "" {
		return r.Text
	}
	switch r.Kind {
	case RateNone:
		return ""
	case Free:
		return "Free"
	}
	var parts []string
	for _, t := range r.Specific {
		parts = append(parts, fmt.Sprintf("$%s/%s", formatFixed(t.Amount, 8), t.Unit))
	}
	if r.AdValorem != 0 {
		parts = append(parts, r.AdValorem.String()+"%")
	}
	return strings.Join(parts, " + ")
}

// Duty returns the duty on value with the given quantities, before rounding. Quantity looks up the number of units declared for a
// unit of measure, in 1e-4 units; ok is false when one is missing or the rate
// is a rule of text.
func (r Rate) Duty(value Money, quantity func(unit string) (q int64, ok bool)) (duty Unrounded, ok bool) {
	switch r.Kind {
	case Free:
		return Unrounded{}, true
	case RateNone, RateByText:
		return Unrounded{}, false
	}
	duty = value.By(r.AdValorem)
	for _, t := range r.Specific {
		q, ok := quantity(t.Unit)
		if !ok {
			return Unrounded{}, false
		}
		duty = duty.Plus(exactUnits(q, t.Amount))
	}
	return duty, true
}
