package framework

import (
	"github.com/shopspring/decimal"

	"waymark/internal/reference"
)

// Operator compares a figure with its goal.
type Operator string

// The operators a goal can have.
const (
	AtLeast Operator = ">="
	AtMost  Operator = "<="
)

// Target is the value an element sets. It is never a text: the value is an exact number or open.
type Target struct {
	Code string `json:"code"` // the element's code; a second value of one element has a suffix (T3.2/officials)
	Of   string `json:"of"`   // the element that states it
	Unit string `json:"unit"` // what is counted, e.g. "share of countries"
	// JudgedOn says which figure the goal is held against: "countries" or "children".
	JudgedOn string `json:"judgedOn,omitempty"`
	// Revisions, oldest first; the last one holds. None: the value is still to be set.
	Revisions []TargetRevision `json:"revisions"`
	// OpenCode is the open question this value answers once it is set (OQ-01 …).
	OpenCode string `json:"openCode,omitempty"`
	// Composite names the targets combined, for the impact target.
	Composite []string `json:"composite,omitempty"`
}

// TargetRevision is one decision about a target's value: who set it, when and why. Old ones stay.
type TargetRevision struct {
	Operator Operator `json:"operator"`
	// Value is a share from 0 to 1 for shares, a plain number otherwise; nil: to be set.
	Value    *decimal.Decimal `json:"value"`
	GoalDate reference.Date   `json:"goalDate"` // zero: no date set
	SetBy    string           `json:"setBy"`
	SetOn    reference.Date   `json:"setOn"`
	Reason   string           `json:"reason"`
}

// Goal is the value that holds now, or nil while it is to be set.
func (t *Target) Goal() *TargetRevision {
	if len(t.Revisions) == 0 {
		return nil
	}
	last := &t.Revisions[len(t.Revisions)-1]
	if last.Value == nil {
		return nil
	}
	return last
}
