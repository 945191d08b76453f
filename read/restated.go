package read

import (
	"slices"
	"strings"
)

// series reads a clause restated as a whole, which repeats older law and ends
// with what applies now: "… covered by heading A shall be subject to 25 percent
// as follows: (i) on or after DAY 1, …, for articles covered by headings B
// through C; (ii) on or after DAY 2, …; and (iii) from all countries on or
// after DAY 3." The duty begins, so restated, with the last item; the headings
// that only earlier items name end with it.
func (b *builder) series(n int, u unit, s scan) bool {
	items := parts(s)
	first := func(c clause) (ment, bool) {
		for _, m := range c.ms {
			if m.Kind == Date && m.Role == "from" && m.day == m.last {
				return m, true
			}
		}
		return ment{}, false
	}
	var at []ment
	for _, c := range items {
		m, ok := first(c)
		if !ok || len(at) > 0 && m.day < at[len(at)-1].day {
			return false
		}
		at = append(at, m)
	}
	if len(at) < 3 || at[0].day == at[len(at)-1].day {
		return false
	}
	head, last := items[0], items[len(items)-1]
	colon := slices.IndexFunc(s.ts[:head.t1], func(t token) bool { return t.kind == ':' && strings.HasSuffix(b.p.text[:t.start], "as follows") })
	if colon < 0 {
		return false
	}
	head.t1 = colon
	head.ms = slices.DeleteFunc(slices.Clone(head.ms), func(m ment) bool { return m.t0 >= colon })
	now := at[len(at)-1]
	duty := b.statement(n, u, s, head, Duty, Begins)
	for _, m := range head.ms {
		switch {
		case m.Kind == Rate && m.Role == "new" && !duty.hasRate && dutyNear(s.ts, m.t0-6, m.t1+6):
			duty.setRate(m)
		case m.Kind == Heading && (m.Role == "target" || coveredBy(s.ts, m)):
			duty.Headings = append(duty.Headings, m.Value)
			duty.rest(m)
		}
	}
	b.products(&duty, head.ms)
	b.places(&duty, s, last.ms)
	duty.From, duty.Confidence = moment(now), High
	duty.rest(now)
	if duty.hasRate || len(duty.Headings) > 0 {
		b.add(duty)
	}
	// what the items before it set apart
	var past []ment
	for _, c := range items[:len(items)-1] {
		for _, m := range c.ms {
			same := func(x ment) bool { return x.Value == m.Value }
			if m.Kind == Heading && m.t0 > colon && !slices.ContainsFunc(past, same) && !slices.ContainsFunc(last.ms, same) {
				past = append(past, m)
			}
		}
	}
	if len(past) > 0 {
		over := b.statement(n, u, s, last, Duty, Ends)
		for _, m := range past {
			over.Headings = append(over.Headings, m.Value)
			over.rest(m)
		}
		over.From = moment(now)
		over.rest(now)
		b.add(over)
	}
	return true
}

// coveredBy reports "articles covered by heading …": the goods a duty is laid
// on, not a reference to another.
func coveredBy(ts []token, m ment) bool {
	k := m.t0 - 1
	if k >= 0 && (ts[k].low == "heading" || ts[k].low == "headings" || ts[k].low == "subheadings") {
		k--
	}
	return k > 0 && ts[k].low == "by" && ts[k-1].low == "covered"
}
