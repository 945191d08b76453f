package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

// good is an instrument without fault; the tests of errors change one thing.
const good = `instrument: T 1
title: A test
kind: notice
public: 2025-04-02
source: made up
acts:
  - program: test.one
    title: One
    from: 2025-04-05
    quote: "one"
  - impose: 9990.01.01
    program: test.one
    title: goods
    rate: +10%
    products: [8703, "7208.10..7209"]
    origins: [JP, group:friends]
    when: [claim vintage-car]
    from: 2025-04-05 00:01
    until: 2025-07-09 00:01
    quote: "ten"
  - add: group:friends
    members: [DE]
    from: 2025-04-05
    quote: "friends"
  - add: list:things
    codes: [8517]
    from: 2025-04-05
    quote: "things"
`

func problems(err error) []*kanzei.Problem {
	var out []*kanzei.Problem
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, problems(e)...)
		}
		return out
	}
	var p *kanzei.Problem
	if errors.As(err, &p) {
		out = append(out, p)
	} else if err != nil {
		out = append(out, &kanzei.Problem{Code: "not a problem", Msg: err.Error()})
	}
	return out
}

func TestParseGood(t *testing.T) {
	in, err := ledger.Parse("t.yaml", []byte(good), nil)
	if err != nil {
		t.Fatal(err)
	}
	if in.ID != "T 1" || in.Public != kanzei.DayOf(2025, 4, 2) || len(in.Acts) != 4 {
		t.Fatalf("%+v", in)
	}
	a := in.Acts[1]
	p := a.Provision
	if a.Kind != kanzei.ActImpose || a.Line != 11 || a.From.String() != "2025-04-05 00:01" || a.Until.String() != "2025-07-09 00:01" || a.Public != in.Public {
		t.Errorf("act: %+v", a)
	}
	if p.Heading != "9990.01.01" || p.Rate.Mode != kanzei.Additional || p.Rate.Rate.AdValorem != kanzei.Percent(10) || len(p.Products) != 2 ||
		p.Products[1].Lo != kanzei.MustHTS("7208.10") || p.Products[1].Hi != kanzei.MustHTS("7209") || p.Origins[1].Group != "friends" || p.When[0].Value != "vintage-car" {
		t.Errorf("provision: %+v", p)
	}
	if in.Acts[0].From.String() != "2025-04-05 00:01" || in.Acts[0].Until != kanzei.Forever {
		t.Errorf("a bare date is %s until %s", in.Acts[0].From, in.Acts[0].Until)
	}
}

// TestParseDescribed: words that are not those of the law stand in brackets and
// name where they were read.
func TestParseDescribed(t *testing.T) {
	for with, want := range map[string][2]string{
		"    described: \"ten\"\n    source: a copy\n":                  {"[ten]", "The words of the law are not held; described in a copy."},
		"    quote: \"ten\"\n    source: note 1\n    note: A remark.\n": {"ten", "A remark. The words quoted are read in note 1."},
	} {
		in, err := ledger.Parse("t.yaml", []byte(strings.Replace(good, "    quote: \"ten\"\n", with, 1)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := in.Acts[1]; a.Quote != want[0] || a.Note != want[1] {
			t.Errorf("%q, note %q, not %q", a.Quote, a.Note, want)
		}
	}
}

// TestParseProblems: each mistake gives one problem that names the line, what
// is wrong there, and what to do.
func TestParseProblems(t *testing.T) {
	tests := []struct {
		name, old, new string
		line           int
		says, hint     string
	}{
		{"not YAML", "title: A test", "title: \"A test", 0, "", "not YAML"},
		{"tab", "    title: One", "\ttitle: One", 8, "", "not YAML"},
		{"no mapping", good, "- a list\n", 1, "mapping", "instrument: NAME"},
		{"nothing", good, "", 1, "mapping", "instrument: NAME"},
		{"unknown field of the instrument", "title: A test", "tilte: A test\ntitle: A test", 2, `unknown field "tilte"`, "law/README.md"},
		{"unknown field of an act", "    title: goods", "    title: goods\n    colour: red", 14, `unknown field "colour"`, "law/README.md"},
		{"a field of another act", "    codes: [8517]", "    codes: [8517]\n    rate: +1%", 27, `unknown field "rate"`, "law/README.md"},
		{"duplicate field", "    rate: +10%", "    rate: +10%\n    rate: +20%", 15, `field "rate" is given twice`, "keep one"},
		{"duplicate field of the instrument", "kind: notice", "kind: notice\nkind: notice", 4, `field "kind" is given twice`, "keep one"},
		{"unknown kind", "kind: notice", "kind: decree", 3, `unknown kind "decree"`, "proclamation"},
		{"no kind", "kind: notice\n", "", 1, "states no kind", "add it"},
		{"no name", "instrument: T 1\n", "", 1, "states no instrument", "add it"},
		{"no source", "source: made up\n", "", 1, "states no source", "add it"},
		{"no public day", "public: 2025-04-02\n", "", 1, "states no public day", "add it"},
		{"bad public day", "public: 2025-04-02", "public: 2 April 2025", 4, `"2 April 2025" is not a date`, "2025-04-15"},
		{"no acts", good[strings.Index(good, "acts:"):], "", 1, "states no acts", "add it"},
		{"acts are no list", good[strings.Index(good, "acts:"):], "acts: all of them\n", 1, "states no acts", "add it"},
		{"an act is a text", "  - program: test.one", "  - hello\n  - program: test.one", 7, "an act is a mapping", "impose"},
		{"unknown act", "  - impose: 9990.01.01", "  - levy: 9990.01.01", 11, `unknown act "levy"`, "impose"},
		{"missing quote", "    quote: \"ten\"\n", "", 11, "quotes no source", "quote:"},
		{"described without a source", "    quote: \"ten\"\n", "    described: \"ten\"\n", 11, "without a source", "source:"},
		{"described and quoted", "    quote: \"ten\"\n", "    quote: \"ten\"\n    described: \"ten\"\n    source: a copy\n", 11, "beside a quote", "quote:"},
		{"no from", "    from: 2025-04-05 00:01\n", "", 11, "no moment of effect", "from:"},
		{"bad moment", "from: 2025-04-05 00:01", "from: 2025-04-05 25:01", 18, `"2025-04-05 25:01" is not a moment`, "US Eastern"},
		{"bad end", "until: 2025-07-09 00:01", "until: July", 19, `"July" is not a moment`, "US Eastern"},
		{"until before from", "until: 2025-07-09 00:01", "until: 2025-04-05 00:01", 11, "ends (2025-04-05 00:01) before it begins", "until"},
		{"bad rate", "rate: +10%", "rate: 10%", 14, `rate "10%" is not a rate`, "+25%"},
		{"no rate", "    rate: +10%\n", "", 11, "states no rate", "+25%"},
		{"no program", "    program: test.one\n", "", 11, "belongs to no program", "program: NAME"},
		{"no title", "    title: goods\n", "", 11, "has no title", "title:"},
		{"bad program name", "program: test.one\n    title: One", "program: Test\n    title: One", 7, `"Test" is not a program name`, "family.name"},
		{"bad condition", "claim vintage-car", "claim Vintage Car", 17, `condition "claim Vintage Car"`, "law/README.md"},
		{"bad base", "    rate: +10%", "    rate: +10%\n    base: tin content", 15, `unknown base "tin content"`, "steel content"},
		{"bad code", "[8703,", "[870,", 15, `"870" has 3 digits`, "10 digits"},
		{"range backwards", "7208.10..7209", "7209..7208.10", 15, "runs backwards", "write"},
		{"unknown origin", "[JP, group", "[UK, group", 16, `"UK" is not a country`, "GB"},
		{"unknown member", "[DE]", "[EU]", 22, `"EU" is not a country`, "DE"},
		{"neither list nor group", "add: list:things", "add: things", 25, "neither a list nor a group", "list:NAME"},
		{"no codes", "    codes: [8517]\n", "", 25, "names no products", "codes:"},
		{"no members", "    members: [DE]\n", "", 21, "names no countries", "members:"},
		{"no file", "codes: [8517]", "file: lists/none.txt", 26, `no list file "lists/none.txt"`, "path"},
		{"a list is a mapping", "codes: [8517]", "codes: {a: b}", 26, "a list is expected", "write"},
		{"a text is a list", "    title: goods", "    title: [goods]", 13, "a text is expected", "write"},
		{"table without rows", "impose: 9990.01.01", "impose: table", 11, "go together", "table"},
		{"rows without table", "    rate: +10%", "    rate: +10%\n    table: [\"9990.01.02 | +1% | JP\"]", 11, "go together", "table"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			if text == good {
				t.Fatal("the test changes nothing")
			}
			_, err := ledger.Parse("t.yaml", []byte(text), func(string) ([]byte, error) { return nil, os.ErrNotExist })
			ps := problems(err)
			if len(ps) != 1 {
				t.Fatalf("%d problems, not one:\n%v", len(ps), err)
			}
			p := ps[0]
			if tt.line != 0 && p.Where != fmt.Sprintf("t.yaml:%d", tt.line) || !strings.HasPrefix(p.Where, "t.yaml:") {
				t.Errorf("at %s, not line %d: %v", p.Where, tt.line, p)
			}
			if !strings.Contains(p.Msg, tt.says) || p.Msg == "" {
				t.Errorf("says %q, not %q", p.Msg, tt.says)
			}
			if !strings.Contains(p.Hint, tt.hint) || p.Hint == "" {
				t.Errorf("hints %q, not %q", p.Hint, tt.hint)
			}
			if p.Code == "" || p.Code == "not a problem" {
				t.Errorf("code %q", p.Code)
			}
		})
	}
}

func TestParseTable(t *testing.T) {
	const table = `instrument: T 2
title: A table
kind: notice
public: 2025-04-02
source: made up
acts:
  - impose: table
    program: test.one
    title: country rates
    from: 2025-04-09
    quote: "rates"
    table:
      - 9990.01.43 | +11% | CM, CD
      - "9990.01.44 | 15% all-in | group:friends | articles of friends"
`
	in, err := ledger.Parse("t.yaml", []byte(table), nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := in.Acts[0].Table
	if len(rows) != 2 || rows[0].Heading != "9990.01.43" || len(rows[0].Origins) != 2 || rows[1].Rate.Mode != kanzei.AllIn || rows[1].Title != "articles of friends" || rows[1].Origins[0].Group != "friends" {
		t.Errorf("%+v", rows)
	}
	for old, says := range map[string]string{
		"9990.01.43 | +11% | CM, CD": "9990.01.43 | +11%",
		"+11%":                       "11%",
		"CM, CD":                     "CM, QQ",
		"\n      - 9990.01.43 | +11% | CM, CD\n      - \"9990.01.44 | 15% all-in | group:friends | articles of friends\"": " none",
		"| +11% | CM, CD": "| +11% | ",
	} {
		if _, err := ledger.Parse("t.yaml", []byte(strings.Replace(table, old, says, 1)), nil); len(problems(err)) != 1 {
			t.Errorf("%q for %q: %v", says, old, err)
		}
	}
}

func TestParseLawRate(t *testing.T) {
	for in, want := range map[string]struct {
		mode     kanzei.RateMode
		kind     kanzei.RateKind
		percent  string
		specific string
	}{
		"+25%":               {kanzei.Additional, kanzei.AdValorem, "25", ""},
		"+0%":                {kanzei.Additional, kanzei.AdValorem, "0", ""},
		"+ 12.5%":            {kanzei.Additional, kanzei.AdValorem, "12.5", ""},
		"15% all-in":         {kanzei.AllIn, kanzei.AdValorem, "15", ""},
		"+$0.05/kg":          {kanzei.Additional, kanzei.Specific, "0", "5000000 kg"},
		"+$0.05/kg + 4%":     {kanzei.Additional, kanzei.Compound, "4", "5000000 kg"},
		"minimum $21.00/kg":  {kanzei.MinPrice, kanzei.Specific, "0", "2100000000 kg"},
		"none":               {kanzei.NoDuty, kanzei.Free, "0", ""},
		"prohibited":         {kanzei.Prohibited, kanzei.Free, "0", ""},
		`by text "as found"`: {kanzei.ByText, kanzei.RateByText, "0", ""},
	} {
		r, err := ledger.ParseLawRate(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		var specific []string
		for _, s := range r.Rate.Specific {
			specific = append(specific, fmt.Sprint(s.Amount, " ", s.Unit))
		}
		if r.Mode != want.mode || r.Rate.Kind != want.kind || r.Rate.AdValorem.String() != want.percent || strings.Join(specific, ",") != want.specific {
			t.Errorf("%q is %+v", in, r)
		}
	}
	if r, _ := ledger.ParseLawRate(`by text "as found"`); r.Rate.Text != "as found" {
		t.Errorf("the words are %q", r.Rate.Text)
	}
	for _, in := range []string{"", "25%", "+", "+25", "+-5%", "+%", "-25%", "all-in", "$1/kg all-in", "+$0.05", "+$/kg", "+$0.05/", "+0.05/kg", "minimum 5%", "minimum $1/kg + $2/l", "by text", `by text ""`, "+25% all-in + 1%", "25 percent"} {
		if r, err := ledger.ParseLawRate(in); err == nil {
			t.Errorf("%q is read as %+v", in, r)
		} else if ps := problems(err); len(ps) != 1 || ps[0].Code != "law.rate" || ps[0].Hint == "" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestParseCondition(t *testing.T) {
	for in, want := range map[string]string{
		"claim civil-aircraft":            "claim is civil-aircraft Claim",
		"not claim quota-filled":          "not claim is quota-filled Claim",
		"use auto-part":                   "use is auto-part Needed",
		"loaded before 2025-04-05 00:01":  "loaded before 2025-04-05 00:01 Claim",
		"exported from 2025-04-05":        "exported from 2025-04-05 00:01 Claim",
		"entered before 2025-10-05 00:01": "entered before 2025-10-05 00:01 Computed",
		"ftz-admitted from 2025-04-05":    "ftz-admitted from 2025-04-05 00:01 Claim",
		"column-1 >= 15%":                 "column-1 >= 15% Computed",
		"us-content  <  20%":              "us-content < 20% Claim",
		"metal-weight < 15%":              "metal-weight < 15% Claim",
		"steel <= 2.5%":                   "steel <= 2.5% Claim",
		"value <= 800":                    "value <= 800.00 Computed",
		"spi in S, S+":                    "spi in [S S+] Claim",
		"melt-pour is US":                 "melt-pour in [US] Claim",
		"smelt-cast in CA, MX":            "smelt-cast in [CA MX] Claim",
		"covered-by s232.*, 9903.01.25":   "covered-by is [s232.* 9903.01.25] Computed",
	} {
		c, err := ledger.ParseCondition(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		got := c.Fact + " " + c.Op + " "
		if c.Not {
			got = "not " + got
		}
		switch {
		case c.Time != 0:
			got += c.Time.String()
		case c.Share != 0:
			got += c.Share.String() + "%"
		case c.Amount != 0:
			got += c.Amount.String()
		case c.Set != nil:
			got += fmt.Sprint(c.Set)
		default:
			got += c.Value
		}
		if got += " " + [...]string{"Computed", "Claim", "Needed"}[ledger.KindOf(c)]; got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "not", "claim", "claim two words", "claim Capital", "use", "loaded", "loaded before", "loaded on 2025-04-05", "loaded before spring",
		"column-1 15%", "column-1 = 15%", "column-1 >= x", "us-content >= ", "value <= lots", "spi S", "spi in", "spi in ,", "melt-pour US", "melt-pour is XQQ", "covered-by", "covered-by ,", "weather is fine", "not not claim x"} {
		if c, err := ledger.ParseCondition(in); err == nil {
			t.Errorf("%q is read as %+v", in, c)
		} else if ps := problems(err); len(ps) != 1 || ps[0].Code != "law.condition" || ps[0].Hint == "" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestParseCodes(t *testing.T) {
	items, err := ledger.ParseCodes("lists/x.txt", []byte("# head\n\n7208 # all\n7318.15..7318.16\r\n"))
	if err != nil || len(items) != 2 || items[1].Hi != kanzei.MustHTS("7318.16") {
		t.Errorf("%+v, %v", items, err)
	}
	_, err = ledger.ParseCodes("lists/x.txt", []byte("7208\nabc\n7318..7208\n"))
	ps := problems(err)
	if len(ps) != 2 || ps[0].Where != "lists/x.txt:2" || ps[1].Where != "lists/x.txt:3" {
		t.Errorf("%v", err)
	}
}

func TestReadTree(t *testing.T) {
	l, err := ledger.Read(os.DirFS("testdata/law"))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/law/us/20*/*.yaml")
	if err != nil || len(l.Instruments) != len(files) || len(files) == 0 {
		t.Errorf("%d instruments of %d files, %v", len(l.Instruments), len(files), err)
	}
	for i, in := range l.Instruments[1:] {
		if in.Public < l.Instruments[i].Public {
			t.Errorf("%s stands after %s", in.ID, l.Instruments[i].ID)
		}
	}
	if l.Coverage.Begins != kanzei.DayOf(2025, 1, 1) || len(l.Coverage.Gaps) != 2 || !l.Coverage.Gaps[0].Unsupported || l.Coverage.Gaps[1].Unsupported {
		t.Errorf("coverage: %+v", l.Coverage)
	}
	if in := l.Instrument("F 4"); in == nil || l.Instrument("F 99") != nil {
		t.Error("instruments by name")
	}
}

func TestParseCoverageProblems(t *testing.T) {
	for text, line := range map[string]string{
		"begins: 2025-01-01\nhorizons: 2025-01-01\n":                   "c.yaml:2",
		"gaps:\n  - id: a\n    say: b\n    effect: loud\n":             "c.yaml:4",
		"gaps:\n  - say: b\n":                                          "c.yaml:2",
		"gaps:\n  - id: a\n    say: b\n    products: [87031]\n":        "c.yaml:4",
		"gaps:\n  - id: a\n    say: b\n    from: x\n":                  "c.yaml:4",
		"gaps:\n  - id: a\n    say: b\n    wherever: x\n":              "c.yaml:4",
		"programs:\n  - program: a.b\n    covers: x\n    check: yes\n": "c.yaml:4",
	} {
		_, err := ledger.ParseCoverage("c.yaml", []byte(text))
		if ps := problems(err); len(ps) != 1 || ps[0].Where != line {
			t.Errorf("%q: %v, want one problem at %s", text, err, line)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	files, _ := filepath.Glob("testdata/law/us/*/*.yaml")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(data)
		}
	}
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("acts: [{impose: table, table: {}}, {add: 'list:'}, {? [a] : b}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := ledger.Parse("f.yaml", data, func(string) ([]byte, error) { return []byte("7208\n"), nil })
		if err != nil {
			for _, p := range problems(err) {
				if p.Code == "not a problem" || p.Msg == "" {
					t.Fatalf("%q is no problem a person can act on", err)
				}
			}
			return
		}
		// What parses can be folded and checked without a panic.
		l := (&ledger.Ledger{Coverage: &ledger.Coverage{}}).Add(in)
		if l.Check() == nil {
			b := l.AsKnown(0)
			for _, m := range b.Bounds() {
				b.At(m)
			}
			b.Outlook(0, 1)
		}
		if data, err := l.Encode(); err != nil {
			t.Fatal(err)
		} else if _, err := ledger.Decode(data); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParseTerms(f *testing.F) {
	for _, s := range []string{"+25%", "15% all-in", "+$0.05/kg + 4%", `by text "x"`, "minimum $1/kg", "claim x", "spi in S", "loaded before 2025-04-05", "not value <= 1", "covered-by a.*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ledger.ParseLawRate(s); err == nil {
			if r.Rate.AdValorem < 0 || r.Rate.Kind == kanzei.RateNone {
				t.Fatalf("%q reads as %+v", s, r)
			}
			for _, u := range r.Rate.Specific {
				if u.Amount < 0 || u.Unit == "" {
					t.Fatalf("%q reads as %+v", s, r)
				}
			}
		}
		c, err := ledger.ParseCondition(s)
		if err != nil {
			return
		}
		again, err := ledger.ParseCondition(c.Text)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(c) {
			t.Fatalf("%q reads as %+v, whose text reads as %+v, %v", s, c, again, err)
		}
	})
}
