package model

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"kanzei/solve"
)

// A NashMethod says how mutual best responses are found.
type NashMethod int

const (
	// Formula solves the sufficient-statistics formula for each player's
	// optimal tariff together with the equilibrium (Lashkaripour 2021,
	// Propositions 1 and 2): no optimisation. It needs a world without
	// input-output links and gives one rate per player, on every partner and
	// every sector, services included.
	Formula NashMethod = iota
	// Gradient lets players answer each other in turn, each at the optimum of
	// its welfare, found with adjoint gradients. It works in any world and with
	// any [Instrument].
	Gradient
)

// ParseNashMethod reads formula or gradient.
func ParseNashMethod(s string) (NashMethod, error) {
	switch s {
	case "formula":
		return Formula, nil
	case "gradient":
		return Gradient, nil
	}
	return 0, fmt.Errorf("unknown method %q (formula, gradient)", s)
}

func (m NashMethod) String() string {
	if m == Gradient {
		return "gradient"
	}
	return "formula"
}

// An Instrument says what a player can set.
type Instrument int

const (
	ByPartnerAndSector Instrument = iota // a rate for each partner and sector
	ByPartner                            // a rate for each partner
	BySector                             // a rate for each sector
	Uniform                              // one rate
)

var instrumentNames = [...]string{"partner-sector", "partner", "sector", "uniform"}

func (i Instrument) String() string {
	if i < 0 || int(i) >= len(instrumentNames) {
		return fmt.Sprintf("instrument %d", int(i))
	}
	return instrumentNames[i]
}

// ParseInstrument reads partner-sector, partner, sector or uniform.
func ParseInstrument(s string) (Instrument, error) {
	for i, name := range instrumentNames {
		if s == name {
			return Instrument(i), nil
		}
	}
	return 0, fmt.Errorf("unknown instrument %q (%s)", s, strings.Join(instrumentNames[:], ", "))
}

// NashOptions steer [World.Nash]. The zero value: formula, all players.
type NashOptions struct {
	Method  NashMethod
	Players []int // indices of economies; nil: all. Others keep base tariffs.

	// Formula only. DropDelta leaves out the term delta of Proposition 1, the
	// effect through foreign tariff revenue, and Floor bounds the elasticity in
	// the denominator from below: 1 caps rates at 100 percent. The public code
	// of Lashkaripour (tariffwar) has DropDelta and Floor 1.
	DropDelta bool
	Floor     float64

	// Gradient only.
	Instrument Instrument
	Services   bool    // tariffs on services too; Formula always has them
	MaxRate    float64 // largest rate, a share; default 10, that is 1000 percent
	Subsidies  bool    // rates below zero, down to -0.5
	Rounds     int     // most rounds of answers; default 30
	// RateTol ends the rounds: no rate moves by more. Default 1e-5.
	RateTol float64

	// Progress, if not nil, is told of each answer found under Gradient.
	Progress func(round, done, of int)

	Solve Options // Tol and MaxIter of equilibria; Closure and Kappa under Gradient
}

// A NashResult is a tariff war. Hats compare with the base year; [N] by
// economy.
type NashResult struct {
	World   string
	Method  NashMethod
	Players []int
	// Rate is the median over partners and sectors of a player's rates, a
	// share; its only rate if the instrument is uniform. Zero for others.
	Rate []float64
	// Tariff are the tariff powers, in cells, of all economies.
	Tariff  []float64
	Welfare []float64 // [N] hat
	Wage    []float64 // [N] hat
	Price   []float64 // [N] hat
	Income  []float64 // [N] hat

	Report     solve.Report // of the equilibrium of the war
	BaseReport solve.Report // of the balanced base, under Formula
	Rounds     int          // rounds of answers, under Gradient
	Solves     int          // equilibria computed, under Gradient
	// Slope is the largest first-order gain left to a player, under Gradient:
	// the projected derivative of ln welfare in scaled ln(1+t).
	Slope float64
}

// A LinksError says that a formula does not hold in a world with input-output
// links.
type LinksError struct{ World string }

func (e *LinksError) Error() string {
	return fmt.Sprintf("the formula for optimal tariffs holds without input-output links, and world %s has them; use the method gradient, or the world without links", e.World)
}

// Nash finds mutual best responses. Under Formula the base is the balanced one
// ([Balanced]).
func (w *World) Nash(o NashOptions) (*NashResult, error) {
	players, err := w.players(o.Players)
	if err != nil {
		return nil, err
	}
	if o.Method == Gradient {
		return w.nashGradient(players, o)
	}
	return w.nashFormula(players, o)
}

// players checks and sorts indices; nil is everybody.
func (w *World) players(list []int) ([]int, error) {
	if list == nil {
		all := make([]int, w.N)
		for n := range all {
			all[n] = n
		}
		return all, nil
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("a tariff war needs at least one player")
	}
	out := append([]int(nil), list...)
	sort.Ints(out)
	for k, n := range out {
		if n < 0 || n >= w.N {
			return nil, fmt.Errorf("player %d of %d economies", n, w.N)
		}
		if k > 0 && n == out[k-1] {
			return nil, fmt.Errorf("player %s is named twice", w.Economies[n].ISO3)
		}
	}
	return out, nil
}

// HasLinks says whether output needs intermediate inputs.
func (w *World) HasLinks() bool {
	for _, v := range w.IO {
		if v != 0 {
			return true
		}
	}
	return false
}

// median sorts x in place.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	sort.Float64s(x)
	m := len(x) / 2
	if len(x)%2 == 1 {
		return x[m]
	}
	return (x[m-1] + x[m]) / 2
}
