package consultation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

// printer lays a compilation out in a language.
type printer struct {
	*paper
	c      *Compilation
	w      *lang.Words
	places map[string]*laid
}

// t gives a word of the compilation.
func (p *printer) t(key string, args ...any) string { return p.w.T("compile."+key, args...) }

// Word writes the compilation as a Word document: native comments with their answers as replies, and
// native tracked changes. The same compilation gives the same bytes.
func (c *Compilation) Word() ([]byte, error) { return c.layOut().word() }

// HTML writes the compilation as one page that needs nothing else; printed, it is the PDF.
func (c *Compilation) HTML() []byte { return c.layOut().html(c.Language) }

func (c *Compilation) layOut() *paper {
	p := &printer{c: c, w: lang.For(c.Language), paper: &paper{}}
	p.settings = docx.Settings{Title: p.t("title"), Creator: maker, Lang: string(c.Language), RTL: c.Language.Dir() == "rtl", PageWord: p.t("page"), Properties: []docx.Property{
		{Name: VersionProperty, Value: c.Version.ID()}, {Name: CompilationProperty, Value: fmt.Sprint(c.Round.Number)}, {Name: "WaymarkInputs", Value: c.Hash}}}
	p.front()
	p.generalComments()
	p.text()
	p.table()
	p.lost()
	p.duplicates()
	p.statistics()
	p.gone()
	return p.paper
}

func (p *printer) line(text string)  { p.add(&docx.Paragraph{Text: text}) }
func (p *printer) small(text string) { p.add(&docx.Paragraph{Text: text, Style: docx.StyleSmall}) }

// labelled is a line whose first words say what the rest is.
func labelled(label, text string) *docx.Paragraph {
	return &docx.Paragraph{Text: label + ": " + text, Looks: bold(label + ":")}
}

func (p *printer) front() {
	c := p.c
	p.add(&docx.Paragraph{Text: p.t("title"), Style: docx.StyleTitle}, &docx.Paragraph{Text: c.Version.Title, Style: docx.StyleSubtitle, Lang: c.Version.Language, Direction: direction(c.Version.Language)})
	p.add(labelled(p.t("version"), lang.Isolate(c.Version.ID())))
	if c.Version.Valid.Start != 0 {
		p.add(labelled(p.t("version_from"), p.date(c.Version.Valid.Start)))
	}
	p.add(labelled(p.t("round"), fmt.Sprintf("%d. ", c.Round.Number)+lang.Isolate(c.Round.Title)),
		labelled(p.t("opens"), p.date(c.Round.Period.Start)), labelled(p.t("closes"), p.date(c.Round.Period.End)),
		labelled(p.t("submissions"), p.w.Int(int64(c.Statistics.Submissions))))
	if c.Round.Origin != "" {
		p.add(&docx.Paragraph{Text: c.Round.Origin, Style: docx.StyleQuote, Lang: c.Version.Language, Direction: direction(c.Version.Language)})
	}
	p.small(p.t("hash") + ": " + lang.Isolate(c.Hash))
}

// who names the speakers of an entry, or says that nobody is named.
func (p *printer) who(e *Entry) string {
	switch {
	case e.Voices == "":
		return p.t("unattributed")
	case !e.Confirmed:
		return e.Voices + " (" + p.t("unconfirmed") + ")"
	}
	return e.Voices
}

// code names a way to answer.
func (p *printer) code(c Code) string { return p.t("code_" + strings.ReplaceAll(string(c), "-", "_")) }

// answer says in a sentence or more how an entry was answered.
func (p *printer) answer(e *Entry) string {
	switch {
	case e.Answer != nil:
		out := p.code(e.Answer.Code)
		if e.Answer.Code == DuplicateOf && e.DuplicateN > 0 {
			out += " (" + fmt.Sprint(e.DuplicateN) + ")"
		} else if e.Answer.To != "" {
			out += " (" + e.Answer.To + ")"
		}
		if e.Answer.Reason != "" {
			out += ". " + lang.Isolate(e.Answer.Reason)
		}
		return out
	case e.Read != nil:
		return p.t("undecided") + ". " + p.t("read", "Answer", p.code(e.Read.Code)) + " " + lang.Isolate(e.Read.Evidence)
	}
	return p.t("undecided")
}

// verbatim are the paragraphs of a comment as they came, each in its own language and direction.
func verbatim(c *Comment, prefix string) []*docx.Paragraph {
	var out []*docx.Paragraph
	for i, line := range c.Text {
		if i == 0 {
			line = prefix + line
		}
		out = append(out, &docx.Paragraph{Text: line, Lang: c.Language, Direction: directionOf(c.Language)})
	}
	return out
}

// directionOf leaves a text of unknown language to the document.
func directionOf(language string) docx.Direction {
	if language == "" {
		return docx.AsDocument
	}
	return direction(language)
}

func (p *printer) generalComments() {
	p.heading(1, p.t("general"))
	if len(p.c.General) == 0 {
		p.line(p.t("none"))
	}
	for _, chapter := range p.c.General {
		name := chapter.Voices
		if name == "" {
			name = p.t("unattributed")
		}
		p.heading(2, name)
		for _, e := range chapter.Entries {
			p.add(verbatim(e.Comment, e.Code()+". ")...)
			p.small(p.t("language") + ": " + orDash(e.Comment.Language))
			p.add(labelled(p.t("answer"), p.answer(e)))
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// dateTime is what Word takes for a date.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$`)

func wordDate(s string) string {
	if dateTime.MatchString(s) {
		return s
	}
	return ""
}

// text is the whole version with its comments and changes on it.
func (p *printer) text() {
	p.heading(1, p.t("text"))
	p.small(p.t("text_note"))
	extra := map[string][]*docx.Paragraph{}
	placed := map[string]bool{}
	for i := range p.c.amendments {
		a := &p.c.amendments[i]
		if e, ok := p.c.Version.Element(a.Element); ok && a.After && a.State != NotMeant {
			extra[e.ID] = append(extra[e.ID], &docx.Paragraph{Text: a.New, Lang: p.c.Version.Language, Direction: direction(p.c.Version.Language), Inserted: p.by(a)})
			placed[a.ID] = true
		}
	}
	p.places = p.lay(p.c.Version, extra, 2)
	for i := range p.c.Entries {
		if e := &p.c.Entries[i]; e.Comment != nil {
			p.comment(e)
		}
	}
	for i := range p.c.amendments {
		a := &p.c.amendments[i]
		if placed[a.ID] || a.State == NotMeant || a.State == AlreadyInText || a.State == Unplaced || a.State == Stale {
			continue
		}
		if !p.change(a) {
			p.proposal(a)
		}
	}
	for _, l := range p.places {
		slices.SortFunc(l.paragraph.Changes, func(a, b docx.Change) int {
			if a.Start != b.Start {
				return a.Start - b.Start
			}
			return a.End - b.End
		})
	}
}

// by names the organisations behind a change; a person is never printed for them.
func (p *printer) by(a *Amendment) *docx.By {
	author := labels(a.Voices)
	if author == "" {
		author = p.t("unattributed")
	}
	return &docx.By{Author: author, Date: wordDate(a.Date)}
}

// comment writes an entry as a native comment on its words, its replies and its answer as replies.
func (p *printer) comment(e *Entry) {
	var first, last *laid
	var from, to int
	for _, g := range e.Comment.Targets {
		a, ok := g.On(p.c.Version.ID())
		l := p.places[a.Element]
		if !ok || l == nil {
			continue
		}
		start, end := 0, len([]rune(l.paragraph.Text))
		if a.Position != nil {
			start, end = l.at(a.Position.Start), l.at(a.Position.End)
		}
		switch {
		case first == nil:
			first, last, from, to = l, l, start, end
		case l.story == first.story && l.order > last.order:
			last, to = l, end
		case l == last && end > to:
			to = end
		}
	}
	if first == nil {
		return
	}
	author := e.Voices
	if author == "" {
		author = p.t("unattributed")
	}
	c := docx.NewComment{Key: e.Comment.ID, Author: author, Date: wordDate(e.Comment.Source.Date), Body: e.Comment.Text, Lang: e.Comment.Language,
		RTL: directionOf(e.Comment.Language) == docx.RightToLeft, Done: e.Answer != nil,
		From: docx.Spot{Paragraph: first.paragraph, Offset: from}, To: docx.Spot{Paragraph: last.paragraph, Offset: to}}
	for _, r := range e.Replies {
		voices := labels(r.Voices)
		if voices == "" {
			voices = p.t("unattributed")
		}
		c.Replies = append(c.Replies, docx.NewComment{Key: r.ID, Author: voices, Date: wordDate(r.Source.Date), Body: r.Text, Lang: r.Language, RTL: directionOf(r.Language) == docx.RightToLeft})
	}
	if d := e.Answer; d != nil {
		reply := p.reply(d.ID, p.answer(e))
		reply.Date, reply.DateUTC = p.c.Round.wordDates(d.DecidedAt)
		c.Replies = append(c.Replies, reply)
	} else if d := e.Read; d != nil {
		c.Replies = append(c.Replies, p.reply(d.ID, p.answer(e)))
	}
	for _, r := range e.Responses {
		word := p.t("objects")
		if r.Satisfied {
			word = p.t("satisfied")
		}
		said := docx.NewComment{Key: r.ID, Author: r.Organisation, Body: []string{strings.TrimSpace(word + ". " + r.Text)}}
		said.Date, said.DateUTC = p.c.Round.wordDates(r.At)
		c.Replies = append(c.Replies, said)
	}
	p.comments = append(p.comments, c)
}

func (p *printer) reply(key, text string) docx.NewComment {
	return docx.NewComment{Key: key, Author: p.t("secretariat"), Body: []string{text}, Lang: string(p.c.Language), RTL: p.c.Language.Dir() == "rtl"}
}

// change writes an amendment as a native tracked change; false where it overlaps one written before,
// or changes no words.
func (p *printer) change(a *Amendment) bool {
	if a.Edit == nil {
		return false
	}
	l := p.places[a.Edit.Key]
	if l == nil {
		return false
	}
	span := docx.Span{End: len([]rune(l.paragraph.Text))}
	switch {
	case a.Edit.Op == framework.OpWords && a.at() >= 0:
		span = docx.Span{Start: l.at(a.at()), End: l.at(a.at() + len([]rune(a.Old)))}
	case a.Edit.Op != framework.OpDelete:
		return false
	}
	runes := []rune(l.paragraph.Text)
	if span.End > len(runes) || slices.Contains(runes[span.Start:span.End], docx.NoteMark) || strings.ContainsRune(a.New, docx.NoteMark) {
		return false
	}
	for _, c := range l.paragraph.Changes {
		if c.Span == span || span.Start < c.End && c.Start < span.End {
			return false
		}
	}
	words := a.New
	if a.Edit.Op == framework.OpDelete {
		words = ""
	}
	l.paragraph.Changes = append(l.paragraph.Changes, docx.Change{Span: span, New: words, By: *p.by(a)})
	return true
}

// proposal writes an amendment that cannot stand as a tracked change as a comment: it is never left
// out.
func (p *printer) proposal(a *Amendment) {
	e, ok := p.c.Version.Element(a.Element)
	if !ok {
		return // it is in the table and among those without a place
	}
	l := p.places[e.ID]
	if l == nil {
		return
	}
	from, to := 0, len([]rune(l.paragraph.Text))
	if a.at() >= 0 {
		from, to = l.at(a.at()), l.at(a.at()+len([]rune(a.Old)))
	}
	p.comments = append(p.comments, docx.NewComment{Key: a.ID, Author: p.by(a).Author, Date: wordDate(a.Date), Body: []string{p.proposes(a)}, Lang: string(p.c.Language), RTL: p.c.Language.Dir() == "rtl",
		From: docx.Spot{Paragraph: l.paragraph, Offset: from}, To: docx.Spot{Paragraph: l.paragraph, Offset: to}})
}

func (p *printer) proposes(a *Amendment) string {
	return p.t("proposes", "Old", orNothing(a.Old, p.t("nothing")), "New", orNothing(a.New, p.t("nothing")))
}

func orNothing(s, nothing string) string {
	if s == "" {
		return nothing
	}
	return "“" + lang.Isolate(s) + "”"
}

func (p *printer) cell(text string) docx.TableCell {
	return docx.TableCell{Paragraphs: []*docx.Paragraph{{Text: text, Style: docx.StyleCell}}}
}

func (p *printer) header(keys ...string) docx.Row {
	r := docx.Row{Header: true}
	for _, key := range keys {
		r.Cells = append(r.Cells, docx.TableCell{Shade: "E8EEF4", Paragraphs: []*docx.Paragraph{{Text: p.t(key), Style: docx.StyleCellHead}}})
	}
	return r
}

// table is the table of dispositions.
func (p *printer) table() {
	p.blocks = append(p.blocks, pageTurn{})
	p.heading(1, p.t("table"))
	t := &docx.Table{Widths: []int{4, 7, 4, 10, 7, 6, 7, 7, 5}, RTL: p.settings.RTL,
		Rows: []docx.Row{p.header("number", "organisations", "element", "comment", "proposed", "answer", "reason", "change", "decided")}}
	for i := range p.c.Entries {
		e := &p.c.Entries[i]
		said := docx.TableCell{}
		if e.Comment != nil {
			for _, v := range verbatim(e.Comment, "") {
				v.Style = docx.StyleCell
				said.Paragraphs = append(said.Paragraphs, v)
			}
			if e.Comment.Remark != "" {
				said.Paragraphs = append(said.Paragraphs, &docx.Paragraph{Text: e.Comment.Remark, Style: docx.StyleCell, Lang: "en", Direction: docx.LeftToRight, Looks: []docx.Look{{Span: docx.Span{End: len([]rune(e.Comment.Remark))}, Italic: true}}})
			}
		}
		proposed, change := docx.TableCell{}, docx.TableCell{}
		for j := range e.Proposes {
			a := &e.Proposes[j]
			line := p.proposes(a)
			if a.State == AlreadyInText || a.State == Stale || a.State == NotMeant {
				line += " (" + p.t("state_"+string(a.State)) + ")"
			}
			proposed.Paragraphs = append(proposed.Paragraphs, &docx.Paragraph{Text: line, Style: docx.StyleCell})
		}
		for j := range e.Changes {
			change.Paragraphs = append(change.Paragraphs, &docx.Paragraph{Text: e.Changes[j].Element + ": " + orNothing(e.Changes[j].Old, p.t("nothing")) + " → " + orNothing(e.Changes[j].New, p.t("nothing")), Style: docx.StyleCell})
		}
		answer, reason, when := p.t("undecided"), "", ""
		switch {
		case e.Answer != nil:
			answer, reason = p.code(e.Answer.Code), e.Answer.Reason
			when = p.t("secretariat") + ", " + p.on(e.Answer.DecidedAt)
			if e.Answer.NoChange {
				change.Paragraphs = append(change.Paragraphs, &docx.Paragraph{Text: p.t("no_change"), Style: docx.StyleCell})
			}
			if e.Answer.Code == DuplicateOf {
				answer += fmt.Sprintf(" (%d)", e.DuplicateN)
			}
		case e.Read != nil:
			answer = p.t("undecided") + ". " + p.t("read", "Answer", p.code(e.Read.Code))
			reason, when = e.Read.Evidence, p.t("nobody")
		}
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.TableCell{p.cell(e.Code()), p.cell(p.who(e)), p.cell(orDash(e.Where)), said, proposed, p.cell(answer), p.cell(reason), change, p.cell(when)}})
	}
	if len(t.Rows) == 1 {
		p.line(p.t("none"))
	} else {
		p.blocks = append(p.blocks, t)
	}
	p.blocks = append(p.blocks, pageTurn{landscape: true})
}

// date writes a day as the language does.
func (p *printer) date(d reference.Date) string { return p.w.Date(d.Year(), d.Month(), d.DayOfMonth()) }

// on writes the day of a moment where the round is held.
func (p *printer) on(micro int64) string { return p.date(p.c.Round.Day(micro)) }
