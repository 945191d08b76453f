package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/trade/edition"
)

// tradeExports writes US exports of 2024 as weights for tariffs of others.
func tradeExports(sources string) (map[string][]byte, error) {
	src := edition.Source{
		Name:        "us-exports-2024",
		Agency:      "US Census Bureau",
		Publication: "US exports of merchandise, total exports, free alongside ship, by chapter and country (USITC DataWeb, 7 August 2025); by six digits for goods on the lists of Canada and China of March 2025",
		Period:      "2024",
		Units:       "thousand US dollars",
		Via:         "twj0/2025apmcm at 9c38766d (chapters); tradewartracker/trade-war-redux-2025 (M. Waugh), MIT licence (six digits)",
		Licence:     "work of the US government, public domain in the United States (17 USC 105)",
		Notes:       []string{"by six digits only goods on those lists: 39 and 34 bn USD to Canada, 22 bn to China"},
	}
	name := map[string]kanzei.Origin{}
	for _, o := range kanzei.Origins() {
		name[o.Name()] = o
	}
	for n, code := range map[string]string{"Antigua and Barbuda": "AG", "Bosnia and Herzegovina": "BA", "Cabo Verde": "CV", "Czechia (Czech Republic)": "CZ", "Côte d`Ivoire": "CI",
		"Democratic Republic of the Congo": "CD", "Eswatini (Swaziland)": "SZ", "Gaza Strip": "PS", "West Bank": "PS", "Macau": "MO", "Myanmar (Burma)": "MM", "Republic of the Congo": "CG", "Reunion": "RE",
		"Saint Helena": "SH", "Saint Kitts and Nevis": "KN", "Saint Lucia": "LC", "Saint Pierre and Miquelon": "PM", "Saint Vincent and the Grenadines": "VC", "Svalbard and Jan Mayen": "SJ",
		"São Tomé and Príncipe": "ST", "Trinidad and Tobago": "TT", "Turkey": "TR", "Turks and Caicos Islands": "TC", "United Kingdom": "GB", "Wallis and Futuna": "WF", "Cocos (Keeling) Islands": "CC",
		"French Southern and Antarctic Lands": "TF", "Heard and McDonald Islands": "HM", "Pitcairn Islands": "PN"} {
		name[n] = kanzei.MustOrigin(code)
	}
	chapters, sixes := map[kanzei.Origin]map[int]float64{}, map[kanzei.Origin]map[int]float64{}
	add := func(to map[kanzei.Origin]map[int]float64, o kanzei.Origin, code int, usd float64) {
		if to[o] == nil {
			to[o] = map[int]float64{}
		}
		to[o][code] += usd
	}
	path := filepath.Join(sources, "trade", "us_exports_fas_2020_2025_hs2_by_country.csv")
	err := exportCSV(path, []string{"hs2", "country", "2024"}, func(r []string) error {
		o, ok := name[r[1]]
		if !ok {
			return fmt.Errorf("no country %q", r[1])
		}
		c, err1 := strconv.Atoi(r[0])
		v, err2 := strconv.ParseFloat(r[2], 64)
		if err1 != nil || err2 != nil || v < 0 {
			return fmt.Errorf("bad row %q", r)
		}
		add(chapters, o, c, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ file, to string }{{"canada-US-exports-030425.csv", "CA"}, {"canada-steel-US-exports-031225.csv", "CA"}, {"china-10-percent-US-exports-030425.csv", "CN"}, {"china-15-percent-US-exports-030425.csv", "CN"}} {
		to := kanzei.MustOrigin(f.to)
		err := exportCSV(filepath.Join(sources, "partners", f.file), []string{"hs-code", "exports"}, func(r []string) error {
			code, err1 := strconv.Atoi(r[0])
			v, err2 := strconv.ParseFloat(r[1], 64)
			if err1 != nil || err2 != nil || len(r[0]) != 6 {
				return fmt.Errorf("bad row %q", r)
			}
			if have, ok := sixes[to][code]; ok && have != v {
				return fmt.Errorf("%s has %g and %g", r[0], have, v)
			} else if !ok {
				add(sixes, to, code, v)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	sums := func(m map[int]float64) (out []edition.ExportSum) {
		for code, v := range m {
			if t := int64(math.Round(v / 1000)); code > 99 || t > 0 { // a subheading of nothing is known to be nothing
				out = append(out, edition.ExportSum{Code: code, Thousand: t})
			}
		}
		slices.SortFunc(out, func(a, b edition.ExportSum) int { return a.Code - b.Code })
		return out
	}
	var all []edition.Exports
	for o, m := range chapters {
		if x := (edition.Exports{Origin: o, Chapters: sums(m), Subheadings: sums(sixes[o])}); len(x.Chapters) > 0 {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b edition.Exports) int { return cmp.Compare(a.Origin, b.Origin) })
	out, err := edition.EncodeExports(src, all)
	return map[string][]byte{"trade/us-exports-2024.weights": out}, err
}

// exportCSV reads columns of a file by name.
func exportCSV(path string, columns []string, row func(r []string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	at := make([]int, len(columns))
	for i, c := range columns {
		if at[i] = slices.Index(all[0], c); at[i] < 0 {
			return fmt.Errorf("%s: no column %s among %s", path, c, strings.Join(all[0], ", "))
		}
	}
	r := make([]string, len(columns))
	for n, rec := range all[1:] {
		for i, k := range at {
			r[i] = rec[k]
		}
		if err := row(r); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n+2, err)
		}
	}
	return nil
}
