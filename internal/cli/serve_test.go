package cli

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/store"
)

// program is the whole of it, as serve wires it, on a database with what ships.
type program struct {
	http.Handler
	t *testing.T
	*app
}

func wired(t *testing.T) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(accounts.With(context.Background(), accounts.Local()))
	a, err := open(ctx, filepath.Join(t.TempDir(), "w.db"), false, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := a.close(); err != nil {
			t.Error(err)
		}
	})
	return &program{h, t, a}
}

func (p *program) ask(method, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(p.t.Context(), method, address, http.NoBody)
	r.RemoteAddr = "127.0.0.1:4711"
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func (p *program) takeIn(row string) {
	p.t.Helper()
	ctx := accounts.With(p.t.Context(), accounts.Local())
	m, err := monitoring.ShippedMapping(monitoring.Generic)
	if err == nil {
		_, err = p.monitoring.Import(ctx, monitoring.Import{Name: "list.csv", Data: []byte("indicator,area,period,answer\n" + row), Source: "treaties", Mapping: m})
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// figurePages is every public page, and every twin of one, that shows a figure, a status or a statement.
var figurePages = []string{
	"/en/", "/en/targets/T1", "/en/targets/T2", "/en/countries", "/en/countries/KEN", "/en/indicators/T1.1", "/en/indicators/T1", "/en/aims", "/en/outcomes/OC-1",
	"/en/compare?c=KEN,TZA&t=T1", "/ar/", "/ar/countries/KEN", "/en/framework", "/en/umbrella", "/en/data", "/en/method", "/en/report-abuse", "/en/consultations", "/en/consultations/1", "/en/consultations/1/comments",
	"/en/targets.csv", "/en/targets.json", "/en/targets/T1.csv", "/en/targets/T1.json", "/en/countries.csv", "/en/countries.json", "/en/countries/KEN.csv", "/en/countries/KEN.json", "/en/indicators/T1.json", "/en/data.json",
	"/api/v1/figures?variant=all", "/api/v1/countries", "/api/v1/countries/KEN", "/api/v1/observations?area=KEN",
}

func with(address, query string) string {
	if strings.Contains(address, "?") {
		return address + "&" + query
	}
	return address + "?" + query
}

func TestEveryPageAndCallAnswersForAPastDayAndForARelease(t *testing.T) {
	p := wired(t)
	ctx := accounts.With(t.Context(), accounts.Local())
	before := map[string]string{}
	for _, address := range figurePages {
		before[address] = p.ask("GET", address).Body.String()
	}
	r, err := p.releases().Create(ctx, publication.ReleaseRequest{Title: "First"})
	if err != nil {
		t.Fatal(err)
	}
	p.takeIn("lanzarote,KEN,2020/..,yes\n")
	if _, err := p.releases().Service.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	same := func(text string) string { // what a page says beside the data: which view it is
		var doc map[string]any
		if json.Unmarshal([]byte(text), &doc) != nil {
			return text
		}
		delete(doc, "release")
		b, _ := json.Marshal(doc)
		return string(b)
	}
	for _, address := range figurePages {
		name := "asof"
		if strings.HasPrefix(address, "/api/") {
			name = "asOf"
		}
		if w := p.ask("GET", with(address, name+"=2016-12-31")); w.Code != http.StatusOK {
			t.Errorf("%s as of a past day: %d %s", address, w.Code, w.Body)
		}
		for _, query := range []string{name + "=" + r.ID, "release=" + r.ID} {
			w := p.ask("GET", with(address, query))
			if w.Code != http.StatusOK {
				t.Errorf("%s for a release: %d %s", with(address, query), w.Code, w.Body)
				continue
			}
			got, old := w.Body.String(), before[address]
			switch {
			case strings.HasPrefix(got, "<!"):
				if !strings.Contains(got, r.ID) {
					t.Errorf("%s does not say that it is of a release", address)
				}
			case same(got) != same(old):
				t.Errorf("%s for the release differs from what it was:\n%.600s\nwas\n%.600s", address, got, old)
			}
		}
	}
	if p.ask("GET", "/en/countries/KEN.json").Body.String() == before["/en/countries/KEN.json"] {
		t.Error("the later change does not show today: the test shows nothing")
	}
}

// Promise 13, for what everybody can ask: under embargo every address answers as for a release that
// nobody ever made, and nothing else tells of it.
func TestUnderEmbargoNothingTellsOfARelease(t *testing.T) {
	p := wired(t)
	ctx := accounts.With(t.Context(), accounts.Local())
	p.takeIn("lanzarote,KEN,2020/..,yes\n")
	r, err := p.releases().Create(ctx, publication.ReleaseRequest{Title: "Hushed title", Opens: time.Now().Add(time.Hour).UnixMicro()})
	if err != nil {
		t.Fatal(err)
	}
	const never = "r20200101-0123456789abcdef"
	for _, address := range append([]string{"/en/reports/X", "/fr/reports/X"}, figurePages...) {
		for _, query := range []string{"asof=ID", "asOf=ID", "release=ID"} {
			answer := func(id string) (int, string, string) {
				w := p.ask("GET", with(strings.Replace(address, "/X", "/"+id, 1), strings.Replace(query, "ID", id, 1)))
				return w.Code, strings.ReplaceAll(w.Body.String(), id, "ID"), strings.ReplaceAll(w.Header().Get("ETag")+w.Header().Get("Last-Modified")+w.Header().Get("Location"), id, "ID")
			}
			code, body, tags := answer(r.ID)
			other, otherBody, otherTags := answer(never)
			if code != other || body != otherBody || code == http.StatusOK && query == "release=ID" || code != http.StatusOK && tags != otherTags {
				t.Errorf("%s with %s: %d %q, one that never was %d %q", address, query, code, tags, other, otherTags)
			}
		}
	}
	for _, address := range []string{"/en/", "/en/data", "/en/reports", "/en/reports.json", "/feed.atom", "/sitemap.xml", "/milestones.ics", "/metrics", "/checkpoint.txt", "/en/work/waiting", "/api/v1/figures", "/api/v1/openapi.json"} {
		if body := p.ask("GET", address).Body.String(); strings.Contains(body, r.ID) || strings.Contains(body, "Hushed") || strings.Contains(body, r.Content) {
			t.Errorf("%s tells of it", address)
		}
	}
}

// The headers of every kind of answer: pages, workspace, calls, feeds, files, refusals.
func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	p := wired(t)
	spec, err := api.Spec()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(spec, &doc); err != nil {
		t.Fatal(err)
	}
	addresses := append([]string{
		"/", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml", "/feed.atom", "/milestones.ics", "/checkpoint.txt", "/nothing", "//evil.example/", "/en/../..", "/static/none.js",
		"/en/work", "/en/work/sign-in", "/en/work/people", "/en/work/audit", "/en/work/none", "/en/work/link/invite?token=x", "/en/reports", "/api/", "/api/v1/openapi.json", "/api/v1/openapi.yaml", "/api/v1/frameworks/1..1", "/api/v1/figures?x=%zz",
	}, figurePages...)
	for path := range doc.Paths {
		addresses = append(addresses, strings.NewReplacer("{iso3}", "KEN", "{version}", "cop-2015@1", "{range}", "1..1", "{n}", "1").Replace(path))
	}
	want := map[string]string{
		"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
	}
	for _, address := range addresses {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
			h := p.ask(method, address).Header()
			for name, value := range want {
				if h.Get(name) != value {
					t.Errorf("%s %s: %s is %q", method, address, name, h.Get(name))
				}
			}
			csp := h.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action "} {
				if !strings.Contains(csp, part) {
					t.Errorf("%s %s: the policy lacks %q: %s", method, address, part, csp)
				}
			}
			if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
				t.Errorf("%s %s: %s", method, address, csp)
			}
			open := h.Get("Access-Control-Allow-Origin") == "*"
			if corp := h.Get("Cross-Origin-Resource-Policy"); open != (corp == "cross-origin") || !open && corp != "same-origin" {
				t.Errorf("%s %s: Cross-Origin-Resource-Policy %q, open to all: %v", method, address, corp, open)
			}
			for _, off := range []string{"camera=()", "geolocation=()", "microphone=()", "usb=()"} {
				if !strings.Contains(h.Get("Permissions-Policy"), off) {
					t.Errorf("%s %s: %s is not off", method, address, off)
				}
			}
			if h.Get("Set-Cookie") != "" || h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
				t.Errorf("%s %s: a cookie, credentials for other sites, or what runs here: %v", method, address, h)
			}
		}
	}
}
