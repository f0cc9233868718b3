package draw

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// textWidth estimates the width of s in units, for text of size 12. The server has no fonts, so it
// errs to the wide side of bold letters in common system fonts.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf): // marks stand on their letter, controls are not seen
		case r >= 0x2e80 && r < 0xfb00 || r >= 0xff00: // Han and the like are square
			w += 1
		case unicode.IsSpace(r) || strings.ContainsRune(".,:;!|'’‘-‐()[]/ijlIfrt", r):
			w += 0.46
		case strings.ContainsRune("mwMW%@—жшщюмыфЖШЩЮМЫФ", r):
			w += 0.95
		case unicode.IsUpper(r):
			w += 0.74
		default:
			w += 0.62
		}
	}
	return w * textSize
}

// wrap breaks s into lines of at most width units, at spaces, or between Han signs.
func wrap(s string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for _, piece := range pieces(word, width) {
			joined := piece
			if line != "" {
				joined = line + " " + piece
			}
			if line != "" && textWidth(joined) > width {
				lines = append(lines, line)
				joined = piece
			}
			line = joined
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// pieces cuts a word that is wider than a line.
func pieces(word string, width float64) []string {
	var out []string
	piece := ""
	for _, r := range word {
		if piece != "" && textWidth(piece+string(r)) > width {
			out, piece = append(out, piece), ""
		}
		piece += string(r)
	}
	return append(out, piece)
}

// wantedLabel is a text that would like to be centred at x.
type wantedLabel struct {
	x    float64
	text string
}

// placedLabel is a text centred at x, as near to want as the chart's edges allow.
type placedLabel struct {
	want, x float64
	text    string
}

// inRows places labels in as few rows as are needed so that none covers another and none leaves
// the chart. The first label gets the first row.
func inRows(labels []wantedLabel) [][]placedLabel {
	const gap = 6
	var rows [][]placedLabel
	for _, l := range labels {
		if l.text == "" {
			continue
		}
		half := textWidth(l.text) / 2
		p := placedLabel{l.x, max(half, min(chartWidth-half, l.x)), l.text}
		free := func(row []placedLabel) bool {
			return !slices.ContainsFunc(row, func(q placedLabel) bool {
				return max(p.x, q.x)-min(p.x, q.x) < half+textWidth(q.text)/2+gap
			})
		}
		i := slices.IndexFunc(rows, free)
		if i < 0 {
			i, rows = len(rows), append(rows, nil)
		}
		rows[i] = append(rows[i], p)
	}
	return rows
}

// box is an area already taken by a mark or a text.
type box struct{ x1, y1, x2, y2 float64 }

func (b box) overlap(o box) float64 {
	w := min(b.x2, o.x2) - max(b.x1, o.x1)
	h := min(b.y2, o.y2) - max(b.y1, o.y1)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h
}

// placer finds free places for labels beside points.
type placer struct {
	frame box
	taken []box
}

// beside gives the place of a text next to the point (x, y), where it covers least of what is there
// already, and takes it: the x and the part of the text that stands there, and the baseline. Above is
// liked best.
func (p *placer) beside(x, y float64, s string) (float64, anchor, float64) {
	const side = 9 // clear of a dot, a column and the mark of a goal
	w := textWidth(s)
	type place struct{ left, base, cost float64 }
	var places []place
	for rank, o := range []struct{ dx, dy float64 }{
		{-w / 2, -9}, {-w / 2, 19}, {side, 4}, {-w - side, 4}, {side, -9}, {-w - side, -9}, {side, 19}, {-w - side, 19}, {-w / 2, -25}, {-w / 2, 35}, {side, -25}, {-w - side, -25}, {side, 35}, {-w - side, 35}, {-w / 2, -41}, {-w / 2, 51},
	} {
		left := max(p.frame.x1, min(p.frame.x2-w, x+o.dx))
		base := y + o.dy
		b := box{left, base - textSize, left + w, base + 4}
		cost := float64(rank) * 2
		for _, t := range p.taken {
			cost += 4 * b.overlap(t)
		}
		if b.y1 < p.frame.y1 || b.y2 > p.frame.y2 {
			cost += 1e4
		}
		places = append(places, place{left, base, cost})
	}
	best := slices.MinFunc(places, func(a, b place) int { return cmp.Compare(a.cost, b.cost) })
	p.taken = append(p.taken, box{best.left, best.base - textSize, best.left + w, best.base + 4})
	// The words are narrower than their box: they stand at the end of it that is nearer to the point.
	switch near := x - best.left; {
	case near < w/4:
		return best.left, leftEdge, best.base
	case near > w*3/4:
		return best.left + w, rightEdge, best.base
	}
	return best.left + w/2, middle, best.base
}

// takeLine keeps labels off a line, by small boxes along it.
func (p *placer) takeLine(x1, y1, x2, y2 float64) {
	steps := max(1, int(math.Hypot(x2-x1, y2-y1)/4))
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		x, y := x1+(x2-x1)*t, y1+(y2-y1)*t
		p.taken = append(p.taken, box{x - 2, y - 2, x + 2, y + 2})
	}
}
