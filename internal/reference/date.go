// Package reference is what the world agrees on: days and periods, countries and areas with their
// names in six languages, and the data files the program ships, each with its source and licence.
package reference

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, never a time, written yyyymmdd as a number so
// that days compare with < and are stored as one integer. The zero Date means "no date".
type Date int32

// The open ends of a period: what holds "since ever" or "until further notice".
const (
	OpenStart Date = 10101    // 0001-01-01
	OpenEnd   Date = 99991231 // 9999-12-31
)

// Day makes a Date; it does not check that the day exists (ParseDate does).
func Day(year, month, day int) Date { return Date(year*10000 + month*100 + day) }

// Year, Month and DayOfMonth take a Date apart.
func (d Date) Year() int       { return int(d) / 10000 }
func (d Date) Month() int      { return int(d) / 100 % 100 }
func (d Date) DayOfMonth() int { return int(d) % 100 }

// IsOpen tells whether d is one of the open ends.
func (d Date) IsOpen() bool { return d == OpenStart || d == OpenEnd }

// String gives the day as 2006-01-02, and nothing for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.DayOfMonth())
}

// Months counts whole months from year 0: the unit in which progress measures time.
func (d Date) Months() int { return d.Year()*12 + d.Month() - 1 }

// AddDays moves a day by n days; an open end stays where it is.
func (d Date) AddDays(n int) Date {
	if d == 0 || d.IsOpen() {
		return d
	}
	t := time.Date(d.Year(), time.Month(d.Month()), d.DayOfMonth()+n, 0, 0, 0, 0, time.UTC)
	return DateOf(t)
}

// DateOf gives the day of t in t's own zone.
func DateOf(t time.Time) Date { return Day(t.Year(), int(t.Month()), t.Day()) }

// ParseDate reads 2006-01-02 and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day written as year-month-day, for example 2020-12-31", s)
	}
	return DateOf(t), nil
}

// MarshalText and UnmarshalText write a day as 2006-01-02 in JSON; no date is the empty text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the mirror of MarshalText.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Period is the days from Start to End, both included; either end may be open.
type Period struct {
	Start Date `json:"start"`
	End   Date `json:"end"`
}

// Always is the period with both ends open.
var Always = Period{OpenStart, OpenEnd}

// Covers tells whether the day lies in the period.
func (p Period) Covers(d Date) bool { return p.Start <= d && d <= p.End }

// Overlaps tells whether two periods share a day.
func (p Period) Overlaps(q Period) bool { return p.Start <= q.End && q.Start <= p.End }

// YearPeriod is the whole of one year.
func YearPeriod(year int) Period { return Period{Day(year, 1, 1), Day(year, 12, 31)} }

// String gives the shortest exact form: 2020, 2020-06, 2020-06-01, 2015/2020 or start/end, with
// ".." for an open end (ISO 8601-2).
func (p Period) String() string {
	s, e := p.Start, p.End
	switch {
	case s == e:
		return s.String()
	case s.IsOpen() && e.IsOpen():
		return "../.."
	case s == OpenStart:
		return "../" + e.String()
	case e == OpenEnd:
		return s.String() + "/.."
	case s.Month() == 1 && s.DayOfMonth() == 1 && e.Month() == 12 && e.DayOfMonth() == 31:
		if s.Year() == e.Year() {
			return strconv.Itoa(s.Year())
		}
		return fmt.Sprintf("%04d/%04d", s.Year(), e.Year())
	case s.DayOfMonth() == 1 && s.Year() == e.Year() && s.Month() == e.Month() && e.AddDays(1).DayOfMonth() == 1:
		return fmt.Sprintf("%04d-%02d", s.Year(), s.Month())
	}
	return s.String() + "/" + e.String()
}

// ParsePeriod reads the forms that lists and partners use: 2015, 2015-06, 2015-M06, 2015M06,
// 2015-Q1, 2015Q1, 2015-S1, 2015-T2, 2015-A1, 2015-W07, 2015-D032, 2015-01-31, a date-time,
// 2015/2020, 2015-2020, and start/end with ".." for an open end (EXCHANGE.md section 9: a range of
// years is one period).
func ParsePeriod(s string) (Period, error) {
	s = strings.TrimSpace(s)
	bad := func() (Period, error) {
		return Period{}, fmt.Errorf("%q is not a period: write a year (2020), a month (2020-06), a day (2020-06-30) or a range (2015/2020)", s)
	}
	if a, b, ok := strings.Cut(s, "/"); ok {
		start, end := Period{Start: OpenStart}, Period{End: OpenEnd}
		var err error
		if a != ".." {
			if start, err = ParsePeriod(a); err != nil {
				return bad()
			}
		}
		if b != ".." {
			if end, err = ParsePeriod(b); err != nil {
				return bad()
			}
		}
		if start.Start > end.End {
			return Period{}, fmt.Errorf("%q ends before it begins", s)
		}
		return Period{start.Start, end.End}, nil
	}
	if len(s) < 4 || !digits(s[:4]) {
		return bad()
	}
	year, _ := strconv.Atoi(s[:4])
	rest := s[4:]
	switch {
	case year == 0:
		return bad()
	case rest == "":
		return YearPeriod(year), nil
	case len(rest) == 5 && rest[0] == '-' && digits(rest[1:]): // 2015-2020
		last, _ := strconv.Atoi(rest[1:])
		if last < year {
			return Period{}, fmt.Errorf("%q ends before it begins", s)
		}
		return Period{Day(year, 1, 1), Day(last, 12, 31)}, nil
	case len(rest) >= 6 && rest[0] == '-' && rest[3] == '-': // a day, perhaps with a time
		if len(rest) > 6 && rest[6] != 'T' {
			return bad()
		}
		d, err := ParseDate(s[:10])
		if err != nil {
			return bad()
		}
		return Period{d, d}, nil
	}
	return partOfYear(year, strings.TrimPrefix(rest, "-"), bad)
}

// partOfYear reads what follows the year: 06, M06, Q1, S1, T2, A1, W07, D032.
func partOfYear(year int, part string, bad func() (Period, error)) (Period, error) {
	months := func(n, each int) (Period, error) {
		if n < 1 || n > 12/each {
			return bad()
		}
		first := (n-1)*each + 1
		start := Day(year, first, 1)
		end := DateOf(time.Date(year, time.Month(first+each), 0, 0, 0, 0, 0, time.UTC))
		return Period{start, end}, nil
	}
	letter, number := byte('M'), part
	if part != "" && (part[0] < '0' || part[0] > '9') {
		letter, number = part[0], part[1:]
	} else if len(part) != 2 {
		return bad()
	}
	if !digits(number) {
		return bad()
	}
	n, _ := strconv.Atoi(number)
	switch letter {
	case 'M':
		return months(n, 1)
	case 'Q':
		return months(n, 3)
	case 'T':
		return months(n, 4)
	case 'S':
		return months(n, 6)
	case 'A':
		return months(n, 12)
	case 'W':
		// ISO 8601: week 1 holds the year's first Thursday, so 4 January is always in it.
		jan4 := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
		monday := jan4.AddDate(0, 0, -int(jan4.Weekday()+6)%7+(n-1)*7)
		if y, w := monday.ISOWeek(); y != year || w != n {
			return bad()
		}
		return Period{DateOf(monday), DateOf(monday.AddDate(0, 0, 6))}, nil
	case 'D':
		d := time.Date(year, 1, n, 0, 0, 0, 0, time.UTC)
		if n < 1 || d.Year() != year {
			return bad()
		}
		return Period{DateOf(d), DateOf(d)}, nil
	}
	return bad()
}

func digits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
