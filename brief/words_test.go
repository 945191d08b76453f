package brief

import (
	"slices"
	"strings"
	"testing"

	"kanzei"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		v    int64
		want string
	}{
		{0, "0"}, {999, "999"}, {1_000, "1,000"}, {812_345, "812,345"}, {1_250_000, "1.3 m"},
		{99_949_999, "99.9 m"}, {99_950_000, "100 m"}, {993_600_000, "994 m"}, {999_500_000, "1.00 bn"},
		{41_904_000_000, "41.90 bn"}, {151_340_030_810, "151.34 bn"}, {-2_500_000_000, "-2.50 bn"},
	} {
		if got := amount(c.v); got != c.want {
			t.Errorf("%d: %s, want %s", c.v, got, c.want)
		}
	}
	for _, c := range []struct {
		lo, hi int64
		want   string
	}{
		{0, 0, "–"}, {5_000_000, 5_000_000, "5.0 m"}, {0, 3_800_000_000, "0–3.8 bn"},
		{711_000_000, 822_000_000, "711–822 m"}, {19_270_000_000, 20_270_000_000, "19.3–20.3 bn"},
		{12_800_000, 1_400_000_000, "12.8 m–1.4 bn"}, {40_000, 80_000, "40.0–80.0 k"}, {468_800_000_000, 487_900_000_000, "469–488 bn"},
	} {
		if got := tight(c.lo, c.hi); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	if got := amounts(446_000_000, 447_000_000); got != "446 to 447 m" {
		t.Error(got)
	}
	if got := pcts(kanzei.Percent(12), kanzei.Percent(13)); got != "12.0 to 13.0 %" {
		t.Error(got)
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{headingWords([]string{"9903.81.87", "9903.81.87/73", "9903.81.89", "9903.85.02"}), "9903.81.87, .89, 9903.85.02"},
		{headingWords([]string{"pp-11055.7"}), "pp-11055.7"},
		{plain("Parts of vehicles (section 232)"), "Parts of vehicles"},
		{plain("Steel and its derivatives, section 232"), "Steel and its derivatives"},
		{plainRate("15 % all-in"), "15 % with column 1 included"},
		{plainRate("+25 %"), "25 %"},
		{count(1, "change"), "1 change"},
		{count(2, "change"), "2 changes"},
		{momentWords(kanzei.DayOf(2025, 7, 9).Open()), "9 July 2025 12:01 a.m."},
		{momentWords(kanzei.DayOf(2025, 7, 9).At(13, 30)), "9 July 2025 1:30 p.m."},
		{chapterWords(map[int]bool{76: true, 72: true, 73: true}), "goods of chapters 72, 73 and 76"},
		{clip("abcdef", 4), "abc…"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want []string
	}{
		{"", 10, []string{""}},
		{"a rate of 25 % from", 12, []string{"a rate of", "25 % from"}},
		{"about 41.90 bn USD, all", 14, []string{"about", "41.90 bn USD,", "all"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"東京と北京", 2, []string{"東京", "と北", "京"}},
	} {
		if got := fold(c.text, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q", c.text, c.n, got)
		}
	}
	if n := columns("\x1b[1mab\x1b[0m c"); n != 4 {
		t.Error(n)
	}
	if !strings.HasPrefix(strings.Join(fold("\x1b[1mbold words\x1b[0m end", 6), "|"), "\x1b[1mbold|") {
		t.Error("escapes count as columns")
	}
}

// A sentence that ends with an hour has one full stop.
func TestStop(t *testing.T) {
	for in, want := range map[string]string{"until 12:01 a.m.": "until 12:01 a.m.", "it ends": "it ends."} {
		if got := stop(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
