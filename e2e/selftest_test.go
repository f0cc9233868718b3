package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The harness proves itself on a small site with planted faults: a check that finds nothing where
// there is something is worth nothing.
func testSite(t *testing.T) string {
	const head = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<link rel="icon" href="data:,"><title>A page</title></head><body>`
	pages := map[string]string{
		"/good": head + `<header><a href="#main">Skip</a></header><main id="main"><h1>Good</h1><p>Nothing wrong.</p>
			<p><a id="next" href="/next">Next</a></p>
			<form action="/next"><label for="q">Find</label> <input id="q" name="q"><button>Go</button></form></main></body></html>`,
		"/next":     head + `<main><h1>Next</h1></main></body></html>`,
		"/noalt":    head + `<main><h1>Picture</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="></main></body></html>`,
		"/contrast": `<!doctype html><html lang="en"><head><title>Pale</title><style>p{color:#bbb;background:#fff}</style><link rel="icon" href="data:,"></head><body><main><h1>Pale</h1><p>Hard to read.</p></main></body></html>`,
		"/wide":     `<!doctype html><html lang="en"><head><title>Wide</title><style>#w{width:900px}</style><link rel="icon" href="data:,"></head><body><main><h1>Wide</h1><p id="w">Too wide.</p></main></body></html>`,
		"/nolang":   `<!doctype html><html><head><link rel="icon" href="data:,"></head><body><main><h1>A</h1><h1>B</h1></main></body></html>`,
		"/script":   head + `<main><h1>Script</h1><p id="said">off</p></main><script>document.getElementById("said").textContent = "on"; document.cookie = "a=b"; nothing.here()</script></body></html>`,
		"/policy":   head + `<main><h1>Policy</h1></main><script>1</script></body></html>`,
		"/words":    head + `<main><h1>Words</h1><p>(target.to_be_set)</p><a href="/good" aria-label="framework.paragraph">See inhope.org</a></main></body></html>`,
		"/abroad":   head + `<main><h1>Abroad</h1><img alt="" src="http://127.0.0.2:9/x.png"></main></body></html>`,
		"/heavy":    head + `<main><h1>Heavy</h1><script src="/a.js"></script><script src="/b.js"></script><script src="/c.js"></script><script src="/d.js"></script></main></body></html>`,
	}
	mux := http.NewServeMux()
	for path, body := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if path == "/policy" {
				w.Header().Set("Content-Security-Policy", "script-src 'self'")
			}
			w.Write([]byte(body))
		})
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		mux.HandleFunc("GET /"+name+".js", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			w.Write([]byte("//" + strings.Repeat("x", 2000)))
		})
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestChecksPassOnAGoodPage(t *testing.T) {
	base := testSite(t)
	for _, width := range []int{telephone, desk} {
		b := newTab(t, look{width: width})
		if status := b.open(base + "/good"); status != http.StatusOK {
			t.Fatalf("status = %d, want 200", status)
		}
		total, heavy := weight(b, pageBars)
		if total < 100 {
			t.Errorf("the page weighs %d bytes: it was not read", total)
		}
		for _, wrong := range [][]string{accessibility(b), sideways(b), speaks(b, "en"), translated(b), private(b, base), heavy, b.complaints()} {
			for _, w := range wrong {
				t.Error(w)
			}
		}
	}
}

func TestChecksFindPlantedFaults(t *testing.T) {
	base := testSite(t)
	tests := []struct {
		path  string
		check func(b *tab) []string
		want  string
	}{
		{"/noalt", accessibility, "axe image-alt (critical)"},
		{"/contrast", accessibility, "axe color-contrast (serious)"},
		{"/nolang", accessibility, "axe html-has-lang"},
		{"/wide", sideways, `<p id="w">`},
		{"/nolang", func(b *tab) []string { return speaks(b, "en") }, `html lang is ""`},
		{"/nolang", func(b *tab) []string { return speaks(b, "en") }, "2 h1"},
		{"/good", func(b *tab) []string { return speaks(b, "ar") }, `want "rtl"`},
		{"/script", (*tab).complaints, "nothing is not defined"},
		{"/script", func(b *tab) []string { return private(b, base) }, "cookie"},
		{"/words", translated, "(target.to_be_set)"},
		{"/words", translated, "aria-label=framework.paragraph"},
		{"/policy", (*tab).complaints, "Content Security Policy"},
		{"/abroad", func(b *tab) []string { return private(b, base) }, "http://127.0.0.2:9/x.png"},
		{"/heavy", func(b *tab) []string { _, wrong := weight(b, pageBars); return wrong }, "5 requests"},
		{"/heavy", func(b *tab) []string { _, wrong := weight(b, pageBars); return wrong }, "JavaScript weighs 8008 bytes"},
		{"/heavy", func(b *tab) []string { _, wrong := weight(b, bars{1000, 9000, 9}); return wrong }, "the bar is 1000"},
	}
	b := newTab(t, look{width: telephone})
	for _, tt := range tests {
		b.open(base + tt.path)
		wrong := strings.Join(tt.check(b), "\n")
		if !strings.Contains(wrong, tt.want) {
			t.Errorf("%s: the check says %q, want something with %q", tt.path, wrong, tt.want)
		}
	}
}

func TestScriptsCanBeSwitchedOff(t *testing.T) {
	base := testSite(t)
	for _, tt := range []struct {
		noScript bool
		want     string
	}{{false, "on"}, {true, "off"}} {
		b := newTab(t, look{width: desk, noScript: tt.noScript})
		b.open(base + "/script")
		if got := b.text("#said"); got != tt.want {
			t.Errorf("with scripts off %v the page says %q, want %q", tt.noScript, got, tt.want)
		}
	}
}

func TestKeyboardWalks(t *testing.T) {
	base := testSite(t)
	b := newTab(t, look{width: desk, noScript: true})
	b.open(base + "/good")
	b.tabTo("#next", 3)
	b.pressTo(kb.Enter)
	if got := b.text("h1"); got != "Next" {
		t.Errorf("Enter led to the page %q, want Next", got)
	}
}

func TestMouseAndFormWalk(t *testing.T) {
	base := testSite(t)
	b := newTab(t, look{width: desk, noScript: true})
	b.open(base + "/good")
	b.follow("#next")
	if b.has("#q") || b.url() != base+"/next" {
		t.Errorf("the link led to %s", b.url())
	}
	b.open(base + "/good")
	b.fill("#q", "KEN")
	b.pressTo(kb.Enter)
	if got, want := b.url(), base+"/next?q=KEN"; got != want {
		t.Errorf("the form led to %s, want %s", got, want)
	}
}

func TestTabsShareNothing(t *testing.T) {
	base := testSite(t)
	b := newTab(t, look{width: desk})
	b.open(base + "/script") // sets a cookie
	c := newTab(t, look{width: desk})
	c.open(base + "/good")
	for _, w := range private(c, base) {
		t.Error(w)
	}
}
