package read

import (
	"strings"

	"kanzei"
)

// MaxBytes is the longest text that is read; more is cut off with a remark.
const MaxBytes = 64 << 20

// Read reads a text. The name is used in messages and, when the text states no
// date, for a date in it.
func (r *Reader) Read(name string, text []byte) *Document {
	return r.ReadOn(name, text, 0)
}

// ReadOn is Read for a text whose date the caller knows; the zero Day leaves it
// to the text.
func (r *Reader) ReadOn(name string, text []byte, date kanzei.Day) *Document {
	d := &Document{Name: name, Kind: "report", Date: date, DatedBy: "the caller"}
	if len(text) > MaxBytes {
		text = text[:MaxBytes]
		d.Remarks = append(d.Remarks, "the text is longer than 64 MiB; the rest was not read")
	}
	t := string(text)
	fields, rest := frontMatter(t)
	p := clean(t, rest)
	us := units(p)
	if kind := follow(p, us, fields); kind != "" {
		d.Kind, d.Official = kind, true
	}
	d.Title = tidy(fields["title"])
	d.Source = tidy(fields["source_url"])
	if date == 0 {
		d.Date, d.DatedBy = findDate(name, fields, t[rest:])
		if d.Date == 0 && strings.Contains(t[rest:min(len(t), rest+4000)], "<") { // a page pasted with its markup
			d.Date, d.DatedBy = findDate(name, nil, p.text)
		}
	}
	if d.Official {
		d.Number = orderNumber(p, us)
		d.Signed = signedDay(p, us)
	}
	if p.unfolded {
		d.Remarks = append(d.Remarks, "the text is set in columns side by side; they were read one after the other")
	}
	if p.columns {
		d.Remarks = append(d.Remarks, "the text seems to be set in columns side by side; sentences run across them and were not put together")
	}
	if p.signed = d.Signed; p.signed == 0 && d.Official {
		p.signed = d.Date
	}
	b := &builder{r: r, d: d, p: p}
	var s scan
	counts := map[kanzei.Origin]int{}
	total := 0
	for i, u := range us {
		s = r.scan(p, u, d.Date, s)
		d.Sentences = append(d.Sentences, Sentence{Text: p.text[u.start:u.end], Span: p.span(u.start, u.end), Cite: u.cite, Operative: u.operative})
		for _, m := range s.ms {
			if m.Kind == Country && m.origin != 0 && !m.us && !capitals[m.low()] {
				counts[m.origin]++
				total++
			}
		}
		before := len(d.Statements)
		switch {
		case !d.Official:
			b.report(i, u, s)
		case u.operative && !u.head:
			b.order(i, u, s)
		}
		for _, m := range s.ms {
			d.Mentions = append(d.Mentions, m.Mention)
		}
		if len(d.Statements) == before && (!d.Official || u.operative && !u.head) && b.speaksOfDuties(s) {
			d.Unread = append(d.Unread, i)
		}
	}
	for o, n := range counts { // a report is about a country named in at least half of all places
		if n*2 >= total && n > 1 && (d.Subject == 0 || n > counts[d.Subject] || n == counts[d.Subject] && o < d.Subject) {
			d.Subject = o
		}
	}
	if !d.Official {
		b.assume()
	}
	return d
}

func tidy(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
}

// orderNumber reads a number printed at the head: "Executive Order 14266 of …",
// "Proclamation 10908".
func orderNumber(p *page, us []unit) string {
	for i, u := range us {
		if i >= 6 {
			break
		}
		t := p.text[u.start:u.end]
		if len(t) > 120 {
			continue
		}
		if id, n := citationAt(tokens(t, 0, len(t), nil), 0, 0); n > 0 && !strings.Contains(id, "of") {
			return id
		}
	}
	return ""
}

// signedDay reads the date under the signature: "THE WHITE HOUSE, April 9, 2025."
func signedDay(p *page, us []unit) kanzei.Day {
	for i, u := range us {
		t := p.text[u.start:u.end]
		k := strings.Index(strings.ToUpper(t), "THE WHITE HOUSE")
		if k < 0 || len(t) > 200 {
			continue
		}
		for j := i; j < min(len(us), i+3); j++ {
			ts := tokens(p.text, us[j].start, us[j].end, nil)
			for x := range ts {
				if d, last, n := dateAt(ts, x, 0); n > 0 && d == last {
					return d
				}
			}
		}
	}
	return 0
}
