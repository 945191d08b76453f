package model

import (
	"fmt"
	"math"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
)

// Gains are what economies would lose without trade, percent of real income,
// by the formula of Arkolakis, Costinot and Rodriguez-Clare: 1 - prod
// lambda_nn^(share/eps).
type Gains struct {
	Economies   []Economy
	OneSector   []float64 // [N] one sector, elasticity 5
	ManySectors []float64 // [N] sectors, without intermediate goods
	WithInputs  []float64 // [N] sectors and input-output links
}

// crTheta are the elasticities of Costinot and Rodriguez-Clare (2014), who
// take those of Caliendo and Parro for goods and 5 for services: sectors 1 to
// 16 of WIOD 2013; the other 19 have 5.
var crTheta = []float64{8.11, 15.72, 2.55, 5.56, 5.56, 10.83, 9.07, 51.08, 4.75, 1.66, 2.76, 7.99, 1.52, 10.60, 0.37, 5}

// crElasticity is that of sector j.
func crElasticity(j int) float64 {
	if j < len(crTheta) {
		return crTheta[j]
	}
	return 5
}

// gainsFromTrade applies Costinot and Rodriguez-Clare (2014), "Trade Theory
// with Numbers", section 3, to the input-output table of 2008 (WIOD 2013, 41
// economies by 35 sectors) below root. With inputs,
//
//	G_n = 1 - prod_s prod_k lambda_nnk^(beta_ns a_nsk / eps_k)
//
// with beta final shares and a the elements of the inverse of 1 less the input
// coefficients of n. Changes of inventories stay in final demand, which is cut
// at zero by sector.
func gainsFromTrade(root string) (*Gains, error) {
	const N, J, F, cols = wiotN, wiotJ, wiotF, wiotCols
	t, err := readWIOT(filepath.Join(root, "wiot2013rel_41x35"), 2008)
	if err != nil {
		return nil, err
	}
	g := &Gains{Economies: t.econ}
	for n := 0; n < N; n++ {
		home, all, final, output := make([]float64, J), make([]float64, J), make([]float64, J), make([]float64, J)
		use := mat.NewDense(J, J, nil)
		for i := 0; i < N; i++ {
			for k := 0; k < J; k++ {
				r := i*J + k
				bought := 0.0
				for j := 0; j < J; j++ {
					v := t.at(r, n*J+j)
					use.Set(k, j, use.At(k, j)+v)
					bought += v
				}
				for c := 0; c < F; c++ {
					v := t.at(r, N*J+n*F+c)
					final[k] += v
					bought += v
				}
				all[k] += bought
				if i == n {
					home[k] += bought
					for c := 0; c < cols; c++ {
						output[k] += t.at(r, c)
					}
				}
			}
		}
		lnl := make([]float64, J) // ln lambda / eps
		for k := range lnl {
			if all[k] > 0 { // no home supply at all: a floor
				lnl[k] = math.Log(math.Max(1e-12, math.Min(1, home[k]/all[k]))) / crElasticity(k)
			}
			final[k] = math.Max(0, final[k])
		}
		total := sum(final)
		leontief := mat.NewDense(J, J, nil)
		for k := 0; k < J; k++ {
			for j := 0; j < J; j++ {
				v := 0.0
				if output[j] > 0 {
					v = -use.At(k, j) / output[j]
				}
				if k == j {
					v++
				}
				leontief.Set(k, j, v)
			}
		}
		var inv mat.Dense
		if err := inv.Inverse(leontief); err != nil {
			return nil, fmt.Errorf("input coefficients of %s: %w", t.econ[n].ISO3, err)
		}
		many, links := 0.0, 0.0
		for s := 0; s < J; s++ {
			many += final[s] / total * lnl[s]
			for k := 0; k < J; k++ {
				links += final[s] / total * inv.At(k, s) * lnl[k]
			}
		}
		g.OneSector = append(g.OneSector, 100*(1-math.Pow(sum(home)/sum(all), 0.2)))
		g.ManySectors = append(g.ManySectors, 100*(1-math.Exp(many)))
		g.WithInputs = append(g.WithInputs, 100*(1-math.Exp(links)))
	}
	return g, nil
}
