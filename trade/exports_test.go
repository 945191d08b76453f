package trade_test

import (
	"math"
	"testing"

	"kanzei"
	"kanzei/trade"
)

// TestExports: the chapters of a partner add up to what the Census Bureau
// published for 2024 (trade in goods by country: Japan 79.7, Canada 349.4,
// China 143.5 bn USD), and no subheading is more than its chapter.
func TestExports(t *testing.T) {
	e, err := trade.LoadExports()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]float64{"JP": 79.7, "CA": 349.4, "CN": 143.5} {
		o := kanzei.MustOrigin(code)
		sum := 0.0
		chapters := e.Chapters(o)
		for c, v := range chapters {
			sum += v
			part := 0.0
			for six := c * 10_000; six < (c+1)*10_000; six++ {
				if usd, ok := e.Subheading(o, six); ok {
					part += usd
				}
			}
			// The two are of different releases.
			if part > 1.06*v {
				t.Errorf("%s: subheadings of chapter %02d have %.0f USD, the chapter %.0f", code, c, part, v)
			}
		}
		if math.Abs(sum/1e9/want-1) > 0.01 {
			t.Errorf("exports to %s are %.1f bn USD, want %.1f", code, sum/1e9, want)
		}
	}
	if _, ok := e.Subheading(kanzei.MustOrigin("JP"), 870323); ok {
		t.Error("a weight that no source has")
	}
}
