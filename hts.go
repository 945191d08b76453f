package kanzei

import "fmt"

// An HTS is a code of the Harmonized Tariff Schedule of the United States of
// 2, 4, 6, 8 or 10 digits. It is comparable, and codes order as in the
// schedule. The zero HTS is invalid.
//
// Layout: the digits padded with zeros to ten, times 16, plus their number.
type HTS uint64

var pow10 = [11]uint64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}

// ParseHTS reads a code with or without dots: "8703.23.01.40", "8703230140",
// "8703". Other characters, and numbers of digits that no code has, are errors.
func ParseHTS(s string) (HTS, error) {
	var n uint64
	digits := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
			if digits > 10 {
				return 0, badHTS(s, "has more than ten digits")
			}
			n = n*10 + uint64(c-'0')
		case c == '.' && i > 0 && i < len(s)-1 && s[i-1] != '.':
		default:
			return 0, badHTS(s, fmt.Sprintf("has the character %q", c))
		}
	}
	switch digits {
	case 2, 4, 6, 8, 10:
	case 0:
		return 0, badHTS(s, "is empty")
	default:
		return 0, badHTS(s, fmt.Sprintf("has %d digits", digits))
	}
	return makeHTS(n, digits), nil
}

func badHTS(s, why string) error {
	if len(s) > 32 {
		s = s[:32] + "…"
	}
	return &Problem{Code: "hts.syntax", Msg: fmt.Sprintf("HTS code %q %s", s, why), Hint: "write 2, 4, 6, 8 or 10 digits, as in 8703.23.01.40"}
}

// MustHTS is ParseHTS for constants; it panics on a bad code.
func MustHTS(s string) HTS {
	h, err := ParseHTS(s)
	if err != nil {
		panic(err)
	}
	return h
}

func makeHTS(n uint64, digits int) HTS { return HTS(n*pow10[10-digits]<<4 | uint64(digits)) }

// HTSFromTen returns the code of the given number of digits whose ten-digit
// form is n.
func HTSFromTen(n uint64, digits int) HTS {
	return HTS(n/pow10[10-digits]*pow10[10-digits]<<4 | uint64(digits))
}

// Digits returns the number of digits, 0 for the zero HTS.
func (h HTS) Digits() int { return int(h & 15) }

// Ten returns the code as a number of ten digits, padded with zeros.
func (h HTS) Ten() uint64 { return uint64(h >> 4) }

// Range returns the half-open interval of ten-digit numbers under the code.
func (h HTS) Range() (lo, hi uint64) { return h.Ten(), h.Ten() + pow10[10-h.Digits()] }

// Contains reports whether g lies under h, or is h.
func (h HTS) Contains(g HTS) bool {
	lo, hi := h.Range()
	return h.Digits() <= g.Digits() && g.Ten() >= lo && g.Ten() < hi
}

// Parent returns the first n digits of the code, or the code itself when it
// has no more than n.
func (h HTS) Parent(n int) HTS {
	if h.Digits() <= n {
		return h
	}
	return HTSFromTen(h.Ten(), n)
}

// Chapter returns the two-digit chapter, 1 to 99.
func (h HTS) Chapter() int { return int(h.Ten() / pow10[8]) }

// Compact returns the digits without dots.
func (h HTS) Compact() string {
	if h == 0 {
		return ""
	}
	var b [10]byte
	n := h.Ten()
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return string(b[:h.Digits()])
}

// String returns the code with dots, as in 8703.23.01.40.
func (h HTS) String() string {
	c := h.Compact()
	switch {
	case len(c) > 8:
		return c[:4] + "." + c[4:6] + "." + c[6:8] + "." + c[8:]
	case len(c) > 6:
		return c[:4] + "." + c[4:6] + "." + c[6:]
	case len(c) > 4:
		return c[:4] + "." + c[4:]
	}
	return c
}

// MarshalText uses the dotted form.
func (h HTS) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads any form ParseHTS reads; the empty text is the zero HTS.
func (h *HTS) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*h = 0
		return nil
	}
	v, err := ParseHTS(string(b))
	if err == nil {
		*h = v
	}
	return err
}
