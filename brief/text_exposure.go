package brief

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
)

// tight writes a range of amounts for a table: "24.9–25.6 bn".
func tight(lo, hi int64) string {
	if hi == 0 {
		return "–"
	}
	if a, b := amount(lo), amount(hi); a == b {
		return a
	}
	unit, name := int64(1000), " k"
	switch {
	case hi >= 950_000_000:
		unit, name = 1_000_000_000, " bn"
	case hi >= 950_000:
		unit, name = 1_000_000, " m"
	}
	digits := 1
	if hi >= 100*unit {
		digits = 0
	}
	a, b := decimal(lo, unit, digits), decimal(hi, unit, digits)
	switch {
	case lo == 0:
		return "0–" + b + name
	case a == b:
		return a + name
	case strings.Trim(a, "0.") == "":
		return amount(lo) + "–" + b + name
	}
	return a + "–" + b + name
}

// tightPct writes a range of rates for a table: "16.2–17.0 %".
func tightPct(lo, hi kanzei.Fraction) string {
	a, b := pct(lo), pct(hi)
	if a == b {
		return a + " %"
	}
	return a + "–" + b + " %"
}

// columnHead names a state in a table.
func columnHead(s *State) string {
	switch s.Name {
	case "before", "now":
		return dayShort(s.On)
	}
	return "from " + s.On.Format("2 Jan 06")
}

// exposure writes what the measures hit and take. Zero top lists what the
// document holds.
func (p *page) exposure(d *Document, top int) {
	x := d.Exposure
	if x == nil {
		return
	}
	p.section("What it hits and costs in a year")
	p.wrap(2, 2, fmt.Sprintf("US imports from %s in %d: %s. Static duty at the law of the day, in US dollars%s.", d.Country.Name, x.Year, usd(x.ValueUSD), refs(x.Refs)))
	states := pick(x, max(2, (p.width-30)/wide))
	if len(states) < len(x.States) {
		p.wrap(2, 2, p.dim(fmt.Sprintf("%d of %d days fit this width; --width, --json and --html have all.", len(states), len(x.States))))
	}
	name := p.width - 2 - wide*len(states)
	head := func(title string) {
		l := "  " + pad(title, name)
		for _, i := range states {
			l += left(columnHead(&x.States[i]), wide)
		}
		p.line("")
		p.line(p.bold(l))
	}
	row := func(title string, f func(i int) string) {
		l := "  " + pad(clip(title, name-1), name)
		if columns(title) > name-1 {
			p.wrap(2, 2, title)
			l = strings.Repeat(" ", 2+name)
		}
		for _, i := range states {
			l += left(f(i), wide)
		}
		p.line(l)
	}
	head("All imports")
	row("column 1 duty", func(i int) string { return tight(x.States[i].Totals.BaseUSD, x.States[i].Totals.BaseUSD) })
	row("additional duty", func(i int) string {
		return tight(x.States[i].Totals.AdditionalMinUSD, x.States[i].Totals.AdditionalMaxUSD)
	})
	row("  with "+x.Assumption, func(i int) string { return tight(x.States[i].AssumedMin, x.States[i].AssumedMax) })
	row("average added rate", func(i int) string {
		return tightPct(x.States[i].Totals.AdditionalMinPct, x.States[i].Totals.AdditionalMaxPct)
	})
	row("imports hit", func(i int) string { return tight(x.States[i].Totals.HitUSD, x.States[i].Totals.HitUSD) })

	head("By measure")
	for _, r := range x.Programs {
		row(plain(r.Name), func(i int) string { return tight(r.Cells[i].MinUSD, r.Cells[i].MaxUSD) })
		if moved(&r) {
			row("  with "+x.Assumption, func(i int) string { return tight(r.Cells[i].AssumedMin, r.Cells[i].AssumedMax) })
		}
	}
	p.byCode(x, "By chapter", x.Chapters, 0)
	p.byCode(x, "Most exposed products", x.Products, top)
	p.carried(x)
}

// wide is the width of a column of amounts.
const wide = 15

// pick chooses at most n states to show: the day itself and the last ones.
func pick(x *Exposure, n int) []int {
	var out []int
	for i := range x.States {
		out = append(out, i)
	}
	for len(out) > n {
		k := 0
		if x.States[out[0]].Name == "now" {
			k = 1
		}
		out = slices.Delete(out, k, k+1)
	}
	return out
}

// carried says how the codes of the year reach the day.
func (p *page) carried(x *Exposure) {
	for _, c := range x.Coverage {
		if x.States[0].Name != "now" && c.State != "now" {
			continue
		}
		p.line("")
		p.wrap(2, 2, p.dim(carriedWords(x, &c)))
		return
	}
}

// carriedWords says what became of the codes of the year.
func carriedWords(x *Exposure, c *Carried) string {
	return fmt.Sprintf("Codes of %d on %s: %s carried to one code, %s split equally among several, %s without successor, %s in chapters 98 and 99 (not rated); together %s.",
		x.Year, dayWords(c.On), usd(c.MappedUSD), usd(c.SplitUSD), usd(c.UnmappedUSD), usd(c.SpecialUSD), usd(c.TotalUSD))
}

// moved reports whether a row has a range that the assumption narrows.
func moved(r *Row) bool {
	for _, c := range r.Cells {
		if c.MinUSD != c.MaxUSD && (c.AssumedMin != c.MinUSD || c.AssumedMax != c.MaxUSD) {
			return true
		}
	}
	return false
}

// byCode lists chapters or products: imports, then duty in each state, or, on
// a narrow page, in the last state before and from the day on.
func (p *page) byCode(x *Exposure, title string, rows []Row, top int) {
	code := 4
	for _, r := range rows {
		code = max(code, len(r.Key)+2)
	}
	states := pick(x, max(2, (p.width-12-code-28)/wide))
	name := p.width - 2 - code - 10 - wide*len(states)
	l := "  " + pad(clip(title, code+name-1), code+name) + left("imports", 10)
	for _, i := range states {
		l += left(columnHead(&x.States[i]), wide)
	}
	p.line("")
	p.line(p.bold(l))
	for k, r := range rows {
		if top > 0 && k == top {
			break
		}
		names := fold(r.Name, name-1)
		if len(names) > 2 {
			names = append(names[:1], clip(strings.Join(names[1:], " "), name-1))
		}
		l := "  " + pad(r.Key, code) + pad(names[0], name) + left(amount(r.ValueUSD), 10)
		for _, i := range states {
			l += left(tight(r.Cells[i].MinUSD, r.Cells[i].MaxUSD), wide)
		}
		p.line(l)
		for _, n := range names[1:] {
			p.line(strings.Repeat(" ", 2+code) + n)
		}
	}
}

func pad(s string, n int) string  { return s + strings.Repeat(" ", max(0, n-columns(s))) }
func left(s string, n int) string { return strings.Repeat(" ", max(0, n-columns(s))) + s }

// clip cuts text to n columns.
func clip(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	r := []rune(s)
	return strings.TrimRight(string(r[:max(0, n-1)]), " ,;:") + "…"
}
