package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
)

// DeskItem is one comment, or one change that stands alone, with everything needed to answer it.
type DeskItem struct {
	Card     CommentCard
	Alone    *AloneChange
	Held     bool
	Contexts []DeskContext
	Changes  []DeskChange // proposed by the comment, or on the same words
	History  []DeskPast
	Form     DeskForm
	Undo     *WorkForm
	Conflict *DeskConflict
	Voices   *WorkForm
	Speaking []DeskVoices // of the replies: each has its own speakers
	Editor   *WorkForm
	Places   []DeskPlace
	Near     []Link
	Before   string // address of the item before; empty: none
	After    string
	Back     string
	Ended    bool
}

// DeskContext is the words a comment stands on within their paragraph.
type DeskContext struct {
	Code, Href string
	Before     string
	Words      string
	After      string
	Lang, Dir  string
}

// DeskChange is a change that an answer can lead to, with what it would do to the figures.
type DeskChange struct {
	CardChange
	ID      string
	Fits    bool // it says what it changes, so that an answer can lead to it
	Checked bool
	Impact  *DeskImpact
	Settle  string // address where a person says what it means; empty: nothing to say
}

// DeskPast is one answer that was given, newest first.
type DeskPast struct {
	CardAnswer
	By     string
	Undone bool
	Stands bool
}

// DeskForm is the form of an answer.
type DeskForm struct {
	Action   string
	Seen     string
	Codes    []DeskCode
	Reason   string
	To       string
	NoChange bool
	Elements []WorkOption
	Element  string
	At       string
	Old, New string
	Goals    []WorkOption
	Goal     string
	Percent  string
	Sheets   []WorkOption
	Sheet    string
	Defines  string
	Others   []DeskOther
}

// DeskCode is one way to answer: what it needs is said beside it.
type DeskCode struct {
	Value, Word, Needs, Key string
	Checked                 bool
}

// DeskOther is another comment of the group, which may get the same answer.
type DeskOther struct {
	ID, Label string
	Seen      string // the answer that stood when the page was made
	Checked   bool
}

// DeskConflict is the answer somebody else gave meanwhile, beside the one that was not saved.
type DeskConflict struct {
	Theirs DeskPast
	Word   string
	Reason string
}

// DeskVoices is a reply with the form that says who speaks in it.
type DeskVoices struct {
	Label string
	Said  []CardVoice
	Form  WorkForm
}

// DeskPlace is a place of a comment with its forms: choosing another, and taking the last move back.
type DeskPlace struct {
	CardPlace
	Choices []DeskContext
	Choose  []WorkForm
	Move    WorkForm
	Back    *WorkForm
	Moves   []string
	Waits   bool
}

// isChange tells whether the address is that of a change that stands alone.
func (c *call) isChange() bool { return strings.Contains(c.path, "/changes/") }

// subject finds what an address names: the id of a comment, or of a change of its own.
func (c *call) subject(r *round) (*consultation.Comment, *consultation.Amendment, error) {
	number := c.r.PathValue("number")
	if !c.isChange() {
		m, err := r.commentNumbered(number)
		if err == nil && m.ReplyTo != "" {
			if root, ok := r.rec.Comment(m.ReplyTo); ok {
				m = root
			}
		}
		return m, nil, err
	}
	n, err := strconv.Atoi(number)
	for i := range r.rec.Amendments {
		if a := &r.rec.Amendments[i]; err == nil && a.Number == n && a.Comment == "" && isOffered(a) {
			return nil, a, nil
		}
	}
	return nil, nil, fault.Newf(fault.NotFound, "There is no change %q of its own in this consultation.", number).WithFix("Take the number from the table.").
		WithKey("error.no_comment", map[string]any{"Number": number})
}

func showItem(c *call) (WorkPage, error) {
	r, err := c.deskRound()
	if err != nil {
		return WorkPage{}, err
	}
	m, alone, err := c.subject(r)
	if err != nil {
		return WorkPage{}, err
	}
	item := &DeskItem{Back: c.to(r.deskPath("")), Ended: r.rec.Round.State == consultation.Adopted}
	var p WorkPage
	id := ""
	if alone != nil {
		id = alone.ID
		p = c.deskPage(c.t("comments.change", "Number", c.words.Int(int64(alone.Number))), r)
		item.Alone = &AloneChange{Change: r.change(alone), Answer: r.answer(id)}
		item.Changes = r.deskChanges(c, []*consultation.Amendment{alone})
		if !item.Ended {
			item.Voices = c.voicesForm(r, "", alone.Voices, alone.RowVersion)
		}
	} else {
		id = m.ID
		p = c.deskPage(r.numbered(m), r)
		item.Card, item.Held = r.card(m), m.Held != ""
		for i := range m.Targets {
			if x, ok := r.context(m.Targets[i].Anchor, m.Targets[i].Code); ok {
				item.Contexts = append(item.Contexts, x)
			}
		}
		item.Changes = r.deskChanges(c, r.changesFor(m))
		c.fillSettling(r, m, item)
	}
	item.Before, item.After = r.beside(c, id)
	item.History = r.history(c, id)
	item.Form = c.deskForm(r, id, m, alone, item)
	if seen := item.Form.Seen; seen != "" && !item.Ended {
		undo := c.form("reopen", "desk.undo", hiddenField("seen", seen))
		item.Undo = &undo
	}
	if err := r.fillImpacts(c, item.Changes); err != nil {
		return p, err
	}
	p.Desk = &Desk{Item: item, Keys: c.keys("j", "k", "a", "p", "n", "r", "u", "Escape", "?")}
	return p, nil
}

// context finds the words of an anchor within their paragraph.
func (r *round) context(a framework.Anchor, code string) (DeskContext, bool) {
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		if e.ID != a.Element && (a.Element != "" || e.Code != code) {
			continue
		}
		text := []rune(e.Text)
		start, end := 0, len(text)
		if a.Position != nil && a.Position.End <= end && a.Position.Start <= a.Position.End {
			start, end = a.Position.Start, a.Position.End
		}
		s := r.q.said(e.Text, r.v.Language)
		return DeskContext{Code: e.Code, Href: r.q.to(r.path("/text") + "#" + e.Code), Before: string(text[:start]), Words: string(text[start:end]), After: string(text[end:]), Lang: s.Lang, Dir: s.Dir}, true
	}
	return DeskContext{}, false
}

// changesFor lists what a comment proposes, what others propose for the same elements, and what the
// secretariat drafted there.
func (r *round) changesFor(m *consultation.Comment) []*consultation.Amendment {
	codes := elementsOf(m)
	led := r.standing[m.ID].Changes
	var own, beside []*consultation.Amendment
	for i := range r.rec.Amendments {
		a := &r.rec.Amendments[i]
		switch {
		case a.Held != "" || a.State == consultation.NotMeant:
		case a.Comment == m.ID:
			own = append(own, a)
		case slices.Contains(led, a.ID) || slices.Contains(codes, a.Element):
			beside = append(beside, a)
		}
	}
	return append(own, beside...)
}

func (r *round) deskChanges(c *call, list []*consultation.Amendment) []DeskChange {
	var out []DeskChange
	for _, a := range list {
		d := DeskChange{CardChange: r.change(a), ID: a.ID, Fits: a.Edit != nil && a.State != consultation.Stale && a.State != consultation.AlreadyInText && a.State != consultation.ToConfirm}
		if a.State == consultation.ToConfirm {
			d.Settle = c.to(r.deskPath("/changes") + "#a-" + strconv.Itoa(a.Number))
		}
		out = append(out, d)
	}
	return out
}

// order of the table without filters: near-duplicates do not leave it.
func (r *round) sequence() (ids, paths []string) {
	for _, m := range r.deskComments() {
		ids, paths = append(ids, m.ID), append(paths, "/comments/"+strconv.Itoa(m.Number))
	}
	for i := range r.rec.Amendments {
		if a := &r.rec.Amendments[i]; a.Comment == "" && isOffered(a) {
			ids, paths = append(ids, a.ID), append(paths, "/changes/"+strconv.Itoa(a.Number))
		}
	}
	return ids, paths
}

func (r *round) beside(c *call, id string) (before, after string) {
	ids, paths := r.sequence()
	i := slices.Index(ids, id)
	if i > 0 {
		before = c.to(r.deskPath(paths[i-1]))
	}
	if i >= 0 && i+1 < len(ids) {
		after = c.to(r.deskPath(paths[i+1]))
	}
	return before, after
}

// nextUndecided is where to go on after an answer: the next item without one, else the table.
func (r *round) nextUndecided(answered []string) string {
	ids, paths := r.sequence()
	at := slices.Index(ids, answered[0])
	for i := range ids {
		j := (at + 1 + i) % len(ids)
		if _, ok := r.standing[ids[j]]; !ok && !slices.Contains(answered, ids[j]) {
			return r.deskPath(paths[j])
		}
	}
	return r.deskPath("")
}

// history is every answer that was given here, the newest first. What a document shows is none.
func (r *round) history(c *call, id string) []DeskPast {
	var out []DeskPast
	names := c.names()
	for _, d := range r.rec.Dispositions {
		if d.Comment == id && !d.Proposed {
			out = append(out, r.past(&d, names))
		}
	}
	slices.Reverse(out)
	return out
}

func (r *round) past(d *consultation.Disposition, names func(string) (string, bool)) DeskPast {
	p := DeskPast{By: d.DecidedBy, Undone: d.Reopens, Stands: r.standing[d.Comment].ID == d.ID}
	if name, ok := names(d.DecidedBy); ok {
		p.By = name
	}
	if d.Reopens {
		p.CardAnswer = CardAnswer{Class: "unknown", Word: r.q.words.T("desk.taken_back"), On: r.day(d.DecidedAt)}
		return p
	}
	one := *r
	one.standing = map[string]consultation.Disposition{d.Comment: *d}
	p.CardAnswer = one.answer(d.Comment)
	return p
}

// deskForm is the form as the person left it, or with what stands.
func (c *call) deskForm(r *round, id string, m *consultation.Comment, alone *consultation.Amendment, item *DeskItem) DeskForm {
	d := r.standing[id]
	f := DeskForm{Action: c.r.URL.Path, Seen: d.ID, Reason: d.Reason, To: d.To, NoChange: d.NoChange && len(d.Changes) == 0}
	if other, ok := r.rec.Comment(d.To); ok {
		f.To = strconv.Itoa(other.Number)
	}
	code, chosen, others := string(d.Code), d.Changes, []string(nil)
	if want := c.r.URL.Query().Get("code"); want != "" {
		code = want
	}
	if c.value("what") == "answer" { // sent, and not saved
		code, f.Reason, f.To, f.NoChange = c.value("code"), c.value("reason"), c.value("to"), c.value("nochange") != ""
		chosen, others = c.r.Form["change"], c.r.Form["also"]
		f.Element, f.Old, f.New, f.At = c.value("element"), c.value("old"), c.value("new"), c.value("at")
		f.Goal, f.Percent, f.Sheet, f.Defines = c.value("goal"), c.value("percent"), c.value("sheet"), c.value("defines")
		if seen := c.value("seen"); seen != d.ID && d.ID != "" {
			item.Conflict = &DeskConflict{Theirs: r.past(&d, c.names()), Word: r.q.codeWord(consultation.Code(code)), Reason: f.Reason}
		}
	}
	for _, k := range consultation.Codes {
		x := DeskCode{Value: string(k), Word: c.codeWord(k), Needs: c.t("desk.needs_" + strings.ReplaceAll(string(k), "-", "_")), Checked: code == string(k)}
		for _, quick := range quickCodes {
			if quick.code == k {
				x.Key = quick.key
			}
		}
		f.Codes = append(f.Codes, x)
	}
	for i := range item.Changes {
		item.Changes[i].Checked = slices.Contains(chosen, item.Changes[i].ID)
	}
	c.fillWords(r, m, alone, &f)
	if m != nil {
		for _, g := range consultation.Compile(r.v, r.rec, c.tag).Groups {
			if !slices.Contains(g.Group.Members, m.ID) {
				continue
			}
			for _, e := range g.Members {
				if e.Comment.ID != m.ID {
					f.Others = append(f.Others, DeskOther{e.Comment.ID, r.numbered(e.Comment), r.standing[e.Comment.ID].ID, slices.Contains(others, e.Comment.ID)})
					item.Near = append(item.Near, Link{Text: plain(r.numbered(e.Comment)), Href: c.to(r.deskPath("/comments/" + strconv.Itoa(e.Comment.Number)))})
				}
			}
		}
	}
	return f
}

// fillWords offers what a change of one's own can be made to: elements, targets and definitions.
func (c *call) fillWords(r *round, m *consultation.Comment, alone *consultation.Amendment, f *DeskForm) {
	var first []string
	if m != nil && m.Kind == consultation.Specific {
		first = elementsOf(m)
		if f.Element == "" && f.Old == "" && len(m.Targets) > 0 && m.Targets[0].Position != nil && !r.isWhole(&m.Targets[0]) {
			f.Old, f.At = m.Targets[0].Words(), strconv.Itoa(m.Targets[0].Position.Start)
		}
	}
	if alone != nil && alone.Element != "" {
		first = []string{alone.Element}
	}
	if f.Element == "" && len(first) > 0 {
		f.Element = first[0]
	}
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		f.Elements = append(f.Elements, WorkOption{e.Code, e.Code + " · " + short(shown(e.Text))})
	}
	for i := range r.v.Targets {
		t := &r.v.Targets[i]
		f.Goals = append(f.Goals, WorkOption{t.Code, t.Code + " · " + r.q.goalText(t)})
		if f.Goal == "" && slices.Contains(first, t.Of) {
			f.Goal = t.Code
		}
	}
	for i := range r.v.Sheets {
		s := &r.v.Sheets[i]
		f.Sheets = append(f.Sheets, WorkOption{s.Code, s.Code})
		if f.Sheet == "" && slices.Contains(first, s.Code) {
			f.Sheet = s.Code
		}
	}
}

func short(s string) string {
	if runes := []rune(s); len(runes) > 50 {
		return string(runes[:50]) + "…"
	}
	return s
}

// fillSettling makes the forms of what a person confirms about a comment: who speaks, where it
// stands, and from where the document's editor answers in it.
func (c *call) fillSettling(r *round, m *consultation.Comment, item *DeskItem) {
	if item.Ended {
		return
	}
	row := hiddenField("row", strconv.Itoa(m.RowVersion))
	item.Voices = c.voicesForm(r, m.ID, m.Voices, m.RowVersion)
	for i := range r.rec.Comments {
		if reply := &r.rec.Comments[i]; reply.ReplyTo == m.ID && reply.Removed == "" && !reply.Withdrawn {
			form := c.voicesForm(r, reply.ID, reply.Voices, reply.RowVersion)
			item.Speaking = append(item.Speaking, DeskVoices{r.numbered(reply), r.voices(reply.Voices), *form})
		}
	}
	if len(m.Body) > 1 {
		editor := c.form("editor", "work.save", row, WorkField{Name: "paragraph", Label: "desk.editor", Kind: "number", Value: strconv.Itoa(m.EditorFrom)})
		item.Editor = &editor
	}
	for i := range m.Targets {
		g := &m.Targets[i]
		d := DeskPlace{CardPlace: r.place(g), Waits: g.State == framework.NeedsHuman}
		if d.Waits {
			d.Was = r.q.said(g.Said, r.v.Language)
		}
		at := hiddenField("place", strconv.Itoa(i))
		for j := range g.Choices {
			x, ok := r.context(g.Choices[j], "")
			if !ok {
				continue
			}
			start, end := 0, 0
			if p := g.Choices[j].Position; p != nil {
				start, end = p.Start, p.End
			}
			d.Choices = append(d.Choices, x)
			choose := c.inRow("place", "desk.place_here", strconv.Itoa(i)+"-"+strconv.Itoa(j), row, at, hiddenField("element", x.Code), hiddenField("start", strconv.Itoa(start)), hiddenField("end", strconv.Itoa(end)))
			d.Choose = append(d.Choose, choose)
		}
		d.Move = c.inRow("place", "desk.place_button", strconv.Itoa(i), row, at, WorkField{Name: "element", Label: "compile.element", Value: g.Code, Fill: "off", Required: true},
			WorkField{Name: "words", Label: "desk.place_words", Fill: "off"})
		if n := len(g.Moves); n > 0 {
			back := c.inRow("back", "desk.place_back", strconv.Itoa(i), row, at)
			d.Back = &back
			for _, mv := range g.Moves {
				d.Moves = append(d.Moves, c.t("desk.moved", "From", "“"+short(mv.Before)+"”", "To", "“"+short(mv.After)+"”", "Method", mv.Method))
			}
		}
		item.Places = append(item.Places, d)
	}
}

// voicesForm asks who speaks: in a comment, a reply, or a change that stands alone.
func (c *call) voicesForm(r *round, id string, said []consultation.Attribution, row int) *WorkForm {
	var codes, known []string
	for _, v := range said {
		if v.Organisation != "" {
			codes = append(codes, v.Organisation)
		}
	}
	for _, o := range r.registry.All() {
		known = append(known, o.Code)
	}
	f := c.inRow("voices", "desk.voices_button", id, hiddenField("row", strconv.Itoa(row)), WorkField{Name: "organisations", Label: "desk.voices_codes", Value: strings.Join(codes, ", "), Fill: "off"})
	f.Lede = c.t("desk.voices_known") + " " + strings.Join(known, ", ")
	return &f
}

func doItem(c *call) (outcome, error) {
	what := c.value("what")
	if !slices.Contains([]string{"answer", "reopen", "voices", "editor", "place", "back"}, what) {
		return outcome{}, errForm
	}
	r, err := c.deskRound()
	if err != nil {
		return outcome{}, err
	}
	m, alone, err := c.subject(r)
	if err != nil {
		return outcome{}, err
	}
	here := strings.TrimPrefix(c.r.URL.Path, "/"+string(c.tag))
	ctx, s, n := c.r.Context(), c.consulting(), r.rec.Round.Number
	row, _ := strconv.Atoi(c.value("row"))     // what is no number is no row a person saw, and stale
	place, _ := strconv.Atoi(c.value("place")) // likewise
	id := ""
	if alone != nil {
		id = alone.ID
	} else {
		id = m.ID
	}
	switch what {
	case "answer":
		return c.doAnswer(r, id)
	case "reopen":
		return outcome{to: here}, s.Reopen(ctx, n, id, c.value("seen"))
	}
	if m == nil && what != "voices" {
		return outcome{}, errForm
	}
	switch what {
	case "voices":
		codes := strings.FieldsFunc(c.value("organisations"), func(x rune) bool { return strings.ContainsRune(",;،、", x) })
		for i := range codes {
			codes[i] = strings.TrimSpace(codes[i])
		}
		codes = slices.DeleteFunc(codes, func(x string) bool { return x == "" })
		if alone != nil {
			return outcome{to: here}, s.AttributeChange(ctx, n, id, row, codes)
		}
		if reply, ok := r.rec.Comment(c.value("id")); ok && reply.ReplyTo == id {
			id = reply.ID
		}
		return outcome{to: here}, s.Attribute(ctx, n, id, row, codes)
	case "editor":
		paragraph, _ := strconv.Atoi(c.value("paragraph")) // nothing takes the mark away
		return outcome{to: here}, s.MarkEditor(ctx, n, id, row, paragraph)
	case "back":
		return outcome{to: here}, s.PlaceBack(ctx, n, id, row, place)
	}
	code := strings.TrimSpace(c.value("element"))
	start, _ := strconv.Atoi(c.value("start")) // nothing: the whole element
	end, _ := strconv.Atoi(c.value("end"))
	if words := c.value("words"); strings.TrimSpace(words) != "" {
		e := r.element[code]
		if e == nil || strings.Count(e.Text, words) != 1 {
			return outcome{}, fault.Newf(fault.Refused, "The words do not stand exactly once in %s.", code).WithFix("Copy them from the text, with a word or two more.").WithKey("error.words_once", map[string]any{"Code": code})
		}
		start = len([]rune(e.Text[:strings.Index(e.Text, words)]))
		end = start + len([]rune(words))
	}
	if r.element[code] == nil {
		return outcome{}, fault.Newf(fault.Refused, "There is no element %q in this version.", code).WithFix("Take a code from the text.").WithKey("error.no_element", map[string]any{"Code": code})
	}
	return outcome{to: here}, s.Place(ctx, n, id, row, place, r.element[code].ID, start, end)
}

// doAnswer keeps an answer with the change written for it, and goes on to the next item.
func (c *call) doAnswer(r *round, id string) (outcome, error) {
	code := consultation.Code(c.value("code"))
	in := consultation.Answering{IDs: append([]string{id}, c.r.Form["also"]...), Seen: map[string]string{id: c.value("seen")}}
	for _, other := range c.r.Form["also"] {
		in.Seen[other] = c.value("seen-" + other)
	}
	in.Disposition = consultation.Disposition{Code: code, Reason: strings.TrimSpace(c.value("reason")), To: strings.TrimSpace(c.value("to")), Changes: c.r.Form["change"], NoChange: c.value("nochange") != ""}
	if code == consultation.DuplicateOf && in.To != "" {
		other, err := r.commentNumbered(in.To)
		if err != nil {
			return outcome{}, err
		}
		in.To = other.ID
	}
	draft, err := c.ownChange(r, in.Reason)
	if err != nil {
		return outcome{}, err
	}
	in.Draft = draft
	if draft != nil || len(in.Changes) > 0 {
		in.NoChange = false
	}
	if err := c.consulting().Answer(c.r.Context(), r.rec.Round.Number, in); err != nil {
		return outcome{}, err
	}
	return outcome{to: r.nextUndecided(in.IDs)}, nil
}

// ownChange is the change that the form writes itself; nil where it writes none.
func (c *call) ownChange(r *round, reason string) (*consultation.Amendment, error) {
	var a consultation.Amendment
	var err error
	switch {
	case c.value("percent") != "":
		by := "consultation " + strconv.Itoa(r.rec.Round.Number)
		a, err = consultation.DraftGoal(r.v, c.value("goal"), c.value("percent"), by, cmp.Or(reason, by), r.rec.Round.Day(c.s.config.Now().UnixMicro()))
	case c.value("defines") != "":
		a, err = consultation.DraftDefinition(r.v, c.value("sheet"), c.value("defines"))
	case c.value("new") != "" || c.value("deletes") != "":
		at, wrong := strconv.Atoi(c.value("at"))
		if wrong != nil {
			at = -1
		}
		a, err = consultation.DraftWords(r.v, c.value("element"), at, c.value("old"), c.value("new"))
	default:
		return nil, nil //nolint:nilnil // no change is an answer here
	}
	return &a, err
}
