package duty_test

import (
	"fmt"
	"log"

	"kanzei"
	"kanzei/duty"
)

// One entry, with the reasons. The zero day of knowledge is everything held.
func ExampleEngine_Assess() {
	engine, err := duty.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	value, err := kanzei.ParseMoney("30000")
	if err != nil {
		log.Fatal(err)
	}
	car := kanzei.Entry{
		HTS:    kanzei.MustHTS("8703.23.01.40"),
		Origin: kanzei.MustOrigin("JP"),
		Date:   kanzei.DayOf(2025, 4, 15),
		Value:  value,
	}
	a, err := engine.Assess(car, kanzei.DayOf(2025, 4, 15))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Status, a.Duty, "USD,", a.Rate, "%")
	for _, l := range a.Lines {
		if l.Applies && l.Amount > 0 {
			fmt.Println(l.Heading, l.Program, l.Rate, l.Amount)
		}
	}
	// Output:
	// exact 8250.00 USD, 27.5 %
	// 8703.23.01 mfn 2.5% 750.00
	// 9903.94.01 s232.autos +25% 7500.00
}

// A fact that was not declared makes a range, and a question that closes it.
func ExampleEngine_Assess_range() {
	engine, err := duty.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	screw := kanzei.Entry{
		HTS:    kanzei.MustHTS("7318.15.20.55"),
		Origin: kanzei.MustOrigin("JP"),
		Date:   kanzei.DayOf(2025, 6, 20),
		Value:  1_000_000 * kanzei.Cent,
	}
	a, err := engine.Assess(screw, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Status, a.DutyMin, "to", a.DutyMax)
	fmt.Println(a.Questions[0].Fact)

	screw.Steel = kanzei.ShareOf(kanzei.Percent(40))
	if a, err = engine.Assess(screw, 0); err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Status, a.Duty)
	// Output:
	// range 1000.00 to 5000.00
	// steel_pct
	// exact 2600.00
}

// Many entries: a rater for each goroutine, one Outcome used again. Words come
// as codes of a dictionary.
func ExampleRater() {
	engine, err := duty.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	rater := engine.NewRater()
	var out duty.Outcome
	for _, day := range []kanzei.Day{kanzei.DayOf(2025, 4, 15), kanzei.DayOf(2025, 10, 1)} {
		car := kanzei.Entry{HTS: kanzei.MustHTS("8703.23.01.40"), Origin: kanzei.MustOrigin("JP"), Date: day, Value: 3_000_000 * kanzei.Cent}
		whole := duty.Whole{Value: car.Value, Fee: duty.LineFee(car.Value)} // the entry, of one line
		if err := rater.Rate(&car, 0, &whole, &out); err != nil {
			log.Fatal(err)
		}
		fmt.Println(day, out.Status, out.Duty.USD, rater.Texts()[out.Headings])
	}
	// Output:
	// 2025-04-15 exact 8250.00 9903.01.33 9903.94.01
	// 2025-10-01 exact 4500.00 9903.01.33 9903.94.41
}
