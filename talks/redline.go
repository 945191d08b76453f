package talks

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/impact"
)

// A RedLine is what a package may not do. Its text is one of
//
//	SCOPE>=RATE      what the giver levies in all on goods of SCOPE stays at RATE or more: cars>=10%, C29>=12.5%, ch72>=25%, 8703>=10%
//	SCOPE stays      the asker's tariff on goods of SCOPE is not on offer: rice stays, A01 stays, 1006 stays
//	revenue>=USD     the giver's tariff revenue changes by no less: revenue>=-5bn
//	imports:C29<=P%  the giver's imports of a sector from the asker grow by no more
//	asker>=USD       the asker gains at least so much a year; giver>=USD likewise
//	require:ID       the package has an ask; without:ID has it not
//
// An average over a scope is weighed by the trade of 2024.
type RedLine struct {
	Text string `json:"text"`

	kind    string // rate, stays, revenue, imports, asker, giver, require, without
	scope   string
	amount  float64 // share, USD million
	sectors []int
	lines   []int // of the ground
}

// aliases are words for goods by their headings in the Harmonized System.
var aliases = map[string]string{"cars": "8703", "trucks": "8704", "rice": "1006", "beef": "0202", "pork": "0203", "wheat": "1001"}

// RedLine reads one.
func (g *Ground) RedLine(text string) (*RedLine, error) {
	bad := func(hint, format string, args ...any) error {
		return &kanzei.Problem{Code: "talks.red-line", Where: "--red-line", Msg: fmt.Sprintf("%q: ", text) + fmt.Sprintf(format, args...), Hint: hint}
	}
	const forms = `write "cars>=10%", "rice stays", "revenue>=-5bn", "imports:C29<=20%", "asker>=1bn", "require:ID" or "without:ID"`
	r := &RedLine{Text: text}
	t := strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	var err error
	switch {
	case strings.HasPrefix(t, "require:"), strings.HasPrefix(t, "without:"):
		r.kind, r.scope, _ = strings.Cut(t, ":")
		return r, nil
	case strings.HasSuffix(t, "stays"):
		r.kind, r.scope = "stays", strings.TrimSuffix(t, "stays")
		if r.sectors, _, err = g.scope(r.scope); err != nil {
			return nil, bad(forms, "%v", err)
		}
		return r, nil
	case strings.HasPrefix(t, "imports:"):
		scope, limit, ok := strings.Cut(strings.TrimPrefix(t, "imports:"), "<=")
		v, err := percentOf(limit)
		if !ok || err != nil {
			return nil, bad(forms, "it states no limit in percent")
		}
		r.kind, r.scope, r.amount = "imports", scope, v
		if r.sectors, _, err = g.scope(scope); err != nil {
			return nil, bad(forms, "%v", err)
		}
		return r, nil
	}
	scope, limit, ok := strings.Cut(t, ">=")
	if !ok {
		return nil, bad(forms, "it is no red line")
	}
	switch scope {
	case "revenue", "asker", "giver":
		r.kind = scope
		if r.amount, err = musd(limit); err != nil {
			return nil, bad("write -5bn or 300m", "%v", err)
		}
		return r, nil
	}
	r.kind, r.scope = "rate", scope
	if r.amount, err = percentOf(limit); err != nil {
		return nil, bad(forms, "%q is no rate in percent", limit)
	}
	if _, r.lines, err = g.scope(scope); err != nil {
		return nil, bad(forms, "%v", err)
	}
	now, err := g.average(r.lines, nil)
	if err != nil {
		return nil, err
	}
	if now < r.amount-1e-9 {
		return nil, bad(fmt.Sprintf("the rate there is %.1f %%; a red line cannot be above it", 100*now), "it does not hold even when nothing is granted")
	}
	return r, nil
}

// scope reads goods: a sector, a chapter, digits of a code, or a word for one.
// It returns the sectors that make them and the lines of the asker's trade.
func (g *Ground) scope(s string) (sectors, lines []int, err error) {
	if v, ok := aliases[strings.ToLower(s)]; ok {
		s = v
	}
	w := g.desk.World
	only := -1
	prefix := strings.ReplaceAll(s, ".", "")
	if c, ok := strings.CutPrefix(strings.ToLower(s), "ch"); ok && len(c) == 2 {
		prefix = c
	}
	if j, bad := w.Sector(s); bad == nil {
		if !w.Sectors[j].Goods {
			return nil, nil, fmt.Errorf("%s are services, on which no tariff is levied", strings.ToLower(w.Sectors[j].Name))
		}
		only = j
	} else if _, bad := strconv.Atoi(prefix); bad != nil || len(prefix) < 2 {
		return nil, nil, fmt.Errorf("no goods are called %q", s)
	}
	in := make([]bool, w.J)
	for i := range g.Lines {
		l := &g.Lines[i]
		if only == l.Sector || only < 0 && strings.HasPrefix(strings.ReplaceAll(l.HTS.String(), ".", ""), prefix) {
			lines = append(lines, i)
			in[l.Sector] = true
		}
	}
	if only >= 0 {
		in[only] = true
	}
	for j := range in {
		if in[j] {
			sectors = append(sectors, j)
		}
	}
	if len(sectors) == 0 {
		return nil, nil, fmt.Errorf("no line of the asker's trade of 2024 is under %q, so the sector that makes the goods is not known", s)
	}
	return sectors, lines, nil
}

// average is what lines pay in all, column 1 included, weighed by trade, when
// asks are granted; +Inf where nothing is traded.
func (g *Ground) average(lines []int, asks []*Ask) (float64, error) {
	in := make([]bool, len(g.Lines))
	for _, i := range lines {
		in[i] = true
	}
	total, paid := 0.0, 0.0
	if err := g.visit(asks, func(i int, r *impact.LineRate) {
		if in[i] {
			total += g.Lines[i].ValueUSD
			paid += g.Lines[i].ValueUSD * (r.Base + r.Additional())
		}
	}); err != nil || total == 0 {
		return math.Inf(1), err
	}
	return paid / total, nil
}

// percentOf reads 10%.
func percentOf(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !strings.HasSuffix(s, "%") || math.IsNaN(v) {
		return 0, fmt.Errorf("%q is no rate in percent", s)
	}
	return v / 100, nil
}

// musd reads -5bn, 300m or 0 into million US dollars.
func musd(s string) (float64, error) {
	scale, t := 0.0, strings.ToLower(strings.TrimPrefix(s, "$"))
	for _, u := range []struct {
		name  string
		scale float64
	}{{"bn", 1000}, {"b", 1000}, {"m", 1}} {
		if x, ok := strings.CutSuffix(t, u.name); ok {
			t, scale = x, u.scale
			break
		}
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || math.IsNaN(v) || scale == 0 && v != 0 {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	return v * scale, nil
}
