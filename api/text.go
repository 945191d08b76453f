package api

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"kanzei"
	"kanzei/brief"
	"kanzei/impact"
	"kanzei/schedule"
	"kanzei/talks"
)

// width is for how many columns tables are written.
const width = 100

// words writes an answer for a reader. Answers without words of their own are
// written as JSON.
func words(w io.Writer, operation string, v any) error {
	switch v := v.(type) {
	case *brief.Document:
		switch style := (brief.Style{Width: width}); operation {
		case "regime":
			return v.RegimeText(w, style)
		case "exposure":
			return v.ExposureText(w, style)
		default:
			return v.Text(w, style)
		}
	case *impact.Report:
		return v.Text(w, impact.Style{Width: width, First: []string{"JPN", "USA"}})
	case *impact.Case:
		return v.Text(w, impact.Style{Width: width})
	case *talks.Report:
		return v.Text(w, impact.Style{Width: width})
	case *Outlook:
		return outlookWords(w, v)
	case *kanzei.Assessment:
		return dutyWords(w, v)
	case *Diff:
		return diffWords(w, v)
	case []schedule.Hit:
		for _, h := range v {
			fmt.Fprintf(w, "%s  %s\n", h.HTS, h.Name)
		}
		if len(v) == 0 {
			fmt.Fprintln(w, "no line of the schedule answers")
		}
		return nil
	}
	return WriteJSON(w, v)
}

func clockWords(on, known, onlyTo kanzei.Day) string {
	s := fmt.Sprintf("entered %s, law as known %s", on, known)
	if onlyTo != 0 {
		s += fmt.Sprintf(", known only to %s", onlyTo)
	}
	return s
}

func dutyWords(w io.Writer, a *kanzei.Assessment) error {
	fmt.Fprintf(w, "%s from %s, value %s USD, %s\n", a.Entry.HTS, a.Entry.Origin.Name(), a.Entry.Value, clockWords(a.On, a.Known, a.KnownOnlyTo))
	switch a.Status {
	case kanzei.Exact:
		fmt.Fprintf(w, "duty %s USD (%s%%)\n", a.Duty, a.Rate)
		if a.Refundable != nil {
			fmt.Fprintf(w, "assessed at the time %s, legally due %s, refundable %s\n", a.Assessed, a.Legal, a.Refundable)
		}
		for _, r := range a.Refunds {
			fmt.Fprintf(w, "refundable %s: %s, %s\n", r.Amount, r.Cause, r.Rests)
		}
	case kanzei.Range:
		top := "no upper end"
		if a.DutyMax != nil {
			top = a.DutyMax.String() + " USD"
		}
		fmt.Fprintf(w, "duty %s USD to %s: a fact is missing, see the questions\n", a.DutyMin, top)
	case kanzei.Banned:
		fmt.Fprintln(w, "prohibited: the goods may not be entered")
	default:
		fmt.Fprintln(w, "duty not covered by the law held, see the caveats")
	}
	for _, l := range a.Lines {
		if l.Applies {
			fmt.Fprintf(w, "+ %s %s %s on %s = %s: %s", l.Heading, l.Program, l.Rate, l.Base, l.Amount, l.Because)
		} else {
			fmt.Fprintf(w, "- %s %s %s: %s", l.Heading, l.Program, l.Rate, l.Because)
		}
		if l.Instrument != "" {
			fmt.Fprintf(w, " [%s; %s]", l.Instrument, l.Citation)
		}
		fmt.Fprintln(w)
	}
	fee := func(m kanzei.Money, unknown bool) string {
		if unknown {
			return "not known"
		}
		return m.String()
	}
	fmt.Fprintf(w, "fees: merchandise processing %s, harbor maintenance %s\n", fee(a.Fees.MPF, a.Fees.NoMPF), fee(a.Fees.HMF, a.Fees.NoHMF))
	for _, f := range a.Filing {
		fmt.Fprintf(w, "file %s USD under %s\n", f.Value, strings.Join(f.Numbers, " "))
	}
	for _, q := range a.Questions {
		fmt.Fprintf(w, "question %s: %s", q.Fact, q.Ask)
		for i, k := range slices.Sorted(maps.Keys(q.DutyIf)) {
			fmt.Fprintf(w, "%s %s: %s", map[bool]string{true: ";", false: ","}[i == 0], k, q.DutyIf[k])
		}
		fmt.Fprintln(w)
	}
	for _, c := range a.Caveats {
		fmt.Fprintf(w, "caveat: %s\n", c)
	}
	return nil
}

func outlookWords(w io.Writer, o *Outlook) error {
	fmt.Fprintf(w, "%s, %s\n", o.Country.Name, clockWords(o.On, o.Known, o.KnownOnlyTo))
	if len(o.Outlook) == 0 {
		fmt.Fprintln(w, "the law known says of no change to come")
	}
	for _, e := range o.Outlook {
		when := "no day"
		if e.At != 0 {
			when = e.At.String()
		}
		fmt.Fprintf(w, "%s  %s %s", when, e.Program, e.Sentence())
		for _, l := range e.Law {
			fmt.Fprintf(w, " [%s; %s]", l.Instrument, l.Citation)
		}
		fmt.Fprintln(w)
	}
	for _, c := range o.Caveats {
		fmt.Fprintf(w, "caveat: %s\n", c.Text)
	}
	return nil
}

func diffWords(w io.Writer, d *Diff) error {
	switch {
	case d.To != 0:
		fmt.Fprintf(w, "entered %s as known %s, and entered %s as known %s\n", d.On, d.Known, d.To, d.ToKnown)
	case d.On != 0:
		fmt.Fprintf(w, "entered %s, as known %s and %s\n", d.On, d.Known, d.ToKnown)
	default:
		fmt.Fprintf(w, "entered on any day, as known %s and %s\n", d.Known, d.ToKnown)
	}
	if len(d.Differences) == 0 {
		fmt.Fprintln(w, "no difference")
	}
	for _, x := range d.Differences {
		if x.From != "" {
			fmt.Fprintf(w, "entered %s to %s: ", x.From, x.Until)
		}
		fmt.Fprintf(w, "%s %s (%s) %s: %s %s, then %s %s", x.Heading, x.Program, x.Title, x.What, x.Before.Status, x.Before.Rate, x.After.Status, x.After.Rate)
		for _, b := range x.By {
			fmt.Fprintf(w, " [%s, public %s; %s]", b.Instrument, b.Public, b.Citation)
		}
		fmt.Fprintln(w)
	}
	return nil
}
