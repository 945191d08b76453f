package main

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/lawtest"
)

// readTable reads a CSV file into rows by column name.
func readTable(file string) ([]map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = strings.TrimSpace(r[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// A testCase is one entry and what a row says of it. A row that speaks of a
// class of goods or of origins has several, and is right when all are.
type testCase struct {
	entry  kanzei.Entry
	known  kanzei.Day
	checks []check
	why    string // how the entry was chosen, when the row does not name it
}

// A check is one thing a row says. Its subject is "duty", "legal",
// "additional", "mpf", "hmf", "prohibited", "not-prohibited", programs joined
// by "+", a heading (what it levies), "has HEADING" or "not HEADING".
type check struct {
	subject string
	money   kanzei.Money
	rate    kanzei.Fraction
	byRate  bool         // the amount is rate of the customs value
	base    kanzei.Share // a column 1 duty made up by the row; unknown means that of the schedule
	bare    bool         // of the entry without its facts: what bears on the article, before exceptions
	none    bool         // no amount is compared
}

func (c check) String() string {
	switch {
	case c.none:
		return c.subject
	case c.byRate:
		return fmt.Sprintf("%s %s%%", c.subject, c.rate)
	}
	return fmt.Sprintf("%s $%s", c.subject, c.money)
}

// A mapping is the committed file worked.map: entries for rows that describe
// goods in words, and representatives of classes.
type mapping struct {
	rows    map[string][]string // id → what follows the colon, a line each
	classes []class
	origins map[string][]kanzei.Origin
	assume  []assumption
}

type class struct {
	text  string // prefix of the hts column, in lower case
	codes []kanzei.HTS
	facts string // in the words of the facts column
}

// An assumption declares what a code means in the engine of others when a row
// says nothing: they take it for the article the duty is on.
type assumption struct {
	code  kanzei.HTS
	flags []string
}

//go:embed worked.map
var mapText string

func readMapping(text string) (*mapping, error) {
	m := &mapping{rows: map[string][]string{}, origins: map[string][]kanzei.Origin{}}
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		bad := func(err error) error { return fmt.Errorf("worked.map:%d: %w", n+1, err) }
		head, body, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, bad(fmt.Errorf("no colon"))
		}
		switch word, rest, _ := strings.Cut(head, " "); word {
		case "class":
			c := class{text: strings.ToLower(rest)}
			body, c.facts, _ = strings.Cut(body, " with ")
			for _, f := range strings.Fields(body) {
				h, err := kanzei.ParseHTS(f)
				if err != nil {
					return nil, bad(err)
				}
				c.codes = append(c.codes, h)
			}
			m.classes = append(m.classes, c)
		case "assume":
			h, err := kanzei.ParseHTS(rest)
			if err != nil {
				return nil, bad(err)
			}
			m.assume = append(m.assume, assumption{h, strings.Fields(body)})
		case "origin":
			for _, f := range strings.Fields(body) {
				o, err := kanzei.ParseOrigin(f)
				if err != nil {
					return nil, bad(err)
				}
				m.origins[rest] = append(m.origins[rest], o)
			}
		default:
			m.rows[head] = append(m.rows[head], body)
		}
	}
	// The longest text wins.
	slices.SortStableFunc(m.classes, func(a, b class) int { return cmp.Compare(len(b.text), len(a.text)) })
	return m, nil
}

// from returns the origins that stand for a text: the longest one that it begins
// with.
func (m *mapping) from(text string) []kanzei.Origin {
	best := ""
	for t := range m.origins {
		if len(t) > len(best) && strings.HasPrefix(text, t) {
			best = t
		}
	}
	return m.origins[best]
}

func (m *mapping) class(text string) ([]kanzei.HTS, string) {
	for _, c := range m.classes {
		if strings.HasPrefix(strings.ToLower(text), c.text) {
			return c.codes, c.facts
		}
	}
	return nil, ""
}

// supply raises the assumed flags of the code that the row does not speak of.
func (m *mapping) supply(entry *kanzei.Entry) {
	for _, a := range m.assume {
		if entry.HTS.Parent(a.code.Digits()) != a.code {
			continue
		}
		for _, f := range a.flags {
			bare := strings.TrimPrefix(f, "not-")
			if !entry.Flag(bare) && !entry.Flag("not-"+bare) {
				raise(entry, f)
			}
		}
	}
}

var (
	codeForm = regexp.MustCompile(`^\d{4}\.?\d\d\.?\d\d(\.?\d\d)?\b`)
	dayForm  = regexp.MustCompile(`^\d{4}-\d\d-\d\d`)
)

// cases reads a row: by its mapping where there is one, else by its columns
// alone.
func (m *mapping) cases(e *duty.Engine, row map[string]string) ([]testCase, error) {
	if lines, ok := m.rows[row["id"]]; ok {
		var out []testCase
		for _, l := range lines {
			c, err := m.mapped(e, row, l)
			if err != nil {
				return nil, fmt.Errorf("worked.map: %s: %w", row["id"], err)
			}
			out = append(out, c)
		}
		return out, nil
	}
	return m.mechanical(e, row)
}

// clocks reads the day of entry and of the knowledge. Knowledge before the
// entry is a full date; any other remark means everything held.
func clocks(row map[string]string) (on, known kanzei.Day, err error) {
	if on, err = kanzei.ParseDay(row["entry_date"]); err != nil {
		return 0, 0, fmt.Errorf("no date of entry")
	}
	// Engines of others name the day of their edition, which lies after the
	// entry or tells of announced law; both are answered with everything held.
	if k := row["as_known_on"]; dayForm.MatchString(k) && len(k) == 10 {
		if known, err = kanzei.ParseDay(k); err != nil {
			return 0, 0, err
		}
	}
	return on, known, nil
}

func value(row map[string]string) (kanzei.Money, error) {
	if row["entered_value_usd"] == "" {
		return 10_000 * kanzei.Dollar, nil
	}
	return amount(row["entered_value_usd"])
}

func (m *mapping) mechanical(e *duty.Engine, row map[string]string) ([]testCase, error) {
	on, known, err := clocks(row)
	if err != nil {
		return nil, err
	}
	v, err := value(row)
	if err != nil {
		return nil, err
	}
	why, more := "", ""
	var codes []kanzei.HTS
	if c := codeForm.FindString(row["hts"]); c != "" {
		h, err := kanzei.ParseHTS(c)
		if err != nil {
			return nil, err
		}
		codes = []kanzei.HTS{valid(e, h, on)}
		if codes[0] != h {
			why = h.String() + " is not a number of the day"
		}
	} else if codes, more = m.class(row["hts"]); codes != nil {
		why = "class " + row["hts"]
	} else if codes = underHeadings(e, row, on); codes != nil {
		why = "first code under the heading"
	} else {
		return nil, fmt.Errorf("no code for %q", row["hts"])
	}
	origins := m.from(row["origin"])
	if origins == nil {
		o, err := kanzei.ParseOrigin(row["origin"])
		if err != nil {
			return nil, err
		}
		origins = []kanzei.Origin{o}
	}
	var out []testCase
	for _, h := range codes {
		h = valid(e, h, on)
		for _, o := range origins {
			c := testCase{entry: kanzei.Entry{HTS: h, Origin: o, Date: on, Value: v}, known: known, why: why}
			if q := row["quantity"]; q != "" {
				n, err := amount(q)
				if err != nil {
					return nil, err
				}
				c.entry.Quantity = int64(n)
				if line, err := e.Schedule.Line(h, on); err == nil && len(line.General.Specific) > 0 {
					c.entry.Unit = line.General.Specific[0].Unit // the quantity is that of the rate
				}
			}
			base, unread := facts(e, &c.entry, row["facts"])
			if len(unread) > 0 {
				return nil, fmt.Errorf("cannot read the facts %q", unread)
			}
			if _, unread = facts(e, &c.entry, more); len(unread) > 0 {
				return nil, fmt.Errorf("worked.map: cannot read the facts %q of class %s", unread, row["hts"])
			}
			m.supply(&c.entry)
			if c.checks, err = checks(e, row, &c.entry, base); err != nil {
				return nil, err
			}
			out = append(out, bounds(row, c)...)
		}
	}
	return out, nil
}

// valid is the code itself where the schedule of the day has it; else what
// became of it, or the first number under its line: engines of others accept
// numbers that are not printed, such as lines with 00 behind.
func valid(e *duty.Engine, h kanzei.HTS, on kanzei.Day) kanzei.HTS {
	if _, err := e.Schedule.Line(h, on); err == nil {
		return h
	}
	for back := kanzei.Day(90); back < 1200; back += 90 {
		if _, err := e.Schedule.Line(h, on-back); err != nil {
			continue
		}
		for _, s := range e.Schedule.Carry(h, on-back, on) {
			return s.HTS
		}
	}
	for c := range e.Schedule.Codes(on) {
		if c.Parent(8) == h.Parent(8) {
			return c
		}
	}
	return h
}

// underHeadings picks a product of the provision a row names, for classes such
// as "(note 31(e))" that have no representative.
func underHeadings(e *duty.Engine, row map[string]string, on kanzei.Day) []kanzei.HTS {
	b := e.Book(0)
	for _, h := range headingForm.FindAllString(row["ch99_headings"], -1) {
		for _, p := range b.At(on.Open()).Provisions {
			if p.Heading != h {
				continue
			}
			for c := range e.Schedule.Codes(on) {
				if b.Products(&p.Provision, on.Open()).Contains(c) {
					return []kanzei.HTS{c}
				}
			}
		}
	}
	return nil
}

// mapped reads "HTS from XX value N with …; on D; known D; compare …, …;
// because …". What is left out comes from the row.
func (m *mapping) mapped(e *duty.Engine, row map[string]string, text string) (testCase, error) {
	var c testCase
	var err error
	if row["entry_date"] != "" {
		if c.entry.Date, c.known, err = clocks(row); err != nil {
			return c, err
		}
	}
	parts := strings.Split(text, "; ")
	on, known := c.entry.Date, c.known
	if c.entry, err = lawtest.ParseEntry(strings.TrimPrefix(parts[0], "entry ")); err != nil {
		return c, err
	}
	if !strings.Contains(parts[0], " value ") {
		if c.entry.Value, err = value(row); err != nil {
			return c, err
		}
	}
	compare, said := "", false
	for _, p := range parts[1:] {
		word, rest, _ := strings.Cut(p, " ")
		switch word {
		case "on":
			on, err = kanzei.ParseDay(rest)
		case "known":
			known = 0
			if rest != "latest" {
				known, err = kanzei.ParseDay(rest)
			}
		case "compare":
			compare, said = rest, true
		case "because":
			c.why = rest
		default:
			err = fmt.Errorf("%q is not on, known, compare or because", word)
		}
		if err != nil {
			return c, err
		}
	}
	c.entry.Date, c.known = on, known
	if !said {
		c.checks, err = checks(e, row, &c.entry, "")
		return c, err
	}
	for _, s := range strings.Split(compare, ", ") {
		k, err := parseCheck(row, s)
		if err != nil {
			return c, err
		}
		c.checks = append(c.checks, k)
	}
	return c, nil
}

// parseCheck reads "SUBJECT AMOUNT"; the amount left out is the row's.
func parseCheck(row map[string]string, s string) (check, error) {
	f := strings.Fields(s)
	if len(f) == 0 {
		return check{}, fmt.Errorf("nothing to compare")
	}
	c := check{subject: f[0]}
	switch {
	case f[0] == "has" || f[0] == "not":
		if len(f) != 2 {
			return c, fmt.Errorf("%q names no heading", s)
		}
		return check{subject: s, none: true}, nil
	case f[0] == "prohibited" || f[0] == "not-prohibited":
		c.none = true
		return c, nil
	}
	want := ""
	if len(f) > 1 {
		want = f[1]
	} else if row["expected_total_duty_usd"] != "" {
		want = "$" + row["expected_total_duty_usd"]
	} else {
		want = row["expected_rate_pct"] + "%"
	}
	return c, c.want(want)
}

func (c *check) want(s string) (err error) {
	if d, ok := strings.CutPrefix(s, "$"); ok {
		c.money, err = amount(d)
		return err
	}
	c.byRate = true
	c.rate, err = percent(s)
	return err
}

func byRate(subject string, f kanzei.Fraction) check {
	return check{subject: subject, rate: f, byRate: true}
}

func byMoney(subject string, m kanzei.Money) check { return check{subject: subject, money: m} }

// afterJudgment are the days on which "legal" means the duty after the
// judgment on IEEPA, still collected.
func afterJudgment(on kanzei.Day) bool {
	return on >= kanzei.DayOf(2026, 2, 20) && on <= kanzei.DayOf(2026, 2, 23)
}

var componentForm = regexp.MustCompile(`^([a-z0-9_]+?)(_entry)?_(?:component|additional_duty|ad_valorem)_rate=([\d.]+)%$`)

// programsOf names the programs behind a component of another engine or a word
// of a breakdown.
func programsOf(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", " ")
	for _, x := range [][2]string{
		{"mfn", "mfn"}, {"column 1", "mfn"}, {"col.2", "mfn"}, {"col. 2", "mfn"},
		{"brazil section 301", "s301.brazil"}, {"forced", "s301.forced-labor"}, {"china section 301", "s301.china*"},
		{"fentanyl", "ieepa.fentanyl*"}, {"potash", "ieepa.fentanyl*"},
		{"reciprocal", "ieepa.reciprocal"}, {"baseline", "ieepa.reciprocal"}, {"top-up", "ieepa.reciprocal"},
		{"brazil +", "ieepa.brazil"}, {"india +", "ieepa.india"}, {"ieepa", "ieepa.*"},
		{"section 122", "s122.*"}, {"s.122", "s122.*"}, {"s122", "s122.*"},
		{"section 232 aluminum", "s232.aluminum+s232.metals"}, {"section 232 steel", "s232.steel+s232.metals"},
		{"section 232 copper", "s232.copper+s232.metals"},
		{"section 232", "s232.*"}, {"s.232", "s232.*"}, {"232", "s232.*"}, {"uas", "s232.drones"},
		{"note 31", "9903.91.xx"}, {"list ", "s301.china*"}, {"s.301 forced", "s301.forced-labor"}, {"301", "s301.china*"},
		{"section 338", "s338.*"}, {"s.338", "s338.*"}, {"section 201", "s201.*"}, {"safeguard", "s201.*"},
	} {
		if strings.Contains(name, x[0]) {
			return x[1]
		}
	}
	return ""
}

var (
	percentForm = regexp.MustCompile(`([\d.]+)%`)
	lastNumber  = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?)(?: derived\))?$`)
	leading     = regexp.MustCompile(`^([\d.]+) \(`)
	feeForm     = regexp.MustCompile(`(?i)(mpf|hmf|max) (?:min )?([\d.]+)`)
	barForm     = regexp.MustCompile(`9903\.\d\d\.(?:\d\d|\d?x+)`)
)

// checks reads what a row says of an entry. Base is the column 1 duty it
// forces, if any; where that is not the duty of the schedule, only the
// additional duties are compared.
func checks(e *duty.Engine, row map[string]string, entry *kanzei.Entry, base string) ([]check, error) {
	var out []check
	switch row["semantics"] {
	case "fee":
		return feeChecks(row)
	case "rate-rule":
		return ruleChecks(e, row, entry)
	case "headings":
		return headingChecks(row["ch99_headings"], true)
	case "stacking-rule":
		return nil, fmt.Errorf("a rule in words: needs a line in worked.map")
	}
	if d := row["expected_total_duty_usd"]; d != "" {
		m, err := amount(d)
		if err != nil {
			return nil, err
		}
		subject := "duty"
		if row["semantics"] == "legal" && afterJudgment(entry.Date) {
			subject = "legal"
		}
		out = append(out, byMoney(subject, m))
	} else if r := row["expected_rate_pct"]; r != "" {
		f, err := percent(r)
		if err != nil {
			return nil, err
		}
		out = append(out, byRate("duty", f))
	}
	components := false
	for _, part := range strings.Split(row["breakdown"], ";") {
		if m := componentForm.FindStringSubmatch(strings.TrimSpace(part)); m != nil {
			components = true
			f, err := percent(m[3])
			if err != nil {
				return nil, err
			}
			programs := programsOf(m[1])
			if programs == "" {
				return nil, fmt.Errorf("cannot read the component %q", m[1])
			}
			k := byRate(programs, f)
			k.bare = m[2] == "" // the rate of the article, before the exceptions of the entry
			if row["semantics"] != "component" || !hasEntryComponent(row["breakdown"]) && row["facts"] == "" {
				k.bare = false
			}
			out = append(out, k)
		}
	}
	if row["semantics"] == "component" && !components {
		more, err := breakdownChecks(row, entry)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("nothing to compare")
	}
	f, err := forced(e, entry, base)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].base = f
	}
	return out, nil
}

func hasEntryComponent(s string) bool { return strings.Contains(s, "_entry_component_rate") }

// forced reads the column 1 duty that a row makes up; known is false when the
// schedule has it so.
func forced(e *duty.Engine, entry *kanzei.Entry, base string) (f kanzei.Share, err error) {
	if base == "" {
		return f, nil
	}
	line, err := e.Schedule.Line(entry.HTS, entry.Date)
	if err != nil {
		return f, err
	}
	if base != "free" {
		if f.Fraction, err = percent(base); err != nil {
			return f, fmt.Errorf("cannot force the base %q", base)
		}
	}
	g := line.General
	f.Known = !(g.Kind == kanzei.AdValorem && g.AdValorem == f.Fraction || g.Kind == kanzei.Free && f.Fraction == 0)
	return f, nil
}

var flatForm = regexp.MustCompile(`^(?:flat )?\$?([\d.]+)(?: usd| dollars)? per (?:postal )?item`)

// breakdownChecks reads "s.122 1000; reciprocal 0" and the like.
func breakdownChecks(row map[string]string, entry *kanzei.Entry) ([]check, error) {
	headings := plainHeadings(row["ch99_headings"])
	var out []check
	for _, part := range strings.Split(row["breakdown"], ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		subject := programsOf(part)
		if h := headingForm.FindString(part); h != "" {
			subject = h
			part = strings.TrimSpace(strings.Replace(part, h, "", 1))
		} else if len(headings) > 0 && (subject == "" || len(strings.Split(row["breakdown"], ";")) == 1) {
			subject = headings[0]
		}
		if strings.HasPrefix(part, "total ") {
			subject = "duty"
		}
		if subject == "" {
			return nil, fmt.Errorf("cannot read the component %q", part)
		}
		k := check{subject: subject}
		switch {
		case strings.HasPrefix(part, "total "):
			m, err := amount(strings.Fields(part)[1])
			if err != nil {
				return nil, err
			}
			k.money = m
		case leading.MatchString(part): // "2000 (below the 20% threshold)"
			m, err := amount(leading.FindStringSubmatch(part)[1])
			if err != nil {
				return nil, err
			}
			k.money = m
		default:
			text := part
			if i := strings.Index(text, " ("); i > 0 && !strings.Contains(text, "derived)") && strings.HasSuffix(text, ")") {
				text = text[:i]
			}
			if _, sum, ok := strings.Cut(text, " x "); ok { // "(15%-2.9%) x 4000 = 484"
				_, text, _ = strings.Cut(sum, "= ")
			}
			text = regexp.MustCompile(`\b(note|s\.|list) ?\d+\w*`).ReplaceAllString(strings.TrimSpace(text), "")
			if m := lastNumber.FindStringSubmatch(text); m != nil {
				v, err := amount(m[1])
				if err != nil {
					return nil, err
				}
				k.money = v
			} else if m := percentForm.FindStringSubmatch(text); m != nil {
				f, err := percent(m[1])
				if err != nil {
					return nil, err
				}
				k.byRate, k.rate = true, f
			} else {
				return nil, fmt.Errorf("no amount in %q", part)
			}
		}
		out = append(out, k)
	}
	return out, nil
}

// plainHeadings are the headings a row names outside parentheses.
func plainHeadings(s string) []string {
	s = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(s, "")
	return barForm.FindAllString(s, -1)
}

var absentForm = regexp.MustCompile(`\(([^)]*)\)`)

// headingChecks reads "9903.91.07 (not 9903.91.04)".
func headingChecks(s string, must bool) ([]check, error) {
	var out []check
	switch {
	case strings.Contains(s, "(not prohibited)"):
		return []check{{subject: "not-prohibited", none: true}}, nil
	case strings.Contains(s, "PROHIBITED"):
		return []check{{subject: "prohibited", none: true}}, nil
	case s == "(none)":
		return []check{{subject: "additional", byRate: true}}, nil
	}
	for _, h := range plainHeadings(s) {
		out = append(out, check{subject: "has " + h, none: true})
	}
	for _, m := range absentForm.FindAllStringSubmatch(s, -1) {
		text := m[1]
		if strings.HasPrefix(text, "no 9903.82 ") {
			text = "no 9903.82.xx"
		}
		for _, h := range barForm.FindAllString(text, -1) {
			out = append(out, check{subject: "not " + h, none: true})
		}
	}
	if len(out) == 0 && must {
		return nil, fmt.Errorf("cannot read the headings %q", s)
	}
	return out, nil
}

// ruleChecks reads a rule: the rate of a heading, an exception, or a total with
// column 1.
func ruleChecks(e *duty.Engine, row map[string]string, entry *kanzei.Entry) ([]check, error) {
	text := strings.ToLower(row["breakdown"])
	if m := flatForm.FindStringSubmatch(text); m != nil { // "flat 80 USD per item"
		v, err := amount(m[1])
		raise(entry, "postal")
		raise(entry, "postal-per-item")
		entry.Value = min(entry.Value, 100*kanzei.Dollar) // low value
		return []check{byMoney("duty", v)}, err
	}
	f, err := percent(row["expected_rate_pct"])
	if err != nil {
		return nil, err
	}
	headings := plainHeadings(row["ch99_headings"])
	if len(headings) == 0 {
		programs := programsOf(text + " " + strings.ToLower(row["note"]))
		if programs == "" {
			return nil, fmt.Errorf("a rule without a heading: needs a line in worked.map")
		}
		return []check{byRate(programs, f)}, nil
	}
	h := headings[0]
	program := e.Book(0).ProgramOf(h)
	switch {
	case strings.Contains(text, "total") && strings.Contains(text, "column 1"), strings.Contains(text, "total with mfn"), strings.Contains(text, "with column 1"):
		if program == "" {
			return nil, fmt.Errorf("%s is not in the ledger", h)
		}
		return []check{byRate("mfn+"+program, f), {subject: "has " + h, none: true}}, nil
	case f == 0:
		if program == "" {
			return nil, fmt.Errorf("%s is not in the ledger", h)
		}
		return []check{byRate(program, 0), {subject: "has " + h, none: true}}, nil
	}
	return []check{byRate(h, f)}, nil
}

// bounds splits a row that states the least and the most of a fee into a small
// and a large entry.
func bounds(row map[string]string, c testCase) []testCase {
	if row["semantics"] != "fee" || len(c.checks) != 2 || !strings.Contains(row["fees"], "min") {
		return []testCase{c}
	}
	least, most := c, c
	least.entry.Value, least.checks = 3_000*kanzei.Dollar, c.checks[:1]
	most.entry.Value, most.checks = 1_000_000*kanzei.Dollar, c.checks[1:]
	return []testCase{least, most}
}

// feeChecks reads "MPF min 25.67 max 497.99" and "HMF 0.00".
func feeChecks(row map[string]string) ([]check, error) {
	var out []check
	for _, m := range feeForm.FindAllStringSubmatch(row["fees"], -1) {
		v, err := amount(m[2])
		if err != nil {
			return nil, err
		}
		fee := strings.ToLower(m[1])
		if fee == "max" {
			fee = out[len(out)-1].subject
		}
		out = append(out, byMoney(fee, v))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("cannot read the fees %q", row["fees"])
	}
	return out, nil
}
