package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// route is one public page, as every reader may see it. A new page is one more line here.
type route struct {
	path   string // below /{lang}
	limit  bars
	status int // 0 means 200
}

var routes = []route{
	{path: "/", limit: mapBars},
	{path: "/targets/T1", limit: mapBars},
	{path: "/targets/T2", limit: mapBars},
	{path: "/indicators/T1.1", limit: pageBars},
	{path: "/countries", limit: pageBars},
	{path: "/countries?group=002&t1=met&sort=-name", limit: pageBars},
	{path: "/countries/KEN", limit: pageBars},
	{path: "/framework", limit: pageBars},
	{path: "/consultations", limit: pageBars},
	{path: "/consultations/1", limit: pageBars},
	{path: "/consultations/1/comments", limit: pageBars},
	{path: "/consultations/1/comments?org=usa", limit: pageBars},
	{path: "/consultations/1/comments?sort=-decision", limit: pageBars},
	{path: "/consultations/1/text", limit: pageBars},
	{path: "/consultations/1/text?view=clean", limit: pageBars},
	{path: "/framework/1..1", limit: pageBars},
	{path: "/framework/mnr-21@1", limit: pageBars},
	{path: "/aims", limit: pageBars},
	{path: "/assessment", limit: pageBars},
	{path: "/framework/impact", limit: pageBars},
	{path: "/framework/impact?code=T1&variant=T1t", limit: pageBars},
	{path: "/framework/impact?code=T1&goal=x", limit: pageBars},
	{path: "/outcomes/OC-3", limit: pageBars},
	{path: "/umbrella", limit: pageBars},
	{path: "/targets/T1/history", limit: pageBars},
	{path: "/corrections", limit: pageBars},
	{path: "/accountability", limit: pageBars},
	{path: "/search", limit: pageBars},
	{path: "/search?q=children", limit: pageBars},
	{path: "/search?q=zzzzqqq", limit: pageBars},
	{path: "/search?q=https://address.example/x", limit: pageBars},
	{path: "/search?q=a&kind=country&p=2", limit: pageBars},
	{path: "/search?q=one+two+three+four+five+six+seven+eight+nine+ten+eleven+twelve+thirteen+incomprehensibilities", limit: pageBars},
	{path: "/compare", limit: pageBars},
	{path: "/compare?c=KEN,TZA&t=T1,T2", limit: pageBars},
	{path: "/compare?c=AFG,BOL,COD,GBR,PRK,VEN,XXX,USA&t=T1,T2,T3,T4,T5,IM-1&group=002", limit: pageBars},
	{path: "/young", limit: pageBars},
	{path: "/young/T1", limit: pageBars},
	{path: "/young/T3", limit: pageBars},
	{path: "/report-abuse", limit: pageBars},
	{path: "/data", limit: pageBars},
	{path: "/method", limit: pageBars},
	{path: "/accessibility", limit: pageBars},
	{path: "/privacy", limit: pageBars},
	{path: "/no-such-page", limit: pageBars, status: http.StatusNotFound},
}

// languages stand for the six: one reads from the left, one from the right.
var languages = []string{"en", "ar"}

func TestEveryPageKeepsTheBars(t *testing.T) {
	p := site(t)
	for _, r := range routes {
		for _, lang := range languages {
			for _, width := range []int{telephone, desk} {
				name := strings.Trim(lang+strings.ReplaceAll(r.path, "/", "-"), "-")
				t.Run(fmt.Sprintf("%s-%d", name, width), func(t *testing.T) {
					t.Parallel()
					b := newTab(t, look{width: width})
					want := r.status
					if want == 0 {
						want = http.StatusOK
					}
					if status := b.open(p.url + "/" + lang + r.path); status != want {
						t.Fatalf("status = %d, want %d", status, want)
					}
					total, heavy := weight(b, r.limit)
					t.Logf("%d bytes", total)
					complaints := b.complaints()
					if want != http.StatusOK { // the browser remarks that the page itself is an error
						complaints = without(complaints, "the server responded with a status of")
					}
					for _, wrong := range [][]string{
						speaks(b, lang), translated(b), sideways(b), private(b, p.url), heavy, complaints, accessibility(b),
					} {
						for _, w := range wrong {
							t.Error(w)
						}
					}
					b.picture(fmt.Sprintf("%s-%d", name, width))
					if width == telephone {
						narrow(b)
						for _, w := range sideways(b) {
							t.Errorf("at four times the size: %s", w)
						}
					}
				})
			}
		}
	}
}

// A page answers without JavaScript: it says the same words.
func TestEveryPageAnswersWithoutScripts(t *testing.T) {
	p := site(t)
	for _, r := range routes {
		b := newTab(t, look{width: desk, noScript: true})
		b.open(p.url + "/en" + r.path)
		if main := strings.TrimSpace(b.text("main")); len(main) < 20 {
			t.Errorf("%s says only %q without JavaScript", r.path, main)
		}
		for _, w := range without(b.complaints(), "the server responded with a status of") {
			t.Errorf("%s: %s", r.path, w)
		}
	}
}

// narrow makes the window 320 px wide: what a reader sees at 400 % in a window of 1280 px.
func narrow(b *tab) {
	b.t.Helper()
	b.do("make the window narrow", chromedp.EmulateViewport(320, 800))
}

// without leaves out the lines that hold a text.
func without(lines []string, text string) []string {
	var rest []string
	for _, l := range lines {
		if !strings.Contains(l, text) {
			rest = append(rest, l)
		}
	}
	return rest
}
