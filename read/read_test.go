package read

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kanzei"
	"kanzei/ledger"
)

func reader(t testing.TB) *Reader {
	t.Helper()
	l, err := ledger.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return New(l)
}

func judged(t *testing.T, name string, text []byte) []Finding {
	t.Helper()
	r := reader(t)
	d := r.Read(name, text)
	list, err := r.Judge(d, 0, d.Date)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A want is one statement that must be found, and how it is judged.
type want struct {
	kind, claim, rate, program string
	origins                    string // codes, separated by blanks
	verdict                    string
	heading, instrument        string // of the first provision named
}

func check(t *testing.T, list []Finding, wants []want) {
	t.Helper()
	for _, w := range wants {
		ok := slices.ContainsFunc(list, func(f Finding) bool {
			var o []string
			for _, x := range f.Origins {
				o = append(o, x.String())
			}
			if f.Kind != w.kind || f.Claim != w.claim || f.Rate != w.rate || f.Verdict != w.verdict || strings.Join(o, " ") != w.origins {
				return false
			}
			if w.program != "" && !slices.Contains(f.Programs, w.program) {
				return false
			}
			return w.heading == "" || len(f.Law) > 0 && f.Law[0].Heading == w.heading && f.Law[0].Instrument == w.instrument
		})
		if !ok {
			t.Errorf("not found: %+v", w)
			for _, f := range list {
				if f.Kind == w.kind && f.Rate == w.rate {
					t.Logf("  have: %s %s %q %v %v %s (%s) %+v", f.Kind, f.Claim, f.Rate, f.Programs, f.Origins, f.Verdict, f.Why, f.Law)
				}
			}
		}
	}
}

// The founding report of April 2025, read where the sources are at hand.
func TestFoundingReport(t *testing.T) {
	path := filepath.Join(notices, "news", "2025-04-15-negotiator-visit.txt")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the news report is not beside the repository (%s)", path)
	}
	list := judged(t, path, text)
	check(t, list, []want{
		{Pause, OnHold, "", "", "JP", Agrees, "9903.01.53", "EO 14266"},
		{Duty, OnHold, "24%", "ieepa.reciprocal", "JP", Agrees, "9903.01.53", "EO 14266"},
		{Duty, InForce, "10%", "ieepa.reciprocal", "JP", Agrees, "9903.01.25", "EO 14257"},
		{Duty, InForce, "", "ieepa.reciprocal", "JP", Agrees, "9903.01.25", "EO 14257"},
		{Duty, InForce, "", "s232.*", "JP", Agrees, "", ""},
		{Duty, InForce, "25%", "s232.autos", "JP", Agrees, "9903.94.01", "PP 10908"},
		{Duty, InForce, "25%", "s232.auto-parts", "JP", Announced, "9903.94.05", "PP 10908"},
		{Duty, InForce, "25%", "s232.steel", "JP", Agrees, "9903.81.87", "PP 10896"},
		{Duty, InForce, "25%", "s232.aluminum", "JP", Agrees, "9903.85.02", "PP 10895"},
		{Request, "", "", "", "JP", NotInLedger, "", ""},
		{Retaliation, "", "", "", "JP", NotInLedger, "", ""},
		{Talks, "", "", "", "SG", NotInLedger, "", ""},
		{Talks, "", "", "", "GB", NotInLedger, "", ""},
		{Talks, "", "", "", "CN JP KR", NotInLedger, "", ""},
	})
	for _, f := range list {
		switch {
		case f.Rate == "24%" && f.Law[0].Until != kanzei.DayOf(2025, 7, 9).Open():
			t.Errorf("the pause ends %s, want 2025-07-09 00:01 (EO 14266, sec. 2)", f.Law[0].Until)
		case f.Kind == Pause && f.Days != 90:
			t.Errorf("the pause is of %d days", f.Days)
		case f.Kind == Duty && slices.Contains(f.Programs, "s232.auto-parts"):
			if f.Law[0].From != kanzei.DayOf(2025, 5, 3).Open() || !strings.Contains(f.Why, "kept in place") {
				t.Errorf("car parts: %s, from %s", f.Why, f.Law[0].From)
			}
		case f.Kind == Retaliation && !f.Negated:
			t.Error("Japan is said not to retaliate")
		case f.Verdict == Differs:
			t.Errorf("nothing differs, but %q does: %s", f.Words, f.Why)
		}
	}
}

func TestNews(t *testing.T) {
	text, err := os.ReadFile("testdata/news.txt")
	if err != nil {
		t.Fatal(err)
	}
	check(t, judged(t, "news.txt", text), []want{
		{Duty, InForce, "15%", "ieepa.reciprocal", "JP", Agrees, "9903.02.30", "EO 14326"},
		{Duty, InForce, "25%", "s232.autos", "", Agrees, "9903.94.01", "PP 10908"},
		{Duty, InForce, "25%", "s232.steel", "", Differs, "9903.81.87", "PP 10947"}, // 50 since 4 June 2025
		{Duty, InForce, "50%", "s232.copper", "", Agrees, "9903.78.01", "PP 10962"},
		{Duty, InForce, "40%", "", "BR", Agrees, "9903.01.77", "EO 14323"},
		{Duty, OnHold, "34%", "", "CN", Agrees, "9903.01.63", "EO 14334"},
		{Duty, Begins, "100%", "s232.semiconductors", "", NotInLedger, "", ""},
		{Duty, InForce, "12%", "", "CH", Agrees, "", ""}, // there is none, says the text
		{Request, "", "", "", "IN", NotInLedger, "", ""},
	})
}

// Shares and growth are no rates of duty; a text of another day is held against
// the law of that day.
func TestWhatIsNoRate(t *testing.T) {
	text := "August 20, 2025\n\nTariffs on Japan hurt: output fell by 3%, exports account for 20 percent of sales, and more than 40 percent of firms wait.\n"
	for _, f := range judged(t, "x", []byte(text)) {
		if f.Rate != "" {
			t.Errorf("%s is no rate of duty: %q", f.Rate, f.Words)
		}
	}
}

func TestKnowledge(t *testing.T) {
	text := []byte("Japanese goods are subject to a 15% tariff that is in force.\n")
	r := reader(t)
	day := kanzei.DayOf(2025, 9, 6)
	for _, c := range []struct {
		known kanzei.Day
		mode  string
	}{{day, "+15%"}, {0, "15% all-in"}} { // EO 14345 was carried out on 16 September 2025, back to 7 August
		d := r.ReadOn("x", text, day)
		list, err := r.Judge(d, day, c.known)
		if err != nil || len(list) != 1 || list[0].Verdict != Agrees || list[0].Law[0].Rate != c.mode {
			t.Errorf("known %s: %v %+v", c.known, err, list)
		}
	}
	if _, err := r.Judge(r.Read("x", text), 0, 0); err == nil {
		t.Error("a text without a date was judged")
	}
}

// Offsets name the words in the text as given, whatever the markup.
func TestOffsets(t *testing.T) {
	for _, file := range []string{"testdata/order.md", "testdata/news.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := reader(t).Read(file, text)
		if len(d.Mentions) < 10 {
			t.Fatalf("%s: %d mentions", file, len(d.Mentions))
		}
		for _, m := range d.Mentions {
			given := clean(string(text[m.Start:m.End]), 0).text
			if given != m.Text {
				t.Errorf("%s: %q stands at %d, want %q", file, given, m.Start, m.Text)
			}
		}
	}
}

func TestDates(t *testing.T) {
	doc := kanzei.DayOf(2025, 4, 15) // a Tuesday
	for text, want := range map[string]string{
		"on April 10, 2025":                      "2025-04-10",
		"on 10 April 2025":                       "2025-04-10",
		"until July 9":                           "2025-07-09",
		"last week":                              "2025-04-07..2025-04-13",
		"on Monday":                              "2025-04-14",
		"he will meet on Wednesday":              "2025-04-16",
		"in March":                               "2025-03-01..2025-03-31",
		"2025-05-03":                             "2025-05-03",
		"12:01 a.m. eastern time on May 3, 2025": "2025-05-03",
		"yesterday":                              "2025-04-14",
		"he may go":                              "",
		"February 30, 2025":                      "",
	} {
		got := ""
		p := clean(text, 0)
		for _, m := range reader(t).scan(p, unit{end: len(p.text)}, doc, scan{}).ms {
			if m.Kind == Date {
				got = m.Value
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A draft order becomes a file that the ledger reads, and with it the law of
// the days to come: steps 1 to 3 of CONTRIBUTING.md.
func TestScaffold(t *testing.T) {
	text, err := os.ReadFile("testdata/order.md")
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t)
	d := r.Read("order.md", text)
	out, err := r.Scaffold(d)
	if err != nil {
		t.Fatal(err)
	}
	in, err := ledger.Parse("draft.yaml", out, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if in.ID != "EO of 2026-09-30" || in.Kind != "executive-order" || in.Authority != "section 232" || in.Signed != kanzei.DayOf(2026, 9, 30) || len(in.Acts) != 2 {
		t.Errorf("%+v", in)
	}
	if !bytes.Contains(out, []byte("# not read: the heading; program")) || bytes.Contains(out, []byte("- impose: HEADING\n    rate")) {
		t.Errorf("the duty on Chile has no heading and must stand in comments:\n%s", out)
	}
	l := r.ledger.Add(in)
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	b := l.AsKnown(0)
	for _, c := range []struct {
		heading string
		day     kanzei.Day
		status  ledger.Status
		rate    string
	}{
		{"9903.76.02", kanzei.DayOf(2026, 10, 14), ledger.InForce, "+25%"},
		{"9903.76.02", kanzei.DayOf(2026, 10, 15), ledger.InForce, "+20%"},
		{"9903.76.03", kanzei.DayOf(2026, 12, 13), ledger.Suspended, "+25%"},
		{"9903.76.03", kanzei.DayOf(2026, 12, 14), ledger.InForce, "+25%"}, // 60 days on
	} {
		if s := b.Standing(c.heading, c.day.Open()); s.Status != c.status || s.Rate.Rate.Text != c.rate {
			t.Errorf("%s on %s: %s %s, want %s %s", c.heading, c.day, s.Status, s.Rate.Rate.Text, c.status, c.rate)
		}
	}
	// once it is in the ledger, the text agrees with it
	r = New(l)
	list, err := r.Judge(r.Read("order.md", text), 0, kanzei.DayOf(2026, 9, 30))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list[:2] {
		if f.Verdict != Agrees {
			t.Errorf("%q: %s, %s", f.Words, f.Verdict, f.Why)
		}
	}
	news, _ := os.ReadFile("testdata/news.txt")
	if _, err := r.Scaffold(r.Read("news.txt", news)); err == nil {
		t.Error("a news report was made an instrument")
	}
}

// Every official text at hand gives a file that ledger.Parse reads, and every
// quotation in it stands in the text.
func TestScaffoldAll(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(notices, "whitehouse", "presidential-actions*.md"))
	more, _ := filepath.Glob(filepath.Join(notices, "federal_register_and_annexes", "*.txt"))
	if files = append(files, more...); len(files) == 0 {
		t.Skip("the orders are not beside the repository")
	}
	r := reader(t)
	made, acts := 0, 0
	drafts := map[string]*kanzei.Instrument{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		d := r.Read(f, text)
		if d.Date == 0 {
			d = r.ReadOn(f, text, kanzei.DayOf(2026, 1, 1))
		}
		if !d.Official {
			continue
		}
		out, err := r.Scaffold(d)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		in, err := ledger.Parse(f, out, nil)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		made++
		acts += len(in.Acts)
		if len(in.Acts) > 0 && r.ledger.Instrument(in.ID) == nil {
			drafts[in.ID] = in
		}
		plain := clean(string(text), 0).text
		for i := range in.Acts {
			if q := in.Acts[i].Quote; !strings.Contains(plain, q) {
				t.Errorf("%s: not in the text: %q", f, q)
			}
		}
	}
	t.Logf("%d scaffolds, %d acts written out", made, acts)
	// all of them together stand beside the law they were written from
	if err := r.ledger.Add(slices.Collect(maps.Values(drafts))...).Check(); err != nil {
		t.Error(err)
	}
}

// A megabyte is read and judged in less than a second, whatever it holds.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	order, _ := os.ReadFile("testdata/order.md")
	r := reader(t)
	for name, piece := range map[string]string{
		"order":  string(order[bytes.Index(order, []byte("By the")):]),
		"words":  "tariff of 25% on cars, steel and Japan, ",
		"tags":   "<a <a <a ",
		"links":  "[a](b [c](d ",
		"codes":  "9903.01.25-9903.01.30, ",
		"dots":   ". . . . ",
		"quotes": "“ heading “ deleting “25%” ",
		"dates":  "12:01 a.m. April 10, 2025 until ",
	} {
		text := []byte("April 15, 2025\n\n" + strings.Repeat(piece, (1<<20)/len(piece)))
		start := time.Now()
		d := r.Read(name, text)
		took := time.Since(start)
		if took > 4*time.Second { // a loaded machine; BenchmarkRead has the figure
			t.Errorf("%s: %v for a megabyte", name, took)
		}
		t.Logf("%-8s %8v  %d statements", name, took.Round(time.Millisecond), len(d.Statements))
	}
}

func BenchmarkRead(b *testing.B) {
	order, _ := os.ReadFile("testdata/order.md")
	text := bytes.Repeat(order[bytes.Index(order, []byte("By the")):], (1<<20)/len(order))
	r := reader(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.Read("order", text)
	}
}

// The densest news: six mentions and three statements in forty bytes.
func BenchmarkDense(b *testing.B) {
	const piece = "tariff of 25% on cars, steel and Japan, "
	text := []byte("April 15, 2025\n\n" + strings.Repeat(piece, (1<<20)/len(piece)))
	r := reader(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.Read("dense", text)
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range []string{"testdata/news.txt", "testdata/order.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("---\ntitle: \"a\\u2013\n---\n<td>Japan</td><td>15%</td>&#x20;\\(a\\) 12:01 a.m. 9903.01.25–9903.01.30"))
	f.Add([]byte("AGENCY: x\n" + strings.Repeat("one column of words that fill it up    and another of words beside the first\n", 14) + "\f9903.94.01      Vehicles of Japan, sub-      The duty        The duty        No\n                ject to a rate       + 30%           + 30%           change\n"))
	f.Add([]byte("The Supreme Court struck down duties of a quarter, and steel tariffs doubled to 50%, on top of the 25% of Tokyo; auto-\nmobiles pay 25 dollars, 30 days after the date of this order"))
	f.Add([]byte("hereby order: Sec. 1. X. heading 9903.01.63 shall be amended by deleting “84%” and by inserting “125%” until July 9, 2025 “"))
	// a small ledger, so that time goes into the reader
	l, err := ledger.Read(os.DirFS("../ledger/testdata/law"))
	if err != nil {
		f.Fatal(err)
	}
	r := New(l)
	f.Fuzz(func(t *testing.T, text []byte) {
		d := r.ReadOn("fuzz", text, kanzei.DayOf(2025, 4, 15))
		for _, m := range d.Mentions {
			if m.Start < 0 || m.End < m.Start || m.End > len(text) {
				t.Fatalf("mention at [%d, %d) of %d bytes", m.Start, m.End, len(text))
			}
			if !utf8.ValidString(m.Text) {
				t.Fatalf("%q is no valid text", m.Text)
			}
		}
		if _, err := r.Judge(d, 0, d.Date); err != nil {
			t.Fatal(err)
		}
		if !d.Official {
			return
		}
		out, err := r.Scaffold(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Parse("fuzz.yaml", out, nil); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}

// The postal duties of EO 14266, sec. 4, all of them on claim: a rate and two
// amounts in dollars are held against the law, and a false amount is found.
func TestPostalDuties(t *testing.T) {
	l, err := ledger.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	text := `---
date: '2025-04-09'
source_url: https://example.org/presidential-actions/2025/04/draft-on-post/
tags: presidential-actions
title: Draft Order on Post for the Tests of the Reader
---

By the authority vested in me as President, I hereby order:

Sec. 4.  De Minimis Tariff Increase.  The Harmonized Tariff Schedule shall be modified as follows:

(a)  increase the ad valorem rate of duty set forth in section 2(c)(i) of Executive Order 14256 of April 2, 2025, from 90 percent to 120 percent;

(b)  increase the per postal item containing goods duty in section 2(c)(ii) of Executive Order 14256 that is in effect on or after 12:01 a.m. eastern daylight time on May 2, 2025, from 75 dollars to 100 dollars;

(c)  increase the per postal item containing goods duty in section 2(c)(ii) of Executive Order 14256 that is in effect on or after 12:01 a.m. eastern daylight time on June 1, 2025, from 150 dollars to %s dollars.
`
	r := New(l)
	for _, tt := range []struct{ dollars, last string }{{"200", Agrees}, {"250", Differs}} {
		list, err := r.Judge(r.Read("post.md", []byte(strings.Replace(text, "%s", tt.dollars, 1))), 0, kanzei.DayOf(2025, 4, 9))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range list {
			on := ""
			if len(f.Law) > 0 {
				on = f.Law[0].Heading + " " + f.Law[0].Rate
			}
			got = append(got, f.Rate+" "+f.Verdict+" "+on)
		}
		last := "$200 agrees postal.cn-item +$200/postal item"
		if tt.last == Differs {
			last = "$250 differs postal.cn-item +$200/postal item"
		}
		want := []string{"120% agrees postal.cn-value +120%", "$100 agrees postal.cn-item +$100/postal item", last}
		if !slices.Equal(got, want) {
			t.Errorf("%s dollars: %q, want %q", tt.dollars, got, want)
		}
	}
}
