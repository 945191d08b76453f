package schedule

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kanzei"
)

const sources = "../../shared/sources/law"

// readSource reads a CSV file of the sources, or skips the test.
func readSource(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(sources, path))
	if err != nil {
		t.Skipf("the raw sources are not beside the repository: %v", err)
	}
	defer f.Close()
	c := csv.NewReader(f)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		c = csv.NewReader(z)
	}
	c.FieldsPerRecord, c.LazyQuotes = -1, true
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// compare holds one printed row against the compiled edition.
func compare(t *testing.T, s *Schedule, e Edition, code, general, special, other string, stats *[6]int) {
	h, err := kanzei.ParseHTS(code)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Line(h, e.From)
	if err != nil || l.Rated != h {
		t.Errorf("%s in %s: rated by %s, %v", code, e.Name, l.Rated, err)
		return
	}
	if want := CleanRate(general); l.General.Text != want {
		t.Errorf("%s in %s: general %q, printed %q", code, e.Name, l.General.Text, want)
	}
	if want := CleanRate(other); l.Column2.Text != want {
		t.Errorf("%s in %s: column 2 %q, printed %q", code, e.Name, l.Column2.Text, want)
	}
	want := ParseSpecial(special)
	if len(want) != len(l.Special) {
		t.Errorf("%s in %s: special %v, printed %q", code, e.Name, l.Special, special)
		return
	}
	for i, w := range want {
		if g := l.Special[i]; g.Rate.Text != w.Rate.Text || strings.Join(g.Programs, ",") != strings.Join(w.Programs, ",") {
			t.Errorf("%s in %s: special %v, printed %v", code, e.Name, g, w)
		}
	}
	stats[l.General.Kind]++
}

// Every rated row of chapters 1 to 97 of every edition held in full comes back
// as printed.
func TestEveryPrintedRate(t *testing.T) {
	s := mustLoad(t)
	by := map[string]Edition{}
	var exports []Edition
	for _, e := range Editions() {
		by[e.Name] = e
		if e.Source == srcExport {
			exports = append(exports, e)
		}
	}
	for name, file := range map[string]string{
		"2018_rev_8_1": "hts_2018_revision_8_1_csv", "2018_rev_11": "hts_2018_revision_11_data", "2019_rev_1": "hts_2019_revision_1_data",
		"2019_rev_7": "hts_2019_revision_7_csv", "2019_rev_15": "hts_2019_rev_15_data_csv", "2020_rev_1": "hts_2020_rev_1_data_csv",
		"2020_rev_10": "hts_2020_revision_10_csv", "2021_rev_3": "hts_2021_revision_basic_3_csv", "2021_rev_10": "hts_2021_revision_basic_10_csv",
		"2022_rev_3": "hts_2022_revision_3_csv", "2022_rev_10": "hts_2022_revision_10_csv", "2023_rev_5": "hts_2023_revision_5_csv",
		"2023_rev_10": "hts_2023_revision_10_csv", "2024_basic": "hts_2024_basic_edition_csv", "2025_basic": "",
	} {
		path := "history/hts_releases/" + file + ".csv.gz"
		if name == "2025_basic" {
			path = "mfn/hts_2025_basic_edition.csv"
		}
		var stats [6]int
		n := 0
		for _, r := range readSource(t, path) {
			if r[0] == "" || r[0] >= "98" || strings.TrimSpace(r[4]) == "" {
				continue
			}
			n++
			compare(t, s, by[name], r[0], r[4], r[5], r[6], &stats)
		}
		if n != by[name].Rated || stats != by[name].Kinds {
			t.Errorf("%s: %d rows %v, compiled %d %v", name, n, stats, by[name].Rated, by[name].Kinds)
		}
	}
	index := map[string]int{}
	for i, r := range readSource(t, "hts/revision_counts.csv") {
		index[r[0]] = i
		if exports[i].Name != r[0] || exports[i].Published.String() != r[1] {
			t.Errorf("%s published %s, calendar %s %s", r[0], r[1], exports[i].Name, exports[i].Published)
		}
	}
	stats := make([][6]int, len(exports))
	for _, r := range readSource(t, "hts/hts_history.csv.gz") {
		if r[0] >= "98" || strings.TrimSpace(r[7]) == "" {
			continue
		}
		for k := index[r[2]]; k <= index[r[3]]; k++ {
			compare(t, s, exports[k], r[0], r[7], r[8], r[9], &stats[k])
		}
	}
	for k, e := range exports {
		if stats[k] != e.Kinds {
			t.Errorf("%s: printed %v, compiled %v", e.Name, stats[k], e.Kinds)
		}
	}
}
