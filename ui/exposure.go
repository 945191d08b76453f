package ui

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"html"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/brief"
)

// An exposure is what is hit and what it costs.
type exposure struct {
	Query     url.Values
	Country   string
	On, Known string
	By        string // "programs", "chapters", "products"
	Doc       *brief.Document
	Now       int // index of the state of the day
	Rows      []exposureRow
	Map       template.HTML
}

type exposureRow struct {
	Key, Name string
	Imports   string
	Cells     []string
	Rate      string
}

func (s *site) exposure(r *http.Request) (*exposure, string, error) {
	q := r.URL.Query()
	d := &exposure{Query: q, Country: cmp.Or(q.Get("country"), "JP"), On: q.Get("on"), Known: q.Get("known"), By: cmp.Or(q.Get("by"), "chapters")}
	doc, err := s.desk.Brief(r.Context(), api.BriefRequest{RegimeRequest: api.RegimeRequest{Country: d.Country, On: d.On, Known: d.Known}, Top: 100}, true)
	if err != nil {
		return d, "", err
	}
	d.On, d.Country = doc.On.String(), doc.Country.ISO2
	if doc.Exposure == nil {
		p := &kanzei.Problem{Code: "trade.partner", Where: "country", Msg: "no imports from " + doc.Country.Name + " are held line by line", Hint: "its measures are at the desk"}
		for _, c := range doc.Caveats {
			if c.Kind == brief.TradeCaveat {
				p.Msg = strings.TrimSuffix(c.Text, ".")
			}
		}
		return d, "", p
	}
	d.Doc = doc
	for i, st := range doc.Exposure.States {
		if st.Name == "now" {
			d.Now = i
		}
	}
	rows, ok := d.rows()
	if !ok {
		return d, "", &kanzei.Problem{Where: "by", Msg: fmt.Sprintf("exposure is not listed by %q", d.By), Hint: "ask by chapters, programs or products"}
	}
	var tiles []tile
	for _, x := range rows {
		now := x.Cells[d.Now]
		e := exposureRow{Key: x.Key, Name: x.Name, Imports: millions(x.ValueUSD), Rate: percentRange(now.MinPct, now.MaxPct)}
		for _, c := range x.Cells {
			e.Cells = append(e.Cells, millionsRange(c.MinUSD, c.MaxUSD))
		}
		d.Rows = append(d.Rows, e)
		if d.By != "programs" && x.ValueUSD > 0 {
			rate := float64(now.AssumedMin+now.AssumedMax) / 2 / float64(x.ValueUSD)
			tiles = append(tiles, tile{value: float64(x.ValueUSD), shade: shade(rate), label: strings.TrimSpace(x.Key + " " + x.Name),
				said: fmt.Sprintf("%s %s: imports %s m USD, duty %s m USD (%s)", x.Key, x.Name, e.Imports, e.Cells[d.Now], e.Rate)})
		}
	}
	if len(tiles) > 0 {
		d.Map = treemap(tiles, "US imports from "+doc.Country.Name+" by "+strings.TrimSuffix(d.By, "s")+"; area: imports of 2024, shade: additional duty of the day")
	}
	return d, "Exposure of " + doc.Country.Name, nil
}

func (d *exposure) rows() ([]brief.Row, bool) {
	x := d.Doc.Exposure
	switch d.By {
	case "programs":
		return x.Programs, true
	case "chapters":
		return x.Chapters, true
	case "products":
		return x.Products, true
	}
	return nil, false
}

// exposureCSV is the table as a file.
func (s *site) exposureCSV(w http.ResponseWriter, r *http.Request) {
	d, _, err := s.exposure(r)
	if err != nil {
		p, status := problem(err)
		http.Error(w, "kanzei: "+p.Msg, status)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "exposure-"+d.Country+"-"+d.On+"-"+d.By+".csv"))
	out := csv.NewWriter(w)
	head := []string{"key", "name", "imports_usd"}
	for _, st := range d.Doc.Exposure.States {
		head = append(head, st.Name+"_"+st.On.String()+"_min_usd", st.Name+"_"+st.On.String()+"_max_usd")
	}
	out.Write(head)
	rows, _ := d.rows()
	for _, x := range rows {
		line := []string{x.Key, x.Name, strconv.FormatInt(x.ValueUSD, 10)}
		for _, c := range x.Cells {
			line = append(line, strconv.FormatInt(c.MinUSD, 10), strconv.FormatInt(c.MaxUSD, 10))
		}
		out.Write(line)
	}
	out.Flush()
}

func millions(usd int64) string {
	m := float64(usd) / 1e6
	switch {
	case m >= 100:
		s := strconv.FormatInt(int64(math.Round(m)), 10)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	case m >= 10:
		return strconv.FormatFloat(m, 'f', 1, 64)
	}
	return strconv.FormatFloat(m, 'f', 2, 64)
}

func millionsRange(lo, hi int64) string {
	a, b := millions(lo), millions(hi)
	if a == b {
		return a
	}
	return a + "–" + b
}

func percentRange(lo, hi kanzei.Fraction) string {
	a, b := lo.String(), hi.String()
	if a == b {
		return a + " %"
	}
	return a + "–" + b + " %"
}

// shade is one of seven steps of a rate.
func shade(rate float64) int {
	for i, step := range []float64{0.001, 0.05, 0.10, 0.15, 0.25, 0.40} {
		if rate < step {
			return i
		}
	}
	return 6
}

// A tile is a rectangle of a treemap.
type tile struct {
	value       float64
	shade       int
	label, said string
}

// treemap draws tiles with areas as their values, in rows as square as can be
// (Bruls, Huizing and van Wijk 2000). Tiles come in falling order.
func treemap(tiles []tile, title string) template.HTML {
	const width, height = 960.0, 420.0
	total := 0.0
	for _, t := range tiles {
		total += t.value
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="treemap" viewBox="0 0 %g %g" role="img" aria-label="%s">`, width, height, html.EscapeString(title))
	x, y, w, h := 0.0, 0.0, width, height
	worst := func(sum, least, most, side float64) float64 {
		return math.Max(side*side*most/(sum*sum), sum*sum/(side*side*least))
	}
	scale := width * height / total
	for len(tiles) > 0 {
		side := math.Min(w, h)
		n, sum := 1, tiles[0].value*scale
		for n < len(tiles) {
			v := tiles[n].value * scale
			if worst(sum+v, v, tiles[0].value*scale, side) > worst(sum, tiles[n-1].value*scale, tiles[0].value*scale, side) {
				break
			}
			sum += v
			n++
		}
		thick := sum / side
		at := 0.0
		for _, t := range tiles[:n] {
			long := t.value * scale / thick
			rx, ry, rw, rh := x, y+at, thick, long
			if w < h {
				rx, ry, rw, rh = x+at, y, long, thick
			}
			at += long
			fmt.Fprintf(&b, `<g><title>%s</title><rect class="heat%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, html.EscapeString(t.said), t.shade, rx, ry, rw, rh)
			if most := int(rw/6.6) - 1; most > 4 && rh > 18 {
				label := []rune(t.label)
				if len(label) > most {
					label = append(label[:most-1], '…')
				}
				fmt.Fprintf(&b, `<text class="on%d" x="%.1f" y="%.1f">%s</text>`, t.shade, rx+4, ry+14, html.EscapeString(string(label)))
			}
			b.WriteString("</g>")
		}
		if w < h {
			y, h = y+thick, h-thick
		} else {
			x, w = x+thick, w-thick
		}
		tiles = tiles[n:]
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
