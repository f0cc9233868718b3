package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// broken is a publication that answers with one error.
type broken struct{ err error }

func (b broken) Snapshot(context.Context) (*publication.Snapshot, error) { return nil, b.err }

func TestEachKindOfFailureHasItsStatusAndItsSentence(t *testing.T) {
	for kind, status := range statuses {
		for _, tag := range lang.Tags() {
			site := newSite(t, func(c *Config) {
				c.Publication = broken{fmt.Errorf("reading: %w", &fault.Error{Kind: kind, Cause: errors.New("zebra table missing")})}
			})
			w := get(t, site, "/"+string(tag)+"/countries")
			if w.Code != status {
				t.Errorf("%s: status %d, want %d", kind, w.Code, status)
			}
			if want := lang.For(tag).T("error." + string(kind)); !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s in %s: the page does not say %q", kind, tag, want)
			}
			if strings.Contains(w.Body.String(), "zebra") || w.Header().Get("Cache-Control") != noStore {
				t.Errorf("%s: the cause shows, or the page may be kept", kind)
			}
		}
	}
}

func TestCausesAreLoggedAndQueriesAreNot(t *testing.T) {
	var log bytes.Buffer
	site := newSite(t, func(c *Config) {
		c.Publication = broken{errors.New("the disk is gone")}
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	get(t, site, "/en/report-abuse?c=Atlantis")
	if !strings.Contains(log.String(), "the disk is gone") || strings.Contains(log.String(), "Atlantis") {
		t.Errorf("the log says %q", log.String())
	}
}

func TestAPanicBecomesThePageOfAnInternalFailure(t *testing.T) {
	site := newSite(t)
	w := httptest.NewRecorder()
	site.handle(func(http.ResponseWriter, *http.Request) error { panic("oh") })(w, httptest.NewRequest("GET", "/en/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("status %d: %s", w.Code, firstLines(w.Body.String(), 5))
	}
}

func TestSecurityHeadersStandOnEveryAnswer(t *testing.T) {
	site := newSite(t, func(c *Config) {
		c.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "m 1") })
	})
	addresses := []string{"/", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml", "/nothing", site.assets.address["app.css"], "/en/targets.csv", "/en/targets/T1.json", "/en/countries/ken", "/en/nothing.json"}
	for _, tag := range lang.Tags() {
		for _, path := range samplePaths {
			addresses = append(addresses, "/"+string(tag)+path)
		}
	}
	for range 2 { // from the view, then from the cache
		for _, address := range addresses {
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
				w := ask(t, site, method, address)
				for name, values := range securityHeaders {
					got := w.Header().Get(name)
					if name == "Cross-Origin-Resource-Policy" && w.Header().Get("Access-Control-Allow-Origin") == "*" {
						if got != "cross-origin" {
							t.Errorf("%s %s: open data cannot be used elsewhere", method, address)
						}
						continue
					}
					if got != values[0] {
						t.Errorf("%s %s: %s is %q", method, address, name, got)
					}
				}
				if w.Header().Get("Set-Cookie") != "" {
					t.Errorf("%s %s sets a cookie", method, address)
				}
				if method == "HEAD" && address != "/metrics" && w.Body.Len() > 0 {
					t.Errorf("HEAD %s has a body", address)
				}
				if (method == "POST" || method == "DELETE") && address != "/nothing" && !strings.Contains(address, "/nothing") && w.Code != http.StatusMethodNotAllowed {
					t.Errorf("%s %s: status %d, want 405", method, address, w.Code)
				}
			}
		}
	}
}

func TestTheRootFollowsTheReadersLanguage(t *testing.T) {
	site := newSite(t)
	for header, want := range map[string]string{"": "/en/", "ar": "/ar/", "de, fr;q=0.5": "/fr/", "zh-Hans-CN": "/zh/", "uk": "/en/"} {
		w := get(t, site, "/", "Accept-Language", header)
		if w.Code != http.StatusFound || w.Header().Get("Location") != want || w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("%q: %d to %q", header, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestAPageIsRenderedOnceUntilTheDataChange(t *testing.T) {
	p, err := shippedPublication()
	if err != nil {
		t.Fatal(err)
	}
	counting := &counted{p: p}
	var version atomic.Int64
	version.Store(snapshot(t).DataVersion)
	site := newSite(t, func(c *Config) { c.Publication, c.DataVersion = counting, version.Load })
	for range 3 {
		page200(t, site, "/en/method")
	}
	if got := counting.n.Load(); got != 1 {
		t.Errorf("rendered %d times, want once", got)
	}
	version.Add(1) // something was committed
	page200(t, site, "/en/method")
	if got := counting.n.Load(); got != 2 {
		t.Errorf("after a change rendered %d times, want twice", got)
	}
	for range 3 {
		page200(t, site, "/en/method?tracking=1")
	}
	if got := counting.n.Load(); got != 5 {
		t.Errorf("an address with an unknown parameter was kept: rendered %d times, want 5", got)
	}
}

type counted struct {
	p Publication
	n atomic.Int64
}

func (c *counted) Snapshot(ctx context.Context) (*publication.Snapshot, error) {
	c.n.Add(1)
	return c.p.Snapshot(ctx)
}

func TestUnchangedPagesAnswerWith304(t *testing.T) {
	site := newSite(t)
	for _, address := range []string{"/en/", "/en/targets.csv", "/en/countries/KEN.json", "/robots.txt", "/sitemap.xml", site.assets.address["icon.svg"]} {
		tag := get(t, site, address).Header().Get("Etag")
		if tag == "" {
			t.Errorf("%s has no ETag", address)
			continue
		}
		for header, want := range map[string]int{tag: 304, `"x", ` + tag: 304, strings.TrimPrefix(tag, "W/"): 304, "*": 304, `"x"`: 200} {
			if w := get(t, site, address, "If-None-Match", header); w.Code != want || want == 304 && w.Body.Len() > 0 {
				t.Errorf("%s with %s: %d with %d bytes, want %d", address, header, w.Code, w.Body.Len(), want)
			}
		}
	}
}

func TestCompressionIsNegotiated(t *testing.T) {
	site := newSite(t)
	for header, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "": false, "br": false, "gzip;q=0": false} {
		w := get(t, site, "/en/method", "Accept-Encoding", header)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("Accept-Encoding %q: compressed %v", header, got)
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Vary is %q", w.Header().Get("Vary"))
		}
	}
}

func TestReadyzSaysWhyItIsNot(t *testing.T) {
	site := newSite(t, func(c *Config) { c.Ready = func(context.Context) error { return errors.New("disk full") } })
	if w := get(t, site, "/readyz"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk full") {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	if w := get(t, site, "/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
}
