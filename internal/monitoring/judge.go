package monitoring

import (
	"fmt"
	"math/big"
	"strconv"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// judge holds a figure against its goal (DOMAIN.md section 5). What counts is what held up to the
// goal date: later evidence is in the figure and never changes the verdict. Where no day is asked
// for, today decides and rows that name no day count too.
func (a *Assessor) judge(f *Figure, e *Evidence, q Question, places []int32) error {
	f.Method = LinearPace
	f.Sensitivity = []MethodNote{}
	target, ok := a.Version.Target(q.Variant.Of)
	if !ok {
		return fault.Newf(fault.Refused, "framework %s has no target for %s", a.Version.ID(), q.Variant.Of)
	}
	sheet, ok := a.Version.Sheet(q.Variant.Of)
	if !ok {
		return fault.Newf(fault.Refused, "framework %s has no reference sheet for %s", a.Version.ID(), q.Variant.Of)
	}
	minimum, ok := new(big.Rat).SetString(a.Version.Parameters.MatchedPanelMinimum)
	if !ok {
		return fault.Newf(fault.Refused, "framework %s: matchedPanelMinimum %q is not a number", a.Version.ID(), a.Version.Parameters.MatchedPanelMinimum)
	}
	goal := Goal{Operator: framework.AtLeast, Baseline: a.baseline()}
	if g := target.Goal(); g != nil && !q.Part {
		goal.Operator, goal.Value, goal.Date = g.Operator, g.Value.Rat(), g.GoalDate
	}
	f.Goal = GoalNote{Date: goal.Date, Operator: goal.Operator, JudgedOn: target.JudgedOn}
	if goal.Value != nil {
		f.Goal.Value = Share{goal.Value}
	}

	line := timeline{assessor: a, evidence: e, question: q, places: places, children: target.JudgedOn == "children", undated: q.AsOf == 0}
	asOf := q.AsOf
	if asOf == 0 {
		asOf = q.Today
	}
	var points []Point
	for _, day := range judgedDays(goal, asOf) {
		p, err := line.point(day)
		if err != nil {
			return err
		}
		points = append(points, p)
	}
	p, err := Judge(points, goal, Direction(sheet.Direction), asOf, Options{Panel: line.panel, PanelMinimum: minimum})
	if err != nil {
		return fmt.Errorf("judging %s: %w", q.Variant.Code, err)
	}
	f.Verdict = string(p.Verdict)
	f.Grade, f.Reason = optional(string(p.Grade)), optional(string(p.Reason))
	f.Pace = Share{p.Pace}
	f.MethodDependent = p.MethodDependent
	for _, m := range p.Sensitivity {
		note := MethodNote{Method: m.Method, Verdict: string(m.Verdict), Why: m.NotApplicable}
		if m.Value != nil {
			note.Value = strconv.FormatFloat(*m.Value, 'f', 6, 64)
		}
		f.Sensitivity = append(f.Sensitivity, note)
	}
	return nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// baseline is the end of the first year of the framework's time frame.
func (a *Assessor) baseline() reference.Date {
	return reference.YearPeriod(a.Version.Valid.Start.Year()).End
}

// judgedDays are the days a figure is worked out for: the baseline, the day judged, which is the goal
// date once that has passed, and the day asked for.
func judgedDays(goal Goal, asOf reference.Date) []reference.Date {
	judged := asOf
	if goal.Date != 0 {
		judged = min(asOf, goal.Date)
	}
	var days []reference.Date
	if goal.Baseline < judged {
		days = append(days, goal.Baseline)
	}
	days = append(days, judged)
	if asOf > judged {
		days = append(days, asOf)
	}
	return days
}

// timeline gives the value of one figure on any day.
type timeline struct {
	assessor *Assessor
	evidence *Evidence
	question Question
	places   []int32
	children bool
	undated  bool
}

func (t *timeline) statuses(day reference.Date) ([][]framework.Status, error) {
	return t.assessor.parts(t.question.Variant, t.evidence.at(Moment{Day: day, Undated: t.undated}), t.places)
}

// point is the bounds on a day; a day on which nothing at all is known has no usable value.
func (t *timeline) point(day reference.Date) (Point, error) {
	parts, err := t.statuses(day)
	if err != nil {
		return Point{}, err
	}
	p := Point{End: day, Definition: t.question.Variant.Code}
	known := false
	for _, statuses := range parts {
		for _, s := range statuses {
			known = known || s != framework.StatusUnknown
		}
	}
	if !known {
		return p, nil
	}
	bounds := countCountries(parts).Bounds
	if t.children {
		bounds = countChildren(parts, t.question.Weights).Bounds
	}
	p.Lower, p.Upper = bounds.Lower.Rat, bounds.Upper.Rat
	return p, nil
}

func (t *timeline) panel(from, to reference.Date) (Panel, error) {
	before, err := t.statuses(from)
	if err != nil {
		return Panel{}, err
	}
	after, err := t.statuses(to)
	if err != nil {
		return Panel{}, err
	}
	var weight func(int) (int64, bool)
	if t.children {
		weight = t.question.Weights.of
	}
	if len(before) > 1 { // half credit has no status of its own: no panel can be matched
		return Panel{Universe: len(before[0])}, nil
	}
	return MatchedPanel(before[0], after[0], weight)
}
