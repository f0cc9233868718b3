package framework

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"waymark/internal/fault"
)

// list is one of a version's lists, seen without its type: things with keys, as JSON.
type list interface {
	keys() []string
	get(key string) (json.RawMessage, bool)
	put(key string, value json.RawMessage) error // replaces
	insert(at int, value json.RawMessage) (key string, err error)
	remove(at int)
	move(from, to int)
}

// typed is a list of T with its key.
type typed[T any] struct {
	items *[]T
	key   func(*T) string
}

func (l typed[T]) keys() []string {
	out := make([]string, len(*l.items))
	for i := range *l.items {
		out[i] = l.key(&(*l.items)[i])
	}
	return out
}

func (l typed[T]) get(key string) (json.RawMessage, bool) {
	i := slices.Index(l.keys(), key)
	if i < 0 {
		return nil, false
	}
	data, err := marshal((*l.items)[i])
	return data, err == nil
}

func (l typed[T]) put(key string, value json.RawMessage) error {
	var item T
	if err := strictly(value, &item); err != nil {
		return err
	}
	(*l.items)[slices.Index(l.keys(), key)] = item
	return nil
}

func (l typed[T]) insert(at int, value json.RawMessage) (string, error) {
	var item T
	if err := strictly(value, &item); err != nil {
		return "", err
	}
	*l.items = slices.Insert(*l.items, at, item)
	return l.key(&item), nil
}

func (l typed[T]) remove(at int) { *l.items = slices.Delete(*l.items, at, at+1) }

func (l typed[T]) move(from, to int) {
	item := (*l.items)[from]
	*l.items = slices.Insert(slices.Delete(*l.items, from, from+1), to, item)
}

// things are the lists of a version, in the order in which a difference is told.
var things = []Thing{OneMechanism, OneElement, OneIndicator, OneSheet, OneTarget, OneVariant, OneSeries, OneRule, OneMilestone}

// list gives the list a thing stands in.
func (v *Version) list(thing Thing) (list, bool) {
	switch thing {
	case OneElement, "":
		return typed[Element]{&v.Elements, func(e *Element) string { return e.ID }}, true
	case OneTarget:
		return typed[Target]{&v.Targets, func(t *Target) string { return t.Code }}, true
	case OneSheet:
		return typed[Sheet]{&v.Sheets, func(s *Sheet) string { return s.Code }}, true
	case OneIndicator:
		return typed[Indicator]{&v.Indicators, func(i *Indicator) string { return i.Code }}, true
	case OneVariant:
		return typed[Variant]{&v.Variants, func(w *Variant) string { return w.Code }}, true
	case OneSeries:
		return typed[Series]{&v.Series, func(s *Series) string { return s.Code }}, true
	case OneRule:
		return typed[SelectionRule]{&v.Rules, func(r *SelectionRule) string { return r.Code }}, true
	case OneMilestone:
		return typed[Milestone]{&v.Milestones, func(m *Milestone) string { return m.Element }}, true
	case OneMechanism:
		return typed[Mechanism]{&v.Mechanisms, func(m *Mechanism) string { return m.Code }}, true
	}
	return nil, false
}

// fixed are the fields no set may change, with what to do instead. An id and a kind are what an
// element is; the meaning of an indicator never changes under its code.
var fixed = map[Thing]map[string]string{
	OneElement:   {"id": "an element keeps its id for ever", "kind": "add another element and delete this one", "code": "renumber it"},
	OneTarget:    {"code": "renumber its element", "of": "add another target", "revisions": "revise it, saying who decided, when and why"},
	OneIndicator: {"code": "a changed meaning is a new indicator", "kind": "a changed meaning is a new indicator", "unit": "a changed meaning is a new indicator"},
	OneSheet:     {"code": "renumber its element"},
	OneVariant:   {"code": "add another variant", "of": "add another variant"},
	OneSeries:    {"code": "add another series"},
	OneRule:      {"code": "add another rule"},
	OneMilestone: {"element": "add another milestone"},
	OneMechanism: {"code": "add another mechanism"},
	TheVersion: {"framework": "a framework keeps its name", "number": "the next version gets the next number", "state": "adopt it", "valid": "adopt it",
		"elements": "edit the elements", "targets": "edit the targets", "sheets": "edit the sheets", "indicators": "edit the indicators", "variants": "edit the variants",
		"series": "edit the series", "rules": "edit the rules", "milestones": "edit the milestones", "mechanisms": "edit the mechanisms"},
}

// head is a version without its lists: what the fields of TheVersion are.
func (v *Version) head() *Version {
	h := *v
	h.Elements, h.Targets, h.Sheets, h.Indicators, h.Variants, h.Series, h.Rules, h.Milestones, h.Mechanisms = nil, nil, nil, nil, nil, nil, nil, nil, nil
	return &h
}

// setHead takes the fields of a head over.
func (v *Version) setHead(h *Version) {
	h.Elements, h.Targets, h.Sheets, h.Indicators, h.Variants = v.Elements, v.Targets, v.Sheets, v.Indicators, v.Variants
	h.Series, h.Rules, h.Milestones, h.Mechanisms = v.Series, v.Rules, v.Milestones, v.Mechanisms
	*v = *h
}

// fields takes a JSON object apart.
func fields(data json.RawMessage) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, unreadable(err)
	}
	return out, nil
}

// sameJSON tells whether two values are the same; a missing field is the same as null.
func sameJSON(a, b json.RawMessage) bool {
	x, errX := plain(a)
	y, errY := plain(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// plain writes JSON in one form: no spaces, keys sorted, numbers as written.
func plain(data json.RawMessage) ([]byte, error) {
	if len(data) == 0 {
		return []byte("null"), nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, unreadable(err)
	}
	return marshal(value)
}

// marshal is json.Marshal without HTML escapes.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// strictly reads JSON into a value and refuses fields it has no place for.
func strictly(data json.RawMessage, into any) error {
	if len(data) == 0 {
		return fault.New(fault.Refused, "the edit leaves a value out that it needs", "say what stands there and what is to stand there")
	}
	if err := checkJSON(data); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return unreadable(err)
	}
	return nil
}
