package consultation

import (
	"time"

	"waymark/internal/reference"
)

// Location is the round's zone: in it, days and local times without a zone are meant. UTC where the
// round names none, or one that is not known here.
func (r *Round) Location() *time.Location {
	if r.Zone == "" {
		return time.UTC
	}
	where, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return where
}

// Day is the day of a moment (microseconds since 1970) where the round is held.
func (r *Round) Day(micro int64) reference.Date {
	return reference.DateOf(time.UnixMicro(micro).In(r.Location()))
}

// days counts the days from one moment to a later one by the round's calendar.
func (r *Round) days(from, to int64) int64 {
	day := func(micro int64) time.Time {
		y, m, d := time.UnixMicro(micro).In(r.Location()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int64(day(to).Sub(day(from)) / (24 * time.Hour))
}

// wordDates writes a moment as Word's two dates: local time in the round's zone, which Word keeps
// without one, and UTC. Both are empty where the moment is not known.
func (r *Round) wordDates(micro int64) (local, utc string) {
	if micro <= 0 {
		return "", ""
	}
	const layout = "2006-01-02T15:04:05Z"
	t := time.UnixMicro(micro)
	return t.In(r.Location()).Format(layout), t.UTC().Format(layout)
}
