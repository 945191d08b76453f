package api

import (
	"context"
	"errors"
	"testing"

	"kanzei"
)

// TestSolveGivenUp: when nobody waits, no further equilibrium is begun.
func TestSolveGivenUp(t *testing.T) {
	d := New(Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	draws, last, of := 200, 0, 0
	q := &ImpactRequest{Scenario: []string{"lapse"}, Closure: "fixed", Draws: &draws}
	if err := q.settle(d); err != nil {
		t.Fatal(err)
	}
	_, err := q.answer(ctx, d, func(done, all int) {
		cancel()
		last, of = done, all
	})
	if !errors.Is(err, context.Canceled) || of != 201 || last > of/2 {
		t.Errorf("%v after %d of %d", err, last, of)
	}
	if s := d.Stats(); s.Running+s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}
