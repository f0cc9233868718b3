package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// CommentCard is one comment with its answer: who, on which words, what, and what came of it.
type CommentCard struct {
	ID         string // of the place in the page: c-5
	Number     string
	Permalink  string
	Mark       string // place of its words in the text, on pages that have it
	Code       string // its stable name in the founding document
	General    bool
	Voices     []CardVoice
	Nobody     bool // nobody is named
	Places     []CardPlace
	Words      []said // its paragraphs
	Editor     []said // paragraphs in which the document's editor answers
	Changes    []CardChange
	Answer     CardAnswer
	Remark     text
	Gone       string // said in place of words that nobody may read any more
	Replies    []CommentCard
	Responses  []CardResponse
	Translated []CardTranslation
	Reply      string // address of the form of a reply; empty: none is taken
}

// said is words in the language they were said in.
type said struct {
	Text string
	Lang string // empty: the page's own, or not known
	Dir  string
}

// CardVoice is one organisation that speaks.
type CardVoice struct {
	Name      text
	Proposed  bool // nobody confirmed it
	FullTitle string
}

// CardPlace is where a comment stands.
type CardPlace struct {
	Code  string
	Href  string
	Quote said   // the words; empty for a whole paragraph
	State string // what became of the place, where it is not as it was
	Was   said   // the words it stood on, where they are no longer in the text
}

// CardChange is a change of words: proposed, recorded or made.
type CardChange struct {
	Label string // "Change 2"
	Code  string
	Kind  string
	State string
	Old   said
	New   said
	By    []CardVoice
	Href  string
}

// CardAnswer is what came of a comment.
type CardAnswer struct {
	Class    string // of the chip
	Word     string
	Reason   said
	To       Link
	On       string
	Changes  []CardChange
	NoChange bool
	// Read is an answer that stands in the document and was decided by nobody here.
	Read     string
	Evidence text
	Elements []Link
}

// CardResponse is what a commenter says to the answer.
type CardResponse struct {
	Who       text
	Satisfied bool
	Words     said
}

// CardTranslation is a comment in another language, beside its own words.
type CardTranslation struct {
	Words    []said
	By       string
	Reviewed bool
}

// chipOf gives an answer the look of the four chips: word and glyph tell them apart, not the colour.
func chipOf(code consultation.Code) string {
	switch code {
	case consultation.Accepted:
		return "met"
	case consultation.AcceptedInPrinciple, consultation.PartiallyAccepted:
		return "partly"
	case consultation.NotAccepted:
		return "notMet"
	}
	return "answered"
}

// codeWord is an answer in words; no code is "Undecided".
func (q *request) codeWord(code consultation.Code) string {
	if code == "" || code == undecided {
		return q.words.T("compile.undecided")
	}
	return q.words.T("compile.code_" + strings.ReplaceAll(string(code), "-", "_"))
}

// amendmentState says where a change stands against the text.
func (q *request) amendmentState(s consultation.AmendmentState) string {
	switch s {
	case consultation.Proposed, consultation.ToConfirm:
		return q.words.T("amendment.state_" + string(s))
	}
	return q.words.T("compile.state_" + string(s))
}

// said marks words with the language they are in.
func (q *request) said(words, language string) said {
	s := said{Text: words}
	if words == "" || language == string(q.tag) {
		return s
	}
	s.Lang, s.Dir = language, "auto"
	if tag, ok := lang.Parse(language); ok {
		s.Dir = tag.Dir()
	}
	return s
}

// organisation is the name of a speaker as everybody may read it; label is as it was printed.
func (r *round) organisation(code, label string) text {
	if r.rec.Round.Policy == consultation.Pseudonymous {
		return plain(r.q.words.T("consultation.pseudonym", "Number", r.q.words.Int(int64(r.aliases[code]))))
	}
	if label != "" && label != code {
		return r.q.english(label)
	}
	if o, ok := r.registry.Find(code); ok {
		return r.q.english(o.Name)
	}
	return r.q.english(code)
}

// publicCode is an organisation's code in addresses and tables; a pseudonymous round gives none away.
func (r *round) publicCode(code string) string {
	if r.rec.Round.Policy == consultation.Pseudonymous {
		return strconv.Itoa(r.aliases[code])
	}
	return code
}

func (r *round) voices(list []consultation.Attribution) []CardVoice {
	var out []CardVoice
	for _, v := range list {
		out = append(out, CardVoice{Name: r.organisation(v.Organisation, v.Label), Proposed: v.ConfirmedBy == ""})
	}
	return out
}

func cardID(c *consultation.Comment) string { return "c-" + strconv.Itoa(c.Number) }

// card makes the card of a comment; replies follow their comment.
func (r *round) card(c *consultation.Comment) CommentCard {
	q := r.q
	out := CommentCard{
		ID: cardID(c), Number: q.words.Int(int64(c.Number)), Permalink: q.to(r.path("/comments") + "#" + cardID(c)), Code: c.Code, General: c.Kind == consultation.General,
	}
	if c.Removed == "" {
		out.Voices, out.Nobody = r.voices(c.Voices), len(c.Voices) == 0
		if c.AgeBand != "" { // of children: nothing but this
			out.Voices, out.Nobody = []CardVoice{{Name: plain(q.words.T("say.age_"+c.AgeBand) + " · " + c.Country)}}, false
		}
	}
	switch {
	case c.Removed != "":
		out.Gone = q.words.T("compile.removed_" + string(c.Removed))
		return out
	case c.Withdrawn:
		out.Gone = q.words.T("compile.withdrawn")
		return out
	}
	for i, p := range c.Text {
		if c.EditorFrom > 0 && i+1 >= c.EditorFrom {
			out.Editor = append(out.Editor, q.said(p, c.Language))
		} else {
			out.Words = append(out.Words, q.said(p, c.Language))
		}
	}
	for i := range c.Targets {
		out.Places = append(out.Places, r.place(&c.Targets[i]))
	}
	for i := range r.rec.Amendments {
		if a := &r.rec.Amendments[i]; a.Comment == c.ID && isOffered(a) {
			out.Changes = append(out.Changes, r.change(a))
		}
	}
	out.Answer, out.Remark = r.answer(c.ID), q.english(c.Remark)
	if _, decided := r.standing[c.ID]; decided {
		out.Remark = text{}
	}
	for _, p := range r.rec.Responses {
		if p.Comment == c.ID {
			out.Responses = append(out.Responses, CardResponse{Who: r.organisation(p.Organisation, ""), Satisfied: p.Satisfied, Words: q.said(p.Text, c.Language)})
		}
	}
	if t, ok := c.Translations[string(q.tag)]; ok {
		tr := CardTranslation{By: t.By, Reviewed: t.Reviewed}
		for _, p := range t.Text {
			tr.Words = append(tr.Words, said{Text: p})
		}
		out.Translated = append(out.Translated, tr)
	}
	if r.takesComments() && c.ReplyTo == "" {
		out.Reply = q.to("/work/say/"+strconv.Itoa(r.rec.Round.Number)+"/comment", "reply", c.ID)
	}
	for i := range r.rec.Comments {
		if reply := &r.rec.Comments[i]; reply.ReplyTo == c.ID && reply.Held == "" {
			out.Replies = append(out.Replies, r.card(reply))
		}
	}
	return out
}

// isOffered tells whether a reader is shown an amendment as somebody's proposal.
func isOffered(a *consultation.Amendment) bool {
	return a.Held == "" && a.State != consultation.NotMeant && !a.Drafted
}

func (r *round) place(t *consultation.Target) CardPlace {
	p := CardPlace{Code: t.Code, Href: r.q.to(r.path("/text") + "#" + t.Code)}
	if r.element[t.Code] == nil {
		p.Href = ""
	}
	if !r.isWhole(t) {
		p.Quote = r.q.said(t.Words(), r.v.Language)
	}
	if t.State != framework.Anchored && t.State != "" {
		p.State = r.q.words.T("anchor." + string(t.State))
		if len(t.Moves) > 0 {
			p.Was = r.q.said(t.Moves[len(t.Moves)-1].Before, r.v.Language)
		} else if t.Said != t.Words() {
			p.Was = r.q.said(t.Said, r.v.Language)
		}
	}
	return p
}

// isWhole tells whether a comment stands on all of its element, so that no words need quoting.
func (r *round) isWhole(t *consultation.Target) bool {
	e := r.element[t.Code]
	if e == nil {
		return false
	}
	return t.Quote == nil && (t.Said == "" || t.Said == e.Text) || t.Quote != nil && t.Quote.Exact == e.Text
}

func (r *round) change(a *consultation.Amendment) CardChange {
	q := r.q
	return CardChange{
		Label: q.words.T("comments.change", "Number", q.words.Int(int64(a.Number))), Code: cmp.Or(a.Code, a.Element), Kind: q.words.T("amendment." + string(a.Kind)),
		State: q.amendmentState(a.State), Old: q.said(a.Old, r.v.Language), New: q.said(a.New, r.v.Language), By: r.voices(a.Voices), Href: r.elementHref(a.Element),
	}
}

func (r *round) elementHref(code string) string {
	if r.element[code] == nil {
		return ""
	}
	return r.q.to(r.path("/text") + "#" + code)
}

// answer is what holds for a comment or a change of its own, and beside it what a document shows.
func (r *round) answer(id string) CardAnswer {
	q := r.q
	if d, ok := r.standing[id]; ok {
		a := CardAnswer{Class: chipOf(d.Code), Word: q.codeWord(d.Code), Reason: q.said(d.Reason, r.v.Language), On: r.day(d.DecidedAt), NoChange: d.NoChange && len(d.Changes) == 0}
		if d.To != "" {
			a.To = Link{Text: q.english(d.To)}
			if other, ok := r.rec.Comment(d.To); ok {
				a.To = Link{Text: plain(q.words.T("comments.number", "Number", q.words.Int(int64(other.Number)))), Href: q.to(r.path("/comments") + "#" + cardID(other))}
			}
		}
		for _, change := range d.Changes {
			if made, ok := r.rec.Amendment(change); ok {
				a.Changes = append(a.Changes, r.change(made))
			}
		}
		a.Elements = append(r.elementLinks(d.Elements), r.changed(&d)...)
		return a
	}
	a := CardAnswer{Class: "unknown", Word: q.words.T("compile.undecided")}
	if d, ok := r.proposed[id]; ok {
		a.Read, a.Evidence, a.Elements = q.words.T("compile.read", "Answer", q.codeWord(d.Code)), q.english(d.Evidence), r.elementLinks(d.Elements)
	}
	return a
}

func (r *round) elementLinks(codes []string) []Link {
	var out []Link
	for _, code := range codes {
		out = append(out, Link{Text: plain(code), Href: r.elementHref(code)})
	}
	return out
}

// shownTo lists the comments that have a card of their own: held ones show to nobody yet, and replies
// stand with what they answer.
func (r *round) shownTo() []*consultation.Comment {
	var out []*consultation.Comment
	for i := range r.rec.Comments {
		if c := &r.rec.Comments[i]; c.Held == "" && c.ReplyTo == "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *consultation.Comment) int { return a.Number - b.Number })
	return out
}

// plainWords joins paragraphs for a table.
func plainWords(paragraphs []string) string { return strings.Join(paragraphs, "\n") }
