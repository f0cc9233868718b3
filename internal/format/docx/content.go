package docx

// NoteMark stands in a block's text where a footnote or endnote is referred to; Block.Notes says to
// which. One code point, so that offsets count it as one.
const NoteMark = '\uFFFC'

// Content is what a document says, as plain values. Texts are in NFC; offsets count code points.
type Content struct {
	Blocks     []Block
	Comments   []Comment // in the order of the comments part
	Revisions  []Revision
	Properties []Property // custom document properties, in file order
	Core       Core
}

// Core are the properties of the file that name people, and its title.
type Core struct {
	Title          string `json:"title,omitempty"`
	Creator        string `json:"creator,omitempty"`
	LastModifiedBy string `json:"lastModifiedBy,omitempty"`
}

// Property is a custom document property, its value as text.
type Property struct{ Name, Value string }

// Story tells where a block stands.
type Story string

// The stories of a document.
const (
	Body     Story = "body"
	Footnote Story = "footnote"
	Endnote  Story = "endnote"
	Header   Story = "header"
	Footer   Story = "footer"
	TextBox  Story = "textBox"
	inNote   Story = "comment" // a comment's body; never among Content.Blocks
)

// Span is a stretch of text in code points, Start included, End excluded.
type Span struct{ Start, End int }

// Block is one paragraph as it stands in the file, tracked changes and all.
type Block struct {
	Part  string
	Story Story
	Note  string // id of the footnote or endnote it stands in

	Style     string // id of its paragraph style
	StyleName string
	Level     int    // 1 to 9 for a heading, 0 for anything else
	List      string // numbering id, "" outside lists
	ListLevel int    // 0 is the outermost
	RTL       bool
	Cell      *Cell // nil outside tables

	Accepted string // the text if all changes are accepted
	Rejected string // the text if all are rejected
	Mark     Kind   // what happens to the paragraph's end: "", MarkInserted, MarkDeleted, MarkMovedFrom, MarkMovedTo

	Bookmarks []Bookmark
	Comments  []CommentSpan
	Notes     []NoteRef
}

// Cell tells where in which table a block stands. Tables count from 1 in reading order, rows and grid
// columns from 0.
type Cell struct {
	Table, Row, Col int
	Span            int  // grid columns it covers
	Continues       bool // merged with the cell above
	Header          bool // in a heading row
	RowMark         Kind // "", RowInserted, RowDeleted: what happens to the whole row
	Depth           int  // 1, or more in a table inside a cell
}

// Bookmark is a bookmark that begins in a block. Names that begin with "_" are hidden in Word.
type Bookmark struct {
	Name     string
	Accepted int
	Rejected int
}

// CommentSpan is the part of a comment's range in one block.
type CommentSpan struct {
	Comment  string // Comment.ID
	Accepted Span
	Rejected Span
}

// NoteRef is one NoteMark of a block.
type NoteRef struct {
	ID       string
	Endnote  bool
	Accepted int // -1 where the reference is deleted
	Rejected int // -1 where the reference is inserted
}

// Anchor tells how a comment is tied to the text.
type Anchor string

// The kinds of anchor.
const (
	AnchorRange Anchor = "range"
	AnchorPoint Anchor = "point" // a reference without a range, or a range of no text
	AnchorNone  Anchor = "none"  // nothing in the text leads to it
)

// Place is where a comment stands: one per block it covers, in order.
type Place struct {
	Block    int // index into Content.Blocks
	Accepted Span
	Rejected Span
}

// Comment is a comment as found. Author and dates are exactly as in the file: absent stays absent.
type Comment struct {
	ID        string   `json:"id"`
	ParaID    string   `json:"paraId,omitempty"`
	DurableID string   `json:"durableId,omitempty"`
	Parent    string   `json:"parent,omitempty"` // ID of the comment it answers
	Author    string   `json:"author"`
	Initials  string   `json:"initials,omitempty"`
	Date      string   `json:"date,omitempty"`    // local time of whoever wrote it, whatever its zone mark says
	DateUTC   string   `json:"dateUtc,omitempty"` // only where the file has it
	Done      *bool    `json:"done"`              // null: the file does not say whether it is resolved
	Anchor    Anchor   `json:"anchor"`
	Quote     string   `json:"anchoredText"`
	Body      []string `json:"body"` // its paragraphs
	Places    []Place  `json:"-"`
}

// Kind is what a tracked change does.
type Kind string

// The kinds of tracked changes.
const (
	Insertion    Kind = "insertion"
	Deletion     Kind = "deletion"
	Substitution Kind = "substitution" // a deletion and an insertion by one author at one place
	MoveFrom     Kind = "moveFrom"
	MoveTo       Kind = "moveTo"

	MarkInserted  Kind = "paragraphMarkInserted"
	MarkDeleted   Kind = "paragraphMarkDeleted"
	MarkMovedFrom Kind = "paragraphMarkMovedFrom"
	MarkMovedTo   Kind = "paragraphMarkMovedTo"
	RowInserted   Kind = "rowInserted"
	RowDeleted    Kind = "rowDeleted"
	CellInserted  Kind = "cellInserted"
	CellDeleted   Kind = "cellDeleted"
	CellMerged    Kind = "cellMerged"
	Control       Kind = "contentControl" // a content control was added, taken away or moved
	Formatting    Kind = "formatting"     // looks only
)

// Revision is one tracked change. Changes that touch, of one author, are one revision.
type Revision struct {
	Kind     Kind
	Author   string
	Date     string // of its first element, as found
	Old, New string // the text it takes away and puts in
	Block    int    // index into Content.Blocks; -1 where it stands outside paragraphs
	Accepted Span   // New in the accepted text of the block
	Rejected Span   // Old in the rejected text of the block
	Move     string // the name both ends of a move share
	Elements int    // elements of the file it was made of
	What     string // for Formatting and Control: the element
}
