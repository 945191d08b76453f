package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// listsMetals writes the product lists of the section 232 duties on steel,
// aluminum and copper, and the civil aircraft list of note 35(b).
func listsMetals(sources string) (map[string][]byte, error) {
	law := filepath.Join(sources, "law")
	files := map[string][]byte{}
	put := func(name, head string, codes []string) error {
		b, err := codeList(head, "lists-metals", codes)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files["law/us/lists/"+name+".txt"] = b
		return nil
	}

	// The derivatives of 12 March 2025 to 5 April 2026.
	rows, err := readTable(filepath.Join(law, "metals_2025", "s232_steel_alu_derivatives_2025-03-12_to_2026-04-05.csv"))
	if err != nil {
		return nil, err
	}
	type key struct{ list, from string }
	dated := map[key][]string{}
	for _, r := range rows {
		k := key{r["list"], r["effective_from"]}
		dated[k] = append(dated[k], r["hts"])
	}
	const note16, note19 = "USITC, Harmonized Tariff Schedule (2025 and 2026 Basic), subchapter III of chapter 99, U.S. note 16", "USITC, Harmonized Tariff Schedule (2025 and 2026 Basic), subchapter III of chapter 99, U.S. note 19"
	const inclusions = "Bureau of Industry and Security, FR Doc. 2025-15819 of 19 August 2025, Annex I"
	for _, l := range []struct {
		name string
		key
		head string
	}{
		{"s232.steel.16m", key{"16(m)", "2025-03-12"}, note16 + "(m), as of 12 March 2025: derivatives of steel in chapter 73."},
		{"s232.steel.16m.2025-08-18", key{"16(m)", "2025-08-18"}, inclusions + ": additions to U.S. note 16(m)."},
		{"s232.steel.16n.1", key{"16(n)(1)", "2025-03-12"}, note16 + "(n)(1), as of 12 March 2025: derivatives of steel outside chapter 73."},
		{"s232.steel.16n.2", key{"16(n)(2)", "2025-06-23"}, note16 + "(n)(2), as of 23 June 2025: household appliances (90 FR 25208)."},
		{"s232.steel.16n.3", key{"16(n)(3)", "2025-08-18"}, inclusions + ": U.S. note 16(n)(3)."},
		{"s232.aluminum.19j", key{"19(j)", "2025-03-12"}, note19 + "(j), as of 12 March 2025: derivatives of aluminum in chapter 76."},
		{"s232.aluminum.19j.2025-08-18", key{"19(j)", "2025-08-18"}, inclusions + ": additions to U.S. note 19(j)."},
		{"s232.aluminum.19k", key{"19(k)", "2025-03-12"}, note19 + "(k), as of 12 March 2025: derivatives of aluminum outside chapter 76."},
		{"s232.aluminum.19k.2025-08-18", key{"19(k)", "2025-08-18"}, inclusions + ": additions to U.S. note 19(k)."},
	} {
		if err := put(l.name, l.head, dated[l.key]); err != nil {
			return nil, err
		}
	}

	// Note 16(c) as of 6 April 2026, from the text of Revision 6.
	text, err := readGzip(filepath.Join(law, "ch99", "chapter99_2026_rev_6.txt.gz"))
	if err != nil {
		return nil, err
	}
	c, err := note16c(text)
	if err != nil {
		return nil, err
	}
	const note16c = "USITC, Harmonized Tariff Schedule (2026) Revision 6 of 23 April 2026, chapter 99, subchapter III, U.S. note 16(c)"
	for _, l := range []struct{ name, part, what string }{
		{"s232.metals.aluminum", "i", "articles of aluminum"},
		{"s232.metals.aluminum.derivatives", "ii", "derivative aluminum articles at 50 percent"},
		{"s232.metals.steel", "iii", "articles of steel"},
		{"s232.metals.steel.derivatives", "iv", "derivative steel articles at 50 percent"},
		{"s232.metals.copper", "v", "articles of copper at 50 percent"},
		{"s232.metals.aluminum.25", "vi", "derivative aluminum articles at 25 percent"},
		{"s232.metals.steel.25", "vii", "derivative steel articles at 25 percent"},
		{"s232.metals.copper.25", "viii", "articles of copper at 25 percent"},
		{"s232.metals.aluminum.15", "ix", "derivative aluminum articles, 15 percent in all"},
		{"s232.metals.steel.15", "x", "derivative steel articles, 15 percent in all"},
	} {
		head := fmt.Sprintf("%s(%s), as of 6 April 2026 (Proclamation 11021): %s.", note16c, l.part, l.what)
		if err := put(l.name, head, c[l.part]); err != nil {
			return nil, err
		}
	}

	// What Proclamation 11032 changed on 8 June 2026.
	annex, err := readTable(filepath.Join(law, "s232", "s232_annex_products.csv"))
	if err != nil {
		return nil, err
	}
	added := map[string][]string{}
	for _, r := range annex {
		if r["effective_date"] == "2026-06-08" {
			k := r["annex"] + " " + r["metal_type"]
			added[k] = append(added[k], r["hts_prefix"])
		}
	}
	const june = "Proclamation 11032 of 1 June 2026, as U.S. note 16(c) of 8 June 2026 (HTS 2026 Revision 10) states it"
	mobile := added["1c steel"]
	if err := put("s232.metals.steel.mobile", june+": note 16(c)(xi), mobile industrial equipment.", mobile); err != nil {
		return nil, err
	}
	if err := put("s232.metals.steel.15.2026-06-08", june+": additions to note 16(c)(x).", added["3 steel"]); err != nil {
		return nil, err
	}
	if err := put("s232.metals.aluminum.15.2026-06-08", june+": additions to note 16(c)(ix).", added["3 aluminum"]); err != nil {
		return nil, err
	}
	for _, l := range []struct {
		name, part string
		moved      [][]string
	}{
		{"s232.metals.steel.25.out.2026-06-08", "vii", [][]string{mobile, added["3 steel"]}},
		{"s232.metals.aluminum.25.out.2026-06-08", "vi", [][]string{added["3 aluminum"]}},
	} {
		out := movedFrom(c[l.part], l.moved)
		head := fmt.Sprintf("%s: deletions from note 16(c)(%s), goods that moved to other subdivisions.", june, l.part)
		if err := put(l.name, head, out); err != nil {
			return nil, err
		}
	}

	// Copper, 1 August 2025 to 5 April 2026.
	copper, err := readTable(filepath.Join(law, "s232", "s232_copper_products.csv"))
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, r := range copper {
		codes = append(codes, r["hts10"])
	}
	if !sameCodes(codes, append(append([]string(nil), c["v"]...), c["viii"]...)) {
		return nil, fmt.Errorf("the copper list of note 36(b) is not that of note 16(c)(v) and (viii)")
	}
	if err := put("s232.copper", "Proclamation 10962 of 30 July 2025, Annex; USITC, Harmonized Tariff Schedule (2025) Revision 17, chapter 99, subchapter III, U.S. note 36(b). The same codes as note 16(c)(v) and (viii) of April 2026.", codes); err != nil {
		return nil, err
	}

	// Civil aircraft: note 35(b).
	aircraft, err := readTable(filepath.Join(law, "latest", "civil_aircraft_9903.96.02_japan.csv"))
	if err != nil {
		return nil, err
	}
	codes = nil
	for _, r := range aircraft {
		codes = append(codes, r["hts"])
	}
	if err := put("civil-aircraft-note-35b", "USITC, Harmonized Tariff Schedule (2026) Revision 6 of 23 April 2026, chapter 99, subchapter III, U.S. note 35(b): articles of civil aircraft of Japan, heading 9903.96.02.", codes); err != nil {
		return nil, err
	}
	return files, nil
}

// movedFrom returns the codes of a list under which the moved codes lie.
func movedFrom(list []string, moved [][]string) []string {
	var out []string
	for _, c := range list {
		for _, m := range moved {
			for _, x := range m {
				if strings.HasPrefix(x, c) {
					out = append(out, c)
				}
			}
		}
	}
	return out
}

var (
	metalCode = regexp.MustCompile(`\b\d{4}\.\d{2}(?:\.\d{2}(?:\d{2})?)?\b`)
	metalHead = regexp.MustCompile(`\b7[2346]\d{2}\b`)
)

// note16c reads the ten lists of note 16(c) from the text of chapter 99.
func note16c(text string) (map[string][]string, error) {
	_, rest, ok := strings.Cut(text, "(c) Headings 9903.82.02")
	if !ok {
		return nil, fmt.Errorf("no note 16(c)")
	}
	rest, _, ok = strings.Cut(rest, "(d) Headings 9903.82.04 and 9903.82.05")
	if !ok {
		return nil, fmt.Errorf("no end of note 16(c)")
	}
	marks := []struct{ part, title string }{
		{"i", "(i) Articles of aluminum:"}, {"ii", "(ii) Derivative aluminum articles:"}, {"iii", "(iii) Articles of steel:"},
		{"vi", "(vi) Derivative aluminum articles:"}, {"vii", "(vii) Derivative steel articles:"}, {"viii", "(viii) Articles of copper:"},
		{"ix", "(ix) Derivative aluminum articles:"}, {"x", "(x) Derivative steel articles:"},
	}
	parts := map[string]string{}
	for i, m := range marks {
		_, body, ok := strings.Cut(rest, m.title)
		if !ok {
			return nil, fmt.Errorf("note 16(c) has no %q", m.title)
		}
		if i+1 < len(marks) {
			body, _, _ = strings.Cut(body, marks[i+1].title)
		}
		parts[m.part] = body
	}
	// The page of (iv) and (v) is printed in columns that the text mixes: the
	// chapter tells them apart.
	mill, mixed, ok := strings.Cut(parts["iii"], "99 - III - 65")
	if !ok {
		return nil, fmt.Errorf("note 16(c)(iii) does not end where expected")
	}
	out := map[string][]string{}
	for part, body := range parts {
		if part == "iii" {
			body = mill
		}
		for _, c := range metalCode.FindAllString(body, -1) {
			out[part] = append(out[part], strings.ReplaceAll(c, ".", ""))
		}
		if part == "i" || part == "iii" {
			out[part] = append(out[part], metalHead.FindAllString(metalCode.ReplaceAllString(body, ""), -1)...)
		}
	}
	for _, c := range metalCode.FindAllString(mixed, -1) {
		part := "iv"
		if strings.HasPrefix(c, "74") {
			part = "v"
		}
		out[part] = append(out[part], strings.ReplaceAll(c, ".", ""))
	}
	for part, n := range map[string]int{"i": 9, "ii": 17, "iii": 39, "iv": 139, "v": 76, "vi": 105, "vii": 301, "viii": 4, "ix": 13, "x": 35} {
		if len(unique(out[part])) != n {
			return nil, fmt.Errorf("note 16(c)(%s) has %d codes, not %d", part, len(unique(out[part])), n)
		}
	}
	return out, nil
}
