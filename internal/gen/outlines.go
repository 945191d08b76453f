package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"kanzei/internal/svg"
)

// noSources says that raw files are not there, and where they come from.
type noSources struct{ path, from string }

func (e *noSources) Error() string { return e.path + " is absent; it comes from " + e.from }

// What is left out of the outlines, in units of the sphere's radius squared on
// the equal-area map, which is 5.41 wide: at a thousand pixels a pixel has 3e-5.
const (
	leastBend   = 1.2e-5 // of the triangle that a point adds to its line
	leastIsland = 6e-5   // of a ring that is not its country's largest
	grid        = 20     // steps a degree
)

// outlines writes the borders of countries, Natural Earth 4.1.0 at 1:50 million
// (public domain), as the npm package world-atlas 2.0.2 has them in TopoJSON.
// A border that two countries share is simplified once, so both keep the same.
func outlines(sources string) (map[string][]byte, error) {
	path := filepath.Join(sources, "outlines", "countries-50m.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &noSources{path, "npm pack world-atlas@2.0.2, file countries-50m.json"}
	}
	if err != nil {
		return nil, err
	}
	codes, err := numericCodes(sources)
	if err != nil {
		return nil, err
	}
	var topo struct {
		Transform struct{ Scale, Translate [2]float64 }
		Arcs      [][][2]int
		Objects   struct {
			Countries struct {
				Geometries []struct {
					Type       string
					ID         string
					Arcs       json.RawMessage
					Properties struct{ Name string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &topo); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	arcs := make([][]point, len(topo.Arcs))
	for i, a := range topo.Arcs {
		x, y := 0, 0
		for _, d := range a {
			x, y = x+d[0], y+d[1]
			arcs[i] = append(arcs[i], point{
				float64(x)*topo.Transform.Scale[0] + topo.Transform.Translate[0],
				float64(y)*topo.Transform.Scale[1] + topo.Transform.Translate[1]})
		}
		arcs[i] = simplify(unwrap(arcs[i]))
	}
	rings := map[string][][]point{}
	for _, g := range topo.Objects.Countries.Geometries {
		code := codes[g.ID]
		if c, ok := withoutCode[g.Properties.Name]; g.ID == "" && ok {
			code = c
		} else if code == "" {
			return nil, fmt.Errorf("%s: no ISO code for %q (%s)", path, g.Properties.Name, g.ID)
		}
		if code == "AQ" {
			continue // trades nothing, and would fill the foot of the map
		}
		polygons := make([][][]int, 1)
		if g.Type == "MultiPolygon" {
			err = json.Unmarshal(g.Arcs, &polygons)
		} else {
			err = json.Unmarshal(g.Arcs, &polygons[0])
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, g.Properties.Name, err)
		}
		for _, p := range polygons {
			for _, r := range p {
				rings[code] = append(rings[code], cut(unwrap(join(arcs, r)))...)
			}
		}
	}
	var out bytes.Buffer
	var all []string
	for code := range rings {
		all = append(all, code)
	}
	slices.Sort(all)
	varint := func(v int) { out.Write(binary.AppendVarint(nil, int64(v))) }
	varint(grid)
	varint(len(all))
	for _, code := range all {
		list := rings[code]
		slices.SortStableFunc(list, func(a, b []point) int { return cmp.Compare(area(b), area(a)) })
		var keep [][][2]int
		for i, r := range list {
			if q := quantize(r); len(q) >= 3 && (i == 0 || area(r) >= leastIsland) {
				keep = append(keep, q)
			}
		}
		if len(keep) == 0 { // smaller than the grid: a square of one step
			x, y := int(math.Round(list[0][0].lon*grid)), int(math.Round(list[0][0].lat*grid))
			keep = append(keep, [][2]int{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}})
		}
		out.WriteString((code + "--")[:2])
		varint(len(keep))
		for _, r := range keep {
			varint(len(r))
			x, y := 0, 0
			for _, p := range r {
				varint(p[0] - x)
				varint(p[1] - y)
				x, y = p[0], p[1]
			}
		}
	}
	return map[string][]byte{"internal/svg/world.outlines": out.Bytes()}, nil
}

// withoutCode are areas of Natural Earth that ISO 3166 has no number for, with
// the country as whose goods the United States counts what comes from them
// (Census Schedule C); none for a glacier.
var withoutCode = map[string]string{"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO", "Indian Ocean Ter.": "AU", "Siachen Glacier": "--"}

type point struct{ lon, lat float64 }

func (p point) flat() (x, y float64) { return svg.EqualEarth(p.lon, p.lat) }

// simplify drops points of a line, least triangle first (Visvalingam and
// Whyatt 1993), until each that is left bends it by leastBend.
func simplify(line []point) []point {
	out := slices.Clone(line)
	for len(out) > 2 {
		least, at := math.Inf(1), 0
		for i := 1; i+1 < len(out); i++ {
			if a := triangle(out[i-1], out[i], out[i+1]); a < least {
				least, at = a, i
			}
		}
		if least >= leastBend {
			break
		}
		if len(out) <= 4 && out[0] == out[len(out)-1] {
			break // an island stays a triangle
		}
		out = slices.Delete(out, at, at+1)
	}
	return out
}

func triangle(a, b, c point) float64 {
	ax, ay := a.flat()
	bx, by := b.flat()
	cx, cy := c.flat()
	return math.Abs((bx-ax)*(cy-ay)-(cx-ax)*(by-ay)) / 2
}

// join follows arcs around a ring; ^i is arc i backwards.
func join(arcs [][]point, ring []int) []point {
	var out []point
	for _, i := range ring {
		a := []point{}
		if i >= 0 {
			a = append(a, arcs[i]...)
		} else {
			a = append(a, arcs[^i]...)
			slices.Reverse(a)
		}
		out = append(out, a[:len(a)-1]...)
	}
	return out
}

// unwrap lets longitudes run on where a line crosses the 180th meridian.
func unwrap(line []point) []point {
	for i := 1; i < len(line); i++ {
		for line[i].lon-line[i-1].lon > 180 {
			line[i].lon -= 360
		}
		for line[i].lon-line[i-1].lon < -180 {
			line[i].lon += 360
		}
	}
	return line
}

// cut divides a ring whose longitudes run on at the 180th meridian.
func cut(r []point) (out [][]point) {
	if len(r) < 3 { // simplified away
		return [][]point{r}
	}
	for _, turn := range []float64{-360, 0, 360} {
		moved := make([]point, len(r))
		for i, p := range r {
			moved[i] = point{p.lon + turn, p.lat}
		}
		moved = clip(moved, func(p point) float64 { return 180 - p.lon })
		moved = clip(moved, func(p point) float64 { return p.lon + 180 })
		if len(moved) >= 3 {
			out = append(out, moved)
		}
	}
	return out
}

// clip keeps the part of a ring where inside is not below zero (Sutherland and
// Hodgman 1974); inside is linear.
func clip(r []point, inside func(point) float64) (out []point) {
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		u, v := inside(a), inside(b)
		if u < 0 && v > 0 || u > 0 && v < 0 {
			f := u / (u - v)
			out = append(out, point{a.lon + f*(b.lon-a.lon), a.lat + f*(b.lat-a.lat)})
		}
		if v >= 0 {
			out = append(out, b)
		}
	}
	return out
}

func area(r []point) float64 {
	s := 0.0
	for i := range r {
		ax, ay := r[i].flat()
		bx, by := r[(i+1)%len(r)].flat()
		s += ax*by - bx*ay
	}
	return math.Abs(s) / 2
}

func quantize(r []point) (out [][2]int) {
	for _, p := range r {
		q := [2]int{int(math.Round(p.lon * grid)), int(math.Round(p.lat * grid))}
		if len(out) == 0 || q != out[len(out)-1] && q != out[0] {
			out = append(out, q)
		}
	}
	return out
}

// numericCodes maps ISO 3166-1 numbers of three digits to letters.
func numericCodes(sources string) (map[string]string, error) {
	path := filepath.Join(sources, "concordances", "country-codes.csv")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	number, letters := slices.Index(rows[0], "ISO3166-1-numeric"), slices.Index(rows[0], "ISO3166-1-Alpha-2")
	if number < 0 || letters < 0 {
		return nil, fmt.Errorf("%s: no columns of ISO 3166 codes", path)
	}
	out := map[string]string{}
	for _, r := range rows[1:] {
		if n, err := strconv.Atoi(r[number]); err == nil && len(r[letters]) == 2 {
			out[fmt.Sprintf("%03d", n)] = r[letters]
		}
	}
	return out, nil
}
