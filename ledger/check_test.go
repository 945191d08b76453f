package ledger_test

import (
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

// checked checks acts laid into two files, a.yaml and b.yaml; head brings two
// programs of one family and one of another.
func checked(t *testing.T, a, b string) []*kanzei.Problem {
	t.Helper()
	const head = `title: A test
kind: notice
public: 2025-04-02
source: made up
acts:
`
	const programs = `
  - program: one.x
    from: 2025-01-01
    quote: "x"
  - program: one.y
    from: 2025-01-01
    quote: "y"
  - program: two.z
    from: 2025-01-01
    quote: "z"
`
	l := &ledger.Ledger{Coverage: &ledger.Coverage{}}
	for file, acts := range map[string]string{"a.yaml": programs + a, "b.yaml": b} {
		if acts == "" {
			continue
		}
		in, err := ledger.Parse(file, []byte("instrument: "+file+"\n"+head+acts), nil)
		if err != nil {
			t.Fatal(err)
		}
		l = l.Add(in)
	}
	return problems(l.Check())
}

// act writes an act of impose on all goods from 1 April, with more fields.
func act(heading, program, more string) string {
	s := "  - impose: " + heading + "\n    program: " + program + "\n    title: t\n    rate: +1%\n    quote: \"q\"\n"
	if !strings.Contains(more, "from:") {
		s += "    from: 2025-04-01\n"
	}
	for _, line := range strings.Split(more, "; ") {
		if line != "" {
			s += "    " + line + "\n"
		}
	}
	return s
}

func TestCheck(t *testing.T) {
	change := func(kind, target, more string) string {
		s := "  - " + kind + ": " + target + "\n    quote: \"q\"\n"
		for _, line := range strings.Split(more, "; ") {
			s += "    " + line + "\n"
		}
		return s
	}
	tests := []struct {
		name, a, b string
		code       string // "" when nothing is wrong
		says       []string
	}{
		{"programs of two families add", act("9990.01.01", "one.x", ""), act("9990.01.02", "two.z", ""), "", nil},
		{"two duties of one program", act("9990.01.01", "one.x", ""), act("9990.01.02", "one.x", ""), "law.conflict",
			[]string{"a.yaml:17", "b.yaml:7", "9990.01.01", "9990.01.02", "2025-04-01 00:01"}},
		{"of which one yields", act("9990.01.01", "one.x", "yields-to: 9990.01.02"), act("9990.01.02", "one.x", ""), "", nil},
		{"or is in lieu of the other", act("9990.01.01", "one.x", ""), act("9990.01.02", "one.x", "in-lieu-of: [9990.01.01]"), "", nil},
		{"on other goods", act("9990.01.01", "one.x", "products: 8703"), act("9990.01.02", "one.x", "products: [8704]"), "", nil},
		{"on goods that meet", act("9990.01.01", "one.x", "products: 8703"), act("9990.01.02", "one.x", "products: 8703.23.01"), "law.conflict", []string{"8703.23.01.00", "b.yaml"}},
		{"of other origins", act("9990.01.01", "one.x", "origins: JP"), act("9990.01.02", "one.x", "except-origins: JP"), "", nil},
		{"at other times", act("9990.01.01", "one.x", "from: 2025-04-01; until: 2025-05-01"), act("9990.01.02", "one.x", "from: 2025-05-01"), "", nil},
		{"under opposite conditions", act("9990.01.01", "one.x", "when: column-1 < 15%"), act("9990.01.02", "one.x", "when: column-1 >= 15%"), "", nil},
		{"under a claim and its absence", act("9990.01.01", "one.x", "when: claim old"), act("9990.01.02", "one.x", "when: not claim old"), "", nil},
		{"under conditions that can both hold", act("9990.01.01", "one.x", "when: column-1 < 15%"), act("9990.01.02", "one.x", "when: column-1 >= 10%"), "law.conflict", []string{"a.yaml", "b.yaml"}},
		{"two programs of one family", act("9990.01.01", "one.x", ""), act("9990.01.02", "one.y", ""), "law.conflict", []string{"a.yaml:17", "b.yaml:7", "or that the programs add"}},
		{"which say that they add", act("9990.01.01", "one.x", "") + change("program", "one.x", "from: 2025-04-01; adds: [one.y]"), act("9990.01.02", "one.y", ""), "", nil},
		{"from the day they say so", act("9990.01.01", "one.x", "") + change("program", "one.x", "from: 2025-04-02; adds: [one.y]"), act("9990.01.02", "one.y", ""), "law.conflict", []string{"2025-04-01"}},
		{"or yield as programs", act("9990.01.01", "one.x", "") + change("program", "one.x", "from: 2025-04-01; yields-to: [one.y]"), act("9990.01.02", "one.y", ""), "", nil},
		{"a circle of two", act("9990.01.01", "one.x", "yields-to: two.z"), act("9990.01.02", "two.z", "yields-to: one.x"), "law.circle", []string{"9990.01.01", "9990.01.02", "a.yaml:17", "b.yaml:7"}},
		{"a circle of three", act("9990.01.01", "one.x", "yields-to: 9990.01.02; products: 8703") + act("9990.01.03", "two.z", "yields-to: 9990.01.01"), act("9990.01.02", "one.y", "yields-to: 9990.01.03"), "law.circle", []string{"9990.01.01", "9990.01.02", "9990.01.03"}},
		{"a circle once with its days", act("9990.01.01", "one.x", "yields-to: two.z") + change("suspend", "9990.01.01", "from: 2025-05-01; until: 2025-06-01"), act("9990.01.02", "two.z", "yields-to: one.x") + change("add", "list:l", "from: 2025-04-15; codes: [7208]"), "law.circle", []string{"from 2025-04-01 00:01 to 2025-05-01 00:01, from 2025-06-01 00:01 on"}},
		{"an unknown heading", change("suspend", "9990.01.02", "from: 2025-04-02"), act("9990.01.01", "one.x", ""), "law.heading", []string{"a.yaml:17", "9990.01.02", `did you mean "9990.01.01"?`}},
		{"a range of none", change("suspend", "9990.02.01..9990.02.09", "from: 2025-04-02"), act("9990.01.01", "one.x", ""), "law.heading", []string{"9990.02.01..9990.02.09"}},
		{"an unknown program", act("9990.01.01", "one.w", ""), "", "law.program", []string{"one.w", "did you mean"}},
		{"an unknown program to yield to", act("9990.01.01", "one.x", "yields-to: [three.x]"), "", "law.program", []string{"three.x"}},
		{"an unknown list", act("9990.01.01", "one.x", "products: list:stele"), change("add", "list:steel", "from: 2025-01-01; codes: [7208]"), "law.list", []string{`"stele"`, `did you mean "steel"?`}},
		{"an unknown group", act("9990.01.01", "one.x", "origins: group:EU-27"), change("add", "group:EU27", "from: 2025-01-01; members: [DE]"), "law.group", []string{`"EU-27"`, `did you mean "EU27"?`}},
		{"an unknown group of a row", "  - impose: table\n    program: one.x\n    title: t\n    from: 2025-04-01\n    quote: q\n    table: [\"9990.01.01 | +1% | group:friends\"]\n", "", "law.group", []string{`"friends"`}},
		{"mfn is known to everybody", act("9990.01.01", "one.x", "in-lieu-of: mfn"), "", "", nil},
		{"a hole", act("9990.01.01", "one.x", "from: 2025-04-01; until: 2025-05-01"), act("9990.01.02", "one.x", "from: 2025-06-01"), "law.hole", []string{"one.x", "2025-05-01 00:01", "2025-06-01 00:01"}},
		{"a pause is no hole", act("9990.01.01", "one.x", "") + change("suspend", "program:one.x", "from: 2025-05-01; until: 2025-06-01"), "", "", nil},
		{"an end is no hole", act("9990.01.01", "one.x", "from: 2025-04-01; until: 2025-05-01"), "", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps := checked(t, tt.a, tt.b)
			if tt.code == "" {
				if len(ps) > 0 {
					t.Fatalf("%v", ps)
				}
				return
			}
			if len(ps) != 1 {
				t.Fatalf("%d problems: %v", len(ps), ps)
			}
			p := ps[0]
			if p.Code != tt.code || p.Hint == "" || !strings.Contains(p.Where, ".yaml:") {
				t.Errorf("%s at %s, hint %q; want %s", p.Code, p.Where, p.Hint, tt.code)
			}
			for _, s := range tt.says {
				if !strings.Contains(p.Error(), s) {
					t.Errorf("%q does not name %q", p, s)
				}
			}
		})
	}
}

func TestCheckInstrumentTwice(t *testing.T) {
	in, err := ledger.Parse("a.yaml", []byte(good), nil)
	if err != nil {
		t.Fatal(err)
	}
	twin := *in
	twin.File = "b.yaml"
	l := (&ledger.Ledger{}).Add(in, &twin)
	ps := problems(l.Check())
	if len(ps) == 0 || ps[0].Code != "law.twice" || !strings.Contains(ps[0].Error(), "a.yaml") || !strings.Contains(ps[0].Error(), "b.yaml") {
		t.Errorf("%v", ps)
	}
}
