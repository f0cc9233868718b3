package docx

import (
	"slices"

	"github.com/beevik/etree"
)

// AcceptAll makes every tracked change part of the text: insertions stay, deletions go, formatting
// stays as it is. It acts in every story, in both branches of alternate content, in comment bodies
// and in styles.
func (d *Document) AcceptAll() { d.decide(true) }

// RejectAll takes every tracked change back: the text as it was before them.
func (d *Document) RejectAll() { d.decide(false) }

// decide decides all changes one way. Comments never get lost by it: the marks of a comment whose
// words go stay behind as a point.
func (d *Document) decide(accept bool) {
	parts := append([]*tree(nil), d.stories...)
	for _, t := range []*tree{d.comments, d.styles, d.numbering} {
		if t != nil {
			parts = append(parts, t)
		}
	}
	for _, t := range parts {
		if hasRevisions(t) {
			(&decider{t: t, accept: accept}).run()
			t.changed = true
		}
	}
}

// revisionElement tells the WordprocessingML elements that carry tracked changes.
func revisionElement(local string) bool {
	switch local {
	case "ins", "del", "moveFrom", "moveTo", "delText", "delInstrText",
		"moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd",
		"cellIns", "cellDel", "cellMerge", "numberingChange":
		return true
	}
	return isControlMark(local) || isPropertyChange(local)
}

// isControlMark tells the marks around inserted, deleted and moved content controls.
func isControlMark(local string) bool {
	switch local {
	case "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd",
		"customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart", "customXmlMoveToRangeEnd":
		return true
	}
	return false
}

// isPropertyChange tells the elements that hold the properties as they were.
func isPropertyChange(local string) bool {
	switch local {
	case "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "trPrChange", "tcPrChange":
		return true
	}
	return false
}

func hasRevisions(t *tree) bool {
	found := false
	descend(t.doc.Root(), func(e *etree.Element) bool {
		found = found || revisionElement(t.w(e))
		return !found
	})
	return found
}

// decider decides all changes of one part.
type decider struct {
	t      *tree
	accept bool

	goes     map[*etree.Element]bool           // content controls, tables and rows that go if nothing is left in them
	unwrap   map[*etree.Element]bool           // content controls that go while their content stays
	joins    map[*etree.Element]bool           // paragraphs whose mark goes
	blank    map[*etree.Element]bool           // paragraphs that had no content, deleted or not, to begin with
	codes    map[*etree.Element]bool           // field codes that stood inside a field
	lastCell map[*etree.Element]*etree.Element // by row: the last cell that stays
	emptied  map[*etree.Element]bool           // tables that lost their last row
	carried  []etree.Token                     // comment marks looking for the next paragraph
}

func (z *decider) run() {
	z.joins, z.blank, z.emptied = map[*etree.Element]bool{}, map[*etree.Element]bool{}, map[*etree.Element]bool{}
	z.lastCell = map[*etree.Element]*etree.Element{}
	z.codes = fieldCodes(z.t)
	z.findRanges()
	root := z.t.doc.Root()
	z.rebuild(root)
	if len(z.carried) > 0 {
		if p := lastParagraph(z.t, root); p != nil {
			z.addAll(p, z.carried)
		}
	}
	z.dropOrphanCodes()
}

// isDropped tells the wrappers and marks whose content or paragraph end goes.
func (z *decider) isDropped(local string) bool {
	if z.accept {
		return local == "del" || local == "moveFrom"
	}
	return local == "ins" || local == "moveTo"
}

func isChangeWrapper(local string) bool {
	return local == "ins" || local == "del" || local == "moveFrom" || local == "moveTo"
}

// rebuild decides everything inside e and gives e the children that are left.
func (z *decider) rebuild(e *etree.Element) {
	var out []etree.Token
	same := true
	for _, tok := range e.Child {
		c, ok := tok.(*etree.Element)
		if !ok {
			out = append(out, tok)
			continue
		}
		kept := z.element(e, c)
		same = same && len(kept) == 1 && kept[0] == etree.Token(c)
		out = append(out, kept...)
	}
	if !same {
		replaceChildren(e, out)
	}
	if isBlockContainer(z.t.w(e)) {
		z.joinParagraphs(e)
	}
}

// replaceChildren gives e these children. Taking the old ones off from the end keeps it linear.
func replaceChildren(e *etree.Element, list []etree.Token) {
	detachAll(e)
	for _, tok := range list {
		if p := tok.Parent(); p != nil {
			detachAll(p)
		}
		e.AddChild(tok)
	}
}

func detachAll(e *etree.Element) {
	for i := len(e.Child) - 1; i >= 0; i-- {
		e.RemoveChildAt(i)
	}
}

// addAll puts tokens at the end of e.
func (z *decider) addAll(e *etree.Element, list []etree.Token) {
	for _, tok := range list {
		e.AddChild(tok)
	}
}

// element decides one element and gives what takes its place.
func (z *decider) element(parent, e *etree.Element) []etree.Token {
	if z.t.space(e) == nsM {
		return z.math(e)
	}
	local := z.t.w(e)
	switch {
	case local == "":
		z.rebuild(e)
		return []etree.Token{e}
	case isChangeWrapper(local):
		switch z.t.w(parent) {
		case "rPr", "trPr", "numPr": // a mark on a paragraph end, a row or a numbering: decided there
			return nil
		}
		if z.isDropped(local) {
			return z.drop(e)
		}
		z.rebuild(e)
		return e.Child
	case isControlMark(local), local == "numberingChange",
		local == "moveFromRangeStart", local == "moveFromRangeEnd", local == "moveToRangeStart", local == "moveToRangeEnd":
		return nil
	case isPropertyChange(local), local == "cellIns", local == "cellDel": // decided by their parent
		return nil
	case local == "cellMerge":
		return z.merge(e)
	case local == "delText" || local == "delInstrText":
		if z.accept {
			return nil
		}
		e.Tag = map[string]string{"delText": "t", "delInstrText": "instrText"}[local]
		return []etree.Token{e}
	}
	switch local {
	case "p":
		return z.paragraph(e)
	case "tr":
		if z.hasDropMark(z.t.find(e, "trPr")) {
			return z.drop(e)
		}
		return z.keepIfFilled(e, "tc")
	case "tbl":
		kept := z.keepIfFilled(e, "tr")
		if len(kept) == 0 { // stays until the paragraphs around it are joined: they do not join across it
			z.emptied[e] = true
			return []etree.Token{e}
		}
		return kept
	case "tc":
		return z.cell(parent, e)
	case "sdt", "customXml", "smartTag":
		return z.control(e)
	case "rPr", "pPr", "sectPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr":
		z.properties(e, local)
	case "numPr":
		inserted := z.t.find(e, "ins") != nil
		z.rebuild(e)
		if inserted && !z.accept || len(e.ChildElements()) == 0 {
			return nil
		}
		return []etree.Token{e}
	case "hyperlink", "fldSimple":
		before := hasContent(z.t, e)
		z.rebuild(e)
		if before && !hasContent(z.t, e) {
			return e.Child
		}
		return []etree.Token{e}
	}
	z.rebuild(e)
	return []etree.Token{e}
}

// paragraph remembers whether the paragraph's end goes, before its properties are decided.
func (z *decider) paragraph(p *etree.Element) []etree.Token {
	if z.hasDropMark(z.t.path(p, "pPr", "rPr")) {
		z.joins[p] = true
	}
	z.blank[p] = !hasContent(z.t, p)
	z.rebuild(p)
	if len(z.carried) > 0 {
		at := 0
		if pPr := z.t.find(p, "pPr"); pPr != nil {
			at = pPr.Index() + 1
		}
		replaceChildren(p, slices.Concat(p.Child[:at:at], z.carried, p.Child[at:]))
		z.carried = nil
	}
	return []etree.Token{p}
}

// hasDropMark tells whether a mark among properties makes its paragraph end or row go.
func (z *decider) hasDropMark(properties *etree.Element) bool {
	for _, c := range children(properties) {
		if z.isDropped(z.t.w(c)) {
			return true
		}
	}
	return false
}

// keepIfFilled decides the inside of a table or row, which goes when its last row or cell did, or
// when it was moved away and nothing is left.
func (z *decider) keepIfFilled(e *etree.Element, of string) []etree.Token {
	had := z.holds(e, of)
	z.rebuild(e)
	if had && !z.holds(e, of) || z.goes[e] && !hasContent(z.t, e) {
		return z.drop(e)
	}
	return []etree.Token{e}
}

// holds tells whether e has a row or cell, perhaps inside content controls.
func (z *decider) holds(e *etree.Element, local string) bool {
	for _, c := range children(e) {
		switch z.t.w(c) {
		case local:
			return true
		case "sdt", "sdtContent", "customXml":
			if z.holds(c, local) {
				return true
			}
		}
	}
	return false
}

// control decides a content control or a tag around content.
func (z *decider) control(e *etree.Element) []etree.Token {
	before := hasContent(z.t, e)
	z.rebuild(e)
	inside := e
	if z.t.w(e) == "sdt" {
		inside = z.t.find(e, "sdtContent")
	}
	switch {
	case inside == nil:
		return []etree.Token{e}
	case z.unwrap[e]:
		return withoutProperties(z.t, inside)
	case z.goes[e] && !hasContent(z.t, e) && z.noBlocks(inside):
		return z.drop(e)
	case z.t.w(e) == "smartTag" && before && !hasContent(z.t, e):
		return withoutProperties(z.t, inside)
	}
	return []etree.Token{e}
}

// noBlocks tells whether no paragraph with an end of its own is left: those that join the next one
// leave nothing behind.
func (z *decider) noBlocks(e *etree.Element) bool {
	for _, c := range children(e) {
		if l := z.t.w(c); l == "tbl" || l == "p" && !z.joins[c] {
			return false
		}
	}
	return true
}

// withoutProperties lists what stands in a wrapper apart from its own properties.
func withoutProperties(t *tree, e *etree.Element) []etree.Token {
	var out []etree.Token
	for _, tok := range e.Child {
		if c, ok := tok.(*etree.Element); ok {
			switch t.w(c) {
			case "smartTagPr", "customXmlPr":
				continue
			}
		}
		out = append(out, tok)
	}
	return out
}

// drop gives what stays of an element that goes: the marks of comments, and bookmark marks whose
// other half stands outside. Between rows and blocks they wait for the next paragraph.
func (z *decider) drop(e *etree.Element) []etree.Token {
	var kept []etree.Token
	ids := map[string]int{}
	descend(e, func(c *etree.Element) bool {
		switch z.t.w(c) {
		case "bookmarkStart", "bookmarkEnd", "permStart", "permEnd":
			id, _ := z.t.attr(c, nsW, "id")
			ids[z.t.w(c)[:4]+id]++
		}
		return true
	})
	var found []*etree.Element
	var inBlock bool
	descend(e, func(c *etree.Element) bool {
		switch local := z.t.w(c); local {
		case "p", "tc", "tr", "tbl":
			inBlock = true
		case "commentRangeStart", "commentRangeEnd", "commentReference":
			found = append(found, c)
		case "bookmarkStart", "bookmarkEnd", "permStart", "permEnd":
			id, _ := z.t.attr(c, nsW, "id")
			if ids[local[:4]+id] == 1 {
				found = append(found, c)
			}
		}
		return true
	})
	for _, c := range found {
		mark := etree.NewElement(c.Tag) // a mark is empty, whatever stood in it
		mark.Space, mark.Attr = c.Space, slices.Clone(c.Attr)
		if z.t.w(c) == "commentReference" {
			mark = wrapped(z.t, c.Parent(), mark)
		}
		kept = append(kept, mark)
	}
	if inBlock || z.isBlockLevel(e) {
		z.carried = append(z.carried, kept...)
		return nil
	}
	return kept
}

// wrapped makes the run that keeps a comment reference, with the look of the run it stood in.
func wrapped(t *tree, old, reference *etree.Element) *etree.Element {
	r := etree.NewElement("r")
	r.Space = reference.Space
	if old != nil {
		if rPr := t.find(old, "rPr"); rPr != nil {
			look := etree.NewElement("rPr")
			look.Space = rPr.Space
			for _, c := range children(rPr) {
				if len(c.Child) == 0 && !revisionElement(t.w(c)) {
					look.AddChild(c.Copy())
				}
			}
			r.AddChild(look)
		}
	}
	r.AddChild(reference)
	return r
}

// isBlockLevel tells whether e stands where only blocks may stand.
func (z *decider) isBlockLevel(e *etree.Element) bool {
	switch z.t.w(e.Parent()) {
	case "p", "hyperlink", "fldSimple", "smartTag", "dir", "bdo":
		return false
	case "ins", "del", "moveFrom", "moveTo", "sdtContent", "sdt", "customXml":
		return z.isBlockLevel(e.Parent())
	}
	return z.t.space(e.Parent()) == nsW
}
