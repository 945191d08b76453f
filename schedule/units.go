package schedule

import (
	"strings"

	"kanzei"
)

// unitNames maps spellings of units, in rates, in the units column and in the
// codes of US Customs, to one name each.
var unitNames = map[string]string{
	"no": "no.", "no.": "no.", "no..": "no.", "each": "no.", "ea": "no.", "head": "no.", "article": "no.", "pcs": "no.", "pcs.": "no.", "pieces": "no.", "jwls": "jewel",
	"doz": "doz.", "doz.": "doz.", "dz": "doz.", "dozen": "doz.", "dz pcs": "doz.", "doz. pcs": "doz.", "doz. pcs.": "doz.", "dpc": "doz.",
	"pr": "pr.", "pr.": "pr.", "prs": "pr.", "prs.": "pr.", "pair": "pr.", "pairs": "pr.",
	"doz. prs.": "doz. pr.", "doz.prs.": "doz. pr.", "doz. pr.": "doz. pr.", "dpr": "doz. pr.",
	"gross": "gross", "grs": "gross", "hundred": "hundred", "hundreds": "hundred", "hun": "hundred",
	"thousand": "thousand", "thousands": "thousand", "ths": "thousand", "thou- sand": "thousand", "1000": "thousand", "1,000": "thousand", "1,000 pins": "thousand",
	"kg": "kg", "kg.": "kg", "kgs": "kg", "g": "g", "gm": "g", "t": "t", "ton": "t", "carat": "carat", "carats": "carat", "car": "carat",
	"l": "liter", "liter": "liter", "liters": "liter", "litre": "liter", "pf.liter": "pf.liter", "pf. liter": "pf.liter", "pf.liters": "pf.liter", "pf. liters": "pf.liter", "pfl": "pf.liter",
	"bbl": "bbl", "m": "m", "lin. m": "lin. m", "lnm": "lin. m", "m2": "m2", "m²": "m2", "cm2": "cm2", "m3": "m3", "m³": "m3",
	"thousand m3": "thousand m3", "km3": "thousand m3", "thousand m": "thousand m", "square": "square", "sq": "square", "fiber m": "fiber m",
	"clean kg": "kg clean yield", "cy kg": "kg clean yield", "cyk": "kg clean yield",
	"jewel": "jewel", "jwls.": "jewel", "jwl": "jewel", "gr.lines": "gross line", "grl": "gross line", "line/ gross": "gross line", "line/gross": "gross line",
	"pack": "pack", "pk": "pack", "doses": "dose", "dose": "dose", "ds": "dose", "mwh": "mwh", "kwh": "kwh", "gbq": "gbq", "mbq": "mbq", "w": "w",
	"cu kg": "kg copper content", "pb kg": "kg lead content", "zn kg": "kg zinc content", "mo kg": "kg molybdenum content",
	"w kg": "kg tungsten content", "mg kg": "kg magnesium content", "mn kg": "kg manganese content", "si kg": "kg silicon content",
	"kg ttl sug": "kg total sugars", "kg amc": "kg anhydrous morphine content", "gr cntnrs": "gross immediate containers",
	"x": "",
}

// qualified are the measures other than net quantity that rates name after the
// unit: "¢/kg on drained weight". The unit of such a component is "kg drained
// weight"; the quantity to declare is of that measure.
var qualified = map[string]string{
	"on drained weight": "drained weight", "on drained weght": "drained weight", // misprint in 2025 Basic, corrected in Rev 1
	"on entire contents of container": "entire contents of container", "on contents and container": "contents and container",
	", including weight of container": "including container", "of total sugars": "total sugars", "on ethyl alcohol content": "ethyl alcohol content",
	"on copper content": "copper content", "on lead content": "lead content", "on zinc content": "zinc content", "on molybdenum content": "molybdenum content",
	"on tungsten content": "tungsten content", "on magnesium content": "magnesium content", "on manganese content": "manganese content",
	"on silicon content": "silicon content", "of anhydrous morphine content": "anhydrous morphine content",
	"of recording surface": "recording surface", "of immediate containers": "immediate containers",
}

// Unit returns the one name this package uses for a unit of quantity, however
// the schedule, a rate or US Customs spells it: "No.", "each" and "NO" are
// "no.", "PRS" and "prs." are "pr.". An unknown unit comes back in lower case;
// "X" (no units collected) and the empty text give "".
func Unit(s string) string {
	k := strings.ToLower(strings.Join(strings.Fields(s), " "))
	if u, ok := unitNames[k]; ok {
		return u
	}
	return k
}

// KnownUnit reports whether a text names a unit of quantity, as the schedule, a
// rate or US Customs writes it, perhaps with what it is measured on: "kg cmsc",
// "ag g", "kg drained weight".
func KnownUnit(s string) bool {
	if _, ok := unitNames[s]; ok {
		return true // without the allocations of what follows
	}
	u := Unit(s)
	for _, word := range append(strings.Fields(strings.ToLower(s)), u) {
		if _, ok := unitNames[word]; ok {
			return true
		}
		if _, ok := scale[word]; ok {
			return true
		}
	}
	return false
}

// scale gives the size of a unit in a base unit, as num/den.
var scale = map[string]struct {
	base     string
	num, den int64
}{
	"no.": {"no.", 1, 1}, "doz.": {"no.", 12, 1}, "gross": {"no.", 144, 1}, "hundred": {"no.", 100, 1}, "thousand": {"no.", 1000, 1},
	"pr.": {"pr.", 1, 1}, "doz. pr.": {"pr.", 12, 1},
	"kg": {"kg", 1, 1}, "g": {"kg", 1, 1000}, "t": {"kg", 1000, 1},
	"m": {"m", 1, 1}, "lin. m": {"m", 1, 1}, "thousand m": {"m", 1000, 1},
	"m2": {"m2", 1, 1}, "cm2": {"m2", 1, 10000}, "m3": {"m3", 1, 1}, "thousand m3": {"m3", 1000, 1},
	"mwh": {"kwh", 1000, 1}, "kwh": {"kwh", 1, 1},
}

// Convert restates a quantity of 1e-4 units in another unit of the same
// dimension, rounded half away from zero; ok is false when the units do not
// measure the same thing. Units are read by [Unit].
func Convert(q int64, from, to string) (result int64, ok bool) {
	from, to = Unit(from), Unit(to)
	if from == to {
		return q, true
	}
	a, okA := scale[from]
	b, okB := scale[to]
	if !okA || !okB || a.base != b.base {
		return 0, false
	}
	return kanzei.MulDiv(q, a.num*b.den, a.den*b.num), true
}
