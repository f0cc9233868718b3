package consultation

import "waymark/internal/framework"

// CommentKind says whether a comment stands on words.
type CommentKind string

// The kinds.
const (
	General  CommentKind = "general"
	Specific CommentKind = "specific"
)

// CommentType is ISO's classification of comments.
type CommentType string

// The types; empty: not classified yet.
const (
	TypeGeneral   CommentType = "general"
	TypeTechnical CommentType = "technical"
	TypeEditorial CommentType = "editorial"
)

// FoundState is Word's own mark. It tells about the source file and is no disposition.
type FoundState string

// The states as found.
const (
	FoundOpen     FoundState = "open"
	FoundResolved FoundState = "resolved"
	FoundUnknown  FoundState = "unknown"
)

// Comment is one comment as it came.
type Comment struct {
	ID         string      `json:"id"`
	Number     int         `json:"number"` // within the round, as people cite it
	Round      int         `json:"round"`
	Submission string      `json:"submission"`
	Kind       CommentKind `json:"kind"`
	Type       CommentType `json:"type,omitempty"`
	// Body is the paragraphs as found, with the prefix that names organisations; Text is without it.
	Body     []string `json:"body"`
	Text     []string `json:"text"`
	Language string   `json:"language,omitempty"`
	ReplyTo  string   `json:"replyTo,omitempty"` // id of the comment it answers; threads are one level deep
	// EditorFrom is the number of the paragraph from which the secretariat answers inside the comment,
	// counted from 1; 0: none. A person marks it, it is never guessed.
	EditorFrom int           `json:"editorFrom,omitempty"`
	Found      FoundState    `json:"found"`
	Source     SourceIDs     `json:"source,omitzero"`
	Voices     []Attribution `json:"voices"`
	Targets    []Target      `json:"targets,omitempty"`
	// AgeBand and Country are all that is told of the children who speak, in children's rounds.
	AgeBand string `json:"ageBand,omitempty"`
	Country string `json:"country,omitempty"`
	// Code is the stable name a comment of the founding document has (CM-05).
	Code string `json:"code,omitempty"`
	// Withdrawn says that its author took it back; Removed that a moderator did, and on which ground of
	// the closed list. The text of neither is shown any more.
	Withdrawn bool    `json:"withdrawn,omitempty"`
	Removed   Removal `json:"removed,omitempty"`
	// Translations by language, each with who wrote it; they never replace the original.
	Translations map[string]Translation `json:"translations,omitempty"`
	// Held says why a moderator must look before it shows; empty: it shows.
	Held string `json:"held,omitempty"`
	// Passed names the moderators who handed it on to a colleague: they are not shown it again.
	Passed []string `json:"passed,omitempty"`
	// Known is, in what was read from a file, the id of the same one the round has already.
	Known string `json:"known,omitempty"`
	// Remark is what a reader should know about it beside its words.
	Remark     string `json:"remark,omitempty"`
	RowVersion int    `json:"-"`
}

// Removal is the ground on which a comment was removed: a closed list, published and counted.
type Removal string

// The grounds.
const (
	RemovedUnlawful Removal = "unlawful" // points to what is never stored
	RemovedPersonal Removal = "personal" // personal data of somebody
	RemovedAbusive  Removal = "abusive"
	RemovedSpam     Removal = "spam"
)

// Removals lists the grounds.
var Removals = []Removal{RemovedUnlawful, RemovedPersonal, RemovedAbusive, RemovedSpam}

// Translation is a comment in another language.
type Translation struct {
	Text     []string `json:"text"`
	By       string   `json:"by"`
	Reviewed bool     `json:"reviewed"`
}

// IsShown tells whether everybody may read the comment's words.
func (c *Comment) IsShown() bool { return c.Held == "" && !c.Withdrawn && c.Removed == "" }

// SourceIDs are what tells that two files hold the same comment.
type SourceIDs struct {
	WID       string `json:"wid,omitempty"`
	ParaID    string `json:"paraId,omitempty"`
	DurableID string `json:"durableId,omitempty"`
	// Author is as found and may be a person: it is kept in a column of its own and never printed.
	Author string `json:"-"`
	Date   string `json:"date,omitempty"`
}

// Target is where a comment stands: words of one element, a whole element or a field of it, on one
// version. A range over several elements has one target for each, in order.
type Target struct {
	framework.Anchor
	Code string `json:"code"` // the element's printed code in that version
	// Said is the words the comment stands on in the file it came in, whatever became of them since.
	Said  string                `json:"said,omitempty"`
	State framework.AnchorState `json:"state"`
	// Method says how the place was found: id (our own mark), text, approximate, manual.
	Method string `json:"method,omitempty"`
	// Choices are the places a person chooses from where the state is needs_human.
	Choices []framework.Anchor `json:"choices,omitempty"`
	// Moves is every change of state or place, oldest first: never silently.
	Moves []Move `json:"moves,omitempty"`
}

// Words gives the words a target stands on; empty for a whole element.
func (t *Target) Words() string {
	if t.Anchor.Quote == nil {
		return t.Said
	}
	return t.Anchor.Quote.Exact
}

// On gives where the target stood on a version, looking back through its moves; false where it never
// had a place there.
func (t *Target) On(version string) (framework.Anchor, bool) {
	if t.Anchor.Version == version {
		return t.Anchor, t.Anchor.Element != ""
	}
	for _, m := range t.Moves {
		if m.Was.Version == version && m.Was.Element != "" {
			return m.Was, true
		}
	}
	return framework.Anchor{}, false
}

// Move is one change of an anchor, with the place before it, so that a person can take it back.
type Move struct {
	Version string                `json:"version"` // the later one
	From    framework.AnchorState `json:"from"`
	To      framework.AnchorState `json:"to"`
	Was     framework.Anchor      `json:"was"`
	Before  string                `json:"before"` // the words
	After   string                `json:"after"`
	Method  string                `json:"method"`
	Score   float64               `json:"score,omitempty"`
	By      string                `json:"by,omitempty"` // a person, where one placed it
}

// HasVoice tells whether an organisation speaks in a comment, confirmed or proposed.
func (c *Comment) HasVoice(organisation string) bool {
	for _, v := range c.Voices {
		if v.Organisation == organisation {
			return true
		}
	}
	return false
}
