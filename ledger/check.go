package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"kanzei"
)

// Check holds the ledger against itself, as known at its latest: references to
// headings, programs, lists and groups that nobody declares; duties that claim
// one product with neither yielding; circles of yielding; holes in a program's
// dates. Every error found is returned, joined, each naming its places.
func (l *Ledger) Check() error {
	c := &checker{l: l, b: l.AsKnown(0), said: map[string]bool{}}
	c.names()
	c.references()
	if len(c.errs) == 0 {
		c.stacking()
		c.holes()
	}
	return errors.Join(c.errs...)
}

type checker struct {
	l        *Ledger
	b        *Book
	errs     []error
	said     map[string]bool
	programs map[string]string // program of each heading, from its first act
}

func (c *checker) bad(code string, at Ref, hint, format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	if c.said[at.Where()+msg] {
		return
	}
	c.said[at.Where()+msg] = true
	c.errs = append(c.errs, &kanzei.Problem{Code: code, Where: at.Where(), Msg: msg, Hint: hint})
}

func (c *checker) names() {
	seen := map[string]*kanzei.Instrument{}
	for _, in := range c.l.Instruments {
		if o := seen[in.ID]; o != nil {
			c.errs = append(c.errs, &kanzei.Problem{Code: "law.twice", Where: in.File + ":1", Msg: fmt.Sprintf("instrument %s is also in %s", in.ID, o.File), Hint: "keep one file an instrument"})
		}
		seen[in.ID] = in
	}
}

func (c *checker) references() {
	c.programs = map[string]string{}
	for _, in := range c.l.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			if a.Kind == kanzei.ActImpose || a.Kind == kanzei.ActExempt {
				for _, h := range a.Targets {
					c.programs[h] = a.Provision.Program
				}
			}
		}
	}
	for _, in := range c.l.Instruments {
		for i := range in.Acts {
			a := &in.Acts[i]
			at := Ref{in, a}
			switch a.Kind {
			case kanzei.ActAmend, kanzei.ActSuspend, kanzei.ActResume, kanzei.ActTerminate, kanzei.ActAnnul:
				for _, t := range a.Targets {
					c.ref(at, t)
				}
			case kanzei.ActNote, kanzei.ActZone, kanzei.ActReturned:
				for _, t := range a.Targets {
					c.ref(at, t)
				}
				for _, o := range a.Origins {
					c.group(at, o)
				}
			case kanzei.ActProgram:
				for _, refs := range [][]string{a.Program.YieldsTo, a.Program.InLieuOf, a.Program.Adds} {
					for _, t := range refs {
						c.ref(at, t)
					}
				}
			}
			if p := a.Provision; p != nil {
				if p.Program != "" && c.b.programs[p.Program] == nil {
					c.bad("law.program", at, near(p.Program, keys(c.b.programs)), "no act declares the program %s", p.Program)
				}
				for _, t := range append(slices.Clone(p.YieldsTo), p.InLieuOf...) {
					c.ref(at, t)
				}
				for _, it := range append(slices.Clone(p.Products), p.Except...) {
					if it.List != "" && c.b.lists[it.List] == nil {
						c.bad("law.list", at, near(it.List, keys(c.b.lists)), "unknown product list %q", it.List)
					}
				}
				for _, it := range append(slices.Clone(p.Origins), p.ExceptOrigins...) {
					c.group(at, it)
				}
			}
			for _, r := range a.Table {
				for _, it := range r.Origins {
					c.group(at, it)
				}
			}
		}
	}
}

func (c *checker) group(at Ref, it kanzei.OriginItem) {
	if it.Group != "" && c.b.groups[it.Group] == nil {
		c.bad("law.group", at, near(it.Group, keys(c.b.groups)), "unknown country group %q", it.Group)
	}
}

func (c *checker) ref(at Ref, t string) {
	t = strings.TrimPrefix(t, "program:")
	if t == "mfn" {
		return
	}
	if isProgram(t) {
		if strings.HasSuffix(t, "*") || c.b.programs[t] != nil {
			return
		}
		if c.programs[t] != "" { // an unheaded provision
			return
		}
		c.bad("law.program", at, near(t, keys(c.b.programs)), "no act declares the program %s", t)
		return
	}
	for h := range c.programs {
		if Names(t, h, "") {
			return
		}
	}
	c.bad("law.heading", at, near(t, keys(c.programs)), "unknown heading %s", t)
}

// A circle of provisions that yield to each other, and when.
type circle struct {
	ps    []*Placed
	spans [][2]kanzei.Moment // from, until
}

// circles reports each circle once, with the days on which it stands.
func (c *checker) circles(found []*circle) {
	for _, x := range found {
		var names, days []string
		for _, p := range x.ps {
			names = append(names, fmt.Sprintf("%s (%s)", p.Heading, p.By.Where()))
		}
		for _, s := range x.spans {
			if s[1] == kanzei.Forever {
				days = append(days, fmt.Sprintf("from %s on", s[0]))
			} else {
				days = append(days, fmt.Sprintf("from %s to %s", s[0], s[1]))
			}
		}
		c.bad("law.circle", x.ps[0].By, "one of them must not yield", "circle of yielding %s: %s", strings.Join(days, ", "), strings.Join(names, " → "))
	}
}

// turned returns a circle from its first heading in order, and its headings.
func turned(ps []*Placed) ([]*Placed, string) {
	first := 0
	for i, p := range ps {
		if p.Heading < ps[first].Heading {
			first = i
		}
	}
	ps = slices.Concat(ps[first:], ps[:first])
	var key []string
	for _, p := range ps {
		key = append(key, p.Heading)
	}
	return ps, strings.Join(key, " ")
}

// stacking looks at every moment at which the law changes.
func (c *checker) stacking() {
	moments := c.b.Bounds()
	var found []*circle
	byKey := map[string]*circle{}
	defer func() { c.circles(found) }()
	for i, m := range moments {
		until := kanzei.Forever
		if i+1 < len(moments) {
			until = moments[i+1]
		}
		s := c.b.At(m)
		var live []*Placed
		for _, p := range s.Provisions {
			if p.Status == InForce {
				live = append(live, p)
			}
		}
		k := s.Stack(live)
		if _, ps := k.Order(); ps != nil {
			ps, key := turned(ps)
			x := byKey[key]
			if x == nil {
				x = &circle{ps: ps}
				byKey[key] = x
				found = append(found, x)
			}
			if n := len(x.spans); n > 0 && x.spans[n-1][1] == m {
				x.spans[n-1][1] = until
			} else {
				x.spans = append(x.spans, [2]kanzei.Moment{m, until})
			}
		}
		for i, p := range live {
			if p.Effect != kanzei.Levies {
				continue
			}
			for j := i + 1; j < len(live); j++ {
				q := live[j]
				if q.Effect != kanzei.Levies || family(p.Program) != family(q.Program) {
					continue
				}
				if p.Program != q.Program && s.adds(p.Program, q.Program) {
					continue
				}
				if k.Yields(i, j) || k.Yields(j, i) || exclusive(&p.Provision, &q.Provision) {
					continue
				}
				code, ok := p.Codes.Intersects(q.Codes)
				if !ok {
					continue
				}
				o, ok := common(p, q)
				if !ok {
					continue
				}
				if pair := p.Heading + " " + q.Heading; c.said[pair] {
					continue
				} else {
					c.said[pair] = true
				}
				c.bad("law.conflict", p.By, "say which yields, or that the programs add", "%s and %s (%s) both levy on %s of %s from %s, and neither yields",
					p.Heading, q.Heading, q.By.Where(), kanzei.HTSFromTen(code, 10), o, m)
			}
		}
	}
}

func common(p, q *Placed) (kanzei.Origin, bool) {
	for _, o := range kanzei.Origins() {
		if p.Origin(o) && q.Origin(o) {
			return o, true
		}
	}
	return 0, false
}

// exclusive reports whether no entry can meet the conditions of both.
func exclusive(p, q *kanzei.Provision) bool {
	for _, a := range p.When {
		for _, b := range q.When {
			if a.Fact != b.Fact {
				continue
			}
			if a.Value == b.Value && (a.Op == b.Op && a.Not != b.Not || a.Not == b.Not && opposite[a.Op] == b.Op) {
				return true
			}
		}
	}
	return false
}

var opposite = map[string]string{"<": ">=", ">=": "<", ">": "<=", "<=": ">", "before": "from", "from": "before"}

// holes finds stretches in which a program levies nothing although it did
// before and does after, without an act that suspends or ends it.
func (c *checker) holes() {
	moments := c.b.Bounds()
	for _, name := range c.b.Programs() {
		var last Ref
		var since kanzei.Moment // when it stopped levying
		levied := false
		for _, m := range moments {
			any, ended := false, false
			for _, h := range c.b.headings {
				if c.programs[h] != name {
					continue
				}
				st := c.b.Standing(h, m)
				if st.Effect == kanzei.Levies {
					switch st.Status {
					case InForce:
						any = true
						last = st.By
					case Suspended, Terminated:
						ended = true
					}
				}
			}
			switch {
			case any && since != 0:
				c.bad("law.hole", last, "state until when the first ran, or an act that ends it", "%s levies nothing from %s to %s, and no act says so", name, since, m)
				since = 0
			case any:
				levied = true
			case levied && !ended && since == 0:
				since = m
			}
			if any {
				levied = true
			}
		}
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// near returns a hint naming the closest known name.
func near(s string, known []string) string {
	best, name := 4, ""
	for _, k := range known {
		if d := distance(strings.ToLower(s), strings.ToLower(k)); d < best {
			best, name = d, k
		}
	}
	if name == "" {
		return "declare it, or correct the name"
	}
	return fmt.Sprintf("did you mean %q?", name)
}

func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
