package kanzei_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kanzei"
)

func TestParseHTS(t *testing.T) {
	for in, want := range map[string]string{
		"8703.23.01.40": "8703.23.01.40",
		"8703230140":    "8703.23.01.40",
		"8703.2301.40":  "8703.23.01.40",
		"0101":          "0101",
		"01":            "01",
		"8703.23":       "8703.23",
		"9903.94.01":    "9903.94.01",
		"0000.00.00.00": "0000.00.00.00",
	} {
		h, err := kanzei.ParseHTS(in)
		if err != nil || h.String() != want || h.Compact() != strings.ReplaceAll(want, ".", "") {
			t.Errorf("%q reads as %q (%q), %v; want %q", in, h, h.Compact(), err, want)
		}
		if h.Digits() != len(h.Compact()) {
			t.Errorf("%q has %d digits", in, h.Digits())
		}
	}
	for in, why := range map[string]string{
		"": "is empty", ".": "has the character '.'", "8": "has 1 digits", "870": "has 3 digits", "870323014": "has 9 digits",
		"87032301400": "more than ten", "8703..23": "character '.'", ".8703": "character '.'", "8703.": "character '.'",
		"8703-23": "character '-'", " 8703": "character ' '", "８７": "character", "8703.23.01.4x": "character 'x'",
	} {
		_, err := kanzei.ParseHTS(in)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != "hts.syntax" || !strings.Contains(p.Msg, why) || p.Hint == "" {
			t.Errorf("%q: %v, want one that says %q", in, err, why)
		}
	}
	if _, err := kanzei.ParseHTS(strings.Repeat("x", 1000)); len(err.Error()) > 200 {
		t.Errorf("the message repeats the whole input: %v", err)
	}
}

func TestHTSTree(t *testing.T) {
	h := kanzei.MustHTS("8703.23.01.40")
	for n, want := range map[int]string{10: "8703.23.01.40", 8: "8703.23.01", 6: "8703.23", 4: "8703", 2: "87", 12: "8703.23.01.40"} {
		if p := h.Parent(n); p.String() != want || !p.Contains(h) || p != h && h.Contains(p) {
			t.Errorf("parent of %d digits is %s, want %s", n, p, want)
		}
	}
	if h.Chapter() != 87 || kanzei.MustHTS("01").Chapter() != 1 || kanzei.MustHTS("9903.01.25").Chapter() != 99 {
		t.Error("chapters")
	}
	// 8703.23.00 is not 8703.23, though both pad to the same ten digits.
	a, b := kanzei.MustHTS("8703.23"), kanzei.MustHTS("8703.23.00")
	if a == b || !a.Contains(b) || b.Contains(a) || a >= b {
		t.Error("8703.23 and 8703.23.00 are confused")
	}
}

// digitsOf draws a code as a string of digits.
func digitsOf(t *rapid.T, label string) string {
	n := rapid.SampledFrom([]int{2, 4, 6, 8, 10}).Draw(t, label+" digits")
	return fmt.Sprintf("%0*d", n, rapid.Uint64Range(0, pow(n)-1).Draw(t, label))
}

func pow(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// TestHTSAgainstStrings holds the packed codes against strings of digits.
func TestHTSAgainstStrings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := digitsOf(t, "a"), digitsOf(t, "b")
		if rapid.Bool().Draw(t, "related") && len(b) > len(a) {
			b = a + b[len(a):]
		}
		x, y := kanzei.MustHTS(a), kanzei.MustHTS(b)
		if x.Contains(y) != strings.HasPrefix(b, a) {
			t.Fatalf("%s contains %s: %v", x, y, x.Contains(y))
		}
		if (x == y) != (a == b) {
			t.Fatalf("%s equals %s: %v", x, y, x == y)
		}
		// The order of the schedule: by digits, a heading before what stands under it.
		if a != b && (x < y) != (pad(a) < pad(b) || pad(a) == pad(b) && len(a) < len(b)) {
			t.Fatalf("%s before %s: %v", x, y, x < y)
		}
		lo, hi := x.Range()
		if lo != x.Ten() || fmt.Sprintf("%010d", lo) != pad(a) || hi-lo != pow(10-len(a)) {
			t.Fatalf("range of %s is [%d, %d)", x, lo, hi)
		}
		if kanzei.HTSFromTen(y.Ten(), len(a)) != y.Parent(len(a)) && len(a) <= len(b) {
			t.Fatalf("%d digits of %s", len(a), y)
		}
		text, err := json.Marshal(x)
		var back kanzei.HTS
		if err != nil || json.Unmarshal(text, &back) != nil || back != x {
			t.Fatalf("%s is %s as JSON, which reads as %s", x, text, back)
		}
	})
}

func pad(s string) string { return s + strings.Repeat("0", 10-len(s)) }

func FuzzParseHTS(f *testing.F) {
	for _, s := range []string{"8703.23.01.40", "87", "8703230140", "8.7.0.3", "", "..", "99999999999", "8703.23.01.4é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := kanzei.ParseHTS(s)
		if err != nil {
			var p *kanzei.Problem
			if h != 0 || !errors.As(err, &p) {
				t.Fatalf("%q: %v, %v", s, h, err)
			}
			return
		}
		if h.Compact() != strings.ReplaceAll(s, ".", "") {
			t.Fatalf("%q reads as %q", s, h.Compact())
		}
		for _, form := range []string{h.String(), h.Compact()} {
			if g, err := kanzei.ParseHTS(form); err != nil || g != h {
				t.Fatalf("%q formats as %q, which reads as %v, %v", s, form, g, err)
			}
		}
	})
}
