package brief

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/ledger"
)

//go:embed page.html
var pageText string

// CSS is the style sheet of the page, for other pages that show parts of it.
//
//go:embed page.css
var CSS string

// pageTemplate is parsed when a page is first written.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"css": func() template.CSS { return template.CSS(CSS) },
		"day": dayShort, "dayWords": dayWords, "plain": plain, "named": named, "usd": usd, "amount": amount,
		"tight": tight, "tightPct": tightPct, "standing": standing, "headings": headingWords, "groups": func(p Program) []group { return groups(&p) },
		"reach": groupScope, "outlookTitle": outlookTitle, "carried": func(x *Exposure, c Carried) string { return carriedWords(x, &c) }, "count": count, "deeds": func(p Public) string { return deedWords(&p) },
		"column":    func(s State) string { return columnHead(&s) },
		"momentDay": func(m kanzei.Moment) string { return dayShort(m.Day()) },
		"statusClass": func(s string) string {
			switch s {
			case string(ledger.InForce):
				return "in-force"
			case string(ledger.Suspended):
				return "suspended"
			}
			return "coming"
		},
		"sort": func(ns []int) []int { return slices.Sorted(slices.Values(ns)) },
		"lawRefs": func(ls []LawRef) []int {
			var ns []int
			for _, l := range ls {
				ns = addRef(ns, l.Ref)
			}
			return slices.Sorted(slices.Values(ns))
		},
		"join": func(s []string) string { return strings.Join(s, "; ") },
	}).Parse(pageText)
})

// A sheet is what the page shows beside the document.
type sheet struct {
	*Document
	Clocks   string
	Figures  []figure
	Charts   []chart
	Events   []Event
	Quiet    int
	Open     []Caveat // what is not known
	Left     []Caveat // what is not modelled
	NowIndex int
}

// A figure is one of the numbers at the head of the page.
type figure struct{ Value, Label string }

// A chart is one picture in two widths.
type chart struct {
	ID, Title, Key string
	Wide, Narrow   template.HTML
}

// HTML writes the folder as one page that needs nothing else: no script, no
// style sheet, no picture from elsewhere.
func (d *Document) HTML(w io.Writer) error { return d.page(w, "page") }

// Main writes what stands in the page below its head, to be shown in another
// page with [CSS].
func (d *Document) Main(w io.Writer) error { return d.page(w, "main") }

func (d *Document) page(w io.Writer, part string) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	s := sheet{Document: d, Clocks: clocks(d), Figures: d.figures()}
	for i := range d.Outlook {
		if d.Outlook[i].quiet(d) {
			s.Quiet++
		} else {
			s.Events = append(s.Events, d.Outlook[i])
		}
	}
	for _, c := range d.Caveats {
		if c.Kind == NotModelled {
			s.Left = append(s.Left, c)
		} else {
			s.Open = append(s.Open, c)
		}
	}
	if len(d.lanes()) > 0 {
		s.Charts = append(s.Charts, chart{"timeline", "Measures in time", "timeline", d.timeline("tw", 760), d.timeline("tn", 350)})
	}
	if x := d.Exposure; x != nil {
		s.Charts = append(s.Charts,
			chart{"by-measure", "Imports hit and duty a year, by measure", "bars", x.measureBars("mw", 760), x.measureBars("mn", 350)},
			chart{"products", "Most exposed products: duty a year", "bars", x.productBars("pw", 760), x.productBars("pn", 350)})
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, part, s); err != nil {
		return err
	}
	_, err = unbreakable.WriteString(w, b.String())
	return err
}

// unbreakable keeps numbers and their units on one line.
var unbreakable = strings.NewReplacer(" %", "\u00a0%", " bn", "\u00a0bn", " m USD", "\u00a0m\u00a0USD", " a.m.", "\u00a0a.m.")

// figures picks the numbers at the head of the page.
func (d *Document) figures() []figure {
	var out []figure
	if x := d.Exposure; x != nil {
		out = append(out, figure{usd(x.ValueUSD), fmt.Sprintf("US imports from %s in %d", d.Country.Name, x.Year)})
		for i := range x.States {
			s := &x.States[i]
			if s.Name != "now" {
				continue
			}
			out = append(out, figure{tight(s.Totals.AdditionalMinUSD, s.Totals.AdditionalMaxUSD) + " USD", "additional duty a year at the law of the day, static"})
			out = append(out, figure{tightPct(s.Totals.AdditionalMinPct, s.Totals.AdditionalMaxPct), "on top of column 1, average of all imports"})
		}
	}
	for i := range d.Outlook {
		if e := &d.Outlook[i]; e.Levies && !e.Claim && e.What != Awaiting {
			out = append(out, figure{dayWords(e.At.Day()), "next change of duty"})
			break
		}
	}
	return out
}

// A listing is a table of chapters or products.
type listing struct {
	Title  string
	States []State
	Rows   []Row
}

// ByChapter and ByProduct are the tables of the page.
func (x *Exposure) ByChapter() listing { return listing{"Chapter", x.States, x.Chapters} }

// ByProduct is the table of the most exposed products.
func (x *Exposure) ByProduct() listing { return listing{"Product", x.States, x.Products} }

// Moved reports whether a row has a range that the assumption narrows.
func (r Row) Moved() bool { return moved(&r) }
