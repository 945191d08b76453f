package read

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"kanzei"
	"kanzei/ledger"
)

// Scaffold writes what was read of an official text as a file in the law
// language, for review. An act whose heading, kind and moment were all read is
// written out; of any other, what was read stands in comments, with "not read"
// before what was not. Nothing is filled in that the text or the ledger does
// not say, and ledger.Parse reads the result.
func (r *Reader) Scaffold(d *Document) ([]byte, error) {
	if !d.Official {
		return nil, &kanzei.Problem{Code: "read.scaffold", Where: d.Name, Msg: "the text is no order, proclamation or notice; an instrument is made of an official text only", Hint: "kanzei read without --scaffold holds a report against the law"}
	}
	if d.Date == 0 {
		return nil, &kanzei.Problem{Code: "read.date", Where: d.Name, Msg: "the text states no day on which it became public", Hint: "say --on 2025-04-15"}
	}
	s := &scaffold{r: r, d: d, book: r.ledger.AsKnown(0)}
	s.head()
	s.acts()
	// YAML takes no control characters, nor bytes that are no text
	return []byte(strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s.b.String())), nil
}

type scaffold struct {
	r    *Reader
	d    *Document
	book *ledger.Book
	b    strings.Builder
}

func (s *scaffold) line(format string, args ...any) {
	fmt.Fprintf(&s.b, format, args...)
	s.b.WriteByte('\n')
}

// quoted writes a text as a YAML string in double quotes.
func quoted(t string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\t", " ").Replace(t) + `"`
}

var shortKind = map[string]string{"executive-order": "EO", "proclamation": "Proclamation", "memorandum": "Memorandum", "notice": "Notice"}

func (s *scaffold) head() {
	d := s.d
	s.line("# Scaffold made by kanzei read from %s, for review:", d.Name)
	s.line("# hold every line against the text; \"not read\" marks what is open.")
	s.line("# law/README.md is the language. A new program takes an act of its own, which")
	s.line("# says what it adds to or yields to.")
	for _, in := range s.r.ledger.Instruments {
		if d.Number != "" && in.ID == d.Number || d.Source != "" && strings.TrimSuffix(in.Source, "/") == strings.TrimSuffix(d.Source, "/") {
			s.line("# The ledger has an instrument of this text: %s", in.ID)
		}
	}
	if d.Number != "" {
		s.line("instrument: %s", d.Number)
	} else {
		s.line("instrument: %s of %s  # not read: its number", shortKind[d.Kind], d.Date)
	}
	title := d.Title
	if title == "" {
		title = "not stated"
		s.line("# not read: the title")
	}
	s.line("title: %s", quoted(title))
	s.line("kind: %s", d.Kind)
	if a := s.authority(); a != "" {
		s.line("authority: %s", a)
	} else {
		s.line("# not read: authority")
	}
	if d.Signed != 0 {
		s.line("signed: %s", d.Signed)
	} else {
		s.line("# not read: signed")
	}
	s.line("public: %s  # %s", d.Date, d.DatedBy)
	s.line("# not read: published, citation (Federal Register)")
	if d.Source != "" {
		s.line("source: %s", quoted(d.Source))
	} else {
		s.line("source: %s  # not read: the address of the text", quoted(d.Name))
	}
}

// authority reads the statutes of the formula before the enacting words.
func (s *scaffold) authority() string {
	var out []string
	for _, u := range s.d.Sentences {
		t := strings.ToLower(u.Text)
		if !strings.Contains(t, "by the authority vested") && !strings.Contains(t, "under section 301(b)") {
			continue
		}
		for _, a := range []struct{ words, name string }{
			{"international emergency economic powers act", "IEEPA"}, {"section 232", "section 232"}, {"section 122", "section 122"},
			{"section 201", "section 201"}, {"section 338", "section 338"}, {"section 301(b)", "section 301"},
		} {
			if strings.Contains(t, a.words) && !slices.Contains(out, a.name) {
				out = append(out, a.name)
			}
		}
		break
	}
	return strings.Join(out, "; ")
}

// quote cuts the words of a statement to those around its mentions.
func quote(st *Statement) string {
	const most = 300
	w := st.Words
	if len(w) <= most {
		return w
	}
	// from the first mention that is no date of an introduction
	first := ""
	for _, m := range st.Rests {
		if m.Kind != Date && m.Kind != Country {
			first = m.Text
			break
		}
	}
	i := max(0, strings.Index(w, first)-120)
	for i > 0 && w[i-1] != ' ' {
		i--
	}
	e := min(len(w), i+most)
	for e < len(w) && e > i && w[e] != ' ' {
		e--
	}
	return strings.TrimSpace(w[i:e])
}

func (s *scaffold) acts() {
	var active, open []string
	var rows []*Statement
	for i := range s.d.Statements {
		st := &s.d.Statements[i]
		if st.Kind == Duty && st.Claim == Begins && len(st.Headings) == 0 && s.row(st) {
			rows = append(rows, st)
			continue
		}
		if t, ok := s.act(st); ok {
			active = append(active, t)
		} else {
			open = append(open, t)
		}
	}
	if len(active) == 0 {
		s.line("acts: []  # no act was read whole")
	} else {
		s.line("acts:")
	}
	for k, t := range active {
		if k > 0 {
			s.line("")
		}
		s.b.WriteString(t)
	}
	for _, t := range open {
		s.line("")
		s.comment(t)
	}
	if len(rows) > 0 {
		s.line("")
		s.table(rows)
	}
	for k, n := range s.d.Unread {
		if k == 0 {
			s.line("")
			s.line("# Sentences that speak of duties and of which no act was made:")
		}
		u := s.d.Sentences[n]
		t := u.Text
		if len(t) > 160 {
			e := 160
			for t[e] != ' ' && e > 100 {
				e--
			}
			t = strings.ToValidUTF8(t[:e], "") + " …"
		}
		s.line("# not read: %s: %s", orElse(u.Cite, "no section"), t)
	}
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// row reports a statement made of a row of a table: country and rate alone.
func (s *scaffold) row(st *Statement) bool {
	return len(st.Rests) == 2 && st.hasRate && (len(st.Origins) == 1 || st.Group != "") && len(st.Words) < 80
}

func (s *scaffold) comment(t string) {
	for _, l := range strings.Split(strings.TrimRight(t, "\n"), "\n") {
		if strings.HasPrefix(l, "#") {
			s.line("%s", l)
		} else {
			s.line("# %s", strings.TrimPrefix(l, "  "))
		}
	}
}

// act writes one act; ok is false when something that it needs was not read.
func (s *scaffold) act(st *Statement) (text string, ok bool) {
	var b strings.Builder
	var missing []string
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	targets := strings.Join(st.Headings, ", ")
	ok = true
	need := func(what string) {
		ok = false
		missing = append(missing, what)
	}
	known := func() {
		if targets == "" {
			need("the headings")
			targets = "HEADING"
			return
		}
		for _, h := range st.Headings {
			lo, _, _ := strings.Cut(h, "..")
			if s.book.Standing(lo, 1<<30).Status == ledger.Absent && !slices.Contains(s.book.Headings(), lo) {
				need("heading " + lo + " in the ledger")
				return
			}
		}
	}
	switch {
	case st.Kind == Pause:
		known()
		line("  - suspend: %s", targets)
	case st.Kind == Duty && st.Claim == Ends:
		known()
		line("  - terminate: %s", targets)
	case st.Kind == Duty && len(st.Headings) > 0 && st.Claim == Changes:
		known()
		line("  - amend: %s", targets)
		if !st.hasRate {
			need("what is restated (a rate, the words of the heading?)")
		}
	case st.Kind == Exemption:
		line("  - exempt: %s", orElse(targets, "HEADING"))
		if st.title != "" {
			line("    title: %s", quoted(st.title))
			need("program and scope of the exception")
			break
		}
		need("heading, program and scope of the exception")
	case st.Kind == Scope:
		verb := "add"
		if st.Claim == Ends {
			verb = "strike"
		}
		line("  - %s: list:NAME", verb)
		line("    codes: [%s]", strings.Join(st.codes, ", "))
		need("the name of the list")
	default:
		line("  - impose: %s", orElse(targets, "HEADING"))
		if targets == "" {
			need("the heading")
		}
		if st.title != "" {
			line("    title: %s", quoted(st.title))
			need("program, products")
			break
		}
		need("program, title, products")
	}
	if st.amount {
		line("    # rate: %s, per what the text says", st.Rate)
		need("the specific rate")
	}
	if st.hasRate {
		switch {
		case strings.HasSuffix(st.Rate, " all-in"):
			line("    rate: %s", st.Rate)
		case st.Kind == Duty && st.Claim == Changes && len(st.Headings) > 0:
			if sign, known := s.sign(st); known {
				line("    rate: %s", strings.Replace(sign, "X%", st.Rate, 1))
			} else {
				line("    rate: +%s", st.Rate)
				need("whether the rate is on top of column 1")
			}
		case st.title != "" && !st.onTop:
			line("    rate: %s", st.Rate)
			need("whether the rate stands for column 1 or is a sum with it")
		default:
			line("    rate: +%s", st.Rate)
		}
		if st.OldRate != "" {
			line("    # before: %s", st.OldRate)
		}
	}
	var origins []string
	for _, o := range st.Origins {
		origins = append(origins, o.String())
	}
	if st.Group == "EU" {
		origins = append(origins, "group:eu27")
	}
	if len(origins) > 0 && st.Kind == Duty && st.Claim != Ends && len(st.Headings) == 0 {
		line("    origins: [%s]", strings.Join(origins, ", "))
	}
	if len(st.Except) > 0 && !ok {
		var out []string
		for _, o := range st.Except {
			out = append(out, o.String())
		}
		line("    except-origins: [%s]", strings.Join(out, ", "))
	}
	if st.Product != "" && st.title == "" && !ok {
		line("    # goods named: %s", st.Product)
	}
	switch {
	case st.From == 0:
		need("the moment of effect")
	case st.inherit:
		line("    from: %s  # from the words around", st.From)
	default:
		line("    from: %s", st.From)
	}
	switch {
	case st.Until != 0 && st.Until <= st.From:
		need("the end (" + st.Until.String() + " lies before the beginning)")
	case st.Until != 0 && st.daysFrom:
		line("    until: %s  # %d days from the beginning", st.Until, st.Days)
	case st.Until != 0:
		line("    until: %s", st.Until)
	}
	if st.Cite != "" {
		line("    cite: %s", quoted(st.Cite))
	}
	line("    quote: %s", quoted(quote(st)))
	if len(st.instr) > 0 && !ok {
		line("    # instruments named: %s", strings.Join(dedup(st.instr), ", "))
	}
	if !ok {
		return "# not read: " + strings.Join(missing, "; ") + "\n" + b.String(), false
	}
	return b.String(), true
}

func dedup(list []string) []string {
	var out []string
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// sign returns how the headings of a statement state their rates: "+X%" or
// "X% all-in"; known is false when they differ or state none.
func (s *scaffold) sign(st *Statement) (form string, known bool) {
	for _, t := range st.Headings {
		for _, h := range s.book.Headings() {
			if !ledger.Names(t, h, "") {
				continue
			}
			x := s.book.Standing(h, max(st.From, 1))
			f := ""
			switch {
			case x.Status == ledger.Absent:
				continue
			case x.Rate.Mode == kanzei.Additional && x.Rate.Rate.Kind == kanzei.AdValorem:
				f = "+X%"
			case x.Rate.Mode == kanzei.AllIn:
				f = "X% all-in"
			}
			if f == "" || form != "" && f != form {
				return "", false
			}
			form = f
		}
	}
	return form, form != ""
}

// table writes the rows of an annex of country rates as one act to complete.
func (s *scaffold) table(rows []*Statement) {
	s.line("# not read: headings, program and title of this table; whether the rates are on top of column 1")
	s.line("# - impose: table")
	if rows[0].From != 0 {
		s.line("#   from: %s", rows[0].From)
	} else {
		s.line("#   # not read: the moment of effect")
	}
	if rows[0].Cite != "" {
		s.line("#   cite: %s", quoted(rows[0].Cite))
	}
	s.line("#   table:")
	for _, st := range rows {
		o := st.Group
		if o == "EU" {
			o = "group:eu27"
		}
		if len(st.Origins) > 0 {
			o = st.Origins[0].String()
		}
		s.line("#     - %s", quoted(fmt.Sprintf("HEADING | +%s | %s", st.Rate, o)))
	}
}
