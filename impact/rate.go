package impact

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"kanzei"
	"kanzei/ledger"
	"kanzei/panel"
	"kanzei/trade"
)

// An extent is what the law adds to column 1 on goods, as shares of value.
type extent struct {
	low, high float64
	none      bool // no duty could be computed
	programs  []programShare
}

type programShare struct {
	name string
	low  float64
	high float64
}

const whole = float64(kanzei.One)

// read asks the panel of the day. Base is what column 1 came to, for goods on
// which it is levied by quantity.
func (x *extent) read(p *panel.Panel, h kanzei.HTS, o kanzei.Origin, on kanzei.Day, base float64) error {
	c, err := p.Cell(h, o, on)
	if err != nil { // a number the schedule of the day does not print
		x.none = true
		return nil
	}
	if c.Base.Open && base > 0 {
		if c, err = p.Observed(h, o, on, kanzei.Fraction(math.Round(base*whole))); err != nil {
			return err
		}
	}
	if c.Status == kanzei.Banned || c.Status == kanzei.Unsupported && !c.Base.Open {
		x.none = true
		return nil
	}
	for i := range c.Programs {
		g := &c.Programs[i]
		s := programShare{g.Program, float64(g.Min) / whole, float64(max(g.Max, g.Min)) / whole}
		x.low += s.low
		x.high += s.high
		x.programs = append(x.programs, s)
	}
	if !c.Total.Open && !c.Base.Open { // programs that exclude each other
		x.low = max(x.low, float64(c.Total.Min-c.Base.Max)/whole)
		x.high = max(x.low, min(x.high, float64(c.Total.Max-c.Base.Min)/whole))
	}
	return nil
}

// mean of extents, for a code of 2024 with several successors.
func mean(all []extent) extent {
	if len(all) == 1 {
		return all[0]
	}
	var out extent
	f := 1 / float64(len(all))
	for i := range all {
		x := &all[i]
		out.low += f * x.low
		out.high += f * x.high
		out.none = out.none || x.none
		for _, g := range x.programs {
			k := slices.IndexFunc(out.programs, func(p programShare) bool { return p.name == g.name })
			if k < 0 {
				k = len(out.programs)
				out.programs = append(out.programs, programShare{name: g.name})
			}
			out.programs[k].low += f * g.low
			out.programs[k].high += f * g.high
		}
	}
	return out
}

// extents are what every code of 2024 pays under a part of the law, for origins
// that the law treats alike.
func (s *Study) extents(p *part, o kanzei.Origin) ([]extent, error) {
	t, err := s.treatment(p)
	if err != nil {
		return nil, err
	}
	c := t.classes[t.of[o]]
	c.once.Do(func() {
		out := make([]extent, len(s.codes))
		for i := range s.codes {
			next := t.carried[i]
			if len(next) == 0 {
				out[i].none = true
				continue
			}
			all := make([]extent, len(next))
			for k, h := range next {
				if c.err = all[k].read(t.panel, h, o, p.on, s.average[i]); c.err != nil {
					return
				}
			}
			out[i] = mean(all)
		}
		c.extents = out
	})
	return c.extents, c.err
}

// A treatment is a part of the law with what it does to classes of origins.
type treatment struct {
	panel   *panel.Panel
	carried [][]kanzei.HTS // code of 2024 → numbers of the day
	of      map[kanzei.Origin]int
	classes []*class
	excuses map[string][]string // program and origin class → exceptions in force
}

type class struct {
	once    sync.Once
	extents []extent
	err     error
	mark    string
}

// alone are origins with a class of their own: column 2, and preferences.
var alone = []string{"BY", "CA", "CU", "KP", "MX", "RU"}

// treatment builds the panel of a part's day and finds the origins on which the
// same provisions bear.
func (s *Study) treatment(p *part) (*treatment, error) {
	s.panelled.Lock()
	defer s.panelled.Unlock()
	k := p.key()
	if t := s.treatments[k]; t != nil {
		return t, nil
	}
	e, err := s.engine(p)
	if err != nil {
		return nil, err
	}
	t := &treatment{of: map[kanzei.Origin]int{}, excuses: map[string][]string{}}
	if t.panel, err = panel.BuildKnown(e, p.on, p.on, p.known, s.assumptions); err != nil {
		return nil, err
	}
	if t.carried = s.carried[p.on]; t.carried == nil {
		carry := trade.Carrier(e.Schedule)
		t.carried = make([][]kanzei.HTS, len(s.codes))
		for i, h := range s.codes {
			if h.Chapter() < 98 {
				t.carried[i] = carry(h, p.on)
			}
		}
		s.carried[p.on] = t.carried
	}
	b, at := e.Book(p.known), p.on.Open()
	origins := kanzei.Origins()
	marks := make([][]byte, len(origins))
	reach := func(prov *kanzei.Provision) {
		in := b.Origins(prov, at)
		for i, o := range origins {
			if in(o) {
				marks[i] = append(marks[i], 1)
			} else {
				marks[i] = append(marks[i], 0)
			}
		}
	}
	type excuse struct {
		heading, program string
		in               func(kanzei.Origin) bool
	}
	var excuses []excuse
	for _, h := range b.Headings() {
		st := b.Standing(h, at)
		if st.Status != ledger.InForce {
			continue
		}
		reach(&st.Provision)
		if st.Effect == kanzei.Excuses {
			excuses = append(excuses, excuse{h, st.Program, b.Origins(&st.Provision, at)})
		}
	}
	for i := range e.Ledger.Coverage.Gaps {
		g := &e.Ledger.Coverage.Gaps[i]
		reach(&kanzei.Provision{Products: g.Products, Origins: g.Origins})
	}
	classOf := map[string]int{}
	for i, o := range origins {
		m := string(marks[i])
		if slices.Contains(alone, o.String()) {
			m += o.String()
		}
		id, ok := classOf[m]
		if !ok {
			id = len(t.classes)
			classOf[m] = id
			t.classes = append(t.classes, &class{mark: m})
			for _, x := range excuses {
				if x.in(o) {
					k := excuseKey(x.program, id)
					t.excuses[k] = append(t.excuses[k], x.heading)
				}
			}
		}
		t.of[o] = id
	}
	s.treatments[k] = t
	return t, nil
}

func excuseKey(program string, class int) string {
	return program + string([]rune{' ', rune(class + 1)})
}

// stands reports whether the exceptions to a program that the law of the year
// of the flows had for an origin are all in force in this law.
func (t *treatment) stands(reference *treatment, program string, o kanzei.Origin) bool {
	now := t.excuses[excuseKey(program, t.of[o])]
	for _, h := range reference.excuses[excuseKey(program, reference.of[o])] {
		if _, ok := slices.BinarySearch(now, h); !ok {
			return false
		}
	}
	return true
}

// paid is what a line paid in 2024: column 1, and the part of the additional
// duties of that year's law that was not excused by quotas and exclusions.
type paid struct {
	base float64 // USD
	use  float64 // share of the additional duties
}

// reference is the law of the year of the flows.
var reference = part{on: kanzei.DayOf(trade.Year, 7, 1)}

// paidOf splits the duty calculated in 2024 on every line of a source.
func (s *Study) paidOf(src *source) ([]paid, error) {
	src.once.Do(func() {
		x, err := s.extents(&reference, src.origin)
		if err != nil {
			src.err = err
			return
		}
		out := make([]paid, len(src.lines))
		for i := range src.lines {
			l := &src.lines[i]
			e := &x[l.code]
			added := (e.low + e.high) / 2 * l.value
			out[i] = paid{l.duty, 1}
			switch {
			case added <= 0:
			case l.duty >= added:
				out[i].base = l.duty - added
			default: // excused in part
				out[i] = paid{0, l.duty / added}
			}
		}
		src.paid = out
	})
	return src.paid, src.err
}

// A tally sums what lines of one origin pay, by sector.
type tally struct {
	sectors  []sums
	programs map[string]float64 // USD, middle of bounds
}

type sums struct {
	value, base, low, high, mid, square, open, unsupported float64
}

func (t *sums) add(x *sums) {
	t.value += x.value
	t.base += x.base
	t.low += x.low
	t.high += x.high
	t.mid += x.mid
	t.square += x.square
	t.open += x.open
	t.unsupported += x.unsupported
}

type tallyKey struct {
	source *source
	part   string
}

// tally rates the lines of a source under a part of the law.
func (s *Study) tally(src *source, p *part) (*tally, error) {
	key := tallyKey{src, p.key()}
	s.tallied.Lock()
	t := s.done[key]
	s.tallied.Unlock()
	if t != nil {
		return t, nil
	}
	t = &tally{sectors: make([]sums, s.World.J), programs: map[string]float64{}}
	if err := s.rated(src, p, func(k int, program string, low, high float64) {
		t.programs[program] += src.lines[k].value * (low + high) / 2
	}, func(k int, base, low, high float64, none bool) {
		l := &src.lines[k]
		c := &t.sectors[l.sector]
		c.value += l.value
		c.base += base
		mid := (low + high) / 2
		c.low += l.value * low
		c.high += l.value * high
		c.mid += l.value * mid
		c.square += l.value * mid * mid
		if high > low {
			c.open += l.value
		}
		if none {
			c.unsupported += l.value
		}
	}); err != nil {
		return nil, err
	}
	s.tallied.Lock()
	s.done[key] = t
	s.tallied.Unlock()
	return t, nil
}

// rated tells of every line of a source what it pays under a part of the law:
// column 1 in US dollars, what the law adds as shares of value, and whether no
// duty could be computed. Before that it tells add what each program takes of the
// line, as bounds of shares of value.
func (s *Study) rated(src *source, p *part, add func(k int, program string, low, high float64), visit func(k int, base, low, high float64, none bool)) error {
	was, err := s.paidOf(src)
	if err != nil {
		return err
	}
	if p.none {
		for i := range src.lines {
			visit(i, was[i].base, 0, 0, false)
		}
		return nil
	}
	x, err := s.extents(p, src.origin)
	if err != nil {
		return err
	}
	before, err := s.extents(&reference, src.origin)
	if err != nil {
		return err
	}
	now, err := s.treatment(p)
	if err != nil {
		return err
	}
	then, err := s.treatment(&reference)
	if err != nil {
		return err
	}
	stands := map[string]bool{}
	for i := range before {
		for _, g := range before[i].programs {
			if _, ok := stands[g.name]; !ok {
				stands[g.name] = now.stands(then, g.name, src.origin)
			}
		}
	}
	for i := range src.lines {
		l := &src.lines[i]
		e := &x[l.code]
		low, high := e.low, e.high
		for _, g := range e.programs {
			lo, hi := g.low, g.high
			if use := was[i].use; use < 1 && stands[g.name] && slices.Contains(before[l.code].programs, g) {
				low, high = low-(1-use)*lo, high-(1-use)*hi
				lo, hi = use*lo, use*hi
			}
			add(i, g.name, lo, hi)
		}
		low = max(0, low)
		visit(i, was[i].base, low, max(low, high), e.none)
	}
	return nil
}

// tallies rates all sources, several at once.
func (s *Study) tallies(l *Law) ([]*tally, error) {
	out := make([]*tally, len(s.sources))
	errs := make([]error, len(s.sources))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				errs[i] = kanzei.Caught(func() (err error) {
					out[i], err = s.tally(s.sources[i], l.of(s.sources[i].origin))
					return err
				})
			}
		})
	}
	for i := range s.sources {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
