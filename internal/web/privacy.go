package web

// privacySections are the parts of the privacy notice. What they say is what internal/jobs forgets
// and internal/accounts keeps: a change there changes the words.
var privacySections = []string{"readers", "held", "shown", "time", "rights", "contact"}

// privacy is the notice of what is held about whom, and for how long.
func (s *Server) privacy(q *request) (*answer, error) {
	p := ArticlePage{Page: q.page("/privacy", "", q.words.T("privacy.title")), Heading: q.words.T("privacy.title"), Lede: q.words.T("privacy.lede"), Parts: q.privacyParts()}
	p.Summary = p.Lede
	last := &p.Parts[len(p.Parts)-1]
	if s.config.Contact != "" {
		last.Links = append(last.Links, Link{Text: plain(q.words.T("shell.contact")), Href: s.config.Contact})
	} else {
		last.Paragraphs = append(last.Paragraphs, q.words.T("access.no_contact"))
	}
	return q.render("article", p)
}

func (q *request) privacyParts() []ArticleSection {
	var out []ArticleSection
	for _, id := range privacySections {
		out = append(out, q.section("privacy", id))
	}
	return out
}
