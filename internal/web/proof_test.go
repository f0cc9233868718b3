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

func TestTheAssessmentOffersTheProofOfWhatItShows(t *testing.T) {
	site := newSite(t)
	for _, path := range []string{"/en/assessment", "/ar/assessment?asof=2022-12-31&weights=2015"} {
		var dated, undated int
		for _, l := range all(t, parse(t, site, path), "a[download]") {
			href := attribute(l, "href")
			if !strings.Contains(href, "/proof.json") {
				continue
			}
			c, err := monitoring.ReadCapsule(get(t, site, href).Body.Bytes())
			if err != nil {
				t.Errorf("%s: %v", href, err)
				continue
			}
			if c.Question.AsOf == nil {
				undated++
			} else if c.Question.AsOf.String() == "2020-12-31" {
				dated++
			}
			if c.Countries.Year != 2020 {
				t.Errorf("%s weighs with the children of %d", href, c.Countries.Year)
			}
		}
		if dated != 3 || undated != 3 {
			t.Errorf("%s: %d proofs of then and %d of now, want 3 of each", path, dated, undated)
		}
	}
}

func TestADifferenceReadsAsTheWholeTextWithoutMarks(t *testing.T) {
	site := newSite(t)
	for view, whole := range map[string]bool{"": false, "clean": true, "original": true} {
		shown := len(all(t, parse(t, site, "/en/framework/1..1?view="+view), ".para"))
		if whole != (shown > 100) {
			t.Errorf("view %q shows %d paragraphs", view, shown)
		}
	}
}
