package consultation

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// The marks of our own Word export.
const (
	// VersionProperty is the custom property that names the version a document was made from.
	VersionProperty = "WaymarkVersion"
	// CompilationProperty names the round of a compilation.
	CompilationProperty = "WaymarkCompilation"
	// BlockBookmark begins the name of the hidden bookmark of each block; the element's id follows,
	// its signs that a bookmark cannot hold replaced.
	BlockBookmark = "_wm_"
)

// BookmarkName is the bookmark of an element: letters, digits and underscore, at most 40.
func BookmarkName(id string) string {
	var b strings.Builder
	b.WriteString(BlockBookmark)
	for _, r := range id {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	s := b.String()
	return s[:min(40, len(s))]
}

// placed is an element found in a block: where its text lies in the block's text without changes.
type placed struct {
	element *framework.Element
	start   int // code point of the block at which the element's text begins
	end     int
	whole   bool // the block names the element ("Target 1") and does not hold its text
	linked  bool // by our own bookmark, not by comparing words
	exact   bool // the block holds it and nothing else
	differs bool // linked, and the block's words are not the element's
}

// locator finds the elements of a version in the blocks of a document.
type locator struct {
	version *framework.Version
	folded  []spaced
	byText  map[string][]int // elements by their whole text
	used    map[int]bool
}

// places finds for every block of a document the elements it holds. Where a document has our
// bookmarks, they decide; a document without them is read by its words.
func places(v *framework.Version, c *docx.Content) (out [][]placed, linked bool) {
	l := &locator{version: v, folded: make([]spaced, len(v.Elements)), byText: map[string][]int{}, used: map[int]bool{}}
	byBookmark := map[string]int{}
	for i := range v.Elements {
		e := &v.Elements[i]
		byBookmark[BookmarkName(e.ID)] = i
		l.folded[i] = space(e.Text)
		l.byText[l.folded[i].text] = append(l.byText[l.folded[i].text], i)
	}
	out = make([][]placed, len(c.Blocks))
	for i := range c.Blocks {
		b := &c.Blocks[i]
		for _, m := range b.Bookmarks {
			if at, ok := byBookmark[m.Name]; ok {
				block := space(b.Rejected)
				p := placed{element: &v.Elements[at], end: len([]rune(b.Rejected)), linked: true, exact: true, differs: block.text != l.folded[at].text}
				out[i] = append(out[i], p)
				linked = true
			}
		}
	}
	for i := range c.Blocks {
		switch b := &c.Blocks[i]; {
		case out[i] != nil:
		case linked:
			out[i] = l.named(b.Rejected)
		default:
			out[i] = l.search(b.Rejected)
		}
	}
	return out, linked
}

// targetHeading is a line that names a target and does not state it.
var targetHeading = regexp.MustCompile(`^(?i)target\s+(\d+)$`)

// named finds the target a heading names.
func (l *locator) named(text string) []placed {
	if m := targetHeading.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		if e, ok := l.version.Element("T" + m[1]); ok {
			return []placed{{element: e, start: 0, end: len([]rune(text)), whole: true}}
		}
	}
	return nil
}

// search finds the elements whose whole text stands in a block; two outputs may share one paragraph.
func (l *locator) search(text string) []placed {
	if out := l.named(text); out != nil {
		return out
	}
	block := space(text)
	if block.text == "" {
		return nil
	}
	if out := l.exact(block); out != nil {
		return out
	}
	var out []placed
	for i := range l.folded {
		words := l.folded[i].text
		if len(words) < shortestInside || len(words) > len(block.text) {
			continue
		}
		if at := strings.Index(block.text, words); at >= 0 {
			out = append(out, placed{element: &l.version.Elements[i], start: block.at[at], end: block.at[at+len(words)-1] + 1})
		}
	}
	return longest(out)
}

// exact finds the element that a whole block holds, beside a printed number or bullet. Where several
// elements have the same words, they are met in the order of the text.
func (l *locator) exact(block spaced) []placed {
	for _, cut := range []int{0, len(marker.FindString(block.text))} {
		words := block.text[cut:]
		candidates := l.byText[words]
		if len(candidates) == 0 || words == "" {
			continue
		}
		at := candidates[0]
		for _, c := range candidates {
			if !l.used[c] {
				at = c
				break
			}
		}
		l.used[at] = true
		return []placed{{element: &l.version.Elements[at], start: block.at[cut], end: block.at[len(block.text)-1] + 1, exact: true}}
	}
	return nil
}

// shortestInside is the fewest bytes of an element's text that are looked for inside a longer block.
const shortestInside = 20

// longest drops an element whose place lies inside that of a longer one ("legal measures" inside the
// scope paragraph), and puts the rest in the order of the text.
func longest(in []placed) []placed {
	var out []placed
	for i, a := range in {
		inside := false
		for j, b := range in {
			if i != j && b.start <= a.start && a.end <= b.end && (b.end-b.start > a.end-a.start || j < i) {
				inside = true
			}
		}
		if !inside {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b placed) int { return a.start - b.start })
	return out
}

// marker is a numbering or bullet that a printed line begins with.
var marker = regexp.MustCompile(`^(?:\d+[.)]\s+|[·•*\-–]\s*)`)

// note is a footnote mark or bookmark as printed in plain text.
var note = regexp.MustCompile(`\[(?:\d+|bookmark:[^\]]*)\]`)

// spaced is a text for comparing: NFC, single spaces, no footnote marks, lower case; at gives for each
// byte the code point of the original it comes from.
type spaced struct {
	text string
	at   []int
}

func space(text string) spaced {
	var s spaced
	var b strings.Builder
	gap := false
	skip := map[int]bool{}
	runes := []rune(norm.NFC.String(text))
	plain := string(runes)
	for _, m := range note.FindAllStringIndex(plain, -1) {
		first := len([]rune(plain[:m[0]]))
		for k := range len([]rune(plain[m[0]:m[1]])) {
			skip[first+k] = true
		}
	}
	for i, r := range runes {
		if skip[i] || r == docx.NoteMark {
			continue
		}
		if unicode.IsSpace(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			s.at = append(s.at, i-1)
			gap = false
		}
		before := b.Len()
		b.WriteRune(unicode.ToLower(r))
		for range b.Len() - before {
			s.at = append(s.at, i)
		}
	}
	s.text = b.String()
	return s
}
