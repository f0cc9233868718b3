package web

import (
	"slices"
	"strings"

	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// CommentsPage is every comment of a round beside its answer.
type CommentsPage struct {
	Page
	Over        string
	Name        text
	Lede        string
	Unconfirmed bool   // nobody confirmed who spoke
	Warn        string // said where answers were read from a document
	Facets      Facets
	Shown       string
	General     CommentTable
	Specific    CommentTable
	Alone       []AloneChange // changes that belong to no comment
	Groups      []NearGroup
	Lost        []CommentCard // comments whose place is gone or waits for a person
	Text        string
	Round       string
	Downloads   []Link
	Twins       Twins
}

// CommentTable is comments under heads by which they can be put in order.
type CommentTable struct {
	Number, Who, Answer SortHead
	Rows                []CommentCard
}

// AloneChange is a change proposed without a comment, with its answer.
type AloneChange struct {
	ID     string
	Change CardChange
	Answer CardAnswer
}

// NearGroup is comments that say nearly the same: for reading only, each stays and is answered.
type NearGroup struct {
	Members   []Link
	Proposed  bool // by the program: nobody confirmed it
	Differing []NearPair
}

// NearPair is the differing words of two near texts.
type NearPair struct {
	A, B  string
	Words []NearWords
}

// NearWords is a stretch of two texts: in both, in the first or in the second only.
type NearWords struct {
	Kind string // kept, deleted, inserted
	Text string
}

// What the filters offer beside organisations, elements and codes.
const (
	nobody    = "nobody"    // no organisation is named
	general   = "general"   // no element: a general comment
	undecided = "undecided" // no answer
	readOnly  = "read"      // an answer stands in the document, decided by nobody here
)

func (s *Server) comments(q *request) (*answer, error) {
	r, err := q.readRound()
	if err != nil {
		return nil, err
	}
	all := r.shownTo()
	path := r.path("/comments")
	kept, facets := r.narrow(path, all)
	kept = r.sorted(kept)
	if q.ending != "" {
		return q.twin(r.table(kept), map[string]any{
			"round": r.rec.Round.Number, "version": r.rec.Round.Version, "state": r.rec.Round.State, "origin": r.rec.Round.Origin,
			"proposed": "An answer with proposed true was read from the document and decided by nobody here.",
		})
	}
	st := consultation.Statistic(r.rec)
	p := CommentsPage{
		Page: q.page(path, "shell.consultations", q.words.T("compile.table"), r.crumbs(Link{Text: plain(r.name()), Href: q.to(r.path(""))})...),
		Over: r.name(), Name: q.english(r.rec.Round.Title), Lede: answeredLine(q.words, &st), Unconfirmed: st.Voices > 0 && st.Unconfirmed == st.Voices, Facets: facets,
		Text: q.to(r.path("/text")), Round: q.to(r.path("")), Downloads: r.downloads(), Twins: q.twins(path),
	}
	p.Summary = p.Lede
	if st.Proposed > 0 {
		p.Warn = q.words.T("comments.proposed_note")
	}
	p.Shown = q.words.T("comments.shown", "Part", q.words.Int(int64(len(kept))), "Total", q.words.Int(int64(len(all))))
	for _, table := range []struct {
		t  *CommentTable
		at string
	}{{&p.General, "#general"}, {&p.Specific, "#specific"}} {
		table.t.Number = q.sortHead(path+table.at, q.words.T("compile.number"), "number", true)
		table.t.Who = q.sortHead(path+table.at, q.words.T("compile.organisations"), "org", false)
		table.t.Answer = q.sortHead(path+table.at, q.words.T("compile.answer"), "decision", false)
	}
	for _, m := range kept {
		card := r.card(m)
		if p.Unconfirmed {
			card.settle()
		}
		if m.Kind == consultation.General {
			p.General.Rows = append(p.General.Rows, card)
		} else {
			p.Specific.Rows = append(p.Specific.Rows, card)
		}
		if m.IsLost() && m.IsShown() {
			p.Lost = append(p.Lost, card)
		}
	}
	if len(kept) == len(all) {
		for i := range r.rec.Amendments {
			if a := &r.rec.Amendments[i]; a.Comment == "" && isOffered(a) {
				p.Alone = append(p.Alone, AloneChange{ID: amendmentID(a), Change: r.change(a), Answer: r.answer(a.ID)})
			}
		}
		p.Groups = r.nearGroups()
	}
	return q.render("comments", p)
}

// decisionsOf are the values of the filter that a comment answers to.
func (r *round) decisionsOf(c *consultation.Comment) []string {
	if d, ok := r.standing[c.ID]; ok {
		return []string{string(d.Code)}
	}
	if _, ok := r.proposed[c.ID]; ok {
		return []string{undecided, readOnly}
	}
	return []string{undecided}
}

func (r *round) organisationsOf(c *consultation.Comment) []string {
	var out []string
	for _, v := range c.Voices {
		if code := r.publicCode(v.Organisation); !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	if c.Removed != "" {
		return nil
	}
	if out == nil {
		out = []string{nobody}
	}
	return out
}

func elementsOf(c *consultation.Comment) []string {
	if c.Kind == consultation.General {
		return []string{general}
	}
	var out []string
	for i := range c.Targets {
		if code := c.Targets[i].Code; !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// narrow leaves the comments of an organisation, an element and a decision, and makes the form that
// does so.
func (r *round) narrow(path string, all []*consultation.Comment) ([]*consultation.Comment, Facets) {
	q := r.q
	f := Facets{Action: "/" + string(q.tag) + path, Apply: q.words.T("comments.apply"), Hidden: q.hidden()}
	kept := all
	for _, facet := range []struct {
		name, label string
		of          func(*consultation.Comment) []string
		text        func(string) string
	}{
		{"org", "compile.organisations", r.organisationsOf, r.organisationOption},
		{"element", "compile.element", elementsOf, func(code string) string {
			if code == general {
				return q.words.T("compile.general")
			}
			return code
		}},
		{"decision", "compile.answer", r.decisionsOf, func(code string) string {
			if code == readOnly {
				return q.words.T("compile.read_column")
			}
			return q.codeWord(consultation.Code(code))
		}},
	} {
		numbers := map[string]int{}
		var values []string
		for _, c := range all {
			for _, v := range facet.of(c) {
				if numbers[v] == 0 {
					values = append(values, v)
				}
				numbers[v]++
			}
		}
		chosen := q.option(facet.name, values...)
		list := Facet{Name: facet.name, Label: q.words.T(facet.label), Options: []FacetOption{{"", q.words.T("countries.all"), chosen == ""}}}
		r.order(facet.name, values)
		for _, v := range values {
			list.Options = append(list.Options, FacetOption{v, q.words.T("countries.option", "Name", facet.text(v), "Count", q.words.Int(int64(numbers[v]))), v == chosen})
		}
		f.Selects = append(f.Selects, list)
		if chosen != "" {
			f.Active = append(f.Active, Link{Text: plain(facet.text(chosen)), Href: q.here(path, facet.name, "")})
			var left []*consultation.Comment
			for _, c := range kept {
				if slices.Contains(facet.of(c), chosen) {
					left = append(left, c)
				}
			}
			kept = left
		}
	}
	sort := q.params.Get("sort")
	orders := Facet{Name: "sort", Label: q.words.T("countries.sort"), Options: []FacetOption{{"", q.words.T("compile.number"), sort == ""}}}
	for _, o := range []struct{ name, key string }{{"org", "compile.organisations"}, {"element", "compile.element"}, {"decision", "compile.answer"}} {
		orders.Options = append(orders.Options, FacetOption{o.name, q.words.T(o.key), sort == o.name})
	}
	if strings.HasPrefix(sort, "-") && q.option("sort", commentOrders...) != "" { // chosen by the head of a column
		orders.Options = append(orders.Options, FacetOption{sort, q.words.T("compile.sort_back"), true})
	}
	f.Selects = append(f.Selects, orders)
	return kept, f
}

// commentOrders are the orders comments can stand in, beside that of their numbers.
var commentOrders = []string{"-number", "org", "-org", "element", "-element", "decision", "-decision"}

// sorted puts comments in the order asked for; those that are equal in it stand by their numbers.
func (r *round) sorted(list []*consultation.Comment) []*consultation.Comment {
	order := r.q.option("sort", commentOrders...)
	list = slices.Clone(list)
	first := func(of []string) string {
		if len(of) == 0 {
			return ""
		}
		return of[0]
	}
	by := func(name string, of func(*consultation.Comment) []string) {
		var values []string
		for _, c := range list {
			if v := first(of(c)); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		r.order(name, values)
		slices.SortStableFunc(list, func(a, b *consultation.Comment) int {
			return slices.Index(values, first(of(a))) - slices.Index(values, first(of(b)))
		})
	}
	switch strings.TrimPrefix(order, "-") {
	case "org":
		by("org", r.organisationsOf)
	case "element":
		by("element", elementsOf)
	case "decision":
		by("decision", r.decisionsOf)
	}
	if strings.HasPrefix(order, "-") {
		slices.Reverse(list)
	}
	return list
}

// order puts the choices of a filter as a reader looks for them: names by the alphabet, elements as
// in the text, answers as they are offered.
func (r *round) order(name string, values []string) {
	switch name {
	case "org":
		lang.Sort(r.q.tag, values, func(v string) string {
			if v == nobody {
				return "\uffff"
			}
			return r.organisationOption(v)
		})
	case "element":
		at := func(code string) int {
			return slices.IndexFunc(r.v.Elements, func(e framework.Element) bool { return e.Code == code })
		}
		slices.SortStableFunc(values, func(a, b string) int { return at(a) - at(b) })
	case "decision":
		codes := []string{undecided, readOnly}
		for _, c := range consultation.Codes {
			codes = append(codes, string(c))
		}
		slices.SortStableFunc(values, func(a, b string) int { return slices.Index(codes, a) - slices.Index(codes, b) })
	}
}

func (r *round) organisationOption(code string) string {
	if code == nobody {
		return r.q.words.T("compile.unattributed")
	}
	if r.rec.Round.Policy == consultation.Pseudonymous {
		return r.q.words.T("consultation.pseudonym", "Number", code)
	}
	return r.organisation(code, "").Text
}

// nearGroups are the groups people made and, behind them, those the program proposes.
func (r *round) nearGroups() []NearGroup {
	var out []NearGroup
	for _, g := range consultation.Compile(r.v, r.rec, r.q.tag).Groups {
		out = append(out, r.nearGroup(&g))
	}
	return out
}

func (r *round) nearGroup(g *consultation.GroupView) NearGroup {
	n := NearGroup{Proposed: g.Group.ConfirmedBy == ""}
	for _, m := range g.Members {
		n.Members = append(n.Members, Link{Text: plain(r.numbered(m.Comment)), Href: "#" + cardID(m.Comment)})
	}
	for i, words := range g.Differences {
		pair := NearPair{A: n.Members[0].Text.Text, B: n.Members[i+1].Text.Text}
		for _, w := range words {
			pair.Words = append(pair.Words, NearWords{string(w.Kind), w.Text})
		}
		n.Differing = append(n.Differing, pair)
	}
	return n
}

func (r *round) numbered(c *consultation.Comment) string {
	return r.q.words.T("comments.number", "Number", r.q.words.Int(int64(c.Number)))
}

// table is comments and answers as data: one row per comment, replies behind what they answer. What
// everybody may not read has its row without its words.
func (r *round) table(list []*consultation.Comment) *publication.Table {
	t := &publication.Table{Name: "comments", Columns: []publication.Column{
		{Name: "number"}, {Name: "code"}, {Name: "reply_to"}, {Name: "kind"}, {Name: "type"}, {Name: "organisations"}, {Name: "speakers"}, {Name: "speakers_confirmed"}, {Name: "elements"},
		{Name: "words"}, {Name: "place_state"}, {Name: "language"}, {Name: "comment"}, {Name: "hidden"}, {Name: "changes"}, {Name: "decision"}, {Name: "reason"}, {Name: "decided"},
		{Name: "proposed"}, {Name: "proposed_decision"}, {Name: "evidence"}, {Name: "evidence_elements"}, {Name: "remark"},
	}}
	add := func(c *consultation.Comment, root any) {
		var organisations, speakers, elements, words, states, changes []string
		confirmed := 0
		for _, v := range c.Voices {
			organisations = append(organisations, r.publicCode(v.Organisation))
			speakers = append(speakers, r.organisation(v.Organisation, v.Label).Text)
			if v.ConfirmedBy != "" {
				confirmed++
			}
		}
		if c.Removed != "" {
			organisations, speakers = nil, nil
		}
		hidden, body := "", plainWords(c.Body)
		if r.rec.Round.Policy == consultation.Pseudonymous {
			body = plainWords(c.Text) // the prefix names who speaks
		}
		switch {
		case c.Removed != "":
			hidden = "removed: " + string(c.Removed)
		case c.Withdrawn:
			hidden = "withdrawn"
		}
		if hidden != "" {
			body = ""
		} else {
			for i := range c.Targets {
				g := &c.Targets[i]
				elements, words, states = append(elements, g.Code), append(words, g.Words()), append(states, string(g.State))
			}
			for i := range r.rec.Amendments {
				if a := &r.rec.Amendments[i]; a.Comment == c.ID && isOffered(a) {
					changes = append(changes, a.Old+" → "+a.New)
				}
			}
		}
		row := publication.Row{c.Number, orNothing(c.Code), root, string(c.Kind), orNothing(string(c.Type)), orNothing(strings.Join(organisations, "; ")), orNothing(strings.Join(speakers, "; ")),
			confirmed, orNothing(strings.Join(elements, "; ")), orNothing(strings.Join(words, " … ")), orNothing(strings.Join(states, "; ")), orNothing(c.Language), orNothing(body), orNothing(hidden),
			orNothing(strings.Join(changes, "; "))}
		d, decided := r.standing[c.ID]
		read, shows := r.proposed[c.ID]
		shows = shows && !decided
		row = append(row, orNothing(string(d.Code)), orNothing(d.Reason), orNothing(r.isoDay(d.DecidedAt)), shows)
		if !shows {
			read = consultation.Disposition{}
		}
		row = append(row, orNothing(string(read.Code)), orNothing(read.Evidence), orNothing(strings.Join(read.Elements, "; ")), orNothing(c.Remark))
		t.Rows = append(t.Rows, row)
	}
	for _, c := range list {
		add(c, nil)
		for i := range r.rec.Comments {
			if reply := &r.rec.Comments[i]; reply.ReplyTo == c.ID && reply.Held == "" {
				add(reply, c.Number)
			}
		}
	}
	return t
}
