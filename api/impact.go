package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
)

// ImpactRequest asks what a scenario does to every economy.
type ImpactRequest struct {
	Country   string            `json:"country,omitempty" jsonschema:"country of the founding case, ISO 3166; JP when left out"`
	Scenario  []string          `json:"scenario,omitempty" jsonschema:"scenarios folded in order: none, before, today, law:DAY, lapse, pause, liberation-day, deal-2025-09, remove:PROGRAM[:CC], or the name of a draft (.yaml) or of tariffs of other importers (.csv) in files; today when left out"`
	Base      []string          `json:"base,omitempty" jsonschema:"what it is compared with: today, or none for the law of a day, when left out"`
	On        string            `json:"on,omitempty" jsonschema:"day of entry, as 2025-04-15 (US Eastern); today when left out"`
	Known     string            `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest; the day asked about when left out"`
	Closure   string            `json:"closure,omitempty" jsonschema:"what happens to trade balances: fixed, balanced, proportional, or all (the default: fixed first, the others beside it)"`
	World     string            `json:"world,omitempty" jsonschema:"world economy: icio2022 when left out"`
	Draws     *int              `json:"draws,omitempty" jsonschema:"draws of the trade elasticities for 90 percent ranges: 64 when left out, 0 for none"`
	Seed      uint64            `json:"seed,omitempty" jsonschema:"seed of the draws: 1 when left out"`
	Economies []string          `json:"economies,omitempty" jsonschema:"economies listed, ISO codes; all when left out"`
	Sectors   bool              `json:"sectors,omitempty" jsonschema:"list sectors"`
	Founding  bool              `json:"founding,omitempty" jsonschema:"the founding case: today's measures, the lapse of the pause, removals on the country, the deal of September 2025"`
	Files     map[string]string `json:"files,omitempty" jsonschema:"texts of drafts (.yaml) and tariffs (.csv) that scenarios name"`
}

func (q *ImpactRequest) settle(d *Desk) error {
	if q.On == "" {
		q.On = d.opt.Today().String()
	}
	if q.Known == "" {
		q.Known = q.On
	}
	if q.Closure == "" {
		q.Closure = "all"
	}
	if q.World == "" {
		q.World = "icio2022"
	}
	if q.Draws == nil {
		n := min(64, d.opt.MaxDraws)
		q.Draws = &n
	}
	if q.Seed == 0 {
		q.Seed = 1
	}
	return nil
}

// Closures reads one closure, or all of them.
func Closures(name string) ([]model.Closure, error) {
	if name == "all" {
		return []model.Closure{model.Fixed, model.Balanced, model.Proportional}, nil
	}
	c, err := model.ParseClosure(name)
	if err != nil {
		return nil, &kanzei.Problem{Code: "impact.closure", Where: "closure", Msg: fmt.Sprintf("no closure %q", name), Hint: "the closures are fixed, balanced, proportional, and all"}
	}
	return []model.Closure{c}, nil
}

// question checks a request.
func (q *ImpactRequest) question(d *Desk) (x impact.Question, err error) {
	if x.On, err = kanzei.ParseDay(q.On); err != nil {
		return x, at("on", err)
	}
	if x.Known, err = knowledge("known", q.Known, x.On); err != nil {
		return x, err
	}
	if x.Closures, err = Closures(q.Closure); err != nil {
		return x, err
	}
	if *q.Draws < 0 || *q.Draws > d.opt.MaxDraws {
		return x, &kanzei.Problem{Code: "impact.draws", Where: "draws", Msg: fmt.Sprintf("%d draws", *q.Draws), Hint: fmt.Sprintf("give 0 to %d", d.opt.MaxDraws)}
	}
	if q.Founding && len(q.Scenario)+len(q.Base) > 0 {
		return x, &kanzei.Problem{Code: "impact.case", Where: "founding", Msg: "the founding case has its own scenarios and bases", Hint: "leave out scenario and base"}
	}
	for _, name := range append(q.Scenario[:len(q.Scenario):len(q.Scenario)], q.Base...) {
		lower := strings.ToLower(name)
		if _, ok := q.Files[name]; !ok && (strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml") || strings.HasSuffix(lower, ".csv")) {
			return x, &kanzei.Problem{Code: "impact.file", Where: "scenario", Msg: fmt.Sprintf("no text of %q is sent", name), Hint: "put its text into files, under that name"}
		}
	}
	x.Scenario, x.Base, x.Draws, x.Seed, x.Economies, x.Sectors = q.Scenario, q.Base, *q.Draws, q.Seed, q.Economies, q.Sectors
	x.Focus = q.Country
	if len(x.Scenario) == 0 {
		x.Scenario = []string{"today"}
	}
	return x, nil
}

// A study is shared by questions without files.
type study struct {
	*impact.Study
	asked int
}

// maxAsked is after how many questions a study makes place for a new one: it
// remembers all law it has rated.
const maxAsked = 64

// study returns what answers; the caller is through the gate of solves.
func (d *Desk) study(world string, files map[string]string) (*impact.Study, error) {
	if s := d.studies[world]; s != nil && len(files) == 0 {
		if s.asked++; s.asked >= maxAsked {
			delete(d.studies, world)
		}
		return s.Study, nil
	}
	engine, err := d.engine()
	if err != nil {
		return nil, err
	}
	flows, err := d.flows()
	if err != nil {
		return nil, err
	}
	w, err := model.Load(world)
	if err != nil {
		return nil, &kanzei.Problem{Code: "model.world", Where: "world", Msg: fmt.Sprintf("no world %q", world), Hint: "the worlds are " + strings.Join(model.Names(), ", ")}
	}
	s, err := impact.NewStudy(engine, flows, w)
	if err != nil {
		return nil, err
	}
	// No question reads a file of this machine.
	s.ReadFile = func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	if len(files) == 0 {
		d.studies[world] = &study{Study: s}
	}
	return s, nil
}

// doubt forgets the study of a world after a fault of the program, which may
// have left it half done. It is deferred.
func (d *Desk) doubt(world string, err *error) {
	thrown := recover()
	var f *kanzei.Fault
	if thrown != nil || errors.As(*err, &f) {
		delete(d.studies, world)
	}
	if thrown != nil {
		panic(thrown)
	}
}

// answer solves; one solve runs at a time, so that a study shared by all can
// tell its progress to the one who asks.
func (q *ImpactRequest) answer(ctx context.Context, d *Desk, progress func(done, of int)) (_ any, err error) {
	x, err := q.question(d)
	if err != nil {
		return nil, err
	}
	leave, err := d.solves.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := d.study(q.World, q.Files)
	if err != nil {
		return nil, err
	}
	s.Progress = progress
	defer func() { s.Progress = nil }()
	defer d.doubt(q.World, &err)
	x.Context = ctx
	if q.Founding {
		country := q.Country
		if country == "" {
			country = "JP"
		}
		return s.Founding(country, x)
	}
	if q.Country != "" {
		if _, err := s.Economy(q.Country); err != nil {
			return nil, at("country", err)
		}
	}
	return s.Ask(x)
}
