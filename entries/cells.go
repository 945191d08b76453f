package entries

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/table"
)

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
	n, err := kanzei.ParseMode(string(b))
	return int64(n), err
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
		m := pow(decimals - scale) // 1e6 at most, so that small numbers fit
		if (x > 1e9 || x < -1e9) && (x > math.MaxInt64/m || x < math.MinInt64/m) {
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
	if d < 366 || d > lastDay {
		return 0, &kanzei.Problem{Msg: "is not a date of our time"}
	}
	return kanzei.Day(d), nil
}

var lastDay = int64(kanzei.DayOf(2999, 12, 31))

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
