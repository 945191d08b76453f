// Package trade weighs tariff law by what is traded: US imports for
// consumption in 2024 by ten-digit code and partner, assumptions about the
// metal in an article, and exposure, which carries those imports to the codes
// and the law of a day and says what they would pay.
//
// Figures are customs value and calculated duty of the US Census Bureau, in
// whole US dollars. Exposure is static: the imports of 2024 at the rates of
// the day, with no response of trade to the duty.
//
// The editions are embedded (1.1 MB) and read on demand; one partner costs a
// few milliseconds.
package trade

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"kanzei"
	"kanzei/trade/edition"
)

//go:generate go run kanzei/internal/gen trade

//go:embed us-imports-2024.flows
var flowsFile []byte

// Year is the year of the flows.
const Year = 2024

// A Line is one code of ten digits in the schedule of 2024, with customs
// value and calculated duty in US dollars. Calculated duty includes the
// additional duties of 2024 (sections 232 and 301) and reflects preferences
// claimed.
type Line = edition.Line

// A Chapter is the sum over a chapter of the schedule, in US dollars.
type Chapter = edition.Chapter

// A Source says where figures come from and what may be done with them.
type Source = edition.Source

// A Partner is an origin with its lines, ascending by code.
type Partner struct {
	Origin   kanzei.Origin // zero for the European Union and the world
	Name     string
	TotalUSD int64 // customs value
	DutyUSD  int64 // calculated duty
	Lines    []Line
}

// A Summary is an origin with its totals and sums by chapter.
type Summary struct {
	Origin   kanzei.Origin `json:"origin"`
	Name     string        `json:"name"`
	TotalUSD int64         `json:"value_usd"`
	DutyUSD  int64         `json:"duty_usd"`
	Lines    int           `json:"lines"` // of ten digits; 0 when only chapters are held
	Chapters []Chapter     `json:"chapters,omitempty"`
}

// Flows are the imports of one year. Its methods may be called at the same
// time.
type Flows struct {
	file *edition.Flows
	at   map[kanzei.Origin]int
	eu   int
}

// Load opens the flows embedded in the program. Only the index is read; every
// call returns the same flows.
func Load() (*Flows, error) { return load() }

var load = sync.OnceValues(func() (*Flows, error) { return Open(flowsFile) })

// Open opens flows in the format of package edition.
func Open(data []byte) (*Flows, error) {
	file, err := edition.OpenFlows(data)
	if err != nil {
		return nil, err
	}
	f := &Flows{file: file, at: make(map[kanzei.Origin]int, len(file.Partners)), eu: -1}
	for i, p := range file.Partners {
		if p.Origin == 0 {
			f.eu = i
			continue
		}
		f.at[p.Origin] = i
	}
	return f, nil
}

// Provenance returns the sources of everything the package embeds: the flows,
// then the assumption sets.
func Provenance() ([]Source, error) {
	f, err := Load()
	if err != nil {
		return nil, err
	}
	all := []Source{f.file.Source}
	for _, a := range Assumptions() {
		all = append(all, a.Source)
	}
	return all, nil
}

// Source returns where the flows come from.
func (f *Flows) Source() Source { return f.file.Source }

// Partner returns the lines of an origin. An origin of which only sums by
// chapter are held (every member of the European Union but Slovakia, and small
// partners) is a Problem with code "trade.partner"; see Summary.
func (f *Flows) Partner(o kanzei.Origin) (Partner, error) {
	i, ok := f.at[o]
	if !ok {
		return Partner{}, f.unknown(o)
	}
	p := f.file.Partners[i]
	if p.Lines == 0 {
		hint := "use its sums by chapter"
		if EUMember(o) {
			hint = "use its sums by chapter, or the lines of the European Union as a whole"
		}
		return Partner{}, &kanzei.Problem{Code: "trade.partner", Msg: fmt.Sprintf("for %s (%s) only sums by chapter are held, not lines of ten digits", p.Name, o), Hint: hint}
	}
	return f.partner(i)
}

// EuropeanUnion returns the lines of the 27 members together. Its origin is
// zero, since the Union is no country of origin; see Options.RateAs.
func (f *Flows) EuropeanUnion() (Partner, error) {
	if f.eu < 0 {
		return Partner{}, &kanzei.Problem{Code: "trade.partner", Msg: "the European Union as a whole is not in the flows"}
	}
	return f.partner(f.eu)
}

func (f *Flows) partner(i int) (Partner, error) {
	p := f.file.Partners[i]
	lines, err := f.file.Lines(i)
	return Partner{p.Origin, p.Name, p.ValueUSD, p.DutyUSD, lines}, err
}

// World returns the lines of all partners together, each import once. It holds
// what is known by line, 98.7 % of all imports.
func (f *Flows) World() (Partner, error) {
	codes, err := f.file.Codes()
	if err != nil {
		return Partner{}, err
	}
	w := Partner{Name: "World", Lines: make([]Line, len(codes))}
	for i, h := range codes {
		w.Lines[i].HTS = h
	}
	for i, p := range f.file.Partners {
		if f.eu >= 0 && EUMember(p.Origin) {
			continue // inside the European Union
		}
		lines, err := f.file.Lines(i)
		if err != nil {
			return Partner{}, err
		}
		j := 0
		for _, l := range lines {
			for w.Lines[j].HTS != l.HTS {
				j++
			}
			w.Lines[j].ValueUSD += l.ValueUSD
			w.Lines[j].DutyUSD += l.DutyUSD
			w.TotalUSD += l.ValueUSD
			w.DutyUSD += l.DutyUSD
		}
	}
	// A code that only a member of the Union had is in the table but not here.
	w.Lines = slices.DeleteFunc(w.Lines, func(l Line) bool { return l.ValueUSD == 0 && l.DutyUSD == 0 })
	return w, nil
}

// Summary returns the totals and the sums by chapter of an origin; the zero
// Origin is the European Union.
func (f *Flows) Summary(o kanzei.Origin) (Summary, error) {
	i, ok := f.at[o]
	if o == 0 && f.eu >= 0 {
		i, ok = f.eu, true
	}
	if !ok {
		return Summary{}, f.unknown(o)
	}
	chapters, err := f.file.Chapters(i)
	if err != nil {
		return Summary{}, err
	}
	s := f.summary(i)
	s.Chapters = slices.Clone(chapters)
	return s, nil
}

// Partners returns all origins by falling value, without chapters. Their sum
// is all imports of the year; the European Union is not among them.
func (f *Flows) Partners() []Summary {
	all := make([]Summary, 0, len(f.file.Partners))
	for i := range f.file.Partners {
		if i != f.eu {
			all = append(all, f.summary(i))
		}
	}
	slices.SortStableFunc(all, func(a, b Summary) int {
		switch {
		case a.TotalUSD > b.TotalUSD:
			return -1
		case a.TotalUSD < b.TotalUSD:
			return 1
		}
		return int(a.Origin) - int(b.Origin)
	})
	return all
}

func (f *Flows) summary(i int) Summary {
	p := f.file.Partners[i]
	return Summary{Origin: p.Origin, Name: p.Name, TotalUSD: p.ValueUSD, DutyUSD: p.DutyUSD, Lines: p.Lines}
}

func (f *Flows) unknown(o kanzei.Origin) error {
	if o == 0 {
		return &kanzei.Problem{Code: "trade.partner", Msg: "no partner is named", Hint: "use an ISO 3166 code such as JP"}
	}
	return &kanzei.Problem{Code: "trade.partner", Msg: fmt.Sprintf("no US imports from %s (%s) in %d are held", o.Name(), o, Year), Hint: "the partner had none, or Census counts it with another"}
}

// euMembers are the members of the European Union in 2024 (Treaty on European
// Union, article 52), ascending.
var euMembers = [...]string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

// EUMember reports whether the origin was a member of the European Union in
// the year of the flows.
func EUMember(o kanzei.Origin) bool {
	_, ok := slices.BinarySearch(euMembers[:], o.String())
	return ok
}
