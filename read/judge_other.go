package read

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

func with(st *Statement) string {
	var names []string
	for _, o := range st.Origins {
		names = append(names, o.Name())
	}
	if st.Group != "" {
		names = append(names, "the European Union")
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func until(m kanzei.Moment) string {
	if m == 0 {
		return ""
	}
	return " until " + m.String()
}

func onePerProgram(list []candidate) []candidate {
	seen := map[string]bool{}
	var out []candidate
	for _, x := range list {
		if !seen[x.s.Program] {
			seen[x.s.Program] = true
			out = append(out, x)
		}
	}
	return out
}

// waiting returns acts ordered whose notice is not public, of the programs and
// rate of a statement.
func (j *judge) waiting(st *Statement) []ledger.Change {
	var out []ledger.Change
	for _, c := range j.awaiting {
		p := c.By.Act.Provision
		if p == nil || !st.hasRate || p.Rate.Rate.AdValorem != st.rate {
			continue
		}
		named := len(st.Programs) == 0
		for _, t := range st.Programs {
			named = named || ledger.Names(t, c.Heading, p.Program)
		}
		reach := len(st.Origins) == 0 && st.Group == ""
		for _, it := range p.Origins {
			reach = reach || it.All || slices.Contains(st.Origins, it.Origin) || it.Group == "eu27" && st.Group == "EU"
		}
		if named && reach {
			out = append(out, c)
		}
	}
	return out
}

// notes returns facts of the ledger that change no duty (announcements) and
// name the country and the rate of a statement.
func (j *judge) notes(st *Statement) []Basis {
	var out []Basis
	for _, in := range j.r.ledger.Instruments {
		if in.Kind != "announcement" || j.b.Known != 0 && in.Public > j.b.Known {
			continue
		}
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != kanzei.ActNote || st.Kind == Deal && !strings.Contains(strings.ToLower(in.Title), "agreement") {
				continue
			}
			if len(st.Programs) > 0 && !slices.ContainsFunc(a.Targets, func(t string) bool {
				t = strings.TrimPrefix(t, "program:")
				return slices.ContainsFunc(st.Programs, func(p string) bool { return ledger.Names(p, t, t) })
			}) {
				continue // the announcement is of other duties
			}
			for _, o := range st.Origins {
				if strings.Contains(a.Note, strings.TrimPrefix(o.Name(), "South ")) && (!st.hasRate || strings.Contains(a.Note, st.rate.String()+" %")) {
					ref := ledger.Ref{Instrument: in, Act: a}
					out = append(out, Basis{Status: "announced", From: a.From, Instrument: in.ID, Citation: ref.Citation(), Quote: a.Quote, Where: ref.Where()})
				}
			}
		}
	}
	return out
}

// excused judges "the duties imposed by heading H shall not apply to goods":
// the ledger has such an exception where that duty yields to the duties on the
// goods. Which exception of its own program is meant for goods described in
// words only is not read.
func (j *judge) excused(f *Finding, at kanzei.Moment) {
	st := &f.Statement
	if j.state == nil || j.state.Moment != at {
		j.state = j.b.At(at)
	}
	in := func(refs []string, p *kanzei.Provision) bool {
		return slices.ContainsFunc(refs, func(t string) bool { return ledger.Names(t, p.Heading, p.Program) })
	}
	found, exceptions := false, 0
	programs := map[string]bool{}
	for _, p := range j.state.Provisions {
		if p.Effect == kanzei.Levies && in(st.duties, &p.Provision) {
			found = true
			programs[p.Program] = true
			for _, q := range j.state.Provisions {
				if q.Effect == kanzei.Levies && in(st.Programs, &q.Provision) && j.state.Yields(&p.Provision, &q.Provision) {
					f.say(Agrees, "%s yields to %s", p.Heading, q.Program)
					f.lean(candidate{s: p.Standing}, candidate{s: q.Standing})
					return
				}
			}
		}
	}
	for _, p := range j.state.Provisions {
		if p.Effect == kanzei.Excuses && programs[p.Program] {
			exceptions++
		}
	}
	if !found {
		f.say(NotInLedger, "the ledger has no duty of %s", strings.Join(st.duties, ", "))
		return
	}
	f.say(NotInLedger, "the duty has %d exceptions in the ledger; which of them is meant was not read", exceptions)
}

// hold judges a pause.
func (j *judge) hold(f *Finding, held, live []candidate) {
	st := &f.Statement
	if len(held) == 0 {
		switch {
		case len(live) > 0 && st.hasRate:
			f.say(Differs, "in force on %s", j.on)
			f.lean(live...)
		case st.From > j.at && len(live) > 0:
			f.say(Differs, "no suspension from %s is known", st.From)
		default:
			f.say(NotInLedger, "no suspension of the ledger answers to it")
		}
		return
	}
	if st.Until != 0 { // where several are suspended, those to the day the text names
		if k := slices.IndexFunc(held, func(x candidate) bool { return x.until.Day() == st.Until.Day() }); k >= 0 {
			held = slices.DeleteFunc(slices.Clone(held), func(x candidate) bool { return x.until.Day() != st.Until.Day() })
		}
	}
	// or of the length it names
	length := func(x *candidate) int {
		a := x.s.Changed.Act
		if a == nil || a.Until == kanzei.Forever {
			return 0
		}
		return int(a.Until.Day() - a.From.Day())
	}
	if st.Days > 0 {
		if k := slices.IndexFunc(held, func(x candidate) bool { return length(&x) == st.Days }); k >= 0 {
			want := held[k].s.Changed
			held = slices.DeleteFunc(slices.Clone(held), func(x candidate) bool { return x.s.Changed != want })
		} else if n := length(&held[0]); n > 0 {
			f.say(Differs, "the law suspends for %d days, until %s", n, held[0].s.Changed.Act.Until)
			f.lean(held...)
			return
		}
	}
	if a := held[0].s.Changed.Act; st.Until != 0 && held[0].until.Day() != st.Until.Day() && a.Until != kanzei.Forever && a.Until.Day() != st.Until.Day() {
		if st.ahead && st.Until > held[0].until {
			f.say(Announced, "the law known suspends until %s; the text speaks of more", held[0].until)
		} else {
			f.say(Differs, "the law suspends until %s, the text until %s", a.Until, st.Until)
		}
		f.lean(held...)
		return
	}
	days := ""
	if n := length(&held[0]); n > 0 {
		days = fmt.Sprintf(", %d days from %s", n, held[0].s.Changed.Act.From.Day())
	}
	f.say(Agrees, "suspended%s%s", until(held[0].until), days)
	f.lean(held...)
}

// changed judges headings restated.
func (j *judge) changed(f *Finding, list []candidate) {
	st := &f.Statement
	switch {
	case len(list) == 0:
		f.say(NotInLedger, "the ledger has no heading %s", strings.Join(st.Headings, ", "))
	case !st.hasRate:
		f.say(Agrees, "the ledger has the heading; what the text changes in its words is not compared")
		f.lean(list...)
	default:
		var same, other []candidate
		for _, x := range list {
			if sameRate(&x.s, st) {
				same = append(same, x)
			} else {
				other = append(other, x)
			}
		}
		if len(same) > 0 {
			f.say(Agrees, "the heading has this rate")
			f.lean(same...)
			return
		}
		f.say(Differs, "the ledger has %s", other[0].s.Rate.Rate.Text)
		f.lean(other...)
	}
}

// deal judges an agreement: put into law, announced, or neither.
func (j *judge) deal(f *Finding) {
	st := &f.Statement
	for _, in := range j.r.ledger.Instruments {
		if j.b.Known != 0 && in.Public > j.b.Known {
			continue
		}
		low := strings.ToLower(in.Title)
		for _, o := range st.Origins {
			if in.Kind != "announcement" && strings.Contains(in.Title, o.Name()) && strings.Contains(low, "agreement") {
				ref := ledger.Ref{Instrument: in}
				f.say(Agrees, "an instrument puts an agreement with %s into law", o.Name())
				f.Law = append(f.Law, Basis{Status: "in the ledger", Instrument: in.ID, Citation: ref.Citation(), Quote: in.Title})
				return
			}
		}
	}
	if refs := j.notes(st); len(refs) > 0 {
		f.say(Announced, "the ledger has an announcement, no act")
		f.Law = refs
		return
	}
	f.say(NotInLedger, "an agreement%s changes no duty until an act puts it into force", with(st))
}

// scope judges products put on or struck from a list.
func (j *judge) scope(f *Finding) {
	st := &f.Statement
	want := kanzei.ActAdd
	if st.Claim == Ends {
		want = kanzei.ActStrike
	}
	codes := map[kanzei.HTS]bool{}
	for _, c := range st.codes {
		if h, err := kanzei.ParseHTS(c); err == nil {
			codes[h] = true
		}
	}
	best, hit := ledger.Ref{}, 0
	for _, in := range j.r.ledger.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != want || j.b.Known != 0 && a.Public > j.b.Known {
				continue
			}
			n := 0
			for _, it := range a.Codes {
				if it.Hi == 0 && codes[it.Lo] {
					n++
				}
			}
			if n > hit {
				best, hit = ledger.Ref{Instrument: in, Act: a}, n
			}
		}
	}
	if hit == 0 {
		f.say(NotInLedger, "no list of the ledger takes up these %d codes", len(codes))
		return
	}
	b := Basis{Heading: best.Act.Targets[0], Status: string(best.Act.Kind), From: best.Act.From, Instrument: best.String(), Citation: best.Citation(), Quote: best.Act.Quote, Where: best.Where()}
	f.Law = []Basis{b}
	if hit == len(codes) {
		f.say(Agrees, "all %d codes", hit)
	} else {
		f.say(Differs, "the ledger has %d of the %d codes", hit, len(codes))
	}
}
