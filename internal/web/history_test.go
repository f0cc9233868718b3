package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"waymark/internal/framework"
	"waymark/internal/publication"
)

// withSecondVersion is the website over the shipped evidence and a second, adopted version of the framework.
func withSecondVersion(t testing.TB) *Server {
	t.Helper()
	p, err := shippedPublication()
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	second := *n.Version
	second.Number = 2
	second.Elements = slices.Clone(second.Elements)
	second.Variants = slices.Clone(second.Variants)
	for i := range second.Elements {
		if e := &second.Elements[i]; e.Code == "T1" {
			e.Text = strings.Replace(e.Text, "90%", "95%", 1) + " This is new."
		}
	}
	for i := range second.Variants { // the headline of T1 moves to the treaties
		if v := &second.Variants[i]; v.Of == "T1" {
			v.Headline = v.Code == "T1t"
		}
	}
	shipped, err := shippedStore()
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{version: shipped.version + 1, sources: shipped.sources, observations: shipped.observations, batches: shipped.batches}
	m.versions = append(slices.Clone(shipped.versions), &second)
	return newSite(t, func(c *Config) { c.Publication = publication.NewService(m, n.World, clock) })
}

func TestTwoVersionsAreComparedInThreeViews(t *testing.T) {
	site := withSecondVersion(t)
	const path = "/en/framework/cop-2015@1..cop-2015@2"
	changes := parse(t, site, path)
	if ins := textOf(t, changes, "ins"); !strings.Contains(ins, "This is new.") {
		t.Errorf("inserted: %q", ins)
	}
	if del := textOf(t, changes, "del"); !strings.Contains(del, "90") {
		t.Errorf("deleted: %q", del)
	}
	clean, original := parse(t, site, path+"?view=clean"), parse(t, site, path+"?view=original")
	for name, page := range map[string]string{"clean": textOf(t, clean, "div[id=T1]"), "original": textOf(t, original, "div[id=T1]")} {
		if got := strings.Contains(page, "This is new."); got != (name == "clean") {
			t.Errorf("%s: %q", name, page)
		}
	}
	if n := len(all(t, clean, "ins")) + len(all(t, clean, "del")) + len(all(t, original, "ins")); n != 0 {
		t.Errorf("the views without marks have %d", n)
	}
	if said := textOf(t, changes, "table"); !strings.Contains(said, "T1") || !strings.Contains(said, "the headline moved from T1x to T1t") || !strings.Contains(said, "No") {
		t.Errorf("the crosswalk says %q", said)
	}
	if w := get(t, site, strings.Replace(path, "/en/", "/ar/", 1)); w.Code != http.StatusOK {
		t.Errorf("in Arabic: %d", w.Code)
	}
	if w := get(t, site, path+".csv"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "T1,T1,revised,false") {
		t.Errorf("twin: %d", w.Code)
	}
}

func TestAHistoryMarksWhatIsNotComparable(t *testing.T) {
	page := parse(t, withSecondVersion(t), "/en/targets/T1/history")
	said := textOf(t, page, "main")
	for _, want := range []string{"Not comparable", "cop-2015@1", "cop-2015@2", "T1t", "the headline moved from T1x to T1t", "The first one"} {
		if !strings.Contains(said, want) {
			t.Errorf("the history does not say %q", want)
		}
	}
}

func TestAHistoryHasEachYearAndEachVoice(t *testing.T) {
	site := newSite(t)
	body := get(t, site, "/en/targets/T1/history.csv").Body.String()
	for _, want := range []string{"year,2015-12-31,T1x,", ",30,0,0,163,", "year,2022-12-31,T1x,0.678756,0.953368,131,15,9,38,", "version,cop-2015@1,T1x,", "voice,treaty,T1x,", "voice,usdol,T1x,"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(textOf(t, parse(t, site, "/en/targets/T1/history"), "main"), "Not comparable") {
		t.Error("one version alone is called not comparable")
	}
	if len(all(t, parse(t, site, "/ar/targets/T1/history"), "svg")) == 0 {
		t.Error("no drawing")
	}
	for _, path := range []string{"/en/targets/T3/history", "/en/targets/T9/history.csv"} {
		if w := get(t, site, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// A history of bounds needs no more than a figure: each year is a figure of its own.
func TestAHistoryIsMadeOfFigures(t *testing.T) {
	n := snapshot(t)
	h, err := n.NumberHistory("IM-1", publication.FigureQuery{})
	if err != nil || len(h.Years) < 5 || len(h.Versions) != 1 || len(h.Voices) < 2 {
		t.Fatalf("%d years, %d versions, %d voices, %v", len(h.Years), len(h.Versions), len(h.Voices), err)
	}
	for _, f := range h.Years {
		again, err := n.Headline("IM-1", publication.FigureQuery{AsOf: *f.AsOf})
		if err != nil || again.Inputs != f.Inputs {
			t.Errorf("%s: another figure, %v", f.AsOf, err)
		}
	}
	for _, v := range h.Voices {
		if v.Met+v.Partly+v.NotMet+v.Unknown != 193 {
			t.Errorf("%s: %+v", v.Voice.Code, v)
		}
	}
	if h.Versions[0].Version.State != framework.Adopted {
		t.Error("a version that is not adopted has a history")
	}
}

func TestTheReadingViewTellsWhoElseMonitorsAnElement(t *testing.T) {
	page := parse(t, newSite(t), "/en/framework")
	if said := textOf(t, page, "li[id=note-T1]"); !strings.Contains(said, "Who else monitors it") {
		t.Errorf("beside T1 stands %q", said)
	}
	if n := len(all(t, page, "li[id=note-T1] dd li a")); n < 7 {
		t.Errorf("%d elements answer T1, want 7", n)
	}
	if said := textOf(t, page, "main"); strings.Count(said, "Who else monitors it") < 15 {
		t.Error("not every element that is answered says so")
	}
}
