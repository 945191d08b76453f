package talks

import (
	"context"
	"math/rand/v2"
	"testing"
)

// BenchmarkFold rates the asker's lines under a relief that was not asked
// before: a draft folded into the law, a panel of the day, eleven thousand
// lines.
func BenchmarkFold(b *testing.B) {
	d := open(b, nil)
	g, err := d.Ground("today", d.Today)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		clear(g.rates)
		if _, err := g.under(Relief{"s232.steel": ""}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLinear ranks every line of Japan's exports by its worth to both
// sides.
func BenchmarkLinear(b *testing.B) {
	today, _ := lands(b)
	for b.Loop() {
		if _, _, err := today.Linear(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch finds the best of sixty asks and offers that leaves the giver
// no worse off, proven within 0.2 percent.
func BenchmarkSearch(b *testing.B) {
	const n = 60
	rng := rand.New(rand.NewPCG(1, 2))
	p := problem{n: n, gain: [2]*form{newForm(n), newForm(n)}, score: weighted(1, 1e-6), gap: 0.002}
	for i := range n {
		x := rng.ExpFloat64() * 100
		p.gain[0].a[i], p.gain[1].a[i] = x, -x*rng.Float64()*0.4
		if i >= 40 { // offers
			p.gain[0].a[i], p.gain[1].a[i] = -x*0.3, x*rng.Float64()
		}
		for j := range i {
			v, w := 0.01*rng.NormFloat64()*x, -0.01*rng.Float64()*x
			p.gain[0].b[i*n+j], p.gain[0].b[j*n+i] = v, v
			p.gain[1].b[i*n+j], p.gain[1].b[j*n+i] = w, w
		}
	}
	p.demands = []demand{{"giver", p.gain[1], 0}}
	for b.Loop() {
		if f := p.solve(); !f.closed || f.set == nil {
			b.Fatal("not proven")
		}
	}
}
