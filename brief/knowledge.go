package brief

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kanzei"
)

// What the edition says of itself, its gaps and its doubts, was written at the
// horizon. In a folder as known on an earlier day it would speak of later
// events; a censor leaves those texts out.
type censor struct {
	known   kanzei.Day
	days    map[kanzei.Day]bool // days that the law known names
	later   *regexp.Regexp      // instruments made public later
	verdict bool                // a judgment is public
	left    int                 // texts left out
}

var (
	monthNames = "January|February|March|April|May|June|July|August|September|October|November|December"
	isoDay     = regexp.MustCompile(`\b(20\d\d)-(\d\d)-(\d\d)\b`)
	wordDay    = regexp.MustCompile(`\b(\d{1,2}) (` + monthNames + `)(?: (20\d\d))?\b`)
	usDay      = regexp.MustCompile(`\b(` + monthNames + `) (\d{1,2}), (20\d\d)\b`)
	wordMonth  = regexp.MustCompile(`\b(` + monthNames + `) (20\d\d)\b`)
	anyYear    = regexp.MustCompile(`\b20\d\d\b`)
	judgment   = regexp.MustCompile(`(?i)\bthe (court's )?judg(e)?ment|\bheld (void|unlawful)`)
)

func month(name string) int { return slices.Index(strings.Split(monthNames, "|"), name) + 1 }

// censorship returns the censor of the folder; nil when all is known.
func (b *builder) censorship() *censor {
	l := b.engine.Ledger
	if b.req.Known >= l.Coverage.Horizon {
		return nil
	}
	c := &censor{known: b.req.Known, days: map[kanzei.Day]bool{}}
	for _, m := range b.book.Bounds() {
		c.name(m.Day())
	}
	var ids []string
	for _, in := range l.Instruments {
		public := in.Public
		for i := range in.Acts {
			a := &in.Acts[i]
			public = min(public, a.Public)
			if a.Kind == kanzei.ActAnnul && a.Public <= c.known {
				c.verdict = true
			}
			if a.Public <= c.known && a.Kind == kanzei.ActNote { // announced
				c.name(a.From.Day())
				c.name(a.Until.Day())
			}
		}
		if public > c.known {
			ids = append(ids, regexp.QuoteMeta(in.ID))
			if p, ok := strings.CutPrefix(in.ID, "PP "); ok {
				ids = append(ids, "Proclamation "+regexp.QuoteMeta(p))
			}
		}
	}
	slices.SortFunc(ids, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
	if len(ids) > 0 {
		c.later = regexp.MustCompile(`\b(` + strings.Join(ids, "|") + `)\b`)
	}
	return c
}

func (c *censor) name(d kanzei.Day) {
	c.days[d-1], c.days[d] = true, true // "until 2 May", "from 3 May"
}

// foresees returns the words of a text that nobody could write on the day of
// the knowledge: a later day that the law known does not name, an instrument
// or a judgment that was not public.
func (c *censor) foresees(text string) string {
	day := func(y, m, d string) bool {
		yy, _ := strconv.Atoi(y)
		mm, _ := strconv.Atoi(m)
		dd, _ := strconv.Atoi(d)
		at := kanzei.DayOf(yy, mm, dd)
		return at > c.known && !c.days[at]
	}
	years := anyYear.FindAllStringIndex(text, -1)
	for _, m := range isoDay.FindAllStringSubmatch(text, -1) {
		if day(m[1], m[2], m[3]) {
			return m[0]
		}
	}
	for _, m := range wordDay.FindAllStringSubmatchIndex(text, -1) {
		year := ""
		if m[6] >= 0 {
			year = text[m[6]:m[7]]
		} else { // "4 June and 1 July 2025"
			for _, y := range years {
				if y[0] > m[1] {
					year = text[y[0]:y[1]]
					break
				}
			}
		}
		if year != "" && day(year, strconv.Itoa(month(text[m[4]:m[5]])), text[m[2]:m[3]]) {
			return text[m[0]:m[1]]
		}
	}
	for _, m := range usDay.FindAllStringSubmatch(text, -1) {
		if day(m[3], strconv.Itoa(month(m[1])), m[2]) {
			return m[0]
		}
	}
	// What is left names a month or a year: no act takes effect in "a month".
	bare := text
	for _, r := range []*regexp.Regexp{isoDay, wordDay, usDay} {
		bare = r.ReplaceAllString(bare, "")
	}
	for _, m := range wordMonth.FindAllStringSubmatch(bare, -1) {
		if y, _ := strconv.Atoi(m[2]); kanzei.DayOf(y, month(m[1]), 1) > c.known {
			return m[0]
		}
	}
	this, _, _ := c.known.Date()
	for _, i := range anyYear.FindAllStringIndex(bare, -1) {
		rest := bare[i[1]:]
		if y, _ := strconv.Atoi(bare[i[0]:i[1]]); y > this && y < 2100 && !(len(rest) > 1 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
			return bare[i[0]:i[1]]
		}
	}
	if c.later != nil {
		if s := c.later.FindString(text); s != "" {
			return s
		}
	}
	if !c.verdict {
		return judgment.FindString(text)
	}
	return ""
}

// noDuty ends a gap that leaves goods without a duty.
const noDuty = " (no duty is given for these goods)"

// censor drops from the folder what the edition remarks with later knowledge.
func (b *builder) censor() {
	c := b.censorship()
	if c == nil {
		return
	}
	d := b.doc
	cites := func(ls []LawRef) {
		for i := range ls {
			if c.foresees(ls[i].Citation) != "" {
				ls[i].Citation = ls[i].ref.Instrument.Citation
			}
		}
	}
	for i := range d.Caveats {
		if v := &d.Caveats[i]; v.Kind == GapCaveat && strings.HasSuffix(v.Text, noDuty) && c.foresees(v.Text) != "" {
			v.Text = "Law that this edition does not hold" + noDuty
		}
	}
	d.Caveats = slices.DeleteFunc(d.Caveats, func(v Caveat) bool {
		if v.Kind == TradeCaveat || c.foresees(v.Text) == "" {
			return false
		}
		c.left++
		return true
	})
	for i := range d.Regime {
		p := &d.Regime[i]
		p.Note = ""
		if p.Excused != nil {
			cites(p.Excused.Law)
		}
		for _, xs := range [][]Exemption{p.Exempt, p.OnClaim} {
			for j := range xs {
				cites(xs[j].Law)
			}
		}
		for j := range p.Measures {
			m := &p.Measures[j]
			cites(m.Law)
			if m.Caveat != "" && c.foresees(m.Caveat) != "" {
				m.Caveat = ""
			}
		}
	}
	for i := range d.Outlook {
		e := &d.Outlook[i]
		cites(e.Law)
		if e.What != "note" && e.What != Announced && e.What != HeldVoid {
			e.Note = ""
		} else if e.What != HeldVoid && c.foresees(e.Note) != "" {
			e.Note = e.by.Instrument.ID + ": “" + e.by.Act.Quote + "”"
		}
	}
	for i := range d.Sources {
		s := &d.Sources[i]
		if s.Kind != "instrument" {
			continue
		}
		s.Note = ""
		if c.foresees(s.Title) != "" && s.Public <= c.known {
			s.Title = s.Name
		}
		for j := range s.Quotes {
			q := &s.Quotes[j]
			q.Note = ""
			if c.foresees(q.Cite) != "" {
				q.Cite = ""
			}
		}
	}
	if c.left > 0 {
		d.Caveats = append(d.Caveats, Caveat{Kind: LawCaveat, About: "law", Text: fmt.Sprintf("%s of this edition left out: they speak of what was not public on %s. Ask with --known latest to read them.", count(c.left, "remark"), dayWords(c.known))})
	}
}

// caveatsLabel says from where the limits of the folder are seen.
func caveatsLabel(d *Document) string {
	if d.Known >= d.Horizon {
		return ""
	}
	return "State of this edition, written from the horizon " + dayWords(d.Horizon) + ": it may speak of later events."
}
