package read

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kanzei"
)

// A page is a text without its markup: blanks folded, paragraphs ended by a
// line feed, table cells parted by " | ". at[i] is the offset of byte i in the
// text as given; it has one element more than text.
type page struct {
	text string
	at   []int32
	// columns says that the lines look like two or more columns side by side.
	columns  bool
	unfolded bool       // the columns were put one after the other
	signed   kanzei.Day // "7 days after the date of this order" counts from it
}

func (p *page) span(start, end int) Span {
	if start >= end {
		return Span{int(p.at[start]), int(p.at[start])}
	}
	a, b := int(p.at[start]), int(p.at[end-1])
	if b < a { // words on both sides of a break between columns
		a, b = b, a
	}
	return Span{a, b + 1}
}

// frontMatter reads the block between two lines of three hyphens at the head
// of a text; rest is the offset behind it.
func frontMatter(text string) (fields map[string]string, rest int) {
	fields = map[string]string{}
	if !strings.HasPrefix(text, "---\n") {
		return fields, 0
	}
	end := strings.Index(text[4:], "\n---")
	if end < 0 || end > 8000 {
		return fields, 0
	}
	key := ""
	for _, line := range strings.Split(text[4:4+end], "\n") {
		if line != "" && (line[0] == ' ' || line[0] == '\t') && key != "" {
			fields[key] += " " + strings.TrimSpace(line)
			continue
		}
		k, v, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		key = strings.TrimSpace(k)
		fields[key] = strings.TrimSpace(v)
	}
	for k, v := range fields {
		switch {
		case len(v) > 1 && v[0] == '\'' && v[len(v)-1] == '\'':
			fields[k] = strings.ReplaceAll(v[1:len(v)-1], "''", "'")
		case len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"':
			v = strings.ReplaceAll(v, `\ `, " ")
			if u, err := strconv.Unquote(v); err == nil {
				v = u
			}
			fields[k] = strings.Trim(v, `"`)
		}
	}
	rest = 4 + end + len("\n---")
	return fields, rest
}

// lines looks at how a text is set: long lines are whole paragraphs; a blank
// line after every line means nothing.
func setting(text string) (long, double, columns bool) {
	var plain, blankAfter, inner, n int
	rest := text
	for rest != "" {
		line, tail, _ := strings.Cut(rest, "\n")
		rest = tail
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		n++
		if len(t) > 240 && !strings.Contains(t[:20], "<") {
			long = true
		}
		if strings.Contains(t, "     ") && len(t) > 90 {
			inner++
		}
		if !strings.ContainsAny(t[len(t)-1:], ".:;!?|>)") {
			plain++
			next, _, _ := strings.Cut(rest, "\n")
			if strings.TrimSpace(next) == "" {
				blankAfter++
			}
		}
	}
	return long, plain > 12 && blankAfter*10 > plain*8, n > 20 && inner*3 > n
}

// clean takes the markup off.
func clean(text string, from int) *page {
	body := text[from:]
	long, double, columns := setting(body)
	p := &page{columns: columns}
	var moved []int32 // where the bytes of a body put in another order stood
	if columns || strings.Contains(body, "9903.") && !strings.Contains(body, "<td") {
		b, at, unfolded := unfold(body, columns)
		if at != nil {
			body, moved = b, at
			p.unfolded = unfolded
			p.columns = p.columns && !unfolded
		}
	}
	var b strings.Builder
	b.Grow(len(body))
	p.at = make([]int32, 0, len(body)+1)
	last := byte('\n') // last byte that is not a blank
	gap := byte(0)     // 0, ' ' or '\n' due before the next byte
	put := func(s string, off int) {
		if gap != 0 && b.Len() > 0 {
			b.WriteByte(gap)
			p.at = append(p.at, int32(off))
		}
		gap = 0
		b.WriteString(s)
		for range len(s) {
			p.at = append(p.at, int32(off))
		}
		last = s[len(s)-1]
	}
	need := func(g byte) {
		if gap != '\n' {
			gap = g
		}
	}
	closing, link := -1, -1 // next ">" and next "](": found once, then kept
	find := func(cache *int, what string, i int) int {
		if *cache >= i || *cache == len(body) {
			return *cache
		}
		if k := strings.Index(body[i:], what); k >= 0 {
			*cache = i + k
		} else {
			*cache = len(body)
		}
		return *cache
	}
	for i := 0; i < len(body); {
		c := body[i]
		switch {
		case c == '\n' || c == '\r' || c == '\f':
			hard := i >= 2 && body[i-1] == ' ' && body[i-2] == ' '
			feeds := 0
			j := i
			for j < len(body) && (body[j] == ' ' || body[j] == '\t' || body[j] == '\n' || body[j] == '\r' || body[j] == '\f' || strings.HasPrefix(body[j:], "\u00a0")) {
				if body[j] == '\n' {
					feeds++
				}
				if body[j] == 0xc2 {
					j++
				}
				j++
			}
			stop := strings.IndexByte(".:;!?|>\x9d", last) >= 0 // 9d ends a closing quote
			switch {
			case long, feeds >= 2 && (!double || stop || feeds > 2):
				need('\n')
			case itemAt(body, j) && (hard || stop):
				need('\n')
			case hard && stop && !double:
				need('\n')
			default:
				need(' ')
			}
			i = j
		case c == ' ' || c == '\t' || c < ' ' || c == 0x7f:
			need(' ')
			i++
		case c == '<' && i+1 < len(body) && (body[i+1] == '/' || body[i+1] == '!' || body[i+1]|0x20 >= 'a' && body[i+1]|0x20 <= 'z'):
			k := find(&closing, ">", i)
			if k == len(body) || k-i > 2000 {
				put("<", from+i)
				i++
				break
			}
			name := strings.ToLower(strings.Trim(body[i+1:min(k, i+12)], "/ "))
			name, _, _ = strings.Cut(name, " ")
			switch name {
			case "p", "br", "li", "tr", "ul", "ol", "div", "table", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "tbody", "thead":
				need('\n')
			case "td", "th":
				if body[i+1] == '/' {
					need(' ')
					put("|", from+i)
					need(' ')
				}
			}
			i = k + 1
		case c == '&':
			if s, n := entity(body[i:]); n > 0 {
				if s == " " {
					need(' ')
				} else {
					put(s, from+i)
				}
				i += n
				break
			}
			put("&", from+i)
			i++
		case c == '\\' && i+1 < len(body) && strings.IndexByte("()[]*_#.-+`<>|\\'\"$!", body[i+1]) >= 0:
			put(body[i+1:i+2], from+i)
			i += 2
		case c == '*':
			i++
		case c == '-' && broken(body, i) > 0: // a word broken at the end of a line
			if !compound(body, i) {
				i += broken(body, i)
				break
			}
			put("-", from+i)
			i += broken(body, i)
		case c == '[':
			if k := find(&link, "](", i); k < len(body) && k-i < 300 {
				i++
				break
			}
			put("[", from+i)
			i++
		case c == ']' && i+1 < len(body) && body[i+1] == '(':
			k := strings.IndexByte(body[i:min(len(body), i+600)], ')')
			if k < 0 {
				put("]", from+i)
				i++
				break
			}
			i += k + 1
		case c < utf8.RuneSelf:
			put(body[i:i+1], from+i)
			i++
		default:
			r, n := utf8.DecodeRuneInString(body[i:])
			switch {
			case r == utf8.RuneError && n <= 1:
				put("\ufffd", from+i)
			case r == '\u200b' || r == '\ufeff' || r == '\u00ad' || r == '\u2060':
			case unicode.IsSpace(r) || unicode.IsControl(r):
				need(' ')
			default:
				put(body[i:i+n], from+i)
				for k := range n { // the bytes of a rune map to themselves
					p.at[len(p.at)-n+k] = int32(from + i + k)
				}
			}
			i += n
		}
	}
	p.text = b.String()
	if moved != nil {
		for k, at := range p.at {
			p.at[k] = moved[int(at)-from] + int32(from)
		}
	}
	p.at = append(p.at, int32(len(text)))
	return p
}

// broken returns how many bytes lie between a hyphen at i and the rest of its
// word on the next line; zero where the hyphen ends no line.
func broken(s string, i int) int {
	if i == 0 || s[i-1] < 'a' || s[i-1] > 'z' {
		return 0
	}
	feeds := 0
	for j := i + 1; j < len(s) && j < i+120; j++ {
		switch c := s[j]; {
		case c == '\n':
			feeds++
		case c == ' ' || c == '\r' || c == '\t':
		case feeds == 1 && c >= 'a' && c <= 'z':
			return j - i
		default:
			return 0
		}
	}
	return 0
}

// compounds are words that keep their hyphen at the end of a line.
var compounds = words("low high non self anti counter country across most third second first long short heavy medium light duty tariff tax free well co cross trade year day month week all north south east west full value metal")

// compound reports whether the hyphen at i belongs to the word.
func compound(s string, i int) bool {
	b := i
	for b > 0 && i-b < 12 && isLetter(s[b-1]) {
		b--
	}
	return compounds[strings.ToLower(s[b:i])]
}

// itemAt reports whether a list item begins at offset i: "- ", "(a)", "\(b\)", "12. ".
func itemAt(s string, i int) bool {
	s = s[min(i, len(s)):min(len(s), i+14)]
	if strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "•") {
		return true
	}
	s = strings.ReplaceAll(s, `\`, "")
	label, _ := cutLabel(s)
	return label != ""
}

// cutLabel cuts "(a)", "(iv)", "(12)" or "12." off the head of a text.
func cutLabel(s string) (label, rest string) {
	t := strings.TrimLeft(s, " “\"")
	if strings.HasPrefix(t, "(") {
		if k := strings.IndexByte(t, ')'); k > 1 && k <= 6 && strings.Trim(strings.ToLower(t[1:k]), "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
			return t[1:k], strings.TrimLeft(t[k+1:], " ")
		}
		return "", s
	}
	k := 0
	for k < len(t) && k < 3 && t[k] >= '0' && t[k] <= '9' {
		k++
	}
	if k > 0 && k+1 < len(t) && t[k] == '.' && t[k+1] == ' ' {
		return t[:k], strings.TrimLeft(t[k+1:], " ")
	}
	return "", s
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": " ", "ensp": " ", "emsp": " ", "thinsp": " ",
	"ldquo": "“", "rdquo": "”", "lsquo": "‘", "rsquo": "’", "ndash": "–", "mdash": "—", "hellip": "…", "eacute": "é", "ocirc": "ô"}

func entity(s string) (string, int) {
	k := strings.IndexByte(s[:min(len(s), 12)], ';')
	if k < 2 {
		return "", 0
	}
	name := s[1:k]
	if name[0] == '#' {
		n, err := strconv.ParseUint(strings.TrimPrefix(strings.Replace(name[1:], "x", "0x", 1), " "), 0, 32)
		if err != nil || n < ' ' || !utf8.ValidRune(rune(n)) {
			return "", 0
		}
		if unicode.IsSpace(rune(n)) {
			return " ", k + 1
		}
		return string(rune(n)), k + 1
	}
	if v, ok := entities[name]; ok {
		return v, k + 1
	}
	return "", 0
}
