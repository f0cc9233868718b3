package cli

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/publication"
)

// The sample holds two releases, a reply of a State, and proposals that wait.
func TestCorrectionsAndPromisesAreShownAndAnEmbargoIsNotGivenAway(t *testing.T) {
	ctx, a := opened(t, sampleFileOf(t))
	handler, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) string {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	list, err := a.releases().Corrections(ctx)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d releases, %v", len(list), err)
	}
	second, first := list[0], list[1]
	if len(first.Differences) != 0 || len(second.Differences) == 0 || len(second.Lists) == 0 {
		t.Errorf("the first release has %d differences, the second %d with %d lists", len(first.Differences), len(second.Differences), len(second.Lists))
	}
	page := get("/en/corrections")
	for _, want := range []string{first.Release.Title, second.Release.Title, "Late data", second.Release.Note, second.Release.Organisation, first.Release.ID} {
		if !strings.Contains(page, want) {
			t.Errorf("/en/corrections does not say %q", want)
		}
	}
	if rows := strings.Count(get("/en/corrections.csv"), "\r\n") - 1; rows != len(second.Differences) {
		t.Errorf("the twin has %d rows, want %d", rows, len(second.Differences))
	}
	if promises := get("/en/accountability"); !strings.Contains(promises, "moved to another number") || !strings.Contains(promises, "A role is to be given.") {
		t.Error("/en/accountability shows neither the reply of the State nor that a role waits")
	}

	// A release under embargo is proposed: nothing public tells of it.
	before := get("/en/accountability.csv")
	r, err := a.releases().Create(operator(ctx), publication.ReleaseRequest{Title: "Not yet", Opens: sampleTime.AddDate(50, 0, 0).UnixMicro(), Reason: publication.Mistake})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.releases().Propose(operator(ctx), a.people(), r.ID, "not before its day"); err != nil {
		t.Skipf("whoever runs the machine may not propose: %v", err)
	}
	if waiting, err := a.people().Waiting(accounts.Enter(ctx, accounts.Principal{})); err != nil || !strings.Contains(waiting[len(waiting)-1].Object, r.ID) {
		t.Fatalf("the proposal does not wait: %v", err)
	}
	for _, path := range []string{"/en/corrections", "/en/corrections.csv", "/en/accountability", "/en/accountability.json"} {
		if strings.Contains(get(path), r.ID) {
			t.Errorf("%s gives the embargo away", path)
		}
	}
	if after := get("/en/accountability.csv"); strings.Count(after, "\r\n") != strings.Count(before, "\r\n") {
		t.Error("the number of rows gives the embargo away")
	}
}
