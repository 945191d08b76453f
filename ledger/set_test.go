package ledger_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kanzei"
	"kanzei/ledger"
)

// universe is small so that random sets meet often.
const universe = 60

type naive map[uint64]bool

func drawSet(t *rapid.T, label string) (ledger.Set, naive) {
	var s ledger.Set
	n := naive{}
	for range rapid.IntRange(0, 5).Draw(t, label) {
		lo := rapid.Uint64Range(0, universe-1).Draw(t, "lo")
		hi := rapid.Uint64Range(lo+1, universe).Draw(t, "hi")
		s = s.Union(ledger.Set{{Lo: lo, Hi: hi}})
		for c := lo; c < hi; c++ {
			n[c] = true
		}
	}
	return s, n
}

// TestSetAgainstMap holds the interval sets against maps of codes.
func TestSetAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, ma := drawSet(t, "a")
		b, mb := drawSet(t, "b")
		before := slices.Clone(a)
		same := func(what string, s ledger.Set, in func(uint64) bool) {
			for i, v := range s {
				if v.Lo >= v.Hi || i > 0 && v.Lo < s[i-1].Hi {
					t.Fatalf("%s of %v and %v is not in order: %v", what, a, b, s)
				}
			}
			for c := range uint64(universe + 5) {
				if s.Contains(kanzei.HTSFromTen(c, 10)) != in(c) {
					t.Fatalf("%s of %v and %v is %v: %d", what, a, b, s, c)
				}
			}
			// All hundred numbers under the first eight digits, of which the universe fills 60.
			eight := kanzei.HTSFromTen(0, 8)
			touches := slices.ContainsFunc(s, func(v ledger.Interval) bool { return v.Lo < 100 })
			if s.Contains(eight) || s.Touches(eight) != touches {
				t.Fatalf("%v contains %v, touches %v", s, s.Contains(eight), s.Touches(eight))
			}
		}
		same("union", a.Union(b), func(c uint64) bool { return ma[c] || mb[c] })
		same("difference", a.Minus(b), func(c uint64) bool { return ma[c] && !mb[c] })
		same("a", a, func(c uint64) bool { return ma[c] })
		code, ok := a.Intersects(b)
		any := false
		for c := range uint64(universe) {
			any = any || ma[c] && mb[c]
		}
		if ok != any || ok && !(ma[code] && mb[code]) {
			t.Fatalf("%v and %v meet at %d: %v", a, b, code, ok)
		}
		if !slices.Equal(a, before) {
			t.Fatal("the operations change their operands")
		}
	})
	all := ledger.Set{{Lo: 0, Hi: 10_000_000_000}}
	if !all.Contains(kanzei.MustHTS("99")) || !all.Minus(ledger.Set{{Lo: 5, Hi: 6}}).Touches(kanzei.MustHTS("0000")) {
		t.Error("the whole schedule")
	}
}

// TestEdition: what is compiled reads back as the same ledger, and the same
// ledger gives the same bytes.
func TestEdition(t *testing.T) {
	l := fixture(t)
	data, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := fixture(t).Encode()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("the same ledger gives other bytes: %v", err)
	}
	back, err := ledger.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, l) {
		for i, in := range l.Instruments {
			if !reflect.DeepEqual(in, back.Instruments[i]) {
				t.Errorf("%s:\n%+v\n%+v", in.ID, in, back.Instruments[i])
			}
		}
		t.Errorf("reads back as another ledger: coverage %+v, %+v", l.Coverage, back.Coverage)
	}
	twice, err := back.Encode()
	if err != nil || !bytes.Equal(data, twice) {
		t.Errorf("encoding what was decoded gives other bytes: %v", err)
	}
	for _, bad := range [][]byte{nil, {1, 2, 3}, data[:len(data)/2], append([]byte("x"), data...)} {
		if _, err := ledger.Decode(bad); err == nil {
			t.Errorf("%d bytes of nonsense decode", len(bad))
		}
	}
}
