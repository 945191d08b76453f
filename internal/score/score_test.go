package main

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
)

var shared = sync.OnceValues(func() (*duty.Engine, error) { return engine("../../law") })

func law(t *testing.T) *duty.Engine {
	t.Helper()
	e, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFacts(t *testing.T) {
	e := law(t)
	us := kanzei.MustOrigin("US")
	for _, c := range []struct {
		text   string
		flags  string
		check  func(*kanzei.Entry) bool
		base   string
		unread string
	}{
		{text: "", check: func(e *kanzei.Entry) bool { return e.Loaded == 0 && e.SPI == "" }},
		{text: "not loaded before 2025-08-07 00:01 EDT (goods loaded before and entered before 2025-10-05 00:01 pay the earlier 10% baseline)", check: func(e *kanzei.Entry) bool { return e.Loaded == 0 }},
		{text: "loaded 2025-04-04 and in final transit", check: func(e *kanzei.Entry) bool { return e.Loaded.Day() == kanzei.DayOf(2025, 4, 4) }},
		{text: "loaded before 2025-08-06; entered before 2025-10-05", check: func(e *kanzei.Entry) bool { return e.Loaded.Day() == kanzei.DayOf(2025, 8, 5) }},
		{text: "exported 2019-05-05", check: func(e *kanzei.Entry) bool { return e.Exported == kanzei.DayOf(2019, 5, 5) }},
		{text: "aluminium content 100%; no USMCA claim", check: func(e *kanzei.Entry) bool { return e.Aluminum == kanzei.ShareOf(kanzei.One) && e.SPI == "" }},
		{text: "copper 18; aluminium 18", check: func(e *kanzei.Entry) bool {
			return e.Copper == kanzei.ShareOf(kanzei.Percent(50)) && e.Aluminum == e.Copper
		}},
		{text: "USMCA claimed; US content 60%", check: func(e *kanzei.Entry) bool { return e.SPI == "S" && e.USContent == kanzei.ShareOf(kanzei.Percent(60)) }},
		{text: "USMCA + authorisation", flags: "commerce-authorized", check: func(e *kanzei.Entry) bool { return e.SPI == "S" }},
		{text: "95% US-smelted confirmed", flags: "us-metal", check: func(e *kanzei.Entry) bool { return e.SmeltCast == us }},
		{text: "metal under 15% of weight confirmed", check: func(e *kanzei.Entry) bool { return e.MetalWeight.Known && e.MetalWeight.Fraction < kanzei.Percent(15) }},
		{text: "civil aircraft article confirmed; steel content 100%", flags: "civil-aircraft", check: func(e *kanzei.Entry) bool { return e.Steel.Known }},
		{text: "MHDV part confirmed", flags: "truck-part not-auto-part"},
		{text: "List 3 and auto part", flags: "auto-part"},
		{text: "within the 100,000 TRQ", flags: "quota-in"},
		{text: "transshipped", flags: "transshipped"},
		{text: "column 1 general rate forced to 20%", base: "20%"},
		{text: "base Free", base: "free"},
		{text: "column 1 5.29% in test", base: "5.29%"},
		{text: "base forced 50c/kg; 100 kg", base: "50c/kg", check: func(e *kanzei.Entry) bool { return e.Quantity == 1_000_000 && e.Unit == "kg" }},
		{text: "entry_is_humanitarian_donation_article=True", flags: "donation"},
		{text: "entry_is_informational_material_article=False"},
		{text: "entry_is_properly_claimed_chapter_98_entry=True; cbp_agrees_chapter_98_entry_is_appropriate=True", flags: "chapter-98"},
		{text: "entry_is_properly_claimed_chapter_98_entry=True"},
		{text: "entry_is_properly_claimed_chapter_98_entry=True; cbp_agrees_chapter_98_entry_is_appropriate=True; entry_is_9802_excepted_entry=True"},
		{text: "confirm 9903.94.43", flags: "auto-part"},
		{text: "mode air", check: func(e *kanzei.Entry) bool { return e.Mode == 40 }},
		{text: "made by left-handed dwarfs; steel 60%", unread: "made by left-handed dwarfs"},
		{text: "entry_is_haunted=True", unread: "entry_is_haunted"},
	} {
		entry := kanzei.Entry{HTS: kanzei.MustHTS("8537.10.91.70"), Origin: kanzei.MustOrigin("JP"), Date: kanzei.DayOf(2026, 4, 24), Value: 36 * kanzei.Dollar}
		base, unread := facts(e, &entry, c.text)
		if base != c.base || strings.Join(unread, ";") != c.unread {
			t.Errorf("%q: base %q, unread %q", c.text, base, unread)
		}
		for _, f := range strings.Fields(c.flags) {
			if !entry.Flag(f) {
				t.Errorf("%q: flag %s is not raised: %v", c.text, f, entry.Flags)
			}
		}
		if c.flags == "" && len(entry.Flags) > 0 {
			t.Errorf("%q raises %v", c.text, entry.Flags)
		}
		if c.check != nil && !c.check(&entry) {
			t.Errorf("%q: %+v", c.text, entry)
		}
	}
}

func TestChecks(t *testing.T) {
	e := law(t)
	for _, c := range []struct {
		row  map[string]string
		want string
	}{
		{map[string]string{"semantics": "assessed", "expected_total_duty_usd": "1753.3"}, "duty $1753.30"},
		{map[string]string{"semantics": "legal", "expected_total_duty_usd": "10", "entry_date": "2026-02-20"}, "legal $10.00"},
		{map[string]string{"semantics": "component", "breakdown": "section_338_component_rate=50.0%; section_338_entry_component_rate=0.0%"}, "s338.* 50%; s338.* 0%"},
		{map[string]string{"semantics": "component", "breakdown": "s.122 1000; reciprocal 0"}, "s122.* $1000.00; ieepa.reciprocal $0.00"},
		{map[string]string{"semantics": "component", "breakdown": "top-up 800 (7% + 8% = 15%)", "ch99_headings": "9903.02.73"}, "9903.02.73 $800.00"},
		{map[string]string{"semantics": "component", "breakdown": "top-up on non-steel: (15%-2.9%) x 4000 = 484", "ch99_headings": "9903.02.20"}, "9903.02.20 $484.00"},
		{map[string]string{"semantics": "component", "breakdown": "40% in lieu of 35% (amount 4000 derived)", "ch99_headings": "9903.01.16 9903.01.26"}, "9903.01.16 $4000.00"},
		{map[string]string{"semantics": "component", "breakdown": "note 31 heading rate 25%"}, "9903.91.xx 25%"},
		{map[string]string{"semantics": "component", "breakdown": "9903.91.08 100% = 10000"}, "9903.91.08 $10000.00"},
		{map[string]string{"semantics": "component", "breakdown": "2000 (below the 20% threshold)", "ch99_headings": "9903.02.69"}, "9903.02.69 $2000.00"},
		{map[string]string{"semantics": "component", "breakdown": "total 1250 = 1000 (301 50% of 2000) + 250"}, "duty $1250.00"},
		{map[string]string{"semantics": "headings", "ch99_headings": "9903.91.07 (not 9903.91.04)"}, "has 9903.91.07; not 9903.91.04"},
		{map[string]string{"semantics": "headings", "ch99_headings": "(no 9903.45.3x)"}, "not 9903.45.3x"},
		{map[string]string{"semantics": "headings", "ch99_headings": "IMPORT PROHIBITED (dairy)"}, "prohibited"},
		{map[string]string{"semantics": "rate-rule", "expected_rate_pct": "15.0", "breakdown": "reciprocal additional duty 15%", "ch99_headings": "9903.02.04"}, "9903.02.04 15%"},
		{map[string]string{"semantics": "rate-rule", "expected_rate_pct": "0", "breakdown": "in-transit exemption", "ch99_headings": "9903.01.28"}, "ieepa.reciprocal 0%; has 9903.01.28"},
		{map[string]string{"semantics": "rate-rule", "expected_rate_pct": "15", "breakdown": "total with column 1 is 15%", "ch99_headings": "9903.94.61"}, "mfn+s232.autos 15%; has 9903.94.61"},
		{map[string]string{"semantics": "fee", "fees": "MPF min 27.23 max 528.33"}, "mpf $27.23; mpf $528.33"},
		{map[string]string{"semantics": "fee", "fees": "HMF 0.00"}, "hmf $0.00"},
	} {
		entry := kanzei.Entry{HTS: kanzei.MustHTS("9506.62.40.40"), Origin: kanzei.MustOrigin("CA"), Date: kanzei.DayOf(2026, 2, 20), Value: 10_000 * kanzei.Dollar}
		got, err := checks(e, c.row, &entry, "")
		if err != nil {
			t.Errorf("%v: %v", c.row, err)
			continue
		}
		var words []string
		for _, k := range got {
			words = append(words, k.String())
		}
		if s := strings.Join(words, "; "); s != c.want {
			t.Errorf("%v is read as %q, not %q", c.row, s, c.want)
		}
	}
	if _, err := checks(e, map[string]string{"semantics": "component", "breakdown": "phlogiston 5%"}, &kanzei.Entry{HTS: kanzei.MustHTS("9506.62.40.40")}, ""); err == nil {
		t.Error("an unknown component is read")
	}
}

// TestWorkedRow runs one row of each outcome through the whole of worked.
func TestWorkedRow(t *testing.T) {
	e := law(t)
	m, err := readMapping(mapText)
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"id": "X-1", "hts": "8703.23.01.40", "origin": "JP", "entry_date": "2025-04-15", "entered_value_usd": "30000", "expected_total_duty_usd": "8250", "semantics": "assessed", "ch99_headings": "9903.94.01"}
	if wrong, _ := judge(e, m, row); len(wrong) > 0 {
		t.Errorf("a car of April 2025: %v", wrong)
	}
	row["expected_total_duty_usd"] = "8251"
	if wrong, detail := judge(e, m, row); len(wrong) != 1 || !slices.ContainsFunc(detail, func(s string) bool { return strings.Contains(s, "9903.94.01") }) {
		t.Errorf("a wrong amount: %v %v", wrong, detail)
	}
	row["facts"] = "painted on a Tuesday"
	if wrong, _ := judge(e, m, row); len(wrong) != 1 || !strings.Contains(wrong[0], "cannot read the facts") {
		t.Errorf("unreadable facts: %v", wrong)
	}
	// A number that is not printed is answered by the first under its line.
	row = map[string]string{"id": "X-2", "hts": "8703.23.01.00", "origin": "KR", "entry_date": "2026-08-01", "entered_value_usd": "10000", "expected_total_duty_usd": "1500", "semantics": "assessed"}
	if wrong, _ := judge(e, m, row); len(wrong) > 0 {
		t.Errorf("a car of Korea: %v", wrong)
	}
}

func TestCommittedFiles(t *testing.T) {
	m, err := readMapping(mapText)
	if err != nil {
		t.Error(err)
	}
	misses, err := readMisses(missesText)
	if err != nil {
		t.Error(err)
	}
	for id, x := range misses {
		if len(x.text) < 6 {
			t.Errorf("%s is not explained", id)
		}
	}
	if _, err := readReasons(reasonsText); err != nil {
		t.Error(err)
	}
	if _, ok := m.rows["OF-092"]; !ok {
		t.Error("worked.map has no OF-092")
	}
	for _, bad := range []string{"no colon here", "class (x): 12345678901", "assume 99: x y z\norigin (all): XX"} {
		if _, err := readMapping(bad); err == nil && bad != "assume 99: x" {
			t.Errorf("%q is read", bad)
		}
	}
	for _, bad := range []string{"A | b", "A | maybe | text", "A | gap |", "A | gap | x\nA | gap | y"} {
		if _, err := readMisses(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestSkipsWithoutOracle(t *testing.T) {
	for name := range commands {
		if err := run([]string{name, "-oracle", t.TempDir()}); err != nil {
			t.Errorf("%s without the oracle: %v", name, err)
		}
	}
	if err := run([]string{"everything"}); err == nil {
		t.Error("an unknown command is taken")
	}
}

// TestOracle holds the score where the answers of others are at hand.
func TestOracle(t *testing.T) {
	dir := os.Getenv("KANZEI_ORACLE")
	if dir == "" {
		t.Skip("KANZEI_ORACLE names no folder")
	}
	for _, name := range []string{"worked", "peers", "stacking"} {
		if err := run([]string{name, "-oracle", dir, "-law", "../../law"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
