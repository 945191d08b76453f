package kanzei

import (
	"fmt"
	"math/bits"
	"strings"
)

// A Fraction is an exact rate or share in units of 1e-8: 2.5 % is 2_500_000.
type Fraction int64

// One is the whole, 100 %.
const One Fraction = 100_000_000

// Percent returns n percent.
func Percent(n int) Fraction { return Fraction(n) * One / 100 }

// ParsePercent reads "2.5" or "2.5%" as a fraction of the whole.
func ParsePercent(s string) (Fraction, error) {
	v, err := parseFixed(strings.TrimSuffix(strings.TrimSpace(s), "%"), 6)
	if err != nil {
		return 0, &Problem{Code: "number.syntax", Msg: fmt.Sprintf("%q is not a percentage", s), Hint: "write it as 2.5"}
	}
	return Fraction(v), nil
}

// String returns the fraction in percent without the sign: "2.5".
func (f Fraction) String() string { return formatFixed(int64(f), 6) }

// MarshalText writes percent.
func (f Fraction) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads percent.
func (f *Fraction) UnmarshalText(b []byte) error {
	v, err := ParsePercent(string(b))
	if err == nil {
		*f = v
	}
	return err
}

// Money is an exact amount of US dollars in units of 0.0001 dollar.
type Money int64

// Cent and Dollar are the usual units.
const (
	Cent   Money = 100
	Dollar Money = 10_000
)

// ParseMoney reads "30000", "30000.00" or "-1.5". More than four decimals,
// and amounts beyond 900 trillion dollars, are errors.
func ParseMoney(s string) (Money, error) {
	v, err := parseFixed(strings.TrimSpace(s), 4)
	if err != nil {
		return 0, &Problem{Code: "number.syntax", Msg: fmt.Sprintf("%q is not an amount in US dollars", s), Hint: "write it as 30000 or 30000.00"}
	}
	return Money(v), nil
}

// Round rounds to the cent, half away from zero, as US Customs does.
func (m Money) Round() Money {
	if m < 0 {
		return -(-m).Round()
	}
	return (m + Cent/2) / Cent * Cent
}

// Times returns m·f rounded half away from zero to 0.0001 dollar.
func (m Money) Times(f Fraction) Money { return Money(MulDiv(int64(m), int64(f), int64(One))) }

// String returns dollars with at least two decimals: "8250.00".
func (m Money) String() string {
	s := formatFixed(int64(m), 4)
	i := strings.IndexByte(s, '.')
	if i < 0 {
		return s + ".00"
	}
	for len(s)-i-1 < 2 {
		s += "0"
	}
	return s
}

// MarshalText uses the form of String.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMoney reads.
func (m *Money) UnmarshalText(b []byte) error {
	v, err := ParseMoney(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// MulDiv returns a·b/c rounded half away from zero, with a 128-bit product.
// c must be positive. A quotient that does not fit saturates.
func MulDiv(a, b, c int64) int64 {
	neg := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(abs(a), abs(b))
	lo, carry := bits.Add64(lo, uint64(c)/2, 0)
	hi += carry
	if hi >= uint64(c) {
		if neg {
			return -1 << 63
		}
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	switch {
	case q > 1<<63-1 && neg:
		return -1 << 63
	case q > 1<<63-1:
		return 1<<63 - 1
	case neg:
		return -int64(q)
	}
	return int64(q)
}

func abs(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

func parseFixed(s string, decimals int) (int64, error) {
	bad := fmt.Errorf("not a number")
	neg := strings.HasPrefix(s, "-")
	if neg {
		s = s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > decimals && strings.Trim(frac[decimals:], "0") == "" {
		frac = frac[:decimals]
	}
	if whole == "" || len(whole) > 15 || len(frac) > decimals || strings.HasSuffix(s, ".") {
		return 0, bad
	}
	var n int64
	for _, c := range whole + frac + strings.Repeat("0", decimals-len(frac)) {
		if c < '0' || c > '9' || n > (1<<63-1)/10-1 {
			return 0, bad
		}
		n = n*10 + int64(c-'0')
	}
	if neg {
		n = -n
	}
	return n, nil
}

func formatFixed(v int64, decimals int) string {
	sign := ""
	if v < 0 {
		sign = "-"
	}
	s := fmt.Sprintf("%0*d", decimals+1, abs(v))
	whole, frac := s[:len(s)-decimals], strings.TrimRight(s[len(s)-decimals:], "0")
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}
