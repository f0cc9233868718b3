package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// sayRoutes are the addresses of those who comment: partners, and strangers in open rounds.
func sayRoutes() []workRoute {
	const n = "/work/say/{n}"
	return []workRoute{
		{path: n, act: accounts.ReadWork, each: true, show: showMine, do: doMine},
		{path: n + "/comment", open: true, show: showSay, do: doSay},
		{path: n + "/check", act: accounts.ReadWork, each: true, show: showCheck, do: doCheck},
		{path: n + "/word", act: accounts.ReadWork, each: true, files: mostWord, show: showWord, do: doWord},
		{path: n + "/draft.docx", open: true, send: sendDraft},
		{path: "/work/moderation", act: accounts.Moderate, show: showQueue, do: doQueue},
		{path: "/work/rounds", act: accounts.Consult, show: showRounds, do: doRounds},
		{path: "/work/link/confirm", open: true, show: showConfirm, do: doConfirm},
	}
}

// talk is the round a page of the workspace is about.
type talk struct {
	*call
	s      *consultation.Service
	rec    *consultation.Record
	v      *framework.Version
	number int
}

func (c *call) talk() (*talk, error) {
	name := c.r.PathValue("n")
	number, err := strconv.Atoi(name)
	s := c.s.config.Consulting
	if err != nil || s == nil {
		return nil, noRound(name)
	}
	rec, err := s.Record(c.r.Context(), number)
	if fault.Is(err, fault.NotFound) || err == nil && rec.Round.State == consultation.Draft {
		return nil, noRound(name)
	}
	if err != nil {
		return nil, err
	}
	v, err := s.Version(c.r.Context(), rec.Round.Version)
	return &talk{c, s, rec, v, number}, err
}

func (t *talk) at(below string) string { return "/work/say/" + strconv.Itoa(t.number) + below }

// head is a page about the round: until when it runs, and the ways on.
func (t *talk) head(titleKey string) WorkPage {
	p := t.page(titleKey)
	p.Lede = t.rec.Round.Title
	if t.rec.Round.State == consultation.Open && !t.rec.Round.Period.End.IsOpen() {
		e := t.rec.Round.Period.End
		p.Lede += " · " + t.t("say.until", "Date", t.words.Date(e.Year(), e.Month(), e.DayOfMonth()))
	}
	return p
}

// ways are the links of everything one can do in the round.
func (t *talk) ways() []Link {
	base := "/consultations/" + strconv.Itoa(t.number)
	out := []Link{
		{Text: plain(t.t("say.mine")), Href: t.to(t.at("")), Current: t.path == "/work/say/{n}"},
		{Text: plain(t.t("comments.text_title")), Href: t.to(base + "/text")},
		{Text: plain(t.t("say.general")), Href: t.to(t.at("/comment"))},
	}
	if t.call.s.config.ReadWord != nil {
		out = append(out, Link{Text: plain(t.t("say.word")), Href: t.to(t.at("/word")), Current: t.path == "/work/say/{n}/word"})
	}
	return out
}

func (t *talk) names(voices []consultation.Attribution) string {
	var out []string
	for _, v := range voices {
		out = append(out, v.Label)
	}
	return strings.Join(out, ", ")
}

// excerpt is the beginning of a text, for a table.
func excerpt(s string) string {
	r := []rune(s)
	if len(r) <= 160 {
		return s
	}
	return strings.TrimSpace(string(r[:160])) + " …"
}

// showMine lists what whoever is present wrote in a round: not sent yet, and sent.
func showMine(c *call) (WorkPage, error) {
	t, err := c.talk()
	if err != nil {
		return WorkPage{}, err
	}
	p := t.head("say.mine")
	p.Ways = t.ways()
	switch c.value("done") {
	case "sent":
		p.Notice = c.t("say.sent")
	case "back":
		p.Notice = c.t("say.taken_back")
	case "dropped":
		p.Notice = c.t("say.dropped")
	}
	ctx := c.r.Context()
	drafts, err := t.s.Drafts(ctx, t.number)
	if err != nil {
		return p, err
	}
	sent, err := t.s.Sent(ctx, t.number)
	if err != nil {
		return p, err
	}
	where, text := c.t("say.where"), c.t("compile.comment")
	notYet := WorkTable{Title: c.t("say.drafts"), Empty: c.t("say.no_drafts"), Head: []string{where, text, ""}}
	for _, d := range drafts {
		look := Link{Text: plain(c.t("say.look")), Href: c.to(t.at("/check")) + "?id=" + d.ID}
		notYet.Rows = append(notYet.Rows, WorkRow{Cells: []string{t.whereIs(d.Element, d.ReplyTo), excerpt(d.Text)}, Link: &look})
	}
	gone := WorkTable{Title: c.t("say.sent_list"), Empty: c.t("say.no_sent"), Head: []string{"#", where, text, c.t("compile.organisations"), c.t("consultation.state"), ""}}
	standing := consultation.Standing(t.rec.Dispositions)
	for i := range sent {
		k := &sent[i]
		code := ""
		if len(k.Targets) > 0 {
			code = k.Targets[0].Code
		}
		row := WorkRow{Cells: []string{c.words.Int(int64(k.Number)), t.whereIs(code, k.ReplyTo), excerpt(strings.Join(k.Text, "\n")), t.names(k.Voices), t.stateOf(k, standing)}}
		if k.IsShown() {
			row.Link = &Link{Text: plain(c.t("comments.to_words")), Href: c.to("/consultations/"+strconv.Itoa(t.number)+"/comments") + "#" + cardID(k)}
		}
		if !k.Withdrawn && k.Removed == "" && t.rec.Round.State != consultation.Adopted {
			row.Forms = []WorkForm{c.inRow("back", "say.take_back", k.ID)}
		}
		gone.Rows = append(gone.Rows, row)
	}
	p.Tables = []WorkTable{notYet, gone}
	if len(drafts) > 1 {
		all := c.form("all", "say.send_all")
		p.Forms = []WorkForm{all}
	}
	return p, nil
}

func (t *talk) whereIs(element, reply string) string {
	if reply != "" {
		if root, ok := t.rec.Comment(reply); ok {
			return t.t("say.reply_to", "Number", t.words.Int(int64(root.Number)))
		}
	}
	if element == "" {
		return t.t("compile.general")
	}
	return element
}

func (t *talk) stateOf(k *consultation.Comment, standing map[string]consultation.Disposition) string {
	switch d, ok := standing[k.ID]; {
	case k.Withdrawn:
		return t.t("compile.withdrawn")
	case k.Removed != "":
		return t.t("compile.removed_" + string(k.Removed))
	case k.Held != "":
		return t.t("say.held")
	case ok:
		return t.t("compile.code_" + strings.ReplaceAll(string(d.Code), "-", "_"))
	}
	return t.t("compile.undecided")
}

func doMine(c *call) (outcome, error) {
	t, err := c.talk()
	if err != nil {
		return outcome{}, err
	}
	ctx := c.r.Context()
	switch c.value("what") {
	case "back":
		return outcome{to: t.at("?done=back")}, t.s.TakeBack(ctx, t.number, c.value("id"))
	case "all":
		drafts, err := t.s.Drafts(ctx, t.number)
		if err != nil {
			return outcome{}, err
		}
		var ids []string
		for _, d := range drafts {
			ids = append(ids, d.ID)
		}
		_, err = t.s.Send(ctx, t.number, ids)
		return outcome{to: t.at("?done=sent")}, err
	}
	return outcome{}, errNoAct
}

var errNoAct = fault.New(fault.Refused, "This form asks for nothing that can be done here.", "Open the page again.").WithKey("error.form_again", nil)

// written reads a contribution from a form.
func (t *talk) written() consultation.Contribution {
	c := t.call
	return consultation.Contribution{
		ID: c.value("id"), Round: t.number, Organisations: slices.Clone(c.r.Form["org"]), Element: c.value("on"), Quote: c.value("quote"), Type: consultation.CommentType(c.value("type")),
		Text: c.value("text"), Change: consultation.ChangeKind(c.value("change")), New: c.value("new"), Language: c.value("language"), ReplyTo: c.value("reply"),
		AgeBand: c.value("age"), Country: strings.ToUpper(strings.TrimSpace(c.value("country"))), Consent: c.value("consent") == "yes",
	}
}

// stored gives the draft that an address names, to write on.
func (t *talk) stored(in consultation.Contribution) consultation.Contribution {
	if in.ID == "" || t.r.Method == "POST" {
		return in
	}
	drafts, err := t.s.Drafts(t.r.Context(), t.number)
	if at := slices.IndexFunc(drafts, func(d consultation.Contribution) bool { return d.ID == in.ID }); err == nil && at >= 0 {
		return drafts[at]
	}
	return in
}

// showSay is the form of a comment: for whoever is signed in, for strangers where the round is open,
// and else a page that says how to come in. What was written already stays.
func showSay(c *call) (WorkPage, error) {
	t, err := c.talk()
	if err != nil {
		return WorkPage{}, err
	}
	in := t.written()
	if in.Language == "" {
		in.Language = string(c.tag)
	}
	p := t.head("say.title")
	if e, ok := t.v.Element(in.Element); ok {
		p.Quoted = said{Text: shown(e.Text), Lang: t.v.Language, Dir: lang.Tag(t.v.Language).Dir()}
		p.Title = c.t("say.title_on", "Code", e.Code)
	} else if in.Element != "" {
		return p, fault.Newf(fault.NotFound, "There is no element %q in this version.", in.Element).WithFix("Take a code from the text.").WithKey("error.no_element", map[string]any{"Code": in.Element})
	}
	if root, ok := t.rec.Comment(in.ReplyTo); ok && root.IsShown() {
		p.Quoted = said{Text: strings.Join(root.Text, "\n"), Lang: root.Language}
		p.Title = c.t("say.reply_to", "Number", c.words.Int(int64(root.Number)))
	}
	if t.rec.Round.State != consultation.Open && !(t.rec.Round.State == consultation.Over && c.isIn()) {
		p.Notice = c.t("say.closed")
		return p, nil
	}
	if !c.isIn() {
		return t.askStranger(p, in)
	}
	in = t.stored(in)
	speakers, err := t.s.Speakers(c.r.Context(), t.number)
	if err != nil {
		return p, err
	}
	if len(speakers) == 0 {
		p.Notice = c.t("say.no_speakers")
		return p, nil
	}
	if in.ID == "" {
		in.ID = consultation.NewContribution()
	}
	if len(in.Organisations) == 0 && (len(speakers) == 1 || speakers[0].Code == c.me().Organisation) && c.r.Method != "POST" {
		in.Organisations = []string{speakers[0].Code}
	}
	if len(in.Organisations) == 0 && len(speakers) == 1 {
		in.Organisations = []string{speakers[0].Code}
	}
	f := c.form("keep", "say.check", append([]WorkField{hiddenField("id", in.ID)}, t.fields(in)...)...)
	for i, o := range speakers {
		f.Fields = append(f.Fields, WorkField{ID: "org-" + strconv.Itoa(i), Name: "org", Kind: "checkbox", Value: o.Code, Label: c.t("say.for", "Name", lang.Isolate(o.Name)), Checked: slices.Contains(in.Organisations, o.Code)})
	}
	p.Ways = t.ways()
	p.Forms = []WorkForm{f}
	return p, nil
}

// fields are those of a comment.
func (t *talk) fields(in consultation.Contribution) []WorkField {
	c := t.call
	out := []WorkField{hiddenField("on", in.Element), hiddenField("reply", in.ReplyTo)}
	placed := in.Element != "" && in.ReplyTo == ""
	if placed {
		out = append(out, WorkField{Name: "quote", Label: "say.quote", Hint: c.t("say.quote_hint"), Kind: "text", Value: in.Quote, Fill: "off"})
	}
	out = append(out, WorkField{Name: "text", Label: "say.text", Kind: "textarea", Value: in.Text, Required: true})
	if placed {
		out = append(out, WorkField{Name: "change", Label: "say.change", Kind: "select", Value: string(in.Change), Options: t.changes(in.Element)},
			WorkField{Name: "new", Label: "say.new", Hint: c.t("say.new_hint"), Kind: "textarea", Value: in.New})
	}
	types := []WorkOption{{"", c.t("say.type_none")}}
	for _, k := range []consultation.CommentType{consultation.TypeGeneral, consultation.TypeTechnical, consultation.TypeEditorial} {
		types = append(types, WorkOption{string(k), c.t("say.type_" + string(k))})
	}
	var languages []WorkOption
	for _, tag := range lang.Tags() {
		languages = append(languages, WorkOption{string(tag), c.t("language." + string(tag))})
	}
	out = append(out, WorkField{Name: "type", Label: "say.type", Kind: "select", Value: string(in.Type), Options: types},
		WorkField{Name: "language", Label: "say.language", Kind: "select", Value: in.Language, Options: languages})
	if t.rec.Round.Kind == consultation.Children {
		ages := []WorkOption{{"", "–"}}
		for _, band := range consultation.AgeBands {
			ages = append(ages, WorkOption{band, c.t("say.age_" + band)})
		}
		out = append(out, WorkField{Name: "age", Label: "say.age", Kind: "select", Value: in.AgeBand, Options: ages},
			WorkField{Name: "country", Label: "say.country", Hint: c.t("say.country_hint"), Value: in.Country, Fill: "off", Required: true},
			WorkField{Name: "consent", Label: "say.consent", Kind: "checkbox", Value: "yes", Checked: in.Consent, Required: true})
	}
	return out
}

// changes lists what can be asked to be changed at an element.
func (t *talk) changes(element string) []WorkOption {
	out := []WorkOption{{"", t.t("say.change_none")}}
	for _, k := range []consultation.ChangeKind{consultation.ChangeReplace, consultation.ChangeInsert, consultation.ChangeDelete} {
		out = append(out, WorkOption{string(k), t.t("say.change_" + string(k))})
	}
	if slices.ContainsFunc(t.v.Targets, func(g framework.Target) bool { return g.Of == element }) {
		out = append(out, WorkOption{string(consultation.ChangeGoal), t.t("say.change_goal")})
	}
	if _, ok := t.v.Sheet(element); ok {
		out = append(out, WorkOption{string(consultation.ChangeDefinition), t.t("say.change_definition")})
	}
	return out
}

// askStranger is the form for whoever has no account, or says that there is none for them.
func (t *talk) askStranger(p WorkPage, in consultation.Contribution) (WorkPage, error) {
	c := t.call
	if !t.s.TakesStrangers(&t.rec.Round) {
		p.Notice = c.t("say.come_in")
		if in.Text != "" { // nothing that was written is lost
			f := c.form("keep", "say.again", t.fields(in)...)
			p.Forms = []WorkForm{f}
		}
		return p, nil
	}
	form := c.value("form")
	if c.r.Method != "POST" || form == "" {
		var err error
		if form, err = t.s.NewForm(c.r.Context()); err != nil {
			return p, err
		}
	}
	fields := append([]WorkField{hiddenField("form", form)}, t.fields(in)...)
	fields = append(fields,
		WorkField{Name: "email", Label: "work.email", Hint: c.t("say.email_hint"), Kind: "email", Fill: "email", Value: c.value("email"), Required: true},
		WorkField{Name: "name", Label: "say.name", Hint: c.t("say.name_hint"), Fill: "name", Value: c.value("name")},
		WorkField{Name: "for", Label: "say.for_whom", Fill: "organization", Value: c.value("for")},
		WorkField{Name: "website", Label: "say.leave_empty", Kind: "trap"})
	f := c.form("offer", "say.offer", fields...)
	f.Lede = c.t("say.stranger_lede")
	p.Forms = []WorkForm{f}
	return p, nil
}

// doSay keeps a comment as a draft, to be looked at once more; a stranger's waits for their address.
func doSay(c *call) (outcome, error) {
	t, err := c.talk()
	if err != nil {
		return outcome{}, err
	}
	in := t.written()
	switch {
	case c.value("what") == "offer" && !c.isIn():
		w := consultation.Waiting{Contribution: in, Name: c.value("name"), Email: c.value("email"), For: c.value("for")}
		if err := t.s.Offer(c.r.Context(), c.value("form"), c.value("website"), c.s.network(c.r), w); err != nil {
			return outcome{}, err
		}
		p := t.head("say.offered")
		p.Notice = c.t("say.offered_mail")
		if t.s.Letters == nil {
			p.Notice = c.t("say.offered_desk")
		}
		return outcome{page: &p}, nil
	case !c.isIn() || c.value("what") == "begin": // from the text: show the whole form, filled
		p, err := showSay(c)
		return outcome{page: &p}, err
	}
	ready, err := t.s.Write(c.r.Context(), in)
	if err != nil {
		return outcome{}, err
	}
	return outcome{to: t.at("/check") + "?id=" + url.QueryEscape(ready.ID)}, nil
}

// showCheck shows a draft as it will be sent.
func showCheck(c *call) (WorkPage, error) {
	t, err := c.talk()
	if err != nil {
		return WorkPage{}, err
	}
	p := t.head("say.check_title")
	draft, ready, err := t.s.Draft(c.r.Context(), t.number, c.value("id"))
	if draft.ID == "" {
		return p, err
	}
	if err != nil { // it stands, and something is in its way by now
		p.Problem, p.Fix = faultTexts(c.words, fault.KindOf(err), err)
	}
	table := WorkTable{Title: c.t("say.answers")}
	line := func(key, value string) {
		if value != "" {
			table.Rows = append(table.Rows, WorkRow{Cells: []string{c.t(key), value}})
		}
	}
	line("say.where", t.whereIs(draft.Element, draft.ReplyTo))
	if ready != nil && ready.Said != "" {
		line("say.quote", ready.Said)
	}
	line("say.text", draft.Text)
	if draft.Change != "" {
		line("say.change", c.t("say.change_"+string(draft.Change)))
		if ready != nil && ready.Asks != nil {
			line("say.old", ready.Asks.Old)
		}
		line("say.new", draft.New)
	}
	if draft.Type != "" {
		line("say.type", c.t("compile.type_"+string(draft.Type)))
	}
	if draft.Language != "" {
		line("say.language", c.t("language."+draft.Language))
	}
	if ready != nil {
		line("compile.organisations", t.names(ready.Comment.Voices))
		if ready.Held != "" {
			p.Notice = c.t("say.will_be_held")
		}
	}
	if draft.AgeBand != "" {
		line("say.age", c.t("say.age_"+draft.AgeBand))
		line("say.country", draft.Country)
	}
	p.Tables = []WorkTable{table}
	p.Ways = []Link{{Text: plain(c.t("say.edit")), Href: c.to(t.at("/comment")) + "?" + url.Values{"id": {draft.ID}, "on": {draft.Element}, "reply": {draft.ReplyTo}}.Encode()},
		{Text: plain(c.t("say.keep")), Href: c.to(t.at(""))}}
	drop := c.form("drop", "say.drop", hiddenField("id", draft.ID))
	if ready != nil {
		p.Forms = []WorkForm{c.form("send", "say.send", hiddenField("id", draft.ID))}
	}
	p.Forms = append(p.Forms, drop)
	return p, nil
}

func doCheck(c *call) (outcome, error) {
	t, err := c.talk()
	if err != nil {
		return outcome{}, err
	}
	switch c.value("what") {
	case "send":
		_, err := t.s.Send(c.r.Context(), t.number, []string{c.value("id")})
		return outcome{to: t.at("?done=sent")}, err
	case "drop":
		return outcome{to: t.at("?done=dropped")}, t.s.Drop(c.r.Context(), t.number, c.value("id"))
	}
	return outcome{}, errNoAct
}

// showConfirm asks for one press, because mail programs open links on their own.
func showConfirm(c *call) (WorkPage, error) {
	if c.s.config.Consulting == nil {
		return WorkPage{}, noRound("")
	}
	p := c.page("say.confirm")
	p.Lede = c.t("say.confirm_lede")
	p.Forms = []WorkForm{c.form("", "say.confirm_button", hiddenField("token", c.value("token")))}
	return p, nil
}

func doConfirm(c *call) (outcome, error) {
	if c.s.config.Consulting == nil {
		return outcome{}, noRound("")
	}
	round, err := c.s.config.Consulting.Confirm(c.r.Context(), c.value("token"))
	if err != nil {
		return outcome{}, err
	}
	p := c.page("say.confirmed")
	p.Notice = c.t("say.confirmed_lede")
	p.Ways = []Link{{Text: plain(c.t("comments.text_title")), Href: c.to("/consultations/" + strconv.Itoa(round) + "/text")}}
	return outcome{page: &p}, nil
}

func (c *call) isIn() bool { me := c.me(); return me.IsSignedIn() }
