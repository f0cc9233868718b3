package web

import (
	"net/http"
	"strings"
	"testing"
)

// Whoever asks what counts as a law sees, before it is decided, which countries a stricter answer
// would move, and on which answers that rests.
func TestTheImpactPageNamesTheCountriesThatAnotherDefinitionMoves(t *testing.T) {
	site := newSite(t)
	text := textOf(t, parse(t, site, "/en/framework/impact?code=T1&variant=T1t"), "main")
	for _, want := range []string{"would stand elsewhere", "at least 69.9%", "at least 38.8%", "lanzarote", "no progress"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// The same change written as a rule gives the same answer.
	rule := get(t, site, "/en/framework/impact.csv?code=T1&variant=T1x&of=T1x&met=lanzarote+%7C%7C+budapest_as_listed").Body.String()
	if n := strings.Count(rule, "\n"); n < 40 {
		t.Errorf("a rule without the review of laws moves %d rows only", n)
	}
}

func TestTheImpactPageMovesNobodyByAnotherGoalAlone(t *testing.T) {
	site := newSite(t)
	text := textOf(t, parse(t, site, "/en/framework/impact?code=T1&goal=60"), "main")
	if !strings.Contains(text, "0 countries would stand elsewhere") || !strings.Contains(text, "60% by") {
		t.Errorf("%s", text)
	}
}

func TestTheImpactPageKeepsWhatWasWrittenAndSaysWhatIsWrong(t *testing.T) {
	site := newSite(t)
	for query, want := range map[string]string{
		"code=T1&goal=many":                      "The goal cannot be read",
		"code=T1&year=then":                      "The year cannot be read",
		"code=T1&variant=T1x&of=T1x&met=nothing": "nothing",
		"code=T1&edits=%5B%7B%22op%22%3A1%7D%5D": "the field op",
	} {
		p := parse(t, site, "/en/framework/impact?"+query)
		if !strings.Contains(textOf(t, p, "[role=alert]"), want) || !strings.HasPrefix(textOf(t, p, "title"), "Problem") {
			t.Errorf("%s: %s", query, textOf(t, p, "main"))
		}
	}
	if w := get(t, site, "/en/framework/impact?code=T9"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown code answers %d", w.Code)
	}
}
