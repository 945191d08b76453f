package read

import (
	"cmp"
	"slices"
	"strings"

	"kanzei"
	"kanzei/ledger"
)

// An entry is what a word or phrase means.
type entry struct {
	words []string
	kind  string // Country, Product, Verb
	value string // ISO code or group, programs, the act
	caps  bool   // only with a capital
}

// A lexicon finds phrases by their first word, longest first.
type lexicon struct {
	phrases map[string][]entry
	members map[string][]kanzei.Origin // of groups
}

// Goods and kinds of duties, and the programs of the ledger they name. A
// phrase without a program names goods for which the ledger has none: it is
// read, and found "not in the ledger".
var productWords = []struct{ programs, phrases string }{
	{"ieepa.reciprocal", "baseline, base line, across the board, reciprocal, universal tariff, universal tariffs, country specific, all imports, all goods, all imported goods, almost all imports, nearly all imports"},
	{"ieepa.*", "ieepa, international emergency economic powers act, emergency powers, emergency tariffs"},
	{"ieepa.fentanyl-*", "fentanyl, synthetic opioid, illicit drugs"},
	{"s122.surcharge", "surcharge, import surcharge, section 122, temporary import duty"},
	{"s301.*", "section 301"},
	{"s232.*", "section 232, key exports, sectoral tariffs, sectoral duties, sector tariffs"},
	{"s338.*", "section 338"},
	{"s201.*", "safeguard"},
	{"deminimis.*", "de minimis, low value imports, low value shipments"},
	{"ieepa.postal", "postal item, postal items, postal shipment, postal shipments, international postal network"},
	{"s232.autos", "car, cars, auto, autos, automobile, automobiles, vehicle, vehicles, passenger vehicle, passenger vehicles, passenger cars, light trucks, automotive, automakers"},
	{"s232.auto-parts", "auto part, auto parts, car parts, automobile part, automobile parts, automotive part, automotive parts, auto components, parts of passenger vehicles"},
	{"s232.trucks", "truck, trucks, heavy trucks, heavy duty vehicles, medium and heavy duty vehicles, medium heavy duty vehicles, buses, mhdv, mhdvs"},
	{"s232.truck-parts", "truck parts, medium and heavy duty vehicle parts, mhdv parts, mhdvps"},
	{"s232.steel s232.metals", "steel, iron or steel, steel articles, derivative steel"},
	{"s232.aluminum s232.metals", "aluminum, aluminium, derivative aluminum"},
	{"s232.copper s232.metals", "copper, copper products"},
	{"s232.steel s232.aluminum s232.copper s232.metals", "metals, metal"},
	{"s232.wood", "lumber, timber, softwood, wood products, wood, furniture, upholstered furniture, upholstered wooden furniture, upholstered wooden products, kitchen cabinets, vanities"},
	{"s232.semiconductors", "semiconductor, semiconductors, chips, advanced chips, computer chips"},
	{"s232.pharma", "pharmaceutical, pharmaceuticals, medicines, patented pharmaceuticals, generic pharmaceuticals, drugs"},
	{"s232.polysilicon", "polysilicon"},
	{"s232.drones", "drone, drones, unmanned aircraft, unmanned aircraft systems"},
	{"s201.quartz", "quartz, quartz surface products"},
	{"s201.solar", "solar cells, solar panels, solar products"},
	{"s201.washers", "washing machines, washers"},
	{"s301.forced-labor", "forced labor, forced labour"},
	{"", "aircraft, jet engines, critical minerals, ships, cranes, films, movies, seafood, beef, rice, dairy, alcohol, wine, spirits, fertilizer, potash, energy, oil, coffee, bananas, agricultural, fertilizers"},
}

// What happens to a measure.
var verbWords = []struct{ act, phrases string }{
	{"hold", "pause, paused, pauses, pausing, on hold, suspend, suspended, suspends, suspending, suspension, halt, halted, freeze, frozen, froze, delay, delayed, delays, postpone, postponed, put off, deferred, reprieve, truce, moratorium, shall not take effect, will not take effect"},
	{"keep", "kept in place, keep in place, remain in place, remains in place, remained in place, remain in effect, remains in effect, remain in force, remains in force, in effect, in force, took effect, take effect, takes effect, taken effect, went into effect, go into effect, goes into effect, gone into effect, came into effect, come into effect, came into force, come into force, stay in place, remain, remains, still face, faces, facing, kept, maintained, shall continue, continue to apply"},
	{"court", "supreme court, court of international trade, appeals court, court, courts, judges, justices, cit, scotus, federal circuit"},
	{"void", "strike down, struck down, strikes down, striking down, invalid, invalidate, invalidated, invalidates, overturn, overturned, overturns, annul, annulled, annuls, voided, vacated, set aside, threw out, thrown out, nullified"},
	{"unlawful", "illegal, unlawful, void, block, blocked, blocks"}, // of courts only
	{"impose", "pay, pays, paid, paying, attract, attracts, incur, incurs, subject to, impose, imposed, imposes, imposing, levy, levied, levies, slap, slapped, slaps, shall be subject to, will be subject to, are subject to, is subject to, be subject to, shall apply, will apply, applies, shall be, will face, would face, to face, face, hit, charge, charged, enact, enacted, introduce, introduced"},
	{"change", "amend, amended, amending, modify, modified, modifies, revised, revise, increase, increased, increases, increasing, raise, raised, raises, raising, hike, hiked, double, doubled, doubles, doubling, triple, tripled, tripling, halve, halved, halving, reduce, reduced, reduces, reducing, lower, lowered, lowers, lowering, cut, cutting, decrease, decreased, adjusted, retain, deleting, striking, replacing, in lieu thereof"},
	{"end", "terminate, terminated, terminates, terminating, termination, revoke, revoked, rescind, rescinded, repeal, repealed, lifted, lift, lifting, eliminate, eliminated, eliminating, elimination, remove, removed, removing, removal, scrap, scrapped, drop, dropped, dropping, abolish, withdrawn, ineffective, no longer be in effect, no longer be collected, no longer apply, shall end, expire, expires, expired"},
	{"exempt", "exempt, exempted, exempts, exempting, exemption, exemptions, excluded, shall not be subject to, will not be subject to, shall not apply, does not apply, do not apply, not subject to, excepted, exclusion, exclusions"},
	{"announce", "announce, announced, announces, announcing, unveiled, unveil, declared, declare"},
	{"threat", "threaten, threatened, threatens, threatening, warned, warn, warns, plan, plans, planned, planning, consider, considering, mulls, proposed, propose, proposes, vowed, pledged, promised, promises, could, may, might"},
	{"future", "will, would, shall, set to, due to, about to, starting, scheduled to, going to, upcoming"},
	{"ask", "request, requests, requested, requesting, ask, asks, asked, asking, urge, urged, urges, persuade, persuading, convince, convincing, demand, demanded, demands, seek, seeks, sought, call for, called for, press for, appeal, appealed, hopes to, wants, want"},
	{"talk", "talks, talk, negotiate, negotiation, negotiations, negotiating, negotiator, phone call, meeting, meet, summit, discussions, discussion, views"},
	{"", "deal a, deal an, deals a, dealing a"},
	{"deal", "deal, deals, agreement, agreements, accord, trade pact, pact, framework, trilateral"},
	{"retaliate", "retaliate, retaliated, retaliates, retaliating, retaliation, retaliatory, countermeasure, countermeasures, counter tariff, counter tariffs, counter measures, tit for tat"},
	{"not", "not, no, never, without, n't, neither, nor, isn't, aren't, won't, doesn't, don't, didn't, weren't, wasn't, wouldn't, cannot, can't"},
}

// Words that say that a duty is spoken of.
var dutyWords = words("tariff tariffs duty duties levy levies surcharge surcharges ad valorem htsus")

func newLexicon(l *ledger.Ledger) *lexicon {
	x := &lexicon{phrases: map[string][]entry{}, members: map[string][]kanzei.Origin{}}
	add := func(phrase, kind, value string, caps bool) {
		var w []string
		for _, t := range tokens(phrase, 0, len(phrase), nil) {
			if t.kind == 'w' || t.kind == 'n' {
				w = append(w, t.low)
			}
		}
		if len(w) == 0 {
			return
		}
		for _, e := range x.phrases[w[0]] {
			if slices.Equal(e.words, w) && e.kind == kind {
				return // the first to claim a phrase keeps it
			}
		}
		x.phrases[w[0]] = append(x.phrases[w[0]], entry{w, kind, value, caps})
	}
	list := func(text string, f func(code, name string)) {
		for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
			code, names, _ := strings.Cut(line, " ")
			for _, n := range strings.Split(names, ",") {
				f(code, strings.TrimSpace(n))
			}
		}
	}
	list(countryNames, func(code, name string) { add(name, Country, code, true) })
	list(capitalNames, func(code, name string) { add(name, Country, code, true) })
	list(groupNames, func(code, name string) { add(name, Country, code, true) })
	for _, n := range []string{"United States", "US", "USA", "America", "American", "Americans", "Washington", "United States of America"} {
		add(n, Country, "US", true)
	}
	for _, o := range kanzei.Origins() {
		name := o.Name()
		add(name, Country, o.String(), true)
		if strings.Contains(name, "&") {
			add(strings.ReplaceAll(name, "&", "and"), Country, o.String(), true)
		}
		if rest, ok := strings.CutPrefix(name, "St. "); ok {
			add("Saint "+rest, Country, o.String(), true)
		}
	}
	for _, p := range productWords {
		for _, w := range strings.Split(p.phrases, ",") {
			add(w, Product, p.programs, false)
		}
	}
	for _, v := range verbWords {
		for _, w := range strings.Split(v.phrases, ",") {
			add(w, Verb, v.act, false)
		}
	}
	if l != nil {
		b := l.AsKnown(0)
		x.members["EU"] = b.Group("eu27", kanzei.DayOf(2025, 4, 2).Open())
		x.titles(b, add)
	}
	for k := range x.phrases {
		slices.SortStableFunc(x.phrases[k], func(a, b entry) int { return cmp.Compare(len(b.words), len(a.words)) })
	}
	return x
}

// Words of program titles that name no goods.
var plainTitle = words("section additional duty duties tariff tariffs on of the and its for exceptions only products articles derivatives derivative rates rate increased temporary import imports flow situation other under trade agreements intensive column canada mexico china at to lists list four year review southern northern border")

// titles adds phrases of the titles of programs for which the lists above have
// none, so that a program of an instrument added later has words too.
func (x *lexicon) titles(b *ledger.Book, add func(phrase, kind, value string, caps bool)) {
	known := map[string]bool{}
	for _, p := range productWords {
		for _, name := range strings.Fields(p.programs) {
			known[name] = true
		}
	}
	for _, name := range b.Programs() {
		family, _, _ := strings.Cut(name, ".")
		if known[name] || known[family+".*"] && family != "s232" && family != "s301" && family != "s201" {
			continue
		}
		p, _, ok := b.Program(name, kanzei.DayOf(2099, 1, 1).Open())
		if !ok {
			continue
		}
		title, _, _ := strings.Cut(p.Title, "(")
		for _, part := range strings.FieldsFunc(strings.ReplaceAll(title, " and ", ","), func(r rune) bool { return r == ',' || r == ';' }) {
			var keep []string
			for _, w := range strings.Fields(strings.ToLower(part)) {
				if !plainTitle[w] && strings.Trim(w, "0123456789") != "" {
					keep = append(keep, w)
				}
			}
			if len(keep) > 0 && len(strings.Join(keep, "")) > 4 {
				phrase := strings.Join(keep, " ")
				if x.country(phrase) == "" {
					add(phrase, Product, name, false)
				}
			}
		}
	}
}

// country returns the code of a name, "" when it is none.
func (x *lexicon) country(name string) string {
	ts := tokens(name, 0, len(name), nil)
	if e, n := x.match(ts, 0, true); e != nil && e.kind == Country && n == len(ts) {
		return e.value
	}
	return ""
}

// match returns the longest phrase that begins at token i, and how many
// tokens it takes. Hyphens between words count as blanks.
func (x *lexicon) match(ts []token, i int, anyCase bool) (*entry, int) {
	list := x.phrases[ts[i].low]
	for k := range list {
		e := &list[k]
		if e.caps && !anyCase && !ts[i].cap {
			continue
		}
		if len(e.words) == 1 && len(e.words[0]) == 2 && e.kind == Country && !ts[i].upper && !anyCase {
			continue // "us", "Eu"
		}
		j, ok := i, true
		for n, w := range e.words {
			for n > 0 && j < len(ts) && (ts[j].kind == '-' || ts[j].kind == '(' || ts[j].kind == ')' || ts[j].kind == '\'' || ts[j].kind == '`' || ts[j].kind == '&') && j-i < 16 {
				j++
			}
			if j >= len(ts) || ts[j].low != w {
				ok = false
				break
			}
			j++
		}
		if ok {
			return e, j - i
		}
	}
	return nil, 0
}
