package talks

import (
	"fmt"
	"io"
	"strings"

	"kanzei/impact"
)

var kindWords = map[string]string{"in force": "an agreement is in force", "negotiated": "under negotiation", "none": "no agreement"}

// WriteCoalitions writes blocs as text.
func WriteCoalitions(w io.Writer, s impact.Style, list []Coalition) error {
	p := newSheet(s)
	p.head("coalitions")
	p.wrap("", "", "No duties on goods among the members, all others' as they are; real income against the law of the day:")
	seen := map[string]bool{}
	var notes []string
	for i := range list {
		p.line("")
		list[i].text(p)
		for _, n := range list[i].Notes {
			if !seen[n] {
				seen[n] = true
				notes = append(notes, n)
			}
		}
	}
	p.line("")
	p.notes(notes)
	residual, iterations := 0.0, 0
	for _, c := range list {
		residual, iterations = max(residual, c.Residual), max(iterations, c.Iterations)
	}
	if len(list) > 0 {
		p.wrap("  ", "  ", worked(list[0].Closure, list[0].Draws, residual, iterations))
	}
	return p.to(w)
}

func (c *Coalition) text(p *sheet) {
	p.wrap("", "  ", fmt.Sprintf("%s: %s (%s). Duties among them average %.2f %%.", c.Name, c.Title, kindWords[c.Kind], c.DutyPct))
	row := func(name string, a, b, c, d, e string) {
		r := []rune(name)
		p.line("  %-18s %8s %18s %9s %9s %11s", string(r[:min(18, len(r))]), a, b, c, d, e)
	}
	row("", "percent", "range", "mn USD", "leaving", "Shapley")
	for _, m := range c.Values {
		shapley := change(m.ShapleyMUSD)
		if m.ShapleyError != nil {
			shapley += fmt.Sprintf("±%.0f", *m.ShapleyError)
		}
		row(m.Name, change(m.GainPct), between(m.Lo, m.Hi), change(m.GainMUSD), change(m.LeaveMUSD), shapley)
	}
	row("members together", "", "", change(c.TotalMUSD), "", "")
	row("the giver", change(c.GiverPct), between(c.GiverLo, c.GiverHi), change(c.GiverMUSD), "", "")
	row("all others", "", "", change(c.OthersMUSD), "", "")
	st := &c.Stability
	var says []string
	if st.Internal {
		says = append(says, "no member gains by leaving")
	} else {
		says = append(says, "would gain by leaving: "+strings.Join(st.Leavers, ", "))
	}
	switch {
	case len(st.Breakaway) > 1:
		says = append(says, "would do better as a bloc of their own: "+strings.Join(st.Breakaway, ", "))
	case st.Enumerated && len(st.Breakaway) == 0:
		says = append(says, "no group of members does better on its own")
	}
	if st.CoreAsIs != nil && !*st.CoreAsIs && *st.CoreShapley {
		says = append(says, fmt.Sprintf("as gains fall, %s together lack %.0f million USD against a bloc of their own; divided by Shapley value no group lacks anything", strings.Join(st.Objectors, ", "), *st.ObjectionMUSD))
	}
	if len(st.Joiners) > 0 {
		says = append(says, "would gain by joining, no member losing: "+strings.Join(st.Joiners, ", "))
	} else {
		says = append(says, "no outsider would gain by joining without a member losing")
	}
	p.wrap("  ", "  ", "Stability: "+strings.Join(says, "; ")+".")
	if j := c.Retaliation; j != nil {
		p.wrap("  ", "  ", fmt.Sprintf("Joint retaliation, %.4g points on all goods of the giver: it loses %s percent, %s if one retaliates alone, %s if it answers each point for point; best for the members together: %.1f points, %s million USD.",
			j.RatePct, change(j.GiverJoint), change(j.GiverAlone), change(j.GiverAnswer), j.BestRatePct, change(j.BestMUSD)))
	}
	if a := c.JointAsk; a != nil {
		p.wrap("  ", "  ", fmt.Sprintf("Relief from all measures, million USD: for the asker alone it brings the asker %s and the giver %s; for all members the asker %s and the giver %s.",
			change(a.AskerAloneMUSD), change(a.GiverAloneMUSD), change(a.AskerJointMUSD), change(a.GiverJointMUSD)))
	}
	s := &c.WalkAway
	p.wrap("  ", "  ", fmt.Sprintf("Walking away is worth %s million USD a year more to the asker with the bloc, %s to the giver. Surplus of the deal (%s) over walking away: asker %s, giver %s; if the bloc is what the asker walks away to: asker %s, giver %s.",
		change(s.AskerMUSD), change(s.GiverMUSD), s.Deal, change(s.SurplusAsker), change(s.SurplusGiver), change(s.InsteadAsker), change(s.InsteadGiver)))
	for _, k := range c.Closures {
		p.wrap("  ", "  ", fmt.Sprintf("Closure %s: asker %s percent, giver %s, members together %s million USD.", k.Closure, change(k.AskerPct), change(k.GiverPct), change(k.TotalMUSD)))
	}
	p.wrap("  ", "  ", "Source of membership: "+c.Source+".")
}
