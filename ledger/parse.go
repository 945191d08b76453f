package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"kanzei"
)

// Parse reads one instrument. File is used in messages; list reads a file of
// product codes that an act names, by its path from the root of the law.
// Every error found is reported, each a *kanzei.Problem with its line.
func Parse(file string, data []byte, list func(path string) ([]byte, error)) (*kanzei.Instrument, error) {
	p := &parser{file: file, list: list}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, p.syntax(err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, &kanzei.Problem{Code: "law.syntax", Where: file + ":1", Msg: "an instrument is a mapping", Hint: "begin with instrument: NAME; see law/README.md"}
	}
	in := p.instrument(doc.Content[0])
	return in, errors.Join(p.problems...)
}

type parser struct {
	file     string
	list     func(string) ([]byte, error)
	problems []error
}

func (p *parser) syntax(err error) error {
	msg, line := err.Error(), "1"
	msg = strings.TrimPrefix(msg, "yaml: ")
	if _, rest, ok := strings.Cut(msg, "line "); ok {
		n, _, _ := strings.Cut(rest, ":")
		n, _, _ = strings.Cut(n, ",")
		if strings.Trim(n, "0123456789") == "" && n != "" {
			line = n
		}
	}
	return &kanzei.Problem{Code: "law.yaml", Where: p.file + ":" + line, Msg: strings.ReplaceAll(msg, "\n", " "), Hint: "the file is not YAML; check indentation and quotes at this line"}
}

func (p *parser) bad(n *yaml.Node, hint, format string, args ...any) {
	p.problems = append(p.problems, &kanzei.Problem{Code: "law.syntax", Where: fmt.Sprintf("%s:%d", p.file, n.Line), Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// wrap reports an error of a value parser at a node.
func (p *parser) wrap(n *yaml.Node, err error) {
	var pr *kanzei.Problem
	if errors.As(err, &pr) {
		q := *pr
		q.Where = fmt.Sprintf("%s:%d", p.file, n.Line)
		p.problems = append(p.problems, &q)
		return
	}
	p.bad(n, "", "%v", err)
}

// fields walks a mapping, reporting duplicate and unknown keys.
func (p *parser) fields(n *yaml.Node, visit func(key string, k, v *yaml.Node) bool) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if seen[k.Value] {
			p.bad(k, "keep one", "field %q is given twice", k.Value)
			continue
		}
		seen[k.Value] = true
		if !visit(k.Value, k, v) {
			p.bad(k, "see law/README.md for the fields", "unknown field %q", k.Value)
		}
	}
}

func (p *parser) text(v *yaml.Node) string {
	if v.Kind != yaml.ScalarNode {
		p.bad(v, "write one value", "a text is expected here")
		return ""
	}
	return strings.TrimSpace(v.Value)
}

func (p *parser) day(v *yaml.Node) kanzei.Day {
	d, err := kanzei.ParseDay(p.text(v))
	if err != nil {
		p.wrap(v, err)
	}
	return d
}

func (p *parser) moment(v *yaml.Node) kanzei.Moment {
	m, err := kanzei.ParseMoment(p.text(v))
	if err != nil {
		p.wrap(v, err)
	}
	return m
}

// items returns the elements of a sequence, or of a text separated by commas.
func (p *parser) items(v *yaml.Node) []*yaml.Node {
	switch v.Kind {
	case yaml.SequenceNode:
		return v.Content
	case yaml.ScalarNode:
		var out []*yaml.Node
		for _, s := range strings.Split(v.Value, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, &yaml.Node{Kind: yaml.ScalarNode, Value: s, Line: v.Line})
			}
		}
		return out
	}
	p.bad(v, "write [a, b], or a, b", "a list is expected here")
	return nil
}

func (p *parser) names(v *yaml.Node) []string {
	var out []string
	for _, n := range p.items(v) {
		if s := p.text(n); s != "" {
			out = append(out, s)
		}
	}
	return out
}

var kinds = []string{"executive-order", "proclamation", "memorandum", "notice", "judgment", "statute", "announcement", "draft"}

func (p *parser) instrument(root *yaml.Node) *kanzei.Instrument {
	in := &kanzei.Instrument{File: p.file}
	var acts *yaml.Node
	given := map[string]bool{}
	p.fields(root, func(key string, k, v *yaml.Node) bool {
		given[key] = true
		switch key {
		case "instrument":
			in.ID = p.text(v)
		case "title":
			in.Title = p.text(v)
		case "kind":
			in.Kind = p.text(v)
			if !slices.Contains(kinds, in.Kind) {
				p.bad(v, "one of "+strings.Join(kinds, ", "), "unknown kind %q", in.Kind)
			}
		case "authority":
			in.Authority = p.text(v)
		case "signed":
			in.Signed = p.day(v)
		case "public":
			in.Public = p.day(v)
		case "published":
			in.Published = p.day(v)
		case "citation":
			in.Citation = p.text(v)
		case "source":
			in.Source = p.text(v)
		case "note":
			in.Note = p.text(v)
		case "acts":
			acts = v
		default:
			return false
		}
		return true
	})
	clean := len(p.problems) == 0
	need := func(ok bool, field string) {
		key, _, _ := strings.Cut(field, " ")
		if !ok && (clean || !given[key]) { // a field given badly is already reported
			p.bad(root, "add it", "the instrument states no %s", field)
		}
	}
	need(in.ID != "", "instrument")
	need(in.Title != "", "title")
	need(in.Kind != "", "kind")
	need(in.Public != 0, "public day")
	need(in.Source != "", "source")
	if acts == nil || acts.Kind != yaml.SequenceNode {
		need(false, "acts")
		return in
	}
	for _, n := range acts.Content {
		if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
			p.bad(n, "begin with - impose: HEADING", "an act is a mapping")
			continue
		}
		in.Acts = append(in.Acts, p.act(n, in))
	}
	return in
}

var actKinds = map[string]kanzei.ActKind{
	"program": kanzei.ActProgram, "impose": kanzei.ActImpose, "exempt": kanzei.ActExempt,
	"amend": kanzei.ActAmend, "suspend": kanzei.ActSuspend, "resume": kanzei.ActResume,
	"terminate": kanzei.ActTerminate, "annul": kanzei.ActAnnul,
	"add": kanzei.ActAdd, "strike": kanzei.ActStrike, "note": kanzei.ActNote,
	"zone": kanzei.ActZone, "returned": kanzei.ActReturned,
}

func (p *parser) act(n *yaml.Node, in *kanzei.Instrument) kanzei.Act {
	before := len(p.problems)
	a := kanzei.Act{Line: n.Line, Until: kanzei.Forever, Public: in.Public}
	head, what := n.Content[0], n.Content[1]
	kind, ok := actKinds[head.Value]
	if !ok {
		p.bad(head, "an act begins with program, impose, exempt, amend, suspend, resume, terminate, annul, add, strike, note, zone or returned", "unknown act %q", head.Value)
		return a
	}
	a.Kind = kind
	provision := &kanzei.Provision{}
	fields := map[string]bool{}
	program, zone, returned := &kanzei.Program{}, &kanzei.Zone{}, &kanzei.Returned{}
	var table *yaml.Node
	var described, source string
	given := map[string]bool{}
	p.fields(&yaml.Node{Kind: yaml.MappingNode, Content: n.Content[2:]}, func(key string, k, v *yaml.Node) bool {
		given[key] = true
		switch key {
		case "from":
			a.From = p.moment(v)
			return true
		case "until":
			a.Until = p.moment(v)
			return true
		case "public":
			a.Public = p.day(v)
			return true
		case "implemented":
			a.Implemented = p.day(v)
			return true
		case "quote":
			a.Quote = p.text(v)
			return true
		case "described":
			described = p.text(v)
			return true
		case "source":
			source = p.text(v)
			return true
		case "note":
			a.Note = p.text(v)
			return true
		case "cite":
			a.Cite = p.text(v)
			return true
		}
		switch kind {
		case kanzei.ActProgram:
			switch key {
			case "title":
				program.Title = p.text(v)
			case "authority":
				program.Authority = p.text(v)
			case "yields-to":
				program.YieldsTo = p.names(v)
			case "in-lieu-of":
				program.InLieuOf = p.names(v)
			case "adds":
				program.Adds = p.names(v)
			default:
				return false
			}
			return true
		case kanzei.ActImpose, kanzei.ActExempt, kanzei.ActAmend:
			if key == "table" && kind == kanzei.ActImpose {
				table = v
				return true
			}
			fields[key] = true
			return p.provisionField(provision, key, v)
		case kanzei.ActAdd, kanzei.ActStrike:
			switch key {
			case "codes":
				a.Codes = append(a.Codes, p.products(v)...)
			case "file":
				a.Codes = append(a.Codes, p.codeFile(v)...)
			case "members":
				for _, m := range p.items(v) {
					if o, err := kanzei.ParseOrigin(p.text(m)); err != nil {
						p.wrap(m, err)
					} else {
						a.Members = append(a.Members, o)
					}
				}
			default:
				return false
			}
			return true
		case kanzei.ActZone:
			switch key {
			case "pays":
				zone.Pays = kanzei.ZoneDay(p.text(v))
				if zone.Pays != kanzei.EntryRates && zone.Pays != kanzei.AdmissionRates {
					p.bad(v, "write entry or admission; leave pays: out where the text names no day", "%q is no day whose rates are paid", zone.Pays)
				}
			case "admitted-before":
				zone.AdmittedBefore = p.moment(v)
			case "reports":
				zone.Reports = p.text(v)
			case "origins":
				a.Origins = p.origins(v)
			case "codes":
				a.Codes = append(a.Codes, p.products(v)...)
			case "file":
				a.Codes = append(a.Codes, p.codeFile(v)...)
			default:
				return false
			}
			return true
		case kanzei.ActReturned:
			switch key {
			case "under":
				for _, n := range p.items(v) {
					h, err := kanzei.ParseHTS(p.text(n))
					if err != nil || h.Chapter() != 98 {
						p.bad(n, "write 9802.00.60", "%q is not a provision of chapter 98", n.Value)
						continue
					}
					returned.Under = append(returned.Under, h)
				}
			case "levied-on":
				if returned.FullValue = p.text(v) == "full value"; !returned.FullValue {
					p.bad(v, "write full value, or leave it out", "%q is not what the duties are levied on", v.Value)
				}
			case "caveat":
				returned.Caveat = p.text(v)
			default:
				return false
			}
			return true
		case kanzei.ActNote:
			switch key {
			case "targets":
				a.Targets = p.names(v)
				return true
			case "origins":
				a.Origins = p.origins(v)
				return true
			}
		}
		return false
	})
	// What is given badly is already reported, and not missing too.
	clean := len(p.problems) == before
	missing := func(ok bool, fields ...string) bool {
		return !ok && (clean || !slices.ContainsFunc(fields, func(f string) bool { return given[f] }))
	}
	if missing(a.From != 0, "from") && kind != kanzei.ActNote {
		p.bad(n, "add from: 2025-04-05 00:01", "the act states no moment of effect")
	}
	if a.From != 0 && a.Until != 0 && a.Until <= a.From {
		p.bad(n, "correct from or until", "the act ends (%s) before it begins (%s)", a.Until, a.From)
	}
	switch {
	case described != "" && (a.Quote != "" || source == ""):
		p.bad(n, "give quote: with the words of the text, or described: and source: where they are not held", "the act is described beside a quote, or without a source")
		a.Quote = described
	case described != "": // square brackets: not the words of the law
		a.Quote = "[" + described + "]"
		a.Note = strings.TrimSpace(a.Note + " The words of the law are not held; described in " + source + ".")
	case source != "":
		a.Note = strings.TrimSpace(a.Note + " The words quoted are read in " + source + ".")
	}
	if missing(a.Quote != "", "quote") {
		p.bad(n, "add quote: with the words of the text", "the act quotes no source")
	}
	switch kind {
	case kanzei.ActProgram:
		program.Name = p.text(what)
		if !isProgram(program.Name) {
			p.bad(what, "write family.name, such as s232.autos", "%q is not a program name", program.Name)
		}
		a.Targets, a.Program = []string{program.Name}, program
	case kanzei.ActImpose, kanzei.ActExempt:
		if kind == kanzei.ActExempt {
			provision.Effect = kanzei.Excuses
			provision.Rate.Mode = kanzei.NoDuty
		}
		p.finish(n, &a, provision, missing, p.text(what), table)
	case kanzei.ActNote:
		if a.Note == "" {
			a.Note = p.text(what)
		} else {
			a.Note = p.text(what) + " " + a.Note
		}
	case kanzei.ActAdd, kanzei.ActStrike:
		a.Targets = []string{p.text(what)}
		switch {
		case strings.HasPrefix(a.Targets[0], "list:"):
			if missing(len(a.Codes) > 0, "codes", "file") {
				p.bad(n, "add codes: or file:", "the act names no products")
			}
		case strings.HasPrefix(a.Targets[0], "group:"):
			if missing(len(a.Members) > 0, "members") {
				p.bad(n, "add members:", "the act names no countries")
			}
		default:
			p.bad(what, "write list:NAME or group:NAME", "%q is neither a list nor a group", a.Targets[0])
		}
	default:
		a.Targets = p.names(what)
		if len(a.Targets) == 0 {
			p.bad(what, "write headings, a range, or program:NAME", "the act names no heading")
		}
		if kind == kanzei.ActAmend {
			if len(fields) == 0 {
				p.bad(n, "add the fields that change", "the amendment restates no field")
			}
			a.Provision, a.Fields = provision, slices.Sorted(maps.Keys(fields))
		}
		if kind == kanzei.ActZone {
			a.Zone = zone
		}
		if kind == kanzei.ActReturned {
			a.Returned = returned
			if missing(len(returned.Under) > 0, "under") {
				p.bad(n, "add under: 9802.00.60", "the act names no provision of chapter 98")
			}
			if missing(returned.FullValue || returned.Caveat != "", "levied-on", "caveat") {
				p.bad(n, "add levied-on: full value, or a caveat", "the act says nothing of the goods")
			}
		}
	}
	return a
}

func (p *parser) finish(n *yaml.Node, a *kanzei.Act, pr *kanzei.Provision, missing func(bool, ...string) bool, what string, table *yaml.Node) {
	a.Provision = pr
	if missing(pr.Program != "", "program") {
		p.bad(n, "add program: NAME", "the provision belongs to no program")
	}
	if len(pr.Products) == 0 {
		pr.Products = []kanzei.ProductItem{{All: true}}
	}
	if len(pr.Origins) == 0 {
		pr.Origins = []kanzei.OriginItem{{All: true}}
	}
	if (what == "table") != (table != nil) {
		p.bad(n, "write impose: table and give the rows under table:", "impose: table and table: go together")
		return
	}
	if table == nil {
		if what == "" {
			p.bad(n, "name one after the act", "the provision has no heading")
		}
		if missing(pr.Title != "", "title") {
			p.bad(n, "add title: in the words of the heading", "the provision has no title")
		}
		if a.Kind == kanzei.ActImpose && missing(pr.Rate.Rate.Kind != kanzei.RateNone, "rate") {
			p.bad(n, "add rate: +25%", "the provision states no rate")
		}
		pr.Heading = what
		a.Targets = []string{what}
		return
	}
	if table.Kind != yaml.SequenceNode || len(table.Content) == 0 {
		p.bad(table, "write - HEADING | +11% | CM, CD", "the table has no rows")
		return
	}
	for _, r := range table.Content {
		cells := strings.Split(r.Value, "|")
		if len(cells) != 3 && len(cells) != 4 {
			p.bad(r, "write HEADING | +11% | CM, CD", "a row has heading, rate and origins")
			continue
		}
		row := kanzei.TableRow{Heading: strings.TrimSpace(cells[0])}
		if len(cells) == 4 {
			row.Title = strings.TrimSpace(cells[3])
		}
		rate, err := ParseLawRate(strings.TrimSpace(cells[1]))
		if err != nil {
			p.wrap(r, err)
		}
		row.Rate = rate
		row.Origins = p.origins(&yaml.Node{Kind: yaml.ScalarNode, Value: cells[2], Line: r.Line})
		if row.Heading == "" || strings.TrimSpace(cells[2]) == "" {
			p.bad(r, "write HEADING | +11% | CM, CD", "a row has heading, rate and origins")
			continue
		}
		a.Table = append(a.Table, row)
		a.Targets = append(a.Targets, row.Heading)
	}
}

func (p *parser) provisionField(pr *kanzei.Provision, key string, v *yaml.Node) bool {
	switch key {
	case "program":
		pr.Program = p.text(v)
	case "title":
		pr.Title = p.text(v)
	case "rate":
		r, err := ParseLawRate(p.text(v))
		if err != nil {
			p.wrap(v, err)
		}
		pr.Rate = r
	case "base":
		b, ok := bases[p.text(v)]
		if !ok {
			p.bad(v, "one of value, steel content, aluminum content, copper content, non-us content, us content", "unknown base %q", v.Value)
		}
		pr.Base = b
	case "products":
		pr.Products = p.products(v)
	case "except":
		pr.Except = p.products(v)
	case "origins":
		pr.Origins = p.origins(v)
	case "except-origins":
		pr.ExceptOrigins = p.origins(v)
	case "when":
		pr.When = nil
		nodes := v.Content
		if v.Kind == yaml.ScalarNode {
			nodes = []*yaml.Node{v}
		}
		for _, c := range nodes {
			cond, err := ParseCondition(p.text(c))
			if err != nil {
				p.wrap(c, err)
				continue
			}
			pr.When = append(pr.When, cond)
		}
	case "yields-to":
		pr.YieldsTo = p.names(v)
	case "in-lieu-of":
		pr.InLieuOf = p.names(v)
	case "caveat":
		pr.Caveat = p.text(v)
	default:
		return false
	}
	return true
}

var bases = map[string]kanzei.Base{
	"value": kanzei.BaseValue, "steel content": kanzei.BaseSteel, "aluminum content": kanzei.BaseAluminum,
	"copper content": kanzei.BaseCopper, "non-us content": kanzei.BaseNonUS, "us content": kanzei.BaseUS,
}

func (p *parser) products(v *yaml.Node) []kanzei.ProductItem {
	var out []kanzei.ProductItem
	for _, n := range p.items(v) {
		it, err := parseProduct(p.text(n))
		if err != nil {
			p.wrap(n, err)
			continue
		}
		out = append(out, it)
	}
	return out
}

func parseProduct(s string) (kanzei.ProductItem, error) {
	if s == "all" {
		return kanzei.ProductItem{All: true}, nil
	}
	if name, ok := strings.CutPrefix(s, "list:"); ok {
		return kanzei.ProductItem{List: name}, nil
	}
	lo, hi, ranged := strings.Cut(s, "..")
	a, err := kanzei.ParseHTS(strings.TrimSpace(lo))
	if err != nil {
		return kanzei.ProductItem{}, err
	}
	it := kanzei.ProductItem{Lo: a}
	if ranged {
		b, err := kanzei.ParseHTS(strings.TrimSpace(hi))
		if err != nil {
			return kanzei.ProductItem{}, err
		}
		if b.Ten() < a.Ten() {
			return kanzei.ProductItem{}, &kanzei.Problem{Code: "hts.range", Msg: fmt.Sprintf("the range %s runs backwards", s), Hint: "write the lower code first"}
		}
		it.Hi = b
	}
	return it, nil
}

func (p *parser) codeFile(v *yaml.Node) []kanzei.ProductItem {
	path := p.text(v)
	if p.list == nil {
		p.bad(v, "", "no files of codes can be read here")
		return nil
	}
	data, err := p.list(path)
	if err != nil {
		p.bad(v, "generate it, or correct the path", "no list file %q", path)
		return nil
	}
	items, err := ParseCodes(path, data)
	if err != nil {
		p.problems = append(p.problems, err)
	}
	return items
}

// ParseCodes reads a list file: one code or range a line, # begins a comment.
func ParseCodes(file string, data []byte) ([]kanzei.ProductItem, error) {
	var out []kanzei.ProductItem
	var errs []error
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		it, err := parseProduct(line)
		if err != nil {
			q := kanzei.Problem{Code: "law.list", Msg: err.Error()}
			if p, ok := errors.AsType[*kanzei.Problem](err); ok {
				q.Msg, q.Hint = p.Msg, p.Hint
			}
			q.Where = fmt.Sprintf("%s:%d", file, i+1)
			errs = append(errs, &q)
			continue
		}
		out = append(out, it)
	}
	return out, errors.Join(errs...)
}

func (p *parser) origins(v *yaml.Node) []kanzei.OriginItem {
	var out []kanzei.OriginItem
	for _, n := range p.items(v) {
		s := p.text(n)
		if s == "all" {
			out = append(out, kanzei.OriginItem{All: true})
			continue
		}
		if g, ok := strings.CutPrefix(s, "group:"); ok {
			out = append(out, kanzei.OriginItem{Group: g})
			continue
		}
		o, err := kanzei.ParseOrigin(s)
		if err != nil {
			p.wrap(n, err)
			continue
		}
		out = append(out, kanzei.OriginItem{Origin: o})
	}
	return out
}

// isProgram tells program names (family.name) from headings.
func isProgram(s string) bool {
	f, n, ok := strings.Cut(s, ".")
	return ok && f != "" && n != "" && f[0] >= 'a' && f[0] <= 'z' && !strings.ContainsAny(s, " ,:")
}
