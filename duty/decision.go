package duty

import (
	"slices"

	"kanzei"
	"kanzei/ledger"
)

// A Decision is an entry as decided with the knowledge of one day, and of
// another.
type Decision struct {
	Then, Now *kanzei.Assessment
	By        []ledger.Ref // the acts that make the difference; none when there is none
}

// Differs reports whether the duty collected, or legally due, is another.
func (d *Decision) Differs() bool {
	same := func(x, y *kanzei.Money) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	a, b := d.Then, d.Now
	return a.Status != b.Status || !same(a.Duty, b.Duty) || !same(a.DutyMin, b.DutyMin) || !same(a.DutyMax, b.DutyMax) || !same(a.Legal, b.Legal)
}

// Decide assesses an entry as known at the end of two days and finds the acts
// that make the difference. The zero Day means everything held.
func (e *Engine) Decide(entry kanzei.Entry, then, now kanzei.Day) (*Decision, error) {
	a, err := e.Assess(entry, then)
	if err != nil {
		return nil, err
	}
	b, err := e.Assess(entry, now)
	if err != nil {
		return nil, err
	}
	d := &Decision{Then: a, Now: b}
	if !d.Differs() {
		return d, nil
	}
	x, y := ledger.Point{Book: e.Book(then), At: entry.Date.Open()}, ledger.Point{Book: e.Book(now), At: entry.Date.Open()}
	at := func(a *kanzei.Assessment, heading string) *kanzei.Finding {
		i := slices.IndexFunc(a.Lines, func(l kanzei.Finding) bool { return l.Heading == heading && l.Program != "mfn" })
		if i < 0 {
			return nil
		}
		return &a.Lines[i]
	}
	take := func(heading string) {
		for _, r := range ledger.New(x, y, heading) {
			if !slices.Contains(d.By, r) {
				d.By = append(d.By, r)
			}
		}
	}
	seen := map[string]bool{}
	for _, l := range slices.Concat(a.Lines, b.Lines) {
		if seen[l.Heading] || l.Program == "mfn" {
			continue
		}
		seen[l.Heading] = true
		p, q := at(a, l.Heading), at(b, l.Heading)
		was, is := p != nil && p.Applies, q != nil && q.Applies
		void := x.Book.Standing(l.Heading, x.At).Void.Act != y.Book.Standing(l.Heading, y.At).Void.Act
		if was != is || was && (p.Amount != q.Amount || p.Rate != q.Rate || p.Base != q.Base || void) {
			take(l.Heading)
		}
	}
	if d.By == nil { // a range that became narrower or wider
		for h := range seen {
			take(h)
		}
		slices.SortFunc(d.By, func(p, q ledger.Ref) int {
			return int(p.Act.Public - q.Act.Public)
		})
	}
	return d, nil
}
