package read

import "strings"

// headingRow reads a row of a table of the tariff schedule: the heading, the
// description of its articles, and the rates of column 1 general, column 1
// special and column 2.
func (b *builder) headingRow(n int, u unit, s scan) bool {
	if !u.row || len(s.ms) == 0 || s.ms[0].Kind != Heading || s.ms[0].t0 > 2 || strings.Contains(s.ms[0].Value, "..") {
		return false
	}
	h := s.ms[0]
	cells := []clause{}
	from := 0
	for i := 0; i <= len(s.ts); i++ {
		if i == len(s.ts) || s.ts[i].kind == '|' {
			if i > from {
				cells = append(cells, clause{t0: from, t1: i})
			}
			from = i + 1
		}
	}
	if len(cells) < 3 || h.t1 > cells[0].t1 {
		return false
	}
	text := func(c clause) string { return b.p.text[s.ts[c.t0].start:s.ts[c.t1-1].end] }
	general := cells[2]
	st := b.statement(n, u, s, clause{t0: 0, t1: len(s.ts)}, Duty, Begins)
	st.Headings = []string{h.Value}
	st.rest(h)
	st.Product = strings.TrimRight(text(cells[1]), ". ")
	if len(st.Product) > 240 {
		st.Product = strings.ToValidUTF8(st.Product[:240], "") + " …"
	}
	st.title = st.Product
	low := strings.ToLower(text(general))
	for _, m := range s.ms {
		switch {
		case m.Kind == Rate && m.t0 >= general.t0 && m.t1 <= general.t1 && !st.hasRate:
			st.setRate(m)
		case m.Kind == Country && m.t1 <= cells[1].t1 && !m.us && !institution(s.ts, m):
			if excepted(s.ts, m.t0) {
				m.Role = "except"
				st.Except = append(st.Except, m.origin)
				st.rest(m)
			} else {
				st.addCountry(b, m)
			}
		case m.Kind == Date && m.Role == "before":
			st.rest(m)
		}
	}
	if !st.hasRate {
		if !strings.HasPrefix(low, "the duty") && !strings.HasPrefix(low, "free") && !strings.HasPrefix(low, "no change") {
			return false
		}
		st.Kind, st.Claim = Exemption, Exempts
	}
	st.onTop = strings.Contains(low, "+")
	st.Confidence = High
	st.From, st.inherit = b.contextFrom()
	b.add(st)
	return true
}
