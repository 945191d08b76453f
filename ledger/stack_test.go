package ledger_test

import (
	"slices"
	"testing"

	"kanzei/ledger"
)

// TestStackAgainstYields holds the yielding resolved for all pairs at once
// against the definition for one pair, at every moment the law changes.
func TestStackAgainstYields(t *testing.T) {
	held, err := ledger.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*ledger.Ledger{"made up": fixture(t), "held": held} {
		b := l.AsKnown(0)
		bounds := b.Bounds()
		yields := 0
		for i, m := range bounds {
			if name == "held" && i%10 != 0 { // the pairs of the law held are many
				continue
			}
			s := b.At(m)
			live := slices.DeleteFunc(slices.Clone(s.Provisions), func(p *ledger.Placed) bool { return p.Status != ledger.InForce })
			k := s.Stack(live)
			for i, p := range live {
				for j, q := range live {
					want := s.Yields(&p.Provision, &q.Provision)
					if k.Yields(i, j) != want {
						t.Fatalf("%s at %s: %s yields to %s: %v", name, m, p.Heading, q.Heading, !want)
					}
					if want {
						yields++
					}
				}
			}
			order, circle := k.Order()
			if circle != nil || len(order) != len(live) {
				t.Fatalf("%s at %s: a circle of %d", name, m, len(circle))
			}
			place := make([]int, len(order))
			for at, i := range order {
				place[i] = at
			}
			for i := range live {
				for j := range live {
					if k.Yields(i, j) && place[i] < place[j] {
						t.Fatalf("%s at %s: %s stands before %s, to which it yields", name, m, live[i].Heading, live[j].Heading)
					}
				}
			}
		}
		if yields == 0 {
			t.Errorf("%s: nothing yields", name)
		}
	}
}
