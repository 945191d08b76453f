package brief

import (
	"strings"
	"time"
	"unicode/utf8"
)

// columns counts what a terminal shows.
func columns(s string) int {
	n, esc := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			esc = true
		case esc:
			esc = r != 'm'
		default:
			n++
		}
	}
	return n
}

// fold breaks text at blanks into lines of at most n columns.
func fold(text string, n int) []string {
	var out []string
	line := ""
	for _, word := range words(text) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= n:
			line += " " + word
		default:
			out = append(out, line)
			line = word
		}
		for columns(line) > n && !strings.Contains(line, "\x1b") {
			i := 0
			for range n {
				_, size := utf8.DecodeRuneInString(line[i:])
				i += size
			}
			out = append(out, line[:i])
			line = line[i:]
		}
	}
	return append(out, line)
}

// words splits text at blanks, but not before a unit or a month: "25 %",
// "41.90 bn USD", "12:01 a.m.", "9 July".
func words(text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		if n := len(out); n > 0 && last(out[n-1]) {
			for _, unit := range units {
				if unit[0] >= 'A' && unit[0] <= 'Z' && unit != "USD" && len(bare(out[n-1])) > 2 {
					continue // a year or an amount before a month's name
				}
				if rest, ok := strings.CutPrefix(w, unit); ok && (rest == "" || strings.ContainsAny(rest[:1], ".,;:)–\x1b")) {
					out[n-1] += " " + w
					w = ""
					break
				}
			}
		}
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// units stay with the number before them.
var units = func() []string {
	out := []string{"%", "bn", "m", "USD", "a.m."}
	for m := time.January; m <= time.December; m++ {
		out = append(out, m.String(), m.String()[:3])
	}
	return out
}()

// bare returns the digits a word ends with.
func bare(w string) string {
	return w[len(strings.TrimRight(w, "0123456789")):]
}

// last reports whether a word is a number, or a number with its first unit.
func last(w string) bool {
	w = strings.TrimSuffix(strings.TrimSuffix(w, " bn"), " m")
	return w != "" && w[len(w)-1] >= '0' && w[len(w)-1] <= '9'
}
