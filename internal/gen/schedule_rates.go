package main

import (
	"fmt"
	"sort"
	"strings"

	"kanzei"
	"kanzei/schedule"
)

// overlay returns a release with the rates of another day. Where the annual
// database gives one text on that day and another on the release's own day,
// the day's text replaces the release's; where it gives the same, the release
// stands, also against the database (the HTS is the legal text). Lines the
// database does not have on the day go; lines it has and the release lacks
// come from the nearest release, or from the database alone.
func (b *scheduleBuild) overlay(base string, day kanzei.Day) (*htsState, error) {
	ed := b.releases[base].clone()
	year, _, _ := day.Date()
	if year == 2020 {
		return b.overlay2020(ed, day), nil
	}
	ref := kanzei.Day(0)
	for _, f := range releaseFiles {
		if f.name == base {
			ref, _ = kanzei.ParseDay(f.ref)
		}
	}
	refYear, _, _ := ref.Date()
	now, then := b.annual[year], b.annual[refYear]
	if now == nil || then == nil {
		return nil, fmt.Errorf("no annual database for %d or %d", year, refYear)
	}
	var changed, gone, added int
	for _, h8 := range lines(ed) {
		a, okA := now.on(h8, day)
		t, okT := then.on(h8, ref)
		if !okA && okT {
			drop(ed, h8)
			gone++
			continue
		}
		if !okA || !okT {
			continue
		}
		if day == hs2022Eve && a.from == day {
			// the database dates the staged rates of 2022 here but still prints those of 2021
			if h, ok := b.releases["2022_rev_3"].ratedRow(h8); ok {
				a.special = b.tab.tupleText(b.releases["2022_rev_3"].rows[h].tuple)[1]
				t.special = b.tab.tupleText(ed.rows[mustRated(ed, h8)].tuple)[1]
			}
		}
		if b.replace(ed, h8, a, t, day) {
			changed++
		}
	}
	for _, h8 := range sortedLines(now) {
		a, ok := now.on(h8, day)
		if _, has := ed.ratedRow(h8); ok && !has {
			b.addLine(ed, h8, a, base, day)
			added++
		}
	}
	fmt.Fprintf(b.log, "schedule: %s on %s: %d lines with other rates, %d gone, %d added\n", base, day, changed, gone, added)
	return ed, nil
}

// hs2022Eve begins the weeks of 2022 under the nomenclature of 2017.
var hs2022Eve = kanzei.DayOf(2022, 1, 1)

func mustRated(ed *htsState, h8 kanzei.HTS) kanzei.HTS {
	h, _ := ed.ratedRow(h8)
	return h
}

// replace puts the columns that differ between two rows of the database into
// the rated row of a line.
func (b *scheduleBuild) replace(ed *htsState, h8 kanzei.HTS, now, then annualRow, day kanzei.Day) bool {
	h, ok := ed.ratedRow(h8)
	if !ok {
		return false
	}
	row := ed.rows[h]
	t := b.tab.tupleText(row.tuple)
	old := t
	if canon(now.general) != canon(then.general) {
		t[0] = now.general
	}
	if canon(now.special) != canon(then.special) {
		t[1] = withoutNAFTA(now.special, day)
	}
	if canon(now.other) != canon(then.other) {
		t[2] = now.other
	}
	if t == old {
		return false
	}
	row.tuple = b.tab.tuple(t[0], t[1], t[2], t[3])
	ed.rows[h] = row
	return true
}

// overlay2020 gives the second half of 2020, for which no database is held:
// the database of 2021 dates what it still shows. Where it is silent (staged
// rates that began again on 2021-01-01) the rates of Revision 10 stand, with
// the USMCA rates of 2021 added.
func (b *scheduleBuild) overlay2020(ed *htsState, day kanzei.Day) *htsState {
	later := b.releases["2021_rev_3"]
	db := b.annual[2021]
	ref, _ := kanzei.ParseDay("2021-03-15")
	changed := 0
	for _, h8 := range lines(ed) {
		h, ok := ed.ratedRow(h8)
		l, okL := later.ratedRow(h8)
		if !ok || !okL {
			continue
		}
		row := ed.rows[h]
		old := b.tab.tupleText(row.tuple)
		next := b.tab.tupleText(later.rows[l].tuple)
		t := old
		a, held := db.on(h8, day)
		end, _ := db.on(h8, ref)
		pick := func(col int, now, then string) {
			if canon(now) == canon(then) {
				t[col] = next[col]
			} else {
				t[col] = now
			}
		}
		if held {
			pick(0, a.general, end.general)
			pick(1, a.special, end.special)
			pick(2, a.other, end.other)
		} else {
			for _, s := range schedule.ParseSpecial(next[1]) {
				var us []string
				for _, p := range s.Programs {
					if p == "S" || p == "S+" {
						us = append(us, p)
					}
				}
				if us != nil {
					t[1] = strings.TrimSpace(t[1] + " " + s.Rate.Text + " (" + strings.Join(us, ",") + ")")
				}
			}
		}
		if canon(t[0]) == canon(old[0]) {
			t[0] = old[0]
		}
		if t != old {
			row.tuple = b.tab.tuple(t[0], t[1], t[2], t[3])
			ed.rows[h] = row
			changed++
		}
	}
	fmt.Fprintf(b.log, "schedule: 2020_rev_10 on %s: %d lines with other rates\n", day, changed)
	return ed
}

// addLine adds a line of the database that a release lacks.
func (b *scheduleBuild) addLine(ed *htsState, h8 kanzei.HTS, a annualRow, base string, day kanzei.Day) {
	at := 0
	for i, f := range releaseFiles {
		if f.name == base {
			at = i
		}
	}
	for d := 1; d < len(releaseFiles); d++ {
		for _, i := range []int{at + d, at - d} {
			if i < 0 || i >= len(releaseFiles) {
				continue
			}
			other := b.releases[releaseFiles[i].name]
			if h, ok := other.ratedRow(h8); ok {
				for _, c := range under(other, h8) {
					ed.rows[c] = other.rows[c]
				}
				row := ed.rows[h]
				t := b.tab.tupleText(row.tuple)
				row.tuple = b.tab.tuple(a.general, withoutNAFTA(a.special, day), a.other, t[3])
				ed.rows[h] = row
				fmt.Fprintf(b.log, "schedule: %s on %s from %s\n", h8, day, releaseFiles[i].name)
				return
			}
		}
	}
	path := append(append([]pathElem(nil), ed.path[h8.Parent(4)]...), pathElem{9, h8, a.brief})
	ed.rows[h8] = rowIDs{units: b.tab.unitList(a.units), node: b.tab.path(path),
		tuple: b.tab.tuple(a.general, withoutNAFTA(a.special, day), a.other, "")}
	fmt.Fprintf(b.log, "schedule: %s on %s from the database alone: %q\n", h8, day, a.brief)
}

// lines returns the rated lines of chapters 1 to 97 at eight digits, in order.
func lines(ed *htsState) []kanzei.HTS {
	seen := map[kanzei.HTS]bool{}
	var out []kanzei.HTS
	for h, r := range ed.rows {
		if h8 := h.Parent(8); r.tuple != 0 && h.Chapter() <= 97 && !seen[h8] {
			seen[h8] = true
			out = append(out, h8)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func sortedLines(db annualDB) []kanzei.HTS {
	out := make([]kanzei.HTS, 0, len(db))
	for h := range db {
		out = append(out, h)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// under returns the codes of an edition under a code, itself included, sorted.
func under(ed *htsState, p kanzei.HTS) []kanzei.HTS {
	var out []kanzei.HTS
	for h := range ed.rows {
		if p.Contains(h) {
			out = append(out, h)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func drop(ed *htsState, h8 kanzei.HTS) {
	for _, h := range under(ed, h8) {
		delete(ed.rows, h)
	}
}

// canon makes texts of rates comparable across sources: no spaces, lower case,
// programs in order.
func canon(s string) string {
	s = programs.ReplaceAllStringFunc(s, func(m string) string {
		list := strings.FieldsFunc(programs.FindStringSubmatch(m)[1], func(r rune) bool { return r == ',' || r == ' ' || r == '.' })
		sort.Strings(list)
		return "(" + strings.Join(list, ",") + ")"
	})
	return strings.ToLower(strings.ReplaceAll(s, " ", ""))
}

// withoutNAFTA drops the programs CA and MX from texts of the database from
// 2021-07-01, when the HTS had dropped them and the database had not.
func withoutNAFTA(s string, day kanzei.Day) string {
	if day < kanzei.DayOf(2021, 7, 1) {
		return s
	}
	s = programs.ReplaceAllStringFunc(s, func(m string) string {
		var keep []string
		for _, p := range strings.Split(programs.FindStringSubmatch(m)[1], ",") {
			if p = strings.TrimSpace(p); p != "CA" && p != "MX" {
				keep = append(keep, p)
			}
		}
		return " (" + strings.Join(keep, ",") + ") "
	})
	return strings.TrimSpace(s)
}
