package consultation

import (
	"encoding/json"
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// amendmentKinds says what a tracked change of a file is as an amendment. What is not listed changes
// looks only.
var amendmentKinds = map[docx.Kind]AmendmentKind{
	docx.Insertion: Insertion, docx.Deletion: Repeal, docx.Substitution: Substitution, docx.MoveFrom: MoveElement,
	docx.RowInserted: Insertion, docx.RowDeleted: Repeal, docx.MarkInserted: SplitUp, docx.MarkDeleted: Join,
	docx.CellInserted: Insertion, docx.CellDeleted: Repeal,
}

// recorded proposes a change written down inside a comment; its author is whoever the comment names,
// unless it stands in a later paragraph, where nobody is named.
func (t *taker) recorded(c *Comment) {
	for i, paragraph := range c.Text {
		before, after, ok := recordedChange(paragraph)
		if !ok || len(c.Targets) == 0 {
			continue
		}
		a := Amendment{Kind: Substitution, Element: c.Targets[0].Code, Old: before, New: after, State: Unplaced, Comment: c.Source.WID, Voices: []Attribution{}}
		if i == 0 {
			a.Voices = c.Voices
		}
		if e, known := t.Document.Version.Element(a.Element); known {
			a.State = stateOf(e.Text, before, after)
			if at := strings.Index(strings.ToLower(e.Text), strings.ToLower(before)); a.State == ToConfirm && len(strings.ToLower(e.Text)) == len(e.Text) {
				edit := framework.WordsAt(e.ID, len([]rune(e.Text[:at])), e.Text[at:at+len(before)], after)
				a.Edit = &edit
			}
		}
		t.propose(a)
	}
}

// changes reads the tracked changes of the text. Changes of looks are in the report only.
func (t *taker) changes() {
	for i := range t.Content.Revisions {
		r := &t.Content.Revisions[i]
		if r.Kind == docx.Formatting || r.Kind == docx.Control {
			t.out.Counts.Formatting++
			continue
		}
		kind, ok := amendmentKinds[r.Kind]
		if !ok || t.told(r) {
			continue
		}
		a := Amendment{Kind: kind, Old: r.Old, New: r.New, State: Unplaced, Author: r.Author, Date: r.Date, Voices: []Attribution{}}
		if kind == MoveElement {
			a.New = r.Old // the words stay, their place changes
		}
		if voices := t.Registry.authors(r.Author); voices != nil {
			a.Voices = voices
		}
		t.placeChange(&a, r)
		t.propose(a)
	}
}

// told tells that another revision says the same: the mark or the far end of a paragraph that comes
// or goes as a whole.
func (t *taker) told(r *docx.Revision) bool {
	if r.Block < 0 || r.Block >= len(t.Content.Blocks) {
		return false
	}
	b := &t.Content.Blocks[r.Block]
	switch r.Kind {
	case docx.MarkInserted:
		return b.Rejected == "" && b.Accepted != ""
	case docx.MarkDeleted:
		return b.Accepted == "" && b.Rejected != ""
	case docx.Insertion, docx.Deletion: // the row or cell says it
		return b.Cell != nil && b.Cell.RowMark != "" && r.Old+r.New != "" && t.rowTold(r.Block)
	}
	return r.Old == "" && r.New == "" && r.Kind != docx.RowInserted && r.Kind != docx.RowDeleted
}

// rowTold tells whether a revision of the whole row stands for the words in it.
func (t *taker) rowTold(block int) bool {
	for i := range t.Content.Revisions {
		r := &t.Content.Revisions[i]
		if (r.Kind == docx.RowInserted || r.Kind == docx.RowDeleted) && r.Block == block && r.Old+r.New != "" {
			return true
		}
	}
	return false
}

// propose keeps an amendment and says which it is if the round has it already.
func (t *taker) propose(a Amendment) {
	for i := range t.Known.Amendments {
		k := &t.Known.Amendments[i]
		sameAuthor := k.Author == a.Author && k.Date == a.Date
		ours := t.out.Linked && labels(k.Voices) == labels(a.Voices)
		if k.Kind == a.Kind && k.Element == a.Element && k.Old == a.Old && k.New == a.New && k.at() == a.at() && (sameAuthor || ours) {
			a.Known = k.ID
			break
		}
	}
	if t.Check != nil && a.Known == "" {
		a.Held = t.Check(a.New)
	}
	t.out.Amendments = append(t.out.Amendments, a)
}

// placeChange finds the element a tracked change is in and makes the edit of it.
func (t *taker) placeChange(a *Amendment, r *docx.Revision) {
	if r.Block < 0 || r.Block >= len(t.places) {
		return
	}
	b := &t.Content.Blocks[r.Block]
	for _, at := range t.places[r.Block] {
		if at.whole || r.Rejected.Start < at.start || r.Rejected.End > at.end {
			continue
		}
		a.Element = at.element.Code
		text := []rune(at.element.Text)
		from, to, kept := carry([]rune(b.Rejected), text, at, r.Rejected.Start, r.Rejected.End)
		switch {
		case r.Kind == docx.MarkInserted || r.Kind == docx.MarkDeleted || a.Kind == MoveElement || !kept:
			a.State = ToConfirm // a person says what it means for the structure
		case from == 0 && to == len(text) && r.New == "":
			edit := framework.Edit{Op: framework.OpDelete, Key: at.element.ID, Old: jsonText(at.element.Text)}
			a.Edit, a.State, a.Old = &edit, Proposed, at.element.Text
		default:
			edit := framework.WordsAt(at.element.ID, from, string(text[from:to]), strings.ReplaceAll(r.New, string(docx.NoteMark), ""))
			a.Edit, a.State, a.Old = &edit, Proposed, string(text[from:to])
		}
		return
	}
	if b.Rejected == "" { // a new paragraph: it comes after the last element before it
		for i := r.Block - 1; i >= 0; i-- {
			if n := len(t.places[i]); n > 0 {
				a.Element, a.State, a.After = t.places[i][n-1].element.Code, ToConfirm, true
				return
			}
		}
	}
}

// untracked proposes what a partner changed in our own file without recording it.
func (t *taker) untracked() {
	for i := range t.places {
		b := &t.Content.Blocks[i]
		for _, at := range t.places[i] {
			if !at.differs || space(b.Rejected).text == "" {
				continue
			}
			edit := framework.Words(at.element.ID, at.element.Text, b.Rejected)
			t.propose(Amendment{Kind: Replacement, Element: at.element.Code, Old: at.element.Text, New: b.Rejected, Edit: &edit, State: ToConfirm, Untracked: true, Voices: []Attribution{}})
		}
	}
}

func jsonText(s string) json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage("null") // a text can always be written
	}
	return data
}
