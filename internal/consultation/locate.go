package consultation

import (
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// quoteContext is how many code points of the text around a quote are looked at with it.
const quoteContext = 32

// targets places a comment: one target for each element its range touches.
func (t *taker) targets(w *docx.Comment) []Target {
	var out []Target
	for _, p := range w.Places {
		if p.Block < 0 || p.Block >= len(t.places) {
			continue
		}
		b := &t.Content.Blocks[p.Block]
		for _, at := range t.places[p.Block] {
			start, end := max(p.Rejected.Start, at.start), min(p.Rejected.End, at.end)
			if p.Rejected.Start == p.Rejected.End {
				start, end = p.Rejected.Start, p.Rejected.Start // a point keeps its place
			}
			if start < at.start || end > at.end || start > end || start == end && p.Rejected.Start != p.Rejected.End {
				continue
			}
			out = append(out, t.target(at, b.Rejected, start, end))
			if start == end {
				break // a point between two elements stands in the first
			}
		}
	}
	return out
}

// target turns a stretch of a block into one of the element's own text.
func (t *taker) target(at placed, block string, start, end int) Target {
	g := Target{Code: at.element.Code, State: framework.Anchored, Method: "text", Said: string([]rune(block)[start:end])}
	g.Said = strings.ReplaceAll(g.Said, string(docx.NoteMark), "")
	g.Anchor = framework.Anchor{Version: t.Document.Version.ID(), Element: at.element.ID}
	if at.linked {
		g.Method = "id"
	}
	if at.whole {
		return g
	}
	from, to, kept := carry([]rune(block), []rune(at.element.Text), at, start, end)
	if a, err := framework.NewAnchor(t.Document.Version, at.element.ID, from, to); err == nil {
		g.Anchor = a
	}
	if !kept {
		g.State = framework.TextChanged
	}
	return g
}

// findQuote looks for a comment's words where its paragraph holds no element as a whole: the partner
// wrote in their own copy. Several places are a person's choice.
func (t *taker) findQuote(w *docx.Comment) Target {
	q := framework.TextQuoteSelector{Exact: w.Quote}
	if len(w.Places) > 0 && w.Places[0].Block >= 0 && w.Places[0].Block < len(t.Content.Blocks) {
		p := w.Places[0]
		block := []rune(t.Content.Blocks[p.Block].Rejected)
		start, end := min(p.Rejected.Start, len(block)), min(p.Rejected.End, len(block))
		q.Exact = string(block[start:end])
		q.Prefix = string(block[max(0, start-quoteContext):start])
		q.Suffix = string(block[end:min(len(block), end+quoteContext)])
	}
	g := Target{Said: w.Quote, State: framework.NeedsHuman, Anchor: framework.Anchor{Version: t.Document.Version.ID()}}
	f := framework.FindQuote(t.Document.Version, q)
	g.Method = f.Method
	switch {
	case len(f.Places) == 1 && f.State != framework.NeedsHuman:
		g.Anchor, g.State = f.Places[0], f.State
		g.Code = codeOf(t.Document.Version, g.Anchor.Element)
	default:
		g.Choices = f.Places
	}
	return g
}

// codeOf gives the printed name of an element by its id.
func codeOf(v *framework.Version, id string) string {
	for i := range v.Elements {
		if v.Elements[i].ID == id {
			return v.Elements[i].Code
		}
	}
	return ""
}

// carry turns places of a block into places of the element's text. Where the block holds the text with
// other spaces and without footnote marks, sign by sign; where its words differ, through the
// difference of the words, and kept says whether the place was untouched by it.
func carry(block, text []rune, at placed, start, end int) (from, to int, kept bool) {
	if at.differs {
		return throughWords(string(block), string(text), start, end)
	}
	b, e := space(string(block[at.start:])), space(string(text))
	n := min(len(b.at), len(e.at))
	place := func(offset int, ends bool) int {
		for k := range n {
			if at.start+b.at[k] >= offset {
				if ends && k > 0 {
					return e.at[k-1] + 1
				}
				return e.at[k]
			}
		}
		if n > 0 && ends {
			return e.at[n-1] + 1
		}
		return len(text)
	}
	from, to = place(start, false), place(end, true)
	if start <= at.start {
		from = 0
	}
	if end >= at.end {
		to = len(text)
	}
	if start == end || to < from {
		to = from
	}
	return from, to, true
}

// throughWords carries a stretch from one text to another that differs in words.
func throughWords(block, text string, start, end int) (from, to int, kept bool) {
	at, now := 0, 0
	kept = true
	from, to = -1, -1
	for _, c := range framework.DiffWords(block, text) {
		n := len([]rune(c.Text))
		switch c.Kind {
		case framework.Inserted:
			if at > start && at < end {
				kept = false
			}
			now += n
			continue
		case framework.Deleted:
			if max(at, start) < min(at+n, end) {
				kept = false
			}
			if from < 0 && start < at+n {
				from = now
			}
			if end > at && end <= at+n {
				to = now
			}
		case framework.Kept:
			if from < 0 && start < at+n {
				from = now + max(0, start-at)
			}
			if end > at && end <= at+n {
				to = now + end - at
			}
			now += n
		}
		at += n
	}
	if from < 0 {
		from = now
	}
	if to < from {
		to = from
	}
	return from, to, kept
}
