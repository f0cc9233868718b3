package docx

import (
	"slices"

	"github.com/beevik/etree"
)

// properties decides a property element: accepting takes the record of the old properties away,
// rejecting puts the old ones in the place of the new, except for what the record cannot hold.
func (z *decider) properties(e *etree.Element, local string) {
	record := z.t.find(e, local+"Change")
	if record == nil || z.accept {
		return
	}
	var first, last []etree.Token
	for _, c := range children(e) {
		switch l := z.t.w(c); {
		case local == "sectPr" && (l == "headerReference" || l == "footerReference"):
			first = append(first, c)
		case local == "pPr" && (l == "rPr" || l == "sectPr"):
			last = append(last, c)
		}
	}
	old := z.t.find(record, local)
	var list []etree.Token
	if old != nil {
		list = slices.Clone(old.Child)
		detachAll(old)
	}
	replaceChildren(e, slices.Concat(first, list, last))
}

// merge decides a vertical merge of cells: the merge as proposed, or as it was.
func (z *decider) merge(e *etree.Element) []etree.Token {
	key := "vMerge"
	if !z.accept {
		key = "vMergeOrig"
	}
	value, _ := z.t.attr(e, nsW, key)
	to, ok := map[string]string{"rest": "restart", "cont": "continue"}[value]
	if !ok {
		return nil
	}
	m := etree.NewElement("vMerge")
	m.Space = e.Space
	m.CreateAttr(z.t.prefixed("val"), to)
	return []etree.Token{m}
}

// prefixed gives a WordprocessingML attribute name as this part writes it.
func (t *tree) prefixed(local string) string {
	root := t.doc.Root()
	if root.Space != "" && t.prefix[root.Space] == nsW {
		return root.Space + ":" + local
	}
	for p, s := range t.prefix {
		if s == nsW && p != "" {
			return p + ":" + local
		}
	}
	return local
}

// cell decides a table cell. The columns of a cell that goes are added to the cell before it, so
// that the row stays as wide as the table.
func (z *decider) cell(tr, tc *etree.Element) []etree.Token {
	tcPr := z.t.find(tc, "tcPr")
	if z.accept && z.t.find(tcPr, "cellDel") != nil || !z.accept && z.t.find(tcPr, "cellIns") != nil {
		if z.accept {
			z.widen(tr, tc)
		}
		return z.drop(tc)
	}
	z.lastCell[tr] = tc
	z.rebuild(tc)
	return []etree.Token{tc}
}

// widen adds the columns of tc to the last cell before it that stays.
func (z *decider) widen(tr, tc *etree.Element) {
	before := z.lastCell[tr]
	if before == nil {
		return
	}
	tcPr := z.t.find(before, "tcPr")
	if tcPr == nil {
		tcPr = etree.NewElement("tcPr")
		tcPr.Space = tc.Space
		before.InsertChildAt(0, tcPr)
	}
	total := span(z.t, before) + span(z.t, tc)
	g := z.t.find(tcPr, "gridSpan")
	if g == nil {
		g = etree.NewElement("gridSpan")
		g.Space = tcPr.Space
		at := 0
		for _, c := range children(tcPr) { // the schema's order: cnfStyle, tcW, gridSpan
			if l := z.t.w(c); l == "cnfStyle" || l == "tcW" {
				at = c.Index() + 1
			}
		}
		tcPr.InsertChildAt(at, g)
	}
	for i := range g.Attr {
		if g.Attr[i].Key == "val" {
			g.Attr[i].Value = itoa(total)
			return
		}
	}
	g.CreateAttr(z.t.prefixed("val"), itoa(total))
}

// math decides changes inside formulas: a run's text, and the control character of an object such as
// a fraction, with which the whole object goes.
func (z *decider) math(e *etree.Element) []etree.Token {
	if z.hasDropMark(z.t.controlProperties(e)) {
		return z.drop(e)
	}
	before := hasContent(z.t, e)
	z.rebuild(e)
	if (e.Tag == "r" || e.Tag == "oMath" || e.Tag == "oMathPara") && before && !hasContent(z.t, e) {
		return nil
	}
	return []etree.Token{e}
}

// controlProperties gives the m:ctrlPr of a math object such as m:f, or nil.
func (t *tree) controlProperties(e *etree.Element) *etree.Element {
	for _, c := range children(e) {
		if t.space(c) != nsM || c.Tag != e.Tag+"Pr" {
			continue
		}
		for _, g := range children(c) {
			if t.is(g, nsM, "ctrlPr") {
				return g
			}
		}
	}
	return nil
}

// findRanges finds what wholly lies between range marks: a content control between two pairs of its
// own marks, a table, row or control between the marks of a move.
func (z *decider) findRanges() {
	z.goes, z.unwrap = map[*etree.Element]bool{}, map[*etree.Element]bool{}
	shell, moved := "customXmlDelRange", "oveFromRange"
	if !z.accept {
		shell, moved = "customXmlInsRange", "oveToRange"
	}
	shells, moves := map[string]bool{}, map[string]bool{}
	var walk func(e *etree.Element)
	walk = func(e *etree.Element) {
		local := z.t.w(e)
		id, _ := z.t.attr(e, nsW, "id")
		switch local {
		case shell + "Start":
			shells[id] = true
		case shell + "End":
			delete(shells, id)
		case "m" + moved + "Start", "customXmlM" + moved + "Start":
			moves[local[:1]+id] = true
		case "m" + moved + "End", "customXmlM" + moved + "End":
			delete(moves, local[:1]+id)
		}
		wraps := local == "sdt" || local == "customXml" || local == "smartTag"
		container := wraps || local == "tbl" || local == "tr"
		inShell, inMove := wraps && len(shells) > 0, container && len(moves) > 0
		for _, c := range children(e) {
			walk(c)
		}
		if inShell && len(shells) > 0 {
			z.unwrap[e] = true
		}
		if inMove && len(moves) > 0 {
			z.goes[e] = true
		}
	}
	walk(z.t.doc.Root())
}

// fieldCodes finds the field codes that stand inside a field.
func fieldCodes(t *tree) map[*etree.Element]bool {
	out := map[*etree.Element]bool{}
	depth := 0
	descend(t.doc.Root(), func(e *etree.Element) bool {
		switch t.w(e) {
		case "fldChar":
			switch kind, _ := t.attr(e, nsW, "fldCharType"); kind {
			case "begin":
				depth++
			case "end":
				depth = max(0, depth-1)
			}
		case "instrText", "delInstrText":
			if depth > 0 {
				out[e] = true
			}
		}
		return true
	})
	return out
}

// dropOrphanCodes takes away field codes whose field went around them: Word writes switches such as
// MERGEFORMAT outside the deletion of their field.
func (z *decider) dropOrphanCodes() {
	inside := fieldCodes(z.t)
	var orphans, emptied []*etree.Element
	descend(z.t.doc.Root(), func(e *etree.Element) bool {
		if z.t.w(e) == "instrText" && z.codes[e] && !inside[e] {
			orphans = append(orphans, e)
		}
		return true
	})
	for _, r := range removeAll(orphans) {
		if z.t.w(r) == "r" && !hasContent(z.t, r) {
			emptied = append(emptied, r)
		}
	}
	removeAll(emptied)
}

// removeAll takes elements out of their parents, each parent's in one go, and gives the parents.
func removeAll(list []*etree.Element) (parents []*etree.Element) {
	gone, seen := map[etree.Token]bool{}, map[*etree.Element]bool{}
	for _, e := range list {
		gone[e] = true
		if p := e.Parent(); p != nil && !seen[p] {
			seen[p] = true
			parents = append(parents, p)
		}
	}
	for _, p := range parents {
		replaceChildren(p, slices.DeleteFunc(slices.Clone(p.Child), func(tok etree.Token) bool { return gone[tok] }))
	}
	return parents
}
