package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cespare/webtest"

	"waymark/internal/lang"
	"waymark/internal/web/webcheck"
)

// samplePaths are pages of every kind and state, behind their language.
var samplePaths = []string{
	"/young", "/young/T1", "/young/T2?asof=2015-12-31", "/young/T3", "/young/T4", "/young/T5",
	"/", "/?asof=2022-12-31", "/?weights=2015", "/targets/T1", "/targets/T1?group=002&status=unknown", "/targets/T1?sort=region", "/targets/T2", "/targets/T3",
	"/targets/T4", "/targets/T5", "/countries", "/countries?q=zzzz", "/countries?sort=region&t1=met", "/countries/KEN", "/countries/AZE", "/countries/TUV", "/countries/GRL",
	"/countries/KEN?asof=2015-12-31", "/framework", "/framework/cop-2015@1", "/indicators/IM-1", "/indicators/T1", "/indicators/T3.2", "/indicators/T5.6",
	"/framework/1..1", "/aims", "/assessment", "/framework/impact", "/framework/impact?code=T1&variant=T1t", "/framework/impact?code=T1&goal=x", "/framework/impact?code=IM-1&goal=60&year=2015", "/outcomes/OC-1", "/umbrella", "/framework/mnr-21@1", "/framework/itu-cop-2010@1", "/report-abuse", "/report-abuse?c=GBR", "/report-abuse?c=TUV", "/report-abuse?c=zzzz", "/method", "/corrections", "/accountability", "/targets/T1/history", "/targets/IM-1/history?asof=2020-12-31", "/accessibility", "/privacy", "/data", "/nothing", "/countries/XXX", "/?asof=soon",
	"/search", "/search?q=kenya", "/search?q=children", "/search?q=a&kind=country&p=2", "/search?q=zzzzqqq", "/search?q=law%20zzzzqqq", "/search?q=https://address.example/x", "/search?q=%3Cscript%3E",
	"/compare", "/compare?c=KEN,TZA&t=T1,T2", "/compare?c=KEN&asof=2015-12-31", "/compare?c=KEN,GRL,XXX&t=T1,T3,T9,IM-1&group=002", "/compare?c=AFG,BOL,COD,GBR,PRK,VEN,USA&t=T1,T2,T3,T4,T5,IM-1",
}

// statusOf is what a sample path answers with.
func statusOf(path string) int {
	switch path {
	case "/nothing", "/countries/XXX":
		return http.StatusNotFound
	case "/?asof=soon":
		return http.StatusBadRequest
	}
	return http.StatusOK
}

func parse(t testing.TB, h http.Handler, url string) *webcheck.Page {
	t.Helper()
	page, err := webcheck.Parse(get(t, h, url).Body)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func all(t testing.TB, page *webcheck.Page, selector string) []*webcheck.Element {
	t.Helper()
	found, err := page.All(selector)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func textOf(t testing.TB, page *webcheck.Page, selector string) string {
	t.Helper()
	var out []string
	for _, e := range all(t, page, selector) {
		out = append(out, e.Text())
	}
	return strings.Join(out, " ")
}

// TestScripts asks the pages in testdata for what they must say.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("page scripts: %v, %v", files, err)
	}
	site := newSite(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := webtest.CheckHandler(fstest.MapFS{"script.txt": {Data: script}}, "script.txt", site); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEveryPageIsWellMadeInEveryLanguage checks what holds for all pages and states.
func TestEveryPageIsWellMadeInEveryLanguage(t *testing.T) {
	site := newSite(t)
	for _, tag := range lang.Tags() {
		for _, path := range samplePaths {
			address := "/" + string(tag) + path
			w := get(t, site, address)
			if w.Code != statusOf(path) {
				t.Errorf("%s: status %d, want %d", address, w.Code, statusOf(path))
				continue
			}
			page, err := webcheck.Parse(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			checkPage(t, page, address, tag)
		}
	}
}

func checkPage(t *testing.T, page *webcheck.Page, address string, tag lang.Tag) {
	t.Helper()
	if html := all(t, page, "html"); len(html) != 1 || attribute(html[0], "lang") != string(tag) || attribute(html[0], "dir") != tag.Dir() {
		t.Errorf("%s: html says neither lang=%s nor dir=%s", address, tag, tag.Dir())
	}
	for selector, want := range map[string]int{
		"h1": 1, "main#main": 1, "head > title": 1, "header": 1, "footer": 1, "aside.help a": 1, "a.skip[href=#main]": 1, "nav.wide": 2, "details.narrow": 2,
		"[style]": 0, "script[src^=http]": 0, "style": 0, "[onclick]": 0, "img": 0, "iframe": 0, "form[method=post]": 0, "base": 0,
	} {
		if got := len(all(t, page, selector)); got != want {
			t.Errorf("%s: %d of %q, want %d", address, got, selector, want)
		}
	}
	for _, script := range all(t, page, "script") {
		if attribute(script, "src") == "" {
			t.Errorf("%s: a script stands in the page", address)
		}
	}
	ids := map[string]bool{}
	for _, e := range all(t, page, "[id]") {
		if id := attribute(e, "id"); ids[id] {
			t.Errorf("%s: the id %q stands twice", address, id)
		} else {
			ids[id] = true
		}
	}
	for _, name := range []string{"aria-labelledby", "for", "list", "aria-describedby"} {
		for _, e := range all(t, page, "["+name+"]") {
			for _, id := range strings.Fields(attribute(e, name)) {
				if !ids[id] {
					t.Errorf("%s: %s=%q of %s leads nowhere", address, name, id, e.Name())
				}
			}
		}
	}
	checkLinks(t, page, address, ids)
	checkParts(t, page, address)
}

// checkLinks wants every link to lead somewhere, and foreign ones to carry nothing along.
func checkLinks(t *testing.T, page *webcheck.Page, address string, ids map[string]bool) {
	t.Helper()
	for _, a := range all(t, page, "a") {
		href := attribute(a, "href")
		switch {
		case strings.HasPrefix(href, "#"):
			if id, err := url.PathUnescape(href[1:]); err != nil || !ids[id] {
				t.Errorf("%s: the link %q leads nowhere", address, href)
			}
		case strings.HasPrefix(href, "/"), strings.HasPrefix(href, "tel:"):
		case strings.HasPrefix(href, "https://"):
			if rel := attribute(a, "rel"); !strings.Contains(rel, "noopener") || !strings.Contains(rel, "noreferrer") || !strings.Contains(rel, "nofollow") {
				t.Errorf("%s: the foreign link %q has rel=%q", address, href, rel)
			}
		default:
			t.Errorf("%s: the link %q is of no known kind", address, href)
		}
		if a.Text() == "" {
			t.Errorf("%s: the link %q says nothing", address, href)
		}
	}
}

// checkParts wants tables to be readable without sight, drawings named and fields labelled.
func checkParts(t *testing.T, page *webcheck.Page, address string) {
	t.Helper()
	captions := all(t, page, "table > caption")
	if tables := all(t, page, "table"); len(captions) != len(tables) {
		t.Errorf("%s: %d tables, %d captions", address, len(tables), len(captions))
	}
	for _, th := range all(t, page, "th") {
		if attribute(th, "scope") == "" {
			t.Errorf("%s: the head %q has no scope", address, th.Text())
		}
	}
	for _, svg := range all(t, page, "svg") {
		if attribute(svg, "aria-hidden") != "true" && attribute(svg, "aria-labelledby") == "" {
			t.Errorf("%s: a drawing has no name", address)
		}
	}
	labelled := map[string]bool{}
	for _, label := range all(t, page, "label") {
		labelled[attribute(label, "for")] = true
	}
	for _, name := range []string{"input", "select"} {
		for _, field := range all(t, page, name) {
			if attribute(field, "type") != "hidden" && !labelled[attribute(field, "id")] {
				t.Errorf("%s: the field %q has no label", address, attribute(field, "name"))
			}
		}
	}
	for _, region := range all(t, page, ".scroll") {
		if attribute(region, "tabindex") != "0" || attribute(region, "role") != "region" {
			t.Errorf("%s: a wide table cannot be scrolled by keyboard", address)
		}
	}
	for _, chip := range all(t, page, ".chip") {
		if chip.Text() == "" {
			t.Errorf("%s: a status stands without its word", address)
		}
	}
}

func attribute(e *webcheck.Element, name string) string {
	v, _ := e.Attr(name)
	return v
}

// TestEveryLinkOfTheSiteLeadsSomewhere walks the whole English site, twins included.
func TestEveryLinkOfTheSiteLeadsSomewhere(t *testing.T) {
	site := newSite(t)
	seen := map[string]bool{"/en/": true}
	from := map[string]string{}
	queue := []string{"/en/"}
	pages := 0
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		w := get(t, site, address)
		if w.Code == http.StatusFound || w.Code == http.StatusMovedPermanently {
			continue
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s, linked from %s: status %d", address, from[address], w.Code)
			continue
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		page, err := webcheck.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all(t, page, "a[href^=/en/]") {
			href, _, _ := strings.Cut(attribute(a, "href"), "#")
			if attribute(a, "rel") == "nofollow" {
				continue // one of the many views of a page that answers for any choice
			}
			if !seen[href] {
				seen[href], from[href] = true, address
				queue = append(queue, href)
			}
		}
	}
	if pages < 300 {
		t.Errorf("only %d pages were reached", pages)
	}
	for _, path := range publicPaths(snapshot(t)) {
		if !seen["/en"+path] && path != "/framework/"+snapshot(t).Version.ID() {
			t.Errorf("no link leads to /en%s", path)
		}
	}
}

// TestPagesStaySmall holds pages to their weights: everything a first visit takes, compressed.
func TestPagesStaySmall(t *testing.T) {
	site := newSite(t)
	asset := regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)
	for _, tag := range lang.Tags() {
		for _, path := range samplePaths {
			address := "/" + string(tag) + path
			w := get(t, site, address, "Accept-Encoding", "gzip")
			weight, requests := w.Body.Len(), 1
			limit := 25 << 10
			plain := get(t, site, address).Body.String()
			if strings.Contains(plain, `class="map"`) {
				limit = 40 << 10
			}
			for _, m := range asset.FindAllStringSubmatch(plain, -1) {
				requests++
				weight += get(t, site, m[1], "Accept-Encoding", "gzip").Body.Len()
			}
			if weight > limit || requests > 4 {
				t.Errorf("%s weighs %d bytes in %d requests, at most %d in 4", address, weight, requests, limit)
			}
			if testing.Verbose() && tag == lang.English {
				t.Logf("%6d bytes, %d requests  %s", weight, requests, address)
			}
		}
	}
}

// TestNoPageOrdersCountriesByHowTheyStand: rows stand by name, whatever is asked for.
func TestNoPageOrdersCountriesByHowTheyStand(t *testing.T) {
	site := newSite(t)
	for _, address := range []string{"/en/countries", "/en/countries?sort=t1", "/en/targets/T1?sort=status"} {
		var names []string
		for _, row := range all(t, parse(t, site, address), "tbody th a[href^=/en/countries/]") {
			names = append(names, row.Text())
		}
		if len(names) != 193 {
			t.Fatalf("%s: %d countries", address, len(names))
		}
		sorted := slices.Clone(names)
		lang.Sort(lang.English, sorted, func(s string) string { return s })
		if !slices.Equal(names, sorted) {
			t.Errorf("%s: the countries do not stand in alphabetical order", address)
		}
	}
}
