package impact

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Style says how text is written: for how many columns (at least 80), and
// whether with the colours of a terminal.
type Style struct {
	Width  int
	Colour bool
	First  []string // economies listed first, by ISO code
	Top    int      // economies listed; 0: 15, all when they were named
}

// A page collects lines.
type page struct {
	b     strings.Builder
	width int
	on    bool
}

func newPage(s Style) *page {
	return &page{width: max(80, min(s.Width, 160)), on: s.Colour}
}

func (p *page) bold(s string) string {
	if !p.on {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

func (p *page) line(format string, args ...any) {
	p.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.b.WriteByte('\n')
}

func (p *page) section(title string) {
	p.line("")
	p.line("%s", p.bold(strings.ToUpper(title)))
}

// wrap writes text at most as wide as the page, further lines indented.
func (p *page) wrap(first, rest string, text string) {
	line := first
	fresh := true
	for _, word := range strings.Fields(text) {
		switch {
		case fresh:
			line += word
		case len([]rune(line))+1+len([]rune(word)) > p.width:
			p.line("%s", line)
			line = rest + word
		default:
			line += " " + word
		}
		fresh = false
	}
	p.line("%s", line)
}

// signed writes a change in percent with a sign, as many digits as matter.
func signed(x float64) string {
	if x == 0 {
		return "0"
	}
	digits := 2
	if a := math.Abs(x); a < 0.1 {
		digits = 3
	} else if a >= 10 {
		digits = 1
	}
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Trim(s, "-0.") == "" {
		return "0"
	}
	if x > 0 {
		s = "+" + s
	}
	return s
}

// span writes a range, blank without draws.
func span(lo, hi *float64) string {
	if lo == nil || hi == nil {
		return ""
	}
	return signed(*lo) + " to " + signed(*hi)
}

// bn writes million US dollars as billions.
func bn(musd float64) string {
	s := strconv.FormatFloat(musd/1000, 'f', 1, 64)
	if s == "-0.0" {
		s = "0.0"
	}
	return s
}

func signedBn(musd float64) string {
	if s := bn(musd); musd > 0 && s != "0.0" {
		return "+" + s
	}
	return bn(musd)
}

// clip shortens a name to n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// order puts the economies to list first: those named, then by the size of
// what they gain or lose.
func (r *Report) order(s Style) []*Economy {
	var out []*Economy
	rank := func(e *Economy) int {
		if i := slices.IndexFunc(s.First, func(c string) bool { return c == e.ISO2 || c == e.ISO3 }); i >= 0 {
			return i
		}
		return len(s.First)
	}
	for i := range r.Economies {
		out = append(out, &r.Economies[i])
	}
	slices.SortStableFunc(out, func(a, b *Economy) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(math.Abs(b.RealIncomeMUSD), math.Abs(a.RealIncomeMUSD)))
	})
	top := s.Top
	if top == 0 {
		top = 15
	}
	return out[:min(top, len(out))]
}

// other returns the value of an economy under another closure.
func (o *Other) other(iso3 string) *OtherValue {
	i := slices.IndexFunc(o.Economies, func(v OtherValue) bool { return v.ISO3 == iso3 })
	return &o.Economies[i]
}

// Text writes the report.
func (r *Report) Text(w io.Writer, s Style) error {
	p := newPage(s)
	r.head(p)
	r.table(p, s)
	r.figures(p, s)
	if len(r.Economies) > 0 && len(r.Economies[0].Sectors) > 0 {
		r.sectors(p, s)
	}
	r.carried(p)
	p.section("Read with care")
	for _, l := range r.Laws {
		for _, n := range l.Notes {
			p.wrap("  ", "  ", n+".")
		}
	}
	for _, n := range r.Notes {
		p.wrap("  ", "  ", n+".")
	}
	for _, n := range r.Bridge.Assumptions {
		p.wrap("  ", "  ", n+".")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (r *Report) head(p *page) {
	p.line("%s", p.bold("Impact: "+r.Scenario+" against "+r.Base))
	p.line("On %s, as known at the end of %s.", r.On, r.Known)
	p.wrap("", "  ", "Base: "+r.Laws[0].Title+".")
	p.wrap("", "  ", "Scenario: "+r.Laws[1].Title+".")
	p.wrap("", "  ", fmt.Sprintf("World %s; closure %s; residual %.0e after %d iterations.", r.World, r.Closure, r.Residual, r.Iterations))
}

// drawn says what the ranges are and how far they are settled.
func drawn(draws int, seed uint64, t *Settling) []string {
	if draws == 0 {
		return nil
	}
	out := []string{fmt.Sprintf("Ranges: 5th to 95th percentile of %d quasi-random draws of the trade elasticities (seed %d), from how far published estimates lie apart; each draw is used for every law and closure.", draws, seed)}
	if t != nil {
		out = append(out, fmt.Sprintf("With only the first %d draws an end of a range moves by %.0f %% of its width in the median, nine in ten by less than %.0f %%.", t.Half, 100*t.Median, 100*t.NineInTen))
	}
	return out
}

func (r *Report) drawn() []string { return drawn(r.Draws, r.Seed, r.Settling) }

// closureWords say what closures mean.
var closureWords = map[string]string{
	"fixed":        "each trade balance a fixed share of world value added",
	"balanced":     "trade first balanced at the base year's tariffs, then compared",
	"proportional": "each trade balance a fixed share of the economy's own value added",
}

func (r *Report) table(p *page, s Style) {
	p.section("Real income and trade, change in percent")
	name := p.width - 62
	head := fmt.Sprintf("  %-*s %7s %17s", name, "", "income", "90 % range")
	for _, o := range r.Others {
		head += fmt.Sprintf(" %8s", clip(o.Closure, 8))
	}
	wide := len(r.Others) == 0
	if wide {
		head += fmt.Sprintf(" %8s %8s", "bn USD", "prices")
	}
	head += fmt.Sprintf(" %7s %7s", "exports", "imports")
	p.line("%s", head)
	for _, e := range r.order(s) {
		row := fmt.Sprintf("  %-*s %7s %17s", name, clip(e.Name, name), signed(e.RealIncomePct), span(e.Lo, e.Hi))
		for i := range r.Others {
			row += fmt.Sprintf(" %8s", signed(r.Others[i].other(e.ISO3).RealIncomePct))
		}
		if wide {
			row += fmt.Sprintf(" %8s %8s", signedBn(e.RealIncomeMUSD), signed(e.PricesPct))
		}
		row += fmt.Sprintf(" %7s %7s", signed(e.ExportsPct), signed(e.ImportsPct))
		p.line("%s", row)
	}
	p.wrap("  ", "  ", fmt.Sprintf("Closure %s: %s.", r.Closure, closureWords[r.Closure]))
	for _, o := range r.Others {
		p.wrap("  ", "  ", fmt.Sprintf("Closure %s: %s; real income.", o.Closure, closureWords[o.Closure]))
	}
	for _, l := range r.drawn() {
		p.wrap("  ", "  ", l)
	}
	for i := range r.Economies {
		if e := &r.Economies[i]; e.ISO3 == "USA" {
			p.wrap("  ", "  ", fmt.Sprintf("Tariff revenue of the United States: %s bn USD a year, %s before.", bn(e.RevenueMUSD), bn(e.RevenueBaseMUSD)))
		}
	}
}

// figures lists what else moves in the first economies, with ranges.
func (r *Report) figures(p *page, s Style) {
	if r.Draws == 0 || len(r.Economies) == 0 {
		return
	}
	list := r.order(s)
	list = list[:min(2, len(list))]
	p.section("Trade, prices and revenue, with 90 % ranges")
	cell := func(f field) string {
		return fmt.Sprintf("%9s %16s", f.Text, strings.ReplaceAll(f.Under, " to ", "…"))
	}
	line := func(name string, f func(e *Economy) field) {
		t := fmt.Sprintf("  %-22s", name)
		for _, e := range list {
			t += " " + cell(f(e))
		}
		p.line("%s", t)
	}
	line("", func(e *Economy) field { return field{Under: clip(e.Name, 16)} })
	line("real income, bn USD", func(e *Economy) field { return billions(e.RealIncomeMUSD, e.ranges().musd, signedBn) })
	line("exports, %", func(e *Economy) field { return ranged(e.ExportsPct, e.ranges().exports) })
	line("imports, %", func(e *Economy) field { return ranged(e.ImportsPct, e.ranges().imports) })
	line("terms of trade, %", func(e *Economy) field { return ranged(e.TermsOfTradePct, e.ranges().terms) })
	line("consumer prices, %", func(e *Economy) field { return ranged(e.PricesPct, e.ranges().prices) })
	line("tariff revenue, bn USD", func(e *Economy) field { return billions(e.RevenueMUSD, e.ranges().revenue, bn) })
	line("  before", func(e *Economy) field { return billions(e.RevenueBaseMUSD, e.ranges().before, bn) })
	p.wrap("  ", "  ", "Prices relative to world value added, the numeraire. All economies: --json, --csv, --html.")
}

// sectors lists what moves most in the first economies.
func (r *Report) sectors(p *page, s Style) {
	for k, e := range r.order(s) {
		if k >= max(3, len(s.First)) {
			break
		}
		p.section("Sectors of " + e.Name + ", change in percent")
		name, extra := p.width-50, ""
		if r.Draws > 0 && p.width >= 100 {
			name, extra = name-19, fmt.Sprintf(" %18s", "90 % range")
		}
		p.line("  %-*s %8s%s %8s %8s %9s %8s", name, "", "output", extra, "jobs", "prices", "US duty", "to US")
		for _, x := range e.Sectors {
			duty, to := "", ""
			if x.USRatePct != nil {
				if d := *x.USRatePct - *x.USRateBasePct; d > 0 {
					duty = fmt.Sprintf("+%.1f", d)
				} else {
					duty = fmt.Sprintf("%.1f", d)
				}
			}
			if x.ExportsToUSPct != nil {
				to = signed(*x.ExportsToUSPct)
			}
			if extra != "" {
				extra = fmt.Sprintf(" %18s", span(&x.Ranges.OutputPct[0], &x.Ranges.OutputPct[1]))
			}
			p.line("  %-*s %8s%s %8s %8s %9s %8s", name, clip(x.Code+" "+x.Name, name), signed(x.OutputPct), extra, signed(x.EmploymentPct), signed(x.PricePct), duty, to)
		}
	}
	p.wrap("  ", "  ", "Output in volume; US duty: change of the average rate, points; to US: exports to the United States before duty.")
}

func (r *Report) carried(p *page) {
	b := &r.Bridge
	p.section("From law to tariffs")
	without := ""
	if b.Unmapped.EconomyUSD > 0 {
		without = fmt.Sprintf(", partners without an account %s bn", bn(b.Unmapped.EconomyUSD/1e6))
	}
	p.wrap("  ", "  ", fmt.Sprintf("US imports of %d: %s bn USD; %s bn reach a sector (chapters 98 and 99 %s bn, goods no goods sector makes %s bn%s do not).",
		b.Year, bn(b.ValueUSD/1e6), bn(b.MappedUSD/1e6), bn(b.Unmapped.SpecialUSD/1e6), bn((b.Unmapped.ServicesUSD+b.Unmapped.ChapterUSD)/1e6), without))
	p.wrap("  ", "  ", fmt.Sprintf("Average duty on them: %.1f %% in the base, %.1f %% in the scenario (%.1f to %.1f with facts not known, on %s bn).",
		b.RateBasePct, b.RatePct, b.RateLowPct, b.RateHighPct, bn(b.RangeUSD/1e6)))
	text := fmt.Sprintf("Lost in aggregation: within a cell of sector and economy rates lie %.1f points around the average (standard deviation, weighed by value)", b.SpreadPct)
	var most []string
	for _, c := range b.Widest[:min(3, len(b.Widest))] {
		most = append(most, fmt.Sprintf("%s %s %.0f ± %.0f %%", c.ISO3, c.Sector, c.RatePct, c.SpreadPct))
	}
	if len(most) > 0 {
		text += "; most in " + strings.Join(most, ", ")
	}
	p.wrap("  ", "  ", text+fmt.Sprintf(". No duty could be computed on %s bn; none is counted.", bn(b.UnsupportedUSD/1e6)))
}

// CSV writes one row an economy.
func (r *Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write(append([]string{"base", "scenario", "on", "known", "world", "closure", "iso2", "iso3", "name", "real_income_pct", "lo", "hi", "real_income_musd", "exports_pct", "imports_pct",
		"terms_of_trade_pct", "prices_pct", "tariff_revenue_musd", "tariff_revenue_base_musd", "us_rate_base_pct", "us_rate_pct"}, rangeColumns...))
	for i := range r.Economies {
		e := &r.Economies[i]
		c.Write(append([]string{r.Base, r.Scenario, r.On, r.Known, r.World, r.Closure, e.ISO2, e.ISO3, e.Name, num(e.RealIncomePct), numAt(e.Lo), numAt(e.Hi), num(e.RealIncomeMUSD), num(e.ExportsPct), num(e.ImportsPct),
			num(e.TermsOfTradePct), num(e.PricesPct), num(e.RevenueMUSD), num(e.RevenueBaseMUSD), numAt(e.USRateBasePct), numAt(e.USRatePct)}, e.rangeFields()...))
	}
	for i := range r.Others {
		o := &r.Others[i]
		for k := range o.Economies {
			v := &o.Economies[k]
			c.Write(append([]string{r.Base, r.Scenario, r.On, r.Known, r.World, o.Closure, v.ISO2, v.ISO3, r.Economies[k].Name, num(v.RealIncomePct), numAt(v.Lo), numAt(v.Hi), "", "", "", "", "", "", "", "", ""}, (&Economy{}).rangeFields()...))
		}
	}
	c.Flush()
	return c.Error()
}

// rangeColumns are the columns of ranges other than that of real income.
var rangeColumns = []string{"real_income_musd_lo", "real_income_musd_hi", "exports_pct_lo", "exports_pct_hi", "imports_pct_lo", "imports_pct_hi",
	"terms_of_trade_pct_lo", "terms_of_trade_pct_hi", "prices_pct_lo", "prices_pct_hi", "tariff_revenue_musd_lo", "tariff_revenue_musd_hi"}

func (e *Economy) rangeFields() []string {
	out := make([]string, len(rangeColumns))
	x := e.ranges()
	for i, r := range []*Range{x.musd, x.exports, x.imports, x.terms, x.prices, x.revenue} {
		if r != nil {
			out[2*i], out[2*i+1] = num(r[0]), num(r[1])
		}
	}
	return out
}

func num(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func numAt(x *float64) string {
	if x == nil {
		return ""
	}
	return num(*x)
}
