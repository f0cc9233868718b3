package web

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/consultation"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/web/webcheck"
)

// indexOf is the index of a site, as its search page has it.
func indexOf(t testing.TB, site *Server) *publication.SearchIndex {
	t.Helper()
	page200(t, site, "/en/search?q=law")
	return site.search.index
}

func TestEveryCountryIsFoundByEachOfItsNamesAndCodes(t *testing.T) {
	x := indexOf(t, newSite(t))
	snap := snapshot(t)
	for _, c := range snap.World.Countries() {
		wanted := []string{c.ISO2, c.ISO3, c.M49, strings.ToLower(c.ISO3)}
		for _, tag := range lang.Tags() {
			wanted = append(wanted, c.Name(tag), lang.Fold(c.Name(tag)), c.M49Name(tag))
		}
		for _, name := range wanted {
			hits := x.Search(publication.NewSearchQuery(name)).Hits
			at := slices.IndexFunc(hits, func(h publication.SearchHit) bool { return h.Entry.Path == "/countries/"+c.ISO3 })
			if at < 0 || !hits[at].Exact {
				t.Errorf("%q does not find %s", name, c.ISO3)
				continue
			}
			for _, h := range hits[:at] {
				if !h.Exact {
					t.Errorf("%q: %s stands before %s, whose name it is", name, h.Entry.Path, c.ISO3)
				}
			}
		}
	}
}

func TestSearchFindsEveryKindOfThing(t *testing.T) {
	site := consultationSite(t)
	for _, c := range []struct{ lang, query, path string }{
		{"en", "T1", "/targets/T1"},
		{"en", "t2", "/targets/T2"},
		{"en", "OP5.4", "/framework#OP5.4"},
		{"en", "basic level of online protection", "/indicators/IM-1"},
		{"en", "reporting mechanisms", "/targets/T2"},
		{"en", "OC-3", "/outcomes/OC-3"},
		{"en", "IWF", "/report-abuse?c=GBR"},
		{"en", "keyboard", "/accessibility#use"},
		{"en", "Budapest Convention", "/data#treaties"},
		{"en", "consultation 1", "/consultations/1"},
		{"fr", "mecanisme", "/targets/T2"},
		{"fr", "Cote divoire", "/countries/CIV"},
		{"es", "denuncias Kenya", "/report-abuse?c=KEN"},
		{"ar", "كينيا", "/countries/KEN"},
		{"ar", "القانون", "/targets/T1"},
		{"ru", "закон", "/targets/T1"},
		{"ru", "методы", "/method#others"},
		{"zh", "肯尼亚", "/countries/KEN"},
		{"zh", "举报", "/report-abuse"},
		{"zh", "Kenia", "/countries/KEN"},
	} {
		body := get(t, site, "/"+c.lang+"/search.csv?q="+url.QueryEscape(c.query)).Body
		rows, err := csv.NewReader(body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, r := range rows[1:] {
			found = append(found, strings.TrimPrefix(r[5], "/"+c.lang))
		}
		if !slices.Contains(found, c.path) {
			t.Errorf("%s: %q finds %q and not %s", c.lang, c.query, found[:min(len(found), 8)], c.path)
		}
	}
}

// A public page that is not entered in searchable.go is not found: enter it there.
func TestEveryPublicPageCanBeFound(t *testing.T) {
	site := consultationSite(t)
	known := map[string]bool{"/search": true, "/framework/" + snapshot(t).Version.ID(): true} // itself, and the address of the version that holds
	for _, e := range indexOf(t, site).Entries() {
		known[e.Path] = true
	}
	for _, path := range publicPaths(snapshot(t)) {
		if !known[path] {
			t.Errorf("%s cannot be found", path)
		}
	}
}

// Whatever can be found is there: each address answers, and the place in the page is in it.
func TestEveryResultLeadsToItsPlace(t *testing.T) {
	site := consultationSite(t)
	pages := map[string]*webcheck.Page{}
	for _, e := range indexOf(t, site).Entries() {
		path, place, _ := strings.Cut("/en"+e.Path, "#")
		if pages[path] == nil {
			w := get(t, site, path)
			if w.Code != http.StatusOK {
				t.Errorf("%s: status %d", path, w.Code)
				continue
			}
			page, err := webcheck.Parse(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			pages[path] = page
		}
		if place == "" {
			continue
		}
		if !slices.ContainsFunc(all(t, pages[path], "[id]"), func(el *webcheck.Element) bool { return attribute(el, "id") == place }) {
			t.Errorf("%s has no place %q", path, place)
		}
		if len(e.Title) == 0 || !slices.Contains(publication.SearchKinds, e.Kind) {
			t.Errorf("%s of the kind %q has no title", e.Path, e.Kind)
		}
	}
}

// A hostile query never breaks the page: no element comes of it, and all of it stands as text.
func TestAHostileQueryNeverBreaksMarkup(t *testing.T) {
	site := newSite(t, func(c *Config) { c.CacheBytes = -1 })
	plain := parse(t, site, "/en/search?q=zzzz")
	scripts := len(all(t, plain, "script"))
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"<script>", "</title>", "\"", "'", "<mark>", "--", "<!--", "&lt;", "&", ">", "\x00", "\xff", "kenya", "law", "儿", "\u202e", "\u2069", "{{.}}", "${x}", "%", "=1", "]]>", " ", "/", "\\",
		}), 1, 8).Draw(rt, "parts")
		query := strings.Join(parts, "")
		w := get(t, site, "/en/search?q="+url.QueryEscape(query))
		if w.Code != http.StatusOK {
			rt.Fatalf("%q: status %d", query, w.Code)
		}
		body := w.Body.String()
		page, err := webcheck.Parse(strings.NewReader(body))
		if err != nil {
			rt.Fatal(err)
		}
		if n := len(all(t, page, "script")); n != scripts {
			rt.Fatalf("%q: %d scripts", query, n)
		}
		if n := len(all(t, page, "h1")); n != 1 || len(all(t, page, "main#main form[role=search] input[name=q]")) != 1 || len(all(t, page, "footer")) != 1 {
			rt.Fatalf("%q breaks the page", query)
		}
		for _, m := range all(t, page, "mark") {
			if strings.ContainsAny(m.Text(), "<>") {
				rt.Fatalf("%q marks %q", query, m.Text())
			}
		}
	})
}

func TestSearchGivesOneQueryOneOrder(t *testing.T) {
	a, b := indexOf(t, newSite(t)), indexOf(t, newSite(t))
	for _, query := range []string{"law", "children online", "report abuse hotline", "保护", "закон", "Guinea", "a e i o u"} {
		list := func(x *publication.SearchIndex) string { return fmt.Sprint(pathsOf(x, query)) }
		first := list(a)
		if again := list(a); again != first {
			t.Errorf("%q asked twice: two orders", query)
		}
		if other := list(b); other != first {
			t.Errorf("%q in an index of its own: two orders", query)
		}
	}
}

func pathsOf(x *publication.SearchIndex, query string) []string {
	var out []string
	for _, h := range x.Search(publication.NewSearchQuery(query)).Hits {
		out = append(out, h.Entry.Path)
	}
	return out
}

// An address that somebody types is in no part of the answer and not in the memory of pages.
func TestATypedAddressIsNeitherEchoedNorKept(t *testing.T) {
	site := newSite(t)
	for _, query := range []string{"https://pictures.example.net/x?y=1", "www.pictures.example.com", "pictures dot example (dot) com/x", "pictures[.]example[.]org", "somebody@example.org", "192.0.2.17", strings.Repeat("a", 56) + ".onion"} {
		address := "/en/search?q=" + url.QueryEscape(query)
		w := get(t, site, address)
		body := html.UnescapeString(w.Body.String())
		for _, part := range []string{query, url.QueryEscape(query), "pictures", "192.0.2.17", "somebody"} {
			if strings.Contains(body, part) {
				t.Errorf("%q: the page has %q", query, part)
			}
		}
		if !strings.Contains(body, "It was not looked for") || w.Header().Get("Cache-Control") != noStore {
			t.Errorf("%q is not told apart (%s)", query, w.Header().Get("Cache-Control"))
		}
		if site.cache.get(cacheKey{address, snapshot(t).DataVersion, site.today()}) != nil {
			t.Errorf("%q is kept", query)
		}
	}
}

func TestSearchShowsWhatItFoundByKindAndPage(t *testing.T) {
	site := newSite(t)
	page := parse(t, site, "/en/search?q=Africa")
	if got := len(all(t, page, "ol.hits > li")); got < 5 || got > 5*len(publication.SearchKinds) {
		t.Errorf("%d results stand under all kinds", got)
	}
	if len(all(t, page, "ol.hits mark")) == 0 {
		t.Error("no word is marked")
	}
	first := parse(t, site, "/en/search?q=Africa&kind=country")
	second := parse(t, site, "/en/search?q=Africa&kind=country&p=2")
	last := parse(t, site, "/en/search?q=Africa&kind=country&p=99")
	names := map[string]int{}
	for _, p := range []*webcheck.Page{first, second} {
		links := all(t, p, "ol.hits > li > p > a")
		if len(links) != hitsOfAPage {
			t.Errorf("a page has %d results", len(links))
		}
		for _, a := range links {
			names[a.Text()]++
		}
	}
	if len(names) != 2*hitsOfAPage {
		t.Errorf("two pages have %d different results", len(names))
	}
	if len(all(t, last, "ol.hits > li")) == 0 {
		t.Error("a page behind the last one is empty")
	}
	nothing := textOf(t, parse(t, site, "/en/search?q=qqqqzzzz"), "main")
	for _, want := range []string{"Nothing was found for", "Try fewer words", "What can be found", "Countries"} {
		if !strings.Contains(nothing, want) {
			t.Errorf("where nothing is found the page does not say %q", want)
		}
	}
	if text := textOf(t, parse(t, site, "/en/search?q=Kenya+qqqqzzzz"), "main"); !strings.Contains(text, "Nothing has all the words") || !strings.Contains(text, "KEN") {
		t.Error("one word too many hides what the others find")
	}
}

// What is held back, withdrawn or removed is not found, and a pseudonymous round gives no name away.
func TestSearchFindsNoCommentThatNobodyMayRead(t *testing.T) {
	const secret = "Quokkas"
	hide := map[string]func(*consultation.Comment){
		"held":      func(c *consultation.Comment) { c.Held = "address" },
		"withdrawn": func(c *consultation.Comment) { c.Withdrawn = true },
		"removed":   func(c *consultation.Comment) { c.Removed = "personal_data" },
	}
	search := func(change func(*consultation.Record)) []string {
		return pathsOf(indexOf(t, consultationSite(t, change)), secret)
	}
	if got := search(func(r *consultation.Record) { r.Comments[0].Text = []string{secret} }); len(got) == 0 {
		t.Fatal("a comment is not found by its words")
	}
	for name, do := range hide {
		if got := search(func(r *consultation.Record) { r.Comments[0].Text = []string{secret}; do(&r.Comments[0]) }); len(got) > 0 {
			t.Errorf("a comment that is %s is found: %q", name, got)
		}
	}
	if got := search(func(r *consultation.Record) {
		r.Round.State = consultation.Draft
		r.Comments[0].Text = []string{secret}
	}); len(got) > 0 {
		t.Errorf("a round in draft is found: %q", got)
	}
	named := func(r *consultation.Record) {
		for i := range r.Comments {
			for j := range r.Comments[i].Voices {
				r.Comments[i].Voices[j].Label = secret
			}
		}
	}
	if got := search(named); len(got) == 0 {
		t.Fatal("a comment is not found by who speaks")
	}
	if got := search(func(r *consultation.Record) { named(r); r.Round.Policy = consultation.Pseudonymous }); len(got) > 0 {
		t.Errorf("a pseudonymous round gives a name away: %q", got)
	}
}

func TestLongQueriesAreBounded(t *testing.T) {
	site := newSite(t)
	if w := get(t, site, "/en/search?q="+strings.Repeat("law+", 60)); w.Code != http.StatusBadRequest {
		t.Errorf("a query of 240 signs: status %d", w.Code)
	}
	body := page200(t, site, "/en/search?q=one+two+three+four+five+six+seven+eight+nine+ten+eleven+twelve+thirteen+fourteen")
	if !strings.Contains(body, "Only the first 12 words were looked for.") {
		t.Error("words beyond the twelfth go without a word")
	}
}
