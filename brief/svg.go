package brief

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// A drawing is an inline picture of a fixed width, in units of CSS pixels, with
// labels above the bars so that it holds on a telephone. Colours are classes of
// the page's style.
type drawing struct {
	b      strings.Builder
	labels strings.Builder // drawn last
	id     string
	width  int
	height int
}

func (g *drawing) add(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

func (g *drawing) text(x, y float64, class, anchor, s string) {
	fmt.Fprintf(&g.labels, `<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`+"\n", x, y, class, anchor, html.EscapeString(s))
}

func (g *drawing) rect(x, y, w, h float64, class, title string) {
	g.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="%s"><title>%s</title></rect>`, x, y, max(w, 1), h, class, html.EscapeString(title))
}

// done closes the picture, with a title and a description for those who do not
// see it.
func (g *drawing) done(title, desc string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="%s-t %s-d">`+"\n", g.width, g.height, g.width, g.height, g.id, g.id)
	fmt.Fprintf(&b, "<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>\n", g.id, html.EscapeString(title), g.id, html.EscapeString(desc))
	fmt.Fprintf(&b, `<defs><pattern id="%s-h" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" class="hatch-ground"/><rect width="3" height="7" class="hatch"/></pattern></defs>`+"\n", g.id)
	b.WriteString(g.b.String())
	b.WriteString(g.labels.String())
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// A lane is one line of the timeline.
type lane struct {
	label string
	bars  []Stretch
	ends  kanzei.Moment // when others take its place; zero when none do
}

// lanes are the measures of the timeline, those that stand alike together.
func (d *Document) lanes() []lane {
	var out []lane
	for i := range d.Regime {
		p := &d.Regime[i]
		if p.Excused != nil {
			continue
		}
		for _, g := range groups(p) {
			if d := g.First.Displaced; d != nil && d.At <= g.First.Since {
				continue
			}
			l := lane{label: fmt.Sprintf("%s, %s (%s)", plain(p.Title), g.First.Rate, headingWords(g.Headings)), bars: g.First.Stretches}
			if d := g.First.Displaced; d != nil {
				l.ends = d.At
			}
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(x, y lane) int { return int(first(x.bars)) - int(first(y.bars)) })
	return out
}

func first(bars []Stretch) kanzei.Moment {
	for _, s := range bars {
		if s.Status == string(ledger.InForce) {
			return s.From
		}
	}
	return kanzei.Forever
}

// window is the stretch of days the timeline shows: some weeks before the
// oldest measure of this spell, or before the day, to some weeks after the last
// change known, within bounds that keep the day readable.
func (d *Document) window() (from, to kanzei.Day) {
	from, to = d.On-45, d.On+120
	for _, l := range d.lanes() {
		for _, s := range l.bars {
			if s.From.Day() >= d.On-150 && s.From.Day() < from+14 {
				from = s.From.Day() - 14
			}
		}
	}
	most := d.On + 200
	if d.Hindsight {
		most = d.On + 730
	}
	far := true // nothing changes soon: show the next change, however late
	for i := range d.Outlook {
		if e := &d.Outlook[i]; e.Levies && !e.Claim && e.What != Awaiting {
			if at := e.At.Day(); at < most || far && at < d.On+730 {
				to = max(to, at+30)
				far = false
			}
		}
	}
	return from, to
}

// timeline draws when each measure is in force, suspended, or coming, with
// marks for both clocks.
func (d *Document) timeline(id string, width int) template.HTML {
	g := &drawing{id: id, width: width}
	from, to := d.window()
	x := func(day kanzei.Day) float64 {
		return float64(day-from) / float64(to-from) * float64(width-2)
	}
	const top, deep = 46.0, 40.0
	lanes := d.lanes()
	seen := max(d.On, d.Known) // what lies after it is what the law known says will be
	bottom := top + deep*float64(len(lanes))
	g.height = int(bottom) + 8
	// Months.
	step := 1
	for float64(step)*30.4*float64(width)/float64(to-from) < 58 {
		step++
	}
	y, m, _ := from.Date()
	for k := 0; ; k++ {
		day := kanzei.DayOf(y, m+k, 1)
		if day > to {
			break
		}
		_, month, _ := day.Date()
		if day < from || (month-1)%min(step, 12) != 0 && step > 1 {
			continue
		}
		g.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, x(day), x(day), top-4, bottom)
		if x(day) < float64(width)-40 {
			layout := "Jan"
			if month == 1 || k <= step {
				layout = "Jan 2006"
			}
			g.text(x(day)+3, top-8, "tick", "start", day.Format(layout))
		}
	}
	for i, l := range lanes {
		row := top + deep*float64(i)
		for _, s := range l.bars {
			a, b := max(s.From.Day(), from), to
			if s.Until != kanzei.Forever {
				b = min(s.Until.Day(), to)
			}
			if l.ends != 0 {
				b = min(b, l.ends.Day())
			}
			if b <= a || s.Status == string(ledger.Terminated) {
				continue
			}
			words := fmt.Sprintf("%s: %s from %s", l.label, s.Status, dayWords(s.From.Day()))
			if s.Until != kanzei.Forever {
				words += " until " + dayWords(s.Until.Day())
			}
			switch {
			case s.Status == string(ledger.Suspended):
				g.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="14" fill="url(#%s-h)" class="edge"><title>%s</title></rect>`, x(a), row+19, max(1.5, x(b)-x(a)), id, html.EscapeString(words))
			case a > seen:
				g.rect(x(a)+.7, row+19.7, x(b)-x(a)-1.4, 12.6, "outline", words)
			case b > seen:
				g.rect(x(a), row+19, x(seen)-x(a), 14, "solid", words)
				g.rect(x(seen), row+19.7, x(b)-x(seen)-.7, 12.6, "outline", words)
			default:
				g.rect(x(a), row+19, x(b)-x(a), 14, "solid", words)
			}
		}
	}
	mark := func(day kanzei.Day, label string, y float64) {
		if day < from || day > to {
			return
		}
		anchor, dx := "start", 3.0
		if x(day) > float64(width)*.7 {
			anchor, dx = "end", -3
		}
		g.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="mark"/>`, x(day), x(day), y-10, bottom)
		g.text(x(day)+dx, y, "mark-label", anchor, label)
	}
	if d.Known == d.On {
		mark(d.On, "on and known "+dayShort(d.On), 12)
	} else {
		mark(d.On, "on "+dayShort(d.On), 12)
		mark(d.Known, "known "+dayShort(d.Known), 24)
	}
	for i, l := range lanes {
		g.text(0, top+deep*float64(i)+13, "label", "start", clip(l.label, width*10/68))
	}
	var desc []string
	for i := range d.Regime {
		for _, m := range groups(&d.Regime[i]) {
			desc = append(desc, fmt.Sprintf("%s %s: %s", plain(d.Regime[i].Title), m.First.Rate, standing(m.First)))
		}
	}
	return g.done("Timeline of the measures on goods of "+d.Country.Name, strings.Join(desc, "; ")+".")
}

// bars draws rows of values in groups: one label above its bars.
type bar struct {
	label  string // beside the bar
	lo, hi int64
	class  string
}

type barGroup struct {
	label string
	bars  []bar
}

func bars(id string, width int, groups []barGroup, title string) template.HTML {
	g := &drawing{id: id, width: width}
	var most int64 = 1
	for _, r := range groups {
		for _, b := range r.bars {
			most = max(most, b.hi)
		}
	}
	room := float64(width) - 190 // beside the longest bar, for its label
	if width < 500 {
		room = float64(width) - 150
	}
	y := 0.0
	var desc []string
	for _, r := range groups {
		g.text(0, y+14, "label", "start", clip(r.label, width*10/68))
		y += 20
		var said []string
		for _, b := range r.bars {
			lo, hi := float64(b.lo)/float64(most)*room, float64(b.hi)/float64(most)*room
			words := r.label + ", " + b.label
			if b.lo > 0 {
				g.rect(0, y, lo, 12, b.class, words)
			}
			if hi-lo >= 1 {
				g.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="open %s"><title>%s</title></rect>`, lo+.5, y+.5, hi-lo-.5, b.class, html.EscapeString(words))
			}
			g.text(max(hi, lo)+6, y+10, "value", "start", b.label)
			said = append(said, b.label)
			y += 16
		}
		desc = append(desc, r.label+": "+strings.Join(said, ", "))
		y += 8
	}
	g.height = int(y)
	return g.done(title, strings.Join(desc, "; ")+".")
}

// measureBars draws imports hit and duty by measure, on the day and in the last
// state measured.
func (x *Exposure) measureBars(id string, width int) template.HTML {
	states := pick(x, 2)
	var out []barGroup
	for _, r := range x.Programs {
		g := barGroup{label: plain(r.Name)}
		hit := int64(-1)
		for _, i := range states {
			c := r.Cells[i]
			if c.MaxUSD == 0 {
				continue
			}
			day := columnHead(&x.States[i])
			if c.HitUSD != hit {
				g.bars = append(g.bars, bar{"imports hit " + amount(c.HitUSD), c.HitUSD, c.HitUSD, "imports"})
				hit = c.HitUSD
			}
			g.bars = append(g.bars, bar{day + ": duty " + tight(c.MinUSD, c.MaxUSD), c.MinUSD, c.MaxUSD, stateClass(x, i)})
		}
		if len(g.bars) > 0 {
			out = append(out, g)
		}
	}
	return bars(id, width, out, "Imports hit and duty a year, by measure")
}

// productBars draws the most exposed products.
func (x *Exposure) productBars(id string, width int) template.HTML {
	states := pick(x, 2)
	var out []barGroup
	for _, r := range x.Products[:min(12, len(x.Products))] {
		g := barGroup{label: r.Key + " " + r.Name}
		for _, i := range states {
			c := r.Cells[i]
			g.bars = append(g.bars, bar{columnHead(&x.States[i]) + ": " + tight(c.MinUSD, c.MaxUSD), c.MinUSD, c.MaxUSD, stateClass(x, i)})
		}
		out = append(out, g)
	}
	return bars(id, width, out, "Duty a year on the most exposed products")
}

// stateClass colours the day itself and what follows it.
func stateClass(x *Exposure, i int) string {
	if x.States[i].Name == "now" {
		return "now"
	}
	return "next"
}
