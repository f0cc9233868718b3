package docx

import (
	"github.com/beevik/etree"
)

// isBlockContainer tells the elements whose paragraphs follow one another.
func isBlockContainer(local string) bool {
	switch local {
	case "body", "tc", "txbxContent", "footnote", "endnote", "comment", "hdr", "ftr", "docPartBody":
		return true
	}
	return false
}

// joinParagraphs joins each paragraph whose mark went to the next one. The joined paragraph looks
// like the first of them that was not blank before the decision (the last, where all were), which is
// what the answers of the revision corpus show; a section break stays only if it was the last one's.
func (z *decider) joinParagraphs(container *etree.Element) {
	gone := map[etree.Token]bool{} // swept at the end: taking them out one by one would be quadratic
	var pending []*etree.Element
	stays := ""               // what the last block that stays is
	var before *etree.Element // the last paragraph that stays
	flush := func(atEnd bool) {
		if len(pending) == 0 {
			return
		}
		last := pending[len(pending)-1] // nothing to join to: it keeps its end, unless it is empty
		z.join(pending[:len(pending)-1], last, gone)
		delete(z.joins, last)
		pending = nil
		if hasContent(z.t, last) || atEnd && stays != "p" {
			stays, before = "p", last
			return
		}
		kept := append(z.drop(last), z.carried...)
		z.carried = nil
		if before == nil {
			z.carried = kept
		} else {
			z.addAll(before, kept)
		}
		gone[last] = true
	}
	list := z.blocks(container, nil)
	for _, b := range list {
		switch {
		case z.emptied[b]:
			flush(false)
			gone[b] = true
		case z.t.w(b) != "p":
			flush(false)
			stays = "tbl"
		case z.joins[b]:
			pending = append(pending, b)
		default:
			z.join(pending, b, gone)
			pending, stays, before = nil, "p", b
		}
	}
	flush(true)
	if len(gone) > 0 {
		z.sweep(container, gone)
	}
	if z.t.w(container) == "tc" && stays != "p" {
		p := etree.NewElement("p") // a cell ends with a paragraph
		p.Space = container.Space
		container.AddChild(p)
	}
}

// sweep takes out what is gone, and the content controls that held nothing else.
func (z *decider) sweep(e *etree.Element, gone map[etree.Token]bool) {
	var out []etree.Token
	for _, tok := range e.Child {
		if gone[tok] {
			continue
		}
		if c, ok := tok.(*etree.Element); ok {
			switch z.t.w(c) {
			case "sdt", "sdtContent", "customXml":
				before := len(z.blocks(c, nil))
				z.sweep(c, gone)
				if before > 0 && len(z.blocks(c, nil)) == 0 {
					continue
				}
			}
		}
		out = append(out, tok)
	}
	if len(out) < len(e.Child) {
		replaceChildren(e, out)
	}
}

// blocks lists the paragraphs and tables of a container in order, through content controls.
func (z *decider) blocks(e *etree.Element, out []*etree.Element) []*etree.Element {
	for _, c := range children(e) {
		switch z.t.w(c) {
		case "p", "tbl":
			out = append(out, c)
		case "sdt", "sdtContent", "customXml":
			out = z.blocks(c, out)
		}
	}
	return out
}

// join moves the content of paragraphs without an end into the one that follows.
func (z *decider) join(pending []*etree.Element, last *etree.Element, gone map[etree.Token]bool) {
	if len(pending) == 0 {
		return
	}
	group := append(append([]*etree.Element(nil), pending...), last)
	look := last
	for _, p := range group {
		if !z.blank[p] {
			look = p
			break
		}
	}
	var content []etree.Token
	var pPr *etree.Element
	for _, p := range group {
		own := z.t.find(p, "pPr")
		if p == look {
			pPr = own
		}
		for _, tok := range p.Child {
			if own == nil || tok != etree.Token(own) {
				content = append(content, tok)
			}
		}
		if p == last {
			continue
		}
		for _, mark := range z.marksAfter(p) {
			content = append(content, mark.Copy())
			gone[mark] = true
		}
		gone[p] = true
		delete(z.joins, p)
	}
	if look != last {
		pPr = z.withSection(pPr, z.t.path(last, "pPr", "sectPr"))
		last.Attr = append([]etree.Attr(nil), look.Attr...)
	}
	for _, p := range group {
		detachAll(p)
	}
	if pPr != nil {
		last.AddChild(pPr)
	}
	for _, tok := range content {
		last.AddChild(tok)
	}
}

// withSection gives the properties the section break of the paragraph end that stays.
func (z *decider) withSection(pPr, section *etree.Element) *etree.Element {
	if pPr != nil {
		if old := z.t.find(pPr, "sectPr"); old != nil {
			pPr.RemoveChild(old)
		}
	}
	if section == nil {
		return pPr
	}
	if pPr == nil {
		pPr = etree.NewElement("pPr")
		pPr.Space = section.Space
	}
	pPr.AddChild(section)
	return pPr
}

// marksAfter lists the range marks that stand between p and the next block of the same parent.
func (z *decider) marksAfter(p *etree.Element) []*etree.Element {
	parent := p.Parent()
	var out []*etree.Element
	for i := p.Index() + 1; i < len(parent.Child); i++ {
		c, ok := parent.Child[i].(*etree.Element)
		if !ok {
			continue
		}
		if !isRangeMark(z.t.w(c)) {
			break
		}
		out = append(out, c)
	}
	return out
}

func isRangeMark(local string) bool {
	switch local {
	case "bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "permStart", "permEnd", "proofErr":
		return true
	}
	return false
}

// hasContent tells whether anything a reader sees is left in e.
func hasContent(t *tree, e *etree.Element) bool {
	found := false
	descend(e, func(c *etree.Element) bool {
		if found {
			return false
		}
		switch t.space(c) {
		case nsW:
		case nsM:
			found = c.Tag == "t"
			return true
		default:
			return true
		}
		switch c.Tag {
		case "pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "sectPr", "tblGrid":
			return false
		case "t", "delText":
			found = c.Text() != "" // two texts of nothing are no content
		case "tab", "br", "cr", "sym", "noBreakHyphen", "softHyphen", "ptab", "drawing", "pict", "object", "fldChar",
			"footnoteReference", "endnoteReference", "footnoteRef", "endnoteRef", "instrText", "pgNum", "separator",
			"continuationSeparator", "dayLong", "dayShort", "monthLong", "monthShort", "yearLong", "yearShort", "contentPart":
			found = true
		}
		return true
	})
	return found
}

// lastParagraph gives the last paragraph in e, or nil.
func lastParagraph(t *tree, e *etree.Element) *etree.Element {
	var last *etree.Element
	descend(e, func(c *etree.Element) bool {
		if t.w(c) == "p" {
			last = c
		}
		return true
	})
	return last
}
