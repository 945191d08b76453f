package impact

import (
	"fmt"
	"strconv"

	"kanzei"
	"kanzei/trade"
)

// A weight is the share of goods in what a pair trades of a sector.
type weight struct {
	sector int
	share  float64
}

// weigh finds the sectors that make goods, by two or six digits of the HS, and
// their share in what exporter i sends importer n of each. own, when above
// zero, is the share stated by the one who asks. Weights are held for what the
// United States imports (2024, by code) and exports (2024: by chapter, by
// subheading for parts of what Canada and China buy); otherwise it is an error.
func (s *Study) weigh(i, n int, digits string, own float64) (parts []weight, note string, err error) {
	if len(digits) != 2 && len(digits) != 6 {
		return nil, "", fmt.Errorf("%s has %d digits; goods are named by a chapter (2) or a subheading (6)", digits, len(digits))
	}
	code, _ := strconv.Atoi(digits)
	from, to := s.World.Economies[i], s.World.Economies[n]
	if own > 0 {
		j := s.sectorAt(code, len(digits))
		if j < 0 {
			return nil, "", fmt.Errorf("no one goods sector makes %s", digits)
		}
		return []weight{{j, own}}, "", nil
	}
	switch {
	case n == s.us:
		return s.weighImports(i, code, len(digits))
	case i != s.us:
		return nil, "", fmt.Errorf("what %s sends %s is not held by goods of the HS, so %s has no weight", from.Name, to.Name, digits)
	}
	exports, err := trade.LoadExports()
	if err != nil {
		return nil, "", err
	}
	o, err := kanzei.ParseOrigin(to.ISO3)
	if err != nil {
		return nil, "", fmt.Errorf("what the United States sends %s is not held by goods of the HS, so %s has no weight", to.Name, digits)
	}
	chapters := exports.Chapters(o)
	mix := s.chapterMix()
	total := make([]float64, s.World.J)
	sum := 0.0
	for c, usd := range chapters {
		for j, f := range mix[c] {
			total[j] += usd * f
		}
		sum += usd
	}
	if sum == 0 {
		return nil, "", fmt.Errorf("no exports of the United States to %s are held, so %s has no weight", to.Name, digits)
	}
	note = "chapters of the HS count with their share in US exports to the partner of 2024 (export-composition); where several sectors make goods of a chapter, as in US imports"
	if len(digits) == 2 {
		for j := range total {
			if f := mix[code]; f != nil && f[j]*chapters[code] > 0 {
				parts = append(parts, weight{j, f[j] * chapters[code] / total[j]})
			}
		}
		if len(parts) == 0 {
			return nil, "", fmt.Errorf("the United States sent %s no goods of chapter %s in 2024, so it has no weight", to.Name, digits)
		}
		return parts, note, nil
	}
	j := s.sectorAt(code, 6)
	if j < 0 {
		return nil, "", fmt.Errorf("no goods sector makes %s", digits)
	}
	usd, ok := exports.Subheading(o, code)
	if !ok {
		return nil, "", fmt.Errorf("US exports of %s to %s are not held by subheading, so it has no weight; its chapter %s has", digits, to.Name, digits[:2])
	}
	return []weight{{j, min(1, usd/total[j])}}, "subheadings count with their share in US exports to the partner of 2024 (export-composition); sectors from chapters, as in US imports where several make goods of one", nil
}

// weighImports weighs goods by the lines that stand for what the United States
// imports from an economy.
func (s *Study) weighImports(i, code, digits int) (parts []weight, note string, err error) {
	total, of := make([]float64, s.World.J), make([]float64, s.World.J)
	for _, src := range s.sources {
		if src.economy != i {
			continue
		}
		for _, l := range src.lines {
			total[l.sector] += l.value
			if hsOf(s.codes[l.code], digits) == code {
				of[l.sector] += l.value
			}
		}
	}
	for j, v := range of {
		if v > 0 {
			parts = append(parts, weight{j, v / total[j]})
		}
	}
	if len(parts) == 0 {
		return nil, "", fmt.Errorf("the United States imported no goods of %0*d from %s in 2024, so they have no weight", digits, code, s.World.Economies[i].Name)
	}
	return parts, "goods of the HS count with their share in US imports of 2024", nil
}

// hsOf cuts a code to two or six digits.
func hsOf(h kanzei.HTS, digits int) int {
	if digits == 2 {
		return h.Chapter()
	}
	lo, _ := h.Parent(6).Range()
	return int(lo / 10_000)
}

// sectorAt is the goods sector of a subheading, or the one that makes all goods
// of a chapter; -1 where there is none.
func (s *Study) sectorAt(code, digits int) int {
	if digits == 2 {
		j := -1
		if mix := s.chapterMix()[code]; mix != nil {
			for k, f := range mix {
				if f > 0.999 {
					j = k
				}
			}
		}
		return j
	}
	rs, err := runs()
	if err != nil {
		return -1
	}
	at, err := sectorsOf(s.World)
	if err != nil {
		return -1
	}
	h, err := kanzei.ParseHTS(fmt.Sprintf("%06d", code))
	if err != nil {
		return -1
	}
	if j, ok := at[sectorName(rs, h)]; ok {
		return j
	}
	return -1
}

// chapterMix are the shares of sectors in what the United States imports of a
// chapter from all partners; nil where it imports none.
func (s *Study) chapterMix() *[100][]float64 {
	s.mixed.Do(func() {
		var sum [100]float64
		for _, l := range s.goods() {
			c := s.codes[l.code].Chapter()
			if s.mix[c] == nil {
				s.mix[c] = make([]float64, s.World.J)
			}
			s.mix[c][l.sector] += l.value
			sum[c] += l.value
		}
		for c := range s.mix {
			for j := range s.mix[c] {
				s.mix[c][j] /= sum[c]
			}
		}
	})
	return &s.mix
}
