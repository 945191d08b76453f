package duty

import (
	"fmt"

	"kanzei"
)

// Merchandise processing fee, 19 CFR 24.23: ad valorem with a minimum and a
// maximum an entry, set for each fiscal year (October to September). Figures
// marked unverified are not confirmed by a notice held.
var mpfYears = []struct {
	from       kanzei.Day
	min, max   kanzei.Money
	unverified bool
}{
	{kanzei.DayOf(2017, 10, 1), 25*kanzei.Dollar + 67*kanzei.Cent, 497*kanzei.Dollar + 99*kanzei.Cent, false},
	{kanzei.DayOf(2018, 10, 1), 26*kanzei.Dollar + 22*kanzei.Cent, 508*kanzei.Dollar + 70*kanzei.Cent, false},
	{kanzei.DayOf(2019, 10, 1), 26*kanzei.Dollar + 79*kanzei.Cent, 519*kanzei.Dollar + 76*kanzei.Cent, false},
	{kanzei.DayOf(2020, 10, 1), 27*kanzei.Dollar + 23*kanzei.Cent, 528*kanzei.Dollar + 33*kanzei.Cent, false},
	{kanzei.DayOf(2021, 10, 1), 27*kanzei.Dollar + 75*kanzei.Cent, 538*kanzei.Dollar + 40*kanzei.Cent, true},
	{kanzei.DayOf(2022, 10, 1), 29*kanzei.Dollar + 66*kanzei.Cent, 575*kanzei.Dollar + 35*kanzei.Cent, true},
	{kanzei.DayOf(2023, 10, 1), 31*kanzei.Dollar + 67*kanzei.Cent, 614*kanzei.Dollar + 35*kanzei.Cent, true},
	{kanzei.DayOf(2024, 10, 1), 32*kanzei.Dollar + 71*kanzei.Cent, 634*kanzei.Dollar + 62*kanzei.Cent, false},
	{kanzei.DayOf(2025, 10, 1), 33*kanzei.Dollar + 58*kanzei.Cent, 651*kanzei.Dollar + 50*kanzei.Cent, false},
	{kanzei.DayOf(2026, 10, 1), 34*kanzei.Dollar + 58*kanzei.Cent, 670*kanzei.Dollar + 86*kanzei.Cent, false},
}

const (
	mpfRate kanzei.Fraction = 346_400 // 0.3464 %
	hmfRate kanzei.Fraction = 125_000 // 0.125 %, 19 CFR 24.24
)

// formalAbove is the value above which an entry is formal; informal entries
// pay a flat processing fee instead of the ad valorem one.
const formalAbove = 2500 * kanzei.Dollar

// fees returns the merchandise processing and harbor maintenance fees of an
// entry of one line.
func fees(e *kanzei.Entry, a *kanzei.Assessment) kanzei.Fees {
	var f kanzei.Fees
	if e.Value <= formalAbove {
		a.Caveats = append(a.Caveats, "the flat processing fee of informal entries (2,500 dollars or less) is not computed")
	} else {
		y := mpfYears[0]
		for _, next := range mpfYears {
			if e.Date >= next.from {
				y = next
			}
		}
		f.MPF = min(max(e.Value.By(mpfRate).Cents(kanzei.One), y.min), y.max)
		if y.unverified && (f.MPF == y.min || f.MPF == y.max) {
			a.Caveats = append(a.Caveats, fmt.Sprintf("the minimum and maximum merchandise processing fee of the fiscal year from %s are not confirmed by a notice held", y.from))
		}
	}
	switch e.Mode {
	case 10, 11, 12:
		f.HMF = e.Value.By(hmfRate).Cents(kanzei.One)
	case 0:
		a.Caveats = append(a.Caveats, "no harbor maintenance fee is shown: the mode of transport is not declared (0.125% by vessel)")
	}
	return f
}
