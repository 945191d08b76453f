package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"kanzei"
	"kanzei/duty"
)

// The sums of others give made-up rates; what law decides is the part of the
// value on which each duty is levied beside the others. That part is measured on
// an entry under the law of a day on which the program stood, and the made-up
// rates are levied on it. Rate_232 is given on the whole value by the cases.
var stacked = []struct {
	column, program string
	on              kanzei.Day
}{
	{"rate_recip", "ieepa.reciprocal", kanzei.DayOf(2025, 10, 1)},
	{"rate_fent", "ieepa.fentanyl*", kanzei.DayOf(2025, 10, 1)},
	{"rate_301", "s301.china*", kanzei.DayOf(2025, 10, 1)},
	{"rate_s122", "s122.surcharge", kanzei.DayOf(2026, 3, 15)},
	{"rate_s301fl", "s301.forced-labor", kanzei.DayOf(2026, 8, 1)},
}

// notLaw are cases that state another rule than the law's, by a word of their
// source.
var notLaw = []struct{ word, text string }{
	{"plain sum", "an option of the peer that copies another model; by note 2(v) and note 2(aa)(v) the reciprocal duty and the surcharge fall on the part that is not metal"},
	{"additive_countries", "an option of the peer; from 2025-06-04 PP 10947 clause (5) ends the Canadian fentanyl duty on what pays a metal duty"},
}

func stacking(e *duty.Engine, o *options) error {
	rows, err := readTable(filepath.Join(o.oracle, "stacking_formula_cases.csv"))
	if err != nil {
		return err
	}
	right, explained, open := 0, 0, 0
	for _, row := range rows {
		want, err := fraction(row["expected_total_additional"])
		if err != nil {
			return err
		}
		got, parts, err := stack(e, row)
		if err != nil {
			return err
		}
		verdict := "right"
		if near(got, want) {
			right++
		} else {
			verdict = ""
			for _, n := range notLaw {
				if strings.Contains(row["source"], n.word) {
					verdict = "theirs: " + n.text
				}
			}
			if verdict == "" {
				verdict = "OPEN"
				open++
			} else {
				explained++
			}
		}
		fmt.Printf("case %-3s %s  theirs %6s%%  ours %6s%%  (%s)  %s\n", row["case"], row["country"], want, got, strings.Join(parts, ", "), verdict)
	}
	fmt.Printf("%d of %d right, %d explained, %d open\n", right, len(rows), explained, open)
	if open > 0 {
		return fmt.Errorf("%d stacking sums are open", open)
	}
	return nil
}

func stack(e *duty.Engine, row map[string]string) (sum kanzei.Fraction, parts []string, err error) {
	metal, err := fraction(row["metal_share"])
	if err != nil {
		return 0, nil, err
	}
	r232, err := fraction(row["rate_232"])
	if err != nil {
		return 0, nil, err
	}
	sum = r232
	if r232 != 0 {
		parts = append(parts, fmt.Sprintf("232 %s", r232))
	}
	for _, s := range stacked {
		rate, err := fraction(row[s.column])
		if err != nil {
			return 0, nil, err
		}
		if rate == 0 {
			continue
		}
		on, err := levied(e, row["country"], s.program, s.on, r232 != 0, metal)
		if err != nil {
			return 0, nil, err
		}
		f := kanzei.Fraction(kanzei.MulDiv(int64(rate), int64(on), int64(kanzei.One)))
		sum += f
		parts = append(parts, fmt.Sprintf("%s %s on %s%%", strings.TrimPrefix(s.column, "rate_"), rate, on))
	}
	return sum, parts, nil
}

// levied is the part of the value a program is levied on beside a duty on metal.
// Goods under section 232 are an article of steel, of which the given part is
// steel; others are on no list.
func levied(e *duty.Engine, country, program string, on kanzei.Day, metal bool, share kanzei.Fraction) (kanzei.Fraction, error) {
	code := "4202.12.21.20" // trunks, on list 3
	if metal {
		code = "7326.90.86.88"
	}
	o, err := kanzei.ParseOrigin(country)
	if err != nil {
		return 0, err
	}
	// A program that the law does not levy on the country is measured on another.
	for _, origin := range []kanzei.Origin{o, kanzei.MustOrigin("VN"), kanzei.MustOrigin("CN")} {
		entry := kanzei.Entry{HTS: kanzei.MustHTS(code), Origin: origin, Date: on, Value: 1_000_000 * kanzei.Dollar}
		plain := entry
		plain.HTS = kanzei.MustHTS("4202.12.21.20")
		if f, err := part(e, plain, program); err != nil || f == 0 {
			continue
		}
		entry.Steel, entry.Aluminum, entry.Copper = kanzei.ShareOf(share), kanzei.ShareOf(0), kanzei.ShareOf(0)
		return part(e, entry, program)
	}
	return 0, fmt.Errorf("%s is levied on nobody on %s", program, on)
}

func part(e *duty.Engine, entry kanzei.Entry, program string) (kanzei.Fraction, error) {
	a, err := e.Assess(entry, 0)
	if err != nil {
		return 0, err
	}
	var base kanzei.Money
	for _, l := range a.Lines {
		if l.Applies && l.Amount != 0 && subjectMatches(program, &l) {
			base += l.Base
		}
	}
	return of(base, entry.Value), nil
}
