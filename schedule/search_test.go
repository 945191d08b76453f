package schedule

import (
	"slices"
	"strings"
	"testing"

	"kanzei"
)

func TestDescribe(t *testing.T) {
	s := mustLoad(t)
	for _, c := range []struct{ code, day, want string }{ // wording of the editions
		{"0101.30.00", "2025-04-15", "Live horses, asses, mules and hinnies: | Asses"},
		{"0101.21.00.10", "2025-04-15", "Live horses, asses, mules and hinnies: | Horses: | Purebred breeding animals | Males"},
		{"0102.29.40.62", "2026-05-01", "Live bovine animals: | Cattle: | Other: | Other | Weighing 320 kg or more each: | For immediate slaughter: | Steers"},
		{"0101.21.00.10", "2026-05-30", "Live horses, asses, mules and hinnies: | Horses: | Purebred breeding animals | Males"}, // heading lost in Rev 9
		{"0101", "2025-04-15", "Live horses, asses, mules and hinnies:"},
	} {
		if got := strings.Join(s.Describe(kanzei.MustHTS(c.code), on(c.day)), " | "); got != c.want {
			t.Errorf("%s on %s:\n got %s\nwant %s", c.code, c.day, got, c.want)
		}
	}
	if d := s.Describe(kanzei.MustHTS("8517.12.00.50"), on("2025-04-15")); d != nil {
		t.Errorf("8517.12.00.50 in 2025: %q", d)
	}
}

func TestName(t *testing.T) {
	s := mustLoad(t)
	for h := range s.Codes(on("2026-08-01")) {
		n := s.Name(h, on("2026-08-01"))
		if n == "" || len(n) > nameLimit+12 || strings.ContainsAny(n, "\n<") && strings.Contains(n, "<s") {
			t.Fatalf("%s: %q", h, n)
		}
	}
}

func TestSearch(t *testing.T) {
	s := mustLoad(t)
	day := on("2025-04-15")
	for _, c := range []struct{ query, want string }{ // the line must be among the first five
		{"passenger car 2000 cc", "8703.23.01"},
		{"laptop computer", "8471.30.01.00"},
		{"fresh apples", "0808.10.00"},
		{"sake", "2206.00.45.00"},
		{"rice wine", "2206.00.45.00"},
		{"lithium-ion battery", "8507.60.00"},
		{"brake pads for cars", "8708.30.50"},
		{"men's cotton shirts knitted", "6105.10.00"},
		{"smartphone", "8517.13.00.00"},
		{"seamless line pipe stainless steel", "7304.11.00"},
		{"8703.23", "8703.23.01"},
		{"8703.2", "8703.23.01"},
		{"87032301", "8703.23.01"},
		{"8703230140", "8703.23.01"},
		{"870", "8701.10.01.00"},
	} {
		hits := s.Search(c.query, day, 5)
		if !slices.ContainsFunc(hits, func(h Hit) bool { return h.Rated == kanzei.MustHTS(c.want) }) {
			t.Errorf("%q: %+v, want %s", c.query, hits, c.want)
		}
		if !slices.Equal(hits, s.Search(c.query, day, 5)) {
			t.Errorf("%q: not the same twice", c.query)
		}
	}
	for query, want := range map[string]string{ // the best hit
		"passenger car 2000 cc": "8703.23.01", // exceeding 1,500 cc but not exceeding 3,000 cc
		"car 1,500cc":           "8703.22.01", // exceeding 1,000 cc but not exceeding 1,500 cc
		"car 1501 cc":           "8703.23.01",
		"auto parts":            "8708.70.60",
		"kimono":                "6208.91.10",
		"excavator":             "8429.52.10",
	} {
		if hits := s.Search(query, day, 1); len(hits) == 0 || hits[0].Rated != kanzei.MustHTS(want) {
			t.Errorf("%q: %+v, want %s", query, hits, want)
		}
	}
	for _, q := range []string{"", "the of and", "xyzzy", "99999", "123456789012", "..."} {
		if hits := s.Search(q, day, 5); len(hits) != 0 {
			t.Errorf("%q: %+v", q, hits)
		}
	}
}

func TestCarry(t *testing.T) {
	s := mustLoad(t)
	for _, c := range []struct{ code, from, to, want, how string }{
		{"8703.23.01.40", "2024-06-01", "2026-08-01", "8703.23.01.40", "same number"},
		{"0709.70.00.00", "2024-06-01", "2026-03-01", "0709.70.00.10 0709.70.00.50", "transferred 2026-02-01"},
		{"0709.70.00.50", "2026-03-01", "2024-06-01", "0709.70.00.00", "transferred 2026-02-01"},
		{"8708.29.51.60", "2024-06-01", "2026-07-01", "8708.29.51.50 8708.29.51.90", "transferred 2026-07-01"},
		{"3004.90.92.13", "2026-06-30", "2026-07-01", "3004.90.92.14", "transferred 2026-07-01"}, // the number lives on with other goods
		{"0603.19.01.95", "2024-06-01", "2025-06-01", "0603.19.01.37 0603.19.01.55 0603.19.01.97", "same 8-digit line"},
		{"8517.12.00.50", "2021-06-01", "2025-06-01", "", ""},
	} {
		var got []string
		for _, x := range s.Carry(kanzei.MustHTS(c.code), on(c.from), on(c.to)) {
			got = append(got, x.HTS.String())
			if !strings.HasPrefix(x.How, c.how) {
				t.Errorf("%s: %s by %q, want %q", c.code, x.HTS, x.How, c.how)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s from %s to %s: %v, want %s", c.code, c.from, c.to, got, c.want)
		}
	}
	// every number of mid 2024 reaches a number of mid 2026
	lost := 0
	for h := range s.Codes(on("2024-06-01")) {
		next := s.Carry(h, on("2024-06-01"), on("2026-08-01"))
		if len(next) == 0 {
			lost++
			t.Logf("%s has no successor", h)
		}
		for _, n := range next {
			if _, err := s.Line(n.HTS, on("2026-08-01")); err != nil {
				t.Fatalf("%s to %s: %v", h, n.HTS, err)
			}
		}
	}
	if lost > 0 {
		t.Errorf("%d numbers of 2024 have no successor in 2026", lost)
	}
	if c := s.Changes(kanzei.MustHTS("0709.70.00")); len(c) != 2 {
		t.Errorf("changes of 0709.70.00: %+v", c)
	}
}
