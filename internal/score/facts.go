package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
)

// facts reads the English of a row's facts into an entry. It knows phrases, not
// rows: what it cannot read it returns, so that nothing is dropped in silence.
// Base is the column 1 duty that the row forces, if it does.
func facts(e *duty.Engine, entry *kanzei.Entry, text string) (base string, unread []string) {
	var flags map[string]bool
	for _, part := range strings.Split(strings.ReplaceAll(text, "; ", ", "), ", ") {
		part = strings.ToLower(strings.TrimSpace(part))
		if part == "" {
			continue
		}
		if name, value, ok := strings.Cut(part, "="); ok && !strings.Contains(name, " ") {
			if flags == nil {
				flags = map[string]bool{}
			}
			flags[name] = value == "true"
			continue
		}
		if m := basePhrase.FindStringSubmatch(part); m != nil {
			base = m[1]
			continue
		}
		known := false
		for _, p := range phrases {
			if m := p.form.FindStringSubmatch(part); m != nil {
				known = true
				if p.read != nil && !p.read(e, entry, m) {
					known = false
				}
				break
			}
		}
		if !known {
			unread = append(unread, part)
		}
	}
	return base, append(unread, declare(entry, flags)...)
}

var basePhrase = regexp.MustCompile(`^(?:base|column 1|column 1 general rate)(?: is)? (?:general )?(?:forced )?(?:to )?(free|[\d.]+%|[\d.]+c/kg)(?: in test)?$`)

type phrase struct {
	form *regexp.Regexp
	read func(e *duty.Engine, entry *kanzei.Entry, m []string) bool
}

func flag_(names ...string) func(*duty.Engine, *kanzei.Entry, []string) bool {
	return func(_ *duty.Engine, entry *kanzei.Entry, _ []string) bool {
		for _, n := range names {
			raise(entry, n)
		}
		return true
	}
}

func raise(entry *kanzei.Entry, flag string) {
	if !entry.Flag(flag) {
		entry.Flags = append(entry.Flags, flag)
	}
}

func p(form string, read func(*duty.Engine, *kanzei.Entry, []string) bool) phrase {
	return phrase{regexp.MustCompile(form), read}
}

func nothing(*duty.Engine, *kanzei.Entry, []string) bool { return true }

// phrases are tried in order, in lower case.
var phrases = []phrase{
	// What is not claimed is not declared.
	p(`^not (loaded|in transit|exported)`, nothing),
	p(`^no(t)? (usmca|fta|us-content|us/uk-metal|civil aircraft|offset|preference|ch\.98|metal claim)`, nothing),
	p(`not claimed$|not confirmed$`, nothing),
	p(`^entered (before|on|after) `, nothing),
	p(`^date (as stated|chosen)|^formal entry|^fy\d{4}|^in final transit$|^goods loaded before`, nothing),
	p(`^column 2 `, nothing),

	p(`^loaded before (\d{4}-\d\d-\d\d)`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		d, err := kanzei.ParseDay(m[1])
		entry.Loaded = (d - 1).Open()
		return err == nil
	}),
	p(`^loaded (\d{4}-\d\d-\d\d)`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		d, err := kanzei.ParseDay(m[1])
		entry.Loaded = d.Open()
		return err == nil
	}),
	p(`^exported (before )?(\d{4}-\d\d-\d\d)`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		d, err := kanzei.ParseDay(m[2])
		if m[1] != "" {
			d--
		}
		entry.Exported = d
		return err == nil
	}),

	p(`^us content (?:of )?([\d.]+)%`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool { return share(&entry.USContent, m[1]) }),
	p(`^(steel|aluminium|aluminum|copper)(?: content)?(?: of)? ([\d.]+)%`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		return share(metal(entry, m[1]), m[2])
	}),
	p(`^(steel|aluminium|aluminum|copper) ([\d.]+)$`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool { // dollars
		v, err := kanzei.ParseMoney(m[2])
		if err != nil || entry.Value == 0 {
			return false
		}
		*metal(entry, m[1]) = kanzei.ShareOf(kanzei.Fraction(kanzei.MulDiv(int64(v), int64(kanzei.One), int64(entry.Value))))
		return true
	}),
	p(`^metal under 15% of weight`, func(_ *duty.Engine, entry *kanzei.Entry, _ []string) bool {
		entry.MetalWeight = kanzei.ShareOf(kanzei.Percent(10))
		return true
	}),
	p(`^(95|85|100)% us-(smelted|melted|metal)`, func(e *duty.Engine, entry *kanzei.Entry, _ []string) bool {
		us := kanzei.MustOrigin("US")
		entry.MeltPour, entry.SmeltCast = us, us
		raise(entry, "us-metal")
		return true
	}),
	p(`^(100|95)% uk-(smelted|melted|metal)|^uk metal`, flag_("uk-metal")),
	p(`^no-metal|^no metal`, flag_("no-metal")),

	p(`^usmca \+ authori[sz]ation`, func(_ *duty.Engine, entry *kanzei.Entry, _ []string) bool {
		entry.SPI = "S"
		raise(entry, "commerce-authorized")
		return true
	}),
	p(`^usmca`, func(_ *duty.Engine, entry *kanzei.Entry, _ []string) bool { entry.SPI = "S"; return true }),
	p(`^authori[sz]ation`, flag_("commerce-authorized")),
	p(`civil aircraft`, flag_("civil-aircraft")),
	p(`^patented`, flag_("patented-pharma")),
	p(`generic`, flag_("generic-pharma")),
	p(`^onshoring with mfn pricing`, flag_("pharma-mfn-pricing")),
	p(`^onshoring plan`, flag_("pharma-onshoring")),
	p(`^mhdv part|^truck part`, flag_("truck-part", "not-auto-part")),
	p(`auto[- ]part`, flag_("auto-part")),
	p(`^semiconductor`, flag_("semiconductor-article")),
	p(`^thermal imaging`, flag_("uas-article", "thermal-imaging")),
	p(`^transship`, flag_("transshipped")),
	p(`^quota filled|^over quota`, func(e *duty.Engine, entry *kanzei.Entry, _ []string) bool { return quota(e, entry, "quota-filled") }),
	p(`^in[- ]quota|^within (the|quota)`, func(e *duty.Engine, entry *kanzei.Entry, _ []string) bool { return quota(e, entry, "quota-in") }),
	p(`^(in )?bulk$`, flag_("in-bulk")),
	p(`^kitchen-cabinet$`, flag_("kitchen-cabinet")),
	p(`^certified |^certification`, nothing),
	p(`^postal|specific-duty method|carrier`, flag_("postal")),
	p(`^de minimis`, flag_("de-minimis")),
	p(`donation`, flag_("donation")),
	p(`informational`, flag_("informational")),
	p(`exclusion confirmed$`, flag_("s301-exclusion")),
	p(`^list \d`, nothing),

	p(`^mode (\w+)`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		entry.Mode = map[string]int{"vessel": 11, "ocean": 11, "sea": 11, "air": 40, "rail": 20, "truck": 30, "road": 30, "mail": 50}[m[1]]
		return entry.Mode != 0
	}),
	p(`^(?:qty )?([\d.]+) ?(kg|bbl|liters?|no\.?|m2|pcs)$`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		q, err := kanzei.ParseMoney(m[1])
		entry.Quantity, entry.Unit = int64(q), m[2]
		return err == nil
	}),
	p(`^qty ([\d.]+)$`, func(_ *duty.Engine, entry *kanzei.Entry, m []string) bool {
		q, err := kanzei.ParseMoney(m[1])
		entry.Quantity = int64(q)
		return err == nil
	}),
	// "confirm 9903.94.44": whatever the heading asks to be claimed is claimed.
	p(`^confirm (9903\.\d\d\.\d\d(?:(?: and | |/)9903\.\d\d\.\d\d)*)$`, func(e *duty.Engine, entry *kanzei.Entry, m []string) bool {
		return confirm(e, entry, headingForm.FindAllString(m[1], -1)...)
	}),
}

// quota declares a place in or over a quota, and with it that the goods are of
// the kind the quota is on.
func quota(e *duty.Engine, entry *kanzei.Entry, flag string) bool {
	raise(entry, flag)
	b := e.Book(0)
	for _, p := range b.At(entry.Date.Open()).Provisions {
		if p.Effect != kanzei.Levies || !b.Products(&p.Provision, entry.Date.Open()).Contains(entry.HTS) {
			continue
		}
		if !slices.ContainsFunc(p.When, func(c kanzei.Condition) bool { return strings.HasPrefix(c.Value, "quota-") }) {
			continue
		}
		for _, c := range p.When {
			if c.Fact == "use" && !c.Not {
				raise(entry, c.Value)
			}
		}
	}
	return true
}

func metal(entry *kanzei.Entry, name string) *kanzei.Share {
	switch name {
	case "steel":
		return &entry.Steel
	case "copper":
		return &entry.Copper
	}
	return &entry.Aluminum
}

func share(s *kanzei.Share, percent string) bool { return s.UnmarshalText([]byte(percent)) == nil }

var headingForm = regexp.MustCompile(`99\d\d\.\d\d\.\d\d`)

// confirm declares what the provisions of the headings ask to be declared: an
// importer who confirms a heading certifies its conditions.
func confirm(e *duty.Engine, entry *kanzei.Entry, headings ...string) bool {
	s := e.Book(0).At(entry.Date.Open())
	found := false
	for _, p := range s.Provisions {
		if !slices.Contains(headings, p.Heading) || p.Status != ledger.InForce || !p.Origin(entry.Origin) {
			continue
		}
		found = true
		for _, c := range p.When {
			if (c.Fact == "claim" || c.Fact == "use") && !c.Not {
				raise(entry, c.Value)
			}
		}
	}
	return found
}

// declare reads facts written name=True.
func declare(entry *kanzei.Entry, flags map[string]bool) (unread []string) {
	for name, true_ := range flags {
		switch {
		case !true_:
		case strings.Contains(name, "postal"):
			raise(entry, "postal")
		case strings.Contains(name, "donation"):
			raise(entry, "donation")
		case strings.Contains(name, "informational"):
			raise(entry, "informational")
		case strings.Contains(name, "baggage"):
			raise(entry, "accompanied-baggage")
		case strings.Contains(name, "civil_aircraft"):
			raise(entry, "civil-aircraft")
		case strings.Contains(name, "transship"):
			raise(entry, "transshipped")
		case strings.Contains(name, "usmca"), strings.Contains(name, "originat"):
			entry.SPI = "S"
		case strings.Contains(name, "cafta"), strings.Contains(name, "dr_cafta"):
			entry.SPI = "P"
			raise(entry, "textile-or-apparel")
		case strings.Contains(name, "in_transit"):
			entry.Loaded = (entry.Date - 30).Open()
		case strings.Contains(name, "chapter_98"), strings.Contains(name, "9802"):
			// Together, below.
		default:
			unread = append(unread, name)
		}
	}
	claimed, agreed, excepted := false, false, false
	for name, true_ := range flags {
		claimed = claimed || true_ && strings.Contains(name, "claimed_chapter_98")
		agreed = agreed || true_ && strings.Contains(name, "cbp_agrees")
		excepted = excepted || true_ && strings.Contains(name, "9802_excepted")
	}
	// Entry under chapter 98 needs both, and the exceptions of chapter 98 do not
	// cover subheadings 9802.00.40, .50, .60 and .80.
	if claimed && agreed && !excepted {
		raise(entry, "chapter-98")
	}
	slices.Sort(unread)
	return unread
}

// amount reads "1,234.56" or "484".
func amount(s string) (kanzei.Money, error) {
	return kanzei.ParseMoney(strings.ReplaceAll(strings.TrimSpace(s), ",", ""))
}

// percent reads "12.5" and "12.5%".
func percent(s string) (kanzei.Fraction, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "%")
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) {
		s = strconv.FormatInt(int64(f), 10)
	}
	f, err := kanzei.ParsePercent(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no percentage", s)
	}
	return f, nil
}
