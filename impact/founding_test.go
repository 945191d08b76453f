package impact

import (
	"strings"
	"testing"
)

// The table of all economies is ordered by dollars: where they fit they are
// shown, else the sentence says which width shows them.
func TestFoundingDollars(t *testing.T) {
	row := func(letter string, a, b float64) CaseRow {
		return CaseRow{Letter: letter, Results: []CaseResult{{Closure: "fixed", Economies: []Economy{
			{ISO3: "JPN", Name: "Japan", RealIncomePct: 0.1, RealIncomeMUSD: a}, {ISO3: "USA", Name: "US", RealIncomePct: -0.01, RealIncomeMUSD: b}}}}}
	}
	c := &Case{Closures: []string{"fixed"}, Rows: []CaseRow{row("a", 1200, -300), row("b", -100, -5400), row("a+b", 0, 0), row("c", 0, 0), row("d", 0, 0)}}
	c.Rows[3].Scenario = "remove:all:JP"
	for _, x := range []struct {
		width int
		says  []string
	}{
		{80, []string{"--width 88 shows it"}},
		{88, []string{"most, bn $", "-5.4\n  Japan", "+1.2\n", "the last column"}},
	} {
		p := newPage(Style{Width: x.width})
		c.tableOthers(p)
		text := p.b.String()
		for _, w := range x.says {
			if !strings.Contains(text, w) && !strings.Contains(strings.Join(strings.Fields(text), " "), w) {
				t.Errorf("width %d: no %q in\n%s", x.width, w, text)
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if len(line) > x.width {
				t.Errorf("width %d: %q", x.width, line)
			}
		}
	}
}
