package main

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/panel"
	"kanzei/trade"
)

// Duties collected in 2025 are set beside the law: for each month and partner
// the duty that customs calculated over the imports of the month, and the
// average rate of the law at the imports of 2024 under the assumption set
// "applied". The gap has two parts. Where the source also weighs the month's
// rates by imports of 2024, what that differs from the collected rate is trade
// that moved; the rest is rates: what importers claimed, loaded before, or
// entered by other ways, and what the assumption set misses.

// collectedFile is the source, beside the answers of others: Census duties as
// tabled by tradewartracker/TRI-tracker (MIT).
const collectedFile = "../sources/trade/us_duties_by_country_monthly_2024-01_2025-12_TRI.csv"

//go:embed collected.reasons
var collectedReasons string

// A collection is a month of a partner.
type collection struct {
	month   string
	origin  string // ISO 3166
	rate    float64
	weighed float64 // at 2024 weights; NaN where not given
}

// names of the source that are not those of ISO 3166.
var collectors = map[string]string{"\"KOREA": "KR", "KOREA": "KR", "KOREA, SOUTH": "KR", "RUSSIA": "RU", "TAIWAN": "TW", "VIETNAM": "VN", "UNITED KINGDOM": "GB"}

func readCollected(name string) ([]collection, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	byName := map[string]string{}
	for _, o := range kanzei.Origins() {
		byName[strings.ToUpper(o.Name())] = o.String()
	}
	var out []collection
	for _, rec := range records[1:] {
		iso, ok := byName[rec[1]]
		if v, known := collectors[rec[1]]; known {
			iso, ok = v, true
		}
		if !ok || !strings.HasPrefix(rec[0], "2025-") || rec[3] == "" {
			continue
		}
		c := collection{month: rec[0], origin: iso, weighed: math.NaN()}
		if c.rate, err = strconv.ParseFloat(rec[3], 64); err != nil {
			return nil, fmt.Errorf("%s: %s %s: %w", name, rec[0], rec[1], err)
		}
		if v, err := strconv.ParseFloat(rec[4], 64); err == nil {
			c.weighed = v
		}
		out = append(out, c)
	}
	return out, nil
}

// collected prints the back-test.
func collected(e *duty.Engine, o *options) error {
	list, err := readCollected(filepath.Join(o.oracle, collectedFile))
	if err != nil {
		return err
	}
	a, err := trade.PanelAssumptions("applied")
	if err != nil {
		return err
	}
	p, err := panel.BuildKnown(e, kanzei.DayOf(2025, 1, 1), kanzei.DayOf(2025, 12, 31), 0, a)
	if err != nil {
		return err
	}
	flows, err := trade.Load()
	if err != nil {
		return err
	}
	var origins []kanzei.Origin
	held := map[string]bool{}
	for _, s := range flows.Partners() {
		if s.Lines > 0 && !trade.EUMember(s.Origin) {
			held[s.Origin.String()] = true
		}
	}
	for _, c := range list {
		if x := kanzei.MustOrigin(c.origin); held[c.origin] && !slices.Contains(origins, x) {
			origins = append(origins, x)
		}
	}
	avg, err := flows.Average(p, e.Schedule, func() trade.Rater { return trade.ReferenceLaw(e) }, trade.By{Origin: true, Month: true}, origins...)
	if err != nil {
		return err
	}
	law := map[string]trade.Average{}
	for _, r := range avg.Rows {
		law[r.Month+r.Origin] = r
	}
	reasons, err := readReasons(collectedReasons)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b collection) int {
		return cmp.Or(cmp.Compare(a.origin, b.origin), cmp.Compare(a.month, b.month))
	})
	fmt.Println("Rates in percent. law: the law of the month at the imports of 2024, set \"applied\"; collected: duty calculated over imports of the month.")
	fmt.Println("gap = collected - law = moved + rates; moved: trade that shifted since 2024; rates: claims, transit, preferences, what the set misses.")
	fmt.Printf("%-8s %-3s %15s %10s %7s %7s %7s\n", "month", "", "law", "collected", "gap", "moved", "rates")
	n, within, unexplained := 0, 0, 0
	var sum float64
	said := map[string]bool{}
	for _, c := range list {
		r, ok := law[c.month+c.origin]
		if !ok {
			continue
		}
		lo, hi := 100*float64(r.Min)/float64(kanzei.One), 100*float64(r.Max)/float64(kanzei.One)
		got := 100 * c.rate
		gap := got - min(max(got, lo), hi)
		n++
		sum += math.Abs(gap)
		words := fmt.Sprintf("%.2f", lo)
		if hi-lo > 0.005 {
			words += fmt.Sprintf(" to %.2f", hi)
		}
		moved, rates := "", ""
		if !math.IsNaN(c.weighed) {
			w := 100 * c.weighed
			moved, rates = fmt.Sprintf("%+.2f", got-w), fmt.Sprintf("%+.2f", w-min(max(w, lo), hi))
		}
		fmt.Printf("%-8s %-3s %15s %10.2f %+7.2f %7s %7s\n", c.month, c.origin, words, got, gap, moved, rates)
		if math.Abs(gap) <= 1 {
			within++
			continue
		}
		i := slices.IndexFunc(reasons, func(x reason) bool { return matches(x.country, c.origin) && matches(x.date, c.month) })
		if i < 0 {
			unexplained++
			fmt.Println("         no reason is given")
			continue
		}
		said[reasons[i].text] = true
	}
	if n == 0 {
		return fmt.Errorf("no month of a partner can be compared")
	}
	fmt.Printf("\n%d months of %d partners: mean absolute gap %.2f points, %d within one point, %d beyond without a reason\n", n, len(origins), sum/float64(n), within, unexplained)
	for _, r := range reasons {
		if said[r.text] {
			fmt.Printf("  %s %s: %s\n", r.country, r.date, r.text)
		}
	}
	if unexplained > 0 {
		return fmt.Errorf("%d gaps over one point have no reason in collected.reasons", unexplained)
	}
	return nil
}
