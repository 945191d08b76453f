package ui

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/talks"
)

// tables are the negotiators' tables laid out last.
type tables struct {
	mu   sync.Mutex
	laid map[string]*laidTable
	use  []string // keys, the latest last
}

type laidTable struct {
	once  sync.Once
	done  chan struct{} // closed when the table is laid, or will not be
	table *talks.Table
	err   error
}

const mostTables = 6

// get lays a table, once for all who ask.
func (t *tables) get(key string, lay func() (*talks.Table, error)) (*talks.Table, error) {
	t.mu.Lock()
	x := t.laid[key]
	if x == nil {
		if t.laid == nil {
			t.laid = map[string]*laidTable{}
		}
		x = &laidTable{done: make(chan struct{})}
		t.laid[key] = x
	}
	t.use = append(slices.DeleteFunc(t.use, func(k string) bool { return k == key }), key)
	if len(t.use) > mostTables {
		delete(t.laid, t.use[0])
		t.use = t.use[1:]
	}
	t.mu.Unlock()
	x.once.Do(func() {
		defer close(x.done)
		x.err = kanzei.Caught(func() (err error) { x.table, err = lay(); return })
	})
	if x.err != nil {
		t.mu.Lock()
		if t.laid[key] == x {
			delete(t.laid, key) // ask anew next time
		}
		t.mu.Unlock()
	}
	return x.table, x.err
}

// begun reports whether a table is laid already, or is within a moment; if not
// it is being laid.
func (t *tables) begun(key string, lay func() (*talks.Table, error), moment time.Duration) bool {
	over := make(chan struct{})
	go func() {
		defer close(over)
		t.get(key, lay) // the error is told to who asks for the table
	}()
	select {
	case <-over:
		return true
	case <-time.After(moment):
		return false
	}
}

// A talksPage is a table with a choice made of it.
type talksPage struct {
	Query     url.Values
	Country   string
	On, Known string
	Red       string
	Rows      []talksRow
	Asker     string
	Day       string // of the walk-away
	Chosen    *talks.Chosen
	Named     []talksNamed
	Frontier  template.HTML
	Waits     bool // the table is not laid yet; the script asks for it
}

type talksRow struct {
	ID, What string
	Offer    bool
	On       bool
	Asker    string
	Giver    string
	AskerR   string
	Unit     string
}

type talksNamed struct {
	Name         string
	Link         template.URL
	Asker, Giver string
}

func (s *site) talks(w http.ResponseWriter, r *http.Request) { s.talksPage(w, r, "") }

// talksPart is what a choice brings, alone.
func (s *site) talksPart(w http.ResponseWriter, r *http.Request) { s.talksPage(w, r, "choice") }

func (s *site) talksPage(w http.ResponseWriter, r *http.Request, part string) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(3 * time.Minute)) // the first look solves some hundred equilibria
	d := talksPage{Query: r.URL.Query()}
	p := page{Title: "Talks", Here: "/talks", Data: &d}
	status := http.StatusOK
	if d.Waits = part == "" && d.Query.Get("wait") == "" && !s.laid(r.Context(), &d); d.Waits {
		s.write(w, status, "talks", p)
		return
	}
	d.Query.Del("wait")
	if err := s.answerTalks(r.Context(), &d); err != nil {
		p.Error, status = problem(err)
		if p.Error.Where == "ASKER" { // the word of the command
			e := *p.Error
			e.Where = "country"
			p.Error = &e
		}
	}
	if part != "" {
		s.part(w, status, "talks", part, p)
		return
	}
	s.write(w, status, "talks", p)
}

func (d *talksPage) read(s *site) {
	q := d.Query
	d.Country, d.On, d.Known, d.Red = cmp.Or(q.Get("country"), "JP"), cmp.Or(q.Get("on"), s.desk.Today().String()), q.Get("known"), q.Get("red")
}

// redLines are the red lines, one a semicolon.
func (d *talksPage) redLines() []string {
	return slices.DeleteFunc(strings.FieldsFunc(d.Red, func(r rune) bool { return r == ';' || r == '\n' }), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func (s *site) lay(ctx context.Context, d *talksPage) (*talks.Table, error) {
	return s.tables.get(s.table(ctx, d))
}

// laid reports whether the page can be shown with its table now.
func (s *site) laid(ctx context.Context, d *talksPage) bool {
	key, lay := s.table(ctx, d)
	return s.tables.begun(key, lay, 300*time.Millisecond)
}

// table names the table of a page and lays it.
func (s *site) table(ctx context.Context, d *talksPage) (key string, lay func() (*talks.Table, error)) {
	d.read(s)
	q := api.RegimeRequest{Country: d.Country, On: d.On, Known: d.Known}
	return d.Country + "/" + d.On + "/" + d.Known, func() (*talks.Table, error) {
		return s.desk.TalksTable(context.WithoutCancel(ctx), q)
	}
}

func (s *site) answerTalks(ctx context.Context, d *talksPage) error {
	t, err := s.lay(ctx, d)
	if err != nil {
		return err
	}
	w := t.Desk().World
	d.Asker, d.Country, d.Day = w.Economies[t.Desk().Asker].Name, w.Economies[t.Desk().Asker].ISO2, t.Menu.Ground.Law.On().String()
	granted := d.Query["grant"]
	for i, a := range t.Menu.Asks {
		x := t.Singles[i]
		row := talksRow{ID: a.ID, What: a.What, Offer: a.Offer, On: slices.Contains(granted, a.ID), Asker: musd(x.GainAskerMUSD), Giver: musd(x.GainGiverMUSD), AskerR: span(x.Range)}
		if u := x.PerUnit(); !math.IsInf(u, 1) && u > 0 {
			row.Unit = fmt.Sprintf("%.2f", u)
		}
		d.Rows = append(d.Rows, row)
	}
	for _, p := range t.Found.Named {
		q := url.Values{}
		for k, v := range d.Query {
			q[k] = v
		}
		q.Del("grant")
		for _, a := range p.Acts {
			q.Add("grant", a.ID)
		}
		d.Named = append(d.Named, talksNamed{p.Name, template.URL(q.Encode()), musd(p.GainAskerMUSD), musd(p.GainGiverMUSD)})
	}
	c, err := t.Choose(ctx, granted, d.redLines())
	if err == nil {
		c.Thirds = slices.DeleteFunc(slices.Clone(c.Thirds), func(x talks.Third) bool { return math.Abs(x.GainMUSD) < 0.05 }) // what would be written 0
		d.Chosen = c
	}
	d.Frontier = frontier(t, c, d.Asker)
	return err
}

// talksDraft is the choice as a file.
func (s *site) talksDraft(w http.ResponseWriter, r *http.Request) {
	d := talksPage{Query: r.URL.Query()}
	text, err := func() (string, error) {
		t, err := s.lay(r.Context(), &d)
		if err != nil {
			return "", err
		}
		c, err := t.Choose(r.Context(), d.Query["grant"], nil)
		if err != nil {
			return "", err
		}
		return t.WriteDraft(c)
	}()
	if err != nil {
		p, status := problem(err)
		s.write(w, status, "error", page{Title: "Talks", Here: "/talks", Error: p})
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "draft-"+d.Country+"-"+d.On+".yaml"))
	fmt.Fprint(w, text)
}

// musd writes million dollars with their sign.
func musd(v float64) string {
	a := math.Abs(v)
	s := fmt.Sprintf("%.0f", a)
	switch {
	case a >= 1000:
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	case a < 10:
		s = fmt.Sprintf("%.1f", a)
	}
	switch {
	case v < 0:
		return "−" + s
	case v > 0:
		return "+" + s
	}
	return "0"
}

// span is a range of percent.
func span(r talks.Range) string {
	if r.Lo == nil || r.Hi == nil {
		return ""
	}
	return fmt.Sprintf("%+.3f to %+.3f %%", *r.Lo, *r.Hi)
}

// frontier draws what both sides gain over the walk-away: the packages that
// nothing beats, and the choice.
func frontier(t *talks.Table, chosen *talks.Chosen, asker string) template.HTML {
	const width, height, margin = 460.0, 330.0, 46.0
	type dot struct {
		x, y  float64
		class string
		said  string
	}
	var dots []dot
	for _, p := range t.Found.Frontier {
		dots = append(dots, dot{p.GainAskerMUSD, p.GainGiverMUSD, "edge", fmt.Sprintf("%d acts: %s %s, United States %s m USD", len(p.Acts), asker, musd(p.GainAskerMUSD), musd(p.GainGiverMUSD))})
	}
	if chosen != nil {
		dots = append(dots, dot{chosen.GainAskerMUSD, chosen.GainGiverMUSD, "chosen", fmt.Sprintf("the choice: %s %s, United States %s m USD", asker, musd(chosen.GainAskerMUSD), musd(chosen.GainGiverMUSD))})
	}
	x0, x1, y0, y1 := 0.0, 0.0, 0.0, 0.0
	for _, w := range t.Singles {
		x0, x1, y0, y1 = min(x0, w.GainAskerMUSD), max(x1, w.GainAskerMUSD), min(y0, w.GainGiverMUSD), max(y1, w.GainGiverMUSD)
	}
	for _, p := range dots {
		x0, x1, y0, y1 = min(x0, p.x), max(x1, p.x), min(y0, p.y), max(y1, p.y)
	}
	x := func(v float64) float64 { return margin + (v-x0)/max(x1-x0, 1)*(width-margin-14) }
	y := func(v float64) float64 { return height - margin - (v-y0)/max(y1-y0, 1)*(height-margin-14) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="frontier" viewBox="0 0 %g %g" role="img" aria-labelledby="fr-t"><title id="fr-t">What %s and the United States gain over the walk-away, million US dollars a year</title>`, width, height, html.EscapeString(asker))
	fmt.Fprintf(&b, `<rect class="zone" x="%.1f" y="14" width="%.1f" height="%.1f"/>`, x(0), max(width-14-x(0), 0), max(y(0)-14, 0))
	fmt.Fprintf(&b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><line class="axis" x1="%.1f" x2="%.1f" y1="14" y2="%.1f"/>`, margin, width-14, y(0), y(0), x(0), x(0), height-margin)
	fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%.1f" text-anchor="end">%s gains %s m</text><text class="tick" x="%.1f" y="%.1f">%s</text>`, width-14, height-14, html.EscapeString(asker), musd(x1), margin, height-14, musd(x0))
	fmt.Fprintf(&b, `<text class="tick" x="4" y="12">United States gains %s m</text><text class="tick" x="4" y="%.1f">%s</text>`, musd(y1), height-margin, musd(y0))
	slices.SortFunc(dots, func(a, b dot) int { return cmp.Or(cmp.Compare(a.class, b.class)*-1, cmp.Compare(a.x, b.x)) })
	var line []string
	for _, p := range dots {
		if p.class == "edge" {
			line = append(line, fmt.Sprintf("%.1f,%.1f", x(p.x), y(p.y)))
		}
	}
	fmt.Fprintf(&b, `<polyline class="edge-line" points="%s"/>`, strings.Join(line, " "))
	for _, p := range dots {
		r := 4
		if p.class == "chosen" {
			r = 8
		}
		fmt.Fprintf(&b, `<circle class="%s" cx="%.1f" cy="%.1f" r="%d"><title>%s</title></circle>`, p.class, x(p.x), y(p.y), r, html.EscapeString(p.said))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
