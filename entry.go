package kanzei

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// A Share is a percentage of customs value that may be unknown.
type Share struct {
	Fraction Fraction
	Known    bool
}

// ShareOf returns a known share.
func ShareOf(f Fraction) Share { return Share{f, true} }

// MarshalText writes percent, or nothing when unknown.
func (s Share) MarshalText() ([]byte, error) {
	if !s.Known {
		return nil, nil
	}
	return s.Fraction.MarshalText()
}

// UnmarshalText reads percent between 0 and 100; the empty text is unknown.
func (s *Share) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*s = Share{}
		return nil
	}
	f, err := ParsePercent(string(b))
	if err != nil {
		return err
	}
	if f < 0 || f > One {
		return &Problem{Code: "share.range", Msg: "share " + string(b) + " is not between 0 and 100 percent", Hint: "give percent of the whole, from 0 to 100"}
	}
	*s = ShareOf(f)
	return nil
}

// An Entry is one line of goods entered for consumption, with the facts
// declared for it. Zero values mean "not declared". What most answers rest on
// comes first, so that it lies together in memory.
type Entry struct {
	HTS      HTS    `json:"hts"`
	Origin   Origin `json:"origin"`
	Date     Day    `json:"entry_date"`
	Value    Money  `json:"value_usd"`
	Mode     int    `json:"mode,omitempty"`       // Census method of transport: 10, 11 vessel; 40, 41 air; …
	SPI      string `json:"spi,omitempty"`        // special program indicator claimed
	Loaded   Moment `json:"loaded_date,omitzero"` // when loaded on the final mode of transport
	Exported Day    `json:"export_date,omitzero"`

	AssessedKnown bool     `json:"-"`
	Assessed      Money    `json:"assessed_usd,omitzero"` // with AssessedKnown
	Flags         []string `json:"flags,omitempty"`       // declared facts, see Flags
	Full          Money    `json:"-"`                     // full value of goods of which Value is the dutiable part already; zero else

	Quantity  int64  `json:"quantity,omitempty"` // 1e-4 units of the line's first unit
	Unit      string `json:"unit,omitempty"`
	Quantity2 int64  `json:"quantity2,omitempty"`
	Unit2     string `json:"unit2,omitempty"`

	USContent   Share  `json:"us_content_pct,omitzero"`
	Steel       Share  `json:"steel_pct,omitzero"` // percent of customs value
	Aluminum    Share  `json:"aluminum_pct,omitzero"`
	Copper      Share  `json:"copper_pct,omitzero"`
	MetalWeight Share  `json:"metal_weight_pct,omitzero"` // percent of the weight of the article
	MeltPour    Origin `json:"melt_pour_country,omitzero"`
	SmeltCast   Origin `json:"smelt_cast_country,omitzero"`
	FTZDate     Day    `json:"ftz_date,omitzero"`
	FTZStatus   string `json:"ftz_status,omitempty"`
	Ch98        string `json:"ch98,omitempty"`
}

// MarshalJSON writes quantities as numbers of units in decimal text, as a file
// of entries states them.
func (e Entry) MarshalJSON() ([]byte, error) {
	type fields Entry // without this method
	return json.Marshal(struct {
		fields
		Quantity  Money `json:"quantity,omitzero"` // units, not dollars: both count in 1e-4
		Quantity2 Money `json:"quantity2,omitzero"`
	}{fields(e), Money(e.Quantity), Money(e.Quantity2)})
}

// Flag reports whether the fact is declared.
func (e *Entry) Flag(name string) bool {
	for _, f := range e.Flags {
		if f == name {
			return true
		}
	}
	return false
}

// ParseMode reads a Census method of transport: its number, or vessel, rail,
// truck, air or mail.
func ParseMode(s string) (int, error) {
	if n, ok := modes[s]; ok {
		return n, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 99 {
		return 0, &Problem{Code: "mode.unknown", Where: "mode", Msg: fmt.Sprintf("%q is not a Census method of transport", s), Hint: "10, 11 vessel; 20, 21 rail; 30-34 truck; 40, 41 air; 50 mail: the number, or the word"}
	}
	return n, nil
}

var modes = map[string]int{"vessel": 10, "rail": 20, "truck": 30, "air": 40, "mail": 50}
