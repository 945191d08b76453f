package main

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// An htsRow is a row of the schedule as a source prints it; code is zero for a
// superior text without number.
type htsRow struct {
	code                                kanzei.HTS
	indent                              int
	text                                string
	units                               []string
	general, special, other, additional string
	lost                                bool // missing in print between two editions that have it
}

// readCSV returns the rows of a CSV file, plain or gzip, without its header,
// and the column of each name.
func readCSV(path string) ([][]string, map[string]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, nil, err
		}
	}
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	rows, err := c.ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	col := map[string]int{}
	for i, n := range rows[0] {
		col[strings.Trim(strings.TrimPrefix(n, "\ufeff"), `"`)] = i
	}
	return rows[1:], col, nil
}

// readRelease reads a release in the column order of the USITC CSV export.
func readRelease(path string) ([]htsRow, error) {
	rows, _, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	var out []htsRow
	for i, r := range rows {
		for len(r) < 9 {
			r = append(r, "")
		}
		h := htsRow{text: cleanText(r[2]), general: schedule.CleanRate(r[4]), special: cleanSpecial(r[5]),
			other: schedule.CleanRate(r[6]), additional: schedule.CleanRate(r[8])}
		if code := strings.ReplaceAll(strings.TrimSpace(r[0]), ",", "."); code != "" { // one release prints 9903.89,61
			if h.code, err = kanzei.ParseHTS(code); err != nil {
				return nil, fmt.Errorf("%s: row %d: %w", filepath.Base(path), i+2, err)
			}
		}
		h.indent, _ = strconv.Atoi(strings.TrimSpace(r[1]))
		if u := strings.TrimSpace(r[3]); u != "" {
			var list []string
			if err := json.Unmarshal([]byte(u), &list); err != nil {
				return nil, fmt.Errorf("%s: row %d: units %q", filepath.Base(path), i+2, u)
			}
			h.units = cleanUnits(list)
		}
		out = append(out, h)
	}
	return out, nil
}

// A historyRow is a row of the run-length table of exports since 2025.
type historyRow struct {
	htsRow
	from, to int
}

// readHistory reads hts_history.csv.gz and the names of its revisions.
func readHistory(dir string) ([]historyRow, []string, error) {
	revs, col, err := readCSV(filepath.Join(dir, "hts", "revision_counts.csv"))
	if err != nil {
		return nil, nil, err
	}
	index := map[string]int{}
	var names []string
	for i, r := range revs {
		names = append(names, r[col["revision"]])
		index[r[col["revision"]]] = i
	}
	rows, c, err := readCSV(filepath.Join(dir, "hts", "hts_history.csv.gz"))
	if err != nil {
		return nil, nil, err
	}
	var out []historyRow
	for i, r := range rows {
		h := historyRow{htsRow: htsRow{text: cleanText(r[c["description"]]), general: schedule.CleanRate(r[c["general"]]), special: cleanSpecial(r[c["special"]]),
			other: schedule.CleanRate(r[c["other"]]), additional: schedule.CleanRate(r[c["additional_duties"]])}}
		if h.code, err = kanzei.ParseHTS(r[c["htsno"]]); err != nil {
			return nil, nil, fmt.Errorf("hts_history.csv.gz: row %d: %w", i+2, err)
		}
		h.indent, _ = strconv.Atoi(r[c["indent"]])
		if u := r[c["units"]]; u != "" {
			h.units = cleanUnits(strings.Split(u, "|"))
		}
		var ok1, ok2 bool
		h.from, ok1 = index[r[c["first_revision"]]]
		h.to, ok2 = index[r[c["last_revision"]]]
		if !ok1 || !ok2 {
			return nil, nil, fmt.Errorf("hts_history.csv.gz: row %d: unknown revision", i+2)
		}
		out = append(out, h)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].code < out[j].code })
	return out, names, nil
}

func cleanText(s string) string { return schedule.StripMarkup(html.UnescapeString(s)) }

func cleanUnits(list []string) []string {
	var out []string
	for _, u := range list {
		for _, v := range strings.Split(cleanText(u), " and ") {
			if v = schedule.Unit(v); v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

var programs = regexp.MustCompile(`\s*\(\s*((?:[A-Z]{1,2}[+*]?[\s,.]*)+)\)\s*`)

// cleanSpecial writes the lists of programs without spaces, so that editions
// that differ in spacing only share a text.
func cleanSpecial(s string) string {
	s = programs.ReplaceAllStringFunc(schedule.CleanRate(s), func(m string) string {
		inner := programs.FindStringSubmatch(m)[1]
		inner = strings.Join(strings.FieldsFunc(inner, func(r rune) bool { return r == ',' || r == ' ' || r == '.' }), ",")
		return " (" + inner + ") "
	})
	return strings.TrimSpace(s)
}

// An annualRow is one dated row of the annual tariff database.
type annualRow struct {
	from, to                kanzei.Day
	general, special, other string
	brief                   string
	units                   []string
}

type annualDB map[kanzei.HTS][]annualRow

// on returns the row of a line in force on a day; of several, the last to
// begin. A gap between two rows of a line belongs to the first (2204.10.00 in
// 2018 has one of two months).
func (db annualDB) on(h kanzei.HTS, d kanzei.Day) (annualRow, bool) {
	var best annualRow
	found, later := false, false
	for _, r := range db[h] {
		if r.from <= d && (!found || r.from >= best.from) {
			best, found = r, true
		}
		later = later || r.from > d
	}
	return best, found && (d <= best.to || later)
}

func readAnnual(path string) (annualDB, error) {
	rows, c, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	db := annualDB{}
	for i, r := range rows {
		h, err := kanzei.ParseHTS(r[c["hts8"]])
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", filepath.Base(path), i+2, err)
		}
		if h.Chapter() > 97 {
			continue
		}
		a := annualRow{general: schedule.CleanRate(r[c["mfn_text_rate"]]), special: cleanSpecial(r[c["col1_special_text"]]),
			other: schedule.CleanRate(r[c["col2_text_rate"]]), brief: cleanText(r[c["brief_description"]])}
		if a.from, err = kanzei.ParseDay(r[c["begin_effect_date"]]); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", filepath.Base(path), i+2, err)
		}
		if a.to, err = kanzei.ParseDay(r[c["end_effective_date"]]); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", filepath.Base(path), i+2, err)
		}
		a.units = cleanUnits([]string{r[c["quantity_1_code"]], r[c["quantity_2_code"]]})
		db[h] = append(db[h], a)
	}
	return db, nil
}
