package read

import (
	"slices"

	"kanzei"
)

// clauses cuts a sentence at semicolons and at commas before words that begin
// a clause of their own.
func clauses(s scan) []clause {
	var cuts []int
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
				case "and":
					if i+2 < len(s.ts) && (s.ts[i+2].low == "a" || s.ts[i+2].low == "that" || s.ts[i+2].low == "it" || s.ts[i+2].low == "will") {
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

func (c *clause) has(act string) bool {
	return slices.ContainsFunc(c.ms, func(m ment) bool { return m.Kind == Verb && m.act == act })
}

func (c *clause) of(kind string) []ment {
	var out []ment
	for _, m := range c.ms {
		if m.Kind == kind {
			out = append(out, m)
		}
	}
	return out
}

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
	for _, m := range c.ms {
		switch {
		case m.t0 >= rates[k].t1 && m.t1 <= hi:
			after = append(after, m)
		case m.t0 >= lo && m.t1 <= rates[k].t0:
			before = append(before, m)
		}
	}
	return after, before
}

func kindOf(ms []ment, kind string) []ment {
	var out []ment
	for _, m := range ms {
		if m.Kind == kind {
			out = append(out, m)
		}
	}
	return out
}

// old returns the rate that a rate replaces, when the clause says so.
func old(c clause, m ment) *ment {
	for k := range c.ms {
		if x := &c.ms[k]; x.Kind == Rate && x.Role == "old" && x.t0 < m.t0 {
			return x
		}
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
	for _, m := range c.of(Date) {
		if m.Role == "from" && date != 0 && m.day > date {
			ahead = true
		}
	}
	switch {
	case c.has("hold"):
		return OnHold, pick("hold")
	case c.has("exempt"):
		return Exempts, pick("exempt")
	case c.has("keep") && !(ahead && future(c)):
		return InForce, pick("keep")
	case c.has("end") && !c.has("impose"):
		if ahead {
			return Ends, pick("end", "future", "threat")
		}
		return Ends, pick("end")
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
