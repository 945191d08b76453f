package main

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// listsS301 writes the product lists of the section 301 duties on China: lists
// 1 to 4B as first published and as renumbered in 2022, the goods of the
// four-year review (US note 31), and the statistical numbers that exclusions
// name (US note 20).
func listsS301(sources string) (map[string][]byte, error) {
	law := filepath.Join(sources, "law")
	out := map[string][]byte{}
	put := func(name, head string, codes []string) error {
		data, err := codeList(head, "lists-s301", codes)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out["law/us/lists/"+name] = data
		return nil
	}

	text, err := readGzip(filepath.Join(law, "ch99", "chapter99_2026_rev_6.txt.gz"))
	if err != nil {
		return nil, err
	}
	jan2020, err := readTable(filepath.Join(law, "s301", "usitc_china_tariffs_2020BasicB_hts8_heading.csv"))
	if err != nil {
		return nil, err
	}
	notices, err := readGzipTable(filepath.Join(law, "history", "measures", "s301_lists_hts8_from_USTR_notices_mitsuoxv.csv.gz"))
	if err != nil {
		return nil, err
	}
	footnotes, err := readTable(filepath.Join(law, "s301", "hts_footnote_headings_hts8.csv"))
	if err != nil {
		return nil, err
	}

	for _, l := range []struct {
		list, heading, words, notice, public string
		begin, from, end                     string // where note 20 enumerates the list
		first                                int    // codes as first published, as far as held
	}{
		{"1", "9903.88.01", "list 1", "df_list_34b", "20 June 2018", "(b) Heading 9903.88.01 applies to all products of China", "U.S. Notes (con.)", "(c) For the purposes of heading 9903.88.02", 818},
		{"2", "9903.88.02", "list 2", "df_list_16b", "16 August 2018", "(d) Heading 9903.88.02 applies to all products of China", "read numbers from left to right.]", "(e) For the purposes of heading 9903.88.03", 279},
		{"3", "9903.88.03", "list 3", "df_list_200b", "21 and 28 September 2018", "(f) Heading 9903.88.03 applies to all products of China", "U.S. Notes (con.)", "(g) For the purposes of heading 9903.88.04", 5761},
		{"4a", "9903.88.15", "list 4A", "df_list_300b_a", "20 August 2019", "(s) Heading 9903.88.15 applies to:", "read from left to right]", "(ii) the following products of China:", 3229},
		{"4b", "9903.88.16", "list 4B", "df_list_300b_c", "20 August 2019", "(u) Heading 9903.88.16 applies to:", "in the following 8-digit subheadings:", "ii) the following products of China:", 542},
	} {
		// The table of January 2020 lacks codes that read as a date, such as
		// 8406.10.10; the notices have them, and the codes of 2018 since replaced.
		place := map[string]string{}
		first := map[string]bool{}
		for _, r := range jan2020 {
			place[r["hts8"]] += r["heading"]
			if r["heading"] == l.heading {
				first[r["hts8"]] = true
			}
		}
		for _, r := range notices {
			if c := r["hs8"]; r["list"] == l.notice && c < "98" && place[c] == "" {
				first[c] = true
			}
		}
		for c := range first {
			if below8[c] && !splitLater[c] {
				delete(first, c)
			}
		}
		if len(first) != l.first {
			return nil, fmt.Errorf("list %s as first published: %d codes, not %d", l.list, len(first), l.first)
		}
		head := fmt.Sprintf("Section 301, products of China, %s (heading %s), as first published and amended to January 2020.\nOffice of the United States Trade Representative, Federal Register of %s; USITC, table of tariffs on China, 1 January 2020.", l.words, l.heading, l.public)
		if err := put("s301-list-"+l.list+"-2018.txt", head, keys(first)); err != nil {
			return nil, err
		}

		codes, err := enumerated(text, l.begin, l.from, l.end)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", l.list, err)
		}
		now := map[string]bool{}
		for _, c := range codes {
			if len(c) == 8 && c < "98" {
				now[c] = true
			}
		}
		if l.list != "4b" { // 4B has no footnotes: it is suspended
			var foot []string
			for _, r := range footnotes {
				if c := r["hts8"]; r["heading"] == l.heading && !below8[c] {
					foot = append(foot, c)
				}
			}
			note := keys(now)
			if l.list == "4a" { // 0403.20.50 has no footnote
				foot = append(foot, "04032050")
			}
			if !sameCodes(note, foot) {
				return nil, fmt.Errorf("list %s: note 20 (%d codes) and the footnotes of the schedule (%d) differ: %v %v", l.list, len(note), len(foot), minus(now, set(foot)), minus(set(foot), now))
			}
		}
		if later := minus(now, first); len(later) > 0 {
			head := fmt.Sprintf("Section 301, products of China, %s (heading %s): numbers that came in with the tariff schedule of 27 January 2022 or later.\nUSITC, HTS 2026 Revision 6, 23 April 2026, US note 20, subchapter III, chapter 99.", l.words, l.heading)
			if err := put("s301-list-"+l.list+"-2022.txt", head, later); err != nil {
				return nil, err
			}
		}
	}

	// The four-year review.
	codes, err := enumerated(text, "(b) Heading 9903.91.01 applies to products of China", "rather than vertically.]", "(c) Heading 9903.91.02 applies")
	if err != nil {
		return nil, fmt.Errorf("note 31(b): %w", err)
	}
	var review []string
	for _, c := range unique(codes) {
		if len(c) == 8 {
			review = append(review, c)
		}
	}
	if len(review) != 348 {
		return nil, fmt.Errorf("note 31(b): %d codes, not 348", len(review))
	}
	if err := put("s301-note-31b.txt", "US note 31(b), subchapter III, chapter 99: goods of China of the four-year review (heading 9903.91.01).\nUSITC, HTS 2026 Revision 6, 23 April 2026.", review); err != nil {
		return nil, err
	}

	// Exclusions: by heading, the statistical numbers excluded whole and those
	// within which a description is excluded.
	items, err := readGzipTable(filepath.Join(law, "history", "measures", "s301_note20_exclusion_items.csv.gz"))
	if err != nil {
		return nil, err
	}
	whole, within := map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, r := range items {
		sub := r["note20_subdivision"]
		m := within
		if wholeNumber.MatchString(strings.TrimSpace(r["text"])) {
			m = whole
		}
		if m[sub] == nil {
			m[sub] = map[string]bool{}
		}
		for _, c := range strings.FieldsFunc(r["hts10"], func(r rune) bool { return r == ';' || r == ' ' }) {
			if c = strings.ReplaceAll(c, ".", ""); len(c) == 10 {
				m[sub][c] = true
			}
		}
	}
	for _, e := range exclusions {
		const rev6 = "\nUSITC, HTS 2026 Revision 6, 23 April 2026, US note 20(%s), subchapter III, chapter 99."
		number := strings.ReplaceAll(e.heading, ".", "")
		if c := keys(whole[e.sub]); len(c) > 0 {
			if err := put("s301-exclusion-"+number+"-whole.txt", fmt.Sprintf("Statistical numbers excluded as a whole from section 301 duties on China (heading %s)."+rev6, e.heading, e.sub), c); err != nil {
				return nil, err
			}
		}
		described := minus(within[e.sub], whole[e.sub])
		if len(described) > 0 {
			if err := put("s301-exclusion-"+number+"-described.txt", fmt.Sprintf("Statistical numbers within which described goods are excluded from section 301 duties on China (heading %s)."+rev6, e.heading, e.sub), described); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// below8 holds the subheadings that lists 3, 4A and 4B split by statistical
// number; the law names them in its own acts.
var below8 = set(strings.Fields("29319090 49019900 63079098 85076000 85176200 94016140 94016960 94017100 94017900 94018020 94018040 94018060 94037040 94037080"))

// splitLater holds those of them that list 4A held whole until 2024.
var splitLater = set([]string{"63079098", "85076000"})

// wholeNumber matches an exclusion that names a statistical number only.
var wholeNumber = regexp.MustCompile(`^\d{4}\.\d\d\.\d{4}[.;]?(?: (?:prior to|effective|before|on or after)\b.*)?$`)

// exclusions are the headings of US note 20 under which goods were excluded.
var exclusions = func() (list []struct{ heading, sub string }) {
	for _, s := range strings.Fields("05:h 06:i 07:j 08:k 10:m 11:n 12:o 13:p 14:q 17:v 18:w 19:x 20:y 33:ll 34:mm 35:nn 36:oo 37:pp 38:qq 39:rr 40:ss 41:tt 42:uu 43:vv 44:ww 45:xx 46:yy 47:zz 48:aaa 49:bbb 50:ccc 51:ddd 52:eee 53:fff 54:ggg 55:hhh 56:iii 57:jjj 58:kkk 59:lll 60:mmm 61:nnn 62:ooo 63:ppp 64:qqq 65:rrr 66:sss 67:ttt 68:uuu 69:vvv 70:www") {
		n, sub, _ := strings.Cut(s, ":")
		list = append(list, struct{ heading, sub string }{"9903.88." + n, sub})
	}
	return list
}()

func set(codes []string) map[string]bool {
	m := map[string]bool{}
	for _, c := range codes {
		m[c] = true
	}
	return m
}

// readGzipTable reads a compressed CSV file into rows by column name.
func readGzipTable(path string) ([]map[string]string, error) {
	text, err := readGzip(path)
	if err != nil {
		return nil, err
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
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
