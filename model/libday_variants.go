package model

import (
	"fmt"
	"math"
	"strings"
)

// LibDayOptions are the parts of the model of [LibDay] that can be changed.
type LibDayOptions struct {
	Eps, Kappa  float64 // elasticities of trade and of labour supply
	Scale       float64 // psi times PsiEps
	PsiEps      float64 // 0: Eps
	PassThrough float64 // 1 in the baseline, 0.25 incomplete
	NoSelling   bool    // nu = 0, phi = 1: Eaton-Kortum-Krugman
	Beta        float64 // share of labour in costs; 1 without roundabout
	LumpSum     bool    // revenue is rebated lump-sum, not by the income tax
}

// With returns the model with other parts.
func (m *LibDay) With(o LibDayOptions) (*LibDay, error) {
	if o.PsiEps == 0 {
		o.PsiEps = o.Eps
	}
	switch {
	case !(o.Eps > 0):
		return nil, fmt.Errorf("trade elasticity %g must be above 0", o.Eps)
	case !(o.Kappa >= 0):
		return nil, fmt.Errorf("labour supply elasticity %g must be at least 0", o.Kappa)
	case !(o.Scale >= 0):
		return nil, fmt.Errorf("scale economies %g must be at least 0", o.Scale)
	case !(o.Beta > 0 && o.Beta <= 1):
		return nil, fmt.Errorf("labour share %g must be above 0 and at most 1", o.Beta)
	case !(o.PassThrough > 0):
		return nil, fmt.Errorf("pass-through %g must be above 0", o.PassThrough)
	case o.NoSelling && o.PassThrough != 1:
		return nil, fmt.Errorf("without labour paid at the destination, pass-through is full")
	}
	c := m.copy()
	if o.NoSelling {
		c = m.EatonKortum()
	} else {
		c.SetPassThrough(o.PassThrough)
	}
	if o.Beta < 1 {
		c = c.Roundabout(o.Beta)
	}
	c.Eps, c.Kappa, c.LumpSum = o.Eps, o.Kappa, o.LumpSum
	c.Psi = o.Scale / o.PsiEps
	return c, nil
}

// Members are the economies of a code: one economy, or EU.
func (m *LibDay) Members(code string) ([]int, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	var out []int
	for n, e := range m.Economies {
		if e.ISO2 == code || e.ISO3 == code || strings.EqualFold(e.Name, code) || code == "EU" && strings.Contains(members2022, e.ISO3) {
			out = append(out, n)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("no economy %q among the %d of world libday2023", code, m.N)
	}
	return out, nil
}

// ReadRates writes rates of a table (exporter, importer, rate; * for all) into
// rates; later lines win. A nil open is [OpenCSV].
func (m *LibDay) ReadRates(path string, open Opener, rates []float64) error {
	if open == nil {
		open = OpenCSV
	}
	t, err := readTableFrom(open, path, "exporter", "importer", "rate")
	if err != nil {
		return err
	}
	all := seq(m.N)
	who := func(col string) ([]int, error) {
		if t.str(col) == "*" {
			return all, nil
		}
		ns, err := m.Members(t.str(col))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, t.line, err)
		}
		return ns, nil
	}
	for {
		ok, err := t.next()
		if err != nil || !ok {
			return err
		}
		from, err := who("exporter")
		if err != nil {
			return err
		}
		to, err := who("importer")
		if err != nil {
			return err
		}
		v, err := t.num("rate")
		if err != nil {
			return err
		}
		if !(v > -1) || math.IsInf(v, 0) {
			return fmt.Errorf("%s:%d: rate %g must be above -1", path, t.line, v)
		}
		for _, n := range to {
			for _, i := range from {
				if i != n {
					rates[n*m.N+i] = v
				}
			}
		}
	}
}

// SolveTransfers solves under a treatment of deficits: "world", fixed shares of
// world GDP; "balanced", trade with the United States balanced before and
// after, differences of the two, as in Table 10 of the paper; "zero", no
// transfers before and after, differences of the two.
func (m *LibDay) SolveTransfers(rates []float64, transfers string) (*LibDayResult, error) {
	flat := append([]float64(nil), m.Transfer...)
	c := m.copy()
	switch transfers {
	case "world":
		return m.Solve(rates, nil)
	case "balanced":
		for n := range flat {
			flat[n] -= m.Flow[n*m.N+m.US] - m.Flow[m.US*m.N+n]
		}
		flat[m.US], c.LastAbsorbs = 0, true
	case "zero":
		for n := range flat {
			flat[n] = 0
		}
	default:
		return nil, fmt.Errorf("no treatment of transfers %q (world, balanced, zero)", transfers)
	}
	before, err := c.Solve(m.Rates(), flat)
	if err != nil {
		return nil, err
	}
	after, err := c.Solve(rates, flat)
	if err != nil {
		return nil, err
	}
	return after.minus(before), nil
}

// BestUniform is the uniform rate of the United States that maximises its
// welfare, given what set writes for the others once its own rate is there. It
// is found by golden section between 0 and 100 percent, to 1e-6.
func (m *LibDay) BestUniform(transfers string, set func(rates []float64)) (float64, error) {
	var failed error
	value := func(v float64) float64 {
		r := m.Rates()
		for i := 0; i < m.N; i++ {
			if i != m.US {
				r[m.US*m.N+i] = v
			}
		}
		if set != nil {
			set(r)
		}
		res, err := m.SolveTransfers(r, transfers)
		if err != nil {
			failed = err
			return math.NaN()
		}
		return res.Welfare[m.US]
	}
	golden := (math.Sqrt(5) - 1) / 2
	a, b := 0.0, 1.0
	x, y := b-golden*(b-a), a+golden*(b-a)
	fx, fy := value(x), value(y)
	for b-a > 1e-6 && failed == nil {
		if fx >= fy {
			b, y, fy = y, x, fx
			x = b - golden*(b-a)
			fx = value(x)
		} else {
			a, x, fx = x, y, fy
			y = a + golden*(b-a)
			fy = value(y)
		}
	}
	return (a + b) / 2, failed
}
