package model

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"kanzei/solve"
)

// An Ossa is the model of Ossa (2014), "Trade Wars and Trade Talks with Data",
// American Economic Review 104: monopolistic competition with a fixed number
// of firms (Krugman), so that profits move between economies, and governments
// that may weigh sectors. Trade is in million USD, net of duty; layouts are
// those of [World]. Balanced trade is part of the model.
type Ossa struct {
	Regions []Economy
	Sectors []Sector
	N, S    int
	Sigma   []float64 // [S] elasticities of substitution
	Profit  []float64 // [S] profits as a share of sales; nil: 1/sigma, as in Ossa
	Trade   []float64 // cells, net of duty
	Tariff  []float64 // cells: powers 1+t
	Weight  []float64 // rows: weight of sector s in the government's welfare; 1 without lobbying
	Lobby   []float64 // rows: the weights that Ossa estimates

	expend []float64 // [N] E_j, buyer's values
	mu     []float64 // rows: spending shares
	wl     []float64 // [N] labour income
	kernel []float64 // cells: gamma T^(sigma-1)
	lnGov0 []float64 // [N] ln of the weighted income of the base
}

// LoadOssa reads the 7 x 33 world of 2005 from the research files below root.
func LoadOssa(root string) (*Ossa, error) {
	dir := filepath.Join(root, "ossa2005_7x33")
	m := &Ossa{}
	t, err := readTable(filepath.Join(dir, "sectors.csv"), "id", "label", "sigma")
	if err != nil {
		return nil, err
	}
	for _, r := range []string{"Brazil", "China", "EU", "India", "Japan", "ROW", "US"} {
		m.Regions = append(m.Regions, Economy{ISO3: r, Name: r})
	}
	for n, iso := range [][2]string{{"BR", "BRA"}, {"CN", "CHN"}, {"EU", "EU"}, {"IN", "IND"}, {"JP", "JPN"}, {"XW", "ROW"}, {"US", "USA"}} {
		m.Regions[n].ISO2, m.Regions[n].ISO3 = iso[0], iso[1]
	}
	m.N = len(m.Regions)
	for {
		ok, err := t.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		label := t.str("label")
		m.Sectors = append(m.Sectors, Sector{Code: label, Name: label, Goods: true})
		v, err := t.num("sigma")
		if err != nil {
			return nil, err
		}
		if !(v > 1) {
			return nil, fmt.Errorf("%s:%d: sigma %g must be above 1", t.path, t.line, v)
		}
		m.Sigma = append(m.Sigma, v)
		for _, r := range m.Regions {
			v, err := t.num("lambda_pol_" + r.Name)
			if err != nil {
				return nil, err
			}
			m.Lobby = append(m.Lobby, v)
		}
	}
	m.S = len(m.Sectors)
	m.Trade, m.Tariff = make([]float64, m.N*m.N*m.S), ones(m.N*m.N*m.S)
	t, err = readTable(filepath.Join(dir, "trade_tariff.csv"), "exporter", "importer", "sector", "trade", "tariff")
	if err != nil {
		return nil, err
	}
	region := map[string]int{}
	for n, r := range m.Regions {
		region[r.Name] = n
	}
	for {
		ok, err := t.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		i, iok := region[t.str("exporter")]
		n, nok := region[t.str("importer")]
		s, err := strconv.Atoi(t.str("sector"))
		if !iok || !nok || err != nil || s < 1 || s > m.S {
			return nil, fmt.Errorf("%s:%d: unknown region or sector", t.path, t.line)
		}
		c := m.Cell(s-1, n, i)
		if m.Trade[c], err = t.num("trade"); err != nil {
			return nil, err
		}
		rate, err := t.num("tariff")
		if err != nil {
			return nil, err
		}
		m.Tariff[c] = 1 + rate
	}
	return m, m.prepare()
}

// Cell is the index of sector s, importer n, exporter i.
func (m *Ossa) Cell(s, n, i int) int { return (s*m.N+n)*m.N + i }

// Region returns the index of a region by code or name.
func (m *Ossa) Region(code string) (int, error) {
	for n, r := range m.Regions {
		if strings.EqualFold(code, r.Name) || strings.EqualFold(code, r.ISO2) || strings.EqualFold(code, r.ISO3) {
			return n, nil
		}
	}
	return -1, fmt.Errorf("no region %q among the %d of the Ossa world", code, m.N)
}

// prepare derives shares and incomes; without Weight they are one.
func (m *Ossa) prepare() error {
	N, S := m.N, m.S
	if len(m.Trade) != N*N*S || len(m.Tariff) != N*N*S || len(m.Sigma) != S || len(m.Sectors) != S || m.Profit != nil && len(m.Profit) != S {
		return fmt.Errorf("shapes of the Ossa world do not fit %d regions and %d sectors", N, S)
	}
	if m.Weight == nil {
		m.Weight = ones(N * S)
	}
	if m.Profit == nil {
		m.Profit = make([]float64, S)
		for s, sigma := range m.Sigma {
			m.Profit[s] = 1 / sigma
		}
	}
	m.expend, m.wl = make([]float64, N), make([]float64, N)
	m.mu, m.kernel = make([]float64, N*S), make([]float64, N*N*S)
	for r := range m.mu {
		for i := 0; i < N; i++ {
			c := r*N + i
			if v, t := m.Trade[c], m.Tariff[c]; !(v >= 0) || !(t > 0) || math.IsInf(v+t, 0) {
				return fmt.Errorf("trade %g or tariff power %g of %s > %s : %s", v, t, m.Regions[i].Name, m.Regions[r%N].Name, m.Sectors[r/N].Code)
			}
			m.mu[r] += m.Trade[c] * m.Tariff[c]
			m.wl[i] += m.Trade[c] * (1 - m.Profit[r/N])
		}
		m.expend[r%N] += m.mu[r]
	}
	for r := range m.mu {
		for i := 0; i < N; i++ {
			c := r*N + i
			if m.Trade[c] > 0 {
				m.kernel[c] = m.Trade[c] * m.Tariff[c] / m.mu[r] * math.Exp((m.Sigma[r/N]-1)*math.Log(m.Tariff[c]))
			}
		}
		m.mu[r] /= m.expend[r%N]
	}
	// The base is where nothing changes; its weighted incomes follow.
	m.lnGov0 = make([]float64, N)
	g := newOssaEngine(m)
	g.setTariff(m.Tariff)
	g.Eval(make([]float64, 2*N), make([]float64, 2*N))
	g.government(m.lnGov0)
	return nil
}

// WithWeights returns the model with governments that weigh sectors, rows; nil
// stands for Lobby.
func (m *Ossa) WithWeights(weight []float64) (*Ossa, error) {
	if weight == nil {
		weight = m.Lobby
	}
	if len(weight) != m.N*m.S {
		return nil, fmt.Errorf("%d weights for %d sectors of %d regions", len(weight), m.S, m.N)
	}
	c := *m
	c.Weight = append([]float64(nil), weight...)
	return &c, c.prepare()
}

// An OssaResult is an equilibrium; hats, [N]. The numeraire is world labour
// income.
type OssaResult struct {
	Wage, Income, Price []float64
	Welfare             []float64 // Ê/P̂
	Government          []float64 // weighted real income
	Report              solve.Report
}

// Solve finds the equilibrium under tariff powers, cells.
func (m *Ossa) Solve(tariff []float64) (*OssaResult, error) {
	if len(tariff) != len(m.Tariff) {
		return nil, fmt.Errorf("%d tariff powers for %d cells", len(tariff), len(m.Tariff))
	}
	for c, v := range tariff {
		if !(v > 0) || math.IsInf(v, 0) {
			i, n, s := c%m.N, c/m.N%m.N, c/m.N/m.N
			return nil, fmt.Errorf("tariff power of %s > %s : %s is %g, must be above 0", m.Regions[i].Name, m.Regions[n].Name, m.Sectors[s].Code, v)
		}
	}
	g := newOssaEngine(m)
	gov := make([]float64, m.N)
	if err := g.eval(tariff, gov); err != nil {
		return nil, err
	}
	return g.result(gov), nil
}

// OptimalTariff finds the tariffs of region j that are best for its
// government while the others keep theirs: tariff powers in cells, of which
// only those of j change.
func (m *Ossa) OptimalTariff(j int, others []float64, o NashOptions) (*OssaWar, error) {
	if j < 0 || j >= m.N {
		return nil, fmt.Errorf("region %d of %d", j, m.N)
	}
	if others == nil {
		others = m.Tariff
	}
	o.Players, o.Rounds = []int{j}, 1
	return m.war(others, o)
}

// Nash finds mutual best responses of the players, all regions if
// o.Players is nil.
func (m *Ossa) Nash(o NashOptions) (*OssaWar, error) { return m.war(m.Tariff, o) }

// An OssaWar is what [Ossa.OptimalTariff], [Ossa.Nash] and [Ossa.Talks] give.
type OssaWar struct {
	Players []int
	Tariff  []float64 // cells, powers
	*OssaResult
	Play Play
}

// Rates returns the rates of region j on foreign goods, ordered by sector and
// partner, shares.
func (w *OssaWar) Rates(j int) []float64 {
	N := len(w.Wage)
	var out []float64
	for r := j; r < len(w.Tariff)/N; r += N {
		for i := 0; i < N; i++ {
			if i != j {
				out = append(out, w.Tariff[r*N+i]-1)
			}
		}
	}
	return out
}

// Median is the median of [OssaWar.Rates].
func (w *OssaWar) Median(j int) float64 { return median(w.Rates(j)) }

func (m *Ossa) war(start []float64, o NashOptions) (*OssaWar, error) {
	players := o.Players
	if players == nil {
		for n := 0; n < m.N; n++ {
			players = append(players, n)
		}
	}
	g := newOssaEngine(m)
	gm := newGame(g, o)
	t := append([]float64(nil), start...)
	// Every start from 10 to 50 percent leads to the same optimum but one: with
	// lobbying, Japan gains 0.15 points more from where its duty on rice was
	// prohibitive from the beginning. One over sigma less one is the optimum of two regions and one sector.
	for _, j := range players {
		if j < 0 || j >= m.N {
			return nil, fmt.Errorf("region %d of %d", j, m.N)
		}
		for s := 0; s < m.S; s++ {
			for i := 0; i < m.N; i++ {
				if i != j {
					t[m.Cell(s, j, i)] = 1 + 1/(m.Sigma[s]-1)
				}
			}
		}
	}
	play, err := gm.nash(players, t)
	if err != nil {
		return nil, err
	}
	res, err := m.Solve(t)
	if err != nil {
		return nil, err
	}
	return &OssaWar{Players: players, Tariff: t, OssaResult: res, Play: play}, nil
}
