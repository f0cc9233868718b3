package web

import (
	"slices"
	"strconv"
	"strings"

	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/safeguard"
)

// SearchPage is what was found for a few words, by kind, the best first.
type SearchPage struct {
	Page
	Action  string
	Hidden  []Hidden
	Asked   string // as typed; empty where it must not be shown
	Answer  string // how much was found, in words
	Notes   []string
	Address bool // an address was typed: it is neither looked for nor kept
	Nothing bool
	Kinds   []SearchFacet
	Groups  []SearchGroup
	From    int    // number of the first result
	Pages   []Link // to other pages of one kind
	What    []SearchFacet
	Size    string // how much can be found
	Twins   Twins
}

// SearchFacet is a kind of results and how many there are of it.
type SearchFacet struct {
	Name, Count, Href string
	Current           bool
}

// SearchGroup is the results of one kind.
type SearchGroup struct {
	Kind, Name string
	Hits       []SearchHit
	More       Link // to all of the kind; without an address: these are all
}

// SearchHit is one result.
type SearchHit struct {
	Code    string
	Href    string
	Title   []publication.SearchSpan
	Lang    lang.Tag // of the title, where it is not the page's
	Says    []publication.SearchSpan
	SaysIn  lang.Tag
	TitleIn string // direction
	SaysDir string
}

const (
	hitsOfAKind = 5  // shown where all kinds stand together
	hitsOfAPage = 20 // shown where one kind is chosen
)

func (s *Server) searchPage(q *request) (*answer, error) {
	const path = "/search"
	asked := strings.Join(strings.Fields(strings.ToValidUTF8(q.params.Get("q"), " ")), " ")
	isAddress := asked != "" && safeguard.Text(asked, safeguard.Registered()) != nil
	if isAddress {
		asked = ""
		q.params.Del("q") // so that no link of the page carries it on
	}
	index, err := q.searchIndex()
	if err != nil {
		return nil, err
	}
	query := publication.NewSearchQuery(asked)
	found := index.Search(query)
	kinds := make([]string, len(publication.SearchKinds))
	for i, k := range publication.SearchKinds {
		kinds[i] = string(k)
	}
	chosen := q.option("kind", kinds...)
	if q.ending != "" {
		if chosen != "" {
			found.Hits = slices.DeleteFunc(found.Hits, func(h publication.SearchHit) bool { return string(h.Entry.Kind) != chosen })
		}
		a, err := q.twin(q.searchTable(&found), map[string]any{"query": asked, "partial": found.Partial})
		return unkept(a), err
	}
	title := q.words.T("shell.search")
	if asked != "" {
		title = q.words.T("search.title", "Text", lang.Isolate(asked))
	}
	p := SearchPage{
		Page: q.page(path, "", title), Action: "/" + string(q.tag) + path, Hidden: q.hidden(), Asked: asked, Address: isAddress, Twins: q.twins(path), Size: q.words.Int(int64(index.Len())),
	}
	p.Summary = q.words.T("search.lede")
	q.searchAnswer(&p, &query, &found)
	q.searchGroups(&p, &query, &found, chosen)
	if len(found.Hits) == 0 {
		counts := map[publication.SearchKind]int{}
		for _, e := range index.Entries() {
			counts[e.Kind]++
		}
		for _, k := range publication.SearchKinds {
			if counts[k] > 0 {
				p.What = append(p.What, SearchFacet{Name: q.words.T("search.kind_" + string(k)), Count: q.words.Int(int64(counts[k])), Href: q.to(kindHome[k])})
			}
		}
	}
	a, err := q.render("search", p)
	if err == nil && isAddress {
		a.control = noStore
	}
	return unkept(a), err
}

// kindHome is where everything of a kind stands.
var kindHome = map[publication.SearchKind]string{
	publication.FoundCountry: "/countries", publication.FoundTarget: "/", publication.FoundIndicator: "/framework", publication.FoundAim: "/aims", publication.FoundElement: "/framework",
	publication.FoundOther: "/umbrella", publication.FoundReport: "/report-abuse", publication.FoundSource: "/data#sources", publication.FoundConsultation: "/consultations",
	publication.FoundComment: "/consultations", publication.FoundPage: "/method",
}

// unkept marks an answer that is made for one reader's words: it is not kept in memory.
func unkept(a *answer) *answer {
	if a != nil {
		a.unkept = true
	}
	return a
}

// searchAnswer says in words what was found.
func (q *request) searchAnswer(p *SearchPage, query *publication.SearchQuery, found *publication.SearchResult) {
	if query.Cut {
		p.Notes = append(p.Notes, q.words.T("search.cut", "Count", len(query.Words)))
	}
	switch {
	case p.Asked == "":
	case len(found.Hits) == 0:
		p.Nothing, p.Answer = true, q.words.T("search.nothing", "Text", lang.Isolate(p.Asked))
	case found.Partial:
		p.Answer = q.words.N("search.partly", len(found.Hits), "Text", lang.Isolate(p.Asked))
	default:
		p.Answer = q.words.N("search.found", len(found.Hits), "Text", lang.Isolate(p.Asked))
	}
}

// searchGroups puts the results under their kinds: the kind of the best result first. One kind alone
// is shown page by page.
func (q *request) searchGroups(p *SearchPage, query *publication.SearchQuery, found *publication.SearchResult, chosen string) {
	byKind := map[publication.SearchKind][]publication.SearchHit{}
	var order []publication.SearchKind
	for _, h := range found.Hits {
		if byKind[h.Entry.Kind] == nil {
			order = append(order, h.Entry.Kind)
		}
		byKind[h.Entry.Kind] = append(byKind[h.Entry.Kind], h)
	}
	if len(order) > 1 || chosen != "" && len(order) > 0 {
		p.Kinds = append(p.Kinds, SearchFacet{q.words.T("countries.all"), q.words.Int(int64(len(found.Hits))), q.here("/search", "kind", "", "p", ""), chosen == ""})
		for _, k := range order {
			p.Kinds = append(p.Kinds, SearchFacet{q.words.T("search.kind_" + string(k)), q.words.Int(int64(len(byKind[k]))), q.here("/search", "kind", string(k), "p", ""), chosen == string(k)})
		}
	}
	for _, k := range order {
		hits := byKind[k]
		g := SearchGroup{Kind: string(k), Name: q.words.T("search.kind_" + string(k))}
		switch {
		case chosen == "":
			if len(hits) > hitsOfAKind {
				g.More = Link{Text: plain(q.words.N("search.more", len(hits))), Href: q.here("/search", "kind", string(k), "p", "")}
				hits = hits[:hitsOfAKind]
			}
		case chosen != string(k):
			continue
		default:
			hits = q.searchPart(p, hits)
		}
		for _, h := range hits {
			g.Hits = append(g.Hits, q.searchHit(query, h))
		}
		p.Groups = append(p.Groups, g)
	}
}

// searchPart is one page of the results of a kind, with links to the others.
func (q *request) searchPart(p *SearchPage, hits []publication.SearchHit) []publication.SearchHit {
	pages := (len(hits) + hitsOfAPage - 1) / hitsOfAPage
	at, err := strconv.Atoi(q.params.Get("p"))
	if err != nil {
		at = 1
	}
	at = max(1, min(at, pages))
	for i := 1; pages > 1 && i <= pages; i++ {
		number := ""
		if i > 1 {
			number = strconv.Itoa(i)
		}
		p.Pages = append(p.Pages, Link{Text: plain(q.words.Int(int64(i))), Href: q.here("/search", "p", number), Current: i == at})
	}
	p.From = (at-1)*hitsOfAPage + 1
	return hits[p.From-1 : min(len(hits), at*hitsOfAPage)]
}

func (q *request) searchHit(query *publication.SearchQuery, h publication.SearchHit) SearchHit {
	out := SearchHit{Code: h.Entry.Code, Href: q.found(h.Entry.Path)}
	title := q.searchTitle(h.Entry)
	out.Title = query.Mark(title)
	if title.Language != q.tag {
		out.Lang, out.TitleIn = title.Language, title.Language.Dir()
	}
	says := h.Entry.Body
	if !slices.ContainsFunc(out.Title, func(s publication.SearchSpan) bool { return s.Marked }) {
		for _, t := range h.Entry.Title { // found by its name in another language
			if t != title {
				says = append(slices.Clone(says), t)
			}
		}
		for _, name := range h.Entry.Names {
			says = append(slices.Clone(says), publication.SearchText{Text: name})
		}
	}
	var in lang.Tag
	if out.Says, in = query.Excerpt(q.tag, says); in != q.tag && out.Says != nil {
		out.SaysIn, out.SaysDir = in, "auto"
		if in != "" {
			out.SaysDir = in.Dir()
		}
	}
	return out
}

// searchTitle is the title in the reader's language, else the first there is.
func (q *request) searchTitle(e *publication.SearchEntry) publication.SearchText {
	for _, t := range e.Title {
		if t.Language == q.tag {
			return t
		}
	}
	if len(e.Title) > 0 {
		return e.Title[0]
	}
	return publication.SearchText{Language: q.tag, Text: e.Code}
}

// found is the address of a result, with what follows the reader.
func (q *request) found(path string) string {
	path, query, has := strings.Cut(path, "?")
	if has {
		name, value, _ := strings.Cut(query, "=")
		return q.to(path, name, value)
	}
	return q.to(path)
}

// searchTable is all results as data.
func (q *request) searchTable(found *publication.SearchResult) *publication.Table {
	t := &publication.Table{Name: "search", Columns: []publication.Column{{Name: "place"}, {Name: "kind"}, {Name: "code"}, {Name: "title"}, {Name: "language"}, {Name: "path"}, {Name: "exact"}}}
	for i, h := range found.Hits {
		title := q.searchTitle(h.Entry)
		t.Rows = append(t.Rows, publication.Row{i + 1, string(h.Entry.Kind), orNothing(h.Entry.Code), title.Text, string(title.Language), q.found(h.Entry.Path), h.Exact})
	}
	return t
}
