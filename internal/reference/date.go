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

// AddDays moves a day by n days, not beyond the open ends; an open end stays where it is.
func (d Date) AddDays(n int) Date {
	if d == 0 || d.IsOpen() {
		return d
	}
	n = min(max(n, -maxDays), maxDays) // so that no calendar overflows
	t := d.time().AddDate(0, 0, n)
	return within(t)
}

// AddMonths moves a day by n months, not beyond the open ends; a day that the month lacks becomes
// the month's last: one month after 31 January is 28 or 29 February. An open end stays where it is.
func (d Date) AddMonths(n int) Date {
	if d == 0 || d.IsOpen() {
		return d
	}
	n = min(max(n, -maxDays), maxDays) // so that no calendar overflows
	first := time.Date(d.Year(), time.Month(d.Month()+n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return within(first.AddDate(0, 0, min(d.DayOfMonth(), last)-1))
}

// maxDays is more than the days between the open ends.
const maxDays = 10_000 * 366

// within gives the day of t, or the open end that t lies beyond.
func within(t time.Time) Date {
	switch {
	case t.Year() < 1:
		return OpenStart
	case t.Year() > 9999:
		return OpenEnd
	}
	return DateOf(t)
}

func (d Date) time() time.Time {
	return time.Date(d.Year(), time.Month(d.Month()), d.DayOfMonth(), 0, 0, 0, 0, time.UTC)
}

// DateOf gives the day of t in t's own zone.
func DateOf(t time.Time) Date { return Day(t.Year(), int(t.Month()), t.Day()) }

// ParseDate reads 2006-01-02, from year 1 on, and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || t.Year() == 0 {
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

// String gives the shortest exact form: 2020, 2020-Q1, 2020-06, 2020-W07, 2020-06-01, 2015/2020 or
// start/end, with ".." for an open end (ISO 8601-2). ParsePeriod reads it back.
func (p Period) String() string {
	s, e := p.Start, p.End
	switch {
	case s.IsOpen() && e.IsOpen() && s != e:
		return "../.."
	case s == e:
		return s.String()
	case s == OpenStart:
		return "../" + e.String()
	case e == OpenEnd:
		return s.String() + "/.."
	}
	if year, letter, n, ok := p.part(); ok {
		switch letter {
		case 'A':
			return fmt.Sprintf("%04d", year)
		case 'M':
			return fmt.Sprintf("%04d-%02d", year, n)
		case 'W':
			return fmt.Sprintf("%04d-W%02d", year, n)
		}
		return fmt.Sprintf("%04d-%c%d", year, letter, n)
	}
	if months := p.wholeMonths(); months%12 == 0 && s.Month() == 1 && months > 0 {
		return fmt.Sprintf("%04d/%04d", s.Year(), e.Year())
	}
	return s.String() + "/" + e.String()
}

// SDMX gives the shortest form of SDMX that is exact: as String where that is one part of the
// calendar, else start and duration (2015-01-01/P6Y). False for an open end, which SDMX cannot say.
func (p Period) SDMX() (string, bool) {
	if p.Start.IsOpen() || p.End.IsOpen() || p.Start == 0 || p.Start > p.End {
		return "", false
	}
	if s := p.String(); !strings.Contains(s, "/") {
		return s, true
	}
	if n := p.wholeMonths(); n > 0 && n%12 == 0 {
		return fmt.Sprintf("%s/P%dY", p.Start, n/12), true
	} else if n > 0 {
		return fmt.Sprintf("%s/P%dM", p.Start, n), true
	}
	days := (p.End.time().Unix()-p.Start.time().Unix())/86400 + 1 // a Duration would hold 292 years only
	return fmt.Sprintf("%s/P%dD", p.Start, days), true
}

// wholeMonths counts the months of a period that begins with one and ends with one; else 0.
func (p Period) wholeMonths() int {
	next := p.End.AddDays(1)
	if p.Start.DayOfMonth() != 1 || next.DayOfMonth() != 1 {
		return 0
	}
	return next.Months() - p.Start.Months()
}

// part tells which part of which calendar year a period is, if it is one.
func (p Period) part() (year int, letter byte, n int, ok bool) {
	year = p.Start.Year()
	months := p.wholeMonths()
	for _, c := range []struct {
		months int
		letter byte
	}{{12, 'A'}, {6, 'S'}, {4, 'T'}, {3, 'Q'}, {1, 'M'}} {
		if months == c.months && (p.Start.Month()-1)%months == 0 {
			return year, c.letter, (p.Start.Month()-1)/months + 1, true
		}
	}
	if monday := p.Start.time(); monday.Weekday() == time.Monday && p.Start.AddDays(6) == p.End {
		year, week := monday.ISOWeek()
		return year, 'W', week, true
	}
	return 0, 0, 0, false
}

// ParsePeriod reads the forms that lists and partners use: 2015, 2015-06, 2015-M06, 2015M06,
// 2015-Q1, 2015Q1, 2015-S1, 2015-T2, 2015-A1, 2015-W07, 2015-D032, 2015-01-31, a date-time (its day
// as written), 2015/2020, 2015-2020, start/duration (2015-01-01/P5Y), and start/end with ".." for an
// open end (EXCHANGE.md section 9: a range of years is one period). It refuses 201506, which only
// DHIS2 writes and means a month: ParseDHIS2Period.
func ParsePeriod(s string) (Period, error) {
	s = strings.TrimSpace(s)
	a, b, isRange := strings.Cut(s, "/")
	if !isRange {
		return parseOne(s)
	}
	bad := fmt.Errorf("%q is not a period: write a range as start/end, for example 2015/2020 or 2015-01-01/2020-06-30", s)
	start, end := Period{Start: OpenStart}, Period{End: OpenEnd}
	var err error
	if a != ".." {
		if start, err = parseOne(a); err != nil {
			return Period{}, bad
		}
	}
	switch {
	case b == "..":
	case strings.HasPrefix(b, "P"):
		last, ok := addDuration(start.Start, b)
		if !ok || a == ".." {
			return Period{}, bad
		}
		end.End = last
	default:
		if end, err = parseOne(b); err != nil {
			return Period{}, bad
		}
	}
	if start.Start > end.End {
		return Period{}, fmt.Errorf("%q ends before it begins", s)
	}
	return Period{start.Start, end.End}, nil
}

// ParseDHIS2Period reads what ParsePeriod does and a month as DHIS2 writes it: 201506.
func ParseDHIS2Period(s string) (Period, error) {
	if t := strings.TrimSpace(s); len(t) == 6 && digits(t) {
		s = t[:4] + "-" + t[4:]
	}
	return ParsePeriod(s)
}

// addDuration gives the last day of a duration of ISO 8601 in years, months, weeks and days (P5Y,
// P1Y6M, P2W) that begins on a day.
func addDuration(start Date, duration string) (Date, bool) {
	next, rest := start, duration[1:]
	for units := "YMWD"; rest != ""; {
		i := strings.IndexAny(rest, units)
		if i < 1 || i > 7 || !digits(rest[:i]) {
			return 0, false
		}
		n, _ := strconv.Atoi(rest[:i])
		switch rest[i] {
		case 'Y':
			next = next.AddMonths(12 * n)
		case 'M':
			next = next.AddMonths(n)
		case 'W':
			next = next.AddDays(7 * n)
		case 'D':
			next = next.AddDays(n)
		}
		units = units[strings.IndexByte(units, rest[i])+1:] // each unit once, the longest first
		rest = rest[i+1:]
		if units == "" && rest != "" {
			return 0, false
		}
	}
	if next <= start || next == OpenEnd {
		return 0, false
	}
	return next.AddDays(-1), true
}

// parseOne reads a period that is no range of two parts.
func parseOne(s string) (Period, error) {
	bad := func() (Period, error) {
		return Period{}, fmt.Errorf("%q is not a period: write a year (2020), a month (2020-06), a day (2020-06-30) or a range (2015/2020)", s)
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
		d, err := ParseDate(s[:10])
		if err != nil || !isTimeOfDay(s[10:]) {
			return bad()
		}
		return Period{d, d}, nil
	case digits(rest[:1]): // 201506
		return bad()
	}
	return partOfYear(year, strings.TrimPrefix(rest, "-"), bad)
}

// isTimeOfDay tells whether s is what may follow a day: nothing, or T and a time.
func isTimeOfDay(s string) bool {
	if s == "" {
		return true
	}
	for _, layout := range []string{"T15:04", "T15:04Z07:00", "T15:04:05", "T15:04:05Z07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
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
	if !digits(number) || len(number) > 3 {
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
		if sunday := monday.AddDate(0, 0, 6); monday.Year() > 0 && sunday.Year() < 10_000 {
			return Period{DateOf(monday), DateOf(sunday)}, nil
		}
		return bad()
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
