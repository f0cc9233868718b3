package framework

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/reference"
)

// Op says what an edit does.
type Op string

// The edits. Old must always equal what is there when the edit's turn comes, else it is stale.
const (
	OpWords    Op = "words"    // words of an element's text become others; no old words: insertion, no new ones: deletion
	OpSet      Op = "set"      // one field takes another value
	OpAdd      Op = "add"      // a new thing, after another
	OpDelete   Op = "delete"   // a thing goes
	OpMove     Op = "move"     // a thing takes another place in its list (its parent is a field: set)
	OpRenumber Op = "renumber" // elements take other codes, all at once; whatever names them follows
	OpSplit    Op = "split"    // one element becomes several, with the same words
	OpMerge    Op = "merge"    // several elements become one, with the same words
	OpRevise   Op = "revise"   // a target takes another value, operator or date, by somebody's decision
)

// Thing is the list an edit works on.
type Thing string

// The things of a version. What has no list of its own (title, parameters, contradictions …) is a
// field of the version.
const (
	TheVersion   Thing = "version"
	OneElement   Thing = "element"
	OneTarget    Thing = "target"
	OneSheet     Thing = "sheet"
	OneIndicator Thing = "indicator"
	OneVariant   Thing = "variant"
	OneSeries    Thing = "series"
	OneRule      Thing = "rule"
	OneMilestone Thing = "milestone"
	OneMechanism Thing = "mechanism"
)

// Edit is one change from a version to the next. It is data: it can be kept, sent and shown.
type Edit struct {
	Op    Op    `json:"op"`
	Thing Thing `json:"thing,omitempty"` // empty: an element
	// Key is the id of an element (its code is understood as well) and the code of anything else.
	Key   string `json:"key,omitempty"`
	Field string `json:"field,omitempty"` // the JSON name of the field, for set
	// At is where the words begin, in code points of the text; without it the old words must stand
	// in the text exactly once.
	At *int `json:"at,omitempty"`
	// After is the key of the thing before, for add and move; empty: the first place.
	After string `json:"after,omitempty"`
	// Old and New are the values, as JSON: for words two texts, for add the thing, for delete the
	// thing or an element's text, for renumber codes by id, for split and merge parts.
	Old json.RawMessage `json:"old,omitempty"`
	New json.RawMessage `json:"new,omitempty"`

	// Editorial says that a changed text means the same as before; only a person can say that of
	// changed words.
	Editorial bool `json:"editorial,omitempty"`
	// Comparable is a person's word on whether figures before and after compare; nil: by rule.
	Comparable *bool  `json:"comparable,omitempty"`
	Note       string `json:"note,omitempty"`
	// Behind lists the comments and amendments that led to the edit.
	Behind []string `json:"behind,omitempty"`
}

// Part is one piece of a split or a merger.
type Part struct {
	ID   string `json:"id"`
	Code string `json:"code,omitempty"`
	Text string `json:"text"`
}

// GoalValue is what a target asks for, without who decided it.
type GoalValue struct {
	Operator Operator         `json:"operator"`
	Value    *decimal.Decimal `json:"value"`
	GoalDate reference.Date   `json:"goalDate"`
}

// Words makes the edit that puts other words into an element's text; the old words must stand there
// exactly once.
func Words(element, before, after string) Edit {
	return Edit{Op: OpWords, Key: element, Old: raw(before), New: raw(after)}
}

// WordsAt is Words at a place: code points from the start of the text. It is the only way to insert.
func WordsAt(element string, at int, before, after string) Edit {
	e := Words(element, before, after)
	e.At = &at
	return e
}

// Set makes the edit of one field. A field that is not there has the old value nil.
func Set(thing Thing, key, field string, before, after any) Edit {
	return Edit{Op: OpSet, Thing: thing, Key: key, Field: field, Old: raw(before), New: raw(after)}
}

// Revise makes the edit that gives a target another value, operator or date. The revision says who
// decided, when and why.
func Revise(target string, before *TargetRevision, after TargetRevision) Edit {
	var old any
	if before != nil {
		old = GoalValue{before.Operator, before.Value, before.GoalDate}
	}
	return Edit{Op: OpRevise, Thing: OneTarget, Key: target, Old: raw(old), New: raw(after)}
}

// MoveHeadline makes the edits that move the headline of an element to another of its variants.
func MoveHeadline(v *Version, of, to string) ([]Edit, error) {
	next, ok := v.Variant(of, to)
	if !ok {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("%s has no variant %q", of, to), "choose one of the variants of that element")
	}
	if next.Headline {
		return nil, nil
	}
	var edits []Edit
	for _, w := range v.VariantsOf(of) {
		if w.Headline {
			edits = append(edits, Set(OneVariant, w.Code, "headline", true, nil))
		}
	}
	return append(edits, Set(OneVariant, to, "headline", nil, true)), nil
}

// raw makes JSON of a value that can always be written.
func raw(value any) json.RawMessage {
	data, err := marshal(value)
	if err != nil { // only values of this package's own types and texts come here
		return json.RawMessage("null")
	}
	return data
}

// ParseEdits reads a list of edits from JSON, strictly: what it does not know is refused by name.
func ParseEdits(data []byte) ([]Edit, error) {
	var edits []Edit
	if err := strictly(data, &edits); err != nil {
		return nil, err
	}
	return edits, nil
}
