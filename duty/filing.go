package duty

import (
	"cmp"
	"slices"
	"strings"

	"kanzei"
)

// filingOrder is the order in which US Customs wants chapter 99 numbers before
// the number of chapters 1-97. It is itself dated: CSMS 65829726 put section
// 301 before the emergency duties and those before section 232 and 201; CSMS
// 69668138 (August 2026) put section 301, 338, 232, 201. No message held says
// where section 122 stands; it is filed where the emergency duties stood.
var filingOrder = []struct {
	from  kanzei.Day
	ranks []string // prefixes of program names
}{
	{0, []string{"s301.", "ieepa.fentanyl", "ieepa.", "s122.", "s338.", "s232.", "s201."}},
	{kanzei.DayOf(2026, 8, 1), []string{"s301.", "s338.", "ieepa.", "s122.", "s232.", "s201."}},
}

// filingEra returns the order of filing of a day, an index of filingOrder.
func filingEra(on kanzei.Day) int {
	era := 0
	for i, o := range filingOrder {
		if on >= o.from {
			era = i
		}
	}
	return era
}

func filingRank(program string, on kanzei.Day) int {
	order := filingOrder[filingEra(on)].ranks
	for i, prefix := range order {
		if strings.HasPrefix(program, prefix) {
			return i
		}
	}
	return len(order)
}

// filing splits the value into the lines to report: one for each content on
// which a duty of its own is levied or that is excused, and one for the rest.
func (c *computation) filing(k *corner) []kanzei.FiledLine {
	type segment struct {
		base  kanzei.Base
		share kanzei.Fraction
	}
	rest := kanzei.One
	var segments []segment
	for i := range k.parts {
		x := &k.parts[i]
		p := &c.table.provs[x.prov]
		if x.why != applies || p.full || p.declares {
			continue
		}
		b, share := p.base, x.share
		if b == kanzei.BaseNonUS {
			b, share = kanzei.BaseUS, kanzei.One-x.share
		}
		if share == 0 || slices.ContainsFunc(segments, func(s segment) bool { return s.base == b }) {
			continue
		}
		segments = append(segments, segment{b, share})
		rest -= share
	}
	if rest > 0 {
		segments = append(segments, segment{kanzei.BaseValue, rest})
	}
	var out []kanzei.FiledLine
	left := c.entry.Value
	for i, s := range segments {
		value := min(left, c.entry.Value.By(s.share).Cents(kanzei.One))
		if i == len(segments)-1 {
			value = left
		}
		left -= value
		type number struct {
			rank     int
			heading  string
			excuses  string // program
			declares bool
			country  bool // an exception of all goods of a country
		}
		var numbers []number
		for j := range k.parts {
			x := &k.parts[j]
			p := &c.table.provs[x.prov]
			if x.why == applies && isHeading(p.Heading) && c.reported(k, x, p, s.base) {
				heading, _, _ := strings.Cut(c.reports(p), "/") // 9903.85.04/87 is one case of 9903.85.04
				n := number{rank: filingRank(p.Program, c.entry.Date), heading: heading, declares: p.declares}
				if p.Effect == kanzei.Excuses {
					n.excuses = p.Program
					n.country = len(p.When) == 0 && p.allGoods()
				}
				numbers = append(numbers, n)
			}
		}
		slices.SortStableFunc(numbers, func(a, b number) int {
			if a.rank == b.rank && a.declares != b.declares {
				if a.declares {
					return 1
				}
				return -1
			}
			return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.heading, b.heading))
		})
		line := kanzei.FiledLine{Value: value}
		excused := map[string]bool{} // one exception of a program is reported
		for _, n := range numbers {
			if n.excuses != "" && excused[n.excuses] {
				continue
			}
			// That another duty covers the value is reported before the country.
			if n.country && slices.ContainsFunc(numbers, func(m number) bool { return m.declares && m.excuses == n.excuses }) {
				continue
			}
			excused[n.excuses] = n.excuses != ""
			if !slices.Contains(line.Numbers, n.heading) {
				line.Numbers = append(line.Numbers, n.heading)
			}
		}
		if c.entry.Flag(dutiablePart) {
			line.Numbers = append([]string{c.entry.Ch98}, line.Numbers...)
		}
		line.Numbers = append(line.Numbers, c.entry.HTS.String())
		out = append(out, line)
	}
	return out
}

// reported reports whether a provision that applies is filed on the segment of
// the value named by a base.
func (c *computation) reported(k *corner, x *part, p *prov, segment kanzei.Base) bool {
	covers := func(q *prov, y *part) bool {
		return q.full && y.share >= kanzei.One || q.base == segment && segment != kanzei.BaseValue || q.base == kanzei.BaseNonUS && segment != kanzei.BaseUS
	}
	if p.declares {
		negated, named := false, false
		for _, w := range p.When {
			negated = negated || w.Fact == "covered-by" && w.Not
		}
		for i := range k.parts {
			y := &k.parts[i]
			q := &c.table.provs[y.prov]
			if y.why != applies || q.declares || q.Effect != kanzei.Levies || !covers(q, y) {
				continue
			}
			for _, w := range p.When {
				named = named || w.Fact == "covered-by" && namedBy(w.Set, &q.Provision)
			}
		}
		return named != negated
	}
	if !p.full {
		return covers(p, x)
	}
	for i := range k.parts {
		y := &k.parts[i]
		q := &c.table.provs[y.prov]
		if y.why == applies && !q.declares && !q.full && q.base == segment && c.table.yields(x.prov, y.prov) {
			return false
		}
	}
	return true
}

// isHeading tells headings of chapter 99 from names of unheaded provisions.
func isHeading(s string) bool { return strings.HasPrefix(s, "99") }
