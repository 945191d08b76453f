package kanzei

import (
	"fmt"
	"time"
)

// A Day is a civil date in US Eastern time, counted from 1970-01-01.
// The zero Day means "no day"; 1970-01-01 itself is not representable, which
// costs nothing since coverage begins in 2018.
type Day int32

// A Moment is a minute of US Eastern wall-clock time, counted from
// 1970-01-01 00:00. Tariff law states its cut-offs as Eastern wall-clock
// moments ("12:01 a.m. eastern daylight time"), so no zone is stored.
// The zero Moment means "unbounded".
type Moment int32

const minutesPerDay = 24 * 60

// Forever is later than every moment the law names.
const Forever Moment = 1<<31 - 1

// DayOf returns the day with the given civil date.
func DayOf(year, month, day int) Day {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return Day(t.Unix() / 86400)
}

// DayFromTime returns the US Eastern civil date of t.
func DayFromTime(t time.Time) Day {
	if loc, err := time.LoadLocation("America/New_York"); err == nil {
		t = t.In(loc)
	} else {
		t = t.UTC().Add(-5 * time.Hour)
	}
	y, m, d := t.Date()
	return DayOf(y, int(m), d)
}

// The years read: no date among them is the zero Day or Moment, and all their
// moments fit.
const firstYear, lastYear = 1971, 2999

// ParseDay reads a date written 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return 0, &Problem{Code: "date.syntax", Msg: fmt.Sprintf("%q is not a date", s), Hint: "write it as 2025-04-15"}
	}
	return Day(t.Unix() / 86400), nil
}

func (d Day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Date returns the civil date.
func (d Day) Date() (year, month, day int) {
	y, m, dd := d.time().Date()
	return y, int(m), dd
}

// String returns the date as 2006-01-02, or "" for the zero Day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.time().Format(time.DateOnly)
}

// Format formats the day with a layout of package time.
func (d Day) Format(layout string) string { return d.time().Format(layout) }

// At returns the moment at the given hour and minute of the day.
func (d Day) At(hour, minute int) Moment {
	return Moment(int32(d)*minutesPerDay + int32(hour*60+minute))
}

// Open returns 12:01 a.m. of the day, the moment at which measures take effect
// and at which the law "on" a day is read.
func (d Day) Open() Moment { return d.At(0, 1) }

// IsZero reports whether d is "no day".
func (d Day) IsZero() bool { return d == 0 }

// MarshalText and UnmarshalText use the form 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form 2006-01-02; the empty text is the zero Day.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// ParseMoment reads "2006-01-02 15:04" or a bare date, which means 12:01 a.m.
// of that day, the usual moment of effect.
func ParseMoment(s string) (Moment, error) {
	if len(s) == len(time.DateOnly) {
		d, err := ParseDay(s)
		if err != nil {
			return 0, err
		}
		return d.Open(), nil
	}
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return 0, &Problem{Code: "date.syntax", Msg: fmt.Sprintf("%q is not a moment", s), Hint: `write it as "2025-04-05 00:01" (US Eastern)`}
	}
	return Moment(t.Unix() / 60), nil
}

// Day returns the civil date of m.
func (m Moment) Day() Day {
	if m == Forever {
		return 1<<31/minutesPerDay - 1
	}
	return Day(m / minutesPerDay)
}

// String returns m as "2006-01-02 15:04", "" when unbounded below, and
// "forever" when unbounded above.
func (m Moment) String() string {
	switch m {
	case 0:
		return ""
	case Forever:
		return "forever"
	}
	return time.Unix(int64(m)*60, 0).UTC().Format("2006-01-02 15:04")
}

// MarshalText uses the form of String.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *Moment) UnmarshalText(b []byte) error {
	switch string(b) {
	case "":
		*m = 0
		return nil
	case "forever":
		*m = Forever
		return nil
	}
	v, err := ParseMoment(string(b))
	if err == nil {
		*m = v
	}
	return err
}
