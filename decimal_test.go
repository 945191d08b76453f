package kanzei_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kanzei"
)

func TestParseMoney(t *testing.T) {
	for in, want := range map[string]kanzei.Money{
		"30000": 30_000 * kanzei.Dollar, "30000.00": 30_000 * kanzei.Dollar, " 1.5 ": 15_000, "-1.5": -15_000,
		"0.0001": 1, "0": 0, "-0": 0, "007": 7 * kanzei.Dollar, "1.50000000": 15_000,
		"900000000000000": 900_000_000_000_000 * kanzei.Dollar,
	} {
		if m, err := kanzei.ParseMoney(in); err != nil || m != want {
			t.Errorf("%q is %d, %v; want %d", in, m, err, want)
		}
	}
	for _, in := range []string{"", ".", "-", ".5", ".50000", "5.", "1,000", "1e3", "0x10", "+5", "--5", "1.2.3", "1.00001", "NaN", "Inf", "١٢", "$5", "1 000",
		"1000000000000000", "999999999999999", "99999999999999999999", "1000000000000000.00000"} {
		_, err := kanzei.ParseMoney(in)
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != "number.syntax" || p.Hint == "" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestParsePercent(t *testing.T) {
	for in, want := range map[string]kanzei.Fraction{
		"2.5": 2_500_000, "2.5%": 2_500_000, " 25% ": kanzei.Percent(25), "100": kanzei.One, "0.000001": 1, "-1": -kanzei.Percent(1), "200%": 2 * kanzei.One,
	} {
		if f, err := kanzei.ParsePercent(in); err != nil || f != want {
			t.Errorf("%q is %d, %v; want %d", in, f, err, want)
		}
	}
	for _, in := range []string{"", "%", "2.5%%", "2,5", "0.0000001", "25 %x", "a"} {
		if f, err := kanzei.ParsePercent(in); err == nil {
			t.Errorf("%q reads as %s%%", in, f)
		}
	}
}

func TestMoneyString(t *testing.T) {
	for m, want := range map[kanzei.Money]string{
		0: "0.00", 1: "0.0001", kanzei.Cent: "0.01", 8250 * kanzei.Dollar: "8250.00", -15_000: "-1.50", 12_345: "1.2345", 12_340: "1.234",
		math.MinInt64: "-922337203685477.5808",
	} {
		if m.String() != want {
			t.Errorf("%d is %q, want %q", int64(m), m, want)
		}
	}
	if s := kanzei.Fraction(2_500_000).String(); s != "2.5" {
		t.Errorf("2.5 percent is %q", s)
	}
}

func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := kanzei.Money(rapid.Int64Range(-9e18, 9e18).Draw(t, "money"))
		if back, err := kanzei.ParseMoney(m.String()); err != nil || back != m {
			t.Fatalf("%d is %s, which reads as %d, %v", int64(m), m, int64(back), err)
		}
		f := kanzei.Fraction(rapid.Int64Range(-1e18, 1e18).Draw(t, "fraction"))
		if back, err := kanzei.ParsePercent(f.String() + "%"); err != nil || back != f {
			t.Fatalf("%d is %s, which reads as %d, %v", int64(f), f, int64(back), err)
		}
	})
}

// halfUp rounds a fraction to an integer, half away from zero.
func halfUp(r *big.Rat) *big.Int {
	two := big.NewInt(2)
	n := new(big.Int).Abs(r.Num())
	n.Mul(n, two).Add(n, r.Denom())
	n.Quo(n, new(big.Int).Mul(r.Denom(), two))
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

func saturate(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

func TestRound(t *testing.T) {
	for m, want := range map[kanzei.Money]kanzei.Money{49: 0, 50: 100, 149: 100, 150: 200, -49: 0, -50: -100, -150: -200, 0: 0} {
		if m.Round() != want {
			t.Errorf("%d rounds to %d, want %d", m, m.Round(), want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(-1e17, 1e17).Draw(t, "money")
		want := halfUp(big.NewRat(m, 100)).Int64() * 100
		if got := int64(kanzei.Money(m).Round()); got != want {
			t.Fatalf("%d rounds to %d, want %d", m, got, want)
		}
	})
}

// wide draws integers of every size, and the ends.
func wide(t *rapid.T, label string) int64 {
	n := rapid.Int64().Draw(t, label)
	if rapid.IntRange(0, 9).Draw(t, label+" end") == 0 {
		n = rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64}).Draw(t, label+" at")
	}
	return n
}

func TestMulDivAgainstBig(t *testing.T) {
	check := func(t *rapid.T, a, b, c int64) {
		r := new(big.Rat).Mul(new(big.Rat).SetInt64(a), new(big.Rat).SetInt64(b))
		r.Quo(r, new(big.Rat).SetInt64(c))
		if got, want := kanzei.MulDiv(a, b, c), saturate(halfUp(r)); got != want {
			t.Fatalf("%d·%d/%d is %d, want %d", a, b, c, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := wide(t, "a"), wide(t, "b")
		c := rapid.Int64Range(1, math.MaxInt64).Draw(t, "c")
		check(t, a, b, c)
		check(t, a, 1, 1) // MinInt64 fits
		check(t, a, b, 1+c%1000)
	})
}

// Amounts stay exact until they are rounded once: m·f, sums and differences,
// and a share of the result to the cent.
func TestUnroundedAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		money := func(label string) kanzei.Money { return kanzei.Money(rapid.Int64Range(-1e16, 1e16).Draw(t, label)) }
		rate := func(label string) kanzei.Fraction {
			return kanzei.Fraction(rapid.Int64Range(0, 1e10).Draw(t, label))
		}
		a, b, f, g := money("a"), money("b"), rate("f"), rate("g")
		share := kanzei.Fraction(rapid.Int64Range(0, int64(kanzei.One)).Draw(t, "share"))
		rat := func(m kanzei.Money, f kanzei.Fraction) *big.Rat {
			return new(big.Rat).Mul(big.NewRat(int64(m), 1e4), big.NewRat(int64(f), 1e8))
		}
		for name, x := range map[string]struct {
			got  kanzei.Unrounded
			want *big.Rat
		}{
			"product":    {a.By(f), rat(a, f)},
			"sum":        {a.By(f).Plus(b.By(g)), new(big.Rat).Add(rat(a, f), rat(b, g))},
			"difference": {a.By(f).Minus(b.By(g)), new(big.Rat).Sub(rat(a, f), rat(b, g))},
		} {
			if x.got.Sign() != x.want.Sign() {
				t.Fatalf("%s has the sign %d, want %d", name, x.got.Sign(), x.want.Sign())
			}
			cents := new(big.Rat).Mul(x.want, big.NewRat(100, 1))
			cents.Mul(cents, big.NewRat(int64(share), 1e8))
			if got, want := x.got.Cents(share), kanzei.Money(halfUp(cents).Int64())*kanzei.Cent; got != want {
				t.Fatalf("%s: %s%% is %s, want %s", name, share, got, want)
			}
		}
	})
	// 3.1 % of 150,428.87 is 4,663.29497; rounding to 0.0001 first gives 4,663.30.
	m, _ := kanzei.ParseMoney("150428.87")
	if got := m.By(3_100_000).Cents(kanzei.One); got.String() != "4663.29" {
		t.Errorf("3.1%% of 150428.87 is %s", got)
	}
	if got := kanzei.Money(math.MaxInt64).By(math.MaxInt64).Cents(kanzei.One); got <= 0 || got%kanzei.Cent != 0 {
		t.Errorf("what does not fit is %s", got)
	}
}

// TestRateDutyAgainstBig holds the duty of free, ad valorem, specific and
// compound rates against fractions.
func TestRateDutyAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := kanzei.Rate{Kind: kanzei.AdValorem, AdValorem: kanzei.Fraction(rapid.Int64Range(0, 10e8).Draw(t, "rate"))}
		quantities := map[string]int64{}
		for _, unit := range []string{"kg", "no.", "liter"}[:rapid.IntRange(0, 3).Draw(t, "units")] {
			r.Specific = append(r.Specific, kanzei.PerUnit{Amount: rapid.Int64Range(0, 1e11).Draw(t, "amount"), Unit: unit})
			quantities[unit] = rapid.Int64Range(0, 1e13).Draw(t, "quantity")
			r.Kind = kanzei.Compound
		}
		value := kanzei.Money(rapid.Int64Range(0, 1e14).Draw(t, "value"))
		want := new(big.Rat).Mul(big.NewRat(int64(value), 1e4), big.NewRat(int64(r.AdValorem), 1e8))
		for _, u := range r.Specific {
			want.Add(want, new(big.Rat).Mul(big.NewRat(quantities[u.Unit], 1e4), big.NewRat(u.Amount, 1e8)))
		}
		got, ok := r.Duty(value, func(u string) (int64, bool) { q, ok := quantities[u]; return q, ok })
		if !ok || got.Cents(kanzei.One) != kanzei.Money(halfUp(new(big.Rat).Mul(want, big.NewRat(100, 1))).Int64())*kanzei.Cent {
			t.Fatalf("%s of %s with %v is %s, want %s", r, value, quantities, got.Cents(kanzei.One), want.FloatString(6))
		}
		if len(r.Specific) > 0 {
			if _, ok := r.Duty(value, func(u string) (int64, bool) { return 1, u != r.Specific[0].Unit }); ok {
				t.Fatal("a duty without a quantity it needs")
			}
		}
	})
	none := func(string) (int64, bool) { return 0, false }
	if d, ok := (kanzei.Rate{Kind: kanzei.Free}).Duty(kanzei.Dollar, none); !ok || d.Sign() != 0 {
		t.Error("free is not free")
	}
	for _, k := range []kanzei.RateKind{kanzei.RateNone, kanzei.RateByText} {
		if _, ok := (kanzei.Rate{Kind: k, AdValorem: kanzei.One}).Duty(kanzei.Dollar, none); ok {
			t.Errorf("a rate %s has a duty", k)
		}
	}
}

func TestRateString(t *testing.T) {
	for want, r := range map[string]kanzei.Rate{
		"":                   {},
		"Free":               {Kind: kanzei.Free},
		"2.5%":               {Kind: kanzei.AdValorem, AdValorem: 2_500_000},
		"$0.05/kg + 4%":      {Kind: kanzei.Compound, AdValorem: kanzei.Percent(4), Specific: []kanzei.PerUnit{{Amount: 5_000_000, Unit: "kg"}}},
		"1.4¢/kg as printed": {Kind: kanzei.Specific, Text: "1.4¢/kg as printed"},
	} {
		if r.String() != want {
			t.Errorf("%+v is %q, want %q", r, r, want)
		}
	}
}

func TestShareText(t *testing.T) {
	var s kanzei.Share
	if err := s.UnmarshalText([]byte("30")); err != nil || s != kanzei.ShareOf(kanzei.Percent(30)) {
		t.Errorf("30 reads as %+v, %v", s, err)
	}
	if err := s.UnmarshalText(nil); err != nil || s.Known {
		t.Errorf("nothing reads as %+v, %v", s, err)
	}
	for _, bad := range []string{"101", "-1", "half", "100.000001"} {
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is a share", bad)
		}
	}
	for _, s := range []kanzei.Share{{}, kanzei.ShareOf(0), kanzei.ShareOf(kanzei.One)} {
		text, _ := s.MarshalText()
		back := kanzei.ShareOf(7)
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%+v is %q, which reads as %+v, %v", s, text, back, err)
		}
	}
}

func TestProblem(t *testing.T) {
	p := &kanzei.Problem{Code: "law.group", Where: "law/us/2025/x.yaml:14", Msg: `unknown country group "EU-27"`, Hint: `did you mean "EU27"?`}
	for _, part := range []string{p.Where, p.Msg, p.Hint} {
		if !strings.Contains(p.Error(), part) {
			t.Errorf("%q does not say %q", p, part)
		}
	}
	if (&kanzei.Problem{Msg: "only this"}).Error() != "only this" {
		t.Error("empty parts show")
	}
}
