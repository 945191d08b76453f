package impact_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/impact"
	"kanzei/model"
	"kanzei/panel"
	"kanzei/trade"
)

// the founding day
var on = kanzei.DayOf(2025, 4, 15)

var shared = sync.OnceValues(func() (*impact.Study, error) { return study("icio2022") })

func study(world string) (*impact.Study, error) {
	e, err := duty.Embedded()
	if err != nil {
		return nil, err
	}
	f, err := trade.Load()
	if err != nil {
		return nil, err
	}
	w, err := model.Load(world)
	if err != nil {
		return nil, err
	}
	return impact.NewStudy(e, f, w)
}

func open(t testing.TB) *impact.Study {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rates(t testing.TB, s *impact.Study, names ...string) *impact.Rates {
	t.Helper()
	l, err := s.Law(names, on, on)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Rates(l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func at(t testing.TB, s *impact.Study, sector, economy string) (j, n int) {
	t.Helper()
	j, err := s.World.Sector(sector)
	if err != nil {
		t.Fatal(err)
	}
	if n, err = s.World.Economy(economy); err != nil {
		t.Fatal(err)
	}
	return j, n
}

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.Abs(got-want) > slack {
		t.Errorf("%s is %.4f, want %.4f within %g", what, got, want, slack)
	}
}

// TestSums: all imports of 2024 either reach a cell or are told apart.
func TestSums(t *testing.T) {
	s := open(t)
	var want float64
	for _, p := range s.Flows.Partners() {
		want += float64(p.TotalUSD)
	}
	near(t, "total", s.TotalUSD/want, 1, 1e-9)
	r := rates(t, s, "today")
	mapped := 0.0
	for _, c := range r.Cells {
		mapped += c.ValueUSD
	}
	near(t, "mapped and unmapped", (mapped+s.Unmapped.Total())/want, 1, 1e-9)
	// Census: chapters 98 and 99 were 127.4 bn of 3,251.2 bn.
	near(t, "special provisions, bn", s.Unmapped.SpecialUSD/1e9, 127.4, 0.1)
	for j, sec := range s.World.Sectors {
		for n := range s.World.Economies {
			if c := r.At(j, n); !sec.Goods && c.ValueUSD+c.Base+c.Additional != 0 {
				t.Fatalf("services of %s pay a duty", s.World.Economies[n].ISO3)
			}
		}
	}
}

// TestJapan computes the cells of Japan's vehicles and machines from the lines
// themselves, on the founding day.
func TestJapan(t *testing.T) {
	s := open(t)
	jp, err := s.Flows.Partner(kanzei.MustOrigin("JP"))
	if err != nil {
		t.Fatal(err)
	}
	e, carry := s.Duty, trade.Carrier(s.Duty.Schedule)
	// The cell of vehicles holds headings 8701 to 8705 (but tractors), 8706 to
	// 8708, engines and electrical equipment of vehicles, and their seats.
	var value, autos float64
	for _, l := range jp.Lines {
		four := l.HTS.Parent(4).String()
		switch four {
		case "8702", "8703", "8704", "8705", "8706", "8707", "8708":
			value += float64(l.ValueUSD)
		}
		if four != "8703" && four != "8704" {
			continue
		}
		codes := carry(l.HTS, on)
		for _, h := range codes {
			x, err := e.Shares(kanzei.Entry{HTS: h, Origin: jp.Origin, Date: on}, on, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, y := range x.Levies {
				if y.Program == "s232.autos" {
					autos += float64(l.ValueUSD) / float64(len(codes)) * float64(y.Min) / float64(kanzei.One)
				}
			}
		}
	}
	r := rates(t, s, "today")
	j, n := at(t, s, "C29", "JP")
	cell := r.At(j, n)
	near(t, "duty under s232.autos, bn", r.Programs[jp.Origin]["s232.autos"]/1e9, autos/1e9, 1e-6)
	if cell.ValueUSD < value || cell.ValueUSD > 1.2*value {
		t.Errorf("vehicles hold %.1f bn, chapter 87 of them %.1f", cell.ValueUSD/1e9, value/1e9)
	}
	// 25 % on cars and light trucks, the 10 % of the baseline on the rest.
	want := (autos + 0.10*(cell.ValueUSD-autos/0.25)) / cell.ValueUSD
	near(t, "additional rate of vehicles", cell.Additional, want, 0.003)
	near(t, "base rate of vehicles", cell.Base, 0.025, 0.001) // cars pay 2.5 %

	// The lapse takes what pays the baseline from 10 to 24 %.
	lapse := rates(t, s, "lapse")
	for _, sector := range []string{"A03", "C10T12", "C13T15", "C23", "C302T309", "C31T33"} {
		j, n := at(t, s, sector, "JP")
		near(t, sector+": points of the lapse", 100*(lapse.At(j, n).Additional-r.At(j, n).Additional), 14, 0.3)
	}
	// and vehicles only by parts, which also come under section 232 on 3 May.
	if d := lapse.At(j, n).Additional - r.At(j, n).Additional; d < 0.02 || d > 0.05 {
		t.Errorf("vehicles rise by %.1f points", 100*d)
	}
	pause := rates(t, s, "pause")
	j, n = at(t, s, "C13T15", "JP")
	near(t, "textiles under the pause", pause.At(j, n).Additional, r.At(j, n).Additional, 1e-9)
}

// TestRemoval: a removal for one origin changes nothing for others, lets in
// what had given way, and all removals leave nothing.
func TestRemoval(t *testing.T) {
	s := open(t)
	today, without := rates(t, s, "today"), rates(t, s, "remove:s232.autos:JP")
	_, jp := at(t, s, "C29", "JP")
	for i, c := range without.Cells {
		if i%without.N != jp && c != today.Cells[i] {
			t.Fatalf("cell %d of another origin moved", i)
		}
	}
	j, _ := at(t, s, "C29", "JP")
	near(t, "vehicles without the car duty", without.At(j, jp).Additional, 0.10, 0.001) // the baseline
	all := rates(t, s, "remove:all:JP")
	for j := range s.World.Sectors {
		near(t, "no duty left", all.At(j, jp).Additional, 0, 1e-12)
	}
	// Both orders of two removals are one law.
	ab, ba := rates(t, s, "remove:s232.autos:JP", "remove:s232.steel:JP"), rates(t, s, "remove:s232.steel:JP", "remove:s232.autos:JP")
	for i := range ab.Cells {
		if ab.Cells[i] != ba.Cells[i] {
			t.Fatal("removals do not commute")
		}
	}
}

// TestDraft: a draft that amends the car duty is folded like law.
func TestDraft(t *testing.T) {
	s, err := study("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	s.ReadFile = func(name string) ([]byte, error) {
		switch name {
		case "draft.yaml":
			return []byte(`instrument: a deal on cars
title: Cars of Japan at the baseline
kind: draft
authority: section 232
signed: 2025-04-15
public: 2025-04-15
citation: none
source: none
acts:
  - amend: 9903.94.01
    from: 2025-05-01
    except-origins: JP
    cite: none
    quote: "hypothetical"
`), nil
		case "answer.csv":
			return []byte("exporter,importer,sector,rate\nUSA,JPN,C29,25%\nUS,CN,1201.90,0.5\nUS,JPN,10,0.2\nCA,US,8703.23,0.3\nUS,CA,C13T15,0\n"), nil
		case "none.csv":
			return []byte("exporter,importer,sector,rate\nUS,JP,8703.23,0.1\n"), nil
		case "pair.csv":
			return []byte("exporter,importer,sector,rate\nDE,JP,87,0.1\n"), nil
		case "own.csv":
			return []byte("exporter,importer,sector,add,share\nUS,JP,8703.23,0.1,0.4\nDE,JP,8703.23,0.1,40%\n"), nil
		case "twice.csv":
			return []byte("exporter,importer,sector,rate\nUS,CN,120190,0.1\nUS,CN,120190,0.2\n"), nil
		}
		return nil, os.ErrNotExist
	}
	r := rates(t, s, "draft.yaml")
	j, n := at(t, s, "C29", "JP")
	near(t, "vehicles under the draft", r.At(j, n).Additional, 0.10, 0.001)

	l, err := s.Law([]string{"today", "answer.csv"}, on, on)
	if err != nil {
		t.Fatal(err)
	}
	tariff, err := s.Tariffs(l)
	if err != nil {
		t.Fatal(err)
	}
	_, us := at(t, s, "C29", "US")
	near(t, "Japan's tariff on vehicles of the United States", tariff[s.World.Cell(j, n, us)], 1.25, 1e-12)
	// Goods of the HS, with their weights: soya beans are a part of China's
	// crops, 12.76 bn USD of exports to China in 2024 (Census, as the list of
	// March 2025 has it); cereals a part of Japan's, with all crops of the chapter.
	base, err := s.Base()
	if err != nil {
		t.Fatal(err)
	}
	jc, cn := at(t, s, "A01", "CN")
	exports, err := trade.LoadExports()
	if err != nil {
		t.Fatal(err)
	}
	beans, ok := exports.Subheading(kanzei.MustOrigin("CN"), 120190)
	if !ok || math.Abs(beans/1e9-12.76) > 0.01 {
		t.Errorf("soya beans are %.3f bn", beans/1e9)
	}
	c := base.Cell(jc, cn, us)
	if share := (tariff[c] - base.Tariff[c]) / (1.5 - base.Tariff[c]); share < 0.5 || share > 0.9 {
		t.Errorf("soya beans are %.2f of the crops that China buys", share)
	}
	c = base.Cell(jc, n, us)
	if tariff[c] <= base.Tariff[c] {
		t.Errorf("cereals at 20 %% leave Japan's tariff on crops at %.3f, before %.3f", tariff[c], base.Tariff[c])
	}
	_, ca := at(t, s, "C29", "CA")
	if c = base.Cell(j, us, ca); tariff[c] <= base.Tariff[c] || tariff[c] >= 1.3 {
		t.Errorf("a tariff on cars of Canada: %.3f before, %.3f after", base.Tariff[c], tariff[c])
	}
	if l, err = s.Law([]string{"own.csv"}, on, on); err != nil {
		t.Fatal(err)
	}
	if tariff, err = s.Tariffs(l); err != nil {
		t.Fatal(err)
	}
	c = base.Cell(j, n, us)
	near(t, "a stated share of vehicles", tariff[c]-base.Tariff[c], 0.04, 1e-12)
	for name, want := range map[string]string{"none.csv": "not held by subheading", "pair.csv": "has no weight", "twice.csv": "stated in line 2 too"} {
		_, err := s.Law([]string{name}, on, on)
		var p *kanzei.Problem
		if !errors.As(err, &p) || !strings.Contains(p.Msg, want) || p.Hint == "" || !strings.HasPrefix(p.Where, name+":") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNothing: no change of law, no change of anything.
func TestNothing(t *testing.T) {
	s := open(t)
	r, err := s.Ask(impact.Question{Base: []string{"today"}, Scenario: []string{"today"}, On: on, Known: on, Draws: 2, Seed: 1,
		Closures: []model.Closure{model.Fixed, model.Balanced, model.Proportional}, Sectors: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Economies {
		if e.RealIncomePct != 0 || *e.Lo != 0 || *e.Hi != 0 || e.ExportsPct != 0 || e.ImportsPct != 0 || e.TermsOfTradePct != 0 || e.RevenueMUSD != e.RevenueBaseMUSD {
			t.Errorf("%s moves: %+v", e.ISO3, e)
		}
		for _, x := range e.Sectors {
			if x.OutputPct != 0 || x.PricePct != 0 || x.EmploymentPct != 0 {
				t.Errorf("%s %s moves", e.ISO3, x.Code)
			}
		}
	}
}

// TestAnswer: the shape of the JSON, the same bytes for the same question, and
// what the economics must give.
func TestAnswer(t *testing.T) {
	s := open(t)
	ask := func(s *impact.Study) []byte {
		r, err := s.Ask(impact.Question{Scenario: []string{"lapse"}, On: on, Known: on, Draws: 3, Seed: 7, Closures: []model.Closure{model.Fixed, model.Balanced}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := ask(s)
	again, err := study("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, ask(again)) {
		t.Error("the same question gives other bytes")
	}
	var got struct {
		Base, Scenario, World, Closure, Status string
		Residual                               float64
		Iterations                             int
		Economies                              []map[string]any
	}
	if err := json.Unmarshal(one, &got); err != nil {
		t.Fatal(err)
	}
	if got.Base != "today" || got.Scenario != "lapse" || got.World != "icio2022" || got.Closure != "fixed" || got.Status != "converged" || got.Iterations == 0 || got.Residual > 1e-10 || len(got.Economies) != 81 {
		t.Errorf("head: %+v, %d economies", got.Base, len(got.Economies))
	}
	for _, k := range []string{"iso2", "iso3", "real_income_pct", "lo", "hi", "exports_pct", "imports_pct", "terms_of_trade_pct", "tariff_revenue_musd"} {
		if _, ok := got.Economies[0][k]; !ok {
			t.Errorf("no field %s", k)
		}
	}
	for _, e := range got.Economies {
		lo, hi := e["lo"].(float64), e["hi"].(float64)
		switch e["iso2"] {
		case "JP", "VN", "TW": // paused rates of 24, 46 and 32 %
			if hi >= 0 || lo > hi {
				t.Errorf("%s: %v to %v", e["iso2"], lo, hi)
			}
		case "MX": // has no paused rate, and rivals that have
			if lo <= 0 {
				t.Errorf("MX: %v to %v", lo, hi)
			}
		}
	}
}

// TestRanges: every figure has a range with its ends in order; the draws are the
// same for all laws, so that the range of no change is nothing; sectors too; and
// draws solved from nearby are those solved afresh.
func TestRanges(t *testing.T) {
	s := open(t)
	q := impact.Question{Scenario: []string{"lapse"}, On: on, Known: on, Draws: 12, Seed: 3, Closures: []model.Closure{model.Fixed}, Sectors: true, Economies: []string{"JP", "US"}}
	r, err := s.Ask(q)
	if err != nil {
		t.Fatal(err)
	}
	if r.Settling == nil || r.Settling.Half != 6 {
		t.Errorf("how far ranges are settled: %+v", r.Settling)
	}
	inOrder := func(what string, x impact.Range) {
		if !(x[0] < x[1]) {
			t.Errorf("%s ranges from %g to %g", what, x[0], x[1])
		}
	}
	for _, e := range r.Economies {
		for name, x := range map[string]impact.Range{"musd": e.Ranges.RealIncomeMUSD, "exports": e.Ranges.ExportsPct, "imports": e.Ranges.ImportsPct, "terms": e.Ranges.TermsOfTradePct,
			"prices": e.Ranges.PricesPct, "revenue": e.Ranges.RevenueMUSD, "revenue before": e.Ranges.RevenueBaseMUSD} {
			inOrder(e.ISO2+" "+name, x)
		}
		for _, x := range e.Sectors {
			inOrder(e.ISO2+" "+x.Code+" output", x.Ranges.OutputPct)
			inOrder(e.ISO2+" "+x.Code+" jobs", x.Ranges.EmploymentPct)
			if e.ISO2 == "JP" && x.Code == "C29" {
				inOrder("cars to the United States", *x.Ranges.ExportsToUSPct)
				inOrder("cars to the United States, USD", *x.Ranges.ExportsToUS)
			}
		}
	}
	// One draw alone, solved from the base year, against the ends of that draw.
	base, err := s.Base()
	if err != nil {
		t.Fatal(err)
	}
	thetas, err := base.Draws(2, 3)
	if err != nil {
		t.Fatal(err)
	}
	var hats [2]float64
	for i, name := range []string{"today", "lapse"} {
		l, err := s.Law([]string{name}, on, on)
		if err != nil {
			t.Fatal(err)
		}
		tariff, err := s.Tariffs(l)
		if err != nil {
			t.Fatal(err)
		}
		w, err := base.WithTheta(thetas[0])
		if err != nil {
			t.Fatal(err)
		}
		x, err := w.Solve(model.Shock{Tariff: tariff}, model.Options{Tol: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		_, n := at(t, s, "C29", "JP")
		hats[i] = x.RealIncome[n]
	}
	q.Draws, q.Sectors = 1, false
	one, err := s.Ask(q)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Japan at the first draw", *one.Economies[0].Lo, 100*(hats[1]/hats[0]-1), 2e-6)
}

// TestRefused: what cannot be asked is one line with a hint.
func TestRefused(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		q    impact.Question
		code string
	}{
		{impact.Question{Scenario: []string{"peace"}, On: on, Known: on}, "impact.scenario"},
		{impact.Question{Scenario: []string{"remove:s999.x"}, On: on, Known: on}, "impact.program"},
		{impact.Question{Scenario: []string{"remove:s232.autos:QQ"}, On: on, Known: on}, "origin.unknown"},
		{impact.Question{Scenario: []string{"nowhere.yaml"}, On: on, Known: on}, "impact.file"},
		{impact.Question{Scenario: []string{"today"}, On: on, Known: on, Economies: []string{"QQ"}}, "origin.unknown"},
		{impact.Question{Scenario: []string{"today"}, On: on, Known: on, Economies: []string{"TV"}}, "impact.economy"},
		{impact.Question{Scenario: []string{"today"}, On: kanzei.DayOf(2010, 1, 1)}, "date.coverage"},
		{impact.Question{On: on}, "impact.scenario"},
	} {
		_, err := s.Ask(c.q)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != c.code || p.Hint == "" || strings.Contains(p.Msg, "\n") {
			t.Errorf("%v: %v", c.q.Scenario, err)
		}
	}
}

// TestFounding: the rows of the case, for Japan and for another.
func TestFounding(t *testing.T) {
	s := open(t)
	c, err := s.Founding("JP", impact.Question{On: on, Known: on})
	if err != nil {
		t.Fatal(err)
	}
	var letters []string
	for _, r := range c.Rows {
		letters = append(letters, r.Letter)
		if len(r.Results) != 3 || len(r.Results[0].Economies) != 81 {
			t.Errorf("row %s has %d closures", r.Letter, len(r.Results))
		}
	}
	if got := strings.Join(letters, " "); got != "a b a+b c c c c c d a+d" {
		t.Errorf("rows %s", got)
	}
	if len(c.Published) == 0 || c.Why == "" {
		t.Error("no published estimates beside it")
	}
	for _, style := range []int{80, 120} {
		var b bytes.Buffer
		if err := c.Text(&b, impact.Style{Width: style}); err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(b.String(), "\n") {
			if n := len([]rune(l)); n > style && !strings.Contains(l, ".html") && !strings.Contains(l, ".com/") {
				t.Errorf("%d columns: %s", n, l)
			}
		}
	}
	var page bytes.Buffer
	if err := c.HTML(&page); err != nil || !strings.Contains(page.String(), "<svg") || strings.Contains(page.String(), "<script") {
		t.Errorf("page: %v", err)
	}
	k, err := s.Founding("KR", impact.Question{On: on, Known: on, Closures: []model.Closure{model.Fixed}, Economies: []string{"KR", "US"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Published) != 0 || k.Rows[len(k.Rows)-1].Letter != "c" {
		t.Error("the case of Korea has rows of Japan")
	}
	if _, err := s.Founding("US", impact.Question{On: on, Known: on}); err == nil {
		t.Error("the United States pays its own duties")
	}
}

// TestWorlds: the other worlds answer too, with their own sectors.
func TestWorlds(t *testing.T) {
	for _, name := range []string{"wiod2014", "icio2022-nolinks"} {
		s, err := study(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Ask(impact.Question{Scenario: []string{"lapse"}, On: on, Known: on, Economies: []string{"JP"}})
		if err != nil {
			t.Fatal(name, err)
		}
		if x := r.Economies[0].RealIncomePct; x >= 0 || x < -0.2 {
			t.Errorf("%s: Japan %+.3f %%", name, x)
		}
	}
}

func BenchmarkRates(b *testing.B) {
	for b.Loop() {
		s, err := study("icio2022")
		if err != nil {
			b.Fatal(err)
		}
		rates(b, s, "today")
	}
}

// BenchmarkFounding is the founding case with its ranges, from nothing.
func BenchmarkFounding(b *testing.B) {
	for b.Loop() {
		s, err := study("icio2022")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Founding("JP", impact.Question{On: on, Known: on, Draws: 40, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPanelAverages computes the additional duty of programs by another way,
// the averages of package trade over the panel, for partners held by line. Only
// programs that began after the year of the flows are compared: of older ones a
// study keeps what quotas and exclusions left in 2024. Goods that no sector
// makes are in the averages alone.
func TestPanelAverages(t *testing.T) {
	s := open(t)
	as, err := trade.PanelAssumptions("applied")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		on       kanzei.Day
		origins  string
		programs []string
	}{
		{on, "JP KR VN BR CN CH IN", []string{"ieepa.reciprocal", "s232.autos"}},
		{on, "CA MX", []string{"ieepa.fentanyl-ca", "ieepa.fentanyl-mx", "s232.autos"}},
		{kanzei.DayOf(2025, 8, 20), "JP BR VN TW", []string{"ieepa.reciprocal", "ieepa.brazil", "s232.autos", "s232.copper"}},
		{kanzei.DayOf(2026, 3, 1), "JP CN CH", []string{"s122.surcharge", "s232.autos"}},
	} {
		p, err := panel.BuildKnown(s.Duty, c.on, c.on, c.on, as)
		if err != nil {
			t.Fatal(err)
		}
		l, err := s.Law([]string{"today"}, c.on, c.on)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Rates(l)
		if err != nil {
			t.Fatal(err)
		}
		var origins []kanzei.Origin
		for _, o := range strings.Fields(c.origins) {
			origins = append(origins, kanzei.MustOrigin(o))
		}
		a, err := s.Flows.Average(p, s.Duty.Schedule, func() trade.Rater { return trade.ReferenceLaw(s.Duty) }, trade.By{Origin: true, Program: true}, origins...)
		if err != nil {
			t.Fatal(err)
		}
		without := map[string]float64{} // value of goods that no sector makes; none pays more than half
		for _, o := range origins {
			p, err := s.Flows.Partner(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range p.Lines {
				if l.HTS.Chapter() < 98 {
					without[o.String()] += float64(l.ValueUSD)
				}
			}
			for _, l := range s.Lines(o) {
				without[o.String()] -= l.ValueUSD
			}
		}
		compared := 0
		for _, x := range a.Rows {
			if !slices.Contains(c.programs, x.Program) {
				continue
			}
			want := float64(x.Min+x.Max) / 2 / float64(kanzei.One) * float64(x.Rated)
			got := r.Programs[kanzei.MustOrigin(x.Origin)][x.Program]
			if want == 0 && got == 0 {
				continue
			}
			compared++
			if got > want+0.001*want || want-got > 0.001*want+0.5*without[x.Origin] {
				t.Errorf("%s, %s of %s: %.2f million USD, averages of the panel say %.2f", c.on, x.Program, x.Origin, got/1e6, want/1e6)
			}
		}
		if compared < len(origins) {
			t.Errorf("%s: %d figures compared", c.on, compared)
		}
	}
}
