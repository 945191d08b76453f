package svg

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
	"sync"
)

// Outlines of countries: Natural Earth 4.1.0, 1:50 million, public domain, made
// small by go run ./internal/gen outlines. Borders are drawn as they are held,
// without a view on any claim.
//
//go:embed world.outlines
var outlineData []byte

// An outline is a country: rings of degrees, first the largest.
type outline struct {
	iso2  string // "--" where ISO 3166 has no code
	rings [][]degrees
}

type degrees struct{ lon, lat float64 }

var outlines = sync.OnceValues(func() ([]outline, error) { return readOutlines(outlineData) })

// readOutlines reads steps a degree, the number of countries, and for each its
// two letters, its rings, their points as differences; all numbers are varints.
func readOutlines(data []byte) ([]outline, error) {
	bad := errors.New("world.outlines is damaged; rebuild it with go run ./internal/gen outlines")
	ok := true
	number := func() int {
		v, n := binary.Varint(data)
		if n <= 0 {
			ok, data = false, nil
			return 0
		}
		data = data[n:]
		return int(v)
	}
	count := func() int {
		n := number()
		if n < 0 || n > len(data) {
			ok = false
			return 0
		}
		return n
	}
	grid := float64(number())
	if !ok || grid <= 0 {
		return nil, bad
	}
	out := make([]outline, count())
	for i := range out {
		if len(data) < 2 {
			return nil, bad
		}
		out[i].iso2, data = string(data[:2]), data[2:]
		out[i].rings = make([][]degrees, count())
		for r := range out[i].rings {
			ring := make([]degrees, count())
			x, y := 0, 0
			for k := range ring {
				x, y = x+number(), y+number()
				ring[k] = degrees{float64(x) / grid, float64(y) / grid}
			}
			out[i].rings[r] = ring
		}
	}
	if !ok || len(data) > 0 {
		return nil, bad
	}
	return out, nil
}

// A Country is a value on the map.
type Country struct {
	ISO2 string
	Name string
	// Value decides the colour.
	Value float64
	// Text is what is said of it, such as "+0.12 % (+0.08 to +0.16)".
	Text string
}

// A Map is a choropleth of the world.
type Map struct {
	ID    string // of the element, unique in a page
	Title string
	Desc  string // for those who do not see it
	Unit  string // of the legend: "%"
	// Countries have a value of their own.
	Countries []Country
	// Rest, if not nil, is the value of all others together, hatched; its name
	// says who they are. Without it others are hatched and have no value.
	Rest *Country
	// NameOf names countries by code, for those without a value of their own;
	// nil: by their codes.
	NameOf func(iso2 string) string
}

// The picture is 960 wide; latitudes from top to foot.
const (
	mapWidth   = 960.0
	mapTop     = 83.7
	mapFoot    = -56.0
	smallest   = 14.0 // square pixels below which a country is a dot
	mapRadius  = 3.5
	equatorEnd = 2.7066299836 // x of 180 degrees
)

// HTML draws the map, with its legend below, in the Equal Earth projection.
func (m *Map) HTML() (template.HTML, error) {
	all, err := outlines()
	if err != nil {
		return "", err
	}
	scale := mapWidth / (2 * equatorEnd)
	_, top := EqualEarth(0, mapTop)
	_, foot := EqualEarth(0, mapFoot)
	height := math.Ceil((top - foot) * scale)
	at := func(d degrees) (x, y float64) {
		x, y = EqualEarth(d.lon, d.lat)
		return (x + equatorEnd) * scale, (top - y) * scale
	}
	measured := m.measure()
	values := map[string]*Country{}
	for i := range m.Countries {
		values[m.Countries[i].ISO2] = &m.Countries[i]
	}
	rest := "z"
	if m.Rest != nil {
		rest = className(class(m.Rest.Value, measured))
	}
	var b, dots strings.Builder
	fmt.Fprintf(&b, `<svg class="world" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`+"\n",
		mapWidth, height, m.ID, m.ID, m.ID, html.EscapeString(m.Title), m.ID, html.EscapeString(m.Desc))
	fmt.Fprintf(&b, `<defs><pattern id="%s-h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="%s"/><line x1="0" x2="0" y1="0" y2="6" class="lines"/></pattern></defs>`+"\n", m.ID, rest)
	for i := range all {
		o := &all[i]
		c := values[o.iso2]
		fill, said := fmt.Sprintf(`fill="url(#%s-h)"`, m.ID), ""
		switch {
		case c != nil:
			fill, said = fmt.Sprintf(`class="%s"`, className(class(c.Value, measured))), c.Name+": "+c.Text
		case m.Rest != nil && o.iso2 != "--":
			name := o.iso2
			if m.NameOf != nil {
				name = m.NameOf(name)
			}
			said = fmt.Sprintf("%s: part of %s (%s)", name, m.Rest.Name, m.Rest.Text)
		default:
			said = "no figure"
		}
		d, size, x, y := path(o.rings, at)
		fmt.Fprintf(&b, `<path d="%s" fill-rule="evenodd" %s><title>%s</title></path>`+"\n", d, fill, html.EscapeString(said))
		if c != nil && size < smallest {
			fmt.Fprintf(&dots, `<circle cx="%.1f" cy="%.1f" r="%.1f" %s><title>%s</title></circle>`+"\n", x, y, mapRadius, fill, html.EscapeString(said))
		}
	}
	b.WriteString(dots.String())
	b.WriteString("</svg>\n")
	m.legend(&b, measured, rest)
	return template.HTML(b.String()), nil
}

// measure of the scale: nine in ten countries lie within it.
func (m *Map) measure() float64 {
	var sizes []float64
	for _, c := range m.Countries {
		sizes = append(sizes, math.Abs(c.Value))
	}
	if len(sizes) == 0 {
		return 1
	}
	slices.Sort(sizes)
	return measure(sizes[len(sizes)*9/10])
}

// legend names the classes from the greatest loss to the greatest gain.
func (m *Map) legend(b *strings.Builder, measured float64, rest string) {
	entry := func(class, text string) {
		fmt.Fprintf(b, `<li><span class="%s"></span>%s</li>`, class, html.EscapeString(text))
	}
	bound := func(k int) string { return short(steps[k] * measured) }
	b.WriteString(`<ul class="scale" aria-label="Legend">`)
	n := len(steps)
	entry(className(-n), "−"+bound(n-1)+" "+m.Unit+" and below")
	for k := n - 1; k > 0; k-- {
		entry(className(-k), "−"+bound(k)+" to −"+bound(k-1))
	}
	entry("z", "−"+bound(0)+" to +"+bound(0))
	for k := 1; k < n; k++ {
		entry(className(k), "+"+bound(k-1)+" to +"+bound(k))
	}
	entry(className(n), "+"+bound(n-1)+" "+m.Unit+" and above")
	if m.Rest != nil {
		entry(rest+" hatched", m.Rest.Name+", one figure for all: "+m.Rest.Text)
	} else {
		entry("z hatched", "no figure")
	}
	b.WriteString("</ul>\n")
}

// path draws rings in tenths of a pixel, and gives the size of the largest in
// square pixels and its middle.
func path(rings [][]degrees, at func(degrees) (x, y float64)) (d string, size, cx, cy float64) {
	var b strings.Builder
	for i, r := range rings {
		px, py := 0, 0
		sx, sy, twice := 0.0, 0.0, 0.0
		fx, fy := at(r[len(r)-1])
		for k, p := range r {
			x, y := at(p)
			w := fx*y - x*fy
			twice += w
			sx += (fx + x) * w
			sy += (fy + y) * w
			fx, fy = x, y
			ix, iy := int(math.Round(10*x)), int(math.Round(10*y))
			switch {
			case k == 0:
				b.WriteString("M" + tenth(ix) + " " + tenth(iy))
			case ix == px && iy == py:
				continue
			case k == 1:
				b.WriteString("l" + tenth(ix-px) + pair(iy-py))
			default:
				b.WriteString(pair(ix-px) + pair(iy-py))
			}
			px, py = ix, iy
		}
		b.WriteString("z")
		if i == 0 {
			size = math.Abs(twice) / 2
			cx, cy = fx, fy
			if twice != 0 {
				cx, cy = sx/(3*twice), sy/(3*twice)
			}
		}
	}
	return b.String(), size, cx, cy
}

// tenth writes tenths of a unit, shortest: -5 is "-.5".
func tenth(v int) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	switch {
	case v%10 == 0:
		return fmt.Sprintf("%s%d", sign, v/10)
	case v < 10:
		return fmt.Sprintf("%s.%d", sign, v)
	}
	return fmt.Sprintf("%s%d.%d", sign, v/10, v%10)
}

// pair writes a number after another one.
func pair(v int) string {
	if v < 0 {
		return tenth(v)
	}
	return " " + tenth(v)
}
