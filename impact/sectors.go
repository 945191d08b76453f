package impact

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kanzei"
	"kanzei/model"
)

//go:generate go run kanzei/internal/gen impact

//go:embed hs6.sectors
var sectorsFile string

// A run is subheadings next to each other that one sector makes, both ends
// included.
type run struct {
	lo, hi int
	sector string // "" where no goods sector does
}

var runs = sync.OnceValues(func() ([]run, error) { return parseRuns(sectorsFile) })

func parseRuns(text string) ([]run, error) {
	var out []run
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		codes, sector, ok := strings.Cut(line, " ")
		lo, hi, two := strings.Cut(codes, "..")
		if !two {
			hi = lo
		}
		r := run{sector: strings.TrimPrefix(sector, "-")}
		var bad1, bad2 error
		r.lo, bad1 = strconv.Atoi(lo)
		r.hi, bad2 = strconv.Atoi(hi)
		if !ok || bad1 != nil || bad2 != nil || r.hi < r.lo || len(out) > 0 && r.lo <= out[len(out)-1].hi {
			return nil, fmt.Errorf("hs6.sectors:%d: %q is no run of subheadings; rebuild it with go run ./internal/gen impact", i+1, line)
		}
		out = append(out, r)
	}
	return out, nil
}

// sectorName returns the code of the sector that makes goods, "" where none
// does or the code is of no chapter of goods. A subheading between two runs
// belongs to the one before it when that is of its heading.
func sectorName(rs []run, h kanzei.HTS) string {
	lo, _ := h.Parent(6).Range()
	six := int(lo / 10_000)
	i, found := slices.BinarySearchFunc(rs, six, func(r run, six int) int { return r.lo - six })
	if !found {
		i--
	}
	switch {
	case i < 0:
		return ""
	case six <= rs[i].hi, rs[i].hi/100 == six/100:
		return rs[i].sector
	case i+1 < len(rs) && rs[i+1].lo/100 == six/100:
		return rs[i+1].sector
	}
	return ""
}

// sectorsOf maps the codes of hs6.sectors to the sectors of a world: by code,
// or by the divisions of ISIC that a code such as C13T15 or C10-C12 spans.
func sectorsOf(w *model.World) (map[string]int, error) {
	rs, err := runs()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for _, r := range rs {
		if _, done := at[r.sector]; done || r.sector == "" {
			continue
		}
		at[r.sector] = -1
		for j, s := range w.Sectors {
			if s.Goods && s.Code == r.sector {
				at[r.sector] = j
			}
		}
		if at[r.sector] >= 0 {
			continue
		}
		lo, _ := divisions(r.sector)
		for j, s := range w.Sectors {
			if a, b := divisions(s.Code); s.Goods && a <= lo && lo <= b {
				at[r.sector] = j
				break
			}
		}
	}
	for _, j := range at {
		if j >= 0 {
			return at, nil
		}
	}
	return nil, &kanzei.Problem{Code: "impact.sectors", Msg: "the sectors of world " + w.Name + " are not of ISIC Rev. 4, so no tariff line can be carried to them", Hint: "use icio2022 or wiod2014"}
}

// divisions reads the first and last division of ISIC from a code: A01,
// C13T15, C10-C12, C31_C32, C17_18, C24A, C301, C302T309.
func divisions(code string) (lo, hi int) {
	var all []int
	for i := 0; i < len(code); {
		if code[i] < '0' || code[i] > '9' {
			i++
			continue
		}
		k := i
		for k < len(code) && code[k] >= '0' && code[k] <= '9' {
			k++
		}
		if k-i >= 2 {
			n, _ := strconv.Atoi(code[i : i+2])
			all = append(all, n)
		}
		i = k
	}
	if len(all) == 0 {
		return -1, -2
	}
	return slices.Min(all), slices.Max(all)
}
