package web

import (
	"math/big"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// YoungPage tells a target, or the whole framework, to young people: what is known today first, then
// what it means, their rights, who must act, what they can ask for and where to find help.
type YoungPage struct {
	Page
	Over         string
	Heading      text
	Untranslated bool
	State        string // that it is a draft, or who reviewed it
	Draft        bool
	Answer       string
	Known        []string // the rest of what is known today
	Dated        string
	What, Why    []text
	Rights       []YoungRightView
	Who, Ask     []text
	Advice       []text
	Whole        Link   // the text of the whole framework
	Topics       []Link // those of its targets
	Official     []text
	NotOfficial  bool // the official words are in another language
	Adult        string
}

// YoungRightView is one right of children in plain words.
type YoungRightView struct {
	Article string
	Text    text
}

func (s *Server) youngPage(q *request) (*answer, error) {
	code := q.http.PathValue("code")
	if up := strings.ToUpper(code); up != code {
		if _, _, ok := s.young.Text(up, q.tag); ok {
			return q.redirect(q.to("/young/"+up), 301), nil
		}
	}
	told, of, ok := s.young.Text(code, q.tag)
	e, isThere := q.v.Element(code)
	if !ok || s.young.Framework() != q.v.Framework || code != "" && !isThere {
		return nil, fault.Newf(fault.NotFound, "there is no text for young people at %q", code).WithFix("Choose a text at /young.").
			WithKey("error.no_young", map[string]any{"Code": lang.Isolate(code)})
	}
	in := func(s string) text { return text{Text: s, Foreign: of.Language != q.tag} }
	all := func(list []string) []text {
		var out []text
		for _, s := range list {
			out = append(out, in(s))
		}
		return out
	}
	path, nav, over := "/young", q.words.T("young.nav"), q.words.T("young.nav")
	var crumbs []Link
	if code != "" {
		path, over = "/young/"+code, q.words.T("target.over", "Code", code)
		crumbs = append(crumbs, Link{Text: plain(nav), Href: q.to("/young")})
	}
	p := YoungPage{
		Page: q.page(path, "", told.Title, crumbs...), Over: over, Heading: in(told.Title), Untranslated: of.Language != q.tag,
		What: all(told.What), Why: all(told.Why), Who: all(told.Who), Ask: all(told.Ask), Advice: all(of.Help), Adult: q.to("/"),
	}
	p.State, p.Draft = q.words.T("young.draft"), of.State != publication.YoungReviewed
	if !p.Draft {
		p.State = q.words.T("young.reviewed", "Reviewer", lang.Isolate(of.Reviewer), "Date", q.date(of.Date))
	}
	for _, r := range told.Rights {
		p.Rights = append(p.Rights, YoungRightView{q.words.T("young.article", "Number", r.Article), in(r.Text)})
	}
	for _, other := range s.young.Codes() {
		t, from, _ := s.young.Text(other, q.tag)
		short := text{Text: t.Short, Foreign: from.Language != q.tag}
		if other == "" {
			p.Whole = Link{Text: short, Href: q.to("/young"), Current: code == ""}
			continue
		}
		p.Topics = append(p.Topics, Link{Text: short, Href: q.to("/young/" + other), Current: other == code})
	}
	if q.asked.asOf != 0 {
		p.Dated = q.words.T("figure.dated", "Date", q.date(q.asked.asOf))
	}
	if code == "" {
		return q.youngWhole(&p)
	}
	p.Adult = q.to("/targets/" + code)
	p.NotOfficial = string(q.tag) != q.v.Language
	for _, o := range q.youngOfficial(e) {
		p.Official = append(p.Official, q.english(o.Text))
	}
	if err := q.youngKnown(&p, e); err != nil {
		return nil, err
	}
	p.Summary = p.Answer
	return q.render("young", p)
}

// youngOfficial is what the framework itself says: the target, or the statements of its group.
func (q *request) youngOfficial(e *framework.Element) []*framework.Element {
	if e.Kind == framework.KindTargetGroup {
		return q.v.Children(e.Code)
	}
	return []*framework.Element{e}
}

// youngWhole says what is known of the whole: how many children of a hundred, at least and at most.
func (q *request) youngWhole(p *YoungPage) (*answer, error) {
	figures, err := q.snap.Figures(q.figures(""))
	if err != nil {
		return nil, err
	}
	for i := range figures {
		f := &figures[i]
		if e, ok := q.v.Element(f.Code); !ok || e.Kind != framework.KindImpactTarget || !f.Children.Lower.Known() || !f.Children.Upper.Known() {
			continue
		}
		p.Answer = q.words.T("young.children", "Low", q.ofHundred(f.Children.Lower, false))
		p.Known = append([]string{q.words.T("young.children_most", "High", q.ofHundred(f.Children.Upper, true)), q.words.T("young.step")}, q.youngGoal(f)...)
	}
	p.Summary = p.Answer
	return q.render("young", *p)
}

// youngKnown says what the headline figure of a target says, in words for children.
func (q *request) youngKnown(p *YoungPage, e *framework.Element) error {
	figures, err := q.snap.Figures(q.figures("", e.Code))
	if err != nil {
		return err
	}
	if len(figures) == 0 || figures[0].Countries.Met == nil {
		p.Answer = q.words.T("young.uncounted")
		for _, o := range q.youngOfficial(e) {
			if len(q.v.VariantsOf(o.Code)) > 0 {
				p.Answer = q.words.T("young.some")
			}
		}
		if !q.hasGoal(e) {
			p.Known = []string{q.words.T("young.no_goal")}
		}
		return nil
	}
	f := &figures[0]
	c := &f.Countries
	if *c.Met == 0 {
		p.Answer = q.words.T("young.none_known")
	} else {
		p.Answer = q.words.N("young.answer", *c.Met, "Total", q.words.Int(int64(c.Total)))
	}
	if most := countAt(c.Upper, c.Total); most > *c.Met {
		p.Known = append(p.Known, q.words.N("young.most", most))
	}
	for _, part := range []struct {
		key   string
		count *int
	}{{"young.untold", c.Unknown}, {"young.partly", c.Partly}, {"young.notmet", c.NotMet}} {
		if part.count != nil && *part.count > 0 {
			p.Known = append(p.Known, q.words.N(part.key, *part.count))
		}
	}
	p.Known = append(p.Known, q.youngGoal(f)...)
	return nil
}

func (q *request) hasGoal(e *framework.Element) bool {
	for _, o := range q.youngOfficial(e) {
		for i := range q.v.Targets {
			if g := q.v.Targets[i].Goal(); q.v.Targets[i].Of == o.Code && g != nil && g.Value != nil {
				return true
			}
		}
	}
	return false
}

// youngGoal says the goal and what became of it.
func (q *request) youngGoal(f *monitoring.Figure) []string {
	if !f.Goal.Value.Known() || f.Goal.Date == 0 {
		return []string{q.words.T("young.no_goal")}
	}
	key := "young.goal"
	if f.Goal.JudgedOn == "children" {
		key = "young.goal_children"
	}
	return []string{q.words.T(key, "Share", q.ofHundred(f.Goal.Value, true), "Date", q.date(f.Goal.Date)), q.words.T("young.verdict_" + f.Verdict)}
}

// ofHundred writes a share as so many of a hundred: at least is rounded down, at most up.
func (q *request) ofHundred(s monitoring.Share, up bool) string {
	return q.words.Int(int64(whole(s, 100, up)))
}

// countAt is the number of countries a bound stands for.
func countAt(s monitoring.Share, total int) int {
	if !s.Known() {
		return 0
	}
	return whole(s, int64(total), true)
}

func whole(s monitoring.Share, of int64, up bool) int {
	r := new(big.Rat).Mul(s.Rat, new(big.Rat).SetInt64(of))
	n, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if up && rest.Sign() > 0 {
		n.Add(n, big.NewInt(1))
	}
	return int(n.Int64())
}

// youngPaths lists the texts that the version in force has.
func youngPaths(snap *publication.Snapshot) []string {
	young, err := publication.ShippedYoung()
	if err != nil || young.Framework() != snap.Version.Framework { // New has refused a damaged file already
		return nil
	}
	var out []string
	for _, code := range young.Codes() {
		if _, ok := snap.Version.Element(code); ok {
			out = append(out, "/young/"+code)
		} else if code == "" {
			out = append(out, "/young")
		}
	}
	return out
}

// young enters the texts for young people.
func (c *collector) young() {
	for _, path := range youngPaths(c.english().snap) {
		code := strings.TrimPrefix(strings.TrimPrefix(path, "/young"), "/")
		told := func(part func(*publication.YoungText) string) []publication.SearchText {
			return c.say(func(q *request) text {
				t, of, ok := q.server.young.Text(code, q.tag)
				if !ok {
					return text{}
				}
				return text{Text: part(t), Foreign: of.Language != q.tag}
			})
		}
		c.add(publication.SearchEntry{
			Kind: publication.FoundPage, Code: code, Path: path, Title: told(func(t *publication.YoungText) string { return t.Title }),
			Body: told(func(t *publication.YoungText) string { return strings.Join(t.Sentences()[1:], " ") }),
		})
	}
}
