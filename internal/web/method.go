package web

import (
	"fmt"

	"waymark/internal/lang"
)

// ArticlePage is a page of plain text in sections: the method, accessibility.
type ArticlePage struct {
	Page
	Heading string
	Lede    string
	Parts   []ArticleSection
}

// ArticleSection is a heading with its paragraphs.
type ArticleSection struct {
	ID         string
	Title      string
	Paragraphs []string
	Items      []text
	Links      []Link
}

// section reads the paragraphs "name.id_1", "name.id_2" … of the catalog, as many as there are.
func (q *request) section(name, id string, args ...any) ArticleSection {
	s := ArticleSection{ID: id, Title: q.words.T(name + "." + id)}
	for i := 1; ; i++ {
		key := fmt.Sprintf("%s.%s_%d", name, id, i)
		if !lang.For(lang.English).Has(key) {
			return s
		}
		s.Paragraphs = append(s.Paragraphs, q.words.T(key, args...))
	}
}

// method tells how figures are worked out, with the parameters of the version in force.
func (s *Server) method(q *request) (*answer, error) {
	p := ArticlePage{Page: q.page("/method", "", q.words.T("method.title")), Heading: q.words.T("method.title"), Lede: q.words.T("method.lede")}
	p.Summary = p.Lede
	p.Parts = q.methodParts()
	return q.render("article", p)
}

func (q *request) methodParts() []ArticleSection {
	par := q.v.Parameters
	u, _ := q.snap.World.Universe(q.v.Universe)
	weights, _ := q.snap.World.Weights(u, q.v.WeightsYear)
	args := []any{
		"Countries", q.words.Int(int64(len(u.Members))), "Year", q.v.WeightsYear, "Without", q.words.Int(int64(weights.Unknown)),
		"Marked", par.SurveyMarkedAfterMonths, "Unknown", par.SurveyUnknownAfterMonths, "Minimum", q.words.PercentFloat(decimalShare(par.MatchedPanelMinimum), 0, lang.HalfEven),
		"Stale", par.MechanismStaleMonths,
	}
	var parts []ArticleSection
	for _, id := range []string{"unknown", "status", "variants", "combine", "children", "goal", "others", "sources", "conflicts", "dates", "open"} {
		parts = append(parts, q.section("method", id, args...))
	}
	for i := range parts {
		switch parts[i].ID {
		case "sources":
			for _, r := range q.v.Rules {
				parts[i].Items = append(parts[i].Items, q.english(r.Note))
			}
		case "variants":
			for _, code := range []string{"IM-1", "T1", "T2"} {
				if sheet, ok := q.v.Sheet(code); ok {
					parts[i].Links = append(parts[i].Links, *q.sheetLink(sheet))
				}
			}
		case "open":
			for _, j := range q.v.Judgements {
				parts[i].Items = append(parts[i].Items, q.english(j.Subject+": "+j.Text))
			}
		}
	}
	return parts
}

func decimalShare(s string) float64 {
	var f float64
	if _, err := fmt.Sscan(s, &f); err != nil {
		return 0
	}
	return f
}

var accessSections = []string{"use", "languages", "limits", "children", "contact"}

// accessibility says what the site does so that everybody can use it, and what it does not do yet.
func (s *Server) accessibility(q *request) (*answer, error) {
	p := ArticlePage{Page: q.page("/accessibility", "", q.words.T("access.title")), Heading: q.words.T("access.title"), Lede: q.words.T("access.lede")}
	p.Summary = p.Lede
	for _, id := range accessSections {
		p.Parts = append(p.Parts, q.section("access", id))
	}
	last := &p.Parts[len(p.Parts)-1]
	if s.config.Contact != "" {
		last.Links = append(last.Links, Link{Text: plain(q.words.T("shell.contact")), Href: s.config.Contact})
	} else {
		last.Paragraphs = append(last.Paragraphs, q.words.T("access.no_contact"))
	}
	return q.render("article", p)
}
