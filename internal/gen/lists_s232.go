package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// listsS232 writes the product lists of the section 232 measures other than
// those on metals: vehicles and their parts, wood, semiconductors,
// pharmaceuticals, polysilicon and unmanned aircraft.
func listsS232(sources string) (map[string][]byte, error) {
	law := filepath.Join(sources, "law")
	out := map[string][]byte{}
	put := func(name, head string, codes []string) error {
		data, err := codeList(head, "lists-s232", codes)
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
	const rev6 = "\nUSITC, HTS 2026 Revision 6, 23 April 2026."
	for _, l := range []struct {
		name, head  string
		begin, list string // the subdivision, and the words before its enumeration
		end         string
		want        int
	}{
		{"autos-note-33b.txt", "US note 33(b), subchapter III, chapter 99: passenger vehicles and light trucks (heading 9903.94.01)." + rev6,
			"(b) The rates of duty set forth in headings 9903.94.01,", "enumerated in this subdivision:", "(c) Heading 9903.94.02 applies to:", 17},
		{"auto-parts-note-33g.txt", "US note 33(g), subchapter III, chapter 99: parts of passenger vehicles and light trucks (heading 9903.94.05)." + rev6,
			"(g) Subject to a manufacturer's import adjustment offset", "enumerated in this subdivision:", "(h) Heading 9903.94.06 applies to", 130},
		{"wood-note-37b.txt", "US note 37(b), subchapter III, chapter 99: softwood timber and lumber (heading 9903.76.01)." + rev6,
			"(b) The rates of duty set forth in heading 9903.76.01", "listed in this subdivision:", "(c) Heading 9903.76.02 provides", 15},
		{"wood-note-37d.txt", "US note 37(d), subchapter III, chapter 99: upholstered wooden furniture (heading 9903.76.02)." + rev6,
			"(d) The rates of duty set forth in headings 9903.76.02", "following provisions of the HTSUS:", "(e) Except for as provided by 9903.76.04", 4},
		{"wood-note-37f.txt", "US note 37(f), subchapter III, chapter 99: provisions with kitchen cabinets, vanities and their parts (heading 9903.76.03)." + rev6,
			"(f) Except for as provided by 9903.76.04, the rates of duty", "listed in this subdivision:", "(g) Heading 9903.76.04 applies", 3},
		{"trucks-note-38b.txt", "US note 38(b), subchapter III, chapter 99: medium- and heavy-duty vehicles (heading 9903.74.01)." + rev6,
			"(b) The rate of duty set forth in heading 9903.74.01", "enumerated in this subdivision:", "(c) Heading 9903.74.02 applies", 25},
		{"trucks-note-38c.txt", "US note 38(c), subchapter III, chapter 99: buses and other vehicles of heading 8702 (heading 9903.74.02)." + rev6,
			"(c) Heading 9903.74.02 applies to buses", "in this subdivision:", "(d) Heading 9903.74.03 applies to", 10},
		{"truck-parts-note-38i.txt", "US note 38(i), subchapter III, chapter 99: parts of medium- and heavy-duty vehicles (heading 9903.74.08)." + rev6,
			"(i) The rates of duty set forth in heading 9903.74.08", "enumerated in this subdivision:", "(j) Heading 9903.74.09 applies", 182},
		{"semiconductors-note-39b.txt", "US note 39(b), subchapter III, chapter 99: provisions with semiconductor articles (heading 9903.79.01)." + rev6,
			`(b) For the purposes of this note, "semiconductor articles"`, "enumerated in this subdivision:", "To be included within the definition", 3},
	} {
		codes, err := enumerated(text, l.begin, l.list, l.end)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		if n := len(unique(codes)); n != l.want {
			return nil, fmt.Errorf("%s: %d codes, not %d", l.name, n, l.want)
		}
		if err := put(l.name, l.head, codes); err != nil {
			return nil, err
		}
	}

	// Pharmaceuticals: Annex I of Proclamation 11020, then the note as
	// replaced for entries from 29 September 2026.
	data, err := os.ReadFile(filepath.Join(sources, "notices", "federal_register_and_annexes", "Pharmaceuticals-Imports-ANNEXES-I-II-III-IV.txt"))
	if err != nil {
		return nil, err
	}
	july, err := enumerated(string(data), "The headings provided in subdivision (a) of this note and the defined terms", "following provisions of the HTSUS:", "For the purposes of this note:")
	if err != nil {
		return nil, fmt.Errorf("annex I of Proclamation 11020: %w", err)
	}
	if err := put("pharma-note-40c.txt", "US note 40(c), subchapter III, chapter 99: provisions with pharmaceutical articles (headings 9903.04.60 to 9903.04.69).\nThe White House, Annex I to Proclamation 11020, 2 April 2026.", july); err != nil {
		return nil, err
	}
	rows, err := readTable(filepath.Join(law, "latest", "note40_pharma_codes.csv"))
	if err != nil {
		return nil, err
	}
	first, later := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		if r["effective_from"] == "2026-07-31" {
			first[r["hts"]] = true
		} else {
			later[r["hts"]] = true
		}
	}
	if !sameCodes(july, keys(first)) {
		return nil, fmt.Errorf("note 40(c): the White House (%d codes) and HTS 2026 Revision 14 (%d) differ", len(july), len(first))
	}
	const rev20 = "\nUSITC, HTS 2026 Revision 20, 28 September 2026."
	if err := put("pharma-note-40c-struck-2026-09-29.txt", "Codes struck from US note 40(c), subchapter III, chapter 99, on 29 September 2026."+rev20, minus(first, later)); err != nil {
		return nil, err
	}
	if err := put("pharma-note-40c-added-2026-09-29.txt", "Codes added to US note 40(c), subchapter III, chapter 99, on 29 September 2026."+rev20, minus(later, first)); err != nil {
		return nil, err
	}

	// Unmanned aircraft: US note 43(c).
	rows, err = readTable(filepath.Join(law, "latest", "note43_drones_note41_quartz_codes.csv"))
	if err != nil {
		return nil, err
	}
	drones := map[string][]string{}
	for _, r := range rows {
		sub := r["note"]
		if sub == "43(c)(1)" && strings.HasPrefix(r["hts"], "85") {
			sub = "43(c)(1), chapter 85"
		}
		drones[sub] = append(drones[sub], r["hts"])
	}
	for _, l := range []struct{ name, note, words string }{
		{"drones-note-43c1.txt", "43(c)(1)", "unmanned aircraft over 25 kg (heading 9903.08.21)"},
		{"drones-note-43c1-docking.txt", "43(c)(1), chapter 85", "docking stations and their parts (heading 9903.08.21)"},
		{"drones-note-43c2.txt", "43(c)(2)", "parts of unmanned aircraft (heading 9903.08.21)"},
		{"drones-note-43c4.txt", "43(c)(4)", "unmanned aircraft of up to 25 kg (headings 9903.08.21 and 9903.08.22)"},
	} {
		if err := put(l.name, "US note "+l.note+", subchapter III, chapter 99: "+l.words+".\nUSITC, HTS 2026 Revision 18, 2 September 2026.", drones[l.note]); err != nil {
			return nil, err
		}
	}
	if !sameCodes(drones["43(c)(3)"], drones["43(c)(4)"]) {
		return nil, fmt.Errorf("note 43(c)(3) and (4) name different codes")
	}

	// Polysilicon: not in the schedule yet; the codes are unverified.
	rows, err = readTable(filepath.Join(law, "latest", "polysilicon_232_codes_unverified.csv"))
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, r := range rows {
		codes = append(codes, r["hts"])
	}
	return out, put("polysilicon-unverified.txt", "Wafers, cells and modules under clause (4) of the Proclamation of 6 August 2026 on polysilicon.\nThe White House, Annexes I and II, 6 August 2026, as read by others: the annexes are not held and the codes not verified.", codes)
}

// listedCode matches a code of four digits or more as the notes print it.
var listedCode = regexp.MustCompile(`\b\d{4}(?:\.\d\d(?:\.\d\d(?:\.?\d\d)?)?)?\b`)

// enumerated returns the codes a note lists: those between the words that
// introduce the list, the first after begin, and end.
func enumerated(text, begin, list, end string) ([]string, error) {
	_, text, ok := strings.Cut(text, begin)
	text, _, ok2 := strings.Cut(text, end)
	_, text, ok3 := strings.Cut(text, list)
	if !ok || !ok2 || !ok3 {
		return nil, fmt.Errorf("the list after %q not found", begin)
	}
	var codes []string
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "Harmonized Tariff Schedule") {
			continue // the head of a page names the year
		}
		for _, c := range listedCode.FindAllString(line, -1) {
			codes = append(codes, strings.ReplaceAll(c, ".", ""))
		}
	}
	return codes, nil
}

func keys(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	return out
}

func minus(a, b map[string]bool) []string {
	var out []string
	for k := range a {
		if !b[k] {
			out = append(out, k)
		}
	}
	return out
}
