package trade

import (
	"errors"

	"kanzei"
	"kanzei/duty"
	"kanzei/panel"
)

// PanelSets are the names of the assumption sets of panels.
var PanelSets = []string{"statutory", "applied"}

// PanelAssumptions returns an assumption set of panels by name. "statutory"
// assumes and claims nothing: what hangs on metal content lies between bounds.
// "applied" has the metal content of bea-content, and of the trade of Canada and
// Mexico the share that claimed USMCA; nothing else is claimed.
func PanelAssumptions(name string) (panel.Assumptions, error) {
	switch name {
	case "statutory":
		return panel.Statutory, nil
	case "applied":
		content, err := AssumptionNamed("bea-content")
		if err != nil {
			return panel.Assumptions{}, err
		}
		usmca, err := panel.USMCA()
		if err != nil {
			return panel.Assumptions{}, err
		}
		return panel.Assumptions{Name: name, Preference: usmca,
			Content: func(h kanzei.HTS) (steel, aluminum, copper kanzei.Fraction, ok bool) {
				c, ok := content.Content(h)
				return c.Steel, c.Aluminum, c.Copper, ok
			}}, nil
	}
	return panel.Assumptions{}, &kanzei.Problem{Code: "panel.assumptions", Msg: "no assumption set " + name, Hint: "the sets are statutory and applied"}
}

// ReferenceLaw rates goods by the law of the middle of the year of the flows,
// see [Options.Reference], and remembers. A number of the other half of the year
// has no additional duty. It is for one origin and one goroutine.
func ReferenceLaw(e *duty.Engine) Rater {
	r := &EngineRater{Engine: e, On: kanzei.DayOf(Year, 7, 1)}
	seen := map[kanzei.HTS]Outcome{}
	return RaterFunc(func(g Goods) (Outcome, error) {
		if o, ok := seen[g.HTS]; ok {
			return o, nil
		}
		o, err := r.Rate(g)
		var p *kanzei.Problem
		if errors.As(err, &p) {
			o, err = Outcome{}, nil
		}
		seen[g.HTS] = o
		return o, err
	})
}
