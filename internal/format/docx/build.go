package docx

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"waymark/internal/fault"
)

// Builder makes a document from plain values. The same calls give the same bytes: it has no clock,
// and its ids come from the keys it is given. Texts should be NFC; all offsets count code points.
type Builder struct {
	settings Settings
	blocks   []any // *Paragraph, *Table, sectionEnd
	comments []NewComment
	dropped  int
}

// Settings hold for the whole document.
type Settings struct {
	Title      string
	Creator    string // who the file says made it: a service, never a person's name by accident
	Lang       string // BCP 47, for text that does not say its own
	RTL        bool   // the document reads from right to left
	Track      bool   // Word records the changes of whoever edits it
	Properties []Property
	PageWord   string // before the page number in the footer; may be empty
}

// Paragraph is a paragraph to write. Text is the text before any change; each NoteMark in it stands
// for the next of Notes.
type Paragraph struct {
	Text      string
	Level     int    // 1 to 6: a heading
	Style     string // one of the Style constants; Level goes before it
	Bullet    int    // 1 to 3: an item of a list, that deep
	Bookmark  string // around the whole paragraph; begins with "_" to be hidden in Word
	Lang      string // BCP 47; "": the document's
	Direction Direction
	NewPage   bool
	Looks     []Look
	Notes     []FootnoteText
	Changes   []Change
	Inserted  *By // the whole paragraph is a tracked insertion
	Deleted   *By // the whole paragraph is a tracked deletion
}

// Direction is the reading direction of a paragraph.
type Direction uint8

// The directions.
const (
	AsDocument Direction = iota
	LeftToRight
	RightToLeft
)

// The paragraph styles every built document has, beside its headings.
const (
	StyleTitle    = "Title"
	StyleSubtitle = "Subtitle"
	StyleQuote    = "Quote"
	StyleSmall    = "Small"
	StyleCell     = "TableText"
	StyleCellHead = "TableHead"
)

// Look makes a span of a paragraph's text bold, italic or grey.
type Look struct {
	Span
	Bold, Italic, Grey, Strike bool
}

// FootnoteText is the text of a footnote.
type FootnoteText []*Paragraph

// By says who made a change and when. Date is an xsd:dateTime in the time people there had; "" leaves
// it out.
type By struct{ Author, Date string }

// Change is a tracked change: the span goes, New stands in its place. An empty span is an insertion,
// an empty New a deletion. Changes of one paragraph must not overlap.
type Change struct {
	Span
	New string
	By
}

// Table is a table to write. Widths are relative.
type Table struct {
	Widths []int
	Rows   []Row
	RTL    bool // its first column stands on the right
}

// Row is a row of a table, its cells in grid order without those a cell above covers.
type Row struct {
	Header   bool // repeated on every page
	Cells    []TableCell
	Inserted *By
	Deleted  *By
}

// TableCell is a cell of a row.
type TableCell struct {
	Paragraphs []*Paragraph
	Span       int    // grid columns it covers; 0 is 1
	Down       int    // rows it covers; 0 is 1
	Shade      string // RRGGBB, "" for none
}

// Spot is a place in a paragraph that was given to the Builder.
type Spot struct {
	Paragraph *Paragraph
	Offset    int
}

// NewComment is a comment to write. Word shows replies one level deep: deeper ones become replies to
// the root.
type NewComment struct {
	Key      string // makes its ids; the same key gives the same ids in every file
	Author   string
	Initials string
	Date     string // as By.Date
	DateUTC  string
	Body     []string // paragraphs
	Lang     string
	RTL      bool
	From, To Spot // of a reply: its root's
	Done     bool // resolved
	Replies  []NewComment
}

// sectionEnd closes a section of pages.
type sectionEnd struct{ landscape bool }

// NewBuilder starts an empty document.
func NewBuilder(s Settings) *Builder { return &Builder{settings: s} }

// Paragraph adds paragraphs. They may be filled in until Bytes.
func (b *Builder) Paragraph(list ...*Paragraph) {
	for _, p := range list {
		b.blocks = append(b.blocks, p)
	}
}

// Heading adds a heading and gives it back.
func (b *Builder) Heading(level int, text string) *Paragraph {
	p := &Paragraph{Level: level, Text: text}
	b.Paragraph(p)
	return p
}

// Table adds a table.
func (b *Builder) Table(t *Table) { b.blocks = append(b.blocks, t) }

// EndSection ends the pages added since the last one and says how they lie. Without a call the whole
// document is upright.
func (b *Builder) EndSection(landscape bool) { b.blocks = append(b.blocks, sectionEnd{landscape}) }

// Comment adds a comment with its replies.
func (b *Builder) Comment(c NewComment) { b.comments = append(b.comments, c) }

// Dropped gives how many characters the last Bytes left out because XML cannot hold them.
func (b *Builder) Dropped() int { return b.dropped }

// Bytes writes the document, or refuses values that cannot stand in one.
func (b *Builder) Bytes() ([]byte, error) {
	w := &writer{b: b, paragraphs: map[*Paragraph]*placement{}, usedIDs: map[uint32]bool{}}
	if err := w.check(); err != nil {
		return nil, err
	}
	data, err := w.write()
	b.dropped = w.dropped
	return data, err
}

// placement is what the writer knows of a paragraph before writing it.
type placement struct {
	order int
	story string // "" is the body; else the footnote
	runes int
	marks []mark
}

// check goes over all values once, in writing order, and prepares the comments.
func (w *writer) check() error {
	for i, blk := range w.b.blocks {
		switch blk := blk.(type) {
		case *Paragraph:
			if err := w.checkParagraph(blk, "", fmt.Sprintf("block %d", i+1)); err != nil {
				return err
			}
		case *Table:
			if err := w.checkTable(blk, fmt.Sprintf("block %d", i+1)); err != nil {
				return err
			}
		}
	}
	for i := range w.b.comments {
		if err := w.checkComment(&w.b.comments[i]); err != nil {
			return err
		}
	}
	return nil
}

func wrong(format string, args ...any) error {
	return fault.Newf(fault.Refused, "The document cannot be written: "+format, args...)
}

var bookmarkName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,39}$`)

var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$`)

func (w *writer) checkParagraph(p *Paragraph, story, where string) error {
	if p == nil {
		return wrong("%s is no paragraph.", where)
	}
	if w.paragraphs[p] != nil {
		return wrong("%s stands in it twice.", where)
	}
	n := utf8.RuneCountInString(p.Text)
	w.paragraphs[p] = &placement{order: len(w.paragraphs), story: story, runes: n}
	if p.Bookmark != "" {
		if !bookmarkName.MatchString(p.Bookmark) || w.bookmarks[p.Bookmark] {
			return wrong("%s has the bookmark name %q, which Word does not take or which is taken.", where, p.Bookmark)
		}
		if w.bookmarks == nil {
			w.bookmarks = map[string]bool{}
		}
		w.bookmarks[p.Bookmark] = true
	}
	for _, l := range p.Looks {
		if l.Start < 0 || l.End < l.Start || l.End > n {
			return wrong("%s has a look from %d to %d in a text of %d.", where, l.Start, l.End, n)
		}
	}
	if (p.Inserted != nil || p.Deleted != nil) && len(p.Changes) > 0 || p.Inserted != nil && p.Deleted != nil {
		return wrong("%s is changed as a whole and again.", where)
	}
	last := Span{}
	for i, c := range p.Changes {
		if c.Start < 0 || c.End < c.Start || c.End > n || i > 0 && (c.Start < last.End || c.Span == last) {
			return wrong("%s has the change from %d to %d, which overlaps another, is out of order or lies outside the text of %d.", where, c.Start, c.End, n)
		}
		last = c.Span
	}
	for _, by := range append(changesBy(p.Changes), p.Inserted, p.Deleted) {
		if by != nil && by.Date != "" && !dateTime.MatchString(by.Date) {
			return wrong("%s has the date %q.", where, by.Date)
		}
	}
	marks := 0
	for _, r := range p.Text {
		if r == NoteMark {
			marks++
		}
	}
	if marks != len(p.Notes) || marks > 0 && story != "" {
		return wrong("%s has %d note marks and %d notes.", where, marks, len(p.Notes))
	}
	for _, note := range p.Notes {
		w.notes = append(w.notes, note)
		for _, np := range note {
			if err := w.checkParagraph(np, fmt.Sprintf("footnote %d", len(w.notes)), where); err != nil {
				return err
			}
		}
	}
	return nil
}

func changesBy(list []Change) []*By {
	out := make([]*By, 0, len(list)+2)
	for i := range list {
		out = append(out, &list[i].By)
	}
	return out
}

func (w *writer) checkTable(t *Table, where string) error {
	if len(t.Widths) == 0 || len(t.Widths) > 63 || len(t.Rows) == 0 {
		return wrong("%s is a table of %d columns and %d rows.", where, len(t.Widths), len(t.Rows))
	}
	for _, width := range t.Widths {
		if width <= 0 {
			return wrong("%s has a column without width.", where)
		}
	}
	down := make([]int, len(t.Widths)) // rows each column is still covered from above
	for i, row := range t.Rows {
		col := 0
		skip := func() {
			for col < len(down) && down[col] > 0 {
				down[col]--
				col++
			}
		}
		for _, c := range row.Cells {
			skip()
			for range max(1, c.Span) {
				if col >= len(down) || down[col] > 0 {
					return wrong("%s, row %d, has more cells than columns.", where, i+1)
				}
				down[col] = max(1, c.Down) - 1
				col++
			}
			if i+max(1, c.Down) > len(t.Rows) {
				return wrong("%s, row %d, has a cell that reaches below the table.", where, i+1)
			}
			for _, p := range c.Paragraphs {
				if p != nil && (row.Inserted != nil || row.Deleted != nil) && (len(p.Changes) > 0 || p.Inserted != nil || p.Deleted != nil) {
					return wrong("%s, row %d, is changed as a whole and again.", where, i+1)
				}
				if err := w.checkParagraph(p, "", fmt.Sprintf("%s, row %d", where, i+1)); err != nil {
					return err
				}
			}
		}
		skip()
		if col != len(down) {
			return wrong("%s, row %d, has %d columns instead of %d.", where, i+1, col, len(down))
		}
	}
	return nil
}
