// Package kanzei is the vocabulary of tariff law: days and moments, HTS codes,
// origins, rates, money, instruments and their acts, entries and assessments.
// It does no I/O and needs only the standard library; every other package
// speaks in these types.
//
// Law is a list of [Instrument] values. Package ledger reads and folds them,
// package schedule holds the nomenclature, package duty assesses an [Entry].
// Two clocks run through everything: the day an entry is made ("on") and the
// day of the knowledge ("known").
//
// # Exactness
//
// Rates and shares are [Fraction] values in units of 1e-8, money is [Money] in
// ten-thousandths of a US dollar. Both are integers; no duty is ever computed
// in floating point.
package kanzei

import "strings"

// A Problem is an error a person can act on: what is wrong, where, what to do.
type Problem struct {
	Code  string // stable identifier, for example "hts.unknown"
	Where string // file:line, row or field; may be empty
	Msg   string // what is wrong, lower case, no full stop
	Hint  string // what to do; may be empty
}

func (p *Problem) Error() string {
	var b strings.Builder
	if p.Where != "" {
		b.WriteString(p.Where)
		b.WriteString(": ")
	}
	b.WriteString(p.Msg)
	if p.Hint != "" {
		b.WriteString(" (")
		b.WriteString(p.Hint)
		b.WriteString(")")
	}
	return b.String()
}
