package talks

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"kanzei/impact"
)

// A sheet collects lines of text.
type sheet struct {
	b      strings.Builder
	width  int
	colour bool
}

func newSheet(s impact.Style) *sheet {
	return &sheet{width: max(80, min(s.Width, 160)), colour: s.Colour}
}

func (p *sheet) line(format string, args ...any) {
	p.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.b.WriteByte('\n')
}

func (p *sheet) head(title string) {
	if title = strings.ToUpper(title); p.colour {
		title = "\x1b[1m" + title + "\x1b[0m"
	}
	p.line("%s", title)
}

// wrap writes text at most as wide as the sheet, further lines indented.
func (p *sheet) wrap(first, rest, text string) {
	line, fresh := first, true
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

func (p *sheet) notes(notes []string) {
	for _, n := range notes {
		p.wrap("  ", "  ", n+".")
	}
}

func (p *sheet) to(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

// change writes a number with its sign and about three digits.
func change(x float64) string {
	digits := 0
	if a := math.Abs(x); a > 0 && a < 100 {
		digits = min(4, max(0, 2-int(math.Floor(math.Log10(a)))))
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

// between writes a range, blank without draws.
func between(lo, hi *float64) string {
	if lo == nil || hi == nil {
		return ""
	}
	return change(*lo) + " to " + change(*hi)
}

// ranged writes a number and its range, if it has one.
func ranged(x float64, lo, hi *float64) string {
	if lo == nil {
		return change(x)
	}
	return change(x) + " (" + between(lo, hi) + ")"
}

// optional writes a number or a dash.
func optional(x *float64, format string) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf(format, *x)
}

// Text writes the clock. Values are million USD.
func (c *Clock) Text(w io.Writer, s impact.Style) error {
	p := newSheet(s)
	p.head("the clock")
	p.wrap("", "", fmt.Sprintf("If nobody acts, from %s on; real income a year against that day, million USD, closure %s:", c.On, c.Closure))
	shown := c.turns()
	for i, x := range c.Path {
		if !shown[i] {
			continue
		}
		what := strings.Join(x.What, "; ")
		if what == "" {
			what = "the law of the day"
		}
		p.wrap("  "+x.Date.String()+"  ", "              ", what+":")
		p.line("              asker %s, giver %s", ranged(x.AskerMUSD, x.AskerLo, x.AskerHi), ranged(x.GiverMUSD, x.GiverLo, x.GiverHi))
	}
	for i := range c.Deals {
		c.Deals[i].text(p, c, shown)
	}
	if e := c.Extension; e != nil {
		p.line("")
		p.wrap("", "", fmt.Sprintf("Prolonging the pause beyond %s, million USD a day, and of %d days:", e.From, e.Days))
		for _, r := range []struct {
			who string
			g   ExtensionGain
		}{{"for every origin", e.All}, {"for the asker alone", e.Ours}} {
			p.line("  %-19s  asker %s: %s", r.who, ranged(r.g.PerDayMUSD, r.g.Lo, r.g.Hi), change(r.g.MUSD))
			p.line("  %-19s  giver %s: %s", "", ranged(r.g.PerDayGiverMUSD, r.g.GiverLo, r.g.GiverHi), change(r.g.GiverMUSD))
		}
	}
	p.line("")
	p.notes(c.Notes)
	p.wrap("  ", "  ", worked(c.Closure, c.Draws, c.Residual, c.Iterations))
	return p.to(w)
}

func worked(closure string, draws int, residual float64, iterations int) string {
	s := fmt.Sprintf("Closure %s; every equilibrium converged: largest residual %.0e, most iterations %d.", closure, residual, iterations)
	if draws > 0 {
		s += fmt.Sprintf(" Ranges: 5th to 95th percentile of %d draws of the trade elasticities.", draws)
	}
	return s
}

// turns are the steps of the path that move real income of either side by a
// million USD or more.
func (c *Clock) turns() []bool {
	out := make([]bool, len(c.Path))
	last := PathStep{AskerMUSD: math.Inf(1)}
	for i, x := range c.Path {
		if out[i] = math.Abs(x.AskerMUSD-last.AskerMUSD) >= 1 || math.Abs(x.GiverMUSD-last.GiverMUSD) >= 1; out[i] {
			last = x
		}
	}
	return out
}

func (x *DealClock) text(p *sheet, c *Clock, shown []bool) {
	p.line("")
	p.wrap("", "", "Deal: "+x.Deal+". What a day of delay costs, and the deal's value if signed that day, million USD:")
	p.line("  %-10s %11s %11s %11s %11s %9s %9s", "signed on", "asker a day", "giver a day", "asker", "giver", "wait, %", "refund")
	for i, r := range x.Days {
		if !shown[i] {
			continue
		}
		p.line("  %-10s %11s %11s %11s %11s %9s %9.0f", r.Date, change(r.CostPerDayMUSD), change(r.CostPerDayGiverMUSD),
			change(r.ValueMUSD), change(r.ValueGiverMUSD), optional(r.ImprovePct, "%.1f"), r.RefundMUSD)
		if r.Lo != nil {
			p.line("  %-10s asker %s, giver %s", "", between(r.Lo, r.Hi), between(r.GiverLo, r.GiverHi))
		}
	}
	says := strings.ToUpper(x.Haste.Says[:1]) + x.Haste.Says[1:] + "."
	if x.Haste.MakesWaste {
		says += " Haste makes waste."
	}
	p.wrap("  ", "  ", says)
	for _, k := range x.Closures {
		p.wrap("  ", "  ", fmt.Sprintf("Closure %s: a day on %s costs the asker %s and the giver %s; value %s and %s; break-even %s percent a week.",
			k.Closure, c.On, change(k.CostPerDayMUSD), change(k.CostPerDayGiverMUSD), change(k.ValueMUSD), change(k.ValueGiverMUSD), optional(k.BreakEvenPct, "%.2f")))
	}
	p.wrap("  ", "  ", fmt.Sprintf("Wait: by how many percent the offer of that day must beat today's. Refund: to importers, if the deal reaches back to %s.", c.Retroactive))
}
