package kanzei

import (
	"fmt"
	"sort"
	"strings"
)

//go:generate go run ./internal/gen origins

// An Origin is a country of origin, by its ISO 3166 alpha-2 code. The zero
// Origin means "not declared". Kosovo is XK, as US Customs writes it.
type Origin uint16

// MakeOrigin packs two capital letters without looking them up.
func makeOrigin(s string) Origin { return Origin(s[0])<<8 | Origin(s[1]) }

// ParseOrigin reads an ISO 3166 alpha-2 or alpha-3 code in either case.
// Canadian province codes (XA, XB, …) as filed with US Customs read as CA.
func ParseOrigin(s string) (Origin, error) {
	c := strings.ToUpper(strings.TrimSpace(s))
	switch len(c) {
	case 2:
		if i := originIndex(makeOrigin(c)); i >= 0 {
			return makeOrigin(c), nil
		}
		switch c {
		case "XA", "XB", "XC", "XM", "XN", "XO", "XP", "XQ", "XS", "XT", "XV", "XW", "XY":
			return makeOrigin("CA"), nil
		}
	case 3:
		for _, o := range originTable {
			if o.iso3 == c {
				return o.origin, nil
			}
		}
	}
	hint := "use an ISO 3166 code such as JP or JPN"
	switch c {
	case "EU", "EUROPEAN UNION":
		hint = "the European Union is not an origin; name the member, such as DE"
	case "KOREA", "CONGO":
		hint = "two countries have this name; use an ISO 3166 code such as KR or CD"
	default:
		if o := originNamed(c); o != 0 {
			hint = "did you mean " + o.String() + "?"
		}
	}
	return 0, &Problem{Code: "origin.unknown", Msg: fmt.Sprintf("%q is not a country of origin", s), Hint: hint}
}

// FindOrigin reads what ParseOrigin reads, and the English name of a country.
func FindOrigin(s string) (Origin, error) {
	o, err := ParseOrigin(s)
	if err != nil {
		if named := originNamed(strings.ToUpper(strings.TrimSpace(s))); named != 0 {
			return named, nil
		}
	}
	return o, err
}

// originNames are names in common use beside those of the table.
var originNames = map[string]string{
	"BOSNIA AND HERZEGOVINA": "BA", "BURMA": "MM", "COTE D'IVOIRE": "CI", "CZECH REPUBLIC": "CZ", "GREAT BRITAIN": "GB", "IVORY COAST": "CI",
	"KOREA, SOUTH": "KR", "MACAU": "MO", "MACEDONIA": "MK", "PEOPLE'S REPUBLIC OF CHINA": "CN", "PRC": "CN", "REPUBLIC OF KOREA": "KR",
	"RUSSIAN FEDERATION": "RU", "SWAZILAND": "SZ", "TURKEY": "TR", "TURKIYE": "TR", "UAE": "AE", "UNITED KINGDOM": "GB",
	"UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "VIET NAM": "VN",
}

// originNamed returns the country of a name in capital letters, or 0.
func originNamed(name string) Origin {
	if code := originNames[name]; code != "" {
		return makeOrigin(code)
	}
	for _, o := range originTable {
		if strings.EqualFold(o.name, name) {
			return o.origin
		}
	}
	return 0
}

// MustOrigin is ParseOrigin for constants; it panics on an unknown code.
func MustOrigin(s string) Origin {
	o, err := ParseOrigin(s)
	if err != nil {
		panic(err)
	}
	return o
}

// Origins returns all origins in the order of their codes.
func Origins() []Origin {
	all := make([]Origin, len(originTable))
	for i, o := range originTable {
		all[i] = o.origin
	}
	return all
}

func originIndex(o Origin) int {
	i := sort.Search(len(originTable), func(i int) bool { return originTable[i].origin >= o })
	if i < len(originTable) && originTable[i].origin == o {
		return i
	}
	return -1
}

// String returns the alpha-2 code, "" for the zero Origin.
func (o Origin) String() string {
	if o == 0 {
		return ""
	}
	return string([]byte{byte(o >> 8), byte(o)})
}

// ISO3 returns the alpha-3 code.
func (o Origin) ISO3() string {
	if i := originIndex(o); i >= 0 {
		return originTable[i].iso3
	}
	return ""
}

// Name returns the English short name.
func (o Origin) Name() string {
	if i := originIndex(o); i >= 0 {
		return originTable[i].name
	}
	return ""
}

// Census returns the code of US Census Schedule C, 0 when it has none.
func (o Origin) Census() int {
	if i := originIndex(o); i >= 0 {
		return int(originTable[i].census)
	}
	return 0
}

// MarshalText uses the alpha-2 code.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what ParseOrigin reads; the empty text is the zero Origin.
func (o *Origin) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*o = 0
		return nil
	}
	v, err := ParseOrigin(string(b))
	if err == nil {
		*o = v
	}
	return err
}
