package talks

import (
	"fmt"
	"io"
	"strings"

	"kanzei/impact"
)

// Text writes the retaliation.
func (r *Retaliation) Text(w io.Writer, s impact.Style) error {
	p := newSheet(s)
	p.head("retaliation")
	p.wrap("", "", "Real income against the law of the day, percent, and average duties on each other's goods:")
	p.line("  %-18s %7s %7s %19s %19s", "", "asker's", "giver's", "asker", "giver")
	p.line("  %-18s %7s %7s %19s %19s", "", "duty", "duty", "gains", "gains")
	for _, m := range r.Moves {
		p.line("  %-18s %7.1f %7.1f %19s %19s", m.ID, m.AskerRatePct, m.GiverRatePct, change(m.GainAskerPct), change(m.GainGiverPct))
		if m.Lo != nil {
			p.line("  %-18s %7s %7s %19s %19s", "", "", "", between(m.Lo, m.Hi), between(m.GiverLo, m.GiverHi))
		}
	}
	for _, m := range r.Moves {
		text := m.ID + ": " + m.What
		if m.AskerAddPct != nil && m.Solves > 0 {
			text += fmt.Sprintf(", %.1f points more by the asker", *m.AskerAddPct)
		}
		if m.GiverAddPct != nil {
			text += fmt.Sprintf(", %.1f points over column 1 by the giver", *m.GiverAddPct)
		}
		if m.Solves > 0 {
			text += fmt.Sprintf(" (slope left %.0e", m.Slope)
			if m.Rounds > 0 {
				text += fmt.Sprintf(", %d rounds", m.Rounds)
			}
			text += ")"
		}
		p.wrap("  ", "    ", text+".")
	}
	p.line("")
	p.wrap("", "", "Whether it holds, by closure: at the world's own elasticities, in how many draws, and the figure in percent of the asker's income:")
	for i := 0; i < len(r.Claims); {
		id := r.Claims[i].ID
		text := r.Claims[i].Says + ":"
		for ; i < len(r.Claims) && r.Claims[i].ID == id; i++ {
			text += r.Claims[i].words()
		}
		p.wrap("  ", "    ", strings.TrimSuffix(text, ";")+".")
	}
	if len(r.Published) > 0 {
		p.line("")
		p.wrap("", "", "Beside "+r.Published[0].Source+":")
		for _, x := range r.Published {
			verdict := "differs"
			if x.Agrees {
				verdict = "agrees"
			}
			p.wrap("  ", "    ", fmt.Sprintf("%s. Here: %s (%s).", x.Finds, x.Here, verdict))
		}
		p.wrap("  ", "  ", r.Why)
	}
	p.line("")
	p.notes(r.Notes)
	p.wrap("  ", "  ", worked(r.Closure, r.Draws, r.Residual, r.Iterations))
	return p.to(w)
}

// words are a claim's verdict under its closure.
func (c *Claim) words() string {
	verdict := "no"
	if c.Holds {
		verdict = "yes"
	}
	if c.TrueIn != nil {
		verdict += fmt.Sprintf(", %.0f %%", 100**c.TrueIn)
	}
	return fmt.Sprintf(" %s %s (%s);", c.Closure, verdict, change(c.CentralPct))
}
