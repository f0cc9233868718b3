package draw

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"sync"
)

// maxGeometryBytes bounds a geometry or policy that an operator supplies. A map above it could not
// be served to a slow phone anyway.
const maxGeometryBytes = 4 << 20

// maxCoordinate bounds the numbers of a geometry, in units of its viewBox.
const maxCoordinate = 1_000_000

//go:embed world.json
var worldJSON []byte

//go:embed mappolicy.json
var policyJSON []byte

var (
	shippedGeometry = sync.OnceValues(func() (*Geometry, error) { return LoadGeometry(bytes.NewReader(worldJSON)) })
	shippedPolicy   = sync.OnceValues(func() (*Policy, error) { return LoadPolicy(bytes.NewReader(policyJSON)) })
)

// Geometry is the shapes of a world map. It does not change after loading, so many drawings may
// share it.
type Geometry struct {
	Source        string // what it was made from, for the page that names sources
	Attribution   string // the line under the map that its owner asks for; empty for the shipped one
	Licence       string
	Width, Height float64
	radius        float64 // of the circles that stand for areas too small to see
	areas         []Shape // in the order of the file
	index         map[string]int
}

// Shape is one area of a geometry.
type Shape struct {
	ISO3   string     `json:"iso3"`   // ISO 3166-1 alpha-3, or a code of the policy table for areas that have none
	M49    string     `json:"m49"`    // three digits, or empty for areas that have none
	Area   float64    `json:"area"`   // square units of the viewBox, before simplification
	Label  [2]float64 `json:"label"`  // a point inside, or the centre of the circle
	Path   string     `json:"path"`   // SVG path data; empty for a circle
	Circle bool       `json:"circle"` // too small to be seen: drawn as a circle around Label
}

var (
	areaCode = regexp.MustCompile(`^[A-Z][A-Z0-9]{2}$`)
	m49Code  = regexp.MustCompile(`^([0-9]{3})?$`)
	pathData = regexp.MustCompile(`^[mM][MmLlHhVvCcSsQqTtAaZz0-9 ,.+\-]+$`)
)

// LoadGeometry reads a map geometry in the form of the shipped world.json, so that operators may
// draw their own boundaries: an object with source, width, height, radius and areas (see Shape).
// Every path is checked to be path data and nothing else, because it is written into pages.
func LoadGeometry(r io.Reader) (*Geometry, error) {
	var file struct {
		Source        string
		Attribution   string
		Licence       string
		Width, Height float64
		Radius        float64
		Areas         []Shape
	}
	if err := decode(r, &file); err != nil {
		return nil, fmt.Errorf("map geometry: %w", err)
	}
	g := &Geometry{Source: file.Source, Attribution: file.Attribution, Licence: file.Licence, Width: file.Width, Height: file.Height, radius: file.Radius, areas: file.Areas, index: make(map[string]int, len(file.Areas))}
	for _, v := range []float64{g.Width, g.Height, g.radius} {
		if v <= 0 || v > maxCoordinate {
			return nil, fmt.Errorf("map geometry: width, height and radius must be above 0 and at most %d, and are %v, %v and %v", maxCoordinate, g.Width, g.Height, g.radius)
		}
	}
	if len(g.areas) == 0 {
		return nil, fmt.Errorf("map geometry: it holds no areas")
	}
	for i, a := range g.areas {
		if !areaCode.MatchString(a.ISO3) {
			return nil, fmt.Errorf("map geometry, area %d: the code %q must be three capital letters", i+1, a.ISO3)
		}
		if _, twice := g.index[a.ISO3]; twice {
			return nil, fmt.Errorf("map geometry: area %s is there twice; give it one path", a.ISO3)
		}
		if !m49Code.MatchString(a.M49) {
			return nil, fmt.Errorf("map geometry, area %s: the M49 code %q must be three digits or empty", a.ISO3, a.M49)
		}
		if a.Circle == (a.Path != "") {
			return nil, fmt.Errorf("map geometry, area %s: it needs either a path or \"circle\": true", a.ISO3)
		}
		if a.Path != "" && !pathData.MatchString(a.Path) {
			return nil, fmt.Errorf("map geometry, area %s: its path must start with m and hold only SVG path commands and numbers", a.ISO3)
		}
		for _, v := range a.Label {
			if math.Abs(v) > maxCoordinate {
				return nil, fmt.Errorf("map geometry, area %s: its label point %v lies off the map", a.ISO3, a.Label)
			}
		}
		g.index[a.ISO3] = i
	}
	return g, nil
}

// ShippedGeometry is the world map in the binary.
func ShippedGeometry() (*Geometry, error) { return shippedGeometry() }

// Shapes gives all areas in the order of the file.
func (g *Geometry) Shapes() []Shape { return slices.Clone(g.areas) }

// Lacks tells which of the given areas the geometry cannot draw, in the given order. Whoever loads
// a geometry should say so once: a map leaves them out, and only the table beside it has them.
func (g *Geometry) Lacks(codes ...string) []string {
	var out []string
	for _, code := range codes {
		if _, ok := g.index[code]; !ok {
			out = append(out, code)
		}
	}
	return out
}

// SmallStates gives the ISO 3166-1 alpha-3 codes that the geometry draws as circles, in the order
// of the file. A page shows them again as a row of tiles, because on a phone a circle is too small
// to touch.
func (g *Geometry) SmallStates() []string {
	var out []string
	for _, a := range g.areas {
		if a.Circle {
			out = append(out, a.ISO3)
		}
	}
	return out
}

// SmallStates gives the States that the shipped map draws as circles, in alphabetical order of
// their codes.
func SmallStates() []string {
	g, err := shippedGeometry()
	if err != nil {
		return nil // a test proves that the shipped file loads
	}
	return g.SmallStates()
}

// Policy says how areas are drawn whose drawing is a choice: parts shown with another area, areas
// that never get a status, disputed areas. It is data, so that an operator can follow the practice
// of their own organisation. Nothing in it is a position on the legal status of a territory.
type Policy struct {
	rules map[string]policyRule
	notes []string
}

type policyRule struct {
	Draw string `json:"draw"` // merge, neutral or disputed
	Into string `json:"into"` // merge only: the area it is drawn with
	Note string `json:"note"` // message key of a sentence under the map, or empty
}

const (
	drawMerge    = "merge"
	drawNeutral  = "neutral"
	drawDisputed = "disputed"
)

// LoadPolicy reads a policy in the form of the shipped mappolicy.json: an object whose areas map a
// code to draw ("merge" with into, "neutral" or "disputed") and, where wanted, note.
func LoadPolicy(r io.Reader) (*Policy, error) {
	var file struct {
		About string
		Areas map[string]policyRule
	}
	if err := decode(r, &file); err != nil {
		return nil, fmt.Errorf("map policy: %w", err)
	}
	p := &Policy{rules: file.Areas}
	for _, code := range sortedKeys(p.rules) {
		rule := p.rules[code]
		if !areaCode.MatchString(code) {
			return nil, fmt.Errorf("map policy: the code %q must be three capital letters", code)
		}
		switch rule.Draw {
		case drawMerge:
			if target, ruled := p.rules[rule.Into]; !areaCode.MatchString(rule.Into) || ruled && target.Draw == drawMerge {
				return nil, fmt.Errorf("map policy, area %s: \"into\" must name an area that is not merged itself, and is %q", code, rule.Into)
			}
		case drawNeutral, drawDisputed:
			if rule.Into != "" {
				return nil, fmt.Errorf("map policy, area %s: only \"merge\" has an \"into\"", code)
			}
		default:
			return nil, fmt.Errorf("map policy, area %s: \"draw\" must be merge, neutral or disputed, and is %q", code, rule.Draw)
		}
		if rule.Note != "" && !slices.Contains(p.notes, rule.Note) {
			p.notes = append(p.notes, rule.Note)
		}
	}
	return p, nil
}

// ShippedPolicy is the policy in the binary.
func ShippedPolicy() (*Policy, error) { return shippedPolicy() }

// Notes gives the message keys of the sentences that stand under a map drawn by this policy, in a
// fixed order.
func (p *Policy) Notes() []string { return slices.Clone(p.notes) }

// decode reads one JSON value of bounded size and nothing after it.
func decode(r io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(r, maxGeometryBytes+1))
	if err != nil {
		return fmt.Errorf("reading it: %w", err)
	}
	if len(data) > maxGeometryBytes {
		return fmt.Errorf("it is larger than %d MB; simplify it first", maxGeometryBytes>>20)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("it is not the expected JSON: %w", err)
	}
	return nil
}
