package read

import (
	"fmt"
	"strings"

	"kanzei"
)

// A ment is a mention with what the rules need of it.
type ment struct {
	Mention
	t0, t1    int // tokens [t0, t1)
	c0, c1    int // of the page's text
	rate      kanzei.Fraction
	origin    kanzei.Origin
	us        bool
	programs  []string
	day, last kanzei.Day
	minute    int // of the day; -1 when not said
	days      int
	quoted    bool // stands between quotation marks
	act       string
}

// A scan is the mentions of one sentence.
type scan struct {
	ts []token
	ms []ment
}

// scan finds the mentions of a unit. Each rule looks at a bounded number of
// tokens, so the time is linear.
// The mentions of the scan before, if given, are overwritten.
func (r *Reader) scan(p *page, u unit, doc kanzei.Day, used scan) scan {
	s := scan{ts: tokens(p.text, u.start, u.end, used.ts[:0]), ms: used.ms[:0]}
	ts := s.ts
	quoted := false
	add := func(m ment, i, n int) {
		m.t0, m.t1 = i, i+n
		m.c0, m.c1 = ts[i].start, ts[i+n-1].end
		m.Text = p.text[m.c0:m.c1]
		m.Span = p.span(m.c0, m.c1)
		m.quoted = quoted
		s.ms = append(s.ms, m)
	}
	for i := 0; i < len(ts); {
		t := ts[i]
		switch {
		case t.kind == '"':
			switch t.low {
			case "“":
				quoted = true
			case "”":
				quoted = false
			default:
				quoted = !quoted
			}
			i++
			continue
		case t.kind == 'w':
			if id, n := citationAt(ts, i, doc); n > 0 {
				add(ment{Mention: Mention{Kind: Instrument, Value: id}}, i, n)
				i += n
				continue
			}
		}
		if minute, n := clockAt(ts, i); n > 0 {
			for k := i + n; k < len(ts) && k < i+n+7; k++ {
				if d, m := daysAfter(ts, k, p.signed); m > 0 {
					add(ment{Mention: Mention{Kind: Date, Value: d.String(), Role: dateRole(ts, i)}, day: d, last: d, minute: minute}, i, k+m-i)
					i = k + m
					n = 0
					break
				}
				if d, last, m := dateAt(ts, k, doc); m > 0 && d == last {
					add(ment{Mention: Mention{Kind: Date, Value: d.String(), Role: dateRole(ts, i)}, day: d, last: d, minute: minute}, i, k+m-i)
					i = k + m
					n = 0
					break
				}
				if w := ts[k].low; w != "eastern" && w != "daylight" && w != "standard" && w != "time" && w != "on" && w != "et" && w != "est" && w != "edt" && w != "," && w != "of" {
					break
				}
			}
			if n == 0 {
				continue
			}
			i += n
			continue
		}
		if d, last, n := dateAt(ts, i, doc); n > 0 {
			m := ment{Mention: Mention{Kind: Date, Value: d.String(), Role: dateRole(ts, i)}, day: d, last: last, minute: -1}
			if last != d {
				m.Value += ".." + last.String()
			}
			add(m, i, n)
			i += n
			continue
		}
		if d, n := daysAfter(ts, i, p.signed); n > 0 {
			add(ment{Mention: Mention{Kind: Date, Value: d.String(), Role: dateRole(ts, i)}, day: d, last: d, minute: -1}, i, n)
			i += n
			continue
		}
		if days, text, n := durationAt(ts, i); n > 0 {
			add(ment{Mention: Mention{Kind: Duration, Value: text}, days: days}, i, n)
			i += n
			continue
		}
		if f, n := percentAt(ts, i); n > 0 {
			add(ment{Mention: Mention{Kind: Rate, Value: f.String() + "%", Role: rateRole(ts, i, n)}, rate: f}, i, n)
			i += n
			continue
		}
		if t.kind == 'n' && i+1 < len(ts) && (ts[i+1].low == "dollars" || i > 0 && ts[i-1].kind == '$') && len(t.low) < 12 {
			add(ment{Mention: Mention{Kind: Amount, Value: "$" + t.low, Role: rateRole(ts, i, 2)}}, i, 1)
			i++
			continue
		}
		if m, n := codeAt(ts, i); n > 0 {
			add(m, i, n)
			i += n
			continue
		}
		if t.kind == 'w' {
			if e, n := r.words.match(ts, i, false); e != nil && !misread(ts, i, n, e) {
				m := ment{Mention: Mention{Kind: e.kind, Value: e.value}}
				switch e.kind {
				case Country:
					m.us = e.value == "US"
					if o, err := kanzei.ParseOrigin(e.value); err == nil {
						m.origin = o
					}
				case Product:
					m.programs = strings.Fields(e.value)
				case Verb:
					m.act = e.value
				}
				add(m, i, n)
				i += n
				continue
			}
		}
		i++
	}
	return s
}

// misread tells words from the names they look like.
func misread(ts []token, i, n int, e *entry) bool {
	if e.kind != Country {
		if e.kind == Product && ts[i].low == "reciprocal" && i+1 < len(ts) && ts[i+1].low == "trade" {
			return true // the name of an agreement
		}
		if e.kind == Verb && e.value == "talk" && ts[i].low == "views" {
			return i < 1 || ts[i-1].low != "exchange"
		}
		return false
	}
	before, after := "", token{}
	if i > 0 {
		before = ts[i-1].low
	}
	if i+n < len(ts) {
		after = ts[i+n]
	}
	if capitals[ts[i].low] && e.value != "MX" || e.value == "MX" && n == 2 && ts[i+1].low == "city" {
		switch before {
		case "in", "to", "from", "at", "near", "of", "outside", "through", "via", "visit", "visits", "visited":
			return true // the place
		}
		if i < 2 && (after.kind == ':' || after.kind == '(' || after.kind == '-') {
			return true // where the report was written
		}
	}
	switch {
	case doubtful[ts[i].low] && n == 1 && (i == 0 && len(ts) > 8 || before == "new"):
		return true
	case before == "new" && ts[i].low == "mexico":
		return true
	case e.value == "US" && after.low == "code": // United States Code
		return true
	case e.value == "US" && ts[i].low == "us" && (after.low == "note" || after.low == "notes"): // U.S. note 2
		return true
	}
	return false
}

// percentAt reads "24%", "25 percent", "25-percent", "zero percent".
func percentAt(ts []token, i int) (kanzei.Fraction, int) {
	text := ts[i].low
	if ts[i].kind == 'w' {
		if f, n := partAt(ts, i); n > 0 {
			return f, n
		}
		n, ok := small[text]
		if !ok {
			return 0, 0
		}
		text = fmt.Sprint(n)
		if i+2 < len(ts) && ts[i+1].kind == '-' { // twenty-five
			if m, ok := small[ts[i+2].low]; ok && m < 10 && n >= 20 && i+3 < len(ts) && ts[i+3].low == "percent" {
				return kanzei.Percent(n + m), 4
			}
		}
	} else if ts[i].kind != 'n' {
		return 0, 0
	}
	k := i + 1
	if k < len(ts) && ts[k].kind == '-' {
		k++
	}
	if text == "0" && ts[i].kind == 'w' && i > 0 && (ts[i-1].low == "be" || ts[i-1].low == "to") && (k >= len(ts) || ts[k].low != "percent") {
		return 0, 1 // "the rate shall be zero"
	}
	if k >= len(ts) {
		return 0, 0
	}
	n := 0
	switch {
	case ts[k].kind == '%' || ts[k].low == "percent" || ts[k].low == "pct":
		n = k + 1 - i
	case ts[k].low == "per" && k+1 < len(ts) && ts[k+1].low == "cent":
		n = k + 2 - i
	default:
		return 0, 0
	}
	if len(text) > 8 {
		return 0, 0
	}
	f, err := kanzei.ParsePercent(strings.ReplaceAll(text, ",", ""))
	if err != nil || f < 0 || f > 100*kanzei.One {
		return 0, 0
	}
	return f, n
}

var shares = map[string]int{"half": 50, "quarter": 25, "fifth": 20, "tenth": 10}

// partAt reads "a tariff of a quarter": a part of the value in words.
func partAt(ts []token, i int) (kanzei.Fraction, int) {
	if i < 2 || ts[i-1].low != "of" || !dutyWords[ts[i-2].low] || i+1 >= len(ts) || ts[i].low != "a" && ts[i].low != "one" {
		return 0, 0
	}
	if p := shares[ts[i+1].low]; p > 0 && (i+2 >= len(ts) || ts[i+2].low != "of" && ts[i+2].low != "percent") {
		return kanzei.Percent(p), 2
	}
	return 0, 0
}

// rateRole tells a rate from a threshold, a share, and the rate it replaces.
func rateRole(ts []token, i, n int) string {
	at := func(k int) string {
		if k >= 0 && k < len(ts) {
			return ts[k].low
		}
		return ""
	}
	b := i - 1
	for at(b) == "“" || at(b) == "\"" || at(b) == "an" || at(b) == "a" || at(b) == "additional" || at(b) == "the" || at(b) == "words" || at(b) == "word" {
		b--
	}
	e := i + n
	for at(e) == "”" || at(e) == "\"" {
		e++
	}
	switch at(b) {
	case "than", "least", "exceeding", "exceeds", "exceed", "below", "above", "under", "over", "<", ">", "≥", "≤", "about", "around", "nearly", "roughly", "approximately", "almost":
		if at(b) == "about" || at(b) == "around" {
			break
		}
		return "threshold"
	case "between":
		return "threshold"
	case "and":
		for k := b - 1; k > 0 && k > b-4; k-- {
			if at(k) == "between" {
				return "threshold"
			}
		}
	case "by", "grew", "rose", "fell":
		return "share"
	case "deleting", "striking":
		return "old"
	case "from":
		for k := e; k < e+9 && k < len(ts); k++ {
			if ts[k].low == "to" {
				return "old"
			}
			if ts[k].kind == ';' || ts[k].kind == '.' {
				break
			}
		}
	case "of":
		if at(b-1) == "lieu" {
			return "old"
		}
	}
	switch at(e) {
	case "of", "growth", "share", "increase", "decrease", "drop", "decline", "stake", "more", "less", "fewer", "higher", "lower":
		if at(e) == "of" && (at(e+1) == "ad" || at(e+1) == "duty") {
			break
		}
		return "share"
	case "or":
		if at(e+1) == "more" || at(e+1) == "less" || at(e+1) == "greater" {
			return "threshold"
		}
	case "u", "us", "content":
		return "share"
	case "point", "points", "percentage":
		return "share"
	}
	if at(e) == "in" && at(e+1) == "lieu" {
		return "new"
	}
	return "new"
}

// codeAt reads tariff codes: "9903.01.25", ranges of them, "8703.23.01",
// "chapter 72", "heading 8703".
func codeAt(ts []token, i int) (ment, int) {
	t := ts[i]
	if t.kind == 'w' {
		if (t.low == "chapter" || t.low == "chapters" || t.low == "heading" || t.low == "headings" || t.low == "subheading") && i+1 < len(ts) && ts[i+1].kind == 'n' {
			want := 4
			if t.low[0] == 'c' {
				want = 2
			}
			if d := ts[i+1].low; len(d) == want {
				if h, err := kanzei.ParseHTS(d); err == nil && h.Chapter() < 98 && h.Chapter() > 0 {
					return ment{Mention: Mention{Kind: Code, Value: h.String()}}, 2
				}
			}
		}
		return ment{}, 0
	}
	code, ok := dotted(t)
	if !ok {
		return ment{}, 0
	}
	if !strings.HasPrefix(code, "99") {
		return ment{Mention: Mention{Kind: Code, Value: code}}, 1
	}
	m := ment{Mention: Mention{Kind: Heading, Value: code, Role: headingRole(ts, i)}}
	if i+2 < len(ts) && (ts[i+1].kind == '-' || ts[i+1].low == "through" || ts[i+1].low == "to") {
		if hi, ok := dotted(ts[i+2]); ok && len(hi) == len(code) && hi > code && strings.HasPrefix(hi, "99") {
			m.Value += ".." + hi
			return m, 3
		}
	}
	return m, 1
}

// dotted reports a code of six to ten digits printed with dots.
func dotted(t token) (string, bool) {
	if t.kind != 'n' || len(t.low) < 7 || len(t.low) > 13 || t.low[4] != '.' || strings.IndexByte(t.low, ',') >= 0 {
		return "", false
	}
	for k, part := range strings.Split(t.low, ".") {
		if want := 2; k == 0 && len(part) != 4 || k > 0 && len(part) != want && !(k == 2 && len(part) == 4) {
			return "", false
		}
	}
	h, err := kanzei.ParseHTS(t.low)
	if err != nil {
		return "", false
	}
	return h.String(), true
}

// headingRole tells a heading that is acted on from one that is referred to.
func headingRole(ts []token, i int) string {
	for k, steps := i-1, 0; k >= 0 && steps < 120; k, steps = k-1, steps+1 {
		if ts[k].kind == ')' { // "headings A (as applied to …), B": the list goes on before the brackets
			for j, depth := k, 0; j >= 0 && k-j < 160; j-- {
				if ts[j].kind == ')' {
					depth++
				}
				if ts[j].kind == '(' {
					if depth--; depth == 0 {
						k = j
						break
					}
				}
			}
			continue
		}
		switch ts[k].low {
		case "heading", "headings", "and", ",", "or", "subheading", "subheadings", "-", "through", "the", "to":
			continue
		case "in", "under", "except", "for", "by", "with":
			// "deleting headings … in lieu" is no reference; "described in", "provided for in" is
			return "reference"
		}
		if t := ts[k]; t.kind == 'n' && len(t.low) >= 7 && t.low[4] == '.' {
			continue // another of the list
		}
		break
	}
	return "target"
}

// durationAt reads "90 days", "90-day", "three months".
func durationAt(ts []token, i int) (days int, text string, n int) {
	c, ok := number(ts[i])
	if !ok {
		if ts[i].kind != 'w' {
			return 0, "", 0
		}
		if c, ok = small[ts[i].low]; !ok {
			return 0, "", 0
		}
	}
	k := i + 1
	if k < len(ts) && ts[k].kind == '-' {
		k++
	}
	if k >= len(ts) || c == 0 || c > 3000 {
		return 0, "", 0
	}
	unit := strings.TrimSuffix(ts[k].low, "s")
	switch unit {
	case "day":
		days = c
	case "week":
		days = 7 * c
	case "month", "year":
	default:
		return 0, "", 0
	}
	text = fmt.Sprintf("%d %s", c, unit)
	if c != 1 {
		text += "s"
	}
	return days, text, k + 1 - i
}

// citationAt reads the name of an instrument with its date and the title in
// brackets behind it, none of which is a statement of the text.
func citationAt(ts []token, i int, doc kanzei.Day) (id string, n int) {
	at := func(k int) string {
		if k < len(ts) {
			return ts[k].low
		}
		return ""
	}
	k, kind := i, ""
	switch {
	case at(i) == "executive" && (at(i+1) == "order" || at(i+1) == "orders") && ts[i].cap:
		k, kind = i+2, "EO"
	case at(i) == "eo" && ts[i].upper:
		k, kind = i+1, "EO"
	case (at(i) == "proclamation" || at(i) == "proclamations") && ts[i].cap:
		k, kind = i+1, "PP"
	case at(i) == "memorandum" && ts[i].cap && at(i+1) == "of":
		k, kind = i+1, "memorandum"
	default:
		return "", 0
	}
	if k < len(ts) && ts[k].kind == 'n' && len(ts[k].low) >= 4 && len(ts[k].low) <= 6 {
		id = kind + " " + strings.ReplaceAll(ts[k].low, ",", "")
		k++
	}
	if at(k) == "of" || at(k) == "dated" {
		if d, last, m := dateAt(ts, k+1, doc); m > 0 && d == last {
			if id == "" {
				id = kind + " of " + d.String()
			}
			k += 1 + m
		}
	}
	if id == "" {
		return "", 0
	}
	if k < len(ts) && ts[k].kind == '(' {
		depth := 0
		for e := k; e < len(ts) && e < k+80; e++ {
			switch ts[e].kind {
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					return id, e + 1 - i
				}
			}
		}
	}
	return id, k - i
}
