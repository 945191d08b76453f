package impact

import (
	"fmt"
	"slices"

	"kanzei"
)

// With folds draft instruments into a law, for some origins or, when none is
// named, for all. Acts are taken as known when the law is; those that begin
// later than its day do not yet count. The sum is not held against itself:
// that is [ledger.Ledger.Check], for drafts that people write.
func (s *Study) With(l *Law, origins []kanzei.Origin, drafts ...*kanzei.Instrument) (*Law, error) {
	if len(drafts) == 0 {
		return l, nil
	}
	if l.rest.none {
		return nil, &kanzei.Problem{Code: "impact.draft", Msg: "a draft cannot be folded into no law at all", Hint: "fold it into the law of a day"}
	}
	known := l.rest.known
	if known == 0 {
		known = s.Duty.Ledger.Coverage.Horizon
	}
	out := l.clone()
	own := make([]*kanzei.Instrument, len(drafts))
	for i, d := range drafts {
		c := *d
		c.Acts = slices.Clone(d.Acts)
		c.Public = known
		for k := range c.Acts {
			c.Acts[k].Public, c.Acts[k].Implemented = known, 0
		}
		own[i] = &c
		out.Name += "+" + c.ID
		out.Title += ", then " + c.Title
	}
	return out, out.each(origins, func(p *part) error {
		p.drafts = append(slices.Clone(p.drafts), own...)
		return nil
	})
}

// WithPartners states tariffs of other importers on top of a law: change gets
// tariff powers in cells of [Study.Base] and sets those it states.
func (l *Law) WithPartners(title string, change func(power []float64)) *Law {
	out := l.clone()
	before := l.changes
	out.Title += ", then " + title
	out.changes = func(base []float64) []float64 {
		if before != nil {
			base = before(base)
		} else {
			base = slices.Clone(base)
		}
		change(base)
		return base
	}
	return out
}

// WithTariffs is WithPartners for tariffs stated as CSV, in the form of a
// scenario file of that ending; name is for messages.
func (s *Study) WithTariffs(l *Law, name string, data []byte) (*Law, error) {
	out := l.clone()
	if err := s.partnerTariffs(out, name, data); err != nil {
		return nil, err
	}
	out.Title = l.Title + ", then " + out.Title
	return out, nil
}

// Known returns the day of knowledge of the law of most origins; zero for
// everything held.
func (l *Law) Known() kanzei.Day { return l.rest.known }

// A LineRate is what a line pays under a law, as shares of its value.
type LineRate struct {
	Base      float64 // column 1 as paid in 2024
	Low, High float64 // bounds of what the law adds
	None      bool    // no duty could be computed; none is counted
}

// Additional is the middle of the bounds.
func (r LineRate) Additional() float64 { return (r.Low + r.High) / 2 }

// LineRates returns what each line of [Study.Lines] pays under a law, in the
// same order. Their averages by sector are the cells of [Study.Rates].
func (s *Study) LineRates(l *Law, o kanzei.Origin) ([]LineRate, error) {
	i, ok := slices.BinarySearchFunc(s.sources, o, func(src *source, o kanzei.Origin) int { return int(src.origin) - int(o) })
	if !ok {
		return nil, fmt.Errorf("no lines stand for the trade of %s", o.Name())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.sources[i]
	out := make([]LineRate, len(src.lines))
	err := s.rated(src, l.of(o), func(int, string, float64, float64) {}, func(k int, base, low, high float64, none bool) {
		if v := src.lines[k].value; v > 0 {
			base /= v
		}
		out[k] = LineRate{base, low, high, none}
	})
	return out, err
}

// A ProgramBound is what a program takes of a line, as bounds of shares of value.
type ProgramBound struct {
	Program   string
	Low, High float64
}

// LineBounds returns what each program takes of each line of [Study.Lines]
// under a law, less what was excused in 2024.
func (s *Study) LineBounds(l *Law, o kanzei.Origin) ([][]ProgramBound, error) {
	i, ok := slices.BinarySearchFunc(s.sources, o, func(src *source, o kanzei.Origin) int { return int(src.origin) - int(o) })
	if !ok {
		return nil, fmt.Errorf("no lines stand for the trade of %s", o.Name())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.sources[i]
	out := make([][]ProgramBound, len(src.lines))
	err := s.rated(src, l.of(o), func(k int, program string, low, high float64) {
		out[k] = append(out[k], ProgramBound{program, low, high})
	}, func(int, float64, float64, float64, bool) {})
	return out, err
}

// LinePrograms returns what each program takes of each line of [Study.Lines],
// as shares of its value before what was excused in 2024; the middle where it
// hangs on facts not known.
func (s *Study) LinePrograms(l *Law, o kanzei.Origin) ([]map[string]float64, error) {
	i, ok := slices.BinarySearchFunc(s.sources, o, func(src *source, o kanzei.Origin) int { return int(src.origin) - int(o) })
	if !ok {
		return nil, fmt.Errorf("no lines stand for the trade of %s", o.Name())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]map[string]float64, len(s.sources[i].lines))
	p := l.of(o)
	if p.none {
		return out, nil
	}
	x, err := s.extents(p, o)
	if err != nil {
		return nil, err
	}
	for k := range out {
		out[k] = map[string]float64{}
		for _, g := range x[s.sources[i].lines[k].code].programs {
			out[k][g.name] = (g.low + g.high) / 2
		}
	}
	return out, nil
}
