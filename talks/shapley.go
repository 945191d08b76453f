package talks

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"kanzei"
)

// A Set is a coalition: player i is bit i.
type Set uint32

// MostPlayers is the largest game whose coalitions are all visited.
const MostPlayers = 12

func (s Set) has(i int) bool { return s&(1<<i) != 0 }

// Len is the number of players in the set.
func (s Set) Len() int { return bits.OnesCount32(uint32(s)) }

// Shapley returns the Shapley value of each player, [n], from the worth of
// every set, [2^n] by Set, worth of the empty set zero:
//
//	phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (v(S+i) - v(S))
//
// A slice that is not of 2^n worths, or n above MostPlayers, is a
// *kanzei.Problem.
func Shapley(worth []float64) ([]float64, error) {
	n, err := players(worth)
	if err != nil {
		return nil, err
	}
	phi := make([]float64, n)
	if n == 0 {
		return phi, nil
	}
	weight := make([]float64, n) // of a set without i, by its size
	choose := 1.0                // n-1 over k
	for k := range n {
		weight[k] = 1 / (float64(n) * choose)
		choose = choose * float64(n-1-k) / float64(k+1)
	}
	for s := range Set(len(worth)) {
		for i := range n {
			if !s.has(i) {
				phi[i] += weight[s.Len()] * (worth[s|1<<i] - worth[s])
			}
		}
	}
	return phi, nil
}

// players is n of the 2^n worths of a game.
func players(worth []float64) (int, error) {
	n := bits.Len(uint(len(worth))) - 1
	if n < 0 || len(worth) != 1<<n || worth[0] != 0 {
		return 0, &kanzei.Problem{Code: "talks.game", Msg: fmt.Sprintf("%d worths are not those of every set of players, the empty one first with zero", len(worth))}
	}
	if n > MostPlayers {
		return 0, &kanzei.Problem{Code: "talks.players", Msg: fmt.Sprintf("%d players: at most %d are enumerated", n, MostPlayers), Hint: "sample the orders instead"}
	}
	return n, nil
}

// SampledShapley estimates the Shapley value of n players, at most 31, from
// random orders of joining, each taken forwards and backwards, and its standard
// error over these pairs. The estimates sum to the worth of all: the gains along
// an order do. Equal seeds give equal estimates. The worth of a set is asked for
// as often as orders come by it.
func SampledShapley(n, pairs int, seed uint64, worth func(Set) (float64, error)) (phi, se []float64, err error) {
	if n < 1 || n > 31 || pairs < 2 {
		return nil, nil, &kanzei.Problem{Code: "talks.players", Msg: fmt.Sprintf("cannot sample %d pairs of orders of %d players", pairs, n), Hint: "1 to 31 players, two pairs or more"}
	}
	phi, se = make([]float64, n), make([]float64, n)
	for _, order := range orders(n, pairs, seed) {
		gain := make([]float64, n)
		for range 2 {
			s, before := Set(0), 0.0
			for _, i := range order {
				s |= 1 << i
				v, err := worth(s)
				if err != nil {
					return nil, nil, err
				}
				gain[i] += (v - before) / 2
				before = v
			}
			slices.Reverse(order)
		}
		for i, g := range gain {
			phi[i] += g
			se[i] += g * g
		}
	}
	m := float64(pairs)
	for i := range phi {
		phi[i] /= m
		se[i] = math.Sqrt(max(0, se[i]/m-phi[i]*phi[i]) / (m - 1))
	}
	return phi, se, nil
}

// orders are the orders that SampledShapley takes both ways.
func orders(n, pairs int, seed uint64) [][]int {
	r := rand.New(rand.NewPCG(seed, 0x7368617))
	out := make([][]int, pairs)
	for k := range out {
		out[k] = r.Perm(n)
	}
	return out
}

// sampledSets are the sets that SampledShapley asks for, ascending.
func sampledSets(n, pairs int, seed uint64) []Set {
	var out []Set
	for _, order := range orders(n, pairs, seed) {
		for range 2 {
			s := Set(0)
			for _, i := range order {
				s |= 1 << i
				out = append(out, s)
			}
			slices.Reverse(order)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Objection returns the set with the most to object to a division of the worth
// of all, payoff [n], and how much more it is worth alone than it is given. The
// division is in the core if excess is zero or less and the payoffs sum to the
// worth of all.
func Objection(worth, payoff []float64) (set Set, excess float64, err error) {
	n, err := players(worth)
	if err != nil {
		return 0, 0, err
	}
	if n != len(payoff) {
		return 0, 0, &kanzei.Problem{Code: "talks.game", Msg: fmt.Sprintf("%d payoffs for %d players", len(payoff), n)}
	}
	excess = math.Inf(-1)
	for s := Set(1); int(s) < len(worth)-1; s++ {
		x := worth[s]
		for i, p := range payoff {
			if s.has(i) {
				x -= p
			}
		}
		if x > excess {
			set, excess = s, x
		}
	}
	if n <= 1 {
		excess = 0
	}
	return set, excess, nil
}
