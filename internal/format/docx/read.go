package docx

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
	"golang.org/x/text/unicode/norm"
)

// Content reads the document into plain values.
func (d *Document) Content() Content {
	c, _ := d.read()
	return c
}

// Blocks gives the paragraphs of every story, in reading order of each.
func (d *Document) Blocks() []Block { return d.Content().Blocks }

// read also gives what was read of the elements that must not get lost.
func (d *Document) read() (Content, *ledger) {
	r := &reader{d: d, ledger: newLedger(), anchors: map[string]*anchor{}, styles: readStyles(d.styles)}
	for _, t := range d.stories {
		r.story(t)
	}
	r.readComments()
	r.readProperties()
	r.placeComments()
	for i := range r.content.Revisions {
		if rev := &r.content.Revisions[i]; rev.Block >= len(r.content.Blocks) {
			rev.Block = -1 // a row without any paragraph
		}
	}
	r.settle(d)
	return r.content, r.ledger
}

// reader collects the content of all stories.
type reader struct {
	*ledger
	d       *Document
	content Content
	anchors map[string]*anchor // by comment id
	styles  map[string]style
	tables  int
}

// anchor is what the stories say about the place of one comment.
type anchor struct {
	spans []*placed
	point *placed
}

// placed is a stretch of raw text of one block.
type placed struct {
	block    int
	from, to position
}

func (r *reader) anchor(id string) *anchor {
	a := r.anchors[id]
	if a == nil {
		a = &anchor{}
		r.anchors[id] = a
	}
	return a
}

// story reads one part.
func (r *reader) story(t *tree) {
	root := t.doc.Root()
	switch kind := t.w(root); kind {
	case "document":
		r.walk(t, t.find(root, "body"), Body, "")
	case "footnotes", "endnotes":
		for _, n := range children(root) {
			name := t.w(n)
			if name != "footnote" && name != "endnote" {
				r.list(t, n, NotRead, "")
				continue
			}
			r.seen[n] = true
			id, _ := t.attr(n, nsW, "id")
			if kind, _ := t.attr(n, nsW, "type"); kind != "" && kind != "normal" {
				continue // separators
			}
			r.walk(t, n, Story(name), id)
		}
	case "hdr":
		r.walk(t, root, Header, "")
	case "ftr":
		r.walk(t, root, Footer, "")
	}
}

// walk reads the blocks inside e with a fresh state.
func (r *reader) walk(t *tree, e *etree.Element, story Story, note string) *walker {
	w := &walker{reader: r, t: t, story: story, note: note, fields: matchedFields(t, e)}
	if e != nil {
		w.blocks(e)
	}
	return w
}

// placeComments settles where each comment stands and what it quotes.
func (r *reader) placeComments() {
	for i := range r.content.Comments {
		c := &r.content.Comments[i]
		c.Anchor = AnchorNone
		a := r.anchors[c.ID]
		if a == nil {
			continue
		}
		spans := a.spans
		some := func(p *placed) bool { return p.from != p.to }
		if slices.ContainsFunc(spans, some) {
			spans = slices.DeleteFunc(slices.Clone(spans), func(p *placed) bool { return !some(p) })
			c.Anchor = AnchorRange
		} else if len(spans) > 0 {
			spans, c.Anchor = spans[:1], AnchorPoint
		} else if a.point != nil {
			spans, c.Anchor = []*placed{a.point}, AnchorPoint
		}
		var quote []string
		for _, p := range spans {
			b := &r.content.Blocks[p.block]
			place := Place{p.block, Span{p.from.new, p.to.new}, Span{p.from.old, p.to.old}}
			c.Places = append(c.Places, place)
			b.Comments = append(b.Comments, CommentSpan{c.ID, place.Accepted, place.Rejected})
			text := cut(b.Accepted, place.Accepted)
			if text == "" {
				text = cut(b.Rejected, place.Rejected)
			}
			quote = append(quote, strings.ReplaceAll(text, string(NoteMark), ""))
		}
		c.Quote = strings.Join(quote, "\n")
	}
}

// cut gives a span of a text.
func cut(s string, at Span) string {
	runes := []rune(s)
	from, to := min(max(at.Start, 0), len(runes)), min(max(at.End, 0), len(runes))
	if from >= to {
		return ""
	}
	return string(runes[from:to])
}

// readProperties reads docProps.
func (r *reader) readProperties() {
	if t := r.d.core; t != nil {
		for _, e := range children(t.doc.Root()) {
			switch e.Tag {
			case "title":
				r.content.Core.Title = e.Text()
			case "creator":
				r.content.Core.Creator = e.Text()
			case "lastModifiedBy":
				r.content.Core.LastModifiedBy = e.Text()
			}
		}
	}
	if t := r.d.custom; t != nil {
		for _, e := range children(t.doc.Root()) {
			name := e.SelectAttrValue("name", "")
			if kids := children(e); name != "" && len(kids) == 1 {
				r.content.Properties = append(r.content.Properties, Property{name, kids[0].Text()})
			}
		}
	}
}

// style is what of a paragraph style matters to reading.
type style struct {
	name, basedOn string
	outline       int // -1: not said
	numbering     string
	isDefault     bool
}

var headingName = regexp.MustCompile(`(?i)^heading ([1-9])$`)

func readStyles(t *tree) map[string]style {
	out := map[string]style{}
	if t == nil {
		return out
	}
	for _, e := range children(t.doc.Root()) {
		if kind, _ := t.attr(e, nsW, "type"); t.w(e) != "style" || kind != "paragraph" {
			continue
		}
		id, _ := t.attr(e, nsW, "styleId")
		s := style{name: t.val(e, "name"), basedOn: t.val(e, "basedOn"), outline: -1}
		pPr := t.find(e, "pPr")
		if n, err := strconv.Atoi(t.val(pPr, "outlineLvl")); err == nil {
			s.outline = n
		} else if m := headingName.FindStringSubmatch(s.name); m != nil {
			s.outline = int(m[1][0]-'0') - 1
		}
		s.numbering = t.val(t.find(pPr, "numPr"), "numId")
		if v, ok := t.attr(e, nsW, "default"); ok {
			s.isDefault = isTrue(v)
		}
		out[id] = s
	}
	return out
}

// look resolves what a paragraph's style says, following what it is based on.
func (r *reader) look(id string) (name string, outline int, numbering string) {
	outline = -1
	if id == "" {
		for key, s := range r.styles {
			if s.isDefault && (name == "" || key < id) {
				name, id = s.name, key
			}
		}
		return name, outline, ""
	}
	name = r.styles[id].name
	for range 20 { // chains are short; a circle must end
		s, ok := r.styles[id]
		if !ok {
			break
		}
		if outline < 0 {
			outline = s.outline
		}
		numbering = cmp.Or(numbering, s.numbering)
		id = s.basedOn
	}
	return name, outline, numbering
}

// position is a place in a block's two readings.
type position struct{ new, old int }

// offsets maps byte offsets of a raw text to code points of its NFC form. A place inside what NFC
// composes goes to its end.
func offsets(raw string) (text string, at func(int) int) {
	table := make([]int, len(raw)+1)
	n := 0
	if norm.NFC.IsNormalString(raw) {
		for i := range raw {
			table[i] = n
			n++
		}
		table[len(raw)] = n
		return raw, func(i int) int { return table[i] }
	}
	var it norm.Iter
	it.InitString(norm.NFC, raw)
	var b strings.Builder
	for !it.Done() {
		from := it.Pos()
		seg := it.Next()
		b.Write(seg)
		table[from] = n
		n += len([]rune(string(seg)))
		for i := from + 1; i < it.Pos(); i++ {
			table[i] = n
		}
	}
	table[len(raw)] = n
	return b.String(), func(i int) int { return table[i] }
}
