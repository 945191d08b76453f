package impact

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kanzei"
)

// A stated tariff is the power of one cell.
type stated struct {
	cell  int
	power float64
}

// partnerCells reads tariffs of importers from CSV: exporter, importer, sector
// and either rate, the new ad valorem rate, or add, points on top of the rate of
// the base. A rate is a share (0.25) or has a percent sign (25%). A sector is a
// code of the world, or a chapter (two digits) or subheading (six) of the HS,
// which counts with its share in the trade of the pair's sector: as the column
// share says, or as weighed by [Study.weigh]. A star stands for all.
func (s *Study) partnerCells(name string, data []byte) ([]stated, []string, error) {
	base, err := s.Base()
	if err != nil {
		return nil, nil, err
	}
	bad := func(line int, hint, format string, args ...any) error {
		return &kanzei.Problem{Code: "impact.tariffs", Where: fmt.Sprintf("%s:%d", name, line), Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))))
	r.TrimLeadingSpace = true
	const columns = "the columns are exporter, importer, sector and rate or add; share is optional"
	head, err := r.Read()
	if err != nil {
		return nil, nil, bad(1, columns, "no header line")
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	value := "rate"
	if _, ok := at["add"]; ok {
		value = "add"
	}
	for _, c := range []string{"exporter", "importer", "sector", value} {
		if _, ok := at[c]; !ok {
			return nil, nil, bad(1, columns, "no column %q", c)
		}
	}
	w := base
	power := map[int]float64{}
	var order []int
	covered := map[int]float64{} // share of a cell that goods of the HS have taken
	seen := map[string]int{}
	notes := map[string]bool{}
	pick := func(line int, what, code string, find func(string) (int, error), n int) ([]int, error) {
		if code == "*" {
			all := make([]int, n)
			for i := range all {
				all[i] = i
			}
			return all, nil
		}
		i, err := find(code)
		if err != nil {
			return nil, bad(line, "", "%s: %v", what, err)
		}
		return []int{i}, nil
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			var p *csv.ParseError
			if errors.As(err, &p) {
				line, err = p.Line, p.Err
			}
			return nil, nil, bad(line, columns, "%v", err)
		}
		line, _ := r.FieldPos(0)
		exporters, err := pick(line, "exporter", rec[at["exporter"]], w.Economy, w.N)
		if err != nil {
			return nil, nil, err
		}
		importers, err := pick(line, "importer", rec[at["importer"]], w.Economy, w.N)
		if err != nil {
			return nil, nil, err
		}
		code := strings.TrimSpace(rec[at["sector"]])
		digits := strings.ReplaceAll(code, ".", "")
		goods := len(digits) >= 2 && strings.Trim(digits, "0123456789") == ""
		var sectors []int
		if !goods {
			if sectors, err = pick(line, "sector", code, w.Sector, w.J); err != nil {
				return nil, nil, err
			}
		}
		own := -1.0 // share stated by the file
		if k, ok := at["share"]; ok && strings.TrimSpace(rec[k]) != "" {
			if own, err = readRate(rec[k]); err != nil || own <= 0 || own > 1 || !goods {
				return nil, nil, bad(line, "a share is that of goods of the HS in their sector, above 0 and at most 1", "share %q of %s cannot be", rec[k], code)
			}
		}
		v, err := readRate(rec[at[value]])
		if err != nil {
			return nil, nil, bad(line, "write 0.25 or 25% for a rate of 25 percent", "%v", err)
		}
		for _, n := range importers {
			for _, i := range exporters {
				if i == n {
					continue
				}
				key := fmt.Sprint(i, n, code)
				if first := seen[key]; first > 0 {
					return nil, nil, bad(line, "state each tariff once", "%s from %s to %s is stated in line %d too", code, w.Economies[i].ISO3, w.Economies[n].ISO3, first)
				}
				seen[key] = line
				parts := make([]weight, 0, len(sectors))
				for _, j := range sectors {
					parts = append(parts, weight{j, 1})
				}
				if goods {
					var note string
					if parts, note, err = s.weigh(i, n, digits, own); err != nil {
						return nil, nil, bad(line, "name a sector of the world, or add a column share: the part of the sector's trade that the goods are", "%v", err)
					}
					if note != "" {
						notes[note] = true
					}
				}
				for _, part := range parts {
					if !w.Sectors[part.sector].Goods {
						continue
					}
					c := w.Cell(part.sector, n, i)
					p, ok := power[c]
					if !ok {
						order = append(order, c)
						p = w.Tariff[c]
					}
					switch {
					case value == "add":
						p += part.share * v
					case goods:
						p += part.share * (v - (w.Tariff[c] - 1))
					default:
						p = 1 + v
					}
					if covered[c] += part.share; covered[c] > 1.001 {
						return nil, nil, bad(line, "goods may lie in one line only", "lines for %s from %s to %s add up to %.0f %% of it", w.Sectors[part.sector].Code, w.Economies[i].ISO3, w.Economies[n].ISO3, 100*covered[c])
					}
					if p < 1 {
						return nil, nil, bad(line, "a duty is zero or more", "the rate of %s on %s from %s would be %.4g", w.Economies[n].ISO3, w.Sectors[part.sector].Code, w.Economies[i].ISO3, p-1)
					}
					power[c] = p
				}
			}
		}
	}
	out := make([]stated, len(order))
	for k, c := range order {
		out[k] = stated{c, power[c]}
	}
	said := slices.Sorted(maps.Keys(notes))
	for i := range said {
		said[i] = name + ": " + said[i]
	}
	return out, said, nil
}

// readRate reads 0.25 or 25%.
func readRate(text string) (float64, error) {
	t := strings.TrimSpace(text)
	scale := 1.0
	if p, ok := strings.CutSuffix(t, "%"); ok {
		t, scale = strings.TrimSpace(p), 0.01
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil {
		return 0, fmt.Errorf("rate %q is no number", text)
	}
	v *= scale
	if v > 20 || v < -1 || v != v {
		return 0, fmt.Errorf("rate %s is %.0f percent", text, v*100)
	}
	return v, nil
}
