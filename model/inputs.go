package model

import (
	"fmt"
	"math"
	"sort"
)

// A useTable is what one economy uses: inputs by output, final demand, value
// added, for J sectors.
type useTable struct {
	io    []float64 // [k*J+j] input k per unit of output j
	final []float64 // [k] final share of what is bought of k
	va    []float64 // [j] value added per unit of output j
}

func newUse(J int) useTable {
	return useTable{make([]float64, J*J), make([]float64, J), make([]float64, J)}
}

// fit adapts a table to purchases x and outputs y, [J] each: the table nearest
// to it in cross entropy in which sector k is used up by inputs and final
// demand, and the value of output j is inputs and value added,
//
//	sum_j Z_kj + F_k = x_k,   sum_k Z_kj + V_j = y_j,   and sum_j V_j = va
//
// if va is above zero. It is Z_kj = r_k Z0_kj s_j, F_k = r_k F0_k, V_j = m V0_j
// s_j (the scaling known as RAS, with final demand and value added as a free
// border; see Robinson, Cattaneo and El-Said 2001), found by scaling rows,
// columns and the border in turn. What is zero stays zero and nothing becomes
// negative. The residual is the largest relative gap left.
func (d useTable) fit(x, y []float64, va float64) (t useTable, steps int, residual float64, err error) {
	J, m := len(x), 1.0
	if left := sum(x) - sum(y) + va; va > 0 && left <= 0 {
		return t, 0, 0, fmt.Errorf("value added of %.6g leaves %.6g for final demand", va, left)
	}
	z := make([]float64, J*J)
	f, v := make([]float64, J), make([]float64, J)
	for k := range x {
		f[k] = d.final[k] * x[k]
		for j := range y {
			if x[k] > 0 {
				z[k*J+j] = d.io[k*J+j] * y[j]
			}
		}
		v[k] = d.va[k] * y[k]
	}
	r, s := ones(J), ones(J)
	for steps = 1; steps <= 10000; steps++ {
		residual = 0
		if va > 0 {
			total := dot1(v, s)
			residual = math.Abs(m*total/va - 1)
			m = va / total
		}
		for k := range r {
			total := f[k]
			for j, c := range s {
				total += z[k*J+j] * c
			}
			if x[k] == 0 {
				continue
			}
			if !(total > 0) {
				return t, steps, 0, fmt.Errorf("sector %d is bought and its donor has no use for it", k+1)
			}
			residual = math.Max(residual, math.Abs(total*r[k]/x[k]-1))
			r[k] = x[k] / total
		}
		if residual < 1e-13 {
			break
		}
		for j := range s {
			total := m * v[j]
			for k, c := range r {
				total += z[k*J+j] * c
			}
			if y[j] == 0 {
				continue
			}
			if !(total > 0) {
				return t, steps, 0, fmt.Errorf("sector %d produces and its donor has no cost", j+1)
			}
			s[j] = y[j] / total
		}
	}
	if residual > 1e-9 {
		return t, steps, residual, fmt.Errorf("fit of input coefficients stopped at %.2g", residual)
	}
	t = newUse(J)
	for j := range y {
		t.va[j] = 1
		if y[j] == 0 {
			continue
		}
		for k := range x {
			c := r[k] * z[k*J+j] * s[j] / y[j]
			t.io[k*J+j] = c
			t.va[j] -= c
		}
	}
	for k := range x {
		if x[k] > 0 {
			t.final[k] = r[k] * f[k] / x[k]
		}
	}
	return t, steps, residual, nil
}

// mean averages tables.
func meanUse(tables []useTable) useTable {
	J := len(tables[0].va)
	m := newUse(J)
	for _, t := range tables {
		addTo(m.io, t.io, 1/float64(len(tables)))
		addTo(m.final, t.final, 1/float64(len(tables)))
		addTo(m.va, t.va, 1/float64(len(tables)))
	}
	return m
}

func addTo(x, y []float64, by float64) {
	for i, v := range y {
		x[i] += by * v
	}
}

// uses returns the table of economy n of a world.
func (w *World) uses(n int) useTable {
	J := w.J
	t := newUse(J)
	for j := 0; j < J; j++ {
		r := w.Row(j, n)
		t.va[j] = w.VA[r]
		for k := 0; k < J; k++ {
			t.io[k*J+j] = w.IO[(k*J+j)*w.N+n]
		}
		if w.X0[r] > 0 {
			t.final[j] = math.Max(0, w.Alpha[r]*w.Income[n]/w.X0[r])
		}
	}
	return t
}

// structure is the square root of the shares of sectors in the purchases and
// output of economy n, [2J]: its Euclidean distance is Hellinger's.
func (w *World) structure(n int) []float64 {
	s := make([]float64, 2*w.J)
	var x, y float64
	for j := 0; j < w.J; j++ {
		s[j], s[w.J+j] = w.X0[w.Row(j, n)], w.Y0[w.Row(j, n)]
		x, y = x+s[j], y+s[w.J+j]
	}
	for j := 0; j < w.J; j++ {
		s[j], s[w.J+j] = math.Sqrt(s[j]/x), math.Sqrt(s[w.J+j]/y)
	}
	return s
}

// nearest orders candidates by the distance of their structure to n.
func (w *World) nearest(n int, candidates []int) []int {
	at := w.structure(n)
	far := map[int]float64{}
	for _, c := range candidates {
		for i, v := range w.structure(c) {
			far[c] += (v - at[i]) * (v - at[i])
		}
	}
	out := append([]int(nil), candidates...)
	sort.SliceStable(out, func(a, b int) bool { return far[out[a]] < far[out[b]] })
	return out
}

// An inputDonor has tables of inputs in its own sectors.
type inputDonor struct {
	w *World
	// parent is the donor's sector of each target sector.
	parent []int
}

// expand carries table d, in the sectors of the donor, to the target's: a
// column is that of its parent, and what an output uses of a parent is split
// among its children as weights says, by output j, [children].
func (p inputDonor) expand(d useTable, weight func(k, j int) float64) useTable {
	J, from := len(p.parent), len(d.va)
	t := newUse(J)
	total := make([]float64, from)
	for j := 0; j < J; j++ {
		for q := range total {
			total[q] = 0
		}
		for k, q := range p.parent {
			total[q] += weight(k, j)
		}
		pj := p.parent[j]
		t.va[j], t.final[j] = d.va[pj], d.final[pj]
		for k, q := range p.parent {
			if total[q] > 0 {
				t.io[k*J+j] = d.io[q*from+pj] * weight(k, j) / total[q]
			}
		}
	}
	return t
}
