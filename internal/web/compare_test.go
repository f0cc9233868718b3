package web

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"waymark/internal/lang"
)

func TestComparePutsCountriesInTheAlphabeticalOrderOfTheReadersLanguage(t *testing.T) {
	site := newSite(t)
	for _, tag := range lang.Tags() {
		address := "/" + string(tag) + "/compare?c=TZA,KEN,DEU,AUT"
		var names []string
		for _, a := range all(t, parse(t, site, address), "table.sides thead th a") {
			names = append(names, a.Text())
		}
		sorted := slices.Clone(names)
		lang.Sort(tag, sorted, func(s string) string { return s })
		if len(names) != 4 || !slices.Equal(names, sorted) {
			t.Errorf("%s: the countries stand as %q", address, names)
		}
	}
}

func TestCompareSaysWhatItDidNotUnderstandAndKeepsTheRest(t *testing.T) {
	site := newSite(t)
	for _, c := range []struct {
		query   string
		columns int
		says    []string
		never   []string
	}{
		{"", 0, []string{"No country is chosen yet"}, []string{"<table"}},
		{"c=KEN", 1, []string{"One country alone"}, nil},
		{"c=KEN,XXX,TZA", 2, []string{"No country was found for “\u2068XXX\u2069”"}, []string{"XXX,", "c=KEN%2CTZA%2CXXX"}},
		{"c=ken,%20tanzania", 2, nil, []string{"No country was found"}},
		{"c=KEN,KEN,KEN", 1, nil, nil},
		{"c=KEN,TZA&t=T9,T1", 2, []string{"There is no target “\u2068T9\u2069” here."}, []string{"T9%2C", "t=T9"}},
		{"c=KEN,TZA&t=T3", 2, []string{"No evidence is gathered yet on what you chose"}, nil},
		{"c=KEN,TZA,UGA,RWA,BDI,SSD,PER,CHL", 6, []string{"left out: Peru and Chile", "Six countries are chosen"}, []string{"id=\"add\""}},
		{"c=KEN,GRL", 2, []string{"In no figure"}, nil},
		{"c=KEN,https://pictures.example/x", 1, []string{"No country was found for “…”"}, []string{"pictures.example"}},
		{"c=" + url.QueryEscape(`KEN,"><script>alert(1)</script>`), 1, nil, []string{"<script>alert", "script%3E,"}},
	} {
		body := page200(t, site, "/en/compare?"+c.query)
		for _, want := range c.says {
			if !strings.Contains(body, want) {
				t.Errorf("%q does not say %q", c.query, want)
			}
		}
		for _, never := range c.never {
			if strings.Contains(body, never) {
				t.Errorf("%q has %q", c.query, never)
			}
		}
		if got := len(all(t, parse(t, site, "/en/compare?"+c.query), "table.sides thead th a")); got != c.columns {
			t.Errorf("%q shows %d countries, want %d", c.query, got, c.columns)
		}
	}
}

func TestACountryAddedByNameLeadsToTheAddressOfTheView(t *testing.T) {
	site := newSite(t)
	for query, want := range map[string]string{
		"c=TZA&add=kenya&v=1":                "/en/compare?c=KEN%2CTZA&v=1",
		"c=TZA&t=T1&add=C%C3%B4te+d'Ivoire":  "/en/compare?c=CIV%2CTZA&t=T1",
		"add=%D0%9A%D0%B5%D0%BD%D0%B8%D1%8F": "/en/compare?c=KEN",
	} {
		w := get(t, site, "/en/compare?"+query)
		if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != want {
			t.Errorf("%q leads to %q (%d), want %q", query, got, w.Code, want)
		}
	}
	body := page200(t, site, "/en/compare?c=KEN,TZA,UGA,RWA,BDI,SSD&add=Peru")
	if !strings.Contains(body, "left out: Peru") {
		t.Error("a seventh country is dropped without a word")
	}
}

// The sentence counts what the table shows, and what is not known is no "no".
func TestTheSentenceOfAComparisonCountsTheCellsOfItsTable(t *testing.T) {
	site := newSite(t)
	address := "/en/compare?c=KEN,AZE,TUV,NRU,ETH&t=T1"
	page := parse(t, site, address)
	counts := map[string]int{}
	for _, chip := range all(t, page, "table.sides tr.sum .chip") {
		counts[chip.Text()]++
	}
	answer := textOf(t, page, "p.answer")
	if !strings.Contains(answer, "of 5 countries") {
		t.Errorf("the answer is %q", answer)
	}
	for word, sentence := range map[string]string{"In place": " in place", "Not known": "it is not known"} {
		if n := counts[word]; n > 0 != strings.Contains(answer, sentence) {
			t.Errorf("%d cells say %q and the answer is %q", n, word, answer)
		}
	}
	if counts["In place"]+counts["Partly in place"]+counts["Not in place"]+counts["Not known"] != 5 {
		t.Errorf("the cells are %v", counts)
	}
}

func TestTheTwinsOfAComparisonHaveARowForEachCountryAndLine(t *testing.T) {
	site := newSite(t)
	rows, err := csv.NewReader(get(t, site, "/en/compare.csv?c=KEN,GRL&t=T2,T3").Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]string{}
	for _, r := range rows[1:] {
		if r[5] == "" {
			status[r[0]+" "+r[3]] = r[6]
		}
	}
	if status["KEN T3"] != "unknown" || status["GRL T2"] != "" || status["KEN T2"] == "" {
		t.Errorf("the statuses are %v", status)
	}
	var doc struct {
		Countries []string
		Targets   []string
		LeftOut   []string
		Items     []map[string]any
	}
	if err := json.Unmarshal(get(t, site, "/en/compare.json?c=KEN,GRL&t=T2,T3").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Items) != len(rows)-1 || len(doc.Countries) != 2 || len(doc.Targets) != 2 || doc.LeftOut == nil {
		t.Errorf("the JSON has %d items, %v, %v, %v", len(doc.Items), doc.Countries, doc.Targets, doc.LeftOut)
	}
}

// TestComparisonsKeepWhatFollowsTheReader: version, day and weights stay in every link of the page.
func TestComparisonsKeepWhatFollowsTheReader(t *testing.T) {
	site := newSite(t)
	page := parse(t, site, "/en/compare?c=KEN,TZA&asof=2015-12-31&weights=2015")
	for _, a := range all(t, page, "main a[href^=/en/]") {
		if href := attribute(a, "href"); !strings.Contains(href, "asof=2015-12-31") && a.Text() != "All evidence" && !strings.Contains(textOf(t, page, "details.more"), a.Text()) {
			t.Errorf("the link %q loses the day", href)
		}
	}
}
