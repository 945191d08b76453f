package schedule

import (
	"fmt"
	"strings"
	"testing"

	"kanzei"
)

func TestParseRate(t *testing.T) {
	for _, c := range []struct { // codes are those of 2025 Basic that print the text, general or column 2
		text     string
		kind     kanzei.RateKind
		percent  string
		specific string // amounts in 1e-8 dollar
	}{
		{"", kanzei.RateNone, "0", ""},
		{"Free", kanzei.Free, "0", ""},
		{"Free, under bond", kanzei.Free, "0", ""},                           // 5101.11.10.00
		{"2.5%", kanzei.AdValorem, "2.5", ""},                                // 8703.23.01
		{"2.5% <u></u>", kanzei.AdValorem, "2.5", ""},                        // 8708.29.51 in 2024 Basic
		{"37% /", kanzei.AdValorem, "37", ""},                                // 2909.19.18.00
		{"2.2%`", kanzei.AdValorem, "2.2", ""},                               // 8456.40.90.00 in 2022
		{"33 1/3%", kanzei.AdValorem, "33.333333", ""},                       // 4202.29.20.00
		{"6.5% on the entire set", kanzei.AdValorem, "6.5", ""},              // 3213.10.00.00
		{"3.4¢/kg", kanzei.Specific, "0", "3400000/kg"},                      //
		{"1.3¢;/kg + 5.7%", kanzei.Compound, "5.7", "1300000/kg"},            // 2710.19.40.00 in 2018
		{"1 cents/kg", kanzei.Specific, "0", "1000000/kg"},                   // annual database
		{"$1.035/kg + 14.9%", kanzei.Compound, "14.9", "103500000/kg"},       //
		{"$1.13/m<sup>3</sup>", kanzei.Specific, "0", "113000000/m3"},        // 0806.10.20
		{"37.5¢ each + 5.6%", kanzei.Compound, "5.6", "37500000/no."},        //
		{"76¢/pr. + 32%", kanzei.Compound, "32", "76000000/pr."},             // 6402.19.50
		{"18.9¢/pf.liter", kanzei.Specific, "0", "18900000/pf.liter"},        // 2207.10.30.00
		{"$1.32/pf. liter", kanzei.Specific, "0", "132000000/pf.liter"},      //
		{"$6/1000", kanzei.Specific, "0", "600000000/thousand"},              // 0601.10.15.00
		{"$1/1,000 pins + 35%", kanzei.Compound, "35", "100000000/thousand"}, // 9209.91.40.00
		{"3.7¢/kg on drained weight", kanzei.Specific, "0", "3700000/kg drained weight"},
		{"22¢/kg on drained weight+45%", kanzei.Compound, "45", "22000000/kg drained weight"},
		{"$1.32/t, including weight of container", kanzei.Specific, "0", "132000000/t including container"},
		{"8.8¢/kg on copper content + 3.3¢/kg on lead content", kanzei.Specific, "0", "8800000/kg copper content, 3300000/kg lead content"},
		{"0.3¢/line/ gross + 4.6%", kanzei.Compound, "4.6", "300000/gross line"},
		{"17¢ each + 2.5% + 1¢/jewel", kanzei.Compound, "2.5", "17000000/no., 1000000/jewel"},
		{"86.1¢/m<sup>2</sup>of recording surface", kanzei.Specific, "0", "86100000/m2 recording surface"},
		{"0.0622005¢/kg", kanzei.RateByText, "0", ""}, // finer than 1e-8 dollar
		{"40¢ each + 6% on the case", kanzei.RateByText, "0", ""},
		{"43¢ each + 2.8¢/jewel over 7 + 3.7% on the case", kanzei.RateByText, "0", ""},
		{"2.5% on the value of the lead content", kanzei.RateByText, "0", ""},
		{"The rate applicable to each garment in the ensemble if separately entered", kanzei.RateByText, "0", ""},
		{"See 9823.01.01-9823.01.07", kanzei.RateByText, "0", ""},
		{"$1.06¢/kg", kanzei.RateByText, "0", ""}, // misprint, 2106.90.26.00 (PA) in 2018
		{"+", kanzei.RateByText, "0", ""},
		{"5% + 5%", kanzei.RateByText, "0", ""},
	} {
		r := ParseRate(c.text)
		if r.Kind != c.kind || r.Kind != kanzei.RateByText && r.AdValorem.String() != c.percent || c.kind != kanzei.RateByText && specifics(r) != c.specific {
			t.Errorf("%q: got %v %s %v, want %v %s %v", c.text, r.Kind, r.AdValorem, r.Specific, c.kind, c.percent, c.specific)
		}
	}
}

func specifics(r kanzei.Rate) string {
	var parts []string
	for _, u := range r.Specific {
		parts = append(parts, fmt.Sprintf("%d/%s", u.Amount, u.Unit))
	}
	return strings.Join(parts, ", ")
}

func TestParseSpecial(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"Free (A+,AU,BH, CL ,S, SG)": "A+ AU BH CL S SG: Free",
		"Free(A,AU)1.4% (JP)":        "A AU: Free; JP: 1.4%",
		"Free (BH,CL) 1.7% (KR) See 9822.04.01-9822.04.03 (AU)":           "BH CL: Free; KR: 1.7%; AU: See 9822.04.01-9822.04.03",
		"Free (AU,SG) 37.5% (KR)(s)":                                      "AU SG: Free; KR: 37.5%",
		"Free (AU,MX.OM) (PE)":                                            "AU MX OM PE: Free",
		"Free (A,AU,E IL,JO":                                              "A AU E IL JO: Free",
		"Free (MX,OM, P,PA))":                                             "MX OM P PA: Free",
		"1¢/kg less 1¢/kg (and fractions of a degree in proportion) (AU)": "AU: 1¢/kg less 1¢/kg (and fractions of a degree in proportion)",
		"(A+,AU)": "A+ AU: (A+,AU)", // the rate is lost in print
		"Free":    ": Free",
	} {
		var parts []string
		for _, s := range ParseSpecial(text) {
			parts = append(parts, strings.Join(s.Programs, " ")+": "+s.Rate.Text)
		}
		if got := strings.Join(parts, "; "); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestConvert(t *testing.T) {
	for _, c := range []struct {
		q        int64
		from, to string
		want     int64
		ok       bool
	}{
		{120000, "No.", "doz.", 10000, true},
		{10000, "t", "kg", 10000000, true},
		{5000000, "g", "kg", 5000, true},
		{10000, "thousands", "each", 10000000, true},
		{10000, "liters", "liter", 10000, true},
		{10000, "No.", "kg", 0, false},
		{10000, "X", "kg", 0, false},
	} {
		if got, ok := Convert(c.q, c.from, c.to); got != c.want || ok != c.ok {
			t.Errorf("%d %s in %s: %d %v, want %d %v", c.q, c.from, c.to, got, ok, c.want, c.ok)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"Free", "2.5%", "3.4¢/kg", "$1.035/kg + 14.9%", "33 1/3%", "37.5¢ each + 5.6% on the case", "8.8¢/kg on copper content", "Free (A,AU) 1% (KR)", "<sup>", "9999999.99999999%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := ParseRate(s)
		if again := ParseRate(r.Text); again.Kind != r.Kind || again.AdValorem != r.AdValorem {
			t.Errorf("%q: %v from the text, %v from its clean form %q", s, r.Kind, again.Kind, r.Text)
		}
		if r.AdValorem < 0 {
			t.Errorf("%q: negative rate", s)
		}
		for _, u := range r.Specific {
			if u.Amount < 0 || u.Unit == "" {
				t.Errorf("%q: %+v", s, u)
			}
		}
		ParseSpecial(s)
	})
}
