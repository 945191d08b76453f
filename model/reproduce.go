package model

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"kanzei/solve"
)

// A Reproduction is a published table computed again from the same data.
type Reproduction struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Source string `json:"source"`          // publication, or the independent solver
	Unit   string `json:"unit"`            // of the cells
	Notes  string `json:"notes,omitempty"` // closure, formula, known differences
	Soft   bool   `json:"soft,omitempty"`  // the data differ from the published ones: compare, do not expect

	Cells    []ReproducedCell `json:"cells"`
	Compared int              `json:"compared"` // cells with a published figure
	Passed   int              `json:"passed"`   // of these, inside the tolerance
	Worst    float64          `json:"worst"`    // largest difference
	// Residual is the largest residual of the equilibria behind the cells.
	Residual float64 `json:"residual"`
}

// A ReproducedCell is one figure. Published is nil where no figure is at hand.
type ReproducedCell struct {
	Row       string   `json:"row"`
	Column    string   `json:"column"`
	Computed  float64  `json:"computed"`
	Published *float64 `json:"published"`
	Tolerance float64  `json:"tolerance,omitempty"`
	OK        bool     `json:"ok"` // true also where there is nothing to compare
}

// A NoData error says which research file a table needs.
type NoData struct {
	Table, Path string
	Err         error
}

func (e *NoData) Error() string {
	return fmt.Sprintf("table %s needs %s: %v", e.Table, e.Path, e.Err)
}

func (e *NoData) Unwrap() error { return e.Err }

// shared is the folder with sources/model (data) and oracle/model (figures).
type shared string

func (s shared) sources() string           { return filepath.Join(string(s), "sources/model") }
func (s shared) oracle(file string) string { return filepath.Join(string(s), "oracle/model", file) }

// figures reads an oracle table; ok is false if it is not there.
func (s shared) figures(file string) (recs [][]string, ok bool, err error) {
	recs, err = readFigures(s.oracle(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return recs, err == nil, err
}

// readFigures reads a CSV file whose lines of comment start with #.
func readFigures(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.Comment = -1, '#'
	return r.ReadAll()
}

type reproducer struct {
	title, source, unit, notes string
	soft                       bool
	run                        func(r *Reproduction, s shared) error
}

// reproducers by name of the table.
var reproducers = map[string]reproducer{}

// ReproductionNames lists the tables that [Reproduce] knows, sorted.
func ReproductionNames() []string {
	var out []string
	for n := range reproducers {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// ReproductionTitle is what a table shows.
func ReproductionTitle(name string) string { return reproducers[name].title }

// Reproduce computes a published table from the research files below root
// (which has sources/model and oracle/model) and compares cell by cell. The
// Liberation Day tables need no files. Missing data are a *[NoData]; missing
// figures leave the computed cells without comparison.
func Reproduce(name, root string) (*Reproduction, error) {
	p, ok := reproducers[name]
	if !ok {
		return nil, fmt.Errorf("no table %q (has %s)", name, strings.Join(ReproductionNames(), ", "))
	}
	r := &Reproduction{Name: name, Title: p.title, Source: p.source, Unit: p.unit, Notes: p.notes, Soft: p.soft}
	if err := p.run(r, shared(root)); err != nil {
		var path *fs.PathError
		if errors.Is(err, fs.ErrNotExist) && errors.As(err, &path) {
			return nil, &NoData{Table: name, Path: path.Path, Err: path.Err}
		}
		return nil, fmt.Errorf("table %s: %w", name, err)
	}
	for _, c := range r.Cells {
		if c.Published == nil {
			continue
		}
		r.Compared++
		if c.OK {
			r.Passed++
		}
		r.Worst = maxAbs(r.Worst, c.Computed-*c.Published)
	}
	return r, nil
}

// add records a cell; published is empty or a number.
func (r *Reproduction) add(row, column string, computed float64, published string, tolerance float64) error {
	c := ReproducedCell{Row: row, Column: column, Computed: computed, OK: !math.IsNaN(computed)}
	if published != "" && published != "NA" {
		v, err := strconv.ParseFloat(published, 64)
		if err != nil {
			return fmt.Errorf("%s %s: %q is not a number", row, column, published)
		}
		c.Published, c.Tolerance = &v, tolerance
		c.OK = math.Abs(computed-v) <= tolerance
	}
	r.Cells = append(r.Cells, c)
	return nil
}

func (r *Reproduction) solved(reps ...solve.Report) {
	for _, rep := range reps {
		r.Residual = math.Max(r.Residual, rep.Residual)
	}
}

// byName indexes records by their first column, without the head line.
func byName(recs [][]string) map[string][]string {
	m := make(map[string][]string, len(recs))
	for _, rec := range recs {
		m[rec[0]] = rec
	}
	return m
}

// field is rec[k], or empty.
func field(rec []string, k int) string {
	if k < len(rec) {
		return strings.TrimSpace(rec[k])
	}
	return ""
}
