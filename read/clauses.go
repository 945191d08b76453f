package read

import (
	"slices"
	"sort"
	"strings"

	"kanzei"
)

// clauses cuts a sentence at semicolons and at commas before words that begin
// a clause of their own.
func clauses(s scan) []clause {
	var cuts []int
	both := rated(s)
	leading := len(s.ts) > 0 && (s.ts[0].low == "while" || s.ts[0].low == "although" || s.ts[0].low == "though")
	for i, t := range s.ts {
		switch t.kind {
		case ';':
			cuts = append(cuts, i+1)
		case ',':
			if leading && i > 3 {
				leading = false
				cuts = append(cuts, i+1)
				break
			}
			if i+1 < len(s.ts) {
				switch s.ts[i+1].low {
				case "but", "while", "which", "whereas", "although", "though", "with", "saying", "who", "prompting", "yet":
					cuts = append(cuts, i+1)
				case "on", "in": // "25%, on top of the 25% in force"
					if i+2 < len(s.ts) && (s.ts[i+2].low == "top" || s.ts[i+2].low == "addition") {
						cuts = append(cuts, i+1)
					}
				case "and":
					if both[i] {
						cuts = append(cuts, i+1)
						break
					}
					if i+2 < len(s.ts) && (s.ts[i+2].low == "the" && verbBehind(s, i) || s.ts[i+2].low == "a" || s.ts[i+2].low == "that" || s.ts[i+2].low == "it" || s.ts[i+2].low == "will") {
						cuts = append(cuts, i+1)
					}
				}
			}
		}
	}
	var out []clause
	from := 0
	for _, c := range append(cuts, len(s.ts)) {
		if c > from {
			out = append(out, clause{t0: from, t1: c})
		}
		from = c
	}
	k := 0
	for i := range out {
		b := k
		for k < len(s.ms) && s.ms[k].t0 < out[i].t1 {
			k++
		}
		out[i].ms = s.ms[b:k]
	}
	return out
}

// verbBehind reports that a verb and a word of duty stand soon behind token i,
// and a verb before it: two statements, not a list.
func verbBehind(s scan, i int) bool {
	if !dutyNear(s.ts, i, i+9) {
		return false
	}
	k := sort.Search(len(s.ms), func(k int) bool { return s.ms[k].t0 > i })
	says := func(m ment) bool { return m.Kind == Verb && m.act != "not" && m.act != "future" }
	for j := k; j < len(s.ms) && s.ms[j].t0 < i+16; j++ {
		if says(s.ms[j]) {
			for j := k - 1; j >= 0 && s.ms[j].t0 > i-24; j-- {
				if says(s.ms[j]) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// rated marks the commas before "and" with a rate and a verb on either side:
// "goods from A pay 15%, and cars from B still face 25%".
func rated(s scan) map[int]bool {
	rates, verbs := 0, 0
	for _, m := range s.ms {
		if m.Kind == Rate {
			rates++
		}
	}
	if rates < 2 {
		return nil
	}
	out := map[int]bool{}
	k, since := 0, 0 // mentions passed; rates since the last cut
	for i, t := range s.ts {
		for k < len(s.ms) && s.ms[k].t0 < i {
			if s.ms[k].Kind == Rate {
				since++
			} else if s.ms[k].Kind == Verb {
				verbs++
			}
			k++
		}
		if t.kind == ';' {
			since, verbs = 0, 0
		}
		if t.kind != ',' || since == 0 || verbs == 0 || i+1 >= len(s.ts) || s.ts[i+1].low != "and" {
			continue
		}
		verb, rate := false, false // stand behind it
		for j := k; j < len(s.ms) && s.ms[j].t0 < i+60 && !(verb && rate); j++ {
			verb = verb || s.ms[j].Kind == Verb && s.ms[j].act != "not"
			rate = rate || s.ms[j].Kind == Rate
		}
		if verb && rate {
			out[i] = true
			since, verbs = 0, 0
		}
	}
	return out
}

// look goes through the mentions of a clause once: a sentence without end may
// hold hundreds, and is asked as often.
func (c *clause) look() {
	if c.looked {
		return
	}
	c.looked = true
	for k := range c.ms {
		switch m := &c.ms[k]; m.Kind {
		case Verb:
			if !slices.Contains(c.acts, m.act) {
				c.acts = append(c.acts, m.act)
			}
		case Date, Duration:
			c.times = append(c.times, *m)
		case Rate:
			if m.Role == "old" && c.was == nil {
				c.was = m
			}
		}
	}
}

func (c *clause) has(act string) bool {
	c.look()
	return slices.Contains(c.acts, act)
}

func (c *clause) of(kind string) []ment { return kindOf(c.ms, kind) }

// dutyNear reports whether the words tariff or duty stand in tokens [a, b).
func dutyNear(ts []token, a, b int) bool {
	for k := max(0, a); k < min(len(ts), b); k++ {
		if dutyWords[ts[k].low] || ts[k].low == "ad" && k+1 < len(ts) && ts[k+1].low == "valorem" {
			return true
		}
	}
	return false
}

// segment is the part of a clause that belongs to rate k: what follows it up to
// the next rate, and what stands between it and the one before.
func segment(c clause, rates []ment, k int) (after, before []ment) {
	lo, hi := c.t0, c.t1
	if k > 0 {
		lo = rates[k-1].t1
	}
	if k+1 < len(rates) {
		hi = rates[k+1].t0
	}
	from := func(t int) int { // the first mention at or behind token t
		return sort.Search(len(c.ms), func(i int) bool { return c.ms[i].t0 >= t })
	}
	until := func(i, t int) int { // the first of those from i that ends behind token t
		return i + sort.Search(len(c.ms)-i, func(k int) bool { return c.ms[i+k].t1 > t })
	}
	i := from(rates[k].t1)
	after = c.ms[i:until(i, hi)]
	i = from(lo)
	before = c.ms[i:until(i, rates[k].t0)]
	return after, before
}

func kindOf(ms []ment, kind string) []ment {
	n := 0
	for k := range ms {
		if ms[k].Kind == kind {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]ment, 0, n)
	for k := range ms {
		if ms[k].Kind == kind {
			out = append(out, ms[k])
		}
	}
	return out
}

// old returns the rate that a rate replaces, when the clause says so.
func old(c *clause, m *ment) *ment {
	if c.look(); c.was != nil && c.was.t0 < m.t0 {
		return c.was
	}
	return nil
}

// foreign reports whether the clause speaks of a duty on goods of the United
// States.
func foreign(ts []token, c clause, countries []ment) bool {
	for _, m := range countries {
		if !m.us || m.t1 >= len(ts) || m.t0 == 0 {
			continue
		}
		next := ts[m.t1].low
		if (next == "goods" || next == "products" || next == "imports" || next == "exports" || next == "cars") && m.t1 < c.t1 {
			if before := ts[m.t0-1].low; (before == "on" || before == "against" || before == "all" || before == "of") && dutyNear(ts, c.t0, c.t1) {
				return true
			}
		}
	}
	return false
}

// claimOf settles what a clause claims from its verbs, and the verbs that say
// so.
func claimOf(c clause, s scan, date kanzei.Day) (claim string, verb []ment) {
	pick := func(acts ...string) (out []ment) {
		for _, m := range c.ms {
			if m.Kind == Verb && slices.Contains(acts, m.act) {
				out = append(out, m)
			}
		}
		return out
	}
	ahead := c.has("future") || c.has("threat")
	hold := false // "during the pause" is no pause of the duty spoken of
	for _, m := range c.ms {
		if m.act == "impose" {
			w := m.low()
			ahead = ahead || strings.HasPrefix(w, "will ") || strings.HasPrefix(w, "would ") || strings.HasPrefix(w, "shall ") || w == "to face"
		}
		if m.act == "hold" {
			during := false
			for k := max(c.t0, m.t0-5); k < m.t0; k++ {
				during = during || s.ts[k].low == "during"
			}
			hold = hold || !during
		}
	}
	for _, m := range c.of(Date) {
		if m.Role == "from" && date != 0 && m.day > date {
			ahead = true
		}
	}
	switch {
	case hold:
		return OnHold, pick("hold")
	case c.has("exempt"):
		return Exempts, pick("exempt")
	case c.has("keep") && !(ahead && future(c)):
		return InForce, pick("keep")
	case (c.has("end") || c.has("void")) && !c.has("impose"):
		if ahead {
			return Ends, pick("end", "void", "future", "threat")
		}
		return Ends, pick("end", "void")
	case ahead:
		return Begins, pick("impose", "change", "future", "threat", "keep")
	case c.has("announce"):
		return Begins, pick("announce", "impose", "change")
	case c.has("change"):
		return Changes, pick("change")
	case c.has("impose"):
		return InForce, pick("impose")
	}
	return InForce, nil
}

// future reports whether a verb of standing ("take effect") lies ahead: "will
// take effect", but not "remain in effect … will".
func future(c clause) bool {
	f := -1
	for _, m := range c.ms {
		if m.act == "future" || m.act == "threat" {
			f = m.t1
		}
		if m.act == "keep" && f >= 0 && m.t0-f <= 3 {
			return true
		}
	}
	return false
}
