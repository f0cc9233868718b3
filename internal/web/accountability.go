package web

import (
	"strconv"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/publication"
)

// AccountabilityPage says what was promised, by whom, and what is known of it. What nobody recorded is
// said to be unknown, never broken.
type AccountabilityPage struct {
	Page
	Goals   []Promise   // what the framework wants to reach, by when
	Steps   PromiseList // the steps of its own process
	Outputs PromiseList // what was to be delivered
	Unnamed string      // how many outputs nobody is named for
	Ours    []OwnPromise
	Waiting []WaitingItem
	Replies []ReplyItem
	Rounds  []Link
	Twins   Twins
}

// PromiseList is promises of one kind.
type PromiseList struct {
	Title string
	Rows  []Promise
}

// Promise is one thing promised.
type Promise struct {
	Code    string
	Words   text
	Href    string
	By      text // who; empty: nobody is named
	Due     string
	Verdict VerdictView // of goals; a code that is empty: not known
	Known   string      // what is known of it
}

// OwnPromise is what whoever runs this service promises, and what is known of it.
type OwnPromise struct {
	Promise, Known string
	Href           string
}

// WaitingItem is something that waits for a second organisation.
type WaitingItem struct {
	What, By, Age string
	Days          int
}

// ReplyItem is the time a State has to reply, and what it said.
type ReplyItem struct {
	Country Link
	Due     string
	Said    string // empty: nothing yet
	Lang    string
}

// waiting lists what waits for a second organisation, the oldest first, without what is not public
// itself: a release under embargo is not given away by the proposal to publish it.
func (q *request) waiting() ([]accounts.Approval, error) {
	if q.server.config.Accounts == nil {
		return nil, nil
	}
	list, err := q.server.config.Accounts.Waiting(q.ctx)
	if err != nil {
		return nil, err
	}
	var out []accounts.Approval
	for _, a := range list {
		if a.Act == accounts.Publish {
			if public, err := q.isPublic(a.Object); err != nil {
				return nil, err
			} else if !public {
				continue
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// isPublic tells whether everybody may see the release that is to be published.
func (q *request) isPublic(object string) (bool, error) {
	id, ok := strings.CutPrefix(object, "release/")
	if !ok || q.server.config.Releases == nil {
		return false, nil
	}
	_, _, err := q.server.config.Releases.Read(accounts.Enter(q.ctx, accounts.Principal{}), id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// accountability answers /accountability.
func (s *Server) accountability(q *request) (*answer, error) {
	p := AccountabilityPage{Page: q.page("/accountability", "", q.words.T("accountability.title")), Twins: q.twins("/accountability")}
	p.Summary = q.words.T("accountability.lede")
	t := &publication.Table{Name: "accountability", Columns: []publication.Column{{Name: "kind"}, {Name: "code"}, {Name: "promise"}, {Name: "by"}, {Name: "due"}, {Name: "known"}, {Name: "age_days"}}}
	if err := q.goalPromises(&p, t); err != nil {
		return nil, err
	}
	q.workPromises(&p, t)
	if err := q.ownPromises(&p, t); err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(t, nil)
	}
	return q.render("accountability", p)
}

func (q *request) goalPromises(p *AccountabilityPage, t *publication.Table) error {
	figures, err := q.snap.Figures(q.figures(""))
	if err != nil {
		return err
	}
	for i := range q.v.Targets {
		target := &q.v.Targets[i]
		e, ok := q.v.Element(target.Of)
		if !ok {
			continue
		}
		row := Promise{Code: target.Code, Words: q.english(shown(e.Text)), Href: q.to("/indicators/" + target.Of), Due: q.goalText(target)}
		if sheet, ok := q.v.Sheet(target.Of); ok {
			row.Words = q.label(q.v, sheet.Code, sheet.Title)
		}
		known := ""
		if g := target.Goal(); g != nil {
			row.By = q.english(g.SetBy)
		}
		for j := range figures {
			if f := &figures[j]; f.Code == target.Of && target.Code == target.Of {
				row.Verdict, known, row.Href = q.verdict(f.Verdict, f.Grade, f.Reason), f.Verdict, q.figureHref(target.Of)
			}
		}
		p.Goals = append(p.Goals, row)
		t.Rows = append(t.Rows, publication.Row{"goal", row.Code, row.Words.Text, orNothing(row.By.Text), orNothing(row.Due), orNothing(known), nil})
	}
	return nil
}

// workPromises are the steps and the outputs of the framework. It holds no record of what was delivered.
func (q *request) workPromises(p *AccountabilityPage, t *publication.Table) {
	p.Steps.Title, p.Outputs.Title = q.words.T("accountability.steps"), q.words.T("accountability.outputs")
	unnamed := 0
	for i := range q.v.Elements {
		e := &q.v.Elements[i]
		row := Promise{Code: e.Code, Words: q.english(shown(e.Text)), Href: q.to("/framework") + "#" + e.Code}
		if e.Mandate != nil {
			row.By = q.english(e.Mandate.Holder)
		}
		kind := ""
		switch e.Kind {
		case framework.KindProcessStep:
			kind = "step"
			for _, m := range q.v.Milestones {
				if m.Element == e.Code {
					row.Due = q.period(m.Period)
				}
			}
			p.Steps.Rows = append(p.Steps.Rows, row)
		case framework.KindOutput:
			kind = "output"
			if e.Mandate == nil {
				unnamed++
			}
			p.Outputs.Rows = append(p.Outputs.Rows, row)
		default:
			continue
		}
		t.Rows = append(t.Rows, publication.Row{kind, e.Code, row.Words.Text, orNothing(row.By.Text), orNothing(row.Due), nil, nil})
	}
	p.Unnamed = q.words.T("accountability.unnamed", "Outputs", q.words.Int(int64(len(p.Outputs.Rows))), "Unnamed", q.words.Int(int64(unnamed)))
}

func (q *request) ownPromises(p *AccountabilityPage, t *publication.Table) error {
	releases, err := q.corrections()
	if err != nil {
		return err
	}
	alone, changed := 0, 0
	for i := range releases {
		if len(q.approvers(&releases[i].Release)) < 2 {
			alone++
		}
		changed += len(releases[i].Differences)
	}
	add := func(key, href string, args ...any) {
		o := OwnPromise{Promise: q.words.T("accountability." + key), Known: q.words.T("accountability."+key+"_known", args...), Href: href}
		p.Ours = append(p.Ours, o)
		t.Rows = append(t.Rows, publication.Row{"waymark", key, o.Promise, nil, nil, o.Known, nil})
	}
	count := func(n int) string { return q.words.Int(int64(n)) }
	add("two", "", "Releases", count(len(releases)), "Alone", count(alone))
	add("silent", q.to("/corrections"), "Releases", count(len(releases)), "Differences", count(changed))
	confirmed, used := 0, 0
	for i := range q.snap.Sources {
		if !q.snap.Sources[i].Context {
			used++
			if q.snap.Sources[i].ValidatedByCountries {
				confirmed++
			}
		}
	}
	add("confirmed", q.to("/data"), "Sources", count(used), "Confirmed", count(confirmed))
	comments, answered, err := q.commentsAnswered(p)
	if err != nil {
		return err
	}
	rounds := ""
	if q.server.config.Consultations != nil {
		rounds = q.to("/consultations")
	}
	add("answered", rounds, "Comments", count(comments), "Answered", count(answered))
	waiting, err := q.waiting()
	if err != nil {
		return err
	}
	now := q.server.config.Now()
	for i := range waiting {
		a := &waiting[i]
		days := max(0, int(a.Age(now)/(24*time.Hour)))
		p.Waiting = append(p.Waiting, WaitingItem{What: a.Summary, By: q.body(a.Proposed.Organisation), Days: days, Age: q.words.N("count.days", days)})
		t.Rows = append(t.Rows, publication.Row{"waiting", a.Object, a.Summary, orNothing(a.Proposed.Organisation), nil, nil, days})
		if a.Reply == nil {
			continue
		}
		r := ReplyItem{Country: q.countryLink(a.Reply.Country), Due: q.moment(a.Reply.Due), Said: a.Reply.Text, Lang: a.Reply.Lang}
		p.Replies = append(p.Replies, r)
		t.Rows = append(t.Rows, publication.Row{"reply", a.Reply.Country, a.Summary, nil, r.Due, orNothing(r.Said), nil})
	}
	return nil
}

func (q *request) commentsAnswered(p *AccountabilityPage) (comments, answered int, err error) {
	if q.server.config.Consultations == nil {
		return 0, 0, nil
	}
	rounds, err := q.rounds()
	if err != nil {
		return 0, 0, err
	}
	for i := range rounds {
		rec, err := q.server.config.Consultations.Record(q.ctx, rounds[i].Number)
		if err != nil {
			return 0, 0, err
		}
		st := consultation.Statistic(rec)
		comments, answered = comments+st.Comments, answered+st.Answered
		p.Rounds = append(p.Rounds, Link{Text: q.english(rounds[i].Title), Href: q.to("/consultations/" + strconv.Itoa(rounds[i].Number))})
	}
	return comments, answered, nil
}
