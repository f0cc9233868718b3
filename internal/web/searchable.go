package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// searchCache keeps the index of one version of the data. The next search after a change makes it anew.
type searchCache struct {
	mu      sync.Mutex
	version int64
	index   *publication.SearchIndex
}

// searchIndex is the index of everything that is public now, whatever day or release the reader looks at.
func (q *request) searchIndex() (*publication.SearchIndex, error) {
	snap, err := q.server.config.Publication.Snapshot(q.ctx)
	if err != nil {
		return nil, err
	}
	c := &q.server.search
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.index != nil && c.version == snap.DataVersion {
		return c.index, nil
	}
	now := *q
	now.snap = snap
	entries, err := now.searchable()
	if err != nil {
		return nil, err
	}
	c.index, c.version = publication.NewSearchIndex(snap.World, entries), snap.DataVersion
	return c.index, nil
}

// in is the request as a reader of another language would make it, of what holds today.
func (q *request) in(tag lang.Tag) *request {
	other := *q
	other.tag, other.words, other.v = tag, lang.For(tag), q.snap.Version
	other.params, other.asked = url.Values{}, asked{}
	return &other
}

// collector gathers what can be found, in all languages at once.
type collector struct {
	readers []*request // one for each language
	out     []publication.SearchEntry
}

// searchable lists everything public that can be found. Nothing of the workspace is in it, and no draft.
func (q *request) searchable() ([]publication.SearchEntry, error) {
	var c collector
	for _, tag := range lang.Tags() {
		c.readers = append(c.readers, q.in(tag))
	}
	c.countries()
	c.framework()
	if err := c.versions(); err != nil {
		return nil, err
	}
	c.sources()
	if err := c.consultations(); err != nil {
		return nil, err
	}
	c.pages()
	return c.out, nil
}

func (c *collector) english() *request { return c.readers[slices.Index(lang.Tags(), lang.English)] }

// say gives what is said in each language, each text once. What a language lacks is English.
func (c *collector) say(words func(q *request) text) []publication.SearchText {
	var out []publication.SearchText
	for _, q := range c.readers {
		t := words(q)
		said := publication.SearchText{Language: q.tag, Text: t.Text}
		if t.Foreign {
			said.Language = lang.English
		}
		if t.Text != "" && !slices.Contains(out, said) {
			out = append(out, said)
		}
	}
	return out
}

func (c *collector) key(key string) []publication.SearchText {
	return c.say(func(q *request) text { return q.message(key) })
}

// inEnglish is words that exist in English only; empty ones are left out.
func inEnglish(words ...string) []publication.SearchText {
	var out []publication.SearchText
	for _, w := range words {
		if w != "" {
			out = append(out, publication.SearchText{Language: lang.English, Text: w})
		}
	}
	return out
}

func (c *collector) add(e publication.SearchEntry) { c.out = append(c.out, e) }

// countries enters every country with its names and codes, and where to report in it.
func (c *collector) countries() {
	world := c.english().snap.World
	for _, country := range world.Countries() {
		name := func(q *request) text { return plain(country.Name(q.tag)) }
		e := publication.SearchEntry{
			Kind: publication.FoundCountry, Code: country.ISO3, Path: "/countries/" + country.ISO3, Names: []string{country.ISO2, country.M49}, Title: c.say(name),
		}
		for _, tag := range lang.Tags() {
			if full := country.M49Name(tag); !slices.Contains(e.Names, full) {
				e.Names = append(e.Names, full)
			}
		}
		if area := cmp.Or(country.Subregion, country.Region); area != "" {
			e.Body = append(e.Body, c.key("region."+area)...)
		}
		for _, g := range []struct {
			in  bool
			key string
		}{{country.LDC, "group.ldc"}, {country.LLDC, "group.lldc"}, {country.SIDS, "group.sids"}} {
			if g.in {
				e.Body = append(e.Body, c.key(g.key)...)
			}
		}
		c.add(e)
	}
	for _, country := range world.Countries() {
		var places []string
		for _, s := range world.Contacts(country.ISO3) {
			for _, k := range s.Kinds {
				for _, contact := range k.Contacts {
					for _, words := range []string{contact.Name, contact.Organisation} {
						if words != "" && !slices.Contains(places, words) {
							places = append(places, words)
						}
					}
				}
			}
		}
		if places == nil {
			continue
		}
		c.add(publication.SearchEntry{
			Kind: publication.FoundReport, Path: "/report-abuse?c=" + country.ISO3,
			Title: c.say(func(q *request) text { return plain(q.words.T("report.title_in", "Country", country.Name(q.tag))) }), Body: inEnglish(strings.Join(places, " · ")),
		})
	}
}

// framework enters the targets, indicators, aims and outcomes of the version that holds.
func (c *collector) framework() {
	v := c.english().v
	for i := range v.Elements {
		e := &v.Elements[i]
		switch e.Kind {
		case framework.KindTarget, framework.KindTargetGroup:
			body := inEnglish(e.Text)
			if sheet, ok := v.Sheet(e.Code); ok {
				body = append(body, inEnglish(sheet.Definition)...)
			}
			c.add(publication.SearchEntry{Kind: publication.FoundTarget, Code: e.Code, Path: "/targets/" + e.Code, Title: c.say(func(q *request) text { return q.targetName(e.Code) }), Body: body})
		case framework.KindOutcome, framework.KindAim, framework.KindImpactVision:
			entry := publication.SearchEntry{Kind: publication.FoundAim, Code: e.Code, Path: "/aims#" + e.Code, Title: c.kindTitle(e)}
			if e.Kind == framework.KindOutcome {
				entry.Path = "/outcomes/" + e.Code
			}
			entry.Body = append(inEnglish(e.Text), c.say(func(q *request) text {
				if key := "aims.means_" + e.Code; q.words.Has(key) {
					return plain(q.words.T(key))
				}
				return text{}
			})...)
			c.add(entry)
		}
	}
	for i := range v.Sheets {
		sheet := &v.Sheets[i]
		entry := publication.SearchEntry{
			Kind: publication.FoundIndicator, Code: sheet.Code, Path: "/indicators/" + sheet.Code, Title: c.say(func(q *request) text { return q.label(v, sheet.Code, sheet.Title) }),
		}
		var statement string
		if e, ok := v.Element(sheet.Code); ok {
			statement = e.Text
		}
		entry.Body = inEnglish(statement, sheet.Definition, sheet.Numerator, sheet.Denominator, sheet.Method, strings.Join(sheet.Sources, " · "), strings.Join(sheet.Caveats, " "))
		for j := range v.Indicators {
			if ind := &v.Indicators[j]; slices.Contains(ind.Elements, sheet.Code) {
				entry.Body = append(entry.Body, c.say(func(q *request) text { return q.label(v, "indicator."+ind.Code, ind.Title) })...)
				entry.Body = append(entry.Body, inEnglish(ind.Question)...)
			}
		}
		c.add(entry)
	}
}

// kindTitle names an element by what it is: "Output OP1.1".
func (c *collector) kindTitle(e *framework.Element) []publication.SearchText {
	return c.say(func(q *request) text { return q.message("kind." + string(e.Kind)) })
}

// versions enters the words of every version of every framework that is no draft. An older version is
// entered where its words differ from those that hold now.
func (c *collector) versions() error {
	q := c.english()
	for _, info := range q.snap.Versions {
		if info.State == framework.Draft {
			continue
		}
		v, err := q.snap.FrameworkVersion(info.Framework + "@" + strconv.Itoa(info.Number))
		if err != nil {
			return err
		}
		newest := q.snap.Version
		if v.Framework != publication.DefaultFramework {
			if newest, err = q.snap.FrameworkVersion(v.Framework); err != nil {
				return err
			}
		}
		now := map[string]string{} // words by id
		if newest.Number != v.Number {
			for i := range newest.Elements {
				now[newest.Elements[i].ID] = newest.Elements[i].Text
			}
		}
		for i := range v.Elements {
			e := &v.Elements[i]
			if words, ok := now[e.ID]; ok && words == e.Text || e.Text == "" {
				continue
			}
			if entry, ok := c.element(v, e, newest.Number == v.Number); ok {
				c.add(entry)
			}
		}
	}
	return nil
}

func (c *collector) element(v *framework.Version, e *framework.Element, holds bool) (publication.SearchEntry, bool) {
	entry := publication.SearchEntry{Kind: publication.FoundElement, Code: e.Code, Path: "/framework/" + v.ID() + "#" + e.Code, Title: c.kindTitle(e), Body: inEnglish(shown(e.Text))}
	if v.Framework != publication.DefaultFramework {
		entry.Kind, entry.Title = publication.FoundOther, inEnglish(v.Title)
		return entry, e.Kind != framework.KindTitle
	}
	switch e.Kind {
	case framework.KindTitle, framework.KindHeading, framework.KindHeaderField:
		return entry, false
	case framework.KindTarget, framework.KindTargetGroup, framework.KindOutcome, framework.KindAim, framework.KindImpactVision:
		if holds {
			return entry, false // it has a page of its own
		}
	}
	if _, ok := v.Sheet(e.Code); ok && holds {
		return entry, false
	}
	if holds {
		entry.Path = "/framework#" + e.Code
	} else {
		entry.Title = c.say(func(q *request) text {
			return plain(q.words.T("kind."+string(e.Kind)) + " (" + v.ID() + ")")
		})
	}
	for code, tr := range e.Translations {
		if tag, ok := lang.Parse(code); ok && tr.Text != "" {
			entry.Body = append(entry.Body, publication.SearchText{Language: tag, Text: tr.Text})
		}
	}
	slices.SortStableFunc(entry.Body[1:], func(a, b publication.SearchText) int { return strings.Compare(string(a.Language), string(b.Language)) })
	return entry, true
}

func (c *collector) sources() {
	for _, src := range c.english().snap.Sources {
		c.add(publication.SearchEntry{
			Kind: publication.FoundSource, Names: []string{src.Code}, Path: "/data#" + src.Code, Title: inEnglish(src.Title),
			Body: inEnglish(src.Publisher, src.Edition, src.Viewpoint, src.Completeness, strings.Join(src.Caveats, " ")),
		})
	}
}

// consultations enters the rounds and the comments that everybody may read, with the names that stand on
// the page beside them and no others.
func (c *collector) consultations() error {
	q := c.english()
	if q.server.config.Consultations == nil {
		return nil
	}
	rounds, err := q.rounds()
	if err != nil {
		return err
	}
	for i := range rounds {
		rd := &rounds[i]
		read := make([]*round, len(c.readers))
		for j, reader := range c.readers {
			if read[j], err = reader.roundNumber(rd.Number); err != nil {
				return err
			}
		}
		base := "/consultations/" + strconv.Itoa(rd.Number)
		c.add(publication.SearchEntry{
			Kind: publication.FoundConsultation, Code: "", Path: base, Names: []string{rd.Title},
			Title: c.say(func(q *request) text {
				return plain(q.words.T("consultation.number", "Number", q.words.Int(int64(rd.Number))))
			}),
			Body: inEnglish(rd.Title, rd.Origin),
		})
		for _, comment := range read[0].shownTo() {
			if comment.IsShown() {
				c.add(c.comment(read, comment))
			}
		}
	}
	return nil
}

func (c *collector) comment(read []*round, comment *consultation.Comment) publication.SearchEntry {
	e := publication.SearchEntry{Kind: publication.FoundComment, Path: read[0].path("/comments#") + cardID(comment)}
	for i, q := range c.readers {
		title := read[i].numbered(comment)
		var who []string
		for _, v := range comment.Voices {
			who = append(who, read[i].organisation(v.Organisation, v.Label).Text)
		}
		if who != nil {
			title += " · " + strings.Join(who, ", ")
		}
		e.Title = append(e.Title, publication.SearchText{Language: q.tag, Text: title})
	}
	said := func(m *consultation.Comment) {
		tag, _ := lang.Parse(m.Language)
		e.Body = append(e.Body, publication.SearchText{Language: tag, Text: plainWords(m.Text)})
		for _, l := range lang.Tags() {
			if t, ok := m.Translations[string(l)]; ok {
				e.Body = append(e.Body, publication.SearchText{Language: l, Text: plainWords(t.Text)})
			}
		}
	}
	said(comment)
	rec := read[0].rec
	for i := range rec.Comments {
		if reply := &rec.Comments[i]; reply.ReplyTo == comment.ID && reply.Held == "" && reply.IsShown() {
			said(reply)
		}
	}
	for i := range rec.Amendments {
		if a := &rec.Amendments[i]; a.Comment == comment.ID && isOffered(a) {
			e.Body = append(e.Body, inEnglish(a.New)...)
		}
	}
	return e
}

// pages enters the pages of the site that stand for themselves.
func (c *collector) pages() {
	for _, p := range []struct {
		path, title string
		says        []string
	}{
		{"/", "home.question", []string{"home.targets", "shell.tagline"}},
		{"/countries", "countries.title", []string{"countries.list", "countries.others"}},
		{"/compare", "compare.over", []string{"compare.lede"}},
		{"/framework", "shell.framework", []string{"framework.summary"}},
		{"/aims", "aims.title", []string{"aims.lede"}},
		{"/umbrella", "umbrella.title", nil},
		{"/framework/impact", "impact.title", []string{"impact.lede"}},
		{"/corrections", "corrections.title", []string{"corrections.lede"}},
		{"/accountability", "accountability.title", []string{"accountability.lede"}},
		{"/report-abuse", "report.title", []string{"report.lede"}},
		{"/data", "data.title", []string{"data.lede"}},
		{"/method", "method.title", []string{"method.lede"}},
		{"/accessibility", "access.title", []string{"access.lede"}},
		{"/privacy", "privacy.title", []string{"privacy.lede"}},
	} {
		e := publication.SearchEntry{Kind: publication.FoundPage, Path: p.path, Title: c.key(p.title)}
		for _, key := range p.says {
			e.Body = append(e.Body, c.key(key)...)
		}
		c.add(e)
	}
	if closing, err := c.english().snap.Closing(""); err == nil { // without a goal date there is nothing to assess
		c.add(publication.SearchEntry{Kind: publication.FoundPage, Path: "/assessment", Title: c.say(func(q *request) text {
			return plain(q.words.T("assessment.title", "Date", q.date(closing.On)))
		})})
	}
	c.young()
	v := c.english().v
	for i := range v.Elements {
		e := &v.Elements[i]
		if e.Kind != framework.KindTarget && e.Kind != framework.KindTargetGroup || len(v.VariantsOf(e.Code)) == 0 {
			continue // without a figure there is no history of one
		}
		c.add(publication.SearchEntry{
			Kind: publication.FoundPage, Path: "/targets/" + e.Code + "/history",
			Title: c.say(func(q *request) text { return plain(q.words.T("history.title", "Code", e.Code)) }), Body: c.key("history.lede"),
		})
	}
	c.article("/method", "method.title", (*request).methodParts)
	c.article("/privacy", "privacy.title", (*request).privacyParts)
	c.article("/accessibility", "access.title", func(q *request) []ArticleSection {
		var out []ArticleSection
		for _, id := range accessSections {
			out = append(out, q.section("access", id))
		}
		return out
	})
}

// article enters each section of a page of text.
func (c *collector) article(path, title string, parts func(*request) []ArticleSection) {
	inLanguage := make([][]ArticleSection, len(c.readers))
	for i, q := range c.readers {
		inLanguage[i] = parts(q)
	}
	for j := range inLanguage[0] {
		e := publication.SearchEntry{Kind: publication.FoundPage, Path: path + "#" + inLanguage[0][j].ID}
		for i, q := range c.readers {
			e.Title = append(e.Title, publication.SearchText{Language: q.tag, Text: inLanguage[i][j].Title + " · " + q.words.T(title)})
			e.Body = append(e.Body, publication.SearchText{Language: q.tag, Text: strings.Join(inLanguage[i][j].Paragraphs, " ")})
		}
		c.add(e)
	}
}
