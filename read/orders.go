package read

import (
	"slices"
	"strings"

	"kanzei"
)

// contextFrom is the moment an introduction set for the items below it.
func (b *builder) contextFrom() (kanzei.Moment, bool) {
	if b.context.Kind == "" {
		return 0, false
	}
	return moment(b.context), true
}

func moment(m ment) kanzei.Moment {
	if m.minute == 23*60+59 && m.Role == "until" { // through the last minute of the day
		return (m.day + 1).Open()
	}
	if m.minute >= 0 {
		return m.day.At(m.minute/60, m.minute%60)
	}
	return m.day.Open()
}

// order makes the statements of a sentence of the part of an official text
// that makes law.
func (b *builder) order(n int, u unit, s scan) {
	if len(s.ts) == 0 {
		return
	}
	if u.section != b.ctxSect {
		b.context, b.ctxSect = ment{}, u.section
	}
	if u.section != b.openSect {
		b.openSect, b.lastOpen = u.section, len(b.d.Statements)
	}
	if u.label == "" && !u.row && !u.intro && n > 0 && b.introPara != u.para {
		b.dutyIntro = false
	}
	if u.intro {
		b.introPara, b.dutyIntro = u.para, dutyNear(s.ts, 0, len(s.ts))
		b.ctxUntil = ment{}
		for _, m := range s.ms {
			if m.Kind == Date && m.Role == "until" {
				b.ctxUntil = m
			}
			if m.Kind == Date && (m.Role == "from" || m.Role == "at") && m.day == m.last {
				b.context = m
			}
		}
	}
	if len(s.ts) <= 5 && dutyNear(s.ts, 0, len(s.ts)) {
		b.dutyTitle = u.para + 1
	}
	if b.headingRow(n, u, s) || b.rows(n, u, s) || b.applies(n, u, s) {
		return
	}
	if b.series(n, u, s) {
		return
	}
	for _, c := range parts(s) {
		before := len(b.d.Statements)
		b.orderClause(n, u, s, c)
		if k := len(b.d.Statements); k == before && k > 0 && b.d.Statements[k-1].Sentence == n {
			// "…; and (2) are entered before 12:01 a.m. … on October 5, 2025"
			for _, m := range c.ms {
				if m.Kind == Date && m.Role == "before" {
					b.d.Statements[k-1].rest(m)
				}
			}
		}
	}
}

// keep adds a statement unless it only restates older law: a clause rewritten
// as a whole repeats what applied from days long before the signature.
func (b *builder) keep(st Statement, u unit) {
	if st.From != 0 && !st.inherit && b.d.Date != 0 && st.From.Day() < b.d.Date-365 {
		return
	}
	b.namedPara = u.para
	b.add(st)
}

// applies reads "Such rates of duty shall apply with respect to goods entered
// … on or after …", which dates what stands before it.
func (b *builder) applies(n int, u unit, s scan) bool {
	if len(s.ts) < 4 {
		return false
	}
	k0 := 0
	switch s.ts[0].low {
	case "subject", "accordingly", "consistent": // "Subject to section 3 of this order, this rate …"
		if c := slices.IndexFunc(s.ts[:min(14, len(s.ts))], func(t token) bool { return t.kind == ',' }); c > 0 && c+1 < len(s.ts) {
			k0 = c + 1
		}
	}
	switch s.ts[k0].low {
	case "such", "these", "this", "the", "those", "any":
	default:
		return false
	}
	head := false
	for k := k0 + 1; k < min(k0+9, len(s.ts)); k++ {
		switch s.ts[k].low {
		case "rate", "rates", "tariff", "tariffs", "duty", "duties", "modifications", "amendments", "changes", "requirements":
			head = true
		}
	}
	if !head {
		return false
	}
	t := strings.ToLower(b.p.text[s.ts[0].start:s.ts[len(s.ts)-1].end])
	if !strings.Contains(t, "shall apply") && !strings.Contains(t, "be effective") && !strings.Contains(t, "is effective") && !strings.Contains(t, "are effective") && !strings.Contains(t, "shall take effect") && !strings.Contains(t, "in effect") {
		return false
	}
	var at *ment
	for k := range s.ms {
		m := &s.ms[k]
		if m.Kind == Rate && m.Role == "new" && dutyNear(s.ts, m.t0-6, m.t1+6) {
			return false
		}
		if m.Kind == Date && m.Role == "from" && at == nil {
			at = m
		}
	}
	if at == nil {
		return false
	}
	given := false
	start := b.lastOpen
	if strings.Contains(t, "this proclamation") || strings.Contains(t, "this order") || strings.HasPrefix(t, "the modifications") {
		start = 0
	}
	for i := start; i < len(b.d.Statements); i++ {
		st := &b.d.Statements[i]
		if st.From == 0 && st.Kind != Exemption {
			st.From, st.inherit, given = moment(*at), true, true
			for _, m := range s.ms {
				if m.Kind == Date {
					st.rest(m)
				}
			}
		}
	}
	b.lastOpen = len(b.d.Statements)
	if !given {
		c := clause{t0: 0, t1: len(s.ts), ms: s.ms}
		st := b.statement(n, u, s, c, Duty, Begins)
		st.setDates(s.ms)
		b.places(&st, s, c.ms)
		b.add(st)
	}
	b.until(s)
	return true
}

// until leaves the dates of conditions ("before 12:01 a.m. … on …") with the
// statement they stand beside.
func (b *builder) until(s scan) {
	if len(b.d.Statements) == 0 {
		return
	}
	st := &b.d.Statements[len(b.d.Statements)-1]
	for _, m := range s.ms {
		if m.Kind == Date && m.Role == "before" {
			st.rest(m)
		}
		if m.Kind == Date && m.Role == "until" && st.Until == 0 {
			st.Until = moment(m)
			st.rest(m)
		}
	}
}

// places adds countries, and keeps those behind "except" apart.
func (b *builder) places(st *Statement, s scan, ms []ment) {
	for _, m := range ms {
		if m.Kind != Country || m.us || institution(s.ts, m) {
			continue
		}
		if excepted(s.ts, m.t0) {
			m.Role = "except"
			if m.origin != 0 && !slices.Contains(st.Except, m.origin) {
				st.Except = append(st.Except, m.origin)
			}
			st.rest(m)
			continue
		}
		st.addCountry(b, m)
	}
}

// these gives a statement of "products of these jurisdictions" the countries
// named before it in the paragraph.
func (b *builder) these(st *Statement, u unit, text string) {
	if len(st.Origins) > 0 || st.Group != "" || len(b.d.Statements) == 0 || b.namedPara != u.para {
		return
	}
	for _, w := range []string{"these jurisdictions", "these countries", "these trading partners"} {
		if strings.Contains(text, w) {
			last := b.d.Statements[len(b.d.Statements)-1]
			st.Origins, st.Group = slices.Clone(last.Origins), last.Group
			st.Confidence = Medium
			return
		}
	}
}

func (b *builder) orderClause(n int, u unit, s scan, c clause) {
	var targets, all, rates, olds []ment
	text := strings.ToLower(b.p.text[s.ts[c.t0].start:s.ts[c.t1-1].end])
	bound := strings.Contains(text, "shall not exceed") || strings.Contains(text, "shall not be less than") || strings.Contains(text, "shall not result in a tariff") || strings.Contains(text, "shall be no higher than")
	instead := strings.Index(text, "shall instead")
	inserted := strings.Contains(text, "inserting") && (strings.Contains(text, "striking") || strings.Contains(text, "deleting"))
	for _, m := range c.ms {
		if m.Kind == Rate && m.Role == "share" && b.dutyTitle == u.para+1 && m.t0 < c.t0+2 {
			m.Role = "new" // "Ad Valorem Duty.  30 percent of the value"
			rates = append(rates, m)
			continue
		}
		if bound && m.Kind == Rate && m.Role == "threshold" {
			m.Role = "new" // a bound on the duty itself
		}
		if instead >= 0 && m.Kind == Rate && m.c1-s.ts[c.t0].start < instead {
			m.Role = "old"
		}
		if m.Kind == Heading && m.Role == "reference" && coveredBy(s.ts, m) && m.c1-s.ts[c.t0].start < strings.Index(text, "shall be subject to") {
			m.Role = "target"
		}
		switch {
		case m.Kind == Heading && m.Role == "target" && !m.quoted:
			targets = append(targets, m)
			all = append(all, m)
		case m.Kind == Heading:
			all = append(all, m)
		case m.Kind == Rate && m.Role == "old":
			olds = append(olds, m)
		case m.Kind == Rate && m.Role == "new":
			if m.quoted && (len(targets) > 0 || inserted) || dutyNear(s.ts, m.t0-12, m.t1+8) || rateWord(s.ts, m) || set(s.ts, c, m) || b.dutyIntro && m.t0 < c.t0+6 {
				rates = append(rates, m)
			}
		}
	}
	make := func(kind, claim string) Statement {
		st := b.statement(n, u, s, c, kind, claim)
		for _, m := range targets {
			st.Headings = append(st.Headings, m.Value)
			st.rest(m)
		}
		for _, m := range c.ms {
			if m.Kind == Instrument {
				st.instr = append(st.instr, m.Value)
			}
		}
		return st
	}
	dated := func(st *Statement) {
		st.setDates(c.ms)
		if st.From == 0 {
			if st.When != "" && len(st.When) == 10 {
				if d, err := kanzei.ParseDay(st.When); err == nil && (st.Claim == Begins || st.Claim == OnHold || st.Claim == Ends) {
					for _, m := range c.ms {
						if m.Kind == Date && m.Role == "at" && m.day == d {
							st.From = moment(m)
							break
						}
					}
				}
			}
		}
		st.When = ""
		if st.From == 0 {
			if at, ok := b.contextFrom(); ok {
				st.From, st.inherit = at, true
				st.rest(b.context)
			}
		}
		if st.Until == 0 && st.inherit && b.ctxUntil.Kind != "" && moment(b.ctxUntil) > st.From {
			st.Until = moment(b.ctxUntil)
			st.rest(b.ctxUntil)
		}
		if st.Claim == OnHold && st.Until == 0 && st.Days > 0 && st.From != 0 {
			st.Until = st.From + kanzei.Moment(st.Days*24*60)
			st.daysFrom = true
		}
		for _, m := range c.ms {
			if m.Kind == Date && m.Role == "before" {
				st.rest(m)
			}
		}
	}
	verbs := func(st *Statement, acts ...string) {
		for _, m := range c.ms {
			if m.Kind == Verb && slices.Contains(acts, m.act) {
				st.rest(m)
			}
		}
	}
	duties := dutyNear(s.ts, c.t0, c.t1)
	admin := administrative(text)

	// headings restated
	if len(targets) > 0 && (c.has("change") || strings.Contains(text, "inserting")) && !suspends(c, targets) {
		st := make(Duty, Changes)
		if len(rates) > 0 {
			st.setRate(rates[len(rates)-1])
		}
		if len(olds) > 0 {
			st.OldRate = olds[0].Value
			st.rest(olds[0])
		}
		verbs(&st, "change")
		for _, m := range c.ms {
			if m.Kind == Date && m.quoted && m.Role != "old" {
				st.rest(m)
			}
		}
		at, ok := b.contextFrom()
		if ok {
			st.From, st.inherit = at, true
			st.rest(b.context)
		} else {
			dated(&st)
		}
		st.Confidence = High
		b.add(st)
		return
	}
	// products put on or struck from a list
	if codes := kindOf(c.ms, Code); len(codes) > 2 && (strings.Contains(text, "inserting") || strings.Contains(text, "removing") || strings.Contains(text, "deleting") || strings.Contains(text, "adding")) {
		claim := Begins
		if strings.Contains(text, "removing") || strings.Contains(text, "deleting") {
			claim = Ends
		}
		st := make(Scope, claim)
		for _, m := range codes {
			st.codes = append(st.codes, m.Value)
			st.rest(m)
		}
		dated(&st)
		b.add(st)
		return
	}
	if c.has("hold") && (len(targets) > 0 || duties || strings.Contains(text, "enforcement of")) && !admin && !strings.Contains(text, "suspension or amendment of regulations") {
		st := make(Pause, OnHold)
		dated(&st)
		verbs(&st, "hold")
		b.products(&st, c.ms)
		b.places(&st, s, c.ms)
		if len(targets) > 0 {
			st.Confidence = High
		}
		b.add(st)
		if len(rates) == 0 {
			return
		}
	}
	if amounts := kindOf(c.ms, Amount); len(rates) == 0 && len(amounts) > 0 && !admin && (duties && c.has("change") || b.dutyTitle == u.para+1) {
		st := make(Duty, Begins)
		for _, m := range amounts {
			switch {
			case m.Role == "old":
				st.OldRate, st.Claim = m.Value, Changes
			case st.Rate == "":
				st.Rate = m.Value
			default:
				continue
			}
			st.rest(m)
		}
		st.amount = true
		dated(&st)
		b.products(&st, c.ms)
		b.places(&st, s, c.ms)
		for _, m := range c.ms {
			if m.Kind == Date {
				st.rest(m)
			}
		}
		b.add(st)
		return
	}
	if len(rates) > 0 && !admin {
		for k := range rates {
			after, before := segment(c, rates, k)
			claim := Begins
			st := make(Duty, claim)
			st.setRate(rates[k])
			if allInOrder(text, s.ts, rates[k]) {
				st.Rate += " all-in"
			}
			for _, o := range olds {
				if o.t0 < rates[k].t0 && st.OldRate == "" {
					st.OldRate, st.Claim = o.Value, Changes
					st.rest(o)
				}
			}
			dated(&st)
			verbs(&st, "impose", "change")
			if len(rates) == 1 {
				b.products(&st, c.ms)
				b.places(&st, s, c.ms)
			} else {
				near := after
				if len(kindOf(after, Country)) == 0 {
					near = before
				}
				b.places(&st, s, near)
				near = after
				if len(kindOf(after, Product)) == 0 {
					near = before
				}
				b.products(&st, near)
			}
			if dutyNear(s.ts, rates[k].t0-6, rates[k].t1+6) {
				st.Confidence = High
			}
			b.these(&st, u, text)
			b.keep(st, u)
		}
		return
	}
	if c.has("exempt") && duties && !admin {
		st := make(Exemption, Exempts)
		dated(&st)
		verbs(&st, "exempt")
		via := false
		for _, m := range c.ms {
			if m.Kind != Heading {
				continue
			}
			switch named := before(s.ts, m); {
			case named == "imposed by":
				st.duties = append(st.duties, m.Value)
				st.rest(m)
			case named == "provided in" && m.t0 < c.t0+8:
				if !via {
					st.Headings, via = nil, true
				}
				st.Headings = append(st.Headings, m.Value)
				st.rest(m)
			}
		}
		b.products(&st, c.ms)
		b.places(&st, s, c.ms)
		for _, m := range kindOf(c.ms, Code) {
			st.codes = append(st.codes, m.Value)
			st.rest(m)
		}
		b.add(st)
		return
	}
	if (c.has("end") || strings.Contains(text, "no longer")) && (len(targets) > 0 || duties && ends(text)) && !admin {
		st := make(Duty, Ends)
		dated(&st)
		verbs(&st, "end")
		b.products(&st, c.ms)
		b.places(&st, s, c.ms)
		b.add(st)
		return
	}
	if len(all) > 0 && (c.has("impose") || strings.Contains(text, "inserted")) {
		st := make(Duty, Begins)
		if len(targets) == 0 {
			for _, m := range all {
				st.rest(m)
			}
			return
		}
		dated(&st)
		b.places(&st, s, c.ms)
		b.add(st)
		return
	}
	if duties && !admin && strings.Contains(text, "effective date of") && (strings.Contains(text, "shall be") || strings.Contains(text, "is ")) {
		st := make(Duty, Begins)
		for _, m := range c.ms {
			if m.Kind == Date && st.From == 0 && m.day == m.last && m.t0 > c.t0 && (s.ts[m.t0-1].low == "be" || s.ts[m.t0-1].low == "is") {
				st.From = moment(m)
				st.rest(m)
			}
		}
		if st.From != 0 {
			b.places(&st, s, c.ms)
			b.add(st)
			return
		}
	}
	// a day from which duties apply, or the goods and countries they apply to
	if duties && !admin && (strings.Contains(text, "shall apply") || strings.Contains(text, "shall be subject to") || strings.Contains(text, "will be subject to") || strings.Contains(text, "shall continue in effect") || strings.Contains(text, "shall be determined by") || strings.Contains(text, "shall be ineffective")) {
		claim := Begins
		if strings.Contains(text, "ineffective") {
			claim = Ends
		}
		st := make(Duty, claim)
		dated(&st)
		b.products(&st, c.ms)
		b.places(&st, s, c.ms)
		if st.From != 0 || st.Until != 0 || len(st.Origins) > 0 || st.Group != "" {
			b.keep(st, u)
		}
	}
}

// products adds the goods of a clause.
func (b *builder) products(st *Statement, ms []ment) {
	for _, m := range ms {
		if m.Kind != Product || len(m.programs) == 0 || m.low() == "section 232" || m.low() == "section 301" || m.low() == "section 122" {
			continue
		}
		st.Product = join(st.Product, m.Text)
		for _, p := range m.programs {
			if !slices.Contains(st.Programs, p) {
				st.Programs = append(st.Programs, p)
			}
		}
		st.rest(m)
	}
}
