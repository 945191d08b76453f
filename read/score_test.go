package read

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

const notices = "../../shared/sources/notices"

// orders pairs twenty instruments of the ledger with the page of the White
// House they were written from, by the end of the page's file name.
var orders = []struct{ id, file string }{
	{"PP 10895", "2025-02-11-adjusting-imports-of-aluminum-into-the-united-states.md"},
	{"PP 10896", "2025-02-10-adjusting-imports-of-steel-into-the-united-states.md"},
	{"EO 14193", "2025-02-01-imposing-duties-to-address-the-flow-of-illicit-drugs-across-our-national-border.md"},
	{"PP 10908", "2025-03-26-adjusting-imports-of-automobiles-and-autombile-parts-into-the-united-states.md"},
	{"EO 14257", "2025-04-02-regulating-imports-with-a-reciprocal-tariff-to-rectify-trade-practices-that-contribute-to-large-and-persistent-an.md"},
	{"EO 14259", "2025-04-08-amendment-to-recipricol-tariffs-and-updated-duties-as-applied-to-low-value-imports-from-the-peoples-republic-of-c.md"},
	{"EO 14266", "2025-04-09-modifying-reciprocal-tariff-rates-to-reflect-trading-partner-retaliation-and-alignment.md"},
	{"EO 14298", "2025-05-12-modifying-reciprocal-tariff-rates-to-reflect-discussions-with-the-peoples-republic-of-china.md"},
	{"PP 10947", "2025-06-03-adjusting-imports-of-aluminum-and-steel-into-the-united-states.md"},
	{"PP 10962", "2025-07-30-adjusting-imports-of-copper-into-the-united-states.md"},
	{"EO 14325", "2025-07-31-amendment-to-duties-to-address-the-flow-of-illicit-drugs-across-our-northern-border-9350.md"},
	{"EO 14326", "2025-07-31-further-modifying-the-reciprocal-tariff-rates.md"},
	{"EO 14345", "2025-09-04-implementing-the-united-states-japan-agreement.md"},
	{"PP 10976", "2025-09-29-adjusting-imports-of-timber-lumber-and-their-derivative-products-into-the-united-states.md"},
	{"PP 10984", "2025-10-17-adjusting-imports-of-medium-and-heavy-duty-vehicles-medium-and-heavy-duty-vehicle-parts-and-buses-into-the-united.md"},
	{"EO 14358", "2025-11-04-modifying-reciprocal-tariff-rates-consistent-with-the-economic-and-trade-arrangement-between-the-united-states-an.md"},
	{"PP 11000", "2025-12-31-amendments-to-adjusting-imports-of-timber-lumber-and-their-derivative-products-into-the-united-states.md"},
	{"PP 11012", "2026-02-20-imposing-a-temporary-import-surcharge-to-address-fundamental-international-payments-problems.md"},
	{"PP 11020", "2026-04-02-adjusting-imports-of-pharmaceuticals-and-pharmaceutical-ingredients-into-the-united-states.md"},
	{"PP 11032", "2026-06-01-further-adjusting-the-tariff-regimes-for-imports-of-aluminum-steel-and-copper-into-the-united-states.md"},
}

// annexes pairs texts of PDFs, tables and columns and all, with the instruments
// of the ledger that were written from them.
var annexes = []struct{ id, file string }{
	{"PP 11046", "338-alcohol-annex-II.txt"},
	{"PP 11047", "338-dairy-annex-II.txt"},
	{"PP 11048", "338-autos-annex-II.txt"},
	{"PP 11012", "2026Section122.prc_.ANNEX1_.FINAL_.txt"},
	{"PP 11020", "Pharmaceuticals-Imports-ANNEXES-I-II-III-IV.txt"},
	{"90 FR 59281", "2025-23316.txt"},
	{"90 FR 40326", "2025-15819.txt"},
	{"USTR notice of 2026-07-15", "Brazil_301_Final_Action_FRN_7-15-2026_final.txt"},
	{"PP 11021", "Metals-ANNEXES-I-A-I-B-II-III-IV.txt"},
}

// facts are the things counted, each once an instrument, by class.
type facts map[string]map[string]bool

func (f facts) add(class, value string) {
	if f[class] == nil {
		f[class] = map[string]bool{}
	}
	f[class][value] = true
}

var classes = []string{"headings", "rates", "countries", "dates"}

// truth is what the acts of the instrument say: every chapter 99 number acted
// on (ranges are written out over the numbers of the ledger), every rate of an
// imposed or restated provision, every country named in a scope (the European
// Union is one), every day on which an act begins or ends or that stands in a
// condition of time.
func truth(b *ledger.Book, in *kanzei.Instrument, f facts) {
	moment := func(m kanzei.Moment) {
		if m != 0 && m != kanzei.Forever {
			f.add("dates", m.Day().String())
		}
	}
	origins := func(items []kanzei.OriginItem) {
		for _, it := range items {
			switch {
			case it.Group == "eu27":
				f.add("countries", "EU")
			case it.Origin != 0:
				f.add("countries", it.Origin.String())
			}
		}
	}
	for i := range in.Acts {
		a := &in.Acts[i]
		if a.Kind == kanzei.ActZone {
			continue // clauses on foreign-trade zones are left to the reviewer, see order_words.go
		}
		moment(a.From)
		moment(a.Until)
		for _, t := range a.Targets {
			expand(b, t, func(h string) { f.add("headings", h) })
			if name, ok := strings.CutPrefix(t, "program:"); ok {
				for _, h := range b.Headings() {
					if b.ProgramOf(h) == name {
						expand(b, h, func(h string) { f.add("headings", h) })
						origins(b.Standing(h, a.From-1).Origins)
					}
				}
			}
		}
		if p := a.Provision; p != nil {
			if a.Table == nil && p.Effect == kanzei.Levies && (a.Kind == kanzei.ActImpose || slices.Contains(a.Fields, "rate")) && p.Rate.Mode != kanzei.ByText {
				f.add("rates", p.Rate.Rate.AdValorem.String())
			}
			origins(p.Origins)
			origins(p.ExceptOrigins)
			for _, c := range p.When {
				moment(c.Time)
			}
		}
		for _, r := range a.Table {
			f.add("rates", r.Rate.Rate.AdValorem.String())
			origins(r.Origins)
		}
		for _, o := range a.Members {
			f.add("countries", o.String())
		}
	}
}

// expand names the chapter 99 numbers of a target.
func expand(b *ledger.Book, target string, f func(string)) {
	if lo, _, ok := strings.Cut(target, ".."); ok && strings.HasPrefix(lo, "99") {
		for _, h := range b.Headings() {
			if ledger.Names(target, h, "") && !strings.Contains(h, "/") {
				f(h)
			}
		}
		return
	}
	target, _, _ = strings.Cut(target, "/")
	if strings.HasPrefix(target, "99") && !strings.ContainsAny(target, ":") {
		f(target)
	}
}

// found is what the operative statements of the reading say, in the same
// classes.
func found(b *ledger.Book, d *Document) facts {
	f := facts{}
	for i := range d.Statements {
		st := &d.Statements[i]
		for _, h := range st.Headings {
			expand(b, h, func(h string) { f.add("headings", h) })
		}
		if st.hasRate {
			f.add("rates", st.rate.String())
		}
		if st.Group != "" {
			f.add("countries", st.Group)
		}
		for _, o := range st.Origins {
			f.add("countries", o.String())
		}
		for _, o := range st.Except {
			f.add("countries", o.String())
		}
		for _, m := range []kanzei.Moment{st.From, st.Until} {
			if m != 0 {
				f.add("dates", m.Day().String())
			}
		}
		for _, m := range st.Rests {
			if m.Kind == Date && (m.Role == "before" || m.Role == "at" || m.Role == "from") && len(m.Value) == 10 {
				f.add("dates", m.Value)
			}
		}
	}
	return f
}

// printed reports whether a fact stands anywhere in the text, found without the
// reader's rules: digits of a heading (or of a range around it), a number with
// % or percent, a name of the country, a date written out.
func printed(text string, b *ledger.Book, d *Document, class, value string) bool {
	switch class {
	case "headings":
		if strings.Contains(text, value) {
			return true
		}
		for _, m := range d.Mentions {
			if m.Kind == Heading && ledger.Names(m.Value, value, "") {
				return true
			}
		}
		return false
	case "rates":
		for _, form := range []string{value + "%", value + " percent", value + "-percent"} {
			for rest := text; ; {
				k := strings.Index(rest, form)
				if k < 0 {
					break
				}
				if k == 0 || !strings.ContainsRune("0123456789.", rune(rest[k-1])) {
					return true
				}
				rest = rest[k+1:]
			}
		}
		return value == "0" && strings.Contains(text, "zero percent")
	case "countries":
		o, _ := kanzei.ParseOrigin(value)
		names := []string{o.Name()}
		switch value {
		case "EU":
			names = []string{"European Union", " EU "}
		case "GB":
			names = []string{"United Kingdom"}
		case "KR":
			names = []string{"South Korea", "Republic of Korea"}
		case "CN":
			names = []string{"China", "PRC"}
		}
		for _, n := range names {
			if strings.Contains(text, n) {
				return true
			}
		}
		return false
	}
	day, _ := kanzei.ParseDay(value)
	return strings.Contains(text, day.Format("January 2, 2006"))
}

type tally struct{ truth, printed, hit, hitPrinted, found int }

// A score is the tallies of a list of orders, by class, and the table of it.
type score struct {
	total map[string]*tally
	table strings.Builder
	log   []string
}

func (s *score) order(r *Reader, b *ledger.Book, id, file string, ins []*kanzei.Instrument) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := r.Read(file, text)
	plain := strings.ReplaceAll(clean(string(text), 0).text, "\n", " ")
	// the recitals before the enacting words make no law
	for _, words := range []string{"proclaim as follows", "hereby proclaim that", "hereby directed as follows", "hereby order", "hereby determine and order", "hereby declare and order"} {
		if _, after, ok := strings.Cut(plain, words); ok {
			plain = after
			break
		}
	}
	want, got := facts{}, found(b, d)
	for _, in := range ins {
		truth(b, in, want)
	}
	fmt.Fprintf(&s.table, "%-20.20s", id)
	for _, c := range classes {
		var x tally
		x.truth, x.found = len(want[c]), len(got[c])
		var missed, wrong []string
		for v := range want[c] {
			p := printed(plain, b, d, c, v)
			if p {
				x.printed++
			}
			if got[c][v] {
				x.hit++
				if p {
					x.hitPrinted++
				}
			} else if p {
				missed = append(missed, v)
			}
		}
		for v := range got[c] {
			if !want[c][v] {
				wrong = append(wrong, v)
			}
		}
		slices.Sort(missed)
		slices.Sort(wrong)
		if len(missed)+len(wrong) > 0 {
			s.log = append(s.log, fmt.Sprintf("%s %s: missed %v, found and not in the acts %v", id, c, missed, wrong))
		}
		fmt.Fprintf(&s.table, "  %-6d %-6d %-6d %-5d ", x.truth, x.printed, x.hit, x.found)
		t := s.total[c]
		t.truth += x.truth
		t.printed += x.printed
		t.hit += x.hit
		t.hitPrinted += x.hitPrinted
		t.found += x.found
	}
	s.table.WriteString("\n")
	return nil
}

func (s *score) begin() {
	s.total = map[string]*tally{}
	for _, c := range classes {
		s.total[c] = &tally{}
	}
	fmt.Fprintf(&s.table, "%-20s", "")
	for _, c := range classes {
		fmt.Fprintf(&s.table, "  %-27s", c)
	}
	fmt.Fprintf(&s.table, "\n%-20s", "order")
	for range classes {
		fmt.Fprintf(&s.table, "  %-6s %-6s %-6s %-5s ", "law", "print", "right", "found")
	}
	s.table.WriteString("\n")
}

func (s *score) end() {
	for _, line := range []struct {
		name     string
		num, den func(*tally) int
	}{
		{"recall", func(x *tally) int { return x.hitPrinted }, func(x *tally) int { return x.printed }},
		{"of all", func(x *tally) int { return x.hit }, func(x *tally) int { return x.truth }},
		{"precision", func(x *tally) int { return x.hit }, func(x *tally) int { return x.found }},
	} {
		fmt.Fprintf(&s.table, "%-20s", line.name)
		for _, c := range classes {
			n, d := line.num(s.total[c]), max(1, line.den(s.total[c]))
			fmt.Fprintf(&s.table, "  %-27s", fmt.Sprintf("%.0f%% (%d of %d)", 100*float64(n)/float64(d), n, d))
		}
		s.table.WriteString("\n")
	}
}

// least is what a class must reach: a ratchet, a little below what was
// reached, since the ledger grows too.
type least map[string]struct{ recall, precision float64 }

func (s *score) hold(t *testing.T, want least) {
	t.Helper()
	s.end()
	for _, line := range s.log {
		t.Log(line)
	}
	t.Log("\n" + s.table.String())
	for c, w := range want {
		x := s.total[c]
		if r := float64(x.hitPrinted) / float64(max(1, x.printed)); r < w.recall {
			t.Errorf("%s: recall %.3f, at least %.3f is asked", c, r, w.recall)
		}
		if p := float64(x.hit) / float64(max(1, x.found)); p < w.precision {
			t.Errorf("%s: precision %.3f, at least %.3f is asked", c, p, w.precision)
		}
	}
}

// TestScore prints recall and precision of the reader on twenty orders, by
// which its rules were made, on nine annexes and notices as the text of PDFs, and
// on the other orders at hand that the ledger has, which the rules had not seen
// when they were first scored.
//
// Counting: a fact is counted once an order and class. recall = facts of the
// ledger's acts that the reader put into an operative statement / those of them
// that the page prints; a heading, rate or date that the ledger took from an
// annex or from the tariff schedule stands in no word of the page and cannot be
// read there. The line "of all" counts these too. precision = facts the reader
// found that the ledger's acts of this order have / all it found.
func TestScore(t *testing.T) {
	dir := filepath.Join(notices, "whitehouse")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no score: the orders are not beside the repository (%s)", dir)
	}
	l, err := ledger.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b := l.AsKnown(0)
	r := New(l)
	pages, err := filepath.Glob(filepath.Join(dir, "presidential-actions__*.md"))
	if err != nil {
		t.Fatal(err)
	}
	// the instruments that each page puts into the ledger, by its address
	acts := map[string][]*kanzei.Instrument{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		fields, _ := frontMatter(string(text))
		day, _ := kanzei.ParseDay(fields["date"])
		for _, in := range l.Instruments {
			if late := in.Public - day; strings.TrimSuffix(in.Source, "/") == strings.TrimSuffix(fields["source_url"], "/") && late > -14 && late < 60 && len(in.Acts) > 0 {
				acts[page] = append(acts[page], in)
			}
		}
	}
	used := map[string]bool{}
	var known, others score
	known.begin()
	for _, o := range orders {
		files, _ := filepath.Glob(filepath.Join(dir, "*__"+o.file))
		in := l.Instrument(o.id)
		if len(files) != 1 || in == nil {
			t.Errorf("%s: %d files, instrument held: %v", o.id, len(files), in != nil)
			continue
		}
		used[files[0]] = true
		ins := acts[files[0]]
		if !slices.Contains(ins, in) {
			ins = append(ins, in)
		}
		if err := known.order(r, b, o.id, files[0], ins); err != nil {
			t.Fatal(err)
		}
	}
	others.begin()
	for _, page := range pages {
		if used[page] || len(acts[page]) == 0 {
			continue
		}
		if err := others.order(r, b, acts[page][0].ID, page, acts[page]); err != nil {
			t.Fatal(err)
		}
	}
	var annex score
	annex.begin()
	for _, o := range annexes {
		file := filepath.Join(notices, "federal_register_and_annexes", o.file)
		var ins []*kanzei.Instrument
		for _, id := range strings.Split(o.id, ", ") {
			if in := l.Instrument(id); in != nil {
				ins = append(ins, in)
			}
		}
		if len(ins) == 0 {
			t.Errorf("%s: no instrument %s", o.file, o.id)
			continue
		}
		if err := annex.order(r, b, o.id, file, ins); err != nil {
			t.Fatal(err)
		}
	}
	known.hold(t, least{
		"headings":  {0.98, 0.95},
		"rates":     {0.92, 0.83},
		"countries": {0.95, 0.88},
		"dates":     {0.95, 0.86},
	})
	// Of headings the annexes name many that fell before, or are referred to in
	// notes, which the ledger has no act for.
	annex.hold(t, least{
		"headings":  {0.94, 0.20},
		"rates":     {0.90, 0.90},
		"countries": {0.90, 0.90},
		"dates":     {0.70, 0.70},
	})
	others.hold(t, least{
		"headings":  {0.97, 0.97},
		"rates":     {0.95, 0.78},
		"countries": {0.82, 0.95},
		"dates":     {0.85, 0.95},
	})
}
