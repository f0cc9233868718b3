package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"waymark/internal/monitoring"
	"waymark/internal/web/webcheck"
)

func TestEveryFigureOnAPageOffersItsProof(t *testing.T) {
	site := newSite(t)
	for _, path := range []string{"/en/", "/ar/targets/T1?asof=2022-12-31", "/ru/targets/T2?weights=2015", "/en/indicators/IM-1"} {
		links := slices.DeleteFunc(all(t, parse(t, site, path), "a[download]"), func(l *webcheck.Element) bool { return !strings.Contains(attribute(l, "href"), "/proof.json") })
		if len(links) == 0 {
			t.Errorf("%s offers no proof", path)
		}
		for _, l := range links {
			href := attribute(l, "href")
			w := get(t, site, href)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s: %d %s", href, w.Code, w.Header().Get("Content-Type"))
				continue
			}
			c, err := monitoring.ReadCapsule(w.Body.Bytes())
			if err == nil {
				_, err = c.Verify()
			}
			if err != nil {
				t.Errorf("%s: %v", href, err)
			}
			for name, has := range map[string]bool{"asof=2022-12-31": c.Question.AsOf != nil, "weights=2015": c.Countries.Year == 2015} {
				if strings.Contains(path, name) != has {
					t.Errorf("%s on %s proves another view", href, path)
				}
			}
		}
	}
}

func TestWhatIsNoFigureHasNoProof(t *testing.T) {
	site := newSite(t)
	for _, path := range []string{"/en/targets/T9/proof.json", "/en/targets/T3/proof.json", "/en/targets/T1/proof.json?variant=T2a"} {
		w := get(t, site, path)
		var problem struct{ Detail, Fix string }
		if err := json.Unmarshal(w.Body.Bytes(), &problem); w.Code != http.StatusNotFound || err != nil || problem.Detail == "" || problem.Fix == "" {
			t.Errorf("%s: %d %v %+v", path, w.Code, err, problem)
		}
	}
}
