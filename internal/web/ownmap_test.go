package web

import (
	"html"
	"os"
	"strings"
	"testing"

	"waymark/internal/draw"
	"waymark/internal/lang"
)

// ownWorld is the shipped geometry as an operator's own, by somebody whose name would be markup if it
// were not escaped.
func ownWorld(t *testing.T) *draw.Geometry {
	t.Helper()
	data, err := os.ReadFile("../draw/world.json")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"licence":"BSD-3-Clause"`, `"attribution":"Survey <b>of</b> Example","licence":"ODbL 1.0"`, 1)
	g, err := draw.LoadOwnGeometry(strings.NewReader(text), []string{"KEN"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// The operator's map says whose it is, beside the disclaimer in the reader's language, and the policy
// still decides what is drawn plain.
func TestAnOperatorsMapSaysWhoseItIs(t *testing.T) {
	site := newSite(t, func(c *Config) { c.Geometry = ownWorld(t) })
	for _, tag := range lang.Tags() {
		words := lang.For(tag)
		for _, page := range []string{"/", "/targets/T1"} {
			body := get(t, site, "/"+string(tag)+page).Body.String()
			text := html.UnescapeString(body)
			for _, want := range []string{words.T("map.disclaimer"), words.T("map.note.western_sahara"), "Survey <b>of</b> Example", "ODbL 1.0"} {
				if !strings.Contains(text, want) {
					t.Errorf("/%s%s does not say %q", tag, page, want)
				}
			}
			if strings.Contains(body, "<b>of</b>") {
				t.Errorf("/%s%s takes the attribution for markup", tag, page)
			}
			if strings.Contains(body, "/countries/ESH") {
				t.Errorf("/%s%s links an area that the policy keeps plain", tag, page)
			}
		}
	}
}

// Under the shipped map stand the disclaimer and, for phones, a tile for every State too small to
// touch that is counted.
func TestEveryMapHasItsDisclaimerAndItsSmallStates(t *testing.T) {
	site := newSite(t)
	u := shippedUniverse(t)
	for _, tag := range lang.Tags() {
		words := lang.For(tag)
		if tag != lang.English && words.T("map.disclaimer") == lang.For(lang.English).T("map.disclaimer") {
			t.Errorf("the disclaimer is not translated into %s", tag)
		}
		for _, page := range []string{"/", "/targets/T1", "/targets/T2"} {
			body := get(t, site, "/"+string(tag)+page).Body.String()
			if !strings.Contains(html.UnescapeString(body), words.T("map.disclaimer")) {
				t.Errorf("/%s%s has a map without the disclaimer", tag, page)
			}
			_, tiles, _ := strings.Cut(body, `<ul class="tiles"`)
			tiles, _, _ = strings.Cut(tiles, "</ul>")
			for _, code := range draw.SmallStates() {
				if u[code] != strings.Contains(tiles, "/countries/"+code+`"`) {
					t.Errorf("/%s%s: the tile of %s is there: %v, it is counted: %v", tag, page, code, !u[code], u[code])
				}
			}
		}
	}
}

// shippedUniverse tells which States are counted.
func shippedUniverse(t *testing.T) map[string]bool {
	t.Helper()
	p, err := shippedPublication()
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	u, _ := n.World.Universe("un-members")
	for _, code := range u.Members {
		out[code] = true
	}
	return out
}
