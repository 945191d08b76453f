// Package impact carries law to the world economy and back: the rates of a
// scenario, weighed by what is traded, become tariffs of a [model.World]; the
// equilibrium under them becomes tables that a person reads.
//
//	s, err := impact.NewStudy(engine, flows, world)
//	r, err := s.Ask(impact.Question{Scenario: []string{"lapse"}, On: on, Known: on})
//
// # From law to tariffs
//
// Every line of US imports of 2024 has a code, an origin, a value and the duty
// calculated on it. The code says which sector makes the goods (hs6.sectors),
// the origin which economy. A [Law] says what the line pays on top of column 1.
// The tariff of the United States on a sector of an economy is
//
//	1 + base + additional
//
// both as shares of the value of the cell's lines: base is the duty calculated
// in 2024 less the additional duties of 2024, so preferences that were claimed
// stay claimed; additional is what the law asked about adds, under the
// assumption set "applied" (metal content, use of USMCA). Services pay nothing.
// Tariffs of all other importers are those of the world, unless a scenario
// states them.
//
// # Base year
//
// The flows of the world's base year were traded under the duties of that year.
// So the world is first restated: US tariffs become base plus the additional
// duties of the law of 1 July of the base year, spending shares kept. Base law
// and scenario are both solved from there, and what is reported is the ratio
// of the two equilibria.
//
// # Ranges
//
// Every figure has the 5th and 95th percentile over draws of the trade
// elasticities ([model.World.Draws]); lo and hi of real income stand beside it,
// those of all others in ranges. Laws share the draws, so the range of a change
// is that of differences at equal elasticities. range_check says how far the
// ends move when half of the draws are left out.
package impact
