package web

import (
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// AimsPage lists what the framework wants to reach, each with its measures. There is no score for all.
type AimsPage struct {
	Page
	Vision, Aims, Outcomes []AimView
	Twins                  Twins
}

// AimPage is one outcome: what it means, which measures speak to it, figure or gap.
type AimPage struct {
	Page
	AimView
	Kind     string
	Official string
	Twins    Twins
}

// AimView is an aim, an outcome or the vision.
type AimView struct {
	Code      string
	Text      text // the framework's own words
	Continued []text
	Means     string
	Href      string // its own page; empty: it has none
	InText    string
	Judged    bool
	Measures  []AimMeasureView
	Outputs   []AimOutput
}

// AimMeasureView is a measure with its figure or why there is none.
type AimMeasureView struct {
	Code    string
	Name    text
	Href    string
	Figure  string // bounds in words; empty: none
	Verdict VerdictView
	Gap     text
}

// AimOutput is what is to be done.
type AimOutput struct {
	Code string
	Text text
	Href string
}

func (s *Server) aims(q *request) (*answer, error) {
	list, err := q.snap.Aims(q.figures(""))
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(aimTable("aims", list), nil)
	}
	p := AimsPage{Page: q.page("/aims", "shell.framework", q.words.T("aims.title"), Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}), Twins: q.twins("/aims")}
	p.Summary = q.words.T("aims.lede")
	for i := range list {
		v := q.aimView(&list[i])
		switch list[i].Element.Kind {
		case framework.KindImpactVision:
			p.Vision = append(p.Vision, v)
		case framework.KindAim:
			p.Aims = append(p.Aims, v)
		default:
			p.Outcomes = append(p.Outcomes, v)
		}
	}
	return q.render("aims", p)
}

func (s *Server) outcome(q *request) (*answer, error) {
	code, _ := splitEnding(q.http.PathValue("code"))
	if up := strings.ToUpper(code); up != code {
		if e, ok := q.v.Element(up); ok && e.Kind == framework.KindOutcome {
			return q.redirect(q.to("/outcomes/"+up), 301), nil
		}
	}
	a, err := q.snap.Aim(code, q.figures(""))
	if err != nil || a.Element.Kind != framework.KindOutcome {
		return nil, fault.Newf(fault.NotFound, "There is no outcome %q in this framework version.", code).WithFix("Choose one of the page of aims and outcomes.").
			WithKey("error.no_aim", map[string]any{"Code": lang.Isolate(code)})
	}
	if q.ending != "" {
		return q.twin(aimTable("outcome-"+code, []publication.Aim{a}), nil)
	}
	path := "/outcomes/" + code
	p := AimPage{
		Page:    q.page(path, "shell.framework", q.words.T("kind.outcome")+" "+lang.Isolate(code), Link{Text: plain(q.words.T("aims.title")), Href: q.to("/aims")}),
		AimView: q.aimView(&a), Kind: q.words.T("kind.outcome"), Twins: q.twins(path),
	}
	p.Summary = p.Means
	if string(q.tag) != q.v.Language {
		p.Official = q.words.T("language." + q.v.Language)
	}
	return q.render("aim", p)
}

func (q *request) aimView(a *publication.Aim) AimView {
	v := AimView{Code: a.Element.Code, Text: q.english(a.Element.Text), InText: q.to("/framework") + "#" + a.Element.Code, Judged: a.Judged}
	if a.Element.Kind == framework.KindOutcome {
		v.Href = q.to("/outcomes/" + v.Code)
	}
	if key := "aims.means_" + v.Code; q.words.Has(key) {
		v.Means = q.words.T(key)
	}
	for _, c := range a.Continued {
		v.Continued = append(v.Continued, q.english(c.Text))
	}
	for _, m := range a.Measures {
		row := AimMeasureView{Code: m.Sheet.Code, Name: q.label(q.v, m.Sheet.Code, m.Sheet.Title), Href: q.to("/indicators/" + m.Sheet.Code), Gap: q.english(m.Sheet.NotComputed)}
		if m.Figure != nil {
			f := q.figureView(m.Figure, "")
			row.Figure, row.Verdict, row.Href = f.Range, f.Verdict, q.figureHref(m.Sheet.Code)
		}
		v.Measures = append(v.Measures, row)
	}
	for _, o := range a.Outputs {
		v.Outputs = append(v.Outputs, AimOutput{o.Code, q.english(o.Text), q.to("/framework") + "#" + o.Code})
	}
	return v
}

// aimTable is what speaks to each aim, one row per measure; an aim without one has one row.
func aimTable(name string, list []publication.Aim) *publication.Table {
	t := &publication.Table{Name: name, Columns: []publication.Column{{Name: "code"}, {Name: "text"}, {Name: "measure"}, {Name: "variant"}, {Name: "lower"}, {Name: "upper"}, {Name: "verdict"}, {Name: "why_no_figure"}, {Name: "by_our_judgement"}}}
	for i := range list {
		a := &list[i]
		if len(a.Measures) == 0 {
			t.Rows = append(t.Rows, publication.Row{a.Element.Code, a.Element.Text, nil, nil, nil, nil, nil, "the framework holds no measure of it", a.Judged})
		}
		for _, m := range a.Measures {
			row := publication.Row{a.Element.Code, a.Element.Text, m.Sheet.Code, nil, nil, nil, nil, orNothing(m.Sheet.NotComputed), a.Judged}
			if m.Figure != nil {
				b := m.Figure.Judged()
				row[3], row[4], row[5], row[6] = m.Figure.Variant, b.Lower, b.Upper, m.Figure.Verdict
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}
