package talks

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
)

// called is how a sentence names a party.
func (p *Party) called() string {
	if p.ISO3 == "USA" {
		return "the United States"
	}
	if o, err := kanzei.ParseOrigin(p.ISO3); err == nil {
		return o.Name()
	}
	return p.Name
}

// gains says what a change of real income a year is to a party.
func (p *Party) gains(musd float64) string {
	switch x := dollars(math.Abs(musd)); {
	case x == "":
		return p.called() + " gains and loses nothing"
	case musd < 0:
		return p.called() + " loses " + x
	default:
		return p.called() + " gains " + x
	}
}

// dollars writes million US dollars as a sum is said; blank below 50,000 dollars.
func dollars(musd float64) string {
	switch {
	case musd < 0.05:
		return ""
	case musd < 9.95:
		return fmt.Sprintf("%.1f m USD", musd)
	case musd < 999.5:
		return fmt.Sprintf("%.0f m USD", musd)
	}
	return fmt.Sprintf("%.1f bn USD", musd/1000)
}

// sentence begins with a capital and ends with a stop.
func sentence(format string, args ...any) string {
	s := fmt.Sprintf(format, args...)
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// plainly is what an act is, without the name of its program or rate at the end.
func plainly(what string) string {
	if i := strings.LastIndex(what, " ("); i > 0 && strings.HasSuffix(what, ")") {
		return what[:i]
	}
	return what
}

func dayWords(day string) string {
	d, err := kanzei.ParseDay(day)
	if err != nil {
		return day
	}
	return d.Format("2 January 2006")
}

// short is the report in at most ten sentences.
func (r *Report) short() []string {
	a, g := &r.Asker, &r.Giver
	var out []string
	say := func(format string, args ...any) { out = append(out, sentence(format, args...)) }
	ends := r.WalkAway.GainAskerMUSD != 0 || r.WalkAway.GainGiverMUSD != 0 || r.WalkAway.StaticUSD != 0
	if ends {
		say("if nobody acts, the law of %s stands: against today %s a year and %s", dayWords(r.WalkDay), a.gains(r.WalkAway.GainAskerMUSD), g.gains(r.WalkAway.GainGiverMUSD))
	} else {
		say("if nobody acts nothing gets worse by itself: no pause known runs out after %s", dayWords(r.On))
	}
	r.shortAsks(say, ends)
	for i, s := range r.Sets[:min(2, len(r.Sets))] {
		var first *Packages
		if i > 0 {
			first = r.Sets[0]
		}
		r.shortPackage(say, s, first)
	}
	if c := r.ClockDetail; c != nil {
		d := &c.Deals[0]
		x := &d.Days[0]
		deal := d.Deal
		say("a deal a day sooner (%s): %s, %s", deal, a.gains(x.CostPerDayMUSD), g.gains(x.CostPerDayGiverMUSD))
		say("%s", strings.ReplaceAll(d.Haste.Says, "the asker", a.called()))
	}
	if w := r.Retaliation; w != nil {
		at := func(id string) *Move {
			return &w.Moves[slices.IndexFunc(w.Moves, func(m Move) bool { return m.ID == id })]
		}
		alone, answered := at("uniform"), at("uniform-answered")
		say("retaliation, %.4g points on all goods of %s: %s and %s; answered point for point, %s and %s", w.RatePct, g.called(),
			a.gains(alone.GainAskerMUSD), g.gains(alone.GainGiverMUSD), a.gains(answered.GainAskerMUSD), g.gains(answered.GainGiverMUSD))
	}
	if len(r.Coalitions) > 0 {
		c := &r.Coalitions[0]
		say("walking away with the bloc %s (%s) in place of alone: %s a year, %s", c.Name, c.Title, a.gains(c.WalkAway.AskerMUSD), g.gains(c.WalkAway.GiverMUSD))
	}
	return out
}

// shortAsks says which ask is worth most, today and at the walk-away.
func (r *Report) shortAsks(say func(string, ...any), ends bool) {
	a, g := &r.Asker, &r.Giver
	if len(r.Asks) == 0 {
		say("%s pays no additional duty of %s that could be asked off", a.called(), g.called())
	} else {
		x := r.Asks[0]
		say("the ask worth most today is %q: %s a year, %s%s", plainly(x.What), a.gains(x.GainAskerMUSD), g.gains(x.GainGiverMUSD), x.hangs())
	}
	if ends && len(r.Ahead) > 0 {
		x := r.Ahead[0]
		what := fmt.Sprintf("%q", plainly(x.What))
		if len(r.Asks) > 0 && r.Asks[0].ID == x.ID {
			what = "the same"
		}
		say("at the walk-away it is %s: %s, %s%s", what, a.gains(x.GainAskerMUSD), g.gains(x.GainGiverMUSD), x.hangs())
	}
	// An ask from which both gain is the easiest to get.
	var both *Worth
	for _, x := range r.Ahead {
		if x.GainAskerMUSD > 0 && x.GainGiverMUSD > 0 && (both == nil || x.GainAskerMUSD > both.GainAskerMUSD) {
			both = x
		}
	}
	switch {
	case both != nil:
		say("the ask that costs %s nothing is %q: at the walk-away %s and %s%s", g.called(), plainly(both.What), a.gains(both.GainAskerMUSD), g.gains(both.GainGiverMUSD), both.hangs())
	case len(r.Ahead) > 0:
		say("every ask costs %s something at the walk-away", g.called())
	}
}

// hangs marks an ask priced at the middle of bounds.
func (w *Worth) hangs() string {
	if w.Saved == nil || w.Saved.SharePct < 1 {
		return ""
	}
	return fmt.Sprintf(" (%.0f %% of its goods at the middle of a range)", w.Saved.SharePct)
}

// shortPackage says what the best package under a set of red lines is, and
// whether it is that of the set before.
func (r *Report) shortPackage(say func(string, ...any), s, first *Packages) {
	a, g := &r.Asker, &r.Giver
	under := "with no red lines"
	if len(s.Rules) > 0 {
		under = "with the red lines " + strings.Join(s.Rules, ", ")
	}
	if len(s.Named) == 0 {
		why := "both gain from nothing on the table"
		switch len(s.Blocking) {
		case 0:
		case 1:
			why = "nothing on the table meets " + s.Blocking[0]
		default:
			why = "these stand in each other's way: " + strings.Join(s.Blocking, ", ")
		}
		say("%s nothing can be agreed: %s", under, why)
		return
	}
	k := s.Named[0]
	if first != nil && len(first.Named) > 0 && first.Named[0].ids() == k.ids() {
		say("%s it is the same package", under)
		return
	}
	what := fmt.Sprintf("%d asks and offers, named below", len(k.Acts))
	if len(k.Acts) <= 4 {
		list := []string{}
		for _, x := range k.Acts {
			list = append(list, plainly(x.What))
		}
		what = strings.Join(list, "; ")
		if what == "" {
			what = "nothing"
		}
	}
	miss := ""
	if k.Crosses != "" {
		miss = ", but re-solved it misses " + k.Crosses
	}
	say("%s the best package for %s is: %s. Over the walk-away %s a year and %s%s", under, a.called(), what, a.gains(k.GainAskerMUSD), g.gains(k.GainGiverMUSD), miss)
}
