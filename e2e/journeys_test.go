package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The journeys of readers, each walked as a person without JavaScript and without a mouse walks it,
// and counted: an act is a link followed or a form sent. Tab is pressed until the thing wanted has the
// focus; a page where that takes too long is a page whose order is wrong.

// walker counts the acts of one journey.
type walker struct {
	*tab
	acts int
}

func walk(t *testing.T, width int) *walker {
	t.Helper()
	return &walker{tab: newTab(t, look{width: width, noScript: true})}
}

// choose goes to a link or button by keyboard and presses Enter.
func (w *walker) choose(sel string, limit int) {
	w.t.Helper()
	w.tabTo(sel, limit)
	w.pressTo(kb.Enter)
	w.acts++
}

// answer goes to a field by keyboard, writes into it and presses Enter.
func (w *walker) answer(sel, text string, limit int) {
	w.t.Helper()
	w.tabTo(sel, limit)
	w.press(strings.Split(text, "")...)
	w.pressTo(kb.Enter)
	w.acts++
}

// jump goes by keyboard to a link within the page and presses Enter.
func (w *walker) jump(sel string, limit int) {
	w.t.Helper()
	w.tabTo(sel, limit)
	w.press(kb.Enter)
	w.acts++
}

// sees fails the test when what a reader sees of sel lacks a text.
func (w *walker) sees(sel string, texts ...string) {
	w.t.Helper()
	if !w.has(sel) {
		w.t.Fatalf("%s shows no %s", w.url(), sel)
	}
	got := w.text(sel)
	for _, text := range texts {
		if !strings.Contains(got, text) {
			w.t.Errorf("%s: %s says %q, want something with %q", w.url(), sel, got, text)
		}
	}
}

func (w *walker) within(acts int) {
	w.t.Helper()
	if w.acts > acts {
		w.t.Errorf("the journey took %d acts, want at most %d", w.acts, acts)
	}
	for _, p := range w.complaints() {
		w.t.Error(p)
	}
}

// Journalist: is my country covered by target 1, and who says so? Two acts, counted: the country is
// typed, and the row leads to the evidence with its source, date and words.
func TestJournalistFindsWhoSaysSo(t *testing.T) {
	for _, width := range []int{telephone, desk} {
		w := walk(t, width)
		w.open(site(t).url + "/en/")
		w.answer("#q", "Kenya", 40)
		w.sees("h1", "Kenya")
		row := `main tr:has(th a[href="#T1"])`
		w.sees(row+" .chip", "In place")
		w.sees(row, "US Department of Labor")
		w.jump(row+` th a[href="#T1"]`, 40)
		w.sees("section:has(#T1) table", "US Department of Labor", "Yes", "shown by a document of")
		w.within(3)
	}
}

// Minister: what would move us to basic protection? A country that has everything is told so; one that
// has not is told each missing thing, and the first leads to its evidence.
func TestMinisterFindsWhatIsMissing(t *testing.T) {
	for _, width := range []int{telephone, desk} {
		w := walk(t, width)
		w.open(site(t).url + "/en/")
		w.answer("#q", "Kenya", 40)
		w.sees("#missing + p", "Nothing")
		w.open(site(t).url + "/en/")
		w.acts = 0
		w.answer("#q", "Yemen", 40)
		w.sees("#missing + ul", "T1", "not in place", "T2", "not known")
		w.jump("#missing + ul > li a", 40)
		if !strings.HasSuffix(w.url(), "#T1") || !w.has("section:has(#T1) table") {
			t.Errorf("the first missing thing leads to %s, want its evidence", w.url())
		}
		w.within(2)
	}
}

// Data scientist: one table with its metadata, and one call of the API that works as it is printed.
func TestDataScientistTakesATable(t *testing.T) {
	p := site(t)
	for _, width := range []int{telephone, desk} {
		w := walk(t, width)
		w.open(p.url + "/en/")
		if width == telephone {
			w.tabTo("header details.narrow summary", 10)
			w.press(kb.Enter)
			w.acts++
			w.choose(`header details[open] a[href="/en/data"]`, 10)
		} else {
			w.choose(`header nav.wide a[href="/en/data"]`, 10)
		}
		w.sees("main", "Licence", "CC BY")
		table := `#tables ~ table a[href$='countries.csv']`
		w.tabTo(table, 40) // the keyboard reaches it; what Enter would save is read without a browser
		csv := get(t, eval[string](w.tab, `document.activeElement.href`))
		lines := strings.Split(strings.TrimSpace(csv), "\r\n")
		if len(lines) < 194 {
			t.Fatalf("countries.csv has %d lines, want a header and one for each of 193 countries", len(lines))
		}
		var metadata struct {
			Table, Framework, Licence, Sources string
			DataVersion                        int
			Columns                            []struct{ Name, Meaning string }
		}
		w.tabTo(`#tables ~ table a[href$='countries.json']`, 2)
		if err := json.Unmarshal([]byte(get(t, eval[string](w.tab, `document.activeElement.href`))), &metadata); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range metadata.Columns {
			names = append(names, c.Name)
			if c.Meaning == "" {
				t.Errorf("nothing says what the column %s means", c.Name)
			}
		}
		if strings.Join(names, ",") != lines[0] {
			t.Errorf("the metadata describe %q, the table has %q", names, lines[0])
		}
		if metadata.Table == "" || metadata.Framework == "" || metadata.Licence == "" || metadata.DataVersion == 0 || !strings.HasPrefix(get(t, metadata.Sources), "{") {
			t.Errorf("the metadata are not whole: %+v", metadata)
		}
		calls := eval[[]string](w.tab, `[...document.querySelectorAll("main code")].map(e => (e.textContent.match(/https?:\/\/\S+\/api\/v1\/[^\s']+/) || [""])[0]).filter(Boolean)`)
		if len(calls) == 0 {
			t.Fatalf("%s documents no call of the API", w.url())
		}
		for _, c := range calls {
			if body := get(t, c); !json.Valid([]byte(body)) || len(body) < 50 {
				t.Errorf("the call printed on the page, %s, answers %.80q", c, body)
			}
		}
		w.within(2)
	}
}

// Child or parent: where do I report? Also in a language that reads from the right.
func TestChildFindsWhereToReport(t *testing.T) {
	for _, width := range []int{telephone, desk} {
		for lang, country := range map[string]string{"en": "Kenya", "ar": "كينيا"} {
			w := walk(t, width)
			w.open(site(t).url + "/" + lang + "/")
			w.choose(`aside.help a`, 25)
			w.answer("#c", country, 30)
			w.sees("main", country)
			if !w.has(`main .card a[href^="tel:"]`) {
				t.Errorf("%s shows no number to call", w.url())
			}
			if !w.has("#quit") {
				t.Errorf("%s has no quick exit", w.url())
			}
			w.tabTo("#quit", 60)
			w.within(2)
		}
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, want 200", address, res.StatusCode)
	}
	return string(body)
}
