// Package draw turns plain values into accessible SVG on the server: the world map and the few
// kinds of chart that Waymark allows.
//
// What every drawing keeps:
//
//   - All words come from the caller, already translated and with numbers already formatted; draw
//     escapes them. It adds no word of its own.
//   - role, title, desc and aria-labelledby are set; ids start with the caller's IDPrefix, so that
//     several drawings can stand on one page.
//   - A viewBox and no width or height: the page's CSS gives the size. Charts with text are 360
//     units wide with text of at least 12 units, so text has 12 px on the narrowest phone; CSS
//     should stop their growth at about 36rem.
//   - Colours are presentation attributes, never style attributes: the content security policy
//     forbids those, and a page without CSS or on paper still shows them. The class names st-met,
//     st-partly, st-not and st-unknown are there for CSS that wants to add to them.
//   - What is not known is white with a hatch, which survives grey print. A missing value is a nil
//     pointer and is never drawn as zero or bridged by a line.
//   - The same input gives the same bytes.
//
// In right-to-left languages bars grow from the right; maps and time axes do not mirror.
package draw

import (
	"encoding/xml"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// SVG is a complete <svg> element whose every word and number is escaped or checked. An HTML
// template may insert it as it is.
type SVG string

// Status says what is known of one area under one criterion.
type Status string

// The four statuses. There is no fifth: an area without one is drawn neutral.
const (
	Met     Status = "met"
	Partly  Status = "partly"
	NotMet  Status = "not"
	Unknown Status = "unknown" // not known, which is never "not met"
)

// statuses is the order in which statuses are drawn; the later ones lie on top where edges touch.
var statuses = []Status{Unknown, NotMet, Partly, Met}

// The colours. The three fills differ by at least 31 (CIEDE2000) under the common forms of colour
// blindness and have lightness 27, 61 and 84, so they stay apart in grey.
const (
	fillMet      = "#00465a"
	fillPartly   = "#4f9fb0"
	fillNot      = "#f6c98a"
	edgeLight    = "#8a97a1" // around light fills and the hatch
	hatchLine    = "#aab4bc"
	fillNeutral  = "#dde3e8" // areas without a status
	ink          = "#14232e"
	inkSecond    = "#43545f"
	lineMeaning  = "#5f6f7a" // axes and frames
	lineDecor    = "#c9d1d8" // grid
	groundSecond = "#f4f7f9"
)

// sizes of charts that hold text, in units of the viewBox.
const (
	chartWidth = 360.0
	textSize   = 12.0
	lineHeight = 16.0
	margin     = 8.0
)

// paint gives the presentation attributes of a status.
func (s Status) paint(hatchID string, strokeWidth float64) string {
	w := num(strokeWidth)
	switch s {
	case Met:
		return `class="st-met" fill="` + fillMet + `" stroke="#fff" stroke-width="` + w + `"`
	case Partly:
		return `class="st-partly" fill="` + fillPartly + `" stroke="#fff" stroke-width="` + w + `"`
	case NotMet:
		return `class="st-not" fill="` + fillNot + `" stroke="` + edgeLight + `" stroke-width="` + w + `"`
	default:
		return `class="st-unknown" fill="url(#` + hatchID + `)" stroke="` + edgeLight + `" stroke-width="` + w + `"`
	}
}

func (s Status) known() bool { return s == Met || s == Partly || s == NotMet || s == Unknown }

// hatch gives the pattern of "not known": white with lines at 45 degrees, pitch units apart.
func hatch(id string, pitch float64) string {
	p, w := num(pitch), num(pitch*0.25)
	return `<pattern id="` + id + `" width="` + p + `" height="` + p + `" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
		`<path fill="#fff" d="M0 0h` + p + `v` + p + `h-` + p + `z"/><path fill="` + hatchLine + `" d="M0 0h` + w + `v` + p + `h-` + w + `z"/></pattern>`
}

// canvas collects one drawing.
type canvas struct {
	strings.Builder
	id  string // prefix of all ids
	rtl bool   // reading direction of the words
}

// newCanvas checks what every drawing needs and writes the opening of the element. The class lets
// CSS size one kind of drawing. kind names the drawing in errors.
func newCanvas(kind, idPrefix, title, desc string, rtl bool, width, height float64, role string) (*canvas, error) {
	if !validID(idPrefix) {
		return nil, fmt.Errorf("draw %s: the id prefix %q must be a letter followed by letters, digits, - or _", kind, idPrefix)
	}
	if strings.TrimSpace(title) == "" {
		return nil, fmt.Errorf("draw %s %q: it has no title; a drawing needs one to be announced", kind, idPrefix)
	}
	c := &canvas{id: idPrefix, rtl: rtl}
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="draw-%s" viewBox="0 0 %s %s" role="%s" aria-labelledby="%s-t`, kind, num(width), num(height), role, idPrefix)
	if desc != "" {
		c.printf(` %s-d`, idPrefix)
	}
	// The direction is always stated: an inherited one would turn text anchors round.
	c.WriteString(`" direction="` + direction(rtl) + `"`)
	c.WriteString(` font-family="system-ui,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif" font-size="` + num(textSize) + `" fill="` + ink + `">`)
	c.printf(`<title id="%s-t">%s</title>`, idPrefix, escape(title))
	if desc != "" {
		c.printf(`<desc id="%s-d">%s</desc>`, idPrefix, escape(desc))
	}
	return c, nil
}

func direction(rtl bool) string {
	if rtl {
		return "rtl"
	}
	return "ltr"
}

func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

// done closes the drawing.
func (c *canvas) done() SVG {
	c.WriteString("</svg>")
	return SVG(c.String())
}

// line draws a straight line; attrs are further presentation attributes.
func (c *canvas) line(x1, y1, x2, y2 float64, stroke string, width float64, attrs string) {
	c.printf(`<path fill="none" stroke="%s" stroke-width="%s"%s d="M%s %sL%s %s"/>`, stroke, num(width), attrs, num(x1), num(y1), num(x2), num(y2))
}

// rect draws a rectangle with the given presentation attributes and, where not empty, a title.
func (c *canvas) rect(x, y, w, h float64, attrs, title string) {
	c.printf(`<rect x="%s" y="%s" width="%s" height="%s" %s`, num(x), num(y), num(w), num(h), attrs)
	if title == "" {
		c.WriteString("/>")
		return
	}
	c.printf(`><title>%s</title></rect>`, escape(title))
}

// anchor says which part of a text stands at its x, as seen and not as read.
type anchor int

const (
	leftEdge anchor = iota
	middle
	rightEdge
)

// halo is the white edge of words that may lie on a line.
const halo = ` stroke="#fff" stroke-width="3" paint-order="stroke"`

// text writes s with its baseline at y. attrs are further presentation attributes.
func (c *canvas) text(x, y float64, at anchor, s, attrs string) {
	if s == "" {
		return
	}
	ends := [...]string{leftEdge: "start", middle: "middle", rightEdge: "end"}
	if c.rtl {
		ends[leftEdge], ends[rightEdge] = "end", "start"
	}
	c.printf(`<text x="%s" y="%s"`, num(x), num(y))
	if a := ends[at]; a != "start" {
		c.printf(` text-anchor="%s"`, a)
	}
	c.printf(`%s>%s</text>`, attrs, escape(s))
}

// num writes a coordinate with at most one decimal, in the shortest form.
func num(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 { // also turns -0 into 0
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// escape makes words safe between tags and in quoted attributes. Characters that XML does not
// allow become the replacement character.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}

func validID(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '-' || r == '_')) {
			return false
		}
	}
	return s != ""
}

// checkHref accepts addresses inside the site and http(s) ones; a script address is refused.
func checkHref(s string) error {
	u, err := url.Parse(s)
	if err != nil {
		return fmt.Errorf("the address %q cannot be read: %w", s, err)
	}
	if u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the address %q must be a path or start with http or https", s)
	}
	return nil
}

// checkShare accepts a value from 0 to 1.
func checkShare(name string, v float64) error {
	if math.IsNaN(v) || v < 0 || v > 1 {
		return fmt.Errorf("%s is %v; a share lies from 0 to 1", name, v)
	}
	return nil
}

// checkBounds accepts a lower and an upper share of which either may be missing.
func checkBounds(name string, lower, upper *float64) error {
	for _, b := range []struct {
		name string
		v    *float64
	}{{"lower bound", lower}, {"upper bound", upper}} {
		if b.v == nil {
			continue
		}
		if err := checkShare("the "+b.name+" of "+name, *b.v); err != nil {
			return err
		}
	}
	if lower != nil && upper != nil && *lower > *upper {
		return fmt.Errorf("the lower bound of %s (%v) is above its upper bound (%v)", name, *lower, *upper)
	}
	return nil
}
