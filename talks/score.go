package talks

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"kanzei"
	"kanzei/impact"
)

// An Agreement says how far a draft is from what became law: the duty on every
// line of an origin's trade of 2024 on a day of entry, under the law the draft
// was laid over with the draft, and under the ledger. The unit is a share of
// customs value in percent, column 1 included.
type Agreement struct {
	Draft      string       `json:"draft"`
	Origin     string       `json:"origin"`
	On         string       `json:"on"`
	Known      string       `json:"known"` // of the ledger: the day itself, or the horizon
	Hindsight  bool         `json:"hindsight"`
	ValueUSD   float64      `json:"value_usd"`
	AgreePct   float64      `json:"agree_pct"` // share of value on which rates differ by no more than 0.05 points
	DraftPct   float64      `json:"draft_pct"` // average rates
	LawPct     float64      `json:"law_pct"`
	WithoutPct float64      `json:"without_pct"` // average under the law the draft was laid over, without it
	OffPct     float64      `json:"off_pct"`     // mean absolute difference, points
	Programs   []Difference `json:"programs"`
}

// A Difference is where draft and law part: lines on which a program differs
// most.
type Difference struct {
	Program  string  `json:"program"`
	ValueUSD float64 `json:"value_usd"`
	DraftPct float64 `json:"draft_pct"` // what the program takes there
	LawPct   float64 `json:"law_pct"`
	Example  string  `json:"example"` // the largest line
}

// Score holds a draft against the ledger on its days, as known on each day and
// with hindsight, for the first of its origins.
func Score(s *impact.Study, x *Draft) ([]Agreement, error) {
	if err := x.Check(s); err != nil {
		return nil, err
	}
	origins := x.origins()
	if len(origins) == 0 || len(x.Terms.Days) == 0 || x.Terms.Announced == "" {
		return nil, &kanzei.Problem{Code: "talks.terms", Where: x.Name, Msg: "a draft is scored for its origins on its days against the law known before it was announced, and the terms do not name them all", Hint: "add origins:, announced: and days: to the second document"}
	}
	announced, _ := kanzei.ParseDay(x.Terms.Announced)
	before := announced - 1
	if x.Terms.Known != "" {
		before, _ = kanzei.ParseDay(x.Terms.Known)
	}
	o := slices.MaxFunc(origins, func(a, b kanzei.Origin) int { return cmp.Compare(traded(s, a), traded(s, b)) })
	var out []Agreement
	for _, text := range x.Terms.Days {
		day, _ := kanzei.ParseDay(text)
		old, err := s.Law([]string{"law:" + text}, day, before)
		if err != nil {
			return nil, err
		}
		with, err := s.With(old, origins, x.Instrument)
		if err != nil {
			return nil, err
		}
		for _, hindsight := range []bool{false, true} {
			known := day
			if hindsight {
				known = 0
			}
			law, err := s.Law([]string{"law:" + text}, day, known)
			if err != nil {
				return nil, err
			}
			a := Agreement{Draft: x.Name, Origin: o.String(), On: text, Known: text, Hindsight: hindsight}
			if hindsight {
				a.Known = s.Duty.Ledger.Coverage.Horizon.String()
			}
			if err := a.compare(s, o, old, with, law); err != nil {
				return nil, err
			}
			out = append(out, a)
		}
	}
	return out, nil
}

func traded(s *impact.Study, o kanzei.Origin) float64 {
	v := 0.0
	for _, l := range s.Lines(o) {
		v += l.ValueUSD
	}
	return v
}

func (a *Agreement) compare(s *impact.Study, o kanzei.Origin, old, with, law *impact.Law) error {
	lines := s.Lines(o)
	if len(lines) == 0 {
		return fmt.Errorf("no trade of %s is held", o.Name())
	}
	var rates [3][]impact.LineRate
	var programs [2][]map[string]float64
	var err error
	for i, l := range []*impact.Law{old, with, law} {
		if rates[i], err = s.LineRates(l, o); err != nil {
			return err
		}
	}
	for i, l := range []*impact.Law{with, law} {
		if programs[i], err = s.LinePrograms(l, o); err != nil {
			return err
		}
	}
	diffs := map[string]*Difference{}
	largest := map[string]float64{}
	agree := 0.0
	for i := range lines {
		l := &lines[i]
		without, draft, now := rates[0][i], rates[1][i], rates[2][i]
		a.ValueUSD += l.ValueUSD
		a.WithoutPct += l.ValueUSD * (without.Base + without.Additional())
		a.DraftPct += l.ValueUSD * (draft.Base + draft.Additional())
		a.LawPct += l.ValueUSD * (now.Base + now.Additional())
		off := math.Abs(draft.Additional() - now.Additional())
		a.OffPct += l.ValueUSD * off
		if off <= 0.0005 {
			agree += l.ValueUSD
			continue
		}
		most, by := "", -1.0
		for _, p := range slices.Sorted(maps.Keys(add2(programs[0][i], programs[1][i]))) {
			if v := math.Abs(programs[0][i][p] - programs[1][i][p]); v > by {
				most, by = p, v
			}
		}
		d := diffs[most]
		if d == nil {
			d = &Difference{Program: most}
			diffs[most] = d
		}
		d.ValueUSD += l.ValueUSD
		d.DraftPct += l.ValueUSD * programs[0][i][most]
		d.LawPct += l.ValueUSD * programs[1][i][most]
		if l.ValueUSD > largest[most] {
			largest[most], d.Example = l.ValueUSD, l.HTS.String()
		}
	}
	for _, x := range []*float64{&a.WithoutPct, &a.DraftPct, &a.LawPct, &a.OffPct} {
		*x = tidy(100 * *x / a.ValueUSD)
	}
	a.AgreePct = tidy(100 * agree / a.ValueUSD)
	a.Programs = []Difference{}
	for _, p := range slices.Sorted(maps.Keys(diffs)) {
		d := diffs[p]
		d.DraftPct, d.LawPct = tidy(100*d.DraftPct/d.ValueUSD), tidy(100*d.LawPct/d.ValueUSD)
		d.ValueUSD = math.Round(d.ValueUSD)
		a.Programs = append(a.Programs, *d)
	}
	a.ValueUSD = math.Round(a.ValueUSD)
	slices.SortStableFunc(a.Programs, func(x, y Difference) int { return compareDown(x.ValueUSD, y.ValueUSD) })
	return nil
}

func add2(a, b map[string]float64) map[string]float64 {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]float64{}
	}
	for k, v := range b {
		out[k] += v
	}
	return out
}

// Scores are agreements of several drafts.
type Scores struct {
	Scores []Agreement `json:"scores"`
}

// Text writes the table.
func (s *Scores) Text(w io.Writer, style impact.Style) error {
	p := newSheet(style)
	p.head("drafts against what became law")
	p.wrap("", "", "The duty on every line of trade of 2024 on a day of entry: the law known before the announcement with the draft, against the ledger as known on that day and with hindsight. Average rates in percent, column 1 included; agreement within 0.05 points, share of value.")
	p.line("  %-12s %-2s %-10s %-9s %8s %7s %7s %8s %7s", "draft", "", "entry", "known", "without", "draft", "law", "agree %", "off")
	for _, a := range s.Scores {
		known := "that day"
		if a.Hindsight {
			known = "latest"
		}
		p.line("  %-12s %-2s %-10s %-9s %8.2f %7.2f %7.2f %8.1f %7.2f", clipped(a.Draft, 12), a.Origin, a.On, known, a.WithoutPct, a.DraftPct, a.LawPct, a.AgreePct, a.OffPct)
		for _, d := range a.Programs[:min(3, len(a.Programs))] {
			p.line("      %-24s %8.2f bn  draft %5.1f  law %5.1f  such as %s", d.Program, d.ValueUSD/1e9, d.DraftPct, d.LawPct, d.Example)
		}
	}
	return p.to(w)
}
