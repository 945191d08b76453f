package brief

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// dayWords writes 15 April 2025.
func dayWords(d kanzei.Day) string { return d.Format("2 January 2006") }

// dayShort writes 15 Apr 2025.
func dayShort(d kanzei.Day) string { return d.Format("2 Jan 2006") }

// momentWords writes 9 July 2025 12:01 a.m.
func momentWords(m kanzei.Moment) string {
	minute := int(m) % (24 * 60)
	h, half := minute/60, "a.m."
	if h >= 12 {
		h, half = h-12, "p.m."
	}
	if h == 0 {
		h = 12
	}
	return fmt.Sprintf("%s %d:%02d %s", dayWords(m.Day()), h, minute%60, half)
}

// rateWords writes a rate of law: "+25 %", "15 % all-in".
func rateWords(r kanzei.LawRate) string {
	if r.Mode == kanzei.NoDuty {
		return "none"
	}
	s := r.Rate.String()
	if r.Mode == kanzei.Additional && !strings.HasPrefix(s, "+") {
		s = "+" + s
	}
	return strings.ReplaceAll(s, "%", " %")
}

// plainRate drops the sign that says a rate comes on top, and says what
// all-in means.
func plainRate(s string) string {
	if p, ok := strings.CutSuffix(s, " all-in"); ok {
		return p + " with column 1 included"
	}
	return strings.TrimPrefix(s, "+")
}

func baseWords(b kanzei.Base) string {
	switch b {
	case kanzei.BaseSteel:
		return "value of the steel content"
	case kanzei.BaseAluminum:
		return "value of the aluminum content"
	case kanzei.BaseCopper:
		return "value of the copper content"
	case kanzei.BaseNonUS:
		return "value less US content"
	case kanzei.BaseUS:
		return "US content"
	}
	return "customs value"
}

// chapterWords writes "chapters 72, 73 and 76" or "heading …" counts.
func chapterWords(set map[int]bool) string {
	list := slices.Sorted(maps.Keys(set))
	if len(list) > 8 {
		return fmt.Sprintf("goods of %d chapters", len(list))
	}
	var names []string
	for _, c := range list {
		names = append(names, strconv.Itoa(c))
	}
	if len(names) == 1 {
		return "goods of chapter " + names[0]
	}
	return "goods of chapters " + join(names)
}

// headingWords shortens headings that share their first digits:
// "9903.81.87, .89, .90". Parts of one heading, told apart by a slash, are
// one.
func headingWords(hs []string) string {
	var out []string
	last, stem := "", ""
	for _, h := range hs {
		h, _, _ = strings.Cut(h, "/")
		if h == last {
			continue
		}
		if len(h) == 10 && len(last) == 10 && h[:7] == last[:7] {
			stem = h[7:]
		} else {
			stem = h
		}
		last = h
		out = append(out, stem)
	}
	if len(out) > 6 {
		return fmt.Sprintf("%s and %d more", strings.Join(out[:4], ", "), len(out)-4)
	}
	return strings.Join(out, ", ")
}

// usd writes an amount: 41.90 bn USD, 994 m USD, 812,345 USD.
func usd(v int64) string { return amount(v) + " USD" }

func amount(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	switch {
	case v >= 999_500_000:
		return sign + decimal(v, 1_000_000_000, 2) + " bn"
	case v >= 99_950_000:
		return sign + decimal(v, 1_000_000, 0) + " m"
	case v >= 1_000_000:
		return sign + decimal(v, 1_000_000, 1) + " m"
	}
	s := strconv.FormatInt(v, 10)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return sign + s
}

// decimal writes v/unit with n digits, rounded half up.
func decimal(v, unit int64, n int) string {
	scale := int64(1)
	for range n {
		scale *= 10
	}
	q := kanzei.MulDiv(v, scale, unit)
	if n == 0 {
		return strconv.FormatInt(q, 10)
	}
	return fmt.Sprintf("%d.%0*d", q/scale, n, q%scale)
}

// amounts writes a range of amounts, or one when both read the same.
func amounts(lo, hi int64) string {
	a, b := amount(lo), amount(hi)
	if a == b {
		return a
	}
	if x, ok := strings.CutSuffix(a, " bn"); ok && strings.HasSuffix(b, " bn") {
		return x + " to " + b
	}
	if x, ok := strings.CutSuffix(a, " m"); ok && strings.HasSuffix(b, " m") {
		return x + " to " + b
	}
	return a + " to " + b
}

// pct writes an average rate with one digit.
func pct(f kanzei.Fraction) string { return decimal(int64(f), int64(kanzei.One)/100, 1) }

func pcts(lo, hi kanzei.Fraction) string {
	a, b := pct(lo), pct(hi)
	if a == b {
		return a + " %"
	}
	return a + " to " + b + " %"
}

// sentence makes a phrase begin with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// stop ends a sentence, once where it ends with "a.m.".
func stop(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// count writes "1 exception", "5 exceptions".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// plain drops the authority from a title that ends with it.
func plain(title string) string {
	if i := strings.LastIndex(title, " (section "); i > 0 {
		return title[:i]
	}
	if i := strings.LastIndex(title, ", section "); i > 0 {
		return title[:i]
	}
	return title
}

// named is a title with its authority.
func named(title, authority string) string {
	if authority == "" {
		return plain(title)
	}
	return plain(title) + " (" + authority + ")"
}

// Words says which judgment voids a measure.
func (v *Void) Words() string {
	return "held void by " + v.Instrument + " on " + dayWords(v.Public)
}

// scopeWords says in words which codes a measure reaches.
func scopeWords(codes ledger.Set) string {
	if all(codes) {
		return "all products"
	}
	chapters := map[int]bool{}
	for _, v := range codes {
		for c := v.Lo / 100_000_000; c <= (v.Hi-1)/100_000_000; c++ {
			chapters[int(c)] = true
		}
	}
	return chapterWords(chapters)
}
