package consultation

import (
	"regexp"
	"strings"

	"waymark/internal/framework"
)

// AmendmentKind is what an amendment does to the text (Akoma Ntoso's textual modifications, and move).
type AmendmentKind string

// The kinds.
const (
	Repeal       AmendmentKind = "repeal"
	Substitution AmendmentKind = "substitution"
	Insertion    AmendmentKind = "insertion"
	Replacement  AmendmentKind = "replacement" // of a whole element
	Renumbering  AmendmentKind = "renumbering"
	SplitUp      AmendmentKind = "split"
	Join         AmendmentKind = "join"
	MoveElement  AmendmentKind = "move"
	Typed        AmendmentKind = "typed" // a value, date, definition or other field
)

// AmendmentState is where an amendment stands against the version.
type AmendmentState string

// The states.
const (
	Proposed      AmendmentState = "proposed"        // waits for an answer
	ToConfirm     AmendmentState = "to_confirm"      // read out of a comment: a person says whether it was meant
	AlreadyInText AmendmentState = "already_in_text" // the new words stand there and the old ones do not
	Stale         AmendmentState = "stale"           // what it changes is no longer there
	NotMeant      AmendmentState = "not_meant"       // a person said that it was not meant as one
	Unplaced      AmendmentState = "unplaced"        // its place in the text was not found
)

// Amendment is a proposed change of the version, of its own or with a comment.
type Amendment struct {
	ID         string        `json:"id"`
	Number     int           `json:"number"`
	Round      int           `json:"round"`
	Submission string        `json:"submission"`
	Comment    string        `json:"comment,omitempty"` // id of the comment it stands in
	Kind       AmendmentKind `json:"kind"`
	Element    string        `json:"element,omitempty"` // code
	// After says that New comes as a new paragraph behind Element.
	After bool `json:"after,omitempty"`
	// Untracked says that the words were found changed in our own file, without a record of it.
	Untracked bool   `json:"untracked,omitempty"`
	Held      string `json:"held,omitempty"` // as Comment.Held
	// Old and New are the words, also where a field is changed: what a reader sees.
	Old string `json:"old"`
	New string `json:"new"`
	// Edit is the change as data; nil while the place is not found.
	Edit          *framework.Edit `json:"edit,omitempty"`
	Justification string          `json:"justification,omitempty"`
	State         AmendmentState  `json:"state"`
	Voices        []Attribution   `json:"voices"` // none: nobody is named
	Author        string          `json:"-"`      // as found: private when it is a person
	Date          string          `json:"date,omitempty"`
	Code          string          `json:"code,omitempty"` // TC-1
	// Drafted says that the secretariat wrote it: the change that an answer leads to.
	Drafted bool `json:"drafted,omitempty"`
	// Known is, in what was read from a file, the id of the same one the round has already.
	Known string `json:"known,omitempty"`
	// Remark is what a reader should know about it beside its words.
	Remark     string `json:"remark,omitempty"`
	RowVersion int    `json:"-"`
}

// at gives where an amendment's words begin; -1: nowhere.
func (a *Amendment) at() int {
	if a.Edit == nil || a.Edit.At == nil {
		return -1
	}
	return *a.Edit.At
}

// recorded is a change written down inside a comment: "(Original: X; Changed: Y)".
var recorded = regexp.MustCompile(`(?is)^\(\s*original:\s*(.+?)\s*;\s*changed:\s*(.+?)\s*\.?\s*\)$`)

// recordedChange reads such a paragraph.
func recordedChange(paragraph string) (before, after string, ok bool) {
	m := recorded.FindStringSubmatch(strings.TrimSpace(paragraph))
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// stateOf compares a change of words with an element's text, without regard to case.
func stateOf(text, before, after string) AmendmentState {
	has := func(words string) bool {
		return words != "" && strings.Contains(strings.ToLower(text), strings.ToLower(words))
	}
	switch {
	case has(after) && !has(before):
		return AlreadyInText
	case !has(before) && before != "":
		return Stale
	}
	return ToConfirm
}
