package docx

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/beevik/etree"
)

// Action is what happened to an element of the file.
type Action string

// The actions of the honesty report.
const (
	Read    Action = "read"
	Kept    Action = "keptUntouched" // not looked into; it leaves as it came
	NotRead Action = "notRead"       // it may hold something that is lost to the reader
)

// Line is one row of the honesty report: what happened to the elements of one name in one part.
type Line struct {
	Part    string   `json:"part"`
	Element string   `json:"element"` // with its usual prefix, or {namespace}name
	Count   int      `json:"count"`
	Action  Action   `json:"action,omitempty"`
	Places  []string `json:"places,omitempty"` // at most 20
}

const maxPlaces = 20

// ledger keeps account of what was read, so that nothing is lost silently.
type ledger struct {
	seen        map[*etree.Element]bool
	otherBranch map[*etree.Element]bool // in a branch of alternate content that was not chosen
	lines       map[lineKey]*Line
}

type lineKey struct {
	part, element string
	action        Action
}

func newLedger() *ledger {
	return &ledger{seen: map[*etree.Element]bool{}, otherBranch: map[*etree.Element]bool{}, lines: map[lineKey]*Line{}}
}

// list enters an element, unless it is one of those that settle accounts for.
func (l *ledger) list(t *tree, e *etree.Element, action Action, place string) {
	if !isAccounted(t, e) {
		l.enter(t.part.name, t.nameOf(e), action, place)
	}
}

func (l *ledger) enter(part, element string, action Action, place string) {
	key := lineKey{part, element, action}
	line := l.lines[key]
	if line == nil {
		line = &Line{Part: part, Element: element, Action: action}
		l.lines[key] = line
	}
	line.Count++
	if place != "" && len(line.Places) < maxPlaces && !slices.Contains(line.Places, place) {
		line.Places = append(line.Places, place)
	}
}

// sorted gives the lines by part, element and action.
func (l *ledger) sorted() []Line {
	out := make([]Line, 0, len(l.lines))
	for _, line := range l.lines {
		out = append(out, *line)
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Element, b.Element), cmp.Compare(a.Action, b.Action))
	})
	return out
}

// usual gives the prefix people know a namespace by.
var usual = map[space]string{
	nsW: "w:", nsW14: "w14:", nsW15: "w15:", nsW15Pre: "w15(2010/11):", nsCid: "w16cid:", nsCex: "w16cex:", nsMC: "mc:", nsM: "m:", nsR: "r:", nsNone: "",
}

// nameOf names an element for the report, whatever prefix its file uses.
func (t *tree) nameOf(e *etree.Element) string {
	if p, ok := usual[t.space(e)]; ok {
		return p + e.Tag
	}
	return "{" + e.NamespaceURI() + "}" + e.Tag
}

// isAccounted tells the elements of which every single one must be read or listed.
func isAccounted(t *tree, e *etree.Element) bool {
	local := t.w(e)
	switch local {
	case "":
		return (t.space(e) == nsW15 || t.space(e) == nsW15Pre) && e.Tag == "commentEx"
	case "comment", "commentRangeStart", "commentRangeEnd", "commentReference",
		"footnote", "endnote", "footnoteReference", "endnoteReference":
		return true
	case "delText", "delInstrText":
		return false
	}
	return revisionElement(local)
}

// settle counts every accounted element of every part: what was not read is listed.
func (l *ledger) settle(d *Document) {
	for _, t := range d.trees() {
		if t == d.settings {
			continue // it lists the separators under the names of notes
		}
		paragraphs := 0
		descend(t.doc.Root(), func(e *etree.Element) bool {
			if t.w(e) == "p" {
				paragraphs++
			}
			if uri, ok := t.attr(e, nsMC, "MustUnderstand"); ok && !t.knowsAll(e, uri) {
				l.enter(t.part.name, "mc:MustUnderstand", NotRead, "")
			}
			if !isAccounted(t, e) {
				return true
			}
			action := NotRead
			switch {
			case l.seen[e]:
				action = Read
			case l.otherBranch[e], t == d.styles, t == d.numbering:
				action = Kept
			}
			place := ""
			if action != Read {
				place = "paragraph " + strconv.Itoa(max(1, paragraphs))
			}
			l.enter(t.part.name, t.nameOf(e), action, place)
			return true
		})
	}
	for _, part := range d.external {
		l.enter(cmp.Or(part, "_rels/.rels"), "external relationship", Kept, "")
	}
	parsed := map[*part]bool{}
	for _, t := range d.trees() {
		parsed[t.part] = true
	}
	for _, p := range d.pack.parts {
		if !parsed[p] && !isPackaging(p.name) {
			l.enter(p.name, "part", Kept, "")
		}
	}
}

// isPackaging tells the parts that only hold the package together.
func isPackaging(name string) bool {
	return name == "[Content_Types].xml" || len(name) > 5 && name[len(name)-5:] == ".rels"
}
