package duty

import (
	"fmt"
	"slices"

	"kanzei"
	"kanzei/ledger"
)

// partDutiable are the provisions of chapter 98 that free a part of the value
// only: the value of articles returned after repair or processing abroad
// (9802.00.40, .50, .60), and of US components assembled abroad (9802.00.80).
// Duties, additional ones included, are levied on the rest, unless an act
// (ledger.Returned) has them levied on the full value.
var partDutiable = []kanzei.HTS{
	kanzei.MustHTS("9802.00.40"), kanzei.MustHTS("9802.00.50"), kanzei.MustHTS("9802.00.60"), kanzei.MustHTS("9802.00.80"),
}

// Flags that chapter98 declares from the code entered.
const (
	claimsChapter98 = "chapter-98"    // the claim of the exceptions of the orders
	dutiablePart    = "dutiable-part" // the value is the dutiable part already
)

// chapter98 applies a claim of chapter 98: under the provisions that free a
// part of the value, the entry becomes that of the dutiable part; any other
// provision is the line of the entry, and its claim.
func chapter98(e *kanzei.Entry) error {
	if e.Flag(dutiablePart) {
		return nil
	}
	if e.Ch98 != "" {
		h, err := kanzei.ParseHTS(e.Ch98)
		if err != nil || h.Chapter() != 98 || h.Digits() < 8 {
			return &kanzei.Problem{Code: "ch98.syntax", Msg: fmt.Sprintf("%q is not a provision of chapter 98", e.Ch98), Hint: "write it as 9802.00.80"}
		}
		if slices.ContainsFunc(partDutiable, func(p kanzei.HTS) bool { return p.Contains(h) }) {
			if e.Flag(claimsChapter98) {
				return &kanzei.Problem{Code: "ch98.flag", Msg: fmt.Sprintf("the flag %s and %s exclude each other", claimsChapter98, h), Hint: fmt.Sprintf("under %s the dutiable part pays; leave the flag out", h)}
			}
			if !e.USContent.Known {
				return &kanzei.Problem{Code: "ch98.content", Msg: fmt.Sprintf("under %s a part of the value is dutiable, and no part is declared", h), Hint: "declare as US content the percent of the value that is not: exported and returned, or US components"}
			}
			e.Full = e.Value
			e.Value = kanzei.Money(kanzei.MulDiv(int64(e.Value), int64(kanzei.One-e.USContent.Fraction), int64(kanzei.One)))
			e.USContent = kanzei.Share{}
			e.Flags = append(slices.Clone(e.Flags), dutiablePart)
			return nil
		}
		e.HTS = h
	}
	if e.HTS.Chapter() == 98 && !e.Flag(claimsChapter98) && !slices.ContainsFunc(partDutiable, func(p kanzei.HTS) bool { return p.Contains(e.HTS) }) {
		e.Flags = append(slices.Clone(e.Flags), claimsChapter98)
	}
	return nil
}

// value returns the value that a provision is levied on: that of the entry, or
// the full one where of it the entry holds the dutiable part only and an act
// says so.
func (f *facts) value(p *prov) kanzei.Money {
	if e := f.entry; e.Full != 0 {
		if r, ok := p.returned(e); ok && r.FullValue {
			return e.Full
		}
	}
	return f.entry.Value
}

// returned returns what the law says of goods returned under the provision of
// chapter 98 that is claimed.
func (p *prov) returned(e *kanzei.Entry) (*kanzei.Returned, bool) {
	h, err := kanzei.ParseHTS(e.Ch98)
	if err != nil {
		return nil, false
	}
	r, ok := ledger.ReturnedUnder(p.Returned, h)
	if !ok {
		return nil, false
	}
	return r.Act.Returned, true
}
