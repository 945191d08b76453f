package trade

import (
	"kanzei"
	"kanzei/duty"
	"kanzei/schedule"
)

// An EngineRater rates goods by the law and the schedule of an engine, on a
// day as known at the end of a day. It claims no exception and no preference.
// Metal contents that an assumption set speaks of are declared; what nobody
// declares leaves a range.
type EngineRater struct {
	Engine    *duty.Engine
	On, Known kanzei.Day
	Reference Rater // the law of the year of the flows, see Options.Reference; may be nil
}

// Rate answers for one kind of goods. Where the base rate is levied by
// quantity, or is a rule of text, the duty observed on the line in the year of the flows stands for
// it, also in the test of an all-in rate.
func (r *EngineRater) Rate(g Goods) (Outcome, error) {
	entry := kanzei.Entry{HTS: g.HTS, Origin: g.Origin, Date: r.On}
	if g.ContentKnown {
		entry.Steel = kanzei.ShareOf(g.Content.Steel)
		entry.Aluminum = kanzei.ShareOf(g.Content.Aluminum)
		entry.Copper = kanzei.ShareOf(g.Content.Copper)
	}
	s, err := r.Engine.Shares(entry, r.Known, nil)
	if err != nil {
		return Outcome{}, err
	}
	observed := false
	if !s.BaseKnown && g.Line.ValueUSD > 0 {
		usd, err := baseOf(g.Line, g.Origin, r.Reference)
		if err != nil {
			return Outcome{}, err
		}
		ave := average(usd, g.Line.ValueUSD)
		if s, err = r.Engine.Shares(entry, r.Known, &ave); err != nil {
			return Outcome{}, err
		}
		observed = s.BaseKnown
	}
	o := Outcome{Base: s.Base, BaseObserved: observed, AddMin: s.Min, AddMax: s.Max, Status: s.Status, Note: s.Note}
	if len(s.Levies) > 0 {
		o.Parts = make([]Part, len(s.Levies))
		for i, l := range s.Levies {
			o.Parts[i] = Part{Program: l.Program, Heading: l.Heading, Min: l.Min, Max: l.Max}
		}
	}
	return o, nil
}

// firstDay and lastDay bound the year of the flows.
var firstDay, lastDay = kanzei.DayOf(Year, 1, 1), kanzei.DayOf(Year, 12, 31)

// Carrier returns Options.Carry over a schedule: the numbers that succeed a
// number of the year of the flows, whether it stood to the end of that year or
// only to its middle. A number the schedule does not print, such as those of
// the parts of a watch, is carried to its eight-digit line.
func Carrier(s *schedule.Schedule) func(h kanzei.HTS, to kanzei.Day) []kanzei.HTS {
	return func(h kanzei.HTS, to kanzei.Day) []kanzei.HTS {
		from := lastDay
		if _, err := s.Line(h, lastDay); err != nil {
			from = firstDay
		}
		next := s.Carry(h, from, to)
		if len(next) == 0 {
			if _, err := s.Line(h.Parent(8), to); err == nil {
				return []kanzei.HTS{h.Parent(8)}
			}
			return nil
		}
		codes := make([]kanzei.HTS, len(next))
		for i, n := range next {
			codes[i] = n.HTS
		}
		return codes
	}
}
