package model

import (
	"fmt"
	"path/filepath"
	"strings"

	"kanzei/internal/mat"
)

// tariffWarFiles are the data of Lashkaripour's public code (tariffwar) as
// MATLAB files. They are the CSV twins in the same folders before rounding to
// eight digits, which moves Nash tariffs by up to 8e-7 percent.
var tariffWarFiles = map[string]string{
	"wiod2014": "wiod_44x16/WIOD2014.mat",
	"icio2022": "icio_81x28/ICIO2022.mat",
}

// LoadTariffWar builds a world without input-output links from the data of
// tariffwar below root: wiod2014 (44 x 16) or icio2022 (81 x 28). The
// elasticity sets keep their names (IS, U4, ...); Theta is U4.
func LoadTariffWar(root, name string) (*World, error) {
	file, ok := tariffWarFiles[name]
	if !ok {
		return nil, fmt.Errorf("no data of tariffwar %q (wiod2014, icio2022)", name)
	}
	path := filepath.Join(root, file)
	codes, err := lines(filepath.Join(filepath.Dir(path), "countries.csv"))
	if err != nil {
		return nil, err
	}
	arrays, err := mat.ReadFile(path)
	if err != nil {
		return nil, err
	}
	flow, tariff := arrays["data.Xjik_3D"], arrays["data.tjik_3D"]
	N := len(codes)
	if len(flow.Dims) != 3 || flow.Dims[0] != N || flow.Dims[1] != N || len(tariff.Data) != len(flow.Data) {
		return nil, fmt.Errorf("%s: flows of shape %v for %d economies", path, flow.Dims, N)
	}
	J := flow.Dims[2]
	w := &World{Name: "tariffwar-" + name, Source: "ahmadlp/tariffwar, " + filepath.Base(path), Economies: economies(codes),
		Flow: make([]float64, N*N*J), Tariff: make([]float64, N*N*J), VA: ones(N * J), IO: make([]float64, N*J*J), Sets: map[string][]float64{}}
	w.N, w.J = N, J
	if y := arrays["data.year"].Data; len(y) == 1 {
		w.Year = int(y[0])
	}
	services := -1
	if s := arrays["data.services_sector"].Data; len(s) == 1 {
		services = int(s[0]) - 1
	}
	for j := 0; j < J; j++ {
		code := fmt.Sprintf("S%02d", j+1)
		w.Sectors = append(w.Sectors, Sector{Code: code, Name: code, Goods: j != services})
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				from := (j*N+n)*N + i // exporter first in memory, as here
				w.Flow[w.Cell(j, n, i)], w.Tariff[w.Cell(j, n, i)] = flow.Data[from], 1+tariff.Data[from]
			}
		}
	}
	for field, a := range arrays {
		if set, ok := strings.CutSuffix(field, ".epsilon_S"); ok && len(a.Data) == J {
			w.Sets[strings.TrimPrefix(set, "data.sigma.")] = a.Data
		}
	}
	if w.Theta = w.Sets["U4"]; w.Theta == nil {
		return nil, fmt.Errorf("%s: no elasticities U4", path)
	}
	return w, w.prepare()
}

// LoadLL2023 reads the 44 x 16 world of 2014 of Lashkaripour and Lugovskyy
// (2023), "Profits, Scale Economies, and the Gains from Trade and Industrial
// Policy", American Economic Review 113, restricted entry, trade balanced:
// the model of Ossa with profits of mu/(1+mu) of sales, mu estimated apart
// from sigma.
func LoadLL2023(root string) (*Ossa, error) { return loadLL2023(root, "Tab4_Data_RE.mat") }

// loadLL2023 reads the base year of restricted (RE) or free entry (FE).
func loadLL2023(root, file string) (*Ossa, error) {
	dir := filepath.Join(root, "ll2023_44x16")
	codes, err := lines(filepath.Join(root, "wiod_44x16", "countries.csv")) // the same 44, in this order
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, file)
	a, err := mat.ReadFile(path)
	if err != nil {
		return nil, err
	}
	x, t, mu, sigma := a["Xjik_3D"], a["tjik_3D"], a["mu_k3D"], a["sigma_k3D"]
	N := len(codes)
	if len(x.Dims) != 3 || x.Dims[0] != N || x.Dims[1] != N || len(t.Data) != len(x.Data) || len(mu.Data) != len(x.Data) || len(sigma.Data) != len(x.Data) {
		return nil, fmt.Errorf("%s: flows of shape %v for %d economies", path, x.Dims, N)
	}
	m := &Ossa{Regions: economies(codes), N: N, S: x.Dims[2], Trade: make([]float64, len(x.Data)), Tariff: make([]float64, len(x.Data))}
	for s := 0; s < m.S; s++ {
		code := fmt.Sprintf("S%02d", s+1)
		m.Sectors = append(m.Sectors, Sector{Code: code, Name: code, Goods: s < m.S-1})
		m.Sigma = append(m.Sigma, sigma.Data[s*N*N])
		m.Profit = append(m.Profit, mu.Data[s*N*N]/(1+mu.Data[s*N*N]))
		for n := 0; n < N; n++ {
			for i := 0; i < N; i++ {
				c := m.Cell(s, n, i)
				m.Tariff[c] = 1 + t.Data[c]
				m.Trade[c] = x.Data[c] / m.Tariff[c]
			}
		}
	}
	return m, m.prepare()
}
