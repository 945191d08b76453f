package talks

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"kanzei"
	"kanzei/impact"
	"kanzei/ledger"
	"kanzei/model"
)

//go:embed deals/*.yaml
var dealFiles embed.FS

// A Draft is a proposed agreement: a draft instrument in the language of the
// law, for what the United States would do, and what the other side would do
// beside it. A file holds two documents of YAML, the instrument and the terms;
// the second may be left out.
type Draft struct {
	Name       string
	Instrument *kanzei.Instrument
	Terms      Terms
}

// Terms are the second document.
type Terms struct {
	Title     string   `yaml:"agreement"`
	Origins   []string `yaml:"origins"`   // whose goods the instrument is about
	Announced string   `yaml:"announced"` // day
	// Known is the day whose law the draft was laid over; the day before
	// Announced when left out.
	Known string   `yaml:"known"`
	Days  []string `yaml:"days"` // of entry, on which it is held against the law
	// Claims are made by nobody unless declared; a draft that rests on one, such
	// as a place in a quota, is priced with and without.
	Claims    []string       `yaml:"claims"`
	Tariffs   []TermTariff   `yaml:"tariffs"`
	Purchases []TermPurchase `yaml:"purchases"`
	LeftOut   []string       `yaml:"left-out"` // terms that are no tariff, in words
}

// A TermTariff is a tariff of the asker on goods of the giver.
type TermTariff struct {
	Sector string `yaml:"sector"` // code of the world, six digits of the HS, or "goods"
	Rate   string `yaml:"rate"`
	Quote  string `yaml:"quote"`
}

// A TermPurchase is a promise to buy: a stated shift of demand. It is brought
// about by a subsidy of the asker on its imports of these goods from the giver,
// just large enough; how the amount is shared over sectors follows the trade of
// the base year.
type TermPurchase struct {
	Sectors []string `yaml:"sectors"`
	MUSD    float64  `yaml:"musd-a-year"`
	Quote   string   `yaml:"quote"`
}

// Deals lists the shipped drafts.
func Deals() []string {
	list, _ := dealFiles.ReadDir("deals")
	var out []string
	for _, e := range list {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// DealText is the file of a shipped draft.
func DealText(name string) ([]byte, error) {
	if !slices.Contains(Deals(), name) {
		return nil, &kanzei.Problem{Code: "talks.deal", Msg: fmt.Sprintf("no draft %q is shipped", name), Hint: "there are " + strings.Join(Deals(), ", ")}
	}
	return dealFiles.ReadFile(path.Join("deals", name+".yaml"))
}

// OpenDraft reads a shipped draft by name, or a file.
func OpenDraft(name string) (*Draft, error) {
	if slices.Contains(Deals(), name) {
		data, err := dealFiles.ReadFile(path.Join("deals", name+".yaml"))
		if err != nil {
			return nil, err
		}
		return ReadDraft(name, data)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = errors.New("there is no such file")
		}
		return nil, &kanzei.Problem{Code: "talks.draft", Where: name, Msg: "cannot read the draft: " + err.Error(), Hint: "name a file, or one of " + strings.Join(Deals(), ", ")}
	}
	return ReadDraft(name, data)
}

// ReadDraft reads the two documents.
func ReadDraft(name string, data []byte) (*Draft, error) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	first, second, two := bytes.Cut(data, []byte("\n---\n"))
	in, err := ledger.Parse(name, append(first, '\n'), func(string) ([]byte, error) {
		return nil, errors.New("a draft has its codes in the file itself")
	})
	if err != nil {
		return nil, err
	}
	d := &Draft{Name: name, Instrument: in}
	if !two {
		return d, nil
	}
	bad := func(format string, args ...any) error {
		return &kanzei.Problem{Code: "talks.terms", Where: name, Msg: "terms: " + fmt.Sprintf(format, args...), Hint: "the fields are agreement, origins, announced, known, days, claims, tariffs, purchases, left-out; see the shipped drafts"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(second))
	dec.KnownFields(true)
	if err := dec.Decode(&d.Terms); err != nil {
		return nil, bad("%s", inSecond(err.Error(), bytes.Count(first, []byte("\n"))+2))
	}
	for _, o := range d.Terms.Origins {
		if _, err := kanzei.ParseOrigin(o); err != nil {
			return nil, bad("%v", err)
		}
	}
	for _, s := range append([]string{d.Terms.Announced, d.Terms.Known}, d.Terms.Days...) {
		if s == "" {
			continue
		}
		if _, err := kanzei.ParseDay(s); err != nil {
			return nil, bad("%v", err)
		}
	}
	for _, t := range d.Terms.Tariffs {
		if t.Quote == "" || t.Sector == "" || t.Rate == "" {
			return nil, bad("a tariff needs sector, rate and quote")
		}
	}
	for _, t := range d.Terms.Purchases {
		if t.Quote == "" || len(t.Sectors) == 0 || !(t.MUSD > 0) {
			return nil, bad("a purchase needs sectors, musd-a-year above 0 and quote")
		}
	}
	return d, nil
}

// inSecond tells a message of the YAML library for people: its first line, with
// the line of the file.
func inSecond(text string, above int) string {
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "yaml: "), "\n")
	text = strings.TrimPrefix(text, "construct errors: ")
	text, _, _ = strings.Cut(text, " in type talks.")
	var n int
	if _, err := fmt.Sscanf(text, "line %d:", &n); err == nil {
		_, rest, _ := strings.Cut(text, ":")
		text = fmt.Sprintf("line %d:%s", n+above, rest)
	}
	return text
}

// Check holds the instrument against the ledger, and the terms against a world.
func (x *Draft) Check(s *impact.Study) error {
	if err := s.Duty.Ledger.Add(x.Instrument).Check(); err != nil {
		return err
	}
	for _, p := range x.Terms.Purchases {
		for _, code := range p.Sectors {
			if _, err := s.World.Sector(code); err != nil {
				return &kanzei.Problem{Code: "talks.terms", Where: x.Name, Msg: "purchases: " + err.Error(), Hint: "name sectors by code, such as A01"}
			}
		}
	}
	return nil
}

// origins of the instrument's goods.
func (x *Draft) origins() []kanzei.Origin {
	var out []kanzei.Origin
	for _, o := range x.Terms.Origins {
		out = append(out, kanzei.MustOrigin(o))
	}
	return out
}

// claimed is the instrument with the conditions dropped that wait for a claim
// of the terms: everybody makes it.
func (x *Draft) claimed() *kanzei.Instrument {
	in := *x.Instrument
	in.Acts = slices.Clone(in.Acts)
	for i := range in.Acts {
		if in.Acts[i].Provision == nil {
			continue
		}
		p := *in.Acts[i].Provision
		p.When = slices.DeleteFunc(slices.Clone(p.When), func(c kanzei.Condition) bool {
			return !c.Not && c.Fact == "claim" && slices.Contains(x.Terms.Claims, c.Value)
		})
		in.Acts[i].Provision = &p
	}
	return &in
}

// at is an instrument with acts that begin after a day taken as in effect on
// it, and how many did.
func at(in *kanzei.Instrument, day kanzei.Day) (*kanzei.Instrument, int) {
	c, late := *in, 0
	c.Acts = slices.Clone(in.Acts)
	for i := range c.Acts {
		if a := &c.Acts[i]; a.From > day.Open() && a.Kind != kanzei.ActNote {
			a.From = day.Open()
			late++
		}
	}
	return &c, late
}

// PriceDeal prices a shipped draft by name, or a draft agreement in a file,
// against the walk-away and against today's law.
func (d *Desk) PriceDeal(ctx context.Context, name string) (*Priced, error) {
	x, err := OpenDraft(name)
	if err != nil {
		return nil, err
	}
	if err := x.Check(d.Study); err != nil {
		return nil, err
	}
	return d.Price(ctx, x)
}

// ours refuses a draft about goods of others.
func (d *Desk) ours(x *Draft) error {
	if o := x.origins(); len(o) > 0 && !slices.Contains(o, d.Origin) {
		return &kanzei.Problem{Code: "talks.draft", Where: x.Name, Msg: "the draft is about goods of " + strings.Join(x.Terms.Origins, ", ") + ", and " + d.Origin.Name() + " asks", Hint: "open the desk for one of them: kanzei talks " + x.Terms.Origins[0] + " US"}
	}
	return nil
}

// Price values a draft.
func (d *Desk) Price(ctx context.Context, x *Draft) (*Priced, error) {
	out := &Priced{Name: x.Name, Title: cmp.Or(x.Terms.Title, x.Instrument.Title), Acts: []Act{}}
	for i := range x.Instrument.Acts {
		a := &x.Instrument.Acts[i]
		if a.Kind != kanzei.ActNote && a.Kind != kanzei.ActProgram {
			out.Acts = append(out.Acts, Act{strings.Join(a.Targets, ", "), string(a.Kind)})
		}
	}
	for _, t := range x.Terms.Tariffs {
		out.Acts = append(out.Acts, Act{"tariff:" + t.Sector, "the asker levies " + t.Rate})
	}
	for _, p := range x.Terms.Purchases {
		out.Acts = append(out.Acts, Act{"purchase:" + strings.Join(p.Sectors, "+"), fmt.Sprintf("stated demand shift of %g million USD a year", p.MUSD)})
		out.Notes = append(out.Notes, fmt.Sprintf("purchases of %g million USD a year of %s are a stated demand shift: a subsidy of the asker on these imports, just large enough at the world's own elasticities; no price of the goods is promised", p.MUSD, strings.Join(p.Sectors, ", ")))
	}
	for _, t := range x.Terms.LeftOut {
		out.Notes = append(out.Notes, "left out: "+t)
	}
	if err := d.ours(x); err != nil {
		return nil, err
	}
	for _, k := range []struct {
		name string
		law  *impact.Law
		to   **Worth
	}{{"walk-away", d.WalkAway, &out.Worth}, {"today", d.Today, &out.Today}} {
		g, err := d.Ground(k.name, k.law)
		if err != nil {
			return nil, err
		}
		if *k.to, err = d.priceOn(ctx, g, x, x.Instrument, out); err != nil {
			return nil, err
		}
		if len(x.Terms.Claims) == 0 {
			continue
		}
		w, err := d.priceOn(ctx, g, x, x.claimed(), out)
		if err != nil {
			return nil, err
		}
		out.Notes = append(out.Notes, fmt.Sprintf("with %s claimed for all goods, against %s: %s gains %s, %s %s million USD a year; how much is claimed is not known, and the truth lies between", strings.Join(x.Terms.Claims, ", "), k.name,
			d.World.Economies[d.Asker].ISO2, change(w.GainAskerMUSD), d.World.Economies[d.Giver].ISO2, change(w.GainGiverMUSD)))
	}
	if err := d.priceParts(ctx, x, out); err != nil {
		return nil, err
	}
	slices.Sort(out.Notes)
	out.Notes = slices.Compact(out.Notes)
	return out, nil
}

// priceParts values what each side does alone, at the walk-away.
func (d *Desk) priceParts(ctx context.Context, x *Draft, out *Priced) error {
	if len(x.Terms.Tariffs)+len(x.Terms.Purchases) == 0 {
		return nil
	}
	g, err := d.Ground("walk-away", d.WalkAway)
	if err != nil {
		return err
	}
	nothing := &kanzei.Instrument{ID: "draft: nothing", Title: "nothing", Kind: "draft"}
	for _, k := range []struct {
		what  string
		in    *kanzei.Instrument
		terms Terms
	}{
		{"the duties of the giver alone", x.Instrument, Terms{Origins: x.Terms.Origins}},
		{"the tariffs of the asker alone", nothing, Terms{Origins: x.Terms.Origins, Tariffs: x.Terms.Tariffs}},
		{"the purchases alone", nothing, Terms{Origins: x.Terms.Origins, Purchases: x.Terms.Purchases}},
	} {
		if k.in == nothing && len(k.terms.Tariffs)+len(k.terms.Purchases) == 0 {
			continue
		}
		w, err := d.priceOn(ctx, g, &Draft{Name: x.Name, Instrument: k.in, Terms: k.terms}, k.in, out)
		if err != nil {
			return err
		}
		w.ID, w.What = k.what, k.what
		out.Parts = append(out.Parts, w)
		out.SumMUSD += w.GainAskerMUSD
	}
	out.SumMUSD, out.InteractionMUSD = tidy(out.SumMUSD), tidy(out.Worth.GainAskerMUSD-out.SumMUSD)
	return nil
}

// priceOn values a draft on a ground.
func (d *Desk) priceOn(ctx context.Context, g *Ground, x *Draft, in *kanzei.Instrument, out *Priced) (*Worth, error) {
	in, late := at(in, g.Law.On())
	if late > 0 {
		out.Notes = append(out.Notes, "acts that begin later are taken as in effect on the day judged")
	}
	l, t, err := d.laid(ctx, g.Law, x, in)
	if err != nil {
		return nil, err
	}
	w := &Worth{ID: x.Name, What: cmp.Or(x.Terms.Title, x.Instrument.Title), Kind: "draft"}
	rates, err := d.Study.LineRates(l, d.Origin)
	if err != nil {
		return nil, err
	}
	for i := range g.Lines {
		w.StaticUSD += g.Lines[i].ValueUSD * (g.Rates[i].Additional() - rates[i].Additional())
	}
	w.StaticUSD = math.Round(w.StaticUSD)
	return w, g.Value(ctx, []*Worth{w}, [][]float64{t})
}

// laid lays a draft with its terms over a law and gives the tariffs.
func (d *Desk) laid(ctx context.Context, l *impact.Law, x *Draft, in *kanzei.Instrument) (*impact.Law, []float64, error) {
	l, err := d.Study.With(l, x.origins(), in)
	if err != nil {
		return nil, nil, err
	}
	if len(x.Terms.Tariffs) > 0 {
		if l, err = d.Study.WithTariffs(l, x.Name, []byte(d.tariffRows(x))); err != nil {
			return nil, nil, err
		}
	}
	t, err := d.Study.Tariffs(l)
	if err != nil {
		return nil, nil, err
	}
	t, err = d.purchases(ctx, t, x.Terms.Purchases)
	return l, t, err
}

// tariffRows writes the asker's tariffs in the form of a scenario file.
func (d *Desk) tariffRows(x *Draft) string {
	var b strings.Builder
	b.WriteString("exporter,importer,sector,rate\n")
	for _, t := range x.Terms.Tariffs {
		sector := t.Sector
		if sector == "goods" {
			sector = "*"
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s\n", d.World.Economies[d.Giver].ISO3, d.World.Economies[d.Asker].ISO3, sector, t.Rate)
	}
	return b.String()
}

// purchases lowers the tariff powers on what is to be bought until imports are
// larger by the amounts stated: by steps of Newton in logs on each cell, which
// the trade elasticity makes nearly exact.
func (d *Desk) purchases(ctx context.Context, tariff []float64, list []TermPurchase) ([]float64, error) {
	if len(list) == 0 {
		return tariff, nil
	}
	w := d.World
	lead := d.Question.Closures[0]
	flow := func(r *model.Result, c int) float64 { return r.Flows()[c] / r.Tariff()[c] }
	r, err := d.Equilibrium(ctx, tariff, lead, Central)
	if err != nil {
		return nil, err
	}
	goal := map[int]float64{}
	for _, p := range list {
		total := 0.0
		var cells []int
		for _, code := range p.Sectors {
			j, err := w.Sector(code)
			if err != nil {
				return nil, err
			}
			c := w.Cell(j, d.Asker, d.Giver)
			cells = append(cells, c)
			total += flow(r, c)
		}
		if total == 0 {
			return nil, &kanzei.Problem{Code: "talks.purchase", Msg: "nothing of " + strings.Join(p.Sectors, ", ") + " is traded in the base year, so a purchase has no elasticity", Hint: "name other sectors"}
		}
		for _, c := range cells {
			if _, ok := goal[c]; !ok {
				goal[c] = flow(r, c)
			}
			goal[c] += p.MUSD * flow(r, c) / total
		}
	}
	cells := make([]int, 0, len(goal))
	for c := range goal {
		cells = append(cells, c)
	}
	slices.Sort(cells)
	t := slices.Clone(tariff)
	for range 40 {
		worst := 0.0
		for _, c := range cells {
			miss := math.Log(goal[c] / flow(r, c))
			worst = math.Max(worst, math.Abs(miss))
			t[c] *= math.Exp(-miss / (1 + w.Theta[c/w.N/w.N]))
		}
		if worst < 1e-6 {
			return t, nil
		}
		if r, err = d.Equilibrium(ctx, t, lead, Central); err != nil {
			return nil, err
		}
	}
	return nil, &kanzei.Problem{Code: "talks.purchase", Msg: "no subsidy brings the purchases about in 40 steps", Hint: "ask for a smaller amount"}
}

// Text writes a priced draft.
func (x *Priced) Text(w io.Writer, s impact.Style) error {
	p := newSheet(s)
	p.head("priced")
	x.text(p, Party{ISO2: x.Worth.Asker.ISO2}, Party{ISO2: x.Worth.Giver.ISO2})
	return p.to(w)
}
