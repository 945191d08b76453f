package duty

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// Statuses of merchandise in a foreign-trade zone, 19 CFR 146.41 to 146.44.
const (
	privilegedForeign    = "P"
	nonprivilegedForeign = "N"
	domestic             = "D"
	zoneRestricted       = "Z"
)

var zoneStatuses = map[string]string{
	"P": privilegedForeign, "PF": privilegedForeign, "N": nonprivilegedForeign, "NPF": nonprivilegedForeign, "D": domestic, "Z": zoneRestricted, "ZR": zoneRestricted,
}

// Words about zones, from 19 CFR 146.65(a), 146.43(b) and (c), 146.44(a).
const (
	domesticColumn   = "domestic status in a foreign-trade zone: returned to customs territory free of quotas, duty and tax (19 CFR 146.43(c))"
	domesticCaveat   = "goods in domestic status need no entry (19 CFR 146.43(b)); no fee is shown"
	restrictedCaveat = "goods in zone-restricted status may not be removed for domestic consumption unless the Foreign-Trade Zones Board finds it in the public interest (19 CFR 146.44(a)); the duty is that of the day of entry"
	privilegedCaveat = "privileged foreign status: the rates in force on %s, the day of admission (19 CFR 146.65(a)(1)), but where an instrument says those of the day of entry"
	noZoneDayCaveat  = "the instruments held of %s do not name the day whose rates goods in privileged foreign status pay; that of admission is taken, as 19 CFR 146.65(a)(1) has it"
	mustBePrivileged = "goods under %s admitted to a zone since %s must be admitted in privileged foreign status (%s), and pay by the rules of that status"
)

// zoneFacts refuses what is declared of a zone and makes no sense, and writes
// the status as one letter.
func (e *Engine) zoneFacts(entry *kanzei.Entry) error {
	if entry.FTZStatus == "" {
		if entry.FTZDate != 0 {
			return &kanzei.Problem{Code: "ftz.status", Where: "ftz_status", Msg: "a day of admission to a foreign-trade zone and no status", Hint: "give the status: P (privileged foreign), N (nonprivileged foreign), D (domestic) or Z (zone-restricted)"}
		}
		return nil
	}
	s, ok := zoneStatuses[strings.ToUpper(entry.FTZStatus)]
	if !ok {
		return &kanzei.Problem{Code: "ftz.status", Where: "ftz_status", Msg: fmt.Sprintf("%q is not a status in a foreign-trade zone", entry.FTZStatus), Hint: "write P (privileged foreign), N (nonprivileged foreign), D (domestic) or Z (zone-restricted)"}
	}
	entry.FTZStatus = s
	switch {
	case s == privilegedForeign && entry.FTZDate == 0:
		return &kanzei.Problem{Code: "ftz.date", Where: "ftz_date", Msg: "goods in privileged foreign status pay the rates of the day of admission, and no day is given", Hint: "give the day of the application for the status, as a rule that of admission to the zone"}
	case entry.FTZDate > entry.Date:
		return &kanzei.Problem{Code: "ftz.date", Where: "ftz_date", Msg: fmt.Sprintf("admitted to the zone on %s, after the entry of %s", entry.FTZDate, entry.Date), Hint: "correct one of the days"}
	case s == privilegedForeign && entry.FTZDate < e.Ledger.Coverage.Begins:
		return &kanzei.Problem{Code: "date.coverage", Where: "ftz_date", Msg: fmt.Sprintf("the day of admission, %s, is before the coverage begins", entry.FTZDate), Hint: fmt.Sprintf("rates are held from %s", e.Ledger.Coverage.Begins)}
	}
	return nil
}

// A zoneLaw is what bears on goods from a foreign-trade zone.
type zoneLaw struct {
	acts  []ledger.Ref // that speak of these goods
	entry *Table       // the law of the day of entry
}

type zoneKey struct {
	book             *book
	entry, admission int
	origin           kanzei.Origin
	acts             string
	view             View
}

// maxZoneTables bounds the tables kept for goods in privileged foreign status.
const maxZoneTables = 512

// zones returns the acts that speak of goods from a zone, admitted on a day.
func (e *Engine) zones(entry *kanzei.Entry, known kanzei.Day) []ledger.Ref {
	admitted := entry.FTZDate
	if admitted == 0 {
		admitted = entry.Date
	}
	return e.Book(known).Zones(entry.HTS, entry.Origin, entry.Date.Open(), admitted.Open())
}

// admitted returns the law for goods in privileged foreign status, compiled.
func (e *Engine) admitted(entry *kanzei.Entry, known kanzei.Day, acts []ledger.Ref, view View) (*Table, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := e.book(known)
	epoch := func(on kanzei.Day) int {
		i, found := slices.BinarySearch(b.bounds, on.Open())
		if found {
			i++
		}
		return i
	}
	key := zoneKey{b, epoch(entry.Date), epoch(entry.FTZDate), entry.Origin, fmt.Sprint(places(acts)), view}
	if t := e.admissions[key]; t != nil {
		return t, nil
	}
	now, err := e.table(b, key.entry, entry.Date.Open(), Collected)
	if err != nil {
		return nil, err
	}
	then, err := e.table(b, key.admission, entry.FTZDate.Open(), Collected)
	if err != nil {
		return nil, err
	}
	t, err := compile(ledger.Admitted(now.state, then.state, acts, entry.Origin), view, e.atlas)
	if err != nil {
		return nil, err
	}
	if len(e.admissions) >= maxZoneTables {
		clear(e.admissions)
	}
	e.admissions[key] = t
	return t, nil
}

// places names acts.
func places(acts []ledger.Ref) []string {
	var out []string
	for _, r := range acts {
		out = append(out, r.Where())
	}
	return out
}

// rated returns the line of the schedule whose rates an entry pays.
func (e *Engine) rated(entry *kanzei.Entry) (schedule.Line, error) {
	on := entry.Date
	if entry.FTZStatus == privilegedForeign {
		on = entry.FTZDate
	}
	return e.Schedule.Line(entry.HTS, on)
}

// reports returns the heading under which a provision is filed.
func (c *computation) reports(p *prov) string {
	if c.zone != nil && c.entry.FTZStatus == privilegedForeign {
		if h := ledger.ZoneReports(c.zone.acts, p.Heading, p.Program); h != "" {
			return h
		}
	}
	return p.Heading
}

// zoneCaveats says what rests on the status in a zone.
func (c *computation) zoneCaveats(k *corner, add func(string)) {
	switch c.entry.FTZStatus {
	case "":
		return
	case domestic:
		add(domesticCaveat)
		return
	case zoneRestricted:
		add(restrictedCaveat)
	case privilegedForeign:
		add(fmt.Sprintf(privilegedCaveat, c.entry.FTZDate))
		if silent := c.silent(&k.facts); len(silent) > 0 {
			add(fmt.Sprintf(noZoneDayCaveat, strings.Join(silent, ", ")))
		}
		return
	}
	if c.entry.FTZDate == 0 {
		return
	}
	for i := range k.parts {
		x := &k.parts[i]
		p := &c.table.provs[x.prov]
		if x.why != applies || p.Effect != kanzei.Levies {
			continue
		}
		if r, ok := ledger.Privileged(c.zone.acts, p.Heading, p.Program); ok && c.entry.FTZDate.Open() >= r.Act.From {
			add(fmt.Sprintf(mustBePrivileged, p.Program, r.Act.From.Day(), r.String()))
		}
	}
}

// silent returns the programs that levy something else on the goods by the law
// of the day of entry than by that of the day of admission, where no act names
// the day.
func (c *computation) silent(f *facts) []string {
	levied := func(t *Table) map[string][]string {
		m := map[string][]string{}
		provs, _ := t.bearing(c.entry.HTS)
		for _, id := range provs {
			p := &t.provs[id]
			if p.Effect == kanzei.Levies && p.from(originAt(c.entry.Origin)) && !unclaimed(p, f) && ledger.ZoneDay(c.zone.acts, p.Heading, p.Program) == kanzei.NoZoneDay {
				m[p.Program] = append(m[p.Program], p.Heading+" "+p.Rate.Rate.Text)
			}
		}
		return m
	}
	now, then := levied(c.zone.entry), levied(c.table)
	var out []string
	for _, m := range []map[string][]string{now, then} {
		for name := range m {
			a, b := now[name], then[name]
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// unclaimed reports whether a provision waits for a claim that is not made.
func unclaimed(p *prov, f *facts) bool {
	return slices.ContainsFunc(p.When, func(w kanzei.Condition) bool {
		return !w.Not && ledger.KindOf(w) == ledger.Claim && !holds(&w, f)
	})
}
