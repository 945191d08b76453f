package read

import (
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// summed judges a rate that no single provision has: reports often add up what
// several programs levy on all goods of a country ("50% on India").
func (j *judge) summed(f *Finding, pick func(ledger.Status, bool) []candidate, o kanzei.Origin) bool {
	st := &f.Statement
	if !st.hasRate || st.Negated || o == 0 || len(st.Headings) > 0 || len(pick(ledger.InForce, true))+len(pick(ledger.Suspended, true))+len(pick("ahead", true)) > 0 {
		return false
	}
	if st.unheld == "" && slices.ContainsFunc(st.Programs, func(p string) bool { return !strings.HasSuffix(p, "*") }) {
		return false
	}
	var parts []candidate
	for _, x := range pick(ledger.InForce, false) {
		if !allGoods(x.s.Products) || x.s.Effect != kanzei.Levies || x.s.Rate.Mode != kanzei.Additional || x.s.Rate.Rate.Kind != kanzei.AdValorem || strings.HasPrefix(x.s.Program, "deminimis") {
			continue
		}
		if slices.ContainsFunc(parts, func(y candidate) bool { return y.s.Program == x.s.Program }) {
			continue
		}
		parts = append(parts, x)
	}
	if len(parts) < 2 || len(parts) > 6 {
		return false
	}
	for set := 3; set < 1<<len(parts); set++ {
		sum, names := kanzei.Fraction(0), []candidate{}
		for k := range parts {
			if set>>k&1 == 1 {
				sum += parts[k].s.Rate.Rate.AdValorem
				names = append(names, parts[k])
			}
		}
		if len(names) < 2 || sum != st.rate {
			continue
		}
		var words []string
		for _, x := range names {
			words = append(words, x.s.Rate.Rate.Text+" "+x.s.Program)
		}
		f.say(Agrees, "together: %s%s", strings.Join(words, " and "), voided(names[0]))
		f.lean(names...)
		return true
	}
	return false
}

// voided says that a duty collected is not owed.
func voided(x candidate) string {
	if x.s.Void.Act == nil {
		return ""
	}
	return ", and annulled by " + x.s.Void.Instrument.ID
}

// multiplied judges "doubled" and the like by the rates before and after the
// last act on a provision.
func (j *judge) multiplied(f *Finding, live []candidate) {
	st := &f.Statement
	for _, x := range live {
		a := x.s.Changed.Act
		if x.s.By.Act != nil {
			a = x.s.By.Act
		}
		if a == nil || x.s.Effect != kanzei.Levies {
			continue
		}
		was := j.b.Standing(x.s.Heading, a.From-1)
		if was.Status != ledger.InForce {
			continue
		}
		day := a.From.Day()
		if was.Rate.Rate.AdValorem*kanzei.Fraction(st.factor) == 2*x.s.Rate.Rate.AdValorem {
			f.say(Agrees, "%s since %s, %s before", x.s.Rate.Rate.Text, day, was.Rate.Rate.Text)
		} else {
			f.say(Differs, "%s since %s, %s before", x.s.Rate.Rate.Text, day, was.Rate.Rate.Text)
		}
		f.lean(x)
		return
	}
	f.say(NotInLedger, "no change of a rate in the ledger answers to it")
}

// ruled judges what a text says of a court by the judgments of the ledger that
// were public.
func (j *judge) ruled(f *Finding) {
	st := &f.Statement
	if st.Claim == OnHold || st.Negated {
		f.say(NotInLedger, "the ledger holds judgments, not stays, appeals or refusals")
		return
	}
	for _, in := range j.r.ledger.Instruments {
		if in.Kind != "judgment" || j.b.Known != 0 && in.Public > j.b.Known || in.Public > j.on {
			continue
		}
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind != kanzei.ActAnnul {
				continue
			}
			named := len(st.Programs) == 0
			for _, t := range a.Targets {
				p := strings.TrimPrefix(t, "program:")
				for _, want := range st.Programs {
					named = named || ledger.Names(want, t, p)
				}
			}
			if !named {
				continue
			}
			ref := ledger.Ref{Instrument: in, Act: a}
			f.Law = append(f.Law, Basis{Heading: strings.Join(a.Targets, ", "), Status: "annulled", From: a.From, Instrument: in.ID, Citation: ref.Citation(), Quote: a.Quote, Where: ref.Where()})
		}
		if len(f.Law) > 0 {
			f.say(Agrees, "annulled by the judgment of %s", in.Public)
			if len(f.Law) > 3 {
				f.Law, f.More = f.Law[:3], len(f.Law)-3
			}
			return
		}
	}
	f.say(NotInLedger, "no judgment of the ledger public by %s answers to it", j.on)
}
