package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/lang"
)

// Desk is what the pages of the secretariat show of a consultation; one of its parts is there.
type Desk struct {
	Table    *DeskTable
	Item     *DeskItem
	Changes  *DeskChanges
	Adoption *DeskAdoption
	Keys     []DeskKey
}

// DeskKey is one single key with what it does. Each has a button or link on the page too.
type DeskKey struct{ Key, Says string }

// DeskTable is every comment of a round with where its answer stands.
type DeskTable struct {
	Over    string
	Facts   []DeskFact
	Facets  Facets
	Shown   string
	Pages   []Link
	Links   []Link
	Groups  []DeskGroup
	Near    []DeskNear
	ByHand  WorkForm
	Proofed string
}

// DeskFact is one counter.
type DeskFact struct {
	Label, Value string
	Href         string
}

// DeskGroup is the comments on one paragraph, or of one organisation.
type DeskGroup struct {
	Name text
	Href string
	Rows []DeskRow
}

// DeskRow is one comment in the table, or one change that stands alone.
type DeskRow struct {
	ID      string
	Label   string
	Href    string
	Voices  []CardVoice
	Nobody  bool
	Places  []CardPlace
	Words   said
	Answer  CardAnswer
	Near    string // number of its near-duplicates
	Waits   []string
	Quick   []DeskQuick
	IsFirst bool
}

// DeskQuick leads to the form of an answer with its code chosen.
type DeskQuick struct{ Key, Word, Href string }

// DeskNear is a group of near-duplicates as one card: its voices, its members and the differing words.
type DeskNear struct {
	NearGroup
	Rows     []DeskRow
	Voices   []CardVoice
	Words    []said
	Confirm  *WorkForm
	Dissolve *WorkForm // says that they are no group
}

// quickCodes are the answers that have a key.
var quickCodes = []struct {
	key  string
	code consultation.Code
}{{"a", consultation.Accepted}, {"p", consultation.PartiallyAccepted}, {"n", consultation.Noted}, {"r", consultation.NotAccepted}}

// mostRows is how many comments stand on one page of the table.
const mostRows = 100

func (c *call) consulting() *consultation.Service { return c.s.config.Consulting }

// request is what the parts of public pages need to be made for the workspace.
func (c *call) request() (*request, error) {
	snap, err := c.s.config.Publication.Snapshot(c.r.Context())
	if err != nil {
		return nil, err
	}
	q := &request{ctx: c.r.Context(), server: c.s, http: c.r, tag: c.tag, words: c.words, snap: snap, v: snap.Version, today: c.s.today(), params: url.Values{}}
	for name, values := range c.r.URL.Query() {
		if len(values[0]) > 0 && len(values[0]) <= maxParameter && !slices.Contains(standing, name) {
			q.params.Set(name, values[0])
		}
	}
	return q, nil
}

// deskRound reads the round an address names, as the secretariat sees it: drafts too, and with names.
func (c *call) deskRound() (*round, error) {
	if c.consulting() == nil {
		return nil, noRound("")
	}
	q, err := c.request()
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(c.r.PathValue("n"))
	if err != nil {
		return nil, noRound(c.r.PathValue("n"))
	}
	rec, err := c.consulting().Record(q.ctx, number)
	if err != nil {
		return nil, err
	}
	rec.Round.Policy = consultation.NamedOrganisations // whoever answers sees who asks
	v, err := c.consulting().Version(q.ctx, rec.Round.Version)
	if err != nil {
		return nil, err
	}
	return q.roundOf(rec, v)
}

func (r *round) deskPath(below string) string {
	return "/work/consultations/" + strconv.Itoa(r.rec.Round.Number) + below
}

func (c *call) deskPage(title string, r *round) WorkPage {
	p := c.page("work.consultations")
	p.Title, p.Script = title, "keys.js"
	p.Crumbs = []Link{{Text: plain(c.t("work.consultations")), Href: c.to("/work/consultations")}}
	if r != nil {
		p.Crumbs = append(p.Crumbs, Link{Text: plain(r.name()), Href: c.to(r.deskPath(""))})
	}
	return p
}

func showDesks(c *call) (WorkPage, error) {
	p := c.page("work.consultations")
	if c.consulting() == nil {
		return p, noRound("")
	}
	rounds, err := c.consulting().Rounds(c.r.Context())
	if err != nil {
		return p, err
	}
	table := WorkTable{Title: c.t("work.consultations"), Empty: c.t("work.none"), Head: []string{c.t("compile.number"), c.t("consultation.state"), c.t("compile.answered"), c.t("compile.undecided_count")}}
	for i := range rounds {
		rec, err := c.consulting().Record(c.r.Context(), rounds[i].Number)
		if err != nil {
			return p, err
		}
		st := consultation.Statistic(rec)
		n := strconv.Itoa(rounds[i].Number)
		p.Menu = append(p.Menu, Link{Text: plain(c.t("consultation.number", "Number", n)), Href: c.to("/work/consultations/" + n)})
		table.Rows = append(table.Rows, WorkRow{Cells: []string{n + " · " + rounds[i].Title, c.t("consultation.state_" + string(rounds[i].State)), c.words.Int(int64(st.Answered)), c.words.Int(int64(st.Undecided))}})
	}
	p.Tables = []WorkTable{table}
	return p, nil
}

func showDesk(c *call) (WorkPage, error) {
	r, err := c.deskRound()
	if err != nil {
		return WorkPage{}, err
	}
	q := r.q
	p := c.deskPage(r.rec.Round.Title, nil)
	st := consultation.Statistic(r.rec)
	p.Lede = answeredLine(c.words, &st)
	t := &DeskTable{Over: r.name()}
	blockers := consultation.Gate(r.rec)
	base := c.to(r.deskPath(""))
	t.Facts = []DeskFact{
		{c.t("compile.undecided_count"), c.words.Int(int64(st.Undecided)), base + "?decision=" + undecided},
		{c.t("compile.answered"), c.words.Int(int64(st.Answered)), ""},
		{c.t("compile.read_count"), c.words.Int(int64(st.Proposed)), base + "?decision=" + readOnly},
		{c.t("desk.in_the_way"), c.words.Int(int64(len(blockers))), c.to(r.deskPath("/adoption"))},
		{c.t("desk.to_settle"), c.words.Int(int64(len(r.toSettle()))), c.to(r.deskPath("/changes"))},
	}
	t.Links = []Link{
		{Text: plain(c.t("desk.changes_title")), Href: c.to(r.deskPath("/changes"))},
		{Text: plain(c.t("desk.adoption_title")), Href: c.to(r.deskPath("/adoption"))},
		{Text: plain(c.t("compile.table")), Href: q.to(r.path("/comments"))},
	}
	if st.Proposed > 0 {
		t.Proofed = c.t("comments.proposed_note")
	}
	all := r.deskComments()
	kept, facets := r.narrow(r.deskPath(""), all)
	by := q.option("by", "paragraph", "organisation")
	facets.Selects = append(facets.Selects, Facet{Name: "by", Label: c.t("desk.by"), Options: []FacetOption{
		{"", c.t("desk.by_number"), by == ""}, {"paragraph", c.t("desk.by_paragraph"), by == "paragraph"}, {"organisation", c.t("desk.by_organisation"), by == "organisation"}}})
	t.Facets = facets
	t.Shown = c.t("comments.shown", "Part", c.words.Int(int64(len(kept))), "Total", c.words.Int(int64(len(all))))
	r.fillDesk(c, t, kept, by, len(kept) == len(all))
	hand := c.form("group", "desk.group_button", WorkField{Name: "members", Label: "desk.group_members", Required: true})
	hand.Title, hand.Lede = c.t("desk.group_title"), c.t("compile.duplicates_note")
	t.ByHand = hand
	p.Desk = &Desk{Table: t, Keys: c.keys("j", "k", "o", "a", "p", "n", "r", "?")}
	return p, nil
}

// deskComments are the comments that need an answer, by number: replies go with theirs.
func (r *round) deskComments() []*consultation.Comment {
	var out []*consultation.Comment
	for i := range r.rec.Comments {
		if c := &r.rec.Comments[i]; c.ReplyTo == "" && c.Removed == "" && !c.Withdrawn {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *consultation.Comment) int { return a.Number - b.Number })
	return out
}

// fillDesk puts the rows into the table: groups of near-duplicates as one card each, then the rest.
func (r *round) fillDesk(c *call, t *DeskTable, kept []*consultation.Comment, by string, all bool) {
	page, _ := strconv.Atoi(r.q.params.Get("page")) // anything else is the first page
	pages := (len(kept) + mostRows - 1) / mostRows
	page = max(1, min(page, pages))
	for i := 1; i <= pages && pages > 1; i++ {
		t.Pages = append(t.Pages, Link{Text: plain(c.words.Int(int64(i))), Href: r.q.here(r.deskPath(""), "page", strconv.Itoa(i)), Current: i == page})
	}
	grouped := map[string]bool{}
	if all && page == 1 {
		for _, g := range consultation.Compile(r.v, r.rec, r.q.tag).Groups {
			near := r.deskNear(c, &g)
			for _, m := range g.Members {
				grouped[m.Comment.ID] = true
			}
			t.Near = append(t.Near, near)
		}
	}
	if pages > 0 {
		kept = kept[(page-1)*mostRows : min(len(kept), page*mostRows)]
	}
	groups := map[string]*DeskGroup{}
	var keys []string
	add := func(key string, name text, href string, row DeskRow) {
		if groups[key] == nil {
			groups[key] = &DeskGroup{Name: name, Href: href}
			keys = append(keys, key)
		}
		groups[key].Rows = append(groups[key].Rows, row)
	}
	for _, m := range kept {
		if grouped[m.ID] && by == "" {
			continue
		}
		row := r.deskRow(c, m)
		switch by {
		case "paragraph":
			for _, code := range elementsOf(m) {
				name := plain(code)
				if code == general {
					name = plain(c.t("compile.general"))
				} else if e := r.element[code]; e != nil {
					name = text{code + " · " + opening(shown(e.Text)), r.q.tag != lang.English}
				}
				add(code, name, r.elementHref(code), row)
			}
		case "organisation":
			for _, code := range r.organisationsOf(m) {
				add(code, plain(r.organisationOption(code)), "", row)
			}
		default:
			add("", text{}, "", row)
		}
	}
	if by == "" && all && page == max(1, pages) {
		for i := range r.rec.Amendments {
			if a := &r.rec.Amendments[i]; a.Comment == "" && isOffered(a) {
				add("alone", plain(c.t("comments.alone")), "", r.deskAlone(c, a))
			}
		}
	}
	switch by {
	case "paragraph":
		r.order("element", keys)
	case "organisation":
		r.order("org", keys)
	}
	for _, k := range keys {
		t.Groups = append(t.Groups, *groups[k])
	}
}

func (r *round) deskRow(c *call, m *consultation.Comment) DeskRow {
	row := DeskRow{ID: cardID(m), Label: r.numbered(m), Href: c.to(r.deskPath("/comments/" + strconv.Itoa(m.Number))), Voices: r.voices(m.Voices), Nobody: len(m.Voices) == 0, Answer: r.answer(m.ID)}
	for i := range m.Targets {
		row.Places = append(row.Places, r.place(&m.Targets[i]))
	}
	row.Words = r.q.said(opening(strings.Join(m.Text, " ")), m.Language)
	if m.Held != "" {
		row.Words = said{Text: c.t("desk.held")}
	}
	for _, b := range consultation.Gate(&consultation.Record{Comments: []consultation.Comment{*m}, Dispositions: r.rec.Dispositions}) {
		if b.Why != "undecided" && b.Why != "held" {
			row.Waits = append(row.Waits, c.t("desk.why_"+b.Why))
		}
	}
	row.Waits = slices.Compact(row.Waits)
	row.Quick = c.quick(row.Href)
	return row
}

func (r *round) deskAlone(c *call, a *consultation.Amendment) DeskRow {
	change := r.change(a)
	row := DeskRow{ID: amendmentID(a), Label: change.Label, Href: c.to(r.deskPath("/changes/" + strconv.Itoa(a.Number))), Voices: change.By, Nobody: len(change.By) == 0, Answer: r.answer(a.ID)}
	row.Words = r.q.said(a.Old+" → "+a.New, r.v.Language)
	row.Places = []CardPlace{{Code: a.Element, Href: change.Href}}
	row.Quick = c.quick(row.Href)
	return row
}

func (c *call) quick(href string) []DeskQuick {
	var out []DeskQuick
	for _, k := range quickCodes {
		out = append(out, DeskQuick{k.key, c.codeWord(k.code), href + "?code=" + string(k.code) + "#answer"})
	}
	return out
}

func (c *call) codeWord(code consultation.Code) string {
	return c.t("compile.code_" + strings.ReplaceAll(string(code), "-", "_"))
}

// keys lists single keys of a page.
func (c *call) keys(keys ...string) []DeskKey {
	names := map[string]string{"?": "help", "Escape": "escape"}
	var out []DeskKey
	for _, k := range keys {
		out = append(out, DeskKey{k, c.t("desk.key_" + cmp.Or(names[k], k))})
	}
	return out
}

func (r *round) deskNear(c *call, g *consultation.GroupView) DeskNear {
	n := DeskNear{NearGroup: r.nearGroup(g)}
	seen := map[string]bool{}
	var numbers []string
	for i, m := range g.Members {
		comment := m.Comment
		if i == 0 {
			for _, p := range comment.Text {
				n.Words = append(n.Words, r.q.said(p, comment.Language))
			}
		}
		for _, v := range r.voices(comment.Voices) {
			if !seen[v.Name.Text] {
				seen[v.Name.Text] = true
				n.Voices = append(n.Voices, v)
			}
		}
		row := r.deskRow(c, comment)
		row.Words = said{}
		n.Rows = append(n.Rows, row)
		numbers = append(numbers, strconv.Itoa(comment.Number))
	}
	if r.rec.Round.State == consultation.Adopted {
		return n
	}
	members := hiddenField("members", strings.Join(numbers, " "))
	if n.Proposed {
		f := c.form("confirm", "desk.group_confirm", members)
		f.Alone = false
		n.Confirm = &f
	}
	f := c.form("dissolve", "desk.group_dissolve", members)
	f.Alone = false
	n.Dissolve = &f
	return n
}

// doDesk confirms a group of near-duplicates, or makes one by hand.
func doDesk(c *call) (outcome, error) {
	what := c.value("what")
	if what != "group" && what != "confirm" && what != "dissolve" {
		return outcome{}, errForm
	}
	r, err := c.deskRound()
	if err != nil {
		return outcome{}, err
	}
	var members []string
	for _, part := range strings.FieldsFunc(c.value("members"), func(x rune) bool { return strings.ContainsRune(" ,;#،、", x) }) {
		m, err := r.commentNumbered(part)
		if err != nil {
			return outcome{}, err
		}
		if !slices.Contains(members, m.ID) {
			members = append(members, m.ID)
		}
	}
	if what == "dissolve" {
		return outcome{to: r.deskPath("")}, c.consulting().DissolveGroup(c.r.Context(), r.rec.Round.Number, consultation.DuplicateGroup{Members: members, Method: "manual"})
	}
	if what == "confirm" {
		for _, g := range consultation.Compile(r.v, r.rec, c.tag).Groups {
			if slices.Equal(slices.Sorted(slices.Values(g.Group.Members)), slices.Sorted(slices.Values(members))) {
				_, err := c.consulting().ConfirmGroup(c.r.Context(), r.rec.Round.Number, g.Group)
				return outcome{to: r.deskPath("")}, err
			}
		}
	}
	_, err = c.consulting().GroupByHand(c.r.Context(), r.rec.Round.Number, members)
	return outcome{to: r.deskPath("")}, err
}

// commentNumbered finds a comment by the number people cite.
func (r *round) commentNumbered(number string) (*consultation.Comment, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(number), "#"))
	for i := range r.rec.Comments {
		if c := &r.rec.Comments[i]; err == nil && c.Number == n {
			return c, nil
		}
	}
	return nil, fault.Newf(fault.NotFound, "There is no comment %q in this consultation.", number).WithFix("Take the number from the table.").
		WithKey("error.no_comment", map[string]any{"Number": lang.Isolate(number)})
}

// deskRoutes are the addresses of the secretariat's side of consultations.
func deskRoutes() []workRoute {
	const n = "/work/consultations/{n}"
	return []workRoute{
		{path: "/work/consultations", act: accounts.ReadWork, each: true, show: showDesks},
		{path: n, act: accounts.Consult, each: true, show: showDesk, do: doDesk},
		{path: n + "/comments/{number}", act: accounts.Consult, each: true, show: showItem, do: doItem},
		{path: n + "/changes", act: accounts.Consult, each: true, show: showChanges, do: doChanges},
		{path: n + "/changes/{number}", act: accounts.Consult, each: true, show: showItem, do: doItem},
		{path: n + "/adoption", act: accounts.ReadWork, each: true, change: accounts.Adopt, show: showAdoption, do: doAdoption},
		{path: n + "/responses", act: accounts.Comment, each: true, show: showResponses, do: doResponse},
	}
}
