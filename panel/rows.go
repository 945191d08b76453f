package panel

import (
	"iter"
	"slices"

	"kanzei"
)

// A Row is a cell with the days on which a code pays it for an origin. Days
// next to each other with the same cell are one row.
type Row struct {
	HTS         kanzei.HTS
	Origin      kanzei.Origin
	From, Until kanzei.Day // the days [From, Until)
	Cell        *Cell
	Shared      CellID // of Cell, where rows share it; 0 for one of its own
}

// A CellID numbers the cells that rows share, from one.
type CellID uint32

// Cells returns the number of cells that rows share.
func (p *Panel) Cells() int { return len(p.cells) }

// Rows yields all rows of some origins in the order of codes, origins and days;
// all origins when none is named. A row's cell is valid until the next row.
func (p *Panel) Rows(origins ...kanzei.Origin) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for i := range p.codes {
			for r := range p.RowsOf(i, origins...) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// RowsOf is Rows for the code at a place of Codes.
func (p *Panel) RowsOf(code int, origins ...kanzei.Origin) iter.Seq[*Row] {
	var places []int
	for i, o := range p.origins {
		if len(origins) == 0 || slices.Contains(origins, o) {
			places = append(places, i)
		}
	}
	return func(yield func(*Row) bool) {
		// Stretches next to each other in which the code is of one kind.
		type spell struct {
			kind        *kind
			stretch     int
			from, until kanzei.Day
		}
		var spells []spell
		for s := range p.stretches {
			x := &p.stretches[s]
			id := p.kindOf[s][code]
			if id == 0 {
				continue
			}
			k := &p.kinds[id-1]
			if n := len(spells); n > 0 && spells[n-1].kind == k && spells[n-1].until == x.from && (k.claimed == nil || p.stretches[spells[n-1].stretch].period == x.period) {
				spells[n-1].until = x.until
				continue
			}
			spells = append(spells, spell{k, s, x.from, x.until})
		}
		var row Row
		var mixed Cell
		for _, at := range places {
			var last, now reading
			open := false
			give := func() bool {
				row.HTS, row.Origin = p.codes[code], p.origins[at]
				if last.share == 0 {
					row.Shared, row.Cell = CellID(last.goods+1), &p.cells[last.goods]
				} else {
					mixed = blend(&p.cells[last.goods], &p.cells[last.claimed], last.share)
					row.Shared, row.Cell = 0, &mixed
				}
				return yield(&row)
			}
			for i := range spells {
				x := &spells[i]
				now = p.at(x.kind, x.stretch, code, at)
				now.goods = p.same[now.goods]
				if now.share != 0 {
					now.claimed = p.same[now.claimed]
				}
				if open && now == last && row.Until == x.from {
					row.Until = x.until
					continue
				}
				if open && !give() {
					return
				}
				row.From, row.Until, last, open = x.from, x.until, now, true
			}
			if open && !give() {
				return
			}
		}
	}
}
