// Package brief writes the negotiator's folder: what a country's goods face on
// a day, what happens to it if nobody acts, what it costs, the law behind every
// line, and what the folder does not know.
//
// [Build] computes a [Document], plain data with JSON names. [Document.Text]
// and [Document.HTML] write it for a terminal and as one self-contained page.
// The same request gives the same bytes: no clock, no host, no path.
//
//	doc, err := brief.Build(engine, flows, brief.Request{Country: jp, On: on})
package brief

import (
	"fmt"

	"kanzei"
	"kanzei/duty"
	"kanzei/impact"
	"kanzei/trade"
)

// A Request asks for the folder of a country.
type Request struct {
	Country kanzei.Origin
	On      kanzei.Day
	Known   kanzei.Day // the zero Day is On; a day after the horizon is the horizon

	// Before is the day of the law that the measures are compared with; the
	// zero Day is 1 January 2025.
	Before kanzei.Day
	Assume string // the assumption set shown beside the ranges; "" is bea-content
	Top    int    // products listed; 0 is 15

	NoExposure bool // leave the flows out: regime and outlook only

	Sweep *impact.Spread // equilibria of the day; nil leaves the world economy out
}

// A Document is the folder.
type Document struct {
	Country     Country    `json:"country"`
	On          kanzei.Day `json:"on"`
	Known       kanzei.Day `json:"known"`
	KnownOnlyTo kanzei.Day `json:"known_only_to,omitzero"` // the horizon, when On lies after it
	Hindsight   bool       `json:"hindsight"`              // Known is later than On
	Horizon     kanzei.Day `json:"horizon"`                // the last day on which all sources were read

	Summary  []Paragraph `json:"summary"`
	Regime   []Program   `json:"regime"`
	Outlook  []Event     `json:"outlook"`
	Later    []Public    `json:"later,omitempty"` // made public after On, up to Known
	Exposure *Exposure   `json:"exposure,omitempty"`
	Welfare  *Welfare    `json:"welfare,omitempty"`
	Caveats  []Caveat    `json:"caveats"`
	Sources  []Source    `json:"sources"`
	Seen     string      `json:"caveats_seen_from,omitempty"` // when the caveats were written, if after Known
}

// A Country is the country the folder is about.
type Country struct {
	ISO2 string `json:"iso2"`
	ISO3 string `json:"iso3"`
	Name string `json:"name"`
}

// A Paragraph is a sentence or two, with the numbers of its sources.
type Paragraph struct {
	Head string `json:"head"`
	Text string `json:"text"`
	Refs []int  `json:"refs,omitempty"`
}

// A Caveat is something the folder does not know or does not model.
type Caveat struct {
	Kind  string `json:"kind"`  // "gap", "law", "trade", "model", "not modelled"
	About string `json:"about"` // a program, "trade", "law"; may be empty
	Text  string `json:"text"`
	Refs  []int  `json:"refs,omitempty"`
}

// Kinds of caveats.
const (
	GapCaveat   = "gap"          // of the register of coverage
	LawCaveat   = "law"          // a doubt about the law that is held
	TradeCaveat = "trade"        // a limit of the exposure
	ModelCaveat = "model"        // a limit of the world economy
	NotModelled = "not modelled" // known and left out
)

// A Source is an instrument or an edition of data, cited by its number.
type Source struct {
	Ref       int        `json:"ref"`
	Kind      string     `json:"kind"` // "instrument" or "data"
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Authority string     `json:"authority,omitempty"`
	Public    kanzei.Day `json:"public,omitzero"`
	Citation  string     `json:"citation,omitempty"`
	URL       string     `json:"url,omitempty"`
	Note      string     `json:"note,omitempty"`
	Quotes    []Quote    `json:"quotes,omitempty"`
}

// A Quote is the words of an act.
type Quote struct {
	Cite     string   `json:"cite,omitempty"`
	Act      string   `json:"act"`
	Headings []string `json:"headings"`
	Text     string   `json:"text"`
	Note     string   `json:"note,omitempty"`
}

// Build computes the folder. Flows may be nil, which leaves the exposure out.
// A country, day or assumption that cannot be is a *kanzei.Problem.
func Build(engine *duty.Engine, flows *trade.Flows, req Request) (*Document, error) {
	if err := req.settle(engine); err != nil {
		return nil, err
	}
	horizon := engine.Ledger.Coverage.Horizon
	d := &Document{
		Country: Country{req.Country.String(), req.Country.ISO3(), req.Country.Name()},
		On:      req.On, Known: req.Known, Horizon: horizon, Hindsight: req.Known > req.On,
		Caveats: []Caveat{},
	}
	d.Seen = caveatsLabel(d)
	if req.On > horizon && horizon != 0 {
		d.KnownOnlyTo = horizon
	}
	b := &builder{req: req, engine: engine, book: engine.Book(req.Known), doc: d, bySource: map[string]int{}}
	b.regime()
	b.outlook()
	if d.Hindsight {
		b.later()
	}
	if flows != nil && !req.NoExposure {
		if err := b.exposure(flows); err != nil {
			return nil, err
		}
	}
	b.order()
	b.summary()
	b.caveats()
	if req.Sweep != nil {
		if err := b.welfare(req.Sweep); err != nil {
			return nil, err
		}
	}
	b.cite()
	b.censor()
	return d, nil
}

// settle fills what the request leaves open and refuses what cannot be.
func (r *Request) settle(engine *duty.Engine) error {
	c := engine.Ledger.Coverage
	switch {
	case r.Country == 0:
		return &kanzei.Problem{Code: "origin.missing", Msg: "no country is named", Hint: "name one, such as JP"}
	case r.Country == kanzei.MustOrigin("US"):
		return &kanzei.Problem{Code: "origin.us", Msg: "the United States levies these duties and does not pay them", Hint: "name the partner, such as JP"}
	case r.On == 0:
		return &kanzei.Problem{Code: "date.missing", Msg: "no day is given", Hint: "add --on 2025-04-15"}
	case r.On < c.Begins:
		return &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("%s is before the coverage begins", r.On), Hint: fmt.Sprintf("ask for %s or later", c.Begins)}
	}
	if r.Known == 0 {
		r.Known = r.On
	}
	if c.Horizon != 0 && r.Known > c.Horizon {
		r.Known = c.Horizon
	}
	if r.Known < c.Begins {
		return &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("knowledge of %s is before the coverage begins", r.Known), Hint: fmt.Sprintf("ask for --known %s or later", c.Begins)}
	}
	if r.Before == 0 {
		r.Before = kanzei.DayOf(2025, 1, 1)
	}
	if r.Assume == "" {
		r.Assume = "bea-content"
	}
	if r.Top == 0 {
		r.Top = 15
	}
	return nil
}
