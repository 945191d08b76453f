// Package svg draws charts as inline pictures that need nothing else: ranked
// bars with ranges, and a map of the world. Colours are classes of [Style], so
// that a page is right by day and by night.
package svg

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Style is what a page that shows the pictures puts into its style element. A
// diverging scale from orange to blue, with steps of lightness, can be told
// apart by those who do not see red or green.
//
//go:embed style.css
var Style template.CSS

// A Bar is one row of [Bars].
type Bar struct {
	Label  string
	Value  float64
	Lo, Hi *float64 // ends of a range, both or none
	Text   string   // the value in words, such as "+0.12"
}

// Bars draws values left and right of zero, with ranges as lines, each under
// its label so that it holds on a telephone.
func Bars(id, title string, list []Bar) template.HTML {
	const width, row, right = 440, 34, 56
	low, high := 0.0, 0.0
	for _, b := range list {
		low, high = min(low, b.Value), max(high, b.Value)
		if b.Lo != nil && b.Hi != nil {
			low, high = min(low, *b.Lo), max(high, *b.Hi)
		}
	}
	scale := (width - right - 4) / max(high-low, 1e-9)
	x := func(v float64) float64 { return 2 + (v-low)*scale }
	height := row*len(list) + 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bars" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t"><title id="%s-t">%s</title>`+"\n", width, height, id, id, html.EscapeString(title))
	fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="0" y2="%d" class="zero"/>`+"\n", x(0), x(0), height)
	for i, v := range list {
		y := float64(i*row) + 2
		class, from, to := "gain", x(0), x(v.Value)
		if v.Value < 0 {
			class, from, to = "loss", to, from
		}
		fmt.Fprintf(&b, `<text x="2" y="%.1f" class="label">%s</text>`, y+12, html.EscapeString(v.Label))
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" class="value" text-anchor="end">%s</text>`, width-2, y+25, html.EscapeString(v.Text))
		said := v.Label + " " + v.Text
		if v.Lo != nil && v.Hi != nil {
			said += fmt.Sprintf(" (%.3g to %.3g)", *v.Lo, *v.Hi)
		}
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="%s"><title>%s</title></rect>`, from, y+16, max(to-from, 0.8), class, html.EscapeString(said))
		if v.Lo != nil && v.Hi != nil {
			fmt.Fprintf(&b, `<path d="M%.1f %.1fv8m0-4H%.1fm0-4v8" class="range"/>`, x(*v.Lo), y+18, x(*v.Hi))
		}
		b.WriteByte('\n')
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// steps are the bounds of the classes of a diverging scale, as shares of its
// measure.
var steps = [4]float64{0.05, 0.2, 0.5, 1}

// measure is the number 1, 2 or 5 times a power of ten next above x.
func measure(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if x <= m*p*(1+1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// class is the class of a value, -4 to 4.
func class(v, measure float64) int {
	k := 0
	for _, s := range steps {
		if math.Abs(v) >= s*measure*(1-1e-9) {
			k++
		}
	}
	if v < 0 {
		return -k
	}
	return k
}

// className writes a class for [Style]: l4 … l1, z, g1 … g4.
func className(k int) string {
	switch {
	case k < 0:
		return "l" + strconv.Itoa(-k)
	case k > 0:
		return "g" + strconv.Itoa(k)
	}
	return "z"
}

// short writes a bound.
func short(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
