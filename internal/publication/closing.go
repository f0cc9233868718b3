package publication

import (
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Closing judges a framework at the day its goals were set for: what was known by then, what is known
// of that day now, and what nobody can say.
type Closing struct {
	On    reference.Date // the last of the goal dates
	Goals []ClosingGoal  // those with a value, in the order of the document
	// Unset are the values that were never set, so that nothing can be held against them.
	Unset []*framework.Target
	// Unmeasured are the measurable statements that no figure is computed for; each says why.
	Unmeasured []*framework.Sheet
}

// ClosingGoal is one goal with its headline figure, nil where there is none.
type ClosingGoal struct {
	Target *framework.Target
	Then   *monitoring.Figure // from what was dated by the goal date
	Now    *monitoring.Figure // from everything known today; the verdict is of the goal date all the same
}

// Verdicts counts the goals by what is known of them today.
func (c *Closing) Verdicts() map[monitoring.Verdict]int {
	out := map[monitoring.Verdict]int{}
	for _, g := range c.Goals {
		if g.Now == nil {
			out[monitoring.CannotBeJudged]++
			continue
		}
		out[monitoring.Verdict(g.Now.Verdict)]++
	}
	return out
}

// Closing gives the closing assessment of a version. One without any dated goal is fault.NotFound; one
// whose last goal date is still to come is fault.Conflict.
func (n *Snapshot) Closing(version string) (*Closing, error) {
	e, err := n.lookUp(version)
	if err != nil {
		return nil, err
	}
	c := &Closing{}
	for i := range e.version.Targets {
		t := &e.version.Targets[i]
		g := t.Goal()
		if g == nil || g.Value == nil {
			c.Unset = append(c.Unset, t)
			continue
		}
		c.On = max(c.On, g.GoalDate)
		c.Goals = append(c.Goals, ClosingGoal{Target: t})
	}
	switch {
	case c.On == 0:
		return nil, fault.New(fault.NotFound, "no goal of this version has a date", "Look at the figures as they stand.")
	case c.On >= n.Today:
		return nil, fault.New(fault.Conflict, "the goals of this version are set for a day that is still to come", "Look at the figures as they stand; the closing assessment comes after "+c.On.String()+".")
	}
	for i := range c.Goals {
		g := &c.Goals[i]
		if g.Then, err = n.headlineOf(e, g.Target.Of, FigureQuery{Version: version, AsOf: c.On}); err != nil {
			return nil, err
		}
		if g.Now, err = n.headlineOf(e, g.Target.Of, FigureQuery{Version: version, WeightsYear: c.On.Year()}); err != nil {
			return nil, err
		}
	}
	for i := range e.version.Sheets {
		if s := &e.version.Sheets[i]; len(e.version.VariantsOf(s.Code)) == 0 {
			c.Unmeasured = append(c.Unmeasured, s)
		}
	}
	return c, nil
}
