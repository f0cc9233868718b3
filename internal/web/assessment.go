package web

import (
	"strconv"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// AssessmentPage judges the framework at the day its goals were set for.
type AssessmentPage struct {
	Page
	On         string
	Answer     string
	Lines      []string // the rest of the answer, a sentence each
	Goals      []AssessedGoal
	Unset      []AssessedGap
	Unmeasured []AssessedGap
	Twins      Twins
}

// AssessedGoal is one goal: what was known by its day, and what is known of that day now.
type AssessedGoal struct {
	Code      string
	Name      text
	Href      string
	Goal      string
	Then, Now AssessedFigure
}

// AssessedFigure is a figure in one cell.
type AssessedFigure struct {
	Range   string // empty: nothing is known
	Goal    string // what it is held against
	Known   string
	Verdict VerdictView
	Proof   string
	Proves  string // which figure the proof is of, for those who hear the link alone
}

// AssessedGap is something the framework names that nothing can be said about.
type AssessedGap struct {
	Code string
	Name text
	Href string
	Why  text
}

func (s *Server) assessment(q *request) (*answer, error) {
	c, err := q.snap.Closing(q.asked.version)
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(closingTable(c), nil)
	}
	on := q.date(c.On)
	p := AssessmentPage{
		Page: q.page("/assessment", "shell.progress", q.words.T("assessment.title", "Date", on), Link{Text: plain(q.words.T("shell.progress")), Href: q.to("/")}),
		On:   on, Twins: q.twins("/assessment"),
	}
	verdicts := c.Verdicts()
	p.Answer = q.words.N("assessment.answer", verdicts[monitoring.Reached], "Total", q.words.Int(int64(len(c.Goals))), "Date", on)
	p.Lines = []string{
		q.words.N("assessment.missed", verdicts[monitoring.Missed]),
		q.words.N("assessment.open", verdicts[monitoring.CannotBeJudged]),
		q.words.N("assessment.unset", len(c.Unset)),
		q.words.N("assessment.unmeasured", len(c.Unmeasured)),
	}
	p.Summary = p.Answer
	for i := range c.Goals {
		g := &c.Goals[i]
		row := AssessedGoal{Code: g.Target.Of, Name: q.targetName(g.Target.Of), Href: q.figureHref(g.Target.Of), Goal: q.goalText(g.Target)}
		row.Then, row.Now = q.assessed(g.Then), q.assessed(g.Now)
		if g.Then != nil {
			row.Then.Proof = q.proofOf(g.Then.Code, g.Then.Variant, "asof", c.On.String(), "weights", "")
			row.Then.Proves = lang.Isolate(g.Then.Code) + ": " + q.words.T("assessment.then", "Date", on)
		}
		if g.Now != nil {
			row.Now.Proof = q.proofOf(g.Now.Code, g.Now.Variant, "asof", "", "weights", strconv.Itoa(c.On.Year()))
			row.Now.Proves = lang.Isolate(g.Now.Code) + ": " + q.words.T("assessment.now")
		}
		p.Goals = append(p.Goals, row)
	}
	for _, t := range c.Unset {
		p.Unset = append(p.Unset, q.gapOf(t))
	}
	for _, sheet := range c.Unmeasured {
		p.Unmeasured = append(p.Unmeasured, AssessedGap{
			Code: sheet.Code, Name: q.label(q.v, sheet.Code, sheet.Title), Href: q.to("/indicators/" + sheet.Code), Why: q.english(sheet.NotComputed),
		})
	}
	return q.render("assessment", p)
}

func (q *request) gapOf(t *framework.Target) AssessedGap {
	g := AssessedGap{Code: t.Code, Name: q.targetName(t.Of), Href: q.to("/framework") + "#" + t.Of}
	if e, ok := q.v.Element(t.Of); ok {
		g.Why = q.english(e.Text)
	}
	return g
}

func (q *request) assessed(f *monitoring.Figure) AssessedFigure {
	if f == nil {
		reason := string(monitoring.NoTargetValue)
		return AssessedFigure{Verdict: q.verdict(string(monitoring.CannotBeJudged), nil, &reason)}
	}
	v := q.figureView(f, "")
	return AssessedFigure{
		Range: v.Range, Goal: v.Goal, Verdict: v.Verdict,
		Known: q.words.T("home.based", "Known", q.words.Int(int64(v.Known)), "Total", q.words.Int(int64(v.Total)), "Unknown", q.words.Int(int64(v.Total-v.Known))),
	}
}

// closingTable is the closing assessment as data: one row a goal, then what was never set or measured.
func closingTable(c *publication.Closing) *publication.Table {
	t := &publication.Table{Name: "assessment", Columns: []publication.Column{
		{Name: "code"}, {Name: "goal"}, {Name: "goal_date"}, {Name: "judged_on"},
		{Name: "then_lower"}, {Name: "then_upper"}, {Name: "then_verdict"}, {Name: "now_lower"}, {Name: "now_upper"}, {Name: "now_verdict"}, {Name: "why_not"},
	}}
	for _, g := range c.Goals {
		goal := g.Target.Goal()
		row := publication.Row{g.Target.Of, goal.Value.String(), goal.GoalDate.String(), orNothing(g.Target.JudgedOn), nil, nil, nil, nil, nil, nil, nil}
		for i, f := range []*monitoring.Figure{g.Then, g.Now} {
			if f == nil {
				continue
			}
			b := f.Judged()
			row[4+3*i], row[5+3*i], row[6+3*i] = b.Lower, b.Upper, f.Verdict
		}
		t.Rows = append(t.Rows, row)
	}
	for _, x := range c.Unset {
		t.Rows = append(t.Rows, publication.Row{x.Code, nil, nil, nil, nil, nil, nil, nil, nil, nil, "no value was ever set"})
	}
	for _, x := range c.Unmeasured {
		t.Rows = append(t.Rows, publication.Row{x.Code, nil, nil, nil, nil, nil, nil, nil, nil, nil, orNothing(x.NotComputed)})
	}
	return t
}
