package brief

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/trade"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	april  = kanzei.DayOf(2025, 4, 15)
	japan  = kanzei.MustOrigin("JP")
	latest = kanzei.DayOf(2099, 1, 1)
)

func build(t testing.TB, req Request) *Document {
	t.Helper()
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	f, err := trade.Load()
	if err != nil {
		t.Fatal(err)
	}
	d, err := Build(e, f, req)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func measure(t *testing.T, d *Document, heading string) *Measure {
	t.Helper()
	for i := range d.Regime {
		for j := range d.Regime[i].Measures {
			if m := &d.Regime[i].Measures[j]; m.Heading == heading {
				return m
			}
		}
	}
	t.Fatalf("%s is not in the folder", heading)
	return nil
}

func moment(s string) kanzei.Moment {
	if s == "" {
		return 0
	}
	m, err := kanzei.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

// What the delegation had in hand on 15 April 2025: EO 14257, EO 14266,
// PP 10895, 10896 and 10908.
func TestJapanApril2025(t *testing.T) {
	d := build(t, Request{Country: japan, On: april, Top: 1 << 20})
	for _, c := range []struct{ heading, rate, status, since, until, then string }{
		{"9903.01.25", "+10 %", "in force", "2025-04-05", "", ""},
		{"9903.01.53", "+24 %", "suspended", "2025-04-10 00:01", "2025-07-09 00:01", "resumes"},
		{"9903.94.01", "+25 %", "in force", "2025-04-03", "", ""},
		{"9903.94.05", "+25 %", "coming", "2025-05-03", "", ""},
		{"9903.81.87", "+25 %", "in force", "2025-03-12", "", ""},
		{"9903.85.02", "+25 %", "in force", "2025-03-12", "", ""},
	} {
		m := measure(t, d, c.heading)
		if m.Rate != c.rate || m.Status != c.status || m.Since != moment(c.since) || m.Until != moment(c.until) || m.Then != c.then {
			t.Errorf("%s: %s %s since %s until %s then %q", c.heading, m.Rate, m.Status, m.Since, m.Until, m.Then)
		}
	}
	if got := inForceBefore(measure(t, d, "9903.01.53")); got != "one day, from 9 April 2025" {
		t.Errorf("9903.01.53 was in force %q", got)
	}
	// EO 14298 restated 125 % as 34 % on the day it suspended it.
	china := build(t, Request{Country: kanzei.MustOrigin("CN"), On: kanzei.DayOf(2025, 5, 20)})
	if got := inForceBefore(measure(t, china, "9903.01.63")); got != "at 125 % 34 days, from 10 April 2025" {
		t.Errorf("9903.01.63 was in force %q", got)
	}
	if x := measure(t, d, "9903.01.25").Displaced; x == nil || x.At != moment("2025-07-09") || !slices.Equal(x.By, []string{"9903.01.53"}) {
		t.Errorf("9903.01.25 gives way %+v", x)
	}
	parts := measure(t, d, "9903.94.05")
	if !slices.Equal(parts.Meanwhile, []string{"9903.01.25"}) {
		t.Errorf("until 3 May car parts pay %v", parts.Meanwhile)
	}
	if !slices.ContainsFunc(d.Caveats, func(c Caveat) bool {
		return c.About == "ieepa.reciprocal" && strings.Contains(c.Text, "car parts")
	}) {
		t.Error("no caveat on car parts")
	}
	i := slices.IndexFunc(d.Regime, func(p Program) bool { return p.Name == "ieepa.reciprocal" })
	if p := d.Regime[i]; !slices.Contains(p.NotOn, "s232.*") || !slices.ContainsFunc(p.Exempt, func(x Exemption) bool { return x.Heading == "9903.01.32" && x.Codes > 1000/2 }) {
		t.Errorf("reciprocal: not on %v, exempt %v", p.NotOn, p.Exempt)
	}
	var days []string
	for _, e := range d.Outlook {
		if e.Levies && !e.Claim {
			days = append(days, e.At.String()+" "+e.What+" "+e.Headings[0])
		}
	}
	if want := []string{"2025-05-03 00:01 begins 9903.94.05", "2025-07-09 00:01 resumes 9903.01.53"}; len(days) < 2 || !slices.Equal(days[:2], want) {
		t.Errorf("outlook %v", days)
	}
	x := d.Exposure
	if usd(x.ValueUSD) != "151.34 bn USD" || x.Headings[0].HTS != kanzei.MustHTS("8703") || usd(x.Headings[0].ValueUSD) != "41.90 bn USD" {
		t.Errorf("imports %s, %s %s", usd(x.ValueUSD), x.Headings[0].HTS, usd(x.Headings[0].ValueUSD))
	}
	var names []string
	for _, s := range x.States {
		names = append(names, s.Name+" "+s.On.String())
	}
	if want := []string{"before 2025-01-01", "now 2025-04-15", "next 2025-05-03", "later 2025-07-09"}; !slices.Equal(names, want) {
		t.Errorf("states %v", names)
	}
	// Goods on which a section 232 duty is in force pay no reciprocal duty;
	// Annex II goods pay neither.
	const now, july = 1, 3
	product := func(code string) *Row {
		i := slices.IndexFunc(x.Products, func(r Row) bool { return r.Key == code })
		if i < 0 {
			t.Fatalf("%s is not among the products", code)
		}
		return &x.Products[i]
	}
	for _, c := range []struct {
		code      string
		now, july int64 // percent
	}{
		{"8703.23.01", 25, 25}, // passenger cars
		{"8429.52.10", 10, 24}, // excavators
		{"3004.90.92", 0, 0},   // medicaments, Annex II
	} {
		r := product(c.code)
		for i, pct := range map[int]int64{now: c.now, july: c.july} {
			cell := r.Cells[i]
			want := r.ValueUSD * pct / 100
			if cell.MinUSD != cell.MaxUSD || cell.MaxUSD-want > 20 || want-cell.MaxUSD > 20 { // rounded by line
				t.Errorf("%s in state %d: %d to %d of %d, want %d %%", c.code, i, cell.MinUSD, cell.MaxUSD, r.ValueUSD, pct)
			}
		}
	}
}

// The same day with all that was made public later.
func TestJapanHindsight(t *testing.T) {
	d := build(t, Request{Country: japan, On: april, Known: latest})
	if !d.Hindsight || d.Known != d.Horizon {
		t.Errorf("known %s, horizon %s", d.Known, d.Horizon)
	}
	for _, c := range []struct{ heading, rate, status, since, until, then string }{
		{"9903.01.53", "+24 %", "suspended", "2025-04-10 00:01", "2025-08-07 00:01", "ends"},
		{"9903.02.73", "15 % all-in", "coming", "2025-08-07", "2026-02-24 00:00", "ends"},
		{"9903.94.41", "15 % all-in", "coming", "2025-09-16", "", ""},
		{"9903.03.01", "+10 %", "coming", "2026-02-24", "2026-07-24 00:01", "ends"},
		{"9903.05.49", "12.5 % all-in", "coming", "2026-07-24", "", ""},
	} {
		m := measure(t, d, c.heading)
		if m.Rate != c.rate || m.Status != c.status || m.Since != moment(c.since) || m.Until != moment(c.until) || m.Then != c.then {
			t.Errorf("%s: %s %s since %s until %s then %q", c.heading, m.Rate, m.Status, m.Since, m.Until, m.Then)
		}
	}
	for heading, at := range map[string]string{"9903.01.25": "2025-08-07", "9903.94.01": "2025-09-16", "9903.94.05": "2025-09-16"} {
		if x := measure(t, d, heading).Displaced; x == nil || x.At != moment(at) {
			t.Errorf("%s gives way %+v, want on %s", heading, x, at)
		}
	}
	pause := extensions(measure(t, d, "9903.01.53"))
	for _, want := range []string{"first by EO 14266 until 9 July 2025", "until 1 August 2025", "until 7 August 2025"} {
		if !strings.Contains(pause, want) {
			t.Errorf("the pause %q lacks %q", pause, want)
		}
	}
	if v := measure(t, d, "9903.02.73").Void; v == nil || v.Public != kanzei.DayOf(2026, 2, 20) {
		t.Errorf("judgment %+v", v)
	}
	if !slices.ContainsFunc(d.Outlook, func(e Event) bool {
		return e.What == HeldVoid && e.At.Day() == kanzei.DayOf(2026, 2, 20) && e.Program == "ieepa.reciprocal"
	}) {
		t.Error("the judgment is not among the events")
	}
	// First stacked, then all-in back to the same day.
	deed := func(instrument, what, heading string) *Deed {
		for i := range d.Later {
			for j := range d.Later[i].Does {
				if e := &d.Later[i].Does[j]; d.Later[i].Instrument == instrument && strings.HasPrefix(e.What, what) && slices.Contains(e.Headings, heading) {
					return e
				}
			}
		}
		t.Fatalf("%s: %s %s is not told", instrument, what, heading)
		return nil
	}
	if e := deed("EO 14326", "imposes +15 %", "9903.02.30"); e.From != moment("2025-08-07") || e.Retroactive {
		t.Errorf("%+v", e)
	}
	for _, e := range []*Deed{deed("EO 14345", "ends", "9903.02.30"), deed("EO 14345", "imposes 15 % all-in", "9903.02.73")} {
		if e.From != moment("2025-08-07") || !e.Retroactive || e.Implemented != kanzei.DayOf(2025, 9, 16) {
			t.Errorf("%+v", e)
		}
	}
}

// What was not public is not in the folder.
func TestNoForesight(t *testing.T) {
	d := build(t, Request{Country: japan, On: april})
	if len(d.Later) > 0 {
		t.Errorf("made public later: %v", d.Later[0].Instrument)
	}
	for _, s := range d.Sources {
		if s.Public > april {
			t.Errorf("%s was public on %s", s.Name, s.Public)
		}
	}
	for _, e := range d.Outlook {
		if e.Public > april || e.Later {
			t.Errorf("%s by an act of %s", e.Sentence(), e.Public)
		}
	}
}

// No text of a folder as known on its day names a later day, unless the law
// known names it or the words are those of an instrument already public.
func TestNoForesightInTexts(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []kanzei.Day{kanzei.DayOf(2025, 4, 15), kanzei.DayOf(2025, 9, 10), kanzei.DayOf(2026, 1, 20), kanzei.DayOf(2018, 3, 23)} {
		d := build(t, Request{Country: japan, On: on})
		b := &builder{req: Request{On: on, Known: on}, engine: e, book: e.Book(on)}
		c := b.censorship()
		c.name(d.Horizon) // the label names it
		for _, s := range d.Exposure.States {
			c.name(s.On)
		}
		if !strings.Contains(d.Seen, dayWords(d.Horizon)) {
			t.Errorf("%s: the limits are not labelled: %q", on, d.Seen)
		}
		var quotes []string
		for _, s := range d.Sources {
			if s.Kind == "instrument" && s.Public > on {
				t.Errorf("%s: %s was public on %s", on, s.Name, s.Public)
			}
			for _, q := range s.Quotes {
				quotes = append(quotes, q.Text)
			}
		}
		d.Sources = slices.DeleteFunc(d.Sources, func(s Source) bool { return s.Kind == "data" })
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(data, &tree); err != nil {
			t.Fatal(err)
		}
		texts := 0
		var walk func(x any, path string)
		walk = func(x any, path string) {
			switch x := x.(type) {
			case map[string]any:
				for k, v := range x {
					walk(v, path+"."+k)
				}
			case []any:
				for _, v := range x {
					walk(v, path)
				}
			case string:
				texts++
				if strings.HasPrefix(path, ".exposure.source") || slices.ContainsFunc(quotes, func(q string) bool { return strings.Contains(x, q) }) {
					return
				}
				if strings.HasSuffix(path, ".url") || strings.HasPrefix(path, ".exposure.assumption") {
					return
				}
				x = strings.ReplaceAll(x, "2024", "") // the year of the imports
				if s := c.foresees(x); s != "" {
					t.Errorf("%s: %s names %s: %s", on, path, s, x)
				}
			}
		}
		walk(tree, "")
		if texts < 100 {
			t.Errorf("%s: %d texts", on, texts)
		}
	}
}

// The censor finds what it must.
func TestForesees(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{req: Request{On: april, Known: april}, engine: e, book: e.Book(april)}
	c := b.censorship()
	for text, want := range map[string]string{
		"Before 4 June 2025 it is open":          "4 June 2025",
		"until 9 July 2025 the pause":            "",
		"between 2 April and 4 April 2025":       "",
		"announced for India for February 2026":  "February 2026",
		"see PP 10947, cl. (6)":                  "PP 10947",
		"by EO 14257":                            "",
		"refunds after the judgment":             "the judgment",
		"on 2026-02-20":                          "2026-02-20",
		"Note 51(c) repeats it in 2027":          "2027",
		"on October 5, 2025":                     "October 5, 2025",
		"the duty of 20 May 2025 and 2025.10.00": "20 May 2025",
	} {
		if got := c.foresees(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A heading split in two parts is one measure: chapter 73 paid 25 % under
// 9903.81.87 before its part on the steel content began.
func TestSplitHeading(t *testing.T) {
	for _, req := range []Request{{Country: japan, On: april, Known: latest, NoExposure: true}, {Country: japan, On: kanzei.DayOf(2025, 6, 3), NoExposure: true}} {
		d := build(t, req)
		if m := measure(t, d, "9903.81.87/73"); !slices.Equal(m.Meanwhile, []string{"9903.81.87"}) || len(m.InPlaceOf) > 0 {
			t.Errorf("%s: meanwhile %v, in place of %v", req.On, m.Meanwhile, m.InPlaceOf)
		}
		for _, e := range d.Outlook {
			if slices.Contains(e.Headings, "9903.81.87/73") && (e.What == "begins" || len(e.InPlace) > 0) {
				t.Errorf("%s: %s", req.On, e.Sentence())
			}
		}
	}
}

// The chapters listed and the others sum to all.
func TestChaptersSum(t *testing.T) {
	x := build(t, Request{Country: japan, On: april}).Exposure
	var value int64
	sums := make([]int64, len(x.States))
	for _, r := range x.Chapters {
		value += r.ValueUSD
		for i, c := range r.Cells {
			sums[i] += c.MaxUSD
		}
	}
	if value != x.ValueUSD {
		t.Errorf("imports %d of %d", value, x.ValueUSD)
	}
	for i, s := range x.States {
		if d := sums[i] - s.Totals.AdditionalMaxUSD; d > 100 || d < -100 {
			t.Errorf("state %d: %d of %d", i, sums[i], s.Totals.AdditionalMaxUSD)
		}
	}
}

// An order waits for its notice: EO 14345 between 4 and 16 September 2025.
func TestAwaiting(t *testing.T) {
	d := build(t, Request{Country: japan, On: kanzei.DayOf(2025, 9, 10), NoExposure: true})
	if m := measure(t, d, "9903.02.30"); m.Status != "in force" || m.Rate != "+15 %" {
		t.Errorf("9903.02.30: %s %s", m.Status, m.Rate)
	}
	if !slices.ContainsFunc(d.Outlook, func(e Event) bool { return e.What == Awaiting && slices.Contains(e.Headings, "9903.02.73") }) {
		t.Error("9903.02.73 is not awaited")
	}
	for _, e := range d.Outlook {
		if e.What == Awaiting && slices.Contains(e.Headings, "9903.94.41") && e.At != 0 {
			t.Errorf("9903.94.41 on %s: nobody knew the day of the notice", e.At)
		}
	}
	find := func(head string) string {
		for _, p := range d.Summary {
			if strings.HasPrefix(p.Head, head) {
				return p.Text
			}
		}
		return ""
	}
	for head, want := range map[string]string{
		"Reciprocal": "Ordered by EO 14345 on 4 September 2025", "Passenger": "15 % with column 1 included (9903.94.40, .41)",
		headNext: "EO 14345 of 4 September 2025 orders",
	} {
		if !strings.Contains(find(head), want) {
			t.Errorf("%s: %q lacks %q", head, find(head), want)
		}
	}
}

// On 1 August 2026 the duty on cars of Japan is that of EO 14345; 9903.94.01
// stands in the law and takes nothing from them.
func TestDisplaced(t *testing.T) {
	d := build(t, Request{Country: japan, On: kanzei.DayOf(2026, 8, 1), NoExposure: true})
	x := measure(t, d, "9903.94.01").Displaced
	if x == nil || !x.Already || x.At != moment("2025-09-16") || !slices.Equal(x.By, []string{"9903.94.40", "9903.94.41"}) {
		t.Errorf("9903.94.01 gives way %+v", x)
	}
	if x := measure(t, d, "9903.94.41").Displaced; x != nil {
		t.Errorf("9903.94.41 gives way %+v", x)
	}
	i := slices.IndexFunc(d.Regime, func(p Program) bool { return p.Name == "s232.autos" })
	if m := d.Regime[i].Measures[0]; m.Rate != "15 % all-in" {
		t.Errorf("autos begin with %s %s", m.Heading, m.Rate)
	}
}

// Goods of Mexico and of column 2 countries are excepted whole from the
// reciprocal tariff: 9903.01.27 and .29.
func TestExcused(t *testing.T) {
	for code, heading := range map[string]string{"MX": "9903.01.27", "RU": "9903.01.29"} {
		d := build(t, Request{Country: kanzei.MustOrigin(code), On: april, NoExposure: true})
		i := slices.IndexFunc(d.Regime, func(p Program) bool { return p.Name == "ieepa.reciprocal" })
		if x := d.Regime[i].Excused; x == nil || x.Heading != heading {
			t.Errorf("%s: excused by %+v", code, x)
		}
		if m := measure(t, d, "9903.94.05"); slices.Contains(m.Meanwhile, "9903.01.25") {
			t.Errorf("%s: car parts pay %v", code, m.Meanwhile)
		}
	}
}

// Sums, bounds, references and quotations hold in every folder.
func TestStructure(t *testing.T) {
	for _, req := range []Request{
		{Country: japan, On: april},
		{Country: japan, On: april, Known: latest},
		{Country: japan, On: kanzei.DayOf(2026, 8, 1)},
		{Country: japan, On: kanzei.DayOf(2027, 1, 10)},
		{Country: kanzei.MustOrigin("DE"), On: april},
		{Country: japan, On: kanzei.DayOf(2019, 6, 1)},
	} {
		d := build(t, req)
		at := req.Country.String() + " " + req.On.String()
		refs := func(ns ...int) {
			for _, n := range ns {
				if n < 1 || n > len(d.Sources) || d.Sources[n-1].Ref != n {
					t.Errorf("%s: no source %d", at, n)
				}
			}
		}
		for _, p := range d.Regime {
			refs(p.Refs...)
			for _, m := range p.Measures {
				if len(m.Law) == 0 || m.Since == 0 {
					t.Errorf("%s: %s has no law or no date", at, m.Heading)
				}
				for _, l := range m.Law {
					refs(l.Ref)
					if l.Quote == "" || l.Instrument == "" {
						t.Errorf("%s: %s %s without words", at, m.Heading, l.Says)
					}
				}
			}
		}
		for _, e := range d.Outlook {
			for _, l := range e.Law {
				refs(l.Ref)
			}
			if e.At != 0 && e.At <= d.On.Open() {
				t.Errorf("%s: %s is past", at, e.Sentence())
			}
		}
		for _, p := range d.Later {
			refs(p.Ref)
		}
		for _, s := range d.Summary {
			refs(s.Refs...)
		}
		x := d.Exposure
		if x == nil {
			if !slices.ContainsFunc(d.Caveats, func(c Caveat) bool { return c.Kind == TradeCaveat }) {
				t.Errorf("%s: no exposure and no word on it", at)
			}
			continue
		}
		refs(x.Refs...)
		for i, c := range x.Coverage {
			if c.MappedUSD+c.SplitUSD+c.UnmappedUSD+c.SpecialUSD != x.ValueUSD || c.TotalUSD != x.ValueUSD {
				t.Errorf("%s: codes of state %d sum to %d of %d", at, i, c.MappedUSD+c.SplitUSD+c.UnmappedUSD+c.SpecialUSD, x.ValueUSD)
			}
			s := x.States[i]
			var lo, hi int64
			for _, r := range x.Programs {
				cell := r.Cells[i]
				lo, hi = lo+cell.MinUSD, hi+cell.MaxUSD
				if cell.AssumedMin < cell.MinUSD-1000 || cell.AssumedMax > cell.MaxUSD+1000 {
					t.Errorf("%s: %s with the assumption %d to %d, without %d to %d", at, r.Key, cell.AssumedMin, cell.AssumedMax, cell.MinUSD, cell.MaxUSD)
				}
			}
			if lo > s.Totals.AdditionalMinUSD || hi < s.Totals.AdditionalMaxUSD {
				t.Errorf("%s: programs sum to %d to %d, all to %d to %d", at, lo, hi, s.Totals.AdditionalMinUSD, s.Totals.AdditionalMaxUSD)
			}
			if s.AssumedMin < s.Totals.AdditionalMinUSD || s.AssumedMax > s.Totals.AdditionalMaxUSD {
				t.Errorf("%s: with the assumption %d to %d, without %d to %d", at, s.AssumedMin, s.AssumedMax, s.Totals.AdditionalMinUSD, s.Totals.AdditionalMaxUSD)
			}
		}
	}
}

// Every status agrees with the ledger, asked directly.
func TestAgainstLedger(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	d := build(t, Request{Country: japan, On: april, NoExposure: true})
	b := e.Book(april)
	found := 0
	for _, p := range b.At(april.Open()).Provisions {
		if p.Effect != kanzei.Levies || !p.Origin(japan) {
			continue
		}
		found++
		if m := measure(t, d, p.Heading); m.Status != string(p.Status) || m.Rate != rateWords(p.Rate) {
			t.Errorf("%s: %s %s, the ledger has %s %s", p.Heading, m.Status, m.Rate, p.Status, p.Rate.Rate)
		}
	}
	listed := 0
	for _, p := range d.Regime {
		for _, m := range p.Measures {
			if m.Status != Coming {
				listed++
			}
		}
	}
	if found == 0 || listed != found {
		t.Errorf("%d listed, %d in the ledger", listed, found)
	}
}

func TestAfterHorizon(t *testing.T) {
	d := build(t, Request{Country: japan, On: kanzei.DayOf(2027, 1, 10), NoExposure: true})
	if d.KnownOnlyTo == 0 || d.KnownOnlyTo != d.Horizon || d.Known != d.Horizon {
		t.Errorf("known only to %s, known %s", d.KnownOnlyTo, d.Known)
	}
	var b strings.Builder
	if err := d.Text(&b, Style{}); err != nil || !strings.Contains(b.String(), "known only to "+d.Horizon.String()) {
		t.Errorf("%v: the text does not say so", err)
	}
	if m := measure(t, d, "pp-polysilicon.5b"); m.Status != string(ledger.InForce) { // from 4 December 2026
		t.Errorf("polysilicon is %s", m.Status)
	}
}

func TestProblems(t *testing.T) {
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	f, err := trade.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		req  Request
		code string
	}{
		{Request{On: april}, "origin.missing"},
		{Request{Country: kanzei.MustOrigin("US"), On: april}, "origin.us"},
		{Request{Country: japan}, "date.missing"},
		{Request{Country: japan, On: kanzei.DayOf(2010, 1, 1)}, "date.coverage"},
		{Request{Country: japan, On: april, Known: kanzei.DayOf(2010, 1, 1)}, "date.coverage"},
		{Request{Country: japan, On: april, Assume: "none such"}, "trade.assumption"},
	} {
		_, err := Build(e, f, c.req)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != c.code || p.Hint == "" {
			t.Errorf("%+v: %v", c.req, err)
		}
	}
}

// The same request gives the same bytes.
func TestDeterministic(t *testing.T) {
	var before [3][]byte
	for range 3 {
		d := build(t, Request{Country: japan, On: april, Known: latest})
		var text, page bytes.Buffer
		if err := errors.Join(d.Text(&text, Style{Width: 100}), d.HTML(&page)); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		now := [3][]byte{text.Bytes(), page.Bytes(), data}
		for i := range now {
			if before[i] != nil && !bytes.Equal(before[i], now[i]) {
				t.Fatalf("form %d differs", i)
			}
		}
		before = now
	}
}

func TestText(t *testing.T) {
	for _, req := range []Request{{Country: japan, On: april}, {Country: japan, On: april, Known: latest}} {
		d := build(t, req)
		for _, width := range []int{60, 80, 120} {
			for _, colour := range []bool{false, true} {
				var b strings.Builder
				if err := d.Text(&b, Style{width, colour}); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(b.String(), "\x1b") != colour {
					t.Errorf("colour %v: escapes", colour)
				}
				for line := range strings.Lines(b.String()) {
					line = strings.TrimRight(line, "\n")
					if n := columns(line); n > width {
						t.Errorf("width %d: %d columns: %s", width, n, line)
					}
					if strings.HasSuffix(line, " ") {
						t.Errorf("blank at the end of %q", line)
					}
				}
			}
		}
	}
}

// The page needs nothing from elsewhere.
func TestHTML(t *testing.T) {
	d := build(t, Request{Country: japan, On: april})
	var b strings.Builder
	if err := d.HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "src=", "@import", "url(http", `href="http`, "<link", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	for _, want := range []string{"<svg", `role="img"`, "<desc", "@media print", "prefers-color-scheme: dark", "then back without any further act"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, s := range d.Sources {
		if !strings.Contains(page, s.Name) {
			t.Errorf("the page lacks %s", s.Name)
		}
	}
}

func TestGolden(t *testing.T) {
	d := build(t, Request{Country: japan, On: april})
	var b strings.Builder
	if err := d.Text(&b, Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "japan-2025-04-15.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		got, old := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
		for i := range got {
			if i >= len(old) || got[i] != old[i] {
				t.Fatalf("line %d differs; run go test ./brief -update and read the difference:\n%s", i+1, got[i])
			}
		}
		t.Fatal("the golden file is longer; run go test ./brief -update and read the difference")
	}
}

// The cost says which exception on claim it does not count, where there is one.
func TestCostUnclaimed(t *testing.T) {
	for _, tt := range []struct {
		origin string
		says   bool
	}{{"CA", true}, {"JP", false}} {
		day := kanzei.DayOf(2025, 3, 10)
		d := build(t, Request{Country: kanzei.MustOrigin(tt.origin), On: day, Known: day})
		i := slices.IndexFunc(d.Summary, func(p Paragraph) bool { return p.Head == headCost })
		if i < 0 {
			t.Fatal("no paragraph on cost")
		}
		text := d.Summary[i].Text
		if got := strings.Contains(text, "special program S or S+ and claim it are excused from duties on Canada, flow of illicit drugs by 9903.01.14"); got != tt.says {
			t.Errorf("%s: %s", tt.origin, text)
		}
		if got := strings.Contains(text, "--origin "+tt.origin+" --assume applied"); got != tt.says {
			t.Errorf("%s: %s", tt.origin, text)
		}
	}
}
