package trade

import (
	"cmp"
	"maps"
	"slices"
)

// result orders what was summed and fills the rates. Products follow when all
// states are known.
func (t *tally) result() Result {
	r := t.r
	r.State, r.On, r.Known = t.state.Name, t.state.On, t.state.Known
	r.finish()
	r.Programs = make([]ProgramRow, 0, len(t.programs))
	for _, p := range t.programs {
		row := p.ProgramRow
		row.MinPct, row.MaxPct = average(row.MinUSD, r.ValueUSD), average(row.MaxUSD, r.ValueUSD)
		row.HitMin, row.HitMax = average(row.MinUSD, row.HitUSD), average(row.MaxUSD, row.HitUSD)
		for _, h := range p.headings {
			row.Headings = append(row.Headings, h.HeadingRow)
		}
		slices.SortFunc(row.Headings, func(a, b HeadingRow) int {
			return cmp.Or(cmp.Compare(b.MaxUSD, a.MaxUSD), cmp.Compare(a.Heading, b.Heading))
		})
		r.Programs = append(r.Programs, row)
	}
	slices.SortFunc(r.Programs, func(a, b ProgramRow) int {
		return cmp.Or(cmp.Compare(b.MaxUSD, a.MaxUSD), cmp.Compare(a.Program, b.Program))
	})
	r.Chapters = []ChapterRow{}
	for n, a := range t.chapters {
		if a.ValueUSD > 0 {
			a.finish()
			r.Chapters = append(r.Chapters, ChapterRow{n, a})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.sectors)) {
		a := *t.sectors[name]
		a.finish()
		r.Sectors = append(r.Sectors, SectorRow{name, a})
	}
	for note, v := range t.notes {
		r.Notes = append(r.Notes, NoteRow{note, v})
	}
	slices.SortFunc(r.Notes, func(a, b NoteRow) int {
		return cmp.Or(cmp.Compare(b.ValueUSD, a.ValueUSD), cmp.Compare(a.Note, b.Note))
	})
	return r
}

// pickProducts lists the same products in every state: those with the most
// additional duty in any state, then the most value. All states have the same
// products in the same order before.
func pickProducts(states []Result, all [][]ProductRow, top int) {
	if len(states) == 0 {
		return
	}
	n := len(all[0])
	most := make([]int64, n)
	order := make([]int, n)
	for i := range n {
		order[i] = i
		for _, rows := range all {
			most[i] = max(most[i], rows[i].AdditionalMaxUSD)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(most[j], most[i]), cmp.Compare(all[0][j].ValueUSD, all[0][i].ValueUSD), cmp.Compare(i, j))
	})
	if top < 0 || top > n {
		top = n
	}
	for s := range states {
		rows := all[s]
		states[s].Products = make([]ProductRow, top)
		for k, i := range order {
			if k < top {
				rows[i].finish()
				states[s].Products[k] = rows[i]
			} else {
				states[s].Others.add(rows[i].Amounts)
			}
		}
		states[s].Others.finish()
	}
}

// Program returns the row of a program, zero but for its name when no duty was
// counted.
func (r *Result) Program(name string) ProgramRow {
	for _, p := range r.Programs {
		if p.Program == name {
			return p
		}
	}
	return ProgramRow{Program: name}
}

// Chapter returns the amounts of a chapter.
func (r *Result) Chapter(n int) Amounts {
	i, ok := slices.BinarySearchFunc(r.Chapters, n, func(c ChapterRow, n int) int { return c.Chapter - n })
	if !ok {
		return Amounts{}
	}
	return r.Chapters[i].Amounts
}

// Range reports whether the additional duty hangs on facts not known.
func (a Amounts) Range() bool { return a.AdditionalMinUSD != a.AdditionalMaxUSD }
