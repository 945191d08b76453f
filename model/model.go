// Package model is a world economy in general equilibrium: many economies and
// sectors linked by trade and by input-output tables, tariffs and the revenue
// they raise, in exact hat algebra (Dekle, Eaton and Kortum 2008; Caliendo and
// Parro 2015, "CP" below; equation numbers are theirs).
//
// A [World] is a calibrated base year. [World.Solve] gives the equilibrium
// under other tariffs, [Result] what happened to every economy, and
// [Result.Gradient] the derivative of one economy's welfare with respect to
// every bilateral tariff by one adjoint solve. An equilibrium that was not
// found is an error with its residual path, never a number.
//
// # Units and layout
//
// Values are in millions of US dollars of the base year. Tariffs are powers:
// 1.25 is a duty of 25 percent of the customs value. A flow is what the buyer
// pays, duty included. Arrays are dense float64 in these layouts:
//
//	cell   (j, n, i)  (j*N+n)*N + i   sector j, importer n, exporter i: [World.Cell]
//	row    (j, n)      j*N + n        sector j of economy n: [World.Row]
//	input  (k, j, n)  (k*J+j)*N + n   input k in output j of economy n
//
// A hat is the ratio of the new value to the base value.
package model

import (
	"fmt"
	"strings"
	"sync"
)

// An Economy of the model.
type Economy struct {
	ISO2 string `json:"iso2"` // ISO 3166 alpha-2; "XW" for the rest of the world
	ISO3 string `json:"iso3"` // ISO 3166 alpha-3; "ROW" for the rest of the world
	Name string `json:"name"`
}

// A Sector of the model.
type Sector struct {
	Code  string `json:"code"` // such as C29
	Name  string `json:"name"`
	Goods bool   `json:"goods"` // tariffs can apply
}

// A World is a calibrated base-year economy. Its exported fields are read
// only once it is built; the methods With… return changed copies.
type World struct {
	Name   string
	Year   int
	Source string // agency, publication, licence
	Notes  []string

	Economies []Economy
	Sectors   []Sector
	N, J      int

	Flow   []float64 // cells: X_nij, buyer's value, duty included
	Tariff []float64 // cells: power 1+t
	VA     []float64 // rows: value-added share gamma_nj of output
	IO     []float64 // inputs: gamma_n,kj; VA + sum_k IO = 1
	Alpha  []float64 // rows: final expenditure shares, sum_j = 1
	Theta  []float64 // [J] trade elasticities
	Psi    []float64 // [J] scale elasticities, nil for constant returns

	// Sets are named alternatives to Theta, [J] each.
	Sets map[string][]float64
	// Adjusted is what calibration changed to balance the accounts.
	Adjusted Adjustment
	// Inputs says how input coefficients were estimated; nil: they are data.
	Inputs *InputReport

	// Derived from the accounts by prepare.
	X0      []float64 // rows: expenditure X_nj
	Y0      []float64 // rows: output Y_nj, net of duty
	WL0     []float64 // [N] value added w_n L_n
	Revenue []float64 // [N] tariff revenue R_n
	Deficit []float64 // [N] D_n = imports - exports, both net of duty
	Income  []float64 // [N] I_n = w_n L_n + R_n + D_n

	pi  []float64 // cells: expenditure shares
	net []float64 // cells: pi / Tariff
	// dutyFree[row] says that every tariff of the row is one.
	dutyFree []bool

	// Published value added and deficits, [N], where they replace those that
	// follow from flows that do not close; nil otherwise.
	valueAdded, gap []float64

	open    bool         // the accounts do not close: see Closed
	inverse *homeInverse // shared by copies with the same shares

	balancedOnce sync.Once
	balanced     *World
	balancedErr  error
}

// Cell is the index of sector j, importer n, exporter i.
func (w *World) Cell(j, n, i int) int { return (j*w.N+n)*w.N + i }

// Row is the index of sector j of economy n.
func (w *World) Row(j, n int) int { return j*w.N + n }

// Economy returns the index of an economy by ISO 3166 alpha-2, alpha-3 or
// name, in any case, or an error that lists what is there.
func (w *World) Economy(code string) (int, error) {
	c := strings.ToUpper(strings.TrimSpace(code))
	for n, e := range w.Economies {
		if c == e.ISO2 || c == e.ISO3 || strings.EqualFold(c, e.Name) {
			return n, nil
		}
	}
	hint := ""
	for _, e := range w.Economies {
		if e.ISO3 == "ROW" {
			hint = "; it is part of ROW, the rest of the world"
		}
	}
	return -1, fmt.Errorf("no economy %q among the %d of world %s%s", code, w.N, w.Name, hint)
}

// Sector returns the index of a sector by code or name.
func (w *World) Sector(code string) (int, error) {
	c := strings.TrimSpace(code)
	for j, s := range w.Sectors {
		if strings.EqualFold(c, s.Code) || strings.EqualFold(c, s.Name) {
			return j, nil
		}
	}
	return -1, fmt.Errorf("no sector %q among the %d of world %s", code, w.J, w.Name)
}

// WithTheta returns the World with other trade elasticities, [J], all above
// zero. The base year does not depend on them.
func (w *World) WithTheta(theta []float64) (*World, error) {
	if len(theta) != w.J {
		return nil, fmt.Errorf("%d elasticities for %d sectors", len(theta), w.J)
	}
	for j, v := range theta {
		if !(v > 0) {
			return nil, fmt.Errorf("elasticity of sector %s is %g, must be above 0", w.Sectors[j].Code, v)
		}
	}
	c := w.clone()
	c.Theta = append([]float64(nil), theta...)
	return c, nil
}

// WithSet returns the World with the elasticities of a named set.
func (w *World) WithSet(name string) (*World, error) {
	s, ok := w.Sets[name]
	if !ok {
		return nil, fmt.Errorf("no elasticity set %q in world %s (has %s)", name, w.Name, strings.Join(w.SetNames(), ", "))
	}
	return w.WithTheta(s)
}

// clone shares the arrays but not the cached balanced base.
func (w *World) clone() *World {
	return &World{Name: w.Name, Year: w.Year, Source: w.Source, Notes: w.Notes,
		Economies: w.Economies, Sectors: w.Sectors, N: w.N, J: w.J,
		Flow: w.Flow, Tariff: w.Tariff, VA: w.VA, IO: w.IO, Alpha: w.Alpha, Theta: w.Theta, Psi: w.Psi,
		Sets: w.Sets, Adjusted: w.Adjusted, Inputs: w.Inputs,
		X0: w.X0, Y0: w.Y0, WL0: w.WL0, Revenue: w.Revenue, Deficit: w.Deficit, Income: w.Income,
		pi: w.pi, net: w.net, dutyFree: w.dutyFree, open: w.open, inverse: w.inverse}
}

// sum adds in order.
func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}
