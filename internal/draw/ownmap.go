package draw

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of what an operator says about a geometry of their own.
const (
	maxLine = 300 // characters of an attribution or a licence
	// heavyMap is the compressed weight above which pages with the map leave their bar of 40 KB behind.
	heavyMap = 26 << 10
)

// LoadOwnGeometry reads the geometry of an operator and checks all that a page relies on: whose it is
// and under which licence, every State that is to be shown, and that nothing lies off the map.
func LoadOwnGeometry(r io.Reader, states []string) (*Geometry, error) {
	g, err := LoadGeometry(r)
	if err != nil {
		return nil, err
	}
	for name, line := range map[string]string{"attribution": g.Attribution, "licence": g.Licence} {
		switch {
		case strings.TrimSpace(line) == "":
			return nil, fmt.Errorf("map geometry: it lacks %q, the line that stands under the map", name)
		case len([]rune(line)) > maxLine || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }):
			return nil, fmt.Errorf("map geometry: its %s must be one line of at most %d characters", name, maxLine)
		}
	}
	if lacks := g.Lacks(states...); len(lacks) > 0 {
		return nil, fmt.Errorf("map geometry: %d States are missing: %s; give each a path, or \"circle\": true with a label point", len(lacks), strings.Join(lacks, ", "))
	}
	for _, a := range g.areas {
		box, err := extent(a.Path)
		if err != nil {
			return nil, fmt.Errorf("map geometry, area %s: %w", a.ISO3, err)
		}
		box.add(a.Label[0], a.Label[1])
		if box.left < -g.Width/10 || box.right > g.Width*1.1 || box.top < -g.Height/4 || box.bottom > g.Height*1.25 {
			return nil, fmt.Errorf("map geometry, area %s: it reaches from %.0f,%.0f to %.0f,%.0f, off the map of %.0f by %.0f", a.ISO3, box.left, box.top, box.right, box.bottom, g.Width, g.Height)
		}
	}
	return g, nil
}

// Heavy gives the compressed weight of all paths, and whether it is too much for a slow telephone.
func (g *Geometry) Heavy() (weight int, heavy bool) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, a := range g.areas {
		_, _ = io.WriteString(z, a.Path) // a bytes.Buffer takes everything
	}
	_ = z.Close()
	return b.Len(), b.Len() > heavyMap
}

// frame is the smallest rectangle around points.
type frame struct {
	left, top, right, bottom float64
	some                     bool
}

func (b *frame) add(x, y float64) {
	if !b.some {
		*b = frame{x, y, x, y, true}
		return
	}
	b.left, b.right = min(b.left, x), max(b.right, x)
	b.top, b.bottom = min(b.top, y), max(b.bottom, y)
}

// pathArguments is how many numbers each command of path data takes, with those of its points.
var pathArguments = map[rune]int{'m': 2, 'l': 2, 'h': 1, 'v': 1, 'c': 6, 's': 4, 'q': 4, 't': 2, 'a': 7, 'z': 0}

// extent walks along path data (SVG 2, section 9.3) and gives the rectangle that holds its points and
// those that bend its curves.
func extent(path string) (frame, error) {
	var b frame
	var x, y, startX, startY float64
	for rest := strings.TrimLeft(path, " ,"); rest != ""; {
		command := rune(rest[0])
		n, known := pathArguments[unicode.ToLower(command)]
		if !known {
			return b, fmt.Errorf("its path has a number where a command should stand")
		}
		rest = strings.TrimLeft(rest[1:], " ,")
		if n == 0 {
			x, y = startX, startY
			continue
		}
		for first := true; ; first = false {
			var at [7]float64
			for i := range n {
				var err error
				flag := unicode.ToLower(command) == 'a' && (i == 3 || i == 4)
				if at[i], rest, err = pathNumber(rest, flag); err != nil {
					return b, err
				}
			}
			relX, relY := 0.0, 0.0
			if unicode.IsLower(command) {
				relX, relY = x, y
			}
			switch unicode.ToLower(command) {
			case 'h':
				x = at[0] + relX
			case 'v':
				y = at[0] + relY
			default:
				for i := 0; i+1 < n-1 && n != 7; i += 2 {
					b.add(at[i]+relX, at[i+1]+relY)
				}
				x, y = at[n-2]+relX, at[n-1]+relY
			}
			b.add(x, y)
			if first && unicode.ToLower(command) == 'm' {
				startX, startY = x, y
			}
			if rest == "" || unicode.IsLetter(rune(rest[0])) {
				break
			}
		}
	}
	return b, nil
}

// pathNumber reads one number of path data; a flag is one digit.
func pathNumber(s string, flag bool) (float64, string, error) {
	end, dot := 0, false
	for end < len(s) {
		c := s[end]
		if c >= '0' && c <= '9' || (c == '-' || c == '+') && end == 0 || c == '.' && !dot {
			dot = dot || c == '.'
			end++
			if flag {
				break
			}
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0, "", fmt.Errorf("its path lacks a number")
	}
	return v, strings.TrimLeft(s[end:], " ,"), nil
}
