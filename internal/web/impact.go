package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// ImpactPage answers before a change is decided: which countries would stand elsewhere, and why.
type ImpactPage struct {
	Page
	Answer  string
	Form    ImpactForm
	Problem text // why the proposed change cannot be worked out; empty: nothing is wrong
	Fix     text
	Figures []ImpactFigure
	Same    string // the codes that nothing happens to; empty: none
	Edits   string // the change as edits, for the command and for a consultation
	Twins   Twins
}

// ImpactForm holds what may be proposed about one code, filled with what holds or what was sent.
type ImpactForm struct {
	Action   string
	Hidden   []Hidden
	Codes    []FacetOption
	Variants []FacetOption
	Of       string // the variant whose criterion stands in Met
	Met      string // empty: the variant combines others and has no criterion of its own
	Goal     string // in percent; empty: no value is set
	Year     string
	Edits    string
}

// ImpactFigure is one figure before and after.
type ImpactFigure struct {
	Code          string
	Name          text
	Href          string
	Before, After AssessedFigure
	NotComparable bool
	Changed       []ImpactCountry
	Counted       string
}

// ImpactCountry is one country that would stand elsewhere, with the answers that decide it.
type ImpactCountry struct {
	Country Link
	Before  StatusCount
	After   StatusCount
	Because []string
}

// Most of what one asks for in an address: it has to fit into one.
const (
	longestCriterion = 2000
	longestEdits     = 6000
)

func (s *Server) impact(q *request) (*answer, error) {
	v := q.v
	form, err := q.impactForm(v)
	if err != nil {
		return nil, err
	}
	p := ImpactPage{Page: q.page("/framework/impact", "shell.framework", q.words.T("impact.title"), Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}), Form: form}
	edits, err := q.proposedEdits(v, &p.Form)
	var impact *publication.Impact
	if err == nil && len(edits) > 0 {
		impact, err = q.snap.Impact(q.ctx, edits, q.figures(""))
	}
	switch {
	case err != nil && fault.KindOf(err) == fault.Internal:
		return nil, err
	case err != nil && q.ending != "":
		return nil, err
	case err != nil:
		p.Problem, p.Fix = faultTexts(q.words, fault.KindOf(err), err)
		p.Title = q.words.T("error.problem_title", "Title", p.Title)
	case impact == nil:
		p.Answer = q.words.T("impact.nothing_yet")
		if q.ending != "" {
			impact = &publication.Impact{}
		}
	}
	if q.ending != "" {
		return q.twin(impactTable(impact), nil)
	}
	if impact != nil {
		q.fillImpactPage(&p, impact)
		sent, err := json.Marshal(edits)
		if err != nil {
			return nil, err
		}
		p.Edits, p.Twins = string(sent), Twins{CSV: q.here("/framework/impact.csv"), JSON: q.here("/framework/impact.json")}
	}
	p.Summary = p.Answer
	return q.render("impact", p)
}

// impactForm fills the form for the code that was chosen, the first one that has figures if none was.
func (q *request) impactForm(v *framework.Version) (ImpactForm, error) {
	f := ImpactForm{Action: q.to("/framework/impact"), Hidden: q.hidden(), Edits: q.params.Get("edits")}
	f.Action, _, _ = strings.Cut(f.Action, "?")
	var codes []string
	for i := range v.Variants {
		if of := v.Variants[i].Of; !slices.Contains(codes, of) {
			codes = append(codes, of)
		}
	}
	chosen := q.params.Get("code")
	if chosen == "" && len(codes) > 0 {
		chosen = codes[0]
	}
	if !slices.Contains(codes, chosen) && len(codes) > 0 {
		return f, fault.Newf(fault.NotFound, "no figure is computed for %q", chosen).WithFix("Choose one of "+strings.Join(codes, ", ")+".").
			WithKey("error.no_figure", map[string]any{"Code": lang.Isolate(chosen)})
	}
	for _, code := range codes {
		f.Codes = append(f.Codes, FacetOption{Value: code, Text: lang.Isolate(code) + " " + q.targetName(code).Text, Selected: code == chosen})
	}
	headline := headlineVariant(v, chosen)
	picked := headline
	if asked := q.params.Get("variant"); asked != "" {
		if w, ok := v.Variant(chosen, asked); ok {
			picked = w
		}
	}
	for _, w := range v.VariantsOf(chosen) {
		f.Variants = append(f.Variants, FacetOption{Value: w.Code, Text: lang.Isolate(w.Code) + " " + q.label(v, w.Of+"."+w.Code, w.Title).Text, Selected: w == picked})
	}
	if picked != nil && picked.Compose == nil {
		f.Of, f.Met = picked.Code, picked.Met
		if sent := q.params.Get("met"); sent != "" && q.params.Get("of") == picked.Code {
			f.Met = sent
		}
	}
	if t, ok := v.Target(chosen); ok {
		if g := t.Goal(); g != nil && g.Value != nil {
			f.Goal = g.Value.Shift(2).String()
		}
	}
	if sent := q.params.Get("goal"); sent != "" {
		f.Goal = sent
	}
	f.Year = strconv.Itoa(v.WeightsYear)
	if sent := q.params.Get("year"); sent != "" {
		f.Year = sent
	}
	return f, nil
}

func headlineVariant(v *framework.Version, code string) *framework.Variant {
	for _, w := range v.VariantsOf(code) {
		if w.Headline {
			return w
		}
	}
	return nil
}

// proposedEdits are the differences between what the form says and what holds.
func (q *request) proposedEdits(v *framework.Version, f *ImpactForm) ([]framework.Edit, error) {
	code := chosenOf(f.Codes)
	edits, err := framework.MoveHeadline(v, code, chosenOf(f.Variants))
	if err != nil {
		return nil, err
	}
	if len(f.Met) > longestCriterion || len(f.Edits) > longestEdits {
		return nil, fault.New(fault.TooLarge, "this is too long for an address", "Save the edits in a file and use the command: waymark framework impact FILE.").WithKey("error.tooLarge", nil)
	}
	if w, ok := v.Variant(code, f.Of); ok && strings.TrimSpace(f.Met) != strings.TrimSpace(w.Met) {
		edits = append(edits, framework.Set(framework.OneVariant, w.Code, "met", w.Met, strings.TrimSpace(f.Met)))
	}
	if t, ok := v.Target(code); ok {
		edit, err := revised(t, f.Goal, q.snap.Today)
		if err != nil {
			return nil, err
		}
		if edit != nil {
			edits = append(edits, *edit)
		}
	}
	if year, err := strconv.Atoi(f.Year); err != nil {
		return nil, fault.Newf(fault.Refused, "the year %q is no number", f.Year).WithFix("Write a year, for example 2022.").WithKey("error.impact_year", nil)
	} else if year != v.WeightsYear {
		edits = append(edits, framework.Set(framework.TheVersion, "", "weightsYear", v.WeightsYear, year))
	}
	if strings.TrimSpace(f.Edits) != "" {
		more, err := framework.ParseEdits([]byte(f.Edits))
		if err != nil {
			return nil, err
		}
		edits = append(edits, more...)
	}
	return edits, nil
}

// revised is the edit that gives a goal another value, in percent; nil if it is the same.
func revised(t *framework.Target, percent string, today reference.Date) (*framework.Edit, error) {
	g := t.Goal()
	if g == nil || g.Value == nil || percent == "" {
		return nil, nil //nolint:nilnil // no goal, or none asked for: nothing is revised
	}
	value, err := decimal.NewFromString(strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(percent), ",", "."), "%"))
	if err != nil || len(percent) > 12 || value.IsNegative() || value.GreaterThan(decimal.NewFromInt(100)) {
		return nil, fault.Newf(fault.Refused, "the goal %q is no percentage", percent).WithFix("Write a number from 0 to 100.").WithKey("error.impact_goal", nil)
	}
	value = value.Shift(-2)
	if value.Equal(*g.Value) {
		return nil, nil //nolint:nilnil // as it is
	}
	next := *g
	next.Value, next.SetBy, next.SetOn, next.Reason = &value, "proposal", today, "to see what it would do"
	edit := framework.Revise(t.Code, g, next)
	return &edit, nil
}

func chosenOf(options []FacetOption) string {
	for _, o := range options {
		if o.Selected {
			return o.Value
		}
	}
	return ""
}

func (q *request) fillImpactPage(p *ImpactPage, impact *publication.Impact) {
	countries := map[string]bool{}
	var same []string
	for i := range impact.Figures {
		f := &impact.Figures[i]
		row := ImpactFigure{Code: f.Code, Name: q.targetName(f.Code), Href: q.figureHref(f.Code), Before: q.assessed(f.Before), After: q.assessed(f.After), NotComparable: !f.Comparable}
		if row.Before == row.After && len(f.Changed) == 0 {
			same = append(same, lang.Isolate(f.Code))
			continue
		}
		for _, x := range f.Changed {
			countries[x.Area] = true
			row.Changed = append(row.Changed, q.impactCountry(&x))
		}
		lang.Sort(q.tag, row.Changed, func(c ImpactCountry) string { return c.Country.Text.Text })
		row.Counted = q.words.N("impact.counted", len(row.Changed))
		p.Figures = append(p.Figures, row)
	}
	p.Answer = q.words.N("impact.answer", len(countries))
	if len(p.Figures) == 0 {
		p.Answer = q.words.T("impact.nothing")
	}
	if len(same) > 0 {
		p.Same = q.words.T("impact.same", "Codes", q.words.Join(same))
	}
}

func (q *request) impactCountry(x *publication.CountryImpact) ImpactCountry {
	out := ImpactCountry{Country: q.countryLink(x.Area)}
	chip := func(status string) StatusCount {
		if status == "" {
			return StatusCount{Status: "unknown", Word: q.words.T("desk.not_counted")}
		}
		return StatusCount{Status: status, Word: q.words.T("status." + status)}
	}
	out.Before, out.After = chip(x.Before), chip(x.After)
	for _, a := range x.Because {
		word := q.words.T("status.unknown")
		if a.Answer != "" {
			word = q.words.T("answer." + a.Answer)
		}
		out.Because = append(out.Because, q.words.T("figure.count", "Status", lang.Isolate(a.Indicator), "Count", word))
	}
	return out
}

// impactTable is the impact as data: one row a code and country that would stand elsewhere.
func impactTable(impact *publication.Impact) *publication.Table {
	t := &publication.Table{Name: "impact", Columns: []publication.Column{
		{Name: "code"}, {Name: "comparable"}, {Name: "lower_before"}, {Name: "upper_before"}, {Name: "verdict_before"}, {Name: "lower_after"}, {Name: "upper_after"}, {Name: "verdict_after"},
		{Name: "area"}, {Name: "status_before"}, {Name: "status_after"}, {Name: "because"},
	}}
	for i := range impact.Figures {
		f := &impact.Figures[i]
		head := publication.Row{f.Code, f.Comparable, nil, nil, nil, nil, nil, nil}
		if f.Before != nil {
			b := f.Before.Judged()
			head[2], head[3], head[4] = b.Lower, b.Upper, f.Before.Verdict
		}
		if f.After != nil {
			b := f.After.Judged()
			head[5], head[6], head[7] = b.Lower, b.Upper, f.After.Verdict
		}
		if len(f.Changed) == 0 {
			t.Rows = append(t.Rows, append(slices.Clone(head), nil, nil, nil, nil))
		}
		for _, x := range f.Changed {
			var because []string
			for _, a := range x.Because {
				answer := a.Answer
				if answer == "" {
					answer = "not known"
				}
				because = append(because, a.Indicator+": "+answer)
			}
			t.Rows = append(t.Rows, append(slices.Clone(head), x.Area, orNothing(x.Before), x.After, strings.Join(because, "; ")))
		}
	}
	return t
}
