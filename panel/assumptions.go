package panel

import "kanzei"

// Assumptions answer for goods what an importer would declare and no law says.
// The zero Assumptions answer nothing: what a fact decides lies between bounds.
type Assumptions struct {
	Name string // printed with every row

	// Content returns the parts of an article's customs value that are steel,
	// aluminum and copper; ok is false where nothing is assumed. Nil: unknown.
	Content func(kanzei.HTS) (steel, aluminum, copper kanzei.Fraction, ok bool)

	// Preference is a special program and how much of trade claims it. Nil: none.
	Preference *Preference
}

// Statutory assumes nothing and claims nothing.
var Statutory = Assumptions{Name: "statutory"}

// A Preference is a special program that part of the trade of some origins
// claims. Rates are then averages over trade with and without the claim.
type Preference struct {
	SPI     []string // claimed: the first that the line lists, else the first
	Origins []kanzei.Origin
	Periods []Period // by From; before the first nothing is claimed
}

// A Period is days on which the shares stay the same.
type Period struct {
	From  kanzei.Day
	Share func(h kanzei.HTS, o kanzei.Origin) kanzei.Fraction // of customs value that claims the program
}
