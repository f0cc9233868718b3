package draw

import "fmt"

// StripRow is one region of a dot strip.
type StripRow struct {
	Label string // the region
	// Value is a share 0..1; nil where no single value is known.
	Value *float64
	// Lower and Upper are the bounds of the value; both nil where nothing is known, which draws the
	// whole row hatched.
	Lower, Upper *float64
	ValueLabel   string // such as "at least 41 %, at most 66 %" or "no data"
}

// DotStripData compares regions on one axis from 0 to 1.
type DotStripData struct {
	Title, Desc string
	IDPrefix    string
	RTL         bool       // the axis grows from the right
	Rows        []StripRow // in the order to show: by name or by geography, never by value
	Goal        *float64
	GoalLabel   string
	Ticks       []Tick
}

// DotStrip draws one row per region: its words above, its bounds as a bar, its value as a dot.
func DotStrip(d DotStripData) (SVG, error) {
	fail := func(err error) (SVG, error) { return "", fmt.Errorf("draw dot strip %q: %w", d.IDPrefix, err) }
	if len(d.Rows) == 0 {
		return fail(ErrNothing)
	}
	for _, r := range d.Rows {
		name := fmt.Sprintf("row %q", r.Label)
		if r.Value != nil {
			if err := checkShare("the value of "+name, *r.Value); err != nil {
				return fail(err)
			}
		}
		if (r.Lower == nil) != (r.Upper == nil) {
			return fail(fmt.Errorf("%s has one bound; give both or none", name))
		}
		if err := checkBounds(name, r.Lower, r.Upper); err != nil {
			return fail(err)
		}
	}
	if d.Goal != nil {
		if err := checkShare("the goal", *d.Goal); err != nil {
			return fail(err)
		}
	}
	var ticks []wantedLabel
	at := shareScale(d.RTL)
	for _, t := range d.Ticks {
		if err := checkShare("a tick", t.At); err != nil {
			return fail(err)
		}
		ticks = append(ticks, wantedLabel{at(t.At), t.Label})
	}

	// First the heights, because the goal line spans all rows.
	const strip, drop = 14.0, 3.0 // height of a bar, and room for what hangs below its words
	wide := chartWidth - 2*margin
	lines := make([][]string, len(d.Rows))
	oneLine := make([]bool, len(d.Rows)) // label and value fit beside each other
	top := 4.0
	var goalRows [][]placedLabel
	if d.Goal != nil {
		goalRows = inRows([]wantedLabel{{at(*d.Goal), d.GoalLabel}})
		top += float64(len(goalRows)) * lineHeight
	}
	height := top
	for i, r := range d.Rows {
		oneLine[i] = textWidth(r.Label)+textWidth(r.ValueLabel)+2*margin <= wide
		lines[i] = wrap(r.Label, wide)
		if !oneLine[i] {
			lines[i] = append(lines[i], wrap(r.ValueLabel, wide)...)
		}
		height += float64(len(lines[i]))*lineHeight + drop + strip + 12
	}
	axis := height
	tickRows := inRows(ticks)
	height += 8 + float64(len(tickRows))*lineHeight

	c, err := newCanvas("strip", d.IDPrefix, d.Title, d.Desc, d.RTL, chartWidth, height, "img")
	if err != nil {
		return "", err
	}
	hatchID := d.IDPrefix + "-hatch"
	c.WriteString("<defs>" + hatch(hatchID, 6) + "</defs>")
	start, startAnchor, end, endAnchor := margin, leftEdge, chartWidth-margin, rightEdge
	if d.RTL {
		start, startAnchor, end, endAnchor = end, endAnchor, start, startAnchor
	}
	y := top
	for i, r := range d.Rows {
		for n, line := range lines[i] {
			base := y + float64(n+1)*lineHeight - 3
			weight := ""
			if n == 0 {
				weight = ` font-weight="bold"`
			}
			c.text(start, base, startAnchor, line, weight)
			if n == 0 && oneLine[i] {
				c.text(end, base, endAnchor, r.ValueLabel, "")
			}
		}
		y += float64(len(lines[i]))*lineHeight + drop
		c.stripRow(r, at, y, strip, hatchID)
		if d.Goal != nil { // per row, so that the line never crosses words
			x := at(*d.Goal)
			c.line(x, y, x, y+strip+2, "#fff", 4, "")
			c.line(x, y, x, y+strip+2, ink, 2, "")
		}
		y += strip + 12
	}
	for _, row := range goalRows {
		for _, l := range row {
			c.text(l.x, lineHeight-3, middle, l.text, ` font-weight="bold"`)
			c.line(l.want, lineHeight, l.want, top, ink, 2, "")
		}
	}
	c.line(margin, axis, chartWidth-margin, axis, lineMeaning, 1, "")
	for _, t := range d.Ticks {
		c.line(at(t.At), axis, at(t.At), axis+4, lineMeaning, 1, "")
	}
	for i, row := range tickRows {
		for _, l := range row {
			c.text(l.x, axis+4+float64(i+1)*lineHeight-3, middle, l.text, ` fill="`+inkSecond+`"`)
		}
	}
	return c.done(), nil
}

// stripRow draws the marks of one region.
func (c *canvas) stripRow(r StripRow, at func(float64) float64, y, height float64, hatchID string) {
	track := `fill="` + groundSecond + `" stroke="` + lineDecor + `"`
	if r.Value == nil && r.Lower == nil {
		track = Unknown.paint(hatchID, 1)
	}
	c.span(at(0), at(1), y, height, track)
	if r.Lower != nil {
		c.span(at(0), at(*r.Lower), y, height, Met.paint(hatchID, 1))
		c.span(at(*r.Lower), at(*r.Upper), y, height, Unknown.paint(hatchID, 1))
	}
	if r.Value != nil {
		c.printf(`<circle cx="%s" cy="%s" r="5" fill="%s" stroke="#fff" stroke-width="2"/>`, num(at(*r.Value)), num(y+height/2), ink)
	}
}
