package model

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"kanzei"
)

// A source builds a World from a folder of research files.
type source struct {
	folder string
	about  string
	load   func(dir string) (*World, error)
}

// sources by the name of their world. Each folder is below the root given to
// LoadDir.
var sources = map[string]source{
	"icio2022-source": {"icio_81x28", "81 x 28, 2022, input coefficients estimated, as published with tariffs on services", loadICIO(2022)},
	"icio2019":        {"icio_81x28", "81 x 28, 2019, input coefficients estimated, tariffs on services as in the source", loadICIO(2019)},
	"icio2022-hybrid": {"icio_81x28", "81 x 28, 2022, input coefficients of ../hybrid_icio2022_io, capped", loadICIOHybrid},
	"cp1993":          {"cp1993_31x40", "31 x 40, 1993, Caliendo and Parro (2015)", loadCP1993},
	"wiod2014":        {"wiod2014_44x50_cp", "44 x 50, 2014, Felbermayr, Groeschl and Heiland (2022)", loadWIOD2014},
	"wiod2014-16":     {"wiod_44x16", "44 x 16, 2014, without input-output links", loadWIOD16},
	"wiot2008":        {"wiot2013rel_41x35", "41 x 35, 2008, WIOD 2013 release, no tariffs", loadWIOT(2008)},
	"wiot2011":        {"wiot2013rel_41x35", "41 x 35, 2011, WIOD 2013 release, no tariffs", loadWIOT(2011)},
	"icio2017":        {"icio2017_7x44_io", "7 x 44, 2017, econ7115", loadICIO2017},
}

// SourceNames lists the worlds that LoadDir can build, sorted.
func SourceNames() []string {
	var out []string
	for n := range sources {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// SourceAbout says in a few words what a world of [SourceNames] is.
func SourceAbout(name string) string { return sources[name].about }

// LoadDir builds the world of that name from the research files below root,
// such as ../shared/sources/model.
func LoadDir(root, name string) (*World, error) {
	s, ok := sources[name]
	if !ok {
		return nil, fmt.Errorf("no source for world %q (has %s)", name, strings.Join(SourceNames(), ", "))
	}
	dir := filepath.Join(root, s.folder)
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("world %s needs %s: %w", name, dir, err)
	}
	w, err := s.load(dir)
	if err != nil {
		return nil, fmt.Errorf("world %s: %w", name, err)
	}
	w.Name = name
	return w, nil
}

// economies makes Economy values from alpha-3 codes; ROW is XW.
func economies(iso3 []string) []Economy {
	out := make([]Economy, len(iso3))
	for n, c := range iso3 {
		c = strings.ToUpper(strings.TrimSpace(c))
		e := Economy{ISO3: c, Name: c}
		switch c {
		case "ROW":
			e.ISO2, e.Name = "XW", "Rest of the world"
		case "EU":
			e.ISO2, e.Name = "EU", "European Union"
		case "ROM":
			e.ISO3, c = "ROU", "ROU"
		}
		if e.ISO2 == "" {
			if o, err := kanzei.ParseOrigin(c); err == nil {
				e.ISO2, e.Name = o.String(), o.Name()
				if iso3 := o.ISO3(); iso3 != "" {
					e.ISO3 = iso3
				}
			}
		}
		out[n] = e
	}
	return out
}

func index(names []string) map[string]int {
	m := make(map[string]int, len(names))
	for i, n := range names {
		m[n] = i
	}
	return m
}

// goodsByCode says that ISIC sections A, B and C are goods.
func goodsByCode(code string) bool { return code != "" && strings.ContainsAny(code[:1], "ABC") }

// ones fills a slice with 1.
func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// longFlows reads exporter, importer, sector, value, tariff into cells.
func longFlows(path string, econ map[string]int, w *World, value, tariff string) error {
	N := len(w.Economies)
	w.N, w.J = N, len(w.Sectors)
	w.Flow, w.Tariff = make([]float64, N*N*w.J), ones(N*N*w.J)
	t, err := readTable(path, "exporter", "importer", "sector", value, tariff)
	if err != nil {
		return err
	}
	for {
		ok, err := t.next()
		if err != nil || !ok {
			return err
		}
		i, iok := econ[t.str("exporter")]
		n, nok := econ[t.str("importer")]
		j, err := strconv.Atoi(t.str("sector"))
		if !iok || !nok || err != nil || j < 1 || j > w.J {
			return fmt.Errorf("%s:%d: unknown economy or sector %s > %s : %s", path, t.line, t.str("exporter"), t.str("importer"), t.str("sector"))
		}
		v, err := t.num(value)
		if err != nil {
			return err
		}
		d, err := t.num(tariff)
		if err != nil {
			return err
		}
		c := w.Cell(j-1, n, i)
		w.Flow[c], w.Tariff[c] = v, 1+d
	}
}

// elasticitySets reads the columns eps_NAME of a sectors file.
func elasticitySets(path string, w *World) error {
	t, err := readTable(path, "id", "sector")
	if err != nil {
		return err
	}
	w.Sets = map[string][]float64{}
	for {
		ok, err := t.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		name := t.str("sector")
		w.Sectors = append(w.Sectors, Sector{Code: name, Name: name, Goods: goodsByCode(name)})
		for col := range t.head {
			if set, ok := strings.CutPrefix(col, "eps_"); ok {
				v, err := t.num(col)
				if err != nil {
					return err
				}
				w.Sets[set] = append(w.Sets[set], v)
			}
		}
	}
	w.J = len(w.Sectors)
	return nil
}

// useMedian sets Theta to the median of the sets and adds it as a set.
func (w *World) useMedian() error {
	w.J = len(w.Sectors)
	sp, err := w.Spread()
	if err != nil {
		return err
	}
	w.Theta = sp.Median
	w.Sets[MedianSet] = sp.Median
	return nil
}
