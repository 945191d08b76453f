package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"kanzei"
	"kanzei/sweep"
	"kanzei/table"
	"kanzei/talks"
)

// talksSpec is a sweep of what is on the table, as the file says it and as the
// manifest holds it.
type talksSpec struct {
	Sweep    string  `yaml:"sweep" json:"sweep"`
	Asker    string  `yaml:"asker" json:"asker"`
	Giver    string  `yaml:"giver" json:"giver"`
	World    string  `yaml:"world" json:"world"`
	On       string  `yaml:"on" json:"on"`
	Known    string  `yaml:"known" json:"known"` // a day, "on" for the day itself, "latest"
	Closures names   `yaml:"closures" json:"closures"`
	Draws    int     `yaml:"draws" json:"draws"`
	Seed     uint64  `yaml:"seed" json:"seed"`
	Offers   int     `yaml:"offers" json:"offers"`
	Packages []names `yaml:"packages" json:"packages"` // asks and offers by ID
	Deals    names   `yaml:"deals" json:"deals"`       // shipped drafts, or files
}

// files are the drafts that lie beside the sweep file.
func (s *talksSpec) files() (out []string) {
	for _, name := range s.Deals {
		if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A talksSweep is a batch of tables.
type talksSweep struct {
	spec  talksSpec
	raw   json.RawMessage
	dir   string
	law   string // hash of the ledger
	batch *talks.Batch
}

func newTalksSweep(e *env, raw json.RawMessage, dir string) (*talksSweep, error) {
	w := &talksSweep{raw: raw, dir: dir}
	if err := json.Unmarshal(raw, &w.spec); err != nil {
		return nil, err
	}
	s := &w.spec
	if err := drawsOf(s.Draws); err != nil {
		return nil, err
	}
	if err := beside(s.files()); err != nil {
		return nil, err
	}
	q := talks.Question{Asker: s.Asker, Giver: s.Giver}
	var err error
	if q.On, err = kanzei.ParseDay(s.On); err != nil {
		return nil, at("on", err)
	}
	switch s.Known {
	case "on":
		q.Known = q.On
	case "latest":
	default:
		if q.Known, err = kanzei.ParseDay(s.Known); err != nil {
			return nil, at("known", err)
		}
	}
	if q.Closures, err = closureList(s.Closures); err != nil {
		return nil, err
	}
	o := talks.BatchOptions{Offers: s.Offers, Draws: s.Draws, Seed: s.Seed}
	for _, p := range s.Packages {
		o.Packages = append(o.Packages, p)
	}
	for _, name := range s.Deals {
		file := name
		if slices.Contains(s.files(), name) {
			file = filepath.Join(dir, name)
		}
		x, err := talks.OpenDraft(file)
		if err != nil {
			return nil, err
		}
		x.Name = name
		o.Deals = append(o.Deals, x)
	}
	study, err := newStudy(e, s.World)
	if err != nil {
		return nil, err
	}
	if w.law, err = e.lawHash(); err != nil {
		return nil, err
	}
	ctx := context.Background()
	d, err := talks.Open(ctx, study, q)
	if err != nil {
		return nil, err
	}
	w.batch, err = d.Batch(ctx, o)
	return w, err
}

func (w *talksSweep) identity() (sweep.Identity, error) {
	return identityOf("talks", w.law, w.raw, w.dir, w.spec.files(), w.batch.Items())
}

func (w *talksSweep) kind() string { return "talks" }

func (w *talksSweep) workers() int { return 0 }

func (w *talksSweep) do() sweep.Do { return w.batch.Solve }

func (w *talksSweep) write(e *env, files *sweep.Files, out string, how telling) error {
	fields := []table.Field{
		{Name: "closure", Kind: table.String, Required: true},
		{Name: "draw", Kind: table.Int, Required: true}, // 0: the world's own elasticities
		{Name: "against", Kind: table.String, Required: true},
		{Name: "id", Kind: table.String, Required: true},
	}
	const fixed = 4
	columns := make([]table.Column, fixed, fixed+len(talks.StakeFigures))
	columns[1].Kind = table.Int
	for _, f := range talks.StakeFigures {
		fields = append(fields, table.Field{Name: f, Kind: table.Float, Required: true})
		columns = append(columns, table.Column{Kind: table.Float})
	}
	for _, c := range w.batch.Closures() {
		columns[0].Text.Add([]byte(c.String()))
	}
	for _, ground := range stakeGrounds {
		columns[2].Text.Add([]byte(ground))
	}
	for _, s := range w.batch.Stakes {
		columns[3].Text.Add([]byte(s.ID))
	}
	for _, i := range []int{0, 2, 3} {
		columns[i].Dict = true
	}
	rows := sweepRows{columns: columns}
	spread := w.batch.Spreader()
	spread.Out.Law = w.law
	if err := rows.write(e, files, out, fields, func(item int, result []byte) error {
		figures, err := w.batch.Read(result)
		if err != nil {
			return err
		}
		spread.Add(item, figures)
		closure, draw := w.batch.Item(item)
		for i, s := range w.batch.Stakes {
			columns[0].Codes = append(columns[0].Codes, uint32(slices.Index(w.batch.Closures(), closure)))
			columns[1].Ints = append(columns[1].Ints, int64(draw))
			columns[2].Codes = append(columns[2].Codes, uint32(slices.Index(stakeGrounds, s.Against)))
			columns[3].Codes = append(columns[3].Codes, uint32(i))
			for f := range talks.StakeFigures {
				columns[fixed+f].Floats = append(columns[fixed+f].Floats, figures[i*len(talks.StakeFigures)+f])
			}
			rows.n++
		}
		return nil
	}); err != nil {
		return err
	}
	return how.tell(e, &spread.Out, func(name string) error { return writeStakes(e, name, &spread.Out) },
		func() error { return spread.Out.Text(e.out) })
}

// stakeGrounds are what stakes are judged against.
var stakeGrounds = []string{"today", "walk-away"}

// readSpread reads the summary of a sweep, which kanzei sweep --json prints.
func readSpread(name string, to any, kind func() bool) error {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "no such file", Hint: "kanzei sweep FILE -o OUT --json prints the summary of a sweep; keep it in a file"}
	}
	if err != nil {
		return &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "cannot be read: " + errors.Unwrap(err).Error(), Hint: "name the file in which the summary is"}
	}
	if err := json.Unmarshal(b, to); err != nil || !kind() {
		return &kanzei.Problem{Code: "sweep.summary", Where: name, Msg: cmp.Or(problemOf(err), "is the summary of another kind of sweep"), Hint: "kanzei sweep FILE -o OUT --json prints it"}
	}
	return nil
}

func problemOf(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("is no summary of a sweep: %v", err)
}
