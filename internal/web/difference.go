package web

import (
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// DifferencePage shows what lies between two versions of the framework: the words as they were, as
// they are and with the changes marked, and what became of each element.
type DifferencePage struct {
	Page
	Before, After Link   // the two versions
	View          string // changes, clean, original
	Views         []Link
	Words         []differenceWords
	Rows          []differenceRow
	Changed, Same int
	Twins         Twins
}

type differenceWords struct {
	Code     string
	Href     string
	Text     string // in the views without marks
	Segments []framework.Change
}

type differenceRow struct {
	From, To   string // codes in each version
	Kind       string
	Comparable bool
	Note       text
}

// differenceViews are the ways of reading; the first is shown where none is asked for.
var differenceViews = []string{"changes", "clean", "original"}

// difference answers /framework/{a}..{b}.
func (q *request) difference(pair string) (*answer, error) {
	from, to, _ := strings.Cut(pair, "..")
	a, err := q.snap.FrameworkVersion(from)
	if err != nil || from == "" {
		return nil, noVersion(from)
	}
	b, err := q.snap.FrameworkVersion(to)
	if err != nil || to == "" {
		return nil, noVersion(to)
	}
	if a.Framework != b.Framework {
		return nil, fault.New(fault.Refused, "These two versions belong to different frameworks and cannot be compared.", "Open one version at a time.").WithKey("error.no_comparison", nil)
	}
	d, err := q.snap.Difference(a.ID() + ".." + b.ID())
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(crosswalkTable(a, b, d), map[string]any{"difference": d})
	}
	path := "/framework/" + a.ID() + ".." + b.ID()
	p := DifferencePage{
		Page: q.page(path, "shell.framework", q.words.T("difference.title", "From", lang.Isolate(a.ID()), "To", lang.Isolate(b.ID())),
			Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}),
		Before: Link{Text: plain(a.ID()), Href: q.to("/framework/" + a.ID())}, After: Link{Text: plain(b.ID()), Href: q.to("/framework/" + b.ID())},
		View: q.option("view", differenceViews...), Twins: q.twins(path, "view", ""),
	}
	if p.View == "" {
		p.View = differenceViews[0]
	}
	for _, view := range differenceViews {
		p.Views = append(p.Views, Link{Text: plain(q.words.T("difference." + view)), Href: q.here(path, "view", view), Current: view == p.View})
	}
	switch p.View {
	case "clean":
		p.Words = q.wholeText(b)
	case "original":
		p.Words = q.wholeText(a)
	default:
		for _, w := range d.Words {
			p.Words = append(p.Words, differenceWords{Code: w.Code, Href: q.elementHref(b, w.Code), Segments: w.Changes})
		}
	}
	for _, row := range d.Crosswalk.Rows {
		if row.Kind == framework.Unchanged && row.Comparable && !row.Renumbered {
			p.Same++
			continue
		}
		p.Changed++
		p.Rows = append(p.Rows, differenceRow{codesOf(a, row.From), codesOf(b, row.To), q.words.T("difference.kind_" + string(row.Kind)), row.Comparable, q.english(row.Note)})
	}
	return q.render("difference", p)
}

// wholeText gives every paragraph of a version, as it is read without marks.
func (q *request) wholeText(v *framework.Version) []differenceWords {
	var out []differenceWords
	for i := range v.Elements {
		if e := &v.Elements[i]; e.Text != "" {
			out = append(out, differenceWords{Code: e.Code, Href: q.elementHref(v, e.Code), Text: e.Text})
		}
	}
	return out
}

// elementHref is the place of an element in the text of its version.
func (q *request) elementHref(v *framework.Version, code string) string {
	return q.to("/framework/"+v.ID()) + "#" + code
}

// codesOf gives the printed codes of ids, in their order.
func codesOf(v *framework.Version, ids []string) string {
	var out []string
	for _, id := range ids {
		for i := range v.Elements {
			if v.Elements[i].ID == id {
				out = append(out, v.Elements[i].Code)
			}
		}
	}
	return strings.Join(out, ", ")
}

// crosswalkTable is a crosswalk as a table: one row per line of it, those that changed nothing too.
func crosswalkTable(a, b *framework.Version, d *framework.Difference) *publication.Table {
	t := &publication.Table{Name: "crosswalk-" + strings.NewReplacer("@", "-", "..", "-to-").Replace(d.From+".."+d.To), Columns: []publication.Column{
		{Name: "from"}, {Name: "to"}, {Name: "kind"}, {Name: "comparable"}, {Name: "renumbered"}, {Name: "moved"}, {Name: "note"}, {Name: "behind"},
	}}
	for _, row := range d.Crosswalk.Rows {
		t.Rows = append(t.Rows, publication.Row{orNothing(codesOf(a, row.From)), orNothing(codesOf(b, row.To)), string(row.Kind), row.Comparable, row.Renumbered, row.Moved,
			orNothing(row.Note), orNothing(strings.Join(row.Behind, "; "))})
	}
	return t
}
