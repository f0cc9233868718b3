package web

import (
	"net/http"
	"strings"
	"testing"
)

// Where nothing is released and nobody has an account, the pages say so and hold no row that is not known.
func TestCorrectionsAndPromisesSayWhatIsNotThere(t *testing.T) {
	site := newSite(t)
	if said := textOf(t, parse(t, site, "/en/corrections"), "main"); !strings.Contains(said, "Nothing has been released yet") || !strings.Contains(said, "No date of a next release") || !strings.Contains(said, "Removal by law") {
		t.Errorf("corrections say %s", said)
	}
	page := parse(t, site, "/en/accountability")
	said := textOf(t, page, "main")
	for _, want := range []string{"Nothing waits now.", "Releases: 0.", "The framework names 18 outputs.", "No status of a country waits"} {
		if !strings.Contains(said, want) {
			t.Errorf("accountability does not say %q", want)
		}
	}
	if strings.Contains(said, "Missed") { // what is not known is not called broken
		t.Error("something is called missed")
	}
	for _, twin := range []string{"/en/corrections.csv", "/en/corrections.json", "/en/accountability.csv", "/en/accountability.json"} {
		if w := get(t, site, twin); w.Code != http.StatusOK {
			t.Errorf("%s: %d", twin, w.Code)
		}
	}
	if w := get(t, site, "/en/accountability.csv"); strings.Count(w.Body.String(), "\noutput,") != 18 || strings.Count(w.Body.String(), "\nstep,") != 7 {
		t.Errorf("the twin holds other rows: %s", w.Body)
	}
}
