package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// provenance is what the compiled schedule says of its sources.
const provenance = `Harmonized Tariff Schedule of the United States, United States International Trade Commission (USITC).
Exports of 44 editions, 2025 Basic (2024-12-31) to 2026 Revision 10 (2026-06-08); releases 2018 Revision 8.1 to 2024 Basic (14);
annual tariff databases 2018, 2019, 2021 to 2024; change records to 2026 Revision 20 (2026-09-28).
A work of the United States government, in the public domain (17 USC 105).
Transfers of numbers of 2025-07-01 by likeness of designations: The Budget Lab at Yale, tariff-rate-tracker (MIT).`

// A scheduleBuild holds what the schedule step has read and interned.
type scheduleBuild struct {
	dir      string
	tab      *tables
	releases map[string]*htsState
	annual   map[int]annualDB
	log      io.Writer
	holes    map[kanzei.HTS]bool // rows whose superior text is not held
}

// An htsState is one state of the schedule: rows by code, interned.
type htsState struct {
	rows map[kanzei.HTS]rowIDs
	path map[kanzei.HTS][]pathElem
	only map[kanzei.HTS]kanzei.HTS // eight digits → the ten-digit row that states the rate
}

// rowIDs is a row as table positions.
type rowIDs struct {
	units, tuple int
	node         int
	restored     bool
}

func (e *htsState) codes() []kanzei.HTS {
	out := make([]kanzei.HTS, 0, len(e.rows))
	for h := range e.rows {
		out = append(out, h)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func (e *htsState) clone() *htsState {
	c := &htsState{rows: make(map[kanzei.HTS]rowIDs, len(e.rows)), path: e.path}
	for h, r := range e.rows {
		c.rows[h] = r
	}
	return c
}

// ratedRow returns the code whose row states the rate of an eight-digit line.
func (e *htsState) ratedRow(h8 kanzei.HTS) (kanzei.HTS, bool) {
	if r, ok := e.rows[h8]; ok && r.tuple != 0 {
		return h8, true
	}
	if e.only == nil {
		e.only = map[kanzei.HTS]kanzei.HTS{}
		for h, r := range e.rows {
			if h.Digits() == 10 && r.tuple != 0 {
				e.only[h.Parent(8)] = h
			}
		}
	}
	h, ok := e.only[h8]
	return h, ok && e.rows[h].tuple != 0
}

// releaseFiles are the releases before 2025, oldest first, with the day on
// which the annual database is compared with each.
var releaseFiles = []struct{ name, file, ref string }{
	{"2018_rev_8_1", "hts_2018_revision_8_1_csv", "2018-07-15"},
	{"2018_rev_11", "hts_2018_revision_11_data", "2018-09-01"},
	{"2019_rev_1", "hts_2019_revision_1_data", "2019-01-15"},
	{"2019_rev_7", "hts_2019_revision_7_csv", "2019-06-10"},
	{"2019_rev_15", "hts_2019_rev_15_data_csv", "2019-09-15"},
	{"2020_rev_1", "hts_2020_rev_1_data_csv", ""},
	{"2020_rev_10", "hts_2020_revision_10_csv", ""},
	{"2021_rev_3", "hts_2021_revision_basic_3_csv", "2021-03-15"},
	{"2021_rev_10", "hts_2021_revision_basic_10_csv", "2021-12-05"},
	{"2022_rev_3", "hts_2022_revision_3_csv", "2022-02-15"},
	{"2022_rev_10", "hts_2022_revision_10_csv", "2022-07-15"},
	{"2023_rev_5", "hts_2023_revision_5_csv", "2023-03-01"},
	{"2023_rev_10", "hts_2023_revision_10_csv", "2023-07-15"},
	{"2024_basic", "hts_2024_basic_edition_csv", "2024-01-15"},
}

// buildSchedule writes the compiled schedule.
func buildSchedule(sources string) (map[string][]byte, error) {
	b := &scheduleBuild{dir: filepath.Join(sources, "law"), tab: newTables(), releases: map[string]*htsState{},
		annual: map[int]annualDB{}, log: io.Discard, holes: map[kanzei.HTS]bool{}}
	if os.Getenv("KANZEI_GEN_VERBOSE") != "" {
		b.log = os.Stderr
	}
	for _, f := range releaseFiles {
		rows, err := readRelease(filepath.Join(b.dir, "history", "hts_releases", f.file+".csv.gz"))
		if err != nil {
			return nil, err
		}
		b.releases[f.name] = b.intern(rows)
	}
	for _, y := range []int{2018, 2019, 2021, 2022, 2023, 2024} {
		db, err := readAnnual(filepath.Join(b.dir, "history", "annual_db", fmt.Sprintf("usitc_tariff_database_%d.csv.gz", y)))
		if err != nil {
			return nil, err
		}
		b.annual[y] = db
	}
	if err := b.exports(); err != nil {
		return nil, err
	}
	records, err := readRecords(b.dir)
	if err != nil {
		return nil, err
	}
	var states []*htsState
	for _, e := range schedule.Calendar() {
		st, err := b.state(e, records)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		b.dropUnrated(e.Name, st)
		states = append(states, st)
	}
	restore(states)
	relations := b.relations(records, states)
	fmt.Fprintf(b.log, "schedule: %d rows lack a superior text\n", len(b.holes))
	return b.encode(states, relations)
}

// state returns the schedule as one edition of the calendar has it.
func (b *scheduleBuild) state(e schedule.Edition, records *changeRecords) (*htsState, error) {
	base, _, overlaid := strings.Cut(e.Name, "@")
	switch e.Name {
	case "2024_rev_4":
		return b.apply2024(records), nil
	case "2026_rev_11":
		return b.apply2026(records), nil
	}
	ed := b.releases[base]
	if ed == nil {
		return nil, fmt.Errorf("no source")
	}
	if !overlaid {
		return ed, nil
	}
	return b.overlay(base, e.From)
}

// dropUnrated drops ten-digit numbers printed under no rated line: one
// misprint, 9401.99.30.30 in 2025 Rev 16, which Rev 17 corrects.
func (b *scheduleBuild) dropUnrated(name string, st *htsState) {
	for _, h := range st.codes() {
		if h.Digits() != 10 || h.Chapter() > 97 || st.rows[h].tuple != 0 {
			continue
		}
		if _, ok := st.ratedRow(h.Parent(8)); !ok {
			fmt.Fprintf(b.log, "schedule: %s in %s stands under no rated line; dropped\n", h, name)
			delete(st.rows, h)
		}
	}
}

// restore answers for a number that one edition lost in print from the edition
// before, when the next one has it again.
func restore(states []*htsState) {
	cal := schedule.Calendar()
	for k := 1; k+1 < len(states); k++ {
		if !strings.HasPrefix(cal[k].Name, "2025") && !strings.HasPrefix(cal[k].Name, "2026") {
			continue
		}
		for h, r := range states[k-1].rows {
			if h.Chapter() > 97 {
				continue
			}
			_, now := states[k].rows[h]
			_, next := states[k+1].rows[h]
			if !now && next {
				r.restored = true
				states[k].rows[h] = r
			}
		}
	}
}
