package docx

import (
	"fmt"
	"hash/fnv"
)

// thread is a root comment or a reply with the ids the file gives it.
type thread struct {
	*NewComment
	id        int
	paraIDs   []string // one per paragraph; the last is the key of the thread
	durableID string
	root      *thread // itself for a root
	replies   []*thread
}

func (t *thread) key() string { return t.paraIDs[len(t.paraIDs)-1] }

// mark is the beginning or the end of a comment's range in a paragraph.
type mark struct {
	at     int
	starts bool
	ends   bool
	thread *thread
}

// checkComment gives a comment and its replies their ids and its paragraphs their marks.
func (w *writer) checkComment(c *NewComment) error {
	from, to := w.paragraphs[c.From.Paragraph], w.paragraphs[c.To.Paragraph]
	switch {
	case from == nil || to == nil:
		return wrong("comment %q stands in no paragraph of it.", c.Key)
	case from.story != to.story:
		return wrong("comment %q begins in one text and ends in another.", c.Key)
	case c.From.Offset < 0 || c.From.Offset > from.runes || c.To.Offset < 0 || c.To.Offset > to.runes,
		from.order > to.order, from == to && c.From.Offset > c.To.Offset:
		return wrong("comment %q ends before it begins or lies outside its paragraphs.", c.Key)
	}
	root, err := w.thread(c, nil)
	if err != nil {
		return err
	}
	if from == to && c.From.Offset == c.To.Offset {
		from.marks = append(from.marks, mark{at: c.From.Offset, starts: true, ends: true, thread: root})
		return nil
	}
	from.marks = append(from.marks, mark{at: c.From.Offset, starts: true, thread: root})
	to.marks = append(to.marks, mark{at: c.To.Offset, ends: true, thread: root})
	return nil
}

// thread numbers a comment, then its replies, however deep, as replies to the root.
func (w *writer) thread(c *NewComment, root *thread) (*thread, error) {
	for _, d := range []string{c.Date, c.DateUTC} {
		if d != "" && !dateTime.MatchString(d) {
			return nil, wrong("comment %q has the date %q.", c.Key, d)
		}
	}
	if c.Key == "" || w.keys[c.Key] {
		return nil, wrong("comment %q has no key of its own.", c.Key)
	}
	if w.keys == nil {
		w.keys = map[string]bool{}
	}
	w.keys[c.Key] = true
	t := &thread{NewComment: c, id: len(w.threads)}
	for i := range max(1, len(c.Body)) {
		t.paraIDs = append(t.paraIDs, w.longHex(fmt.Sprintf("paragraph %d of %s", i, c.Key)))
	}
	t.durableID = w.longHex(durable(c.Key))
	w.threads = append(w.threads, t)
	t.root = root
	if root == nil {
		t.root, root = t, t
	} else {
		root.replies = append(root.replies, t)
	}
	for i := range c.Replies {
		if _, err := w.thread(&c.Replies[i], root); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// longHex derives an ST_LongHexNumber from 1 to 7FFFFFFE that the file does not use yet. Word makes
// new ids for others, and replies come loose.
func (w *writer) longHex(of string) string {
	h := fnv.New32a()
	h.Write([]byte(of))
	for {
		n := h.Sum32() & 0x7FFFFFFF
		if n != 0 && n != 0x7FFFFFFF && !w.usedIDs[n] {
			w.usedIDs[n] = true
			return fmt.Sprintf("%08X", n)
		}
		h.Write([]byte{'+'})
	}
}

// starts opens the range of a thread, the root's before its replies'.
func (w *writer) starts(m *markup, t *thread) {
	for _, c := range append([]*thread{t}, t.replies...) {
		m.empty("w:commentRangeStart", "w:id", itoa(c.id))
	}
}

// ends closes it, each end followed by its reference, as Word writes them.
func (w *writer) ends(m *markup, t *thread) {
	for _, c := range append([]*thread{t}, t.replies...) {
		m.empty("w:commentRangeEnd", "w:id", itoa(c.id))
		m.raw(`<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr>`)
		m.empty("w:commentReference", "w:id", itoa(c.id))
		m.raw(`</w:r>`)
	}
}

// commentParts writes the five parts that go together.
func (w *writer) commentParts() {
	c, ex, ids, ext := w.markup(), w.markup(), w.markup(), w.markup()
	c.raw(`<w:comments xmlns:w="` + uriW + `" xmlns:mc="` + uriMC + `" xmlns:w14="` + uriW14 + `" mc:Ignorable="w14">`)
	ex.raw(`<w15:commentsEx xmlns:mc="` + uriMC + `" xmlns:w15="` + uriW15 + `" mc:Ignorable="w15">`)
	ids.raw(`<w16cid:commentsIds xmlns:mc="` + uriMC + `" xmlns:w16cid="` + uriCid + `" mc:Ignorable="w16cid">`)
	ext.raw(`<w16cex:commentsExtensible xmlns:mc="` + uriMC + `" xmlns:w16cex="` + uriCex + `" mc:Ignorable="w16cex">`)
	people := w.markup()
	people.raw(`<w15:people xmlns:mc="` + uriMC + `" xmlns:w15="` + uriW15 + `" mc:Ignorable="w15">`)
	known := map[string]bool{}
	for _, t := range w.threads {
		w.comment(c, t)
		attrs := []string{"w15:paraId", t.key()}
		if t.root != t {
			attrs = append(attrs, "w15:paraIdParent", t.root.key())
		}
		done := "0"
		if t.root.Done {
			done = "1"
		}
		ex.empty("w15:commentEx", append(attrs, "w15:done", done)...)
		ids.empty("w16cid:commentId", "w16cid:paraId", t.key(), "w16cid:durableId", t.durableID)
		attrs = []string{"w16cex:durableId", t.durableID}
		if t.DateUTC != "" {
			attrs = append(attrs, "w16cex:dateUtc", t.DateUTC)
		}
		ext.empty("w16cex:commentExtensible", attrs...)
		if !known[t.Author] {
			known[t.Author] = true
			people.open("w15:person", "w15:author", t.Author)
			people.empty("w15:presenceInfo", "w15:providerId", "None", "w15:userId", t.Author)
			people.raw(`</w15:person>`)
		}
	}
	c.raw(`</w:comments>`)
	ex.raw(`</w15:commentsEx>`)
	ids.raw(`</w16cid:commentsIds>`)
	ext.raw(`</w16cex:commentsExtensible>`)
	people.raw(`</w15:people>`)
	const ms = "http://schemas.microsoft.com/office/"
	w.part("word/comments.xml", wordType+"comments+xml", relType+"comments", c)
	w.part("word/commentsExtended.xml", wordType+"commentsExtended+xml", ms+"2011/relationships/commentsExtended", ex)
	w.part("word/commentsIds.xml", wordType+"commentsIds+xml", ms+"2016/09/relationships/commentsIds", ids)
	w.part("word/commentsExtensible.xml", wordType+"commentsExtensible+xml", ms+"2018/08/relationships/commentsExtensible", ext)
	w.part("word/people.xml", wordType+"people+xml", ms+"2011/relationships/people", people)
}

// comment writes one comment. Its first paragraph begins with the reference Word expects.
func (w *writer) comment(m *markup, t *thread) {
	attrs := []string{"w:id", itoa(t.id), "w:author", t.Author}
	if t.Date != "" {
		attrs = append(attrs, "w:date", t.Date)
	}
	if t.Initials != "" {
		attrs = append(attrs, "w:initials", t.Initials)
	}
	m.open("w:comment", attrs...)
	body := t.Body
	if len(body) == 0 {
		body = []string{""}
	}
	for i, text := range body {
		m.open("w:p", "w14:paraId", t.paraIDs[i], "w14:textId", "77777777")
		m.raw(`<w:pPr><w:pStyle w:val="CommentText"/>`)
		w.bidi(m, t.RTL)
		m.raw(`</w:pPr>`)
		if i == 0 {
			m.raw(`<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:annotationRef/></w:r>`)
		}
		w.runs(m, []rune(text), runLook{lang: t.Lang, rtl: t.RTL}, "w:t")
		m.raw(`</w:p>`)
	}
	m.raw(`</w:comment>`)
}
