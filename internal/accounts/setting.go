package accounts

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"waymark/internal/fault"
)

// Setting is a rule of the service that people agreed on and that may change: each change is a new
// version, approved by a second organisation, and the old ones stay to be read.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Version int64  `json:"version"` // 0: the value the program comes with
	Since   int64  `json:"since"`   // microseconds since 1970, UTC
}

// ReplyDays is how many days a State has to reply before a rating of it can be approved.
const ReplyDays = "reply.days"

// DisclosePeople and DiscloseProceedings are the numbers below which a count of people, and one of cases and
// proceedings, is not shown. Nobody goes below five.
const (
	DisclosePeople      = "disclosure.people"
	DiscloseProceedings = "disclosure.proceedings"
)

// settings are the known ones, with the value the program comes with and the range it may have.
var settings = map[string]struct {
	value       int
	least, most int
}{
	ReplyDays:           {30, 7, 180},
	DisclosePeople:      {10, 5, 1000},
	DiscloseProceedings: {5, 5, 1000},
}

// SettingNames lists the settings there are.
func SettingNames() []string { return slices.Sorted(maps.Keys(settings)) }

// DefaultSetting is a setting as the program comes with it.
func DefaultSetting(name string) (Setting, error) {
	s, ok := settings[name]
	if !ok {
		return Setting{}, fault.Newf(fault.NotFound, "There is no setting %q.", name).WithFix("Use one of " + strings.Join(slices.Sorted(maps.Keys(settings)), ", ") + ".")
	}
	return Setting{Name: name, Value: strconv.Itoa(s.value)}, nil
}

// Check refuses a value outside the setting's range.
func (s *Setting) Check() error {
	known, ok := settings[s.Name]
	if !ok {
		_, err := DefaultSetting(s.Name)
		return err
	}
	if n, err := strconv.Atoi(s.Value); err != nil || n < known.least || n > known.most {
		return fault.Newf(fault.Refused, "The setting %s cannot be %q.", s.Name, s.Value).
			WithFix(fmt.Sprintf("Choose a whole number from %d to %d.", known.least, known.most))
	}
	return nil
}

// days reads a setting that counts days.
func (s *Setting) days() time.Duration {
	n, _ := strconv.Atoi(s.Value) // checked when it was saved
	return time.Duration(n) * 24 * time.Hour
}
