package consultation

import (
	"regexp"
	"slices"
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// paper is a document while it is laid out: the same blocks become Word and HTML.
type paper struct {
	settings docx.Settings
	blocks   []any // *docx.Paragraph, *docx.Table, pageTurn
	comments []docx.NewComment
}

// pageTurn ends a stretch of pages and says how they lie.
type pageTurn struct{ landscape bool }

func (p *paper) add(list ...*docx.Paragraph) {
	for _, one := range list {
		p.blocks = append(p.blocks, one)
	}
}

// heading opens a section of the document.
func (p *paper) heading(level int, text string) { p.add(&docx.Paragraph{Level: level, Text: text}) }

// word writes the paper as a Word document.
func (p *paper) word() ([]byte, error) {
	b := docx.NewBuilder(p.settings)
	for _, block := range p.blocks {
		switch block := block.(type) {
		case *docx.Paragraph:
			b.Paragraph(block)
		case *docx.Table:
			b.Table(block)
		case pageTurn:
			b.EndSection(block.landscape)
		}
	}
	for _, c := range p.comments {
		b.Comment(c)
	}
	return b.Bytes()
}

// laid is where an element stands on paper.
type laid struct {
	element   *framework.Element
	paragraph *docx.Paragraph
	pieces    []piece
	story     string // body, or the note's element: a range stays in one
	order     int
}

// piece is a stretch of an element's text that is printed otherwise: a note mark, or nothing.
type piece struct{ start, end, now int }

// at carries an offset of the element's text to the paragraph.
func (l *laid) at(offset int) int {
	moved := 0
	for _, p := range l.pieces {
		switch {
		case offset >= p.end:
			moved += p.end - p.start - p.now
		case offset > p.start:
			return p.start - moved + p.now // inside: behind what stands for it
		}
	}
	return offset - moved
}

// layout puts a version on paper.
type layout struct {
	*paper
	version *framework.Version
	places  map[string]*laid // by element id
	notes   map[string]bool  // codes of footnotes that a mark leads to
	extra   map[string][]*docx.Paragraph
	lang    string
	dir     docx.Direction
}

// direction gives the reading direction of a text in a language, for a paragraph.
func direction(language string) docx.Direction {
	if t, ok := lang.Parse(language); ok && t.Dir() == "rtl" {
		return docx.RightToLeft
	}
	return docx.LeftToRight
}

// lay adds the whole text of a version: paragraphs, the results as a table, notes where they are
// marked. extra are paragraphs that come after an element.
func (p *paper) lay(v *framework.Version, extra map[string][]*docx.Paragraph, level int) map[string]*laid {
	l := &layout{paper: p, version: v, places: map[string]*laid{}, notes: map[string]bool{}, extra: extra, lang: v.Language, dir: direction(v.Language)}
	for i := range v.Elements {
		for _, m := range v.Elements[i].Mentions {
			if e, ok := v.Element(m.To); ok && m.Marker != "" && e.Kind == framework.KindFootnote && strings.Contains(v.Elements[i].Text, m.Marker) {
				l.notes[m.To] = true
			}
		}
	}
	from, to := l.matrix()
	for i := 0; i < len(v.Elements); i++ {
		if i == from {
			l.results(v.Elements[from:to], level)
			i = to - 1
			continue
		}
		l.plain(&v.Elements[i], level)
	}
	return l.places
}

// plain adds an element as a paragraph of its own.
func (l *layout) plain(e *framework.Element, level int) {
	if e.Kind == framework.KindPillar && strings.Contains(l.parentText(e), e.Text) || l.notes[e.Code] {
		return // it stands in its parent's words, or under the text as a note
	}
	p := l.paragraph(e)
	switch e.Kind {
	case framework.KindTitle:
		p.Level = level
	case framework.KindHeading:
		p.Level = level + 1
	case framework.KindAim, framework.KindProcessStep:
		p.Bullet = 1
	case framework.KindReference:
		p.Looks = append(p.Looks, docx.Look{Span: docx.Span{End: len([]rune(p.Text))}, Bold: true})
	}
	l.add(p)
	l.add(l.extra[e.ID]...)
}

func (l *layout) parentText(e *framework.Element) string {
	if parent, ok := l.version.Element(e.Parent); ok {
		return parent.Text
	}
	return ""
}

// printedMark is a bookmark that stands in the text of the founding document.
var printedMark = regexp.MustCompile(`\[bookmark:[^\]]*\]`)

// paragraph makes the paragraph of an element: its own words under a hidden bookmark, with Word
// footnotes in the place of printed marks.
func (l *layout) paragraph(e *framework.Element) *docx.Paragraph {
	p := &docx.Paragraph{Bookmark: BookmarkName(e.ID), Lang: l.lang, Direction: l.dir}
	place := &laid{element: e, paragraph: p, order: len(l.places)}
	l.places[e.ID] = place
	type mark struct {
		piece
		note *framework.Element
	}
	var marks []mark
	points := func(at int) int { return len([]rune(e.Text[:at])) }
	for _, m := range e.Mentions {
		note, ok := l.version.Element(m.To)
		if at := strings.Index(e.Text, m.Marker); ok && l.notes[m.To] && m.Marker != "" && at >= 0 {
			marks = append(marks, mark{piece{points(at), points(at) + len([]rune(m.Marker)), 1}, note})
		}
	}
	for _, at := range printedMark.FindAllStringIndex(e.Text, -1) {
		marks = append(marks, mark{piece{points(at[0]), points(at[1]), 0}, nil})
	}
	slices.SortFunc(marks, func(a, b mark) int { return a.start - b.start })
	runes, at := []rune(e.Text), 0
	var text strings.Builder
	for _, m := range marks {
		if m.start < at {
			continue // two marks at one place
		}
		text.WriteString(string(runes[at:m.start]))
		if m.note != nil {
			text.WriteRune(docx.NoteMark)
			p.Notes = append(p.Notes, docx.FootnoteText{l.footnote(m.note)})
		}
		place.pieces = append(place.pieces, m.piece)
		at = m.end
	}
	text.WriteString(string(runes[at:]))
	p.Text = text.String()
	return p
}

// footnote makes the text of a note. A second mark of the same note repeats its words without the
// bookmark, which a document has once.
func (l *layout) footnote(e *framework.Element) *docx.Paragraph {
	if l.places[e.ID] != nil {
		return &docx.Paragraph{Text: e.Text, Lang: l.lang, Direction: l.dir}
	}
	p := &docx.Paragraph{Text: e.Text, Bookmark: BookmarkName(e.ID), Lang: l.lang, Direction: l.dir}
	l.places[e.ID] = &laid{element: e, paragraph: p, story: e.ID, order: len(l.places)}
	return p
}

// maxColumns is how many outcomes a table across the page can show side by side.
const maxColumns = 7

// matrix finds the stretch of elements that is the table of results: from the title above the first
// outcome to the last output. Without outcomes, or with too many, there is none.
func (l *layout) matrix() (from, to int) {
	from, to = -1, -1
	outcomes := 0
	title := -1
	for i, e := range l.version.Elements {
		switch e.Kind {
		case framework.KindTitle:
			title = i
		case framework.KindOutcome:
			outcomes++
			if from < 0 {
				from = title
			}
		case framework.KindOutput, framework.KindOutputSubitem, framework.KindTarget, framework.KindStep, framework.KindTargetStatement:
			if from >= 0 {
				to = i + 1
			}
		}
	}
	if outcomes == 0 || outcomes > maxColumns || from < 0 || to < from {
		return -1, -1
	}
	return from, to
}

// results lays the table of results: a row for each heading, a column for each outcome, as in the
// original. What belongs to no outcome runs across all columns.
func (l *layout) results(elements []framework.Element, level int) {
	l.blocks = append(l.blocks, pageTurn{})
	column := map[string]int{}
	for i := range elements {
		if elements[i].Kind == framework.KindOutcome {
			column[elements[i].Code] = len(column)
		}
	}
	n := len(column)
	t := &docx.Table{Widths: append([]int{4}, slices.Repeat([]int{5}, n)...), RTL: l.dir == docx.RightToLeft}
	var label *docx.Paragraph
	var cells [][]*docx.Paragraph
	flush := func() {
		if cells == nil {
			return
		}
		row := docx.Row{Cells: []docx.TableCell{l.labelCell(&label)}}
		for _, c := range cells {
			row.Cells = append(row.Cells, docx.TableCell{Paragraphs: c})
		}
		t.Rows = append(t.Rows, row)
		cells = nil
	}
	across := func(p ...*docx.Paragraph) {
		flush()
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.TableCell{l.labelCell(&label), {Paragraphs: p, Span: n}}})
	}
	for i := range elements {
		e := &elements[i]
		if l.notes[e.Code] {
			continue
		}
		p := l.paragraph(e)
		switch e.Kind {
		case framework.KindTitle:
			p.Level = level
			l.add(p)
			continue
		case framework.KindHeading:
			flush()
			if label != nil { // a heading over nothing
				across()
			}
			p.Style = docx.StyleCellHead
			label = p
			continue
		}
		p.Style = docx.StyleCell
		at, ok := l.columnOf(e, column)
		if !ok {
			across(append([]*docx.Paragraph{p}, l.extra[e.ID]...)...)
			continue
		}
		if cells == nil {
			cells = make([][]*docx.Paragraph, n)
		}
		cells[at] = append(cells[at], l.inCell(e, p)...)
	}
	flush()
	if label != nil {
		across()
	}
	l.blocks = append(l.blocks, t, pageTurn{landscape: true})
}

// labelCell takes the heading of a row; further rows under it have none.
func (l *layout) labelCell(label **docx.Paragraph) docx.TableCell {
	c := docx.TableCell{Shade: "E8EEF4"}
	if *label != nil {
		c.Paragraphs = []*docx.Paragraph{*label}
		*label = nil
	}
	return c
}

// inCell gives the paragraphs of an element in its cell: the name of a target above its words.
func (l *layout) inCell(e *framework.Element, p *docx.Paragraph) []*docx.Paragraph {
	var out []*docx.Paragraph
	switch e.Kind {
	case framework.KindTarget:
		name := "Target " + strings.TrimPrefix(e.Code, "T")
		out = append(out, &docx.Paragraph{Text: name, Style: docx.StyleCell, Lang: "en", Direction: docx.LeftToRight, Looks: bold(name)})
	case framework.KindTargetGroup:
		p.Looks = bold(p.Text)
	case framework.KindStep, framework.KindOutputSubitem:
		p.Bullet = 1
	}
	return append(append(out, p), l.extra[e.ID]...)
}

func bold(text string) []docx.Look {
	return []docx.Look{{Span: docx.Span{End: len([]rune(text))}, Bold: true}}
}

// columnOf climbs from an element to its outcome.
func (l *layout) columnOf(e *framework.Element, column map[string]int) (int, bool) {
	for range len(l.version.Elements) {
		if at, ok := column[e.Code]; ok {
			return at, true
		}
		parent, ok := l.version.Element(e.Parent)
		if !ok {
			return 0, false
		}
		e = parent
	}
	return 0, false
}
