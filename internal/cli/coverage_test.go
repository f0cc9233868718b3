package cli

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/store"
)

// coverage reads docs/coverage.tsv: where each element of the founding document is shown, where its
// value enters, what proves it, and which later capability it waits for.
func coverage(t *testing.T) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "docs", "coverage.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		out = append(out, row)
	}
	return out
}

func TestEveryElementOfTheFoundingDocumentIsShown(t *testing.T) {
	ctx := accounts.With(t.Context(), accounts.Local())
	a, err := open(ctx, filepath.Join(t.TempDir(), "coverage.db"), false, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	handler, err := a.handler(ctx, serveConfig{}, "http://example.test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	page := func(address string) string {
		if body, ok := pages[address]; ok {
			return body
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, address, nil))
		if w.Code == http.StatusOK {
			pages[address] = w.Body.String()
		}
		return pages[address]
	}
	rows := coverage(t)
	if len(rows) != 146 {
		t.Errorf("docs/coverage.tsv has %d rows, want one for each of the 146 elements", len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		code := row["element"]
		if seen[code] {
			t.Errorf("%s: stands twice", code)
		}
		seen[code] = true
		for _, column := range []string{"kind", "shown", "value_enters", "proof"} {
			if row[column] == "" {
				t.Errorf("%s: %s is empty", code, column)
			}
		}
		address, fragment, _ := strings.Cut(row["shown"], "#")
		body := page(address)
		if waits := row["waits_for"] == "consultation"; waits != (body == "") {
			t.Errorf("%s: %s answers %v, and the row waits for a later capability %v", code, address, body != "", waits)
		} else if body != "" && fragment != "" && !strings.Contains(body, ` id="`+fragment+`"`) {
			t.Errorf("%s: %s has no place #%s", code, address, fragment)
		}
	}
}

func TestCoverageNamesTheElementsOfTheOutline(t *testing.T) {
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(shared, "seed", "outline.csv"))
	if err != nil {
		t.Skipf("SKIPPED: the outline of the founding document is not here: %v", err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, r := range records[1:] {
		want[r[0]] = r[1]
	}
	for _, row := range coverage(t) {
		if kind, ok := want[row["element"]]; !ok || kind != row["kind"] {
			t.Errorf("%s is a %q in the outline, %q here", row["element"], kind, row["kind"])
		}
		delete(want, row["element"])
	}
	for code := range want {
		t.Errorf("%s of the outline has no row", code)
	}
}
