package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/model"
	"kanzei/table"
)

// research says where the research files are: published data that come with
// no licence to ship.
type research struct {
	Shared string `placeholder:"DIR" env:"KANZEI_SHARED" default:"../shared" help:"Folder of research files, with sources/model and oracle/model."`
}

// sources is the folder of the worlds of the research files.
func (r research) sources() string { return filepath.Join(r.Shared, "sources/model") }

// worldChoice says which world a question is about, and which variant of it.
type worldChoice struct {
	World        string  `placeholder:"NAME|DIR" help:"A world held, a world of the research files, or a folder of user data: the tables sectors, flows, tariffs and io as CSV or Parquet (see kanzei model worlds)."`
	Elasticities string  `placeholder:"SET|X" help:"Trade elasticities: a named set, or one number for all sectors."`
	Merge        string  `placeholder:"FILE" help:"Merge economies and sectors: a table with kind (economy, sector), code (* for the rest), group, name."`
	NoLinks      bool    `help:"Without input-output links."`
	OneSector    bool    `help:"One sector, without input-output links."`
	Scale        string  `placeholder:"SET|X" help:"Scale economies: a named set of elasticities (psi), or X for X/theta in goods sectors, such as 0.67."`
	ScaleAll     bool    `help:"Scale economies in services too."`
	Rebuild      bool    `help:"Build the world from the research files even if it is held."`
	Repair       bool    `help:"Repair user data that cannot be an economy, and say what changed."`
	Changes      string  `placeholder:"FILE" help:"Write the cells that estimation, balancing or repair changed, largest first: CSV of table, cell, was, is; of a world held the largest hundred."`
	Kappa        float64 `placeholder:"X" help:"Elasticity of labour supply to the real wage; 0 for given labour."`
	research
}

// load builds the world asked for; messages of repair go to errs.
func (c *worldChoice) load(errs io.Writer) (*model.World, error) {
	w, err := c.named(errs)
	if err != nil {
		return nil, err
	}
	asked := func(code, where, hint string, err error) error {
		return &kanzei.Problem{Code: code, Where: where, Msg: why(err), Hint: hint}
	}
	if c.Merge != "" {
		if w, err = w.ReadGroups(c.Merge, openRows); err != nil {
			return nil, asked("model.merge", "--merge", "the columns are kind (economy or sector), code, group and, if wanted, name", err)
		}
	}
	theta, one := number(c.Elasticities)
	if c.OneSector {
		if !one && c.Elasticities != "" {
			return nil, &kanzei.Problem{Code: "model.elasticities", Where: "--elasticities", Msg: "one sector has one elasticity", Hint: "give a number, such as 4"}
		}
		if !one {
			theta = 4
		}
		if w, err = w.OneSector(theta); err != nil {
			return nil, asked("model.variant", "--one-sector", "", err)
		}
	} else if c.NoLinks {
		if w, err = w.WithoutLinks(); err != nil {
			return nil, asked("model.variant", "--no-links", "", err)
		}
	}
	switch {
	case c.OneSector || c.Elasticities == "":
	case one:
		w, err = w.WithTheta(slices.Repeat([]float64{theta}, w.J))
	default:
		w, err = w.WithSet(c.Elasticities)
	}
	if err != nil {
		return nil, asked("model.elasticities", "--elasticities", "see kanzei model worlds --json", err)
	}
	if c.Scale != "" {
		if share, ok := number(c.Scale); ok {
			w, err = w.WithScaleShare(share, c.ScaleAll)
		} else if set, ok := w.Sets[c.Scale]; ok {
			w, err = w.WithScale(set)
		} else {
			err = fmt.Errorf("no set %q in world %s (has %s)", c.Scale, w.Name, strings.Join(w.SetNames(), ", "))
		}
		if err != nil {
			return nil, asked("model.scale", "--scale", "give a share below 1, such as 0.67, or a set named in kanzei model worlds --json", err)
		}
	}
	if c.Kappa < 0 {
		return nil, &kanzei.Problem{Code: "model.kappa", Where: "--kappa", Msg: fmt.Sprintf("labour supply elasticity %g", c.Kappa), Hint: "give 0 or more"}
	}
	if c.Changes != "" {
		if err := writeChanges(c.Changes, w); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// named loads a world held, a folder of user data, or a world of the research
// files: those of model.SourceNames, and tariffwar-wiod2014 and
// tariffwar-icio2022.
func (c *worldChoice) named(errs io.Writer) (w *model.World, err error) {
	info, no := os.Stat(c.World)
	switch {
	case slices.Contains(model.Names(), c.World) && !c.Rebuild:
		return model.Load(c.World)
	case c.World == "tariffwar-wiod2014" || c.World == "tariffwar-icio2022":
		w, err = model.LoadTariffWar(c.sources(), c.World[len("tariffwar-"):])
	case slices.Contains(model.SourceNames(), c.World):
		w, err = model.LoadDir(c.sources(), c.World)
	case no == nil && info.IsDir():
		if w, err = model.ReadWorld(c.World, c.Repair, openRows); err != nil {
			hint := "repair the cells named, or add --repair"
			if c.Repair {
				hint = "repair the cells named: no rule says how"
			}
			return nil, &kanzei.Problem{Code: "model.data", Where: "--world", Msg: why(err), Hint: hint}
		}
		reportRepairs(errs, w)
		for _, n := range w.Notes {
			fmt.Fprintf(errs, "kanzei: %s: %s\n", c.World, n)
		}
		return w, nil
	case c.World == "ossa2005" || c.World == "ll2023":
		return nil, &kanzei.Problem{Code: "model.world", Where: "--world", Msg: "world " + c.World + " has profits and plays games only", Hint: "use it with kanzei model nash or talks"}
	case c.World == "libday2023":
		return nil, &kanzei.Problem{Code: "model.world", Where: "--world", Msg: "world libday2023 has a model of its own", Hint: "use kanzei model libday"}
	default:
		return nil, &kanzei.Problem{Code: "model.world", Where: "--world", Msg: fmt.Sprintf("no world %q", c.World),
			Hint: "the worlds held are " + strings.Join(model.Names(), ", ") + "; with research files " + strings.Join(model.SourceNames(), ", ") + "; or name a folder"}
	}
	if err != nil {
		return nil, missing(err)
	}
	return w, nil
}

// missing turns the error of an absent research file into one that says where
// to point.
func missing(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && errors.Is(err, fs.ErrNotExist) {
		return noResearch(p.Path)
	}
	return err
}

// number reads a number; ok is false for a name.
func number(s string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// reportRepairs says what repair changed in user data.
func reportRepairs(errs io.Writer, w *model.World) {
	a := w.Adjusted
	if a.Changed == 0 {
		return
	}
	for k, n := range a.Notes {
		if k == 20 {
			fmt.Fprintf(errs, "kanzei: and %d more\n", len(a.Notes)-k)
			break
		}
		fmt.Fprintf(errs, "kanzei: repaired %s\n", n)
	}
	fmt.Fprintf(errs, "kanzei: repaired %d cells, %.6g of %.6g million USD in all; --changes FILE lists them\n", a.Changed, a.AbsMUSD, a.OfMUSD)
}

// writeChanges writes the changed cells, largest first.
func writeChanges(path string, w *model.World) error {
	rows := [][]string{{"table", "cell", "was", "is"}}
	for _, c := range w.Adjusted.Cells {
		rows = append(rows, []string{c.Table, c.Cell, strconv.FormatFloat(c.Was, 'g', -1, 64), strconv.FormatFloat(c.Is, 'g', -1, 64)})
	}
	return writeFile(path, func(f io.Writer) error { return csv.NewWriter(f).WriteAll(rows) })
}

// openRows opens CSV or, by its extension, Parquet.
func openRows(path string) (model.Records, int, error) {
	if format, err := table.FormatOf(path); err != nil || format != "parquet" {
		return model.OpenCSV(path)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, 0, err
	}
	r, err := table.Open(path, nil, table.Options{})
	if err != nil {
		return nil, 0, err
	}
	return &rows{r: r}, 1, nil
}

// rows reads a table record by record, numbers as text.
type rows struct {
	r    table.Reader
	b    *table.Batch
	at   int
	head bool
	rec  []string
}

func (r *rows) Close() error { return r.r.Close() }

func (r *rows) Read() ([]string, error) {
	fields := r.r.Fields()
	if !r.head {
		r.head = true
		r.rec = make([]string, len(fields))
		for k, f := range fields {
			r.rec[k] = f.Name
		}
		return r.rec, nil
	}
	for r.b == nil || r.at == r.b.Rows {
		if r.b != nil {
			r.b.Free()
		}
		b, err := r.r.Next()
		if r.b = b; err != nil {
			return nil, err
		}
		r.at = 0
		if len(r.b.Bad) > 0 {
			return nil, fmt.Errorf("row %d: %s", r.b.Bad[0].Row, r.b.Bad[0].Reason)
		}
	}
	for k := range r.b.Columns {
		r.rec[k] = string(r.b.Columns[k].AppendText(nil, r.at))
	}
	r.at++
	return r.rec, nil
}
