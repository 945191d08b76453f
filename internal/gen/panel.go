package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"kanzei"
	"kanzei/panel"
)

// panelShares writes the edition of package panel: how much of US imports from
// Canada and Mexico claimed USMCA, by code and year.
func panelShares(sources string) (map[string][]byte, error) {
	src := panel.Source{
		Name:        "usmca-claims",
		Agency:      "US Census Bureau",
		Publication: "US imports for consumption by special program claimed: share of customs value for which USMCA was claimed, by ten-digit HTS code; as compiled by The Budget Lab at Yale, the statistics themselves are not held",
		Period:      "2024, 2025",
		Units:       "1/10000 of customs value",
		Via:         "resources/usmca_product_shares_2024.csv and _2025.csv of Budget-Lab-Yale/tariff-rate-tracker (The Budget Lab at Yale)",
		Licence:     "MIT, copyright 2025-2026 The Budget Lab at Yale; underlying statistics are a work of the US government",
		Notes: []string{
			"an assumption of a model, not law and not a declaration; shares of a year, rounded to 1/10000",
			"codes without a row take the mean of the codes beside them",
		},
	}
	type at struct {
		year   int
		origin kanzei.Origin
	}
	rows := map[at]map[kanzei.HTS]int{}
	census := map[string]kanzei.Origin{"1220": kanzei.MustOrigin("CA"), "2010": kanzei.MustOrigin("MX")}
	for _, year := range []int{2024, 2025} {
		path := filepath.Join(sources, "law", "usmca", fmt.Sprintf("usmca_product_shares_%d.csv.gz", year))
		err := tradeCSV(path, "hts10,cty_code,usmca_share", func(r []string, _ func(int) int64) error {
			o, ok := census[r[1]]
			if !ok {
				return fmt.Errorf("partner %s is neither Canada nor Mexico", r[1])
			}
			h, err := kanzei.ParseHTS(r[0])
			if err != nil {
				return err
			}
			share, err := strconv.ParseFloat(r[2], 64)
			if err != nil || share < 0 || share > 1.0001 {
				return fmt.Errorf("share %s is none", r[2])
			}
			k := at{year, o}
			if rows[k] == nil {
				rows[k] = map[kanzei.HTS]int{}
			}
			rows[k][h] = min(int(share*10_000+0.5), 10_000)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var claims []panel.Claims
	for _, year := range []int{2024, 2025} {
		for _, code := range []string{"CA", "MX"} {
			c := panel.Claims{Year: year, Origin: kanzei.MustOrigin(code)}
			for h := range rows[at{year, c.Origin}] {
				c.Codes = append(c.Codes, h)
			}
			slices.Sort(c.Codes)
			for _, h := range c.Codes {
				c.Shares = append(c.Shares, rows[at{year, c.Origin}][h])
			}
			claims = append(claims, c)
		}
	}
	data, err := panel.EncodeClaims(src, claims)
	return map[string][]byte{"panel/usmca.preference": data}, err
}
