package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// How a reader may set their browser: larger text, colours of their own, the keyboard alone.

// cut finds text that a reader cannot get at because its box is too small and does not scroll.
func cut(b *tab) []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e => {
		const s = getComputedStyle(e), text = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
		if (!text || e.closest(".skip, svg") || s.display === "inline" || e.clientWidth <= 1) return false; // of one dot: hidden from the eye on purpose
		const hides = o => o === "hidden" || o === "clip";
		return hides(s.overflowX) && e.scrollWidth > e.clientWidth + 1 || hides(s.overflowY) && e.scrollHeight > e.clientHeight + 1;
	}).slice(0, 5).map(e => "text is cut off: " + e.outerHTML.slice(0, 160))`)
}

// Text of twice the size (WCAG 1.4.4): nothing is cut off, and the page does not scroll sideways, long
// lines of edits included.
func TestTextOfTwiceTheSizeLosesNothing(t *testing.T) {
	p := site(t)
	for _, lang := range languages {
		b := newTab(t, look{width: desk})
		for _, r := range routes {
			b.open(p.url + "/" + lang + r.path)
			eval[bool](b, `(document.documentElement.style.fontSize = "200%") !== ""`)
			if size := eval[float64](b, `parseFloat(getComputedStyle(document.body).fontSize)`); size < 31 {
				t.Fatalf("the text is %v px large: the test did not make it larger", size)
			}
			for _, w := range append(sideways(b), cut(b)...) {
				t.Errorf("/%s%s: %s", lang, r.path, w)
			}
		}
	}
}

// With the reader's own colours (forced colours) each status still has its word, and the fills of the
// charts stay told apart.
func TestForcedColoursKeepTheStatuses(t *testing.T) {
	p := site(t)
	b := newTab(t, look{width: desk})
	b.do("force colours", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}}))
	for _, path := range []string{"/en/", "/ar/targets/T1", "/en/countries/KEN", "/en/countries"} {
		b.open(p.url + path)
		if !eval[bool](b, `matchMedia("(forced-colors: active)").matches`) {
			t.Fatal("the browser does not force colours")
		}
		for _, w := range eval[[]string](b, `[...document.querySelectorAll(".chip, .verdict")].filter(e => e.getClientRects().length && (!e.textContent.trim() || getComputedStyle(e).borderTopStyle === "none")).slice(0, 3).map(e => "a status without word or border: " + e.outerHTML.slice(0, 120))`) {
			t.Errorf("%s: %s", path, w)
		}
		fills := eval[int](b, `new Set([...document.querySelectorAll(".legend li svg")].map(s => [...s.querySelectorAll("rect, path")].map(e => getComputedStyle(e).fill).join())).size`)
		kinds := eval[int](b, `new Set([...document.querySelectorAll(".legend li svg")].map(s => s.innerHTML)).size`)
		if fills < kinds {
			t.Errorf("%s: of %d statuses in the legend only %d look different", path, kinds, fills)
		}
		b.picture("forced" + strings.ReplaceAll(path, "/", "-"))
	}
}

// Tab goes through a page and out of it again; whatever has the focus can be seen and shows it.
func TestTheFocusIsSeenAndNeverTrapped(t *testing.T) {
	p := site(t)
	for _, lang := range languages {
		for _, path := range []string{"/", "/countries/KEN", "/report-abuse?c=KEN", "/consultations/1", "/data"} {
			t.Run(lang+path, func(t *testing.T) {
				b := newTab(t, look{width: telephone})
				b.open(p.url + "/" + lang + path)
				const most = 400
				stops := 0
				for ; stops < most; stops++ {
					b.press(kb.Tab)
					wrong := eval[string](b, `(() => {
						const e = document.activeElement;
						if (!e || e === document.body) return "out";
						if (e.dataset.been) return "out";
						e.dataset.been = "yes";
						const s = getComputedStyle(e), r = e.getBoundingClientRect();
						const name = e.outerHTML.slice(0, 120);
						if (r.width < 1 || r.height < 1) return "has no size: " + name;
						if (r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) return "is outside the window: " + name;
						if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) return "does not show it: " + name;
						const x = Math.min(Math.max(r.left + r.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(r.top + Math.min(r.height / 2, 10), 1), innerHeight - 1);
						const top = document.elementFromPoint(x, y);
						return !top || e.contains(top) || top.contains(e) || [...e.getClientRects()].some(c => { const t = document.elementFromPoint(c.left + 2, c.top + c.height / 2); return t && (e.contains(t) || t.contains(e)); }) ? "" : "is covered by " + top.outerHTML.slice(0, 80) + ": " + name;
					})()`)
					if wrong == "out" {
						break
					}
					if wrong != "" {
						t.Errorf("what has the focus %s", wrong)
					}
				}
				t.Logf("%d stops", stops)
				if stops == most {
					t.Errorf("%d times Tab did not leave the page", most)
				}
				if stops < 8 {
					t.Errorf("only %d stops: the focus is held by %s", stops, b.focused())
				}
			})
		}
	}
}

// The pages of the invented data keep the bars of all others, and say that they are invented.
func TestThePagesOfInventedDataKeepTheBars(t *testing.T) {
	p := serve(t, "--sample")
	for _, path := range []string{"/", "/sample", "/countries/KEN", "/consultations/1/comments", "/framework/1..2", "/reports", "/work/waiting", "/work/sign-in"} {
		for _, lang := range languages {
			for _, width := range []int{telephone, desk} {
				b := newTab(t, look{width: width})
				if status := b.open(p.url + "/" + lang + path); status != http.StatusOK {
					t.Errorf("/%s%s answers %d", lang, path, status)
					continue
				}
				limit := pageBars
				if path == "/" {
					limit = mapBars
				}
				_, heavy := weight(b, limit)
				if !b.has("aside.sample p") {
					t.Errorf("/%s%s has no banner", lang, path)
				}
				for _, wrong := range [][]string{speaks(b, lang), translated(b), sideways(b), private(b, p.url), heavy, b.complaints(), accessibility(b)} {
					for _, w := range wrong {
						t.Errorf("/%s%s at %d: %s", lang, path, width, w)
					}
				}
				b.picture(fmt.Sprintf("sample-%s%s-%d", lang, strings.ReplaceAll(path, "/", "-"), width))
			}
		}
	}
}
