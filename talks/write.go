package talks

import (
	"fmt"
	"strings"

	"kanzei"
)

// WriteDraft writes a choice as a draft agreement, which kanzei talks price
// reads. It takes effect on the day of the walk-away, against which it is
// valued.
func (t *Table) WriteDraft(c *Chosen) (string, error) {
	g, d := t.Menu.Ground, t.desk
	day := g.Law.On()
	public := d.Question.Known
	if public == 0 || public > d.Study.Duty.Ledger.Coverage.Horizon {
		public = d.Study.Duty.Ledger.Coverage.Horizon
	}
	asker := d.World.Economies[d.Asker].Name
	var b strings.Builder
	fmt.Fprintf(&b, "instrument: \"draft: %s\"\ntitle: A package for goods of %s\nkind: draft\npublic: %s\nsource: kanzei talks\nnote: Hypothetical. Written from a choice of asks and offers.\nacts:\n", asker, asker, public)
	var relief Relief
	for _, a := range t.Menu.chosen(c.set) {
		if !a.Offer {
			relief = relief.meet(a.relief)
		}
	}
	in, err := g.Instrument("package", relief, nil)
	if err != nil {
		return "", err
	}
	if len(in.Acts) == 0 {
		b.WriteString("  - note: the giver grants nothing\n    quote: hypothetical\n")
	}
	for i := range in.Acts {
		a := &in.Acts[i]
		p := a.Provision
		switch a.Kind {
		case kanzei.ActExempt:
			fmt.Fprintf(&b, "  - exempt: %s\n    program: %s\n    title: goods of %s\n    products: all\n    origins: [%s]\n", a.Targets[0], p.Program, asker, d.Origin)
		case kanzei.ActAmend:
			var except []string
			for _, o := range p.ExceptOrigins {
				name := o.Origin.String()
				if o.Group != "" {
					name = "\"&" + o.Group + "\""
				}
				except = append(except, name)
			}
			fmt.Fprintf(&b, "  - amend: %s\n    except-origins: [%s]\n", a.Targets[0], strings.Join(except, ", "))
		default:
			return "", fmt.Errorf("talks: a draft with %s is not written", a.Kind)
		}
		fmt.Fprintf(&b, "    from: %s\n    quote: hypothetical\n", day.Open())
	}
	fmt.Fprintf(&b, "---\nagreement: A package for goods of %s\norigins: [%s]\nannounced: %s\nknown: %s\n", asker, d.Origin, public, public)
	head := "tariffs:\n"
	for _, a := range t.Menu.chosen(c.set) {
		if a.Offer {
			fmt.Fprintf(&b, "%s  - sector: %s\n    rate: 0%%\n    quote: hypothetical\n", head, strings.TrimPrefix(a.ID, "offer:"))
			head = ""
		}
	}
	return b.String(), nil
}
