package talks

import (
	"fmt"
	"math"
	"slices"

	"kanzei/impact"
)

// Saved says within what the static saving of an ask lies when it hangs on
// facts not known, such as the use of a part or its metal content; the middle
// of each line's bounds is what equilibria are solved with.
type Saved struct {
	LowUSD   float64 `json:"low_usd"` // a year, at the trade of 2024
	HighUSD  float64 `json:"high_usd"`
	SharePct float64 `json:"share_pct"` // of the value the ask bears on, whose saving is a range
}

// saved bounds what an ask saves. Nil where every line's saving is one number.
func (g *Ground) saved(a *Ask) (*Saved, error) {
	if a.Offer {
		return nil, nil
	}
	free, err := g.under(a.relief)
	if err != nil {
		return nil, err
	}
	was, err := g.takenUnder(nil)
	if err != nil {
		return nil, err
	}
	is, err := g.takenUnder(a.relief)
	if err != nil {
		return nil, err
	}
	var s Saved
	touched, open := 0.0, 0.0
	for i := range g.Lines {
		if a.lines != nil && !a.lines[i] {
			continue
		}
		low, high := lineSaves(g.Rates[i], free[i], was[i], is[i])
		if low == 0 && high == 0 {
			continue
		}
		v := g.Lines[i].ValueUSD
		touched += v
		if high-low > 1e-9 {
			open += v
		}
		s.LowUSD += v * low
		s.HighUSD += v * high
	}
	if open == 0 {
		return nil, nil
	}
	s.LowUSD, s.HighUSD, s.SharePct = math.Round(s.LowUSD), math.Round(s.HighUSD), tidy(100*open/touched)
	return &s, nil
}

// lineSaves bounds what a line saves, as shares of value. Two bounds hold and
// the narrower stands: that of the whole duty, before and after, and that of
// the programs, each of which moves with its own facts alone.
func lineSaves(before, after impact.LineRate, was, is []impact.ProgramBound) (low, high float64) {
	taken := func(list []impact.ProgramBound, p string) (low, high float64) {
		for _, x := range list {
			if x.Program == p {
				low, high = low+x.Low, high+x.High
			}
		}
		return
	}
	var names []string
	for _, x := range slices.Concat(was, is) {
		if !slices.Contains(names, x.Program) {
			names = append(names, x.Program)
		}
	}
	moved := false
	for _, p := range names {
		wl, wh := taken(was, p)
		il, ih := taken(is, p)
		a, b := wl-il, wh-ih
		if math.Abs(a) > 1e-12 || math.Abs(b) > 1e-12 {
			moved = true
			low += min(a, b)
			high += max(a, b)
		}
	}
	if !moved {
		return 0, 0
	}
	low, high = max(low, before.Low-after.High), min(high, before.High-after.Low)
	if middle := before.Additional() - after.Additional(); low > high || middle < low || middle > high {
		low, high = min(low, high, middle), max(low, high, middle)
	}
	return low, high
}

// words say the bounds of a saving.
func (s *Saved) words() string {
	return fmt.Sprintf("for %.0f %% of the value it bears on the saving hangs on facts not known: saves %s, the middle taken", max(s.SharePct, 1), s.span())
}

// span writes the bounds in billions, with digits enough to tell them apart.
func (s *Saved) span() string {
	digits := 1
	for digits < 4 && (s.HighUSD < math.Pow10(10-digits) || s.HighUSD-s.LowUSD < 2*math.Pow10(9-digits)) {
		digits++
	}
	return fmt.Sprintf("%.*f to %.*f bn USD", digits, s.LowUSD/1e9, digits, s.HighUSD/1e9)
}
