package schedule

import (
	"strings"

	"kanzei"
)

// texts decodes the designations on first use. The embedded file is tested, so
// an error means a damaged binary; Describe and Search then find nothing and
// [Schedule.TextError] says why.
func (s *Schedule) texts() *texts {
	s.textOnce.Do(func() {
		s.text, s.textErr = decodeTexts(textsFile, len(s.codes))
		if s.textErr != nil {
			s.text = &texts{index: make([]uint32, len(s.codes)+1)}
		}
	})
	return s.text
}

// TextError reports whether the designations could be decoded.
func (s *Schedule) TextError() error {
	s.texts()
	return s.textErr
}

// node returns the designation node of the code at position i in edition e, -1
// when there is none.
func (t *texts) node(i, e int) int32 {
	for k := t.index[i]; k < t.index[i+1]; k++ {
		if r := &t.runs[k]; int(r.from) <= e && e < int(r.to) {
			return r.node
		}
	}
	return -1
}

func (s *Schedule) nodeOf(h kanzei.HTS, e int) int32 {
	t := s.texts()
	i, ok := s.find(h)
	if ok {
		if n := t.node(i, e); n >= 0 {
			return n
		}
	}
	if h.Digits() == 8 {
		if i = s.only(h, e); i >= 0 {
			return t.node(i, e)
		}
	}
	return -1
}

// Describe returns the official designation of a code of 4 to 10 digits on the
// day, from the heading down, superior texts without a number included where
// the source kept them. It returns nil for a code not in the schedule then.
func (s *Schedule) Describe(h kanzei.HTS, on kanzei.Day) []string {
	e, err := edition(on)
	if err != nil {
		return nil
	}
	return s.texts().path(s.nodeOf(h, e))
}

func (t *texts) path(n int32) []string {
	depth := 0
	for m := n; m >= 0; m = t.nodes[m].parent {
		depth++
	}
	if depth == 0 {
		return nil
	}
	out := make([]string, depth)
	for ; n >= 0; n = t.nodes[n].parent {
		depth--
		out[depth] = t.strings[t.nodes[n].text]
	}
	return out
}

// nameLimit is the length Name aims at, in bytes.
const nameLimit = 90

// Name returns one short line for tables: the end of the designation, led by
// the nearest text above that names a good. "" when the code is not in the
// schedule on the day.
func (s *Schedule) Name(h kanzei.HTS, on kanzei.Day) string {
	return shortName(s.Describe(h, on))
}

func shortName(path []string) string {
	if len(path) == 0 {
		return ""
	}
	lead := len(path) - 1
	for lead > 0 && vague(path[lead]) {
		lead--
	}
	tail := ""
	for i := len(path) - 1; i > lead; i-- {
		p := strings.Trim(path[i], ": ")
		if tail != "" && len(p)+len(tail) > nameLimit/2 {
			break
		}
		tail = ": " + p + tail
	}
	tail = cut(tail, nameLimit*2/3)
	return cut(strings.Trim(path[lead], ": "), nameLimit-len(tail)) + tail
}

// vague reports whether a text names no good by itself: "Other", "If entered
// …", "Of a cylinder capacity …", "New".
func vague(p string) bool {
	first, _, _ := strings.Cut(strings.ToLower(strings.Trim(p, ": ")), " ")
	switch first {
	case "if", "of", "with", "without", "having", "described", "weighing", "under", "not", "valued", "other", "over", "measuring", "for",
		"new", "used", "containing", "men's", "women's", "subject", "in", "exceeding", "less", "more", "the", "from", "put", "entered", "[statistical":
		return true
	}
	return len(p) < 5
}

// cut shortens s to n bytes at a word, with an ellipsis.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for len(s) > 0 && s[len(s)-1]&0xC0 == 0x80 {
		s = s[:len(s)-1]
	}
	if i := strings.LastIndexByte(s, ' '); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRight(strings.ToValidUTF8(s, ""), " ,:;(") + "…"
}
