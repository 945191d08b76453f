package read

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanzei"
)

// The ordinary ways in which reports speak of duties, right and wrong, each
// held against the ledger of the day. Rates and days are those of the
// instruments named in the ledger.
func TestPhrasings(t *testing.T) {
	const april, august, february = "2025-04-15", "2025-08-20", "2026-02-21"
	for _, c := range []struct {
		day, text string
		want
		not string // words of the reason, where the verdict needs one
	}{
		// per cent, percent, %, pct
		{august, "Japanese goods face a tariff of 15 per cent.", want{Duty, InForce, "15%", "", "JP", Agrees, "9903.02.30", "EO 14326"}, ""},
		{august, "The 25 pct levy on car parts remains in place.", want{Duty, InForce, "25%", "s232.auto-parts", "", Agrees, "9903.94.05", "PP 10908"}, ""},
		{august, "Swiss goods are hit with a 39-percent duty.", want{Duty, InForce, "39%", "", "CH", Agrees, "9903.02.58", "EO 14326"}, ""},
		{august, "Imports of auto parts pay a tariff of a quarter.", want{Duty, InForce, "25%", "s232.auto-parts", "", Agrees, "", ""}, ""},
		{august, "Copper products are subject to a duty of one half.", want{Duty, InForce, "50%", "s232.copper", "", Agrees, "9903.78.01", "PP 10962"}, ""},
		// doubled, halved
		{august, "Steel duties were doubled in June.", want{Duty, Changes, "", "s232.steel", "", Agrees, "9903.81.87", "PP 10947"}, "+25% before"},
		{august, "Steel duties were halved in June.", want{Duty, Changes, "", "s232.steel", "", Differs, "9903.81.87", "PP 10947"}, "+25% before"},
		// sums of programs
		{april, "A 145% tariff on Chinese goods took effect last week.", want{Duty, InForce, "145%", "", "CN", Agrees, "9903.01.24", "EO 14228"}, "+125% ieepa.reciprocal"},
		{august, "Brazilian coffee faces a tariff of 50 percent.", want{Duty, InForce, "50%", "", "BR", Agrees, "9903.01.77", "EO 14323"}, "was not looked up"},
		{august, "A 45% duty on Brazilian coffee is in force.", want{Duty, InForce, "45%", "", "BR", NotInLedger, "", ""}, "coffee"},
		// pauses
		{april, "Japan's 24% tariff was put on hold for 90 days.", want{Duty, OnHold, "24%", "", "JP", Agrees, "9903.01.53", "EO 14266"}, "2025-07-09"},
		{april, "Japan's 24% tariff is paused until July 9.", want{Duty, OnHold, "24%", "", "JP", Agrees, "9903.01.53", "EO 14266"}, ""},
		{april, "Japan's 24% tariff is paused until June 9.", want{Duty, OnHold, "24%", "", "JP", Differs, "9903.01.53", "EO 14266"}, "the law suspends until 2025-07-09"},
		{april, "A 60-day pause on the reciprocal tariffs was announced.", want{Pause, OnHold, "", "ieepa.reciprocal", "", Differs, "", ""}, "90 days"},
		{april, "The 10% baseline tariff has been suspended.", want{Duty, OnHold, "10%", "ieepa.reciprocal", "", Differs, "9903.01.25", "EO 14257"}, "in force"},
		// days ahead
		{august, "India will pay an extra duty of 25% effective Aug. 27.", want{Duty, Begins, "25%", "", "IN", Agrees, "9903.01.84", "EO 14329"}, ""},
		{april, "A 25% tariff on auto parts takes effect on May 3.", want{Duty, InForce, "25%", "s232.auto-parts", "", Announced, "9903.94.05", "PP 10908"}, "2025-05-03"},
		{april, "A 32% tariff on Taiwan will take effect on July 9.", want{Duty, Begins, "32%", "", "TW", Agrees, "9903.01.61", "EO 14257"}, ""},
		{august, "Washington will impose a 100 per cent tariff on semiconductors.", want{Duty, Begins, "100%", "s232.semiconductors", "", NotInLedger, "", ""}, ""},
		// capitals speak for their countries, but are also places
		{august, "Tokyo pays a 15% tariff.", want{Duty, InForce, "15%", "", "JP", Agrees, "9903.02.30", "EO 14326"}, ""},
		{august, "In Tokyo, traders said Swiss goods face a 39% tariff.", want{Duty, InForce, "39%", "", "CH", Agrees, "9903.02.58", "EO 14326"}, ""},
		// two statements of one sentence
		{august, "Goods from Japan pay a 15% duty, and Japanese cars still face a 20% tariff.", want{Duty, InForce, "15%", "", "JP", Agrees, "9903.02.30", "EO 14326"}, ""},
		{august, "Goods from Japan pay a 15% duty, and Japanese cars still face a 20% tariff.", want{Duty, InForce, "20%", "s232.autos", "JP", Differs, "9903.94.01", "PP 10908"}, "+25%"},
		{august, "Duties differ: Vietnam's goods are subject to 20% and those of Indonesia to 19%.", want{Duty, InForce, "20%", "", "VN", Agrees, "9903.02.69", "EO 14326"}, ""},
		{august, "Duties differ: Vietnam's goods are subject to 20% and those of Indonesia to 19%.", want{Duty, InForce, "19%", "", "ID", Agrees, "9903.02.27", "EO 14326"}, ""},
		// authorities
		{august, "Section 232 tariffs on copper, at 50%, took effect on Aug. 1.", want{Duty, InForce, "50%", "s232.copper", "", Agrees, "9903.78.01", "PP 10962"}, ""},
		{february, "A surcharge of 10 percent under Section 122 will begin on Feb. 24.", want{Duty, Begins, "10%", "s122.surcharge", "", Agrees, "9903.03.01", "PP 11012"}, ""},
		// courts
		{february, "The Supreme Court on Friday struck down the tariffs imposed under IEEPA.", want{Judgment, Ends, "", "ieepa.*", "", Agrees, "program:ieepa.reciprocal", "Learning Resources v. Trump"}, ""},
		{april, "A federal court struck down the emergency tariffs.", want{Judgment, Ends, "", "ieepa.*", "", NotInLedger, "", ""}, ""},
		{february, "The Supreme Court struck down the Section 232 tariffs.", want{Judgment, Ends, "", "s232.*", "", NotInLedger, "", ""}, ""},
		// exceptions, and duties that are not
		{april, "Semiconductors are exempt from the reciprocal tariffs.", want{Exemption, Exempts, "", "s232.semiconductors", "", NotInLedger, "", ""}, "which of them is meant"},
		{february, "There is no tariff on pharmaceuticals.", want{Duty, InForce, "", "s232.pharma", "", Agrees, "", ""}, "no such duty"},
		// markup, quotation, broken words, other languages
		{august, "<p>Copper &mdash; the <b>50&nbsp;%</b> duty on it &ldquo;is in force&rdquo;.</p>", want{Duty, InForce, "50%", "s232.copper", "", Agrees, "9903.78.01", "PP 10962"}, ""},
		{august, "The 25% tariff on automo-\nbiles remains in force.", want{Duty, InForce, "25%", "s232.autos", "", Agrees, "9903.94.01", "PP 10908"}, ""},
		{august, "日本は15%の関税。 The 39% tariff on Swiss goods is in force. Der Zoll gilt.", want{Duty, InForce, "39%", "", "CH", Agrees, "9903.02.58", "EO 14326"}, ""},
		// messages of Customs
		{"2025-09-16", "Report heading 9903.02.73 for articles of Japan: the duty is 15 percent in total.", want{Duty, InForce, "15%", "", "JP", Agrees, "9903.02.73", "EO 14345"}, ""},
		{"2025-09-16", "Heading 9903.94.43: parts of passenger vehicles of Japan, 25 percent ad valorem duty.", want{Duty, InForce, "25%", "", "JP", Differs, "9903.94.43", "EO 14345"}, "15% all-in"},
	} {
		day, _ := kanzei.ParseDay(c.day)
		list := judgedOn(t, c.text, day)
		check(t, list, []want{c.want})
		if c.not != "" && !slices.ContainsFunc(list, func(f Finding) bool { return f.Verdict == c.verdict && strings.Contains(f.Why, c.not) }) {
			t.Errorf("%q: no reason speaks of %q: %+v", c.text, c.not, list)
		}
	}
}

// What reports say without stating a duty.
func TestNoStatement(t *testing.T) {
	for _, text := range []string{
		"The tariffs could cut growth by 2 percent and raise prices by 3%.",
		"Exports of Japan to the United States fell 12% under the tariffs.",
		"About 40% of firms named tariffs as their first worry.",
		"日本は24%の関税を課されている。",
	} {
		for _, f := range judgedOn(t, text, kanzei.DayOf(2025, 8, 20)) {
			if f.Rate != "" {
				t.Errorf("%q: %s %s", text, f.Kind, f.Rate)
			}
		}
	}
}

func judgedOn(t *testing.T, text string, day kanzei.Day) []Finding {
	t.Helper()
	r := reader(t)
	list, err := r.Judge(r.ReadOn("text", []byte(text), day), day, day)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Columns side by side, as the text of a PDF has them, are read one below the
// other, and the rows of a table of headings as rows; every mention still names
// its place in the text.
func TestLayout(t *testing.T) {
	left := strings.Fields(strings.Repeat("the notice sets out what importers have to do when they enter goods and which papers they keep ", 4) +
		"Heading 9903.94.01 of the schedule is hereby suspended until December 1, 2025.")
	right := strings.Fields(strings.Repeat("a second column speaks of another matter and has nothing to say about the first one at all ", 5))
	fill := func(ws []string) (lines []string) {
		line := ""
		for _, w := range ws {
			if len(line)+len(w) > 38 {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimSpace(line + " " + w)
		}
		return append(lines, line)
	}
	a, b := fill(left), fill(right)
	var page strings.Builder
	page.WriteString("AGENCY: a department.\nThe Harmonized Tariff Schedule is modified. Effective on October 1, 2025:\n\n")
	for k := range max(len(a), len(b)) {
		x, y := "", ""
		if k < len(a) {
			x = a[k]
		}
		if k < len(b) {
			y = b[k]
		}
		page.WriteString(x + strings.Repeat(" ", 46-len(x)) + y + "\n")
	}
	page.WriteString(`

Heading         Article description           General         Special         2
9903.94.01      Passenger vehicles the        The duty        The duty        No
                product of Chile, as          provided in     provided in     change
                provided for in subdivi-      the applicable  the applicable
                sion (b) of this note         subheading      subheading
                                              + 30%           + 30%
9903.94.02      Old vehicles                  The duty        The duty        The duty
                                              provided in     provided in     provided in
`)
	text := page.String()
	r := reader(t)
	d := r.ReadOn("notice", []byte(text), kanzei.DayOf(2025, 9, 30))
	for _, m := range d.Mentions {
		if given := clean(text[m.Start:m.End], 0).text; given != m.Text {
			t.Errorf("%q stands at %d, want %q", given, m.Start, m.Text)
		}
	}
	has := func(kind, claim, rate, heading string, origins ...string) {
		t.Helper()
		for _, st := range d.Statements {
			var o []string
			for _, x := range st.Origins {
				o = append(o, x.String())
			}
			if st.Kind == kind && st.Claim == claim && st.Rate == rate && slices.Equal(st.Headings, []string{heading}) && slices.Equal(o, origins) {
				return
			}
		}
		t.Errorf("no %s %s %s of %s", kind, claim, rate, heading)
		for _, st := range d.Statements {
			t.Logf("  %s %s %s %v %v %q", st.Kind, st.Claim, st.Rate, st.Headings, st.Origins, st.Words)
		}
	}
	has(Pause, OnHold, "", "9903.94.01")
	has(Duty, Begins, "30%", "9903.94.01", "CL")
	has(Exemption, Exempts, "", "9903.94.02")
	if !slices.ContainsFunc(d.Statements, func(st Statement) bool { return strings.Contains(st.title, "subdivision (b)") }) {
		t.Error("the description of the articles was not put together")
	}
}

// A clause restated as a whole: what its last item says applies, the headings
// of the items before it are over.
func TestRestated(t *testing.T) {
	const text = `By the authority vested in me, I hereby order:

Sec. 1.  Clause 2 is revised to read as follows:

“(b)  All steel articles covered by heading 9903.81.87 shall be subject to an additional 25 percent ad valorem rate of duty as follows: (i) on or after 12:01 a.m. eastern time on March 12, 2025, from all countries except Japan, for articles covered by headings 9903.81.89 through 9903.81.91; (ii) on or after 12:01 a.m. eastern time on April 1, 2025, from all countries except Japan and Brazil, for articles covered by heading 9903.81.92; and (iii) from all countries on or after 12:01 a.m. eastern time on May 1, 2025.”
`
	d := reader(t).ReadOn("order", []byte(text), kanzei.DayOf(2025, 4, 15))
	may := kanzei.DayOf(2025, 5, 1).Open()
	if len(d.Statements) != 2 {
		t.Fatalf("%+v", d.Statements)
	}
	for k, want := range []struct {
		claim, rate, headings string
	}{{Begins, "25%", "9903.81.87"}, {Ends, "", "9903.81.89..9903.81.91 9903.81.92"}} {
		st := d.Statements[k]
		if st.Claim != want.claim || st.Rate != want.rate || strings.Join(st.Headings, " ") != want.headings || st.From != may || len(st.Except) > 0 {
			t.Errorf("%+v, want %+v", st, want)
		}
	}
}

// The fact sheets of the White House speak of their own law: where a statement
// is found to differ, the reader has misread it, or the sheet speaks loosely.
func TestFactSheets(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(notices, "whitehouse", "fact-sheets*.md"))
	if len(files) == 0 {
		t.Skip("the fact sheets are not beside the repository")
	}
	r := reader(t)
	tally := map[string]int{}
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := r.Read(file, text)
		if d.Date == 0 {
			t.Errorf("%s: no date", file)
			continue
		}
		list, err := r.Judge(d, 0, d.Date)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			n++
			tally[f.Verdict]++
			if f.Verdict == Differs {
				t.Logf("differs: %.140q: %s", f.Words, f.Why)
			}
		}
	}
	t.Logf("%d fact sheets, %d statements: %v", len(files), n, tally)
	if tally[Differs]*50 > n { // 7 of 581 when this was written
		t.Errorf("%d of %d statements are said to differ from the law they speak of", tally[Differs], n)
	}
	if tally[Agrees]*5 < n*2 {
		t.Errorf("%d of %d statements agree", tally[Agrees], n)
	}
}
