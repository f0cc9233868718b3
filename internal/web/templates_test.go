package web

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jba/templatecheck"

	"waymark/internal/lang"
)

// pageOf names the struct each template is rendered with.
var pageOf = map[string]any{
	"young": YoungPage{},
	"home":  HomePage{}, "target": TargetPage{}, "countries": CountriesPage{}, "country": CountryPage{}, "framework": FrameworkPage{},
	"indicator": IndicatorPage{}, "report": ReportPage{}, "article": ArticlePage{}, "data": DataPage{}, "problem": ProblemPage{}, "work": WorkPage{},
	"consultations": ConsultationsPage{}, "consultation": RoundPage{}, "comments": CommentsPage{}, "consultationtext": RoundTextPage{},
	"difference": DifferencePage{}, "aims": AimsPage{}, "aim": AimPage{}, "otherframework": OtherFrameworkPage{}, "umbrella": UmbrellaPage{}, "corrections": CorrectionsPage{}, "accountability": AccountabilityPage{}, "history": HistoryPage{},
	"compare": ComparePage{}, "assessment": AssessmentPage{}, "impact": ImpactPage{}, "search": SearchPage{},
}

func TestTemplatesFitTheirPageStructs(t *testing.T) {
	site := newSite(t)
	for name, set := range site.templates.sets[lang.English] {
		page, ok := pageOf[name]
		if !ok {
			t.Errorf("templates/%s: the test does not know its page struct", name)
			continue
		}
		if err := templatecheck.CheckHTML(set, page); err != nil {
			t.Errorf("templates/%s: %v", name, err)
		}
	}
	for name := range pageOf {
		if site.templates.sets[lang.English][name] == nil {
			t.Errorf("there is no template %s", name)
		}
	}
}

// Language functions are bound to the language's own set: rendering in several languages at the
// same time must not mix their words.
func TestLanguagesDoNotMixWhenRenderedTogether(t *testing.T) {
	site := newSite(t, func(c *Config) { c.CacheBytes = -1 })
	var wg sync.WaitGroup
	for range 8 {
		for _, tag := range lang.Tags() {
			wg.Go(func() {
				body := get(t, site, "/"+string(tag)+"/accessibility").Body.String()
				want := template.HTMLEscapeString(lang.For(tag).T("access.lede"))
				if !strings.Contains(body, want) {
					t.Errorf("%s: the page lacks its own words %q", tag, want)
				}
				for _, other := range lang.Tags() {
					if words := lang.For(other).T("access.lede"); other != tag && words != lang.For(tag).T("access.lede") && strings.Contains(body, template.HTMLEscapeString(words)) {
						t.Errorf("%s: the page has the words of %s", tag, other)
					}
				}
			})
		}
	}
	wg.Wait()
}

var (
	templateKey = regexp.MustCompile(`\b(?:t|n|mark) "([a-z]+\.[A-Za-z0-9_.-]+)"`)
	codeKey     = regexp.MustCompile(`\b(?:T|N|message|WithKey|table)\("([a-z]+\.[A-Za-z0-9_.-]+)"(\s*\+)?`)
)

// TestEveryKeyOfTemplatesAndCodeIsInTheCatalog finds misspelt keys, which would be shown as they are.
func TestEveryKeyOfTemplatesAndCodeIsInTheCatalog(t *testing.T) {
	english := lang.For(lang.English)
	checked := 0
	look := func(path string, pattern *regexp.Regexp) {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(source), -1) {
			checked++
			if len(m) > 2 && m[2] != "" { // the beginning of a key
				if !slices.ContainsFunc(lang.Keys(), func(k string) bool { return strings.HasPrefix(k, m[1]) }) {
					t.Errorf("%s: no key begins with %q", path, m[1])
				}
			} else if !english.Has(m[1]) {
				t.Errorf("%s: the catalog has no %q", path, m[1])
			}
		}
	}
	pages, err := filepath.Glob("templates/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(pages, "templates/frame.html") {
		look(path, templateKey)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		if !strings.HasSuffix(path, "_test.go") {
			look(path, codeKey)
		}
	}
	if checked < 300 {
		t.Errorf("only %d keys were found: the patterns no longer fit the sources", checked)
	}
}

var hole = regexp.MustCompile(`\{\{\.\w+\}\}`)

// TestPagesHaveNoHolesAndNoBareKeys reads pages in all languages as a reader would.
func TestPagesHaveNoHolesAndNoBareKeys(t *testing.T) {
	site := newSite(t)
	bare := regexp.MustCompile(`\b(` + strings.Join(keyGroups(), "|") + `)\.[a-z]+_?[a-z_]*\b`)
	for _, tag := range lang.Tags() {
		for _, path := range samplePaths {
			url := "/" + string(tag) + path
			page := parse(t, site, url)
			text := textOf(t, page, "main")
			if m := hole.FindString(text); m != "" {
				t.Errorf("%s: a sentence has the hole %s", url, m)
			}
			if i := strings.Index(strings.ReplaceAll(text, "...", ""), ".."); i >= 0 && !strings.Contains(path, "..") {
				t.Errorf("%s: a sentence ends twice: %q", url, text[max(0, i-40):min(len(text), i+10)])
			}
			for _, m := range bare.FindAllString(text, -1) {
				if lang.For(lang.English).Has(m) || strings.HasSuffix(m, "_") {
					t.Errorf("%s: the key %q is shown instead of its words", url, m)
				}
			}
		}
	}
}

func keyGroups() []string {
	groups := map[string]bool{}
	for _, k := range lang.Keys() {
		group, _, _ := strings.Cut(k, ".")
		groups[group] = true
	}
	return sortedKeys(groups)
}

// TestShortNamesOfTheFrameworkAreTranslatedFromItsOwnWords keeps the catalog's short names in step
// with the framework version they translate.
func TestShortNamesOfTheFrameworkAreTranslatedFromItsOwnWords(t *testing.T) {
	v := snapshot(t).Version
	english := lang.For(lang.English)
	own := map[string]string{"title": v.Title}
	for _, s := range v.Sheets {
		own[s.Code] = s.Title
	}
	for _, x := range v.Variants {
		own[x.Of+"."+x.Code] = x.Title
		for _, voice := range x.Voices {
			own["voice."+voice.Code] = voice.Title
		}
	}
	for _, i := range v.Indicators {
		own["indicator."+i.Code] = i.Title
	}
	for _, s := range v.Series {
		own["series."+s.Code] = s.Title
	}
	groups := map[string]bool{"T3": true, "T4": true, "T5": true} // they have no short name of their own in the framework
	prefix := "label." + v.Framework + "."
	for _, key := range lang.Keys() {
		code, ok := strings.CutPrefix(key, prefix)
		if !ok || groups[code] {
			continue
		}
		if want, found := own[code]; !found {
			t.Errorf("%s names nothing of %s", key, v.ID())
		} else if strings.HasPrefix(code, "voice.") {
			continue // our own words, which may be clearer
		} else if got := english.T(key); got != want {
			t.Errorf("%s is %q, the framework says %q", key, got, want)
		}
	}
}

// sortedKeys keeps tests that walk maps in one order.
func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func ExampleStatusCount() {
	fmt.Println(drawStatus("met"), drawStatus("notMet"), drawStatus("anything else"))
	// Output: met not unknown
}
