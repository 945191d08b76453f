package brief

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"kanzei/ledger"
)

// A Style says how text is written: for how many columns (at least 60; 0 is
// 80), and whether with the colours of a terminal.
type Style struct {
	Width  int
	Colour bool
}

// Text writes the whole folder.
func (d *Document) Text(w io.Writer, s Style) error {
	p := newPage(s)
	p.head(d)
	p.section("In short")
	for _, x := range d.Summary {
		p.wrap(2, 2, p.bold(x.Head+". ")+x.Text+p.dim(refs(x.Refs)))
	}
	p.measures(d)
	p.outlook(d)
	p.later(d)
	p.exposure(d, 0)
	p.welfare(d)
	p.caveats(d)
	p.law(d)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// RegimeText writes the measures, the outlook and the law behind them.
func (d *Document) RegimeText(w io.Writer, s Style) error {
	p := newPage(s)
	p.head(d)
	p.measures(d)
	p.outlook(d)
	p.later(d)
	p.caveats(d)
	p.law(d)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// ExposureText writes what the measures hit and cost.
func (d *Document) ExposureText(w io.Writer, s Style) error {
	p := newPage(s)
	p.head(d)
	p.exposure(d, 0)
	p.caveats(d)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// A page collects lines.
type page struct {
	b     strings.Builder
	width int
	on    bool // colour
}

func newPage(s Style) *page {
	p := &page{width: s.Width, on: s.Colour}
	if p.width == 0 {
		p.width = 80
	}
	p.width = max(60, min(p.width, 160))
	return p
}

func (p *page) sgr(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *page) bold(s string) string { return p.sgr("1", s) }
func (p *page) dim(s string) string  { return p.sgr("2", s) }

func (p *page) status(status, s string) string {
	switch status {
	case string(ledger.InForce):
		return p.sgr("31", s)
	case string(ledger.Suspended):
		return p.sgr("33", s)
	}
	return p.sgr("36", s)
}

func (p *page) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
}

func (p *page) section(title string) {
	p.line("")
	p.line(p.bold(strings.ToUpper(title)))
}

// wrap writes text with an indent for its first and its other lines.
func (p *page) wrap(first, rest int, text string) {
	for i, l := range fold(text, p.width-max(first, rest)) {
		indent := rest
		if i == 0 {
			indent = first
		}
		p.line(strings.Repeat(" ", indent) + l)
	}
}

// row writes columns side by side, each folded to its width.
func (p *page) row(indent int, widths []int, cells ...string) {
	var folded [][]string
	height := 0
	for i, c := range cells {
		f := fold(c, widths[i])
		folded = append(folded, f)
		height = max(height, len(f))
	}
	for y := range height {
		l := strings.Repeat(" ", indent)
		for i, f := range folded {
			c := ""
			if y < len(f) {
				c = f[y]
			}
			l += c + strings.Repeat(" ", max(0, widths[i]-columns(c))) + "  "
		}
		p.line(l)
	}
}

func refs(ns []int) string {
	if len(ns) == 0 {
		return ""
	}
	var out []string
	for _, n := range slices.Sorted(slices.Values(ns)) {
		out = append(out, fmt.Sprint(n))
	}
	return " [" + strings.Join(out, ",") + "]"
}

func lawRefs(ls []LawRef) string {
	var ns []int
	for _, l := range ls {
		ns = addRef(ns, l.Ref)
	}
	return refs(ns)
}

func (p *page) head(d *Document) {
	p.line(p.bold(fmt.Sprintf("%s: US tariffs on %s", d.Country.Name, dayWords(d.On))))
	p.wrap(0, 0, p.clocks(d))
}

func (p *page) clocks(d *Document) string {
	return p.dim(clocks(d))
}

// clocks says both clocks and the horizon.
func clocks(d *Document) string {
	s := fmt.Sprintf("on %s, as known on %s", d.On, d.Known)
	if d.Hindsight {
		s += " (with hindsight)"
	}
	if d.KnownOnlyTo != 0 {
		return s + "; known only to " + d.KnownOnlyTo.String()
	}
	return s + "; sources read to " + d.Horizon.String()
}

// standing says the status of measures that stand alike, with its dates, and
// from when others take their place.
func standing(m *Measure) string {
	s := stands(m)
	if d := m.Displaced; d != nil {
		if d.At <= m.Since && m.Status == Coming {
			return "gives way to " + headingWords(d.By) + " from " + dayShort(d.At.Day())
		}
		if d.At <= m.Since {
			return "gives way to " + headingWords(d.By) + " since " + dayShort(d.At.Day())
		}
		if d.Already {
			return "given way to " + headingWords(d.By) + " since " + dayShort(d.At.Day())
		}
		s += ", gives way to " + headingWords(d.By) + " on " + dayShort(d.At.Day())
	}
	return s
}

func stands(m *Measure) string {
	switch m.Status {
	case string(ledger.InForce):
		s := "in force since " + dayShort(m.Since.Day())
		switch {
		case m.Until == 0:
		case m.Then == "ends" || m.Then == "is suspended":
			s += ", " + m.Then + " " + dayShort(m.Until.Day())
		default:
			s += ", " + m.Then + " from " + dayShort(m.Until.Day())
		}
		return s
	case string(ledger.Suspended):
		s := "suspended since " + dayShort(m.Since.Day())
		if m.Until != 0 {
			s += " until " + dayShort(m.Until.Day())
			if m.Then != "" {
				s += ", then " + m.Then
			}
		}
		return s
	case Coming:
		s := "from " + dayShort(m.Since.Day())
		if m.Until != 0 && m.Then == "ends" {
			s += " until " + dayShort(m.Until.Day())
		} else if m.Until != 0 {
			s += ", " + m.Then + " from " + dayShort(m.Until.Day())
		}
		return s
	}
	return m.Status
}

func (p *page) measures(d *Document) {
	p.section("Measures")
	if len(d.Regime) == 0 {
		p.wrap(2, 2, "None held for this day, and none coming.")
		return
	}
	widths := []int{12, 30, 0}
	if p.width >= 110 {
		widths[1] = 42
	}
	widths[2] = p.width - 4 - widths[0] - widths[1] - 4
	claims := 0
	for i := range d.Regime {
		q := &d.Regime[i]
		gs := groups(q)
		for _, m := range q.Measures {
			if m.Claim {
				claims++
			}
		}
		if len(gs) == 0 {
			continue
		}
		p.wrap(2, 2, p.bold(named(q.Title, q.Authority))+p.dim(" "+q.Name+refs(q.Refs)))
		for _, g := range gs {
			what := headingWords(g.Headings) + " " + groupScope(g)
			if g.First.Void != nil {
				what += "; " + g.First.Void.Words()
			}
			p.row(4, widths, g.First.Rate, p.statusFold(g.First, widths[1]), what)
		}
		var notes []string
		if q.Excused != nil {
			notes = append(notes, "not due on goods of "+d.Country.Name+": "+q.Excused.Heading+" "+q.Excused.Title)
		}
		if len(q.NotOn) > 0 {
			notes = append(notes, "no duty on value covered by "+strings.Join(q.NotOn, ", "))
		}
		if len(q.Exempt) > 0 {
			var hs []string
			for _, x := range q.Exempt {
				hs = append(hs, x.Heading)
			}
			notes = append(notes, "exempt: "+headingWords(hs))
		}
		if len(q.OnClaim) > 0 {
			notes = append(notes, count(len(q.OnClaim), "exception")+" on claim")
		}
		if len(notes) > 0 {
			for _, l := range fold(strings.Join(notes, "; "), p.width-4) {
				p.line("    " + p.dim(l))
			}
		}
	}
	if claims > 0 {
		p.wrap(2, 2, p.dim(fmt.Sprintf("%d further duties apply only where an importer claims or is held to them; see --json or --html.", claims)))
	}
}

// statusFold colours each line of a status by itself.
func (p *page) statusFold(m *Measure, n int) string {
	words := strings.Fields(standing(m))
	for i := range words {
		words[i] = p.status(m.Status, words[i])
	}
	return strings.Join(words, " ")
}

// groupScope says what a group reaches.
func groupScope(g group) string {
	s := g.First.Title
	if len(g.Headings) > 1 {
		s = scopeWords(g.codes)
	}
	if len(g.bases) == 1 && g.bases[0] != "customs value" {
		s += ", on the " + g.bases[0]
	} else if len(g.bases) > 1 {
		s += "; part of them on the metal content only"
	}
	return s
}

func (p *page) outlook(d *Document) {
	p.section(outlookTitle(d))
	shown, quiet := 0, 0
	for i := range d.Outlook {
		e := &d.Outlook[i]
		if e.quiet(d) {
			quiet++
			continue
		}
		shown++
		text := e.Sentence()
		if e.Later {
			text += p.dim(" (public " + dayShort(e.Public) + ")")
		}
		when := "no day set"
		if e.At != 0 {
			when = dayShort(e.At.Day())
		}
		if e.Levies {
			when = p.bold(when)
		}
		p.row(2, []int{12, p.width - 16}, when, text+p.dim(lawRefs(e.Law)))
	}
	if shown == 0 {
		p.wrap(2, 2, "Nothing: the law known names no further change.")
	}
	if quiet > 0 {
		p.wrap(2, 2, p.dim("Not listed: "+count(quiet, "change")+" of terms, lists or exceptions; see --json or --html."))
	}
}

// outlookTitle names the outlook: with hindsight it is what came.
func outlookTitle(d *Document) string {
	if d.Hindsight {
		return "What comes after " + dayWords(d.On)
	}
	return "What happens without a further act"
}

// quiet reports whether the event is left out of a page: it changes no duty
// that is levied without a claim, or, with hindsight, a list or an exception.
func (e *Event) quiet(d *Document) bool {
	if e.What == "restated" || e.Claim {
		return true
	}
	return d.Hindsight && (e.What == "products" || strings.HasPrefix(e.What, "exception"))
}

func (p *page) later(d *Document) {
	if len(d.Later) == 0 {
		return
	}
	p.section("What was made public after " + dayWords(d.On))
	for i := range d.Later {
		x := &d.Later[i]
		p.row(2, []int{12, p.width - 16}, dayShort(x.Public), p.bold(x.Instrument)+p.dim(refs([]int{x.Ref}))+" "+deedWords(x))
	}
}

// deedWords says what an instrument does, retroaction and awaited notices
// included.
func deedWords(x *Public) string {
	var out []string
	for _, e := range x.Does {
		s := e.What
		if len(e.Headings) > 0 {
			s += " (" + headingWords(e.Headings) + ")"
		}
		if e.Note {
			out = append(out, strings.TrimRight(s, "."))
			continue
		}
		if e.From != 0 {
			s += " from " + dayShort(e.From.Day())
		}
		if e.Until != 0 {
			s += " until " + dayShort(e.Until.Day())
		}
		if e.Retroactive {
			s += ", retroactively"
		}
		if e.Implemented > x.Public {
			s += ", put into the schedule by notice of " + dayShort(e.Implemented)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ") + "."
}

func (p *page) caveats(d *Document) {
	p.section("What this folder does not know")
	if d.Seen != "" {
		p.wrap(2, 2, p.dim(d.Seen))
	}
	more := 0
	for _, c := range d.Caveats {
		if c.Kind == NotModelled {
			more++
			continue
		}
		about := ""
		if c.About != "" {
			about = p.dim(c.About + ": ")
		}
		p.wrap(2, 4, "- "+about+c.Text+p.dim(refs(c.Refs)))
	}
	if more > 0 {
		p.wrap(2, 4, "- "+count(more, "further point")+" that the law edition does not model: kanzei law coverage, --json or --html.")
	}
}

func (p *page) law(d *Document) {
	p.section("The law and the data behind it")
	for _, s := range d.Sources {
		t := fmt.Sprintf("[%d] %s", s.Ref, p.bold(s.Name))
		if s.Title != "" {
			t += ", " + s.Title
		}
		if s.Public != 0 {
			t += ", public " + dayShort(s.Public)
		}
		if s.Citation != "" {
			t += ", " + s.Citation
		}
		p.wrap(2, 6, t)
		for _, q := range s.Quotes {
			where := headingWords(q.Headings)
			if q.Cite != "" {
				where = strings.TrimSpace(where + " " + q.Cite)
			}
			p.wrap(6, 8, p.dim(where+": ")+"“"+q.Text+"”")
		}
	}
}
