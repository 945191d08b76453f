package impact

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/internal/svg"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"usd":   func(x float64) string { return bn(x / 1e6) },
		"style": func() template.CSS { return svg.Style },
	}).Parse(pageText)
})

// bars draws the change of real income of economies.
func bars(id, title string, list []*Economy) template.HTML {
	var all []svg.Bar
	for _, e := range list {
		all = append(all, svg.Bar{Label: e.Name, Value: e.RealIncomePct, Lo: e.Lo, Hi: e.Hi, Text: signed(e.RealIncomePct)})
	}
	return svg.Bars(id, title, all)
}

// sectorBars draws the change of output of sectors, most first.
func sectorBars(id, title string, e *Economy) template.HTML {
	list := slices.Clone(e.Sectors)
	slices.SortStableFunc(list, func(a, b Sector) int { return cmp.Compare(a.OutputPct, b.OutputPct) })
	var all []svg.Bar
	for _, x := range list {
		b := svg.Bar{Label: x.Code + " " + x.Name, Value: x.OutputPct, Text: signed(x.OutputPct)}
		if x.Ranges != nil {
			b.Lo, b.Hi = &x.Ranges.OutputPct[0], &x.Ranges.OutputPct[1]
		}
		all = append(all, b)
	}
	return svg.Bars(id, title, all)
}

// world draws real income on a map; economies without an account of their own
// share the figure of the rest of the world.
func world(id, title string, list []Economy) (template.HTML, error) {
	m := svg.Map{ID: id, Title: title, Unit: "%", Desc: "Every figure of the map is in the table of all economies.",
		NameOf: func(iso2 string) string {
			if o, err := kanzei.ParseOrigin(iso2); err == nil {
				return o.Name()
			}
			return iso2
		}}
	for _, e := range list {
		c := svg.Country{ISO2: e.ISO2, Name: e.Name, Value: e.RealIncomePct, Text: signed(e.RealIncomePct) + " %"}
		if r := span(e.Lo, e.Hi); r != "" {
			c.Text += " (" + r + ")"
		}
		if e.ISO3 == "ROW" {
			m.Rest = &c
		} else {
			m.Countries = append(m.Countries, c)
		}
	}
	return m.HTML()
}

// extremes are the economies in focus, then those that lose and gain most in
// percent, half of top each.
func (r *Report) extremes(top int) []*Economy {
	var out, rest []*Economy
	for i := range r.Economies {
		if e := &r.Economies[i]; slices.Contains(r.Focus, e.ISO3) {
			out = append(out, e)
		} else {
			rest = append(rest, e)
		}
	}
	slices.SortStableFunc(out, func(a, b *Economy) int {
		return cmp.Compare(slices.Index(r.Focus, a.ISO3), slices.Index(r.Focus, b.ISO3))
	})
	slices.SortStableFunc(rest, func(a, b *Economy) int { return cmp.Compare(a.RealIncomePct, b.RealIncomePct) })
	if len(rest) > top {
		rest = slices.Concat(rest[:top/2], rest[len(rest)-top/2:])
	}
	return append(out, rest...)
}

func share(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.1f %%", *x)
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
	Wide  bool // over all columns
}

type grid struct {
	Title string
	Note  string
	Head  []string
	Rows  [][]field
}

// A field is a figure with its range below.
type field struct{ Text, Under string }

// plain are fields without ranges.
func plain(texts ...string) (out []field) {
	for _, t := range texts {
		out = append(out, field{Text: t})
	}
	return out
}

// ranged is a change in percent with its range, if there is one.
func ranged(x float64, r *Range) field {
	if r == nil {
		return field{Text: signed(x)}
	}
	return field{signed(x), span(&r[0], &r[1])}
}

// billions is ranged for million US dollars.
func billions(x float64, r *Range, show func(float64) string) field {
	if r == nil {
		return field{Text: show(x)}
	}
	return field{show(x), show(r[0]) + " to " + show(r[1])}
}

func (s *sheet) write(w io.Writer) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	return t.Execute(w, s)
}

// ranges are those of the figures, nil without draws.
func (e *Economy) ranges() (x struct{ musd, exports, imports, terms, prices, revenue, before *Range }) {
	if r := e.Ranges; r != nil {
		x.musd, x.exports, x.imports, x.terms, x.prices, x.revenue, x.before = &r.RealIncomeMUSD, &r.ExportsPct, &r.ImportsPct, &r.TermsOfTradePct, &r.PricesPct, &r.RevenueMUSD, &r.RevenueBaseMUSD
	}
	return x
}

func incomeField(pct float64, lo, hi *float64) field { return field{signed(pct), span(lo, hi)} }

// grid is every economy, those in focus first.
func (r *Report) grid() grid {
	g := grid{Title: "Every economy", Note: "changes in percent, revenue in bn USD a year; below a figure its 90 % range", Head: []string{"", "real income"}}
	for _, o := range r.Others {
		g.Head = append(g.Head, o.Closure)
	}
	g.Head = append(g.Head, "bn USD", "exports", "imports", "terms of trade", "prices", "revenue", "US duty before", "after")
	for _, e := range r.order(Style{First: r.Focus, Top: len(r.Economies)}) {
		row := append(plain(e.Name), incomeField(e.RealIncomePct, e.Lo, e.Hi))
		for i := range r.Others {
			o := r.Others[i].other(e.ISO3)
			row = append(row, incomeField(o.RealIncomePct, o.Lo, o.Hi))
		}
		x := e.ranges()
		row = append(row, billions(e.RealIncomeMUSD, x.musd, signedBn), ranged(e.ExportsPct, x.exports), ranged(e.ImportsPct, x.imports),
			ranged(e.TermsOfTradePct, x.terms), ranged(e.PricesPct, x.prices), billions(e.RevenueMUSD, x.revenue, bn))
		g.Rows = append(g.Rows, append(row, plain(share(e.USRateBasePct), share(e.USRatePct))...))
	}
	return g
}

// sectorGrid is every sector of an economy.
func (e *Economy) sectorGrid() grid {
	g := grid{Title: "Sectors of " + e.Name, Note: "changes in percent; below a figure its 90 % range", Head: []string{"", "output", "jobs", "prices"}}
	us := len(e.Sectors) > 0 && e.Sectors[0].USRatePct != nil
	if us {
		g.Head = append(g.Head, "US duty before", "after", "exports to US")
	}
	for _, x := range e.Sectors {
		var r SectorRanges
		var output, jobs, price *Range
		if x.Ranges != nil {
			r = *x.Ranges
			output, jobs, price = &r.OutputPct, &r.EmploymentPct, &r.PricePct
		}
		row := append(plain(x.Code+" "+x.Name), ranged(x.OutputPct, output), ranged(x.EmploymentPct, jobs), ranged(x.PricePct, price))
		if us {
			row = append(row, plain(share(x.USRateBasePct), share(x.USRatePct))...)
			to := field{}
			if x.ExportsToUSPct != nil {
				to = ranged(*x.ExportsToUSPct, r.ExportsToUSPct)
			}
			row = append(row, to)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// HTML writes the report as one page that needs nothing else.
func (r *Report) HTML(w io.Writer) error {
	s := &sheet{Title: "Impact: " + r.Scenario + " against " + r.Base, Clocks: fmt.Sprintf("On %s, as known at the end of %s.", r.On, r.Known), Bridge: &r.Bridge}
	s.Lines = []string{"Base: " + r.Laws[0].Title + ".", "Scenario: " + r.Laws[1].Title + ".",
		fmt.Sprintf("World %s; closure %s: %s; residual %.0e after %d iterations.", r.World, r.Closure, closureWords[r.Closure], r.Residual, r.Iterations)}
	s.Lines = append(s.Lines, r.drawn()...)
	image, err := world("map", "Change of real income by country", r.Economies)
	if err != nil {
		return err
	}
	s.Charts = append(s.Charts, picture{"Real income, change in percent, closure " + r.Closure + " (every figure is in the table below)", image, true})
	top := 16
	if r.Named {
		top = len(r.Economies)
	}
	s.Charts = append(s.Charts, picture{r.barsTitle(), bars("income", "Change of real income by economy", r.extremes(top)), false})
	for _, e := range r.focussed() {
		if len(e.Sectors) > 0 {
			title := "Output of the sectors of " + e.Name + ", change in percent"
			s.Charts = append(s.Charts, picture{title, sectorBars("sectors-"+e.ISO3, title, e), false})
		}
	}
	s.Tables = append(s.Tables, r.grid())
	for _, e := range r.focussed() {
		if len(e.Sectors) > 0 {
			s.Tables = append(s.Tables, e.sectorGrid())
		}
	}
	for _, l := range r.Laws {
		s.Notes = append(s.Notes, l.Notes...)
	}
	s.Notes = append(append(s.Notes, r.Notes...), r.Bridge.Assumptions...)
	return s.write(w)
}

func (r *Report) barsTitle() string {
	t := "Real income, change in percent"
	if !r.Named {
		t += ": those in focus, then those that lose and gain most"
	}
	if r.Draws > 0 {
		t += "; thin lines: 90 % range over elasticity draws"
	}
	return t
}

// focussed are the economies whose sectors are shown.
func (r *Report) focussed() []*Economy {
	if r.Named {
		return r.order(Style{Top: min(4, len(r.Economies))})
	}
	var out []*Economy
	for _, e := range r.order(Style{First: r.Focus}) {
		if slices.Contains(r.Focus, e.ISO3) {
			out = append(out, e)
		}
	}
	return out
}

// HTML writes the case as one page that needs nothing else.
func (c *Case) HTML(w io.Writer) error {
	s := &sheet{Title: "Impact on " + c.Country.Name + ", the United States and all others", Clocks: fmt.Sprintf("On %s, as known at the end of %s.", c.On, c.Known), Bridge: &c.Bridge, Publish: c.Published, Why: c.Why}
	s.Lines = []string{"World " + c.World + ". Change of real income in percent: what income buys, at full adjustment of prices and trade."}
	for _, k := range c.Closures {
		s.Lines = append(s.Lines, "Closure "+k+": "+closureWords[k]+".")
	}
	s.Lines = append(s.Lines, drawn(c.Draws, c.Seed, c.Settling)...)
	note := ""
	if c.Draws > 0 {
		note = fmt.Sprintf("below a figure its 90 %% range over %d draws of the elasticities", c.Draws)
	}
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Letter == "a" || r.Letter == "b" {
			image, err := world("map-"+r.Letter, "Change of real income by country: "+r.Label, r.Results[0].Economies)
			if err != nil {
				return err
			}
			s.Charts = append(s.Charts, picture{strings.ToUpper(r.Label[:1]) + r.Label[1:] + ": real income, change in percent, closure " + c.Closures[0] + " (every figure is in the tables below)", image, true})
		}
	}
	for _, iso := range []string{c.Country.ISO3, "USA"} {
		var list []svg.Bar
		g := grid{Head: append([]string{""}, c.Closures...), Note: note}
		more := grid{Head: []string{"", "bn USD", "exports", "imports", "terms of trade", "prices", "revenue"}, Note: "closure " + c.Closures[0] + "; changes in percent, revenue in bn USD a year"}
		for i := range c.Rows {
			r := &c.Rows[i]
			e := r.value(0, iso)
			if e == nil {
				continue
			}
			g.Title, more.Title = e.Name, e.Name+": trade, prices, revenue"
			list = append(list, svg.Bar{Label: rowLabel(r), Value: e.RealIncomePct, Lo: e.Lo, Hi: e.Hi, Text: signed(e.RealIncomePct)})
			row := plain(rowLabel(r))
			for k := range c.Closures {
				x := r.value(k, iso)
				row = append(row, incomeField(x.RealIncomePct, x.Lo, x.Hi))
			}
			g.Rows = append(g.Rows, row)
			x := e.ranges()
			more.Rows = append(more.Rows, append(plain(rowLabel(r)), billions(e.RealIncomeMUSD, x.musd, signedBn), ranged(e.ExportsPct, x.exports), ranged(e.ImportsPct, x.imports),
				ranged(e.TermsOfTradePct, x.terms), ranged(e.PricesPct, x.prices), billions(e.RevenueMUSD, x.revenue, bn)))
		}
		if len(list) > 0 {
			title := g.Title + ": real income, change in percent, closure " + c.Closures[0]
			if c.Draws > 0 {
				title += "; thin lines: 90 % range"
			}
			s.Charts = append(s.Charts, picture{title, svg.Bars("case-"+iso, "Change of real income of "+g.Title, list), false})
			s.Tables = append(s.Tables, g, more)
		}
	}
	if e := c.Rows[0].value(0, c.Country.ISO3); e != nil && len(e.Sectors) > 0 {
		title := "Output of the sectors of " + e.Name + ", " + c.Rows[0].Label + ", change in percent"
		s.Charts = append(s.Charts, picture{title, sectorBars("sectors", title, e), false})
		s.Tables = append(s.Tables, e.sectorGrid())
	}
	g := grid{Title: "All economies", Note: "real income, change in percent, closure " + c.Closures[0], Head: []string{""}}
	for i := range c.Rows {
		g.Head = append(g.Head, rowLabel(&c.Rows[i]))
	}
	for _, e := range c.Rows[0].Results[0].Economies {
		row := plain(e.Name)
		for i := range c.Rows {
			x := c.Rows[i].value(0, e.ISO3)
			row = append(row, incomeField(x.RealIncomePct, x.Lo, x.Hi))
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
