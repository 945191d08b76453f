// Package solve finds fixed points and roots of systems of equations. It knows
// no economics, prints nothing and starts nothing in the background.
//
// Three methods cover the project's needs:
//
//   - [Anderson]: accelerated fixed-point iteration, one evaluation a step;
//   - [Newton]: with Jacobian products and [GMRES], or a dense Jacobian and LU;
//   - [GMRES]: linear systems by products alone.
//
// A point is accepted on the residual of the equations alone, never on the
// size of a step. Every method returns a [Report]: why it stopped, the
// residual at each step, and the work done, counted. A Report that is not
// [Converged] turns into an [*Error] with [Report.Err].
package solve

import (
	"fmt"
	"math"
)

// A Status says why a method stopped.
type Status int

const (
	// Unfinished is the zero Status.
	Unfinished Status = iota
	// Converged: the equation residual is at or below the tolerance.
	Converged
	// MaxIter: the allowed iterations are used up.
	MaxIter
	// Stalled: the residual stopped falling above the tolerance.
	Stalled
	// Diverged: the residual grew beyond recovery.
	Diverged
	// Bad: the first evaluation is not a number, or the shapes do not fit.
	Bad
)

func (s Status) String() string {
	switch s {
	case Converged:
		return "converged"
	case MaxIter:
		return "out of iterations"
	case Stalled:
		return "stalled"
	case Diverged:
		return "diverged"
	case Bad:
		return "bad start"
	}
	return "unfinished"
}

// A Report is the outcome of a method.
type Report struct {
	Status     Status
	Residual   float64   // at the point returned, in the norm of the caller
	Iterations int       // steps taken
	Evals      int       // evaluations of the equations
	Products   int       // products with a Jacobian or its transpose
	Restarts   int       // times the history was dropped as a safeguard
	Path       []float64 // residual at every evaluation of the outer method
}

// Err returns nil for a converged Report and an [*Error] otherwise.
func (r Report) Err() error {
	if r.Status == Converged {
		return nil
	}
	return &Error{Report: r}
}

// An Error is a Report of an unsolved system.
type Error struct{ Report Report }

func (e *Error) Error() string {
	r := e.Report
	return fmt.Sprintf("solve: %v after %d iterations at residual %.3g (last of path %s)",
		r.Status, r.Iterations, r.Residual, tail(r.Path, 5))
}

// tail formats the last n numbers of a path.
func tail(path []float64, n int) string {
	if len(path) > n {
		path = path[len(path)-n:]
	}
	return fmt.Sprintf("%.2g", path)
}

// MaxAbs returns the largest absolute value in x, or NaN if one is NaN.
func MaxAbs(x []float64) float64 {
	var m float64
	for _, v := range x {
		a := math.Abs(v)
		if a > m {
			m = a
		} else if a != a {
			return a
		}
	}
	return m
}

// dot is the inner product in a fixed order: four interleaved partial sums.
func dot(x, y []float64) float64 {
	y = y[:len(x)]
	var a, b, c, d float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a += x[i] * y[i]
		b += x[i+1] * y[i+1]
		c += x[i+2] * y[i+2]
		d += x[i+3] * y[i+3]
	}
	for ; i < len(x); i++ {
		a += x[i] * y[i]
	}
	return (a + b) + (c + d)
}

// axpy adds a*x to y.
func axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }
