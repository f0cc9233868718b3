package web

import (
	"cmp"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// IndicatorPage is the reference sheet of one measurable statement: what is counted, over what and
// how, and every way of counting it with what it gives now.
type IndicatorPage struct {
	Page
	Code      string
	Name      text
	Statement text // the framework's own words
	Official  string
	Facts     []Fact
	Variants  []IndicatorVariant
	Asked     []IndicatorQuestion // what the criteria ask about a country
	NotYet    text                // why no figure is computed
	Target    Link                // the target it belongs to
	Figure    string              // the page that answers with its figure; empty: none
	InText    string              // address of the words in the framework
	Elsewhere []UmbrellaLine      // who else monitors it
	Previous  *Link
	Next      *Link
	Twins     Twins
}

// Fact is one field of a sheet.
type Fact struct {
	Label  string
	Values []text
	Goal   string
}

// IndicatorVariant is one way of counting.
type IndicatorVariant struct {
	Code     string
	Name     text
	Headline bool
	Note     text
	Met      string // the rule as a CEL expression, or how other variants are combined
	Partly   string
	Figure   FigureView
	Computed bool
}

// IndicatorQuestion is one thing asked about a country.
type IndicatorQuestion struct {
	Code     string
	Question text
	Note     text
}

func (s *Server) indicator(q *request) (*answer, error) {
	code, _ := splitEnding(q.http.PathValue("code"))
	sheet, ok := q.v.Sheet(code)
	if !ok {
		if _, found := q.v.Sheet(strings.ToUpper(code)); found {
			return q.redirect(q.to("/indicators/"+strings.ToUpper(code)), 301), nil
		}
		return nil, fault.Newf(fault.NotFound, "There is no indicator %q in this framework version.", code).WithFix("Choose one from the framework page.").
			WithKey("error.no_indicator", map[string]any{"Code": lang.Isolate(code)})
	}
	if q.ending != "" {
		return q.twin(sheetTable(sheet), nil)
	}
	e, _ := q.v.Element(code)
	name := q.label(q.v, code, sheet.Title)
	path := "/indicators/" + code
	p := IndicatorPage{
		Page: q.page(path, "shell.framework", code+" "+name.Text, Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}),
		Code: code, Name: name, NotYet: q.english(sheet.NotComputed), InText: q.to("/framework") + "#" + code, Twins: q.twins(path),
	}
	p.Summary = sheet.Definition
	if e != nil {
		p.Statement = q.english(e.Text)
	}
	if string(q.tag) != q.v.Language {
		p.Official = q.words.T("language." + q.v.Language)
	}
	switch target := targetOf(q.v, code); {
	case target == code:
		p.Figure = q.to("/targets/" + code)
	case target == "":
		p.Figure = q.to("/") // the impact target: the home page answers for it
	default:
		p.Target = Link{Text: q.targetName(target), Href: q.to("/targets/" + target)}
	}
	p.Facts = q.sheetFacts(sheet)
	var err error
	if p.Elsewhere, err = q.monitoredElsewhere(code); err != nil {
		return nil, err
	}
	figures, err := q.snap.Figures(q.figures(publication.AllVariants, code))
	if err != nil {
		return nil, err
	}
	for _, v := range q.v.VariantsOf(code) {
		row := IndicatorVariant{Code: v.Code, Name: q.label(q.v, v.Of+"."+v.Code, v.Title), Headline: v.Headline, Note: q.english(v.Note), Met: v.Met, Partly: v.Partly}
		if v.Compose != nil {
			row.Met = strings.Join(v.Compose.Of, " "+v.Compose.Op+" ")
		}
		for i := range figures {
			if figures[i].Variant == v.Code {
				row.Figure, row.Computed = q.figureView(&figures[i], ""), true
			}
		}
		p.Variants = append(p.Variants, row)
	}
	for _, ind := range q.v.Indicators {
		for _, of := range ind.Elements {
			if of == code {
				p.Asked = append(p.Asked, IndicatorQuestion{ind.Code, q.english(ind.Question), q.english(ind.Note)})
			}
		}
	}
	for i := range q.v.Sheets {
		if q.v.Sheets[i].Code != code {
			continue
		}
		if i > 0 {
			p.Previous = q.sheetLink(&q.v.Sheets[i-1])
		}
		if i+1 < len(q.v.Sheets) {
			p.Next = q.sheetLink(&q.v.Sheets[i+1])
		}
	}
	return q.render("indicator", p)
}

func (q *request) sheetLink(s *framework.Sheet) *Link {
	name := q.label(q.v, s.Code, s.Title)
	name.Text = s.Code + " " + name.Text
	return &Link{Text: name, Href: q.to("/indicators/" + s.Code)}
}

// targetOf is the target page an element belongs to: itself, or the target above it.
func targetOf(v *framework.Version, code string) string {
	for range v.Elements {
		e, ok := v.Element(code)
		if !ok {
			return ""
		}
		if e.Kind == framework.KindTarget || e.Kind == framework.KindTargetGroup {
			return code
		}
		code = e.Parent
	}
	return ""
}

// targetName is the short name of a target: its sheet's, or that of its group.
func (q *request) targetName(code string) text {
	if sheet, ok := q.v.Sheet(code); ok {
		return q.label(q.v, code, sheet.Title)
	}
	key := "label." + q.v.Framework + "." + code
	if q.words.Has(key) {
		return plain(q.words.T(key))
	}
	e, ok := q.v.Element(code)
	if !ok {
		return plain(code)
	}
	return q.english(e.Text)
}

func (q *request) sheetFacts(s *framework.Sheet) []Fact {
	var out []Fact
	add := func(key string, values ...string) {
		f := Fact{Label: q.words.T("sheet." + key)}
		for _, v := range values {
			if v != "" {
				f.Values = append(f.Values, q.english(v))
			}
		}
		out = append(out, f)
	}
	coded := func(key, value string) {
		out = append(out, Fact{Label: q.words.T("sheet." + key), Values: []text{q.message("sheet." + key + "_" + value)}})
	}
	add("definition", s.Definition)
	add("numerator", s.Numerator)
	add("denominator", s.Denominator)
	add("unit", s.Unit)
	coded("direction", s.Direction)
	coded("accumulation", s.Accumulation)
	goals := Fact{Label: q.words.T("target.goal")}
	for i := range q.v.Targets {
		if t := &q.v.Targets[i]; t.Of == s.Code {
			goals.Values = append(goals.Values, plain(q.goalText(t)))
		}
	}
	out = append(out, goals)
	add("method", s.Method)
	add("sources", s.Sources...)
	add("frequency", s.Frequency)
	add("disaggregation", s.Disaggregation...)
	add("progress_rule", s.ProgressRule)
	add("caveats", s.Caveats...)
	add("open_questions", s.OpenQuestions...)
	add("sets", s.Sets...)
	add("history", s.History...)
	return out
}

// sheetTable is a sheet as data: a field per row, and several rows where a field is a list.
func sheetTable(s *framework.Sheet) *publication.Table {
	t := &publication.Table{Name: "indicator-" + s.Code, Columns: []publication.Column{{Name: "code"}, {Name: "sheet_version"}, {Name: "field"}, {Name: "value"}}}
	add := func(field string, values ...string) {
		for _, v := range values {
			t.Rows = append(t.Rows, publication.Row{s.Code, s.Version, field, orNothing(v)})
		}
	}
	add("title", s.Title)
	add("definition", s.Definition)
	add("numerator", s.Numerator)
	add("denominator", s.Denominator)
	add("unit", s.Unit)
	add("measure", string(s.Measure))
	add("direction", s.Direction)
	add("accumulation", s.Accumulation)
	add("method", s.Method)
	add("frequency", s.Frequency)
	add("progress_rule", s.ProgressRule)
	add("source", s.Sources...)
	add("disaggregation", s.Disaggregation...)
	add("caveat", s.Caveats...)
	add("open_question", s.OpenQuestions...)
	add("set", s.Sets...)
	add("history", s.History...)
	add("not_computed", cmp.Or(s.NotComputed, ""))
	return t
}
