package model

import (
	"math"
	"slices"
	"testing"
)

// TestDraws: fewer draws are the first of more, the same seed gives the same,
// another one others; and the draws have the median of the world and the spread
// of the sets: the standard deviation of a normal cut at two is 0.8796.
func TestDraws(t *testing.T) {
	w, err := Load("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	sp, err := w.Spread()
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.Draws(512, 1)
	if err != nil {
		t.Fatal(err)
	}
	few, _ := w.Draws(7, 1)
	other, _ := w.Draws(7, 2)
	for d := range few {
		if !slices.Equal(few[d], all[d]) {
			t.Fatalf("draw %d depends on how many there are", d)
		}
		if slices.Equal(few[d], other[d]) {
			t.Fatalf("draw %d does not depend on the seed", d)
		}
	}
	const cut = 0.8796
	for j := range w.Theta {
		mean, square, n := 0.0, 0.0, 0.0
		clipped := false
		for d := range all {
			if v := all[d][j]; v == 0.5 || v == 30 {
				clipped = true
			}
			z := math.Log(all[d][j] / w.Theta[j])
			mean, square, n = mean+z, square+z*z, n+1
		}
		if clipped || sp.SE[j] == 0 {
			continue
		}
		mean /= n
		if sd := math.Sqrt(square/n - mean*mean); math.Abs(mean) > 0.03*sp.SE[j] || math.Abs(sd/(cut*sp.SE[j])-1) > 0.04 {
			t.Errorf("sector %s: mean of ln %.4f, deviation %.4f for a spread of %.4f", w.Sectors[j].Code, mean, sd, sp.SE[j])
		}
	}
	if none, err := w.Draws(0, 1); err != nil || len(none) != 0 {
		t.Errorf("no draws: %v, %v", none, err)
	}
}
