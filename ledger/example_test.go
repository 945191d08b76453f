package ledger_test

import (
	"fmt"
	"log"

	"kanzei"
	"kanzei/ledger"
)

// The same day, as known on two days.
func ExampleLedger_AsKnown() {
	law, err := ledger.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	entered := kanzei.DayOf(2025, 8, 15).Open()
	for _, known := range []kanzei.Day{kanzei.DayOf(2025, 8, 15), kanzei.DayOf(2025, 9, 30)} {
		for _, heading := range []string{"9903.02.30", "9903.02.72"} {
			s := law.AsKnown(known).Standing(heading, entered)
			fmt.Printf("known %s: %s %q %s\n", known, heading, s.Rate.Rate.Text, s.Status)
		}
	}
	// Output:
	// known 2025-08-15: 9903.02.30 "+15%" in force
	// known 2025-08-15: 9903.02.72 "" absent
	// known 2025-09-30: 9903.02.30 "+15%" terminated
	// known 2025-09-30: 9903.02.72 "15% all-in" in force
}

// What the law known on a day brings without a further act.
func ExampleBook_Outlook() {
	law, err := ledger.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	day := kanzei.DayOf(2025, 4, 15)
	for _, c := range law.AsKnown(day).Outlook(kanzei.MustOrigin("JP"), day.Open()) {
		if c.Program == "ieepa.reciprocal" || c.Program == "s232.auto-parts" {
			fmt.Println(c.At, c.Heading, c.What, c.After)
		}
	}
	// Output:
	// 2025-05-03 00:01 9903.94.05 begins +25%
	// 2025-07-09 00:01 9903.01.53 resumes +24%
}

// A draft is an instrument like any other, added to a copy of the ledger.
func ExampleParse() {
	draft, err := ledger.Parse("draft.yaml", []byte(`
instrument: draft-cars
title: Cars of Japan at the baseline
kind: draft
authority: section 232
signed: 2025-04-15
public: 2025-04-15
citation: none
source: none
acts:
  - amend: 9903.94.01
    from: 2025-05-01
    except-origins: JP
    quote: hypothetical
`), nil)
	if err != nil {
		log.Fatal(err)
	}
	law, err := ledger.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	may := kanzei.DayOf(2025, 5, 1).Open()
	book := law.Add(draft).AsKnown(kanzei.DayOf(2025, 4, 15))
	cars := book.Standing("9903.94.01", may)
	levied := book.Origins(&cars.Provision, may)
	fmt.Println(cars.Status, "JP", levied(kanzei.MustOrigin("JP")), "DE", levied(kanzei.MustOrigin("DE")), "by", cars.By)
	// Output:
	// in force JP false DE true by draft-cars
}
