package talks

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"kanzei"
	"kanzei/trade"
)

//go:embed blocs.csv
var blocsCSV string

// A Bloc is a list of players that could take the duties off each other's goods.
type Bloc struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Kind    string       `json:"agreement"` // in force, negotiated, none
	Members []BlocMember `json:"members"`
	Source  string       `json:"source"`
	Address string       `json:"address,omitempty"`
}

// A BlocMember is a country, or EU for the customs union.
type BlocMember struct {
	Code  string     `json:"code"`
	Since kanzei.Day `json:"since"` // the day on which the agreement entered into force for it; zero where none did or no source says
}

// Blocs are the blocs held, in the order of their file.
var Blocs = sync.OnceValues(func() ([]Bloc, error) { return readBlocs(strings.NewReader(blocsCSV)) })

func readBlocs(r io.Reader) ([]Bloc, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("blocs.csv: %w", err)
	}
	var out []Bloc
	for i, f := range rows[1:] {
		if len(out) == 0 || out[len(out)-1].Name != f[0] {
			out = append(out, Bloc{Name: f[0], Title: f[1], Kind: f[2], Source: f[5], Address: f[6]})
		}
		m := BlocMember{Code: f[3]}
		if f[4] != "" {
			if m.Since, err = kanzei.ParseDay(f[4]); err != nil {
				return nil, fmt.Errorf("blocs.csv:%d: %w", i+2, err)
			}
		}
		b := &out[len(out)-1]
		b.Members = append(b.Members, m)
	}
	return out, nil
}

// FindBloc returns a bloc held by name, or makes one of codes: JP,SG,EU.
func FindBloc(name string) (Bloc, error) {
	all, err := Blocs()
	if err != nil {
		return Bloc{}, err
	}
	if i := slices.IndexFunc(all, func(b Bloc) bool { return strings.EqualFold(b.Name, name) }); i >= 0 {
		return all[i], nil
	}
	if _, err := kanzei.ParseOrigin(name); err == nil || strings.EqualFold(name, "EU") || strings.Contains(name, ",") {
		b := Bloc{Name: name, Title: "free trade among " + name, Kind: "none", Source: "as asked"}
		for code := range strings.SplitSeq(name, ",") {
			b.Members = append(b.Members, BlocMember{Code: strings.ToUpper(strings.TrimSpace(code))})
		}
		return b, nil
	}
	var names []string
	for _, b := range all {
		names = append(names, b.Name)
	}
	return Bloc{}, &kanzei.Problem{Code: "talks.bloc", Where: "--bloc", Msg: fmt.Sprintf("no bloc %q", name), Hint: "name codes such as JP,SG,EU or one of " + strings.Join(names, ", ")}
}

// A player is one economy, or those of a customs union, which act as one.
type player struct {
	code, name string
	economies  []int
}

// players finds the members in the world; absent are those it does not list.
func (d *Desk) players(b Bloc) (list []player, absent []string, err error) {
	bad := func(msg, hint string) error {
		return &kanzei.Problem{Code: "talks.bloc", Where: b.Name, Msg: msg, Hint: hint}
	}
	seen := map[int]string{}
	for _, m := range b.Members {
		p := player{code: m.Code}
		if m.Code == "EU" {
			p.name, p.economies = "European Union", d.union()
		} else {
			o, err := kanzei.ParseOrigin(m.Code)
			if err != nil {
				return nil, nil, bad(fmt.Sprintf("%q is no country", m.Code), "use ISO 3166 codes, and EU for the European Union")
			}
			if trade.EUMember(o) {
				return nil, nil, bad(o.Name()+" cannot agree on duties alone: it is in the customs union of the European Union", "name EU")
			}
			n, err := d.World.Economy(o.String())
			if err != nil || d.World.Economies[n].ISO3 == "ROW" {
				absent = append(absent, m.Code)
				continue
			}
			p.name, p.economies = d.World.Economies[n].Name, []int{n}
		}
		for _, n := range p.economies {
			if n == d.Giver {
				return nil, nil, bad(d.World.Economies[n].Name+" is the other side of these talks", "leave it out")
			}
			if by, ok := seen[n]; ok {
				return nil, nil, bad(fmt.Sprintf("%s and %s are the same", by, m.Code), "name each member once")
			}
			seen[n] = m.Code
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, nil, bad("no member is an economy of world "+d.World.Name, "kanzei model worlds lists them")
	}
	return list, absent, nil
}

// union are the economies of the European Union.
func (d *Desk) union() []int {
	var out []int
	for n, e := range d.World.Economies {
		if o, err := kanzei.ParseOrigin(e.ISO2); err == nil && trade.EUMember(o) {
			out = append(out, n)
		}
	}
	return out
}

// outsiders are the players that are not members: every other economy but the
// giver and the rest of the world, the European Union as one.
func (d *Desk) outsiders(members []player) []player {
	in := map[int]bool{d.Giver: true}
	for _, m := range members {
		for _, n := range m.economies {
			in[n] = true
		}
	}
	var out []player
	if eu := d.union(); len(eu) > 0 && !in[eu[0]] {
		out = append(out, player{"EU", "European Union", eu})
		for _, n := range eu {
			in[n] = true
		}
	}
	for n, e := range d.World.Economies {
		if !in[n] && e.ISO3 != "ROW" {
			out = append(out, player{e.ISO2, e.Name, []int{n}})
		}
	}
	return out
}

// united takes the duties of a table off goods that the players sell each other.
func (d *Desk) united(table []float64, members []player) []float64 {
	out := slices.Clone(table)
	d.pairs(members, func(importer, exporter int) {
		for j, s := range d.World.Sectors {
			if s.Goods {
				out[d.World.Cell(j, importer, exporter)] = 1
			}
		}
	})
	return out
}

// pairs visits importer and exporter of different players, both ways.
func (d *Desk) pairs(members []player, visit func(importer, exporter int)) {
	for a := range members {
		for b := range members {
			if a == b {
				continue
			}
			for _, n := range members[a].economies {
				for _, i := range members[b].economies {
					visit(n, i)
				}
			}
		}
	}
}

// WriteDraft writes the bloc as a scenario file of package impact: exporter,
// importer, sector, rate.
func (d *Desk) WriteDraft(w io.Writer, b Bloc) error {
	members, _, err := d.players(b)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Write([]string{"exporter", "importer", "sector", "rate"})
	d.pairs(members, func(importer, exporter int) {
		out.Write([]string{d.World.Economies[exporter].ISO3, d.World.Economies[importer].ISO3, "*", "0"})
	})
	out.Flush()
	return out.Error()
}
