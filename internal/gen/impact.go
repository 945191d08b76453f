package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// impactSectors writes the concordance of package impact: which sector of the
// model makes the goods of a six-digit subheading.
func impactSectors(sources string) (map[string][]byte, error) {
	path := filepath.Join(sources, "concordances", "concordance_hs6_isic3.csv")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	if _, err := r.Read(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	type pair struct{ hs6, sector string }
	var all []pair
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if row[0][:2] > "97" {
			continue // special provisions of the schedule, which are no goods
		}
		sector, err := sectorOf(row[0], row[3])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, pair{row[0], sector})
	}
	slices.SortFunc(all, func(a, b pair) int { return cmp.Compare(a.hs6, b.hs6) })
	var out bytes.Buffer
	out.WriteString(`# HS 2022 subheadings and the sector of the OECD inter-country tables that makes the goods; - where none does.
# Runs of subheadings next to each other with one sector, both ends included.
# ISIC Rev. 3 classes of HS 2022 by concordance (In Song Kim and others, insongkim/concordance), MIT licence;
# classes to sectors of ISIC Rev. 4, and the subheadings that Rev. 4 moved, by internal/gen/impact.go.
# Made by: go run ./internal/gen impact
`)
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1].sector == all[i].sector {
			j++
		}
		if i == j {
			fmt.Fprintf(&out, "%s %s\n", all[i].hs6, all[i].sector)
		} else {
			fmt.Fprintf(&out, "%s..%s %s\n", all[i].hs6, all[j].hs6, all[i].sector)
		}
		i = j + 1
	}
	return map[string][]byte{"impact/hs6.sectors": out.Bytes()}, nil
}

// moved are goods whose class ISIC Rev. 3 does not tell apart, by the start of
// their HS code; the longest counts. The class of Rev. 4 is in the comment.
var moved = []struct{ hs, sector string }{
	{"840734", "C29"}, {"840820", "C29"}, // engines of vehicles, 2910
	{"8469", "C28"}, {"8470", "C28"}, {"8472", "C28"}, // office machinery, 2817
	{"8486", "C28"},                                     // machines that make semiconductors, 2829
	{"8511", "C29"}, {"854430", "C29"}, {"9401", "C29"}, // electrical equipment and seats of vehicles, 2930
	{"940110", "C302T309"},                                        // seats of aircraft, 3030
	{"94013", "C31T33"}, {"94014", "C31T33"}, {"94015", "C31T33"}, // other seats, 3100
	{"94016", "C31T33"}, {"94017", "C31T33"}, {"94018", "C31T33"}, {"94019", "C31T33"},
	{"8542", "C26"}, {"8523", "C26"}, {"8524", "C26"}, {"8541", "C26"}, // components and media, 2610, 2680
	{"9022", "C26"}, {"90181", "C26"}, {"902140", "C26"}, {"902150", "C26"}, // electromedical, 2660
	{"4907", "C17_18"}, {"3705", "C17_18"}, {"3704", "C17_18"},
	{"8401", "C25"}, // nuclear reactors, 2513
}

// scrap has the sector that its chapter is made in, since it takes its place.
var scrap = map[string]string{
	"05": "C10T12", "18": "C10T12", "23": "C10T12", "24": "C10T12", "41": "C13T15", "43": "C13T15", "50": "C13T15", "51": "C13T15", "52": "C13T15",
	"55": "C13T15", "63": "C13T15", "26": "C24B", "38": "C20", "39": "C22", "40": "C22", "44": "C16", "45": "C16", "47": "C17_18", "70": "C23",
	"71": "C24B", "72": "C24A", "73": "C24A", "74": "C24B", "75": "C24B", "76": "C24B", "78": "C24B", "79": "C24B", "80": "C24B", "81": "C24B",
	"85": "C27", "28": "C20", "27": "C19", "25": "C23", "30": "C21", "15": "C10T12", "19": "C10T12", "89": "C301", "53": "C13T15",
}

// sectorOf maps a class of ISIC Rev. 3 to a sector.
func sectorOf(hs6, class string) (string, error) {
	best := ""
	sector := ""
	for _, m := range moved {
		if strings.HasPrefix(hs6, m.hs) && len(m.hs) > len(best) {
			best, sector = m.hs, m.sector
		}
	}
	if best != "" {
		return sector, nil
	}
	switch class {
	case "2423":
		return "C21", nil
	case "2710", "2731":
		return "C24A", nil
	case "2720", "2732":
		return "C24B", nil
	case "2330":
		return "C20", nil // nuclear fuel, 2011
	case "2927":
		return "C25", nil // weapons, 2520
	case "2930":
		return "C27", nil // domestic appliances, 2750
	case "3311":
		return "C31T33", nil // medical instruments, 3250
	case "9999":
		if s, ok := scrap[hs6[:2]]; ok {
			return s, nil
		}
		return "", fmt.Errorf("no sector for scrap %s", hs6)
	}
	switch class[:2] {
	case "01":
		return "A01", nil
	case "02":
		return "A02", nil
	case "05":
		return "A03", nil
	case "10":
		return "B05", nil
	case "11":
		return "B06", nil
	case "12", "13":
		return "B07", nil
	case "14":
		return "B08", nil
	case "15", "16":
		return "C10T12", nil
	case "17", "18", "19":
		return "C13T15", nil
	case "20":
		return "C16", nil
	case "21", "22":
		return "C17_18", nil
	case "23":
		return "C19", nil
	case "24":
		return "C20", nil
	case "25":
		return "C22", nil
	case "26":
		return "C23", nil
	case "28":
		return "C25", nil
	case "29":
		return "C28", nil
	case "30", "32", "33":
		return "C26", nil
	case "31":
		return "C27", nil
	case "34":
		return "C29", nil
	case "35":
		if class[:3] == "351" {
			return "C301", nil
		}
		return "C302T309", nil
	case "36":
		return "C31T33", nil
	case "40", "74", "92", "93":
		return "-", nil // electricity, photographs, works of art: services
	}
	return "", fmt.Errorf("no sector for class %s of %s", class, hs6)
}
