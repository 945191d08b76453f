package model

import (
	"fmt"
	"math"
)

// A Shock is what differs from the base year. The zero Shock is no change.
type Shock struct {
	// Tariff are the new tariff powers T', in cells; nil: as in the base.
	Tariff []float64
	// Cost are the changes of trade costs d̂ other than tariffs, in cells;
	// nil: none.
	Cost []float64
	// Deficit are new base deficits D_n, [N], million USD, imports less
	// exports, summing to zero; nil: as in the base. They move with the
	// closure.
	Deficit []float64
}

// A Closure says what happens to trade balances.
type Closure int

const (
	// Fixed keeps each deficit a fixed share of world value added (Dekle,
	// Eaton and Kortum 2008): D'_n = D_n * sum(w'L')/sum(wL).
	Fixed Closure = iota
	// Balanced first takes all deficits to zero at the old tariffs and uses
	// that equilibrium as the base (Caliendo and Parro 2015, Ossa 2014).
	Balanced
	// Proportional keeps each deficit a fixed share of the economy's own
	// value added, less a common share so that they sum to zero:
	// D'_n = (d_n - dbar) w'_n L'_n, d_n = D_n/(w_n L_n).
	Proportional
)

var closureNames = [...]string{"fixed", "balanced", "proportional"}

func (c Closure) String() string {
	if c < 0 || int(c) >= len(closureNames) {
		return fmt.Sprintf("closure %d", int(c))
	}
	return closureNames[c]
}

// ParseClosure reads fixed, balanced or proportional.
func ParseClosure(s string) (Closure, error) {
	for c, name := range closureNames {
		if s == name {
			return Closure(c), nil
		}
	}
	return 0, fmt.Errorf("unknown closure %q (fixed, balanced, proportional)", s)
}

// Options of a solve. The zero value: fixed closure, fixed labour, 1e-10.
type Options struct {
	Closure Closure
	// Kappa is the elasticity of labour supply to the real wage,
	// L̂ = (ŵ/P̂)^κ; zero for fixed labour.
	Kappa float64
	// Tol is the largest relative residual of any equation; default 1e-10.
	Tol float64
	// MaxIter bounds the iterations; default 1000.
	MaxIter int
	// Start is the result of a nearby shock to the same base, or to one of the
	// same shape, or nil.
	Start *Result
	// Ahead, if both are given, are results to the shock of Start and to this
	// one in a neighbouring world, such as one of other elasticities: the solve
	// starts from Start moved by their difference. It changes only where a
	// solve starts.
	Ahead [2]*Result
}

// WithTariff returns new tariff powers: those of the base, with the cells for
// which change returns ok set to its power. Services cells are skipped.
func (w *World) WithTariff(change func(exporter, importer, sector int, base float64) (power float64, ok bool)) []float64 {
	t := append([]float64(nil), w.Tariff...)
	for j := range w.Sectors {
		if !w.Sectors[j].Goods {
			continue
		}
		for n := 0; n < w.N; n++ {
			for i := 0; i < w.N; i++ {
				if i == n {
					continue
				}
				c := w.Cell(j, n, i)
				if p, ok := change(i, n, j, t[c]); ok {
					t[c] = p
				}
			}
		}
	}
	return t
}

// check names the first bad cell of a shock.
func (w *World) checkShock(s Shock, o Options) error {
	cells := w.N * w.N * w.J
	for _, a := range []struct {
		name string
		x    []float64
	}{{"tariff power", s.Tariff}, {"trade cost", s.Cost}} {
		if a.x == nil {
			continue
		}
		if len(a.x) != cells {
			return fmt.Errorf("%d %ss for %d cells", len(a.x), a.name, cells)
		}
		for c, v := range a.x {
			if !(v > 0) || math.IsInf(v, 0) {
				return fmt.Errorf("%s of %s is %g, must be above 0", a.name, w.cellName(c), v)
			}
		}
	}
	if s.Deficit != nil {
		if len(s.Deficit) != w.N {
			return fmt.Errorf("%d deficits for %d economies", len(s.Deficit), w.N)
		}
		total, size := 0.0, 0.0
		for _, d := range s.Deficit {
			total += d
			size += math.Abs(d)
		}
		if math.Abs(total) > 1e-9*(1+size) {
			return fmt.Errorf("deficits sum to %.6g million USD, must sum to 0", total)
		}
	}
	if o.Kappa < 0 || math.IsNaN(o.Kappa) {
		return fmt.Errorf("labour supply elasticity %g is negative", o.Kappa)
	}
	if o.Closure < Fixed || o.Closure > Proportional {
		return fmt.Errorf("unknown closure %d", int(o.Closure))
	}
	return nil
}

// cellName writes exporter > importer : sector.
func (w *World) cellName(c int) string {
	i, n, j := c%w.N, c/w.N%w.N, c/w.N/w.N
	return w.Economies[i].ISO3 + " > " + w.Economies[n].ISO3 + " : " + w.Sectors[j].Code
}
