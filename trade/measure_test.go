package trade

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kanzei"
)

var (
	april = kanzei.DayOf(2025, 4, 15)
	july  = kanzei.DayOf(2025, 7, 9)
	japan = kanzei.MustOrigin("JP")
)

func pct(s string) kanzei.Fraction {
	f, err := kanzei.ParsePercent(s)
	if err != nil {
		panic(err)
	}
	return f
}

func line(code string, valueUSD, dutyUSD int64) Line {
	return Line{HTS: kanzei.MustHTS(code), ValueUSD: valueUSD, DutyUSD: dutyUSD}
}

func partner(lines ...Line) Partner {
	p := Partner{Origin: japan, Name: "Japan", Lines: lines}
	for _, l := range lines {
		p.TotalUSD += l.ValueUSD
		p.DutyUSD += l.DutyUSD
	}
	return p
}

// A page one can follow by hand: cars, a part that splits in two, cheese with
// a specific rate, a lathe with steel, a code struck, goods returned.
func handPartner() Partner {
	return partner(
		line("0406.90.00.00", 1_000, 160),
		line("8458.11.00.00", 2_000, 88),
		line("8703.23.01.40", 10_000, 250),
		line("8708.99.81.80", 101, 3),
		line("8708.99.81.90", 500, 12),
		line("9801.00.10.00", 300, 0),
	)
}

func handCarry(h kanzei.HTS, _ kanzei.Day) []kanzei.HTS {
	switch h {
	case kanzei.MustHTS("8708.99.81.80"):
		return []kanzei.HTS{kanzei.MustHTS("8708.99.81.85"), kanzei.MustHTS("8708.99.81.82"), kanzei.MustHTS("8708.99.81.85")}
	case kanzei.MustHTS("8708.99.81.90"):
		return nil
	}
	return []kanzei.HTS{h}
}

func handRate(g Goods) (Outcome, error) {
	o := Outcome{Base: pct("2.5")}
	switch g.HTS.Chapter() {
	case 4:
		o.BaseObserved = true
		o.Parts = []Part{{"ieepa.reciprocal", "9903.01.25", pct("10"), pct("10")}}
	case 84: // 25 % on the steel, 10 % on the rest
		o.Base = pct("4.4")
		if g.ContentKnown {
			s := g.Content.Steel
			steel := kanzei.Fraction(kanzei.MulDiv(int64(s), 25, 100))
			rest := kanzei.Fraction(kanzei.MulDiv(int64(kanzei.One-s), 10, 100))
			o.Parts = []Part{{"s232.steel", "9903.81.91", steel, steel}, {"ieepa.reciprocal", "9903.01.25", rest, rest}}
			break
		}
		o.Status = kanzei.Range
		o.Parts = []Part{{"s232.steel", "9903.81.91", 0, pct("25")}, {"ieepa.reciprocal", "9903.01.25", 0, pct("10")}}
		o.AddMin, o.AddMax = pct("10"), pct("25")
		o.Note = "steel content unknown"
	case 87:
		o.Parts = []Part{{"s232.autos", "9903.94.01", pct("25"), pct("25")}, {"s232.autos", "9903.94.09", 0, 0}}
	}
	return o, nil
}

func TestMeasureByHand(t *testing.T) {
	e, err := Measure(handPartner(), []State{{"now", april, april, RaterFunc(handRate)}}, Options{Carry: handCarry, Digits: 4, Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	r := e.States[0]
	if want := (Coverage{
		TotalUSD: 13_901, MappedUSD: 13_000, SplitUSD: 101, UnmappedUSD: 500, SpecialUSD: 300,
		Lines: 6, MappedLines: 3, SplitLines: 1, UnmappedLines: 1, SpecialLines: 1,
	}); r.Coverage != want {
		t.Errorf("coverage %+v", r.Coverage)
	}
	if want := (Answers{ExactUSD: 11_101, RangeUSD: 2_000}); r.Answers != want {
		t.Errorf("answers %+v", r.Answers)
	}
	// Base: 160 observed + 88 + 250 + (51 and 50 at 2.5 %: 1 and 1).
	// Additional: 100 + 200…500 + 2500 + (51 and 50 at 25 %: 13 and 13).
	if r.BaseUSD != 500 || r.AdditionalMinUSD != 2_826 || r.AdditionalMaxUSD != 3_126 || r.HitUSD != 13_101 || r.BaseObservedUSD != 1_000 {
		t.Errorf("amounts %+v", r.Amounts)
	}
	if got := r.HitMinPct.String(); got != "21.5709" { // 2826/13101
		t.Errorf("average additional rate on value hit %s", got)
	}
	if got := r.TotalMaxPct.String(); got != "26.0845" { // 3626/13901
		t.Errorf("average rate %s", got)
	}
	want := []ProgramRow{
		{"s232.autos", 10_101, 2_526, 2_526, pct("18.1714"), pct("18.1714"), pct("25.0074"), pct("25.0074"), []HeadingRow{{"9903.94.01", 10_101, 2_526, 2_526}}},
		{"s232.steel", 2_000, 0, 500, 0, pct("3.5969"), 0, pct("25"), []HeadingRow{{"9903.81.91", 2_000, 0, 500}}},
		{"ieepa.reciprocal", 3_000, 100, 300, pct("0.7194"), pct("2.1581"), pct("3.3333"), pct("10"), []HeadingRow{{"9903.01.25", 3_000, 100, 300}}},
	}
	if d := gocmp.Diff(want, r.Programs); d != "" {
		t.Error(d)
	}
	if len(r.Products) != 2 || r.Products[0].HTS != kanzei.MustHTS("8703") || r.Products[1].HTS != kanzei.MustHTS("8458") || r.Others.ValueUSD != 1_901 {
		t.Errorf("products %+v, others %+v", r.Products, r.Others)
	}
	if d := gocmp.Diff([]NoteRow{{"steel content unknown", 2_000}}, r.Notes); d != "" {
		t.Error(d)
	}
	if r.Chapter(87).AdditionalMaxUSD != 2_526 || r.Chapter(98).ValueUSD != 300 || r.Program("s301").HitUSD != 0 {
		t.Error("look-ups of rows")
	}
	if all := strings.Join(e.Assumptions, "\n"); !strings.Contains(all, "equal-split") || !strings.Contains(all, "observed-2024") {
		t.Errorf("assumptions %q", all)
	}
}

func TestMeasureWithAssumption(t *testing.T) {
	a, err := AssumptionNamed("bea-content")
	if err != nil {
		t.Fatal(err)
	}
	p := partner(line("8458.11.00.30", 1_000_000, 0))
	c, ok := a.Content(p.Lines[0].HTS)
	if !ok || c.Steel == 0 {
		t.Fatal("no steel in a lathe")
	}
	e, err := Measure(p, []State{{"now", april, april, RaterFunc(handRate)}}, Options{Assumption: a})
	if err != nil {
		t.Fatal(err)
	}
	r := e.States[0]
	if r.Range() || r.Answers.ExactUSD != 1_000_000 {
		t.Errorf("still a range: %+v", r.Amounts)
	}
	if got, want := r.Program("s232.steel").MaxUSD, kanzei.MulDiv(1_000_000, int64(c.Steel)/4, int64(kanzei.One)); got != want {
		t.Errorf("steel duty %d, want %d", got, want)
	}
	if !strings.Contains(strings.Join(e.Assumptions, "\n"), "bea-content") {
		t.Errorf("assumptions %q do not name the set", e.Assumptions)
	}
}

// The additional duties of 2024 come out of the duty observed in 2024.
func TestReference(t *testing.T) {
	rater := RaterFunc(func(Goods) (Outcome, error) { return Outcome{BaseObserved: true}, nil })
	reference := RaterFunc(func(g Goods) (Outcome, error) {
		return Outcome{Parts: []Part{{"s301", "9903.88.03", pct("25"), pct("25")}}}, nil
	})
	p := partner(line("2008.11.15.00", 1_000, 300), line("2008.11.25.00", 1_000, 200))
	for _, c := range []struct {
		ref  Rater
		want int64
	}{{nil, 500}, {reference, 50}} {
		e, err := Measure(p, []State{{"now", april, april, rater}}, Options{Reference: c.ref})
		if err != nil {
			t.Fatal(err)
		}
		if e.States[0].BaseUSD != c.want {
			t.Errorf("base %d, want %d", e.States[0].BaseUSD, c.want)
		}
	}
}

func TestMeasureProblems(t *testing.T) {
	state := func(o Outcome) []State {
		return []State{{"now", april, april, RaterFunc(func(Goods) (Outcome, error) { return o, nil })}}
	}
	part := func(min, max string) []Part { return []Part{{"s232.autos", "9903.94.01", pct(min), pct(max)}} }
	p := handPartner()
	wrong := p
	wrong.TotalUSD++
	union := p
	union.Origin = 0
	for _, c := range []struct {
		p    Partner
		o    Outcome
		opt  Options
		code string
	}{
		{p, Outcome{Parts: part("25", "10")}, Options{}, "trade.rater"},
		{p, Outcome{Parts: part("-1", "10")}, Options{}, "trade.rater"},
		{p, Outcome{Base: -1}, Options{}, "trade.rater"},
		{p, Outcome{Parts: part("10", "25"), AddMin: pct("5"), AddMax: pct("25")}, Options{}, "trade.rater"},
		{p, Outcome{Parts: part("10", "25"), AddMin: pct("10"), AddMax: pct("30")}, Options{}, "trade.rater"},
		{p, Outcome{}, Options{Digits: 5}, "trade.digits"},
		{wrong, Outcome{}, Options{}, "trade.value"},
		{union, Outcome{}, Options{}, "trade.origin"},
	} {
		_, err := Measure(c.p, state(c.o), c.opt)
		var problem *kanzei.Problem
		if !errors.As(err, &problem) || problem.Code != c.code {
			t.Errorf("%s: %v", c.code, err)
		}
	}
	if _, err := Measure(union, state(Outcome{}), Options{RateAs: kanzei.MustOrigin("DE")}); err != nil {
		t.Error(err)
	}
	e, err := Measure(p, state(Outcome{Base: pct("5"), Parts: part("1", "1"), Status: kanzei.Unsupported}), Options{})
	if err != nil || e.States[0].Answers.UnsupportedUSD != 13_601 || e.States[0].BaseUSD != 0 || e.States[0].HitUSD != 0 {
		t.Errorf("unsupported law: %+v, %v", e, err)
	}
	broken := errors.New("no such edition")
	_, err = Measure(p, []State{{"now", april, april, RaterFunc(func(Goods) (Outcome, error) { return Outcome{}, broken })}}, Options{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "0406.90.00.00") {
		t.Errorf("error of the rater: %v", err)
	}
}

func drawFraction(t *rapid.T, name string, max kanzei.Fraction) kanzei.Fraction {
	return kanzei.Fraction(rapid.Int64Range(0, int64(max)).Draw(t, name))
}

// Random trade, concordance and law: every table sums to the total.
func TestMeasureSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tens := rapid.SliceOfNDistinct(rapid.Uint64Range(101_000_000, 9_999_999_999), 1, 40, rapid.ID).Draw(t, "codes")
		var lines []Line
		for _, n := range tens {
			lines = append(lines, Line{HTS: kanzei.HTSFromTen(n, 10), ValueUSD: rapid.Int64Range(0, 1e11).Draw(t, "value"), DutyUSD: rapid.Int64Range(0, 1e10).Draw(t, "duty")})
		}
		slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.HTS, b.HTS) })
		ranges := rapid.Bool().Draw(t, "ranges")
		carry := map[kanzei.HTS][]kanzei.HTS{}
		rates := map[kanzei.HTS]Outcome{}
		for _, l := range lines {
			for range rapid.IntRange(0, 4).Draw(t, "successors") {
				h := kanzei.HTSFromTen(rapid.Uint64Range(101_000_000, 9_799_999_999).Draw(t, "successor"), 10)
				carry[l.HTS] = append(carry[l.HTS], h)
				rates[h] = drawOutcome(t, ranges)
			}
		}
		states := []State{{"now", april, april, RaterFunc(func(g Goods) (Outcome, error) { return rates[g.HTS], nil })}, {"next", july, april, RaterFunc(func(Goods) (Outcome, error) { return Outcome{}, nil })}}
		opt := Options{
			Carry:  func(h kanzei.HTS, _ kanzei.Day) []kanzei.HTS { return carry[h] },
			Sector: func(h kanzei.HTS) string { return fmt.Sprint(h.Chapter() % 7) },
			Digits: rapid.SampledFrom([]int{4, 6, 8, 10}).Draw(t, "digits"), Top: rapid.IntRange(-1, 50).Draw(t, "top"),
		}
		p := partner(lines...)
		e, err := Measure(p, states, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range e.States {
			checkSums(t, p, &r, ranges)
		}
		again, err := Measure(p, states, opt)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(e)
		b, _ := json.Marshal(again)
		if !bytes.Equal(a, b) {
			t.Fatal("two measurements differ")
		}
	})
}

func drawOutcome(t *rapid.T, ranges bool) Outcome {
	o := Outcome{Base: drawFraction(t, "base", kanzei.One), BaseObserved: rapid.Bool().Draw(t, "observed")}
	o.Status = rapid.SampledFrom([]kanzei.Status{"", kanzei.Exact, kanzei.Range, kanzei.Unsupported}).Draw(t, "status")
	var lo, hi kanzei.Fraction
	for range rapid.IntRange(0, 3).Draw(t, "parts") {
		p := Part{Program: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "program"), Heading: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "heading")}
		p.Max = drawFraction(t, "max", 2*kanzei.One)
		p.Min = p.Max
		if ranges {
			p.Min = drawFraction(t, "min", p.Max)
		}
		lo, hi = lo+p.Min, hi+p.Max
		o.Parts = append(o.Parts, p)
	}
	if ranges && hi > 0 {
		o.AddMin = lo + drawFraction(t, "more", hi-lo)
		o.AddMax = o.AddMin + drawFraction(t, "most", hi-o.AddMin)
	}
	return o
}

func checkSums(t *rapid.T, p Partner, r *Result, ranges bool) {
	c := r.Coverage
	if c.TotalUSD != p.TotalUSD || c.MappedUSD+c.SplitUSD+c.UnmappedUSD+c.SpecialUSD != c.TotalUSD || r.ValueUSD != c.TotalUSD {
		t.Fatalf("coverage %+v of %d", c, p.TotalUSD)
	}
	if c.MappedLines+c.SplitLines+c.UnmappedLines+c.SpecialLines != c.Lines || c.Lines != len(p.Lines) {
		t.Fatalf("lines %+v", c)
	}
	if a := r.Answers; a.ExactUSD+a.RangeUSD+a.UnsupportedUSD != c.MappedUSD+c.SplitUSD {
		t.Fatalf("answers %+v, coverage %+v", a, c)
	}
	var chapters, sectors, products Amounts
	for _, row := range r.Chapters {
		chapters.add(row.Amounts)
	}
	for _, row := range r.Sectors {
		sectors.add(row.Amounts)
	}
	for _, row := range r.Products {
		products.add(row.Amounts)
	}
	products.add(r.Others)
	var total Amounts
	total.add(r.Amounts)
	for name, sum := range map[string]Amounts{"chapters": chapters, "sectors": sectors, "products": products} {
		if sum != total {
			t.Fatalf("%s sum to %+v, not %+v", name, sum, total)
		}
	}
	if r.AdditionalMinUSD > r.AdditionalMaxUSD || r.HitUSD > r.ValueUSD {
		t.Fatalf("amounts %+v", r.Amounts)
	}
	var lo, hi int64
	for _, row := range r.Programs {
		var hLo, hHi int64
		for _, h := range row.Headings {
			hLo, hHi = hLo+h.MinUSD, hHi+h.MaxUSD
		}
		if hLo != row.MinUSD || hHi != row.MaxUSD || row.HitUSD > r.HitUSD {
			t.Fatalf("program %+v", row)
		}
		lo, hi = lo+row.MinUSD, hi+row.MaxUSD
	}
	slack := int64(0)
	if ranges { // bounds of the whole lie inside the sums of the programs' own
		slack = 4 * int64(len(p.Lines)) * 4
	}
	if lo > r.AdditionalMinUSD+slack || hi < r.AdditionalMaxUSD-slack {
		t.Fatalf("programs %d to %d, whole %d to %d", lo, hi, r.AdditionalMinUSD, r.AdditionalMaxUSD)
	}
	if !ranges && (lo != r.AdditionalMinUSD || hi != r.AdditionalMaxUSD) {
		t.Fatalf("programs sum to %d to %d, whole %d to %d", lo, hi, r.AdditionalMinUSD, r.AdditionalMaxUSD)
	}
}

// Japan under 10 % on everything and 25 % on chapter 87: the arithmetic of a
// line done once more, on the sums.
func TestMeasureJapan(t *testing.T) {
	e, err := Measure(mustPartner(t, "JP"), []State{{"now", april, april, RaterFunc(flat)}}, Options{Top: -1, Digits: 4})
	if err != nil {
		t.Fatal(err)
	}
	r := e.States[0]
	autos := r.Program("s232.autos")
	if want := r.Chapter(87).ValueUSD / 4; autos.HitUSD != r.Chapter(87).ValueUSD || autos.MaxUSD < want-200 || autos.MaxUSD > want+200 {
		t.Errorf("chapter 87: %+v, want about %d", autos, want)
	}
	rest := r.Coverage.MappedUSD - autos.HitUSD
	if got := r.Program("ieepa.reciprocal"); got.HitUSD != rest || got.MaxUSD < rest/10-6000 || got.MaxUSD > rest/10+6000 {
		t.Errorf("the rest: %+v, want about %d", got, rest/10)
	}
	b, err := json.Marshal(e)
	if err != nil || !bytes.Contains(b, []byte(`"additional_on_hit_min_pct":"`)) || !bytes.Contains(b, []byte(`"chapters_98_99_usd":`)) {
		t.Errorf("JSON: %.300s, %v", b, err)
	}
}

func flat(g Goods) (Outcome, error) {
	if g.HTS.Chapter() == 87 {
		return Outcome{Base: pct25, Parts: []Part{{"s232.autos", "9903.94.01", kanzei.Percent(25), kanzei.Percent(25)}}}, nil
	}
	return Outcome{Base: pct25, Parts: []Part{{"ieepa.reciprocal", "9903.01.25", kanzei.Percent(10), kanzei.Percent(10)}}}, nil
}

var pct25 = pct("2.5")

func BenchmarkMeasureJapan(b *testing.B) {
	p := mustPartner(b, "JP")
	state := State{"now", april, april, RaterFunc(flat)}
	for _, c := range []struct {
		name   string
		states []State
		set    string
	}{{"one", []State{state}, ""}, {"three", []State{state, state, state}, ""}, {"content", []State{state}, "bea-content"}} {
		b.Run(c.name, func(b *testing.B) {
			opt := Options{Carry: func(h kanzei.HTS, _ kanzei.Day) []kanzei.HTS { return []kanzei.HTS{h} }}
			if c.set != "" {
				opt.Assumption, _ = AssumptionNamed(c.set)
			}
			for b.Loop() {
				if _, err := Measure(p, c.states, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
