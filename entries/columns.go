// Package entries rates files of entries: CSV or Parquet in, the same columns
// and the answer out, any number of rows in flat memory.
//
// A file is read in batches that never cut an entry; each batch is parsed,
// rated and encoded by one of GOMAXPROCS workers, and written in order.
package entries

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

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
	{"ftz_status", false, "status in a foreign-trade zone"},
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
	faults  int

	hts     memo[code]
	country memo[kanzei.Origin]
	day     memo[kanzei.Day]
	moment  memo[kanzei.Moment]
	money   memo[kanzei.Money]
	share   memo[kanzei.Share]
	flags   memo[[]string]
	text    memo[string]
	number  memo[int64]
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
		r.faults++
		r.fault[row] = &fault{field, plain(err)}
	}
}

// plain writes a problem on one line, with its hint.
func plain(err error) string {
	var s string
	if p, ok := err.(*kanzei.Problem); ok {
		s = p.Msg
		if p.Hint != "" {
			s += " (" + p.Hint + ")"
		}
	} else {
		s = err.Error()
	}
	return strings.Join(strings.Fields(s), " ")
}

// read parses a batch. Otherwise is the day of knowledge of rows that name
// none.
func (r *reading) read(b *binding, batch *table.Batch, otherwise kanzei.Day, rater *duty.Rater) {
	n := batch.Rows
	r.entries = resize(r.entries, n)
	r.fault = resize(r.fault, n)
	clear(r.fault)
	r.faults = 0
	r.money.direct = true
	for i := range r.entries {
		r.entries[i] = kanzei.Entry{}
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
	each(r, &r.country, col("origin"), "origin", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].Origin = v })
	each(r, &r.day, col("entry_date"), "entry_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].Date = v })
	r.valued = resize(r.valued, n)
	clear(r.valued)
	each(r, &r.money, col("value_usd"), "value_usd", n, parseMoney, moneyOfNumber, func(i int, v kanzei.Money) { e[i].Value, r.valued[i] = v, true })
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
	each(r, &r.day, col("known"), "known", n, parseKnown, dayOfNumber, func(i int, v kanzei.Day) {
		if r.known[i] = v; v == latest {
			r.known[i] = 0
		}
	})
	quantity := func(name string, set func(int, int64)) {
		each(r, &r.money, col(name), name, n, parseQuantity, moneyOfNumber, func(i int, v kanzei.Money) { set(i, int64(v)) })
	}
	quantity("quantity", func(i int, v int64) { e[i].Quantity = v })
	quantity("quantity2", func(i int, v int64) { e[i].Quantity2 = v })
	text := func(name string, set func(int, string)) {
		each(r, &r.text, col(name), name, n, parseText, nil, set)
	}
	text("unit", func(i int, v string) { e[i].Unit = v })
	text("unit2", func(i int, v string) { e[i].Unit2 = v })
	each(r, &r.moment, col("loaded_date"), "loaded_date", n, parseMoment, momentOfNumber, func(i int, v kanzei.Moment) { e[i].Loaded = v })
	each(r, &r.day, col("export_date"), "export_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].Exported = v })
	each(r, &r.number, col("mode"), "mode", n, parseMode, intOfNumber, func(i int, v int64) { e[i].Mode = int(v) })
	text("spi", func(i int, v string) { e[i].SPI = v })
	share := func(name string, to func(*kanzei.Entry) *kanzei.Share) {
		each(r, &r.share, col(name), name, n, parseShare, shareOfNumber, func(i int, v kanzei.Share) { *to(&e[i]) = v })
	}
	share("us_content_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.USContent })
	share("steel_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Steel })
	share("aluminum_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Aluminum })
	share("copper_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.Copper })
	share("metal_weight_pct", func(e *kanzei.Entry) *kanzei.Share { return &e.MetalWeight })
	each(r, &r.country, col("melt_pour_country"), "melt_pour_country", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].MeltPour = v })
	each(r, &r.country, col("smelt_cast_country"), "smelt_cast_country", n, parseOrigin, nil, func(i int, v kanzei.Origin) { e[i].SmeltCast = v })
	text("ftz_status", func(i int, v string) { e[i].FTZStatus = v })
	each(r, &r.day, col("ftz_date"), "ftz_date", n, parseDay, dayOfNumber, func(i int, v kanzei.Day) { e[i].FTZDate = v })
	text("ch98", func(i int, v string) { e[i].Ch98 = v })
	each(r, &r.money, col("assessed_usd"), "assessed_usd", n, parseMoney, moneyOfNumber, func(i int, v kanzei.Money) { e[i].Assessed, e[i].AssessedKnown = v, true })
	each(r, &r.flags, col("flags"), "flags", n, parseFlags, nil, func(i int, v []string) { e[i].Flags = v })
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// A memo remembers the values of a dictionary, or of the texts met.
type memo[T any] struct {
	values []T
	state  []uint8 // of a dictionary: 0 not yet read, 1 read, 2 empty, 3 wrong
	errs   map[int]error
	seen   map[string]T
	direct bool // reading a text is quicker than looking it up
}

// maxSeen bounds the texts remembered.
const maxSeen = 1 << 14

// each sets the value of every cell that is not empty.
func each[T any](r *reading, m *memo[T], c *table.Column, name string, n int, ofText func([]byte) (T, error), ofNumber func(*table.Column, int) (T, error), set func(int, T)) {
	if c == nil {
		return
	}
	if c.Kind != table.String {
		for i := range n {
			if c.IsNull(i) {
				continue
			}
			if ofNumber == nil {
				r.reject(i, name, fmt.Errorf("a text is expected"))
				continue
			}
			v, err := ofNumber(c, i)
			if err != nil {
				r.reject(i, name, err)
				continue
			}
			set(i, v)
		}
		return
	}
	if !c.Dict {
		var last []byte
		var value T
		var fine bool
		for i := range n {
			b := c.Bytes(i)
			if len(b) == 0 {
				continue
			}
			if !fine || !bytes.Equal(b, last) {
				if m.seen == nil {
					m.seen = map[string]T{}
				}
				var v T
				ok := false
				if !m.direct {
					v, ok = m.seen[string(b)]
				}
				if !ok {
					t := bytes.TrimSpace(b)
					if len(t) == 0 {
						continue
					}
					var err error
					if v, err = ofText(t); err != nil {
						r.reject(i, name, err)
						continue
					}
					if !m.direct && len(m.seen) < maxSeen {
						m.seen[string(b)] = v
					}
				}
				last, value, fine = b, v, true
			}
			set(i, value)
		}
		return
	}
	size := c.Text.Len()
	m.values, m.state = resize(m.values, size), resize(m.state, size)
	clear(m.state)
	clear(m.errs)
	for i := range n {
		if c.IsNull(i) {
			continue
		}
		k := c.Codes[i]
		switch m.state[k] {
		case 0:
			t := bytes.TrimSpace(c.Text.At(int(k)))
			if len(t) == 0 {
				m.state[k] = 2
				continue
			}
			v, err := ofText(t)
			if err != nil {
				if m.errs == nil {
					m.errs = map[int]error{}
				}
				m.errs[int(k)] = err
				m.state[k] = 3
				r.reject(i, name, err)
				continue
			}
			m.values[k], m.state[k] = v, 1
			fallthrough
		case 1:
			set(i, m.values[k])
		case 3:
			r.reject(i, name, m.errs[int(k)])
		}
	}
}

// latest stands for everything held, which the zero Day cannot while it means
// that nothing is said.
const latest kanzei.Day = math.MaxInt32

func parseOrigin(b []byte) (kanzei.Origin, error) { return kanzei.ParseOrigin(string(b)) }

func parseText(b []byte) (string, error) { return string(b), nil }

// parseDay reads 2025-04-15, also with a time behind it, and 20250415.
func parseDay(b []byte) (kanzei.Day, error) {
	if len(b) == 8 && bytes.IndexByte(b, '-') < 0 {
		b = []byte(string(b[:4]) + "-" + string(b[4:6]) + "-" + string(b[6:]))
	}
	if len(b) > 10 && (b[10] == ' ' || b[10] == 'T') {
		b = b[:10]
	}
	return kanzei.ParseDay(string(b))
}

func parseKnown(b []byte) (kanzei.Day, error) {
	if string(b) == "latest" {
		return latest, nil
	}
	return parseDay(b)
}

// parseMoment reads a day, which stands for 12:01 a.m., or a day with a time.
func parseMoment(b []byte) (kanzei.Moment, error) {
	s := strings.Replace(string(b), "T", " ", 1)
	if len(s) > 16 {
		s = s[:16]
	}
	if len(s) == 8 {
		d, err := parseDay(b)
		if err != nil {
			return 0, err
		}
		return d.Open(), nil
	}
	return kanzei.ParseMoment(s)
}

func parseMoney(b []byte) (kanzei.Money, error) {
	if m, ok := quickMoney(b); ok {
		return m, nil
	}
	return kanzei.ParseMoney(string(b))
}

// quickMoney reads plain amounts of up to twelve digits and four decimals.
func quickMoney(b []byte) (kanzei.Money, bool) {
	var n int64
	decimals := -1
	if len(b) == 0 || len(b) > 14 || b[0] == '.' || b[len(b)-1] == '.' {
		return 0, false
	}
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			if decimals >= 0 {
				decimals++
			}
		case c == '.' && decimals < 0:
			decimals = 0
		default:
			return 0, false
		}
	}
	for decimals = max(decimals, 0); decimals < 4; decimals++ {
		n *= 10
	}
	return kanzei.Money(n), decimals == 4
}

func parseQuantity(b []byte) (kanzei.Money, error) {
	m, err := parseMoney(b)
	if err != nil {
		return 0, &kanzei.Problem{Msg: fmt.Sprintf("%q is not a quantity", b), Hint: "write it as 12 or 12.5"}
	}
	return m, nil
}

func parseMode(b []byte) (int64, error) {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 || n > 99 {
		return 0, &kanzei.Problem{Msg: fmt.Sprintf("%q is not a Census method of transport", b), Hint: "10, 11 vessel; 20, 21 rail; 30-34 road; 40, 41 air; 50 mail"}
	}
	return int64(n), nil
}

func parseShare(b []byte) (kanzei.Share, error) {
	var s kanzei.Share
	err := s.UnmarshalText(b)
	return s, err
}

func parseFlags(b []byte) ([]string, error) {
	var out []string
	for _, f := range strings.Split(string(b), ";") {
		if f = strings.ToLower(strings.TrimSpace(f)); f != "" {
			out = append(out, f)
		}
	}
	return out, nil
}

func notANumber() error { return &kanzei.Problem{Msg: "is not a number that fits"} }

// fixed returns a cell in units of 10^-decimals.
func fixed(c *table.Column, i, decimals int) (int64, error) {
	pow := func(n int) int64 {
		p := int64(1)
		for range n {
			p *= 10
		}
		return p
	}
	switch c.Kind {
	case table.Float:
		x := c.Floats[i] * float64(pow(decimals))
		if math.IsNaN(x) || math.Abs(x) > 1<<53 {
			return 0, notANumber()
		}
		return int64(math.Round(x)), nil
	case table.Int, table.Decimal:
		scale := 0
		if c.Kind == table.Decimal {
			scale = c.Scale
		}
		x := c.Ints[i]
		if scale > decimals {
			d := pow(scale - decimals)
			if x%d != 0 {
				return 0, &kanzei.Problem{Msg: fmt.Sprintf("has more than %d decimals", decimals)}
			}
			return x / d, nil
		}
		m := pow(decimals - scale)
		if x > math.MaxInt64/m || x < math.MinInt64/m {
			return 0, notANumber()
		}
		return x * m, nil
	}
	return 0, notANumber()
}

func moneyOfNumber(c *table.Column, i int) (kanzei.Money, error) {
	x, err := fixed(c, i, 4)
	return kanzei.Money(x), err
}

func shareOfNumber(c *table.Column, i int) (kanzei.Share, error) {
	x, err := fixed(c, i, 6)
	if err == nil && (x < 0 || x > int64(kanzei.One)) {
		err = &kanzei.Problem{Msg: "is not between 0 and 100 percent"}
	}
	return kanzei.ShareOf(kanzei.Fraction(x)), err
}

func intOfNumber(c *table.Column, i int) (int64, error) {
	x, err := fixed(c, i, 0)
	if err == nil && (x < 0 || x > 99) {
		err = notANumber()
	}
	return x, err
}

// htsOfNumber reads a code kept as a number, which has lost a leading zero when
// its digits are odd in number.
func htsOfNumber(c *table.Column, i int) (kanzei.HTS, error) {
	x, err := fixed(c, i, 0)
	if err != nil || x < 0 {
		return 0, notANumber()
	}
	s := strconv.FormatInt(x, 10)
	if len(s)%2 == 1 {
		s = "0" + s
	}
	return kanzei.ParseHTS(s)
}

func dayOfNumber(c *table.Column, i int) (kanzei.Day, error) {
	var d int64
	switch c.Kind {
	case table.Date:
		d = c.Ints[i]
	case table.Time:
		unit := int64(86400)
		for range c.Scale {
			unit *= 10
		}
		if d = c.Ints[i] / unit; c.Ints[i] < 0 {
			d = -1
		}
	case table.Int: // 20250415
		return parseDay(strconv.AppendInt(nil, c.Ints[i], 10))
	default:
		return 0, &kanzei.Problem{Msg: "is not a date"}
	}
	if d < 366 || d > int64(kanzei.DayOf(2999, 12, 31)) {
		return 0, &kanzei.Problem{Msg: "is not a date of our time"}
	}
	return kanzei.Day(d), nil
}

func momentOfNumber(c *table.Column, i int) (kanzei.Moment, error) {
	d, err := dayOfNumber(c, i)
	if err != nil {
		return 0, err
	}
	if c.Kind == table.Time {
		minute := int64(60)
		for range c.Scale {
			minute *= 10
		}
		return kanzei.Moment(c.Ints[i] / minute), nil
	}
	return d.Open(), nil
}
