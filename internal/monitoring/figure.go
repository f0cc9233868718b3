package monitoring

import (
	"encoding/json"
	"math/big"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Share is an exact share from 0 to 1 that may be absent. In JSON it is a number with at least six
// decimals, or null; it is never 0 in the place of nothing.
type Share struct{ *big.Rat }

// ShareOf is numerator/denominator; absent where the denominator is nought.
func ShareOf(numerator, denominator int64) Share {
	if denominator == 0 {
		return Share{}
	}
	return Share{big.NewRat(numerator, denominator)}
}

// Known tells whether there is a share.
func (s Share) Known() bool { return s.Rat != nil }

// Float gives the share for drawing, nil where there is none.
func (s Share) Float() *float64 {
	if s.Rat == nil {
		return nil
	}
	f, _ := s.Float64()
	return &f
}

// String gives the share with six decimals, rounded half to even; nothing for no share.
func (s Share) String() string {
	if s.Rat == nil {
		return ""
	}
	return s.FloatString(6)
}

// MarshalJSON writes a number with six decimals, or null.
func (s Share) MarshalJSON() ([]byte, error) {
	if s.Rat == nil {
		return []byte("null"), nil
	}
	return []byte(s.FloatString(6)), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Share) UnmarshalJSON(b []byte) error {
	var n *json.Number
	if err := json.Unmarshal(b, &n); err != nil || n == nil {
		s.Rat = nil
		return err
	}
	s.Rat, _ = new(big.Rat).SetString(n.String())
	return nil
}

// Bounds say what is certain and what is possible: Lower counts met, Upper counts every country that
// may at least partly meet it, KnownOnly leaves the unknown ones out and is never shown alone.
type Bounds struct {
	Lower     Share `json:"lower"`
	Upper     Share `json:"upper"`
	KnownOnly Share `json:"knownOnly"`
}

// CountryCounts is how a universe of countries divides. The four counts add up to Total; they are
// nil for a half-credit combination, which has no status of its own.
type CountryCounts struct {
	Met     *int `json:"met"`
	Partly  *int `json:"partly"`
	NotMet  *int `json:"notMet"`
	Unknown *int `json:"unknown"`
	Total   int  `json:"total"`
	Bounds
}

// ChildCounts is the same weighted by children under 18 (or by those of them online). Countries
// without a weight are in no count here; StatesWithoutWeight says how many.
type ChildCounts struct {
	WeightsYear         int    `json:"weightsYear"`
	Met                 *int64 `json:"met"`
	Partly              *int64 `json:"partly"`
	NotMet              *int64 `json:"notMet"`
	Unknown             *int64 `json:"unknown"`
	StatesWithoutWeight int    `json:"statesWithoutWeight"`
	Total               int64  `json:"total"`
	Bounds
}

// GoalNote is the goal a figure is held against. Value nil: to be set.
type GoalNote struct {
	Value    Share              `json:"value"`
	Date     reference.Date     `json:"date"`
	Operator framework.Operator `json:"operator"`
	JudgedOn string             `json:"judgedOn"` // countries or children
}

// EvidenceNote is the age and the concentration of what a figure rests on.
type EvidenceNote struct {
	Newest reference.Date `json:"newest"`
	Oldest reference.Date `json:"oldest"`
	// Sources lists whose word the known statuses rest on, most countries first.
	Sources []SourceWeight `json:"sources"`
	// Alone lists voices on which countries counted as met rest alone, most countries first.
	Alone                []VoiceWeight `json:"alone"`
	ValidatedByCountries int           `json:"validatedByCountries"`
}

// SourceWeight is how much of a figure one source carries.
type SourceWeight struct {
	Code          string `json:"code"`
	Countries     int    `json:"countries"`
	ChildrenShare Share  `json:"childrenShare"`
}

// VoiceWeight is how many countries counted as met have no other voice behind them.
type VoiceWeight struct {
	Variant       string         `json:"variant"`
	Voice         string         `json:"voice"`
	Source        string         `json:"source"`
	Newest        reference.Date `json:"newest"`
	Countries     int            `json:"countries"`
	ChildrenShare Share          `json:"childrenShare"`
}

// Figure is what is known about one way of counting one target. It is computed, never edited, and
// never a bare percentage (CONTRACT.md section 4).
type Figure struct {
	Code      string          `json:"code"`
	Variant   string          `json:"variant"`
	Headline  bool            `json:"headline"`
	Framework string          `json:"framework"`
	Universe  string          `json:"universe"`
	AsOf      *reference.Date `json:"asOf"` // nil: every row counts
	Basis     string          `json:"basis"`
	Countries CountryCounts   `json:"countries"`
	Children  ChildCounts     `json:"children"`
	Goal      GoalNote        `json:"goal"`
	Verdict   string          `json:"verdict"`
	Grade     *string         `json:"grade"`
	Reason    *string         `json:"reason"`
	Pace      Share           `json:"pace"`
	Method    string          `json:"method"`
	// MethodDependent tells that another usual method would give another verdict; Sensitivity lists them.
	MethodDependent bool           `json:"methodDependent"`
	Sensitivity     []MethodNote   `json:"sensitivity"`
	Evidence        EvidenceNote   `json:"evidence"`
	Inputs          string         `json:"inputs"` // sha256 over everything the figure was computed from
	Statuses        []CountryState `json:"-"`      // one per country of the universe, in its order
}

// MethodNote is what one method of the sensitivity strip says.
type MethodNote struct {
	Method  string `json:"method"`
	Value   string `json:"value"` // empty: not applicable
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"`
}

// CountryState is where one country stands in a figure.
type CountryState struct {
	Area   string
	Status framework.Status
}

// Judged gives the bounds that the goal is held against: of children where the target is judged on them, else
// of countries.
func (f *Figure) Judged() Bounds {
	if f.Goal.JudgedOn == "children" {
		return f.Children.Bounds
	}
	return f.Countries.Bounds
}
