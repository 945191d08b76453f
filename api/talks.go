package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/talks"
)

// TalksRequest asks for the folder for talks.
type TalksRequest struct {
	Asker       string             `json:"asker" jsonschema:"country that asks, ISO 3166, such as JP"`
	Giver       string             `json:"giver,omitempty" jsonschema:"country that gives: US (the default)"`
	On          string             `json:"on,omitempty" jsonschema:"day of the talks, as 2025-04-16 (US Eastern); today when left out"`
	Known       string             `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest; the day of the talks when left out"`
	Closure     string             `json:"closure,omitempty" jsonschema:"what happens to trade balances: fixed, balanced, proportional, or all (the default: fixed first, the others beside it)"`
	World       string             `json:"world,omitempty" jsonschema:"world economy: icio2022 when left out"`
	Draws       *int               `json:"draws,omitempty" jsonschema:"draws of the trade elasticities for ranges: 16 when left out, 0 for none"`
	Seed        uint64             `json:"seed,omitempty" jsonschema:"seed of the draws: 1 when left out"`
	RedLines    [][]string         `json:"red_lines,omitempty" jsonschema:"sets of red lines that packages keep to, each searched beside the others, such as [[\"cars>=10%\", \"rice stays\"]]"`
	Weights     map[string]float64 `json:"weights,omitempty" jsonschema:"US dollars of real income that a dollar of value added in a sector counts for with the giver, by sector code, such as {\"C24A\": 0.5}"`
	Power       float64            `json:"power,omitempty" jsonschema:"bargaining power of the asker, between 0 and 1: 0.5 when left out"`
	Offers      *int               `json:"offers,omitempty" jsonschema:"offers on the table, sectors with the largest revenue first: 3 when left out"`
	By          string             `json:"by,omitempty" jsonschema:"sector or chapter: put goods on the table one by one in place of measures"`
	Most        int                `json:"most,omitempty" jsonschema:"asks of that kind: 40 when left out"`
	Packages    [][]string         `json:"packages,omitempty" jsonschema:"asks and offers to price together, by their ids"`
	Deals       []string           `json:"deals,omitempty" jsonschema:"shipped drafts to price in the same terms, such as jp-2025-09"`
	Lines       *int               `json:"lines,omitempty" jsonschema:"lines of the schedule re-solved exactly: 10 when left out, -1 for none"`
	Without     []string           `json:"without,omitempty" jsonschema:"parts left out: clock, retaliation, coalitions, tornado"`
	Blocs       []string           `json:"blocs,omitempty" jsonschema:"blocs to judge; those held that the asker is in when left out"`
	Discount    float64            `json:"discount,omitempty" jsonschema:"discount of later days in the clock, share a year"`
	Improve     float64            `json:"improve,omitempty" jsonschema:"growth of the offer a week in the clock, share of what the deal is worth a year"`
	Until       string             `json:"until,omitempty" jsonschema:"first day that the clock does not count; 365 days after on when left out"`
	Extend      int                `json:"extend,omitempty" jsonschema:"days by which the clock prolongs the pause: 90 when left out"`
	Retroactive string             `json:"retroactive,omitempty" jsonschema:"day from which a deal takes effect, for refunds; on when left out"`
	Retaliation float64            `json:"retaliation,omitempty" jsonschema:"points of the uniform retaliation tried, as a share: 0.15 when left out"`
	Enumerate   int                `json:"enumerate,omitempty" jsonschema:"blocs of up to this many players have every group tried, at most 12: 8 when left out"`
	Orders      int                `json:"orders,omitempty" jsonschema:"pairs of orders of joining sampled for larger blocs: 6 when left out"`
}

func (q *TalksRequest) settle(d *Desk) error {
	number := func(to **int, n int) {
		if *to == nil {
			*to = &n
		}
	}
	number(&q.Draws, min(16, d.opt.MaxDraws))
	number(&q.Offers, 3)
	number(&q.Lines, 10)
	if q.On == "" {
		q.On = d.opt.Today().String()
	}
	q.Giver, q.Known = or(q.Giver, "US"), or(q.Known, q.On)
	q.Closure, q.World = or(q.Closure, "all"), or(q.World, "icio2022")
	q.Seed, q.Power, q.Most = or(q.Seed, 1), or(q.Power, 0.5), or(q.Most, 40)
	q.Extend, q.Retaliation, q.Enumerate, q.Orders = or(q.Extend, 90), or(q.Retaliation, 0.15), or(q.Enumerate, 8), or(q.Orders, 6)
	return nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// question checks a request.
func (q *TalksRequest) question(d *Desk) (x talks.Question, o talks.Options, err error) {
	x = talks.Question{Asker: q.Asker, Giver: q.Giver, Draws: *q.Draws, Seed: q.Seed}
	o = talks.Options{RedLines: q.RedLines, Weights: q.Weights, Power: q.Power, Offers: *q.Offers, By: q.By, Most: q.Most, Packages: q.Packages, Deals: q.Deals, Lines: *q.Lines, Without: q.Without, Blocs: q.Blocs}
	o.Clock.Discount, o.Clock.Improve, o.Clock.Extend = q.Discount, q.Improve, q.Extend
	o.War.Rate, o.Coalitions.Rate = q.Retaliation, q.Retaliation
	o.Coalitions.Enumerate, o.Coalitions.Pairs = q.Enumerate, q.Orders
	if q.Asker == "" {
		return x, o, &kanzei.Problem{Code: "request.missing", Where: "asker", Msg: "it is missing", Hint: "name the country that asks, such as JP"}
	}
	if x.On, err = kanzei.ParseDay(q.On); err != nil {
		return x, o, at("on", err)
	}
	if x.Known, err = knowledge("known", q.Known, x.On); err != nil {
		return x, o, err
	}
	if o.Clock.Until, err = knowledge("until", q.Until, 0); err != nil {
		return x, o, err
	}
	if o.Clock.Retroactive, err = knowledge("retroactive", q.Retroactive, 0); err != nil {
		return x, o, err
	}
	if x.Closures, err = Closures(q.Closure); err != nil {
		return x, o, err
	}
	bad := func(field string, v any, hint string) error {
		return &kanzei.Problem{Code: "talks." + field, Where: field, Msg: fmt.Sprintf("%v is not possible", v), Hint: hint}
	}
	switch {
	case *q.Draws < 0 || *q.Draws > d.opt.MaxDraws:
		err = bad("draws", *q.Draws, fmt.Sprintf("give 0 to %d", d.opt.MaxDraws))
	case !(q.Power > 0 && q.Power < 1):
		err = bad("power", q.Power, "give a number between 0 and 1; 0.5 is equal power")
	case *q.Offers < 0 || *q.Offers > 8:
		err = bad("offers", *q.Offers, "give 0 to 8")
	case q.Most < 0 || q.Most > 100:
		err = bad("most", q.Most, "give 1 to 100")
	case *q.Lines > 50:
		err = bad("lines", *q.Lines, "give 50 or fewer, -1 for none")
	case len(q.RedLines) > 4 || len(q.Packages) > 20 || len(q.Blocs) > 8:
		err = bad("packages", "so many at once", "ask for 4 sets of red lines, 20 packages and 8 blocs or fewer")
	case q.Enumerate < 0 || q.Enumerate > talks.MostPlayers:
		err = bad("enumerate", q.Enumerate, fmt.Sprintf("give 1 to %d", talks.MostPlayers))
	case q.Orders < 0 || q.Orders > 50:
		err = bad("orders", q.Orders, "give 1 to 50")
	}
	// A name that is no shipped draft would be read as a file of this machine.
	for _, name := range q.Deals {
		if err == nil && !slices.Contains(talks.Deals(), name) {
			err = bad("deals", name, "the shipped drafts are "+strings.Join(talks.Deals(), ", "))
		}
	}
	return x, o, err
}

func (q *TalksRequest) answer(ctx context.Context, d *Desk, progress func(done, of int)) (_ *talks.Report, err error) {
	x, o, err := q.question(d)
	if err != nil {
		return nil, err
	}
	leave, err := d.solves.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := d.study(q.World, nil)
	if err != nil {
		return nil, err
	}
	s.Progress = progress
	defer func() { s.Progress = nil }()
	defer d.doubt(q.World, &err)
	desk, err := talks.Open(ctx, s, x)
	if err != nil {
		return nil, err
	}
	return desk.Report(ctx, o)
}
