package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"kanzei"
	"kanzei/trade/edition"
)

// trade writes the editions of package trade: US imports for consumption in
// 2024 (US Census Bureau) and the assumption set bea-content (Bureau of
// Economic Analysis through the Budget Lab at Yale).
func trade(sources string) (map[string][]byte, error) {
	flows, err := tradeFlows(filepath.Join(sources, "trade"))
	if err != nil {
		return nil, err
	}
	shares, err := tradeShares(filepath.Join(sources, "law", "metal"))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"trade/us-imports-2024.flows": flows,
		"trade/bea-content.shares":    shares,
	}, nil
}

// censusEU is the Census code of the European Union as one partner.
const censusEU = 3

func tradeFlows(dir string) ([]byte, error) {
	src := edition.Source{
		Name:        "us-imports-2024",
		Agency:      "US Census Bureau",
		Publication: "US imports of merchandise: imports for consumption, customs value and calculated duty, by ten-digit HTS code and partner",
		Period:      "2024",
		Units:       "US dollars",
		Via:         "Census API data in tradewartracker/trade-war-redux-2025 at 726c5958 (M. Waugh), MIT licence",
		Licence:     "work of the US government, public domain in the United States (17 USC 105)",
		Notes: []string{
			"50 partners and the European Union as one have lines of ten digits; every other partner, and every EU member but Slovakia, has sums by chapter only",
			"the West Bank and Gaza, which Census counts apart, are one partner, PS",
			"code 3 is the sum of the 27 members of the European Union; Slovakia lies inside it and is left out of sums over lines",
			"calculated duty is computed by Census at entry and includes additional duties of 2024 (sections 232 and 301); it is not cash collected",
			"imports for consumption, not general imports: use them for duty, the latter to match headlines",
		},
	}
	// Schedule C cuts the line of 7660 short, and has two codes for what ISO 3166
	// calls Palestine: 5083, the West Bank, is added to 5082, Gaza.
	byCode := map[int]kanzei.Origin{7660: kanzei.MustOrigin("CD"), 5082: kanzei.MustOrigin("PS")}
	code := func(n int64) int {
		if n == 5083 {
			return 5082
		}
		return int(n)
	}
	for _, o := range kanzei.Origins() {
		if c := o.Census(); c != 0 {
			byCode[c] = o
		}
	}
	totals := map[int]edition.Partner{}
	err := tradeCSV(filepath.Join(dir, "us_imports_cons_2024_country_totals.csv"), "cty_code,cty_name,con_val_usd,cal_duty_usd,avg_duty_pct", func(r []string, n func(int) int64) error {
		p := totals[code(n(0))]
		p.Census, p.Name = code(n(0)), r[1]
		p.ValueUSD += n(2)
		p.DutyUSD += n(3)
		if o, ok := byCode[p.Census]; ok {
			p.Origin, p.Name = o, o.Name()
		} else if p.Census == censusEU {
			p.Name = "European Union"
		} else {
			return fmt.Errorf("census code %d (%s) has no origin", p.Census, p.Name)
		}
		totals[p.Census] = p
		return nil
	})
	if err != nil {
		return nil, err
	}
	codes := slices.Sorted(maps.Keys(totals))
	partners := make([]edition.Partner, len(codes))
	at := map[int]int{}
	for i, c := range codes {
		partners[i] = totals[c]
		at[c] = i
	}

	sums := make([]map[int]edition.Chapter, len(partners))
	err = tradeCSV(filepath.Join(dir, "us_imports_cons_2024_hs2_by_country.csv"), "cty_code,cty_name,hs2,con_val_usd,cal_duty_usd", func(r []string, n func(int) int64) error {
		i, ok := at[code(n(0))]
		if !ok {
			return fmt.Errorf("partner %s has no total", r[0])
		}
		if sums[i] == nil {
			sums[i] = map[int]edition.Chapter{}
		}
		c := sums[i][int(n(2))]
		sums[i][int(n(2))] = edition.Chapter{Chapter: int(n(2)), ValueUSD: c.ValueUSD + n(3), DutyUSD: c.DutyUSD + n(4)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	lines := make([][]edition.Line, len(partners))
	err = tradeCSV(filepath.Join(dir, "us_imports_cons_2024_hs10_by_partner.csv.gz"), "cty_code,hs10,con_val_usd,cal_duty_usd", func(r []string, n func(int) int64) error {
		i, ok := at[code(n(0))]
		if !ok {
			return fmt.Errorf("partner %s has no total", r[0])
		}
		h, err := kanzei.ParseHTS(r[1])
		if err != nil {
			return err
		}
		lines[i] = append(lines[i], edition.Line{HTS: h, ValueUSD: n(2), DutyUSD: n(3)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	chapters := make([][]edition.Chapter, len(partners))
	for i, p := range partners {
		for _, c := range slices.Sorted(maps.Keys(sums[i])) {
			chapters[i] = append(chapters[i], sums[i][c])
		}
		slices.SortFunc(lines[i], func(a, b edition.Line) int { return int(int64(a.HTS.Ten()) - int64(b.HTS.Ten())) })
		if err := tradeSums(p, chapters[i], lines[i]); err != nil {
			return nil, err
		}
	}
	return edition.EncodeFlows(src, partners, chapters, lines)
}

// tradeSums holds the three tables of a partner against each other.
func tradeSums(p edition.Partner, chapters []edition.Chapter, lines []edition.Line) error {
	byChapter := map[int]edition.Chapter{}
	for _, l := range lines {
		c := byChapter[l.HTS.Chapter()]
		c.Chapter = l.HTS.Chapter()
		c.ValueUSD += l.ValueUSD
		c.DutyUSD += l.DutyUSD
		byChapter[c.Chapter] = c
	}
	var value, duty int64
	for _, c := range chapters {
		value += c.ValueUSD
		duty += c.DutyUSD
		if lines != nil && byChapter[c.Chapter] != c {
			return fmt.Errorf("partner %d chapter %02d: lines sum to %v, the table by chapter has %v", p.Census, c.Chapter, byChapter[c.Chapter], c)
		}
	}
	if value != p.ValueUSD || duty != p.DutyUSD {
		return fmt.Errorf("partner %d: chapters sum to %d and %d, total is %d and %d", p.Census, value, duty, p.ValueUSD, p.DutyUSD)
	}
	return nil
}

// tradeShares reads shares of four metals by code, all of one input-output
// industry alike. Two rules make them usable as shares of customs value:
// where the metals together exceed the file's total (a share of the whole
// value, at most one), all are scaled to it; a code without an industry, or
// whose industry has a total but no metals, is left out, so that its content
// is that of the codes beside it or unknown, and not zero.
func tradeShares(dir string) ([]byte, error) {
	s := &edition.Shares{Source: edition.Source{
		Name:        "bea-content",
		Agency:      "US Bureau of Economic Analysis",
		Publication: "detail input-output accounts, 2017: metal inputs per dollar of output of the industry that makes the article",
		Period:      "2017",
		Units:       "share of customs value",
		Via:         "resources/metal_content_shares_bea_hs10.csv of Budget-Lab-Yale/tariff-rate-tracker (The Budget Lab at Yale)",
		Licence:     "MIT, copyright 2025-2026 The Budget Lab at Yale; underlying accounts are a work of the US government",
		Notes: []string{
			"an assumption of a model, not law and not a declaration: every article of one industry has the same content",
			"where steel, aluminum, copper and other metals together exceed the source's total share of metal, all are scaled to that total",
			"articles for which the source has no metals (no industry, used goods, secondary aluminum smelting) are left out: they take what the codes beside them agree on, else stay unknown",
		},
	}}
	type row struct {
		h kanzei.HTS
		c edition.Content
	}
	var rows []row
	err := tradeCSV(filepath.Join(dir, "metal_content_shares_bea_hs10.csv.gz"), "hs10,naics,bea_detail_code,steel_share,aluminum_share,copper_share,other_metal_share,metal_share", func(r []string, _ func(int) int64) error {
		h, err := kanzei.ParseHTS(r[0])
		if err != nil {
			return err
		}
		var v [5]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(r[3+i], 64); err != nil {
				return err
			}
		}
		metals, total := v[0]+v[1]+v[2]+v[3], v[4]
		if metals == 0 && total > 0 {
			return nil
		}
		scale := 1.0
		if metals > total {
			scale = total / metals
		}
		share := func(x float64) kanzei.Fraction { return kanzei.Fraction(float64(x*scale*float64(kanzei.One)) + 0.5) }
		rows = append(rows, row{h, edition.Content{Steel: share(v[0]), Aluminum: share(v[1]), Copper: share(v[2])}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b row) int { return int(int64(a.h.Ten()) - int64(b.h.Ten())) })
	for _, r := range rows {
		s.Codes = append(s.Codes, r.h)
		s.Contents = append(s.Contents, r.c)
	}
	return edition.EncodeShares(s)
}

// tradeCSV calls row for every row of a file, gzipped if its name says so,
// whose header must be as given. The function n reads a column as an integer;
// a column that is none is an error of the row.
func tradeCSV(path, header string, row func(r []string, n func(int) int64) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		in = z
	}
	c := csv.NewReader(in)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if strings.Join(head, ",") != header {
		return fmt.Errorf("%s: columns are %s, not %s", path, strings.Join(head, ","), header)
	}
	for {
		r, err := c.Read()
		if err == io.EOF {
			return nil
		}
		var bad error
		if err == nil {
			err = row(r, func(i int) int64 {
				v, err := strconv.ParseInt(r[i], 10, 64)
				if err != nil && bad == nil {
					bad = err
				}
				return v
			})
		}
		if err == nil {
			err = bad
		}
		if err != nil {
			line, _ := c.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
}
