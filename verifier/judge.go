package main

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// point is the bounds on one day; nil where nothing is known.
type point struct {
	day          day
	lists        [][]status
	lower, upper *big.Rat
}

// judge holds the figure against its goal (docs/data.md) and adds what comes of it.
func (w *work) judge(figure object, v *variant) error {
	goal := struct {
		operator string
		value    *big.Rat
		date     day
	}{operator: ">="}
	if n := len(w.Framework.Target.Revisions); n > 0 && w.Framework.Target.Revisions[n-1].Value.Rat != nil {
		r := w.Framework.Target.Revisions[n-1]
		goal.operator, goal.value, goal.date = r.Operator, r.Value.Rat, r.GoalDate
	}
	children := w.Framework.Target.JudgedOn == "children"
	figure["goal"] = object{"value": six(goal.value), "date": goal.date.String(), "operator": goal.operator, "judgedOn": w.Framework.Target.JudgedOn}
	figure["grade"], figure["reason"], figure["pace"], figure["methodDependent"], figure["sensitivity"] = nil, nil, nil, false, []any{}

	sign := map[string]int{"increase": 1, "decrease": -1}[w.Framework.Direction]
	if sign == 0 || goal.value != nil && goal.operator != map[int]string{1: ">=", -1: "<="}[sign] {
		return fmt.Errorf("it does not say plainly whether more or less is better")
	}
	cannot := func(why string) error {
		figure["verdict"], figure["reason"] = "cannotBeJudged", why
		return nil
	}
	today := w.Question.Judged
	if w.Question.AsOf != nil {
		today = *w.Question.AsOf
	}
	if today == 0 {
		return fmt.Errorf("it names no day to judge on")
	}
	end := today
	if goal.date != 0 {
		end = min(end, goal.date)
	}
	var base, latest *point
	if w.Framework.Baseline < end {
		p, err := w.point(v, w.Framework.Baseline, children)
		if err != nil {
			return err
		}
		if p.lower != nil {
			base, latest = p, p
		}
	}
	p, err := w.point(v, end, children)
	if err != nil {
		return err
	}
	if p.lower != nil {
		latest = p
		if end == w.Framework.Baseline {
			base = p
		}
	}
	if goal.value == nil {
		return cannot("no_target_value")
	}
	if latest == nil {
		return cannot("no_data")
	}
	reached := func(r *big.Rat) bool { return r.Cmp(goal.value)*sign >= 0 }
	worst, best := latest.lower, latest.upper
	if sign < 0 {
		worst, best = best, worst
	}
	way, why := w.way(base, latest, goal.date, children)
	due := goal.date != 0 && today >= goal.date
	verdict, grade, byPace := "", "", false
	switch {
	case reached(worst):
		verdict = "reached"
	case due && !reached(best):
		verdict = "missed"
	case due:
		return cannot("bounds_straddle_goal")
	case why != "":
		return cannot(why)
	case reached(way.from) && reached(way.to) && reached(best):
		return cannot("bounds_straddle_goal")
	case reached(way.from) && reached(way.to):
		return cannot("no_baseline")
	case reached(way.from):
		verdict = "movingAway"
	default:
		byPace = true
		verdict, grade = pace(way.pace(goal.value))
	}
	figure["verdict"] = verdict
	if grade != "" {
		figure["grade"] = grade
	}
	if why != "" {
		return nil
	}
	if !reached(way.from) {
		figure["pace"] = six(way.pace(goal.value))
	}
	var notes []any
	for _, m := range []method{way.growth(goal.value, sign), way.outlook(goal.value), way.steps(goal.value, sign), {name: "destatis", why: "too_few_points"}} {
		note := object{"method": m.name, "value": "", "verdict": ""}
		if m.why != "" {
			note["why"] = m.why
		} else {
			if !byPace {
				m.verdict = verdict
			}
			note["value"], note["verdict"] = strconv.FormatFloat(m.value, 'f', 6, 64), m.verdict
			figure["methodDependent"] = figure["methodDependent"] == true || m.verdict != verdict
		}
		notes = append(notes, note)
	}
	figure["sensitivity"] = notes
	return nil
}

func pace(p *big.Rat) (verdict, grade string) {
	switch {
	case p.Cmp(big.NewRat(95, 100)) >= 0:
		return "onTrack", ""
	case p.Cmp(big.NewRat(60, 100)) >= 0:
		return "behind", "accelerate"
	case p.Sign() >= 0:
		return "behind", "insufficient"
	}
	return "movingAway", ""
}

func (w *work) point(v *variant, on day, children bool) (*point, error) {
	parts, err := w.parts(v, moment{on, w.Question.AsOf == nil})
	if err != nil {
		return nil, err
	}
	p := &point{day: on, lists: lists(v, parts)}
	for _, list := range p.lists {
		for _, s := range list {
			if s != (status{0, 2}) { // something is known
				p.lower, p.upper, _ = w.bounds(p.lists, children)
				return p, nil
			}
		}
	}
	return p, nil
}

// way is the movement among the countries known on both days, and the months to now and to the goal.
type way struct {
	from, to  *big.Rat
	now, till int
}

func (w *work) way(base, latest *point, goal day, children bool) (*way, string) {
	if base == nil {
		return nil, "no_baseline"
	}
	months := latest.day.months() - base.day.months()
	if months == 0 {
		return nil, "one_point"
	}
	var all, known, before, after int64
	for i := range base.lists[0] {
		weight := int64(1)
		if children {
			c := w.Countries.Members[i].Weight
			if c == nil {
				continue
			}
			weight = *c
		}
		all += weight
		a, b := base.lists[0][i], latest.lists[0][i]
		if !a.known() || !b.known() {
			continue
		}
		known += weight
		before += weight * int64(a.low/2)
		after += weight * int64(b.low/2)
	}
	covered := fraction(known, all)
	if len(base.lists) > 1 || known == 0 || covered == nil || covered.Cmp(w.Framework.PanelLeast.Rat) < 0 {
		return nil, "coverage_below_threshold"
	}
	if goal == 0 {
		return nil, "no_goal_date"
	}
	return &way{fraction(before, known), fraction(after, known), months, goal.months() - base.day.months()}, ""
}

// pace is the part that was made of the way expected by now.
func (y *way) pace(goal *big.Rat) *big.Rat {
	made := new(big.Rat).Sub(y.to, y.from)
	due := new(big.Rat).Mul(new(big.Rat).Sub(goal, y.from), big.NewRat(int64(y.now), int64(y.till)))
	return made.Quo(made, due)
}

// method is what one of the other usual methods says.
type method struct {
	name, why, verdict string
	value              float64
}

const digits = 400 // bits of a root

func wide(r *big.Rat) *big.Float { return new(big.Float).SetPrec(digits).SetRat(r) }

// above compares a root with a cut-off; what lies within 2^-160 below counts as on it.
func above(f *big.Float, cut *big.Rat) bool {
	d := new(big.Float).SetPrec(digits).Sub(f, wide(cut))
	return d.Cmp(new(big.Float).SetMantExp(big.NewFloat(-1), -160)) >= 0
}

func (m *method) settle(f *big.Float, ladder ...any) {
	m.value, _ = f.Float64()
	if math.IsInf(m.value, 0) {
		m.why = "out_of_range"
		return
	}
	for i := 0; i < len(ladder); i += 2 {
		if above(f, ladder[i].(*big.Rat)) {
			m.verdict = ladder[i+1].(string)
			return
		}
	}
	m.verdict = "movingAway"
}

func (y *way) odd(goal *big.Rat) string {
	switch {
	case y.from.Sign() <= 0 || y.to.Sign() <= 0 || goal.Sign() <= 0:
		return "value_not_positive"
	case y.from.Cmp(goal) == 0:
		return "no_gap"
	}
	return ""
}

var onTrack, nought = big.NewRat(19, 20), new(big.Rat)

// growth compares the yearly growth so far with the one that leads to the goal.
func (y *way) growth(goal *big.Rat, sign int) method {
	m := method{name: "cagr", why: y.odd(goal)}
	if m.why != "" {
		return m
	}
	one := wide(big.NewRat(1, 1))
	so := power(new(big.Rat).Quo(y.to, y.from), 12, y.now)
	need := power(new(big.Rat).Quo(goal, y.from), 12, y.till)
	so.Sub(so, one)
	need.Abs(need.Sub(need, one))
	so.Quo(so.Mul(so, wide(big.NewRat(int64(sign), 1))), need)
	m.settle(so, onTrack, "onTrack", nought, "behind")
	return m
}

// outlook is where the growth so far leads to at the goal date.
func (y *way) outlook(goal *big.Rat) method {
	m := method{name: "un-2023", why: y.odd(goal)}
	if m.why != "" {
		return m
	}
	e := power(new(big.Rat).Quo(y.to, y.from), y.till-y.now, y.now)
	e.Mul(e, wide(y.to))
	e.Sub(e, wide(y.from))
	e.Quo(e, wide(new(big.Rat).Sub(goal, y.from)))
	m.settle(e, onTrack, "onTrack", nought, "behind")
	return m
}

// steps is the way made on a scale of ten, against the time passed on the same scale.
func (y *way) steps(goal *big.Rat, sign int) method {
	m := method{name: "escap-csi"}
	gap := new(big.Rat).Sub(goal, y.from)
	if gap.Sign() == 0 {
		m.why = "no_gap"
		return m
	}
	made := new(big.Rat).Sub(y.to, y.from)
	made.Mul(made, big.NewRat(int64(10*sign), 1)).Quo(made, gap.Abs(gap))
	m.value, _ = made.Float64()
	switch {
	case made.Cmp(big.NewRat(int64(10*y.now), int64(y.till))) >= 0:
		m.verdict = "onTrack"
	case made.Sign() >= 0:
		m.verdict = "behind"
	default:
		m.verdict = "movingAway"
	}
	return m
}

// power is r to the power of p/q, by halving the gap between two bounds of the root and then by
// multiplying.
func power(r *big.Rat, p, q int) *big.Float {
	x := wide(r)
	low, high := wide(nought), wide(big.NewRat(1, 1))
	if x.Cmp(high) > 0 {
		high.Set(x)
	}
	for range digits {
		mid := new(big.Float).SetPrec(digits).Add(low, high)
		mid.Quo(mid, wide(big.NewRat(2, 1)))
		if times(mid, q).Cmp(x) > 0 {
			high = mid
		} else {
			low = mid
		}
	}
	return times(new(big.Float).SetPrec(digits-100).Set(low), p) // rounded: an exact root is exact
}

func times(x *big.Float, n int) *big.Float {
	out, square := wide(big.NewRat(1, 1)), new(big.Float).Copy(x)
	for ; n > 0; n /= 2 {
		if n%2 == 1 {
			out.Mul(out, square)
		}
		square = new(big.Float).SetPrec(digits).Mul(square, square)
	}
	return out
}
