package read

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word, a number or a sign of a sentence.
type token struct {
	start, end int // of the page's text
	low        string
	kind       byte // 'w' word, 'n' number, else the sign itself
	cap        bool // begins with a capital
	upper      bool // all capitals
}

// tokens cuts a stretch of text. Acronyms with stops ("U.S.", "a.m.") are one
// word without them; a possessive is cut off its word.
func tokens(t string, start, end int, into []token) []token {
	for i := start; i < end; {
		c := t[i]
		switch {
		case c == ' ' || c == '\n':
			i++
		case c >= '0' && c <= '9':
			j := i
			for j < end && (t[j] >= '0' && t[j] <= '9' || (t[j] == '.' || t[j] == ',') && j+1 < end && t[j+1] >= '0' && t[j+1] <= '9') {
				j++
			}
			into = append(into, token{i, j, t[i:j], 'n', false, false})
			i = j
		case isLetter(c) || c >= utf8.RuneSelf && letterAt(t, i):
			if j, low := acronym(t, i, end); j > i {
				into = append(into, token{i, j, low, 'w', t[i] < 'a', t[i] < 'a'})
				i = j
				break
			}
			j := i
			upper := true
			for j < end {
				if t[j] < utf8.RuneSelf {
					if !isLetter(t[j]) {
						break
					}
					upper = upper && t[j] < 'a'
					j++
					continue
				}
				r, n := utf8.DecodeRuneInString(t[j:end])
				if !unicode.IsLetter(r) {
					break
				}
				upper = upper && unicode.IsUpper(r)
				j += n
			}
			r, _ := utf8.DecodeRuneInString(t[i:j])
			into = append(into, token{i, j, strings.ToLower(t[i:j]), 'w', unicode.IsUpper(r), upper && j-i > 1})
			i = j
			// 's belongs to no word
			if k := apostrophe(t, i, end); k > 0 && i+k < end && t[i+k]|0x20 == 's' && (i+k+1 >= end || !isLetter(t[i+k+1])) {
				i += k + 1
			} else if k > 0 && i+k+1 < end && t[i+k] == 't' && !isLetter(t[i+k+1]) { // n't
				into[len(into)-1].end = i + k + 1
				into[len(into)-1].low += "'t"
				i += k + 1
			}
		default:
			if q := doubled(t[i:end]); q != "" {
				into = append(into, token{i, i + 2*len(q), q, '"', false, false})
				i += 2 * len(q)
				break
			}
			_, n := utf8.DecodeRuneInString(t[i:end])
			sign := c
			switch t[i : i+n] {
			case "–", "—", "‑", "‐":
				sign = '-'
			case "“", "”":
				sign = '"'
			case "’", "‘":
				sign = '\''
			}
			into = append(into, token{i, i + n, t[i : i+n], sign, false, false})
			i += n
		}
	}
	return into
}

// doubled reads ‘‘ and ’’, which the Federal Register prints for “ and ”; q is
// the double mark, which is as long as a single one.
func doubled(t string) (q string) {
	switch {
	case strings.HasPrefix(t, "‘‘"):
		return "“"
	case strings.HasPrefix(t, "’’"):
		return "”"
	}
	return ""
}

func letterAt(t string, i int) bool {
	r, _ := utf8.DecodeRuneInString(t[i:])
	return unicode.IsLetter(r)
}

func apostrophe(t string, i, end int) int {
	switch {
	case i < end && t[i] == '\'':
		return 1
	case strings.HasPrefix(t[i:end], "’"):
		return len("’")
	}
	return 0
}

// acronym reads "U.S.", "a.m.", "U.S.C."; low has no stops.
func acronym(t string, i, end int) (j int, low string) {
	j = i
	n := 0
	for j+1 < end && isLetter(t[j]) && t[j+1] == '.' && n < 5 && (j+2 >= end || !isLetter(t[j+2]) || j+3 < end && t[j+3] == '.' || n > 0 && j+3 >= end) {
		j += 2
		n++
	}
	if n < 2 {
		return i, ""
	}
	return j, strings.ReplaceAll(strings.ToLower(t[i:j]), ".", "")
}
