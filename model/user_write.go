package model

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// UserTables are the tables that [ReadWorld] reads.
var UserTables = []string{"sectors", "flows", "tariffs", "io"}

// WriteTable writes one of [UserTables] as CSV, exactly, without cells that are
// zero. A world read back from its tables solves to the same numbers.
func (w *World) WriteTable(name string, to io.Writer) error {
	out := csv.NewWriter(to)
	num := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	switch name {
	case "sectors":
		head := []string{"sector", "name", "goods", "theta"}
		if w.Psi != nil {
			head = append(head, "psi")
		}
		out.Write(head)
		for j, s := range w.Sectors {
			goods := "0"
			if s.Goods {
				goods = "1"
			}
			rec := []string{s.Code, s.Name, goods, num(w.Theta[j])}
			if w.Psi != nil {
				rec = append(rec, num(w.Psi[j]))
			}
			out.Write(rec)
		}
	case "flows", "tariffs":
		value := "value_musd"
		if name == "tariffs" {
			value = "rate"
		}
		out.Write([]string{"exporter", "importer", "sector", value})
		for i := range w.Economies { // exporters first: economies keep their order
			for n := range w.Economies {
				for j := range w.Sectors {
					c := w.Cell(j, n, i)
					v := w.Flow[c]
					if v == 0 {
						continue
					}
					if name == "tariffs" {
						v = w.Tariff[c] - 1
						if i == n && v == 0 { // a group of economies has duties at home
							continue
						}
					}
					out.Write([]string{w.Economies[i].ISO3, w.Economies[n].ISO3, w.Sectors[j].Code, num(v)})
				}
			}
		}
	case "io":
		out.Write([]string{"economy", "input", "output", "coef"})
		for n, e := range w.Economies {
			some := false
			for k, in := range w.Sectors {
				for j, s := range w.Sectors {
					if v := w.IO[(k*w.J+j)*w.N+n]; v != 0 || !some && k == w.J-1 && j == w.J-1 {
						out.Write([]string{e.ISO3, in.Code, s.Code, num(v)})
						some = true
					}
				}
			}
		}
	default:
		return fmt.Errorf("no table %q", name)
	}
	out.Flush()
	return out.Error()
}
