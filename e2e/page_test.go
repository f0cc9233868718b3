package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// The checks of a page. Each gives what is wrong in words, an empty list when nothing is: so that
// the self test can plant a fault and see it found.

// axeTags are the rules of axe-core a page must keep.
const axeTags = `["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]`

// axeSource gives the committed axe-core, after its checksum.
var axeSource = sync.OnceValues(func() (string, error) {
	js, err := os.ReadFile("axe.min.js")
	if err != nil {
		return "", err
	}
	want, err := os.ReadFile("axe.sha256")
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(js); !strings.HasPrefix(string(want), hex.EncodeToString(sum[:])+" ") {
		return "", fmt.Errorf("axe.min.js is not the file whose checksum is in axe.sha256")
	}
	return string(js), nil
})

// violation is one rule of axe-core that a page breaks.
type violation struct {
	ID     string
	Impact string
	Help   string
	Nodes  []struct {
		Target  string
		HTML    string
		Failure string
	}
}

// accessibility runs axe-core on the page.
func accessibility(b *tab) []string {
	b.t.Helper()
	js, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	b.do("load axe-core", chromedp.Evaluate[chromedp.Void](js))
	found := eval[[]violation](b, `axe.run(document, {runOnly: {type: "tag", values: `+axeTags+`}, resultTypes: ["violations"]})
		.then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map(n => ({
			Target: n.target.join(" "), HTML: n.html.slice(0, 200), Failure: n.failureSummary}))})))`)
	var wrong []string
	for _, v := range found {
		text := fmt.Sprintf("axe %s (%s): %s, at %d places", v.ID, v.Impact, v.Help, len(v.Nodes))
		for i, n := range v.Nodes {
			if i == 3 {
				text += "\n    ..."
				break
			}
			text += fmt.Sprintf("\n    %s\n      %s\n      %s", n.Target, n.HTML, strings.ReplaceAll(n.Failure, "\n", "\n      "))
		}
		wrong = append(wrong, text)
	}
	return wrong
}

// sideways says whether the page scrolls sideways, and which elements stick out.
func sideways(b *tab) []string {
	b.t.Helper()
	wide := eval[[]string](b, `(() => {
		const w = window.innerWidth, page = document.documentElement;
		if (page.scrollWidth <= w) return [];
		const out = [...document.body.querySelectorAll("*")].filter(e => {
			const r = e.getBoundingClientRect();
			if (!r.width || r.right <= w + 0.5 && r.left >= -0.5) return false;
			for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
				if (getComputedStyle(p).overflowX !== "visible") return false;
			return true;
		}).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
		return ["the page is " + page.scrollWidth + " px wide in a window of " + w + " px: " + out.join(" ")];
	})()`)
	return wide
}

// speaks says whether the page names its language and direction rightly.
func speaks(b *tab, lang string) []string {
	b.t.Helper()
	dir := "ltr"
	if lang == "ar" {
		dir = "rtl"
	}
	var wrong []string
	html := eval[map[string]string](b, `({lang: document.documentElement.lang, dir: document.documentElement.dir || "ltr", title: document.title.trim(), h1: String(document.querySelectorAll("h1").length)})`)
	if html["lang"] != lang {
		wrong = append(wrong, fmt.Sprintf("html lang is %q, want %q", html["lang"], lang))
	}
	if html["dir"] != dir {
		wrong = append(wrong, fmt.Sprintf("html dir is %q, want %q", html["dir"], dir))
	}
	if html["title"] == "" {
		wrong = append(wrong, "the page has no title")
	}
	if html["h1"] != "1" {
		wrong = append(wrong, "the page has "+html["h1"]+" h1, want 1")
	}
	return wrong
}

// translated finds words that are missing in a catalog: a page then shows the key of the message.
func translated(b *tab) []string {
	b.t.Helper()
	return eval[[]string](b, `(() => {
		const key = /^\(?[a-z]+\.[a-z]+(_[a-z]+)*\)?$/, found = new Set();
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const text = texts.currentNode.data.trim();
			if (key.test(text) && (text.startsWith("(") || text.includes("_"))) found.add(text);
		}
		for (const e of document.querySelectorAll("[aria-label],[title],[alt],[placeholder],[lang]"))
			for (const a of ["aria-label", "title", "alt", "placeholder", "lang"])
				if (e.hasAttribute(a) && key.test(e.getAttribute(a).trim())) found.add(a + "=" + e.getAttribute(a));
		return [...found].map(f => "the page shows a message key instead of words: " + f);
	})()`)
}

// private says what a page tells to others than its own server: requests elsewhere, cookies.
func private(b *tab, base string) []string {
	b.t.Helper()
	var wrong []string
	for _, u := range b.asked() {
		if !strings.HasPrefix(u, base+"/") {
			wrong = append(wrong, "the page asks another server: "+u)
		}
	}
	if n := eval[int](b, `document.cookie.length`); n > 0 {
		wrong = append(wrong, "the page has a cookie before anybody signs in")
	}
	return wrong
}

// bars are the limits of one page, in bytes as sent (docs/design.md).
type bars struct {
	bytes    int // everything the page needs
	script   int // of that, JavaScript
	requests int
}

const kilobyte = 1024

// The bars of public pages: without and with a map.
var (
	pageBars = bars{bytes: 25 * kilobyte, script: 5 * kilobyte, requests: 4}
	mapBars  = bars{bytes: 40 * kilobyte, script: 5 * kilobyte, requests: 4}
)

// weight asks again, without a browser, for everything the browser asked for, counts the bytes that
// go over the line when gzip is accepted, and compares them with the bars. It also gives the sum.
func weight(b *tab, limit bars) (total int, wrong []string) {
	b.t.Helper()
	asked := b.asked()
	script := 0
	var parts []string
	for _, u := range asked {
		n, kind, err := sent(u)
		if err != nil {
			b.t.Fatal(err)
		}
		total += n
		if strings.Contains(kind, "javascript") {
			script += n
		}
		parts = append(parts, fmt.Sprintf("%s %d", pathOf(u), n))
	}
	said := strings.Join(parts, ", ")
	if total > limit.bytes {
		wrong = append(wrong, fmt.Sprintf("the page weighs %d bytes, the bar is %d (%s)", total, limit.bytes, said))
	}
	if script > limit.script {
		wrong = append(wrong, fmt.Sprintf("its JavaScript weighs %d bytes, the bar is %d (%s)", script, limit.script, said))
	}
	if len(asked) > limit.requests {
		wrong = append(wrong, fmt.Sprintf("the page makes %d requests, the bar is %d (%s)", len(asked), limit.requests, said))
	}
	return total, wrong
}

// sent gives the bytes of the body of an address as they go over the line, and its kind.
func sent(address string) (int, string, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Accept-Encoding", "gzip") // set by hand, so that net/http leaves the body packed
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	return int(n), res.Header.Get("Content-Type"), err
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}
