package docx

import "strings"

// The look of built documents: one typeface for Latin, one for Arabic, one for Chinese script, dark
// blue headings, tables with fine lines. Fonts are named, never embedded; what is absent is replaced
// by whoever opens the file.
const (
	ink    = "1F3A5F" // headings
	line   = "A6B1BF" // table lines
	shaded = "E8EDF3" // heads of tables
)

// paragraphStyle is one line of the style sheet.
type paragraphStyle struct {
	id, name, basedOn, next string
	pPr, rPr                string
}

func size(halfPoints string) string {
	return `<w:sz w:val="` + halfPoints + `"/><w:szCs w:val="` + halfPoints + `"/>`
}

const bold = `<w:b/><w:bCs/>`

func colour(rgb string) string { return `<w:color w:val="` + rgb + `"/>` }

func spacing(before, after string) string {
	return `<w:spacing w:before="` + before + `" w:after="` + after + `"/>`
}

var paragraphStyles = []paragraphStyle{
	{StyleTitle, "Title", "Normal", "Normal", `<w:keepNext/>` + spacing("0", "120"), bold + colour(ink) + size("44")},
	{StyleSubtitle, "Subtitle", "Normal", "Normal", spacing("0", "240"), colour("595959") + size("26")},
	{"Heading1", "heading 1", "Normal", "Normal", heading("360", "120", "0"), bold + colour(ink) + size("32")},
	{"Heading2", "heading 2", "Normal", "Normal", heading("280", "100", "1"), bold + colour(ink) + size("27")},
	{"Heading3", "heading 3", "Normal", "Normal", heading("220", "80", "2"), bold + colour(ink) + size("24")},
	{"Heading4", "heading 4", "Normal", "Normal", heading("180", "60", "3"), bold + size("22")},
	{"Heading5", "heading 5", "Normal", "Normal", heading("160", "60", "4"), bold + colour("595959") + size("21")},
	{"Heading6", "heading 6", "Normal", "Normal", heading("160", "60", "5"), `<w:i/><w:iCs/>` + colour("595959") + size("21")},
	{"ListParagraph", "List Paragraph", "Normal", "", `<w:spacing w:after="60"/><w:contextualSpacing/>`, ""},
	{StyleQuote, "Quote", "Normal", "Normal", `<w:pBdr><w:left w:val="single" w:sz="18" w:space="10" w:color="` + line + `"/></w:pBdr><w:ind w:left="360" w:right="360"/>`, colour("404040")},
	{StyleSmall, "Small", "Normal", "", `<w:spacing w:after="60"/>`, colour("595959") + size("18")},
	{StyleCell, "Table Text", "Normal", "", `<w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/>`, size("19")},
	{StyleCellHead, "Table Head", StyleCell, "", `<w:keepNext/>`, bold + colour(ink)},
	{"FootnoteText", "footnote text", "Normal", "", `<w:spacing w:after="40" w:line="240" w:lineRule="auto"/>`, size("18")},
	{"CommentText", "annotation text", "Normal", "", `<w:spacing w:line="240" w:lineRule="auto"/>`, size("20")},
	{"Footer", "footer", "Normal", "", `<w:spacing w:after="0"/><w:jc w:val="center"/>`, colour("595959") + size("18")},
}

func heading(before, after, level string) string {
	return `<w:keepNext/><w:keepLines/>` + spacing(before, after) + `<w:outlineLvl w:val="` + level + `"/>`
}

// styles writes the styles part.
func (w *writer) styles() *markup {
	m := w.markup()
	m.raw(`<w:styles xmlns:w="` + uriW + `"><w:docDefaults><w:rPrDefault><w:rPr>`)
	m.raw(`<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="SimSun" w:cs="Arial"/>` + size("22"))
	attrs := []string{"w:val", "en-GB", "w:eastAsia", "zh-CN", "w:bidi", "ar-SA"}
	if lang := w.b.settings.Lang; lang != "" {
		own := langAttrs(lang)
		for i := 0; i < len(attrs); i += 2 {
			if attrs[i] == own[0] {
				attrs[i+1] = lang
			}
		}
	}
	m.empty("w:lang", attrs...)
	m.raw(`</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	m.raw(`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>`)
	m.raw(`<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>`)
	m.raw(`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>`)
	for _, s := range paragraphStyles {
		m.open("w:style", "w:type", "paragraph", "w:styleId", s.id)
		m.empty("w:name", "w:val", s.name)
		m.empty("w:basedOn", "w:val", s.basedOn)
		if s.next != "" {
			m.empty("w:next", "w:val", s.next)
		}
		m.raw("<w:qFormat/><w:pPr>" + s.pPr + "</w:pPr><w:rPr>" + s.rPr + "</w:rPr></w:style>")
	}
	m.raw(`<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:basedOn w:val="DefaultParagraphFont"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>`)
	m.raw(`<w:style w:type="character" w:styleId="CommentReference"><w:name w:val="annotation reference"/><w:basedOn w:val="DefaultParagraphFont"/><w:rPr>` + size("16") + `</w:rPr></w:style>`)
	m.raw(`<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		m.raw(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="` + line + `"/>`)
	}
	m.raw(`</w:tblBorders></w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="` + shaded + `"/></w:tcPr></w:tblStylePr></w:style></w:styles>`)
	return m
}

// settings writes the settings part.
func (w *writer) settings() *markup {
	m := w.markup()
	m.raw(`<w:settings xmlns:w="` + uriW + `"><w:zoom w:percent="100"/>`)
	if w.b.settings.Track {
		m.raw(`<w:trackRevisions/>`)
	}
	m.raw(`<w:defaultTabStop w:val="708"/><w:characterSpacingControl w:val="doNotCompress"/>`)
	m.raw(`<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>`)
	m.raw(`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`)
	return m
}

// numbering writes the one list there is: bullets, three deep.
func (w *writer) numbering() *markup {
	m := w.markup()
	m.raw(`<w:numbering xmlns:w="` + uriW + `"><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>`)
	for i, sign := range []string{"•", "–", "▪"} {
		m.open("w:lvl", "w:ilvl", itoa(i))
		m.raw(`<w:start w:val="1"/><w:numFmt w:val="bullet"/>`)
		m.empty("w:lvlText", "w:val", sign)
		m.raw(`<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="` + itoa(360*(i+1)) + `" w:hanging="360"/></w:pPr></w:lvl>`)
	}
	m.raw(`</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`)
	return m
}

func (w *writer) fonts() *markup {
	m := w.markup()
	m.raw(`<w:fonts xmlns:w="` + uriW + `">`)
	for _, name := range []string{"Arial", "Calibri", "SimSun"} {
		m.open("w:font", "w:name", name)
		m.raw(`</w:font>`)
	}
	m.raw(`</w:fonts>`)
	return m
}

// footer writes the page number.
func (w *writer) footer() *markup {
	m := w.markup()
	m.raw(`<w:ftr xmlns:w="` + uriW + `"><w:p><w:pPr><w:pStyle w:val="Footer"/>`)
	w.bidi(m, w.b.settings.RTL)
	m.raw(`</w:pPr>`)
	if word := strings.TrimSpace(w.b.settings.PageWord); word != "" {
		w.runs(m, []rune(word+" "), runLook{rtl: w.b.settings.RTL}, "w:t")
	}
	m.raw(`<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>`)
	return m
}

// core writes title and maker. It has no dates: the same values give the same file.
func (w *writer) core() *markup {
	m := w.markup()
	m.raw(`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">`)
	for _, p := range [][2]string{{"dc:title", w.b.settings.Title}, {"dc:creator", w.b.settings.Creator}, {"dc:language", w.b.settings.Lang}} {
		if p[1] != "" {
			m.raw("<" + p[0] + ">")
			m.text(p[1])
			m.raw("</" + p[0] + ">")
		}
	}
	m.raw(`</cp:coreProperties>`)
	return m
}

// custom writes the custom properties, as text.
func (w *writer) custom() *markup {
	m := w.markup()
	m.raw(`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">`)
	for i, p := range w.b.settings.Properties {
		m.open("property", "fmtid", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", "pid", itoa(i+2), "name", p.Name)
		m.raw("<vt:lpwstr>")
		m.text(p.Value)
		m.raw("</vt:lpwstr></property>")
	}
	m.raw(`</Properties>`)
	return m
}
