package web

import (
	"strings"

	"waymark/internal/framework"
	"waymark/internal/publication"
)

// OtherFrameworkPage shows a framework beside ours: each of its elements, what answers it here, and
// what is not covered here.
type OtherFrameworkPage struct {
	Page
	Name   text
	Origin text
	Rows   []otherElement
	Twins  Twins
}

type otherElement struct {
	Code        string
	Text        text
	Unconfirmed bool
	Answers     []UmbrellaLine // empty: not covered here
}

// UmbrellaLine is one link between an element of another framework and one of ours.
type UmbrellaLine struct {
	Framework Link
	Code      string
	Name      text
	Href      string
	Relation  string
	Note      text
}

// otherFramework answers /framework/{version} for a framework that is not the one of this site.
func (q *request) otherFramework(v *framework.Version) (*answer, error) {
	links, err := framework.Umbrella()
	if err != nil {
		return nil, err
	}
	path := "/framework/" + v.ID()
	p := OtherFrameworkPage{
		Page: q.page(path, "shell.framework", v.Title, Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}),
		Name: q.english(v.Title), Origin: q.english(v.Origin), Twins: q.twins(path),
	}
	t := &publication.Table{Name: "umbrella-" + v.Framework, Columns: []publication.Column{{Name: "framework"}, {Name: "code"}, {Name: "title_own_words"}, {Name: "confirmed"}, {Name: "ours"}, {Name: "relation"}, {Name: "note"}}}
	for i := range v.Elements {
		e := &v.Elements[i]
		if e.Kind == framework.KindTitle {
			continue
		}
		row := otherElement{Code: e.Code, Text: q.english(e.Text), Unconfirmed: len(e.Open) > 0}
		for _, l := range links {
			if l.Framework != v.Framework || l.Element != e.Code {
				continue
			}
			line := UmbrellaLine{Code: l.Ours, Href: q.to("/framework") + "#" + l.Ours, Relation: q.words.T("umbrella.relation_" + string(l.Relation)), Note: q.english(l.Note)}
			if sheet, ok := q.v.Sheet(l.Ours); ok {
				line.Name, line.Href = q.label(q.v, sheet.Code, sheet.Title), q.to("/indicators/"+sheet.Code)
			}
			row.Answers = append(row.Answers, line)
			t.Rows = append(t.Rows, publication.Row{v.Framework, e.Code, e.Text, !row.Unconfirmed, l.Ours, string(l.Relation), orNothing(l.Note)})
		}
		if len(row.Answers) == 0 {
			t.Rows = append(t.Rows, publication.Row{v.Framework, e.Code, e.Text, !row.Unconfirmed, nil, nil, nil})
		}
		p.Rows = append(p.Rows, row)
	}
	if q.ending != "" {
		return q.twin(t, map[string]any{"title": v.Title, "origin": v.Origin})
	}
	return q.render("otherframework", p)
}

// monitoredElsewhere lists the elements of other frameworks that speak to one of ours.
func (q *request) monitoredElsewhere(code string) ([]UmbrellaLine, error) {
	all, err := q.allElsewhere()
	return all[code], err
}

// allElsewhere lists, for each of our elements, those of other frameworks that speak to it.
func (q *request) allElsewhere() (map[string][]UmbrellaLine, error) {
	links, err := framework.Umbrella()
	if err != nil {
		return nil, err
	}
	out := map[string][]UmbrellaLine{}
	for _, l := range links {
		v, err := q.snap.FrameworkVersion(l.Framework)
		if err != nil {
			continue // an older database does not hold it
		}
		line := UmbrellaLine{
			Framework: Link{Text: q.english(v.Title), Href: q.to("/framework/" + v.ID())}, Code: l.Element,
			Relation: q.words.T("umbrella.relation_" + string(l.Relation)), Note: q.english(l.Note),
		}
		line.Href = line.Framework.Href + "#" + l.Element
		if e, ok := v.Element(l.Element); ok {
			line.Name = q.english(e.Text)
		}
		out[l.Ours] = append(out[l.Ours], line)
	}
	return out, nil
}

// umbrella lists the frameworks beside ours.
func (s *Server) umbrella(q *request) (*answer, error) {
	links, err := framework.Umbrella()
	if err != nil {
		return nil, err
	}
	p := UmbrellaPage{Page: q.page("/umbrella", "shell.framework", q.words.T("umbrella.title"), Link{Text: plain(q.words.T("shell.framework")), Href: q.to("/framework")}), Twins: q.twins("/umbrella")}
	t := &publication.Table{Name: "umbrella", Columns: []publication.Column{{Name: "framework"}, {Name: "element"}, {Name: "ours"}, {Name: "relation"}, {Name: "note"}}}
	for _, l := range links {
		t.Rows = append(t.Rows, publication.Row{l.Framework, l.Element, l.Ours, string(l.Relation), orNothing(l.Note)})
	}
	if q.ending != "" {
		return q.twin(t, nil)
	}
	for _, info := range q.snap.Versions {
		if info.Framework == publication.DefaultFramework {
			continue
		}
		v, err := q.snap.FrameworkVersion(info.Framework)
		if err != nil {
			return nil, err
		}
		name, _, _ := strings.Cut(v.Origin, ". ")
		p.Others = append(p.Others, UmbrellaOther{Link{Text: q.english(v.Title), Href: q.to("/framework/" + v.ID())}, q.english(name)})
	}
	return q.render("umbrella", p)
}

// UmbrellaPage lists the frameworks beside ours.
type UmbrellaPage struct {
	Page
	Others []UmbrellaOther
	Twins  Twins
}

// UmbrellaOther is one framework beside ours.
type UmbrellaOther struct {
	Name   Link
	Origin text
}
