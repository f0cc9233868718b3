// Package monitoring is what is known about each country, from whom, and what it adds up to:
// sources, the observations they supply, and the figures computed from them, always with bounds
// for what is not known. Missing is never zero and unknown is never "no".
package monitoring

import (
	"github.com/shopspring/decimal"

	"waymark/internal/reference"
)

// Answer is a yes/no answer. The empty Answer means the observation answers with a number or has
// no answer at all (see Status).
type Answer string

// The answers. Unknown is not among them: it is an observation without an answer.
const (
	AnswerYes    Answer = "yes"
	AnswerPartly Answer = "partly"
	AnswerNo     Answer = "no"
)

// Status is SDMX OBS_STATUS, as a code of its cross-domain list (CL_OBS_STATUS 2.2).
type Status string

// The statuses in use. A missing row (asked, no answer) differs from no row (not asked).
const (
	Normal        Status = "A"
	Estimated     Status = "E"
	Forecast      Status = "F"
	Provisional   Status = "P"
	Break         Status = "B"
	Missing       Status = "O" // asked, no answer
	NotApplicable Status = "M" // cannot exist
	NotCollected  Status = "L" // exists, not collected
	Suppressed    Status = "Q"
)

// HasNoValue tells whether the status says that there is no value.
func (s Status) HasNoValue() bool {
	return s == Missing || s == NotApplicable || s == NotCollected || s == Suppressed
}

// Confidentiality is SDMX CONF_STATUS.
type Confidentiality string

// Free is published; AggregateOnly enters sums and is not shown alone; NotPublished stays inside.
const (
	Free          Confidentiality = "F"
	AggregateOnly Confidentiality = "C"
	NotPublished  Confidentiality = "N"
)

// Nature says how a value came about (UN Statistics Division).
type Nature string

// The natures.
const (
	CountryData      Nature = "C"
	CountryAdjusted  Nature = "CA"
	EstimatedNature  Nature = "E"
	Modelled         Nature = "M"
	GlobalMonitoring Nature = "G"
)

func (n Nature) isKnown() bool {
	switch n {
	case CountryData, CountryAdjusted, EstimatedNature, Modelled, GlobalMonitoring:
		return true
	}
	return false
}

// Key is what makes an observation one: the same source says one thing about one indicator of one
// area, period and breakdown. Sex, Age and Item are empty for the total.
type Key struct {
	Indicator string           `json:"indicator"`
	Area      string           `json:"area"` // ISO 3166-1 alpha-3, or a three-digit M49 code of a region or the world
	Period    reference.Period `json:"period"`
	Sex       string           `json:"sex,omitempty"`  // SDMX CL_SEX: F, M
	Age       string           `json:"age,omitempty"`  // SDMX age pattern: Y0T17
	Item      string           `json:"item,omitempty"` // which of several in one area: a hotline, a network's measure
	Source    string           `json:"source"`
}

// Observation is one statement by one source. Its Period is world time: when it held. RecordedAt is
// when Waymark learnt it.
type Observation struct {
	Key
	Answer Answer `json:"answer,omitempty"`
	// Value is exact; nil when there is none, never 0 in its place.
	Value       *decimal.Decimal `json:"value"`
	Numerator   *decimal.Decimal `json:"numerator,omitempty"`
	Denominator *decimal.Decimal `json:"denominator,omitempty"`
	Status      Status           `json:"status"`
	Conf        Confidentiality  `json:"confidentiality"`
	Nature      Nature           `json:"nature"`
	// ProvenOn is the day of the list or document that shows it; zero: undated.
	ProvenOn reference.Date `json:"provenOn"`
	Note     string         `json:"note,omitempty"`     // the source's own words, where they add to the value
	Citation string         `json:"citation,omitempty"` // where in which document it was read

	Batch      string `json:"batch,omitempty"`
	RecordedAt int64  `json:"recordedAt,omitempty"` // microseconds since 1970, UTC
	RowVersion int    `json:"rowVersion,omitempty"` // 1 for the first statement of a key
}

// Same tells whether two observations of one key say the same, so that nothing need be stored.
func (o *Observation) Same(p *Observation) bool {
	return o.Answer == p.Answer && o.Status == p.Status && o.Conf == p.Conf && o.Nature == p.Nature &&
		o.ProvenOn == p.ProvenOn && o.Note == p.Note && o.Citation == p.Citation &&
		sameDecimal(o.Value, p.Value) && sameDecimal(o.Numerator, p.Numerator) && sameDecimal(o.Denominator, p.Denominator)
}

func sameDecimal(a, b *decimal.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// IsKnown tells whether the status is one of the list in use.
func (s Status) IsKnown() bool {
	switch s {
	case Normal, Estimated, Forecast, Provisional, Break:
		return true
	}
	return s.HasNoValue()
}

// Says is the answer or the value as text, and the status where there is neither.
func (o *Observation) Says() string {
	switch {
	case o.Value != nil:
		return o.Value.String()
	case o.Answer != "":
		return string(o.Answer)
	}
	return "no answer (" + string(o.Status) + ")"
}
