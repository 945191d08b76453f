package main

import (
	"fmt"
	"path/filepath"

	"kanzei"
)

// A pathElem is one step of a designation: a superior text, or the row itself.
type pathElem struct {
	indent int
	code   kanzei.HTS // zero without a number
	text   string
}

// intern turns the rows of a full release, in print order, into an edition.
func (b *scheduleBuild) intern(rows []htsRow) *htsState {
	e := &htsState{rows: map[kanzei.HTS]rowIDs{}, path: map[kanzei.HTS][]pathElem{}}
	var stack []pathElem
	for _, r := range rows {
		stack = pop(stack, r.indent)
		stack = append(stack, pathElem{r.indent, r.code, r.text})
		if r.code != 0 {
			path := append([]pathElem(nil), stack...)
			e.path[r.code] = path
			e.rows[r.code] = b.row(r, path)
		}
	}
	return e
}

func pop(stack []pathElem, indent int) []pathElem {
	for len(stack) > 0 && stack[len(stack)-1].indent >= indent {
		stack = stack[:len(stack)-1]
	}
	return stack
}

// row interns a row. A row states a rate when one of its rate columns is not empty.
func (b *scheduleBuild) row(r htsRow, path []pathElem) rowIDs {
	ids := rowIDs{units: b.tab.unitList(r.units), node: b.tab.path(path), restored: r.lost}
	if r.general != "" || r.code.Chapter() > 97 && (r.special != "" || r.other != "") { // some lines of chapters 98 and 99 state a special rate only
		ids.tuple = b.tab.tuple(r.general, r.special, r.other, r.additional)
		if r.general == "" && r.code.Chapter() <= 97 {
			fmt.Fprintf(b.log, "schedule: %s has no general rate but %q, %q\n", r.code, r.special, r.other)
		}
	}
	return ids
}

// exports interns the 44 editions since 2025 Basic. The table of exports has
// dropped the superior texts without number; they are taken from the CSV
// release of 2025 Basic, or an older release, for a row that still stands
// under the same numbered texts, and for a new row when both its neighbours
// stand under the same one.
func (b *scheduleBuild) exports() error {
	rows, names, err := readHistory(b.dir)
	if err != nil {
		return err
	}
	full, err := readRelease(filepath.Join(b.dir, "mfn", "hts_2025_basic_edition.csv"))
	if err != nil {
		return err
	}
	known := []*htsState{b.intern(full)}
	for i := len(releaseFiles) - 1; i >= 0; i-- {
		known = append(known, b.releases[releaseFiles[i].name])
	}
	for k, name := range names {
		b.releases[name] = b.export(rows, k, known)
	}
	return nil
}

func (b *scheduleBuild) export(rows []historyRow, k int, known []*htsState) *htsState {
	e := &htsState{rows: map[kanzei.HTS]rowIDs{}, path: map[kanzei.HTS][]pathElem{}}
	var cur []htsRow
	texts := map[kanzei.HTS]pathElem{}
	for i, r := range rows { // sorted by code
		r.lost = r.to == k-1 && r.code.Chapter() <= 97 && !has(rows, i, k) && has(rows, i, k+1)
		if r.from <= k && k <= r.to || r.lost {
			cur = append(cur, r.htsRow)
			texts[r.code] = pathElem{r.indent, r.code, r.text}
		}
	}
	// paths an older full release still vouches for
	for _, r := range cur {
		for _, old := range known {
			if p := old.path[r.code]; same(p, texts) {
				e.path[r.code] = p
				break
			}
		}
	}
	var stack []pathElem
	for i, r := range cur {
		stack = pop(stack, r.indent)
		p := e.path[r.code]
		if p == nil {
			p = append(append([]pathElem(nil), stack...), pathElem{r.indent, r.code, r.text})
			p = b.fill(p, cur, i, e)
			e.path[r.code] = p
		}
		stack = append(stack, pathElem{r.indent, r.code, r.text})
		e.rows[r.code] = b.row(r, p)
	}
	return e
}

// has reports whether the code of row i is in edition k; the runs of a code
// are neighbours.
func has(rows []historyRow, i, k int) bool {
	code := rows[i].code
	for i > 0 && rows[i-1].code == code {
		i--
	}
	for ; i < len(rows) && rows[i].code == code; i++ {
		if rows[i].from <= k && k <= rows[i].to {
			return true
		}
	}
	return false
}

// same reports whether every numbered step of a path is in the edition as it was.
func same(p []pathElem, texts map[kanzei.HTS]pathElem) bool {
	if p == nil {
		return false
	}
	for _, e := range p {
		if e.code != 0 && texts[e.code] != e {
			return false
		}
	}
	return true
}

// fill adds to the path of row i the superior texts without number that the
// rows before and after it share.
func (b *scheduleBuild) fill(p []pathElem, cur []htsRow, i int, e *htsState) []pathElem {
	var prev, next []pathElem
	for j := i - 1; j >= 0 && cur[j].code.Parent(4) == cur[i].code.Parent(4); j-- {
		if cur[j].indent >= cur[i].indent {
			prev = e.path[cur[j].code]
			break
		}
	}
	for j := i + 1; j < len(cur) && cur[j].code.Parent(4) == cur[i].code.Parent(4); j++ {
		if q := e.path[cur[j].code]; q != nil && cur[j].indent >= cur[i].indent {
			next = q
			break
		}
	}
	have := map[int]bool{}
	for _, s := range p {
		have[s.indent] = true
	}
	var out []pathElem
	own := p[len(p)-1]
	for level := 0; level < own.indent; level++ {
		if have[level] {
			for _, s := range p {
				if s.indent == level {
					out = append(out, s)
				}
			}
			continue
		}
		a, okA := stepAt(prev, level)
		c, okC := stepAt(next, level)
		if okA && okC && a == c && a.code == 0 {
			out = append(out, a)
			continue
		}
		b.holes[own.code] = true
	}
	return append(out, own)
}

func stepAt(p []pathElem, level int) (pathElem, bool) {
	for _, s := range p {
		if s.indent == level {
			return s, true
		}
	}
	return pathElem{}, false
}
