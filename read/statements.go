package read

import (
	"slices"
	"strings"

	"kanzei"
)

// A builder makes statements of the mentions of one document.
type builder struct {
	r *Reader
	d *Document
	p *page

	// of orders: what an introduction says for the items below it
	context   ment // a date with the role from; Kind is empty when none
	ctxSect   string
	ctxUntil  ment
	dutyIntro bool // the introduction speaks of rates of duty
	introPara int
	lastOpen  int // first statement of the section that may still be given its day
	openSect  string
	namedPara int // paragraph of the last statement, for "these countries"

	dutyTitle int // paragraph, counted from one, whose item is headed "Ad Valorem Duty."
	// of reports: the last sentence that speaks of duties
	dutySentence int
}

// A clause is a stretch of a sentence with one verb phrase.
type clause struct {
	t0, t1 int
	ms     []ment
	sum    bool // speaks of column 1 and additional duty together
	some   bool // speaks of some goods only

	looked bool     // the rest is known, see look
	acts   []string // of its verbs
	times  []ment   // dates and durations
	was    *ment    // the first rate that is replaced
}

func (b *builder) speaksOfDuties(s scan) bool {
	return dutyNear(s.ts, 0, len(s.ts))
}

// statement begins a statement of a clause.
func (b *builder) statement(n int, u unit, s scan, c clause, kind, claim string) Statement {
	start, end := s.ts[c.t0].start, s.ts[c.t1-1].end
	return Statement{Kind: kind, Claim: claim, Words: b.p.text[start:end], Span: b.p.span(start, end), Sentence: n, Cite: u.cite, Operative: u.operative, Confidence: Medium}
}

func (st *Statement) rest(ms ...ment) {
	for _, m := range ms {
		if !slices.ContainsFunc(st.Rests, func(x Mention) bool { return x.Span == m.Span && x.Kind == m.Kind }) {
			st.Rests = append(st.Rests, m.Mention)
		}
	}
	slices.SortStableFunc(st.Rests, func(a, b Mention) int { return a.Start - b.Start })
}

func (st *Statement) setRate(m ment) {
	st.Rate, st.rate, st.hasRate = m.Value, m.rate, true
	st.rest(m)
}

func (st *Statement) addCountry(b *builder, m ment) {
	switch {
	case m.us:
	case m.Value == "EU":
		st.Group = "EU"
		st.rest(m)
	case m.origin != 0 && !slices.Contains(st.Origins, m.origin):
		st.Origins = append(st.Origins, m.origin)
		st.rest(m)
	}
}

func (st *Statement) setDates(ms []ment) {
	for _, m := range ms {
		if m.Kind == Duration && m.days > 0 && st.Days == 0 && (st.Claim == OnHold || st.Kind == Pause) {
			st.Days = m.days
			st.rest(m)
		}
		if m.Kind != Date {
			continue
		}
		moment := moment(m)
		switch {
		case m.Role == "from" && st.From == 0 && m.day == m.last:
			st.From = moment
			st.rest(m)
		case m.Role == "until" && st.Until == 0:
			if m.minute < 0 && m.day != m.last {
				moment = (m.last + 1).Open()
			}
			st.Until = moment
			st.rest(m)
		case m.Role == "at" && st.When == "":
			st.When = m.Value
			st.rest(m)
		}
	}
}

// report makes the statements of a sentence of a news report, fact sheet or
// speech.
func (b *builder) report(n int, u unit, s scan) {
	if len(s.ts) == 0 {
		return
	}
	if b.rows(n, u, s) {
		return
	}
	if dutyNear(s.ts, 0, len(s.ts)) {
		b.dutySentence = n + 1
	}
	var named []ment
	for _, c := range clauses(s) {
		if len(c.of(Country)) > 0 {
			named = c.of(Country)
		} else if c.t1-c.t0 > 2 && (s.ts[c.t0+1].low == "top" || s.ts[c.t0+1].low == "addition") {
			for k := range named { // "…, on top of the 25% in force"
				named[k].t0, named[k].t1 = c.t0, c.t0
			}
			c.ms = append(named, c.ms...)
		}
		b.reportClause(n, u, s, c)
	}
}

func (b *builder) reportClause(n int, u unit, s scan, c clause) {
	duties := dutyNear(s.ts, c.t0, c.t1)
	negated := c.has("not")
	countries := c.of(Country)
	var rates []ment
	for _, m := range c.of(Rate) {
		if m.Role == "new" && !averaged(s.ts, m) && (dutyNear(s.ts, m.t0-8, m.t1+8) || c.has("hold") || len(kindOf(c.ms, Product)) > 0 && duties || b.levied(n, s, c, m)) {
			rates = append(rates, m)
		}
	}
	products := c.of(Product)
	if c.has("court") && (c.has("void") || c.has("unlawful") || c.has("end") || c.has("hold")) && (duties || len(products) > 0 || b.dutySentence > 0) && len(rates) == 0 {
		st := b.statement(n, u, s, c, Judgment, Ends)
		if c.has("hold") {
			st.Claim = OnHold
		}
		for _, m := range c.ms {
			if m.Kind == Verb && (m.act == "court" || m.act == "void" || m.act == "unlawful" || m.act == "end" || m.act == "hold" || m.act == "not") {
				st.rest(m)
			}
		}
		st.Negated = negated
		for _, m := range products {
			st.Product = join(st.Product, m.Text)
			st.Programs = append(st.Programs, m.programs...)
			st.rest(m)
		}
		for _, m := range countries {
			st.addCountry(b, m)
		}
		st.setDates(c.ms)
		if c.has("threat") || c.has("ask") {
			st.Confidence = Low
		}
		b.add(st)
		return
	}
	if c.has("retaliate") || foreign(s.ts, c, countries) {
		st := b.statement(n, u, s, c, Retaliation, "")
		st.Negated = negated
		for _, m := range countries {
			st.addCountry(b, m)
		}
		for _, m := range c.ms {
			if m.act == "retaliate" || m.act == "not" && st.Negated {
				st.rest(m)
			}
		}
		if len(rates) > 0 {
			st.setRate(rates[0])
		}
		if len(st.Origins) == 0 && st.Group == "" {
			b.lookAround(&st, s)
		}
		if c.has("retaliate") || len(st.Origins) > 0 {
			b.add(st)
			return
		}
	}
	change := c.has("end") || c.has("change") || c.has("hold") || c.has("exempt")
	if c.has("ask") && duties && change && len(rates) == 0 {
		st := b.statement(n, u, s, c, Request, "")
		for _, m := range countries {
			st.addCountry(b, m)
		}
		for _, m := range c.ms {
			if m.act == "ask" || m.act == "end" || m.act == "change" || m.act == "hold" || m.act == "exempt" {
				st.rest(m)
			}
		}
		for _, m := range products {
			st.Programs = append(st.Programs, m.programs...)
			st.rest(m)
		}
		if len(st.Origins) == 0 {
			b.lookAround(&st, s)
		}
		st.setDates(c.ms)
		b.add(st)
		if !c.has("talk") {
			return
		}
	}
	partners, beside := 0, false
	for _, m := range countries {
		if !m.us {
			partners++
		}
	}
	if (c.has("talk") || c.has("deal")) && len(rates) == 0 && (partners > 0 || duties) && !(c.has("keep") && duties && !c.has("talk")) && !(c.has("hold") && duties) {
		kind := Talks
		if !c.has("talk") {
			kind = Deal
		}
		st := b.statement(n, u, s, c, kind, "")
		for _, m := range countries {
			st.addCountry(b, m)
			st.rest(m)
		}
		for _, m := range c.ms {
			if m.act == "talk" || m.act == "deal" {
				st.rest(m)
			}
		}
		st.setDates(c.ms)
		if len(st.Origins) == 0 && st.Group == "" {
			b.lookAround(&st, s)
		}
		if len(st.Origins) > 0 || st.Group != "" {
			b.add(st)
		}
		if !c.has("keep") {
			return
		}
		// what is said beside it: "talks in March just before Trump's tariffs
		// went into effect"; the parties of the talks are not its countries
		beside = true
	}
	claim, verb := claimOf(c, s, b.d.Date)
	c.sum, c.some = allIn(s.ts, c), some(s.ts, c)
	if len(rates) > 0 {
		backward := leads(c, rates)
		c.look()
		for k := range rates {
			after, before := segment(c, rates, k)
			if backward {
				after, before = before, nil
			}
			b.dutyStatements(n, u, s, c, claim, verb, &rates[k], after, before, old(&c, &rates[k]))
		}
		return
	}
	if !duties && !(len(products) > 0 && c.has("keep")) {
		return
	}
	if claim == OnHold {
		st := b.statement(n, u, s, c, Pause, OnHold)
		st.rest(verb...)
		st.ahead = c.has("future")
		st.setDates(c.ms)
		for _, m := range countries {
			st.addCountry(b, m)
		}
		for _, m := range products {
			st.Programs = append(st.Programs, m.programs...)
			st.Product = join(st.Product, m.Text)
			st.rest(m)
		}
		if st.Days > 0 {
			st.Confidence = High
		}
		st.Negated = negated
		b.add(st)
		return
	}
	for _, m := range c.ms { // "there is no duty on …"
		if len(verb) == 0 && m.act == "not" && dutyNear(s.ts, m.t1, m.t1+2) && len(products)+partners > 0 {
			verb = []ment{m}
		}
	}
	if claim == "" || len(verb) == 0 {
		return
	}
	if len(products) > 0 || c.has("keep") || verb[0].act == "not" || len(kindOf(c.ms, Date)) > 0 && (c.has("impose") || c.has("end")) {
		ms := c.ms
		if beside {
			ms = slices.DeleteFunc(slices.Clone(ms), func(m ment) bool { return m.Kind == Country })
			c.ms = slices.DeleteFunc(slices.Clone(ms), func(m ment) bool { return m.Kind == Date })
			c.times = nil
		}
		b.dutyStatements(n, u, s, c, claim, verb, nil, ms, nil, nil)
	}
}

// levied reports a rate that no word of duty stands beside, where the text has
// just spoken of duties: "India will pay an extra 25%".
func (b *builder) levied(n int, s scan, c clause, m ment) bool {
	if b.dutySentence == 0 || n-b.dutySentence > 1 {
		return false
	}
	if m.t0 > 0 && (s.ts[m.t0-1].low == "extra" || s.ts[m.t0-1].low == "additional") {
		return true
	}
	for _, v := range c.ms { // "are subject to 20%", "pays 15%"
		if v.Kind == Verb && v.act == "impose" && m.t0-v.t1 >= 0 && m.t0-v.t1 <= 2 {
			return true
		}
		if v.Kind == Rate && v.t1 < m.t0 && m.t0-v.t1 < 12 && s.ts[m.t0-1].low == "to" && v.t0 > 0 && s.ts[v.t0-1].low == "to" {
			return true // "… to 20% and those of Indonesia to 19%"
		}
	}
	return false
}

// leads reports that the countries of a clause stand before their rates:
// "goods of A are subject to 20% and those of B to 19%".
func leads(c clause, rates []ment) bool {
	if len(rates) < 2 {
		return false
	}
	for k := range rates {
		after, before := segment(c, rates, k)
		if len(kindOf(before, Country)) == 0 || k == len(rates)-1 && len(kindOf(after, Country)) > 0 {
			return false
		}
	}
	return true
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// dutyStatements makes one statement for each product a rate is tied to.
func (b *builder) dutyStatements(n int, u unit, s scan, c clause, claim string, verb []ment, rate *ment, after, before []ment, was *ment) {
	products := kindOf(after, Product)
	if len(products) == 0 {
		products = kindOf(before, Product)
	} else if k := len(before) - 1; rate != nil && k >= 0 && before[k].Kind == Product && before[k].t1 == rate.t0 {
		products = append([]ment{before[k]}, products...) // "a baseline 15% tariff on …"
	}
	kind := Duty
	if claim == Exempts {
		kind = Exemption
	}
	st := b.statement(n, u, s, c, kind, claim)
	st.rest(verb...)
	places := kindOf(after, Country)
	if !slices.ContainsFunc(places, func(m ment) bool { return !m.us }) {
		places = kindOf(before, Country)
	}
	for _, m := range places {
		st.addCountry(b, m)
	}
	if rate != nil {
		st.setRate(*rate)
		if dutyNear(s.ts, rate.t0-5, rate.t1+6) && len(verb) > 0 {
			st.Confidence = High
		}
		if c.sum {
			st.Rate += " all-in"
		}
	}
	for _, list := range [][]ment{after, before} {
		if hs := kindOf(list, Heading); len(hs) > 0 && len(st.Headings) == 0 {
			for _, m := range hs {
				if m.Role == "target" || len(hs) == 1 {
					st.Headings = append(st.Headings, m.Value)
					st.rest(m)
				}
			}
		}
	}
	if was != nil {
		st.OldRate = was.Value
		st.rest(*was)
	}
	if rate == nil {
		st.factor = factorOf(verb)
	} else if column1(s.ts, *rate) {
		st.unheld = "column 1"
	}
	st.partial = c.some
	st.ahead = c.has("future")
	st.setDates(c.times)
	if c.has("threat") {
		st.Confidence = Low
	}
	for k := range c.ms {
		if !c.has("not") {
			break
		}
		if m := c.ms[k]; m.act == "not" && (claim == InForce || claim == Begins) && (dutyNear(s.ts, m.t1, m.t1+3) || slices.ContainsFunc(verb, func(v ment) bool { return v.t0-m.t1 >= 0 && v.t0-m.t1 <= 2 })) {
			st.Negated = true
			st.rest(m)
		}
	}
	if kind == Exemption { // "chips are exempt from the reciprocal tariffs"
		for k, m := range products {
			if m.t0 > 1 && (s.ts[m.t0-1].low == "from" || s.ts[m.t0-2].low == "from" && s.ts[m.t0-1].low == "the") && len(m.programs) > 0 {
				st.duties = m.programs
				st.rest(m)
				products = slices.Delete(slices.Clone(products), k, k+1)
				break
			}
		}
		if len(st.duties) > 0 && len(products) == 0 {
			st.Programs = st.duties
			st.duties = nil
			b.add(st)
			return
		}
	}
	done := map[string]bool{}
	for _, m := range products {
		if wider(m, products) {
			st.rest(m)
			continue
		}
		key := strings.Join(m.programs, " ") + "|"
		if len(m.programs) == 0 {
			key += m.Text
		}
		if done[key] {
			continue
		}
		done[key] = true
		x := st
		x.Rests = slices.Clone(st.Rests)
		x.Product, x.Programs = m.Text, m.programs
		if len(m.programs) == 0 {
			x.unheld = m.Text
		}
		if strings.HasSuffix(m.Value, ".*") && strings.HasPrefix(m.low(), "key") {
			x.vague, x.Confidence = true, Low
		}
		x.rest(m)
		b.add(x)
	}
	if len(products) == 0 {
		if rate == nil && len(st.Origins) == 0 && st.Group == "" {
			st.vague, st.Confidence = true, Low
		}
		b.add(st)
	}
}

// wider reports a family ("section 232") of which the clause names a member.
func wider(m ment, products []ment) bool {
	if len(m.programs) != 1 || !strings.HasSuffix(m.programs[0], ".*") {
		return false
	}
	family := strings.TrimSuffix(m.programs[0], "*")
	for _, x := range products {
		if x.t0 != m.t0 && len(x.programs) > 0 && strings.HasPrefix(x.programs[0], family) && x.programs[0] != m.programs[0] {
			return true
		}
	}
	return false
}

func (m ment) low() string { return strings.ToLower(m.Text) }

// allIn reports whether a clause says that column 1 and additional duty
// together reach the rate.
func allIn(ts []token, c clause) bool {
	for k := c.t0; k < c.t1; k++ {
		if ts[k].low == "sum" || ts[k].low == "inclusive" || ts[k].low == "combined" {
			return true
		}
		if ts[k].low == "all" && k+2 < c.t1 && ts[k+1].kind == '-' && ts[k+2].low == "in" {
			return true
		}
		if ts[k].low == "higher" && k+1 < c.t1 && ts[k+1].low == "of" {
			return true
		}
	}
	return false
}

// factorOf reads "doubled", "halved", "tripled": by what a rate was multiplied,
// in halves; zero when no such word stands there.
func factorOf(verb []ment) int {
	for _, m := range verb {
		switch w := m.low(); {
		case strings.HasPrefix(w, "doubl"):
			return 4
		case strings.HasPrefix(w, "tripl"):
			return 6
		case strings.HasPrefix(w, "halv"):
			return 1
		}
	}
	return 0
}

// averaged reports a rate that is an average: "the average applied tariff was 5%".
func averaged(ts []token, m ment) bool {
	for k := max(0, m.t0-14); k < m.t0; k++ {
		if ts[k].low == "average" || ts[k].low == "averaged" || ts[k].low == "averages" {
			return true
		}
	}
	return false
}

// column1 reports a rate said to be that of most favored nations.
func column1(ts []token, m ment) bool {
	for k := max(0, m.t0-9); k < min(len(ts), m.t1+4); k++ {
		if ts[k].low == "mfn" || ts[k].low == "favored" || ts[k].low == "favoured" {
			return true
		}
	}
	return false
}

// some reports a clause on some goods only, which its words do not tell.
func some(ts []token, c clause) bool {
	for k := c.t0; k+1 < c.t1; k++ {
		switch ts[k].low {
		case "some", "certain", "those", "specific":
			for j := k + 1; j < min(k+4, c.t1); j++ {
				switch ts[j].low {
				case "goods", "products", "imports", "items", "articles":
					return true
				}
			}
		case "instance", "example":
			return true
		case "longer": // "products that will no longer be subject to the tariffs"
			if k > c.t0 && ts[k-1].low == "no" && ts[k+1].low == "be" {
				return true
			}
		case "never":
			return true
		}
	}
	return false
}

// lookAround takes the countries of the whole sentence.
func (b *builder) lookAround(st *Statement, s scan) {
	for _, m := range s.ms {
		if m.Kind == Country {
			st.addCountry(b, m)
		}
	}
}

// rows reads a table: countries, each followed by its rate.
func (b *builder) rows(n int, u unit, s scan) bool {
	type pair struct{ c, r int }
	var pairs []pair
	rates := 0
	for k, m := range s.ms {
		if m.Kind != Rate {
			continue
		}
		rates++
		if k > 0 && s.ms[k-1].Kind == Country && !s.ms[k-1].us {
			gap := m.t0 - s.ms[k-1].t1
			if gap == 0 || gap <= 3 && u.row && s.ts[m.t0-1].kind == '|' {
				pairs = append(pairs, pair{k - 1, k})
			}
		}
	}
	if !(u.row && rates == 1 && len(pairs) == 1 || len(pairs) >= 4 && len(pairs)*10 >= rates*8) {
		return false
	}
	for _, x := range pairs {
		c, r := s.ms[x.c], s.ms[x.r]
		st := b.statement(n, u, s, clause{t0: c.t0, t1: r.t1}, Duty, Begins)
		st.setRate(r)
		st.addCountry(b, c)
		st.From, st.inherit = b.contextFrom()
		b.add(st)
	}
	return true
}

func (b *builder) add(st Statement) {
	slices.Sort(st.Origins)
	b.d.Statements = append(b.d.Statements, st)
}

// assume gives the statements of a report that name no country the one the
// report is about, and says so.
func (b *builder) assume() {
	o := b.d.Subject
	if o == 0 {
		return
	}
	for i := range b.d.Statements {
		st := &b.d.Statements[i]
		if len(st.Origins) > 0 || st.Group != "" || len(st.Headings) > 0 || st.Kind == Talks || st.Kind == Deal {
			continue
		}
		st.Origins = []kanzei.Origin{o}
		st.Assumed = o.Name() + ", the country the text is about"
		if st.Confidence == High {
			st.Confidence = Medium
		}
	}
}
