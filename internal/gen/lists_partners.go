package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// listsPartners writes the product lists of the measures on single partners:
// the fentanyl duties on Canada and Mexico, Brazil (IEEPA and section 301),
// the exceptions of the agreements, and section 338 on Canada.
func listsPartners(sources string) (map[string][]byte, error) {
	law := filepath.Join(sources, "law")
	out := map[string][]byte{}
	put := func(name, head string, codes []string, want int) error {
		if n := len(unique(codes)); n != want {
			return fmt.Errorf("%s: %d codes, not %d", name, n, want)
		}
		data, err := codeList(head, "lists-partners", codes)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out["law/us/lists/"+name] = data
		return nil
	}

	// The enumerations of the US notes to subchapter III of chapter 99.
	text, err := readGzip(filepath.Join(law, "ch99", "chapter99_2026_rev_6.txt.gz"))
	if err != nil {
		return nil, err
	}
	_, note2, ok := strings.Cut(text, "(xix) As provided in headings 9903.02.19, 9903.02.20, 9903.02.72")
	if !ok {
		return nil, fmt.Errorf("note 2(v)(xix) not found")
	}
	noted := map[string][]string{}
	const rev6 = "\nUSITC, HTS 2026 Revision 6, 23 April 2026."
	const notes = ", subchapter III, chapter 99: "
	for _, l := range []struct {
		name, head, begin, end string
		want                   int
	}{
		{"note-2-v-xx.txt", "US note 2(v)(xx)" + notes + "unavailable natural resources of the European Union (heading 9903.02.74).",
			"(xx) As provided in heading 9903.02.74", "(xxi) As provided in heading 9903.02.75", 219},
		{"note-2-v-xxii.txt", "US note 2(v)(xxii)" + notes + "civil aircraft of the European Union (heading 9903.02.76).",
			"(xxii)  As provided in heading 9903.02.76", "(xxiii) As provided in heading 9903.02.77", 553},
		{"note-2-v-xxiii.txt", "US note 2(v)(xxiii)" + notes + "non-patented pharmaceuticals of the European Union (heading 9903.02.77).",
			"(xxiii) As provided in heading 9903.02.77", "(xxiv)", 807},
		{"note-2-v-xxiv-b.txt", "US note 2(v)(xxiv)(b)" + notes + "civil aircraft of South Korea (heading 9903.02.81).",
			"(b) As provided in heading 9903.02.81", "(xxv)", 554},
		{"note-2-v-xxv-b.txt", "US note 2(v)(xxv)(b)" + notes + "goods of Switzerland and Liechtenstein (headings 9903.02.84 and 9903.02.89).",
			"(b) As provided in headings 9903.02.84", "(c) As provided in headings 9903.02.85", 321},
		{"note-2-v-xxv-c.txt", "US note 2(v)(xxv)(c)" + notes + "civil aircraft of Switzerland and Liechtenstein (headings 9903.02.85 and 9903.02.90).",
			"(c) As provided in headings 9903.02.85", "(d) As provided in headings 9903.02.86", 553},
		{"note-2-v-xxv-d.txt", "US note 2(v)(xxv)(d)" + notes + "non-patented pharmaceuticals of Switzerland and Liechtenstein (headings 9903.02.86 and 9903.02.91).",
			"(d) As provided in headings 9903.02.86", "(i) Except as provided in headings 9903.01.78", 807},
		{"note-2-x-iii-a.txt", "US note 2(x)(iii)(a)" + notes + "goods of Brazil (heading 9903.01.81).",
			"(a) As provided in heading 9903.01.81", "(b) As provided in heading 9903.01.90", 367},
		{"note-2-x-iv.txt", "US note 2(x)(iv)" + notes + "civil aircraft of Brazil (heading 9903.01.82).",
			"(iv) As provided in heading 9903.01.82", "(v) The additional duties imposed by heading 9903.01.77", 565},
		{"note-33j.txt", "US note 33(j)" + notes + "automobile parts of the United Kingdom (heading 9903.94.32).",
			"(j) Heading 9903.94.32 sets forth", "Any automotive part", 267},
		{"note-35a.txt", "US note 35(a)" + notes + "civil aircraft of the United Kingdom (heading 9903.96.01).",
			"(a) As provided in heading 9903.96.01", "(b) As provided in heading 9903.96.02", 565},
		{"note-35b.txt", "", "(b) As provided in heading 9903.96.02", "36. [Note deleted.]", 554},
	} {
		from := text
		if strings.HasPrefix(l.name, "note-2-v-") {
			from = note2
		}
		codes, err := enumerated(from, l.begin, "", l.end)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		codes = withoutHeadings(codes)
		if n := len(unique(codes)); n != l.want {
			return nil, fmt.Errorf("%s: %d codes, not %d", l.name, n, l.want)
		}
		noted[l.name] = codes
		if l.head == "" {
			continue
		}
		if err := put(l.name, l.head+rev6, codes, l.want); err != nil {
			return nil, err
		}
	}
	// Enumerations that repeat another are not written twice.
	for same, as := range map[string]string{
		"note-2-v-xxiv-b.txt": "note-35b.txt", "note-2-v-xxv-c.txt": "note-2-v-xxii.txt",
		"note-2-v-xxv-d.txt": "note-2-v-xxiii.txt", "note-2-x-iv.txt": "note-35a.txt",
	} {
		if !sameCodes(noted[same], noted[as]) {
			return nil, fmt.Errorf("%s and %s differ", same, as)
		}
		delete(out, "law/us/lists/"+same)
	}

	// Brazil: what EO 14361 added to note 2(x)(iii), and what was there before.
	data, err := os.ReadFile(filepath.Join(sources, "notices", "federal_register_and_annexes", "brazil_eo_nov2025_annexes.txt"))
	if err != nil {
		return nil, err
	}
	added, err := enumerated(string(data), "(x)(iii)(a) the following provisions of the HTSUS", "", "by inserting the following new subdivision (x)(iii)(b)")
	if err != nil {
		return nil, fmt.Errorf("annex II of EO 14361: %w", err)
	}
	before := subtract(noted["note-2-x-iii-a.txt"], added)
	delete(out, "law/us/lists/note-2-x-iii-a.txt")
	if err := put("brazil-2025-08-06.txt", "US note 2(x)(iii), subchapter III, chapter 99: goods free of the 40 percent duty on Brazil (Annex I of EO 14323, heading 9903.01.81).\nUSITC, HTS 2026 Revision 6, 23 April 2026, less the additions of EO 14361.", before, 129); err != nil {
		return nil, err
	}
	if err := put("brazil-2025-11-13.txt", "Annex II to Executive Order 14361: goods added to US note 2(x)(iii), free of the 40 percent duty on Brazil (heading 9903.01.81).\nThe White House, 20 November 2025.", added, 238); err != nil {
		return nil, err
	}

	// Fentanyl: energy goods of Canada, potash.
	rows, err := readTable(filepath.Join(law, "ieepa", "fentanyl_carveout_products.csv"))
	if err != nil {
		return nil, err
	}
	carved := map[string][]string{}
	for _, r := range rows {
		carved[r["category"]] = append(carved[r["category"]], r["hts8"])
	}
	if !sameCodes(carved["potash_ca"], carved["potash_mx"]) {
		return nil, fmt.Errorf("the potash of Canada and of Mexico differ")
	}
	if err := put("fentanyl-energy-ca.txt", "Energy goods and critical minerals of Canada (heading 9903.01.13).\nThe heading describes them in words (HTS 2025 Revision 3, 6 March 2025); the codes are those in use with US Customs, read from a secondary copy.", carved["energy_ca"], 294); err != nil {
		return nil, err
	}
	if err := put("fentanyl-potash.txt", "Potash of Canada and Mexico (headings 9903.01.15 and 9903.01.05).\nThe headings say potash (HTS 2025 Revision 4, 11 March 2025); the codes are those in use with US Customs, read from a secondary copy.", carved["potash_ca"], 7); err != nil {
		return nil, err
	}

	// Taiwan: note 35(c).
	rows, err = readTable(filepath.Join(law, "s232", "s232_aircraft_exempt_taiwan.csv"))
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, r := range rows {
		codes = append(codes, r["hts8"])
	}
	if err := put("note-35c.txt", "US note 35(c), subchapter III, chapter 99: civil aircraft components of Taiwan (heading 9903.96.03).\nUSITC, HTS 2026 Revision 9, 28 May 2026, read from a transcription.", codes, 119); err != nil {
		return nil, err
	}

	// Section 301, Brazil: Annex I of the notice of action, held against a
	// transcription of note 50 in the tariff schedule.
	notice, err := readGzip(filepath.Join(law, "brazil301", "ustr_notice_of_action_brazil_2026-07-15.txt.gz"))
	if err != nil {
		return nil, err
	}
	_, notice, ok = strings.Cut(notice, "The following new U.S. note 50 is inserted")
	if !ok {
		return nil, fmt.Errorf("note 50 not found")
	}
	rows, err = readTable(filepath.Join(law, "latest", "note50_brazil_exemption_codes.csv"))
	if err != nil {
		return nil, err
	}
	scheduled := map[string][]string{}
	for _, r := range rows {
		scheduled[r["heading"]] = append(scheduled[r["heading"]], r["hts"])
	}
	const ustr = "\nOffice of the United States Trade Representative, notice of action of 15 July 2026, Annex I."
	for _, l := range []struct {
		name, head, heading, begin, end string
		want                            int
	}{
		{"note-50-a-ii.txt", "goods of Brazil", "9903.05.03", "(ii) As provided in heading 9903.05.03", "(iii) As provided in heading 9903.05.04", 864},
		{"note-50-a-iii.txt", "provisions with particular articles of Brazil", "9903.05.04", "(iii) As provided in heading 9903.05.04", "(iv) As provided in heading 9903.05.05", 11},
		{"note-50-a-iv.txt", "civil aircraft of Brazil", "9903.05.05", "(iv) As provided in heading 9903.05.05", "(v) As provided in heading 9903.05.06", 546},
		{"note-50-a-v.txt", "goods of Brazil for use in pharmaceutical applications", "9903.05.06", "(v) As provided in heading 9903.05.06", "(vi) As provided in heading 9903.05.07", 705},
	} {
		codes, err := enumerated(notice, l.begin, "", l.end)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		codes = withoutHeadings(codes)
		if !sameCodes(codes, scheduled[l.heading]) {
			return nil, fmt.Errorf("%s: the notice (%d codes) and the schedule (%d) differ", l.name, len(unique(codes)), len(unique(scheduled[l.heading])))
		}
		if err := put(l.name, "US note 50, subchapter III, chapter 99: "+l.head+" (heading "+l.heading+")."+ustr, codes, l.want); err != nil {
			return nil, err
		}
	}

	// Section 338, Canada: the annexes of July 2026, then the changes of
	// 15 September 2026.
	rows, err = readTable(filepath.Join(law, "latest", "note51_canada_338_codes.csv"))
	if err != nil {
		return nil, err
	}
	first, then := map[string][]string{}, map[string][]string{}
	for _, r := range rows {
		if r["effective_from"] == "2026-09-15" {
			then[r["note"]] = append(then[r["note"]], r["hts"])
		} else {
			first[r["note"]] = append(first[r["note"]], r["hts"])
		}
	}
	if !sameCodes(first["51(d)"], noted["note-35b.txt"]) {
		return nil, fmt.Errorf("notes 51(d) and 35(b) differ")
	}
	for _, l := range []struct {
		name, head, annex, heading, note string
		want, in, out                    int
	}{
		{"note-51-b-1", "products of Canada, alcoholic beverages and others", "alcohol", "9903.03.12", "51(b)(1)", 63, 40, 2},
		{"note-51-b-2", "products of Canada, dairy and others", "dairy", "9903.03.13", "51(b)(2)", 52, 0, 0},
		{"note-51-b-3", "products of Canada, motor vehicles and others", "autos", "9903.03.14", "51(b)(3)", 439, 82, 8},
	} {
		annex, err := readGzip(filepath.Join(law, "s338", "338-"+l.annex+"-annex-II.txt.gz"))
		if err != nil {
			return nil, err
		}
		_, annex, ok := strings.Cut(annex, "Heading "+l.heading+" applies to articles classifiable")
		if !ok {
			return nil, fmt.Errorf("%s: the list not found", l.name)
		}
		annex, _, _ = strings.Cut(annex, "(c) As provided in heading")
		codes := withoutHeadings(listed(annex))
		if !sameCodes(codes, first[l.note]) {
			return nil, fmt.Errorf("%s: the annex (%d codes) and the schedule (%d) differ", l.name, len(unique(codes)), len(unique(first[l.note])))
		}
		head := "US note " + l.note + ", subchapter III, chapter 99: " + l.head + " (heading " + l.heading + ")"
		if err := put(l.name+".txt", head+".\nThe White House, Annex II to the proclamation of 20 July 2026.", codes, l.want); err != nil {
			return nil, err
		}
		if len(then[l.note]) == 0 {
			continue
		}
		const rev19 = ".\nUSITC, HTS 2026 Revision 19, 15 September 2026, read from a transcription."
		if err := put(l.name+"-added-2026-09-15.txt", head+": added"+rev19, subtract(then[l.note], codes), l.in); err != nil {
			return nil, err
		}
		if err := put(l.name+"-struck-2026-09-15.txt", head+": struck"+rev19, subtract(codes, then[l.note]), l.out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// withoutHeadings leaves out the headings of chapter 99 that a note names.
func withoutHeadings(codes []string) []string {
	var out []string
	for _, c := range codes {
		if !strings.HasPrefix(c, "99") && len(c) >= 8 {
			out = append(out, c)
		}
	}
	return out
}

// subtract returns the codes of a that are not in b.
func subtract(a, b []string) []string {
	set := map[string]bool{}
	for _, c := range b {
		set[c] = true
	}
	var out []string
	for _, c := range a {
		if !set[c] {
			out = append(out, c)
		}
	}
	return out
}
