package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kanzei"
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
	From        string `required:"" placeholder:"CC" help:"Country of origin, ISO 3166 (JP or JPN)."`
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
	Ch98        string   `name:"ch98" placeholder:"CODE" help:"Provision of chapter 98 claimed, such as 9802.00.80."`
	Mode        int      `placeholder:"N" help:"Census method of transport: 10, 11 vessel; 40, 41 air."`
	Assessed    string   `placeholder:"USD" help:"Duty assessed at the time, when known."`
	Flag        []string `placeholder:"FACT" help:"Declared facts, such as civil-aircraft."`
	JSON        bool     `name:"json" help:"Print the answer as JSON."`
	Explain     bool     `help:"Print also citations."`
}

func (c *dutyCmd) entry() (e kanzei.Entry, err error) {
	set := func(field, text string, read func(string) error) {
		if err != nil || text == "" {
			return
		}
		if x := read(text); x != nil {
			err = at("--"+field, x)
		}
	}
	share := func(to *kanzei.Share) func(string) error {
		return func(s string) error { return to.UnmarshalText([]byte(s)) }
	}
	e.HTS, err = kanzei.ParseHTS(c.HTS)
	set("from", c.From, func(s string) (x error) { e.Origin, x = kanzei.ParseOrigin(s); return })
	set("value", c.Value, func(s string) (x error) { e.Value, x = kanzei.ParseMoney(s); return })
	set("steel", c.Steel, share(&e.Steel))
	set("aluminum", c.Aluminum, share(&e.Aluminum))
	set("copper", c.Copper, share(&e.Copper))
	set("us-content", c.USContent, share(&e.USContent))
	set("metal-weight", c.MetalWeight, share(&e.MetalWeight))
	set("loaded", c.Loaded, func(s string) (x error) { e.Loaded, x = kanzei.ParseMoment(s); return })
	set("exported", c.Exported, func(s string) (x error) { e.Exported, x = kanzei.ParseDay(s); return })
	set("melt-pour", c.MeltPour, func(s string) (x error) { e.MeltPour, x = kanzei.ParseOrigin(s); return })
	set("smelt-cast", c.SmeltCast, func(s string) (x error) { e.SmeltCast, x = kanzei.ParseOrigin(s); return })
	set("assessed", c.Assessed, func(s string) (x error) {
		e.AssessedKnown = true
		e.Assessed, x = kanzei.ParseMoney(s)
		return
	})
	set("quantity", c.Quantity, func(s string) (x error) {
		n, unit, _ := strings.Cut(s, " ")
		m, x := kanzei.ParseMoney(n)
		e.Quantity, e.Unit = int64(m), strings.TrimSpace(unit)
		return x
	})
	for _, f := range c.Flag {
		if no, ok := strings.CutPrefix(f, "not-"); ok && slices.Contains(c.Flag, no) && err == nil {
			err = &kanzei.Problem{Code: "flag.both", Where: "--flag", Msg: fmt.Sprintf("%s and %s are both declared", no, f), Hint: "declare one of them"}
		}
	}
	e.SPI, e.Mode, e.Flags, e.Ch98 = c.SPI, c.Mode, c.Flag, c.Ch98
	e.Date = c.on()
	return e, err
}

func (c *dutyCmd) Run(e *env) error {
	entry, err := c.entry()
	if err != nil {
		return err
	}
	known, err := c.known(0)
	if err != nil {
		return at("--known", err)
	}
	engine, err := e.engine()
	if err != nil {
		return err
	}
	for _, f := range entry.Flags {
		if !engine.Asks(f) {
			return &kanzei.Problem{Code: "flag.unknown", Where: "--flag", Msg: fmt.Sprintf("no measure asks for %q", f), Hint: "kanzei rate --facts lists the facts that measures ask for"}
		}
	}
	a, err := engine.Assess(entry, known)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, a)
	}
	c.print(e.out, engine, a)
	return nil
}

func (c *dutyCmd) print(w io.Writer, engine *duty.Engine, a *kanzei.Assessment) {
	fmt.Fprintf(w, "%s  %s\n", a.Entry.HTS, engine.Schedule.Name(a.Entry.HTS, a.On))
	fmt.Fprintf(w, "from %s, value %s USD, entered %s, law as known %s\n\n", a.Entry.Origin.Name(), a.Entry.Value, a.On, a.Known)
	switch a.Status {
	case kanzei.Exact:
		fmt.Fprintf(w, "duty  %s USD  (%s%%)\n", a.Duty, a.Rate)
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
			unclaimed = append(unclaimed, l.Heading+l.Because[i+len(": not claimed"):])
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
	if a.Fees.MPF != 0 || a.Fees.HMF != 0 {
		fmt.Fprintf(w, "fees: merchandise processing %s, harbor maintenance %s\n", a.Fees.MPF, a.Fees.HMF)
	}
	for _, q := range a.Questions {
		var answers []string
		for _, k := range sortedKeys(q.DutyIf) {
			answers = append(answers, fmt.Sprintf("%s: %s", k, q.DutyIf[k]))
		}
		hang(w, "? ", fmt.Sprintf("%s [%s]  %s", q.Ask, q.Fact, strings.Join(answers, ", ")), width())
	}
	for _, s := range a.Caveats {
		hang(w, "! ", s, width())
	}
}
