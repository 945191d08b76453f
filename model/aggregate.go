package model

import "fmt"

// Aggregate returns the World with economies and sectors merged: economy n
// goes to group economy[n], sector j to sector[j], groups numbered from 0 and
// named by the slices given. Flows add up; a tariff is the one that yields the
// same duty, so flows inside a group keep theirs as a duty on home goods;
// input coefficients, value added and scale elasticities are weighted by output,
// trade elasticities by cross-border flows. Totals of trade with other groups, output, value added
// and revenue are those of the parts.
func (w *World) Aggregate(economies []Economy, economy []int, sectors []Sector, sector []int) (*World, error) {
	N, J, n2, j2 := w.N, w.J, len(economies), len(sectors)
	if err := checkGroups("economies", economy, N, n2); err != nil {
		return nil, err
	}
	if err := checkGroups("sectors", sector, J, j2); err != nil {
		return nil, err
	}
	a := &World{Name: w.Name + " aggregated", Year: w.Year, Source: w.Source, Notes: w.Notes, Economies: economies, Sectors: sectors, N: n2, J: j2}
	a.Flow, a.Tariff = make([]float64, n2*n2*j2), make([]float64, n2*n2*j2)
	a.VA, a.IO, a.Theta = make([]float64, n2*j2), make([]float64, n2*j2*j2), make([]float64, j2)
	net := make([]float64, len(a.Flow))
	weight, plain, count := make([]float64, j2), make([]float64, j2), make([]float64, j2)
	sets := map[string][]float64{}
	for name := range w.Sets {
		sets[name] = make([]float64, j2)
	}
	for j := 0; j < J; j++ {
		cross := 0.0
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				c, g := w.Cell(j, n, i), a.Cell(sector[j], economy[n], economy[i])
				a.Flow[g] += w.Flow[c]
				net[g] += w.Flow[c] / w.Tariff[c]
				if i != n {
					cross += w.Flow[c]
				}
			}
		}
		weight[sector[j]] += cross
		count[sector[j]]++
		plain[sector[j]] += w.Theta[j]
		a.Theta[sector[j]] += cross * w.Theta[j]
		for name, s := range w.Sets {
			sets[name][sector[j]] += cross * s[j]
		}
	}
	for c := range net {
		a.Tariff[c] = 1
		if net[c] > 0 {
			a.Tariff[c] = a.Flow[c] / net[c]
		}
	}
	for j := range a.Theta {
		if weight[j] > 0 {
			a.Theta[j] /= weight[j]
			for _, s := range sets {
				s[j] /= weight[j]
			}
		} else {
			a.Theta[j] = plain[j] / count[j]
		}
	}
	if len(sets) > 0 {
		a.Sets = sets
	}
	out := make([]float64, n2*j2)
	for j := 0; j < J; j++ {
		for n := 0; n < N; n++ {
			y, row := w.Y0[j*N+n], sector[j]*n2+economy[n]
			out[row] += y
			a.VA[row] += y * w.VA[j*N+n]
			for k := 0; k < J; k++ {
				a.IO[(sector[k]*j2+sector[j])*n2+economy[n]] += y * w.IO[(k*J+j)*N+n]
			}
		}
	}
	for r, y := range out {
		if y == 0 {
			a.VA[r] = 1
			continue
		}
		a.VA[r] /= y
		for k := 0; k < j2; k++ {
			a.IO[k*n2*j2+r] /= y
		}
	}
	if w.Psi != nil { // weighted by output
		a.Psi = make([]float64, j2)
		total := make([]float64, j2)
		for r, y := range w.Y0 {
			a.Psi[sector[r/N]] += y * w.Psi[r/N]
			total[sector[r/N]] += y
		}
		for j := range a.Psi {
			a.Psi[j] /= total[j]
		}
	}
	return a, a.prepare()
}

func checkGroups(what string, group []int, n, groups int) error {
	if len(group) != n {
		return fmt.Errorf("%d groups for %d %s", len(group), n, what)
	}
	used := make([]bool, groups)
	for i, g := range group {
		if g < 0 || g >= groups {
			return fmt.Errorf("%s: number %d goes to group %d of %d", what, i, g, groups)
		}
		used[g] = true
	}
	for g, u := range used {
		if !u {
			return fmt.Errorf("%s: group %d is empty", what, g)
		}
	}
	return nil
}
