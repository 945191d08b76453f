package duty

import (
	"fmt"

	"kanzei"
)

// Merchandise processing fee, 19 CFR 24.23(b): of formal entries ad valorem with
// a minimum and a maximum an entry, of informal entries filed electronically a
// flat amount, each set by a yearly notice. An informal amount of zero is not
// held.
var mpfYears = []struct {
	from               kanzei.Day
	min, max, informal kanzei.Money
	notice             string
}{
	{kanzei.DayOf(2018, 1, 1), cents(25_67), cents(497_99), cents(2_05), "82 FR 50659"},
	{kanzei.DayOf(2018, 10, 1), cents(26_22), cents(508_70), cents(2_10), "83 FR 37509"},
	{kanzei.DayOf(2019, 10, 1), cents(26_79), cents(519_76), cents(2_14), "84 FR 37902"},
	{kanzei.DayOf(2020, 10, 1), cents(27_23), cents(528_33), cents(2_18), "85 FR 45646"},
	{kanzei.DayOf(2021, 10, 1), cents(27_75), cents(538_40), cents(2_22), "86 FR 40864"},
	{kanzei.DayOf(2022, 10, 1), cents(29_66), cents(575_35), cents(2_37), "87 FR 46973"},
	{kanzei.DayOf(2023, 10, 1), cents(31_67), cents(614_35), cents(2_53), "88 FR 48900"},
	{kanzei.DayOf(2024, 10, 1), cents(32_71), cents(634_62), cents(2_62), "CSMS 61572319"},
	{kanzei.DayOf(2025, 10, 1), cents(33_58), cents(651_50), cents(2_69), "90 FR 34665"},
	{kanzei.DayOf(2026, 10, 1), cents(34_58), cents(670_86), 0, "CBP notice for fiscal year 2027"},
}

func cents(n int) kanzei.Money { return kanzei.Money(n) * kanzei.Cent }

const (
	mpfRate kanzei.Fraction = 346_400 // 0.3464 %
	hmfRate kanzei.Fraction = 125_000 // 0.125 %, 19 CFR 24.24
)

// formalAbove is the value above which an entry is formal; informal entries
// pay a flat processing fee instead of the ad valorem one (19 CFR 143.21).
const formalAbove = 2500 * kanzei.Dollar

// feeYear returns the fiscal year of a day, an index of mpfYears.
func feeYear(on kanzei.Day) int {
	y := 0
	for i := range mpfYears {
		if on >= mpfYears[i].from {
			y = i
		}
	}
	return y
}

// LineFee returns the merchandise processing fee of one line before the
// minimum and the maximum of its entry: it is rounded to the cent by line.
func LineFee(value kanzei.Money) kanzei.Money { return value.By(mpfRate).Cents(kanzei.One) }

// processingFee returns the merchandise processing fee of an entry of a value
// and of the sum of the fees of its lines; held is false for an informal entry
// of a year whose flat fee is not held.
func processingFee(year int, value, lines kanzei.Money) (fee kanzei.Money, held bool) {
	y := &mpfYears[year]
	if value > formalAbove {
		return min(max(lines, y.min), y.max), true
	}
	return y.informal, y.informal != 0
}

func noInformalFee(year int) string {
	return fmt.Sprintf("the flat processing fee of informal entries (2,500 dollars or less) is not held for the fiscal year from %s", mpfYears[year].from)
}

// harborFee returns the harbor maintenance fee of a line; known is false where
// the mode of transport is not declared.
func harborFee(e *kanzei.Entry) (fee kanzei.Money, known bool) {
	switch e.Mode {
	case 10, 11, 12:
		return e.Value.By(hmfRate).Cents(kanzei.One), true
	}
	return 0, e.Mode != 0
}

const noHarborFee = "no harbor maintenance fee is shown: the mode of transport is not declared (0.125% by vessel)"

// fees returns the merchandise processing and harbor maintenance fees of an
// entry of one line.
func fees(e *kanzei.Entry, a *kanzei.Assessment) (f kanzei.Fees) {
	if e.FTZStatus == domestic {
		return f
	}
	year := feeYear(e.Date)
	var held, known bool
	if f.MPF, held = processingFee(year, e.Value, LineFee(e.Value)); !held {
		f.NoMPF = true
		a.Caveats = append(a.Caveats, noInformalFee(year))
	}
	if f.HMF, known = harborFee(e); !known {
		f.NoHMF = true
		a.Caveats = append(a.Caveats, noHarborFee)
	}
	return f
}
