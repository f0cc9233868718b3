// Package framework is a results framework as a living document: one tree of numbered elements from
// the impact down to the outputs, in versions that never change once adopted, with its targets,
// indicator reference sheets and the rules that say when a country meets a target.
//
// Everything in it is data: the 2015 child online protection framework is shipped as one JSON
// document, and another framework can be loaded beside it (Load).
package framework

import (
	"fmt"
	"strconv"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/reference"
)

// State says where a version stands and who acts next.
type State string

// The states of a version, in order.
const (
	Draft        State = "draft"        // the secretariat writes
	Consultation State = "consultation" // partners comment
	Adopted      State = "adopted"      // nobody: it never changes again
	Superseded   State = "superseded"   // nobody: a later version holds, this one stays readable
)

// Version is one whole state of a framework. It is a value: Apply makes the next one, nothing
// changes an adopted one. It is stored and hashed as one document.
type Version struct {
	Framework string           `json:"framework"` // "cop-2015"
	Number    int              `json:"number"`    // 1, 2, 3 …
	Title     string           `json:"title"`
	Language  string           `json:"language"` // of the official text
	State     State            `json:"state"`
	Valid     reference.Period `json:"valid"`
	Origin    string           `json:"origin"` // where the text comes from, for the reader
	// Universe is the code of the set of countries figures are counted over (reference.Universe).
	Universe string `json:"universe"`
	// WeightsYear is the year of the child population used when no date is asked for.
	WeightsYear int `json:"weightsYear"`

	Elements    []Element       `json:"elements"` // in document order
	Targets     []Target        `json:"targets"`
	Sheets      []Sheet         `json:"sheets"`     // one per measurable statement
	Indicators  []Indicator     `json:"indicators"` // what criteria ask about a country
	Variants    []Variant       `json:"variants"`   // the ways a target can be counted
	Series      []Series        `json:"series,omitempty"`
	Rules       []SelectionRule `json:"rules"`
	Milestones  []Milestone     `json:"milestones"`
	Mechanisms  []Mechanism     `json:"mechanisms"`
	Contradicts []Contradiction `json:"contradictions"`
	Judgements  []Judgement     `json:"judgements,omitempty"`
	Parameters  Parameters      `json:"parameters"`
	// Retired lists the ids of elements that earlier versions had and this one has not: they are
	// never given to another element.
	Retired []string `json:"retired,omitempty"`
}

// ID is how the outside names a version: "cop-2015@1".
func (v *Version) ID() string { return v.Framework + "@" + strconv.Itoa(v.Number) }

// ParseID takes "cop-2015@1" apart; a bare number means that version of the default framework.
func ParseID(id, defaultFramework string) (framework string, number int, err error) {
	name, num, ok := strings.Cut(id, "@")
	if !ok {
		if n, err := strconv.Atoi(id); err == nil && n > 0 {
			return defaultFramework, n, nil
		}
		return id, 0, nil // the newest version of that framework
	}
	number, err = strconv.Atoi(num)
	if err != nil || number < 1 || name == "" {
		return "", 0, fault.New(fault.Refused, fmt.Sprintf("%q is not a version", id), "write name@number, for example cop-2015@1")
	}
	return name, number, nil
}

// Parameters are the judgements of the method, kept with the version so that a steering group can
// overrule them by a new version (DOMAIN.md: "by our judgement").
type Parameters struct {
	// MatchedPanelMinimum is the share of the universe that must be known at both dates before a
	// change of a share is judged.
	MatchedPanelMinimum string `json:"matchedPanelMinimum"` // exact decimal, "0.70"
	// SurveyMarkedAfterMonths and SurveyUnknownAfterMonths: how long a survey or count is carried.
	SurveyMarkedAfterMonths  int `json:"surveyMarkedAfterMonths"`
	SurveyUnknownAfterMonths int `json:"surveyUnknownAfterMonths"`
	// MechanismStaleMonths: a reporting mechanism checked longer ago than this is marked.
	MechanismStaleMonths int `json:"mechanismStaleMonths"`
}

// SelectionRule names, for what it covers, which of several sources for one value is published;
// the others are always shown beside it.
type SelectionRule struct {
	Code       string   `json:"code"`
	Indicators []string `json:"indicators,omitempty"` // empty: every indicator without a rule of its own
	// Order lists source kinds, the winner first; then the latest period wins, then the latest record.
	Order []string `json:"order"`
	Note  string   `json:"note"`
}

// Milestone is a step of the document's own process, with the days it can be placed on.
type Milestone struct {
	Element string           `json:"element"` // PRC-1 …
	Period  reference.Period `json:"period"`
	Title   string           `json:"title"`
	Kind    string           `json:"kind"` // closed roundtable, bilateral, council group, roundtable, open consultation, finalization, launch
}

// Mechanism is somebody else's existing monitoring that measures an element today.
type Mechanism struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	Note  string `json:"note,omitempty"`
}

// Contradiction is a place where the adopted words disagree with each other. It is shown beside the
// words and never repaired.
type Contradiction struct {
	Elements []string `json:"elements"`
	Note     string   `json:"note"`
}

// Judgement says where this version holds somebody's reading instead of the document's own words.
type Judgement struct {
	Subject string `json:"subject"` // pillars, phase, feeds …
	Text    string `json:"text"`
}

// Element finds an element by its code.
func (v *Version) Element(code string) (*Element, bool) {
	for i := range v.Elements {
		if v.Elements[i].Code == code {
			return &v.Elements[i], true
		}
	}
	return nil, false
}

// Target finds the value attached to an element.
func (v *Version) Target(code string) (*Target, bool) {
	for i := range v.Targets {
		if v.Targets[i].Code == code {
			return &v.Targets[i], true
		}
	}
	return nil, false
}

// Sheet finds a reference sheet by the code of its measurable statement.
func (v *Version) Sheet(code string) (*Sheet, bool) {
	for i := range v.Sheets {
		if v.Sheets[i].Code == code {
			return &v.Sheets[i], true
		}
	}
	return nil, false
}

// Variant finds a variant by its code within the element it counts; variant codes are unique there.
func (v *Version) Variant(of, code string) (*Variant, bool) {
	for i := range v.Variants {
		if v.Variants[i].Code == code && (of == "" || v.Variants[i].Of == of) {
			return &v.Variants[i], true
		}
	}
	return nil, false
}

// VariantsOf lists the variants of an element, the headline first.
func (v *Version) VariantsOf(of string) []*Variant {
	var head, rest []*Variant
	for i := range v.Variants {
		switch w := &v.Variants[i]; {
		case w.Of != of:
		case w.Headline:
			head = append(head, w)
		default:
			rest = append(rest, w)
		}
	}
	return append(head, rest...)
}

// Children lists the elements directly below one, in document order.
func (v *Version) Children(code string) []*Element {
	var out []*Element
	for i := range v.Elements {
		if v.Elements[i].Parent == code {
			out = append(out, &v.Elements[i])
		}
	}
	return out
}
