package consultation

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// DraftWords makes the change that puts other words into an element. at is where the old words begin,
// in code points; negative: they stand there once. No old words: the new ones come at the end.
func DraftWords(v *framework.Version, element string, at int, before, after string) (Amendment, error) {
	e, ok := v.Element(element)
	if !ok {
		return Amendment{}, noElement(element)
	}
	text := []rune(e.Text)
	edit := framework.Words(e.ID, before, after)
	switch {
	case at >= 0 && at+len([]rune(before)) <= len(text) && string(text[at:at+len([]rune(before))]) == before:
		edit = framework.WordsAt(e.ID, at, before, after)
	case before == "":
		edit = framework.WordsAt(e.ID, len(text), "", after)
	}
	kind := Substitution
	switch {
	case before == "":
		kind = Insertion
	case after == "":
		kind = Repeal
	}
	return Amendment{Kind: kind, Element: e.Code, Old: before, New: after, Edit: &edit}, nil
}

// DraftGoal makes the change that gives a target another value. percent is what a person wrote: "70",
// "70 %" or "62.5". The date and the operator stay.
func DraftGoal(v *framework.Version, code, percent, by, reason string, on reference.Date) (Amendment, error) {
	t, ok := v.Target(code)
	if !ok {
		return Amendment{}, fault.Newf(fault.Refused, "%s sets no value.", code).WithFix("Choose an element that has a target.").WithKey("error.no_target", map[string]any{"Code": code})
	}
	wrote := strings.NewReplacer("%", "", "٪", "", ",", ".", " ", "", "\u00a0", "").Replace(percent)
	number, err := decimal.NewFromString(wrote)
	if err != nil || number.IsNegative() || number.GreaterThan(decimal.NewFromInt(100)) || number.Exponent() < -6 {
		return Amendment{}, fault.Newf(fault.Refused, "%q is no share from 0 to 100.", percent).WithFix("Write it as 70 or 62.5.").WithKey("error.percent", map[string]any{"Value": percent})
	}
	share := number.Shift(-2)
	r := framework.TargetRevision{Operator: framework.AtLeast, Value: &share, SetBy: by, SetOn: on, Reason: reason}
	var before *framework.TargetRevision
	old := ""
	if n := len(t.Revisions); n > 0 {
		before = &t.Revisions[n-1]
		r.Operator, r.GoalDate = before.Operator, before.GoalDate
		if before.Value != nil {
			old = before.Value.Shift(2).String() + " %"
		}
	}
	edit := framework.Revise(t.Code, before, r)
	return Amendment{Kind: Typed, Element: t.Of, Old: old, New: number.String() + " %", Edit: &edit}, nil
}

// DraftDefinition makes the change of an indicator's definition.
func DraftDefinition(v *framework.Version, code, definition string) (Amendment, error) {
	sheet, ok := v.Sheet(code)
	if !ok {
		return Amendment{}, fault.Newf(fault.Refused, "%s has no reference sheet.", code).WithFix("Choose an indicator that has one.").WithKey("error.no_sheet", map[string]any{"Code": code})
	}
	var old any
	if sheet.Definition != "" {
		old = sheet.Definition
	}
	edit := framework.Set(framework.OneSheet, code, "definition", old, definition)
	return Amendment{Kind: Typed, Element: code, Old: sheet.Definition, New: definition, Edit: &edit}, nil
}

// Structure is what a person adds to a change of the structure that was read from a file, so that it
// can be made: the file shows that a paragraph was split, joined, moved or added, not what that means
// for the codes and what hangs on them.
type Structure struct {
	Begins string // split: the words with which the second part begins
	Code   string // split, new paragraph: the code of the new element
	Other  string // join: the element that joins; move: the one it comes after
}

// Restructure makes the edit of a change of the structure. It is pure but for id, which names new
// elements.
func Restructure(v *framework.Version, a *Amendment, s Structure, id func() string) (*framework.Edit, error) {
	e, ok := v.Element(a.Element)
	if !ok {
		return nil, noElement(a.Element)
	}
	data := func(value any) json.RawMessage {
		b, err := json.Marshal(value)
		if err != nil {
			return json.RawMessage("null") // texts and codes can always be written
		}
		return b
	}
	var edit framework.Edit
	switch {
	case a.After && a.New != "":
		if strings.TrimSpace(s.Code) == "" {
			return nil, needs("the code of the new paragraph")
		}
		edit = framework.Edit{Op: framework.OpAdd, Thing: framework.OneElement, After: e.ID,
			New: data(framework.Element{ID: id(), Code: strings.TrimSpace(s.Code), Kind: e.Kind, Parent: e.Parent, Text: a.New, Phase: e.Phase, Pillars: e.Pillars})}
	case a.Kind == SplitUp:
		at := strings.Index(e.Text, s.Begins)
		if s.Begins == "" || at <= 0 || strings.Count(e.Text, s.Begins) != 1 || strings.TrimSpace(s.Code) == "" {
			return nil, needs("the words with which the second part begins, which stand once in it, and its code")
		}
		edit = framework.Edit{Op: framework.OpSplit, Key: e.ID, Old: data(e.Text), New: data([]framework.Part{
			{ID: id(), Code: e.Code, Text: strings.TrimSpace(e.Text[:at])}, {ID: id(), Code: strings.TrimSpace(s.Code), Text: strings.TrimSpace(e.Text[at:])}})}
	case a.Kind == Join:
		o, ok := v.Element(strings.TrimSpace(s.Other))
		if !ok {
			return nil, needs("the element that joins it")
		}
		edit = framework.Edit{Op: framework.OpMerge, Old: data([]framework.Part{{ID: e.ID, Text: e.Text}, {ID: o.ID, Text: o.Text}}),
			New: data(framework.Part{ID: id(), Code: e.Code, Text: e.Text + " " + o.Text})}
	case a.Kind == MoveElement:
		o, ok := v.Element(strings.TrimSpace(s.Other))
		if !ok {
			return nil, needs("the element it comes after")
		}
		edit = framework.Edit{Op: framework.OpMove, Thing: framework.OneElement, Key: e.ID, After: o.ID}
	default:
		return nil, fault.New(fault.Refused, "This change is no split, join, move or new paragraph.", "Write the change yourself in the answer to it.").WithKey("error.no_structure", nil)
	}
	if _, _, err := framework.Apply(v, []framework.Edit{edit}); err != nil {
		return nil, fmt.Errorf("the change of the structure: %w", err)
	}
	return &edit, nil
}

func needs(what string) error {
	return fault.Newf(fault.Refused, "This change of the structure needs %s.", what).WithFix("Fill it in.").WithKey("error.structure_needs", nil)
}

func noElement(code string) error {
	return fault.Newf(fault.Refused, "There is no element %q in this version.", code).WithFix("Take a code from the text.").WithKey("error.no_element", map[string]any{"Code": code})
}

// NeedsStructure tells whether a person must say what a change means for the structure.
func (a *Amendment) NeedsStructure() bool {
	return a.Edit == nil && a.State == ToConfirm && a.Element != "" && (a.Kind == SplitUp || a.Kind == Join || a.Kind == MoveElement || a.After && a.New != "")
}
