package read

import (
	"strings"
	"unicode/utf8"
)

// A layout is a body put in reading order; at says where each byte stood.
type layout struct {
	body string
	b    strings.Builder
	at   []int32
}

func (o *layout) put(from, to int) {
	o.b.WriteString(o.body[from:to])
	for k := from; k < to; k++ {
		o.at = append(o.at, int32(k))
	}
}

// add writes text that does not stand in the body, in the place of a byte.
func (o *layout) add(s string, off int) {
	o.b.WriteString(s)
	for range len(s) {
		o.at = append(o.at, int32(off))
	}
}

func (o *layout) line(l line) {
	o.put(l.start, l.end)
	o.add("\n", max(l.start, l.end-1))
}

// unfold puts what the text of a PDF shows side by side in reading order. The
// columns of newspaper pages come one below the other: a page has columns where
// two or three stretches of like width, each at least 25 wide and mostly filled
// with prose, are parted by blanks that run down the page; a line that runs
// across them ends the columns above it. A row of a table of headings of chapter
// 99 becomes one line with its cells parted by " | ". at says where each byte
// stood; it is nil when nothing was moved.
func unfold(body string, columns bool) (out string, at []int32, unfolded bool) {
	o := &layout{body: body}
	o.b.Grow(len(body) + len(body)/20)
	o.at = make([]int32, 0, len(body)+len(body)/20)
	rows := false
	for start := 0; start < len(body); {
		end := len(body)
		if k := strings.IndexByte(body[start:], '\f'); k >= 0 {
			end = start + k + 1
		}
		lines := cut(body, start, end)
		for len(lines) > 0 {
			n := min(len(lines), 120) // a page, where no form feed says so
			var gs []gutter
			if columns {
				gs = gutters(body, lines[:n])
				for blank := 2; gs == nil && blank > 0; blank-- { // a table above or below the columns
					n = upTo(body, lines[:n], blank)
					gs = gutters(body, lines[:n])
				}
			}
			if gs == nil {
				rows = o.rows(lines[:n]) || rows
			} else {
				unfolded = true
				o.columns(lines[:n], gs)
			}
			lines = lines[n:]
		}
		start = end
	}
	if !rows && !unfolded {
		return body, nil, false
	}
	return o.b.String(), o.at, unfolded
}

// columns writes lines column by column.
func (o *layout) columns(lines []line, gs []gutter) {
	var held []line
	flush := func() {
		for c := 0; c <= len(gs); c++ {
			for _, l := range held {
				from, to := l.column(o.body, gs, c)
				if strings.TrimSpace(o.body[from:to]) != "" {
					o.line(line{from, to})
				}
			}
		}
		held = held[:0]
	}
	for _, l := range lines {
		if l.crosses(o.body, gs) {
			flush()
			o.line(l)
			continue
		}
		held = append(held, l)
	}
	flush()
}

// rows writes lines, each row of a table of headings as one line.
func (o *layout) rows(lines []line) bool {
	any := false
	var starts []int
	for i := 0; i < len(lines); {
		cells, code := cells(o.body, lines[i])
		if !code {
			o.line(lines[i])
			i++
			continue
		}
		if len(cells) >= 4 {
			starts = cells
		}
		if starts == nil || abs(starts[0]-cells[0]) > 1 {
			o.line(lines[i])
			i++
			continue
		}
		last := i + 1
		for k, blank := last, 0; k < len(lines) && k < i+40; k++ {
			c, code := lead(o.body, lines[k])
			if c < 0 {
				if blank++; blank > 1 {
					break
				}
				continue
			}
			if code || c < starts[1]-3 {
				break
			}
			blank, last = 0, k+1
		}
		any = true
		o.add("\n", lines[i].start)
		for c := range starts {
			if c > 0 {
				o.add(" | ", lines[i].start)
			}
			for _, l := range lines[i:last] {
				from, to := l.cell(o.body, starts, c)
				if t := strings.TrimSpace(o.body[from:to]); t != "" {
					from += strings.Index(o.body[from:to], t)
					o.put(from, from+len(t))
					if strings.HasSuffix(t, "-") { // a broken word, joined later
						o.add("\n", from+len(t)-1)
						continue
					}
					o.add(" ", from+len(t)-1)
				}
			}
		}
		o.add(" |\n\n", lines[i].start)
		i = last
	}
	return any
}

func abs(x int) int { return max(x, -x) }

// cells returns the places at which the cells of a line begin; code says that
// the first is a heading of chapter 99.
func cells(body string, l line) (starts []int, code bool) {
	t := strings.TrimLeft(body[l.start:l.end], " ‘“\"'")
	if !strings.HasPrefix(t, "9903.") || len(t) < 12 || t[7] != '.' || t[10] != ' ' {
		return nil, false
	}
	x, blanks := 0, 2
	for _, r := range body[l.start:l.end] {
		if x == widest {
			break
		}
		if r == ' ' {
			blanks++
		} else {
			if blanks >= 2 {
				starts = append(starts, x)
			}
			blanks = 0
		}
		x++
	}
	return starts, true
}

// lead returns the place of the first word of a line, -1 when it is blank.
func lead(body string, l line) (first int, code bool) {
	t := body[l.start:l.end]
	trimmed := strings.TrimLeft(t, " \f")
	if trimmed == "" {
		return -1, false
	}
	_, code = cells(body, l)
	return len(t) - len(trimmed), code
}

// cell returns the bytes of a line in the cell that begins at starts[c]. A word
// that runs over the edge stays whole.
func (l line) cell(body string, starts []int, c int) (from, to int) {
	edge := func(s int) int {
		x := 0
		best, gap := -1, 4
		blank := true
		for i, r := range body[l.start:l.end] {
			if r != ' ' && blank && abs(x-s) < gap {
				best, gap = l.start+i, abs(x-s)
			}
			if x == s && best < 0 && r == ' ' {
				best, gap = l.start+i, 4
			}
			blank = r == ' '
			if x > s+4 {
				break
			}
			x++
		}
		if best < 0 { // the line is shorter, or no word begins here
			x = 0
			for i := range body[l.start:l.end] {
				if x == s {
					return l.start + i
				}
				x++
			}
			return l.end
		}
		return best
	}
	from, to = l.start, l.end
	if c > 0 {
		from = edge(starts[c])
	}
	if c+1 < len(starts) {
		to = edge(starts[c+1])
	}
	return from, max(from, to)
}

type line struct{ start, end int }

func cut(body string, start, end int) []line {
	var out []line
	for start < end {
		e := strings.IndexByte(body[start:end], '\n')
		if e < 0 {
			e = end - start
		}
		out = append(out, line{start, start + e})
		start += e + 1
	}
	return out
}

// upTo returns the number of lines up to the first gap of as many blank lines,
// with these.
func upTo(body string, lines []line, gap int) int {
	blank := 0
	for k, l := range lines {
		if strings.TrimSpace(body[l.start:l.end]) != "" {
			if blank >= gap && k > blank {
				return k
			}
			blank = 0
			continue
		}
		blank++
	}
	return len(lines)
}

// widest is the number of places of a line that are looked at.
const widest = 240

type gutter struct{ lo, hi int } // places [lo, hi)

// gutters finds the blanks between the columns of a block of lines.
func gutters(body string, lines []line) []gutter {
	var ink [widest]int
	n := 0
	for _, l := range lines {
		if strings.TrimSpace(body[l.start:l.end]) == "" {
			continue
		}
		n++
		x := 0
		for _, r := range body[l.start:l.end] {
			if x == widest {
				break
			}
			if r != ' ' && r != '\f' {
				ink[x]++
			}
			x++
		}
	}
	if n < 12 {
		return nil
	}
	right := widest
	for right > 0 && ink[right-1]*20 < n {
		right--
	}
	left := 0
	for left < right && ink[left]*20 < n {
		left++
	}
	var out []gutter
	for x := left; x < right; {
		if ink[x]*12 > n {
			x++
			continue
		}
		lo := x
		for x < right && ink[x]*12 <= n {
			x++
		}
		if x-lo >= 3 && x < right {
			out = append(out, gutter{lo, x})
		}
	}
	if len(out) == 0 || len(out) > 2 {
		return nil
	}
	// like widths, filled
	from, narrow, wide := left, widest, 0
	for c := 0; c <= len(out); c++ {
		to := right
		if c < len(out) {
			to = out[c].lo
		}
		w := to - from
		sum := 0
		for x := from; x < to; x++ {
			sum += ink[x]
		}
		if w < 25 || sum*100 < w*n*35 {
			return nil
		}
		narrow, wide = min(narrow, w), max(wide, w)
		if c < len(out) {
			from = out[c].hi
		}
	}
	if wide*10 > narrow*17 {
		return nil
	}
	return out
}

// crosses reports whether a line has words in a gutter.
func (l line) crosses(body string, gs []gutter) bool {
	x := 0
	for _, r := range body[l.start:l.end] {
		if r != ' ' && r != '\f' {
			for _, g := range gs {
				// the last place may hold the end of a word, or a first letter set out
				if x > g.lo && x < g.hi-1 {
					return true
				}
			}
		}
		x++
	}
	return false
}

// column returns the bytes of a line in column c.
func (l line) column(body string, gs []gutter, c int) (from, to int) {
	lo, hi := 0, 1<<30
	if c > 0 {
		lo = gs[c-1].lo + 1
	}
	if c < len(gs) {
		hi = gs[c].lo + 1
	}
	from, to = l.end, l.end
	x := 0
	for i := l.start; i < l.end; {
		if x == lo {
			from = i
		}
		if x == hi {
			to = i
			break
		}
		_, n := utf8.DecodeRuneInString(body[i:l.end])
		i += n
		x++
	}
	return from, max(from, to)
}
