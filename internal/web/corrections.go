package web

import (
	"strings"
	"time"

	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// CorrectionsPage shows in what published releases differ, who answers for it and why.
type CorrectionsPage struct {
	Page
	None           string // why nothing is listed; empty: something is
	Releases       []CorrectionView
	Reasons        []CorrectionReason
	Policy         ArticleSection
	Calendar       ArticleSection
	Past           []Link
	Twins          Twins
	Accountability string
}

// CorrectionView is one release and what it changed.
type CorrectionView struct {
	ID, Title string
	Line      string // when and by whom
	Against   Link   // the release before; no address: there is none
	Reason    string
	Note      text
	Lists     []text
	Rows      []CorrectionRow
	More      string
	Same      bool
}

// CorrectionRow is one difference.
type CorrectionRow struct {
	What    string
	Country Link // no words: the figure itself
	Was, Is string
}

// CorrectionReason is one of the closed list.
type CorrectionReason struct{ Word, Means string }

// mostCorrections bounds the rows of one release on the page; the twins hold all.
const mostCorrections = 40

func (q *request) corrections() ([]publication.Correction, error) {
	if q.server.config.Releases == nil {
		return nil, nil
	}
	return q.server.config.Releases.Corrections(q.ctx)
}

// correctionsPage answers /corrections.
func (s *Server) correctionsPage(q *request) (*answer, error) {
	list, err := q.corrections()
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(correctionTable(list), nil)
	}
	p := CorrectionsPage{Page: q.page("/corrections", "", q.words.T("corrections.title")), Twins: q.twins("/corrections"), Accountability: q.to("/accountability")}
	p.Summary = q.words.T("corrections.lede")
	changed := false
	for i := range list {
		c := &list[i]
		changed = changed || len(c.Differences) > 0
		p.Releases = append(p.Releases, q.correction(c))
		p.Past = append(p.Past, Link{Text: plain(q.moment(c.Release.Opened) + ": " + c.Release.Title), Href: q.to("/data", "release", c.Release.ID)})
	}
	switch {
	case len(list) == 0:
		p.None = q.words.T("corrections.none")
	case !changed:
		p.None = q.words.T("corrections.none_changed")
	}
	for _, r := range publication.ReasonCodes() {
		p.Reasons = append(p.Reasons, CorrectionReason{q.words.T("correction.reason_" + string(r)), q.words.T("correction.means_" + string(r))})
	}
	p.Policy, p.Calendar = q.section("corrections", "policy"), q.section("corrections", "calendar")
	return q.render("corrections", p)
}

// moment is the day of a moment, in UTC.
func (q *request) moment(at int64) string {
	if at == 0 {
		return q.words.T("status.unknown")
	}
	return q.date(reference.DateOf(time.UnixMicro(at).UTC()))
}

func (q *request) correction(c *publication.Correction) CorrectionView {
	r := &c.Release
	v := CorrectionView{ID: r.ID, Title: r.Title, Note: q.english(r.Note), Same: len(c.Differences) == 0, Reason: q.words.T("correction.reason_" + string(r.Reason))}
	v.Line = q.words.T("corrections.line", "Date", q.moment(r.Opened), "Author", q.body(r.Organisation), "Approver", q.words.Join(q.approvers(r)))
	if r.Previous != "" {
		v.Against = Link{Text: plain(r.Previous), Href: q.to("/data", "release", r.Previous)}
	}
	for _, b := range c.Lists {
		title := b.Source
		if s, ok := q.snap.Source(b.Source); ok {
			title = s.Title
		}
		v.Lists = append(v.Lists, q.english(title))
	}
	for _, d := range c.Differences {
		row := CorrectionRow{What: d.Code + " " + d.Variant}
		if d.Country == "" {
			row.Was, row.Is = q.figureLine(c.Was[row.What]), q.figureLine(c.Is[row.What])
		} else {
			row.Country = q.countryLink(d.Country)
			row.Was, row.Is = q.statusLine(d.Was), q.statusLine(d.Is)
		}
		v.Rows = append(v.Rows, row)
	}
	// Each figure first, then its countries in the order of the reader's alphabet.
	for from := 0; from < len(v.Rows); {
		to := from
		for to < len(v.Rows) && v.Rows[to].What == v.Rows[from].What {
			to++
		}
		lang.Sort(q.tag, v.Rows[from:to], func(r CorrectionRow) string { return r.Country.Text.Text })
		from = to
	}
	if over := len(v.Rows) - mostCorrections; over > 0 {
		v.Rows, v.More = v.Rows[:mostCorrections], q.words.T("corrections.more", "N", q.words.Int(int64(over)))
	}
	return v
}

func (q *request) approvers(r *publication.Release) []string {
	var out []string
	for _, s := range r.Approvers {
		if name := q.body(s.Organisation); len(out) == 0 || out[len(out)-1] != name {
			out = append(out, name)
		}
	}
	return out
}

// body names an organisation by its code; an act at the command line has none.
func (q *request) body(code string) string {
	if code == "" {
		return q.words.T("corrections.operator")
	}
	return code
}

func (q *request) figureLine(f *monitoring.Figure) string {
	if f == nil {
		return q.words.T("corrections.absent")
	}
	return q.bounds(f.Judged()) + " · " + q.words.T("verdict."+f.Verdict)
}

func (q *request) statusLine(word string) string {
	if word == "" {
		return q.words.T("corrections.absent")
	}
	return q.words.T("status." + word)
}

// correctionTable has one row for each difference.
func correctionTable(list []publication.Correction) *publication.Table {
	t := &publication.Table{Name: "corrections", Columns: []publication.Column{
		{Name: "release"}, {Name: "released_on"}, {Name: "before"}, {Name: "code"}, {Name: "variant"}, {Name: "country"}, {Name: "was"}, {Name: "is"},
		{Name: "reason"}, {Name: "note"}, {Name: "organisation"}, {Name: "approved_by"}, {Name: "lists"},
	}}
	for i := range list {
		c := &list[i]
		var approved, lists []string
		for _, s := range c.Release.Approvers {
			approved = append(approved, s.Organisation)
		}
		for _, b := range c.Lists {
			lists = append(lists, b.Source)
		}
		day := ""
		if c.Release.Opened != 0 {
			day = reference.DateOf(time.UnixMicro(c.Release.Opened).UTC()).String()
		}
		for _, d := range c.Differences {
			t.Rows = append(t.Rows, publication.Row{c.Release.ID, orNothing(day), c.Release.Previous, d.Code, d.Variant, orNothing(d.Country), orNothing(d.Was), orNothing(d.Is),
				string(d.Reason), orNothing(c.Release.Note), orNothing(c.Release.Organisation), orNothing(strings.Join(approved, "; ")), orNothing(strings.Join(lists, "; "))})
		}
	}
	return t
}
