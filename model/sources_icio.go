package model

import (
	"fmt"
	"path/filepath"
	"strconv"
)

// icioSectorNames are the 28 sectors of icio_81x28 in words.
var icioSectorNames = map[string]string{
	"A01": "Crops and animals", "A02": "Forestry", "A03": "Fishing and aquaculture",
	"B05": "Coal", "B06": "Oil and gas", "B07": "Metal ores", "B08": "Other mining", "B09": "Mining support",
	"C10T12": "Food, beverages, tobacco", "C13T15": "Textiles, apparel, leather", "C16": "Wood",
	"C17_18": "Paper and printing", "C19": "Coke and refined petroleum", "C20": "Chemicals",
	"C21": "Pharmaceuticals", "C22": "Rubber and plastics", "C23": "Other non-metallic minerals",
	"C24A": "Iron and steel", "C24B": "Non-ferrous metals", "C25": "Fabricated metal products",
	"C26": "Computers, electronics, optics", "C27": "Electrical equipment", "C28": "Machinery",
	"C29": "Motor vehicles", "C301": "Ships", "C302T309": "Other transport equipment", "C31T33": "Furniture and other manufacturing",
}

// icioFlows reads flows, tariffs and elasticities of the 81 x 28 world of a
// year. Flows are buyer's values: output is their sum net of duty.
func icioFlows(dir string, year int) (w *World, econ map[string]int, err error) {
	w = &World{Year: year}
	codes, err := lines(filepath.Join(dir, "countries.csv"))
	if err != nil {
		return nil, nil, err
	}
	w.Economies = economies(codes)
	if err := elasticitySets(filepath.Join(dir, "sectors_elasticities.csv"), w); err != nil {
		return nil, nil, err
	}
	for j := range w.Sectors {
		if name, ok := icioSectorNames[w.Sectors[j].Code]; ok {
			w.Sectors[j].Name = name
		} else {
			w.Sectors[j] = Sector{Code: "SRV", Name: "Services"}
		}
	}
	econ = index(codes)
	if err := longFlows(filepath.Join(dir, fmt.Sprintf("icio%d_flows_tariffs.csv.gz", year)), econ, w, "value_musd", "tariff"); err != nil {
		return nil, nil, err
	}
	return w, econ, w.useMedian()
}

const icioSource = "OECD Inter-Country Input-Output tables, year %d; tariffs: Teti, Global Tariff Database; "

// loadICIOHybrid is the 81 x 28 world of 2022 with the coefficients of
// hybrid_icio2022_io: those of WIOD 2014, of its rest of the world where it has
// no economy, with rows capped so that final demand is at least 2 percent of
// purchases.
func loadICIOHybrid(dir string) (*World, error) {
	w, econ, err := icioFlows(dir, 2022)
	if err != nil {
		return nil, err
	}
	w.Source = fmt.Sprintf(icioSource, 2022) + "technical coefficients: WIOD 2016 release, year 2014 (CC BY 4.0), capped"
	if err := readCoefficients(filepath.Join(dir, "..", "hybrid_icio2022_io", "io_coeff_A_nkj.csv.gz"), econ, w); err != nil {
		return nil, err
	}
	return w, w.prepare()
}

// loadICIO is the 81 x 28 world of a year with coefficients estimated from the
// tables in hand (see estimateInputs), tariffs as in the source.
func loadICIO(year int) func(dir string) (*World, error) {
	return func(dir string) (*World, error) {
		w, _, err := icioFlows(dir, year)
		if err != nil {
			return nil, err
		}
		w.Source = fmt.Sprintf(icioSource, year) + "input coefficients estimated from WIOD 2016 release, year 2014 (CC BY 4.0), and OECD ICIO 2021 edition, year 2017, fitted to the flows"
		w.VA, w.IO = ones(w.N*w.J), make([]float64, w.N*w.J*w.J)
		// No duty is levied on services: coefficients fit that.
		free := w.clone()
		free.Tariff = w.withoutServices()
		if err := free.prepare(); err != nil {
			return nil, err
		}
		if w.Inputs, err = free.estimateInputs(filepath.Dir(dir)); err != nil {
			return nil, err
		}
		w.IO, w.VA, w.Adjusted = free.IO, free.VA, free.Adjusted
		return w, w.prepare()
	}
}

// withoutServices are the tariffs without those on services.
func (w *World) withoutServices() []float64 {
	t := append([]float64(nil), w.Tariff...)
	for j, s := range w.Sectors {
		for c := w.Cell(j, 0, 0); c < w.Cell(j+1, 0, 0) && !s.Goods; c++ {
			t[c] = 1
		}
	}
	return t
}

// readCoefficients reads country, input_sector, output_sector, coef and sets
// VA to what the inputs leave.
func readCoefficients(path string, econ map[string]int, w *World) error {
	N, J := w.N, w.J
	w.IO, w.VA = make([]float64, N*J*J), ones(N*J)
	t, err := readTable(path, "country", "input_sector", "output_sector", "coef")
	if err != nil {
		return err
	}
	for {
		ok, err := t.next()
		if err != nil || !ok {
			return err
		}
		n, nok := econ[t.str("country")]
		k, kerr := strconv.Atoi(t.str("input_sector"))
		j, jerr := strconv.Atoi(t.str("output_sector"))
		if !nok || kerr != nil || jerr != nil || k < 1 || k > J || j < 1 || j > J {
			return fmt.Errorf("%s:%d: unknown economy or sector", path, t.line)
		}
		v, err := t.num("coef")
		if err != nil {
			return err
		}
		w.IO[((k-1)*J+j-1)*N+n] = v
		w.VA[(j-1)*N+n] -= v
	}
}

// loadWIOD16 reads the 44 x 16 world of 2014 without input-output links.
func loadWIOD16(dir string) (*World, error) {
	w := &World{Year: 2014, Source: "WIOD 2016 release, year 2014 (CC BY 4.0); tariffs: Teti, Global Tariff Database"}
	codes, err := lines(filepath.Join(dir, "countries.csv"))
	if err != nil {
		return nil, err
	}
	w.Economies = economies(codes)
	if err := elasticitySets(filepath.Join(dir, "sectors_elasticities.csv"), w); err != nil {
		return nil, err
	}
	for j := range w.Sectors {
		w.Sectors[j].Code = fmt.Sprintf("S%02d", j+1)
		w.Sectors[j].Goods = j < len(w.Sectors)-1
	}
	if err := longFlows(filepath.Join(dir, "wiod2014_flows_tariffs.csv.gz"), index(codes), w, "value_musd", "tariff"); err != nil {
		return nil, err
	}
	if err := w.useMedian(); err != nil {
		return nil, err
	}
	w.VA, w.IO = ones(w.N*w.J), make([]float64, w.N*w.J*w.J)
	return w, w.prepare()
}

// loadICIO2017 reads the 7 x 44 world of 2017. It gives theta and psi; psi is
// kept in Sets as "psi" and not switched on.
func loadICIO2017(dir string) (*World, error) {
	w := &World{Year: 2017, Source: "OECD ICIO 2021 edition, year 2017, aggregated by econ7115 (WangZi-HKBU)"}
	codes := []string{"BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA"}
	w.Economies = economies(codes)
	econ := index(codes)
	w.N, w.J = 7, 44
	N, J := w.N, w.J
	for j := 0; j < J; j++ {
		code := fmt.Sprintf("S%02d", j+1)
		w.Sectors = append(w.Sectors, Sector{Code: code, Name: code, Goods: j < 22})
	}
	w.Flow, w.Tariff = make([]float64, N*N*J), ones(N*N*J)
	w.VA, w.IO = make([]float64, N*J), make([]float64, N*J*J)
	w.Sets = map[string][]float64{"econ7115": make([]float64, J), "psi": make([]float64, J)}
	// each reads a file row by row; at maps its keys to a place in out.
	each := func(file, value string, out []float64, at func(t *table) (int, error)) error {
		t, err := readTable(filepath.Join(dir, file), value)
		if err != nil {
			return err
		}
		for {
			ok, err := t.next()
			if err != nil || !ok {
				return err
			}
			c, err := at(t)
			if err != nil {
				return err
			}
			v, err := t.num(value)
			if err != nil {
				return err
			}
			out[c] = v
		}
	}
	key := func(t *table, col string) (int, error) {
		if n, ok := econ[t.str(col)]; ok {
			return n, nil
		}
		j, err := strconv.Atoi(t.str(col))
		if err != nil || j < 1 || j > J {
			return 0, fmt.Errorf("%s:%d: unknown %s %q", t.path, t.line, col, t.str(col))
		}
		return j - 1, nil
	}
	three := func(a, b, c string, place func(x, y, z int) int) func(*table) (int, error) {
		return func(t *table) (int, error) {
			x, err := key(t, a)
			if err != nil {
				return 0, err
			}
			y, err := key(t, b)
			if err != nil {
				return 0, err
			}
			z, err := key(t, c)
			return place(x, y, z), err
		}
	}
	cell := func(i, n, j int) int { return w.Cell(j, n, i) }
	if err := each("TradeFlow2017.csv", "tradevalue", w.Flow, three("iso_o", "iso_d", "indcode", cell)); err != nil {
		return nil, err
	}
	rate := make([]float64, N*N*J)
	if err := each("tariff_prewar2017.csv", "AHS_simple", rate, three("iso_o", "iso_d", "indcode", cell)); err != nil {
		return nil, err
	}
	for c, t := range rate {
		w.Tariff[c] = 1 + t
	}
	if err := each("IOshare.csv", "valueshare", w.IO, three("iso_o", "input_ind", "output_ind", func(n, k, j int) int { return (k*J+j)*N + n })); err != nil {
		return nil, err
	}
	if err := each("vashare.csv", "vashare", w.VA, three("iso_o", "indcode", "indcode", func(n, j, _ int) int { return j*N + n })); err != nil {
		return nil, err
	}
	for set, col := range map[string]string{"econ7115": "\\theta", "psi": "\\psi"} {
		if err := each("cal_elasticities.csv", col, w.Sets[set], three("industry", "industry", "industry", func(j, _, _ int) int { return j })); err != nil {
			return nil, err
		}
	}
	w.Theta = w.Sets["econ7115"]
	if err := w.normaliseInputs(); err != nil {
		return nil, err
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	return w.Closed()
}

// normaliseInputs scales the inputs of each output to what value added leaves.
func (w *World) normaliseInputs() error {
	N, J := len(w.Economies), len(w.Sectors)
	for n := 0; n < N; n++ {
		for j := 0; j < J; j++ {
			total := 0.0
			for k := 0; k < J; k++ {
				total += w.IO[(k*J+j)*N+n]
			}
			rest := 1 - w.VA[j*N+n]
			if total == 0 {
				w.VA[j*N+n] = 1
				continue
			}
			for k := 0; k < J; k++ {
				w.IO[(k*J+j)*N+n] *= rest / total
			}
		}
	}
	return nil
}
