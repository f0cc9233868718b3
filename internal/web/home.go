package web

import (
	"waymark/internal/draw"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// HomePage answers at first glance: are children protected online, and how sure is that?
type HomePage struct {
	Page
	Question string
	Answer   string
	Goal     string
	Doubts   []string // what is not known, how old the evidence is and on whom it rests
	View     OtherView
	Dated    string // with ?asof=: what the date does to the figures
	Impact   FigureView
	Name     text // of the impact target
	Sheet    string
	Settles  []string // what would have to turn out for the goal to be reached, and to be missed
	Bar      draw.SVG
	Finder   Finder
	Targets  []HomeTarget
	Closing  string // address of the closing assessment
	Twins    Twins
	MapOf    Link
	MapTitle string
	Map      MapView
}

// Finder is the form that leads to a country.
type Finder struct {
	Action  string
	Options []string
	Hidden  []Hidden
	Value   string
}

// HomeTarget is one target in the table: the goal, what is known now, on how much it rests.
type HomeTarget struct {
	Code    string
	Name    text
	Href    string
	Goal    string
	Now     string // empty: no data
	Based   string
	Verdict VerdictView
}

func (s *Server) home(q *request) (*answer, error) {
	figures, err := q.snap.Figures(q.figures(""))
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.targetsTwin()
	}
	p := HomePage{Page: q.page("/", "shell.progress", ""), Question: q.words.T("home.question"), Twins: q.twins("/targets")}
	p.View = q.otherView("/")
	p.Finder = Finder{Action: q.to("/countries"), Options: q.countryNames(), Hidden: q.hidden()}
	for i := range figures {
		f := &figures[i]
		if e, ok := q.v.Element(f.Code); ok && e.Kind == framework.KindImpactTarget {
			if err := q.fillImpact(&p, f, figures); err != nil {
				return nil, err
			}
		}
	}
	p.Summary = p.Answer
	p.Targets, p.Closing = q.homeTargets(figures), q.to("/assessment")
	for i := range figures {
		f := &figures[i]
		if e, ok := q.v.Element(f.Code); ok && e.Kind == framework.KindTarget {
			v := q.figureView(f, "t")
			name := q.targetName(f.Code)
			p.MapOf = Link{Text: name, Href: q.to("/targets/" + f.Code)}
			p.MapTitle = q.words.T("home.map_title", "Code", f.Code, "Name", lang.Isolate(name.Text))
			if p.Map, err = q.statusMap(f, &v, p.MapTitle, q.words.T("home.map_desc", "Known", v.Known, "Total", v.Total), q.to("/countries")); err != nil {
				return nil, err
			}
			p.Map.Twins = q.twins("/targets/" + f.Code)
			break
		}
	}
	if q.asked.asOf != 0 {
		p.Dated = q.words.T("figure.dated", "Date", q.date(q.asked.asOf))
	}
	return q.render("home", p)
}

func (q *request) fillImpact(p *HomePage, f *monitoring.Figure, all []monitoring.Figure) error {
	p.Impact = q.figureView(f, "im")
	p.Name, p.Sheet = q.targetName(f.Code), q.to("/indicators/"+f.Code)
	p.Answer = q.words.T("home.answer", "Lower", p.Impact.ChildLower)
	p.Goal = q.words.T("home.goal", "Goal", p.Impact.Goal)
	unknown := ""
	for _, c := range p.Impact.Counts {
		if c.Status == "unknown" {
			unknown = c.Share
		}
	}
	p.Doubts = append(p.Doubts, q.words.T("home.doubt", "Upper", p.Impact.ChildUpper, "Unknown", unknown))
	rests := q.evidence(f)
	// On whom the two targets rest says more than the same of their combination.
	for i := range all {
		if e, ok := q.v.Element(all[i].Code); ok && e.Kind == framework.KindTarget && len(all[i].Evidence.Alone) > 0 {
			if said := q.aloneOf(&all[i], 0); said != "" {
				rests = append(rests, said)
			}
		}
	}
	p.Doubts = append(p.Doubts, rests...)
	if err := q.settles(p, f.Code); err != nil {
		return err
	}
	var err error
	p.Bar, err = q.knownBar(f, &p.Impact, q.words.T("home.bar_title"), p.Answer+" "+p.Doubts[0], true)
	return err
}

// settles names the fewest unknown countries that would settle the goal either way, in alphabetical
// order: it says what is not known, and nothing about them.
func (q *request) settles(p *HomePage, code string) error {
	c, err := q.snap.Certificates(code, q.figures(""))
	if fault.Is(err, fault.NotFound) {
		return nil // nothing can settle it
	}
	if err != nil {
		return err
	}
	for _, way := range []struct {
		key   string
		areas []string
	}{{"home.settle_reached", c.Reached.Areas}, {"home.settle_missed", c.Missed.Areas}} {
		if len(way.areas) == 0 || len(way.areas) > 30 {
			continue
		}
		var names []string
		for _, area := range way.areas {
			if country, ok := q.snap.World.Country(area); ok {
				names = append(names, country.Name(q.tag))
			}
		}
		lang.Sort(q.tag, names, func(s string) string { return s })
		p.Settles = append(p.Settles, q.words.T(way.key, "Names", q.words.Join(names)))
	}
	return nil
}

// homeTargets lists the targets in the document's order, those without a value or a figure too.
func (q *request) homeTargets(figures []monitoring.Figure) []HomeTarget {
	var out []HomeTarget
	for i := range q.v.Elements {
		e := &q.v.Elements[i]
		if e.Kind != framework.KindTarget && e.Kind != framework.KindTargetGroup {
			continue
		}
		reason := string(monitoring.NoTargetValue)
		t := HomeTarget{
			Code: e.Code, Name: q.targetName(e.Code), Href: q.to("/targets/" + e.Code), Goal: q.words.T("target.to_be_set"),
			Based: q.words.T("home.no_evidence"), Verdict: q.verdict(string(monitoring.CannotBeJudged), nil, &reason),
		}
		if target, ok := q.v.Target(e.Code); ok {
			t.Goal = q.goalText(target)
		}
		for j := range figures {
			if figures[j].Code == e.Code {
				v := q.figureView(&figures[j], "")
				t.Goal, t.Now, t.Verdict = v.Goal, v.Range, v.Verdict
				t.Based = q.words.T("home.based", "Known", q.words.Int(int64(v.Known)), "Total", q.words.Int(int64(v.Total)), "Unknown", q.words.Int(int64(v.Total-v.Known)))
			}
		}
		out = append(out, t)
	}
	return out
}

// targetsTwin is every figure of every variant as data.
func (q *request) targetsTwin() (*answer, error) {
	figures, err := q.snap.Figures(q.figures(publication.AllVariants))
	if err != nil {
		return nil, err
	}
	return q.twin(publication.FigureTable(figures), nil)
}

// targets leads from the bare address of the targets to the home page, which lists them.
func (s *Server) targets(q *request) (*answer, error) {
	if q.ending != "" {
		return q.targetsTwin()
	}
	return q.redirect(q.to("/")+"#targets", 302), nil
}
