package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/consultation"
)

// RoundTextPage is the text of a round's version with its comments in the margin, and after their
// paragraph on narrow screens.
type RoundTextPage struct {
	Page
	Over     string
	Name     text
	Lede     string
	Official string // name of the language of the text; empty where the page has it
	Views    []Link // clean, changes, original
	View     string // what the chosen view shows, in a sentence
	Warn     string
	Blocks   []RoundBlock
	Comments string
	General  string // address of the general comments; empty: there are none
	Reading  string // the version with its explanations
	Lost     []CommentCard
	Say      string // address of the form of a comment; empty: the round takes none here
}

// RoundBlock is a heading or paragraph with the comments on it.
type RoundBlock struct {
	Code    string
	Number  string
	Heading bool
	Kind    string // message key
	Lang    string
	Dir     string
	Words   []RoundWords
	Whole   []RoundMark // comments on all of the paragraph
	Cards   []CommentCard
	Alone   []AloneChange
}

// RoundWords is a stretch of the text with all that lies over it.
type RoundWords struct {
	Text   string
	Change string // "", ins or del
	Marked bool   // a comment stands on these words
	Ends   []RoundMark
}

// RoundMark leads from the text to a comment.
type RoundMark struct {
	ID    string // m-5; empty where the comment has its place already
	Href  string
	Label string
	Text  string
}

// The views of a text that comments or changes lie over.
const (
	viewChanges  = "changes"
	viewClean    = "clean"
	viewOriginal = "original"
)

var textViews = []string{viewChanges, viewClean, viewOriginal}

func (s *Server) consultationText(q *request) (*answer, error) {
	r, err := q.readRound()
	if err != nil {
		return nil, err
	}
	path := r.path("/text")
	st := consultation.Statistic(r.rec)
	p := RoundTextPage{
		Page: q.page(path, "shell.consultations", q.words.T("comments.text_title"), r.crumbs(Link{Text: plain(r.name()), Href: q.to(r.path(""))})...),
		Over: r.name(), Name: q.label(r.v, "title", r.v.Title), Lede: answeredLine(q.words, &st), Comments: q.to(r.path("/comments")), Reading: q.to("/framework/" + r.v.ID()),
	}
	p.Summary = p.Lede
	if r.takesComments() {
		p.Say = q.to("/work/say/" + strconv.Itoa(r.rec.Round.Number) + "/comment")
	}
	if string(q.tag) != r.v.Language {
		p.Official = q.words.T("language." + r.v.Language)
	}
	view := cmp.Or(q.option("view", textViews...), viewChanges)
	for _, name := range textViews {
		href := q.here(path, "view", name)
		if name == viewChanges {
			href = q.here(path, "view", "")
		}
		p.Views = append(p.Views, Link{Text: plain(q.words.T("comments.view_" + name)), Href: href, Current: name == view})
	}
	p.View = q.words.T("comments.view_" + view + "_says")
	if st.Proposed > 0 {
		p.Warn = q.words.T("comments.proposed_note")
	}
	if numberOf(st.ByKind, string(consultation.General)) > 0 {
		p.General = q.to(r.path("/comments") + "#general")
	}
	for _, c := range r.shownTo() {
		if c.IsLost() && c.IsShown() {
			p.Lost = append(p.Lost, r.card(c))
		}
	}
	p.Blocks = r.blocks(view, st.Voices > 0 && st.Unconfirmed == st.Voices)
	return q.render("consultationtext", p)
}

// blocks lays the text out line by line, so that each comment can stand beside its own.
func (r *round) blocks(view string, unconfirmed bool) []RoundBlock {
	q := r.q
	placed := map[string]bool{} // comments that have their card
	var out []RoundBlock
	number := 0
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		b := RoundBlock{Code: e.Code, Heading: isHeading(e.Kind), Kind: "kind." + string(e.Kind)}
		words := q.said(shown(e.Text), r.v.Language)
		b.Lang, b.Dir = words.Lang, words.Dir
		if !b.Heading {
			number++
			b.Number = strconv.Itoa(number)
		}
		t := marked{view: view, text: []rune(e.Text)}
		for _, c := range r.shownTo() {
			if !c.IsShown() {
				continue
			}
			for j := range c.Targets {
				g := &c.Targets[j]
				if g.Code != e.Code || g.Version != r.v.ID() {
					continue
				}
				m := RoundMark{Href: "#" + cardID(c), Label: r.numbered(c), Text: strconv.Itoa(c.Number)}
				if !placed[c.ID] {
					placed[c.ID] = true
					m.ID = "m-" + strconv.Itoa(c.Number)
					card := r.card(c)
					card.Mark = m.ID
					if unconfirmed {
						card.settle()
					}
					b.Cards = append(b.Cards, card)
				}
				if g.Position == nil || r.isWhole(g) {
					b.Whole = append(b.Whole, m)
				} else {
					t.marks = append(t.marks, markedSpan{g.Position.Start, g.Position.End, m})
				}
			}
		}
		for j := range r.rec.Amendments {
			a := &r.rec.Amendments[j]
			if a.Element != e.Code || !isOffered(a) && !r.isMade(a) {
				continue
			}
			t.change(a, r.isMade(a))
			if a.Comment == "" && isOffered(a) {
				b.Alone = append(b.Alone, AloneChange{ID: amendmentID(a), Change: r.change(a), Answer: r.answer(a.ID)})
			}
		}
		if words.Text != e.Text { // the word processor's marks were taken off: no place fits
			b.Words = []RoundWords{{Text: words.Text}}
		} else {
			b.Words = t.words()
		}
		out = append(out, b)
	}
	return out
}

// takesComments tells whether readers can comment on the page: by a form of the workspace.
func (r *round) takesComments() bool {
	rd := &r.rec.Round
	return r.q.server.config.Consulting != nil && r.q.server.config.Accounts != nil && rd.State == consultation.Open &&
		rd.Kind != consultation.Roundtable && rd.Kind != consultation.Bilateral
}

// settle takes the word "proposed" off the speakers where it is said once for all.
func (c *CommentCard) settle() {
	for i := range c.Voices {
		c.Voices[i].Proposed = false
	}
	for i := range c.Replies {
		c.Replies[i].settle()
	}
}

func amendmentID(a *consultation.Amendment) string { return "a-" + strconv.Itoa(a.Number) }

// isMade tells whether an answer that stands takes an amendment over.
func (r *round) isMade(a *consultation.Amendment) bool {
	for _, d := range r.standing {
		if slices.Contains(d.Changes, a.ID) {
			return true
		}
	}
	return false
}

// marked is a text with comments and changes over it, by code points.
type marked struct {
	view    string
	text    []rune
	marks   []markedSpan
	changes []markedChange
}

type markedSpan struct {
	start, end int
	mark       RoundMark
}

type markedChange struct {
	start, end int
	old, new   string
	ahead      bool // the text already has the new words
	made       bool // an answer takes it over
}

// change finds where an amendment lies in the text. One that is not found, or that another one lies
// over already, stays beside the text in its card.
func (t *marked) change(a *consultation.Amendment, made bool) {
	c := markedChange{old: a.Old, new: a.New, made: made}
	switch {
	case a.State == consultation.AlreadyInText:
		at := find(t.text, a.New)
		if at < 0 {
			return
		}
		c.ahead, c.start, c.end = true, at, at+len([]rune(a.New))
		c.new = string(t.text[c.start:c.end])
		if c.new != a.New && strings.EqualFold(c.new, a.New) {
			c.old = strings.ToLower(c.old) // the record capitalises what the text does not
		}
	case a.After:
		c.start, c.end, c.old = len(t.text), len(t.text), ""
	case a.Edit != nil && a.Edit.At != nil:
		c.start = *a.Edit.At
		c.end = c.start + len([]rune(a.Old))
	default:
		at := find(t.text, a.Old)
		if a.Old == "" || at < 0 || a.Kind == consultation.Typed {
			return
		}
		c.start, c.end = at, at+len([]rune(a.Old))
	}
	if c.start < 0 || c.end > len(t.text) {
		return
	}
	for _, o := range t.changes {
		if c.start < o.end && o.start < c.end || c.start == o.start {
			return
		}
	}
	t.changes = append(t.changes, c)
}

// find gives the place of words in a text in code points, without regard to case; -1: not there.
func find(text []rune, words string) int {
	w := []rune(strings.ToLower(words))
	lower := []rune(strings.ToLower(string(text)))
	if len(w) == 0 || len(lower) != len(text) {
		return -1
	}
	for i := 0; i+len(w) <= len(lower); i++ {
		if slices.Equal(lower[i:i+len(w)], w) {
			return i
		}
	}
	return -1
}

// words cuts the text wherever something begins or ends.
func (t *marked) words() []RoundWords {
	cuts := []int{0, len(t.text)}
	for _, m := range t.marks {
		cuts = append(cuts, m.start, m.end)
	}
	for _, c := range t.changes {
		cuts = append(cuts, c.start, c.end)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []RoundWords
	add := func(w RoundWords) {
		if w.Text != "" {
			out = append(out, w)
		}
	}
	for i, from := range cuts {
		to := from
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		if from < 0 || to > len(t.text) {
			continue
		}
		on := false
		for _, m := range t.marks {
			on = on || m.start <= from && to <= m.end && to > from
		}
		inside := false
		for _, c := range t.changes {
			if c.start <= from && to <= c.end && c.end > c.start && to > from {
				inside = true
			}
			if c.start != from {
				continue
			}
			before, after := t.sides(c)
			add(RoundWords{Text: before, Change: changeTag(t.view, "del"), Marked: on})
			add(RoundWords{Text: after, Change: changeTag(t.view, "ins"), Marked: on})
		}
		if !inside && to > from {
			add(RoundWords{Text: string(t.text[from:to]), Marked: on})
		}
		for _, m := range t.marks {
			if m.end == to && to > from && len(out) > 0 {
				out[len(out)-1].Ends = append(out[len(out)-1].Ends, m.mark)
			}
		}
	}
	return out
}

// sides gives what a view shows of a change: the words before and those after it.
func (t *marked) sides(c markedChange) (before, after string) {
	switch {
	case t.view == viewChanges:
		return c.old, c.new
	case t.view == viewOriginal:
		return c.old, ""
	case c.ahead || c.made:
		return "", c.new
	}
	return c.old, ""
}

func changeTag(view, tag string) string {
	if view == viewChanges {
		return tag
	}
	return ""
}
