package kanzei

import "math/bits"

// An Unrounded is an amount of US dollars before rounding, in units of 1e-12
// dollar: what a rate takes of a value or of a quantity. Rounding twice would
// show in the cents (3.1 % of 150,428.87 is 4,663.29497, which is 4,663.29 and
// not 4,663.30), so amounts stay exact until they are rounded to the cent once.
type Unrounded struct {
	hi int64 // two's complement of 128 bits
	lo uint64
}

// By returns m·f without rounding.
func (m Money) By(f Fraction) Unrounded { return multiply(int64(m), int64(f)) }

// exactUnits returns what an amount of 1e-8 dollars a unit takes of a quantity
// of 1e-4 units.
func exactUnits(quantity, amount int64) Unrounded { return multiply(quantity, amount) }

func multiply(a, b int64) Unrounded {
	hi, lo := bits.Mul64(abs(a), abs(b))
	x := Unrounded{int64(hi), lo}
	if (a < 0) != (b < 0) {
		return Unrounded{}.Minus(x)
	}
	return x
}

// Plus returns x + y.
func (x Unrounded) Plus(y Unrounded) Unrounded {
	lo, carry := bits.Add64(x.lo, y.lo, 0)
	return Unrounded{x.hi + y.hi + int64(carry), lo}
}

// Minus returns x - y.
func (x Unrounded) Minus(y Unrounded) Unrounded {
	lo, borrow := bits.Sub64(x.lo, y.lo, 0)
	return Unrounded{x.hi - y.hi - int64(borrow), lo}
}

// Sign returns -1, 0 or 1.
func (x Unrounded) Sign() int {
	switch {
	case x.hi < 0:
		return -1
	case x.hi == 0 && x.lo == 0:
		return 0
	}
	return 1
}

// Cents returns the share f of x, rounded to the cent half away from zero as US
// Customs does. What does not fit saturates. f must not be negative.
func (x Unrounded) Cents(f Fraction) Money {
	const unit = 1_000_000_000_000_000_000 // 1e-12 dollar · 1e-8 in a cent
	if x.hi < 0 {
		return -Unrounded{}.Minus(x).Cents(f)
	}
	if x.hi == 0 && f == One && x.lo < 1<<63 { // most amounts
		const cent = unit / uint64(One)
		return Money((x.lo+cent/2)/cent) * Cent
	}
	mid, low := bits.Mul64(x.lo, uint64(f))
	high, m := bits.Mul64(uint64(x.hi), uint64(f))
	mid, carry := bits.Add64(mid, m, 0)
	high += carry
	low, carry = bits.Add64(low, unit/2, 0)
	mid, carry = bits.Add64(mid, 0, carry)
	high += carry
	const most = (1<<63 - 1) / uint64(Cent)
	if high != 0 || mid >= unit {
		return Money(most) * Cent
	}
	q, _ := bits.Div64(mid, low, unit)
	return Money(min(q, most)) * Cent
}
