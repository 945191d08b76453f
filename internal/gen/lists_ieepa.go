package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// listsIEEPA writes the product lists of the reciprocal tariff (Annex II of
// EO 14257 and its changes), of the section 122 surcharge (US note 2(aa)) and
// of the section 301 forced-labor tariffs (US note 52).
func listsIEEPA(sources string) (map[string][]byte, error) {
	law := filepath.Join(sources, "law")
	out := map[string][]byte{}
	put := func(name, head string, codes []string) error {
		data, err := codeList(head, "lists-ieepa", codes)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out["law/us/lists/"+name] = data
		return nil
	}

	// Annex II of EO 14257: the White House text; later changes from the HTS.
	text, err := readGzip(filepath.Join(law, "ieepa", "eo14257_annexII.txt.gz"))
	if err != nil {
		return nil, err
	}
	annex := unique(eightDigits.FindAllString(text, -1))
	if err := put("annex-ii-2025-04-05.txt", "Annex II to Executive Order 14257: goods free of the reciprocal duties (heading 9903.01.32).\nThe White House, 2 April 2025.", annex); err != nil {
		return nil, err
	}
	rows, err := readTable(filepath.Join(law, "ieepa", "annex_ii_first_appearance.csv"))
	if err != nil {
		return nil, err
	}
	pick := func(match func(r map[string]string) bool) []string {
		var codes []string
		for _, r := range rows {
			if match(r) {
				codes = append(codes, r["prefix"])
			}
		}
		return codes
	}
	first := pick(func(r map[string]string) bool { return r["first_revision"] == "rev_7" })
	if !sameCodes(first, annex) {
		return nil, fmt.Errorf("annex II as printed by the White House (%d codes) and in HTS 2025 Revision 7 (%d) differ", len(annex), len(first))
	}
	for _, l := range []struct {
		name, head string
		match      func(r map[string]string) bool
	}{
		{"annex-ii-copper-2025-08-01.txt", "Copper goods deleted from US note 2(v)(iii), subchapter III, chapter 99 (Annex II of EO 14257) by Proclamation 10962.\nUSITC, HTS 2025 Revision 17, 1 August 2025.",
			func(r map[string]string) bool { return r["end_effective_date"] == "2025-07-31" }},
		{"annex-ii-wood-2025-10-14.txt", "Goods of chapter 44 removed from US note 2(v)(iii), subchapter III, chapter 99 (Annex II of EO 14257) by Proclamation 10976.\nUSITC, HTS 2025 Revision 25, 10 October 2025.",
			func(r map[string]string) bool { return r["end_effective_date"] == "2025-10-13" }},
		{"annex-ii-farm-2025-11-13.txt", "Farm goods added to US note 2(v)(iii), subchapter III, chapter 99 (Annex II of EO 14257) by Executive Order 14360.\nUSITC, HTS 2025 Revision 29, 17 November 2025.",
			func(r map[string]string) bool { return r["first_effective_date"] == "2025-11-13" }},
	} {
		if err := put(l.name, l.head, pick(l.match)); err != nil {
			return nil, err
		}
	}

	// Section 122: Annex I of Proclamation 11012.
	text, err = readGzip(filepath.Join(law, "exempt", "pp11012_s122_annex1.txt.gz"))
	if err != nil {
		return nil, err
	}
	_, text, ok := strings.Cut(text, "(ii) As provided in heading 9903.03.03")
	goods, rest, ok2 := strings.Cut(text, "(iii) As provided in heading 9903.03.04")
	_, rest, ok3 := strings.Cut(rest, "(iv) As provided in heading 9903.03.05")
	aircraft, _, ok4 := strings.Cut(rest, "(v) As provided in heading 9903.03.06")
	if !(ok && ok2 && ok3 && ok4) {
		return nil, fmt.Errorf("annex I of Proclamation 11012: subdivisions (ii) to (v) not found")
	}
	if err := put("s122-note-2-aa-ii.txt", "US note 2(aa)(ii), subchapter III, chapter 99: goods free of the section 122 surcharge (heading 9903.03.03).\nThe White House, Annex I to Proclamation 11012, 20 February 2026.", listed(goods)); err != nil {
		return nil, err
	}
	if err := put("s122-note-2-aa-iv.txt", "US note 2(aa)(iv), subchapter III, chapter 99: provisions for civil aircraft and their parts free of the section 122 surcharge (heading 9903.03.05).\nThe White House, Annex I to Proclamation 11012, 20 February 2026.", listed(aircraft)); err != nil {
		return nil, err
	}

	// Russia: US note 30. Two codes are printed with a comma
	// or a semicolon for a dot.
	text, err = readGzip(filepath.Join(law, "ch99", "chapter99_2026_rev_6.txt.gz"))
	if err != nil {
		return nil, err
	}
	_, text, ok = strings.Cut(text, "(b) Heading 9903.90.08 applies to all products of the Russian Federation")
	thirtyFive, rest, ok2 := strings.Cut(text, "(c) For the purposes of heading 9903.90.09")
	_, rest, ok3 = strings.Cut(rest, "(d) Heading 9903.90.09 applies to all products of the Russian Federation")
	seventy, _, ok4 := strings.Cut(rest, "\n31.")
	if !(ok && ok2 && ok3 && ok4) {
		return nil, fmt.Errorf("US note 30: subdivisions (b) and (d) not found")
	}
	for _, l := range []struct{ sub, heading, text string }{{"b", "9903.90.08", thirtyFive}, {"d", "9903.90.09", seventy}} {
		head := fmt.Sprintf("US note 30(%s), subchapter III, chapter 99: goods of Russia with an increased column 2 rate (heading %s).\nUSITC, HTS 2026 Revision 6, 23 April 2026.", l.sub, l.heading)
		if err := put("note-30-"+l.sub+".txt", head, listed(strings.NewReplacer(",", ".", ";", ".").Replace(l.text))); err != nil {
			return nil, err
		}
	}

	// Section 301, forced labor: US note 52, one list a subdivision.
	rows, err = readTable(filepath.Join(law, "latest", "note52_forced_labor_exemption_codes.csv"))
	if err != nil {
		return nil, err
	}
	bySub := map[string][]string{}
	heads := map[string]string{}
	doubt := map[string]int{}
	for _, r := range rows {
		sub := strings.TrimPrefix(r["note"], "52")
		bySub[sub] = append(bySub[sub], r["hts"])
		heads[sub] = r["heading"]
		if r["status"] != "confirmed" {
			doubt[sub]++
		}
	}
	for sub, codes := range bySub {
		name := "note-52" + strings.NewReplacer("(", "-", ")", "").Replace(sub) + ".txt"
		head := fmt.Sprintf("US note 52%s, subchapter III, chapter 99: goods free of the section 301 forced-labor duties (heading %s).\nUSITC, HTS 2026 Revisions 13 and 15, July and August 2026.", sub, heads[sub])
		if n := doubt[sub]; n > 0 {
			head += fmt.Sprintf("\n%d of the codes (7019.13.24 to 7019.66.90) are read from the annex of the notice, not from the note.", n)
		}
		if err := put(name, head, codes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var (
	eightDigits = regexp.MustCompile(`\b\d{8}\b`)
	dottedCode  = regexp.MustCompile(`\b\d{4}\.\d\d\.\d\d(?:\.?\d\d)?\b`)
)

// listed returns the dotted codes of a note but for those of chapter 99, which
// name headings.
func listed(text string) []string {
	var codes []string
	for _, c := range dottedCode.FindAllString(text, -1) {
		if !strings.HasPrefix(c, "99") {
			codes = append(codes, strings.ReplaceAll(c, ".", ""))
		}
	}
	return codes
}

// codeList renders a list file, sorted, with dots as the schedule writes them.
func codeList(head, step string, codes []string) ([]byte, error) {
	codes = unique(codes)
	if len(codes) == 0 {
		return nil, fmt.Errorf("no codes")
	}
	var b bytes.Buffer
	for _, l := range strings.Split(head, "\n") {
		fmt.Fprintf(&b, "# %s\n", l)
	}
	fmt.Fprintf(&b, "# A work of the United States government, in the public domain.\n# Made by: go run ./internal/gen %s\n", step)
	for _, c := range codes {
		switch len(c) {
		case 2, 4:
		case 6:
			c = c[:4] + "." + c[4:]
		case 8:
			c = c[:4] + "." + c[4:6] + "." + c[6:]
		case 10:
			c = c[:4] + "." + c[4:6] + "." + c[6:8] + "." + c[8:]
		default:
			return nil, fmt.Errorf("%q is not a code", c)
		}
		fmt.Fprintln(&b, c)
	}
	return b.Bytes(), nil
}

func unique(codes []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range codes {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	sort.Strings(out)
	return out
}

func sameCodes(a, b []string) bool {
	a, b = unique(a), unique(b)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func readGzip(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(z)
	return string(data), err
}

// readTable reads a CSV file into rows by column name.
func readTable(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		m := map[string]string{}
		for i, n := range all[0] {
			m[n] = r[i]
		}
		out = append(out, m)
	}
	return out, nil
}
