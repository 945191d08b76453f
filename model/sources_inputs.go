package model

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// The input coefficients of the 81 x 28 world of 2022 are estimated: its
// source has no input-output table. An economy's donor is
//
//   - its own table of 2017 (7 x 44, OECD ICIO), for five economies;
//   - its own table of 2014 (44 x 50, WIOD), for the other 38 there;
//   - else the mean of the rest of the world in WIOD and of the eight own
//     tables whose economies buy and make the most similar mix of sectors.
//
// useTable.fit adapts the donor to the purchases and outputs of 2022. Where the
// donor is not the economy's own, value added is pulled to published GDP, by
// weights that the economies with own tables show: see InputReport.

// nearestDonors is how many similar economies lend their tables. Left out one
// by one, the economies of WIOD 2014 are matched best by 8 to 12.
const nearestDonors = 8

// An InputFit says how the input coefficients of one economy came about.
type InputFit struct {
	ISO3   string `json:"iso3"`
	Donors string `json:"donors"` // such as "own table, 2014"
	// Moved is the sum of |new - donor| over the sum of new coefficients,
	// weighted by output.
	Moved float64 `json:"moved"`
	// ValueAdded is that of the fit, Donor of the donor's shares on the same
	// outputs, and Unpulled of the fit without GDP, million USD.
	ValueAdded float64 `json:"value_added_musd"`
	Unpulled   float64 `json:"value_added_unpulled_musd"`
	Donor      float64 `json:"value_added_donor_musd"`
	GDP2023    float64 `json:"gdp_2023_musd"` // World Bank, current USD; 0: not held
	Steps      int     `json:"steps"`
	Residual   float64 `json:"residual"`
}

// An InputReport says how the input coefficients of a world were estimated.
type InputReport struct {
	Fits []InputFit `json:"fits"`
	// RatioGDP is value added over GDP of 2023 in economies with own tables
	// (geometric mean), SDGDP its standard deviation in logs.
	RatioGDP float64 `json:"value_added_over_gdp"`
	SDGDP    float64 `json:"sd_gdp"`
	// Bias and SDDonors are mean and standard deviation of ln value added by
	// borrowed tables less that by the own table, in economies that have one.
	Bias     float64 `json:"bias_donors"`
	SDDonors float64 `json:"sd_donors"`
	// WeightGDP is the weight of GDP where tables are borrowed.
	WeightGDP float64 `json:"weight_gdp"`
}

// wiodOf is the sector of the 44 x 50 world of each sector of icio_81x28 that
// has another code there.
var wiodOf = map[string]string{
	"B05": "B", "B06": "B", "B07": "B", "B08": "B", "B09": "B", "C10T12": "C10-C12", "C13T15": "C13-C15", "C17_18": "C17",
	"C24A": "C24", "C24B": "C24", "C28": "C28,C33", "C301": "C30", "C302T309": "C30", "C31T33": "C31_C32", "SRV": "D35",
}

// icio17Of is the sector of the 7 x 44 world of each sector of icio_81x28,
// from 0; the 22 goods are those of OECD ICIO 2021.
var icio17Of = map[string]int{
	"A01": 0, "A02": 0, "A03": 1, "B05": 2, "B06": 2, "B07": 3, "B08": 3, "B09": 4, "C10T12": 5, "C13T15": 6, "C16": 7, "C17_18": 8,
	"C19": 9, "C20": 10, "C21": 11, "C22": 12, "C23": 13, "C24A": 14, "C24B": 14, "C25": 15, "C26": 16, "C27": 17, "C28": 18, "C29": 19,
	"C301": 20, "C302T309": 20, "C31T33": 21, "SRV": 22,
}

// members2022 are the members of the European Union, whose mining inputs are
// split as those of the union in the 7 x 44 world.
const members2022 = "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE"

// donorWorld loads a world and merges its services.
func donorWorld(load func(dir string) (*World, error), dir string, target []Sector, at func(w *World, code string) (int, error)) (inputDonor, error) {
	w, err := load(dir)
	if err != nil {
		return inputDonor{}, err
	}
	sector, sectors := make([]int, w.J), []Sector{}
	for j, s := range w.Sectors {
		if s.Goods && s.Code != "C18" {
			sectors = append(sectors, s)
		}
		sector[j] = len(sectors) - 1
	}
	for j, s := range w.Sectors {
		if !s.Goods {
			sector[j] = len(sectors)
		}
	}
	d := inputDonor{}
	if d.w, err = w.Aggregate(w.Economies, seq(w.N), append(sectors, Sector{"SRV", "Services", false}), sector); err != nil {
		return d, err
	}
	for _, s := range target {
		j, err := at(w, s.Code)
		if err != nil {
			return d, err
		}
		d.parent = append(d.parent, sector[j])
	}
	return d, nil
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// An inputEstimator finds donors for the economies of w.
type inputEstimator struct {
	w          *World
	wiod, icio inputDonor
	own        []int // economies with a table of their own
	hasOwn     []bool
}

// estimateInputs replaces the coefficients of w, whose services pay no duty.
func (w *World) estimateInputs(root string) (*InputReport, error) {
	e := &inputEstimator{w: w, hasOwn: make([]bool, w.N)}
	var err error
	if e.wiod, err = donorWorld(loadWIOD2014, filepath.Join(root, "wiod2014_44x50_cp"), w.Sectors, func(d *World, code string) (int, error) {
		if c, ok := wiodOf[code]; ok {
			code = c
		}
		return d.Sector(code)
	}); err != nil {
		return nil, err
	}
	if e.icio, err = donorWorld(loadICIO2017, filepath.Join(root, "icio2017_7x44_io"), w.Sectors, func(_ *World, code string) (int, error) { return icio17Of[code], nil }); err != nil {
		return nil, err
	}
	for n, x := range w.Economies {
		if _, err := e.wiod.w.Economy(x.ISO3); err == nil && x.ISO3 != "ROW" {
			e.own, e.hasOwn[n] = append(e.own, n), true
		}
	}
	gdp, err := publishedGDP(root, w)
	if err != nil {
		return nil, err
	}
	rep := &InputReport{}
	fits := make([]useTable, w.N)
	donors := make([]useTable, w.N)
	add := func(n int, donor useTable, names string, va float64) error {
		t, steps, res, err := donor.fit(w.purchases(n), w.outputs(n), va)
		if err != nil {
			return fmt.Errorf("inputs of %s: %w", w.Economies[n].ISO3, err)
		}
		fits[n], donors[n] = t, donor
		y := w.outputs(n)
		moved, all := 0.0, 0.0
		for c, v := range t.io {
			j := c % w.J
			moved += math.Abs(v-donor.io[c]) * y[j]
			all += v * y[j]
		}
		was := 0.0
		if len(rep.Fits) > n {
			was = rep.Fits[n].Unpulled
		}
		f := InputFit{ISO3: w.Economies[n].ISO3, Donors: names, Moved: moved / all, ValueAdded: dot1(t.va, y), Donor: dot1(donor.va, y), GDP2023: gdp[n], Steps: steps, Residual: res}
		f.Unpulled = f.ValueAdded
		if va > 0 {
			f.Unpulled = was
			rep.Fits[n] = f
			return nil
		}
		rep.Fits = append(rep.Fits, f)
		return nil
	}
	var gap, off []float64 // ln of value added over GDP, and of borrowed over own
	for n := range w.Economies {
		donor, names := e.donor(n)
		if err := add(n, donor, names, 0); err != nil {
			return nil, err
		}
		if !e.hasOwn[n] {
			continue
		}
		va := rep.Fits[n].ValueAdded
		if gdp[n] > 0 {
			gap = append(gap, math.Log(va/gdp[n]))
		}
		donor, _ = e.borrowed(n)
		t, _, _, err := donor.fit(w.purchases(n), w.outputs(n), 0)
		if err != nil {
			return nil, err
		}
		off = append(off, math.Log(dot1(t.va, w.outputs(n))/va))
	}
	ratio, sd := moments(gap)
	rep.RatioGDP, rep.SDGDP = math.Exp(ratio), sd
	rep.Bias, rep.SDDonors = moments(off)
	a, b := rep.SDDonors*rep.SDDonors, sd*sd
	rep.WeightGDP = a / (a + b)
	for n := range w.Economies {
		if e.hasOwn[n] || gdp[n] == 0 {
			continue
		}
		byDonors := math.Log(rep.Fits[n].ValueAdded) - rep.Bias
		byGDP := math.Log(gdp[n]) + ratio
		if err := add(n, donors[n], rep.Fits[n].Donors, math.Exp(rep.WeightGDP*byGDP+(1-rep.WeightGDP)*byDonors)); err != nil {
			return nil, err
		}
	}
	w.setInputs(fits, donors)
	return rep, nil
}

// setInputs takes the coefficients of fits and records how they differ from
// those of the donors, in values of inputs.
func (w *World) setInputs(fits, donors []useTable) {
	N, J := w.N, w.J
	w.IO, w.VA = make([]float64, N*J*J), ones(N*J)
	a := &w.Adjusted
	for n, t := range fits {
		y := w.outputs(n)
		for k := 0; k < J; k++ {
			for j := 0; j < J; j++ {
				c := k*J + j
				v := float64(float32(t.io[c])) // as editions keep it, never upwards:
				if v > t.io[c] {               // no row may use more than is bought
					v = float64(math.Nextafter32(float32(v), 0))
				}
				w.IO[c*N+n] = v
				w.VA[j*N+n] -= v
				was, is := donors[n].io[c]*y[j], v*y[j]
				a.AbsMUSD += math.Abs(is - was)
				a.OfMUSD += was
				if math.Abs(is-was) > 1e-6*(is+was) {
					a.add(AdjustedCell{"io", w.Economies[n].ISO3 + " " + w.Sectors[k].Code + " > " + w.Sectors[j].Code, was, is})
				}
			}
		}
	}
	a.trim()
}

func moments(x []float64) (mean, sd float64) {
	mean = sum(x) / float64(len(x))
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(x)-1))
}

func (w *World) purchases(n int) []float64 { return w.column(w.X0, n) }
func (w *World) outputs(n int) []float64   { return w.column(w.Y0, n) }

// column gives the [J] figures of economy n in rows.
func (w *World) column(rows []float64, n int) []float64 {
	x := make([]float64, w.J)
	for j := range x {
		x[j] = rows[w.Row(j, n)]
	}
	return x
}

// donor is the table of economy n to be adapted, and where it comes from.
func (e *inputEstimator) donor(n int) (useTable, string) {
	iso := e.w.Economies[n].ISO3
	if !e.hasOwn[n] {
		return e.borrowed(n)
	}
	if m, err := e.icio.w.Economy(iso); err == nil {
		x := e.w.purchases(n)
		return e.icio.expand(e.icio.w.uses(m), func(k, _ int) float64 { return x[k] }), "own table, 2017"
	}
	m, _ := e.wiod.w.Economy(iso) // hasOwn says that it is there
	return e.wiod.expand(e.wiod.w.uses(m), e.mining(n)), "own table, 2014"
}

// borrowed is the mean table of the rest of the world and of the economies
// most similar to n, n itself left out.
func (e *inputEstimator) borrowed(n int) (useTable, string) {
	var others []int
	for _, m := range e.own {
		if m != n {
			others = append(others, m)
		}
	}
	names := []string{}
	var tables []useTable
	for _, m := range append(e.w.nearest(n, others)[:nearestDonors], -1) {
		code := "ROW"
		if m >= 0 {
			code = e.w.Economies[m].ISO3
		}
		d, _ := e.wiod.w.Economy(code)
		tables = append(tables, e.wiod.expand(e.wiod.w.uses(d), e.mining(n)))
		names = append(names, code)
	}
	return meanUse(tables), "mean of tables of 2014: " + strings.Join(names, ", ")
}

// mining splits what outputs of economy n use of a parent sector among its
// children: by purchases of 2022, and for mining, which is one sector in WIOD,
// first between energy, other mining and support as the 7 x 44 world of 2017
// does, output by output.
func (e *inputEstimator) mining(n int) func(k, j int) float64 {
	x := e.w.purchases(n)
	iso := e.w.Economies[n].ISO3
	if strings.Contains(members2022, iso) {
		iso = "EU"
	}
	m, err := e.icio.w.Economy(iso)
	if err != nil {
		m, _ = e.icio.w.Economy("ROW")
	}
	use := e.icio.w.uses(m)
	group := e.icio.parent
	total := map[int]float64{}
	for k, v := range x {
		total[group[k]] += v
	}
	return func(k, j int) float64 {
		g := group[k]
		if !strings.HasPrefix(e.w.Sectors[k].Code, "B") {
			return x[k]
		}
		if total[g] == 0 {
			return 0
		}
		// The second term decides only where 2017 has no use at all.
		return (use.io[g*e.icio.w.J+group[j]] + 1e-12*total[g]) * x[k] / total[g]
	}
}

// publishedGDP gives GDP of 2023 for the economies of w, million USD; the rest
// of the world has what no other economy has, and 0 is not held.
func publishedGDP(root string, w *World) ([]float64, error) {
	d, err := readLibDay(filepath.Join(root, "libday2023_194"))
	if err != nil {
		return nil, err
	}
	out := make([]float64, w.N)
	rest := -1
	at := map[string]int{}
	for n, x := range w.Economies {
		at[x.ISO3] = n
		if x.ISO3 == "ROW" {
			rest = n
		}
	}
	for k, x := range d.economies {
		n, ok := at[x.ISO3]
		if !ok {
			n = rest
		}
		if n >= 0 {
			out[n] += d.gdp[k] / 1e6
		}
	}
	return out, nil
}
