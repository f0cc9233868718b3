package framework

import (
	"encoding/json"
	"slices"
	"strings"
)

// CrossKind says what became of an element from one version to another.
type CrossKind string

// The kinds, from none of a change to all of it.
const (
	Unchanged CrossKind = "unchanged"
	Moved     CrossKind = "moved"     // the same words in another place
	Editorial CrossKind = "editorial" // other signs or spelling, the same meaning
	Revised   CrossKind = "revised"
	Replaced  CrossKind = "replaced" // another element in its place
	Split     CrossKind = "split"
	Merged    CrossKind = "merged"
	Gone      CrossKind = "deleted"
	Added     CrossKind = "added"
)

// Crossing is one row of a crosswalk: from these elements to those.
type Crossing struct {
	Kind CrossKind `json:"kind"`
	From []string  `json:"from"` // ids in the earlier version; empty: added
	To   []string  `json:"to"`   // ids in the later version; empty: deleted
	// Moved and Renumbered may come with a change of the words.
	Moved      bool `json:"moved,omitempty"`
	Renumbered bool `json:"renumbered,omitempty"`
	// Comparable tells whether a figure of the one may be held against a figure of the other.
	Comparable bool   `json:"comparable"`
	Note       string `json:"note,omitempty"` // why not, or what a person said
	// Behind lists the comments and amendments that led here.
	Behind []string `json:"behind,omitempty"`
}

// Crosswalk leads from every element of one version to what became of it in another.
type Crosswalk struct {
	From string     `json:"from"` // cop-2015@1
	To   string     `json:"to"`
	Rows []Crossing `json:"rows"` // in the order of the later version, what is gone at the end
}

// Of finds the row an element of the earlier version stands in.
func (c *Crosswalk) Of(id string) (*Crossing, bool) {
	for i := range c.Rows {
		if slices.Contains(c.Rows[i].From, id) {
			return &c.Rows[i], true
		}
	}
	return nil, false
}

// Cross makes the crosswalk between two versions of one framework from what they hold. It needs no
// record of the edits: an id never changes its meaning, and an element made of others names them.
func Cross(a, b *Version) *Crosswalk {
	c := &Crosswalk{From: a.ID(), To: b.ID()}
	moved := outOfOrder(a, b)
	told := map[string]bool{} // ids that have their row
	for i := range b.Elements {
		after := &b.Elements[i]
		before, stayed := a.byID(after.ID)
		switch {
		case told[after.ID]: // a further part of a split
		case stayed:
			told[after.ID] = true
			c.Rows = append(c.Rows, cross(a, b, before, after, moved[after.ID]))
		default:
			row := descent(a, b, after)
			for _, id := range append(slices.Clone(row.From), row.To...) {
				told[id] = true
			}
			c.Rows = append(c.Rows, row)
		}
	}
	for i := range a.Elements {
		if id := a.Elements[i].ID; !told[id] {
			c.Rows = append(c.Rows, Crossing{Kind: Gone, From: []string{id}, To: []string{}, Note: "it is there no more"})
		}
	}
	return c
}

// descent makes the row of an element that is new in b: of all that it was made of, and all that was
// made of those.
func descent(a, b *Version, e *Element) Crossing {
	row := Crossing{From: []string{}, To: []string{e.ID}}
	for grown := true; grown; {
		grown = false
		for i := range b.Elements {
			x := &b.Elements[i]
			if _, stayed := a.byID(x.ID); stayed {
				continue
			}
			related := slices.Contains(row.To, x.ID) || slices.ContainsFunc(x.Origins, func(id string) bool { return slices.Contains(row.From, id) })
			if !related {
				continue
			}
			for _, id := range x.Origins {
				if _, was := a.byID(id); was && !slices.Contains(row.From, id) {
					row.From = append(row.From, id)
					grown = true
				}
			}
			if !slices.Contains(row.To, x.ID) {
				row.To = append(row.To, x.ID)
				grown = true
			}
		}
	}
	switch from, to := len(row.From), len(row.To); {
	case from == 0:
		row.Kind, row.Note = Added, "it was not there before"
	case from == 1 && to > 1:
		row.Kind, row.Note = Split, "one became several"
	case from > 1 && to == 1:
		row.Kind, row.Note = Merged, "several became one"
	default:
		row.Kind, row.Note = Replaced, "something else took its place"
	}
	return row
}

const wordsChanged = "the words changed"

// cross compares an element that is in both versions.
func cross(a, b *Version, before, after *Element, outOfOrder bool) Crossing {
	row := Crossing{Kind: Unchanged, From: []string{before.ID}, To: []string{after.ID}, Comparable: true}
	row.Renumbered = before.Code != after.Code
	row.Moved = outOfOrder || parentID(a, before) != parentID(b, after)
	var notes []string
	switch {
	case before.Text == after.Text && row.Moved:
		row.Kind = Moved
	case before.Text == after.Text:
	case isEditorial(before.Text, after.Text):
		row.Kind = Editorial
	default:
		row.Kind = Revised
		row.Comparable = false
		notes = append(notes, wordsChanged)
	}
	was, hadSheet := a.Sheet(before.Code)
	is, hasSheet := b.Sheet(after.Code)
	if hadSheet && hasSheet && !was.sameMeaning(is) {
		row.Comparable = false
		notes = append(notes, "what is counted changed (reference sheet)")
	}
	if x, y := a.headline(before.Code), b.headline(after.Code); x != nil && y != nil {
		switch {
		case x.Code != y.Code:
			row.Comparable = false
			notes = append(notes, "the headline moved from "+x.Code+" to "+y.Code)
		case !SameMeasure(a, b, x.Code):
			row.Comparable = false
			notes = append(notes, "the criterion of "+x.Code+" changed")
		}
	}
	row.Note = strings.Join(notes, "; ")
	return row
}

func parentID(v *Version, e *Element) string {
	if p, ok := v.Element(e.Parent); ok {
		return p.ID
	}
	return ""
}

func (v *Version) headline(of string) *Variant {
	for i := range v.Variants {
		if w := &v.Variants[i]; w.Of == of && w.Headline {
			return w
		}
	}
	return nil
}

// sameMeaning tells whether two sheets count the same thing the same way.
func (s *Sheet) sameMeaning(t *Sheet) bool {
	return s.Definition == t.Definition && s.Numerator == t.Numerator && s.Denominator == t.Denominator &&
		s.Unit == t.Unit && s.Measure == t.Measure && s.Direction == t.Direction && s.Accumulation == t.Accumulation
}

// SameMeasure tells whether a variant counts by the same rule over the same universe in two versions,
// so that its figures may be held against each other. One that is missing in either does not.
func SameMeasure(a, b *Version, variant string) bool {
	x, inA := a.Variant("", variant)
	y, inB := b.Variant("", variant)
	if !inA || !inB || a.Universe != b.Universe || x.Met != y.Met || x.Partly != y.Partly || (x.Compose == nil) != (y.Compose == nil) {
		return false
	}
	if x.Compose == nil {
		return true
	}
	return x.Compose.Op == y.Compose.Op && x.Compose.Online == y.Compose.Online && slices.Equal(x.Compose.Of, y.Compose.Of) &&
		!slices.ContainsFunc(x.Compose.Of, func(part string) bool { return !SameMeasure(a, b, part) })
}

// outOfOrder lists the ids that stand elsewhere among what is in both versions: those outside the
// longest run that kept its order.
func outOfOrder(a, b *Version) map[string]bool {
	place := map[string]int{}
	for i := range a.Elements {
		place[a.Elements[i].ID] = i
	}
	var ids []string
	for i := range b.Elements {
		if _, ok := place[b.Elements[i].ID]; ok {
			ids = append(ids, b.Elements[i].ID)
		}
	}
	stays := kept(ids, place)
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = !stays[id]
	}
	return out
}

// kept finds a longest run of keys whose places rise (patience sorting).
func kept(keys []string, place map[string]int) map[string]bool {
	var ends []int // ends[n] is the index of the key that ends the best run of n+1 keys
	before := make([]int, len(keys))
	for i, key := range keys {
		n, _ := slices.BinarySearchFunc(ends, place[key], func(end, p int) int { return place[keys[end]] - p })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	out := map[string]bool{}
	if len(ends) == 0 {
		return out
	}
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		out[keys[i]] = true
	}
	return out
}

// judge puts in what only people can say: that changed words mean the same, whether figures compare,
// and what led to the edits. About lists the elements each edit is about. A changed number is never
// editorial, whoever says so.
func (c *Crosswalk) judge(a, b *Version, edits []Edit, about [][]string) {
	for i := range c.Rows {
		row := &c.Rows[i]
		var mine []*Edit
		words, editorial := 0, 0 // edits of the words, and how many of them are called editorial
		for n := range edits {
			if slices.ContainsFunc(about[n], func(id string) bool { return slices.Contains(row.From, id) || slices.Contains(row.To, id) }) {
				mine = append(mine, &edits[n])
			}
		}
		for _, e := range mine {
			if e.changesWords() {
				words++
				if e.Editorial {
					editorial++
				}
			}
			for _, cause := range e.Behind {
				if !slices.Contains(row.Behind, cause) {
					row.Behind = append(row.Behind, cause)
				}
			}
		}
		if row.Kind == Revised && words > 0 && editorial == words {
			before, _ := a.byID(row.From[0])
			after, _ := b.byID(row.To[0])
			if numbers(before.Text) == numbers(after.Text) {
				row.Kind = Editorial
				row.Comparable = row.Note == wordsChanged // nothing else stands against it
				row.Note = strings.Replace(row.Note, wordsChanged, "the words changed and mean the same", 1)
			}
		}
		for _, e := range mine { // the last word of a person stands
			if e.Comparable != nil {
				row.Comparable = *e.Comparable
			}
			if e.Note != "" && !strings.Contains(row.Note, e.Note) {
				row.Note = strings.TrimPrefix(row.Note+"; "+e.Note, "; ")
			}
		}
	}
}

func (e *Edit) changesWords() bool {
	return e.Op == OpWords || e.Op == OpSet && (e.Thing == OneElement || e.Thing == "") && e.Field == "text"
}

// touches lists the ids of the elements an edit is about, as the version stands.
func (e *Edit) touches(v *Version) []string {
	var keys []string
	switch {
	case e.Op == OpRenumber:
		var codes map[string]string
		if json.Unmarshal(e.New, &codes) == nil {
			for id := range codes {
				keys = append(keys, id)
			}
		}
	case e.Op == OpMerge:
		var parts []Part
		if json.Unmarshal(e.Old, &parts) == nil {
			for _, p := range parts {
				keys = append(keys, p.ID)
			}
		}
	case e.Op == OpAdd && (e.Thing == OneElement || e.Thing == ""):
		var x Element
		if json.Unmarshal(e.New, &x) == nil {
			keys = append(keys, x.ID)
		}
	case e.Thing == OneElement, e.Thing == "", e.Thing == OneSheet, e.Thing == OneMilestone:
		keys = append(keys, e.Key)
	case e.Thing == OneTarget:
		of, _, _ := strings.Cut(e.Key, "/")
		keys = append(keys, of)
	case e.Thing == OneVariant:
		if w, ok := v.Variant("", e.Key); ok {
			keys = append(keys, w.Of)
		}
	}
	for i, key := range keys {
		keys[i] = v.elementID(key)
	}
	return keys
}
