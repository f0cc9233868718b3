package draw

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Panel is one small chart of a set.
type Panel struct {
	Label                     string // the country or region
	Observed, Later, Required []Point
}

// SmallMultiplesData is the same figure for several countries or regions, on the same axes.
type SmallMultiplesData struct {
	Title, Desc string
	IDPrefix    string
	RTL         bool    // panels run from the right; their time axes do not mirror
	Panels      []Panel // in the order to show: by name, never by value
	MaxGap      float64 // see TrajectoryData
	From, To    float64 // ends of the time axis; both 0 take them from all points
	// Ticks of every panel. A panel is about 170 units wide: two or three years fit.
	XTicks, YTicks []Tick
	// NoData is written in panels without any value.
	NoData string
}

// SmallMultiples draws the panels in two columns. A panel without values says so; only a set
// without any value is ErrNothing.
func SmallMultiples(d SmallMultiplesData) (SVG, error) {
	const columns, gutter, plotHeight = 2, 12.0, 90.0
	fail := func(err error) (SVG, error) {
		return "", fmt.Errorf("draw small multiples %q: %w", d.IDPrefix, err)
	}
	if math.IsNaN(d.MaxGap) || d.MaxGap < 0 {
		return fail(fmt.Errorf("the longest gap is %v; it must be a number of years from 0", d.MaxGap))
	}
	var all [][]Point
	empty := make([]bool, len(d.Panels))
	for i, p := range d.Panels {
		lists := [][]Point{p.Observed, p.Later, p.Required}
		all = append(all, lists...)
		switch err := checkPoints(lists...); {
		case errors.Is(err, ErrNothing):
			empty[i] = true
		case err != nil:
			return fail(fmt.Errorf("panel %q: %w", p.Label, err))
		default:
			// A panel whose only line is the goal's path has no data of its own.
			empty[i] = checkPoints(p.Observed, p.Later) != nil
		}
	}
	if !slices.Contains(empty, false) {
		return fail(ErrNothing)
	}
	if d.From == 0 && d.To == 0 {
		d.From, d.To = timeSpan(all...)
	}
	cell := (chartWidth - (columns-1)*gutter) / columns
	left := margin
	for _, t := range d.YTicks {
		left = max(left, textWidth(t.Label)+margin)
	}
	if err := (plot{from: d.From, to: d.To}).check(d.XTicks, d.YTicks, all...); err != nil {
		return fail(err)
	}

	rows := (len(d.Panels) + columns - 1) / columns
	tops := make([]float64, rows+1)
	names := make([][]string, len(d.Panels))
	for i, p := range d.Panels {
		names[i] = wrap(p.Label, cell)
		tops[i/columns+1] = max(tops[i/columns+1], float64(len(names[i]))*lineHeight)
	}
	head := make([]float64, rows) // height of the names of each row
	for r := range rows {
		head[r] = tops[r+1]
		tops[r+1] = tops[r] + head[r] + plotHeight + 2*lineHeight + 8
	}
	c, err := newCanvas("multiples", d.IDPrefix, d.Title, d.Desc, d.RTL, chartWidth, tops[rows], "img")
	if err != nil {
		return "", err
	}
	c.columnHatch(all...)
	for i, panel := range d.Panels {
		row, column := i/columns, i%columns
		if d.RTL {
			column = columns - 1 - column
		}
		x := float64(column) * (cell + gutter)
		at, anchor := x, leftEdge
		if d.RTL {
			at, anchor = x+cell, rightEdge
		}
		for n, line := range names[i] {
			c.text(at, tops[row]+float64(n+1)*lineHeight-3, anchor, line, ` font-weight="bold"`)
		}
		top := tops[row] + head[row] + lineHeight
		p := plot{edge1: x, edge2: x + cell, x1: x + left, x2: x + cell - 4, y1: top, y2: top + plotHeight, from: d.From, to: d.To}
		c.axes(p, d.XTicks, d.YTicks)
		labels := placer{frame: box{p.x1 + 2, top - lineHeight, p.edge2, p.y2 - 1}}
		c.series(p, series{panel.Observed, panel.Later, panel.Required, d.MaxGap}, &labels)
		if empty[i] && d.NoData != "" {
			// At the end and low, where a rising path leaves room.
			c.text(p.x2-4, p.y2-8, rightEdge, d.NoData, halo)
		}
	}
	return c.done(), nil
}
