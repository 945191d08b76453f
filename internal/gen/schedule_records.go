package main

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"kanzei"
)

// A record is one entry of a change record on a statistical number.
type record struct {
	code   kanzei.HTS
	action string // "Established", "Discontinued", "Deleted", "Annotated", …
	others []kanzei.HTS
	to     bool // others are where the trade goes; else where it came from
}

// A transfer is one old number whose trade a new number takes.
type transfer struct {
	old, new kanzei.HTS
	day      kanzei.Day
	source   string
}

type changeRecords struct {
	july2024 []record   // restated by the 2025 Basic record
	rev2     []record   // 2026-02-01
	rev11    []record   // 2026-07-01
	likeness []transfer // 2025-07-01, matched by designation
}

var (
	statCode   = regexp.MustCompile(`\d{4}\.\d{2}\.\d{4}\b`)
	recordLine = regexp.MustCompile(`^\s*(\d{4}\.\d{2}\.\d{4})\s{2,}(\S.*)$`)
	columns    = regexp.MustCompile(`\s{2,}`)
)

func readRecords(dir string) (*changeRecords, error) {
	c := &changeRecords{}
	texts, err := readTar(filepath.Join(dir, "hts", "usitc_change_records_text.tar.gz"))
	if err != nil {
		return nil, err
	}
	c.july2024 = append(c.july2024, textRecords(texts["cr_2025HTSBasic_change_record.txt"], "July 1, 2024")...)
	c.rev2 = textRecords(texts["cr_2026HTSRev2_change_record.txt"], "February 1, 2026")
	rows, col, err := readCSV(filepath.Join(dir, "metals_2025", "hts_change_records_2026_rev11_to_rev13.csv"))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		h, err := kanzei.ParseHTS(r[col["heading"]])
		if err != nil || h.Chapter() > 97 || r[col["effective"]] != "2026-07-01" {
			continue
		}
		c.rev11 = append(c.rev11, parseAction(h, r[col["action"]]))
	}
	rows, col, err = readCSV(filepath.Join(filepath.Dir(dir), "concordances", "hts_concordance.csv"))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		a, errA := kanzei.ParseHTS(r[col["old_hts10"]])
		b, errB := kanzei.ParseHTS(r[col["new_hts10"]])
		if errA != nil || errB != nil || r[col["revision_to"]] != "rev_16" || a.Parent(8) != b.Parent(8) || a == b {
			continue
		}
		c.likeness = append(c.likeness, transfer{a, b, kanzei.DayOf(2025, 7, 1), "matched by designation"})
	}
	return c, nil
}

// readTar returns the files of a gzipped tar by base name.
func readTar(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		out[filepath.Base(h.Name)] = string(b)
	}
}

// textRecords reads the entries on ten-digit numbers that take effect on the
// day, as the record writes it, from the text of a change record. The second
// column may run over lines.
func textRecords(text, day string) []record {
	var out []record
	code, action, effective := kanzei.HTS(0), "", ""
	flush := func() {
		if code != 0 && effective == day && code.Chapter() <= 97 {
			out = append(out, parseAction(code, action))
		}
		code = 0
	}
	for _, line := range strings.Split(text, "\n") {
		if m := recordLine.FindStringSubmatch(line); m != nil {
			flush()
			cols := columns.Split(strings.TrimSpace(m[2]), -1)
			code, action, effective = kanzei.MustHTS(m[1]), cols[0], ""
			if len(cols) > 1 {
				effective = cols[1]
			}
			continue
		}
		trimmed := strings.TrimSpace(line)
		if code != 0 && strings.HasPrefix(line, "               ") && statCode.MatchString(trimmed) {
			action += " " + columns.Split(trimmed, -1)[0]
			continue
		}
		if trimmed != "" {
			flush()
		}
	}
	flush()
	return out
}

func parseAction(h kanzei.HTS, action string) record {
	r := record{code: h, to: !strings.Contains(action, "from")}
	r.action, _, _ = strings.Cut(action, " ")
	if i := strings.IndexByte(action, '['); i >= 0 { // remarks of whoever copied the record
		action = action[:i]
	}
	for _, c := range statCode.FindAllString(action, -1) {
		if o, err := kanzei.ParseHTS(c); err == nil {
			r.others = append(r.others, o)
		}
	}
	return r
}

// apply2024 is 2024 Basic with the statistical changes of 1 July 2024: lines
// that changed take their numbers from 2025 Basic, unless they changed again
// in January 2025; rates stay those of 2024 Basic.
func (b *scheduleBuild) apply2024(c *changeRecords) *htsState {
	ed := b.releases["2024_basic"].clone()
	later := b.releases["2025_basic"]
	for _, r := range c.july2024 {
		h8 := r.code.Parent(8)
		switch r.action {
		case "Discontinued", "Annotated":
			if old, ok := ed.rows[r.code]; ok && old.tuple != 0 {
				b.moveRate(ed, r.code, h8)
			}
			delete(ed.rows, r.code)
		case "Established":
			row, ok := later.rows[r.code]
			if !ok {
				fmt.Fprintf(b.log, "schedule: %s, established 2024-07-01, is not in 2025 Basic\n", r.code)
				continue
			}
			row.tuple = 0
			if old, ok := ed.rows[r.code]; ok {
				row.tuple = old.tuple
			}
			if _, ok := ed.ratedRow(h8); !ok {
				fmt.Fprintf(b.log, "schedule: %s, established 2024-07-01, has no rated line\n", r.code)
			}
			ed.rows[r.code] = row
		}
	}
	return ed
}

// moveRate makes an eight-digit row of an unbroken ten-digit line that gets a
// statistical breakout. The designation is the line's.
func (b *scheduleBuild) moveRate(ed *htsState, from, h8 kanzei.HTS) {
	row := ed.rows[from]
	row.units = b.tab.unitList(nil)
	ed.rows[h8] = row
}

// textNotHeld stands for the designation of numbers whose edition is not held.
const textNotHeld = "[statistical number established 1 July 2026; its text is not held]"

// apply2026 is 2026 Revision 10 with the statistical changes of 1 July 2026.
// A new number inherits the rate of its line. Its text and units are not in
// the record: the units are those of the number it came from.
func (b *scheduleBuild) apply2026(c *changeRecords) *htsState {
	base := b.releases["2026_rev_10"]
	ed := base.clone()
	for _, r := range c.rev11 {
		if r.action == "Deleted" || r.action == "Discontinued" || r.action == "Annotated" {
			if old, ok := ed.rows[r.code]; !ok {
				fmt.Fprintf(b.log, "schedule: %s %s 2026-07-01 but not in Rev 10\n", r.code, r.action)
			} else if old.tuple != 0 {
				b.moveRate(ed, r.code, r.code.Parent(8))
			}
			delete(ed.rows, r.code)
		}
	}
	for _, r := range established(c.rev11) {
		h8 := r.code.Parent(8)
		up, ok := base.path[h8]
		if !ok {
			up = base.path[kanzei.HTSFromTen(h8.Ten(), 10)]
		}
		if _, ok := ed.ratedRow(h8); !ok || up == nil {
			fmt.Fprintf(b.log, "schedule: %s established 2026-07-01 without a rated line\n", r.code)
			continue
		}
		row := rowIDs{node: b.tab.path(append(append([]pathElem(nil), up...), pathElem{9, r.code, textNotHeld}))}
		for i, o := range r.others {
			old, ok := base.rows[o]
			if ok && i == 0 {
				row.units = old.units
			} else if !ok || old.units != row.units {
				row.units = b.tab.unitList(nil)
				break
			}
		}
		ed.rows[r.code] = row
	}
	return ed
}

// established lists the new numbers of a record, and those it names only as
// the goal of a transfer because the copy held has lost their own entry.
func established(list []record) []record {
	var out []record
	has := map[kanzei.HTS]bool{}
	for _, r := range list {
		if r.action == "Established" {
			out = append(out, r)
			has[r.code] = true
		}
	}
	for _, r := range list {
		for _, o := range r.others {
			if r.to && !has[o] && o.Parent(8) == r.code.Parent(8) {
				has[o] = true
				out = append(out, record{code: o, action: "Established", others: []kanzei.HTS{r.code}})
			}
		}
	}
	return out
}

// relations lists the transfers between numbers that the editions know.
func (b *scheduleBuild) relations(c *changeRecords, states []*htsState) []transfer {
	known := map[kanzei.HTS]bool{}
	for _, s := range states {
		for h := range s.rows {
			known[h] = true
		}
	}
	var out []transfer
	seen := map[transfer]bool{}
	add := func(t transfer) {
		if !known[t.old] || !known[t.new] {
			fmt.Fprintf(b.log, "schedule: transfer %s to %s names a number no edition has\n", t.old, t.new)
			return
		}
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	for _, set := range []struct {
		list   []record
		day    kanzei.Day
		source string
	}{{c.rev2, kanzei.DayOf(2026, 2, 1), "2026 Rev 2 change record"}, {c.rev11, kanzei.DayOf(2026, 7, 1), "2026 Rev 11 change record"}} {
		for _, r := range set.list {
			for _, o := range r.others {
				if r.to {
					add(transfer{r.code, o, set.day, set.source})
				} else {
					add(transfer{o, r.code, set.day, set.source})
				}
			}
		}
	}
	for _, t := range c.likeness {
		add(t)
	}
	sort.Slice(out, func(i, j int) bool {
		x, y := out[i], out[j]
		if x.day != y.day {
			return x.day < y.day
		}
		if x.old != y.old {
			return x.old < y.old
		}
		return x.new < y.new
	})
	return out
}
