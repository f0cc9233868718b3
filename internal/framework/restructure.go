package framework

import (
	"fmt"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// applyRenumber gives elements other codes, all at once, so that two can change places. Everything
// that names them by code follows; their ids stay.
func (v *Version) applyRenumber(e Edit) error {
	var before, after map[string]string
	if err := strictly(e.Old, &before); err != nil {
		return err
	}
	if err := strictly(e.New, &after); err != nil {
		return err
	}
	if len(after) == 0 || len(before) != len(after) {
		return fault.New(fault.Refused, "it does not give an old and a new code for the same elements", "list the same ids on both sides")
	}
	codes := map[string]string{}
	for id, code := range after {
		element, ok := v.byID(id)
		if !ok {
			return missing(OneElement, id)
		}
		if element.Code != before[id] {
			return stale("the code of "+id, before[id], element.Code)
		}
		codes[element.Code] = code
	}
	for id, code := range after {
		element, _ := v.byID(id)
		element.Code = code
	}
	seen := map[string]bool{}
	for i := range v.Elements {
		if code := v.Elements[i].Code; seen[code] {
			return fault.New(fault.Conflict, fmt.Sprintf("two elements would have the code %s", code), "give one of them another code in the same edit")
		}
		seen[v.Elements[i].Code] = true
	}
	v.recode(codes)
	return nil
}

// recode makes everything that names elements by code name them by their new codes.
func (v *Version) recode(codes map[string]string) {
	one := func(code *string) {
		if to, ok := codes[*code]; ok {
			*code = to
		}
	}
	all := func(list []string) []string {
		var out []string
		for _, code := range list {
			one(&code)
			if !slices.Contains(out, code) { // two that were merged are named once
				out = append(out, code)
			}
		}
		if out == nil {
			return list
		}
		return out
	}
	target := func(code *string) { // T3.2/officials follows T3.2
		of, suffix, has := strings.Cut(*code, "/")
		one(&of)
		*code = of
		if has {
			*code += "/" + suffix
		}
	}
	for i := range v.Elements {
		e := &v.Elements[i]
		one(&e.Parent)
		for m := range e.Mentions {
			one(&e.Mentions[m].To)
		}
		e.Feeds, e.Pillars = all(e.Feeds), all(e.Pillars)
	}
	for i := range v.Targets {
		t := &v.Targets[i]
		one(&t.Of)
		target(&t.Code)
		for n := range t.Composite {
			target(&t.Composite[n])
		}
	}
	for i := range v.Sheets {
		one(&v.Sheets[i].Code)
	}
	for i := range v.Indicators {
		v.Indicators[i].Elements = all(v.Indicators[i].Elements)
	}
	for i := range v.Variants {
		one(&v.Variants[i].Of)
	}
	for i := range v.Series {
		one(&v.Series[i].Of)
	}
	for i := range v.Milestones {
		one(&v.Milestones[i].Element)
	}
	for i := range v.Contradicts {
		v.Contradicts[i].Elements = all(v.Contradicts[i].Elements)
	}
}

// applySplit makes several elements of one. The words stay the same, all parts get new ids, and one
// part keeps the code: what hangs on the element (steps, target, sheet) stays with it. Mentions and
// open questions go where their words went; translations are left behind, since they are of the whole.
func (v *Version) applySplit(e Edit) error {
	place := slices.IndexFunc(v.Elements, func(x Element) bool { return x.ID == e.Key })
	if place < 0 {
		return missing(OneElement, e.Key)
	}
	whole := v.Elements[place]
	was, err := text(e.Old)
	if err != nil {
		return err
	}
	if was != whole.Text {
		return stale("the text of "+whole.Code, was, whole.Text)
	}
	var parts []Part
	if err := strictly(e.New, &parts); err != nil {
		return err
	}
	if len(parts) < 2 {
		return fault.New(fault.Refused, fmt.Sprintf("%s is to be split into %d parts", whole.Code, len(parts)), "give two parts or more")
	}
	if !slices.ContainsFunc(parts, func(p Part) bool { return p.Code == whole.Code }) {
		return fault.New(fault.Refused, fmt.Sprintf("no part keeps the code %s, so nobody knows where its steps, target and sheet belong", whole.Code), "let one part keep it, and renumber afterwards if need be")
	}
	var words strings.Builder
	var made []Element
	mentions, questions := slices.Clone(whole.Mentions), slices.Clone(whole.Open)
	for _, p := range parts {
		words.WriteString(p.Text)
		part := whole
		part.ID, part.Code, part.Text, part.Origins, part.Translations = p.ID, p.Code, p.Text, []string{whole.ID}, nil
		part.Mentions, mentions = take(mentions, func(m Mention) bool { return strings.Contains(p.Text, m.Quote+m.Marker) })
		part.Open, questions = take(questions, func(q OpenQuestion) bool {
			return q.Kind == "question" && p.Code == whole.Code || q.Kind != "question" && strings.Contains(p.Text, q.Text)
		})
		made = append(made, part)
	}
	if withoutSpace(words.String()) != withoutSpace(whole.Text) {
		return fault.New(fault.Refused, fmt.Sprintf("the parts of %s together do not have its words", whole.Code), "split it as it is, and change words in an edit of their own")
	}
	if len(mentions)+len(questions) > 0 {
		return fault.New(fault.Refused, fmt.Sprintf("the split of %s cuts through words that are explained or open", whole.Code), "cut elsewhere, or change its mentions or open questions first")
	}
	if err := v.refuseTaken(parts...); err != nil {
		return err
	}
	v.Elements = slices.Replace(v.Elements, place, place+1, made...)
	v.retire(whole.ID)
	return nil
}

// refuseTaken refuses ids that are in use or retired.
func (v *Version) refuseTaken(parts ...Part) error {
	for i, p := range parts {
		_, used := v.byID(p.ID)
		twice := slices.ContainsFunc(parts[:i], func(q Part) bool { return q.ID == p.ID })
		if used || twice || slices.Contains(v.Retired, p.ID) {
			return fault.New(fault.Conflict, fmt.Sprintf("the id %s is in use or belonged to an element that is gone", p.ID), "give a new element a new id")
		}
	}
	return nil
}

// take divides a list into what fits and what does not.
func take[T any](list []T, fits func(T) bool) (taken, left []T) {
	for _, item := range list {
		if fits(item) {
			taken = append(taken, item)
		} else {
			left = append(left, item)
		}
	}
	return taken, left
}

// applyMerge makes one element of several of one kind and parent, in the place of the first, with
// their words one after the other. Whatever named any of them names the new one.
func (v *Version) applyMerge(e Edit) error {
	var parts []Part
	var into Part
	if err := strictly(e.Old, &parts); err != nil {
		return err
	}
	if err := strictly(e.New, &into); err != nil {
		return err
	}
	if len(parts) < 2 {
		return fault.New(fault.Refused, fmt.Sprintf("%d elements are to become one", len(parts)), "give two elements or more")
	}
	codes := map[string]string{}
	var made Element
	var words strings.Builder
	var place int
	for i, p := range parts {
		at := slices.IndexFunc(v.Elements, func(x Element) bool { return x.ID == v.elementID(p.ID) })
		if at < 0 {
			return missing(OneElement, p.ID)
		}
		x := v.Elements[at]
		if x.Text != p.Text {
			return stale("the text of "+x.Code, p.Text, x.Text)
		}
		if i == 0 {
			made, place = x, at
			made.Mentions, made.Open, made.Feeds, made.Origins = nil, nil, nil, nil
		}
		if x.Kind != made.Kind || x.Parent != made.Parent {
			return fault.New(fault.Refused, fmt.Sprintf("%s is not of the same kind and below the same element as the first", x.Code), "merge elements that stand side by side")
		}
		if _, twice := codes[x.Code]; twice {
			return fault.New(fault.Refused, fmt.Sprintf("%s is to be merged with itself", x.Code), "name each element once")
		}
		codes[x.Code] = into.Code
		words.WriteString(x.Text)
		made.Mentions = append(made.Mentions, x.Mentions...)
		made.Open = append(made.Open, x.Open...)
		made.Feeds = append(made.Feeds, x.Feeds...)
		made.Origins = append(made.Origins, x.ID)
	}
	if withoutSpace(words.String()) != withoutSpace(into.Text) {
		return fault.New(fault.Refused, fmt.Sprintf("%s does not have the words of what it is merged from", into.Code), "merge them as they are, and change words in an edit of their own")
	}
	if err := v.refuseTaken(into); err != nil {
		return err
	}
	made.ID, made.Code, made.Text, made.Translations = into.ID, into.Code, into.Text, nil
	v.Elements[place] = made
	v.Elements = slices.DeleteFunc(v.Elements, func(x Element) bool { return x.ID != made.ID && slices.Contains(made.Origins, x.ID) })
	for _, id := range made.Origins {
		v.retire(id)
	}
	v.recode(codes)
	return nil
}
