package ledger

import (
	"fmt"
	"strings"

	"kanzei"
)

// ParseLawRate reads the rate of a provision: "+25%", "15% all-in",
// "+$0.05/kg + 4%", "minimum $21.00/kg", "none", "prohibited", `by text "…"`.
func ParseLawRate(s string) (kanzei.LawRate, error) {
	bad := func(why string) (kanzei.LawRate, error) {
		return kanzei.LawRate{}, &kanzei.Problem{Code: "law.rate", Msg: fmt.Sprintf("rate %q %s", s, why), Hint: `write +25%, 15% all-in, +$0.05/kg, minimum $21.00/kg, none, or by text "…"`}
	}
	t := strings.TrimSpace(s)
	switch {
	case t == "none":
		return kanzei.LawRate{Mode: kanzei.NoDuty, Rate: kanzei.Rate{Kind: kanzei.Free, Text: "no additional duty"}}, nil
	case t == "prohibited":
		return kanzei.LawRate{Mode: kanzei.Prohibited, Rate: kanzei.Rate{Kind: kanzei.Free, Text: t}}, nil
	case strings.HasPrefix(t, "by text "):
		words := strings.Trim(strings.TrimPrefix(t, "by text "), `" `)
		if words == "" {
			return bad("quotes no words")
		}
		return kanzei.LawRate{Mode: kanzei.ByText, Rate: kanzei.Rate{Kind: kanzei.RateByText, Text: words}}, nil
	case strings.HasPrefix(t, "minimum "):
		r, err := parseSum(strings.TrimPrefix(t, "minimum "))
		if err != nil || r.Kind != kanzei.Specific || len(r.Specific) != 1 {
			return bad("is not a minimum price")
		}
		r.Text = t
		return kanzei.LawRate{Mode: kanzei.MinPrice, Rate: r}, nil
	case strings.HasSuffix(t, " all-in"):
		r, err := parseSum(strings.TrimSuffix(t, " all-in"))
		if err != nil || r.Kind != kanzei.AdValorem {
			return bad("is not an all-in rate")
		}
		r.Text = t
		return kanzei.LawRate{Mode: kanzei.AllIn, Rate: r}, nil
	case strings.HasPrefix(t, "+"):
		r, err := parseSum(t[1:])
		if err != nil {
			return bad("is not a rate")
		}
		r.Text = t
		return kanzei.LawRate{Mode: kanzei.Additional, Rate: r}, nil
	}
	return bad("is not a rate")
}

// parseSum reads "25%", "$0.05/kg", or such terms joined by " + ".
func parseSum(s string) (kanzei.Rate, error) {
	var r kanzei.Rate
	for _, term := range strings.Split(s, "+") {
		term = strings.TrimSpace(term)
		if strings.HasSuffix(term, "%") {
			f, err := kanzei.ParsePercent(term)
			if err != nil || f < 0 {
				return r, fmt.Errorf("not a percentage: %s", term)
			}
			r.AdValorem += f
			continue
		}
		amount, unit, ok := strings.Cut(term, "/")
		if !ok || !strings.HasPrefix(amount, "$") || unit == "" {
			return r, fmt.Errorf("not a term: %s", term)
		}
		m, err := kanzei.ParseMoney(amount[1:])
		if err != nil || m < 0 {
			return r, fmt.Errorf("not an amount: %s", term)
		}
		r.Specific = append(r.Specific, kanzei.PerUnit{Amount: int64(m) * 10_000, Unit: strings.TrimSpace(unit)})
	}
	switch {
	case len(r.Specific) > 0 && r.AdValorem > 0:
		r.Kind = kanzei.Compound
	case len(r.Specific) > 0:
		r.Kind = kanzei.Specific
	default:
		r.Kind = kanzei.AdValorem
	}
	return r, nil
}

// A FactKind says what an answer does while a fact is not declared.
type FactKind uint8

const (
	Computed FactKind = iota // follows from the entry itself
	Claim                    // does not hold unless declared
	Needed                   // without it no duty can be computed: a range
)

// KindOf returns the kind of the fact a condition rests on.
func KindOf(c kanzei.Condition) FactKind {
	switch c.Fact {
	case "entered", "column-1", "value", "covered-by":
		return Computed
	case "use":
		return Needed
	}
	return Claim
}

// ParseCondition reads a condition of a provision; see law/README.md.
func ParseCondition(s string) (kanzei.Condition, error) {
	c := kanzei.Condition{Text: strings.Join(strings.Fields(s), " ")}
	bad := func(why string) (kanzei.Condition, error) {
		return c, &kanzei.Problem{Code: "law.condition", Msg: fmt.Sprintf("condition %q %s", s, why), Hint: "see Conditions in law/README.md"}
	}
	t := c.Text
	if rest, ok := strings.CutPrefix(t, "not "); ok {
		c.Not, t = true, rest
	}
	fact, rest, _ := strings.Cut(t, " ")
	c.Fact = fact
	switch fact {
	case "claim", "use":
		if fact == "use" { // use auto-part not truck-part: one of the two at most
			if flag, other, ok := strings.Cut(rest, " not "); ok && !strings.ContainsAny(other, " ,") && other == strings.ToLower(other) {
				rest, c.Set = flag, []string{other}
			}
		}
		if rest == "" || strings.ContainsAny(rest, " ,") || rest != strings.ToLower(rest) {
			return bad("needs one flag in lower case with hyphens")
		}
		c.Op, c.Value = "is", rest
	case "covered-by":
		for _, x := range strings.Split(rest, ",") {
			if x = strings.TrimSpace(x); x != "" {
				c.Set = append(c.Set, x)
			}
		}
		if len(c.Set) == 0 {
			return bad("names no program or heading")
		}
		c.Op, c.Value = "is", rest
	case "loaded", "exported", "entered", "ftz-admitted":
		op, value, _ := strings.Cut(rest, " ")
		if op != "before" && op != "from" {
			return bad("needs before or from")
		}
		m, err := kanzei.ParseMoment(value)
		if err != nil {
			return bad("needs a moment")
		}
		c.Op, c.Value, c.Time = op, value, m
	case "us-content", "metal-weight", "column-1", "steel", "aluminum", "copper":
		op, value, _ := strings.Cut(rest, " ")
		f, err := kanzei.ParsePercent(value)
		if err != nil || (op != "<" && op != "<=" && op != ">" && op != ">=") {
			return bad("needs <, <=, > or >= and a percentage")
		}
		c.Op, c.Value, c.Share = op, value, f
	case "value":
		op, value, _ := strings.Cut(rest, " ")
		m, err := kanzei.ParseMoney(value)
		if err != nil || (op != "<" && op != "<=" && op != ">" && op != ">=") {
			return bad("needs <, <=, > or >= and dollars")
		}
		c.Op, c.Value, c.Amount = op, value, m
	case "spi":
		value, ok := strings.CutPrefix(rest, "in ")
		if !ok {
			return bad("needs: spi in S, S+")
		}
		for _, x := range strings.Split(value, ",") {
			if x = strings.TrimSpace(x); x == "" {
				return bad("needs: spi in S, S+")
			}
			c.Set = append(c.Set, x)
		}
		c.Op, c.Value = "in", value
	case "melt-pour", "smelt-cast":
		value, ok := strings.CutPrefix(rest, "is ")
		in := false
		if !ok {
			value, in = strings.CutPrefix(rest, "in ")
		}
		if !ok && !in {
			return bad("needs: is US, or: in US, CA")
		}
		for _, x := range strings.Split(value, ",") {
			o, err := kanzei.ParseOrigin(x)
			if err != nil {
				return bad("names no country")
			}
			c.Set = append(c.Set, o.String())
		}
		c.Op, c.Value = "in", value
	default:
		return bad(fmt.Sprintf("rests on the unknown fact %q", fact))
	}
	return c, nil
}
