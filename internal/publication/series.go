package publication

import (
	"context"
	"math/big"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// world is the area code under which published totals stand.
const world = "001"

// PublishedSeries is a series of totals as their publisher printed them, beside a computed figure
// and never its value. It has its own universe.
type PublishedSeries struct {
	framework.Series
	Source monitoring.Source
	Points []PublishedPoint // oldest first
	// Progress is judged as of the last point, where the series is a share and the target has a goal;
	// nil: it is a count, or there is no goal.
	Progress *monitoring.Progress
	Goal     *framework.TargetRevision
}

// PublishedPoint is one edition. Share is absent where the series is a count, or its publisher
// printed no total beside it.
type PublishedPoint struct {
	Period      reference.Period
	Edition     string
	Value       monitoring.Share // the printed count, exact
	Denominator monitoring.Share
	Share       monitoring.Share
	Citation    string
	Note        string
}

// PublishedSeries lists the series beside one target.
func (n *Snapshot) PublishedSeries(ctx context.Context, of string, q FigureQuery) ([]PublishedSeries, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	var out []PublishedSeries
	for _, s := range e.version.Series {
		if s.Of != of {
			continue
		}
		p, err := n.publishedSeries(ctx, e, s, q.AsOf)
		if err != nil {
			return nil, err
		}
		if len(p.Points) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

func (n *Snapshot) publishedSeries(ctx context.Context, e *edition, s framework.Series, asOf reference.Date) (PublishedSeries, error) {
	out := PublishedSeries{Series: s}
	wanted := []string{s.Numerator}
	if s.Denominator != "" {
		wanted = append(wanted, s.Denominator)
	}
	rows, err := n.store.Observations(ctx, monitoring.ObservationQuery{Indicators: wanted, Areas: []string{world}})
	if err != nil {
		return out, err
	}
	for _, o := range rows {
		if o.Indicator != s.Numerator || o.Value == nil {
			continue
		}
		if asOf != 0 && (o.Period.Start > asOf || o.Period.End > asOf && !o.Period.End.IsOpen()) { // its time was not over
			continue
		}
		out.Source, _ = n.Source(o.Source)
		p := PublishedPoint{Period: o.Period, Edition: o.Item, Value: monitoring.Share{Rat: o.Value.Rat()}, Citation: o.Citation, Note: o.Note}
		for _, d := range rows {
			if d.Indicator == s.Denominator && d.Source == o.Source && d.Item == o.Item && d.Period == o.Period && d.Value != nil && d.Value.Sign() > 0 {
				p.Denominator = monitoring.Share{Rat: d.Value.Rat()}
				count := p.Value.Rat
				if s.Complement {
					count = new(big.Rat).Sub(p.Denominator.Rat, count)
				}
				p.Share = monitoring.Share{Rat: new(big.Rat).Quo(count, p.Denominator.Rat)}
			}
		}
		out.Points = append(out.Points, p)
	}
	slices.SortStableFunc(out.Points, func(a, b PublishedPoint) int { return int(a.Period.End) - int(b.Period.End) })
	return out, out.judge(e)
}

// judge holds the series against its target's goal as of its own last point. The baseline is the
// last edition at the end of the framework's first year.
func (p *PublishedSeries) judge(e *edition) error {
	target, ok := e.version.Target(p.Of)
	if !ok || target.Goal() == nil {
		return nil
	}
	sheet, ok := e.version.Sheet(p.Of)
	if !ok {
		return nil
	}
	start := reference.YearPeriod(e.version.Valid.Start.Year()).End
	g := target.Goal()
	goal := monitoring.Goal{Operator: g.Operator, Value: g.Value.Rat(), Date: g.GoalDate}
	var points []monitoring.Point
	for _, x := range p.Points {
		if !x.Share.Known() {
			continue
		}
		points = append(points, monitoring.Point{End: x.Period.End, Lower: x.Share.Rat, Upper: x.Share.Rat, Definition: p.Code})
		if x.Period.End <= start {
			goal.Baseline = x.Period.End
		}
	}
	if len(points) == 0 || goal.Baseline == 0 {
		return nil
	}
	progress, err := monitoring.Judge(points, goal, monitoring.Direction(sheet.Direction), points[len(points)-1].End, monitoring.Options{})
	if err != nil {
		return err
	}
	p.Progress, p.Goal = &progress, g
	return nil
}
