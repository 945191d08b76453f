package talks

import (
	"context"
	"math"
	"slices"
)

// A Swing is how far the worth of something to the asker moves with one
// elasticity: 5th and 95th percentile of its distribution, the others as they
// are.
type Swing struct {
	Sector   string  `json:"sector"`
	What     string  `json:"what"`
	ThetaLo  float64 `json:"theta_lo"`
	ThetaHi  float64 `json:"theta_hi"`
	GainLo   float64 `json:"gain_asker_musd_at_lo"`
	GainHi   float64 `json:"gain_asker_musd_at_hi"`
	GiverLo  float64 `json:"gain_giver_musd_at_lo"`
	GiverHi  float64 `json:"gain_giver_musd_at_hi"`
	Residual float64 `json:"residual"`
}

// Tornado moves the elasticity of each goods sector alone and keeps the six
// that matter most for the asker. The spread of an elasticity is that between
// the published sets of the world (see model.World.Spread).
func (g *Ground) Tornado(ctx context.Context, tariff []float64) ([]Swing, error) {
	d := g.desk
	sp, err := d.World.Spread()
	if err != nil {
		return nil, nil // a world with one set has no spread, and no tornado
	}
	const z = 1.6449 // standard normal, 95th percentile
	type job struct {
		j  int
		up bool
	}
	var jobs []job
	var out []Swing
	for j, s := range d.World.Sectors {
		if s.Goods {
			jobs = append(jobs, job{j, false}, job{j, true})
			out = append(out, Swing{Sector: s.Code, What: s.Name})
		}
	}
	// What every solve starts from.
	if _, err := d.nearby(ctx, d.Question.Closures[0], Central); err != nil {
		return nil, err
	}
	res := make([]float64, len(jobs))
	if err := d.Each(ctx, len(jobs), func(k int) error {
		x, s := jobs[k], &out[k/2]
		theta := slices.Clone(d.World.Theta)
		f := math.Exp(z * sp.SE[x.j])
		if !x.up {
			f = 1 / f
		}
		theta[x.j] = math.Min(30, math.Max(0.5, theta[x.j]*f))
		w, err := d.World.WithTheta(theta)
		if err != nil {
			return err
		}
		from, err := d.pointOf(ctx, w, g.Tariff)
		if err != nil {
			return err
		}
		to, err := d.pointOf(ctx, w, tariff)
		if err != nil {
			return err
		}
		res[k] = math.Max(from.Residual, to.Residual)
		_, a := tidy2(Gain(from, to, d.Asker))
		_, b := tidy2(Gain(from, to, d.Giver))
		if x.up {
			s.ThetaHi, s.GainHi, s.GiverHi = tidy(theta[x.j]), a, b
		} else {
			s.ThetaLo, s.GainLo, s.GiverLo = tidy(theta[x.j]), a, b
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Residual = math.Max(res[2*i], res[2*i+1])
	}
	slices.SortStableFunc(out, func(a, b Swing) int {
		return compareDown(math.Abs(a.GainHi-a.GainLo), math.Abs(b.GainHi-b.GainLo))
	})
	return out[:min(6, len(out))], nil
}
