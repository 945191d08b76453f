package talks

import (
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/impact"
)

// An Ask is one thing on the table: a relief from programs of the giver for
// some goods of the asker, or, on the other side, an offer: other tariffs of the
// asker on goods of the giver.
type Ask struct {
	ID    string `json:"id"`
	What  string `json:"what"`
	Kind  string `json:"kind"`            // measure, program, level, sector, chapter, line, offer
	Offer bool   `json:"offer,omitempty"` // by the asker to the giver

	relief   Relief
	lines    []bool   // of the ground, those covered; nil: all
	sector   int      // of an offer; -1 all goods sectors
	rate     float64  // of an offer: the tariff power
	excludes []string // asks that cannot be granted beside this one
}

// Relief returns what the ask does to programs; nil for an offer.
func (a *Ask) Relief() Relief { return a.relief }

// groups are programs that are asked for together.
var groups = []struct {
	id, what string
	programs []string
}{
	{"cars-and-parts", "no duties on cars and parts", []string{"s232.autos", "s232.auto-parts"}},
}

// Measures are the asks of the first page: each measure that takes something
// from the asker's goods, as a delegation names them. "reciprocal" is the
// baseline and the country rate together; where a country rate is paused,
// keeping it paused is an ask of its own.
func (g *Ground) Measures() []*Ask {
	var out []*Ask
	programs := g.Programs()
	used := map[string]bool{}
	for _, p := range programs {
		if used[p] {
			continue
		}
		a := &Ask{ID: shortName(p), What: "no " + g.title(p), Kind: "measure", relief: Relief{p: ""}}
		for _, x := range groups {
			if slices.Contains(x.programs, p) {
				a.ID, a.What, a.relief = x.id, x.what, Relief{}
				for _, q := range x.programs {
					if slices.Contains(programs, q) {
						a.relief[q] = ""
					}
				}
			}
		}
		for q := range a.relief {
			used[q] = true
		}
		out = append(out, a)
		if rates := g.pausedRates(p); len(rates) > 0 {
			out = append(out, &Ask{ID: a.ID + "-paused", What: "the country rate of " + strings.Join(rates, ", ") + " stays paused", Kind: "level", relief: Relief{p: Paused}, excludes: []string{a.ID}})
		}
	}
	return out
}

// title names a program in the words of the ledger.
func (g *Ground) title(program string) string {
	b := g.desk.Study.Duty.Ledger.AsKnown(g.Law.Known())
	if p, _, ok := b.Program(program, g.Law.On().Open()); ok && p.Title != "" {
		return strings.ToLower(p.Title[:1]) + p.Title[1:] + " (" + program + ")"
	}
	return program
}

// shortName is a program as a delegation names it: the family is left out where
// it goes without saying.
func shortName(program string) string {
	for _, family := range []string{"s232.", "ieepa."} {
		if s, ok := strings.CutPrefix(program, family); ok {
			return s
		}
	}
	return program
}

// pausedRates are the rates on the asker's goods that are in force on the
// ground and suspended on the day asked about.
func (g *Ground) pausedRates(program string) []string {
	d := g.desk
	b, at, day := d.Study.Duty.Ledger.AsKnown(g.Law.Known()), g.Law.On().Open(), d.Question.On.Open()
	var out []string
	for _, h := range b.Headings() {
		st := b.Standing(h, at)
		if st.Program != program || !levies(&st) || !b.Origins(&st.Provision, at)(d.Origin) {
			continue
		}
		if was := b.Standing(h, day); was.Status == suspended {
			out = append(out, rateWords(st.Rate))
		}
	}
	return out
}

// Scoped asks for programs off the goods of each sector, chapter or line that
// they burden, at most so many, largest duty first.
func (g *Ground) Scoped(by string, programs []string, most int) ([]*Ask, error) {
	relief := Relief{}
	for _, p := range programs {
		relief[p] = ""
	}
	key, err := scopeKey(by)
	if err != nil {
		return nil, err
	}
	free, err := g.under(relief)
	if err != nil {
		return nil, err
	}
	saved := map[string]float64{}
	keys := make([]string, len(g.Lines))
	name := map[string]string{}
	for i := range g.Lines {
		l := &g.Lines[i]
		keys[i], name[keys[i]] = key(g, l)
		saved[keys[i]] += l.ValueUSD * (g.Rates[i].Additional() - free[i].Additional())
	}
	what, id := "no additional duties on ", ""
	if len(programs) == 1 && len(g.Programs()) > 1 {
		what, id = "no "+shortName(programs[0])+" duties on ", shortName(programs[0])+":"
	}
	var out []*Ask
	for _, k := range sortedByValue(saved) {
		if saved[k] <= 0 || len(out) == most {
			break
		}
		a := &Ask{ID: id + k, What: what + name[k], Kind: by, relief: relief, lines: make([]bool, len(keys))}
		for i := range keys {
			a.lines[i] = keys[i] == k
		}
		out = append(out, a)
	}
	return out, nil
}

// scopeKey groups lines.
func scopeKey(by string) (func(g *Ground, l *impact.Line) (key, what string), error) {
	switch by {
	case "sector":
		return func(g *Ground, l *impact.Line) (string, string) {
			s := &g.desk.World.Sectors[l.Sector]
			return s.Code, strings.ToLower(s.Name)
		}, nil
	case "chapter":
		return func(g *Ground, l *impact.Line) (string, string) {
			c := fmt.Sprintf("ch%02d", l.HTS.Chapter())
			return c, "goods of chapter " + c[2:]
		}, nil
	case "line":
		return func(g *Ground, l *impact.Line) (string, string) { return l.HTS.String(), l.HTS.String() }, nil
	}
	return nil, &kanzei.Problem{Code: "talks.scope", Msg: fmt.Sprintf("asks by %q are not known", by), Hint: "asks are by measure, program, sector, chapter or line"}
}

// Offers are what the asker can give: its tariffs on goods of the giver at
// zero, sector by sector, largest revenue first. Sectors without a tariff or
// trade have none.
func (g *Ground) Offers() []*Ask {
	d := g.desk
	w := d.World
	paid := map[string]float64{}
	at := map[string]int{}
	for j := range w.Sectors {
		if c := w.Cell(j, d.Asker, d.Giver); w.Sectors[j].Goods && g.Tariff[c] > 1+1e-9 && w.Flow[c] > 0 {
			paid[w.Sectors[j].Code] = w.Flow[c] * (1 - 1/g.Tariff[c])
			at[w.Sectors[j].Code] = j
		}
	}
	var out []*Ask
	for _, code := range sortedByValue(paid) {
		j := at[code]
		out = append(out, &Ask{ID: "offer:" + code, What: fmt.Sprintf("%s takes no duty on %s of %s (now %.1f %%)", w.Economies[d.Asker].Name, strings.ToLower(w.Sectors[j].Name), w.Economies[d.Giver].Name,
			100*(g.Tariff[w.Cell(j, d.Asker, d.Giver)]-1)), Kind: "offer", Offer: true, sector: j, rate: 1})
	}
	return out
}

// sortedByValue are the keys with the largest value first, equals by name.
func sortedByValue(m map[string]float64) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b string) int {
		switch {
		case m[a] > m[b]:
			return -1
		case m[a] < m[b]:
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}

// Tariffs are the tariff powers when asks and offers are granted together, in
// cells. A line pays what the law makes of all that is taken off it; the
// averages are those of the law itself folded with the drafts.
func (g *Ground) Tariffs(asks []*Ask) ([]float64, error) {
	d := g.desk
	w := d.World
	out := slices.Clone(g.Tariff)
	for _, a := range asks {
		for j := range w.Sectors {
			if c := w.Cell(j, d.Asker, d.Giver); a.Offer && w.Sectors[j].Goods && (a.sector < 0 || a.sector == j) {
				out[c] = min(out[c], a.rate)
			}
		}
	}
	value, change := make([]float64, w.J), make([]float64, w.J)
	if err := g.visit(asks, func(i int, r *impact.LineRate) {
		l := &g.Lines[i]
		value[l.Sector] += l.ValueUSD
		change[l.Sector] += l.ValueUSD * (r.Additional() - g.Rates[i].Additional())
	}); err != nil {
		return nil, err
	}
	for j := range value {
		if value[j] > 0 && change[j] != 0 {
			out[w.Cell(j, d.Giver, d.Asker)] += change[j] / value[j]
		}
	}
	return out, nil
}

// visit tells what every line pays when asks are granted. Lines covered by the
// same asks share a table of rates.
func (g *Ground) visit(asks []*Ask, tell func(i int, r *impact.LineRate)) error {
	asks = slices.DeleteFunc(slices.Clone(asks), func(a *Ask) bool { return a.Offer })
	if len(asks) > 64 {
		return &kanzei.Problem{Code: "talks.asks", Msg: fmt.Sprintf("%d asks at once", len(asks)), Hint: "a package has at most 64 asks beside its offers"}
	}
	tables := map[uint64][]impact.LineRate{0: g.Rates}
	for i := range g.Lines {
		mark := uint64(0)
		for k, a := range asks {
			if a.lines == nil || a.lines[i] {
				mark |= 1 << k
			}
		}
		t, ok := tables[mark]
		if !ok {
			var r Relief
			for k, a := range asks {
				if mark>>k&1 == 1 {
					r = r.meet(a.relief)
				}
			}
			var err error
			if t, err = g.under(r); err != nil {
				return err
			}
			tables[mark] = t
		}
		tell(i, &t[i])
	}
	return nil
}

// Static is the duty that asks save at the trade of 2024, in US dollars a year.
func (g *Ground) Static(asks []*Ask) (float64, error) {
	t, err := g.Tariffs(asks)
	if err != nil {
		return 0, err
	}
	d := g.desk
	value := make([]float64, d.World.J)
	for i := range g.Lines {
		value[g.Lines[i].Sector] += g.Lines[i].ValueUSD
	}
	saved := 0.0
	for j, v := range value {
		c := d.World.Cell(j, d.Giver, d.Asker)
		saved += v * (g.Tariff[c] - t[c])
	}
	for j := range d.World.Sectors { // offers, at the flows of the base year
		c := d.World.Cell(j, d.Asker, d.Giver)
		saved += d.World.Flow[c] / d.World.Tariff[c] * 1e6 * (g.Tariff[c] - t[c])
	}
	return saved, nil
}

// rateWords writes the rate of a provision.
func rateWords(r kanzei.LawRate) string {
	if r.Mode == kanzei.AllIn {
		return r.Rate.String() + " all-in"
	}
	return r.Rate.String()
}
