package read

import (
	"strconv"
	"strings"
	"time"

	"kanzei"
)

var months = map[string]int{"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

var weekdays = map[string]time.Weekday{"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}

var small = map[string]int{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}

func validDay(y, m, d int) (kanzei.Day, bool) {
	if y < 1971 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	day := kanzei.DayOf(y, m, d)
	if _, _, dd := day.Date(); dd != d {
		return 0, false
	}
	return day, true
}

func number(t token) (int, bool) {
	if t.kind != 'n' || len(t.low) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(t.low)
	return n, err == nil
}

// dateAt reads a date that begins at token i: one day, or the days [day, last]
// of a month or week. The document's day, when known, lends the year and is
// what "last week" counts from.
func dateAt(ts []token, i int, doc kanzei.Day) (day, last kanzei.Day, n int) {
	num := func(k int) (int, bool) {
		if k >= len(ts) {
			return 0, false
		}
		return number(ts[k])
	}
	year := func(k int) (y, used int) { // ", 2025" or "2025"
		if k < len(ts) && ts[k].kind == ',' {
			if y, ok := num(k + 1); ok && y > 1970 && y < 2200 && len(ts[k+1].low) == 4 {
				return y, 2
			}
		}
		if y, ok := num(k); ok && len(ts[k].low) == 4 && y > 1970 && y < 2200 {
			return y, 1
		}
		return 0, 0
	}
	if i >= len(ts) {
		return 0, 0, 0
	}
	t := ts[i]
	switch {
	case t.kind == 'w' && t.cap && months[t.low] != 0:
		m := months[t.low]
		k := i + 1
		if k < len(ts) && ts[k].kind == '.' && len(t.low) < 5 {
			k++
		}
		d, ok := num(k)
		if ok && d >= 1 && d <= 31 && len(ts[k].low) <= 2 {
			if k+1 < len(ts) && (ts[k+1].low == "st" || ts[k+1].low == "nd" || ts[k+1].low == "rd" || ts[k+1].low == "th") {
				k++
			}
			y, used := year(k + 1)
			if used == 0 {
				if y = nearYear(doc, m, d); y == 0 {
					return 0, 0, 0
				}
			}
			if day, ok := validDay(y, m, d); ok {
				return day, day, k + 1 + used - i
			}
			return 0, 0, 0
		}
		if y, used := year(i + 1); used > 0 {
			if day, ok := validDay(y, m, 1); ok {
				return day, monthEnd(day), 1 + used
			}
		}
		if i > 0 && (ts[i-1].low == "in" || ts[i-1].low == "since" || ts[i-1].low == "last" || ts[i-1].low == "until" || ts[i-1].low == "by") && doc != 0 {
			if day, ok := validDay(nearYear(doc, m, 1), m, 1); ok {
				return day, monthEnd(day), 1
			}
		}
	case t.kind == 'n':
		d, ok := num(i)
		if !ok {
			break
		}
		if d >= 1 && d <= 31 && len(t.low) <= 2 && i+1 < len(ts) && ts[i+1].cap && months[ts[i+1].low] != 0 {
			if y, used := year(i + 2); used > 0 {
				if day, ok := validDay(y, months[ts[i+1].low], d); ok {
					return day, day, 2 + used
				}
			}
			// "12 May" only where a year follows: "heading 12 May …" is no date
		}
		if len(t.low) == 4 && i+4 < len(ts) && ts[i+1].kind == '-' && ts[i+3].kind == '-' {
			m, ok1 := num(i + 2)
			dd, ok2 := num(i + 4)
			if ok1 && ok2 {
				if day, ok := validDay(d, m, dd); ok {
					return day, day, 5
				}
			}
		}
	case t.kind == 'w' && doc != 0:
		return relative(ts, i, doc)
	}
	return 0, 0, 0
}

func relative(ts []token, i int, doc kanzei.Day) (day, last kanzei.Day, n int) {
	monday := doc - kanzei.Day((int(weekday(doc))+6)%7)
	next := ""
	if i+1 < len(ts) {
		next = ts[i+1].low
	}
	switch ts[i].low {
	case "today":
		return doc, doc, 1
	case "yesterday":
		return doc - 1, doc - 1, 1
	case "tomorrow":
		return doc + 1, doc + 1, 1
	case "last", "this", "next":
		step := map[string]kanzei.Day{"last": -1, "this": 0, "next": 1}[ts[i].low]
		switch next {
		case "week":
			return monday + 7*step, monday + 7*step + 6, 2
		case "month":
			y, m, _ := doc.Date()
			first := kanzei.DayOf(y, m+int(step), 1)
			return first, monthEnd(first), 2
		}
	}
	if w, ok := weekdays[ts[i].low]; ok && ts[i].cap {
		// a weekday is of the week past, or of the days to come after "will"
		back := (int(weekday(doc)) - int(w) + 7) % 7
		for k := max(0, i-24); k < i; k++ {
			if ts[k].low == "will" || ts[k].low == "next" {
				ahead := (7 - back) % 7
				return doc + kanzei.Day(ahead), doc + kanzei.Day(ahead), 1
			}
		}
		return doc - kanzei.Day(back), doc - kanzei.Day(back), 1
	}
	return 0, 0, 0
}

func weekday(d kanzei.Day) time.Weekday { return time.Weekday((int(d) + 4) % 7) } // 1970-01-01 was a Thursday

func monthEnd(first kanzei.Day) kanzei.Day {
	y, m, _ := first.Date()
	return kanzei.DayOf(y, m+1, 1) - 1
}

// nearYear returns the year in which month and day lie nearest to the
// document's day.
func nearYear(doc kanzei.Day, m, d int) int {
	if doc == 0 {
		return 0
	}
	y, _, _ := doc.Date()
	best, gap := 0, 1<<30
	for _, c := range []int{y, y - 1, y + 1} {
		if day, ok := validDay(c, m, d); ok {
			g := int(day - doc)
			if g < 0 {
				g = -g
			}
			if g < gap {
				best, gap = c, g
			}
		}
	}
	return best
}

// clockAt reads "12:01 a.m." at token i: the minute of the day.
func clockAt(ts []token, i int) (minute, n int) {
	if i+3 >= len(ts) || ts[i].kind != 'n' || ts[i+1].kind != ':' || ts[i+2].kind != 'n' || ts[i+1].start != ts[i].end {
		return 0, 0
	}
	h, ok1 := number(ts[i])
	m, ok2 := number(ts[i+2])
	if !ok1 || !ok2 || h > 12 || m > 59 {
		return 0, 0
	}
	switch ts[i+3].low {
	case "am":
		return h%12*60 + m, 4
	case "pm":
		return (h%12+12)*60 + m, 4
	}
	return 0, 0
}

// daysAfter reads "21 days after the date of this order".
func daysAfter(ts []token, i int, signed kanzei.Day) (day kanzei.Day, n int) {
	if signed == 0 || ts[i].kind != 'n' && ts[i].kind != 'w' {
		return 0, 0
	}
	days, _, n := durationAt(ts, i)
	if n == 0 || days == 0 {
		return 0, 0
	}
	k := i + n
	for j, want := range [...]string{"after", "the", "date", "of", "this"} {
		if k >= len(ts) || ts[k].low != want && !(j == 4 && ts[k].low == "the") {
			return 0, 0
		}
		k++
	}
	if k >= len(ts) {
		return 0, 0
	}
	if ts[k].low == "executive" && k+1 < len(ts) {
		k++
	}
	switch ts[k].low {
	case "order", "proclamation", "memorandum":
		return signed + kanzei.Day(days), k + 1 - i
	}
	return 0, 0
}

// dateRole says what a date is for from the words before it.
func dateRole(ts []token, i int) string {
	for k, steps := i-1, 0; k >= 0 && steps < 7; k, steps = k-1, steps+1 {
		switch ts[k].low {
		case "deleting", "striking":
			return "old"
		case "on", "at", "of", "the", "“", "\"", "time", "eastern", "daylight", "standard", ",", "est", "edt", "et", "date", "day":
			continue
		case "after", "beginning", "begins", "begin", "effective", "from", "starting", "since", "commencing", "start", "starts":
			return "from"
		case "as":
			if k+1 < len(ts) && ts[k+1].low == "of" {
				return "from"
			}
		case "until", "through", "expire", "expires", "ending", "ends", "till", "expiring", "lasts", "thru":
			return "until"
		case "than": // no later than
			if k >= 1 && ts[k-1].low == "later" {
				return "until"
			}
		case "before", "by":
			return "before"
		case "to": // "prior to", or the end of a range
			if k >= 1 && ts[k-1].low == "prior" {
				return "before"
			}
		case "consumption", "effect", "force", "apply":
			return "from"
		}
		break
	}
	return "at"
}

// findDate settles the day of the document: its front matter, a line of its own
// that is a date, or a date in its name.
func findDate(name string, fields map[string]string, body string) (day kanzei.Day, by string) {
	for _, f := range []string{"date", "published_time", "publication_date", "published"} {
		if v := fields[f]; len(v) >= 10 {
			if d, err := kanzei.ParseDay(v[:10]); err == nil {
				return d, "front matter, " + f
			}
		}
	}
	seen := 0
	for seen < 15 && body != "" {
		line, rest, _ := strings.Cut(body, "\n")
		body = rest
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		seen++
		if len(line) > 120 {
			continue
		}
		ts := tokens(line, 0, len(line), nil)
		for k := range ts {
			if d, last, n := dateAt(ts, k, 0); n > 0 && d == last && len(ts) <= n+5 {
				return d, "the line “" + line + "”"
			}
		}
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	for i := 0; i+10 <= len(base); i++ {
		if d, err := kanzei.ParseDay(base[i : i+10]); err == nil {
			return d, "the name of the file"
		}
	}
	return 0, ""
}
