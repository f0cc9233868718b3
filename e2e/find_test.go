package e2e

import (
	"strings"
	"testing"
)

// Somebody who knows one word of their own language finds the country and what differs from another
// one: by keyboard and without JavaScript.
func TestAWordOfAnyLanguageLeadsToACountryAndToWhatDiffers(t *testing.T) {
	for _, width := range []int{telephone, desk} {
		w := walk(t, width)
		w.open(site(t).url + "/en/")
		w.choose("header a.find", 20)
		w.answer("main input[name=q]", "Кения", 20)
		w.sees("main .answer", "results for")
		w.choose("ol.hits a", 40)
		w.sees("h1", "Kenya")
		w.choose(`main a[href^="/en/compare?c=KEN"]`, 40)
		w.sees("main .answer", "One country alone")
		w.answer("#add", "tanzanie", 80)
		w.sees("h1", "Kenya and United Republic of Tanzania")
		w.sees("main .answer", "of 2 countries")
		w.sees("table.sides", "In place", "Budapest Convention", "US Department of Labor")
		if !strings.HasSuffix(w.url(), "/en/compare?c=KEN%2CTZA") {
			t.Errorf("the comparison stands at %s", w.url())
		}
		w.within(5)
	}
}
