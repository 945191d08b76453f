package impact

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Text writes real income. Of one day: what economies named first have of every
// scenario, then the league table of all for each scenario and closure. Of many
// days: what those named first have, day by day.
func (s *Spread) Text(w io.Writer, first ...string) error {
	p := newPage(Style{})
	days := map[string]bool{}
	for i := range s.Scenarios {
		days[s.Scenarios[i].On] = true
	}
	what := fmt.Sprintf("Change of real income in percent, and a year in billion US dollars, at full adjustment; world %s.", s.World)
	switch {
	case s.Draws == 0:
		what += " No draws, so no ranges."
	case len(days) > 1:
		what += fmt.Sprintf(" Ranges over %d draws of the elasticities (seed %d) are in the summary: --json, --table.", s.Draws, s.Seed)
	default:
		what += fmt.Sprintf(" 90 %% ranges over %d draws of the elasticities (seed %d). Settled: points by which half of the draws move the ends of a range.", s.Draws, s.Seed)
	}
	if len(days) > 1 {
		what = strings.Replace(what, ", and a year in billion US dollars,", "", 1)
	} else {
		what += " Rank 1 loses most."
	}
	p.wrap("", "", what)
	for _, l := range s.Laws {
		p.wrap("", "  ", fmt.Sprintf("%s: %s.", l.Name, l.Title))
	}
	var closures []string
	for i := range s.Scenarios {
		if c := s.Scenarios[i].Closure; !slices.Contains(closures, c) {
			closures = append(closures, c)
			p.wrap("", "  ", fmt.Sprintf("Closure %s: %s.", c, closureWords[c]))
		}
	}
	if len(days) > 1 {
		s.days(p, first)
	} else {
		s.overview(p, first)
		for i := range s.Scenarios {
			s.Scenarios[i].league(p)
		}
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// head says what a row is.
func (r *SpreadRow) head() string {
	return fmt.Sprintf("%s against %s, on %s as known %s, closure %s", r.Scenario, r.Against, r.On, r.Known, r.Closure)
}

// overview sets the scenarios of a few economies side by side.
func (s *Spread) overview(p *page, first []string) {
	if len(s.Scenarios) < 2 {
		return
	}
	for _, iso := range first {
		e := s.Scenarios[0].Economy(iso)
		if e == nil {
			continue
		}
		fmt.Fprintf(&p.b, "\n%s: rank of %d, real income\n", e.Name, len(s.Scenarios[0].Economies))
		var names []string
		for i := range s.Scenarios {
			if name := s.Scenarios[i].asked(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			fmt.Fprintf(&p.b, "  %s\n", name)
			for i := range s.Scenarios {
				if r := &s.Scenarios[i]; r.asked() == name {
					x := r.Economy(iso)
					income := x.Figures[Figures[0]]
					value, within, steady := income.Words()
					p.line("    %-14s %4d %8s  %-19s %8s", r.Closure, x.Rank, value, within, steady)
				}
			}
		}
	}
}

// asked names the comparison, whatever the closure.
func (r *SpreadRow) asked() string {
	name := r.Scenario + " against " + r.Against
	if r.Known != r.On {
		name += ", known " + r.Known
	}
	return name
}

// league lists all economies.
func (r *SpreadRow) league(p *page) {
	fmt.Fprintf(&p.b, "\n%s\n", r.head())
	fmt.Fprintf(&p.b, "%d of %d economies lose", r.Lose, len(r.Economies))
	if r.LoseSurely != nil {
		fmt.Fprintf(&p.b, ", %d of them in 95 %% of the draws or more", *r.LoseSurely)
	}
	p.b.WriteByte('\n')
	if r.Settled != nil {
		fmt.Fprintf(&p.b, "half the draws move no end of a range by more than %s points (%s)\n", settled(r.Settled), r.SettledOf)
	}
	p.line("rank %-7s %-24s %8s  %-19s %8s %8s", "", "", "percent", pick(r.Settled, "90 % range"), "bn USD", pick(r.Settled, "settled"))
	for i := range r.Economies {
		e := &r.Economies[i]
		income, musd := e.Figures[Figures[0]], e.Figures[Figures[1]]
		value, within, steady := income.Words()
		ranks := ""
		if e.RankLo != nil {
			ranks = fmt.Sprintf("%d-%d", *e.RankLo, *e.RankHi)
		}
		p.line("%4d %-7s %-3s %-20s %8s  %-19s %8s %8s", e.Rank, ranks, e.ISO3, clip(e.Name, 20), value, within, musd.Billions(), steady)
	}
}

// days writes one line for each day on which something changed.
func (s *Spread) days(p *page, first []string) {
	type series struct{ scenario, against, closure string }
	var all []series
	var known []string // words for the day of knowledge, in columns
	for i := range s.Scenarios {
		r := &s.Scenarios[i]
		if x := (series{r.Scenario, r.Against, r.Closure}); !slices.Contains(all, x) {
			all = append(all, x)
		}
		if k := r.knownWord(); !slices.Contains(known, k) {
			known = append(known, k)
		}
	}
	for _, x := range all {
		fmt.Fprintf(&p.b, "\n%s against %s, closure %s: days on which a figure is not that of the\nline above; as known\n", x.scenario, x.against, x.closure)
		names, heads := fmt.Sprintf("%-10s", ""), fmt.Sprintf("%-10s", "on")
		for _, iso := range first {
			if s.Scenarios[0].Economy(iso) == nil {
				continue
			}
			names += fmt.Sprintf("  %-*s", 11*len(known)-2, iso)
			for _, k := range known {
				heads += fmt.Sprintf(" %10s", k)
			}
		}
		p.line("%s", names)
		p.line("%s", heads)
		last, held := "", 0
		for i := 0; i < len(s.Scenarios); {
			on := s.Scenarios[i].On
			figures := map[string]string{}
			for ; i < len(s.Scenarios) && s.Scenarios[i].On == on; i++ {
				r := &s.Scenarios[i]
				if (series{r.Scenario, r.Against, r.Closure}) != x {
					continue
				}
				for _, iso := range first {
					if e := r.Economy(iso); e != nil {
						figures[iso+r.knownWord()] = fixed(e.Figures[Figures[0]].Value)
					}
				}
			}
			row := ""
			for _, iso := range first {
				if s.Scenarios[0].Economy(iso) != nil {
					for _, k := range known {
						row += fmt.Sprintf(" %10s", figures[iso+k])
					}
				}
			}
			if row == last {
				held++
				continue
			}
			last = row
			p.line("%-10s%s", on, row)
		}
		if held > 0 {
			fmt.Fprintf(&p.b, "%s left out, on which nothing changed for these.\n", plural(held, "day"))
		}
	}
}

// knownWord is then, where the knowledge is that of the day.
func (r *SpreadRow) knownWord() string {
	if r.Known == r.On {
		return "then"
	}
	if r.Known == "latest" {
		return "now"
	}
	return r.Known
}

func fixed(x float64) string {
	if math.Abs(x) < 0.0005 {
		return "0.000"
	}
	return fmt.Sprintf("%+.3f", x)
}

func settled(d *float64) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%.4f", *d)
}

// pick is a word where there is a figure for it.
func pick(d *float64, word string) string {
	if d == nil {
		return ""
	}
	return word
}
