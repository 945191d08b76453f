package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/duty"
)

// clocks are the two days every question takes.
type clocks struct {
	On    day    `placeholder:"DAY" help:"Day of entry (default: today)."`
	Known string `placeholder:"DAY" help:"Law as known at the end of this day, or latest."`
}

// day is a kanzei.Day on the command line.
type day struct{ kanzei.Day }

// on returns the day asked about, today when none is given.
func (c *clocks) on() kanzei.Day {
	if c.On.Day != 0 {
		return c.On.Day
	}
	return kanzei.DayFromTime(time.Now())
}

// known returns the day of knowledge; the zero Day is everything held.
func (c *clocks) known(otherwise kanzei.Day) (kanzei.Day, error) {
	switch c.Known {
	case "":
		return otherwise, nil
	case "latest":
		return 0, nil
	}
	return kanzei.ParseDay(c.Known)
}

type dutyCmd struct {
	HTS         string `arg:"" name:"hts" help:"HTS code of 8 or 10 digits, such as 8703.23.01.40."`
	From        string `required:"" placeholder:"CC" help:"Country of origin, ISO 3166 or name (JP, JPN, Japan)."`
	Value       string `required:"" placeholder:"USD" help:"Customs value in US dollars."`
	clocks      `embed:""`
	Quantity    string   `placeholder:"N" help:"Quantity in the line's first unit; N UNIT for another."`
	Steel       string   `placeholder:"PCT" help:"Steel content, percent of the customs value."`
	Aluminum    string   `placeholder:"PCT" help:"Aluminum content, percent of the customs value."`
	Copper      string   `placeholder:"PCT" help:"Copper content, percent of the customs value."`
	USContent   string   `name:"us-content" placeholder:"PCT" help:"US content, percent of the customs value."`
	MetalWeight string   `placeholder:"PCT" help:"Weight of the metal, percent of the weight of the article."`
	Loaded      string   `placeholder:"WHEN" help:"Day or moment loaded on the final mode of transport."`
	Exported    string   `placeholder:"DAY" help:"Day of export."`
	SPI         string   `placeholder:"CODE" help:"Special program claimed, such as JP."`
	MeltPour    string   `placeholder:"CC" help:"Country where the steel was melted and poured."`
	SmeltCast   string   `placeholder:"CC" help:"Country where the aluminum was smelted or cast."`
	FTZStatus   string   `name:"ftz-status" placeholder:"P|N|D|Z" help:"Status in a foreign-trade zone: privileged foreign, nonprivileged foreign, domestic, zone-restricted."`
	FTZDate     string   `name:"ftz-date" placeholder:"DAY" help:"Day of admission to the zone."`
	Ch98        string   `name:"ch98" placeholder:"CODE" help:"Provision of chapter 98 claimed, such as 9802.00.80."`
	Mode        string   `placeholder:"MODE" help:"Method of transport: vessel, rail, truck, air, mail, or the Census number."`
	Assessed    string   `placeholder:"USD" help:"Duty assessed at the time, when known."`
	Flag        []string `placeholder:"FACT" help:"Declared facts, such as civil-aircraft."`
	JSON        bool     `name:"json" help:"Print the answer as JSON."`
	Explain     bool     `help:"Print also citations."`
}

// request is what the flags ask.
func (c *dutyCmd) request() (*api.DutyRequest, error) {
	mode := 0
	if c.Mode != "" {
		var err error
		if mode, err = kanzei.ParseMode(c.Mode); err != nil {
			return nil, err
		}
	}
	d := func(s string) api.Decimal { return api.Decimal(s) }
	return &api.DutyRequest{HTS: c.HTS, From: c.From, Value: d(c.Value), Clocks: api.Clocks{On: c.on().String(), Known: c.Known}, Quantity: d(c.Quantity), Steel: d(c.Steel), Aluminum: d(c.Aluminum),
		Copper: d(c.Copper), USContent: d(c.USContent), MetalWeight: d(c.MetalWeight), Loaded: c.Loaded, Exported: c.Exported, SPI: c.SPI, MeltPour: c.MeltPour, SmeltCast: c.SmeltCast,
		FTZStatus: c.FTZStatus, FTZDate: c.FTZDate, Ch98: c.Ch98, Mode: mode, Assessed: d(c.Assessed), Flag: c.Flag}, nil
}

func (c *dutyCmd) Run(e *env) error {
	q, err := c.request()
	if err != nil {
		return onFlags(err)
	}
	a, err := e.desk().Duty(q)
	if err != nil {
		return onFlags(err)
	}
	if c.JSON {
		return printJSON(e.out, a)
	}
	engine, err := e.engine()
	if err != nil {
		return err
	}
	c.print(e.out, engine, a)
	return nil
}

// longAgo reports whether a claim is that goods were loaded more than four months
// before they are entered.
func longAgo(fact string, on kanzei.Day) bool {
	when, ok := strings.CutPrefix(fact, "loaded before ")
	m, err := kanzei.ParseMoment(when)
	return ok && err == nil && on > m.Day()+120
}

// routineClaims are open to goods of all kinds; one line offers them.
var routineClaims = []string{"donation", "informational", "chapter-98", "accompanied-baggage"}

func (c *dutyCmd) print(w io.Writer, engine *duty.Engine, a *kanzei.Assessment) {
	fmt.Fprintf(w, "%s  %s\n", a.Entry.HTS, engine.Schedule.Name(a.Entry.HTS, a.On))
	fmt.Fprintf(w, "from %s, value %s USD, entered %s, law as known %s\n\n", a.Entry.Origin.Name(), a.Entry.Value, a.On, a.Known)
	switch a.Status {
	case kanzei.Exact:
		fmt.Fprintf(w, "duty  %s USD  (%s%%)\n", a.Duty, a.Rate)
		if a.Assessed == nil || a.Legal == nil {
			said := func(m *kanzei.Money) string {
				if m == nil {
					return "not one figure without further facts"
				}
				return m.String()
			}
			hang(w, "", fmt.Sprintf("assessed at the time: %s; legally due: %s", said(a.Assessed), said(a.Legal)), width())
		}
		if a.Refundable != nil && (*a.Assessed != *a.Duty || *a.Legal != *a.Duty) {
			fmt.Fprintf(w, "assessed at the time %s, legally due %s, refundable %s\n", a.Assessed, a.Legal, a.Refundable)
			for _, r := range a.Refunds {
				fmt.Fprintf(w, "  %s  %s  %s\n", r.Amount, r.Cause, r.Rests)
			}
		}
	case kanzei.Range:
		top := "no upper end"
		if a.DutyMax != nil {
			top = a.DutyMax.String()
		}
		fmt.Fprintf(w, "duty  %s to %s USD: a fact is missing, see the questions\n", a.DutyMin, top)
	case kanzei.Banned:
		fmt.Fprintln(w, "prohibited: the goods may not be entered")
	default:
		fmt.Fprintln(w, "duty  not covered by the law held, see the caveats")
	}
	fmt.Fprintln(w)
	var unclaimed []string
	for _, l := range a.Lines {
		if i := strings.Index(l.Because, ": not claimed ("); !l.Applies && i >= 0 && !c.Explain {
			fact := l.Because[i+len(": not claimed"):]
			if !slices.ContainsFunc(a.Questions, func(q kanzei.Question) bool { return strings.TrimPrefix(strings.Trim(fact, " ()"), "claim ") == q.Fact }) {
				unclaimed = append(unclaimed, l.Heading+fact)
			}
			continue
		}
		mark, amount := "+", l.Amount.String()
		if !l.Applies {
			mark, amount = "-", ""
		}
		prefix := fmt.Sprintf("%s %-14s %-17s %-10s %10s  ", mark, l.Heading, l.Program, clip(l.Rate, 10), amount)
		hang(w, prefix, l.Because, width())
		if c.Explain && l.Instrument != "" {
			hang(w, "      ", l.Instrument+"; "+l.Citation, width())
		}
	}
	if len(unclaimed) > 0 {
		fmt.Fprintln(w)
		hang(w, "not claimed: ", strings.Join(unclaimed, ", "), width())
	}
	fmt.Fprintln(w)
	for _, f := range a.Filing {
		fmt.Fprintf(w, "file %s USD under %s\n", f.Value, strings.Join(f.Numbers, " "))
	}
	fee := func(m kanzei.Money, unknown bool) string {
		if unknown {
			return "not known"
		}
		return m.String()
	}
	hang(w, "fees: ", fmt.Sprintf("merchandise processing %s, harbor maintenance %s", fee(a.Fees.MPF, a.Fees.NoMPF), fee(a.Fees.HMF, a.Fees.NoHMF)), width())
	var routine []string
	for _, q := range a.Questions {
		if !c.Explain && longAgo(q.Fact, a.On) {
			continue
		}
		if free, ok := q.DutyIf["yes"]; ok && !c.Explain && slices.Contains(routineClaims, q.Fact) {
			routine = append(routine, fmt.Sprintf("%s %s", q.Fact, free))
			continue
		}
		var answers []string
		for _, k := range sortedKeys(q.DutyIf) {
			answers = append(answers, fmt.Sprintf("%s: %s", k, q.DutyIf[k]))
		}
		hang(w, "? ", fmt.Sprintf("%s [%s]  %s", q.Ask, q.Fact, strings.Join(answers, ", ")), width())
	}
	if len(routine) > 0 {
		hang(w, "? ", "does one of these flags apply? the duty with it: "+strings.Join(routine, ", "), width())
	}
	if d, err := kanzei.ParseDay(c.Known); err == nil && d > a.Known {
		hang(w, "! ", fmt.Sprintf("known only to %s: the sources were read to that day, not to %s", a.Known, d), width())
	}
	for _, s := range a.Caveats {
		hang(w, "! ", s, width())
	}
}
