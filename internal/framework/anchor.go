package framework

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
)

// Anchor is a place in one version: a stretch of an element's text, a point in it, the whole element,
// or one of its structured fields. It is kept as W3C Web Annotation selectors.
type Anchor struct {
	Version string `json:"version"` // cop-2015@1
	Element string `json:"element"` // id
	// Field names a structured field instead of the text: "target", or a field of the reference
	// sheet by its JSON name ("definition").
	Field string `json:"field,omitempty"`
	// Position and Quote say where in the text; both nil: the whole element or field.
	Position *TextPositionSelector `json:"position,omitempty"`
	Quote    *TextQuoteSelector    `json:"quote,omitempty"`
}

// TextPositionSelector counts code points of the NFC text: the start is included, the end is not.
// Start and end alike are a point.
type TextPositionSelector struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// TextQuoteSelector holds the words themselves with up to 32 code points before and after.
type TextQuoteSelector struct {
	Exact  string `json:"exact"`
	Prefix string `json:"prefix"`
	Suffix string `json:"suffix"`
}

// The thresholds of finding a place again. All are our judgement and unmeasured; the labelled cases
// in anchor_test.go show what a change of them does (CONSULTATION.md section 3).
const (
	contextLength   = 32   // code points kept before and after a quote
	rewrittenBelow  = 0.30 // share of a block's words kept, under which it counts as rewritten
	approximateFrom = 0.80 // least score of an approximate match
	leadOverSecond  = 0.10 // how far it must lie above the next best place
	approximateSize = 12   // shorter quotes are only found exactly
)

// AnchorState says what became of a place.
type AnchorState string

// The states of a place after an edit.
const (
	Anchored    AnchorState = "anchored"     // its words stand there as they were
	TextChanged AnchorState = "text_changed" // some of its words are kept or replaced
	Orphaned    AnchorState = "orphaned"     // its words are gone; it keeps its old quote
	NeedsHuman  AnchorState = "needs_human"  // several places would fit
)

// Found is where a place went. Nothing is moved by it: whoever keeps the anchor records the move.
type Found struct {
	State AnchorState `json:"state"`
	// Places are the anchors in the new version, in order: one for most, several when its element
	// was split, none when orphaned; with NeedsHuman they are what to choose from.
	Places []Anchor `json:"places"`
	Before string   `json:"before"`          // the old words
	After  string   `json:"after"`           // the new words; with several places joined by " … "
	Method string   `json:"method"`          // id, crosswalk, text, approximate
	Score  float64  `json:"score,omitempty"` // of an approximate match, 0 to 1
}

// NewAnchor makes the anchor of a stretch of an element's text, in code points.
func NewAnchor(v *Version, element string, start, end int) (Anchor, error) {
	e, ok := v.byID(v.elementID(element))
	if !ok {
		return Anchor{}, missing(OneElement, element)
	}
	points := []rune(e.Text)
	if start < 0 || end < start || end > len(points) {
		return Anchor{}, fault.New(fault.Refused, fmt.Sprintf("%s has %d characters; %d to %d is no part of them", e.Code, len(points), start, end), "mark the words again")
	}
	return anchorAt(v, e, points, start, end), nil
}

// WholeAnchor makes the anchor of a whole element, or of one of its structured fields.
func WholeAnchor(v *Version, element, field string) (Anchor, error) {
	e, ok := v.byID(v.elementID(element))
	if !ok {
		return Anchor{}, missing(OneElement, element)
	}
	if _, ok := v.fieldValue(e, field); field != "" && !ok {
		return Anchor{}, fault.New(fault.NotFound, fmt.Sprintf("%s has no field %q", e.Code, field), "name target or a field of its reference sheet")
	}
	return Anchor{Version: v.ID(), Element: e.ID, Field: field}, nil
}

func anchorAt(v *Version, e *Element, points []rune, start, end int) Anchor {
	return Anchor{Version: v.ID(), Element: e.ID, Position: &TextPositionSelector{start, end}, Quote: &TextQuoteSelector{
		Exact:  string(points[start:end]),
		Prefix: string(points[max(0, start-contextLength):start]),
		Suffix: string(points[end:min(len(points), end+contextLength)]),
	}}
}

// fieldValue gives a structured field as text, to see whether it changed.
func (v *Version) fieldValue(e *Element, field string) (string, bool) {
	if field == "target" {
		t, ok := v.Target(e.Code)
		if !ok {
			return "", false
		}
		goal := (*GoalValue)(nil)
		if r := t.Goal(); r != nil {
			goal = &GoalValue{r.Operator, r.Value, r.GoalDate}
		}
		return goal.String(), true
	}
	s, ok := v.Sheet(e.Code)
	if !ok {
		return "", false
	}
	object, err := fields(raw(s))
	value, has := object[field]
	return string(value), has && err == nil
}

// FindAnchor finds a place of an old version in a new one. It follows the element by its id, and
// through a split, a merger or a replacement by the crosswalk; it never looks in other elements.
func FindAnchor(old, now *Version, a Anchor) (Found, error) {
	e, ok := old.byID(a.Element)
	if !ok || a.Version != old.ID() {
		return Found{}, fault.New(fault.Stale, fmt.Sprintf("the place is in %s, element %q, which is not in %s", a.Version, a.Element, old.ID()), "look the place up in the version it was made on")
	}
	to, method := []string{e.ID}, "id"
	if _, stayed := now.byID(e.ID); !stayed {
		row, _ := Cross(old, now).Of(e.ID)
		to, method = row.To, "crosswalk"
	}
	out := Found{State: Orphaned, Places: []Anchor{}, Before: e.Text, Method: method}
	if a.Position != nil {
		points := []rune(e.Text)
		if s, t := a.Position.Start, a.Position.End; s < 0 || t < s || t > len(points) || a.Quote == nil || string(points[s:t]) != a.Quote.Exact {
			return Found{}, fault.New(fault.Conflict, fmt.Sprintf("the place in %s does not hold the words it quotes", e.Code), "make the comment's place again on the words it means")
		}
		out.Before = a.Quote.Exact
	}
	if a.Field != "" {
		out.Before, _ = old.fieldValue(e, a.Field)
	}
	if len(to) == 0 {
		return out, nil
	}
	var blocks []*Element
	for _, id := range to {
		block, _ := now.byID(id)
		blocks = append(blocks, block)
	}
	if a.Position == nil {
		return whole(old, now, e, blocks, a, out), nil
	}
	return carry(now, e, blocks, a, out), nil
}

// whole follows a comment on a whole element or field: it stays with it as long as it is there.
func whole(old, now *Version, e *Element, blocks []*Element, a Anchor, out Found) Found {
	out.State = Anchored
	var words []string
	for _, block := range blocks {
		text := block.Text
		if a.Field != "" {
			value, ok := now.fieldValue(block, a.Field)
			if !ok {
				continue
			}
			text = value
		}
		words = append(words, text)
		out.Places = append(out.Places, Anchor{Version: now.ID(), Element: block.ID, Field: a.Field})
	}
	out.After = strings.Join(words, " … ")
	switch {
	case len(out.Places) == 0:
		out.State = Orphaned
	case out.After != out.Before:
		out.State = TextChanged
	}
	return out
}

// carry takes both ends of a quote through the difference of the words.
func carry(now *Version, e *Element, blocks []*Element, a Anchor, out Found) Found {
	// Several blocks are read as one text, so that a quote that was cut in two has two places.
	var joined strings.Builder
	var begins []int
	for i, block := range blocks {
		if i > 0 {
			joined.WriteString(" ")
		}
		begins = append(begins, len([]rune(joined.String())))
		joined.WriteString(block.Text)
	}
	start, end := a.Position.Start, a.Position.End
	changes := DiffWords(e.Text, joined.String())
	span, touched := follow(changes, start, end)
	if !touched.kept && !touched.replaced || !touched.kept && keptShare(changes) < rewrittenBelow {
		return out
	}
	out.State = TextChanged
	if touched.whole {
		out.State = Anchored
	}
	var words []string
	for i, block := range blocks {
		points := []rune(block.Text)
		s, t := max(span.Start-begins[i], 0), min(span.End-begins[i], len(points))
		if s > t || s == t && (span.Start != span.End || len(out.Places) > 0) {
			continue
		}
		words = append(words, string(points[s:t]))
		out.Places = append(out.Places, anchorAt(now, block, points, s, t))
	}
	out.After = strings.Join(words, " … ")
	switch len(out.Places) {
	case 0: // it stood on the space between two parts
		out.State = Orphaned
	case 1:
	default:
		out.State = TextChanged
	}
	return out
}

// touch tells what became of the words of a quote.
type touch struct {
	whole    bool // all kept, nothing inserted between
	kept     bool // some words kept
	replaced bool // some words replaced
}

// follow maps a stretch of the old text to the new one. A start goes with the character after it and
// an end with the character before it, so that what is inserted at an edge stays outside.
func follow(changes []Change, start, end int) (TextPositionSelector, touch) {
	span := TextPositionSelector{-1, -1}
	var t touch
	at, now := 0, 0
	for i, c := range changes {
		n := len([]rune(c.Text))
		switch c.Kind {
		case Inserted:
			now += n
			continue
		case Kept:
			if start == end { // a point goes with what stands on either side of it
				if at <= start && start <= at+n {
					return TextPositionSelector{now + start - at, now + start - at}, touch{whole: true, kept: true}
				}
			} else if from, to := max(start, at), min(end, at+n); from < to {
				piece := []rune(c.Text)[from-at : to-at]
				t.whole = from == start && to == end
				t.kept = t.kept || !isSpace(string(piece))
				if span.Start < 0 {
					span.Start = now + from - at
				}
				span.End = now + to - at
			}
			now += n
		case Deleted:
			come := 0
			if i+1 < len(changes) && changes[i+1].Kind == Inserted {
				come = len([]rune(changes[i+1].Text))
			}
			inside := max(start, at) < min(end, at+n) || start == end && at < start && start < at+n
			if inside && come > 0 {
				t.replaced = true
				if span.Start < 0 {
					span.Start = now
				}
				span.End = now + come
			}
		}
		at += n
	}
	if start == end && len(changes) == 0 { // a point in a text without words
		return TextPositionSelector{}, touch{whole: true, kept: true}
	}
	return span, t
}

// keptShare is how much of the old text's words is kept.
func keptShare(changes []Change) float64 {
	was, stays := 0, 0
	for _, c := range changes {
		n := countWords(c.Text)
		if c.Kind != Inserted {
			was += n
		}
		if c.Kind == Kept {
			stays += n
		}
	}
	if was == 0 {
		return 0
	}
	return float64(stays) / float64(was)
}

func countWords(s string) (n int) {
	for _, t := range tokens(s) {
		if strings.ContainsFunc(t, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			n++
		}
	}
	return n
}

// FindQuote finds words that come without a version, as in a document nobody exported from here. It
// looks through all elements: exactly first, then approximately, and where several places fit it
// leaves the choice to a person.
func FindQuote(v *Version, q TextQuoteSelector) Found {
	exact := norm.NFC.String(q.Exact)
	out := Found{State: Orphaned, Places: []Anchor{}, Before: q.Exact, Method: "text"}
	if strings.TrimSpace(exact) == "" {
		return out
	}
	var all, withContext []Anchor
	for i := range v.Elements {
		e := &v.Elements[i]
		for at := 0; ; {
			n := strings.Index(e.Text[at:], exact)
			if n < 0 {
				break
			}
			start := len([]rune(e.Text[:at+n]))
			a := anchorAt(v, e, []rune(e.Text), start, start+len([]rune(exact)))
			all = append(all, a)
			if q.Prefix+q.Suffix != "" && agree(q.Prefix, a.Quote.Prefix, strings.HasSuffix) && agree(q.Suffix, a.Quote.Suffix, strings.HasPrefix) {
				withContext = append(withContext, a)
			}
			at += n + 1
			for at < len(e.Text) && e.Text[at]&0xC0 == 0x80 { // to the start of a character
				at++
			}
		}
	}
	switch {
	case len(withContext) == 1:
		all = withContext
	case len(all) == 0:
		return approximate(v, exact, out)
	}
	out.Places = all
	out.State = NeedsHuman
	if len(all) == 1 {
		out.State = Anchored
		out.After = all[0].Quote.Exact
	}
	return out
}

// agree tells whether two contexts are the same as far as the shorter one goes.
func agree(given, found string, has func(s, part string) bool) bool {
	given = norm.NFC.String(given)
	return has(given, found) || has(found, given)
}

// approximate takes the best place only if it is good and clearly better than the next.
func approximate(v *Version, exact string, out Found) Found {
	pattern := []rune(exact)
	if len(pattern) < approximateSize {
		return out
	}
	type place struct {
		anchor Anchor
		score  float64
	}
	var places []place
	for i := range v.Elements {
		e := &v.Elements[i]
		points := []rune(e.Text)
		for _, m := range nearest(pattern, points) {
			places = append(places, place{anchorAt(v, e, points, m.start, m.end), 1 - float64(m.cost)/float64(len(pattern))})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	if len(places) == 0 || places[0].score < approximateFrom {
		return out
	}
	out.Method, out.Score = "approximate", places[0].score
	out.State, out.Places, out.After = TextChanged, []Anchor{places[0].anchor}, places[0].anchor.Quote.Exact
	for _, p := range places[1:] {
		if places[0].score-p.score < leadOverSecond {
			out.State, out.After = NeedsHuman, ""
			out.Places = append(out.Places, p.anchor)
		}
	}
	return out
}

// match is a stretch of a text that a pattern fits with so many characters wrong.
type match struct{ start, end, cost int }

// nearest finds the stretches of a text that a pattern fits best (Sellers 1980: edit distance with a
// free start), the best first and none over another, up to two. What cannot reach the least score any
// more by its length is left out of the table (Ukkonen's cut-off).
func nearest(pattern, text []rune) []match {
	m := len(pattern)
	// One more in ten than the accepted score allows, so that a runner-up is seen.
	limit := int(float64(m) * (1 - approximateFrom + leadOverSecond))
	cost, from := make([]int, m+1), make([]int, m+1)
	for i := range cost {
		cost[i] = i
	}
	last := min(limit, m) // rows beyond cost more than the limit
	var ends []match
	for j, r := range text {
		diagonal, diagonalFrom := cost[0], from[0]
		cost[0], from[0] = 0, j+1
		top := min(last+1, m)
		for i := 1; i <= top; i++ {
			up, upFrom := cost[i], from[i]
			if i > last {
				up = limit + 1
			}
			best, bestFrom := diagonal, diagonalFrom
			if pattern[i-1] != r {
				best++
			}
			if up+1 < best {
				best, bestFrom = up+1, upFrom
			}
			if cost[i-1]+1 < best {
				best, bestFrom = cost[i-1]+1, from[i-1]
			}
			diagonal, diagonalFrom = up, upFrom
			cost[i], from[i] = best, bestFrom
		}
		last = top
		for cost[last] > limit {
			last--
		}
		if last == m {
			ends = append(ends, match{from[m], j + 1, cost[m]})
		}
	}
	slices.SortStableFunc(ends, func(a, b match) int { return a.cost - b.cost })
	var out []match
	for _, e := range ends {
		if len(out) == 2 {
			break
		}
		if !slices.ContainsFunc(out, func(o match) bool { return e.start < o.end && o.start < e.end }) {
			out = append(out, e)
		}
	}
	return out
}
