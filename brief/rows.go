package brief

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanzei"
	"kanzei/trade"
)

// maxChapters is the number of chapters listed.
const maxChapters = 10

func cell(r, w trade.Amounts) Cell {
	return Cell{r.HitUSD, r.AdditionalMinUSD, r.AdditionalMaxUSD, r.AdditionalMinPct, r.AdditionalMaxPct, w.AdditionalMinUSD, w.AdditionalMaxUSD}
}

func chapterRows(ranges, with *trade.Exposure) []Row {
	rows := map[string]*Row{}
	for i := range ranges.States {
		for _, c := range ranges.States[i].Chapters {
			key := fmt.Sprintf("%02d", c.Chapter)
			if rows[key] == nil {
				rows[key] = &Row{Key: key, ValueUSD: c.ValueUSD, Cells: make([]Cell, len(ranges.States))}
			}
			rows[key].Cells[i] = cell(c.Amounts, with.States[i].Chapter(c.Chapter))
		}
	}
	out := sorted(rows)
	if len(out) <= maxChapters {
		return out
	}
	other := Row{Key: otherKey, Cells: make([]Cell, len(ranges.States))}
	for _, r := range out[maxChapters:] {
		other.ValueUSD += r.ValueUSD
		for i, c := range r.Cells {
			o := &other.Cells[i]
			o.HitUSD, o.MinUSD, o.MaxUSD = o.HitUSD+c.HitUSD, o.MinUSD+c.MinUSD, o.MaxUSD+c.MaxUSD
			o.AssumedMin, o.AssumedMax = o.AssumedMin+c.AssumedMin, o.AssumedMax+c.AssumedMax
		}
	}
	for i := range other.Cells {
		o := &other.Cells[i]
		o.MinPct, o.MaxPct = share(o.MinUSD, other.ValueUSD), share(o.MaxUSD, other.ValueUSD)
	}
	return append(out[:maxChapters:maxChapters], other)
}

// otherKey is the row of all chapters that are not listed.
const otherKey = "other"

func productRows(ranges, with *trade.Exposure, top int) []Row {
	rows := map[string]*Row{}
	assumed := map[kanzei.HTS]int{}
	for k, p := range with.States[0].Products {
		assumed[p.HTS] = k
	}
	for k, p := range ranges.States[0].Products {
		r := &Row{Key: p.HTS.String(), ValueUSD: p.ValueUSD, Cells: make([]Cell, len(ranges.States))}
		for i := range ranges.States {
			r.Cells[i] = cell(ranges.States[i].Products[k].Amounts, with.States[i].Products[assumed[p.HTS]].Amounts)
		}
		rows[r.Key] = r
		if len(rows) == top { // Measure lists products by falling duty
			break
		}
	}
	return sorted(rows)
}

// weights returns the headings of four digits with the most imports.
func (b *builder) weights(p trade.Partner) []Weight {
	by := map[kanzei.HTS]int64{}
	for _, l := range p.Lines {
		if l.HTS.Chapter() >= 98 {
			continue
		}
		by[l.HTS.Parent(4)] += l.ValueUSD
	}
	var out []Weight
	for h, v := range by {
		out = append(out, Weight{HTS: h, ValueUSD: v})
	}
	slices.SortFunc(out, func(x, y Weight) int {
		return cmp.Or(cmp.Compare(y.ValueUSD, x.ValueUSD), cmp.Compare(x.HTS, y.HTS))
	})
	out = out[:min(len(out), 6)]
	for i := range out {
		out[i].Name = b.describe(out[i].HTS)
	}
	return out
}

// productName names a code of 2024 by the schedule of the end of that year: the
// heading in a word or two, and the last text that says more than "Other".
func (b *builder) productName(h kanzei.HTS) string {
	for _, d := range []kanzei.Day{kanzei.DayOf(trade.Year, 12, 31), kanzei.DayOf(trade.Year, 1, 1), b.req.On} {
		path := b.engine.Schedule.Describe(h, d)
		if len(path) == 0 {
			continue
		}
		head, tail, brief := headWords(path[0]), "", ""
		for _, t := range path[1:] {
			t = strings.TrimRight(t, ": ")
			switch low := strings.ToLower(t); {
			case low == "other" || strings.HasPrefix(low, "other ("):
			case len(t) <= 8: // "Parts", which the next text goes on from
				brief, tail = t+": ", t
			default:
				tail, brief = brief+t, ""
			}
		}
		if tail == "" {
			return short(path[0], 80)
		}
		return head + ": " + short(tail, 80)
	}
	return ""
}

// headWords cuts the text of a heading where it begins to qualify.
func headWords(s string) string {
	for _, stop := range []string{";", ",", " (", " and other", " principally", " of ", " for ", " other than", ":", " with ", " incorporating"} {
		if i := strings.Index(s, stop); i >= 6 {
			s = s[:i]
		}
	}
	return s
}

// describe returns the text of a heading; that of its only line when the
// heading is not printed by itself.
func (b *builder) describe(h kanzei.HTS) string {
	for _, digits := range []int{4, 6, 8} {
		path := b.engine.Schedule.Describe(kanzei.HTSFromTen(h.Ten(), digits), kanzei.DayOf(trade.Year, 12, 31))
		if len(path) > 0 {
			return strings.TrimRight(path[0], ": ")
		}
	}
	return ""
}

// chapterName names a chapter in a few words; the official titles run to
// sentences.
func (b *builder) chapterName(key string) string { return chapterNames[key] }

// chapterNames shorten the titles of the chapters of the Harmonized System.
var chapterNames = map[string]string{
	otherKey: "all other chapters",
	"01":     "live animals", "02": "meat", "03": "fish and crustaceans", "04": "dairy, eggs, honey", "05": "products of animal origin",
	"06": "live trees and plants", "07": "vegetables", "08": "fruit and nuts", "09": "coffee, tea, spices", "10": "cereals",
	"11": "milling products, starches", "12": "oil seeds, plants", "13": "gums, resins", "14": "vegetable plaiting materials", "15": "fats and oils",
	"16": "prepared meat and fish", "17": "sugars", "18": "cocoa", "19": "prepared cereals, bakery", "20": "prepared vegetables and fruit",
	"21": "miscellaneous foods", "22": "beverages", "23": "food residues, fodder", "24": "tobacco", "25": "salt, stone, cement",
	"26": "ores, slag, ash", "27": "mineral fuels", "28": "inorganic chemicals", "29": "organic chemicals", "30": "pharmaceuticals",
	"31": "fertilizers", "32": "dyes, paints, inks", "33": "perfumery, cosmetics", "34": "soap, waxes", "35": "proteins, glues, enzymes",
	"36": "explosives", "37": "photographic goods", "38": "miscellaneous chemicals", "39": "plastics", "40": "rubber, tires",
	"41": "hides, leather", "42": "leather articles", "43": "furskins", "44": "wood", "45": "cork", "46": "straw, basketware",
	"47": "pulp", "48": "paper", "49": "printed matter", "50": "silk", "51": "wool", "52": "cotton", "53": "other vegetable fibers",
	"54": "man-made filaments", "55": "man-made staple fibers", "56": "wadding, felt, ropes", "57": "carpets", "58": "special woven fabrics",
	"59": "coated textiles", "60": "knitted fabrics", "61": "knitted apparel", "62": "woven apparel", "63": "other textile articles",
	"64": "footwear", "65": "headgear", "66": "umbrellas", "67": "feathers, artificial flowers", "68": "stone, plaster articles",
	"69": "ceramics", "70": "glass", "71": "precious stones and metals", "72": "iron and steel", "73": "articles of iron or steel",
	"74": "copper", "75": "nickel", "76": "aluminum", "78": "lead", "79": "zinc", "80": "tin", "81": "other base metals",
	"82": "tools, cutlery", "83": "miscellaneous metal articles", "84": "machinery", "85": "electrical machinery", "86": "railway equipment",
	"87": "vehicles and parts", "88": "aircraft", "89": "ships", "90": "optical, medical instruments", "91": "clocks and watches",
	"92": "musical instruments", "93": "arms", "94": "furniture, lamps", "95": "toys, sports goods", "96": "miscellaneous manufactures",
	"97": "works of art", "98": "special provisions (not rated)", "99": "temporary provisions (not rated)",
}
