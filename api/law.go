package api

import (
	"fmt"

	"kanzei"
	"kanzei/ledger"
)

// Coverage is the register of what the law held covers and what it does not.
type Coverage struct {
	Begins   kanzei.Day       `json:"begins"`
	Horizon  kanzei.Day       `json:"horizon"`
	Programs []ledger.Covered `json:"programs"`
	Editions []ledger.Covered `json:"editions"`
	Gaps     []Gap            `json:"gaps"`
}

// A Gap is a piece of law known to exist and not held, or held with a doubt.
type Gap struct {
	ID      string `json:"id"`
	Program string `json:"program"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Effect  string `json:"effect"` // "caveat", or "unsupported": no duty is given
	Say     string `json:"say"`
}

// CoverageOf returns the register of a ledger.
func CoverageOf(l *ledger.Ledger) *Coverage {
	c := l.Coverage
	out := &Coverage{Begins: c.Begins, Horizon: c.Horizon, Programs: c.Programs, Editions: c.Editions}
	for _, g := range c.Gaps {
		effect := "caveat"
		if g.Unsupported {
			effect = "unsupported"
		}
		out.Gaps = append(out.Gaps, Gap{g.ID, g.Program, g.From.String(), g.Until.String(), effect, g.Say})
	}
	return out
}

// CoverageRequest asks for the register of coverage.
type CoverageRequest struct{}

// An Instrument is a legal text of the ledger.
type Instrument struct {
	ID        string     `json:"instrument"`
	Title     string     `json:"title"`
	Kind      string     `json:"kind"`
	Authority string     `json:"authority,omitempty"`
	Signed    kanzei.Day `json:"signed,omitzero"`
	Public    kanzei.Day `json:"public"`
	Published kanzei.Day `json:"published,omitzero"`
	Citation  string     `json:"citation,omitempty"`
	Source    string     `json:"source"`
	Note      string     `json:"note,omitempty"`
	Acts      []Act      `json:"acts,omitempty"` // left out of the list of all
}

// An Act is one change an instrument makes.
type Act struct {
	Kind    kanzei.ActKind `json:"kind"`
	Targets []string       `json:"targets"`
	From    kanzei.Moment  `json:"from"`
	Until   kanzei.Moment  `json:"until"`
	Public  kanzei.Day     `json:"public,omitzero"`
	Rate    string         `json:"rate,omitempty"`
	Title   string         `json:"title,omitempty"`
	Quote   string         `json:"quote"`
	Cite    string         `json:"cite,omitempty"`
	Note    string         `json:"note,omitempty"`
}

// LawRequest asks for the instruments of the ledger.
type LawRequest struct {
	Known string `json:"known,omitempty" jsonschema:"instruments public by the end of this day; all when left out, or latest"`
}

// InstrumentRequest asks for one instrument with its acts.
type InstrumentRequest struct {
	Instrument string `json:"instrument" jsonschema:"name of the instrument, such as EO 14266"`
}

func instrument(in *kanzei.Instrument) Instrument {
	return Instrument{ID: in.ID, Title: in.Title, Kind: in.Kind, Authority: in.Authority, Signed: in.Signed, Public: in.Public, Published: in.Published, Citation: in.Citation, Source: in.Source, Note: in.Note}
}

func (q *LawRequest) answer(d *Desk) ([]Instrument, error) {
	known, err := knowledge("known", q.Known, 0)
	if err != nil {
		return nil, err
	}
	e, err := d.engine()
	if err != nil {
		return nil, err
	}
	out := []Instrument{}
	for _, in := range e.Ledger.Instruments {
		if known == 0 || in.Public <= known {
			out = append(out, instrument(in))
		}
	}
	return out, nil
}

func (q *InstrumentRequest) answer(d *Desk) (*Instrument, error) {
	e, err := d.engine()
	if err != nil {
		return nil, err
	}
	in := e.Ledger.Instrument(q.Instrument)
	if in == nil {
		return nil, &kanzei.Problem{Code: "law.unknown", Where: "instrument", Msg: fmt.Sprintf("the law held names no %q", q.Instrument), Hint: "kanzei law show, or /api/v1/law, lists the instruments"}
	}
	out := instrument(in)
	for i := range in.Acts {
		a := &in.Acts[i]
		act := Act{Kind: a.Kind, Targets: a.Targets, From: a.From, Until: a.Until, Public: a.Public, Quote: a.Quote, Cite: a.Cite, Note: a.Note}
		if a.Provision != nil {
			act.Rate, act.Title = a.Provision.Rate.Rate.Text, a.Provision.Title
		}
		if a.Zone != nil {
			act.Title = a.Zone.String()
		}
		if a.Returned != nil {
			act.Title = a.Returned.String()
		}
		if act.Targets == nil {
			act.Targets = []string{}
		}
		out.Acts = append(out.Acts, act)
	}
	return &out, nil
}
