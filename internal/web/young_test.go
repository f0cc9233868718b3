package web

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"waymark/internal/lang"
	"waymark/internal/publication"
)

func TestYoungPagesSayTheLiveFigureWithItsBounds(t *testing.T) {
	site := newSite(t)
	for path, wants := range map[string][]string{
		"/young/T1":                 {"In at least 135 of 193 countries, the answer is yes.", "It could be up to 185 countries.", "For 35 countries, nobody has told us yet.", "In 8 countries, the answer is: not yet.", "90 of every 100 countries", "We cannot say if it was reached"},
		"/young/T1?asof=2022-12-31": {"In at least 131 of 193 countries, the answer is yes.", "For 38 countries, nobody has told us yet."},
		"/young/T2?asof=2015-12-31": {"In at least 2 of 193 countries, the answer is yes.", "It could be up to 193 countries.", "For 191 countries, nobody has told us yet."},
		"/young/T3":                 {"Nobody has counted this yet", "That does not mean no.", "no number for this goal yet"},
		"/young":                    {"At least 51 of every 100 children", "It could be up to 99 of 100.", "80 of every 100 children"},
	} {
		text := textOf(t, parse(t, site, "/en"+path), "main")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
}

func TestYoungPagesAreMarkedAsDraftsAndLeadToHelp(t *testing.T) {
	site := newSite(t)
	for _, tag := range lang.Tags() {
		words := lang.For(tag)
		for _, path := range youngPaths(snapshot(t)) {
			page := parse(t, site, "/"+string(tag)+path)
			if got := textOf(t, page, "main .note.warn"); !strings.Contains(got, words.T("young.draft")) {
				t.Errorf("%s%s: not marked as a draft: %q", tag, path, got)
			}
			if len(all(t, page, "main a[href=/"+string(tag)+"/report-abuse]")) != 1 {
				t.Errorf("%s%s: no way to help", tag, path)
			}
			if path != "/young" && len(all(t, page, "main details [lang=en]")) == 0 && tag != lang.English {
				t.Errorf("%s%s: the words of the plan are not beside it", tag, path)
			}
		}
		if n := len(all(t, parse(t, site, "/"+string(tag)+"/targets/T4"), "main a[href=/"+string(tag)+"/young/T4]")); n != 1 {
			t.Errorf("%s: the target page leads to the text for young people %d times, want 1", tag, n)
		}
	}
}

func TestAYoungTextThatIsNotTranslatedSaysSo(t *testing.T) {
	site := newSite(t)
	en := `{"framework":"cop-2015","language":"en","state":"reviewed","reviewer":"A. Person","date":"2016-01-02","help":["Tell somebody."],"texts":[{"code":"","title":"The plan?","short":"Plan","what":["What it is."]}]}`
	y, err := publication.LoadYoung(fstest.MapFS{"en.json": {Data: []byte(en)}})
	if err != nil {
		t.Fatal(err)
	}
	site.young = y
	page := parse(t, site, "/ar/young")
	if got := textOf(t, page, "h1 span[lang=en]"); got != "The plan?" {
		t.Errorf("the original title stands as %q", got)
	}
	text := textOf(t, page, "main")
	if words := lang.For(lang.Arabic); !strings.Contains(text, words.T("shell.not_translated")) || strings.Contains(text, words.T("young.draft")) || !strings.Contains(text, "A. Person") {
		t.Errorf("the page does not say that its text is not translated but reviewed: %s", text)
	}
	if w := get(t, site, "/ar/young/T1"); w.Code != http.StatusNotFound {
		t.Errorf("a text that is not there: status %d", w.Code)
	}
}

func TestYoungAddressesInSmallLettersLeadOn(t *testing.T) {
	w := get(t, newSite(t), "/en/young/t1")
	if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/en/young/T1" {
		t.Errorf("status %d, to %q", w.Code, w.Header().Get("Location"))
	}
}
