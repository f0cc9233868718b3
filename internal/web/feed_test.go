package web

import (
	"encoding/xml"
	"strings"
	"testing"
)

func TestTheFeedTellsOfListsAndVersions(t *testing.T) {
	w := get(t, newSite(t), "/feed.atom")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/atom+xml") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
	var feed struct {
		Updated string `xml:"updated"`
		Entries []struct {
			Title string `xml:"title"`
			ID    string `xml:"id"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	versions, lists := 0, 0
	for _, e := range feed.Entries {
		if seen[e.ID] || e.Title == "" {
			t.Errorf("entry %q (%q) stands twice or has no title", e.ID, e.Title)
		}
		seen[e.ID] = true
		if strings.Contains(e.ID, ":framework/") {
			versions++
		} else {
			lists++
		}
	}
	if versions == 0 {
		t.Error("no version of a framework")
	}
	_ = lists // the site of this test may hold its evidence without batches
}

func TestTheCalendarHasEveryMilestoneOnWholeDays(t *testing.T) {
	site := newSite(t)
	body := get(t, site, "/milestones.ics").Body.String()
	if again := get(t, site, "/milestones.ics").Body.String(); again != body {
		t.Error("the same version gives another calendar")
	}
	if n := strings.Count(body, "BEGIN:VEVENT"); n != 7 {
		t.Errorf("%d events, want the seven steps of the process", n)
	}
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "DTSTART;VALUE=DATE:20140501\r\n", "DTEND;VALUE=DATE:20140601\r\n", "END:VCALENDAR\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no line %q", want)
		}
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets, want at most 75: %q", len(line), line)
		}
		if strings.ContainsAny(line, "\n") {
			t.Errorf("a bare line end in %q", line)
		}
	}
}

func TestFoldedLinesUnfoldToTheSameText(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("x", 75), strings.Repeat("x", 76), strings.Repeat("é", 100), strings.Repeat("漢字", 60)} {
		var b strings.Builder
		foldLine(&b, text)
		if got := strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n ", ""), "\r\n"); got != text {
			t.Errorf("%q unfolds to %q", text, got)
		}
	}
}
