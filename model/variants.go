package model

import (
	"fmt"
	"strings"
)

// WithScale returns the World with scale elasticities psi, [J]: unit costs fall
// with the sector's employment, c/L̂^psi, as in models of external economies of
// scale or of free entry. Psi times theta must be below one, or equilibria may
// not be unique.
func (w *World) WithScale(psi []float64) (*World, error) {
	if len(psi) != w.J {
		return nil, fmt.Errorf("%d scale elasticities for %d sectors", len(psi), w.J)
	}
	for j, v := range psi {
		if !(v >= 0) || v*w.Theta[j] >= 1 {
			return nil, fmt.Errorf("scale elasticity of sector %s is %g, must be at least 0 and below 1/theta, %.4g", w.Sectors[j].Code, v, 1/w.Theta[j])
		}
	}
	c := w.clone()
	c.Psi = append([]float64(nil), psi...)
	return c, nil
}

// WithScaleShare sets psi = share/theta in goods sectors or, with services, in
// all: 0.67 is the share of Ignatenko and others (2025).
func (w *World) WithScaleShare(share float64, services bool) (*World, error) {
	if !(share >= 0) || share >= 1 {
		return nil, fmt.Errorf("scale share %g must be at least 0 and below 1", share)
	}
	psi := make([]float64, w.J)
	for j, s := range w.Sectors {
		if s.Goods || services {
			psi[j] = share / w.Theta[j]
		}
	}
	return w.WithScale(psi)
}

// OneSector returns the World with all sectors merged to one, without
// input-output links: what is bought of any sector is final. Its elasticity is
// that given.
func (w *World) OneSector(theta float64) (*World, error) {
	a, err := w.WithoutLinks()
	if err != nil {
		return nil, err
	}
	if a, err = a.Aggregate(w.Economies, seq(w.N), []Sector{{"ALL", "All goods and services", true}}, make([]int, w.J)); err != nil {
		return nil, err
	}
	return a.WithTheta([]float64{theta})
}

// ReadGroups reads how economies and sectors are merged from a table with the
// columns kind (economy or sector), code and group, and name (optional): code
// is of this world or *, all that are not named; a group is an economy or
// sector code. What no line names stays as it is. A group of sectors has
// tariffs if one of them has.
func (w *World) ReadGroups(path string, open Opener) (*World, error) {
	if open == nil {
		open = OpenCSV
	}
	t, err := readTableFrom(open, path, "kind", "code", "group")
	if err != nil {
		return nil, err
	}
	to := [2][]string{make([]string, w.N), make([]string, w.J)}
	rest := [2]string{}
	names := [2]map[string]string{{}, {}}
	for {
		ok, err := t.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		kind, find := 0, w.Economy
		switch t.str("kind") {
		case "economy":
		case "sector":
			kind, find = 1, w.Sector
		default:
			return nil, fmt.Errorf("%s:%d: kind %q is neither economy nor sector", path, t.line, t.str("kind"))
		}
		group := t.str("group")
		if group == "" {
			return nil, fmt.Errorf("%s:%d: no group", path, t.line)
		}
		if kind == 0 {
			group = strings.ToUpper(group)
		}
		if n := t.str("name"); n != "" {
			names[kind][group] = n
		}
		if t.str("code") == "*" {
			rest[kind] = group
			continue
		}
		k, err := find(t.str("code"))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, t.line, err)
		}
		if was := to[kind][k]; was != "" && was != group {
			return nil, fmt.Errorf("%s:%d: %s goes to %s and to %s", path, t.line, t.str("code"), was, group)
		}
		to[kind][k] = group
	}
	var econ []Economy
	var sectors []Sector
	at, inGroup := map[string]int{}, make([]int, w.N)
	for n, e := range w.Economies {
		code := to[0][n]
		if code == "" {
			code = rest[0]
		}
		if code == "" {
			code = e.ISO3
		}
		k, ok := at[code]
		if !ok {
			k = len(econ)
			at[code] = k
			x := economies([]string{code})[0]
			if code == e.ISO3 {
				x = e
			}
			if name := names[0][code]; name != "" {
				x.Name = name
			}
			econ = append(econ, x)
		}
		inGroup[n] = k
	}
	ofSector, sectorAt := make([]int, w.J), map[string]int{}
	for j, s := range w.Sectors {
		code := to[1][j]
		if code == "" {
			code = rest[1]
		}
		if code == "" {
			code = s.Code
		}
		k, ok := sectorAt[code]
		if !ok {
			k = len(sectors)
			sectorAt[code] = k
			x := Sector{Code: code, Name: code}
			if code == s.Code {
				x.Name = s.Name
			}
			if name := names[1][code]; name != "" {
				x.Name = name
			}
			sectors = append(sectors, x)
		}
		sectors[k].Goods = sectors[k].Goods || s.Goods
		ofSector[j] = k
	}
	if len(econ) < 2 {
		return nil, fmt.Errorf("%s: %d economy is left, a world needs 2", path, len(econ))
	}
	return w.Aggregate(econ, inGroup, sectors, ofSector)
}
