package docx

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	r := &reader{d: d, ledger: newLedger(), anchors: map[string]*anchor{}}
	r.styles, r.plain = readStyles(d.styles)
	for _, t := range d.stories {
		r.story(t)
	}
	r.readComments()
	r.readProperties()
	r.placeComments()
	if r.spans > maxSpans || r.quoted > maxQuoted {
		r.enter(d.main.part.name, "text under comments", NotRead, "")
	}
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
	plain   string // name of the default paragraph style
	tables  int
	spans   int // places of comments so far
	quoted  int // code points quoted so far
}

// Comments over comments over many paragraphs multiply: what is over these is listed, not kept.
const (
	maxSpans  = 200_000
	maxQuoted = 4 << 20
)

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
			text, at := b.Accepted, place.Accepted
			if at.Start == at.End {
				text, at = b.Rejected, place.Rejected
			}
			if r.quoted += at.End - at.Start; r.quoted <= maxQuoted {
				quote = append(quote, strings.ReplaceAll(cut(text, at), string(NoteMark), ""))
			}
		}
		c.Quote = strings.Join(quote, "\n")
	}
}

// cut gives a span of a text.
func cut(s string, at Span) string {
	n, from, to := 0, len(s), len(s)
	for i := range s {
		if n == at.Start {
			from = i
		}
		if n == at.End {
			to = i
			break
		}
		n++
	}
	return s[min(from, to):to]
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
}

var headingName = regexp.MustCompile(`(?i)^heading ([1-9])$`)

func readStyles(t *tree) (out map[string]style, plain string) {
	out = map[string]style{}
	if t == nil {
		return out, ""
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
		if v, _ := t.attr(e, nsW, "default"); isTrue(v) {
			plain = s.name
		}
		out[id] = s
	}
	return out, plain
}

// look resolves what a paragraph's style says, following what it is based on.
func (r *reader) look(id string) (name string, outline int, numbering string) {
	outline = -1
	if id == "" {
		return r.plain, outline, ""
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

// offsets gives the NFC form of a raw text and maps the wanted byte offsets of the raw text to code
// points of it. A place inside what NFC composes goes to its end.
func offsets(raw string, wanted []int) (text string, at func(int) int) {
	text = norm.NFC.String(raw)
	if len(wanted) == 0 {
		return text, func(int) int { return 0 }
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	points := make([]int, len(wanted))
	next, n := 0, 0
	reach := func(to, count int) { // every wanted place before to is at count
		for ; next < len(wanted) && wanted[next] < to; next++ {
			points[next] = count
		}
	}
	var it norm.Iter
	it.InitString(norm.NFC, raw)
	for !it.Done() {
		reach(it.Pos()+1, n)
		seg := it.Next()
		n += utf8.RuneCount(seg)
		if it.Pos() == len(raw) || next < len(wanted) {
			reach(it.Pos(), n)
		}
	}
	reach(len(raw)+1, n)
	return text, func(i int) int {
		j, _ := slices.BinarySearch(wanted, i)
		return points[min(j, len(points)-1)]
	}
}
