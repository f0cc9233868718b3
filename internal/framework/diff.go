package framework

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// Difference is what lies between two versions of one framework.
type Difference struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Edits lead from the one to the other: Apply makes the later content of the earlier version.
	Edits []Edit `json:"edits"`
	// Words shows the texts that differ, word by word, in the order of the later version.
	Words     []WordChanges `json:"words"`
	Crosswalk *Crosswalk    `json:"crosswalk"`
}

// WordChanges is how the text of one element changed.
type WordChanges struct {
	ID      string   `json:"id"`
	Code    string   `json:"code"` // in the later version
	Changes []Change `json:"changes"`
}

// Diff finds what lies between two versions of one framework. It compares what they say, not how they
// stand: number, state and validity are left out. From a later to an earlier version the edits show
// the way back and cannot be applied where an element would return from the dead.
func Diff(a, b *Version) (*Difference, error) {
	if a.Framework != b.Framework {
		return nil, fault.New(fault.Refused, fmt.Sprintf("%s and %s are different frameworks", a.ID(), b.ID()), "compare versions of one framework")
	}
	work, err := a.Clone()
	if err != nil {
		return nil, err
	}
	// On the way back the dead return, in the edits as they are shown; Apply refuses them.
	work.Retired = slices.DeleteFunc(work.Retired, func(id string) bool { _, alive := b.byID(id); return alive })
	d := differ{work: work, goal: b}
	d.drop()
	d.renumber()
	for _, thing := range things {
		d.list(thing)
	}
	d.head()
	if d.err != nil {
		return nil, d.err
	}
	out := &Difference{From: a.ID(), To: b.ID(), Edits: d.edits, Words: []WordChanges{}, Crosswalk: Cross(a, b)}
	for i := range b.Elements {
		after := &b.Elements[i]
		if before, ok := a.byID(after.ID); ok && before.Text != after.Text {
			out.Words = append(out.Words, WordChanges{after.ID, after.Code, DiffWords(before.Text, after.Text)})
		}
	}
	return out, nil
}

// differ makes the edits one by one and does each on its own copy, so that every edit is told
// against what stands there when its turn comes.
type differ struct {
	work, goal *Version
	edits      []Edit
	err        error
}

func (d *differ) do(e Edit) {
	if d.err != nil {
		return
	}
	if err := d.work.apply(e); err != nil {
		d.err = inEdit(len(d.edits), e, err)
		return
	}
	d.edits = append(d.edits, e)
}

func (d *differ) lists(thing Thing) (work, goal list) {
	work, _ = d.work.list(thing)
	goal, _ = d.goal.list(thing)
	return work, goal
}

func (d *differ) delete(thing Thing, key string) {
	l, _ := d.work.list(thing)
	old, _ := l.get(key)
	d.do(Edit{Op: OpDelete, Thing: thing, Key: key, Old: old})
}

// drop deletes the elements that are gone, and what hung on their codes, before any other element
// can take the code over.
func (d *differ) drop() {
	gone := map[string]bool{}
	var ids []string
	for i := range d.work.Elements {
		e := &d.work.Elements[i]
		if _, stays := d.goal.byID(e.ID); !stays {
			gone[e.Code] = true
			ids = append(ids, e.ID)
		}
	}
	// A later element may have taken a code over without being the same element.
	hangs := func(thing Thing, of func(key string) string) {
		l, _ := d.work.list(thing)
		for _, key := range l.keys() {
			if gone[of(key)] {
				d.delete(thing, key)
			}
		}
	}
	itself := func(key string) string { return key }
	hangs(OneSeries, func(key string) string {
		for i := range d.work.Series {
			if d.work.Series[i].Code == key {
				return d.work.Series[i].Of
			}
		}
		return ""
	})
	hangs(OneVariant, func(key string) string { w, _ := d.work.Variant("", key); return w.Of })
	hangs(OneTarget, func(key string) string { of, _, _ := strings.Cut(key, "/"); return of })
	hangs(OneSheet, itself)
	hangs(OneMilestone, itself)
	for _, id := range ids {
		d.delete(OneElement, id)
	}
}

// renumber gives the elements that stay their later codes, all in one edit.
func (d *differ) renumber() {
	before, after := map[string]string{}, map[string]string{}
	for i := range d.work.Elements {
		e := &d.work.Elements[i]
		if later, ok := d.goal.byID(e.ID); ok && later.Code != e.Code {
			before[e.ID], after[e.ID] = e.Code, later.Code
		}
	}
	if len(after) > 0 {
		d.do(Edit{Op: OpRenumber, Old: raw(before), New: raw(after)})
	}
}

// list deletes, adds, moves and changes the things of one list.
func (d *differ) list(thing Thing) {
	work, goal := d.lists(thing)
	want := goal.keys()
	for _, key := range work.keys() {
		if !slices.Contains(want, key) || !d.canBecome(thing, key) {
			d.delete(thing, key)
		}
	}
	place := map[string]int{}
	for i, key := range work.keys() {
		place[key] = i
	}
	var common []string
	for _, key := range want {
		if _, ok := place[key]; ok {
			common = append(common, key)
		}
	}
	stays := kept(common, place)
	after := ""
	for i, key := range want {
		if i > 0 {
			after = want[i-1]
		}
		_, there := place[key]
		switch {
		case d.err != nil:
			return
		case !there:
			value, _ := goal.get(key)
			d.do(Edit{Op: OpAdd, Thing: thing, After: after, New: value})
		case !stays[key] && !follows(work.keys(), after, key):
			d.do(Edit{Op: OpMove, Thing: thing, Key: key, After: after})
		}
		if there {
			d.change(thing, key)
		}
	}
}

// follows tells whether a key stands directly after another ("" is the start).
func follows(keys []string, after, key string) bool {
	at := slices.Index(keys, key)
	return at == 0 && after == "" || at > 0 && keys[at-1] == after
}

// canBecome tells whether a thing can be changed into its later form by edits; else it goes and comes
// anew.
func (d *differ) canBecome(thing Thing, key string) bool {
	work, goal := d.lists(thing)
	x, _ := work.get(key)
	y, ok := goal.get(key)
	if !ok {
		return false
	}
	from, err := fields(x)
	if err != nil {
		return false
	}
	to, err := fields(y)
	if err != nil {
		return false
	}
	for field := range fixed[thing] {
		if field != "revisions" && !sameJSON(from[field], to[field]) {
			if thing == OneElement || thing == OneIndicator {
				d.err = fault.New(fault.Conflict, fmt.Sprintf("%s %s has another %s in %s: it is not the same %s any more", thing, key, field, d.goal.ID(), thing), "give the later one a name of its own")
			}
			return false
		}
	}
	if thing != OneTarget {
		return true
	}
	was, _ := d.work.Target(key)
	is, _ := d.goal.Target(key)
	if len(is.Revisions) < len(was.Revisions) {
		return false
	}
	for i, r := range is.Revisions {
		if i < len(was.Revisions) && !sameJSON(raw(r), raw(was.Revisions[i])) || i >= len(was.Revisions) && (r.SetBy == "" || r.Reason == "" || r.SetOn == 0) {
			return false // its history was written anew
		}
	}
	return true
}

// change sets the fields of one thing that differ: its words first, since a change of them marks
// translations.
func (d *differ) change(thing Thing, key string) {
	work, goal := d.lists(thing)
	later, _ := goal.get(key)
	to, err := fields(later)
	if err != nil {
		d.err = err
		return
	}
	if thing == OneElement {
		d.words(key)
	}
	if thing == OneTarget {
		was, _ := d.work.Target(key)
		is, _ := d.goal.Target(key)
		for n := len(was.Revisions); n < len(is.Revisions); n++ {
			var last *TargetRevision
			if n > 0 {
				last = &is.Revisions[n-1]
			}
			d.do(Revise(key, last, is.Revisions[n]))
		}
	}
	now, _ := work.get(key)
	from, err := fields(now)
	if err != nil {
		d.err = err
		return
	}
	d.set(thing, key, from, to)
}

// set makes the edits of the fields that differ, in the order of their names.
func (d *differ) set(thing Thing, key string, from, to map[string]json.RawMessage) {
	var names []string
	for name := range from {
		names = append(names, name)
	}
	for name := range to {
		if _, both := from[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if _, never := fixed[thing][name]; !never && !sameJSON(from[name], to[name]) {
			d.do(Edit{Op: OpSet, Thing: thing, Key: key, Field: name, Old: from[name], New: to[name]})
		}
	}
}

// words makes the edits of a text, from its end to its start, so that every place is that of the
// text as it was.
func (d *differ) words(id string) {
	before, _ := d.work.byID(id)
	after, _ := d.goal.byID(id)
	if before.Text == after.Text {
		return
	}
	var edits []Edit
	at := 0
	changes := DiffWords(before.Text, after.Text)
	for i := 0; i < len(changes); i++ {
		c := changes[i]
		gone, come := "", ""
		switch c.Kind {
		case Kept:
			at += len([]rune(c.Text))
			continue
		case Deleted:
			gone = c.Text
			if i+1 < len(changes) && changes[i+1].Kind == Inserted {
				i++
				come = changes[i].Text
			}
		case Inserted:
			come = c.Text
		}
		edits = append(edits, WordsAt(id, at, gone, come))
		at += len([]rune(gone))
	}
	for _, e := range slices.Backward(edits) {
		d.do(e)
	}
}

// head sets the fields of the version itself; the retired ids come last, after every deletion.
func (d *differ) head() {
	if d.err != nil {
		return
	}
	from, to := d.headFields(d.work), d.headFields(d.goal)
	if d.err != nil {
		return
	}
	for _, id := range d.work.Retired {
		if !slices.Contains(d.goal.Retired, id) {
			delete(from, "retired") // the way back: nothing un-retires
			delete(to, "retired")
		}
	}
	d.set(TheVersion, "", from, to)
}

func (d *differ) headFields(v *Version) map[string]json.RawMessage {
	data, err := marshal(v.head())
	if err != nil {
		d.err = err
		return nil
	}
	out, err := fields(data)
	if err != nil {
		d.err = err
	}
	return out
}
