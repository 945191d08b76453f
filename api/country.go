package api

import (
	"fmt"

	"kanzei"
	"kanzei/brief"
	"kanzei/trade"
)

// RegimeRequest asks what stands against the goods of a country.
type RegimeRequest struct {
	Country string `json:"country" jsonschema:"country of origin, ISO 3166 alpha-2 or alpha-3, such as JP"`
	On      string `json:"on,omitempty" jsonschema:"day of entry, as 2025-04-15 (US Eastern); today when left out"`
	Known   string `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest; the day asked about when left out"`
}

// BriefRequest asks for the folder of a country. Exposure is asked the same.
type BriefRequest struct {
	RegimeRequest
	Assume string `json:"assume,omitempty" jsonschema:"assumption set shown beside ranges: bea-content when left out"`
	Top    int    `json:"top,omitempty" jsonschema:"number of products listed: 15 when left out, for exposure 20"`
}

func (q *RegimeRequest) settle(d *Desk) error {
	if q.On == "" {
		q.On = d.opt.Today().String()
	}
	return nil
}

func (q *BriefRequest) settle(d *Desk) error {
	if q.Top < 0 {
		return &kanzei.Problem{Code: "top", Where: "top", Msg: fmt.Sprintf("%d products cannot be listed", q.Top), Hint: "give 1 or more"}
	}
	return q.RegimeRequest.settle(d)
}

// Folder builds the folder of a country; exposure is left out of a regime.
func (d *Desk) Folder(q RegimeRequest, req brief.Request) (*brief.Document, error) {
	if q.Country == "" {
		return nil, &kanzei.Problem{Code: "request.missing", Where: "country", Msg: "no country is named", Hint: "name the country of origin, such as JP"}
	}
	country, err := kanzei.ParseOrigin(q.Country)
	if err != nil {
		return nil, at("country", err)
	}
	engine, err := d.engine()
	if err != nil {
		return nil, err
	}
	if req.On, err = kanzei.ParseDay(q.On); err != nil {
		return nil, at("on", err)
	}
	req.Country = country
	switch req.Known, err = knowledge("known", q.Known, req.On); {
	case err != nil:
		return nil, err
	case req.Known == 0: // latest
		req.Known = max(engine.Ledger.Coverage.Horizon, 1)
	}
	var flows *trade.Flows
	if !req.NoExposure {
		if flows, err = d.flows(); err != nil {
			return nil, err
		}
	}
	return brief.Build(engine, flows, req)
}

func (q *RegimeRequest) answer(d *Desk) (*brief.Document, error) {
	return d.Folder(*q, brief.Request{NoExposure: true})
}

func (q *BriefRequest) answer(d *Desk, top int) (*brief.Document, error) {
	if q.Top > 0 {
		top = q.Top
	}
	return d.Folder(q.RegimeRequest, brief.Request{Assume: q.Assume, Top: top})
}

// Outlook is what the law known says will happen to a country's goods.
type Outlook struct {
	Country     brief.Country  `json:"country"`
	On          kanzei.Day     `json:"on"`
	Known       kanzei.Day     `json:"known"`
	KnownOnlyTo kanzei.Day     `json:"known_only_to,omitzero"`
	Hindsight   bool           `json:"hindsight"`
	Horizon     kanzei.Day     `json:"horizon"`
	Outlook     []brief.Event  `json:"outlook"`
	Later       []brief.Public `json:"later,omitempty"`
	Caveats     []brief.Caveat `json:"caveats"`
	Sources     []brief.Source `json:"sources"`
}

// OutlookRequest asks what comes without a further act.
type OutlookRequest struct{ RegimeRequest }

func (q *OutlookRequest) answer(d *Desk) (*Outlook, error) {
	b, err := q.RegimeRequest.answer(d)
	if err != nil {
		return nil, err
	}
	o := &Outlook{b.Country, b.On, b.Known, b.KnownOnlyTo, b.Hindsight, b.Horizon, b.Outlook, b.Later, b.Caveats, b.Sources}
	if o.Outlook == nil {
		o.Outlook = []brief.Event{}
	}
	return o, nil
}
