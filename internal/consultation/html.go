package consultation

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/lang"
)

// htmlStyle makes the page readable on a screen and on paper, without anything from elsewhere.
const htmlStyle = `body{font:16px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:62rem;padding:0 1rem;color:#1b2733;background:#fff}
h1,h2,h3,h4{line-height:1.25;margin:1.6em 0 .5em}table{border-collapse:collapse;width:100%;margin:1em 0;font-size:.875rem}
td,th{border:1px solid #b8c4ce;padding:.4rem .5rem;text-align:start;vertical-align:top}th{background:#e8eef4}
.scroll{overflow-x:auto}ins{background:#dff2e1;text-decoration:underline}del{background:#fbe3e1}mark{background:#fff2bf;color:inherit}
aside{border-inline-start:4px solid #2a6496;background:#f3f6f9;margin:.4rem 0 .8rem;padding:.4rem .8rem;font-size:.9em}
aside p{margin:.2rem 0}aside .by{font-weight:600}aside aside{border-color:#8aa0b2}.small{color:#51606d;font-size:.875rem}
@media print{body{max-width:none;margin:0;font-size:10pt}@page{size:A4;margin:18mm}table{font-size:8pt}aside{break-inside:avoid}.scroll{overflow:visible}}`

// page writes blocks as HTML.
type page struct {
	strings.Builder
	paper *paper
	notes []docx.FootnoteText
	marks map[*docx.Paragraph][]htmlMark
	after map[*docx.Paragraph][]*docx.NewComment
	list  bool
}

// htmlMark is a stretch of a paragraph that a comment stands on.
type htmlMark struct{ from, to int }

// html writes the paper as one HTML page.
func (p *paper) html(language lang.Tag) []byte {
	g := &page{paper: p, marks: map[*docx.Paragraph][]htmlMark{}, after: map[*docx.Paragraph][]*docx.NewComment{}}
	for i := range p.comments {
		c := &p.comments[i]
		g.after[c.To.Paragraph] = append(g.after[c.To.Paragraph], c)
		if c.From.Paragraph == c.To.Paragraph && c.From.Offset < c.To.Offset {
			g.marks[c.From.Paragraph] = append(g.marks[c.From.Paragraph], htmlMark{c.From.Offset, c.To.Offset})
		}
	}
	fmt.Fprintf(g, "<!DOCTYPE html>\n<html lang=%q dir=%q>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n", language, language.Dir())
	fmt.Fprintf(g, "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", html.EscapeString(p.settings.Title), htmlStyle)
	for _, b := range p.blocks {
		switch b := b.(type) {
		case *docx.Paragraph:
			g.paragraph(b)
		case *docx.Table:
			g.table(b)
		}
	}
	g.endList()
	g.footnotes()
	g.WriteString("</main>\n</body>\n</html>\n")
	return []byte(g.String())
}

func (g *page) endList() {
	if g.list {
		g.WriteString("</ul>\n")
		g.list = false
	}
}

// paragraph writes one paragraph and the comments that end in it.
func (g *page) paragraph(p *docx.Paragraph) {
	tag := "p"
	switch {
	case p.Level > 0:
		tag = "h" + strconv.Itoa(min(p.Level, 6))
	case p.Style == docx.StyleTitle:
		tag = "h1"
	case p.Bullet > 0:
		tag = "li"
	}
	if tag == "li" && !g.list {
		g.WriteString("<ul>\n")
		g.list = true
	} else if tag != "li" {
		g.endList()
	}
	g.WriteString("<" + tag)
	if p.Bookmark != "" {
		fmt.Fprintf(g, " id=%q", strings.TrimPrefix(p.Bookmark, BlockBookmark))
	}
	if p.Style == docx.StyleSmall || p.Style == docx.StyleSubtitle {
		g.WriteString(` class="small"`)
	}
	if p.Lang != "" && p.Lang != g.paper.settings.Lang {
		fmt.Fprintf(g, " lang=%q", html.EscapeString(p.Lang))
	}
	switch p.Direction {
	case docx.LeftToRight:
		g.WriteString(` dir="ltr"`)
	case docx.RightToLeft:
		g.WriteString(` dir="rtl"`)
	}
	g.WriteString(">")
	switch {
	case p.Inserted != nil:
		g.WriteString("<ins>")
		g.words(p)
		g.WriteString("</ins>")
	case p.Deleted != nil:
		g.WriteString("<del>")
		g.words(p)
		g.WriteString("</del>")
	default:
		g.words(p)
	}
	if tag != "li" {
		g.WriteString("</" + tag + ">\n")
	}
	for _, c := range g.after[p] {
		g.comment(c, false)
	}
	if tag == "li" {
		g.WriteString("</li>\n")
	}
}

// words writes the text of a paragraph with its changes, marks, looks and notes.
func (g *page) words(p *docx.Paragraph) {
	runes := []rune(p.Text)
	cuts := []int{0, len(runes)}
	for _, c := range p.Changes {
		cuts = append(cuts, c.Start, c.End)
	}
	for _, m := range g.marks[p] {
		cuts = append(cuts, m.from, m.to)
	}
	for _, l := range p.Looks {
		cuts = append(cuts, l.Start, l.End)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	note := 0
	change := 0
	for i, from := range cuts {
		for change < len(p.Changes) && p.Changes[change].Start == from { // new words stand before the old ones end
			if c := p.Changes[change]; c.New != "" && c.Start == c.End {
				g.WriteString("<ins>" + text(c.New) + "</ins>")
				change++
				continue
			}
			break
		}
		if i+1 == len(cuts) {
			break
		}
		to := cuts[i+1]
		var open, end string
		wrap := func(tag string) { open, end = open+"<"+tag+">", "</"+tag+">"+end }
		if slices.ContainsFunc(g.marks[p], func(m htmlMark) bool { return m.from <= from && to <= m.to }) {
			wrap("mark")
		}
		for _, l := range p.Looks {
			if l.Start <= from && to <= l.End {
				switch {
				case l.Bold:
					wrap("b")
				case l.Strike:
					wrap("s")
				case l.Italic:
					wrap("i")
				}
			}
		}
		deleted := change < len(p.Changes) && p.Changes[change].Start <= from && to <= p.Changes[change].End
		if deleted {
			wrap("del")
		}
		g.WriteString(open)
		for _, r := range runes[from:to] {
			if r == docx.NoteMark && note < len(p.Notes) {
				g.notes = append(g.notes, p.Notes[note])
				note++
				n := len(g.notes)
				fmt.Fprintf(g, `<sup><a href="#note-%d" id="mark-%d">%d</a></sup>`, n, n, n)
				continue
			}
			g.WriteString(text(string(r)))
		}
		g.WriteString(end)
		if deleted && p.Changes[change].End == to {
			if c := p.Changes[change]; c.New != "" {
				g.WriteString("<ins>" + text(c.New) + "</ins>")
			}
			change++
		}
	}
}

// text escapes words; line breaks and tabs stay what they are to a reader.
func text(s string) string {
	return strings.NewReplacer("\n", "<br>", "\t", " ").Replace(html.EscapeString(s))
}

func (g *page) comment(c *docx.NewComment, reply bool) {
	id := ""
	if !reply {
		id = fmt.Sprintf(" id=%q", "comment-"+html.EscapeString(c.Key))
	}
	fmt.Fprintf(g, "<aside%s>", id)
	if c.Author != "" {
		fmt.Fprintf(g, `<p class="by">%s</p>`, text(c.Author))
	}
	dir := "auto"
	if c.RTL {
		dir = "rtl"
	}
	for _, line := range c.Body {
		fmt.Fprintf(g, "<p dir=%q", dir)
		if c.Lang != "" {
			fmt.Fprintf(g, " lang=%q", html.EscapeString(c.Lang))
		}
		fmt.Fprintf(g, ">%s</p>", text(line))
	}
	for i := range c.Replies {
		g.comment(&c.Replies[i], true)
	}
	g.WriteString("</aside>\n")
}

func (g *page) table(t *docx.Table) {
	g.endList()
	g.WriteString("<div class=\"scroll\" tabindex=\"0\">\n<table>\n")
	for _, row := range t.Rows {
		g.WriteString("<tr>")
		tag := "td"
		if row.Header {
			tag = "th"
		}
		for _, c := range row.Cells {
			g.WriteString("<" + tag)
			if c.Span > 1 {
				fmt.Fprintf(g, ` colspan="%d"`, c.Span)
			}
			if c.Down > 1 {
				fmt.Fprintf(g, ` rowspan="%d"`, c.Down)
			}
			if row.Header {
				g.WriteString(` scope="col"`)
			}
			g.WriteString(">")
			for _, p := range c.Paragraphs {
				g.paragraph(p)
			}
			g.endList()
			g.WriteString("</" + tag + ">")
		}
		g.WriteString("</tr>\n")
	}
	g.WriteString("</table>\n</div>\n")
}

func (g *page) footnotes() {
	if len(g.notes) == 0 {
		return
	}
	g.WriteString("<hr>\n<ol>\n")
	for i := 0; i < len(g.notes); i++ {
		fmt.Fprintf(g, `<li id="note-%d">`, i+1)
		for _, p := range g.notes[i] {
			list := g.list
			g.list = false
			g.paragraph(p)
			g.list = list
		}
		fmt.Fprintf(g, "<a href=\"#mark-%d\">↑</a></li>\n", i+1)
	}
	g.WriteString("</ol>\n")
}
