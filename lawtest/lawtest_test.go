package lawtest_test

import (
	"os"
	"strings"
	"testing"

	"kanzei/duty"
	"kanzei/lawtest"
	"kanzei/ledger"
	"kanzei/schedule"
)

// engine runs over the made-up law of ledger/testdata/law.
func engine(t testing.TB) *duty.Engine {
	t.Helper()
	l, err := ledger.Read(os.DirFS("../ledger/testdata/law"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Load()
	if err != nil {
		t.Fatal(err)
	}
	return duty.New(l, s)
}

// Base rates: USITC, HTS 2025: 8703.23.01 2.5 %, 8517.13 free, 6109.10 16.5 %,
// 2204.21.50 6.3¢/liter, 7318.15.20 free.
const passing = `
# comments and empty lines are nothing

on 2025-04-15 known 2025-04-15
entry 8703.23.01.40 from JP value 30000
  duty 27.5% because mfn 2.5%, car.autos 25%
  duty $8,250.00
  not base.all because car.autos
  not extra.levy because car.autos
  headings 9990.03.01 9990.01.05
  status exact
entry 8517.13.00.00 from JP value 1000
  duty 10%
  duty 10% because base.all 10%
  not 9990.01.41 because suspended by F 3
  assessed 10%, legal 10%, refundable 0%
entry 8517.13.00.00 from JP
  duty $1,000.00          # ten thousand dollars unless said
entry 7318.15.20.55 from FR value 1000 with steel 40%, mode 11
  duty 16% because metal.steel 10%, base.all 6%
  hmf $1.25, mpf $2.62 # CSMS 61572319: informal entries of fiscal year 2025
entry 7318.15.20.55 from FR value 1000
  range 10%..25%
  status range
entry 8708.29.51.60 from CA value 1000 with steel 10%, aluminum 10%, us-content 25%, spi S, use not-auto-part
  duty $73.50 because metal.steel 2.5%, metal.aluminum 3.05%, extra.levy 1.8%
outlook JP base.all: 10% now, 24% from 2025-07-09
outlook DE base.all: 10% now, 20% from 2025-07-09

on 2025-08-20 known latest
entry 6109.10.00.12 from JP value 1000
  duty 16.5%, assessed 40.5%, legal 16.5%, refundable 24%
on 2025-03-05
entry 6109.10.00.12 from VN value 1000 with assessed $300
  assessed $300.00, refundable $135.00
on 2026-03-02
entry 2204.21.50.40 from FR value 1000
  range 0%..
  status range
entry 2204.21.50.40 from FR value 1000 with quantity 500 liter
  duty $97.75
on 2025-06-15
entry 7208.10.15.00 from BR value 1000 with steel 90%
  status unsupported
  caveat "not in this fixture"
error hts.unknown: entry 0000.00.00.00 from JP value 1
error date.coverage: entry 8517.13.00.00 from JP value 1
`

func TestPassing(t *testing.T) {
	// The last sentence needs a day before the coverage.
	text := strings.Replace(passing, "error date.coverage", "on 2024-12-31\nerror date.coverage", 1)
	r := lawtest.Run(engine(t), "t.test", text)
	for _, err := range r.Failures {
		t.Error(err)
	}
	if r.Sentences != 27 {
		t.Errorf("%d sentences were run", r.Sentences)
	}
}

// TestFailing: a sentence that does not hold is one failure that names the line,
// what was expected and what came.
func TestFailing(t *testing.T) {
	e := engine(t)
	const head = "on 2025-04-15 known 2025-04-15\n"
	const car = head + "entry 8703.23.01.40 from JP value 30000\n"
	for text, says := range map[string]string{
		car + "  duty 27%":                                      "t.test:3: duty is 27.5%, not 27%",
		car + "  duty $8250.01":                                 "t.test:3: duty is $8250.00, not $8250.01",
		car + "  duty 27.5% because mfn 2.5%":                   "car.autos levies 25% too",
		car + "  duty 27.5% because mfn 2.5%, car.autos 24%":    "car.autos is 25%, not 24%",
		car + "  duty 27.5% because mfn 2.5%, car.parts 25%":    "car.parts is 0%, not 25%",
		car + "  not car.autos":                                 "car.autos applies: 9990.03.01 levies 7500.00",
		car + "  not base.all because metal.steel":              `mentions "metal.steel"`,
		car + "  headings 9990.03.01":                           "headings are 9990.01.05 9990.03.01, not 9990.03.01",
		car + "  filed 9990.03.01 8703.23.01.40":                "filed as ",
		car + "  status range":                                  "status is exact, not range",
		car + `  caveat "the moon"`:                             `no caveat says "the moon"`,
		car + "  range 1%..2%":                                  "lowest duty is 27.5%, not 1%",
		car + "  range 27.5%..":                                 "the range ends at 8250.00, not open",
		car + "  legal 2%":                                      "legal is 27.5%, not 2%",
		car + "  tax 2%":                                        `nothing to expect is called "tax"`,
		car + "  duty lots":                                     `"lots" is not a percentage`,
		head + "  duty 2%":                                      "t.test:2: no entry stands before this line",
		head + "outlook JP base.all: 10% now":                   "",
		head + "outlook JP base.all: 24% now":                   "base.all of JP at 2025-04-15 00:01 is +10%, not 24%",
		head + "outlook JP base.all: 24% from 2025-07-08":       "is +10%, not 24%",
		head + "outlook JP base.all: 24% someday":               "is not RATE now",
		head + "outlook JP":                                     "write: outlook",
		head + "outlook UK base.all: 1% now":                    "did you mean GB?",
		head + "entry 8703.23.01.40":                            "write: entry",
		head + "entry 870 from JP":                              "has 3 digits",
		head + "entry 8703.23.01.40 from JP value much":         `"much" is not an amount`,
		head + "entry 8703.23.01.40 from JP with wings":         `unknown fact "wings"`,
		head + "entry 0000.00.00.00 from JP value 1\n  duty 1%": "0000.00.00.00 is not in the schedule",
		head + "entry 0000.00.00.00 from JP value 1":            "0000.00.00.00 is not in the schedule",
		head + "error hts.unknown: entry 8703.23.01.40 from JP": "the error is <nil>, not hts.unknown",
		head + "error hts.short: entry 0000.00.00.00 from JP":   "not hts.short",
		head + "error nothing":                                  "write: error",
		"on April":                                              `"April" is not a date`,
		"on 2025-04-15 known April":                             `"April" is not a date`,
		"perhaps":                                               "a sentence begins with on, entry, outlook or error",
	} {
		r := lawtest.Run(e, "t.test", text)
		if says == "" {
			if len(r.Failures) > 0 {
				t.Errorf("%q: %v", text, r.Failures)
			}
			continue
		}
		if len(r.Failures) != 1 {
			t.Errorf("%q: %d failures: %v", text, len(r.Failures), r.Failures)
			continue
		}
		if err := r.Failures[0].Error(); !strings.Contains(err, says) || !strings.HasPrefix(err, "t.test:") {
			t.Errorf("%q: %q does not say %q", text, err, says)
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add(passing)
	f.Add("on 2025-04-15\nentry 8703 from JP with quantity 1, mode x, assessed $, loaded , spi\n  range ..\n  duty\n  not\n")
	e := engine(f)
	f.Fuzz(func(t *testing.T, text string) { lawtest.Run(e, "f.test", text) })
}
