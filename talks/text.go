package talks

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"kanzei/impact"
)

// Text writes the report for a person. Values are million US dollars a year.
func (r *Report) Text(w io.Writer, s impact.Style) error {
	p := newSheet(s)
	p.head("talks: " + r.Asker.Name + " asks, " + r.Giver.Name + " gives")
	p.wrap("", "", fmt.Sprintf("On %s, as known at the end of %s. World %s; closure %s; largest residual %.0e.", r.On, r.Known, r.World, r.Closures[0], r.Residual))
	p.wrap("", "", "Gains are real income, million USD a year, percent of all income beside.")
	p.line("")
	p.head("in short")
	for _, s := range r.InShort {
		p.wrap("  ", "    ", s)
	}

	p.line("")
	p.head("if nobody acts")
	p.wrap("", "", fmt.Sprintf("Walk-away: %s.", r.WalkAway.What))
	p.wrap("  ", "  ", fmt.Sprintf("%s %s, %s %s; duty at the trade of 2024 %s.", r.Asker.Name, r.money(&r.WalkAway.Asker), r.Giver.Name, r.money(&r.WalkAway.Giver), usd(-r.WalkAway.StaticUSD)))
	if r.ClockDetail != nil {
		p.wrap("  ", "  ", fmt.Sprintf("A day of it costs %s %s and %s %s (the gain of a year over 365).", r.Asker.Name, change(-r.WalkAway.GainAskerMUSD/365), r.Giver.Name, change(-r.WalkAway.GainGiverMUSD/365)))
	}

	p.line("")
	p.head("what each ask is worth")
	p.wrap("", "", "Against the law of the day:")
	r.worths(p, r.Asks)
	for _, o := range r.Orders {
		p.wrap("  ", "  ", fmt.Sprintf("%s is worth more than %s in %.0f %% of the draws.", o.Above, o.Below, 100*o.Share))
	}
	p.line("")
	if r.WalkAway.GainAskerMUSD == 0 && r.WalkAway.GainGiverMUSD == 0 && r.WalkAway.StaticUSD == 0 {
		p.wrap("", "", "Against the walk-away the same: no pause runs out.")
	} else {
		p.wrap("", "", fmt.Sprintf("Against the walk-away (%s):", r.WalkDay))
		r.worths(p, r.Ahead)
	}
	if len(r.Offers) > 0 {
		p.line("")
		p.wrap("", "", "What "+r.Asker.Name+" can offer:")
		r.worths(p, r.Offers)
	}
	r.cheapText(p)
	r.overlapText(p)
	r.linesText(p)
	for i, x := range r.Sets {
		r.setText(p, i, x)
	}
	r.pricedText(p)
	if len(r.Tornado) > 0 {
		p.line("")
		p.wrap("", "", fmt.Sprintf("What moves the worth of %q to %s: trade elasticities one at a time, 5th and 95th percentile:", r.Packages[0].Name, r.Asker.Name))
		for _, t := range r.Tornado {
			p.line("  %-9s %5.1f to %5.1f   %8s to %8s  %s", t.Sector, t.ThetaLo, t.ThetaHi, change(t.GainLo), change(t.GainHi), clipped(t.What, p.width-48))
		}
	}
	if err := p.to(w); err != nil {
		return err
	}
	if r.ClockDetail != nil {
		fmt.Fprintln(w)
		if err := r.ClockDetail.Text(w, s); err != nil {
			return err
		}
	}
	if r.Retaliation != nil {
		fmt.Fprintln(w)
		if err := r.Retaliation.Text(w, s); err != nil {
			return err
		}
	}
	if len(r.Coalitions) > 0 {
		fmt.Fprintln(w)
		if err := WriteCoalitions(w, s, r.Coalitions); err != nil {
			return err
		}
	}
	p = newSheet(s)
	p.line("")
	p.head("read with care")
	p.notes(r.Notes)
	return p.to(w)
}

// money is a gain with its range.
func (r *Report) money(s *Side) string {
	t := fmt.Sprintf("%s (%s %%", change(s.GainMUSD), change(s.GainPct))
	if x := between(s.Lo, s.Hi); x != "" {
		t += "; " + x
	}
	return t + ")"
}

// usd writes dollars in billions.
func usd(x float64) string { return change(x/1e9) + " bn USD" }

// clipped shortens a text to n runes.
func clipped(s string, n int) string {
	x := []rune(s)
	if len(x) <= n || n < 1 {
		return s
	}
	return string(x[:n-1]) + "…"
}

func (r *Report) overlapText(p *sheet) {
	if len(r.Overlap) == 0 {
		return
	}
	p.line("")
	p.head("what gives way to what")
	p.wrap("", "", fmt.Sprintf("The largest line under each measure, additional duties today and at the walk-away (%s), percent:", r.WalkDay))
	for _, o := range r.Overlap {
		p.wrap("  ", "    ", fmt.Sprintf("%s %s: %s; then %s", o.HTS, clipped(o.What, 40), percents(o.Today), percents(o.Ahead)))
	}
}

func percents(m map[string]float64) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s %.4g", k, m[k]))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// worths is a table of asks.
func (r *Report) worths(p *sheet, list []*Worth) {
	p.line("  %-18s %9s %9s %9s %9s %9s %9s", "", "saves", r.Asker.ISO2, "percent", r.Giver.ISO2, r.Giver.ISO2, "all")
	p.line("  %-18s %9s %9s %9s %9s %9s %9s", "", "bn USD", "gains", "", "gains", "revenue", "others")
	for _, x := range list {
		p.line("  %-18s %9s %9s %9s %9s %9s %9s", clipped(x.ID, 18), change(x.StaticUSD/1e9), change(x.GainAskerMUSD), change(x.GainAskerPct), change(x.GainGiverMUSD), change(x.Giver.RevenueMUSD), change(x.OthersMUSD))
		var more []string
		if t := between(x.Lo, x.Hi); t != "" {
			more = append(more, t+" %")
		}
		for _, c := range x.Closures {
			more = append(more, fmt.Sprintf("%s %s/%s", c.Closure, change(c.GainAskerMUSD), change(c.GainGiverMUSD)))
		}
		if len(more) > 0 {
			p.wrap("    ", "    ", strings.Join(more, "; "))
		}
	}
	for _, x := range list {
		p.wrap("    ", "      ", fmt.Sprintf("%s: %s. Output of the sectors touched %s %% in %s, %s %% in %s.", x.ID, x.What, change(x.Asker.OutputPct), r.Asker.ISO2, change(x.Giver.OutputPct), r.Giver.ISO2))
		if x.Saved != nil {
			s := x.Saved.words()
			p.wrap("      ", "      ", strings.ToUpper(s[:1])+s[1:]+".")
		}
	}
}

func (r *Report) cheapText(p *sheet) {
	if len(r.Cheapest) == 0 {
		return
	}
	p.line("")
	p.wrap("", "", "Concessions by what a dollar of their cost brings the other side:")
	for _, c := range r.Cheapest {
		unit := "costs it nothing"
		if c.PerUnit != nil {
			unit = fmt.Sprintf("%s for a dollar", change(*c.PerUnit))
		}
		p.line("  %-18s by %s  %10s of %8s  %s", clipped(c.ID, 18), c.By, change(c.Gain), change(c.Cost), unit)
	}
}

func (r *Report) linesText(p *sheet) {
	l := r.Lines
	if l == nil || len(l.Leading) == 0 {
		return
	}
	p.line("")
	p.wrap("", "", fmt.Sprintf("All %d lines that pay something, ranked by the derivative of real income times what the line weighs; the first %d re-solved. A line's ask takes off all additional duties on it, whatever their program, with none in their place; an ask by measure takes off its own programs alone, and others may apply in their place, so lines may add up to more. The linear worth is at most %.0f %% off among these, %d neighbours change places.", l.Count, l.Resolved, l.ErrorPct, l.Inverted))
	p.line("  %-14s %6s %9s %9s %9s %9s", "", "duty", "linear", "exact", "exact", "")
	p.line("  %-14s %6s %9s %9s %9s", "", "%", r.Asker.ISO2, r.Asker.ISO2, r.Giver.ISO2)
	for _, x := range l.Leading {
		p.line("  %-14s %6.1f %9s %9s %9s  %s", x.ID, x.RatePct, change(x.GainAskerMUSD), change(*x.ExactAsker), change(*x.ExactGiver), clipped(x.What, p.width-56))
	}
}

func (r *Report) setText(p *sheet, i int, x *Packages) {
	p.line("")
	title := "packages"
	if len(r.Sets) > 1 {
		title = fmt.Sprintf("packages, red lines %d", i+1)
	}
	p.head(title)
	rules := "no red lines"
	if len(x.Rules) > 0 {
		rules = "red lines: " + strings.Join(x.Rules, "; ")
	}
	p.wrap("", "", fmt.Sprintf("%d choices on the table, %d equilibria; %s. Both sides against the walk-away of %s.", x.Choices, x.Solves, rules, r.WalkDay))
	if len(x.Blocking) > 0 {
		p.wrap("", "", "Nothing can be agreed: no package meets all of these, and leaving out any one of them would do: "+strings.Join(x.Blocking, "; ")+".")
	}
	if len(x.Named) > 0 {
		p.wrap("", "", fmt.Sprintf("Zone of possible agreement: up to %s for %s, up to %s for %s.", change(x.Zone.AskerMost), r.Asker.Name, change(x.Zone.GiverMost), r.Giver.Name))
	}
	for _, k := range x.Named {
		r.packageText(p, k)
	}
	if len(x.Frontier) > 1 {
		p.wrap("  ", "    ", "Frontier ("+r.Asker.ISO2+"/"+r.Giver.ISO2+"): "+strings.Join(points(x.Frontier), ", ")+".")
	}
	for _, y := range x.Relax {
		p.wrap("  ", "    ", fmt.Sprintf("Without %q %s gets %s more, %s %s.", y.Need, r.Asker.Name, change(y.AskerMUSD), r.Giver.Name, change(y.GiverMUSD)))
	}
	p.wrap("  ", "  ", "Bound: "+x.Bound+".")
	if s := x.Surrogate; s != nil {
		p.wrap("  ", "  ", fmt.Sprintf("Surrogate against %d re-solved sets: off by %s on average, %s at most.", s.Checked, change(s.MeanMUSD), change(s.WorstMUSD)))
	}
}

func points(list []*Package) []string {
	var out []string
	for _, x := range list {
		out = append(out, change(x.GainAskerMUSD)+"/"+change(x.GainGiverMUSD))
	}
	return out
}

func (r *Report) packageText(p *sheet, k *Package) {
	t := fmt.Sprintf("%s: %s %s (%s %%", k.Name, r.Asker.ISO2, change(k.GainAskerMUSD), change(k.GainAskerPct))
	if x := between(k.Lo, k.Hi); x != "" {
		t += "; " + x
	}
	t += fmt.Sprintf("), %s %s", r.Giver.ISO2, change(k.GainGiverMUSD))
	acts := k.ids()
	if len(k.Acts) > 12 {
		acts = fmt.Sprintf("%d asks and offers", len(k.Acts))
	}
	if acts == "" {
		acts = "nothing"
	}
	p.wrap("  ", "    ", t+": "+acts+".")
	more := fmt.Sprintf("Parts one by one %s, together %s beside.", change(k.SumMUSD), change(k.InteractionMUSD))
	if k.OptimalWithin != nil && k.Of == "surrogate" {
		more += fmt.Sprintf(" No other is more than %.2f %% better on the surrogate.", 100**k.OptimalWithin)
	}
	if k.Crosses != "" {
		more += " Re-solved it misses: " + k.Crosses + "."
	}
	p.wrap("    ", "    ", more)
}

func (r *Report) pricedText(p *sheet) {
	if len(r.Priced) == 0 {
		return
	}
	p.line("")
	p.head("priced")
	for _, x := range r.Priced {
		x.text(p, r.Asker, r.Giver)
	}
}

func (x *Priced) text(p *sheet, asker, giver Party) {
	name := x.Name
	if x.Title != "" {
		name += ": " + x.Title
	}
	p.wrap("", "  ", name+".")
	row := func(w *Worth) {
		t := fmt.Sprintf("Against %s: %s %s (%s %%", w.Against, asker.ISO2, change(w.GainAskerMUSD), change(w.GainAskerPct))
		if b := between(w.Lo, w.Hi); b != "" {
			t += "; " + b
		}
		t += fmt.Sprintf("), %s %s, its revenue %s, all others %s; saves %s.", giver.ISO2, change(w.GainGiverMUSD), change(w.Giver.RevenueMUSD), change(w.OthersMUSD), usd(w.StaticUSD))
		p.wrap("  ", "    ", t)
		for _, c := range w.Closures {
			p.wrap("    ", "    ", fmt.Sprintf("closure %s: %s %s, %s %s.", c.Closure, asker.ISO2, change(c.GainAskerMUSD), giver.ISO2, change(c.GainGiverMUSD)))
		}
	}
	row(x.Worth)
	if x.Today != nil {
		row(x.Today)
	}
	for _, w := range x.Parts {
		p.wrap("    ", "    ", fmt.Sprintf("%s: %s %s, %s %s.", w.ID, asker.ISO2, change(w.GainAskerMUSD), giver.ISO2, change(w.GainGiverMUSD)))
	}
	if len(x.Parts) > 1 {
		p.wrap("  ", "    ", fmt.Sprintf("Parts one by one %s, together %s beside.", change(x.SumMUSD), change(x.InteractionMUSD)))
	}
	for _, n := range x.Notes {
		p.wrap("  ", "  ", n+".")
	}
}
