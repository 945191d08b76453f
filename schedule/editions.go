package schedule

import "kanzei"

// An Edition is one state of the schedule and the days it answers for: from
// From until the next edition's From. Publication is not law: where a rate or
// a number changes, From is the day the change took effect; chapter 99, whose
// law is in package ledger, is as printed by the release that answers.
type Edition struct {
	Name      string     `json:"name"` // the release; "release@day" has that release's numbers and another source's rates
	From      kanzei.Day `json:"from"`
	Published kanzei.Day `json:"published,omitzero"` // zero when the release does not state it
	Source    string     `json:"source"`
	Note      string     `json:"note,omitempty"`

	Rated    int    `json:"rated_lines"`    // rows of chapters 1 to 97 that print a general rate
	Rated8   int    `json:"rated_8_digit"`  // of them, printed at eight digits
	Rated10  int    `json:"rated_10_digit"` // of them, printed only at ten
	Ten      int    `json:"ten_digit"`      // ten-digit numbers of chapters 1 to 97
	Restored int    `json:"restored"`       // numbers missing in print, answered from the edition before
	Kinds    [6]int `json:"rated_by_kind"`  // Rated by kanzei.RateKind
}

const (
	srcRelease = "USITC, HTS release in full"
	srcAnnual  = "USITC, HTS release and annual tariff database"
	srcExport  = "USITC, HTS export (JSON)"
	srcRecords = "USITC, HTS release and change records"
)

// Start is the first day the schedule answers for.
var Start = day(2018, 1, 1)

func day(y, m, d int) kanzei.Day { return kanzei.DayOf(y, m, d) }

// table is the calendar of editions, in order of From. internal/gen reads it
// through [Calendar]; the compiled edition refuses to load with another one.
var table = []Edition{
	{Name: "2018_rev_8_1@2018-01-01", From: day(2018, 1, 1), Source: srcAnnual, Note: "ten-digit numbers and texts of July 2018 carried back; rates as the 2018 database dates them"},
	{Name: "2018_rev_8_1@2018-02-07", From: day(2018, 2, 7), Source: srcAnnual, Note: "rates as the 2018 database dates them"},
	{Name: "2018_rev_8_1@2018-04-01", From: day(2018, 4, 1), Source: srcAnnual, Note: "rates as the 2018 database dates them"},
	{Name: "2018_rev_8_1@2018-04-26", From: day(2018, 4, 26), Source: srcAnnual, Note: "rates as the 2018 database dates them"},
	{Name: "2018_rev_8_1", From: day(2018, 7, 1), Source: srcRelease, Note: "release of 2018-07-06 to 08-22 (inferred); rates of 1 July 2018"},
	{Name: "2018_rev_11", From: day(2018, 8, 23), Source: srcRelease, Note: "release of 2018-08-23 to 09-23 (inferred); differs from 2018_rev_8_1 in misprints only"},
	{Name: "2018_rev_11@2018-10-01", From: day(2018, 10, 1), Source: srcAnnual, Note: "rates as the 2018 database dates them"},
	{Name: "2018_rev_11@2018-11-01", From: day(2018, 11, 1), Source: srcAnnual, Note: "rates as the 2018 database dates them"},
	{Name: "2019_rev_1", From: day(2019, 1, 1), Source: srcRelease, Note: "date inferred: statistical and staged changes take effect on 1 January"},
	{Name: "2019_rev_1@2019-05-17", From: day(2019, 5, 17), Source: srcAnnual, Note: "rates as the 2019 database dates them"},
	{Name: "2019_rev_7", From: day(2019, 6, 7), Source: srcRelease, Note: "date inferred: the special rates are those the 2019 database gives from this day"},
	{Name: "2019_rev_15", From: day(2019, 7, 1), Source: srcRelease, Note: "date inferred: rates of 1 July 2019; statistical changes take effect on 1 July"},
	{Name: "2019_rev_15@2019-10-30", From: day(2019, 10, 30), Source: srcAnnual, Note: "rates as the 2019 database dates them"},
	{Name: "2019_rev_15@2019-11-01", From: day(2019, 11, 1), Source: srcAnnual, Note: "rates as the 2019 database dates them"},
	{Name: "2020_rev_1", From: day(2020, 1, 1), Source: srcRelease, Note: "date inferred: staged rates of 2020 and the US-Japan agreement (JP) are in"},
	{Name: "2020_rev_10", From: day(2020, 4, 25), Source: srcRelease, Note: "differs from 2020_rev_1 in GSP marks (A to A*) and six statistical numbers; the day is that of Proclamation 9955 (84 FR 58567), which ended GSP for Thai goods"},
	{Name: "2020_rev_10@2020-07-01", From: day(2020, 7, 1), Source: srcAnnual, Note: "the 2020 database is not held: rates as the 2021 database dates them; staged rates it no longer shows are those of 2020_rev_10 with the USMCA rates (S, S+) of 2021_rev_3; statistical changes of July 2020 not held"},
	{Name: "2020_rev_10@2020-08-01", From: day(2020, 8, 1), Source: srcAnnual, Note: "the 2020 database is not held: rates as the 2021 database dates them; staged rates it no longer shows are those of 2020_rev_10 with the USMCA rates (S, S+) of 2021_rev_3; statistical changes of July 2020 not held"},
	{Name: "2020_rev_10@2020-11-01", From: day(2020, 11, 1), Source: srcAnnual, Note: "the 2020 database is not held: rates as the 2021 database dates them; staged rates it no longer shows are those of 2020_rev_10 with the USMCA rates (S, S+) of 2021_rev_3; statistical changes of July 2020 not held"},
	{Name: "2020_rev_10@2020-12-30", From: day(2020, 12, 30), Source: srcAnnual, Note: "the 2020 database is not held: rates as the 2021 database dates them; staged rates it no longer shows are those of 2020_rev_10 with the USMCA rates (S, S+) of 2021_rev_3; statistical changes of July 2020 not held"},
	{Name: "2021_rev_3", From: day(2021, 1, 1), Source: srcRelease, Note: "date inferred: staged rates of 2021"},
	{Name: "2021_rev_10@2021-07-01", From: day(2021, 7, 1), Source: srcAnnual, Note: "date inferred: statistical changes take effect on 1 July; rates as the 2021 database dates them"},
	{Name: "2021_rev_10", From: day(2021, 8, 1), Source: srcRelease, Note: "release of about December 2021 (inferred); the database dates its last rate change here"},
	{Name: "2021_rev_10@2022-01-01", From: day(2022, 1, 1), Source: srcAnnual, Note: "nomenclature of 2017 until 2022-01-26; staged special rates of 2022 from 2022_rev_3 where the database says they begin; for lines HS 2022 ended they are those of 2021"},
	{Name: "2022_rev_3", From: day(2022, 1, 27), Source: srcRelease, Note: "Harmonized System 2022, in effect 2022-01-27 (the 2022 database dates it); release of January to March 2022 (inferred)"},
	{Name: "2022_rev_10", From: day(2022, 7, 1), Source: srcRelease, Note: "date inferred: statistical changes take effect on 1 July"},
	{Name: "2023_rev_5", From: day(2023, 1, 1), Source: srcRelease, Note: "date inferred: staged rates of 2023"},
	{Name: "2023_rev_10", From: day(2023, 7, 1), Source: srcRelease, Note: "date inferred: statistical changes take effect on 1 July"},
	{Name: "2024_basic", From: day(2024, 1, 1), Source: srcRelease, Note: "release name: January 2024"},
	{Name: "2024_rev_4", From: day(2024, 7, 1), Source: srcRecords, Note: "2024_basic with the statistical changes of 1 July 2024 that the 2025 Basic change record restates; texts of 2025 Basic"},
	{Name: "2025_basic", From: day(2025, 1, 1), Published: day(2024, 12, 31), Source: srcExport, Note: "effective date of staged rates and statistical changes; 4420.19.00.00 and 9401.69.60.31 are missing in print and restored by Rev 1"},
	{Name: "2025_rev_1", From: day(2025, 2, 5), Published: day(2025, 2, 5), Source: srcExport, Note: "restores two numbers 2025 Basic had lost"},
	{Name: "2025_rev_2", From: day(2025, 2, 12), Published: day(2025, 2, 12), Source: srcExport},
	{Name: "2025_rev_3", From: day(2025, 3, 6), Published: day(2025, 3, 6), Source: srcExport},
	{Name: "2025_rev_4", From: day(2025, 3, 11), Published: day(2025, 3, 11), Source: srcExport},
	{Name: "2025_rev_5", From: day(2025, 3, 14), Published: day(2025, 3, 14), Source: srcExport},
	{Name: "2025_rev_6", From: day(2025, 4, 3), Published: day(2025, 4, 3), Source: srcExport},
	{Name: "2025_rev_7", From: day(2025, 4, 4), Published: day(2025, 4, 4), Source: srcExport},
	{Name: "2025_rev_8", From: day(2025, 4, 9), Published: day(2025, 4, 9), Source: srcExport},
	{Name: "2025_rev_9", From: day(2025, 4, 11), Published: day(2025, 4, 11), Source: srcExport},
	{Name: "2025_rev_10", From: day(2025, 4, 15), Published: day(2025, 4, 15), Source: srcExport},
	{Name: "2025_rev_11", From: day(2025, 5, 2), Published: day(2025, 5, 2), Source: srcExport},
	{Name: "2025_rev_12", From: day(2025, 5, 13), Published: day(2025, 5, 13), Source: srcExport},
	{Name: "2025_rev_13", From: day(2025, 5, 16), Published: day(2025, 5, 16), Source: srcExport},
	{Name: "2025_rev_14", From: day(2025, 6, 6), Published: day(2025, 6, 6), Source: srcExport},
	{Name: "2025_rev_15", From: day(2025, 6, 20), Published: day(2025, 6, 20), Source: srcExport},
	{Name: "2025_rev_16", From: day(2025, 7, 1), Published: day(2025, 7, 1), Source: srcExport, Note: "statistical changes of 1 July 2025; its misprint 9401.99.30.30, under no line, is left out"},
	{Name: "2025_rev_17", From: day(2025, 8, 1), Published: day(2025, 8, 1), Source: srcExport},
	{Name: "2025_rev_18", From: day(2025, 8, 7), Published: day(2025, 8, 7), Source: srcExport},
	{Name: "2025_rev_19", From: day(2025, 8, 18), Published: day(2025, 8, 18), Source: srcExport},
	{Name: "2025_rev_20", From: day(2025, 8, 27), Published: day(2025, 8, 27), Source: srcExport},
	{Name: "2025_rev_21", From: day(2025, 8, 29), Published: day(2025, 8, 29), Source: srcExport},
	{Name: "2025_rev_22", From: day(2025, 9, 9), Published: day(2025, 9, 9), Source: srcExport},
	{Name: "2025_rev_23", From: day(2025, 9, 16), Published: day(2025, 9, 16), Source: srcExport},
	{Name: "2025_rev_24", From: day(2025, 9, 26), Published: day(2025, 9, 26), Source: srcExport},
	{Name: "2025_rev_25", From: day(2025, 10, 10), Published: day(2025, 10, 10), Source: srcExport},
	{Name: "2025_rev_26", From: day(2025, 10, 31), Published: day(2025, 10, 31), Source: srcExport},
	{Name: "2025_rev_27", From: day(2025, 11, 7), Published: day(2025, 11, 7), Source: srcExport},
	{Name: "2025_rev_28", From: day(2025, 11, 10), Published: day(2025, 11, 10), Source: srcExport},
	{Name: "2025_rev_29", From: day(2025, 11, 17), Published: day(2025, 11, 17), Source: srcExport},
	{Name: "2025_rev_30", From: day(2025, 11, 21), Published: day(2025, 11, 21), Source: srcExport},
	{Name: "2025_rev_31", From: day(2025, 11, 28), Published: day(2025, 11, 28), Source: srcExport},
	{Name: "2025_rev_32", From: day(2025, 12, 5), Published: day(2025, 12, 5), Source: srcExport},
	{Name: "2026_basic", From: day(2026, 1, 1), Published: day(2025, 12, 31), Source: srcExport, Note: "effective date of staged rates"},
	{Name: "2026_rev_1", From: day(2026, 1, 16), Published: day(2026, 1, 16), Source: srcExport},
	{Name: "2026_rev_2", From: day(2026, 2, 1), Published: day(2026, 1, 30), Source: srcExport, Note: "effective date of its statistical changes (change record)"},
	{Name: "2026_rev_3", From: day(2026, 2, 12), Published: day(2026, 2, 12), Source: srcExport, Note: "restores one number Rev 2 had lost"},
	{Name: "2026_rev_4", From: day(2026, 2, 25), Published: day(2026, 2, 25), Source: srcExport},
	{Name: "2026_rev_5", From: day(2026, 4, 8), Published: day(2026, 4, 8), Source: srcExport},
	{Name: "2026_rev_6", From: day(2026, 4, 23), Published: day(2026, 4, 23), Source: srcExport},
	{Name: "2026_rev_7", From: day(2026, 4, 29), Published: day(2026, 4, 29), Source: srcExport},
	{Name: "2026_rev_8", From: day(2026, 5, 22), Published: day(2026, 5, 22), Source: srcExport},
	{Name: "2026_rev_9", From: day(2026, 5, 28), Published: day(2026, 5, 28), Source: srcExport},
	{Name: "2026_rev_10", From: day(2026, 6, 8), Published: day(2026, 6, 8), Source: srcExport},
	{Name: "2026_rev_11", From: day(2026, 7, 1), Published: day(2026, 7, 1), Source: srcRecords, Note: "2026_rev_10 with the statistical changes of the Rev 11 and 12 change records; texts of new numbers are not held; chapter 99 stays as in Rev 10"},
}

// Calendar returns the editions with their days and sources, without counts.
func Calendar() []Edition { return append([]Edition(nil), table...) }
