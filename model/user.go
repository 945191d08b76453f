package model

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// A DataError lists what is wrong with user data, each line with the file and
// the cell. At most 20 are kept; Count is the total.
type DataError struct {
	Problems []string
	Count    int
}

func (e *DataError) Error() string {
	s := strings.Join(e.Problems, "\n")
	if e.Count > len(e.Problems) {
		s += fmt.Sprintf("\nand %d more", e.Count-len(e.Problems))
	}
	return s
}

// A checker collects problems, or repairs them and says so.
type checker struct {
	repair bool
	err    DataError
	adj    Adjustment
}

// problem records one; with repair on, the change instead. It says whether to
// repair.
func (c *checker) problem(cell AdjustedCell, where, what, fix string) bool {
	if c.repair && fix != "" {
		c.adj.add(cell)
		if len(c.adj.Notes) < 100 {
			c.adj.Notes = append(c.adj.Notes, where+": "+what+"; "+fix)
		}
		return true
	}
	c.err.Count++
	if len(c.err.Problems) < 20 {
		hint := ""
		if fix != "" {
			hint = " (--repair: " + fix + ")"
		}
		c.err.Problems = append(c.err.Problems, where+": "+what+hint)
	}
	return false
}

// ReadWorld builds a World from long tables in a folder, each .csv, .csv.gz or,
// if open can read it, .parquet:
//
//	sectors   sector, name, goods (1 or 0), theta, psi (optional: scale elasticity)
//	flows     exporter, importer, sector, value_musd   buyer's value, duty included; own sales too
//	tariffs   exporter, importer, sector, rate         0.025 is 2.5 percent; every goods flow across a border needs one
//	io        economy, input, output, coef             input per unit of output; optional: without it there are no links
//
// Economies are ISO 3166 alpha-2 or alpha-3 codes, or codes of one's own. Data
// that cannot be an economy are refused with a *[DataError] that names the
// cells, unless repair is set; then Adjusted says what changed. A nil open is
// [OpenCSV].
func ReadWorld(dir string, repair bool, open Opener) (*World, error) {
	if open == nil {
		open = OpenCSV
	}
	c := &checker{repair: repair}
	w := &World{Name: filepath.Base(dir), Source: "user data in " + filepath.Base(dir)}
	tables := map[string]string{}
	for _, name := range UserTables {
		path, err := userFile(dir, name)
		if err != nil {
			return nil, err
		}
		tables[name] = path
	}
	if err := userSectors(open, tables["sectors"], w); err != nil {
		return nil, err
	}
	sector := map[string]int{}
	for j, s := range w.Sectors {
		sector[s.Code] = j
	}
	econ := map[string]int{}
	// Two passes over flows: the economies, then the cells.
	codes := map[string]int{}
	note := func(code string) (at int) {
		if n, ok := codes[code]; ok {
			return n
		}
		defer func() { codes[code] = at }()
		e := economies([]string{code})[0]
		if n, ok := econ[e.ISO3]; ok {
			return n
		}
		econ[e.ISO3] = len(w.Economies)
		w.Economies = append(w.Economies, e)
		return len(w.Economies) - 1
	}
	type cell struct {
		i, n, j int
		v       float64
		line    int
	}
	readCells := func(path, value string) ([]cell, error) {
		t, err := readTableFrom(open, path, "exporter", "importer", "sector", value)
		if err != nil {
			return nil, err
		}
		var out []cell
		for {
			ok, err := t.next()
			if err != nil || !ok {
				return out, err
			}
			j, known := sector[t.str("sector")]
			if !known {
				return nil, fmt.Errorf("%s:%d: sector %q is not in %s", path, t.line, t.str("sector"), filepath.Base(tables["sectors"]))
			}
			if t.str("exporter") == "" || t.str("importer") == "" {
				return nil, fmt.Errorf("%s:%d: no code of the exporter or importer", path, t.line)
			}
			v, err := t.num(value)
			if err != nil {
				return nil, err
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s:%d: %s is not finite", path, t.line, value)
			}
			before := len(w.Economies)
			i, n := note(t.str("exporter")), note(t.str("importer"))
			if value == "rate" && len(w.Economies) > before {
				return nil, fmt.Errorf("%s:%d: economy %s is in %s and not in %s", path, t.line, w.Economies[before].ISO3, filepath.Base(path), filepath.Base(tables["flows"]))
			}
			out = append(out, cell{i, n, j, v, t.line})
		}
	}
	flows, err := readCells(tables["flows"], "value_musd")
	if err != nil {
		return nil, err
	}
	if len(w.Economies) < 2 {
		return nil, fmt.Errorf("%s: %d economies, a world needs 2", tables["flows"], len(w.Economies))
	}
	rates, err := readCells(tables["tariffs"], "rate")
	if errors.Is(err, os.ErrNotExist) {
		err = nil
		if !c.problem(AdjustedCell{Table: "tariff", Cell: "all"}, tables["tariffs"], "no such file", "all tariffs are set to 0") {
			return nil, &c.err
		}
	}
	if err != nil {
		return nil, err
	}
	N, J := len(w.Economies), len(w.Sectors)
	w.N, w.J = N, J
	w.Flow, w.Tariff = make([]float64, N*N*J), ones(N*N*J)
	seen := make([]bool, N*N*J)
	inFlows, inTariffs := filepath.Base(tables["flows"]), filepath.Base(tables["tariffs"])
	name := func(x cell) string {
		return w.Economies[x.i].ISO3 + " > " + w.Economies[x.n].ISO3 + " : " + w.Sectors[x.j].Code
	}
	for _, x := range flows {
		k := w.Cell(x.j, x.n, x.i)
		where := fmt.Sprintf("%s:%d: %s", inFlows, x.line, name(x))
		if seen[k] {
			c.problem(AdjustedCell{}, where, "given twice", "")
		}
		seen[k] = true
		if x.v < 0 {
			if c.problem(AdjustedCell{"flow", name(x), x.v, 0}, where, fmt.Sprintf("negative flow %g", x.v), "set to 0") {
				c.adj.AbsMUSD -= x.v
				x.v = 0
			}
		}
		w.Flow[k] = x.v
	}
	given := make([]bool, N*N*J)
	for _, x := range rates {
		k := w.Cell(x.j, x.n, x.i)
		where := fmt.Sprintf("%s:%d: %s", inTariffs, x.line, name(x))
		if given[k] {
			c.problem(AdjustedCell{}, where, "given twice", "")
		}
		given[k] = true
		if x.v < 0 || x.v > 30 {
			if c.problem(AdjustedCell{"tariff", name(x), x.v, 0}, where, fmt.Sprintf("rate %g (0.25 is 25 percent)", x.v), "set to 0") {
				x.v = 0
			}
		}
		w.Tariff[k] = 1 + x.v
	}
	if rates != nil {
		for k, v := range w.Flow {
			x := cell{i: k % N, n: k / N % N, j: k / N / N}
			if v > 0 && x.i != x.n && w.Sectors[x.j].Goods && !given[k] {
				c.problem(AdjustedCell{"tariff", name(x), math.NaN(), 0}, inTariffs+": "+name(x), fmt.Sprintf("no tariff for a flow of %g million USD", v), "set to 0")
			}
		}
	}
	if err := userInputs(open, tables, w, econ, sector, c); err != nil {
		return nil, err
	}
	c.checkTotals(w, inFlows)
	if c.err.Count > 0 {
		return nil, &c.err
	}
	w.Adjusted = c.adj
	w.Adjusted.OfMUSD = sum(w.Flow)
	return c.finish(w, filepath.Base(tables["io"]))
}

// userFile finds the table of that name in a folder.
func userFile(dir, name string) (string, error) {
	found := ""
	for _, ext := range []string{".csv", ".csv.gz", ".parquet"} {
		path := filepath.Join(dir, name+ext)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("%s and %s: which of the two?", found, filepath.Base(path))
		}
		found = path
	}
	if found == "" {
		found = filepath.Join(dir, name+".csv")
	}
	return found, nil
}

// finish derives the accounts; inputs that leave a negative final demand are
// refused or, in repair, fitted to what is bought (see useTable.fit).
func (c *checker) finish(w *World, file string) (*World, error) {
	for i := range w.Adjusted.Cells {
		if math.IsNaN(w.Adjusted.Cells[i].Was) {
			w.Adjusted.Cells[i].Was = 0 // absent; JSON has no NaN
		}
	}
	before := w.Adjusted.Changed
	if err := w.prepare(); err != nil {
		return nil, err
	}
	if w.Adjusted.Changed == before {
		return w, nil
	}
	over := map[int]bool{}
	for _, a := range w.Adjusted.Cells[before:] {
		c.problem(a, file+": "+a.Cell, fmt.Sprintf("inputs use %.6g million USD more than is bought: final demand would be negative", -a.Was), "input coefficients of the economy fitted to what it buys")
		iso, _, _ := strings.Cut(a.Cell, ":")
		n, err := w.Economy(iso)
		if err != nil {
			return nil, err
		}
		over[n] = true
	}
	if !c.repair {
		return nil, &c.err
	}
	w.Adjusted.Notes = c.adj.Notes
	w.Adjusted.Cells, w.Adjusted.Changed = w.Adjusted.Cells[:before], before
	for n := 0; n < w.N; n++ {
		if over[n] {
			if err := w.refit(n); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	w.Alpha = nil
	return w, w.prepare()
}

// refit fits the input coefficients of economy n to its purchases and outputs;
// where they left less than 2 percent for final demand, that is the guess.
func (w *World) refit(n int) error {
	N, J := w.N, w.J
	x, y := w.purchases(n), w.outputs(n)
	d := w.uses(n)
	for k := range x {
		used := dot1(d.io[k*J:k*J+J], y)
		d.final[k] = 0.02
		if x[k] > 0 {
			d.final[k] = math.Max(0.02, 1-used/x[k])
		}
	}
	t, _, _, err := d.fit(x, y, 0)
	if err != nil {
		return fmt.Errorf("inputs of %s cannot be repaired: %w", w.Economies[n].ISO3, err)
	}
	for c, v := range t.io {
		k, j := c/J, c%J
		v *= 1 - 1e-12 // rounding must not use more than is bought
		if math.Abs(v-d.io[c]) > 1e-12 {
			w.Adjusted.add(AdjustedCell{"io", w.Economies[n].ISO3 + " " + w.Sectors[k].Code + " > " + w.Sectors[j].Code, d.io[c], v})
			w.Adjusted.AbsMUSD += math.Abs(v-d.io[c]) * y[j]
		}
		w.IO[c*N+n] = v
	}
	for j := range y {
		w.VA[j*N+n] = 1
		for k := range x {
			w.VA[j*N+n] -= w.IO[(k*J+j)*N+n]
		}
	}
	return nil
}

func userSectors(open Opener, path string, w *World) error {
	t, err := readTableFrom(open, path, "sector", "goods", "theta")
	if err != nil {
		return err
	}
	_, scale := t.head["psi"]
	seen := map[string]bool{}
	for {
		ok, err := t.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		s := Sector{Code: t.str("sector"), Name: t.str("name"), Goods: t.str("goods") == "1" || strings.EqualFold(t.str("goods"), "true")}
		if s.Code == "" || seen[s.Code] {
			return fmt.Errorf("%s:%d: sector %q is empty or given twice", path, t.line, s.Code)
		}
		seen[s.Code] = true
		if s.Name == "" {
			s.Name = s.Code
		}
		th, err := t.num("theta")
		if err != nil {
			return err
		}
		if !(th > 0) || math.IsInf(th, 0) {
			return fmt.Errorf("%s:%d: elasticity %g of sector %s must be above 0", path, t.line, th, s.Code)
		}
		if scale {
			psi, err := t.num("psi")
			if err != nil {
				return err
			}
			if !(psi >= 0) || psi*th >= 1 {
				return fmt.Errorf("%s:%d: scale elasticity %g of sector %s must be at least 0 and below 1/theta, %.4g", path, t.line, psi, s.Code, 1/th)
			}
			w.Psi = append(w.Psi, psi)
		}
		w.Sectors = append(w.Sectors, s)
		w.Theta = append(w.Theta, th)
	}
	if len(w.Sectors) == 0 {
		return fmt.Errorf("%s: no sectors", path)
	}
	return nil
}

// userInputs reads the table io.
func userInputs(open Opener, tables map[string]string, w *World, econ, sector map[string]int, c *checker) error {
	N, J := w.N, w.J
	w.VA, w.IO = ones(N*J), make([]float64, N*J*J)
	path := tables["io"]
	file, flows := filepath.Base(path), filepath.Base(tables["flows"])
	t, err := readTableFrom(open, path, "economy", "input", "output", "coef")
	if errors.Is(err, os.ErrNotExist) {
		w.Notes = append(w.Notes, "the folder has no table io: solved without inputs, all output is value added")
		return nil
	}
	if err != nil {
		return err
	}
	has, seen := make([]bool, N), make([]bool, N*J*J)
	for {
		ok, err := t.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		e := economies([]string{t.str("economy")})[0]
		n, known := econ[e.ISO3]
		if !known {
			c.problem(AdjustedCell{Table: "io", Cell: e.ISO3}, fmt.Sprintf("%s:%d", file, t.line), "economy "+e.ISO3+" is in "+file+" and not in "+flows, "left out")
			continue
		}
		k, kok := sector[t.str("input")]
		j, jok := sector[t.str("output")]
		if !kok || !jok {
			return fmt.Errorf("%s:%d: sector %q or %q is not in %s", path, t.line, t.str("input"), t.str("output"), filepath.Base(tables["sectors"]))
		}
		v, err := t.num("coef")
		if err != nil {
			return err
		}
		has[n] = true
		cell := e.ISO3 + " " + w.Sectors[k].Code + " > " + w.Sectors[j].Code
		if at := (k*J+j)*N + n; seen[at] {
			c.problem(AdjustedCell{}, fmt.Sprintf("%s:%d: %s", file, t.line, cell), "given twice", "")
			continue
		} else {
			seen[at] = true
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s:%d: coef is not finite", path, t.line)
		}
		if v < 0 {
			if c.problem(AdjustedCell{"io", cell, v, 0}, fmt.Sprintf("%s:%d: %s", file, t.line, cell), fmt.Sprintf("input coefficient %g", v), "set to 0") {
				v = 0
			}
		}
		w.IO[(k*J+j)*N+n] = v
		w.VA[j*N+n] -= v
	}
	for n, ok := range has {
		if !ok {
			iso := w.Economies[n].ISO3
			c.problem(AdjustedCell{Table: "io", Cell: iso}, file+": "+iso, "economy is in "+flows+" and not in "+file, "no inputs: all its output is value added")
		}
		for j := 0; j < J; j++ {
			va := w.VA[j*N+n]
			if va >= 0 {
				continue
			}
			cell := w.Economies[n].ISO3 + " : " + w.Sectors[j].Code
			if c.problem(AdjustedCell{"io", cell, 1 - va, 0.99}, file+": "+cell, fmt.Sprintf("input shares add up to %.6g, over one", 1-va), "scaled to 0.99") {
				for k := 0; k < J; k++ {
					w.IO[(k*J+j)*N+n] *= 0.99 / (1 - va)
				}
				w.VA[j*N+n] = 0.01
			}
		}
	}
	return nil
}

// checkTotals names economies that sell or buy nothing.
func (c *checker) checkTotals(w *World, flows string) {
	for n := 0; n < w.N; n++ {
		buys, sells := 0.0, 0.0
		for j := 0; j < w.J; j++ {
			for i := 0; i < w.N; i++ {
				buys += w.Flow[w.Cell(j, n, i)]
				sells += w.Flow[w.Cell(j, i, n)]
			}
		}
		if buys == 0 || sells == 0 {
			c.problem(AdjustedCell{}, flows+": "+w.Economies[n].ISO3, fmt.Sprintf("buys %g and sells %g million USD: absent as importer or exporter", buys, sells), "")
		}
	}
}

// ReadTariffs reads new tariffs for w from a table with the columns
// exporter, importer, sector and either rate (the new ad valorem rate, 0.25 and
// 25% are 25 percent) or add (points on top of the base rate, 0.1 is ten
// points). A star stands for every exporter, importer or goods sector. Later
// lines win. It returns powers in cells for [Shock]. A nil open is [OpenCSV].
// Of a number above 3, 300 percent, that is not written with a percent sign
// doubt is told, unless it is nil.
func (w *World) ReadTariffs(path string, open Opener, doubt func(string)) ([]float64, error) {
	if open == nil {
		open = OpenCSV
	}
	t, err := readTableFrom(open, path, "exporter", "importer", "sector")
	if err != nil {
		return nil, err
	}
	_, hasRate := t.head["rate"]
	_, hasAdd := t.head["add"]
	if hasRate == hasAdd {
		return nil, fmt.Errorf("%s: want one of the columns rate and add", path)
	}
	out := append([]float64(nil), w.Tariff...)
	pick := func(code string, find func(string) (int, error), n int, ok func(int) bool) ([]int, error) {
		if code != "*" {
			k, err := find(code)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, t.line, err)
			}
			return []int{k}, nil
		}
		var all []int
		for k := 0; k < n; k++ {
			if ok(k) {
				all = append(all, k)
			}
		}
		return all, nil
	}
	any := func(int) bool { return true }
	for {
		ok, err := t.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return out, nil
		}
		is, err := pick(t.str("exporter"), w.Economy, w.N, any)
		if err != nil {
			return nil, err
		}
		ns, err := pick(t.str("importer"), w.Economy, w.N, any)
		if err != nil {
			return nil, err
		}
		js, err := pick(t.str("sector"), w.Sector, w.J, func(j int) bool { return w.Sectors[j].Goods })
		if err != nil {
			return nil, err
		}
		col := "rate"
		if hasAdd {
			col = "add"
		}
		v, err := t.share(col)
		if err != nil {
			return nil, err
		}
		if v > 3 && doubt != nil && !strings.HasSuffix(t.str(col), "%") {
			doubt(fmt.Sprintf("%s:%d: %s %g is %g percent; write %g%% if that is meant, %g if %g percent is", path, t.line, col, v, 100*v, 100*v, v/100, v))
		}
		for _, j := range js {
			for _, n := range ns {
				for _, i := range is {
					if i == n {
						continue
					}
					c := w.Cell(j, n, i)
					p := 1 + v
					if hasAdd {
						p = w.Tariff[c] + v
					}
					if !(p > 0) {
						return nil, fmt.Errorf("%s:%d: %s %s makes the tariff of %s %.6g percent: a tariff is above -100 percent", path, t.line, col, t.str(col), w.cellName(c), 100*(p-1))
					}
					out[c] = p
				}
			}
		}
	}
}
