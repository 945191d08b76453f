// Package talks answers what a delegation asks: what to ask for, what each ask
// is worth to both sides, which package is best, and what it means to wait.
//
// A [Desk] is opened for an asker and a giver on a day as known on a day. The
// giver is the United States, whose law is the ledger. A proposal is law: a
// draft instrument folded into the law of the day, or stated tariffs of another
// importer. [Desk.Solve] finds the equilibrium under a law, and everything else
// is differences between such points.
//
// Two laws are held from the start: Today, the law of the day, and WalkAway,
// the law on the day when the last pause known has run out and nobody acted.
// A gain is a change of real income (equivalent variation, percent of income),
// in a static model at full adjustment.
package talks
