package talks

import "testing"

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
