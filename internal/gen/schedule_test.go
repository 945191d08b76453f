package main

import (
	"strings"
	"testing"

	"kanzei"
)

// The layout is that of the USITC change records; the entries are of 2026 Rev 2
// and 2025 Basic.
func TestTextRecords(t *testing.T) {
	const text = `       Item changed                               Nature of change                            Effective date       Source
0202.30.8000                     Annotated (transferred to 0202.30.8015 and                February 1, 2026       484(f)
                                 0202.30.8025)
0202.30.8015                     Established (transferred from 0202.30.8000 (pt.))         February 1, 2026       484(f)


                                                             1
       Item changed                    Nature of change                      Effective date    Source
0703.10.4055              Established                      January 1, 2025    484(f)     2025
`
	var got []string
	for _, r := range textRecords(text, "February 1, 2026") {
		s := r.code.String() + " " + r.action
		for _, o := range r.others {
			s += " " + o.String()
		}
		got = append(got, s)
	}
	want := "0202.30.80.00 Annotated 0202.30.80.15 0202.30.80.25; 0202.30.80.15 Established 0202.30.80.00"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, "; "), want)
	}
}

func TestEstablished(t *testing.T) {
	h := kanzei.MustHTS
	list := []record{
		parseAction(h("7202.30.00.00"), "Annotated (transferred to 7202.30.0060 [rest of cell lost; rows also lost])"),
		parseAction(h("8483.30.80.90"), "Deleted (transferred to 8483.30.8081 and 8483.30.8089)"),
		parseAction(h("8483.30.80.81"), "Established (transferred from 8483.30.8090 (pt.)) [row lost in extraction; restored from the 8483.30.8090 row]"),
		parseAction(h("8483.30.80.89"), "Established (transferred from 8483.30.8090 (pt.))"),
	}
	var got []string
	for _, r := range established(list) {
		got = append(got, r.code.String())
	}
	if s := strings.Join(got, " "); s != "8483.30.80.81 8483.30.80.89 7202.30.00.60" {
		t.Errorf("got %s", s)
	}
}

func TestCanon(t *testing.T) {
	for _, c := range [][2]string{
		{"Free (A,AU,S) 1.4% (JP)", "Free(AU, A,S)1.4%(JP)"},
		{"3.4¢/kg", "3.4¢ /kg"},
	} {
		if canon(c[0]) != canon(c[1]) {
			t.Errorf("%q and %q differ", c[0], c[1])
		}
	}
	if s := withoutNAFTA("Free (A,CA,MX,S) 2% (KR)", kanzei.DayOf(2022, 1, 1)); s != "Free (A,S) 2% (KR)" {
		t.Errorf("got %q", s)
	}
}
