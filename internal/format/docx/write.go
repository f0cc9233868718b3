package docx

import (
	"archive/zip"
	"bytes"
	"sort"
	"strings"
)

const (
	wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	relType  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

// writer writes one document of a Builder.
type writer struct {
	b          *Builder
	paragraphs map[*Paragraph]*placement
	bookmarks  map[string]bool
	keys       map[string]bool
	usedIDs    map[uint32]bool
	notes      []FootnoteText
	noteOf     map[*Paragraph]int // id of a paragraph's first footnote
	threads    []*thread
	bookmark   int
	revision   int
	dropped    int

	parts []outPart
	rels  []outRel // of the document
}

type outPart struct{ name, contentType, data string }

type outRel struct{ kind, target string }

// part enters a part the document leads to.
func (w *writer) part(name, contentType, kind string, m *markup) {
	w.parts = append(w.parts, outPart{name, contentType, m.String()})
	w.rels = append(w.rels, outRel{kind, strings.TrimPrefix(name, "word/")})
}

func (w *writer) write() ([]byte, error) {
	w.noteOf = map[*Paragraph]int{}
	next := 1
	ordered := make([]*Paragraph, len(w.paragraphs))
	for p, at := range w.paragraphs {
		ordered[at.order] = p
	}
	for _, p := range ordered {
		w.noteOf[p] = next
		next += len(p.Notes)
	}
	body := w.body()
	w.part("word/styles.xml", wordType+"styles+xml", relType+"styles", w.styles())
	w.part("word/settings.xml", wordType+"settings+xml", relType+"settings", w.settings())
	w.part("word/numbering.xml", wordType+"numbering+xml", relType+"numbering", w.numbering())
	w.part("word/fontTable.xml", wordType+"fontTable+xml", relType+"fontTable", w.fonts())
	w.part("word/footnotes.xml", wordType+"footnotes+xml", relType+"footnotes", w.footnotes())
	if len(w.threads) > 0 {
		w.commentParts()
	}
	w.parts = append(w.parts, outPart{"word/document.xml", wordType + "document.main+xml", body.String()},
		outPart{"word/_rels/document.xml.rels", "", w.relationships()},
		outPart{"docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", w.core().String()},
		outPart{"docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml", w.custom().String()})
	return w.pack()
}

// body writes the document part. The footer is entered first, for its relationship id stands in every
// section.
func (w *writer) body() *markup {
	w.part("word/footer1.xml", wordType+"footer+xml", relType+"footer", w.footer())
	m := w.markup()
	m.raw(`<w:document xmlns:w="` + uriW + `" xmlns:r="` + uriR + `"><w:body>`)
	blocks := w.b.blocks
	final := false // whether the last section was ended by a call
	for i, blk := range blocks {
		switch blk := blk.(type) {
		case *Paragraph:
			section := ""
			if i+1 < len(blocks) {
				if end, ok := blocks[i+1].(sectionEnd); ok && i+2 < len(blocks) {
					section = w.section(end.landscape)
				}
			}
			w.paragraph(m, blk, "", section, "")
		case *Table:
			w.table(m, blk, w.textWidth(i))
			if i+1 == len(blocks) || isTable(blocks[i+1]) {
				m.raw(`<w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr></w:p>`) // two tables would run together
			}
		case sectionEnd:
			if i == len(blocks)-1 {
				if i > 0 && isTable(blocks[i-1]) {
					m.raw(`<w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr></w:p>`)
				}
				m.raw(w.section(blk.landscape))
				final = true
			} else if i == 0 || !isParagraph(blocks[i-1]) {
				m.raw(`<w:p><w:pPr><w:pStyle w:val="Small"/>` + w.section(blk.landscape) + `</w:pPr></w:p>`)
			}
		}
	}
	if !final {
		if len(blocks) == 0 {
			m.raw("<w:p/>")
		}
		m.raw(w.section(false))
	}
	m.raw(`</w:body></w:document>`)
	return m
}

func isTable(b any) bool     { _, ok := b.(*Table); return ok }
func isParagraph(b any) bool { _, ok := b.(*Paragraph); return ok }

const (
	pageShort, pageLong = 11906, 16838 // A4 in twentieths of a point
	margin              = 1134         // 2 cm
)

// textWidth gives the width between the margins at block i, which the end of its section decides.
func (w *writer) textWidth(i int) int {
	for _, blk := range w.b.blocks[i:] {
		if end, ok := blk.(sectionEnd); ok {
			if end.landscape {
				return pageLong - 2*margin
			}
			break
		}
	}
	return pageShort - 2*margin
}

// section writes the properties of a section.
func (w *writer) section(landscape bool) string {
	m := &markup{w: w}
	m.raw(`<w:sectPr><w:footerReference w:type="default" r:id="rId1"/>`)
	if landscape {
		m.empty("w:pgSz", "w:w", itoa(pageLong), "w:h", itoa(pageShort), "w:orient", "landscape")
	} else {
		m.empty("w:pgSz", "w:w", itoa(pageShort), "w:h", itoa(pageLong))
	}
	m.raw(`<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>`)
	w.bidi(m, w.b.settings.RTL)
	m.raw(`</w:sectPr>`)
	return m.String()
}

// table writes a table; a cell that reaches down is continued in the rows below it.
func (w *writer) table(m *markup, t *Table, wide int) {
	sum := 0
	for _, width := range t.Widths {
		sum += width
	}
	m.raw(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>`)
	if t.RTL || w.b.settings.RTL {
		m.raw("<w:bidiVisual/>")
	}
	m.raw(`<w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>`)
	grid := make([]int, len(t.Widths))
	for i, width := range t.Widths {
		grid[i] = width * wide / sum
		m.empty("w:gridCol", "w:w", itoa(grid[i]))
	}
	m.raw("</w:tblGrid>")
	type above struct{ rows, span int }
	down := make([]above, len(grid))
	for _, row := range t.Rows {
		m.raw("<w:tr>")
		w.rowProperties(m, row)
		col := 0
		skip := func() {
			for col < len(down) && down[col].rows > 0 {
				w.openCell(m, grid[col:col+down[col].span], `<w:vMerge/>`, "")
				w.cellEnd(m, row)
				down[col].rows--
				col += down[col].span
			}
		}
		for _, c := range row.Cells {
			skip()
			n := max(1, c.Span)
			merge := ""
			if c.Down > 1 {
				merge = `<w:vMerge w:val="restart"/>`
				down[col] = above{c.Down - 1, n}
			}
			w.openCell(m, grid[col:col+n], merge, c.Shade)
			style := StyleCell
			if row.Header {
				style = StyleCellHead
			}
			for _, p := range c.Paragraphs {
				w.cellParagraph(m, p, row, style)
			}
			if len(c.Paragraphs) == 0 {
				w.cellEnd(m, row)
			} else {
				m.raw("</w:tc>")
			}
			col += n
		}
		skip()
		m.raw("</w:tr>")
	}
	m.raw("</w:tbl>")
}

// cellParagraph writes a paragraph of a cell, changed with its row: Word expects the row, its
// paragraphs' marks and their runs to say so.
func (w *writer) cellParagraph(m *markup, p *Paragraph, row Row, style string) {
	if row.Inserted != nil || row.Deleted != nil {
		c := *p
		c.Inserted, c.Deleted = row.Inserted, row.Deleted
		w.paragraphs[&c], w.noteOf[&c] = w.paragraphs[p], w.noteOf[p]
		p = &c
	}
	w.paragraph(m, p, style, "", "")
}

// cellEnd closes a cell without text of its own.
func (w *writer) cellEnd(m *markup, row Row) {
	p := &Paragraph{}
	w.paragraphs[p] = &placement{}
	w.cellParagraph(m, p, row, StyleCell)
	m.raw("</w:tc>")
}

func (w *writer) rowProperties(m *markup, row Row) {
	m.raw("<w:trPr><w:cantSplit/>")
	if row.Header {
		m.raw("<w:tblHeader/>")
	}
	if row.Inserted != nil {
		m.empty("w:ins", w.stamp(*row.Inserted)...)
	}
	if row.Deleted != nil {
		m.empty("w:del", w.stamp(*row.Deleted)...)
	}
	m.raw("</w:trPr>")
}

func (w *writer) openCell(m *markup, grid []int, merge, shade string) {
	width := 0
	for _, g := range grid {
		width += g
	}
	m.raw("<w:tc><w:tcPr>")
	m.empty("w:tcW", "w:w", itoa(width), "w:type", "dxa")
	if len(grid) > 1 {
		m.empty("w:gridSpan", "w:val", itoa(len(grid)))
	}
	m.raw(merge)
	if shade != "" {
		m.empty("w:shd", "w:val", "clear", "w:color", "auto", "w:fill", shade)
	}
	m.raw("</w:tcPr>")
}

// footnotes writes the notes in text order, after the two separators every such part begins with.
func (w *writer) footnotes() *markup {
	m := w.markup()
	m.raw(`<w:footnotes xmlns:w="` + uriW + `">`)
	m.raw(`<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>`)
	m.raw(`<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>`)
	for i, note := range w.notes {
		m.open("w:footnote", "w:id", itoa(i+1))
		const reference = `<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>`
		for j, p := range note {
			before := ""
			if j == 0 {
				before = reference
			}
			w.paragraph(m, p, "FootnoteText", "", before)
		}
		if len(note) == 0 {
			m.raw(`<w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>` + reference + `</w:p>`)
		}
		m.raw("</w:footnote>")
	}
	m.raw("</w:footnotes>")
	return m
}

// relationships writes those of the document, in the order the parts were entered.
func (w *writer) relationships() string {
	m := w.markup()
	m.raw(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, r := range w.rels {
		m.empty("Relationship", "Id", "rId"+itoa(i+1), "Type", r.kind, "Target", r.target)
	}
	m.raw("</Relationships>")
	return m.String()
}

// pack writes the zip: content types, package relationships, then all parts by name.
func (w *writer) pack() ([]byte, error) {
	sort.Slice(w.parts, func(i, j int) bool { return w.parts[i].name < w.parts[j].name })
	types := w.markup()
	types.raw(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	for _, p := range w.parts {
		if p.contentType != "" {
			types.empty("Override", "PartName", "/"+p.name, "ContentType", p.contentType)
		}
	}
	types.raw("</Types>")
	root := xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relType + `officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="` + relType + `custom-properties" Target="docProps/custom.xml"/></Relationships>`
	parts := append([]outPart{{"[Content_Types].xml", "", types.String()}, {"_rels/.rels", "", root}}, w.parts...)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		if err := writePart(z, p.name, []byte(p.data)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
