package read

import "strings"

// parts cuts a sentence of an order at semicolons, and before "(iv) on or
// after", only: what an item says, it says in one piece.
func parts(s scan) []clause {
	var out []clause
	from, depth := 0, 0
	cut := func(i int) {
		if i == from+1 && s.ts[from].low == "and" { // "; and (iii) on …"
			return
		}
		if i > from {
			out = append(out, clause{t0: from, t1: i})
		}
		from = i
	}
	for i, t := range s.ts {
		switch t.kind {
		case '(':
			depth++
			if i > 0 && (s.ts[i-1].kind == ',' || s.ts[i-1].low == "and") && i+3 < len(s.ts) && s.ts[i+2].kind == ')' && isRoman(s.ts[i+1].low) && (s.ts[i+3].low == "on" || s.ts[i+3].low == "from") {
				cut(i)
			}
		case ')':
			depth = max(0, depth-1)
		case ';':
			if depth == 0 {
				cut(i + 1)
			}
		}
	}
	cut(len(s.ts))
	k := 0
	for i := range out {
		a := k
		for k < len(s.ms) && s.ms[k].t0 < out[i].t1 {
			k++
		}
		out[i].ms = s.ms[a:k]
	}
	return out
}

// before returns the two words before "heading" or "headings" and its list.
func before(ts []token, m ment) string {
	k := m.t0 - 1
	for steps := 0; k > 1 && steps < 40; k, steps = k-1, steps+1 {
		t := ts[k]
		if t.kind == 'n' || t.kind == ',' || t.kind == '-' || t.low == "and" || t.low == "or" {
			continue
		}
		if t.low == "heading" || t.low == "headings" {
			return ts[k-2].low + " " + ts[k-1].low
		}
		break
	}
	return ""
}

// excepted reports whether "except" or "other than" stands before token i with
// only names between.
func excepted(ts []token, i int) bool {
	for k, steps := i-1, 0; k >= 0 && steps < 40; k, steps = k-1, steps+1 {
		t := ts[k]
		switch t.low {
		case "except", "excluding":
			return true
		case "than":
			return k > 0 && ts[k-1].low == "other"
		case "articles":
			if k > 0 && ts[k-1].kind == ',' && k+1 < len(ts) && (ts[k+1].low == "the" || ts[k+1].low == "of") {
				return false // "Except for products described in …, articles the product of …"
			}
		case "shall", "apply", "subject", "including", ";", ":", "is", "are":
			return false
		}
	}
	return false
}

// institution reports a country in the name of an office or a treaty.
func institution(ts []token, m ment) bool {
	if m.t0 > 0 && (ts[m.t0-1].low == "government" || m.t0 > 1 && ts[m.t0-1].low == "of" && (ts[m.t0-2].low == "government" || ts[m.t0-2].low == "embassy")) {
		return true
	}
	for k, steps := m.t0-1, 0; k > 0 && steps < 14; k, steps = k-1, steps+1 {
		if t := ts[k]; t.low == "between" {
			if ts[k-1].low == "agreement" {
				return true // the Agreement between the United States of America, …
			}
			break
		} else if t.kind != ',' && t.low != "and" && t.low != "of" && t.low != "the" && !t.cap {
			break
		}
	}
	if m.t1 < len(ts) {
		switch ts[m.t1].low {
		case "agreement", "canada", "ministry":
			return true
		}
		if ts[m.t1].kind == '-' && m.t1+1 < len(ts) && ts[m.t1+1].cap {
			return true // United States-Mexico-Canada Agreement
		}
	}
	return m.t0 > 1 && ts[m.t0-1].kind == '-' && ts[m.t0-2].cap && ts[m.t0-1].start == ts[m.t0-2].end
}

// rateWord reports "rate of 25 percent", "increase to 30 percent", "25 percent
// of duty".
func rateWord(ts []token, m ment) bool {
	for k := max(0, m.t0-8); k < min(len(ts), m.t1+4); k++ {
		switch ts[k].low {
		case "rate", "rates", "valorem":
			return true
		}
	}
	return false
}

// suspends reports "continuing to suspend headings …", "headings … are hereby
// suspended".
func suspends(c clause, targets []ment) bool {
	for _, m := range c.ms {
		if m.act != "hold" || m.quoted {
			continue
		}
		for _, t := range targets {
			if gap := t.t0 - m.t1; gap >= 0 && gap <= 3 {
				return true
			}
			if gap := m.t0 - t.t1; gap >= 0 && gap <= 4 {
				return true
			}
		}
	}
	return false
}

// set reports "the duty rate for …, shall be 15 percent" with any number of
// words between.
func set(ts []token, c clause, m ment) bool {
	if m.t0 == c.t0 {
		return false
	}
	switch ts[m.t0-1].low {
	case "be", "to", "is", "exceed", "exceeds", "than":
		return dutyNear(ts, c.t0, m.t0)
	}
	return false
}

// allInOrder reports "the sum of its Column 1 Duty Rate and the additional …
// shall be 15 percent".
func allInOrder(text string, ts []token, m ment) bool {
	if !strings.Contains(text, "sum of") && !strings.Contains(text, "inclusive of") && !strings.Contains(text, "including any duty rate under column 1") && !strings.Contains(text, "higher of") && !strings.Contains(text, "when added to") && !strings.Contains(text, "minus column 1") {
		return false
	}
	return m.rate > 0
}

// ends tells the end of a duty from the end of a process.
func ends(text string) bool {
	for _, w := range []string{"no longer be in effect", "no longer apply", "no longer be collected", "shall no longer", "ineffective", "is terminated", "are terminated", "hereby terminated", "hereby revoked", "are revoked", "shall terminate", "shall be terminated", "shall expire", "shall be eliminated"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// administrative reports a clause that orders officers to do something, or
// says what may be done, and changes no duty.
func administrative(text string) bool {
	for _, w := range []string{"shall monitor", "may take", "is authorized to", "are authorized to", "shall establish", "shall determine whether", "shall publish", "shall recommend", "shall consult", "may modify", "i may", "i will consider", "shall inform me", "shall update me", "drawback", "foreign trade zone", "is directed to", "are directed to", "directed and authorized", "shall not be construed", "shall take all", "is superseded", "held to be invalid", "shall be admitted", "must be admitted", "may be admitted", "refund", "shall submit", "from time to time", "consider whether", "whether to impose", "may approve", "may determine whether", "shall provide the president", "shall issue regulations", "may issue"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
