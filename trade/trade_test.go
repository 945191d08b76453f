package trade

import (
	"errors"
	"math"
	"testing"

	"kanzei"
	"kanzei/trade/edition"
)

// Figures: US Census Bureau, imports for consumption 2024, as checked against
// USITC DataWeb in the notes on the sources.

func mustLoad(t testing.TB) *Flows {
	t.Helper()
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustPartner(t testing.TB, code string) Partner {
	t.Helper()
	p, err := mustLoad(t).Partner(kanzei.MustOrigin(code))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near reports whether usd is bn billion dollars to the digits written.
func near(usd int64, bn, digit float64) bool {
	return math.Abs(float64(usd)/1e9-bn) <= digit/2
}

func TestJapan(t *testing.T) {
	p := mustPartner(t, "JP")
	if p.Name != "Japan" || len(p.Lines) != 10_102 {
		t.Errorf("%s has %d lines, want 10102", p.Name, len(p.Lines))
	}
	if p.TotalUSD != 151_340_030_810 || p.DutyUSD != 2_282_216_944 {
		t.Errorf("total %d, duty %d", p.TotalUSD, p.DutyUSD)
	}
	for _, c := range []struct {
		code      string
		bn, digit float64
	}{
		{"8703", 41.904, 0.001}, {"8708", 7.063, 0.001}, {"8704", 0.994, 0.001},
		{"87", 52.1, 0.1}, {"84", 35.2, 0.1}, {"85", 17.6, 0.1},
	} {
		h := kanzei.MustHTS(c.code)
		var usd int64
		for _, l := range p.Lines {
			if h.Contains(l.HTS) {
				usd += l.ValueUSD
			}
		}
		if !near(usd, c.bn, c.digit) {
			t.Errorf("%s: %d, want %v bn", c.code, usd, c.bn)
		}
	}
}

func TestWorld(t *testing.T) {
	f := mustLoad(t)
	w, err := f.World()
	if err != nil {
		t.Fatal(err)
	}
	if w.TotalUSD != 3_208_820_074_369 || !near(w.DutyUSD, 75.63, 0.01) {
		t.Errorf("by line: %d, duty %d; want 3208820074369 and 75.63 bn", w.TotalUSD, w.DutyUSD)
	}
	var value, duty int64
	for _, l := range w.Lines {
		value += l.ValueUSD
		duty += l.DutyUSD
	}
	if value != w.TotalUSD || duty != w.DutyUSD {
		t.Errorf("lines sum to %d and %d, not %d and %d", value, duty, w.TotalUSD, w.DutyUSD)
	}
	value, duty = 0, 0
	for _, p := range f.Partners() {
		value += p.TotalUSD
		duty += p.DutyUSD
	}
	if value != 3_251_151_779_682 || duty != 76_159_762_026 {
		t.Errorf("all partners: %d, duty %d; want 3251151779682 and 76159762026", value, duty)
	}
}

// Every partner's lines, chapters and total agree, and lines ascend.
func TestSums(t *testing.T) {
	f := mustLoad(t)
	withLines := 0
	for _, s := range f.Partners() {
		full, err := f.Summary(s.Origin)
		if err != nil {
			t.Fatal(err)
		}
		var chapters Chapter
		by := map[int]Chapter{}
		for _, c := range full.Chapters {
			chapters.ValueUSD += c.ValueUSD
			chapters.DutyUSD += c.DutyUSD
			by[c.Chapter] = c
		}
		if chapters.ValueUSD != s.TotalUSD || chapters.DutyUSD != s.DutyUSD {
			t.Errorf("%s: chapters sum to %v, total %d", s.Name, chapters, s.TotalUSD)
		}
		if s.Lines == 0 {
			continue
		}
		withLines++
		p, err := f.Partner(s.Origin)
		if err != nil {
			t.Fatal(err)
		}
		last := kanzei.HTS(0)
		for _, l := range p.Lines {
			if l.HTS <= last || l.HTS.Digits() != 10 || l.ValueUSD < 0 || l.DutyUSD < 0 {
				t.Fatalf("%s: line %+v after %s", p.Name, l, last)
			}
			last = l.HTS
			c := by[l.HTS.Chapter()]
			c.ValueUSD -= l.ValueUSD
			c.DutyUSD -= l.DutyUSD
			by[l.HTS.Chapter()] = c
		}
		for n, c := range by {
			if c.ValueUSD != 0 || c.DutyUSD != 0 {
				t.Errorf("%s chapter %02d: lines miss %v", p.Name, n, c)
			}
		}
	}
	if withLines != 50 {
		t.Errorf("%d partners have lines, want 50 beside the European Union", withLines)
	}
}

func TestEuropeanUnion(t *testing.T) {
	f := mustLoad(t)
	eu, err := f.EuropeanUnion()
	if err != nil {
		t.Fatal(err)
	}
	var members, n int64
	for _, p := range f.Partners() {
		if EUMember(p.Origin) {
			members += p.TotalUSD
			n++
		}
	}
	if n != 27 || members != eu.TotalUSD || eu.TotalUSD != 597_473_236_377 {
		t.Errorf("%d members sum to %d, the union has %d", n, members, eu.TotalUSD)
	}
	if s, err := f.Summary(0); err != nil || s.TotalUSD != eu.TotalUSD {
		t.Errorf("summary of the union: %v, %v", s.TotalUSD, err)
	}
}

func TestPartnerProblems(t *testing.T) {
	f := mustLoad(t)
	for _, code := range []string{"DE", "FJ", "US", ""} {
		var o kanzei.Origin
		if code != "" {
			o = kanzei.MustOrigin(code)
		}
		_, err := f.Partner(o)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != "trade.partner" || p.Hint == "" {
			t.Errorf("%q: %v", code, err)
		}
	}
	if s, err := f.Summary(kanzei.MustOrigin("DE")); err != nil || len(s.Chapters) < 90 {
		t.Errorf("Germany: %d chapters, %v", len(s.Chapters), err)
	}
	for _, code := range []string{"CD", "PS"} { // codes that Schedule C writes in its own way
		if s, err := f.Summary(kanzei.MustOrigin(code)); err != nil || s.TotalUSD == 0 {
			t.Errorf("%s: %d, %v", code, s.TotalUSD, err)
		}
	}
}

func TestProvenance(t *testing.T) {
	all, err := Provenance()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Agency != "US Census Bureau" || all[1].Name != "bea-content" {
		t.Errorf("%+v", all)
	}
	for _, s := range all {
		if s.Licence == "" || s.Publication == "" || s.Period == "" || s.Units == "" {
			t.Errorf("%s lacks a field", s.Name)
		}
	}
}

func TestDamaged(t *testing.T) {
	for _, data := range [][]byte{nil, flowsFile[:100], flowsFile[:2000], flowsFile[:len(flowsFile)-1], sharesFile} {
		_, err := Open(data)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != "trade.edition" {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
}

func TestAssumption(t *testing.T) {
	a, err := AssumptionNamed("bea-content")
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.shares()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range s.Contents {
		if c.Steel+c.Aluminum+c.Copper > kanzei.One+2 {
			t.Fatalf("%s has %v", s.Codes[i], c)
		}
	}
	if len(s.Codes) != 20_481 {
		t.Errorf("%d codes, want 20481", len(s.Codes))
	}
	// The Budget Lab at Yale, metal_content_shares_bea_hs10.csv, industry 336111.
	want := Content{Steel: 7_097_056, Aluminum: 1_931_899, Copper: 2_212_855}
	for _, code := range []string{"8703.23.01.40", "8703.22.01.98"} { // the second takes what its heading agrees on
		if c, ok := a.Content(kanzei.MustHTS(code)); !ok || c != want {
			t.Errorf("%s: %v %v, want %v", code, c, ok, want)
		}
	}
	// Industry 33131B: metals of 1.7557 per dollar, scaled to the total of 1.
	if c, ok := a.Content(kanzei.MustHTS("7606.11.60.00")); !ok || math.Abs(float64(c.Aluminum)/1e8-1.6025299075555637/1.7556692) > 1e-7 {
		t.Errorf("aluminum plate: %v %v", c, ok)
	}
	if c, ok := a.Content(kanzei.MustHTS("9999.95.00.00")); ok {
		t.Errorf("low value: %v", c)
	}
	_, err = AssumptionNamed("nonesuch")
	var p *kanzei.Problem
	if !errors.As(err, &p) || p.Code != "trade.assumption" {
		t.Error(err)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Open(flowsFile); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJapan is one partner from nothing, the codes included.
func BenchmarkJapan(b *testing.B) {
	for b.Loop() {
		f, err := Open(flowsFile)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Partner(kanzei.MustOrigin("JP")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWorld(b *testing.B) {
	f := mustLoad(b)
	for b.Loop() {
		if _, err := f.World(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShares(b *testing.B) {
	for b.Loop() {
		if _, err := edition.DecodeShares(sharesFile); err != nil {
			b.Fatal(err)
		}
	}
}
