package main

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

//go:embed worked.misses
var missesText string

// A miss is a reviewed explanation: why a row is not matched.
type miss struct {
	verdict string
	text    string
}

var verdicts = []string{"ours-wrong", "theirs-wrong", "gap", "not-comparable"}

// readMisses reads "id | verdict | what the primary text says".
func readMisses(text string) (map[string]miss, error) {
	out := map[string]miss{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, "|", 3)
		if len(f) != 3 {
			return nil, fmt.Errorf("worked.misses:%d: write id | verdict | text", n+1)
		}
		id, m := strings.TrimSpace(f[0]), miss{strings.TrimSpace(f[1]), strings.TrimSpace(f[2])}
		if !slices.Contains(verdicts, m.verdict) {
			return nil, fmt.Errorf("worked.misses:%d: %q is not %s", n+1, m.verdict, strings.Join(verdicts, ", "))
		}
		if m.text == "" || out[id].verdict != "" {
			return nil, fmt.Errorf("worked.misses:%d: %s has no text or stands twice", n+1, id)
		}
		out[id] = m
	}
	return out, nil
}

// tallies of one grade.
type grade struct {
	rows, right, ours, theirs, gap, other, unexplained int
	headings, headingsOf                               int // rows that also name headings, and how many agree
}

func worked(e *duty.Engine, o *options) error {
	rows, err := readTable(filepath.Join(o.oracle, "worked_examples.csv"))
	if err != nil {
		return err
	}
	m, err := readMapping(mapText)
	if err != nil {
		return err
	}
	misses, err := readMisses(missesText)
	if err != nil {
		return err
	}
	grades := map[string]*grade{}
	var report, accidents []string
	for _, row := range rows {
		id := row["id"]
		if o.jp && row["origin"] != "JP" || !strings.HasPrefix(id, o.show) {
			continue
		}
		g := grades[row["grade"]]
		if g == nil {
			g = &grade{}
			grades[row["grade"]] = g
		}
		g.rows++
		wrong, detail := judge(e, m, row)
		if o.show != "" {
			fmt.Println(describe(row, wrong, detail))
		}
		known, listed := misses[id]
		if len(wrong) == 0 {
			g.right++
			if listed {
				accidents = append(accidents, fmt.Sprintf("%s is listed as %s, but matches: review worked.misses", id, known.verdict))
			}
			ok, named := filed(e, m, row)
			if named {
				g.headingsOf++
				if ok == "" {
					g.headings++
				} else if o.show != "" || o.all {
					report = append(report, fmt.Sprintf("%s (%s) amount right, headings differ: %s", id, row["grade"], ok))
				}
			}
			continue
		}
		switch known.verdict {
		case "ours-wrong":
			g.ours++
		case "theirs-wrong":
			g.theirs++
		case "gap":
			g.gap++
		case "not-comparable":
			g.other++
		default:
			g.unexplained++
		}
		if !listed || o.all {
			s := describe(row, wrong, detail)
			if listed {
				s += "\n    " + known.verdict + ": " + known.text
			}
			report = append(report, s)
		}
	}
	for _, s := range report {
		fmt.Println(s)
	}
	fmt.Printf("%-6s %5s %6s %7s  %s  %s  %s  %s  %s\n", "grade", "rows", "right", "%", "they wrong", "gap", "not comparable", "we wrong", "unexplained")
	var ab, all grade
	for _, name := range []string{"A", "B", "C"} {
		g := grades[name]
		if g == nil {
			continue
		}
		printGrade(name, g)
		all.add(g)
		if name != "C" {
			ab.add(g)
		}
	}
	printGrade("A+B", &ab)
	printGrade("all", &all)
	fmt.Printf("of the rows right that also name headings, %d of %d agree on all of them\n", all.headings, all.headingsOf)
	var problems []error
	for _, s := range accidents {
		problems = append(problems, errors.New(s))
	}
	if all.unexplained > 0 {
		problems = append(problems, fmt.Errorf("%d misses have no line in internal/score/worked.misses", all.unexplained))
	}
	if ab.rows > 0 && 100*float64(ab.right) < o.min*float64(ab.rows) {
		problems = append(problems, fmt.Errorf("%.1f%% of the rows of grade A and B are right, not %g%%", 100*float64(ab.right)/float64(ab.rows), o.min))
	}
	return errors.Join(problems...)
}

func (g *grade) add(h *grade) {
	g.rows += h.rows
	g.right += h.right
	g.ours += h.ours
	g.theirs += h.theirs
	g.gap += h.gap
	g.other += h.other
	g.unexplained += h.unexplained
	g.headings += h.headings
	g.headingsOf += h.headingsOf
}

func printGrade(name string, g *grade) {
	share := 0.0
	if g.rows > 0 {
		share = 100 * float64(g.right) / float64(g.rows)
	}
	fmt.Printf("%-6s %5d %6d %6.1f%%  %10d  %3d  %14d  %8d  %11d\n", name, g.rows, g.right, share, g.theirs, g.gap, g.other, g.ours, g.unexplained)
}

// judge holds every case of a row against the engine. Wrong is empty when the
// row is right; detail is our breakdown.
func judge(e *duty.Engine, m *mapping, row map[string]string) (wrong, detail []string) {
	cases, err := m.cases(e, row)
	if err != nil {
		return []string{err.Error()}, nil
	}
	for i := range cases {
		c := &cases[i]
		w, a := held(e, c)
		name := ""
		if len(cases) > 1 {
			name = fmt.Sprintf("%s from %s: ", c.entry.HTS, c.entry.Origin)
		}
		for _, s := range w {
			wrong = append(wrong, name+s)
		}
		if len(w) > 0 || len(cases) == 1 {
			detail = append(detail, breakdown(c, a)...)
		}
	}
	return wrong, detail
}

// held holds one case against the engine.
func held(e *duty.Engine, c *testCase) (wrong []string, a *kanzei.Assessment) {
	a, err := e.Assess(c.entry, c.known)
	if err != nil {
		return []string{err.Error()}, nil
	}
	bare := a
	if slices.ContainsFunc(c.checks, func(k check) bool { return k.bare }) {
		plain := kanzei.Entry{HTS: c.entry.HTS, Origin: c.entry.Origin, Date: c.entry.Date, Value: c.entry.Value, Quantity: c.entry.Quantity, Unit: c.entry.Unit}
		if bare, err = e.Assess(plain, c.known); err != nil {
			return []string{err.Error()}, a
		}
	}
	for _, k := range c.checks {
		on := a
		if k.bare {
			on = bare
		}
		w := k.against(on)
		if w != "" && on.Status == kanzei.Range && k.part() {
			w = k.either(e, c, on)
		}
		if w != "" {
			wrong = append(wrong, w)
		}
	}
	return wrong, a
}

// part reports whether the check is about a part of the duty.
func (k check) part() bool {
	switch k.subject {
	case "duty", "legal", "additional", "mpf", "hmf":
		return false
	}
	return true
}

// either holds a check about a part against an answer that is a range because
// of something else: every fact that the answer asks for is tried both ways, and
// a quantity is supplied, which must not matter.
func (k check) either(e *duty.Engine, c *testCase, a *kanzei.Assessment) string {
	entries := []kanzei.Entry{a.Entry}
	for _, q := range a.Questions {
		isUse := false
		for _, p := range e.Book(c.known).At(c.entry.Date.Open()).Provisions {
			isUse = isUse || slices.ContainsFunc(p.When, func(w kanzei.Condition) bool { return w.Fact == "use" && w.Value == q.Fact })
		}
		if !isUse {
			continue
		}
		for i := range entries {
			no := entries[i]
			no.Flags = append(slices.Clone(no.Flags), "not-"+q.Fact)
			entries[i].Flags = append(slices.Clone(entries[i].Flags), q.Fact)
			entries = append(entries, no)
		}
	}
	for _, entry := range entries {
		if a.DutyMax == nil && entry.Quantity == 0 {
			for _, q := range a.Questions {
				if unit, ok := strings.CutPrefix(q.Ask, "how many "); ok && q.Fact == "quantity" {
					entry.Quantity, entry.Unit = 10_000, strings.TrimSuffix(unit, "?")
				}
			}
		}
		b, err := e.Assess(entry, c.known)
		var p *kanzei.Problem
		if errors.As(err, &p) && p.Code == "flag.both" { // one of two uses
			continue
		}
		if err != nil {
			return err.Error()
		}
		if b.Status == kanzei.Range {
			return fmt.Sprintf("%s is wanted; the answer is %s%s", k, b.Status, span(b))
		}
		if w := k.against(b); w != "" {
			return w
		}
	}
	return ""
}

// against returns what is wrong, or nothing.
func (k check) against(a *kanzei.Assessment) string {
	if k.none {
		word, h, _ := strings.Cut(k.subject, " ")
		switch word {
		case "has":
			if !reported(a, h) {
				return h + " is not reported"
			}
		case "not":
			if reported(a, h) {
				return h + " is reported"
			}
		case "prohibited", "not-prohibited":
			if prohibited(a) != (word == "prohibited") {
				return "the import is not " + strings.ReplaceAll(word, "-", " ") + " in our answer"
			}
		}
		return ""
	}
	want := k.money
	if k.byRate {
		want = a.Entry.Value.By(k.rate).Cents(kanzei.One)
	}
	var got *kanzei.Money
	switch k.subject {
	case "duty":
		got = a.Duty
	case "legal":
		got = a.Legal
	case "mpf":
		got = &a.Fees.MPF
	case "hmf":
		got = &a.Fees.HMF
	default:
		// Law that is not held leaves no total, but the lines that are held stand.
		if a.Status == kanzei.Range || a.Status != kanzei.Exact && !k.part() {
			return fmt.Sprintf("%s is wanted; the answer is %s%s", k, a.Status, span(a))
		}
		var sum kanzei.Money
		for _, l := range a.Lines {
			if l.Applies && subjectMatches(k.subject, &l) {
				sum += l.Amount
			}
		}
		got = &sum
	}
	if got == nil {
		return fmt.Sprintf("%s is wanted; the answer is %s%s", k, a.Status, span(a))
	}
	if k.base.Known {
		restated := k.restate(a)
		got = &restated
	}
	if *got != want {
		return fmt.Sprintf("%s is wanted; ours is $%s (%s%%)", k, *got, of(*got, a.Entry.Value))
	}
	return ""
}

// restate sums what the check asks about as if column 1 were what the row makes
// it: the engine has the schedule as it is, so column 1 and the fill of all-in
// rates are taken anew from the lines of its answer.
func (k check) restate(a *kanzei.Assessment) (sum kanzei.Money) {
	for _, l := range a.Lines {
		if !l.Applies || k.subject != "duty" && k.subject != "legal" && !subjectMatches(k.subject, &l) {
			continue
		}
		m := l.Amount
		if l.Program == "mfn" {
			m = l.Base.By(k.base.Fraction).Cents(kanzei.One)
		} else if r, err := ledger.ParseLawRate(l.Rate); err == nil && r.Mode == kanzei.AllIn {
			m = l.Base.By(max(0, r.Rate.AdValorem-k.base.Fraction)).Cents(kanzei.One)
		}
		sum += m
	}
	return sum
}

func span(a *kanzei.Assessment) string {
	switch {
	case a.DutyMin == nil:
		return ""
	case a.DutyMax == nil:
		return fmt.Sprintf(" from $%s up", *a.DutyMin)
	}
	return fmt.Sprintf(" of $%s to $%s", *a.DutyMin, *a.DutyMax)
}

func of(m, v kanzei.Money) kanzei.Fraction {
	if v == 0 {
		return 0
	}
	return kanzei.Fraction(kanzei.MulDiv(int64(m), int64(kanzei.One), int64(v)))
}

// subjectMatches: "additional" is all but column 1 and 2; else a heading or
// programs with wildcards.
func subjectMatches(subject string, l *kanzei.Finding) bool {
	if subject == "additional" {
		return l.Program != "mfn"
	}
	for _, s := range strings.Split(subject, "+") {
		if l.Program != "mfn" && headingMatches(s, l.Heading) {
			return true
		}
		if ok, _ := path.Match(s, l.Program); ok {
			return true
		}
	}
	return false
}

func headingMatches(pattern, heading string) bool {
	heading, _, _ = strings.Cut(heading, "/") // a heading stated in several provisions
	stem := strings.TrimRight(pattern, "x")
	if stem == pattern {
		return pattern == heading
	}
	return strings.HasPrefix(pattern, "9903.") && strings.HasPrefix(heading, stem)
}

// reported reports whether the heading is on the entry: a duty or an exception
// that applies, or a number filed.
func reported(a *kanzei.Assessment, heading string) bool {
	for _, l := range a.Lines {
		if l.Applies && l.Program != "mfn" && headingMatches(heading, l.Heading) {
			return true
		}
	}
	for _, f := range a.Filing {
		for _, n := range f.Numbers {
			if headingMatches(heading, n) {
				return true
			}
		}
	}
	return false
}

func prohibited(a *kanzei.Assessment) bool {
	for _, s := range a.Caveats {
		if strings.Contains(strings.ToLower(s), "prohibit") {
			return true
		}
	}
	for _, l := range a.Lines {
		if l.Applies && (strings.Contains(strings.ToLower(l.Rate), "prohibit") || strings.Contains(strings.ToLower(l.Because), "prohibit")) {
			return true
		}
	}
	return false
}

// filed holds the headings that a row with an amount also names.
func filed(e *duty.Engine, m *mapping, row map[string]string) (differ string, named bool) {
	checks, err := headingChecks(row["ch99_headings"], true)
	if err != nil || row["semantics"] == "headings" || row["semantics"] == "rate-rule" {
		return "", false
	}
	cases, err := m.cases(e, row)
	if err != nil {
		return "", false
	}
	var out []string
	for _, c := range cases {
		c.checks = checks
		w, _ := held(e, &c)
		out = append(out, w...)
	}
	return strings.Join(out, "; "), true
}

func breakdown(c *testCase, a *kanzei.Assessment) []string {
	if a == nil {
		return nil
	}
	head := fmt.Sprintf("%s from %s on %s known %s value %s", c.entry.HTS, c.entry.Origin, a.On, a.Known, c.entry.Value)
	if len(c.entry.Flags) > 0 || c.entry.SPI != "" {
		head += fmt.Sprintf(" with %s %s", c.entry.SPI, strings.Join(c.entry.Flags, " "))
	}
	out := []string{head + ": " + string(a.Status) + span(a)}
	for _, l := range a.Lines {
		if l.Applies {
			out = append(out, fmt.Sprintf("  %-20s %-12s %s = %s", l.Program, l.Heading, l.Rate, l.Amount))
		}
	}
	if a.Status != kanzei.Exact {
		for _, s := range a.Caveats {
			out = append(out, "  caveat: "+s)
		}
		for _, q := range a.Questions {
			out = append(out, fmt.Sprintf("  asks %s: %v", q.Fact, q.DutyIf))
		}
	}
	return out
}

func describe(row map[string]string, wrong, detail []string) string {
	verdict := "right"
	if len(wrong) > 0 {
		verdict = "wrong"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s) %s: %s %s %s value %s [%s]\n", row["id"], row["grade"], verdict, row["hts"], row["origin"], row["entry_date"], row["entered_value_usd"], row["facts"])
	fmt.Fprintf(&b, "    they: %s %s%% %s | %s | %s | %s", row["expected_total_duty_usd"], row["expected_rate_pct"], row["breakdown"], row["ch99_headings"], row["semantics"], row["note"])
	for _, s := range wrong {
		b.WriteString("\n    - " + s)
	}
	for _, s := range detail {
		b.WriteString("\n      " + s)
	}
	return b.String()
}
