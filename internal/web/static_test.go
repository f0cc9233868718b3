package web

import (
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The sheet serves left-to-right and right-to-left pages, so nothing in it names a side.
func TestStyleSheetNamesNoSide(t *testing.T) {
	side := regexp.MustCompile(`(?i)\b(left|right)\b`)
	declaration := regexp.MustCompile(`([a-z-]+)\s*:\s*([^;{}]+)[;}]`)
	media := regexp.MustCompile(`@(?:media|page)[^{]*\{`)
	physical := map[string]bool{"width": true, "height": true, "min-width": true, "max-width": true, "min-height": true, "max-height": true}
	sides := map[string]bool{"margin": true, "padding": true, "inset": true, "border-width": true, "border-color": true, "border-style": true}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".css") {
			continue
		}
		data, err := fs.ReadFile(staticFiles, "static/"+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		rules := string(squeeze(data))
		for _, found := range declaration.FindAllStringSubmatch(media.ReplaceAllString(rules, ""), -1) {
			property, values := found[1], strings.Fields(found[2])
			switch {
			case side.MatchString(found[0]), physical[property]:
				t.Errorf("%s: %q is not logical", e.Name(), found[0])
			case sides[property] && len(values) == 4 && values[1] != values[3]:
				t.Errorf("%s: %q gives two sides different values", e.Name(), found[0])
			}
		}
		if !strings.Contains(rules, "inline-start") {
			t.Errorf("%s: nothing was found to check", e.Name())
		}
	}
}

func TestStyleSheetHasNoForeignAddress(t *testing.T) {
	for name, a := range newSite(t).assets.answers {
		if body := strings.ReplaceAll(string(a.body), "http://www.w3.org/2000/svg", ""); strings.Contains(body, "http:") || strings.Contains(body, "https:") || strings.Contains(body, "url(") {
			if !strings.Contains(name, ".css") || strings.Contains(body, "url(") {
				t.Errorf("%s names another address", name)
			}
		}
	}
}

func TestAssetsCanBeKeptForEverAndOldOnesAreGone(t *testing.T) {
	site := newSite(t)
	w := get(t, site, site.assets.address["app.css"])
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != immutable || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("app.css: %d, %v", w.Code, w.Header())
	}
	if w := get(t, site, "/static/app.0000000000.css"); w.Code != http.StatusNotFound {
		t.Errorf("a file of another version: status %d", w.Code)
	}
	for name := range site.assets.answers {
		if strings.HasSuffix(name, ".js") && len(site.assets.answers[name].zipped) > 5<<10 {
			t.Errorf("%s weighs more than 5 KB", name)
		}
	}
}

// A page that uses a class of the second style sheet loads it.
func TestPagesLoadTheStyleSheetsTheyUse(t *testing.T) {
	class := regexp.MustCompile(`\.([a-z][a-z-]*)`)
	known := func(name string) map[string]bool {
		css, err := fs.ReadFile(staticFiles, "static/"+name)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, m := range class.FindAllStringSubmatch(string(squeeze(css)), -1) {
			out[m[1]] = true
		}
		return out
	}
	first, second := known("app.css"), known("reading.css")
	if !second["margin"] || !second["cref"] {
		t.Fatalf("the second sheet knows only %v", second)
	}
	site := consultationSite(t)
	for _, path := range append(slices.Clone(samplePaths), consultationPaths...) {
		body := get(t, site, "/en"+path).Body.String()
		loads := strings.Contains(body, site.assets.address["reading.css"])
		for _, e := range all(t, parse(t, site, "/en"+path), "[class]") {
			for name := range strings.FieldsSeq(attribute(e, "class")) {
				if second[name] && !first[name] && !loads {
					t.Errorf("%s uses the class %s and does not load its sheet", path, name)
				}
			}
		}
	}
}
