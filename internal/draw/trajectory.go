package draw

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Point is one value of a line. X is a time as a decimal year.
type Point struct {
	X float64
	// Y is a share 0..1. Nil says that the value of this time is not known: the line breaks there.
	Y *float64
	// Lower and Upper are bounds of the value; nil where there are none. Both or neither. Bounds
	// without a value are a column, solid for what is certain and hatched for what may be, and are not
	// joined to anything.
	Lower, Upper *float64
	// Label is written beside the point ("2018: 61 %"). Label the first and the last at least, so
	// that the values can be read without hovering.
	Label string
}

// TrajectoryData is a figure over time against the path to its goal.
type TrajectoryData struct {
	Title, Desc string
	IDPrefix    string
	RTL         bool // direction of the words only; a time axis never mirrors
	// Observed are the values up to the goal date in the order of time. Neighbours are joined by a
	// line, except over a nil value or over more than MaxGap.
	Observed []Point
	// Later are the values after the goal date. They are hollow and not joined, because they no
	// longer count for the verdict.
	Later []Point
	// Required is the path that leads to the goal, dashed; its last point is the goal and gets a mark.
	// The goal alone is enough where there is no value to start a path from.
	Required []Point
	// MaxGap is the longest time in years over which two observed values are joined; 0 sets no limit.
	MaxGap float64
	// From and To are the ends of the time axis; both 0 take them from the points.
	From, To       float64
	XTicks, YTicks []Tick // of the axes; At is a year, or a share
}

// Trajectory draws the line chart.
func Trajectory(d TrajectoryData) (SVG, error) {
	fail := func(err error) (SVG, error) { return "", fmt.Errorf("draw trajectory %q: %w", d.IDPrefix, err) }
	if math.IsNaN(d.MaxGap) || d.MaxGap < 0 {
		return fail(fmt.Errorf("the longest gap is %v; it must be a number of years from 0", d.MaxGap))
	}
	if err := checkPoints(d.Observed, d.Later, d.Required); err != nil {
		return fail(err)
	}
	if d.From == 0 && d.To == 0 {
		d.From, d.To = timeSpan(d.Observed, d.Later, d.Required)
	}
	left := margin
	for _, t := range d.YTicks {
		left = max(left, textWidth(t.Label)+2*margin)
	}
	p := plot{edge1: 0, edge2: chartWidth, x1: left, x2: chartWidth - 2*margin, y1: lineHeight + margin, y2: 200, from: d.From, to: d.To}
	if err := p.check(d.XTicks, d.YTicks, d.Observed, d.Later, d.Required); err != nil {
		return fail(err)
	}
	c, err := newCanvas("trajectory", d.IDPrefix, d.Title, d.Desc, d.RTL, chartWidth, p.y2+2*lineHeight, "img")
	if err != nil {
		return "", err
	}
	c.columnHatch(d.Observed, d.Later)
	c.axes(p, d.XTicks, d.YTicks)
	labels := placer{frame: box{p.x1 + 2, 1, chartWidth - 1, p.y2 - 1}}
	c.series(p, series{d.Observed, d.Later, d.Required, d.MaxGap}, &labels)
	return c.done(), nil
}

// plot is a frame with a time axis and an axis of shares.
type plot struct {
	edge1, edge2   float64 // how far words may reach, in units
	x1, x2, y1, y2 float64 // the frame, in units
	from, to       float64 // in years
}

func (p plot) x(year float64) float64 {
	return p.x1 + 6 + (year-p.from)/(p.to-p.from)*(p.x2-p.x1-12)
}
func (p plot) y(share float64) float64 { return p.y2 - share*(p.y2-p.y1) }

// check refuses axes without length and points or ticks outside of them.
func (p plot) check(xTicks, yTicks []Tick, lists ...[]Point) error {
	// Written so that NaN is refused too.
	if !(p.from < p.to) || math.IsInf(p.from, 0) || math.IsInf(p.to, 0) {
		return fmt.Errorf("the time axis runs from %v to %v; its end must be after its start", p.from, p.to)
	}
	inside := func(what string, at float64) error {
		if !(at >= p.from && at <= p.to) {
			return fmt.Errorf("%s at %v lies outside the time axis from %v to %v", what, at, p.from, p.to)
		}
		return nil
	}
	for _, list := range lists {
		for _, pt := range list {
			if err := inside("a point", pt.X); err != nil {
				return err
			}
		}
	}
	for _, t := range xTicks {
		if err := inside("a tick", t.At); err != nil {
			return err
		}
	}
	for _, t := range yTicks {
		if err := checkShare("a tick", t.At); err != nil {
			return err
		}
	}
	return nil
}

// checkPoints refuses values that are not shares, half bounds, times out of order, and lists that
// hold no value at all.
func checkPoints(lists ...[]Point) error {
	values := 0
	for _, list := range lists {
		last := math.Inf(-1)
		for _, p := range list {
			if !(p.X > last) || math.IsInf(p.X, 0) {
				return fmt.Errorf("the times of the points must rise, and %v follows %v", p.X, last)
			}
			last = p.X
			name := fmt.Sprintf("the value at %v", p.X)
			if p.Y != nil {
				values++
				if err := checkShare(name, *p.Y); err != nil {
					return err
				}
			}
			if (p.Lower == nil) != (p.Upper == nil) {
				return fmt.Errorf("%s has one bound; give both or none", name)
			}
			if p.Lower != nil {
				values++
			}
			if err := checkBounds(name, p.Lower, p.Upper); err != nil {
				return err
			}
		}
	}
	if values == 0 {
		return ErrNothing
	}
	return nil
}

// timeSpan gives the first and last time of all points, with a year around a single one.
func timeSpan(lists ...[]Point) (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, list := range lists {
		for _, p := range list {
			from, to = min(from, p.X), max(to, p.X)
		}
	}
	if from == to {
		return from - 0.5, to + 0.5
	}
	return from, to
}

// axes draws the grid, the axis line and the words of the ticks.
func (c *canvas) axes(p plot, xTicks, yTicks []Tick) {
	for _, t := range yTicks {
		c.line(p.x1, p.y(t.At), p.x2, p.y(t.At), lineDecor, 1, "")
		c.text(p.x1-margin+2, p.y(t.At)+4, rightEdge, t.Label, ` fill="`+inkSecond+`"`)
	}
	c.line(p.x1, p.y2, p.x2, p.y2, lineMeaning, 1, "")
	end := p.edge1 // of the last tick label: one that would touch it is left out, its mark stays
	for _, t := range xTicks {
		x := p.x(t.At)
		c.line(x, p.y2, x, p.y2+4, lineMeaning, 1, "")
		half := textWidth(t.Label) / 2
		at := max(p.edge1+half, min(p.edge2-half, x))
		if at-half >= end {
			c.text(at, p.y2+lineHeight+2, middle, t.Label, ` fill="`+inkSecond+`"`)
			end = at + half + 4
		}
	}
}

// series is the three lines of one figure.
type series struct {
	observed, later, required []Point
	maxGap                    float64
}

// series draws bounds, then the required path, then the values, then the labels on top.
func (c *canvas) series(p plot, s series, labels *placer) {
	runs := unbroken(s.observed, s.maxGap)
	for _, run := range runs {
		c.band(p, run, labels)
	}
	for _, pt := range s.later {
		if pt.Y != nil {
			c.band(p, []Point{pt}, labels)
		}
	}
	for _, pt := range s.observed {
		c.column(p, pt, `fill="`+fillMet+`"`, labels)
	}
	for _, pt := range s.later {
		c.column(p, pt, `fill="#fff" stroke="`+fillMet+`" stroke-width="2"`, labels)
	}
	c.polyline(p, s.required, inkSecond, ` stroke-dasharray="6 4"`, labels)
	for _, run := range runs {
		c.polyline(p, run, fillMet, "", labels)
	}
	if n := len(s.required); n > 0 && s.required[n-1].Y != nil {
		x, y := p.x(s.required[n-1].X), p.y(*s.required[n-1].Y)
		c.line(x-7, y, x+7, y, "#fff", 6, "")
		c.line(x-7, y, x+7, y, ink, 3, "")
		labels.taken = append(labels.taken, box{x - 7, y - 3, x + 7, y + 3})
	}
	dot := func(pt Point, fill string) {
		if pt.Y == nil {
			return
		}
		x, y := p.x(pt.X), p.y(*pt.Y)
		c.printf(`<circle cx="%s" cy="%s" r="4" fill="%s" stroke="%s" stroke-width="2"/>`, num(x), num(y), fill, fillMet)
		labels.taken = append(labels.taken, box{x - 5, y - 5, x + 5, y + 5})
	}
	for _, pt := range s.observed {
		dot(pt, fillMet)
	}
	for _, pt := range s.later {
		dot(pt, "#fff")
	}
	for i, list := range [][]Point{s.required, s.observed, s.later} {
		for _, pt := range list {
			var y float64
			switch {
			case pt.Label == "":
				continue
			case pt.Y != nil:
				y = p.y(*pt.Y)
			case pt.Lower != nil:
				y = p.y((*pt.Lower + *pt.Upper) / 2)
			default:
				continue
			}
			attrs := ` font-weight="bold"`
			if i == 0 { // the path
				attrs = ` fill="` + inkSecond + `"`
			}
			x, at, base := labels.beside(p.x(pt.X), y, pt.Label)
			// The edge keeps words readable where they cross a line of the grid.
			c.text(x, base, at, pt.Label, attrs+halo)
		}
	}
}

// columnHatch defines the pattern of columns, where there are any.
func (c *canvas) columnHatch(lists ...[]Point) {
	for _, list := range lists {
		if slices.ContainsFunc(list, func(pt Point) bool { return pt.Y == nil && pt.Lower != nil }) {
			c.WriteString("<defs>" + hatch(c.id+"-hatch", 6) + "</defs>")
			return
		}
	}
}

// column draws bounds without a value: solid up to the lower one, hatched to the upper one.
func (c *canvas) column(p plot, pt Point, solid string, labels *placer) {
	const half = 5.0
	if pt.Y != nil || pt.Lower == nil {
		return
	}
	x, zero, lower, upper := p.x(pt.X), p.y(0), p.y(*pt.Lower), p.y(*pt.Upper)
	if *pt.Lower > 0 {
		c.rect(x-half, lower, 2*half, zero-lower, solid, "")
	}
	if *pt.Upper > *pt.Lower {
		c.rect(x-half, upper, 2*half, lower-upper, Unknown.paint(c.id+"-hatch", 1), "")
	}
	labels.taken = append(labels.taken, box{x - half, upper, x + half, zero})
}

// unbroken cuts points into runs that may be joined by a line.
func unbroken(points []Point, maxGap float64) [][]Point {
	var runs [][]Point
	open := false
	for _, pt := range points {
		known := pt.Y != nil
		if open && known && maxGap > 0 && pt.X-runs[len(runs)-1][len(runs[len(runs)-1])-1].X > maxGap {
			open = false
		}
		switch {
		case !known:
			open = false
		case open:
			runs[len(runs)-1] = append(runs[len(runs)-1], pt)
		default:
			runs, open = append(runs, []Point{pt}), true
		}
	}
	return runs
}

// polyline joins the values of one run or path; a nil value breaks it.
func (c *canvas) polyline(p plot, run []Point, stroke, attrs string, labels *placer) {
	var d strings.Builder
	parts, command := 0, "M"
	for i, pt := range run {
		if pt.Y == nil {
			command = "M"
			continue
		}
		x, y := p.x(pt.X), p.y(*pt.Y)
		if command == "L" {
			labels.takeLine(p.x(run[i-1].X), p.y(*run[i-1].Y), x, y)
			parts++
		}
		d.WriteString(command + num(x) + " " + num(y))
		command = "L"
	}
	if parts > 0 { // a single point is drawn as a dot only
		c.printf(`<path fill="none" stroke="%s" stroke-width="2.5"%s d="%s"/>`, stroke, attrs, d.String())
	}
}

// band draws the bounds of one run: an area between neighbours, a bar with ends for a single point.
func (c *canvas) band(p plot, run []Point, labels *placer) {
	var bounded []Point
	flush := func() {
		switch {
		case len(bounded) == 1:
			x, top, bottom := num(p.x(bounded[0].X)), p.y(*bounded[0].Upper), p.y(*bounded[0].Lower)
			labels.takeLine(p.x(bounded[0].X), top, p.x(bounded[0].X), bottom)
			c.printf(`<path fill="none" stroke="%s" stroke-width="1.5" d="M%s %sV%sm-4 0h8m-4 0V%sm-4 0h8"/>`, lineMeaning, x, num((top+bottom)/2), num(top), num(bottom))
		case len(bounded) > 1:
			var d strings.Builder
			for i, pt := range bounded {
				command := "L"
				if i == 0 {
					command = "M"
				}
				d.WriteString(command + num(p.x(pt.X)) + " " + num(p.y(*pt.Upper)))
			}
			for _, pt := range slices.Backward(bounded) {
				d.WriteString("L" + num(p.x(pt.X)) + " " + num(p.y(*pt.Lower)))
			}
			c.printf(`<path fill="%s" stroke="%s" d="%sz"/>`, fillNeutral, lineDecor, d.String())
		}
		bounded = nil
	}
	for _, pt := range run {
		if pt.Lower == nil {
			flush()
			continue
		}
		bounded = append(bounded, pt)
	}
	flush()
}
