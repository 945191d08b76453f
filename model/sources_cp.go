package model

import (
	"path/filepath"
)

// cpCountries and cpSectors are in the order of the replication files.
var cpCountries = []Economy{
	{"AR", "ARG", "Argentina"}, {"AU", "AUS", "Australia"}, {"AT", "AUT", "Austria"}, {"BR", "BRA", "Brazil"},
	{"CA", "CAN", "Canada"}, {"CL", "CHL", "Chile"}, {"CN", "CHN", "China"}, {"DK", "DNK", "Denmark"},
	{"FI", "FIN", "Finland"}, {"FR", "FRA", "France"}, {"DE", "DEU", "Germany"}, {"GR", "GRC", "Greece"},
	{"HU", "HUN", "Hungary"}, {"IN", "IND", "India"}, {"ID", "IDN", "Indonesia"}, {"IE", "IRL", "Ireland"},
	{"IT", "ITA", "Italy"}, {"JP", "JPN", "Japan"}, {"KR", "KOR", "Korea"}, {"MX", "MEX", "Mexico"},
	{"NL", "NLD", "Netherlands"}, {"NZ", "NZL", "New Zealand"}, {"NO", "NOR", "Norway"}, {"PT", "PRT", "Portugal"},
	{"ZA", "ZAF", "South Africa"}, {"ES", "ESP", "Spain"}, {"SE", "SWE", "Sweden"}, {"TR", "TUR", "Turkey"},
	{"GB", "GBR", "UK"}, {"US", "USA", "USA"}, {"XW", "ROW", "Row"},
}

var cpSectors = []string{
	"Agriculture", "Mining", "Food", "Textile", "Wood", "Paper", "Petroleum", "Chemicals", "Plastic", "Minerals",
	"Basic metals", "Metal products", "Machinery n.e.c.", "Office", "Electrical", "Communication", "Medical", "Auto",
	"Other transport", "Other", "Electricity", "Construction", "Retail", "Hotels", "Land transport", "Water transport",
	"Air transport", "Aux transport", "Post", "Finance", "Real estate", "Renting machinery", "Computer", "R&D",
	"Other business", "Public", "Education", "Health", "Other services", "Private",
}

// loadCP1993 builds the world of Caliendo and Parro (2015) from their files:
// xbilat1993 in thousand USD net of duty, importers down and exporters
// across; domestic sales are output, raised to exports where that is lower,
// less exports; negative final demand goes to zero and the base is re-solved.
// Their tables then start from Balanced.
func loadCP1993(dir string) (*World, error) {
	const N, J, traded = 31, 40, 20
	w := &World{Year: 1993, N: N, J: J, Economies: cpCountries,
		Source: "Caliendo and Parro (2015), Review of Economic Studies 82, replication data"}
	for j, name := range cpSectors {
		w.Sectors = append(w.Sectors, Sector{Code: name, Name: name, Goods: j < traded})
	}
	var firstErr error
	read := func(file string, rows, cols int) []float64 {
		x, err := matrix(filepath.Join(dir, file), rows, cols)
		if err != nil && firstErr == nil {
			firstErr = err
		}
		return x
	}
	x, tau := read("xbilat1993.txt", traded*N, N), read("tariffs1993.txt", traded*N, N)
	g, b, out, th := read("IO.txt", N*J, J), read("B.txt", J, N), read("GO.txt", J, N), read("T.txt", traded, 1)
	if firstErr != nil {
		return nil, firstErr
	}
	w.Flow, w.Tariff = make([]float64, N*N*J), ones(N*N*J)
	for j := 0; j < J; j++ {
		exports := make([]float64, N)
		for n := 0; n < N && j < traded; n++ {
			for i := 0; i < N; i++ {
				c := w.Cell(j, n, i) // the files have the same layout
				v := x[c] / 1000     // thousand USD to million
				w.Tariff[c] = 1 + tau[c]/100
				w.Flow[c] = v * w.Tariff[c]
				exports[i] += v
			}
		}
		for n := 0; n < N; n++ {
			home := out[j*N+n]/1e6 - exports[n]
			if home < 0 {
				home = 0
			}
			w.Flow[w.Cell(j, n, n)] = home
		}
	}
	w.VA, w.IO, w.Theta = b, make([]float64, N*J*J), make([]float64, J)
	for n := 0; n < N; n++ {
		for k := 0; k < J; k++ {
			for j := 0; j < J; j++ {
				w.IO[(k*J+j)*N+n] = g[(n*J+k)*J+j] * (1 - b[j*N+n])
			}
		}
	}
	for j := range w.Theta {
		w.Theta[j] = 8.22
		if j < traded {
			w.Theta[j] = th[j]
		}
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	return w.Closed()
}

// CPTariffs2005 reads the tariff powers of 2005 for the cp1993 world, cells.
func CPTariffs2005(root string) ([]float64, error) {
	const N, J, traded = 31, 40, 20
	x, err := matrix(filepath.Join(root, sources["cp1993"].folder, "tariffs2005.txt"), traded*N, N)
	if err != nil {
		return nil, err
	}
	t := ones(N * N * J)
	for c, v := range x {
		t[c] = 1 + v/100
	}
	return t, nil
}

// loadWIOD2014 builds the 44 x 50 world of Felbermayr, Groeschl and Heiland
// (2022): shares, input coefficients and tariffs of 2014. Inventories keep its
// accounts from closing, so the base is re-solved.
func loadWIOD2014(dir string) (*World, error) {
	const N, J = 44, 50
	w := &World{Year: 2014, N: N, J: J,
		Source: "WIOD 2016 release, year 2014 (CC BY 4.0); tariffs WITS/TRAINS; compiled by Felbermayr, Groeschl and Heiland (2022)"}
	codes, err := column(dir, "countries.csv", "iso")
	if err != nil {
		return nil, err
	}
	w.Economies = economies(codes)
	isic, err := column(dir, "sectors.csv", "Isic4")
	if err != nil {
		return nil, err
	}
	names, err := column(dir, "sectors.csv", "sectorname")
	if err != nil {
		return nil, err
	}
	for j := range isic {
		w.Sectors = append(w.Sectors, Sector{Code: isic[j], Name: names[j], Goods: goodsByCode(isic[j])})
	}
	var firstErr error
	read := func(file string, rows, cols int) []float64 {
		x, err := matrix(filepath.Join(dir, file), rows, cols)
		if err != nil && firstErr == nil {
			firstErr = err
		}
		return x
	}
	din, x0 := read("Din2014.txt.gz", J*N, N), read("X0.txt.gz", J, N)
	g, b, tau := read("G.txt.gz", N*J, J), read("B.txt.gz", J, N), read("tariffs2014.txt.gz", J*N, N)
	alpha, va, sn := read("alphas.txt.gz", J, N), read("VA_n.txt.gz", N, 1), read("S_n.txt.gz", N, 1)
	if firstErr != nil {
		return nil, firstErr
	}
	w.Flow, w.Tariff = make([]float64, N*N*J), tau
	for c := range w.Flow {
		w.Flow[c] = din[c] * x0[c/N]
	}
	w.VA, w.IO, w.Alpha = b, make([]float64, N*J*J), alpha
	w.valueAdded, w.gap = va, make([]float64, N)
	off := sum(sn) / sum(va) // net exports sum to zero but for rounding
	for n := range w.gap {
		w.gap[n] = off*va[n] - sn[n]
	}
	for n := 0; n < N; n++ {
		for k := 0; k < J; k++ {
			for j := 0; j < J; j++ {
				w.IO[(k*J+j)*N+n] = g[(n*J+k)*J+j] * (1 - b[j*N+n])
			}
		}
	}
	if err := w.borrowSets(filepath.Join(dir, "..", "icio_81x28", "sectors_elasticities.csv")); err != nil {
		return nil, err
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	return w.Closed()
}

// isicToICIO maps ISIC 4 codes of the 44 x 50 world that are not sectors of
// icio_81x28 to the one whose elasticities they take; what is in neither is a
// service.
var isicToICIO = map[string]string{
	"B": "B06", "C10-C12": "C10T12", "C13-C15": "C13T15", "C17": "C17_18", "C18": "C17_18", "C24": "C24A",
	"C28,C33": "C28", "C30": "C302T309", "C31_C32": "C31T33",
}

// borrowSets takes the elasticity sets of icio_81x28 by ISIC division, since
// the folder of this world has none, and uses their median.
func (w *World) borrowSets(path string) error {
	var from World
	if err := elasticitySets(path, &from); err != nil {
		return err
	}
	row := map[string]int{}
	for j, s := range from.Sectors {
		row[s.Code] = j
	}
	w.Sets = map[string][]float64{}
	for _, s := range w.Sectors {
		code := s.Code
		if c, ok := isicToICIO[code]; ok {
			code = c
		}
		j, ok := row[code]
		if !ok {
			j = len(from.Sectors) - 1 // services
		}
		for name, set := range from.Sets {
			w.Sets[name] = append(w.Sets[name], set[j])
		}
	}
	return w.useMedian()
}
