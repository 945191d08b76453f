package schedule

import (
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"kanzei"
)

// A Hit is a line or ten-digit number found by Search, best first.
type Hit struct {
	HTS   kanzei.HTS `json:"hts"`
	Rated kanzei.HTS `json:"rated"`
	Name  string     `json:"name"`
	Score float64    `json:"score"`
}

// posting says that a text holds a term count times.
type posting struct {
	text  uint32
	count uint16
}

// searchIndex is an inverted index over the distinct texts of the schedule.
type searchIndex struct {
	postings map[string][]posting
	length   []uint16
	mean     float64
}

// everyday words and the words the schedule uses for them.
var synonyms = map[string]string{
	"car": "motor vehicle person transport", "cars": "motor vehicle person transport", "automobile": "motor vehicle person transport", "suv": "motor vehicle person transport",
	"truck": "motor vehicle transport goods", "pickup": "motor vehicle transport goods gvw", "cc": "cylinder capacity", "ev": "electric motor propulsion vehicle",
	"phone": "telephone smartphone", "cellphone": "telephone smartphone", "laptop": "portable automatic data processing", "computer": "automatic data processing machine", "tv": "television reception",
	"chip": "integrated circuit", "semiconductor": "integrated circuit semiconductor", "aluminium": "aluminum", "tyre": "tire", "fridge": "refrigerator", "sneaker": "footwear athletic", "shoe": "footwear",
	"drug": "medicament", "medicine": "medicament", "pc": "automatic data processing machine", "drone": "unmanned aircraft", "wagyu": "bovine beef", "beef": "bovine meat", "pork": "swine meat", "pad": "lining", "passenger": "person transport", "manufacturing": "manufacture", "sake": "fermented beverage rice wine",
	"auto": "motor vehicle heading 8701 8705", "vehicle": "motor vehicle", "kimono": "garment robe dressing gown bathrobe women", "yukata": "garment robe dressing gown bathrobe",
	"plane": "airplane aircraft", "airplane": "aircraft airplane", "helicopter": "helicopter", "bike": "bicycle", "motorbike": "motorcycle", "jeans": "trouser denim", "pants": "trouser breeches",
	"sweater": "sweater pullover cardigan", "hoodie": "sweatshirt pullover", "underwear": "underpants brief", "bra": "brassiere", "cookie": "cookie sweet biscuit", "candy": "sugar confectionery",
	"soda": "carbonated beverage water sweetened", "whiskey": "whisky", "bourbon": "whisky bourbon", "noodle": "pasta noodle", "ramen": "pasta noodle", "nori": "seaweed alga", "soy": "soy soybean",
	"figurine": "statuette ornamental", "headset": "headphone earphone", "earbud": "headphone earphone", "charger": "static converter power supply", "gearbox": "gear box", "windshield": "safety glass windshield",
	"excavator": "excavator revolving superstructure shovel backhoe", "digger": "revolving superstructure shovel backhoe", "forklift": "fork lift truck works", "robot": "industrial robot", "sofa": "upholstered seat frame",
	"couch": "upholstered seat frame", "lumber": "wood sawn lengthwise", "petrol": "motor fuel gasoline", "gasoline": "motor fuel", "lng": "natural gas liquefied", "solar": "photovoltaic solar", "mask": "face mask",
	"suitcase": "suitcase trunk", "glasses": "spectacle goggle", "rebar": "bar rod concrete reinforcing", "bolt": "bolt screw", "toothpaste": "dentifrice", "perfume": "perfume toilet water", "makeup": "make up beauty preparation",
}

// measures are the units whose ranges the schedule states in words: a number
// with one of them picks the line whose range holds it.
var measures = map[string]*regexp.Regexp{}

func init() {
	for unit, written := range map[string]string{"cc": "cc", "kg": "kg", "kw": "kW", "w": "W", "kva": "kVA", "mm": "mm", "cm": "cm", "liter": "liters?", "l": "liters?", "t": "(?:t|metric tons?)", "ton": "metric tons?"} {
		measures[unit] = regexp.MustCompile(`(?i)\b(not exceeding|not over|not more than|not less than|exceeding|over|more than|less than|under|at least) ([\d,]+(?:\.\d+)?) ?` + written + `\b`)
	}
}

// A span is the range of a measure that a text states.
type span struct{ lo, hi float64 }

// measured reads a number and its unit out of a query: "2000 cc", "2,000cc".
func measured(q string) (value float64, form *regexp.Regexp) {
	f := strings.Fields(strings.ToLower(q))
	for i, w := range f {
		n := len(w) - len(strings.TrimLeft(w, "0123456789,."))
		number, unit := strings.ReplaceAll(w[:n], ",", ""), w[n:]
		if unit == "" && i+1 < len(f) {
			unit = f[i+1]
		}
		if form := measures[stem(strings.Trim(unit, ".,;"))]; n > 0 && form != nil {
			if v, err := strconv.ParseFloat(number, 64); err == nil {
				return v, form
			}
		}
	}
	return 0, nil
}

// ranges returns the range of a measure that each text states, none where it
// states none.
func (t *texts) ranges(form *regexp.Regexp) map[uint32]span {
	out := map[uint32]span{}
	for i, s := range t.strings {
		for _, m := range form.FindAllStringSubmatch(s, -1) {
			v, err := strconv.ParseFloat(strings.ReplaceAll(m[2], ",", ""), 64)
			if err != nil {
				continue
			}
			r, ok := out[uint32(i)]
			if !ok {
				r = span{math.Inf(-1), math.Inf(1)}
			}
			switch strings.ToLower(m[1]) {
			case "not exceeding", "not over", "not more than":
				r.hi = v
			case "less than", "under":
				r.hi = math.Nextafter(v, 0)
			case "not less than", "at least":
				r.lo = v
			default:
				r.lo = math.Nextafter(v, math.Inf(1))
			}
			out[uint32(i)] = r
		}
	}
	return out
}

// fit scales the scores by whether the ranges on the way down hold the value.
func (t *texts) fit(score []float64, value float64, form *regexp.Regexp) {
	const inside, outside = 1.5, 0.25
	ranges := t.ranges(form)
	factor := make([]float64, len(t.nodes))
	for i, n := range t.nodes {
		factor[i] = 1
		if n.parent >= 0 {
			factor[i] = factor[n.parent]
		}
		if r, ok := ranges[uint32(n.text)]; ok {
			if value >= r.lo && value <= r.hi {
				factor[i] *= inside
			} else {
				factor[i] *= outside
			}
		}
		score[i] *= factor[i]
	}
}

// Search finds lines by words of their designations (BM25 over every text on
// the way down from the heading, nearer texts counting more) or, when the
// query is a code, by prefix. It returns at most n hits, the same ones every
// time; a line's ten-digit number takes its place when its own words match.
func (s *Schedule) Search(query string, on kanzei.Day, n int) []Hit {
	e, err := edition(on)
	if err != nil || n <= 0 {
		return nil
	}
	if q := strings.TrimSpace(query); strings.ContainsAny(q, "0123456789") && strings.Trim(q, "0123456789.") == "" {
		return s.searchCode(q, e, n)
	}
	t := s.texts()
	t.once.Do(t.buildIndex)
	score := t.score(queryTerms(query))
	if score == nil {
		return nil
	}
	if value, form := measured(query); form != nil {
		t.fit(score, value, form)
	}
	best := map[kanzei.HTS]Hit{} // by eight digits
	s.under(0, e, func(i int, r *run) bool {
		h := s.codes[i]
		if h.Digits() < 8 || r.tuple == 0 && h.Digits() == 8 {
			return true
		}
		node := t.node(i, e)
		if node < 0 || score[node] == 0 {
			return true
		}
		v := score[node]
		if h.Chapter() >= 98 {
			v *= 0.5
		}
		if old, ok := best[h.Parent(8)]; !ok || v > old.Score*1.02 {
			best[h.Parent(8)] = Hit{HTS: h, Score: v}
		}
		return true
	})
	hits := make([]Hit, 0, len(best))
	for _, h := range best {
		hits = append(hits, h)
	}
	sort.Slice(hits, func(i, j int) bool {
		if hits[i].Score != hits[j].Score {
			return hits[i].Score > hits[j].Score
		}
		return hits[i].HTS < hits[j].HTS
	})
	return s.finish(hits[:min(n, len(hits))], e)
}

func (s *Schedule) finish(hits []Hit, e int) []Hit {
	for i := range hits {
		h := &hits[i]
		h.Score = math.Round(h.Score*1000) / 1000
		h.Name = shortName(s.texts().path(s.nodeOf(h.HTS, e)))
		h.Rated = h.HTS
		if l, ok := s.line(h.HTS, e); ok {
			h.Rated = l.Rated
		}
	}
	return hits
}

// searchCode lists the lines under the digits typed, an odd last digit too.
func (s *Schedule) searchCode(q string, e, n int) []Hit {
	d := strings.ReplaceAll(q, ".", "")
	if len(d) > 10 {
		return nil
	}
	var ten uint64
	for i := range 10 {
		ten *= 10
		if i < len(d) {
			ten += uint64(d[i] - '0')
		}
	}
	hi := ten + 1
	for i := len(d); i < 10; i++ {
		hi += 9 * uint64(math.Pow10(9-i))
	}
	var hits []Hit
	i, _ := s.find(kanzei.HTSFromTen(ten, 10) &^ 15)
	for ; i < len(s.codes) && s.codes[i].Ten() < hi && len(hits) < n; i++ {
		if r := s.at(i, e); r != nil && s.codes[i].Ten() >= ten && (r.tuple != 0 || len(d) > 8 && s.codes[i].Digits() == 10) {
			hits = append(hits, Hit{HTS: s.codes[i], Score: 1})
		}
	}
	return s.finish(hits, e)
}

// terms splits a text into words: lower case, digits kept, plurals folded.
func terms(text string, f func(string)) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		if w = stem(w); w != "" {
			f(w)
		}
	}
}

func stem(w string) string {
	switch w {
	case "of", "the", "and", "or", "for", "in", "with", "a", "an", "to", "by", "not", "than", "other", "from", "on", "whether", "but", "as", "is", "at", "nesoi":
		return ""
	}
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 4 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes")):
		return w[:len(w)-2]
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us"):
		return w[:len(w)-1]
	}
	return w
}

type queryTerm struct {
	word   string
	weight float64
}

func queryTerms(q string) []queryTerm {
	// 2,000 and 2000 are one number, as the schedule writes it
	var out []queryTerm
	seen := map[string]bool{}
	add := func(w string, weight float64) {
		if !seen[w] {
			seen[w] = true
			out = append(out, queryTerm{w, weight})
		}
	}
	for _, raw := range strings.Fields(strings.ToLower(q)) {
		raw = strings.Trim(raw, ".,;:()\"'")
		if strings.Trim(raw, "0123456789,") == "" && len(raw) > 3 {
			raw = strings.ReplaceAll(raw, ",", "")
		}
		syn, ok := synonyms[raw]
		if !ok {
			syn, ok = synonyms[stem(raw)]
		}
		weight := 1.0
		switch {
		case strings.Trim(raw, "0123456789,.") == "": // the schedule states ranges: a number seldom occurs in them
			weight = 0.3
		case ok: // the schedule's words come first
			weight = 0.3
			terms(syn, func(w string) { add(w, 0.4) })
		}
		terms(raw, func(w string) { add(w, weight) })
	}
	return out
}

func (t *texts) buildIndex() {
	x := &t.search
	x.postings = map[string][]posting{}
	x.length = make([]uint16, len(t.strings))
	total := 0
	for i, s := range t.strings {
		n := 0
		terms(joinNumbers(s), func(w string) {
			n++
			p := x.postings[w]
			if len(p) > 0 && p[len(p)-1].text == uint32(i) {
				p[len(p)-1].count++
				return
			}
			x.postings[w] = append(p, posting{uint32(i), 1})
		})
		x.length[i] = uint16(min(n, math.MaxUint16))
		total += n
	}
	x.mean = float64(total) / float64(max(1, len(t.strings)))
}

// joinNumbers writes 1,500 as 1500.
func joinNumbers(s string) string {
	if !strings.Contains(s, ",") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] == ',' && i > 0 && i+3 < len(s) && digit(s[i-1]) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// score gives every node the sum over terms of the best BM25 score on its way
// up, a text one step further up counting 0.85 as much, times the square of
// the share of the terms found. Nil when no term occurs.
func (t *texts) score(q []queryTerm) []float64 {
	const k1, b, decay = 1.2, 0.5, 0.85
	sum := make([]float64, len(t.nodes))
	found := make([]float64, len(t.nodes))
	best := make([]float64, len(t.nodes))
	own := make([]float64, len(t.strings))
	all, any := 0.0, false
	for _, term := range q {
		all += term.weight
		list := t.search.postings[term.word]
		if len(list) == 0 {
			continue
		}
		any = true
		clear(own)
		idf := math.Log(1 + (float64(len(t.strings))-float64(len(list))+0.5)/(float64(len(list))+0.5))
		for _, p := range list {
			tf := float64(p.count)
			norm := 1 - b + b*float64(t.search.length[p.text])/t.search.mean
			own[p.text] = term.weight * idf * tf * (k1 + 1) / (tf + k1*norm)
		}
		for i, n := range t.nodes {
			v := own[n.text]
			if n.parent >= 0 {
				v = max(v, decay*best[n.parent])
			}
			best[i] = v
			if v > 0 {
				sum[i] += v
				found[i] += term.weight
			}
		}
	}
	if !any {
		return nil
	}
	for i := range sum {
		share := found[i] / all
		sum[i] *= share * share
	}
	return sum
}
