package duty

import (
	"slices"
	"sync"
	"sync/atomic"
)

// A common is what the raters of an engine find out and share: the laws by what
// they do to goods, the treatments met, the lines of the schedule. It is kept as
// long as the engine, so that a second file is rated faster than the first.
type common struct {
	mu         sync.Mutex
	laws       map[*Table]*law
	provisions map[string]uint32 // descriptions, numbered
	treatments map[string]*treatment
	treated    []*treatment // the same; the first is nil
	lines      map[lineKey]*lineInfo
	programs   map[string]uint16
	names      []string // of programs
	filled     int      // templates held
	formulas   map[string]*formula
	claims     map[string]*claims
	sayings    map[string]*saying
}

func newCommon() *common {
	return &common{laws: map[*Table]*law{}, provisions: map[string]uint32{}, treatments: map[string]*treatment{}, treated: make([]*treatment, 1),
		lines: map[lineKey]*lineInfo{}, programs: map[string]uint16{}, formulas: map[string]*formula{}, claims: map[string]*claims{}, sayings: map[string]*saying{}}
}

// A law is a table with the treatments of its goods.
type law struct {
	*Table
	ids      []uint32 // provision → its number among all provisions met
	programs []uint16 // provision → the number of its program
	asked    atomic.Int32
	once     sync.Once
	ready    atomic.Bool
	class    []uint16 // origin → class of origins that the same provisions bear on
	classes  int
	reach    [][]uint64 // by class: bits of these provisions, and behind them one for column 2
	rows     []uint32   // list × classes + class → its treatment in common.treated, 0 until asked for; atomic
}

// law returns the law of a table.
func (c *common) law(t *Table) *law {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.laws[t]; l != nil {
		return l
	}
	l := &law{Table: t, ids: make([]uint32, len(t.provs)), programs: make([]uint16, len(t.provs))}
	var key description
	for i := range t.provs {
		key = key[:0]
		key.provision(&t.provs[i])
		id, ok := c.provisions[string(key)]
		if !ok {
			id = uint32(len(c.provisions))
			c.provisions[string(key)] = id
		}
		l.ids[i], l.programs[i] = id, c.program(t.provs[i].Program)
	}
	c.laws[t] = l
	return l
}

// classify builds the index of the table and finds the origins that the same
// provisions bear on.
func (l *law) classify() {
	l.once.Do(func() {
		t := l.Table
		t.index()
		l.class = make([]uint16, len(originIndex))
		bits := make([]uint64, len(t.provs)>>6+1)
		for o := range l.class {
			clear(bits)
			for i := range t.provs {
				if t.provs[i].from(o) {
					bits[i>>6] |= 1 << (i & 63)
				}
			}
			if t.column2.has(o) {
				bits[len(t.provs)>>6] |= 1 << (len(t.provs) & 63)
			}
			c := slices.IndexFunc(l.reach, func(other []uint64) bool { return slices.Equal(other, bits) })
			if c < 0 {
				c = len(l.reach)
				l.reach = append(l.reach, slices.Clone(bits))
			}
			l.class[o] = uint16(c)
		}
		l.classes = len(l.reach)
		l.rows = make([]uint32, len(t.lists)*l.classes)
		l.ready.Store(true)
	})
}

// treatment returns the treatment of a key, made where there is none.
func (c *common) treatment(key []byte, made func() *treatment) *treatment {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.treatments[string(key)]
	if t == nil {
		t = made()
		t.place = uint32(len(c.treated))
		c.treated = append(c.treated, t)
		c.treatments[string(key)] = t
	}
	return t
}

// placed returns the treatments by their places, as far as they go now.
func (c *common) placed() []*treatment {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.treated
}

// line returns the one line that says the same.
func (c *common) line(k lineKey, made func() *lineInfo) *lineInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[k]
	if l == nil {
		l = made()
		if len(c.lines) > maxCodes {
			clear(c.lines)
		}
		c.lines[k] = l
	}
	return l
}

// program numbers a program; c.mu is held.
func (c *common) program(name string) uint16 {
	id, ok := c.programs[name]
	if !ok {
		id = uint16(len(c.names))
		c.programs[name] = id
		c.names = append(c.names, name)
	}
	return id
}

func (c *common) programName(id uint16) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names[id]
}

// template puts in place of what a draft computes and says the same that is
// held. Where too many templates are held they are let go.
func (c *common) template(m *template, d *draft) *template {
	d.written = d.written[:0]
	d.written.formula(&d.formula)
	a := len(d.written)
	d.written.claims(&d.claims)
	b := len(d.written)
	d.written.saying(&d.saying)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.filled++; c.filled > maxTemplates {
		for _, t := range c.treated[1:] {
			t.templates.Store(nil)
		}
		clear(c.formulas)
		clear(c.claims)
		clear(c.sayings)
		c.filled = 1
	}
	m.formula = held(c.formulas, d.written[:a], d.formula.clone)
	m.claims = held(c.claims, d.written[a:b], d.claims.clone)
	d.saying.id = len(c.sayings)
	m.saying = held(c.sayings, d.written[b:], d.saying.clone)
	if m.enough == 0 && len(m.claims.tries) == 0 {
		m.claims = nil // never looked at
	}
	return m
}

// held returns what is held under a key, made where nothing is.
func held[T any](in map[string]*T, key []byte, made func() *T) *T {
	x := in[string(key)]
	if x == nil {
		x = made()
		in[string(key)] = x
	}
	return x
}

// A templateTable is a hash table of templates that does not change.
type templateTable struct {
	slots []slot
	n     int
}

type slot struct {
	hash uint64
	t    *template
}

func (s *templateTable) find(k *templateKey, hash uint64) *template {
	if s == nil {
		return nil
	}
	mask := uint64(len(s.slots) - 1)
	for i := hash & mask; s.slots[i].t != nil; i = (i + 1) & mask {
		if x := &s.slots[i]; x.hash == hash && x.t.key == *k {
			return x.t
		}
	}
	return nil
}

// with returns the table with one more template, the first of its key.
func (s *templateTable) with(t *template, hash uint64) *templateTable {
	var out templateTable
	if s != nil {
		out = *s
	}
	if 4*out.n >= 3*len(out.slots) {
		old := out.slots
		out.slots, out.n = make([]slot, max(4, 2*len(old))), 0
		for _, x := range old {
			if x.t != nil {
				out.put(x.t, x.hash)
			}
		}
	} else {
		out.slots = slices.Clone(out.slots)
	}
	out.put(t, hash)
	return &out
}

func (s *templateTable) put(t *template, hash uint64) {
	mask := uint64(len(s.slots) - 1)
	i := hash & mask
	for ; s.slots[i].t != nil; i = (i + 1) & mask {
		if x := &s.slots[i]; x.hash == hash && x.t.key == t.key {
			x.t = t
			return
		}
	}
	s.slots[i] = slot{hash, t}
	s.n++
}

// add makes a template known, unless another rater has since made one that
// answers too, which it returns. Seen is the first template of the key when m was
// begun.
func (t *treatment) add(m *template, hash uint64, seen *template, answers func(*template) bool) *template {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.templates.Load()
	first := s.find(&m.key, hash)
	for x := first; x != nil && x != seen; x = x.next {
		if answers(x) {
			return x
		}
	}
	m.next = first
	t.templates.Store(s.with(m, hash))
	return m
}

// prefer keeps a preference of a template.
func (t *treatment) prefer(m *template, p *preference) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []*preference
	if old := m.spi.Load(); old != nil {
		all = slices.Clone(*old)
	}
	all = append(all, p)
	m.spi.Store(&all)
}

// notes are what one rater holds of a saying: its texts, numbered, and the
// caveats of lines before, by whether they speak of fees.
type notes struct {
	of       *saying
	headings Text
	asked    [2]Text // questions in one text, without and with that for a special program
	caveats  []Text
	said     [4]said
}

// said is what the caveats of a line rest on.
type said struct {
	fresh                bool
	horizon, fee, harbor Text
	additional           string
	gaps                 uint64
	set                  *gapSet
	text                 Text
}

// notes returns the rater's notes of a saying.
func (r *Rater) notes(s *saying) *notes {
	for s.id >= len(r.noted) {
		r.noted = append(r.noted, nil)
	}
	if n := r.noted[s.id]; n != nil && n.of == s {
		return n
	}
	n := &notes{of: s, headings: r.text(s.headings)}
	r.series = r.series[:0]
	for _, q := range s.questions {
		r.add(r.text(q))
	}
	n.asked[0] = r.join(lineSeparator)
	r.add(r.spiFact)
	n.asked[1] = r.join(lineSeparator)
	for _, c := range s.caveats {
		n.caveats = append(n.caveats, r.text(c))
	}
	r.noted[s.id] = n
	return n
}
