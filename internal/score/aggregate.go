package main

import (
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"kanzei"
	"kanzei/duty"
	"kanzei/trade"
)

// Averages of others are set beside ours: imports of 2024 at the law of the day.
// "Statutory" claims no preference and takes column 1; "applied" takes the base
// duty observed in 2024 and, for Canada and Mexico, the part of each product that
// claimed USMCA in 2025; "claimed" is applied with the exceptions for civil
// aircraft, named articles, informational materials (chapters 49 and 97) and
// places in a quota claimed on every product they name, a lower bound. The gap is
// how far the published figure lies from "applied", or from "statutory" where it
// says it is that. Weights, contents and shares differ between authors:
// gaps are explained, nothing is tuned.

//go:embed aggregate.reasons
var reasonsText string

// A reason explains gaps of rows that match all its patterns.
type reason struct{ country, date, metric, text string }

func readReasons(text string) ([]reason, error) {
	var out []reason
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, "|", 4)
		if len(f) != 4 {
			return nil, fmt.Errorf("aggregate.reasons:%d: write country | date | metric | reason", n+1)
		}
		r := reason{strings.TrimSpace(f[0]), strings.TrimSpace(f[1]), strings.TrimSpace(f[2]), strings.TrimSpace(f[3])}
		for _, p := range []string{r.country, r.date, r.metric} {
			if _, err := path.Match(p, ""); err != nil {
				return nil, fmt.Errorf("aggregate.reasons:%d: %w", n+1, err)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func matches(pattern, s string) bool {
	ok, _ := path.Match(pattern, strings.ReplaceAll(s, "/", "-"))
	return ok
}

// A measured average in percent of customs value; lo and hi differ where facts
// are not known.
type average struct{ lo, hi float64 }

// question is what a published row asks: a day, and programs left out.
type question struct {
	on      kanzei.Day
	without []string
}

// asked reads the day and the scenario of a row.
func asked(row map[string]string) (question, error) {
	m := strings.ToLower(row["metric"])
	q := question{}
	newer := []string{"s301.forced-labor", "s301.brazil"}
	july := kanzei.DayOf(2026, 7, 25)
	switch {
	case dayForm.MatchString(row["date"]) && len(row["date"]) == 10:
		d, err := kanzei.ParseDay(row["date"])
		if err != nil {
			return q, err
		}
		q.on = d
		switch {
		case strings.Contains(m, "without"):
			q.on, q.without = july, newer
		case strings.Contains(m, "with new"), strings.Contains(m, ", with"):
			q.on = july
		case d == kanzei.DayOf(2026, 7, 24): // computed in June 2026, before the new actions
			q.without = newer
		}
	case strings.Contains(m, "pre-scotus"):
		q.on = kanzei.DayOf(2026, 2, 19)
	case strings.Contains(m, "mid-2026"), strings.Contains(m, "june 2026"):
		q.on = kanzei.DayOf(2026, 6, 15)
	case strings.Contains(m, "no new 301"), strings.Contains(m, "without replacement"):
		q.on, q.without = july, newer
	case strings.Contains(m, "brazil"):
		q.on = july
	case strings.Contains(m, "forced-labor"):
		q.on, q.without = july, newer[1:]
	default:
		return q, fmt.Errorf("what day does %q of %s ask about?", row["metric"], row["date"])
	}
	return q, nil
}

// An aggregator measures partners once a day.
type aggregator struct {
	engine  *duty.Engine
	flows   *trade.Flows
	content *trade.Assumption
	usmca   map[kanzei.Origin]map[kanzei.HTS]kanzei.Fraction
	mu      sync.Mutex
	known   map[string]*trade.Result
}

// partners are the origins with lines of ten digits, the Union as one.
func (g *aggregator) partners(country string) ([]trade.Partner, error) {
	if country == "EU" {
		p, err := g.flows.EuropeanUnion()
		return []trade.Partner{p}, err
	}
	if country != "" {
		o, err := kanzei.ParseOrigin(country)
		if err != nil {
			return nil, err
		}
		p, err := g.flows.Partner(o)
		return []trade.Partner{p}, err
	}
	eu, err := g.flows.EuropeanUnion()
	if err != nil {
		return nil, err
	}
	out := []trade.Partner{eu}
	for _, s := range g.flows.Partners() {
		if s.Lines == 0 || trade.EUMember(s.Origin) {
			continue
		}
		p, err := g.flows.Partner(s.Origin)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// A variant says what is assumed of preferences and exceptions.
type variant int

const (
	statutory variant = iota
	applied
	claimed
)

// measure is the exposure of a partner on a day.
func (g *aggregator) measure(p trade.Partner, on kanzei.Day, v variant) (*trade.Result, error) {
	key := fmt.Sprint(p.Name, on, v)
	g.mu.Lock()
	r := g.known[key]
	g.mu.Unlock()
	if r != nil {
		return r, nil
	}
	then := &trade.EngineRater{Engine: g.engine, On: kanzei.DayOf(2024, 7, 1)}
	reference := trade.RaterFunc(func(x trade.Goods) (trade.Outcome, error) {
		if _, err := g.engine.Schedule.Line(x.HTS, then.On); err != nil {
			x.HTS = x.HTS.Parent(8) // parts of a watch are counted under numbers of their own
		}
		return then.Rate(x)
	})
	plain := &trade.EngineRater{Engine: g.engine, On: on, Reference: reference}
	var rater trade.Rater = plain
	if v != statutory {
		rater = trade.RaterFunc(func(x trade.Goods) (trade.Outcome, error) {
			o, err := plain.Rate(x)
			if err != nil {
				return o, err
			}
			if v == claimed {
				if o, err = g.claims(x, o, on); err != nil {
					return o, err
				}
			}
			o.BaseObserved = true
			if s := g.usmca[x.Origin][x.Line.HTS]; s > 0 {
				if o, err = g.blend(x, o, on, s); err != nil {
					return o, err
				}
			}
			return o, nil
		})
	}
	opt := trade.Options{Carry: trade.Carrier(g.engine.Schedule), Assumption: g.content, Reference: reference, Top: 1}
	if p.Origin == 0 {
		opt.RateAs = kanzei.MustOrigin("DE")
	}
	x, err := trade.Measure(p, []trade.State{{Name: on.String(), On: on, Rater: rater}}, opt)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known[key] = &x.States[0]
	return &x.States[0], nil
}

// claims rates goods with the exceptions claimed that name them. Where that
// levies no less, the outcome stands.
func (g *aggregator) claims(x trade.Goods, o trade.Outcome, on kanzei.Day) (trade.Outcome, error) {
	entry := kanzei.Entry{HTS: x.HTS, Origin: x.Origin, Date: on, Flags: []string{"civil-aircraft", "named-article", "quota-in"}}
	if ch := x.HTS.Chapter(); ch == 49 || ch == 97 {
		entry.Flags = append(entry.Flags, "informational")
	}
	if x.ContentKnown {
		entry.Steel, entry.Aluminum, entry.Copper = kanzei.ShareOf(x.Content.Steel), kanzei.ShareOf(x.Content.Aluminum), kanzei.ShareOf(x.Content.Copper)
	}
	s, err := g.engine.Shares(entry, 0, nil)
	if err != nil || s.Status == kanzei.Unsupported || s.Max >= o.AddMax {
		return o, err
	}
	o.Parts, o.AddMin, o.AddMax = nil, s.Min, s.Max
	for _, l := range s.Levies {
		o.Parts = append(o.Parts, trade.Part{Program: l.Program, Heading: l.Heading, Min: l.Min, Max: l.Max})
	}
	return o, nil
}

// blend mixes goods that claim USMCA with goods that do not.
func (g *aggregator) blend(x trade.Goods, o trade.Outcome, on kanzei.Day, share kanzei.Fraction) (trade.Outcome, error) {
	entry := kanzei.Entry{HTS: x.HTS, Origin: x.Origin, Date: on, SPI: "S"}
	if x.ContentKnown {
		entry.Steel, entry.Aluminum, entry.Copper = kanzei.ShareOf(x.Content.Steel), kanzei.ShareOf(x.Content.Aluminum), kanzei.ShareOf(x.Content.Copper)
	}
	s, err := g.engine.Shares(entry, 0, nil)
	if err != nil || s.Status == kanzei.Unsupported {
		return o, err
	}
	mix := func(claimed, not kanzei.Fraction) kanzei.Fraction {
		return kanzei.Fraction(kanzei.MulDiv(int64(claimed), int64(share), int64(kanzei.One)) + kanzei.MulDiv(int64(not), int64(kanzei.One-share), int64(kanzei.One)))
	}
	type key struct{ program, heading string }
	parts := map[key]trade.Part{}
	var keys []key
	for _, q := range o.Parts {
		k := key{q.Program, q.Heading}
		keys = append(keys, k)
		parts[k] = trade.Part{Program: q.Program, Heading: q.Heading, Min: mix(0, q.Min), Max: mix(0, q.Max)}
	}
	for _, l := range s.Levies {
		k := key{l.Program, l.Heading}
		q, ok := parts[k]
		if !ok {
			keys = append(keys, k)
		}
		q.Program, q.Heading = l.Program, l.Heading
		q.Min += mix(l.Min, 0)
		q.Max += mix(l.Max, 0)
		parts[k] = q
	}
	o.Parts = nil
	var lo, hi kanzei.Fraction
	for _, k := range keys {
		o.Parts = append(o.Parts, parts[k])
		lo += parts[k].Min
		hi += parts[k].Max
	}
	o.AddMin, o.AddMax = max(lo, mix(s.Min, o.AddMin)), min(hi, mix(s.Max, o.AddMax))
	if o.AddMin > o.AddMax {
		o.AddMin, o.AddMax = lo, hi
	}
	return o, nil
}

// average is the duty of a question over customs value.
func (g *aggregator) average(country string, q question, v variant) (average, error) {
	partners, err := g.partners(country)
	if err != nil {
		return average{}, err
	}
	results := make([]*trade.Result, len(partners))
	errs := make([]error, len(partners))
	var wait sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i, p := range partners {
		wait.Go(func() {
			slots <- struct{}{}
			results[i], errs[i] = g.measure(p, q.on, v)
			<-slots
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return average{}, err
	}
	var value, lo, hi int64
	for _, r := range results {
		value += r.ValueUSD
		lo += r.BaseUSD + r.AdditionalMinUSD
		hi += r.BaseUSD + r.AdditionalMaxUSD
		for _, name := range q.without {
			lo -= r.Program(name).MinUSD
			hi -= r.Program(name).MaxUSD
		}
	}
	return average{100 * float64(lo) / float64(value), 100 * float64(hi) / float64(value)}, nil
}

// readShares reads the share of each product that claimed USMCA.
func readShares(file string) (map[kanzei.Origin]map[kanzei.HTS]kanzei.Fraction, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return nil, err
	}
	col := map[string]int{}
	for i, name := range records[0] {
		col[name] = i
	}
	country := map[string]string{"1220": "CA", "2010": "MX"}
	out := map[kanzei.Origin]map[kanzei.HTS]kanzei.Fraction{}
	for _, r := range records[1:] {
		o, err := kanzei.ParseOrigin(country[r[col["cty_code"]]])
		if err != nil {
			return nil, fmt.Errorf("%s: country %q", file, r[col["cty_code"]])
		}
		h, err := kanzei.ParseHTS(fmt.Sprintf("%010s", r[col["hts10"]]))
		if err != nil {
			return nil, err
		}
		s, err := strconv.ParseFloat(r[col["usmca_share"]], 64)
		if err != nil {
			continue
		}
		if out[o] == nil {
			out[o] = map[kanzei.HTS]kanzei.Fraction{}
		}
		out[o][h] = kanzei.Fraction(math.Round(min(1, max(0, s)) * float64(kanzei.One)))
	}
	return out, nil
}

func aggregate(e *duty.Engine, o *options) error {
	rows, err := readTable(filepath.Join(o.oracle, "aggregate_rates.csv"))
	if err != nil {
		return err
	}
	reasons, err := readReasons(reasonsText)
	if err != nil {
		return err
	}
	g := &aggregator{engine: e, known: map[string]*trade.Result{}}
	if g.flows, err = trade.Load(); err != nil {
		return err
	}
	if g.content, err = trade.AssumptionNamed("bea-content"); err != nil {
		return err
	}
	if g.usmca, err = readShares(filepath.Join(o.oracle, "..", "sources", "law", "usmca", "usmca_product_shares_2025.csv.gz")); err != nil {
		return err
	}
	if g.usmca == nil {
		fmt.Println("the USMCA shares of 2025 are not here: \"applied\" claims none")
	}
	fmt.Printf("%-10s %-3s %-15s %-15s %-15s %6s %6s  %s\n", "date", "", "statutory", "applied", "claimed", "theirs", "gap", "metric")
	open := 0
	for _, row := range rows {
		if o.jp && row["country"] != "JP" {
			continue
		}
		q, err := asked(row)
		if err != nil {
			return err
		}
		theirs, err := strconv.ParseFloat(row["value"], 64)
		if err != nil {
			return err
		}
		var ours [3]average
		for v := range ours {
			if ours[v], err = g.average(row["country"], q, variant(v)); err != nil {
				return err
			}
		}
		beside := ours[applied]
		if m := strings.ToLower(row["metric"]); strings.Contains(m, "statutory") {
			beside = ours[statutory]
		}
		gap := beside.gap(theirs)
		why := ""
		if math.Abs(gap) > 1 {
			for _, r := range reasons {
				if matches(r.country, row["country"]) && matches(r.date, row["date"]) && matches(r.metric, row["metric"]) {
					why = r.text
					break
				}
			}
			if why == "" {
				open++
				why = "OPEN"
			}
		}
		fmt.Printf("%-10s %-3s %-15s %-15s %-15s %6.2f %+6.2f  %s\n", q.on, row["country"], ours[statutory], ours[applied], ours[claimed], theirs, gap, row["metric"])
		if why != "" {
			fmt.Printf("%16s%s\n", "", why)
		}
	}
	if open > 0 {
		return fmt.Errorf("%d gaps over 1 point have no line in internal/score/aggregate.reasons", open)
	}
	return nil
}

// gap is how far a figure lies outside: facts nobody knows leave a range.
func (a average) gap(x float64) float64 {
	switch {
	case x < a.lo:
		return x - a.lo
	case x > a.hi:
		return x - a.hi
	}
	return 0
}

func (a average) String() string {
	if a.hi-a.lo < 0.005 {
		return fmt.Sprintf("%.2f", a.lo)
	}
	return fmt.Sprintf("%.2f to %.2f", a.lo, a.hi)
}
