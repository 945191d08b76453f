package talks

import (
	"fmt"
	"slices"

	"kanzei"
)

// sound checks the options, those of the clock, of retaliation and of coalitions too,
// before anything is computed.
func (d *Desk) sound(o *Options) error {
	if o.Offers < 0 {
		return badOffers("--offers", o.Offers, 1)
	}
	if o.Most < 0 {
		return &kanzei.Problem{Code: "talks.most", Where: "--most", Msg: fmt.Sprintf("%d asks", o.Most), Hint: "give 1 or more"}
	}
	if c := o.Clock; !o.leaves("clock") {
		if err := c.check(d); err != nil {
			return err
		}
	}
	if w := o.War; !o.leaves("retaliation") {
		if err := w.check(); err != nil {
			return err
		}
	}
	if o.leaves("coalitions") {
		return nil
	}
	c := o.Coalitions
	if err := c.check(d); err != nil {
		return err
	}
	list, err := d.blocs(o.Blocs)
	if err != nil {
		return err
	}
	for _, b := range list {
		if _, _, err := d.players(b); err != nil {
			return err
		}
	}
	return nil
}

// leaves says whether a part is left out.
func (o *Options) leaves(part string) bool { return slices.Contains(o.Without, part) }
