package web

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"waymark/internal/lang"
	"waymark/internal/web/webcheck"
)

// Every head that sorts leads to the opposite order and says which one holds.
func TestSortedHeadsSayTheOrderAndLeadToTheOpposite(t *testing.T) {
	site := consultationSite(t)
	for _, c := range []struct{ address, order, leads string }{
		{"/en/countries", "ascending", "/en/countries?sort=-name#list"},
		{"/en/countries?sort=-name", "descending", "/en/countries#list"},
		{"/en/countries?group=002&sort=-name&t1=met", "descending", "/en/countries?group=002&t1=met#list"},
		{"/en/countries?sort=region", "", "/en/countries#list"},
		{"/en/targets/T1", "ascending", "/en/targets/T1?sort=-name#countries"},
		{"/en/targets/T1?sort=-name&status=met", "descending", "/en/targets/T1?status=met#countries"},
		{"/en/consultations/1/comments", "ascending", "/en/consultations/1/comments?sort=-number#general"},
		{"/en/consultations/1/comments?sort=org", "ascending", "/en/consultations/1/comments?sort=-org#general"},
		{"/en/consultations/1/comments?sort=-decision&org=nobody", "descending", "/en/consultations/1/comments?org=nobody&sort=decision#general"},
	} {
		page := parse(t, site, c.address)
		sorted := all(t, page, "table th[aria-sort]")
		if c.order == "" {
			if len(sorted) > 0 {
				t.Errorf("%s: a head says that it sorts", c.address)
			}
			if !slices.ContainsFunc(all(t, page, "th a"), func(a *webcheck.Element) bool { return attribute(a, "href") == c.leads }) {
				t.Errorf("%s: no head leads to %s", c.address, c.leads)
			}
			continue
		}
		if len(sorted) == 0 || attribute(sorted[0], "aria-sort") != c.order {
			t.Errorf("%s: no head sorts %s", c.address, c.order)
			continue
		}
		var links []string
		for _, a := range all(t, page, "th[aria-sort] a") {
			links = append(links, strings.ReplaceAll(attribute(a, "href"), "#specific", "#general"))
		}
		if !slices.Contains(links, c.leads) {
			t.Errorf("%s: the head leads to %q, want %s", c.address, links, c.leads)
		}
	}
}

func rowsOf(t *testing.T, site *Server, address, selector string) []string {
	t.Helper()
	var out []string
	for _, e := range all(t, parse(t, site, address), selector) {
		out = append(out, e.Text())
	}
	return out
}

// An order shows the same rows, and the opposite order shows them the other way round.
func TestOrdersShowTheSameRows(t *testing.T) {
	site := consultationSite(t)
	for _, c := range []struct{ address, selector string }{
		{"/en/countries?", "tbody th a[href^=/en/countries/]"},
		{"/ru/targets/T2?group=019&", "table.pair tbody th a"},
		{"/en/consultations/1/comments?", "table.comments tbody th a[aria-label]"},
		{"/ar/consultations/1/comments?org=nobody&", "table.comments tbody th a[aria-label]"},
	} {
		plain := rowsOf(t, site, c.address, c.selector)
		same := slices.Sorted(slices.Values(plain))
		for _, order := range []string{"name", "-name", "number", "-number", "org", "-org", "element", "-element", "decision", "-decision", "region", "nonsense"} {
			got := slices.Sorted(slices.Values(rowsOf(t, site, c.address+"sort="+order, c.selector)))
			if len(plain) == 0 || !slices.Equal(got, same) {
				t.Errorf("%ssort=%s shows %d rows, the page %d", c.address, order, len(got), len(plain))
			}
		}
	}
	forth, back := rowsOf(t, site, "/fr/countries", "tbody th a[href^=/fr/countries/]"), rowsOf(t, site, "/fr/countries?sort=-name", "tbody th a[href^=/fr/countries/]")
	slices.Reverse(back)
	if !slices.Equal(forth, back) || !slices.IsSortedFunc(forth, func(a, b string) int {
		two := []string{a, b}
		lang.Sort(lang.French, two, func(s string) string { return s })
		if two[0] == a {
			return -1
		}
		return 1
	}) {
		t.Error("the opposite order is not the order turned round")
	}
}

// A table that was narrowed on the page is narrowed as data too.
func TestTwinsOfANarrowedTableHaveItsRows(t *testing.T) {
	site := newSite(t)
	for _, c := range []struct{ page, twin, selector string }{
		{"/en/countries?group=002&t1=met", "/en/countries.csv?group=002&t1=met", "tbody th a[href^=/en/countries/]"},
		{"/en/targets/T2?status=unknown", "/en/targets/T2.csv?status=unknown", "table.pair tbody th a"},
		{"/en/countries", "/en/countries.csv", "tbody th a[href^=/en/countries/]"},
	} {
		rows, err := csv.NewReader(get(t, site, c.twin).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		areas := map[string]bool{}
		for _, r := range rows[1:] {
			areas[r[0]] = true
		}
		shown := rowsOf(t, site, c.page, c.selector)
		if len(shown) == 0 || len(areas) != len(shown) {
			t.Errorf("%s shows %d countries and its data have %d", c.page, len(shown), len(areas))
		}
	}
	var doc struct{ NarrowedTo map[string]string }
	if err := json.Unmarshal(get(t, site, "/en/targets/T2.json?status=unknown&group=002").Body.Bytes(), &doc); err != nil || doc.NarrowedTo["status"] != "unknown" || doc.NarrowedTo["group"] != "002" {
		t.Errorf("the data say they were narrowed to %v (%v)", doc.NarrowedTo, err)
	}
}

func TestEveryTableOfATargetHasItsData(t *testing.T) {
	site := newSite(t)
	for address, want := range map[string]string{
		"/en/targets/T1.csv?table=groups": "002,Africa,T1,T1x,",
		"/en/targets/T2.csv?table=series": "series,title,universe,source,period",
		"/en/targets/T3.csv?table=series": "series,title,universe,source,period",
		"/en/targets/T1.csv?table=other":  "area,name,code,variant,status",
	} {
		if body := page200(t, site, address); !strings.Contains(body, want) {
			t.Errorf("%s has no %q:\n%s", address, want, firstLines(body, 4))
		}
	}
}
