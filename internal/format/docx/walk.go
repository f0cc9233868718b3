package docx

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// walker reads the blocks of one story. Comment ranges, changes and fields that span paragraphs stay
// open between them.
type walker struct {
	*reader
	t       *tree
	story   Story
	note    string
	cell    *Cell
	cur     *paragraph           // nil between paragraphs
	open    map[string]openRange // by comment id
	wraps   []*piece             // ins, del, moveFrom, moveTo around where we are
	moves   []string             // names of the moves around where we are
	pending []Bookmark
	boxes   []*etree.Element // text boxes met in the paragraph, read after it
	fields  map[*etree.Element]bool
	field   []bool // fields around where we are: true once in the result
	codes   int    // how many of them are still in their code
	texts   []string
	noteNow bool // just after the number of a note: the space behind it is no text
}

// openRange is a comment range whose end was not met yet. In later blocks it begins at their start.
type openRange struct {
	id    string
	block int
	from  position
}

// paragraph is the block being read, its two readings growing.
type paragraph struct {
	index    int
	new, old strings.Builder
	pieces   []*piece
	marks    []*position // to be turned from bytes to code points at the end
}

func (p *paragraph) position() position { return position{p.new.Len(), p.old.Len()} }

// piece is one element that wraps changed runs, or its share in one paragraph.
type piece struct {
	kind         Kind
	author, date string
	move         string
	from, to     position
	elements     int
}

// blocks reads what stands inside e at block level.
func (w *walker) blocks(e *etree.Element) {
	for _, c := range children(e) {
		w.blockLevel(c)
	}
}

func (w *walker) blockLevel(c *etree.Element) {
	local := w.t.w(c)
	switch {
	case w.t.is(c, nsMC, "AlternateContent"):
		if b := w.branch(c); b != nil {
			w.blocks(b)
		}
	case local == "p":
		w.paragraph(c)
	case local == "tbl":
		w.table(c)
	case local == "sdt":
		w.blocks(orEmpty(w.t.find(c, "sdtContent")))
	case local == "customXml", local == "smartTag", local == "sdtContent":
		w.blocks(c)
	case isChangeWrapper(local):
		w.wrapped(c, local, w.blocks)
	case local == "sectPr":
		w.properties(c)
	case w.mark(c, local), isPropertyElement(local):
	default:
		w.list(w.t, c, NotRead, w.where())
	}
}

var nothing = etree.NewElement("nothing")

func orEmpty(e *etree.Element) *etree.Element {
	if e == nil {
		return nothing
	}
	return e
}

// where names the place for the honesty report.
func (w *walker) where() string {
	n := len(w.content.Blocks)
	if w.cur != nil {
		n = w.cur.index + 1
	}
	return "paragraph " + strconv.Itoa(max(n, 1))
}

// wrapped reads what stands inside a change, with inside.
func (w *walker) wrapped(e *etree.Element, local string, inside func(*etree.Element)) {
	w.seen[e] = true
	p := &piece{kind: map[string]Kind{"ins": Insertion, "del": Deletion, "moveFrom": MoveFrom, "moveTo": MoveTo}[local], elements: 1}
	p.author, p.date = w.author(e)
	if (p.kind == MoveFrom || p.kind == MoveTo) && len(w.moves) > 0 {
		p.move = w.moves[len(w.moves)-1]
	}
	if w.cur != nil {
		p.from = w.cur.position()
	}
	w.wraps = append(w.wraps, p)
	inside(e)
	w.wraps = w.wraps[:len(w.wraps)-1]
	if w.cur != nil {
		w.emit(p)
	} else if p.elements > 0 { // it held no paragraph
		w.content.Revisions = append(w.content.Revisions, Revision{Kind: p.kind, Author: p.author, Date: p.date, Block: -1, Move: p.move, Elements: 1})
	}
}

// emit gives the current paragraph its share of a change.
func (w *walker) emit(p *piece) {
	share := *p
	share.to = w.cur.position()
	p.elements, p.from = 0, position{}
	w.cur.pieces = append(w.cur.pieces, &share)
}

func (w *walker) author(e *etree.Element) (author, date string) {
	author, _ = w.t.attr(e, nsW, "author")
	date, _ = w.t.attr(e, nsW, "date")
	return author, date
}

// isIn tells what the text around us is part of.
func (w *walker) isIn() (inserted, deleted bool) {
	for _, p := range w.wraps {
		inserted = inserted || p.kind == Insertion || p.kind == MoveTo
		deleted = deleted || p.kind == Deletion || p.kind == MoveFrom
	}
	return inserted, deleted
}

// paragraph reads one w:p into a block.
func (w *walker) paragraph(p *etree.Element) {
	if w.cur != nil { // a paragraph inside a paragraph stands in no valid file
		w.list(w.t, p, NotRead, w.where())
		return
	}
	b := Block{Part: w.t.part.name, Story: w.story, Note: w.note, Cell: w.cell}
	w.readLook(p, &b)
	w.cur = &paragraph{index: len(w.content.Blocks)}
	w.content.Blocks = append(w.content.Blocks, b)
	w.markChange(p)
	w.bookmarkHere(w.pending...)
	w.pending = nil
	w.inline(p)
	if w.spans += len(w.open); w.spans <= maxSpans {
		for _, o := range w.open {
			w.span(o)
		}
	}
	for _, wrap := range w.wraps {
		w.emit(wrap)
	}
	w.finish()
	boxes := w.boxes
	w.boxes = nil
	story := TextBox
	if w.story == inNote {
		story = inNote
	}
	for _, box := range boxes {
		inner := w.walk(w.t, box, story, w.note)
		w.texts = append(w.texts, inner.texts...)
	}
}

// readLook reads a paragraph's style, level, list and direction.
func (w *walker) readLook(p *etree.Element, b *Block) {
	pPr := w.t.find(p, "pPr")
	b.Style = w.t.val(pPr, "pStyle")
	name, outline, numbering := w.reader.look(b.Style)
	b.StyleName = name
	if n, err := strconv.Atoi(w.t.val(pPr, "outlineLvl")); err == nil {
		outline = n
	}
	if outline >= 0 && outline < 9 {
		b.Level = outline + 1
	}
	if numPr := w.t.find(pPr, "numPr"); numPr != nil {
		if id := w.t.val(numPr, "numId"); id != "" {
			numbering = id
		}
		b.ListLevel, _ = strconv.Atoi(w.t.val(numPr, "ilvl"))
	}
	if numbering != "0" {
		b.List = numbering
	}
	b.RTL = w.t.on(pPr, "bidi")
}

// markChange reads what happens to the paragraph's end, and its changes of looks.
func (w *walker) markChange(p *etree.Element) {
	pPr := w.t.find(p, "pPr")
	if pPr == nil {
		return
	}
	b := &w.content.Blocks[w.cur.index]
	for _, c := range children(w.t.find(pPr, "rPr")) {
		kind, ok := map[string]Kind{"ins": MarkInserted, "del": MarkDeleted, "moveFrom": MarkMovedFrom, "moveTo": MarkMovedTo}[w.t.w(c)]
		if !ok {
			continue
		}
		if b.Mark == "" || kind == MarkDeleted { // inserted, then deleted by another: it goes either way
			b.Mark = kind
		}
		w.event(c, kind)
	}
	w.properties(pPr)
}

// event records a change that is no text.
func (w *walker) event(e *etree.Element, kind Kind) {
	w.seen[e] = true
	rev := Revision{Kind: kind, Block: -1, Elements: 1}
	rev.Author, rev.Date = w.author(e)
	switch {
	case w.story == inNote:
	case w.cur != nil:
		rev.Block = w.cur.index
	case w.cell != nil:
		rev.Block = len(w.content.Blocks) // the first block of the row or cell, read next
	}
	if kind == Formatting || kind == Control {
		rev.What = w.t.w(e)
	}
	w.content.Revisions = append(w.content.Revisions, rev)
}

// properties records the changes of looks in a property element.
func (w *walker) properties(e *etree.Element) {
	descend(e, func(c *etree.Element) bool {
		local := w.t.w(c)
		switch {
		case isPropertyChange(local), local == "numberingChange":
			w.event(c, Formatting)
		case local == "ins" && w.t.w(c.Parent()) == "numPr":
			w.event(c, Formatting)
		case c != e && revisionElement(local) && !w.seen[c]:
			w.seen[c] = true // part of the old properties
		}
		return true
	})
}

// finish closes the paragraph: both texts to NFC, all places to code points, pieces to revisions.
func (w *walker) finish() {
	p := w.cur
	w.cur = nil
	b := &w.content.Blocks[p.index]
	newText, newAt := offsets(p.new.String(), p.wanted(b, func(q position) int { return q.new }))
	oldText, oldAt := offsets(p.old.String(), p.wanted(b, func(q position) int { return q.old }))
	b.Accepted, b.Rejected = newText, oldText
	for _, m := range p.marks {
		*m = position{newAt(m.new), oldAt(m.old)}
	}
	for i := range b.Bookmarks {
		m := &b.Bookmarks[i]
		m.Accepted, m.Rejected = newAt(m.Accepted), oldAt(m.Rejected)
	}
	for i := range b.Notes {
		n := &b.Notes[i]
		if n.Accepted >= 0 {
			n.Accepted = newAt(n.Accepted)
		}
		if n.Rejected >= 0 {
			n.Rejected = oldAt(n.Rejected)
		}
	}
	revisions := merge(p, newAt, oldAt)
	if w.story == inNote {
		for i := range revisions {
			revisions[i].Block = -1
		}
		w.texts = append(w.texts, newText)
		w.content.Blocks = w.content.Blocks[:p.index]
	}
	w.content.Revisions = append(w.content.Revisions, revisions...)
}

// wanted lists the byte offsets of one reading that must become code points.
func (p *paragraph) wanted(b *Block, of func(position) int) []int {
	var out []int
	for _, m := range p.marks {
		out = append(out, of(*m))
	}
	for _, q := range p.pieces {
		out = append(out, of(q.from), of(q.to))
	}
	for _, m := range b.Bookmarks {
		out = append(out, of(position{m.Accepted, m.Rejected}))
	}
	for _, n := range b.Notes {
		out = append(out, of(position{n.Accepted, n.Rejected}))
	}
	return out
}

// merge joins the pieces of a paragraph that touch and are of one author.
func merge(p *paragraph, newAt, oldAt func(int) int) []Revision {
	isText := func(k Kind) bool { return k == Insertion || k == Deletion }
	var groups []piece
	for _, q := range p.pieces {
		if n := len(groups) - 1; n >= 0 && groups[n].to == q.from && groups[n].author == q.author && isText(q.kind) && isText(groups[n].kind) {
			groups[n].to = q.to
			groups[n].elements += q.elements
			continue
		}
		groups = append(groups, *q)
	}
	out := make([]Revision, 0, len(groups))
	for _, g := range groups {
		r := Revision{
			Kind: g.kind, Author: g.author, Date: g.date, Block: p.index, Move: g.move, Elements: g.elements,
			New:      p.new.String()[g.from.new:g.to.new],
			Old:      p.old.String()[g.from.old:g.to.old],
			Accepted: Span{newAt(g.from.new), newAt(g.to.new)},
			Rejected: Span{oldAt(g.from.old), oldAt(g.to.old)},
		}
		switch {
		case !isText(g.kind):
		case r.New != "" && r.Old != "":
			r.Kind = Substitution
		case r.Old != "":
			r.Kind = Deletion
		case r.New != "":
			r.Kind = Insertion
		}
		out = append(out, r)
	}
	return out
}

// table reads the rows of a table.
func (w *walker) table(tbl *etree.Element) {
	w.tables++
	outer := w.cell
	depth := 1
	if outer != nil {
		depth = outer.Depth + 1
	}
	w.rows(tbl, &Cell{Table: w.tables, Depth: depth}, new(int))
	w.cell = outer
}

func (w *walker) rows(e *etree.Element, at *Cell, row *int) {
	for _, c := range children(e) {
		switch local := w.t.w(c); local {
		case "tr":
			w.row(c, *at, *row)
			*row++
		case "sdt":
			w.rows(orEmpty(w.t.find(c, "sdtContent")), at, row)
		case "customXml", "sdtContent":
			w.rows(c, at, row)
		case "tblPr", "tblGrid":
			w.properties(c)
		case "ins", "del", "moveFrom", "moveTo":
			w.wrapped(c, local, func(e *etree.Element) { w.rows(e, at, row) })
		default:
			if !w.mark(c, local) && !isPropertyElement(local) {
				w.list(w.t, c, NotRead, w.where())
			}
		}
	}
}

func (w *walker) row(tr *etree.Element, at Cell, row int) {
	at.Row = row
	trPr := w.t.find(tr, "trPr")
	at.Header = w.t.on(trPr, "tblHeader")
	w.cell = &at
	for _, c := range children(trPr) {
		switch w.t.w(c) {
		case "ins":
			at.RowMark = RowInserted
			w.event(c, RowInserted)
		case "del":
			at.RowMark = RowDeleted
			w.event(c, RowDeleted)
		}
	}
	col, _ := strconv.Atoi(w.t.val(trPr, "gridBefore"))
	at.Col = min(max(col, 0), 63)
	w.cells(tr, &at)
}

func (w *walker) cells(e *etree.Element, at *Cell) {
	for _, c := range children(e) {
		switch local := w.t.w(c); local {
		case "tc":
			cell := *at
			cell.Span = span(w.t, c)
			at.Col += cell.Span
			tcPr := w.t.find(c, "tcPr")
			if m := w.t.find(tcPr, "vMerge"); m != nil {
				v, _ := w.t.attr(m, nsW, "val")
				cell.Continues = v != "restart"
			}
			w.cell = &cell
			for _, p := range children(tcPr) {
				if kind, ok := map[string]Kind{"cellIns": CellInserted, "cellDel": CellDeleted, "cellMerge": CellMerged}[w.t.w(p)]; ok {
					w.event(p, kind)
				}
			}
			if tcPr != nil {
				w.properties(tcPr)
			}
			w.blocks(c)
		case "sdt":
			w.cells(orEmpty(w.t.find(c, "sdtContent")), at)
		case "customXml", "sdtContent":
			w.cells(c, at)
		case "trPr", "tblPrEx":
			w.properties(c)
		default:
			if !w.mark(c, local) && !isPropertyElement(local) {
				w.list(w.t, c, NotRead, w.where())
			}
		}
	}
}

// put adds text where the changes around us let it show.
func (w *walker) put(s string) {
	if w.cur == nil || s == "" || w.inCode() {
		return
	}
	if w.noteNow {
		w.noteNow = false
		if s = strings.TrimPrefix(strings.TrimPrefix(s, " "), "\t"); s == "" {
			return
		}
	}
	inserted, deleted := w.isIn()
	if !deleted {
		w.cur.new.WriteString(s)
	}
	if !inserted {
		w.cur.old.WriteString(s)
	}
}

// inCode tells whether we stand in the code of a field, not in its result.
func (w *walker) inCode() bool { return w.codes > 0 }

// symbol gives the character of a w:sym.
func (w *walker) symbol(e *etree.Element) string {
	v, _ := w.t.attr(e, nsW, "char")
	n, err := strconv.ParseUint(v, 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) || n < 0x20 {
		return string(utf8.RuneError)
	}
	return string(rune(n))
}
