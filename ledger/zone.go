package ledger

import (
	"slices"

	"kanzei"
)

// Zones returns the acts in effect on the moment of entry that say what goods
// of a code and an origin pay, admitted to a foreign-trade zone at another
// moment, in the order in which they became known.
func (b *Book) Zones(h kanzei.HTS, o kanzei.Origin, entry, admitted kanzei.Moment) []Ref {
	var out []Ref
	for _, r := range b.zones {
		a := r.Act
		if entry < a.From || entry >= a.Until || a.Zone.AdmittedBefore != 0 && admitted >= a.Zone.AdmittedBefore {
			continue
		}
		if len(a.Codes) > 0 && !setOf(a.Codes).Contains(h) {
			continue
		}
		if len(a.Origins) > 0 && !b.Origins(&kanzei.Provision{Origins: a.Origins}, entry)(o) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// ZoneDay returns the day whose rates goods in privileged foreign status pay
// under a heading of a program, by the last of the acts that names one.
func ZoneDay(acts []Ref, heading, program string) kanzei.ZoneDay {
	for _, r := range slices.Backward(acts) {
		if r.Act.Zone.Pays != kanzei.NoZoneDay && targets(r.Act, heading, program) {
			return r.Act.Zone.Pays
		}
	}
	return kanzei.NoZoneDay
}

// ZoneReports returns the heading that goods in privileged foreign status
// report instead of another; "" where the acts name none.
func ZoneReports(acts []Ref, heading, program string) string {
	for _, r := range slices.Backward(acts) {
		if r.Act.Zone.Reports != "" && targets(r.Act, heading, program) {
			return r.Act.Zone.Reports
		}
	}
	return ""
}

// Privileged returns the act that lets goods under a heading of a program into
// a zone in privileged foreign status only, since it takes effect; ok is false
// where none does. An act that has all pay the rates of the day of entry, or
// speaks of goods admitted before, demands nothing of those to come.
func Privileged(acts []Ref, heading, program string) (r Ref, ok bool) {
	for _, r := range acts {
		if z := r.Act.Zone; z.AdmittedBefore == 0 && z.Pays != kanzei.EntryRates && targets(r.Act, heading, program) {
			return r, true
		}
	}
	return r, false
}

func targets(a *kanzei.Act, heading, program string) bool {
	return slices.ContainsFunc(a.Targets, func(t string) bool { return Names(t, heading, program) })
}

// Admitted returns the law for goods of an origin in privileged foreign status:
// what stands on the day of entry under the headings that pay the rates of that
// day, what stood on the day of admission under all others.
func Admitted(entry, admission *State, acts []Ref, o kanzei.Origin) *State {
	s := &State{Book: admission.Book, Moment: admission.Moment, programs: map[string]kanzei.Program{}, programBy: map[string]Ref{}}
	take := func(from *State, mine func(kanzei.ZoneDay) bool) {
		for n, p := range from.programs {
			if _, ok := s.programs[n]; !ok || mine(ZoneDay(acts, "", n)) {
				s.programs[n], s.programBy[n] = p, from.programBy[n]
			}
		}
		for _, p := range from.Provisions {
			if p.Origin(o) && mine(ZoneDay(acts, p.Heading, p.Program)) {
				s.Provisions = append(s.Provisions, p)
			}
		}
	}
	take(admission, func(d kanzei.ZoneDay) bool { return d != kanzei.EntryRates })
	take(entry, func(d kanzei.ZoneDay) bool { return d == kanzei.EntryRates })
	slices.SortStableFunc(s.Provisions, func(p, q *Placed) int {
		switch {
		case p.Heading < q.Heading:
			return -1
		case p.Heading > q.Heading:
			return 1
		}
		return 0
	})
	s.Provisions = slices.CompactFunc(s.Provisions, func(p, q *Placed) bool { return p.Heading == q.Heading })
	return s
}
