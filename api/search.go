package api

import (
	"fmt"

	"kanzei"
	"kanzei/schedule"
)

// SearchRequest asks for lines of the schedule.
type SearchRequest struct {
	Q  string `json:"q" jsonschema:"words of the goods, or the beginning of a code"`
	On string `json:"on,omitempty" jsonschema:"day of the schedule, as 2025-04-15; today when left out"`
	N  int    `json:"n,omitempty" jsonschema:"number of lines, 1 to 1000; 15 when left out"`
}

func (q *SearchRequest) settle(d *Desk) error {
	if q.On == "" {
		q.On = d.opt.Today().String()
	}
	if q.N == 0 {
		q.N = 15
	}
	return nil
}

// Search finds lines of the schedule.
func (d *Desk) Search(q *SearchRequest) ([]schedule.Hit, error) {
	if err := q.settle(d); err != nil {
		return nil, err
	}
	return q.answer(d)
}

func (q *SearchRequest) answer(d *Desk) ([]schedule.Hit, error) {
	on, err := kanzei.ParseDay(q.On)
	if err != nil {
		return nil, at("on", err)
	}
	switch {
	case q.Q == "":
		return nil, &kanzei.Problem{Code: "request.missing", Where: "q", Msg: "nothing to search for", Hint: "give words of the goods, or the first digits of a code"}
	case len(q.Q) > 500:
		return nil, &kanzei.Problem{Code: "search.long", Where: "q", Msg: fmt.Sprintf("the words are %d bytes long", len(q.Q)), Hint: "give 500 bytes or fewer"}
	case q.N < 1 || q.N > 1000:
		return nil, &kanzei.Problem{Code: "search.n", Where: "n", Msg: fmt.Sprintf("%d lines cannot be listed", q.N), Hint: "give 1 to 1000"}
	case on < schedule.Start:
		return nil, &kanzei.Problem{Code: "date.coverage", Where: "on", Msg: fmt.Sprintf("%s is before the coverage begins", on), Hint: fmt.Sprintf("ask for %s or later", schedule.Start)}
	}
	s, err := schedule.Load()
	if err != nil {
		return nil, err
	}
	hits := s.Search(q.Q, on, q.N)
	if hits == nil {
		hits = []schedule.Hit{}
	}
	return hits, nil
}
