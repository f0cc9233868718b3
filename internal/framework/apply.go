package framework

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
	"waymark/internal/reference"
)

// Apply makes the next version by edits, in their order, and tells what became of every element. It
// changes nothing of v: from an adopted version it drafts the one with the next number, from a draft
// it makes the draft as it then stands. All edits hold or none: an edit whose old value is not what
// stands there is stale, and a result that is not whole (Validate) is refused.
func Apply(v *Version, edits []Edit) (*Version, *Crosswalk, error) {
	next, err := v.Clone()
	if err != nil {
		return nil, nil, err
	}
	if v.State == Adopted || v.State == Superseded {
		next.Number++
		next.State = Draft
		next.Valid = reference.Period{}
	}
	about := make([][]string, len(edits))
	for i, e := range edits {
		about[i] = e.touches(next)
		if err := next.apply(e); err != nil {
			return nil, nil, inEdit(i, e, err)
		}
	}
	if err := Validate(next); err != nil {
		return nil, nil, err
	}
	cross := Cross(v, next)
	cross.judge(v, next, edits, about)
	return next, cross, nil
}

// Succeed drafts the version after an adopted one: the same words, goals and open values, which stay
// open until somebody sets them.
func Succeed(v *Version) (*Version, error) {
	if v.State != Adopted {
		return nil, fault.New(fault.Refused, fmt.Sprintf("%s is not adopted (%s), so nothing succeeds it yet", v.ID(), v.State), "go on with that version")
	}
	next, _, err := Apply(v, nil)
	return next, err
}

// Adopt makes a draft the version in force from a day on, and ends the one before it the day before.
// A sheet whose meaning changed against the version before gets the next version number. Both come
// back as new values; before is nil for a first version.
func Adopt(before, draft *Version, on reference.Date) (ended, adopted *Version, err error) {
	if draft.State != Draft && draft.State != Consultation {
		return nil, nil, fault.New(fault.Conflict, fmt.Sprintf("%s is %s and cannot be adopted again", draft.ID(), draft.State), "draft its successor")
	}
	if adopted, err = draft.Clone(); err != nil {
		return nil, nil, err
	}
	adopted.State = Adopted
	adopted.Valid = reference.Period{Start: on, End: reference.OpenEnd}
	if before != nil {
		if before.Framework != draft.Framework || before.Number >= draft.Number || before.State != Adopted {
			return nil, nil, fault.New(fault.Conflict, fmt.Sprintf("%s does not follow %s", draft.ID(), before.ID()), "adopt the versions in their order")
		}
		if on <= before.Valid.Start {
			return nil, nil, fault.New(fault.Refused, fmt.Sprintf("%s holds from %s, so %s cannot hold from %s", before.ID(), before.Valid.Start, draft.ID(), on), "name a later day")
		}
		for i := range adopted.Sheets {
			s := &adopted.Sheets[i]
			if old, ok := before.Sheet(s.Code); ok && !s.sameMeaning(old) {
				s.Version = max(s.Version, old.Version+1)
			}
		}
		if ended, err = before.Clone(); err != nil {
			return nil, nil, err
		}
		ended.State = Superseded
		ended.Valid.End = on.AddDays(-1)
	}
	return ended, adopted, Validate(adopted)
}

// inEdit names the edit an error comes from and keeps its kind.
func inEdit(i int, e Edit, err error) error {
	place := fmt.Sprintf("edit %d (%s %s)", i+1, e.Op, strings.TrimSpace(string(e.Thing)+" "+e.Key))
	var f *fault.Error
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", place, err)
	}
	named := *f
	named.Text = place + ": " + f.Text
	return &named
}

func stale(what, was, is string) error {
	return fault.New(fault.Stale, fmt.Sprintf("%s was %s and is now %s", what, short(was), short(is)), "look at what stands there now and make the change again")
}

func staleWords(e *Element, words, place string) error {
	return fault.New(fault.Stale, fmt.Sprintf("%s does not hold %q%s; it reads %q", e.Code, short(words), place, short(e.Text)), "look at what stands there now and make the change again")
}

func short(s string) string {
	if s == "" {
		return "nothing"
	}
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}

// apply does one edit in place. v is a copy nobody else has seen.
func (v *Version) apply(e Edit) error {
	if e.Thing == "" {
		e.Thing = OneElement
	}
	if e.Thing == OneElement {
		e.Key, e.After = v.elementID(e.Key), v.elementID(e.After)
	}
	switch e.Op {
	case OpWords:
		return v.applyWords(e)
	case OpSet:
		return v.applySet(e)
	case OpAdd:
		return v.applyAdd(e)
	case OpDelete:
		return v.applyDelete(e)
	case OpMove:
		return v.applyMove(e)
	case OpRenumber:
		return v.applyRenumber(e)
	case OpSplit:
		return v.applySplit(e)
	case OpMerge:
		return v.applyMerge(e)
	case OpRevise:
		return v.applyRevise(e)
	}
	return fault.New(fault.Refused, fmt.Sprintf("%q is no kind of edit", e.Op), "use words, set, add, delete, move, renumber, split, merge or revise")
}

// elementID gives the id of an element named by id or by code.
func (v *Version) elementID(key string) string {
	if _, ok := v.byID(key); ok {
		return key
	}
	if e, ok := v.Element(key); ok {
		return e.ID
	}
	return key
}

// byID finds an element by its id.
func (v *Version) byID(id string) (*Element, bool) {
	for i := range v.Elements {
		if v.Elements[i].ID == id {
			return &v.Elements[i], true
		}
	}
	return nil, false
}

func missing(thing Thing, key string) error {
	return fault.New(fault.Stale, fmt.Sprintf("there is no %s %q", thing, key), "read the version again: it may have been deleted or renumbered")
}

func (v *Version) applyWords(e Edit) error {
	element, ok := v.byID(e.Key)
	if !ok || e.Thing != OneElement {
		return missing(e.Thing, e.Key)
	}
	before, err := text(e.Old)
	if err != nil {
		return err
	}
	after, err := text(e.New)
	if err != nil {
		return err
	}
	if before == after {
		return fault.New(fault.Refused, "the words stay the same", "leave the edit out")
	}
	if e.At == nil {
		switch n := strings.Count(element.Text, before); {
		case before == "":
			return fault.New(fault.Refused, "it does not say where to insert", "give the place (at), in characters from the start")
		case n == 0:
			return staleWords(element, before, "")
		case n > 1:
			return fault.New(fault.Refused, fmt.Sprintf("the words %q stand %d times in %s", short(before), n, element.Code), "give the place (at), in characters from the start")
		}
		element.setText(strings.Replace(element.Text, before, after, 1))
		return nil
	}
	points, old := []rune(element.Text), []rune(before)
	at := *e.At
	if at < 0 || at > len(points) || len(points)-at < len(old) || string(points[at:at+len(old)]) != before {
		return staleWords(element, before, fmt.Sprintf(" at %d", at))
	}
	element.setText(string(points[:at]) + after + string(points[at+len(old):]))
	return nil
}

// setText gives an element other words, in the composed form (NFC) in which places are counted;
// translations of the old ones are marked.
func (e *Element) setText(words string) {
	words = norm.NFC.String(words)
	if e.Text == words {
		return
	}
	e.Text = words
	for language, t := range e.Translations {
		t.Outdated = true
		e.Translations[language] = t
	}
}

func text(value json.RawMessage) (string, error) {
	var s string
	if len(value) == 0 {
		return "", nil
	}
	return s, strictly(value, &s)
}

func (v *Version) applySet(e Edit) error {
	if instead, ok := fixed[e.Thing][e.Field]; ok {
		return fault.New(fault.Refused, fmt.Sprintf("the field %s of a %s cannot be set", e.Field, e.Thing), instead)
	}
	var data json.RawMessage
	var err error
	l, isList := v.list(e.Thing)
	switch {
	case e.Thing == TheVersion:
		if data, err = marshal(v.head()); err != nil {
			return err
		}
	case !isList:
		return fault.New(fault.Refused, fmt.Sprintf("%q is nothing a version has", e.Thing), "name an element, a target, a sheet or another thing of the version")
	default:
		var ok bool
		if data, ok = l.get(e.Key); !ok {
			return missing(e.Thing, e.Key)
		}
	}
	object, err := fields(data)
	if err != nil {
		return err
	}
	if !sameJSON(object[e.Field], e.Old) {
		return stale(fmt.Sprintf("the %s of %s %s", e.Field, e.Thing, e.Key), string(e.Old), string(object[e.Field]))
	}
	if sameJSON(e.Old, e.New) {
		return fault.New(fault.Refused, fmt.Sprintf("the field %q stays the same or is not known", e.Field), "leave the edit out")
	}
	if string(e.New) == "null" || len(e.New) == 0 {
		delete(object, e.Field)
	} else {
		object[e.Field] = e.New
	}
	if e.Thing == OneElement && e.Field == "text" {
		words, err := text(e.New)
		if err != nil {
			return err
		}
		element, _ := v.byID(e.Key)
		element.setText(words)
		return nil
	}
	if data, err = marshal(object); err != nil {
		return err
	}
	if e.Thing != TheVersion {
		return l.put(e.Key, data)
	}
	var head Version
	if err := strictly(data, &head); err != nil {
		return err
	}
	for _, id := range v.Retired {
		if !slices.Contains(head.Retired, id) {
			return fault.New(fault.Refused, fmt.Sprintf("the id %s is retired and stays so", id), "give a new element a new id")
		}
	}
	v.setHead(&head)
	return nil
}

func (v *Version) applyAdd(e Edit) error {
	l, ok := v.list(e.Thing)
	if !ok {
		return fault.New(fault.Refused, fmt.Sprintf("a %s cannot be added", e.Thing), "set the field that holds it")
	}
	at := 0
	if e.After != "" {
		if at = slices.Index(l.keys(), e.After) + 1; at == 0 {
			return missing(e.Thing, e.After)
		}
	}
	key, err := l.insert(at, e.New)
	if err != nil {
		return err
	}
	if n := count(l.keys(), key); n > 1 {
		return fault.New(fault.Conflict, fmt.Sprintf("there is a %s %q already", e.Thing, key), "give the new one another name")
	}
	if e.Thing == OneElement && slices.Contains(v.Retired, key) {
		return fault.New(fault.Conflict, fmt.Sprintf("the id %s belonged to an element that is gone", key), "give the new element a new id")
	}
	return nil
}

func count(list []string, s string) (n int) {
	for _, t := range list {
		if t == s {
			n++
		}
	}
	return n
}

func (v *Version) applyDelete(e Edit) error {
	l, ok := v.list(e.Thing)
	if !ok {
		return fault.New(fault.Refused, fmt.Sprintf("a %s cannot be deleted", e.Thing), "set the field that holds it")
	}
	data, ok := l.get(e.Key)
	if !ok {
		return missing(e.Thing, e.Key)
	}
	is := data
	if element, found := v.byID(e.Key); found && e.Thing == OneElement && strings.HasPrefix(string(e.Old), `"`) {
		is = raw(element.Text)
	}
	if !sameJSON(is, e.Old) {
		return stale(fmt.Sprintf("%s %s", e.Thing, e.Key), string(e.Old), string(is))
	}
	l.remove(slices.Index(l.keys(), e.Key))
	if e.Thing == OneElement {
		v.retire(e.Key)
	}
	return nil
}

func (v *Version) retire(id string) {
	if at, found := slices.BinarySearch(v.Retired, id); !found {
		v.Retired = slices.Insert(v.Retired, at, id)
	}
}

func (v *Version) applyMove(e Edit) error {
	l, ok := v.list(e.Thing)
	if !ok {
		return fault.New(fault.Refused, fmt.Sprintf("a %s cannot be moved", e.Thing), "set the field that holds it")
	}
	keys := l.keys()
	from, after := slices.Index(keys, e.Key), slices.Index(keys, e.After)
	switch {
	case from < 0:
		return missing(e.Thing, e.Key)
	case e.After != "" && after < 0:
		return missing(e.Thing, e.After)
	case from == after || from == after+1:
		return fault.New(fault.Refused, fmt.Sprintf("%s %s stands there already", e.Thing, e.Key), "leave the edit out")
	case from > after:
		after++
	}
	l.move(from, after)
	return nil
}

func (v *Version) applyRevise(e Edit) error {
	target, ok := v.Target(e.Key)
	if !ok {
		return missing(OneTarget, e.Key)
	}
	var was *GoalValue
	if len(e.Old) > 0 && string(e.Old) != "null" {
		was = &GoalValue{}
		if err := strictly(e.Old, was); err != nil {
			return err
		}
	}
	var is *GoalValue
	if n := len(target.Revisions); n > 0 {
		last := target.Revisions[n-1]
		is = &GoalValue{last.Operator, last.Value, last.GoalDate}
	}
	if !was.same(is) {
		return stale("the goal of "+e.Key, was.String(), is.String())
	}
	var r TargetRevision
	if err := strictly(e.New, &r); err != nil {
		return err
	}
	if r.SetBy == "" || r.Reason == "" || r.SetOn == 0 {
		return fault.New(fault.Refused, fmt.Sprintf("the new goal of %s does not say who set it, when and why", e.Key), "fill in setBy, setOn and reason")
	}
	target.Revisions = append(target.Revisions, r)
	return nil
}

// same tells whether two goals ask for the same; nil is one that was never set.
func (g *GoalValue) same(h *GoalValue) bool {
	if g == nil || h == nil {
		return g == h
	}
	value := g.Value == h.Value
	if g.Value != nil && h.Value != nil {
		value = g.Value.Equal(*h.Value)
	}
	return value && g.Operator == h.Operator && g.GoalDate == h.GoalDate
}

// String says the goal in short, for messages.
func (g *GoalValue) String() string {
	if g == nil || g.Value == nil {
		return "still to be set"
	}
	s := string(g.Operator) + " " + g.Value.String()
	if g.GoalDate != 0 {
		s += " by " + g.GoalDate.String()
	}
	return s
}

// withoutSpace is a text as its words alone, to see whether a split or a merger kept them all.
func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
