package api

import (
	"fmt"
	"slices"

	"kanzei"
	"kanzei/ledger"
)

// DiffRequest asks what differs between two points of the law: two days of
// entry, or two days of knowledge.
type DiffRequest struct {
	On      string `json:"on,omitempty" jsonschema:"day of entry to compare with to; with two days of knowledge, the one day of entry looked at (every day when left out)"`
	To      string `json:"to,omitempty" jsonschema:"second day of entry"`
	Known   string `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest; with to_known, then"`
	ToKnown string `json:"to_known,omitempty" jsonschema:"law as known at the end of this day, now; latest when known is given and to is not"`
	From    string `json:"from,omitempty" jsonschema:"country of origin; all when left out"`
}

// A Diff is what differs between two points of the law.
type Diff struct {
	On          kanzei.Day    `json:"on,omitzero"`
	To          kanzei.Day    `json:"to,omitzero"` // of entry; zero when the days of knowledge differ
	Known       kanzei.Day    `json:"known"`
	ToKnown     kanzei.Day    `json:"to_known"`
	Origin      kanzei.Origin `json:"origin,omitzero"`
	Differences []Difference  `json:"differences"`

	Found []ledger.Difference `json:"-"` // Differences, as the ledger has them
}

// A Difference is a heading that stands otherwise.
type Difference struct {
	Heading string          `json:"heading"`
	Program string          `json:"program"`
	Title   string          `json:"title"`
	What    string          `json:"what"`
	Changes []string        `json:"changes,omitempty"`
	From    string          `json:"entered_from,omitempty"`
	Until   string          `json:"entered_until,omitempty"`
	Before  Side            `json:"before"`
	After   Side            `json:"after"`
	By      []By            `json:"by"`
	Added   []string        `json:"products_added,omitempty"`
	Struck  []string        `json:"products_struck,omitempty"`
	Joined  []kanzei.Origin `json:"origins_added,omitempty"`
	Left    []kanzei.Origin `json:"origins_struck,omitempty"`
	Others  []string        `json:"headings_replaced,omitempty"` // of "takes the place"; of "gives way", those it gives way to
}

// A Side is how a heading stands at one of the points.
type Side struct {
	Status     string `json:"status"`
	Rate       string `json:"rate,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	Citation   string `json:"citation,omitempty"`
}

// By is an act that makes a difference.
type By struct {
	Instrument string     `json:"instrument"`
	Citation   string     `json:"citation"`
	Public     kanzei.Day `json:"public"`
}

// ActsBy names each act once.
func ActsBy(refs []ledger.Ref) []By {
	out := []By{}
	for _, r := range refs {
		w := By{r.String(), r.Citation(), r.Act.Public}
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// Ranges writes a set of codes.
func Ranges(s ledger.Set) []string {
	var out []string
	for _, v := range s {
		out = append(out, span(v.Lo, v.Hi))
	}
	return out
}

// span writes [lo, hi) as the shortest code, or as a range of ten digits.
func span(lo, hi uint64) string {
	for _, digits := range []int{2, 4, 6, 8, 10} {
		h := kanzei.HTSFromTen(lo, digits)
		if a, b := h.Range(); a == lo && b == hi {
			return h.String()
		}
	}
	return kanzei.HTSFromTen(lo, 10).String() + ".." + kanzei.HTSFromTen(hi-1, 10).String()
}

func side(s ledger.Side) Side {
	return Side{string(s.Status), s.Rate, s.By.String(), s.By.Citation()}
}

// Compare finds what differs in a ledger.
func Compare(l *ledger.Ledger, q *DiffRequest) (*Diff, error) {
	d := &Diff{Differences: []Difference{}}
	var err error
	day := func(field, s string) (on kanzei.Day) {
		if s != "" && err == nil {
			on, err = kanzei.ParseDay(s)
			err = at(field, err)
		}
		return on
	}
	on, to := day("on", q.On), day("to", q.To)
	if err != nil {
		return nil, err
	}
	known, err := knowledge("known", q.Known, 0)
	if err != nil {
		return nil, err
	}
	toKnown, err := knowledge("to_known", q.ToKnown, 0)
	if err != nil {
		return nil, err
	}
	if q.From != "" {
		if d.Origin, err = kanzei.ParseOrigin(q.From); err != nil {
			return nil, at("from", err)
		}
	}
	begins, horizon := l.Coverage.Begins, l.Coverage.Horizon
	for _, x := range []kanzei.Day{on, to} {
		if x != 0 && x < begins {
			return nil, &kanzei.Problem{Code: "date.coverage", Msg: fmt.Sprintf("%s is before the coverage begins", x), Hint: fmt.Sprintf("ask for %s or later", begins)}
		}
	}
	switch {
	case to != 0:
		if on == 0 {
			return nil, &kanzei.Problem{Code: "args", Where: "to", Msg: "there is a second day of entry, and no first", Hint: "add --on DAY; in a request, on"}
		}
		// The same knowledge for both days, unless two are named.
		if q.ToKnown == "" {
			toKnown = known
		}
		d.On, d.To = on, to
		d.Found = ledger.Diff(ledger.Point{Book: l.AsKnown(known), At: on.Open()}, ledger.Point{Book: l.AsKnown(toKnown), At: to.Open()}, d.Origin)
	case q.Known != "":
		d.On = on
		a, b := l.AsKnown(known), l.AsKnown(toKnown)
		if on != 0 {
			d.Found = ledger.Diff(ledger.Point{Book: a, At: on.Open()}, ledger.Point{Book: b, At: on.Open()}, d.Origin)
		} else {
			d.Found = ledger.DiffKnown(a, b, begins.Open(), kanzei.Forever, d.Origin)
		}
	default:
		return nil, &kanzei.Problem{Code: "args", Msg: "nothing to compare", Hint: "name two days of entry, --on DAY --to DAY, or two days of knowledge, --known DAY --to-known DAY; in a request, on and to, or known and to_known"}
	}
	latest := func(k kanzei.Day) kanzei.Day {
		if k == 0 || k > horizon {
			return horizon
		}
		return k
	}
	d.Known, d.ToKnown = latest(known), latest(toKnown)
	for i := range d.Found {
		x := &d.Found[i]
		y := Difference{Heading: x.Heading, Program: x.Program, Title: x.Title, What: x.What, Changes: x.Changes, Before: side(x.Before), After: side(x.After),
			By: ActsBy(x.By), Added: Ranges(x.Added), Struck: Ranges(x.Struck), Joined: x.Joined, Left: x.Left, Others: x.Others}
		if x.From != 0 {
			y.From, y.Until = x.From.String(), x.Until.String()
		}
		d.Differences = append(d.Differences, y)
	}
	return d, nil
}

func (q *DiffRequest) answer(d *Desk) (*Diff, error) {
	e, err := d.engine()
	if err != nil {
		return nil, err
	}
	return Compare(e.Ledger, q)
}
