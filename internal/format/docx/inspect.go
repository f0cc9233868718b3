package docx

import (
	"slices"

	"github.com/beevik/etree"
)

// Report is what a file holds. Numbers count elements of the file in the text, notes, headers and
// footers, so that they can be checked against it; NotUnderstood and Lines say what was done with
// them.
type Report struct {
	Comments       int      `json:"comments"`
	Replies        int      `json:"replies"`
	Resolved       int      `json:"resolved"`
	Threads        string   `json:"threads"` // "none": replies and resolved unknown; "released", "preRelease"
	PointAnchors   int      `json:"pointAnchors"`
	Insertions     int      `json:"insertions"` // of runs
	Deletions      int      `json:"deletions"`  // of runs
	Moves          int      `json:"moves"`      // both ends, runs and paragraph marks
	ParagraphMarks int      `json:"paragraphMarks"`
	Rows           int      `json:"rows"`
	Cells          int      `json:"cells"`
	Properties     int      `json:"properties"`     // changes of looks
	StyleChanges   int      `json:"styleChanges"`   // the same in the styles and numbering parts
	ControlChanges int      `json:"controlChanges"` // marks of changed content controls
	Footnotes      int      `json:"footnotes"`
	Endnotes       int      `json:"endnotes"`
	Tables         int      `json:"tables"`
	Authors        []string `json:"authors"` // of comments and changes, sorted
	Strict         bool     `json:"strict"`
	Core           Core     `json:"core"`
	External       int      `json:"external"` // links and templates outside the file; never followed

	CommentList   []Comment `json:"commentList"`
	NotUnderstood []Line    `json:"notUnderstood"`
	Lines         []Line    `json:"report"`
}

// Inspect counts what the file holds and gives account of every element that must not get lost:
// its raw number is what was read plus what is listed.
func (d *Document) Inspect() Report {
	content, l := d.read()
	r := Report{
		CommentList: content.Comments, Comments: len(content.Comments), Core: content.Core, Strict: d.strict,
		External: len(d.external), Lines: l.sorted(), Threads: "none", Authors: []string{}, NotUnderstood: []Line{},
	}
	if d.extended != nil {
		r.Threads = "released"
		if d.extended.space(d.extended.doc.Root()) == nsW15Pre {
			r.Threads = "preRelease"
		}
	}
	if r.CommentList == nil {
		r.CommentList = []Comment{}
	}
	authors := map[string]bool{}
	for _, c := range content.Comments {
		authors[c.Author] = true
		if c.Parent != "" {
			r.Replies++
		}
		if c.Done != nil && *c.Done {
			r.Resolved++
		}
	}
	for _, t := range d.stories {
		r.count(t, authors)
	}
	for _, t := range []*tree{d.styles, d.numbering} {
		if t != nil {
			descend(t.doc.Root(), func(e *etree.Element) bool {
				if isPropertyChange(t.w(e)) {
					r.StyleChanges++
				}
				return true
			})
		}
	}
	delete(authors, "")
	for a := range authors {
		r.Authors = append(r.Authors, a)
	}
	slices.Sort(r.Authors)
	for _, line := range r.Lines {
		if line.Action == NotRead {
			r.NotUnderstood = append(r.NotUnderstood, line)
		}
	}
	return r
}

// count adds the raw elements of one story.
func (r *Report) count(t *tree, authors map[string]bool) {
	ranges, references := map[string]bool{}, map[string]bool{}
	descend(t.doc.Root(), func(e *etree.Element) bool {
		local := t.w(e)
		if local == "" {
			return true
		}
		if revisionElement(local) {
			if a, ok := t.attr(e, nsW, "author"); ok {
				authors[a] = true
			}
		}
		id, _ := t.attr(e, nsW, "id")
		switch local {
		case "ins", "del":
			switch t.w(e.Parent()) {
			case "rPr":
				r.ParagraphMarks++
			case "trPr":
				r.Rows++
			case "numPr":
				r.Properties++
			default:
				if local == "ins" {
					r.Insertions++
				} else {
					r.Deletions++
				}
			}
		case "moveFrom", "moveTo":
			r.Moves++
		case "cellIns", "cellDel", "cellMerge":
			r.Cells++
		case "commentRangeStart":
			ranges[id] = true
		case "commentReference":
			references[id] = true
		case "footnote", "endnote":
			if kind, _ := t.attr(e, nsW, "type"); kind == "" || kind == "normal" {
				if local == "footnote" {
					r.Footnotes++
				} else {
					r.Endnotes++
				}
			}
		case "tbl":
			r.Tables++
		default:
			switch {
			case isPropertyChange(local), local == "numberingChange":
				r.Properties++
			case isControlMark(local):
				r.ControlChanges++
			}
		}
		return true
	})
	for id := range references {
		if !ranges[id] {
			r.PointAnchors++
		}
	}
}
