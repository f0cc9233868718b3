package docx

import (
	"strings"

	"github.com/beevik/etree"
)

// inline reads what stands inside a paragraph.
func (w *walker) inline(e *etree.Element) {
	for _, c := range children(e) {
		w.inlineLevel(c)
	}
}

func (w *walker) inlineLevel(c *etree.Element) {
	switch w.t.space(c) {
	case nsW:
	case nsMC:
		if c.Tag == "AlternateContent" {
			if b := w.branch(c); b != nil {
				w.inline(b)
			}
		}
		return
	case nsM:
		w.list(w.t, c, NotRead, w.where())
		w.formula(c)
		return
	default:
		w.list(w.t, c, NotRead, w.where())
		return
	}
	switch local := c.Tag; local {
	case "r":
		w.run(c)
	case "hyperlink", "smartTag", "customXml", "fldSimple", "dir", "bdo", "sdtContent":
		w.inline(c)
	case "sdt":
		w.inline(orEmpty(w.t.find(c, "sdtContent")))
	case "ins", "del", "moveFrom", "moveTo":
		w.wrapped(c, local, w.inline)
	case "pPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "fldData":
	default:
		if !w.mark(c, local) {
			w.list(w.t, c, NotRead, w.where())
		}
	}
}

// formula counts the changes inside a formula, whose text is not read.
func (w *walker) formula(e *etree.Element) {
	descend(e, func(c *etree.Element) bool {
		switch local := w.t.w(c); {
		case isChangeWrapper(local):
			w.wrapped(c, local, func(*etree.Element) {})
		case isPropertyChange(local):
			w.event(c, Formatting)
		}
		return true
	})
}

// run reads the text of a run.
func (w *walker) run(r *etree.Element) {
	rPr := w.t.find(r, "rPr")
	if rPr != nil {
		w.properties(rPr)
	}
	hidden := w.t.on(rPr, "vanish")
	if hidden {
		w.list(w.t, w.t.find(rPr, "vanish"), NotRead, w.where())
	}
	for _, c := range children(r) {
		w.runLevel(c, hidden)
	}
}

func (w *walker) runLevel(c *etree.Element, hidden bool) {
	if w.t.is(c, nsMC, "AlternateContent") {
		if b := w.branch(c); b != nil {
			for _, x := range children(b) {
				w.runLevel(x, hidden)
			}
		}
		return
	}
	text := ""
	switch w.t.w(c) {
	case "t", "delText":
		text = c.Text()
	case "tab", "ptab":
		text = "\t"
	case "br", "cr":
		text = "\n"
	case "noBreakHyphen":
		text = "\u2011"
	case "softHyphen":
		text = "\u00AD"
	case "sym":
		text = w.symbol(c)
	case "footnoteReference", "endnoteReference":
		w.noteReference(c)
	case "commentReference":
		w.seen[c] = true
		id, _ := w.t.attr(c, nsW, "id")
		if a := w.anchor(id); a.point == nil && w.cur != nil && w.story != inNote {
			at := w.cur.position()
			a.point = w.keep(at, at)
		}
	case "footnoteRef", "endnoteRef":
		w.noteNow = true
	case "fldChar":
		w.fieldMark(c)
	case "drawing", "pict", "object":
		w.picture(c)
	case "ruby":
		for _, x := range children(w.t.find(c, "rubyBase")) {
			w.inlineLevel(x)
		}
	case "rPr", "instrText", "delInstrText", "annotationRef", "separator",
		"continuationSeparator", "lastRenderedPageBreak", "pgNum", "dayShort", "dayLong", "monthShort",
		"monthLong", "yearShort", "yearLong":
	default:
		w.list(w.t, c, NotRead, w.where())
	}
	if !hidden {
		w.put(text)
	}
}

// picture reads the text boxes in a drawing; the rest is kept untouched and never rendered.
func (w *walker) picture(e *etree.Element) {
	w.list(w.t, e, Kept, w.where())
	var look func(*etree.Element)
	look = func(e *etree.Element) {
		for _, c := range children(e) {
			switch {
			case w.t.is(c, nsMC, "AlternateContent"):
				if b := w.branch(c); b != nil {
					look(b)
				}
			case w.t.is(c, nsW, "txbxContent"):
				w.boxes = append(w.boxes, c)
			default:
				look(c)
			}
		}
	}
	look(e)
}

// noteReference puts the mark of a footnote or endnote.
func (w *walker) noteReference(e *etree.Element) {
	w.seen[e] = true
	if w.cur == nil || w.inCode() {
		return
	}
	id, _ := w.t.attr(e, nsW, "id")
	at := w.cur.position()
	n := NoteRef{ID: id, Endnote: w.t.w(e) == "endnoteReference", Accepted: at.new, Rejected: at.old}
	inserted, deleted := w.isIn()
	if deleted {
		n.Accepted = -1
	}
	if inserted {
		n.Rejected = -1
	}
	w.put(string(NoteMark))
	b := &w.content.Blocks[w.cur.index]
	b.Notes = append(b.Notes, n)
}

// fieldMark follows the begin, the result and the end of a field.
func (w *walker) fieldMark(e *etree.Element) {
	for _, c := range children(e) {
		if w.t.w(c) == "numberingChange" {
			w.event(c, Formatting)
		}
	}
	if !w.fields[e] {
		return
	}
	switch kind, _ := w.t.attr(e, nsW, "fldCharType"); kind {
	case "begin":
		w.field = append(w.field, false)
		w.codes++
	case "separate":
		if n := len(w.field); n > 0 && !w.field[n-1] {
			w.field[n-1] = true
			w.codes--
		}
	case "end":
		if n := len(w.field); n > 0 {
			if !w.field[n-1] {
				w.codes--
			}
			w.field = w.field[:n-1]
		}
	}
}

// matchedFields finds the marks of fields that begin and end in the story: one that never ends must
// not swallow the rest of the text.
func matchedFields(t *tree, e *etree.Element) map[*etree.Element]bool {
	out := map[*etree.Element]bool{}
	if e == nil {
		return out
	}
	var stack [][]*etree.Element
	descend(e, func(c *etree.Element) bool {
		if c != e && t.w(c) == "txbxContent" {
			return false // a story of its own
		}
		if t.w(c) != "fldChar" {
			return true
		}
		switch kind, _ := t.attr(c, nsW, "fldCharType"); kind {
		case "begin":
			stack = append(stack, []*etree.Element{c})
		case "separate":
			if n := len(stack); n > 0 {
				stack[n-1] = append(stack[n-1], c)
			}
		case "end":
			if n := len(stack); n > 0 {
				for _, m := range append(stack[n-1], c) {
					out[m] = true
				}
				stack = stack[:n-1]
			}
		}
		return true
	})
	return out
}

// mark reads the marks that may stand at any level. It tells whether local was one.
func (w *walker) mark(e *etree.Element, local string) bool {
	id, _ := w.t.attr(e, nsW, "id")
	switch local {
	case "commentRangeStart":
		w.seen[e] = true
		o := openRange{id: id, block: -1}
		if w.cur != nil {
			o.block, o.from = w.cur.index, w.cur.position()
		}
		if w.open == nil {
			w.open = map[string]openRange{}
		}
		w.open[id] = o
	case "commentRangeEnd":
		w.seen[e] = true
		if o, ok := w.open[id]; ok {
			if w.cur != nil {
				w.span(o)
			}
			delete(w.open, id)
		}
	case "bookmarkStart":
		if name, _ := w.t.attr(e, nsW, "name"); name != "" {
			if w.cur == nil {
				w.pending = append(w.pending, Bookmark{Name: name})
			} else {
				w.bookmarkHere(Bookmark{Name: name})
			}
		}
	case "moveFromRangeStart", "moveToRangeStart":
		w.seen[e] = true
		name, _ := w.t.attr(e, nsW, "name")
		w.moves = append(w.moves, name)
	case "moveFromRangeEnd", "moveToRangeEnd":
		w.seen[e] = true
		if n := len(w.moves); n > 0 {
			w.moves = w.moves[:n-1]
		}
	case "bookmarkEnd", "permStart", "permEnd", "proofErr":
	default:
		if !isControlMark(local) {
			return false
		}
		if strings.HasSuffix(local, "Start") {
			w.event(e, Control)
		}
		w.seen[e] = true
	}
	return true
}

func (w *walker) bookmarkHere(list ...Bookmark) {
	b := &w.content.Blocks[w.cur.index]
	at := w.cur.position()
	for _, m := range list {
		b.Bookmarks = append(b.Bookmarks, Bookmark{m.Name, at.new, at.old})
	}
}

// span gives a comment the part of its range in the current paragraph.
func (w *walker) span(o openRange) {
	if w.story == inNote {
		return // a comment about a comment has no place in the text
	}
	from := position{}
	if o.block == w.cur.index {
		from = o.from
	}
	a := w.anchor(o.id)
	a.spans = append(a.spans, w.keep(from, w.cur.position()))
}

// keep makes a place whose positions finish turns into code points.
func (w *walker) keep(from, to position) *placed {
	p := &placed{block: w.cur.index, from: from, to: to}
	w.cur.marks = append(w.cur.marks, &p.from, &p.to)
	return p
}

// branch chooses the branch of alternate content a reader of our kind sees: the first choice whose
// namespaces we all know, else the fallback. What the others hold is kept and listed.
func (w *walker) branch(e *etree.Element) *etree.Element {
	var chosen *etree.Element
	for _, c := range children(e) {
		switch {
		case chosen != nil:
		case w.t.is(c, nsMC, "Choice") && w.t.knowsAll(c, c.SelectAttrValue("Requires", "")),
			w.t.is(c, nsMC, "Fallback"):
			chosen = c
			continue
		}
		descend(c, func(x *etree.Element) bool {
			w.otherBranch[x] = true
			return true
		})
	}
	return chosen
}

// knowsAll tells whether every prefix of a list stands for a namespace we know.
func (t *tree) knowsAll(e *etree.Element, prefixes string) bool {
	list := strings.Fields(prefixes)
	for _, p := range list {
		probe := etree.Attr{Space: p}
		if s := t.attrSpace(e, &probe); s == nsOther || s == nsNone {
			return false
		}
	}
	return len(list) > 0
}

// isPropertyElement tells the elements that say how something looks, not what it says.
func isPropertyElement(local string) bool {
	switch local {
	case "tblPr", "tblGrid", "trPr", "tblPrEx", "tcPr", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr", "pPr", "rPr", "sectPr":
		return true
	}
	return false
}
