package draw

import (
	"errors"
	"fmt"
	"math"
)

// ErrNothing is returned where there is nothing to draw: parts that add up to 0, a line without a
// point, a strip without a row. The caller shows its "no data" words instead.
var ErrNothing = errors.New("there is nothing to draw")

// Parts says how a universe divides by status. The numbers are counts or shares of anything; only
// their proportions are drawn.
type Parts struct{ Met, Partly, NotMet, Unknown float64 }

// KnownBarData is one stacked bar of a whole universe, what is not known included.
type KnownBarData struct {
	Title, Desc string
	IDPrefix    string
	RTL         bool // the bar grows from the right
	Parts       Parts
	Goal        *float64 // share 0..1 at which the goal tick stands; nil for no goal
	// Labels are the words of the parts and the goal, read by assistive technology and shown on
	// hovering. The bar has no visible text, so that it may be as wide as the page: the legend
	// beside it says the same.
	Labels BarLabels
}

// BarLabels are words with their number, such as "In place: 131".
type BarLabels struct{ Met, Partly, NotMet, Unknown, Goal string }

// KnownBar draws the bar. Parts that add up to 0 are ErrNothing.
func KnownBar(d KnownBarData) (SVG, error) {
	const width, height, top, bottom = 720.0, 36.0, 5.0, 31.0
	fail := func(err error) (SVG, error) { return "", fmt.Errorf("draw known bar %q: %w", d.IDPrefix, err) }
	parts := []struct {
		status Status
		value  float64
		label  string
	}{
		{Met, d.Parts.Met, d.Labels.Met},
		{Partly, d.Parts.Partly, d.Labels.Partly},
		{NotMet, d.Parts.NotMet, d.Labels.NotMet},
		{Unknown, d.Parts.Unknown, d.Labels.Unknown},
	}
	total := 0.0
	for _, p := range parts {
		if math.IsNaN(p.value) || math.IsInf(p.value, 0) || p.value < 0 {
			return fail(fmt.Errorf("the part %q is %v; it must be a number from 0", p.status, p.value))
		}
		total += p.value
	}
	if total == 0 {
		return fail(ErrNothing)
	}
	if math.IsInf(total, 0) {
		return fail(errors.New("the parts are too large to add up"))
	}
	if d.Goal != nil {
		if err := checkShare("the goal", *d.Goal); err != nil {
			return fail(err)
		}
	}
	c, err := newCanvas("bar", d.IDPrefix, d.Title, d.Desc, d.RTL, width, height, "img")
	if err != nil {
		return "", err
	}
	hatchID := d.IDPrefix + "-hatch"
	c.WriteString("<defs>" + hatch(hatchID, 9) + "</defs>")
	// at gives the place of a share, counted from the inline start.
	at := func(share float64) float64 {
		x := 1 + share*(width-2)
		if d.RTL {
			x = width - x
		}
		return math.Round(x*10) / 10
	}
	// Each edge is rounded on its own, from the sum so far, so that the parts always fill the bar.
	sum := 0.0
	for _, p := range parts {
		if p.value == 0 {
			continue
		}
		from := at(sum / total)
		sum += p.value
		to := at(min(1, sum/total))
		c.rect(min(from, to), top, math.Abs(to-from), bottom-top, p.status.paint(hatchID, 1.5), p.label)
	}
	c.rect(1, top, width-2, bottom-top, `fill="none" stroke="`+lineMeaning+`" stroke-width="1.5"`, "")
	if d.Goal != nil {
		x := num(at(*d.Goal))
		// White beside ink, so that the tick is seen on every fill.
		c.printf(`<g fill="none"><path stroke="#fff" stroke-width="8" d="M%s 0v%s"/><path stroke="%s" stroke-width="4" d="M%s 0v%s">`, x, num(height), ink, x, num(height))
		if d.Labels.Goal != "" {
			c.printf("<title>%s</title>", escape(d.Labels.Goal))
		}
		c.WriteString("</path></g>")
	}
	return c.done(), nil
}

// Tick is one mark of an axis with its words; At is in the units of the axis.
type Tick struct {
	At    float64
	Label string
}

// IntervalData is one figure known only between two bounds, against its goal, on an axis from 0 to
// 1 (shown as 0 to 100 % by the labels).
type IntervalData struct {
	Title, Desc  string
	IDPrefix     string
	RTL          bool    // the axis grows from the right
	Lower, Upper float64 // shares 0..1: at least, at most
	Goal         *float64
	LowerLabel   string // such as "at least 68 %"
	UpperLabel   string // such as "at most 95 %"; left out where it equals LowerLabel
	GoalLabel    string
	Ticks        []Tick // of the axis; At is a share
}

// Interval draws what is certain solid and what may be hatched, with the goal as a line.
func Interval(d IntervalData) (SVG, error) {
	fail := func(err error) (SVG, error) { return "", fmt.Errorf("draw interval %q: %w", d.IDPrefix, err) }
	if err := checkBounds("the figure", &d.Lower, &d.Upper); err != nil {
		return fail(err)
	}
	if d.Goal != nil {
		if err := checkShare("the goal", *d.Goal); err != nil {
			return fail(err)
		}
	}
	for _, t := range d.Ticks {
		if err := checkShare("a tick", t.At); err != nil {
			return fail(err)
		}
	}
	at := shareScale(d.RTL)
	var above, below []wantedLabel
	above = append(above, wantedLabel{x: at(d.Lower), text: d.LowerLabel})
	if d.UpperLabel != d.LowerLabel {
		above = append(above, wantedLabel{x: at(d.Upper), text: d.UpperLabel})
	}
	for _, t := range d.Ticks {
		below = append(below, wantedLabel{x: at(t.At), text: t.Label})
	}
	aboveRows, belowRows := inRows(above), inRows(below)
	const barHeight = 20.0
	top := float64(len(aboveRows))*lineHeight + 8
	axis := top + barHeight + 6
	height := axis + 6 + float64(len(belowRows))*lineHeight + 2
	goalBase := height + lineHeight - 5
	if d.Goal != nil && d.GoalLabel != "" {
		height += lineHeight
	}
	c, err := newCanvas("interval", d.IDPrefix, d.Title, d.Desc, d.RTL, chartWidth, height, "img")
	if err != nil {
		return "", err
	}
	hatchID := d.IDPrefix + "-hatch"
	c.WriteString("<defs>" + hatch(hatchID, 6) + "</defs>")
	c.rect(margin, top, chartWidth-2*margin, barHeight, `fill="`+groundSecond+`" stroke="`+lineDecor+`"`, "")
	c.span(at(0), at(d.Lower), top, barHeight, Met.paint(hatchID, 1))
	c.span(at(d.Lower), at(d.Upper), top, barHeight, Unknown.paint(hatchID, 1))
	for i, row := range aboveRows {
		for _, l := range row {
			c.line(l.want, float64(i+1)*lineHeight, l.want, top, lineMeaning, 1, "")
		}
	}
	for i, row := range aboveRows { // after all lines: the edge keeps a line of another label off the words
		for _, l := range row {
			c.text(l.x, float64(i+1)*lineHeight-3, middle, l.text, ` font-weight="bold"`+halo)
		}
	}
	c.line(margin, axis, chartWidth-margin, axis, lineMeaning, 1, "")
	for _, t := range d.Ticks {
		c.line(at(t.At), axis, at(t.At), axis+4, lineMeaning, 1, "")
	}
	for i, row := range belowRows {
		for _, l := range row {
			c.text(l.x, axis+4+float64(i+1)*lineHeight-3, middle, l.text, ` fill="`+inkSecond+`"`)
		}
	}
	if d.Goal != nil {
		x := at(*d.Goal)
		c.line(x, top-5, x, axis, "#fff", 5, "")
		c.line(x, top-5, x, axis, ink, 2.5, "")
		if d.GoalLabel != "" {
			g := inRows([]wantedLabel{{x: x, text: d.GoalLabel}})[0][0]
			c.line(x, axis, x, goalBase-lineHeight+5, ink, 1, ` stroke-dasharray="2 2"`)
			c.text(g.x, goalBase, middle, g.text, ` font-weight="bold"`)
		}
	}
	return c.done(), nil
}

// shareScale places a share on the width of a chart, counted from the inline start.
func shareScale(rtl bool) func(float64) float64 {
	return func(share float64) float64 {
		x := margin + share*(chartWidth-2*margin)
		if rtl {
			return chartWidth - x
		}
		return x
	}
}

// span draws a horizontal bar between two places given in either order; an empty one is left out.
func (c *canvas) span(from, to, y, height float64, attrs string) {
	if from == to {
		return
	}
	c.rect(min(from, to), y, math.Abs(to-from), height, attrs, "")
}
