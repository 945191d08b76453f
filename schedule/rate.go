package schedule

import (
	"strings"

	"kanzei"
)

// ParseRate reads a rate of duty as the schedule prints it. Ad valorem,
// specific and compound rates become exact parts, in units named by [Unit];
// "on drained weight" and the like become part of the unit ("kg drained
// weight"). A rate that depends on parts of the article or on other provisions
// ("40¢ each + 6% on the case", "The rate applicable to …", "See 9823.01.01")
// has the kind RateByText. A fraction such as 33 1/3% is rounded to 1e-8.
// The empty text gives the zero Rate. It never fails; Text keeps the words.
func ParseRate(text string) kanzei.Rate {
	t := CleanRate(text)
	r := kanzei.Rate{Kind: kanzei.RateByText, Text: t}
	switch {
	case t == "":
		return kanzei.Rate{}
	case len(t) > longest:
		return r
	case t == "Free" || strings.HasPrefix(t, "Free,") || strings.HasPrefix(t, "Free ("):
		r.Kind = kanzei.Free
		return r
	}
	body := strings.TrimRight(t, " /`")
	adValorem := false
	for _, part := range strings.Split(body, "+") {
		part = strings.TrimSpace(part)
		if f, ok := parseAdValorem(part); ok && !adValorem {
			r.AdValorem, adValorem = f, true
		} else if u, ok := parseSpecific(part); ok {
			r.Specific = append(r.Specific, u)
		} else {
			return kanzei.Rate{Kind: kanzei.RateByText, Text: t}
		}
	}
	switch {
	case adValorem && len(r.Specific) > 0:
		r.Kind = kanzei.Compound
	case adValorem:
		r.Kind = kanzei.AdValorem
	default:
		r.Kind = kanzei.Specific
	}
	return r
}

// CleanRate strips mark-up, doubled spaces and misprinted entities from the
// text of a rate: "1.3¢;/kg", "2.5% <u></u>", "$1.13/m<sup>3</sup>".
func CleanRate(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > longest {
		return s
	}
	for {
		next := rateSpelling.Replace(StripMarkup(s))
		if next == s {
			return s
		}
		s = next
	}
}

// longest is the length in bytes beyond which a text is no rate.
const longest = 4096

var rateSpelling = strings.NewReplacer("¢;", "¢", "&cent;", "¢", " cents/", "¢/", " cent/", "¢/", "cents/", "¢/", "cent/", "¢/", " cents ", "¢ ", "¢ /", "¢/")

// StripMarkup removes <tags> and joins white space; "<" that opens no tag stays.
func StripMarkup(s string) string {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if !strings.ContainsRune(s, '<') {
		return strings.Join(strings.Fields(s), " ")
	}
	var b strings.Builder
	stripped := false
	for i := 0; i < len(s); i++ {
		if s[i] == '<' && i+1 < len(s) && (s[i+1] == '/' || s[i+1]|0x20 >= 'a' && s[i+1]|0x20 <= 'z') {
			if j := strings.IndexByte(s[i:], '>'); j > 0 && j < 80 {
				i += j
				stripped = true
				continue
			}
		}
		b.WriteByte(s[i])
	}
	if !stripped {
		return strings.Join(strings.Fields(s), " ")
	}
	return StripMarkup(b.String()) // what is left may read as a tag
}

func parseAdValorem(p string) (kanzei.Fraction, bool) {
	p = strings.TrimSuffix(p, " on the entire set")
	num, ok := strings.CutSuffix(p, "%")
	if !ok {
		return 0, false
	}
	num = strings.TrimSpace(num)
	whole, frac, mixed := strings.Cut(num, " ")
	w, ok := decimal(whole, 6)
	if !ok || !mixed {
		return kanzei.Fraction(w), ok
	}
	a, b, ok := strings.Cut(frac, "/")
	n, ok1 := decimal(a, 6)
	d, ok2 := decimal(b, 0)
	if !ok || !ok1 || !ok2 || d <= 0 || d > 100 {
		return 0, false
	}
	return kanzei.Fraction(w + (n+d/2)/d), true
}

func parseSpecific(p string) (kanzei.PerUnit, bool) {
	var none kanzei.PerUnit
	var amount int64
	var rest string
	if s, ok := strings.CutPrefix(p, "$"); ok {
		n := digits(s)
		amount, ok = decimal(s[:n], 8)
		if !ok {
			return none, false
		}
		rest = s[n:]
	} else {
		n := digits(p)
		amount, ok = decimal(p[:n], 6) // cents
		rest, found := strings.CutPrefix(strings.TrimLeft(p[n:], " "), "¢")
		if !ok || !found {
			return none, false
		}
		return perUnit(amount, rest)
	}
	return perUnit(amount, rest)
}

func perUnit(amount int64, rest string) (kanzei.PerUnit, bool) {
	var none kanzei.PerUnit
	if rest == " each" {
		return kanzei.PerUnit{Amount: amount, Unit: "no."}, true
	}
	rest, ok := strings.CutPrefix(rest, "/")
	if !ok {
		return none, false
	}
	rest = strings.TrimSpace(rest)
	if u, ok := unitNames[strings.ToLower(rest)]; ok && u != "" {
		return kanzei.PerUnit{Amount: amount, Unit: u}, true
	}
	for i := len(rest) - 1; i > 0 && len(rest)-i < 40; i-- { // the longest unit first
		if q, ok := qualified[strings.TrimSpace(rest[i:])]; ok {
			if u, ok := unitNames[strings.TrimSpace(rest[:i])]; ok && u != "" {
				return kanzei.PerUnit{Amount: amount, Unit: u + " " + q}, true
			}
		}
	}
	return none, false
}

// digits returns the length of the number at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.') {
		n++
	}
	return n
}

// decimal reads an unsigned number with at most the given decimals into an
// integer scaled by them. More decimals than that are not exact: false.
func decimal(s string, decimals int) (int64, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > decimals || len(whole) > 7 || whole+frac == "" {
		return 0, false
	}
	var v int64
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	for i := len(frac); i < decimals; i++ {
		v *= 10
	}
	return v, true
}
