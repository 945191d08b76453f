package panel_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/panel"
	"kanzei/trade"
)

func engine(t testing.TB) *duty.Engine {
	t.Helper()
	e, err := duty.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// build returns the panel of 2025-26, built once.
func build(t testing.TB, set string) (*duty.Engine, *panel.Panel) {
	t.Helper()
	p, err := map[string]func() (*panel.Panel, error){"statutory": statutory, "applied": applied}[set]()
	if err != nil {
		t.Fatal(err)
	}
	return engine(t), p
}

var statutory, applied = once("statutory"), once("applied")

func once(set string) func() (*panel.Panel, error) {
	return sync.OnceValues(func() (*panel.Panel, error) {
		a, err := trade.PanelAssumptions(set)
		if err != nil {
			return nil, err
		}
		e, err := duty.Embedded()
		if err != nil {
			return nil, err
		}
		return panel.Build(e, from, to, a)
	})
}

var from, to = kanzei.DayOf(2025, 1, 1), kanzei.DayOf(2026, 9, 28)

// TestCells holds random cells against what the engine answers for the goods;
// duty's tests hold them against the interpreter.
func TestCells(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 1000
	}
	e, p := build(t, "statutory")
	z := p.Size()
	t.Logf("%+v", z)
	seen := map[kanzei.Status]int{}
	random(p, n, func(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) bool {
		c, err := p.Cell(h, o, on)
		if err != nil {
			t.Fatal(err)
		}
		seen[c.Status]++
		if why := against(e, &c, kanzei.Entry{HTS: h, Origin: o, Date: on}); why != "" {
			t.Errorf("%s from %s on %s: %s\n%+v", h, o, on, why, c)
		}
		return !t.Failed()
	})
	if seen[kanzei.Exact] < n/2 || seen[kanzei.Range] < n/50 || seen[kanzei.Unsupported] == 0 {
		t.Errorf("cells of a kind are missing: %v", seen)
	}
}

// random draws cells that the schedule has.
func random(p *panel.Panel, n int, f func(kanzei.HTS, kanzei.Origin, kanzei.Day) bool) {
	r := rand.New(rand.NewPCG(1, 2))
	for n > 0 {
		h := p.Codes()[r.IntN(len(p.Codes()))]
		o := p.Origins()[r.IntN(len(p.Origins()))]
		on := p.From + kanzei.Day(r.IntN(int(p.Until-p.From)))
		if _, err := p.Cell(h, o, on); err != nil {
			continue
		}
		if n--; !f(h, o, on) {
			return
		}
	}
}

// against says how a cell differs from the assessment of a million dollars, on
// which a cent is 1e-8.
func against(e *duty.Engine, c *panel.Cell, entry kanzei.Entry) string {
	entry.Value = 1_000_000 * kanzei.Dollar
	a, err := e.Assess(entry, 0)
	if err != nil {
		return err.Error()
	}
	of := func(m kanzei.Money) kanzei.Fraction { return kanzei.Fraction(m / kanzei.Cent) }
	if c.Status != a.Status {
		return fmt.Sprintf("status %s, not %s", c.Status, a.Status)
	}
	switch c.Status {
	case kanzei.Banned, kanzei.Unsupported:
		return ""
	case kanzei.Range:
		// With a base rate by quantity the cell knows more: all-in duties fill
		// what the base leaves, whatever it is.
		if c.Total.Open != (a.DutyMax == nil) || !c.Total.Open && c.Total.Max != of(*a.DutyMax) || c.Total.Min < of(*a.DutyMin) || !c.Base.Open && c.Total.Min != of(*a.DutyMin) {
			return fmt.Sprintf("total %+v, not %s to %s", c.Total, a.DutyMin, a.DutyMax)
		}
		if c.Base.Open {
			return ""
		}
	}
	if a.Status == kanzei.Exact && c.Total.Min != of(*a.Duty) {
		return fmt.Sprintf("total %s, not %s", c.Total.Min, of(*a.Duty))
	}
	s, err := e.Shares(entry, 0, nil)
	if err != nil {
		return err.Error()
	}
	var base kanzei.Fraction
	for _, l := range a.Lines {
		if l.Program == "mfn" && l.Applies {
			base = of(l.Amount)
		}
	}
	if c.Base.Min != base {
		return fmt.Sprintf("base %s, not %s", c.Base.Min, base)
	}
	return programs(c, &s)
}

// programs says how the programs of a cell differ from shares.
func programs(c *panel.Cell, s *duty.Shares) string {
	sums := map[string]duty.Extent{}
	for _, l := range s.Levies {
		x := sums[l.Program]
		sums[l.Program] = duty.Extent{Min: x.Min + l.Min, Max: x.Max + l.Max}
	}
	for _, x := range c.Programs {
		w := sums[x.Program]
		if s.Status == kanzei.Exact && x.Extent != w || x.Min < w.Min || x.Max > w.Max {
			return fmt.Sprintf("%s %+v, not %+v", x.Program, x.Extent, w)
		}
		delete(sums, x.Program)
	}
	for name, x := range sums {
		if x.Max != 0 {
			return fmt.Sprintf("%s is missing: %+v", name, x)
		}
	}
	return ""
}

// TestApplied: the cells of Canada and Mexico are what goods with and without
// the claim pay, in the shares of the edition; those of others have the metal
// content assumed.
func TestApplied(t *testing.T) {
	e, p := build(t, "applied")
	content, usmca := p.Assumptions.Content, p.Assumptions.Preference
	claimed := 0
	n := 4000
	if testing.Short() {
		n = 400
	}
	random(p, n, func(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) bool {
		if claimed < n/4 { // most codes of the two have claims
			o = usmca.Origins[int(on)&1]
		}
		c, err := p.Cell(h, o, on)
		if err != nil {
			t.Fatal(err)
		}
		entry := kanzei.Entry{HTS: h, Origin: o, Date: on, Value: 1_000_000 * kanzei.Dollar}
		if steel, aluminum, copper, ok := content(h); ok {
			entry.Steel, entry.Aluminum, entry.Copper = kanzei.ShareOf(steel), kanzei.ShareOf(aluminum), kanzei.ShareOf(copper)
		}
		var share kanzei.Fraction
		for _, x := range usmca.Periods {
			if (o == usmca.Origins[0] || o == usmca.Origins[1]) && x.From <= on {
				share = x.Share(h, o)
			}
		}
		if share == 0 {
			if why := against(e, &c, entry); why != "" {
				t.Errorf("%s from %s on %s: %s\n%+v", h, o, on, why, c)
			}
			return !t.Failed()
		}
		a, err := e.Assess(entry, 0)
		if err != nil {
			t.Fatal(err)
		}
		line, _ := e.Schedule.Line(h, on)
		for _, spi := range []string{"S+", "S"} {
			for _, s := range line.Special {
				for _, name := range s.Programs {
					if name == spi {
						entry.SPI = spi
					}
				}
			}
		}
		if entry.SPI == "" {
			entry.SPI = "S"
		}
		b, err := e.Assess(entry, 0)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != kanzei.Exact || b.Status != kanzei.Exact {
			return true
		}
		claimed++
		want := kanzei.Fraction(kanzei.MulDiv(int64(*a.Duty/kanzei.Cent), int64(kanzei.One-share), int64(kanzei.One)) + kanzei.MulDiv(int64(*b.Duty/kanzei.Cent), int64(share), int64(kanzei.One)))
		// Each part is rounded: two roundings a program and one here.
		if got, ok := c.Total.Exact(); !ok || got < want-20 || got > want+20 {
			t.Errorf("%s from %s on %s: %+v, not %s (%s%% claim %s)", h, o, on, c.Total, want, share, entry.SPI)
		}
		return !t.Failed()
	})
	if claimed < n/8 {
		t.Errorf("only %d cells with claims", claimed)
	}
}

// TestObserved: an ad valorem equivalent stands for a base rate by quantity.
func TestObserved(t *testing.T) {
	e, p := build(t, "statutory")
	met := 0
	random(p, 20_000, func(h kanzei.HTS, o kanzei.Origin, on kanzei.Day) bool {
		c, _ := p.Cell(h, o, on)
		if !c.Base.Open || c.Status == kanzei.Unsupported {
			return true
		}
		met++
		ave := kanzei.Percent(met % 30)
		got, err := p.Observed(h, o, on, ave)
		if err != nil {
			t.Fatal(err)
		}
		s, err := e.Shares(kanzei.Entry{HTS: h, Origin: o, Date: on}, 0, &ave)
		if err != nil {
			t.Fatal(err)
		}
		why := programs(&got, &s)
		if why != "" || got.Base.Min != s.Base || got.Total.Min != s.Base+s.Min || got.Total.Max != s.Base+s.Max {
			t.Errorf("%s from %s on %s at %s%%: %+v, not %+v: %s", h, o, on, ave, got, s, why)
		}
		// The cell holds whatever the equivalent is, but for the least it can be.
		line, _ := e.Schedule.Line(h, on)
		if ave >= line.General.AdValorem && ave >= line.Column2.AdValorem {
			for _, x := range got.Programs {
				if w := c.Program(x.Program); x.Min < w.Min || x.Max > w.Max {
					t.Errorf("%s from %s on %s at %s%%: %+v, the cell has %+v", h, o, on, ave, x, w)
				}
			}
		}
		return !t.Failed()
	})
	if met < 100 {
		t.Errorf("only %d rates by quantity", met)
	}
}

// TestRows: the rows of a code tile the days on which the schedule has it, next
// to each other only where they differ, and say what the cells say.
func TestRows(t *testing.T) {
	_, p := build(t, "applied")
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		i := r.IntN(len(p.Codes()))
		h := p.Codes()[i]
		var origin kanzei.Origin
		var until kanzei.Day
		var last string
		for row := range p.RowsOf(i) {
			if row.Origin != origin {
				origin, until, last = row.Origin, 0, ""
			}
			text := fmt.Sprintf("%+v", *row.Cell)
			switch {
			case row.HTS != h || row.From >= row.Until || row.From < until:
				t.Fatalf("%s: %+v", h, row)
			case row.From == until && text == last:
				t.Errorf("%s from %s: the rows before and after %s are the same", h, origin, row.From)
			}
			for _, on := range []kanzei.Day{row.From, row.Until - 1} {
				c, err := p.Cell(h, origin, on)
				if err != nil || fmt.Sprintf("%+v", c) != text {
					t.Errorf("%s from %s on %s: row %s, cell %+v, %v", h, origin, on, text, c, err)
				}
			}
			until, last = row.Until, text
		}
	}
	n := 0
	jp := kanzei.MustOrigin("JP")
	for row := range p.Rows(jp) {
		if row.Origin != jp {
			t.Fatal(row.Origin)
		}
		if n++; n == 100 {
			break
		}
	}
}

// TestFounding: the car of the founding case, day by day.
func TestFounding(t *testing.T) {
	_, p := build(t, "statutory")
	car, jp := kanzei.MustHTS("8703.23.01.40"), kanzei.MustOrigin("JP")
	for day, want := range map[string]string{"2025-04-02": "2.5", "2025-04-03": "27.5", "2025-04-15": "27.5", "2025-09-16": "15"} {
		on, _ := kanzei.ParseDay(day)
		c, err := p.Cell(car, jp, on)
		if got, ok := c.Total.Exact(); err != nil || !ok || got.String() != want {
			t.Errorf("on %s: %+v, want %s", day, c, want)
		}
	}
}

func TestProblems(t *testing.T) {
	e, p := build(t, "statutory")
	jp := kanzei.MustOrigin("JP")
	_, day := p.Cell(kanzei.MustHTS("8703.23.01.40"), jp, to+1)
	_, code := p.Cell(kanzei.MustHTS("8703.23.01"), jp, from)
	_, origin := p.Cell(kanzei.MustHTS("8703.23.01.40"), 0, from)
	_, before := panel.Build(e, kanzei.DayOf(2017, 1, 1), to, panel.Statutory)
	_, crossed := panel.Build(e, to, from, panel.Statutory)
	for want, err := range map[string]error{"panel.day": day, "panel.code": code, "origin.unknown": origin, "date.coverage": before, "panel.days": crossed} {
		var x *kanzei.Problem
		if !errors.As(err, &x) || x.Code != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestClaims: a damaged edition is an error, never a panic.
func TestClaims(t *testing.T) {
	src := panel.Source{Name: "x"}
	claims := []panel.Claims{{Year: 2024, Origin: kanzei.MustOrigin("CA"), Codes: []kanzei.HTS{kanzei.MustHTS("0101210010"), kanzei.MustHTS("0101210020")}, Shares: []int{10_000, 1}}}
	data, err := panel.EncodeClaims(src, claims)
	if err != nil {
		t.Fatal(err)
	}
	back, got, err := panel.DecodeClaims(data)
	if err != nil || back.Name != "x" || fmt.Sprint(got) != fmt.Sprint(claims) {
		t.Errorf("%v %v %v", back, got, err)
	}
	for i := range data {
		if _, _, err := panel.DecodeClaims(data[:i]); err == nil {
			t.Errorf("%d of %d bytes are read as a whole", i, len(data))
		}
	}
	if _, err := panel.EncodeClaims(src, []panel.Claims{{Codes: []kanzei.HTS{kanzei.MustHTS("0101")}, Shares: []int{0}}}); err == nil {
		t.Error("a code of four digits is written")
	}
	if held, err := panel.USMCASource(); err != nil || !strings.Contains(held.Licence, "MIT") {
		t.Errorf("%+v %v", held, err)
	}
}

// BenchmarkBuild is all lines, all origins and all intervals of 2025-26, law
// compiled from nothing.
func BenchmarkBuild(b *testing.B) {
	held := engine(b)
	for b.Loop() {
		p, err := panel.Build(duty.New(held.Ledger, held.Schedule), from, to, panel.Statutory)
		if err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MB-sys")
		b.ReportMetric(float64(p.Size().Goods), "computed")
	}
}

// BenchmarkCell reads one cell.
func BenchmarkCell(b *testing.B) {
	_, p := build(b, "statutory")
	car, jp := kanzei.MustHTS("8703.23.01.40"), kanzei.MustOrigin("JP")
	for b.Loop() {
		if _, err := p.Cell(car, jp, from+200); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRows walks over all rows of 2025-26.
func BenchmarkRows(b *testing.B) {
	_, p := build(b, "statutory")
	for b.Loop() {
		n := 0
		for range p.Rows() {
			n++
		}
		b.ReportMetric(float64(n), "rows")
	}
}
