package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// FrameworkPage is the reading view of one framework version: what it says, in its own words, with
// what is open, contradictory or unknown beside the words.
type FrameworkPage struct {
	Page
	Behind     []BehindChange // what a consultation changed to make this version
	Rounds     []Link         // the consultations on this version
	Name       text
	Over       text   // the title of the document the text stands in
	State      string // draft, in consultation, adopted, superseded
	Valid      string // since when it holds
	Origin     text
	Official   string // name of the language of the official text; empty where the page has it
	Outline    []Link
	Blocks     []frameworkBlock // what stands before the results table
	Matrix     *frameworkMatrix // nil where the version has no table of outcomes
	Notes      []frameworkNote  // what stands beside the words of the table, element by element
	After      []frameworkBlock // footnotes and references
	Contradict []frameworkContradiction
	Milestones []frameworkMilestone
	Twins      Twins
	Aims       string // address of the aims and outcomes
	Closing    string // address of the closing assessment
	Impact     string // address of what a change would do
	Beside     string // address of the frameworks beside this one
}

// frameworkBlock is a heading or a numbered paragraph with its margin.
type frameworkBlock struct {
	Code      string
	Heading   bool
	Number    int
	Words     []segment
	Item      bool // one of a list
	Margin    []text
	Elsewhere []UmbrellaLine // what answers it in other frameworks
	Open      []string       // codes of open questions, shown in the margin
	Behind    []Link         // what a consultation said that led to these words
}

// frameworkMatrix is the results table as in the document: one column per outcome.
type frameworkMatrix struct {
	Code    string
	Caption []segment
	Head    []frameworkRow // the rows above the outcomes, over the whole width
	Columns int
	Rows    []frameworkRow
}

type frameworkRow struct {
	Label []segment
	Cells [][]frameworkCell
}

type frameworkCell struct {
	Code   string
	Number int
	Kind   string // message key
	Words  []segment
	Noted  bool // something stands beside it in the notes
	Sheet  string
	Behind []Link
}

// frameworkNote is what is known about one element beside its words.
type frameworkNote struct {
	Code       string
	Title      text
	Sheet      string
	Pillars    []string
	Phase      string
	Activated  text
	Mandate    text
	Source     text
	Measured   []text
	Elsewhere  []UmbrellaLine // elements of other frameworks that answer it
	NobodyDoes bool           // looked for, and nobody measures it
	Feasible   text
	Goal       string
	Open       []frameworkOpen
	Contradict []text
}

type frameworkOpen struct {
	Code  string
	Quote text
	Note  text
}

type frameworkContradiction struct {
	Elements []Link
	Note     text
}

type frameworkMilestone struct {
	When string
	What text
	Code string
}

// segment is a stretch of official words: plain, linked to what explains it, or left open.
type segment struct {
	Text string
	Href string
	Open string // what is said beside words that leave something open
	Mark bool   // a footnote mark
	New  bool   // words that a consultation changed; Href leads to a comment behind them
}

// version finds the framework version a path names; the one of the address's v without a name.
func (q *request) version(id string) (*framework.Version, error) {
	if id == "" {
		return q.v, nil
	}
	v, err := q.snap.FrameworkVersion(id)
	if err != nil {
		return nil, noVersion(id)
	}
	return v, nil
}

func (s *Server) framework(q *request) (*answer, error) {
	id, _ := splitEnding(q.http.PathValue("version"))
	if strings.Contains(id, "..") {
		return q.difference(id)
	}
	v, err := q.version(id)
	if err != nil {
		return nil, err
	}
	if v.Framework != publication.DefaultFramework {
		return q.otherFramework(v)
	}
	if q.ending != "" {
		return q.twin(frameworkTable(v), map[string]any{"title": v.Title, "state": v.State, "origin": v.Origin, "contradictions": v.Contradicts})
	}
	path := "/framework"
	if id != "" {
		path += "/" + id
	}
	r := frameworkReader{q: q, v: v, number: map[string]int{}}
	p := FrameworkPage{
		Page: q.page(path, "shell.framework", v.Title), Name: q.label(v, "title", v.Title),
		State: q.words.T("framework.state_" + string(v.State)), Origin: q.english(v.Origin), Twins: q.twins("/framework/" + v.ID()),
		Aims: q.to("/aims"), Closing: q.to("/assessment"), Impact: q.to("/framework/impact"), Beside: q.to("/umbrella"),
	}
	p.Title = p.Name.Text
	p.Summary = q.words.T("framework.summary")
	if !v.Valid.Start.IsOpen() {
		p.Valid = q.words.T("framework.since", "Date", q.words.MonthYear(v.Valid.Start.Year(), v.Valid.Start.Month()))
	}
	if string(q.tag) != v.Language {
		p.Official = q.words.T("language." + v.Language)
	}
	if r.elsewhere, err = q.allElsewhere(); err != nil {
		return nil, err
	}
	if r.behind, err = q.behind(v); err != nil {
		return nil, err
	}
	p.Behind = r.behind
	r.fill(&p)
	if p.Rounds, err = q.roundsOn(v.ID()); err != nil {
		return nil, err
	}
	return q.render("framework", p)
}

// frameworkReader lays a version out as its document is.
type frameworkReader struct {
	q         *request
	v         *framework.Version
	number    map[string]int            // running number of each paragraph
	elsewhere map[string][]UmbrellaLine // by element: what answers it in other frameworks
	behind    []BehindChange
}

func isHeading(k framework.Kind) bool { return k == framework.KindTitle || k == framework.KindHeading }

func (r *frameworkReader) fill(p *FrameworkPage) {
	n := 0
	for i := range r.v.Elements {
		if e := &r.v.Elements[i]; !isHeading(e.Kind) {
			n++
			r.number[e.Code] = n
		}
	}
	table, root := r.tableElements()
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		switch {
		case e.Kind == framework.KindTitle && e.Parent == "":
			p.Over = r.q.english(e.Text)
		case e.Code == root, table[e.Code]:
		case e.Kind == framework.KindHeading && !r.leads(i, table):
			// The headings of the compilation's comments and of the table's rows stand elsewhere.
		default:
			b := r.block(e)
			if r.isAppendix(e) {
				p.After = append(p.After, b)
			} else {
				p.Blocks = append(p.Blocks, b)
			}
			if b.Heading && e.Kind == framework.KindHeading {
				p.Outline = append(p.Outline, Link{Text: r.q.english(shown(e.Text)), Href: "#" + e.Code})
			}
		}
	}
	p.Matrix = r.matrix(root)
	if p.Matrix != nil {
		e, _ := r.v.Element(root)
		at := slices.IndexFunc(p.Outline, func(l Link) bool { e, ok := r.v.Element(strings.TrimPrefix(l.Href, "#")); return ok && r.isAppendix(e) })
		if at < 0 {
			at = len(p.Outline)
		}
		p.Outline = slices.Insert(p.Outline, at, Link{Text: r.q.english(e.Text), Href: "#" + root},
			Link{Text: plain(r.q.words.T("framework.notes")), Href: "#notes"})
	}
	for i := range r.v.Elements {
		if note, ok := r.note(&r.v.Elements[i]); ok && table[r.v.Elements[i].Code] {
			p.Notes = append(p.Notes, note)
		}
	}
	for _, c := range r.v.Contradicts {
		p.Contradict = append(p.Contradict, frameworkContradiction{r.links(c.Elements), r.q.english(c.Note)})
	}
	for _, m := range r.v.Milestones {
		p.Milestones = append(p.Milestones, frameworkMilestone{r.q.period(m.Period), r.q.english(m.Title), m.Element})
	}
}

// tableElements tells which elements stand in the results table, and the title above it.
func (r *frameworkReader) tableElements() (in map[string]bool, root string) {
	in = map[string]bool{}
	for i := range r.v.Elements {
		if r.v.Elements[i].Kind == framework.KindOutcome {
			root = r.top(&r.v.Elements[i])
			break
		}
	}
	if root == "" {
		return in, ""
	}
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		if e.Code != root && !r.isAppendix(e) && r.top(e) == root {
			in[e.Code] = true
		}
	}
	return in, root
}

// top is the nearest title above an element; its own code for a title.
func (r *frameworkReader) top(e *framework.Element) string {
	for range len(r.v.Elements) {
		parent, ok := r.v.Element(e.Parent)
		if e.Kind == framework.KindTitle || !ok {
			break
		}
		e = parent
	}
	return e.Code
}

func (r *frameworkReader) isAppendix(e *framework.Element) bool {
	switch e.Kind {
	case framework.KindFootnote, framework.KindReference, framework.KindReferenceDesc:
		return true
	case framework.KindHeading:
		i := slices.IndexFunc(r.v.Elements, func(o framework.Element) bool { return o.Code == e.Code })
		return i+1 < len(r.v.Elements) && r.v.Elements[i+1].Kind == framework.KindReference
	}
	return false
}

// leads tells whether the heading at place i has a paragraph below it that stands outside the table.
func (r *frameworkReader) leads(i int, table map[string]bool) bool {
	if i+1 >= len(r.v.Elements) {
		return false
	}
	next := &r.v.Elements[i+1]
	return !isHeading(next.Kind) && !table[next.Code]
}

func (r *frameworkReader) block(e *framework.Element) frameworkBlock {
	b := frameworkBlock{Code: e.Code, Heading: isHeading(e.Kind), Number: r.number[e.Code], Words: r.segments(e), Behind: r.ledTo(e.Code)}
	switch e.Kind {
	case framework.KindAim, framework.KindPillar, framework.KindProcessStep, framework.KindReferenceDesc:
		b.Item = true
	}
	if e.Mandate != nil {
		b.Margin = append(b.Margin, r.q.english(e.Mandate.Holder+": "+e.Mandate.Source))
	}
	b.Elsewhere = r.elsewhere[e.Code]
	for _, c := range r.v.Contradicts {
		if slices.Contains(c.Elements, e.Code) {
			b.Margin = append(b.Margin, r.q.english(c.Note))
		}
	}
	return b
}

// matrix lays out the results table: impact over the whole width, then outcomes, targets and outputs
// in one column per outcome.
func (r *frameworkReader) matrix(root string) *frameworkMatrix {
	if root == "" {
		return nil
	}
	title, _ := r.v.Element(root)
	m := &frameworkMatrix{Code: root, Caption: r.segments(title)}
	var outcomes []*framework.Element
	var head, impact, notes []frameworkCell
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		switch e.Kind {
		case framework.KindHeaderField:
			head = append(head, r.cell(e))
		case framework.KindImpactVision, framework.KindImpactTarget:
			impact = append(impact, r.cell(e))
		case framework.KindNote:
			notes = append(notes, r.cell(e))
		case framework.KindOutcome:
			outcomes = append(outcomes, e)
		}
	}
	for _, c := range head {
		label, words := r.rowLabel(c.Code), c
		m.Head = append(m.Head, frameworkRow{label, [][]frameworkCell{{words}}})
	}
	m.Head = append(m.Head, frameworkRow{r.rowLabel("IM-V"), [][]frameworkCell{impact}})
	if len(notes) > 0 {
		m.Head = append(m.Head, frameworkRow{r.rowLabel("OC-NOTE"), [][]frameworkCell{notes}})
	}
	m.Columns = len(outcomes)
	outcome, target, output := frameworkRow{Label: r.rowLabel("OC-1")}, frameworkRow{Label: r.rowLabel("T1")}, frameworkRow{Label: r.rowLabel("OP1.1")}
	for _, oc := range outcomes {
		cells := []frameworkCell{r.cell(oc)}
		var targets, outputs []frameworkCell
		for _, child := range r.v.Children(oc.Code) {
			if r.isAppendix(child) {
				continue
			}
			if child.Kind == framework.KindOutcomeContinuation {
				cells = append(cells, r.cell(child))
				continue
			}
			targets = append(targets, r.cell(child))
			for _, below := range r.v.Children(child.Code) {
				if below.Kind == framework.KindOutput {
					outputs = append(outputs, r.cell(below))
					for _, item := range r.v.Children(below.Code) {
						outputs = append(outputs, r.cell(item))
					}
				} else if !r.isAppendix(below) {
					targets = append(targets, r.cell(below))
				}
			}
		}
		outcome.Cells, target.Cells, output.Cells = append(outcome.Cells, cells), append(target.Cells, targets), append(output.Cells, outputs)
	}
	m.Rows = []frameworkRow{outcome, target, output}
	return m
}

// rowLabel is the printed heading before an element: the last heading above it in the document.
func (r *frameworkReader) rowLabel(code string) []segment {
	last := ""
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		if e.Code == code {
			break
		}
		if e.Kind == framework.KindHeading {
			last = e.Text
		}
	}
	if e, ok := r.v.Element(code); ok && e.Kind == framework.KindHeaderField {
		if label, _, found := strings.Cut(e.Text, ":"); found {
			last = label
		}
	}
	return []segment{{Text: strings.TrimSuffix(last, ":")}}
}

func (r *frameworkReader) cell(e *framework.Element) frameworkCell {
	c := frameworkCell{Code: e.Code, Number: r.number[e.Code], Kind: "kind." + string(e.Kind), Words: r.segments(e), Behind: r.ledTo(e.Code)}
	_, c.Noted = r.note(e)
	if _, ok := r.v.Sheet(e.Code); ok {
		c.Sheet = r.q.to("/indicators/" + e.Code)
	}
	return c
}

// note gathers what stands beside an element; false where there is nothing but its phase.
func (r *frameworkReader) note(e *framework.Element) (frameworkNote, bool) {
	n := frameworkNote{Code: e.Code, Title: plain(e.Code), Feasible: r.q.english(e.Feasibility), Activated: r.q.english(e.ActivatedBy)}
	if sheet, ok := r.v.Sheet(e.Code); ok {
		n.Title, n.Sheet = r.q.label(r.v, sheet.Code, sheet.Title), r.q.to("/indicators/"+sheet.Code)
	}
	for _, pillar := range e.Pillars {
		n.Pillars = append(n.Pillars, r.q.words.T("pillar."+pillar))
	}
	if e.Phase != "" {
		n.Phase = r.q.words.T("framework.phase_" + string(e.Phase))
	}
	if e.Mandate != nil {
		n.Mandate, n.Source = r.q.english(e.Mandate.Holder), r.q.english(e.Mandate.Source)
	}
	n.NobodyDoes = e.MeasuredBy != nil && len(e.MeasuredBy) == 0
	for _, code := range e.MeasuredBy {
		for _, m := range r.v.Mechanisms {
			if m.Code == code {
				n.Measured = append(n.Measured, r.q.english(m.Owner+": "+m.Name))
			}
		}
	}
	for _, o := range e.Open {
		n.Open = append(n.Open, frameworkOpen{o.Code, r.q.english(o.Text), r.q.english(o.Note)})
	}
	for _, c := range r.v.Contradicts {
		if slices.Contains(c.Elements, e.Code) {
			n.Contradict = append(n.Contradict, r.q.english(c.Note))
		}
	}
	n.Goal = r.goals(e.Code)
	n.Elsewhere = r.elsewhere[e.Code]
	has := n.Elsewhere != nil || n.Sheet != "" || e.Mandate != nil || e.MeasuredBy != nil || n.Feasible.Text != "" || n.Open != nil || n.Contradict != nil
	return n, has
}

// goals says the values an element sets, or that they are to be set.
func (r *frameworkReader) goals(code string) string {
	var out []string
	for i := range r.v.Targets {
		if t := &r.v.Targets[i]; t.Of == code {
			out = append(out, r.q.goalText(t))
		}
	}
	return strings.Join(out, " · ")
}

// goalText writes a goal, "90% by 31 December 2020", or "to be set".
func (q *request) goalText(t *framework.Target) string {
	g := t.Goal()
	if g == nil || g.Value == nil {
		return q.words.T("target.to_be_set")
	}
	value := q.words.Percent(g.Value.Rat(), 0, lang.HalfEven)
	if g.GoalDate == 0 {
		return value
	}
	return q.words.T("target.goal_by", "Value", value, "Date", q.date(g.GoalDate))
}

func (r *frameworkReader) links(codes []string) []Link {
	out := make([]Link, len(codes))
	for i, c := range codes {
		out[i] = Link{Text: plain(c), Href: "#" + c}
	}
	return out
}

// shown is an element's text without the marks of the word processor, which nobody ever read.
func shown(s string) string {
	if strings.HasPrefix(s, "[bookmark:") {
		if _, rest, found := strings.Cut(s, "]"); found {
			return rest
		}
	}
	return s
}

// segments takes an element's words apart at what explains them and at what they leave open.
func (r *frameworkReader) segments(e *framework.Element) []segment {
	words := shown(e.Text)
	type span struct {
		from, to int
		segment
	}
	var spans []span
	add := func(quote string, s segment) {
		from := strings.Index(words, quote)
		if quote == "" || from < 0 {
			return
		}
		to := from + len(quote)
		for _, other := range spans {
			if from < other.to && other.from < to {
				return // the words are linked already
			}
		}
		s.Text = quote
		spans = append(spans, span{from, to, s})
	}
	for _, m := range e.Mentions {
		add(m.Quote, segment{Href: "#" + m.To})
		add(m.Marker, segment{Href: "#" + m.To, Mark: true})
	}
	for _, o := range e.Open {
		said := r.q.words.T("framework.open")
		if o.Kind == "open_value" || o.Kind == "bare_percent" {
			said = r.q.words.T("target.to_be_set")
		}
		add(o.Text, segment{Href: "#note-" + e.Code, Open: said})
	}
	for _, b := range r.behind {
		if words := b.Change.New.Text; b.Code == e.Code && len(b.Comments) > 0 && strings.Count(shown(e.Text), words) == 1 {
			add(words, segment{Href: b.Comments[0].Href, New: true})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []segment
	at := 0
	for _, s := range spans {
		if s.from > at {
			out = append(out, segment{Text: words[at:s.from]})
		}
		out = append(out, s.segment)
		at = s.to
	}
	if at < len(words) {
		out = append(out, segment{Text: words[at:]})
	}
	return out
}

// label is a short name of the framework in the reader's language: the catalog's where it translates
// exactly the words this version has, else those words, marked as English. Names of the bodies that
// speak are our own words and may be put more clearly than in an adopted version, which cannot change.
func (q *request) label(v *framework.Version, code, words string) text {
	key := "label." + v.Framework + "." + code
	if strings.HasPrefix(code, "voice.") && q.words.Has(key) {
		return plain(q.words.T(key))
	}
	if q.tag == lang.English {
		return plain(words)
	}
	if lang.For(lang.English).T(key) == words && q.words.Has(key) {
		return plain(q.words.T(key))
	}
	return q.english(words)
}

// period writes a stretch of days as shortly as is exact.
func (q *request) period(p reference.Period) string {
	w := q.words
	switch {
	case p.Start.IsOpen() || p.End.IsOpen() || p.Start == 0 || p.End == 0:
		return q.date(p.Start)
	case p.Start == p.End:
		return q.date(p.Start)
	}
	month := func(d reference.Date) string { return w.MonthYear(d.Year(), d.Month()) }
	if p.Start.DayOfMonth() == 1 && p.End.AddDays(1).DayOfMonth() == 1 {
		if month(p.Start) == month(p.End) {
			return month(p.Start)
		}
		return w.T("number.range", "Low", month(p.Start), "High", month(p.End))
	}
	return w.T("number.range", "Low", q.date(p.Start), "High", q.date(p.End))
}

// frameworkTable is a version as a table, one row per element.
func frameworkTable(v *framework.Version) *publication.Table {
	t := &publication.Table{Name: "framework-" + strings.ReplaceAll(v.ID(), "@", "-"), Columns: []publication.Column{
		{Name: "id"}, {Name: "code"}, {Name: "kind"}, {Name: "parent"}, {Name: "text"}, {Name: "language"}, {Name: "phase"}, {Name: "pillars"},
		{Name: "goal"}, {Name: "open_questions"}, {Name: "measured_by"}, {Name: "feasibility"}, {Name: "mandate"},
	}}
	for i := range v.Elements {
		e := &v.Elements[i]
		var open []string
		for _, o := range e.Open {
			open = append(open, o.Code+" "+o.Note)
		}
		var goal any
		if target, ok := v.Target(e.Code); ok && target.Goal() != nil && target.Goal().Value != nil {
			goal = target.Goal().Value
		}
		mandate := ""
		if e.Mandate != nil {
			mandate = fmt.Sprintf("%s (%s)", e.Mandate.Holder, e.Mandate.Source)
		}
		t.Rows = append(t.Rows, publication.Row{
			e.ID, e.Code, string(e.Kind), orNothing(e.Parent), e.Text, v.Language, orNothing(string(e.Phase)), orNothing(strings.Join(e.Pillars, "; ")),
			goal, orNothing(strings.Join(open, "; ")), orNothing(strings.Join(e.MeasuredBy, "; ")), orNothing(e.Feasibility), orNothing(mandate),
		})
	}
	return t
}
