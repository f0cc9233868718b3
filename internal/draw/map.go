package draw

import (
	"fmt"
	"maps"
	"slices"
)

// AreaMark is what the map shows of one area.
type AreaMark struct {
	// Status colours the area. Empty draws it neutral.
	Status Status
	// Href makes the area a link. It stays out of the tab order: the table beside the map has the
	// same links, and a hundred and ninety-five stops would bar the way.
	Href string
	// Label names the area and its status in words ("Kenya: In place").
	Label string
}

// MapData is a world map of one criterion.
type MapData struct {
	Title, Desc string
	IDPrefix    string
	RTL         bool // direction of the words only; a map never mirrors
	// Areas maps ISO 3166-1 alpha-3 codes to what is known of them. Areas of the geometry that are
	// not in it are neutral; areas that the geometry lacks are left out (see Geometry.Lacks).
	Areas map[string]AreaMark
	// Geometry and Policy default to the shipped ones.
	Geometry *Geometry
	Policy   *Policy
}

// mapStroke is the width of borders in units of the 2000 unit wide viewBox.
const mapStroke = 1.2

// Map draws the world with one colour or hatch per status. By the policy, merged areas take the
// mark of the area they belong to, and neutral and disputed ones take none.
func Map(m MapData) (SVG, error) {
	g, p := m.Geometry, m.Policy
	var err error
	if g == nil {
		if g, err = shippedGeometry(); err != nil {
			return "", err
		}
	}
	if p == nil {
		if p, err = shippedPolicy(); err != nil {
			return "", err
		}
	}
	for _, code := range sortedKeys(m.Areas) {
		mark := m.Areas[code]
		if mark.Status != "" && !mark.Status.known() {
			return "", fmt.Errorf("draw map %q, area %s: the status %q is not one of met, partly, not, unknown", m.IDPrefix, code, mark.Status)
		}
		if err := checkHref(mark.Href); err != nil {
			return "", fmt.Errorf("draw map %q, area %s: %w", m.IDPrefix, code, err)
		}
	}
	role := "img"
	for _, mark := range m.Areas {
		if mark.Href != "" {
			// An img hides its children from assistive technology, although its links can still
			// take the focus; axe-core reports that as nested-interactive.
			role = "group"
		}
	}
	c, err := newCanvas("map", m.IDPrefix, m.Title, m.Desc, m.RTL, g.Width, g.Height, role)
	if err != nil {
		return "", err
	}
	layers := p.layers(g, m.Areas)

	hatchID := m.IDPrefix + "-hatch"
	c.WriteString("<defs>" + hatch(hatchID, 11))
	disputedID := m.IDPrefix + "-disputed"
	if len(layers.disputed) > 0 { // grey, and hatched the other way, so that it is not taken for "not known"
		c.printf(`<pattern id="%s" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path fill="%s" d="M0 0h6v6h-6z"/><path fill="%s" d="M0 0h2v6h-2z"/></pattern>`, disputedID, fillNeutral, edgeLight)
	}
	c.WriteString("</defs>")
	c.layer(`fill="`+fillNeutral+`" stroke="#fff" stroke-width="`+num(mapStroke)+`"`, layers.neutral, g)
	c.layer(`fill="url(#`+disputedID+`)" stroke="`+edgeLight+`" stroke-width="`+num(mapStroke)+`"`, layers.disputed, g)
	for _, s := range statuses {
		c.layer(s.paint(hatchID, mapStroke), layers.shapes[s], g)
	}
	// Circles come last, on top of the land around them.
	c.layer(`fill="`+fillNeutral+`" stroke="`+edgeLight+`" stroke-width="`+num(mapStroke)+`"`, layers.neutralCircles, g)
	for _, s := range statuses {
		c.layer(s.paint(hatchID, mapStroke), layers.circles[s], g)
	}
	return c.done(), nil
}

// marked is one drawn element: a shape, the paths merged into it, and its mark.
type marked struct {
	shape Shape
	mark  AreaMark
}

type mapLayers struct {
	neutral, neutralCircles, disputed []marked
	shapes, circles                   map[Status][]marked
}

// layers sorts the areas by how they are painted.
func (p *Policy) layers(g *Geometry, marks map[string]AreaMark) mapLayers {
	l := mapLayers{shapes: map[Status][]marked{}, circles: map[Status][]marked{}}
	parts := map[string]string{} // paths of merged areas by the area that takes them
	for _, a := range g.areas {
		if rule := p.rules[a.ISO3]; rule.Draw == drawMerge && a.Path != "" && len(g.Lacks(rule.Into)) == 0 {
			// A path may start with a relative move; the absolute one before it keeps it in place.
			parts[rule.Into] += "M0 0" + a.Path
		}
	}
	for _, a := range g.areas {
		d := marked{a, marks[a.ISO3]}
		switch p.rules[a.ISO3].Draw {
		case drawMerge:
			if len(g.Lacks(p.rules[a.ISO3].Into)) == 0 {
				continue
			}
		case drawDisputed:
			d.mark = AreaMark{Label: d.mark.Label}
			l.disputed = append(l.disputed, d)
			continue
		case drawNeutral:
			d.mark = AreaMark{Label: d.mark.Label}
		}
		if !a.Circle {
			d.shape.Path += parts[a.ISO3]
		}
		switch status := d.mark.Status; {
		case status == "" && a.Circle:
			l.neutralCircles = append(l.neutralCircles, d)
		case status == "":
			l.neutral = append(l.neutral, d)
		case a.Circle:
			l.circles[status] = append(l.circles[status], d)
		default:
			l.shapes[status] = append(l.shapes[status], d)
		}
	}
	return l
}

// layer writes one group of areas that are painted alike.
func (c *canvas) layer(paint string, areas []marked, g *Geometry) {
	if len(areas) == 0 {
		return
	}
	c.WriteString("<g " + paint + ">")
	for _, a := range areas {
		link := a.mark.Href != "" && a.mark.Status != "" // a page to go to only where something is known or asked
		if link {
			c.WriteString(`<a href="` + escape(a.mark.Href) + `" tabindex="-1">`)
		}
		name := "path"
		if a.shape.Circle {
			name = "circle"
			c.printf(`<circle cx="%s" cy="%s" r="%s"`, num(a.shape.Label[0]), num(a.shape.Label[1]), num(g.radius))
		} else {
			c.WriteString(`<path d="` + a.shape.Path + `"`)
		}
		if a.mark.Label == "" {
			c.WriteString("/>")
		} else {
			c.WriteString("><title>" + escape(a.mark.Label) + "</title></" + name + ">")
		}
		if link {
			c.WriteString("</a>")
		}
	}
	c.WriteString("</g>")
}

// Swatch draws the small square of a legend or a tile. It is decoration: the word beside it says the
// same. It stands alone, hatch included. Being SVG, it is printed, which browsers do not do with CSS
// backgrounds.
func Swatch(s Status) (SVG, error) {
	if !s.known() {
		return "", fmt.Errorf("draw swatch: the status %q is not one of met, partly, not, unknown", s)
	}
	square := `<rect x="1" y="1" width="14" height="14" ` + s.paint("", 1.5) + `/>`
	if s == Unknown {
		square = `<g class="st-unknown"><path fill="#fff" d="M1 1h14v14h-14z"/><path fill="none" stroke="` + hatchLine +
			`" stroke-width="1.5" d="M1 6l5-5M1 11l10-10M2 15l13-13M7 15l8-8M12 15l3-3"/><path fill="none" stroke="` + edgeLight + `" stroke-width="1.5" d="M1 1h14v14h-14z"/></g>`
	}
	return SVG(`<svg xmlns="http://www.w3.org/2000/svg" class="draw-swatch" viewBox="0 0 16 16" aria-hidden="true">` + square + `</svg>`), nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
