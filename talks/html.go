package talks

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"kanzei/impact"
	"kanzei/internal/svg"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{"style": func() template.CSS { return svg.Style }}).Parse(pageText)
})

// A leaf is what the page shows.
type leaf struct {
	Title, Clocks string
	Lines         []string
	Short         []string
	Charts        []picture
	Tables        []grid
	Texts         []passage
	Notes         []string
}

type picture struct {
	Title string
	Image template.HTML
}

type grid struct {
	Title, Note string
	Head        []string
	Rows        [][]field
	Below       []string
}

type field struct {
	Text, Under string
	Words       bool
}

type passage struct{ Title, Text string }

// HTML writes one self-contained page.
func (r *Report) HTML(w io.Writer) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	l := leaf{Title: r.Asker.Name + " asks, " + r.Giver.Name + " gives",
		Clocks: fmt.Sprintf("On %s, as known at the end of %s. World %s, closure %s, %d draws, largest residual %.0e.", r.On, r.Known, r.World, r.Closures[0], r.Draws, r.Residual),
		Lines: []string{
			"Gains are real income, million USD a year, static, at full adjustment.",
			fmt.Sprintf("If nobody acts: %s. %s %s, %s %s.", r.WalkAway.What, r.Asker.Name, r.money(&r.WalkAway.Asker), r.Giver.Name, r.money(&r.WalkAway.Giver)),
		}, Short: r.InShort, Notes: r.Notes}
	l.Charts = append(l.Charts, r.chart("now", "Worth of each ask today, percent of income, "+r.Asker.Name, r.Asks, true), r.chart("now-us", "The same, "+r.Giver.Name, r.Asks, false),
		r.chart("ahead", "At the walk-away, "+r.Asker.Name, r.Ahead, true), r.chart("ahead-us", "The same, "+r.Giver.Name, r.Ahead, false))
	var over [][]field
	for _, o := range r.Overlap {
		over = append(over, []field{{Text: o.HTS, Under: o.What}, {Text: percents(o.Today), Words: true}, {Text: percents(o.Ahead), Words: true}})
	}
	l.Tables = append(l.Tables, grid{Title: "What gives way to what", Note: "The largest line under each measure: additional duties in percent, by program.", Head: []string{"Line", "Today", "Walk-away, " + r.WalkDay}, Rows: over},
		r.worthGrid("What each ask is worth today", "Against the law of the day.", r.Asks),
		r.worthGrid("…and at the walk-away", "Against the law of "+r.WalkDay+", when nobody has acted.", r.Ahead),
		r.worthGrid("What can be offered", "Tariffs of the asker on goods of the giver at zero, at the walk-away.", r.Offers))
	if len(r.Orders) > 0 {
		x := &l.Tables[1]
		for _, o := range r.Orders {
			x.Below = append(x.Below, fmt.Sprintf("%s is worth more than %s in %.0f %% of the draws.", o.Above, o.Below, 100*o.Share))
		}
	}
	var cheap [][]field
	for _, c := range r.Cheapest {
		unit := "costs it nothing"
		if c.PerUnit != nil {
			unit = change(*c.PerUnit)
		}
		cheap = append(cheap, []field{{Text: c.ID}, {Text: c.By, Words: true}, {Text: change(c.Gain)}, {Text: change(c.Cost)}, {Text: unit}})
	}
	l.Tables = append(l.Tables, grid{Title: "Concessions in order", Note: "Gain of the other side for each dollar it costs.", Head: []string{"Concession", "By", "Other gains", "Cost", "For a dollar"}, Rows: cheap})
	if r.Lines != nil {
		g := grid{Title: "Lines of the schedule", Note: fmt.Sprintf("%d lines ranked at once. A line's ask takes off all additional duties on it with none in their place; an ask by measure its own programs alone; the linear worth of the first %d is at most %.0f %% off.", r.Lines.Count, r.Lines.Resolved, r.Lines.ErrorPct), Head: []string{"Line", "Duty, %", "Linear, " + r.Asker.ISO2, "Exact, " + r.Asker.ISO2, "Exact, " + r.Giver.ISO2}}
		for _, x := range r.Lines.Leading {
			g.Rows = append(g.Rows, []field{{Text: x.ID, Under: x.What}, {Text: fmt.Sprintf("%.1f", x.RatePct)}, {Text: change(x.GainAskerMUSD)}, {Text: change(*x.ExactAsker)}, {Text: change(*x.ExactGiver)}})
		}
		l.Tables = append(l.Tables, g)
	}
	for i, s := range r.Sets {
		l.Tables = append(l.Tables, r.packageGrid(i, s))
	}
	for _, x := range []struct {
		title string
		write func(io.Writer) error
	}{
		{"Priced", func(w io.Writer) error {
			p := newSheet(impact.Style{Width: 100})
			for _, x := range r.Priced {
				x.text(p, r.Asker, r.Giver)
			}
			return p.to(w)
		}},
		{"The clock", func(w io.Writer) error {
			if r.ClockDetail == nil {
				return nil
			}
			return r.ClockDetail.Text(w, impact.Style{Width: 100})
		}},
		{"Retaliation", func(w io.Writer) error {
			if r.Retaliation == nil {
				return nil
			}
			return r.Retaliation.Text(w, impact.Style{Width: 100})
		}},
		{"Coalitions", func(w io.Writer) error {
			if len(r.Coalitions) == 0 {
				return nil
			}
			return WriteCoalitions(w, impact.Style{Width: 100}, r.Coalitions)
		}},
	} {
		var b strings.Builder
		if err := x.write(&b); err != nil {
			return err
		}
		if b.Len() > 0 {
			l.Texts = append(l.Texts, passage{x.title, b.String()})
		}
	}
	return t.Execute(w, l)
}

// chart draws the worth of asks to one side.
func (r *Report) chart(id, title string, list []*Worth, asker bool) picture {
	var all []svg.Bar
	for _, x := range list {
		s := &x.Asker
		if !asker {
			s = &x.Giver
		}
		all = append(all, svg.Bar{Label: x.ID, Value: s.GainPct, Lo: s.Lo, Hi: s.Hi, Text: change(s.GainPct)})
	}
	return picture{title, svg.Bars(id, title, all)}
}

func (r *Report) worthGrid(title, note string, list []*Worth) grid {
	g := grid{Title: title, Note: note, Head: []string{"Ask", "Saves, bn USD", r.Asker.ISO2 + " gains", r.Giver.ISO2 + " gains", r.Giver.ISO2 + " revenue", "Exports, " + r.Asker.ISO2, "Output touched, " + r.Asker.ISO2 + " / " + r.Giver.ISO2 + ", %", "All others"}}
	for _, x := range list {
		under := func(s *Side) string {
			t := change(s.GainPct) + " %"
			if b := between(s.Lo, s.Hi); b != "" {
				t += " (" + b + ")"
			}
			return t
		}
		a, b := under(&x.Asker), under(&x.Giver)
		for _, c := range x.Closures {
			a += "; " + c.Closure + " " + change(c.GainAskerMUSD)
			b += "; " + c.Closure + " " + change(c.GainGiverMUSD)
		}
		g.Rows = append(g.Rows, []field{{Text: x.ID, Under: x.What}, {Text: change(x.StaticUSD / 1e9), Under: saves(x)}, {Text: change(x.GainAskerMUSD), Under: a}, {Text: change(x.GainGiverMUSD), Under: b},
			{Text: change(x.Giver.RevenueMUSD)}, {Text: change(x.Asker.ExportsMUSD)}, {Text: change(x.Asker.OutputPct) + " / " + change(x.Giver.OutputPct)}, {Text: change(x.OthersMUSD)}})
	}
	return g
}

// saves are the bounds of what an ask saves, where facts not known leave some.
func saves(x *Worth) string {
	if x.Saved == nil {
		return ""
	}
	return x.Saved.span() + ", the middle taken"
}

func (r *Report) packageGrid(i int, s *Packages) grid {
	rules := "no red lines"
	if len(s.Rules) > 0 {
		rules = "red lines: " + strings.Join(s.Rules, "; ")
	}
	g := grid{Title: fmt.Sprintf("Packages %d: %s", i+1, rules), Note: fmt.Sprintf("%d choices, %d equilibria. Both sides against the walk-away. %s.", s.Choices, s.Solves, s.Bound),
		Head: []string{"Package", r.Asker.ISO2, r.Giver.ISO2, "Sum of parts", "Together beside", "Acts"}}
	if len(s.Blocking) > 0 {
		g.Below = append(g.Below, "Nothing can be agreed: no package meets all of these, and leaving out any one of them would do: "+strings.Join(s.Blocking, "; ")+".")
	}
	for _, k := range s.Named {
		var acts []string
		for _, a := range k.Acts {
			acts = append(acts, a.ID)
		}
		under := change(k.GainAskerPct) + " %"
		if b := between(k.Lo, k.Hi); b != "" {
			under += " (" + b + ")"
		}
		g.Rows = append(g.Rows, []field{{Text: k.Name}, {Text: change(k.GainAskerMUSD), Under: under}, {Text: change(k.GainGiverMUSD), Under: change(k.GainGiverPct) + " %"}, {Text: change(k.SumMUSD)}, {Text: change(k.InteractionMUSD)}, {Text: strings.Join(acts, ", "), Words: true}})
	}
	if len(s.Frontier) > 1 {
		g.Below = append(g.Below, "Frontier ("+r.Asker.ISO2+"/"+r.Giver.ISO2+"): "+strings.Join(points(s.Frontier), ", ")+".")
	}
	for _, y := range s.Relax {
		g.Below = append(g.Below, fmt.Sprintf("Without “%s” %s gets %s more, %s %s.", y.Need, r.Asker.Name, change(y.AskerMUSD), r.Giver.Name, change(y.GiverMUSD)))
	}
	return g
}
