package accounts

import (
	"time"

	"waymark/internal/fault"
)

// Day is a calendar day as ISO 8601 writes it, 2026-03-01; empty means open. Written so, days compare
// as text.
type Day string

// DayOf is the day of a time in UTC.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

// ParseDay reads a day; empty stays empty.
func ParseDay(s string) (Day, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", fault.Newf(fault.Refused, "The date %q cannot be read.", s).WithFix("Write it as 2026-03-01.")
	}
	return DayOf(t), nil
}

// within tells whether on lies between two days, both included; an empty one is open.
func within(from, to, on Day) bool { return (from == "" || from <= on) && (to == "" || on <= to) }

// before is the day before; of an open one, open.
func (d Day) before() Day {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return DayOf(t.AddDate(0, 0, -1))
}

// end is the moment at which the day is over, in UTC.
func (d Day) end() (time.Time, error) {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return t, fault.Newf(fault.Refused, "The date %q cannot be read.", string(d)).WithFix("Write it as 2026-03-01.")
	}
	return t.AddDate(0, 0, 1), nil
}
