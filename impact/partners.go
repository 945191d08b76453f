package impact

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
// code of the world, or six digits of the HS, which count with their share in
// what the United States imports of the sector. A star stands for all.
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
	const columns = "the columns are exporter, importer, sector and rate or add"
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
	shares := map[string]float64{}
	byHS := false
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
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, nil, bad(line, columns, "%v", err)
		}
		exporters, err := pick(line, "exporter", rec[at["exporter"]], w.Economy, w.N)
		if err != nil {
			return nil, nil, err
		}
		importers, err := pick(line, "importer", rec[at["importer"]], w.Economy, w.N)
		if err != nil {
			return nil, nil, err
		}
		code, share := strings.TrimSpace(rec[at["sector"]]), 1.0
		var sectors []int
		if digits := strings.ReplaceAll(code, ".", ""); len(digits) == 6 && strings.Trim(digits, "0123456789") == "" {
			j, f, err := s.subheading(digits, shares)
			if err != nil {
				return nil, nil, bad(line, "", "sector: %v", err)
			}
			sectors, share, byHS = []int{j}, f, true
		} else if sectors, err = pick(line, "sector", code, w.Sector, w.J); err != nil {
			return nil, nil, err
		}
		v, err := readRate(rec[at[value]])
		if err != nil {
			return nil, nil, bad(line, "write 0.25 or 25% for a rate of 25 percent", "%v", err)
		}
		for _, n := range importers {
			for _, i := range exporters {
				for _, j := range sectors {
					if i == n || !w.Sectors[j].Goods {
						continue
					}
					c := w.Cell(j, n, i)
					p, ok := power[c]
					if !ok {
						order = append(order, c)
						p = w.Tariff[c]
					}
					switch {
					case value == "add":
						p += share * v
					case share < 1:
						p += share * (v - (w.Tariff[c] - 1))
					default:
						p = 1 + v
					}
					if p < 1 {
						return nil, nil, bad(line, "a duty is zero or more", "the rate of %s on %s from %s would be %.4g", w.Economies[n].ISO3, w.Sectors[j].Code, w.Economies[i].ISO3, p-1)
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
	var notes []string
	if byHS {
		notes = append(notes, name+": subheadings count with their share in what the United States imports of the sector from all partners (import-composition)")
	}
	return out, notes, nil
}

// subheading returns the sector of six digits and their share in it.
func (s *Study) subheading(six string, shares map[string]float64) (sector int, share float64, err error) {
	if len(shares) == 0 {
		total := map[int]float64{}
		for _, l := range s.goods() {
			shares[s.codes[l.code].Parent(6).String()] += l.value
			total[l.sector] += l.value
		}
		for j, v := range total {
			shares["sector "+strconv.Itoa(j)] = v
		}
	}
	h, err := kanzei.ParseHTS(six)
	if err != nil {
		return 0, 0, err
	}
	rs, err := runs()
	if err != nil {
		return 0, 0, err
	}
	at, err := sectorsOf(s.World)
	if err != nil {
		return 0, 0, err
	}
	j, ok := at[sectorName(rs, h)]
	if !ok || j < 0 {
		return 0, 0, fmt.Errorf("no goods sector makes %s", six)
	}
	return j, shares[h.String()] / shares["sector "+strconv.Itoa(j)], nil
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
