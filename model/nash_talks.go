package model

import (
	"fmt"
	"math"

	"kanzei/solve"
)

// TalksOptions steer talks. The zero value: efficient talks of all economies
// from base-year tariffs.
type TalksOptions struct {
	Players    []int
	Instrument Instrument
	Services   bool      // tariffs on services too (World only)
	Subsidies  bool      // rates below zero, down to -0.5
	MaxRate    float64   // largest rate, a share; default 10
	Threat     []float64 // tariff powers if talks fail, cells; nil: base-year tariffs
	// Bargain maximises sum_n power_n ln(G_n - threat_n) instead of the common
	// gain. Power is [players]; nil: equal.
	Bargain bool
	Power   []float64
	Solve   Options
}

// Talks is the outcome of talks; [N] by economy.
type Talks struct {
	Players []int
	Tariff  []float64 // cells, powers
	Threat  []float64 // [N] welfare at the threat point, hat
	Welfare []float64 // [N] hat, the government's if it weighs sectors
	Gain    []float64 // [N] Welfare/Threat - 1
	Play    Play
}

// Talks finds tariffs of the players that no other tariffs of theirs improve
// for all: efficient talks give every player the same gain over the threat
// point (Ossa 2014, section III), Nash bargaining the largest product of gains.
func (m *Ossa) Talks(o TalksOptions) (*Talks, error) {
	players := o.Players
	if players == nil {
		for n := 0; n < m.N; n++ {
			players = append(players, n)
		}
	}
	for _, n := range players {
		if n < 0 || n >= m.N {
			return nil, fmt.Errorf("region %d of %d", n, m.N)
		}
	}
	if o.Threat != nil && len(o.Threat) != len(m.Tariff) {
		return nil, fmt.Errorf("%d tariff powers for %d cells", len(o.Threat), len(m.Tariff))
	}
	return newGame(newOssaEngine(m), o.nash()).talks(players, o)
}

// Talks is [Ossa.Talks] for a World. Welfare is of the whole economy.
func (w *World) Talks(o TalksOptions) (*Talks, error) {
	players, err := w.players(o.Players)
	if err != nil {
		return nil, err
	}
	if err := w.checkShock(Shock{Tariff: o.Threat}, o.Solve); err != nil {
		return nil, err
	}
	return w.newGame(o.nash()).talks(players, o)
}

func (o TalksOptions) nash() NashOptions {
	return NashOptions{Instrument: o.Instrument, Services: o.Services, Subsidies: o.Subsidies, MaxRate: o.MaxRate, Solve: o.Solve}
}

func (g *game) talks(players []int, o TalksOptions) (*Talks, error) {
	N, _ := g.a.shape()
	threat := o.Threat
	if threat == nil {
		threat = g.a.base()
	}
	lnT := make([]float64, N)
	if err := g.a.eval(threat, lnT); err != nil {
		return nil, err
	}
	t := &Talks{Players: players, Tariff: append([]float64(nil), threat...), Threat: make([]float64, N), Welfare: make([]float64, N), Gain: make([]float64, N)}
	if o.Power != nil && len(o.Power) != len(players) {
		return nil, fmt.Errorf("%d powers for %d players", len(o.Power), len(players))
	}
	var levers []lever
	for _, n := range players {
		levers = append(levers, g.levers(n, o.Instrument)...)
	}
	// The common gain, as the smooth minimum -1/b ln sum exp(-b gain) with b
	// rising: at the end its maximum is within ln(players)/b of the least gain.
	sharp := []float64{200, 2000, 20000}
	if o.Bargain {
		sharp = sharp[:1] // enough for a start from which all gain
	}
	step := func(objective func(lnG, weight []float64) float64, tol float64) error {
		s := g.newSearch(levers, players, t.Tariff, objective)
		rep := s.run(tol, 2000)
		t.Play.Iterations += rep.Iterations
		t.Play.Slope = rep.Residual
		t.Play.Rounds++
		if rep.Status != solve.Converged && !(rep.Status == solve.Stalled && rep.Residual <= 1e-3) {
			if s.err != nil {
				return s.err
			}
			return &NoBestResponse{Player: -1, Round: t.Play.Rounds, Report: rep}
		}
		return nil
	}
	for k, b := range sharp {
		tol := 1e-5
		if k < len(sharp)-1 {
			tol = 1e-4
		}
		if err := step(func(lnG, weight []float64) float64 {
			low := math.Inf(1)
			for _, n := range players {
				low = math.Min(low, lnG[n]-lnT[n])
			}
			total := 0.0
			for _, n := range players {
				weight[n] = math.Exp(-b * (lnG[n] - lnT[n] - low))
				total += weight[n]
			}
			for _, n := range players {
				weight[n] /= total
			}
			return low - math.Log(total)/b
		}, tol); err != nil {
			return nil, err
		}
	}
	if o.Bargain {
		if err := step(func(lnG, weight []float64) float64 {
			v := 0.0
			for k, n := range players {
				p := 1 / float64(len(players))
				if o.Power != nil {
					p = o.Power[k]
				}
				gain := math.Exp(lnG[n]) - math.Exp(lnT[n])
				if gain <= 0 {
					return math.NaN() // the search turns back
				}
				v += p * math.Log(gain)
				weight[n] = p * math.Exp(lnG[n]) / gain
			}
			return v
		}, 1e-5); err != nil {
			return nil, err
		}
	}
	lnG := make([]float64, N)
	if err := g.a.eval(t.Tariff, lnG); err != nil {
		return nil, err
	}
	for n := range lnG {
		t.Threat[n], t.Welfare[n], t.Gain[n] = math.Exp(lnT[n]), math.Exp(lnG[n]), math.Expm1(lnG[n]-lnT[n])
	}
	t.Play.Solves, t.Play.Report = g.a.counted()
	return t, nil
}
