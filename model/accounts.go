package model

import (
	"fmt"
	"math"
	"sort"
)

// An Adjustment reports what calibration changed so that the accounts close.
type Adjustment struct {
	// Cells are the changed cells, largest first; editions keep a hundred.
	Cells []AdjustedCell `json:"cells,omitempty"`
	// Changed counts all changed cells.
	Changed int `json:"changed"`
	// AbsMUSD sums the absolute changes of values, million USD.
	AbsMUSD float64 `json:"abs_musd"`
	// OfMUSD is the total of the values before, million USD.
	OfMUSD float64 `json:"of_musd"`
	// Notes say in words what was done.
	Notes []string `json:"notes,omitempty"`
}

// An AdjustedCell is one changed figure.
type AdjustedCell struct {
	Table string  `json:"table"` // flow, tariff, io, final
	Cell  string  `json:"cell"`  // names, exporter > importer : sector
	Was   float64 `json:"was"`
	Is    float64 `json:"is"`
}

func (a *Adjustment) add(c AdjustedCell) { a.Cells = append(a.Cells, c); a.Changed++ }

// trim sorts the cells by size of change.
func (a *Adjustment) trim() {
	sort.SliceStable(a.Cells, func(x, y int) bool {
		return math.Abs(a.Cells[x].Is-a.Cells[x].Was) > math.Abs(a.Cells[y].Is-a.Cells[y].Was)
	})
}

// prepare derives shares and totals from Flow, Tariff, VA, IO. If Alpha is
// nil it is what the accounts leave for final use,
// alpha_nj I_n = X_nj - sum_k gamma_n,jk Y_nk, (13) in the base year; negative
// shares are set to zero and reported, and the accounts then do not close
// until Closed re-solves them.
func (w *World) prepare() error {
	if err := w.checkShapes(); err != nil {
		return err
	}
	N, J := w.N, w.J
	w.X0, w.Y0 = make([]float64, N*J), make([]float64, N*J)
	w.pi, w.net = make([]float64, N*N*J), make([]float64, N*N*J)
	w.dutyFree = make([]bool, N*J)
	w.WL0, w.Revenue = make([]float64, N), make([]float64, N)
	w.Deficit, w.Income = make([]float64, N), make([]float64, N)
	w.inverse = new(homeInverse)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			r := w.Row(j, n)
			flow, tar := w.Flow[r*N:r*N+N], w.Tariff[r*N:r*N+N]
			x, free := 0.0, true
			for i, v := range flow {
				x += v
				net := v / tar[i]
				w.Y0[j*N+i] += net
				w.Revenue[n] += v - net
				if i != n {
					w.Deficit[n] += net
					w.Deficit[i] -= net
				}
				free = free && tar[i] == 1
			}
			w.X0[r], w.dutyFree[r] = x, free
			if x > 0 {
				for i, v := range flow {
					w.pi[r*N+i] = v / x
					w.net[r*N+i] = v / x / tar[i]
				}
			}
		}
	}
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			w.WL0[n] += w.VA[j*N+n] * w.Y0[j*N+n]
		}
	}
	if w.valueAdded != nil {
		copy(w.WL0, w.valueAdded)
		copy(w.Deficit, w.gap)
	}
	for n := range w.Income {
		w.Income[n] = w.WL0[n] + w.Revenue[n] + w.Deficit[n]
		if !(w.Income[n] > 0) {
			return fmt.Errorf("economy %s has no income: value added %.6g, revenue %.6g, deficit %.6g million USD",
				w.Economies[n].ISO3, w.WL0[n], w.Revenue[n], w.Deficit[n])
		}
	}
	if w.Alpha == nil {
		w.finalShares()
	}
	w.open = false
	z := make([]float64, N*J)
	w.inputs(w.Y0, z)
	for r := range z {
		if gap := w.X0[r] - z[r] - w.Alpha[r]*w.Income[r%N]; math.Abs(gap) > 1e-6*(w.X0[r]+z[r])+1e-12*w.Income[r%N] {
			w.open = true
		}
	}
	return nil
}

// finalShares sets Alpha from the accounts.
func (w *World) finalShares() {
	N, J := w.N, w.J
	w.Alpha = make([]float64, N*J)
	z := make([]float64, N*J)
	w.inputs(w.Y0, z)
	for n := 0; n < N; n++ {
		total := 0.0
		for j := 0; j < J; j++ {
			r := w.Row(j, n)
			a := (w.X0[r] - z[r]) / w.Income[n]
			if a < 0 {
				if -a > 1e-12 {
					w.Adjusted.add(AdjustedCell{"final", w.Economies[n].ISO3 + ":" + w.Sectors[j].Code, a * w.Income[n], 0})
				}
				a = 0
			}
			w.Alpha[r] = a
			total += a
		}
		for j := 0; j < J; j++ {
			w.Alpha[w.Row(j, n)] /= total
		}
	}
}

// inputs computes z_nk = sum_j gamma_n,kj Y_nj, rows to rows.
func (w *World) inputs(y, z []float64) { rowSums(w.N, w.J, w.IO, y, z) }

// costs computes c_nj = sum_k gamma_n,kj p_nk, the transpose of inputs.
func (w *World) costs(p, c []float64) { columnSums(w.N, w.J, w.IO, p, c) }

// rowSums computes z[k,n] = sum_j io[k,j,n] y[j,n].
func rowSums(N, J int, io, y, z []float64) {
	for k := 0; k < J; k++ {
		zk := z[k*N : k*N+N]
		for n := range zk {
			zk[n] = 0
		}
		a := io[k*J*N : (k+1)*J*N]
		j := 0
		for ; j+4 <= J; j += 4 {
			a0, a1, a2, a3 := a[j*N:j*N+N], a[(j+1)*N:(j+1)*N+N], a[(j+2)*N:(j+2)*N+N], a[(j+3)*N:(j+3)*N+N]
			y0, y1, y2, y3 := y[j*N:j*N+N], y[(j+1)*N:(j+1)*N+N], y[(j+2)*N:(j+2)*N+N], y[(j+3)*N:(j+3)*N+N]
			mulAdd4(zk, a0, a1, a2, a3, y0, y1, y2, y3)
		}
		for ; j < J; j++ {
			mulAdd1(zk, a[j*N:j*N+N], y[j*N:j*N+N])
		}
	}
}

// columnSums computes c[j,n] = sum_k io[k,j,n] p[k,n].
func columnSums(N, J int, io, p, c []float64) {
	for j := 0; j < J; j++ {
		cj := c[j*N : j*N+N]
		for n := range cj {
			cj[n] = 0
		}
		at := func(k int) []float64 { o := (k*J + j) * N; return io[o : o+N] }
		k := 0
		for ; k+4 <= J; k += 4 {
			mulAdd4(cj, at(k), at(k+1), at(k+2), at(k+3),
				p[k*N:k*N+N], p[(k+1)*N:(k+1)*N+N], p[(k+2)*N:(k+2)*N+N], p[(k+3)*N:(k+3)*N+N])
		}
		for ; k < J; k++ {
			mulAdd1(cj, at(k), p[k*N:k*N+N])
		}
	}
}

func (w *World) checkShapes() error {
	N, J := len(w.Economies), len(w.Sectors)
	w.N, w.J = N, J
	for _, t := range []struct {
		name string
		got  int
		want int
	}{
		{"flows", len(w.Flow), N * N * J}, {"tariffs", len(w.Tariff), N * N * J},
		{"value-added shares", len(w.VA), N * J}, {"input coefficients", len(w.IO), N * J * J},
		{"elasticities", len(w.Theta), J},
	} {
		if t.got != t.want {
			return fmt.Errorf("%d %s for %d economies and %d sectors, want %d", t.got, t.name, N, J, t.want)
		}
	}
	return nil
}

// Closed returns the base year with accounts that hold exactly: the
// equilibrium at unchanged tariffs and deficits. If the accounts already
// close it is w itself. Every flow that moved is in Adjusted.
func (w *World) Closed() (*World, error) {
	r, err := w.solveBase(Shock{})
	if err != nil {
		return nil, fmt.Errorf("closing the accounts of world %s: %w", w.Name, err)
	}
	if r.Report.Path[0] < 1e-11 {
		return w, nil
	}
	c := r.Rebase()
	c.Adjusted.Notes = append(c.Adjusted.Notes, "base re-solved at its own tariffs so that every market clears")
	c.recordFlows(w)
	return c, nil
}

// recordFlows notes how the flows differ from those of old.
func (w *World) recordFlows(old *World) {
	for c, v := range w.Flow {
		u := old.Flow[c]
		w.Adjusted.AbsMUSD += math.Abs(v - u)
		w.Adjusted.OfMUSD += u
		if math.Abs(v-u) > 1e-9*(1+math.Abs(u)) {
			i, n, j := c%w.N, c/w.N%w.N, c/w.N/w.N
			w.Adjusted.add(AdjustedCell{"flow", w.Economies[i].ISO3 + ">" + w.Economies[n].ISO3 + ":" + w.Sectors[j].Code, u, v})
		}
	}
	w.Adjusted.trim()
}

// Balanced returns the base year with every trade deficit at zero: first the
// deficits go to zero at the old tariffs, and that equilibrium is the new
// base (CP section 5.1). It is computed once.
func (w *World) Balanced() (*World, error) {
	w.balancedOnce.Do(func() {
		r, err := w.solveBase(Shock{Deficit: make([]float64, w.N)})
		if err != nil {
			w.balancedErr = fmt.Errorf("balancing the trade of world %s: %w", w.Name, err)
			return
		}
		w.balanced = r.Rebase()
		w.balanced.Name = w.Name
		// It is its own balanced base.
		w.balanced.balancedOnce.Do(func() {})
		w.balanced.balanced = w.balanced
	})
	return w.balanced, w.balancedErr
}

// WithoutLinks returns the variant without input-output links: value added is
// all of output, and all expenditure is final.
func (w *World) WithoutLinks() (*World, error) {
	c := w.clone()
	c.Name += " without input-output links"
	c.VA = make([]float64, len(w.VA))
	for r := range c.VA {
		c.VA[r] = 1
	}
	c.IO = make([]float64, len(w.IO))
	c.Alpha = nil
	c.Adjusted = Adjustment{}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	return c, nil
}

// solveBase solves for a base year, to 1e-12 so that the base adds nothing to
// the error of a scenario, or to the usual tolerance where rounding in the
// data does not allow that.
func (w *World) solveBase(s Shock) (*Result, error) {
	r, err := w.Solve(s, Options{Tol: 1e-12})
	if err != nil {
		return w.Solve(s, Options{})
	}
	return r, nil
}
