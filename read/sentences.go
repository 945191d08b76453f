package read

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the number of bytes after which a sentence is cut, so that no
// rule sees more than a bounded stretch of text.
const longest = 6000

// A unit is a sentence of the page with its place in the document.
type unit struct {
	start, end int // of the page's text
	para       int
	label      string // "a", "iv", "12": list item that begins here
	section    string // "sec. 3", "cl. (2)"
	cite       string
	operative  bool
	intro      bool // ends with a colon: what it says governs the items below
	row        bool // a row of a table
	head       bool // the title of a section
}

// units cuts the page into sentences and follows the sections of an order.
func units(p *page) []unit {
	var out []unit
	para := 0
	for start := 0; start < len(p.text); {
		end := strings.IndexByte(p.text[start:], '\n')
		if end < 0 {
			end = len(p.text)
		} else {
			end += start
		}
		first := true
		for s := start; s < end; {
			e := sentenceEnd(p.text, s, end)
			u := unit{start: s, end: e, para: para}
			for u.start < u.end && p.text[u.start] == ' ' {
				u.start++
			}
			for u.end > u.start && p.text[u.end-1] == ' ' {
				u.end--
			}
			if first {
				head := strings.TrimPrefix(strings.TrimPrefix(p.text[u.start:u.end], "- "), "• ")
				if label, rest := cutLabel(head); label != "" {
					u.label = label
					u.start = u.end - len(rest)
				}
				u.row = strings.Contains(p.text[start:end], " | ") || strings.HasSuffix(p.text[start:end], " |")
			}
			u.intro = strings.HasSuffix(p.text[u.start:u.end], ":")
			if u.end > u.start {
				out = append(out, u)
				first = false
			}
			s = e
		}
		para++
		start = end + 1
	}
	return out
}

// sentenceEnd returns the end of the sentence that begins at s.
func sentenceEnd(t string, s, end int) int {
	if end-s > longest {
		end = s + longest
		for end > s+longest/2 && t[end] != ' ' {
			end--
		}
		for end > s && !utf8.RuneStart(t[end]) {
			end--
		}
	}
	for i := s; i < end; i++ {
		c := t[i]
		if c != '.' && c != '!' && c != '?' {
			continue
		}
		j := i + 1
		for j < end { // closing quotes and brackets
			r, n := utf8.DecodeRuneInString(t[j:end])
			if r != '”' && r != '’' && r != '"' && r != '\'' && r != ')' && r != ']' {
				break
			}
			j += n
		}
		if j >= end {
			return end
		}
		if t[j] != ' ' {
			continue
		}
		if c == '.' && !endsSentence(t, s, i, j, end) {
			continue
		}
		return j
	}
	return end
}

var abbreviations = words("sec secs no nos mr mrs ms dr st jan feb mar apr jun jul aug sept sep oct nov dec inc co corp fed reg stat art para cl gen sen rep gov vs v seq etc cf approx col ch pub ed ltd jr sr prof lt int'l dept subch supp proc")

// Words that begin a sentence after an abbreviation such as "U.S."
var openers = words("the this that these those it its he she they we i in on at for as with while when if any all each such no under pursuant effective section sec and but however")

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// endsSentence judges a full stop at i followed, after closing quotes, by a
// blank at j.
func endsSentence(t string, s, i, j, end int) bool {
	k := j
	for k < end && t[k] == ' ' {
		k++
	}
	if k >= end {
		return true
	}
	r, _ := utf8.DecodeRuneInString(t[k:end])
	if r == '.' || i > s && (t[i-1] == '.' || t[i-1] == ' ') {
		return false // an ellipsis
	}
	if !unicode.IsUpper(r) && !unicode.IsDigit(r) && !strings.ContainsRune("“\"‘'([", r) {
		return false
	}
	b := i
	for b > s && i-b < 12 && (isLetter(t[b-1]) || t[b-1] == '.') {
		b--
	}
	word := strings.ToLower(t[b:i])
	next := strings.ToLower(nextWord(t, k, end))
	switch {
	case word == "":
		// a number: "Sec. 2. Title" is cut behind the number by the caller
		return !unicode.IsDigit(r) || j > i+1
	case len(word) == 1 || strings.Contains(word, "."):
		return openers[next] && word != "a.m" && word != "p.m"
	case abbreviations[word]:
		return false
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func nextWord(t string, k, end int) string {
	for k < end && !isLetter(t[k]) {
		k++
	}
	b := k
	for k < end && isLetter(t[k]) && k-b < 16 {
		k++
	}
	return t[b:k]
}

// Sections that explain, define or administer, and make no measure.
var recitals = []string{"background", "purpose", "policy", "findings", "definition", "general provision", "severability", "delegation", "national emergency", "reporting", "monitoring", "interaction with"}

var enacting = []string{"do hereby proclaim", "hereby proclaim as follows", "hereby order", "hereby determine and order", "hereby declare and order", "hereby ordered", "hereby direct", "it is hereby"}

// follow gives every unit its section and says which make law. It returns the
// kind of the instrument, "" when the text makes none.
func follow(p *page, us []unit, fields map[string]string) (kind string) {
	low := func(u unit) string { return strings.ToLower(p.text[u.start:u.end]) }
	actions := fields["tags"] == "presidential-actions" || strings.Contains(fields["source_url"], "/presidential-actions/")
	enacted, proclaims := -1, false
	schedule := false
	for i, u := range us {
		t := low(u)
		for _, e := range enacting {
			if enacted < 0 && strings.Contains(t, e) {
				enacted = i
				proclaims = strings.Contains(e, "proclaim")
			}
		}
		if strings.Contains(t, "harmonized tariff schedule") || strings.Contains(t, "htsus") {
			if strings.Contains(t, "is modified") || strings.Contains(t, "are modified") || strings.Contains(t, "is amended") || strings.Contains(t, "are amended") {
				schedule = true
			}
		}
		if i < 60 && (strings.HasPrefix(t, "agency:") || strings.HasPrefix(t, "action:") || strings.Contains(t, "billing code")) {
			kind = "notice"
		}
	}
	switch {
	case proclaims:
		kind = "proclamation"
	case enacted >= 0 && (actions || kind == ""):
		kind = "executive-order"
	case kind == "notice":
	case actions:
		kind = "memorandum"
	case schedule && fields["tags"] == "":
		kind = "notice" // an annex
	default:
		return ""
	}
	section, recital, letter, roman := "", false, "", ""
	headEnd := 0
	for i := range us {
		u := &us[i]
		if i == 0 || us[i-1].para != u.para {
			end := i
			for end+1 < len(us) && us[end+1].para == u.para && us[end].end-u.start < 160 {
				end++
			}
			head := p.text[u.start:min(us[end].end, u.start+300)]
			if num, title, at, ok := sectionHead(strings.ToLower(head)); ok {
				section, letter, roman = "sec. "+num, "", ""
				recital = false
				for _, r := range recitals {
					recital = recital || strings.HasPrefix(title, r)
				}
				headEnd = u.start + at
			} else if len(head) < 60 && strings.HasPrefix(strings.ToLower(strings.Trim(head, " \"“")), "annex") {
				section, letter, roman, recital = strings.TrimRight(strings.Trim(head, " \"“"), ".: "), "", "", false
				headEnd = us[end].end
			}
		}
		if u.end <= headEnd {
			u.head = true
		}
		if u.label == "" && i > 0 && us[i-1].head && us[i-1].para == u.para {
			if label, rest := cutLabel(p.text[u.start:u.end]); label != "" && rest != "" {
				u.label, u.start = label, u.end-len(rest)
			}
		}
		if u.label != "" {
			switch {
			case proclaims && u.label[0] >= '0' && u.label[0] <= '9':
				section, letter, roman = "cl. ("+u.label+")", "", ""
				if i < enacted {
					section = "recital " + u.label
				}
			case isRoman(u.label) && !(len(u.label) == 1 && letter != "" && u.label[0] == letter[0]+1):
				roman = "(" + u.label + ")"
			default:
				letter, roman = u.label, ""
			}
		}
		u.section = section
		u.cite = section
		if letter != "" {
			u.cite += "(" + letter + ")"
		}
		u.cite += roman
		u.operative = !recital && i > enacted
	}
	return kind
}

func isRoman(s string) bool { return strings.Trim(s, "ivx") == "" }

// sectionHead reads "section 1.", "sec. 2. title. text"; end is the offset
// behind the title.
func sectionHead(t string) (num, title string, end int, ok bool) {
	rest, ok := strings.CutPrefix(t, "section")
	if !ok {
		if rest, ok = strings.CutPrefix(t, "sec"); !ok {
			return "", "", 0, false
		}
	}
	rest = strings.TrimLeft(rest, " .")
	k := 0
	for k < len(rest) && k < 3 && rest[k] >= '0' && rest[k] <= '9' {
		k++
	}
	after := strings.TrimLeft(rest[k:], " ")
	if k == 0 || !strings.HasPrefix(after, ".") {
		return "", "", 0, false // "section 232 of the Trade Expansion Act"
	}
	num = rest[:k]
	title = strings.TrimLeft(after, ". ")
	body := len(t) - len(title)
	if strings.HasPrefix(title, "(") { // no title: "Sec. 2.  (a)  All articles …"
		return num, "", body, true
	}
	if e := strings.IndexByte(title, '.'); e >= 0 && e < 200 {
		title = title[:e+1]
	}
	return num, title, body + len(title), true
}
