package monitoring

import (
	"cmp"
	"math/big"
	"slices"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// LinearPace is the method every verdict is given by: the pace so far against a straight line from
// the baseline to the goal (DOMAIN.md section 5). A changed cut-off is a new id.
const LinearPace = "linear-pace@1"

// The cut-offs of LinearPace, exact: a pace of 19/20 is on track.
var (
	paceOnTrack    = big.NewRat(19, 20)
	paceAccelerate = big.NewRat(3, 5)
)

// Verdict says where a figure stands against its goal, in the words of CONTRACT.md section 4.
type Verdict string

// The verdicts.
const (
	Reached        Verdict = "reached"        // certain, whatever the unknown turn out to be
	OnTrack        Verdict = "onTrack"        // fast enough to reach the goal by its date
	Behind         Verdict = "behind"         // in the right direction, too slowly: Grade says how far
	MovingAway     Verdict = "movingAway"     // in the wrong direction
	Missed         Verdict = "missed"         // the date has come, and it is certainly not reached
	CannotBeJudged Verdict = "cannotBeJudged" // Reason says why
)

// Grade parts what is behind; empty for every other verdict.
type Grade string

// The grades.
const (
	Accelerate   Grade = "accelerate"
	Insufficient Grade = "insufficient"
)

// Reason says why a verdict cannot be given; empty where there is one.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	NoTargetValue        Reason = "no_target_value"
	NoData               Reason = "no_data"
	Confidential         Reason = "confidential"
	BoundsStraddleGoal   Reason = "bounds_straddle_goal"
	NoGoalDate           Reason = "no_goal_date" // not reached, and without a date neither late nor on the way
	NoBaseline           Reason = "no_baseline"
	OnePoint             Reason = "one_point"
	SeriesBreak          Reason = "series_break"
	DefinitionChanged    Reason = "definition_changed"
	CoverageBelowMinimum Reason = "coverage_below_threshold"
)

// Direction says which way is better. There is no default: a sheet without one is refused.
type Direction string

// The directions of a reference sheet.
const (
	Increase Direction = "increase"
	Decrease Direction = "decrease"
)

// Point is one value of a series. A plain value has Lower equal to Upper; a figure with unknown
// countries has the ends of what is possible; one without a usable value has neither.
type Point struct {
	End          reference.Date // last day of the period it speaks about
	Lower, Upper *big.Rat
	Withheld     bool // there is a value, and it may not be published: it is not given here
	Break        bool // this value and later ones do not compare with earlier ones
	// Definition names what was measured, e.g. "T1.2@2". Two that differ compare only where
	// Options.Comparable says so.
	Definition string
}

func (p *Point) usable() bool { return p.Lower != nil && !p.Withheld }

// plain gives the value where it is one number, else nil.
func (p *Point) plain() *big.Rat {
	if p.usable() && p.Lower.Cmp(p.Upper) == 0 {
		return p.Lower
	}
	return nil
}

// Goal is the value to reach and its date, in the unit of the series.
type Goal struct {
	Operator framework.Operator
	Value    *big.Rat       // nil: to be set
	Date     reference.Date // zero: no date set
	// Baseline is the last day of the period the way is measured from; zero: the first usable value.
	Baseline reference.Date
}

// Options are what the judgement needs beside the series.
type Options struct {
	// Panel gives the change among the countries known at both days (see MatchedPanel), in the unit of
	// the series. It is asked for figures over a universe of countries, whose bounds alone show no
	// change; nil for plain values.
	Panel func(from, to reference.Date) (Panel, error)
	// PanelMinimum is the share of the universe that a panel must cover before its change is judged:
	// framework.Parameters. Needed with Panel.
	PanelMinimum *big.Rat
	// Comparable tells whether the crosswalk calls two definitions comparable; nil: none that differ.
	Comparable func(from, to string) bool
	// ZeroSubstitute stands for 0 in the growth-rate methods of the sensitivity strip, in the unit of the
	// series (one published dashboard puts 0.001); nil: they do not apply to zero. It never enters a verdict.
	ZeroSubstitute *big.Rat
}

// Progress is a verdict with everything it rests on. Nothing in it is capped, clamped or rounded.
type Progress struct {
	Verdict Verdict
	Grade   Grade
	Reason  Reason
	Rule    int // of DOMAIN.md section 5, 1 to 6, that decided
	Method  string

	Latest     *Point // the value judged: the latest usable one up to the goal date
	Baseline   *Point // nil: none usable
	LaterValue *Point // the latest usable one after the goal date: shown, never judged

	// From and To are the two values compared, of the panel where there is one; nil where the two
	// dates cannot be compared. They stand, with Panel, even where the verdict cannot be given.
	From, To *big.Rat
	Panel    *Panel

	// Expected is where the straight line to the goal stands at Latest, Pace the part of the way
	// expected by then that was made, GapClosed the part of the whole way. All nil where the baseline is
	// at or beyond the goal already, or where the verdict cannot be given.
	Expected, Pace, GapClosed *big.Rat

	// Sensitivity is what other usual methods say; empty where the verdict cannot be given.
	Sensitivity []MethodResult
	// MethodDependent: one of them gives another verdict.
	MethodDependent bool
}

// Change is To less From, nil where they cannot be compared.
func (p *Progress) Change() *big.Rat {
	if p.From == nil || p.To == nil {
		return nil
	}
	return new(big.Rat).Sub(p.To, p.From)
}

// Judge holds a series against its goal as on a day, by the rules of DOMAIN.md section 5 in their
// order. Order and number of the points are free; two points of one day are a conflict that must be
// decided before, and are refused, as are half bounds, a missing direction and a goal that
// contradicts it (fault.Refused).
func Judge(series []Point, goal Goal, direction Direction, asOf reference.Date, o Options) (Progress, error) {
	j, err := newJudgement(series, goal, direction, asOf, o)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Method: LinearPace, Latest: j.latest(), LaterValue: j.later()}
	if goal.Value == nil {
		return p.cannot(1, NoTargetValue), nil
	}
	if p.Latest == nil {
		if slices.ContainsFunc(j.before, func(q Point) bool { return q.Withheld }) {
			return p.cannot(1, Confidential), nil
		}
		return p.cannot(1, NoData), nil
	}
	w, reason, err := j.compare(&p)
	if err != nil {
		return Progress{}, err
	}

	worst, best := p.Latest.Lower, p.Latest.Upper
	if j.sign < 0 {
		worst, best = best, worst
	}
	due := goal.Date != 0 && asOf >= goal.Date
	switch {
	case j.atGoal(worst):
		p.Verdict, p.Rule = Reached, 3
	case due && !j.atGoal(best):
		p.Verdict, p.Rule = Missed, 3
	case due:
		return p.cannot(3, BoundsStraddleGoal), nil
	case reason != "":
		return p.cannot(4, reason), nil
	case j.atGoal(p.From):
		if j.atGoal(p.To) {
			// Only with a panel: the countries that can be compared are at the goal at both dates, so
			// what is missing lies with the others, of which no movement is known.
			if j.atGoal(best) {
				return p.cannot(5, BoundsStraddleGoal), nil
			}
			return p.cannot(5, NoBaseline), nil
		}
		p.Verdict, p.Rule = MovingAway, 5
	default:
		p.Rule = 6
		p.Verdict, p.Grade = byPace(w.pace())
	}
	if w != nil {
		if !j.atGoal(p.From) {
			p.Expected, p.Pace, p.GapClosed = w.expected(), w.pace(), w.gapClosed()
		}
		p.Sensitivity = j.sensitivity(w, &p)
		p.MethodDependent = slices.ContainsFunc(p.Sensitivity, func(m MethodResult) bool {
			return m.NotApplicable == "" && m.Verdict != p.Verdict
		})
	}
	return p, nil
}

func (p Progress) cannot(rule int, reason Reason) Progress {
	p.Verdict, p.Rule, p.Reason = CannotBeJudged, rule, reason
	return p
}

func byPace(pace *big.Rat) (Verdict, Grade) {
	switch {
	case pace.Cmp(paceOnTrack) >= 0:
		return OnTrack, ""
	case pace.Cmp(paceAccelerate) >= 0:
		return Behind, Accelerate
	case pace.Sign() >= 0:
		return Behind, Insufficient
	}
	return MovingAway, ""
}

// judgement is one call of Judge: its input checked and in order.
type judgement struct {
	goal    Goal
	options Options
	sign    int     // +1 increase, -1 decrease
	before  []Point // up to the day and the goal date, oldest first
	after   []Point // after the goal date, up to the day
}

func newJudgement(series []Point, goal Goal, direction Direction, asOf reference.Date, o Options) (*judgement, error) {
	j := &judgement{goal: goal, options: o}
	switch direction {
	case Increase:
		j.sign = 1
	case Decrease:
		j.sign = -1
	default:
		return nil, fault.Newf(fault.Refused, "the reference sheet has the direction %q", string(direction)).
			WithFix("Say whether an increase or a decrease is better; none is assumed.")
	}
	if goal.Value != nil {
		if want := map[int]framework.Operator{1: framework.AtLeast, -1: framework.AtMost}[j.sign]; goal.Operator != want {
			return nil, fault.Newf(fault.Refused, "the goal has the operator %q, and better is %s", string(goal.Operator), string(direction)).
				WithFix("A goal to rise to has the operator >=, one to fall to has <=.")
		}
	}
	if asOf == 0 {
		return nil, fault.New(fault.Refused, "there is no day to judge progress on", "Give the day, for example 2020-12-31.")
	}
	if o.Panel != nil && o.PanelMinimum == nil {
		return nil, fault.New(fault.Refused, "the share of countries that must be known at both dates is not set", "Set matchedPanelMinimum in the parameters of the framework version.")
	}
	points := slices.Clone(series)
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.End, b.End) })
	for i := range points {
		p := &points[i]
		switch {
		case p.End == 0 || p.End.IsOpen():
			return nil, fault.New(fault.Refused, "a value of the series has no end of period", "Give the last day of the period it speaks about.")
		case (p.Lower == nil) != (p.Upper == nil) || p.Lower != nil && p.Lower.Cmp(p.Upper) > 0:
			return nil, fault.Newf(fault.Refused, "the value of %s needs a lower bound and an upper bound not below it", p.End).
				WithFix("Give both bounds, the same twice for a plain value, or none.")
		case i > 0 && points[i-1].End == p.End:
			return nil, fault.Newf(fault.Refused, "the series has two values of %s", p.End).WithFix("Decide between them first.")
		case p.End > asOf: // not known on that day
		case goal.Date != 0 && p.End > goal.Date:
			j.after = append(j.after, *p)
		default:
			j.before = append(j.before, *p)
		}
	}
	return j, nil
}

// atGoal tells whether a value is at the goal or beyond it.
func (j *judgement) atGoal(v *big.Rat) bool { return v.Cmp(j.goal.Value)*j.sign >= 0 }

func lastUsable(points []Point) *Point {
	for i := range slices.Backward(points) {
		if points[i].usable() {
			return &points[i]
		}
	}
	return nil
}

func (j *judgement) latest() *Point { return lastUsable(j.before) }
func (j *judgement) later() *Point  { return lastUsable(j.after) }

// baseline is the usable value of the day the goal names, else the first usable one.
func (j *judgement) baseline() *Point {
	for i := range j.before {
		if q := &j.before[i]; q.usable() && (j.goal.Baseline == 0 || q.End == j.goal.Baseline) {
			return q
		}
	}
	return nil
}

// compare finds the two values whose difference is judged, and gives the way between them, or the
// reason of rule 4 why there is none. It fills Baseline, From, To and Panel.
func (j *judgement) compare(p *Progress) (*way, Reason, error) {
	if p.Baseline = j.baseline(); p.Baseline == nil {
		return nil, NoBaseline, nil
	}
	elapsed := p.Latest.End.Months() - p.Baseline.End.Months()
	switch {
	case elapsed == 0:
		return nil, OnePoint, nil
	case j.broken(p.Baseline, p.Latest):
		return nil, SeriesBreak, nil
	case !j.comparable(p.Baseline, p.Latest):
		return nil, DefinitionChanged, nil
	}
	p.From, p.To = p.Baseline.plain(), p.Latest.plain()
	if j.options.Panel != nil {
		panel, err := j.options.Panel(p.Baseline.End, p.Latest.End)
		if err != nil {
			return nil, "", err
		}
		p.Panel, p.From, p.To = &panel, panel.From, panel.To
	}
	switch {
	case p.From == nil || p.To == nil: // bounds that are apart and no panel, or an empty one
		p.From, p.To = nil, nil
		return nil, CoverageBelowMinimum, nil
	case p.Panel != nil && (p.Panel.Coverage == nil || p.Panel.Coverage.Cmp(j.options.PanelMinimum) < 0):
		return nil, CoverageBelowMinimum, nil
	case j.goal.Date == 0:
		return nil, NoGoalDate, nil
	}
	return &way{
		from: p.From, to: p.To, goal: j.goal.Value, sign: j.sign,
		elapsed: elapsed, whole: j.goal.Date.Months() - p.Baseline.End.Months(),
	}, "", nil
}

// broken tells whether the series breaks after one point, up to and with the other.
func (j *judgement) broken(from, to *Point) bool {
	return slices.ContainsFunc(j.before, func(q Point) bool { return q.Break && q.End > from.End && q.End <= to.End })
}

func (j *judgement) comparable(from, to *Point) bool {
	return from.Definition == to.Definition || j.options.Comparable != nil && j.options.Comparable(from.Definition, to.Definition)
}

// way is the movement that is judged: two values, the goal, and the months from the baseline to
// each. Elapsed is above 0 and at most whole.
type way struct {
	from, to, goal *big.Rat
	sign           int
	elapsed, whole int
}

// made is how far the value moved, gap how far it has to move in all.
func (w *way) made() *big.Rat { return new(big.Rat).Sub(w.to, w.from) }
func (w *way) gap() *big.Rat  { return new(big.Rat).Sub(w.goal, w.from) }

// timeShare is the part of the time to the goal date that is over.
func (w *way) timeShare() *big.Rat { return big.NewRat(int64(w.elapsed), int64(w.whole)) }

func (w *way) expected() *big.Rat {
	e := w.gap()
	return e.Add(w.from, e.Mul(e, w.timeShare()))
}

func (w *way) gapClosed() *big.Rat { return new(big.Rat).Quo(w.made(), w.gap()) }

func (w *way) pace() *big.Rat { return new(big.Rat).Quo(w.gapClosed(), w.timeShare()) }
