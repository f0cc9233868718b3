package web

import (
	"fmt"
	"slices"
	"strings"

	"waymark/internal/draw"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// TargetPage answers: how many countries have it, is it enough, how do we know?
type TargetPage struct {
	Page
	Code       string
	Name       text
	Statement  text // the framework's own words
	Official   string
	Goal       string
	Answer     string // empty: no figure is computed
	Doubts     []string
	View       OtherView
	Dated      string
	Figure     FigureView
	Verdict    VerdictView
	Bar        draw.SVG
	Interval   draw.SVG
	Methods    []TargetMethod
	Depends    bool // other usual methods give another verdict
	Variants   []FigureView
	Alone      []string
	Regions    []TargetGroup
	Strip      draw.SVG
	Map        MapView
	Head       SortHead
	Columns    []CountryColumn
	Facets     Facets
	Groups     []CountryGroup
	Shown      string
	Conflicts  []ConflictView
	Series     []SeriesView
	Steps      []TargetStep
	Sheet      string // address of the target's own sheet; empty: it has none
	InText     string
	Young      string // the same told to young people; empty: it is not
	Footnotes  []TargetFootnote
	Impact     string // address of what another definition would change; empty: no figure is computed
	Contradict []text // where the words around the target contradict each other
	Sources    []DataSource
	Feasible   text
	Activated  text
	Phase      string
	History    string // address of the number by version, year and source
	Twins      Twins
	Figures    Twins
	GroupData  Twins // of the table of groups
	SeriesData Twins // of the series printed beside the target
}

// TargetMethod is what one method of judging progress says.
type TargetMethod struct {
	Name, Value, Why string
	Verdict          VerdictView
}

// TargetGroup is how a region or group of countries divides.
type TargetGroup struct {
	Code, Name, Href string
	Range, Children  string
	Counts           []StatusCount
	Total            int
	bounds           monitoring.Bounds
}

// ConflictView is where two sources contradict each other about a country.
type ConflictView struct {
	Country Link
	A, B    ConflictSide
	InScale bool
}

// ConflictSide is what one of them says.
type ConflictSide struct {
	Voice text
	Says  StatusCell
	On    string
}

// TargetStep is a statement below the target, with its sheet.
type TargetStep struct {
	Code      string
	Name      text
	Statement text
	Href      string
	Goal      string
	Why       text // why no figure is computed
}

// TargetFootnote is a definition in force.
type TargetFootnote struct {
	Code string
	Text text
	Href string
}

func noTarget(code string) error {
	return fault.Newf(fault.NotFound, "There is no target %q in this framework version.", code).WithFix("Choose one on the home page.").
		WithKey("error.no_target", map[string]any{"Code": lang.Isolate(code)})
}

func (s *Server) target(q *request) (*answer, error) {
	code, _ := splitEnding(q.http.PathValue("code"))
	e, ok := q.v.Element(code)
	if !ok || e.Kind != framework.KindTarget && e.Kind != framework.KindTargetGroup {
		if up := strings.ToUpper(code); up != code && targetOf(q.v, up) == up {
			return q.redirect(q.to("/targets/"+up), 301), nil
		}
		return nil, noTarget(code)
	}
	figures, err := q.snap.Figures(q.figures(publication.AllVariants, code))
	if err != nil {
		return nil, err
	}
	head := slices.IndexFunc(figures, func(f monitoring.Figure) bool { return f.Headline })
	if q.ending != "" {
		return q.targetTwin(code, figures, head)
	}
	name := q.targetName(code)
	path := "/targets/" + code
	p := TargetPage{
		Page: q.page(path, "shell.progress", code+" "+name.Text, Link{Text: plain(q.words.T("shell.progress")), Href: q.to("/")}), Code: code, Name: name,
		Statement: q.english(e.Text), InText: q.to("/framework") + "#" + code, Twins: q.twins(path), Figures: q.twins("/targets"),
		GroupData: q.twins(path, "table", "groups", "group", "", "status", "", "sort", ""), SeriesData: q.twins(path, "table", "series", "group", "", "status", "", "sort", ""),
		Feasible: q.english(e.Feasibility), Activated: q.english(e.ActivatedBy),
	}
	if e.Kind == framework.KindTargetGroup {
		p.Statement = text{}
	}
	if string(q.tag) != q.v.Language {
		p.Official = q.words.T("language." + q.v.Language)
	}
	if e.Phase != "" {
		p.Phase = q.words.T("framework.phase_" + string(e.Phase))
	}
	if _, ok := q.v.Sheet(code); ok {
		p.Sheet = q.to("/indicators/" + code)
	}
	if _, _, ok := s.young.Text(code, q.tag); ok && s.young.Framework() == q.v.Framework {
		p.Young = q.to("/young/" + code)
	}
	q.targetWords(&p, e)
	p.View = q.otherView(path)
	if head < 0 {
		reason := string(monitoring.NoTargetValue)
		p.Goal, p.Verdict = q.words.T("target.to_be_set"), q.verdict(string(monitoring.CannotBeJudged), nil, &reason)
		p.Summary = q.words.T("target.no_figure")
		return q.render("target", p)
	}
	if err := q.targetFigure(&p, &figures[head], figures); err != nil {
		return nil, err
	}
	if p.Series, err = q.series(code); err != nil {
		return nil, err
	}
	return q.render("target", p)
}

// targetTwin is where each country stands, or another table of the page.
func (q *request) targetTwin(code string, figures []monitoring.Figure, head int) (*answer, error) {
	var t *publication.Table
	var err error
	switch q.option("table", "groups", "series") {
	case "groups":
		if t, err = q.groupTable(code); err != nil {
			return nil, err
		}
		return q.twin(t, nil)
	case "series":
		if t, err = q.seriesTable(code); err != nil {
			return nil, err
		}
		return q.twin(t, nil)
	}
	if head < 0 {
		return q.twin(publication.FigureTable(nil), nil)
	}
	t = publication.StatusTable(q.snap.World, figures[head:head+1])
	f, err := q.narrowTable(t, "/targets/"+code, figures[head:head+1])
	if err != nil {
		return nil, err
	}
	return q.twin(t, map[string]any{"figures": figures, "narrowedTo": q.narrowing(f)})
}

// targetWords fills what the framework itself says: steps, footnotes in force, contradictions.
func (q *request) targetWords(p *TargetPage, e *framework.Element) {
	var below func(code string)
	below = func(code string) {
		for _, child := range q.v.Children(code) {
			if sheet, ok := q.v.Sheet(child.Code); ok {
				step := TargetStep{Code: child.Code, Name: q.label(q.v, child.Code, sheet.Title), Statement: q.english(child.Text), Href: q.to("/indicators/" + child.Code), Why: q.english(sheet.NotComputed)}
				var goals []string
				for i := range q.v.Targets {
					if t := &q.v.Targets[i]; t.Of == child.Code {
						goals = append(goals, q.goalText(t))
					}
				}
				step.Goal = strings.Join(goals, " · ")
				p.Steps = append(p.Steps, step)
			}
			below(child.Code)
		}
	}
	below(e.Code)
	for _, m := range e.Mentions {
		note, ok := q.v.Element(m.To)
		if !ok || note.Kind != framework.KindFootnote {
			continue
		}
		f := TargetFootnote{Code: note.Code, Text: q.english(note.Text), Href: q.to("/framework") + "#" + note.Code}
		p.Footnotes = append(p.Footnotes, f)
	}
	for _, c := range q.v.Contradicts {
		if slices.Contains(c.Elements, e.Code) {
			p.Contradict = append(p.Contradict, q.english(c.Note))
		}
	}
}

func (q *request) targetFigure(p *TargetPage, f *monitoring.Figure, all []monitoring.Figure) error {
	p.Figure = q.figureView(f, "f")
	p.History = q.to("/targets/" + p.Code + "/history")
	v := &p.Figure
	p.Goal, p.Verdict = v.Goal, v.Verdict
	met, unknown := 0, 0
	for i := range v.Counts {
		c := &v.Counts[i]
		c.Href = q.to("/targets/"+p.Code, "status", c.Status) + "#countries"
		switch c.Status {
		case "met":
			met = c.Count
		case "unknown":
			unknown = c.Count
		}
	}
	p.Impact = q.to("/framework/impact", "code", v.Code)
	p.Answer = q.words.T("target.answer", "Lower", v.Lower, "Met", q.words.Int(int64(met)), "Total", q.words.Int(int64(v.Total)))
	p.Doubts = append(p.Doubts, q.words.N("target.doubt", unknown, "Upper", v.Upper))
	p.Doubts = append(p.Doubts, q.words.T("target.children", "Lower", v.ChildLower, "Upper", v.ChildUpper, "Year", f.Children.WeightsYear))
	p.Doubts = append(p.Doubts, q.evidence(f)...)
	for i := range f.Evidence.Alone {
		if said := q.aloneOf(f, i); said != "" {
			p.Alone = append(p.Alone, said)
		}
	}
	p.Summary = p.Answer
	if q.asked.asOf != 0 {
		p.Dated = q.words.T("figure.dated", "Date", q.date(q.asked.asOf))
	}
	var err error
	desc := p.Answer + " " + p.Doubts[0]
	if p.Bar, err = q.knownBar(f, v, q.words.T("target.bar_title", "Code", p.Code), desc, false); err != nil {
		return err
	}
	if p.Interval, err = q.interval(f.Countries.Bounds, f.Goal, "iv", q.words.T("target.interval_title", "Code", p.Code), desc); err != nil {
		return err
	}
	for i := range all {
		p.Variants = append(p.Variants, q.figureView(&all[i], ""))
	}
	p.Depends = f.MethodDependent
	for _, m := range f.Sensitivity {
		method := TargetMethod{Name: m.Method, Value: m.Value}
		if m.Why != "" {
			method.Why = q.words.T("method.na_" + m.Why)
		} else {
			method.Verdict = q.verdict(m.Verdict, nil, nil)
		}
		p.Methods = append(p.Methods, method)
	}
	if err := q.targetCountries(p, f); err != nil {
		return err
	}
	if p.Map, err = q.statusMap(f, v, q.words.T("home.map_title", "Code", p.Code, "Name", lang.Isolate(p.Name.Text)), desc, "#countries"); err != nil {
		return err
	}
	p.Map.Twins = q.twins("/targets/"+p.Code, "group", "", "status", "", "sort", "") // the map shows all
	conflicts, err := q.snap.Conflicts(q.figures("", p.Code))
	if err != nil {
		return err
	}
	for _, c := range conflicts {
		p.Conflicts = append(p.Conflicts, q.conflict(c, f.Variant))
	}
	seen := map[string]bool{}
	for _, w := range f.Evidence.Sources {
		if src, ok := q.snap.Source(w.Code); ok && !seen[w.Code] {
			seen[w.Code] = true
			p.Sources = append(p.Sources, DataSource{
				Code: src.Code, Title: q.english(src.Title), Publisher: q.english(src.Publisher), Edition: q.english(src.Edition), Viewpoint: q.english(src.Viewpoint),
				Completeness: plain(q.words.N("target.source_countries", w.Countries, "Share", q.words.Percent(w.ChildrenShare.Rat, 1, lang.HalfEven))),
			})
		}
	}
	return nil
}

// targetCountries fills the table by country and the one by region.
func (q *request) targetCountries(p *TargetPage, f *monitoring.Figure) error {
	u, ok := q.snap.World.Universe(f.Universe)
	if !ok {
		return fmt.Errorf("universe %q of figure %s: there is none", f.Universe, f.Variant)
	}
	rows, err := q.countryRows([]monitoring.Figure{*f}, &p.Columns)
	if err != nil {
		return err
	}
	total := len(rows)
	rows, p.Facets = q.narrow("/targets/"+p.Code, rows, p.Columns, u)
	p.Facets.Action += "#countries"
	p.Shown = q.words.T("countries.shown", "Part", q.words.Int(int64(len(rows))), "Total", q.words.Int(int64(total)))
	p.Groups, p.Head = q.grouped(rows, u), q.sortHead("/targets/"+p.Code+"#countries", q.words.T("countries.country"), "name", true)
	strip := draw.DotStripData{Title: q.words.T("target.strip_title", "Code", p.Code), Desc: q.words.T("target.strip_desc"), IDPrefix: "st", RTL: q.rtl(), Goal: f.Goal.Value.Float(), Ticks: q.shareTicks()}
	if f.Goal.Value.Known() {
		strip.GoalLabel = q.goalLabel(q.words.Percent(f.Goal.Value.Rat, 0, lang.HalfEven))
	}
	byGroup, err := q.snap.ByGroup(p.Code, q.figures(""))
	if err != nil {
		return err
	}
	for i := range byGroup {
		g, v := byGroup[i].Group, q.figureView(&byGroup[i].Figure, "")
		p.Regions = append(p.Regions, TargetGroup{
			Code: g.Code, Name: q.groupName(g), Href: q.to("/targets/"+p.Code, "group", g.Code) + "#countries", Counts: v.Counts, Total: v.Total,
			Range: q.bounds(byGroup[i].Figure.Countries.Bounds), Children: q.bounds(byGroup[i].Figure.Children.Bounds), bounds: byGroup[i].Figure.Countries.Bounds,
		})
	}
	regions := 0 // those that share no country come first
	for regions < len(p.Regions) && isRegion(p.Regions[regions].Code) {
		regions++
	}
	lang.Sort(q.tag, p.Regions[:regions], func(t TargetGroup) string { return t.Name })
	for _, t := range p.Regions {
		if isRegion(t.Code) {
			strip.Rows = append(strip.Rows, draw.StripRow{Label: t.Name, Lower: t.bounds.Lower.Float(), Upper: t.bounds.Upper.Float(), ValueLabel: t.Range})
		}
	}
	p.Strip, err = nothing(draw.DotStrip(strip))
	return err
}

func (q *request) conflict(c monitoring.Conflict, variant string) ConflictView {
	out := ConflictView{InScale: c.InScale}
	if country, ok := q.snap.World.Country(c.Area); ok {
		out.Country = Link{Text: plain(country.Name(q.tag)), Href: q.to("/countries/" + c.Area)}
	}
	side := func(claim monitoring.Claim) ConflictSide {
		s := ConflictSide{Voice: plain(claim.Voice), On: q.date(claim.On)}
		for i := range q.v.Variants {
			if q.v.Variants[i].Code == variant && claim.Voice != "" {
				s.Voice = q.voiceTitle(&q.v.Variants[i], claim.Voice)
			}
		}
		if claim.Voice == "" {
			if src, ok := q.snap.Source(claim.Source); ok {
				s.Voice = q.english(src.Title)
			}
		}
		s.Says = q.statusCell(claim.Says)
		return s
	}
	out.A, out.B = side(c.A), side(c.B)
	return out
}

func (q *request) statusCell(code string) StatusCell {
	switch code {
	case "yes", "no":
		return StatusCell{Code: code, Word: q.words.T("answer." + code)}
	}
	return StatusCell{Code: code, Word: q.words.T("status." + code)}
}
