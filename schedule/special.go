package schedule

import (
	"strings"

	"kanzei"
)

// A Special is one rate of the special subcolumn and the programs that may
// claim it, as printed: "A", "A*", "AU", "JP", "KR", "S", "S+".
type Special struct {
	Programs []string    `json:"programs"`
	Rate     kanzei.Rate `json:"rate"`
}

// programs are the indicators of special programs that general note 3(c)(i)
// lists and the special subcolumn prints.
var programs = map[string]bool{}

func init() {
	for _, p := range strings.Fields("A A* A+ AU B BH C CA CL CO D E E* IL J J* J+ JO JP K KR L MA MX N NP OM P P+ PA PE R S S* S+ SG W Y Z") {
		programs[p] = true
	}
}

// KnownProgram reports whether a text is the indicator of a special program.
func KnownProgram(spi string) bool { return programs[spi] }

// ParseSpecial reads the special subcolumn: rates, each followed by its
// programs in parentheses, as in "Free (A,AU,S) 1.7% (KR) See 9822.04.01 (P)".
// Text that no list of programs follows is dropped when it is punctuation and
// otherwise kept with no program.
func ParseSpecial(text string) []Special {
	t := CleanRate(text)
	if len(t) > longest {
		return []Special{{Rate: ParseRate(t)}}
	}
	var out []Special
	start := 0
	for i := 0; i < len(t); {
		if t[i] != '(' {
			i++
			continue
		}
		end := strings.IndexByte(t[i:], ')')
		if end < 0 {
			end = len(t) - i
		}
		if end > 400 { // four times the longest list
			i++
			continue
		}
		if t[i:min(i+end+1, len(t))] == "(s)" { // a mark after the Korean rate of heading 6401, no program
			t = t[:i] + t[i+end+1:]
			continue
		}
		programs, ok := programList(t[i+1 : i+end])
		if !ok {
			i++
			continue
		}
		rate := strings.TrimRight(strings.TrimLeft(t[start:i], " ,)"), " ,")
		switch {
		case rate == "" && len(out) > 0: // "5.4% (PE)(KR)": the rate of the list before
			last := &out[len(out)-1]
			last.Programs = append(last.Programs, programs...)
		case rate == "": // a misprint that lost the rate
			out = append(out, Special{Programs: programs, Rate: kanzei.Rate{Kind: kanzei.RateByText, Text: t[i:min(i+end+1, len(t))]}})
		default:
			out = append(out, Special{Programs: programs, Rate: ParseRate(rate)})
		}
		i = min(i+end+1, len(t))
		start = i
	}
	if rest := strings.Trim(t[start:], " ,)(."); rest != "" {
		out = append(out, Special{Rate: ParseRate(rest)})
	}
	return out
}

// programList reads "A+,AU,BH"; the separators of misprints (".", " ") too.
func programList(s string) ([]string, bool) {
	f := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '.' || r == ' ' || r == '(' })
	if len(f) == 0 {
		return nil, false
	}
	out := make([]string, 0, len(f))
	for _, p := range f {
		n := 0
		for n < len(p) && p[n] >= 'A' && p[n] <= 'Z' {
			n++
		}
		if n == 0 || n > 2 || len(p) > n+1 || len(p) == n+1 && p[n] != '+' && p[n] != '*' {
			return nil, false
		}
		dup := false
		for _, q := range out {
			dup = dup || q == p
		}
		if !dup {
			out = append(out, p)
		}
	}
	return out, true
}
