// Package entries rates files of entries: CSV or Parquet in, the same columns
// and the answer out, any number of rows in flat memory.
//
// A file is read in batches that never cut an entry; each batch is parsed,
// rated and encoded by one of GOMAXPROCS workers, and written in order.
package entries

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"kanzei"
	"kanzei/duty"
	"kanzei/table"
)

// A Column documents a column of a file of entries.
type Column struct {
	Name     string
	Required bool
	Doc      string
}

// Columns are the columns that are read; others are passed through.
var Columns = []Column{
	{"id", true, "name of the row, for messages"},
	{"hts", true, "code of 8 or 10 digits, with or without dots"},
	{"origin", true, "country of origin, ISO 3166 alpha-2 or alpha-3"},
	{"entry_date", true, "day of entry, 2025-04-15"},
	{"value_usd", true, "customs value in US dollars"},
	{"known", false, "law as known at the end of this day, or latest"},
	{"entry_id", false, "entry the row is a line of; its rows are adjacent"},
	{"quantity", false, "number of units"},
	{"unit", false, "unit of quantity; the line's first when empty"},
	{"quantity2", false, "number of second units"},
	{"unit2", false, "second unit; the line's second when empty"},
	{"loaded_date", false, "day or moment (2025-04-05 00:01, US Eastern) of loading on the final mode of transport"},
	{"export_date", false, "day of export"},
	{"mode", false, "Census method of transport: 10, 11 vessel; 20, 21 rail; 30-34 road; 40, 41 air; 50 mail"},
	{"spi", false, "special program claimed, such as JP"},
	{"us_content_pct", false, "US content, percent of the customs value"},
	{"steel_pct", false, "steel content, percent of the customs value"},
	{"aluminum_pct", false, "aluminum content, percent of the customs value"},
	{"copper_pct", false, "copper content, percent of the customs value"},
	{"metal_weight_pct", false, "weight of the metal, percent of the weight of the article"},
	{"melt_pour_country", false, "country where the steel was melted and poured"},
	{"smelt_cast_country", false, "country where the aluminum was smelted or cast"},
	{"ftz_status", false, "status in a foreign-trade zone: P privileged foreign, N nonprivileged foreign, D domestic, Z zone-restricted"},
	{"ftz_date", false, "day of admission to the zone"},
	{"ch98", false, "number of chapter 98 claimed"},
	{"entry_type", false, "type of entry"},
	{"liquidation_status", false, "liquidated, unliquidated, …"},
	{"liquidation_date", false, "day of liquidation"},
	{"payment_date", false, "day the duty was deposited"},
	{"assessed_usd", false, "duty assessed at the time"},
	{"flags", false, "declared facts separated by semicolons, see kanzei rate --facts"},
}

// required refuses a file without a column that is needed.
func required(name string, fields []table.Field) error {
	var missing []string
	for _, c := range Columns {
		if c.Required && table.Index(fields, c.Name) < 0 {
			missing = append(missing, c.Name)
		}
	}
	if missing == nil {
		return nil
	}
	hint := "columns go by their names, in any order: id, hts, origin, entry_date, value_usd are needed"
	for _, f := range fields {
		for _, m := range missing {
			if strings.EqualFold(strings.TrimSpace(f.Name), m) && f.Name != m {
				hint = fmt.Sprintf("the column %q is there: write its name in lower case", f.Name)
			}
		}
	}
	word := "column"
	if len(missing) > 1 {
		word = "columns"
	}
	return &kanzei.Problem{Code: "entries.columns", Where: name, Msg: fmt.Sprintf("the %s %s %s missing", word, strings.Join(missing, ", "), map[bool]string{true: "are", false: "is"}[len(missing) > 1]), Hint: hint}
}

// A binding finds the columns of a file.
type binding struct {
	index map[string]int
}

func bind(fields []table.Field) binding {
	b := binding{map[string]int{}}
	for _, c := range Columns {
		if i := table.Index(fields, c.Name); i >= 0 {
			b.index[c.Name] = i
		}
	}
	return b
}

func (b *binding) column(batch *table.Batch, name string) *table.Column {
	if i, ok := b.index[name]; ok {
		return &batch.Columns[i]
	}
	return nil
}

// A reading is the rows of a batch as entries.
type reading struct {
	entries []kanzei.Entry
	known   []kanzei.Day // by row
	valued  []bool       // by row: a value is given
	codes   []*duty.Code // by row
	fault   []*fault     // by row, nil for rows that read well

	hts                 memo[code]
	origin, melt, smelt memo[kanzei.Origin]
	days                [4]memo[kanzei.Day]
	loaded              memo[kanzei.Moment]
	money               [4]memo[kanzei.Money]
	shares              [5]memo[kanzei.Share]
	mode                memo[int64]
	texts               [5]memo[string]
	flags               memo[[]string]
}

// A code is an HTS code with what a rater knows of it.
type code struct {
	hts kanzei.HTS
	of  *duty.Code
}

// A fault is why a row is rejected.
type fault struct{ field, reason string }

func (r *reading) reject(row int, field string, err error) {
	if r.fault[row] == nil {
		r.fault[row] = &fault{field, plain(err)}
	}
}

// plain writes a problem on one line, with its hint. What it says of a cell is cut
// where the cell is long.
func plain(err error) string {
	p, ok := err.(*kanzei.Problem)
	if !ok {
		p = &kanzei.Problem{Msg: err.Error()}
	}
	s := cut(p.Msg, 200)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return strings.Join(strings.Fields(s), " ")
}

// cut returns the beginning of a text that is longer than n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// read parses a batch. Otherwise is the day of knowledge of rows that name
// none.
func (r *reading) read(b *binding, batch *table.Batch, otherwise kanzei.Day, rater *duty.Rater) {
	n := batch.Rows
	r.entries = resize(r.entries, n)
	r.fault = resize(r.fault, n)
	clear(r.fault)
	clear(r.entries)
	for i := range r.money {
		r.money[i].direct = true
	}
	for i := range r.shares {
		r.shares[i].direct = true
	}
	e := r.entries
	missing := &kanzei.Problem{Msg: "is missing"}
	col := func(name string) *table.Column { return b.column(batch, name) }
	need := func(row int, name string, ok bool) {
		if !ok && r.fault[row] == nil {
			r.reject(row, name, missing)
		}
	}
	r.codes = resize(r.codes, n)
	clear(r.codes)
	r.hts.direct = true
	known := func(h kanzei.HTS, err error) (code, error) {
		if err != nil {
			return code{}, err
		}
		return code{h, rater.Code(h)}, nil
	}
	each(r, &r.hts, col("hts"), "hts", n,
		func(b []byte) (code, error) { return known(kanzei.ParseHTS(string(b))) },
		func(c *table.Column, i int) (code, error) { return known(htsOfNumber(c, i)) },
		func(i int, v code) { e[i].HTS, r.codes[i] = v.hts, v.of })
	each(r, &r.origin, col("origin"), "origin", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].Origin = v })
	each(r, &r.days[0], col("entry_date"), "entry_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].Date = v })
	r.valued = resize(r.valued, n)
	clear(r.valued)
	each(r, &r.money[0], col("value_usd"), "value_usd", n, parseMoney, moneyOfNumber, func(i int, v kanzei.Money) { e[i].Value, r.valued[i] = v, true })
	for i := range e {
		need(i, "hts", e[i].HTS != 0)
		need(i, "origin", e[i].Origin != 0)
		need(i, "entry_date", e[i].Date != 0)
		need(i, "value_usd", r.valued[i])
	}
	r.known = resize(r.known, n)
	for i := range r.known {
		r.known[i] = otherwise
	}
	each(r, &r.days[1], col("known"), "known", n, parseKnown, dayOfNumber, func(i int, v kanzei.Day) {
		if r.known[i] = v; v == latest {
			r.known[i] = 0
		}
	})
	quantity := func(m int, name string, set func(int, int64)) {
		each(r, &r.money[m], col(name), name, n, parseQuantity, moneyOfNumber, func(i int, v kanzei.Money) { set(i, int64(v)) })
	}
	quantity(1, "quantity", func(i int, v int64) { e[i].Quantity = v })
	quantity(2, "quantity2", func(i int, v int64) { e[i].Quantity2 = v })
	text := func(m int, name string, set func(int, string)) {
		each(r, &r.texts[m], col(name), name, n, parseText, nil, set)
	}
	text(0, "unit", func(i int, v string) { e[i].Unit = v })
	text(1, "unit2", func(i int, v string) { e[i].Unit2 = v })
	each(r, &r.loaded, col("loaded_date"), "loaded_date", n, parseMoment, momentOfNumber, func(i int, v kanzei.Moment) { e[i].Loaded = v })
	each(r, &r.days[2], col("export_date"), "export_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].Exported = v })
	each(r, &r.mode, col("mode"), "mode", n, parseMode, intOfNumber, func(i int, v int64) { e[i].Mode = int(v) })
	text(2, "spi", func(i int, v string) { e[i].SPI = v })
	share := func(m int, name string, to func(*kanzei.Entry) *kanzei.Share) {
		each(r, &r.shares[m], col(name), name, n, parseShare, shareOfNumber, func(i int, v kanzei.Share) { *to(&e[i]) = v })
	}
	share(0, "us_content_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.USContent })
	share(1, "steel_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Steel })
	share(2, "aluminum_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Aluminum })
	share(3, "copper_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Copper })
	share(4, "metal_weight_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.MetalWeight })
	each(r, &r.melt, col("melt_pour_country"), "melt_pour_country", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].MeltPour = v })
	each(r, &r.smelt, col("smelt_cast_country"), "smelt_cast_country", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].SmeltCast = v })
	text(3, "ftz_status", func(i int, v string) { e[i].FTZStatus = v })
	each(r, &r.days[3], col("ftz_date"), "ftz_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].FTZDate = v })
	text(4, "ch98", func(i int, v string) { e[i].Ch98 = v })
	each(r, &r.money[3], col("assessed_usd"), "assessed_usd", n, parseMoney, moneyOfNumber, func(i int, v kanzei.Money) { e[i].Assessed, e[i].AssessedKnown = v, true })
	each(r, &r.flags, col("flags"), "flags", n, parseFlags, nil, func(i int, v []string) { e[i].Flags = v })
}

// resize returns n elements of any value, with room for batches that are a
// little larger.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/16)
	}
	return s[:n]
}

// A memo remembers the values of a column: those of the dictionary of a batch,
// and those of the texts met in any.
type memo[T any] struct {
	values []T     // of the dictionary
	state  []uint8 // of values
	errs   map[int]error
	seen   map[string]T
	direct bool // reading a text is quicker than looking it up
}

// States of a value of a dictionary.
const (
	unread uint8 = iota
	fine
	empty
	wrong
)

// maxSeen bounds the texts remembered.
const maxSeen = 1 << 16

// read reads a text, or remembers it.
func (m *memo[T]) read(b []byte, ofText func([]byte) (T, error)) (T, error) {
	if m.direct {
		return ofText(b)
	}
	if v, ok := m.seen[string(b)]; ok {
		return v, nil
	}
	v, err := ofText(b)
	if err == nil && len(m.seen) < maxSeen {
		if m.seen == nil {
			m.seen = map[string]T{}
		}
		m.seen[string(b)] = v
	}
	return v, err
}

// each sets the value of every cell of a column that is not empty.
func each[T any](r *reading, m *memo[T], c *table.Column, name string, n int, ofText func([]byte) (T, error), ofNumber func(*table.Column, int) (T, error), set func(int, T)) {
	switch {
	case c == nil:
	case c.Kind != table.String:
		for i := range n {
			if c.IsNull(i) {
				continue
			}
			if ofNumber == nil {
				r.reject(i, name, errors.New("a text is expected"))
				continue
			}
			v, err := ofNumber(c, i)
			if err != nil {
				r.reject(i, name, err)
				continue
			}
			set(i, v)
		}
	case c.Dict:
		codes(r, m, c, name, n, ofText, set)
	default:
		var last []byte
		var value T
		known := false
		for i := range n {
			b := c.Bytes(i)
			if len(b) == 0 {
				continue
			}
			if !known || !bytes.Equal(b, last) {
				t := bytes.TrimSpace(b)
				if len(t) == 0 {
					continue
				}
				v, err := m.read(t, ofText)
				if err != nil {
					r.reject(i, name, err)
					continue
				}
				last, value, known = b, v, true
			}
			set(i, value)
		}
	}
}

// codes is each for a column with a dictionary.
func codes[T any](r *reading, m *memo[T], c *table.Column, name string, n int, ofText func([]byte) (T, error), set func(int, T)) {
	size := c.Text.Len()
	m.values, m.state = resize(m.values, size), resize(m.state, size)
	clear(m.state)
	clear(m.errs)
	for i := range n {
		if c.IsNull(i) {
			continue
		}
		k := c.Codes[i]
		if m.state[k] == unread {
			m.look(int(k), c, ofText)
		}
		switch m.state[k] {
		case fine:
			set(i, m.values[k])
		case wrong:
			r.reject(i, name, m.errs[int(k)])
		}
	}
}

// look reads text k of a dictionary.
func (m *memo[T]) look(k int, c *table.Column, ofText func([]byte) (T, error)) {
	t := bytes.TrimSpace(c.Text.At(k))
	if len(t) == 0 {
		m.state[k] = empty
		return
	}
	v, err := m.read(t, ofText)
	if err != nil {
		if m.errs == nil {
			m.errs = map[int]error{}
		}
		m.errs[k] = err
		m.state[k] = wrong
		return
	}
	m.values[k], m.state[k] = v, fine
}
