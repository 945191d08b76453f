package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"kanzei"
	"kanzei/impact"
	"kanzei/model"
	"kanzei/sweep"
	"kanzei/table"
)

// names is one name or a list of them.
type names []string

func (n *names) UnmarshalYAML(v *yaml.Node) error {
	if v.Kind == yaml.ScalarNode {
		*n = names{v.Value}
		return nil
	}
	return v.Decode((*[]string)(n))
}

// impactSpec is a sweep of equilibria, as the file says it and as the manifest
// holds it.
type impactSpec struct {
	Sweep     string `yaml:"sweep" json:"sweep"`
	World     string `yaml:"world" json:"world"`
	On        names  `yaml:"on" json:"on"`       // days, or "changes DAY..DAY": every day on which the law or what is known of it changed
	Known     names  `yaml:"known" json:"known"` // days, "on" for the day itself, "latest"
	Base      names  `yaml:"base" json:"base"`
	Scenarios names  `yaml:"scenarios" json:"scenarios"`
	Closures  names  `yaml:"closures" json:"closures"`
	Draws     int    `yaml:"draws" json:"draws"`
	Seed      uint64 `yaml:"seed" json:"seed"`
	First     names  `yaml:"first" json:"first"` // economies named first, ISO 3166; JPN and USA by default
}

// readSweep reads a sweep file.
func readSweep(e *env, name string) (swept, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "no such file", Hint: "name a sweep file, such as docs/sweeps/draws.yaml"}
	}
	if err != nil {
		return nil, err
	}
	var kind struct {
		Sweep string `yaml:"sweep"`
	}
	if err := yaml.Unmarshal(b, &kind); err != nil {
		return nil, sweepSyntax(name, "", err)
	}
	strict := func(to any) error {
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(to); err != nil {
			return sweepSyntax(name, kind.Sweep, err)
		}
		return nil
	}
	var spec any
	switch kind.Sweep {
	case "impact":
		s := &impactSpec{World: "icio2022", Known: names{"on"}, Base: names{"before"}, Closures: names{"fixed"}, Seed: 1}
		if err := strict(s); err != nil {
			return nil, err
		}
		spec = s
	case "entries":
		s := &entriesSpec{}
		if err := strict(s); err != nil {
			return nil, err
		}
		if err := s.find(filepath.Dir(name)); err != nil {
			return nil, inFile(e, name, err)
		}
		spec = s
	case "talks":
		s := &talksSpec{World: "icio2022", Giver: "US", Known: "on", Closures: names{"all"}, Seed: 1, Offers: 3}
		if err := strict(s); err != nil {
			return nil, err
		}
		spec = s
	default:
		return nil, &kanzei.Problem{Code: "sweep.kind", Where: name, Msg: fmt.Sprintf("no kind of sweep %q", kind.Sweep), Hint: "the first line of a sweep file is sweep: impact, sweep: talks or sweep: entries"}
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	w, err := workOf(e, kind.Sweep, raw, filepath.Dir(name))
	return w, inFile(e, name, err)
}

// inFile says which sweep file a problem lies in. Its fields have the names that
// flags have elsewhere.
func inFile(e *env, name string, err error) error {
	var p *kanzei.Problem
	if !errors.As(err, &p) {
		return err
	}
	if e.folder != "" {
		if _, err := e.ledger(); err != nil {
			return err // of --law, not of the sweep file
		}
	}
	q := *p
	switch where := strings.TrimPrefix(q.Where, "--"); where {
	case "":
		q.Where = name
	case "ASKER", "GIVER":
		q.Where = name + ": " + strings.ToLower(where)
	case "closure":
		q.Where = name + ": closures"
	default:
		q.Where = name + ": " + where
	}
	return &q
}

func sweepSyntax(name, kind string, err error) error {
	fields := "sweep, world, on, known, base, scenarios, closures, draws, seed, first"
	switch kind {
	case "entries":
		fields = "sweep, files, known"
	case "talks":
		fields = "sweep, asker, giver, world, on, known, closures, draws, seed, offers, packages, deals"
	}
	msg, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "construct errors:\n  "), "\n")
	msg = strings.TrimSpace(strings.TrimPrefix(msg, "construct errors: "))
	var line int
	if _, err := fmt.Sscanf(msg, "line %d:", &line); err == nil {
		name = fmt.Sprintf("%s:%d", name, line)
		_, msg, _ = strings.Cut(msg, ": ")
	}
	if m := noField.FindStringSubmatch(msg); m != nil {
		msg = fmt.Sprintf("there is no field %q", m[1])
	} else if m := noNumber.FindStringSubmatch(msg); m != nil {
		msg = fmt.Sprintf("%q is no whole number, 0 or more", m[1])
	} else if strings.HasPrefix(msg, "cannot construct") {
		msg = "is not written as a sweep file is, field: value"
	}
	return &kanzei.Problem{Code: "sweep.syntax", Where: name, Msg: msg, Hint: "the fields are " + fields}
}

// What the YAML library says of fields and numbers.
var (
	noField  = regexp.MustCompile(`^field (\S+) not found in type`)
	noNumber = regexp.MustCompile("^cannot construct !!\\w+ `(.*)` into u?int")
)

// An impactSweep is a batch of equilibria.
type impactSweep struct {
	spec  impactSpec
	raw   json.RawMessage
	dir   string
	law   string // hash of the ledger
	batch *impact.Batch
}

func newImpactSweep(e *env, raw json.RawMessage, dir string) (*impactSweep, error) {
	w := &impactSweep{raw: raw, dir: dir}
	if err := json.Unmarshal(raw, &w.spec); err != nil {
		return nil, err
	}
	s := &w.spec
	study, err := newStudy(e, s.World)
	if err != nil {
		return nil, err
	}
	held := study.Duty.Ledger
	if w.law, err = e.lawHash(); err != nil {
		return nil, err
	}
	study.ReadFile = func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
	if s.First == nil {
		s.First = names{"JPN", "USA"}
	} else {
		for _, iso := range s.First {
			if !slices.ContainsFunc(study.World.Economies, func(x model.Economy) bool { return x.ISO2 == iso || x.ISO3 == iso }) {
				return nil, &kanzei.Problem{Code: "sweep.first", Where: "first", Msg: fmt.Sprintf("world %s has no economy %q", s.World, iso), Hint: "use ISO 3166 codes such as JP or JPN"}
			}
		}
	}
	b := &impact.Batch{Base: s.Base, Scenarios: s.Scenarios, Draws: s.Draws, Seed: s.Seed}
	if err := drawsOf(s.Draws); err != nil {
		return nil, err
	}
	if err := beside(s.files()); err != nil {
		return nil, err
	}
	if b.Closures, err = closureList(s.Closures); err != nil {
		return nil, err
	}
	days, err := s.days(held.AsKnown(held.Coverage.Horizon).Bounds, held.Turns)
	if err != nil {
		return nil, err
	}
	for _, on := range days {
		for _, known := range s.Known {
			c := impact.Clock{On: on}
			switch known {
			case "on":
				c.Known = on
			case "latest":
			default:
				if c.Known, err = kanzei.ParseDay(known); err != nil {
					return nil, at("known", err)
				}
			}
			if !slices.Contains(b.Clocks, c) {
				b.Clocks = append(b.Clocks, c)
			}
		}
	}
	w.batch = b
	return w, study.Prepare(b)
}

// drawsOf refuses numbers of draws that cannot be.
func drawsOf(n int) error {
	if n < 0 || n > 10_000_000 {
		return &kanzei.Problem{Code: "impact.draws", Where: "draws", Msg: fmt.Sprintf("%d draws", n), Hint: "give 0 to 10000000"}
	}
	return nil
}

// closureList reads closures by name.
func closureList(list names) (out []model.Closure, err error) {
	for _, name := range list {
		c, err := closures(name)
		if err != nil {
			return nil, at("closures", err)
		}
		for _, c := range c {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// days are the days asked about.
func (s *impactSpec) days(bounds func() []kanzei.Moment, turns func() []kanzei.Day) ([]kanzei.Day, error) {
	var out []kanzei.Day
	for _, text := range s.On {
		if within, ok := strings.CutPrefix(text, "changes "); ok {
			a, z, ok := strings.Cut(within, "..")
			from, err := kanzei.ParseDay(strings.TrimSpace(a))
			until, err2 := kanzei.ParseDay(strings.TrimSpace(z))
			if !ok || err != nil || err2 != nil || until < from {
				return nil, &kanzei.Problem{Code: "sweep.days", Where: "on", Msg: fmt.Sprintf("%q is no stretch of days", text), Hint: "write changes 2018-03-23..2026-09-28"}
			}
			all := turns()
			for _, m := range bounds() {
				all = append(all, m.Day())
			}
			for _, d := range all {
				if from <= d && d <= until {
					out = append(out, d)
				}
			}
			continue
		}
		d, err := kanzei.ParseDay(text)
		if err != nil {
			return nil, at("on", err)
		}
		out = append(out, d)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// files are the drafts and tariffs that the scenarios name.
func (s *impactSpec) files() []string { return impact.Files(slices.Concat(s.Base, s.Scenarios)...) }

func (w *impactSweep) identity() (sweep.Identity, error) {
	return identityOf("impact", w.law, w.raw, w.dir, w.spec.files(), w.batch.Items())
}

// identityOf is that of a work that asks files of a folder.
func identityOf(kind, law string, raw json.RawMessage, dir string, files []string, items int) (sweep.Identity, error) {
	program, err := sweep.Program()
	if err != nil {
		return sweep.Identity{}, err
	}
	id := sweep.Identity{Kind: kind, Program: program, Inputs: []sweep.Input{{Name: "law", Hash: law}}, Spec: raw, Items: items}
	for _, name := range files {
		h, err := sweep.SumFile(filepath.Join(dir, name))
		if err != nil {
			return id, err
		}
		id.Inputs = append(id.Inputs, sweep.Input{Name: name, Hash: h})
	}
	return id, nil
}

// beside refuses files that could not be carried with a plan.
func beside(files []string) error {
	for _, name := range files {
		if !filepath.IsLocal(name) {
			return &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "lies outside the folder of the sweep file", Hint: "put it beside the sweep file and name it from there"}
		}
	}
	return nil
}

// carry copies what a sweep names to the folder of its plan.
func carry(from string, m *sweep.Manifest) error {
	var s interface{ files() []string }
	switch m.Kind {
	case "impact":
		s = &impactSpec{}
	case "talks":
		s = &talksSpec{}
	default:
		return nil
	}
	if err := json.Unmarshal(m.Spec, s); err != nil {
		return err
	}
	for _, name := range s.files() {
		to := filepath.Join(m.Dir(), name)
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(to, b, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func (w *impactSweep) kind() string { return "impact" }

func (w *impactSweep) workers() int { return 0 }

func (w *impactSweep) do() sweep.Do {
	return func(_ context.Context, item int) ([]byte, error) { return w.batch.Solve(item) }
}

// Columns of a sweep of equilibria, before those of the figures.
var sweepFields = []table.Field{
	{Name: "on", Kind: table.Date, Required: true},
	{Name: "known", Kind: table.Date}, // null: everything held
	{Name: "scenario", Kind: table.String, Required: true},
	{Name: "against", Kind: table.String, Required: true},
	{Name: "closure", Kind: table.String, Required: true},
	{Name: "draw", Kind: table.Int, Required: true}, // 0: the world's own elasticities
	{Name: "iso3", Kind: table.String, Required: true},
}

func (w *impactSweep) write(e *env, files *sweep.Files, out string, how telling) error {
	fields := slices.Clone(sweepFields)
	for _, f := range impact.Figures {
		fields = append(fields, table.Field{Name: f, Kind: table.Float, Required: true})
	}
	rows := newSweepRows(w, len(fields))
	spread := w.batch.Spreader()
	spread.Out.Law = w.law
	if err := rows.write(e, files, out, fields, func(item int, result []byte) error {
		figures, err := w.batch.Read(result)
		if err != nil {
			return err
		}
		spread.Add(item, figures)
		rows.add(item, figures)
		return nil
	}); err != nil {
		return err
	}
	return how.tell(e, &spread.Out, func(name string) error { return writeLeague(e, name, &spread.Out) },
		func() error { return spread.Out.Text(e.out, w.spec.First...) })
}

// sweepRows are rows in columns, texts by dictionary.
type sweepRows struct {
	w       *impactSweep
	sides   [][2]uint32 // of each scenario, in the dictionaries
	columns []table.Column
	n       int
}

func newSweepRows(w *impactSweep, columns int) *sweepRows {
	r := &sweepRows{w: w, columns: make([]table.Column, columns)}
	r.columns[0].Kind, r.columns[1].Kind, r.columns[5].Kind = table.Date, table.Date, table.Int
	for i := len(sweepFields); i < columns; i++ {
		r.columns[i].Kind = table.Float
	}
	dictionary := func(i int, texts []string) {
		r.columns[i].Dict = true
		for _, t := range texts {
			r.columns[i].Text.Add([]byte(t))
		}
	}
	var scenarios, against []string
	code := func(words *[]string, word string) uint32 { // a dictionary has a word once
		i := slices.Index(*words, word)
		if i < 0 {
			i = len(*words)
			*words = append(*words, word)
		}
		return uint32(i)
	}
	for i := range w.batch.Scenarios {
		a, b := w.batch.Sides(i)
		r.sides = append(r.sides, [2]uint32{code(&scenarios, a), code(&against, b)})
	}
	dictionary(2, scenarios)
	dictionary(3, against)
	var closures []string
	for _, c := range w.batch.Closures {
		closures = append(closures, c.String())
	}
	dictionary(4, closures)
	var economies []string
	for _, e := range w.batch.Economies() {
		economies = append(economies, e.ISO3)
	}
	dictionary(6, economies)
	return r
}

// atOnce are the rows held before they are written, as a group of their own.
const atOnce = 30_000

// write writes the rows that add makes of all results as a table.
func (r *sweepRows) write(e *env, files *sweep.Files, out string, fields []table.Field, add func(item int, result []byte) error) error {
	t, err := table.Create(out, e.out, nil, fields)
	if err != nil {
		return err
	}
	defer t.Abort()
	if err := files.Each(func(item int, result []byte) error {
		if err := add(item, result); err != nil {
			return err
		}
		return r.flush(t, atOnce)
	}); err != nil {
		return err
	}
	if err := r.flush(t, 0); err != nil {
		return err
	}
	return t.Close()
}

// flush writes the rows where there are more than some.
func (r *sweepRows) flush(t table.Writer, above int) error {
	if r.n <= above {
		return nil
	}
	b, err := t.Encode(&table.Batch{Rows: r.n}, r.columns)
	if err == nil {
		err = t.Append(b)
	}
	r.reset()
	return err
}

func (r *sweepRows) reset() {
	r.n = 0
	for i := range r.columns {
		c := &r.columns[i]
		c.Ints, c.Floats, c.Codes, c.Null = c.Ints[:0], c.Floats[:0], c.Codes[:0], c.Null[:0]
	}
}

func (r *sweepRows) add(item int, figures [][][]float64) {
	at, closure, draw := r.w.batch.Item(item)
	c := r.columns
	k := uint32(slices.Index(r.w.batch.Closures, closure))
	for s := range figures {
		for n, values := range figures[s] {
			c[0].Ints = append(c[0].Ints, int64(at.On))
			c[1].Ints, c[1].Null = append(c[1].Ints, int64(at.Known)), append(c[1].Null, at.Known == 0)
			c[2].Codes, c[3].Codes, c[4].Codes = append(c[2].Codes, r.sides[s][0]), append(c[3].Codes, r.sides[s][1]), append(c[4].Codes, k)
			c[5].Ints = append(c[5].Ints, int64(draw))
			c[6].Codes = append(c[6].Codes, uint32(n))
			for f, v := range values {
				c[len(sweepFields)+f].Floats = append(c[len(sweepFields)+f].Floats, v)
			}
			r.n++
		}
	}
}
