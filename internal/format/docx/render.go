package docx

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// markup grows an XML part. Names come from this package; only values are escaped.
type markup struct {
	strings.Builder
	w *writer
}

func (w *writer) markup() *markup {
	m := &markup{w: w}
	m.raw(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	return m
}

func (m *markup) raw(s string) { m.WriteString(s) }

// open writes a start tag with name and value pairs.
func (m *markup) open(name string, attrs ...string) {
	m.tag(name, attrs)
	m.raw(">")
}

func (m *markup) empty(name string, attrs ...string) {
	m.tag(name, attrs)
	m.raw("/>")
}

func (m *markup) tag(name string, attrs []string) {
	m.raw("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		m.raw(" " + attrs[i] + `="`)
		m.text(attrs[i+1])
		m.raw(`"`)
	}
}

var escapes = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;"}

// text writes escaped text. Characters XML 1.0 cannot hold are dropped and counted.
func (m *markup) text(s string) {
	for _, r := range s {
		switch e, ok := escapes[r]; {
		case ok:
			m.raw(e)
		case !isXMLChar(r):
			m.w.dropped++
		default:
			m.WriteRune(r)
		}
	}
}

func isXMLChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// runLook is how a stretch of text looks.
type runLook struct {
	bold, italic, grey, strike bool
	lang                       string
	rtl                        bool // of the paragraph
}

// paragraph writes one paragraph with its bookmark, comments, notes and changes.
func (w *writer) paragraph(m *markup, p *Paragraph, style, section, before string) {
	m.raw("<w:p>")
	rtl := w.isRTL(p)
	w.paragraphProperties(m, p, style, section, rtl)
	m.raw(before)
	if p.Bookmark != "" {
		w.bookmark++
		m.empty("w:bookmarkStart", "w:id", itoa(w.bookmark), "w:name", p.Bookmark)
	}
	text := []rune(p.Text)
	at := w.paragraphs[p]
	changes := p.Changes
	switch {
	case p.Deleted != nil:
		changes = []Change{{Span: Span{0, len(text)}, By: *p.Deleted}}
	case p.Inserted != nil:
		changes = nil
	}
	note := w.noteOf[p]
	cuts := w.cuts(p, at, changes)
	for i, from := range cuts {
		w.events(m, at.marks, changes, from, runLook{lang: p.Lang, rtl: rtl})
		if i == len(cuts)-1 {
			break
		}
		to := cuts[i+1]
		look := runLook{lang: p.Lang, rtl: rtl}
		for _, l := range p.Looks {
			if l.Start <= from && to <= l.End {
				look.bold, look.italic = look.bold || l.Bold, look.italic || l.Italic
				look.grey, look.strike = look.grey || l.Grey, look.strike || l.Strike
			}
		}
		var by *By
		wrap, kind := "", "w:t"
		for j := range changes {
			if c := &changes[j]; c.Start <= from && to <= c.End {
				by, wrap, kind = &c.By, "w:del", "w:delText"
			}
		}
		if p.Inserted != nil {
			by, wrap = p.Inserted, "w:ins"
		}
		if by != nil {
			m.open(wrap, w.stamp(*by)...)
		}
		if to == from+1 && text[from] == NoteMark {
			m.raw(`<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>`)
			m.empty("w:footnoteReference", "w:id", itoa(note))
			m.raw(`</w:r>`)
			note++
		} else {
			w.runs(m, text[from:to], look, kind)
		}
		if by != nil {
			m.raw("</" + wrap + ">")
		}
	}
	if p.Bookmark != "" {
		m.empty("w:bookmarkEnd", "w:id", itoa(w.bookmark))
	}
	m.raw("</w:p>")
}

// cuts lists where anything begins or ends in a paragraph's text, from 0 to its length.
func (w *writer) cuts(p *Paragraph, at *placement, changes []Change) []int {
	out := []int{0, at.runes}
	for _, l := range p.Looks {
		out = append(out, l.Start, l.End)
	}
	for _, c := range changes {
		out = append(out, c.Start, c.End)
	}
	for _, k := range at.marks {
		out = append(out, k.at)
	}
	i := 0
	for _, r := range p.Text {
		if r == NoteMark {
			out = append(out, i, i+1)
		}
		i++
	}
	sort.Ints(out)
	return slices.Compact(out)
}

// events writes what stands between two characters: what replaces the words before, the ends of
// comments, insertions, the beginnings of comments. So text put in at an edge stays outside.
func (w *writer) events(m *markup, marks []mark, changes []Change, at int, look runLook) {
	insert := func(c *Change) {
		if c.New != "" {
			m.open("w:ins", w.stamp(c.By)...)
			w.runs(m, []rune(c.New), look, "w:t")
			m.raw("</w:ins>")
		}
	}
	for i := range changes {
		if c := &changes[i]; c.End == at && c.Start < c.End {
			insert(c)
		}
	}
	for _, k := range marks {
		if k.at == at && k.ends && !k.starts {
			w.ends(m, k.thread)
		}
	}
	for i := range changes {
		if c := &changes[i]; c.End == at && c.Start == c.End {
			insert(c)
		}
	}
	for _, k := range marks {
		if k.at == at && k.starts {
			w.starts(m, k.thread)
			if k.ends {
				w.ends(m, k.thread)
			}
		}
	}
}

// stamp gives the attributes of a tracked change, with an id of its own.
func (w *writer) stamp(by By) []string {
	w.revision++
	out := []string{"w:id", itoa(w.revision), "w:author", by.Author}
	if by.Date != "" {
		out = append(out, "w:date", by.Date)
	}
	return out
}

func (w *writer) isRTL(p *Paragraph) bool {
	return p.Direction == RightToLeft || p.Direction == AsDocument && w.b.settings.RTL
}

func (w *writer) bidi(m *markup, rtl bool) {
	if rtl {
		m.raw("<w:bidi/>")
	}
}

// paragraphProperties writes w:pPr in the order of the schema.
func (w *writer) paragraphProperties(m *markup, p *Paragraph, style, section string, rtl bool) {
	if p.Style != "" {
		style = p.Style
	}
	if p.Level > 0 {
		style = "Heading" + itoa(min(p.Level, 6))
	}
	if p.Bullet > 0 && p.Style == "" {
		style = "ListParagraph"
	}
	m.raw("<w:pPr>")
	if style != "" {
		m.empty("w:pStyle", "w:val", style)
	}
	if p.NewPage {
		m.raw("<w:pageBreakBefore/>")
	}
	if p.Bullet > 0 {
		m.raw("<w:numPr>")
		m.empty("w:ilvl", "w:val", itoa(min(p.Bullet, 3)-1))
		m.raw(`<w:numId w:val="1"/></w:numPr>`)
	}
	switch {
	case rtl:
		m.raw("<w:bidi/>")
	case w.b.settings.RTL:
		m.raw(`<w:bidi w:val="0"/>`)
	}
	mark := ""
	by := p.Inserted
	if by != nil {
		mark = "w:ins"
	} else if by = p.Deleted; by != nil {
		mark = "w:del"
	}
	if mark != "" {
		m.raw("<w:rPr>")
		m.empty(mark, w.stamp(*by)...)
		m.raw("</w:rPr>")
	}
	m.raw(section)
	m.raw("</w:pPr>")
}

// runs writes text as runs of one direction each; a tab and a line break are elements in Word.
func (w *writer) runs(m *markup, text []rune, look runLook, element string) {
	for len(text) > 0 {
		n, rtl := sameDirection(text, look.rtl)
		m.raw("<w:r>")
		w.runProperties(m, look, rtl)
		for _, s := range splitBreaks(text[:n]) {
			switch s {
			case "\t":
				m.raw("<w:tab/>")
			case "\n":
				m.raw("<w:br/>")
			default:
				space := ""
				if strings.TrimSpace(s) != s {
					space = ` xml:space="preserve"`
				}
				m.raw("<" + element + space + ">")
				m.text(s)
				m.raw("</" + element + ">")
			}
		}
		m.raw("</w:r>")
		text = text[n:]
	}
}

// sameDirection gives the length of the longest beginning of one direction. Digits, spaces and signs
// go with the letters before them, at the beginning with the paragraph.
func sameDirection(text []rune, rtl bool) (int, bool) {
	strong := false
	for i, r := range text {
		props, _ := bidi.LookupRune(r)
		var is bool
		switch props.Class() {
		case bidi.L:
			is = false
		case bidi.R, bidi.AL:
			is = true
		default:
			continue
		}
		if strong && is != rtl {
			return i, rtl
		}
		if !strong && is != rtl && i > 0 {
			return i, rtl // the signs before it
		}
		strong, rtl = true, is
	}
	return len(text), rtl
}

// splitBreaks cuts text at tabs and line breaks, which stay as pieces of their own.
func splitBreaks(text []rune) []string {
	var out []string
	from := 0
	for i, r := range text {
		if r == '\t' || r == '\n' {
			if i > from {
				out = append(out, string(text[from:i]))
			}
			out = append(out, string(r))
			from = i + 1
		}
	}
	if from < len(text) {
		out = append(out, string(text[from:]))
	}
	return out
}

// runProperties writes w:rPr in the order of the schema. Word looks at other properties for text from
// right to left, so both are set.
func (w *writer) runProperties(m *markup, look runLook, rtl bool) {
	lang := look.lang
	if lang == w.b.settings.Lang {
		lang = ""
	}
	if !look.bold && !look.italic && !look.strike && !look.grey && !rtl && lang == "" {
		return
	}
	m.raw("<w:rPr>")
	if look.bold {
		m.raw("<w:b/><w:bCs/>")
	}
	if look.italic {
		m.raw("<w:i/><w:iCs/>")
	}
	if look.strike {
		m.raw("<w:strike/>")
	}
	if look.grey {
		m.raw(`<w:color w:val="595959"/>`)
	}
	if rtl {
		m.raw("<w:rtl/>")
	}
	if lang != "" {
		m.empty("w:lang", langAttrs(lang)...)
	}
	m.raw("</w:rPr>")
}

// langAttrs puts a language where Word looks for it: one attribute per kind of script.
func langAttrs(lang string) []string {
	switch base, _, _ := strings.Cut(lang, "-"); base {
	case "ar", "he", "fa", "ur", "ps", "ku", "yi", "dv", "sd", "ug":
		return []string{"w:bidi", lang}
	case "zh", "ja", "ko":
		return []string{"w:eastAsia", lang}
	}
	return []string{"w:val", lang}
}
