package duty

import (
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"

	"kanzei"
)

// A template is the answer for all lines of one treatment and one key, but for
// amounts: the code behind Assess has answered for one line, and every
// evaluation that it made was kept as a plan. Another line has the same answer
// as long as its formula holds for it.
//
// Many templates compute and say the same: formulas, claims and sayings are held
// once, so that what answers for most lines is little and near at hand.
type template struct {
	key    templateKey
	usable bool
	enough kanzei.Money // the value from which no claims but tries are to be looked at
	*formula
	*saying
	claims *claims
	spi    atomic.Pointer[[]*preference]
	next   *template // of the same key
}

// A formula computes the totals of the corners of a range, one where the duty is
// exact. It holds for a line when these compare as they did for the first.
type formula struct {
	status kanzei.Status
	lowest int  // corner
	byArea bool // shares are taken from the contents of the line
	noMin  bool // the base rate is no figure
	noMax  bool // a quantity is missing
	plans  []plan
	terms  []term
	order  []cornerAt
}

// claims are what would be asked of a line: under each its total would be less
// than the lowest, or not. They hold for a line where that is so again. What most
// claims would save shows in their terms, for values large enough that a duty
// does not round to nothing; the others are to be tried.
type claims struct {
	plans []plan
	terms []term
	saves []bool   // by plan: the total is less than the lowest
	tries []uint16 // plans
}

// A saying is the words of a template.
type saying struct {
	id        int
	headings  string
	questions []string
	caveats   []string
}

// A templateKey is all that the answer for goods of a treatment rests on, but
// for the value and the base rate: which conditions hold, and of the contents
// declared either the shares or, where every content that matters is declared,
// which of them fill the value or nothing.
type templateKey struct {
	holds                       uint64 // of treatment.conds
	steel, aluminum, copper, us kanzei.Fraction
	fills                       uint64 // see filling
	fillsClaimed                uint64 // the same with the US content of a claim
	denied                      uint32 // of treatment.uses: declared not to hold
	spi                         uint16
	era                         uint8 // of the order of filing
	open                        uint8 // 1: a quantity for the base rate is missing; 2: the base rate is no figure
	steelKnown, aluminumKnown   bool
	copperKnown, usKnown        bool
	span                        bool // the duty alone, without questions and numbers
}

func (k *templateKey) hash() uint64 {
	const m = 0x9e3779b97f4a7c15
	h := k.holds
	h = (h ^ uint64(k.denied)<<32 ^ uint64(k.spi)<<16 ^ uint64(k.era)<<8 ^ uint64(k.open)) * m
	h = (h ^ h>>29 ^ uint64(k.steel) ^ uint64(k.aluminum)<<27 ^ k.fills) * m
	h = (h ^ h>>31 ^ uint64(k.copper) ^ uint64(k.us)<<27 ^ k.fillsClaimed) * m
	if k.span {
		h++
	}
	for i, b := range [...]bool{k.steelKnown, k.aluminumKnown, k.copperKnown, k.usKnown} {
		if b {
			h += 2 << i
		}
	}
	return (h ^ h>>32) * m
}

const (
	maxTemplates = 1 << 18 // held; then they are let go
	maxVariants  = 6       // of one key: base rates below and above an all-in rate, values so small that duties round to nothing
)

// filling tells of each set of contents whether it is nothing of the value (the
// low bits) and whether it is all of it or more (the high ones).
func filling(steel, aluminum, copper, us kanzei.Fraction) (bits uint64) {
	shares := [...]kanzei.Fraction{steel, aluminum, copper, us}
	var sums [16]kanzei.Fraction
	for set := 1; set < 16; set++ {
		low := set & -set
		sums[set] = sums[set&^low] + shares[[...]int{1: 0, 2: 1, 4: 2, 8: 3}[low]]
		if sums[set] == 0 {
			bits |= 1 << set
		}
		if sums[set] >= kanzei.One {
			bits |= 1 << (32 + set)
		}
	}
	return bits
}

// find returns the template that answers for the line at hand, filling one
// where there is none, and leaves its totals in r.totals. It is nil where only
// the long way answers.
func (r *Rater) find(t *treatment, l *Line, rate *kanzei.Rate, known bool, b *baseDuty, span bool) *template {
	line := l.line
	k := templateKey{span: span}
	if !span { // numbers are to be in order
		k.era = l.frame.era
	}
	if !known {
		k.open = 1
		if rate.Kind == kanzei.RateByText || rate.Kind == kanzei.RateNone {
			k.open = 2
		}
	}
	r.facts(t, l.declares, &k, b)
	hash := k.hash()
	n := 0
	seen := t.templates.Load().find(&k, hash)
	for m := seen; m != nil; m = m.next {
		if n++; m.usable && r.sums(t, m, line, b) {
			return m
		}
	}
	if n >= maxVariants {
		return nil
	}
	return r.make(t, line, rate, b, k, hash, seen)
}

// make fills a template for the line at hand.
func (r *Rater) make(t *treatment, line *lineInfo, rate *kanzei.Rate, b *baseDuty, k templateKey, hash uint64, seen *template) *template {
	r.here.units()
	answers := func(m *template) bool { return m.usable && r.sums(t, m, line, b) }
	whole := *b
	whole.rate = *rate
	if m := t.add(r.fill(t, line, &whole, &k), hash, seen, answers); answers(m) {
		return m
	}
	return nil
}

// facts puts what is declared, and what follows without, into the key.
func (r *Rater) facts(t *treatment, d declarations, k *templateKey, b *baseDuty) {
	e := r.entry
	x := &r.declared
	x.entry, x.base, x.uses = e, b, x.uses[:0]
	for _, flag := range e.Flags {
		if !strings.HasPrefix(flag, "not-") {
			x.uses = append(x.uses, flag)
		}
	}
	for some := d & t.asks; some != 0; some &= some - 1 {
		for conds := t.asking[bits.TrailingZeros16(uint16(some))]; conds != 0; conds &= conds - 1 {
			if i := bits.TrailingZeros64(conds); holds(t.conds[i], x) {
				k.holds |= 1 << i
			}
		}
	}
	if d == 1 {
		return
	}
	if e.SPI != "" {
		k.spi = 1
		if i := slices.Index(t.spiClaims, e.SPI); i >= 0 {
			k.spi = uint16(i + 2)
		}
	}
	if len(e.Flags) > 0 {
		for i, u := range t.uses {
			if denies(e.Flags, u) {
				k.denied |= 1 << i
			}
		}
	}
	if t.bases == 0 || !d.of(usContent) && !d.of(steelContent) && !d.of(aluminumContent) && !d.of(copperContent) {
		return // all are levied on the full value, or no content is declared
	}
	of := func(a area, s kanzei.Share) kanzei.Fraction {
		if t.bases&a == 0 {
			return 0
		}
		return s.Fraction
	}
	k.steelKnown, k.aluminumKnown = t.bases&inSteel != 0 && e.Steel.Known, t.bases&inAluminum != 0 && e.Aluminum.Known
	k.copperKnown, k.usKnown = t.bases&inCopper != 0 && e.Copper.Known, t.bases&inUS != 0 && e.USContent.Known
	if t.declared(e) && len(t.usClaims) < 2 {
		steel, aluminum, copper := of(inSteel, e.Steel), of(inAluminum, e.Aluminum), of(inCopper, e.Copper)
		k.fills = filling(steel, aluminum, copper, of(inUS, e.USContent)) | 1
		if len(t.usClaims) == 1 && t.bases&inUS != 0 {
			k.fillsClaimed = filling(steel, aluminum, copper, t.usClaims[0])
		}
		return
	}
	k.steel, k.aluminum, k.copper, k.us = e.Steel.Fraction, e.Aluminum.Fraction, e.Copper.Fraction, e.USContent.Fraction
}

// declared reports whether the content of every metal that a provision is
// levied on is declared.
func (t *treatment) declared(e *kanzei.Entry) bool {
	return (e.Steel.Known || t.bases&inSteel == 0) && (e.Aluminum.Known || t.bases&inAluminum == 0) && (e.Copper.Known || t.bases&inCopper == 0)
}

// denies reports whether the flag not-use is declared.
func denies(flags []string, use string) bool {
	for _, f := range flags {
		if len(f) == len(use)+4 && f[:4] == "not-" && f[4:] == use {
			return true
		}
	}
	return false
}
