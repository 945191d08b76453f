package impact

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"math"
	"strings"
	"sync"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"signed": signed, "span": span, "bn": bn, "signedBn": signedBn, "closure": func(s string) string { return closureWords[s] },
		"usd": func(x float64) string { return bn(x / 1e6) },
	}).Parse(pageText)
})

// A bar is one economy in a chart.
type bar struct {
	label  string
	value  float64
	lo, hi *float64
}

// bars draws changes in percent left and right of zero, with ranges as lines.
func bars(id, title string, list []bar) template.HTML {
	const width, left, right, row = 720, 190, 70, 22
	most := 1e-9
	for _, b := range list {
		most = max(most, math.Abs(b.value))
		if b.lo != nil {
			most = max(most, math.Abs(*b.lo), math.Abs(*b.hi))
		}
	}
	negative, positive := 0.0, 0.0
	for _, b := range list {
		negative, positive = min(negative, b.value), max(positive, b.value)
		if b.lo != nil {
			negative, positive = min(negative, *b.lo), max(positive, *b.hi)
		}
	}
	scale := float64(width-left-right) / max(positive-negative, 1e-9)
	x := func(v float64) float64 { return left + (v-negative)*scale }
	height := row*len(list) + 8
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="%s-t"><title id="%s-t">%s</title>`+"\n", width, height, width, height, id, id, html.EscapeString(title))
	fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="0" y2="%d" class="zero"/>`+"\n", x(0), x(0), height)
	for i, v := range list {
		y := float64(i*row) + 4
		class := "gain"
		from, to := x(0), x(v.value)
		if v.value < 0 {
			class, from, to = "loss", to, from
		}
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" class="label" text-anchor="end">%s</text>`, left-8, y+12, html.EscapeString(v.label))
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="14" class="%s"><title>%s %s %%</title></rect>`, from, y, max(to-from, 0.5), class, html.EscapeString(v.label), signed(v.value))
		if v.lo != nil {
			fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="range"/>`, x(*v.lo), x(*v.hi), y+7, y+7)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" class="value" text-anchor="end">%s</text>`+"\n", width-4, y+12, signed(v.value))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

func share(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.1f %%", *x)
}

func change(x *float64) string {
	if x == nil {
		return ""
	}
	return signed(*x)
}

// A sheet is what the page shows.
type sheet struct {
	Title   string
	Clocks  string
	Lines   []string
	Charts  []picture
	Tables  []grid
	Publish []Published
	Why     string
	Bridge  *Bridge
	Notes   []string
}

type picture struct {
	Title string
	Image template.HTML
}

type grid struct {
	Title string
	Note  string
	Head  []string
	Rows  [][]string
}

func (s *sheet) write(w io.Writer) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	return t.Execute(w, s)
}

// HTML writes the report as one page that needs nothing else.
func (r *Report) HTML(w io.Writer) error {
	s := &sheet{Title: "Impact: " + r.Scenario + " against " + r.Base, Clocks: fmt.Sprintf("On %s, as known at the end of %s.", r.On, r.Known), Bridge: &r.Bridge}
	s.Lines = []string{"Base: " + r.Laws[0].Title + ".", "Scenario: " + r.Laws[1].Title + ".",
		fmt.Sprintf("World %s; closure %s: %s; residual %.0e after %d iterations.", r.World, r.Closure, closureWords[r.Closure], r.Residual, r.Iterations)}
	var list []bar
	for _, e := range r.order(Style{First: []string{"JPN", "USA"}, Top: 30}) {
		list = append(list, bar{e.Name, e.RealIncomePct, e.Lo, e.Hi})
	}
	s.Charts = []picture{{"Real income, change in percent; thin lines: 90 % range over elasticity draws", bars("income", "Change of real income by economy", list)}}
	g := grid{Title: "Every economy", Note: "changes in percent; revenue in bn USD a year", Head: []string{"", "real income", "90 % range"}}
	for _, o := range r.Others {
		g.Head = append(g.Head, o.Closure)
	}
	g.Head = append(g.Head, "bn USD", "exports", "imports", "terms of trade", "prices", "revenue", "US duty before", "after")
	for _, e := range r.order(Style{First: []string{"JPN", "USA"}, Top: len(r.Economies)}) {
		row := []string{e.Name, signed(e.RealIncomePct), span(e.Lo, e.Hi)}
		for i := range r.Others {
			row = append(row, signed(r.Others[i].other(e.ISO3).RealIncomePct))
		}
		duty := []string{share(e.USRateBasePct), share(e.USRatePct)}
		g.Rows = append(g.Rows, append(append(row, signedBn(e.RealIncomeMUSD), signed(e.ExportsPct), signed(e.ImportsPct), signed(e.TermsOfTradePct), signed(e.PricesPct), bn(e.RevenueMUSD)), duty...))
	}
	s.Tables = append(s.Tables, g)
	for i := range r.Economies {
		e := &r.Economies[i]
		if len(e.Sectors) == 0 || len(r.Economies) > 12 && e.ISO3 != "JPN" && e.ISO3 != "USA" {
			continue
		}
		g := grid{Title: "Sectors of " + e.Name, Note: "changes in percent", Head: []string{"", "output", "jobs", "prices", "US duty before", "after", "exports to US"}}
		for _, x := range e.Sectors {
			g.Rows = append(g.Rows, []string{x.Code + " " + x.Name, signed(x.OutputPct), signed(x.EmploymentPct), signed(x.PricePct), share(x.USRateBasePct), share(x.USRatePct), change(x.ExportsToUSPct)})
		}
		s.Tables = append(s.Tables, g)
	}
	for _, l := range r.Laws {
		s.Notes = append(s.Notes, l.Notes...)
	}
	s.Notes = append(append(s.Notes, r.Notes...), r.Bridge.Assumptions...)
	return s.write(w)
}

// HTML writes the case as one page that needs nothing else.
func (c *Case) HTML(w io.Writer) error {
	s := &sheet{Title: "Impact on " + c.Country.Name + ", the United States and all others", Clocks: fmt.Sprintf("On %s, as known at the end of %s.", c.On, c.Known), Bridge: &c.Bridge, Publish: c.Published, Why: c.Why}
	s.Lines = []string{"World " + c.World + ". Change of real income in percent: what income buys, at full adjustment of prices and trade."}
	for _, k := range c.Closures {
		s.Lines = append(s.Lines, "Closure "+k+": "+closureWords[k]+".")
	}
	for _, iso := range []string{c.Country.ISO3, "USA"} {
		var list []bar
		g := grid{Head: []string{""}, Note: fmt.Sprintf("90 %% range over %d draws of the elasticities", c.Draws)}
		for _, k := range c.Closures {
			g.Head = append(g.Head, k, "90 % range")
		}
		for i := range c.Rows {
			r := &c.Rows[i]
			e := r.value(0, iso)
			if e == nil {
				continue
			}
			g.Title = e.Name
			list = append(list, bar{rowLabel(r), e.RealIncomePct, e.Lo, e.Hi})
			row := []string{rowLabel(r)}
			for k := range c.Closures {
				x := r.value(k, iso)
				row = append(row, signed(x.RealIncomePct), span(x.Lo, x.Hi))
			}
			g.Rows = append(g.Rows, row)
		}
		if len(list) > 0 {
			s.Charts = append(s.Charts, picture{g.Title + ": real income, change in percent, closure " + c.Closures[0] + "; thin lines: 90 % range", bars("case-"+iso, "Change of real income of "+g.Title, list)})
			s.Tables = append(s.Tables, g)
		}
	}
	g := grid{Title: "All economies", Note: "real income, change in percent, closure " + c.Closures[0], Head: []string{""}}
	for i := range c.Rows {
		g.Head = append(g.Head, rowLabel(&c.Rows[i]))
	}
	for _, e := range c.Rows[0].Results[0].Economies {
		row := []string{e.Name}
		for i := range c.Rows {
			row = append(row, signed(c.Rows[i].value(0, e.ISO3).RealIncomePct))
		}
		g.Rows = append(g.Rows, row)
	}
	s.Tables = append(s.Tables, g)
	seen := map[string]bool{}
	for i := range c.Rows {
		for _, n := range c.Rows[i].Notes {
			if !seen[n] {
				seen[n] = true
				s.Notes = append(s.Notes, n)
			}
		}
	}
	s.Notes = append(append(s.Notes, c.Notes...), c.Bridge.Assumptions...)
	return s.write(w)
}
